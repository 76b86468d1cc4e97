#include "report/ask.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

int
report_ask_no_memory(struct ant_err *e)
{
	return err_set(e, ANT_FAIL, "%s",
		errno == ERANGE ? "too many different workspaces, models, keys or users"
				: "out of memory");
}

int64_t
report_ask_day(const struct db_cell *c)
{
	int64_t t;

	return c->kind == DB_TEXT && c->len >= 10 && utc_parse(c->p, 10, &t) == 0 ? t / UTC_DAY : 0;
}

void
report_ask_timestamp(char to[REPORT_ASK_TIMESTAMP], const struct db_cell *c)
{
	char text[REPORT_ASK_TIMESTAMP];
	int64_t t;

	to[0] = '\0';
	if (c->kind != DB_TEXT || c->len < 19)
		return;
	/* PostgreSQL writes a blank for the T and +00 for the Z. */
	memcpy(text, c->p, 19);
	text[10] = 'T';
	strcpy(text + 19, "Z");
	if (utc_parse(text, 20, &t) == 0)
		strcpy(to, text);
}

int
report_ask_instant(const struct db_cell *c, int64_t *t)
{
	char text[REPORT_ASK_TIMESTAMP];

	report_ask_timestamp(text, c);
	return utc_parse(text, strlen(text), t) == 0;
}

int
report_ask_money(const struct db_cell *c, money *to)
{
	switch (c->kind) {
	case DB_NULL:
		*to = 0;
		return 0;
	case DB_INTEGER:
		*to = (money)c->i * MONEY_CENT;
		return c->i > 100000000000000000 || c->i < -100000000000000000 ? -1 : 0;
	case DB_REAL:
		return money_from_real(c->real, to);
	default:
		return money_from_text(c->p, c->len, to);
	}
}

int
report_ask_text(char **to, const struct db_cell *c, const char *otherwise, struct ant_err *e)
{
	free(*to);
	*to = strdup(c->kind == DB_TEXT ? c->p : otherwise);
	return *to != NULL ? 0 : report_ask_no_memory(e);
}

void
report_ask_from(struct report_ask *q, unsigned bit)
{
	buf_puts(&q->sql, " FROM ");
	views_put_table(&q->sql, &q->r->o.place, bit);
	buf_puts(&q->sql, " c");
}

void
report_ask_ours(struct report_ask *q, unsigned bit, const char *before)
{
	const struct report *r = q->r;

	if (r->o.organization == NULL || (r->o.there.organization & bit) == 0)
		return;
	buf_printf(&q->sql, "%sc.%sorganization = ", before, bit == VIEWS_LEDGER ? "" : "_");
	sql_literal(&q->sql, r->o.place.dialect, r->o.organization);
}

void
report_ask_time(struct report_ask *q, const char *time)
{
	if (q->r->o.place.dialect == SQL_DUCKDB) /* its own text needs an extension */
		buf_printf(&q->sql,
			"strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%dT%%H:%%M:%%SZ')", time);
	else
		buf_puts(&q->sql, time);
}

void
report_ask_compare(struct report_ask *q, const char *time, const char *is, int64_t day)
{
	char text[UTC_TEXT];

	utc_format(day * UTC_DAY, text);
	if (q->r->o.place.dialect == SQL_DUCKDB)
		buf_printf(&q->sql, "epoch_us(%s) %s %" PRId64 "000000", time, is, day * UTC_DAY);
	else
		buf_printf(&q->sql, "%s %s '%.10s'", time, is, text);
}

int
report_ask(struct report_ask *q, size_t columns, db_take *take, void *arg, struct ant_err *e)
{
	if (buf_str(&q->sql) == NULL)
		return report_ask_no_memory(e);
	return q->db->each(q->db->self, q->sql.data, columns, take, arg, e);
}

int
report_ask_days(struct report_ask *q, unsigned bit, const char *time, const char *columns,
	const char *group, int64_t from, int64_t to, db_take *take, void *arg, struct ant_err *e)
{
	size_t n = 2; /* the time, and one more than there are commas */

	if ((q->r->tables & bit) == 0)
		return 0;
	for (const char *p = columns; (p = strchr(p, ',')) != NULL; p++)
		n++;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT ");
	report_ask_time(q, time);
	buf_printf(&q->sql, ", %s", columns);
	report_ask_from(q, bit);
	buf_puts(&q->sql, " WHERE ");
	report_ask_compare(q, time, ">=", from);
	buf_puts(&q->sql, " AND ");
	report_ask_compare(q, time, "<", to);
	report_ask_ours(q, bit, " AND ");
	buf_puts(&q->sql, group);
	return report_ask(q, n, take, arg, e);
}
