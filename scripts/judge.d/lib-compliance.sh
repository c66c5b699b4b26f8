# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Stage 3 of scripts/judge: what Documentation/process/submitting-patches.rst asks of a
# message, as far as a program can tell.  What needs the network is unchecked.

# Words that vendor trees put before the subject, and what each asks for.
origins='UPSTREAM FROMGIT FROMLIST BACKPORT PENDING WORKAROUND QCLINUX'

# The trailers of message $1 in their order: what stands in its last paragraph, and in
# those before as long as they hold nothing else.  awk marks those before with "early".
trailers()
{
	awk -f "$parts/trailers.awk" "$1"
}

# trailer NAME: the values of these trailers
trailer()
{
	sed -n "s/^[a-z]*	$1: *//p" "$work/trailers"
}

check_subject()
{
	subject=$(cat "$one.subject") plain=$subject
	for origin in $origins; do
		plain=${plain#"$origin": }
	done
	[ "${#plain}" -le 75 ] ||
		finding error "$one_words" "the subject has ${#plain} characters" '75 at most' 'shorten it'
	case $plain in
	*.)	finding error "$one_words" 'the subject ends with a full stop' '' 'leave it out' ;;
	esac
	case $plain in
	'Revert "'*|'Reapply "'*)	return ;;
	*': '*)	;;
	*)	finding error "$one_words" "the subject names no subsystem: \"$plain\"" \
			'a subject begins with the part of the kernel that changes' \
			"begin it with \"$(usual_prefix)\""
		return ;;
	esac
	wanted=$(usual_prefix)
	case $plain in
	"$wanted"*)	;;
	*)	[ -z "$wanted" ] || finding error "$one_words" "the subject does not begin with \"$wanted\": \"$plain\"" \
			'so begin the commits to these files' "begin it with \"$wanted\"" ;;
	esac
}

# How the commits to the first file of the patch begin; known for the files of FastRPC.
usual_prefix()
{
	case $(series_files < "$one.diff" | head -n 1) in
	drivers/misc/fastrpc*|include/uapi/misc/fastrpc.h)
		echo 'misc: fastrpc: ' ;;
	Documentation/devicetree/bindings/misc/*)
		echo 'dt-bindings: ' ;;
	arch/arm64/boot/dts/qcom/*)
		echo 'arm64: dts: qcom: ' ;;
	drivers/remoteproc/*)
		echo 'remoteproc: ' ;;
	esac
}

# Lines that may be wide: links, quotations, logs, tables, trailers.
wide_lines()
{
	grep -v -E -e '^([ 	]|>|\||\[ *[0-9]+\.)' -e 'https?://' -e '^[A-Z][A-Za-z-]+: ' \
		-e '^(Fixes|commit) ' "$one.msg" | awk 'length > 75' | grep ' '
}

check_body()
{
	if ! sed '/^[A-Z][A-Za-z-]*: /d; /^$/d' "$one.msg" | grep -q .; then
		finding error "$one_words" 'the message has no body' '' 'say what is wrong today, and why this is the way to change it'
		return
	fi
	wide=$(wide_lines | grep -c .)
	[ "$wide" -eq 0 ] ||
		finding error "$one_words" "$(plural "$wide" line) of the body wider than 75 characters: \"$(wide_lines | head -n 1)\"" \
			'' 'fold the text at 75 characters'
}

# The same person under the same address.
is_person()
{
	[ "$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/.*</</')" = \
	  "$(printf '%s' "$2" | tr '[:upper:]' '[:lower:]' | sed 's/.*</</')" ]
}

check_sign_offs()
{
	author=$(cat "$one.author") sender=$(cat "$one.sender")
	signed=$(trailer Signed-off-by)
	if [ -z "$signed" ]; then
		finding error "$one_words" 'no Signed-off-by' 'nothing says that its author may send it' \
			"the author signs off: git commit --amend -s"
		return
	fi
	printf '%s\n' "$signed" | grep -q -i -F -e "$(printf '%s' "$author" | sed 's/.*</</')" ||
		finding error "$one_words" "the author, $author, has not signed off" \
			'the author was changed on the way, or signs with another address' \
			'git commit --amend --author="NAME <ADDRESS>", the one that signed off first'
	last=$(printf '%s\n' "$signed" | tail -n 1)
	is_person "$last" "$sender" ||
		finding error "$one_words" "the last Signed-off-by is of $last, and $sender sends the patch" \
			'each person that hands a patch on signs below the others' 'the sender signs off, last'
	check_co_developers
}

check_co_developers()
{
	awk -F '\t' '
		wanted != "" && $2 != "Signed-off-by: " wanted { print wanted }
		{ wanted = "" }
		sub(/^Co-developed-by: */, "", $2) { wanted = $2 }
		END { if (wanted != "") print wanted }' "$work/trailers" |
		while read -r developer; do
			finding error "$one_words" "Co-developed-by: $developer without a Signed-off-by of the same person in the next line" \
				'' 'put the sign-off right below'
		done
}

check_trailer_block()
{
	if grep -q '^early	' "$work/trailers"; then
		finding error "$one_words" "a blank line between trailers, below \"$(sed -n 's/^early	//p' "$work/trailers" | tail -n 1)\"" \
			'git takes the last paragraph alone as trailers, so what stands above is lost' \
			'take the blank line out'
	fi
	stray=$(awk -f "$parts/trailers.awk" -v stray=1 "$one.msg" | head -n 1)
	[ -z "$stray" ] ||
		finding error "$one_words" "a trailer within the text: \"$stray\"" \
			'git takes the last paragraph alone as trailers' 'move it to the other trailers, below the text'
	check_foreign_trailers
}

# Trailers that mean something within one company's systems alone.
check_foreign_trailers()
{
	sed -n 's/^[a-z]*	\(Change-Id\|Gerrit-[A-Za-z]*\|CRs-Fixed\): .*/\1/p' "$work/trailers" | sort -u |
		while read -r name; do
			finding error "$one_words" "a trailer $name:" 'it means something in one system of review alone' 'take it out'
		done
}

# Links: their form.  Whether they lead there needs the network.
check_links()
{
	sed -n 's/^[a-z]*	\(\(Link\|Closes\): .*\)/\1/p' "$work/trailers" | while read -r name url rest; do
		case $url in
		http://*|https://*)
			finding unchecked "$one_words" "$name $url: whether it is there, and has this patch or this report" \
				'the network is needed for it' 'open it' ;;
		*)	finding error "$one_words" "$name $url${rest:+ $rest} is no link" '' "write $name https://..." ;;
		esac
	done
	awk -F '\t' '
		reported != "" && $2 !~ /^(Closes|Link|Reported-by|Reported-and-tested-by): / { print reported }
		{ reported = "" }
		$2 ~ /^Reported-by: / { reported = $2 }
		END { if (reported != "") print reported }' "$work/trailers" |
		while read -r reporter; do
			finding remark "$one_words" "no Closes: below \"$reporter\"" '' 'add the link to the report, if it is public'
		done
}

# Is there a history to look commits up in?
has_history()
{
	[ ! -e "$work/folder" ]
}

check_fixes_one()
{
	id=$(printf '%s' "$1" | sed -n 's/^\([0-9a-f]\{1,\}\) ("\(.*\)")$/\1/p')
	fixed=$(printf '%s' "$1" | sed -n 's/^\([0-9a-f]\{1,\}\) ("\(.*\)")$/\2/p')
	if [ -z "$id" ]; then
		finding error "$one_words" "Fixes: $1 has another form" '' \
			'git log -1 --abbrev=12 --format='"'"'Fixes: %h ("%s")'"'"' COMMIT'
		return
	fi
	[ "${#id}" -ge 12 ] ||
		finding error "$one_words" "Fixes: $id has ${#id} digits" 'they may soon mean two commits' 'write 12 digits'
	if ! has_history; then
		finding unchecked "$one_words" "Fixes: $id: whether that commit is there" 'the source is no git tree' ''
		return
	fi
	if ! in_git cat-file -e "$id^{commit}" 2> /dev/null; then
		fixes_missing
		return
	fi
	is=$(in_git log -1 --format=%s "$id")
	[ "$is" = "$fixed" ] ||
		finding error "$one_words" "Fixes: $id is \"$is\", not \"$fixed\"" 'the commit or its subject is wrong' \
			"git log -1 --abbrev=12 --format='Fixes: %h (\"%s\")' COMMIT"
	in_git merge-base --is-ancestor "$id" "$target" 2> /dev/null || [ -e "$clone/.git/shallow" ] ||
		finding error "$one_words" "Fixes: $id is not in the history of the base" \
			'the commit has another id there, or was never applied' \
			"name the one that is: $(in_git log -1 --format='%h' -F --grep="$fixed" "$target" 2> /dev/null)"
}

# The commit is not in the tree; one with its subject may be.
fixes_missing()
{
	if [ -e "$clone/.git/shallow" ]; then
		finding unchecked "$one_words" "Fixes: $id: whether that commit is there" 'the tree is a shallow clone' 'git fetch --unshallow'
		return
	fi
	same=$(in_git log --format='%h' -F --grep="$fixed" "$target" 2> /dev/null | head -n 1)
	finding error "$one_words" "Fixes: $id (\"$fixed\"): the tree has no such commit" \
		"${same:+the commit with this subject is $same}" 'name a commit of the tree'
}

# Does the subject say that something was wrong?
is_fix()
{
	printf '%s\n' "$plain" |
		grep -q -i -w -E -e '(fix|fixes|fixed|leaks?|use-after-free|uaf|double free|oops|deadlock|overflow|race|null pointer)' &&
	! printf '%s\n' "$plain" |
		grep -q -i -w -E -e '(typos?|spelling|kernel-doc|comments?|checkpatch|indentation|whitespace|documentation|dt-bindings)'
}

# The commit whose lines the patch takes out.
blamed()
{
	has_history || return 0
	awk -f "$parts/removed.awk" "$one.diff" | head -n 1 | while read -r file line; do
		in_git blame -s -L "$line,$line" "$(cat "$work/from")" -- "$file" 2> /dev/null | cut -d' ' -f1 | tr -d '^'
	done
}

check_fixes()
{
	trailer Fixes | while IFS= read -r value; do
		check_fixes_one "$value"
	done
	[ -z "$(trailer Fixes)" ] || return 0
	if ! is_fix; then
		trailer Cc | grep -q 'stable@' || return 0
	fi
	suspect=$(blamed)
	finding error "$one_words" 'no Fixes: in a change that corrects something' \
		"${suspect:+the lines it changes are of $(in_git log -1 --abbrev=12 --format='%h ("%s")' "$suspect")}" \
		'name the commit that brought the fault, so that stable trees get the correction'
}

# What the word before the subject asks for.
check_origin()
{
	case $subject in
	UPSTREAM:*|BACKPORT:*|FROMGIT:*)
		upstream=$(sed -n 's/.*\(cherry picked from commit\|[Uu]pstream commit\|[Cc]ommit\) \([0-9a-f]\{12,40\}\).*/\2/p' "$one.msg" | head -n 1)
		check_upstream "$upstream" ;;
	FROMLIST:*)
		trailer Link | grep -q '^https\{0,1\}://' ||
			finding error "$one_words" 'FROMLIST: without a Link: to the list' '' 'add Link: https://lore.kernel.org/...' ;;
	esac
}

# A backport keeps the author of the commit.
check_upstream()
{
	if [ -z "$1" ]; then
		finding error "$one_words" "${subject%%:*}: without the commit that it was taken from" '' \
			'git cherry-pick -x writes it: (cherry picked from commit ...)'
	elif ! in_git cat-file -e "$1^{commit}" 2> /dev/null; then
		finding unchecked "$one_words" "commit $1: author and change" 'the tree does not have it' "git fetch it, and judge again"
	elif ! is_person "$(in_git log -1 --format='%an <%ae>' "$1")" "$(cat "$one.author")"; then
		finding error "$one_words" "the author is $(cat "$one.author"), that of $1 is $(in_git log -1 --format='%an <%ae>' "$1")" \
			'a backport keeps its author' "git commit --amend --author=\"$(in_git log -1 --format='%an <%ae>' "$1")\""
	fi
}

check_message()
{
	one=$series/$patch one_words=$(cat "$series/$patch.subject")
	if [ -e "$one.bare" ]; then
		finding unchecked "$one_words" 'the message' 'it is a diff without one' 'git format-patch writes both'
		return
	fi
	trailers "$one.msg" > "$work/trailers"
	check_subject
	check_body
	check_trailer_block
	check_sign_offs
	check_links
	check_fixes
	check_origin
}

# Numbers of a series: all there, once, and of one version.
check_numbering()
{
	# shellcheck disable=SC2046 # names have no blanks
	( cd "$series" && cat $(sed 's/$/.raw/' list) 2> /dev/null ) |
		awk -f "$parts/numbering.awk" | while IFS='	' read -r severity what todo; do
		finding "$severity" series "$what" '' "$todo"
	done
}

compliance_row()
{
	if [ "$(count_findings error)" -eq 0 ] && [ ! -s "$work/messages" ]; then
		row message 'not run' 'no patch has a message'
		return
	fi
	nr_unchecked=$(count_findings unchecked)
	row_since message 0 0 "$(grep -c . "$work/messages") of $nr_patches with a message$(
		[ "$nr_unchecked" -eq 0 ] || printf ', %s' "$(plural "$nr_unchecked" 'thing') not checked")"
}

stage_compliance()
{
	target=$(cat "$work/base")
	: > "$work/messages"
	while read -r patch; do
		[ -e "$series/$patch.bare" ] || echo "$patch" >> "$work/messages"
		check_message
	done < "$series/list"
	check_numbering
	compliance_row
}
