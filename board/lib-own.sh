# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# A kernel of the user's own: KERNEL=/path/to/a/tree, to its build directory or to a
# linux-image package.  It takes the place of a stock kernel in the cache, under a name
# that board/setup prints.  Nothing is ever written where it is: what is missing is built
# in $cache/own/NAME.  Needs lib.sh and lib-kernel.sh.

board_options=$top/board/config/board.config

# The name in the cache of the kernel at $own_path: its own, and a number of the path.
own_name_of()
{
	printf 'own-%s-%s' "$(basename "$1" .deb | tr -c 'A-Za-z0-9.\n' -)" \
		"$(printf '%s' "$1" | cksum | cut -d' ' -f1)"
}

# own_missing CONFIG SECTION...: the options that these sections of board.config ask for
# and CONFIG does not have, in one line.
own_missing()
{
	awk -v sections="$(shift; echo " $* ")" '
		FNR == 1	{ file++ }
		file == 1 && /^# CONFIG_.* is not set/	{ have[$2] = "n" }
		file == 1 && /^CONFIG_/	{
			split($0, part, "=")
			have[part[1]] = part[2]
		}
		file == 2 && /^# ---/	{ name = $3; sub(/:/, "", name) }
		file == 2 && (/^CONFIG_/ || /^# CONFIG_.* is not set/) {
			if (!index(sections, " " name " "))
				next
			option = $1 == "#" ? $2 : $1
			wanted = $1 == "#" ? "n" : substr($0, index($0, "=") + 1)
			sub(/=.*/, "", option)
			is = option in have ? have[option] : "n"
			if (is == wanted || (wanted == "m" && is == "y" && name != "module") ||
			    (is == "n" && name == "module"))
				next
			printf " %s=%s", option, wanted
		}' "$1" "$board_options"
}

# What is at $own_path, as $own_kind: "deb", "built" (has Image and what builds modules),
# or "source".
own_look()
{
	case $own_path in
	*.deb)	own_kind=deb; return ;;
	esac
	[ -d "$own_path" ] || die "$own_path is neither a directory nor a .deb package"
	own_config=$own_path/.config own_source=$own_path
	[ ! -e "$own_path/source/Kconfig" ] || own_source=$(realpath "$own_path/source")
	if [ -e "$own_config" ] && ! grep -qx 'CONFIG_ARM64=y' "$own_config"; then
		die "$own_path is configured for $(own_architecture), the board is an arm64 machine:" \
		    "name a tree, or a build directory, of arm64 (make ARCH=arm64)"
	fi
	if [ -e "$own_config" ] && [ -e "$own_path/arch/arm64/boot/Image" ] &&
	   [ -e "$own_path/Module.symvers" ]; then
		own_kind=built
		return
	fi
	own_kind=source
	{ [ -e "$own_source/Kconfig" ] && [ -e "$own_source/Makefile" ]; } ||
		die "$own_path is no kernel: KERNEL takes the top of a kernel tree, a build directory" \
		    "with arch/arm64/boot/Image and Module.symvers, or a linux-image package"
	[ -e "$own_source/arch/arm64/Kconfig" ] ||
		die "$own_source has no arch/arm64, and the board is an arm64 machine: name a whole tree"
}

# The architecture a configuration says.
own_architecture()
{
	sed -n 's,^# Linux/\([a-z0-9_]*\) .* Kernel Configuration.*,\1,p' "$own_config" | grep . ||
		echo 'another machine'
}

# own_check_version RELEASE: also sets $own_line, the stock kernel that this one is like.
own_check_version()
{
	own_number=$(printf '%s' "$1" | sed -n 's/^\([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | awk '{ print $1 * 1000 + $2 }')
	[ "$own_number" ] || die "$own_path does not say which version it is (it says \"$1\")"
	[ "$own_number" -ge 6001 ] || die "$own_path is Linux $1: the board takes 6.1 and newer"
	if [ "$own_number" -ge 7000 ]; then
		own_line=7
	elif [ "$own_number" -ge 6004 ]; then
		own_line=6.12
	else
		own_line=6.1
	fi
	# The owners' bits are a u64, and PAS maps for the DSP, since those; a tree may
	# have either from elsewhere.
	pas=$own_source/drivers/remoteproc/qcom_q6v5_pas.c
	if [ "$own_kind" != deb ] && [ -e "$pas" ] && grep -q has_iommu "$pas"; then
		own_line=7
	fi
}

# own_check_options CONFIG WHAT-TO-DO: needed ones are needed; without others there is less.
own_check_options()
{
	missing=$(own_missing "$1" needed module)
	[ -z "$missing" ] || die "$own_path lacks options that the board needs:$missing; $2"
	missing=$(own_missing "$1" stack)
	own_has_stack=$([ "$missing" ] || echo 1)
	[ -z "$missing" ] ||
		say "without the kernel's own Qualcomm drivers: $own_path has not$missing"
	missing=$(own_missing "$1" tests)
	[ -z "$missing" ] || say "some tests need what $own_path has not:$missing"
}

# The files of a kernel's build: when one changes the kernel is another one.
own_identity()
{
	(
		cd "$1" && stat -L -c '%n %s %Y' .config arch/arm64/boot/Image Module.symvers \
			modules.order include/config/kernel.release
		sed 's,^kernel/,,; s/\.o$/.ko/' modules.order | grep fastrpc | xargs -r stat -c '%n %s %Y'
		own_missing .config needed stack module
	) 2> /dev/null | cksum
}

# Links to the modules of build directory $1, where kernel_keep_modules() looks.
own_link_modules()
{
	mkdir -p "$tree/modules"
	[ -e "$1/modules.order" ] ||
		{ say "$1 has no modules: there is no modules.order"; return; }
	sed 's,^kernel/,,; s/\.o$/.ko/' "$1/modules.order" | while read -r ko; do
		[ ! -e "$1/$ko" ] || echo "$1/$ko"
	done | xargs -r ln -sf -t "$tree/modules"
}

# own_keep DIR: what the board takes of a build directory.  Modules are built against it
# where it is.
own_keep()
{
	release=$(cat "$1/include/config/kernel.release" 2> /dev/null) || release=''
	[ "$release" ] || die "$1 has no include/config/kernel.release: let make finish there"
	own_check_version "$release"
	tree=$work/tree
	cp "$1/arch/arm64/boot/Image" "$work/Image"
	cp "$1/.config" "$work/config"
	own_link_modules "$1"
	kernel_keep_modules
	mkdir -p "$work/headers/usr/src"
	ln -s "$1" "$work/headers/usr/src/linux-headers-$release"
	host_suite > "$work/suite"
}

own_built()
{
	identity=$(own_identity "$own_path")
	! own_is_here "$identity" || return 0
	if [ "${MERGE:-}" ] && [ "$(own_missing "$own_config" needed stack module)" ]; then
		own_build
		return
	fi
	own_check_options "$own_config" \
		"MERGE=1 builds it in the cache with board/config/board.config merged onto its .config"
	say "kernel $own_path: as it is built"
	own_begin
	own_keep "$own_path"
	own_finish "$identity"
}

own_is_here()
{
	[ "$(cat "$final/layout" 2> /dev/null)" = "own $kernel_layout $1" ] &&
	kernel_has_modules "$own_name"
}

own_begin()
{
	work=$cache/kernels/.new-$own_name
	rm -rf "$work"
	mkdir -p "$work"
}

own_finish()
{
	printf '%s\n' "$release" > "$work/release"
	printf '%s\n' "$own_path" > "$work/path"
	printf '%s\n' "$own_line" > "$work/line"
	[ -z "$own_has_stack" ] || : > "$work/stack"
	printf 'own %s %s\n' "$kernel_layout" "$1" > "$work/layout"
	rm -rf "$final"
	mv "$work" "$final"
	say "kernel $release of $own_path is ready, as $own_name"
}

# A tree in which there has been a build cannot be built elsewhere: kbuild refuses.  A
# copy made of links can, without what a build left.
own_clean_source()
{
	[ -e "$own_source/.config" ] || [ -e "$own_source/include/config" ] ||
	[ -e "$own_source/arch/arm64/include/generated" ] || { build_source=$own_source; return; }
	build_source=$own/source
	say "linking to the sources of $own_source"
	rm -rf "$build_source"
	mkdir -p "$build_source"
	for entry in "$own_source"/* "$own_source"/.clang-format "$own_source"/.gitignore; do
		[ ! -e "$entry" ] || cp -as "$entry" "$build_source/"
	done
	rm -rf "$build_source/.config" "$build_source/include/config" "$build_source/include/generated"
	rm -rf "$build_source"/arch/*/include/generated "$build_source"/vmlinux* "$build_source/source"
	# All that kbuild makes has a file of its command beside it.
	find "$build_source" -name '.*.cmd' | sed 'p; s,/\.\([^/]*\)\.cmd$,/\1,' |
		tr '\n' '\0' | xargs -0 rm -f
}

own_make()
{
	compiler=aarch64-linux-gnu-gcc
	! command -v ccache > /dev/null || compiler="ccache $compiler"
	make -C "$build_source" O="$own/objects" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
		CC="$compiler" KBUILD_BUILD_USER=board KBUILD_BUILD_HOST=board "$@"
}

own_failed()
{
	tail -n 20 "$own/log" >&2
	die "$1 $own_path failed; the whole output is in $own/log"
}

# The tree's .config, or its defconfig, with the fragment laid on top.
own_configure()
{
	mkdir -p "$own/objects"
	if [ -e "$own_config" ]; then
		cp "$own_config" "$own/objects/.config"
		say "configuring by its .config and board/config/board.config"
	else
		say "configuring by defconfig and board/config/board.config: $own_path has no .config"
		own_make defconfig > "$own/log" 2>&1 || own_failed "configuring"
	fi
	added=$(own_missing "$own/objects/.config" needed stack module tests)
	# not where it would say less: y stays y
	for option in $added; do
		printf '%s\n' "$option"
	done >> "$own/objects/.config"
	[ -z "$added" ] || say "added:$added"
	own_make olddefconfig > "$own/log" 2>&1 || own_failed "configuring"
	own_check_options "$own/objects/.config" \
		"this tree has no such option, or has not what it depends on"
}

# A line a minute or so.
own_compile()
{
	need_space "$cache" 6000 "building $own_path"
	say "building $own_path in $own/objects$(command -v ccache > /dev/null && echo ', with ccache')"
	{ own_make -j"$(nproc)" Image modules 2>&1 || echo "own_make: failed"; } | tee "$own/log" |
		awk '/^  CC / && ++n % 200 == 0 { print "  " n " files compiled" > "/dev/stderr" }'
	! grep -q '^own_make: failed' "$own/log" || own_failed "building"
}

# Has no file of the tree changed since it was built?
own_is_fresh()
{
	[ -e "$own/stamp" ] && [ -e "$own/objects/arch/arm64/boot/Image" ] &&
	[ -z "$(find "$own_source/" -path '*/.git' -prune -o \( -type f -o -type d \) \
		-newer "$own/stamp" -print -quit)" ] &&
	{ [ ! -e "$own_config" ] || [ -z "$(find "$own_config" -newer "$own/stamp")" ]; } &&
	[ -z "$(find "$board_options" -newer "$own/stamp")" ]
}

own_build()
{
	own=$cache/own/$own_name
	mkdir -p "$own"
	if ! own_is_fresh; then
		own_check_version "$(make -s -C "$own_source" ARCH=arm64 kernelversion 2> /dev/null)"
		"$top/board/setup" packages kernel
		: > "$own/started"
		own_clean_source
		own_configure
		[ -z "$own_only_configure" ] || return 0
		own_compile
		mv "$own/started" "$own/stamp"
	fi
	identity=$(own_identity "$own/objects")
	! own_is_here "$identity" || return 0
	own_check_options "$own/objects/.config" "report this"
	own_begin
	own_keep "$own/objects"
	own_finish "$identity"
}

# --- packages

# deb_beside NAME: the package of that name in the directory of the one that was named
deb_beside()
{
	for deb in "${own_path%/*}/$1"_*.deb; do
		if [ -e "$deb" ]; then
			printf '%s\n' "$deb"
			return
		fi
	done
	die "${own_path##*/} needs $1: put its .deb beside it, in ${own_path%/*}"
}

# The packages of the kernel that one is made of, beside it.
deb_parts()
{
	dpkg-deb -f "$1" Depends Pre-Depends | sed 's/[,|]/\n/g' |
		sed -n 's/^[A-Za-z -]*:* *//; s/^\(linux-\(binary\|modules\|headers\|kbuild\)-[^ (:]*\).*/\1/p'
}

# The compiler's release of Debian, by the compiler.
deb_suite()
{
	case $(sed -n 's/^CONFIG_CC_VERSION_TEXT=.*gcc.* \([0-9]*\)\.[0-9.]*"$/\1/p' "$work/config") in
	12)	echo bookworm ;;
	14)	echo trixie ;;
	*)	host_suite ;;
	esac
}

# The debs of image and headers, as $image_debs and $header_debs.
deb_collect()
{
	image_debs=$own_path header_debs=''
	for part in $(deb_parts "$own_path"); do
		image_debs="$image_debs $(deb_beside "$part")"
	done
	headers_deb=$(deb_beside "linux-headers-$release")
	header_debs=$headers_deb
	for part in $(deb_parts "$headers_deb"); do
		header_debs="$header_debs $(deb_beside "$part")"
	done
}

own_deb()
{
	package=$(dpkg-deb -f "$own_path" Package 2> /dev/null) || die "$own_path is no Debian package"
	case $package in
	linux-image-*)	release=${package#linux-image-} release=${release%-unsigned} ;;
	*)		die "$own_path is $package: the package to name is linux-image-..." ;;
	esac
	[ "$(dpkg-deb -f "$own_path" Architecture)" = arm64 ] ||
		die "$own_path is for $(dpkg-deb -f "$own_path" Architecture), the board is an arm64 machine"
	own_source=/nowhere
	own_check_version "$release"
	deb_collect
	# shellcheck disable=SC2086
	identity=$(stat -c '%n %s %Y' $image_debs $header_debs | cksum)
	! own_is_here "$identity" || return 0
	say "unpacking kernel $release of $own_path"
	own_begin
	# shellcheck disable=SC2086
	kernel_unpack_image $image_debs
	own_check_options "$work/config" "only another build of it can have them"
	# shellcheck disable=SC2086
	kernel_unpack_headers $header_debs
	deb_suite > "$work/suite"
	own_finish "$identity"
}

# own_setup PATH [CONFIGURE]: have that kernel in the cache, and print its name; or only
# see what a tree's configuration would be.
own_setup()
{
	own_only_configure=${2:-}
	own_path=$(realpath -e "$1" 2> /dev/null) || die "no such kernel: $1 does not exist"
	own_name=$(own_name_of "$own_path")
	final=$cache/kernels/$own_name
	own_look
	lock_cache
	case $own_kind in
	deb)	own_deb ;;
	built)	own_built ;;
	source)	own_build ;;
	esac
	[ -z "$own_only_configure" ] || return 0
	printf '%s\n' "$own_name"
}
