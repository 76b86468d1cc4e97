#!/usr/bin/env bash
# sync.sh - how long ant-sync takes for all tables of a small organization, into SQLite
#
# The server is ant-sim on this machine, without latency.  What of that is the suite's own start-up
# is measured by the same processes on next to nothing: an organization of one user, and windows
# that are empty, so that no report is asked for and every load is one of no or of a few rows.
# RUNS (default 5): the median of so many.  CPU is user and system time of all processes together.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"

export ANT_STATE=$dir/state

empty() { rm -rf state anthill.db*; }
all() { ant-sync -q --rate 0 "$@"; }
export -f all

# timed NAME COMMAND... - its wall and CPU time, each a line of NAME.wall and NAME.cpu
timed() {
	local TIMEFORMAT='%R %U %S' spent
	spent=$({ time "${@:2}" >receipts 2>err.txt; } 2>&1) || { cat err.txt >&2; return 1; }
	awk '{ print $1 }' <<<"$spent" >>"$1.wall"
	awk '{ print $2 + $3 }' <<<"$spent" >>"$1.cpu"
}

line() { # TITLE NAME BAR
	printf '| %-54s | %7.3f s | %7.3f s | %s |\n' "$1" "$(median <"$2.wall")" "$(median <"$2.cpu")" "$3"
}

start_sim --users 5 --workspaces 2 --api-keys 3 --days 30
for ((i = 0; i < runs; i++)); do
	empty
	timed first all --start -30d
	timed next all
done
rows=$(for t in $(ant-tables --names); do sqlite3 anthill.db "SELECT count(*) FROM $t"; done | paste -sd+ | bc)
stop_sim

start_sim --users 1 --workspaces 1 --api-keys 1 --days 1
today=$(date -u +%FT00:00:00Z)
empty
all --from "$today" --to "$today" >receipts
for ((i = 0; i < runs; i++)); do
	timed start all --from "$today" --to "$today"
	timed shell ant-sync --version
done
stop_sim

printf '\nant-sync, all tables of a small organization into SQLite, %d rows in 30 days\n\n' "$rows"
printf '| work | wall | CPU | bar |\n|---|---|---|---|\n'
line 'first sync, 30 days' first '< 1 s'
line 'the next one, look-back of 3 days' next '< 1 s'
line 'start-up: the same processes on next to nothing' start ''
line 'ant-sync --version' shell ''
printf '\nshare of start-up in the CPU time: %d %% of the first sync, %d %% of the next\n' \
	"$(awk -v a="$(median <start.cpu)" -v b="$(median <first.cpu)" 'BEGIN { print int(100 * a / b + 0.5) }')" \
	"$(awk -v a="$(median <start.cpu)" -v b="$(median <next.cpu)" 'BEGIN { print int(100 * a / b + 0.5) }')"
