# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# An arm64 machine's root with Debian's dkms, compiler, kernel and headers, for trying
# our packages in: tests/run-packages.  Its programs run by way of qemu-user.
# Needs lib.sh, lib-apt.sh and, to make it, lib-kernel.sh.

# Counts up when the list of packages, or what is made of them, changes.
machine_layout=2
machine_dir=$cache/machine

machine_is_here()
{
	[ "$(cat "$machine_dir/layout" 2>/dev/null)" = "$machine_layout" ]
}

# The release with dkms 3.0, the oldest there is, and a kernel with the in-tree driver.
machine_suites='bookworm bookworm-updates bookworm-security bookworm-backports'

machine_packages()
{
	printf '%s ' apt base-files base-passwd bash coreutils dash diffutils dkms dpkg \
		findutils gawk gcc gcc-12 grep gzip kmod libc-bin libc6-dev libfdt-dev make mawk openssl \
		perl sed systemd tar udev util-linux xz-utils \
		"linux-image-$release" "linux-headers-$release"
}

# What dpkg knows of a package that it has unpacked and configured: no maintainer
# script has run.
machine_register()
{
	info=$work/root/var/lib/dpkg/info
	control=$work/control
	rm -rf "$control"
	dpkg-deb -e "$1" "$control"
	package=$(sed -n 's/^Package: //p' "$control/control")
	if grep -q '^Multi-Arch: same' "$control/control"; then
		package=$package:arm64
	fi
	awk '/^Package: / { print; print "Status: install ok installed"; next } { print }
		END { print "" }' "$control/control" >> "$work/root/var/lib/dpkg/status"
	dpkg-deb --fsys-tarfile "$1" | tar -t |
		sed 's,^\.,,; s,^/$,/.,; s,\(.\)/$,\1,' > "$info/$package.list"
}

machine_unpack()
{
	mkdir -p "$work/root/var/lib/dpkg/info" "$work/root/var/lib/dpkg/updates" \
		"$work/root/var/lib/dpkg/triggers"
	for dir in bin sbin lib; do
		mkdir -p "$work/root/usr/$dir"
		ln -s "usr/$dir" "$work/root/$dir"
	done
	echo arm64 > "$work/root/var/lib/dpkg/arch"
	echo 1 > "$work/root/var/lib/dpkg/info/format"
	for deb in "$apt_dir"/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$work/root" --no-same-owner --keep-directory-symlink \
				--exclude='./usr/share/doc/*' --exclude='./usr/share/locale/*'
		machine_register "$deb"
	done
	rm -rf "$work/control"
}

# Links, accounts and indices that maintainer scripts would have made.
machine_finish()
{
	[ -e "$work/root/usr/bin/awk" ] || ln -s mawk "$work/root/usr/bin/awk"
	[ -e "$work/root/usr/bin/sh" ] || ln -s dash "$work/root/usr/bin/sh"
	cp "$work/root/usr/share/base-passwd/passwd.master" "$work/root/etc/passwd"
	cp "$work/root/usr/share/base-passwd/group.master" "$work/root/etc/group"
	depmod -b "$work/root" "$release"
	mkdir -p "$work/root/dev" "$work/root/proc" "$work/root/tmp"
	chmod 1777 "$work/root/tmp"
}

machine_setup()
{
	lock_cache
	! machine_is_here || return 0
	need_space "$cache" 3000 "an arm64 root for trying packages"
	# shellcheck disable=SC2086
	apt_root "$cache/apt/machine" arm64 arm64 $machine_suites
	apt_update
	build_arch=arm64
	kernel_resolve 6.12 ||
		die "no 6.12 kernel for arm64 with headers in: $machine_suites; FASTRPC_MIRROR chooses another archive"
	say "fetching an arm64 root with $release (some 200 MB)"
	# shellcheck disable=SC2046
	APT_CONFIG=$apt_conf apt-get $(apt_quiet) -y --download-only install $(machine_packages) >&2 ||
		die "download of the packages failed: check the network and run this again"
	work=$cache/.new-machine
	rm -rf "$work"
	mkdir -p "$work/root"
	say "unpacking it"
	machine_unpack
	machine_finish
	printf '%s\n' "$release" > "$work/release"
	printf '%s\n' "$machine_layout" > "$work/layout"
	rm -rf "$machine_dir"
	mv "$work" "$machine_dir"
	rm -rf "$apt_dir"
	say "the arm64 root is ready in $machine_dir"
}

# machine_run ROOT COMMAND...: on an arm64 root, as its root, which every user may be who
# is let into a user namespace.  The kernel seems to be the root's own.  It ends with
# its caller: unshare takes no SIGTERM, nor does the first process of a PID namespace.
machine_run()
{
	machine_root=$1
	shift
	# shellcheck disable=SC2016
	setpriv --pdeathsig KILL unshare --user --map-root-user --mount --pid --fork \
		--kill-child --propagation private sh -euc '
		root=$1 qemu=$2
		shift 2
		mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
		magic="\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
		mask="\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
		printf "%s" ":fastrpc-arm64:M::$magic:$mask:$qemu:F" > /proc/sys/fs/binfmt_misc/register
		mount --rbind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		exec chroot "$root" "$@"
		' sh "$machine_root" "$(command -v qemu-aarch64-static)" \
		env QEMU_UNAME="$(cat "$machine_dir/release")" DEBIAN_FRONTEND=noninteractive "$@"
}

# Does that work here?  Else say why not, and what to do.
machine_check()
{
	command -v qemu-aarch64-static > /dev/null ||
		die "no qemu-aarch64-static: apt-get install qemu-user-static"
	machine_run "$1" true 2> /dev/null ||
		die "programs of arm64 cannot be run in a user namespace here: it takes Linux 6.7" \
		    "with CONFIG_BINFMT_MISC, and namespaces allowed (sysctl kernel.unprivileged_userns_clone=1)"
}
