# ClickHouse: `load lib/clickhouse`.  start_chdb: the engine of today behind an HTTP interface of ours, chdb_server.py; for
# all statements.  start_clickhouse: Debian's server, of 2018; for the protocol.  Each in setup_file, with stop_chdb and
# stop_clickhouse in teardown_file; folders and ports of their own.

# clickhouse_parts - the folder with what scripts/setup --tests gets
clickhouse_parts() {
	local dir
	for dir in "$ANT_BIN/../clickhouse" "$ROOT/build/clickhouse"; do
		[ ! -e "$dir/installed" ] || { echo "$dir"; return; }
	done
	echo "no ClickHouse here: run scripts/setup-clickhouse" >&2
	return 1
}

# start_chdb - with another user than default where CHDB_USER and CHDB_KEY are set; sets CHDB_DIR, CHDB_PID, CHDB (its base URL) and CHDB_URI, without a database
start_chdb() {
	local dir parts
	parts=$(clickhouse_parts) || return
	dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-chdb.XXXXXX")
	# By the clock that it has: its engine has threads that wait.
	env -u LD_PRELOAD "$parts/venv/bin/python" "$ROOT/tests/lib/chdb_server.py" "$dir" ${CHDB_USER+"$CHDB_USER" "$CHDB_KEY"} >"$dir/log" 2>&1 3>&- &
	export CHDB_DIR=$dir CHDB_PID=$!
	wait_for [ -e "$dir/port" ] || { cat "$dir/log" >&2; return 1; }
	CHDB=http://127.0.0.1:$(<"$dir/port") CHDB_URI=clickhouse://127.0.0.1:$(<"$dir/port")
	export CHDB CHDB_URI
}

stop_chdb() {
	[ -n "${CHDB_DIR-}" ] || return 0
	end_process "$CHDB_PID" || :
	rm -rf "$CHDB_DIR"
}

# ask SQL... - run statements in chdb's database DB; their answers, tab separated
ask() {
	local sql
	for sql; do
		curl -sS --fail-with-body "$CHDB/?database=$DB" --data-binary "$sql" || { echo "in: $sql" >&2; return 1; }
	done
}

# create_database NAME, drop_database NAME - one whose tables can be exchanged
create_database() {
	local DB=default
	ask "CREATE DATABASE $1 ENGINE = Atomic"
}
drop_database() {
	local DB=default
	ask "DROP DATABASE $1"
}

# start_clickhouse - sets OLD_DIR, OLD (its base URL) and OLD_URI; users default and keyed, whose password is "a secret key"
start_clickhouse() {
	local dir parts
	parts=$(clickhouse_parts) || return
	dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-ch.XXXXXX")
	make_full "$dir/full.so" || return
	mkdir "$dir/data" "$dir/tmp"
	export OLD_DIR=$dir
	local port
	for port in $(shuf -i 20000-30000 -n 20); do
		cat >"$dir/config.xml" <<-END
			<yandex>
			  <logger><level>error</level><log>$dir/log</log><errorlog>$dir/errors</errorlog></logger>
			  <http_port>$port</http_port><listen_host>127.0.0.1</listen_host>
			  <path>$dir/data/</path><tmp_path>$dir/tmp/</tmp_path><mark_cache_size>50000000</mark_cache_size>
			  <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
			</yandex>
		END
		cat >"$dir/users.xml" <<-'END'
			<yandex>
			  <profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
			  <users>
			    <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
			    <keyed><password>a secret key</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></keyed>
			  </users>
			  <quotas><default/></quotas>
			</yandex>
		END
		export OLD=http://127.0.0.1:$port OLD_URI=clickhouse://127.0.0.1:$port/default
		run_clickhouse && return
	done
	cat "$dir/out" >&2
	return 1
}

# run_clickhouse - start it, or start it again; its process is in OLD_DIR/pid
run_clickhouse() {
	local server libraries
	server=$(clickhouse_parts)/server
	libraries=$(dirname "$server"/usr/lib/*/libclickhouse.so.18.16)
	(cd "$OLD_DIR" && exec env LD_LIBRARY_PATH="$libraries:$server/lib/${libraries##*/}" LD_PRELOAD="$OLD_DIR/full.so" FULL_WHEN="$OLD_DIR/full" \
		"$server/usr/sbin/clickhouse-server" --config-file=config.xml) >"$OLD_DIR/out" 2>&1 3>&- 7>&- &
	local pid=$!
	echo "$pid" >"$OLD_DIR/pid"
	wait_for eval "! kill -0 $pid 2>/dev/null || curl -sf '$OLD/' >/dev/null"
	kill -0 "$pid" 2>/dev/null
}

stop_clickhouse() {
	[ -n "${OLD_DIR-}" ] || return 0
	end_process "$(<"$OLD_DIR/pid")" || :
	rm -rf "$OLD_DIR"
}

# old SQL... - the same in Debian's server
old() {
	local sql
	for sql; do curl -sS "$OLD/" --data-binary "$sql"; done
}
