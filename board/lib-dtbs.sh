# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# The device trees that Debian's kernels bring for Qualcomm machines, in the cache, and
# the library that reads device trees, for an arm64 that this machine is not.
# Needs lib.sh, lib-apt.sh and lib-kernel.sh.

# Count up when what is kept changes.
dtbs_layout=1
libfdt_layout=1

libfdt_dir=$cache/libfdt-arm64

dtbs_are_here()
{
	[ "$(cat "$cache/dtbs/$1/layout" 2>/dev/null)" = "$dtbs_layout" ]
}

# Those of one kernel package, whatever its layout.
dtbs_unpack()
{
	dpkg-deb --fsys-tarfile "$1" |
		tar -x -C "$work/tree" --no-same-owner --wildcards './usr/lib/*/qcom/*.dtb' \
			2>/dev/null || :
}

# dtbs_setup K: have $cache/dtbs/K/qcom/*.dtb and $cache/dtbs/K/release.
dtbs_setup()
{
	lock_cache
	! dtbs_are_here "$1" || return 0
	need_space "$cache" 400 "the device trees of kernel $1"
	kernel_find "$1"
	say "fetching the device trees of $release, which are in its packages (about 100 MB)"
	# shellcheck disable=SC2086
	apt_fetch $image_packages
	work=$cache/dtbs/.new-$1
	rm -rf "$work"
	mkdir -p "$work/tree"
	# shellcheck disable=SC2046
	for deb in $(debs_of "$image_packages"); do
		dtbs_unpack "$deb"
	done
	found=$(find "$work/tree" -type d -name qcom | head -n 1)
	[ -n "$found" ] ||
		die "the packages of $release have no device trees of Qualcomm machines where they" \
		    "used to be: board/lib-dtbs.sh has to follow"
	mv "$found" "$work/qcom"
	rm -rf "$work/tree"
	printf '%s\n' "$release" > "$work/release"
	printf '%s\n' "$dtbs_layout" > "$work/layout"
	rm -rf "$cache/dtbs/$1"
	mv "$work" "$cache/dtbs/$1"
	rm -rf "$apt_dir"
	say "the device trees of $release are in $cache/dtbs/$1"
}

libfdt_is_here()
{
	[ "$(cat "$libfdt_dir/layout" 2>/dev/null)" = "$libfdt_layout" ]
}

# libfdt_setup: have $libfdt_dir/usr/{include,lib}, as Debian's libfdt-dev for arm64 has it.
libfdt_setup()
{
	lock_cache
	! libfdt_is_here || return 0
	need_space "$cache" 100 "libfdt for arm64"
	apt_root "$cache/apt/libfdt" arm64 arm64 bookworm
	apt_update
	apt_fetch libfdt-dev
	work=$cache/.new-libfdt
	rm -rf "$work"
	mkdir -p "$work"
	dpkg-deb -x "$(debs_of libfdt-dev | sed 's/ $//')" "$work"
	printf '%s\n' "$libfdt_layout" > "$work/layout"
	rm -rf "$libfdt_dir"
	mv "$work" "$libfdt_dir"
	rm -rf "$apt_dir"
	say "libfdt for arm64 is in $libfdt_dir"
}
