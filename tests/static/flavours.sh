#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/flavours chooses something for each flavour, and of lists and programs that there are.
#
# What is wrong is said, one line each; the exit status is 1 then.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=board/lib.sh
. "$top/board/lib.sh"
choice=$top/tests/flavours
wrong=0

complain()
{
	echo "tests/flavours: $*"
	wrong=1
}

for kernel in $kernels_flavours; do
	grep -q "^$kernel " "$choice" || complain "nothing for $kernel"
done

rows=$(grep -v '^#' "$choice")
while read -r kernel list programs; do
	is_flavour "$kernel" || complain "$kernel is no flavour"
	if [ ! -e "$top/tests/lists/$list" ]; then
		complain "$kernel: no list $list"
		continue
	fi
	for program in $programs; do
		grep -q -E "^$program( |\$)" "$top/tests/lists/$list" ||
			complain "$kernel: no program $program in the list $list"
	done
done <<ROWS
$rows
ROWS

exit "$wrong"
