# SPDX-License-Identifier: GPL-2.0-only
#
# After figures.awk: a bench as an SVG: instructions above the floor over the size of
# things, both axes logarithmic, a panel for each kind of case.

BEGIN {
	nr_panels = split("buffers bytes again first once threads", panels, " ")
	title["buffers"] = "inline buffers of 64 bytes"
	title["bytes"] = "inline bytes, each way"
	title["again"] = "dma-buf seen before, bytes"
	title["first"] = "dma-buf, its first call, bytes"
	title["once"] = "dma-buf: alloc, call, close, bytes"
	title["threads"] = "threads, empty calls"
	colour["ours"] = "#0b6e4f"
	colour["in-tree"] = "#b23a48"
	width = 320; height = 240; left = 62; top = 34; right = 14; bottom = 34
}

function log10(x)
{
	return log(x) / log(10)
}

function at_x(panel, x,	low, high)
{
	low = log10(sizes[panel, 1])
	high = log10(sizes[panel, nr_sizes[panel]])
	return left + (log10(x) - low) / (high - low) * (width - left - right)
}

function at_y(y)
{
	return top + (y_high - log10(y)) / (y_high - y_low) * (height - top - bottom)
}

function text(x, y, anchor, words)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, words
}

function label(n)
{
	return n >= 1048576 && n % 1048576 == 0 ? n / 1048576 "Mi" : \
	       n >= 1024 && n % 1024 == 0 ? n / 1024 "Ki" : n
}

function find_range(panel,	i, y)
{
	y_low = 99
	y_high = 0
	for (i = 1; i <= nr_sizes[panel]; i++)
		for (driver in colour) {
			y = log10(above(panel "," sizes[panel, i], driver, host))
			if (y < y_low)
				y_low = y
			if (y > y_high)
				y_high = y
		}
	y_low = int(y_low)
	y_high = int(y_high) + 1
}

function draw_axes(panel,	i, e)
{
	text(left, 18, "start", title[panel])
	for (e = y_low; e <= y_high; e++) {
		printf "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
			left, width - right, at_y(10 ^ e), at_y(10 ^ e)
		text(left - 6, at_y(10 ^ e) + 4, "end", sprintf("%d", 10 ^ e))
	}
	for (i = 1; i <= nr_sizes[panel]; i++)
		text(at_x(panel, sizes[panel, i]), height - bottom + 16, "middle",
		     label(sizes[panel, i]))
}

function draw_line(panel, driver,	i, x, y, points)
{
	for (i = 1; i <= nr_sizes[panel]; i++) {
		x = at_x(panel, sizes[panel, i])
		y = at_y(above(panel "," sizes[panel, i], driver, host))
		points = points sprintf("%.1f,%.1f ", x, y)
		printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>\n", x, y, colour[driver]
	}
	printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
		points, colour[driver]
}

END {
	for (r = 1; r <= nr_rows; r++)
		sizes[name[rows[r]], ++nr_sizes[name[rows[r]]]] = size[rows[r]]
	nr_lines = int((nr_panels + 1) / 2)
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">\n",
		2 * width, nr_lines * height + 30
	print "<!-- SPDX-License-Identifier: GPL-2.0-only -->"
	print "<style>text { font: 11px sans-serif; fill: #333 } .grid { stroke: #ddd }</style>"
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
	for (p = 1; p <= nr_panels; p++) {
		printf "<g transform=\"translate(%d,%d)\">\n", (p - 1) % 2 * width,
			int((p - 1) / 2) * height
		find_range(panels[p])
		draw_axes(panels[p])
		draw_line(panels[p], "ours")
		draw_line(panels[p], "in-tree")
		print "</g>"
	}
	printf "<g transform=\"translate(0,%d)\">\n", nr_lines * height
	text(left, 18, "start", "instructions of a call above the floor, kernel " kernel \
	     ": <tspan fill=\"" colour["ours"] "\">ours</tspan>, <tspan fill=\"" \
	     colour["in-tree"] "\">in-tree</tspan>")
	print "</g>"
	print "</svg>"
}
