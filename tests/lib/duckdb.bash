# For the suites that use DuckDB: `load lib/duckdb`, build_duck in setup_file, use_duckdb in each_setup.

# build_duck - compile the program that asks; a suite without the library fails, it is not skipped
build_duck() {
	cc -O1 -o "$BATS_FILE_TMPDIR/duck" "$ROOT/tests/lib/duck.c" -ldl
	use_duckdb
}

# use_duckdb - let everybody find the library, and the program `duck`
use_duckdb() {
	local file
	for file in "$ANT_BIN/../lib/anthill/libduckdb.so" "$ROOT/build/lib/anthill/libduckdb.so"; do
		[ ! -e "$file" ] || { export ANT_LIBDUCKDB=$file; break; }
	done
	[ -n "${ANT_LIBDUCKDB-}" ] || {
		echo "no libduckdb.so here: run scripts/setup --duckdb" >&2
		return 1
	}
	export PATH=$BATS_FILE_TMPDIR:$PATH
}

# until_open FILE - wait until some process has FILE open, without opening it: that would be in its way
until_open() {
	for _ in $(seq 500); do
		# shellcheck disable=SC2010
		if ls -l /proc/[0-9]*/fd 2>/dev/null | grep -qF " $PWD/$1"; then
			sleep 0.1 # it locks it next
			return
		fi
		sleep 0.02
	done
	echo "nobody opens $1" >&2
	return 1
}
