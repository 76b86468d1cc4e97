#include "flatten/head.h"

#include <string.h>

#include "stream/directive.h"

/* What the head is of. */
struct head {
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
choose_key(const struct head *h, const char **key, struct directive_head *to, struct ant_err *e)
{
	const char *missing = NULL;

	to->key = key;
	for (size_t i = 0; i < h->table->ncolumns; i++) {
		const struct column *c = &h->table->columns[i];

		if (!is_key(h, c))
			continue;
		if (fields_find(h->fields, c->name, strlen(c->name)) == NULL)
			missing = c->name;
		key[to->nkey++] = c->name;
	}
	if (to->mode == MODE_MERGE && (to->nkey == 0 || missing != NULL))
		return err_set(e, ANT_USAGE,
			"mode merge needs the table's key%s%s%s: use --mode append",
			missing != NULL ? ", and column " : "", missing != NULL ? missing : "",
			missing != NULL ? " is not in the output" : "");
	if (missing != NULL)
		to->nkey = 0;
	return 0;
}

int
head_put(struct buf *to, const struct table *t, const struct fields *f,
	const struct record_begin *begin, int mode, struct ant_err *e)
{
	const struct head h = {t, f, begin, mode};
	const char *key[TABLE_COLUMNS_MAX], *names[FIELDS_MAX];
	enum type types[FIELDS_MAX];
	struct directive_head head = {.table = t->name, .names = names, .types = types};

	if (choose_mode(&h, &head.mode, e) == -1 || choose_key(&h, key, &head, e) == -1)
		return -1;
	if (head.mode == MODE_WINDOW) {
		head.time_column = t->mode_column;
		head.from = begin->from;
		head.to = begin->to;
	}
	for (head.ncolumns = 0; head.ncolumns < f->n; head.ncolumns++) {
		names[head.ncolumns] = f->v[head.ncolumns].column->name;
		types[head.ncolumns] = f->v[head.ncolumns].type;
	}
	return directive_put_head(to, &head) == -1 ? err_sys(e, ANT_FAIL, "flatten") : 0;
}
