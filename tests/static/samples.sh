#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A sample output in a page is what the program prints.  Between <!-- sample: NAME --> and
# <!-- end sample --> stands, indented, what sample_NAME below prints.  What needs a board
# is printed from the report of one boot, in tests/static/samples, by the functions of
# board/boot.  --write puts the output into the pages.
#
# What is wrong is said, one line each; the exit status is 1 then.
# shellcheck disable=SC2034,SC2317 # for lib-verdict.sh; functions are called by name
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
samples=$top/tests/static/samples
wrong=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run_output DRIVER: what "make run" prints of the report of that driver.
run_output()
(
	# shellcheck source=board/lib.sh
	. "$top/board/lib.sh"
	# shellcheck source=board/lib-driver.sh
	. "$top/board/lib-driver.sh"
	build=$work cache=$work kernel=7 driver=$1 variant=hexagon variant_reason='' edge=stack
	firmware=el3 hexagon=yes
	# shellcheck source=board/lib-verdict.sh
	. "$top/board/lib-verdict.sh"
	report_log=$samples/run-$1.report log_base=$work/run console_log=$work/console
	smmu_log=$work/smmu monitor_log=$work/monitor
	mkdir -p "$work/kernels/7"
	sed -n 's/^step kernel: Linux \([^ ]*\) .*/\1/p' "$report_log" > "$work/kernels/7/release"
	: > "$monitor_log"
	qemu_finished() { grep -q '^end ' "$report_log"; }
	qemu_smmu_events() { fact faults; }
	show_steps < "$report_log"
	verdict_run | sed "s,$work/run,build/7/logs/run-hexagon-$1,"
)

sample_run_ours()
{
	run_output ours
}

sample_run_in_tree()
{
	run_output in-tree
}

# Its last line alone.
sample_verdict()
{
	run_output ours | tail -n 1
}

# judge_output NAME: the page that scripts/judge makes of the rows and findings of a run.
judge_output()
(
	# shellcheck source=/dev/null
	. "$top/scripts/judge.d/lib.sh"
	# shellcheck source=/dev/null
	. "$top/scripts/judge.d/lib-report.sh"
	parts=$top/scripts/judge.d
	stages='merge build compliance checkers board' only='' skip=''
	sed 1d "$samples/$1.rows" > "$work/all.rows"
	sed 1d "$samples/$1.findings" > "$work/all.findings"
	head=$samples/$1.head
	report_head() { sed 1d "$head"; }
	decide
	report_page
)

sample_judge()
{
	judge_output judge
}

sample_judge_board()
{
	judge_output judge-board
}

sample_make_help()
{
	env -u MAKEFLAGS make -s -C "$top" --no-print-directory help
}

# What the sample NAME is, indented as in a page.
printed()
{
	"sample_$1" | sed 's/^/    /; s/ *$//'
}

# sample_in PAGE NAME: what stands there now.
sample_in()
{
	sed -n "/^<!-- sample: $2 -->\$/,/^<!-- end sample -->\$/p" "$1" | sed '1d;$d'
}

sample_replace()
{
	awk -v mark="<!-- sample: $2 -->" -v new="$3" '
		$0 == "<!-- end sample -->" { skipping = 0 }
		!skipping { print }
		$0 == mark {
			while ((getline line < new) > 0)
				print line
			skipping = 1
		}' "$1" > "$1.new"
	mv "$1.new" "$1"
}

# samples: "PAGE NAME", a line each
samples()
{
	git -C "$top" ls-files -co --exclude-standard -- '*.md' | while read -r page; do
		[ -e "$top/$page" ] || continue
		sed -n "s,^<!-- sample: \(.*\) -->\$,$page \1,p" "$top/$page"
	done
}

samples > "$work/samples"
[ -s "$work/samples" ] || { echo "no page has a sample any more: mend the pattern of $0"; exit 1; }
while read -r page name; do
	if ! command -v "sample_$name" > /dev/null; then
		echo "$page: $0 has no function that prints the sample $name"
		wrong=1
		continue
	fi
	printed "$name" > "$work/printed" 2>&1
	if [ "${1:-}" = --write ]; then
		sample_replace "$top/$page" "$name" "$work/printed"
	elif ! sample_in "$top/$page" "$name" | diff - "$work/printed" > "$work/diff"; then
		echo "$page: the sample $name is not what the program prints (tests/static/samples.sh --write):"
		sed 's/^/  /' "$work/diff" | head -n 6
		wrong=1
	fi
done < "$work/samples"
exit $wrong
