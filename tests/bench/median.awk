# SPDX-License-Identifier: GPL-2.0-only
#
# For the others: the median of values[1..count], which are sorted then.

function median(values, count,	i, j, v)
{
	for (i = 2; i <= count; i++) {
		v = values[i]
		for (j = i - 1; j >= 1 && values[j] > v; j--)
			values[j + 1] = values[j]
		values[j + 1] = v
	}
	return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}
