# SPDX-License-Identifier: GPL-2.0-only
#
# git diff -U0: "FILE LINE" for each line that is new or changed.

/^\+\+\+ b\// { file = substr($0, 7); sub(/\t.*/, "", file); next }
/^@@ -/ {
	nr = split(substr($3, 2), at, ",")
	count = nr > 1 ? at[2] : 1
	for (i = 0; i < count; i++)
		print file, at[1] + i
}
