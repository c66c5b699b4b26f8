# SPDX-License-Identifier: GPL-2.0-only
#
# What compilers and checkers said: for each message a line "file, line, kind, text",
# divided by tabs.  Files of the folder built have that folder's path; what is said of a
# file as it is when built in counts for that file.  -v folder=PATH

/^ERROR: modpost: / {
	text = $0
	sub(/^ERROR: modpost: /, "", text)
	printf "%s\t0\terror\t%s\n", folder, text
	next
}

# smatch: "FILE:LINE FUNCTION() warn: TEXT"
/^[^ :]+:[0-9]+ [^ ]+\(\) (warn|error): / {
	sub(/ /, ": warning: ")
}

match($0, /^[^ :]+:[0-9]+(:[0-9]+)?: ((fatal )?error|warning): /) {
	place = substr($0, 1, RLENGTH)
	text = substr($0, RLENGTH + 1)
	split(place, part, ":")
	kind = place ~ /warning: $/ ? "warning" : "error"
	file = part[1]
	if (match(file, /\/headers\//))
		file = substr(file, RSTART + RLENGTH)
	else if (file !~ /\/usr\/src\/linux-headers-/ && file !~ /^\.\//) {
		sub(/.*\//, "", file)
		file = folder "/" file
	}
	printf "%s\t%s\t%s\t%s\n", file, part[2], kind, text
}
