#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the driver shows of itself is documented in docs/abi: each tracepoint, and
# each key and state of debugfs.  What is not is said; the exit status is 1 then.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
page=$top/docs/abi/testing/debugfs-fastrpc
wrong=0

# need WHAT WORD...
need()
{
	what=$1
	shift
	[ $# -gt 0 ] || { echo "$0 finds no $what in the driver any more: mend its pattern"; wrong=1; }
	for word in "$@"; do
		grep -q -w -F -e "$word" "$page" || {
			echo "docs/abi/testing/debugfs-fastrpc does not have the $what $word"
			wrong=1
		}
	done
}

# shellcheck disable=SC2046 # words
{
	need tracepoint $(sed -n 's,^TRACE_EVENT(\([a-z_]*\).*,events/frpc/\1,p;
		s/^DEFINE_EVENT([a-z_]*, \([a-z_]*\).*/events\/frpc\/\1/p' "$top/driver/trace.h")
	need key $(sed -n '/^static void heap_show(/,/^}/p' "$top/driver/debugfs.c" |
		grep -o '[a-z]*=%' | tr -d '=%')
	need state unclaimed $(sed -n '/^const char .*frpc_heap_state_names/,/^}/p' \
		"$top/driver/heap_state.c" | grep -o '"[a-z]*"' | tr -d '"')
	need field $(sed -n '/^TRACE_EVENT(frpc_heap_step/,/^);/s/.*TP_printk("\(.*\)",.*/\1/p' \
		"$top/driver/trace.h" | grep -o '[a-z]*=' | tr -d '=')
	need word $(sed -n '/^TRACE_EVENT(frpc_heap_step/,/^);/p' "$top/driver/trace.h" |
		sed -n 's/.*{ FRPC_HEAP_.*"\(.*\)".*/\1/p')
}
exit $wrong
