#include "sim/lists.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/endpoint.h"
#include "sim/json.h"
#include "sim/param.h"

/* A list that is being paged over. */
struct list {
	struct sim_call *c;
	const struct sim_endpoint *e;
	const struct sim_source *of;
	void *object, *before; /* room for two: the one at hand, the one before it on the page */
	int empty;	       /* whatever the source has */
};

/* Object I to l->object: 1, 0 where this call does not show it, -1 from the end on. */
static int
get(const struct list *l, size_t i)
{
	int shown = l->empty ? -1 : l->of->get(&l->c->scope, i, l->object);

	return shown == 1 ? sim_param_shows(l->c, l->e->of, l->object) : shown;
}

/* Append l->object, which has the number I, to the page. */
static int
put(struct list *l, size_t i)
{
	struct sim_page *p = &l->c->a->page;
	const char *id = l->of->id == NULL ? NULL : l->of->id(l->object);

	if (p->kind == SIM_IDS && id != NULL) {
		if (p->n == 0)
			snprintf(p->first, sizeof p->first, "%s", id);
		snprintf(p->last, sizeof p->last, "%s", id);
	}
	memcpy(l->before, l->object, l->of->size);
	return sim_call_put(
		l->c, l->e->of, l->object, sim_json_variant(l->c->s, l->e->of->hash, i));
}

/*
 * The page forward from object *FROM on: LIMIT objects, and those that go with the last of them.
 * *FROM becomes where the next page starts.  1 where there is one, 0, or -1.
 */
static int
forward(struct list *l, size_t *from, long limit)
{
	long counted = 0;
	int shown;

	for (; (shown = get(l, *from)) != -1; ++*from) {
		if (!shown)
			continue;
		if (counted == 0 || l->e->together == NULL ||
			!l->e->together(l->before, l->object)) {
			if (counted == limit)
				return 1;
			counted++;
		}
		if (put(l, *from) == -1)
			return -1;
	}
	return 0;
}

/* ---- by id ---- */

/* Where the object called by the parameter NAME stands, to *PLACE; SIZE_MAX without it. */
static int
cursor_place(struct list *l, const char *name, size_t *place)
{
	const char *v = sim_query_value(&l->c->q, name);
	int shown;
	long i;

	*place = SIZE_MAX;
	/* What an endless cursor (see sim/fault.h) leads to: the list, from its start. */
	if (v == NULL || strncmp(v, SIM_ENDLESS, sizeof SIM_ENDLESS - 1) == 0)
		return 0;
	if ((i = sim_source_find(l->of, &l->c->scope, v, l->object, &shown)) == -1)
		return sim_call_refuse(
			l->c, 400, "%s: Invalid cursor: no object has this ID", name);
	*place = (size_t)i;
	snprintf(l->c->a->page.asked, SIM_CURSOR, "%s", v);
	return 0;
}

/* The page that ends before TO: its start is where a page forward begins. */
static int
back(struct list *l, size_t to, long limit)
{
	size_t from = to, count = 0;

	while (from > 0 && count < (size_t)limit)
		count += get(l, --from) == 1;
	for (size_t i = from; i < to; i++)
		if (get(l, i) == 1 && put(l, i) == -1)
			return -1;
	while (from > 0 && !l->c->a->page.has_more)
		l->c->a->page.has_more = get(l, --from) == 1;
	return 0;
}

static int
by_id(struct list *l, long limit)
{
	size_t after, before;
	int more;

	if (sim_query_value(&l->c->q, "after_id") != NULL &&
		sim_query_value(&l->c->q, "before_id") != NULL)
		return sim_call_refuse(
			l->c, 400, "after_id, before_id: Only one of them can be given");
	if (cursor_place(l, "after_id", &after) == -1 ||
		cursor_place(l, "before_id", &before) == -1)
		return -1;
	if (before != SIZE_MAX)
		return back(l, before, limit);
	after = after == SIZE_MAX ? 0 : after + 1;
	if ((more = forward(l, &after, limit)) == 1)
		l->c->a->page.has_more = 1;
	return more == -1 ? -1 : 0;
}

/* ---- by token ---- */

/* What a token's position holds: the number of the page above that of its first object. */
enum { PLACE_BITS = 40 };

/* How many objects page NUMBER has of LIMIT. */
static long
ragged(const struct sim_endpoint *e, int64_t number, long limit)
{
	if (e->flags & SIM_LONGER && number == 0)
		return limit + 1;
	if ((e->flags & SIM_RAGGED) == 0)
		return limit;
	return number == 1 ? 0 : number % 3 == 2 && limit > 1 ? limit / 2 : limit;
}

static int
by_token(struct list *l, long limit)
{
	int64_t position, number;
	size_t from;
	int more;

	if (sim_call_token(l->c, 0, &position) == -1)
		return -1;
	number = position >> PLACE_BITS;
	from = (size_t)(position & (((int64_t)1 << PLACE_BITS) - 1));
	if ((more = forward(l, &from, ragged(l->e, number, limit))) == 1)
		sim_call_next(l->c, (number + 1) << PLACE_BITS | (int64_t)from);
	return more == -1 ? -1 : 0;
}

/* ---- one ---- */

static int
one(struct list *l)
{
	struct sim_call *c = l->c;
	size_t depth = sim_source_depth(l->of);
	const char *text = l->e->not_found[depth];
	int shown;
	long i = sim_source_find(l->of, &c->scope, c->ids[depth], l->object, &shown);

	if (i == -1 || !shown)
		return sim_call_refuse(c, 404, "%s", text == NULL ? "Not found" : text);
	return put(l, (size_t)i);
}

/* ---- all of them ---- */

static int
page(struct list *l)
{
	const struct sim_endpoint *e = l->e;
	size_t from = 0;
	long limit;

	if (e->paging == SIM_ONE)
		return one(l);
	if (e->paging == SIM_ONE_PAGE)
		return forward(l, &from, LONG_MAX) == -1 ? -1 : 0;
	if (sim_call_limit(l->c, e->flags & SIM_LIMITLESS ? LONG_MAX : e->limit, e->most, &limit) ==
		-1)
		return -1;
	return e->paging == SIM_BY_ID ? by_id(l, limit) : by_token(l, limit);
}

int
sim_lists_page(struct sim_call *c)
{
	const struct sim_source *of = c->endpoint->source;
	const char *refused = of->refuses == NULL ? NULL : of->refuses(&c->scope);
	struct list l = {
		c, c->endpoint, of, sim_source_object(of), sim_source_object(of), refused != NULL};
	int result;

	if (l.object == NULL || l.before == NULL)
		result = sim_call_refuse(c, 500, "Internal server error");
	else if (refused != NULL && *refused != '\0')
		result = sim_call_refuse(c, 400, "%s", refused);
	else
		result = page(&l);
	free(l.object);
	free(l.before);
	return result;
}
