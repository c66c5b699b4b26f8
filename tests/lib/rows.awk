# SPDX-License-Identifier: GPL-2.0-only
# The table of outcomes of docs/remote-heap-matrix.md as entries of a C array.
function trim(s) { gsub(/^[[:space:]]+|[[:space:]]+$/, "", s); return s }
/^## / { inside = $0 == "## Outcomes" }
inside && /^\| shape / { is_table = 1; next }
inside && is_table && !/^\|/ { is_table = 0 }
inside && is_table && !/^\| ---/ {
	split($0, cell, "|")
	for (i = 2; i <= 9; i++)
		cell[i] = trim(cell[i])
	printf "\t{ { "
	for (i = 2; i <= 6; i++)
		printf "\"%s\"%s", cell[i], i < 6 ? ", " : " }, "
	printf "%s, \"%s\", \"%s\" },\n", cell[7] == "0" ? 0 : "-" cell[7], cell[8], cell[9]
}
