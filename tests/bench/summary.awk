# SPDX-License-Identifier: GPL-2.0-only
#
# With median.awk: the lines of a bench, as CSV: for each driver, case and size the
# median of the rounds, how far the rounds are apart, and the least of all batches.
# Variable: kernel.

# The most of all rounds (sign 1), or the least (-1).
function extreme_of(sign, name, key, count,	i, value)
{
	for (i = 1; i <= count; i++)
		if (i == 1 || sign * figure[name, key, i] > sign * value)
			value = figure[name, key, i]
	return value
}

function median_of(name, key, count,	i, values)
{
	for (i = 1; i <= count; i++)
		values[i] = figure[name, key, i]
	return median(values, count)
}

/^bench / {
	key = $4 "," $5 "," $3
	if (!(key in rounds))
		order[++keys] = key
	rounds[key]++
	for (i = 6; i < NF; i += 2) {
		if (!($i in known)) {
			known[$i] = 1
			names[++nr_names] = $i
		}
		figure[$i, key, rounds[key]] = $(i + 1) + 0
	}
}

END {
	header = "kernel,case,size,driver,host,host_spread,model"
	nr_columns = split("maps unmaps tlbi syncs slab pages switches works", columns, " ")
	for (c = 1; c <= nr_columns; c++)
		header = header "," columns[c]
	header = header ",least"
	print "# SPDX-License-Identifier: GPL-2.0-only"
	print header
	for (k = 1; k <= keys; k++) {
		key = order[k]
		host = median_of("host", key, rounds[key])
		most = extreme_of(1, "host", key, rounds[key])
		spread = most - extreme_of(-1, "host", key, rounds[key])
		line = sprintf("%s,%s,%.0f,%.4f,%.0f", kernel, key, host, host ? spread / host : 0,
			       median_of("model", key, rounds[key]))
		for (c = 1; c <= nr_columns; c++)
			line = line sprintf(",%.2f", median_of(columns[c], key, rounds[key]))
		print line sprintf(",%.0f", extreme_of(-1, "least", key, rounds[key]))
	}
}
