# SPDX-License-Identifier: GPL-2.0-only
#
# A file with git's conflict marks, in the style diff3: for each conflict a line
# "FILE:LINE, tab, what, tab, the lines of both sides", with \n for line ends.

function add(text)
{
	gsub(/\\/, "&&", text)
	gsub(/\t/, "        ", text)
	details = details text "\\n"
}

# Lines before the marks count as the base's file has them.
/^<<<<<<< /	{ side = "base"; start = FNR - marks; details = ""; add("base:"); marks++; next }
/^\|\|\|\|\|\|\| /	{ side = "old"; marks++; next }
/^=======$/ && side	{ side = "patch"; add("patch:"); marks++; next }
/^>>>>>>> / && side {
	printf "%s:%d\tboth change these lines\t%s\n", file, start, details
	side = ""
	marks++
	next
}
side == "base"	{ ours++; add("  " $0) }
side == "patch"	{ marks++; add("  " $0) }
side == "old"	{ marks++ }
