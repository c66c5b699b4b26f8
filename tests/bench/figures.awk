# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the CSV of a bench, for table.awk and plot.awk: rows[1..nr_rows] are its
# cases in their order, "what,size" each; host[row, driver] are instructions, least[]
# the same of the best batch, and event[row, driver, name] what else was counted.

BEGIN {
	FS = ","
	nr_events = split("maps unmaps tlbi slab pages switches works", events, " ")
	# more, or less, than one call: no floor to stand on
	no_floor["alloc"] = no_floor["once"] = no_floor["clients"] = 1
}

/^#/ {
	next
}

$1 == "kernel" {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

{
	row = $2 "," $3
	if (!(row in name)) {
		rows[++nr_rows] = row
		name[row] = $2
		size[row] = $3
	}
	host[row, $4] = $5
	least[row, $4] = $column["least"]
	for (e = 1; e <= nr_events; e++)
		event[row, $4, events[e]] = $column[events[e]]
	kernel = $1
}

function has_floor(row)
{
	return !(name[row] in no_floor)
}

# The bare echo of the same size, or of nothing where none was measured.
function floor_of(row, figures)
{
	return (row, "floor") in figures ? figures[row, "floor"] : figures["null,0", "floor"]
}

function above(row, driver, figures)
{
	return figures[row, driver] - (has_floor(row) ? floor_of(row, figures) : 0)
}
