#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may know what: versions of the kernel are tested in driver/compat and
# dsp_compat.h only, the board and the tests know nothing of the driver but its
# user interface, and the driver nothing of them.
set -u

cd "$(dirname "$0")/../.." || exit 1
status=0

# forbid REASON PATTERN PATHSPEC...
forbid()
{
	reason=$1 pattern=$2
	shift 2
	git grep -n -E -e "$pattern" -- "$@" && { echo "   <- $reason"; status=1; }
}

forbid 'a version test outside of driver/compat and dsp_compat.h' \
	'LINUX_VERSION_CODE|KERNEL_VERSION\(|linux/version\.h|\<HAVE_[A-Z]+' \
	'driver/*.[ch]' 'driver/Kbuild' 'board/*.[ch]' 'board/*Kbuild' \
	':!driver/compat' ':!board/dsp/dsp_compat.h'
forbid 'a name of compat.h, which a driver that is exported to a new kernel comes without' \
	'FRPC_COMPAT_|frpc_compat_' 'driver/*.[ch]' ':!driver/compat'
forbid 'the driver knows nothing of board and tests' \
	'#include.*(board/|tests/|dsp_control|dsp_wire|harness)' 'driver/*.[ch]'
forbid 'the board decodes the wire format by itself' \
	'#include.*["/<](private|wire|message|remote_heap|heap_[a-z]*|vmperm|trace)\.h' \
	'board/*.[ch]'
forbid 'tests on the board know the user interface only' \
	'#include.*["/<](private|wire|message|remote_heap|heap_[a-z]*|vmperm)\.h' \
	'tests/api/*' 'tests/fail/*' 'tests/lifecycle/*' 'tests/userspace/*' 'tests/lib/*' 'tests/bench/*' \
	'tests/cli/*'
forbid 'the tools know the user interface and the C library only' \
	'#include.*(driver/|board/|tests/|dsp_|harness|["/<](private|wire|message|remote_heap|heap_[a-z]*|vmperm|trace)\.h)' \
	'tools/*'
exit "$status"
