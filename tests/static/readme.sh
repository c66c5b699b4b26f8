#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The README is a front door: it is short, its figure is what the program draws, and its
# install lines are those of docs/install.md, which tests/run-packages runs.  docs/testing.md
# is short too, and so is the glossary, docs/concepts.md: thirty terms, one line each.
#
# What is wrong is said, one line each; the exit status is 1 then.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
page=$top/README.md
lines_max=90 words_max=700
wrong=0

complain()
{
	echo "$*"
	wrong=1
}

lines=$(wc -l < "$page") words=$(wc -w < "$page")
[ "$lines" -le $lines_max ] ||
	complain "README.md has $lines lines, $lines_max at most: move some of it to a page in docs"
[ "$words" -le $words_max ] ||
	complain "README.md has $words words, $words_max at most: move some of it to a page in docs"

[ "$(wc -l < "$top/docs/testing.md")" -le 150 ] ||
	complain "docs/testing.md has more than 150 lines: what programs write is for docs/evidence"

for figure in "$top"/docs/pictures/*.awk; do
	picture=${figure%.awk}.svg
	awk -f "$figure" | cmp -s - "$picture" ||
		complain "docs/pictures/$(basename "$picture") is not what docs/pictures/$(basename "$figure") draws"
	grep -q -F -e "docs/pictures/$(basename "$picture")" "$page" ||
		complain "README.md does not show docs/pictures/$(basename "$picture")"
	# as wide as a phone's screen, so these are its pixels
	if ! grep -q 'viewBox="0 0 360 ' "$picture" ||
	   grep -q -E 'font-size="([0-9]|1[01])"' "$picture"; then
		complain "docs/pictures/$(basename "$picture") is not legible on a phone: 360 wide, letters of 12 at least"
	fi
done

# A row is a term, or the head of the table.
glossary=$(sed -n '/^<!-- glossary -->$/,/^<!-- end glossary -->$/p' "$top/docs/concepts.md" | grep '^|' | sed 1,2d)
terms=$(echo "$glossary" | grep -c .)
[ "$terms" -le 30 ] || complain "docs/concepts.md has $terms terms: 30 at most"
[ "$terms" -gt 0 ] || complain "docs/concepts.md has no glossary any more: mend the pattern of $0"
long=$(echo "$glossary" | awk 'length($0) > 150' | head -n 1)
[ -z "$long" ] || complain "docs/concepts.md: a term has one line of 150 characters at most: $long"
again=$(echo "$glossary" | cut -d'|' -f2 | sort | uniq -d | head -n 1)
[ -z "$again" ] || complain "docs/concepts.md has a term twice: $again"

# The indented lines below "## Install".
installs=$(sed -n '/^## Install$/,/^## [^I]/s/^    //p' "$page")
[ "$(echo "$installs" | grep -c .)" -eq 3 ] || complain "README.md does not install in three lines"
echo "$installs" | while read -r line; do
	grep -q -x -F -e "    $line" "$top/docs/install.md" || echo "docs/install.md lacks: $line"
done | grep . && wrong=1

for words in 'No Qualcomm device has run it yet' 'stopping the ADSP on' '    make run' 'make help'; do
	grep -q -F -e "$words" "$page" || complain "README.md does not say: $words"
done
exit $wrong
