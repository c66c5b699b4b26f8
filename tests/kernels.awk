# SPDX-License-Identifier: GPL-2.0-only
#
# The table of tests/run-kernels, from its facts and from what tests/run printed.
# kernels: all of them, in order; single: the only one that ran, if it is one.

# A line of a test: sets kernel, verdict, name and reason; false: it is none.
function is_test(    word)
{
	if (!match($0, /^([a-z0-9.-]+ )?(pass|fail|skip)  ([a-z0-9.-]+ )?[a-z0-9-]+\/[a-z0-9_-]+ \([0-9]+ ms\)/))
		return 0
	reason = substr($0, RLENGTH + 1)
	sub(/^: /, "", reason)
	split($0, word, " ")
	kernel = single
	if (word[1] !~ /^(pass|fail|skip)$/) {
		kernel = word[1]
		verdict = word[2]
		name = word[3]
	} else if (word[2] !~ /\//) {
		verdict = word[1]
		kernel = word[2]
		name = word[3]
	} else {
		verdict = word[1]
		name = word[2]
	}
	return 1
}

function counts(kernel, el)
{
	if (!boots[kernel, el])
		return "not booted | -"
	return sprintf("%d boots | %d passed, %d failed, %d skipped", boots[kernel, el],
		       nr[kernel, el, "pass"], nr[kernel, el, "fail"], nr[kernel, el, "skip"])
}

FILENAME ~ /facts$/ {
	what = $2
	k = $1
	sub(/^[^ ]+ [^ ]+ /, "")
	fact[k, what] = $0
	next
}

# What failed is told again behind this line.
/^failed:$/ {
	exit
}

is_test() {
	el = name ~ /^el1/ ? 1 : 2
	if (name ~ /\/board-up$/ && verdict == "pass")
		boots[kernel, el]++
	else if (name !~ /\/board-down$/ || verdict != "pass")
		nr[kernel, el, verdict]++
	if (verdict == "fail" && !((kernel, "error") in fact))
		fact[kernel, "error"] = name ": " reason
}

END {
	print "| kernel | from Debian | built | driver | EL2 | programs | EL1 | programs | first error |"
	print "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
	nr_kernels = split(kernels, list, " ")
	for (i = 1; i <= nr_kernels; i++) {
		k = list[i]
		printf "| %s | %s | %s | %s | %s | %s | %s |\n", k,
			((k, "release") in fact) ? fact[k, "suite"] ", " fact[k, "release"] : "-",
			((k, "built") in fact) ? fact[k, "built"] : "not built",
			fact[k, "driver"] ? fact[k, "driver"] : "-",
			counts(k, 2), counts(k, 1),
			((k, "error") in fact) ? fact[k, "error"] : "none"
	}
}
