# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# A driver of the user's in the place of the packaged one: DRIVER=/path/to/fastrpc.ko, or
# to its sources.  Those are a folder with a Kbuild that makes fastrpc.ko, a kernel tree's
# drivers/misc, or the top of that tree.  Needs lib.sh.

# What DRIVER= says: $driver is ours, in-tree, or "given", at $driver_path.
driver_named()
{
	driver_path=''
	case $driver in
	ours|in-tree)
		return ;;
	*/*|*.ko)
		driver_path=$(realpath -e "$driver" 2> /dev/null) || die "no such driver: $driver does not exist"
		driver=given ;;
	*)	die "no driver \"$driver\"; DRIVER is ours or in-tree, or a path, with a / in it" ;;
	esac
}

# Would this kernel load it?
module_is_for_kernel()
{
	made_for=$(modinfo -F vermagic "$1" 2> /dev/null | cut -d' ' -f1)
	[ "$made_for" ] || die "$1 is no kernel module"
	release=$(cat "$cache/kernels/$kernel/release")
	[ "$made_for" = "$release" ] ||
		die "$1 was built for Linux $made_for, the kernel is $release: build it for that," \
		    "or name its sources, or the kernel that it was built for with KERNEL="
}

driver_check_module()
{
	module_is_for_kernel "$1"
	[ "$(modinfo -F name "$1")" = fastrpc ] ||
		die "$1 is the module $(modinfo -F name "$1"), the driver to try is fastrpc.ko"
}

# A folder with fastrpc.c of a kernel tree and nothing else to build: in $1.  The tree's
# own header for user space comes first, if there is one.
driver_farm()
{
	mkdir -p "$1"
	cmp -s "$2/fastrpc.c" "$1/fastrpc.c" || cp "$2/fastrpc.c" "$1/fastrpc.c"
	header=$2/../../include/uapi/misc/fastrpc.h
	{
		echo 'obj-m := fastrpc.o'
		# Its guard keeps the kernel's own out.
		[ ! -e "$header" ] || echo "ccflags-y += -include $(realpath "$header")"
	} > "$1/Kbuild.new"
	if cmp -s "$1/Kbuild.new" "$1/Kbuild"; then
		rm "$1/Kbuild.new"
	else
		mv "$1/Kbuild.new" "$1/Kbuild"
	fi
}

# The folder to build of $driver_path, as $driver_source.
driver_find_source()
{
	driver_source=$driver_path
	[ ! -e "$driver_path/drivers/misc/fastrpc.c" ] || driver_source=$driver_path/drivers/misc
	if grep -q -E 'obj-(m|\$\(CONFIG_[A-Z_]*\)) *[:+]?= *fastrpc\.o' \
			"$driver_source/Kbuild" "$driver_source/Makefile" 2> /dev/null &&
	   ! grep -q 'CONFIG_QCOM_FASTRPC' "$driver_source/Kbuild" "$driver_source/Makefile" 2> /dev/null; then
		return
	fi
	[ -e "$driver_source/fastrpc.c" ] ||
		die "$driver_path has neither a Kbuild that makes fastrpc.o nor a fastrpc.c:" \
		    "DRIVER takes a fastrpc.ko, the folder of its sources, or the top of a kernel tree"
	farmed=$build/given/$(printf '%s' "$driver_source" | cksum | cut -d' ' -f1)
	driver_farm "$farmed" "$driver_source"
	driver_source=$farmed
}

# The module to load, as $driver_ko.
driver_build()
{
	driver_ko=$driver_path
	[ -d "$driver_path" ] || { driver_check_module "$driver_path"; return; }
	driver_find_source
	driver_ko=$("$top/board/kbuild" --foreign "$kernel" "$driver_source" | grep '/fastrpc\.ko$')
	[ "$driver_ko" ] || die "building $driver_path made no fastrpc.ko"
}

# For the verdict.
driver_words()
{
	case $driver in
	given)	printf '%s' "$driver_path" ;;
	*)	printf '%s' "$driver" ;;
	esac
}
