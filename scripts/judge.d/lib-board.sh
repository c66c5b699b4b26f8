# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stage 5 of scripts/judge: the module on the board, before and after the series: the audio
# PD at EL2 and EL1, tests, failures one at a time, what calls cost.
#
# What a boot showed stays in build/judge/boots, named by all that it depends on, so that
# the driver before the series boots once for all series on that base.

board_checks='audio-pd tests failures cost'

# The folder to take a FastRPC module from, as far as the tree has one: $1 is the commit.
board_folders()
{
	for folder in drivers/misc/fastrpc drivers/misc; do
		[ -z "$(in_git ls-tree "$1" "$folder" 2> /dev/null)" ] || echo "$folder"
	done
}

# Build the modules in $1 for kernel $board_kernel, with whatever warnings they have:
# $module, the file of module $2, or nothing.
board_kbuild()
{
	module=$(JUDGE_MODULES=1 nice "$top/board/kbuild" --foreign "$board_kernel" "$1" 2> "$work/board-build" |
		grep "/$2\.ko\$")
}

# What the build stage has made of folder $2 already, for side $1.
board_built()
{
	built=$work/said-$board_kernel-$1-$(printf '%s' "$2" | tr / -)
	[ "$(cat "$built.done" 2> /dev/null)" = yes ] || return 1
	module=$(grep '/fastrpc\.ko$' "$built.modules")
}

# fastrpc.c of commit $2, which the series does not touch.
board_plain()
{
	plain=$work/farms/plain-$1
	mkdir -p "$plain.tree/drivers/misc" "$plain.tree/include/uapi/misc"
	in_git show "$2:drivers/misc/fastrpc.c" > "$plain.tree/drivers/misc/fastrpc.c" 2> /dev/null || return 1
	in_git show "$2:include/uapi/misc/fastrpc.h" > "$plain.tree/include/uapi/misc/fastrpc.h" 2> /dev/null ||
		rm -f "$plain.tree/include/uapi/misc/fastrpc.h"
	driver_farm "$plain" "$plain.tree/drivers/misc"
	board_kbuild "$plain" fastrpc
	[ "$module" ]
}

# The FastRPC module of side $1 for $board_kernel: $module
board_module()
{
	made=$work/board-module-$board_kernel-$1
	if [ ! -e "$made" ]; then
		board_find_module "$1" || return 1
		echo "$module" > "$made"
	fi
	module=$(cat "$made")
}

board_find_module()
{
	commit=$(cat "$work/from")
	[ "$1" = before ] || commit=$(cat "$work/head")
	for folder in $(board_folders "$commit"); do
		farm_make "$1" "$commit" "$folder"
		grep -q '^obj-m.*\<fastrpc\.o' "$farm/Kbuild" || continue
		board_built "$1" "$folder" || board_kbuild "$farm" fastrpc
		[ -z "$module" ] || return 0
	done
	board_plain "$1" "$commit"
}

# Modules beside it that the series touches, and that this board loads: "--module PATH"
# for each.
board_more_modules()
{
	more=''
	for folder in $(build_folders | grep -v '^drivers/misc'); do
		commit=$(cat "$work/from")
		[ "$1" = before ] || commit=$(cat "$work/head")
		farm_make "$1" "$commit" "$folder"
		names=$(sed -n 's/^obj-m.* \([a-z0-9_-]*\)\.o$/\1/p' "$farm/Kbuild")
		for name in $names; do
			board_loads "$name" || continue
			board_kbuild "$farm" "$name"
			[ -z "$module" ] || more="$more --module $module"
		done
	done
	echo "$more"
}

# Does this board load the kernel's module $1?
board_loads()
{
	[ "$board_el" = 1 ] || [ "$(kernel_line "$board_kernel")" = 7 ] || return 1
	[ -e "$cache/kernels/$board_kernel/modules/$(printf '%s' "$1" | tr - _).ko" ]
}

# C files of the series that no module on the board is made of.
board_left_out()
{
	touched '^drivers/.*\.c$' | grep -v '^drivers/misc/fastrpc' | while read -r file; do
		name=$(basename "$file" .c)
		board_loads "$name" || echo "$file"
	done
}

# All that decides what a boot shows but kernel, module and words: a number.
board_identity()
{
	[ "${board_identity:-}" ] || board_identity=$(
		find "$top/board" "$top/tests/api" "$top/tests/lib" "$top/tests/differential" \
			"$top/tests/fail" "$top/tests/bench" -type f | sort | xargs cat | cksum | tr ' ' -)
	printf '%s\n' "$board_identity"
}

# What of module $1 runs: where it was built is in the rest.
board_code()
{
	aarch64-linux-gnu-objcopy --strip-debug --remove-section .note.gnu.build-id "$1" "$work/code.ko"
	cat "$work/code.ko"
}

# A path of a module says nothing, what is in it does.
board_key()
{
	{
		printf '%s\n' "$board_kernel" "$board_el" "${BENCH_CASES:-}" "${board_try:-}"
		cat "$cache/kernels/$board_kernel/release"
		board_code "$module"
		board_identity
		for word in $more "$@"; do
			case $word in
			*.ko)	board_code "$word" ;;
			*)	printf '%s\n' "$word" ;;
			esac
		done
	} | cksum | tr ' ' -
}

# board_boot MODE WORD...: a boot with $module and $more of $board_kernel at $board_el, or
# what an earlier one showed: the board's own words are in $boot.said, its report in
# $boot.report, its exit status in $boot.status.
board_boot()
{
	board_identity > /dev/null
	boot=$build/judge/boots/$1-$board_kernel-el$board_el-$(board_key "$@")
	[ ! -e "$boot.done" ] || return 0
	mkdir -p "${boot%/*}"
	# Runs for other patches write the same report, and may want this very boot.
	(
		flock -n 5 || { say '  waiting for a boot of another run'; flock 5; }
		[ -e "$boot.done" ] || board_boot_now "$@" 5>&-
	) 5> "$build/judge/boots/lock"
}

board_boot_now()
{
	rm -f "$build/$board_kernel/logs/$1"-*-given.report
	status=0
	# A driver may let a program hang; each takes seconds otherwise, but for the bench.
	limit=120
	[ "$1" != bench ] || limit=900
	# shellcheck disable=SC2086
	nice "$top/board/boot" --limit "$limit" --kernel "$board_kernel" --el "$board_el" --driver "$module" $more \
		"$@" > "$boot.said" 2>&1 || status=$?
	echo "$status" > "$boot.status"
	cp "$build/$board_kernel/logs/$1"-*-given.report "$boot.report" 2> /dev/null || return 1
	! grep -q 'the board did not finish within' "$boot.said" || return 1
	need_space "$boot.said" "$room_end_mib" 'what a boot showed'
	: > "$boot.done"
}

# board_sides CHECK MODE WORD...: boots both sides: $before_boot and $after_boot.
board_sides()
{
	check=$1 before_boot=''
	shift
	for side in before after; do
		if ! board_module $side; then
			not_run "$check" "no fastrpc.ko of the tree $side the series for Linux $board_kernel: see build"
			return 1
		fi
		more=$(board_more_modules $side)
		board_module $side
		if ! board_boot "$@"; then
			not_run "$check" "the board did not get to its end: $(tail -n 1 "$boot.said" | sed "s/^error: //; s,$top/,,g")"
			return 1
		fi
		[ "$before_boot" ] || before_boot=$boot
	done
	after_boot=$boot
}

# The last fact of that name in a report.
fact_of()
{
	sed -n "s/^fact $2 //p" "$1" | tail -n 1
}

# The verdict of the board, without the paths in it.
board_verdict()
{
	grep -E '^(PASS|FAIL) ' "$1" | tail -n 1 | sed 's/^\([A-Z]*\) ([^)]*): /\1: /'
}

# What the board saw, for both sides.
board_facts()
{
	for fact in audio-pd heap-offered heap-touched faults fault complaint kernel-log; do
		was=$(fact_of "$before_boot.report" "$fact") is=$(fact_of "$after_boot.report" "$fact")
		[ -z "$was$is" ] || printf '%s: %s before, %s after\n' "$fact" "${was:-none}" "${is:-none}"
	done
	sed 's/^[^\t]*\t/after: /' "$work/blames.after"
}

# board_blames BOOT...: what speaks against the driver in these boots
board_blames()
{
	for seen in "$@"; do
		awk -f "$parts/blames.awk" "$seen.said"
	done
}

# What is in $work/blames.after and of no kind in $work/blames.before goes to blames.new.
board_new_blames()
{
	board_blames "$after_boot" > "$work/blames.after"
	board_blames "$@" > "$work/blames.before"
	awk -F '\t' 'input == "was" { was[$1] = 1; next }
		!($1 in was) { print $2 }' input=was "$work/blames.before" input=is "$work/blames.after" > "$work/blames.new"
}

# A DSP that loses memory may notice in one boot and not in the next, so what is new has
# to be missing in two boots of the driver before the series.
board_confirm()
{
	[ -s "$work/blames.new" ] || return 0
	board_module before
	more=$(board_more_modules before) && board_module before
	board_try=2
	! board_boot run || board_new_blames "$before_boot" "$boot"
	board_try=''
}

first_blame()
{
	head -n 1 "$1" | sed 's/^[^\t]*\t//'
}

# The audio PD at exception level $1: up, or the fault that came instead.
board_audio_pd()
{
	board_el=$1
	check="audio PD, EL$1"
	board_sides "$check" run || return 0
	board_new_blames "$before_boot"
	board_confirm
	was=''
	[ ! -s "$work/blames.before" ] || was="; before the series: $(first_blame "$work/blames.before")"
	if [ "$(cat "$after_boot.status")" = 0 ]; then
		row "$check" pass "$(board_verdict "$after_boot.said" | sed 's/^PASS: //')$was"
	elif [ -s "$work/blames.new" ]; then
		finding error "$check" "$(head -n 1 "$work/blames.new")" 'that is not so before the series' \
			"see it: board/boot --kernel $board_kernel --el $1 --driver DIR --verbose run" "$(board_facts | escaped)"
		row "$check" fail "$(plural "$(grep -c . "$work/blames.new")" complaint) that the driver before the series does not cause"
	else
		finding remark "$check" "$(first_blame "$work/blames.after")" \
			'it is so before the series as well' '' "$(board_facts | escaped)"
		row "$check" remark "$(fact_of "$after_boot.report" heap-touched) of $(fact_of "$after_boot.report" heap-offered) heap pages used, faults: $(fact_of "$after_boot.report" faults), the rest fails as it does before$was"
	fi
}

# "program case verdict" for each case in a report, and for each program "program - verdict":
# the kernel log, the DSP model and the board have a word in that.
board_cases()
{
	awk '
		$1 == "start" { program = $2 }
		$1 == "log" && $2 == "ok" { print program, $3, "pass" }
		$1 == "log" && $2 == "FAIL" { print program, $3, "fail"; failed[program] = 1 }
		$1 == "log" && $2 == "skip" { print program, $3, "skip" }
		$1 == "test" && ($3 == "pass" || !failed[$2]) { print $2, "-", $3 }' "$1"
}

# Programs of the list with their cases, as board/boot takes them, and ours.
board_programs()
{
	awk '
		/^#/ { next }
		/^[a-z_]*: / { printf "%s%s", sep, substr($1, 1, length($1) - 1); sep = "\n"; next }
		{ for (i = 1; i <= NF; i++) printf ":%s", $i }
		END { print "" }' "$top/tests/differential/list"
	echo regress
}

# Why case $2 of program $1 failed, in the words of report $3.
board_why()
{
	awk -v program="$1" -v one="$2" '
		$1 == "start" { inside = $2 == program; delete said; n = 0 }
		inside && $1 == "log" { said[++n] = substr($0, 5) }
		inside && $1 == "log" && ($2 == "ok" || $2 == "skip") { n = 0 }
		inside && $1 == "log" && $2 == "FAIL" { if ($3 == one) exit; n = 0 }
		$1 == "test" && $2 == program && one == "-" { print }
		END { for (i = 1; i <= n; i++) print said[i] }' "$3"
}

# One finding for each case that is another one after the series: an error where it got
# worse.  A case that was left out since the program ended before is told by that program.
# What the whole boot is blamed for at its end ("board", "board-down") follows from a case
# that got worse, if there is one.
board_compare_cases()
{
	board_cases "$before_boot.report" > "$work/cases.before"
	board_cases "$after_boot.report" > "$work/cases.after"
	awk '
		input == "was" { was[$1 " " $2] = $3; order[++nr] = $1 " " $2; next }
		{
			key = $1 " " $2
			seen[key] = 1
			old = key in was ? was[key] : "missing"
			if ($1 == "board" && old == "missing")
				old = "pass"
			if (old == $3 || (old == "missing" && $3 != "fail"))
				next
			if ($1 ~ /^board(-down)?$/ && $3 != "pass") {
				whole[++nr_whole] = $1 " " $2 " " old " " $3
				next
			}
			print $1, $2, old, $3
			worse = worse || $3 != "pass"
		}
		END {
			for (i = 1; i <= nr; i++) {
				split(order[i], part, " ")
				if (!(order[i] in seen) && part[2] != "-" && was[order[i]] == "pass" && !told[part[1]]++) {
					print order[i], "pass", "missing"
					worse = 1
				}
			}
			for (i = 1; i <= nr_whole && !worse; i++)
				print whole[i]
		}' input=was "$work/cases.before" input=is "$work/cases.after" > "$work/cases.changed"
	while read -r program case old new; do
		severity=error todo="board/boot --kernel $board_kernel --el $board_el --driver DIR test $program:$case"
		case $old,$new in
		*,pass)	severity=remark todo='' ;;
		esac
		what="$program: $case"
		[ "$case" != - ] || { what="$program, as a whole" todo=${todo%:-}; }
		finding "$severity" "$check" "$what: $old before the series, $new after" '' "$todo" \
			"$([ "$new" = pass ] || board_why "$program" "$case" "$after_boot.report" | escaped)"
	done < "$work/cases.changed"
}

# The exception level at which the kernel's own stack is below the driver.
board_stack_el()
{
	case $(kernel_line "$board_kernel") in
	7)	echo 2 ;;
	*)	echo 1 ;;
	esac
}

board_tests()
{
	board_el=$(board_stack_el)
	check="tests, EL$board_el"
	# shellcheck disable=SC2046
	board_sides "$check" test $(board_programs) || return 0
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	board_compare_cases
	row_since "$check" "$before_errors" "$before_remarks" "$(awk '
		$2 == "-" { next }
		{ n++ }
		$3 == "pass" { passed++ }
		END { printf "%d cases, %d pass", n, passed }' "$work/cases.after"), before the series $(grep -v ' - ' "$work/cases.before" | grep -c ' pass$')"
}

# Functions of the driver that asked for memory which nothing points to any more, in the
# words of a report: of each leak the innermost.
board_leaks()
{
	awk '
		$1 != "log" { next }
		/unreferenced object/ { is_found = 0; next }
		/\[fastrpc\]/ && !is_found {
			is_found = 1
			sub(/\[fastrpc\].*/, ""); sub(/^.*\] /, ""); sub(/\+0x.*/, ""); sub(/^log */, "")
			print
		}' "$1" | sort | uniq
}

# The kernel to let allocations fail on: one of those asked for that can, or the checked
# one of 6.12 for a driver of 6.12.
board_failing_kernel()
{
	for kernel in $kernels; do
		! grep -q '^CONFIG_FAILSLAB=y' "$cache/kernels/$kernel/config" 2> /dev/null || { echo "$kernel"; return; }
	done
	case " $kernels " in
	*' 6.12 '*)	echo 6.12-debug ;;
	esac
}

# Each allocation and each copy fails once, with a search for lost memory at the end.
board_failures()
{
	check='failures' board_el=2
	board_kernel=$(board_failing_kernel)
	if [ -z "$board_kernel" ]; then
		row "$check" 'not run' "none of the kernels injects failures: --kernel 6.12, or the path of a tree with CONFIG_FAILSLAB"
		return
	fi
	if [ ! -e "$cache/kernels/$board_kernel/release" ]; then
		row "$check" 'not run' "board/setup kernel $board_kernel builds the kernel that injects failures"
		return
	fi
	check="failures, Linux $board_kernel, EL2"
	board_sides "$check" test fail_any leaks || return 0
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	board_compare_leaks
	board_compare_cases
	row_since "$check" "$before_errors" "$before_remarks" \
		"$(sed -n 's/^log .*: \(fail[a-z_]* [0-9]* times\), once each$/\1/p' "$after_boot.report" | paste -sd, | sed 's/,/, /g'), and a search for lost memory"
}

board_compare_leaks()
{
	board_leaks "$before_boot.report" > "$work/leaks.before"
	board_leaks "$after_boot.report" > "$work/leaks.after"
	comm -13 "$work/leaks.before" "$work/leaks.after" | while read -r function; do
		finding error "$check" "$function() asks for memory that is lost when something fails" \
			'no leak of it is there before the series' 'free it on each way out of the function that owns it' \
			"$(grep -E -e '^log ' "$after_boot.report" | sed 's/^log //' | sed -n '/unreferenced object/,$p' | escaped)"
	done
}

# What calls cost: both drivers and the floor on one boot.  One that cost more is worth a
# look, and may be worth its price.
board_cost()
{
	board_el=$(board_stack_el)
	check="calls' cost, EL$board_el"
	against=''
	! board_module before || against=$module
	if [ -z "$against" ] || ! board_module after; then
		not_run "$check" 'no fastrpc.ko of both sides: see build'
		return
	fi
	more="--against $against" BENCH_CASES=null,buffers,clients BENCH_ROUNDS=1
	export BENCH_CASES BENCH_ROUNDS
	board_boot bench || {
		not_run "$check" "the board did not get to its end: $(tail -n 1 "$boot.said" | sed "s/^error: //; s,$top/,,g")"
		return
	}
	board_cost_compare
	unset BENCH_CASES BENCH_ROUNDS
}

# bench_csv WORDS: the lines of the bench as tests/run-bench has them, after sed's WORDS
bench_csv()
{
	sed -n 's/^log bench /bench /p' "$boot.report" | sed "$1" |
		awk -v kernel="$board_kernel" -f "$top/tests/bench/median.awk" -f "$top/tests/bench/summary.awk"
}

# What costs more.  How often the kernel switches to another thread differs by one from boot
# to boot, also with the same driver twice.
board_costs_more()
{
	sed -n 's/^fail  //p' | grep -v 'above the floor [^;]*; switches: [^;]*$'
}

board_cost_compare()
{
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	bench_csv '/ ours /d; s/ in-tree / ours /' > "$work/bench.before.csv"
	bench_csv '/ in-tree /d' > "$work/bench.after.csv"
	awk -f "$top/tests/bench/compare.awk" -f "$top/tests/bench/figures.awk" \
		"$work/bench.before.csv" "$work/bench.after.csv" > "$work/bench.compared" || :
	if ! grep -q -E '^(pass|fail) ' "$work/bench.compared"; then
		not_run "$check" "the bench has no figures: $(tail -n 1 "$boot.said")"
		return
	fi
	board_costs_more < "$work/bench.compared" | while read -r words; do
		finding remark "$check" "a call costs more: $words" '' 'say in the message what it is worth'
	done
	row_since "$check" "$before_errors" "$before_remarks" "$(sed -n \
		's/^[a-z]*  null,0: .*above the floor \([0-9-]*\), were \([0-9-]*\).*/an empty call: \1 instructions above the floor, \2 before the series/p' \
		"$work/bench.compared")"
}

stage_board()
{
	board_kernel=${kernels%% *} board_el=2
	if [ -z "$(touched '^(drivers/|include/)')" ]; then
		row board untouched 'the series touches no driver'
		return
	fi
	left_out=$(board_left_out | paste -sd' ')
	[ -z "$left_out" ] ||
		finding unchecked board "$left_out: what it does on the board" \
			'the board runs the modules of the series on a kernel without it, and this is none that it loads' \
			'build the kernel with the series: make run KERNEL=DIR DRIVER=in-tree'
	! is_check_wanted audio-pd || { board_audio_pd 2; board_audio_pd 1; }
	! is_check_wanted tests || board_tests
	! is_check_wanted cost || board_cost
	! is_check_wanted failures || board_failures
}
