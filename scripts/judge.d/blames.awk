# SPDX-License-Identifier: GPL-2.0-only
#
# What board/boot ... run said: all that speaks against the driver, the cause first.  A line
# each: its kind, which is the same for another address or another number, a tab, words.

sub(/^  also: /, "") { others = others described($0) }

sub(/^FAIL \([^)]*\): /, "") { printf "%s", described($0) }

END { printf "%s", others }

function described(words,    part, nr, i, kind, lines)
{
	if (words ~ /^bringing up the audio PD failed: /)
		return "client\t" words "\n"
	if (sub(/^the DSP model complains: /, "", words)) {
		nr = split(words, part, ", ")
		for (i = 1; i <= nr; i++) {
			kind = part[i]
			sub(/: [0-9]+$/, "", kind)
			lines = lines kind "\tthe DSP model complains: " part[i] "\n"
		}
		return lines
	}
	kind = words
	sub(/[:,(].*/, "", kind)
	gsub(/0x[0-9a-f]+|[0-9]+/, "", kind)
	return kind "\t" words "\n"
}
