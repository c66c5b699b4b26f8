# SPDX-License-Identifier: GPL-2.0-only
#
# Who may open a node of the class "misc" by a file of udev rules, in the words of
# "fastrpcctl check-dt":
#
#	awk -v node=NAME -f udev.awk RULES
#
# It knows the few words that our rules take; any other is said to be unknown.

# Does the rule on this line hold for the node?  What it gives is in @rule.
function holds(	i, key, value)
{
	delete rule
	for (i = 1; i < NF; i += 2) {
		key = $i
		gsub(/[, \t]/, "", key)
		value = $(i + 1)
		if (key ~ /^(OWNER|GROUP|MODE)=$/) {
			rule[key] = value
		} else if (key == "KERNEL==" && value !~ /[^a-z0-9*-]/) {
			gsub(/\*/, ".*", value)
			if (node !~ "^" value "$")
				return 0
		} else if (key == "SUBSYSTEM==" || key == "ACTION==") {
			if (value != (key == "ACTION==" ? "add" : "misc"))
				return 0
		} else if (key != "LABEL=") {
			print "unknown in rules of udev: " $0
			return 0
		}
	}
	return 1
}

function who(owner, group, mode)
{
	if (owner == "root" && group == "root" && mode == "0600")
		return "root"
	if (owner == "root" && group != "root" && mode == "0660")
		return "the group " group
	return mode " of " owner ":" group
}

# What the kernel gives.
BEGIN {
	FS = "\""
	given["OWNER="] = given["GROUP="] = "root"
	given["MODE="] = "0600"
}

/^#/ || !NF { next }

holds() {
	for (key in rule)
		given[key] = rule[key]
}

END { print who(given["OWNER="], given["GROUP="], given["MODE="]) }
