# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# The patches to judge, as one series: $series/list has their names in order.  For each NAME
# there are NAME.mail (or, of a bare diff, NAME.bare), NAME.msg (the commit message without
# its subject), NAME.diff, and NAME.subject, .raw, .author, .sender with a line each.

# A repository without files has one that is called HEAD.
is_patch_file()
{
	[ -f "$1" ] || return 1
	case $1 in
	*[./]*)	return 0 ;;
	esac
	! git -C "$tree" rev-parse -q --verify "$1^{commit}" > /dev/null 2>&1
}

# Prints "NAME <ADDRESS>" of what git mailinfo said.
person()
{
	sed -n 's/^Author: //p; s/^Email: \(.*\)/<\1>/p' "$1" | paste -sd' '
}

# One mail: nothing to apply makes it a cover letter or an answer.
series_mail()
{
	number=$((number + 1))
	one=$series/$(printf '%04d' "$number")
	mv "$1" "$one.mail"
	git mailinfo -k "$one.msg" "$one.diff" < "$one.mail" > "$one.info" 2> /dev/null
	sed -n 's/^Subject: //p' "$one.info" > "$one.raw"
	sed 's/^\(\[[^]]*\] *\)*//' "$one.raw" > "$one.subject"
	person "$one.info" > "$one.author"
	sed '/^\r*$/q' "$one.mail" | git mailinfo /dev/null /dev/null > "$one.info" 2> /dev/null
	person "$one.info" > "$one.sender"
	if grep -q '^\(diff --git\|--- \)' "$one.diff"; then
		printf '%s\t%s\n' "$(series_place)" "${one##*/}" >> "$series/unsorted"
	else
		cat "$one.raw" >> "$series/covers"
	fi
}

# Where the patch stands by its own words: "[PATCH v2 3/7]".
series_place()
{
	place=$(sed -n 's/^\[[^]]*[^0-9]\([0-9]\{1,\}\)\/[0-9]\{1,\}[^]]*\].*/\1/p' "$one.raw" | head -n 1)
	echo "${place:-$number}"
}

# A diff without a mail's header.
series_bare()
{
	git apply --numstat "$1" > /dev/null 2> "$series/said" ||
		input_error "$1 holds no patch that git can read: $(sed 's/^error: //; s/ (allow.*//; q' "$series/said")"
	number=$((number + 1))
	one=$series/$(printf '%04d' "$number")
	cp "$1" "$one.bare"
	cp "$1" "$one.diff"
	basename "$1" > "$one.subject"
	: > "$one.msg"
	printf '%s\t%s\n' "$number" "${one##*/}" >> "$series/unsorted"
}

series_file()
{
	if ! sed '/^diff --git/q' "$1" | grep -q -i '^Subject: '; then
		series_bare "$1"
		return
	fi
	rm -rf "$series/split"
	mkdir "$series/split"
	git mailsplit -b -o"$series/split" "$1" > /dev/null || input_error "$1 is no mailbox that git can read"
	for mail in "$series/split"/*; do
		series_mail "$mail"
	done
}

# series_no_commits WORD: why it names none
series_no_commits()
{
	[ ! -d "$1" ] || input_error "$1 is a folder: name the patches in it"
	case $1 in
	*..*)	! git -C "$tree" rev-parse -q "$1" > /dev/null 2>&1 ||
			input_error "no commit is in the range $1 of $tree" ;;
	esac
	input_error "\"$1\" is no file, and no commit or range of commits of $tree"
}

# check_parent COMMIT: what it changes is what its only parent has not.
check_parent()
{
	# shellcheck disable=SC2046 # commits
	set -- "$1" $(git -C "$tree" rev-list --parents -n 1 "$1" | cut -s -d' ' -f2-)
	case $# in
	1)	input_error "$(echo "$1" | cut -c1-12) has no commit before it in $tree, so what it changes is not known;" \
			'a clone of one commit is fetched further with: git fetch --deepen=1' ;;
	2)	;;
	*)	input_error "$(echo "$1" | cut -c1-12) is a merge: name the commits that it brings, as ${2%"${2#????????????}"}..${3%"${3#????????????}"}" ;;
	esac
}

# Commits of the tree.  Their committer is who sends them.
series_commits()
{
	case $1 in
	*..*)	commits=$(git -C "$tree" rev-list --reverse --no-merges "$1" 2> /dev/null) ;;
	*)	commits=$(git -C "$tree" rev-parse -q --verify "$1^{commit}" 2> /dev/null) ;;
	esac
	[ "$commits" ] || series_no_commits "$1"
	check_parent "$(echo "$commits" | head -n 1)"
	[ -e "$work/patch-base" ] ||
		git -C "$tree" rev-parse -q --verify "$(echo "$commits" | head -n 1)^" > "$work/patch-base" || :
	for commit in $commits; do
		git -C "$tree" format-patch -1 --stdout --no-signature --no-stat --full-index \
			--no-base "$commit" > "$series/commit"
		series_mail "$series/commit"
		git -C "$tree" log -1 --format='%cn <%ce>' "$commit" > "$one.sender"
	done
}

# The commit that the series says it was made for.
series_base()
{
	[ ! -e "$work/patch-base" ] || return 0
	said=$(sed -n 's/^base-commit: \([0-9a-f]\{40\}\)$/\1/p' "$series"/*.mail 2> /dev/null | head -n 1)
	[ -z "$said" ] || echo "$said" > "$work/said-base"
	git -C "$tree" rev-parse -q --verify "${said:-none}^{commit}" > "$work/patch-base" 2> /dev/null ||
		rm -f "$work/patch-base"
}

series_make()
{
	rm -rf "$series" "$work/patch-base" "$work/said-base"
	mkdir -p "$series"
	: > "$series/unsorted"
	: > "$series/covers"
	number=0
	while read -r word; do
		if is_patch_file "$word"; then
			series_file "$word"
		else
			series_commits "$word"
		fi
	done < "$judge_words"
	sort -s -n "$series/unsorted" | cut -f 2 > "$series/list"
	[ -s "$series/list" ] || input_error 'none of what is named changes a file: nothing is there to judge'
	series_base
	# shellcheck disable=SC2046 # names have no blanks
	( cd "$series" && cat $(sed 's/$/.diff/' list) ) | series_files | sort -u > "$series/files"
}

# The files that a diff names.
series_files()
{
	sed -n -e 's,^diff --git a/.* b/,,p' -e 's,^+++ b/\([^	]*\).*,\1,p' -e 's,^--- a/\([^	]*\).*,\1,p'
}

# touched PATTERN: the files of the series whose path is like that
touched()
{
	grep -E -e "$1" "$series/files"
}
