/* load/sql - the statements that the loaders of databases have in common, by dialect */
#ifndef ANT_LOAD_SQL_H
#define ANT_LOAD_SQL_H

#include "base/buf.h"
#include "db/sql.h"
#include "load/load.h"

/*
 * All of these append to B and report by its `failed`, as those of sql.h do.  TABLE, which is
 * that of L or stands for it, is in SCHEMA where that is not NULL.
 */

/* VERB ("DELETE", "SELECT count(*)") FROM the table, WHERE the mode says: the rows that a load replaces. */
void load_sql_delete(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l, const char *verb);

/* TIME, a text of utc_format() or a date, to compare a column with. */
void load_sql_time(struct buf *b, enum sql_dialect d, const char *time);

/* " WHERE" that is so, of any table with the load's columns; nothing where all rows are replaced. */
void load_sql_replaced(struct buf *b, enum sql_dialect d, const struct load *l);

/* " WHERE" COLUMN, of TYPE, lies in [FROM, TO). */
void load_sql_range(struct buf *b, enum sql_dialect d, const char *column, enum type type,
	int64_t from, int64_t to);

/* WORD, then what tells the rows of ORGANIZATION from those of others. */
void load_sql_organization(
	struct buf *b, enum sql_dialect d, const char *word, const char *organization);

/* LEFT.COLUMN equals RIGHT.COLUMN; where NULLS, NULL equals NULL: in PostgreSQL, in a way that it can hash. */
void load_sql_same(struct buf *b, enum sql_dialect d, const char *left, const char *right,
	const struct sql_column *c, int nulls);

/* In SQLite, a temporary table would hide one of the same name: the schema to name instead. */
const char *load_sql_not_temporary(enum sql_dialect d, const char *schema);

/* VERB FROM TABLE, as SQL names it, for the rows whose key is in STAGE, too: those that it replaces. */
void load_sql_merged(struct buf *b, enum sql_dialect d, const char *table, const struct load *l,
	const char *verb, const char *stage);

/* DELETE FROM STAGE all rows of a key but the last one in the order of its column ORDER, as SQL names it. */
void load_sql_last(struct buf *b, enum sql_dialect d, const struct load *l, const char *stage,
	const char *order);

/* A name for a column more, which none of the load's has. */
const char *load_sql_order_name(const struct load *l);

/* INSERT INTO the table all rows of FROM, which has the load's columns in its order and no others. */
void load_sql_insert(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l, const char *from);

/*
 * The index that a new table gets once the first load's rows are in, for what the next loads
 * remove: by the time column, after a merge by the key, else of several organizations by theirs.
 * The second is that on the key, for the first merge into a table that has none.  Return 1; 0, with
 * nothing appended, where there is none.
 */
int load_sql_index(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l);
int load_sql_key_index(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l);

/* What the table file says of COLUMN, NULL: of the table.  Return 1; 0 where it says nothing. */
int load_sql_comment(struct buf *b, enum sql_dialect d, const char *schema, const char *table,
	const struct load *l, const char *column);

/* That text; NULL where there is none. */
const char *load_sql_doc(const struct load *l, const char *column);

/* The ledger's INSERT of ENTRY. */
void load_sql_ledger(
	struct buf *b, enum sql_dialect d, const char *schema, const struct receipt_entry *entry);

#endif
