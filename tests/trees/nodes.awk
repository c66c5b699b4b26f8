# SPDX-License-Identifier: GPL-2.0-only
#
# Of device trees as dtc writes them: the tree names ("==> NAME" lines come before each)
# that between them have every FastRPC node there is, one tree for each text.  Numbers of
# phandles and of SMMU streams do not make a node another one, how many there are does.

function end_node() {
	if (!(text in seen)) {
		seen[text] = 1
		if (!(tree in taken))
			print tree
		taken[tree] = 1
	}
	text = ""
}

/^==> / { tree = $2; depth = 0; next }
!depth && /^\t+fastrpc \{$/ { depth = 1; next }
!depth { next }
/\{$/ { depth++ }
/^\t*\};$/ {
	depth--
	if (!depth) {
		end_node()
		next
	}
}
/^\t*phandle = / { next }
/^\t*(iommus|memory-region) = / { gsub(/0x[0-9a-f]+/, "0x") }
{ gsub(/^\t+/, ""); text = text $0 "\n" }
