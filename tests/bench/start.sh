#!/usr/bin/env bash
# start.sh - what the sandbox costs a start of each command that is in one
#
# RUNS (default 500) alternating runs each.  OLD may be a folder with other builds of the commands.
set -euo pipefail
RUNS=${RUNS:-500}
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"

${CC:-cc} -O2 "$ROOT/tests/bench/starts.c" -o starts
printf '{"@ant":"begin","version":1,"table":"usage_report","from":"2026-11-01T00:00:00Z","to":"2026-11-01T00:00:00Z","width":"1d"}\n{"@ant":"end","records":0,"pages":0}\n' >none
start_sim --days 20 --users 5
for table in users cost_report usage_report; do ant-fetch -q --rate 0 "$table" | ant-flatten -q | ant-load-sqlite org.db >/dev/null; done

# cost TITLE OURS THEIRS - a line with both medians
cost() {
	read -r ours theirs < <(./starts "$runs" none "$2" "$3")
	printf '| %-58s | %6d us | %6d us | %+5d us | +1000 us |\n' "$1" "$ours" "$theirs" $((ours - theirs))
}

printf '\nstarts in and out of the sandbox, %s runs, %s\n\n| work | ours | theirs | more | bar |\n|---|---|---|---|---|\n' "$runs" "$(date -u +%F)"
for command in ant-flatten 'ant-fetch -q --rate 0 organization' 'ant-report --text org.db'; do
	cost "${command%% *}, against ANT_SANDBOX=off" "$ANT_BIN/$command" "ANT_SANDBOX=off $ANT_BIN/$command"
	[ -z "${OLD-}" ] || cost "${command%% *}, against the old one" "$ANT_BIN/$command" "$OLD/$command"
done
