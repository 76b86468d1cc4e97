#!/usr/bin/env bats
# examples/ does what it says, as far as it can run on one machine: against the simulator.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load lib/helper

setup_file() {
	start_sim --days 70 --users 5 --workspaces 2 --api-keys 3
	export EXAMPLES_SIM=$ANTHROPIC_BASE_URL
}
teardown_file() { stop_sim; }

each_setup() {
	export ANT_STATE=$PWD/state
	EXAMPLES=$ROOT/examples
	# What an example leaves to the default, the rate that the real API allows, the simulator need not.
	stub ant-fetch "exec $ANT_BIN/ant-fetch \"\$@\" --rate 0"
}

rows() { sqlite3 "$1" "select count(*) from $2"; }

@test "examples: the crontab is one, and its commands run as cron runs them" {
	local line commands=0 field='([0-9*][0-9*/,-]*)[[:space:]]+'
	mkdir -p home/.config/anthill
	(umask 077 && echo "$ANTHROPIC_ADMIN_KEY" >home/.config/anthill/key)
	printf '%s\n' 'key-file ${HOME}/.config/anthill/key' 'destination sqlite:///${HOME}/anthill.db' 'start -5d' 'rate 0' >home/.config/anthill/sync.conf
	while IFS= read -r line; do
		[[ -n $line && $line != \#* ]] || continue
		[[ ! $line =~ ^[A-Z]+= ]] || continue
		[[ $line =~ ^$field$field$field$field$field(ant-sync.*)$ ]] || { echo "$line"; return 1; }
		[[ $line != *%* ]]
		commands=$((commands + 1))
		# cron gives a command little more than this; it mails what is printed.
		bare HOME="$HOME" SHELL=/bin/sh PATH="$PATH" ANTHROPIC_BASE_URL="$EXAMPLES_SIM" \
			sh -c "cd && ${BASH_REMATCH[6]}" >mail 2>&1 || { cat mail; return 1; }
		[ ! -s mail ] || { echo "it would mail this: $line"; cat mail; return 1; }
	done <"$EXAMPLES/cron/crontab"
	[ "$commands" = 3 ]
	[ "$(rows home/anthill.db users)" -ge 5 ]
	grep -q '^anthill_sync_status{' home/anthill.prom
	grep -q '"@ant":"loaded"' home/anthill.log
	# A gap is mailed.
	ant-sync -c /dev/null -q --dest sqlite:///gap.db --from -9d --to -7d cost_report >/dev/null
	ant-sync -c /dev/null -q --dest sqlite:///gap.db --from -3d cost_report >/dev/null
	run -1 ant-sync -q --dest sqlite:///gap.db --gaps cost_report
	[[ $output == cost_report*T00:00:00Z*T00:00:00Z ]]
}

@test "examples: the backfill by GNU parallel loads all, goes on after a failure, and repeats nothing" {
	export JOBS=2 CHUNK=10
	# The loads of one window fail until the cause is gone.
	touch broken
	stub ant-load-sqlite "[ ! -e '$PWD/broken' ] || exit 1; exec $ANT_BIN/ant-load-sqlite \"\$@\""
	run bash "$EXAMPLES/parallel/backfill" sqlite:///b.db -30d cost_report users
	[ "$status" -gt 0 ]
	rm broken trace
	run -0 bash "$EXAMPLES/parallel/backfill" sqlite:///b.db -30d cost_report users
	[ "$(grep -c '^ant-load-sqlite' trace)" = "$(wc -l <backfill.plan)" ]
	rm trace
	run -0 bash "$EXAMPLES/parallel/backfill" sqlite:///b.db -30d cost_report users
	[ ! -e trace ]
	ant fetch -q --rate 0 --from -30d cost_report | ant flatten -q | ant load-sqlite direct.db
	[ "$(rows b.db cost_report)" = "$(rows direct.db cost_report)" ]
	[ "$(rows b.db users)" = 5 ]
	run -1 grep sk-ant- backfill.plan backfill.plan.log
	run -1 bash "$EXAMPLES/parallel/backfill"
	[[ $output == *usage:* ]]
}

# Airflow itself runs it in tests/engines; these stand-ins take what the real ones take, and run the tasks at once.
@test "examples: the Airflow DAG has a task for each table of each organization, with key and password in the environment alone" {
	mkdir -p stand-in/airflow/sdk
	: >stand-in/airflow/__init__.py
	echo 'class AirflowFailException(Exception): pass' >stand-in/airflow/sdk/exceptions.py
	cat >stand-in/airflow/sdk/__init__.py <<-'END'
	import json, os
	from types import SimpleNamespace

	class Variable:
	    @staticmethod
	    def get(key, default=None, deserialize_json=False):
	        found = {"anthill_organizations": '{"us": ["@compliance", "users"], "eu": ["cost_report"]}', "anthill_rate": "0"}
	        return json.loads(found[key]) if deserialize_json else found.get(key, default)

	class Connection:
	    @staticmethod
	    def get(conn_id):
	        if conn_id == "anthill_dest":
	            return SimpleNamespace(get_uri=lambda: "sqlite:///airflow.db")
	        assert conn_id in ("anthill_us", "anthill_eu")
	        return SimpleNamespace(password=os.environ["THE_KEY"], host=None)

	class Task:
	    def __init__(self, run):
	        self.run = run
	    def __call__(self):
	        return self.run()
	    def expand_kwargs(self, pairs):
	        for pair in pairs:
	            if pair["table"] not in ("users", "cost_report"):
	                print("left out", *pair.values())
	                continue
	            try:
	                self.run(**pair)
	                print("done", *pair.values())
	            except Exception as e:
	                print(type(e).__name__, *pair.values())

	def task(run=None, *, map_index_template=None, max_active_tis_per_dagrun=None):
	    return Task(run) if run else Task

	def dag(*, dag_id, start_date, schedule, catchup, max_active_runs, default_args):
	    assert start_date.tzinfo is None and not catchup and default_args["retries"] > 0
	    return lambda run: run
	END
	stub ant-sync "tr '\\0' '\\n' </proc/\$\$/cmdline >>argv; exec $ANT_BIN/ant-sync \"\$@\" --start -5d"
	dag() { THE_KEY=$1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=stand-in python3 "$EXAMPLES/airflow/anthill_dag.py"; }
	unset ANTHROPIC_ADMIN_KEY
	dag sk-ant-admin01-simulated >tasks
	[ "$(grep -c '^left out us compliance_' tasks)" = "$(ant tables --names @compliance | wc -l)" ]
	[ "$(grep -E '^(done|[A-Z])' tasks)" = $'done us users\ndone eu cost_report' ]
	[ "$(rows airflow.db users)" = 5 ]
	[ "$(rows airflow.db cost_report)" -gt 0 ]
	run -1 grep -e sk-ant -e sqlite argv
	# Trying again helps where the API is away, and does not where it refuses the key.
	dag sk-ant-admin01-nobody >tasks
	[ "$(grep -E '^(done|[A-Z])' tasks)" = $'AirflowFailException us users\nAirflowFailException eu cost_report' ]
	stub ant-sync 'exit 75'
	dag sk-ant-admin01-simulated >tasks
	[ "$(grep -E '^(done|[A-Z])' tasks)" = $'RuntimeError us users\nRuntimeError eu cost_report' ]
}

@test "examples: what Kubernetes is given is what its schemas of 1.29 to today take, and not a word more" {
	local file
	[ -e "$ROOT/build/engines/kubernetes/installed" ] || { echo 'no schemas here: run scripts/setup --engine=kubernetes'; return 1; }
	validate() { "$ROOT/build/engines/kubernetes/venv/bin/kubernetes-validate" --strict -k 1.29.1 -k 1.33.1 -k 1.37.0 "$@"; }
	for file in "$EXAMPLES"/kubernetes/*.yaml; do
		run -0 validate "$file"
		[[ $output != *'not found'* ]]
	done
	sed 's/backoffLimitPerIndex/backofLimitPerIndex/' "$EXAMPLES/kubernetes/backfill.yaml" >wrong.yaml
	run -1 validate wrong.yaml
}

@test "examples: the Kubernetes CronJob parses, keeps the key in the Secret, and its pod needs no volume" {
	start_pg
	# The parts that an API server would check, and what the pod runs, taken out for the shell.
	/usr/bin/python3 - "$EXAMPLES/kubernetes/cronjob.yaml" <<-'END'
	import sys, yaml
	config, job = yaml.safe_load_all(open(sys.argv[1]))
	assert (config["apiVersion"], config["kind"]) == ("v1", "ConfigMap")
	assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
	assert len(job["spec"]["schedule"].split()) == 5 and job["spec"]["concurrencyPolicy"] == "Forbid"
	pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
	assert pod["restartPolicy"] in ("Never", "OnFailure")
	(container,) = pod["containers"]
	env = {e["name"]: e for e in container["env"]}
	for name in ("ANTHROPIC_ADMIN_KEY", "PGPASSWORD"):
	    assert "value" not in env[name] and env[name]["valueFrom"]["secretKeyRef"]["name"] == "anthill"
	assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
	assert not any("persistentVolumeClaim" in v for v in pod["volumes"])
	assert container["securityContext"]["readOnlyRootFilesystem"] and pod["securityContext"]["runAsNonRoot"]
	open("sync.conf", "w").write(config["data"]["sync.conf"].replace("reports@db.example.com/warehouse", "/postgres"))
	open("argv", "w").write("\n".join(container["command"]))
	END
	mapfile -t command <argv
	[ "${command[*]}" = "ant-sync -c /etc/anthill/sync.conf --json" ]
	command[2]=sync.conf
	ANT_STATE=$PWD/first "${command[@]}" --start -5d cost_report users >one 2>err || { cat err; stop_pg; return 1; }
	# The next pod starts without a state, and goes on from the ledger.
	ANT_STATE=$PWD/second "${command[@]}" --start 2025-01-01 cost_report users >two 2>err || { cat err; stop_pg; return 1; }
	psql -qAtc 'select count(*) > 0 from anthropic.cost_report' >answer
	stop_pg
	[ "$(<answer)" = t ]
	# Three days of look-back, not two years.
	[[ $(jq -r 'select(.table == "cost_report").from' two) > $(date -u -d '-6 days' +%F) ]]
}

@test "examples: make loads the months of tables as jobs, each once; what failed is done again" {
	local args=(--no-print-directory -f "$EXAMPLES/batch/Makefile" TABLES="cost_report usage_report" RATE=0)
	start_sim --now 2026-11-20T10:00:00Z --days 70 --users 5 --workspaces 2 --api-keys 3
	# The year is that of the last month that is over.
	stub date '[ "$*" != "-u +%Y-%m" ] || exec echo 2028-01; exec /usr/bin/date "$@"'
	run -0 make -n "${args[@]}"
	[ "$(grep -c ' month=2027-' <<<"$output")" = 24 ]
	stub date '[ "$*" != "-u +%Y-%m" ] || exec echo 2026-11; exec /usr/bin/date "$@"'
	run -0 make -n "${args[@]}"
	[[ $output == *ant-fetch*ant-flatten*ant-load-sqlite* ]]
	[ ! -e receipts ]
	# October fails the first time: the others are done all the same.
	stub ant-fetch "case \"\$*\" in *\"from 2026-10-01\"*cost_report) [ -e '$PWD/healed' ] || exit 75 ;; esac; exec $ANT_BIN/ant-fetch \"\$@\""
	run make -k -j 2 "${args[@]}"
	[ "$status" = 2 ]
	[ ! -e receipts/cost_report.2026-10.json ]
	[ -s receipts/usage_report.2026-10.json ]
	[ -s receipts/cost_report.2026-09.json ]
	touch healed
	rm trace
	run -0 make -k -j 2 "${args[@]}"
	[ "$(grep -c ^ant-fetch trace)" = 1 ]
	rm trace
	run -0 make -k -j 2 "${args[@]}"
	run -1 grep ^ant-fetch trace
	[ "$(find receipts -name '*.json' | wc -l)" = "$(find receipts -type f | wc -l)" ]
	ant fetch -q --rate 0 --from 2026-01-01 --to 2026-11-01 cost_report | ant flatten -q | ant load-sqlite direct.db
	[ "$(rows anthill.db cost_report)" = "$(rows direct.db cost_report)" ]
	[ "$(rows anthill.db cost_report)" -gt 100 ]
	make "${args[@]}" clean
	[ ! -e receipts ]
}

@test "examples: the settings for systemd are what ant-sync takes" {
	mkdir credentials
	(umask 077 && echo "$ANTHROPIC_ADMIN_KEY" >credentials/key)
	unset ANTHROPIC_ADMIN_KEY
	CREDENTIALS_DIRECTORY=$PWD/credentials ant-sync -c "$EXAMPLES/systemd/acme.conf" --start -2d users cost_report >/dev/null 2>&1
	[ "$(rows anthill.db users)" = 5 ]
	# Its commented lines as well.
	sed 's/^#\([a-z]\)/\1/; /^destination sqlite/d; s#//reports@db.example.com/warehouse#///none#' "$EXAMPLES/systemd/acme.conf" >all.conf
	CREDENTIALS_DIRECTORY=$PWD/credentials ant-sync -c all.conf --plan users >plan
	grep -q 'ant-load-pg.*--schema anthropic' plan
}

@test "examples: each folder is in the list, and the scripts pass the checker" {
	local folder
	for folder in "$EXAMPLES"/*/; do
		folder=${folder%/}
		[ "$(grep -c "^| ${folder##*/}/ |" "$EXAMPLES/README.md")" = 1 ] || { echo "${folder##*/}"; return 1; }
	done
	shellcheck "$EXAMPLES/parallel/backfill" "$EXAMPLES/slurm/backfill" "$EXAMPLES/slurm/line.sbatch"
	python3 -c 'import ast, sys; [ast.parse(open(f).read()) for f in sys.argv[1:]]' "$EXAMPLES"/*/*.py
}

@test "examples: the sections of the service's settings load each set with its key, into the same tables" {
	sed -e 's/^#\([a-z]\)/\1/' -e 's#^destination postgres.*#rate 0#' -e '/^schema/d' "$EXAMPLES/systemd/acme.conf" >acme.conf
	grep -q '^organization enterprise' acme.conf
	echo sk-ant-admin01-simulated >key
	echo sk-ant-api01-simulated >scoped
	CREDENTIALS_DIRECTORY=$PWD ANTHROPIC_ADMIN_KEY='' ant-sync -q -c acme.conf --start -6d >/dev/null
	[ "$(rows anthill.db users)" = 5 ]
	[ "$(rows anthill.db analytics_users)" -gt 0 ]
	[ "$(rows anthill.db compliance_activities)" -gt 0 ]
	[ "$(sqlite3 anthill.db "select count(*) from _anthill_loads where table_name = 'users'")" = 1 ]
}

@test "examples: the table file of one's own reads the API's own example: no name of a chat, and nobody's address where it is masked" {
	export ANT_TABLES=$EXAMPLES/tables
	local page=$ROOT/tests/data/api/compliance_chats.page1.json
	ant tables compliance_chats | grep -q /v1/compliance/apps/chats
	run -0 ant flatten -t compliance_chats <"$page"
	[ "$(grep -c 'claude_chat_01AaSsDdFfGgHhJjKkLlQqWw	.*	ada@example.com	.*	2026-08-10T11:00:00Z	' <<<"$output")" = 1 ]
	run -1 grep -F "$(jq -r '.data[0].name' "$page")" <<<"$output"
	run -0 --separate-stderr ant flatten -t compliance_chats --exclude user_id --mask user_email=email <"$page"
	run -1 grep -E 'ada@|user_01' <<<"$output"
	[ -z "$stderr" ]
	# No set of anthill's own takes it in by itself.
	run -1 grep -rl compliance_chats "$ROOT/lib" "$ROOT/scripts"
}
