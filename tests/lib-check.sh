# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# What the checkers of tests/run-check share: which files, which verdict, the kernel's
# source.  Needs board/lib.sh; "base" is the revision to compare with, or empty.

out=$build/check
# The kernel whose source has the checkers, and whose headers are built against.
kernel=6.12

# verdict NAME pass|fail|skip WORDS
verdict()
{
	printf '%s  %s: %s\n' "$2" "$1" "$3"
}

# judge NAME FINDINGS-FILE WHAT VERSION: no finding is a pass.
judge()
{
	nr=$(grep -c . "$2")
	if [ "$nr" -eq 0 ]; then
		verdict "$1" pass "0 findings in $3 ($4)"
	else
		cat "$2"
		verdict "$1" fail "$nr findings in $3 ($4)"
	fi
}

# The files of these patterns, also new ones; with a revision to compare with, those that
# differ.
files()
{
	if [ "$base" ]; then
		git -C "$top" diff --name-only --diff-filter=d "$base" -- "$@"
		git -C "$top" ls-files -o --exclude-standard -- "$@"
	else
		git -C "$top" ls-files -co --exclude-standard -- "$@" | while read -r file; do
			[ ! -e "$top/$file" ] || echo "$file"
		done
	fi
}

count_files()
{
	files "$@" | grep -c .
}

# Is there nothing to look at for the checker $1?  Then say so.
nothing_in()
{
	name=$1
	shift
	[ "$base" ] && [ "$(count_files "$@")" -eq 0 ] || return 1
	verdict "$name" pass "nothing it looks at has changed since $base"
}

# missing NAME WHAT: what was not installed above is a skip.
missing()
{
	verdict "$1" skip "no $2 here: board/setup packages check installs it, as root"
}

# need NAME PROGRAM
need()
{
	! command -v "$2" > /dev/null || return 0
	missing "$1" "$2"
	return 1
}

# The kernel's own checkers come with its source.  Sets $source.
need_source()
{
	source=$cache/sources/$kernel/tree
	"$top/board/setup" source "$kernel" 2> "$out/setup.$1" && return 0
	verdict "$1" skip "$(tail -n 1 "$out/setup.$1" | sed 's/^error: //')"
	return 1
}

source_version()
{
	awk -F' = ' '/^(VERSION|PATCHLEVEL|SUBLEVEL) =/ { printf "%s%s", dot, $2; dot = "." }' \
		"$source/Makefile"
}

# allowed FILE: findings on standard input without those the list has, in lines
# "path-pattern type"; an entry that matches nothing in all files is a finding of its own.
allowed()
{
	awk -v list="$1" -v all="${base:-all}" '
		BEGIN {
			while ((getline entry < list) > 0)
				if (split(entry, word, " ") >= 2 && entry !~ /^#/) {
					path[++nr] = word[1]
					type[nr] = word[2]
				}
		}
		{
			for (i = 1; i <= nr; i++)
				if (match($0, "^" path[i] ":[0-9]+: [A-Z]+:" type[i] ":")) {
					used[i] = 1
					next
				}
			print
		}
		END {
			for (i = 1; i <= nr && all == "all"; i++)
				if (!used[i])
					print list ": nothing is found any more for: " path[i], type[i]
		}'
}
