#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every file says its licence in one of its first three lines.  Inputs of the fuzz
# targets are bytes, and LICENSE is the licence.
set -u

cd "$(dirname "$0")/../.." || exit 1
found=$(git ls-files -- ':!tests/fuzz/corpus' ':!LICENSE' | while read -r file; do
	[ -f "$file" ] || continue
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2\.0-only' ||
		echo "$file:1: no line \"SPDX-License-Identifier: GPL-2.0-only\" in the first three"
done)
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
