# SPDX-License-Identifier: GPL-2.0-only
#
# One "make run" as a page: the time line of its steps, with what ran, who had the heap and
# each fault.  board/boot --report FILE run calls
#	VERDICT="PASS (...): ..." awk -f board/report.awk part=report FILE part=monitor FILE \
#		part=smmu FILE
# The page needs nothing else, and is legible on a phone: it is 360 units wide, which is the
# width of a small screen, and no letter is smaller than 12 of them.

BEGIN {
	letters = 32			# in a line of the time line
	height = 17			# of a line
	text_x = 84
	dsp_x = 54; heap_x = 68		# the two lanes
	colour["on"] = "#2d7d32"; colour["lent"] = "#b56a00"; colour["used"] = "#1c5fb5"
	colour["fault"] = "#c00000"
	look["fault"] = " fill=\"#fff\" font-weight=\"bold\""
	look["call"] = " fill=\"" colour["used"] "\""
	verdict = ENVIRON["VERDICT"]
	has_failed = verdict !~ /^PASS/
	fault_pattern = "SMMU fault|XPU error|SMMU faults, the last|violation|refused|PD is dead"
}

{ sub(/\r$/, "") }

part == "report" && /^at /	{ at = $2 }
part == "report" && /^step /	{ step(substr($0, 6)); at = "" }
part == "report" && /^log / && $0 ~ fault_pattern { fault(substr($0, 5)) }
part == "report" && /^end /	{ has_end = 1 }
part == "monitor" && /^(assign|violation)|refused/ {
	firmware[++nr_firmware] = $0
	is_bad[nr_firmware] = /violation|refused/
}
part == "smmu" && /smmuv3_(record|propagate)_event/ { smmu_events++ }

# A step of the report, which may change a lane.
function step(words)
{
	if (words ~ /^carve-out /) {
		if (!carve_outs++)
			event("step", "")
		says[nr] = carve_outs " carve-outs of memory"
		full[nr] = full[nr] words "; "
		return
	}
	if (words ~ /^PAS: remoteproc adsp .* is running/)
		dsp = "on"
	if (words ~ /^remote heap .* (mapped|assigned)/)
		heap = "lent"
	if (words ~ /^(adsprpcd has attached|audio PD: heap)/ && !has_fault)
		heap = "used"
	if (words ~ /^remoteproc adsp stopped/)
		dsp = heap = ""
	event(words ~ /INVOKE|GET_DSP_INFO|through its daemon/ ? "call" : "step", words)
}

function fault(words)
{
	sub(/^kernel: /, "", words)
	has_fault = 1
	event("fault", words)
}

function event(kind, words)
{
	kinds[++nr] = kind
	says[nr] = full[nr] = words
	times[nr] = at
	dsps[nr] = dsp
	heaps[nr] = heap
}

# For HTML and SVG; the logs are not trusted.
function escaped(words)
{
	gsub(/&/, "\\&amp;", words)
	gsub(/</, "\\&lt;", words)
	gsub(/>/, "\\&gt;", words)
	gsub(/"/, "\\&quot;", words)
	return words
}

# Breaks words into lines of @most letters, into line[1..]; more than @limit lines are cut.
function wrap(words, most, limit,   n, rest, cut)
{
	n = 0
	rest = words
	while (rest != "") {
		if (n == limit) {
			line[n] = substr(line[n], 1, most - 1) "..."
			break
		}
		cut = length(rest) <= most ? length(rest) : most
		if (cut < length(rest)) {
			while (cut > most / 2 && substr(rest, cut + 1, 1) != " ")
				cut--
			if (substr(rest, cut + 1, 1) != " ")
				cut = most
		}
		line[++n] = substr(rest, 1, cut)
		rest = substr(rest, cut + 1)
		sub(/^ +/, "", rest)
	}
	return n
}

function bar(x, y, tall, kind)
{
	if (kind)
		svg = svg sprintf("<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"%d\" fill=\"%s\"/>\n",
				  x, y, tall, colour[kind])
}

function text(x, y, words, more)
{
	svg = svg sprintf("<text x=\"%d\" y=\"%d\"%s>%s</text>\n", x, y, more, escaped(words))
}

# Prints seconds with three digits, which is what the page has room for.
function three_digits(time)
{
	return sprintf(time < 9.995 ? "%.2f" : time < 99.95 ? "%.1f" : "%.0f", time)
}

# One event, at @y; returns where the next begins.
function row(i, y,   n, j, tall, is_fault)
{
	is_fault = kinds[i] == "fault"
	n = wrap(says[i], is_fault ? letters - 3 : letters, 4)
	tall = n * height + 8
	svg = svg sprintf("<g class=\"%s\"%s><title>%s</title>\n", kinds[i],
			  is_fault && !nr_faults++ ? " id=\"fault\"" : "", escaped(full[i]))
	bar(dsp_x, y, tall, dsps[i])
	bar(heap_x, y, tall, is_fault ? "fault" : heaps[i])
	if (is_fault)
		svg = svg sprintf("<rect x=\"%d\" y=\"%d\" width=\"276\" height=\"%d\" rx=\"4\" fill=\"%s\"/>\n",
				  text_x - 4, y + 1, tall - 2, colour["fault"])
	if (times[i] != "")
		text(46, y + height - 1, three_digits(times[i]) " s", " text-anchor=\"end\" fill=\"#555\"")
	for (j = 1; j <= n; j++)
		text(text_x, y + j * height - 1, line[j], look[kinds[i]])
	svg = svg "</g>\n"
	return y + tall
}

function key(x, kind, words)
{
	svg = svg sprintf("<rect x=\"%d\" y=\"4\" width=\"10\" height=\"12\" fill=\"%s\"/>\n", x,
			  colour[kind])
	text(x + 14, 15, words, "")
}

function draw(   i, y)
{
	key(4, "on", "ADSP runs")
	key(96, "lent", "heap lent")
	key(184, "used", "DSP uses it")
	key(286, "fault", "fault")
	y = 26
	for (i = 1; i <= nr; i++)
		y = row(i, y)
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 360 %d\" role=\"img\" " \
	       "font-family=\"sans-serif\" font-size=\"13.5\" fill=\"#111\">\n", y + 4
	print "<title>Time line of the run</title>"
	printf "%s</svg>\n", svg
}

function firmware_show(   i)
{
	if (!nr_firmware)
		return
	print "<h2>What firmware did with memory</h2>\n<ul>"
	for (i = 1; i <= nr_firmware; i++)
		printf "<li%s>%s</li>\n", is_bad[i] ? " class=\"bad\"" : "", escaped(firmware[i])
	print "</ul>"
}

END {
	# a run that fails has one place to look at, also if no fault was seen
	if (has_failed && !has_fault) {
		words = verdict
		sub(/^FAIL \([^)]*\): /, "", words)
		at = ""
		event("fault", words)
	}
	print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
	print "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	printf "<title>make run: %s</title>\n", has_failed ? "FAIL" : "PASS"
	print "<style>"
	print "body { margin: 0 auto; max-width: 540px; padding: 0; font: 15px sans-serif; color: #111; background: #fff }"
	printf ".verdict { padding: 10px; color: #fff; font-weight: bold; overflow-wrap: anywhere; background: %s }\n",
	       has_failed ? colour["fault"] : colour["on"]
	print ".verdict a { color: #fff }"
	print "svg { width: 100%; height: auto }"
	print "li { overflow-wrap: anywhere }"
	printf ".bad { color: %s; font-weight: bold }\n", colour["fault"]
	print "</style>\n</head>\n<body>"
	printf "<p class=\"verdict\">%s%s</p>\n", escaped(verdict),
	       has_failed ? " <a href=\"#fault\">where it happened</a>" : ""
	draw()
	firmware_show()
	if (smmu_events)
		printf "<p class=\"bad\">QEMU saw %d events of the SMMU.</p>\n", smmu_events
	print "</body>\n</html>"
}
