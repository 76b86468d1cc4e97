"""The Python half of `peers`: dlt's REST source with this API's settings, and a stop watch that weighs."""

import os
import resource
import subprocess
import sys
import threading
import time


def load(start, end):
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": os.environ["ANTHROPIC_BASE_URL"] + "/v1/organizations/",
                "headers": {"x-api-key": os.environ["ANTHROPIC_ADMIN_KEY"], "anthropic-version": "2023-06-01"},
                "paginator": {"type": "cursor", "cursor_path": "next_page", "cursor_param": "page"},
            },
            "resources": [
                {
                    "name": "cost_report",
                    "endpoint": {
                        "path": "cost_report",
                        "params": {"starting_at": start + "T00:00:00Z", "ending_at": end + "T00:00:00Z", "limit": 31, "group_by[]": ["workspace_id", "description"]},
                        "data_selector": "data",
                    },
                }
            ],
        }
    )
    print(dlt.pipeline("peers", destination=dlt.destinations.duckdb("dlt.duckdb"), dataset_name="m", pipelines_dir="pipelines").run(source))


def weight(group):
    """Memory of the processes of a group in MB; pages that several share count once."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getpgid(int(pid)) == group:
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total / 1024


def measure(command):
    peak, done = 0, threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, weight(child.pid))

    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    watcher = threading.Thread(target=watch)
    watcher.start()
    status = child.wait()
    spent = time.monotonic() - began
    done.set()
    watcher.join()
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    largest = use.ru_maxrss / 1024  # of one process: some live too short to be seen
    print(f"{spent:.3f} {use.ru_utime + use.ru_stime:.3f} {max(peak, largest):.1f}")
    return status


if sys.argv[1] == "--measure":
    sys.exit(measure(sys.argv[2:]))
load(*sys.argv[1:])
