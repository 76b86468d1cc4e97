#include "report/reconcile_tables.h"

#include <stdio.h>
#include <string.h>

/* By the look-back of the tables' files: analytics are revised for longer. */
enum { SOON = 3, LATE = 30 };

/* Seats have no workspace in analytics, and are in no report of the Console. */
static void
put_console(struct report_ask *q)
{
	buf_puts(&q->sql, " AND c.workspace_id IS NOT NULL");
}

/* Claude Code's own workspace, which the Console makes and calls so. */
static void
put_claude_workspaces(struct report_ask *q)
{
	buf_puts(&q->sql, "(SELECT c.id");
	report_ask_from(q, VIEWS_WORKSPACES);
	buf_puts(&q->sql, " WHERE c.name = 'Claude Code'");
	report_ask_ours(q, VIEWS_WORKSPACES, " AND ");
	buf_putc(&q->sql, ')');
}

/*
 * What is paid there: what people do who sign in by the Console, and what its own keys do, of which
 * the report has names.  Subscriptions are not paid by use.
 */
static void
put_paid_by_use(struct report_ask *q)
{
	buf_puts(&q->sql, " AND c.customer_type = 'api' AND (c.actor_type = 'user_actor' OR "
			  "c.actor_id IN (SELECT c.name");
	report_ask_from(q, VIEWS_KEYS);
	buf_puts(&q->sql, " WHERE c.workspace_id IN ");
	put_claude_workspaces(q);
	report_ask_ours(q, VIEWS_KEYS, " AND ");
	buf_puts(&q->sql, "))");
}

/* An estimate is of tokens alone. */
static void
put_bill(struct report_ask *q)
{
	buf_puts(&q->sql, " AND coalesce(c.cost_type, 'tokens') = 'tokens' AND c.workspace_id IN ");
	put_claude_workspaces(q);
}

static const struct reconcile_side
	cost = {VIEWS_COST, "cost_report", "bucket", "amount_cents", SOON, NULL, NULL},
	cost_total = {VIEWS_COST_TOTAL, "cost_report_total", "bucket", "amount_cents", SOON,
		"reconcile", NULL},
	usage = {VIEWS_USAGE, "usage_report", "bucket", NULL, SOON, NULL, NULL},
	usage_total = {VIEWS_USAGE_TOTAL, "usage_report_total", "bucket", NULL, SOON, "reconcile",
		NULL},
	analytics_cost = {VIEWS_ANALYTICS_COST, "analytics_cost", "starting_at", "amount_cents",
		LATE, NULL, NULL},
	analytics_cost_total = {VIEWS_ANALYTICS_COST_TOTAL, "analytics_cost_total", "starting_at",
		"amount_cents", LATE, "reconcile", NULL},
	console_cost = {VIEWS_ANALYTICS_COST, "analytics_cost", "starting_at", "amount_cents", LATE,
		NULL, put_console},
	analytics_usage = {VIEWS_ANALYTICS_USAGE, "analytics_usage", "starting_at", NULL, LATE,
		NULL, NULL},
	analytics_usage_total = {VIEWS_ANALYTICS_USAGE_TOTAL, "analytics_usage_total",
		"starting_at", NULL, LATE, "reconcile", NULL},
	console_usage = {VIEWS_ANALYTICS_USAGE, "analytics_usage", "starting_at", NULL, LATE, NULL,
		put_console},
	estimate = {VIEWS_CLAUDE_CODE, "claude_code_usage", "date", "total_estimated_cost_cents",
		SOON, NULL, put_paid_by_use},
	bill = {VIEWS_COST, "the bill of Claude Code", "bucket", "amount_cents", SOON, NULL,
		put_bill};

enum { BY_WORKSPACE_AND_MODEL = 1u << RECONCILE_WORKSPACE | 1u << RECONCILE_MODEL };

const struct reconcile_comparison reconcile_comparisons[RECONCILE_COMPARISONS] = {
	{.sides = {&cost, &console_cost}, .dims = BY_WORKSPACE_AND_MODEL | 1u << RECONCILE_KIND},
	{.sides = {&usage, &console_usage}, .dims = BY_WORKSPACE_AND_MODEL},
	{.sides = {&cost, &cost_total}},
	{.sides = {&usage, &usage_total}},
	{.sides = {&analytics_cost, &analytics_cost_total}},
	{.sides = {&analytics_usage, &analytics_usage_total}},
	{.sides = {&estimate, &bill}, .needs = VIEWS_WORKSPACES | VIEWS_KEYS, .estimate = 1},
};

const char *const reconcile_tokens[RECONCILE_TOKENS] = {"uncached_input_tokens",
	"cache_read_input_tokens", "cache_creation_ephemeral_5m_input_tokens",
	"cache_creation_ephemeral_1h_input_tokens", "output_tokens", "web_search_requests"};

/* Cost that is not of tokens has no model in one report, and that of the request in another. */
#define OF_MODEL "CASE WHEN c.cost_type = 'tokens' THEN c.model END"
#define OF_KIND "coalesce(c.token_type, c.cost_type)"

static int
is_money(const struct reconcile_comparison *c)
{
	return c->sides[0]->amount != NULL;
}

/* Append FROM the table of the side WHERE its time is in those days, of the report's organization. */
static void
put_days(struct report_ask *q, const struct reconcile_side *s, int64_t from, int64_t to)
{
	char time[64];

	snprintf(time, sizeof time, "c.%s", s->time);
	report_ask_from(q, s->bit);
	buf_puts(&q->sql, " WHERE ");
	report_ask_compare(q, time, ">=", from);
	buf_puts(&q->sql, " AND ");
	report_ask_compare(q, time, "<", to);
	report_ask_ours(q, s->bit, " AND ");
}

/*
 * SQLite has no exact sums of decimals: it gives every amount, and they are added up by who takes
 * them.  The others add them up, exactly.
 */
static void
put_money(struct report_ask *q, const struct reconcile_side *s)
{
	buf_puts(&q->sql, ", ");
	if ((q->r->o.there.currency & s->bit) != 0)
		buf_puts(&q->sql, "CASE WHEN c.currency <> 'USD' THEN c.currency END");
	else
		buf_puts(&q->sql, "NULL");
	buf_printf(
		&q->sql, q->r->o.place.dialect == SQL_SQLITE ? ", c.%s" : ", sum(c.%s)", s->amount);
}

static void
put_tokens(struct report_ask *q)
{
	for (size_t i = 0; i < RECONCILE_TOKENS; i++)
		buf_printf(&q->sql, ", CAST(sum(c.%s) AS bigint)", reconcile_tokens[i]);
}

int
reconcile_tables_ask(struct report_ask *q, const struct reconcile_comparison *c, int side,
	int64_t from, int64_t to, db_take *take, void *arg, struct ant_err *e)
{
	const struct reconcile_side *s = c->sides[side];
	const int cents = is_money(c), every = cents && q->r->o.place.dialect == SQL_SQLITE;
	char time[64];

	snprintf(time, sizeof time, "c.%s", s->time);
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT ");
	report_ask_time(q, time);
	buf_puts(&q->sql, c->dims == 0 ? ", NULL, NULL"
			  : cents      ? ", c.workspace_id, " OF_MODEL
				       : ", c.workspace_id, c.model");
	if (cents) {
		buf_puts(&q->sql, c->dims == 0 ? ", NULL" : ", " OF_KIND);
		put_money(q, s);
	} else {
		put_tokens(q);
	}
	put_days(q, s, from, to);
	if (s->put_where != NULL)
		s->put_where(q);
	if (!every)
		buf_puts(&q->sql, c->dims == 0 ? cents ? " GROUP BY 1, 5" : " GROUP BY 1"
				  : cents      ? " GROUP BY 1, 2, 3, 4, 5"
					       : " GROUP BY 1, 2, 3");
	return report_ask(q, cents ? 6 : 3 + RECONCILE_TOKENS, take, arg, e);
}

static int
take_counts(void *arg, const struct db_cell *c, struct ant_err *e)
{
	int64_t *n = arg;

	(void)e;
	for (size_t i = 0; i < RECONCILE_DIMS; i++)
		n[i] = db_integer(&c[i]);
	return 0;
}

int
reconcile_tables_count(struct report_ask *q, const struct reconcile_comparison *c, int side,
	int64_t from, int64_t to, int64_t n[RECONCILE_DIMS], struct ant_err *e)
{
	memset(n, 0, RECONCILE_DIMS * sizeof *n);
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT count(*), count(c.workspace_id), ");
	buf_puts(&q->sql,
		is_money(c) ? "count(" OF_MODEL "), count(" OF_KIND ")" : "count(c.model), 0");
	put_days(q, c->sides[side], from, to);
	return report_ask(q, RECONCILE_DIMS, take_counts, n, e);
}

static int
take_id(void *arg, const struct db_cell *c, struct ant_err *e)
{
	return strlist_add(arg, c->kind == DB_TEXT ? c->p : "", c->kind == DB_TEXT ? c->len : 0) ==
			       -1
		       ? report_ask_no_memory(e)
		       : 0;
}

int
reconcile_tables_unnamed(struct report_ask *q, const struct reconcile_comparison *c, int64_t from,
	int64_t to, struct strlist *ids, struct ant_err *e)
{
	static const struct reconcile_side *const naming[] = {&cost, &usage};

	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT DISTINCT c.workspace_id");
	put_days(q, c->sides[1], from, to);
	put_console(q);
	for (size_t i = 0; i < 2; i++) {
		if ((q->r->tables & naming[i]->bit) == 0)
			continue;
		buf_puts(&q->sql, " AND c.workspace_id NOT IN (SELECT c.workspace_id");
		put_days(q, naming[i], from, to);
		put_console(q);
		buf_putc(&q->sql, ')');
	}
	return report_ask(q, 1, take_id, ids, e);
}

static int
take_number(void *arg, const struct db_cell *c, struct ant_err *e)
{
	(void)e;
	*(int64_t *)arg = db_integer(c);
	return 0;
}

int
reconcile_tables_claude(struct report_ask *q, int64_t *n, struct ant_err *e)
{
	*n = 0;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT count(*) FROM ");
	put_claude_workspaces(q);
	buf_puts(&q->sql, " x");
	return report_ask(q, 1, take_number, n, e);
}
