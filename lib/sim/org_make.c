#include "sim/org.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/kinds.h"

#define LONG_NAME                                                                                  \
	"Wolfeschlegelsteinhausenbergerdorff Maximiliane Theodora Friederike Charlotte von und "   \
	"zu Hohenstein-Waldeck-Pyrmont, née Ångström-Đoković, formerly of the Department of "      \
	"Applied Statistics, Measurement and Quality Assurance of the Northern Region, now "       \
	"responsible for everything that nobody else wanted to be responsible for"

struct person {
	const char *name, *local, *role;
};

/* The first users: most of them plain, some with what breaks naive programs. */
static const struct person people[] = {
	{"Zoë Müller", "zoe.mueller", "admin"},
	{"Ada Quinn", "ada.quinn", "developer"},
	{"", "nameless", "user"},
	{"Patrick \"Pat\" O'Brien, Jr.", "pat.obrien+claude", "claude_code_user"},
	{"Mei Lin 林美", "mei.lin", "developer"},
	{"Tab\tHunter", "tab.hunter", "developer"},
	{"Line\nBreaker", "line.breaker", "claude_code_user"},
	{"Back\\slash \\N \\t", "back.slash", "developer"},
	{"Grace 🚀👩‍💻", "grace.h", "admin"},
	{"יעל כהן (Yael)", "yael.cohen", "billing"},
	{"فاطمة الزهراء", "fatima.z", "developer"},
	{LONG_NAME, "maximiliane.wolfeschlegelsteinhausenbergerdorff.waldeck.pyrmont", "user"},
	{"=HYPERLINK(\"http://x\",\"y\")", "formula", "user"},
	{"#hash first", "hash.first", "user"},
	{"\\N", "null.looking", "claude_code_user"},
	{"Robert'); DROP TABLE users;--", "bobby.tables", "developer"},
	{"Søren Kjær", "soren.kjaer", "developer"},
	{"Łukasz Żółć", "lukasz", "claude_code_user"},
	{"Ivan Petrov / Иван Петров", "ivan.petrov", "developer"},
	{" leading and trailing ", "spaces", "user"},
	{"Carriage\r\nReturn", "carriage.return", "claude_code_user"},
	{"O\xcc\x88mer Decomposed", "oemer", "developer"},
	{"null", "null", "developer"},
	{"Quote \"\" twice, comma; semicolon", "quote", "claude_code_user"},
	{"Linus <b>& Co</b>", "linus", "developer"},
};
enum { PEOPLE = sizeof people / sizeof *people };

static const char *const first_names[] = {"Ana", "Ben", "Chloé", "Dev", "Elif", "Femi", "Gus",
	"Hana", "Iris", "Jun", "Kofi", "Lena", "Max", "Nia", "Omar", "Pia", "Quan", "Rosa", "Sam",
	"Tove"};
static const char *const last_names[] = {"Adams", "Bauer", "Costa", "Diaz", "Eriksen", "Fischer",
	"Gupta", "Hassan", "Ito", "Jones", "Kim", "Lopez", "Meyer", "Novak", "Okafor", "Park",
	"Rossi", "Silva", "Tanaka", "Weber"};
static const char *const roles[] = {"user", "claude_code_user", "developer", "developer",
	"claude_code_user", "billing", "admin"};

static const char *const workspace_names[] = {"Production", "R&D – Ψ lab 🚀", "Claude Code",
	"Legacy import", "Data\tplatform \"ETL\" \\ EU", "Support – カスタマー\nsecond line"};
enum { WORKSPACE_NAMES = sizeof workspace_names / sizeof *workspace_names, ARCHIVED = 3 };

static const char *const key_names[] = {"legacy-import", "nightly-batch", "web \"front\", v2 – été",
	"claude_code_key_obrien", "evals", "search\tindexer", "support-bot 🤖", "etl\\eu",
	"notebook\nshared", "ci-review", "mobile-app", "docs-qa", "claude_code_ci", "fraud-scoring",
	"priority-chat"};
enum { KEY_NAMES = sizeof key_names / sizeof *key_names };

uint64_t
sim_hash(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t n[] = {a, b, c};
	uint64_t x = seed + 0x9e3779b97f4a7c15U;

	/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014), once for each number. */
	for (size_t i = 0; i < 3; i++) {
		x ^= n[i] + 0x9e3779b97f4a7c15U * (i + 1);
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
		x ^= x >> 31;
	}
	return x;
}

void
sim_org_id(char to[SIM_ID], const char *prefix, uint64_t seed, uint64_t kind, uint64_t index)
{
	static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	size_t n = (size_t)snprintf(to, SIM_ID, "%s01", prefix);
	uint64_t x = 0;

	for (size_t i = 0; i < 22; i++) {
		if (i % 8 == 0)
			x = sim_hash(seed, SIM_ORG_ID, kind, index * 8 + i / 8);
		to[n++] = base58[x % 58];
		x /= 58;
	}
	to[n] = '\0';
}

void
sim_org_uuid(char to[SIM_ID], uint64_t seed, uint64_t kind, uint64_t index)
{
	uint64_t a = sim_hash(seed, SIM_ORG_ID, kind, index),
		 b = sim_hash(seed, SIM_ORG_ID, kind + 100, index);

	snprintf(to, SIM_ID, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff,
		0x8000 | ((unsigned)(b >> 48) & 0x3fff), (unsigned long long)(b & 0xffffffffffffU));
}

void
sim_org_time(char to[SIM_TIME], int64_t t, uint64_t hash)
{
	char text[UTC_TEXT];
	unsigned micro = (unsigned)(hash >> 8) % 1000000;

	utc_format(t, text);
	text[19] = '\0';
	switch (hash % 4) {
	case 0:
		snprintf(to, SIM_TIME, "%sZ", text);
		break;
	case 1:
		snprintf(to, SIM_TIME, "%s.%03uZ", text, micro / 1000);
		break;
	default:
		snprintf(to, SIM_TIME, "%s.%06uZ", text, micro);
	}
}

/* Text in new memory, or NULL. */
static char *__attribute__((format(printf, 1, 2)))
text(const char *fmt, ...)
{
	char *to = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || (to = malloc((size_t)len + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return to;
}

/* The instant of object I of N, spread evenly from FROM to TO, a little moved. */
static int64_t
spread(uint64_t seed, uint64_t kind, size_t i, size_t n, int64_t from, int64_t to)
{
	int64_t step = (to - from) / (int64_t)n;

	if (step < 1)
		step = 1;
	return from + (int64_t)i * step +
	       (int64_t)(sim_hash(seed, SIM_ORG_TIME, kind, i) % (uint64_t)step);
}

static int
make_user(struct sim_org *o, size_t i)
{
	struct sim_user *u = &o->users[i];
	uint64_t h = sim_hash(o->seed, SIM_ORG_PERSON, SIM_KIND_USER, i);
	const char *first = first_names[h % 20], *last = last_names[(h >> 8) % 20];
	int64_t from = utc_days(2024, 6, 3) * UTC_DAY, to = utc_days(2026, 6, 30) * UTC_DAY;

	sim_org_id(u->head.id, "user_", o->seed, SIM_KIND_USER, i);
	/* Newest first, as the API lists them. */
	sim_org_time(u->added_at,
		spread(o->seed, SIM_KIND_USER, o->nusers - 1 - i, o->nusers, from, to), h);
	if (i < PEOPLE) {
		u->head.name = text("%s", people[i].name);
		u->email = text("%s@example.com", people[i].local);
		u->role = people[i].role;
	} else {
		u->head.name = text("%s %s", first, last);
		u->email = text("%s.%s.%zu@example.com",
			strcmp(first, "Chloé") == 0 ? "Chloe" : first, last, i);
		u->role = roles[(h >> 20) % 7];
	}
	u->seat = i % 8 == 5 ? "{\"tier\":null,\"tags\":[\"x\",{}]}" : NULL;
	return u->head.name == NULL || u->email == NULL ? -1 : 0;
}

static int
make_invite(struct sim_org *o, size_t i, int64_t today)
{
	struct sim_invite *v = &o->invites[i];
	uint64_t h = sim_hash(o->seed, SIM_ORG_PERSON, SIM_KIND_INVITE, i);
	int64_t invited = today - (int64_t)(i * 5 + h % 4) * UTC_DAY - (int64_t)(h % 40000) - 60;

	sim_org_id(v->head.id, "invite_", o->seed, SIM_KIND_INVITE, i);
	sim_org_time(v->invited_at, invited, h);
	sim_org_time(v->expires_at, invited + 21 * (int64_t)UTC_DAY, h);
	v->role = roles[h % 7];
	v->rbac_groups = i % 5 == 3 ? "[\"rbac_group_01A\",\"rbac_group_01B\"]" : "[]";
	v->email = i == 0 ? text("new.hire+ops@example.com")
			  : text("%s.%s.%zu@example.com", first_names[(h >> 9) % 20],
				    last_names[(h >> 17) % 20], i);
	if (i % 3 == 1) {
		v->status = "accepted";
		sim_org_time(v->accepted_at, invited + (int64_t)(h % 50), h >> 3);
	} else {
		v->status = invited + 21 * (int64_t)UTC_DAY > today ? "pending" : "expired";
	}
	return v->email == NULL ? -1 : 0;
}

static int
make_workspace(struct sim_org *o, size_t i)
{
	static const char *const colors[] = {
		"#6C5BB9", "#1A7F64", "#D97757", "#4A6FA5", "#B8860B", "#8B3A62"};
	struct sim_workspace *w = &o->workspaces[i];
	uint64_t h = sim_hash(o->seed, SIM_ORG_WORKSPACE, 0, i);
	int64_t from = utc_days(2024, 7, 1) * UTC_DAY, to = utc_days(2025, 6, 30) * UTC_DAY;

	sim_org_id(w->head.id, "wrkspc_", o->seed, SIM_KIND_WORKSPACE, i);
	sim_org_uuid(w->compartment, o->seed, SIM_KIND_WORKSPACE, i);
	sim_org_time(
		w->created_at, spread(o->seed, SIM_KIND_WORKSPACE, i, o->nworkspaces, from, to), h);
	if (i % 16 == ARCHIVED || (o->nworkspaces <= ARCHIVED && i > 0 && i + 1 == o->nworkspaces))
		sim_org_time(w->archived_at, utc_days(2025, 8, 31) * UTC_DAY + 86399, h);
	if (i % 5 == 0)
		sim_org_id(w->external_key, "ekey_", o->seed, SIM_KIND_EXTERNAL, i);
	if (i % 6 == 1)
		sim_org_id(w->profile, "uprof_", o->seed, SIM_KIND_PROFILE, i);
	snprintf(w->color, sizeof w->color, "%s", colors[h % 6]);
	w->default_geo = i % 3 == 2 ? "us" : "global";
	if (i % 3 != 0) {
		w->geos[0] = "us";
		w->geos[1] = i % 3 == 1 ? "global" : NULL;
	}
	if (i % 4 == 0)
		w->tags[w->ntags++] = (struct sim_tag){"env", i == 0 ? "prod" : "staging"};
	if (i % 4 < 2)
		w->tags[w->ntags++] = (struct sim_tag){"team", "platform / core"};
	if (i % 4 == 1)
		w->tags[w->ntags++] =
			(struct sim_tag){"クライアント", "東京;\"a,b\"\n2nd\tline \\ end"};
	w->head.name = i < WORKSPACE_NAMES ? text("%s", workspace_names[i])
					   : text("Team %s %zu", last_names[h % 20], i);
	return w->head.name == NULL ? -1 : 0;
}

static void
set_actor(struct sim_actor *a, const char *type, const char *id)
{
	a->type = type;
	snprintf(a->id, sizeof a->id, "%s", id);
}

/* Whose key it is: mostly of a user, sometimes of nobody; a few act for somebody. */
static void
key_people(struct sim_org *o, size_t i, uint64_t h)
{
	struct sim_key *k = &o->keys[i];
	const char *user = o->users[h % o->nusers].head.id;

	if (i % 6 == 4)
		return; /* created by the system: null */
	set_actor(&k->creator, i % 8 == 7 ? "service_account" : "user",
		i % 8 == 7 ? o->services[0] : user);
	k->user = i % 8 == 7 ? NULL : k->creator.id;
	if (i % 5 == 3)
		set_actor(&k->principal, "user_actor", user);
	else if (i % 7 == 2)
		set_actor(&k->principal, "service_account_actor", o->services[i % o->nservices]);
}

/* Every other key of the default workspace is one of the whole organization. */
static void
key_scope(struct sim_org *o, size_t i)
{
	struct sim_key *k = &o->keys[i];
	int wide = k->workspace < 0 && i % 2 == 1;

	k->scope_type = wide ? "organization" : "workspace";
	if (!wide)
		k->scope_workspace = k->workspace < 0 ? o->standard.head.id : k->workspace_id;
}

static int
make_key(struct sim_org *o, size_t i)
{
	static const char *const statuses[] = {
		"active", "active", "inactive", "archived", "expired"};
	struct sim_key *k = &o->keys[i];
	uint64_t h = sim_hash(o->seed, SIM_ORG_KEY, 0, i);
	int64_t from = utc_days(2024, 8, 1) * UTC_DAY, to = utc_days(2025, 7, 31) * UTC_DAY;
	size_t last = o->nworkspaces - 1;

	sim_org_id(k->head.id, "apikey_", o->seed, SIM_KIND_KEY, i);
	k->created = spread(o->seed, SIM_KIND_KEY, i, o->nkeys, from, to);
	sim_org_time(k->created_at, k->created, h);
	/* The first key is of the archived workspace, where there is one; every third of none. */
	k->workspace = i == 0	    ? (int)(last < ARCHIVED ? last : ARCHIVED)
		       : i % 3 == 2 ? -1
				    : (int)(h % o->nworkspaces);
	if (i > 0 && k->workspace > 0 && o->workspaces[k->workspace].archived_at[0] != '\0')
		k->workspace = 0;
	k->workspace_id = k->workspace < 0 ? NULL : o->workspaces[k->workspace].head.id;
	k->status = i == 0 ? "archived" : i < 5 ? "active" : statuses[h % 5];
	if (strcmp(k->status, "expired") == 0 || i % 9 == 5)
		sim_org_time(k->expires_at, k->created + 400 * (int64_t)UTC_DAY, h >> 5);
	if (i % 10 != 6)
		snprintf(k->hint, sizeof k->hint, "sk-ant-api03-%.3s...%.2sAA", k->head.id + 10,
			k->head.id + 14);
	key_people(o, i, h >> 7);
	key_scope(o, i);
	k->head.name = i < KEY_NAMES ? text("%s", key_names[i])
				     : text("%s-%s-%zu", i % 5 == 3 ? "claude_code_key" : "service",
					       last_names[h % 20], i);
	return k->head.name == NULL ? -1 : 0;
}

static int
make_former(struct sim_org *o, size_t i)
{
	struct sim_former *f = &o->former[i];

	sim_org_id(f->id, "user_", o->seed, SIM_OF_FORMER, i);
	if (i % 2 == 1)
		return 0;
	f->email = text("former.%zu@example.com", i);
	f->name = text("Former Mémber %zu", i);
	return f->email == NULL || f->name == NULL ? -1 : 0;
}

static int
make_all(struct sim_org *o, int64_t today)
{
	int result = 0;

	for (size_t i = 0; i < o->nservices; i++)
		sim_org_id(o->services[i], "svac_", o->seed, SIM_KIND_SERVICE, i);
	for (size_t i = 0; i < o->nusers; i++)
		result |= make_user(o, i);
	for (size_t i = 0; i < o->ninvites; i++)
		result |= make_invite(o, i, today);
	for (size_t i = 0; i < o->nworkspaces; i++)
		result |= make_workspace(o, i);
	for (size_t i = 0; i < o->nkeys; i++)
		result |= make_key(o, i);
	for (size_t i = 0; i < o->nformer; i++)
		result |= make_former(o, i);
	for (size_t i = 0; i < SIM_SCOPED_KEYS; i++)
		sim_org_id(o->scoped_keys[i], "apikey_", o->seed, SIM_OF_SCOPED_KEY, i);
	return result;
}

int
sim_org_make(struct sim_org *o, const struct sim_config *c, int64_t now, struct ant_err *e)
{
	memset(o, 0, sizeof *o);
	o->seed = c->seed;
	o->nusers = (size_t)c->users;
	o->nworkspaces = (size_t)c->workspaces;
	o->nkeys = (size_t)c->api_keys;
	o->ninvites = o->nusers / 4 + 4;
	o->nservices = 2;
	o->nformer = o->nusers / 12 + 1;
	sim_org_uuid(o->id, c->seed, 50, 0);
	o->standard = (struct sim_workspace){.created_at = "2024-06-01T00:00:00Z",
		.color = "#6C5BB9",
		.default_geo = "global",
		.is_default = "default"};
	sim_org_id(o->standard.head.id, "wrkspc_", c->seed, SIM_KIND_WORKSPACE, SIM_KIND_DEFAULT);
	sim_org_uuid(o->standard.compartment, c->seed, SIM_KIND_WORKSPACE, SIM_KIND_DEFAULT);
	o->standard.head.name = strdup("Default");
	o->name = strdup("Exämple Analytics, Inc.");
	o->users = calloc(o->nusers, sizeof *o->users);
	o->invites = calloc(o->ninvites, sizeof *o->invites);
	o->workspaces = calloc(o->nworkspaces, sizeof *o->workspaces);
	o->keys = calloc(o->nkeys, sizeof *o->keys);
	o->services = calloc(o->nservices, sizeof *o->services);
	o->former = calloc(o->nformer, sizeof *o->former);
	if (o->name == NULL || o->standard.head.name == NULL || o->users == NULL ||
		o->invites == NULL || o->workspaces == NULL || o->keys == NULL ||
		o->services == NULL || o->former == NULL ||
		make_all(o, utc_floor(now, UTC_DAY)) == -1)
		return err_set(e, ANT_FAIL, "out of memory for the organization");
	return 0;
}

void
sim_org_free(struct sim_org *o)
{
	for (size_t i = 0; o->users != NULL && i < o->nusers; i++) {
		free(o->users[i].head.name);
		free(o->users[i].email);
	}
	for (size_t i = 0; o->invites != NULL && i < o->ninvites; i++)
		free(o->invites[i].email);
	for (size_t i = 0; o->workspaces != NULL && i < o->nworkspaces; i++)
		free(o->workspaces[i].head.name);
	for (size_t i = 0; o->keys != NULL && i < o->nkeys; i++)
		free(o->keys[i].head.name);
	for (size_t i = 0; o->former != NULL && i < o->nformer; i++) {
		free(o->former[i].email);
		free(o->former[i].name);
	}
	free(o->former);
	free(o->name);
	free(o->standard.head.name);
	free(o->users);
	free(o->invites);
	free(o->workspaces);
	free(o->keys);
	free(o->services);
	memset(o, 0, sizeof *o);
}
