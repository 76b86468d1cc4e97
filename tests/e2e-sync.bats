#!/usr/bin/env bats
# ant-sync and ant-ingest with all their siblings, from a simulated organization.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; run sets stderr
load lib/helper
load lib/duckdb

setup_file() {
	start_sim --days 60
	start_pg
	build_duck
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() {
	export ANT_STATE=$PWD/state
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
}

# sync ARG... - quietly, up to the last midnight, so that no row changes while we compare; and so near that what is
# read again is not older than what was loaded
sync() { ant-sync -q --rate 0 --to today --lookback 3d "$@"; }
export -f sync

# All rows of a database, in one order, without the ledger.
dump() { # FILE
	local table
	for table in $(ant-tables --names); do
		echo "== $table"
		sqlite3 -nullvalue '\N' "$1" "select * from $table" 2>/dev/null | sort
	done
}

# How many rows the simulator says a table must hold.
expected() { # TABLE [--from T --to T]
	ant-sim --days 60 --expect "$@" | tail -n +2 | wc -l
}

# The tables that a run without any takes.
console() { ant-tables --tsv | awk -F '\t' '$8 ~ /console/ { print $1 }'; }

rows() { sqlite3 "$1" "select count(*) from $2"; } # FILE TABLE

@test "e2e: all tables into SQLite, with as many rows as the simulator made" {
	run -0 --separate-stderr sync --start -20d
	[ "${#lines[@]}" = 16 ]
	local table day
	day=$(date -u -d '-20 days' +%F)
	for table in $(console); do
		case $(ant-tables --tsv | awk -v t="$table" '$1 == t {print $2}') in
		window) want=$(expected "$table" --from "$day" --to today) ;;
		*) want=$(expected "$table") ;;
		esac
		[ "$(rows anthill.db "$table")" = "$want" ] || { echo "$table: $(rows anthill.db "$table") rows, not $want"; return 1; }
		[ "$want" -gt 0 ]
	done
}

@test "e2e: a second run leaves the same rows, in one chunk or many, spooled or streamed" {
	sync --start -40d
	dump anthill.db >first
	sync --start -40d
	diff -q first <(dump anthill.db)
	sync --full-refresh --start -40d --chunk 7
	diff -q first <(dump anthill.db)
	sync --dest sqlite:///b.db --start -40d --chunk 0 --parallel 1
	diff -q first <(dump b.db)
	sync --dest sqlite:///c.db --start -40d --chunk 1 --parallel 8 usage_report cost_report
	[ "$(rows c.db usage_report)" = "$(rows b.db usage_report)" ]
	[ "$(rows c.db cost_report)" = "$(rows b.db cost_report)" ]
}

@test "e2e: the plan does what the sync does, run by bash, xargs or GNU parallel" {
	sync --start -30d
	dump anthill.db >want
	local n=0 how
	for how in 'while IFS= read -r line; do bash -c "$line" || exit; done' 'tac | xargs -d "\n" -n 1 -P 4 bash -c' \
		'sort -R | parallel --will-cite -j 4 --halt soon,fail=1'; do
		n=$((n + 1))
		sync --plan --dest "sqlite:///p $n.db" --start -30d --chunk 9 >plan
		[ "$(wc -l <plan)" -gt 20 ]
		bash -c "set -o pipefail; { $how; } <plan" >receipts 2>err || { cat err; return 1; }
		diff -q want <(dump "p $n.db")
		[ "$(wc -l <receipts)" = "$(grep -o -e '--finish ant-state' plan | wc -l)" ] # some lines load two tables
		[ "$(ant-state --scope "sqlite:///$PWD/p $n.db" get usage_report)" = "$(date -u +%F)T00:00:00Z" ]
	done
}

@test "e2e: killed at random moments, a backfill ends as an undisturbed one, and no chunk is fetched twice" {
	local calm=${EPOCHREALTIME/[.,]/} args=(--lookback 0 --chunk 5 --start "$(date -u -d '-400 days' +%F)" --parallel 3 usage_report messages_usage cost_report claude_code_usage claude_code_models users)
	sync --dest sqlite:///calm.db "${args[@]}"
	calm=$((${EPOCHREALTIME/[.,]/} - calm))
	dump calm.db >want
	# ANT_KILLS for more; what the runs asked for is in the simulator's log.
	run -0 python3 - "${ANT_KILLS:-15}" "$calm" "$ANT_BIN" "${args[@]}" <<'PY'
import json, os, random, re, signal, subprocess, sys, time, urllib.request
kills, calm, bin, args = int(sys.argv[1]), int(sys.argv[2]) / 1e6, sys.argv[3], sys.argv[4:]
env = dict(os.environ, TMPDIR=os.getcwd())
log = os.environ["ANTHROPIC_BASE_URL"] + "/_sim/log"
tables = {"usage_report/messages": ["usage_report", "messages_usage"], "cost_report": ["cost_report"],
          "usage_report/claude_code": ["claude_code_models", "claude_code_usage"]}
def asked():
    for line in urllib.request.urlopen(log).read().decode().splitlines():
        request = json.loads(line)
        fed = tables.get(request["path"].removeprefix("/v1/organizations/"))
        if fed:
            yield fed, re.search(r"starting_at=([^&]*)", request["query"])[1]
cmd = [bin + "/ant-sync", "-q", "--rate", "0", "--to", "today", "--dest", "sqlite:///killed.db"] + args
def marks():
    out = subprocess.run([bin + "/ant-state", "--scope", "sqlite:///" + os.getcwd() + "/killed.db", "list"], capture_output=True, text=True, env=env)
    assert out.returncode == 0, out
    return dict(line.split("\t")[:2] for line in out.stdout.splitlines())
def ended(group):
    """A killed process has its locks until it is a zombie or gone, which its parent cannot wait for."""
    for _ in range(600):
        all = (line.split() for line in subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True).stdout.splitlines())
        if not any(int(g) == group and not stat.startswith("Z") for g, stat in all):
            return
        time.sleep(0.05)
    sys.exit("a killed run does not end")
moved = requests = 0
for n in range(kills + 1):
    before = marks()
    urllib.request.urlopen(urllib.request.Request(log, method="DELETE"))
    p = subprocess.Popen(cmd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, text=True)
    if n < kills:
        time.sleep(random.uniform(0.02, max(0.8, calm / 8)))
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        p.wait()
        ended(p.pid)
    else:
        _, err = p.communicate()
        if p.returncode:
            sys.exit(f"the last run: {p.returncode} {err}")
    for fed, start in asked():
        requests += 1
        if all(table in before and start < before[table][: len(start)] for table in fed):
            sys.exit(f"run {n}: {fed} from {start} although the watermarks are {before}")
    moved += marks() != before
print(f"{kills} kills, {moved} of them moved a watermark, {requests} requests")
# On a fast machine the backfill is done after some twenty kills, of which half come too early.
if moved < min(kills // 3, 5) or requests < 400:
    sys.exit("the runs did not get anywhere")
PY
	echo "$output"
	diff -q want <(dump killed.db)
	ant-sync --gaps --dest sqlite:///killed.db
}

@test "e2e: eight at once: one works per table, the others exit 6, and no row is doubled" {
	local i pids=() codes=''
	sync --dest sqlite:///calm.db --start -30d
	for i in 1 2 3 4 5 6 7 8; do
		sync --start -30d >out.$i 2>err.$i 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		local code=0
		wait "$i" || code=$?
		codes+="$code "
	done
	echo "$codes"
	[[ $codes =~ ^([06]\ )+$ && $codes == *6* ]]
	# With what the others left to it, one more run completes them all.
	sync --wait --start -30d
	diff -q <(dump calm.db) <(dump anthill.db)
}

@test "e2e: while one works on a table, seven others exit 6 at once, in SQLite and PostgreSQL" {
	local i dest driver began code sum
	PGDATABASE=template1 psql -qc 'create database eight'
	sync --dest sqlite:///calm.db --start -9d cost_report
	# The worker is held up in its fetch until the others are gone, however long these take.
	stub ant-fetch "touch '$PWD/held'; until [ -e '$PWD/go' ]; do sleep 0.05; done; exec '$ANT_BIN/ant-fetch' \"\$@\""
	for dest in sqlite:///eight.db postgresql:///eight; do
		rm -f held go trace
		sync --dest "$dest" --start -9d cost_report >out 2>&1 3>&- &
		driver=$!
		wait_for [ -e held ]
		for i in 1 2 3 4 5 6 7; do
			began=${EPOCHREALTIME/[.,]/} code=0
			sync --dest "$dest" --start -9d cost_report >other 2>&1 || code=$?
			echo "$dest: exit $code after $((${EPOCHREALTIME/[.,]/} - began)) us"
			[ "$code" = 6 ]
			grep -q 'another run holds the lock' other
		done
		touch go
		wait "$driver"
		[ "$(grep -c '^ant-fetch' trace)" = 1 ]
		sync --dest "$dest" --start -9d cost_report >again
	done
	diff <(dump calm.db) <(dump eight.db)
	# SQLite has a sum of floats: of integers of the smallest unit it is exact.
	sum='select count(*), sum(cast(round(amount_cents * 100000000) as bigint)) from cost_report'
	[ "$(psql -d eight -Atc "$sum")" = "$(sqlite3 calm.db "$sum")" ]
}

@test "e2e: eight at once into PostgreSQL: each table is done by one or left with status 6, and no row is doubled" {
	local i pids=() code codes='' table
	PGDATABASE=template1 psql -qc 'create database crowd'
	sync --dest sqlite:///calm.db --start -20d
	for i in 1 2 3 4 5 6 7 8; do
		sync --dest postgresql:///crowd --start -20d >out.$i 2>err.$i 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		code=0
		wait "$i" || code=$?
		codes+="$code "
	done
	echo "$codes"
	[[ $codes =~ ^([06]\ )+$ && $codes == *6* ]] || { cat err.*; return 1; }
	sync --dest postgresql:///crowd --wait --start -20d
	for table in $(console); do
		[ "$(psql -d crowd -Atc "select count(*) from $table")" = "$(rows calm.db "$table")" ]
	done
}

@test "e2e: eight at once with --wait all succeed" {
	local i pids=()
	for i in 1 2 3 4 5 6 7 8; do
		sync --wait --start -10d usage_report users >out.$i 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[ "$(rows anthill.db usage_report)" = "$(expected usage_report --from "$(date -u -d '-10 days' +%F)" --to today)" ]
}

@test "e2e: of a plan whose lines keep nothing, what one left out is loaded by the next run, or found by --gaps" {
	local left start line n
	start=$(date -u -d '-60 days' +%F)
	for left in 1 2; do
		ant-sync -q -c /dev/null --plan --state destination --dest "sqlite:///$left.db" --start "$start" --to today --chunk 20 --rate 0 cost_report >plan
		n=0
		while IFS= read -r line; do
			((++n == left)) || ANT_STATE=$PWD/state.$left.$n bash -c "$line" >/dev/null <&-
		done <plan
		[ "$n" = 3 ]
		run -1 ant-sync -q -c /dev/null --state destination --dest "sqlite:///$left.db" --start "$start" --gaps cost_report
		[[ $output == *"$(date -u -d "$start +$((20 * left - 20)) days" +%F)T00:00:00Z"* ]]
	done
	ant-sync -q -c /dev/null --state destination --dest sqlite:///2.db --to today --rate 0 cost_report >/dev/null
	[ "$(rows 2.db cost_report)" = "$(expected cost_report --from "$start" --to today)" ]
}

@test "e2e: into PostgreSQL with nothing but environment variables, twice, then restored from its ledger" {
	PGDATABASE=template1 psql -qc 'create database e2e'
	sync --dest postgresql:///e2e --schema ant --start -20d
	sync --dest sqlite:///a.db --start -20d
	local table before
	for table in $(console); do
		[ "$(psql -d e2e -Atc "select count(*) from ant.$table")" = "$(rows a.db "$table")" ]
	done
	before=$(psql -d e2e -Atc 'select sum(amount_cents), count(*) from ant.cost_report')
	rm -rf state
	run -0 --separate-stderr ant-sync --rate 0 --to today --lookback 3d --dest postgresql:///e2e --schema ant
	[[ $stderr == *"taking over the watermarks"* ]]
	[ "$(grep -c '"table":"cost_report"' <<<"$output")" = 1 ]
	[ "$(psql -d e2e -Atc 'select sum(amount_cents), count(*) from ant.cost_report')" = "$before" ]
}

@test "e2e: into CSV files, the same rows again" {
	sync --dest csv:///out --start -10d
	[ "$(find out -name '[a-z]*.csv' | wc -l)" = 16 ]
	cp -r out first
	sync --dest csv:///out --start -10d
	diff -r -x _anthill_loads.csv first out
	ant-sync --dest csv:///out --status >status
	[ "$(awk '$2 ~ /T00:00:00Z$/' status | wc -l)" = 7 ]
	[ "$(grep -c "$(date -u +%F)T.*Z  [rw][a-z]* " status)" = 16 ]
	ant-sync --dest csv:///out --gaps
}

@test "e2e: into Parquet files, the same rows as in SQLite, twice, after a revision, and killed and resumed" {
	use_duckdb
	export TMPDIR=$PWD # what is killed leaves its folder
	same() { # FOLDER - it holds what want.db does
		local table
		for table in cost_report usage_report users claude_code_usage; do
			[ "$(duck :memory: "SELECT count(*) FROM '$1/$table.parquet'")" = "$(rows want.db $table)" ]
		done
		[ "$(duck :memory: "SELECT sum(amount_cents)::DECIMAL(38,6) FROM '$1/cost_report.parquet'" "SELECT sum(output_tokens)::BIGINT FROM '$1/usage_report.parquet'")" = \
			"$(sqlite3 want.db 'SELECT printf("%.6f", sum(amount_cents)) FROM cost_report; SELECT sum(output_tokens) FROM usage_report')" ]
	}
	local tables='cost_report usage_report users claude_code_usage' i status
	# shellcheck disable=SC2086	# words
	for dest in sqlite:///want.db parquet:///out parquet:///out; do sync --dest $dest --start -20d $tables; done
	same out
	[ "$(find out -type f | wc -l)" = 5 ] # and the ledger
	ant-sync --dest parquet:///out --status cost_report users >status
	[ "$(grep -cE ' (window|replace) +[1-9]' status)" = 2 ]
	# shellcheck disable=SC2086
	run -0 ant-sync --gaps --dest parquet:///out cost_report usage_report
	# Lost watermarks come back from the ledger; a file that is gone is loaded anew.
	rm -r state out/users.parquet
	# shellcheck disable=SC2086
	run -0 --separate-stderr ant-sync --rate 0 --to today --dest parquet:///out $tables
	[[ $stderr == *'taking over the watermarks'* ]]
	same out
	for i in 0.3 0.6 0.9 1.2; do
		# shellcheck disable=SC2086
		setsid ant-sync -q --rate 0 --to today --dest parquet:///b --start -20d --chunk 4 $tables >/dev/null 2>&1 3>&- &
		sleep "$i"
		kill -KILL -- "-$!" || :
		wait "$!" || status=$?
		group_ended "$!"
	done
	[ "$status" = 137 ]
	# shellcheck disable=SC2086
	sync --dest parquet:///b --start -20d --chunk 4 $tables
	same b
	[ "$(find b -type f | wc -l)" = 5 ]
	# A folder of days a table.
	# shellcheck disable=SC2086
	for _ in 1 2; do sync --dest 'parquet:///days?days' --start -20d --chunk 4 $tables; done
	[ "$(find days/cost_report.parquet -name '20*.parquet' | wc -l)" = "$(sqlite3 want.db 'SELECT count(DISTINCT substr(bucket, 1, 10)) FROM cost_report')" ]
	for i in $tables; do
		[ "$(duck :memory: "SELECT count(*) FROM 'days/$i.parquet/*.parquet'")" = "$(rows want.db "$i")" ]
	done
	# shellcheck disable=SC2086
	run -0 ant-sync --gaps --dest 'parquet:///days?days' cost_report usage_report
}

@test "e2e: into DuckDB, twice, after a revision, and killed and resumed" {
	use_duckdb
	export TMPDIR=$PWD # what is killed leaves its folder
	local table day before status=0
	sync --dest sqlite:///want.db --start -20d
	# Some days are without use: the last one that has some, farther back than a run looks by itself.
	day=$(sqlite3 want.db "select max(date(bucket)) from usage_report where output_tokens > 0 and bucket < date('now', '-11 days')")
	sync --dest duckdb:///a.duckdb --start -20d
	same() { # FILE - the same rows as in want.db; floats aside
		for table in $(console); do
			[ "$(duck "$1" "select count(*) from $table")" = "$(rows want.db "$table")" ] || { echo "$1: $table"; return 1; }
		done
		[ "$(duck "$1" 'select sum(input_tokens), sum(output_tokens) from usage_report')" = \
			"$(sqlite3 want.db 'select sum(input_tokens), sum(output_tokens) from usage_report')" ]
	}
	same a.duckdb
	sync --dest duckdb:///a.duckdb
	same a.duckdb
	# The simulator changes a day: a run that looks back to it has the new numbers, and as many rows.
	before=$(duck a.duckdb 'select sum(output_tokens) from usage_report')
	curl -sSf -X POST "$ANTHROPIC_BASE_URL/_sim/revise?date=$day&factor=3" >/dev/null
	sync --dest duckdb:///a.duckdb --lookback 15d usage_report cost_report messages_usage
	[ "$(duck a.duckdb 'select sum(output_tokens) from usage_report')" != "$before" ]
	sync --dest sqlite:///want.db --lookback 15d usage_report cost_report messages_usage
	same a.duckdb
	# Killed with all its children at some moments, the last run completes it.
	for i in 0.3 0.6 0.9 1.2; do
		setsid ant-sync -q --rate 0 --to today --dest duckdb:///b.duckdb --start -20d --chunk 4 >/dev/null 2>&1 3>&- &
		sleep "$i"
		kill -KILL -- "-$!" || :
		wait "$!" || status=$?
		group_ended "$!"
	done
	[ "$status" = 137 ]
	sync --dest duckdb:///b.duckdb --start -20d --chunk 4
	same b.duckdb
	run -0 ant-sync --gaps --dest duckdb:///b.duckdb usage_report cost_report claude_code_usage
}

@test "e2e: --status says when the last load was, how and how many rows, in each destination" {
	local dest before after
	use_duckdb
	PGDATABASE=template1 psql -qc 'create database told'
	for dest in sqlite:///s.db postgresql:///told duckdb:///s.duckdb csv:///s; do
		before=$(date -u +%FT%TZ)
		sync --dest "$dest" --start -5d cost_report users
		after=$(date -u +%FT%TZ)
		run -0 ant-sync --dest "$dest" --status cost_report users api_keys
		[[ ${lines[0]} =~ ^table\ +watermark\ +behind\ +last\ load\ +mode\ +rows$ ]]
		[[ ${lines[1]} =~ ^cost_report\ +$(date -u +%F)T00:00:00Z\ +[0-9]+\ (min|h)\ +([0-9TZ:-]+)\ +window\ +([0-9]+)$ ]]
		[[ ! ${BASH_REMATCH[2]} < $before && ! ${BASH_REMATCH[2]} > $after ]]
		[ "${BASH_REMATCH[3]}" = "$(expected cost_report --from "$(date -u -d '-5 days' +%F)" --to today)" ]
		[[ ${lines[2]} =~ ^users\ +-\ +0\ min\ +([0-9TZ:-]+)\ +replace\ +$(expected users)$ ]]
		[[ ! ${BASH_REMATCH[1]} < $before && ! ${BASH_REMATCH[1]} > $after ]]
		[[ ${lines[3]} =~ ^api_keys\ +-\ +-\ +-\ +-\ +-$ ]]
	done
}

@test "e2e: keys of sections, from a command and a file, are in no process list, file or message" {
	mkdir tmp
	export TMPDIR=$PWD/tmp
	# The simulator takes one key alone; what reads it must be found by no search for it.
	printf '%s\n' "$ANTHROPIC_ADMIN_KEY" | rev >secret
	(umask 077 && printf '%s\n' "$ANTHROPIC_ADMIN_KEY" >keyfile)
	export KEY_OF_ENV=$ANTHROPIC_ADMIN_KEY
	unset ANTHROPIC_ADMIN_KEY
	cat >c <<-END
		rate 0
		start -5d
		tables users usage_report cost_report
		organization command
		  key-command rev $PWD/secret
		  prefix c_
		organization file
		  key-file $PWD/keyfile
		  prefix f_
		organization environment
		  key-env KEY_OF_ENV
		  prefix e_
	END
	export SAMPLED=$BATS_TEST_TMPDIR
	python3 "$ROOT/tests/lib/sample.py" "SAMPLED=$SAMPLED" >seen 3>&- &
	local sampler=$!
	run -0 ant-sync -v -c c --metrics m.prom --dest sqlite:///o.db
	echo "$output" >out
	run -0 ant-sync -c c --plan --dest sqlite:///o.db
	echo "$output" >>out
	run -0 ant-sync -c c --check --dest sqlite:///o.db
	echo "$output" >>out
	run -0 ant-sync -c c --status --dest sqlite:///o.db
	echo "$output" >>out
	kill "$sampler"
	wait "$sampler" || :
	grep -q ant-fetch seen
	grep -q ant-load- seen
	run -1 grep -rlE 'sk-ant-admin01-simulated' seen out state tmp m.prom o.db
	for i in c_ f_ e_; do [ "$(rows o.db ${i}users)" -gt 0 ]; done
}

@test "e2e: a key or a password is in no process list, file or message of a run" {
	mkdir tmp
	export TMPDIR=$PWD/tmp
	export SAMPLED=$BATS_TEST_TMPDIR
	python3 "$ROOT/tests/lib/sample.py" "SAMPLED=$SAMPLED" >seen 3>&- &
	local sampler=$!
	run -0 ant-sync -v --rate 0 --start -5d --metrics m.prom
	echo "$output" >out
	run -0 ant-ingest ingest --source-uri "anthropic://?api_key=$ANTHROPIC_ADMIN_KEY" --source-table users \
		--dest-uri "postgresql://postgres:e2e-secret@/postgres?host=$PGHOST" --dest-table public.people
	echo "$output" >>out
	kill "$sampler"
	wait "$sampler" || :
	grep -q ant-fetch seen
	grep -q ant-load- seen
	# The command line as it was typed is there for the moment until its first act.
	grep -v 'ant-ingest ingest --source-uri anthropic://?api_key' seen >ps2 || :
	run -1 grep -rlE 'sk-ant-admin01-simulated|e2e-secret' ps2 out state tmp m.prom anthill.db
	[ "$(psql -Atc 'select count(*) from public.people')" -gt 0 ]
}

@test "e2e: a run stopped by SIGTERM leaves whole chunks, and the next one goes on" {
	sync --dest sqlite:///calm.db --start -300d --chunk 3 --lookback 0 usage_report cost_report
	ant-sync -q --rate 0 --to today --start -300d --chunk 3 --lookback 0 usage_report cost_report >out 2>err 3>&- &
	local driver=$! status=0
	wait_for [ -s out ]
	kill "$driver"
	wait "$driver" || status=$?
	[ "$status" = 143 ]
	grep -q 'the same command goes on from there' err
	sync --start -300d --chunk 3 --lookback 0 usage_report cost_report
	diff -q <(dump calm.db) <(dump anthill.db)
}

@test "e2e: an API that refuses the key, or is gone, leaves rows and watermarks, with the right status" {
	sync --start -5d
	dump anthill.db >want
	cp -r state before
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-wrong run -3 sync
	stub ant-fetch "exec $ANT_BIN/ant-fetch --backoff 0.01 \"\$@\"" # all retries, without the waits
	ANTHROPIC_BASE_URL=http://127.0.0.1:9 run -75 ant-sync -q --dest sqlite:///anthill.db users --rate 0
	diff -q want <(dump anthill.db)
	diff -r before state
}

@test "ingest: the documented examples, with a destination each" {
	local uri="anthropic://?api_key=$ANTHROPIC_ADMIN_KEY" day
	unset ANTHROPIC_ADMIN_KEY
	day=$(date -u -d '-1 day' +%F)
	run -0 ant-ingest ingest --source-uri "$uri" --source-table "claude_code_usage" --dest-uri "sqlite:///d.db" \
		--dest-table "claude_code_usage" --interval-start "$(date -u -d '-9 days' +%F)" --interval-end "$day"
	[ "$(rows d.db claude_code_usage)" = "$(expected claude_code_usage --from "$(date -u -d '-9 days' +%F)" --to today)" ]
	run -0 ant-ingest ingest --source-uri "$uri" --source-table "cost_report" --dest-uri "sqlite:///d.db" --dest-table "anthropic_costs"
	[ "$(rows d.db anthropic_costs)" = "$(expected cost_report --to today)" ]
	run -0 ant-ingest ingest --source-uri "$uri" --source-table "usage_report" \
		--dest-uri "postgresql://postgres:password@/postgres?host=$PGHOST" --dest-table "raw.api_usage" \
		--interval-start "$day" --interval-end "$day"
	[ "$(psql -Atc 'select count(*) from raw.api_usage')" = "$(expected usage_report --from "$day" --to today)" ]
	run -0 ant-ingest ingest --source-uri "$uri" --source-table "users" --dest-uri "csv:///people.csv"
	[ "$(grep -c @example people.csv)" -gt 10 ]
}

@test "sync: all processes of a run together start no more requests than --rate allows" {
	local driver log=$ANTHROPIC_BASE_URL/_sim/log
	curl -sSf -X DELETE "$log" >/dev/null
	ant-sync -q --rate 30 --to today --chunk 4 --start -40d claude_code_usage usage_report cost_report users 3>&- &
	driver=$!
	asked() { [ "$(curl -sSf "$log" | wc -l)" -ge 30 ]; }
	wait_for asked
	sleep 2
	# What any of them starts before the first minute is over would be too much.
	run -0 curl -sSf "$log"
	kill "$driver"
	wait "$driver" || [ $? = 143 ]
	jq -s -e 'map(.time[:19] + "Z" | fromdate) | .[-1] - .[0] >= 60 or length == 30' <<<"$output"
}

@test "ingest: strategies do what they say" {
	local args=(--source-uri "anthropic://?api_key=$ANTHROPIC_ADMIN_KEY" --source-table cost_report --dest-uri sqlite:///s.db)
	local a b
	a=$(date -u -d '-9 days' +%F)
	b=$(date -u -d '-5 days' +%F)
	ant-ingest "${args[@]}" --interval-start "$a" --interval-end "$b"
	local n
	n=$(rows s.db cost_report)
	[ "$n" = "$(expected cost_report --from "$a" --to "$(date -u -d '-4 days' +%F)")" ]
	ant-ingest "${args[@]}" --interval-start "$a" --interval-end "$b" --incremental-strategy merge
	[ "$(rows s.db cost_report)" = "$n" ]
	ant-ingest "${args[@]}" --interval-start "$a" --interval-end "$b" --incremental-strategy delete+insert
	[ "$(rows s.db cost_report)" = "$n" ]
	ant-ingest "${args[@]}" --interval-start "$a" --interval-end "$b" --incremental-strategy append
	[ "$(rows s.db cost_report)" = $((2 * n)) ]
	ant-ingest "${args[@]}" --interval-start "$a" --interval-end "$b" --incremental-strategy replace
	[ "$(rows s.db cost_report)" = "$n" ]
	ant-ingest "${args[@]}"
	[ "$(rows s.db cost_report)" = "$(expected cost_report --to today)" ]
}

@test "e2e: the examples of the manuals run" {
	local page
	export KEY=$ANTHROPIC_ADMIN_KEY
	for page in ant-sync ant-ingest; do
		sed -n 's/^\.Dl \$ //p' "$ROOT/man/$page.1" | sed 's/\\(dq/"/g; s/\\e/\\/g' >examples
		[ "$(wc -l <examples)" -ge 2 ]
		sed 's/ant-sync$/ant-sync --start -5d --rate 0/; s/claude_code_usage/usage_report/' examples >shorter
		bash -e -o pipefail shorter >receipts 2>err || { cat err; return 1; }
	done
	[ "$(rows anthill.db users)" -gt 0 ]
	[ -s out/usage_report.csv ]
	[ -s costs/anthropic_costs.csv ]
	[ "$(rows backfill.db usage_report)" -gt 0 ]
}

@test "append: a day of analytics that is there in part just after midnight comes once, with all its rows" {
	local table option
	start_sim --now 2026-11-20T00:30:00Z --days 10 --users 8
	for table in analytics_cost analytics_usage_report; do
		use_key "$([ $table = analytics_cost ] && echo console || echo legacy)"
		# The 19th is known up to 21:00.
		ant-fetch -q --rate 0 --from 2026-11-17 --to 2026-11-20 $table >part
		[ "$(grep -c '"starting_at":"2026-11-19' part)" -gt 0 ]
		for option in '' '--jobs 1 --page-limit 5'; do
			# shellcheck disable=SC2086
			ant-fetch -q --rate 0 --complete $option --from 2026-11-17 --to 2026-11-20 $table >whole
			diff <(sed '/^{"@ant"/d; /"starting_at":"2026-11-19/d' part | sort) <(sed '/^{"@ant"/d' whole | sort)
			[ "$(tail -n 1 whole | jq -c '[.watermark, .records]')" = "[\"2026-11-19T00:00:00Z\",$(($(wc -l <whole) - 2))]" ]
		done
	done
	use_key console
	as_of 2026-11-20T00:30:00Z ant-sync -q --rate 0 --mode append --start 2026-11-17 analytics_cost >/dev/null
	[ "$(sqlite3 anthill.db 'SELECT max(starting_at) FROM analytics_cost')" = 2026-11-18T00:00:00Z ]
	curl -fsS -X POST "$ANTHROPIC_BASE_URL/_sim/change?now=2026-11-20T04:30:00Z" >/dev/null
	as_of 2026-11-20T04:30:00Z ant-sync -q --rate 0 --mode append analytics_cost >/dev/null
	curl -fsS "$ANTHROPIC_BASE_URL/_sim/expect?table=analytics_cost&from=2026-11-17&to=2026-11-20" | tail -n +2 | cut -c 1-10 | uniq -c | awk '{ print $2 "|" $1 }' |
		diff - <(sqlite3 anthill.db 'SELECT substr(starting_at, 1, 10), count(*) FROM analytics_cost GROUP BY 1')
}
