# SPDX-License-Identifier: GPL-2.0-only
#
# Input: the reasons, four files of results, and the cases in their order.
# Fails if our driver does not pass, or a difference has no reason.

FNR == 1 {
	files++
}

/^#/ {
	next
}

files == 1 {
	at = index($0, ": ")
	key = substr($0, 1, at - 1)
	sub("/", " ", key)
	reason[key] = substr($0, at + 2)
	next
}

files <= 5 {
	result[$1 " " $2, files - 1] = $3
	next
}

FNR == 1 {
	print "| test | ours, 7 EL2 | ours, 6.12 EL1 | in-tree, 7 EL2 | in-tree, 6.12 EL1 | why |"
	print "| --- | --- | --- | --- | --- | --- |"
}

{
	why = (($1 " " $2) in reason) ? reason[$1 " " $2] : reason[$1 " *"]
	differs = 0
	row = "| " $1 ": " $2 " |"
	for (i = 1; i <= 4; i++) {
		verdict = (($1 " " $2, i) in result) ? result[$1 " " $2, i] : "missing"
		row = row " " verdict " |"
		if (verdict != "pass")
			differs = 1
		if (i <= 2 && verdict != "pass")
			bad = complain($1 ": " $2 ": ours: " verdict)
	}
	if (differs && why == "")
		bad = complain($1 ": " $2 ": a difference without a reason")
	print row " " (differs ? why : "") " |"
}

function complain(text)
{
	print text > "/dev/stderr"
	return 1
}

END {
	exit bad
}
