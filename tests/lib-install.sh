# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of an installation share.

# list_files DIR: every file and directory below it, with mode, owner, and what is in it;
# the indices of depmod differ in nothing but what they are made of.
list_files()
{
	( cd "$1" && find . -printf '%y %m %U:%G %p %l\n' | sort -k4 &&
	  find . -type f ! -name 'modules.*.bin' -print0 | sort -z | xargs -0 cksum )
}

# docs_commands PAGE: the commands of a page, which are its indented lines.
docs_commands()
{
	sed -n 's/^    \([a-z].*\)/\1/p' "$1"
}
