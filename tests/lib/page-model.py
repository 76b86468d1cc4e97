"""page-model.py PAGE FOLDER [NAME...] - hold sections of ant-report's page, and sheets, against the simulator's model.

FOLDER has TABLE.rows and TABLE.tsv of ant-sim --expect, the second with the line of names, and SHEET.csv of ant-report
--csv SHEET.  A NAME is that of a sheet or, as "section ID", of a section about products, seats, activity, limits or
tags; without, all of these sections are looked at.  The period and the arithmetic are those of report-model.py.
"""
import csv
import importlib.util
import json
import os
import re
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction
from statistics import median

PAGE, FOLDER, *NAMES = sys.argv[1:]
spec = importlib.util.spec_from_file_location('model', os.path.join(os.path.dirname(__file__), 'report-model.py'))
sys.argv = ['report-model.py', PAGE, FOLDER, '']
m = importlib.util.module_from_spec(spec)
spec.loader.exec_module(m)
with open(PAGE, encoding='utf-8') as f:
    TEXT = f.read()


def table(name):
    """The rows of a table as dictionaries."""
    with open(f'{FOLDER}/{name}.tsv', encoding='utf-8', newline='\n') as f:
        names = f.readline().rstrip('\n').split('\t')
    return [dict(zip(names, row)) for row in m.rows(name)]


def section(name):
    m.SECTION = name
    m.page = m.Reader()
    m.page.feed(TEXT)
    if not m.page.text:
        sys.exit(f'{name}: there is no such section')


def in_period(d):
    return m.FIRST <= d <= m.OPEN


# ---- what analytics_cost bills --------------------------------------------------------------

PRODUCTS = {'chat': 'Chat', 'claude_code': 'Claude Code', 'cowork': 'Cowork', 'claude_console': 'Console',
            'claude_design': 'Claude Design', 'claude_in_chrome': 'Claude in Chrome', 'claude_tag': 'Claude Tag',
            'managed_agents_api': 'Managed Agents API', 'message_batches_api': 'Message Batches API',
            'messages_api': 'Messages API', 'office_agent': 'Claude in Office', 'other': 'Other products',
            None: 'No known product'}
BILLED = [(m.day(r['starting_at']), r, Fraction(r['amount']) / 100) for r in table('analytics_cost')
          if in_period(m.day(r['starting_at']))]
BILL = sum(v for _, _, v in BILLED)
WORKSPACES = {r['id']: r for r in table('workspaces')}


def by(key, rows=BILLED):
    sums = defaultdict(Fraction)
    for d, r, v in rows:
        sums[key(d, r)] += v
    return sums


def largest(sums):
    return sorted(sums.items(), key=lambda kv: (-kv[1], kv[0] or ''))


def products():
    section('products')
    items = largest(by(lambda d, r: r['product']))
    names = [PRODUCTS[k] for k, _ in items]
    series = [{k} for k, _ in items[:5]] + [{k for k, _ in items[5:]}]
    daily = by(lambda d, r: (d, r['product']))
    m.same('head', m.texts(0, 0)[0], ['Day', 'Total'] + names[:5] + ['Other'])
    want = []
    for d in reversed(m.DAYS):
        parts = [sum((daily[d, k] for k in s), Fraction()) for s in series]
        want.append([m.bin_name(d), m.usd(m.half_up(sum(parts) * 100))] + [m.usd(n) for n in m.add_up(parts)])
    m.same('days', m.texts(0)[:-1], want)
    m.same('sums of days', [c[1] for c in m.page.tables[0][-1]], [None, BILL] + [sum(dict(items)[k] for k in s) for s in series])
    cents, shares = m.add_up([v for _, v in items]), m.shares([v for _, v in items])
    m.same('products', [[row[0][0], row[2][1], row[2][0], row[3][0]] for row in m.page.tables[1][1:-1]],
           [[n, v, m.usd(c), s] for n, (_, v), c, s in zip(names, items, cents, shares)])
    m.same('their sum', m.page.tables[1][-1][2][1], BILL)


# ---- seats ----------------------------------------------------------------------------------

SEATS = [(m.day(r['starting_at']), r) for r in table('analytics_summaries') if in_period(m.day(r['starting_at']))]
SPANS = ('daily', 'weekly', 'monthly')
SEAT_PRODUCTS = {'chat': 'Chat', 'claude_code': 'Claude Code', 'cowork': 'Cowork', 'chat_cowork_unified': 'Chat and Cowork, unified',
                 'office_agent': 'Claude in Office', 'claude_design': 'Claude Design', 'science': 'Claude Science', 'claude_tag': 'Claude Tag'}


def count(text):
    return '–' if text is None else f'{int(text):,}'


def seats():
    section('seats')
    of, last = dict(SEATS), SEATS[-1]
    columns = ['assigned_seat_count', 'pending_invite_count'] + [f'{s}_active_user_count' for s in SPANS]
    m.same('days', m.texts(0), [[m.bin_name(d)] + [count(of[d][c]) if d in of else '–' for c in columns] for d in reversed(m.DAYS)])
    want = []
    for prefix, name in {'': 'Any product', **{k + '_': v for k, v in SEAT_PRODUCTS.items()}}.items():
        counts = [last[1][f'{prefix}{s}_active_user_count'] for s in SPANS]
        if counts != [None] * 3:
            want.append([name] + [count(c) for c in counts] + [m.percent(int(counts[2]), int(last[1]['assigned_seat_count'])), ''])
    m.same('products', m.texts(1), want)
    text = m.clean(m.page.text)
    said = (f'On {m.shown_day(last[0])}: {count(last[1]["assigned_seat_count"])} seats assigned, '
            f'{count(last[1]["pending_invite_count"])} invites pending; {want[0][4]} of the seats')
    if said not in text:
        sys.exit(f'it does not say: {said}')


# ---- activity -------------------------------------------------------------------------------

ACTIVE = {'chat': ('Chat', 'chat_distinct_conversation_count', 'chat_message_count'),
          'claude_code': ('Claude Code', 'claude_code_distinct_session_count', None),
          'cowork': ('Cowork', 'cowork_distinct_session_count', 'cowork_message_count'),
          'unified_chat': ('Unified: chat', 'unified_chat_distinct_conversation_count', 'unified_chat_message_count'),
          'unified_sessions': ('Unified: sessions', 'unified_sessions_distinct_session_count', 'unified_sessions_message_count'),
          **{a: (n, f'office_{a}_distinct_session_count', f'office_{a}_message_count')
             for a, n in (('excel', 'Excel'), ('word', 'Word'), ('powerpoint', 'PowerPoint'), ('outlook', 'Outlook'))},
          'design': ('Claude Design', 'design_distinct_session_count', 'design_message_count'),
          'science': ('Claude Science', 'science_distinct_session_count', 'science_message_count'),
          'claude_tag': ('Claude Tag', None, 'claude_tag_active_message_count')}
CODE = [f'claude_code_{c}_count' for c in ('lines_of_code_added', 'lines_of_code_removed', 'commit', 'pull_request')]
USERS = [(date.fromisoformat(r['date']), r) for r in table('analytics_users') if in_period(date.fromisoformat(r['date']))]


def active(r, product):
    columns = [c for c in ACTIVE[product][1:] if c] + (CODE if product == 'claude_code' else [])
    return any(m.number(r[c]) > 0 for c in columns)


def use(rows, product):
    """People, active days, sessions, messages; None where the product has none."""
    of = [r for r in rows if active(r, product)]
    return [len({r['user_id'] for r in of}), len(of)] + [None if c is None else sum(m.number(r[c]) for r in rows) for c in ACTIVE[product][1:]]


def by_product():
    of = {p: use([r for _, r in USERS], p) for p in ACTIVE}
    order = list(ACTIVE)
    return sorted(((p, v) for p, v in of.items() if v[1]), key=lambda kv: (-kv[1][1], order.index(kv[0])))


def engagement():
    section('engagement')
    items = by_product()
    series = [[p] for p, _ in items[:5]] + ([[p for p, _ in items[5:]]] if len(items) > 5 else [])
    per_day = defaultdict(list)
    for d, r in USERS:
        per_day[d].append(r)
    m.same('head', m.texts(0, 0)[0], ['Day'] + [ACTIVE[p][0] for p, _ in items[:5]] + ['Others'])
    m.same('days', m.texts(0), [[m.bin_name(d)] + [f'{sum(active(r, p) for r in per_day[d] for p in s):,}' for s in series] for d in reversed(m.DAYS)])
    m.same('products', m.texts(1), [[ACTIVE[p][0]] + [count(n) for n in v] for p, v in items])
    text, code = m.clean(m.page.text), [sum(m.number(r[c]) for _, r in USERS) for c in CODE]
    anybody = len({r['user_id'] for _, r in USERS if any(active(r, p) for p in ACTIVE)})
    for said in (f'{anybody:,} people were active in this period',
                 f'Claude Code: {code[0]:,} lines added, {code[1]:,} removed, {code[2]:,} commits, {code[3]:,} pull requests'):
        if said not in text:
            sys.exit(f'it does not say: {said}')


# ---- limits ---------------------------------------------------------------------------------

def judged():
    """Each limit: id, name, period, state, spent and limit in dollars."""
    for r in table('spend_limits_effective'):
        spent = Fraction(r['period_to_date_spend']) / 100
        limit = None if r['amount'] is None else Fraction(r['amount']) / 100
        state = 'none' if limit is None else 'reached' if spent >= limit and (limit > 0 or spent > 0) else 'near' if limit > 0 and spent >= limit * Fraction(4, 5) else 'below'
        yield r['actor_id'], r['actor_name'] or r['actor_email'] or r['actor_id'], r['period'], state, spent, limit


def limits():
    section('limits')
    these = [v for v in judged() if v[3] in ('reached', 'near')]
    if {v[3] for v in these} != {'reached', 'near'} or len(these) > 20:
        sys.exit('the model has too few limits that are reached or near, or too many')
    share = lambda v: m.half_up(v[4] * 1000 / v[5])
    these.sort(key=lambda v: (-share(v), -v[4], v[0], v[2]))
    m.same('limits', [[m.clean(row[0][0]), row[4][0], row[2][1], row[3][1], row[1][0]] for row in m.page.tables[0][1:]],
           [[m.clean(v[1]) + (' (reached)' if v[3] == 'reached' else ''), v[2], v[4], v[5], f'{share(v) // 10}.{share(v) % 10}%'] for v in these])
    states = [v[3] for v in judged()]
    said = f'{states.count("reached")} reached, {states.count("near")} near (80% spent), {states.count("below")} below, {states.count("none")} without a limit'
    if said not in m.clean(m.page.text):
        sys.exit(f'it does not say: {said}')


# ---- sheets ---------------------------------------------------------------------------------

def guarded(text):
    """A cell as it is guarded where a spreadsheet would run it."""
    risky = re.match(r"'*[=+\-@\t\r\n＝＋－＠]", text or '') and not re.fullmatch(r'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?', text)
    return "'" + text if risky else text


def sheet(name, columns, want, ordered=False, amounts=('amount',)):
    """Compare a sheet with rows of texts, numbers (amounts) and None, in any order unless that is told."""
    with open(f'{FOLDER}/{name}.csv', encoding='utf-8', newline='') as f:
        got = list(csv.reader(f))
    m.same(f'{name}: columns', got[0], columns)
    exact = [i for i, c in enumerate(columns) if c in amounts]
    for row in got[1:]:
        for i in exact:
            if row[i] and not re.fullmatch(r'-?(0|[1-9]\d*)(\.\d*[1-9])?', row[i]):
                sys.exit(f'{name}: {row[i]} is no exact amount')
            row[i] = Fraction(row[i]) if row[i] else ''
    text = lambda v: '' if v is None else v if isinstance(v, Fraction) else v.isoformat() if isinstance(v, date) else str(v) if isinstance(v, int) else guarded(v)
    want = [[text(v) for v in row] for row in want]
    got = got[1:]
    if not want:
        sys.exit(f'{name}: the model has nothing')
    if not ordered:
        key = lambda row: [str(v) for v in row]
        got, want = sorted(got, key=key), sorted(want, key=key)
    m.same(name, got, want)


USD = 'USD'


def of_days(column, rows=None):
    sums = defaultdict(Fraction)
    for c in m.COST:
        if in_period(c[0]):
            sums[c[0], c[column]] += c[7]
    return {k: v for k, v in sums.items() if v}


def workspace(id):
    return 'Default workspace' if id is None else WORKSPACES[id]['name'] if id in WORKSPACES else id


def sheet_figures():
    with open(f'{FOLDER}/figures.csv', encoding='utf-8', newline='') as f:
        got = {r[0]: r[1:] for r in list(csv.reader(f))[1:]}
    tokens = lambda a, b: sum(m.number(r[c]) for d, r in m.USAGE if a <= d < b for c in (22, 23, 24, 25, 6))
    ago = lambda n: m.OPEN - n * m.DAY
    last = SEATS[-1][1]
    states = [v[3] for v in judged()]
    for name, want in {'month_to_date': m.cost(date(2026, 11, 1), m.OPEN), 'last_month': m.cost(date(2026, 10, 1), date(2026, 11, 1)),
                       'last_30_days': m.cost(ago(30), m.OPEN), '30_days_before': m.cost(ago(60), ago(30)),
                       'period': m.cost(m.FIRST, m.OPEN + m.DAY), 'tokens_last_30_days': tokens(ago(30), m.OPEN),
                       'tokens_30_days_before': tokens(ago(60), ago(30)), 'seats': int(last['assigned_seat_count']),
                       'active_users_last_30_days': int(last['monthly_active_user_count']),
                       'limits_reached': states.count('reached'), 'limits_near': states.count('near')}.items():
        m.same(f'figures: {name}', (Fraction(got[name][0]), got[name][1]), (want, USD if isinstance(want, Fraction) else ''))


def sheet_models():
    sheet('models', ['day', 'model', 'amount', 'currency'], [[d, k, v, USD] for (d, k), v in of_days(2).items()])


def sheet_workspaces():
    sheet('workspaces', ['day', 'workspace_id', 'workspace', 'amount', 'currency'], [[d, k, workspace(k), v, USD] for (d, k), v in of_days(1).items()])


def sheet_products():
    sheet('products', ['day', 'product_id', 'product', 'amount', 'currency'],
          [[d, k, PRODUCTS[k], v, USD] for (d, k), v in by(lambda d, r: (d, r['product'])).items() if v])


def sheet_month():
    want, start = [], date(2026, 10, 1)
    d = start
    while d < m.OPEN:
        start = max(start, d.replace(day=1))
        want.append([d, m.cost(d, d + m.DAY), m.cost(start, d + m.DAY), USD])
        d += m.DAY
    sheet('month', ['day', 'amount', 'month_to_date', 'currency'], [[r[0], Fraction(r[1]), Fraction(r[2]), r[3]] for r in want], True, ('amount', 'month_to_date'))


def sums(d, *columns):
    return [sum(m.number(r[c]) for k, r in m.USAGE if k == d) for c in columns]


def sheet_tokens():
    sheet('tokens', ['day', 'uncached_input_tokens', 'cache_creation_ephemeral_5m_input_tokens', 'cache_creation_ephemeral_1h_input_tokens',
                     'cache_read_input_tokens', 'output_tokens'], [[d] + sums(d, 22, 24, 25, 23, 6) for d in m.DAYS], True)


def sheet_cache():
    sheet('cache', ['day', 'cache_read_input_tokens', 'input_tokens'], [[d, sums(d, 23)[0], sum(sums(d, 22, 23, 24, 25))] for d in m.DAYS], True)


def sheet_cache_models():
    of = defaultdict(lambda: [0, 0])
    for d, r in m.USAGE:
        if in_period(d):
            of[r[3]][0] += m.number(r[23])
            of[r[3]][1] += sum(m.number(r[c]) for c in (22, 23, 24, 25))
    sheet('cache-models', ['model', 'cache_read_input_tokens', 'input_tokens'], [[k or 'Other', *v] for k, v in of.items() if v[1]])


def sheet_matrix():
    of = defaultdict(Fraction)
    for c in m.COST:
        if in_period(c[0]):
            of[c[1], c[2]] += c[7]
    sheet('matrix', ['workspace_id', 'workspace', 'model', 'amount', 'currency'], [[w, workspace(w), k, v, USD] for (w, k), v in of.items() if v])


def sheet_kinds():
    of = defaultdict(Fraction)
    for c in m.COST:
        if in_period(c[0]):
            of[c[3], c[4]] += c[7]
    sheet('kinds', ['cost_type', 'token_type', 'amount', 'currency'], [[*k, v, USD] for k, v in of.items()])


def sheet_seats():
    columns = {'assigned_seats': 'assigned_seat_count', 'pending_invites': 'pending_invite_count',
               **{f'{s}_active_users': f'{s}_active_user_count' for s in SPANS},
               **{f'{p}_{s}': f'{p}_{s}_active_user_count' for p in SEAT_PRODUCTS for s in SPANS}}
    sheet('seats', ['day', *columns], [[d] + [None if r[c] is None else int(r[c]) for c in columns.values()] for d, r in SEATS], True)


def sheet_engagement():
    sheet('engagement', ['product_id', 'product', 'people', 'active_days', 'sessions', 'messages'], [[p, ACTIVE[p][0], *v] for p, v in by_product()], True)


def sheet_engagement_days():
    per_day = defaultdict(list)
    for d, r in USERS:
        per_day[d].append(r)
    want = [[d, p, *use(rows, p)[1:]] for d, rows in per_day.items() for p in ACTIVE]
    sheet('engagement-days', ['day', 'product_id', 'people', 'sessions', 'messages'], [row for row in want if row[2]])


def sheet_limits():
    sheet('limits', ['member_id', 'member', 'period', 'state', 'spent', 'limit', 'currency'], [[*v, USD] for v in judged()], amounts=('spent', 'limit'))


def sheet_users():
    names = {r['email'].lower(): r['name'] for r in table('users') if r['name']}
    of = {}
    for d, r in m.CLAUDE:
        if in_period(d):
            s = of.setdefault((r[1], r[2]), [Fraction()] + [0] * 7)
            s[0] += Fraction(r[23] or 0) / 100
            for i, c in enumerate((6, 7, 8, 9, 10)):
                s[1 + i] += m.number(r[c])
            s[6] += sum(m.number(r[c]) for c in (11, 13, 15, 17))
            s[7] += sum(m.number(r[c]) for c in (12, 14, 16, 18))
    sheet('users', ['user_id', 'user', 'kind', 'estimated_cost', 'currency', 'sessions', 'lines_added', 'lines_removed', 'commits', 'pull_requests', 'accepted', 'rejected'],
          [[who, who if kind == 'api_actor' else names.get(who.lower(), who), 'API key' if kind == 'api_actor' else 'person', s[0], USD, *s[1:]] for (kind, who), s in of.items()],
          amounts=('estimated_cost',))


def did(d, *columns):
    return [sum(m.number(r[c]) for k, r in m.CLAUDE if k == d) for c in columns]


def sheet_tools():
    of = lambda c: sum(m.number(r[c]) for d, r in m.CLAUDE if in_period(d))
    sheet('tools', ['tool', 'accepted', 'rejected'], [[t, of(11 + 2 * i), of(12 + 2 * i)] for i, t in enumerate(('Edit', 'MultiEdit', 'Write', 'NotebookEdit'))], True)


def sheet_code():
    sheet('code', ['day', 'lines_added', 'lines_removed', 'commits', 'pull_requests'], [[d] + did(d, 7, 8, 9, 10) for d in m.DAYS], True)


def sheet_activity():
    sheet('activity', ['day', 'active_users', 'sessions'], [[d, len({r[2] for k, r in m.CLAUDE if k == d}), *did(d, 6)] for d in m.DAYS], True)


def sheet_keys():
    known = {r['id']: r for r in table('api_keys')}
    cost, tokens, last = defaultdict(Fraction), defaultdict(int), {}
    rest = Fraction()
    for _, r, v in BILLED:
        if r['api_key_id'] is None and r['product'] != 'claude_console':
            rest += v
        else:
            cost[r['api_key_id']] += v
    for d, r in m.USAGE:
        n = sum(m.number(r[c]) for c in (22, 23, 24, 25, 6))
        if in_period(d):
            tokens[r[1]] += n
            if n:
                last[r[1]] = max(d, last.get(r[1], d))
    want = []
    for id in {*known, *cost, *tokens}:
        r = known.get(id)
        want.append([id, r['name'] if r else 'Console' if id is None else id, r['status'] if r else None,
                     workspace(r['workspace_id']) if r else None, cost[id], USD, tokens[id], last.get(id), m.day(r['created_at']) if r else None])
    want.append([None, 'Not by key', None, None, rest, USD, 0, None, None])
    sheet('keys', ['api_key_id', 'api_key', 'status', 'workspace', 'amount', 'currency', 'tokens', 'last_used', 'created'], want)
    m.same('keys: their sum', sum(v for v in cost.values()) + rest, BILL)


def sheet_people():
    names = {r['id']: r['name'] or r['email'] for r in table('users')} | {r['id']: r['name'] for r in table('api_keys')}
    own = {}
    for _, r, _ in BILLED:
        if r['actor_name'] or r['actor_email']:
            own[r['actor_id'] or r['actor_subject']] = r['actor_name'] or r['actor_email']
    sheet('people', ['person_id', 'person', 'amount', 'currency'],
          [[who, own.get(who) or names.get(who) or who or 'Nobody known', v, USD] for who, v in by(lambda d, r: r['actor_id'] or r['actor_subject']).items()])


def sheet_tags():
    sheet('tags', ['tag', 'value', 'amount', 'currency'], [[k, value, v, USD] for k, values in m.tagged().items() for value, v in values], True)


def sheet_odd():
    series = defaultdict(lambda: defaultdict(Fraction))
    for c in m.COST:
        for key in (('all', ''), ('model', c[2]), ('workspace', guarded(workspace(c[1])))):
            series[key][c[0]] += c[7]
    with open(f'{FOLDER}/odd.csv', encoding='utf-8', newline='') as f:
        got = list(csv.reader(f))
    m.same('odd: columns', got[0], ['day', 'what', 'name', 'usual', 'amount', 'currency'])
    if len(got) < 5:
        sys.exit('odd: too few days')
    for day, what, name, usual, amount, currency in got[1:]:
        d = date.fromisoformat(day)
        before = [series[what, name][d - n * m.DAY] for n in range(1, 29) if ((d - n * m.DAY).weekday() > 4) == (d.weekday() > 4)]
        m.same(f'odd: {day} {what} {name}', (Fraction(amount), Fraction(usual), currency), (series[what, name][d], Fraction(median(before)), USD))


for name in NAMES or ['section ' + s for s in ('products', 'tags', 'seats', 'engagement', 'limits')]:
    if name == 'section tags':
        section('tags')
        m.tags()
    else:
        globals()[name[8:] if name.startswith('section ') else 'sheet_' + name.replace('-', '_')]()
