# A run of ant-sync: the parent's workers, one a crawl and PARALLEL at once, and the views when all are done.
#
# Reads: self; all that is settled for the organization; stopped, the status after a signal: see stop().
# Sets: worker_of, the tables of each pid; due, the tables to load, begun, those that were, and left, how many are yet
# to begin; answered, whether the API is known to answer; results, a line a table: ORGANIZATION TABLE and the worker's
# result(), or "unbegun" and "not-run" for its last word.
# Writes $run/settings for the workers; reads the done.TABLE of each.

start_crawl() { # GATE TABLE...
	local -a how=() locks
	if ((wait_lock)); then how=(--wait)
	elif (($# > 2)); then how=(--left "$run/$2.left"); fi
	set_locks "${how[@]}" -- "${@:2}"
	"${locks[@]}" "$BASH" "$self" --work "$run" "$@" &
	worker_of[$!]="${*:2}"
	((!stopped)) || kill "$!" 2>/dev/null # the signal came before anybody could know of it
}

# The first crawl tries the key for all: the others begin when it has a page, or ended.  What it holds open tells.
start_first() { # TABLE...
	local hold gate line
	[[ -p $run/gate ]] || mkfifo "$run/gate" 2>/dev/null || {
		start_crawl - "$@"
		reap # without a gate its end tells, too
		return
	}
	exec {hold}<>"$run/gate" {gate}<"$run/gate"
	start_crawl "$run/gate" "$@"
	exec {hold}>&-
	! IFS= read -r -u "$gate" line || answered=1
	exec {gate}<&-
	((answered)) || reap
}

# Wait for one worker.  Where it left no result it was killed, or the lock was held.
reap() {
	local name
	local -i code
	local -a names
	ended "${!worker_of[@]}" || return 0
	read -r -a names <<<"${worker_of[$REPLY]}"
	unset "worker_of[$REPLY]"
	for name in "${names[@]}"; do
		[[ -s $run/done.$name ]] || echo "$code - - 0 0 0 0 0 -" >"$run/done.$name"
	done
	took_ill "${names[@]}"
	((!drawn && !plain)) || for name in "${names[@]}"; do [[ ! -e $run/done.$name ]] || tell_end "$name"; done
	((!side_drawn)) || tell_ended "${names[@]}"
}

tell_end() { # TABLE
	local from to how
	local -i code count spent
	read -r code from to count _ _ _ spent _ how <"$run/done.$1"
	outcome "$code" "$how"
	((!plain || quiet)) || say "$(printf '%s: %s, %d rows in %d.%03d s' "$1" "$REPLY" "$count" \
		$((spent / 1000000)) $((spent / 1000 % 1000)))"
	[[ $code != 75 ]] || REPLY=failed
	tell "$1" "${REPLY%% *}" "$from" "$to" 0 0 "$count"
}

# 1 where a table without a window was refreshed lately enough.
is_fresh() { # TABLE
	[[ -n $full_sync && -z ${windowed[$1]-} && -n ${last_of[$1]-} && $1 != owners ]] || return 1
	((!full_refresh)) && [[ " $in_full " != *" $1 "* ]] || return 1
	seconds "${last_of[$1]}"
	((EPOCHSECONDS - REPLY < ${full_sync%d} * 86400))
}

# Load the tables of one organization, PARALLEL crawls at once; their results go to the array results.
sync_organization() { # NAME
	local name rate_file=$run/rate
	local -a due=() unbegun=() lists
	local -i left views_failed=0 asked=0 ended_rows=0
	local -A begun=()
	settle "$1" || {
		results+=("${1:--} * $? - - 0 0 0 0 0 - -")
		return
	}
	due=("${tables[@]}") left=${#tables[@]} halted=0
	last_of=() whose_of=() from_of=() failed_of=()
	# What is not due needs no key; only the destination knows when it was loaded last.
	[[ -z $full_sync ]] || compare
	((halted || !left)) || try_all
	[[ -n $full_sync ]] || compare
	((halted || !left)) || load_tables "$1"
	lists=("$run"/parents.*)
	((!${#lists[@]})) || rm -f -- "${lists[@]}" # names and addresses are in there
	if ((!${#begun[@]} && (halted || !left))); then
		collect "$1" unbegun
		return
	fi
	for name in "${due[@]}"; do
		[[ -n ${begun[$name]-} || -e $run/done.$name ]] || unbegun+=("$name")
	done
	((!stopped)) || unbegun=()
	tell_hit "${unbegun[@]}"
	((stopped)) || [[ -n ${down[destination]-} ]] || make_views || views_failed=1
	collect "$1" not-run
}

# Bring watermarks and destination into agreement, and see what is due.
compare() {
	((halted || stopped)) && return
	((full_refresh)) || [[ -n $given_from ]] || agree || halted=$?
	((halted)) || choose_due
}

# The tables that are to be loaded now; of those that cannot be, the result is there already.
choose_due() {
	local name
	due=()
	for name in "${tables[@]}"; do
		if [[ -n ${failed_of[$name]-} ]]; then
			say "$name: ${failed_of[$name]}"
			echo '1 - - 0 0 0 0 0 - -' >"$run/done.$name"
		elif is_fresh "$name"; then
			continue
		fi
		due+=("$name")
	done
	left=${#due[@]}
}

load_tables() { # ORGANIZATION
	local name keep
	local -i answered=$((by_organization || asked)) # then it was asked already
	local -a crawls waiting names=()
	for name in "${due[@]}"; do [[ -e $run/done.$name ]] || names+=("$name"); done
	left=${#names[@]}
	choose_kept "${names[@]}"
	keep=$REPLY
	choose_crawls "${names[@]}"
	((${#crawls[@]} > 1)) || answered=1 # a crawl alone learns about its key from its first request
	! may_draw || start_drawing "${due[@]}"
	declare -p section parallel rate rate_file start given_from given_to now full_refresh full_sync in_full keep \
		receipts quiet plain verbose one_writer spool kind file suffix days conninfo place base_scope load_scope schema prefix mode allow_shrink wait_lock mode_of windowed served_of \
		earliest_of parent_of lookback_of chunk_of into_of history_of whose_of from_of by_organization own_organization owners fetch flags since drawn >"$run/settings" || {
		say "no table was begun: $run/settings was not written"
		halted=1 # with a part of them a worker would load something else
	}
	waiting=("${crawls[@]}")
	while ((${#waiting[@]} && !stopped && !halted)); do
		if ((${#worker_of[@]} < parallel)) && next_crawl; then begin_crawl "$1" "$REPLY"; else reap; fi
	done
	while ((${#worker_of[@]})); do reap; done
	((!stopped)) || trap '' INT TERM HUP # nobody is started any more, and what is left has to be done
	stop_drawing
}

# The number of the first crawl in waiting whose tables go through none that is waiting or at work, in REPLY; 1 where
# all have to wait.
next_crawl() {
	local name parent others
	local -i i
	for i in "${!waiting[@]}"; do
		others=" ${waiting[*]} ${worker_of[*]} "
		for name in ${waiting[i]}; do
			parent=${parent_of[$name]-}
			[[ -z $parent || $others != *" $parent "* ]] || continue 2
		done
		REPLY=$i
		return 0
	done
	REPLY=0
	((!${#worker_of[@]})) # no table goes through itself; but nobody is waited for here
}

begin_crawl() { # ORGANIZATION NUMBER
	local name
	local -a names
	read -r -a names <<<"${waiting[$2]}"
	unset "waiting[$2]"
	waiting=("${waiting[@]}")
	left+=-${#names[@]}
	for name in "${names[@]}"; do begun[$name]=1; done
	if ((answered)); then start_crawl - "${names[@]}"; else start_first "${names[@]}"; fi
	# It could only tell that the key or the API is not to be had: none was begun.
	((answered || !halted || stopped)) || for name in "${names[@]}"; do unset "begun[$name]"; done
}

# The results of the tables that were due; where halted, also of those that were not begun, and HOW that is called.
collect() { # ORGANIZATION HOW
	local name line
	for name in "${due[@]}"; do
		line=''
		[[ ! -s $run/done.$name ]] || read -r line <"$run/done.$name"
		if [[ -z $line ]]; then
			if ((halted)); then line="$halted - - 0 0 0 0 0 - $2"
			elif ((stopped)); then continue
			else line='1 - - 0 0 0 0 0 - -'; fi # nobody knows what became of it: it is not done
		fi
		((!views_failed)) || [[ $line != '0 '* ]] || line="1${line#0}" line="${line% *} committed"
		results+=("${1:--} $name $line")
	done
}

# The tables that the SQL views read.
readonly VIEWED='cost_report usage_report usage_by_cost claude_code_usage workspaces api_keys users workspace_members organization analytics_cost analytics_usage owners service_accounts'

# The SQL views over what is loaded, where there are some for such a database.  The tables are complete without them, but not all is done.
make_views() {
	local name line text
	local -a names=()
	[[ $views == on && $kind =~ ^(postgresql|sqlite|duckdb|ducklake)$ && (-z $file || -e $file) ]] || return 0
	loader_for ''
	for name in "${!into_of[@]}"; do # what --into names is apart
		[[ " $VIEWED " != *" $name "* || (-n ${option[into]-} && $name == "${tables[0]}") ]] ||
			names+=(--table-name "$name=${into_of[$name]}")
	done
	text=$("${loader[@]}" --views "${names[@]}" 2>&1 </dev/null) && return
	while IFS= read -r line; do say "$line"; done <<<"$text"
	say 'the views were not made; the rows are in.  The setting "views off" leaves the views out'
	return 1
}
