# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stage 2 of scripts/judge: the files that the series touches, built with W=1 as modules
# and as built-in objects against the headers of each kernel, before and after the series.

# The folders with C in them that the series touches.
build_folders()
{
	{
		touched '\.[ch]$' | grep -v '^include/' | sed 's,/[^/]*$,,'
		! touched '^include/uapi/misc/fastrpc\.h$' > /dev/null || echo drivers/misc
	} | sort -u
}

# Put the files of folder $2 at commit $1 into $3.
farm_files()
{
	mkdir -p "$3"
	depth=$(printf '%s' "$2" | tr -cd / | wc -c)
	[ -z "$(in_git ls-tree "$1" "$2" 2> /dev/null)" ] ||
		in_git archive "$1" -- "$2" 2> /dev/null |
			tar -x -C "$3" --strip-components=$((depth + 1))
}

# Headers below include/ that go before the kernel's own: those that the series touches, and
# what FastRPC shares with user space.
farm_headers()
{
	mkdir -p "$2/headers/include/uapi"
	{ touched '^include/.*\.h$'; echo include/uapi/misc/fastrpc.h; } | while read -r header; do
		mkdir -p "$2/headers/$(dirname "$header")"
		in_git show "$1:$header" > "$2/headers/$header" 2> /dev/null || rm -f "$2/headers/$header"
	done
}

# The C files in folder $1 that are touched, or include a header of it that is.
farm_touched()
{
	touched "^$1/[^/]*\.c\$" | sed 's,.*/,,; s/\.c$//'
	touched "^$1/[^/]*\.h\$" | sed 's,.*/,,' | while read -r header; do
		( cd "$2" && grep -l -F -e "\"$header\"" -- *.c 2> /dev/null ) | sed 's/\.c$//'
	done
	[ "$1" != drivers/misc ] || ! touched '^include/' > /dev/null || echo fastrpc
}

# The Kbuild of a farm: the modules that the touched files are parts of, and the touched
# files once more as they are when built in.
farm_kbuild()
{
	makefile=$3/Makefile
	[ ! -e "$3/Kbuild" ] || makefile=$3/Kbuild
	[ -e "$makefile" ] || makefile=/dev/null
	new=''
	[ "$(in_git ls-tree "$(cat "$work/from")" "$2" 2> /dev/null)" ] || new=1
	{
		# shellcheck disable=SC2016 # make's words
		printf '%s\n' 'NOSTDINC_FLAGS += -I$(src)/headers/include -I$(src)/headers/include/uapi' \
			'ccflags-y += -I$(src)'
		farm_touched "$2" "$3" | sort -u |
			awk -v new="$new" -f "$parts/kbuild.awk" input=names - input=makefile "$makefile"
	} > "$3/Kbuild.made"
	sed -n 's/^always-y += \(.*\)-in\.o$/\1/p' "$3/Kbuild.made" | while read -r name; do
		printf '#include "%s.c"\n' "$name" > "$3/$name-in.c"
	done
	rm -f "$3/Makefile"
	mv "$3/Kbuild.made" "$3/Kbuild"
}

# farm_make SIDE COMMIT FOLDER: $farm, a folder to build
farm_make()
{
	farm=$work/farms/$1-$(basename "$work" | sed 's/.*-//')-$(printf '%s' "$3" | tr / -)
	[ ! -e "$farm/.complete" ] || return 0
	rm -rf "$farm"
	farm_files "$2" "$3" "$farm"
	farm_headers "$2" "$farm"
	farm_kbuild "$2" "$3" "$farm"
	: > "$farm/.complete"
}

# Does folder $1 have a module to build?
farm_has_modules()
{
	grep -q '^obj-m' "$farm/Kbuild"
}

# build_farm KERNEL SIDE FOLDER: what was said goes to $said, the messages of the
# compiler alone, with paths of the tree, to $said.messages
build_farm()
{
	said=$work/said-$1-$2-$(printf '%s' "$3" | tr / -)
	[ ! -e "$said.done" ] || return 0
	farm=$work/farms/$2-$(basename "$work" | sed 's/.*-//')-$(printf '%s' "$3" | tr / -)
	built=yes
	nice "$top/board/kbuild" "$1" "$farm" > "$said.modules" 2> "$said" || built=no
	sed '/^Why the build against /,$d' "$said" | sed "s/‘/'/g; s/’/'/g" |
		awk -v folder="$3" -f "$parts/messages.awk" | sort -u > "$said.messages"
	echo "$built" > "$said.done"
}

# Did board/kbuild get as far as a compiler?
build_has_run()
{
	[ "$(cat "$said.done")" = yes ] || [ -s "$said.messages" ]
}

# new_messages BEFORE AFTER: the messages that the series brings.  Lines move, so a message
# without its line counts; so many as there were before are old.
new_messages()
{
	awk -F '\t' '
		input == "old" { old[$1 FS $3 FS $4]++; next }
		old[$1 FS $3 FS $4]-- <= 0' input=old "$1" input=now "$2"
}

# The cause and what to do, as driver/compat/explain knows them: sets $cause and $todo.
explain_message()
{
	kdir=$cache/kernels/$1/headers/usr/src/linux-headers-$(cat "$cache/kernels/$1/release")
	printf '%s:%s:1: %s: %s\n' "$2" "$3" "$4" "$5" | "$top/driver/compat/explain" "$kdir" > "$work/explained"
	cause=$(sed -n 's/^  cause: //p' "$work/explained" | head -n 1)
	case $cause in
	"the driver's own code: "*)
		cause="the series itself: ${cause#*own code: }" todo='correct the line' ;;
	'a kernel interface has changed: '*)
		todo="write the form that $(cat "$cache/kernels/$1/release") has; for an older kernel a backport takes the older form" ;;
	*)
		todo=$(sed -n 's/^  to do: //p' "$work/explained" | grep -v driver/compat | head -n 1) ;;
	esac
	[ "$todo" ] || todo='compare the line with the declaration in the kernel it is built for'
}

# report_messages KERNEL FILE SEVERITY WORDS: a finding for each message in FILE
report_messages()
{
	while IFS='	' read -r file line kind text; do
		explain_message "$1" "$file" "$line" "$kind" "$text"
		finding "$3" "$file:$line" "Linux $(cat "$cache/kernels/$1/release"): $kind: $text ($4)" "$cause" "$todo"
	done < "$2"
}

# build_side KERNEL SIDE FOLDER: $said; fails where there is nothing to build, or,
# with words in $why, no way to do it
build_side()
{
	why='' commit=$(cat "$work/from")
	[ "$2" = before ] || commit=$(cat "$work/head")
	farm_make "$2" "$commit" "$3"
	farm_has_modules || return 1
	build_farm "$@"
	build_has_run && return 0
	why=$(tail -n 1 "$said" | sed 's/^error: //')
	return 1
}

# build_sides KERNEL FOLDER: the messages of both sides as $before and $after.
# With nothing said after the series it does not matter what was said before.
build_sides()
{
	before=/dev/null
	build_side "$1" after "$2" || return 1
	after=$said.messages
	[ -s "$after" ] || return 0
	! build_side "$1" before "$2" || before=$said.messages
	[ -z "$why" ]
}

build_folder()
{
	if ! build_sides "$1" "$2"; then
		[ -n "$why" ] || return 0
		not_run "Linux $1" "$why"
		return 1
	fi
	built_any=1
	new_messages "$before" "$after" > "$work/new"
	report_messages "$1" "$work/new" error 'new with the series'
	new_messages "$work/new" "$after" > "$work/old"
	report_messages "$1" "$work/old" remark 'the base has it as well: the series did not introduce it'
}

build_kernel()
{
	kernel=$1 built_any=''
	before_errors=$(count_findings error) before_remarks=$(count_findings remark)
	if ! "$top/board/setup" packages build 2> "$work/setup" ||
	   ! "$top/board/setup" kernel "$kernel" 2> "$work/setup"; then
		not_run "Linux $kernel" "$(tail -n 1 "$work/setup" | sed 's/^error: //')"
		return
	fi
	for folder in $(build_folders); do
		build_folder "$kernel" "$folder" || return
	done
	if [ -z "$built_any" ]; then
		row "Linux $kernel" untouched 'the series touches no file that is compiled'
		return
	fi
	row_since "Linux $kernel" "$before_errors" "$before_remarks" \
		"W=1, module and built in, headers of $(cat "$cache/kernels/$kernel/release")"
}

stage_build()
{
	for built_for in $kernels; do
		build_kernel "$built_for"
	done
}
