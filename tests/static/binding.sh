#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each device tree of the newest kernel's binding is one of ours, and means the same to
# the driver: compatibles with their fallbacks, labels, properties are those of
# tests/vectors/binding, and of that kernel's source where it is in the cache.  The driver
# has each string of the kernel's own module, where that is in the cache.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=board/lib.sh
. "$top/board/lib.sh"

newest=${kernels_known##* }
ours=$top/docs/dt-binding/misc/qcom,fastrpc.yaml
theirs=$cache/sources/$newest/tree/Documentation/devicetree/bindings/misc/qcom,fastrpc.yaml
module=$cache/kernels/$newest/modules/in-tree/fastrpc.ko
frozen=$top/tests/vectors/binding
wrong=0

complain()
{
	echo "$*"
	wrong=1
}

facts()
{
	awk -f "$top/tests/static/binding.awk" "$1"
}

# Is fact "$1 $2 [$3]" true of our binding?
is_ours()
{
	case $1 in
	label)	echo "$2" | grep -q -E -e "$pattern" ;;
	*)	echo "$all" | grep -q -x -F -e "$*" ;;
	esac
}

# check_facts WHO: those on standard input
check_facts()
{
	while read -r fact; do
		# shellcheck disable=SC2086 # words
		is_ours $fact || complain "the binding has no $fact, $1 has"
	done
	return $wrong
}

# The compatible that the driver sees, of each node.
check_driver()
{
	# shellcheck disable=SC2013 # names have no blanks
	for compatible in $(sed -n 's/^compatible .*\(qcom,[^ ]*\)$/\1/p' "$frozen" | sort -u); do
		grep -q -F -e "{ .compatible = \"$compatible\"" "$top/driver/channel.c" ||
			complain "no row for $compatible in channel.c"
		grep -q -F -e "	.compatible = \"$compatible\"," "$top/driver/tree_rules.c" ||
			complain "no row for $compatible in tree_rules.c"
	done
}

# What the kernel's own module looks for.  The first is the name of a driver; words with
# a C behind them are in its aliases.
check_module()
{
	# shellcheck disable=SC2013 # likewise
	for word in $(grep -a -o 'qcom,[A-Za-z0-9-]*' "$module" |
			grep -v -x -e qcom,fastrpc-cb -e '.*C' | sort -u); do
		grep -q -F -e "\"$word\"" "$top"/driver/*.c ||
			complain "the driver does not know $word, Linux $newest's module does"
	done
}

all=$(facts "$ours")
pattern=$(sed -n "/^  label:/,/^\$/s/^    pattern: '\(.*\)'/\1/p" "$ours")
if [ -z "$pattern" ] || ! echo "$all" | grep -q '^compatible'; then
	echo "$ours is not understood: mend tests/static/binding.awk"
	exit 1
fi
grep -v '^#' "$frozen" | check_facts tests/vectors/binding || wrong=1
[ ! -e "$theirs" ] || facts "$theirs" | check_facts "Linux $newest's binding" || wrong=1
check_driver
[ ! -e "$module" ] || check_module
exit $wrong
