# What every loader promises, tested alike: `load lib/loads` behind `load lib/streams`.  A suite says what its destination is:
#   LOADER    the command without its ant-; WITH and FILE: the option and the file that name the destination, where there are
#   summary   of table t: N|MIN|MAX, how many rows it has, the least and the greatest v
#   dump      all there is, in a form that is equal where it is
#   KEEP      --history, where some of the promises are to be of table and history: then `versions` is the summary of the open ones

# into OPTION... - load stdin into the destination
into() { ant "$LOADER" "$@" ${WITH-} ${FILE+"$FILE"}; }

# kept MODE FROM TO [TEXT] - as numbered, of what the suite's destination can keep a history of
kept() { numbered "$@" | sed "${KEEP:+s/^#key.*/&\n#unique/}"; }

# agree - the history, where there is one, is open where the table has rows
agree() { [ -z "${KEEP-}" ] || [ "$(versions)" = "$(summary)" ] || { echo "table $(summary), history $(versions)"; return 1; }; }

# misfit_undoes_all - a row that does not fit and a count that is wrong, late in the stream
misfit_undoes_all() {
	numbered replace 1 30000 old | into
	dump >before
	numbered replace 1 30000 new | sed 's/^29999\t/x\t/' >misfit
	run -5 into <misfit
	[[ $output == *"stdin:30004: column 'n': a text of 1 byte is not of type bigint" ]]
	numbered replace 1 30000 new | sed 's/^#end.*/#end\t29999\t\\N/' >short
	run -5 into <short
	numbered merge 1 30000 new | sed '$d' >lost
	run -5 into <lost
	dump | diff before -
}

# receipt_lost - stdout is full: it is too late to undo, and the message says so
receipt_lost() {
	local status=0
	numbered append 1 3 >s
	into <s >/dev/full 2>err || status=$?
	[ "$status" = 1 ]
	[[ $(<err) == *'stdout: No space left on device: the rows are committed, only their receipt is lost' ]]
	[ "$(summary)" = '3|v|v' ]
}

# shrink_refused - fewer than half of over 100 rows
shrink_refused() {
	hours a 101 | into
	dump >before
	hours b 50 >half
	run -1 into <half
	[[ $output == *"table 't': the window holds 101 rows and would be left with 50, fewer than half: nothing was changed; --allow-shrink if that is right" ]]
	run -1 into --mode replace <half
	[[ $output == *'the table holds 101 rows'* ]]
	run -1 into --dry-run <half
	[[ $output == *--allow-shrink* ]]
	dump | diff before -
	hours b 51 | into
	[ "$(summary)" = '51|b|b' ]
	hours c 101 | into
	hours d 50 | into --allow-shrink
	[ "$(summary)" = '50|d|d' ]
	hours e 100 | into
	hours f 0 | into
	[ "$(summary | cut -d '|' -f 1)" = 0 ]
}

# killed KILLS MS - KILLS times within the first MS milliseconds: never a mix, and the next load works
killed() {
	local n=$1 ms=$2 i got old=0 pid mode
	kept replace 1 20000 0 | into ${KEEP-}
	for ((i = 1; i <= n; i++)); do
		mode=replace
		[ $((i % 3)) != 0 ] || mode=merge
		kept "$mode" 1 20000 "$i" >s
		: >out # who is killed before it starts leaves that of the load before
		"$ANT_BIN/ant-$LOADER" ${KEEP-} ${WITH-} ${FILE+"$FILE"} <s >out 2>err 3>&- &
		pid=$!
		sleep "$(printf '0.%03d' "$((i * 37 % ms))")"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" || :
		if declare -F settled >/dev/null; then settled; fi
		got=$(summary)
		[ "$got" = "20000|$old|$old" ] || [ "$got" = "20000|$i|$i" ] || { echo "after kill $i: $got"; return 1; }
		[ ! -s out ] || [ "$got" = "20000|$i|$i" ]
		agree
		old=${got##*|}
	done
	into ${KEEP-} <s
	agree
	[ "$(summary)" = "20000|$n|$n" ]
}

# eight_at_once - each wins or exits 6, and who reads meanwhile sees one of them whole
eight_at_once() {
	local i pids=() reader won=0 status
	numbered replace 1 5000 0 | into
	for i in 1 2 3 4 5 6 7 8; do numbered replace 1 5000 "$i" >"s$i"; done
	(while [ ! -e stop ]; do summary; done >seen 2>&1) 3>&- &
	reader=$!
	for i in 1 2 3 4 5 6 7 8; do
		into <"s$i" >"out$i" 2>"err$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		status=0
		wait "$i" || status=$?
		[ "$status" = 0 ] || [ "$status" = 6 ]
		[ "$status" = 6 ] || won=$((won + 1))
	done
	touch stop
	wait "$reader"
	[ "$won" -ge 1 ]
	[ -s seen ]
	run -1 grep -vE '^5000\|([0-8])\|\1$' seen
	[ "$(cat out? | wc -l)" = "$won" ]
	[ "$(into --ledger | wc -l)" = "$((won + 1))" ]
}

# eight_in_turn - with --wait each is done, after the others, and all of it is there
eight_in_turn() {
	local i pids=()
	numbered append 1 500 0 | into
	for i in 1 2 3 4 5 6 7 8; do
		numbered append 1 500 "$i" | into --wait 600 >"out$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[ "$(summary)" = '4500|0|8' ]
	[ "$(cat out? | wc -l)" = 8 ]
	[ "$(into --ledger | wc -l)" = 9 ]
}

# first_at_once - loads that all find no file, some of them cut: it is created once
first_at_once() {
	local i pids=() won=0 status
	for i in 1 2 3 4 5 6 7 8; do numbered replace 1 50 "$i" >"s$i"; done
	head -n 20 s8 >s9
	for i in 1 9 2 9 3 9 4 9 5 9 6 9 7 9 8; do
		into <"s$i" >>out 2>>err 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		status=0
		wait "$i" || status=$?
		case $status in 0) won=$((won + 1)) ;; 5 | 6) ;; *) cat err; return 1 ;; esac
	done
	[ "$won" = "$(wc -l <out)" ]
	[ "$won" != 0 ] || return 0
	summary >got
	grep -E '^50\|([1-8])\|\1$' got
	[ "$(into --ledger | wc -l)" = "$won" ]
}

# full BYTES COMMAND... - run it on a disk that has room for so many bytes: see full_preload.c
full() (
	[ -e full.so ] || make_full full.so
	export LD_PRELOAD=$PWD/full.so FULL_AFTER=$1
	export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
	shift
	"$@"
)

# lost_at_commit - the server commits, and the answer is lost: exit 1 that says so and no receipt; a load again is right
lost_at_commit() {
	"${CC:-cc}" -O1 -shared -fPIC -o lost.so "$ROOT/tests/lib/lost_preload.c" -ldl
	kept replace 1 50 old | into ${KEEP-}
	kept replace 1 60 new >s
	LD_PRELOAD=$PWD/lost.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 run -1 --separate-stderr into ${KEEP-} <s
	[ -z "$output" ]
	[[ $stderr == *'the connection was lost at COMMIT, so whether the rows are in is not known; loading them again is safe unless the mode is append: '* ]]
	settled
	[ "$(summary)" = '60|new|new' ]
	agree
	into ${KEEP-} <s
	[ "$(summary)" = '60|new|new' ]
	agree
	[ "$(into --ledger | wc -l)" = 3 ]
}

# disk_gets_full - sooner or later, until there is room enough: exit 1, no receipt, and the old rows, or no file where there was none
disk_gets_full() {
	local room status refused=0
	kept replace 1 20000 new >s
	for FILE in "$FILE" "first.$FILE"; do
		[[ $FILE == first.* ]] || kept replace 1 1000 old | into ${KEEP-}
		for ((room = 0; ; room = room * 2 + 97)); do
			status=0
			full "$room" into ${KEEP-} <s >out 2>err || status=$?
			[ "$status" != 0 ] || break
			[ "$status" = 1 ] || { echo "$FILE, room for $room: status $status"; cat err; return 1; }
			[ ! -s out ]
			[[ $(<err) == "ant-$LOADER: $FILE: "* && $(wc -l <err) = 1 ]]
			if [[ $FILE == first.* ]]; then
				run -1 compgen -G "*$FILE*"
			else
				[ "$(summary)" = '1000|old|old' ]
				agree
			fi
			refused=$((refused + 1))
		done
		[ "$(wc -l <out)" = 1 ]
		[ "$(summary)" = '20000|new|new' ]
		agree
	done
	echo "refused $refused times"
	[ "$refused" -ge 16 ]
}

# listed MODE SEED N KEYS - N rows of a list that changes while it is read, KEYS objects at random; the last v of each goes to ./want
listed() {
	awk -v mode="$1" -v seed="$2" -v n="$3" -v keys="$4" 'BEGIN {
		srand(seed)
		printf "#ant-rows\t1\tt\n#mode\t%s\n#key\ta\tn\n#unique\n#type\ttext\tbigint\ttext\n#cols\ta\tn\tv\n", mode
		for (i = 1; i <= n; i++) {
			k = int(rand() * keys)
			last[k] = seed "." i
			if (k % 3)
				printf "\\N\t%d\t%s\n", k, last[k]
			else
				printf "%s\t%d\t%s\n", k % 5 ? "\\#" k ",\\t\\n\\\\é" : "", int(k / 6), last[k]
		}
		printf "#end\t%d\t\\N\n", n
		for (k in last) print last[k] >"want"
	}'
}

# last_of_each_counts - where rows of a key are one object, the last of the stream is it, in every mode; the others are counted.
# A suite says what `content`, all v of table t, `held`, all buckets of the ledger, and `gone`, without table and ledger, are.
last_of_each_counts() {
	local mode seed n=400 keys=150
	for mode in replace merge append; do
		gone
		: >before
		for seed in 1 2 3; do
			listed $mode $seed $n $keys >s
			run -0 --separate-stderr into <s
			[ "$stderr" = "ant-$LOADER: table 't': $((n - $(wc -l <want))) rows repeated a key; the last one of each counts" ]
			[[ $output == *'"rows":'"$(wc -l <want),"* ]]
			content | sort >got
			case $mode in
			replace) sort want | diff - got ;;
			append) sort before want | diff - got ;;
			merge) # all that came now, and what it had of others
				comm -23 <(sort want) got | diff /dev/null -
				comm -13 <(sort before want) got | diff /dev/null -
				[ "$(wc -l <got)" = "$(for i in $(seq $seed); do listed x "$i" $n $keys; done | grep -v '^#[a-z]' | cut -f 1,2 | sort -u | wc -l)" ]
				listed $mode $seed $n $keys >/dev/null
				;;
			esac
			cp got before
		done
	done
	# What lies in the table twice goes, too, and what does not repeat is not mentioned.
	gone
	listed append 4 60 1 | sed '/^#unique/d' | into -q
	[ "$(content | wc -l)" = 60 ]
	listed merge 5 1 1 >s
	run -0 --separate-stderr into <s
	[ -z "$stderr" ]
	content | diff want -
	listed merge 6 30 1 | into -q
	content | diff want -
	# Without #unique every row stays.
	gone
	listed replace 7 50 3 | sed '/^#unique/d' | into -q
	[ "$(content | wc -l)" = 50 ]
}

# repeats_by_value - a key's equal values of several spellings are one
repeats_by_value() {
	gone
	stream replace 'd\tn\tj\tt\n#unique' 'double\tnumeric\tjson\ttimestamptz\ttext' 'd\tn\tj\tt\tv' \
		'0.1\t1.50\t{"a":1}\t2026-11-01T00:00:00Z\told\n1e-1\t1.5\t{"a":1}\t2026-11-01T00:00:00.000Z\tnew\n0.1\t1.5\t{"a":2}\t2026-11-01T00:00:00Z\tnew\n\\N\t\\N\t\\N\t\\N\told\n\\N\t\\N\t\\N\t\\N\tnew\n' '5\t\\N' >s
	into <s 2>err
	[[ $(<err) == *"table 't': 2 rows repeated a key"* ]]
	[ "$(content | sort | uniq -c | tr -s ' ')" = ' 3 new' ]
}

# repeats_in_window - of a feed: an event that comes twice is one, which is usual and not reported, and its hour holds one more
repeats_in_window() {
	gone
	stream "$W" 'n\n#unique' 'bigint\ttimestamptz\ttext' 'n\tb\tv' \
		'1\t2026-11-01T00:00:00Z\told\n2\t2026-11-01T00:30:00Z\tnew\n1\t2026-11-01T01:00:00Z\tolder\n1\t2026-11-01T02:00:00Z\tnew\n' '4\t2026-11-03T00:00:00Z' >s
	for _ in 1 2; do
		run -0 --separate-stderr into <s
		[ -z "$stderr" ]
		[[ $output == *'"rows":2,'* ]]
		[ "$(content)" = $'new\nnew' ]
		[ "$(held | sort -u)" = '{"2026-11-01T00":1,"2026-11-01T02":1}' ]
	done
}

# repeats_shrink - the guard counts objects, not rows
repeats_shrink() {
	numbered replace 1 120 | into
	{ numbered replace 1 50 | sed -e 's/^#key.*/&\n#unique/' -e '$d'; seq 1 50 | sed 's/$/\tw/'; printf '#end\t100\t\\N\n'; } >s
	run -1 into <s
	[[ $output == *'holds 120 rows and would be left with 50, fewer than half'* ]]
	[ "$(summary)" = '120|v|v' ]
	into --allow-shrink <s
	[ "$(summary)" = '50|w|w' ]
}

# many_repeat - 600,000 rows of 200,000 objects, in bounded memory
many_repeat() {
	local hwm
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tn\n#unique\n#type\tbigint\ttext\n#cols\tn\tv\n'
		seq 1 200000 | sed 's/$/\told/'; seq 1 200000 | sed 's/$/\tolder/'; seq 200000 -1 1 | sed 's/$/\tv/'; printf '#end\t600000\t\\N\n'; } >s
	into <s 2>err
	[[ $(<err) == *': 400000 rows repeated a key'* ]]
	[ "$(summary)" = '200000|v|v' ]
}

# checks_ahead - of a file: --check is exit 0 where a load would be, 1 with the reason where none could, and nothing is changed
checks_ahead() {
	local FILE=$FILE
	run -0 into --check
	[ -z "$output" ]
	run -1 compgen -G "*$FILE*"
	numbered replace 1 3 | into
	cp "$FILE" before
	run -0 into --check </dev/null
	[ -z "$output" ]
	run -0 into --check -v
	[ "$output" = "ant-$LOADER: ready for a load" ]
	cmp before "$FILE"
	mkdir folder shut
	FILE=folder run -1 into --check
	[[ $output == "ant-$LOADER: folder: "* ]]
	FILE=none/x run -1 into --check
	[[ $output == "ant-$LOADER: none/x: No such file or directory" ]]
	head -c 3001 /dev/zero | tr '\0' '"' >broken
	FILE=broken run -1 into --check
	[[ $output == "ant-$LOADER: broken: "* ]]
	cp before shut/t
	chmod 777 .
	chmod 444 shut/t
	chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null || :
	run -1 as_postgres "$ANT_BIN/ant-$LOADER" --check ${WITH-} shut/t
	[[ $output == "ant-$LOADER: shut/t: its folder cannot be written: Permission denied" ]]
	chmod 777 shut
	run -1 as_postgres "$ANT_BIN/ant-$LOADER" --check ${WITH-} shut/t
	[[ $output == "ant-$LOADER: shut/t: it cannot be written: Permission denied" ]]
	cmp before shut/t
}

# memory_is_constant - 300,000 rows, and no more than 16 MiB
memory_is_constant() {
	local pid hwm
	mkfifo pipe
	into <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	hours 'some text that makes the row about as long as rows are, a hundred bytes or so' 300000 | sed '$d' >&7
	hwm=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status" "$(echo "/proc/$pid/task/$pid/children" | xargs cat | awk '{ print "/proc/" $1 "/status" }')" 2>/dev/null | sort -n | tail -n 1)
	printf '#end\t300000\t\\N\n' >&7
	exec 7>&-
	wait "$pid"
	echo "$hwm KiB"
	[ "$hwm" -gt 1000 ]
	checked "$ANT_BIN/ant-$LOADER" || [ "$hwm" -lt 16384 ]
}

# told LINE RECEIPT - the line is this receipt, of a load that made its table, with the names of ledger and load
told() {
	local rest=${1#"${2%\}}"}
	[[ $1 == "${2%\}}"* && $rest =~ ^,\"destination\":\"[0-9a-f]{32}\",\"line\":1,\"load\":\"[0-9a-f]{32}\",\"created\":true\}$ ]]
}

# options_agree LINES OTHER - those of the help (of so many lines at most), the manual and the source; OTHER is another name of a short one
options_agree() {
	ant "$LOADER" --help >help
	sed -nE '/^  --/s/([^ ])  .*/\1/p' help | grep -oE -- '--[a-z-]+' | sort >inhelp # some stand together
	sed -n 's/^\.It Fl -\([a-z-]*\).*/--\1/p' "$ROOT/man/ant-$LOADER.1" | grep -v version | sort >inman
	diff inhelp inman
	source_of "ant-$LOADER" | sed -n 's/^\t{\.name = "\([a-z-]*\)".*/--\1/p' | grep -vx -- "--$2" | sort | diff - inman
	[ "$(wc -l <help)" -le "$1" ]
	[[ $(ant "$LOADER" --version) == "ant-$LOADER "* ]]
}

# examples_run N - the N examples of the manual, with a stream of three rows
examples_run() {
	hours a 3 >stream.rows
	stub ant-fetch 'cat stream.rows'
	stub ant-flatten 'cat'
	stub ant-state 'cat >state.in'
	sed -n 's/^\.Dl \$ //p' "$ROOT/man/ant-$LOADER.1" | sed 's/\\e/\\/g' >examples
	[ "$(wc -l <examples)" = "$1" ]
	PATH=$PWD/bin:$ANT_BIN:$PATH bash -e -o pipefail examples >out
	grep -q '"@ant":"loaded"' state.in
}

# narrowed ROWS TEXT [FROM [WATERMARK]] - ROWS rows of November 1st in a window up to the 3rd, which was to start two years earlier
narrowed() {
	printf '#ant-rows\t1\tt\n#mode\twindow\tb\t%s\t2026-11-03T00:00:00Z\n#asked\t2024-11-01T00:00:00Z\n' "${3-2026-11-01T00:00:00Z}"
	printf '#key\tb\tn\n#type\ttimestamptz\tbigint\ttext\n#cols\tb\tn\tv\n'
	seq 1 "$1" | sed "s/.*/2026-11-01T00:00:00Z\t&\t$2/"
	printf '#end\t%d\t%s\n' "$1" "${4-2026-11-03T00:00:00Z}"
}

# tally - how often there is which v
tally() { content | sort | uniq -c | awk '{ printf "%s%s=%s", sep, $2, $1; sep = " " }'; }

# older_stay - what the API does not serve any more is never removed: before the window, up to its very start
older_stay() {
	local before
	gone
	{ printf '#ant-rows\t1\tt\n#mode\twindow\tb\t2024-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n#key\tb\tn\n#type\ttimestamptz\tbigint\ttext\n#cols\tb\tn\tv\n'
		seq 1 150 | sed 's/.*/2025-06-01T00:00:00Z\t&\told/'; printf '2026-10-31T23:59:59.9Z\t0\told\n'
		seq 1 150 | sed 's/.*/2026-11-01T00:00:00Z\t&\twas/'; printf '#end\t301\t2026-11-03T00:00:00Z\n'; } | into
	narrowed 40 new >s
	run -1 into <s
	[[ $output == *'the window holds 150 rows and would be left with 40'* ]]
	run -1 into --mode replace <s
	[[ $output == *'holds 150 rows and would be left with 40'* ]]
	[ "$(tally)" = 'old=151 was=150' ]
	for _ in 1 2; do
		run -0 into --allow-shrink <s
		[[ $output == *'"from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","asked":"2024-11-01T00:00:00Z","rows":40,"watermark":"2026-11-03T00:00:00Z"'* ]]
		[ "$(tally)" = 'new=40 old=151' ]
		run -0 into <s
		[ "$(tally)" = 'new=40 old=151' ]
	done
	narrowed 40 all | into --mode replace
	[ "$(tally)" = 'all=40 old=151' ]
	narrowed 40 more | into --mode merge
	[ "$(tally)" = 'more=40 old=151' ]
	narrowed 40 twice | into --mode append
	[ "$(tally)" = 'more=40 old=151 twice=40' ]
	# Wholly before what is served: no row, no watermark, nothing is touched.
	before=$(tally)
	narrowed 0 '' 2026-11-03T00:00:00Z '\N' >s
	for how in '' '--mode replace' '--mode replace --allow-shrink' '--allow-shrink' '--mode merge'; do
		# shellcheck disable=SC2086	# words
		run -0 into $how <s
		[[ $output == *'"asked":"2024-11-01T00:00:00Z","rows":0,"watermark":null'* ]]
		[ "$(tally)" = "$before" ]
	done
	narrowed 0 '' | into --mode replace --allow-shrink
	[ "$(tally)" = 'old=151' ]
	# The ledger keeps where it was asked to start.
	into --ledger | jq -r .asked | sort | uniq -c | awk '{ print $2, $1 }' >got
	printf '%s\n' '2024-11-01T00:00:00Z 13' 'null 1' | diff - got
	# A merge by time has no column that tells what is older.
	stream 'merge\n#window\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n#asked\t2024-11-01T00:00:00Z' 'b\tn' 'timestamptz\tbigint\ttext' 'b\tn\tv' '' '0\t\\N' >s
	run -2 into --mode replace <s
	[[ $output == *'is not served any more, and nothing tells it from the rest' ]]
	[ "$(tally)" = 'old=151' ]
}

# merges_by_time - a merge that is read by time: its window is in receipt and ledger, and deletes nothing
merges_by_time() {
	local head='merge\n#window\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z' n
	gone
	for n in 1 2; do
		stream "$head" 'n\n#unique' 'bigint\ttimestamptz\ttext' 'n\tb\tv' "1\t2026-11-01T00:00:00Z\tone\n$((n + 1))\t2026-10-31T23:00:00Z\tmany\n" '2\t2026-11-03T00:00:00Z' >s
		run -0 --separate-stderr into <s
		[ -z "$stderr" ]
		[[ $output == *'"mode":"merge","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":2,"watermark":"2026-11-03T00:00:00Z"'* ]]
	done
	[ "$(tally)" = 'many=2 one=1' ]
	[[ $(held) != *'{'* ]]
	run -2 into --mode window <s
}

# nobody_repeats - rows without #unique whose keys are null and equal: all stay, in each mode; a merge replaces all of a key by all of it
nobody_repeats() {
	local row='\\N\t2026-11-01T00:00:00Z\tnobody\n' mode
	stream "$W" 'b\tw' 'text\ttimestamptz\ttext' 'w\tb\tv' "$row$row$row" '3\t2026-11-03T00:00:00Z' >three
	stream "$W" 'b\tw' 'text\ttimestamptz\ttext' 'w\tb\tv' "$row${row}x\t2026-11-02T00:00:00Z\tsome\n" '3\t2026-11-03T00:00:00Z' >two
	for mode in window replace merge append; do
		gone
		run -0 --separate-stderr into --mode $mode <three
		[ -z "$stderr" ]
		[[ $output == *'"rows":3,'* ]]
		[ "$(tally)" = nobody=3 ]
		into --mode $mode <three
		if [ $mode = append ]; then [ "$(tally)" = nobody=6 ]; else [ "$(tally)" = nobody=3 ]; fi
		into --mode $mode <two
		if [ $mode = append ]; then [ "$(tally)" = 'nobody=8 some=1' ]; else [ "$(tally)" = 'nobody=2 some=1' ]; fi
	done
}

# feed_overlaps - an event of the window before is replaced by this one's, twice in either or not, and nothing is said of it
feed_overlaps() {
	local first='window\tb\t2026-11-01T00:00:00Z\t2026-11-01T12:00:00Z' second='window\tb\t2026-11-01T11:00:00Z\t2026-11-02T00:00:00Z'
	gone
	stream "$first" 'n\n#unique' 'text\ttimestamptz\ttext' 'n\tb\tv' \
		'a\t2026-11-01T10:00:00Z\tfirst\nb\t2026-11-01T11:30:00Z\tfirst\nb\t2026-11-01T11:30:00Z\tfirst\n' '3\t2026-11-01T12:00:00Z' >s1
	stream "$second" 'n\n#unique' 'text\ttimestamptz\ttext' 'n\tb\tv' \
		'b\t2026-11-01T11:30:00Z\tsecond\nlate\t2026-11-01T11:45:00Z\tsecond\nc\t2026-11-01T12:30:00Z\tsecond\nlate\t2026-11-01T11:45:00Z\tsecond\n' '4\t2026-11-02T00:00:00Z' >s2
	for s in s1 s2 s2; do
		run -0 --separate-stderr into <"$s"
		[ -z "$stderr" ]
	done
	[[ $output == *'"rows":3,'* ]]
	[ "$(tally)" = 'first=1 second=3' ]
}

# wide_rows - 115 columns, of names that are as long as PostgreSQL lets them be, in bounded memory
wide_rows() {
	local name types cols row
	gone
	name=$(printf 'c%062d' 0)
	types=$(printf 'bigint\\t%.0s' {1..112}) cols=$(for i in {1..112}; do printf '%s%03d\\t' "${name:3}" "$i"; done) row=$(printf '%d\\t' {1..112})
	{ printf "#ant-rows\t1\tt\n#mode\twindow\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n#key\tb\tn\n#type\t${types}timestamptz\ttext\ttext\n#cols\t${cols}b\tn\tv\n"
		seq 1 "$1" | sed "s/.*/${row}2026-11-01T00:00:00Z\t&\tw/"; printf '#end\t%d\t2026-11-03T00:00:00Z\n' "$1"; } >s
	into <s
	[ "$(summary)" = "$1|w|w" ]
	into <s
	[ "$(summary)" = "$1|w|w" ]
}
