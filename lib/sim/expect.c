#include "sim/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/domains.h"

/* ---- rows ---- */

/* Text in the encoding of a row. */
static void
put_escaped(struct buf *to, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		static const char special[] = "\\\t\n\r", letter[] = "\\tnr";
		const char *at = s[i] == '\0' ? NULL : strchr(special, s[i]);

		if (at != NULL) {
			buf_putc(to, '\\');
			buf_putc(to, letter[at - special]);
		} else {
			buf_putc(to, s[i]);
		}
	}
}

void
sim_expect_row(struct sim_oracle *o, const void *object)
{
	for (size_t i = 0; i < o->columns.n; i++) {
		if (i > 0)
			buf_putc(o->to, '\t');
		buf_clear(&o->cell);
		if (!sim_column_put(&o->cell, &o->columns.v[i], object))
			buf_put(o->to, "\\N", 2);
		else
			put_escaped(o->to, o->cell.data, o->cell.len);
	}
	buf_putc(o->to, '\n');
	if (o->cell.failed)
		o->to->failed = 1;
}

/* ---- the objects of a source ---- */

static int
list_rows(const struct sim_scope *at, void *oracle)
{
	struct sim_oracle *o = oracle;
	const struct sim_source *of = o->table->source;
	void *object = sim_source_object(of);
	int shown;

	if (object == NULL)
		return -1;
	for (size_t i = 0; (shown = of->get(at, i, object)) != -1; i++)
		if (shown)
			sim_expect_row(o, object);
	free(object);
	return 0;
}

static int
source_rows(struct sim_oracle *o, struct ant_err *e)
{
	struct sim_scope at = {.s = o->s};
	int result = 0;

	if (o->table->unit == 0)
		result = sim_source_parents(o->table->source, &at, list_rows, o);
	for (int64_t t = o->from; o->table->unit > 0 && t < o->end && result == 0; t += o->width) {
		at.day = t / UTC_DAY;
		result = sim_source_parents(o->table->source, &at, list_rows, o);
	}
	return result == 0 ? 0 : err_set(e, ANT_FAIL, "out of memory for the rows");
}

/* The columns' names as the first line. */
static void
put_names(struct sim_oracle *o)
{
	for (size_t i = 0; i < o->columns.n; i++) {
		if (i > 0)
			buf_putc(o->to, '\t');
		buf_puts(o->to, o->columns.v[i].name);
	}
	buf_putc(o->to, '\n');
}

/* ---- arguments ---- */

static int
read_width(struct sim_oracle *o, const char *width, struct ant_err *e)
{
	o->width = o->table->unit;
	if (o->width != SIM_BY_WIDTH)
		return 0;
	o->width = width == NULL || strcmp(width, "1d") == 0 ? UTC_DAY
		   : strcmp(width, "1h") == 0		     ? UTC_HOUR
		   : strcmp(width, "1m") == 0		     ? UTC_MINUTE
							     : 0;
	return o->width == 0 ? err_set(e, ANT_USAGE, "width: '%s' is not 1d, 1h or 1m", width) : 0;
}

static int
read_window(struct sim_oracle *o, const struct sim_expect *x, struct ant_err *e)
{
	const struct sim_table *t = o->table;
	int64_t now = sim_now(o->s), unit = t->unit == 0 ? UTC_DAY : o->width;
	int64_t start = t->start != NULL ? t->start(o->s) : o->s->first_day * UTC_DAY;
	int64_t end = t->end != NULL ? t->end(o->s, unit) : utc_floor(now, unit) + unit;

	o->from = start;
	o->end = end;
	if (x->from != NULL && utc_argument(x->from, now, &o->from, e) == -1)
		return -1;
	if (x->to != NULL && utc_argument(x->to, now, &o->end, e) == -1)
		return -1;
	/* Outward to whole buckets; nothing is before the start. */
	o->from = utc_floor(o->from < start ? start : o->from, unit);
	o->end = utc_ceil(o->end, unit);
	if (o->end > end)
		o->end = end;
	return 0;
}

int
sim_expect_groups(
	const char *list, int (*take)(const char *name, void *arg), void *arg, struct ant_err *e)
{
	char name[64];

	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		if (len >= sizeof name)
			return err_set(e, ANT_USAGE, "group-by: no dimension is so long");
		memcpy(name, list, len);
		name[len] = '\0';
		if (take(name, arg) == -1)
			return err_set(e, ANT_USAGE, "group-by: '%s' is no dimension of it", name);
		list += len + (list[len] == ',');
	}
	return 0;
}

static const struct sim_table *
find_table(const char *name)
{
	for (size_t i = 0; name != NULL && sim_tables[i] != NULL; i++)
		for (const struct sim_table *t = sim_tables[i]; t->name != NULL; t++)
			if (strcmp(t->name, name) == 0)
				return t;
	return NULL;
}

int
sim_expect(struct buf *to, const struct sim *s, const struct sim_expect *x, struct ant_err *e)
{
	struct sim_oracle o = {
		.to = to, .s = s, .table = find_table(x->table), .group_by = x->group_by};
	int result;

	if (o.table == NULL)
		return err_set(e, ANT_USAGE, "'%s' is not a table that the simulator knows",
			x->table == NULL ? "" : x->table);
	if (read_width(&o, x->width, e) == -1 || read_window(&o, x, e) == -1 ||
		sim_columns_make(&o.columns, o.table->of, o.table->columns, e) == -1)
		return -1;
	put_names(&o);
	buf_init(&o.cell, 1 << 20);
	result = o.table->rows != NULL ? o.table->rows(&o, e) : source_rows(&o, e);
	buf_free(&o.cell);
	if (result == 0 && to->failed)
		return err_set(e, ANT_FAIL, "the rows do not fit in memory");
	return result;
}
