# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Real Hexagon code behind the DSP model: on boards whose variant has a file NAME.hexagon.
# Needs lib.sh and lib-image.sh.

# hexagon_variant VARIANT: the one that is the same with Hexagon code, if there is one.
hexagon_variant()
{
	case $1 in
	default)	echo hexagon ;;
	el1)		echo el1-hexagon ;;
	*)		echo "$1" ;;
	esac
}

# What runs Hexagon code here; nothing if there is no such program.
hexagon_runner()
{
	command -v qemu-hexagon || command -v qemu-hexagon-static || :
}

# Is all there on this machine?  If not, $hexagon_reason says what is missing, or how to get it.
hexagon_tools()
{
	hexagon_reason='' missing=''
	"$top/board/setup" packages hexagon 2> "$log_base.hexagon" ||
		hexagon_reason=$(tail -n 1 "$log_base.hexagon" | sed 's/^error: //')
	for tool in clang ld.lld; do
		command -v "$tool" > /dev/null || missing="$missing $tool"
	done
	[ "$(hexagon_runner)" ] || missing="$missing qemu-hexagon"
	hexagon_reason=${hexagon_reason:-not installed:$missing}
	[ -z "$missing" ]
}

hexagon_is_modelled()
{
	say "the DSP model stands in for Hexagon code: $hexagon_reason"
}

# The process of a PD, the skeletons, and the program that starts QEMU, in $hexagon.  Empty:
# the reason is in $hexagon_reason.
image_hexagon()
{
	hexagon='' hexagon_reason="variant \"$variant\" has none"
	if [ ! -e "$variant_base.hexagon" ]; then
		[ "$mode" != run ] || hexagon_is_modelled
		return 0
	fi
	if ! hexagon_tools; then
		hexagon_is_modelled
		return 0
	fi
	hexagon=$build/hexagon
	run_quietly "building Hexagon code" make -s -C "$top/board/pd" OUT="$hexagon"
	run_quietly "building pdhost" gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror \
		-Wno-missing-field-initializers -I"$top/board/dsp" \
		-o "$hexagon/pdhost.new" "$top/board/pdhost/pdhost.c" "$top/board/pdhost/confine.c"
	mv "$hexagon/pdhost.new" "$hexagon/pdhost"
	image_build arm64 aarch64-linux-gnu- "$(program_file processes)"
	image_hexagon_example
}

# What a newcomer copies; its application is linked to Debian's library.
image_hexagon_example()
{
	example=''
	[ "$userland" ] || return 0
	example=$hexagon/example
	run_quietly "building the example" make -s -C "$top/docs/examples/gain" OUT="$example" \
		CROSS_COMPILE=aarch64-linux-gnu- FASTRPC="$userland/root/usr"
}

# What the guest has to know of it: the skeletons, or why there is no Hexagon code.
image_stage_hexagon()
{
	if [ -z "$hexagon" ]; then
		printf 'none: %s\n' "$hexagon_reason" > "$stage/etc/hexagon"
		return
	fi
	echo ready > "$stage/etc/hexagon"
	mkdir -p "$stage/hexagon"
	cp "$hexagon"/libboard_*.so "$stage/hexagon/"
	cp "$(program_file processes)" "$stage/hexagon/"
	[ -z "$example" ] || cp "$example/gain" "$example/libgain_skel.so" "$stage/hexagon/"
	[ -z "${BOARD_HEXAGON:-}" ] || cp -R "$BOARD_HEXAGON/." "$stage/hexagon/" ||
		die "BOARD_HEXAGON=$BOARD_HEXAGON is no directory of files for the board"
	image_stage_dsp_shell
}

# Where Debian's library looks for the shell of an unsigned process.  The DSP model reads all
# of it and runs none of it.
image_stage_dsp_shell()
{
	mkdir -p "$stage/usr/share/hexagon-dsp/conf.d" "$stage/usr/share/hexagon-dsp/board"
	printf 'machines:\n  linux,dummy-virt:\n    DSP_LIBRARY_PATH: board\n' \
		> "$stage/usr/share/hexagon-dsp/conf.d/board.yaml"
	head -c 65536 /dev/zero > "$stage/usr/share/hexagon-dsp/board/fastrpc_shell_unsigned_3"
}

# The device of the guest; its other end is pdhost's.
hexagon_arguments()
{
	[ -z "$hexagon" ] || printf '%s\n' -chardev socket,id=hexagon,fd=3 \
		-device ivshmem-doorbell,chardev=hexagon,vectors=1,addr=04.0
}

# What starts QEMU, which ends with this script, however that ends.
hexagon_starter()
{
	[ -z "$hexagon" ] || printf '%s --boot %s %s %s' "$hexagon/pdhost" $$ "$hexagon/pd.elf" \
		"$(hexagon_runner)"
}

# Did the starter end before QEMU?  A boot that took too long may have ended it, too.
hexagon_is_dead()
{
	[ "$hexagon" ] && [ "$boot_status" -ge 125 ] && [ "$boot_seconds" -lt "$seconds" ]
}
