# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Checkers of tests/run-check that compile, or read C as a compiler does.  Needs
# tests/lib-check.sh.

modules='driver board/dsp board/floor'

# What modules are made from.
module_files()
{
	for part in $modules; do
		printf '%s ' ":(glob)$part/**/*.[ch]" ":(glob)$part/**/Kbuild*"
	done
}

# kernel_obstacle K: why modules for K cannot be built here, if they cannot.
kernel_obstacle()
{
	{
		"$top/board/setup" kernel "$1" && "$top/board/setup" root-check "$1" &&
		# what this prints is no finding of the first build
		foreign=$(cat "$cache/kernels/$1/suite") &&
		{ [ "$foreign" = "$(host_suite)" ] || "$top/board/setup" root "$foreign"; }
	} 2>&1 > /dev/null | sed -n '$s/^error: //p'
}

# need_kernel NAME K: with what builds modules for it
need_kernel()
{
	obstacle=$(kernel_obstacle "$2")
	[ -n "$obstacle" ] || return 0
	verdict "$1" skip "$obstacle"
	return 1
}

check_sparse()
{
	# shellcheck disable=SC2046 # patterns
	nothing_in sparse $(module_files) && return
	# sparse is of this machine, so the kernel is one that needs no other compiler.
	checked=$kernel
	[ "$(host_suite)" != trixie ] || checked=7
	need sparse sparse && need_kernel sparse "$checked" || return
	for part in $modules; do
		"$top/board/kbuild" --sparse "$checked" "$top/$part" > /dev/null
	done 2> "$out/sparse"
	judge sparse "$out/sparse" "$modules" \
		"sparse $(sparse --version), byte order too, headers of $(cat "$cache/kernels/$checked/release")"
}

# Each module for each kernel, with that kernel's own compiler.
check_builds()
{
	# shellcheck disable=SC2046
	nothing_in builds $(module_files) && return
	nr_built=0 built_for='' not_built=''
	: > "$out/builds"
	for built in $kernels_known; do
		obstacle=$(kernel_obstacle "$built")
		if [ "$obstacle" ]; then
			not_built=$obstacle
			continue
		fi
		for part in $modules; do
			"$top/board/kbuild" "$built" "$top/$part" > /dev/null 2>> "$out/builds"
			nr_built=$((nr_built + 1))
		done
		built_for="$built_for $(cat "$cache/kernels/$built/release")"
	done
	if [ "$not_built" ] && [ ! -s "$out/builds" ]; then
		verdict builds skip "0 findings in $nr_built modules (for${built_for:- no kernel}), but $not_built"
		return
	fi
	judge builds "$out/builds" "$nr_built modules" "gcc, W=1, -Werror, for$built_for"
}

# What gcc's analyzer makes sense of: user space, and the driver's pure code as it is
# built there.
analyzer_files()
{
	files 'tests/*.c' 'board/init/*.c' 'board/run/*.c' 'tools/*.c' \
		':!tests/userspace/app' ':!tests/fuzz'
	# shellcheck disable=SC2086
	files $pure_code
}

pure_code='driver/message.c driver/heap_state.c driver/tree_rules.c'

analyze()
{
	includes="-Itests/lib -Iboard/dsp -Iboard/floor -Iboard/init -Idriver/uapi -I$out/rows"
	case $1 in
	tests/unit/*|driver/*)
		includes='-Itests/unit/shim -Itests/unit -Idriver' ;;
	tools/*)
		includes="-Idriver/uapi -Idriver -Itools/lib -Itools/kernel -I$(dirname "$1")" ;;
	esac
	# shellcheck disable=SC2086
	aarch64-linux-gnu-gcc -fanalyzer -std=gnu11 -D_GNU_SOURCE -O1 -Wall -Wextra -Wno-missing-field-initializers $includes \
		-fdiagnostics-plain-output -c -o /dev/null "$1"
}

check_analyzer()
{
	analyzer_files > "$out/analyzer.files"
	[ -s "$out/analyzer.files" ] ||
		{ verdict analyzer pass "nothing it looks at has changed since $base"; return; }
	mkdir -p "$out/rows"
	awk -f "$top/tests/lib/rows.awk" "$top/docs/remote-heap-matrix.md" > "$out/rows/matrix_rows.h"
	( cd "$top" && while read -r file; do analyze "$file"; done < "$out/analyzer.files" ) 2>&1 |
		grep -E ': (warning|error|fatal error): ' > "$out/analyzer"
	judge analyzer "$out/analyzer" "$(grep -c . "$out/analyzer.files") files of user space and pure code" \
		"gcc -fanalyzer $(aarch64-linux-gnu-gcc -dumpfullversion)"
}

# The kernel's, but for those of the list.
coccinelle_scripts()
{
	( cd "$source/scripts/coccinelle" && grep -r -l 'virtual report' --include='*.cocci' . ) |
		sed 's,^\./,,' | sort |
		grep -v -x -F "$(sed '/^#/d; s/ .*//' "$top/tests/static/coccinelle.allowed")"
}

# One script after the other over all files, as many at a time as there are processors.
# That takes a while: not again for what they were content with.
check_coccicheck()
{
	# shellcheck disable=SC2046 # patterns
	nothing_in coccicheck $(module_files) && return
	need coccicheck spatch || return
	spatch_has_python || { missing coccicheck 'Python library for spatch'; return; }
	need_source coccicheck || return
	coccinelle_scripts > "$out/coccinelle.scripts"
	# shellcheck disable=SC2046
	files $(module_files) | grep '\.c$' > "$out/coccinelle.files"
	# shellcheck disable=SC2046
	tried=$(cd "$top" && git ls-files -co --exclude-standard -- $(module_files) | xargs cat -- \
		"$out/coccinelle.files" "$out/coccinelle.scripts" | cksum)
	if [ "$(cat "$out/coccinelle.tried" 2>/dev/null)" != "$tried" ]; then
		rm -f "$out/coccinelle.tried"
		# shellcheck disable=SC2046 # names have no blanks
		# Debian's own python goes with it, not one that comes first on the path.  It walks the
		# paths of a function by recursion, which takes more stack than a shell has.
		( cd "$top" && PATH=/usr/bin:/bin prlimit --stack=unlimited xargs -P "$(nproc)" -I SCRIPT spatch -D report --very-quiet \
			--no-show-diff --no-includes --include-headers -I "$source/include" \
			--cocci-file "$source/scripts/coccinelle/SCRIPT" \
			$(cat "$out/coccinelle.files") < "$out/coccinelle.scripts" ) 2>&1 |
			grep -v -E '^$|should [a-z_]+ be a metavariable' > "$out/coccicheck"
	fi
	[ -s "$out/coccicheck" ] || echo "$tried" > "$out/coccinelle.tried"
	judge coccicheck "$out/coccicheck" \
		"$(grep -c . "$out/coccinelle.files") files, by $(grep -c . "$out/coccinelle.scripts") scripts" \
		"coccinelle $(spatch --version | sed -n '1s/spatch version \([^ ]*\).*/\1/p'), scripts of Linux $(source_version)"
}

# The driver, built here and at a longer path, is the same file.
check_reproducible()
{
	nothing_in reproducible 'driver/*.[ch]' 'driver/*Kbuild*' board/kbuild && return
	need_kernel reproducible "$kernel" || return
	place=$out/at/another/place
	rm -rf "$place"
	mkdir -p "$place"
	: > "$out/reproducible"
	( cd "$top" && git ls-files -co --exclude-standard driver board | xargs tar -c ) | tar -x -C "$place"
	for tree in "$top" "$place"; do
		"$tree/board/kbuild" "$kernel" "$tree/driver" 2>> "$out/reproducible" ||
			echo "building in $tree failed" >> "$out/reproducible"
	done > "$out/reproducible.built"
	# shellcheck disable=SC2046 # names have no blanks
	cmp $(cat "$out/reproducible.built") >> "$out/reproducible" 2>&1
	judge reproducible "$out/reproducible" "two builds of fastrpc.ko" \
		"$(cksum < "$(head -n 1 "$out/reproducible.built")" | cut -d' ' -f1), for $(cat "$cache/kernels/$kernel/release")"
}
