# For the suites that read Parquet files: `load lib/parquet`, with lib/duckdb; need_pyarrow in setup_file.
PYARROW=$ROOT/build/sdk/venv/bin/python

# need_pyarrow - a suite without it fails, it is not skipped
need_pyarrow() {
	"$PYARROW" -c 'import pyarrow' || { echo "no pyarrow in build/sdk: run scripts/setup-sdk" >&2; return 1; }
}

# arrow FILE... - the rows as pyarrow reads them, as cells of a row stream; arrow --types FILE - its columns
arrow() { "$PYARROW" "$ROOT/tests/lib/parquet.py" "$@"; }
