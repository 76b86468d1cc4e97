# The settings of ant-sync: those of the command line and of a file, and what they are for one organization;
# the tables there are and those chosen; the key.
#
# Sets: the variables declared here, which all parts of the parent share.  option has the settings of the
# command line, conf those of the file as ORGANIZATION/NAME; settle() makes of them what holds for one
# organization, in its own process where there are several: parallel, schema, views, prefix, lookback, full_sync,
# in_full, start, rate, tables and, where nobody has named any, unnamed; into_of, lookback_of, chunk_of, fetch,
# plan_key, server, key and token in the environment, and by destination() all of that.
# Reads: run, and whole, the folder of all organizations; ANT_DEST, ANTHROPIC_BASE_URL.

readonly FIRST_DAY=2023-01-01T00:00:00Z # no table holds anything older
readonly -a SECRETS=(ANTHROPIC_ADMIN_KEY ANTHROPIC_ADMIN_API_KEY ANTHROPIC_AUTH_TOKEN)
readonly LOOKBACK=3d # of a table that says nothing of its own
readonly CHUNK=31 # days of a load, where one request may not ask for more
readonly HERE='http://(127\.[0-9.]+|localhost|\[::1\])(:[0-9]+)?' # the only place where http:// may go
# All the world knows them: ant-sim(1)
readonly SIMULATED=' sk-ant-admin01-simulated sk-ant-api01-simulated simulated-oauth-token '

declare -A option=() conf=() mode_of=() earliest_of=() parent_of=() reread_of=() crawl_of=() windowed=() is_versioned=() history_of=() served_of=() span_of=() tables_of=()
declare -A lookback_of=() chunk_of=() into_of=() last_of=() whose_of=() from_of=() failed_of=() worker_of=() section_of=() absolute_of=()
declare -a known_tables=() known_sets=() tables=() fetch=() flags=() since=() loader=() organizations=() results=()
declare -i quiet=0 verbose=0 as_json=0 plan=0 full_refresh=0 wait_lock=0 allow_shrink=0 by_organization=0 plain=0 stopped=0 drawn=0 unnamed=0 at_once=1 turns=0
given_from='' given_to='' now='' in_full='' views=on mode='' plan_key='' run='' whole='' task=sync own_organization='' note_of='' owners=''

# What tables there are: of each its mode, its first day, the table that it goes through, the look-back of its own,
# and what it is crawled with; of each set its tables.
read_tables() {
	local name how earliest parent sets reread crawl window served span unique set
	local -a words
	ant-tables --tsv >"$run/tables" || exit
	while IFS=$'\t' read -r name how _ _ _ earliest parent sets reread crawl window served span unique; do
		known_tables+=("$name")
		mode_of[$name]=$how
		[[ $earliest =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2} ]] || earliest=$FIRST_DAY
		earliest_of[$name]=$earliest
		[[ $parent == - ]] || parent_of[$name]=$parent
		[[ $reread == - ]] || reread_of[$name]=$reread
		crawl_of[$name]=$crawl
		[[ $window == no ]] || windowed[$name]=1
		[[ $served == - ]] || served_of[$name]=$served
		[[ $span != *d ]] || span_of[$name]=${span%d}
		[[ $unique == no || $how == window ]] || is_versioned[$name]=1
		[[ $sets != - ]] || continue
		tables_of[all]+=" $name"
		IFS=, read -r -a words <<<"$sets"
		for set in "${words[@]}"; do
			[[ -n ${tables_of[$set]-} ]] || known_sets+=("@$set")
			tables_of[$set]+=" $name"
		done
	done <"$run/tables"
	known_sets+=(@all)
}

# 1, with what is wrong, where WORD names neither a table nor, as @SET, a set; a dash before it leaves that out
choice() { # WORD
	local name=${1#-}
	if [[ $name == @* ]]; then [[ -z ${tables_of[${name#@}]-} ]] || return 0
	else [[ -z ${mode_of[$name]-} ]] || return 0; fi
	near "$name" "${known_tables[@]}" "${known_sets[@]}"
	if [[ $1 == -* ]]; then
		REPLY="'$1' is no option, and no table or set to leave out${REPLY/mean /mean -}"
	elif [[ $name == @* ]]; then
		REPLY="unknown set '$name'${REPLY:-;}  The sets are: ${known_sets[*]}"
	else
		REPLY="unknown table '$name'${REPLY:-;}  The tables are: ${known_tables[*]}"
	fi
	return 1
}

# choose_tables WORD... - those to load, each once, in the order of the words; where these only leave out, from the set console
choose_tables() {
	local word name
	local -a names some=()
	local -A without=() taken=()
	for word; do
		choice "$word" || usage "$REPLY"
		if [[ $word == *@* ]]; then read -r -a names <<<"${tables_of[${word#*@}]}"
		else names=("${word#-}"); fi
		if [[ $word != -* ]]; then
			some+=("${names[@]}")
		else
			for name in "${names[@]}"; do without[$name]=1; done
		fi
	done
	[[ " $*" == *' '[!-]* ]] || read -r -a some <<<"${tables_of[console]-}"
	tables=()
	for name in "${some[@]}"; do
		[[ -z ${without[$name]-}${taken[$name]-} ]] || continue
		taken[$name]=1
		tables+=("$name")
	done
	((${#tables[@]})) || usage 'no table is left'
}

# Whether SETTING, which loads more tables, is on, and the command line names none.
also() { # SETTING
	pick "$1" off
	[[ $REPLY == on && " ${option[tables]-}" != *' '[!-]* ]]
}

# One more table to load, unless it is there or left out.
add_table() { # NAME
	local said=" ${tables[*]} ${option[tables]-} ${conf[$organization/tables]-${conf[/tables]-}} "
	[[ $said == *" $1 "* || $said == *" -$1 "* ]] || tables+=("$1")
}

# check NAME VALUE - whether VALUE is one that NAME can have; if not, why is left in REPLY
check() {
	local least='' most='' span='^(0|[0-9]{1,5}[dhms])$' number=$2
	case $1 in
	chunk) least=0 most=36500 number=${2%d} ;; # 7d is seven days, as of a look-back
	jobs | parallel) least=1 most=64 ;;
	organizations-at-once) least=1 most=256 ;;
	rate) least=0 most=60000 ;;
	esac
	REPLY="$1: '$2' is not a whole number from $least to $most"
	[[ -z $least ]] || { [[ $number =~ ^[0-9]{1,6}$ ]] && ((10#$number >= least && 10#$number <= most)); } || return
	REPLY="$1: '$2' is not a span of time such as 3d or 12h"
	[[ $1 != look-back* || $2 =~ $span ]] || return
	REPLY="$1: '$2' is not 'every' and a number of days, such as 'every 7d'"
	[[ $1 != full-sync || $2 =~ ^every\ +[0-9]{1,4}d$ ]] || return
	REPLY="$1: '$2' is neither yes nor no"
	[[ $1 != allow-shrink && $1 != allow-cut || $2 == yes || $2 == no ]] || return
	REPLY="$1: '$2' is neither on nor off"
	[[ $1 != views && $1 != by-organization && $1 != focus && $1 != reconcile || $2 == on || $2 == off ]] || return
	[[ $1 != history ]] || check_history "$2" || return
	REPLY="$1: '$2' is neither file nor destination"
	[[ $1 != state || $2 == file || $2 == destination ]] || return
	if [[ $1 == mode && ! $2 =~ ^(window|replace|merge|append)$ ]]; then
		near "$2" window replace merge append
		REPLY="$1: '$2' is not a mode${REPLY:-: use window, replace, merge or append}"
		return 1
	fi
	# Neither of these is shown: there may be a secret in it.
	REPLY="$1: this is not the name of a variable"
	[[ $1 != key-env && $1 != token-env || $2 =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || return
	REPLY="$1: this is not https://HOST, or http:// to this machine, without user, password and query"
	[[ $1 != base-url || $2 =~ ^(https://[^/?#@[:space:]]+|$HERE)(/[^?#@[:space:]]*)?$ ]] || return
	REPLY="$1: no value"
	[[ -n $2 ]]
}

readonly SETTINGS=' destination schema prefix tables table-name start look-back chunk jobs rate parallel full-sync full-refresh key-env key-file key-command token-env token-file token-command metrics allow-shrink allow-cut views state by-organization history focus reconcile owners base-url organizations-at-once '

# pick NAME DEFAULT - the value for ORGANIZATION: of the command line, its section, the file
pick() { REPLY=${option[$1]-${conf[$organization/$1]-${conf[/$1]-$2}}}; }

# A time of the command line or file, as an absolute one.
absolute() { # NAME TIME
	local from=${absolute_of[$2]-}
	[[ -n $from ]] || read -r _ from _ < <(ANT_STATE=$run ant-state window --start "$2" x)
	[[ -n $from ]] || usage "$1: '$2' is not a time"
	absolute_of[$2]=$from
	REPLY=$from
}

# settle ORGANIZATION - what holds for one organization, in the variables the functions above use
settle() {
	local organization=$1 name
	local -a refreshed
	pick parallel 4; parallel=$((10#$REPLY))
	pick schema ''; schema=$REPLY
	pick views on; views=$REPLY
	pick prefix ''; prefix=$REPLY
	pick look-back ''; lookback=$REPLY
	pick full-sync ''; full_sync=${REPLY##* }
	pick full-refresh ''
	IFS=$' \t' read -r -a refreshed <<<"$REPLY"
	in_full=${refreshed[*]}
	pick allow-shrink no; allow_shrink=0; [[ $REPLY == no ]] || allow_shrink=1
	pick start ''; start=$REPLY
	[[ -z $start ]] || { absolute start "$start"; start=$REPLY; }
	for name in "${known_tables[@]}"; do
		pick "look-back/$name" ''
		[[ -z $REPLY || -n ${option[look-back]-} ]] || lookback_of[$name]=$REPLY
		pick "table-name/$name" ''
		[[ -z $REPLY ]] || into_of[$name]=$REPLY
	done
	pick chunk ''
	for name in "${!windowed[@]}"; do
		if [[ -n $REPLY ]]; then chunk_of[$name]=$((10#${REPLY%d}))
		else chunk_of[$name]=$((${span_of[$name]-0} > CHUNK ? span_of[$name] : CHUNK)); fi
		[[ -n ${lookback_of[$name]-} ]] || lookback_of[$name]=${lookback:-${reread_of[$name]:-$LOOKBACK}}
		# What is appended would be there twice.
		[[ ${mode:-${mode_of[$name]}} != append || -n ${option[look-back]-} ]] || lookback_of[$name]=0
	done
	pick tables ''
	# What is only left out, is of those that the file names.
	[[ " $REPLY" == *' '[!-]* ]] || REPLY="${conf[$organization/tables]-${conf[/tables]-}} $REPLY"
	IFS=$' \t' read -r -a tables <<<"$REPLY"
	unnamed=$((!${#tables[@]}))
	choose_tables "${tables[@]}"
	! also focus || add_table usage_by_cost
	! also reconcile || for name in "${tables[@]}"; do [[ -z ${mode_of[${name}_total]-} ]] || add_table "${name}_total"; done
	settle_owners
	if [[ -n ${option[into]-} ]]; then
		((${#tables[@]} == 1)) || usage '--into: name the one table'
		into_of[${tables[0]}]=${option[into]}
	fi
	settle_history
	pick base-url ''
	if [[ -n $REPLY ]]; then
		export ANTHROPIC_BASE_URL=$REPLY
		quote "$REPLY"
		plan_key="ANTHROPIC_BASE_URL=$REPLY "
	fi
	pick jobs ''; [[ -z $REPLY ]] || fetch+=(--jobs "$REPLY")
	pick allow-cut no; [[ $REPLY == no ]] || fetch+=(--allow-cut)
	((!quiet)) || fetch+=(-q)
	settle_credentials || return
	if is_simulated; then pick rate 0; else pick rate 100; fi
	rate=$((10#$REPLY))
	pick by-organization off; by_organization=0; [[ $REPLY == off ]] || by_organization=1
	pick destination "${ANT_DEST:-sqlite:///anthill.db}"
	destination "$REPLY"
	settle_state
	settle_organization
}

# The owners, which are loaded from a file in each run, unless the command line names the tables.
settle_owners() {
	pick owners ''
	owners=$REPLY
	if [[ -z $owners ]]; then
		[[ " ${tables[*]} " != *' owners '* ]] || usage "owners: it is loaded from a file: name that with the setting owners, or --owners"
		return 0
	fi
	pick by-organization off
	[[ $REPLY == off || -z ${conf[$organization/owners]-} || -z $organization ]] ||
		usage 'owners: with by-organization one file is for all, and stands above the first organization'
	[[ -z ${option[owners]-} && " ${option[tables]-}" == *' '[!-]* ]] || add_table owners
}

# Whether ant-sim is asked: there is no other's budget to spare.  A proxy on this machine may pass
# requests on to the API, but the API refuses these keys.
is_simulated() {
	local key=${ANTHROPIC_ADMIN_KEY-${ANTHROPIC_ADMIN_API_KEY-}} token=${ANTHROPIC_AUTH_TOKEN-}
	[[ ${ANTHROPIC_BASE_URL-} =~ ^$HERE/?$ ]] || return
	[[ " ${fetch[*]} " != *' --key-file '* && " ${fetch[*]} " != *' --token-file '* && -n $key$token ]] &&
		[[ -z $key || $SIMULATED == *" $key "* ]] && [[ -z $token || $SIMULATED == *" $token "* ]]
}

# Where key and token of the organization come from: never through argv.  Those that are named nearest count, of the
# command line, the section or the file: with one of another organization its rows would come, too.  A section that
# names any leaves out those of the environment as well.
settle_credentials() {
	local level name at='' unset=''
	local -A away=()
	for level in option section file; do
		case $level in
		option) at='' ;;
		section) [[ -n $organization ]] || continue; at=$organization/ ;;
		file) at=/ ;;
		esac
		names_credential "$at" || continue
		if [[ $level == section ]]; then
			for name in "${SECRETS[@]}"; do away[$name]=${!name-}; done
			unset "${SECRETS[@]}"
			names_credential "$at" key || unset=' -u ANTHROPIC_ADMIN_KEY -u ANTHROPIC_ADMIN_API_KEY'
			names_credential "$at" token || unset+=' -u ANTHROPIC_AUTH_TOKEN'
		fi
		settle_credential "$at" key ANTHROPIC_ADMIN_KEY && settle_credential "$at" token ANTHROPIC_AUTH_TOKEN || return
		plan_key+=${unset:+env$unset }
		return
	done
}

# named AT NAME - the setting NAME of the command line where AT is empty, else of the section or file
named() {
	if [[ -z $1 ]]; then REPLY=${option[$2]-}; else REPLY=${conf[$1$2]-}; fi
	[[ -n $REPLY ]]
}

names_credential() { # AT [key|token]
	local name
	for name in key-file key-env key-command token-file token-env token-command; do
		[[ $name != "${2-}"* ]] || ! named "$1" "$name" || return 0
	done
	return 1
}

settle_credential() { # AT key|token VARIABLE
	local text
	! named "$1" "$2-file" || fetch+=("--$2-file" "$REPLY")
	if named "$1" "$2-env"; then
		text=${away[$REPLY]-${!REPLY-}} # it may name one of those that are out of the way now
		[[ -n $text ]] || usage "$2-env: the variable $REPLY is not set"
		plan_key+="$3=\"\$$REPLY\" "
		export "$3=$text"
	fi
	if named "$1" "$2-command"; then
		plan_key+="$3=\"\$($REPLY)\" "
		((!plan)) || return 0
		if ! text=$(bash -c "$REPLY") || [[ -z $text ]]; then
			say "$2-command: it gave no $2"
			return 1
		fi
		export "$3=$text"
	fi
}
