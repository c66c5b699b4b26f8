# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f compare.awk -f figures.awk baseline.csv new.csv: what our driver's calls cost
# more than they did.  Of the best batches instructions may be 0.5 % more, or, where the
# kernel's own have become more, 3 % above the floor of the same run; events may be none
# more.  The kernel's own threads add switches, the more the longer a call takes: 5 % of
# what a call has is theirs.  One line a case, then the verdict; the exit status is that.

FNR == 1 {
	if (nr_files++)
		keep()
}

function keep(	r, e)
{
	for (r = 1; r <= nr_rows; r++) {
		row = rows[r]
		was[row] = above(row, "ours", least)
		all_was[row] = least[row, "ours"]
		for (e = 1; e <= nr_events; e++)
			event_was[row, events[e]] = event[row, "ours", events[e]]
	}
	delete host
	delete least
}

function judge(row,	is, most, e, why)
{
	is = above(row, "ours", least)
	most = was[row] * 1.03
	if (is > most && least[row, "ours"] > all_was[row] * 1.005)
		why = sprintf("; %d at most", most)
	for (e = 1; e <= nr_events; e++)
		if (event[row, "ours", events[e]] > event_was[row, events[e]] * 1.05 + 0.25)
			why = why sprintf("; %s: %s, were %s", events[e],
				event[row, "ours", events[e]], event_was[row, events[e]])
	printf "%s  %s: %d instructions, were %d; above the floor %d, were %d%s\n",
		why ? "fail" : "pass", row, least[row, "ours"], all_was[row], is, was[row], why
	return why != ""
}

END {
	for (r = 1; r <= nr_rows; r++)
		if ((rows[r], "ours") in host) {
			compared++
			failed += judge(rows[r])
		}
	printf "%d cases compared, %d cost more\n", compared, failed
	exit failed || !compared
}
