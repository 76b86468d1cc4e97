"""report-model.py PAGE FOLDER SECTION - hold a section of ant-report's page against the simulator's model.

FOLDER has TABLE.rows, what ant-sim --expect prints without the line of names.  Every figure is
computed here anew, with fractions, from the words of the manual and not from ant-report's code; the
period is the last 90 days before 2026-11-20T15:30Z, cost being complete up to 2026-11-20.
"""
import json
import os
import re
import sys
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from html.parser import HTMLParser
from statistics import median

PAGE, FOLDER, SECTION = sys.argv[1:]
DAY = timedelta(1)
OPEN = date(2026, 11, 20)
FIRST = OPEN - 89 * DAY
DAYS = [FIRST + i * DAY for i in range(90)]
KINDS = {'uncached_input_tokens': (22, 'Input, not cached'),
         'cache_creation.ephemeral_5m_input_tokens': (24, 'Cache write, 5 min'),
         'cache_creation.ephemeral_1h_input_tokens': (25, 'Cache write, 1 h'),
         'cache_read_input_tokens': (23, 'Cache read'), 'output_tokens': (6, 'Output')}
OF_TYPE = {'web_search': 'Web search', 'code_execution': 'Code execution', 'session_usage': 'Agent sessions'}


# ---- the page -----------------------------------------------------------------------------

class Reader(HTMLParser):
    """The tables of a section as rows of (text, exact value, bars); its text; its definition list."""

    def __init__(self):
        super().__init__()
        self.section = self.cell = None
        self.tables, self.text, self.terms = [], '', []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == 'section':
            self.section = attrs['id']
        if self.section != SECTION:
            return
        if tag == 'table':
            self.tables.append([])
        elif tag == 'tr':
            self.tables[-1].append([])
        elif tag in ('th', 'td'):
            self.cell = ['', None, []]
            self.tables[-1][-1].append(self.cell)
        elif tag == 'data' and self.cell:
            self.cell[1] = Fraction(attrs['value'])
        elif tag == 'rect' and self.cell:
            self.cell[2].append((attrs['class'], float(attrs['width'])))
        elif tag in ('dt', 'dd'):
            self.terms.append([tag, '', None])
        if tag == 'data' and self.terms:
            self.terms[-1][2] = Fraction(attrs['value'])

    def handle_endtag(self, tag):
        if tag == 'section':
            self.section = None
        elif tag == 'table':
            self.cell = None

    def handle_data(self, data):
        if self.section != SECTION:
            return
        self.text += data
        if self.cell:
            self.cell[0] += data
        elif self.terms:
            self.terms[-1][1] += data


page = Reader()
with open(PAGE, encoding='utf-8') as f:
    page.feed(f.read())


def texts(table, skip=1):
    return [[cell[0].strip() for cell in row] for row in page.tables[table][skip:]]


# ---- the model ----------------------------------------------------------------------------

def rows(table):
    with open(f'{FOLDER}/{table}.rows', encoding='utf-8', newline='\n') as f:
        for line in f:
            yield [None if c == '\\N' else re.sub(r'\\(.)', lambda m: {'t': '\t', 'n': '\n', 'r': '\r'}.get(m[1], m[1]), c)
                   for c in line.rstrip('\n').split('\t')]


def day(text):
    return date.fromisoformat(text[:10])


def number(text):
    return int(text or 0)


def clean(name):
    return re.sub(r'\s+', ' ', name).strip()


WORKSPACES = {r[0]: clean(r[1]) + (' (archived)' if r[4] else '') for r in rows('workspaces')}
COST = [(day(r[0]), r[1], r[9] or OF_TYPE.get(r[8], r[8]), r[8], r[10], r[11], r[12], Fraction(r[3]) / 100)
        for r in rows('cost_report')]
USAGE = [(day(r[0]), r) for r in rows('usage_report')]
CLAUDE = [(day(r[0]), r) for r in rows('claude_code_usage')]
BILLED = list(rows('analytics_cost')) if os.path.exists(f'{FOLDER}/analytics_cost.rows') else []


def workspace(id, archived=False):
    name = 'Default workspace' if id is None else WORKSPACES.get(id, id)
    return name if archived else name.replace(' (archived)', '')


def cost(start, end):
    return sum(c[7] for c in COST if start <= c[0] < end)


def half_up(v):
    return int(abs(v) + Fraction(1, 2)) * (-1 if v < 0 else 1)


def add_up(parts, unit=Fraction(1, 100), whole=None):
    """Largest remainder: whole units of the parts, which add up to those of their sum."""
    want = half_up(sum(parts) / unit) if whole is None else whole
    exact = [p / unit for p in parts]
    down = [v.__floor__() for v in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: (down[i] - exact[i], i))
    for i in by_rest[:want - sum(down)]:
        down[i] += 1
    return down


def shares(parts):
    return [f'{n // 10}.{n % 10}%' for n in add_up([p / sum(parts) for p in parts], Fraction(1, 1000), 1000)]


def usd(cents):
    return f'{"-" if cents < 0 else ""}${abs(cents) // 100:,}.{abs(cents) % 100:02}'


def percent(part, whole):
    if whole <= 0:
        return '–'
    n = half_up(Fraction(1000 * part, whole))
    return f'{n // 10}.{n % 10}%'


def change(now, before):
    n = half_up(Fraction(now - before) * 1000 / before)
    return f'{"−" if n < 0 else "+" if n > 0 else "±"}{abs(n) // 10:,}.{abs(n) % 10}%' if abs(n) <= 99999 else '> +9,999%'


def shown_day(d):
    return f'{d.day} {d:%b %Y}'


def bin_name(d):
    return shown_day(d) + (' (open)' if d == OPEN else '')


def totals(column):
    sums = defaultdict(Fraction)
    for c in COST:
        if FIRST <= c[0] <= OPEN:
            sums[c[column]] += c[7]
    return sorted(sums.items(), key=lambda kv: (-kv[1], kv[0] or ''))


def same(what, got, want):
    if got != want:
        if isinstance(want, list) and isinstance(got, list):
            for g, w in zip(got, want):
                if g != w:
                    sys.exit(f'{what}:\n  the page says  {g}\n  the model says {w}')
            got, want = len(got), len(want)
        sys.exit(f'{what}:\n  the page says  {got}\n  the model says {want}')


# ---- the sections -------------------------------------------------------------------------

def figures():
    tokens = lambda start, end: [sum(number(r[c]) for d, r in USAGE if start <= d < end) for c in (22, 24, 25, 23, 6)]
    users = lambda start, end: len({r[2] for d, r in CLAUDE if start <= d < end})
    ago = lambda n: OPEN - n * DAY
    month, last_month = date(2026, 11, 1), date(2026, 10, 1)
    spent, last = cost(month, OPEN), cost(last_month, month)
    left = [OPEN + i * DAY for i in range(11)]
    forecast = spent + sum(Fraction(sum(cost(ago(n), ago(n - 1)) for n in range(1, 29) if ago(n).weekday() == d.weekday()), 4) for d in left)
    # The open day of usage and Claude Code is no part of the thirty.
    t, before = tokens(ago(30), OPEN), tokens(ago(60), ago(30))
    exact = {name: value for (_, name, _), (_, _, value) in zip(page.terms, page.terms[1:]) if value is not None}
    same('key figures', exact, {'Month to date': spent, 'Forecast for the month': forecast, 'Last 30 days': cost(ago(30), OPEN),
                                'Tokens, last 30 days': sum(t)})
    shown = [text.strip() for _, text, _ in page.terms]
    short = sum(t) / 1e9
    same('key figures as shown', shown, [
        'Month to date', usd(half_up(spent * 100)), 'November 2026, up to 19 Nov',
        'Forecast for the month', usd(half_up(forecast * 100)), change(forecast, last) + ' against last month',
        'Last 30 days', usd(half_up(cost(ago(30), OPEN) * 100)), change(cost(ago(30), OPEN), cost(ago(60), ago(30))) + ' against the 30 days before',
        'Tokens, last 30 days', f'{short:.0f}B' if short >= 99.95 else f'{short:.1f}B', change(sum(t), sum(before)) + ' against the 30 days before',
        'Cache hit rate, last 30 days', percent(t[3], sum(t[:4])), f'of input tokens; {percent(before[3], sum(before[:4]))} before',
        'Claude Code users, last 30 days', str(users(ago(30), OPEN)), change(users(ago(30), OPEN), users(ago(60), ago(30))) + ' against the 30 days before'])


def daily(column, name):
    items = totals(column)
    names = [k for k, _ in items[:8]]
    series = [{k} for k in names] + ([{k for k, _ in items[8:]}] if len(items) > 8 else [])
    heads = [clean(name(k)) for k in names] + ['Other'] * (len(items) > 8)
    table = texts(0, 0)
    same('head', table[0], ['Day', 'Total'] + heads)
    want = []
    for d in reversed(DAYS):
        of_day = [c for c in COST if c[0] == d]
        parts = [sum((c[7] for c in of_day if c[column] in s), Fraction()) for s in series]
        want.append([bin_name(d), usd(half_up(sum(parts) * 100))] + [usd(n) for n in add_up(parts)])
    same('days', table[1:-1], want)
    sums = [sum(v for k, v in items if k in s) for s in series]
    same('sums', [cell[1] for cell in page.tables[0][-1]], [None, sum(sums)] + sums)
    same('rounded sums', table[-1], ['All', usd(half_up(sum(sums) * 100))] + [usd(n) for n in add_up(sums)])


def models():
    daily(2, lambda k: k)


def workspaces():
    daily(1, workspace)


def month():
    want = []
    for i in range(1, 32):
        row = [str(i)]
        for m, days in ((11, 30), (10, 31)):
            known = i <= days and date(2026, m, i) < OPEN
            row.append(usd(half_up(100 * cost(date(2026, m, 1), date(2026, m, i) + DAY))) if known else '')
        want.append(row)
    same('days of the month', texts(0), want)


def tokens():
    want = [[bin_name(d)] + [f'{sum(number(r[c]) for k, r in USAGE if k == d):,}' for c in (6, 22, 24, 25, 23)] for d in reversed(DAYS)]
    same('days', texts(0), want)


def cache():
    def rate(of):
        read = sum(number(r[23]) for r in of)
        return percent(read, sum(number(r[c]) for r in of for c in (22, 23, 24, 25))), read
    same('days', texts(0), [[bin_name(d), rate([r for k, r in USAGE if k == d])[0]] for d in reversed(DAYS)])
    want = []
    for m, _ in totals(2):
        of = [r for d, r in USAGE if d >= FIRST and r[3] == m]
        whole = sum(number(r[c]) for r in of for c in (22, 23, 24, 25))
        if whole:
            want.append([m, rate(of)[0], f'{rate(of)[1]:,}', f'{whole:,}'])
    same('models', texts(1), want)


def matrix():
    items, order = totals(1), [k for k, _ in totals(2)]
    cents, parts = add_up([v for _, v in items]), shares([v for _, v in items])
    body = page.tables[0][1:-1]
    same('rows', [[row[0][0], row[2][1], row[2][0], row[3][0]] for row in body],
         [[workspace(k, True), v, usd(n), s] for (k, v), n, s in zip(items, cents, parts)])
    for row, (k, _) in zip(body, items):
        bars = defaultdict(float)
        for c in COST:
            if c[1] == k and c[0] >= FIRST:
                bars[f'm{min(order.index(c[2]), 8)}'] += float(100 * c[7] / items[0][1])
        got = dict(row[1][2])
        for m in bars:
            if abs(got.get(m, 0) - bars[m]) > 0.011:
                sys.exit(f'{row[0][0]}, {m}: a bar of {got.get(m)} where the model has {bars[m]}')


def kinds():
    sums = defaultdict(Fraction)
    for c in COST:
        if c[0] >= FIRST:
            sums[KINDS[c[4]][1] if c[4] in KINDS else OF_TYPE[c[3]]] += c[7]
    items = sorted(sums.items(), key=lambda kv: -kv[1])
    got = [[row[0][0], row[2][1], row[2][0], row[3][0]] for row in page.tables[0][1:-1]]
    same('rows', got, [[k, v, usd(n), s] for (k, v), n, s in
                       zip(items, add_up([v for _, v in items]), shares([v for _, v in items]))])


def users():
    names = {r[1].lower(): clean(r[2]) for r in rows('users') if r[2]}
    sums, kind = {}, {}
    for d, r in CLAUDE:
        if d < FIRST:
            continue
        s = sums.setdefault(r[2], [Fraction()] + [0] * 7)
        kind[r[2]] = r[1]
        s[0] += Fraction(r[23] or 0) / 100
        for i, c in enumerate((6, 7, 8, 9, 10)):
            s[1 + i] += number(r[c])
        s[6] += sum(number(r[c]) for c in (11, 13, 15, 17))
        s[7] += sum(number(r[c]) for c in (12, 14, 16, 18))
    want = []
    for who, s in sorted(sums.items(), key=lambda kv: (-kv[1][0], -kv[1][1], kv[0]))[:20]:
        name = f'{clean(who)} (API key)' if kind[who] == 'api_actor' else names.get(who.lower(), clean(who))
        want.append([name, s[0], f'{s[1]:,}', f'+{s[2]:,} −{s[3]:,}', f'{s[4]:,}', f'{s[5]:,}', percent(s[6], s[6] + s[7])])
    same('users', [[clean(row[0][0]), row[1][1]] + [c[0] for c in row[2:]] for row in page.tables[0][1:]], want)


def tools():
    want = []
    for i, tool in enumerate(('Edit', 'MultiEdit', 'Write', 'NotebookEdit')):
        yes, no = (sum(number(r[11 + 2 * i + k]) for d, r in CLAUDE if d >= FIRST) for k in (0, 1))
        want.append([tool, '', percent(yes, yes + no), f'{yes:,}', f'{no:,}'])
    same('tools', texts(0), want)


def per_day(*columns):
    return [[bin_name(d)] + [f'{sum(number(r[c]) for k, r in CLAUDE if k == d):,}' for c in columns] for d in reversed(DAYS)]


def code():
    same('lines', texts(0), per_day(7, 8))
    same('commits and pull requests', texts(1), per_day(9, 10))


def activity():
    same('active users', texts(0), [[bin_name(d), f'{len({r[2] for k, r in CLAUDE if k == d}):,}'] for d in reversed(DAYS)])
    same('sessions', texts(1), per_day(6))


def billed(what):
    """What analytics_cost has of the period: WHAT of a row, and dollars."""
    for r in BILLED:
        if FIRST <= day(r[0]) <= OPEN:
            yield what(r), Fraction(r[29]) / 100


def people():
    if not BILLED:
        if 'ant-sync analytics_cost' not in page.text:
            sys.exit('it is not said how cost by person is loaded')
        return
    names = {r[0]: clean(r[2] or r[1]) for r in rows('users')} | {r[0]: clean(r[1]) for r in rows('api_keys')}
    of, own = defaultdict(Fraction), {}
    for (who, name), v in billed(lambda r: (r[3] or r[8], r[5] or r[4])):
        of[who] += v
        if name:
            own[who] = clean(name)
    items = sorted(of.items(), key=lambda kv: -kv[1])
    cents = add_up([v for _, v in items[:20]] + [sum(v for _, v in items[20:])])
    want = [[own.get(who) or names.get(who) or clean(who or 'Nobody known'), usd(n)] for (who, _), n in zip(items[:20], cents)]
    if len(items) > 20:
        want.append(['Others', usd(cents[-1])])
    same('people', [[clean(t) for t in row] for row in texts(0)[:-1]], want)
    same('their sum', page.tables[0][-1][1][1], sum(of.values()))


def keys():
    known = {r[0]: r for r in rows('api_keys')}
    used, of = defaultdict(lambda: defaultdict(int)), defaultdict(lambda: [Fraction(), 0, None])
    for d, r in USAGE:
        if d < FIRST:
            continue
        tier = r[4] if r[4] in ('batch', 'priority') else 'standard' if r[4] else None
        for kind, (c, _) in KINDS.items():
            used[d, r[2], r[3], tier, r[18], kind][r[1]] += number(r[c])
            of[r[1]][1] += number(r[c])
        used[d, r[2], 'web_search'][r[1]] += number(r[26])
        if any(number(r[c]) for c, _ in KINDS.values()) and (of[r[1]][2] is None or d > of[r[1]][2]):
            of[r[1]][2] = d
    rest = Fraction()
    for key, v in billed(lambda r: (r[10] is None and r[19] != 'claude_console', r[10])):
        if key[0]:
            rest += v
        else:
            of[key[1]][0] += v
    for d, w, m, kind, token, tier, context, v in COST:
        if d < FIRST or BILLED:
            continue
        shared = used.get((d, w, m, tier, context, token) if token else (d, w, kind), {})
        whole = sum(shared.values())
        if not whole:
            rest += v
        for key, n in shared.items():
            if whole:
                of[key][0] += v * Fraction(n, whole)
    items = sorted(((k, s) for k, s in of.items() if s[0] or s[1]), key=lambda kv: (-kv[1][0], -kv[1][1]))
    if len(items) > 20:
        sys.exit('the model has more keys than are listed')
    cents = add_up([s[0] for _, s in items] + [rest])
    want = []
    for (key, s), n in zip(items, cents):
        r = known.get(key)
        name = 'Console' if key is None else clean(r[1]) + (f' ({r[2]})' if r[2] != 'active' else '')
        want.append([name, workspace(r[4]) if r else '', usd(n), f'{s[1]:,}', shown_day(s[2]), shown_day(day(r[3])) if r else '–'])
    want.append(['Not by key', '', usd(cents[-1]), '', '', ''])
    same('keys', [[clean(t) for t in row] for row in texts(0)[:-1]], want)
    for row, v in zip(page.tables[0][1:-1], [s[0] for _, s in items] + [rest]):
        if abs(row[2][1] - v) > Fraction(1, 10**9):
            sys.exit(f'{row[0][0]}: {float(row[2][1])} where the model has {float(v)}')
    same('their sum', sum(row[2][1] for row in page.tables[0][1:-1]), sum(v for _, v in billed(len)) if BILLED else cost(FIRST, OPEN + DAY))
    active = [r for r in known.values() if r[2] == 'active']
    idle = [r for r in active if not of[r[0]][1]]
    old = [r for r in active if (OPEN - day(r[3])).days > 365]
    for title, these in (('Active keys without use in this period', idle), ('Active keys older than a year', old)):
        if f'{title}: {len(these)}' not in page.text:
            sys.exit(f'{title}: the model has {len(these)}')
        for r in these:
            if f'{clean(r[1])} (since {shown_day(day(r[3]))})' not in clean(page.text):
                sys.exit(f'{title}: {r[1]} is missing')


def tagged():
    """By key of the workspaces' tags: what each value cost, the largest first, and last, with None, what has no such tag."""
    bill = list(billed(lambda r: r[26])) if BILLED else [(c[1], c[7]) for c in COST if FIRST <= c[0] <= OPEN]
    of, keys = defaultdict(Fraction), defaultdict(lambda: defaultdict(Fraction))
    for w, v in bill:
        of[w] += v
    for w in rows('workspaces'):
        for key, value in json.loads(w[9] or '{}').items():
            keys[key][value] += of[w[0]]
    whole = sum(of.values())
    return {key: sorted(values.items(), key=lambda kv: (-kv[1], kv[0])) + [(None, whole - sum(values.values()))]
            for key, values in sorted(keys.items(), key=lambda k: k[0].encode())}


def tags():
    model = tagged()
    if len(model) < 3 or not all(len(v) > 1 for v in model.values()):
        sys.exit('the model has too few tags to say anything')
    same('how many keys', len(page.tables), len(model))
    for i, (key, values) in enumerate(model.items()):
        parts = [v for _, v in values]
        want = [[clean(k) if k is not None else 'Without this tag', v, usd(c), s] for (k, v), c, s in zip(values, add_up(parts), shares(parts))]
        same(f'tag {key}', [[clean(row[0][0]), row[2][1], row[2][0], row[3][0]] for row in page.tables[i][1:-1]], want)
        same(f'sum of {key}', page.tables[i][-1][2][1], sum(parts))


def products():
    if 'ant-sync analytics_cost' not in page.text:
        sys.exit('it is not said how cost by product is loaded')


def changes():
    """Nothing was created or archived in the period: tests/report-sections.bats has what was."""
    created = [day(r[i]) for t, columns in (('users', [4]), ('api_keys', [3]), ('workspaces', [3, 4])) for r in rows(t) for i in columns if r[i]]
    same('what was created', [d for d in created if FIRST <= d <= OPEN], [])
    if 'Nothing in this period.' not in page.text:
        sys.exit('it says that something changed')


def elsewhere():
    want = [f'{title}: {t} takes a key of a Claude Enterprise organization.' for title, t in (
        ('Seats and active users', 'analytics_summaries'), ('Activity by product', 'analytics_users'), ('Spend against limits', 'spend_limits_effective'))]
    same('what another key opens', clean(page.text), 'What other keys open' + ''.join(want))


def odd():
    series = {(0, ''): defaultdict(Fraction)}
    for d, w, m, _, _, _, _, v in COST:
        for key in ((0, ''), (1, m), (2, workspace(w))):
            series.setdefault(key, defaultdict(Fraction))[d] += v
    start, found = min(c[0] for c in COST), []
    for (what, name), daily in series.items():
        for d in DAYS:
            before = [daily[d - n * DAY] for n in range(1, 29) if ((d - n * DAY).weekday() > 4) == (d.weekday() > 4)]
            usual = median(before)
            spread, far = median(abs(v - usual) for v in before), abs(daily[d] - usual)
            if (d < OPEN and (d - start).days >= 14 and usual > 0 and far > spread * Fraction('5.19') and far > usual / 5 and far > 10):
                found.append((far, d, what, name, daily[d], usual))
    found = sorted(found, key=lambda f: (-f[0], -f[1].toordinal(), f[2]))[:20]
    found.sort(key=lambda f: (-f[1].toordinal(), -f[0], f[2]))
    want = [[shown_day(d), ('All cost', 'Model ', 'Workspace ')[what] + name, usd(half_up(v * 100)), usd(half_up(usual * 100)),
             change(v, usual)] for _, d, what, name, v, usual in found]
    if len(want) < 5:
        sys.exit('the model has too few days that stand out to say anything')
    same('days', [[clean(t) for t in row] for row in texts(0)], want)


def fresh():
    want = {'cost_report': ('2026-11-20 00:00', '15 h'), 'usage_report': ('2026-11-21 00:00', '0 min'), 'claude_code_usage': ('2026-11-21 00:00', '0 min')}
    got = texts(0)
    same('tables', [row[0] for row in got], sorted(row[0] for row in got))
    same('how many', len(got), sum(1 for f in os.listdir(FOLDER) if f.endswith('.rows')))
    for row in got:
        same(row[0], row[1:3] + row[4:], [*want.get(row[0], ('–', row[2])), '1', f'{sum(1 for _ in rows(row[0])):,}'])


if __name__ == '__main__':
    globals()[SECTION]()
