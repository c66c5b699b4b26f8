# SPDX-License-Identifier: GPL-2.0-only
#
# After rows.awk, lines of heap_costs of Linux at EL2 and at EL1, in this order: what the
# heap costs, as a table.

# How long functions took at EL2, with whatever came between: the least counts.
/^bench .* grant/ && nr_files == 1 {
	row = $4 "," $5
	if (!((row, "map") in step))
		grants[++nr_grants] = row
	for (i = 6; i < NF; i += 2)
		if (!((row, $i) in step) || step[row, $i] > $(i + 1))
			step[row, $i] = $(i + 1)
}

function title(row)
{
	if (name[row] == "first")
		return "CREATE_STATIC, the region is granted"
	if (name[row] == "later")
		return "CREATE_STATIC of a later daemon"
	return (name[row] == "add" ? "add" : "take back") " " size[row] / 1048576 " MiB"
}

END {
	print "| instructions | ours, EL2 | maps, unmaps, TLB inv., pages | ours, EL1 | in-tree, EL1 |"
	print "| --- | ---: | --- | ---: | ---: |"
	for (r = 1; r <= nr_rows; r++) {
		row = rows[r]
		printf "| %s | %s | %s, %s, %s, %s | %s | %s |\n", title(row),
			of(row, "ours", "host"), of(row, "ours", "maps"),
			of(row, "ours", "unmaps"), of(row, "ours", "tlbi"),
			of(row, "ours", "pages"), of(row, "2,ours", "host"),
			of(row, "2,in-tree", "host")
	}
	print ""
	print "| instructions of granting, EL2 | clearing it | looking for mappings | mapping it |"
	print "| --- | ---: | ---: | ---: |"
	for (r = 1; r <= nr_grants; r++) {
		row = grants[r]
		split(row, parts, ",")
		printf "| %s, %d MiB | %d | %d | %d |\n",
			parts[1] == "grant" ? "added memory" : "the region", parts[2] / 1048576,
			step[row, "scrub"], step[row, "open"] - step[row, "map"], step[row, "map"]
	}
}
