#include "tables/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/near.h"

static const char *const paging_names[] = {"none", "page", "id"};
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
	for (size_t i = 0; i < t->ndimensions; i++) {
		free(t->dimensions[i].name);
		strlist_free(&t->dimensions[i].columns);
	}
	for (size_t i = 0; i < t->nholes; i++) {
		free(t->holes[i].name);
		free(t->holes[i].path);
	}
	free(t->columns);
	free(t->widths);
	free(t->dimensions);
	strlist_free(&t->csv);
	strlist_free(&t->sets);
	strlist_free(&t->opened_by);
	strlist_free(&t->headers);
	strlist_free(&t->hints);
	strlist_free(&t->group_by);
	strlist_free(&t->group_with);
	strlist_free(&t->params);
	strlist_free(&t->ignore);
	free(t->name);
	free(t->file);
	free(t->doc);
	free(t->path);
	free(t->mode_column);
	free(t->rows);
	free(t->foreach_table);
	free(t->foreach_unless);
	free(t->data);
	free(t->budget.name);
	free(t->cut.path);
	free(t->cut.table);
	free(t->from.name);
	free(t->to.name);
	free(t->day.name);
	free(t->width_param);
	free(t->not_yet);
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

const struct dimension *
table_dimension(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->ndimensions; i++)
		if (strcmp(t->dimensions[i].name, name) == 0)
			return &t->dimensions[i];
	return NULL;
}

int
table_groups(const struct table *t, const struct strlist *by, const char *name)
{
	size_t len = strlen(name);

	if (strlist_has(by, name, len))
		return 1;
	for (size_t i = 0; i < t->ndimensions; i++)
		if (strlist_has(&t->dimensions[i].columns, name, len) &&
			strlist_has(by, t->dimensions[i].name, strlen(t->dimensions[i].name)))
			return 1;
	return 0;
}

int
table_is_dimension(const struct table *t, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < t->ndimensions; i++)
		if (strlist_has(&t->dimensions[i].columns, name, len))
			return 1;
	return strlist_has(&t->group_by, name, len) || strlist_has(&t->group_with, name, len);
}

int
table_has_window(const struct table *t)
{
	return t->nwidths > 0 || t->from.name != NULL || t->day.name != NULL;
}

int
table_in_set(const struct table *t, const char *name)
{
	return strlist_has(&t->sets, name, strlen(name));
}

int
table_reads_asked(const struct table *t)
{
	if (t->rows != NULL && strstr(t->rows, "$asked") != NULL)
		return 1;
	for (size_t i = 0; i < t->ncolumns; i++)
		if (strstr(t->columns[i].expr, "$asked") != NULL)
			return 1;
	return 0;
}
