#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every test was seen to fail: each program of tests/lists, and each case of those
# about the heap, is in a table of docs/evidence/seen-to-fail.md that says what turns it red,
# or is listed there as one that nothing has turned red yet.
# The mistakes kept in tests/mutants apply to this tree and name tests that exist, and the
# page's table of them is what tests/run-mutants --docs writes.  Each finding of "fastrpcctl
# doctor" has a mistake among them that turns its case red, and no other case.
#
# What is wrong is said, one line each; the exit status is 1 then, 77 if there is
# no program to apply patches with.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
mutants=$top/tests/mutants
page=$top/docs/evidence/seen-to-fail.md
# shellcheck source=tests/lib-page.sh
. "$top/tests/lib-page.sh"
wrong=0

# The programs in which each case has to have been seen red.
heap_programs='create_static growth growth_odd heap_account unsent silent_dsp no_heap
 large_pages passthrough shared_region crash_recover stop_start start_stop_races late_domain
 hibernate pd_restart pd_restart_told reload unbind withdrawn quarantine two_adsps
 reboot_begun detach attach_recovery sdsp heap_pressure restarts fail_heap fail_life'

complain()
{
	echo "$*"
	wrong=1
}

# "row WORDS" for each row of what failed, and for what nothing has turned red yet.
rows()
{
	sed -n 's/^| .* | \(.*\) |$/\1/p; s/^\* not yet: //p' "$page" |
		tr ';' '\n' | tr -c 'A-Za-z0-9_\n' ' ' | sed 's/^/row /'
}

# "program NAME" for all but those that judge the board itself.  NAME_armhf is NAME as a
# 32-bit program.
programs()
{
	sed -n 's/#.*//; s/_armhf//; s/^\([a-z0-9_][a-z0-9_]*\).*/program \1/p' "$top"/tests/lists/* |
		grep -v -x -e 'program leaks' -e 'program enforced' | sort -u
}

# "in LIST/PROGRAM" for what each list runs, "in cli/NAME" for each test of tests/run-cli, and
# "in pd/NAME" for each program of tests/run-hexagon.
lists()
{
	printf 'in pd/%s\n' runtime link boot
	sed -n 's/^test_\([a-z0-9_]*\)()$/in cli\/\1/p' "$top"/tests/run-cli "$top"/tests/lib-cli-*.sh
	awk '/^[a-z0-9_]/ {
		n = split(FILENAME, path, "/")
		sub(/:.*/, "", $1)
		print "in", path[n] "/" $1
	}' "$top"/tests/lists/*
}

# "case PROGRAM CASE"
cases()
{
	sed -n 's/^doctor_\([a-z0-9_]*\)().*/case doctor \1/p' "$top"/tests/lib-cli-doctor.sh
	for program in runtime link; do
		sed -n "s/^static void case_\([a-z0-9_]*\)(void)\$/case $program \1/p" \
			"$top/tests/hexagon/$program.c"
	done
	sed -n 's/^\(boot_[a-z_]*\)()$/case boot \1/p' "$top/tests/run-hexagon"
	for room in api lifecycle fail userspace cli; do
		awk '/^TEST\([a-z0-9_]*\)$/ {
			n = split(FILENAME, path, "/")
			sub(/\.c$/, "", path[n])
			print "case", path[n], substr($0, 6, length($0) - 6)
		}' "$top/tests/$room"/*.c
	done
}

# "mutant NAME FIELD WORDS" for each line of the headers of the patches.
mutants()
{
	awk 'FNR == 1 { n = split(FILENAME, path, "/"); print "mutant", path[n]; is_head = 1 }
	     /^--- / { is_head = 0 }
	     is_head && /^(Red|Unseen|Mistake): *[^ ]/ { sub(/:/, ""); print "mutant", path[n], $0 }' \
		"$mutants"/*.patch
}

# "finding CASE" for each finding of doctor: what it calls "a-mistake" is made by a_mistake.
findings()
{
	sed -n 's/.*doctor_found(doctor, "\([a-z0-9-]*\)".*/finding \1/p' "$top"/tools/lib/doctor*.c | tr - _
}

# What is wrong with all of that, one line each.
judge()
{
	awk -v page=docs/evidence/seen-to-fail.md -v heap_programs="$heap_programs" '
	BEGIN {
		for (i = 1; i <= split(heap_programs, list, " "); i++)
			is_heap[list[i]] = 1
	}
	$1 == "row" {
		rows++
		for (i = 2; i <= NF; i++)
			is_in_row[rows, $i] = is_seen[$i] = 1
	}
	$1 == "program" && !($2 in is_seen) { print page ": no row says what turns " $2 " red" }
	$1 == "in" { is_listed[$2] = 1 }
	$1 == "case" {
		has_case[$2, $3] = has_case[$2 "_armhf", $3] = 1
		if (!($2 in is_heap))
			next
		for (i = 1; i <= rows && !(((i, $2) in is_in_row) && ((i, $3) in is_in_row)); i++)
			;
		if (i > rows)
			print page ": no row says what turns " $2 ": " $3 " red"
	}
	$1 == "finding" { findings[$2] }
	$1 == "mutant" && NF == 2 { names[++nr] = $2 }
	$1 == "mutant" && NF > 2 {
		has[$2, $3] = 1
		if ($3 != "Red" || $4 ~ /^unit\//)
			next
		if (!($4 in is_listed)) {
			split($4, path, "/")
			print $2 ": tests/lists/" path[1] " has no " path[2]
			next
		}
		split($4, path, "/")
		for (i = 5; i <= NF; i++)
			if (!((path[2], $i) in has_case))
				print $2 ": " path[2] " has no case " $i
			else if ($4 == "cli/doctor")
				delete findings[$i]
	}
	END {
		for (i = 1; i <= nr; i++) {
			if (!((names[i], "Red") in has) && !((names[i], "Unseen") in has))
				print names[i] " does not say what turns red"
			if (!((names[i], "Mistake") in has))
				print names[i] " does not say what is wrong in it"
		}
		for (finding in findings)
			print "tests/mutants has no mistake that turns cli/doctor " finding " red"
	}'
}

check_patches()
{
	for mutant in "$mutants"/*.patch; do
		patch -d "$top" -s -p1 -F3 --dry-run < "$mutant" > /dev/null 2>&1 ||
			complain "$(basename "$mutant") does not apply any more"
	done
}

if ! command -v patch > /dev/null; then
	echo "no program to apply patches with: apt-get install patch"
	exit 77
fi
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
{ rows; programs; lists; cases; findings; mutants; } | judge > "$lines"
[ ! -s "$lines" ] || complain "$(cat "$lines")"
check_patches
awk -f "$top/tests/mutants.awk" "$mutants"/*.patch > "$lines"
page_part "$page" mutants | sed 1,2d | cmp -s - "$lines" ||
	complain "docs/evidence/seen-to-fail.md has not the patches of tests/mutants: tests/run-mutants --docs"
exit $wrong
