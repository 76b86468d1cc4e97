#include "sim/activity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "sim/groups.h"
#include "sim/rbac.h"
#include "sim/uses.h"

/* What a hash is for, apart from those of the other modules. */
enum { OF_THING = 120, OF_VALUE, OF_NULL, OF_MEMBER_OF };

/* A day is there ten hours after its end; for so many days its counts still grow. */
enum { READY = 10 * UTC_HOUR, GROWING = 3 };
/* Of the things, what a user uses of a product on a day at most. */
enum { THINGS_A_DAY = 8 };

struct sums {
	const struct sim *s;
	const struct sim_activity_query *q;
	struct sim_groups keys; /* thing, product, group, user */
	struct sim_activity_row *rows;
	size_t cap;
	int failed;
};

int64_t
sim_activity_newest(const struct sim *s)
{
	return utc_floor(sim_now(s) - READY, UTC_DAY) / UTC_DAY - 1;
}

int
sim_activity_filter(const char *name)
{
	static const struct {
		const char *name;
		enum sim_activity_filter filter;
	} filters[] = {{"skill_name", SIM_F_NAME}, {"connector_name", SIM_F_NAME},
		{"plugin_name", SIM_F_NAME}, {"artifact_type", SIM_F_NAME},
		{"share_status", SIM_F_STATUS}, {"is_shared", SIM_F_SHARED},
		{"product", SIM_F_PRODUCT}, {"rbac_group_id", SIM_F_GROUP}, {"user_id", SIM_F_USER},
		{"project_id", SIM_F_PROJECT}};

	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (strcmp(filters[i].name, name) == 0)
			return (int)filters[i].filter;
	return -1;
}

/* 1 where TEXT is wanted, in any case of letters, or everything is. */
static int
wanted(const struct sums *m, enum sim_activity_filter f, const char *text)
{
	const struct strlist *list = &m->q->wanted[f];

	for (size_t i = 0; i < list->n; i++)
		if (text != NULL && strcasecmp(list->v[i], text) == 0)
			return 1;
	return list->n == 0;
}

/* ---- what one user did ---- */

int
sim_activity_unified(const struct sim *s, size_t u)
{
	return sim_hash(s->config.seed, OF_MEMBER_OF, u, 1) % 5 == 2;
}

/* Count number C of user U with THING in PRODUCT on DAY, of which the counts before are in N. */
static int64_t
count(const struct sums *m, size_t c, size_t thing, size_t u, int product, int64_t day,
	const int64_t *n)
{
	const struct sim_activity_count *k = &m->q->of->counts[c];
	uint64_t h = sim_hash(m->s->config.seed, OF_VALUE + (uint64_t)product * 1000,
		(uint64_t)thing << 32 | u, (uint64_t)day << 8 | c);
	int64_t value = k->least + (int64_t)(h % (k->most - k->least + 1)),
		age = utc_floor(sim_now(m->s), UTC_DAY) / UTC_DAY - day;

	if ((k->product >= 0 && k->product != product) || day < k->since ||
		(k->mode != SIM_ANYWAY &&
			(k->mode == SIM_UNIFIED) != sim_activity_unified(m->s, u)))
		return 0;
	/* What is asked of one project is chat alone. */
	if (m->q->of->each == 0 && m->q->wanted[SIM_F_PROJECT].n > 0 && k->product != SIM_CHAT)
		return 0;
	if (age < GROWING)
		value = value * (100 - GROWING + age) / 100;
	for (const struct sim_revision *r = sim_revised(m->s, day, NULL); r != NULL;
		r = sim_revised(m->s, day, r))
		value = value * r->permille / 1000;
	return k->of >= 0 && value > n[k->of] ? n[k->of] : value;
}

/* ---- rows ---- */

/* The row of KEY, which is made where it is new; NULL without memory. */
static struct sim_activity_row *
row_of(struct sums *m, const int key[4])
{
	size_t before = m->keys.ids.n, i = sim_groups_number(&m->keys, key);

	if (i >= m->cap) {
		size_t cap = m->cap == 0 ? 64 : m->cap * 2;
		struct sim_activity_row *grown = realloc(m->rows, cap * sizeof *grown);

		if (grown == NULL)
			return NULL;
		m->rows = grown;
		m->cap = cap;
	}
	if (m->keys.ids.n > before) {
		memset(&m->rows[i], 0, sizeof m->rows[i]);
		m->rows[i].thing = (size_t)key[0];
		memcpy(m->rows[i].key, key + 1, sizeof m->rows[i].key);
		m->rows[i].last_user = SIZE_MAX;
	}
	return &m->rows[i];
}

/* User U used THING in PRODUCT on DAY: to the row of the group of members GROUP, -1: of all. */
static void
add_to(struct sums *m, size_t thing, size_t u, int product, int group, int64_t day)
{
	unsigned by = m->q->groups;
	int self = m->q->of->each == 0 && (by & SIM_G_GROUP) == 0;
	const int key[4] = {(int)thing, by & SIM_G_PRODUCT ? product : -1, group,
		self || by & SIM_G_USER ? (int)u : -1};
	struct sim_activity_row *row = row_of(m, key);
	int64_t n[SIM_ACTIVITY_COUNTS];

	m->failed |= row == NULL;
	if (row == NULL)
		return;
	for (size_t c = 0; c < m->q->of->ncounts; c++) {
		n[c] = count(m, c, thing, u, product, day, n);
		row->n[c] += n[c];
	}
	/* Users come one after the other, each with all her products and days. */
	row->users += row->last_user != u;
	row->last_user = u;
	if (row->last_day < day)
		row->last_day = day;
}

/* The same in each group that is asked for. */
static void
add(struct sums *m, size_t thing, size_t u, int product, int64_t day)
{
	size_t groups[SIM_GROUPS_EACH], n = sim_people_groups(m->s, u, groups), shown = 0;
	char id[SIM_ID];

	for (size_t g = 0; g < n; g++) {
		sim_people_group_id(m->s, groups[g], id);
		if (wanted(m, SIM_F_GROUP, id))
			groups[shown++] = groups[g];
	}
	if (shown == 0 && m->q->wanted[SIM_F_GROUP].n > 0)
		return;
	if ((m->q->groups & SIM_G_GROUP) == 0)
		add_to(m, thing, u, product, -1, day);
	for (size_t g = 0; g < shown && m->q->groups & SIM_G_GROUP; g++)
		add_to(m, thing, u, product, (int)groups[g], day);
}

/* 1 where the thing itself is wanted. */
static int
thing_wanted(const struct sums *m, size_t thing)
{
	struct sim_activity_row row = {.shared = -1};

	if (m->q->wanted[SIM_F_NAME].n + m->q->wanted[SIM_F_STATUS].n +
			m->q->wanted[SIM_F_SHARED].n + m->q->wanted[SIM_F_PROJECT].n ==
		0)
		return 1;
	m->q->of->describe(m->s, thing, &row);
	return wanted(m, SIM_F_NAME, row.name) && wanted(m, SIM_F_STATUS, row.status) &&
	       wanted(m, SIM_F_SHARED, row.shared ? "true" : "false") &&
	       wanted(m, SIM_F_PROJECT, row.id);
}

/* The I-th of the things that user U used in PRODUCT on DAY; SIZE_MAX: she used no more. */
static size_t
thing_of(const struct sums *m, const struct sim_activity *of, size_t u, int product, int64_t day,
	size_t i)
{
	size_t n = of->things(m->s), kind = (size_t)(of - sim_activities);
	uint64_t h = sim_hash(m->s->config.seed, OF_THING + kind * 1000,
		(uint64_t)u << 8 | (uint64_t)product << 4 | i, (uint64_t)day);

	if (h % 3 == 0 || n == 0)
		return SIZE_MAX;
	/* Most use the same few. */
	return (h >> 8) % n * ((h >> 40) % n + 1) / n;
}

/* 1 where user U wrote in one of the projects that are asked for on DAY. */
static int
in_project(const struct sums *m, size_t u, int64_t day)
{
	const struct sim_activity *projects = &sim_activities[SIM_A_PROJECTS];
	struct sim_activity_row row = {.name = NULL};

	if (m->q->of->each != 0 || m->q->wanted[SIM_F_PROJECT].n == 0)
		return 1;
	for (size_t i = 0; i < projects->each; i++) {
		size_t thing = thing_of(m, projects, u, SIM_CHAT, day, i);

		if (thing == SIZE_MAX)
			continue;
		projects->describe(m->s, thing, &row);
		if (wanted(m, SIM_F_PROJECT, row.id))
			return 1;
	}
	return 0;
}

static void
add_user(struct sums *m, size_t u, int64_t day)
{
	const struct sim_activity *of = m->q->of;
	size_t things[THINGS_A_DAY];

	for (int p = 0; p < SIM_SEAT_PRODUCTS; p++) {
		size_t n = 0;

		if ((of->products >> p & 1) == 0 ||
			!wanted(m, SIM_F_PRODUCT, sim_people_product((enum sim_product)p)) ||
			sim_people_use(m->s, u, (enum sim_product)p, day) == 0 ||
			(p != SIM_CHAT && m->q->wanted[SIM_F_PROJECT].n > 0 && of->each == 0))
			continue;
		if (of->each == 0)
			things[n++] = 0;
		for (size_t i = 0; i < of->each; i++) {
			size_t thing = thing_of(m, of, u, p, day, i), k = 0;

			while (k < n && things[k] != thing)
				k++;
			if (k == n && thing != SIZE_MAX && thing_wanted(m, thing))
				things[n++] = thing;
		}
		for (size_t i = 0; i < n; i++)
			add(m, things[i], u, p, day);
	}
}

/* ---- what is shown of a row ---- */

static const char *
id_of(const struct sim *s, size_t u)
{
	return sim_people_who(s, (struct sim_someone){SIM_IS_USER, u}).id;
}

static void
put_group(const struct sim *s, size_t g, struct sim_activity_row *row)
{
	const struct sim_scope at = {.s = s};
	struct sim_group group;

	sim_rbac_groups.get(&at, g, &group);
	row->group_id = sim_dims_text(&s->uses->dims, SIM_BY_GROUP, (int)g);
	snprintf(row->group_name, sizeof row->group_name, "%s", group.name);
}

static void
put_date(char to[SIM_DATE], int64_t day)
{
	char text[UTC_TEXT];

	utc_format(day * UTC_DAY, text);
	snprintf(to, SIM_DATE, "%.10s", text);
}

static void
finish(struct sums *m, struct sim_activity_row *row)
{
	const struct sim_activity_query *q = m->q;
	const struct sim_activity *of = q->of;
	int filtered = q->groups != 0;
	size_t about = row->key[2] >= 0 && of->each == 0 ? (size_t)row->key[2] : row->thing;
	uint64_t h = sim_hash(m->s->config.seed, OF_NULL, about, (uint64_t)(of - sim_activities));

	for (int f = 0; f < SIM_FILTERS; f++)
		filtered |= q->wanted[f].n > 0;
	for (size_t c = 0; c < of->ncounts; c++) {
		const struct sim_activity_count *k = &of->counts[c];

		if ((k->null_of > 0 && (h >> c % 48) % k->null_of == k->null_of - 1) ||
			(k->distinct && q->range) || (k->whole && filtered) ||
			(k->null_of > 0 && row->last_day < k->since))
			row->n[c] = -1;
	}
	put_date(row->date, q->from);
	row->unified = h % 4 == 1;
	if (of->each == 0 && row->key[2] >= 0) {
		struct sim_who who = sim_people_who(
			m->s, (struct sim_someone){SIM_IS_USER, (size_t)row->key[2]});

		row->is_user = 1;
		row->user_id = who.id;
		row->email = who.email == NULL ? "" : who.email;
		row->unified = sim_activity_unified(m->s, about) || h % 4 == 1;
		row->tagged = sim_people_has(m->s, about, SIM_TAG) || h % 7 == 3;
		row->users = -1;
		if (h % 5 != 0)
			put_date(row->last, row->last_day);
	}
	of->describe(m->s, row->thing, row);
	if (row->key[0] >= 0)
		row->product = sim_people_product((enum sim_product)row->key[0]);
	if (row->key[1] >= 0)
		put_group(m->s, (size_t)row->key[1], row);
	if (q->groups & SIM_G_USER)
		row->by_user = row->key[2] < 0 ? NULL : id_of(m->s, (size_t)row->key[2]);
}

/* ---- order ---- */

static const char *
text_key(const struct sim_activity_row *r)
{
	return r->is_user ? r->email : r->name == NULL ? r->id : r->name;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct sim_activity_row *x = a, *y = b;
	int c = strcmp(text_key(x), text_key(y));

	/* Former members may have no address, two plugins one name. */
	if (c == 0)
		c = x->thing < y->thing ? -1 : x->thing > y->thing;
	for (int i = 0; i < 3 && c == 0; i++)
		c = x->key[i] < y->key[i] ? -1 : x->key[i] > y->key[i];
	return c;
}

/* By distinct users, then as usual. */
static int
compare_users(const void *a, const void *b)
{
	const struct sim_activity_row *x = a, *y = b;

	if (x->users != y->users)
		return x->users < y->users ? -1 : 1;
	return compare_rows(a, b);
}

static void
reverse(struct sim_activity_row *rows, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct sim_activity_row t = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = t;
	}
}

int
sim_activity_rows(const struct sim *s, const struct sim_activity_query *q,
	struct sim_activity_row **rows, size_t *n)
{
	struct sums m = {.s = s, .q = q};
	size_t persons = sim_people_count(s);
	size_t most = q->of->things(s) * (q->groups & SIM_G_PRODUCT ? SIM_SEAT_PRODUCTS : 1) *
		      (q->groups & SIM_G_GROUP ? sim_people_ngroups(s) + 1 : 1) *
		      (q->groups & SIM_G_USER || q->of->each == 0 ? persons : 1);
	int by_users = q->order_by != NULL && strcmp(q->order_by, q->of->order) != 0;

	*rows = NULL;
	*n = 0;
	if (sim_groups_init(&m.keys, most, 4) == -1) {
		sim_groups_free(&m.keys);
		return -1;
	}
	for (size_t u = 0; u < persons; u++) {
		int64_t day = q->from < s->first_day ? s->first_day : q->from;

		for (; day < q->to && wanted(&m, SIM_F_USER, id_of(s, u)); day++)
			if (in_project(&m, u, day))
				add_user(&m, u, day);
	}
	*n = m.keys.ids.n;
	sim_groups_free(&m.keys);
	if (m.failed) {
		free(m.rows);
		return -1;
	}
	for (size_t i = 0; i < *n; i++)
		finish(&m, &m.rows[i]);
	if (*n > 1)
		qsort(m.rows, *n, sizeof *m.rows, by_users ? compare_users : compare_rows);
	if (q->descending)
		reverse(m.rows, *n);
	*rows = m.rows;
	return 0;
}
