#include "report/reconcile_days.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/show.h"

struct taking {
	const struct report *r;
	struct reconcile_days *d;
};

/* One load: the days that begin in its window. */
static int
take_load(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct taking *t = arg;
	const struct report *r = t->r;
	int64_t from, to, mark;

	(void)e;
	if (!report_ask_instant(&c[0], &from) || !report_ask_instant(&c[1], &to) ||
		!report_ask_instant(&c[2], &mark))
		return 0;
	mark = utc_floor(mark, UTC_DAY) / UTC_DAY;
	if (mark > t->d->closed)
		t->d->closed = mark;
	from = utc_ceil(from, UTC_DAY) / UTC_DAY;
	to = utc_ceil(to, UTC_DAY) / UTC_DAY;
	for (int64_t day = from > r->first ? from : r->first; day < to && day <= r->last; day++)
		t->d->loaded[day - r->first] = 1;
	return 0;
}

/* What is appended or replaced has no window: it begins with its first row. */
static void
put_first_row(struct report_ask *q, unsigned bit, const char *time)
{
	buf_printf(&q->sql, "(SELECT min(c.%s)", time);
	report_ask_from(q, bit);
	report_ask_ours(q, bit, " WHERE ");
	buf_putc(&q->sql, ')');
}

int
reconcile_days_ask(struct report_ask *q, unsigned bit, const char *time, int64_t reread,
	struct reconcile_days *d, struct ant_err *e)
{
	struct taking t = {q->r, d};

	memset(d, 0, sizeof *d);
	if ((d->loaded = calloc((size_t)(q->r->last - q->r->first + 1), 1)) == NULL)
		return report_ask_no_memory(e);
	if ((q->r->tables & VIEWS_LEDGER) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT ");
	report_ask_time(q, "x.window_from");
	buf_puts(&q->sql, ", ");
	report_ask_time(q, "x.window_to");
	buf_puts(&q->sql, ", ");
	report_ask_time(q, "x.watermark");
	buf_puts(&q->sql, " FROM (SELECT coalesce(c.window_from, ");
	put_first_row(q, bit, time);
	buf_puts(&q->sql, ") AS window_from, coalesce(c.window_to, c.watermark) AS window_to, "
			  "c.watermark AS watermark");
	report_ask_from(q, VIEWS_LEDGER);
	buf_printf(
		&q->sql, " WHERE c.table_name = '%s' AND c.into_table = ", views_table_name(bit));
	views_put_into(&q->sql, &q->r->o.place, bit);
	report_ask_ours(q, VIEWS_LEDGER, " AND ");
	buf_puts(&q->sql, ") x");
	if (report_ask(q, 3, take_load, &t, e) == -1)
		return -1;
	d->final = d->closed - reread;
	return 0;
}

void
reconcile_days_free(struct reconcile_days *d)
{
	free(d->loaded);
	d->loaded = NULL;
}

/* Why DAY is not compared: NULL where it is; *WHICH is the table's number. */
static const char *
left_out(const struct reconcile_days d[2], const struct report *r, int64_t day, int *which)
{
	for (*which = 0; *which < 2; ++*which) {
		if (day >= d[*which].closed)
			return "not complete in";
		if (!d[*which].loaded[day - r->first])
			return "not loaded into";
	}
	return NULL;
}

int
reconcile_days_both(const struct reconcile_days d[2], const struct report *r, int64_t day)
{
	int which;

	return left_out(d, r, day, &which) == NULL;
}

void
reconcile_days_put_run(struct buf *b, int64_t from, int64_t to)
{
	char day[SHOW_TEXT];

	buf_puts(b, show_iso(from, day));
	if (to - from > 1)
		buf_printf(b, " to %s", show_iso(to - 1, day));
}

void
reconcile_days_put_left_out(struct buf *b, const struct reconcile_days d[2],
	const char *const names[2], const struct report *r)
{
	int64_t next;

	for (int64_t day = r->first; day <= r->last; day = next) {
		int which, other;
		const char *why = left_out(d, r, day, &which);

		for (next = day + 1;
			next <= r->last && left_out(d, r, next, &other) == why && other == which;)
			next++;
		if (why == NULL)
			continue;
		buf_puts(b, b->len > 0 ? ", " : "");
		reconcile_days_put_run(b, day, next);
		buf_printf(b, " %s %s %s", next - day > 1 ? "are" : "is", why, names[which]);
	}
}
