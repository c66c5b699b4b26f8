# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# The checkers of tests/run-check for device trees.  dt: the binding is a schema, each
# variant of the board keeps to it on each edge, and the compiler has nothing to say of
# it; what is also said of QEMU's own tree, below all of them, is not ours to mend.
# dt-field: the binding has each FastRPC node of the trees that Debian's kernels bring.
# Needs tests/lib-check.sh and board/lib-image.sh.

binding=docs/dt-binding

# dt_compile NAME: $dt/NAME.dts to NAME.dtb; what the compiler says goes to NAME.said
dt_compile()
{
	dtc -I dts -O dtb -o "$dt/$1.dtb" "$dt/$1.dts" 2>&1 |
		sed -E 's/^[^:]*dts[i]?:[0-9.-]*: //' | sort > "$dt/$1.said"
}

# One file for each variant, and QEMU's own.
dt_make()
{
	rm -rf "$dt"
	mkdir -p "$dt/own" "$dt/stack"
	log_base=$dt/log firmware=none
	image_qemu_tree "$dt/qemu.dts"
	dt_compile qemu
	for variant in "$top"/board/dts/variants/*.dtsi "$top"/board/dts/own/*.dtsi; do
		variant=$(basename "$variant" .dtsi) el=2
		case $variant in
		el1*)	el=1 ;;
		esac
		# between them these have both edges
		for kernel in 6.1 7; do
			board_edge
			{ cat "$dt/qemu.dts"; image_dtsi; } > "$dt/$edge/$variant.dts"
			dt_compile "$edge/$variant"
			comm -13 "$dt/qemu.said" "$dt/$edge/$variant.said" | sed "s/^/$variant: /"
		done
	done
}

# By our binding, and by what holds for all device trees.
dt_judge()
{
	( cd "$top" && dt-doc-validate -u "$top/$binding" "$binding"/*/*.yaml ) 2>&1
	dt-validate -s "$top/$binding" "$dt/qemu.dtb" 2>&1 | sed 's/^[^:]*: //' | sort -u > "$dt/qemu.judged"
	dt-validate -s "$top/$binding" "$dt"/*/*.dtb 2>&1 | sed 's,^/.*/\([^/]*\)\.dtb: ,\1: ,' |
		grep -v '^	' | grep -v -F -f "$dt/qemu.judged"
}

check_dt()
{
	nothing_in dt 'board/dts/*' "$binding/*" board/lib-image.sh && return
	[ "$(host_suite)" != trixie ] ||
		{ verdict dt skip "Debian 13 has no package dt-schema; Debian 12 has"; return; }
	need dt dt-validate || return
	need dt qemu-system-aarch64 || return
	dt=$out/dt
	sed -n 's/  # .*//p' "$top/tests/static/dt.allowed" > "$out/dt.allowed"
	{ dt_make; dt_judge; } 2>&1 | grep -v -F -f "$out/dt.allowed" > "$out/dt.findings"
	judge dt "$out/dt.findings" "$(find "$dt" -name '*.dtb' | grep -c .) device trees, one binding" \
		"dtc $(dtc --version | sed 's/.* //'), dtschema $(dt-validate --version)"
}

# Trees of kernels $@ that between them have every FastRPC node there is.
dt_field_trees()
{
	for kernel in "$@"; do
		for tree in "$cache/dtbs/$kernel/qcom"/*.dtb; do
			echo "==> $tree"
			dtc -q -I dtb -O dts "$tree"
		done
	done | awk -f "$top/tests/trees/nodes.awk"
}

check_dt_field()
{
	nothing_in dt-field "$binding/*" tests/trees/nodes.awk && return
	[ "$(host_suite)" != trixie ] ||
		{ verdict dt-field skip "Debian 13 has no package dt-schema; Debian 12 has"; return; }
	need dt-field dt-validate && need dt-field dtc || return
	for kernel in 6.12 7; do
		"$top/board/setup" dtbs "$kernel" 2> "$out/dt-field.setup" ||
			{ verdict dt-field skip "$(tail -n 1 "$out/dt-field.setup")"; return; }
	done
	dt_field_trees 6.12 7 > "$out/dt-field.trees"
	[ -s "$out/dt-field.trees" ] ||
		{ verdict dt-field fail "no FastRPC node is found in the trees of Debian's kernels"; return; }
	xargs dt-validate -l qcom,fastrpc -s "$top/$binding" < "$out/dt-field.trees" 2>&1 |
		grep -v '^	' | sed 's,^/.*/\([^/]*\)\.dtb: ,\1: ,' > "$out/dt-field.findings"
	judge dt-field "$out/dt-field.findings" "$(grep -c . "$out/dt-field.trees") device trees with every node of Debian's 6.12 and 7" \
		"dtschema $(dt-validate --version)"
}
