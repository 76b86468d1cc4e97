#include "sim/source.h"

#include <stdlib.h>
#include <string.h>

void *
sim_source_object(const struct sim_source *of)
{
	return calloc(1, of->size);
}

long
sim_source_find(const struct sim_source *of, const struct sim_scope *at, const char *id,
	void *object, int *shown)
{
	for (size_t i = 0; of->id != NULL && (*shown = of->get(at, i, object)) != -1; i++) {
		const char *its = of->id(object);

		if (its != NULL && strcmp(its, id) == 0)
			return (long)i;
	}
	return -1;
}

size_t
sim_source_depth(const struct sim_source *of)
{
	size_t depth = 0;

	while ((of = of->parent) != NULL)
		depth++;
	return depth;
}

/* A source behind its parents, outermost first. */
struct walk {
	const struct sim_source *v[SIM_PARENTS + 1];
	size_t depth; /* where the source itself stands */
	int (*each)(const struct sim_scope *at, void *arg);
	void *arg;
};

static int
walk_from(const struct walk *w, size_t level, struct sim_scope *at)
{
	const struct sim_source *of = w->v[level];
	void *object;
	int shown, result = 0;

	if (of->refuses != NULL && of->refuses(at) != NULL)
		return 0;
	if (level == w->depth)
		return w->each(at, w->arg);
	if ((object = sim_source_object(of)) == NULL)
		return -1;
	for (size_t i = 0; result == 0 && (shown = of->get(at, i, object)) != -1; i++) {
		at->parent[level] = i;
		if (shown)
			result = walk_from(w, level + 1, at);
	}
	free(object);
	return result;
}

int
sim_source_parents(const struct sim_source *of, struct sim_scope *at,
	int (*each)(const struct sim_scope *at, void *arg), void *arg)
{
	struct walk w = {.depth = sim_source_depth(of), .each = each, .arg = arg};
	size_t level = w.depth + 1;

	if (w.depth > SIM_PARENTS)
		return -1;
	for (const struct sim_source *p = of; p != NULL; p = p->parent)
		w.v[--level] = p;
	return walk_from(&w, 0, at);
}
