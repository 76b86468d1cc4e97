#!/usr/bin/env python3
"""history-model.py KIND[@EPISODE]=SNAPSHOTS... - random snapshots through the loaders with --history, and a model beside them

KIND is sqlite, pg, duckdb, lake, mysql or clickhouse.  From the environment: ANT_BIN; ANT_HISTORY_SEED, printed, and chosen where it is
not set; ANT_HISTORY_CLOCK, the library of clock_preload.c; PGHOST and so on for pg; `duck` and ANT_LIBDUCKDB for the
two after it, and EXTENSIONS for lake; MY_DIR, of mariadb.bash; CHDB, CHDB_URI and DB, of clickhouse.bash.

An episode is a table that some forty streams are loaded into, one after the other: objects join, leave, come back,
change, repeat, and have nulls and hostile texts; columns come and go; a load may be one without --history, of another
organization, a merge, or cut off; the clock goes on, stands still, or goes back.  What must hold at each look, and at
the end of an episode:

  - the table is the model's, and so is the history, each version with its times;
  - versions of a key do not overlap, none is empty, and one at most is open;
  - where a load replaced the table, the history as of its time is what it loaded.

A message names the episode as an argument that is that episode alone.
"""
import collections, concurrent.futures, datetime, decimal, json, os, random, sqlite3, subprocess, sys, tempfile, traceback, urllib.request

BIN = os.environ["ANT_BIN"]
EPISODE, LOOK = 40, {"sqlite": 1, "pg": 5, "duckdb": 14, "lake": 14, "mysql": 5, "clickhouse": 8}  # streams to a table; streams between two looks
ORGANIZATIONS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"]
TEXTS = ["", "Ada", "Ada ", "ada", "Zoë", "\\", "\\N", "a\tb", "a\nb\r", "'; DROP TABLE t;--", '"', "#end", "NULL", "\x01", "日本", "{}", "1", "1.0", None]
POOLS = {
    "text": TEXTS,
    "bigint": ["0", "1", "-1", "9223372036854775807", None],
    "double": ["0", "0.1", "1e-1", "-1.5e300", "5", None],
    "numeric": ["0", "1.5", "1.50", "0.000000000001", "-7", None],
    "boolean": ["true", "false", None],
    "date": ["2026-01-01", "1999-12-31", None],
    "timestamptz": ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.000Z", "1969-12-31T23:59:59Z", None],
    "json": ['{"a": 1}', '{"a": 1.10}', '{"a": 1.1}', "[]", '"x"', "null", None],
}
COLUMNS = [("id", "text"), ("n", "bigint"), ("name", "text"), ("role", "text"), ("rate", "double"), ("cents", "numeric"), ("on", "boolean"),
           ("day", "date"), ("at", "timestamptz"), ("tags", "json"), ('we"ird', "text"), ("order", "bigint")]
KEYS = [("id", "n"), ("id", "n"), ("id", "tags")]  # json is in no digest of a key, by which loaders guess what repeats
TAGS = ['{"a": 1}', "[]", '"x"', "null", None]  # such as no database takes two of for one
TYPES = dict(COLUMNS, extra="text", valid_from="timestamptz", valid_to="timestamptz", _organization="text")


class Wrong(Exception):
    pass


def value(kind, text):
    """A text of a stream or of a database as what is compared."""
    if text is None:
        return None
    if kind == "bigint":
        return int(text)
    if kind == "double":
        return float(text)
    if kind == "numeric":
        return decimal.Decimal(text).normalize() + 0
    if kind == "boolean":
        return text in ("true", "t", "1")
    if kind == "timestamptz":
        head, _, fraction = text.rstrip("Z").replace(" ", "T").partition(".")
        return head + ("." + fraction.rstrip("0") if fraction.rstrip("0") else "")
    return text


def cell(text):
    if text is None:
        return "\\N"
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def second(text):
    return datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")


# ---- destinations -------------------------------------------------------------------------


class Destination:
    """Rows come as texts, None for null, by the hexadecimal digits of their bytes."""

    extra = None  # the type of a column that somebody adds

    def __init__(self, folder):
        self.folder = folder

    def load(self, stream, options, ahead):
        env = dict(os.environ, CLOCK_AHEAD=str(ahead), LD_PRELOAD=os.environ["ANT_HISTORY_CLOCK"],
                   ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
        p = subprocess.run([*self.command, "-q", *options, *self.where], cwd=self.folder, env=env, input=stream.encode(), capture_output=True)
        return p.returncode, p.stdout.decode(), p.stderr.decode()

    def rows(self, table, columns):
        names = ", ".join(self.hex(quoted(c), TYPES[c]) for c in columns)
        found = []
        for line in self.ask(f"SELECT {names} FROM {quoted(table)}"):
            found.append(tuple(None if x == "-" else value(TYPES[c], bytes.fromhex(x).decode()) for c, x in zip(columns, line.split("|"))))
        return found

    def started(self, table):
        into = "'" + table.replace("'", "''") + "'"
        return [second(bytes.fromhex(x).decode()) for x in self.ask(
            f"SELECT {self.hex('started', 'timestamptz')} FROM _anthill_loads WHERE into_table = {into} ORDER BY line")]


class Sqlite(Destination):
    command, where, extra = [f"{BIN}/ant-load-sqlite"], ["h.db"], "text"

    def hex(self, column, kind):
        return f"coalesce(hex(CAST({column} AS TEXT)), '-')"

    def ask(self, sql):
        db = sqlite3.connect(f"{self.folder}/h.db")
        try:
            return ["|".join("-" if isinstance(x, str) and x == "-" else x for x in row) for row in db.execute(sql)]
        finally:
            db.close()

    # An empty text is hexadecimal of nothing, as a null would be: hex(NULL) is ''.
    def rows(self, table, columns):
        db = sqlite3.connect(f"{self.folder}/h.db")
        try:
            db.text_factory = str
            names = ", ".join(f"CAST({quoted(c)} AS TEXT)" for c in columns)
            return [tuple(value(TYPES[c], x) for c, x in zip(columns, row)) for row in db.execute(f"SELECT {names} FROM {quoted(table)}")]
        finally:
            db.close()

    def run(self, sql):
        db = sqlite3.connect(f"{self.folder}/h.db")
        db.execute(sql)
        db.commit()
        db.close()


class Pg(Destination):
    command, where, extra = [f"{BIN}/ant-load-pg"], [], "text"

    def hex(self, column, kind):
        text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')" if kind == "timestamptz" else f"{column}::text"
        return f"coalesce(encode(convert_to({text}, 'UTF8'), 'hex'), '-')"

    def ask(self, sql):
        return subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-c", sql], check=True, capture_output=True, text=True).stdout.splitlines()

    run = ask


class Duckdb(Destination):
    command, where, opened = [f"{BIN}/ant-load-duckdb"], ["h.duckdb"], ["h.duckdb"]

    def hex(self, column, kind):
        text = f"strftime(make_timestamp(epoch_us({column})), '%Y-%m-%dT%H:%M:%S.%f')" if kind == "timestamptz" else f"CAST({column} AS VARCHAR)"
        return f"coalesce(hex({text}), '-')"

    def ask(self, sql):
        return subprocess.run(["duck", *self.opened, sql], check=True, cwd=self.folder, capture_output=True, text=True).stdout.splitlines()

    run = ask


class Lake(Duckdb):
    where = ["ducklake:sqlite:cat.db?data=data/"]

    def __init__(self, folder):
        super().__init__(folder)
        extensions = os.environ.get("EXTENSIONS", "")
        self.opened = [":memory:", f"LOAD '{extensions}/sqlite_scanner.duckdb_extension'; LOAD '{extensions}/ducklake.duckdb_extension'",
                       "ATTACH 'ducklake:sqlite:cat.db' AS lake", "USE lake"]

    def ask(self, sql):
        os.environ["DUCK_UNSIGNED"] = "1"
        return super().ask(sql)

    run = ask


class Mysql(Destination):
    command, extra = [f"{BIN}/ant-load-mysql"], "text"

    def __init__(self, folder):
        super().__init__(folder)
        socket = os.environ.get("MY_DIR", "") + "/s"
        self.where = [f"mysql://root@localhost/anthill?socket={socket}"]
        self.client = ["mariadb", "--no-defaults", "-BN", "--raw", "--default-character-set=utf8mb4", "-u", "root", "-S", socket, "anthill", "-e"]

    def hex(self, column, kind):
        text = f"date_format({column}, '%Y-%m-%dT%H:%i:%s.%f')" if kind == "timestamptz" else f"CAST({column} AS BINARY)"
        return f"coalesce(hex({text}), '-')"

    def ask(self, sql):
        sql = "SET sql_mode = 'ANSI_QUOTES'; " + sql
        return subprocess.run([*self.client, sql], check=True, capture_output=True, text=True).stdout.replace("\t", "|").splitlines()

    run = ask


class Clickhouse(Destination):
    command, extra = [f"{BIN}/ant-load-clickhouse"], "Nullable(String)"

    def __init__(self, folder):
        super().__init__(folder)
        self.where = [os.environ.get("CHDB_URI", "") + "/" + os.environ.get("DB", "")]

    def hex(self, column, kind):
        text = f"replaceOne(toString({column}), ' ', 'T')" if kind == "timestamptz" else f"toString({column})"
        return f"ifNull(hex({text}), '-')"

    def ask(self, sql):
        url = os.environ["CHDB"] + "/?database=" + os.environ["DB"]
        with urllib.request.urlopen(url, sql.encode()) as answer:
            return answer.read().decode().replace("\t", "|").splitlines()

    run = ask


KINDS = {"sqlite": Sqlite, "pg": Pg, "duckdb": Duckdb, "lake": Lake, "mysql": Mysql, "clickhouse": Clickhouse}


# ---- the model ----------------------------------------------------------------------------


class Version:
    def __init__(self, key, row, start):
        self.key, self.row, self.start, self.end = key, dict(row), start, None


class Model:
    """A table and its history; a row is a dict, and a column that it lacks is null."""

    def __init__(self, key):
        self.key = key
        self.columns, self.has, self.rows, self.versions, self.defaults = [], [], {}, [], {}

    def apply(self, load, started):
        brought = {}
        for c in load.columns:
            if c not in self.columns:
                self.columns.append(c)
        for row in load.rows:
            full = dict(self.defaults, **row)
            brought[(load.organization, *(row[k] for k in self.key))] = full
        if load.mode == "replace":
            self.rows = {k: r for k, r in self.rows.items() if k[0] != load.organization}
        self.rows.update(brought)
        if load.history:
            self.has = list(self.columns)
            self.keep(load, brought, started)

    def keep(self, load, brought, started):
        own = [v for v in self.versions if v.key[0] == load.organization]
        time = max([started] + [t + datetime.timedelta(seconds=1) for v in own for t in (v.start, v.end) if t is not None])
        concerned = (lambda k: k in brought) if load.mode == "merge" else (lambda k: k[0] == load.organization)
        open_keys = set()
        for v in own:
            if v.end is not None:
                continue
            row = self.rows.get(v.key)
            if concerned(v.key) and (row is None or any(row.get(c) != v.row.get(c) for c in self.columns)):
                v.end = time
            else:
                open_keys.add(v.key)
        for key, row in self.rows.items():
            if concerned(key) and key not in open_keys:
                self.versions.append(Version(key, row, time))
        # The moment that shows this load: no later one has a version that begins or ends then.
        load.time = max([t for v in self.versions for t in (v.start, v.end) if t is not None and v.key[0] == load.organization], default=None)
        load.loaded = {k: dict(r) for k, r in self.rows.items() if k[0] == load.organization}


# ---- an episode ---------------------------------------------------------------------------


class Load:
    time, done = None, False  # done: the model has it


class Episode:
    def __init__(self, kind, seed, number, destination):
        self.kind, self.name, self.destination = kind, f"{kind}@{number}", destination
        self.random = random.Random(f"{seed}/{kind}/{number}")
        self.by_organization = self.random.random() < 0.3
        self.table = f"t{number}" + self.random.choice(["", '"', " x", "'"])
        self.key = self.random.choice(KEYS)
        self.columns = [c for i, c in enumerate(COLUMNS) if i < self.random.randint(4, len(COLUMNS)) or c[0] in self.key]
        self.objects, self.gone = [{}, {}], [[], []]
        self.ahead, self.log, self.model, self.loads = 0, [], Model(self.key), []
        self.late = self.random.randint(0, 3) if self.random.random() < 0.3 else 0  # loads before the first with --history

    def pick(self, kind):
        return self.random.choice(POOLS[kind])

    def pick_key(self):
        r = self.random
        return (self.pick("text"), self.pick("bigint")) if self.key[1] == "n" else (r.choice(TEXTS[:4]), r.choice(TAGS))

    def change(self, which):
        """Something happens to the organization's objects."""
        r, objects, gone = self.random, self.objects[which], self.gone[which]
        for _ in range(r.choice([0, 0, 1, 1, 2, 5])):
            what = r.random()
            if what < 0.35 and len(objects) < 14:
                key = gone.pop(r.randrange(len(gone))) if gone and r.random() < 0.5 else self.pick_key()
                objects.setdefault(key, {c: self.pick(k) for c, k in COLUMNS})
            elif what < 0.5 and objects:
                key = r.choice(list(objects))
                gone.append(key)
                del objects[key]
            elif objects:
                column, kind = r.choice([c for c in COLUMNS if c[0] not in self.key])
                r.choice(list(objects.values()))[column] = self.pick(kind)
        if r.random() < 0.05:
            self.columns = [c for c in COLUMNS if c[0] in self.key or r.random() < 0.8]

    def next_load(self):
        r, load = self.random, Load()
        which = r.randrange(2) if self.by_organization else 0
        self.change(which)
        self.ahead += r.choice([0, 0, 1, 59, 3600, 86400, 86400, -3600, -90000])
        load.organization = ORGANIZATIONS[which]
        load.mode = "merge" if r.random() < 0.3 else "replace"
        load.history = self.late <= 0 and r.random() < 0.9
        self.late -= 1
        load.columns = [c for c, _ in self.columns]
        keys = list(self.objects[which])
        if load.mode == "merge":
            keys = r.sample(keys, r.randint(0, len(keys)))
        r.shuffle(keys)
        texts = [self.texts(which, k) for k in keys]
        for again in r.sample(texts, min(len(texts), r.choice([0, 0, 0, 1, 3]))):
            first = dict(again, **{c: self.pick(k) for c, k in self.columns if c not in self.key})
            texts.insert(0, first)
        load.texts = texts
        load.rows = [{c: value(TYPES[c], t[c]) for c in load.columns} for t in texts]
        return load

    def texts(self, which, key):
        return dict({c: self.objects[which][key][c] for c, _ in self.columns}, **dict(zip(self.key, key)))

    def stream(self, load):
        head = ["#ant-rows\t1\tt", f"#mode\t{load.mode}", f"#organization\t{load.organization}", "#key\t" + "\t".join(self.key), "#unique",
                "#type\t" + "\t".join(TYPES[c] for c in load.columns), "#cols\t" + "\t".join(map(cell, load.columns))]
        rows = ["\t".join(cell(t[c]) for c in load.columns) for t in load.texts]
        return "\n".join(head + ["\\" + x if x.startswith("#") else x for x in rows] + [f"#end\t{len(rows)}\t\\N", ""])

    def step(self):
        load = self.next_load()
        stream = self.stream(load)
        options = ["--table", self.table, "--allow-shrink"] + ["--history"] * load.history + ["--by-organization"] * self.by_organization
        if self.random.random() < 0.05:
            status, _, err = self.destination.load(stream[: stream.rindex("#end")], options, self.ahead)
            if status != 5:
                raise Wrong(f"a stream that is cut off: status {status}: {err}")
        status, out, err = self.destination.load(stream, options, self.ahead)
        self.log.append(" ".join(options) + "\n" + stream)
        if status != 0:
            raise Wrong(f"status {status}: {err}")
        load.told = json.loads(out).get("history")
        self.loads.append(load)
        if self.random.random() < 0.03 and "extra" not in self.model.defaults and self.destination.extra:
            self.add_column()

    def add_column(self):
        """Somebody gives the table a column of his own."""
        default = self.random.choice([None, "d"])
        self.look()  # the loads so far know nothing of it
        self.destination.run(f"ALTER TABLE {quoted(self.table)} ADD COLUMN extra {self.destination.extra}" + (f" DEFAULT '{default}'" if default else ""))
        self.model.defaults["extra"] = default
        self.model.columns.append("extra")
        for row in self.model.rows.values():
            row["extra"] = default

    # ---- a look at all of it

    def look(self):
        started = self.destination.started(self.table)
        if len(started) != len(self.loads):
            raise Wrong(f"{len(started)} lines of the ledger for {len(self.loads)} loads")
        for load, at in zip(self.loads, started):
            if not load.done:
                before = len(self.model.versions), sum(v.end is not None for v in self.model.versions)
                self.model.apply(load, at)
                load.done = True
                counts = {"opened": len(self.model.versions) - before[0], "closed": sum(v.end is not None for v in self.model.versions) - before[1]}
                if load.told != (counts if load.history else None):
                    raise Wrong(f"the receipt says {load.told}, the model {counts}")
        if self.loads:
            self.compare()

    def names(self, columns):
        return (["_organization"] if self.by_organization else []) + columns

    def cells(self, key, row, columns):
        return tuple([key[0]] if self.by_organization else []) + tuple(row.get(c) for c in columns)

    def compare(self):
        m = self.model
        got = collections.Counter(self.destination.rows(self.table, self.names(m.columns)))
        want = collections.Counter(self.cells(k, r, m.columns) for k, r in m.rows.items())
        self.differ("the table", got, want)
        if not m.has:
            return
        found = self.destination.rows(self.table + "_history", self.names(m.has) + ["valid_from", "valid_to"])
        want = collections.Counter(self.cells(v.key, v.row, m.has) + tuple(t and t.isoformat() for t in (v.start, v.end)) for v in m.versions)
        self.differ("the history", collections.Counter(found), want)
        self.check_times(found)
        self.check_as_of(found)

    def differ(self, what, got, want):
        if got != want:
            raise Wrong(f"{what} has\n  {list((got - want).elements())}\nand not\n  {list((want - got).elements())}")

    def key_of(self, row):
        m, first = self.model, int(self.by_organization)
        return row[:first] + tuple(row[first + m.has.index(k)] for k in m.key)

    def check_times(self, found):
        times = collections.defaultdict(list)
        for row in found:
            times[self.key_of(row)].append(row[-2:])
        for key, spans in times.items():
            spans.sort()
            for (start, end), after in zip(spans, [s for s, _ in spans[1:]] + [None]):
                if (end is not None and end <= start) or (after is not None and (end is None or after < end)):
                    raise Wrong(f"versions of {key}: {spans}")

    def check_as_of(self, found):
        """What the history of the database says of the moment of each load that replaced the table."""
        m = self.model
        for load in self.loads[-LOOK[self.kind]:]:
            if load.time is None or load.mode != "replace" or "extra" in m.defaults:
                continue
            at, columns = load.time.isoformat(), m.has
            got = [row[:-2] for row in found if row[-2] <= at and (row[-1] is None or row[-1] > at)]
            if self.by_organization:
                got = [row for row in got if row[0] == load.organization]
            want = [self.cells(k, r, columns) for k, r in load.loaded.items()]
            self.differ(f"the history as of {at}", collections.Counter(got), collections.Counter(want))


def walk(argument, seed, folder):
    """Episodes of KIND until so many snapshots were loaded; or the one that is named."""
    kind, _, steps = argument.partition("=")
    kind, _, only = kind.partition("@")
    destination, left, number = KINDS[kind](folder), int(steps or EPISODE), int(only or 0)
    while left > 0:
        episode = Episode(kind, seed, number, destination)
        try:
            for i in range(min(left, EPISODE)):
                episode.step()
                if i % LOOK[kind] == LOOK[kind] - 1:
                    episode.look()
            episode.look()
        except Exception as e:
            why = str(e) if isinstance(e, Wrong) else traceback.format_exc() + str(getattr(e, "stderr", ""))
            return f"ANT_HISTORY_SEED={seed} {episode.name}={EPISODE}, load {len(episode.loads)}: {why}\nthe last stream:\n{episode.log[-1] if episode.log else ''}"
        left, number = left - EPISODE, number + 1
    return None


def main():
    seed = os.environ.get("ANT_HISTORY_SEED") or str(random.SystemRandom().randrange(10**9))
    print(f"ANT_HISTORY_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as top, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folders = [tempfile.mkdtemp(dir=top) for _ in sys.argv[1:]]
        wrong = [w for w in pool.map(walk, sys.argv[1:], [seed] * len(folders), folders) if w]
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
