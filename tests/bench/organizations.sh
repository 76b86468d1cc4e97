#!/usr/bin/env bash
# organizations.sh - many organizations by one ant-sync, side by side, against one of them alone
#
# Each is an ant-sim of its own, which answers after 100 ms; its 60 requests go into a folder of CSV files.  What all of them take is
# measured by what one takes alone, five times for a hundred, and by half of the CPU time of all processes, those of the simulators,
# too: this is a machine of two processors.  How much of it others had meanwhile is said.  The parent's memory is the
# most that its own process has held, with ten organizations and with all.
# ORGANIZATIONS (default 100), AT_ONCE (20); RUNS (default 3): the median of so many, one alone and all in turn.
set -euo pipefail
RUNS=${RUNS:-3}
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"

many=${ORGANIZATIONS:-100} at_once=${AT_ONCE:-20}
export ANT_STATE=$dir/state KEY=sk-ant-admin01-simulated
sims=()
trap 'kill "${sims[@]}" 2>/dev/null; wait; rm -rf "$dir"' EXIT

cat >timed.py <<'PY'
"""timed.py NAME PID... - run ant-sync; its wall and CPU time, with that of the processes PID, the share of the machine
that others had, and the KiB that its own process held, a line each of NAME.wall, .cpu, .others and .memory"""
import os, re, subprocess, sys, time
tick = os.sysconf("SC_CLK_TCK")
def cpu(pid):
    return sum(map(int, open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[11:13])) / tick
def machine():
    return sum(int(x) for i, x in enumerate(open("/proc/stat").readline().split()[1:9]) if i not in (3, 4)) / tick
sims = sys.argv[2:]
before, busy, began, memory = sum(map(cpu, sims)), machine(), time.monotonic(), 0
p = subprocess.Popen([os.environ["ANT_BIN"] + "/ant-sync", "-c", "sync.conf"], stdout=subprocess.DEVNULL, stderr=open("summary.txt", "w"))
while True:
    found = re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{p.pid}/status").read())
    memory = int(found[1]) if found else memory
    pid, status, used = os.wait4(p.pid, os.WNOHANG)
    if pid:
        break
    time.sleep(0.02)
wall = time.monotonic() - began
spent = used.ru_utime + used.ru_stime + sum(map(cpu, sims)) - before
others = (machine() - busy - spent) / wall / os.cpu_count()
for name, value in dict(wall=wall, cpu=spent, others=100 * max(others, 0), memory=memory).items():
    print(f"{value:.3f}", file=open(f"{sys.argv[1]}.{name}", "a"))
if status:
    sys.exit(open("summary.txt").read())
PY

# load NAME ORGANIZATIONS - the first so many, anew
load() {
	local i
	rm -rf state csv
	{
		printf '%s\n' 'rate 0' 'chunk 0' 'start -38d' "organizations-at-once $at_once"
		for ((i = 1; i <= $2; i++)); do
			printf '%s\n' "organization o$i" "base-url $(head -n 1 "sim.$i")" 'key-env KEY' "destination csv:///csv/o$i"
		done
	} >sync.conf
	python3 timed.py "$1" "${sims[@]}"
}

for ((i = 1; i <= many; i++)); do
	"$ANT_BIN/ant-sim" --port 0 --users 5 --workspaces 2 --api-keys 3 --days 60 --seed "$i" --latency 100 >"sim.$i" 2>sim.err &
	sims+=("$!")
done
for ((i = 1; i <= many; i++)); do until [ -s "sim.$i" ]; do sleep 0.05; done; done

for ((i = 0; i < runs; i++)); do
	load one 1
	load ten 10
	load all "$many"
done
requests=$(curl -sSf "$(head -n 1 "sim.$many")/_sim/log" | wc -l)

printf '\n%d organizations of %d requests each, %d at once\n\n' "$many" $((requests / runs)) "$at_once"
printf '| work | wall | CPU of all | others had |\n|---|---|---|---|\n'
for name in one ten all; do
	printf '| %s | %.3f s | %.3f s | %.0f %% |\n' "$name" "$(median <"$name.wall")" "$(median <"$name.cpu")" "$(median <"$name.others")"
done
awk -v wall="$(median <all.wall)" -v one="$(median <one.wall)" -v cpu="$(median <all.cpu)" -v others="$(median <all.others)" -v n="$many" -v turns=$(((many + at_once - 1) / at_once)) \
	-v ten="$(median <ten.memory)" -v memory="$(median <all.memory)" 'BEGIN {
	least = turns * one > cpu / 2 ? turns * one : cpu / 2
	printf "\nall: %.2f times the larger of %d x one, %.3f s, and half of the CPU time, %.3f s (bar 1.3)\n", wall / least, turns, turns * one, cpu / 2
	printf "of the machine that others have left: %.2f times half of the CPU time\n", wall * (1 - others / 100) / (cpu / 2)
	printf "the parent: %.0f KiB with ten, %.0f KiB with all, %.1f KiB an organization (bar 100)\n", ten, memory, (n > 10 ? (memory - ten) / (n - 10) : 0)
}'
