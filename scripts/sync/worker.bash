# A worker of ant-sync: one table, its lock held; its windows, its pipelines, its result.
#
# Reads: what the parent has written into $run/settings, see sync_organization().
# Sets: what work() declares; from and to, the whole window, at_from and at_to, the step of it; and since.
# In the folder $run, of each table: .log, what ant-fetch says, .N, what the Nth command does; .pid.N;
# .status, of all the commands; .shell, what bash says of them; .rows, between the halves of a pipeline;
# .lines, the receipts.  done.TABLE is the result, and unread has the fields that no column reads.

# Pass on what the commands behind ant-fetch said, from the one of number FROM on, with the
# table's name.  After a failure further left, that their input ended early (5) is no news.
# The fields that no column reads are counted over all chunks: see result().
relay() { # FROM
	local line unread='^ant-flatten: field (.*) is read by no column \(([0-9]+) times\)$'
	local -i i failed=0
	for ((i = 0; i < ${#status[@]}; i++)); do
		if ((i > 0 && i >= $1 && !(failed && status[i] == 5))); then
			while IFS= read -r line; do
				if [[ $line =~ $unread ]]; then
					unread_fields[${BASH_REMATCH[1]}]=$((${unread_fields[${BASH_REMATCH[1]}]-0} + BASH_REMATCH[2]))
				else
					say "$table: $line"
				fi
			done <"$run/$table.$i"
		fi
		((status[i] == 0 || status[i] == 141)) || failed=1
	done
}

# Wait for the commands that run, add to the array status, say why one failed; the cause.
collect() {
	local line
	local -i known=${#status[@]} code
	wait "$job"
	code=$?
	job=0
	while IFS= read -r line; do
		[[ $line == Terminated ]] || say "$table: $line"
	done <"$run/$table.shell"
	# Without a word of its commands the job itself was killed.
	read -r -a told <"$run/$table.status" || told=("$code")
	status+=("${told[@]}")
	((known)) || count_pages
	relay "$known"
	cause "${status[@]}"
}

# What the watcher counted, once it has read all.
count_pages() {
	local n again
	((watcher)) || return 0
	exec {log}>&- # nobody writes to it any more: the watcher ends
	wait "$watcher"
	watcher=0
	read -r n again <"$run/$table.fetch"
	pages_fetched+=$n
	repeated+=$again
}

# Read the log of ant-fetch: count pages and repeated requests, pass on what is no log.
watch_fetch() {
	local line
	local -i pages=0 retries=0
	trap '' INT TERM HUP
	while IFS= read -r line || [[ -n $line ]]; do
		if [[ $line != '{"time":'* ]]; then
			say "$table: $line"
			continue
		fi
		((!verbose)) || say "$table: $line"
		# With a pipe behind it, what is fetched is loaded at once.
		((pages || spool)) || tell_step loading
		[[ $line != *'"error":null}' ]] || pages+=1
		[[ $line == *'"attempt":1,'* ]] || retries+=1
	done
	echo "$pages $retries" >"$run/$table.fetch"
}

# as N COMMAND... - become the Nth command of the pipeline: its number is known, its messages are kept
as() {
	echo "$BASHPID" >"$run/$table.pid.$1"
	local messages=$run/$table.$1
	shift
	exec "$@" 2>"$messages"
}

# The three pipelines there can be: all of it; or with a spool file, its two halves.  Each runs in
# the background and tells the status of each command: a signal must stop it at once.  (Process
# substitutions would be shorter, but bash 5.2 now and then loses the status of one.)
pipeline() { # FETCH-OPTION...
	as_fetch "$@" | as 1 ant-flatten "${flags[@]}" | as 2 "${loader[@]}" | as_commit
	echo "${PIPESTATUS[@]}" >"$run/$table.status"
}

pipeline_in() { # FETCH-OPTION...
	as_fetch "$@" | as 1 ant-flatten "${flags[@]}" >"$run/$table.rows"
	echo "${PIPESTATUS[@]}" >"$run/$table.status"
}

pipeline_out() {
	as 2 "${loader[@]}" <"$run/$table.rows" | as_commit
	echo "${PIPESTATUS[@]}" >"$run/$table.status"
}

as_fetch() { # FETCH-OPTION...
	echo "$BASHPID" >"$run/$table.pid.0"
	# One budget of requests for all tables and all their windows.
	set -- --rate "$rate" --rate-file "$run/rate" "$@"
	exec ant-fetch --log-format json "${fetch[@]}" "$@" "$table" 2>"$run/$table.log"
}

# A receipt that is on its way is stored, whatever stops the others: its input ends with them.
as_commit() {
	trap '' INT TERM HUP
	as 3 ant-state --scope "$scope" commit "${since[@]}" >"$run/$table.lines"
}

# start PIPELINE ARGUMENT... - run it in the background, as $job
start() {
	: >"$run/$table.pid.0"
	: >"$run/$table.pid.1"
	: >"$run/$table.pid.2"
	: >"$run/$table.status"
	{
		trap : INT TERM HUP # the commands stop, and then their statuses are told
		"$@"
	} {log}>&- 2>"$run/$table.shell" & # bash says what ended by a signal
	job=$!
}

tell_step() { tell "$table" "$1" "$at_from" "$at_to" "$step" "$steps" "$rows_loaded"; }

# load FETCH-OPTION... - one window through the pipeline; returns the leftmost cause.
load() {
	local -a status=() told=()
	local -i code
	exec {log}<>"$run/$table.log" # so that nobody waits for the other end to be opened
	tell_step fetching
	watch_fetch <"$run/$table.log" {log}>&- &
	watcher=$!
	: >"$run/$table.lines"
	if ((spool)); then
		start pipeline_in "$@"
		collect || return
		tell_step loading
		start pipeline_out
	else
		start pipeline "$@"
	fi
	collect
	code=$?
	read_receipts <"$run/$table.lines"
	return "$code"
}

# Count what was loaded; print the receipts unless the result is wanted as JSON.
read_receipts() {
	local line
	while IFS= read -r line; do
		((as_json)) || printf '%s\n' "$line"
		loads+=1
		[[ $line =~ \"rows\":\ *([0-9]+) ]] && rows_loaded+=${BASH_REMATCH[1]}
		[[ $line =~ \"watermark\":\ *\"([^\"]+)\" ]] && watermark=${BASH_REMATCH[1]}
	done
}

# Load FROM to TO in steps of whole days.
load_window() { # FROM TO
	local -i at end last # result() has from and to
	seconds "$2"
	last=$REPLY
	seconds "$1"
	at=$REPLY
	next_end
	steps=$((1 + (chunk > 0 ? (last - end + chunk * 86400 - 1) / (chunk * 86400) : 0)))
	while :; do
		next_end
		step+=1
		utc "$at"
		at_from=$REPLY
		utc "$end"
		at_to=$REPLY
		load --from "$at_from" --to "$at_to" || return
		at=$end
		((at < last)) || return 0
	done
}

# Where the window that starts at AT ends: a chunk later, at LAST at the latest.
next_end() {
	end=$((at - at % 86400 + chunk * 86400))
	((chunk > 0 && end < last)) || end=$last
}

# Stop at once: without its trailer a stream changes nothing.  A receipt that is on its way
# is still stored.
stop_work() {
	trap '' INT TERM HUP
	while ((job)) && kill -0 "$job" 2>/dev/null; do
		# shellcheck disable=SC2046
		kill $(cat "$run/$table".pid.[012]) 2>/dev/null
		sleep 0.02
	done
	((!job)) || [[ ! -s $run/$table.lines ]] || read_receipts <"$run/$table.lines"
	count_pages
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

# Print the window that this table needs now, as ant-state does.
window() {
	local -a args=(--lookback "${lookback_of[$table]:-$lookback}"
		--start "${start:-${earliest_of[$table]}}" "$table")
	if [[ -n $given_from ]]; then
		echo "--from $given_from --to ${given_to:-$now}"
	elif ((full_refresh)) || [[ " $in_full " == *" $table "* ]]; then
		ANT_STATE=$run ant-state window "${args[@]}" # holds no watermark
	else
		ant-state --scope "$scope" window "${args[@]}"
	fi
}

# The same in the variables from and to, cut at --to.
set_window() {
	read -r _ from _ to < <(window) && [[ -n $to ]] || return
	[[ -z $given_to ]] || to=$given_to
	[[ ! $from > $to ]] || from=$to
	# Windows that were asked for come in any order: the watermark says up to where all is there.
	[[ -z $given_from ]] || since=(--since "${start:-${earliest_of[$table]}}")
}

# work RUN TABLE - a worker's life; the parent wrote its settings into the folder RUN
work() {
	declare -gi began=${EPOCHREALTIME/[.,]/} rows_loaded=0 loads=0 pages_fetched=0 repeated=0 watcher=0 job=0 step=0 steps=0
	declare -ga loader
	declare -gA unread_fields=()
	run=$1 table=$2 from=- to=- at_from=- at_to=- watermark=''
	# shellcheck disable=SC1091
	. "$run/settings"
	scope_for "$table"
	loader_for "$table"
	trap stop_work INT TERM HUP
	if [[ ${mode_of[$table]} == window ]]; then
		set_window && load_window "$from" "$to"
	else
		load && remember_refresh
	fi
	local code=$?
	result "$code"
	exit "$code"
}

# When a table without a window was refreshed last is kept like a watermark, where it matters.
remember_refresh() {
	[[ -z $full_sync ]] || ant-state --scope "$scope" set "$table" now
}
