#include "report/currencies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One more, of the days of R. */
static struct report *
add_currency(const struct report *r, struct ant_err *e)
{
	struct report *x = calloc(1, sizeof *x);

	if (x == NULL || (x->days = calloc(r->ndays, sizeof *x->days)) == NULL) {
		free(x);
		report_ask_no_memory(e);
		return NULL;
	}
	x->o = r->o;
	x->tables = r->tables;
	x->billed = r->billed;
	x->bill = r->bill;
	x->opened_by = r->opened_by;
	x->first = r->first;
	x->last = r->last;
	x->open = r->open;
	x->scan = r->scan;
	x->ndays = r->ndays;
	x->as_of = r->as_of;
	x->month = r->month;
	x->next_month = r->next_month;
	x->last_month = r->last_month;
	for (size_t i = 0; i < TOOLS; i++)
		x->tools[i][0] = x->tools[i][1] = -1;
	return x;
}

static int
set_currency(struct report *r, const struct db_cell *c, struct ant_err *e)
{
	const char *code = c->kind == DB_TEXT ? c->p : "USD";

	if (currency_of(code, strlen(code), &r->currency) == -1)
		return err_set(e, ANT_FAIL,
			"'%.40s' is no currency: that is a code of letters, such as USD", code);
	return 0;
}

static int
take_first_currency(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;

	if (c->kind != DB_TEXT || set_currency(r, c, e) == 0)
		return 0;
	return err_prefix(e, "%s: ", views_table_name(r->bill));
}

static int
take_dollars(void *arg, const struct db_cell *c, struct ant_err *e)
{
	(void)c;
	(void)e;
	*(int *)arg = 1;
	return 0;
}

/* Ask for WHAT of the cost that is read. */
static void
put_cost(struct report_ask *q, const char *what)
{
	buf_clear(&q->sql);
	buf_printf(&q->sql, "SELECT %s", what);
	report_ask_from(q, q->r->bill);
	buf_puts(&q->sql, " WHERE ");
	report_ask_compare(q, report_bill_time(q->r), ">=", q->r->scan);
	buf_puts(&q->sql, " AND ");
	report_ask_compare(q, report_bill_time(q->r), "<", q->r->last + 1);
	report_ask_ours(q, q->r->bill, " AND ");
}

int
currencies_settle(struct loading *l, struct ant_err *e)
{
	struct report_ask *q = &l->q;
	int dollars = 0;

	currency_of("USD", 3, &q->r->currency);
	if ((q->r->tables & q->r->o.there.currency & q->r->bill) == 0)
		return 0;
	put_cost(q, "1");
	buf_puts(&q->sql, " AND ");
	views_put_currency(&q->sql, &q->r->o.place, &q->r->o.there, q->r->bill);
	buf_puts(&q->sql, " = 'USD' LIMIT 1"); /* so the first row is enough, as a rule */
	if (report_ask(q, 1, take_dollars, &dollars, e) == -1)
		return -1;
	if (dollars)
		return 0;
	put_cost(q, "min(currency)");
	return report_ask(q, 1, take_first_currency, q->r, e);
}

int
currencies_choose(struct loading *l, const struct db_cell *c, struct ant_err *e)
{
	const char *code = c->kind == DB_TEXT ? c->p : "USD";
	struct report **to;
	size_t n = 0;

	if (l->amounts != NULL && strcmp(l->amounts->currency.code, code) == 0)
		return 0;
	for (to = &l->q.r; *to != NULL; to = &(*to)->next, n++)
		if (strcmp((*to)->currency.code, code) == 0)
			break;
	if (n == REPORT_CURRENCIES_MAX)
		return err_set(e, ANT_FAIL, "too many different currencies");
	if (*to == NULL &&
		((*to = add_currency(l->q.r, e)) == NULL || set_currency(*to, c, e) == -1))
		return -1;
	l->amounts = *to;
	return 0;
}

int
currencies_ask(struct loading *l, unsigned bit, const char *time, const char *columns,
	const char *group, int64_t from, int64_t to, db_take *take, struct ant_err *e)
{
	char all[1024];

	snprintf(all, sizeof all, "%s%s", columns,
		(l->q.r->o.there.currency & bit) != 0
			? "CASE WHEN currency <> 'USD' THEN currency END"
			: "NULL");
	return report_ask_days(&l->q, bit, time, all, group, from, to, take, l, e);
}
