"""kills.py KIND=COUNT... - ant-sync with all sets, killed at COUNT random moments, ends as an undisturbed one

KIND is sqlite, csv, pg or duckdb.  From the environment: ANT_BIN; ANT_KILLS_SEED, printed, and chosen where it is not
set; PGHOST for pg; `duck` for duckdb.  Works in the current folder.

The kills come in rounds of some six, each with a destination of its own, while the organization goes on: after the
first third of them it is the next day, so that the others strike what is read again as well.  After them the next run
is left alone.  It must end with 0, find nothing wrong with the destination, and leave each table as a first load on
that day does, row for row: each event of the feed once, and of a report all the rows that are equal because the API
does not show whose they are.

Most kills are SIGKILL for the whole run, as of a machine that goes.  A quarter strike one process of it, as the kernel
does where memory is short: that run must end by itself, and with 0 only where nothing is missing.  After each kill no
event is there twice.  Kills come at random moments, so that the same seed gives the same steps, but not always the
same end.
"""
import collections, csv, datetime, json, os, random, re, signal, sqlite3, subprocess, sys, time, urllib.request

BIN = os.environ["ANT_BIN"]
FOLDER = os.getcwd()
DAYS = 30
ROUND = 6
CONFIG = f"""rate 0
chunk 9
organization admin
  key-env ADMIN
  token-env TOKEN
  tables @console @identity
organization scoped
  key-env SCOPED
  tables @all -@console -@identity
  allow-cut yes
"""
# What the comparison of a destination with its ledger says where it finds a difference, see ant-sync(1).
DIFFERENT = re.compile("loading it again from|going on from the ledger|are gone|damaged|knows of no load")

# The key of analytics_usage and analytics_cost: the identities that the API does not show have the same.
ALIKE = "starting_at actor_type actor_id actor_provider actor_subject api_key_id model product workspace_id cost_type token_type".split()


class Wrong(Exception):
    pass


def lines(cmd):
    out = subprocess.run(cmd, capture_output=True, timeout=600)
    if out.returncode:
        raise Wrong(f"{' '.join(cmd)}: {out.returncode} {out.stderr.decode()}")
    return out.stdout.decode().split("\n")[:-1]  # as text, and for splitlines(), lines have other ends, too


TABLES = lines([BIN + "/ant-tables", "--names", "@all"])


class Destination:
    """One of KIND that no run has seen yet.  The rows of a table are its lines as text, in any order."""

    def __init__(self, kind, name):
        self.kind, self.name = kind, name
        if kind == "pg":
            lines(["psql", "-qXc", f"create database {name}", "template1"])
        self.uri = {"sqlite": f"sqlite:///{name}.db", "csv": f"csv:///{name}", "pg": f"postgresql:///{name}", "duckdb": f"duckdb:///{name}.duckdb"}[kind]

    def rows(self, table):
        if self.kind in ("sqlite", "duckdb") and not os.path.exists(self.uri.partition(":///")[2]):
            return None
        if self.kind == "sqlite":
            db = sqlite3.connect(f"{self.name}.db")  # not for reading alone: what was killed is rolled back
            try:
                if not db.execute("select 1 from sqlite_schema where name = ?", [table]).fetchone():
                    return None
                return list(map(repr, db.execute(f"select * from {table}")))
            finally:
                db.close()
        if self.kind == "csv":
            try:
                with open(f"{self.name}/{table}.csv", newline="") as file:
                    return list(map(repr, csv.reader(file)))[1:]
            except FileNotFoundError:
                return None
        ask = ["psql", "-AtXqc"] if self.kind == "pg" else ["duck", f"{self.name}.duckdb"]
        there = f"select count(*) from information_schema.tables where table_name = '{table}'"
        more = [self.name] if self.kind == "pg" else []
        if lines([*ask, there, *more]) == ["0"]:
            return None
        # A row is a line, whatever is in its cells.
        if self.kind == "pg":
            return lines([*ask, f"copy {table} to stdout", *more])
        return lines([*ask, f"select replace(cast(t as varchar), chr(10), '\\n') from {table} t"])

    def all(self):
        """The rows of each table with how often each is there; None where there is no table."""
        return {t: None if (r := self.rows(t)) is None else collections.Counter(r) for t in TABLES}


class Simulator:
    """A simulated organization, whose clock stands at the first moment of a day that is over until it is moved: nothing
    happens after the end of a run's window, where a case that changes would leave it."""

    def __init__(self, seed, day):
        self.day = day
        self.how = ["--seed", str(seed), "--days", str(DAYS + 20)]
        self.process = subprocess.Popen([BIN + "/ant-sim", "--port", "0", *self.how, "--now", self.now()], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def now(self):
        return f"{self.day}T00:00:00Z"

    def move(self, days):
        self.day += datetime.timedelta(days)
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_sim/change?now={self.now()}", method="POST"))

    def expected(self, table, since):
        """The rows of a table that has a window, each a dictionary, but for the last days: those may come late."""
        text = urllib.request.urlopen(f"{self.url}/_sim/expect?table={table}&from={since}&to={self.day - datetime.timedelta(4)}").read().decode()
        head, *rows = (line.split("\t") for line in text.splitlines())
        return [dict(zip(head, row)) for row in rows]


def of_group(group):
    """The processes of a group that are alive; a zombie holds no lock."""
    found = []
    for line in lines(["ps", "-eo", "pgid=,pid=,stat="]):
        g, pid, stat = line.split()
        if int(g) == group and not stat.startswith("Z"):
            found.append(int(pid))
    return found


class Round:
    """One destination, killed again and again."""

    def __init__(self, kind, number, sim, rng):
        self.kind, self.number, self.sim, self.rng = kind, number, sim, rng
        self.start = sim.day - datetime.timedelta(DAYS)
        self.dest = Destination(kind, f"killed_{kind}_{number}")
        self.want = None

    def sync(self, dest, *words):
        cmd = [BIN + "/ant-sync", "-c", "sync.conf", "--json", "--dest", dest.uri, "--start", str(self.start), "--to", str(self.sim.day), *words]
        env = dict(os.environ, ANTHROPIC_BASE_URL=self.sim.url, ANT_STATE=f"{FOLDER}/state", TMPDIR=FOLDER,
                   ADMIN="sk-ant-admin01-simulated", TOKEN="simulated-oauth-token", SCOPED="sk-ant-api01-simulated")
        return subprocess.Popen(cmd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def whole(self, dest):
        """A run that nobody disturbs."""
        out, err = self.sync(dest).communicate(timeout=900)
        failed = [(r["table"], r["status"]) for r in map(json.loads, out.splitlines()) if r["status"]]
        if failed or done(out) != set(TABLES):
            raise Wrong(f"the run that was left alone: {failed}, without {set(TABLES) - done(out)}\n{err}")
        if DIFFERENT.search(err):
            raise Wrong(f"the run after the kills finds what is none of theirs:\n{err}")

    def undisturbed(self):
        """What is wanted on this day; the seconds that it took."""
        calm = Destination(self.kind, f"calm_{self.kind}_{self.number}")
        began = time.monotonic()
        self.whole(calm)
        took = time.monotonic() - began
        self.want = calm.all()
        ids = collections.Counter(event(row) for row in self.want["compliance_activities"].elements())
        if ids.most_common(1)[0][1] > 1 or not {row["id"] for row in self.sim.expected("compliance_activities", self.start)} <= ids.keys():
            raise Wrong("an undisturbed load has not the events of the feed, each once")
        # What is lost of rows that a key does not tell apart would not be seen where there are none.
        for table in "analytics_usage", "analytics_cost":
            alike = collections.Counter(tuple(row.get(column) for column in ALIKE) for row in self.sim.expected(table, self.start))
            if alike.most_common(1)[0][1] < 2 or alike.total() > self.want[table].total():
                raise Wrong(f"{table}: no rows with the same key, or not all of them")
        return took

    def kill(self, seconds):
        """One run, killed while it loads what is new, which takes less than the first load's SECONDS; what was hit: all, one, or nothing any more."""
        single, pick, after = self.rng.random() < 0.25, self.rng.random(), self.rng.uniform(0.02, 0.7 * seconds)
        p = self.sync(self.dest, "-q")
        time.sleep(after)
        victims = of_group(p.pid)
        hit = "none"
        try:
            if victims and p.poll() is None:
                if single:
                    os.kill(victims[int(pick * len(victims))], signal.SIGKILL)
                else:
                    os.killpg(p.pid, signal.SIGKILL)
                hit = "one" if single else "all"
        except ProcessLookupError:
            pass
        out, err = p.communicate(timeout=900)
        until = time.monotonic() + 60
        while of_group(p.pid):
            if time.monotonic() > until:
                raise Wrong(f"a killed run does not end: {of_group(p.pid)}")
            time.sleep(0.02)
        if p.returncode == 0 and done(out) != set(TABLES):
            raise Wrong(f"exit 0 without {set(TABLES) - done(out)}\n{err}")
        if p.returncode == 0 and self.want:
            self.compare("exit 0 of a run of which a process was killed")
        if p.returncode and hit == "none":
            raise Wrong(f"nothing was killed, and the status is {p.returncode}\n{err}")
        return hit

    def once(self):
        """No event is there twice."""
        twice = [e for e, n in collections.Counter(map(event, self.dest.rows("compliance_activities") or [])).items() if n > 1]
        if twice:
            raise Wrong(f"twice in the feed after a kill: {twice[:3]}")

    def compare(self, what):
        got = self.dest.all()
        told = []
        for table in TABLES:
            a, b = self.want[table], got[table] or collections.Counter()
            if a != b:
                told.append(f"{table}: {a.total()} rows wanted, {b.total()} there\n  missing {list((a - b).items())[:2]}\n  too many {list((b - a).items())[:2]}")
        if told:
            raise Wrong(f"{what}:\n" + "\n".join(told))


def event(row):
    """The id of a row of the feed, however the destination writes it."""
    return re.search(r"activity_\w+", row)[0]


def done(out):
    return {r["table"] for r in map(json.loads, out.splitlines()) if not r["status"]}


def walk(kind, kills, seed):
    """All rounds of one kind."""
    rng = random.Random(f"{seed} {kind}")
    rounds = max(1, round(kills / ROUND))
    sim = Simulator(seed, datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(1 + rounds))
    hits = collections.Counter()
    moved, seconds, n = 0, 2.0, 0
    try:
        for number in range(1, rounds + 1):
            this = Round(kind, number, sim, rng)
            last = kills * number // rounds
            third = n + (last - n) // 3
            held = None
            while n < last:
                if n == third:
                    sim.move(1)
                    seconds = this.undisturbed()
                hits[this.kill(seconds)] += 1
                n += 1
                this.once()
                now = {t: len(this.dest.rows(t) or []) for t in ("users", "usage_report", "analytics_usage", "compliance_activities", "compliance_users")}
                moved += now != held
                held = now
            this.whole(this.dest)
            this.compare(f"round {number}, after {n} kills")
            print(f"{kind}, round {number}: {n} kills, {dict(hits)}; rows came after {moved}; an undisturbed load takes {seconds:.1f} s", flush=True)
        if moved < kills // 4 or hits["all"] < kills // 3:
            raise Wrong("the runs did not get anywhere")
    finally:
        sim.process.terminate()
        sim.process.wait()


def main():
    seed = int(os.environ.get("ANT_KILLS_SEED") or random.SystemRandom().randrange(1 << 31))
    print(f"seed {seed}", flush=True)
    with open("sync.conf", "w") as file:
        file.write(CONFIG)
    try:
        for word in sys.argv[1:]:
            kind, kills = word.split("=")
            walk(kind, int(kills), seed)
    except Wrong as wrong:
        sys.exit(f"seed {seed}: {wrong}")


main()
