# What the suites of engines share: `load ../lib/helper`, then `load engines`.  Each has a simulated organization and
# a PostgreSQL server on loopback; what an engine has loaded is compared with what one plain ant-sync loads.
# shellcheck disable=SC2034	# for the suites
ENGINES=$ROOT/build/engines

# need NAME - a suite without its engine fails, it is not skipped
need() {
	[ -e "$ENGINES/$1/installed" ] || { echo "no $1 in $ENGINES: run scripts/setup --engine=$1" >&2; return 1; }
}

# wait_long COMMAND... - until it succeeds; for engines that take their time, ten minutes at most
wait_long() {
	local end=$((SECONDS + 600))
	until "$@"; do
		((SECONDS < end)) || { echo "waited for: $*" >&2; return 1; }
		sleep 0.5
	done
}

# background NAME COMMAND... - a part of an engine, its output to the file NAME; stop_all ends them all, at once
background() {
	"${@:2}" >"$BATS_FILE_TMPDIR/$1" 2>&1 3>&- &
	echo "$!" >>"$BATS_FILE_TMPDIR/started"
}
stop_all() {
	local pid
	[ -e "$BATS_FILE_TMPDIR/started" ] || return 0
	while read -r pid; do
		end_children_of "$pid" 2>/dev/null || :
		kill -KILL "$pid" 2>/dev/null || :
	done <"$BATS_FILE_TMPDIR/started"
}

# free_ports N - that many ports that nobody listens on
free_ports() {
	/usr/bin/python3 -c 'import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in held))' "$1"
}

# start_db - PostgreSQL that listens on loopback, too; DB is its URI, without a database
start_db() {
	local port
	port=$(free_ports 1)
	start_pg || return
	server restart -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='$PG_DIR' -c fsync=off" || return
	export DB=postgresql://postgres@127.0.0.1:$port
}

new_db() { psql -q -d "$DB/postgres" -c "CREATE DATABASE \"$1\""; } # NAME

# rows_in NAME TABLE... - all rows of the tables, in $SCHEMA, but those of days that are not over: a table may have grown meanwhile
rows_in() {
	local name column
	local -x PGOPTIONS="-c search_path=${SCHEMA-public}"
	for name in "${@:2}"; do
		column=$(ant-tables --tsv | awk -F '\t' -v name="$name" '$1 == name && $3 != "-" { print "WHERE", $3, "<" }')
		psql -qAt -d "$DB/$1" -c "SELECT '$name', t FROM \"$name\" t $column ${column:+"'$TODAY'"} ORDER BY 2" || return
	done
}

# same_rows NAME TABLE... - NAME, in $SCHEMA, holds exactly the rows of the plain sync
same_rows() {
	SCHEMA=public rows_in plain "${@:2}" >plain.rows
	rows_in "$@" >engine.rows
	[ "$(wc -l <plain.rows)" -gt 1000 ]
	cmp -s plain.rows engine.rows || { diff plain.rows engine.rows | head -n 10 | cut -c 1-300; return 1; }
}

# hold PATH N - the Nth request of the path from now on is not answered; held - it has come
hold() {
	curl -sSf -X DELETE "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
	curl -sSf -X DELETE "$ANTHROPIC_BASE_URL/_sim/log" >/dev/null
	curl -sSf --data-binary "$1 at=$2 hang" "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
}
held() { [[ $(curl -sSf "$ANTHROPIC_BASE_URL/_sim/log") == *'"fault":"'* ]]; }

# fetchers [TABLE] - the processes that ask our simulator, for TABLE
fetchers() {
	local pid words
	for pid in $(pgrep -x ant-fetch); do
		tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qxF "ANTHROPIC_BASE_URL=$ANTHROPIC_BASE_URL" || continue
		mapfile -d '' words <"/proc/$pid/cmdline" 2>/dev/null || continue
		[[ -n ${1-} && ${words[-1]-} != "$1" ]] || echo "$pid"
	done
}
one_fetcher() { [ "$(fetchers "$@" | wc -l)" = 1 ]; }

# kill_sync TABLE - kill the ant-sync that fetches TABLE and all that it has started, as the end of its machine would
kill_sync() {
	local pid parent
	pid=$(fetchers "$1")
	while parent=$(ps -o ppid= -p "$pid") && [[ $(ps -o comm= -p $parent) =~ ^(bash|ant-) ]]; do pid=$((parent)); done
	# shellcheck disable=SC2046	# one word each
	kill -KILL $(descendants "$pid") 2>/dev/null || :
}

descendants() { # PID
	local child
	echo "$1"
	for child in $(pgrep -P "$1"); do descendants "$child"; done
}
