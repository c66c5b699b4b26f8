# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of an installation share.

# list_files DIR [PATHS]: every file and directory below it, with mode, owner, and what is
# in it, but for the paths of this regular expression.  Of what depmod writes, the text.
list_files()
{
	( cd "$1" && find . -regextype posix-extended -regex "${2:-none}" -prune -o \
		-printf '%y %m %U:%G %p %l\n' | sort -k 4 &&
	  find . -regextype posix-extended -regex "${2:-none}" -prune -o \
		-type f ! -name 'modules.*.bin' -print0 | sort -z | xargs -0 cksum )
}

# docs_commands PAGE: the commands of a page, which are its indented lines.
docs_commands()
{
	sed -n 's/^    \([a-z].*\)/\1/p' "$1"
}
