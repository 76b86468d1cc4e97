#!/usr/bin/env bats
# examples/airflow on Airflow: its scheduler, its executor, the DAG as it stands.
# shellcheck disable=SC2154	# set by run
load ../lib/helper
load engines

setup_file() {
	need airflow
	export TODAY US EU US_PID
	TODAY=$(date -u +%F)
	start_sim --days 60 --users 7 --seed 2
	EU=$ANTHROPIC_BASE_URL US_PID=$SIM_PID
	start_sim --days 60 --users 5
	US=$ANTHROPIC_BASE_URL
	start_db
	new_db plain
	new_db engine
	start_airflow
	plain "$US" "${US_TABLES[@]}"
	plain "$EU" "${EU_TABLES[@]}"
}

teardown_file() {
	stop_all
	stop_sim
	SIM_PID=${US_PID-} stop_sim
	stop_pg
}

US_TABLES=(usage_report cost_report users workspaces workspace_members)
EU_TABLES=(usage_report cost_report users)

plain() { # URL TABLE...
	ANTHROPIC_BASE_URL=$1 ANT_STATE=$BATS_FILE_TMPDIR/state ant-sync -q -c /dev/null --by-organization --dest "$DB/plain" "${@:2}" >/dev/null
}

each_setup() { use_airflow; }

# What all parts of Airflow find in their environment; files, ports and secrets are this suite's own.
use_airflow() {
	local name organizations
	PATH=$ENGINES/airflow/venv/bin:$PATH
	read -r -a ports <"$BATS_FILE_TMPDIR/ports"
	organizations=$(jq -cn --arg us "${US_TABLES[*]}" --arg eu "${EU_TABLES[*]}" '{us: ($us / " "), eu: ($eu / " ")}')
	for name in \
		AIRFLOW_HOME="$BATS_FILE_TMPDIR/airflow" HOME="$BATS_FILE_TMPDIR/home" PYTHONDONTWRITEBYTECODE=1 \
		AIRFLOW__CORE__DAGS_FOLDER="$ROOT/examples/airflow" AIRFLOW__CORE__LOAD_EXAMPLES=False \
		AIRFLOW__CORE__EXECUTOR=LocalExecutor AIRFLOW__CORE__PARALLELISM=3 AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY=2 \
		AIRFLOW__CORE__EXECUTION_API_SERVER_URL="http://127.0.0.1:${ports[0]}/execution/" \
		AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS=True AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
		AIRFLOW__API__HOST=127.0.0.1 AIRFLOW__API__PORT="${ports[0]}" AIRFLOW__API__WORKERS=1 \
		AIRFLOW__API_AUTH__JWT_SECRET="$(<"$BATS_FILE_TMPDIR/secret")" \
		AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT="${ports[1]}" AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK=False \
		AIRFLOW_VAR_ANTHILL_ORGANIZATIONS="$organizations" AIRFLOW_VAR_ANTHILL_RATE=0 \
		AIRFLOW_CONN_ANTHILL_US="$(connection "$US")" AIRFLOW_CONN_ANTHILL_EU="$(connection "$EU")" \
		AIRFLOW_CONN_ANTHILL_DEST="${DB/postgresql/postgres}/engine"; do
		export "${name?}"
	done
	# It comes from the connection alone.
	unset ANTHROPIC_ADMIN_KEY
}

connection() { jq -cn --arg host "$1" '{conn_type: "http", password: "sk-ant-admin01-simulated", host: $host}'; }

start_airflow() {
	free_ports 2 >"$BATS_FILE_TMPDIR/ports"
	head -c 32 /dev/urandom | base64 >"$BATS_FILE_TMPDIR/secret"
	mkdir "$BATS_FILE_TMPDIR/home"
	(
		use_airflow
		airflow db migrate >"$BATS_FILE_TMPDIR/migrate" 2>&1
		background api-server airflow api-server
		background scheduler airflow scheduler
		background dag-processor airflow dag-processor
	)
	wait_long known || { tail -n 20 "$BATS_FILE_TMPDIR"/{api-server,scheduler,dag-processor} >&2; return 1; }
}

meta() { sqlite3 -cmd '.timeout 10000' "$BATS_FILE_TMPDIR/airflow/airflow.db" "$1"; }
known() { [ "$(meta "SELECT count(*) FROM dag WHERE dag_id = 'anthill'" 2>/dev/null)" = 1 ]; }
over() { [[ $(meta "SELECT state FROM dag_run WHERE run_id = '$1'") =~ ^(success|failed)$ ]]; } # RUN

# The scheduler may have a run by the clock, too, before or after ours: one at a time.
run_dag() { # RUN
	airflow dags trigger -r "$1" anthill >/dev/null 2>&1
	airflow dags unpause anthill >/dev/null 2>&1
}

# check_run RUN - it succeeded, with a task for each table of each organization
check_run() {
	wait_long over "$1"
	airflow tasks states-for-dag-run -o json anthill "$1" 2>/dev/null >states
	jq -r '.[] | select(.state != "success") | .task_id + " " + .state' states >bad
	[ ! -s bad ] || { cat bad; find "$BATS_FILE_TMPDIR/airflow/logs" -name '*.log' -path "*$1*" -exec tail -n 5 {} +; return 1; }
	[ "$(jq '[.[] | select(.task_id == "sync")] | length' states)" = "$((${#US_TABLES[@]} + ${#EU_TABLES[@]}))" ]
	same_rows engine "${US_TABLES[@]}"
}

@test "airflow: the DAG's run has a task for each table of each organization; one that is killed in the middle is tried again" {
	hold /v1/organizations/usage_report/messages 2
	run_dag one
	wait_long held
	kill_sync usage_report
	check_run one
	[ "$(meta "SELECT state FROM task_instance_history WHERE run_id = 'one' AND task_id = 'sync' AND map_index = 0")" = failed ]
}

@test "airflow: a second run loads nothing twice, and nothing is kept but in the destination" {
	run_dag two
	check_run two
	[ "$(find "$BATS_FILE_TMPDIR/home" -type f)" = '' ]
	# The key is in no log and in no table of Airflow's.
	run -1 grep -rl sk-ant- "$BATS_FILE_TMPDIR/airflow"
}

@test "airflow: a key that is refused fails its tasks at once, without another try, and those of the other organization go on" {
	curl -sSf --data-binary '/v1/organizations/cost_report always status=401' "$EU/_sim/faults" >/dev/null
	run_dag three
	wait_long over three
	[ "$(meta "SELECT state FROM dag_run WHERE run_id = 'three'")" = failed ]
	[ "$(meta "SELECT rendered_map_index || '|' || try_number FROM task_instance WHERE run_id = 'three' AND state = 'failed'")" = 'eu cost_report|1' ]
	[ "$(meta "SELECT count(*) FROM task_instance WHERE run_id = 'three' AND state != 'success'")" = 1 ]
	# It holds what it held.
	same_rows engine "${US_TABLES[@]}"
}
