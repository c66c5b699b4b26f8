# SPDX-License-Identifier: GPL-2.0-only
#
# After rows.awk: the lines of throughput as a table of calls a second, and of the waits
# for locks in a thousand of them.

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
