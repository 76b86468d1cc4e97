#!/usr/bin/env bats
# ant-run: pipelines, signals, statuses.
# shellcheck disable=SC2016	# the stages' shells expand these, not we
load lib/helper
load lib/cbuild

setup_file() {
	"${CC:-cc}" -O1 -o "$BATS_FILE_TMPDIR/stage" "$ROOT/tests/lib/stage.c"
}

# begin ARG... - ant-run in the background, as $job; what a shell ignores there is not ignored
begin() {
	# shellcheck disable=SC2086
	python3 -c 'import os, signal, sys
for sig in signal.SIGINT, signal.SIGQUIT: signal.signal(sig, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' ${ANT_WRAP-} "$ANT_BIN/ant-run" "$@" 3>&- &
	job=$!
}

# ends STATUS - ant-run ends with it
ends() {
	local status=0
	wait "$job" || status=$?
	[ "$status" = "$1" ] || { echo "status $status, not $1"; return 1; }
}

# The places and statuses in ./told.
statuses() { awk -F '\t' '$1 == "stage" { printf "%s/%s=%s ", $2, $3, $5 }' told; }

gone() { ! kill -0 "$1" 2>/dev/null; }

# For sh -c: say by a file of the name $0 that it runs, and wait for a signal, which it notes.
WAITS='for s in INT TERM HUP QUIT; do trap "echo $0 $s >>heard; exit 9" $s; done; echo $$ >$0; while :; do sleep 0.05; done'

@test "run: the commands of a pipeline run side by side, and the last one's output is ours" {
	run -0 ant run printf 'b\na\n' --pipe sort --pipe sed 's/^/-/'
	[ "$output" = $'-a\n-b' ]
	run -0 ant run cat --pipe tr a-z A-Z <<<hello
	[ "$output" = HELLO ]
	run -0 ant run echo 'one  word' '$HOME' '*'
	[ "$output" = 'one  word $HOME *' ]
	run -0 ant run --results told true --pipe true --finish true
	[ "$(<told)" = $'stage\t0\t0\ttrue\t0\nstage\t1\t1\ttrue\t0\nstage\t1\t2\ttrue\t0\nbranch\t1\t0\ncause\t0\t-\t-\t-' ]
}

@test "run: every status from 0 to 255, of any stage, is the one that is told" {
	local n code
	for ((n = 0; n < 256; n++)); do
		code=0
		"$ANT_BIN/ant-run" --results told sh -c "exit $n" --pipe sh -c "exit $((255 - n))" || code=$?
		[ "$(statuses)" = "0/0=$n 1/1=$((255 - n)) " ] || { echo "$n: $(statuses)"; return 1; }
		case $n in
		0) [ "$code" = 255 ] ;;
		141) [ "$code" = 114 ] ;; # that a reader went away is no cause where there is one
		*) [ "$code" = "$n" ] ;;
		esac || { echo "$n: status $code"; return 1; }
	done
}

@test "run: its status is the leftmost cause, which the results name, and of each branch" {
	run -75 ant run --results told sh -c 'exit 75' --pipe sh -c 'exit 5' --branch sh -c 'exit 1'
	[ "$(grep -E '^(branch|cause)' told)" = $'branch\t1\t75\nbranch\t2\t75\ncause\t75\t0\t0\tsh' ]
	run -4 ant run --results told true --pipe true --pipe sh -c 'exit 4' --branch sh -c 'exit 3' --branch true
	[ "$(grep -E '^(branch|cause)' told)" = $'branch\t1\t4\nbranch\t2\t3\nbranch\t3\t0\ncause\t4\t1\t2\tsh' ]
	run -2 ant run yes --pipe sh -c 'exit 2'
	# Nobody failed, but somebody did not get everything: that is not complete.
	run -141 ant run --results told yes --pipe head -n 1
	[ "$(statuses)" = '0/0=141 1/1=0 ' ]
	[ "$(tail -n 1 told)" = $'cause\t141\t0\t0\tyes' ]
	mkdir 'a	b'
	printf '#!/bin/sh\nexit 3\n' >'a	b/c'
	chmod +x 'a	b/c'
	run -3 ant run --results told 'a	b/c'
	[ "$(grep cause told)" = $'cause\t3\t0\t0\ta?b/c' ]
}

@test "run: each branch gets every byte, the slow one as well, and writes where it is told" {
	head -c 3000000 /dev/urandom >in
	run -0 --separate-stderr ant run --results told cat in --branch cat --out a --branch sh -c 'sleep 0.3; cat' --pipe cat --out b \
		--branch sh -c 'while dd bs=1 count=1 2>/dev/null | grep -q .; do exec cat; done' --out /dev/null --branch sha1sum
	[ "$output" = "$(sha1sum <in)" ]
	cmp a in
	cmp b in
	# Empty input is an end, too.
	run -0 ant run true --branch wc -c --branch wc -c
	[ "$output" = $'0\n0' ]
}

@test "run: with --aside a slow branch holds up no other, and gets every byte, in order; its file is nobody's and is gone" {
	mkdir tmp
	head -c 5000000 /dev/urandom >in
	# The second reads nothing before the first has all: without --aside they would wait for each other.
	TMPDIR=$PWD/tmp run -0 timeout 60 "$ANT_BIN/ant-run" --aside --results told sh -c 'cat in; echo tail' \
		--branch sh -c 'cat >a; : >done' --branch sh -c 'until [ -e done ]; do sleep 0.05; done; ls -A tmp >left; cat' --out b \
		--branch sh -c 'head -c 100 >/dev/null'
	cat in <(echo tail) | cmp - a
	cmp a b
	[ ! -s left ]
	[ -z "$(ls -A tmp)" ]
	[ "$(statuses)" = '0/0=0 1/1=0 2/1=0 3/1=0 ' ]
	# One that catches up and falls behind again.
	run -0 ant run --aside sh -c 'for i in 1 2 3 4; do cat in; sleep 0.1; done' --branch wc -c --out n \
		--branch sh -c 'for i in 1 2 3; do sleep 0.2; dd bs=1000 count=5000 iflag=fullblock 2>/dev/null; done; cat' --pipe sha1sum
	[ "$(<n)" = 20000000 ]
	[ "$output" = "$(cat in in in in | sha1sum)" ]
	# Where there is no room, all wait for the slow one, as without it.
	TMPDIR=/proc/no run -0 ant run --aside cat in --branch sh -c 'sleep 0.5; exec sha1sum' --branch sha1sum
	[ "${lines[0]}" = "$(sha1sum <in)" ]
	[ "${lines[1]}" = "${lines[0]}" ]
	# A reader that goes away leaves the source to the others; when all are gone it ends.
	run -141 timeout 60 "$ANT_BIN/ant-run" --aside yes --branch head -n 1 --out /dev/null --branch head -n 9000000 --out /dev/null
}

@test "run: a branch that fails or goes away does not stop the others; when all are gone, the source gets SIGPIPE" {
	run -3 ant run --results told seq 300000 --branch sh -c 'exit 3' --branch wc -l --branch head -n 1 --out /dev/null --branch no-such-command
	[ "$output" = 300000 ]
	[ "$(statuses)" = '0/0=0 1/1=3 2/1=0 3/1=0 4/1=127 ' ]
	run -141 timeout 60 "$ANT_BIN/ant-run" --results told yes --branch head -n 1 --branch head -n 2
	[ "${#lines[@]}" = 3 ]
	[ "$(statuses)" = '0/0=141 1/1=0 2/1=0 ' ]
	# With its very first write, where it writes only then.
	run -141 timeout 60 "$ANT_BIN/ant-run" sh -c 'until [ -e a ] && [ -e b ]; do sleep 0.05; done; sleep 1; echo; : >wrote' \
		--branch sh -c ': >a' --branch sh -c ': >b'
	[ ! -e wrote ]
}

@test "run: a branch commits, or refuses by itself, by the trailer of its own input" {
	local stage=$BATS_FILE_TMPDIR/stage
	run -3 ant run --results told "$stage" 2 s 0 9999 --branch "$stage" 2 a 3 --out a --branch "$stage" 2 b 0 --out b
	[ "$(statuses)" = '0/0=0 1/1=3 2/1=0 ' ]
	tail -n 1 b | grep -qx end
	# A source that dies has written no trailer.
	run -137 ant run --results told sh -c 'echo row; kill -KILL $$' --branch "$stage" 2 a 0 --pipe "$stage" 2 b 0 --branch "$stage" 2 c 0
	[ "$(statuses)" = '0/0=137 1/1=5 1/2=5 2/1=5 ' ]
}

@test "run: a command that cannot be started is named, with 127 or 126, and the others end" {
	touch plain
	local how
	for how in 'no-such-command --pipe cat' 'cat --pipe no-such-command' 'cat --pipe no-such-command --pipe cat' 'cat --branch true --branch no-such-command'; do
		# shellcheck disable=SC2086
		run -127 timeout 60 "$ANT_BIN/ant-run" $how </dev/null
		[ "$output" = 'ant-run: no-such-command: No such file or directory' ]
	done
	run -126 ant run ./plain --pipe cat
	[ "$output" = 'ant-run: ./plain: Permission denied' ]
	run -126 ant run --results told --prefix 'x: ' yes --pipe ./plain
	[ -z "$output" ]
	grep -qx $'message\t1\t1\tant-run: ./plain: Permission denied' told
	[ "$(statuses)" = '0/0=141 1/1=126 ' ]
}

@test "run: INT, TERM, HUP and QUIT are passed on to all but a --finish command, which ends with its input" {
	local sig
	cat >finish.py <<-'END' # it would notice each
		import signal, sys
		for sig in signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT:
		    signal.signal(sig, lambda *_: open("heard", "a").write("c\n"))
		open("c", "w").close()
		sys.stdin.read()
		print("done")
	END
	for sig in INT TERM HUP QUIT; do
		rm -f a b c d heard out
		begin --results told sh -c "$WAITS" a --pipe sh -c "$WAITS" b --finish python3 finish.py --branch sh -c "$WAITS" d >out
		wait_for [ -s a ]
		wait_for [ -s b ]
		wait_for [ -e c ]
		wait_for [ -s d ]
		kill "-$sig" "$job"
		ends 9
		[ "$(sort heard | paste -sd ' ')" = "a $sig b $sig d $sig" ]
		[ "$(statuses)" = '0/0=9 1/1=9 1/2=0 2/1=9 ' ]
		[ "$(<out)" = 'done' ]
	done
}

@test "run: Ctrl-C on a terminal reaches each command once" {
	TERM=xterm run -0 python3 "$ROOT/tests/lib/terminal.py" 80x24 'both' ^C -- "$ANT_BIN/ant-run" --results told \
		sh -c 'trap "echo a >>heard" INT; : >a; until [ -s heard ]; do sleep 0.05; done; sleep 0.3' --pipe \
		sh -c 'trap "echo b >>heard" INT; until [ -e a ]; do sleep 0.05; done; echo both; until [ -s heard ]; do sleep 0.05; done; sleep 0.5' \
		--finish sh -c 'cat; echo >finished'
	[ "$(sort heard | paste -sd ' ')" = 'a b' ]
	[ -e finished ] # what comes from a terminal reaches it, but it takes no notice
}

@test "run: a stage that is killed, or stopped while it ends, is told, and nothing hangs" {
	local place
	for place in a b c; do
		rm -f a b c
		begin --results told sh -c "$WAITS" a --pipe sh -c "$WAITS" b --branch sh -c "$WAITS" c
		wait_for [ -s a ]
		wait_for [ -s b ]
		wait_for [ -s c ]
		kill -STOP "$(<"$place")"
		sleep 0.1
		kill "$job"
		ends 9
		[ "$(statuses)" = '0/0=9 1/1=9 2/1=9 ' ]
		rm -f a b c
		begin --results told sh -c "$WAITS" a --pipe sh -c "$WAITS" b --branch sh -c "$WAITS" c 2>err
		wait_for [ -s a ]
		wait_for [ -s b ]
		wait_for [ -s c ]
		kill -KILL "$(<"$place")"
		sleep 0.1
		kill "$job"
		wait "$job" || :
		[[ $(statuses) == *=137\ * && $(statuses) == *=9*=9* ]]
		grep -q $'^message\t.*\tant-run: sh: Killed$' told
	done
	# Stopped after the signal was passed on: by then nobody would wake it.
	begin --results told sh -c 'trap "kill -STOP $$; exit 9" TERM; echo >s; while :; do sleep 0.05; done'
	wait_for [ -e s ]
	kill "$job"
	ends 9
}

@test "run: a stage that was stopped and continued goes on, and no signal comes of it" {
	begin sh -c 'trap "echo CONT >>heard" CONT; echo $$ >s; until [ -e go ]; do sleep 0.05; done'
	wait_for [ -s s ]
	kill -STOP "$(<s)"
	sleep 0.1
	[ ! -e heard ]
	kill -CONT "$(<s)"
	wait_for [ -s heard ]
	touch go
	ends 0
	[ "$(<heard)" = CONT ]
}

@test "run: killed itself, its commands end: those of --finish by the end of their input, which they work off" {
	begin sh -c "$WAITS" a --pipe sh -c 'echo >b; exec cat' --finish sh -c 'echo $$ >c; cat; sleep 0.3; echo >finished'
	wait_for [ -s a ]
	wait_for [ -e b ]
	wait_for [ -s c ]
	kill -KILL "$job"
	ends 137
	wait_for gone "$(<a)"
	[ "$(<heard)" = 'a TERM' ]
	wait_for [ -e finished ]
}

@test "run: a reader that has gone ends it all, and is told" {
	run -0 bash -c '"$ANT_BIN/ant-run" --results told yes --pipe cat | head -n 1; [ "${PIPESTATUS[0]}" = 141 ]'
	[ "$(statuses)" = '0/0=141 1/1=141 ' ]
	run -0 bash -c '"$ANT_BIN/ant-run" --results told yes --branch cat --branch cat | head -n 1; [ "${PIPESTATUS[0]}" = 141 ]'
	[ "$(statuses)" = '0/0=141 1/1=141 2/1=141 ' ]
	# Services start us with SIGPIPE ignored, which would make it an error of each command.
	run -0 bash -c 'trap "" PIPE; "$ANT_BIN/ant-run" --results told yes --pipe cat | head -n 1; [ "${PIPESTATUS[0]}" = 141 ]'
	# Who reads our stderr may go as well: the results are told.
	run -0 bash -c '"$ANT_BIN/ant-run" --prefix x --results told sh -c "for i in 1 2 3 4; do echo >&2; sleep 0.1; done; exit 7" 2>&1 >&3 3>&- | true; [ "${PIPESTATUS[0]}" = 7 ]' 3>&1
	[ "$(statuses)" = '0/0=7 ' ]
}

@test "run: a command has the descriptors, the mask and the dispositions that we were given, and none of another's" {
	local want
	[ -e /proc/self/fd ] || skip 'no /proc'
	cat >look <<-'END'
		#!/usr/bin/env python3
		import os, re, sys
		sys.stdin.read() # or who writes it may get SIGPIPE
		status = open("/proc/self/status").read()
		seen = sorted(int(f) for f in os.listdir("/proc/self/fd"))[:-1], re.findall(r"Sig(?:Blk|Cgt|Ign):\s*(\S+)", status)
		os.write(1, (repr(seen) + "\n").encode()) # at once: three of them write to one pipe
	END
	chmod +x look
	want=$(./look </dev/null 3>&-)
	run -0 bash -c '"$ANT_BIN/ant-run" ./look --branch cat --pipe cat --branch ./look --branch cat --pipe ./look </dev/null 3>&-'
	[ "$(sort -u <<<"$output")" = "$want" ]
	[ "${#lines[@]}" = 3 ]
	run -0 bash -c '"$ANT_BIN/ant-run" ./look </dev/null 3>&-'
	[ "$output" = "$want" ]
}

@test "run: with SIGCHLD ignored and all signals blocked by who starts it, the statuses are right" {
	cat >start.py <<-'END'
		import os, signal, sys
		signal.signal(signal.SIGCHLD, signal.SIG_IGN)
		signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1})
		os.execv(sys.argv[1], sys.argv[1:])
	END
	run -9 timeout 60 python3 start.py "$ANT_BIN/ant-run" --results told sh -c 'exit 0' --pipe sh -c 'exit 9' --branch sh -c 'exit 8'
	[ "$(statuses)" = '0/0=0 1/1=9 2/1=8 ' ]
}

@test "run: hundreds of commands, and no descriptor or zombie is left of them" {
	local n args=()
	for ((n = 0; n < 300; n++)); do args+=(--pipe cat); done
	run -0 ant run seq 1000 "${args[@]}" --pipe tail -n 1
	[ "$output" = 1000 ]
	args=()
	for ((n = 0; n < 150; n++)); do args+=(--branch wc -c --out /dev/null); done
	run -0 ant run seq 1000 "${args[@]}"
	# Ended children are waited for while others run: only the last one is left.
	begin true --branch true --branch true --branch sh -c 'echo >d; exec sleep 30'
	wait_for [ -e d ]
	one_left() { [ "$(pgrep -cP "$job")" = 1 ]; }
	wait_for one_left
	kill "$job"
	ends 143
	# Too many are an error, not a hang.
	run -1 bash -c 'ulimit -n 20; exec timeout 60 "$ANT_BIN/ant-run" true --pipe true --pipe true --pipe true --pipe true --pipe true --pipe true --pipe true'
	[[ $output == *'ant-run: '*'Too many open files' ]]
}

@test "run: what cannot be written is a failure with its name, and nothing is started where a file cannot be opened" {
	run -1 ant run --results /dev/full true --pipe true
	[ "$output" = 'ant-run: /dev/full: No space left on device' ]
	run -3 ant run --results /dev/full true --pipe sh -c 'exit 3'
	run -1 ant run --results told seq 10 --out /dev/full
	[ "$(statuses)" = '0/0=1 ' ]
	run -1 ant run --results told seq 10 --pipe cat --out /dev/full --branch wc -l
	[ "$(statuses)" = '0/0=0 1/1=1 2/1=0 ' ]
	[[ ${lines[0]} == 10 ]]
	run -1 ant run touch ran --pipe cat --out no/such/file
	[ "$output" = 'ant-run: no/such/file: No such file or directory' ]
	run -1 ant run --results no/such/file touch ran
	[ "$output" = 'ant-run: no/such/file: No such file or directory' ]
	[ ! -e ran ]
}

@test "run: what the first command says is passed on at once, what the others say at the end, without consequences" {
	begin --prefix 'x: ' sh -c 'echo early >&2; echo >early; until [ -e go ]; do sleep 0.05; done; printf late >&2; exit 4' \
		--pipe sh -c 'echo mid >&2; echo >mid; cat; echo of-it >&2; exit 5' --pipe sh -c 'cat; echo last >&2' 2>err
	wait_for [ -e early ]
	wait_for [ -e mid ]
	wait_for [ -s err ]
	sleep 0.1
	[ "$(<err)" = 'x: early' ]
	touch go
	ends 4
	[ "$(<err)" = $'x: early\nx: late\nx: last' ]
	# Without a failure before it, that its input ended early is the news.
	run -5 ant run --prefix 'x: ' sh -c 'exit 141' --pipe sh -c 'echo one >&2; exit 5' --branch sh -c 'echo two >&2; exit 5'
	[ "$output" = $'x: one\nx: two' ]
	run -3 ant run true --pipe sh -c 'echo one >&2; exit 3' --pipe sh -c 'echo two >&2; exit 5' --branch sh -c 'echo three >&2; exit 5'
	[ "$output" = $'one\nthree' ]
	# With --results they are told there.
	run -3 ant run --prefix 'x: ' --results told sh -c 'echo zero >&2' --pipe sh -c 'printf "a\tb\n\nc" >&2; exit 3'
	[ "$output" = 'x: zero' ]
	[ "$(head -n 3 told)" = $'message\t1\t1\ta\tb\nmessage\t1\t1\t\nmessage\t1\t1\tc' ]
}

@test "run: --last-words tells why the first command failed in the results, and passes on at once what is not the last" {
	# What it says before it waits comes at once; what it says before it ends is kept.
	ant run --prefix 'x: ' --results told --last-words sh -c 'echo early >&2; until [ -e go ]; do sleep 0.05; done; echo why >&2; exit 3' \
		--pipe sh -c 'cat; echo other >&2' 2>err 3>&- &
	local runs=$! code=0
	wait_for [ -s err ]
	[ "$(<err)" = 'x: early' ]
	touch go
	wait "$runs" || code=$?
	[ "$code" = 3 ]
	[ "$(<err)" = 'x: early' ]
	[ "$(grep ^message told)" = $'message\t0\t0\twhy\nmessage\t1\t1\tother' ]
	# A line that is cut, and a log that is counted, whenever it is heard.
	run -4 ant run --fetch-log --prefix 'x: ' --results told --last-words \
		sh -c 'printf "{\"time\":\"t\",\"attempt\":1,\"error\":null}\nwh" >&2; sleep 0.4; printf "y" >&2; exit 4'
	[ -z "$output" ]
	[ "$(head -n 1 told)" = $'message\t0\t0\twhy' ]
	[ "$(tail -n 1 told)" = $'fetched\t1\t0\t0' ]
	# More than there is room for is passed on, and nothing is lost.
	ant run --results told --last-words sh -c 'seq 300000 >&2; exit 3' 2>err || code=$?
	[ "$code" = 3 ]
	diff <(seq 300000) <(cat err; sed -n 's/^message\t0\t0\t//p' told)
}

@test "run: a command that says more than a mebibyte is heard at once, and not a byte is lost" {
	# shellcheck disable=SC2034
	begin --prefix 'x: ' true --pipe sh -c 'seq 200000 >&2; echo >said; until [ -e go ]; do sleep 0.05; done; echo tail >&2' 2>err
	wait_for [ -e said ]
	wait_for grep -q '^x: 1000$' err
	touch go
	ends 0
	diff <(sed 's/^x: //' err) <(seq 200000; echo tail)
	# One line without an end is passed on in pieces.
	run -0 bash -c '"$ANT_BIN/ant-run" true --pipe sh -c "head -c 3000000 /dev/zero | tr \"\\0\" a >&2" 2>&1 | tr -d "\n" | wc -c'
	[ "$output" = 3000000 ]
}

@test "run: what a command says right before its end is heard" {
	begin true --pipe python3 -c 'import os, time
open("s", "w").write(str(os.getpid()))
while not os.path.exists("go"): time.sleep(0.05)
os.write(2, (b"a" * 59 + b"\n") * 1000)
os._exit(0)' 2>err
	wait_for [ -s s ]
	# With ant-run stopped meanwhile, the words and the end come at once.
	kill -STOP "$job"
	touch go
	zombie() { [[ $(ps -o stat= -p "$(<s)") == Z* ]]; }
	wait_for zombie
	kill -CONT "$job"
	ends 0
	[ "$(wc -l <err)" = 1000 ]
}

@test "run: a process that a command leaves behind holds nothing up" {
	run -0 timeout 20 "$ANT_BIN/ant-run" --prefix 'x: ' sh -c 'sleep 60 >/dev/null 3>&- & echo $! >left; echo said >&2' --pipe sh -c 'sleep 61 <&- >&- 3>&- & echo $! >>left; echo said >&2'
	[ "$output" = $'x: said\nx: said' ]
	# shellcheck disable=SC2046
	kill $(<left)
}

@test "run: --fetch-log counts pages and repeated requests, and tells of the first page" {
	cat >log <<-'END'
		{"time":"t","status":429,"attempt":1,"error":"slow"}
		{"time":"t","status":200,"attempt":2,"error":null}
		{"time":"t","status":200,"attempt":1,"error":null}
		ant-fetch: waiting
		{"time":"t","status":200,"attempt":1,"error":null}
	END
	run -0 ant run --fetch-log --on-page 'a page' --prefix 'x: ' --results told sh -c 'cat log >&2' --pipe sh -c 'cat log >&2'
	[ "$output" = $'a page\nx: ant-fetch: waiting' ]
	[ "$(tail -n 1 told)" = $'fetched\t3\t1\t200' ]
	[ "$(grep -c ^message told)" = 5 ]
	run -0 ant run --fetch-log -v sh -c 'cat log >&2'
	[ "$output" = "$(<log)" ]
	run -0 ant run --results told true
	run -1 grep fetched told
	# No answer, or one that was none.
	echo '{"time":"t","url":"u?\"status\":7","status":null,"attempt":1,"error":"reset"}' >log
	run -0 ant run --fetch-log --results told --page-file first sh -c 'cat log >&2'
	[ "$(tail -n 1 told)" = $'fetched\t0\t0\t0' ]
	[ ! -e first ]
}

@test "run: --page-file tells of the first page, through a pipe, too; that nobody reads it is no matter" {
	local page='{"time":"t","status":200,"attempt":1,"error":null}'
	run -0 ant run --fetch-log --page-file first sh -c "echo '$page' >&2; echo '$page' >&2"
	[ "$(<first)" = page ]
	mkfifo pipe
	run -0 ant run --fetch-log --page-file pipe sh -c "echo '$page' >&2"
	[ -z "$output" ]
	exec 7<>pipe 8<pipe
	ant run --fetch-log --page-file /dev/fd/7 sh -c "echo '$page' >&2; sleep 60" --pipe cat 7>&7 8<&- 3>&- &
	exec 7>&-
	read -r -t 30 -u 8 line
	[ "$line" = page ]
	kill $!
	wait $! || :
}

@test "run: pipelines with a stage killed at a random moment, under load: every status is right, none hangs" {
	run -0 python3 "$ROOT/tests/lib/torture-run.py" "$ANT_BIN/ant-run" "$BATS_FILE_TMPDIR/stage" "${ANT_PIPELINES:-500}"
	echo "$output"
}

@test "run: the stages of a command line, causes and lines, by themselves" {
	cbuild ./stages "$ROOT/tests/unit/stages.c"
	# shellcheck disable=SC2086
	run -0 ${ANT_WRAP-} ./stages
	[ "$output" = '' ]
}

@test "run: wrong usage is said on stderr with status 2" {
	run -2 --separate-stderr ant run
	[[ -z $output && $stderr == *'what is to be run?'*'usage: ant-run '* ]]
	run -2 ant run --pipe cat
	[[ $output == *'--pipe: no command stands before it'* ]]
	run -2 ant run cat --pipe
	[[ $output == *'--pipe: no command follows'* ]]
	run -2 ant run cat --pipe --finish cat
	[[ $output == *'--pipe: no command follows'* ]]
	run -2 ant run cat --branch --out x
	run -2 ant run cat --out
	[[ $output == *'--out: no file follows'* ]]
	run -2 ant run cat --out --pipe cat
	run -2 ant run cat --out x --pipe cat
	[[ $output == *'the first command is what the others read'* ]]
	run -2 ant run cat --pipe cat --out x --pipe cat
	[[ $output == *'nothing but --branch can follow'* ]]
	run -2 ant run --frob cat
	[ ! -e x ]
}

@test "run: --help is an answer on stdout that fits a screen, and the manual is one" {
	run -0 --separate-stderr ant run --help
	[ -z "$stderr" ]
	[ "${#lines[@]}" -le 24 ]
	[ -z "$(ant run --help | grep -E '.{81}')" ]
	mandoc -T lint -W warning "$ROOT/man/ant-run.1"
}
