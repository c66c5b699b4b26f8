# SPDX-License-Identifier: GPL-2.0-only
#
# The trailers of a commit message: "last, tab, trailer" for those of its last paragraph,
# "early, tab, trailer" for those of paragraphs right above that hold trailers alone.
# With stray=1 instead: sign-offs and the like that stand in the text.

function is_trailer(text)
{
	return text ~ /^[A-Z][A-Za-z-]*: / || text ~ /^\(cherry picked from commit / ||
		text ~ /^\[.*\]$/
}

function is_known(text)
{
	return text ~ /^(Signed-off-by|Reviewed-by|Acked-by|Tested-by|Reported-by|Suggested-by|Co-developed-by|Fixes|Closes|Link|Cc|Change-Id): /
}

/^[ \t\r]*$/	{ if (lines[nr]) nr++; next }
		{ if (!nr) nr = 1; text[nr, ++lines[nr]] = $0; if (!is_trailer($0) && !(lines[nr] > 1 && $0 ~ /^[ \t]/)) other[nr] = 1; if (is_known($0)) known[nr] = 1 }

END {
	if (nr && !lines[nr])
		nr--
	for (first = nr; first > 1 && !other[first] && !other[first - 1] && known[first - 1]; first--)
		;
	for (p = 1; p <= nr; p++)
		for (i = 1; i <= lines[p]; i++) {
			if (stray) {
				if ((p < first || other[p]) && is_known(text[p, i]) && !(other[p] && p == nr))
					print text[p, i]
			} else if (p >= first && is_trailer(text[p, i]))
				print (p == nr ? "last" : "early") "\t" text[p, i]
		}
}
