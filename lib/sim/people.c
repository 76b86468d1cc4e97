#include "sim/people.h"

#include "sim/edit.h"
#include "sim/kinds.h"

/* The group that nobody is in. */
enum { EMPTY_GROUP = 1 };

static const struct {
	const char *name;
	unsigned permille; /* of the members who use it */
	int year;
	unsigned month, day; /* since when it exists */
} products[SIM_PRODUCTS] = {
	[SIM_CHAT] = {"chat", 900, 2024, 6, 1},
	[SIM_CLAUDE_CODE] = {"claude_code", 550, 2025, 2, 24},
	[SIM_COWORK] = {"cowork", 300, 2026, 1, 12},
	[SIM_OFFICE] = {"office_agent", 200, 2026, 3, 2},
	[SIM_CHROME] = {"claude_in_chrome", 150, 2025, 12, 1},
	[SIM_DESIGN] = {"claude_design", 120, 2026, 4, 17},
	[SIM_TAG] = {"claude_tag", 100, 2026, 6, 15},
	[SIM_CONSOLE] = {"claude_console", 0, 0, 0, 0},
	[SIM_AGENTS] = {"managed_agents_api", 0, 0, 0, 0},
	[SIM_BATCHES] = {"message_batches_api", 0, 0, 0, 0},
	[SIM_MESSAGES] = {"messages_api", 0, 0, 0, 0},
	[SIM_OTHER] = {"other", 0, 0, 0, 0},
};

static const struct {
	const char *provider, *subject;
} federated[SIM_FEDERATED] = {
	{"{\"type\":\"aws\",\"account_id\":\"123456789012\",\"signed_principal\":"
	 "\"arn:aws:sts::123456789012:assumed-role/ci/build\"}",
		"arn:aws:sts::123456789012:assumed-role/ci/build"},
	{"{\"type\":\"azure\",\"subscription_id\":\"11111111-2222-4333-8444-555555555555\"}",
		"spn:etl@example.com"},
	{"{\"type\":\"gcp\",\"project_number\":\"987654321098\"}",
		"runner@example-project.iam.gserviceaccount.com"},
	{"{\"type\":\"oidc\",\"issuer\":null}", NULL},
};

/* ---- who acts ---- */

size_t
sim_people_count(const struct sim *s)
{
	return s->org.nusers + s->org.nformer;
}

int
sim_people_gone(const struct sim *s, size_t u)
{
	return u >= s->org.nusers || s->org.users[u].head.gone;
}

static struct sim_who
user(const struct sim *s, size_t u)
{
	struct sim_who w = {.type = "user_actor", .deleted = sim_people_gone(s, u)};

	if (u < s->org.nusers) {
		w.id = s->org.users[u].head.id;
		w.email = s->org.users[u].email;
		w.name = s->org.users[u].head.name;
	} else {
		const struct sim_former *f = &s->org.former[u - s->org.nusers];

		w.id = f->id;
		w.email = f->email;
		w.name = f->name;
	}
	return w;
}

struct sim_who
sim_people_who(const struct sim *s, struct sim_someone someone)
{
	size_t n = someone.number;
	struct sim_who w = {.deleted = -1};

	switch (someone.is) {
	case SIM_IS_USER:
		return user(s, n);
	case SIM_IS_SERVICE:
		w.type = "service_account_actor";
		w.id = s->org.services[n];
		break;
	case SIM_IS_KEY:
		w.type = "api_actor";
		w.id = s->org.keys[n].head.id;
		break;
	case SIM_IS_SCOPED_KEY:
		w.type = "scoped_api_key_actor";
		w.id = s->org.scoped_keys[n];
		break;
	case SIM_IS_FEDERATED:
		w.type = "federated_actor";
		w.provider = federated[n].provider;
		w.subject = federated[n].subject;
		break;
	case SIM_IS_NOBODY:
	default:
		break;
	}
	return w;
}

/* ---- groups ---- */

size_t
sim_people_ngroups(const struct sim *s)
{
	return s->org.nusers / 6 + 3;
}

void
sim_people_group_id(const struct sim *s, size_t g, char to[SIM_ID])
{
	sim_org_id(to, "rbac_group_", s->config.seed, SIM_OF_GROUP, g);
}

/* What EDIT makes of the N groups in TO that its user is in; how many those are then. */
static size_t
apply(const struct sim_edit *edit, size_t to[SIM_GROUPS_EACH], size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (to[i] != edit->group)
			to[left++] = to[i];
	if (edit->enters)
		to[left++] = edit->group; /* there was room when it was made */
	return left;
}

size_t
sim_people_groups(const struct sim *s, size_t u, size_t to[SIM_GROUPS_EACH])
{
	uint64_t h = sim_hash(s->config.seed, SIM_OF_GROUP, 0, u);
	size_t filled = sim_people_ngroups(s) - 1, n = h % (SIM_GROUPS_EACH + 1);

	if (n > filled)
		n = filled;
	for (size_t i = 0; i < n; i++) {
		size_t g = ((h >> 8) + i) % filled;

		to[i] = g < EMPTY_GROUP ? g : g + 1;
	}
	for (size_t i = 0; i < s->nedits; i++)
		if (*s->edits[i].limit == '\0' && s->edits[i].user == u)
			n = apply(&s->edits[i], to, n);
	return n;
}

/* ---- products ---- */

const char *
sim_people_product(enum sim_product p)
{
	return products[p].name;
}

/* The last day that user U was there; a long time from now for those who still are. */
static int64_t
last_day(const struct sim *s, size_t u)
{
	uint64_t h = sim_hash(s->config.seed, SIM_OF_FORMER, 1, u);

	return u < s->org.nusers ? INT64_MAX
				 : s->first_day + s->config.days - 5 - (int64_t)(h % 40);
}

int
sim_people_has(const struct sim *s, size_t u, enum sim_product p)
{
	return sim_hash(s->config.seed, SIM_OF_USE, u, p) % 1000 < products[p].permille;
}

unsigned
sim_people_use(const struct sim *s, size_t u, enum sim_product p, int64_t day)
{
	uint64_t h = sim_hash(s->config.seed, SIM_OF_USE_DAY, u * SIM_PRODUCTS + p, (uint64_t)day);
	int weekend = (day + 5) % 7 < 2; /* 1970-01-01 was a Thursday */

	if (!sim_people_has(s, u, p) || h % 100 >= (weekend ? 12 : 70))
		return 0;
	if (day < s->first_day ||
		day < utc_days(products[p].year, products[p].month, products[p].day) ||
		day > last_day(s, u) || sim_quiet(s, day))
		return 0;
	return 200 + (unsigned)(h >> 16) % 1801;
}
