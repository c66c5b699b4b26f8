# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the caller
#
# Boots side by side.  The lists of all kernels form a queue, the longest ones
# first, and each lane takes the next one when it is done with its last.  A
# boot has a session of its own, so that it can be ended with all it started.
# Needs board/lib.sh; the caller has board_list(), and host_lane() for what runs beside them.

# weight_of LIST N: of a list, of which N programs run.  A long one takes as long as
# twenty others.  So does one that is only for kernels with checkers.
weight_of()
{
	weight=$(($2 + 20 * $(grep -c ' long' "$1")))
	! is_debug_kernel "$kernel" || weight=$((weight + 20 * $(grep -c ' debug' "$1")))
	echo "$weight"
}

# queue_line KERNEL LIST: its weight, and what boots it; none if no program of it runs there
queue_line()
{
	kernel=$1 list=$2
	# shellcheck disable=SC2046
	set -- $(programs_of "$list")
	[ $# -eq 0 ] || printf '%s %s %s\n' "$(weight_of "$list" $#)" "$kernel" "$list"
}

# lanes_queue KERNEL...: fill the queue, with $other_lists as well ("K:LIST")
lanes_queue()
{
	{
		for kernel in "$@"; do
			for list in "$top"/tests/lists/*; do
				queue_line "$kernel" "$list"
			done
		done
		for pair in $other_lists; do
			queue_line "${pair%%:*}" "$top/tests/lists/${pair#*:}"
		done
	} | sort -s -rn -k1,1 | cut -d' ' -f2- > "$out/queue"
}

# Take the first boot off the queue: sets kernel and list.
lane_next()
{
	{
		flock 5
		read -r kernel list < "$out/queue" || return 1
		sed -i 1d "$out/queue"
	} 5> "$out/queue.lock"
}

# lane_boot ARGUMENT...: board/boot, as the one boot of this lane
lane_boot()
{
	setsid "$top/board/boot" "$@" &
	echo $! > "$out/lane.$lane"
	wait $! || :
	rm -f "$out/lane.$lane"
}

# Nothing more is begun, and what runs is ended.
lanes_stop()
{
	: > "$out/stop"
	for session in "$out"/lane.*; do
		[ ! -e "$session" ] || kill -s TERM -- "-$(cat "$session")" || :
	done
}

# A lane is a process.
lane_run()
{
	lane=$1
	while [ ! -e "$out/stop" ] && lane_next; do
		board_list "$list"
	done
}

# lanes_run N KERNEL...: all lists on these kernels, N boots at a time
lanes_run()
{
	nr_lanes=$1
	shift
	rm -f "$out"/lane.* "$out/stop"
	lanes_queue "$@"
	trap 'lanes_stop; exit 130' INT TERM
	host_lane &
	for lane in $(seq "$nr_lanes"); do
		lane_run "$lane" &
	done
	wait
	trap - INT TERM
}
