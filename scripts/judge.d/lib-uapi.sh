# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# The headers that programs are compiled with: what a compiler makes of them before and
# after the series.  What is new breaks nothing; a name, a type or a number that is gone or
# is another one does.

# Names of a header, as tests/uapi.awk reads them: "struct NAME", "member STRUCT.NAME TYPE", ...
uapi_names()
{
	"$uapi_cc" -fpreprocessed -dD -E -P "$1" 2> /dev/null | awk -f "$top/tests/uapi.awk" |
		grep -v '^not understood' | sort -u
}

# Does the macro of a line "macro NAME" have a value?
uapi_has_value()
{
	grep -q -E "^[ 	]*#[ 	]*define[ 	]+$1[ 	(]" "$2" && ! grep -q -E "^[ 	]*#[ 	]*define[ 	]+$1\\(" "$2"
}

# A C file whose object holds a number for each name: "what expression" in $work/uapi.ask
uapi_questions()
{
	while read -r kind name type; do
		case $kind in
		macro)	! uapi_has_value "$name" "$2" || echo "$name $name" ;;
		constant)
			echo "$name $name" ;;
		struct)	echo "sizeof(struct_$name) sizeof(struct $name)" ;;
		member)	echo "offset_of_$name __builtin_offsetof(struct ${name%%.*}, ${name#*.})"
			echo "sizeof_$name sizeof(((struct ${name%%.*} *)0)->${name#*.})" ;;
		esac
	done < "$1"
}

# Ask the compiler for one number; macros that hold no number are passed over.
uapi_numbers()
{
	{
		echo '#include <linux/types.h>'
		echo '#include <linux/ioctl.h>'
		echo "#include \"$2\""
		awk '{ what = $1; $1 = ""; printf "_Static_assert(1, \"\"); long judge_%d = (long)(%s); /* %s */\n", NR, $0, what }' "$1"
	} > "$work/uapi.c"
	uapi_drop "$1"
	"$uapi_cc" -std=gnu11 -w -S -o "$work/uapi.s" "$work/uapi.c" 2> "$work/uapi.said" || return 1
	awk '
		input == "ask" { what[NR] = $1; next }
		/^judge_[0-9]+:/ { at = substr($1, 7) + 0; next }
		at && /^[ \t]*\.(quad|xword|dword|8byte)[ \t]/ { print what[at], $2; at = 0; next }
		at && /^[ \t]*\.zero[ \t]/ { print what[at], 0; at = 0 }' input=ask "$1" input=object "$work/uapi.s" | sort
}

# Lines that do not compile hold no number: take them out, and no others.
uapi_drop()
{
	"$uapi_cc" -std=gnu11 -w -S -o /dev/null "$work/uapi.c" 2> "$work/uapi.said" && return
	sed -n 's/^[^:]*uapi\.c:\([0-9]*\):.*error.*/\1/p' "$work/uapi.said" | sort -u > "$work/uapi.bad"
	awk 'input == "bad" { bad[$1] = 1; next } !(FNR in bad) || FNR <= 3' \
		input=bad "$work/uapi.bad" input=text "$work/uapi.c" > "$work/uapi.good.c"
	mv "$work/uapi.good.c" "$work/uapi.c"
}

# uapi_side SIDE HEADER: $work/uapi-SIDE.numbers, "what number"; and .types, "member type"
uapi_side()
{
	names=$work/uapi-$1.names
	uapi_names "$work/$1/$2" > "$names"
	uapi_questions "$names" "$work/$1/$2" > "$work/uapi.ask"
	uapi_numbers "$work/uapi.ask" "$work/$1/$2" > "$work/uapi-$1.numbers" || return 1
	sed -n 's/^member //p' "$names" > "$work/uapi-$1.types"
}

# The words for a name: "struct fastrpc_invoke", "struct fastrpc_invoke, member sc: offset"
uapi_words()
{
	case $1 in
	'sizeof(struct_'*)
		echo "$1" | sed 's/sizeof(struct_\(.*\))/struct \1: size/' ;;
	offset_of_*)
		echo "$1" | sed 's/offset_of_\([^.]*\)\.\(.*\)/struct \1, member \2: offset/' ;;
	sizeof_*)
		echo "$1" | sed 's/sizeof_\([^.]*\)\.\(.*\)/struct \1, member \2: size/' ;;
	*)	echo "$1: value" ;;
	esac
}

# Numbers of ioctls are read in hexadecimal.
uapi_number()
{
	if [ "$1" != gone ] && [ "$1" -ge 65536 ]; then
		printf '0x%x' "$1"
	else
		printf '%s' "$1"
	fi
}

uapi_todo='leave it as programs know it; add a new struct and a new ioctl number beside it'

# Numbers and types that are not what they were.
uapi_compare()
{
	awk 'input == "now" { now[$1] = $2; next }
		!($1 in now) { print $1, $2, "gone"; next }
		now[$1] != $2 { print $1, $2, now[$1] }' \
		input=now "$work/uapi-after.numbers" input=was "$work/uapi-before.numbers" | while read -r what old new; do
		finding error "$1" "the ABI breaks: $(uapi_words "$what") was $(uapi_number "$old"), is $(uapi_number "$new")" \
			'programs that are compiled already go on with the old one' "$uapi_todo"
	done
	awk 'input == "now" { now[$1] = $2; next } ($1 in now) && now[$1] != $2 { print $1, $2, now[$1] }' \
		input=now "$work/uapi-after.types" input=was "$work/uapi-before.types" | while read -r member old new; do
		finding error "$1" "the ABI changes: struct ${member%%.*}, member ${member#*.}: type was $old, is $new" \
			'programs are compiled with the old type' "$uapi_todo"
	done
}

check_uapi()
{
	touched '^include/uapi/.*\.h$' > /dev/null ||
		{ row 'uapi headers' untouched 'the series touches no header of user space'; return; }
	uapi_cc=aarch64-linux-gnu-gcc
	command -v $uapi_cc > /dev/null || uapi_cc=gcc
	command -v $uapi_cc > /dev/null || { not_run 'uapi headers' 'no compiler here: board/setup packages build, as root'; return; }
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	checker_sides
	for header in $(touched '^include/uapi/.*\.h$'); do
		[ -e "$work/before/$header" ] || continue
		if [ ! -e "$work/after/$header" ]; then
			finding error "$header" 'the ABI breaks: the header is gone' 'programs include it' 'leave it'
		elif uapi_side before "$header" && uapi_side after "$header"; then
			uapi_compare "$header"
		else
			finding unchecked "$header" 'whether the ABI is as it was' \
				"the header does not compile alone: $(grep -m 1 error "$work/uapi.said")" 'compare it by eye'
		fi
	done
	row_since 'uapi headers' "$before_errors" "$before_remarks" "$($uapi_cc -dumpmachine) gcc $($uapi_cc -dumpfullversion), sizes, offsets, types, numbers"
}
