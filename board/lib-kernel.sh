# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stock Debian kernels in the cache: which one "6.12" means, its image, the
# modules the guest needs, and a header tree that builds modules.  Needs lib.sh
# and lib-apt.sh.

# Counts up when the layout of a cached kernel changes.
kernel_layout=1

# Modules the guest may need; whatever they depend on comes along.  Those that
# are built in, or not built at all, are passed over.
guest_modules='rpmsg_core fastrpc udmabuf vgem qrtr pdr_interface
qcom_hwspinlock smem smp2p qcom_glink_smem qcom_sysmon qrtr_smd qcom_q6v5_pas'

# Print "RELEASE-OF-DEBIAN SUITE..." of a kernel, as the host can use it.
# With a choice (6.12), the build made for this host's release wins: it needs
# no foreign compiler.
kernel_suites()
{
	case ${1%%-*},$(host_suite) in
	6.1,*)
		echo bookworm bookworm bookworm-updates bookworm-security ;;
	6.12,trixie)
		echo trixie trixie trixie-updates trixie-security ;;
	6.12,*)
		echo bookworm bookworm-backports bookworm-security ;;
	7,*)
		echo trixie trixie-backports ;;
	sid,*)
		echo sid sid ;;
	esac
}

# The pattern of the releases of a kernel: 6.1.0-1-arm64, 6.12.9+deb12-rt-arm64,
# 7.1.2+deb13-arm64-16k.
kernel_releases()
{
	number="$(kernel_line "$1" | sed 's/\./\\./')\.[0-9][^-]*(-[0-9]+)?"
	case $1 in
	*-16k)	echo "$number-arm64-16k" ;;
	*-rt)	echo "$number-rt-arm64" ;;
	*)	echo "$number-arm64" ;;
	esac
}

# Names of the packages that make up kernel release $1 (like 6.1.0-1-arm64):
# first what holds image, modules and config, then what builds modules, on this
# machine or, if it is set, on a $build_arch.
kernel_packages()
{
	abi=${1%-arm64*}
	common=linux-headers-$abi-common
	case $abi in
	*-rt)
		abi=${abi%-rt}
		# One for all flavours since the real-time patches are part of Linux.
		common=linux-headers-$abi-common-rt
		apt_has "$common" || common=linux-headers-$abi-common ;;
	esac
	image_packages=linux-image-$1:arm64
	if apt_has "linux-binary-$1:arm64"; then
		image_packages="linux-binary-$1:arm64 linux-modules-$1:arm64 linux-base-$1:arm64"
	fi
	kbuild=linux-kbuild-$abi:${build_arch:-$(host_arch)}
	apt_has "$kbuild" ||
		kbuild=linux-kbuild-$(printf '%s' "$abi" | cut -d. -f1,2):${build_arch:-$(host_arch)}
	build_packages="linux-headers-$1:arm64 $common $kbuild"
}

# Set release to the newest one of kernel $1 that is in the archive with all
# its parts: images outlive their headers in some suites.
kernel_resolve()
{
	for release in $(APT_CONFIG=$apt_conf apt-cache pkgnames linux-headers- |
			 sed -n 's/^linux-headers-//p' |
			 grep -x -E "$(kernel_releases "$1")" | sort -rV); do
		kernel_packages "$release"
		# shellcheck disable=SC2086
		if apt_has $image_packages $build_packages; then
			return 0
		fi
	done
	release=''
	return 1
}

# kernel_find K: fill the private apt root and resolve.
kernel_find()
{
	# shellcheck disable=SC2046
	set -- "$1" $(kernel_suites "$1")
	wanted_kernel=$1 kernel_suite=$2
	shift 2
	apt_root "$cache/apt/$wanted_kernel" arm64 "$(host_arch)" "$@"
	apt_update
	kernel_resolve "$wanted_kernel" && return
	if [ "${wanted_kernel%%-*}" = 7 ]; then
		say "no complete $wanted_kernel in: $*; looking in sid"
		kernel_suite=sid
		rm -rf "$cache/apt/$wanted_kernel"
		apt_root "$cache/apt/$wanted_kernel" arm64 "$(host_arch)" sid
		apt_update
		kernel_resolve "$wanted_kernel" && return
	fi
	die "no $wanted_kernel kernel with image, headers and build tools in the archive $archive_main;" \
	    "choose another with KERNEL= or another archive with FASTRPC_MIRROR"
}

# The path of module $1 in the unpacked tree, whatever its compression.
module_path()
{
	pattern=$(printf '%s' "$1" | sed 's/[-_]/[-_]/g')
	find "$tree/modules" -name "$pattern.ko" -o -name "$pattern.ko.xz" \
		-o -name "$pattern.ko.zst" | head -n 1
}

# module_take NAME: put a module and what it depends on into $out, and append
# one line per module to the list $out/order, dependencies first.
module_take()
{
	taken=$(printf '%s' "$1" | tr - _)
	! grep -qx "$taken" "$out/order" || return 0
	source_ko=$(module_path "$taken")
	[ -n "$source_ko" ] || return 0
	case $source_ko in
	*.xz)	xz -dc "$source_ko" > "$out/$taken.ko" ;;
	*.zst)	zstd -qdc "$source_ko" > "$out/$taken.ko" ;;
	*)	cp "$source_ko" "$out/$taken.ko" ;;
	esac
	needs=$(modinfo -F depends "$out/$taken.ko" | tr , ' ')
	printf '%s: %s\n' "$taken" "$needs" >> "$work/modules.dep"
	# The recursion changes every variable but the positional ones.
	# shellcheck disable=SC2086
	set -- "$taken" $needs
	while [ $# -gt 1 ]; do
		module_take "$2"
		taken=$1
		shift 2
		set -- "$taken" "$@"
	done
	printf '%s\n' "$1" >> "$out/order"
}

# take_one NAME PATH...: move the path that exists; packages before and after
# 6.19 keep the same things in different places.
take_one()
{
	taken_as=$1
	shift
	for candidate in "$@"; do
		if [ -e "$candidate" ]; then
			mv "$candidate" "$work/$taken_as"
			return 0
		fi
	done
	die "kernel $release has none of: $*; its packages have another layout than this script knows"
}

# Keep the modules that the guest may need of those in $tree/modules; the
# in-tree driver has a place of its own.
kernel_keep_modules()
{
	out=$work/modules
	mkdir -p "$out"
	: > "$out/order"
	: > "$work/modules.dep"
	for module in $guest_modules; do
		module_take "$module"
	done
	printf '%s\n' "$guest_modules" > "$out/wanted"
	if [ -e "$out/fastrpc.ko" ]; then
		mkdir "$out/in-tree"
		mv "$out/fastrpc.ko" "$out/in-tree/"
		sed -i '/^fastrpc$/d' "$out/order"
	fi
	rm -rf "$tree"
}

# Unpack what is needed of the image packages.
kernel_unpack_image()
{
	tree=$work/tree
	mkdir -p "$tree"
	for deb in "$@"; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$tree" --no-same-owner --wildcards \
				--exclude='*.dtb' --exclude='./usr/share/*' .
	done
	take_one Image "$tree/boot/vmlinuz-$release" \
		"$tree/usr/lib/modules/$release/vmlinuz"
	take_one config "$tree/boot/config-$release" \
		"$tree/usr/lib/modules/$release/config"
	take_one tree/modules "$tree/lib/modules/$release/kernel" \
		"$tree/usr/lib/modules/$release/kernel"
	kernel_keep_modules
}

# Unpack the header tree; it will stand in $final, which its makefiles must
# name instead of /usr/src.
kernel_unpack_headers()
{
	mkdir -p "$work/headers"
	for deb in "$@"; do
		dpkg-deb -x "$deb" "$work/headers"
	done
	rm -rf "$work/headers/usr/share"
	for makefile in "$work/headers/usr/src/linux-headers-$release/Makefile" \
			"$work/headers/usr/src/linux-headers-$release/.kernelvariables"; do
		[ ! -e "$makefile" ] ||
			sed -i "s,/usr/src/,$final/headers/usr/src/,g" "$makefile"
	done
	[ -e "$work/headers/usr/src/linux-headers-$release/Makefile" ] ||
		die "the header package of $release has another layout than expected:" \
		    "report this with the names above"
}

# The .deb files of the packages $1 (list), as apt-get download names them.
debs_of()
{
	for package in $1; do
		found_deb=''
		for deb in "$apt_dir/debs/${package%%:*}"_*.deb; do
			[ ! -e "$deb" ] || found_deb=$deb
		done
		[ -n "$found_deb" ] || die "${package%%:*}: downloaded, but no such file; run this again"
		printf '%s ' "$found_deb"
	done
}

# A kernel that was unpacked with more modules than are wanted now will do, so
# that trees of different age can share a cache.
kernel_has_modules()
{
	for module in $guest_modules; do
		grep -qw -e "$module" "$cache/kernels/$1/modules/wanted" 2>/dev/null || return 1
	done
}

# kernel_made_by K: what is kept of a kernel; of one that is built here also what of.
kernel_made_by()
{
	if is_own_kernel "$1"; then
		cat "$cache/kernels/$1/layout"
	elif is_debug_kernel "$1"; then
		printf '%s %s\n' "$kernel_layout" "$(debug_recipe "${1#*-}")"
	else
		printf '%s\n' "$kernel_layout"
	fi
}

kernel_is_here()
{
	[ "$(cat "$cache/kernels/$1/layout" 2>/dev/null)" = "$(kernel_made_by "$1")" ] &&
	kernel_has_modules "$1"
}

# kernel_setup K: have a complete $cache/kernels/K or die trying.  Everything
# is made beside its final place and moved there in one step.
kernel_setup()
{
	final=$cache/kernels/$1
	lock_cache
	! kernel_is_here "$1" || return 0
	need_space "$cache" 1200 "unpacking kernel $1"
	kernel_find "$1"
	say "kernel $1 is $release; fetching its packages (about 110 MB)"
	# shellcheck disable=SC2086
	apt_fetch $image_packages $build_packages
	work=$cache/kernels/.new-$1
	rm -rf "$work"
	mkdir -p "$work"
	say "unpacking kernel $release"
	# shellcheck disable=SC2046
	kernel_unpack_image $(debs_of "$image_packages")
	# shellcheck disable=SC2046
	kernel_unpack_headers $(debs_of "$build_packages")
	printf '%s\n' "$release" > "$work/release"
	printf '%s\n' "$kernel_suite" > "$work/suite"
	kernel_made_by "$1" > "$work/layout"
	rm -rf "$final"
	mv "$work" "$final"
	rm -rf "$apt_dir"
	say "kernel $release is ready in $final"
}
