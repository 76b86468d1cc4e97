#include "flatten/head.h"

#include <string.h>

#include "base/utc.h"

/* What the head is of. */
struct head {
	struct buf *to;
	const struct table *table;
	const struct fields *fields;
	const struct record_begin *begin; /* or NULL */
	int mode;			  /* of the option, or -1 */
};

/* 1 where the column is one of the stream's key. */
static int
is_key(const struct head *h, const struct column *c)
{
	const struct strlist *dims = &h->table->group_by;
	size_t len = strlen(c->name);

	if (h->begin == NULL || !h->begin->has_group_by)
		return c->key;
	/* The dimensions that were asked for, and the key columns that are no dimensions. */
	return strlist_has(&h->begin->group_by, c->name, len) ||
	       (c->key && !strlist_has(dims, c->name, len));
}

static int
choose_mode(const struct head *h, enum mode *mode, struct ant_err *e)
{
	const struct table *t = h->table;
	int windowed = h->begin != NULL && h->begin->has_window;

	if (h->mode != -1)
		*mode = (enum mode)h->mode;
	else
		*mode = h->begin != NULL ? t->mode : MODE_MERGE;
	if (*mode != MODE_WINDOW)
		return 0;
	if (t->mode_column == NULL)
		return err_set(
			e, ANT_USAGE, "table %s has no time column for mode window", t->name);
	if (h->begin == NULL)
		return err_set(e, ANT_USAGE,
			"--mode window needs a record stream, which says what window it covers");
	if (!windowed)
		return err_set(e, ANT_INPUT, "stdin:1: the begin line has no window, from and to");
	if (fields_find(h->fields, t->mode_column, strlen(t->mode_column)) == NULL)
		return err_set(e, ANT_USAGE,
			"column %s, the time column of mode window, is not in the output: "
			"keep it, or use --mode append",
			t->mode_column);
	return 0;
}

/* The key, unless one of its columns is not in the output: what is left would be none. */
static int
put_key(const struct head *h, enum mode mode, struct ant_err *e)
{
	size_t start = h->to->len, n = 0;
	const char *missing = NULL;

	buf_puts(h->to, "#key");
	for (size_t i = 0; i < h->table->ncolumns; i++) {
		const struct column *c = &h->table->columns[i];

		if (!is_key(h, c))
			continue;
		if (fields_find(h->fields, c->name, strlen(c->name)) == NULL)
			missing = c->name;
		buf_printf(h->to, "\t%s", c->name);
		n++;
	}
	buf_putc(h->to, '\n');
	if (mode == MODE_MERGE && (n == 0 || missing != NULL))
		return err_set(e, ANT_USAGE,
			"mode merge needs the table's key%s%s%s: use --mode append",
			missing != NULL ? ", and column " : "", missing != NULL ? missing : "",
			missing != NULL ? " is not in the output" : "");
	if (n == 0 || missing != NULL)
		h->to->len = start;
	return 0;
}

static int
put_all(const struct head *h, struct ant_err *e)
{
	enum mode mode;

	if (choose_mode(h, &mode, e) == -1)
		return -1;
	buf_printf(h->to, "#ant-rows\t1\t%s\n#mode\t%s", h->table->name, type_mode_name(mode));
	if (mode == MODE_WINDOW) {
		char from[UTC_TEXT], to[UTC_TEXT];

		utc_format(h->begin->from, from);
		utc_format(h->begin->to, to);
		buf_printf(h->to, "\t%s\t%s\t%s", h->table->mode_column, from, to);
	}
	buf_putc(h->to, '\n');
	if (put_key(h, mode, e) == -1)
		return -1;
	buf_puts(h->to, "#type");
	for (size_t i = 0; i < h->fields->n; i++)
		buf_printf(h->to, "\t%s", type_name(h->fields->v[i].type));
	buf_puts(h->to, "\n#cols");
	for (size_t i = 0; i < h->fields->n; i++)
		buf_printf(h->to, "\t%s", h->fields->v[i].column->name);
	return buf_putc(h->to, '\n') == -1 ? err_sys(e, ANT_FAIL, "flatten") : 0;
}

int
head_put(struct buf *to, const struct table *t, const struct fields *f,
	const struct record_begin *begin, int mode, struct ant_err *e)
{
	const struct head h = {to, t, f, begin, mode};

	return put_all(&h, e);
}

int
head_end(struct buf *to, size_t rows, const struct record_end *end)
{
	char watermark[UTC_TEXT] = "\\N";

	if (end != NULL && end->has_watermark)
		utc_format(end->watermark, watermark);
	return buf_printf(to, "#end\t%zu\t%s\n", rows, watermark);
}
