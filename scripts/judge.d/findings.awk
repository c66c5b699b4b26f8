# SPDX-License-Identifier: GPL-2.0-only
#
# Findings of one severity as markdown: what, where, cause, what to do, and the lines that
# show it.  A finding of several stages or kernels is one entry each.

$2 == severity {
	printf "* %s: `%s`: %s\n", $1, $3, $4
	if ($5 != "")
		printf "  * cause: %s\n", $5
	if ($6 != "")
		printf "  * to do: %s\n", $6
	if ($7 != "") {
		nr = split($7, line, /\\n/)
		print ""
		for (i = 1; i < nr; i++) {
			gsub(/\\\\/, "\\", line[i])
			print "      " line[i]
		}
		print ""
	}
}
