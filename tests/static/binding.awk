# SPDX-License-Identifier: GPL-2.0-only
#
# What a binding of fastrpc lets a device tree say, one fact a line: "compatible NAME", or
# "compatible NAME FALLBACK"; "label NAME"; "property NAME", "bank-property NAME".  Labels
# are listed only where the binding lists them.

function name_of(line) {
	sub(/^.*- (const: )?/, "", line)
	return line
}

function end_alternative(    i) {
	for (i = 1; i <= nr; i++)
		print "compatible", names[i] fallback
	nr = 0
	fallback = ""
}

/^[a-zA-Z$]/ { part = $1 }
part == "properties:" && /^  [^ ]/ {
	end_alternative()
	property = $1
	gsub(/["':]/, "", property)
	print "property", property
	next
}
part == "patternProperties:" && /^      [^ ].*:/ {
	property = $1
	gsub(/["':]/, "", property)
	if (indented_properties)
		print "bank-property", property
	next
}
part == "patternProperties:" && /^    [^ ]/ { indented_properties = $1 == "properties:" }
part == "properties:" && property == "compatible" && /^      - / { end_alternative() }
part == "properties:" && property == "compatible" && /^          - const: / {
	fallback = " " name_of($0)
	next
}
part == "properties:" && property == "compatible" && /- (const: )?qcom,/ { names[++nr] = name_of($0) }
part == "properties:" && property == "label" && /^      - / { print "label", name_of($0) }
