#include "load/sql.h"

#include <inttypes.h>
#include <string.h>

/* In SQLite, a temporary table would hide one of the same name. */
static const char *
not_temporary(enum sql_dialect d, const char *schema)
{
	return d == SQL_SQLITE ? "main" : schema;
}

/*
 * The window as bounds for its time column, from inclusive, to exclusive: dates where that is
 * one.  In SQLite a time is text and its bounds have no Z: then text compares as time does, with
 * fractions too. 00:00:00.5Z is less than 00:00:00Z, but not less than 00:00:00.
 */
static void
window_bounds(const struct load *l, enum sql_dialect d, char from[static UTC_TEXT],
	char to[static UTC_TEXT])
{
	const struct rows *r = l->rows;

	if (r->columns[r->time_column].type == TYPE_DATE) {
		/* A date is its midnight: the first one at or after the bound. */
		utc_format(utc_ceil(r->from, UTC_DAY), from);
		utc_format(utc_ceil(r->to, UTC_DAY), to);
		from[10] = to[10] = '\0';
	} else {
		utc_format(r->from, from);
		utc_format(r->to, to);
	}
	if (d == SQL_SQLITE)
		from[strcspn(from, "Z")] = to[strcspn(to, "Z")] = '\0';
}

void
load_sql_delete(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l,
	const char *verb)
{
	char from[UTC_TEXT], to[UTC_TEXT];
	const char *column;

	buf_printf(b, "%s FROM ", verb);
	sql_name(b, d, schema, l->into);
	if (l->mode != MODE_WINDOW)
		return;
	column = l->columns[l->rows->time_column].name;
	window_bounds(l, d, from, to);
	buf_puts(b, " WHERE ");
	sql_ident(b, d, column);
	buf_puts(b, " >= ");
	sql_literal(b, d, from);
	buf_puts(b, " AND ");
	sql_ident(b, d, column);
	buf_puts(b, " < ");
	sql_literal(b, d, to);
}

/* "t"."key" = s."key", where NULL equals NULL; in PostgreSQL, in a way that it can hash. */
static void
put_same_key(struct buf *b, enum sql_dialect d, const struct sql_column *c, int nulls)
{
	/* Any value will do, for the plain comparison after it decides. */
	static const char *const any[TYPE_COUNT] = {
		"''", "0", "0", "0", "false", "'-infinity'", "'-infinity'", "'null'"};

	if (d == SQL_POSTGRESQL && nulls) {
		buf_puts(b, "coalesce(t.");
		sql_ident(b, d, c->name);
		buf_printf(b, ", %s) = coalesce(s.", any[c->type]);
		sql_ident(b, d, c->name);
		buf_printf(b, ", %s) AND ", any[c->type]);
	}
	buf_puts(b, "t.");
	sql_ident(b, d, c->name);
	buf_puts(b, d == SQL_POSTGRESQL && !nulls ? " = s." : " IS NOT DISTINCT FROM s.");
	sql_ident(b, d, c->name);
}

void
load_sql_merged(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l,
	const char *verb, const char *stage)
{
	buf_printf(b, "%s FROM ", verb);
	sql_name(b, d, schema, l->into);
	buf_printf(b, " t %s %s s\n\tWHERE ", *verb == 'D' ? "USING" : "CROSS JOIN", stage);
	for (size_t i = 0; i < l->rows->nkey; i++) {
		if (i > 0)
			buf_puts(b, "\n\tAND ");
		/* A key part that is never null in the stream only meets what is not null. */
		put_same_key(b, d, &l->key[i], l->rows->columns[l->rows->key[i]].nulls > 0);
	}
}

void
load_sql_insert(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l,
	const char *from)
{
	/* In SQLite, what a column's own ON CONFLICT says would let rows vanish. */
	buf_puts(b, d == SQL_SQLITE ? "INSERT OR ABORT INTO " : "INSERT INTO ");
	sql_name(b, d, not_temporary(d, schema), l->into);
	buf_puts(b, " (");
	sql_idents(b, d, l->columns, l->rows->ncolumns);
	buf_printf(b, ")\n\tSELECT * FROM %s", from);
}

int
load_sql_index(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l)
{
	int window = l->mode == MODE_WINDOW;

	return sql_create_index(b, d, not_temporary(d, schema), l->into, l->mode,
		window ? &l->columns[l->rows->time_column] : l->key, window ? 1 : l->rows->nkey);
}

int
load_sql_comment(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l,
	const char *column)
{
	const struct column *c;
	const char *text;

	if (l->doc == NULL)
		return 0;
	c = column != NULL ? table_column(l->doc, column) : NULL;
	text = column == NULL ? l->doc->doc : c != NULL ? c->doc : "";
	if (text == NULL || *text == '\0')
		return 0;
	sql_comment(b, d, schema, l->into, column, text);
	return 1;
}

static void
value(struct buf *b, enum sql_dialect d, const char *text, const char *after)
{
	if (*text == '\0')
		buf_puts(b, "NULL");
	else
		sql_literal(b, d, text);
	buf_puts(b, after);
}

void
load_sql_ledger(
	struct buf *b, enum sql_dialect d, const char *schema, const struct receipt_entry *entry)
{
	buf_puts(b, "INSERT INTO ");
	sql_name(b, d, schema, SQL_LEDGER);
	buf_puts(b, " (table_name, into_table, mode, window_from, window_to, rows, watermark, "
		    "started, finished)\n\tVALUES (");
	value(b, d, entry->table, ", ");
	value(b, d, entry->into, ", ");
	value(b, d, entry->mode, ", ");
	value(b, d, entry->from, ", ");
	value(b, d, entry->to, ", ");
	buf_printf(b, "%" PRId64 ", ", entry->rows);
	value(b, d, entry->watermark, ", ");
	value(b, d, entry->started, ", ");
	value(b, d, entry->finished, ")");
}
