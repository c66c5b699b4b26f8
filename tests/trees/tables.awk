# SPDX-License-Identifier: GPL-2.0-only
#
# The rows of a table of shapes, from the lines of shapes.jq: "NODES | ON | SHAPE | PAS".
# Nodes of one shape are one row; the remoteprocs that have it are listed.
BEGIN { FS = "\t" }
{
	nodes[$1]++
	on[$1] += $2 == "on"
	if (!(($1, $3) in seen)) {
		seen[$1, $3] = 1
		# columns are apart by " | " in the shape already
		remoteprocs[$1] = remoteprocs[$1] (remoteprocs[$1] ? ", " : "") $3
	}
}
END {
	for (shape in nodes)
		print "| " nodes[shape] " | " on[shape] " | " shape " | " remoteprocs[shape] " |"
}
