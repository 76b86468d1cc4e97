#include "stream/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/sniff.h"
#include "base/utc.h"
#include "base/vec.h"
#include "stream/directive.h"
#include "stream/escape.h"

enum { MICROSECONDS = 1000000 };
enum { BLOCK = 1 << 16 }; /* of rows with a cell of our own, so many bytes at a time */

static int
at_line(const struct rows *r, struct ant_err *e)
{
	return err_prefix(e, "%s:%zu: ", r->in.name, r->in.number);
}

/* "column 'bucket': '2026-13-01' is not of type timestamptz" */
static int
misfit(const struct row_column *col, const struct row_cell *c, struct ant_err *e)
{
	char shown[VALUE_SHOWN];

	return err_set(e, ANT_INPUT, "column '%.200s': %s is not of type %s", col->name,
		value_shown(c, shown), type_name(col->type));
}

/*
 * Check the text of C, a cell of COLUMN with escapes, and take them out: in place
 * where the caller wants cells, else aside, so that the stream's bytes stay.
 */
static int
escaped_value(struct rows *r, const struct row_column *column, struct row_cell *c, int in_place,
	struct ant_err *e)
{
	struct row_cell seen = *c;
	char *base = r->with_own ? r->own.data : r->in.buf.data, *to = base + (c->p - base);

	if (!in_place) {
		if (column->type == TYPE_TEXT)
			return 0;
		buf_clear(&r->scratch);
		if ((to = buf_reserve(&r->scratch, c->len)) == NULL)
			return err_sys(e, ANT_FAIL, "a value of %zu bytes", c->len);
	}
	seen.len = escape_undo(to, c->p, c->len);
	seen.p = to;
	if (value_fits(column->type, &seen) == -1)
		return misfit(column, &seen, e);
	if (in_place)
		*c = seen;
	return 0;
}

/* Whether a cell that is not null, of the time column, lies before T. */
static int
is_before(const struct rows *r, const struct row_cell *c, int64_t t)
{
	int date = r->columns[r->time_column].type == TYPE_DATE;

	return date ? c->i * UTC_DAY < t : c->i < t * MICROSECONDS;
}

int
rows_in_window(const struct rows *r, const struct row_cell *c)
{
	return !c->null && !is_before(r, c, r->from) && is_before(r, c, r->to);
}

int
rows_before_window(const struct rows *r, const struct row_cell *c)
{
	return !c->null && is_before(r, c, r->from);
}

int64_t
rows_seconds(const struct rows *r, const struct row_cell *c)
{
	if (r->columns[r->time_column].type == TYPE_DATE)
		return c->i * UTC_DAY;
	return c->i / MICROSECONDS - (c->i % MICROSECONDS < 0);
}

/* Count a row in the hour of its time T, and remember that: the next row is of the same one, mostly. */
static int
count_in_hour(struct rows *r, int64_t t, struct ant_err *e)
{
	int date = r->columns[r->time_column].type == TYPE_DATE;
	int64_t from = utc_floor(t, BUCKET_SECONDS), to = from + BUCKET_SECONDS;

	if (buckets_add(&r->buckets, t, 1) == -1)
		return err_sys(e, ANT_FAIL, "%s", r->in.name);
	r->hour = from;
	if (from < r->from)
		from = r->from;
	if (to > r->to)
		to = r->to;
	r->hour_from = date ? t / UTC_DAY : from * MICROSECONDS;
	r->hour_to = date ? t / UTC_DAY + 1 : to * MICROSECONDS;
	return 0;
}

static int
check_window(struct rows *r, struct ant_err *e)
{
	const struct row_cell *c = &r->cells[r->time_column];
	struct buckets *b = &r->buckets;
	char from[UTC_TEXT], to[UTC_TEXT];

	if (!c->null && c->i >= r->hour_from && c->i < r->hour_to && b->last < b->n &&
		b->v[b->last].start == r->hour) {
		b->v[b->last].rows++;
		return 0;
	}
	if (rows_in_window(r, c))
		return count_in_hour(r, rows_seconds(r, c), e);
	utc_format(r->from, from);
	utc_format(r->to, to);
	return err_set(e, ANT_INPUT, "column '%.200s': '%.*s' is outside the window %s to %s",
		r->columns[r->time_column].name, c->null ? 4 : (int)c->len, c->null ? "null" : c->p,
		from, to);
}

/* Split and check the row of LEN bytes at P; a newline stands after it. */
static int
split(struct rows *r, char *p, size_t len, int in_place, struct ant_err *e)
{
	char *line = p, *end = p + len;

	for (size_t i = 0; i < r->ncolumns; i++) {
		struct row_cell *c = &r->cells[i];
		char *start = p;
		int escaped = 0;

		for (;;) {
			size_t n;

			p += vec_cell(p, end) - p;
			if (*p == '\t' || p == end)
				break;
			escaped |= *p == '\\';
			if ((n = escape_step(p, start, line, end, e)) == 0)
				return err_prefix(e, "column '%.200s': ", r->columns[i].name);
			p += n;
		}
		if ((p == end) != (i + 1 == r->ncolumns))
			return err_set(e, ANT_INPUT, "%s than the %zu cells of #cols",
				p == end ? "fewer" : "more", r->ncolumns);
		c->p = start;
		c->len = (size_t)(p - start);
		c->null = escaped && escape_is_null(start, c->len);
		if (c->null)
			r->columns[i].nulls++;
		else if (escaped ? escaped_value(r, &r->columns[i], c, in_place, e) == -1
				 : value_fits(r->columns[i].type, c) == -1 &&
					   misfit(&r->columns[i], c, e))
			return -1;
		p++;
	}
	return r->window ? check_window(r, e) : 0;
}

/*
 * The next line: the one that is held, or a new one; in the midst of a stream there
 * must be one, and it must be whole.
 */
static int
line(struct rows *r, char **p, size_t *len, struct ant_err *e)
{
	int more;

	if (r->held != NULL) {
		*p = r->held;
		*len = r->held_len;
		r->held = NULL;
		return 0;
	}
	if ((more = lines_next(&r->in, p, len, e)) == -1)
		return -1;
	if (more == 1 && !r->in.partial)
		return 0;
	return err_set(e, ANT_INPUT,
		"%s:%zu: the stream breaks off%s: it has no #end, so its sender did not finish",
		r->in.name, r->in.number + (more == 0), more == 1 ? " inside a line" : "");
}

/* What is no text at all may have no line: it is named before one is looked for. */
static int
check_start(struct rows *r, struct ant_err *e)
{
	const char *what;

	if (lines_peek(&r->in, SNIFF_BYTES, e) == -1)
		return -1;
	if (r->in.buf.len == 0 || (what = sniff(r->in.buf.data, r->in.buf.len)) == NULL)
		return 0;
	return err_set(e, ANT_INPUT, "%s:1: expected #ant-rows: %s", r->in.name, what);
}

static int
read_head(struct rows *r, struct ant_err *e)
{
	struct directive_reader d = {0};
	size_t len;
	char *p;
	int more;

	if (check_start(r, e) == -1)
		return -1;
	do {
		more = line(r, &p, &len, e);
		if (more == 0 && (more = directive_read_head(&d, r, p, len, e)) == -1)
			at_line(r, e);
	} while (more == 1);
	directive_reader_free(&d);
	if (more == 0 && (r->cells = calloc(r->ncolumns, sizeof *r->cells)) == NULL)
		more = err_sys(e, ANT_FAIL, "%s", r->in.name);
	return more;
}

struct rows *
rows_open(int fd, const char *name, struct ant_err *e)
{
	struct rows *r = calloc(1, sizeof *r);

	if (r == NULL) {
		err_sys(e, ANT_FAIL, "%s", name);
		return NULL;
	}
	lines_init(&r->in, fd, name, LINES_MAX);
	buf_init(&r->scratch, LINES_MAX);
	buf_init(&r->own, 2 * LINES_MAX);
	if (read_head(r, e) == 0)
		return r;
	rows_close(r);
	return NULL;
}

void
rows_close(struct rows *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->ncolumns; i++)
		free(r->columns[i].name);
	free(r->columns);
	free(r->cells);
	free(r->key);
	free(r->table);
	buf_free(&r->scratch);
	buf_free(&r->own);
	buckets_free(&r->buckets);
	lines_free(&r->in);
	free(r);
}

/* A column in front of the others, of which everybody else's number grows by one. */
static int
add_first_column(struct rows *r, struct ant_err *e)
{
	struct row_column *columns = calloc(r->ncolumns + 1, sizeof *columns);
	struct row_cell *cells = calloc(r->ncolumns + 1, sizeof *cells);
	size_t *key = calloc(r->nkey + 1, sizeof *key);
	char *name = strdup(ROWS_ORGANIZATION);

	if (columns == NULL || cells == NULL || key == NULL || name == NULL) {
		free(columns);
		free(cells);
		free(key);
		free(name);
		return err_sys(e, ANT_FAIL, "%s", r->in.name);
	}
	memcpy(columns + 1, r->columns, r->ncolumns * sizeof *columns);
	columns[0] = (struct row_column){.name = name, .type = TYPE_TEXT, .key = r->nkey > 0};
	for (size_t i = 0; i < r->nkey; i++)
		key[i + 1] = r->key[i] + 1;
	free(r->columns);
	free(r->cells);
	free(r->key);
	r->columns = columns;
	r->cells = cells;
	r->key = key;
	r->ncolumns++;
	r->nkey += r->nkey > 0;
	r->time_column++;
	return 0;
}

static int
nobodys(struct rows *r, struct ant_err *e)
{
	return err_set(e, ANT_INPUT,
		"%s: the stream does not say whose rows these are, which --by-organization needs",
		r->in.name);
}

int
rows_by_organization(struct rows *r, const char *own, struct ant_err *e)
{
	if (*r->organization == '\0') {
		if (own == NULL || strlen(own) >= sizeof r->organization)
			return nobodys(r, e);
		strcpy(r->organization, own);
		r->nobodys = 1;
	}
	for (size_t i = 0; i < r->ncolumns; i++)
		if (strcmp(r->columns[i].name, ROWS_ORGANIZATION) == 0)
			return err_set(e, ANT_INPUT, "%s: it has a column '%s' of its own",
				r->in.name, ROWS_ORGANIZATION);
	if (r->ncolumns == ROWS_COLUMNS_MAX)
		return err_set(e, ANT_INPUT, "%s: %d columns leave no room for '%s'", r->in.name,
			(int)ROWS_COLUMNS_MAX, ROWS_ORGANIZATION);
	r->with_own = 1;
	return add_first_column(r, e);
}

/* Put the organization's cell before the row of *LEN bytes at *P, after those in r->own. */
static int
own_cell(struct rows *r, char **p, size_t *len, struct ant_err *e)
{
	size_t start = r->own.len;

	if (r->nobodys)
		return nobodys(r, e);
	if (*len > 1 && (*p)[0] == '\\' && (*p)[1] == '#') { /* no row starts there any more */
		++*p;
		--*len;
	}
	buf_puts(&r->own, r->organization);
	buf_putc(&r->own, '\t');
	buf_put(&r->own, *p, *len);
	*len = r->own.len - start;
	if (buf_putc(&r->own, '\n') == -1)
		return err_sys(e, ANT_FAIL, "%s", r->in.name);
	*p = r->own.data + start;
	return 0;
}

enum { PASSED_OVER = 2 };

/*
 * Read and check one row; its bytes go to *P and *LEN.  1, or PASSED_OVER by the filter; 0 where
 * the line was a directive instead: it is held; -1.
 */
static int
next(struct rows *r, char **p, size_t *len, int in_place, struct ant_err *e)
{
	int more;

	if (line(r, p, len, e) == -1)
		return -1;
	if (*len > 0 && **p == '#') {
		r->held = *p;
		r->held_len = *len;
		return 0;
	}
	if ((r->with_own && own_cell(r, p, len, e) == -1) || split(r, *p, *len, in_place, e) == -1)
		return at_line(r, e);
	r->count++;
	if (r->filter == NULL)
		return 1;
	more = r->filter(r->filter_arg, in_place ? NULL : *p, *len, e);
	return more == 0 ? PASSED_OVER : more;
}

/* The end of the rows: the held line must be the trailer, and the last one. */
static int
finish(struct rows *r, struct ant_err *e)
{
	char *p = r->held;
	size_t len = r->held_len;
	int more;

	r->held = NULL;
	if (directive_read_end(r, p, len, e) == -1)
		return at_line(r, e);
	if ((more = lines_next(&r->in, &p, &len, e)) == -1)
		return -1;
	if (more == 1) {
		err_set(e, ANT_INPUT, "there is more behind #end");
		return at_line(r, e);
	}
	r->complete = 1;
	return 0;
}

int
rows_next(struct rows *r, const struct row_cell **cells, struct ant_err *e)
{
	char *p;
	size_t len;
	int more;

	if (r->complete)
		return 0;
	do {
		buf_clear(&r->own);
		more = next(r, &p, &len, 1, e);
	} while (more == PASSED_OVER);
	if (more == 0)
		return finish(r, e);
	*cells = r->cells;
	return more;
}

void
rows_when_idle(struct rows *r, int ms, int (*idle)(void *arg, struct ant_err *e), void *arg)
{
	r->in.idle = idle;
	r->in.idle_arg = arg;
	r->in.idle_ms = ms;
}

/* rows_block() where the rows are not as they came: the block is put together in r->own. */
static int
own_block(struct rows *r, const char **block, size_t *len, struct ant_err *e)
{
	char *p;
	size_t n;
	int more;

	do {
		size_t before = r->own.len;

		if ((more = next(r, &p, &n, 0, e)) == PASSED_OVER)
			r->own.len = before;
	} while (more > 0 && (r->own.len == 0 || (r->own.len < BLOCK && lines_ready(&r->in))));
	if (more == -1)
		return -1;
	*block = r->own.data;
	*len = r->own.len;
	return r->own.len > 0 ? 1 : finish(r, e);
}

int
rows_block(struct rows *r, const char **block, size_t *len, struct ant_err *e)
{
	char *p;
	size_t n;
	int more;

	if (r->complete)
		return 0;
	buf_clear(&r->own);
	if (r->with_own)
		return own_block(r, block, len, e);
	do
		more = next(r, &p, &n, 0, e);
	while (more == PASSED_OVER);
	if (more == 0)
		return finish(r, e);
	*block = p;
	while (more == 1) {
		*len = (size_t)(p - *block) + n + 1;
		if (!lines_ready(&r->in))
			break;
		more = next(r, &p, &n, 0, e);
	}
	return more == -1 ? -1 : 1;
}
