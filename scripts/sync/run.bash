# A run of ant-sync: the parent's workers, one a table and PARALLEL at once, and the views when all are done.
#
# Reads: self; all that is settled for the organization; stopped, the status after a signal: see stop().
# Sets: worker_of, the table of each pid; due, the tables to load, and left, how many of them are yet to begin;
# results, a line a table: ORGANIZATION TABLE and the worker's result(), or "unbegun" and "not-run" for its last word.
# Writes $run/settings for the workers; reads the done.TABLE of each.

start_table() { # TABLE
	local -a how=()
	((!wait_lock)) || how=(--wait)
	scope_for "$1"
	ant-state --scope "$scope" lock "${how[@]}" "$1" -- \
		"$BASH" "$self" --work "$run" "$1" &
	worker_of[$!]=$1
}

# Wait for one worker.  Where it left no result it was killed, or the lock was held.
reap() {
	local pid='' name
	local -i code
	wait -n -p pid "${!worker_of[@]}" 2>/dev/null
	code=$?
	if [[ -z ${pid-} ]]; then
		((code == 127)) || return 0 # a signal
		# bash 5.2 loses sight of one that ended, once in some 10,000, more often under signals: all
		# that are left have been lost then, but not their statuses.
		for pid in "${!worker_of[@]}"; do break; done
		wait "$pid" 2>/dev/null
		code=$?
		! kill -0 "$pid" 2>/dev/null || return 0 # another signal
	fi
	name=${worker_of[$pid]}
	unset "worker_of[$pid]"
	[[ -e $run/done.$name ]] || echo "$code - - 0 0 0 0 0 -" >"$run/done.$name"
	[[ ! -e $run/$name.said ]] || took_ill "$name"
	((!drawn && !plain)) || tell_end "$name"
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
	[[ -n $full_sync && -z ${windowed[$1]-} && -n ${last_of[$1]-} ]] || return 1
	((!full_refresh)) && [[ " $in_full " != *" $1 "* ]] || return 1
	seconds "${last_of[$1]}"
	((EPOCHSECONDS - REPLY < ${full_sync%d} * 86400))
}

# Load the tables of one organization, PARALLEL at once; their results go to the array results.
sync_organization() { # NAME
	local name
	local -a due=() unbegun=()
	local -i left views_failed=0
	settle "$1" || {
		results+=("${1:--} * $? - - 0 0 0 0 0 - -")
		return
	}
	rm -f "$run"/done.* "$run/rate"
	due=("${tables[@]}") left=${#tables[@]} halted=0
	last_of=() whose_of=() from_of=() failed_of=()
	# What is not due needs no key; only the destination knows when it was loaded last.
	[[ -z $full_sync ]] || compare
	((halted || !left)) || try_all "$1"
	[[ -n $full_sync ]] || compare
	if ((halted || !left)); then
		collect "$1" unbegun
		return
	fi
	load_tables
	((!left || stopped)) || unbegun=("${due[@]: -left}")
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

load_tables() {
	local name
	local -i receipts=1
	[[ ! -t 1 ]] || receipts=verbose # they are for pipes
	((!as_json)) || receipts=0
	! may_draw || start_drawing "${due[@]}"
	declare -p tables parallel rate chunk start given_from given_to now full_refresh full_sync in_full \
		receipts quiet plain verbose spool kind file conninfo base_scope schema prefix mode allow_shrink mode_of windowed served_of \
		earliest_of lookback_of into_of whose_of from_of by_organization own_organization fetch flags since drawn >"$run/settings"
	for name in "${due[@]}"; do
		while ((${#worker_of[@]} >= parallel && !stopped && !halted)); do reap; done
		((!stopped && !halted)) || break
		left+=-1
		[[ -e $run/done.$name ]] || start_table "$name"
	done
	while ((${#worker_of[@]})); do reap; done
	stop_drawing
}

# The results of the tables that were due; where halted, also of those that were not begun, and HOW that is called.
collect() { # ORGANIZATION HOW
	local name line
	for name in "${due[@]}"; do
		line="$halted - - 0 0 0 0 0 - $2"
		if [[ -e $run/done.$name ]]; then read -r line <"$run/done.$name"; else ((halted)) || continue; fi
		((!views_failed)) || [[ $line != '0 '* ]] || line="1${line#0}" line="${line% *} committed"
		results+=("${1:--} $name $line")
	done
}

# The tables that the SQL views read.
readonly VIEWED='cost_report usage_report claude_code_usage workspaces api_keys users workspace_members organization'

# The SQL views over what is loaded.  The tables are complete without them, but not all is done.
make_views() {
	local name line text
	local -a names=()
	[[ $views == on && $kind != csv && ($kind == postgresql || -e $file) ]] || return 0
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
