#include "sim/dims.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sim/kinds.h"

static const char *const windows[] = {"0-200k", "200k-1M", NULL};
static const char *const geos[] = {"global", "us", NULL}; /* not_available is null here */
static const char *const tiers[] = {
	"standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount", NULL};
static const char *const speeds[] = {"standard", "fast", NULL};
static const char *const categories[] = {
	"engaged", "proactive", "scheduled", "monitoring", "dm", NULL};
static const char *const actor_types[] = {
	"user_actor", "service_account_actor", "federated_actor", "api_actor", NULL};

static const struct {
	const char *name, *filter, *old; /* old: the filter of the legacy reports, NULL: none */
	int legacy;			 /* they group by it */
	const char *const *words;	 /* its values, where they are words of the API */
	const char *prefix; /* of ids that are made up: so many a workspace, or in all */
	size_t each, all;
} dims[SIM_ALL_DIMS] = {
	[SIM_BY_ACTOR] = {"actor", "actor_ids", "user_ids", 0, NULL, NULL, 0, 0},
	[SIM_BY_ACTOR_TYPE] = {"actor_type", "actor_types", NULL, 0, actor_types, NULL, 0, 0},
	[SIM_BY_AGENT] = {"agent_id", "agent_ids", NULL, 0, NULL, "agent_", 1, 0},
	[SIM_BY_KEY] = {"api_key_id", "api_key_ids", NULL, 0, NULL, NULL, 0, 0},
	[SIM_BY_CATEGORY] = {"claude_tag_category", "claude_tag_categories",
		"claude_tag_categories", 1, categories, NULL, 0, 0},
	[SIM_BY_SLACK_USER] = {"claude_tag_user_id", "claude_tag_user_ids", "claude_tag_user_ids",
		1, NULL, NULL, 0, 0},
	[SIM_BY_WINDOW] = {"context_window", "context_windows", "context_windows", 1, windows, NULL,
		0, 0},
	[SIM_BY_DEPLOYMENT] = {"deployment_id", "deployment_ids", NULL, 0, NULL, "depl_", 1, 0},
	[SIM_BY_ENVIRONMENT] = {"environment_id", "environment_ids", NULL, 0, NULL, "env_", 0, 2},
	[SIM_BY_GEO] = {"inference_geo", "inference_geos", "inference_geos", 1, geos, NULL, 0, 0},
	[SIM_BY_MODEL] = {"model", "models", "models", 1, NULL, NULL, 0, 0},
	[SIM_BY_ORGANIZATION] = {"organization_id", "organization_ids", NULL, 0, NULL, NULL, 0, 0},
	[SIM_BY_PRODUCT] = {"product", "products", "products", 1, NULL, NULL, 0, 0},
	[SIM_BY_GROUP] = {"rbac_group_id", "rbac_group_ids", "rbac_group_ids", 1, NULL, NULL, 0, 0},
	[SIM_BY_TIER] = {"service_tier", "service_tiers", NULL, 0, tiers, NULL, 0, 0},
	[SIM_BY_SESSION] = {"session_id", "session_ids", NULL, 0, NULL, "sesn_", SIM_SESSIONS, 0},
	[SIM_BY_CHANNEL] = {"slack_channel_id", "slack_channel_ids", "slack_channel_ids", 1, NULL,
		NULL, 0, 0},
	[SIM_BY_SPEED] = {"speed", "speeds", "speeds", 1, speeds, NULL, 0, 0},
	[SIM_BY_PROFILE] = {"user_profile_id", "user_profile_ids", NULL, 0, NULL, "uprof_", 0,
		SIM_UPROFS},
	[SIM_BY_WORKSPACE] = {"workspace_id", "workspace_ids", NULL, 0, NULL, NULL, 0, 0},
	[SIM_BY_COST_TYPE] = {"cost_type", NULL, NULL, 1, NULL, NULL, 0, 0},
	[SIM_BY_TOKEN_TYPE] = {"token_type", NULL, NULL, 1, NULL, NULL, 0, 0},
};

/* ---- names ---- */

int
sim_dims_find(const char *name)
{
	for (int d = 0; d < SIM_ALL_DIMS; d++)
		if (strcmp(dims[d].name, name) == 0)
			return d;
	return -1;
}

const char *
sim_dims_filter(enum sim_use_dim dim, int legacy)
{
	return legacy ? dims[dim].old : dims[dim].filter;
}

int
sim_dims_legacy(enum sim_use_dim dim)
{
	return dims[dim].legacy;
}

/* ---- texts ---- */

static int
add(struct strlist *to, const char *text)
{
	return strlist_add(to, text, strlen(text));
}

/* N ids, made with PREFIX and the dimension's number. */
static int
add_ids(struct strlist *to, const struct sim *s, const char *prefix, int dim, size_t n)
{
	char id[SIM_ID];
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		sim_org_id(id, prefix, s->config.seed, SIM_OF_USE, (uint64_t)dim << 32 | i);
		result |= add(to, id);
	}
	return result;
}

/* N of Slack's ids: a letter and ten capitals and digits. */
static int
add_slack(struct strlist *to, const struct sim *s, char letter, size_t n)
{
	char id[SIM_ID], slack[12];
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		sim_org_id(id, "", s->config.seed, SIM_OF_USE,
			(uint64_t)(unsigned char)letter << 40 | i);
		slack[0] = letter;
		for (size_t c = 1; c < sizeof slack - 1; c++)
			slack[c] = (char)toupper((unsigned char)id[c + 1]);
		slack[sizeof slack - 1] = '\0';
		result |= add(to, slack);
	}
	return result;
}

static int
add_actors(struct strlist *to, struct sim_dims *d, const struct sim *s)
{
	size_t n = d->persons + d->services + SIM_FEDERATED + d->keys;
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		const char *id = sim_people_who(s, sim_dims_who(d, (int)i)).id;

		result |= add(to, id == NULL ? "" : id); /* "": it has none, no filter means it */
	}
	return result;
}

int
sim_dims_make(struct sim_dims *d, const struct sim *s)
{
	const struct sim_org *o = &s->org;
	int result = 0;
	char id[SIM_ID];

	memset(d, 0, sizeof *d);
	d->persons = sim_people_count(s);
	d->services = o->nservices;
	d->keys = o->nkeys;
	for (int i = 0; i < SIM_USE_DIMS; i++) {
		for (const char *const *w = dims[i].words; w != NULL && *w != NULL; w++)
			result |= add(&d->text[i], *w);
		if (dims[i].prefix != NULL)
			result |= add_ids(&d->text[i], s, dims[i].prefix, i,
				dims[i].each * o->nworkspaces + dims[i].all);
	}
	result |= add_actors(&d->text[SIM_BY_ACTOR], d, s);
	result |= add_slack(&d->text[SIM_BY_SLACK_USER], s, 'U', d->persons);
	result |= add_slack(&d->text[SIM_BY_CHANNEL], s, 'C', SIM_CHANNELS);
	for (size_t i = 0; i < o->nkeys; i++)
		result |= add(&d->text[SIM_BY_KEY], o->keys[i].head.id);
	for (size_t i = 0; i < SIM_MODELS; i++)
		result |= add(&d->text[SIM_BY_MODEL], sim_models[i].id);
	for (int p = 0; p < SIM_PRODUCTS; p++)
		result |= add(&d->text[SIM_BY_PRODUCT], sim_people_product((enum sim_product)p));
	for (size_t g = 0; g < sim_people_ngroups(s); g++) {
		sim_people_group_id(s, g, id);
		result |= add(&d->text[SIM_BY_GROUP], id);
	}
	for (size_t w = 0; w < o->nworkspaces; w++)
		result |= add(&d->text[SIM_BY_WORKSPACE], o->workspaces[w].head.id);
	return result | add(&d->text[SIM_BY_WORKSPACE], o->standard.head.id);
}

void
sim_dims_free(struct sim_dims *d)
{
	for (int i = 0; i < SIM_USE_DIMS; i++)
		strlist_free(&d->text[i]);
}

const char *
sim_dims_text(const struct sim_dims *d, enum sim_use_dim dim, int value)
{
	return value < 0 ? NULL : d->text[dim].v[value];
}

int
sim_dims_means(const struct sim_dims *d, enum sim_use_dim dim, int value, const char *text)
{
	const char *is = sim_dims_text(d, dim, value);

	if (value < 0) /* what two filters have a word for */
		return dim == SIM_BY_KEY   ? *text == '\0'
		       : dim == SIM_BY_GEO ? strcmp(text, "not_available") == 0
					   : 0;
	/* The legacy reports write one product otherwise. */
	if (dim == SIM_BY_PRODUCT && value == SIM_TAG && strcmp(text, "claude-tag") == 0)
		return 1;
	return *is != '\0' && strcmp(is, text) == 0;
}

/* ---- identities ---- */

int
sim_dims_service(const struct sim_dims *d, size_t n)
{
	return (int)(d->persons + n);
}

int
sim_dims_federated(const struct sim_dims *d, size_t n)
{
	return (int)(d->persons + d->services + n);
}

int
sim_dims_key(const struct sim_dims *d, size_t n)
{
	return (int)(d->persons + d->services + SIM_FEDERATED + n);
}

struct sim_someone
sim_dims_who(const struct sim_dims *d, int identity)
{
	size_t n = (size_t)identity;

	if (identity < 0)
		return (struct sim_someone){SIM_IS_NOBODY, 0};
	if (n < d->persons)
		return (struct sim_someone){SIM_IS_USER, n};
	n -= d->persons;
	if (n < d->services)
		return (struct sim_someone){SIM_IS_SERVICE, n};
	n -= d->services;
	if (n < SIM_FEDERATED)
		return (struct sim_someone){SIM_IS_FEDERATED, n};
	return (struct sim_someone){SIM_IS_KEY, n - SIM_FEDERATED};
}
