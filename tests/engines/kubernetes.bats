#!/usr/bin/env bats
# examples/kubernetes: the pods of its manifests, from the image and in a real runtime, as a node would run them.  There is no
# cluster here: that the API server takes the manifests, tests/examples.bats holds against its schemas.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load ../lib/helper
load engines

setup_file() {
	local tool build=$BATS_FILE_TMPDIR/build port
	for tool in crun umoci mmdebstrap; do
		command -v "$tool" >/dev/null || { echo "no $tool here: run scripts/setup --engine=kubernetes" >&2; return 1; }
	done
	(
		umask 022
		unset MAKEFLAGS MAKELEVEL B
		"$ROOT/packaging/build-deb" "$build"
		"$ROOT/packaging/build-image" "$build"/anthill_*.deb "$build/anthill.oci.tar"
		mkdir "$build/layout"
		tar -xf "$build/anthill.oci.tar" -C "$build/layout"
		umoci unpack --image "$build/layout:$(<"$ROOT/VERSION")" "$BATS_FILE_TMPDIR/bundle"
	) >"$BATS_FILE_TMPDIR/image.out" 2>&1 || { tail -n 20 "$BATS_FILE_TMPDIR/image.out" >&2; return 1; }
	export TODAY
	TODAY=$(date -u +%F)
	start_sim --days 60 --users 5
	start_db
	new_db plain
	ANT_STATE=$BATS_FILE_TMPDIR/state ant-sync -q -c /dev/null --dest "$DB/plain" >/dev/null
	# Who comes by the network, and is not us, says the password of the Secret.
	printf '%s\n' 'local all all trust' 'host all postgres 127.0.0.1/32 trust' 'host all all 127.0.0.1/32 scram-sha-256' >"$PG_DIR/data/pg_hba.conf"
	psql -q -d "$DB/postgres" -c "CREATE ROLE reports LOGIN PASSWORD 'a secret of the pod'" -c 'SELECT pg_reload_conf()' >/dev/null
	port=${DB##*:}
	export SECRETS EXTRA
	SECRETS=$(jq -cn --arg key "$ANTHROPIC_ADMIN_KEY" '{anthill: {key: $key, pgpassword: "a secret of the pod"}}')
	EXTRA=$(jq -cn --arg url "$ANTHROPIC_BASE_URL" --arg port "$port" '{ANTHROPIC_BASE_URL: $url, PGPORT: $port}')
}

teardown_file() {
	stop_sim
	stop_pg
}

# The destination of the examples, new for each test.
each_setup() {
	psql -q -d "$DB/postgres" -c 'DROP DATABASE IF EXISTS warehouse' -c 'CREATE DATABASE warehouse OWNER reports'
}

# pod NAME MANIFEST [INDEX] - run it to its end; its status, its output in the files NAME.out and NAME.err
pod() {
	/usr/bin/python3 "$ROOT/tests/engines/pod.py" "$ROOT/examples/kubernetes/$2" "$BATS_FILE_TMPDIR/bundle" "$PWD/$1" "${@:3}" || return 99
	# The runtime wants the new kind of cgroups, whatever this machine has.
	unshare --mount bash -c '
		umount -R /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		exec crun --cgroup-manager=disabled run -b "$1" "$2"' bash "$PWD/$1" "anthill-$BATS_TEST_NUMBER-$$-$1" >"$1.out" 2>"$1.err"
}

@test "kubernetes: the CronJob's pod loads all, and the next one, which has nothing of it, goes on from there" {
	local tables
	mapfile -t tables < <(ant-tables --names @console)
	pod one cronjob.yaml || { tail -n 20 one.err; return 1; }
	[ "$(jq -s 'map(.status) | unique == [0]' one.out)" = true ] || { cat one.out; return 1; }
	SCHEMA=anthropic same_rows warehouse "${tables[@]}"
	pod two cronjob.yaml || { tail -n 20 two.err; return 1; }
	SCHEMA=anthropic same_rows warehouse "${tables[@]}"
	# The look-back, not all from the start.
	[[ $(jq -r 'select(.table == "usage_report").from' two.out) > $(date -u -d "$TODAY -6 days" +%F) ]]
	run -1 grep -l -e sk-ant -e 'a secret' ./*.out ./*.err
}

# line INDEX - a line of the plan, tried as often as the Job's limit says, unless its status is one of those that end it
line() {
	local try status
	for try in 0 1 2 3; do
		status=0
		pod "line-$1-$try" backfill.yaml "$1" || status=$?
		[[ ! $status =~ ^[0234]$ ]] || return "$status"
	done
	return "$status"
}

@test "kubernetes: the Job's pods, one a line of a plan, side by side; one that is killed in the middle is tried again" {
	local n i pids=() tables=(usage_report messages_usage cost_report users)
	env -u ANTHROPIC_ADMIN_KEY ant-sync -c /dev/null --plan --state destination --dest postgresql://reports@db.example.com/warehouse \
		--schema anthropic --start "$(date -u -d "$TODAY -60 days" +%F)" --chunk 16 --rate 0 "${tables[@]}" >plan
	n=$(wc -l <plan)
	[ "$n" -ge 8 ]
	CONFIGMAPS=$(jq -cn --rawfile plan plan '{"anthill-plan": {plan: $plan}}')
	export CONFIGMAPS
	hold /v1/organizations/cost_report 2
	for ((i = 0; i < n; i++)); do
		line "$i" 3>&- &
		pids+=($!)
	done
	wait_long held
	kill_sync cost_report
	for i in "${!pids[@]}"; do wait "${pids[i]}" || { echo "line $i"; tail -n 5 "line-$i-"*.err; return 1; }; done
	[ "$(find . -maxdepth 1 -name 'line-*-1' | wc -l)" = 1 ]
	SCHEMA=anthropic same_rows warehouse "${tables[@]}"
	[ "$(cat line-*.out | jq -s 'map(select(."@ant" == "loaded")) | length')" -ge "$n" ]
	# And once more: nothing comes twice.
	for ((i = 0; i < n; i++)); do
		rm -rf "line-$i-"*
		line "$i"
	done
	SCHEMA=anthropic same_rows warehouse "${tables[@]}"
	# Behind the last line there is none, and a pod says so.
	run -2 line "$n"
	[ -s "line-$n-0.err" ]
}
