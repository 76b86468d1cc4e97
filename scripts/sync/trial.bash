# The trial of ant-sync: what all tables need is tried before the first begins, and again where one fails by it.
#
# That is the folder of the watermarks; the destination, with one connection; the key, by the first table that is
# fetched, so that it costs no request.  Where one of them is not to be had, each table would find out for itself and
# say so.  A cause is said once, with the tables it hit.
#
# Reads: what is settled for the organization; due and asked, of sync_organization(); answered, of load_tables();
# worker_of, stopped.
# Sets: halted, the status that keeps the tables left from being begun, or 0; rate_file, the budget of requests; and the
# arrays here.  Writes $whole/refused, what keeps organizations from beginning a table: a line of its name and a cause.

# down[WHAT]: key or destination is not to be had; hit[WHAT]: the tables that failed by it.
# said[CAUSE]: what has said it, a table or ''; repeats[CAUSE]: the tables that could only repeat it.
declare -gA down=() hit=() said=() repeats=()
declare -ga causes=()
declare -gi halted=0

# start_trial WHAT [FETCH-OPTION...] - in the background, a worker like others for a signal; its process in REPLY
start_trial() {
	local -i spool=turns # nothing is written: who waits would only be in the way of other organizations
	if [[ $1 == key ]]; then
		# Its retries are told while they last, as a table's are.
		ant-run --prefix "ant-sync: $section" --results "$run/trial-key" --last-words \
			ant-fetch --whose "${fetch[@]}" "${@:2}" --rate "$rate" --rate-file "$rate_file" </dev/null >"$run/whose" &
	else
		loader_for "${due[0]}"
		[[ -n $suffix ]] || loader_for ''
		"${loader[@]}" --check </dev/null >/dev/null 2>"$run/trial-destination" &
	fi
	REPLY=$!
	worker_of[$REPLY]=$1
}

# end_trial PID - its status: 0 also where it does not tell of all tables
end_trial() {
	local -i code
	local part=${worker_of[$1]}
	while :; do
		wait "$1" 2>/dev/null
		code=$?
		kill -0 "$1" 2>/dev/null || break # it was a signal of ours
	done
	unset "worker_of[$1]"
	case $part/$code in
	key/4) return 0 ;;         # an answer, but not about the key: the tables ask for others
	destination/6) return 0 ;; # another has it open
	esac
	return "$code"
}

# try_all - before the tables begin; where something is not to be had it is said, and halted is set
try_all() {
	local text part=state
	local -i code
	halted=0 down=() hit=() said=() repeats=() causes=()
	# One that is held by another is there.
	text=$(ant-state --scope "$base_scope" lock --shared _destination -- true 2>&1)
	code=$?
	if ((code == 0 || code == 6)); then
		code=0
		[[ -z $suffix || -d $file ]] || { part=destination text=$(mkdir -p -- "$file" 2>&1) || code=1; }
	fi
	if ((code)); then
		halted=$code
		tell_trial "$part/$code" <<<"$text"
	else
		try_destination
		((halted)) || share_budget
	fi
}

# Organizations that are one have one budget: two sections may have keys of one.  Only the API knows.
share_budget() {
	local who=$own_organization
	local -i code
	((${#organizations[@]} > 1 && rate && !stopped)) || return 0
	if [[ -z $who ]]; then
		start_trial key
		end_trial "$REPLY"
		code=$?
		((!stopped)) || return 0
		if ((code)); then
			halted=$code
			tell_trial "key/$halted" < <(last_words key)
			return
		fi
		read -r who <"$run/whose"
		[[ $who =~ ^[0-9a-f-]{36}$ ]] || return 0 # nobody said; the tables ask for something else
		asked=1
	fi
	rate_file=$whole/rate.$who.$rate
}

# The loaders of ant-ingest have no trial.
try_destination() {
	local what
	local -i code
	[[ -z ${ANT_WAREHOUSE-} ]] || return 0
	start_trial destination
	end_trial "$REPLY"
	code=$?
	((code && !stopped)) || return 0
	# Nothing will be fetched: whether the key would have done is worth a request now.
	if ((${#due[@]} > 1)); then
		start_trial key
		end_trial "$REPLY"
		halted=$?
		((!halted || stopped)) || tell_trial "key/$halted" < <(last_words key)
	fi
	((stopped)) || tell_trial "destination/$code" < <(last_words destination)
	((halted)) || halted=$code
}

# Why no table was begun, a line each on standard input.
tell_trial() { # WHAT/STATUS
	local line text='no table was begun'
	case $1 in
	destination/*) text+=', the destination (--dest) is not ready' ;;
	key/75) text+=', try again later' ;;
	esac
	while IFS= read -r line; do
		! refused_before "$line" || line="as of organization $REPLY"
		say "$text: $line"
	done
}

# Whether another organization, left in REPLY, has been refused by the same cause.  The first line of the file that is
# about it says so, whoever else is writing one.
refused_before() { # TEXT
	local who='' text cause
	same_cause "$1"
	cause=${REPLY//$'\t'/ }
	printf '%s\t%s\n' "$organization" "$cause" >>"$whole/refused" || return
	while IFS=$'\t' read -r who text; do [[ $text != "$cause" ]] || break; done <"$whole/refused"
	REPLY=$who
	[[ $who != "$organization" ]]
}

# What WHAT has said last, a line each.
last_words() { # WHAT
	local what text
	if [[ $1 == destination ]]; then
		cat <"$run/trial-destination"
		return
	fi
	while IFS=$'\t' read -r what _ _ text; do
		[[ $what != message ]] || printf '%s\n' "$text"
	done <"$run/trial-key"
}

# took_ill TABLE... - those of a crawl: did any fail by something that all tables need?  What they said is passed on,
# unless that was said before.
took_ill() {
	local name who line what looked=''
	local -i code http
	local -a lines
	for name; do
		[[ -e $run/$name.said ]] || continue
		who='' http=0 lines=() what=''
		read -r code _ <"$run/done.$name"
		{ read -r who http; mapfile -t lines; } <"$run/$name.said"
		rm -f -- "$run/$name.said"
		case $who/$code/$http in
		fetch/3/40[34]) answered=1 ;; # it is a key, but not of this table
		fetch/[23]/* | fetch/75/*) what=key ;;
		load/*) what=destination ;;
		esac
		[[ -z $what || $what == "$looked" ]] || look_again "$what" "$code" "$http"
		looked=$what
		if ((!answered && halted)) && [[ $what == key ]]; then
			none_was_begun "$code" "${lines[@]}"
			for who; do rm -f -- "$run/done.$who" "$run/$who.said"; done
			return
		fi
		[[ -z $what || -z ${down[$what]-} ]] || hit[$what]+="${hit[$what]:+, }$name"
		for line in "${lines[@]}"; do say_once "$name" "$line"; done
	done
}

# The first crawl found out for all: by its own words, or where its failure could be its own, by those of the trial.
none_was_begun() { # STATUS LINE...
	stop_drawing
	if [[ ${down[key]-} == trial ]]; then
		tell_trial "key/$halted" < <(last_words key)
	else
		tell_trial "key/$1" < <(printf '%s\n' "${@:2}")
	fi
	down=() hit=()
}

# An answer 401 is about the key; of a key and a token it may have been one.
has_both() {
	local how=" ${fetch[*]} "
	[[ -n ${ANTHROPIC_ADMIN_KEY-}${ANTHROPIC_ADMIN_API_KEY-} || $how == *' --key-file '* ]] &&
		[[ -n ${ANTHROPIC_AUTH_TOKEN-} || $how == *' --token-file '* ]]
}

# look_again WHAT STATUS HTTP-STATUS - where that does not tell, with one more request or connection, if tables are left
# that it would hit, too.  Of an API that was away the table has been patient.
look_again() {
	local line
	local -i code
	local -a how=()
	((left && !halted && !stopped)) || return 0
	if [[ $1/$2/$3 == key/3/401 ]] && ! has_both; then
		halted=$2 down[$1]=table
		return
	fi
	(($2 != 75)) || how=(--retries 0)
	start_trial "$1" "${how[@]}"
	end_trial "$REPLY"
	code=$?
	((code && !stopped)) || return 0
	halted=$code down[$1]=trial
	((code != 75 || $2 != 75)) || down[$1]=table # whose words tell of its patience
	((!answered)) || [[ ${down[$1]} == table ]] ||
		while IFS= read -r line; do say_once '' "$line"; done < <(last_words "$1")
}

# Two messages are one where they differ in the address and the number of the request alone: what is left in REPLY.
same_cause() { # TEXT
	REPLY=.$1
	[[ ! $REPLY =~ ^(.*[[:space:]])?https?://[^[:space:]]+(:[[:space:]].*)$ ]] || REPLY=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
	[[ ! $REPLY =~ ^(.*)\(request\ [^\)]*\)(.*)$ ]] || REPLY=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
}

# What a table, or '', has to say, unless another has said it.
say_once() { # TABLE TEXT
	local cause
	same_cause "$2"
	cause=$REPLY
	if [[ -z ${said[$cause]+set} ]]; then
		said[$cause]=$1
		causes+=("$cause")
		say "${1:+$1: }$2"
	elif [[ ${said[$cause]} != "$1" ]]; then
		repeats[$cause]+="${repeats[$cause]:+, }$1"
		((!verbose)) || say "$1: $2"
	fi
}

# Which tables each cause hit, when all have ended, and which were not begun.
tell_hit() { # TABLE...
	local cause what stopped_by='' IFS=,
	local rest=$*
	for cause in "${causes[@]}"; do
		[[ -z ${said[$cause]} || -z ${repeats[$cause]-} ]] || say "the same as of ${said[$cause]}: ${repeats[$cause]}"
	done
	for what in "${!down[@]}"; do
		stopped_by+=${stopped_by:+, }${hit[$what]-}
	done
	((!halted)) || say "that stopped $stopped_by${rest:+; not begun: ${rest//,/, }}"
}
