# SPDX-License-Identifier: GPL-2.0-only
#
# What works: a row for each program of the list (the first file), counted in the
# rows of the table (the second one).

BEGIN {
	FS = " *[|] *"
}

NR == FNR {
	if ($0 ~ /^[a-z_]*: /) {
		name = substr($0, 1, index($0, ":") - 1)
		order[++programs] = name
		about[name] = substr($0, index($0, ":") + 2)
	}
	next
}

NF > 5 && $2 ~ /: / {
	name = substr($2, 1, index($2, ":") - 1)
	cases[name]++
	for (i = 3; i <= 6; i++)
		passed[name, i] += $i == "pass"
}

END {
	print "| what | program | cases | ours, 7 EL2 | ours, 6.12 EL1 | in-tree, 7 EL2 | in-tree, 6.12 EL1 |"
	print "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
	for (p = 1; p <= programs; p++) {
		name = order[p]
		printf "| %s | %s | %d |", about[name], name, cases[name]
		for (i = 3; i <= 6; i++)
			printf " %d |", passed[name, i]
		print ""
	}
}
