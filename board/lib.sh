# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# What every board script needs: where things are, how to speak, how to fail.
# The caller sets "top" (the root of the repository) before it reads this file.

# mkfs-like tools (depmod, chroot) live in sbin, which users rarely have.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

cache=${FASTRPC_BOARD_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/fastrpc-board}
build=$top/build
kernels_known='6.1 6.12 7'
kernels_flavours='6.12-16k 6.12-rt 7-16k 7-rt sid'
kernels_debug='6.12-debug 6.12-kcsan'

say()
{
	printf '%s\n' "$*" >&2
}

# The last line a failing command prints says what is wrong and what to do
# next: tests/run shows it as the reason for a skip.
die()
{
	printf 'error: %s\n' "$*" >&2
	exit 1
}

is_kernel()
{
	case " $kernels_known $kernels_flavours $kernels_debug " in
	*" $1 "*)	return 0 ;;
	esac
	is_own_kernel "$1"
}

# A kernel of the user's, under its name in the cache: board/lib-own.sh
is_own_kernel()
{
	case $1 in
	own-*)	[ -e "$cache/kernels/$1/path" ] ;;
	*)	return 1 ;;
	esac
}

# kernel_named WORD: the name of the kernel that KERNEL= asks for.  A path is set up first.
kernel_named()
{
	case $1 in
	*/*|*.deb)	"$top/board/setup" own "$1" ;;
	*)		check_kernel "$1"; printf '%s\n' "$1" ;;
	esac
}

# kernel_line K: the stock kernel that K is like
kernel_line()
{
	if is_own_kernel "$1"; then
		cat "$cache/kernels/$1/line"
	elif [ "$1" = sid ]; then
		echo 7
	else
		printf '%s\n' "${1%%-*}"
	fi
}

# One of Debian's kernels beside its usual one of a version
is_flavour()
{
	case " $kernels_flavours " in
	*" $1 "*)	return 0 ;;
	esac
	return 1
}

# Does the kernel have pages of 16 KiB?
has_16k_pages()
{
	grep -q -x 'CONFIG_ARM64_16K_PAGES=y' "$cache/kernels/$1/config" 2> /dev/null
}

# Does the kernel take several times as long for all it does?
has_checkers()
{
	is_debug_kernel "$1" ||
	grep -q -E '^CONFIG_(KASAN|KCSAN|PROVE_LOCKING)=y' "$cache/kernels/$1/config" 2> /dev/null
}

# kernel_words K: its release, and where it is from if it is the user's
kernel_words()
{
	printf '%s' "$(cat "$cache/kernels/$1/release")"
	! is_own_kernel "$1" || printf ' of %s' "$(cat "$cache/kernels/$1/path")"
}

is_debug_kernel()
{
	case " $kernels_debug " in
	*" $1 "*)	return 0 ;;
	esac
	return 1
}

check_kernel()
{
	is_kernel "$1" ||
		die "no kernel \"$1\" here; KERNEL is one of: $kernels_known $kernels_flavours $kernels_debug," \
		    "or a path, with a / in it"
}

# What is between the driver and the DSP, as $edge: "own", the remoteproc and the edge
# of the dsp module, or "stack", the kernel's own Qualcomm drivers.  Some variants exist
# on the first only, and some kernels lack what the other needs.  $variant_base are the
# variant's files, without their endings.
board_edge()
{
	edge=own
	variant_base=$top/board/dts/own/$variant
	[ ! -e "$variant_base.dtsi" ] || return 0
	variant_base=$top/board/dts/variants/$variant
	[ -e "$variant_base.dtsi" ] ||
		die "no variant \"$variant\"; there are:" \
		    "$(cd "$top/board/dts" && printf '%s ' variants/*.dtsi own/*.dtsi |
		       sed 's,[a-z]*/,,g; s/\.dtsi//g')"
	! is_own_kernel "$kernel" || [ -e "$cache/kernels/$kernel/stack" ] || return 0
	case $el,$(kernel_line "$kernel") in
	*,7 | 1,6.12)	edge=stack ;;
	esac
}

# kbuild cannot work in a directory whose name holds blanks or colons.
check_paths()
{
	for checked in "$top" "$cache"; do
		case $checked in
		*[!A-Za-z0-9/._+@,=-]*)
			die "\"$checked\" holds a character that kbuild cannot take;" \
			    "move it, or set FASTRPC_BOARD_CACHE for the cache" ;;
		esac
	done
}

# Debian's name of the release this machine runs, empty if it is not Debian.
host_suite()
{
	(
		ID='' VERSION_CODENAME=''
		# shellcheck disable=SC1091
		[ ! -r /etc/os-release ] || . /etc/os-release
		[ "$ID" != debian ] || printf '%s' "$VERSION_CODENAME"
	)
}

host_arch()
{
	dpkg --print-architecture 2>/dev/null || printf unknown
}

# Scripts of coccicheck have parts in Python, whose library spatch loads by this name.
spatch_has_python()
{
	set -- /usr/lib/*/libpython3.*.so
	[ -e "$1" ]
}

# need_space DIR MIB WHAT
need_space()
{
	free_kib=$(df -Pk "$1" | awk 'NR == 2 { print $4 }')
	elsewhere=''
	case $1/ in
	"$cache"/*)	elsewhere=', or put the cache elsewhere with FASTRPC_BOARD_CACHE' ;;
	esac
	[ "$free_kib" -ge $(($2 * 1024)) ] ||
		die "$3 needs $2 MiB, $1 has $((free_kib / 1024)) MiB left: make room$elsewhere"
}

# need_build WHAT MIB: what is built goes into the tree.
need_build()
{
	mkdir -p "$build" 2> /dev/null || :
	[ -w "$build" ] ||
		die "cannot write to $build: it is read-only, or of another user who ran this first;" \
		    "take a copy of the tree, or give that folder to $(id -un)"
	need_space "$build" "$2" "$1"
}

# Run the rest of the script with the cache to itself: two builds started at
# the same time must not fill the same directory.
lock_cache()
{
	mkdir -p "$cache" 2>/dev/null || :
	[ -w "$cache" ] ||
		die "cannot write to the cache $cache: set FASTRPC_BOARD_CACHE to a directory of yours"
	exec 9>"$cache/lock"
	if ! flock -n 9; then
		say "waiting for another setup that uses $cache"
		flock 9
	fi
}
