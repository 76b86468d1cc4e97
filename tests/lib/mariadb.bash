# A throw-away MariaDB on a socket in a folder of its own: `load lib/mariadb`, start_mariadb in
# setup_file, stop_mariadb in teardown_file.

start_mariadb() {
	local dir user=()
	dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-my.XXXXXX")
	[ "$(id -u)" != 0 ] || { chown mysql "$dir"; user=(--user=mysql); }
	# By the clock that it has: where tests/dates moves the date alone, its waits would not end.
	env -u LD_PRELOAD mariadb-install-db --no-defaults --auth-root-authentication-method=normal "${user[@]}" --datadir="$dir/data" --skip-test-db >"$dir/log" 2>&1 ||
		{ cat "$dir/log" >&2; return 1; }
	env -u LD_PRELOAD "$(mariadb_server)" --no-defaults "${user[@]}" --datadir="$dir/data" --socket="$dir/s" --pid-file="$dir/pid" \
		--skip-networking --local-infile=1 --innodb-flush-log-at-trx-commit=0 >>"$dir/log" 2>&1 3>&- &
	export MY_DIR=$dir MY_PID=$!
	wait_for eval "my -e 'SELECT 1' >/dev/null 2>&1" || { cat "$dir/log" >&2; return 1; }
	my -e 'CREATE DATABASE anthill' || { cat "$dir/log" >&2; return 1; }
}

stop_mariadb() {
	[ -n "${MY_DIR-}" ] || return 0
	end_process "$MY_PID" || :
	rm -rf "$MY_DIR"
}

mariadb_server() {
	local f
	for f in "$(command -v mariadbd)" /usr/sbin/mariadbd /usr/libexec/mariadbd; do
		[ ! -x "$f" ] || { echo "$f"; return; }
	done
	echo "no MariaDB server here: run scripts/setup --tests" >&2
	return 1
}

# my ARG... - the client, without anybody's settings
my() { mariadb --no-defaults --local-infile=1 --default-character-set=utf8mb4 -u root -S "$MY_DIR/s" "$@"; }
