#include "db/sql.h"

#include <string.h>

#include "stream/receipt.h"

struct dialect {
	const char *name, *types[TYPE_COUNT];
};

/*
 * SQLite converts what it stores to the affinity of the declared type, so each of
 * these is chosen by section 3.1 of "Datatypes In SQLite": JSON_TEXT keeps the json
 * 1.10 as it is; a numeric has no type, which converts nothing: REAL for what a
 * double holds exactly to the digit, TEXT beyond.
 */
static const struct dialect dialects[SQL_COUNT] = {
	{"postgresql", {"text", "bigint", "double precision", "numeric", "boolean", "date",
			       "timestamp with time zone", "jsonb"}},
	{"sqlite", {"TEXT", "INTEGER", "REAL", "", "BOOLEAN", "DATE", "TIMESTAMP", "JSON_TEXT"}},
	{"duckdb", {"VARCHAR", "BIGINT", "DOUBLE", "DECIMAL(38,12)", "BOOLEAN", "DATE",
			   "TIMESTAMP WITH TIME ZONE", "JSON"}},
	{"bigquery",
		{"STRING", "INT64", "FLOAT64", "BIGNUMERIC", "BOOL", "DATE", "TIMESTAMP", "JSON"}},
	{"snowflake", {"VARCHAR", "BIGINT", "DOUBLE", "NUMBER(38,12)", "BOOLEAN", "DATE",
			      "TIMESTAMP_TZ", "VARIANT"}},
	{"clickhouse", {"Nullable(String)", "Nullable(Int64)", "Nullable(Float64)",
			       "Nullable(Decimal(38,12))", "Nullable(Bool)", "Nullable(Date32)",
			       "Nullable(DateTime64(6,'UTC'))", "Nullable(String)"}},
	{"mysql", {"LONGTEXT", "BIGINT", "DOUBLE", "DECIMAL(65,24)", "BOOLEAN", "DATE",
			  "DATETIME(6)", "JSON"}},
};

int
sql_dialect_find(const char *s)
{
	for (int d = 0; d < SQL_COUNT; d++)
		if (strcmp(s, dialects[d].name) == 0)
			return d;
	return -1;
}

const char *
sql_type(enum sql_dialect d, enum type t)
{
	return dialects[d].types[t];
}

/* S between two QUOTEs, with an ESCAPE before each of those inside and each other ESCAPE. */
static void
quoted(struct buf *b, const char *s, char quote, char escape)
{
	buf_putc(b, quote);
	for (; *s != '\0'; s++) {
		if (*s == quote || *s == escape)
			buf_putc(b, escape);
		buf_putc(b, *s);
	}
	buf_putc(b, quote);
}

void
sql_ident(struct buf *b, enum sql_dialect d, const char *name)
{
	size_t start = b->len;
	char quote = d == SQL_BIGQUERY || d == SQL_CLICKHOUSE || d == SQL_MYSQL ? '`' : '"';

	/* BigQuery's names hold no backslash, which alone would need more; in ClickHouse it escapes. */
	quoted(b, name, quote, d == SQL_CLICKHOUSE ? '\\' : quote);
	/* Snowflake takes a name without quotes for one in capitals. */
	for (size_t i = start; d == SQL_SNOWFLAKE && i < b->len; i++)
		if (b->data[i] >= 'a' && b->data[i] <= 'z')
			b->data[i] = (char)(b->data[i] - 'a' + 'A');
}

void
sql_name(struct buf *b, enum sql_dialect d, const char *schema, const char *table)
{
	if (schema != NULL) {
		sql_ident(b, d, schema);
		buf_putc(b, '.');
	}
	sql_ident(b, d, table);
}

void
sql_literal(struct buf *b, enum sql_dialect d, const char *text)
{
	if (d <= SQL_DUCKDB) /* the standard; PostgreSQL's standard_conforming_strings is on */
		quoted(b, text, '\'', '\'');
	else
		quoted(b, text, '\'', '\\');
}

void
sql_idents(struct buf *b, enum sql_dialect d, const struct sql_column *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_puts(b, ", ");
		sql_ident(b, d, c[i].name);
	}
}

static void
definition(struct buf *b, enum sql_dialect d, const struct sql_column *c)
{
	sql_ident(b, d, c->name);
	if (*sql_type(d, c->type) != '\0')
		buf_putc(b, ' ');
	buf_puts(b, sql_type(d, c->type));
}

void
sql_create_table(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct sql_column *c, size_t n)
{
	buf_puts(b, "CREATE TABLE IF NOT EXISTS ");
	sql_name(b, d, schema, table);
	buf_puts(b, " (");
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i > 0 ? ",\n\t" : "\n\t");
		definition(b, d, &c[i]);
	}
	buf_puts(b, d == SQL_MYSQL ? "\n) " SQL_MYSQL_TABLE : "\n)");
}

void
sql_add_column(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct sql_column *c)
{
	buf_puts(b, "ALTER TABLE ");
	sql_name(b, d, schema, table);
	buf_puts(b, " ADD COLUMN ");
	definition(b, d, c);
}

/* PostgreSQL knows no IF NOT EXISTS without a name, and a name of ours could be too long for it. */
void
sql_index_on(
	struct buf *b, enum sql_dialect d, const char *schema, const char *table, const char *what)
{
	buf_puts(b, "CREATE INDEX ");
	if (d != SQL_POSTGRESQL) {
		struct buf name;

		buf_init(&name, b->max);
		buf_printf(&name, "_anthill_%s_%s", table, what);
		buf_puts(b, "IF NOT EXISTS ");
		if (buf_str(&name) != NULL)
			sql_name(b, d, d == SQL_SQLITE ? schema : NULL, buf_str(&name));
		else
			b->failed = 1;
		buf_free(&name);
		buf_putc(b, ' ');
		if (d == SQL_SQLITE) /* the schema stands before the index, not the table */
			schema = NULL;
	}
	buf_puts(b, "ON ");
	sql_name(b, d, schema, table);
}

int
sql_create_index(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const char *what, const struct sql_column *c, size_t n)
{
	size_t used = 0;

	while (n > 0 && c->type == TYPE_JSON) {
		c++;
		n--;
	}
	if (n == 0)
		return 0;
	sql_index_on(b, d, schema, table, what);
	for (size_t i = 0; i < n && used < SQL_INDEX_MAX; i++)
		if (c[i].type != TYPE_JSON) {
			buf_puts(b, used++ == 0 ? " (" : ", ");
			sql_ident(b, d, c[i].name);
		}
	buf_putc(b, ')');
	return 1;
}

void
sql_comment(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const char *column, const char *text)
{
	buf_puts(b, column != NULL ? "COMMENT ON COLUMN " : "COMMENT ON TABLE ");
	sql_name(b, d, schema, table);
	if (column != NULL) {
		buf_putc(b, '.');
		sql_ident(b, d, column);
	}
	buf_puts(b, " IS ");
	sql_literal(b, d, text);
}

const struct sql_column *
sql_ledger_columns(struct sql_column *c)
{
	for (size_t i = 0; i < RECEIPT_FIELDS; i++)
		c[i] = (struct sql_column){receipt_columns[i].name, receipt_columns[i].type};
	return c;
}

static void
put_comment(struct buf *b, const char *before, const char *text)
{
	if (text == NULL)
		return;
	buf_puts(b, before);
	sql_literal(b, SQL_CLICKHOUSE, text);
}

void
sql_clickhouse_column(struct buf *b, const struct sql_column *c, const char *time, const char *text)
{
	const char *type = sql_type(SQL_CLICKHOUSE, c->type);
	size_t len = strlen(type);

	if (time != NULL && strcmp(c->name, time) == 0) {
		type += strlen("Nullable(");
		len -= strlen("Nullable()");
	}
	sql_ident(b, SQL_CLICKHOUSE, c->name);
	buf_putc(b, ' ');
	buf_put(b, type, len);
	put_comment(b, " COMMENT ", text);
}

void
sql_clickhouse_engine(struct buf *b, const char *time, int replicated, const char *text)
{
	buf_printf(b, "\nENGINE = %sMergeTree", replicated ? "Replicated" : "");
	if (time != NULL) {
		buf_puts(b, "\nPARTITION BY toYYYYMM(");
		sql_ident(b, SQL_CLICKHOUSE, time);
		buf_puts(b, ")\nORDER BY ");
		sql_ident(b, SQL_CLICKHOUSE, time);
	} else {
		buf_puts(b, "\nORDER BY tuple()");
	}
	put_comment(b, "\nCOMMENT ", text);
}

void
sql_create_ledger_index(struct buf *b, enum sql_dialect d, const char *schema)
{
	buf_puts(b, d == SQL_MYSQL ? "CREATE INDEX " SQL_LEDGER "_line ON "
				   : "CREATE INDEX IF NOT EXISTS " SQL_LEDGER "_line ON ");
	sql_name(b, d, schema, SQL_LEDGER);
	buf_puts(b, d == SQL_SQLITE  ? " (into_table COLLATE NOCASE, line)"
		    : d == SQL_MYSQL ? " (into_table(64), line)"
				     : " (into_table, line)");
}

int
sql_mysql_index(struct buf *b, const struct sql_column *c, size_t n)
{
	enum { PARTS = 16, BYTES = 3072, OTHER = 32, PREFIX = 64, CHARACTER = 4 };
	size_t parts = 0, texts = 0, prefix = PREFIX, used = 0;

	for (size_t i = 0; i < n && parts < PARTS; i++) {
		parts += c[i].type != TYPE_JSON;
		texts += c[i].type == TYPE_TEXT;
	}
	if (parts == 0)
		return 0;
	if (texts * PREFIX * CHARACTER + (parts - texts) * OTHER > BYTES)
		prefix = (BYTES - (parts - texts) * OTHER) / texts / CHARACTER;
	for (size_t i = 0; i < n && used < parts; i++) {
		if (c[i].type == TYPE_JSON)
			continue;
		buf_puts(b, used++ == 0 ? " (" : ", ");
		sql_ident(b, SQL_MYSQL, c[i].name);
		if (c[i].type == TYPE_TEXT)
			buf_printf(b, "(%zu)", prefix);
	}
	buf_putc(b, ')');
	return 1;
}
