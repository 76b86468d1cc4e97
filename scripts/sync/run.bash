# A run of ant-sync: the parent's workers, one a table and PARALLEL at once, and the views when all are done.
#
# Reads: self; all that is settled for the organization; stopped, the status after a signal: see stop().
# Sets: worker_of, the table of each pid; results, a line a table: ORGANIZATION TABLE and the worker's result().
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
	((!drawn)) || tell_end "$name"
}

tell_end() { # TABLE
	local from to rest
	local -i code count
	read -r code from to count rest <"$run/done.$1"
	outcome "$code"
	[[ $code != 75 ]] || REPLY=failed
	tell "$1" "${REPLY%% *}" "$from" "$to" 0 0 "$count"
}

# 1 where a table without a window was refreshed lately enough.
is_fresh() { # TABLE
	[[ -n $full_sync && ${mode_of[$1]} != window && -n ${last_of[$1]-} ]] || return 1
	((!full_refresh)) && [[ " $in_full " != *" $1 "* ]] || return 1
	seconds "${last_of[$1]}"
	((EPOCHSECONDS - REPLY < ${full_sync%d} * 86400))
}

# Load the tables of one organization, PARALLEL at once; their results go to the array results.
sync_organization() { # NAME
	local name line
	local -a due=()
	settle "$1" || {
		results+=("${1:--} * 1 - - 0 0 0 0 0 -")
		return
	}
	if [[ $kind == csv && ! -d $file ]] && ! mkdir -p -- "$file"; then return 1; fi
	last_of=() whose_of=() from_of=() failed_of=()
	((full_refresh)) || [[ -n $given_from ]] || agree || {
		results+=("${1:--} * $? - - 0 0 0 0 0 -")
		return
	}
	rm -f "$run"/done.* "$run/rate"
	for name in "${tables[@]}"; do
		if [[ -n ${failed_of[$name]-} ]]; then
			say "$name: ${failed_of[$name]}"
			echo '1 - - 0 0 0 0 0 -' >"$run/done.$name"
		elif ! is_fresh "$name"; then
			due+=("$name")
		fi
	done
	((!${#due[@]})) || ! may_draw || start_drawing "${due[@]}"
	declare -p tables parallel rate chunk lookback start given_from given_to now full_refresh full_sync in_full \
		as_json quiet verbose spool kind file conninfo base_scope schema prefix mode allow_shrink mode_of \
		earliest_of lookback_of into_of whose_of from_of by_organization own_organization fetch flags since drawn >"$run/settings"
	for name in "${due[@]}"; do
		while ((${#worker_of[@]} >= parallel && !stopped)); do reap; done
		((stopped)) || start_table "$name"
	done
	while ((${#worker_of[@]})); do reap; done
	stop_drawing
	for name in "${tables[@]}"; do
		[[ -e $run/done.$name ]] || continue
		read -r line <"$run/done.$name"
		results+=("${1:--} $name $line")
	done
	((stopped)) || make_views
}

# The tables that the SQL views read.
readonly VIEWED='cost_report usage_report claude_code_usage workspaces api_keys users workspace_members organization'

# The SQL views over what is loaded.  The tables are complete without them: it is no failure.
make_views() {
	local name
	local -a names=()
	[[ $views == on && $kind != csv && ($kind == postgresql || -e $file) ]] || return 0
	loader_for ''
	for name in "${!into_of[@]}"; do # what --into names is apart
		[[ " $VIEWED " != *" $name "* || (-n ${option[into]-} && $name == "${tables[0]}") ]] ||
			names+=(--table-name "$name=${into_of[$name]}")
	done
	"${loader[@]}" --views "${names[@]}" </dev/null || say 'the views were not made; the setting "views off" leaves them out'
}
