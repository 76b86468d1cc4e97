#include "load/sql.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX_MAX = 32 }; /* columns of an index: PostgreSQL's INDEX_MAX_KEYS */

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

void
load_sql_insert(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l,
	const char *from)
{
	/* In SQLite, what a column's own ON CONFLICT says would let rows vanish. */
	buf_puts(b, d == SQL_SQLITE ? "INSERT OR ABORT INTO " : "INSERT INTO ");
	sql_name(b, d, schema, l->into);
	buf_puts(b, " (");
	sql_idents(b, d, l->columns, l->rows->ncolumns);
	buf_printf(b, ")\n\tSELECT * FROM %s", from);
}

/*
 * The columns of the index that serves the next load of this mode: the time column, or
 * those of the key.  TO has room for nkey + 1; *KIND is for sql_create_index().
 */
static size_t
index_columns(const struct load *l, const char **kind, struct sql_column *to)
{
	size_t n = 0;

	*kind = l->mode == MODE_WINDOW ? "window" : "key";
	if (l->mode == MODE_WINDOW) {
		to[n++] = l->columns[l->rows->time_column];
		return n;
	}
	for (size_t i = 0; i < l->rows->nkey; i++)
		if (l->key[i].type != TYPE_JSON) /* long, and not every database can order them */
			to[n++] = l->key[i];
	return n;
}

int
load_sql_index(struct buf *b, enum sql_dialect d, const char *schema, const struct load *l)
{
	struct sql_column *columns = calloc(l->rows->nkey + 1, sizeof *columns);
	const char *kind;
	size_t n;

	if (columns == NULL) {
		b->failed = 1; /* and errno says why */
		return 1;
	}
	if ((n = index_columns(l, &kind, columns)) > 0)
		sql_create_index(
			b, d, schema, l->into, kind, columns, n > INDEX_MAX ? INDEX_MAX : n);
	free(columns);
	return n > 0;
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
