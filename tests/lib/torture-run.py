#!/usr/bin/env python3
"""torture-run.py ANT-RUN STAGE COUNT [SEED] - COUNT pipelines, of which a stage is killed at a random moment

Eight run at once, so that they are under load.  Each has one to three branches of one to three stages (see
stage.c), of known statuses.  A stage is killed, or stopped and then ant-run is told to end, or nothing happens.
Every stage says its status before it exits: the results must say the same, 137 of the one that was killed, 141 of
one whose reader went away; and the status of ant-run must be the leftmost cause.  What is not behind the stage
that was killed must not notice.  Prints the seed and the first ten that are wrong.
"""
import concurrent.futures, os, random, signal, subprocess, sys, tempfile, time

ant_run, stage, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
folder = tempfile.mkdtemp()


def shape(rng, words):
    """The command line, and of each stage its place and the status it is to have."""
    status = lambda: rng.choice([0, 0, 0, 0, 1, 3, 75, 255])
    stages = [(0, 0, status())]
    line = [stage, str(words), "0/0", str(stages[0][2]), str(rng.randrange(20000))]
    branches = rng.randint(1, 3)
    for b in range(1, branches + 1):
        depth = rng.randint(1, 3)
        for p in range(1, depth + 1):
            deaf = 1 < p == depth and rng.random() < 0.3
            stages.append((b, p, status(), deaf))
            line += ["--branch" if p == 1 else "--finish" if deaf else "--pipe"]
            line += [stage, str(words), f"{b}/{p}", str(stages[-1][2])]
        line += ["--out", "/dev/null"]
    return line, stages


def until_started(fd, name, heard):
    while not any(w[0] == name and w[1] == "pid" for w in heard):
        more = os.read(fd, 65536).decode()
        if not more:
            return None
        heard += [w.split() for w in more.splitlines()]
    return next(int(w[2]) for w in heard if w[0] == name and w[1] == "pid")


def one(number):
    rng = random.Random(f"{seed} {number}")
    told, words = os.pipe()
    line, stages = shape(rng, words)
    how = rng.choice(["kill"] * 7 + ["stop", "stop", "none"])
    victim = rng.choice(stages)
    name = f"{victim[0]}/{victim[1]}"
    results = f"{folder}/{number}"
    p = subprocess.Popen([ant_run, "--results", results] + line, pass_fds=[words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.close(words)
    heard = []
    pid = until_started(told, name, heard)
    time.sleep(rng.random() * 0.012)
    hit = False
    if how != "none" and pid is not None:
        try:
            # Its number may be free again only after ant-run has waited for it; nobody takes it so soon.
            os.kill(pid, signal.SIGKILL if how == "kill" else signal.SIGSTOP)
            hit = True
        except ProcessLookupError:
            pass
        if how == "stop":
            time.sleep(rng.random() * 0.003)
            p.terminate()
    try:
        err = p.communicate(timeout=120)[1].decode()
    except subprocess.TimeoutExpired:
        os.system("ps -ef --forest >&2")
        return f"hangs: {how} {name}: {line}"
    while more := os.read(told, 65536).decode():
        heard += [w.split() for w in more.splitlines()]
    os.close(told)
    what = check(open(results).read(), stages, heard, how if hit else "none", victim, p.returncode, err, how == "stop")
    return what and f"{what}: {how} {name}: {line}"


def check(text, stages, heard, how, victim, code, err, ended):
    said = {w[0]: int(w[2]) for w in heard if w[1] == "exit"}
    lines = [l.split("\t") for l in text.splitlines()]
    have = {f"{l[1]}/{l[2]}": int(l[4]) for l in lines if l[0] == "stage"}
    if len(have) != len(stages):
        return f"results: {text!r} {err}"
    for s in stages:
        name, it = f"{s[0]}/{s[1]}", s == victim
        got = have[name]
        ok = got == said[name] if name in said else got == 141
        ok = ok or (it and how == "kill" and got == 137) or (ended and got == 143 and not (len(s) > 3 and s[3]))
        if not ok:
            return f"{name} is {got}, said {said.get(name)}"
        # The source goes on as long as a branch is left that reads it.
        beside = 0 < victim[0] != s[0] and (s[0] > 0 or stages[-1][0] > 1)
        if how == "kill" and beside and got != s[2]:
            return f"{name}, beside the one that was killed, is {got} and not {s[2]}"
    causes = [s for s in have.values() if s not in (0, 141)] + [s for s in have.values() if s == 141] + [0]
    if code != causes[0]:
        return f"status {code}, cause {causes[0]}"
    if [l[1] for l in lines if l[0] == "cause"] != [str(code)]:
        return f"results: {text!r}"
    return None


print(f"seed {seed}", flush=True)
began, wrong = time.time(), []
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    for number, what in enumerate(pool.map(one, range(count))):
        os.path.exists(f"{folder}/{number}") and os.unlink(f"{folder}/{number}")
        if what:
            wrong.append(f"{number}: {what}")
        if len(wrong) == 10:
            break
os.rmdir(folder) if not os.listdir(folder) else None
print(f"{count} pipelines in {time.time() - began:.0f} s, {len(wrong)} wrong")
sys.exit("\n".join(wrong) if wrong else 0)
