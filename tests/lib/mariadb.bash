# A throw-away MariaDB on a socket in a folder of its own: `load lib/mariadb`, start_mariadb in
# setup_file, stop_mariadb in teardown_file.  With MY_FULL its disk is full as soon as there is a file
# "full" in MY_DIR, see full_preload.c.

# start_mariadb OPTION... - of the server, beside those it needs
start_mariadb() {
	local dir
	dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-my.XXXXXX")
	export MY_DIR=$dir MY_OPTIONS="$*"
	[ "$(id -u)" != 0 ] || chown mysql "$dir"
	# By the clock that it has: where tests/dates moves the date alone, its waits would not end.
	# shellcheck disable=SC2046	# a word, or none
	env -u LD_PRELOAD mariadb-install-db --no-defaults --auth-root-authentication-method=normal $(mariadb_user) --datadir="$dir/data" --skip-test-db >"$dir/log" 2>&1 ||
		{ cat "$dir/log" >&2; return 1; }
	# A server that starts removes from a folder that it shares what another has put there.
	mkdir "$dir/tmp"
	[ "$(id -u)" != 0 ] || chown mysql "$dir/tmp"
	[ -z "${MY_FULL-}" ] || make_full "$dir/full.so" || return 1
	launch_mariadb || return 1
	my -e 'CREATE DATABASE anthill' || { cat "$dir/log" >&2; return 1; }
}

mariadb_user() { [ "$(id -u)" != 0 ] || echo --user=mysql; }

# launch_mariadb - the server in MY_DIR, which may have been there before; MY_PID is set
launch_mariadb() {
	local networking=--skip-networking
	[[ $MY_OPTIONS != *--port=* ]] || networking=
	# shellcheck disable=SC2046,SC2086	# lists of words, or none
	env -u LD_PRELOAD ${MY_FULL:+LD_PRELOAD="$MY_DIR/full.so" FULL_WHEN="$MY_DIR/full"} \
		"$(mariadb_server)" --no-defaults $(mariadb_user) --datadir="$MY_DIR/data" --socket="$MY_DIR/s" --pid-file="$MY_DIR/pid" --tmpdir="$MY_DIR/tmp" \
		$networking --local-infile=1 --innodb-flush-log-at-trx-commit=0 $MY_OPTIONS >>"$MY_DIR/log" 2>&1 3>&- 7>&- &
	export MY_PID=$!
	wait_for eval "my -e 'SELECT 1' >/dev/null 2>&1" || { cat "$MY_DIR/log" >&2; return 1; }
}

stop_mariadb() {
	[ -n "${MY_DIR-}" ] || return 0
	end_process "$(cat "$MY_DIR/pid" 2>/dev/null || echo "$MY_PID")" || : # a test may have started another
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
