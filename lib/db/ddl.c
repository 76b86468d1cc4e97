#include "db/ddl.h"

#include <stdlib.h>
#include <string.h>

static int
has_doc(const char *doc)
{
	return doc != NULL && *doc != '\0';
}

static int
is_time_column(const struct table *t, const struct column *c)
{
	return t->mode == MODE_WINDOW && strcmp(c->name, t->mode_column) == 0;
}

static const char *
time_column(const struct table *t)
{
	return t->mode == MODE_WINDOW ? t->mode_column : NULL;
}

/* The comment of a column, where it stands after the type. */
static void
put_column_doc(struct buf *b, enum sql_dialect d, const struct column *c)
{
	static const char *const before[SQL_COUNT] = {[SQL_BIGQUERY] = " OPTIONS(description=",
		[SQL_SNOWFLAKE] = " COMMENT ",
		[SQL_MYSQL] = " COMMENT "};

	if (before[d] == NULL || !has_doc(c->doc))
		return;
	buf_puts(b, before[d]);
	sql_literal(b, d, c->doc);
	if (d == SQL_BIGQUERY)
		buf_putc(b, ')');
}

static void
put_columns(struct buf *b, enum sql_dialect d, const struct table *t)
{
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];
		const struct sql_column column = {c->name, c->type};
		const char *type = sql_type(d, c->type);

		buf_puts(b, i > 0 ? ",\n\t" : "\n\t");
		if (d == SQL_CLICKHOUSE) {
			sql_clickhouse_column(
				b, &column, time_column(t), has_doc(c->doc) ? c->doc : NULL);
			continue;
		}
		sql_ident(b, d, c->name);
		if (*type != '\0')
			buf_putc(b, ' ');
		buf_puts(b, type);
		put_column_doc(b, d, c);
	}
	if (d == SQL_MYSQL && t->mode == MODE_WINDOW) {
		buf_puts(b, ",\n\tKEY " SQL_MYSQL_WINDOW " (");
		sql_ident(b, d, t->mode_column);
		buf_putc(b, ')');
	}
}

/* What stands after the columns. */
static void
put_options(struct buf *b, enum sql_dialect d, const struct table *t)
{
	const struct column *time = t->mode == MODE_WINDOW ? table_column(t, t->mode_column) : NULL;
	static const char *const doc[SQL_COUNT] = {[SQL_BIGQUERY] = "\nOPTIONS(description=",
		[SQL_SNOWFLAKE] = "\nCOMMENT = ",
		[SQL_MYSQL] = "\n" SQL_MYSQL_TABLE " COMMENT = "};

	if (d == SQL_BIGQUERY && time != NULL) { /* a day can then be replaced as a whole */
		buf_puts(b, time->type == TYPE_DATE ? "\nPARTITION BY " : "\nPARTITION BY DATE(");
		sql_ident(b, d, time->name);
		buf_puts(b, time->type == TYPE_DATE ? "" : ")");
	}
	if (d == SQL_CLICKHOUSE)
		sql_clickhouse_engine(b, time_column(t), 0, t->doc != NULL ? t->doc : "");
	if (doc[d] != NULL) {
		buf_puts(b, doc[d]);
		sql_literal(b, d, t->doc != NULL ? t->doc : "");
		if (d == SQL_BIGQUERY)
			buf_putc(b, ')');
	}
}

/* The index that a loader makes after the first load of the table's mode: a replace needs none. */
static void
put_index(struct buf *b, enum sql_dialect d, const struct table *t)
{
	struct sql_column *c;
	size_t n = 0;

	if ((d != SQL_POSTGRESQL && d != SQL_SQLITE) ||
		(t->mode != MODE_WINDOW && t->mode != MODE_MERGE))
		return;
	if ((c = calloc(t->ncolumns, sizeof *c)) == NULL) {
		b->failed = 1;
		return;
	}
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *is = &t->columns[i];

		if (t->mode == MODE_WINDOW ? is_time_column(t, is) : is->key)
			c[n++] = (struct sql_column){is->name, is->type};
	}
	if (sql_create_index(b, d, NULL, t->name, t->mode == MODE_WINDOW ? "window" : "key", c, n))
		buf_puts(b, ";\n");
	free(c);
}

static void
put_comment(
	struct buf *b, enum sql_dialect d, const char *table, const char *column, const char *doc)
{
	if (!has_doc(doc))
		return;
	sql_comment(b, d, NULL, table, column, doc);
	buf_puts(b, ";\n");
}

/* COMMENT ON, where comments are statements of their own. */
static void
put_comments(struct buf *b, enum sql_dialect d, const struct table *t)
{
	if (d != SQL_POSTGRESQL && d != SQL_DUCKDB)
		return;
	put_comment(b, d, t->name, NULL, t->doc);
	for (size_t i = 0; i < t->ncolumns; i++)
		put_comment(b, d, t->name, t->columns[i].name, t->columns[i].doc);
}

/* Whether MySQL cannot read the column's text as it is. */
static int
converts(const struct column *c)
{
	return c->type == TYPE_TIMESTAMPTZ || c->type == TYPE_BOOLEAN;
}

static void
put_load_data(struct buf *b, const struct table *t)
{
	const char *before = "\n-- SET ";

	buf_printf(b,
		"-- LOAD DATA LOCAL INFILE '%s.tsv' INTO TABLE `%s` CHARACTER SET utf8mb4\n-- (",
		t->name, t->name);
	for (size_t i = 0; i < t->ncolumns; i++) {
		buf_puts(b, i == 0 ? "" : ", ");
		if (converts(&t->columns[i]))
			buf_printf(b, "@c%zu", i + 1);
		else
			sql_ident(b, SQL_MYSQL, t->columns[i].name);
	}
	buf_putc(b, ')');
	for (size_t i = 0; i < t->ncolumns; i++) {
		if (!converts(&t->columns[i]))
			continue;
		buf_puts(b, before);
		before = ",\n-- ";
		sql_ident(b, SQL_MYSQL, t->columns[i].name);
		if (t->columns[i].type == TYPE_BOOLEAN)
			buf_printf(b, " = @c%zu = 'true'", i + 1);
		else
			buf_printf(b, " = REPLACE(REPLACE(@c%zu, 'T', ' '), 'Z', '')", i + 1);
	}
	buf_puts(b, ";\n");
}

int
ddl_table(struct buf *to, enum sql_dialect d, const struct table *t)
{
	buf_puts(to, "CREATE TABLE IF NOT EXISTS ");
	sql_ident(to, d, t->name);
	buf_puts(to, " (");
	put_columns(to, d, t);
	buf_puts(to, "\n)");
	put_options(to, d, t);
	buf_puts(to, ";\n");
	put_index(to, d, t);
	put_comments(to, d, t);
	if (d == SQL_MYSQL)
		put_load_data(to, t);
	return to->failed ? -1 : 0;
}
