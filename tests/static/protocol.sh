#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/protocol.md and driver/wire.h say the same: each method of process control, with
# its scalars as the golden messages and the driver have them, and the size of each head.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
page=$top/docs/protocol.md
wire=$top/driver/wire.h
wrong=0

complain()
{
	echo "docs/protocol.md: $*"
	wrong=1
}

methods=$(sed -n 's/^#define DSP_INIT_\([A-Z_]*\)[[:space:]]*\([0-9]*\).*/\1 \2/p' "$wire")
[ -n "$methods" ] || { echo "$0 finds no method in driver/wire.h any more: mend its pattern"; wrong=1; }

# The rows of the table of methods: "NAME number scalars head".
rows()
{
	sed -n 's/^| \([0-9]*\) | \(0x[0-9a-f]*\) | \([A-Z_]*\) | \([^|]*\)|.*/\3 \1 \2 \4/p' "$page"
}

# The bytes of struct dsp_$1, as driver/wire.h asserts them.
size_of()
{
	sed -n "s/^static_assert(sizeof(struct dsp_$1) == \([0-9]*\)).*/\1/p" "$wire"
}

while read -r name number; do
	row=$(rows | grep "^$name $number ") || { complain "no row for method $number, $name"; continue; }
	scalars=$(echo "$row" | cut -d' ' -f3)
	[ $((scalars >> 24)) -eq "$number" ] || complain "scalars $scalars of $name are not of method $number"
	size=$(size_of "$(echo "$name" | tr '[:upper:]' '[:lower:]')")
	[ -z "$size" ] || echo "$row" | grep -q "head ($size)" || complain "the head of $name has $size bytes"
done <<-LIST
$methods
LIST
for pair in "request:40" "response:16"; do
	[ "$(size_of "${pair%:*}")" = "${pair#*:}" ] || complain "struct dsp_${pair%:*} has another size"
done
# Scalars of the golden messages for handle 1 or 2 are in the page.
for vector in "$top"/tests/vectors/*.txt; do
	grep -q '^handle [12]$' "$vector" || continue
	grep -q -i -w "$(sed -n 's/^sc //p' "$vector")" "$page" ||
		complain "scalars of tests/vectors/$(basename "$vector") are not there"
done
exit $wrong
