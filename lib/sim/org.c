#include "sim/org.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/kinds.h"

struct sim_head *
sim_org_object(const struct sim_org *o, enum sim_list l, size_t i)
{
	switch (l) {
	case SIM_INVITES:
		return i < o->ninvites ? &o->invites[i].head : NULL;
	case SIM_WORKSPACES:
		return i < o->nworkspaces ? &o->workspaces[i].head : NULL;
	case SIM_KEYS:
		return i < o->nkeys ? &o->keys[i].head : NULL;
	case SIM_USERS:
	case SIM_MEMBERS:
	default:
		return i < o->nusers ? &o->users[i].head : NULL;
	}
}

long
sim_org_find(const struct sim_org *o, enum sim_list l, const char *id)
{
	const struct sim_head *h;

	for (size_t i = 0; (h = sim_org_object(o, l, i)) != NULL; i++)
		if (strcmp(h->id, id) == 0)
			return (long)i;
	return -1;
}

static const struct sim_limit_group limit_groups[] = {
	{"rlg_opus4", "model_group", "Claude Opus 4.x",
		{"claude-opus-4-6", "claude-opus-4-1-20250805"},
		{{"requests_per_minute", 4000}, {"input_tokens_per_minute", 2000000},
			{"output_tokens_per_minute", 400000}},
		""},
	{"rlg_sonnet4", "model_group", "Claude Sonnet 4.x",
		{"claude-sonnet-4-5-20250929", "claude-sonnet-4-20250514"},
		{{"requests_per_minute", 4000}, {"input_tokens_per_minute", 10000000},
			{"output_tokens_per_minute", 800000},
			{"cache_read_input_tokens_per_minute", 5000000000}},
		""},
	{"rlg_haiku45", "model_group", "Claude Haiku 4.5", {"claude-haiku-4-5-20251001"},
		{{"requests_per_minute", 4000}, {"input_tokens_per_minute", 4000000},
			{"output_tokens_per_minute", 800000}},
		""},
	{"rlg_batch", "batch", NULL, {NULL}, {{"enqueued_batch_requests", 500000}}, ""},
	{"rlg_count", "token_count", NULL, {NULL}, {{"requests_per_minute", 8000}}, ""},
	{"rlg_files", "files", NULL, {NULL}, {{"storage_bytes", 107374182400}}, ""},
	{"rlg_search", "web_search", NULL, {NULL}, {{"requests_per_minute", 300}}, ""},
};
enum { LIMIT_GROUPS = sizeof limit_groups / sizeof *limit_groups };

int
sim_org_claude(const struct sim_org *o)
{
	return o->nworkspaces > 2 ? 2 : 0; /* as they are named, see sim/org_make */
}

const struct sim_workspace *
sim_org_workspace(const struct sim_org *o, size_t w)
{
	return w < o->nworkspaces ? &o->workspaces[w] : &o->standard;
}

int
sim_org_member(const struct sim_org *o, size_t w, size_t u, struct sim_member *m)
{
	static const char *const member_roles[] = {"workspace_user", "workspace_developer",
		"workspace_restricted_developer", "workspace_billing", "workspace_developer"};
	const struct sim_workspace *of = sim_org_workspace(o, w);
	int listed = of != &o->standard;
	uint64_t h = sim_hash(o->seed, SIM_ORG_MEMBER, listed ? w : SIM_KIND_DEFAULT, u);

	m->workspace_id = of->head.id;
	m->user_id = o->users[u].head.id;
	m->role = strcmp(o->users[u].role, "admin") == 0 ? "workspace_admin"
		  : h % 10 < 4				 ? member_roles[(h >> 8) % 5]
							 : NULL;
	/* Some workspaces have nobody in them. */
	return m->role != NULL && (!listed || w % 7 != 4) && !o->users[u].head.gone &&
	       !of->head.gone;
}

int
sim_org_limits(const struct sim_org *o, size_t g, struct sim_limit_group *to)
{
	if (g >= LIMIT_GROUPS)
		return 0;
	*to = limit_groups[g];
	sim_org_id(to->id, "rlim_", o->seed, SIM_KIND_LIMIT, g);
	return 1;
}

/* The first two limits of a group are what a workspace may have of its own: how many it has. */
static size_t
overridden(const struct sim_org *o, size_t w, size_t g)
{
	uint64_t h = sim_hash(o->seed, SIM_ORG_LIMIT, w, g);

	/* The default workspace can have none. */
	if (w >= o->nworkspaces || w % 3 == 1 || o->workspaces[w].archived_at[0] != '\0' ||
		(w > 0 && h % 3 == 0))
		return 0;
	return limit_groups[g].limits[1].type == NULL ? 1 : 2;
}

int
sim_org_override(
	const struct sim_org *o, size_t w, size_t g, int inherited, struct sim_override *ov)
{
	size_t own;

	if (g >= LIMIT_GROUPS)
		return -1;
	memset(ov, 0, sizeof *ov);
	own = overridden(o, w, g);
	sim_org_limits(o, g, &ov->group);
	ov->workspace_id = sim_org_workspace(o, w)->head.id;
	for (size_t i = 0; i < SIM_LIMITS; i++) {
		struct sim_limit *l = &ov->group.limits[i];

		ov->org[i] = l->value;
		ov->inherited[i] = i >= own;
		if (i >= own && !inherited)
			l->type = NULL;
		if (i >= own)
			continue;
		l->value /= 4;
		/* The organization may have no limit where a workspace has one. */
		if (i == 1 && w == 0)
			ov->org[i] = -1;
	}
	return own > 0 || inherited;
}

/* The first keys are those of the workspaces; the last one is not in use yet. */
int
sim_org_external_key(const struct sim_org *o, size_t i, struct sim_external_key *to)
{
	static const char *const providers[] = {
		"{\"type\":\"aws\",\"kms_arn\":\"arn:aws:kms:us-east-1:123456789012:key/"
		"00000000-0000-4000-8000-000000000000\",\"region\":\"us-east-1\"}",
		"{\"type\":\"gcp\",\"key_name\":\"projects/example/locations/us/keyRings/"
		"anthropic/cryptoKeys/main\"}",
		"{\"type\":\"azure\",\"tenant_id\":\"11111111-2222-4333-8444-555555555555\","
		"\"vault_uri\":\"https://vault.example.com/\",\"key_name\":\"anthropic\","
		"\"client_id\":null}"};
	uint64_t h = sim_hash(o->seed, SIM_ORG_TIME, SIM_KIND_EXTERNAL, i);
	int attached = i < o->nworkspaces;
	int64_t created = utc_days(2025, 7, 1) * UTC_DAY + (int64_t)(h % (200 * UTC_DAY));

	if (i > o->nworkspaces)
		return -1;
	memset(to, 0, sizeof *to);
	sim_org_id(to->id, "ekey_", o->seed, SIM_KIND_EXTERNAL, i);
	sim_org_time(to->created_at, created, h >> 9);
	sim_org_time(to->updated_at, created + (int64_t)(h >> 20) % UTC_DAY, h >> 11);
	to->name = i % 3 == 2 ? NULL : i % 3 == 0 ? "prod \"cmek\"" : "Schlüssel – EU";
	to->provider = providers[(i / 5) % 3];
	to->attachment = attached ? "attached" : "unattached";
	return !attached || o->workspaces[i].external_key[0] != '\0';
}

static struct sim_head *
find_any(struct sim_org *o, const char *id)
{
	long i = -1;
	int l = 0;

	while (l < SIM_LISTS && (i = sim_org_find(o, (enum sim_list)l, id)) == -1)
		l++;
	return i == -1 ? NULL : sim_org_object(o, (enum sim_list)l, (size_t)i);
}

int
sim_org_remove(struct sim_org *o, const char *id)
{
	struct sim_head *h = find_any(o, id);

	if (h == NULL || h->gone)
		return -1;
	h->gone = 1;
	return 0;
}

int
sim_org_return(struct sim_org *o, const char *id)
{
	struct sim_head *h = find_any(o, id);

	if (h == NULL || !h->gone)
		return -1;
	h->gone = 0;
	return 0;
}

/* Let TO be the one of WORDS, N of them, that WORD is. */
static int
set_word(const char **to, const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0) {
			*to = words[i];
			return 0;
		}
	return -1;
}

int
sim_org_set_role(struct sim_org *o, const char *user, const char *role)
{
	static const char *const roles[] = {
		"user", "claude_code_user", "developer", "billing", "admin"};
	long u = sim_org_find(o, SIM_USERS, user);

	return u == -1 ? -1
		       : set_word(&o->users[u].role, roles, sizeof roles / sizeof *roles, role);
}

int
sim_org_set_status(struct sim_org *o, const char *key, const char *status)
{
	static const char *const statuses[] = {"active", "inactive", "archived"};
	long k = sim_org_find(o, SIM_KEYS, key);

	return k == -1 ? -1
		       : set_word(&o->keys[k].status, statuses, sizeof statuses / sizeof *statuses,
				 status);
}

int
sim_org_archive(struct sim_org *o, const char *workspace, int64_t now)
{
	long w = sim_org_find(o, SIM_WORKSPACES, workspace);

	if (w == -1)
		return -1;
	sim_org_time(o->workspaces[w].archived_at, now, 0);
	return 0;
}

int
sim_org_rename(struct sim_org *o, const char *id, const char *name)
{
	struct sim_head *h = find_any(o, id);
	char **slot = strcmp(o->id, id) == 0 ? &o->name : h == NULL ? NULL : &h->name, *copy;

	/* What has no name gets none. */
	if (slot == NULL || *slot == NULL || (copy = strdup(name)) == NULL)
		return -1;
	free(*slot);
	*slot = copy;
	return 0;
}
