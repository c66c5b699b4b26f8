# SPDX-License-Identifier: GPL-2.0-only
#
# Subjects with their "[PATCH v2 3/7]", in order: how bad it is, tab, what is wrong with the
# numbers, tab, what to do.  One patch of a series may be judged alone.

{
	version = "1"
	if (match($0, /^\[[^\]]*\]/)) {
		mark = substr($0, RSTART, RLENGTH)
		if (match(mark, /[^A-Za-z][vV][0-9]+/))
			version = substr(mark, RSTART + 2, RLENGTH - 2)
		if (match(mark, /[0-9]+\/[0-9]+/)) {
			split(substr(mark, RSTART, RLENGTH), part, "/")
			seen[part[1] + 0]++
			total[part[2] + 0] = 1
			numbered++
		}
	}
	versions[version] = 1
}

END {
	for (v in versions)
		nr_versions++
	if (nr_versions > 1)
		print "error\tpatches of different versions in one series\tsend all of them again as one version"
	if (!numbered)
		exit
	for (t in total) {
		nr_totals++
		last = t
	}
	if (numbered != NR || nr_totals > 1) {
		print "error\tpatches with and without numbers, or with different totals\tgit format-patch numbers a series"
		exit
	}
	for (i = 1; i <= last; i++) {
		if (!seen[i])
			print (NR > 1 ? "error" : "remark") "\tpatch " i "/" last " is missing\tname it as well, or number the series anew"
		if (seen[i] > 1)
			print "error\tthere is more than one patch " i "/" last "\tname one of them"
	}
}
