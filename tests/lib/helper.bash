# Loaded by every suite: `load lib/helper`.  Commands come from $ANT_BIN, and ANT_WRAP (valgrind,
# say) stands before each that is called through ant().
bats_require_minimum_version 1.5.0

: "${ANT_BIN:=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)/build/bin}"
ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
export ANT_BIN ROOT LC_ALL=C.UTF-8 TZ=UTC
export PATH="$ANT_BIN:$PATH"

# Nothing of the caller's own set-up may reach a test, only what setup_file started: this is
# read again in the process of each test.
[ -n "${SIM_PID-}" ] || unset ANTHROPIC_ADMIN_KEY ANTHROPIC_BASE_URL
[ -n "${PG_DIR-}" ] || unset PGHOST PGUSER PGDATABASE
unset ANTHROPIC_ADMIN_API_KEY ANT_TABLES ANT_STATE ANT_DEST
unset ANT_LIBDUCKDB PGPORT PGPASSWORD PGSERVICE
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY

setup() {
	watch_over "$BASHPID"
	SHARED_SIM=${SIM_PID-}
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$PWD/home XDG_STATE_HOME=$PWD/home/state XDG_CONFIG_HOME=$PWD/home/config
	mkdir -p home
	if declare -F each_setup >/dev/null; then each_setup; fi
}

teardown() {
	if declare -F each_teardown >/dev/null; then each_teardown; fi
	[ "${SIM_PID-}" = "$SHARED_SIM" ] || stop_sim # it was the test's own
	[ ! -e "$BATS_TEST_TMPDIR/hung" ] || { echo 'what this test had started did not end, and was killed' >&2; return 1; }
}

# watch_over PID - a test that hangs fails, by its name, rather than hold up all the others: what
# it has started is ended after $ANT_TEST_SECONDS.  tail ends by itself when the test does.
watch_over() {
	(
		status=0
		timeout "${ANT_TEST_SECONDS:-600}" tail --pid="$1" -f /dev/null || status=$?
		[ "$status" = 124 ] || exit
		: >"$BATS_TEST_TMPDIR/hung"
		end_children_of "$1" "$BASHPID"
	) >/dev/null 2>&1 3>&- &
	disown # a test's own `wait` is not for it
}

# end_children_of PID [BUT] - kill what PID has started, and what that has; BUT and its own stay.
end_children_of() {
	local child
	for child in $(pgrep -P "$1"); do
		[ "$child" != "${2-}" ] || continue
		end_children_of "$child" "${2-}"
		kill -KILL "$child"
	done
}

# wait_for COMMAND... - until it succeeds; a minute and a half at most.
wait_for() {
	local end=$((SECONDS + 90))
	until "$@"; do
		((SECONDS < end)) || { echo "waited for: $*" >&2; return 1; }
		sleep 0.02
	done
}

# end_process PID - ask a server of ours to end and wait; one that does not within half a minute
# fails the caller, and is gone with all it has started.
end_process() {
	local _
	kill "$1" 2>/dev/null || :
	for _ in $(seq 600); do
		kill -0 "$1" 2>/dev/null || { wait "$1" 2>/dev/null || :; return 0; }
		sleep 0.05
	done
	echo "process $1 does not end" >&2
	ps -fp "$1" >&2 || :
	end_children_of "$1"
	kill -KILL "$1" 2>/dev/null || :
	return 1
}

# ant NAME ARG... - run ant-NAME, under a checker where ANT_WRAP names one.
ant() {
	local cmd=ant-$1
	shift
	# shellcheck disable=SC2086
	command ${ANT_WRAP-} "$ANT_BIN/$cmd" "$@"
}
export -f ant

# stub NAME BODY - put a NAME of our own first in PATH; it appends its call to ./trace.
stub() {
	mkdir -p bin
	printf '#!/bin/sh\necho "%s $*" >>"%s/trace"\n%s\n' "$1" "$PWD" "$2" >"bin/$1"
	chmod +x "bin/$1"
	PATH=$PWD/bin:${PATH#"$PWD/bin:"}
}

# start_sim ARG... - start ant-sim on a free port; sets SIM_PID and the environment of the others.
# Call from setup_file, with stop_sim in teardown_file, or from a test, whose own ends with it.
# With --now its clock stands still: not for what takes its times from ours ("today", "-3d").
start_sim() {
	local out=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/sim.out
	: >"$out"
	"$ANT_BIN/ant-sim" --port 0 "$@" >"$out" 2>"$out.err" 3>&- &
	SIM_PID=$!
	for _ in $(seq 1200); do
		[ -s "$out" ] && break
		kill -0 "$SIM_PID" 2>/dev/null || break
		sleep 0.05
	done
	ANTHROPIC_BASE_URL=$(head -n 1 "$out")
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	export ANTHROPIC_BASE_URL ANTHROPIC_ADMIN_KEY SIM_PID
	[ -n "$ANTHROPIC_BASE_URL" ] || { cat "$out.err" >&2; return 1; }
}

# source_of COMMAND - its source, with the lists of options in loader.h that it takes
source_of() {
	local list
	cat "$ROOT/cmd/$1.c"
	for list in $(sed -n 's/^\t\(LOADER_[A-Z]*\),$/\1/p' "$ROOT/cmd/$1.c"); do sed -n "/^#define $list /,/[^\\\\]\$/p" "$ROOT/cmd/loader.h"; done
}

# use_key SET - the credential that ant-sim takes for the tables of SET
use_key() {
	unset ANTHROPIC_ADMIN_KEY ANTHROPIC_AUTH_TOKEN
	case $1 in
	console) export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated ;;
	identity) export ANTHROPIC_AUTH_TOKEN=simulated-oauth-token ;;
	enterprise | legacy | compliance) export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated ;;
	*) echo "use_key: there is no set $1" >&2; return 1 ;;
	esac
}

# tables_of SET - its tables, each with "yes" behind it where it has a window
tables_of() { ant-tables --tsv | awk -F '\t' -v set="$1" '("," $8 ",") ~ ("," set ",") { print $1, $11 }'; }

# group_ended GROUP - wait until each process of a killed group is gone or a zombie: until then it has its locks
group_ended() { wait_for eval "ps -eo pgid=,stat= | awk '"'$1 == '"$1"' && $2 !~ /^Z/ { n = 1 } END { exit n }'"'"; }

stop_sim() {
	[ -n "${SIM_PID-}" ] || return 0
	local pid=$SIM_PID
	unset SIM_PID
	end_process "$pid"
}

# bare VARIABLE=VALUE... COMMAND... - with no other environment, but the clock that tests/dates has set
bare() { env -i ${CLOCK_AHEAD:+CLOCK_AHEAD="$CLOCK_AHEAD" LD_PRELOAD="$LD_PRELOAD"} "$@"; }

# as_of TIME COMMAND... - run it as if it were TIME now: what the API serves for a year only is not asked for later
as_of() {
	local lib=$BATS_FILE_TMPDIR/clock.so
	[ -e "$lib" ] || "${CC:-cc}" -O1 -shared -fPIC -o "$lib" "$ROOT/tests/lib/clock_preload.c" || return
	# A library before that of a sanitizer is one that it would not start with.
	CLOCK_AHEAD=$((${CLOCK_AHEAD:-0} + $(date -u -d "$1" +%s) - $(date -u +%s))) LD_PRELOAD=$lib \
		ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 "${@:2}"
}

# as_postgres COMMAND... - run as a user that PostgreSQL accepts: it refuses root.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=postgres --regid=postgres --init-groups "$@"
	else
		"$@"
	fi
}

# make_full FILE - the library of full_preload.c
make_full() { "${CC:-cc}" -O1 -shared -fPIC -o "$1" "$ROOT/tests/lib/full_preload.c" -ldl; }

# start_pg - a throw-away PostgreSQL on a socket in a folder of its own; call from setup_file.
# Sets PGHOST, PGUSER, PGDATABASE.  stop_pg in teardown_file.  With PG_FULL its disk is full as
# soon as there is a file "full" in PG_DIR, see full_preload.c.
start_pg() {
	local bin dir
	bin=$(pg_bin) || return 1
	dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-pg.XXXXXX")
	[ "$(id -u)" != 0 ] || chown postgres "$dir"
	as_postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$dir/log" 2>&1 || { cat "$dir/log" >&2; return 1; }
	[ -z "${PG_FULL-}" ] || make_full "$dir/full.so" || return 1
	export PG_DIR=$dir PGHOST=$dir PGUSER=postgres PGDATABASE=postgres
	server start -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c fsync=off -c log_statement=none"
}

# server VERB... - start, restart or stop it, as pg_ctl
server() (
	cd / || return
	as_postgres env ${PG_FULL:+LD_PRELOAD="$PG_DIR/full.so" FULL_WHEN="$PG_DIR/full"} \
		"$(pg_bin)/pg_ctl" -D "$PG_DIR/data" -w -l "$PG_DIR/data/server.log" "$@" >/dev/null 3>&- 7>&-
)

stop_pg() {
	[ -n "${PG_DIR-}" ] || return 0
	server stop -m immediate 2>/dev/null || :
	rm -rf "$PG_DIR"
}

# The folder with initdb and pg_ctl: in PATH, or the newest where Debian keeps them.
pg_bin() {
	local d
	if d=$(command -v initdb); then dirname "$d"; return; fi
	d=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	[ -x "$d/initdb" ] && { echo "$d"; return; }
	echo "no PostgreSQL server here: run scripts/setup" >&2
	return 1
}
