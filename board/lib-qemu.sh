# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# One boot.  The console goes to a file, the guest's report comes through a
# serial port of its own, and QEMU itself notes every SMMU event.  Needs lib.sh
# and lib-image.sh.

# One DMA engine per stream: slot 0x10 is requester id 0x80, slot 0x11 0x88, ...
engines='10.0 11.0 12.0 13.0 14.0 15.0 16.0'

# How often (in accesses of our modules, on the average twice as many) and how long an
# access is watched for another one.
kcsan_tuning='kcsan.skip_watch=150 kcsan.udelay_task=100 kcsan.udelay_interrupt=30'

# printk.devkmsg: a test's marks must not be rate limited away; log_buf_len: no
# record may be lost.  The checkers a stock kernel has are on in tests.  kpti: KASLR would
# turn it on, and QEMU then flushes its TLB in every system call, a quarter of a boot's time.
qemu_command_line()
{
	printf '%s ' console=ttyAMA0 panic=-1 kpti=off printk.devkmsg=on log_buf_len=4M \
		board.mode="$mode" board.driver="$driver" board.kernel="$(kernel_line "$kernel")" \
		board.variant="$variant" board.limit="$limit" board.slow="$slowness" \
		board.stop="${stop:-0}" board.coverage="${coverage:+1}" \
		board.seed="${FUZZ_SEED:-}" board.runs="${FUZZ_RUNS:-}" \
		board.run="$(printf '%s' "$programs" | tr -s ' \n' ,)"
	# What a variant needs of the kernel, beside what it changes in the tree.
	[ ! -e "$variant_base.cmdline" ] ||
		sed "/^#/d" "$variant_base.cmdline" | tr "\n" " "
	# What a report of one checker leads to is not worth another's; and the
	# first one switches lockdep off.  Grace periods as short as they can be: what
	# is freed goes sooner, and a slow kernel waits less.
	! is_debug_kernel "$kernel" ||
		printf '%s ' panic_on_warn=1 kasan.fault=panic rcupdate.rcu_expedited=1
	case $kernel in
	*-kcsan) printf '%s ' "$kcsan_tuning" ;;
	esac
	# To keep book of all memory doubles the time of a boot.
	if [ "$leaks" ]; then
		printf '%s ' board.leaks=1
	else
		printf '%s ' kmemleak=off
	fi
	# KASAN does what these do, and a kernel that looks for races leaves it to others.
	# A kernel that clears every page would hide what the driver forgets to.
	case $mode,$kernel in
	test,*-debug | test,*-kcsan) ;;
	test,*)	printf '%s ' slub_debug=FZPU kfence.sample_interval=100 init_on_alloc=0 ;;
	esac
	# Console output is slow, and buries a prompt: an unattended run prints warnings only,
	# a shell errors.
	case $mode$verbose in
	run|bench)	printf '%s ' loglevel=5 ;;
	shell)		printf '%s ' loglevel=4 ;;
	esac
	# Nothing may differ from one boot to the next.
	[ "$mode" != bench ] ||
		printf '%s ' nokaslr randomize_kstack_offset=off \
			board.cases="${BENCH_CASES:-}" board.rounds="${BENCH_ROUNDS:-}"
}

# What a variant has beyond them.
qemu_more_engines()
{
	[ ! -e "$variant_base.engines" ] ||
		sed "/^#/d" "$variant_base.engines"
}

# Where things are in RAM: board/monitor/layout.h, board/el3, board/dts/stack.dtsi.
address_kernel_el1=0x40c00000
address_kernel_el3=0x40200000
address_initramfs=0x48000000
address_smem=0x5a000000

# A file of the host's that is in RAM when the machine is switched on.
qemu_load()
{
	printf '%s\n' -device "loader,file=$1,addr=$2,force-raw=on"
}

# What firmware logs goes to a file of its own.
qemu_firmware_log()
{
	printf '%s\n' -semihosting-config enable=on,target=native,chardev=monitor \
		-chardev "file,id=monitor,path=$monitor_log"
}

# What QEMU starts: the kernel, by edk2 or without; the monitor, which starts the kernel
# at EL1; or firmware at EL3, which starts it at EL2.  QEMU tells no kernel behind these
# two where the initramfs is and what the command line says: the tree has to.
qemu_kernel()
{
	image=$cache/kernels/$kernel/Image
	if [ "$firmware" = el3 ]; then
		printf '%s\n' -bios "$el3" -dtb "$boot_dtb"
		qemu_load "$image" "$address_kernel_el3"
		qemu_load "$initramfs" "$address_initramfs"
		qemu_firmware_log
		return
	fi
	printf '%s\n' -initrd "$initramfs" -dtb "$dtb" -append "$(qemu_command_line)"
	if [ "$firmware" = none ]; then
		printf '%s\n' -kernel "$image" ${edk2:+-bios "$edk2"}
		return
	fi
	printf '%s\n' -kernel "$monitor"
	qemu_load "$image" "$address_kernel_el1"
	qemu_firmware_log
}

# The tree of this boot, with what QEMU writes into it where it starts the kernel itself.
qemu_boot_tree()
{
	[ "$firmware" = el3 ] || return 0
	boot_dtb=$log_base.dtb
	cp "$dtb" "$boot_dtb"
	end=$((address_initramfs + $(wc -c < "$initramfs")))
	if ! fdtput -t s "$boot_dtb" /chosen bootargs "$(qemu_command_line)" ||
	   ! fdtput -t x "$boot_dtb" /chosen linux,initrd-start 0 "${address_initramfs#0x}" ||
	   ! fdtput -t x "$boot_dtb" /chosen linux,initrd-end 0 "$(printf '%x' "$end")"; then
		die "writing $boot_dtb failed: is the disk full?"
	fi
}

# Print qemu's arguments but the console, one per line.
qemu_arguments()
{
	printf '%s\n' -M "$(image_machine)"
	# shellcheck disable=SC2086
	printf '%s\n' $processor -m "$memory"
	qemu_kernel
	[ "$edge" = own ] || qemu_load "$smem" "$address_smem"
	printf '%s\n' -nodefaults -display none -no-reboot \
		-chardev "file,id=report,path=$report_pipe" \
		-device pci-serial,chardev=report,addr=02.0 \
		-trace "smmuv3_*_event,file=$smmu_log"
	[ -z "$counting" ] || printf '%s\n' -icount shift=0,sleep=off \
		-seed 1 -rtc base=2026-01-01,clock=vm
	[ -z "$coverage" ] || printf '%s\n' \
		-fsdev "local,id=coverage,path=$coverage,security_model=none" \
		-device virtio-9p-pci,fsdev=coverage,mount_tag=coverage,addr=03.0
	hexagon_arguments
	[ -z "$next" ] || printf '%s\n' \
		-object "memory-backend-file,id=next,share=on,size=$next_bytes,mem-path=$next" \
		-device "ivshmem-plain,memdev=next,addr=$(sed '/^#/d' "$variant_base.next")"
	for engine in $engines $(qemu_more_engines); do
		printf '%s\n' -device "lsi53c895a,addr=$engine"
	done
}

# qemu_boot SECONDS FORMATTER: boot, pass each line of the report on to the
# formatter as it comes, keep everything in files that begin with $log_base.
qemu_boot()
{
	console_log=$log_base.console
	report_log=$log_base.report
	smmu_log=$log_base.smmu
	monitor_log=$log_base.monitor
	report_pipe=$log_base.pipe
	rm -f "$report_pipe" "$console_log" "$report_log" "$smmu_log" "$monitor_log"
	mkfifo "$report_pipe"
	case $mode,$verbose in
	shell,*) set -- "$1" "$2" -serial mon:stdio ;;
	*,1)	 set -- "$1" "$2" -chardev "stdio,id=con,signal=off,logfile=$console_log" -serial chardev:con ;;
	*)	 set -- "$1" "$2" -serial "file:$console_log" ;;
	esac
	seconds=$1 formatter=$2
	shift 2
	qemu_boot_tree
	while read -r argument; do
		set -- "$@" "$argument"
	done <<-ARGUMENTS
	$(qemu_arguments)
	ARGUMENTS
	tee "$report_log" < "$report_pipe" | $formatter &
	formatting=$!
	boot_status=0 boot_seconds=$(date +%s)
	# shellcheck disable=SC2046 # a command in words
	if [ "$mode" = shell ]; then
		$(hexagon_starter) "$qemu" "$@" || boot_status=$?
	else
		# in the foreground: what ends this script's group ends QEMU too
		timeout --foreground -k 5 "$seconds" $(hexagon_starter) "$qemu" "$@" < /dev/null ||
			boot_status=$?
	fi
	boot_seconds=$(($(date +%s) - boot_seconds))
	wait $formatting || :
	rm -f "$report_pipe"
	tr -d '\r' < "$report_log" > "$report_log.new"
	mv "$report_log.new" "$report_log"
}

# Did the guest come to its own end?  (QEMU's exit status does not tell.)
qemu_finished()
{
	grep -q '^end ' "$report_log"
}

# Why it did not, with the end of the console to look at.
qemu_explain()
{
	say "the last lines of the console ($console_log):"
	tail -n 15 "$console_log" 2>/dev/null | tr -d '\r' | sed 's/^/    /' >&2
	if hexagon_is_dead; then
		unfinished="pdhost, which runs the Hexagon code, ended before QEMU (status $boot_status)"
		return
	fi
	case $boot_status in
	124|137) unfinished="the board did not finish within $seconds s" ;;
	0)	 unfinished="the board stopped before its end" ;;
	*)	 unfinished="QEMU ended with status $boot_status" ;;
	esac
}

# SMMU events as the host saw them: records only, whatever else the trace has.
qemu_smmu_events()
{
	grep -c -E 'smmuv3_(record|propagate)_event' "$smmu_log" 2>/dev/null || :
}
