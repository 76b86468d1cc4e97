#!/usr/bin/env bash
# fetch.sh - how fast ant-fetch is beside its bars, against ant-sim on this machine
#
# RUNS (default 5) alternating runs each; MEGABYTES (default 200) is the size of the large list.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"

# simulate ARG... - another organization than before
simulate() {
	stop_sim
	start_sim --now 2026-11-21T10:00:00Z "$@"
}

heading "ant-fetch, beside its bars"

# 60 days of 3 pages: minutes are 1440 buckets a day, one slice; the server gives 480 a page.
simulate --latency 100 --page-size 480 --users 3 --workspaces 1 --api-keys 1
days=(--jobs 8 --rate 0 --width 1m --group-by '' --from 2026-09-01 --to 2026-10-31 usage_report)
[[ $(ant-fetch "${days[@]}" | tail -n 1) == *'"pages":180,'* ]]
: >days.txt
for ((i = 0; i < runs; i++)); do seconds ant-fetch "${days[@]}" >>days.txt; done
row "60 days of 3 pages, 100 ms each, 8 jobs / 2.4 s" "$(median <days.txt)" 2.4 "1.2"

# Pages without latency, one job: curl gets the same URLs over one connection, simdjson parses the same bytes.
cat >parse.cpp <<'CPP'
#include <chrono>
#include <cstdio>
#include <simdjson.h>

int
main(int argc, char *argv[])
{
	using clock = std::chrono::steady_clock;
	simdjson::dom::parser parser;
	clock::duration spent{};

	for (int i = 1; i < argc; i++) {
		simdjson::padded_string text = simdjson::padded_string::load(argv[i]).value();
		auto start = clock::now();
		if (parser.parse(text).error())
			return 1;
		spent += clock::now() - start;
	}
	printf("%.3f\n", std::chrono::duration<double>(spent).count());
	return 0;
}
CPP
${CXX:-c++} -O2 parse.cpp -o parse -lsimdjson

# large WHAT BAR ARG... - one job, beside what curl takes for the same URLs and simdjson for the same bytes
large() {
	local what=$1 bar=$2 i
	local fetch=(ant-fetch --jobs 1 --rate 0 "${@:3}")
	"${fetch[@]}" --log-format json 2>log >stream
	printf 'header = "x-api-key: %s"\nheader = "anthropic-version: 2023-06-01"\nheader = "anthropic-beta: %s"\n' \
		"$ANTHROPIC_ADMIN_KEY" analytics-usage-cost-2026-08-24 >head.curl
	jq -r '"url = \"\(.url)\"\noutput = \"/dev/null\""' log | cat head.curl - >null.curl
	rm -rf pages
	mkdir pages
	jq -r '"url = \"\(.url)\"\noutput = \"pages/\(input_line_number)\""' log | cat head.curl - >pages.curl
	curl -sS -K pages.curl
	# The same records, before any time counts.
	[ "$(sed '1d;$d' stream | jq -c . | md5sum)" = "$(printf '%s\n' pages/* | sort -V | xargs jq -c '.data[]' | md5sum)" ]
	: >ours.txt
	: >curl.txt
	: >parse.txt
	for ((i = 0; i < runs; i++)); do
		seconds "${fetch[@]}" >>ours.txt
		seconds curl -sS -K null.curl >>curl.txt
		./parse pages/* >>parse.txt
	done
	beside=$(echo "$(median <curl.txt) $(median <parse.txt)" | awk '{ print $1 + $2 }')
	row "$what: $(du -sb pages | awk '{ printf "%d", $1 / 1e6 }') MB, one job / curl $(median <curl.txt) s + simdjson $(median <parse.txt) s" \
		"$(median <ours.txt)" "$beside" "$bar"
}

simulate --users "$((${MEGABYTES:-200} * 25))" --days 90
large 'a list' 1.3 --from 2026-08-23 claude_code_usage
# Rows of buckets, each of whose times is looked at.
simulate --users "$((${MEGABYTES:-200} * 10))" --days 30
large 'rows of buckets' 1.3 --from 2026-10-22 analytics_usage

printf '\n| memory | peak | bar |\n|---|---|---|\n'
simulate --users 10000
memory "100 pages of 100 users" - ant-fetch --jobs 1 --rate 0 --page-limit 100 users
memory "10,000 pages of one" 'the same' ant-fetch --jobs 1 --rate 0 --page-limit 1 users
printf '/v1/organizations/users always huge=20000000\n' | curl -sS --data-binary @- "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
memory "a page of 20 MB" '58593 KiB, 3 times the page' ant-fetch --rate 0 --jobs 1 users
