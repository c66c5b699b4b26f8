# SPDX-License-Identifier: GPL-2.0-only
#
# Input: names of C files that are touched, without ".c", a line each; then the Makefile of
# their folder.  Prints a Kbuild with the modules they are parts of (of a folder that is
# new, all modules) and with each of them once more as it is when built in.

BEGIN { FS = "[ \t]+" }

input == "names" { touched[$1] = 1; next }

# Lines that go on are one.
{
	text = pending $0
	pending = ""
	if (sub(/\\$/, " ", text)) {
		pending = text
		next
	}
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]*#.*/, "", text)
	read_line(text)
}

function read_line(text,    part, at, name, nr, i)
{
	# of the same folder: it may hold flags
	if (text ~ /^-?include[ \t]+\$\(src\)\//) {
		flags = flags text "\n"
		return
	}
	if (!match(text, /[ \t]*[:+?]?=[ \t]*/))
		return
	name = substr(text, 1, RSTART - 1)
	at = substr(text, RSTART + RLENGTH)
	nr = split(at, part, /[ \t]+/)
	if (name ~ /^obj-/) {
		for (i = 1; i <= nr; i++)
			if (part[i] ~ /\.o$/)
				module[++modules] = substr(part[i], 1, length(part[i]) - 2)
		return
	}
	if (name ~ /^(ccflags|CFLAGS_)/)
		flags = flags text "\n"
	if (!match(name, /-(y|m|objs|\$\(CONFIG_[A-Z0-9_]+\))$/))
		return
	name = substr(name, 1, RSTART - 1)
	lines[name] = lines[name] text "\n"
	for (i = 1; i <= nr; i++)
		parts[name] = parts[name] " " part[i]
}

function is_touched(name,    part, nr, i)
{
	if (new || (name in touched))
		return 1
	nr = split(parts[name], part, " ")
	for (i = 1; i <= nr; i++)
		if (substr(part[i], 1, length(part[i]) - 2) in touched)
			return 1
	return 0
}

END {
	printf "%s", flags
	for (i = 1; i <= modules; i++)
		if (!printed[module[i]]++ && is_touched(module[i]))
			made = made "obj-m += " module[i] ".o\n" lines[module[i]]
	printf "%s", made
	if (made == "")
		exit
	print "ifndef JUDGE_MODULES"
	for (name in touched)
		printf "always-y += %s-in.o\n", name
	print "endif"
}
