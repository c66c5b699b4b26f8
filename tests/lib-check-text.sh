# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Checkers of tests/run-check that read files as they are.  Needs tests/lib-check.sh.

# Not what the shell would expand by itself.
all_c=':(glob)driver/**/*.[ch] :(glob)board/**/*.[ch] :(glob)tests/**/*.[ch] :(glob)tools/**/*.[ch]'

# checkpatch OPTION...: the kernel's, by the rules that hold for all of the tree
checkpatch()
{
	perl "$source/scripts/checkpatch.pl" --strict --no-tree --no-summary --terse \
		--show-types --max-line-length=100 "$@"
}

check_checkpatch()
{
	# shellcheck disable=SC2086 # patterns
	nothing_in checkpatch $all_c && return
	need_source checkpatch || return
	# shellcheck disable=SC2046,SC2086 # names have no blanks
	( cd "$top" && checkpatch -f $(files $all_c); rm -f .checkpatch-camelcase.* ) \
		2> "$out/checkpatch.err" |
		allowed "$top/tests/static/checkpatch.allowed" > "$out/checkpatch"
	# shellcheck disable=SC2086
	judge checkpatch "$out/checkpatch" "$(count_files $all_c) files of C" \
		"--strict, of Linux $(source_version)"
}

check_kernel_doc()
{
	nothing_in kernel-doc 'driver/*.[ch]' && return
	need_source kernel-doc || return
	# shellcheck disable=SC2046
	( cd "$top" && perl "$source/scripts/kernel-doc" -none -Wall \
		$(files 'driver/*.c' 'driver/*.h') ) > "$out/kernel-doc" 2>&1
	judge kernel-doc "$out/kernel-doc" "$(count_files 'driver/*.[ch]') files of driver" \
		"-Wall, of Linux $(source_version)"
}

# Print what differs between the files as they are and as clang-format has them.  All files go
# through each program at once: a process for each file would take longer than the work.
format_diff()
{
	rm -rf "$out/format.trees"
	mkdir -p "$out/format.trees/ours" "$out/format.trees/theirs"
	for tree in ours theirs; do
		( cd "$top" && xargs cp --parents -t "$out/format.trees/$tree" ) < "$out/format.files"
	done
	cp "$top/.clang-format" "$out/format.trees/theirs"
	( cd "$out/format.trees/theirs" && xargs clang-format --style=file -i ) < "$out/format.files"
	cd "$out/format.trees" &&
		find . -name '*.[ch]' -exec sed -E -i -f "$top/tests/static/format.sed" {} + &&
		diff -r -x .clang-format ours theirs | awk -f "$top/tests/static/format.awk"
}

# Only what leaves the lines where they are is a finding: where a line ends is the
# author's choice, and clang-format has no word for that.
check_format()
{
	# shellcheck disable=SC2086
	nothing_in format $all_c && return
	need format clang-format || return
	# shellcheck disable=SC2086
	files $all_c > "$out/format.files"
	( format_diff ) > "$out/format"
	judge format "$out/format" "$(grep -c . "$out/format.files") files of C" \
		"clang-format $(clang-format --version | sed 's/.*version //')"
}

# The shell scripts: by their first line, and the parts that others read.
shell_scripts()
{
	( cd "$top" && files | xargs awk '
		FNR == 1 && (FILENAME ~ /\/lib[^\/]*\.sh$/ || /^#!\/bin\/(ba)?sh/) { print FILENAME }
		{ nextfile }' )
}

check_shellcheck()
{
	scripts=$(shell_scripts)
	[ "$scripts" ] || { nothing_in shellcheck . || verdict shellcheck pass "no script changed"; return; }
	need shellcheck shellcheck || return
	# shellcheck disable=SC2086
	( cd "$top" && shellcheck -x -f gcc $scripts ) > "$out/shellcheck"
	judge shellcheck "$out/shellcheck" "$(echo "$scripts" | grep -c .) scripts" \
		"shellcheck $(shellcheck --version | sed -n 's/^version: //p')"
}

check_codespell()
{
	nothing_in codespell . && return
	need codespell codespell || return
	# shellcheck disable=SC2046
	( cd "$top" && codespell -L "$(sed '/^#/d' tests/static/codespell.allowed | cut -d' ' -f1 |
		paste -sd,)" $(files . ':!tests/fuzz/corpus' ':!LICENSE') ) > "$out/codespell"
	judge codespell "$out/codespell" "$(count_files .) files" "codespell $(codespell --version)"
}

# The rules of the house, which "make test" looks at as well.
check_rules()
{
	"$top/tests/run-static" > "$out/rules.lines" 2> "$out/rules" || [ -s "$out/rules" ] ||
		grep -v ' pass ' "$out/rules.lines" > "$out/rules"
	judge rules "$out/rules" "$(git -C "$top" ls-files | grep -c .) files" \
		"$(sed -n 's,^test static/\([^ ]*\) .*,\1,p' "$out/rules.lines" | paste -sd' ')"
}

# The protocol of the remote heap, in every interleaving.
check_model()
{
	nothing_in model 'driver/*heap*' driver/remoteproc.c tests/model tests/mutants tests/run-model &&
		return
	need model spin || return
	need model gcc || return
	"$top/tests/run-model" > "$out/model.lines" 2>&1
	grep -v '^pass' "$out/model.lines" > "$out/model"
	judge model "$out/model" "$(grep -c . "$out/model.lines") configurations and mutants" \
		"$(spin -V)"
}

# The kernels whose headers were compared.
uapi_kernels()
{
	for k in $kernels_known sid; do
		grep -q "^skipped: Linux $k:" "$out/uapi.lines" || printf ' %s' "$k"
	done
}

check_uapi()
{
	"$top/tests/run-uapi" > "$out/uapi.lines" 2>&1
	sed -n '/^skipped: /p' "$out/uapi.lines"
	sed '/^skipped: /d' "$out/uapi.lines" > "$out/uapi.findings"
	judge uapi "$out/uapi.findings" "$(grep -c -v '^#' "$top/tests/vectors/uapi.frozen") numbers" \
		"gcc $(gcc -dumpfullversion), headers of$(uapi_kernels)"
}

# The commits to look at: since the base, or since the branch that this one follows, or
# else the last one.
commit_range()
{
	for first in "$base" '@{upstream}' 'HEAD~'; do
		[ "$first" ] || continue
		! git -C "$top" rev-parse -q --verify "$first^{commit}" > /dev/null 2>&1 || break
	done
	echo "$first..HEAD"
}

# What checkpatch says of each commit: its message, and the lines of C it brings.
checkpatch_commits()
{
	git -C "$top" rev-list --no-merges "$1" | while read -r commit; do
		git -C "$top" format-patch --stdout -1 "$commit" | checkpatch --showfile - |
			sed 's/^:/commit:/' | grep -E '^(commit|[^:]*\.[ch]):' |
			allowed "$top/tests/static/checkpatch.allowed" |
			sed "s/^/$(echo "$commit" | cut -c1-12): /"
	done
}

check_commits()
{
	range=$(commit_range)
	if ! nr_commits=$(git -C "$top" rev-list --count --no-merges "$range" 2>/dev/null); then
		verdict commits skip "no commits here to look at: $range"
		return
	fi
	need_source commits || return
	"$top/tests/run-commits" "$range" > "$out/commits" 2>&1
	( base=$range; checkpatch_commits "$range" ) >> "$out/commits" 2>&1
	judge commits "$out/commits" "$nr_commits commits of $range" \
		"tests/run-commits, and checkpatch --strict of Linux $(source_version)"
}
