# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Debian's packaged source of a kernel: board/lib-debug.sh builds kernels from it;
# "board/setup source" keeps a tree of it in the cache, for the checkers that come
# with the kernel (checkpatch, kernel-doc) and for trying the driver in the tree.
# Needs lib.sh, lib-apt.sh and lib-kernel.sh.

# Counts up when what is kept of a source changes.
source_layout=1

# The name of the newest source package of line $1 in the archive.
source_package()
{
	APT_CONFIG=$apt_conf apt-cache pkgnames linux-source- |
		grep -E "^linux-source-$(printf '%s' "$1" | sed 's/\./\\./')(\.[0-9]+)?\$" |
		sort -V | tail -n 1
}

# source_unpack K DIR [TAR-OPTION]...: unpack the newest packaged source of line
# K into DIR, by way of the apt root $cache/apt/$kernel, left for the caller to
# remove.
source_unpack()
{
	source_line=$1 source_dir=$2
	shift 2
	# shellcheck disable=SC2046
	apt_root "$cache/apt/$kernel" arm64 "$(host_arch)" \
		$(kernel_suites "$source_line" | cut -d' ' -f2-)
	apt_update
	package=$(source_package "$source_line")
	[ -n "$package" ] ||
		die "no linux-source-$source_line in the archive $archive_main: choose another with FASTRPC_MIRROR"
	say "fetching the source of Linux $source_line (about 150 MB)"
	apt_fetch "$package"
	say "unpacking it"
	mkdir -p "$source_dir"
	dpkg-deb --fsys-tarfile "$(debs_of "$package" | sed 's/ $//')" |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		xz -dc -T0 | tar -x -C "$source_dir" --strip-components=1 --wildcards "$@"
}

check_source()
{
	case " $kernels_known " in
	*" $1 "*)	return 0 ;;
	esac
	die "no source of a kernel \"$1\" here; it is one of: $kernels_known"
}

source_is_here()
{
	[ "$(cat "$cache/sources/$1/layout" 2>/dev/null)" = "$source_layout" ]
}

# source_setup K: have $cache/sources/K/tree, without code of subsystems that
# nothing of ours is built against.
source_setup()
{
	kernel=source-$1
	lock_cache
	! source_is_here "$1" || return 0
	need_space "$cache" 2500 "unpacking the source of Linux $1"
	work=$cache/sources/.new-$1
	rm -rf "$work"
	source_unpack "$1" "$work/tree" \
		--exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/net/*.[ch]' \
		--exclude='*/drivers/media/*.[ch]' --exclude='*/sound/*.[ch]' \
		--exclude='*/fs/*.c' --exclude='*/tools/testing/*'
	printf '%s\n' "$source_layout" > "$work/layout"
	rm -rf "$cache/sources/$1" "$apt_dir"
	mv "$work" "$cache/sources/$1"
	say "the source of Linux $1 is in $cache/sources/$1/tree"
}
