#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every test was seen to fail: each program of tests/lists, and each case of those
# about the heap, is in a table of docs/evidence/seen-to-fail.md that says what turns it red,
# or is listed there as one that nothing has turned red yet.
# The mistakes kept in tests/mutants apply to this tree and name tests that exist, and the
# page's table of them is what tests/run-mutants --docs writes.
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

# The rows: "what was changed|what failed then".
rows=$(sed -n 's/^| \(.*\) | \(.*\) |$/\1|\2/p' "$page")
owned_up=$(sed -n 's/^\* not yet: //p' "$page")
# One program a line, with its cases.
failed=$({ echo "$rows" | cut -d'|' -f2; echo "$owned_up"; } | tr ';' '\n' | tr -c 'A-Za-z0-9_\n' ' ')

# was_seen PROGRAM [CASE]
was_seen()
{
	echo "$failed" | grep -w -e "$1" | grep -q -w -e "${2:-$1}"
}

# NAME_armhf is NAME as a 32-bit program.
source_of()
{
	set -- "${1%_armhf}"
	for room in api lifecycle fail userspace cli; do
		[ ! -e "$top/tests/$room/$1.c" ] || echo "$top/tests/$room/$1.c"
	done
}

cases_of()
{
	sed -n 's/^TEST(\([a-z0-9_]*\))$/\1/p' "$(source_of "$1")"
}

# All but those that judge the board itself.
programs()
{
	sed -n 's/#.*//; s/_armhf//; s/^\([a-z0-9_][a-z0-9_]*\).*/\1/p' "$top"/tests/lists/* |
		grep -v -x -e leaks -e enforced | sort -u
}

check_programs()
{
	for program in $(programs); do
		was_seen "$program" ||
			complain "docs/evidence/seen-to-fail.md: no row says what turns $program red"
	done
	for program in $heap_programs; do
		for case in $(cases_of "$program"); do
			was_seen "$program" "$case" ||
				complain "docs/evidence/seen-to-fail.md: no row says what turns $program: $case red"
		done
	done
}

field()
{
	sed -n "/^--- /q; s/^$1: *//p" "$2"
}

# Red: VARIANT/PROGRAM CASE..., of the patch $1
check_test()
{
	test=$2 name=$(basename "$1")
	shift 2
	[ "${test%/*}" != unit ] || return 0
	if ! grep -q -x "${test#*/}\([: ].*\)\?" "$top/tests/lists/${test%/*}" 2> /dev/null; then
		complain "$name: tests/lists/${test%/*} has no ${test#*/}"
		return
	fi
	for case in "$@"; do
		cases_of "${test#*/}" | grep -q -x -e "$case" ||
			complain "$name: ${test#*/} has no case $case"
	done
}

check_mutants()
{
	for mutant in "$mutants"/*.patch; do
		field Red "$mutant" > "$lines"
		[ -s "$lines" ] || [ "$(field Unseen "$mutant")" ] ||
			complain "$(basename "$mutant") does not say what turns red"
		while read -r test; do
			# shellcheck disable=SC2086 # a test and its cases
			check_test "$mutant" $test
		done < "$lines"
		[ "$(field Mistake "$mutant")" ] ||
			complain "$(basename "$mutant") does not say what is wrong in it"
		( cd "$top" && patch -s -p1 -F3 --dry-run < "$mutant" ) > /dev/null 2>&1 ||
			complain "$(basename "$mutant") does not apply any more"
	done
}

if ! command -v patch > /dev/null; then
	echo "no program to apply patches with: apt-get install patch"
	exit 77
fi
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
check_programs
check_mutants
awk -f "$top/tests/mutants.awk" "$mutants"/*.patch > "$lines"
page_part "$page" mutants | sed 1,2d | cmp -s - "$lines" ||
	complain "docs/evidence/seen-to-fail.md has not the patches of tests/mutants: tests/run-mutants --docs"
exit $wrong
