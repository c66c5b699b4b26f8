# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Checkers of scripts/judge for device trees: bindings as schemas, and the trees that the
# series touches, compiled before and after it.

has_dt_schema()
{
	command -v dt-doc-validate > /dev/null && command -v dt-validate > /dev/null
}

no_dt_schema='no dt-schema here: Debian 12 has a package dt-schema; elsewhere "pip install dtschema" brings it'

# Everything the binding says by itself.
binding_side()
{
	for file in $(touched '^Documentation/devicetree/bindings/.*\.yaml$'); do
		[ ! -e "$work/$1/$file" ] || ( cd "$work/$1" && dt-doc-validate -u . "$file" ) 2>&1 |
			sed -n "s,^\(.*/\)\{0,1\}\($(basename "$file")\): *\(.*\),$file	0	warning	\3,p" |
			sort -u
	done
}

check_binding()
{
	touched '^Documentation/devicetree/bindings/.*\.yaml$' > /dev/null ||
		{ row dt-binding untouched 'the series touches no binding'; return; }
	has_dt_schema || { row dt-binding 'not run' "$no_dt_schema"; return; }
	checker_sides
	for side in before after; do
		binding_side $side > "$work/binding.$side"
	done
	new_messages "$work/binding.before" "$work/binding.after" > "$work/binding.new"
	report_new dt-binding "$work/binding.new" "dtschema $(dt-doc-validate --version), the schemas alone, without their examples"
}

# The trees to compile: those touched, and those that include one that is, eight at most.
dtb_trees()
{
	touched '^arch/arm64/boot/dts/qcom/.*\.dts$'
	for part in $(touched '^arch/arm64/boot/dts/qcom/.*\.dtsi$'); do
		in_git grep -l -F -e "\"$(basename "$part")\"" "$(cat "$work/head")" -- 'arch/arm64/boot/dts/qcom/*.dts' |
			sed 's/^[^:]*://'
	done
}

# The folders of a side that trees include from.
dtb_farm()
{
	[ ! -e "$work/dt-$1.complete" ] || return 0
	rm -rf "${work:?}/dt-$1"
	mkdir -p "$work/dt-$1"
	in_git archive "$2" -- arch/arm64/boot/dts/qcom include/dt-bindings 2> "$work/setup" |
		tar -x -C "$work/dt-$1" 2> /dev/null && : > "$work/dt-$1.complete"
}

# What the compiler and the bindings say of tree $2.
dtb_side()
{
	( cd "$work/dt-$1" && [ -e "$2" ] && {
		cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I include -I "$(dirname "$2")" "$2" tree.dts &&
		dtc -q -@ -I dts -O dtb -o tree.dtb tree.dts &&
		dt-validate -l fastrpc -s "$work/dt-$1-schemas" tree.dtb
	} ) 2>&1 | sed 's/^[^ ]*tree\.dtb: //; s/^.*\.dtsi\{0,1\}:[0-9.-]*: //' | grep -v '^	' |
		awk -v file="$2" '{ printf "%s\t0\twarning\t%s\n", file, $0 }' | sort -u
}

check_dtb()
{
	dtb_trees | sort -u | head -n 8 > "$work/dtb.trees"
	[ -s "$work/dtb.trees" ] || { row dtb untouched 'the series touches no tree of a Qualcomm machine'; return; }
	has_dt_schema || { row dtb 'not run' "$no_dt_schema"; return; }
	: > "$work/dtb.new"
	for side in before after; do
		commit=$(cat "$work/from")
		[ $side = before ] || commit=$(cat "$work/head")
		dtb_farm $side "$commit" || { not_run dtb 'the source has no folder include/dt-bindings to compile trees with'; return; }
		mkdir -p "$work/dt-$side-schemas"
		in_git archive "$commit" -- Documentation/devicetree/bindings/misc 2> /dev/null |
			tar -x -C "$work/dt-$side-schemas" 2> /dev/null
	done
	while read -r one_tree; do
		for side in before after; do
			dtb_side $side "$one_tree" > "$work/dtb.$side"
		done
		new_messages "$work/dtb.before" "$work/dtb.after" >> "$work/dtb.new"
	done < "$work/dtb.trees"
	report_new dtb "$work/dtb.new" "$(plural "$(grep -c . "$work/dtb.trees")" tree) before and after, dtc $(dtc --version | sed 's/.* //'), the FastRPC nodes by the binding"
}
