# SPDX-License-Identifier: GPL-2.0-only
#
# With median.awk: the lines of throughput as a table of calls a second, and of the
# waits for locks in a thousand of them.

/^bench / {
	row = $4 "," $5
	if (!(row in name)) {
		rows[++nr_rows] = row
		name[row] = $4
		size[row] = $5
	}
	round = ++rounds[row, $3]
	for (i = 6; i < NF; i += 2)
		figure[row, $3, $i, round] = $(i + 1)
}

function of(row, driver, what,	i, values)
{
	for (i = 1; i <= rounds[row, driver]; i++)
		values[i] = figure[row, driver, what, i]
	return median(values, rounds[row, driver])
}

END {
	print "| calls a second | floor | ours | in-tree | ours to in-tree | waits in 1000 calls: floor, ours, in-tree |"
	print "| --- | ---: | ---: | ---: | ---: | --- |"
	for (r = 1; r <= nr_rows; r++) {
		row = rows[r]
		printf "| %s: %d | %d | %d | %d | %.2f | %.1f, %.1f, %.1f |\n",
			name[row] == "threads" ? "threads of one file" : "a file each",
			size[row], of(row, "floor", "rate"), of(row, "ours", "rate"),
			of(row, "in-tree", "rate"),
			of(row, "ours", "rate") / of(row, "in-tree", "rate"),
			1000 * of(row, "floor", "waits"), 1000 * of(row, "ours", "waits"),
			1000 * of(row, "in-tree", "waits")
	}
}
