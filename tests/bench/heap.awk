# SPDX-License-Identifier: GPL-2.0-only
#
# With median.awk, lines of heap_costs of Linux at EL2 and at EL1, in this order: what
# the heap costs, as a table.

FNR == 1 {
	el = nr_files++ ? 1 : 2
}

# How long functions took, with whatever came between: the least counts.
/^bench .* grant/ {
	if (el == 1)
		next
	row = $4 "," $5
	if (!((row, "map") in step))
		grants[++nr_grants] = row
	for (i = 6; i < NF; i += 2)
		if (!((row, $i) in step) || step[row, $i] > $(i + 1))
			step[row, $i] = $(i + 1)
	next
}

/^bench / {
	row = $4 "," $5
	if (!(row in name)) {
		rows[++nr_rows] = row
		name[row] = $4
		size[row] = $5
	}
	who = el "," $3
	rounds[row, who]++
	for (i = 6; i < NF; i += 2)
		figure[row, who, $i, rounds[row, who]] = $(i + 1)
}

function of(row, who, what,	i, values)
{
	if (!((row, who) in rounds))
		return "-"
	for (i = 1; i <= rounds[row, who]; i++)
		values[i] = figure[row, who, what, i]
	return median(values, rounds[row, who])
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
			of(row, "2,ours", "host"), of(row, "2,ours", "maps"),
			of(row, "2,ours", "unmaps"), of(row, "2,ours", "tlbi"),
			of(row, "2,ours", "pages"), of(row, "1,ours", "host"),
			of(row, "1,in-tree", "host")
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
