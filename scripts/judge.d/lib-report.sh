# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# What scripts/judge found, as a page (report.md) and for programs (report.json), and the
# last line: the verdict.

wanted_stages()
{
	for stage in $stages; do
		! is_wanted "$stage" || echo "$stage"
	done
}

# Rows, or findings, of the stages that were asked for.
gather()
{
	for stage in $(wanted_stages); do
		cat "$work/$stage.$1" 2> /dev/null
	done
}

count_in()
{
	awk -F '\t' -v column="$2" -v word="$3" '$column == word { n++ } END { print n + 0 }' "$1"
}

# The stages that could not be done, so that nothing follows for them.
incomplete_stages()
{
	for stage in $(wanted_stages); do
		[ ! -e "$work/$stage.incomplete" ] || printf '%s ' "$stage"
	done
}

# Sets $verdict, $verdict_words and $status.
decide()
{
	nr_errors=$(count_in "$work/all.findings" 2 error)
	nr_remarks=$(count_in "$work/all.findings" 2 remark)
	nr_unchecked=$(count_in "$work/all.findings" 2 unchecked)
	nr_not_run=$(count_in "$work/all.rows" 3 'not run')
	lacking=$(incomplete_stages)
	tail_words="$(plural "$nr_remarks" remark), $nr_unchecked not checked, $(plural "$nr_not_run" check) not run"
	if [ "$nr_errors" -gt 0 ]; then
		verdict=FAIL status=1
		verdict_words="$(plural "$nr_errors" finding) to correct in $(awk -F '\t' '
			$2 == "error" && !seen[$1]++ { printf "%s%s", sep, $1; sep = ", " }' "$work/all.findings"); $tail_words"
	elif [ "$lacking" ]; then
		verdict=INCOMPLETE status=3
		verdict_words="nothing to correct so far, but not all of it could be done: ${lacking% }; $tail_words"
	else
		verdict=PASS status=0
		verdict_words="nothing to correct; $tail_words"
	fi
}

report_title()
{
	first=$(head -n 1 "$series/list")
	title=$(cat "$series/$first.subject")
	[ "$nr_patches" -eq 1 ] || title="$title (and $((nr_patches - 1)) more)"
	printf '%s' "$title"
}

# Which base and which kernels this is about.
report_head()
{
	echo "# Judged: $(report_title)"
	echo
	if [ -e "$work/folder" ]; then
		echo "* base: the folder $(basename "$tree"), which is no git tree"
	else
		echo "* base: $(in_git log -1 --format='%h ("%s")' "$(cat "$work/base")")"
	fi
	if [ -e "$work/from" ] && [ "$(cat "$work/from")" != "$(cat "$work/base")" ]; then
		echo "* looked at, since it does not apply to the base: $(in_git log -1 --format='%h ("%s")' "$(cat "$work/from")")"
	fi
	echo "* kernels: $(for kernel in $kernels; do cat "$cache/kernels/$kernel/release" 2> /dev/null || echo "$kernel"; done | paste -sd' ')"
	[ -z "$dirty" ] || echo "* not committed in the tree, so not looked at: $dirty"
	left_out=$(for stage in $stages; do is_wanted "$stage" || printf '%s ' "$stage"; done)
	[ -z "$left_out" ] || echo "* left out on request: ${left_out% }"
	echo
}

report_table()
{
	echo '| stage | check | result | |'
	echo '| --- | --- | --- | --- |'
	awk -F '\t' '{
		result = $3
		if (result == "fail" || result == "not run")
			result = "**" result "**"
		gsub(/\|/, "\\|", $4)
		printf "| %s | %s | %s | %s |\n", $1, $2, result, $4
	}' "$work/all.rows"
}

# report_findings SEVERITY HEADING
report_findings()
{
	[ "$(count_in "$work/all.findings" 2 "$1")" -gt 0 ] || return 0
	echo
	echo "## $2"
	awk -F '\t' -v severity="$1" -f "$parts/findings.awk" "$work/all.findings"
}

report_page()
{
	report_head
	report_table
	report_findings error 'To correct'
	report_findings remark 'Remarks'
	report_findings unchecked 'Not checked'
	echo
	echo "**$verdict**: $verdict_words"
}

report_json()
{
	awk -F '\t' -v verdict="$verdict" -v words="$verdict_words" -v status="$status" \
		-v title="$(report_title | sed 's/\\/\\\\/g')" -v base="$(cat "$work/base")" \
		-v kernels="$kernels" -f "$parts/json.awk" input=rows "$work/all.rows" input=findings "$work/all.findings"
}

report_write()
{
	stage=''
	gather rows > "$work/all.rows"
	gather findings > "$work/all.findings"
	need_space "$work" "$room_end_mib" 'the report'
	decide
	report_page > "$work/report.md" || unwritten "$work/report.md"
	report_json > "$work/report.json" || unwritten "$work/report.json"
	[ -z "$report" ] || cp "$work/report.md" "$report" || die "$report cannot be written"
	[ -z "$json" ] || cp "$work/report.json" "$json" || die "$json cannot be written"
	sed '$d' "$work/report.md"
	echo "report: ${work#"$top"/}/report.md"
	echo "$verdict: $verdict_words"
	exit "$status"
}
