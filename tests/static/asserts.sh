#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The driver states its invariants where a kernel can check them:
#  - for 1,000 lines it has at least 3 WARN_ON_ONCE(), or WARN_ON(), that every build has;
#  - a function whose comment says that a lock is held asserts it.
set -u

cd "$(dirname "$0")/../.." || exit 1
per_1000=3
status=0

lines=$(cat driver/*.[ch] | wc -l)
asserts=$(cat driver/*.[ch] | sed 's/FRPC_DEBUG_WARN_ON//g' | grep -c '\<WARN_ON\(_ONCE\)\{0,1\}(')
[ $((asserts * 1000)) -ge $((lines * per_1000)) ] || {
	echo "driver: $asserts asserts in $lines lines, at least $per_1000 in 1,000 are wanted"
	status=1
}

# The comment right above a function, then its body.  "X_lock held" or "X_lock is held" makes the
# promise.  A lock of the remoteproc core is the core's to assert; "or X_lock is held" promises
# nothing.
said=$(awk '
	FNR == 1 { comment = ""; is_comment = promise = 0 }
	/^\/\*/ { comment = ""; is_comment = 1 }
	is_comment {
		comment = comment " " $0
		if (/\*\/$/)
			is_comment = 0
		next
	}
	/^$/ && !name { comment = "" }
	/^[a-z].*\(/ && !/;$/ && !name {
		name = $0
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		gsub(/[ \t]*\*[ \t]/, " ", comment)
		promise = comment ~ /(lock|mutexes|lock is|locks of [a-z ]* are) held/ &&
			  comment !~ /remoteproc.s lock is held|or heap->lock is held/
		place = FILENAME ":" FNR
		has_assert = 0
	}
	name && /lockdep_assert|_assert_locked\(/ { has_assert = 1 }
	/^}/ {
		if (promise && !has_assert)
			print place ": " name "() does not assert the lock of its comment"
		name = comment = ""
		promise = 0
	}' driver/*.c)
[ -z "$said" ] || {
	printf '%s\n' "$said"
	status=1
}
exit "$status"
