#!/usr/bin/env bats
# The sandbox: what is refused in it and what is not, that the commands are in it, and that nothing they need is refused.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load lib/helper
load lib/cbuild
load lib/duckdb
load lib/nghttpx

TABLES='organization users invites workspaces workspace_members api_keys usage_report cost_report claude_code_usage rate_limits'

setup_file() {
	local table
	need_nghttpx || return
	unset ANT_SANDBOX
	build_duck
	CBUILD_LIBS='-lpthread -ldl' cbuild "$BATS_FILE_TMPDIR/caged" "$BATS_TEST_DIRNAME/lib/caged.c"
	cc -O1 -o "$BATS_FILE_TMPDIR/refuse" "$BATS_TEST_DIRNAME/lib/refuse.c" -lseccomp
	start_pg
	start_sim --now 2026-11-20T15:30:00Z --days 20 --users 5
	export SIM_URL=$ANTHROPIC_BASE_URL
	mkdir "$BATS_FILE_TMPDIR/records"
	for table in $TABLES; do
		words "$table"
		"${WORDS[@]}" >"$BATS_FILE_TMPDIR/records/$table"
		ant-flatten -q <"$BATS_FILE_TMPDIR/records/$table" >"$BATS_FILE_TMPDIR/rows"
		ant-load-sqlite "$BATS_FILE_TMPDIR/org.db" <"$BATS_FILE_TMPDIR/rows"
		ant-load-duckdb "$BATS_FILE_TMPDIR/org.duckdb" <"$BATS_FILE_TMPDIR/rows"
		ant-load-pg <"$BATS_FILE_TMPDIR/rows"
	done >/dev/null
}
teardown_file() {
	stop_sim
	stop_pg
}
each_teardown() { stop_proxy; }
each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	unset ANT_SANDBOX ANT_WRAP
	use_duckdb
	RECORDS=$BATS_FILE_TMPDIR/records ORG=$BATS_FILE_TMPDIR/org.db
	PART=$ANT_BIN/../lib/anthill
	CAGED=$BATS_FILE_TMPDIR/caged REFUSE=$BATS_FILE_TMPDIR/refuse
}

# words TABLE - set WORDS: the command that fetches it; of a report some days
words() {
	WORDS=(ant-fetch -q --rate 0)
	case $1 in *_report | *_usage) WORDS+=(--from 2026-11-10 --to 2026-11-21) ;; esac
	WORDS+=("$1")
}

# traced COMMAND... - run it and note the calls of it and its children in ./calls
traced() { strace -f -qq -s 256 -o calls "$@"; }

# unrefused - none of the calls was refused
unrefused() { ! grep -E '= -1 EPERM|--- SIGSYS' calls || return 1; }

# as_root COMMAND... - with mounts of its own
as_root() {
	local how=(--mount)
	[ "$(id -u)" = 0 ] || how+=(--map-root-user)
	unshare "${how[@]}" "$@"
}

# ---- the cages --------------------------------------------------------------------------

# calls CAGE - what is allowed in it, in the order of the calls, is as outside; all the rest is EPERM
calls() {
	local allowed=$2
	echo content >file
	"$CAGED" none >outside
	echo content >file
	"$CAGED" "$1" >inside
	[ "$(wc -l <outside)" -gt 120 ]
	awk -v allowed=" $allowed " '$1 == "#" { print; next } index(allowed, " " $1 " ") { print; next }
		{ print $1, $1 ~ /^(clone3|openat2)$/ ? "ENOSYS" : "EPERM" }' outside | diff - inside
	# So that each line can fail: outside, none of them is refused that way.
	run -1 grep EPERM <(sed '/^#/,$d' outside)
	for name in $allowed; do grep -q "^$name " outside || [[ $name == old-* ]] || { echo "no call $name"; return 1; }; done
}

ALWAYS='fstat tgkill-self mmap mprotect mremap madvise munmap brk read lseek close futex clock getrandom getpid sysinfo sigaction raise'
READING='open-read open-folder old-open-read stat readlink getdents fcntl-flags'
NETWORK='socket-inet socket-inet6 socket-unix socket-netlink socketpair connect bind sendto poll pipe dup ioctl-size'

@test "cages: to parse, what is open can be read and written, and nothing else" { calls parse "$ALWAYS"; }
@test "cages: while a file is looked for, files can be read as well" { calls read "$ALWAYS $READING"; }
@test "cages: to fetch, connections and threads are there as well, but no program, no process, no file for writing" {
	calls fetch "$ALWAYS $READING $NETWORK ftruncate pwrite flock thread getrlimit prctl-name mmap-code-of-file mlock uname nanosleep eventfd epoll"
}

@test "cages: a call by another table of calls ends the process, abort() does as ever" {
	local cage
	for cage in parse read fetch; do
		run -134 "$CAGED" $cage abort
		[ "$(uname -m)" = x86_64 ] || continue
		run -159 "$CAGED" $cage int80
		run -159 "$CAGED" $cage x32
	done
}

@test "cages: to fetch, names are resolved and shared libraries loaded; from the cage that reads one gets into the narrow one" {
	run -0 "$CAGED" fetch resolve
	[ "$output" = ok ]
	run -0 "$CAGED" fetch library
	[ "$output" = ok ]
	run -0 "$CAGED" parse library
	[[ $output == *libz* ]]
	echo content >file
	run -0 "$CAGED" read again
	[ "$output" = $'1\nopen-read EPERM' ]
}

# ---- the commands in them ---------------------------------------------------------------

# full_pipe - ./pipe, which has no room: who writes to it waits.  Its other end is 7.
full_pipe() {
	rm -f pipe
	mkfifo pipe
	exec 7<>pipe
	dd if=/dev/zero of=pipe bs=4096 oflag=nonblock conv=notrunc 2>/dev/null || :
}

# caged PID - it is in a cage, or will be; it is ended then
caged() {
	wait_for grep -q '^Seccomp:[[:space:]]*2$' "/proc/$1/status"
	grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$1/status"
	kill "$1"
	wait "$1" || :
}

asset() {
	mkdir -p assets
	printf 'name: t\ntype: ingestr\nconnection: lite\nparameters:\n  source_connection: a\n  source_table: users\n' >assets/a.asset.yml
	printf 'default_environment: d\nenvironments:\n  d:\n    connections:\n      anthropic: [{name: a, api_key: k}]\n      sqlite: [{name: lite, path: t.db}]\n' >.bruin.yml
}

@test "ant-flatten, ant-fetch, ant-report and the reader of Bruin's files work in a cage" {
	mkfifo in
	exec 6<>in
	ant-flatten <in >out 3>&- & # before the first byte
	caged $!
	full_pipe
	ant-fetch --rate 0 users >pipe 3>&- &
	caged $!
	ant-flatten <"$RECORDS/users" >pipe 3>&- &
	caged $!
	ant-report "$ORG" >pipe 3>&- &
	caged $!
	asset
	"$PART/bruin" assets/a.asset.yml >pipe 3>&- &
	caged $!
}

# filters - how many calls in ./calls put a process into a cage
filters() { grep -cE '(seccomp\(SECCOMP_SET_MODE_FILTER, .*\{len=|prctl\(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, \{).* = 0$' calls || :; }

@test "each enters it by itself, a page for a file is made by a process that does, and with ANT_SANDBOX=off none does" {
	local want
	asset
	{ echo "2 ant-flatten -q <$RECORDS/users"; echo "2 ant-flatten --explain -t users"; echo '1 ant-fetch --rate 0 users'
	echo "1 ant-report $ORG"; echo "1 ant-report -o page.html $ORG"; echo "1 $PART/bruin assets/a.asset.yml"; } >commands
	while read -r want command; do
		for sandbox in on off ''; do
			ANT_SANDBOX=$sandbox traced bash -c "$command" >out 6<&- </dev/null
			[ "$(filters)" = "$([ "$sandbox" = off ] && echo 0 || echo "$want")" ] || { echo "$command: $(filters)"; return 1; }
		done
	done <commands
	ANT_SANDBOX=on ant-report --to 2026-11-20T15:30:00Z -o page.html "$ORG"
	ANT_SANDBOX=off ant-report --to 2026-11-20T15:30:00Z "$ORG" | cmp - page.html
	for command in 'ant-flatten -t users' 'ant-fetch users' "ant-report $ORG"; do
		ANT_SANDBOX=yes run -2 bash -c "$command </dev/null"
		[[ $output == *"ANT_SANDBOX: 'yes' is neither on nor off"* ]]
	done
}

# ---- nothing that they need is refused --------------------------------------------------

@test "no call is refused: every table from the API to rows, in parallel, by both engines, with masks and times" {
	local table
	for table in $TABLES; do
		words "$table"
		traced "${WORDS[@]}" --rate-file rates --jobs 8 >records
		unrefused
		cmp records "$RECORDS/$table"
		for engine in auto jq; do
			traced ant-flatten -q --engine $engine <records >rows
			unrefused
			ANT_SANDBOX=off ant-flatten -q --engine $engine <records | cmp - rows
		done
	done
	echo key >key
	traced ant-flatten -q --mask email=hash --mask-key-file key --raw --add 'here text = now | strflocaltime("%Z") | "zone"' \
		--add 'day text = (1e9 | todate)' --where '.id | test("^user_")' <"$RECORDS/users" >rows
	unrefused
	traced ant-flatten -q -t users <"$RECORDS/users" >rows
	unrefused
	traced ant-fetch --check --rate 0 >out
	unrefused
	traced ant-flatten -v -t users <<<'{"data":[{"id":"a","new":1}],"has_more":true}' >rows 2>err
	[ "$(wc -l <err)" = 3 ]
	unrefused
}

@test "no call is refused: a page, its text, checks and a file, from each kind of database; an asset of Bruin" {
	local db
	for db in "$ORG" "$BATS_FILE_TMPDIR/org.duckdb" "postgresql:///$PGDATABASE"; do
		for options in '' --text '--check stale=36h --check forecast=1' '-o page.html'; do
			status=0
			# shellcheck disable=SC2086
			traced ant-report --to 2026-11-20T15:30:00Z $options "$db" >out || status=$?
			[ "$status" = "$([[ $options == --check* ]] && echo 1 || echo 0)" ]
			unrefused
		done
	done
	asset
	traced "$PART/bruin" assets/a.asset.yml >out
	unrefused
}

@test "no call is refused: TLS and HTTP/2, a name that is looked up, the progress on a terminal" {
	(cd "$BATS_FILE_TMPDIR" && certificate localhost)
	start_proxy
	CURL_CA_BUNDLE=$BATS_FILE_TMPDIR/ca.pem ANTHROPIC_BASE_URL=https://localhost:$port \
		traced ant-fetch -q --rate 0 --jobs 8 --from 2026-11-10 --to 2026-11-21 usage_report >records
	stop_proxy
	unrefused
	cmp records "$RECORDS/usage_report"
	grep -q h2 access
	echo '127.0.0.1 api.anthill.test' >hosts
	as_root bash -c 'mount --bind hosts /etc/hosts && exec strace -f -qq -s 256 -o calls \
		ant-fetch -q --rate 0 --insecure-http --base-url "http://api.anthill.test:${SIM_URL##*:}" users' >records
	unrefused
	cmp records "$RECORDS/users"
	grep -q 'clone.*CLONE_THREAD' calls # the resolver's
	python3 "$ROOT/tests/lib/terminal.py" 80x24 -- strace -f -qq -o calls ant-fetch --rate 200 --from 2026-11-01 --to 2026-11-21 claude_code_usage >screens
	unrefused
	grep -q 'ioctl(2, TIOCGWINSZ, {' calls
}

# ---- libjq ------------------------------------------------------------------------------

# each is one expression; caged, its words, rows and status are those without a cage
expressions() {
	cat <<'E'
0 | strftime("%c %Z")
0 | localtime | mktime
1751371200 | strflocaltime("%H:%M %Z")
1751371200 | localtime | tojson
"10:20 2026-07-01" | strptime("%H:%M %Y-%m-%d") | mktime
"x" | strptime("%Y")
"2026-07-01T00:00:00Z" | fromdate
now | type
env.TZ
$ENV.HOME
env | has("ANTHROPIC_ADMIN_KEY")
input_filename
input_line_number
input
[range(20000)] | sort_by(-.) | .[0]
[range(3000) | tostring] | sort | unique | length
"aßc" | test("\\p{L}+")
"a,b" | [splits(",")] | length
[limit(3; repeat(1))] | length
[.[]?] | length
{a: 1} | getpath(["a","b"])
error("why")
error(null)
error
halt
halt_error
"x" | debug
"x" | stderr
get_search_list
mine
not_there
1 / 0
"a" * 100000 | length
infinite | tostring
[.] | implode
@base64d
"%" | @uri
$__loc__
[paths] | length
input_filename | not
ltrimstr("x") | ascii
splits("a"; null)
getpath(1)
tojson | fromjson | type
[range(300000)] | map(tostring) | join(",") | length
E
}

@test "libjq: what an expression gives, says and fails with is the same in the cage, ~/.jq and all" {
	local expression sandbox n=0
	echo 'def mine: "from ~/.jq";' >home/.jq
	echo '{"id":"a","v":{"w":[1,"b"]}}' >input
	while IFS= read -r expression; do
		for sandbox in off on; do
			status=0
			ANT_SANDBOX=$sandbox ant-flatten -t users --select id --add "x text = $expression" <input >$sandbox.out 2>$sandbox.err || status=$?
			echo "$status" >>$sandbox.out
		done
		cmp off.out on.out || { echo "$expression"; cat on.err; return 1; }
		cmp off.err on.err || { echo "$expression"; return 1; }
		n=$((n + 1))
	done < <(expressions)
	[ "$n" -gt 40 ]
	ant-flatten -q -t users --select id --add 'x text = mine' <input | grep -q 'from ~/.jq'
	# Without HOME the home is that of the user, who is another one here.
	mkdir elsewhere
	echo 'def mine: "from elsewhere";' >elsewhere/.jq
	echo "someone:x:0:0::$PWD/elsewhere:/bin/sh" >passwd
	as_root bash -c 'mount --bind passwd /etc/passwd && exec env -u HOME strace -o calls \
		ant-flatten -q -t users --select id --add "x text = mine"' <input | grep -q 'from elsewhere'
	unrefused
}

@test "libjq: the time zone is that of TZ, or of the machine, which nobody has to open any more" {
	local zone
	printf 'Rule R 1980 max - Apr 1 0:00 1:00 S\nRule R 1980 max - Oct 1 0:00 0 -\nZone Test 5:30 R T%%sT\n' >zones
	zic -b fat -d zoneinfo zones # what all versions of libc read
	echo '{"id":"a"}' >input
	local times='[1751371200, 1767225600 | strflocaltime("%H:%M")] | join(" ")'
	zoned() { "$@" ant-flatten -q -t users --select id --add "x text = $times" <input | sed -n 's/^a\t//p'; }
	[ "$(zoned env TZ=":$PWD/zoneinfo/Test")" = '18:30 05:30' ]
	[ "$(zoned env TZ='<+03>-3')" = '15:00 03:00' ]
	[ "$(zoned env TZ=)" = '12:00 00:00' ]
	# The machine's own: one is put there, for this process alone.
	zone=$(readlink -f /etc/localtime)
	run -0 as_root bash -c 'mount --bind zoneinfo/Test "$1" && shift && unset TZ && exec "$@"' - "$zone" \
		ant-flatten -q -t users --select id --add "x text = $times" --add 'tz text = env.TZ' <input
	[[ $output == *$'a\t18:30 05:30\t:/etc/localtime'* ]]
}

# ---- where there is none ----------------------------------------------------------------

@test "a kernel without filters is worth a word, and nothing fails; -q and ANT_SANDBOX=off keep it quiet" {
	local why='going on without a sandbox: the kernel gives no seccomp filter: '
	ant-flatten -q <"$RECORDS/users" >want
	for errno in 22:Invalid 38:Function 1:Operation; do
		"$REFUSE" "${errno%:*}" ant-flatten <"$RECORDS/users" >rows 2>err
		cmp want rows
		grep -q "^ant-flatten: $why${errno#*:}" err
		[ "$(wc -l <err)" = 1 ]
	done
	"$REFUSE" 22 ant-flatten -q <"$RECORDS/users" 2>err | cmp - want
	[ ! -s err ]
	ANT_SANDBOX=off "$REFUSE" 22 ant-flatten <"$RECORDS/users" 2>err | cmp - want
	[ ! -s err ]
	"$REFUSE" 22 ant-fetch --rate 0 users 2>err | cmp - "$RECORDS/users"
	grep -q "^ant-fetch: $why" err
	"$REFUSE" 22 ant-report -o page.html "$ORG" 2>err
	grep -q '</html>' page.html
	grep -q "^ant-report: $why" err
	asset
	"$REFUSE" 22 "$PART/bruin" assets/a.asset.yml 2>err | tr '\0' '\n' | grep 'sqlite:///'
	grep -q "^ant-ingest: $why" err
}

@test "where only the newer call is forbidden, as in a service of systemd, the older one does it" {
	traced "$REFUSE" call ant-flatten -q <"$RECORDS/users" >rows
	ant-flatten -q <"$RECORDS/users" | cmp - rows
	[ "$(grep -c 'prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=.* = 0$' calls)" = 2 ]
}

@test "a build without libseccomp says so under -v alone, and knows ANT_SANDBOX" {
	mkdir -p bin share/anthill
	ln -s "$ROOT/lib/tables" share/anthill/tables
	CBUILD_LIBS='-ljq -lcsv -lnettle' cbuild bin/ant-flatten "$ROOT"/cmd/{ant-flatten,cli,sandbox}.c "$ROOT/lib/base/cage.c"
	ant-flatten -q <"$RECORDS/users" >want
	bin/ant-flatten <"$RECORDS/users" 2>err | cmp - want
	[ ! -s err ]
	bin/ant-flatten -v <"$RECORDS/users" 2>err | cmp - want
	grep -q '^ant-flatten: going on without a sandbox: made without libseccomp' err
	ANT_SANDBOX=x run -2 bin/ant-flatten <"$RECORDS/users"
}

# ---- a page that cannot be made ---------------------------------------------------------

@test "where the process that makes a page for a file is killed: status 1, the reason, and the file is as it was" {
	echo before >page.html
	# It is the only one that makes a cage, and a fault there ends it.
	run -1 strace -f -qq -o calls -e trace=seccomp -e inject=seccomp:signal=KILL ant-report -o page.html "$ORG"
	[[ $output == *'ant-report: a child process was ended by signal 9'* ]]
	[ "$(<page.html)" = before ]
	[ "$(find . -name '.page*')" = '' ]
}
