# The settings of ant-sync: those of the command line and of a file, and what they are for one organization;
# the tables there are and those chosen; the key.
#
# Sets: the variables declared here, which all parts of the parent share.  option has the settings of the
# command line, conf those of the file as ORGANIZATION/NAME; settle() makes of them what holds for one
# organization: chunk, parallel, schema, metrics, views, prefix, lookback, full_sync, in_full, start, rate,
# tables, into_of, lookback_of, fetch, plan_key, ANTHROPIC_ADMIN_KEY, and by destination() all of that.
# Reads: own_key and own_password, the caller's secrets; run; ANT_DEST, ANTHROPIC_BASE_URL.

readonly FIRST_DAY=2023-01-01T00:00:00Z # no table holds anything older
readonly SIMULATED_KEY=sk-ant-admin01-simulated # all the world knows it: ant-sim(1)

declare -A option=() conf=() mode_of=() earliest_of=() lookback_of=() into_of=() last_of=() whose_of=() from_of=() failed_of=() worker_of=()
declare -a known_tables=() tables=() fetch=() flags=() since=() loader=() organizations=() results=()
declare -i quiet=0 verbose=0 as_json=0 plan=0 full_refresh=0 wait_lock=0 allow_shrink=0 by_organization=0 plain=0 stopped=0 drawn=0
given_from='' given_to='' now='' in_full='' views=on mode='' plan_key='' run='' task=sync metrics='' own_organization='' note_of=''

# What tables there are; each with its mode and its first day.
read_tables() {
	local name how earliest
	ant-tables --tsv >"$run/tables" || exit
	while IFS=$'\t' read -r name how _ _ _ earliest _; do
		known_tables+=("$name")
		mode_of[$name]=$how
		[[ $earliest =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2} ]] || earliest=$FIRST_DAY
		earliest_of[$name]=$earliest
	done <"$run/tables"
}

# choose_tables NAME... - those to load
choose_tables() {
	local name
	tables=("$@")
	((${#tables[@]})) || tables=("${known_tables[@]}")
	for name in "${tables[@]}"; do
		known "$name" || usage "$REPLY"
	done
}

# check NAME VALUE - whether VALUE is one that NAME can have; if not, why is left in REPLY
check() {
	local least='' most='' span='^(0|[0-9]{1,5}[dhms])$' number=$2
	case $1 in
	chunk) least=0 most=36500 number=${2%d} ;; # 7d is seven days, as of a look-back
	jobs | parallel) least=1 most=64 ;;
	rate) least=0 most=60000 ;;
	esac
	REPLY="$1: '$2' is not a whole number from $least to $most"
	[[ -z $least ]] || { [[ $number =~ ^[0-9]{1,6}$ ]] && ((10#$number >= least && 10#$number <= most)); } || return
	REPLY="$1: '$2' is not a span of time such as 3d or 12h"
	[[ $1 != look-back* || $2 =~ $span ]] || return
	REPLY="$1: '$2' is not 'every' and a number of days, such as 'every 7d'"
	[[ $1 != full-sync || $2 =~ ^every\ +[0-9]{1,4}d$ ]] || return
	REPLY="$1: '$2' is neither yes nor no"
	[[ $1 != allow-shrink || $2 == yes || $2 == no ]] || return
	REPLY="$1: '$2' is neither on nor off"
	[[ $1 != views && $1 != by-organization || $2 == on || $2 == off ]] || return
	REPLY="$1: '$2' is neither file nor destination"
	[[ $1 != state || $2 == file || $2 == destination ]] || return
	if [[ $1 == mode && ! $2 =~ ^(window|replace|merge|append)$ ]]; then
		near "$2" window replace merge append
		REPLY="$1: '$2' is not a mode${REPLY:-: use window, replace, merge or append}"
		return 1
	fi
	REPLY="$1: '$2' is not the name of a variable"
	[[ $1 != key-env || $2 =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || return
	REPLY="$1: no value"
	[[ -n $2 ]]
}

readonly SETTINGS=' destination schema prefix tables table-name start look-back chunk jobs rate parallel full-sync full-refresh key-env key-file key-command metrics allow-shrink views state by-organization '

# expand TEXT - replace ${VARIABLE}; if one is not set, its name is left in REPLY
expand() {
	local rest=$1 text='' name
	while [[ $rest =~ ^([^$]*)\$\{([A-Za-z_][A-Za-z0-9_]*)\}(.*)$ ]]; do
		name=${BASH_REMATCH[2]}
		text+=${BASH_REMATCH[1]}
		rest=${BASH_REMATCH[3]}
		[[ -n ${!name+set} ]] || { REPLY=$name; return 1; }
		text+=${!name}
	done
	REPLY=$text$rest
}

# read_config FILE - lines of a name and a value; `organization NAME` starts a section
read_config() {
	local line name value organization='' at
	local -a words
	local -i number=0
	[[ -r $1 && ! -d $1 ]] || usage "$1: cannot be read"
	while IFS= read -r line || [[ -n $line ]]; do
		number+=1
		at=$1:$number
		line=${line%$'\r'}
		read -r name value <<<"$line"
		[[ -n $name && $name != \#* ]] || continue
		# A message shows the line as it is written: a variable may hold a secret.
		expand "$value" || usage "$at: $name: the variable $REPLY is not set"
		value=$REPLY
		if [[ $name == organization ]]; then
			[[ $value =~ ^[A-Za-z0-9_.-]+$ ]] || usage "$at: organization: a name of letters, digits, '_', '.' and '-'"
			[[ " ${organizations[*]} " != *" $value "* ]] || usage "$at: organization $value: there already"
			organization=$value
			organizations+=("$value")
			continue
		fi
		if [[ $SETTINGS != *" $name "* ]]; then
			# shellcheck disable=SC2086	# words
			near "$name" organization $SETTINGS
			usage "$at: unknown setting '$name'${REPLY:-;}  The settings are: organization$SETTINGS"
		fi
		words=()
		case $name in
		tables | full-refresh) read -r -a words <<<"$value" ;;
		table-name | look-back)
			if [[ $name == table-name || $value == *[[:space:]]* ]]; then
				read -r line value <<<"$value"
				words=("$line")
				name+=/$line
			fi
			;;
		esac
		check "$name" "$value" || usage "$at: $REPLY"
		for line in "${words[@]}"; do known "$line" || usage "$at: ${name%%/*}: $REPLY"; done
		[[ -z ${conf[$organization/$name]+set} ]] || usage "$at: $name: set before"
		conf[$organization/$name]=$value
	done <"$1"
}

# pick NAME DEFAULT - the value for ORGANIZATION: of the command line, its section, the file
pick() { REPLY=${option[$1]-${conf[$organization/$1]-${conf[/$1]-$2}}}; }

# A time of the command line or file, as an absolute one.
absolute() { # NAME TIME
	local from
	read -r _ from _ < <(ANT_STATE=$run ant-state window --start "$2" x)
	[[ -n $from ]] || usage "$1: '$2' is not a time"
	REPLY=$from
}

# settle ORGANIZATION - what holds for one organization, in the variables the functions above use
settle() {
	local organization=$1 key name
	local -a refreshed
	pick chunk 31; chunk=$((10#${REPLY%d}))
	pick parallel 4; parallel=$((10#$REPLY))
	pick schema ''; schema=$REPLY
	pick metrics ''; metrics=$REPLY
	pick views on; views=$REPLY
	pick prefix ''; prefix=$REPLY
	pick look-back 3d; lookback=$REPLY
	pick full-sync ''; full_sync=${REPLY##* }
	pick full-refresh ''
	IFS=$' \t' read -r -a refreshed <<<"$REPLY"
	in_full=${refreshed[*]}
	pick allow-shrink no; [[ $REPLY == no ]] || allow_shrink=1
	pick start ''; start=$REPLY
	[[ -z $start ]] || { absolute start "$start"; start=$REPLY; }
	into_of=() lookback_of=() last_of=()
	for key in "${!conf[@]}"; do # defaults first
		case $key in
		/look-back/*) lookback_of[${key##*/}]=${conf[$organization$key]-${conf[$key]}} ;;
		/table-name/*) into_of[${key##*/}]=${conf[$organization$key]-${conf[$key]}} ;;
		"$organization"/look-back/*) lookback_of[${key##*/}]=${conf[$key]} ;;
		"$organization"/table-name/*) into_of[${key##*/}]=${conf[$key]} ;;
		esac
	done
	[[ -z ${option[look-back]-} ]] || lookback_of=()
	pick tables ''
	IFS=$' \t' read -r -a tables <<<"$REPLY"
	choose_tables "${tables[@]}"
	if [[ -n ${option[into]-} ]]; then
		((${#tables[@]} == 1)) || usage '--into: name the one table'
		into_of[${tables[0]}]=${option[into]}
	fi
	fetch=() plan_key=''
	pick jobs ''; [[ -z $REPLY ]] || fetch+=(--jobs "$REPLY")
	((!quiet)) || fetch+=(-q)
	restore_secrets
	settle_key || return
	if is_simulated; then pick rate 0; else pick rate 100; fi
	rate=$((10#$REPLY))
	pick by-organization off; by_organization=0; [[ $REPLY == off ]] || by_organization=1
	pick destination "${ANT_DEST:-sqlite:///anthill.db}"
	destination "$REPLY"
	settle_state
	settle_organization
}

# One organization's key and password are not the next one's.
restore_secrets() {
	unset ANTHROPIC_ADMIN_KEY PGPASSWORD
	[[ -z ${own_key+set} ]] || export ANTHROPIC_ADMIN_KEY=$own_key
	[[ -z ${own_password+set} ]] || export PGPASSWORD=$own_password
}

# Whether ant-sim is asked: there is no other's budget to spare.  A proxy on this machine may pass
# requests on to the API, but the API refuses this key.
is_simulated() {
	[[ ${ANTHROPIC_BASE_URL-} =~ ^http://(127\.[0-9.]+|localhost|\[::1\])(:[0-9]+)?/?$ ]] || return
	pick key-file ''
	[[ -z $REPLY && ${ANTHROPIC_ADMIN_KEY-${ANTHROPIC_ADMIN_API_KEY-}} == "$SIMULATED_KEY" ]]
}

# Where the key of the organization comes from: never through argv.
settle_key() {
	local text
	pick key-file ''
	[[ -z $REPLY ]] || fetch+=(--key-file "$REPLY")
	pick key-env ''
	if [[ -n $REPLY ]]; then
		[[ -n ${!REPLY-} ]] || usage "key-env: the variable $REPLY is not set"
		export ANTHROPIC_ADMIN_KEY=${!REPLY}
		plan_key="ANTHROPIC_ADMIN_KEY=\"\$$REPLY\" "
	fi
	pick key-command ''
	if [[ -n $REPLY ]]; then
		plan_key="ANTHROPIC_ADMIN_KEY=\"\$($REPLY)\" "
		((!plan)) || return 0
		if ! text=$(bash -c "$REPLY") || [[ -z $text ]]; then
			say "${organization:+organization $organization: }key-command: it gave no key"
			return 1
		fi
		export ANTHROPIC_ADMIN_KEY=$text
	fi
}
