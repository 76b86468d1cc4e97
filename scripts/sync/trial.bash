# The trial of ant-sync: what all tables need is tried before the first begins, and again where one fails by it.
#
# That is the folder of the watermarks; the key, with one request; the destination, with one connection.  Where one of
# them is not to be had, each table would find out for itself and say so.  A cause is said once, with the tables it hit.
#
# Reads: what is settled for the organization; due, of sync_organization(); worker_of, stopped.
# Sets: halted, the status that keeps the tables left from being begun, or 0; and the arrays here.

# down[WHAT]: key or destination is not to be had; hit[WHAT]: the tables that failed by it.
# said[CAUSE]: what has said it, a table or ''; repeats[CAUSE]: the tables that could only repeat it.
# refused[CAUSE]: the organization, with a space, that could begin no table because of it.
declare -gA down=() hit=() said=() repeats=() refused=()
declare -ga causes=()
declare -gi halted=0

# start_trial WHAT - in the background, a worker like others for a signal; its process in REPLY
start_trial() {
	local spool=0 # nothing is written, so nobody has to wait
	if [[ $1 == key ]]; then
		# Its retries are told while they last, as a table's are.
		ant-run --prefix 'ant-sync: ' --results "$run/trial-key" --last-words \
			ant-fetch --whose "${fetch[@]}" --rate "$rate" --rate-file "$run/rate" </dev/null >/dev/null &
	else
		loader_for "${due[0]}"
		[[ $kind == csv ]] || loader_for ''
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

# try_all ORGANIZATION - before the tables begin; where something is not to be had it is said, and halted is set
try_all() {
	local text part=state
	local -i code
	halted=0 down=() hit=() said=() repeats=() causes=()
	# One that is held by another is there.
	text=$(ant-state --scope "$base_scope" lock --shared _destination -- true 2>&1)
	code=$?
	if ((code == 0 || code == 6)); then
		code=0
		[[ $kind != csv || -d $file ]] || { part=destination text=$(mkdir -p -- "$file" 2>&1) || code=1; }
	fi
	if ((code)); then
		halted=$code
		tell_trial "$1" "$part/$code" <<<"$text"
	else
		try_both "$1"
	fi
}

# Key and destination, side by side.
try_both() { # ORGANIZATION
	local what
	local -i code
	local -A pid_of=()
	# A table alone learns about its key from its first request; the loaders of ant-ingest have no trial.
	((${#due[@]} == 1)) || { start_trial key; pid_of[key]=$REPLY; }
	[[ -n ${ANT_WAREHOUSE-} ]] || { start_trial destination; pid_of[destination]=$REPLY; }
	for what in key destination; do
		[[ -n ${pid_of[$what]-} ]] || continue
		end_trial "${pid_of[$what]}"
		code=$?
		((code && !stopped)) || continue
		((halted)) || halted=$code
		tell_trial "$1" "$what/$code" < <(last_words "$what")
	done
}

# Why no table was begun, a line each on standard input.
tell_trial() { # ORGANIZATION WHAT/STATUS
	local line text="${1:+organization $1: }no table was begun"
	local -i known=0
	case $2 in
	destination/*) text+=', the destination (--dest) is not ready' ;;
	key/75) text+=', try again later' ;;
	esac
	while IFS= read -r line; do
		same_cause "$line"
		[[ -z ${refused[$REPLY]-} ]] || { known=1 line="as of organization ${refused[$REPLY]}"; }
		((known)) || refused[$REPLY]=$1
		say "$text: $line"
	done
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

# took_ill TABLE - it failed: by something that all tables need?  What it said is passed on, unless that was said before.
took_ill() {
	local who='' line what=''
	local -i code
	local -a lines=()
	read -r code _ <"$run/done.$1"
	{ IFS= read -r who; mapfile -t lines; } <"$run/$1.said"
	rm -f -- "$run/$1.said"
	case $who/$code in
	fetch/[23] | fetch/75) what=key ;;
	load/*) what=destination ;;
	esac
	[[ -z $what ]] || look_again "$what"
	[[ -z $what || -z ${down[$what]-} ]] || hit[$what]+="${hit[$what]:+, }$1"
	for line in "${lines[@]}"; do say_once "$1" "$line"; done
}

# look_again WHAT - with one more request or connection, where tables are left that it would hit, too
look_again() {
	local line
	local -i code
	((left && !halted && !stopped)) || return 0
	start_trial "$1"
	end_trial "$REPLY"
	code=$?
	((code && !stopped)) || return 0
	halted=$code down[$1]=1
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
