# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f unreached.awk pan.h pan.c SEARCH...: the lines of the model that no search reached,
# "LINE TEXT".  pan.h and pan.c know the line of each state.  An inline is there as often as it
# is used: its lines count as reached if one use of it is.  A line with BROKEN is a mistake's,
# and a line that has "unreached:" says why no search reaches it.

FNR == 1 { file++ }

file == 1 {
	if (/^#define _nstates[0-9]+\t[0-9]+\t\/\* [a-z_:]+ \*\/$/)
		name[substr($2, 9)] = $5 == ":init:" ? "init" : $5
	next
}

# short src_lnN [] = { the line of each state }; uchar reachedN [] = { 1: not a state }
file == 2 {
	if (/^(short src_ln|uchar reached)[0-9]+ \[\] = /) {
		what = $1
		number = $2
		gsub(/[a-z_]+(ln)?/, "", number)
		state = 0
		inside = 1
		sub(/.*\{/, "")
	}
	if (!inside)
		next
	inside = !/\}/
	gsub(/[^0-9]+/, " ")
	count = split($0, values, " ")
	for (i = 1; i <= count; i++) {
		key = name[number] " " state++
		if (what == "short")
			line[key] = values[i]
		else if (values[i] == 1)
			delete line[key]
	}
	next
}

FNR == 1 { searches++ }
/^unreached in / { process = $NF }
match($0, /heap\.pml:[0-9]+, state [0-9]+, /) {
	split(substr($0, RSTART, RLENGTH), words, /[ :,]+/)
	key = process " " words[4]
	if (seen[key] != FILENAME)
		missed[key]++
	seen[key] = FILENAME
}

END {
	for (key in line)
		if (missed[key] < searches)
			reached[line[key]] = 1
	for (key in line)
		unreached[line[key]] = 1
	while ((getline text < model) > 0)
		if (++number_of in unreached && !(number_of in reached) &&
		    text !~ /BROKEN|unreached:/) {
			gsub(/[ \t]+/, " ", text)
			print number_of ":" text
		}
}
