# SPDX-License-Identifier: GPL-2.0-only
#
# Of what "fastrpcctl check-dt --json" says of many device trees: a line for each FastRPC
# node, "SHAPE<tab>on|off<tab>PAS<tab>FILE".  A shape is all that the driver looks at, in
# columns, and what comes of it.

def hex: if . < 16 then "0123456789abcdef"[.:.+1] else (. / 16 | floor | hex) + (. % 16 | hex) end;

def mib: if . % 1048576 == 0 then "\(. / 1048576) MiB" else "0x\(hex)" end;

# [1,2,3,5] is "1-3, 5"
def ranges:
	reduce .[] as $n ([]; if length > 0 and .[-1][1] == $n - 1 then .[-1][1] = $n else . + [[$n, $n]] end)
	| map(if .[0] == .[1] then "\(.[0])" else "\(.[0])-\(.[1])" end) | join(", ");

def coherency:
	[.banks[].coherent] | if all then "yes" elif any then "in part" else "no" end;

def place: if .placed_at_boot then "in " else "" end + "\(.first | hex)-\(.last | hex)";

def way:
	{"map": "mapped", "assign": "assigned", "as-is": "as it is"}[.way // ""] // "refused";

def boot: {"EL1": "EL1", "EL2": "EL2", "EL2-old": "EL2 before 7.0"}[.boot];

def heap_outcome:
	if .heap then [.heap.outcomes[] | "\(boot): \(way)"] | join("; ")
	elif [.findings[] | .text | startswith("no memory-region")] | any then "no heap"
	else "-" end;

# The same for machines whose nodes have other addresses.
def bank_outcome:
	[ if .sessions_lost > 0 then "\(.sessions_lost) sessions lost: " +
		([.banks[] | select(.fault) | .name] | join(", ")) else empty end,
	  (.banks[] | select(.shares_with) | "\(.shares_with) and \(.name) share an address space"),
	  (.findings[] | select(.kind == "lost" and (.text | test("^(no heap|memory-region|the label)"))) | .text)
	] | if length > 0 then join("; ") else "all sessions" end;

def shape:
	[ .label,
	  (if .compatible == "qcom,fastrpc" then "old" else "new" end),
	  (if .secure then "secure" else "open" end),
	  ([.banks[].reg] | sort | ranges),
	  "\(.sessions)",
	  ([.banks[].streams | length] | unique | map(tostring) | join("/")),
	  coherency,
	  (if .heap then "\(.heap.kind) \(.heap.size | mib), \(.heap | place)" else "-" end),
	  (.vmids | if length > 0 then map(tostring) | join(" ") else "-" end),
	  (if .remoteproc == null then "-" elif .remoteproc.streams | length > 0 then "Linux" else "-" end),
	  .edge,
	  bank_outcome,
	  heap_outcome
	] | join(" | ");

.[] | .file as $file | .dsps[] |
	"\(shape)\t\(if .enabled then "on" else "off" end)\t\(.remoteproc.compatible // "-" | sub("^qcom,"; ""))\t\($file | sub(".*/"; "") | sub("[.]dtb$"; ""))"
