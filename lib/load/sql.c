#include "load/sql.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *
load_sql_not_temporary(enum sql_dialect d, const char *schema)
{
	return d == SQL_SQLITE ? "main" : schema;
}

/*
 * A window as bounds for its time column, from inclusive, to exclusive: dates where that is
 * one.  In SQLite a time is text and its bounds have no Z: then text compares as time does, with
 * fractions too. 00:00:00.5Z is less than 00:00:00Z, but not less than 00:00:00.
 */
static void
put_bound(struct buf *b, enum sql_dialect d, enum type type, int64_t t)
{
	char text[UTC_TEXT];

	/* A date is its midnight: the first one at or after the bound. */
	utc_format(type == TYPE_DATE ? utc_ceil(t, UTC_DAY) : t, text);
	if (type == TYPE_DATE)
		text[10] = '\0';
	if (d == SQL_SQLITE)
		text[strcspn(text, "Z")] = '\0';
	load_sql_time(b, d, text);
}

/* A literal is compared with a column as ClickHouse writes it; MySQL takes no Z. */
void
load_sql_time(struct buf *b, enum sql_dialect d, const char *time)
{
	char text[UTC_TEXT];

	snprintf(text, sizeof text, "%s", time);
	if ((d == SQL_CLICKHOUSE || d == SQL_MYSQL) && strlen(text) > 10) {
		text[10] = ' ';
		text[strcspn(text, "Z")] = '\0';
	}
	sql_literal(b, d, text);
}

void
load_sql_range(struct buf *b, enum sql_dialect d, const char *column, enum type type, int64_t from,
	int64_t to)
{
	buf_puts(b, " WHERE ");
	sql_ident(b, d, column);
	buf_puts(b, " >= ");
	put_bound(b, d, type, from);
	buf_puts(b, " AND ");
	sql_ident(b, d, column);
	buf_puts(b, " < ");
	put_bound(b, d, type, to);
}

/* Of a table that is replaced: what does not lie before T. */
static void
put_since(struct buf *b, enum sql_dialect d, const struct sql_column *c, int64_t t)
{
	buf_puts(b, " WHERE (");
	sql_ident(b, d, c->name);
	buf_puts(b, " >= ");
	put_bound(b, d, c->type, t);
	buf_puts(b, " OR ");
	sql_ident(b, d, c->name);
	buf_puts(b, " IS NULL)");
}

void
load_sql_organization(struct buf *b, enum sql_dialect d, const char *word, const char *organization)
{
	buf_puts(b, word);
	sql_ident(b, d, ROWS_ORGANIZATION);
	buf_puts(b, " = ");
	sql_literal(b, d, organization);
}

void
load_sql_replaced(struct buf *b, enum sql_dialect d, const struct load *l)
{
	const struct rows *r = l->rows;
	int keeps = load_keeps_older(l), since = keeps && r->from < r->to;
	int window = l->mode == MODE_WINDOW || (keeps && !since); /* of nothing: nothing */

	if (window)
		load_sql_range(b, d, l->columns[r->time_column].name,
			r->columns[r->time_column].type, r->from, r->to);
	else if (since)
		put_since(b, d, &l->columns[r->time_column], r->from);
	if (l->by_organization)
		load_sql_organization(b, d, window || since ? " AND " : " WHERE ", r->organization);
}

void
load_sql_delete(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l, const char *verb)
{
	size_t start = b->len, where;

	buf_printf(b, "%s FROM ", verb);
	sql_name(b, d, schema, table);
	where = b->len;
	load_sql_replaced(b, d, l);
	/* ClickHouse deletes nothing without a condition. */
	if (d == SQL_CLICKHOUSE && *verb == 'D' && b->len == where) {
		b->len = start;
		buf_puts(b, "TRUNCATE TABLE ");
		sql_name(b, d, schema, table);
	}
}

void
load_sql_same(struct buf *b, enum sql_dialect d, const char *left, const char *right,
	const struct sql_column *c, int nulls)
{
	/* Any value will do, for the plain comparison after it decides. */
	static const char *const any[TYPE_COUNT] = {
		"''", "0", "0", "0", "false", "'-infinity'", "'-infinity'", "'null'"};

	if (d == SQL_POSTGRESQL && nulls) {
		buf_printf(b, "coalesce(%s.", left);
		sql_ident(b, d, c->name);
		buf_printf(b, ", %s) = coalesce(%s.", any[c->type], right);
		sql_ident(b, d, c->name);
		buf_printf(b, ", %s) AND ", any[c->type]);
	}
	buf_printf(b, "%s.", left);
	sql_ident(b, d, c->name);
	buf_printf(
		b, d == SQL_POSTGRESQL && !nulls ? " = %s." : " IS NOT DISTINCT FROM %s.", right);
	sql_ident(b, d, c->name);
}

void
load_sql_merged(struct buf *b, enum sql_dialect d, const char *table, const struct load *l,
	const char *verb, const char *stage)
{
	buf_printf(b, "%s FROM %s t %s %s s\n\tWHERE ", verb, table,
		*verb == 'D' ? "USING" : "CROSS JOIN", stage);
	for (size_t i = 0; i < l->rows->nkey; i++) {
		if (i > 0)
			buf_puts(b, "\n\tAND ");
		/* A key part that is never null in the stream only meets what is not null. */
		load_sql_same(
			b, d, "t", "s", &l->key[i], l->rows->columns[l->rows->key[i]].nulls > 0);
	}
}

void
load_sql_last(struct buf *b, enum sql_dialect d, const struct load *l, const char *stage,
	const char *order)
{
	buf_printf(b,
		"DELETE FROM %s WHERE %s IN (SELECT o FROM (\n\tSELECT %s AS o, row_number() "
		"OVER (PARTITION BY ",
		stage, order, order);
	sql_idents(b, d, l->key, l->rows->nkey);
	buf_printf(b, " ORDER BY %s DESC) AS n FROM %s) x WHERE n > 1)", order, stage);
}

const char *
load_sql_order_name(const struct load *l)
{
	static const char *const names[] = {
		"_anthill_order", "_anthill_order_", "_anthill_order__"};
	size_t i = 0;

	for (size_t c = 0; c < l->rows->ncolumns; c++)
		if (strcasecmp(l->columns[c].name, names[i]) == 0 &&
			i + 1 < sizeof names / sizeof *names) {
			i++;
			c = SIZE_MAX; /* from the first column again */
		}
	return names[i];
}

void
load_sql_insert(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l, const char *from)
{
	/* In SQLite, what a column's own ON CONFLICT says would let rows vanish. */
	buf_puts(b, d == SQL_SQLITE ? "INSERT OR ABORT INTO " : "INSERT INTO ");
	sql_name(b, d, load_sql_not_temporary(d, schema), table);
	buf_puts(b, " (");
	sql_idents(b, d, l->columns, l->rows->ncolumns);
	buf_printf(b, ")\n\tSELECT * FROM %s", from);
}

int
load_sql_key_index(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l)
{
	return sql_create_index(
		b, d, load_sql_not_temporary(d, schema), table, "key", l->key, l->rows->nkey);
}

int
load_sql_index(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l)
{
	struct sql_column columns[2];
	size_t n = 0;

	if (l->mode == MODE_MERGE)
		return load_sql_key_index(b, d, schema, table, l);
	if (l->by_organization)
		columns[n++] = l->columns[0];
	if (l->rows->window)
		columns[n++] = l->columns[l->rows->time_column];
	return sql_create_index(b, d, load_sql_not_temporary(d, schema), table,
		l->rows->window ? "window" : "organization", columns, n);
}

const char *
load_sql_doc(const struct load *l, const char *column)
{
	const struct column *c;
	const char *text;

	if (l->doc == NULL)
		return NULL;
	c = column != NULL ? table_column(l->doc, column) : NULL;
	text = column == NULL ? l->doc->doc : c != NULL ? c->doc : NULL;
	return text != NULL && *text != '\0' ? text : NULL;
}

int
load_sql_comment(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l, const char *column)
{
	const char *text = load_sql_doc(l, column);

	if (text != NULL)
		sql_comment(b, d, schema, table, column, text);
	return text != NULL;
}

void
load_sql_ledger(
	struct buf *b, enum sql_dialect d, const char *schema, const struct receipt_entry *entry)
{
	struct receipt_texts texts = {.v = {NULL}};

	receipt_texts(entry, &texts);
	buf_puts(b, "INSERT INTO ");
	sql_name(b, d, schema, SQL_LEDGER);
	for (size_t i = 0; i < RECEIPT_FIELDS; i++) {
		buf_puts(b, i == 0 ? " (" : ", ");
		sql_ident(b, d, receipt_columns[i].name);
	}
	for (size_t i = 0; i < RECEIPT_FIELDS; i++) {
		const char *text = texts.v[i];
		enum type type = receipt_columns[i].type;

		buf_puts(b, i == 0 ? ")\n\tVALUES (" : ", ");
		if (text == NULL || *text == '\0')
			buf_puts(b, "NULL");
		else if (type == TYPE_BIGINT || type == TYPE_BOOLEAN)
			buf_puts(b, text);
		else if (type == TYPE_TIMESTAMPTZ)
			load_sql_time(b, d, text);
		else
			sql_literal(b, d, text);
	}
	buf_putc(b, ')');
}
