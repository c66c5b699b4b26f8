#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every file says its licence in one of its first three lines.  Inputs of the fuzz
# targets are bytes, and LICENSE is the licence.
set -u

cd "$(dirname "$0")/../.." || exit 1
found=$(git ls-files -z -- ':!tests/fuzz/corpus' ':!LICENSE' | xargs -0 awk '
	FNR == 1 { tell(); file = FILENAME; is_said = 0 }
	/SPDX-License-Identifier: GPL-2\.0-only/ { is_said = 1 }
	FNR == 3 { tell(); file = ""; nextfile }
	END { tell() }
	function tell()
	{
		if (file != "" && !is_said)
			print file ":1: no line \"SPDX-License-Identifier: GPL-2.0-only\" in the first three"
	}')
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
