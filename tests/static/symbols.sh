#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The functions that Hexagon code may call: board/pd/symbols.c has those that board/pd/README.md
# says something of, and no others.  Each skeleton has an interface file.
#
#	symbols.sh		what is wrong is said, one line each; the exit status is 1 then
#	symbols.sh list		the functions
set -u

cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

complain()
{
	echo "$*"
	wrong=1
}

functions()
{
	grep -o -E '(SAME\(|AS\(")[A-Za-z0-9_]+[")]' board/pd/symbols.c |
		sed 's/^SAME(//; s/^AS("//; s/.$//' | grep -v -x name
}

if [ "${1:-}" = list ]; then
	functions
	exit
fi
# The second column of the table: nothing but names.
sed -n '/^## Symbols/,$p' board/pd/README.md | sed -n '/^| --- /,$p' | sed 1d |
	sed -n 's/^|[^|]*|\([^|]*\)|.*/\1/p' | tr -s ' ' '\n' | grep . | sort > "$work/page"
functions | sort > "$work/list"
for side in page list; do
	[ -s "$work/$side" ] || complain "$0 finds no symbol in the $side: mend its pattern"
	for name in $(uniq -d "$work/$side"); do
		complain "$name is twice in the $side of symbols of board/pd"
	done
done
for name in $(comm -23 "$work/page" "$work/list"); do
	complain "board/pd/README.md has $name, which is not in symbols.c"
done
for name in $(comm -13 "$work/page" "$work/list"); do
	complain "board/pd/README.md says nothing of $name, which is in symbols.c"
done
for skeleton in board/skeletons/*.c; do
	[ -e "${skeleton%.c}.idl" ] || complain "$skeleton has no interface file"
done
exit $wrong
