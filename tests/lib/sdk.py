"""sdk.py [-k KEY | -b TOKEN] [-p LIMIT] [-v] -f DAY -t DAY -o FOLDER BASE-URL TABLE... | -l

Drives a server with the official client's list method of each TABLE, all pages, from DAY to before DAY, and writes what
the client made of the records to FOLDER/TABLE.json, one a line, as `ant-flatten -t TABLE` takes it: with "@asked", too,
where they were asked with what they do not say themselves.  Prints TABLE, pages and records of each.

What the types of the client do not expect goes to standard error, TABLE: PATH: reason, and makes the exit status 1:
the client itself builds its objects without validating anything.  -k sends KEY as api_key, -b TOKEN as auth_token;
-p asks for pages of LIMIT where a method has one, else they are as large as the API allows; -v logs each request;
-l lists the tables, those that the client has."""
import getopt
import inspect
import json
import os
import sys
from datetime import date, datetime, timedelta

import anthropic
import pydantic
from anthropic._models import BaseModel

GROUP = ['actor', 'api_key_id', 'model', 'product', 'workspace_id']
LEGACY = ['product', 'model', 'context_window', 'speed', 'inference_geo']
MONEY = ['cost_type', 'token_type']
ROWS = {'time_bucket_width': '1d', 'order_by': 'time', 'order': 'asc', 'limit': 1000}
ALL = {'limit': 1000}
ARCHIVED = {'limit': 100, 'include_archived': True}

# table: method below client.beta.organization (or, with a slash, below client), window, parameters, (table, name of its id)
# window: '' none, 'at' starting_at and ending_at, 'date' starting_date and ending_date, 'day' a request a day, 'updated' updated_at
TABLES = {
    'organization': ('retrieve', '', {}, None),
    'users': ('users.list', '', ALL, None),
    'invites': ('invites.list', '', ALL, None),
    'workspaces': ('workspaces.list', '', {'limit': 1000, 'include_archived': True, 'include_default': True}, None),
    'workspace_members': ('workspaces.members.list', '', ALL, ('workspaces', 'workspace_id')),
    'api_keys': ('api_keys.list', '', ALL, None),
    'rate_limits': ('rate_limits.list', '', {}, None),
    'workspace_rate_limits': ('workspaces.rate_limits.list', '', {}, ('workspaces', 'workspace_id')),
    'external_keys': ('external_keys.list', '', {'limit': 100}, None),
    'analytics_usage': ('analytics.usage.list', 'at', {**ROWS, 'group_by': GROUP}, None),
    'analytics_cost': ('analytics.cost.list', 'at', {**ROWS, 'group_by': GROUP + MONEY}, None),
    'analytics_users': ('analytics.users.list', 'day', ALL, None),
    'analytics_summaries': ('analytics.summaries.list', 'date', {}, None),
    'analytics_skills': ('analytics.skills.list', 'day', ALL, None),
    'analytics_connectors': ('analytics.connectors.list', 'day', ALL, None),
    'analytics_plugins': ('analytics.plugins.list', 'day', ALL, None),
    'analytics_artifacts': ('analytics.artifacts.list', 'day', ALL, None),
    'analytics_projects': ('analytics.apps.chat.projects.list', 'day', ALL, None),
    'analytics_cost_report': ('analytics.cost_report.list', 'at',
                              {'bucket_width': '1d', 'limit': 31, 'group_by': LEGACY + MONEY}, None),
    'analytics_usage_report': ('analytics.usage_report.list', 'at',
                               {'bucket_width': '1d', 'limit': 31, 'group_by': LEGACY}, None),
    'analytics_user_cost_report': ('analytics.user_cost_report.list', 'at',
                                   {'bucket_width': '1d', 'limit': 1000, 'group_by': LEGACY + MONEY}, None),
    'analytics_user_usage_report': ('analytics.user_usage_report.list', 'at',
                                    {'bucket_width': '1d', 'limit': 1000, 'group_by': LEGACY}, None),
    'spend_limits': ('spend_limits.list', '', ALL, None),
    'spend_limits_effective': ('spend_limits.effective.list', '', ALL, None),
    'spend_limit_increase_requests': ('spend_limits.increase_requests.list', '', ALL, None),
    'rbac_groups': ('rbac_groups.list', '', ALL, None),
    'rbac_group_members': ('rbac_groups.members.list', '', ALL, ('rbac_groups', 'rbac_group_id')),
    'rbac_roles': ('rbac_roles.list', '', ALL, None),
    'rbac_role_permissions': ('rbac_roles.permissions.list', '', ALL, ('rbac_roles', 'role_id')),
    'plugins': ('plugins.list', '', {'limit': 100}, None),
    'plugin_marketplaces': ('plugin_marketplaces.list', '', {'limit': 100}, None),
    'service_accounts': ('service_accounts.list', '', ARCHIVED, None),
    'workspace_service_accounts': ('workspaces.service_accounts.list', '', {'limit': 100}, ('workspaces', 'workspace_id')),
    'federation_issuers': ('federation.issuers.list', '', ARCHIVED, None),
    'federation_rules': ('federation.rules.list', '', ARCHIVED, None),
    'federation_rule_workspaces': ('federation.rules.workspaces.list', '', {'limit': 100},
                                   ('federation_rules', 'federation_rule_id')),
    'compliance_review_cases': ('/beta.compliance.review.cases.list', 'updated',
                                {'limit': 100, 'order_by': 'updated_at', 'order': 'asc'}, None),
}
UNARCHIVED = {'workspace_service_accounts'}  # what an archived parent has is refused
SPAN = 31  # days: the longest window of one request
MOST = 200  # complaints that are shown

bad = 0


def complain(table, path, reason):
    global bad
    bad += 1
    if bad <= MOST:
        print(f'{table}: {path or "."}: {reason}', file=sys.stderr)


def check(table, path, value):
    """Required fields that are missing, and fields that the types lack, in a value that the client has built."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            below = path + '.' + (field.alias or name)
            if name in value.model_fields_set:
                check(table, below, getattr(value, name))
            elif field.is_required():
                complain(table, below, 'required, and not there')
        for name in value.model_extra or {}:
            complain(table, path + '.' + name, 'not in the types')
    elif isinstance(value, (list, dict)):
        for v in value if isinstance(value, list) else value.values():
            check(table, path + '[]', v)


ADAPTERS = {}


def validate(table, type_, raw):
    """Types of the values and words of enumerations: pydantic knows them, and the client does not ask it."""
    if type_ not in ADAPTERS:
        ADAPTERS[type_] = pydantic.TypeAdapter(type_)
    try:
        ADAPTERS[type_].validate_json(json.dumps(raw))
    except pydantic.ValidationError as e:
        for error in e.errors()[:5]:
            complain(table, '.'.join(map(str, error['loc'])), error['msg'])


def as_sent(value, raw):
    """What the client made of an object, in the order that the server has sent it in, and a time in its digits."""
    if isinstance(value, dict):
        return {k: as_sent(value[k], raw[k]) for k in sorted(value, key=list(raw).index)}
    if isinstance(value, list):
        return [as_sent(v, r) for v, r in zip(value, raw, strict=True)]
    if isinstance(value, (date, datetime)):
        return raw if type(value).fromisoformat(raw) == value else value.isoformat()
    return value


class Walk:
    """The lists of one server, as one client sees them."""

    def __init__(self, base, credential, start, end, limit, verbose):
        self.raw = None
        self.start, self.end, self.limit = start, end, limit
        self.lists = {}

        def keep(response):
            response.read()
            self.raw = response.json() if response.is_success else None
            if verbose:
                print(response.status_code, response.request.url, file=sys.stderr)

        # trust_env=False: a proxy of the environment must not come between this and the loopback.
        http = anthropic.DefaultHttpxClient(trust_env=False, event_hooks={'response': [keep]})
        self.client = anthropic.Anthropic(base_url=base, max_retries=0, timeout=60, http_client=http, **credential)

    def calls(self, table):
        """(method, arguments, parameters, what the records do not say) of each first page."""
        name, window, params, parent = TABLES[table]
        method = self.client if name.startswith('/') else self.client.beta.organization
        for part in name.lstrip('/').split('.'):
            method = getattr(method, part)
        if self.limit and 'limit' in inspect.signature(method).parameters:
            params = {**params, 'limit': min(self.limit, params.get('limit', self.limit))}
        if parent:
            for item, _, _ in self.items(parent[0]):
                if table in UNARCHIVED and item.archived_at is None or table not in UNARCHIVED:
                    yield method, (item.id,), params, {parent[1]: item.id}
        elif window == 'day':
            for n in range((self.end - self.start).days):
                day = (self.start + timedelta(n)).isoformat()
                yield method, (), {**params, 'date': day}, {'date': day}
        elif window == 'date':
            yield method, (), {**params, 'starting_date': str(self.start), 'ending_date': str(self.end)}, None
        elif window == 'at':
            for n in range(0, (self.end - self.start).days, SPAN):
                day = self.start + timedelta(n)
                to = min(day + timedelta(SPAN), self.end)
                yield method, (), {**params, 'starting_at': f'{day}T00:00:00Z', 'ending_at': f'{to}T00:00:00Z'}, None
        elif window == 'updated':
            yield method, (), {**params, 'updated_at_gte': f'{self.start}T00:00:00Z', 'updated_at_lt': f'{self.end}T00:00:00Z'}, None
        else:
            yield method, (), params, None

    def items(self, table):
        """(record, as sent, asked) of a table, kept for the tables below it."""
        if table not in self.lists:
            self.lists[table] = [item for page in self.pages(table) for item in page]
        return self.lists[table]

    def pages(self, table):
        for method, args, params, asked in self.calls(table):
            page = method(*args, **params)
            while True:
                raw = self.raw
                if table == 'organization':  # the object itself, no page
                    check(table, '', page)
                    validate(table, type(page), raw)
                    yield [(page, raw, None)]
                    break
                check(table, 'page', page.model_copy(update={'data': []}))
                for item, value in zip(page.data, raw['data'], strict=True):
                    check(table, '', item)
                    validate(table, page._model, value)
                yield [(item, value, asked) for item, value in zip(page.data, raw['data'])]
                if not page.has_next_page():
                    break
                page = page.get_next_page()

    def table(self, table, file):
        pages = records = 0
        try:
            for page in self.pages(table):
                pages += 1
                for item, raw, asked in page:
                    records += 1
                    value = as_sent(item.to_dict(mode='python', use_api_names=True, exclude_unset=True), raw)
                    print(json.dumps({'@asked': asked, **value} if asked else value), file=file)
        except anthropic.APIStatusError as e:
            complain(table, '', f'{e.status_code}: {e.message}')
        except anthropic.APIError as e:
            complain(table, '', f'{type(e).__name__}: {e}')
        print(table, pages, records, sep='\t', flush=True)


def main():
    try:
        opts, args = getopt.getopt(sys.argv[1:], 'k:b:p:f:t:o:lv')
    except getopt.GetoptError as e:
        sys.exit(f'sdk.py: {e}')
    opt = dict(opts)
    if '-l' in opt:
        print('\n'.join(TABLES))
        return 0
    if len(args) < 2 or not opt.keys() >= {'-f', '-t', '-o'} or ('-k' in opt) == ('-b' in opt):
        sys.exit(__doc__)
    credential = {'api_key': opt['-k']} if '-k' in opt else {'auth_token': opt['-b']}
    walk = Walk(args[0], credential, date.fromisoformat(opt['-f']), date.fromisoformat(opt['-t']), int(opt.get('-p', 0)), '-v' in opt)
    for table in args[1:]:
        with open(os.path.join(opt['-o'], table + '.json'), 'w', encoding='utf-8') as file:
            walk.table(table, file)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
