#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What README.md ("On hardware") and docs/hardware.md say of machines at EL2 comes from device
# trees: each tree that they name is in the table of docs/device-trees.md, which a program
# writes, with the same outcome, and their counts are those of the table.  What they say of
# trees without a heap comes from the tables of shapes there.
#
# What is wrong is said, one line each; the exit status is 1 then.
# shellcheck disable=SC2016 # backquotes of pages
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib-page.sh
. "$top/tests/lib-page.sh"
wrong=0

complain()
{
	echo "$*"
	wrong=1
}

# Lines "TREE OUTCOME"
table=$(page_part "$top/docs/device-trees.md" 'EL2 machines' |
	sed -n '3,$s/^| \([^ ]*\) |.*| \([a-z]*\)[^|]* |$/\1 \2/p')
[ "$table" ] || complain "docs/device-trees.md has no table of machines at EL2 any more: mend the pattern of $0"

# how_many OUTCOME PREFIX...: trees of the table
how_many()
{
	outcome=$1
	shift
	for prefix in "$@"; do
		echo "$table" | grep "^$prefix.* $outcome\$"
	done | grep -c .
}

# outcome_is OUTCOME PAGE < TEXT: of each tree that is named in the text
outcome_is()
{
	named=$(grep -o '`[a-z0-9-]*\.dtb`' | tr -d '`' | sort -u)
	[ "$named" ] || complain "$2 names no device tree with the outcome \"$1\""
	for tree in $named; do
		echo "$table" | grep -q -x -e "${tree%.dtb} $1" ||
			complain "$2: by docs/device-trees.md the outcome of $tree is not \"$1\""
	done
}

# Lines "NODES HEAP REMOTEPROC" for the shapes of ADSPs in the trees of kernel $1
adsps()
{
	page_part "$top/docs/device-trees.md" "shapes $1" |
		awk -F ' *[|] *' '$4 ~ /^adsp/ { print $2, $11 == "-" ? "none" : "heap", $17 }'
}

# says PAGE WORDS
says()
{
	tr '\n' ' ' < "$top/$1" | grep -q -F -e "$2" || complain "$1 does not say \"$2\", as docs/device-trees.md has it"
}

text=$(mktemp)
sed -n '/^## On hardware$/,/^## L/p' "$top/README.md" > "$text"
trap 'rm -f "$text"' EXIT
outcome_is mapped README.md < "$text"
grep 'Works: the driver maps the heap' "$top/docs/hardware.md" > "$text"
outcome_is mapped docs/hardware.md < "$text"
grep '^| any | The `fastrpc` node has no' "$top/docs/hardware.md" > "$text"
outcome_is none docs/hardware.md < "$text"

x1=$(how_many mapped x1 hamoa purwa)
says README.md "and $((x1 - 1)) more"
says docs/hardware.md "x1 ($x1, "
says docs/hardware.md "lemans ($(how_many mapped lemans qcs9100), "
says docs/hardware.md "monaco ($(how_many mapped monaco qcs8300), "
says docs/hardware.md "talos ($(how_many mapped talos qcs615), "
says docs/hardware.md "glymur and mahua ($(how_many mapped glymur mahua), "
says docs/hardware.md "sc8280xp ($(how_many none sc8280xp), "
says docs/hardware.md "sc7180 ($(how_many none sc7180), "
says docs/hardware.md "$(adsps 7 | awk '{ all += $1 } $2 == "none" { none += $1 }
	END { print none " of the " all }') ADSP nodes of 7"
says docs/hardware.md "6.12 only the trees of $(adsps 6.12 | sed -n 's/.* heap \(.*\)-adsp-pas$/\1/p') have an audio heap"
exit $wrong
