# Row streams for the loaders' suites, written by hand: `load lib/streams`.

# stream MODE KEY TYPES COLS ROWS [END] - a stream of table t with printf's escapes; KEY may be empty
stream() {
	printf '#ant-rows\t1\tt\n#mode\t%b\n' "$1"
	[ -z "$2" ] || printf '#key\t%b\n' "$2"
	printf '#type\t%b\n#cols\t%b\n' "$3" "$4"
	printf '%b' "$5"
	printf '#end\t%b\n' "${6-1\t\\\\N}"
}

# numbered MODE FROM TO [TEXT] - a stream of table t with rows FROM to TO: n and TEXT
numbered() {
	printf '#ant-rows\t1\tt\n#mode\t%s\n#key\tn\n#type\tbigint\ttext\n#cols\tn\tv\n' "$1"
	seq "$2" "$3" | sed "s/\$/\t${4-v}/"
	printf '#end\t%d\t\\N\n' "$(($3 < $2 ? 0 : $3 - $2 + 1))"
}

# hours TEXT N [SEED] - a window of two days with N rows of random hours in it, and TEXT in each
hours() {
	printf '#ant-rows\t1\tt\n#mode\twindow\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n#key\tb\tn\n'
	printf '#type\ttimestamptz\tbigint\ttext\n#cols\tb\tn\tv\n'
	awk -v n="$2" -v v="$1" -v seed="${3-1}" 'BEGIN { srand(seed); for (i = 0; i < n; i++)
		printf "2026-11-%02dT%02d:00:00Z\t%d\t%s\n", 1 + int(rand() * 2), int(rand() * 24), i, v }'
	printf '#end\t%d\t2026-11-03T00:00:00Z\n' "$2"
}

# untimed FILE - the receipts that --ledger printed as their loads printed them; finished - when those ended
untimed() { sed -E 's/,"finished":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"}$/}/' "$1"; }
finished() { jq -r .finished; }

# cuts FILE - where to cut it: behind each line but the last, and at 100 random bytes (ANT_CUTS for more); a few under a checker
cuts() {
	{
		LC_ALL=C awk '{ at += length($0) + 1; print at }' "$1" | sed '$d'
		awk -v size="$(stat -c %s "$1")" -v n="${ANT_CUTS:-100}" 'BEGIN { srand(7); for (i = 0; i < n; i++) print int(rand() * size) }'
	} | awk -v step="${ANT_WRAP:+15}" 'NR % (step ? step : 1) == 0'
}

# unicode - every 251st character of Unicode, one a line, and those that are awkward
unicode() {
	perl -CO -e 'for ($c = 1; $c <= 0x10ffff; $c += 251) { next if $c == 10 || $c >= 0xd800 && $c <= 0xdfff; print chr($c), "\n" }
		print "$_\n" for "\\.", "\\N", "\\\\N", "\t", "a\tb\\", "\r", "#", "#end", "\x{7f}\x{1}", "\x27;DROP TABLE t;--", "\"", "=1+1", "", " ", "\x{feff}x", "NULL", "null"'
}

# encode - texts, one a line, as cells
encode() { sed -e 's/\\/\\\\/g' -e 's/\t/\\t/g' -e 's/\r/\\r/g' -e 's/^#/\\#/'; }

# A checker makes a command slow and large: then a limit of time or memory says nothing.
checked() { [ -n "${ANT_WRAP-}" ] || grep -q __asan_init "$1"; }

# seconds_of COMMAND... - run it; its wall time goes to $elapsed (milliseconds), its status is kept
seconds_of() {
	local start status=0
	start=$(date +%s%3N)
	"$@" || status=$?
	# shellcheck disable=SC2034	# for the caller
	elapsed=$(($(date +%s%3N) - start))
	return "$status"
}
