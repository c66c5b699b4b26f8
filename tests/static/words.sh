#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of tests/static/words.covered have no word of tests/static/words.list.  In pages
# (*.md) code does not count: text in backquotes or between lines of three of them, and lines
# that are indented by four.  In other files every line counts: comments, messages, names.
#
# Prints each fault on a line of its own, and exits with 1 then.
set -u

cd "$(dirname "$0")/../.." || exit 1

covered()
{
	sed '/^#/d' tests/static/words.covered | tr '\n' '\0' |
		xargs -0 git ls-files -co --exclude-standard -- | while read -r page; do
		[ ! -e "$page" ] || echo "$page"
	done
}

# Each pattern still finds something.
sed '/^#/d' tests/static/words.covered | while read -r pattern; do
	[ "$(git ls-files -co --exclude-standard -- "$pattern")" ] ||
		echo "tests/static/words.covered: no file fits $pattern"
done | grep . && exit 1

# A phrase may go on in the next line, so two lines are looked at, and each finding counts
# for the line it ends in.
# shellcheck disable=SC2016 # awk's words
covered | tr '\n' '\0' | xargs -0 awk '
	BEGIN {
		while ((getline entry < "tests/static/words.list") > 0)
			if (entry !~ /^#/ && match(entry, /: /)) {
				word[++nr] = substr(entry, 1, RSTART - 1)
				why[nr] = substr(entry, RSTART + 2)
			}
		if (!nr)
			print "tests/static/words.list is empty"
	}
	FNR == 1 { last = ""; fenced = 0; is_page = FILENAME ~ /\.md$/ }
	/^```/ { fenced = !fenced }
	{
		line = tolower($0)
		if (is_page)
			gsub(/`[^`]*`/, "", line)
		if (is_page && (fenced || $0 ~ /^(    |\t)/))
			line = ""
		# a message of the kernel
		sub(/"nobody cared"/, "", line)
		both = " " last " " line " "
		gsub(/[^a-z0-9_-]+/, " ", both)
		alone = " " last " "
		gsub(/[^a-z0-9_-]+/, " ", alone)
		for (i = 1; i <= nr; i++)
			if (gsub(" " word[i] " ", "&", both) > gsub(" " word[i] " ", "&", alone))
				print FILENAME ":" FNR ": \"" word[i] "\": " why[i]
		last = line
	}' > "${TMPDIR:-/tmp}/words.$$"
cat "${TMPDIR:-/tmp}/words.$$"
wrong=$(wc -l < "${TMPDIR:-/tmp}/words.$$")
rm -f "${TMPDIR:-/tmp}/words.$$"
[ "$wrong" -eq 0 ]
