# SPDX-License-Identifier: GPL-2.0-only
#
# Input: the reasons, what our driver gave, what the in-tree driver gave; lines
# "WHAT | VALUE".  Prints a table of what differs, or, with equal=1, of what does not.
# Fails if a difference has no reason, or a reason no difference.

BEGIN {
	FS = " [|] "
	if (equal)
		print "| what | both |\n| --- | --- |"
	else
		print "| what | ours | in-tree | why |\n| --- | --- | --- | --- |"
}

FNR == 1 {
	files++
}

/^#/ {
	next
}

files == 1 {
	reason[$1] = $2
	next
}

files == 2 {
	ours[$1] = $2
	order[++count] = $1
	next
}

{
	theirs[$1] = $2
	if (!($1 in ours))
		complain($1 ": only the in-tree driver has it")
}

function complain(text)
{
	print text > "/dev/stderr"
	bad = 1
}

END {
	for (i = 1; i <= count; i++) {
		what = order[i]
		if (!(what in theirs))
			complain(what ": only ours has it")
		if (ours[what] == theirs[what]) {
			if (what in reason)
				complain(what ": a reason for no difference")
			if (equal)
				print "| " what " | " ours[what] " |"
		} else {
			if (!(what in reason))
				complain(what ": " ours[what] " here, " theirs[what] " there, without a reason")
			if (!equal)
				print "| " what " | " ours[what] " | " theirs[what] " | " reason[what] " |"
		}
		delete reason[what]
	}
	for (what in reason)
		complain(what ": a reason for what is not asked")
	exit bad
}
