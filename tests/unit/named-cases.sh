#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The last column of the tables in docs/hardening.md names programs and their
# cases, as "program: case, case; program".  Is each of them there?
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
rooms='api lifecycle userspace cli fail unit fuzz'

# "PROGRAM CASE" of each row, "PROGRAM all" where it names no case.
names()
{
	awk -F ' [|] ' '
	/^[|] [A-Z][0-9]+ [|]/ {
		text = $NF
		sub(/ *[|]$/, "", text)
		gsub(/ *[(][^)]*[)]/, "", text)
		gsub(/,? under `[^`]*`/, "", text)
		items = split(text, item, / *; *|[.] +/)
		for (i = 1; i <= items; i++) {
			if (item[i] ~ /not yet|^the same/)
				continue
			split(item[i] ": all", half, / *: */)
			programs = split(half[1], program, / *, */)
			cases = split(half[2], one, / *, */)
			for (p = 1; p <= programs; p++)
				for (c = 1; c <= cases; c++)
					print program[p], one[c]
		}
	}' "$top/docs/hardening.md"
}

# The file of a program, which may be named with its room.
source_of()
{
	for room in $rooms; do
		if [ -e "$top/tests/$room/${1#"$room/"}.c" ]; then
			echo "$top/tests/$room/${1#"$room/"}.c"
			return
		fi
	done
}

count=0 status=0
names > "${TMPDIR:-/tmp}/named-cases.$$"
trap 'rm -f "${TMPDIR:-/tmp}/named-cases.$$"' EXIT
while read -r program name; do
	count=$((count + 1))
	file=$(source_of "$program")
	if [ -z "$file" ]; then
		echo "docs/hardening.md names the program \"$program\", which is not there"
		status=1
	elif [ "$name" != all ] && ! grep -q "^TEST($name)" "$file"; then
		echo "docs/hardening.md names \"$program: $name\", and ${file#"$top/"} has no such case"
		status=1
	fi
done < "${TMPDIR:-/tmp}/named-cases.$$"
echo "$count cases are named"
[ "$count" -gt 100 ] || { echo "that is too few: have the tables another form?"; status=1; }
exit "$status"
