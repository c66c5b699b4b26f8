# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stage 1 of scripts/judge: does the series apply?  It leaves $work/head, the commit with the
# series in it, and $work/from, the one before: the base, or, when that conflicts, the
# commit that the series was made for, so that the other stages have something to look at.

# Is the tree a repository, perhaps one without files, and not a folder in another one?
is_repository()
{
	[ "$(git -C "$tree" rev-parse --show-toplevel 2> /dev/null ||
	     git -C "$tree" rev-parse --absolute-git-dir 2> /dev/null)" = "$tree" ]
}

# The folders that have to be there as files.
clone_folders()
{
	sed 's,/[^/]*$,,; /^[^/]*$/d' "$series/files" | grep '.*/' || :
	printf '%s\n' drivers/misc include/uapi/misc scripts Documentation/devicetree/bindings/misc
}

# A repository of ours that reads the objects of the tree's, and writes none there.
clone_repository()
{
	git init -q "$clone"
	git -C "$tree" rev-parse --path-format=absolute --git-path objects > "$clone/.git/objects/info/alternates"
	shallow=$(git -C "$tree" rev-parse --path-format=absolute --git-path shallow)
	[ ! -e "$shallow" ] || cp "$shallow" "$clone/.git/shallow"
	git -C "$tree" rev-parse -q --verify "${base:-HEAD}^{commit}" > "$work/base"
}

# A folder: what the series needs of it becomes a commit.
clone_folder()
{
	git init -q "$clone"
	{ clone_folders; printf '%s\n' Makefile MAINTAINERS; } | sort -u | while read -r part; do
		[ ! -e "$tree/$part" ] || printf '%s\n' "$part"
	done | tr '\n' '\0' |
		( cd "$tree" && git --git-dir="$clone/.git" --work-tree=. -c core.excludesFile=/dev/null \
			add -f --pathspec-from-file=- --pathspec-file-nul ) ||
		die "$tree could not be read as a kernel source"
	in_git commit -q --no-verify -m "the folder $tree"
	in_git rev-parse HEAD > "$work/base"
	: > "$work/folder"
}

clone_make()
{
	rm -rf "$clone" "$work/folder"
	if is_repository; then
		clone_repository
	else
		clone_folder
	fi
}

# Put the commit $1 into the clone's files, as far as they are needed.
clone_checkout()
{
	in_git am --abort > /dev/null 2>&1
	# shellcheck disable=SC2046 # folders of a kernel have no blanks
	in_git sparse-checkout set --cone $(clone_folders | grep -v '^\.' | sort -u) > "$work/checkout" 2>&1 &&
	in_git reset -q --hard >> "$work/checkout" 2>&1
	{ in_git checkout -q -f --detach "$1" && in_git clean -q -f -d -x; } >> "$work/checkout" 2>&1 ||
		die "git could not check $1 out: $(tail -n 1 "$work/checkout")"
}

# One patch onto what is there.  A bare diff becomes a commit as well.  git am is content
# with a patch that changes nothing any more, and makes no commit of it.
apply_one()
{
	if [ -e "$series/$1.mail" ]; then
		was_head=$(in_git rev-parse HEAD)
		in_git am -3 --keep-cr --no-scissors "$series/$1.mail" > "$work/apply" 2>&1 || return 1
		[ "$(in_git rev-parse HEAD)" != "$was_head" ]
		return
	fi
	in_git apply -3 --index "$series/$1.bare" > "$work/apply" 2>&1 &&
		in_git commit -q --no-verify -m "$(cat "$series/$1.subject")" >> "$work/apply" 2>&1
}

# apply_series COMMIT: all of them; $failed_patch is the first that does not apply
apply_series()
{
	failed_patch=''
	clone_checkout "$1"
	while read -r patch; do
		apply_one "$patch" < /dev/null || { failed_patch=$patch; return 1; }
	done < "$series/list"
	in_git rev-parse HEAD > "$work/head"
	echo "$1" > "$work/from"
}

# The conflicts that git left in the files: place, and the lines of both sides.
conflicts()
{
	in_git diff --name-only --diff-filter=U | while read -r file; do
		if [ -e "$clone/$file" ]; then
			awk -v file="$file" -f "$parts/conflicts.awk" "$clone/$file"
		else
			printf '%s\tthe file is not in the base\t\n' "$file"
		fi
	done
}

# The hunks that do not apply where the objects for a merge are missing: what the patch
# expects, and what is there.
rejects()
{
	in_git am --abort > /dev/null 2>&1
	in_git apply --reject "$series/$failed_patch.diff" > /dev/null 2>&1
	sed -n 's/^error: \(.*\): No such file or directory$/\1\tthe base has no such file\t/p
		s/^error: \(.*\): does not exist in index$/\1\tthe base has no such file\t/p
		s/^error: \(.*\): already exists in .*/\1\tthe base has the file already\t/p' "$work/apply" | sort -u
	find "$clone" -name '*.rej' | while read -r reject; do
		file=${reject%.rej}
		awk -v file="${file#"$clone"/}" -v there="$file" -f "$parts/rejects.awk" "$reject"
	done
}

# Commits of the base that changed file $1 since the patch's own base.
changed_since()
{
	in_git log --oneline --no-decorate -n 3 "$patch_base..$target" -- "$1" 2> /dev/null
}

# Who is to blame for a conflict in file $1: sets $cause and $todo.
blame_conflict()
{
	case $base_merges in
	unrelated)
		cause="the series was made for $(short "$patch_base"), which shares no history with the base"
		todo='fetch the whole history of both (git fetch --unshallow), or rebase the series: a merge of these cannot work'
		;;
	no)
		if grep -q -x -F -e "$1" "$work/base-conflicts"; then
			cause="the base: $(short "$patch_base"), for which the series was made, conflicts in this file without the series"
			todo='bring the base up to date first; the series is not the cause'
		else
			cause='the patch: the base merges in this file without it'
			todo="rebase the series onto the base: git rebase --onto $(short "$target") $(short "$patch_base")"
		fi ;;
	yes)
		since=$(changed_since "$1" | head -n 1)
		cause="the base merges without the series; it changed these lines${since:+ in $since}"
		todo="rebase the series onto the base: git rebase --onto $(short "$target") $(short "$patch_base")" ;;
	*)
		cause='not known: the series does not say which commit it was made for, or the tree lacks that commit'
		todo='rebase onto the base and send again with: git format-patch --base=auto' ;;
	esac
}

# The first digits of a commit, and its subject.
short()
{
	in_git log -1 --format='%h' "$1" 2> /dev/null || printf '%.12s' "$1"
}

# Does the commit that the series was made for merge with the base?  $base_merges: yes, no,
# unrelated, or unknown.
judge_base()
{
	base_merges=unknown
	: > "$work/base-conflicts"
	patch_base=$(cat "$work/patch-base" 2> /dev/null)
	[ "$patch_base" ] || return 0
	if ! in_git merge-base "$target" "$patch_base" > /dev/null; then
		base_merges=unrelated
	elif in_git merge-tree --write-tree --name-only --no-messages "$target" "$patch_base" \
			> "$work/merge-tree" 2>&1; then
		base_merges=yes
	else
		base_merges=no
		sed 1d "$work/merge-tree" > "$work/base-conflicts"
	fi
}

# Say for each conflict where it is, whose it is, and both sides.
report_conflicts()
{
	conflicts > "$work/conflicts"
	[ -s "$work/conflicts" ] || rejects > "$work/conflicts"
	subject=$(cat "$series/$failed_patch.subject")
	while IFS='	' read -r place what details; do
		blame_conflict "${place%%:*}"
		finding error "$place" "\"$subject\" does not apply: $what" "$cause" "$todo" "$details"
	done < "$work/conflicts"
	[ -s "$work/conflicts" ] ||
		finding error "patch $failed_patch" "\"$subject\" does not apply: $(grep -m 1 -i -e error -e fatal "$work/apply")" \
			'git says so' 'make the patch with git format-patch, and send it unchanged'
}

is_applied_already()
{
	grep -q -i 'already applied' "$work/apply"
}

say_unrelated()
{
	finding error "$(short "$patch_base")" 'the series and the base have unrelated histories' \
		"the series was made for $(short "$patch_base") and no commit is in the history of both" \
		'a tree imported without its history, or a shallow clone, has to be fetched whole, or the series is rebased'
}

# Unrelated or not, patches may apply.
merge_passes()
{
	words="$nr_patches patches"
	[ "$nr_patches" -ne 1 ] || words='1 patch'
	words="$words on $(short "$target")"
	case $base_merges in
	unrelated)
		finding remark "$(short "$patch_base")" 'the series and the base have unrelated histories; as patches it applies' \
			"no commit is in the history of both: the series was made for $(short "$patch_base")" \
			'apply it as patches (git am, git cherry-pick): git merge would refuse' ;;
	no)
		finding remark "$(short "$patch_base")" "the series applies, but a merge with the commit it was made for conflicts" \
			"the base and $(short "$patch_base") conflict in: $(paste -sd' ' "$work/base-conflicts")" \
			'apply it as patches (git am, git cherry-pick); a merge brings conflicts that are not of the series' ;;
	esac
	row_since applies 0 0 "$words"
}

# The base conflicts, so the other stages look at the series where it was made.
merge_falls_back()
{
	[ "$patch_base" ] && [ "$patch_base" != "$target" ] && apply_series "$patch_base" || return 0
	finding remark "$(short "$patch_base")" \
		'the other stages look at the series on the commit that it was made for, not on the base' \
		'it does not apply to the base' 'judge it again after the rebase'
}

stage_merge()
{
	rm -f "$work/head" "$work/from"
	clone_make
	target=$(cat "$work/base")
	[ -z "$base" ] && [ -s "$work/patch-base" ] && [ ! -e "$work/said-base" ] && {
		target=$(cat "$work/patch-base")
		echo "$target" > "$work/base"
	}
	judge_base
	if apply_series "$target"; then
		merge_passes
		return
	fi
	if is_applied_already; then
		finding error "patch $failed_patch" "\"$(cat "$series/$failed_patch.subject")\" is in the base already" \
			'git finds the same lines there' 'leave it out'
	else
		[ "$base_merges" != unrelated ] || say_unrelated
		report_conflicts
	fi
	row applies fail "$(plural "$(count_findings error)" finding), patch $failed_patch of $nr_patches on $(short "$target")"
	merge_falls_back
}
