# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stage 4 of scripts/judge: the kernel's checkers.  Counted is what is new with the series
# and stands on a line that it touches.  A checker that did not run has a row that says why.

# The lines that the series touches: "FILE LINE", of the files as they are after it.
touched_lines()
{
	in_git diff -U0 "$(cat "$work/from")" "$(cat "$work/head")" | awk -f "$parts/touched.awk"
}

# only_new BEFORE AFTER: what is in both forms "file, line, kind, text", new and touched
only_new()
{
	new_messages "$1" "$2" | awk -F '\t' '
		input == "touched" { touched[$0] = 1; next }
		(($1 " " $2) in touched) || $2 == 0' input=touched "$work/touched" input=messages -
}

# report_new CHECKER FILE VERSION: a finding for each line, and the row
report_new()
{
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	while IFS='	' read -r file line kind text; do
		finding error "$file:$line" "$1: $text" '' 'correct the line, or say in the message why it has to be so'
	done < "$2"
	row_since "$1" "$before_errors" "$before_remarks" "$3"
}

# The kernel source whose checkers are used: the tree's own, else Debian's.  $checker is the
# path of script $1, $checker_version the version of Linux it is from.
find_checker()
{
	source=$tree
	if [ ! -e "$source/scripts/$1" ]; then
		source=$cache/sources/${kernels%% *}/tree
		"$top/board/setup" source "${kernels%% *}" 2> "$work/setup" || return 1
	fi
	checker=$source/scripts/$1
	[ -e "$checker" ] || { echo "Linux has no scripts/$1" > "$work/setup"; return 1; }
	checker_version="of Linux $(awk -F' = ' '/^(VERSION|PATCHLEVEL|SUBLEVEL) =/ { printf "%s%s", dot, $2; dot = "." }' \
		"$source/Makefile" 2> /dev/null)"
}

setup_words()
{
	tail -n 1 "$work/setup" | sed 's/^error: //'
}

# Both sides of a folder, for checkers that read files as they are: $work/before, $work/after
checker_sides()
{
	for side in before after; do
		commit=$(cat "$work/from")
		[ $side = before ] || commit=$(cat "$work/head")
		[ ! -e "$work/$side.complete" ] || continue
		rm -rf "${work:?}/$side"
		mkdir -p "$work/$side"
		while read -r file; do
			mkdir -p "$work/$side/$(dirname "$file")"
			in_git show "$commit:$file" > "$work/$side/$file" 2> /dev/null || rm -f "$work/$side/$file"
		done < "$series/files"
		: > "$work/$side.complete"
	done
}

# Each commit as it would be sent.  Compliance looks at sign-offs, Fixes and links itself.
check_checkpatch()
{
	command -v perl > /dev/null || { not_run checkpatch 'perl is missing: apt-get install perl'; return; }
	find_checker checkpatch.pl || { not_run checkpatch "$(setup_words)"; return; }
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	in_git rev-list --reverse "$(cat "$work/from")..$(cat "$work/head")" | while read -r commit; do
		checkpatch_commit "$commit"
	done
	row_since checkpatch "$before_errors" "$before_remarks" "--strict, $checker_version"
}

checkpatch_ignored='COMMIT_LOG_LONG_LINE,BAD_FIXES_TAG,UNKNOWN_COMMIT_ID,GIT_COMMIT_ID,BAD_REPORTED_BY_LINK,MISSING_SIGN_OFF,NO_AUTHOR_SIGN_OFF,FROM_SIGN_OFF_MISMATCH,BAD_SIGN_OFF,COMMIT_MESSAGE,GERRIT_CHANGE_ID,FILE_PATH_CHANGES'

checkpatch_commit()
{
	subject=$(in_git log -1 --format=%s "$1")
	in_git format-patch -1 --stdout --no-signature "$1" > "$work/checkpatch.patch"
	( cd "$clone" && perl "$checker" --strict --no-tree --no-summary --terse --show-types --showfile \
		--max-line-length=100 --ignore "$checkpatch_ignored" "$work/checkpatch.patch" ) \
		> "$work/checkpatch.said" 2>&1
	rm -f "$clone"/.checkpatch-camelcase.*
	sed -n 's/^\([^ :]*\):\([0-9]*\): \(ERROR\|WARNING\|CHECK\):\([A-Z_]*\): \(.*\)/\1	\2	\3	\4: \5/p' \
		"$work/checkpatch.said" | while IFS='	' read -r file line kind text; do
		severity=error
		[ "$kind" != CHECK ] || severity=remark
		finding "$severity" "${file:-$subject}:$line" "checkpatch: $text" '' 'correct it, or say in the message why it has to be so'
	done
}

check_diff_check()
{
	in_git diff --check "$(cat "$work/from")" "$(cat "$work/head")" |
		sed -n 's/^\([^ :]*\):\([0-9]*\): \(.*\)/\1	\2	warning	\3/p' > "$work/diff-check"
	report_new 'git diff --check' "$work/diff-check" "git $(git --version | sed 's/.* //')"
}

# compiler_place COMMAND SIDE FOLDER: run a checker as the compiler was run for each file of
# the module, and print its messages.  Debian's headers lack what "make C=2" takes.
compiler_place()
{
	build_side "$kernel" "$2" "$3" || return 1
	objects=$(head -n 1 "$said.modules" | sed 's,/[^/]*$,,')
	[ "$objects" ] || { why='the tree does not compile, see build'; return 1; }
	grep -l ' -c -o ' "$objects"/.*.o.cmd | grep -v -e '-in\.o\.cmd$' -e '\.mod\.o\.cmd$' |
		while read -r cmd; do
			compiler_place_one "$1" "$cmd"
		done 2>&1 | awk -v folder="$3" -f "$parts/messages.awk" | sort -u
}

# One file, whose compiler ran in the folder of the module or in that of the headers.
compiler_place_one()
{
	line=$(sed -n '1s/^[^=]*:= *[^ ]* //p' "$2")
	flags=$(printf '%s' "${line%% -c -o *}" | sed 's/-Wp,-MMD,[^ ]*//')
	file=$(printf '%s' "${line##* -c -o }" | awk '{ print $2 }')
	cwd=$objects
	case $file in
	/*)	cwd=$cache/kernels/$kernel/headers/usr/src/linux-headers-$(cat "$cache/kernels/$kernel/release") ;;
	esac
	( cd "$cwd" && eval "nice $1 $flags $file" )
}

# in_compiler_place NAME COMMAND VERSION: its row
in_compiler_place()
{
	kernel=${kernels%% *} any=''
	"$top/board/setup" kernel "$kernel" 2> "$work/setup" || { not_run "$1" "$(setup_words)"; return; }
	: > "$work/$1.new"
	for folder in $(build_folders); do
		if ! compiler_place "$2" after "$folder" > "$work/$1.after"; then
			build_side "$kernel" after "$folder" || [ "$why" ] || continue
			row "$1" 'not run' "${why:-the series does not compile, see build}"
			return
		fi
		blind=$(only_blind "$work/$1.after")
		[ -z "$blind" ] || { row "$1" 'not run' "it does not get through what it reads, and sees little then: $blind"; return; }
		any=1
		compiler_sides "$1" "$2" "$folder"
	done
	[ "$any" ] || { row "$1" untouched 'the series touches no file that is compiled'; return; }
	report_new "$1" "$work/$1.new" "$3, headers of $(cat "$cache/kernels/$kernel/release")"
}

# The first error of a checker away from the lines that the series touches: it has given up.
only_blind()
{
	awk -F '\t' '
		input == "touched" { touched[$0] = 1; next }
		$3 == "error" && !(($1 " " $2) in touched) { print $1 ":" $2 ": " $4; exit }' \
		input=touched "$work/touched" input=messages "$1"
}

# What it says of touched lines now, and did not say before.
compiler_sides()
{
	only_new /dev/null "$work/$1.after" > "$work/$1.touched"
	[ -s "$work/$1.touched" ] || return 0
	compiler_place "$2" before "$3" > "$work/$1.before" || : > "$work/$1.before"
	only_new "$work/$1.before" "$work/$1.after" >> "$work/$1.new"
}

sparse_command='sparse --arch=arm64 -D__linux__ -Dlinux -D__STDC__ -Dunix -D__unix__ -D__aarch64__ -Wbitwise -Wno-return-void -Wno-unknown-attribute -D__typeof_unqual__=__typeof__ "-D__builtin_strlen(x)=(sizeof(x)-1)"'

check_sparse()
{
	command -v sparse > /dev/null || { not_run sparse 'no sparse here: board/setup packages check, as root'; return; }
	in_compiler_place sparse "$sparse_command" "sparse $(sparse --version | sed 's/ .*//'), byte order too"
}

check_smatch()
{
	command -v smatch > /dev/null || { row smatch 'not run' 'no smatch here; Debian has no package of it'; return; }
	in_compiler_place smatch 'smatch -p=kernel' "smatch $(smatch --version 2>&1 | head -n 1)"
}

# Which of the kernel's semantic patches: all but those that this project has reasons against.
cocci_scripts()
{
	( cd "$source/scripts/coccinelle" && grep -r -l 'virtual report' --include='*.cocci' . ) |
		sed 's,^\./,,' | sort |
		grep -v -x -F "$(sed '/^#/d; s/ .*//' "$top/tests/static/coccinelle.allowed")"
}

# The C files of the series that side $1 has.
cocci_files()
{
	touched '\.c$' | while read -r file; do
		[ ! -e "$work/$1/$file" ] || echo "$file"
	done
}

# cocci_side SIDE: its findings as "file, line, kind, text"
cocci_side()
{
	[ "$(cocci_files "$1")" ] || return 0
	# shellcheck disable=SC2046 # names have no blanks
	( cd "$work/$1" && PATH=/usr/bin:/bin xargs -P "$(nproc)" -I SCRIPT nice spatch -D report --very-quiet \
		--no-show-diff --no-includes --include-headers -I "$source/include" \
		--cocci-file "$source/scripts/coccinelle/SCRIPT" \
		$(cocci_files "$1") \
		< "$work/cocci.scripts" ) 2>&1 |
		sed -n 's/^\([^ :]*\.c\):\([0-9]*\):\([0-9-]*:\)\{0,1\} *\(.*\)/\1	\2	warning	\4/p' | sort -u
}

check_coccicheck()
{
	touched '\.c$' > /dev/null || { row coccicheck untouched 'the series touches no C file'; return; }
	if ! command -v spatch > /dev/null || ! spatch_has_python; then
		not_run coccicheck 'no spatch with Python here: board/setup packages check, as root'
		return
	fi
	find_checker coccinelle || { not_run coccicheck "$(setup_words)"; return; }
	cocci_scripts > "$work/cocci.scripts"
	checker_sides
	cocci_side after > "$work/cocci.after"
	: > "$work/cocci.before"
	[ ! -s "$work/cocci.after" ] || cocci_side before > "$work/cocci.before"
	only_new "$work/cocci.before" "$work/cocci.after" > "$work/cocci.new"
	report_new coccicheck "$work/cocci.new" "coccinelle $(spatch --version | sed -n '1s/spatch version \([^ ]*\).*/\1/p'), $(grep -c . "$work/cocci.scripts") scripts $checker_version"
}

# kernel-doc is a program in perl or, in newer trees, in python.
run_kernel_doc()
{
	case $(head -n 1 "$checker") in
	*python*)	python3 "$checker" -none -Wall "$@" ;;
	*)		perl "$checker" -none -Wall "$@" ;;
	esac
}

kernel_doc_side()
{
	( cd "$work/$1" && for file in $(touched '\.[ch]$'); do
		[ ! -e "$file" ] || run_kernel_doc "$file"
	done ) 2>&1 | sed -n -e 's/^\(warning\|error\|Warning\|Error\): \([^ :]*\):\([0-9]*\):\{0,1\} *\(.*\)/\2	\3	warning	\4/p' \
		-e 's/^\([^ :]*\):\([0-9]*\): \(warning\|error\|Warning\|Error\): \(.*\)/\1	\2	warning	\4/p' |
		sed "s,^$work/$1/,," | sort -u
}

check_kernel_doc()
{
	touched '\.[ch]$' > /dev/null || { row kernel-doc untouched 'the series touches no C file'; return; }
	find_checker kernel-doc || { not_run kernel-doc "$(setup_words)"; return; }
	checker_sides
	if ! run_kernel_doc /dev/null > "$work/kernel-doc.try" 2>&1; then
		not_run kernel-doc "$checker does not run: $(tail -n 1 "$work/kernel-doc.try")"
		return
	fi
	for side in before after; do
		kernel_doc_side $side > "$work/kernel-doc.$side"
	done
	new_messages "$work/kernel-doc.before" "$work/kernel-doc.after" > "$work/kernel-doc.new"
	report_new kernel-doc "$work/kernel-doc.new" "-Wall, $checker_version"
}

# The checks, as --only and --skip name them.
checks='checkpatch diff-check sparse smatch coccicheck kernel-doc binding dtb uapi'

stage_checkers()
{
	"$top/board/setup" packages check 2> "$work/setup" || say "  $(setup_words)"
	touched_lines > "$work/touched"
	for check in $checks; do
		! is_check_wanted "$check" || "check_$(echo "$check" | tr - _)"
	done
}
