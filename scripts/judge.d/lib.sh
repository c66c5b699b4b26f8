# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# What the stages of scripts/judge share: where the work is, which stage is to run, what
# it found.  A stage leaves $work/STAGE.rows (stage, check, result, words) and
# $work/STAGE.findings (stage, severity, place, what, cause, to do, details), columns
# divided by tabs.  In details a line ends with \n, two characters.
#
# Results: pass, fail, remark, untouched (no file of that kind in the series), "not run".
# Severities: error (has to change), remark (worth a look), unchecked (not to be known here).

# in_git ARGUMENTS: git in the clone
in_git()
{
	git -C "$clone" "$@"
}

# Nothing of the user's settings changes what git does here.
git_settings()
{
	cat > "$work/gitconfig" <<-'CONFIG'
	[user]
		name = judge
		email = judge@localhost
	[safe]
		directory = *
	[commit]
		gpgSign = false
	[core]
		hooksPath = /dev/null
		quotePath = false
	[gc]
		auto = 0
	[merge]
		conflictStyle = diff3
	[advice]
		detachedHead = false
	CONFIG
	GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
	export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
	unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
}

# Columns have no tabs and no line ends.
flat()
{
	printf '%s' "$*" | tr '\t\n' '  '
}

# escaped: standard input as one column of details, forty lines at most
escaped()
{
	head -n 40 | sed 's/\\/\\\\/g' | tr '\t' ' ' | awk '{ printf "%s\\n", $0 }'
}

# finding SEVERITY PLACE WHAT [CAUSE [TO-DO [DETAILS]]]
finding()
{
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$stage" "$1" "$(flat "$2")" "$(flat "$3")" \
		"$(flat "${4:-}")" "$(flat "${5:-}")" "${6:-}" >> "$work/$stage.findings"
}

# row CHECK RESULT WORDS
row()
{
	printf '%s\t%s\t%s\t%s\n' "$stage" "$1" "$2" "$(flat "$3")" >> "$work/$stage.rows"
	say "  $1: $2${3:+, $(flat "$3")}"
}

# not_run CHECK WHY: the check is wanted and could not be done; the next run tries again.
not_run()
{
	row "$1" 'not run' "$2"
	: > "$work/$stage.incomplete"
}

# How many findings of severity $1 this stage has so far.
count_findings()
{
	awk -F '\t' -v severity="$1" '$2 == severity { n++ } END { print n + 0 }' "$work/$stage.findings"
}

# plural N WORD
plural()
{
	if [ "$1" -eq 1 ]; then
		echo "1 $2"
	else
		echo "$1 $2s"
	fi
}

# A row by what has been found since there were $2 errors and $3 remarks.
row_since()
{
	errors=$(($(count_findings error) - $2)) remarks=$(($(count_findings remark) - $3))
	if [ "$errors" -gt 0 ]; then
		row "$1" fail "$(plural "$errors" finding), $4"
	elif [ "$remarks" -gt 0 ]; then
		row "$1" remark "$(plural "$remarks" remark), $4"
	else
		row "$1" pass "$4"
	fi
}

# A check of a stage, STAGE:CHECK, makes the stage wanted.
is_wanted()
{
	[ "$1" != merge ] || return 0
	case " $skip " in
	*" $1 "*)	return 1 ;;
	esac
	case " $only " in
	'  '|*" $1 "*|*" $1:"*)	return 0 ;;
	esac
	return 1
}

# is_check_wanted CHECK, of the stage that runs
is_check_wanted()
{
	case " $skip " in
	*" $stage:$1 "*)	return 1 ;;
	esac
	case " $only " in
	*" $stage:$1 "*)	return 0 ;;
	*" $stage:"*)		return 1 ;;
	esac
	return 0
}

# Once a stage is done its result stays, until the patch, the tree, the options or this
# program change.
run_stage()
{
	stage=$1
	is_wanted "$stage" || return 0
	if [ -e "$work/$stage.done" ]; then
		say "$stage: as an earlier run found it ($work)"
		return 0
	fi
	say "$stage:"
	rm -f "$work/$stage.incomplete"
	: > "$work/$stage.rows"
	: > "$work/$stage.findings"
	if [ "$stage" != merge ] && [ ! -e "$work/head" ]; then
		not_run "$stage" 'the series could not be applied, see merge'
		return 0
	fi
	"stage_$stage"
	[ -e "$work/$stage.incomplete" ] || : > "$work/$stage.done"
}

# What decides where the work goes: all that the result depends on.
judge_identity()
{
	printf '%s\n' "$tree" "$base" "$kernels" "$(echo "$only $skip" | tr ' ' '\n' | grep :)"
	git -C "$tree" -c safe.directory='*' rev-parse HEAD 2> /dev/null
	while read -r word; do
		printf '%s\n' "$word"
		if [ -f "$word" ]; then
			cat "$word"
		else
			git -C "$tree" -c safe.directory='*' rev-parse "$word" 2> /dev/null
		fi
	done < "$judge_words"
	cat "$top/scripts/judge" "$parts"/* "$top/driver/compat/changes"
}

judge_begin()
{
	first=$(head -n 1 "$judge_words")
	name=$(basename "$first" | sed 's/\.\(patch\|mbox\|mbx\|eml\)$//' | tr -c 'A-Za-z0-9._\n-' '-' | cut -c1-40)
	work=$build/judge/$name-$(judge_identity | cksum | cut -d' ' -f1)
	clone=$work/clone series=$work/series
	mkdir -p "$work"
	exec 6> "$work.lock"
	flock -n 6 || { say "waiting for another run that judges this patch"; flock 6; }
	[ -z "$again" ] || rm -rf "$work"
	mkdir -p "$work"
	git_settings
	[ -e "$work/series.done" ] || { series_make && : > "$work/series.done"; }
	nr_patches=$(grep -c . "$series/list")
}
