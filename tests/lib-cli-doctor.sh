# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034,SC2317,SC2013 # variables are shared; called by name
#
# Tests of "fastrpcctl doctor" for tests/run-cli: each mistake is made on a machine of files,
# and has to be found, with its cure, and no other one.

machine=$out/machine
dt=sys/firmware/devicetree/base
rproc=$machine/sys/class/remoteproc/remoteproc0
fastrpc=$machine/$dt/remoteproc@0/glink-edge/fastrpc

# put PATH [TEXT]: a file of the machine; TEXT is as printf has it
put()
{
	[ -d "$machine/${1%/*}" ] || mkdir -p "$machine/${1%/*}"
	# shellcheck disable=SC2059
	printf "${2:-}" > "$machine/$1"
}

# link PATH TARGET
link()
{
	[ -d "$machine/${1%/*}" ] || mkdir -p "$machine/${1%/*}"
	ln -sfn "$2" "$machine/$1"
}

# a_dsp NUMBER NAME: a remoteproc of PAS that runs, with FastRPC in two sessions
a_dsp()
{
	node=$dt/remoteproc@$1 device=sys/devices/platform/$1.remoteproc
	put "$node/compatible" 'qcom,some-'"$2"'-pas\000'
	put "$node/firmware-name" "qcom/$2.mbn\\000qcom/$2_dtb.mbn\\000"
	put "$node/iommus" '\000\000\000\001'
	put "$node/glink-edge/fastrpc/compatible" 'qcom,fastrpc\000'
	put "$node/glink-edge/fastrpc/label" "$2\\000"
	put "$node/glink-edge/fastrpc/compute-cb@1/compatible" 'qcom,fastrpc-compute-cb\000'
	put "$node/glink-edge/fastrpc/compute-cb@1/qcom,nsessions" '\000\000\000\002'
	put "$device/iommu_group/type" 'DMA\n'
	link "$device/of_node" "../../../firmware/devicetree/base/remoteproc@$1"
	put "sys/class/remoteproc/remoteproc$1/name" "$2\\n"
	put "sys/class/remoteproc/remoteproc$1/state" 'running\n'
	put "sys/class/remoteproc/remoteproc$1/firmware" "qcom/$2.mbn\\n"
	link "sys/class/remoteproc/remoteproc$1/device" "../../../devices/platform/$1.remoteproc"
	put "lib/firmware/qcom/$2.mbn"
	put "lib/firmware/qcom/$2_dtb.mbn.zst"
	link "sys/bus/rpmsg/devices/$2/of_node" \
		"../../../../firmware/devicetree/base/remoteproc@$1/glink-edge/fastrpc"
	mkdir -p "$machine/sys/bus/rpmsg/drivers/frpc"
	link "sys/bus/rpmsg/devices/$2/driver" ../../drivers/frpc
	put "dev/fastrpc-$2"
	chmod 0660 "$machine/dev/fastrpc-$2"
}

# A copy of the machine where all is well.
healthy()
{
	rm -rf "$machine"
	[ -d "$out/healthy" ] || { make_healthy && mv "$machine" "$out/healthy"; }
	cp -a "$out/healthy" "$machine"
}

# Two DSPs, Linux 7.3 at EL2, this project's driver.
make_healthy()
{
	a_dsp 1 cdsp
	put dev/fastrpc-cdsp-secure
	chmod 0600 "$machine/dev/fastrpc-cdsp-secure"
	a_dsp 0 adsp
	put "$node/glink-edge/fastrpc/memory-region" '\000\000\000\002'
	put $dt/firmware/scm/compatible 'qcom,scm\000'
	one='\000\000\000\001\000\000\000' flags='\000\000\017\010'
	put $dt/timer/interrupts "$one\\015$flags$one\\016$flags$one\\013$flags$one\\012$flags"
	put proc/interrupts '           CPU0\n 11:  5 GICv3  26 Level     arch_timer\n'
	put proc/sys/kernel/osrelease '7.3.4+deb13-arm64\n'
	put sys/module/fastrpc/version '0.1.0\n'
	put lib/modules/7.3.4+deb13-arm64/updates/dkms/fastrpc.ko.xz
	put usr/lib/aarch64-linux-gnu/libcdsprpc.so.1
	put usr/share/hexagon-dsp/a/machine/dsp/fastrpc_shell_unsigned_3
	put dev/dma_heap/system
	chmod 0660 "$machine/dev/dma_heap/system"
	put etc/passwd 'root:x:0:0::/root:/bin/sh\nmember:x:54321:54321::/:/bin/sh\nstranger:x:54322:54322::/:/bin/sh\n'
	put etc/group "fastrpc:x:$(id -g):other,member\\n"
	put var/log/dmesg '<6>[    2.1] remoteproc remoteproc0: remote processor adsp is now up\n'
	systemd_says adsprpcd.service 0 success active
}

# systemd_says UNIT RESTARTS RESULT STATE
systemd_says()
{
	put usr/bin/systemctl "#!/bin/sh\\nprintf 'Id=a-cdsprpcd.service\\\\nNRestarts=0\\\\n\\\\nId=%%s\\\\nNRestarts=%%s\\\\nResult=%%s\\\\nActiveState=%%s\\\\n' $*\\n"
	chmod 0755 "$machine/usr/bin/systemctl"
}

# log LINE...: more lines of the kernel's log
log()
{
	printf '<3>[   10.5] %s\n' "$@" >> "$machine/var/log/dmesg"
}

# asks_doctor STATUS: what doctor finds on the machine, in a line of $found; $said has its
# words as people see them
asks_doctor()
{
	ends "$1" doctor --root "$machine" --user "${user:-member}" --json || return 1
	said=$(jq -r '
		([.[] | .id + (if .text and .cure then "" else " without words" end)] | join(" ")),
		(.[] | (if .dsp then .dsp + ": " else "" end) + .text, .cure)' "$out/said.out")
	found=$(echo "$said" | head -n 1)
}

# finds ID... -- WORD...: these findings and no others, and these words among the text
finds()
{
	ids=''
	while [ "$1" != -- ]; do
		ids=${ids:+$ids }$1
		shift
	done
	shift
	asks_doctor 1 || return 1
	[ "$found" = "$ids" ] || wrong "\"$found\" was found instead of \"$ids\": $said" || return 1
	for word in "$@"; do
		case $said in
		*"$word"*)	;;
		*)		wrong "$ids: it does not say \"$word\", but: $said" || return 1 ;;
		esac
	done
}

finds_nothing()
{
	asks_doctor 0 || wrong "a false alarm: $(cat "$out/said.out")" || return 1
	[ -z "$found" ] || wrong "a false alarm: $said"
}

off()
{
	printf 'offline\n' > "$rproc/state"
	rm -r "$machine"/sys/bus/rpmsg/devices/adsp "$machine"/dev/fastrpc-adsp
}

at_el1()
{
	put proc/interrupts '           CPU0\n 11:  5 GICv3  27 Level     arch_timer\n'
	rm -r "$machine"/sys/devices/platform/*/iommu_group "$machine/$dt"/remoteproc@*/iommus
}

doctor_healthy() { finds_nothing; }
doctor_healthy_el1() { at_el1 && finds_nothing; }
doctor_healthy_el1_old_kernel() { at_el1 && put proc/sys/kernel/osrelease '6.12.1\n' && finds_nothing; }
# The boot loader has started the DSP, and nothing translates its stream.
doctor_healthy_attached()
{
	rm -r "$machine"/sys/devices/platform/*/iommu_group "$machine/$dt"/remoteproc@*/iommus
	printf 'attached\n' > "$rproc/state"
	finds_nothing
}
doctor_healthy_without_units() { rm "$machine/usr/bin/systemctl" && finds_nothing; }
doctor_healthy_two_crashes()
{
	log 'remoteproc remoteproc0: crash detected in adsp: type fatal error' \
		'remoteproc remoteproc0: crash detected in adsp: type watchdog'
	finds_nothing
}
doctor_healthy_heap_in_the_end()
{
	log 'fastrpc: /remoteproc@0/glink-edge/fastrpc: no remote heap: memory-region is odd' \
		'fastrpc: /remoteproc@0/glink-edge/fastrpc: remote heap [mem 0x1-0x2] mapped 1:1'
	finds_nothing
}
doctor_healthy_without_cdsp_programs()
{
	rm -r "$machine/usr/share/hexagon-dsp" "$machine"/usr/lib/aarch64-linux-gnu && finds_nothing
}
doctor_healthy_one_session_left()
{
	link proc/812/fd/3 /dev/fastrpc-adsp
	link proc/812/fd/4 /dev/fastrpc-cdsp
	finds_nothing
}
doctor_healthy_sensors_without_region()
{
	a_dsp 2 sdsp
	finds_nothing
}
doctor_off_below_a_hypervisor()
{
	at_el1 && off
	finds not-started -- 'nothing has started it'
}
doctor_healthy_modem()
{
	put sys/class/remoteproc/remoteproc7/name 'mpss\n'
	finds_nothing
}
doctor_healthy_switched_off()
{
	put $dt/remoteproc@9/status 'disabled\000'
	put $dt/remoteproc@9/glink-edge/fastrpc/compatible 'qcom,fastrpc\000'
	finds_nothing
}

doctor_firmware_missing()
{
	off && rm "$machine/lib/firmware/qcom/adsp_dtb.mbn.zst"
	finds firmware-missing -- 'adsp: the DSP is offline: its firmware qcom/adsp_dtb.mbn is not below' \
		'echo start > /sys/class/remoteproc/remoteproc0/state'
}
doctor_firmware_of_another_place()
{
	off && rm "$machine"/lib/firmware/qcom/adsp*
	put opt/qcom/adsp.mbn
	put lib/firmware/updates/qcom/adsp_dtb.mbn
	put sys/module/firmware_class/parameters/path '/opt\n'
	finds not-started -- 'nothing has started it'
}
doctor_firmware_not_in_initramfs()
{
	off && log 'qcom_q6v5_pas 0.remoteproc: Direct firmware load for qcom/adsp.mbn failed with error -2' \
		'remoteproc remoteproc0: powering up adsp' 'remoteproc remoteproc0: request_firmware failed: -2'
	finds firmware-not-in-initramfs -- 'update-initramfs -u' 'qcom/adsp.mbn is there'
}
doctor_not_started()
{
	off && log 'remoteproc remoteproc0: stopped remote processor adsp'
	finds not-started -- 'echo start > /sys/class/remoteproc/remoteproc0/state, or enable the unit'
}
# Its firmware was missing once: it has been up since.
doctor_not_started_after_all()
{
	off && log 'qcom_q6v5_pas 0.remoteproc: Direct firmware load for qcom/adsp.mbn failed with error -2' \
		'remoteproc remoteproc0: request_firmware failed: -2' \
		'remoteproc remoteproc0: remote processor adsp is now up' \
		'remoteproc remoteproc0: stopped remote processor adsp'
	finds not-started -- 'nothing has started it'
}
doctor_start_failed()
{
	off && log "remoteproc remoteproc0: can't start rproc adsp: -22"
	finds start-failed -- "can't start rproc adsp: -22" 'of this very machine'
}
doctor_kernel_too_old_for_el2()
{
	put proc/sys/kernel/osrelease '6.18.2-arm64\n'
	rm -r "$machine/lib/modules"
	finds kernel-too-old-for-el2 -- 'Linux 6.18.2-arm64 has no driver' 'use Linux 7.0 or newer'
}
doctor_foreign_domain()
{
	at_el1 && log 'fastrpc: /remoteproc@0/glink-edge/fastrpc: no remote heap: the remoteproc driver does not manage the IOMMU domain of its stream, use Linux 7'
	finds kernel-too-old-for-el2 -- 'use Linux 7.0 or newer'
}
# A CPU without VHE: Linux has gone down to EL1, and takes the physical timer.
doctor_tree_not_for_el2_without_vhe()
{
	put proc/interrupts '           CPU0\n 11:  5 GICv3  30 Level     arch_timer\n'
	doctor_tree_not_for_el2
}
doctor_tree_not_for_el2()
{
	off && rm "$machine/$dt"/remoteproc@*/iommus && log 'remoteproc remoteproc0: Boot failed: -22'
	finds start-failed tree-not-for-el2 -- 'stream of remoteproc0 (iommus)' 'NAME-el2.dtb'
}
doctor_no_memory_region()
{
	rm "$fastrpc/memory-region"
	finds no-memory-region -- 'adsp: its node in the device tree has no memory-region' 'check-dt --live'
}
doctor_heap_refused()
{
	log 'fastrpc: /remoteproc@0/glink-edge/fastrpc: no remote heap: memory-region x is not a multiple of 4 KiB'
	finds heap-refused -- 'memory-region x is not a multiple of 4 KiB' 'docs/remote-heap.md'
}
doctor_in_tree_driver()
{
	rm "$machine/sys/module/fastrpc/version"
	finds in-tree-driver -- "is the one that Linux ships" 'update-initramfs -u, then reboot' || return 1
	rm -r "$machine/lib/modules"
	finds in-tree-driver -- 'for Linux 7.3.4+deb13-arm64 (dkms status'
}
doctor_no_driver()
{
	rm -r "$machine"/sys/module/fastrpc "$machine"/dev/fastrpc-* "$machine"/sys/bus/rpmsg/devices/*/driver
	finds no-driver -- 'no driver "fastrpc" is loaded' 'modprobe fastrpc' || return 1
	rm -r "$machine/lib/modules"
	finds no-driver -- 'install it for this kernel'
}
doctor_secure_boot()
{
	rm -r "$machine"/sys/module/fastrpc "$machine"/dev/fastrpc-* "$machine"/sys/bus/rpmsg/devices/*/driver
	efi=sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
	put $efi '\006\000\000\000\001'
	finds secure-boot -- 'docs/secure-boot.md' || return 1
	put $efi '\006\000\000\000\000'
	finds no-driver -- 'modprobe fastrpc' || return 1
	log 'Loading of module with unavailable key is rejected'
	finds secure-boot -- 'takes signed modules only'
}
doctor_no_channel()
{
	rm -r "$machine"/dev/fastrpc-adsp "$machine"/sys/bus/rpmsg/devices/adsp
	finds no-channel -- 'has not opened its FastRPC channel' 'modprobe qcom_glink_smem'
}
doctor_not_taken()
{
	rm "$machine"/dev/fastrpc-adsp "$machine"/sys/bus/rpmsg/devices/adsp/driver
	finds not-taken -- 'there is no /dev/fastrpc-adsp' 'dmesg | grep fastrpc'
}
doctor_node_permission()
{
	user=stranger
	chmod 0666 "$machine/dev/dma_heap/system"
	finds node-permission node-permission -- 'stranger may not open /dev/fastrpc-adsp (mode 0660)' 'usermod -aG' || return 1
	chmod 0600 "$machine"/dev/fastrpc-adsp "$machine"/dev/fastrpc-cdsp
	user=member
	finds node-permission node-permission -- 'member may not open /dev/fastrpc-cdsp (mode 0600)' 'systemd-sysusers' \
		"to the group \"$(nodes_group)\"" "usermod -aG $(nodes_group) member" || return 1
	user=root
	finds_nothing
}
doctor_dma_heap_permission()
{
	chmod 0600 "$machine/dev/dma_heap/system"
	finds dma-heap-permission -- 'member may not open /dev/dma_heap/system' 'SUBSYSTEM=="dma_heap"' \
		"GROUP=\"$(nodes_group)\""
}
doctor_secure_node()
{
	rm "$machine/dev/fastrpc-cdsp"
	finds secure-node -- 'may not open /dev/fastrpc-cdsp-secure' 'qcom,non-secure-domain'
}
doctor_no_shell()
{
	mv "$machine"/usr/share/hexagon-dsp/a/machine/dsp "$machine/opt"
	finds no-shell -- 'cdsp: no fastrpc_shell_3 or fastrpc_shell_unsigned_3' 'export DSP_LIBRARY_PATH' || return 1
	export DSP_LIBRARY_PATH='/nowhere;/opt'
	finds_nothing || return 1
	put empty/libapp_skel.so
	export DSP_LIBRARY_PATH=/empty
	finds no-shell -- 'DSP_LIBRARY_PATH (/empty)'
}
doctor_no_skeleton()
{
	put libraries/libAppV73Skel.so
	export DSP_LIBRARY_PATH='/nowhere;;/vendor'
	finds no-skeleton -- 'DSP_LIBRARY_PATH (/nowhere;;/vendor) has no skeleton' 'several with ; between them' || return 1
	export DSP_LIBRARY_PATH='/nowhere;/libraries'
	finds_nothing
}
doctor_sessions_taken()
{
	link proc/812/fd/3 /dev/fastrpc-cdsp
	put proc/812/comm 'first\n'
	link proc/990/fd/7 /dev/fastrpc-cdsp-secure
	put proc/990/comm 'second\n'
	finds sessions-taken -- 'cdsp: its 2 sessions are taken' 'first (812), second (990)' 'end one of these'
}
doctor_daemon_restarts()
{
	systemd_says adsprpcd_audiopd.service 117 exit-code activating
	finds daemon-restarts -- 'adsprpcd_audiopd.service does not stay' '117 times' 'journalctl -u' || return 1
	systemd_says cdsprpcd.service 3 start-limit-hit failed
	finds daemon-restarts -- 'cdsprpcd.service does not stay' || return 1
	systemd_says cdsprpcd.service 3 success active
	finds_nothing
}
doctor_crashes()
{
	for type in 'fatal error' watchdog 'fatal error'; do
		log 'qcom_q6v5_pas 0.remoteproc: fatal error received: err_qdi.c:1'
		log "remoteproc remoteproc0: crash detected in adsp: type $type"
	done
	finds crashes -- 'adsp: the DSP has crashed 3 times' 'err_qdi.c:1' 'compare its version' || return 1
	log 'remoteproc remoteproc0: crash detected in adsp: type mmufault'
	finds crashes -- '4 times' 'docs/hardware.md'
}
doctor_no_fastrpc_node()
{
	off && rm -r "$fastrpc"
	finds no-fastrpc-node -- 'adsp: remoteproc0 has no node "qcom,fastrpc"' 'check-dt FILE.dtb'
}
doctor_no_label()
{
	off && rm "$fastrpc/label"
	finds no-label -- '/remoteproc@0/glink-edge/fastrpc in the device tree has no label' \
		'label = "adsp"'
}
doctor_no_remoteproc()
{
	off && rm -r "$machine"/sys/class/remoteproc/*
	rm -r "$machine"/sys/bus/rpmsg "$machine"/dev/fastrpc-*
	finds no-remoteproc no-remoteproc -- 'the driver that starts DSPs is missing' 'modprobe qcom_q6v5_pas'
}

# Every doctor_NAME above, each on a healthy machine of its own; which of them are wrong is said.
test_doctor()
{
	command -v jq > /dev/null || return 77
	tried=0 failures=0
	rm -rf "$out/healthy"
	for case in $(sed -n 's/^doctor_\([a-z0-9_]*\)().*/\1/p' "$top/tests/lib-cli-doctor.sh"); do
		healthy
		( "doctor_$case" ) || { wrong "case $case fails"; failures=$((failures + 1)); }
		tried=$((tried + 1))
	done
	[ "$tried" -ge 40 ] || wrong "only $tried machines were looked at" || return 1
	[ "$failures" -eq 0 ]
}

# As people see it.
test_doctor_text()
{
	healthy
	ends 0 doctor --root "$machine" --user member || return 1
	[ "$(cat "$out/said.out")" = 'no mistake found' ] || wrong "a false alarm: $(cat "$out/said.out")" || return 1
	chmod 0600 "$machine/dev/dma_heap/system"
	rm "$fastrpc/memory-region"
	ends 1 doctor --root "$machine" --user member || return 1
	sed 's/^\(.\{9\}[^ ]*\).*/\1/' "$out/said.out" > "$out/heads"
	printf '%s\n' 'adsp: its' '  cure   "fastrpcctl' 'member may' '  cure   a' | diff - "$out/heads" >&2
}

# Each finding there is in the program is made by a test.
test_doctor_finds_all()
{
	sed -n 's/.*doctor_found(doctor, "\([a-z0-9-]*\)".*/\1/p' "$top"/tools/lib/doctor*.c |
		sort -u > "$out/ids"
	[ "$(grep -c . "$out/ids")" -ge 20 ] || wrong "few findings are in the program" || return 1
	while read -r id; do
		grep -q "finds.* $id .*--\|finds $id --" "$top/tests/lib-cli-doctor.sh" ||
			wrong "no test makes the mistake $id" || return 1
	done < "$out/ids"
}

test_doctor_without_a_log()
{
	healthy
	rm "$machine/var/log/dmesg"
	ends 0 doctor --root "$machine" && says 'log may not be read'
}

# Nothing to look at.
test_doctor_nothing_there()
{
	rm -rf "$machine"
	mkdir -p "$machine"
	ends 3 doctor --root "$machine" && says 'no DSP with FastRPC'
}

# A report has the findings, in text and for programs.
test_report_has_findings()
{
	command -v jq > /dev/null || return 77
	"$ctl" report > "$out/said.out" 2> "$out/said" && grep -q '^== doctor ==' "$out/said.out" ||
		wrong "the report has no findings: $(cat "$out/said.out")" || return 1
	ends 0 report --json || return 1
	jq -e 'has("doctor") and has("list") and has("heap") and has("caps") and has("log") and
		(.kernel | length) > 0' "$out/said.out" > /dev/null ||
		wrong "not a report: $(cat "$out/said.out")"
}
