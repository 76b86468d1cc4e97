#!/usr/bin/env bats
# examples/slurm on a Slurm of one node: a job array over the lines of a plan.
# shellcheck disable=SC2154	# set by run
load ../lib/helper
load engines

TABLES=(usage_report messages_usage cost_report users)

setup_file() {
	command -v slurmctld >/dev/null || { echo "no Slurm here: run scripts/setup --engine=slurm" >&2; return 1; }
	export TODAY FROM
	TODAY=$(date -u +%F)
	FROM=$(date -u -d "$TODAY -120 days" +%F)
	start_sim --days 120 --users 5 --workspaces 2 --api-keys 3
	start_db
	start_slurm
	new_db plain
	ANT_STATE=$BATS_FILE_TMPDIR/plain ant-sync -q -c /dev/null --dest "$DB/plain" --start "$FROM" "${TABLES[@]}" >/dev/null
}

teardown_file() {
	[ -z "${SLURM-}" ] || scancel --full -u root
	stop_all
	[ -z "${SLURM-}" ] || rm -rf "$SLURM"
	stop_sim
	stop_pg
}

# start_slurm - a controller, a node with room for four jobs, and what signs their messages, on ports and in a folder of their own
start_slurm() {
	local ports name
	read -r -a ports < <(free_ports 2)
	# The socket's path must be short, and those who use it must trust all folders above it.
	SLURM=$(mktemp -d /run/anthill-slurm.XXXXXX)
	export SLURM SLURM_CONF=$SLURM/slurm.conf
	chmod 755 "$SLURM"
	name=$(hostname -s)
	cat >"$SLURM_CONF" <<-END
		ClusterName=anthill
		SlurmctldHost=$name(127.0.0.1)
		SlurmctldPort=${ports[0]}
		SlurmdPort=${ports[1]}
		SlurmUser=root
		AuthType=auth/munge
		CredType=cred/munge
		AuthInfo=socket=$SLURM/munge/socket,cred_expire=5
		StateSaveLocation=$SLURM/state
		SlurmdSpoolDir=$SLURM/spool
		SlurmctldPidFile=$SLURM/slurmctld.pid
		SlurmdPidFile=$SLURM/slurmd.pid
		SlurmctldLogFile=$SLURM/slurmctld.log
		SlurmdLogFile=$SLURM/slurmd.log
		SwitchType=switch/none
		MpiDefault=none
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		JobCompType=jobcomp/filetxt
		JobCompLoc=$SLURM/jobs
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU_Memory
		SchedulerType=sched/builtin
		ReturnToService=2
		SlurmdParameters=config_overrides
		KillWait=2
		NodeName=$name NodeAddr=127.0.0.1 CPUs=4 RealMemory=2000 State=UNKNOWN
		PartitionName=all Nodes=$name Default=YES MaxTime=INFINITE State=UP
	END
	mkdir -m 755 "$SLURM/munge" "$SLURM/state" "$SLURM/spool"
	(umask 077 && head -c 1024 /dev/urandom >"$SLURM/munge/key")
	background munged munged -F --key-file="$SLURM/munge/key" --socket="$SLURM/munge/socket" --pid-file="$SLURM/munge/pid" \
		--log-file="$SLURM/munge/log" --seed-file="$SLURM/munge/seed"
	wait_for [ -S "$SLURM/munge/socket" ]
	background slurmctld slurmctld -D
	background slurmd slurmd -D
	wait_for node_is_idle
}

node_is_idle() { [[ $(sinfo -h -o %T 2>/dev/null) == idle ]]; }

each_setup() {
	mkdir -p home/.config/anthill
	(umask 077 && echo "$ANTHROPIC_ADMIN_KEY" >home/.config/anthill/key)
}

backfill() { bash "$ROOT/examples/slurm/backfill" "$@"; }

# submit DEST TABLE... - the id of the array goes to JOB, the number of its tasks to TASKS
submit() {
	JOB=$(backfill "$1" "$FROM" "${@:2}")
	JOB=${JOB##* }
	TASKS=$(wc -l <backfill.plan)
}

# ended [STATE] - the last task of JOB has; all of them in this state, where one is named
ended() {
	local states
	states=$(squeue -h -a -r -t all -j "$JOB" -o %T | sort | uniq -c | xargs)
	if [ -n "${1-}" ]; then [ "$states" = "$TASKS $1" ] || { echo "$states"; return 1; }; fi
	[[ ! $states =~ PENDING|RUNNING|COMPLETING|REQUEUED|CONFIGURING ]]
}

@test "slurm: the lines of a plan as a job array load what one ant-sync loads, and once more nothing twice" {
	local sync=(ant-sync -q -c /dev/null --state destination --dest "$DB/array")
	new_db array
	submit "$DB/array" "${TABLES[@]}"
	[ "$TASKS" -ge 8 ]
	wait_for ended
	ended COMPLETED
	same_rows array "${TABLES[@]}"
	# Neither what the controller keeps of a job nor what the node has of it.
	run -1 grep -rl "$ANTHROPIC_ADMIN_KEY" "$SLURM" backfill.plan
	submit "$DB/array" "${TABLES[@]}"
	wait_for ended
	ended COMPLETED
	same_rows array "${TABLES[@]}"
	# Any machine goes on from there, and nothing is missing.
	run -0 "${sync[@]}" --gaps cost_report usage_report
	[ -z "$output" ]
	"${sync[@]}" cost_report >receipt
	[[ $(jq -r .from receipt) > $(date -u -d "$TODAY -33 days" +%F) ]]
}

@test "slurm: a task that is killed in the middle is put into the queue again, and then all is there" {
	new_db killed
	hold /v1/organizations/cost_report 2
	submit "$DB/killed" "${TABLES[@]}"
	wait_for held
	wait_for one_fetcher cost_report
	kill -KILL "$(fetchers cost_report)"
	wait_for ended
	ended COMPLETED
	[ "$(scontrol show job "$JOB" | grep -c ' Restarts=1 ')" = 1 ]
	same_rows killed "${TABLES[@]}"
}

@test "slurm: what trying again does not help is not tried again: a key that is refused" {
	new_db refused
	echo sk-ant-admin01-nobody >home/.config/anthill/key
	submit "$DB/refused" cost_report
	wait_for ended
	ended FAILED
	run -1 grep -q ' Restarts=[1-9]' <(scontrol show job "$JOB")
	grep -q 'key' anthill-*.log
}
