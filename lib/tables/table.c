#include "tables/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/near.h"

static const char *const paging_names[] = {"none", "page", "id", "day"};
enum { PAGING_COUNT = sizeof paging_names / sizeof *paging_names };

const char *
table_paging_name(enum paging p)
{
	return paging_names[p];
}

int
table_paging_find(const char *s)
{
	return near_find(paging_names, PAGING_COUNT, s, strlen(s));
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->ncolumns; i++) {
		free(t->columns[i].name);
		free(t->columns[i].expr);
		free(t->columns[i].doc);
	}
	for (size_t i = 0; i < t->nwidths; i++)
		free(t->widths[i].name);
	free(t->columns);
	free(t->widths);
	strlist_free(&t->group_by);
	strlist_free(&t->params);
	strlist_free(&t->ignore);
	free(t->name);
	free(t->file);
	free(t->doc);
	free(t->path);
	free(t->mode_column);
	free(t->rows);
	free(t->foreach_table);
	free(t->foreach_path);
	free(t);
}

const struct column *
table_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return &t->columns[i];
	return NULL;
}

const struct width *
table_width(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->nwidths; i++)
		if (name == NULL || strcmp(t->widths[i].name, name) == 0)
			return &t->widths[i];
	return NULL;
}
