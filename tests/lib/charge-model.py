"""charge-model.py add STREAM <ROWS.json - put rows, one JSON object a line, at the end of a row stream
charge-model.py VIEW FOLDER - what a view of chargeback holds, a line a row, sorted

FOLDER has TABLE.rows, the row streams that were loaded.  All is computed anew, with fractions, from the
words of the manual and not from the SQL: the bill of a day is what analytics_cost has of it, else what
cost_report has, shared out to keys by their tokens; an owner is that of the key, else of the service
account, the person, the workspace, the tag.
"""
import json
import os
import sys
from collections import defaultdict
from fractions import Fraction

ESCAPES = {'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}
KINDS = {'uncached_input_tokens': 'uncached_input_tokens', 'cache_read_input_tokens': 'cache_read_input_tokens',
         'cache_creation_ephemeral_5m_input_tokens': 'cache_creation.ephemeral_5m_input_tokens',
         'cache_creation_ephemeral_1h_input_tokens': 'cache_creation.ephemeral_1h_input_tokens',
         'output_tokens': 'output_tokens'}
LABELS = {'web_search': 'Web search', 'code_execution': 'Code execution', 'session_usage': 'Agent sessions'}


# ---- row streams --------------------------------------------------------------------------

def unescape(cell):
    if cell == '\\N':
        return None
    out, i = '', 0
    while i < len(cell):
        if cell[i] == '\\':
            out, i = out + ESCAPES[cell[i + 1]], i + 2
        else:
            out, i = out + cell[i], i + 1
    return out


def escape(text):
    if text is None:
        return '\\N'
    for letter, char in [('\\', '\\')] + [e for e in ESCAPES.items() if e[0] != '\\']:
        text = text.replace(char, '\\' + letter)
    return text


def add(stream):
    lines = open(stream, encoding='utf-8', newline='\n').read().split('\n')[:-1]
    columns = [line for line in lines if line.startswith('#cols\t')][0].split('\t')[1:]
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    word, count, mark = lines.pop().split('\t')
    lines += ['\t'.join(escape(row.get(c)) for c in columns) for row in rows]
    lines.append('\t'.join([word, str(int(count) + len(rows)), mark]))
    with open(stream, 'w', encoding='utf-8', newline='\n') as f:
        f.write('\n'.join(lines) + '\n')


def table(name):
    path, columns, rows = os.path.join(FOLDER, name + '.rows'), [], []
    if not os.path.exists(path):
        return rows
    for line in open(path, encoding='utf-8', newline='\n').read().split('\n')[:-1]:
        cells = line.split('\t')
        if cells[0] == '#cols':
            columns = cells[1:]
        elif not line.startswith('#'):
            rows.append(dict(zip(columns, map(unescape, cells))))
    return rows


# ---- the bill -----------------------------------------------------------------------------

def label(row):
    return row['model'] if row['model'] is not None else LABELS.get(row['cost_type'], row['cost_type'] or 'Other')


def least(rows, key, column):
    """The least text of a column by key, of those that have one."""
    best = {}
    for row in rows:
        if row[column]:
            best[row[key]] = min(best.get(row[key], row[column]), row[column])
    return best


def used():
    use = defaultdict(lambda: defaultdict(int))
    for row in table('usage_report'):
        day, place = row['bucket'][:10], row['workspace_id'] or ''
        tier = row['service_tier']
        tier = '' if tier is None else tier if tier in ('batch', 'priority') else 'standard'
        for column, kind in KINDS.items():
            if int(row[column] or 0) > 0:
                use[day, place, row['model'] or '', tier, row['context_window'] or '', kind][row['api_key_id']] += int(row[column])
        if int(row['web_search_requests'] or 0) > 0:
            use[day, place, '', '', '', 'web_search'][row['api_key_id']] += int(row['web_search_requests'])
    return use


def cut(fraction):
    """Towards zero."""
    return int(fraction) if fraction >= 0 else -int(-fraction)


def shared(row, use):
    """The parts of a row of cost_report: a key and its cents."""
    cents = Fraction(row['amount'] or '0')
    keys = use.get((row['bucket'][:10], row['workspace_id'] or '', row['model'] or '', row['service_tier'] or '',
                    row['context_window'] or '', row['token_type'] or row['cost_type'] or ''))
    if not keys:
        return [(None, cents)]
    total = sum(keys.values())
    per = total // 3000000000 + 1
    millionths, parts, upto, begun = cut(cents * 1000000), [], 0, Fraction(0)
    for key in sorted(keys, key=lambda k: (k or '').encode()):
        upto += keys[key]
        end = cents if upto == total else Fraction(cut(Fraction(millionths * (upto // per), total // per)), 1000000)
        parts.append((key, end - begun))
        begun = end
    return parts


def bill():
    users, emails = least(table('users'), 'id', 'name'), least(table('users'), 'id', 'email')
    rows, days = [], set()
    for c in table('analytics_cost'):
        day, kind = c['starting_at'][:10], c['actor_type']
        days.add(day)
        somebody = kind in ('user_actor', 'federated_actor')
        actor = c['actor_id'] if c['actor_id'] is not None else c['actor_subject']
        email = c['actor_email'] or emails.get(c['actor_id'])
        rows.append({
            'day': day, 'person_id': actor if somebody else None,
            'person': (c['actor_name'] or users.get(c['actor_id']) or email or actor) if somebody else None,
            'email': email if kind == 'user_actor' else None,
            'api_key_id': c['api_key_id'] if c['api_key_id'] is not None else actor if kind == 'api_actor' else None,
            'service_account_id': actor if kind == 'service_account_actor' else None,
            'workspace_id': c['workspace_id'], 'product': c['product'], 'model': label(c),
            'cost_type': c['cost_type'], 'token_type': c['token_type'], 'cents': Fraction(c['amount'] or '0'),
            'currency': c['currency'] or 'USD', 'basis': 'billed'})
    use = used()
    for c in table('cost_report'):
        if c['bucket'][:10] in days:
            continue
        for key, cents in shared(c, use):
            rows.append({
                'day': c['bucket'][:10], 'person_id': None, 'person': None, 'email': None, 'api_key_id': key,
                'service_account_id': None, 'workspace_id': c['workspace_id'], 'product': None, 'model': label(c),
                'cost_type': c['cost_type'], 'token_type': c['token_type'], 'cents': cents,
                'currency': c['currency'] or 'USD', 'basis': 'shared by tokens'})
    return rows


# ---- who pays -----------------------------------------------------------------------------

def no_case(text):
    return text.lower() if text is not None and '@' in text else text


def tags():
    return {w['id']: {k: v for k, v in json.loads(w['tags'] or '{}').items() if isinstance(v, str)}
            for w in table('workspaces')}


class Owners:
    def __init__(self):
        self.lines = defaultdict(list)
        for o in table('owners'):
            ident = no_case(o['id']) if o['kind'] == 'person' else o['id']
            self.lines[o['kind'], ident].append((o['from_day'], o['to_day'], o['owner']))
        self.tags = tags()

    def held(self, kind, ident, day):
        """Of those that hold it on the day, who began last; of them the first by its bytes."""
        if ident is None:
            return None
        fit = [(start or '', owner) for start, end, owner in self.lines[kind, ident]
               if (start is None or start <= day) and (end is None or end > day)]
        if not fit:
            return None
        last = max(start for start, _ in fit)
        return min((owner for start, owner in fit if start == last), key=str.encode)

    def tagged(self, row):
        labels = self.tags.get(row['workspace_id'], {})
        for names in ([k + ':' + v for k, v in labels.items()], list(labels)):
            for name in sorted(names, key=str.encode):
                owner = self.held('tag', name, row['day'])
                if owner is not None:
                    return owner
        return None

    def of(self, row):
        day = row['day']
        for by, owner in (
                ('key', self.held('key', row['api_key_id'], day)),
                ('service account', self.held('service account', row['service_account_id'], day)),
                ('person', self.held('person', no_case(row['person_id']), day)
                 or self.held('person', row['email'] and row['email'].lower(), day)),
                ('workspace', self.held('workspace', row['workspace_id'] or 'default', day)),
                ('tag', self.tagged(row))):
            if owner is not None:
                return owner, by
        return None, None


# ---- views --------------------------------------------------------------------------------

def exact(fraction):
    """All digits of a fraction whose denominator is of twos and fives."""
    sign, fraction, digits = '-' if fraction < 0 else '', abs(fraction), 0
    while fraction * 10 ** digits % 1:
        digits += 1
    text = str(int(fraction * 10 ** digits)).rjust(digits + 1, '0')
    return sign + (text[:-digits] + '.' + text[-digits:] if digits else text)


def amounts(cents, currency):
    return [exact(cents), exact(cents / 100) if currency == 'USD' else None, currency]


def by(rows, *keys):
    sums = defaultdict(Fraction)
    for row in rows:
        sums[tuple(row[k] for k in keys) + (row['currency'],)] += row['cents']
    return sums


def view(name):
    rows = bill()
    names = {t: least(table(t), 'id', 'name') for t in ('api_keys', 'service_accounts', 'workspaces')}

    def called(what, ident):
        return names[what].get(ident, ident)

    def place(ident):
        return 'Default workspace' if ident is None else called('workspaces', ident)

    owners = Owners()
    for row in rows:
        row['month'] = row['day'][:7] + '-01'
        row['owner'], row['owned_by'] = owners.of(row)
    kind = name[len('ant_charge_by_'):]
    if name == 'ant_charge':
        return [[r['day'], r['owner'], r['owned_by'], r['person_id'], r['person'], r['email'], r['api_key_id'],
                 called('api_keys', r['api_key_id']), r['service_account_id'],
                 called('service_accounts', r['service_account_id']), r['workspace_id'], place(r['workspace_id']),
                 r['product'], r['model'], r['cost_type'], r['token_type'], *amounts(r['cents'], r['currency']),
                 r['basis']] for r in rows]
    if kind in ('day', 'month'):
        return [[k, *amounts(c, u)] for (k, u), c in by(rows, kind).items()]
    if kind in ('owner', 'product', 'model'):
        return [[m, k, *amounts(c, u)] for (m, k, u), c in by(rows, 'month', kind).items()]
    if kind == 'person':
        person = {}
        for r in rows:
            k = r['month'], r['person_id'], r['currency']
            if r['person'] is not None:
                person[k] = min(person.get(k, r['person']), r['person'], key=str.encode)
        return [[m, k, person.get((m, k, u)), *amounts(c, u)] for (m, k, u), c in by(rows, 'month', 'person_id').items()]
    if kind == 'tag':
        out, labels = [], tags()
        for tag in {k for w in labels.values() for k in w}:
            for r in rows:
                r['value'] = labels.get(r['workspace_id'], {}).get(tag)
            out += [[m, tag, v, *amounts(c, u)] for (m, v, u), c in by(rows, 'month', 'value').items()]
        return out
    column = {'key': 'api_key_id'}.get(kind, kind + '_id')
    title = place if kind == 'workspace' else lambda k: called('api_keys' if kind == 'key' else 'service_accounts', k)
    return [[m, k, title(k), *amounts(c, u)] for (m, k, u), c in by(rows, 'month', column).items()]


if sys.argv[1] == 'add':
    add(sys.argv[2])
else:
    FOLDER = sys.argv[2]
    for line in sorted('|'.join('NULL' if c is None else c.replace('\n', '\\n') for c in row) for row in view(sys.argv[1])):
        print(line)
