#!/usr/bin/env bats
# shellcheck disable=SC2016	# "bash -c" expands these, not we
load lib/helper

each_setup() {
	export ANT_STATE=$PWD/state
}

receipt() { # TABLE MODE FROM WATERMARK, times as JSON
	printf '{"@ant":"loaded","table":"%s","target":"sqlite","into":"%s","mode":"%s","from":%s,"to":%s,"rows":1,"watermark":%s}\n' \
		"$1" "$1" "$2" "$3" "$4" "$4"
}

window() { # TABLE FROM-DAY WATERMARK-DAY
	receipt "$1" window "\"$2T00:00:00Z\"" "\"$3T00:00:00Z\""
}

# ant state in place of a background subshell, so that $! is its process.
job() {
	# shellcheck disable=SC2086
	exec ${ANT_WRAP-} "$ANT_BIN/ant-state" "$@" 3>&-
}

# Run a command as somebody whom permissions stop: root is above them.
as_nobody() {
	if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

@test "state: what was set is what is got, in UTC and to the second" {
	run -0 ant state set usage_report 2026-11-20T01:02:03+01:00
	[ -z "$output" ]
	run -0 ant state get usage_report
	[ "$output" = 2026-11-20T00:02:03Z ]
}

@test "state: without a watermark get prints nothing and exits 1" {
	run -1 --separate-stderr ant state get usage_report
	[ -z "$output" ]
	[ -z "$stderr" ]
	[ ! -e state ]
}

@test "state: reset forgets, and forgets again" {
	ant state set usage_report 2026-11-20
	run -0 ant state reset usage_report
	run -1 ant state get usage_report
	run -0 ant state reset usage_report
}

@test "state: the file is text that names version, scope, table and watermark" {
	ant state --scope 'sqlite:///a b.db' set usage_report 2026-11-20
	run -0 cat 'state/usage_report@sqlite%3A%2F%2F%2Fa%20b%2Edb.watermark'
	[ "${lines[0]}" = 'anthill watermark 1' ]
	[ "${lines[1]}" = 'scope sqlite:///a%20b.db' ]
	[ "${lines[2]}" = 'table usage_report' ]
	[ "${lines[3]}" = 'watermark 2026-11-20T00:00:00Z' ]
	[[ ${lines[4]} =~ ^byhand\ 20[0-9-]{8}T[0-9:]{8}Z$ ]]
	[[ ${lines[5]} =~ ^check\ [0-9a-f]{16}$ ]]
	# All that a load says of itself stays, and a reset says that it was one.
	echo '{"@ant":"loaded","table":"t","target":"sqlite","into":"t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z","rows":1,"watermark":"2026-11-20T00:00:00Z","organization":"b1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3","destination":"020196ad0271d37e8c991d65dc296b4d","line":12,"load":"e062ad11da78121ecbf29ce484222325"}' | ant state commit >/dev/null
	[ "$(sed '$d' state/t.watermark)" = 'anthill watermark 1
scope 
table t
watermark 2026-11-20T00:00:00Z
begin 2026-11-01T00:00:00Z
organization b1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3
destination 020196ad0271d37e8c991d65dc296b4d
load 12 e062ad11da78121ecbf29ce484222325' ]
	ant state reset t
	[ "$(sed '$d; s/^byhand .*/byhand/' state/t.watermark)" = 'anthill watermark 1
scope 
table t
watermark -
destination 020196ad0271d37e8c991d65dc296b4d
load 12 e062ad11da78121ecbf29ce484222325
byhand' ]
}

@test "state: the folder is created for its owner alone, also below folders that are missing" {
	ANT_STATE=$PWD/a/b/state run -0 ant state set users 2026-11-20
	[ "$(stat -c %a a a/b a/b/state | sort -u)" = 700 ]
	[ "$(stat -c %a a/b/state/users.watermark)" = 600 ]
}

@test "state: the folder defaults to XDG_STATE_HOME, then to HOME" {
	unset ANT_STATE
	ant state set users 2026-11-20
	[ -e home/state/anthill/users.watermark ]
	XDG_STATE_HOME='' ant state set users 2026-11-20
	[ -e home/.local/state/anthill/users.watermark ]
	run -2 env -u HOME -u XDG_STATE_HOME "$ANT_BIN/ant-state" get users
	[[ $output == *"HOME"* ]]
}

@test "state: a file cut off at any byte is an error that names it, never a fresh start" {
	ant state set users 2026-11-20
	cp state/users.watermark whole
	local n size
	size=$(stat -c %s whole)
	for ((n = 0; n < size; n++)); do
		head -c "$n" whole >state/users.watermark
		run -1 ant state get users
		[[ $output == *"$ANT_STATE/users.watermark: damaged"* ]]
	done
	cp whole state/users.watermark
	run -0 ant state get users
}

@test "state: any flipped bit in a file is noticed, also with windows that wait" {
	{ window t 2026-11-01 2026-11-02; window t 2026-11-05 2026-11-06; } | ant state commit --since 2026-11-01 >/dev/null
	grep -q '^loaded 2026-11-05T00:00:00Z 2026-11-06T00:00:00Z$' state/t.watermark
	run -0 python3 - "$ANT_BIN/ant-state" state/t.watermark <<'PY'
import subprocess, sys
cmd, path = sys.argv[1:]
whole = open(path, "rb").read()
for i in range(len(whole)):
    for bit in range(8):
        b = bytearray(whole)
        b[i] ^= 1 << bit
        open(path, "wb").write(b)
        r = subprocess.run([cmd, "get", "t"], capture_output=True, text=True)
        if r.returncode != 1 or "t.watermark: damaged" not in r.stderr or r.stdout:
            sys.exit(f"byte {i} bit {bit}: {r}")
for junk in (whole + b"\n", whole + whole, b"\0" * len(whole), whole.replace(b"\n", b"\r\n")):
    open(path, "wb").write(junk)
    if subprocess.run([cmd, "get", "t"], capture_output=True).returncode != 1:
        sys.exit(f"{junk}")
PY
}

@test "state: a damaged file stops set of nothing, but commit and window" {
	ant state set users 2026-11-20
	echo x >>state/users.watermark
	run -1 ant state window users
	[ "${#lines[@]}" = 1 ]
	window users 2026-11-01 2026-11-30 >in
	run -1 ant state commit <in
	[[ $output == *"damaged"* && $output != *'"@ant"'* ]]
	run -0 ant state set users 2026-11-21
	[ "$(ant state get users)" = 2026-11-21T00:00:00Z ]
}

@test "state: a table name that is no table name never becomes a path" {
	local name
	for name in ../x a/b . .. '' 1a 'a b' a.b "$(printf %064d 0 | tr 0 a)" 'a@b' $'a\nb'; do
		run -2 ant state set -- "$name" 2026-11-20
		[[ $output == *"is not a table name"* ]]
	done
	[ ! -e state ]
}

@test "state: scopes keep watermarks apart, whatever their bytes are" {
	local scope n=0
	for scope in a A a/../b '../../x' 'a%2Fb' 'a b' $'new\nline' 'é' '' "$(printf %3000d 1)" "$(printf %3000d 2)"; do
		n=$((n + 1))
		ant state --scope "$scope" set users 2026-11-"$(printf %02d $n)"
	done
	n=0
	for scope in a A a/../b '../../x' 'a%2Fb' 'a b' $'new\nline' 'é' '' "$(printf %3000d 1)" "$(printf %3000d 2)"; do
		n=$((n + 1))
		[ "$(ant state --scope "$scope" get users)" = 2026-11-"$(printf %02d $n)T00:00:00Z" ]
	done
	[ "$(find . -name '*.watermark' | wc -l)" = 11 ]
	[ "$(find state -name '*.watermark' | wc -l)" = 11 ]
	run -2 ant state --scope "$(printf %5000d 1)" get users
}

@test "state: a file that was renamed to another table's is noticed" {
	ant state set users 2026-11-20
	cp state/users.watermark state/invites.watermark
	run -1 ant state get invites
	[[ $output == *"invites.watermark: damaged"* ]]
	run -1 ant state list
	[[ $output == *"invites.watermark: damaged"* ]]
}

@test "state: list shows tables, watermarks and scopes, of one scope or all, as text or JSON" {
	run -0 ant state list
	[ -z "$output" ]
	ant state set users 2026-11-20
	ant state --scope 'csv://"x"' set invites 2026-11-19
	run -0 ant state list
	[ "$output" = $'invites\t2026-11-19T00:00:00Z\tcsv://"x"\nusers\t2026-11-20T00:00:00Z\t-' ]
	run -0 ant state --scope 'csv://"x"' list
	[ "$output" = $'invites\t2026-11-19T00:00:00Z\tcsv://"x"' ]
	run -0 ant state list --json
	[ "${lines[0]}" = '{"table":"invites","watermark":"2026-11-19T00:00:00Z","scope":"csv://\"x\""}' ]
	run -0 jq -s -c 'map(.scope)' <<<"$output"
	[ "$output" = '["csv://\"x\"",""]' ]
}

@test "state: a scope with newlines, tabs and backslashes is one field of one line of list" {
	ant state --scope $'csv:///a\nusers\t2026-01-01\t\\n\r' set users 2026-11-20
	run -0 ant state list
	[ "$output" = $'users\t2026-11-20T00:00:00Z\tcsv:///a\\nusers\\t2026-01-01\\t\\\\n\\r' ]
	run -0 ant state list --json
	[ "$(jq -r .scope <<<"$output")" = $'csv:///a\nusers\t2026-01-01\t\\n\r' ]
}

@test "state: the default folder is below HOME, which may be /, and a message says how to name another" {
	unset ANT_STATE XDG_STATE_HOME
	HOME=$PWD/home ant state set users 2026-11-20
	[ -e home/.local/state/anthill/users.watermark ]
	# In a container HOME is often /, and not the user's to write.
	local as=()
	[ "$(id -u)" != 0 ] || as=(setpriv --reuid=65534 --clear-groups)
	HOME=/ run -1 "${as[@]}" "$ANT_BIN/ant-state" set users 2026-11-20
	[[ $output == 'ant-state: '*' /.local'*': Permission denied' ]]
	touch file
	ANT_STATE=$PWD/file/state run -1 ant state set users 2026-11-20
	ANT_STATE=/proc/state run -1 ant state set users 2026-11-20
	[ "$output" = 'ant-state: the folder of the watermarks (ANT_STATE): /proc/state: No such file or directory' ]
}

@test "state: a damaged file does not hide the others from list, but the status tells" {
	ant state set users 2026-11-20
	ant state set invites 2026-11-20
	echo >state/invites.watermark
	run -1 --separate-stderr ant state list
	[ "$output" = $'users\t2026-11-20T00:00:00Z\t-' ]
	[[ $stderr == *"invites.watermark: damaged"* ]]
}

@test "window: prints absolute times from the first day, from --start, or from before the watermark" {
	local from to
	run -0 ant state window usage_report
	read -r _ from _ to <<<"$output"
	[ "$from" = 2023-01-01T00:00:00Z ]
	[[ $to =~ ^2[0-9]{3}-[01][0-9]-[0-3][0-9]T[0-9:]{8}Z$ ]]
	(($(date +%s) - $(date -d "$to" +%s) < 60))
	run -0 ant state window usage_report --start 2026-01-01
	[[ $output == "--from 2026-01-01T00:00:00Z --to "* ]]
	ant state set usage_report 2026-02-10
	run -0 ant state window usage_report --start 2026-01-01
	[[ $output == "--from 2026-02-07T00:00:00Z --to "* ]]
	run -0 ant state window usage_report --lookback 12h
	[[ $output == "--from 2026-02-09T12:00:00Z --to "* ]]
	run -0 ant state window --lookback 0 usage_report
	[[ $output == "--from 2026-02-10T00:00:00Z --to "* ]]
}

@test "state: the look-back goes no further than where the first load began, unless the watermark was set before that" {
	printf '%s\n' '{"@ant":"loaded","table":"t","from":"2026-03-01T00:00:00Z","to":"2026-03-11T00:00:00Z","rows":1,"watermark":"2026-03-11T00:00:00Z"}' | ant state commit >/dev/null
	run -0 ant state window --lookback 30d --to 2026-03-12 t
	[ "$output" = '--from 2026-03-01T00:00:00Z --to 2026-03-12T00:00:00Z' ]
	run -0 ant state window --lookback 3d --to 2026-03-12 t
	[ "$output" = '--from 2026-03-08T00:00:00Z --to 2026-03-12T00:00:00Z' ]
	ant state set t 2026-02-20
	run -0 ant state window --lookback 3d --to 2026-03-12 t
	[ "$output" = '--from 2026-02-17T00:00:00Z --to 2026-03-12T00:00:00Z' ]
}

@test "window: --append leaves out what was loaded beyond the watermark, and has a line at least" {
	parts() { ant state window --append --lookback 0 --start 2026-11-01 "$@" t | sed 's/T00:00:00Z//g; s/--from //; s/ --to / /' | paste -sd ','; }
	[ "$(parts --to 2026-11-20)" = '2026-11-01 2026-11-20' ]
	{ window t 2026-11-05 2026-11-07; window t 2026-11-09 2026-11-10; } | ant state commit --since 2026-11-01 >/dev/null
	[ "$(parts --to 2026-11-20)" = '2026-11-01 2026-11-05,2026-11-07 2026-11-09,2026-11-10 2026-11-20' ]
	[ "$(parts --to 2026-11-06)" = '2026-11-01 2026-11-05' ]
	[ "$(parts --to 2026-11-08 --chunk 3)" = '2026-11-01 2026-11-04,2026-11-04 2026-11-05,2026-11-07 2026-11-08' ]
	[ "$(ant state window --lookback 0 --start 2026-11-01 --to 2026-11-20 t)" = '--from 2026-11-01T00:00:00Z --to 2026-11-20T00:00:00Z' ]
	# What was asked for is asked for.
	[ "$(parts --from 2026-11-05 --to 2026-11-07)" = '2026-11-05 2026-11-07' ]
	window t 2026-11-01 2026-11-05 | ant state commit --since 2026-11-01 >/dev/null
	[ "$(parts --to 2026-11-20)" = '2026-11-07 2026-11-09,2026-11-10 2026-11-20' ]
	[ "$(parts --start 2026-11-09 --to 2026-11-10)" = '2026-11-07 2026-11-09' ]
	[ "$(parts --to 2026-11-07)" = '2026-11-07 2026-11-07' ]
}

@test "window: without --lookback the look-back is that of the table's file, and 3d where there is none" {
	mkdir tables
	printf 'path /v1/x\nlimit 10\npaging id\nfrom a\nto b\nmode window at\nlookback 2h\ncolumn at timestamptz = .at\n' >tables/mine.table
	export ANT_TABLES=$PWD/tables
	from() { ant state window "$@" | cut -d ' ' -f 2; }
	local name
	for name in analytics_cost analytics_users compliance_activities cost_report mine nosuch; do ant state set $name 2026-10-31T05:00:00Z; done
	[ "$(from analytics_cost)" = 2026-10-01T05:00:00Z ]
	[ "$(from analytics_users)" = 2026-10-24T05:00:00Z ]
	[ "$(from compliance_activities)" = 2026-10-31T04:00:00Z ]
	[ "$(from mine)" = 2026-10-31T03:00:00Z ]
	[ "$(from cost_report)" = 2026-10-28T05:00:00Z ]
	[ "$(from nosuch)" = 2026-10-28T05:00:00Z ]
	[ "$(from --lookback 1d analytics_cost)" = 2026-10-30T05:00:00Z ]
	echo 'colour blue' >>tables/mine.table
	run -2 ant state window mine
	[[ $output == *mine.table:9:* ]]
}

@test "window: never prints a window that ends before it starts" {
	ant state set usage_report 2999-01-01
	run -0 --separate-stderr ant state window usage_report
	read -r _ from _ to <<<"$output"
	[ "$from" = "$to" ]
	# A clock was wrong, then or now: that nothing is loaded must not pass for being up to date.
	[ "$stderr" = "ant-state: usage_report: the watermark, 2999-01-01T00:00:00Z, is in the future, so nothing is asked for: see \`ant-state set\`" ]
	run -0 --separate-stderr ant state window --start 2999-01-01 users
	[ -z "$stderr" ]
	ant state set usage_report 0001-01-02
	run -0 --separate-stderr ant state window --lookback 36500d usage_report
	[[ $output == "--from 0001-01-01T00:00:00Z --to "* && -z $stderr ]]
}

@test "window --chunk: steps meet at midnights, and are all of the window" {
	run -0 ant state window --from 2026-01-10T05:00:00Z --to 2026-04-01T06:00:00Z --chunk 31 t
	[ "$output" = "--from 2026-01-10T05:00:00Z --to 2026-02-10T00:00:00Z
--from 2026-02-10T00:00:00Z --to 2026-03-13T00:00:00Z
--from 2026-03-13T00:00:00Z --to 2026-04-01T06:00:00Z" ]
	run -0 ant state window --from 2026-01-10 --to 2026-01-12 --chunk 1 t
	[ "$output" = $'--from 2026-01-10T00:00:00Z --to 2026-01-11T00:00:00Z\n--from 2026-01-11T00:00:00Z --to 2026-01-12T00:00:00Z' ]
	for days in 0 3 36500 0d 3d 36500d; do
		run -0 ant state window --from 2026-01-10T05:00:00Z --to 2026-01-12 --chunk "$days" t
		[ "$output" = '--from 2026-01-10T05:00:00Z --to 2026-01-12T00:00:00Z' ]
	done
	ant state set t 2026-02-10
	run -0 ant state window --chunk 2 --lookback 1d --to 2026-02-12T01:00:00Z t
	[ "$output" = $'--from 2026-02-09T00:00:00Z --to 2026-02-11T00:00:00Z\n--from 2026-02-11T00:00:00Z --to 2026-02-12T01:00:00Z' ]
	# What is asked for is not what is new; and an empty window is one.
	run -0 ant state window --from 2026-01-01 --to 2025-01-01 --chunk 2 t
	[ "$output" = '--from 2025-01-01T00:00:00Z --to 2025-01-01T00:00:00Z' ]
	run -0 ant state window --to 2026-01-01 t
	[ "$output" = '--from 2026-01-01T00:00:00Z --to 2026-01-01T00:00:00Z' ]
	for days in -1 x 1.5 36501 '' d -1d 1.5d 36501d 3h 3dd 00000000000000000003d; do
		run -2 ant state window --chunk "$days" t
	done
	run -2 ant state window --from soon t
	run -2 ant state window --to soon t
}

@test "commit: passes a receipt on, unchanged, after its watermark was stored" {
	window usage_report 2026-11-01 2026-11-20 >in
	printf '{ "table" : "users", "@ant":"loaded","mode":"replace","watermark":null, "x":[1.50] }\n' >>in
	run -0 bash -c 'ant state commit <in | { read -r line; ant state get usage_report; printf "%s\n" "$line"; cat; }'
	[ "${lines[0]}" = 2026-11-20T00:00:00Z ]
	[ "${lines[1]}" = "$(sed -n 1p in)" ]
	[ "${lines[2]}" = "$(sed -n 2p in)" ]
	run -1 ant state get users
}

@test "commit: nothing to commit is nothing wrong" {
	run -0 ant state commit </dev/null
	[ -z "$output" ]
	[ ! -e state ]
}

@test "commit: the watermark never moves back, and the line goes on" {
	ant state set usage_report 2026-11-20
	window usage_report 2026-11-01 2026-11-10 >in
	run -0 --separate-stderr ant state commit <in
	[ "$output" = "$(cat in)" ]
	[ -z "$stderr" ]
	[ "$(ant state get usage_report)" = 2026-11-20T00:00:00Z ]
}

@test "commit: a window that leaves a gap moves nothing, names the gap, and goes on to the next line" {
	ant state set usage_report 2026-11-10
	{ window usage_report 2026-11-12 2026-11-20; window users 2026-11-01 2026-11-02; } >in
	run -1 --separate-stderr ant state commit <in
	[ "$output" = "$(cat in)" ]
	[[ $stderr == *"usage_report: nothing was loaded from 2026-11-10T00:00:00Z to 2026-11-12T00:00:00Z"* ]]
	[ "$(ant state get usage_report)" = 2026-11-10T00:00:00Z ]
	[ "$(ant state get users)" = 2026-11-02T00:00:00Z ]
}

@test "commit: a load without a window moves the watermark from anywhere, one with a window in no mode over a gap" {
	ant state set t 2026-11-10
	receipt t merge null '"2026-11-20T00:00:00Z"' | ant state commit >/dev/null
	[ "$(ant state get t)" = 2026-11-20T00:00:00Z ]
	run -1 bash -c "$(declare -f receipt); receipt t merge '\"2026-11-22T00:00:00Z\"' '\"2026-11-25T00:00:00Z\"' | ant state commit"
	[ "$(ant state get t)" = 2026-11-20T00:00:00Z ]
}

@test "commit: what is no receipt is an error with its line, and nothing after it counts" {
	local bad
	for bad in 'rows' '{}' '[]' '"loaded"' '{"@ant":"end","records":1}' '{"@ant":"loaded"}' \
		'{"@ant":"loaded","table":7}' '{"@ant":"loaded","table":"../x","watermark":"2026-11-20"}' \
		'{"@ant":"loaded","table":"t","watermark":"soon"}' '{"@ant":"loaded","table":"t","watermark":5}' \
		'{"@ant":"loaded","table":"t","watermark":"2026-11-20","from":"x"}' '' \
		'{"@ant":"loaded","table":"t","watermark":"2026-11-20"} x'; do
		rm -rf state
		{ window users 2026-11-01 2026-11-02; printf '%s\n' "$bad"; window t 2026-11-01 2026-11-02; } >in
		run -5 --separate-stderr ant state commit <in
		[ "$output" = "$(sed -n 1p in)" ]
		[[ $stderr == "ant-state: stdin:2: "* ]]
		[ "$(find state -name '*.watermark')" = state/users.watermark ]
	done
}

@test "commit: a receipt that was cut off does not count, not even before its newline" {
	printf '%s' "$(window users 2026-11-01 2026-11-02)" >in
	run -5 --separate-stderr ant state commit <in
	[ -z "$output" ]
	[[ $stderr == *"stdin:1: the receipt is cut off"* ]]
	run -1 ant state get users
}

@test "commit --since: windows in any order; the watermark follows when the gap is closed" {
	local days=(01 05 09 13 17 21 25 29) d order
	for order in '29 01 05 09 13 17 21 25' '25 21 17 13 09 05 29 01' '13 01 29 21 05 25 17 09'; do
		rm -rf state
		for d in $order; do
			run -1 ant state get t
			window t "2026-11-$d" "$(date -d "2026-11-$d +4 days" +%F)" | ant state commit --since 2026-11-01 >out || return 1
			[ -s out ]
			[ "$d" != 01 ] || break
		done
		for d in "${days[@]}"; do
			window t "2026-11-$d" "$(date -d "2026-11-$d +4 days" +%F)" | ant state commit --since 2026-11-01 >/dev/null
		done
		[ "$(ant state get t)" = 2026-12-03T00:00:00Z ]
		run -1 grep loaded state/t.watermark
	done
}

@test "commit --since: a window that is missing holds the watermark, across runs and without --since" {
	window t 2026-11-01 2026-11-02 | ant state commit --since 2026-11-01
	window t 2026-11-03 2026-11-04 | ant state commit --since 2026-11-01
	[ "$(ant state get t)" = 2026-11-02T00:00:00Z ]
	window t 2026-11-02 2026-11-03 | ant state commit
	[ "$(ant state get t)" = 2026-11-04T00:00:00Z ]
}

# A ledger of one database, with the tables of two organizations and a table that was loaded under two names.
ledger() { # TARGET PREFIX SUFFIX
	local row
	for row in 'usage_report usage_report 09 11' 'usage_report usage_report 01 05' 'usage_report eu_usage 01 20' 'cost_report usage_report 01 30' \
		'usage_report usage_report 05 07' 'usage_report usage_reports 01 30'; do
		# shellcheck disable=SC2086
		set -- "$1" "$2" "$3" $row
		printf '{"@ant":"loaded","table":"%s","target":"%s","into":"%s","mode":"window","from":"2026-11-%sT00:00:00Z","to":"2026-11-%sT00:00:00Z","rows":7,"watermark":"2026-11-%sT00:00:00Z","finished":"2026-11-30T00:00:01Z"}\n' \
			"$4" "$1" "$2$5$3" "$6" "$7" "$7"
	done
	printf '{"@ant":"loaded","table":"users","target":"%s","into":"%susers%s","mode":"replace","from":null,"to":null,"rows":3,"watermark":null}\n' "$1" "$2" "$3"
}

@test "ask: a question a table, with what the watermark names, and the look-back or all" {
	printf 'usage_report\t-\tp_usage\t3d\t-\nusers\ts\ta\\tb\t-\tb1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3\n' >wanted
	run -0 ant state ask wanted
	[ "$output" = $'p_usage\t-\t-\t-\t-\t-\na\\tb\tb1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3\t-\t-\t-\t-' ]
	echo '{"@ant":"loaded","table":"usage_report","target":"sqlite","into":"x","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z","rows":1,"watermark":"2026-11-20T00:00:00Z","destination":"d","line":12,"load":"e062ad11da78121ecbf29ce484222325"}' | ant state commit >/dev/null
	run -0 ant state ask wanted
	[ "${lines[0]}" = $'p_usage\t-\t12\te062ad11da78121ecbf29ce484222325\t2026-11-17T00:00:00Z\t2026-11-20T00:00:00Z' ]
	run -0 ant state ask --all wanted
	[ "${lines[0]}" = $'p_usage\t-\t12\te062ad11da78121ecbf29ce484222325\t0001-01-01T00:00:00Z\t9999-12-31T00:00:00Z' ]
	[ "$(find . -name '*.watermark')" = ./state/usage_report.watermark ]
}

# there TABLE [FOUND] - the start of an answer about a table that is there
there() { printf '{"@ant":"table","target":"sqlite","into":"%s","there":true,"empty":false,"found":%s}\n' "$1" "${2-false}"; }

# line TABLE LINE FROM-DAY TO-DAY - of a ledger
line() {
	printf '{"@ant":"loaded","table":"%s","target":"sqlite","into":"%s","mode":"window","from":"2026-11-%sT00:00:00Z","to":"2026-11-%sT00:00:00Z","rows":7,"watermark":"2026-11-%sT00:00:00Z","destination":"d","line":%d,"load":"l%d","finished":"2026-11-30T00:00:01Z"}\n' \
		"$1" "$1" "$3" "$4" "$4" "$2" "$2"
}

@test "agree: takes over what the ledger says of each table, from the first window on, in any order, and not over a gap" {
	printf '%s\t-\t%s\t3d\t-\n' usage_report usage_report cost_report cost_report users users >wanted
	{ there usage_report; line usage_report 1 09 11; line usage_report 2 01 05; line usage_report 3 05 07
		there cost_report; line cost_report 1 01 30
		echo '{"@ant":"table","into":"users","there":false,"empty":false,"found":false}'; } >answers
	cp answers before
	run -0 ant state agree --look wanted <answers
	[ ! -e state ]
	cp <(echo "$output") looked
	run -0 ant state agree wanted <answers
	diff looked <(echo "$output")
	[ "$output" = $'table\tusage_report\t2026-11-07T00:00:00Z\t2026-11-30T00:00:01Z\t1\t-
adopted\tusage_report\t2026-11-07T00:00:00Z
table\tcost_report\t2026-11-30T00:00:00Z\t2026-11-30T00:00:01Z\t1\t-
adopted\tcost_report\t2026-11-30T00:00:00Z
table\tusers\t-\t-\t0\t-' ]
	[ "$(ant state list)" = $'cost_report\t2026-11-30T00:00:00Z\t-\nusage_report\t2026-11-07T00:00:00Z\t-' ]
	grep -qx 'loaded 2026-11-09T00:00:00Z 2026-11-11T00:00:00Z' state/usage_report.watermark
	grep -qx 'load 3 l3' state/usage_report.watermark
	# Again, with what is known: nothing is new, and then one line is.
	printf 'usage_report\t-\tusage_report\t3d\t-\n' >wanted
	{ there usage_report true; line usage_report 3 05 07; } >answers
	cp state/usage_report.watermark before
	run -0 ant state agree wanted <answers
	cmp before state/usage_report.watermark
	line usage_report 4 07 12 >>answers
	run -0 ant state agree wanted <answers
	[ "$(ant state get usage_report)" = 2026-11-12T00:00:00Z ]
}

@test "agree: answers that are cut off, are none or too few are status 5, and change nothing that they are about" {
	local n size
	printf 't\t-\tt\t3d\t-\n' >wanted
	{ there t; line t 1 01 05; } >answers
	size=$(stat -c %s answers)
	for ((n = 0; n < size; n += 7)); do
		head -c "$n" answers >short
		# What ends with a line may be all there is: the loader's status tells then.
		[ "$n" != 0 ] && [ -z "$(tail -c 1 short)" ] && continue
		run -5 --separate-stderr ant state agree wanted <short
		[[ -z $output && $stderr == 'ant-state: stdin'* ]]
	done
	run -5 ant state agree wanted <<<x
	run -5 ant state agree wanted < <(line t 1 01 05)
	{ cat answers; echo x; } >bad
	run -5 ant state agree wanted <bad
	[[ $output == 'ant-state: stdin:3: '* ]]
	[ ! -e state ]
	printf '../x\t-\tt\t3d\t-\n' >wanted
	run -1 ant state agree wanted <answers
	[[ $output == $'failed\t../x\t'*'is not a table name'* ]]
	[ -z "$(find . -name '*.watermark')" ]
	# A watermark that was set by hand counts, and a damaged one is told.
	printf 't\t-\tt\t3d\t-\n' >wanted
	ant state set t 2026-11-25
	run -0 ant state agree wanted <answers
	echo damaged >state/t.watermark
	run -1 --separate-stderr ant state agree wanted <answers
	[[ $output == $'failed\tt\t'*'t.watermark: damaged'* ]]
}

@test "agree: where nobody knows what is missing, both sides are named, and commands that a shell takes" {
	local scope=$'sqlite:////a \'b\'\n.db'
	ant state --scope "$scope" commit <<<'{"@ant":"loaded","table":"t","target":"sqlite","into":"t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z","rows":1,"watermark":"2026-11-20T00:00:00Z","organization":"b1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3","destination":"d","line":1,"load":"b1fc2ac66a3c4a52cbf29ce484222325"}' >/dev/null
	printf 't\t%s\tt\t3d\t-\n' "${scope//$'\n'/\\n}" >wanted
	there t >answers
	run -1 --separate-stderr ant state agree wanted <answers
	[ "${#lines[@]}" = 1 ]
	[[ $output == $'failed\tt\tthe watermark says that it is loaded up to 2026-11-20T00:00:00Z, and the table\'s ledger knows of no load: nobody can say what is missing: `ant-state --scope '* ]]
	eval "$(grep -o '`[^`]*`' <<<"$output" | sed -n '2s/`//gp')"
	[ "$(ant state --scope "$scope" get t)" = 2026-11-20T00:00:00Z ]
	grep -q ^byhand state/*.watermark
	eval "$(grep -o '`[^`]*`' <<<"$output" | sed -n '1s/`//gp')"
	run -1 ant state --scope "$scope" get t
	[ "$(find state -name '*.watermark' | wc -l)" = 1 ]
	# Rows of somebody else.
	ant state --scope "$scope" commit <<<'{"@ant":"loaded","table":"t","target":"sqlite","into":"t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z","rows":1,"watermark":"2026-11-20T00:00:00Z","organization":"b1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3","destination":"d","line":1,"load":"b1fc2ac66a3c4a52cbf29ce484222325"}' >/dev/null
	{ there t true; line t 2 01 25 | sed 's/"destination"/"organization":"00000000-6a3c-4a52-9cb5-6b1ae0a5e7c3",&/'; } >answers
	run -1 ant state agree wanted <answers
	[[ $output == *'the watermark is of organization b1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3, and the table holds rows of 00000000-6a3c-4a52-9cb5-6b1ae0a5e7c3: `ant-state --scope '*' reset t` forgets the watermark' ]]
}

@test "receipts: one a line of fields, of all or of some tables; commit --tsv writes the same" {
	ledger postgresql public. >in
	run -0 ant state receipts <in
	[ "${#lines[@]}" = 7 ]
	[ "${lines[1]}" = $'usage_report\tpublic.usage_report\twindow\t2026-11-01T00:00:00Z\t2026-11-05T00:00:00Z\t7\t2026-11-05T00:00:00Z\t2026-11-30T00:00:01Z\t-' ]
	[ "${lines[6]}" = $'users\tpublic.users\treplace\t-\t-\t3\t-\t-\t-' ]
	run -0 ant state receipts users usage_report=eu_usage <in
	[ "$(cut -f 2 <<<"$output" | paste -sd ' ')" = 'public.eu_usage public.users' ]
	run -0 ant state receipts nosuch usage_report= =usage_report usage_report=usage_report_ usage "$(printf %080d 1)" <in
	[ -z "$output" ]
	run -0 ant state receipts <<<'{"@ant":"loaded","table":"a\u0009b\nc","rows":1.5,"watermark":"2026-11-20"}'
	[ "$output" = $'a?b?c\t-\t-\t-\t-\t1\t2026-11-20T00:00:00Z\t-\t-' ]
	run -5 ant state receipts <<<x
	run -1 bash -c 'ant state receipts <in >/dev/full'
	{ window t 2026-11-01 2026-11-02; window t 2026-11-05 2026-11-06; } >in
	run -1 --separate-stderr ant state commit --tsv out <in # a gap; both were loaded
	[ "$output" = "$(<in)" ]
	[ "$(<out)" = "$(ant state receipts <in)" ]
	[ "$(wc -l <out)" = 2 ]
	run -1 ant state commit --tsv /dev/full <in
	[[ $output == 'ant-state: /dev/full: No space left on device' ]]
	run -1 ant state commit --tsv no/such <in
	# The rows are in, whatever became of the watermark.
	echo damaged >state/t.watermark
	run -1 --separate-stderr ant state commit --tsv out <in
	[ -z "$output" ]
	[[ $stderr == *'t.watermark: damaged'* ]]
	[ "$(wc -l <out)" = 1 ]
	run -1 --separate-stderr ant state commit --tsv /dev/full <in
	[[ $stderr == *'t.watermark: damaged'* ]]
}

@test "commit: eight at once lose no watermark" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		for d in 01 02 03 04 05 06 07 08 09 10; do
			window t 2025-12-01 "2026-$(printf %02d "$i")-$d"
		done | ant state commit >/dev/null &
	done
	wait
	[ "$(ant state get t)" = 2026-08-10T00:00:00Z ]
	[ "$(find state -type f | sort | tr '\n' ' ')" = 'state/t.watermark state/update ' ]
}

@test "commit: a full stdout is a failure" {
	window t 2026-11-01 2026-11-02 >in
	run -1 bash -c 'ant state commit <in >/dev/full'
	[[ $output == *"No space left"* ]]
	ant state set t 2026-11-02
	run -1 bash -c 'ant state get t >/dev/full'
}

@test "state: a full disk is a failure that leaves the old watermark" {
	ant state set t 2026-11-02
	run -1 bash -c 'ulimit -f 0; trap "" XFSZ; ant state set t 2026-11-03'
	[[ $output == *"t.watermark: File too large"* ]]
	[ "$(ant state get t)" = 2026-11-02T00:00:00Z ]
	[ "$(find state -name '.new-*' | wc -l)" = 0 ]
}

@test "state: a read-only folder is a failure with its name" {
	mkdir state
	chmod 755 . state
	chmod 555 state
	ANT_STATE=state run -1 as_nobody "$ANT_BIN/ant-state" set t 2026-11-02 # what lies above is root's alone
	[[ $output == *state*"Permission denied"* ]]
	chmod 755 state
	ANT_STATE=/dev/null/x run -1 ant state set t 2026-11-02
	ANT_STATE=/dev/null/x run -1 ant state get t
	[[ $output == *"Not a directory"* ]]
}

@test "state: what a killed writer left behind goes with the next write" {
	mkdir state
	echo half >state/.new-abcdef
	ant state set t 2026-11-02
	[ ! -e state/.new-abcdef ]
}

@test "state: a write is fsynced before the rename, and the folder after it" {
	command -v strace >/dev/null || { gcc -shared -fPIC -o trace.so -x c - -ldl <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/stat.h>
int fsync(int fd) { struct stat s; fstat(fd, &s); fprintf(stderr, S_ISDIR(s.st_mode) ? "fsync folder\n" : "fsync file\n"); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int rename(const char *a, const char *b) { fprintf(stderr, "rename\n"); return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(a, b); }
C
	}
	mkdir state
	# A tracer and the leak checker exclude each other.
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0:verify_asan_link_order=0
	if [ -e trace.so ]; then
		LD_PRELOAD=$PWD/trace.so run -0 "$ANT_BIN/ant-state" set t 2026-11-02
		[ "$output" = $'fsync file\nrename\nfsync folder' ]
	else
		strace -o calls -e trace=fsync,rename,renameat,renameat2 "$ANT_BIN/ant-state" set t 2026-11-02
		[ "$(sed 's/(.*//; s/renameat2*/rename/' calls | grep -v '^+' | tr '\n' ' ')" = 'fsync rename fsync ' ]
	fi
}

@test "lock: the command runs, and its status is ours" {
	run -0 ant state lock t -- echo hello --json
	[ "$output" = 'hello --json' ]
	run -7 ant state lock t -- sh -c 'exit 7'
	run -143 ant state lock t -- sh -c 'kill -TERM $$'
	run -127 ant state lock t -- no-such-command
	[[ $output == *"no-such-command"* ]]
}

@test "lock: an ordinary user gets 127 for a command that is nowhere, 126 for one that may not run, as of a shell" {
	mkdir -m 000 locked
	chmod 755 .
	mkdir -m 777 state
	export ANT_STATE=state # what lies above this folder is root's alone
	mkdir -p plain/folder
	echo exit >plain/text
	local path command want
	for path in "locked:$PATH" "$PATH:locked" "$PATH:plain/text" "$PATH:/no/such" "plain:locked:$PATH"; do
		for command in no-such-command folder text; do
			want=0
			PATH=$path as_nobody bash -c "$command" 2>/dev/null || want=$?
			PATH=$path run -"$want" as_nobody "$ANT_BIN/ant-state" lock t -- "$command"
			[[ $output == "ant-state: $command: "* ]]
		done
	done
	PATH=locked:$PATH run -127 as_nobody "$ANT_BIN/ant-state" lock t -- no-such-command
	PATH=plain:$PATH run -126 as_nobody "$ANT_BIN/ant-state" lock t -- text
	run -127 env -u PATH "$ANT_BIN/ant-state" lock t -- no-such-command
	run -126 as_nobody "$ANT_BIN/ant-state" lock t -- plain/text
	run -127 as_nobody "$ANT_BIN/ant-state" lock t -- ./no-such-command
}

@test "lock: while it is held, a second run exits 6 at once; other tables and scopes go on" {
	job lock t -- sh -c 'echo held >held; exec sleep 30' &
	local holder=$!
	wait_for [ -s held ]
	run -6 timeout 1 "$ANT_BIN/ant-state" lock t -- touch ran
	[[ $output == "ant-state: t: another run holds the lock $ANT_STATE/t.lock" ]]
	run -0 ant state lock u -- true
	run -0 ant state --scope s lock t -- true
	[ ! -e ran ]
	kill "$holder"
	wait "$holder" || [ $? = 143 ]
	run -0 ant state lock t -- true
}

@test "lock --left: of several tables those that another holds are named, and the command runs for the others" {
	job lock t -- sh -c 'echo held >held; exec sleep 30' &
	local holder=$!
	wait_for [ -s held ]
	run -7 --separate-stderr ant state lock --left left s -- ant-state lock --left left t -- ant-state lock --left left u -- sh -c 'cat left; exit 7'
	[ "$output" = t ]
	[ "$stderr" = "ant-state: t: another run holds the lock $ANT_STATE/t.lock" ]
	run -1 ant state lock --left no/such t -- touch ran
	[ ! -e ran ]
	# It holds those that it got.
	job lock --left left s -- sh -c 'echo held >held2; exec sleep 30' &
	local second=$!
	wait_for [ -s held2 ]
	run -6 ant state lock s -- true
	kill "$holder" "$second"
	wait "$holder" "$second" || [ $? = 143 ]
}

@test "lock: it is free as soon as the holder died, and the command gets the word" {
	job lock t -- sh -c 'trap "echo term >term; exit" TERM; echo $$ >held; while :; do sleep 0.05; done' &
	local holder=$!
	wait_for [ -s held ]
	kill -9 "$holder"
	wait "$holder" || :
	run -0 timeout 5 "$ANT_BIN/ant-state" lock --wait t -- true
	wait_for [ -s term ]
	[ "$(cat term)" = term ]
}

@test "lock: what the command leaves running does not hold it" {
	ant state lock t -- sh -c 'sleep 5 >/dev/null 2>&1 3>&- & echo $! >left'
	run -0 ant state lock t -- true
	kill "$(cat left)"
}

@test "lock: SIGTERM and SIGINT are passed on, and the lock stays until the command is gone" {
	local sig
	for sig in TERM INT HUP; do
		rm -f held free
		job lock t -- bash -c 'trap "until [ -e free ]; do sleep 0.05; done; exit 9" TERM INT HUP; echo >held; while :; do sleep 0.05; done' &
		local holder=$!
		wait_for [ -e held ]
		kill "-$sig" "$holder"
		sleep 0.1
		[ "$sig" = INT ] || run -6 ant state lock t -- true
		# A background job of a shell starts with SIGINT ignored, and so does the command.
		if [ "$sig" = INT ]; then kill -TERM "$holder"; fi
		touch free
		local status=0
		wait "$holder" || status=$?
		[ "$status" = 9 ]
	done
}

@test "lock --wait waits; --shared shares with others that share" {
	job lock --shared t -- sh -c 'echo >held; until [ -e free ]; do sleep 0.05; done; echo first >>order' &
	wait_for [ -e held ]
	run -0 ant state lock --shared t -- true
	run -6 ant state lock t -- true
	job lock --wait t -- sh -c 'echo second >>order' &
	sleep 0.3
	[ ! -e order ]
	touch free
	wait
	[ "$(tr '\n' ' ' <order)" = 'first second ' ]
}

@test "state: wrong usage is said on stderr with status 2" {
	run -2 --separate-stderr ant state
	[[ -z $output && $stderr == *"usage: ant-state "* ]]
	run -2 ant state fly t
	[[ $output == *"unknown command 'fly'"* ]]
	run -2 ant state get
	run -2 ant state get a b
	run -2 ant state set t
	run -2 ant state set t yesterday
	[[ $output == *"'yesterday' is not a time"* ]]
	run -2 ant state lock t
	run -2 ant state get t --json
	run -2 ant state window t --lookback soon
	run -2 ant state window t --start soon
	run -2 ant state commit --since soon
	run -2 ant state adopt t
	run -2 ant state agree
	run -1 ant state agree none
	[[ $output == 'ant-state: none: No such file'* ]]
	printf 't\t-\tt\n' >three
	run -2 ant state ask three
	[ "$output" = 'ant-state: three:1: fewer than 5 fields' ]
	run -2 ant state --frob
}

@test "state: --help is an answer on stdout that fits a screen" {
	run -0 --separate-stderr ant state --help
	[ -z "$stderr" ]
	[ "${#lines[@]}" -le 24 ]
	[[ $output == "usage: ant-state "* ]]
	run -0 ant state --version
	[ "$output" = "ant-state $(cat "$ROOT/VERSION")" ]
}

@test "state: the manual names every option and command" {
	local word
	for word in $("$ANT_BIN/ant-state" --help | grep -oE -- '--[a-z]+' | sort -u) get set reset list window commit ask agree receipts lock; do
		MANWIDTH=200 man -P cat -l "$ROOT/man/ant-state.1" 2>/dev/null | grep -qF -- "$word" ||
			mandoc -T utf8 "$ROOT/man/ant-state.1" | col -b | grep -qF -- "$word" || { echo "$word"; return 1; }
	done
	mandoc -T lint -W warning "$ROOT/man/ant-state.1"
}

@test "state: the examples of the manual run" {
	stub ant-fetch 'echo'
	stub ant-flatten 'cat'
	stub ant-load-sqlite 'case $* in *--ledger*) ;; *) cat >/dev/null ;; esac; printf "%s\n" "{\"@ant\":\"loaded\",\"table\":\"usage_report\",\"mode\":\"window\",\"from\":\"2023-01-01T00:00:00Z\",\"watermark\":\"2026-11-20T00:00:00Z\"}"'
	sed -n 's/^\.Dl \$ //p' "$ROOT/man/ant-state.1" >examples
	[ "$(wc -l <examples)" = 8 ]
	PATH=$PWD/bin:$ANT_BIN:$PATH run -0 bash -e -o pipefail examples
	[[ $output == *'"@ant":"loaded"'*$'usage_report\t2026-11-20T00:00:00Z\t-'*alone ]]
	[ "$(ant state get usage_report)" = 2026-11-20T00:00:00Z ]
}
