# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Debian's own user space for the guest: the FastRPC daemons, or udev, which loads the
# driver; their libraries and all that these need, unpacked as they are and never
# installed on this machine.
# Needs lib.sh and lib-apt.sh.

# Counts up when the list of packages, or what is kept of them, changes.
userland_layout=1
userland_dir=$cache/userland
userland_failed=$cache/userland.failed

# "fastrpc" is in contrib, and newer than the release it is used on.
userland_suites='trixie trixie-updates trixie-security trixie-backports'
userland_packages='fastrpc-support libfastrpc1 libfastrpc-dev hexagonrpcd'
userland_what="Debian's FastRPC user space"
# What has to be in it, and the package of that.
userland_program=usr/sbin/adsprpcd
userland_program_of=fastrpc-support

# From here on it is about udev.
userland_is_udev()
{
	userland_dir=$cache/udev
	userland_packages='udev kmod'
	userland_what="Debian's udev"
	userland_program=usr/lib/systemd/systemd-udevd
	userland_program_of=udev
}

userland_is_here()
{
	[ "$(cat "$userland_dir/layout" 2>/dev/null)" = "$userland_layout" ]
}

# The libraries that package $1 names, also by other packages than the C library's.
userland_libraries()
{
	APT_CONFIG=$apt_conf apt-cache depends --no-recommends --no-suggests --no-conflicts \
		--no-breaks --no-replaces --no-enhances "$1" |
		sed -n -E 's/^ *Depends: (lib[^ <>]*|zlib1g)$/\1/p'
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
				--exclude='./usr/share/lintian/*' --exclude='./usr/lib/udev/hwdb.d/*'
		# shellcheck disable=SC2016 # dpkg's own variables
		dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb" >> "$work/versions"
	done
	[ -x "$work/root/$userland_program" ] ||
		die "the package $userland_program_of has no /$userland_program:" \
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
	need_space "$cache" 300 "$userland_what"
	apt_components='main contrib'
	# shellcheck disable=SC2086
	apt_root "$cache/apt/${userland_dir##*/}" arm64 arm64 $userland_suites
	apt_update
	userland_resolve ||
		die "the archive $archive_main has no $package for arm64 in: $userland_suites;" \
		    "FASTRPC_MIRROR chooses another archive"
	say "fetching $userland_what (some MB)"
	# shellcheck disable=SC2086
	apt_fetch $userland_all
	work=$cache/.new-${userland_dir##*/}
	rm -rf "$work"
	mkdir -p "$work"
	userland_unpack
	userland_pack
	printf '%s\n' "$userland_layout" > "$work/layout"
	rm -rf "$userland_dir"
	mv "$work" "$userland_dir"
	rm -rf "$apt_dir"
	say "$userland_what is ready: $userland_program_of" \
	    "$(sed -n "s/^$userland_program_of //p" "$userland_dir/versions")"
}
