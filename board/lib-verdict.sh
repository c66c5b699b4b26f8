# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# What a boot showed, and what that means.  The report (see board/init) has
# "step", "note", "log", "test", "fact" and "end" lines.  Needs lib-qemu.sh.

# Number the steps of a run as they come.
show_steps()
{
	[ -z "$variant_reason" ] ||
		printf '     device tree without qcom,vmids: %s\n' "$variant_reason"
	awk '
		{ sub(/\r$/, "") }
		/^step / { printf "%2d. %s\n", ++n, substr($0, 6) }
		/^note / { printf "      %s\n", substr($0, 6) }
		/^log /  { printf "    | %s\n", substr($0, 5) }
		{ fflush() }'
}

# One line per test; what a test printed only if it failed.
show_tests()
{
	awk -v variant="$variant" '
		{ sub(/\r$/, "") }
		/^(log|step|note) / { said[++lines] = $0; sub(/^[a-z]+ /, "", said[lines]) }
		/^test / {
			why = $0
			sub(/^test [^ ]+ [^ ]+ [^ ]+ ?/, "", why)
			if ($3 == "fail")
				for (i = 1; i <= lines; i++)
					printf "    | %s\n", said[i]
			printf "%s  %s/%s (%s ms)%s\n", $3, variant, $2, $4, \
				why == "" ? "" : ": " why
			lines = 0
		}
		{ fflush() }'
}

# What a program printed, and then how that was judged.
show_example()
{
	awk '
		{ sub(/\r$/, "") }
		/^log / { printf "    | %s\n", substr($0, 5) }
		/^test / {
			why = $0
			sub(/^test [^ ]+ [^ ]+ [^ ]+ ?/, "", why)
			if ($2 !~ /^board-/ || $3 != "pass")
				printf "%s  %s (%s ms)%s\n", $3, $2, $4, why == "" ? "" : ": " why
		}
		{ fflush() }'
}

# The figures as they come; all else only if it failed.
show_bench()
{
	awk '
		{ sub(/\r$/, "") }
		/^log bench / { print substr($0, 5); fflush(); next }
		/^(log|step|note) / { said[++lines] = $0 }
		/^test / {
			if ($3 == "fail") {
				for (i = 1; i <= lines; i++)
					printf "    | %s\n", said[i]
				print
			}
			lines = 0
		}'
}

# A shell's user looks at the console.
show_nothing()
{
	cat > /dev/null
}

fact()
{
	sed -n "s/^fact $1 //p" "$report_log" | tail -n 1
}

# The monitor's no to a DSP: no event of the SMMU (board/dsp/dsp_control.h).
event_xpu=0x100

# SMMUv3's names of the events a stray DMA makes.
event_name()
{
	case $1 in
	0x10)	echo "translation fault" ;;
	0x11)	echo "address size fault" ;;
	0x12)	echo "access fault" ;;
	0x13)	echo "permission fault" ;;
	*)	echo "event $1" ;;
	esac
}

# Who a stream belongs to, as board/dts/board.dtsi says.
stream_name()
{
	booted=''
	[ "$edge" = own ] || booted=', which PAS booted'
	case $1 in
	0x80)		echo "remoteproc adsp$booted" ;;
	0x88|0x90|0x98)	echo "a context bank of adsp" ;;
	0xa0)		echo "remoteproc of the second DSP" ;;
	0xa8|0xb0)	echo "a context bank of the second DSP" ;;
	*)		echo "no device of the board" ;;
	esac
}

# "stream 0x80 iova 0x60000000 write event 0x10 owners 0x0" in words.
describe_fault()
{
	fault_stream=$2 fault_iova=$4 fault_direction=$5 fault_event=$7 fault_owners=$9
	place='where the DSP was offered no heap' unmapped=''
	heap_base=$(fact heap-base) heap_size=$(fact heap-size)
	if [ $((heap_size)) -gt 0 ] && [ $((fault_iova)) -ge $((heap_base)) ] &&
	   [ $((fault_iova)) -lt $((heap_base + heap_size)) ]; then
		place='in the heap the DSP was offered' unmapped=', not mapped for it'
	fi
	if [ "$fault_event" = "$event_xpu" ]; then
		printf 'XPU error: the DSP'"'"'s %s of address %s, which VMs %s own, %s' \
			"$fault_direction" "$fault_iova" "$fault_owners" "$place"
		return
	fi
	printf 'SMMU %s: the DSP'"'"'s %s of IOVA %s through stream %s (%s), %s%s' \
		"$(event_name "$fault_event")" "$fault_direction" "$fault_iova" \
		"$fault_stream" "$(stream_name "$fault_stream")" "$place" "$unmapped"
}

# The first reason is the cause, as far as can be seen; the rest follows from it.
blame()
{
	if [ -z "$cause" ]; then
		cause=$*
	else
		printf '  also: %s\n' "$*" >> "$log_base.also"
	fi
}

# What the monitor saw, which no kernel can have changed.
judge_monitor()
{
	violation=$(sed -n 's/^violation: //p' "$monitor_log" | head -n 1)
	assigned=$(grep -c '^assign .* to 0x[0-9a-f]*$' "$monitor_log")
	[ -z "$violation" ] || blame "the monitor saw a violation: $violation"
	! grep -q '^assign .*refused' "$monitor_log" ||
		blame "the monitor refused to $(grep '^assign .*refused' "$monitor_log" | head -n 1)"
	left=$(awk '/^assign .* to 0x[0-9a-f]+$/ { owner[$2 " " $3] = $7 }
		END { for (r in owner) if (owner[r] != "0x8") print r, "to VMs", owner[r] }' \
		"$monitor_log" | head -n 1)
	[ -z "$left" ] || blame "memory did not come back to Linux: assigned $left"
}

# What firmware at EL3 saw: it boots the DSPs, and no memory is for it to assign.
judge_el3()
{
	assigned_first=$(grep -m 1 '^assign ' "$monitor_log" || :)
	[ -z "$assigned_first" ] ||
		blame "SCM was asked to $assigned_first, which maps nothing: there is no hypervisor"
}

judge_firmware()
{
	refused=$(grep -m 1 '^pas .*refused' "$monitor_log" || :)
	[ -z "$refused" ] || blame "firmware refused $refused"
	case $firmware in
	monitor)	judge_monitor ;;
	el3)		judge_el3 ;;
	esac
}

# What Hexagon code did with its heap: "stored found", in words of memory.
judge_code()
{
	stored=$(fact heap-code) found=${stored#* } stored=${stored% *}
	if [ "${stored:-0}" = 0 ]; then
		blame "the audio PD's Hexagon code stored nothing in its heap"
	elif [ "$found" = 0 ]; then
		blame "the audio PD's Hexagon code found none of the $stored words again that it stored in its heap"
	fi
}

# Collect all that speaks against a good run.
judge_run()
{
	guest_faults=$(fact faults) host_events=$(qemu_smmu_events)
	offered=$(fact heap-offered) touched=$(fact heap-touched)
	[ -z "$(fact setup)" ] || blame "the board could not be set up: see $console_log"
	# shellcheck disable=SC2046
	[ "${guest_faults:-0}" = 0 ] || blame "$(describe_fault $(fact fault)) (faults in all: $guest_faults)"
	[ "$host_events" = "${guest_faults:-0}" ] || [ "$(fact fault | cut -d' ' -f7)" = $event_xpu ] ||
		blame "QEMU itself saw $host_events SMMU events ($smmu_log), the guest ${guest_faults:-none}"
	[ -z "$(fact client)" ] || blame "bringing up the audio PD failed: $(fact client)"
	[ "$(fact audio-pd)" = up ] || blame "the audio PD is not up"
	if [ "${offered:-0}" = 0 ]; then
		blame "the DSP was offered no heap"
	elif [ "$touched" != "$offered" ]; then
		blame "the DSP could use $touched of the $offered heap pages it was offered"
	fi
	[ -z "${hexagon:-}" ] || judge_code
	[ -z "$(fact stop)" ] || blame "the remoteproc could not be stopped"
	[ -z "$(fact complaint)" ] || blame "the DSP model complains: $(fact complaint)"
	[ -z "$(fact kernel-log)" ] || blame "kernel log, bad lines: $(fact kernel-log)"
	[ "$firmware" = none ] || judge_firmware
}

verdict_run()
{
	cause='' assigned='' stored=''
	: > "$log_base.also"
	if ! qemu_finished; then
		qemu_explain
		[ -z "$(fact client)" ] || blame "bringing up the audio PD failed: $(fact client)"
		blame "$unfinished"
	else
		judge_run
	fi
	ran="driver $(driver_words), kernel $(kernel_words "$kernel")"
	ran="$ran, client $(sed -n 's/^step client: \([^,]*\).*/\1/p' "$report_log")"
	echo
	if [ -z "$cause" ]; then
		used="the DSP model stands in for Hexagon code: ${hexagon_reason:-}"
		[ -z "${hexagon:-}" ] || used="where its Hexagon code stored $stored words"
		printf 'PASS (%s): the audio PD is up, the DSP used all %s pages of its heap, %s, no SMMU fault (guest 0, QEMU %s)%s\n' \
			"$ran" "$offered" "$used" "$host_events" \
			"${assigned:+, no violation seen by the monitor in $assigned assignments}"
		return 0
	fi
	cat "$log_base.also"
	printf '  logs: %s.console .report .smmu%s\n' "$log_base" "$([ "$firmware" = none ] || echo ' .monitor')"
	printf 'FAIL (%s): %s\n' "$ran" "$cause"
	return 1
}

# write_page FILE VERDICT: the time line of a run as one HTML file
write_page()
{
	for log in "$report_log" "$monitor_log" "$smmu_log"; do
		[ -e "$log" ] || : > "$log"
	done
	VERDICT=$2 awk -f "$top/board/report.awk" part=report "$report_log" \
		part=monitor "$monitor_log" part=smmu "$smmu_log" > "$1" ||
		die "writing $1 failed: is the disk full?"
}

# The verdict, and the page FILE that shows it.
verdict_run_with_page()
{
	run_status=0
	verdict_said=$(verdict_run) || run_status=$?
	printf '%s\n' "$verdict_said"
	write_page "$1" "$(printf '%s\n' "$verdict_said" | tail -n 1)"
	return "$run_status"
}

# The kernel's first complaint after the guest's report has ended: while it goes down,
# with DSPs that run or have been stopped.
last_complaint()
{
	tr -d '\r' < "$console_log" | awk '
		/board: end / { is_down = 1; next }
		is_down && /Oops|BUG:|WARNING:|Unable to handle|Kernel panic|Internal error/ {
			print
			exit
		}'
}

# The report is the result; only what the guest cannot see is added here.
verdict_tests()
{
	if ! qemu_finished; then
		qemu_explain
		unfinished="$unfinished, in $(sed -n 's/^start //p' "$report_log" | tail -n 1)"
		printf 'test board fail 0 %s\n' "$unfinished" | tee -a "$report_log" | show_tests
	elif ! grep -q -e '^allow-faults ' "$report_log" && [ "$(qemu_smmu_events)" != 0 ]; then
		printf 'test board fail 0 QEMU saw %s SMMU events that no test announced, see %s\n' \
			"$(qemu_smmu_events)" "$smmu_log" | tee -a "$report_log" | show_tests
	elif [ "$(last_complaint)" ]; then
		printf 'test board fail 0 while the machine went down: %s\n' "$(last_complaint)" |
			tee -a "$report_log" | show_tests
	fi
	! grep -q '^test [^ ]* fail ' "$report_log"
}
