"""reconcile-model.py FOLDER TOLERANCE [ESTIMATE] - what ant-report --check reconcile must find.

FOLDER has TABLE.rows, what ant-sim --expect prints, with its line of names; and windows, a line a table:
NAME, the first day that is loaded, and the first that is not.  Every figure is computed here anew, with
fractions, from the words of the manual.  Printed are the lines of the differences, of days that are final
first, then, behind a line of dashes, of those that may still be revised.  TOLERANCE is a percentage.
"""
import re
import sys
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

FOLDER = sys.argv[1]
TOLERANCE = Fraction(sys.argv[2]) / 100
ESTIMATE = Fraction(sys.argv[3]) / 100 if len(sys.argv) > 3 else TOLERANCE
TOKENS = ['uncached_input_tokens', 'cache_read_input_tokens', 'cache_creation_ephemeral_5m_input_tokens',
          'cache_creation_ephemeral_1h_input_tokens', 'output_tokens', 'web_search_requests']
DAY = timedelta(1)


def unescape(cell):
    escapes = {'t': '\t', 'n': '\n', 'r': '\r'}
    return None if cell == '\\N' else re.sub(r'\\(.)', lambda m: escapes.get(m[1], m[1]), cell)


def rows(table):
    with open(f'{FOLDER}/{table}.rows', encoding='utf-8', newline='\n') as f:
        names = f.readline().rstrip('\n').split('\t')
        return [dict(zip(names, map(unescape, line.rstrip('\n').split('\t')))) for line in f]


WINDOWS = {}
with open(f'{FOLDER}/windows', encoding='utf-8') as f:
    for line in f:
        name, first, end = line.split()
        WINDOWS[name] = date.fromisoformat(first), date.fromisoformat(end)
REREAD = {name: 30 if name.startswith('analytics') else 3 for name in WINDOWS}
NAMES = {r['id']: r['name'] for r in rows('workspaces')}
# What the simulator calls its default workspace; nothing else is called so there.
DEFAULT = next(i for i, name in NAMES.items() if name == 'Default')
CLAUDE = next(i for i, name in NAMES.items() if name == 'Claude Code')
CLAUDE_KEYS = {r['name'] for r in rows('api_keys') if r['workspace_id'] == CLAUDE}


def time_of(row):
    return date.fromisoformat((row.get('bucket') or row.get('starting_at') or row['date'])[:10])


def workspace(row):
    return None if row['workspace_id'] in (None, DEFAULT) else row['workspace_id']


def shown(id):
    if id is None:
        return 'workspace Default workspace'
    name = re.sub(r'\s+', ' ', NAMES[id]).strip() if id in NAMES else None
    return f'workspace {name} ({id})' if name else f'workspace {id}'


def money(table, by=False, column='amount', only=lambda r: True):
    """{(day, dimension, unit): figure} of one table, in dollars."""
    sums = defaultdict(Fraction)
    for r in rows(table):
        if not only(r):
            continue
        keys = [(0, '')]
        if by:
            keys.append((1, workspace(r)))
            if r['cost_type'] == 'tokens':
                keys.append((2, r['model']))
            keys.append((3, r['token_type'] or r['cost_type']))
        for key in keys:
            sums[time_of(r), key, r['currency'] or 'USD'] += Fraction(r[column]) / 100
    return sums


def tokens(table, by=False, only=lambda r: True):
    sums = defaultdict(Fraction)
    for r in rows(table):
        for unit in TOKENS if only(r) else []:
            keys = [(0, '')] + ([(1, workspace(r)), (2, r['model'])] if by else [])
            for key in keys:
                if key != (2, None):
                    sums[time_of(r), key, unit] += int(r[unit] or 0)
    return sums


def console(r):
    return r['workspace_id'] is not None


def paid_by_use(r):
    return r['customer_type'] == 'api' and (r['actor_type'] == 'user_actor' or r['actor_id'] in CLAUDE_KEYS)


COMPARISONS = [
    ('cost_report', 'analytics_cost', 'analytics_cost', lambda: (money('cost_report', True), money('analytics_cost', True, only=console))),
    ('usage_report', 'analytics_usage', 'analytics_usage', lambda: (tokens('usage_report', True), tokens('analytics_usage', True, only=console))),
    ('cost_report', 'cost_report_total', 'cost_report_total', lambda: (money('cost_report'), money('cost_report_total'))),
    ('usage_report', 'usage_report_total', 'usage_report_total', lambda: (tokens('usage_report'), tokens('usage_report_total'))),
    ('analytics_cost', 'analytics_cost_total', 'analytics_cost_total', lambda: (money('analytics_cost'), money('analytics_cost_total'))),
    ('analytics_usage', 'analytics_usage_total', 'analytics_usage_total', lambda: (tokens('analytics_usage'), tokens('analytics_usage_total'))),
    ('claude_code_usage', 'cost_report', 'the bill of Claude Code', lambda: (
        money('claude_code_usage', column='total_estimated_cost_cents', only=paid_by_use),
        money('cost_report', only=lambda r: r['cost_type'] == 'tokens' and r['workspace_id'] == CLAUDE))),
]


def text(v):
    """All digits of a decimal."""
    digits, scaled = 0, v
    while scaled.denominator != 1:
        digits, scaled = digits + 1, scaled * 10
    s = str(abs(scaled.numerator)).rjust(digits + 1, '0')
    return ('-' if v < 0 else '') + s[:len(s) - digits] + ('.' + s[len(s) - digits:] if digits else '')


final, revised = [], []
for number, (left, right, called, sums) in enumerate(COMPARISONS):
    a, b = sums()
    start = max(WINDOWS[left][0], WINDOWS[right][0])
    end = min(WINDOWS[left][1], WINDOWS[right][1])
    settled = min(WINDOWS[t][1] - REREAD[t] * DAY for t in (left, right))
    for day, key, unit in set(a) | set(b):
        x, y = a.get((day, key, unit), Fraction()), b.get((day, key, unit), Fraction())
        most = max(abs(x), abs(y))
        if not start <= day < end or abs(y - x) <= most * (ESTIMATE if number == 6 else TOLERANCE):
            continue
        dim, value = key
        what = {0: '', 1: ', ' + shown(value), 2: f', model {value}', 3: f', {value}'}[dim]
        hundredths = int(abs(y - x) * 10000 / most + Fraction(1, 2))
        percent = f'{hundredths // 100}.{hundredths % 100:02}%' if hundredths else 'less than 0.01%'
        line = f'reconcile: {day}{what}: {left} has {text(x)} {unit}, {called} {text(y)} {unit}: {text(y - x)} {unit}, {percent}'
        (final if day < settled else revised).append(((day, number, dim, (value or '').encode(), unit), line))
print(*(line for _, line in sorted(final)), '---', *(line + '; may still be revised' for _, line in sorted(revised)), sep='\n')
