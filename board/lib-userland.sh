# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Debian's own FastRPC user space for the guest: the daemons, their libraries and
# all that these need, unpacked as they are and never installed on this machine.
# Needs lib.sh and lib-apt.sh.

# Counts up when the list of packages, or what is kept of them, changes.
userland_layout=1
userland_dir=$cache/userland
userland_failed=$cache/userland.failed

# "fastrpc" is in contrib, and newer than the release it is used on.
userland_suites='trixie trixie-updates trixie-security trixie-backports'
userland_packages='fastrpc-support libfastrpc1 libfastrpc-dev hexagonrpcd'

userland_is_here()
{
	[ "$(cat "$userland_dir/layout" 2>/dev/null)" = "$userland_layout" ]
}

# The libraries that package $1 names, also by other packages than the C library's.
userland_libraries()
{
	APT_CONFIG=$apt_conf apt-cache depends --no-recommends --no-suggests --no-conflicts \
		--no-breaks --no-replaces --no-enhances "$1" |
		sed -n 's/^ *Depends: \(lib[^ <>]*\)$/\1/p'
}

# Set userland_all to the packages and every library below them.  What else they
# depend on (systemd, udev, adduser) is for installing them.
userland_resolve()
{
	userland_all=''
	# shellcheck disable=SC2086
	set -- $userland_packages
	while [ $# -gt 0 ]; do
		package=$1
		shift
		case " $userland_all " in
		*" $package "*)	continue ;;
		esac
		apt_has "$package" || return 1
		userland_all="$userland_all $package"
		# shellcheck disable=SC2046
		set -- "$@" $(userland_libraries "$package")
	done
}

# What a program on the board cannot want.
userland_unpack()
{
	mkdir -p "$work/root/usr/lib"
	ln -s usr/lib "$work/root/lib"
	for deb in "$apt_dir"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$work/root" --no-same-owner --keep-directory-symlink \
				--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
				--exclude='./usr/share/locale/*' --exclude='*/gconv/*' \
				--exclude='./usr/share/lintian/*'
		# shellcheck disable=SC2016 # dpkg's own variables
		dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb" >> "$work/versions"
	done
	[ -x "$work/root/usr/sbin/adsprpcd" ] ||
		die "the package fastrpc-support has no /usr/sbin/adsprpcd:" \
		    "its layout changed, board/lib-userland.sh has to follow"
}

# An archive of its own, laid before the rest of the image as it is.  The link
# /lib is the image's.  Headers and link names stay out: they are for building.
userland_pack()
{
	( cd "$work/root" &&
	  find . -mindepth 1 ! -path ./lib ! -path './usr/include*' \
		! \( -type l -name '*.so' \) -print0 |
		cpio -0 -o --quiet -H newc -R 0:0 ) > "$work/cpio" ||
		die "packing Debian's user space failed: is the disk full?"
}

# userland_setup: have $cache/userland or die saying why not.
userland_setup()
{
	lock_cache
	! userland_is_here || return 0
	need_space "$cache" 300 "Debian's FastRPC user space"
	apt_components='main contrib'
	# shellcheck disable=SC2086
	apt_root "$cache/apt/userland" arm64 arm64 $userland_suites
	apt_update
	userland_resolve ||
		die "the archive $archive_main has no $package for arm64 in: $userland_suites;" \
		    "FASTRPC_MIRROR chooses another archive"
	say "fetching Debian's FastRPC user space (3 MB)"
	# shellcheck disable=SC2086
	apt_fetch $userland_all
	work=$cache/.new-userland
	rm -rf "$work"
	mkdir -p "$work"
	userland_unpack
	userland_pack
	printf '%s\n' "$userland_layout" > "$work/layout"
	rm -rf "$userland_dir"
	mv "$work" "$userland_dir"
	rm -rf "$apt_dir"
	say "Debian's FastRPC user space is ready: fastrpc-support" \
	    "$(sed -n 's/^fastrpc-support //p' "$userland_dir/versions")"
}
