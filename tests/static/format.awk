# SPDX-License-Identifier: GPL-2.0-only
#
# A diff between the tree "ours" and what clang-format makes of it, "theirs": print what is
# other than it should be within lines, and pass over what would move the ends of lines.

function end_of_hunk()
{
	for (i = 1; nr_ours == nr_theirs && i <= nr_ours; i++)
		printf "%s:%d: \"%s\" is formatted \"%s\"\n", file, first + i - 1, ours[i], theirs[i]
	nr_ours = nr_theirs = 0
}

/^diff / {
	end_of_hunk()
	file = $NF
	sub(/^theirs\//, "", file)
}
/^[0-9]/ {
	end_of_hunk()
	first = $0
	sub(/[^0-9].*/, "", first)
}
/^</ { ours[++nr_ours] = substr($0, 3) }
/^>/ { theirs[++nr_theirs] = substr($0, 3) }
END { end_of_hunk() }
