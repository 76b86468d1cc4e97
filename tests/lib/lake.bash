# For the suites that use lakes: `load lib/lake` behind `load lib/duckdb`, whose build_duck and use_duckdb are to be called.

# use_lake - a lake without its extensions fails the suite, it is not skipped
use_lake() {
	EXTENSIONS=$(dirname "$ANT_LIBDUCKDB")/duckdb-extensions
	[ -e "$EXTENSIONS/ducklake.duckdb_extension" ] || {
		echo "no extensions for lakes here: run scripts/setup --duckdb" >&2
		return 1
	}
}

# in_lake LAKE SQL... - ask a lake, named as for a loader, as anybody would with DuckDB
in_lake() {
	local lake=${1%%'?data='*} loads=() options=READ_ONLY what name
	shift
	case $lake in
	ducklake:sqlite:*) loads+=(sqlite_scanner) options+=', META_BUSY_TIMEOUT 5000' ;;
	ducklake:postgres:*) loads+=(postgres_scanner) ;;
	esac
	[ -z "${AWS_ENDPOINT_URL-}" ] || loads+=(httpfs)
	what="SET TimeZone = 'UTC'"
	for name in "${loads[@]}"; do what+="; LOAD '$EXTENSIONS/$name.duckdb_extension'"; done
	[ -z "${AWS_ENDPOINT_URL-}" ] || what+="; CREATE SECRET (TYPE s3, KEY_ID 'reader', SECRET 'reader', REGION 'us-east-1', ENDPOINT '${AWS_ENDPOINT_URL#http://}', URL_STYLE 'path', USE_SSL false)"
	what+="; LOAD '$EXTENSIONS/ducklake.duckdb_extension'"
	DUCK_UNSIGNED=1 duck :memory: "$what" "ATTACH '$lake' AS lake (${LAKE_OPTIONS-$options})" 'USE lake' "$@"
}

# start_s3 - a server of S3 on a free port of loopback, with the bucket "lake", and the environment that leads to it.
# Call from setup_file, with stop_s3 in teardown_file.
start_s3() {
	local server=$ROOT/build/s3/bin/moto_server port
	[ -x "$server" ] || { echo 'no server of S3 here: run scripts/setup --tests' >&2; return 1; }
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	"$server" -H 127.0.0.1 -p "$port" >"$BATS_FILE_TMPDIR/s3.log" 2>&1 3>&- &
	export S3_PID=$! S3_URL=http://127.0.0.1:$port
	wait_for curl -sf -o /dev/null --noproxy '*' -X PUT "$S3_URL/lake"
}

# use_s3 - from here on
use_s3() { export AWS_ENDPOINT_URL=$S3_URL AWS_ACCESS_KEY_ID=reader-and-writer AWS_SECRET_ACCESS_KEY="a secret's key" AWS_REGION=us-east-1; }

stop_s3() {
	[ -n "${S3_PID-}" ] || return 0
	end_process "$S3_PID"
}
