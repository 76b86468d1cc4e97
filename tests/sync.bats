#!/usr/bin/env bats
# The driver alone: ant-state and ant-run are the real ones, its other siblings are stubs in PATH.
# shellcheck disable=SC2016	# the stubs' shell expands these, not we
load lib/helper

# A small world: two tables with a window, one without.  A stub's fetch says its window, its
# loader answers with the receipt that belongs to it.
each_setup() {
	export ANT_STATE=$PWD/state
	stub ant-tables 'case $* in --near*) exec "$ANT_BIN/ant-tables" "$@" ;; esac
		printf "%s\n" "usage_report	window	bucket	page	1d	-	-	console	-	u	yes" \
			"cost_report	window	bucket	page	1d	2024-06-01	-	console	-	c	yes" \
			"users	replace	-	id	-	-	-	console	-	p	no"'
	stub ant-fetch 'echo "$*"'
	stub ant-flatten 'cat'
	loader ant-load-sqlite
	loader ant-load-pg
	loader ant-load-mysql
	loader ant-load-csv
	rm -f trace
}

# A loader whose destination always agrees with the watermarks: it knows the load that they name.
stub_loader() { # NAME BODY
	stub "$1" "$2"
	sed -i '1a case $* in *--audit*)\
	while IFS="	" read -r into _ line load _; do\
		printf "{\\"@ant\\":\\"table\\",\\"there\\":true,\\"empty\\":false,\\"found\\":%s}\\n" "$([ "$line" = - ] \&\& echo false || echo true)"\
		[ ! -e "loaded.$into" ] || printf "{\\"@ant\\":\\"loaded\\",\\"table\\":\\"%s\\",\\"mode\\":\\"replace\\",\\"finished\\":\\"%s\\"}\\n" "$into" "$(cat "loaded.$into")"\
		[ "$line" = - ] || printf "{\\"@ant\\":\\"loaded\\",\\"table\\":\\"%s\\",\\"mode\\":\\"window\\",\\"line\\":%s,\\"load\\":\\"%s\\",\\"finished\\":\\"2026-11-20T00:00:00Z\\"}\\n" "$into" "$line" "$load"\
	done\
	exit 0 ;;\
esac' "bin/$1"
}

loader() { # NAME
	stub_loader "$1" 'case $* in *--ledger* | *--check* | *--views*) exit 0 ;; esac
		read -r line || exit 5
		cat >/dev/null
		table=${line##* }
		case $line in
		*--from*) from=${line##*--from } to=${line##*--to }; from=${from%% *} to=${to%% *}
			printf "{\"@ant\":\"loaded\",\"table\":\"%s\",\"mode\":\"window\",\"from\":\"%s\",\"to\":\"%s\",\"rows\":7,\"watermark\":\"%sT00:00:00Z\",\"line\":1,\"load\":\"x\"}\n" "$table" "$from" "$to" "${to%T*}" ;;
		*) printf "{\"@ant\":\"loaded\",\"table\":\"%s\",\"mode\":\"replace\",\"from\":null,\"to\":null,\"rows\":3,\"watermark\":null}\n" "$table" ;;
		esac'
}

sync() { "$ANT_BIN/ant-sync" "$@"; }
export -f sync

today() { date -u +%F; }

@test "sync: every table is fetched, flattened, loaded and committed" {
	run -0 --separate-stderr sync --start -2d
	[ "${#lines[@]}" = 3 ]
	run -0 jq -s -c 'map(.table) | sort' <<<"$output"
	[ "$output" = '["cost_report","usage_report","users"]' ]
	[ "$(ant state --scope "sqlite:///$PWD/anthill.db" get usage_report)" = "$(today)T00:00:00Z" ]
	run -1 ant state --scope "sqlite:///$PWD/anthill.db" get users
	grep -q '^ant-load-sqlite anthill.db$' trace
	grep -Eq '^ant-fetch --log-format json --rate 100 --rate-file [^ ]+/rate users$' trace
}

@test "sync: the first run starts at --start, the table's earliest day, or 2023-01-01" {
	sync --chunk 0 usage_report cost_report
	grep -q 'ant-fetch .*--from 2023-01-01T00:00:00Z --to .* usage_report$' trace
	grep -q 'ant-fetch .*--from 2024-06-01T00:00:00Z --to .* cost_report$' trace
	rm -rf state
	sync --chunk 0 --start 2026-11-01 cost_report
	grep -q 'ant-fetch .*--from 2026-11-01T00:00:00Z --to .* cost_report$' trace
}

@test "sync: a later run starts the look-back before the watermark" {
	touch anthill.db
	ant state --scope "sqlite:///$PWD/anthill.db" set usage_report 2026-11-10
	sync --chunk 0 usage_report
	sync --chunk 0 --lookback 0 usage_report
	sync --chunk 0 --full-refresh --start 2026-10-01 usage_report
	run -0 grep -o 'from [^ ]*' trace
	[ "${lines[0]}" = 'from 2026-11-07T00:00:00Z' ]
	[ "${lines[1]}" = "from $(today)T00:00:00Z" ]
	[ "${lines[2]}" = 'from 2026-10-01T00:00:00Z' ]
}

@test "sync: a path may hold any character: its watermarks are found again" {
	local dir=$'new\nline\ttab\\n\r"'
	mkdir "$dir"
	sync -q --dest "sqlite:///$dir/x.db" --start 2026-11-01 --to 2026-11-20 --chunk 0 usage_report
	touch "$dir/x.db"
	sync -q --dest "sqlite:///$dir/x.db" --start 2026-11-01 --to 2026-11-21 --chunk 0 usage_report
	run -0 grep -o 'from 2[^ ]* --to [^ ]*' trace
	[ "${lines[1]}" = 'from 2026-11-17T00:00:00Z --to 2026-11-21T00:00:00Z' ]
}

@test "sync: a long window is loaded in chunks of whole days without gaps, each committed" {
	run -0 --separate-stderr sync --start 2026-01-10T05:00:00Z --chunk 31 --parallel 1 usage_report
	grep -o 'from [^ ]* --to [^ ]*' trace >windows
	[ "$(head -n 1 windows)" = 'from 2026-01-10T05:00:00Z --to 2026-02-10T00:00:00Z' ]
	[ "$(sed -n 2p windows)" = 'from 2026-02-10T00:00:00Z --to 2026-03-13T00:00:00Z' ]
	[ "$(awk '{print $2}' windows | tail -n +2)" = "$(awk '{print $4}' windows | head -n -1)" ]
	[ "$(wc -l <windows)" = "${#lines[@]}" ]
}

@test "sync: --chunk 7d is seven days, on the command line and in the file" {
	sync -q --start 2026-11-01 --to 2026-11-21 --chunk 7d --parallel 1 usage_report
	grep -o 'from [^ ]* --to [^ ]*' trace >windows
	[ "$(wc -l <windows)" = 3 ]
	rm -rf state trace
	echo 'chunk 7d' >c
	sync -q -c c --start 2026-11-01 --to 2026-11-21 --parallel 1 usage_report
	diff windows <(grep -o 'from [^ ]* --to [^ ]*' trace)
	run -2 sync --chunk 7h
	[[ $output == *"--chunk: '7h' is not a whole number from 0 to 36500"* ]]
}

@test "sync: a run that was stopped goes on with the chunk that is missing" {
	stub ant-fetch 'case $* in *"--from 2026-03-13"*) exit 75 ;; esac; echo "$*"'
	touch anthill.db
	run -75 sync --start 2026-01-10 --chunk 31 usage_report
	[ "$(ant state --scope "sqlite:///$PWD/anthill.db" get usage_report)" = 2026-03-13T00:00:00Z ] || ant state list
	stub ant-fetch 'echo "$*"'
	rm trace
	sync --start 2026-01-10 --chunk 31 --lookback 0 usage_report
	[[ $(grep -o 'from [^ ]*' trace | head -n 1) == 'from 2026-03-13T00:00:00Z' ]]
}

@test "sync: a table that may be asked for more than 31 days at once has steps of as many, unless --chunk says otherwise" {
	stub ant-tables 'printf "%s	window	at	page	1d	2026-01-01	-	console	-	%s	yes	2026-01-01	%s\n" summaries s 366d days d 7d all a -'
	steps() { sync --plan --start 2026-01-01 --to 2026-11-20 "$@" | wc -l; }
	[ "$(steps summaries)" = 1 ]
	[ "$(steps --chunk 31 summaries)" = 11 ]
	[ "$(steps days)" = 11 ]
	[ "$(steps all)" = 11 ]
	sync --start 2026-02-01 --to 2026-11-20 summaries
	[ "$(grep -c 'ant-fetch .*--from 2026-02-01.* --to 2026-11-20.* summaries$' trace)" = 1 ]
}

@test "sync: the leftmost cause is the status, not what it caused further right" {
	stub ant-fetch 'exit 75'
	run -75 sync --parallel 1 users
	run -75 sync users
	stub ant-fetch 'echo "$*"; while :; do echo x; done'
	stub ant-flatten 'exit 2'
	run -2 sync --parallel 1 users
	run -2 sync users
	stub ant-fetch 'echo "$*"'
	stub ant-flatten cat
	stub_loader ant-load-sqlite 'exit 1'
	run -1 sync --parallel 1 users
	run -1 sync users
}

@test "sync: a table that fails does not stop the others; the status is that of the first" {
	stub ant-fetch 'case $* in *usage_report) exit 4 ;; *cost_report) exit 75 ;; esac; echo "$*"'
	run -4 --separate-stderr sync --start -1d --chunk 0
	[[ $output == *'"table":"users"'* ]]
	[[ $stderr == *usage_report*"failed (4)"* ]]
	[[ $stderr == *cost_report*unavailable* ]]
	[[ $stderr == *users*" 3 "*done* ]]
	[ "$(find state -name '*.watermark')" = '' ]
}

@test "sync: what a command says is passed on with its table, but no consequences" {
	stub ant-fetch 'echo "ant-fetch: down" >&2; exit 75'
	stub ant-flatten 'echo "ant-flatten: stdin:1: the stream has no end" >&2; exit 5'
	stub_loader ant-load-sqlite 'case $* in *--check*) exit ;; esac; echo "ant-load-sqlite: stdin:1: the stream has no end" >&2; exit 5'
	run -75 --separate-stderr sync --parallel 1 -q users
	[ "$stderr" = 'ant-sync: users: ant-fetch: down' ]
	stub ant-fetch 'echo "$*"'
	stub ant-flatten 'echo "ant-flatten: new field x" >&2; cat'
	run -5 --separate-stderr sync --parallel 1 -q users
	[[ $stderr == 'ant-sync: users: ant-flatten: new field x'* ]]
	[[ $stderr == *$'\nant-sync: users: ant-load-sqlite: stdin:1: the stream has no end' ]]
}

@test "sync: a loader that says nothing moves no watermark, and its failure is the status" {
	stub_loader ant-load-sqlite 'cat >/dev/null; exit 1'
	run -1 sync --start -1d usage_report
	[ "$(find state -name '*.watermark')" = '' ]
}

@test "sync: destinations by URI: three slashes are relative, four absolute" {
	sync --dest sqlite:///a.db users
	sync --dest "sqlite:///$PWD/b.db" users
	sync --dest "csv:///out/folder" users
	sync --dest "csv://out" users
	sync --dest postgresql:///db --schema s --prefix p_ users
	run -0 eval "grep -E '^ant-load' trace | grep -v -e --check"
	[ "${lines[0]}" = 'ant-load-sqlite a.db' ]
	[[ ${lines[1]} == 'ant-load-sqlite '*b.db ]]
	[[ $output == *$'\nant-load-csv -o out/folder/users.csv\n'* ]]
	[[ $output == *$'\nant-load-csv -o out/users.csv\n'* ]]
	[[ $output == *$'\nant-load-pg -d postgresql:///db --schema s --prefix p_'* ]]
	rm trace
	sync --dest 'mysql://me@h:3307/db?ssl-mode=verify_identity' --prefix p_ users
	sync --dest mariadb:///db users
	grep -qx 'ant-load-mysql --prefix p_ mysql://me@h:3307/db?ssl-mode=verify_identity' trace
	grep -qx 'ant-load-mysql mysql:///db' trace
	run -1 grep -e --views trace
}

@test "sync: a wrong destination is wrong usage, said so" {
	local uri
	for uri in sqlite:// sqlite:/// sqlite://x.db 'sqlite:///x?mode=ro' oracle://h/d mysql://h mysql://h/ x.db '' \
		'postgresql://h/d?sslpassword=secret'; do
		run -2 sync --dest "$uri" users
		[[ $output == *"--dest: "* ]]
		[[ $output != *secret* ]]
	done
	run -2 sync --schema s users
	[[ $output == *"--schema: sqlite has none"* ]]
	run -2 sync --schema s --dest mysql://h/d users
	[[ $output == *"--schema: mysql has none"* ]]
	[ ! -e trace ] || run -1 grep -E 'fetch|load' trace
}

@test "sync: a password goes from the URI to the environment, decoded, and nowhere else" {
	stub_loader ant-load-pg 'case $* in *--ledger* | *--views* | *--check*) exit ;; esac; cat >/dev/null; printf "%s" "$PGPASSWORD" >>seen; ps axww -o args= >>ps'
	sync --dest 'postgresql://me:p%40ss%2Fw%25rd@h:5/db?sslmode=require' users
	[ "$(cat seen)" = 'p@ss/w%rd' ]
	sync --dest='postgresql://me@h/db?password=p%40ss2&connect_timeout=3' users
	[ "$(cat seen)" = 'p@ss/w%rdp@ss2' ]
	grep -q '^ant-load-pg -d postgresql://me@h:5/db?sslmode=require' trace
	grep -q '^ant-load-pg -d postgresql://me@h/db?connect_timeout=3' trace
	run -1 grep -rE 'p@ss|p%40ss' trace state ps
	run -0 sync --plan --dest 'postgresql://me:p%40ss@h/db' users
	[[ $output != *p@ss* && $output != *p%40ss* ]]
	rm seen trace
	stub_loader ant-load-mysql 'case $* in *--ledger* | *--check*) exit ;; esac; cat >/dev/null; printf "%s" "$MYSQL_PWD" >>seen; ps axww -o args= >>ps'
	sync --dest 'mysql://me:p%40ss%2Fw%25rd@h:5/db?ssl-ca=ca.pem' users
	[ "$(cat seen)" = 'p@ss/w%rd' ]
	grep -qx 'ant-load-mysql mysql://me@h:5/db?ssl-ca=ca.pem' trace
	run -1 grep -rE 'p@ss|p%40ss' trace state ps
}

@test "sync: each destination has watermarks of its own, by its URI without credentials" {
	sync --start -1d --dest 'postgresql://me:pw@h/db' usage_report
	sync --start -1d --dest 'postgresql://h/db' --schema s usage_report
	sync --start -1d --dest 'mariadb://me:pw@h/db' usage_report
	[ "$(ant state list | cut -f3 | sort | tr '\n' ' ')" = 'mysql://h/db postgresql://h/db postgresql://h/db#schema=s ' ]
}

@test "sync: tables run at once, no more than --parallel, and share one budget of requests" {
	stub ant-fetch 'echo + >>busy
		printf "{\"time\":\"t\",\"attempt\":1,\"error\":null}\n" >&2
		case $* in *usage_report) sleep 0.3 ;; *cost_report) sleep 1 ;; *) sleep 0.1 ;; esac
		echo - >>busy; echo "$*"'
	sync --start -1d --parallel 2 --rate 60
	[ "$(awk '$1=="+"{n++; if (n>m) m=n} $1=="-"{n--} END {print m}' busy)" = 2 ]
	# The whole rate for each, and the same file.
	[ "$(grep -c '^ant-fetch .*--rate 60 --rate-file [^ ]*/rate ' trace)" = 3 ]
	[ "$(grep -o -- '--rate-file [^ ]*' trace | sort -u | wc -l)" = 1 ]
	rm trace
	# So have the windows of a table; a pause holds without a limit, too.
	rm -r state
	sync --start -5d --chunk 2 --rate 0 usage_report
	[ "$(grep -c '^ant-fetch .*--rate 0 --rate-file [^ ]*/rate ' trace)" = 3 ]
	[ "$(grep -o -- '--rate-file [^ ]*' trace | sort -u | wc -l)" = 1 ]
}

@test "sync: a table that another run holds is left alone with status 6, or waited for" {
	ant state --scope "sqlite:///$PWD/anthill.db" lock users -- sh -c 'echo >held; until [ -e go ]; do sleep 0.05; done' 3>&- &
	wait_for [ -e held ]
	run -6 --separate-stderr sync --start -1d
	[[ $output == *usage_report* && $output == *cost_report* && $output != *'"users"'* ]]
	[[ $stderr == *"users: another run holds the lock"* ]]
	(sleep 0.5; touch go) 3>&- &
	run -0 --separate-stderr sync --wait users
	[[ $output == *'"users"'* ]]
	wait
}

@test "sync: SIGTERM and SIGINT stop it at once, with what is done and how to resume" {
	local sig status driver
	stub ant-fetch 'case $* in *usage_report) echo $$ >fetching; exec sleep 30 ;; esac; echo "$*"'
	for sig in TERM INT; do
		rm -f fetching
		# A background job starts with SIGINT ignored, which no shell can undo.
		python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$ANT_BIN/ant-sync" --start -1d 2>err >out 3>&- &
		driver=$!
		wait_for [ -s fetching ]
		sleep 0.2
		kill "-$sig" "$driver"
		status=0
		wait "$driver" || status=$?
		[ "$sig $status" = 'TERM 143' ] || [ "$sig $status" = 'INT 130' ]
		grep -q 'usage_report .*stopped' err
		grep -q 'the same command goes on from there' err
		run -1 grep Terminated err
		run -1 kill -0 "$(cat fetching)"
	done
}

@test "sync: a worker that bash loses sight of is reaped, with its status" {
	cat >lost.bash <<-'END'
		. "$ROOT/scripts/sync/words.bash"
		. "$ROOT/scripts/sync/run.bash"
		took_ill() { :; }
		wait() { [[ $1 != -n ]] || return 127; builtin wait "$@"; }
		declare -A worker_of=()
		run=$PWD drawn=0 side_drawn=0 plain=0
		(exit 7) &
		worker_of[$!]=users
		sleep 0.1 &
		worker_of[$!]=invites
		while ((${#worker_of[@]})); do reap; done
	END
	run -0 timeout 60 bash -u lost.bash
	[ -z "$output" ]
	[ "$(cat done.users)" = '7 - - 0 0 0 0 0 -' ]
	[ "$(cat done.invites)" = '0 - - 0 0 0 0 0 -' ]
}

@test "sync: --json prints one object a table, and nothing else" {
	stub ant-fetch 'case $* in *cost_report) exit 75 ;; esac; echo "$*"'
	run -75 --separate-stderr sync --start 2026-11-20 --chunk 0 --json
	[ "${#lines[@]}" = 3 ]
	run -0 jq -s -c 'map([.table, .status, .outcome, .rows, .loads, .from])' <<<"$output"
	[ "$output" = '[["usage_report",0,"done",7,1,"2026-11-20T00:00:00Z"],["cost_report",75,"unavailable",0,0,"2026-11-20T00:00:00Z"],["users",0,"done",3,1,null]]' ]
}

@test "plan: prints one command a line, runs nothing, and holds no secret" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-secret
	run -0 --separate-stderr sync --plan --start 2026-09-01 --to 2026-11-21 --chunk 31
	[ -z "$stderr" ]
	[ "${#lines[@]}" = 7 ]
	[[ $output != *secret* ]]
	run -1 grep -E 'fetch|load' trace
	[ ! -e state ]
}

@test "plan: its lines do what the sync does, through bash, xargs and GNU parallel, in any order" {
	local how
	for how in 'while IFS= read -r line; do bash -c "$line"; done' \
		'tac | xargs -d "\n" -n 1 -P 4 bash -c' 'sort -R | parallel --will-cite -j 4'; do
		rm -rf state trace
		bash -c "ant-sync() { \"\$ANT_BIN/ant-sync\" \"\$@\"; }; ant-sync --plan --dest \"sqlite:////$PWD/a 'b' db\" --start 2026-07-01 --chunk 20 | { $how; }" >out
		[ "$(grep -c '"@ant":"loaded"' out)" = "$(grep -c '^ant-fetch' trace)" ]
		[ "$(ant state list | cut -f1,2 | tr '\t\n' '  ')" = "cost_report $(today)T00:00:00Z usage_report $(today)T00:00:00Z " ]
		[ "$(grep -c "^ant-load-sqlite .*a 'b' db" trace)" = "$(grep -c '^ant-fetch' trace)" ]
	done
}

@test "plan: a line that fails has the leftmost cause as its status" {
	stub ant-fetch 'exit 75'
	sync --plan users >plan
	run -75 bash -c "$(cat plan)"
}

# ---- sets

# more_tables - a world with two sets more, which share a table
more_tables() {
	stub ant-tables 'case $* in --near*) exec "$ANT_BIN/ant-tables" "$@" ;; esac
		for t in bills:replace:console members:replace:console,teams plugins:replace:teams v:replace:teams log:window:feed; do
			IFS=: read -r name mode sets <<-END
				$t
			END
			[ $mode = window ] && w=yes c=at l=1h || w=no c=- l=-
			printf "%s\t%s\t%s\tid\t-\t-\t-\t%s\t%s\t%s\t%s\n" $name $mode $c $sets $l $name $w
		done'
}

# chosen WORD... - the tables that a run takes, in its order
chosen() { sync --json "$@" | jq -r .table | paste -sd ' '; }

@test "sets: console without words, @SET and @all, a dash leaves out; each table once, in a fixed order" {
	more_tables
	[ "$(chosen)" = 'bills members' ]
	[ "$(chosen @teams)" = 'members plugins v' ]
	[ "$(chosen @all)" = 'bills members plugins v log' ]
	[ "$(chosen @teams -plugins)" = 'members v' ]
	[ "$(chosen -plugins @teams)" = 'members v' ]
	[ "$(chosen @all -@teams)" = 'bills log' ]
	[ "$(chosen -members)" = bills ]
	[ "$(chosen -@teams)" = bills ]
	[ "$(chosen plugins @console plugins @teams bills)" = 'plugins bills members v' ]
	[ "$(chosen @teams -log)" = 'members plugins v' ] # one that is not among them
	[ "$(chosen -plugins -q @teams --chunk 7)" = 'members v' ] # -q is no table
	[ "$(chosen @teams -- -v -plugins)" = members ] # behind -- nothing is an option
	run -2 sync members -members
	[[ $output == *'no table is left'* ]]
}

@test "sets: in the file, and what the command line leaves out of that" {
	more_tables
	printf 'tables @teams -plugins log\norganization a\norganization b\ntables @all -@teams\nprefix b_\n' >c
	[ "$(chosen -c c)" = 'members v log bills log' ]
	[ "$(chosen -c c -log)" = 'members v bills' ]
	[ "$(chosen -c c @console)" = 'bills members bills members' ]
	printf 'tables @teams -plugin\n' >c
	run -2 sync -c c
	[[ $output == *"c:1: tables: '-plugin' is no option, and no table or set to leave out; did you mean -plugins?"* ]]
	printf 'full-refresh @teams\n' >c
	run -2 sync -c c
	[[ $output == *"c:1: full-refresh: unknown table '@teams'"* ]]
}

@test "sets: what is mistyped is guessed at" {
	more_tables
	run -2 sync -plugin @teams
	[[ ${lines[0]} == "ant-sync: '-plugin' is no option, and no table or set to leave out; did you mean -plugins?" ]]
	run -2 sync -@team
	[[ ${lines[0]} == "ant-sync: '-@team' is no option, and no table or set to leave out; did you mean -@teams?" ]]
	run -2 sync @consol
	[[ ${lines[0]} == "ant-sync: unknown set '@consol'; did you mean @console?  The sets are: @console @teams @feed @all" ]]
	run -2 sync @members
	[[ $output == *"unknown set '@members'; did you mean members?"* ]]
	run -2 sync console
	[[ $output == *"unknown table 'console'; did you mean @console?"* ]]
	run -2 sync -x
	[[ $output == *"unknown option '-x'"* && $output != *'leave out'* ]]
	run -2 sync -
	[[ $output == *"unknown option '-'"* ]]
	run -2 sync -dest sqlite:///x.db
	[[ $output == *"'-dest' is no option, and no table or set to leave out"* ]]
	[ ! -e trace ] || run -1 grep -E 'fetch|load' trace
}

@test "sets: each table has the look-back of its file, which --lookback and look-back overrule" {
	more_tables
	touch anthill.db
	ant state --scope "sqlite:///$PWD/anthill.db" set log 2026-11-10
	from() { sync --plan --to 2026-11-20 "$@" log | grep -o 'from 2026[^ ]*'; }
	[ "$(from)" = 'from 2026-11-09T23:00:00Z' ]
	[ "$(from --lookback 2d)" = 'from 2026-11-08T00:00:00Z' ]
	printf 'look-back 4d\norganization a\norganization b\nlook-back log 2h\n' >c
	[ "$(from -c c)" = $'from 2026-11-06T00:00:00Z\nfrom 2026-11-09T22:00:00Z' ]
	[ "$(from -c c --lookback 0)" = $'from 2026-11-10T00:00:00Z\nfrom 2026-11-10T00:00:00Z' ]
}

# ---- the configuration file

@test "sync: where no pipe can be made that tells of the first page, the tables are loaded all the same" {
	stub mkfifo 'exit 1'
	run -0 --separate-stderr sync --start -2d
	[ "${#lines[@]}" = 3 ]
	[ "$(grep -c ' done$' <<<"$stderr")" = 3 ]
}

@test "sync: what is appended comes once, whatever look-back there is, unless the command line says one" {
	printf 'look-back 4d\n' >c
	sync -q -c c --mode append --start 2026-11-01 --to 2026-11-09 usage_report
	rm trace
	sync -q -c c --mode append usage_report
	[ "$(grep -o 'from 2[^ ]* --to [^ ]*' trace)" = "from 2026-11-09T00:00:00Z --to $(today)T00:00:00Z" ]
	rm trace
	sync -q -c c --mode append usage_report
	[ "$(grep -o 'from 2[^ ]* --to [^ ]*' trace)" = "from $(today)T00:00:00Z --to $(today)T00:00:00Z" ] # nothing is new
	rm trace
	sync -q --mode append --lookback 2d usage_report
	[ "$(grep -o 'from 2[^ ]* --to [^ ]*' trace | tail -n 1)" = "from $(date -u -d "$(today) -2 days" +%F)T00:00:00Z --to $(today)T00:00:00Z" ]
}

@test "sync: what was appended for an interval does not come again with what is before, between and after" {
	sync -q --mode append --from 2026-11-05 --to 2026-11-07 usage_report
	sync -q --mode append --from 2026-11-09 --to 2026-11-10 usage_report
	rm trace
	sync -q --mode append --lookback 0 --start 2026-11-01 --to 2026-11-13 usage_report
	grep -o 'from 2[^ ]* --to [^ ]*' trace | sed 's/T00:00:00Z//g' >asked
	printf '%s\n' 'from 2026-11-01 --to 2026-11-05' 'from 2026-11-07 --to 2026-11-09' 'from 2026-11-10 --to 2026-11-13' | diff - asked
	[ "$(ant state --scope "sqlite:///$PWD/anthill.db" get usage_report)" = 2026-11-13T00:00:00Z ]
	sync -q --mode append --from 2026-11-15 --to 2026-11-16 usage_report
	rm trace
	sync -q --mode append --lookback 0 --to 2026-11-16 usage_report
	[ "$(grep -o 'from 2[^ ]* --to [^ ]*' trace)" = 'from 2026-11-13T00:00:00Z --to 2026-11-15T00:00:00Z' ]
	sync -q --dest sqlite:///window.db --start 2026-11-01 --to 2026-11-16 usage_report
	[ "$(sqlite3 anthill.db 'select count(*) from usage_report')" = "$(sqlite3 window.db 'select count(*) from usage_report')" ]
}

@test "config: what one organization allows, the next one does not" {
	printf 'tables users\norganization a\nprefix a_\nallow-shrink yes\nallow-cut yes\norganization b\nprefix b_\n' >c
	run -0 sync -q -c c
	grep -q -- '^ant-load-sqlite --prefix a_ --allow-shrink ' trace
	run -1 grep -- '^ant-load-sqlite --prefix b_ .*--allow' trace
	[ "$(grep -c '^ant-fetch --log-format .*--allow-cut' trace)" = 1 ]
	rm trace
	run -0 sync -q -c c --allow-shrink
	grep -q -- '^ant-load-sqlite --prefix b_ --allow-shrink ' trace
}

@test "config: the budgets of requests that one organization drew on are not the next one's; two sections of one share them" {
	stub ant-fetch '[ "$1" != --whose ] || { echo "aaaaaaaa-0000-4000-8000-00000000000$WHOSE"; exit; }
		while [ "$1" != --rate-file ]; do shift; done
		for file in "$2" "$2.analytics"; do [ ! -e "$file" ] || exit 4; : >"$file"; done
		echo users'
	printf '%s\n' 'tables users' 'rate 10' 'organization a' 'prefix a_' 'organization b' 'prefix b_' >c
	WHOSE=1 run -4 sync -q -c c # one and the same
	printf 'rate 11\n' >>c # each has what it was given
	WHOSE=1 run -0 sync -q -c c
	sed -i '/rate 11/d' c
	sed -i 's/^\[/WHOSE=$ANTHROPIC_ADMIN_KEY; [/' bin/ant-fetch
	sed -i 's/^prefix a_/&\nkey-command echo 1/; s/^prefix b_/&\nkey-command echo 2/' c
	run -0 sync -q -c c
}

@test "config: settings come from the file, the command line wins, defaults fill the rest" {
	mkdir -p home/config/anthill
	cat >home/config/anthill/sync.conf <<-'END'
		# a comment
		destination  csv:///out/${FOLDER}
		tables  usage_report   users
		prefix  ant_
		chunk   0
		start   2026-10-01
		rate 60
		jobs 3
		parallel 1
		table-name usage_report api_usage
		look-back usage_report 5d

		look-back 1d
	END
	FOLDER=x run -0 sync -q
	run -0 cat trace
	[[ $output == *'--jobs 3 -q --rate 60 '*' --from 2026-10-01T00:00:00Z '*' usage_report'* ]]
	[[ $output == *'ant-load-csv -o out/x/ant_api_usage.csv'* ]]
	[[ $output == *'ant-load-csv -o out/x/ant_users.csv'* ]]
	[[ $output != *cost_report* ]]
	[ "$(ant state list | cut -f3)" = "csv:///$PWD/out/x#prefix=ant_#table=api_usage" ]
	rm trace
	FOLDER=x sync -q --prefix b_ --start 2026-11-01 cost_report
	grep -q -e '--from 2026-11-01T.* cost_report' trace
	grep -q 'ant-load-csv -o out/x/b_cost_report.csv' trace
}

@test "config: a look-back of its own for a table, or for all from the command line" {
	touch anthill.db
	ant state --scope "sqlite:///$PWD/anthill.db" set usage_report 2026-11-10
	ant state --scope "sqlite:///$PWD/anthill.db" set cost_report 2026-11-10
	printf 'look-back usage_report 5d\nlook-back 1d\nchunk 0\ntables usage_report cost_report\n' >c
	sync -c c --plan >plan
	grep -q 'from 2026-11-05.* usage_report' plan
	grep -q 'from 2026-11-09.* cost_report' plan
	sync -c c --plan --lookback 0 usage_report | grep -q 'from 2026-11-10'
}

@test "config: what is wrong is named with file and line, and without secrets" {
	local line
	for line in 'colour blue' 'chunk x' 'chunk' 'jobs 0' 'rate -1' 'parallel 99' 'look-back soon' 'look-back users soon' \
		'full-sync 7d' 'full-sync every week' 'allow-shrink maybe' 'destination ${UNSET}' 'key-env 1x' 'organization a b' 'table-name users'; do
		printf '# first\nprefix p\n%s\n' "$line" >c
		run -2 sync -c c
		[[ $output == *"ant-sync: c:3: "* ]]
	done
	[[ $output == *"table-name"* ]]
	printf 'prefix a\nprefix b\n' >c
	run -2 sync -c c
	[[ $output == *"c:2: prefix: set before"* ]]
	printf 'organization a\norganization a\n' >c
	run -2 sync -c c
	[[ $output == *"c:2: organization a: there already"* ]]
	for line in 'table-name nosuch x' 'look-back nosuch 3d' 'tables users nosuch' 'full-refresh nosuch users'; do
		printf '# first\n%s\n' "$line" >c
		run -2 sync -c c
		[[ $output == *"ant-sync: c:2: ${line%% *}: unknown table 'nosuch';  The tables are: "* ]]
	done
	printf 'destination x${SECRET}\n' >c
	SECRET=s3cret run -2 sync -c c
	[[ $output != *s3cret* ]]
	[ ! -e trace ] || run -1 grep -E 'fetch|load' trace
}

@test "config: several organizations, each with its key source and its prefix" {
	stub ant-fetch 'echo "$ANTHROPIC_ADMIN_KEY $*" >>keys; echo "$*"'
	echo key-of-file >keyfile
	cat >c <<-END
		tables users
		organization us
		  key-env KEY_US
		  prefix us_
		organization eu
		  key-command printf key-of-%s command
		  prefix eu_
		organization asia
		  key-file $PWD/keyfile
		  prefix asia_
	END
	KEY_US=key-of-env ANTHROPIC_ADMIN_KEY=other run -0 --separate-stderr sync -c c
	[ "$(grep -c -e ' --whose' keys)" = 3 ] # two sections may be of one organization, and share its budget
	run -0 grep -v -e ' --whose' keys
	[[ ${lines[0]} == 'key-of-env --log-format json --rate 100 --rate-file '*/rate' users' ]]
	[[ ${lines[1]} == 'key-of-command --log-format json --rate 100 --rate-file '*/rate' users' ]]
	[[ ${lines[2]} == " --log-format json --key-file $PWD/keyfile --rate 100 --rate-file "*'/rate users' ]]
	[ "$(grep -v -e --check trace | grep -o 'prefix [a-z_]*' | tr '\n' ' ')" = 'prefix us_ prefix eu_ prefix asia_ ' ]
	[[ $stderr == *us/users*eu/users*asia/users* ]]
	KEY_US=key-of-env run -0 sync -c c --plan
	[[ ${lines[0]} == 'ANTHROPIC_ADMIN_KEY="$KEY_US" env -u ANTHROPIC_AUTH_TOKEN ant-state '* ]]
	[[ ${lines[1]} == 'ANTHROPIC_ADMIN_KEY="$(printf key-of-%s command)" env -u ANTHROPIC_AUTH_TOKEN ant-state '* ]]
	[[ $output != *key-of-env* && $output != *key-of-command* ]]
	KEY_US=key-of-env run -0 --separate-stderr sync -c c --json
	[ "$(jq -s -c 'map(.organization)' <<<"$output")" = '["us","eu","asia"]' ]
}

@test "config: a token has the sources of a key; one organization's credentials are not the next one's" {
	stub ant-fetch 'echo "<${ANTHROPIC_ADMIN_KEY-}${ANTHROPIC_ADMIN_API_KEY-}> <${ANTHROPIC_AUTH_TOKEN-}> $*" >>keys; echo "$*"'
	cat >c <<-END
		tables users
		organization none
		  prefix none_
		organization us
		  token-env TOKEN_US
		  prefix us_
		organization eu
		  token-command printf token-of-%s command
		  key-file $PWD/k
		  prefix eu_
		organization asia
		  key-env KEY_ASIA
		  token-file $PWD/t
		  prefix asia_
	END
	export TOKEN_US=token-of-env KEY_ASIA=key-of-env
	ANTHROPIC_ADMIN_API_KEY=own ANTHROPIC_AUTH_TOKEN=mine run -0 --separate-stderr sync -c c --rate 7
	sed -i '/ --whose/d; s| --rate 7 .*||' keys
	diff - keys <<-END
		<own> <mine> --log-format json
		<> <token-of-env> --log-format json
		<> <token-of-command> --log-format json --key-file $PWD/k
		<key-of-env> <> --log-format json --token-file $PWD/t
	END
	# Those nearest count, of the command line before all.
	rm keys
	ANTHROPIC_AUTH_TOKEN=mine run -0 --separate-stderr sync -c c --rate 7 --token-file x
	[ "$(grep -c '^<> <mine> --log-format json --token-file x ' keys)" = 4 ]
	printf 'token-env TOKEN_US\ntables users\n' >one
	rm keys
	ANTHROPIC_ADMIN_KEY=own ANTHROPIC_AUTH_TOKEN=mine run -0 --separate-stderr sync -c one
	[[ $(<keys) == '<own> <token-of-env> '* ]]
	# The plan has where they come from, not what they are.
	ANTHROPIC_AUTH_TOKEN=mine run -0 sync -c c --plan
	[[ ${lines[0]} == 'ant-state '* ]]
	[[ ${lines[1]} == 'ANTHROPIC_AUTH_TOKEN="$TOKEN_US" env -u ANTHROPIC_ADMIN_KEY -u ANTHROPIC_ADMIN_API_KEY ant-state '* ]]
	[[ ${lines[2]} == 'ANTHROPIC_AUTH_TOKEN="$(printf token-of-%s command)" ant-state '*"--key-file $PWD/k"* ]]
	[[ ${lines[3]} == 'ANTHROPIC_ADMIN_KEY="$KEY_ASIA" ant-state '*"--token-file $PWD/t"* ]]
	[[ $output != *token-of-env* && $output != *key-of-env* && $output != *mine* ]]
	rm keys
	ANTHROPIC_ADMIN_KEY=own ANTHROPIC_AUTH_TOKEN=mine bash -c "${lines[1]}"
	[[ $(<keys) == '<> <token-of-env> '* ]]
	# A token that is not there.
	printf 'tables users\norganization a\ntoken-command exit 1\norganization b\nprefix b_\n' >c
	run -1 --separate-stderr sync -c c
	[[ $stderr == *"organization a: token-command: it gave no token"* ]]
	[ "$(grep -c 'prefix b_' trace)" -gt 0 ]
	echo 'token-env NOSUCH' >c
	run -2 sync -c c
	[[ $output == *'token-env: the variable NOSUCH is not set'* ]]
}

@test "config: an organization whose key is missing fails, and the others go on" {
	printf 'tables users\norganization a\nkey-command exit 1\norganization b\nprefix b_\n' >c
	run -1 --separate-stderr sync -c c
	[[ $stderr == *"organization a: key-command: it gave no key"* ]]
	[[ $output == *'"users"'* ]]
	grep -q 'prefix b_' trace
}

@test "config: tables without a window are refreshed as often as full-sync says" {
	printf 'full-sync every 7d\ntables users usage_report\nchunk 0\n' >c
	touch anthill.db
	sync -c c --start -1d
	[ "$(grep -c 'ant-fetch.* users' trace)" = 1 ]
	date -u +%FT%TZ >loaded.users # as the ledger says it
	sync -c c
	[ "$(grep -c 'ant-fetch.* users' trace)" = 1 ]
	[ "$(grep -c 'ant-fetch.* usage_report' trace)" = 2 ]
	date -u -d '-8 days' +%FT%TZ >loaded.users
	sync -c c
	[ "$(grep -c 'ant-fetch.* users' trace)" = 2 ]
	sync -c c --full-refresh --start -1d
	[ "$(grep -c 'ant-fetch.* users' trace)" = 3 ]
}

# ---- what a run tells

@test "sync: pages and repeated requests are counted, from what ant-fetch logs" {
	stub ant-fetch 'cat >&2 <<-END
			{"time":"t","method":"GET","url":"u","status":200,"request_id":null,"bytes":1,"ms":1,"attempt":1,"error":null}
			{"time":"t","method":"GET","url":"u","status":429,"request_id":null,"bytes":1,"ms":1,"attempt":1,"error":"slow"}
			{"time":"t","method":"GET","url":"u","status":200,"request_id":null,"bytes":1,"ms":1,"attempt":2,"error":null}
			ant-fetch: waiting
			END
		echo "$*"'
	run -0 --separate-stderr sync --json users
	[ "$(jq -c '[.pages, .retries]' <<<"$output")" = '[2,1]' ]
	[ "$stderr" = 'ant-sync: users: ant-fetch: waiting' ]
	run -0 --separate-stderr sync -v users
	[[ $stderr == *'users: {"time":"t"'* ]]
}

# on_terminal COLSxROWS [REGEX ACTION]... -- OPTION... - a run on a terminal: its screens in ./screens
on_terminal() {
	local -a how=()
	until [ "$1" = -- ]; do how+=("$1"); shift; done
	TERM=xterm python3 "$ROOT/tests/lib/terminal.py" "${how[@]}" -- "$ANT_BIN/ant-sync" "${@:2}" >screens
}

# gate TABLE - ant-fetch of that table waits, once it has asked, until there is a file "go"
gate() {
	stub ant-fetch 'printf "{\"time\":\"t\",\"attempt\":1,\"error\":null}\n" >&2
		'"case \$* in *$1) touch \"$PWD/at\"; until [ -e \"$PWD/go\" ]; do sleep 0.1; done ;; esac"'
		echo "$*"'
}

@test "progress: a line a table on a terminal, drawn anew in its place, and gone at the end" {
	gate usage_report
	on_terminal 120x24 'usage_report +fetching 20.*cost_report +done.*users +done +- +3 +[0-9]+ s' 'touch go' -- --start -5d --chunk 2 2>err
	run -0 cat screens
	[[ $output =~ table\ +state\ +window\ +chunk\ +rows\ +time ]]
	[[ $output =~ usage_report\ fetching\ 20[0-9-]+\ to\ 20[0-9-]+\ +1\ of\ 3\ +0\ +[0-9]+\ s ]]
	[[ $output =~ cost_report\ +done\ +20[0-9-]+\ to\ 20[0-9-]+\ +3\ of\ 3\ +21\ +[0-9]+\ s ]]
	# No screen has a table twice.
	awk '/^====/ { split("", n) } /^(users|usage_report|cost_report) +(waiting|fetching|loading|done)/ { if (n[$1]++) exit 1 }' <(sed '/^table .* watermark/,$d' screens)
	# What stays is the table of the end.
	awk '/^====/ { s = "" } { s = s $0 "\n" } END { printf "%s", s }' screens >last
	run -1 grep -E 'waiting|fetching|loading|time$' last
	grep -q '^users  .* done$' last
	[ -z "$(cat err)" ]
	# Receipts are for pipes, or for who wants to see all.
	run -1 grep '@ant' raw
	on_terminal 120x24 -- -v --start -5d --chunk 2 usage_report
	grep -q '"@ant":"loaded"' raw
	TERM=xterm python3 "$ROOT/tests/lib/terminal.py" 120x24 -- sh -c '"$0" --start -1d users | cat' "$ANT_BIN/ant-sync" >screens
	grep -q '"@ant":"loaded"' raw
}

@test "progress: rows are loaded as they come where the destination takes a stream" {
	stub ant-fetch 'until [ -e 1 ]; do sleep 0.1; done
		printf "{\"time\":\"t\",\"attempt\":1,\"error\":null}\n" >&2
		until [ -e 2 ]; do sleep 0.1; done; echo "$*"'
	on_terminal 80x24 'users +fetching' 'touch 1' 'users +loading' 'touch 2' -- --dest csv:///out users
}

@test "progress: no line is longer than the terminal is wide, and no more are drawn than it has" {
	stub ant-tables 'case $* in --near*) exit ;; esac
		for n in 01 02 03 04 05 06 07 08 09 10 11 12; do printf "table_$n\treplace\t-\tid\t-\t-\t-\tconsole\t-\t$n\tno\n"; done'
	gate 'table_0[1-4]'
	on_terminal 30x24 'table_04 fetching.*table_05 waiting' 'touch go' -- -v
	awk 'length($0) > 29 && /waiting|fetching|loading/ { exit 1 }' screens
	grep -q '^table_05 waiting  -$' screens
	rm go
	gate table_12
	# The tables at work are those that are shown.
	on_terminal 80x8 'table_12 +fetching.*and 7 more' 'touch go' --
	rm go
	on_terminal 80x3 'table_12 +fetching' 'touch go' --
}

@test "progress: colours by the state, none with NO_COLOR" {
	gate usage_report
	sed -i '2a case $* in *users) exit 4 ;; esac' bin/ant-fetch
	run -4 on_terminal 80x24 'fetching.*done.*failed' 'touch go' -- --start -1d
	grep -qF $'usage_report \e[36mfetching\e[m ' raw
	grep -qF $'users        \e[31mfailed  \e[m ' raw
	grep -qF $'\e[32mdone    \e[m ' raw
	rm go
	NO_COLOR=1 run -4 on_terminal 80x24 'fetching.*done.*failed' 'touch go' -- --start -1d
	run -1 grep -E $'\e\\[[0-9;]*m' raw
	grep -Eq '^users +failed' screens
	rm go
	NO_COLOR='' run -4 on_terminal 80x24 'fetching.*done.*failed' 'touch go' -- --start -1d
	grep -qF $'\e[36mfetching\e[m ' raw
}

@test "progress: nothing is drawn where stderr is no terminal, with -q, or on one that is dumb" {
	run -0 sync --start -1d
	[[ $output != *$'\e'* && $output != *$'\1'* && $output != *waiting* ]]
	on_terminal 80x24 -- -q --start -1d
	run -1 grep -E $'\e|\1|waiting' raw
	TERM=xterm python3 "$ROOT/tests/lib/terminal.py" 80x24 -- sh -c '"$0" --start -1d 2>err' "$ANT_BIN/ant-sync" >screens
	run -1 grep -E $'\e|\1|waiting' raw err
	TERM=dumb python3 "$ROOT/tests/lib/terminal.py" 80x24 -- "$ANT_BIN/ant-sync" --start -1d >screens
	run -1 grep -E $'\e|\1|waiting' raw
}

@test "progress: Ctrl-C leaves the terminal as it was, says what is done and how to go on, and leaves nothing behind" {
	mkdir tmp
	export TMPDIR=$PWD/tmp
	gate usage_report
	run -130 on_terminal 100x24 'cost_report +done.*users +done' ^C -- --start -3d --chunk 1
	awk '/^====/ { s = "" } { s = s $0 "\n" } END { printf "%s", s }' screens >last
	grep -q '^usage_report .*to 20.* stopped$' <(tr -d '\n' <last | sed 's/usage_report  /\n&/g; s/stopped/&\n/g')
	grep -q '^ant-sync: stopped: 2 tables are done, and of the others what was committed stays; the same' last
	run -1 grep -E 'waiting|fetching|Terminated|Killed|\(130\)' last
	[ -z "$(ls -A tmp)" ]
	[ -z "$(pgrep -f "$PWD/bin/ant-fetch")" ]
	touch go
	sync --start -3d --chunk 1 usage_report
	[ "$(grep -c 'ant-fetch .*usage_report' trace)" = 5 ]
}

# table_of_end - what ./raw has from the head of the table of the end on, as bytes
table_of_end() { tr -d '\r' <raw | sed 's/.*\x1b\[J//' | awk '/^table  /{ s = "" } { s = s $0 "\n" } END { printf "%s", s }'; }

@test "table: it fits a terminal of 80 columns, has more on wider ones, and no line of it is ever longer" {
	local width head
	stub ant-tables 'case $* in --near*) exit ;; esac
		printf "workspace_rate_limits\treplace\t-\tid\t-\t-\t-\tconsole\t-\tw\tno\ncost_report\twindow\tbucket\tpage\t1d\t-\t-\tconsole\t-\tc\tyes\n"'
	stub ant-fetch 'case $* in *workspace_rate_limits) exit 75 ;; esac; echo "$*"'
	printf 'organization a\norganization engineering-emea\nprefix e_\n' >c
	head='^table +rows +status$'
	for width in 12 25 40 80 100 200; do
		[ "$width" != 80 ] || head='^table +rows +pages +seconds +status$'
		[ "$width" != 100 ] || head='^table +window +rows +pages +seconds +status$'
		[ "$width" != 200 ] || head='^table +window +rows +pages +retries +seconds +watermark +status$'
		rm -rf state
		run -75 on_terminal "${width}x40" -- -c c --start 2026-11-01 --to 2026-11-20 --chunk 0
		table_of_end >end
		cat end
		[ "$(wc -l <end)" = 5 ]
		awk -v w="$width" 'length($0) > w { exit 1 }' end
		[ "$width" = 12 ] || [[ $(head -n 1 end) =~ $head ]]
	done
	grep -Eqx 'engineering-emea/workspace_rate_limits  - +0 +0 +0 +[0-9.]+  - +unavailable' end
	grep -Eqx 'a/cost_report +2026-11-01 to 2026-11-20 +7 +0 +0 +[0-9.]+  2026-11-20T00:00:00Z +done' end
	# The end of a name says which table it is.
	run -75 on_terminal 40x40 -- -c c --start 2026-11-01 --to 2026-11-20 --chunk 0
	table_of_end | grep -Eqx '\.\.rkspace_rate_limits +0  unavailable'
	run -75 on_terminal 80x40 -- --start 2026-11-01 --to 2026-11-20 --chunk 0
	table_of_end | grep -Eqx 'table +window +rows +seconds +status'
	# A terminal that does not know how wide it is has 80; what is no terminal has always the same columns.
	TERM=xterm run -75 python3 "$ROOT/tests/lib/terminal.py" 200x40 -- sh -c 'stty cols 0 && "$@"' - "$ANT_BIN/ant-sync" \
		-c c --start 2026-11-01 --to 2026-11-20 --chunk 0
	[[ $(table_of_end | head -n 1) =~ ^table\ +rows\ +pages\ +seconds\ +status$ ]]
	run -75 --separate-stderr sync -c c --start 2026-11-01 --to 2026-11-20 --chunk 0
	grep -qFx 'table                          window                         rows   pages  retries   seconds  watermark             status' <<<"$stderr"
}

@test "plain: one line an event, the whole table, nothing drawn and no receipts on a terminal" {
	stub ant-fetch 'case $* in *cost_report) echo "ant-fetch: no" >&2; exit 4 ;; esac; echo "$*"'
	run -4 on_terminal 60x24 -- --plain --start 2026-11-01 --to 2026-11-20 --chunk 10d
	run -1 grep -E $'\e|\1|waiting|@ant' raw
	tr -d '\r' <raw >lines
	cat lines
	grep -qx 'ant-sync: usage_report: 2026-11-01 to 2026-11-11, 1 of 2: 7 rows so far' lines
	grep -qx 'ant-sync: usage_report: 2026-11-11 to 2026-11-20, 2 of 2: 14 rows so far' lines
	grep -Eqx 'ant-sync: usage_report: done, 14 rows in [0-9]+\.[0-9]{3} s' lines
	grep -Eqx 'ant-sync: cost_report: failed \(4\), 0 rows in [0-9.]+ s' lines
	grep -qx 'ant-sync: cost_report: ant-fetch: no' lines
	grep -Eqx 'usage_report                   2026-11-01 to 2026-11-20         14       0        0 +[0-9.]+  2026-11-20T00:00:00Z  done' lines
	# The same in a pipe, with the receipts that are for it.
	rm -r state
	run -4 --separate-stderr sync --plain --start 2026-11-01 --to 2026-11-20 --chunk 10d
	[ "${#lines[@]}" = 3 ]
	diff <(sed 's/[0-9.]* s$//; s/[0-9]\.[0-9]* //' lines | sort) <(sed 's/[0-9.]* s$//; s/[0-9]\.[0-9]* //' <<<"$stderr" | sort)
	run -4 --separate-stderr sync -q --plain --start 2026-11-01 --to 2026-11-20 --chunk 10d
	[ "$stderr" = 'ant-sync: cost_report: ant-fetch: no' ]
}

@test "metrics: one sample a table and value, in the collector's format, whole or not at all" {
	stub ant-fetch 'case $* in *cost_report) exit 75 ;; esac; echo "$*"'
	run -75 sync -q --start 2026-11-20 --chunk 0 --metrics m.prom
	grep -qx 'anthill_sync_rows{table="usage_report",organization=""} 7' m.prom
	grep -qx 'anthill_sync_status{table="cost_report",organization=""} 75' m.prom
	grep -qx "anthill_sync_watermark_seconds{table=\"usage_report\",organization=\"\"} $(date -u -d "$(today)" +%s)" m.prom
	run -1 grep 'watermark_seconds{table="users"' m.prom
	[ "$(grep -vcE '^(# (HELP|TYPE) anthill_sync_[a-z_]+ .+|anthill_sync_[a-z_]+\{table="[a-z_]+",organization=""\} [0-9.]+)$' m.prom)" = 0 ]
	[ "$(stat -c %a m.prom)" = 644 ]
	[ "$(ls m.prom*)" = m.prom ]
	run -1 sync -q users --metrics no/such/folder
	[[ $output == *"--metrics: no/such/folder was not written"* ]]
}

ledger() {
	stub_loader ant-load-sqlite 'cat <<-END
		{"@ant":"loaded","table":"usage_report","target":"sqlite","into":"usage_report","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-05T00:00:00Z","rows":12,"watermark":"2026-11-05T00:00:00Z","started":"2026-11-05T01:00:00Z","finished":"2026-11-05T01:00:02Z"}
		{"@ant":"loaded","table":"usage_report","target":"sqlite","into":"usage_report","mode":"window","from":"2026-11-08T00:00:00Z","to":"2026-11-10T00:00:00Z","rows":5,"watermark":"2026-11-10T00:00:00Z","started":"2026-11-05T01:00:00Z","finished":"2026-11-10T01:00:02Z"}
		{"@ant":"loaded","table":"users","target":"sqlite","into":"users","mode":"replace","from":null,"to":null,"rows":9,"watermark":null,"started":"2026-11-05T01:00:00Z","finished":"2026-11-10T02:00:00Z"}
		END'
	touch anthill.db
}

@test "status: says of each table how far it is and what the last load did" {
	ledger
	run -0 sync --status
	[[ ${lines[1]} =~ ^usage_report\ +2026-11-10T00:00:00Z\ +[0-9]+\ (h|days)\ +2026-11-10T01:00:02Z\ +window\ +5$ ]]
	[[ ${lines[2]} =~ ^cost_report\ +-\ +-\ +-\ +-\ +-$ ]]
	[[ ${lines[3]} =~ ^users\ +-\ +[0-9]+\ (h|days)\ +2026-11-10T02:00:00Z\ +replace\ +9$ ]]
	run -1 grep -q fetch trace
}

@test "gaps: names the days that no load covered, and exits 1 where there are any" {
	ledger
	run -1 sync --gaps
	[ "$output" = $'usage_report\t2026-11-05T00:00:00Z\t2026-11-08T00:00:00Z' ]
	run -1 sync --gaps --start 2026-10-30
	[ "${lines[0]}" = $'usage_report\t2026-10-30T00:00:00Z\t2026-11-01T00:00:00Z' ]
	run -0 sync --gaps users
	[ -z "$output" ]
}

@test "status and gaps: without tables, also what was loaded of other sets, or into another name; with some, these alone" {
	more_tables
	stub_loader ant-load-sqlite 'cat <<-END
		{"@ant":"loaded","table":"log","target":"sqlite","into":"events","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-05T00:00:00Z","rows":12,"watermark":"2026-11-05T00:00:00Z"}
		{"@ant":"loaded","table":"log","target":"sqlite","into":"events","mode":"window","from":"2026-11-08T00:00:00Z","to":"2026-11-10T00:00:00Z","rows":5,"watermark":"2026-11-10T00:00:00Z"}
		END'
	touch anthill.db
	echo 'table-name log events' >c
	run -1 sync -c c --gaps
	[ "$output" = $'log\t2026-11-05T00:00:00Z\t2026-11-08T00:00:00Z' ]
	run -0 sync -c c --gaps bills
	run -0 sync -c c --gaps @console
	run -0 sync -q -c c --status
	[[ ${#lines[@]} = 3 && ${lines[2]} == log*2026-11-10T00:00:00Z*window* ]]
	run -0 sync -q -c c --status bills
	[ "${#lines[@]}" = 1 ]
	echo 'tables bills' >>c
	run -0 sync -c c --gaps
}

@test "check: asks the API and the destination, loads nothing, and fails with the cause" {
	stub ant-fetch 'echo "organization Acme"'
	run -0 sync --check
	[[ $output == *"organization Acme"*"destination sqlite:///$PWD/anthill.db: ready"* ]]
	grep -q '^ant-fetch --check' trace
	run -1 grep ant-flatten trace
	stub ant-fetch 'exit 3'
	run -3 sync --check
	stub ant-fetch 'exit 0'
	stub_loader ant-load-pg 'echo "ant-load-pg: refused" >&2; exit 1'
	run -1 sync --check --dest postgresql:///d
	[[ $output == *refused*"not ready"* ]]
	[ ! -e anthill.db ]
	# Each table is asked for by its name there.
	stub_loader ant-load-pg 'exit 0'
	rm trace
	run -0 sync --check --dest postgresql:///d --schema s --prefix p_ --into people users
	grep -qx 'ant-load-pg -d postgresql:///d --schema s --prefix p_ --check --table people' trace
	run -1 sync --check --dest csv:///new/out
	mkdir out
	run -0 sync --check --dest csv:///out
	[ "$(grep -c '^ant-load-csv -o out/[a-z_]*.csv --check$' trace)" = 3 ]
}

@test "sync: wrong usage is said on stderr with status 2" {
	run -2 --separate-stderr sync --frob
	[[ -z $output && $stderr == *"unknown option '--frob'"*"usage: ant-sync "* ]]
	run -2 sync nosuch
	[[ $output == *"unknown table 'nosuch';  The tables are: usage_report cost_report users"* ]]
	run -2 sync --chunk x
	run -2 sync --jobs 0
	run -2 sync --rate -1
	run -2 sync --parallel 65
	run -2 sync --lookback soon
	run -2 sync --start soon
	run -2 sync --dest
	run -2 sync --json=1
	run -2 sync --mode upsert
	run -2 sync --into x
	run -2 sync -c nosuch.conf
}

@test "sync: a mistyped option, table, setting, mode or destination is answered with the nearest one" {
	run -2 --separate-stderr sync --chnk 3
	[ "${stderr_lines[0]}" = "ant-sync: unknown option '--chnk'" ]
	[ "${stderr_lines[1]}" = 'ant-sync: did you mean --chunk?' ]
	[[ ${stderr_lines[2]} == 'usage: ant-sync '* ]]
	run -2 sync --dset=postgresql://me:secret@h/db
	[[ $output == *'did you mean --dest?'* && $output != *secret* ]]
	run -2 sync --ful-refresh
	[[ $output == *'did you mean --full-refresh?'* ]]
	run -2 sync --xyzzyxyzzy
	[[ $output != *'did you mean'* ]]
	run -2 sync -x
	[[ $output != *'did you mean'* ]]
	run -2 sync --json=1
	[[ $output != *'did you mean'* ]]
	run -2 sync usres
	[[ $output == "ant-sync: unknown table 'usres'; did you mean users?  The tables are: "* ]]
	run -2 sync --mode=replcae users
	[[ $output == *"--mode: 'replcae' is not a mode; did you mean replace?"* ]]
	run -2 sync --dest postgres:///x --mode upsert users
	[[ $output == *"not a mode: use window, replace, merge or append"* ]]
	run -2 sync --dest sqlit:///x.db users
	[[ $output == *"--dest: no loader for sqlit; did you mean sqlite?"* ]]
	printf '\nchunks 3\n' >c
	run -2 sync -c c
	[[ $output == "ant-sync: c:2: unknown setting 'chunks'; did you mean chunk?  The settings are: "* ]]
	printf '\norganisation a\n' >c
	run -2 sync -c c
	[[ $output == *"c:2: unknown setting 'organisation'; did you mean organization?"* ]]
	printf 'table-name user people\n' >c
	run -2 sync -c c
	[[ $output == *"c:1: table-name: unknown table 'user'; did you mean users?"* ]]
}

@test "sync: file names that start with a dash are names of files" {
	sync -q --metrics -m.prom users
	grep -q '^anthill_sync_rows' ./-m.prom
	printf 'tables users\nmetrics -n.prom\n' >./-c
	sync -q -c -c --dest sqlite:///-x.db
	grep -q '^anthill_sync_rows' ./-n.prom
	grep -qx 'ant-load-sqlite ./-x.db' trace
	sync -q --dest duckdb:///-y.db --parallel 1 users || :
	sync -q --dest csv:///-out users
	[ -d ./-out ]
	grep -qx 'ant-load-csv -o ./-out/users.csv' trace
	TMPDIR=-tmp run -1 sync -q users
	mkdir ./-tmp
	TMPDIR=-tmp sync -q users
	[ -z "$(ls -A ./-tmp)" ]
	sync -q --key-file -k users
	grep -q 'ant-fetch .*--key-file -k ' trace
}

@test "sync: the fields that no column reads are told in one line, with the count of all chunks; with -v, one each" {
	stub ant-flatten 'case $* in *-q*) exec cat ;; esac
		echo "ant-flatten: field .results[].new is read by no column (3 times)" >&2
		echo "ant-flatten: 2 texts held U+0000" >&2
		echo "ant-flatten: field .old is read by no column (1 times)" >&2
		cat'
	run -0 --separate-stderr sync --chunk 2 --start -7d usage_report users
	loads=$(grep -c '^ant-flatten' trace)
	[ "$loads" -gt 4 ]
	run -0 grep 'read' <<<"$stderr"
	[ "${#lines[@]}" = 1 ]
	[[ $output == 'ant-sync: fields that no column reads: '* ]]
	[[ $output == *"usage_report .results[].new ($((3 * (loads - 1))) times)"* ]]
	[[ $output == *"usage_report .old ($((loads - 1)) times)"* ]]
	[[ $output == *"users .results[].new (3 times)"* ]]
	# Nothing else is kept back.
	[ "$(grep -c 'ant-flatten: 2 texts held' <<<"$stderr")" = "$loads" ]
	run -0 --separate-stderr sync -v --chunk 2 --start -7d usage_report users
	[ "$(grep -c 'is read by no column' <<<"$stderr")" = 4 ]
	[[ $stderr == *"ant-sync: users .results[].new is read by no column (3 times)"* ]]
	printf 'tables users\norganization a\nprefix a_\norganization b\nprefix b_\n' >c
	run -0 --separate-stderr sync -c c
	[ "$(grep -c 'users .old (2 times)' <<<"$stderr")" = 1 ]
	run -0 --separate-stderr sync -q users
	[ -z "$stderr" ]
	# A line has its bounds, and says what it leaves out.
	stub ant-flatten 'for i in 1 2 3 4 5 6 7 8 9 10 11; do echo "ant-flatten: field .f$i is read by no column (1 times)" >&2; done; cat'
	run -0 --separate-stderr sync users
	[[ $stderr == *" (1 times) and 3 more, which -v names"* ]]
	[ "$(grep -o "(1 times)" <<<"$stderr" | wc -l)" = 8 ]
}

@test "sync: fields that no column reads are told of a table that fails, too" {
	stub ant-flatten 'echo "ant-flatten: field .new is read by no column (3 times)" >&2; cat'
	stub_loader ant-load-sqlite 'case $* in *--check*) exit ;; esac; exit 1'
	run -1 --separate-stderr sync users
	[[ $stderr == *"fields that no column reads: users .new (3 times)"* ]]
}

@test "sync: without --rate, ant-sim is asked without a limit, and nobody else" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated url
	rate() { rm -f trace && sync -q "$@" users >receipts && grep -o -- '--rate [0-9]*' trace; }
	for url in http://127.0.0.1:8086 http://127.0.0.1:8086/ http://localhost:1 'http://[::1]:8086' http://127.1.2.3; do
		[ "$(ANTHROPIC_BASE_URL=$url rate)" = '--rate 0' ]
		[ "$(ANTHROPIC_BASE_URL=$url rate --rate 50)" = '--rate 50' ]
		[ "$(ANTHROPIC_BASE_URL=$url ANTHROPIC_ADMIN_KEY=sk-ant-admin01-real rate)" = '--rate 100' ]
		[ "$(ANTHROPIC_BASE_URL=$url rate --key-file k)" = '--rate 100' ]
	done
	# So it is with its other credentials, and with no one else's beside them.
	export ANTHROPIC_BASE_URL=http://127.0.0.1:8086
	[ "$(ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated rate)" = '--rate 0' ]
	[ "$(ANTHROPIC_AUTH_TOKEN=simulated-oauth-token rate)" = '--rate 0' ]
	[ "$(unset ANTHROPIC_ADMIN_KEY; ANTHROPIC_AUTH_TOKEN=simulated-oauth-token rate)" = '--rate 0' ]
	[ "$(ANTHROPIC_AUTH_TOKEN=another rate)" = '--rate 100' ]
	[ "$(rate --token-file t)" = '--rate 100' ]
	[ "$(unset ANTHROPIC_ADMIN_KEY; rate)" = '--rate 100' ]
	for url in '' https://api.anthropic.com http://127.0.0.1.example.com http://localhost.example.com http://10.0.0.1 \
		http://127.0.0.1@example.com; do
		[ "$(ANTHROPIC_BASE_URL=$url rate)" = '--rate 100' ]
	done
	echo 'rate 30' >c
	[ "$(ANTHROPIC_BASE_URL=http://localhost rate -c c)" = '--rate 30' ]
}

@test "sync: --help is an answer on stdout that fits a screen of 80 columns" {
	run -0 --separate-stderr sync --help
	[ -z "$stderr" ]
	[ "$(sync --help | wc -l)" -le 24 ]
	[ -z "$(sync --help | grep -E '.{81}')" ]
	[[ $output == "usage: ant-sync "* ]]
	run -0 sync --version
	[ "$output" = "ant-sync $(cat "$ROOT/VERSION")" ]
}

@test "sync: its parts are those beside the real script, however it is called, whatever is here or in the environment" {
	local part how
	mkdir -p links lib/anthill/sync
	ln -s "$ANT_BIN/ant-sync" link
	ln -s ../link links/ant-sync
	for part in "$ROOT"/scripts/sync/*; do echo "touch '$PWD/touched'" >"lib/anthill/sync/${part##*/}"; done
	export self=$PWD/links/x part=words parts=$PWD/lib/anthill/sync CDPATH=$PWD/lib
	for how in 'links/ant-sync' './link' 'cd links && bash ant-sync' 'PATH=$PWD/links:$PATH && ant-sync' \
		'PATH=links:$PATH && bash ant-sync' 'cd "$ANT_BIN" && bash ant-sync' 'PATH=$ANT_BIN:$PATH && cd links && env ant-sync' \
		'env -i "$PWD/links/ant-sync"' 'cd links && env -i "$ANT_BIN/ant-sync"'; do
		run -0 env "BASH_SOURCE=$PWD/links/x" bash -c "$how --version"
		[ "$output" = "ant-sync $(<"$ROOT/VERSION")" ] || { echo "$how"; return 1; }
	done
	run -0 --separate-stderr links/ant-sync --start -2d # with its workers
	[ "${#lines[@]}" = 3 ]
	[ ! -e touched ]
}

@test "sync: says which of its parts is missing, and does nothing" {
	local part
	mkdir -p bin lib/anthill
	cp "$ANT_BIN/ant-sync" bin
	cp -R "$ANT_BIN/../lib/anthill/sync" lib/anthill
	run -0 bin/ant-sync --version
	for part in lib/anthill/sync/*; do
		mv "$part" away
		run -1 --separate-stderr bin/ant-sync --start -2d
		[ -z "$output" ]
		[ "$stderr" = "ant-sync: $part is not beside the commands: install anthill again" ]
		mv away "$part"
	done
	[ ! -e trace ]
}

@test "sync: leaves nothing behind in the folder of temporary files" {
	mkdir tmp
	TMPDIR=$PWD/tmp sync --start -1d
	stub ant-fetch 'exit 4'
	TMPDIR=$PWD/tmp run -4 sync --start -1d
	[ -z "$(ls -A tmp)" ]
}

@test "sync: usage, help and manual agree about the options, and lint finds nothing" {
	local word
	mandoc -T utf8 "$ROOT/man/ant-sync.1" | col -b >manual
	for word in $(sed -n "s/^readonly VALUED='\(.*\)'/\1/p" "$ROOT/scripts/ant-sync") \
		$(sync --help | grep -oE -- '--[a-z-]+' | sort -u) \
		$(sed -n "s/^readonly SETTINGS='\(.*\)'/\1/p" "$ROOT/scripts/sync/settings.bash"); do
		grep -qF -- "${word#--}" manual || { echo "$word"; return 1; }
	done
	mandoc -T lint -W warning "$ROOT/man/ant-sync.1" "$ROOT/man/ant-ingest.1"
}

@test "sync: SIGTERM just before a worker is started stops that one, too" {
	# The shell that ant-sync is reads this first: it has the signal come between its last look at it and the fork.
	cat >early <<-'END'
	if [[ $0 == */ant-sync && ${1-} != --work ]]; then
		unset BASH_ENV
		set -o functrace
		trap 'if [[ $BASH_COMMAND == "\"\${locks[@]}\""* ]]; then trap - DEBUG; kill -TERM $$; fi' DEBUG
	fi
	END
	stub ant-fetch 'sleep 5; echo "$*" >>late'
	run -143 env BASH_ENV="$PWD/early" "$ANT_BIN/ant-sync" --start -1d users
	[[ $output == *'stopped: '* ]]
	[ ! -e late ]
}
