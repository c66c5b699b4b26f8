# SPDX-License-Identifier: GPL-2.0-only
#
# The figure of the README: who owns the ADSP's own stream and the remote heap, at EL2 and
# at EL1.  awk -f docs/pictures/owners.awk > docs/pictures/owners.svg
#
# It has to be legible on a phone: it is 360 units wide, which is the width of a small
# screen, and no letter is smaller than 12 of them.

function text(x, y, words, weight, colour)
{
	printf "<text x=\"%d\" y=\"%d\"%s%s>%s</text>\n", x, y,
	       weight ? " font-weight=\"bold\"" : "",
	       colour ? " fill=\"" colour "\"" : "", words
}

# box(X, Y, HEIGHT, OWNER, LINES): lines of text apart by "|", the first in bold
function box(x, y, height, owner, lines,   part, n, i)
{
	printf "<rect x=\"%d\" y=\"%d\" width=\"168\" height=\"%d\" rx=\"6\" fill=\"%s\" stroke=\"%s\"/>\n",
	       x, y, height, fill[owner], edge[owner]
	n = split(lines, part, "|")
	for (i = 1; i <= n; i++)
		text(x + 84, y + 1 + i * 17, part[i], i == 1)
}

function arrow(x, y, words)
{
	printf "<path d=\"M%d %dv24\" stroke=\"#333\" stroke-width=\"2\" marker-end=\"url(#tip)\"/>\n",
	       x + 22, y
	text(x + 92, y + 17, words)
}

# column(X, TITLE, BELOW, OWNER OF THE STREAM, ITS BOX, ARROW, OWNER OF THE HEAP, ITS BOX, FIRST, SECOND, WITHOUT...)
function column(x, title, below, stream, stream_box, way, heap, heap_box, step, step2, without, without2)
{
	text(x + 84, 22, title, 1)
	text(x + 84, 40, below)
	box(x, 50, 45, "dsp", "Audio PD|runs on the ADSP")
	arrow(x, 95, "loads, stores")
	box(x, 124, 62, stream, stream_box)
	arrow(x, 186, way)
	box(x, 215, 62, heap, heap_box)
	text(x + 84, 300, "The driver", 1)
	text(x + 84, 317, step)
	text(x + 84, 334, step2)
	text(x + 84, 360, "Without that", 1, "#a00000")
	text(x + 84, 377, without, 0, "#a00000")
	text(x + 84, 394, without2, 0, "#a00000")
}

BEGIN {
	fill["dsp"] = "#e4f3e1"; edge["dsp"] = "#2d7d32"
	fill["linux"] = "#e1ecfb"; edge["linux"] = "#1c5fb5"
	fill["hypervisor"] = "#fdeed9"; edge["hypervisor"] = "#b56a00"
	print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	print "<!-- SPDX-License-Identifier: GPL-2.0-only; written by docs/pictures/owners.awk -->"
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 360 404\" width=\"360\" height=\"404\" " \
	      "font-family=\"sans-serif\" font-size=\"13\" text-anchor=\"middle\" fill=\"#111\">"
	print "<title>Who owns the ADSP's own stream and the remote heap</title>"
	print "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"6\" refY=\"4\" markerWidth=\"5\" " \
	      "markerHeight=\"5\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#333\"/></marker></defs>"
	print "<rect width=\"360\" height=\"404\" fill=\"#fff\"/>"
	column(6, "Linux at EL2", "no hypervisor",
	       "linux", "ADSP's SMMU stream|owner: Linux|(remoteproc's domain)",
	       "physical address",
	       "linux", "Remote heap|owner: Linux,|lent until the DSP halts",
	       "maps the heap 1:1", "for the stream",
	       "SMMU translation", "fault: the ADSP dies")
	column(186, "Linux at EL1", "a hypervisor at EL2",
	       "hypervisor", "ADSP's SMMU stream|owner: hypervisor|(Linux cannot see it)",
	       "physical address",
	       "dsp", "Remote heap|owner: the DSP's VMs|until the DSP halts",
	       "has the heap assigned", "to the VMs, by SCM",
	       "access violation:", "the ADSP dies")
	print "<path d=\"M180 10V394\" stroke=\"#bbb\" stroke-dasharray=\"4 4\"/>"
	print "</svg>"
}
