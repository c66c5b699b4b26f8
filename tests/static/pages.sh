#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What pages name is there: each link has a file and, behind "#", a heading; each path, each
# function and each identifier in backquotes is in the tree.  Names of the kernel, of
# programs and of test cases count where some file other than a page has them; names that only
# a mistake of tests/mutants has do not.
#
# What is wrong is said, one line each; the exit status is 1 then.
set -u

cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pages()
{
	git ls-files -co --exclude-standard -- '*.md' | while read -r page; do
		[ ! -e "$page" ] || echo "$page"
	done
}

# The anchors of a page, as the usual viewers make them: lower case, blanks as "-".
anchors()
{
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# links PAGE: the targets of its links and pictures, but for those on other machines.  A link
# has one of three forms: in place, by reference, in HTML.
links()
{
	{
		grep -o '\](\([^)]*\))' "$1" | sed 's/^](//; s/)$//'
		sed -n 's/^ *\[[^]^][^]]*\]: *\([^ ]*\).*/\1/p' "$1"
		grep -o -E '(href|src)="[^"]*"' "$1" | sed 's/^[a-z]*="//; s/"$//'
	} | grep -v -E '^(https?|mailto):'
}

check_links()
{
	links "$1" | sort -u | while read -r link; do
		file=${link%%#*} anchor=''
		case $link in
		*'#'*)	anchor=${link#*#} ;;
		esac
		file=$(dirname "$1")/$file
		[ "${link%%#*}" ] || file=$1
		if [ ! -e "$file" ]; then
			echo "$1: no file for the link to $link"
		elif [ "$anchor" ] && ! anchors "$file" | grep -q -x -F -e "$anchor"; then
			echo "$1: no heading for the link to $link"
		fi
	done
}

# Prints "KIND WORD" for what PAGE names: a path below one of the tree's folders, wherever
# it stands; in backquotes a file's name (NAME.[ch] is two), a function with or without its
# arguments, a member and what it is of, a tracepoint, an identifier of more than one word.
named()
{
	awk '
		# a path of the tree, but for those with a place to be filled in
		function path(word)
		{
			sub(/[.,:;]+$/, "", word)
			if (word !~ /[*A-Z<{[]/ || word ~ /^[a-z\/]*README\.md$/)
				print "path", word
		}
		{
			line = $0
			while (match(line, /(^|[^A-Za-z0-9_.\/~-])(driver|board|tests|tools|docs|packaging|scripts)\/[A-Za-z0-9_.,*<>{}\/-]*/)) {
				word = substr(line, RSTART, RLENGTH)
				line = substr(line, RSTART + RLENGTH)
				sub(/^[^a-z]/, "", word)
				path(word)
			}
			n = split($0, part, "`")
			for (i = 2; i <= n; i += 2) {
				word = part[i]
				if (word ~ /^[a-z][a-z0-9_-]*\.(c|h|sh|awk|md|yaml|dtsi)$/)
					print "file", word
				else if (sub(/\.\[ch\]$/, "", word)) {
					print "file", word ".c"
					print "file", word ".h"
				} else if (word ~ /^[a-z_][a-z0-9_]*\([^()]*\)$/) {
					sub(/\(.*/, "", word)
					print "word", word
				} else if (word ~ /^[a-z_][a-z0-9_]*(->[a-z_][a-z0-9_]*)+$/ ||
					 word ~ /^frpc:[a-z0-9_]+$/) {
					m = split(word, name, /->|:/)
					for (j = 1; j <= m; j++)
						print "word", name[j]
				} else if (word ~ /^(struct |enum |union )?[a-z][a-z0-9]*_[a-z0-9_]*$/ ||
					 word ~ /^[A-Z][A-Z0-9]*_[A-Z0-9_]*$/) {
					sub(/^[a-z]* /, "", word)
					print "word", word
				}
			}
		}' "$1" | sort -u
}

check_names()
{
	named "$1" | while read -r kind word; do
		case $kind in
		path)	[ -e "$word" ] || [ -e "$(dirname "$1")/$word" ] ||
				grep -q -F -e "$word" "$work/made" || echo "$1: no file $word" ;;
		file)	grep -q -e "\(^\|/\)$word\$" "$work/files" || echo "$1: no file named $word" ;;
		word)	grep -q -x -F -e "$word" "$work/words" || echo "$1: no code has the name $word" ;;
		esac
	done
}

git ls-files -co --exclude-standard > "$work/files"
# Files that programs make: Makefiles and scripts name them.
git ls-files -- '*Makefile' '*.mk' .gitignore tests/run-* > "$work/list"
xargs cat < "$work/list" > "$work/made"
grep -v -e '\.md$' -e '^tests/fuzz/corpus' -e '^tests/mutants/' "$work/files" | while read -r file; do
	[ ! -f "$file" ] || echo "$file"
done | tr '\n' '\0' | xargs -0 cat | tr -c 'A-Za-z0-9_' '\n' | sort -u > "$work/words"

for page in $(pages); do
	check_links "$page"
	check_names "$page"
done > "$work/wrong"
cat "$work/wrong"
[ "$(pages | grep -c .)" -gt 10 ] || { echo "hardly a page is looked at: mend the patterns of $0"; exit 1; }
[ ! -s "$work/wrong" ]
