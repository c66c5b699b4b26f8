#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# "make help" has every command of the Makefile, with a time, and no other.
#
# What is wrong is said, one line each; the exit status is 1 then.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
wrong=0

complain()
{
	echo "$*"
	wrong=1
}

# The targets that .PHONY names, also on lines that go on; "module" is make without a word.
targets()
{
	sed -n '/^\.PHONY:/,/[^\\]$/p' "$top/Makefile" | tr -s ' \t\134' '\n' |
		grep -v -x -e '.PHONY:' -e module -e '' | sort
}

# Every rule of the Makefile: what is not in .PHONY would not be missed else.
rules()
{
	sed -n 's/^\([a-z][a-z -]*\):\( .*\)*$/\1/p' "$top/Makefile" | tr ' ' '\n' |
		grep -v -x module | sort -u
}

text=$(env -u MAKEFLAGS make -s -C "$top" --no-print-directory help) || complain "make help fails"
named=$(echo "$text" | sed -n 's/^  make \([a-z][a-z-]*\) .*/\1/p' | sort)
[ -n "$named" ] || complain "make help names no command: mend the pattern of $0"
[ "$(targets)" = "$(rules)" ] ||
	complain "the Makefile's .PHONY has not the same targets as its rules: $(
		{ targets; rules; } | sort | uniq -u | tr '\n' ' ')"
for target in $(targets); do
	echo "$named" | grep -q -x -e "$target" || complain "make help lacks: make $target"
done
for command in $named; do
	targets | grep -q -x -e "$command" || complain "make help has \"make $command\", which is no target"
done
timeless=$(echo "$text" | grep '^  make ' | grep -v -E '^  make( [a-z-]+)? +[0-9]+ (s|min)(;| )')
[ -z "$timeless" ] || complain "make help has no time for: $timeless"
exit $wrong
