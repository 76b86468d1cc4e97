#include "load/history_sql.h"

#include <strings.h>

#include "load/sql.h"

static void
put_history(struct session *s)
{
	const enum sql_dialect d = s->ops->dialect;

	sql_name(&s->sql, d, load_sql_not_temporary(d, s->schema), s->history.name.data);
}

static void
put_table(struct session *s)
{
	const enum sql_dialect d = s->ops->dialect;

	sql_name(&s->sql, d, load_sql_not_temporary(d, s->schema), s->work);
}

/* ALIAS.COLUMN; ALIAS NULL: the column alone. */
static void
put_column(struct session *s, const char *alias, const char *column)
{
	if (alias != NULL)
		buf_printf(&s->sql, "%s.", alias);
	sql_ident(&s->sql, s->ops->dialect, column);
}

static void
put_is_open(struct session *s, const char *alias)
{
	put_column(s, alias, SQL_VALID_TO);
	buf_puts(&s->sql, " IS NULL");
}

/* AND the row is the organization's, where the load is about the rows of one. */
static void
put_own(struct session *s, const char *alias)
{
	if (!s->load->by_organization)
		return;
	buf_puts(&s->sql, " AND ");
	put_column(s, alias, ROWS_ORGANIZATION);
	buf_puts(&s->sql, " = ");
	sql_literal(&s->sql, s->ops->dialect, s->load->rows->organization);
}

/* ---- rows that are the same --------------------------------------------------------- */

/*
 * LEFT and RIGHT have the same key.  In SQLite the columns of a stage, RIGHT "s", are numbered, and the
 * collation is that of the left side.
 */
static void
put_same_key(struct session *s, const char *left, const char *right)
{
	const struct load *l = s->load;
	const struct rows *r = l->rows;

	for (size_t i = 0; i < r->nkey; i++) {
		buf_puts(&s->sql, "\n\tAND ");
		if (s->ops->dialect != SQL_SQLITE) {
			/* Where older rows are kept, theirs may be null. */
			load_sql_same(&s->sql, s->ops->dialect, left, right, &l->key[i],
				r->columns[r->key[i]].nulls > 0 || load_keeps_older(l));
			continue;
		}
		put_column(s, left, l->key[i].name);
		buf_puts(&s->sql, " IS ");
		if (*right == 's')
			buf_printf(&s->sql, "s.c%zu", r->key[i]);
		else
			put_column(s, right, l->key[i].name);
	}
}

/* A column of PostgreSQL's may be of a type that knows no equality: then texts are compared. */
static void
put_value(struct session *s, const char *alias, const char *column, int as_text)
{
	buf_puts(&s->sql, as_text ? "CAST(" : "");
	put_column(s, alias, column);
	buf_puts(&s->sql, as_text ? " AS text)" : "");
}

static void
put_same_value(struct session *s, const char *column, int as_text)
{
	buf_puts(&s->sql, "\n\tAND ");
	put_value(s, "h", column, as_text);
	buf_puts(&s->sql, s->ops->dialect == SQL_SQLITE ? " IS " : " IS NOT DISTINCT FROM ");
	put_value(s, "t", column, as_text);
}

/* A version, h, has the key of a row of the table, t, and all of its values. */
static void
put_same_row(struct session *s)
{
	const struct rows *r = s->load->rows;
	const int texts = s->ops->dialect != SQL_SQLITE;

	put_same_key(s, "h", "t");
	for (size_t i = 0; i < r->ncolumns; i++)
		if (!r->columns[i].key)
			put_same_value(
				s, s->columns[i].name, texts && s->columns[i].type == TYPE_JSON);
	for (size_t i = 0; i < s->history.other.n; i++)
		put_same_value(s, s->history.other.v[i], texts);
}

/* ---- close -------------------------------------------------------------------------- */

/* A name of the row's number that no column of the history has taken. */
static const char *
row_number(const struct session *s)
{
	static const char *const names[] = {"_rowid_", "rowid", "oid"};
	const struct session_history *h = &s->history;
	size_t n = 0;

	while (n < 2) {
		int taken = session_find(s, &h->is.columns, names[n]) < h->is.columns.n ||
			    session_find(s, &h->other, names[n]) < h->other.n;

		for (size_t i = 0; i < s->load->rows->ncolumns; i++)
			taken |= strcasecmp(s->columns[i].name, names[n]) == 0;
		if (!taken)
			break;
		n++;
	}
	return names[n];
}

/* SELECT the numbers of the open versions that are of keys in STAGE. */
static void
put_brought(struct session *s, const char *stage, const char *number)
{
	buf_printf(&s->sql, "SELECT h.%s FROM %s s CROSS JOIN ", number, stage);
	put_history(s);
	buf_puts(&s->sql, " h\n\tWHERE ");
	put_is_open(s, "h");
	put_same_key(s, "h", "s");
}

/* SELECT the numbers of the open versions that the table has. */
static void
put_kept(struct session *s, const char *stage, const char *number)
{
	buf_printf(&s->sql, "SELECT h.%s FROM ", number);
	if (stage != NULL)
		buf_printf(&s->sql, "%s s CROSS JOIN ", stage);
	put_table(s);
	buf_puts(&s->sql, " t CROSS JOIN ");
	put_history(s);
	buf_puts(&s->sql, " h\n\tWHERE ");
	put_is_open(s, "h");
	put_own(s, "t");
	if (stage != NULL)
		put_same_key(s, "t", "s");
	put_same_row(s);
}

/* SQLite builds no index for a subquery: its ways go from rows, by the history's own, to versions. */
static void
put_open_sqlite(struct session *s, const char *stage)
{
	const char *number = row_number(s);

	buf_puts(&s->sql, "\n\tWHERE ");
	put_is_open(s, NULL);
	put_own(s, NULL);
	if (stage != NULL) {
		buf_printf(&s->sql, "\n\tAND %s IN (", number);
		put_brought(s, stage, number);
		buf_putc(&s->sql, ')');
	}
	buf_printf(&s->sql, "\n\tAND %s NOT IN (", number);
	put_kept(s, stage, number);
	buf_putc(&s->sql, ')');
}

/* Others choose their ways themselves. */
static void
put_open_versions(struct session *s, const char *stage)
{
	buf_puts(&s->sql, "\n\tWHERE ");
	put_is_open(s, "h");
	put_own(s, "h");
	if (stage != NULL)
		put_same_key(s, "h", "s");
	buf_puts(&s->sql, "\n\tAND NOT EXISTS (SELECT 1 FROM ");
	put_table(s);
	buf_puts(&s->sql, " t\n\tWHERE true");
	put_own(s, "t");
	put_same_row(s);
	buf_putc(&s->sql, ')');
}

void
history_put_close(struct session *s, int counts, const char *stage, const char *time)
{
	const enum sql_dialect d = s->ops->dialect;

	buf_puts(&s->sql, counts ? "SELECT count(*) FROM " : "UPDATE ");
	put_history(s);
	buf_puts(&s->sql, d == SQL_SQLITE ? "" : " AS h");
	if (!counts) {
		buf_puts(&s->sql, " SET ");
		sql_ident(&s->sql, d, SQL_VALID_TO);
		buf_puts(&s->sql, " = ");
		load_sql_time(&s->sql, d, time);
	}
	if (d == SQL_SQLITE) {
		put_open_sqlite(s, stage);
		return;
	}
	if (stage != NULL)
		buf_printf(&s->sql, "%s%s s", counts ? " CROSS JOIN " : "\n\tFROM ", stage);
	put_open_versions(s, stage);
}

/* ---- open --------------------------------------------------------------------------- */

static void
put_all_columns(struct session *s, const char *alias)
{
	for (size_t i = 0; i < s->load->rows->ncolumns; i++) {
		put_column(s, alias, s->columns[i].name);
		buf_puts(&s->sql, ", ");
	}
	for (size_t i = 0; i < s->history.other.n; i++) {
		put_column(s, alias, s->history.other.v[i]);
		buf_puts(&s->sql, ", ");
	}
}

void
history_put_open(struct session *s, int counts, const char *stage, const char *time)
{
	const enum sql_dialect d = s->ops->dialect;

	if (counts) {
		buf_puts(&s->sql, "SELECT count(*)");
	} else {
		buf_puts(&s->sql, d == SQL_SQLITE ? "INSERT OR ABORT INTO " : "INSERT INTO ");
		put_history(s);
		buf_puts(&s->sql, " (");
		put_all_columns(s, NULL);
		sql_ident(&s->sql, d, SQL_VALID_FROM);
		buf_puts(&s->sql, ")\n\tSELECT ");
		put_all_columns(s, "t");
		load_sql_time(&s->sql, d, time);
	}
	buf_puts(&s->sql, " FROM ");
	if (stage != NULL)
		buf_printf(&s->sql, "%s s CROSS JOIN ", stage);
	put_table(s);
	buf_puts(&s->sql, " t\n\tWHERE NOT EXISTS (SELECT 1 FROM ");
	put_history(s);
	buf_puts(&s->sql, " h\n\tWHERE ");
	put_is_open(s, "h");
	put_own(s, "h");
	put_same_key(s, "h", "t");
	buf_putc(&s->sql, ')');
	put_own(s, "t");
	if (stage != NULL)
		put_same_key(s, "t", "s");
}

/* ---- times and indexes -------------------------------------------------------------- */

/* The greatest of COLUMN, as text. */
static void
put_greatest(struct session *s, const char *column)
{
	buf_printf(&s->sql, "%s(SELECT max(%s) FROM ", s->ops->time[0], column);
	put_history(s);
	if (s->load->by_organization)
		load_sql_organization(
			&s->sql, s->ops->dialect, " WHERE ", s->load->rows->organization);
	buf_printf(&s->sql, ")%s", s->ops->time[1]);
}

void
history_put_newest(struct session *s)
{
	buf_puts(&s->sql, "SELECT ");
	put_greatest(s, SQL_VALID_FROM);
	buf_puts(&s->sql, ", ");
	put_greatest(s, SQL_VALID_TO);
}

/* The index on COLUMN, in each organization. */
static int
index_time(struct session *s, const char *column, struct ant_err *e)
{
	const enum sql_dialect d = s->ops->dialect;
	struct sql_column columns[2] = {{ROWS_ORGANIZATION, TYPE_TEXT}, {column, TYPE_TIMESTAMPTZ}};
	int first = !s->load->by_organization;

	buf_clear(&s->sql);
	sql_create_index(&s->sql, d, load_sql_not_temporary(d, s->schema), s->history.name.data,
		column, columns + first, 2 - (size_t)first);
	return session_run(s, NULL, e);
}

int
history_index(struct session *s, struct ant_err *e)
{
	const enum sql_dialect d = s->ops->dialect;

	buf_clear(&s->sql);
	if (sql_create_index(&s->sql, d, load_sql_not_temporary(d, s->schema), s->history.name.data,
		    "key", s->load->key, s->load->rows->nkey)) {
		buf_puts(&s->sql, " WHERE ");
		put_is_open(s, NULL);
		if (session_run(s, NULL, e) == -1)
			return -1;
	}
	return index_time(s, SQL_VALID_FROM, e) == -1 ? -1 : index_time(s, SQL_VALID_TO, e);
}
