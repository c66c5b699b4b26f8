# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stage 5 of scripts/judge: the module on the board, before and after the series, at EL2 and
# EL1; then the tests of tests/differential/list that changed.

# The board takes a driver by its path from some version on.
board_takes_path()
{
	grep -q 'lib-driver\.sh' "$top/board/boot"
}

# What of the series does not reach the board: only the FastRPC module is put there.
board_left_out()
{
	touched '\.c$' | grep -v '^drivers/misc/fastrpc'
}

# The module of side $1 for kernel $2, as the build stage makes it: $module
board_module()
{
	commit=$(cat "$work/from")
	[ "$1" = before ] || commit=$(cat "$work/head")
	for folder in drivers/misc/fastrpc drivers/misc; do
		[ "$(in_git ls-tree "$commit" "$folder" 2> /dev/null)" ] || continue
		farm_make "$1" "$commit" "$folder"
		farm_has_modules || continue
		build_farm "$2" "$1" "$folder"
		module=$(grep '/fastrpc\.ko$' "$said.modules")
		[ -z "$module" ] || return 0
	done
	module=''
	return 1
}

# board_boot SIDE EL MODE...: the board's own words go to $boot.said, its report to $boot.report
board_boot()
{
	boot=$work/board-$kernel-$1-el$2-$3
	[ ! -e "$boot.done" ] || return 0
	variant=default
	[ "$2" = 2 ] || variant=el1
	report_log=$build/$kernel/logs/$3-$variant-given.report
	side=$1 el=$2 mode=$3
	shift 3
	rm -f "$report_log"
	nice "$top/board/boot" --kernel "$kernel" --el "$el" --variant "$variant" --driver "$module" \
		"$mode" "$@" > "$boot.said" 2>&1
	echo $? > "$boot.status"
	cp "$report_log" "$boot.report" 2> /dev/null || return 1
	: > "$boot.done"
}

# The last fact of that name in a report.
fact_of()
{
	sed -n "s/^fact $2 //p" "$1" | tail -n 1
}

# The verdict of the board, without the paths in it.
board_verdict()
{
	grep -E '^(PASS|FAIL|error:) ?' "$1" | tail -n 1 | sed "s,$work/farms/,,g; s,$top/,,g"
}

# One row of what the board measured, for both sides: "fact, before, after".
board_facts()
{
	for fact in audio-pd heap-offered heap-touched faults complaint kernel-log; do
		printf '%s: %s, %s\n' "$fact" "$(fact_of "$before_boot.report" "$fact")" "$(fact_of "$after_boot.report" "$fact")"
	done
}

# The audio PD at exception level $1: up, or the fault that came instead.
board_run()
{
	for side_now in before after; do
		board_module $side_now "$kernel" || {
			not_run "audio PD, EL$1" "no fastrpc.ko of the tree $side_now the series: see build"
			return 1
		}
		board_boot $side_now "$1" run || {
			not_run "audio PD, EL$1" "the board did not boot: $(tail -n 1 "$boot.said" | sed 's/^error: //')"
			return 1
		}
		[ $side_now = after ] || before_boot=$boot
	done
	after_boot=$boot
	board_run_compare "$1"
}

board_run_compare()
{
	was=$(cat "$before_boot.status") is=$(cat "$after_boot.status")
	verdict=$(board_verdict "$after_boot.said")
	details=$(board_facts | escaped)
	if [ "$is" = 0 ]; then
		row "audio PD, EL$1" pass "$verdict$([ "$was" = 0 ] || echo ' (before: '"$(board_verdict "$before_boot.said")"')')"
	elif [ "$was" = 0 ]; then
		finding error "EL$1" "$verdict" 'the driver before the series passes here' \
			"build the module and look: make run DRIVER=PATH EL=$1 V=1" "$details"
		row "audio PD, EL$1" fail 'passed before the series'
	else
		finding remark "EL$1" "$verdict" 'the driver before the series fails here as well' '' "$details"
		row "audio PD, EL$1" remark 'fails before and after the series'
	fi
}

# "program case verdict" for each case in a report
board_cases()
{
	awk '
		$1 == "start" { program = $2 }
		$1 == "log" && $2 == "ok" { print program, $3, "pass" }
		$1 == "log" && $2 == "FAIL" { print program, $3, "fail" }
		$1 == "log" && $2 == "skip" { print program, $3, "skip" }' "$1"
}

# Programs of the list with their cases, as board/boot takes them.
board_programs()
{
	awk '
		/^#/ { next }
		/^[a-z_]*: / { printf "%s%s", sep, substr($1, 1, length($1) - 1); sep = "\n"; next }
		{ for (i = 1; i <= NF; i++) printf ":%s", $i }
		END { print "" }' "$top/tests/differential/list"
}

# Tests whose verdict is another one after the series.
board_tests()
{
	for side_now in before after; do
		board_module $side_now "$kernel" || return
		# shellcheck disable=SC2046
		board_boot $side_now 2 test $(board_programs) || {
			not_run 'tests, EL2' "the board did not boot: $(tail -n 1 "$boot.said" | sed 's/^error: //')"
			return
		}
		board_cases "$boot.report" > "$work/cases.$side_now"
	done
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	awk 'input == "was" { was[$1 " " $2] = $3; next }
		{ key = $1 " " $2; seen[key] = 1; if (was[key] != $3) print $1, $2, (key in was) ? was[key] : "missing", $3 }
		END { for (key in was) if (!(key in seen)) print key, was[key], "missing" }' \
		input=was "$work/cases.before" input=is "$work/cases.after" | while read -r program case old new; do
		severity=error
		[ "$new" != pass ] || severity=remark
		finding $severity "tests/api/$program.c" "$program: $case: $old before the series, $new after" '' \
			"board/boot --driver PATH test $program:$case"
	done
	row_since 'tests, EL2' "$before_errors" "$before_remarks" \
		"$(plural "$(grep -c . "$work/cases.after")" case) of tests/differential/list, $(grep -c ' pass$' "$work/cases.after") pass"
}

stage_board()
{
	kernel=${kernels%% *}
	board_takes_path || { not_run board 'this version of the board takes no driver by its path'; return; }
	[ -z "$(board_left_out)" ] ||
		finding unchecked board "$(board_left_out | paste -sd' '): what it does on the board" \
			'the board runs the fastrpc module of the series on a kernel without it' 'build the kernel with the series: make run KERNEL=DIR DRIVER=in-tree'
	if [ -z "$(touched '^(drivers/misc/(fastrpc|Makefile|Kconfig)|include/)')" ]; then
		row board untouched 'the series does not touch the driver'
		return
	fi
	board_run 2 || return
	board_run 1 || return
	board_tests
	row "calls' cost" 'not run' 'the bench measures the packaged driver, and none by its path'
}
