# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of fastrpcctl's commands, options and DSPs for bash.

_fastrpcctl_dsps()
{
	local node
	for node in /dev/fastrpc-*; do
		node=${node#/dev/fastrpc-}
		[ "$node" = '*' ] || echo "${node%-secure}"
	done
}

_fastrpcctl()
{
	local options='' command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'list caps heap trace selftest doctor report check-dt help --help --version' -- "$current")
		return
	fi
	case $command in
	list|heap)	options='--json' ;;
	caps)		options='--all --json' ;;
	trace)		options='--count --json --perfetto --seconds --summary' ;;
	selftest)	options='--attach --dry-run --json' ;;
	doctor)		options='--json --root --user' ;;
	report)		options='--json' ;;
	check-dt)	options='--json --live' ;;
	help)		options='' ;;
	*)		return ;;
	esac
	case $command,$current in
	*,-*)		mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$current") ;;
	list,*|caps,*|selftest,*)
			mapfile -t COMPREPLY < <(compgen -W "$(_fastrpcctl_dsps)" -- "$current") ;;
	help,*)		mapfile -t COMPREPLY < <(compgen -W 'list caps heap trace selftest doctor report check-dt help' -- "$current") ;;
	doctor,*)	mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
	check-dt,*)	mapfile -t COMPREPLY < <(compgen -f -X '!*.dtb' -- "$current"; compgen -d -- "$current") ;;
	esac
}
complete -F _fastrpcctl fastrpcctl
