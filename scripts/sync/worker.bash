# A worker of ant-sync: one table, its lock held; its windows, its pipelines, its result.
#
# Reads: what the parent has written into $run/settings, see sync_organization().
# Sets: what work() declares; from and to, the whole window, at_from and at_to, the step of it; windows; since.
# In the folder $run, of each table: .windows; .told, what ant-run tells of a pipeline, and .loaded, the receipts
# as fields; .said, which command failed and what was said then, for the parent; .rows, between the halves of a pipeline.  done.TABLE is the result, and unread has the fields that no
# column reads.

# run_pipeline OPTION... COMMAND... - run it, in the background: a signal must stop it at once.  Return its
# leftmost cause.
run_pipeline() {
	local code
	running=1
	ant-run --prefix "ant-sync: $table: " --results "$run/$table.told" --last-words "$@" <&0 &
	wait "$!"
	code=$?
	running=0
	take_results
	pass_on "$code"
	return "$code"
}

# Count what was fetched and loaded; keep what the commands said, and which of them failed.  The fields that no
# column reads are counted over all chunks: see result().
take_results() {
	local what a b c d unread='^ant-flatten: field (.*) is read by no column \(([0-9]+) times\)$'
	lines=() failed=-@
	while IFS=$'\t' read -r what a b c d; do
		[[ -z $d ]] || c+=$'\t'$d
		case $what in
		fetched) pages_fetched+=$a repeated+=$b ;;
		cause) failed=${c#*$'\t'}@$b/${c%%$'\t'*} ;;
		message)
			if [[ $c =~ $unread ]]; then
				unread_fields[${BASH_REMATCH[1]}]=$((${unread_fields[${BASH_REMATCH[1]}]-0} + BASH_REMATCH[2]))
			else
				lines+=("$c")
			fi
			;;
		esac
	done <"$run/$table.told"
	# A loader may be under a lock, but is never the last.
	case $failed in
	ant-fetch@*) failed=fetch ;;
	ant-flatten@*) failed=flatten ;;
	ant-state@1/"$commit_at") failed=commit ;;
	-@*) failed='' ;;
	*) failed=load ;;
	esac
	while IFS=$'\t' read -r _ _ _ _ _ a b _; do
		loads+=1
		[[ $a == - ]] || rows_loaded+=$a
		[[ $b == - || $failed == commit ]] || watermark=$b
	done <"$run/$table.loaded"
	forget_results
}

# What was said is said; of a failure by the parent, who knows whether another table has said it.
pass_on() { # STATUS
	local line
	if [[ $failed == commit ]]; then
		became=committed
		lines+=('the rows are in, but where the table is up to was not kept: the next run loads them again')
	fi
	if (($1)) && [[ -n $failed ]]; then
		printf '%s\n' "$failed" "${lines[@]}" >"$run/$table.said"
	else
		for line in "${lines[@]}"; do say "$table: $line"; done
	fi
}

forget_results() {
	: >"$run/$table.told"
	: >"$run/$table.loaded"
}

tell_step() { tell "$table" "$1" "$at_from" "$at_to" "$step" "$steps" "$rows_loaded"; }

# load FETCH-OPTION... - one window through the pipeline; returns the leftmost cause.
load() {
	local -a how=(--fetch-log)
	# One budget of requests for all tables and all their windows.
	local -a source=(ant-fetch --log-format json "${fetch[@]}" --rate "$rate" --rate-file "$run/rate" "$@" "$table"
		--pipe ant-flatten "${flags[@]}")
	local -a sink=("${loader[@]}" --finish ant-state --scope "$scope" commit --tsv "$run/$table.loaded" "${since[@]}")
	((!verbose)) || how+=(-v)
	((receipts)) || sink+=(--out /dev/null)
	tell_step fetching
	if ((spool)); then
		run_pipeline "${how[@]}" "${source[@]}" --out "$run/$table.rows" || return
		tell_step loading
		commit_at=1 run_pipeline "${sink[@]}" <"$run/$table.rows"
	else
		# With a pipe after it, what is fetched is loaded at once.
		((!drawn)) || how+=(--on-page "$(tell_step loading 2>&1)")
		run_pipeline "${how[@]}" "${source[@]}" --pipe "${sink[@]}"
	fi
}

# Load the windows one after the other.
load_windows() {
	local window
	for window in "${windows[@]}"; do
		step+=1
		at_from=${window#--from } at_to=${window##* }
		at_from=${at_from%% *}
		load --from "$at_from" --to "$at_to" || return
		((!plain || quiet)) || say "$table: ${at_from%T*} to ${at_to%T*}, $step of $steps: $rows_loaded rows so far"
	done
}

# Stop at once: without its trailer a stream changes nothing.  A receipt that is on its way
# is still stored.
stop_work() {
	trap '' INT TERM HUP
	if ((running)); then
		kill "${!-}" 2>/dev/null
		wait "${!-}" 2>/dev/null
		take_results
		pass_on 0
	fi
	result 143
	exit 143
}

# The result of the worker, one line, at its end "committed" where it failed with its rows in; and the fields that no column of the table reads.
result() { # STATUS
	local field
	for field in "${!unread_fields[@]}"; do
		printf '%s %s %s\n' "$table" "${unread_fields[$field]}" "$field" >>"$run/unread"
	done
	printf '%d %s %s %d %d %d %d %d %s %s\n' "$1" "$from" "$to" "$rows_loaded" "$loads" \
		"$pages_fetched" "$repeated" $((${EPOCHREALTIME/[.,]/} - began)) "${watermark:--}" "$became" >"$run/done.$table"
}

# The windows that this table needs now, chunk by chunk, as options of ant-fetch: in the array windows; from and
# to, all of it.
set_windows() {
	local marks=${ANT_STATE-}
	local -a args=(--lookback "${lookback_of[$table]}" --start "${start:-${earliest_of[$table]}}" --chunk "$chunk")
	[[ -z ${served_of[$table]-} ]] || args+=(--served "${served_of[$table]}")
	if [[ -n $given_from ]]; then
		args+=(--from "$given_from" --to "${given_to:-$now}")
		# Windows that were asked for come in any order: the watermark says up to where all is there.
		since=(--since "${start:-${earliest_of[$table]}}")
	else
		[[ -z $given_to ]] || args+=(--to "$given_to")
		[[ -z ${from_of[$table]-} ]] || args+=(--from "${from_of[$table]}") # rows that are gone
	fi
	if ((full_refresh)) || [[ " $in_full " == *" $table "* ]]; then
		marks=$run # holds no watermark
		((${#since[@]})) || since=(--since "${start:-${earliest_of[$table]}}")
	fi
	ANT_STATE=$marks ant-state --scope "$scope" window "${args[@]}" "$table" >"$run/$table.windows" || return
	mapfile -t windows <"$run/$table.windows"
	from=${windows[0]#--from } to=${windows[-1]##* }
	from=${from%% *}
	steps=${#windows[@]}
}

# work RUN TABLE - a worker's life; the parent wrote its settings into the folder RUN
work() {
	declare -gi began=${EPOCHREALTIME/[.,]/} rows_loaded=0 loads=0 pages_fetched=0 repeated=0 running=0 step=0 steps=0
	declare -ga loader windows=() lines=()
	declare -gA unread_fields=()
	run=$1 table=$2 from=- to=- at_from=- at_to=- watermark='' became=- failed='' commit_at=3
	# shellcheck disable=SC1091
	. "$run/settings"
	scope_for "$table"
	loader_for "$table"
	forget_results
	trap stop_work INT TERM HUP
	if [[ -n ${windowed[$table]-} ]]; then
		set_windows && load_windows
	else
		load
	fi
	local code=$?
	result "$code"
	exit "$code"
}
