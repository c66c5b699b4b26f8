# SPDX-License-Identifier: GPL-2.0-only
# What the in-tree driver does with the cells of docs/remote-heap-matrix.md, beside what that
# page says of this driver, as a table.  Input: that page, then for each kernel kernel=K and the
# lines "cell WORDS | WHAT" of the program matrix_in_tree.  Regions with one outcome share a row.
function trim(s) { gsub(/^[[:space:]]+|[[:space:]]+$/, "", s); return s }

function fits(list, word,   n, part, i)
{
	n = split(list, part, /, */)
	for (i = 1; i <= n; i++)
		if (part[i] == word || list == "*")
			return 1
	return 0
}

function ours(cell,   word, i, k)
{
	split(cell, word, / \| /)
	for (i = 1; i <= nr_rows; i++) {
		for (k = 1; k <= 5 && fits(row[i, k], word[k]); k++)
			;
		if (k > 5)
			return outcome[i]
	}
	return "?"
}

/^## / { is_outcomes = $0 == "## Outcomes" }

is_outcomes && /^\| / && !/^\| (shape|---) / {
	split($0, part, "|")
	nr_rows++
	for (k = 1; k <= 5; k++)
		row[nr_rows, k] = trim(part[k + 1])
	outcome[nr_rows] = trim(part[7]) ", " trim(part[8])
}

/^cell / {
	at = match($0, / \| [^|]*$/)
	cell = substr($0, 6, at - 6)
	what[cell, kernel] = substr($0, at + 3)
	if (!(cell in is_known)) {
		is_known[cell] = 1
		cells[++nr_cells] = cell
	}
}

END {
	print "| shape | vmids | scm | life | region | this driver | in-tree, 6.12 | in-tree, 7 |"
	print "| --- | --- | --- | --- | --- | --- | --- | --- |"
	for (i = 1; i <= nr_cells; i++) {
		cell = cells[i]
		at = match(cell, /[^|]*$/)
		region = trim(substr(cell, at))
		key = substr(cell, 1, at - 3) SUBSEP ours(cell)
		for (k = 1; k <= 2; k++) {
			of = what[cell, k == 1 ? "6.12" : "7"]
			key = key SUBSEP (of == "" ? "-" : of)
		}
		if (key in regions)
			regions[key] = regions[key] ", " region
		else {
			keys[++nr_keys] = key
			regions[key] = region
		}
	}
	for (i = 1; i <= nr_keys; i++) {
		split(keys[i], part, SUBSEP)
		printf "| %s | %s | %s | %s | %s |\n", part[1], regions[keys[i]], part[2], part[3], part[4]
	}
}
