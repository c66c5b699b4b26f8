# SPDX-License-Identifier: GPL-2.0-only
#
# Between median.awk and a table's own program: rows[1..nr_rows] are the cases of a
# bench in their order, name[row] and size[row] what they are; of(row, who, what) is the
# median of a figure over the rounds, "-" if there is none.  Who is a driver, with the
# number of the file before it from the second file on: "ours", "2,ours".

FNR == 1 {
	file = nr_files++ ? nr_files "," : ""
}

# How long functions took is not for a median.
/^bench / && $4 !~ /^grant/ {
	row = $4 "," $5
	if (!(row in name)) {
		rows[++nr_rows] = row
		name[row] = $4
		size[row] = $5
	}
	round = ++rounds[row, file $3]
	for (i = 6; i < NF; i += 2)
		figure[row, file $3, $i, round] = $(i + 1)
}

function of(row, who, what,	i, values)
{
	if (!((row, who) in rounds))
		return "-"
	for (i = 1; i <= rounds[row, who]; i++)
		values[i] = figure[row, who, what, i]
	return median(values, rounds[row, who])
}
