# SPDX-License-Identifier: GPL-2.0-only
#
# A diff: "FILE LINE" for each line that it takes out, as the old file counts them; without
# one, the line before what it adds.

/^--- a\// { file = substr($2, 3); next }
/^--- /  { file = ""; next }
/^\+\+\+ / { next }
/^@@ -/ { split(substr($2, 2), at, ","); line = at[1]; next }
file == "" { next }
/^-/ { print file, line; found = 1; line++; next }
/^ / { line++; next }
/^\+/ && !before { before = file " " (line > 1 ? line - 1 : 1) }
END { if (!found && before) print before }
