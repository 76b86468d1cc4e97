"""history-files csv|parquet LOADER SNAPSHOTS SEED - random snapshots through ant-load-csv or ant-load-parquet --history, with a model

Objects join, leave, change, return; texts are hostile, values null; some loads are merges, some come twice, some go into a
file that is gone.  After each load the history must hold exactly the model's versions, all that begin or end by the load at
one time, later than any before; at the end the rows as of each load are put together from the history alone.
"""
import csv
import decimal
import os
import random
import subprocess
import sys

NULL = '\\N'  # of the file, so that it is not the empty text
COLUMNS = ('team', 'id', 'name', 'role', 'seats', 'spend')
TYPES = ('text', 'text', 'text', 'text', 'bigint', 'numeric')
TEXTS = ('Ann', '', 'a,b', 'say "x"', 'two\nlines', '\\N', 'NULL', ' x ', '=1+1', "'=1", 'é🚀', '\ufeffx', '\t', '\r\n', '#', '\\.')


def make(rng, key):
    return key + (rng.choice(TEXTS + (None,)), rng.choice(('admin', 'user', 'billing')), rng.choice((None, 0, 7, -1)),
                  rng.choice((None, '0.10', '1e2', '12345678901234567890.123')))


def stream(mode, rows):
    def cell(v):
        if v is None:
            return NULL
        v = str(v).replace('\\', '\\\\').replace('\t', '\\t').replace('\n', '\\n').replace('\r', '\\r')
        return v

    def line(row):
        text = '\t'.join(map(cell, row))
        return '\\' + text if text.startswith('#') else text
    return '\n'.join(['#ant-rows\t1\tusers', '#mode\t' + mode, '#key\tteam\tid', '#unique', '#type\t' + '\t'.join(TYPES),
                      '#cols\t' + '\t'.join(COLUMNS)] + [line(r) for r in rows] + ['#end\t%d\t%s\n' % (len(rows), NULL)])


def read_csv(name):
    with open(name, newline='', encoding='utf-8') as f:
        rows = list(csv.reader(f))
    assert rows[0] == list(COLUMNS) + ['valid_from', 'valid_to'], rows[0]
    return rows[1:]


def read_parquet(name):
    """By the program duck, whose separators are in some texts: all of it as hex."""
    times = (f"strftime(make_timestamp(epoch_us({c})), '%Y-%m-%dT%H:%M:%SZ')" for c in ('valid_from', 'valid_to'))
    cells = ', '.join(f"coalesce(hex(CAST({c} AS VARCHAR)), '-')" for c in (*COLUMNS, *times))
    out = subprocess.run(['duck', ':memory:', f"SELECT {cells} FROM '{name}'"], stdout=subprocess.PIPE, check=True).stdout.decode()
    return [[NULL if c == '-' else bytes.fromhex(c).decode() for c in line.split('|')] for line in out.splitlines()]


def shown_csv(row):
    """A row as the file has it; a text like null stands between quotes there, which csv takes away."""
    return tuple(NULL if v is None else str(v) for v in row)


def shown_parquet(row):
    """Decimals have twelve places there."""
    row = shown_csv(row)
    return row if row[-1] == NULL else row[:-1] + (f'{decimal.Decimal(row[-1]):.12f}',)


def main():
    kind, loader, snapshots, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    read, shown, options = (read_csv, shown_csv, ['--null', NULL]) if kind == 'csv' else (read_parquet, shown_parquet, [])
    file, history = f'users.{kind}', f'users_history.{kind}'
    decimal.getcontext().prec = 60
    print('seed', seed)
    rng = random.Random(seed)
    objects, versions, newest, seen = {}, [], '', []
    keys = [(t, i) for t in ('red', None, '') for i in map(str, range(8))]
    for snapshot in range(snapshots):
        mode = rng.choice(('replace', 'replace', 'replace', 'merge'))
        before = dict(objects)
        for key in rng.sample(keys, rng.randrange(5)):
            if key in objects and rng.random() < 0.4:
                del objects[key]
            else:
                objects[key] = make(rng, key)
        rows = list(objects.values())
        if mode == 'merge':  # what it does not bring stays
            rows = [r for r in rows if rng.random() < 0.5]
            objects = {**before, **{r[:2]: r for r in rows}}
        rng.shuffle(rows)
        if rng.random() < 0.1 and mode == 'replace':
            os.unlink(file)  # the history stays, and counts
        for _ in range(rng.choice((1, 1, 2))):
            subprocess.run([loader, '-q', *options, '--allow-shrink', '--history', '-o', file],
                           input=stream(mode, rows).encode(), stdout=subprocess.DEVNULL, check=True)
        ended = {k for k in before if before[k] != objects.get(k)}
        begun = {k for k in objects if objects[k] != before.get(k)}
        got = read(history)
        times = {r[-1] for r in got if r[-1] > newest and r[-1] != NULL} | {r[-2] for r in got if r[-2] > newest}
        assert len(times) == bool(ended or begun), (snapshot, times)
        now = times.pop() if times else None
        versions = [(r, f, now if t == NULL and r[:2] in ended and before[r[:2]] == r else t) for r, f, t in versions]
        versions += [(objects[k], now, NULL) for k in begun]
        assert sorted(map(tuple, got)) == sorted(shown(r) + (f, t) for r, f, t in versions), snapshot
        newest = now or newest
        if now:
            seen.append((now, sorted(map(shown, objects.values()))))
    got = read(history)
    for at, rows in seen:
        assert sorted(tuple(r[:-2]) for r in got if r[-2] <= at and (r[-1] == NULL or at < r[-1])) == rows, at
    print(len(got), 'versions of', len(keys), 'objects in', snapshots, 'snapshots: as the model has them')


main()
