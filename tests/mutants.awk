# SPDX-License-Identifier: GPL-2.0-only
#
# The headers of the patches in tests/mutants as rows of a table: what was changed, and what
# failed then.  A patch that no test sees yet is left out.

function flush()
{
	if (mistake != "" && red != "")
		printf "| %s | %s |\n", mistake, red
	mistake = red = ""
	in_header = 1
}

FNR == 1 { flush() }
/^--- / { in_header = 0 }
!in_header { next }
/^Mistake: / {
	mistake = $0
	sub(/^Mistake: */, "", mistake)
}
/^Red: / {
	place = $2
	$1 = $2 = ""
	sub(/^ +/, "")
	gsub(/ +/, ", ")
	red = red (red == "" ? "" : "; ") place ($0 == "" ? "" : ": " $0)
}
/^Kernel: / { red = red " on " $2 }
END { flush() }
