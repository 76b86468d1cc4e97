/*
 * report/ask - the questions that a report asks its database, and what their cells hold
 *
 * A question is written to its sql, in the dialect of the report's place, and asked.  What
 * fails while it is written is known when it is asked.
 */
#ifndef ANT_REPORT_ASK_H
#define ANT_REPORT_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"
#include "report/report.h"

struct report_ask {
	struct report *r;
	const struct db *db;
	struct buf sql;
};

/* Append " FROM", the table of one bit, and " c", by which its columns are called. */
void report_ask_from(struct report_ask *q, unsigned bit);

/*
 * Where that table is of several organizations, append BEFORE and the condition that a row is of
 * the report's; else nothing.
 */
void report_ask_ours(struct report_ask *q, unsigned bit, const char *before);

/* Append TIME, a column or a call, as text whose first ten characters are the day. */
void report_ask_time(struct report_ask *q, const char *time);

/* Append "TIME IS the start of DAY", IS being one of < and >=. */
void report_ask_compare(struct report_ask *q, const char *time, const char *is, int64_t day);

/* Hand each row, of so many COLUMNS, to TAKE with ARG.  Return 0, or -1 with a reason. */
int report_ask(struct report_ask *q, size_t columns, db_take *take, void *arg, struct ant_err *e);

/*
 * Ask for TIME and COLUMNS, separated by commas, of the rows of a table from the day FROM to TO,
 * exclusive; GROUP is what stands behind the conditions, " GROUP BY 1", or "".  Nothing is handed
 * on, and 0 returned, where there is no such table.
 */
int report_ask_days(struct report_ask *q, unsigned bit, const char *time, const char *columns,
	const char *group, int64_t from, int64_t to, db_take *take, void *arg, struct ant_err *e);

/* The day of a time or date as the databases write them: its first ten characters; 0: none. */
int64_t report_ask_day(const struct db_cell *c);

/* A time as the databases write them as YYYY-MM-DDTHH:MM:SSZ; "" for what is none. */
enum { REPORT_ASK_TIMESTAMP = 24 };
void report_ask_timestamp(char to[REPORT_ASK_TIMESTAMP], const struct db_cell *c);
/* The same in seconds, to *T.  Return 1, or 0 where it is none. */
int report_ask_instant(const struct db_cell *c, int64_t *t);

/*
 * The amount in a cell of cents: a number or its text; null is 0.  Return 0, or -1 as
 * money_from_text().
 */
int report_ask_money(const struct db_cell *c, money *to);

/* Replace *TO, from malloc, by a copy of the text of C, or OTHERWISE.  Return 0 or -1. */
int report_ask_text(char **to, const struct db_cell *c, const char *otherwise, struct ant_err *e);

/* The reason where malloc or numbering_add() failed.  Return -1. */
int report_ask_no_memory(struct ant_err *e);

#endif
