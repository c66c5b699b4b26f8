#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs find every name and number of the kernels' own headers in the driver's.
set -u

if ! command -v gcc > /dev/null; then
	echo "no compiler: apt-get install gcc"
	exit 77
fi
exec "$(dirname "$0")/../run-uapi"
