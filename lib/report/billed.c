#include "report/billed.h"

#include <stdio.h>
#include <string.h>

#include "report/names.h"
#include "report/spent.h"

/* The cells of a row: those of SPENT_COLUMNS, then: */
enum { KEY = 8, PRODUCT, ACTOR_ID, ACTOR_SUBJECT, ACTOR_NAME, ACTOR_EMAIL, CURRENCY };
enum { TIME, WORKSPACE, AMOUNT = 7, SPENT_CELLS = 9 };

/*
 * Somebody by the row's own words: name, else address; where it has neither, by what else is
 * known.  Rows come in any order: who was renamed is called as on the last day.
 */
static int
add_person(struct report *r, const struct db_cell *c, int64_t day, money cost, struct ant_err *e)
{
	const struct db_cell *id = c[ACTOR_ID].kind == DB_TEXT ? &c[ACTOR_ID] : &c[ACTOR_SUBJECT];
	const struct db_cell *called = c[ACTOR_NAME].kind == DB_TEXT && c[ACTOR_NAME].len > 0
					       ? &c[ACTOR_NAME]
					       : &c[ACTOR_EMAIL];
	struct report_item *person = report_names_item(&r->people, id, e);

	if (person == NULL)
		return -1;
	person->total += cost;
	if (called->kind != DB_TEXT || called->len == 0 || day < person->named ||
		(day == person->named && strcmp(called->p, person->name) <= 0))
		return 0;
	person->named = day;
	return report_ask_text(&person->name, called, "", e);
}

static int
add_key(struct report *r, const struct db_cell *c, money cost, struct ant_err *e)
{
	int console = c[PRODUCT].kind == DB_TEXT && strcmp(c[PRODUCT].p, "claude_console") == 0;
	struct report_key *key;

	if (c[KEY].kind != DB_TEXT && !console) {
		r->not_by_key += cost;
		return 0;
	}
	if ((key = report_names_key(r, &c[KEY], e)) == NULL)
		return -1;
	key->cost += cost;
	return 0;
}

static int
take(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct loading *l = arg;
	struct report *r = l->q.r;
	struct db_cell spent[SPENT_CELLS];
	struct report_item *product, *workspace;
	int64_t day = report_ask_day(&c[TIME]);
	money cost;

	if (r->bill == VIEWS_ANALYTICS_COST) {
		memcpy(spent, c, (SPENT_CELLS - 1) * sizeof *c);
		spent[SPENT_CELLS - 1] = c[CURRENCY];
		if (spent_take(l, spent, e) == -1)
			return -1;
	}
	if (!report_in_period(r, day))
		return 0;
	if (currencies_choose(l, &c[CURRENCY], e) == -1)
		return err_prefix(e, "analytics_cost: ");
	if (report_ask_money(&c[AMOUNT], &cost) == -1)
		return err_set(
			e, ANT_FAIL, "analytics_cost: an amount that is no number, or too large");
	r = l->amounts;
	if ((product = report_names_item(&r->products, &c[PRODUCT], e)) == NULL ||
		(workspace = report_names_item(&r->billed_workspaces, &c[WORKSPACE], e)) == NULL ||
		spent_add(r, product, day, cost, e) == -1 || add_key(r, c, cost, e) == -1)
		return -1;
	workspace->total += cost;
	return add_person(r, c, day, cost, e);
}

/*
 * A large organization has some ten thousand rows a day.  DuckDB adds up, exactly, what differs
 * in nothing that is asked for, and hands over less.  SQLite has no exact sums, and PostgreSQL is
 * faster without.
 */
int
billed_load(struct loading *l, struct ant_err *e)
{
	const struct report *r = l->q.r;
	int bill = r->bill == VIEWS_ANALYTICS_COST, summed = r->o.place.dialect == SQL_DUCKDB;
	char columns[400];

	snprintf(columns, sizeof columns,
		"workspace_id, %s, NULL, NULL, %s, api_key_id, product, actor_id, actor_subject, "
		"actor_name, actor_email, ",
		bill ? "model, cost_type, token_type" : "NULL, NULL, NULL",
		summed ? "sum(amount_cents)" : "amount_cents");
	return currencies_ask(l, VIEWS_ANALYTICS_COST, "starting_at", columns,
		!summed ? ""
		: bill	? " GROUP BY 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15"
			: " GROUP BY 1, 2, 9, 10, 11, 12, 13, 14, 15",
		bill ? r->scan : r->first, r->last + 1, take, e);
}
