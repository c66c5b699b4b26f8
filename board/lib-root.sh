# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Programs of other Debian releases, unpacked into the cache and never
# installed: build roots with a release's own compiler, the guest's busybox, and edk2.
# Needs lib.sh and lib-apt.sh.

# Counts up when the list of packages changes.
root_layout=3

root_is_here()
{
	[ "$(cat "$cache/roots/$1/layout" 2>/dev/null)" = "$root_layout" ]
}

# What a build root runs: kbuild's shell and perl scripts, make, the compiler.
root_packages()
{
	printf '%s ' bash coreutils dash diffutils findutils gawk grep gzip \
		libelf1 make perl sed tar
	case $(host_arch) in
	arm64)	echo gcc ;;
	*)	echo gcc-aarch64-linux-gnu ;;
	esac
}

# Unpack every fetched package.  No maintainer script runs, so the few links
# that such scripts make are made here.
root_unpack()
{
	for dir in bin sbin lib lib64; do
		mkdir -p "$work/usr/$dir"
		[ -e "$work/$dir" ] || ln -s "usr/$dir" "$work/$dir"
	done
	for deb in "$apt_dir"/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$work" --no-same-owner --keep-directory-symlink \
				--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
				--exclude='./usr/share/locale/*'
	done
	[ -e "$work/usr/bin/awk" ] || ln -s gawk "$work/usr/bin/awk"
	[ -e "$work/usr/bin/sh" ] || ln -s dash "$work/usr/bin/sh"
	mkdir -p "$work/dev" "$work/proc" "$work/tmp"
}

# root_setup SUITE: the compiler of SUITE in $cache/roots/SUITE.
root_setup()
{
	lock_cache
	! root_is_here "$1" || return 0
	need_space "$cache" 1200 "a build root for $1"
	case $1 in
	sid)	suites=$1 ;;
	*)	suites="$1 $1-updates $1-security" ;;
	esac
	# shellcheck disable=SC2086
	apt_root "$cache/apt/root-$1" "$(host_arch)" arm64 $suites
	apt_update
	say "fetching the compiler of $1"
	# shellcheck disable=SC2046
	APT_CONFIG=$apt_conf apt-get $(apt_quiet) -y --download-only install \
		$(root_packages) >&2 ||
		die "download of the compiler of $1 failed: check the network and run this again"
	work=$cache/roots/.new-$1
	rm -rf "$work"
	mkdir -p "$work"
	root_unpack
	printf '%s\n' "$root_layout" > "$work/layout"
	rm -rf "$cache/roots/$1"
	mv "$work" "$cache/roots/$1"
	rm -rf "$apt_dir"
	say "the build root of $1 is ready"
}

# Why no program can run in a build root here, with the cure; empty if one can.  mount says
# more than unshare: containers may allow one and not the other.
namespace_obstacle()
{
	user_namespace=''
	[ "$(id -u)" = 0 ] || user_namespace=--map-root-user
	# shellcheck disable=SC2016,SC2086
	if unshare $user_namespace --mount --propagation private \
		sh -c 'mount --bind "$1" "$1"' sh "$cache" 2>/dev/null; then
		return
	fi
	if [ -n "$user_namespace" ]; then
		echo "this user may not make one: run as root," \
		     "or allow it with sysctl kernel.unprivileged_userns_clone=1"
	elif unshare --mount --propagation unchanged true 2>/dev/null; then
		echo "/ is not a mount point here (a chroot): leave it, bind its directory to" \
		     "itself (mount --bind DIR DIR), and enter it again"
	else
		echo "this root has no CAP_SYS_ADMIN (a container): start the container with" \
		     "that capability (--privileged)"
	fi
}

# root_check K: can modules for kernel K be built here?  Nothing has been fetched yet.
root_check()
{
	suite=$(cat "$cache/kernels/$1/suite" 2>/dev/null) ||
		suite=$(kernel_suites "$1" | cut -d' ' -f1)
	case $suite in
	''|"$(host_suite)")	return 0 ;;
	esac
	mkdir -p "$cache"
	obstacle=$(namespace_obstacle)
	[ -n "$obstacle" ] || return 0
	case $(host_suite) in
	bookworm)	obstacle="$obstacle; KERNEL=6.12 EL=1 needs no other compiler" ;;
	trixie)		obstacle="$obstacle; KERNEL=7 needs no other compiler" ;;
	esac
	die "kernel $1 needs the compiler of Debian $suite in a mount namespace, and $obstacle"
}

busybox_is_here()
{
	[ -x "$cache/busybox/busybox" ]
}

# The guest's shell: a static program, so any release's does.
busybox_setup()
{
	lock_cache
	! busybox_is_here || return 0
	set -- "$(host_suite)"
	apt_root "$cache/apt/busybox" arm64 arm64 "${1:-stable}"
	apt_update
	apt_fetch busybox-static:arm64
	work=$cache/.new-busybox
	rm -rf "$work"
	mkdir -p "$work"
	dpkg-deb -x "$apt_dir"/debs/busybox-static_*.deb "$work"
	mkdir -p "$cache/busybox"
	find "$work" -type f -name busybox -exec mv {} "$cache/busybox/busybox" \;
	rm -rf "$work" "$apt_dir"
}

edk2_layout=1

edk2_is_here()
{
	[ "$(cat "$cache/edk2/layout" 2>/dev/null)" = "$edk2_layout" ]
}

# EFI firmware for QEMU's virt machine.  Where it has its memory differs between versions,
# and the device tree of the variant edk2 follows that: so it is of one release.
edk2_setup()
{
	lock_cache
	! edk2_is_here || return 0
	apt_root "$cache/apt/edk2" arm64 arm64 trixie
	apt_update
	apt_fetch qemu-efi-aarch64
	work=$cache/.new-edk2
	rm -rf "$work"
	mkdir -p "$work/root"
	dpkg-deb -x "$apt_dir"/debs/qemu-efi-aarch64_*.deb "$work/root"
	find "$work/root" -type f -name QEMU_EFI.fd -exec mv {} "$work/edk2.fd" \;
	[ -e "$work/edk2.fd" ] ||
		die "the package qemu-efi-aarch64 has no QEMU_EFI.fd: board/lib-root.sh has to follow"
	rm -rf "$work/root"
	printf '%s\n' "$edk2_layout" > "$work/layout"
	rm -rf "$cache/edk2"
	mv "$work" "$cache/edk2"
	rm -rf "$apt_dir"
}
