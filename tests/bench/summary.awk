# SPDX-License-Identifier: GPL-2.0-only
#
# The lines of a bench, as CSV: for each driver, case and size the median of the
# rounds, and how far the rounds are apart.  Variable: kernel.

function sort(values, count,	i, j, v)
{
	for (i = 2; i <= count; i++) {
		v = values[i]
		for (j = i - 1; j >= 1 && values[j] > v; j--)
			values[j + 1] = values[j]
		values[j + 1] = v
	}
}

function median(name, key, count,	i, values)
{
	for (i = 1; i <= count; i++)
		values[i] = figure[name, key, i]
	sort(values, count)
	least = values[1]
	most = values[count]
	return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
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
	print "# SPDX-License-Identifier: GPL-2.0-only"
	print header
	for (k = 1; k <= keys; k++) {
		key = order[k]
		host = median("host", key, rounds[key])
		spread = host ? (most - least) / host : 0
		line = sprintf("%s,%s,%.0f,%.4f,%.0f", kernel, key, host, spread,
			       median("model", key, rounds[key]))
		for (c = 1; c <= nr_columns; c++)
			line = line sprintf(",%.2f", median(columns[c], key, rounds[key]))
		print line
	}
}
