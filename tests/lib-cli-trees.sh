# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # variables are shared with the callers
#
# Tests of "fastrpcctl check-dt" for tests/run-cli.  Each tests/cli/trees/NAME.dts says in
# comments what is to come of it: "status: N", "says: PATTERN", "not: PATTERN".

trees=$top/tests/cli/trees

# tree_make NAME: $out/trees/NAME.dtb
tree_make()
{
	mkdir -p "$out/trees"
	dtc -q -I dts -O dtb -i "$trees" -o "$out/trees/$1.dtb" "$trees/$1.dts"
}

# The lines of one kind in the comments of a tree.
tree_wants()
{
	sed -n "s,^// $2: ,,p" "$trees/$1.dts"
}

# check_dt STATUS WORD...: what it prints is in $out/said.out
check_dt()
{
	expected=$1
	shift
	ends "$expected" check-dt "$@"
}

tree_is_judged()
{
	tree_make "$1" && check_dt "$(tree_wants "$1" status)" "$out/trees/$1.dtb" || return 1
	tree_wants "$1" says > "$out/wanted"
	while IFS= read -r line; do
		grep -q -e "$line" "$out/said.out" ||
			wrong "$1: it does not say \"$line\", but: $(cat "$out/said.out")" || return 1
	done < "$out/wanted"
	tree_wants "$1" not > "$out/wanted"
	while IFS= read -r line; do
		! grep -e "$line" "$out/said.out" >&2 || wrong "$1: it says \"$line\"" || return 1
	done < "$out/wanted"
}

test_check_dt()
{
	command -v dtc > /dev/null || return 77
	judged=0
	for tree in "$trees"/*.dts; do
		tree_is_judged "$(basename "$tree" .dts)" || return 1
		judged=$((judged + 1))
	done
	[ "$judged" -ge 30 ] || wrong "only $judged trees are there"
}

# Several files are a table, and the worst of them is the exit status.
test_check_dt_table()
{
	command -v dtc > /dev/null || return 77
	for tree in el1 el2 overlap nothing no-region; do
		tree_make "$tree" || return 1
	done
	( cd "$out/trees" && "$ctl" check-dt el1.dtb el2.dtb overlap.dtb nothing.dtb no-region.dtb ) \
		> "$out/said.out"
	[ $? -eq 1 ] || wrong 'a tree of five loses something, and the exit status is not 1' || return 1
	cat > "$out/expected" <<-'TABLE'
	FILE SESSIONS HEAP OF THE AUDIO PD
	el1.dtb adsp 2, cdsp 2 8 MiB no-map: assigned, or as it is
	el2.dtb adsp 2, cdsp 2 8 MiB no-map: mapped, Linux 7.0 on
	overlap.dtb adsp 2, cdsp 1 (2 lost) 8 MiB no-map: assigned, or as it is
	cdsp: compute-cb@2 is not used: its stream 0xc0c/0x40 overlaps 0xc2c/0x20 of the same bank
	cdsp: compute-cb@3 is not used: its stream 0xc01/0x60 overlaps 0xc01/0x20 of compute-cb@1
	nothing.dtb no DSP with FastRPC -
	no-region.dtb adsp 2, cdsp 2 none: no memory-region
	TABLE
	sed 's/^ *//; s/  */ /g' "$out/said.out" | diff "$out/expected" - >&2 || return 1
	cd "$out/trees" || return 1
	check_dt 0 el1.dtb nothing.dtb && check_dt 3 nothing.dtb nothing.dtb &&
	check_dt 2 overlap.dtb ../said el1.dtb && says 'is no device tree'
}

test_check_dt_json()
{
	command -v dtc > /dev/null && command -v jq > /dev/null || return 77
	tree_make el2 && tree_make overlap || return 1
	check_dt 1 --json "$out/trees/el2.dtb" "$out/trees/overlap.dtb" || return 1
	jq -e '
		length == 2 and .[0].model == "A machine" and
		[.[0].dsps[].nodes[] | .path + " " + .for] == ["/dev/fastrpc-adsp the group fastrpc",
		 "/dev/fastrpc-cdsp the group fastrpc", "/dev/fastrpc-cdsp-secure root"] and
		(.[0].dsps[0] | .label == "adsp" and .sessions == 2 and (.secure | not) and
		 .remoteproc.streams == [{"id": 4096, "mask": 128}] and
		 .remoteproc.linux_from == "7.0" and .vmids == [22, 37] and
		 .heap.first == 2226126848 and .heap.size == 8388608 and .heap.kind == "no-map" and
		 [.heap.outcomes[] | .boot, .way] == ["EL2", "map", "EL2-old", null]) and
		(.[1].dsps[1] | .sessions == 1 and .sessions_lost == 2 and .heap == null and
		 [.banks[] | .sessions] == [1, 0, 0] and .banks[0].fault == null and
		 [.findings[].kind] == ["lost", "lost"])' \
		"$out/said.out" > /dev/null || wrong "not what was expected: $(cat "$out/said.out")"
}

# Who may open a node, by the rules that are installed: udev_says NAME
udev_says()
{
	awk -v node="$1" -f "$top/tests/cli/udev.awk" "$top"/packaging/udev/*.rules
}

# The group of the nodes that are not secure.
nodes_group()
{
	udev_says fastrpc-adsp | sed -n 's/^the group //p'
}

# What check-dt says of the rights of a node is what udev gives, and the group is made.
test_check_dt_rights()
{
	command -v dtc > /dev/null && command -v jq > /dev/null || return 77
	for tree in el2 secure sensors; do
		tree_make "$tree" && check_dt 0 --json "$out/trees/$tree.dtb" || return 1
		jq -r '.[].dsps[].nodes[] | .path + " " + .for' "$out/said.out"
	done > "$out/rights"
	[ "$(grep -c -e '-secure ' "$out/rights")" -ge 4 ] &&
	[ "$(grep -c -v -e '-secure ' "$out/rights")" -ge 4 ] ||
		wrong "nodes of both kinds were expected: $(cat "$out/rights")" || return 1
	while read -r path who; do
		[ "$(udev_says "${path#/dev/}")" = "$who" ] ||
			wrong "check-dt: $path is for $who; packaging/udev: for $(udev_says "${path#/dev/}")" ||
			return 1
	done < "$out/rights"
	cat "$top"/packaging/sysusers.d/*.conf | grep -q -x "g $(nodes_group) -" ||
		wrong "packaging/sysusers.d does not make the group \"$(nodes_group)\"" || return 1
	grep -q "for root and for the group \`$(nodes_group)\`" "$top/docs/install.md" ||
		wrong "docs/install.md does not name the group \"$(nodes_group)\""
}

# What is no device tree, and what cannot be read.
test_check_dt_no_tree()
{
	check_dt 2 && says 'takes files, or --live' &&
	check_dt 2 --live file && says 'takes files, or --live' &&
	check_dt 2 "$trees/el1.dts" && says 'is no device tree' &&
	check_dt 2 /dev/null && says 'is no device tree' &&
	check_dt 2 "$out/there-is-none.dtb" && says 'No such file' || return 1
	[ -e /sys/firmware/fdt ] || { check_dt 3 --live && says 'not booted with a device tree'; }
}

# What a page says that check-dt prints of one of the trees: indented, between the lines
# "<!-- fastrpcctl check-dt NAME.dtb -->" and "<!-- end fastrpcctl -->".
test_documents_show_check_dt()
{
	command -v dtc > /dev/null || return 77
	( cd "$top" && git ls-files '*.md' | xargs grep -H '^<!-- fastrpcctl check-dt .*\.dtb -->$' ) |
		sed 's/^\(.*\):<!-- fastrpcctl check-dt \(.*\)\.dtb -->$/\1 \2/' > "$out/samples"
	[ -s "$out/samples" ] || wrong 'no page shows what check-dt prints' || return 1
	while read -r page tree; do
		tree_make "$tree" || return 1
		( cd "$out/trees" && "$ctl" check-dt "$tree.dtb" ) |
			sed 's/^/    /' > "$out/expected"
		sed -n "/^<!-- fastrpcctl check-dt $tree\.dtb -->\$/,/^<!-- end fastrpcctl -->\$/p" \
			"$top/$page" | sed '1d;$d' > "$out/shown"
		diff "$out/expected" "$out/shown" >&2 ||
			wrong "$page does not show what check-dt prints of $tree.dtb" || return 1
	done < "$out/samples"
}

# A damaged file is judged or refused; it never ends the program.
test_check_dt_damaged()
{
	command -v dtc > /dev/null && tree_make el2 || return 77
	size=$(wc -c < "$out/trees/el2.dtb") at=0
	while [ "$at" -lt "$size" ]; do
		head -c "$at" "$out/trees/el2.dtb" > "$out/cut.dtb"
		cp "$out/trees/el2.dtb" "$out/spoilt.dtb"
		printf '\377\377\377\377' |
			dd of="$out/spoilt.dtb" bs=1 seek="$at" conv=notrunc status=none
		for damaged in cut spoilt; do
			status=0
			"$ctl" check-dt "$out/$damaged.dtb" > "$out/said.out" 2> "$out/said" || status=$?
			[ "$status" -le 3 ] ||
				wrong "$damaged at $at: exit status $status" || return 1
		done
		[ "$at" -eq 0 ] || check_dt 2 "$out/cut.dtb" || return 1
		at=$((at + 36))
	done
}
