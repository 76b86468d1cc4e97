#!/usr/bin/env bats
# Sections of a file run side by side, and where they come from: files, folders, commands.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; run sets stderr
load lib/helper
load lib/duckdb
load lib/dests

# Eight simulated organizations, whose clocks stand still at noon of a day that is over.
setup_file() {
	local i
	export TODAY KEY=sk-ant-admin01-simulated SIMS='' SIM_PIDS=''
	TODAY=$(still_day)
	for i in {1..8}; do
		start_sim --days 30 --users 5 --workspaces 2 --api-keys 3 --now "${TODAY}T12:00:00Z" --seed "$i"
		SIMS+="$ANTHROPIC_BASE_URL " SIM_PIDS+="$SIM_PID "
	done
	start_pg
	build_duck
}

teardown_file() {
	for SIM_PID in $SIM_PIDS; do stop_sim; done
	stop_pg
}

# No section may get its key or its server from anywhere else.
each_setup() {
	use_duckdb
	export ANT_STATE=$PWD/state
	unset ANTHROPIC_ADMIN_KEY
	export ANTHROPIC_BASE_URL=http://127.0.0.1:9
	read -r -a sims <<<"$SIMS"
}

day() { date -u -d "$TODAY $1 days" +%F; } # -N

# section N [LINE]... - the lines of one, of the simulator N; its name is oN
section() { printf '%s\n' "organization o$1" "base-url ${sims[$1 - 1]}" 'key-env KEY' "${@:2}"; }
head_of() { printf '%s\n' "start $(day -6)" 'tables users cost_report' "$@"; }
sync() { ant-sync -c sync.conf --to "$TODAY" "$@"; }
log() { curl -sSf "${sims[$1 - 1]}/_sim/log"; } # N
forget() { curl -sSf -X DELETE "${sims[$1 - 1]}/_sim/log"; }

# ---- side by side

same_rows() {
	local i table how
	head_of 'by-organization on' >common
	for i in {1..8}; do section "$i"; done >sections
	cat common sections >sync.conf
	sync -q --dest "$URI" >/dev/null
	for table in users cost_report; do all_rows "$table" >"$table.want"; done
	[ "$(cut -d , -f 1 users.want | cut -d '|' -f 1 | sort -u | wc -l)" = 8 ]
	{ cat common; echo 'organizations-at-once 8'; cat sections; } >sync.conf
	for how in file destination; do
		case $how$KIND in destinationduckdb | destinationcsv) continue ;; esac
		new_dest "$how"
		ANT_STATE=$PWD/$how.state sync -q --dest "$URI" --state "$how" >receipts
		[ "$(wc -l <receipts)" = 16 ]
		for table in users cost_report; do all_rows "$table" | diff "$table.want" -; done
		# From their watermarks on.
		ANT_STATE=$PWD/$how.state run -0 --separate-stderr sync -q --dest "$URI" --state "$how"
		[ -z "$stderr" ]
		[ "$(jq -r 'select(.from) | .from' <<<"$output" | sort | uniq -c | awk '{ print $1, $2 }')" = "8 $(day -3)T00:00:00Z" ]
		for table in users cost_report; do all_rows "$table" | diff "$table.want" -; done
	done
}

@test "side by side: eight organizations in one table are the rows of one after another, in each destination and with each state" {
	in_each same_rows
}

prefixes() {
	local i
	{ head_of "destination $URI" 'organizations-at-once 4' 'parallel 1'; for i in {1..4}; do section "$i" "prefix p${i}_"; done; } >sync.conf
	run -0 --separate-stderr sync
	[[ $stderr != *' line '* ]] # of bash
	for i in {1..4}; do
		[ "$(count "p${i}_cost_report")" = "$(ant-sim --days 30 --users 5 --workspaces 2 --api-keys 3 --now "${TODAY}T12:00:00Z" \
			--seed "$i" --expect cost_report --from "$(day -6)" --to "$TODAY" | tail -n +2 | wc -l)" ]
	done
}

@test "side by side: each with a prefix of its own in one file or folder" {
	KINDS='sqlite duckdb csv' in_each prefixes
	cd sqlite
	# A line each, and one of all.
	[ "$(grep -cE '^o[1-4] +2 of 2 .* done$' <<<"$stderr")" = 4 ]
	[[ ${stderr_lines[-1]} =~ ^total\ +8\ of\ 8\ .*\ 4\ of\ 4\ done$ ]]
	run -0 --separate-stderr sync -v # each table
	[ "$(grep -cE '^o[1-4]/[a-z_]+ .* done$' <<<"$stderr")" = 8 ]
	run -0 --separate-stderr sync --json
	[ "$(jq -r .organization <<<"$output" | uniq -c | awk '{ print $1 $2 }' | paste -sd ' ')" = '2o1 2o2 2o3 2o4' ]
}

@test "side by side: one that fails stops nobody, and the status is that of the first in the file" {
	local i
	{
		head_of 'organizations-at-once 4' 'destination sqlite:///one.db'
		section 1 'prefix a_'
		section 2 'destination csv:////dev/null/x'
		section 3 'prefix c_' | sed 's/KEY/WRONG/'
		section 4 'prefix d_'
		section 5 'prefix e_' | sed 's/KEY/UNSET/'
	} >sync.conf
	export WRONG=sk-ant-admin01-wrong
	run -1 --separate-stderr sync
	for i in a d; do [ "$(sqlite3 one.db "SELECT count(*) > 0 FROM ${i}_users")" = 1 ]; done
	[ "$(grep -c '^ant-sync: organization o2: no table was begun, ' <<<"$stderr")" = 1 ]
	[ "$(grep -c '^ant-sync: organization o3: no table was begun: ant-fetch: ' <<<"$stderr")" = 1 ]
	grep -qx 'ant-sync: organization o5: key-env: the variable UNSET is not set' <<<"$stderr"
	[[ $stderr != *usage:* && $stderr != *' line '* ]]
	[ "$(grep -oE '^(o[1-5]|total) .*' <<<"$stderr" | awk '{ print $1, $2, $4, $9 $10 $11 $12 }' | paste -sd ,)" = \
		'o1 2 2 done,o2 0 2 notrun,o3 0 2 notrun,o4 2 2 done,o5 0 0 failed(2),total 4 8 2of5done' ]
	# The order of the file, not of the end.
	{
		head_of 'organizations-at-once 4' 'destination sqlite:///one.db'
		section 3 'prefix c_' 'key-command sleep 1; echo wrong' | sed '/key-env/d'
		section 2 'destination csv:////dev/null/x'
	} >sync.conf
	run -3 sync
}

# killed OPTION... - run it in a group of its own, and kill all of it when somebody has committed something more
killed() {
	local pid before
	before=$(cat state/*.watermark 2>/dev/null | cksum)
	setsid ant-sync -q -c sync.conf --to "$TODAY" "$@" >/dev/null 2>&1 3>&- &
	pid=$!
	moved() { [ "$(cat state/*.watermark 2>/dev/null | cksum)" != "$before" ] || ! kill -0 "$pid" 2>/dev/null; }
	wait_for moved
	kill -KILL -- "-$pid" 2>/dev/null || :
	wait "$pid" || :
	group_ended "$pid"
}

@test "side by side: killed in the middle, again and again, the next run completes it" {
	local i table
	KIND=sqlite
	head_of 'by-organization on' 'chunk 1' 'look-back 0s' >common
	for i in {1..4}; do section "$i"; done >sections
	cat common sections >sync.conf
	use_dest calm
	ANT_STATE=$PWD/calm.state sync -q --dest "$URI" >/dev/null
	for table in users cost_report; do all_rows "$table" >"$table.want"; done
	use_dest killed
	{ cat common; echo 'organizations-at-once 4'; cat sections; } >sync.conf
	for i in {1..3}; do killed --dest "$URI"; done
	sync -q --dest "$URI" >/dev/null
	for table in users cost_report; do all_rows "$table" | diff "$table.want" -; done
	run -0 sync --gaps --dest "$URI"
}

@test "side by side: SIGTERM ends all of them, says so once, and the same command goes on" {
	local driver i status=0
	mkdir tmp
	export TMPDIR=$PWD/tmp
	{ head_of 'organizations-at-once 3' 'destination csv:///csv' 'rate 4' 'chunk 1'; for i in {1..6}; do section "$i" "prefix p${i}_"; done; } >sync.conf
	setsid ant-sync -c sync.conf --to "$TODAY" >out 2>err 3>&- &
	driver=$!
	committed() { [ "$(jq -r '.organization' out | sort -u | wc -l)" -ge 3 ]; }
	wait_for committed
	kill "$driver"
	wait "$driver" || status=$?
	[ "$status" = 143 ]
	[ "$(grep -c 'the same command goes on from there' err)" = 1 ]
	grep -qE '^total .* 0 of 6 done$' err
	run -1 grep -E 'Terminated|Killed' err
	[ -z "$(ps -eo pgid= | awk -v group="$driver" '$1 == group')" ]
	[ -z "$(ls -A tmp)" ]
	run -0 --separate-stderr sync -q --rate 0
	for i in {1..6}; do [ "$(wc -l <"csv/p${i}_users.csv")" -gt 1 ]; done
}

@test "side by side: sections of one organization draw on one budget, another one has its own" {
	local driver i args=("$(day -20)")
	{
		printf '%s\n' "start ${args[0]}" 'organizations-at-once 3' 'destination sqlite:///b.db' 'chunk 1' 'rate 12' 'tables cost_report usage_report claude_code_usage'
		section 1 'prefix a_'
		section 1 'prefix b_' | sed 's/o1/also/'
		section 2 'prefix c_'
	} >sync.conf
	forget 1
	forget 2
	ant-sync -q -c sync.conf --to "$TODAY" >/dev/null 3>&- &
	driver=$!
	asked() { [ "$(log "$1" | grep -vc organizations/me)" -ge "$2" ]; }
	wait_for asked 1 12
	wait_for asked 2 12
	sleep 2
	for i in 1 2; do log "$i" >"log.$i"; done
	kill "$driver"
	wait "$driver" || [ $? = 143 ]
	# Whose each key is, has been asked once a section.
	[ "$(grep -c organizations/me log.1),$(grep -c organizations/me log.2)" = 2,1 ]
	for i in 1 2; do
		grep -v organizations/me "log.$i" | jq -s -e 'map(.time[:19] + "Z" | fromdate) | .[-1] - .[0] >= 60 or length == 12'
	done
}

on_terminal() {
	TERM=xterm python3 "$ROOT/tests/lib/terminal.py" "$@" >screens
}

@test "side by side: a terminal has a line an organization, of how many of its tables have ended" {
	local i
	{ head_of 'organizations-at-once 2' 'destination csv:///out'; for i in 1 2 3; do section "$i" "prefix p${i}_"; done; } >sync.conf
	# The second waits for a table that another holds, and the third for its turn, until it is seen.
	mkfifo go
	ant-state --scope "csv:///$PWD/out#prefix=p2_" lock cost_report -- sh -c 'read -r line <go' 3>&- &
	on_terminal 100x24 'o2 +loading +1 of 2 .*o3 +done' 'echo >go' -- "$ANT_BIN/ant-sync" -c sync.conf --wait --to "$TODAY"
	wait
	run -0 cat screens
	[[ $output =~ organization\ +state\ +tables\ +rows\ +time ]]
	[[ $output =~ o1\ +done ]]
	awk '/^====/ { s = "" } { s = s $0 "\n" } END { printf "%s", s }' screens >last
	[ "$(grep -cE '^o[123] .* 2 of 2 .* done$' last)" = 3 ]
	grep -qE '^total .* 3 of 3 done$' last
}

@test "side by side: Ctrl-C ends all of them, one after another as well, and leaves the terminal as it was" {
	local at_once i
	mkdir tmp
	export TMPDIR=$PWD/tmp
	mkfifo go
	for at_once in 1 2; do
		{ head_of "organizations-at-once $at_once" "destination csv:///out$at_once"; for i in 1 2 3; do section "$i" "prefix p${i}_"; done; } >sync.conf
		ant-state --scope "csv:///$PWD/out$at_once#prefix=p1_" lock cost_report -- sh -c 'read -r line <go' 3>&- &
		run -130 on_terminal 100x24 '(o1 +loading +1 of 2|users +done)' ^C -- "$ANT_BIN/ant-sync" -c sync.conf --wait --to "$TODAY"
		echo >go
		wait
		awk '/^====/ { s = "" } { s = s $0 "\n" } END { printf "%s", s }' screens >last
		[ "$(grep -c 'the same command goes on' <(tr -d '\n' <last))" = 1 ]
		run -1 grep -E 'loading|waiting|Terminated|Killed' last
		[ -z "$(ls -A tmp)" ]
	done
}

looks() {
	local i
	{ head_of 'organizations-at-once 3' "destination $URI"; for i in {1..4}; do section "$i" "prefix p${i}_"; done; } >sync.conf
	sync -q >/dev/null
	run -0 sync --status users
	[ "$(grep -o '^o[1-4]/users' <<<"$output" | paste -sd ' ')" = 'o1/users o2/users o3/users o4/users' ]
	run -0 sync --check users
	[ "$(grep -o '^organization o.*' <<<"$output" | paste -sd ' ')" = 'organization o1 organization o2 organization o3 organization o4' ]
	[ "$(grep -c ': ready$' <<<"$output")" = 4 ]
	sql 'DELETE FROM p2_users'
	run -1 sync --gaps users
	[[ $output == o2/users$'\t'* ]]
}

@test "side by side: what looks print comes in the order of the file" { KINDS='sqlite duckdb' in_each looks; }

plans() {
	local i table
	{ head_of 'by-organization on' 'organizations-at-once 4' "destination $URI"; for i in {1..4}; do section "$i"; done; } >sync.conf
	sync -q >/dev/null
	for table in users cost_report; do all_rows "$table" >"$table.want"; done
	new_dest planned
	sed -i "s|^destination.*|destination $URI|" sync.conf
	sync --plan --chunk 2 >plan
	[ "$(wc -l <plan)" = $((4 * (1 + 3))) ]
	[ "$(grep -oE "ANTHROPIC_BASE_URL=[^ ]+ " plan | uniq | cut -d = -f 2 | paste -sd '')" = "$(printf '%s ' "${sims[@]:0:4}")" ]
	[[ $(<plan) != *"$KEY"* ]]
	shuf --random-source=<(yes) plan | xargs -d '\n' -n 1 -P 6 bash -c >/dev/null
	for table in users cost_report; do all_rows "$table" | diff "$table.want" -; done
}

@test "side by side: the plan has each organization's lines, which do the same, in any order" { KINDS='sqlite postgresql' in_each plans; }

# ---- where sections come from

# only WANT - the plan is of these organizations, in this order
only() { [ "$(sync --plan | grep -oE 'prefix=[a-z]*' | uniq | cut -d = -f 2 | paste -sd ' ')" = "$1" ]; }

@test "include: the sections of files, in the order of their names; what stands above counts for them, too" {
	mkdir -p 'a [1]/more'
	printf '%s\n' 'destination sqlite:///x.db' 'tables users' 'prefix none' 'include more/*.conf' 'include /dev/null' 'include extra/[ab]c' 'organization own' 'prefix own' >'a [1]/sync.conf'
	mkdir 'a [1]/extra'
	printf '%s\n' '# nobody' '' >'a [1]/more/0.conf'
	printf '%s\n' 'organization two' 'prefix two' 'organization three' >'a [1]/more/B.conf'
	printf '%s\r\n' 'organization one' 'prefix one' >'a [1]/more/A.conf'
	printf 'organization four\nprefix four' >'a [1]/extra/ac'
	printf 'organization no\n' >'a [1]/more/B.conf~'
	run -0 ant-sync -c 'a [1]/sync.conf' --plan
	[ "$(grep -oE 'prefix=[a-z]*' <<<"$output" | uniq | cut -d = -f 2 | paste -sd ' ')" = 'one two none four own' ]
}

@test "include: the sections that a command prints; its messages are passed on" {
	printf '%s\n' 'tables users' "include-command printf '%s\\n' 'organization one' 'prefix one' 'organization two' '  prefix two'; echo from the command >&2" >sync.conf
	run -0 --separate-stderr sync --plan
	[ "$stderr" = 'from the command' ]
	only 'one two' 2>/dev/null
}

# wrong TEXT - the file is refused, with TEXT, and nothing is asked for
wrong() {
	run -"${2:-2}" --separate-stderr sync
	[ -z "$output" ]
	[[ ${stderr_lines[0]} == "ant-sync: $1"* ]] || { echo "${stderr_lines[0]}"; return 1; }
	[ ! -e anthill.db ]
}

@test "include: what is wrong is named, with its place, before anything is loaded" {
	mkdir orgs
	section 1 >orgs/a.conf
	section 2 >orgs/b.conf
	echo 'include orgs/*.conf' >sync.conf
	section 1 >>orgs/b.conf
	wrong 'orgs/b.conf:4: organization o1: there already, at orgs/a.conf:1'
	{ section 1; echo colour blue; } >orgs/b.conf
	sed -i 's/o1/o2/' orgs/b.conf
	wrong "orgs/b.conf:4: unknown setting 'colour'"
	{ echo 'prefix x'; section 2; } >orgs/b.conf
	wrong "orgs/b.conf:1: prefix: what is included begins with 'organization NAME'"
	{ echo 'include more'; section 2; } >orgs/b.conf
	wrong 'orgs/b.conf:1: include: what is included cannot include more'
	{ section 2; echo 'include-command true'; } >orgs/b.conf
	wrong 'orgs/b.conf:4: include-command: what is included cannot include more'
	{ section 2; echo 'organizations-at-once 2'; } >orgs/b.conf
	wrong 'orgs/b.conf:4: organizations-at-once: it stands above the first organization'
	echo '#' | tee orgs/a.conf >orgs/b.conf
	wrong 'sync.conf: nothing that it includes has an organization'
	rm orgs/*
	wrong 'sync.conf:1: include: no file matches orgs/*.conf'
	mkdir orgs/x.conf
	wrong 'orgs/x.conf: cannot be read'
	echo 'include nosuch' >sync.conf
	wrong 'nosuch: cannot be read'
	echo 'include' >sync.conf
	wrong 'sync.conf:1: include: no value'
	printf '%s\n' 'organization o1' 'include orgs/*.conf' >sync.conf
	wrong 'sync.conf:2: include: it stands above the first organization'
	echo 'include-commands x' >sync.conf
	wrong "sync.conf:1: unknown setting 'include-commands'; did you mean include-command?"
	printf '%s\n' 'tables users' 'include-command echo organization o1; exit 7' >sync.conf
	wrong 'sync.conf:2: include-command: it ended with status 7' 1
	echo 'include-command true' >sync.conf
	wrong 'sync.conf: nothing that it includes has an organization'
	echo 'include-command yes "# more and more"' >sync.conf
	wrong 'sync.conf:1: include-command: it prints more than 16777216 bytes'
	printf '%s\n' 'organization o1' "include-command echo 'organization o2'; echo colour blue" >sync.conf
	sed -i 1d sync.conf
	wrong "sync.conf:1: include-command:2: unknown setting 'colour'"
	for line in 0 300 x; do
		echo "organizations-at-once $line" >sync.conf
		wrong "sync.conf:1: organizations-at-once: '$line' is not a whole number from 1 to 256"
	done
}

@test "include: a key that stands in what is included, or in the file, is in no message and no process list" {
	local line
	export SAMPLED=$BATS_TEST_TMPDIR
	python3 "$ROOT/tests/lib/sample.py" "SAMPLED=$SAMPLED" >seen 3>&- &
	local sampler=$!
	echo sk-ant-api03-Zx9 | rev >secret
	echo Zz9secret | rev >other
	for line in '$k' 'key $k' 'organization $k' 'key-env $k' 'key-file $k' 'prefix "$k"' 'base-url https://$k@x' '$z' 'key-env $z-' 'base-url https://u:$z@x'; do
		echo "include-command k=\$(rev secret) z=\$(rev other); echo organization a; echo \"$line\"" >sync.conf
		run -2 sync
		[[ $output == 'ant-sync: sync.conf:1: include-command:2: '* ]]
		[[ ${output%%usage:*} != *sk-ant* && ${output%%usage:*} != *Zz9* ]]
	done
	kill "$sampler"
	wait "$sampler" || :
	grep -q ant-sync seen
	run -1 grep -E 'sk-ant-api03|Zz9secret' seen
}

# ---- where each is

@test "base-url: of a section, else of the file, else the environment's; https, or this machine" {
	local url
	{ head_of 'destination sqlite:///x.db' 'key-env KEY' "base-url ${sims[0]}"; printf '%s\n' 'organization one' 'prefix one_' 'organization two' 'prefix two_' "base-url ${sims[1]}"; } >sync.conf
	sync -q users >/dev/null
	[ "$(sqlite3 x.db 'SELECT count(*) FROM one_users JOIN two_users USING (id)')" = 0 ]
	[ "$(sqlite3 x.db 'SELECT count(*) > 0 FROM one_users')" = 1 ]
	rm x.db
	sed -i '/base-url/d; /one_/q' sync.conf
	ANTHROPIC_BASE_URL=${sims[2]} sync -q users >/dev/null
	[ "$(sqlite3 x.db 'SELECT count(*) > 0 FROM one_users')" = 1 ]
	for url in http://example.com http://127.0.0.1.example.com http://127.0.0.1@example.com ftp://x https:// https://x?y https://x#y https://u:p@x 'https://x y' x; do
		printf 'organization a\nbase-url %s\n' "$url" >sync.conf
		run -2 --separate-stderr sync
		[ "${stderr_lines[0]}" = 'ant-sync: sync.conf:2: base-url: this is not https://HOST, or http:// to this machine, without user, password and query' ]
	done
	printf '%s\n' 'tables users' 'organization a' 'base-url https://api.example.com/x/' >sync.conf
	run -0 sync --plan
	[[ $output == 'ANTHROPIC_BASE_URL=https://api.example.com/x/ ant-state '* ]]
}
