# SPDX-License-Identifier: GPL-2.0-only
#
# What git apply rejected of one file: for each hunk a line "FILE:LINE, tab, what, tab,
# what the patch expects there, and what is there", with \n for line ends.

function add(text)
{
	gsub(/\\/, "&&", text)
	gsub(/\t/, "        ", text)
	details = details text "\\n"
}

function flush(    i)
{
	if (!start)
		return
	add("base:")
	for (i = start; i < start + length_old && i <= nr; i++)
		add("  " line[i])
	printf "%s:%d\tthe base has other lines there\t%s\n", file, start, details
	start = 0
}

BEGIN {
	while ((getline text < there) > 0)
		line[++nr] = text
}

/^@@ -[0-9]+/ {
	flush()
	split($2, at, ",")
	start = -at[1]
	length_old = at[2] == "" ? 1 : at[2]
	details = ""
	add("patch:")
	next
}
start { add("  " $0) }
END { flush() }
