#!/usr/bin/env python3
"""walk.py KIND/STATE[@EPISODE]=STEPS... - random walks of ant-sync over all that happens, with a model beside them

KIND is sqlite, duckdb, pg or csv, and STATE is file, destination, or both, which is two organizations in one
destination that take turns.  From the environment: ANT_BIN; ANT_WALK_SEED, printed, and chosen where it is not set;
ANT_WALK_CLOCK and ANT_WALK_FULL, the libraries of clock_preload.c and full_preload.c; PGHOST, and PG_DIR of a server
that has the latter, for pg; `duck` for duckdb.  ANT_WALK_LOG: print also what happened where all is well.

The walk's clock is its own.  A step happens to the world (rows deleted, a table dropped, an older copy put back, ...)
or is a run of ant-sync, which may be killed.  The model knows which rows each day of each table must have
(`ant-sim --expect`), where each table's first load began, which days somebody deleted, and where a person has said
that more is loaded than is.  What must hold:

  - after a run that exits 0, each day from where the first load began to the clock's is as expected, but days deleted
    by hand outside the look-back; those, and none else, are named by ant-sync --gaps, and a load of what it names
    mends them;
  - after each other run, each day of each table is what it was, or as expected;
  - a run that nobody disturbed exits 0, and one that would mix, or that nobody can know the truth about, 1.

An episode is one destination, with some forty steps; a message names it as an argument that is that episode alone.
Kills come at random moments, so that the same seed gives the same steps, but not always the same end.
"""
import collections, concurrent.futures, copy, csv, datetime, hashlib, os, random, re, shutil, signal, sqlite3, subprocess, sys, tempfile, threading, time, traceback

BIN = os.environ["ANT_BIN"]
SIM = ["--users", "4", "--workspaces", "2", "--api-keys", "3", "--days", "140", "--now", "2026-06-20"]
FIRST, LAST = datetime.datetime(2026, 3, 10, 9), datetime.datetime(2026, 6, 10)
EPISODE = 40  # steps with one destination, before the next is begun

# The columns that a row is told by; the first is its day.
COLUMNS = {
    "cost_report": "bucket workspace_id description amount token_type model service_tier context_window",
    "usage_report": "bucket api_key_id workspace_id model service_tier context_window input_tokens output_tokens cache_read_input_tokens",
    "messages_usage": "starting_at model workspace_id api_key_id service_tier context_window uncached_input_tokens output_tokens",  # of one crawl with usage_report
    "claude_code_usage": "date organization_id actor_type actor_id terminal_type num_sessions lines_added total_output_tokens models_used",
    "users": "- id email role",
}
TABLES = list(COLUMNS)
REPLACED = {"users"}


class Wrong(Exception):
    pass


def day_of(t):
    return t.strftime("%Y-%m-%d")


def days(start, end):
    """The days of [start, end)."""
    d = datetime.datetime.strptime(start, "%Y-%m-%d")
    while day_of(d) < end:
        yield day_of(d)
        d += datetime.timedelta(1)


def plus(day, n):
    return day_of(datetime.datetime.strptime(day, "%Y-%m-%d") + datetime.timedelta(n))


def digest(cells):
    return hashlib.md5("|".join("-" if c in (None, "") else str(c) for c in cells).encode()).hexdigest()[:8]


def by_day(rows):
    """rows of (organization, day, digest): {organization: {day: the digests, sorted}}"""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for organization, day, text in rows:
        found[organization or ""][day].append(text)
    return {o: {d: tuple(sorted(v)) for d, v in of.items()} for o, of in found.items()}


# ---- what must be there


class Organization:
    """A simulated one, and the rows of each day of each table."""

    def __init__(self, seed, url):
        self.url = url
        self.rows = {t: self.expected(seed, t) for t in TABLES}
        text = subprocess.run([BIN + "/ant-sim", "--seed", str(seed), *SIM, "--expect", "organization"], check=True, capture_output=True, text=True).stdout
        head, row = (line.split("\t") for line in text.splitlines()[:2])
        self.uuid = row[head.index("id")]

    def expected(self, seed, table):
        out = subprocess.run([BIN + "/ant-sim", "--seed", str(seed), *SIM, "--expect", table], check=True, capture_output=True, text=True).stdout
        cell = lambda c: None if c == "\\N" else re.sub(r"\\(.)", lambda m: {"t": "\t", "n": "\n", "r": "\r"}.get(m[1], m[1]), c)
        lines = [[cell(c) for c in line.split("\t")] for line in out.split("\n")[:-1]]
        names = COLUMNS[table].split()
        at = [lines[0].index(n) for n in names[1:]]
        when = None if names[0] == "-" else lines[0].index(names[0])
        return by_day(("", "" if when is None else r[when][:10], digest(r[i] for i in at)) for r in lines[1:])[""]


# ---- destinations: each can be asked, harmed, copied and put back


class Sqlite:
    kind = "sqlite"

    def __init__(self, folder, name):
        self.path = f"{folder}/{name}.db"
        self.uri = self.scope = f"sqlite:///{self.path}"
        self.full = self.path
        self.n = 0

    def loader(self, table):
        return ["ant-load-sqlite", self.path]

    def sql(self, text, *args):
        if not os.path.exists(self.path):
            return []
        db = sqlite3.connect(self.path, timeout=20)
        try:
            db.create_function("digest", -1, lambda *cells: digest(cells))
            rows = db.execute(text, args).fetchall()
            db.commit()
            return rows
        finally:
            db.close()

    def tables(self):
        return {r[0] for r in self.sql("select name from sqlite_master where type = 'table'")}

    def rows(self, table, both):
        day, *cells = COLUMNS[table].split()
        day = "''" if day == "-" else f"substr({day}, 1, 10)"
        whose = "_organization" if both else "''"
        return by_day(self.sql(f"select {whose}, {day}, digest({', '.join(cells)}) from {table}"))

    def lines(self):
        if "_anthill_loads" not in self.tables():
            return {}
        rows = self.sql("select into_table, coalesce(organization, ''), count(*) from _anthill_loads where mode not in ('set', 'reset') group by 1, 2")
        return {(t, o): n for t, o, n in rows}

    def drop(self, table):
        self.sql(f"drop table {table}")

    def delete(self, table, start, end, organization):
        column = COLUMNS[table].split()[0]
        whose = f" and _organization = '{organization}'" if organization else ""
        self.sql(f"delete from {table} where {column} >= '{start}' and {column} < '{end}'{whose}")

    def drop_ledger(self):
        self.drop("_anthill_loads")

    def files(self):
        return [p for p in (self.path + s for s in ("", "-journal", "-wal", "-shm", ".wal")) if os.path.exists(p)]

    def save(self):
        self.n += 1
        name = f"{self.path}.copy{self.n}"
        os.mkdir(name)
        for f in self.files():
            shutil.copy2(f, name)
        return name

    def wipe(self, rng):
        for f in self.files():
            os.unlink(f)
        if self.kind == "sqlite" and rng.random() < 0.3:
            open(self.path, "w").close()

    def restore(self, name):
        for f in self.files():
            os.unlink(f)
        for f in os.listdir(name):
            shutil.copy2(f"{name}/{f}", os.path.dirname(self.path))

    def forget(self, name):
        shutil.rmtree(name)

    def close(self):
        for f in self.files():
            os.unlink(f)


class Sql(Sqlite):
    """The rest that speaks SQL: digests are the database's own."""

    def digest(self, table, both):
        day, *cells = COLUMNS[table].split()
        day = "''" if day == "-" else f"substr(cast({day} as varchar), 1, 10)"
        whose = "_organization" if both else "''"
        row = " || '|' || ".join(f"coalesce(nullif(cast({c} as varchar), ''), '-')" for c in cells)
        return f"select {whose}, {day}, substr(md5({row}), 1, 8) from {table}"

    def rows(self, table, both):
        return by_day(self.sql(self.digest(table, both)))


class Duck(Sql):
    kind = "duckdb"

    def __init__(self, folder, name):
        super().__init__(folder, name)
        self.path = f"{folder}/{name}.duckdb"
        self.uri = self.scope = f"duckdb:///{self.path}"
        self.full = self.path

    def loader(self, table):
        return ["ant-load-duckdb", self.path]

    def sql(self, text):
        if not os.path.exists(self.path):
            return []
        p = subprocess.run(["duck", self.path, text], capture_output=True, text=True, env=dict(os.environ, TZ="UTC"))
        if p.returncode:
            raise Wrong(f"duck: {p.stderr}")
        return [line.split("|") for line in p.stdout.splitlines()]

    def tables(self):
        return {r[0] for r in self.sql("select table_name from information_schema.tables where table_type = 'BASE TABLE'")}

    def lines(self):
        if "_anthill_loads" not in self.tables():
            return {}
        return {(t, o): int(n) for t, o, n in self.sql("select into_table, coalesce(organization, ''), count(*) from _anthill_loads where mode not in ('set', 'reset') group by 1, 2")}


class Pg(Sql):
    kind = "pg"
    lock = threading.Lock()

    def __init__(self, folder, name):
        self.name = "walk_" + name
        self.uri = self.scope = f"postgresql:///{self.name}"
        self.n = 0
        self.psql = subprocess.Popen(["psql", "-qXAt", "-F", "|"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ, PGTZ="UTC"))
        self.ask("create database " + self.name)

    def loader(self, table):
        return ["ant-load-pg", "-d", self.uri]

    def ask(self, text):
        self.psql.stdin.write(text + ";\n\\echo -- end\n")
        self.psql.stdin.flush()
        rows, said = [], ""
        while (line := self.psql.stdout.readline()) != "-- end\n":
            if not line:
                raise Wrong(f"psql: {text}: it is gone")
            # What psql has to say goes the same way as its answers.
            if re.match(r"psql:|[A-Z]+: |drop cascades|and \d+ other|connection to|\s", line):
                said += line
            else:
                rows.append(line[:-1].split("|"))
        if re.search("ERROR|FATAL|connection to", said):
            raise Wrong(f"psql: {text}: {said}")
        return rows

    def sql(self, text):
        # Nobody may be in a database that is copied.
        return self.ask(f"\\c {self.name}\n{text};\n\\c postgres\n")

    def tables(self):
        return {r[0] for r in self.sql("select tablename from pg_tables where schemaname = 'public'")}

    def lines(self):
        if "_anthill_loads" not in self.tables():
            return {}
        return {(t.split(".")[-1], o): int(n) for t, o, n in self.sql("select into_table, coalesce(organization, ''), count(*) from _anthill_loads where mode not in ('set', 'reset') group by 1, 2")}

    def drop(self, table):
        self.sql(f"drop table {table} cascade")

    def copied(self, to, source):
        # What a killed run has left there is gone as soon as its server sees it.
        for n in range(200):
            try:
                self.ask(f"drop database if exists {to} with (force)")
                return self.ask(f"create database {to} template {source}")
            except Wrong:
                time.sleep(0.05)
        raise Wrong("somebody does not leave the database")

    def save(self):
        self.n += 1
        self.copied(f"{self.name}_{self.n}", self.name)
        return f"{self.name}_{self.n}"

    def wipe(self, rng):
        self.sql("drop schema public cascade; create schema public")

    def restore(self, name):
        self.copied(self.name, name)

    def forget(self, name):
        self.ask(f"drop database {name}")

    def close(self):
        self.ask(f"drop database {self.name} with (force)")
        self.psql.stdin.close()
        self.psql.wait()

    @property
    def full(self):
        return f"/base/{self.ask(f'''select oid from pg_database where datname = '{self.name}' ''')[0][0]}/"


class Csv:
    kind = "csv"

    def __init__(self, folder, name):
        self.path = f"{folder}/{name}.csvs"
        self.uri = self.scope = f"csv:///{self.path}"
        self.full = self.path + "/"
        self.n = 0

    def loader(self, table):
        os.makedirs(self.path, exist_ok=True)
        return ["ant-load-csv", "-o", f"{self.path}/{table}.csv"]

    def read(self, table):
        with open(f"{self.path}/{table}.csv", newline="") as f:
            return list(csv.reader(f))

    def tables(self):
        return {f[:-4] for f in os.listdir(self.path) if f.endswith(".csv")} if os.path.exists(self.path) else set()

    def rows(self, table, both):
        head, *rows = self.read(table)
        day, *cells = COLUMNS[table].split()
        at = [head.index(c) for c in cells]
        when = None if day == "-" else head.index(day)
        whose = head.index("_organization") if both else None
        return by_day(("" if whose is None else r[whose], "" if when is None else r[when][:10], digest(r[i] for i in at)) for r in rows)

    def lines(self):
        if "_anthill_loads" not in self.tables():
            return {}
        head, *rows = self.read("_anthill_loads")
        into, whose, mode = (head.index(c) for c in ("into_table", "organization", "mode"))
        return collections.Counter((r[into][:-4], r[whose]) for r in rows if r[mode] not in ("set", "reset"))

    def drop(self, table):
        os.unlink(f"{self.path}/{table}.csv")

    def drop_ledger(self):
        self.drop("_anthill_loads")

    def delete(self, table, start, end, organization):
        head, *rows = self.read(table)
        at = head.index(COLUMNS[table].split()[0])
        whose = head.index("_organization") if organization else 0
        with open(f"{self.path}/{table}.csv", newline="") as f:
            text = f.read()
        # The rows that stay, in their own bytes: none of these tables has a newline in a cell.
        lines = text.splitlines(True)
        with open(f"{self.path}/{table}.csv", "w", newline="") as f:
            f.write(lines[0] + "".join(l for l, r in zip(lines[1:], rows) if not start <= r[at][:10] < end or (organization and r[whose] != organization)))

    def save(self):
        self.n += 1
        name = f"{self.path}.copy{self.n}"
        if os.path.exists(self.path):
            shutil.copytree(self.path, name)
        else:
            os.mkdir(name)
        return name

    def wipe(self, rng):
        shutil.rmtree(self.path, ignore_errors=True)
        if rng.random() < 0.5:
            os.mkdir(self.path)

    def restore(self, name):
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(name, self.path)

    def forget(self, name):
        shutil.rmtree(name)

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


KINDS = {c.kind: c for c in (Sqlite, Duck, Pg, Csv)}


# ---- the model


class Told:
    """What a ledger, or a state, is expected to know of a table of an organization."""

    def __init__(self):
        self.begin = None  # the day where its first load began; None: nobody has loaded it
        self.sure = True  # or it may not know
        self.upto = None  # no watermark is beyond this day
        self.exact = False  # and it is this one
        self.dropped = False  # the table was, and nothing was loaded since
        self.remade = False  # it was made again after that
        self.anew = None  # the day where the loads since a reset began
        self.reset = False  # by hand, and nothing was loaded since
        self.by_hand = None  # the same: a watermark that was set
        self.deleted = set()  # days of which somebody has deleted rows
        self.excused = set()  # days that a person has said need not be loaded


class World:
    """A destination, its state, and all that happened."""

    def __init__(self, kind, state, organizations, rng, folder, name):
        self.rng, self.folder, self.name = rng, folder, name
        self.both, self.in_destination = state == "both", state == "destination"
        self.organizations = organizations if self.both else organizations[:1]
        self.other = organizations[1]
        self.dest = KINDS[kind](folder, name)
        self.state = f"{folder}/{name}.state"
        self.keys = [(t, o.uuid if self.both else "") for t in TABLES for o in self.organizations]
        self.of = {o.uuid if self.both else "": o for o in self.organizations}
        self.clock = FIRST + datetime.timedelta(rng.randrange(20))
        self.start = plus(day_of(self.clock), -rng.randrange(4, 14))
        self.ledger = {k: Told() for k in self.keys}
        self.marks = self.ledger if self.in_destination else {k: Told() for k in self.keys}
        self.copies, self.state_copies = [], []
        self.views = rng.random() < 0.3
        self.log = []
        self.seconds = 0.5
        self.runs = 0
        with open(f"{folder}/{name}.conf", "w") as f:
            f.write(f"views {'on' if self.views else 'off'}\n")

    # -- running

    def environment(self, organization, **more):
        # Our own clock may be ahead, too: see tests/dates.
        ahead = int(self.clock.replace(tzinfo=datetime.timezone.utc).timestamp() - time.time()) + int(os.environ.get("CLOCK_AHEAD", 0))
        env = dict(os.environ, ANTHROPIC_BASE_URL=organization.url, ANTHROPIC_ADMIN_KEY="sk-ant-admin01-simulated", ANT_STATE=self.state, CLOCK_AHEAD=str(ahead), LD_PRELOAD=os.environ["ANT_WALK_CLOCK"], TMPDIR=self.folder)
        if "ASAN_OPTIONS" in env: # a library before that of a sanitizer is one that it would not start with
            env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
        if "full" in more:
            env["LD_PRELOAD"] += ":" + os.environ["ANT_WALK_FULL"]
            env.update(more["full"])
        return env

    def command(self, *words):
        how = ["--state", "destination"] if self.in_destination else ["--by-organization"] if self.both else []
        return ["ant-sync", "-q", "-c", f"{self.folder}/{self.name}.conf", "--dest", self.dest.uri, *how, *words]

    def run(self, cmd, env, kill=None, sig=signal.SIGKILL):
        """The status, what it wrote; a killed run is over when no process of it is left."""
        began = time.time()
        p = subprocess.Popen(cmd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        if kill is not None:
            try:
                p.wait(kill)
            except subprocess.TimeoutExpired:
                (os.killpg if sig == signal.SIGKILL else os.kill)(p.pid, sig)
        try:
            out, err = p.communicate(timeout=600)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            raise Wrong(f"hangs: {' '.join(cmd)}")
        until = time.time() + 60
        while kill is not None and of_session(p.pid):
            if time.time() > until:
                raise Wrong("a killed run does not end")
            time.sleep(0.01)
        if kill is None:
            self.seconds = 0.7 * self.seconds + 0.3 * (time.time() - began)
        self.runs += 1
        self.clock += datetime.timedelta(seconds=time.time() - began + 1)
        return p.returncode, out, err

    def held(self):
        tables = self.dest.tables()
        return {t: self.dest.rows(t, self.both) if t in tables else None for t in TABLES}

    def sync(self, what, tables=None, organization=None, expect=0, options=(), lookback=None, chunk=None, start=None, **how):
        """One run, judged.  EXPECT: its status, or None where it may have any."""
        rng = self.rng
        organization = organization or rng.choice(self.organizations)
        tables = tables or (TABLES if rng.random() < 0.6 else rng.sample(TABLES, rng.randint(1, 3)))
        lookback = rng.randrange(4) if lookback is None else lookback
        chunk = rng.choice([0, 1, 2, 3, 5, 9, 31]) if chunk is None else chunk
        words = ["--start", self.start, "--lookback", f"{lookback}d", "--chunk", str(chunk), "--parallel", rng.choice("1444"), *options, *tables]
        self.note(f"{what}: {self.clock:%F %T} {organization.uuid[:4]} {' '.join(words)}")
        before, lines = self.held(), self.dest.lines()
        for (table, uuid), mark in self.marks.items():
            # What the state takes over of another ledger it may know from now on, even if the run fails.
            begin = self.ledger[table, uuid].begin
            if table in tables and begin and not mark.reset and (mark.begin is None or mark.begin < begin):
                mark.begin, mark.sure = begin, mark.begin is not None and mark.sure
        code, out, err = self.run(self.command(*words), self.environment(organization, **{k: v for k, v in how.items() if k == "full"}), how.get("kill"), how.get("sig", signal.SIGKILL))
        self.note(f"  status {code} {err.strip()}")
        if expect is not None and code != expect:
            raise Wrong(f"status {code}, not {expect}: {err}")
        after, grown = self.held(), self.dest.lines()
        for key in self.keys:
            table, uuid = key
            mine = table in tables and (not self.both or uuid == organization.uuid) and organization in self.organizations
            more = mine and sum(n for (t, o), n in grown.items() if t == table and (not self.both or o in (uuid, ""))) > sum(n for (t, o), n in lines.items() if t == table and (not self.both or o in (uuid, "")))
            self.judge(key, before[table], after[table], mine, code, more, lookback, "--full-refresh" in options, "--from" in options)
        if organization not in self.organizations and before != after:
            raise Wrong("rows of another organization went in")
        if code == 0 and organization in self.organizations:
            self.gaps(tables, organization, after)
        return code

    # -- judging

    def judge(self, key, before, after, mine, code, more, lookback, full, window):
        table, uuid = key
        expected = self.of[uuid].rows[table]
        was_there = before is not None
        b, a = (before or {}).get(uuid, {}), (after or {}).get(uuid, {})
        if set(after or {}) - set(self.of):
            raise Wrong(f"{table}: rows of nobody")
        changed = [d for d in sorted(set(a) | set(b)) if a.get(d) != b.get(d)]
        wrong = [d for d in changed if a.get(d, ()) != expected.get(d, ())]
        if wrong:
            raise Wrong(f"{table} {uuid}: {wrong}: neither what was there nor what must be")
        if changed and not mine:
            raise Wrong(f"{table} {uuid}: {changed} changed, and was not asked for")
        if table in REPLACED:
            if mine and code == 0 and a != expected:
                raise Wrong(f"{table} {uuid}: not all is there")
            return
        if not mine or not (code == 0 or more):
            return
        self.learn(key, was_there, code, full, window)
        told = self.ledger[key]
        whole = {d for d in expected if a.get(d) == expected[d]}
        if code == 0 and not window:
            self.complete(key, a, expected, whole, lookback)
        told.upto = max(told.upto or "", day_of(self.clock))
        told.exact = code == 0 and not window
        told.deleted -= whole
        told.excused -= whole

    def learn(self, key, was_there, code, full, window):
        """A load has begun: where, and who knows."""
        ledger, marks = self.ledger[key], self.marks[key]
        old = ledger.begin
        if marks.reset:
            begin = self.start
        elif old is not None:
            begin = old
        elif marks.begin is not None:
            begin = marks.begin if marks.sure else max(marks.begin, self.start)
        else:
            begin = self.start
        if full:
            begin = min(begin, self.start)
        if not was_there or old is None or ledger.dropped:
            ledger.begin = begin
            ledger.deleted, ledger.excused = set(), set()
        else:
            if begin > old:
                ledger.excused |= set(days(old, begin))
            ledger.begin = min(begin, old)
        if marks.reset:
            marks.anew = begin
        if ledger is not marks:
            # Of a destination that is another now, or of a run that was killed, it may know the later one.
            known = [d for d in (marks.begin, old, begin) if d and not marks.reset] or [begin]
            marks.sure = code == 0 or (marks.sure and marks.begin == begin)
            marks.begin = max(known)
        ledger.exact = ledger.exact and not marks.by_hand
        ledger.remade = ledger.remade or ledger.dropped
        ledger.dropped = False
        # A run that was killed between a load and its commit leaves a reset as it was.
        marks.reset = marks.reset and code != 0 and self.is_reset(key)
        marks.by_hand = None

    def is_reset(self, key):
        """Whether the state, a file, says so."""
        name = self.mark_files().get(key)
        if name is None:
            return False
        with open(name) as f:
            text = f.read()
        return "\nwatermark -" in text and "\nbyhand" in text

    def complete(self, key, a, expected, whole, lookback):
        told, table = self.ledger[key], key[0]
        today = day_of(self.clock)
        must = told.exact and any(d in expected and plus(told.upto, -lookback) <= d < told.upto for d in told.deleted)
        since = plus(told.upto, -lookback) if told.upto else told.begin
        for d in days(told.begin, today):
            if d in whole or d not in expected or (d in told.excused and d not in told.deleted):
                continue
            if d in told.excused or (d in told.deleted and d < since and not must):
                continue
            why = "rows that are gone were not seen" if d in told.deleted else "a hole"
            raise Wrong(f"{key}: {d} has {len(a.get(d, ()))} of {len(expected[d])} rows, from {told.begin} to {today}: {why}")

    def gaps(self, tables, organization, held):
        """ant-sync --gaps names what is missing, and nothing else; and a load of it mends it."""
        uuid = organization.uuid if self.both else ""
        missing, known, excused = set(), set(), set()
        for t in tables:
            if t in REPLACED:
                continue
            told, expected = self.ledger[t, uuid], organization.rows[t]
            rows = (held[t] or {}).get(uuid, {})
            known |= {(t, d) for d in days(told.begin, day_of(self.clock)) if d in expected}
            missing |= {(t, d) for d in days(told.begin, day_of(self.clock)) if rows.get(d, ()) != expected.get(d, ())}
            # Of the table that was there before, the ledger has them as loaded.
            excused |= {(t, d) for d in told.excused} if told.remade else set()
        if not missing and self.rng.random() < 0.8:
            return
        found = self.ask_gaps(tables, organization)
        named = {(t, d) for t, start, end in found for d in days(start, end)} & known
        if named - missing or missing - named - excused:
            raise Wrong(f"--gaps names {sorted(named - missing)} too many and not {sorted(missing - named - excused)}")
        if missing and self.rng.random() < 0.6:
            self.mend(found, tables, organization)

    def ask_gaps(self, tables, organization):
        code, out, err = self.run(self.command("--gaps", *tables), self.environment(organization))
        found = [line.split("\t")[:3] for line in out.splitlines()]
        if err or code != bool(found):
            raise Wrong(f"--gaps: status {code}: {out}{err}")
        return [(t, start[:10], end[:10]) for t, start, end in found]

    def mend(self, found, tables, organization):
        if self.rng.random() < 0.3:
            self.start = min([self.start, *(start for _, start, _ in found)])
            self.sync("mend by all", tables, organization, options=["--full-refresh"])
        else:
            for t, start, end in found:
                self.sync("mend", [t], organization, options=["--from", start, "--to", end])
        if left := self.ask_gaps(tables, organization):
            raise Wrong(f"mended, and there are still gaps: {left}")

    # -- what happens

    def note(self, text):
        self.log.append(text)

    def there(self):
        tables = self.dest.tables()
        return [t for t in TABLES if t in tables]

    def step_sync(self):
        self.sync("sync")

    def step_all(self):
        self.sync("sync all", TABLES)

    def step_kill(self):
        self.sync("kill", expect=None, kill=self.rng.uniform(0.02, 1.2 * self.seconds), chunk=self.rng.choice([1, 1, 2, 3]))

    def step_stop(self):
        self.sync("stop", expect=None, kill=self.rng.uniform(0.05, self.seconds), sig=signal.SIGTERM, chunk=self.rng.choice([1, 1, 2, 3]))

    def step_drop(self):
        names = self.there()
        for t in self.rng.sample(names, min(len(names), self.rng.randint(1, 2))):
            self.note(f"drop {t}")
            self.dest.drop(t)
            for k in self.keys:
                if k[0] == t:
                    told = self.ledger[k]
                    told.deleted, told.excused, told.dropped = set(), set(), told.begin is not None
                    if self.in_destination and told.anew:
                        told.begin = told.anew

    def sound(self):
        """Whether the ledger knows of all tables: of others nobody can say what is missing."""
        lines, held = self.dest.lines(), self.held()
        return all(not (held[t] or {}).get(o) or any(n for (table, whose), n in lines.items() if table == t and (not self.both or whose == o)) for t, o in self.keys)

    def step_copy(self):
        if not self.sound():
            return
        self.note(f"copy {len(self.copies)}")
        self.copies.append((self.dest.save(), copy.deepcopy(self.ledger)))
        if not self.in_destination and os.path.exists(self.state):
            self.state_copies.append((self.keep_state(), copy.deepcopy(self.marks)))
        if len(self.copies) > 4:
            self.dest.forget(self.copies.pop(self.rng.randrange(4))[0])

    def keep_state(self):
        name = tempfile.mkdtemp(dir=self.folder)
        shutil.copytree(self.state, name, dirs_exist_ok=True)
        return name

    def put_back(self, ledger):
        self.ledger = copy.deepcopy(ledger)
        if self.in_destination:
            self.marks = self.ledger

    def step_restore(self):
        if self.copies:
            n = self.rng.randrange(len(self.copies))
            self.note(f"restore {n}")
            self.dest.restore(self.copies[n][0])
            self.put_back(self.copies[n][1])
            self.excuse()

    def step_older_state(self):
        if self.state_copies:
            n = self.rng.randrange(len(self.state_copies))
            self.note(f"restore state {n}")
            shutil.rmtree(self.state, ignore_errors=True)
            shutil.copytree(self.state_copies[n][0], self.state)
            self.marks = copy.deepcopy(self.state_copies[n][1])
            self.forget_unknown()
            self.excuse()

    def step_wipe(self):
        self.note("the destination is empty")
        self.dest.wipe(self.rng)
        self.put_back({k: Told() for k in self.keys})

    def step_other_destination(self):
        """One that was loaded from elsewhere, over another span."""
        if not self.sound():
            return
        self.note("another destination: made")
        mine = self.dest.save(), self.ledger, self.marks, self.state, self.start
        self.dest.wipe(self.rng)
        self.put_back({k: Told() for k in self.keys})
        if not self.in_destination:
            self.marks = {k: Told() for k in self.keys}
        self.state = f"{self.folder}/{self.name}.other-state"
        self.start = plus(self.start, self.rng.randrange(-8, 9))
        self.start = min(self.start, plus(day_of(self.clock), -1))
        for o in self.organizations:
            self.sync("elsewhere", TABLES, o)
        shutil.rmtree(self.state, ignore_errors=True)
        copied, _, self.marks, self.state, self.start = mine
        for told in self.marks.values(): # loaded since, by others: that is where it begins anew
            told.reset = False
        if self.in_destination:
            self.marks = self.ledger
        self.copies.append((copied, mine[1]))

    def step_delete(self):
        names = [t for t in self.there() if t not in REPLACED]
        if not names:
            return
        t = self.rng.choice(names)
        held = self.dest.rows(t, self.both)
        uuid = self.rng.choice(self.organizations).uuid if self.both else ""
        have = sorted(held.get(uuid, {}))
        if not have:
            return
        start = self.rng.choice(have[-6:] if self.rng.random() < 0.5 else have)
        end = plus(start, self.rng.randint(1, 4))
        self.note(f"delete from {t} {uuid} {start} to {end}")
        self.dest.delete(t, start, end, uuid)
        self.ledger[t, uuid].deleted |= {d for d in have if start <= d < end}

    def step_other_organization(self):
        if self.both:
            return self.step_sync()
        # Whose rows a table holds, its ledger knows.
        held, lines = self.held(), self.dest.lines()
        tables = [t for t in TABLES if held[t] and any(table == t and o for table, o in lines)]
        if not tables:
            return
        tables = self.rng.sample(tables, self.rng.randint(1, len(tables)))
        lookback = self.rng.randrange(4)
        # cost_report has closed days alone: up to date, its window is empty, and then nobody is asked whose key it is.
        empty = tables == ["cost_report"] and not lookback
        self.sync("another organization", tables, self.other, expect=None if empty else 1, options=["--full-refresh"] if self.rng.random() < 0.3 else [], lookback=lookback)

    def step_lose_state(self):
        if self.in_destination or not os.path.exists(self.state):
            return
        self.note("the state is lost")
        shutil.rmtree(self.state)
        self.marks = {k: Told() for k in self.keys}

    def mark_files(self):
        found = {}
        for f in os.listdir(self.state) if not self.in_destination and os.path.exists(self.state) else []:
            if f.endswith(".watermark"):
                for k in self.keys:
                    if f.startswith(k[0] + "@") and (not self.both or k[1].replace("-", "") in f.replace("%2D", "").replace("-", "")):
                        found[k] = f"{self.state}/{f}"
        return found

    def step_damage(self):
        files = self.mark_files()
        if not files:
            return
        key = self.rng.choice(sorted(files))
        with open(files[key], "rb") as f:
            whole = f.read()
        text = bytearray(whole)
        text[self.rng.randrange(len(text))] ^= 1 << self.rng.randrange(8)
        self.note(f"damage {files[key]}")
        with open(files[key], "wb") as f:
            f.write(text if self.rng.random() < 0.7 else whole[: self.rng.randrange(len(whole))])
        before = self.dest.rows(key[0], self.both) if key[0] in self.dest.tables() else None
        self.sync("damaged", [key[0]] + self.rng.sample([t for t in TABLES if t != key[0]], 1), self.of[key[1]], expect=1)
        if before != (self.dest.rows(key[0], self.both) if key[0] in self.dest.tables() else None):
            raise Wrong(f"{key}: its state was damaged, and it was loaded")
        how = self.rng.choice(["reset", "put back", "remove"])
        self.note(how)
        if how == "reset":
            self.state_of(key, "reset")
        elif how == "put back":
            with open(files[key], "wb") as f:
                f.write(whole)
        else:
            os.unlink(files[key])
            self.marks[key] = Told()

    def state_of(self, key, *words):
        table, uuid = key
        if self.in_destination:
            cmd = ["ant-state", "--dest", self.dest.uri]
        else:
            cmd = ["ant-state", "--scope", self.dest.scope + (f"#organization={uuid}" if uuid else "")]
        cmd += [words[0], table, *words[1:]]
        code, out, err = self.run(cmd, self.environment(self.organizations[0]))
        if code:
            raise Wrong(f"{cmd}: status {code}: {err}")
        told = self.marks[key]
        told.reset = words[0] == "reset"
        told.by_hand = None if told.reset else words[1]
        self.ledger[key].exact = False
        if told.reset and told is not self.ledger[key]:
            told.begin = None

    def step_reset(self):
        key = self.rng.choice([k for k in self.keys if k[0] not in REPLACED])
        self.start = min(plus(self.start, self.rng.randrange(-3, 6)), plus(day_of(self.clock), -1))
        self.note(f"reset {key}, start {self.start}")
        self.state_of(key, "reset")

    def step_set(self):
        """A watermark by hand: back, so that more is loaded again, or forward, over what nobody wants."""
        there = self.there()
        keys = [k for k in self.keys if k[0] not in REPLACED and k[0] in there and self.ledger[k].upto and self.marks[k].begin and not self.marks[k].reset]
        if not keys:
            return
        key = self.rng.choice(keys)
        told = self.ledger[key]
        to = plus(told.upto, self.rng.randrange(-6, 4))
        to = max(told.begin, min(to, day_of(self.clock)))
        self.note(f"set {key} to {to}")
        self.state_of(key, "set", to)
        told.upto = max(told.upto, to)
        self.excuse()

    def excuse(self):
        """A watermark that was set by hand says that all before it is there, also of an older copy."""
        held = self.held()
        for key, mark in self.marks.items():
            told, expected = self.ledger[key], self.of[key[1]].rows[key[0]]
            if mark.by_hand and told.begin:
                told.excused |= {d for d in days(told.begin, mark.by_hand) if (held[key[0]] or {}).get(key[1], {}).get(d, ()) != expected.get(d, ())}

    def step_ledger(self):
        """The ledger is gone: with a watermark beside the rows nobody knows what is missing."""
        if "_anthill_loads" not in self.dest.tables():
            return
        self.note("the ledger is dropped")
        self.dest.drop_ledger()
        self.put_back({k: Told() for k in self.keys})
        self.forget_unknown()

    def forget_unknown(self):
        """Of rows without a line in the ledger, and a watermark that a load has left, nobody knows what is missing."""
        if self.in_destination:
            return
        held, lines, files = self.held(), self.dest.lines(), self.mark_files()
        for table, uuid in files:
            known = any(n for (t, o), n in lines.items() if t == table and (not self.both or o == uuid))
            if table in REPLACED or known or not (held[table] or {}).get(uuid) or not knows(files[table, uuid]):
                continue
            self.note(f"nobody knows of {(table, uuid)}")
            self.sync("no ledger", [table], self.of[uuid], expect=1)
            self.state_of((table, uuid), "reset")

    def step_full(self):
        """The disk is full, of the state or of the destination, or of all a while after the start."""
        where = self.rng.choice(["state", "destination", "a while"])
        if where == "a while" and self.dest.kind != "pg":
            return self.sync("full after a while", expect=None, full={"FULL_AFTER": str(self.rng.choice([0, 100, 3000, 20000, 60000]))})
        name = f"{os.environ['PG_DIR'] if self.dest.kind == 'pg' else self.folder}/{'full' if self.dest.kind == 'pg' else self.name + '.full'}"
        if where == "state" or self.dest.kind != "pg":
            name = f"{self.folder}/{self.name}.full"
        with Pg.lock:
            with open(name, "w") as f:
                f.write((self.state + "/" if where == "state" else self.dest.full) + "\n")
            if self.dest.kind == "pg":
                os.chmod(name, 0o644)
            try:
                self.sync(f"full {where}", expect=None, full={"FULL_WHEN": name})
            finally:
                os.unlink(name)

    def step_hand(self):
        """A load by hand, of which the state hears nothing."""
        o = self.rng.choice(self.organizations)
        t = self.rng.choice([t for t in TABLES if t not in REPLACED])
        key = (t, o.uuid if self.both else "")
        told, today = self.ledger[key], day_of(self.clock)
        low = told.begin or self.marks[key].begin or self.start
        start = self.rng.choice(list(days(low, today))[-8:] or [plus(today, -1)])
        end = min(plus(start, self.rng.randint(1, 4)), today)
        there = t in self.there()
        self.note(f"by hand: {key} {start} to {end}")
        before = self.held()
        how = ["--by-organization"] if self.both else []
        cmd = ["ant-run", "ant-fetch", "-q", "--from", start, "--to", end, t, "--pipe", "ant-flatten", "-q", "--pipe", *self.dest.loader(t), *how]
        code, out, err = self.run(cmd, self.environment(o))
        if code:
            raise Wrong(f"{cmd}: status {code}: {err}")
        after = self.held()
        for k in self.keys:
            self.judge(k, before[k[0]], after[k[0]], k == key, 1, False, 0, False, True)
        expected = self.of[key[1]].rows[t]
        if any(after[t].get(key[1], {}).get(d, ()) != expected.get(d, ()) for d in days(start, end)):
            raise Wrong(f"{key}: not all of the window is there")
        if self.in_destination and told.reset: # that is where it begins anew
            told.excused |= set(days(told.begin or start, start)) - {d for d in expected if after[t].get(key[1], {}).get(d) == expected[d]}
            told.begin = min(told.begin or start, start)
            self.marks[key].begin = self.marks[key].anew = start
            self.marks[key].reset = False
        if told.begin is None: # a ledger of its own goes before what a state remembers of another
            told.begin = self.marks[key].begin = start
            told.excused = set()
        if not there or told.dropped:
            told.deleted = set()
        told.deleted -= set(days(start, end))
        told.upto, told.exact = max(told.upto or end, end), False
        told.remade = told.remade or told.dropped
        told.dropped = False


def knows(name):
    """Whether a file of a state has a watermark that a load has left."""
    with open(name) as f:
        text = f.read()
    return "\nwatermark -" not in text and "\nbyhand" not in text


def of_session(pid):
    """The processes of a session that are not gone yet."""
    found = []
    for name in os.listdir("/proc"):
        try:
            fields = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split() if name.isdigit() else None
        except OSError:
            continue
        # The first thread of a process may be gone while others of it still have its files.
        if fields and int(fields[3]) == pid and (fields[0] not in "ZX" or int(fields[17]) > 1):
            found.append(name)
    return found


STEPS = {"sync": 22, "all": 10, "kill": 16, "stop": 3, "drop": 7, "copy": 7, "restore": 6, "older_state": 3, "wipe": 2, "other_destination": 2, "delete": 9, "other_organization": 4, "lose_state": 4, "damage": 4, "reset": 3, "set": 4, "ledger": 1, "full": 6, "hand": 6}


def episode(kind, state, number, steps, seed, organizations, folder):
    """STEPS steps with a new destination: what is wrong, or None, and how many runs there were."""
    rng = random.Random(f"{seed} {kind} {state} {number}")
    world = World(kind, state, organizations, rng, folder, f"{kind}_{state}_{number}")
    done = 0
    try:
        world.step_all()
        for done in range(1, steps):
            if rng.random() < 0.5:
                world.clock = min(world.clock + datetime.timedelta(hours=rng.randrange(60)), LAST).replace(hour=rng.randrange(1, 22))
            name = rng.choices(list(STEPS), STEPS.values())[0]
            world.note(f"{done} {name}")
            getattr(world, "step_" + name)()
        world.step_all()
        for copied, _ in world.copies:
            world.dest.forget(copied)
        world.dest.close()
        if os.environ.get("ANT_WALK_LOG"):
            print(f"{world.name}:", *world.log, sep="\n", flush=True)
        return None, done + 1, world.runs
    except Exception as e:
        what = str(e) if isinstance(e, Wrong) else "".join(traceback.format_exception(e))
        log = "\n".join(world.log[-60:])
        return f"{kind}/{state}@{number}={steps}, seed {seed}, {world.name}: {what}\nWhat happened:\n{log}", done + 1, world.runs


def start_sim(seed):
    p = subprocess.Popen([BIN + "/ant-sim", "--port", "0", "--seed", str(seed), *SIM], stdout=subprocess.PIPE, text=True)
    return p, p.stdout.readline().strip()


def main(words):
    seed = os.environ.get("ANT_WALK_SEED") or str(random.SystemRandom().randrange(1 << 32))
    print(f"ANT_WALK_SEED={seed}", flush=True)
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    sims = [start_sim(n) for n in (1, 2)]
    began, wrong, work = time.time(), [], []
    for word in words:
        kind, state, number, steps = re.fullmatch(r"(\w+)/(\w+?)(?:@(\d+))?=(\d+)", word).groups()
        steps, first = int(steps), int(number or 0)
        for n in range(first, first + 1 if number else -(-steps // EPISODE)):
            work.append((kind, state, n, min(EPISODE, steps if number else steps - n * EPISODE)))
    try:
        organizations = [Organization(n + 1, url) for n, (_, url) in enumerate(sims)]
        total = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("ANT_WALK_JOBS") or os.cpu_count())) as pool:
            for what, steps, runs in pool.map(lambda w: episode(*w, seed, organizations, folder), work):
                total.update(steps=steps, runs=runs)
                if what:
                    wrong.append(what)
                    print(what, flush=True)
    finally:
        for p, _ in sims:
            p.terminate()
            p.wait()
    print(f"{total['steps']} steps, {total['runs']} runs in {time.time() - began:.0f} s, {len(wrong)} wrong")
    if wrong:
        print(f"kept: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


sys.exit(main(sys.argv[1:]))
