/* db/sql - the SQL text that differs by database: names, literals, types, definitions */
#ifndef ANT_DB_SQL_H
#define ANT_DB_SQL_H

#include <stddef.h>

#include "base/buf.h"
#include "stream/type.h"

enum sql_dialect {
	SQL_POSTGRESQL,
	SQL_SQLITE,
	SQL_DUCKDB,
	SQL_BIGQUERY, /* from here on definitions, see ddl.h, and of two a loader's statements */
	SQL_SNOWFLAKE,
	SQL_CLICKHOUSE,
	SQL_MYSQL,
	SQL_COUNT
};

struct sql_column {
	const char *name;
	enum type type;
};

/* The dialect called S ("postgresql"), or -1. */
int sql_dialect_find(const char *s);

/* The declared type of a column; "" where the dialect wants none (SQLite's numeric). */
const char *sql_type(enum sql_dialect d, enum type t);

/*
 * All of these append to B and report by buf's own `failed` flag, so that a
 * sequence of them needs one check.  Names may hold anything but NUL; SCHEMA may
 * be NULL.  No text ends with a semicolon.
 */
void sql_ident(struct buf *b, enum sql_dialect d, const char *name);
void sql_name(struct buf *b, enum sql_dialect d, const char *schema, const char *table);
void sql_literal(struct buf *b, enum sql_dialect d, const char *text);
/* "a", "b", "c" */
void sql_idents(struct buf *b, enum sql_dialect d, const struct sql_column *c, size_t n);

void sql_create_table(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct sql_column *c, size_t n);
void sql_add_column(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct sql_column *c);
/*
 * An index on the N columns, made where it does not exist: without those of JSON, which are long
 * and which not every database can order, and without those beyond SQL_INDEX_MAX.  What it is for,
 * WHAT ("key"), becomes part of its name; PostgreSQL, whose names are short, chooses a name itself.
 * Return 1; 0, with nothing appended, where no column is left.
 */
enum { SQL_INDEX_MAX = 32 }; /* PostgreSQL's INDEX_MAX_KEYS */
int sql_create_index(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const char *what, const struct sql_column *c, size_t n);

/* The same up to the columns, of an index of any kind: CREATE INDEX NAME ON the table. */
void sql_index_on(
	struct buf *b, enum sql_dialect d, const char *schema, const char *table, const char *what);

/* COMMENT ON the table, or its COLUMN where that is not NULL. */
void sql_comment(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const char *column, const char *text);

/* What follows a table's name in that of its history, and what that has beside the table's columns. */
#define SQL_HISTORY "_history"
#define SQL_VALID_FROM "valid_from"
#define SQL_VALID_TO "valid_to"

/* The ledger's name, and its columns, RECEIPT_FIELDS of them, into C, which is returned. */
#define SQL_LEDGER "_anthill_loads"
void sql_create_ledger_index(struct buf *b, enum sql_dialect d, const char *schema);

/*
 * What MySQL's tables are made with: an engine that can take a load back, texts that differ where their
 * bytes do; and the names of their indexes, which are the table's own.
 */
#define SQL_MYSQL_TABLE "ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin"
#define SQL_MYSQL_WINDOW "_anthill_window"
#define SQL_MYSQL_KEY "_anthill_key"
/*
 * " (a, b, ...)", N columns of an index of MySQL: those of text by their beginnings, so that all fit in
 * the 3072 bytes of an index, and none of JSON.  Return 1; 0, with nothing appended, where none is left.
 */
int sql_mysql_index(struct buf *b, const struct sql_column *c, size_t n);
const struct sql_column *sql_ledger_columns(struct sql_column *c);

/*
 * What a table of ClickHouse's has more than those of others: a comment behind a column (TEXT NULL:
 * none); a TIME column (NULL: none) that is never null, for no sorting key may be, and by whose months
 * and in whose order rows lie; an engine, REPLICATED or not; a comment on the table.
 */
void sql_clickhouse_column(
	struct buf *b, const struct sql_column *c, const char *time, const char *text);
void sql_clickhouse_engine(struct buf *b, const char *time, int replicated, const char *text);

#endif
