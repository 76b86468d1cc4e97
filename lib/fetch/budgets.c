#include "fetch/budgets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of T's own budget, or b->n where it has none. */
static size_t
find(const struct budgets *b, const struct table *t)
{
	size_t i = 0;

	if (t->budget.name == NULL)
		return b->n;
	while (i < b->n && strcmp(b->of[i].name, t->budget.name) != 0)
		i++;
	return i;
}

int
budgets_open(struct budgets *b, size_t per_minute, const char *path, int64_t (*clock)(void),
	struct ant_err *e)
{
	b->per_minute = per_minute;
	b->path = path;
	b->clock = clock;
	return budget_open(&b->all, per_minute, path, clock, e);
}

void
budgets_close(struct budgets *b)
{
	budget_close(&b->all);
	for (size_t i = 0; i < b->n; i++) {
		budget_close(&b->of[i].budget);
		free(b->of[i].name);
	}
	b->n = 0;
}

/* The file of the budget NAME, or NULL where there is none or no memory; free() it. */
static char *
file_of(const struct budgets *b, const char *name)
{
	size_t size = b->path == NULL ? 0 : strlen(b->path) + strlen(name) + 2;
	char *path = size == 0 ? NULL : malloc(size);

	if (path != NULL)
		snprintf(path, size, "%s.%s", b->path, name);
	return path;
}

int
budgets_add(struct budgets *b, const struct table *t, struct ant_err *e)
{
	size_t i = find(b, t);
	char *path;
	int rc;

	if (t->budget.name == NULL || b->per_minute == 0)
		return 0;
	if (i < b->n) {
		if (b->of[i].budget.rate.size == (size_t)t->budget.rate)
			return 0;
		return err_set(e, ANT_USAGE, "%s: budget %s has another rate in another table",
			t->file, t->budget.name);
	}
	if (b->n == BUDGETS_MAX)
		return err_set(e, ANT_USAGE, "%s: more than %d budgets", t->file, BUDGETS_MAX);
	path = file_of(b, t->budget.name);
	if ((b->path != NULL && path == NULL) || (b->of[i].name = strdup(t->budget.name)) == NULL) {
		free(path);
		return err_sys(e, ANT_FAIL, "budget %s", t->budget.name);
	}
	rc = budget_open(&b->of[i].budget, (size_t)t->budget.rate, path, b->clock, e);
	b->n++; /* also where it failed: to be closed */
	free(path);
	return rc;
}

int64_t
budgets_take(struct budgets *b, const struct table *t, struct ant_err *e)
{
	size_t i = find(b, t);
	int64_t wait;

	if (i == b->n)
		return budget_take(&b->all, e);
	if (!b->of[i].owed && (wait = budget_take(&b->all, e)) != 0)
		return wait;
	b->of[i].owed = 1;
	if ((wait = budget_take(&b->of[i].budget, e)) == 0)
		b->of[i].owed = 0;
	return wait;
}

struct budget *
budgets_of(struct budgets *b, const struct table *t)
{
	size_t i = find(b, t);

	return i < b->n ? &b->of[i].budget : &b->all;
}

int64_t
budgets_pause_until(const struct budgets *b, const struct table *t)
{
	size_t i = find(b, t);
	int64_t own = i < b->n ? b->of[i].budget.rate.pause_until : 0;

	return own > b->all.rate.pause_until ? own : b->all.rate.pause_until;
}
