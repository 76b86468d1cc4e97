#include "report/days.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

struct ends {
	int64_t first, last;
};

static int
take_ends(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct ends *to = arg;

	(void)e;
	to->first = report_ask_day(&c[0]);
	to->last = report_ask_day(&c[1]);
	return 0;
}

/* The first and the last day with rows, up to the report's end; 0 where there are none. */
static int
ask_ends(struct report_ask *q, unsigned bit, const char *time, struct ends *to, struct ant_err *e)
{
	to->first = to->last = 0;
	if ((q->r->tables & bit) == 0)
		return 0;
	buf_clear(&q->sql);
	for (int last = 0; last < 2; last++) { /* two questions: each is one step in an index */
		char call[40];

		snprintf(call, sizeof call, "%s(%s)", last ? "max" : "min", time);
		buf_puts(&q->sql, last ? ", (SELECT " : "SELECT (SELECT ");
		report_ask_time(q, call);
		report_ask_from(q, bit);
		buf_puts(&q->sql, " WHERE ");
		report_ask_compare(q, time, "<", q->r->last + 1);
		report_ask_ours(q, bit, " AND ");
		buf_putc(&q->sql, ')');
	}
	return report_ask(q, 2, take_ends, to, e);
}

/* The end of complete cost: after the last day with cost, or where the loads have come to. */
static int
ask_as_of(struct report_ask *q, const struct ends *cost, struct ant_err *e)
{
	struct report *r = q->r;
	struct ends mark = {0, 0};

	r->as_of = cost->last > 0 ? cost->last + 1 : r->open;
	if (cost->last > 0 && (r->tables & VIEWS_LEDGER) != 0) {
		buf_clear(&q->sql);
		for (int i = 0; i < 2; i++) {
			buf_puts(&q->sql, i == 0 ? "SELECT " : ", ");
			report_ask_time(q, "max(watermark)");
		}
		report_ask_from(q, VIEWS_LEDGER);
		buf_puts(&q->sql, " WHERE table_name = ");
		sql_literal(&q->sql, r->o.place.dialect, views_table_name(r->bill));
		buf_puts(&q->sql, " AND into_table = ");
		views_put_into(&q->sql, &r->o.place, r->bill);
		report_ask_ours(q, VIEWS_LEDGER, " AND ");
		if (report_ask(q, 2, take_ends, &mark, e) == -1)
			return -1;
		if (mark.last > r->as_of)
			r->as_of = mark.last;
	}
	if (r->as_of > r->open)
		r->as_of = r->open;
	return 0;
}

/* The first day of the month that is MONTHS after that of DAY. */
static int64_t
month_of(int64_t day, int months)
{
	int64_t year, n;
	unsigned month, d;

	utc_civil(day, &year, &month, &d);
	n = year * 12 + month - 1 + months;
	return utc_days(n / 12, (unsigned)(n % 12) + 1, 1);
}

int
report_days_settle(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;
	struct ends cost, usage, claude;

	r->first = utc_floor(r->o.from, UTC_DAY) / UTC_DAY;
	r->open = utc_floor(r->o.to, UTC_DAY) / UTC_DAY;
	r->last = utc_floor(r->o.to - 1, UTC_DAY) / UTC_DAY;
	if (r->o.from >= r->o.to)
		return err_set(e, ANT_USAGE, "the period is empty: --from is not before --to");
	if (ask_ends(q, r->bill, report_bill_time(r), &cost, e) == -1 ||
		ask_ends(q, VIEWS_USAGE, "bucket", &usage, e) == -1 ||
		ask_ends(q, VIEWS_CLAUDE_CODE, "date", &claude, e) == -1 ||
		ask_as_of(q, &cost, e) == -1)
		return -1;
	r->first_cost = cost.first;
	r->usage_end = usage.last > 0 ? usage.last + 1 : 0;
	r->claude_end = claude.last > 0 ? claude.last + 1 : 0;
	r->month = month_of(r->last, 0);
	r->next_month = month_of(r->last, 1);
	r->last_month = month_of(r->last, -1);
	r->scan = r->first - 28;
	if (r->last_month < r->scan)
		r->scan = r->last_month;
	if (r->last - 62 < r->scan)
		r->scan = r->last - 62;
	/* Data that ends long ago is compared at its own end, as long as that is near. */
	if (r->as_of - 60 < r->scan && r->as_of > r->last - 365)
		r->scan = r->as_of - 60;
	r->ndays = (size_t)(r->last - r->scan + 1);
	if (r->last - r->first >= REPORT_DAYS_MAX)
		return err_set(e, ANT_USAGE, "the period is longer than ten years");
	if ((r->days = calloc(r->ndays, sizeof *r->days)) == NULL)
		return report_ask_no_memory(e);
	return 0;
}

int
report_days_first(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;
	struct ends cost = {0, 0};
	const char *time = report_bill_time(r);
	char call[40];

	r->first_cost = 0;
	if ((r->tables & r->bill) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT ");
	snprintf(call, sizeof call, "min(%s)", time);
	report_ask_time(q, call);
	buf_puts(&q->sql, ", ");
	snprintf(call, sizeof call, "max(%s)", time);
	report_ask_time(q, call);
	report_ask_from(q, r->bill);
	buf_puts(&q->sql, " WHERE ");
	report_ask_compare(q, time, "<", r->last + 1);
	buf_puts(&q->sql, " AND ");
	views_put_currency(&q->sql, &r->o.place, &r->o.there, r->bill);
	buf_puts(&q->sql, " = ");
	sql_literal(&q->sql, r->o.place.dialect, r->currency.code);
	report_ask_ours(q, r->bill, " AND ");
	if (report_ask(q, 2, take_ends, &cost, e) == -1)
		return -1;
	r->first_cost = cost.first;
	return 0;
}

/* ---- how fresh the tables are -------------------------------------------------------- */

static int
take_fresh(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;
	struct report_fresh *v = realloc(r->fresh, (r->nfresh + 1) * sizeof *v), *f;
	int64_t t = 0;

	if (v == NULL)
		return report_ask_no_memory(e);
	r->fresh = v;
	f = &v[r->nfresh++];
	memset(f, 0, sizeof *f);
	report_ask_timestamp(f->finished, &c[1]);
	report_ask_timestamp(f->watermark, &c[2]);
	f->loads = db_integer(&c[3]);
	f->rows = db_integer(&c[4]);
	utc_parse(*f->watermark != '\0' ? f->watermark : f->finished, 20, &t);
	f->age = r->o.to - t;
	return report_ask_text(&f->table, &c[0], "", e);
}

/* Which loads are of these tables: others of the same database may be of another organization. */
static void
put_ours(struct report_ask *q)
{
	const struct views_place *p = &q->r->o.place;
	const char *prefix = p->prefix != NULL ? p->prefix : "";

	buf_puts(&q->sql, " WHERE CASE table_name");
	for (unsigned bit = 1; bit < VIEWS_ALL; bit <<= 1) {
		if ((q->r->tables & bit) == 0)
			continue;
		buf_printf(&q->sql, " WHEN '%s' THEN into_table = ", views_table_name(bit));
		views_put_into(&q->sql, p, bit);
	}
	buf_puts(&q->sql, " ELSE substr(into_table, 1, length(");
	sql_literal(&q->sql, p->dialect, prefix);
	buf_puts(&q->sql, ")) = ");
	sql_literal(&q->sql, p->dialect, prefix);
	buf_puts(&q->sql, " END");
}

int
report_days_fresh(struct report_ask *q, struct ant_err *e)
{
	if ((q->r->tables & VIEWS_LEDGER) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT table_name, ");
	report_ask_time(q, "max(finished)");
	buf_puts(&q->sql, ", ");
	report_ask_time(q, "max(watermark)");
	buf_puts(&q->sql, ", count(*), sum(rows)");
	report_ask_from(q, VIEWS_LEDGER);
	put_ours(q);
	report_ask_ours(q, VIEWS_LEDGER, " AND ");
	buf_puts(&q->sql, " GROUP BY table_name ORDER BY table_name");
	return report_ask(q, 5, take_fresh, q->r, e);
}
