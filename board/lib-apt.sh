# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# A private apt root: packages of other suites and other architectures, checked
# by apt's own signatures, without touching the machine's sources, its list of
# architectures or its package state.  Needs lib.sh.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Print the address of the archive the machine itself uses.  $1 is "main" or
# "security".  Any http(s) or file archive of Debian's will do: all suites
# live side by side there.  Sources may name this release "stable".
machine_archive()
{
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CODENAME)' \
		"Created-By: Packages" 2>/dev/null |
	awk -v kind="$1" -v suite="$(host_suite)" '
		$1 !~ /^(https?|file|mirror\+https?|tor\+https?):/ { next }
		$3 != "main" { next }
		kind == "security" && $2 ~ /-security$/ { print $1; exit }
		kind == "main" && ($2 == suite || $4 == suite) { print $1; exit }
		'
}

# Set archive_main and archive_security.
find_archives()
{
	archive_main=${FASTRPC_MIRROR:-$(machine_archive main)}
	archive_main=${archive_main%/}
	[ -n "$archive_main" ] ||
		die "cannot tell from this machine's apt sources where Debian packages come from:" \
		    "set FASTRPC_MIRROR to the address of a Debian archive and run this again"
	archive_security=${FASTRPC_MIRROR_SECURITY:-}
	[ -n "$archive_security" ] || [ -n "${FASTRPC_MIRROR:-}" ] ||
		archive_security=$(machine_archive security)
	# Mirrors that carry the security archive have it beside the main one.
	archive_security=${archive_security:-$archive_main-security}
	archive_security=${archive_security%/}
	[ -r "$keyring" ] ||
		die "$keyring is missing: install the package debian-archive-keyring"
}

# How this machine reaches its archive (proxy, certificates, address family, and
# whether that may be older than it says that it is good for) holds for the private
# root too, as do logins.
machine_transport()
{
	apt-config dump | grep -E '^Acquire::(http|https|ForceIPv[46]|Retries|Send-URI-Encoded|Check-Valid-Until)' || :
	for setting in Dir::Etc::netrc/f Dir::Etc::netrcparts/d; do
		eval "$(apt-config shell value "$setting")"
		# shellcheck disable=SC2154 # set by the eval
		printf '%s "%s";\n' "${setting%/?}" "$value"
	done
}

# What apt_root() takes of each suite.
apt_components=main

# apt_root DIR NATIVE-ARCH OTHER-ARCH SUITE... : make the root, set apt_conf
apt_root()
{
	apt_dir=$1 apt_native=$2 apt_other=$3
	shift 3
	find_archives
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/archives/partial" \
		"$apt_dir/etc/apt.conf.d" "$apt_dir/etc/preferences.d" \
		"$apt_dir/debs"
	: > "$apt_dir/status"
	for suite in "$@"; do
		case $suite in
		*-security)	address=$archive_security ;;
		*)		address=$archive_main ;;
		esac
		printf 'deb [signed-by=%s] %s %s %s\n' \
			"$keyring" "$address" "$suite" "$apt_components"
	done > "$apt_dir/etc/sources.list"
	apt_conf=$apt_dir/apt.conf
	{
		machine_transport
		cat <<-CONF
		Dir::State "$apt_dir";
		Dir::State::lists "$apt_dir/lists";
		Dir::State::status "$apt_dir/status";
		Dir::Cache "$apt_dir";
		Dir::Cache::archives "$apt_dir/archives";
		Dir::Etc "$apt_dir/etc";
		APT::Architecture "$apt_native";
		APT::Architectures { "$apt_native"; "$apt_other"; };
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		APT::Update::Error-Mode "any";
		Acquire::Languages "none";
		Acquire::Retries "1";
		CONF
	} > "$apt_conf"
}

# Progress bars belong on a terminal only.
apt_quiet()
{
	[ -t 2 ] || printf '%s' -q
}

apt_try_update()
{
	say "reading package lists of: $(awk '{ print $4 }' "$apt_dir/etc/sources.list" | tr '\n' ' ')"
	# shellcheck disable=SC2046
	APT_CONFIG=$apt_conf apt-get $(apt_quiet) update >&2
}

# A mirror need not carry the security archive; kernels are in the other
# suites as well, only older ones.
apt_update()
{
	apt_try_update && return
	if grep -q -e '-security main' "$apt_dir/etc/sources.list"; then
		say "trying without the security archive $archive_security"
		grep -v -e '-security main' "$apt_dir/etc/sources.list" \
			> "$apt_dir/etc/rest" || :
		mv "$apt_dir/etc/rest" "$apt_dir/etc/sources.list"
		[ ! -s "$apt_dir/etc/sources.list" ] || apt_try_update && return
	fi
	die "the package archive $archive_main cannot be reached or verified:" \
	    "check the network (or the proxy in apt's configuration) and run this again;" \
	    "FASTRPC_MIRROR and FASTRPC_MIRROR_SECURITY choose other archives"
}

# Are all of these (name:arch) in the archive?
apt_has()
{
	for wanted in "$@"; do
		[ -n "$(APT_CONFIG=$apt_conf apt-cache --no-all-versions show "$wanted" 2>/dev/null)" ] ||
			return 1
	done
}

# Fetch packages into $apt_dir/debs.  apt checks every file, also those a run
# that was interrupted had already fetched, and fetches only what is missing.
apt_fetch()
{
	# shellcheck disable=SC2046
	( cd "$apt_dir/debs" && APT_CONFIG=$apt_conf apt-get $(apt_quiet) download "$@" >&2 ) ||
		die "download of $* failed: check the network and run this again"
}
