# SPDX-License-Identifier: GPL-2.0-only
# Completion of aerostat and aerostatd for bash: install it as share/bash-completion/completions/aerostat (and aerostatd).
# shellcheck shell=bash
#
# Nothing is listed here: options, commands and what they want are what --help says, VMs are whom the manager knows.

# Fills COMPREPLY with the lines of input that begin like $1.
_aerostat_lines()
{
	local line

	while IFS= read -r line; do
		[[ $line == "$1"* ]] && COMPREPLY+=("$(printf %q "$line")")
	done
}

# The names of all VMs, one a line; words of the command line that say where the manager is count.
_aerostat_vms()
{
	local -a where=()
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-s | --socket)
			[[ ${COMP_WORDS[i + 1]} == "=" ]] && ((i++))
			where=(--socket "${COMP_WORDS[i + 1]}")
			;;
		esac
	done
	"$1" "${where[@]}" --json status 2> /dev/null | grep -o '"name":"[^"\\]*"' | cut -d '"' -f 4
}

# What the value of option $1 looks like according to the help in $2; empty: it has none.
_aerostat_value()
{
	wanted=$1 awk '
		/^  -/ {
			short = $1 ~ /,$/ ? substr($1, 1, 2) : ""
			split(short ? $2 : $1, long, "=")
			if (short == ENVIRON["wanted"] || long[1] == ENVIRON["wanted"])
				print long[2]
		}' <<< "$2"
}

_aerostat()
{
	local help word value="" argument="" option=${COMP_WORDS[COMP_CWORD - 1]} current=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=()
	help=$("$1" --help 2> /dev/null) || return
	[[ $current == "=" ]] && current=""
	[[ $option == "=" ]] && option=${COMP_WORDS[COMP_CWORD - 2]}
	[[ $option == -* ]] && value=$(_aerostat_value "$option" "$help")
	case $value in
	FILE | PATH) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
	*\|*) _aerostat_lines "$current" < <(tr '|' '\n' <<< "$value" | grep -v '^[A-Z]*$'); return ;;
	?*) return ;;
	esac
	if [[ $current == -* ]]; then
		_aerostat_lines "$current" < <(grep -oE '^  (-., )?--[a-z-]+' <<< "$help" | grep -oE -e '--[a-z-]+')
		return
	fi
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		argument=$(wanted=$word awk '$1 == ENVIRON["wanted"] && $2 ~ /^(VM|FILE)$/ { print $2 }' <<< "$help")
		[[ $argument ]] && break
	done
	case $argument in
	VM) _aerostat_lines "$current" < <(_aerostat_vms "$1") ;;
	FILE) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	*) _aerostat_lines "$current" < <(sed -n -E '/^Commands:/,/^$/s/^  ([a-z]+) .*/\1/p' <<< "$help") ;;
	esac
}

complete -o filenames -F _aerostat aerostat aerostatd
