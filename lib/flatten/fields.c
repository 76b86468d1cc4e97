#include "flatten/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flatten/plain.h"
#include "tables/parse.h"

void
fields_free(struct fields *f)
{
	for (size_t i = 0; i < f->all; i++) {
		expr_free(f->v[i].native);
		free(f->v[i].tried);
	}
	free(f->v);
	expr_free(f->where.native);
	memset(f, 0, sizeof *f);
}

static int
add_field(struct fields *f, const struct column *c, struct ant_err *e)
{
	struct field *fields = realloc(f->v, (f->all + 1) * sizeof *fields);

	if (fields == NULL)
		return err_sys(e, ANT_FAIL, "flatten");
	f->v = fields;
	memset(&fields[f->all], 0, sizeof *fields);
	fields[f->all].column = c;
	fields[f->all].type = c->type;
	f->all++;
	return 0;
}

struct field *
fields_find(const struct fields *f, const char *name, size_t len)
{
	for (size_t i = 0; i < f->n; i++)
		if (strlen(f->v[i].column->name) == len &&
			memcmp(f->v[i].column->name, name, len) == 0)
			return &f->v[i];
	return NULL;
}

static int
unknown_column(
	const struct table *t, const char *option, const char *name, size_t len, struct ant_err *e)
{
	struct buf names;

	buf_init(&names, 1 << 16);
	for (size_t i = 0; i < t->ncolumns; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", t->columns[i].name);
	err_set(e, ANT_USAGE, "%s: table %s has no column '%.*s'; its columns are %s", option,
		t->name, (int)len, name, buf_str(&names) != NULL ? names.data : "many");
	buf_free(&names);
	return -1;
}

/* 1 where the comma separated LIST has NAME. */
static int
list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n == len && memcmp(list, name, n) == 0)
			return 1;
		list += n + (list[n] == ',');
	}
	return 0;
}

/* Every name in LIST must be a column. */
static int
check_list(const struct table *t, const char *option, const char *list, struct ant_err *e)
{
	if (list == NULL)
		return 0;
	if (*list == '\0')
		return err_set(e, ANT_USAGE, "%s: no column named", option);
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		int found = 0;

		for (size_t i = 0; i < t->ncolumns; i++)
			found |= strlen(t->columns[i].name) == n &&
				 memcmp(t->columns[i].name, list, n) == 0;
		if (!found)
			return unknown_column(t, option, list, n, e);
		list += n + (list[n] == ',');
	}
	return 0;
}

static int
add_raw(struct fields *f, const struct table *t, struct ant_err *e)
{
	static char name[] = "raw", expr[] = "$record", doc[] = "The record, verbatim.";

	if (table_column(t, name) != NULL)
		return err_set(e, ANT_USAGE, "--raw: table %s has a column 'raw'", t->name);
	f->raw_column = (struct column){.name = name, .expr = expr, .doc = doc, .type = TYPE_JSON};
	if (add_field(f, &f->raw_column, e) == -1)
		return -1;
	f->v[f->all - 1].raw = 1;
	return 0;
}

static void
set_where(struct fields *f, const char *expr)
{
	static char name[] = "--where", doc[] = "";

	f->where_column = (struct column){.name = name, .doc = doc, .type = TYPE_BOOLEAN};
	f->where_column.expr = (char *)(size_t)expr; /* read only */
	f->where.column = &f->where_column;
	f->has_where = 1;
}

static int
set_masks(
	struct fields *f, const struct table *t, const struct flatten_options *o, struct ant_err *e)
{
	for (size_t i = 0; i < o->nmasks; i++) {
		const char *text = o->masks[i], *equals = strchr(text, '=');
		struct field *field;
		int m;

		if (equals == NULL || (m = mask_find(equals + 1)) == -1)
			return err_set(e, ANT_USAGE,
				"--mask: '%s' is not COLUMN=hash, COLUMN=redact or COLUMN=email",
				text);
		field = fields_find(f, text, (size_t)(equals - text));
		if (field == NULL)
			return unknown_column(t, "--mask", text, (size_t)(equals - text), e);
		if (t->mode_column != NULL && strcmp(field->column->name, t->mode_column) == 0)
			return err_set(e, ANT_USAGE, "--mask: '%s' is the table's time column",
				field->column->name);
		field->mask = (enum mask)m;
		field->type = TYPE_TEXT;
	}
	return 0;
}

int
fields_choose(struct fields *f, struct table *t, const struct flatten_options *o, struct ant_err *e)
{
	for (size_t i = 0; i < o->nadds; i++)
		if (parse_add_column(t, o->adds[i], e) == -1)
			return err_prefix(e, "--add: ");
	if (check_list(t, "--select", o->select, e) == -1 ||
		check_list(t, "--exclude", o->exclude, e) == -1)
		return -1;
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];

		if (o->select != NULL && !list_has(o->select, c->name) && c->line != 0)
			continue;
		if (o->exclude != NULL && list_has(o->exclude, c->name))
			continue;
		if (add_field(f, c, e) == -1)
			return -1;
	}
	if (o->raw && add_raw(f, t, e) == -1)
		return -1;
	f->n = f->all;
	if (f->n == 0)
		return err_set(e, ANT_USAGE, "no column is left of table %s", t->name);
	if (o->where != NULL)
		set_where(f, o->where);
	return set_masks(f, t, o, e);
}

/* A column that only the key wants.  What is wrong with it, its own error would say were it in the output. */
static int
add_hidden(struct fields *f, const struct column *c, struct ant_err *e)
{
	static const char format[] = "try (%s\n) catch null";
	size_t size = sizeof format + strlen(c->expr);
	char *tried = malloc(size);

	if (tried == NULL)
		return err_sys(e, ANT_FAIL, "flatten");
	snprintf(tried, size, format, c->expr);
	if (add_field(f, c, e) == -1) {
		free(tried);
		return -1;
	}
	f->v[f->all - 1].tried = tried;
	return 0;
}

static int
add_key(struct fields *f, const struct column *c, struct ant_err *e)
{
	const struct field *field = fields_find(f, c->name, strlen(c->name));

	if (field == NULL && add_hidden(f, c, e) == -1)
		return -1;
	f->key[f->nkey++] = field != NULL ? (size_t)(field - f->v) : f->all - 1;
	return 0;
}

int
fields_choose_key(struct fields *f, const struct table *t, int first, struct ant_err *e)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].key && add_key(f, &t->columns[i], e) == -1)
			return -1;
	if (f->nkey > 0 || !first || plain_is_whole(t->columns[0].expr))
		return 0;
	return add_key(f, &t->columns[0], e);
}
