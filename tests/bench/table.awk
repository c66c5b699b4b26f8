# SPDX-License-Identifier: GPL-2.0-only
#
# After figures.awk: a bench as two tables, instructions and events.

BEGIN {
	what["null"] = "empty call"
	what["buffers"] = "inline buffers of 64 bytes"
	what["bytes"] = "inline, each way"
	what["again"] = "dma-buf seen before"
	what["first"] = "dma-buf, its first call"
	what["alloc"] = "dma-buf: ALLOC_DMA_BUFF"
	what["once"] = "dma-buf: alloc, call, close"
	what["threads"] = "empty calls, threads of one file"
	what["sessions"] = "empty calls, a file each"
	what["clients"] = "open, INIT_ATTACH, close"
	is_bytes["bytes"] = is_bytes["again"] = is_bytes["first"] = is_bytes["alloc"] = 1
	is_bytes["once"] = 1
}

function title(row,	n)
{
	n = size[row]
	if (!(name[row] in is_bytes))
		return what[name[row]] (n ? ": " n : "")
	if (n >= 1048576)
		return what[name[row]] ": " n / 1048576 " MiB"
	return what[name[row]] ": " (n >= 1024 ? n / 1024 " KiB" : n " B")
}

# 6.00 is 6, 3.27 is 3.3
function short(n)
{
	return sprintf("%.1f", n) + 0
}

END {
	print "| a call | floor | ours | in-tree | ours above the floor | in-tree above the floor | ratio |"
	print "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
	for (r = 1; r <= nr_rows; r++) {
		row = rows[r]
		printf "| %s | %s | %d | %d | %d | %d | %.2f |\n", title(row),
			has_floor(row) ? floor_of(row, host) : "-", host[row, "ours"],
			host[row, "in-tree"], above(row, "ours", host), above(row, "in-tree", host),
			above(row, "ours", host) / above(row, "in-tree", host)
	}
	print ""
	print "| events in a call: ours, in-tree | map | unmap | TLB inv. | objects | pages | switches | works |"
	print "| --- | --- | --- | --- | --- | --- | --- | --- |"
	for (r = 1; r <= nr_rows; r++) {
		row = rows[r]
		printf "| %s |", title(row)
		for (e = 1; e <= nr_events; e++)
			printf " %s, %s |", short(event[row, "ours", events[e]]),
				short(event[row, "in-tree", events[e]])
		print ""
	}
}
