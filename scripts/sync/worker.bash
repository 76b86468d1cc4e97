# A worker of ant-sync: one table, its lock held; its windows, its pipelines, its result.
#
# Reads: what the parent has written into $run/settings, see sync_organization().
# Sets: what work() declares; from and to, the whole window, at_from and at_to, the step of it; windows; since.
# In the folder $run, of each table: .windows; .told, what ant-run tells of a pipeline, and .loaded, the receipts
# as fields; .rows, between the halves of a pipeline.  done.TABLE is the result, and unread has the fields that no
# column reads.

# run_pipeline OPTION... COMMAND... - run it, in the background: a signal must stop it at once.  Return its
# leftmost cause.
run_pipeline() {
	local code
	running=1
	ant-run --prefix "ant-sync: $table: " --results "$run/$table.told" "$@" <&0 &
	wait "$!"
	code=$?
	running=0
	take_results
	return "$code"
}

# Count what was fetched and loaded, pass on what the commands said.  The fields that no column reads are
# counted over all chunks: see result().
take_results() {
	local what a b text unread='^ant-flatten: field (.*) is read by no column \(([0-9]+) times\)$'
	while IFS=$'\t' read -r what a b text; do
		if [[ $what == fetched ]]; then
			pages_fetched+=$a repeated+=$b
		elif [[ $what == message && $text =~ $unread ]]; then
			unread_fields[${BASH_REMATCH[1]}]=$((${unread_fields[${BASH_REMATCH[1]}]-0} + BASH_REMATCH[2]))
		elif [[ $what == message ]]; then
			say "$table: $text"
		fi
	done <"$run/$table.told"
	while IFS=$'\t' read -r _ _ _ _ _ a b _; do
		loads+=1
		[[ $a == - ]] || rows_loaded+=$a
		[[ $b == - ]] || watermark=$b
	done <"$run/$table.loaded"
	forget_results
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
	((!as_json)) || sink+=(--out /dev/null)
	tell_step fetching
	if ((spool)); then
		run_pipeline "${how[@]}" "${source[@]}" --out "$run/$table.rows" || return
		tell_step loading
		run_pipeline "${sink[@]}" <"$run/$table.rows"
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
	fi
	result 143
	exit 143
}

# The result of the worker, one line; and the fields that no column of the table reads.
result() { # STATUS
	local field
	for field in "${!unread_fields[@]}"; do
		printf '%s %s %s\n' "$table" "${unread_fields[$field]}" "$field" >>"$run/unread"
	done
	printf '%d %s %s %d %d %d %d %d %s\n' "$1" "$from" "$to" "$rows_loaded" "$loads" \
		"$pages_fetched" "$repeated" $((${EPOCHREALTIME/[.,]/} - began)) "${watermark:--}" >"$run/done.$table"
}

# The windows that this table needs now, chunk by chunk, as options of ant-fetch: in the array windows; from and
# to, all of it.
set_windows() {
	local marks=${ANT_STATE-}
	local -a args=(--lookback "${lookback_of[$table]:-$lookback}" --start "${start:-${earliest_of[$table]}}" --chunk "$chunk")
	if [[ -n $given_from ]]; then
		args+=(--from "$given_from" --to "${given_to:-$now}")
		# Windows that were asked for come in any order: the watermark says up to where all is there.
		since=(--since "${start:-${earliest_of[$table]}}")
	elif [[ -n $given_to ]]; then
		args+=(--to "$given_to")
	elif [[ -n ${from_of[$table]-} ]]; then # rows that are gone
		args+=(--from "${from_of[$table]}")
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
	declare -ga loader windows=()
	declare -gA unread_fields=()
	run=$1 table=$2 from=- to=- at_from=- at_to=- watermark=''
	# shellcheck disable=SC1091
	. "$run/settings"
	scope_for "$table"
	loader_for "$table"
	forget_results
	trap stop_work INT TERM HUP
	if [[ ${mode_of[$table]} == window ]]; then
		set_windows && load_windows
	else
		load
	fi
	local code=$?
	result "$code"
	exit "$code"
}
