# SPDX-License-Identifier: GPL-2.0-only
#
# The names of a header for user space, of its text without comments: macros, tags of
# enums and structs, enumerators, members with their types.  Members of an anonymous
# union are the struct's.

function member_type(type, name) {
	if (match(name, /\[[0-9]+\]/)) {
		type = type substr(name, RSTART, RLENGTH)
		name = substr(name, 1, RSTART - 1)
	}
	print "member", in_struct "." name, type
}

$1 == "__extension__" { $1 = ""; $0 = $0 }
$1 == "#define" {
	sub(/\(.*/, "", $2)
	print "macro", $2
	next
}
$1 == "enum" && $3 == "{" { print "enum", $2; in_enum = 1; next }
$1 == "struct" && $3 == "{" { print "struct", $2; in_struct = $2; next }
$1 == "union" && $2 == "{" && in_struct { in_union = 1; next }
$1 == "};" {
	if (in_union)
		in_union = 0
	else
		in_struct = in_enum = ""
	next
}
in_enum && NF { sub(/[,=].*/, "", $1); print "constant", $1; next }
in_struct && NF {
	if (NF != 2 || $2 !~ /^[a-z_0-9]+(\[[0-9]+\])?;$/)
		print "not understood:", $0
	sub(/;/, "", $2)
	member_type($1, $2)
}
