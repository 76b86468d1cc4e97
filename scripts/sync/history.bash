# Histories: of which tables ant-sync has every version kept, see ant-sync(1).
#
# Reads: is_versioned, the tables whose rows are objects with a key, which a load brings as they are now; known_tables,
# tables_of; tables and mode, of one organization.
# Sets: history_of, those of `tables` whose loader gets --history.

# Their objects have figures that grow with use: each day would be a version of them all.  `on` leaves them out.
readonly GROWING=' spend_limits_effective '

# 1, with what is wrong, where WORDS are not what the setting takes: on, off, or what `tables` takes
check_history() { # WORDS
	local word
	local -a words
	read -r -a words <<<"$1"
	[[ " ${words[*]} " != *' off '* || ${#words[@]} == 1 ]] || { REPLY="history: 'off' stands alone"; return 1; }
	for word in "${words[@]}"; do
		[[ $word != on && $word != off ]] || continue
		choice "$word" || { REPLY="history: $REPLY"; return 1; }
		[[ $word == [-@]* || -n ${is_versioned[$word]-} ]] || {
			REPLY="history: $word is a report: it has no objects whose versions could be told"
			return 1
		}
	done
}

# settle_history - of the tables of this organization
settle_history() {
	local word name
	local -a words names
	local -A left_out=() named=()
	history_of=()
	pick history off
	read -r -a words <<<"$REPLY"
	[[ ${words[*]} != off ]] || return 0
	[[ ! $mode =~ ^(window|append)$ ]] || usage "history: the mode $mode tells no versions: replace and merge do"
	[[ " ${words[*]}" == *' '[!-]* ]] || words+=(on)
	for word in "${words[@]}"; do
		case $word in
		on) names=("${known_tables[@]}") ;;
		*@*) read -r -a names <<<"${tables_of[${word#*@}]}" ;;
		*) names=("${word#-}") ;;
		esac
		for name in "${names[@]}"; do
			if [[ $word == -* ]]; then left_out[$name]=1
			elif [[ $word != on || $GROWING != *" $name "* ]]; then named[$name]=1; fi
		done
	done
	for name in "${tables[@]}"; do
		[[ -z ${named[$name]-} || -n ${left_out[$name]-} || -z ${is_versioned[$name]-} ]] || history_of[$name]=1
	done
}
