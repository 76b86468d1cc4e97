"""sample.py MARK - print the command lines of all processes with MARK in their environment, again and again

Other tests run beside the one that looks, with the same key, and may well show it.
"""
import os
import sys
import time

mark = b"\0" + sys.argv[1].encode() + b"\0"
while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                ours = mark in b"\0" + f.read()
            if ours and int(pid) != os.getpid():
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    print(f.read().replace(b"\0", b" ").decode(errors="replace"), flush=True)
        except OSError:
            pass  # it is gone
    time.sleep(0.005)
