#include "sim/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "sim/kinds.h"
#include "sim/people.h"
#include "sim/sources.h"

static const char *
somebody(const struct sim *s, uint64_t h)
{
	return h % 5 == 3   ? NULL
	       : h % 5 == 4 ? s->org.services[(h >> 8) % s->org.nservices]
			    : sim_people_who(s, (struct sim_someone){SIM_IS_USER,
							(size_t)(h >> 8) % sim_people_count(s)})
				      .id;
}

static struct sim_history
history(const struct sim *s, uint64_t of, size_t i, int archived)
{
	uint64_t h = sim_hash(s->config.seed, of, 1, i);
	int64_t created = utc_days(2026, 5, 30) * UTC_DAY - (int64_t)(h % (200 * UTC_DAY));
	struct sim_history x;

	memset(&x, 0, sizeof x);
	sim_org_time(x.created_at, created, h >> 8);
	sim_org_time(x.updated_at, created + (int64_t)(h >> 20) % (20 * UTC_DAY), h >> 9);
	x.created_by = somebody(s, h >> 10);
	x.updated_by = somebody(s, h >> 14);
	if (archived) {
		sim_org_time(x.archived_at, created + 30 * (int64_t)UTC_DAY, h >> 11);
		x.archived_by = somebody(s, h >> 18);
	}
	return x;
}

/* ---- service accounts ---- */

/* Those that keys and usage know, an archived one, and some that do nothing. */
static size_t
naccounts(const struct sim *s)
{
	return s->org.nservices + 3 + s->org.nworkspaces / 4;
}

static int
account_archived(const struct sim *s, size_t n)
{
	return n == s->org.nservices || n % 7 == 6;
}

static void
account_names(const struct sim *s, size_t n, char id[SIM_ID], char name[32])
{
	static const char *const names[] = {
		"etl-service", "ci – build", "old \"cron\"", "review-bot", "back\\up"};

	if (n < s->org.nservices)
		snprintf(id, SIM_ID, "%s", s->org.services[n]);
	else
		sim_org_id(id, "svac_", s->config.seed, SIM_OF_SERVICE, n);
	snprintf(name, 32, "%s%s%.0zu", names[n % 5], n < 5 ? "" : "-", n < 5 ? 0 : n);
}

/* Newest first. */
static int
get_account(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_account *a = object;
	const struct sim *s = at->s;
	size_t n = naccounts(s) - 1 - i;

	if (i >= naccounts(s))
		return -1;
	memset(a, 0, sizeof *a);
	account_names(s, n, a->id, a->name);
	a->description = n % 2 == 0 ? NULL : "Runs nightly;\tsee \"wiki\"";
	a->role = n % 3 == 1 ? "admin" : "developer";
	a->history = history(s, SIM_OF_SERVICE, n, account_archived(s, n));
	return 1;
}

static const char *
account_id(const void *object)
{
	return ((const struct sim_account *)object)->id;
}

/* What account N is in workspace W: 1, or 0 where it is not in it. */
static int
membership(const struct sim *s, size_t w, size_t n, struct sim_account_member *m)
{
	static const char *const roles[] = {"workspace_developer", "workspace_user",
		"workspace_admin", "workspace_restricted_developer"};
	const struct sim_workspace *workspace = sim_org_workspace(&s->org, w);
	uint64_t h = sim_hash(s->config.seed, SIM_OF_SERVICE, 2 + w, n);
	char name[32];

	memset(m, 0, sizeof *m);
	account_names(s, n, m->account_id, name);
	m->workspace_id = workspace->head.id;
	m->implicit = workspace->is_default != NULL;
	m->role = m->implicit ? "workspace_user" : roles[h % 4];
	m->added_by = m->implicit ? NULL : somebody(s, h >> 8);
	return m->implicit || (h % 3 == 0 && !account_archived(s, n) && !workspace->head.gone);
}

/* Of a workspace: those that somebody has added. */
static int
get_account_in(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_account_member m;
	int in;

	if (i >= naccounts(at->s))
		return -1;
	in = membership(at->s, at->parent[0], i, &m);
	memcpy(object, &m, sizeof m);
	return in && !m.implicit;
}

static const char *
workspace_refuses(const struct sim_scope *at)
{
	const struct sim_workspace *w = sim_org_workspace(&at->s->org, at->parent[0]);

	return w->archived_at[0] != '\0' ? "Workspace is archived." : NULL;
}

/* Of an account: the default workspace, of which nobody was asked, leads. */
static int
get_workspace_of(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim *s = at->s;
	size_t n = naccounts(s) - 1 - at->parent[0];

	if (i > s->org.nworkspaces)
		return -1;
	return membership(s, i == 0 ? s->org.nworkspaces : i - 1, n, object);
}

static const char *
account_refuses(const struct sim_scope *at)
{
	return account_archived(at->s, naccounts(at->s) - 1 - at->parent[0]) ? "" : NULL;
}

/* ---- federation ---- */

enum { ISSUERS = 5, RULES = 8 };

static const struct {
	const char *name, *url, *jwks;
} issuers[ISSUERS] = {
	{"github-actions", "https://token.actions.githubusercontent.com",
		"{\"type\":\"discovery\",\"discovery_base\":null}"},
	{"gitlab \"self-hosted\"", "https://gitlab.example.com",
		"{\"type\":\"discovery\",\"discovery_base\":\"https://"
		"gitlab.internal.example.com\","
		"\"ca_cert_pem\":\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END "
		"CERTIFICATE-----\\n\"}"},
	{"kubernetes – eu", "https://k8s.example.com/eu",
		"{\"type\":\"explicit_url\",\"url\":\"https://k8s.example.com/eu/keys\","
		"\"ca_cert_pem\":null}"},
	{"offline", "https://offline.example.com",
		"{\"type\":\"inline\",\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":"
		"\"a\\\"1\","
		"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"},
	{"old-ci", "https://ci.example.com",
		"{\"type\":\"explicit_url\",\"url\":\"https://ci.example.com/jwks.json\"}"},
};

static int
get_issuer(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_issuer *x = object;
	uint64_t h = sim_hash(at->s->config.seed, SIM_OF_ISSUER, 2, i);
	int64_t fetched = utc_days(2026, 10, 10) * UTC_DAY + (int64_t)(h % UTC_DAY);

	if (i >= ISSUERS)
		return -1;
	memset(x, 0, sizeof *x);
	sim_org_id(x->id, "fdis_", at->s->config.seed, SIM_OF_ISSUER, i);
	x->name = issuers[i].name;
	x->url = issuers[i].url;
	x->jwks = issuers[i].jwks;
	x->check_jti = i % 2 == 0;
	x->lifetime = 3600 * (int64_t)(1 + i);
	x->history = history(at->s, SIM_OF_ISSUER, i, i == ISSUERS - 1);
	/* Keys that stand in the object itself are never fetched. */
	x->failures = i == 3 ? -1 : i == 2 ? 12 : 0;
	if (x->failures < 0)
		return 1;
	if (i != 4)
		sim_org_time(x->fetched_at, fetched, h >> 8);
	if (x->failures > 10)
		sim_org_time(x->disabled_at, fetched + UTC_HOUR, h >> 12);
	else
		sim_org_time(x->next_at, fetched + UTC_HOUR, h >> 12);
	return 1;
}

static int
rule_archived(size_t i)
{
	return i % 5 == 4;
}

/* The workspaces of rule I: one of older rules, all, or some of those that are in use. */
static int
rule_has(const struct sim *s, size_t i, size_t w)
{
	return i % 4 != 1 && i % 4 != 3 && !rule_archived(i) &&
	       s->org.workspaces[w].archived_at[0] == '\0' && !s->org.workspaces[w].head.gone &&
	       sim_hash(s->config.seed, SIM_OF_RULE, 3 + i, w) % 2 == 0;
}

static void
rule_match(struct sim_rule *r, size_t i)
{
	static const char *const claims[] = {"{\"repository\":\"example/app\"}", NULL,
		"{\"sub\":\"a \\\"b\\\"\",\"ünïcode\":\"東京\"}"};

	r->audience = i % 3 == 2 ? NULL : "https://api.anthropic.com";
	r->claims = claims[i % 3];
	r->condition = i % 4 == 2 ? "claims.ref == \"refs/heads/main\"" : NULL;
	r->prefix = i % 2 == 0 ? "repo:example/app:" : NULL;
}

static int
get_rule(const struct sim_scope *at, size_t i, void *object)
{
	static const char *const names[] = {"ci-deploy", "nightly evals", "prüfung", "etl \"eu\""};
	const struct sim *s = at->s;
	struct sim_rule *r = object;
	size_t issuer = i % ISSUERS, account = i % naccounts(s);

	if (i >= RULES)
		return -1;
	memset(r, 0, sizeof *r);
	sim_org_id(r->id, "fdrl_", s->config.seed, SIM_OF_RULE, i);
	sim_org_id(r->issuer_id, "fdis_", s->config.seed, SIM_OF_ISSUER, issuer);
	account_names(s, account, r->account_id, r->account_name);
	snprintf(r->name, sizeof r->name, "%s-%zu", names[i % 4], i);
	r->issuer_name = issuers[issuer].name;
	r->description = i % 2 == 0 ? NULL : "For builds\nof main";
	r->scope = i % 3 == 1 ? "org:admin workspace:developer" : "workspace:developer";
	r->lifetime = 900 * (int64_t)(1 + i % 3);
	rule_match(r, i);
	r->everywhere = i % 4 == 1 && !rule_archived(i);
	r->workspace_id = i % 4 == 3 ? s->org.workspaces[0].head.id : NULL;
	for (size_t w = 0; w < s->org.nworkspaces && r->workspaces.n < SIM_IDS_MAX; w++)
		if (rule_has(s, i, w))
			snprintf(r->workspaces.v[r->workspaces.n++], SIM_ID, "%s",
				s->org.workspaces[w].head.id);
	r->history = history(s, SIM_OF_RULE, i, rule_archived(i));
	return 1;
}

static const char *
rule_id(const void *object)
{
	return ((const struct sim_rule *)object)->id;
}

/* The first SIM_IDS_MAX that the rule has, like its workspace_ids. */
static int
get_rule_workspace(const struct sim_scope *at, size_t w, void *object)
{
	struct sim_rule_workspace *x = object;
	const struct sim *s = at->s;
	size_t rule = at->parent[0], before = 0;
	uint64_t h = sim_hash(s->config.seed, SIM_OF_RULE, 100 + rule, w);

	if (w >= s->org.nworkspaces)
		return -1;
	memset(x, 0, sizeof *x);
	sim_org_id(x->rule_id, "fdrl_", s->config.seed, SIM_OF_RULE, rule);
	x->workspace_id = s->org.workspaces[w].head.id;
	x->workspace_name = h % 5 == 0 ? NULL : s->org.workspaces[w].head.name;
	x->added_by = somebody(s, h >> 8);
	sim_org_time(
		x->created_at, utc_days(2026, 6, 2) * UTC_DAY + (int64_t)(h % 900000), h >> 12);
	for (size_t v = 0; v < w; v++)
		before += rule_has(s, rule, v) != 0;
	return rule_has(s, rule, w) && before < SIM_IDS_MAX;
}

const struct sim_source sim_identity_accounts = {
	.size = sizeof(struct sim_account), .get = get_account, .id = account_id};
const struct sim_source sim_identity_members = {.size = sizeof(struct sim_account_member),
	.get = get_account_in,
	.parent = &sim_source_workspaces,
	.refuses = workspace_refuses};
const struct sim_source sim_identity_workspaces = {.size = sizeof(struct sim_account_member),
	.get = get_workspace_of,
	.parent = &sim_identity_accounts,
	.refuses = account_refuses};
const struct sim_source sim_identity_issuers = {
	.size = sizeof(struct sim_issuer), .get = get_issuer};
const struct sim_source sim_identity_rules = {
	.size = sizeof(struct sim_rule), .get = get_rule, .id = rule_id};
const struct sim_source sim_identity_rule_workspaces = {.size = sizeof(struct sim_rule_workspace),
	.get = get_rule_workspace,
	.parent = &sim_identity_rules};
