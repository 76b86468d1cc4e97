#include "report/advice.h"

#include <string.h>

/* Tables that one kind of key alone opens; by the sets of the table files. */
enum {
	CONSOLE = VIEWS_COST | VIEWS_USAGE | VIEWS_CLAUDE_CODE | VIEWS_WORKSPACES | VIEWS_KEYS |
		  VIEWS_MEMBERS | VIEWS_ORGANIZATION,
	ENTERPRISE = VIEWS_ANALYTICS_USERS | VIEWS_ANALYTICS_SUMMARIES | VIEWS_LIMITS
};

static unsigned
opened_by(unsigned tables)
{
	return ((tables & CONSOLE) != 0 ? ADVICE_CONSOLE : 0) |
	       ((tables & ENTERPRISE) != 0 ? ADVICE_ENTERPRISE : 0);
}

static int
take_any(void *arg, const struct db_cell *c, struct ant_err *e)
{
	(void)c;
	(void)e;
	*(int *)arg = 1;
	return 0;
}

/* Leave out what has no row of the organization: it is another one's. */
static int
leave_out_others(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;

	for (unsigned bit = 1; bit < VIEWS_ALL; bit <<= 1) {
		int any = 0;

		if (bit == VIEWS_LEDGER || r->o.organization == NULL ||
			(r->tables & r->o.there.organization & bit) == 0)
			continue;
		buf_clear(&q->sql);
		buf_puts(&q->sql, "SELECT 1");
		report_ask_from(q, bit);
		report_ask_ours(q, bit, " WHERE ");
		buf_puts(&q->sql, " LIMIT 1");
		if (report_ask(q, 1, take_any, &any, e) == -1)
			return -1;
		r->tables &= ~(any ? 0 : bit);
	}
	return 0;
}

int
advice_settle(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;
	unsigned tables;

	if (leave_out_others(q, e) == -1)
		return -1;
	tables = r->tables;
	for (size_t i = 0; i < r->nfresh; i++)
		for (unsigned bit = 1; bit < VIEWS_ALL; bit <<= 1)
			if (strcmp(r->fresh[i].table, views_table_name(bit)) == 0)
				tables |= bit;
	r->opened_by = opened_by(tables);
	r->billed = (r->tables & VIEWS_ANALYTICS_COST) != 0;
	r->bill = r->billed && (r->tables & VIEWS_COST) == 0 ? VIEWS_ANALYTICS_COST : VIEWS_COST;
	if (!advice_fits(r, r->bill))
		r->bill = VIEWS_ANALYTICS_COST;
	return 0;
}

int
advice_fits(const struct report *r, unsigned table)
{
	unsigned by = opened_by(table);

	return by == 0 || r->opened_by == 0 || (by & r->opened_by) != 0;
}

int
advice_has_workspaces(const struct report *r)
{
	return advice_fits(r, VIEWS_WORKSPACES) || r->workspaces.ids.n != 1 ||
	       *r->workspaces.v[0].id != '\0';
}

const char *
advice_key(unsigned table)
{
	return opened_by(table) == ADVICE_ENTERPRISE ? "a key of a Claude Enterprise organization"
						     : "an Admin key of the Console";
}

void
advice_put(struct buf *b, const struct report *r, unsigned table, const char *code, const char *end)
{
	const char *name = views_table_name(table);

	if (!advice_fits(r, table))
		buf_printf(b, "%s takes %s.", name, advice_key(table));
	else if ((r->tables & table) != 0)
		buf_printf(b,
			"The table %s has nothing for these days: %sant-sync %s%s loads what is "
			"new.",
			name, code, name, end);
	else
		buf_printf(b, "Load the table first: %sant-sync %s%s%s.", code, name, end,
			r->opened_by == 0 && opened_by(table) == ADVICE_ENTERPRISE
				? ", of a Claude Enterprise organization"
				: "");
}
