# SPDX-License-Identifier: GPL-2.0-only
#
# Of what "fastrpcctl check-dt --json" says of many device trees: a row for each machine
# whose tree is for Linux at EL2, by its name or because Linux has the stream of a DSP.

def hex: if . < 16 then "0123456789abcdef"[.:.+1] else (. / 16 | floor | hex) + (. % 16 | hex) end;

def heap:
	if .heap == null then
		(if [.findings[].text | startswith("no memory-region")] | any then "no memory-region" else "-" end)
	else
		"\(.heap.kind) \(.heap.size / 1048576) MiB" + (if .heap.placed_at_boot then "" else " at \(.heap.first | hex)" end)
	end;

def outcome:
	[.heap.outcomes[]? | select(.boot == "EL2")][0] as $o |
	if .heap == null then "none: no memory-region"
	elif $o.fault then "none: \($o.fault)"
	elif $o.way == "map" then "mapped, from Linux \(.remoteproc.linux_from) on"
	else "offered as it is" end;

def is_el2: .file | test("-el2[.]dtb$");

.[] | select(is_el2 or ([.dsps[] | select(.enabled) | .remoteproc.streams // [] | length > 0] | any)) |
	[.dsps[] | select(.enabled)] as $dsps |
	([$dsps[] | select(.label == "adsp")][0]) as $adsp |
	"| " + ([ (.file | sub(".*/"; "") | sub("[.]dtb$"; "")), .model,
	  ([$dsps[] | .label + (if .remoteproc.streams | length > 0 then "" else " (no iommus)" end)] | sort | join(", ")),
	  (if $adsp then $adsp | heap else "-" end),
	  (if $adsp then $adsp | outcome else "-" end)
	] | join(" | ")) + " |"
