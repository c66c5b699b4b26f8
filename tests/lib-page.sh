# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Parts of a page that a program writes: what is between the lines "<!-- MARK -->" and
# "<!-- end MARK -->".

# page_replace PAGE MARK FILE: that part of PAGE is FILE now.
page_replace()
{
	awk -v mark="$2" -v new="$3" '
		$0 == "<!-- end " mark " -->" { skipping = 0 }
		!skipping { print }
		$0 == "<!-- " mark " -->" {
			while ((getline line < new) > 0)
				print line
			skipping = 1
		}' "$1" > "$1.new"
	mv "$1.new" "$1"
}

# page_part PAGE MARK: print that part
page_part()
{
	sed -n "/^<!-- $2 -->\$/,/^<!-- end $2 -->\$/p" "$1" | sed '1d;$d'
}
