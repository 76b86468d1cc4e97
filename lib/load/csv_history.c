#include "load/csv_history.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "load/csv_versions.h"
#include "load/history_file.h"

static int
no_memory(const struct csv_history *h, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", h->file.path);
}

/* ---- which file, and its columns ----------------------------------------------------- */

int
csv_history_open(struct csv_history *h, const struct load *l, const struct csv_file *csv,
	const char *file, struct ant_err *e)
{
	memset(h, 0, sizeof *h);
	h->load = l;
	h->csv = csv;
	h->valid_from = h->valid_to = h->organization = -1;
	buf_init(&h->text, 2 * LINES_MAX);
	buf_init(&h->line, 3 * LINES_MAX);
	return history_file_open(&h->file, l, file, e);
}

int
csv_history_is_there(const struct csv_history *h)
{
	return h->load != NULL && h->file.path != NULL && h->file.old != -1;
}

static int
add_column(struct csv_history *h, const char *name, struct csv_history_column c, struct ant_err *e)
{
	if (h->n == ROWS_COLUMNS_MAX)
		return err_set(
			e, ANT_FAIL, "%s: more than %d columns", h->file.path, ROWS_COLUMNS_MAX);
	if (strlist_add(&h->names, name, strlen(name)) == -1)
		return no_memory(h, e);
	if (c.of == -1 && strcmp(name, SQL_VALID_FROM) == 0)
		h->valid_from = (long)h->n;
	else if (c.of == -1 && strcmp(name, SQL_VALID_TO) == 0)
		h->valid_to = (long)h->n;
	else if (strcmp(name, ROWS_ORGANIZATION) == 0)
		h->organization = (long)h->n;
	h->columns[h->n++] = c;
	return 0;
}

/* Take the first record of the history as it is: its names, or, where there is no header, how many. */
static int
take_header(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct csv_history *h = arg;

	(void)number;
	h->n_old = n;
	if (!h->csv->dialect->header) {
		if (n != h->width + 2)
			return err_set(e, ANT_FAIL,
				"%s: its records have %zu fields, and those of a history need %zu",
				h->file.path, n, h->width + 2);
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		struct csv_history_column c = {-1, -1, 1};

		if (strlist_has(&h->names, f[i].p, f[i].len))
			return err_set(e, ANT_FAIL, "%s: header: '%.200s' is there twice",
				h->file.path, f[i].p);
		c.from = csv_value_column(h->csv, h->load, f[i].p);
		if (add_column(h, f[i].p, c, e) == -1)
			return -1;
	}
	if (h->valid_from == -1 || h->valid_to == -1)
		return err_set(e, ANT_FAIL,
			"%s: its header has no %s, so it is no history: rename it, or leave out "
			"--history",
			h->file.path, h->valid_from == -1 ? SQL_VALID_FROM : SQL_VALID_TO);
	return 1;
}

/* The number of the history's column that has the values of C; -1: there is none yet. */
static long
find_column(const struct csv_history *h, const struct csv_column *c)
{
	for (size_t i = 0; i < h->n; i++)
		if (c->from != -1 ? h->columns[i].from == c->from
				  : strcmp(h->names.v[i], c->name) == 0)
			return (long)i;
	return -1;
}

/* Rows are told apart by their key, and organizations by their column. */
static int
check_columns(const struct csv_history *h, struct ant_err *e)
{
	const struct load *l = h->load;

	for (size_t i = 0; i < l->rows->nkey; i++) {
		struct csv_column c = {l->key[i].name, (long)l->rows->key[i]};

		if (find_column(h, &c) == -1)
			return err_set(e, ANT_FAIL,
				"%s: it has no column '%.200s', which is part of the key: it is "
				"the "
				"history of another table",
				h->file.path, c.name);
	}
	if (l->by_organization || h->organization == -1)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: it holds several organizations: load it with --by-organization", h->file.path);
}

int
csv_history_learn(
	struct csv_history *h, const struct csv_column *columns, size_t n, struct ant_err *e)
{
	int header = h->csv->dialect->header;

	h->width = n;
	h->columns = calloc(ROWS_COLUMNS_MAX, sizeof *h->columns);
	h->v = calloc(ROWS_COLUMNS_MAX, sizeof *h->v);
	if (h->columns == NULL || h->v == NULL)
		return no_memory(h, e);
	if (h->file.old != -1 &&
		(csv_file_read(h->csv, h->file.old, h->file.path, take_header, h, e) == -1 ||
			(header && h->n > 0 && check_columns(h, e) == -1)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct csv_history_column c = {(long)i, columns[i].from, 0};
		long at = find_column(h, &columns[i]);

		if (strcmp(columns[i].name, SQL_VALID_FROM) == 0 ||
			strcmp(columns[i].name, SQL_VALID_TO) == 0)
			return err_set(e, ANT_FAIL,
				"%s: the file beside it has a column '%s', a name that --history "
				"needs for "
				"one of its own",
				h->file.path, columns[i].name);
		if (at == -1 && add_column(h, columns[i].name, c, e) == -1)
			return -1;
		if (at != -1)
			h->columns[at].of = (long)i;
	}
	if (h->valid_from != -1) /* as it is */
		return 0;
	if (add_column(h, SQL_VALID_FROM, (struct csv_history_column){-1, -1, 1}, e) == -1 ||
		add_column(h, SQL_VALID_TO, (struct csv_history_column){-1, -1, 1}, e) == -1)
		return -1;
	return 0;
}

/* ---- written ------------------------------------------------------------------------- */

static int
put_line(struct csv_history *h, struct ant_err *e)
{
	csv_file_put_end(h->csv, &h->line);
	if (h->line.failed)
		return no_memory(h, e);
	if (out_put(&h->to, h->line.data, h->line.len, e) == -1)
		return -1;
	buf_clear(&h->line);
	return 0;
}

static int
put_header(struct csv_history *h, struct ant_err *e)
{
	if (h->csv->dialect->bom && out_put(&h->to, "\ufeff", 3, e) == -1)
		return -1;
	if (!h->csv->dialect->header)
		return 0;
	for (size_t i = 0; i < h->n; i++) {
		const struct csv_history_column *c = &h->columns[i];

		if (i > 0)
			buf_putc(&h->line, h->csv->dialect->delimiter);
		csv_file_put(h->csv, &h->line, h->names.v[i], strlen(h->names.v[i]),
			c->is_as_it_was || c->from == -1 ? csv_file_text : csv_file_guarded);
	}
	return put_line(h, e);
}

/* Write h->v, whose texts are as a file has them. */
static int
put_record(struct csv_history *h, struct ant_err *e)
{
	char *to;

	for (size_t i = 0; i < h->n; i++) {
		const struct csv_file_field *f = &h->v[i];

		if (i > 0)
			buf_putc(&h->line, h->csv->dialect->delimiter);
		if (f->null)
			csv_file_put_null(h->csv, &h->line);
		else if ((to = buf_reserve(&h->line, CSV_FILE_ROOM(f->len))) != NULL)
			h->line.len += (size_t)(csv_file_text(h->csv, to, f->p, f->len) - to);
	}
	return put_line(h, e);
}

static int
put_version(struct csv_history *h, int open, int64_t number, struct ant_err *e)
{
	if (open && csv_versions_ends(h, number))
		h->v[h->valid_to] = (struct csv_file_field){.p = h->now, .len = strlen(h->now)};
	return put_record(h, e);
}

static int
put_row(struct csv_history *h, int open, int64_t number, struct ant_err *e)
{
	(void)open;
	if (!csv_versions_is_new(h, number))
		return 0;
	h->v[h->valid_from] = (struct csv_file_field){.p = h->now, .len = strlen(h->now)};
	return put_record(h, e);
}

static int
has_changed(const struct csv_history *h)
{
	return h->file.old == -1 || h->closed > 0 || h->opened > 0;
}

int
csv_history_write(struct csv_history *h, const struct csv_history_rows *rows, struct ant_err *e)
{
	if (csv_versions_judge(h, rows, e) == -1)
		return -1;
	if (!has_changed(h))
		return 0;
	history_file_time(h->load, h->newest, h->now);
	out_init(&h->to, h->file.fd, h->file.path);
	if (put_header(h, e) == -1 || csv_versions_each(h, put_version, e) == -1 ||
		csv_versions_each_row(h, rows, put_row, e) == -1 || out_flush(&h->to, e) == -1)
		return -1;
	return aside_sync(&h->file, e);
}

int
csv_history_publish(struct csv_history *h, struct ant_err *e)
{
	return h->load != NULL && has_changed(h) ? aside_rename(&h->file, e) : 0;
}

void
csv_history_close(struct csv_history *h)
{
	if (h->to.name != NULL)
		out_free(&h->to);
	csv_last_free(&h->last);
	csv_keys_free(&h->keys);
	strlist_free(&h->names);
	free(h->columns);
	free(h->v);
	free(h->judged.v);
	free(h->unknown.v);
	if (h->load != NULL) {
		buf_free(&h->text);
		buf_free(&h->line);
	}
	aside_close(&h->file);
	memset(h, 0, sizeof *h);
}
