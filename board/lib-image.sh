# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# What QEMU boots: the device tree and the initramfs.  Needs lib.sh, lib-userland.sh and
# lib-hexagon.sh; "kernel", "driver", "variant", "el", "mode" and "programs" say for what.

qemu='qemu-system-aarch64'
machine=virt,iommu=smmuv3,gic-version=3,virtualization=on
# Where a program that a boot is told to run may be.
program_rooms='tests/api tests/lifecycle tests/userspace tests/cli tests/fail tests/bench tests/differential board/run'
# The rest of the hardware the device tree depends on.
processor='-cpu cortex-a57 -smp 2'
processor_single='-cpu cortex-a57 -smp 1'
# The first has no pages of 16 KiB.
cpu_16k=cortex-a76

# How much memory: what BOARD_MEMORY says, or what the variant has, or 1 GiB.  KASAN keeps a
# good part of that for itself; firmware and the monitor know of 1 GiB.
memory=${BOARD_MEMORY:-1G}
image_memory()
{
	[ "${BOARD_MEMORY:-}" ] || [ "$edge$el" != own2 ] || ! is_debug_kernel "$kernel" || memory=1536M
	[ "${BOARD_MEMORY:-}" ] || [ ! -e "$variant_base.memory" ] ||
		memory=$(sed '/^#/d' "$variant_base.memory")
}

# run_quietly WHAT COMMAND...: its output matters only if it fails.
run_quietly()
{
	doing=$1
	shift
	if ! "$@" > "$log_base.step" 2>&1; then
		tail -n 40 "$log_base.step" >&2
		die "$doing failed: $*"
	fi
}

# Below the monitor, does the kernel need VMs that it can name?
image_has_low_vms()
{
	[ "$el" = 1 ] && [ "$(kernel_line "$kernel")" = 6.1 ]
}

# The CPU of a variant that wants another: without VHE, as cortex-a57, a kernel that is
# started at EL2 runs at EL1 itself, as one above a hypervisor does.
image_processor()
{
	if [ -e "$variant_base.cpu" ]; then
		processor="$(sed '/^#/d' "$variant_base.cpu") ${processor#-cpu * }"
	elif has_16k_pages "$kernel"; then
		processor="-cpu $cpu_16k ${processor#-cpu * }"
	fi
}

# Is there firmware at EL3?  PAS of the kernel's stack needs one; on the own edge some
# variants have it, for SCM.
image_has_el3()
{
	[ "$el" = 2 ] || return 1
	[ "$edge" = stack ] || [ -e "$variant_base.el3" ]
}

# Of what PAS is to boot: does a kernel of the user's know only an older SoC?
image_has_older_pas()
{
	[ "$edge" = stack ] && is_own_kernel "$kernel" || return 1
	pas=$cache/kernels/$kernel/modules/qcom_q6v5_pas.ko
	[ -e "$pas" ] || pas=$cache/kernels/$kernel/Image
	! grep -q x1e80100-adsp-pas "$pas"
}

# The names of the device tree's sources, first what others build on.
image_dtsi_names()
{
	printf '%s\n' "edge-$edge.dtsi" board.dtsi
	[ "$el" = 2 ] || echo "el$el.dtsi"
	! image_has_low_vms || echo el1-low-vms.dtsi
	[ "$edge" = own ] || echo stack.dtsi
	! image_has_el3 || echo el3.dtsi
	echo "$variant_base.dtsi"
}

# What is laid over QEMU's own tree, preprocessed as the kernel does it.
image_dtsi()
{
	board_edge
	cpus=${processor#*-smp }
	older_pas=''
	! image_has_older_pas || older_pas=-DNO_X1E80100
	image_dtsi_names | sed 's/.*/#include "&"/' |
		gcc -E -nostdinc -undef -D__DTS__ -DEL="$el" -DCPUS="${cpus%% *}" $older_pas \
			-x assembler-with-cpp -I "$top/board/dts" - ||
		die "the C preprocessor refuses the device tree of variant \"$variant\""
}

# QEMU's own tree, as source, into $1.  Firmware at EL3 changes what QEMU provides.
image_qemu_tree()
{
	# shellcheck disable=SC2086
	run_quietly "dumping QEMU's device tree" \
		$qemu -M "$(image_machine),dumpdtb=$1.qemu" $processor -m "$memory" \
			${el3:+-bios "$el3"} -nodefaults -display none
	run_quietly "reading QEMU's device tree" \
		dtc -q -I dtb -O dts -o "$1" "$1.qemu"
	rm -f "$1.qemu"
}

# QEMU's own tree with the board and the variant laid over it.  It changes
# only with QEMU and with the sources, so the name says what it was made from.
image_dtb()
{
	board_edge
	image_memory
	made_from=$({
		ls -l -L "$(command -v $qemu)"
		printf '%s\n' "$(image_machine) $processor $memory"
		cat "$top"/board/dts/*.dtsi "$top"/board/dts/*/*.dtsi
	} | cksum | cut -d' ' -f1)
	tree=$variant-$edge
	! image_has_low_vms || tree=$variant-low-vms
	! image_has_older_pas || tree=$tree-older-pas
	dtb=$build/dtb/$tree.$made_from.dtb
	[ ! -e "$dtb" ] || return 0
	mkdir -p "$build/dtb"
	image_qemu_tree "$dtb.dts"
	image_dtsi >> "$dtb.dts"
	run_quietly "merging the board's device tree" \
		dtc -q -I dts -O dtb -o "$dtb.new" "$dtb.dts"
	rm -f "$build/dtb/$tree".*.dtb
	mv "$dtb.new" "$dtb"
}

image_init()
{
	init=$build/arm64/init
	if [ -e "$init" ] && [ -z "$(find "$top/board/init" "$top/board/dsp/dsp_control.h" -newer "$init")" ]; then
		return 0
	fi
	mkdir -p "$build/arm64"
	run_quietly "building init" aarch64-linux-gnu-gcc -std=gnu11 -D_GNU_SOURCE \
		-O2 -Wall -Wextra -Werror -static -s -I"$top/board/dsp" \
		-o "$init.new" "$top"/board/init/*.c
	mv "$init.new" "$init"
}

# Debian's FastRPC user space, where something is to run on the board that has a
# use for it.  It may be missing: then the reason is in $userland_reason.  The boots of a
# suite do not look for it again before an hour has passed.
image_userland()
{
	userland='' userland_reason='no program of this boot asked for it' again=1
	case $mode in
	test|bench)
		image_has_program_of userspace || return 0
		[ -z "$(find "$userland_failed" -mmin -60 2>/dev/null)" ] || again='' ;;
	esac
	if ! userland_is_here && [ "$again" ]; then
		"$top/board/setup" userland 2>&1 > /dev/null | tee "$log_base.userland" >&2
		userland_is_here ||
			tail -n 1 "$log_base.userland" | sed 's/^error: //' > "$userland_failed"
	fi
	if userland_is_here; then
		userland=$userland_dir
	else
		userland_reason=$(cat "$userland_failed")
	fi
}

# $programs without the cases behind colons.
program_names()
{
	for program in $programs; do
		echo "${program%%:*}"
	done
}

# The name of the source of program $1: NAME_armhf is NAME as a 32-bit program.
source_name()
{
	echo "${1%_armhf}"
}

# image_has_program_of ROOM: is one of $programs in tests/ROOM?
image_has_program_of()
{
	for program in $(program_names); do
		[ ! -e "$top/tests/$1/$(source_name "$program").c" ] || return 0
	done
	return 1
}

# Debian's udev, on the machine that the driver is installed on.  The programs say if it is
# missing.
image_udev()
{
	udev=''
	[ "$variant" = installed ] || return 0
	"$top/board/setup" udev >&2 || return 0
	udev=$cache/udev
}

# A machine's modules: what the kernel's package has, and ours as "make install" lays it.
image_install()
{
	release=$(cat "$cache/kernels/$kernel/release")
	headers=$cache/kernels/$kernel/headers/usr/src/linux-headers-$release
	tree=$stage/lib/modules/$release
	mkdir -p "$tree/kernel/drivers/misc" "$stage/run"
	[ ! -e "$modules/in-tree/fastrpc.ko" ] ||
		cp "$modules/in-tree/fastrpc.ko" "$tree/kernel/drivers/misc/"
	cp "$stage"/modules/*.ko "$tree/kernel/"
	rm -f "$tree/kernel/fastrpc.ko"
	: > "$tree/modules.builtin"
	: > "$tree/modules.builtin.modinfo"
	: > "$tree/modules.order"
	run_quietly "installing the driver" make -s -C "$top/packaging" MODULE="$driver_ko" \
		KDIR="$headers" DESTDIR="$stage" install-module install-system
	# as systemd-sysusers does
	printf 'root:x:0:\nfastrpc:x:999:\n' > "$stage/etc/group"
	printf 'root:x:0:0::/:/bin/sh\n' > "$stage/etc/passwd"
}

# The tools for users are in a shell, and where a test of theirs runs.
image_tools()
{
	tools=''
	[ "$mode" = shell ] || image_has_program_of cli || return 0
	tools=$build/arm64/tools
	"$top/board/setup" libfdt
	run_quietly "building the tools" \
		make -s -C "$top/tools" OUT="$tools" CROSS_COMPILE=aarch64-linux-gnu- \
			CFLAGS=-O2 LDFLAGS='-static -s' LIBFDT="$cache/libfdt-arm64"
}

# The file that is built of program $1.
program_file()
{
	case $1 in
	*_armhf)	echo "$build/armhf/tests/$(source_name "$1")" ;;
	*)		echo "$build/arm64/tests/$1" ;;
	esac
}

# image_build ARCHITECTURE PREFIX TARGET...
image_build()
{
	out=$build/$1/tests prefix=$2
	shift 2
	run_quietly "building the programs of the guest" \
		make -s -j"$(nproc)" -C "$top/tests" OUT="$out" CROSS_COMPILE="$prefix" "$@"
}

image_programs()
{
	targets='' targets_armhf=''
	for program in $(program_names); do
		for room in $program_rooms none; do
			[ ! -e "$top/$room/$(source_name "$program").c" ] || break
		done
		[ "$room" != none ] || die "no program \"$program\" in: $program_rooms"
		case $program in
		*_armhf)	targets_armhf="$targets_armhf $(program_file "$program")" ;;
		*)		targets="$targets $(program_file "$program")" ;;
		esac
	done
	# Without a list, as for a shell, all of them.
	if [ "$targets" ] || [ -z "$targets_armhf" ]; then
		# shellcheck disable=SC2086
		image_build arm64 aarch64-linux-gnu- $targets
	fi
	if [ "$targets_armhf" ]; then
		"$top/board/setup" packages armhf
		# shellcheck disable=SC2086
		image_build armhf arm-linux-gnueabihf- $targets_armhf
	fi
	[ -z "$userland" ] ||
		run_quietly "building applications of Debian's libraries" \
			make -s -C "$top/tests" OUT="$build/arm64/tests" USERLAND="$userland/root" apps
}

# The driver under test as $driver_ko, the DSP's module as $dsp_ko.
image_modules()
{
	modules=$cache/kernels/$kernel/modules
	dsp_ko=$("$top/board/kbuild" "$kernel" "$top/board/dsp")
	[ "$mode" != bench ] || floor_ko=$("$top/board/kbuild" "$kernel" "$top/board/floor")
	case $driver in
	ours)
		driver_ko=$("$top/board/kbuild" ${coverage:+--coverage} "$kernel" "$top/driver")
		[ "$mode" = bench ] && [ -z "$against" ] || return 0 ;;
	given)
		driver_build
		return ;;
	esac
	[ -e "$modules/in-tree/fastrpc.ko" ] ||
		die "kernel $(kernel_words "$kernel") comes without the in-tree driver: use KERNEL=6.12 or KERNEL=7," \
		    "or a tree with CONFIG_QCOM_FASTRPC=m"
	[ "$driver" = ours ] || driver_ko=$modules/in-tree/fastrpc.ko
}

# The others that are measured.
image_bench_modules()
{
	[ -z "$against" ] || driver_check_module "$against"
	cp "${against:-$modules/in-tree/fastrpc.ko}" "$stage/modules/in-tree.ko"
	cp "$floor_ko" "$stage/modules/floor.ko"
}

# Modules of the user's in the place of the kernel's own.
image_more_modules()
{
	for module in $more_modules; do
		module_is_for_kernel "$module"
		name=$(modinfo -F name "$module")
		[ -e "$stage/modules/$name.ko" ] ||
			die "the board loads no module $name, so $module would change nothing:" \
			    "the kernel has it built in, or this board has no use for it"
		cp "$module" "$stage/modules/$name.ko"
	done
}

# What the guest has to know of it: which packages, or why there are none.
image_stage_userland()
{
	if [ "$userland" ]; then
		cp "$userland/versions" "$stage/etc/userland"
		mkdir -p "$stage/tests/app"
		cp "$build"/arm64/tests/app/* "$stage/tests/app/"
	else
		printf 'none: %s\n' "$userland_reason" > "$stage/etc/userland"
	fi
}

image_shell()
{
	"$top/board/setup" busybox
	mkdir -p "$stage/bin"
	cp "$cache/busybox/busybox" "$stage/bin/"
	for applet in sh cat cp cut dd dmesg echo env find free grep head hexdump \
			id insmod kill less ln ls lsmod lspci mkdir mount mv od poweroff \
			ps pwd rm rmmod sed sleep sort strings tail top tr uname \
			vi wc which xargs; do
		ln -s busybox "$stage/bin/$applet"
	done
	programs=$(cd "$build/arm64/tests" && find . -maxdepth 1 -type f -perm -u+x | sed 's,^\./,,')
}

# The modules of a board in the order in which they are loaded.  A kernel may have any
# of its own built in.  On the edge of the module's own: what a driver is linked to, and
# the sockets that its PDR helper opens.
load_order_own='rpmsg_core qrtr qmi_helpers qcom_pdr_msg pdr_interface dsp fastrpc'
# The kernel's own stack.  PAS comes last: it boots the DSPs.
load_order_stack='qcom_hwspinlock smem rpmsg_core dsp smp2p qrtr qmi_helpers qcom_pdr_msg
pdr_interface qcom_glink qcom_glink_smem qcom_smd qcom_common qcom_sysmon qcom_q6v5
mdt_loader qcom_pil_info qrtr_smd fastrpc qcom_q6v5_pas'

image_kernel_modules()
{
	order=$load_order_own
	[ "$edge" = own ] || order=$load_order_stack
	: > "$stage/modules/load"
	for module in $order; do
		[ ! -e "$modules/$module.ko" ] || cp "$modules/$module.ko" "$stage/modules/"
		[ ! -e "$stage/modules/$module.ko" ] || echo "$module" >> "$stage/modules/load"
	done
	# for programs to load
	for module in drm drm_kms_helper drm_shmem_helper vgem udmabuf; do
		[ ! -e "$modules/$module.ko" ] || cp "$modules/$module.ko" "$stage/modules/"
	done
	image_more_modules
}

# What the remoteproc core or PAS loads.
image_dsp_firmware()
{
	if [ "$edge" = own ]; then
		# The core insists on a file; the DSP model does not look at it.
		echo board > "$stage/lib/firmware/board-dsp.fw"
	else
		cp "$build"/soc/*.mbn "$stage/lib/firmware/"
	fi
}

# image_module KO COPY: what a compiler of this machine notes for debuggers is nine tenths of
# a module, and of no use in the guest.  A signed module is from a package, and has none.
image_module()
{
	if tail -c 28 "$1" | grep -q 'Module signature appended'; then
		cp "$1" "$2"
	else
		aarch64-linux-gnu-objcopy --strip-debug "$1" "$2"
	fi
}

# Everything the guest has, as an uncompressed cpio: unpacking a compressed one
# costs an emulated CPU more than reading the bytes.
image_initramfs()
{
	initramfs=$build/$kernel/$mode-$variant-$driver.cpio
	stage=$build/$kernel/$mode-$variant-$driver.root
	rm -rf "$stage"
	for dir in etc proc sys dev tmp tests modules usr/lib/firmware; do
		mkdir -p "$stage/$dir"
	done
	ln -s usr/lib "$stage/lib"
	[ "$mode" != shell ] || image_shell
	cp "$init" "$stage/init"
	image_module "$dsp_ko" "$stage/modules/dsp.ko"
	image_module "$driver_ko" "$stage/modules/fastrpc.ko"
	[ "$mode" != bench ] || image_bench_modules
	image_dsp_firmware
	image_kernel_modules
	for program in $(program_names); do
		cp "$(program_file "$program")" "$stage/tests/$program"
	done
	for program in "$stage"/tests/*; do
		case $program in
		*_armhf)	arm-linux-gnueabihf-strip "$program" ;;
		*)		aarch64-linux-gnu-strip "$program" 2>/dev/null || : ;;
		esac
	done
	[ -z "$tools" ] || install -D "$tools/bin/fastrpcctl" "$stage/bin/fastrpcctl"
	image_stage_userland
	image_stage_hexagon
	[ -z "$udev" ] || image_install
	# The kernel unpacks one archive after the other.
	{
		{ [ -z "$userland" ] || cat "$userland/cpio"; } &&
		{ [ -z "$udev" ] || cat "$udev/cpio"; } &&
		( cd "$stage" && find . -print0 | cpio -C 65536 -0 -o --quiet -H newc -R 0:0 )
	} > "$initramfs.new" ||
		die "packing the initramfs failed: is the disk full?"
	mv "$initramfs.new" "$initramfs"
	rm -rf "$stage"
}

# The kernel and the initramfs once more, as memory of a PCI device, for a test that starts them
# by kexec.  Each begins on a page; the first page has their lengths, and where the kernel goes.
next_bytes=128M
image_next()
{
	next=''
	[ -e "$variant_base.next" ] || return 0
	next=$build/$kernel/$mode-$variant-$driver.next
	image=$cache/kernels/$kernel/Image
	at=$address_kernel_el1
	! image_has_el3 || at=$address_kernel_el3
	{
		echo "$(wc -c < "$image") $(wc -c < "$initramfs") $at" > "$next" &&
		truncate -s %4096 "$next" && cat "$image" >> "$next" &&
		truncate -s %4096 "$next" && cat "$initramfs" >> "$next" &&
		[ "$(wc -c < "$next")" -le "$((${next_bytes%M} << 20))" ] &&
		truncate -s "$next_bytes" "$next"
	} || die "packing $next failed: is the disk full, or is it more than $next_bytes?"
}

# image_firmware_build FOLDER: of board/, for as much memory as the machine has, in $built
image_firmware_build()
{
	image_memory
	gib=1
	case $memory in
	[2-9]G)	gib=${memory%G} ;;
	esac
	built=$build/arm64/$1-$gib
	run_quietly "building the firmware" \
		make -s -C "$top/board/$1" OUT="$built" RAM_GIB="$gib"
}

# What runs below the kernel: the monitor where that runs at EL1, firmware at EL3 where
# it runs at EL2 and the board has the kernel's own stack.
image_firmware()
{
	if [ "$el" = 1 ]; then
		image_firmware_build monitor
		firmware=monitor monitor=$built/monitor.img
	elif image_has_el3; then
		image_firmware_build el3
		firmware=el3 el3=$built/el3.bin
	else
		firmware=none
		image_edk2
	fi
}

# EFI firmware, which starts the kernel, on a variant that wants it.  The program says if
# it is missing.
image_edk2()
{
	edk2=''
	[ -e "$variant_base.edk2" ] || return 0
	! "$top/board/setup" edk2 >&2 || edk2=$cache/edk2/edk2.fd
}

# The machine that this boot runs on.  Where edk2 finds tables of ACPI, the kernel gets
# no device tree.
image_machine()
{
	case $firmware in
	el3)	printf '%s,secure=on' "$machine" ;;
	*)	printf '%s%s' "$machine" "${edk2:+,acpi=off}" ;;
	esac
}

# What a boot loader leaves in shared memory, and the images that PAS loads.
image_soc()
{
	[ "$edge" = stack ] || return 0
	smem=$build/soc/smem.bin
	run_quietly "making shared memory and images of the DSPs" \
		make -s -C "$top/board/soc" OUT="$build/soc"
}

image_make()
{
	"$top/board/setup" root-check "$kernel"
	"$top/board/setup" packages
	"$top/board/setup" kernel "$kernel"
	image_userland
	image_udev
	# Programs, init and device trees are shared by all kinds of boots.
	exec 6> "$build/lock"
	flock 6
	image_modules
	image_init
	image_programs
	image_tools
	board_edge
	image_processor
	image_firmware
	image_soc
	image_hexagon
	image_dtb
	image_initramfs
	image_next
	exec 6>&-
}
