#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "sim/domains.h"
#include "sim/kinds.h"
#include "sim/people.h"
#include "sim/times.h"

enum { MARKETPLACES = 6 };

struct owner {
	const char *type, *user_id; /* user_id NULL: the organization */
};

struct marketplace {
	char id[SIM_ID];
	const char *name, *source, *preference, *sync_status;
	struct owner owner;
	char created_at[SIM_TIME], synced_at[SIM_TIME], sha[41]; /* "": null */
};

struct plugin {
	char id[SIM_ID], marketplace_id[SIM_ID], served[SIM_ID], latest[SIM_ID], name[32];
	const char *display_name, *description, *manifest_version, *reach;
	const char *preference; /* NULL with INHERITED -1: a member's */
	int pinned, inherited;
	struct owner owner;
	struct sim_who creator;
	struct {
		const char *status, *assessment, *reason; /* status NULL: never */
	} scan;
	int unscanned;	   /* components: null */
	size_t components; /* so many */
	char created_at[SIM_TIME], updated_at[SIM_TIME];
};

/* ---- the model ---- */

/* A member owns every third one from the second on. */
static struct owner
owner_of(const struct sim *s, size_t m)
{
	if (m % 3 != 1)
		return (struct owner){"organization", NULL};
	return (struct owner){"user", s->org.users[m % s->org.nusers].head.id};
}

static int
get_marketplace(const struct sim_scope *at, size_t i, void *object)
{
	static const struct {
		const char *name, *source, *preference, *status;
	} all[MARKETPLACES] = {
		{"internal", "github", "available", "success"},
		{"my experiments", "manual", NULL, NULL},
		{"design \"system\"", "gitlab", "auto_install", "failed_auth"},
		{"outil privé", "public_git", NULL, "in_progress"},
		{"Anthropic directory", "directory", "not_available", NULL},
		{"compliance", "github", "required", "failed_content"},
	};
	struct marketplace *m = object;
	uint64_t h = sim_hash(at->s->config.seed, SIM_OF_MARKETPLACE, 1, i);
	int64_t created = utc_days(2026, 9, 28) * UTC_DAY - (int64_t)i * 9 * UTC_DAY;

	if (i >= MARKETPLACES)
		return -1;
	memset(m, 0, sizeof *m);
	sim_org_id(m->id, "marketplace_", at->s->config.seed, SIM_OF_MARKETPLACE, i);
	m->name = all[i].name;
	m->source = all[i].source;
	m->preference = all[i].preference;
	m->sync_status = all[i].status;
	m->owner = owner_of(at->s, i);
	/* Members' have no standing preference of the organization. */
	if (m->owner.user_id != NULL)
		m->preference = NULL;
	sim_org_time(m->created_at, created, h);
	if (m->sync_status != NULL && strcmp(m->sync_status, "in_progress") != 0)
		sim_org_time(m->synced_at, created + 50 * (int64_t)UTC_DAY, h >> 8);
	if (m->sync_status != NULL && strcmp(m->sync_status, "failed_auth") != 0)
		snprintf(m->sha, sizeof m->sha, "%016llx%016llx%08x", (unsigned long long)h,
			(unsigned long long)~h, (unsigned)(h >> 7));
	return 1;
}

static void
scan(struct plugin *p, size_t i)
{
	static const struct {
		const char *status, *assessment, *reason;
	} all[] = {{"completed", "pass", NULL}, {"processing", NULL, NULL}, {NULL, NULL, NULL},
		{"completed", "warn", "Runs a shell \"hook\"\nat each start"},
		{"errored", NULL, "The archive could not be read"}, {"completed", "unknown", NULL},
		{"completed", "fail", "Sends files to a host"}};
	size_t k = i % (sizeof all / sizeof *all);

	p->scan.status = all[k].status;
	p->scan.assessment = all[k].assessment;
	p->scan.reason = all[k].reason;
}

static struct sim_who
creator(const struct sim *s, size_t i, uint64_t h)
{
	struct sim_someone who = {SIM_IS_USER, (size_t)(h >> 8) % sim_people_count(s)};
	struct sim_who w;

	if (i % 4 == 2)
		who = (struct sim_someone){SIM_IS_NOBODY, 0};
	else if (i % 4 == 3)
		who = (struct sim_someone){SIM_IS_KEY, (size_t)(h >> 8) % s->org.nkeys};
	w = sim_people_who(s, who);
	/* Former members have lost their addresses here. */
	if (w.deleted == 1)
		w.email = NULL;
	return w;
}

static int
get_plugin(const struct sim_scope *at, size_t i, void *object)
{
	static const char *const names[] = {"sales-toolkit", "code-review", "brand voice",
		"sre-runbooks", "facturación", "legal"};
	static const char *const reaches[] = {"remote", "contained", NULL, "privileged"};
	static const char *const preferences[] = {
		"available", "required", "auto_install", "not_available"};
	const struct sim *s = at->s;
	struct plugin *p = object;
	uint64_t h = sim_hash(s->config.seed, SIM_OF_PLUGIN, 1, i);
	size_t market = i % (MARKETPLACES - 1);
	int64_t created = utc_days(2026, 11, 2) * UTC_DAY - (int64_t)(i * UTC_DAY + h % 40000);

	if (i >= s->org.nusers / 5 + 4)
		return -1;
	memset(p, 0, sizeof *p);
	sim_org_id(p->id, "plugin_", s->config.seed, SIM_OF_PLUGIN, i);
	sim_org_id(p->marketplace_id, "marketplace_", s->config.seed, SIM_OF_MARKETPLACE, market);
	sim_org_id(p->latest, "pluginver_", s->config.seed, SIM_OF_PLUGIN_VERSION, i);
	p->pinned = i % 5 == 1;
	sim_org_id(p->served, "pluginver_", s->config.seed, SIM_OF_PLUGIN_VERSION,
		p->pinned ? i + 100000 : i);
	snprintf(p->name, sizeof p->name, "%s-%zu", names[i % 6], i);
	p->display_name = i % 3 == 1 ? NULL : names[i % 6];
	p->description = i % 4 == 0 ? "Déjà \"vu\",\tand more" : NULL;
	p->manifest_version = i % 6 == 4 ? NULL : "1.4.0";
	p->reach = reaches[i % 4];
	p->owner = owner_of(s, market);
	p->preference = p->owner.user_id == NULL ? preferences[(h >> 4) % 4] : NULL;
	p->inherited = p->owner.user_id == NULL ? (int)(h >> 6) & 1 : -1;
	p->creator = creator(s, i, h);
	scan(p, i);
	p->unscanned = i % 7 == 2;
	p->components = (size_t)(h >> 12) % 4;
	sim_org_time(p->created_at, created, h >> 16);
	sim_org_time(p->updated_at, created + (int64_t)(h >> 20) % (9 * UTC_DAY), h >> 24);
	return 1;
}

static const struct sim_source marketplaces = {.size = sizeof(struct marketplace),
				       .get = get_marketplace},
			       plugins = {.size = sizeof(struct plugin), .get = get_plugin};

/* ---- as the API writes them ---- */

static void
put_components(struct buf *to, const void *object, unsigned escapes)
{
	static const char *const all[][2] = {{"skill", "account-research"}, {"hook", "on stop"},
		{"mcp_server", "crm"}, {"agent", "planner"}, {"command", "/quote"}};
	const struct plugin *p = object;

	(void)escapes;
	if (p->unscanned) {
		buf_puts(to, "null");
		return;
	}
	buf_putc(to, '[');
	for (size_t i = 0; i < p->components; i++)
		buf_printf(to, "%s{\"type\":\"%s\",\"name\":\"%s\",\"description\":%s}",
			i == 0 ? "" : ",", all[i][0], all[i][1],
			i % 2 == 0 ? "null" : "\"Says \\\"why\\\"\"");
	buf_putc(to, ']');
}

static int
has_creator(const void *object)
{
	return ((const struct plugin *)object)->creator.type != NULL;
}

/* The creator is a user; has_creator() holds where this is asked for a member of created_by. */
static int
is_user(const void *object)
{
	return ((const struct plugin *)object)->creator.deleted >= 0;
}

static int
is_key(const void *object)
{
	return !is_user(object);
}

static int
scanned(const void *object)
{
	return ((const struct plugin *)object)->scan.status != NULL;
}

static const struct sim_field owner[] = {
	{"type", SIM_TEXT, .at = offsetof(struct owner, type)},
	{"user_id", SIM_TEXT, .at = offsetof(struct owner, user_id), .optional = 1},
	{.name = NULL},
};

static const struct sim_field marketplace[] = {
	{"type", SIM_CONSTANT, .text = "plugin_marketplace"},
	{"id", SIM_CHARS, .at = offsetof(struct marketplace, id)},
	{"name", SIM_TEXT, .at = offsetof(struct marketplace, name), .shift = 8, .ways = 8},
	{"owner", SIM_OBJECT, .at = offsetof(struct marketplace, owner), .of = owner},
	{"source", SIM_TEXT, .at = offsetof(struct marketplace, source)},
	{"default_installation_preference", SIM_TEXT,
		.at = offsetof(struct marketplace, preference)},
	{"sync_status", SIM_TEXT, .at = offsetof(struct marketplace, sync_status)},
	{"last_sync_ended_at", SIM_CHARS, .at = offsetof(struct marketplace, synced_at)},
	{"last_sync_read_sha", SIM_CHARS, .at = offsetof(struct marketplace, sha)},
	{"created_at", SIM_CHARS, .at = offsetof(struct marketplace, created_at)},
	{"owner_type", SIM_TEXT, .at = offsetof(struct marketplace, owner.type), .hidden = 1,
		.column = ""},
	{.name = NULL},
};

static const struct sim_field content_scan[] = {
	{"status", SIM_TEXT, .at = offsetof(struct plugin, scan.status)},
	{"assessment", SIM_TEXT, .at = offsetof(struct plugin, scan.assessment)},
	{"reason", SIM_TEXT, .at = offsetof(struct plugin, scan.reason)},
	{.name = NULL},
};

/* Without the name, and without saying who was deleted: no struct sim_who. */
static const struct sim_field created_by[] = {
	{"type", SIM_TEXT, .at = offsetof(struct plugin, creator.type)},
	{"user_id", SIM_TEXT, .at = offsetof(struct plugin, creator.id), .has = is_user,
		.optional = 1},
	{"email_address", SIM_TEXT, .at = offsetof(struct plugin, creator.email), .has = is_user,
		.optional = 1},
	{"api_key_id", SIM_TEXT, .at = offsetof(struct plugin, creator.id), .has = is_key,
		.optional = 1},
	{.name = NULL},
};

static const struct sim_field plugin[] = {
	{"type", SIM_CONSTANT, .text = "plugin"},
	{"id", SIM_CHARS, .at = offsetof(struct plugin, id)},
	{"name", SIM_CHARS, .at = offsetof(struct plugin, name)},
	{"display_name", SIM_TEXT, .at = offsetof(struct plugin, display_name), .shift = 8,
		.ways = 8},
	{"description", SIM_TEXT, .at = offsetof(struct plugin, description), .shift = 12,
		.ways = 8},
	{"owner", SIM_OBJECT, .at = offsetof(struct plugin, owner), .of = owner},
	{"marketplace_id", SIM_CHARS, .at = offsetof(struct plugin, marketplace_id)},
	{"served_version_id", SIM_CHARS, .at = offsetof(struct plugin, served)},
	{"served_version_pinned", SIM_BOOLEAN, .at = offsetof(struct plugin, pinned)},
	{"latest_version_id", SIM_CHARS, .at = offsetof(struct plugin, latest)},
	{"manifest_version", SIM_TEXT, .at = offsetof(struct plugin, manifest_version)},
	{"created_by", SIM_OBJECT, .of = created_by, .has = has_creator, .column = ""},
	{"created_by_type", SIM_TEXT, .at = offsetof(struct plugin, creator.type), .hidden = 1},
	{"created_by_id", SIM_TEXT, .at = offsetof(struct plugin, creator.id), .hidden = 1},
	{"created_by_email", SIM_TEXT, .at = offsetof(struct plugin, creator.email), .hidden = 1},
	{"organization_installation_preference", SIM_TEXT,
		.at = offsetof(struct plugin, preference)},
	{"organization_installation_preference_inherited", SIM_BOOLEAN,
		.at = offsetof(struct plugin, inherited)},
	{"content_scan", SIM_OBJECT, .of = content_scan, .has = scanned},
	{"components", SIM_MADE, .make = put_components},
	{"reach", SIM_TEXT, .at = offsetof(struct plugin, reach)},
	{"created_at", SIM_CHARS, .at = offsetof(struct plugin, created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct plugin, updated_at)},
	{"owner_type", SIM_TEXT, .at = offsetof(struct plugin, owner.type), .hidden = 1,
		.column = ""},
	{"owner_user_id", SIM_TEXT, .at = offsetof(struct plugin, owner.user_id), .hidden = 1,
		.column = ""},
	{.name = NULL},
};

static const struct sim_fields marketplace_fields = {marketplace, 24, 2, 9},
			       plugin_fields = {plugin, 25, 2, 17};

#define BETA "ce-plugins-2026-09-01"

static const char *const owners[] = {"organization", "user", NULL};
static const char *const sources[] = {
	"directory", "github", "gitlab", "manual", "public_git", NULL};

static const struct sim_param plugin_params[] = {
	{"marketplace_id", .kind = SIM_P_TEXT, .field = "marketplace_id"},
	{"owner_type", .kind = SIM_P_WORD, .values = owners, .field = "owner_type"},
	{"owner_user_id", .kind = SIM_P_TEXT, .field = "owner_user_id"},
	{"organization_id", .kind = SIM_P_TEXT},
	{"created_at[gt]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_gt},
	{"created_at[gte]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_gte},
	{"created_at[lt]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_lt},
	{"created_at[lte]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_lte},
	{.name = NULL},
};

static const struct sim_param marketplace_params[] = {
	{"owner_type", .kind = SIM_P_WORD, .values = owners, .field = "owner_type"},
	{"source", .kind = SIM_P_WORD, .values = sources, .field = "source"},
	{"organization_id", .kind = SIM_P_TEXT},
	{.name = NULL},
};

const struct sim_endpoint sim_plugins_endpoints[] = {
	{"organizations/plugins", SIM_SCOPED, "read:plugins", BETA, 404, plugin_params,
		.paging = SIM_BY_TOKEN, .limit = 20, .most = 100, .envelope = SIM_NEXT,
		.of = &plugin_fields, .source = &plugins},
	{"organizations/plugin_marketplaces", SIM_SCOPED, "read:plugins", BETA, 404,
		marketplace_params, .paging = SIM_BY_TOKEN, .limit = 20, .most = 1000,
		.envelope = SIM_NEXT, .of = &marketplace_fields, .source = &marketplaces},
	{.path = NULL},
};

const struct sim_table sim_plugins_tables[] = {
	{"plugins", &plugin_fields, .source = &plugins},
	{"plugin_marketplaces", &marketplace_fields, .source = &marketplaces},
	{.name = NULL},
};
