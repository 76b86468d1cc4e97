#include "sim/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lists.h"

/* 1 where PATH is PATTERN, in which {} stands for an id; the ids go to IDS. */
static int
path_is(const char *path, const char *pattern, char ids[SIM_PARENTS][SIM_ID])
{
	size_t n = 0;

	while (*pattern != '\0') {
		size_t len;

		if (*pattern != '{') {
			if (*path++ != *pattern++)
				return 0;
			continue;
		}
		len = strcspn(path, "/");
		if (len == 0 || len >= SIM_ID || n == SIM_PARENTS)
			return 0;
		snprintf(ids[n++], SIM_ID, "%.*s", (int)len, path);
		path += len;
		pattern += 2;
	}
	return *path == '\0';
}

const struct sim_endpoint *
sim_endpoint_find(
	const struct sim_endpoint *const *lists, const char *path, char ids[SIM_PARENTS][SIM_ID])
{
	for (; *lists != NULL; lists++)
		for (const struct sim_endpoint *e = *lists; e->path != NULL; e++)
			if (path_is(path, e->path, ids))
				return e;
	return NULL;
}

/* The parents that the path names, to c->scope. */
static int
find_parents(struct sim_call *c)
{
	const struct sim_source *chain[SIM_PARENTS], *p = c->endpoint->source;
	size_t n = 0;

	while (p != NULL && (p = p->parent) != NULL && n < SIM_PARENTS)
		chain[n++] = p;
	for (size_t level = 0; level < n; level++) {
		const struct sim_source *of = chain[n - 1 - level];
		const char *text = c->endpoint->not_found[level];
		void *object = sim_source_object(of);
		int shown;
		long i;

		if (object == NULL)
			return sim_call_refuse(c, 500, "Internal server error");
		i = sim_source_find(of, &c->scope, c->ids[level], object, &shown);
		free(object);
		if (i == -1 || !shown)
			return sim_call_refuse(c, 404, "%s", text == NULL ? "Not found" : text);
		c->scope.parent[level] = (size_t)i;
	}
	return 0;
}

int
sim_endpoint_answer(struct sim_call *c)
{
	const struct sim_endpoint *e = c->endpoint;
	int result;

	sim_page_init(&c->a->page, e->envelope);
	if (sim_param_check(c) == -1 || find_parents(c) == -1)
		return -1;
	result = e->check == NULL ? 0 : e->check(c);
	if (result == 0)
		result = e->answer != NULL ? e->answer(c) : sim_lists_page(c);
	if (e->end != NULL)
		e->end(c);
	return result;
}
