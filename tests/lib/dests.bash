# One destination of each kind, asked and changed by hand: `load lib/dests`, with lib/duckdb, start_pg and build_duck.
# shellcheck disable=SC2034	# for the suites

# in_each COMMAND... - run it with each kind of destination, in a folder of its own: KIND, URI and ANT_STATE
in_each() {
	local KIND
	for KIND in ${KINDS:-sqlite duckdb postgresql csv}; do
		echo "into $KIND:"
		mkdir "$KIND" && cd "$KIND" || return
		new_dest d
		export ANT_STATE=$PWD/state
		"$@"
		cd ..
	done
}

# still_day - a day that is over, for a simulator whose clock stands still, so that no row changes under a test: a Thursday,
# and one with rows on each of the sixteen days before it, for an outage or a holiday has none
still_day() {
	local day days weeks=0
	day=$(date -u -d yesterday +%F)
	day=$(date -u -d "$day -$((($(date -u -d "$day" +%u) + 3) % 7)) days" +%F)
	while days=$("$ANT_BIN/ant-sim" --days 60 --now "${day}T12:00:00Z" --expect cost_report --from "$(date -u -d "$day -16 days" +%F)" --to "$day" | tail -n +2 | cut -c 1-10 | sort -u | wc -l); ((days < 16)); do
		((++weeks < 26)) || { echo "no such day: $days before $day" >&2; return 1; }
		day=$(date -u -d "$day -7 days" +%F)
	done
	echo "$day"
}

# new_dest NAME - set URI to a new one of this kind; use_dest: to one that is there
new_dest() {
	[ "$KIND" != postgresql ] || createdb "t${BATS_SUITE_TEST_NUMBER}_$1"
	use_dest "$1"
}

use_dest() {
	NAME=$1
	case $KIND in
	sqlite) URI=sqlite:///$1.db ;;
	duckdb) URI=duckdb:///$1.duckdb ;;
	csv) URI=csv:///$1 ;;
	postgresql) URI=postgresql:///t${BATS_SUITE_TEST_NUMBER}_$1 ;;
	esac
	export URI
}

# scope - under which ant-sync keeps the watermarks of URI
scope() {
	if [ "$KIND" = postgresql ]; then echo "$URI"; else echo "${URI%%:*}:///$PWD/${URI#*:///}"; fi
}

# loader_of [TABLE] - the loader of URI, in LOADER
loader_of() {
	case $KIND in
	sqlite) LOADER=(ant-load-sqlite "$NAME.db") ;;
	duckdb) LOADER=(ant-load-duckdb "$NAME.duckdb") ;;
	postgresql) LOADER=(ant-load-pg -d "$URI") ;;
	csv) LOADER=(ant-load-csv -o "$NAME/${1-x}.csv") ;;
	esac
}

sql() {
	case $KIND in
	sqlite) sqlite3 -batch "$NAME.db" "$@" ;;
	duckdb) duck "$NAME.duckdb" "$@" ;;
	postgresql) psql -AtXq -v ON_ERROR_STOP=1 -d "$URI" -c "$1" ;;
	csv) python3 "$ROOT/tests/lib/csvtool.py" "$NAME" "$@" ;;
	esac
}

# all_rows TABLE - in one order
all_rows() {
	if [ "$KIND" = csv ]; then tail -n +2 "$NAME/$1.csv" | sort; else sql "SELECT * FROM $1" | sort; fi
}

count() { # TABLE [CONDITION]
	if [ "$KIND" = csv ]; then sql count "$1" "${2-}"; else sql "SELECT count(*) FROM $1 ${2:+WHERE $2}"; fi
}

# days TABLE COLUMN - how many it has rows of
days() { all_days "$@" | wc -l; }
all_days() {
	case $KIND in
	csv) sql days "$1" "$2" ;;
	sqlite) sql "SELECT DISTINCT substr($2, 1, 10) FROM $1 ORDER BY 1" ;;
	*) sql "SELECT DISTINCT CAST($2 AS date) FROM $1 ORDER BY 1" ;;
	esac
}

drop_table() { # TABLE
	case $KIND in
	csv) rm "$NAME/$1.csv" ;;
	*) drop_views; sql "DROP TABLE $1" ;;
	esac
}

# Views are made by each run, and would be in the way of a table that goes.
drop_views() {
	local view
	case $KIND in
	sqlite) for view in $(sql "SELECT name FROM sqlite_schema WHERE type = 'view'"); do sql "DROP VIEW \"$view\""; done ;;
	postgresql) for view in $(sql "SELECT viewname FROM pg_views WHERE schemaname = current_schema()"); do sql "DROP VIEW IF EXISTS \"$view\" CASCADE"; done ;;
	esac
}

delete_days() { # TABLE COLUMN FROM TO
	case $KIND in
	csv) sql delete "$1" "$2" "$3" "$4" ;;
	*) sql "DELETE FROM $1 WHERE CAST($2 AS text) >= '$3' AND CAST($2 AS text) < '$4'" ;;
	esac
}

empty_table() { # TABLE
	if [ "$KIND" = csv ]; then sed -i '2,$d' "$NAME/$1.csv"; else sql "DELETE FROM $1"; fi
}

drop_ledger() {
	if [ "$KIND" = csv ]; then rm "$NAME/_anthill_loads.csv"; else drop_views; sql 'DROP TABLE _anthill_loads'; fi
}

# copy_dest FROM TO - a copy of the whole destination; move_dest puts one in the place of another
copy_dest() {
	case $KIND in
	sqlite) sqlite3 -batch "$1.db" "VACUUM INTO '$2.db'" ;;
	duckdb) cp "$1.duckdb" "$2.duckdb" ;;
	csv) cp -r "$1" "$2" ;;
	postgresql) createdb -T "t${BATS_SUITE_TEST_NUMBER}_$1" "t${BATS_SUITE_TEST_NUMBER}_$2" ;;
	esac
}

move_dest() {
	case $KIND in
	sqlite) rm -f "$2.db"*; mv "$1.db" "$2.db" ;;
	duckdb) rm -f "$2.duckdb"*; mv "$1.duckdb" "$2.duckdb" ;;
	csv) rm -rf "$2"; mv "$1" "$2" ;;
	postgresql)
		dropdb "t${BATS_SUITE_TEST_NUMBER}_$2"
		psql -AtXq -d postgres -c "ALTER DATABASE \"t${BATS_SUITE_TEST_NUMBER}_$1\" RENAME TO \"t${BATS_SUITE_TEST_NUMBER}_$2\""
		;;
	esac
}

# What 0.1.0 wrote: a ledger of nine columns, and files of watermarks without what came later.
readonly NEW_COLUMNS='organization destination_id line load_id created time_column buckets asked'
age_ledger() {
	local column
	case $KIND in
	csv) sql cut _anthill_loads 9; return ;;
	sqlite | postgresql) drop_views; sql 'DROP INDEX _anthill_loads_line' ;;
	esac
	for column in $NEW_COLUMNS; do sql "ALTER TABLE _anthill_loads DROP COLUMN $column"; done
}

age_state() {
	local file
	for file in state/*.watermark; do
		grep -Ev '^(begin|organization|destination|load|byhand|check) ' "$file" >old.txt
		python3 - old.txt "$file" <<-'PY'
			import sys
			text = open(sys.argv[1], "rb").read()
			h = 0xcbf29ce484222325
			for b in text:
			    h = (h ^ b) * 0x100000001b3 % 2 ** 64
			open(sys.argv[2], "wb").write(text + b"check %016x\n" % h)
		PY
	done
	rm old.txt
}
