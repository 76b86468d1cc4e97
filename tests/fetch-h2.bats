#!/usr/bin/env bats
# ant-fetch over HTTP/2: nghttpx speaks it, with TLS, before ant-sim.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; nghttpx.bash sets proxy and port
load lib/helper
load lib/nghttpx

O=/v1/organizations
DAYS=(--from 2026-09-01 --to 2026-10-01 claude_code_usage)

setup_file() {
	need_nghttpx || return
	start_sim --now 2026-11-21T10:00:00Z --days 90 --users 45
	export SIM_URL=$ANTHROPIC_BASE_URL
	cd "$BATS_FILE_TMPDIR" || return
	certificate localhost
	ant fetch --rate 0 "${DAYS[@]}" >days
}
teardown_file() { stop_sim; }
each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	sim DELETE faults >/dev/null
	sim DELETE log >/dev/null
	start_proxy
	export ANTHROPIC_BASE_URL=https://localhost:$port
}
each_teardown() { stop_proxy; }

sim() { curl -sSf -X "$1" "$SIM_URL/_sim/$2" "${@:3}"; }
arm() { printf '%s\n' "$@" | curl -sSf --data-binary @- "$SIM_URL/_sim/faults" >/dev/null; }

# until_asked N - wait until the simulator has seen so many requests
until_asked() { wait_for asked "$1"; }
asked() { [ "$(sim GET log | wc -l)" -ge "$1" ]; }
connections() { cut -d ' ' -f 1 access | sort -u | wc -l; }

# no_end STATUS - it failed with STATUS and one line at the end that is ours, and without an end
no_end() {
	[ "$status" -eq "$1" ] || { echo "status $status: $(cat err)"; return 1; }
	run -1 grep -c '"@ant":"end"' out
	[[ $(tail -n 1 err) == "ant-fetch: https://localhost:$port/"* ]]
}
fetch() {
	status=0
	timeout 60 "$ANT_BIN/ant-fetch" --rate 0 --backoff 0.001 "$@" >out 2>err || status=$?
}

@test "h2: each table is what it is over HTTP/1.1, over one connection, whatever --jobs is" {
	local t
	for t in "usage_report --from 2026-09-10 --to 2026-11-20 --page-limit 7" "cost_report --from 2026-09-10 --to 2026-11-20" \
		"claude_code_usage --from 2026-10-01 --to 2026-11-10" users workspace_members workspace_rate_limits organization; do
		: >access
		# shellcheck disable=SC2086
		ant fetch --rate 0 --jobs 8 --base-url "$SIM_URL" $t >want
		# shellcheck disable=SC2086
		ant fetch --rate 0 --jobs 8 $t >out
		cmp out want
		[ "$(cut -d ' ' -f 2,3 access | sort -u)" = 'h2 200' ] || { cat access; return 1; }
		[ "$(connections)" -eq 1 ] || { cat access; return 1; }
	done
}

@test "h2: requests are under way side by side, no more than --jobs" {
	arm "$O/usage_report/claude_code always delay=500"
	SECONDS=0
	fetch --jobs 15 "${DAYS[@]}"
	cmp out "$BATS_FILE_TMPDIR/days"
	[ "$SECONDS" -lt 7 ] # one after another it takes 15
	[ "$(connections)" -eq 1 ]
	sim DELETE faults >/dev/null
	sim DELETE log >/dev/null
	arm "$O/usage_report/claude_code first=5 delay=3000"
	"$ANT_BIN/ant-fetch" --rate 0 --jobs 5 "${DAYS[@]}" >out 3>&- &
	pid=$!
	until_asked 5
	sleep 0.5
	[ "$(sim GET log | wc -l)" -eq 5 ]
	wait "$pid"
}

@test "h2: where the server allows fewer streams than --jobs, the others wait" {
	stop_proxy
	start_proxy --frontend-http2-max-concurrent-streams=2
	arm "$O/usage_report/claude_code every=2 delay=50"
	fetch --jobs 16 --retries 0 "${DAYS[@]}"
	cmp out "$BATS_FILE_TMPDIR/days"
}

@test "h2: pages are read ahead up to four a job, and no more" {
	arm "$O/usage_report/claude_code query=2026-09-01 delay=4000"
	"$ANT_BIN/ant-fetch" --rate 0 --jobs 3 "${DAYS[@]}" >out 3>&- &
	pid=$!
	until_asked 12 # the first one and eleven others
	sleep 1
	[ "$(sim GET log | wc -l)" -eq 12 ]
	wait "$pid"
	cmp out "$BATS_FILE_TMPDIR/days"
}

@test "h2: a stream that is reset is asked for again, and the others go on" {
	local fault
	for fault in "cut framing=length" "cut=0 framing=length" "cut framing=chunked" reset reset=100; do
		sim DELETE faults >/dev/null
		: >access
		arm "$O/usage_report/claude_code every=3 $fault"
		fetch --jobs 4 --retries 20 "${DAYS[@]}"
		[ "$status" -eq 0 ] || { echo "$fault: $(tail -n 1 err)"; return 1; }
		cmp out "$BATS_FILE_TMPDIR/days"
		grep -q 'trying again' err
		[ "$(connections)" -eq 1 ]
		arm "$O/usage_report/claude_code query=2026-09-08 always $fault"
		fetch --jobs 4 --retries 2 "${DAYS[@]}"
		no_end 75
	done
}

@test "h2: a stream that hangs is given up alone" {
	arm "$O/usage_report/claude_code query=2026-09-07 at=1 hang"
	fetch --jobs 4 --timeout 1 "${DAYS[@]}"
	[ "$status" -eq 0 ]
	cmp out "$BATS_FILE_TMPDIR/days"
	[ "$(grep -c 'trying again' err)" -eq 1 ]
	[ "$(connections)" -eq 1 ]
	arm "$O/usage_report/claude_code query=2026-09-07 always hang"
	fetch --jobs 4 --timeout 0.5 --retries 1 "${DAYS[@]}"
	no_end 75
}

@test "h2: a server that says GOAWAY sends what is under way, and the rest goes over a new connection" {
	arm "$O/usage_report/claude_code always delay=300"
	"$ANT_BIN/ant-fetch" --rate 0 --jobs 4 --retries 0 "${DAYS[@]}" >out 2>err 3>&- &
	pid=$!
	until_asked 8
	kill -HUP "$proxy" # its worker says GOAWAY, and another takes over
	wait "$pid" || { cat err; return 1; }
	cmp out "$BATS_FILE_TMPDIR/days"
	grep -q 'Worker process shutting down' errors
	[ "$(connections)" -gt 1 ]
}

@test "h2: a proxy that is killed in the middle costs a retry where it comes back, 75 where not" {
	arm "$O/usage_report/claude_code always delay=300"
	"$ANT_BIN/ant-fetch" --rate 0 --jobs 4 --backoff 0.3 --retries 20 "${DAYS[@]}" >out 2>err 3>&- &
	pid=$!
	until_asked 8
	stop_proxy
	start_proxy
	wait "$pid" || { cat err; return 1; }
	cmp out "$BATS_FILE_TMPDIR/days"
	grep -q 'trying again' err
	sim DELETE log >/dev/null
	"$ANT_BIN/ant-fetch" --rate 0 --jobs 4 --backoff 0.01 --retries 3 "${DAYS[@]}" >out 2>err 3>&- &
	pid=$!
	until_asked 8
	stop_proxy
	status=0
	wait "$pid" || status=$?
	no_end 75
}

@test "h2: a 429 stops all streams for as long as it says" {
	arm "$O/usage_report/claude_code at=6 status=429 header=retry-after-ms:1500" "$O/usage_report/claude_code always delay=150"
	fetch --jobs 4 "${DAYS[@]}"
	[ "$status" -eq 0 ]
	cmp out "$BATS_FILE_TMPDIR/days"
	# What had begun when it came is before the pause, all others are after it.
	sim GET log | jq -s -e 'map(.time | (sub("\\..*"; "Z") | fromdate) + (.[20:23] | tonumber) / 1000) | . as $t |
		[range(1; length) | {at: ., gap: ($t[.] - $t[. - 1])}] | max_by(.gap) | .gap >= 1 and .at <= 12'
	# Nor do statuses get lost on the way.
	sim DELETE faults
	arm "$O/usage_report/claude_code query=2026-09-07 always status=403"
	fetch --jobs 4 "${DAYS[@]}"
	no_end 3
}

@test "h2: large pages and a slow reader harm nothing" {
	local report=(--jobs 2 --width 1h --from 2026-09-01 --to 2026-09-15 usage_report)
	ant fetch --rate 0 --base-url "$SIM_URL" "${report[@]}" >want
	arm "$O/usage_report/messages query=starting_at=2026-09-08 delay=1000 huge=60000000"
	run -0 bash -c 'set -o pipefail; "$ANT_BIN/ant-fetch" --rate 0 --timeout 8 --retries 0 "$@" | { sleep 10; cat; } >out' - "${report[@]}"
	cmp out want
	arm "$O/users always huge=67108865"
	fetch users --page-limit 1
	no_end 4
	grep -q 'larger than 67108864 bytes' err
}

@test "h2: a proxy without a server behind it is 75, and its word is passed on" {
	stop_proxy
	SIM_URL=http://127.0.0.1:1 start_proxy
	fetch --retries 1 users
	no_end 75
	grep -q 'HTTP 50[23]' err
}

@test "h2: a server that only speaks HTTP/1.1 is spoken to so, over as many connections as jobs" {
	stop_proxy
	start_proxy --npn-list=http/1.1
	arm "$O/usage_report/claude_code always delay=100"
	fetch --jobs 4 "${DAYS[@]}"
	cmp out "$BATS_FILE_TMPDIR/days"
	[ "$(cut -d ' ' -f 2 access | sort -u)" = http/1.1 ]
	[ "$(connections)" -gt 1 ] && [ "$(connections)" -le 4 ]
}
