# SPDX-License-Identifier: GPL-2.0-only
# Of what "fastrpcctl check-dt --json" says of one tree: a line for each DSP with a session.
.[].dsps[] | select(.enabled and (.nodes | length > 0) and (.banks | length > 0)) |
	.label + ": " + ([.nodes[].path] | join(", ")) +
	if .heap then
		"; " + (.heap | del(.region, .outcomes) | tojson) + " of VMs " + (.vmids | tojson)
	else
		""
	end
