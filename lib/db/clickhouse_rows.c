#include "db/clickhouse_rows.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/decimal.h"

enum { IDLE_MS = 5000 }; /* ClickHouse's http_receive_timeout is 30 s by default */

struct sender {
	struct clickhouse *to;
	const struct rows *rows;
	size_t looked_at; /* so many columns, to the last one whose cells need a look */
	int numbered;
	int64_t number;
	struct buf out; /* a block as it is sent */
};

/* The usual decimal: no exponent, and no more digits than there is room for. */
static int
is_short(const char *p, size_t len)
{
	const char *end = p + len, *point = memchr(p, '.', len);
	size_t whole = (size_t)((point != NULL ? point : end) - p);

	return whole <= CLICKHOUSE_WIDTH - CLICKHOUSE_SCALE &&
	       (point == NULL || end - point - 1 <= CLICKHOUSE_SCALE) &&
	       memchr(p, 'e', len) == NULL && memchr(p, 'E', len) == NULL;
}

/* YYYY-MM-DD..., as the stream's reader has checked. */
static int
is_in_range(const char *p)
{
	return (p[0] == '1' && p[1] == '9') || (p[0] == '2' && p[1] <= '2');
}

static int
check_cell(const struct sender *s, size_t column, const char *p, size_t len, struct ant_err *e)
{
	const struct row_column *c = &s->rows->columns[column];
	decimal_int unused;

	if (len == 2 && p[0] == '\\') /* null */
		return 0;
	if (c->type == TYPE_NUMERIC && !is_short(p, len) &&
		decimal_fixed(p, len, CLICKHOUSE_WIDTH, CLICKHOUSE_SCALE, &unused) == -1)
		return err_set(e, ANT_FAIL,
			"clickhouse: column '%.200s': %.*s is more than DECIMAL(%d,%d) holds "
			"exactly",
			c->name, (int)(len < 100 ? len : 100), p, (int)CLICKHOUSE_WIDTH,
			(int)CLICKHOUSE_SCALE);
	if ((c->type == TYPE_DATE || c->type == TYPE_TIMESTAMPTZ) && !is_in_range(p))
		return err_set(e, ANT_FAIL,
			"clickhouse: column '%.200s': %.*s is not within 1900 to 2299", c->name,
			(int)(len < 100 ? len : 100), p);
	return 0;
}

/* Look at the cells of the row of LEN bytes at P that need it. */
static int
check_row(const struct sender *s, const char *p, size_t len, struct ant_err *e)
{
	const char *end = p + len;

	for (size_t i = 0; i < s->looked_at; i++) {
		const char *tab = memchr(p, '\t', (size_t)(end - p));
		size_t n = (size_t)((tab != NULL ? tab : end) - p);

		if (check_cell(s, i, p, n, e) == -1)
			return -1;
		p += n + 1;
	}
	return 0;
}

static int
put_row(struct sender *s, const char *p, size_t len, struct ant_err *e)
{
	if (check_row(s, p, len, e) == -1)
		return -1;
	if (s->numbered)
		buf_printf(&s->out, "%" PRId64 "\t", ++s->number);
	if (len > 1 && p[0] == '\\' && p[1] == '#') {
		p++;
		len--;
	}
	buf_put(&s->out, p, len);
	buf_putc(&s->out, '\n');
	return 0;
}

/* Send the block of LEN bytes at P, whole lines. */
static int
put_block(struct sender *s, const char *p, size_t len, struct ant_err *e)
{
	const char *end = p + len;

	buf_clear(&s->out);
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (put_row(s, p, (size_t)(newline - p), e) == -1)
			return -1;
		p = newline + 1;
	}
	if (s->out.failed)
		return err_sys(e, ANT_FAIL, "clickhouse");
	return clickhouse_insert_put(s->to, s->out.data, s->out.len, e);
}

/* No row comes for a while: the server does not wait for it. */
static int
on_idle(void *arg, struct ant_err *e)
{
	return clickhouse_insert_pause(((struct sender *)arg)->to, e);
}

int
clickhouse_rows(
	struct clickhouse *c, const char *sql, struct rows *r, int numbered, struct ant_err *e)
{
	struct sender s = {.to = c, .rows = r, .numbered = numbered};
	const char *block;
	size_t len;
	int more = clickhouse_insert_start(c, sql, e);

	for (size_t i = 0; i < r->ncolumns; i++)
		if (r->columns[i].type == TYPE_NUMERIC || r->columns[i].type == TYPE_DATE ||
			r->columns[i].type == TYPE_TIMESTAMPTZ)
			s.looked_at = i + 1;
	buf_init(&s.out, 4 * LINES_MAX); /* a block is a row at least, and what was read with it */
	rows_when_idle(r, IDLE_MS, on_idle, &s);
	while (more != -1 && (more = rows_block(r, &block, &len, e)) == 1)
		if (put_block(&s, block, len, e) == -1)
			more = -1;
	rows_when_idle(r, 0, NULL, NULL);
	buf_free(&s.out);
	return more == -1 ? -1 : clickhouse_insert_end(c, e);
}
