#include "report/share.h"

#include <stdlib.h>
#include <string.h>

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "cost by key");
}

/* Cost knows standard and batch; what Priority Tier used has none; flex is in standard. */
static uint64_t
tier_of(const struct db_cell *c)
{
	if (c == NULL || c->kind != DB_TEXT || c->len == 0)
		return 0;
	return strcmp(c->p, "batch") == 0 ? 1 : strcmp(c->p, "priority") == 0 ? 2 : 3;
}

/* One number for a group. */
static int
group_id(struct shares *s, const struct share_of *of, uint64_t *id, struct ant_err *e)
{
	int none = of->context == NULL || of->context->kind != DB_TEXT;
	long c = none ? 0 : numbering_add(&s->contexts, of->context->p, of->context->len) + 1;

	if (!none && c == 0)
		return no_memory(e);
	if (c > 4000)
		return err_set(e, ANT_FAIL, "usage_report: too many context windows");
	*id = (uint64_t)of->day << 48 | (uint64_t)of->workspace << 32 | (uint64_t)of->model << 16 |
	      (uint64_t)c << 4 | tier_of(of->tier) << 1;
	return 0;
}

/* The group ID, empty where it is new; NULL where memory is short. */
static struct share_group *
group(struct shares *s, uint64_t id)
{
	size_t before = s->ids.n, n = hash_add(&s->ids, id);

	if (n == 0 || numbering_grow(&s->groups, &s->groups_room, n, sizeof *s->groups, 512) == -1)
		return NULL;
	if (n > before)
		memset(&s->groups[n - 1], 0, sizeof *s->groups);
	return &s->groups[n - 1];
}

void
share_clear(struct shares *s)
{
	hash_clear(&s->ids);
	s->nuses = 0;
}

void
share_free(struct shares *s)
{
	numbering_free(&s->contexts);
	hash_free(&s->ids);
	free(s->uses);
	free(s->groups);
	memset(s, 0, sizeof *s);
}

int
share_use(struct shares *s, const struct share_of *of, size_t key,
	const int64_t tokens[SHARE_KINDS], struct ant_err *e)
{
	struct share_group *g;
	struct share_use *u;
	uint64_t id;

	if (group_id(s, of, &id, e) == -1)
		return -1;
	if (numbering_grow(&s->uses, &s->room, s->nuses + 2, sizeof *s->uses, 4096) == -1 ||
		(g = group(s, id)) == NULL)
		return no_memory(e);
	u = &s->uses[++s->nuses];
	u->key = (uint32_t)key;
	u->next = g->first;
	g->first = (uint32_t)s->nuses;
	for (size_t i = 0; i < SHARE_KINDS; i++) {
		u->tokens[i] = tokens[i] > 0 ? tokens[i] : 0;
		g->sums[i] += u->tokens[i];
	}
	return 0;
}

/*
 * A part runs from the tokens of those before it to its own end, both as parts of the
 * cost; the last one ends where the cost does.
 */
int
share_out(struct shares *s, const struct share_of *of, int kind, money cost, share_take *take,
	void *arg, struct ant_err *e)
{
	struct share_group *g;
	money before = 0;
	int64_t upto = 0;
	uint64_t id;
	size_t n;

	if (kind < 0)
		return 0;
	if (group_id(s, of, &id, e) == -1)
		return -1;
	if ((n = hash_find(&s->ids, id)) == 0)
		return 0;
	g = &s->groups[n - 1];
	if (g->sums[kind] == 0)
		return 0;
	for (uint32_t at = g->first; at != 0; at = s->uses[at].next) {
		money until;

		if (s->uses[at].tokens[kind] == 0)
			continue;
		upto += s->uses[at].tokens[kind];
		until = upto == g->sums[kind] ? cost
					      : (money)((long double)cost * (long double)upto /
							(long double)g->sums[kind]);
		if (take(arg, s->uses[at].key, until - before, e) == -1)
			return -1;
		before = until;
	}
	return 1;
}
