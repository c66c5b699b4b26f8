# SPDX-License-Identifier: GPL-2.0-only
#
# Rows and findings as one object.  In details \n and \\ are already what JSON wants.

function text(name, value, is_escaped)
{
	if (!is_escaped)
		gsub(/\\/, "&&", value)
	gsub(/"/, "\\\"", value)
	gsub(/[\001-\037]/, " ", value)
	return "\"" name "\": \"" value "\""
}

BEGIN {
	printf "{\n  %s,\n  %s,\n  \"status\": %d,\n", text("verdict", verdict), text("words", words), status
	printf "  %s,\n  %s,\n  %s,\n  \"checks\": [", text("title", title), text("base", base), text("kernels", kernels)
}

input == "findings" && !begun {
	printf "\n  ],\n  \"findings\": ["
	begun = 1
	sep = ""
}

input == "rows" {
	printf "%s\n    { %s, %s, %s, %s }", sep, text("stage", $1), text("check", $2), text("result", $3), text("words", $4)
	sep = ","
	next
}

{
	printf "%s\n    { %s, %s, %s, %s, %s, %s, %s }", sep, text("stage", $1), text("severity", $2), text("place", $3),
		text("what", $4), text("cause", $5), text("todo", $6), text("details", $7, 1)
	sep = ","
}

END {
	if (!begun)
		printf "\n  ],\n  \"findings\": ["
	print "\n  ]\n}"
}
