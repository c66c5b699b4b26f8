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

# What this machine could not do says nothing about the series: not 1, as a finding has it.
die()
{
	printf 'error: %s\n' "$*" >&2
	exit 3
}

# What is named is nothing that can be judged.
input_error()
{
	printf 'error: %s\n' "$*" >&2
	exit 2
}

# A trap runs with what the command that it ended had for standard error: 4 is the user's.
interrupted()
{
	say "interrupted${stage:+ in stage $stage}: the same command goes on from there" 2>&4
	exit "$1"
}

# A finding that cannot be written must not become a verdict without it.  Findings are
# written in parts of pipelines too, and the whole run has to end.
unwritten()
{
	say "error: $1 could not be written: is the disk full?"
	kill -s USR1 $$
	exit 3
}

# in_git ARGUMENTS: git in the clone
in_git()
{
	git -C "$clone" "$@"
}

# Nothing of the user's settings changes what git does here.
git_settings()
{
	cat > "$judge_config" <<-'CONFIG' || unwritten "$judge_config"
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
	GIT_CONFIG_GLOBAL=$judge_config GIT_CONFIG_NOSYSTEM=1
	export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
	# reading the tree must not write its index
	GIT_OPTIONAL_LOCKS=0
	export GIT_OPTIONAL_LOCKS
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
		"$(flat "${4:-}")" "$(flat "${5:-}")" "${6:-}" >> "$work/$stage.findings" ||
		unwritten "$work/$stage.findings"
}

# row CHECK RESULT WORDS
row()
{
	printf '%s\t%s\t%s\t%s\n' "$stage" "$1" "$2" "$(flat "$3")" >> "$work/$stage.rows" ||
		unwritten "$work/$stage.rows"
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

# MiB that a stage may take, and those that are left after one that has not run short.
room_mib=300 room_end_mib=30

# The releases that the kernels have now: a newer package of one makes what was found old.
stage_kernels()
{
	[ "$stage" = merge ] || [ "$stage" = compliance ] ||
		for kernel in $kernels; do
			cat "$cache/kernels/$kernel/release" 2> /dev/null
		done
}

# What is kept between stages was made for these releases.
forget_other_kernels()
{
	[ "$(stage_kernels)" != "$(cat "$work/kernels" 2> /dev/null)" ] || return 0
	rm -f "$work"/said-* "$work"/board-module-*
	stage_kernels > "$work/kernels"
}

# Once a stage is done its result stays, until the patch, the tree, the options, the kernels
# or this program change.
run_stage()
{
	stage=$1
	is_wanted "$stage" || return 0
	if [ -e "$work/$stage.done" ] && [ "$(cat "$work/$stage.done")" = "$(stage_kernels)" ]; then
		say "$stage: as an earlier run found it ($work)"
		return 0
	fi
	say "$stage:"
	need_space "$work" "$room_mib" "the stage $stage"
	rm -f "$work/$stage.incomplete" "$work/$stage.done"
	: > "$work/$stage.rows"
	: > "$work/$stage.findings"
	if [ "$stage" != merge ] && [ ! -e "$work/head" ]; then
		not_run "$stage" 'the series could not be applied, see merge'
		return 0
	fi
	"stage_$stage"
	# what a full disk has cut off looks as if nothing were wrong
	need_space "$work" "$room_end_mib" "the end of the stage $stage"
	[ -e "$work/$stage.incomplete" ] || stage_kernels > "$work/$stage.done"
}

# The files of a folder that is no git tree: it has no commit to tell them by.
folder_identity()
{
	{
		while read -r word; do
			! is_patch_file "$word" || series_files < "$word"
		done < "$judge_words"
		( cd "$tree" && find drivers/misc include/uapi/misc -type f 2> /dev/null )
	} | sort -u | while read -r file; do
		[ ! -f "$tree/$file" ] || cksum "$tree/$file"
	done
}

# What decides where the work goes: all that the result depends on.
judge_identity()
{
	printf '%s\n' "$tree" "$base" "$kernels" "$(echo "$only $skip" | tr ' ' '\n' | grep :)"
	if is_repository; then
		git -C "$tree" rev-parse HEAD "$base" 2> /dev/null
	else
		folder_identity
	fi
	while read -r word; do
		printf '%s\n' "$word"
		if is_patch_file "$word"; then
			cat "$word"
		else
			git -C "$tree" rev-parse "$word" 2> /dev/null
		fi
	done < "$judge_words"
	cat "$top/scripts/judge" "$parts"/* "$top/driver/compat/changes"
}

# The Makefile that says which version of Linux the tree is.
tree_makefile()
{
	if is_repository; then
		git -C "$tree" show "${base:-HEAD}:Makefile" 2> /dev/null
	else
		cat "$tree/Makefile" 2> /dev/null
	fi
}

# A commit of the tree, and one of a kernel.
check_tree()
{
	if is_repository; then
		git -C "$tree" rev-parse -q --verify "${base:-HEAD}^{commit}" > /dev/null 2>&1 ||
			input_error "$tree has no commit \"${base:-HEAD}\" to apply the patch to: name another with --base"
	else
		[ -z "$base" ] || input_error "--base: $tree is no git tree, so it has no commits"
	fi
	tree_makefile | grep -q '^PATCHLEVEL = ' ||
		input_error "$tree is no kernel source: no Makefile in it says a version of Linux"
}

judge_begin()
{
	mkdir -p "$build/judge" || die "$build/judge cannot be made"
	need_space "$build/judge" "$room_mib" 'the work'
	git_settings
	check_tree
	first=$(head -n 1 "$judge_words")
	name=$(basename "$first" | sed 's/\.\(patch\|mbox\|mbx\|eml\)$//' | tr -c 'A-Za-z0-9._\n-' '-' | cut -c1-40)
	work=$build/judge/$name-$(judge_identity | cksum | cut -d' ' -f1)
	clone=$work/clone series=$work/series
	exec 6> "$work.lock"
	flock -n 6 || { say "waiting for another run that judges this patch"; flock 6; }
	[ -z "$again" ] || rm -rf "$work"
	mkdir -p "$work"
	[ -e "$work/series.done" ] || { series_make && : > "$work/series.done"; }
	nr_patches=$(grep -c . "$series/list")
	dirty=$(uncommitted)
	[ -z "$dirty" ] || say "not committed in $tree, and not looked at: $dirty"
}

# Files of the series that the user has changed and not committed: commits are judged.
uncommitted()
{
	! is_repository || xargs -d '\n' git -C "$tree" --literal-pathspecs status --porcelain \
		--untracked-files=no -- < "$series/files" 2> /dev/null | cut -c4- | paste -sd' '
}
