#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/remote-heap-matrix.md: its words make the cells, each cell has a row of its table of
# outcomes, each row has a cell, and each cell has a variant of the board that tries it: the
# line "matrix:" in board/dts says which words a variant stands for, and tests/lists runs it.
#
# What is wrong is said, one line each; the exit status is 1 then.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
page=$top/docs/remote-heap-matrix.md

# "NAME shape=a,b scm=c life=d", for each variant that a list runs the program in.
variants()
{
	for file in "$top"/board/dts/variants/*.dtsi "$top"/board/dts/own/*.dtsi; do
		name=$(basename "$file" .dtsi)
		words=$(sed -n 's/^ \* matrix: \(shape=.*\)$/\1/p' "$file")
		[ -n "$words" ] || continue
		grep -q '^matrix\>' "$top/tests/lists/$name" 2>/dev/null ||
			{ echo "tests/lists/$name does not run the program matrix"; continue; }
		echo "$name $words"
	done
}

{ variants; echo; cat "$page"; } | awk '
function trim(s) { gsub(/^[[:space:]]+|[[:space:]]+$/, "", s); return s }
function fits(list, word,   n, part, i)
{
	n = split(list, part, /, */)
	for (i = 1; i <= n; i++)
		if (part[i] == word || list == "*")
			return 1
	return 0
}
function says(words, kind, word)
{
	if (!match(words, kind "=[a-z,]*"))
		return 0
	return fits(substr(words, RSTART + length(kind) + 1, RLENGTH - length(kind) - 1), word)
}
function is_tried(shape, scm, life,   i)
{
	for (i = 1; i <= nr_variants; i++)
		if (says(variant[i], "shape", shape) && says(variant[i], "scm", scm) &&
		    says(variant[i], "life", life))
			return 1
	return 0
}
function judge(cell, name,   i, k)
{
	cells++
	for (i = 1; i <= nr_rows; i++) {
		for (k = 1; k <= 5 && fits(row[i, k], cell[k]); k++)
			;
		if (k == 6)
			break
	}
	if (i > nr_rows)
		print "no row fits " name
	used[i]++
	if (!is_tried(cell[1], cell[3], cell[4]))
		print "no variant tries " name
}
!is_page && !NF { is_page = 1; next }
!is_page && /shape=/ { variant[++nr_variants] = $0; next }
!is_page { print; next }
/^\| (shape|vmids|scm|life|region) [a-z, -]+ \|/ && !table {
	split($0, part, "|")
	kind = trim(part[2])
	words = kind
	sub(/ .*/, "", kind)
	sub(/^[a-z]+ /, "", words)
	list[kind] = list[kind] (list[kind] ? ", " : "") words
}
/^## / { table = $0 == "## Outcomes" }
table && /^\|/ && !/^\| (shape|---) / {
	if (split($0, part, "|") < 10)
		next
	nr_rows++
	for (i = 1; i <= 5; i++)
		row[nr_rows, i] = trim(part[i + 1])
}
END {
	a = split(list["shape"], shape, /, */)
	b = split(list["vmids"], vmids, /, */)
	c = split(list["scm"], scm, /, */)
	d = split(list["life"], life, /, */)
	e = split(list["region"], region, /, */)
	for (i = 1; i <= a; i++) for (j = 1; j <= b; j++) for (k = 1; k <= c; k++)
	for (l = 1; l <= d; l++) for (m = 1; m <= e; m++) {
		cell[1] = shape[i]; cell[2] = vmids[j]; cell[3] = scm[k]
		cell[4] = life[l]; cell[5] = region[m]
		judge(cell, shape[i] " " vmids[j] " " scm[k] " " life[l] " " region[m])
	}
	for (i = 1; i <= nr_rows; i++)
		if (!used[i])
			print "row " i " of the table is no cell'"'"'s"
	if (!cells || !nr_rows)
		print "no cells or no rows are found any more: mend the patterns"
	print cells " cells" > "/dev/stderr"
}' > "${TMPDIR:-/tmp}/matrix.$$"
cat "${TMPDIR:-/tmp}/matrix.$$"
wrong=$(wc -l < "${TMPDIR:-/tmp}/matrix.$$")
rm -f "${TMPDIR:-/tmp}/matrix.$$"
[ "$wrong" -eq 0 ]
