/*
 * load/session - a load into a database that speaks SQL: which statements, and in which order
 *
 * Open and lock; create or widen the table; remove what the mode replaces; take the rows; merge;
 * index; write the ledger; commit.  What a database does in its own way is a struct session_ops.
 */
#ifndef ANT_LOAD_SESSION_H
#define ANT_LOAD_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/random_id.h"
#include "base/strlist.h"
#include "db/db.h"
#include "db/sql.h"
#include "load/load.h"

struct session_ops;

/* What the ledger says, before the load, of the table that is loaded: ledger.h. */
struct session_ledger {
	int there;
	int fields;			  /* so many of receipt_columns it has, the first ones */
	int64_t line;			  /* the last line about the table; 0: none has a number */
	char destination[RANDOM_ID_TEXT]; /* "": it has no name yet */
	char load
		[RANDOM_ID_TEXT]; /* of the last line, by_organization of its own; "": none has one */
	char organization[TYPE_ORGANIZATION_MAX + 1]; /* of the last line that knows it */
};

/* In place of a mode, for what a load does with a history: it reads, adds and changes rows. */
enum { SESSION_HISTORY = -2 };

/* What has a table's name. */
struct session_shape {
	int found, not_table, guarded;
	struct strlist columns, types;

	struct session *s;
};

/* Of a load that keeps one, the table's history: history.h. */
struct session_history {
	struct buf name;
	const char
		*work; /* the table that is created and widened: the name, or what stands for it */
	struct session_shape is;	   /* what had the name before the load */
	struct strlist other, other_types; /* columns of the table that the load does not bring */
	int64_t opened, closed;		   /* versions */
};

struct session {
	const struct session_ops *ops;
	void *self;	  /* the connection, the destination's own */
	const char *name; /* of the destination, for messages: its file, "postgresql" */
	struct buf sql;	  /* the statement that is being put together */

	/* what open() and look() may change */
	const char *schema;		  /* of the table and the ledger; NULL: none is named */
	const struct sql_column *columns; /* the load's, in types that the database has */
	const char *work; /* the table that statements change: load->into, or what stands for it */

	/* the session's */
	const struct load *load; /* NULL while only the ledger is asked for */
	const char *into;	 /* the table for messages and receipts: SCHEMA.TABLE */
	struct buf qualified;
	int there;     /* 0: a dry run finds no database */
	int new_table; /* the load has created it */
	int guarded;   /* triggers or the like may keep rows from us */
	int staged;    /* the rows arrive in the stage: a merge, or where open() says so */
	int64_t sent;  /* rows that the table has to take */
	struct session_ledger ledger;
	struct session_history history;
};

/*
 * What is different by database.  A function returns 0, or -1 with a reason; one that stands
 * for a statement in a dry run, too, goes through session_run(), which writes the plan.
 */
struct session_ops {
	enum sql_dialect dialect;
	const char *target;    /* in receipts */
	const char *begin;     /* what open() begins with, for the plan; NULL: look() has said it */
	const char *thing;     /* what it is: "file" */
	const char *not_table; /* what a name can belong to instead: "view" */
	const char *keepers;   /* what can keep rows from us: "trigger"; NULL: nothing can */
	const char *stage;     /* where the rows of a merge arrive, as SQL names it */
	const char *stage_head; /* CREATE TEMPORARY TABLE this AS SELECT; NULL: rows() makes it */
	const char *stage_tail; /* what ends that SELECT without a row */
	const char *again;	/* a second stage, for rows whose key came before in the stream */
	const char *again_head; /* as stage_head */
	const char *time[2];	/* what stands around a time of the ledger to get its text */
	const char *hour[2];	/* around a time: its YYYY-MM-DDTHH */
	const char *day[2];	/* around a date: its YYYY-MM-DD */
	const char *order;	/* after ORDER BY finished */
	int ignores_case;	/* in the names of columns and types */
	int has_indexes, has_comments;
	int is_blind; /* run() does not know how many rows a statement touched: they are counted */

	/* Look at the load before anything is opened: names that do not go. */
	int (*check)(struct session *s, struct ant_err *e);
	/* Open to read alone, for a dry run and the ledger.  Return 1; 0 where it is not there; -1. */
	int (*look)(struct session *s, struct ant_err *e);
	/* Open, created where it is missing; lock other loads out without waiting; begin. */
	int (*open)(struct session *s, struct ant_err *e);

	/*
	 * For `check` of struct load_dest: open as a load would, and create nothing.  Return as
	 * look(), with what is wrong in MISSING where a line says it.
	 */
	int (*probe)(struct session *s, struct strlist *missing, struct ant_err *e);
	/*
	 * And after it: what keeps the user from loading into TABLE, NULL: a new one.  MODE may be
	 * SESSION_HISTORY: the table is a history.  May be NULL.
	 */
	int (*lacks)(struct session *s, const char *table, int mode, struct strlist *missing,
		struct ant_err *e);

	/* Run SQL, NULL being out of memory; *CHANGED, where not NULL: how many rows it touched. */
	int (*run)(struct session *s, const char *sql, int64_t *changed, struct ant_err *e);
	/* Hand each row of the answer to SQL, N columns, to TAKE. */
	int (*each)(struct session *s, const char *sql, size_t n, db_take_texts *take, void *arg,
		struct ant_err *e);

	/*
	 * Append to s->sql the question what TABLE is: for each of its columns whether it is a
	 * table (t or 1), whether it has what keeps rows from us, the column's name and type.
	 * One row with nulls where there is no column, none where nothing has that name.
	 */
	void (*put_shape)(struct session *s, const char *table);
	/* The columns of a table that is there, where put_shape() leaves them out: they cost.  May be NULL. */
	void (*put_columns)(struct session *s, const char *table);
	/*
	 * The type that a column which is declared as IS must have to take values of T: IS itself
	 * where it does, though it is not ours; NULL: always that of sql_type().
	 */
	const char *(*wanted)(const char *is, enum type t);
	/* Append to s->sql what adds C to TABLE, whose columns are declared LIKE this: 1; 0: as ever. */
	int (*put_add)(
		struct session *s, const char *table, const struct sql_column *c, const char *like);
	/* Before the table is created; NULL: nothing to do. */
	int (*before_create)(struct session *s, struct ant_err *e);
	/*
	 * Begin the transaction, where whatever creates or changes a table commits one: all of that,
	 * the ledger too, has been done by now, and a load that fails leaves it there.  An index that
	 * serves the load is made here as well.  NULL: open() has begun it.
	 */
	int (*transact)(struct session *s, struct ant_err *e);
	/* When it is, and empty; NULL: nothing to do. */
	int (*after_create)(struct session *s, struct ant_err *e);
	/* Append what creates TABLE, where it is missing, with N columns; NULL: sql_create_table(). */
	void (*put_create)(
		struct session *s, const char *table, const struct sql_column *columns, size_t n);
	/* For session_run_shared(); NULL: CREATE IF NOT EXISTS is all that is needed. */
	int (*lock_shared)(struct session *s, struct ant_err *e);

	/*
	 * Take all rows of the load into the table, or where s->staged into the stage; *STORED
	 * is how many are there then.  In a dry run, the statements alone.
	 */
	int (*rows)(struct session *s, int64_t *stored, struct ant_err *e);
	/* With the stage filled; NULL: nothing to do. */
	int (*before_merge)(struct session *s, struct ant_err *e);
	/*
	 * load_sql_merged() in a way of its own, appended to s->sql, by the keys of the stage FROM
	 * for the table, or in an append for the first stage; NULL: that is right.
	 */
	int (*put_merged)(struct session *s, const char *verb, const char *from, struct ant_err *e);

	/*
	 * Take the rows of R into the second stage, and there remove all rows of a key but the last;
	 * *DROPPED is how many.  Then it has the load's columns in its order and no others.
	 */
	int (*take_again)(struct session *s, struct rows *r, int64_t *dropped, struct ant_err *e);

	/*
	 * Create the indexes of a history that is new, by which the versions that are open are found
	 * by key, and the newest one by time; NULL: there are none.
	 */
	int (*index_history)(struct session *s, struct ant_err *e);
	/* Those of history_sql.h, or the same in a way of its own; NULL: it keeps no history. */
	void (*put_close)(struct session *s, int counts, const char *stage, const char *time);
	void (*put_open)(struct session *s, int counts, const char *stage, const char *time);
	/* Instead of the two, where a history is changed in a way of its own: all that this load changes. */
	int (*fill_history)(struct session *s, const char *time, struct ant_err *e);

	/*
	 * Where no transaction holds table and ledger: what s->work has becomes the table, before the
	 * ledger's line is written.  NULL: nothing to do.
	 */
	int (*publish)(struct session *s, struct ant_err *e);
	int (*commit)(struct session *s, struct ant_err *e);
	void (*abort)(struct session *s, const char *reason); /* as that of struct load_dest */
	void (*free)(void *self);
};

/*
 * Make TO a destination of this kind over SELF, which is its own from here on, even if that fails:
 * -1 with ANT_FAIL.  NAME and SCHEMA, as it is wanted, are not copied.
 */
int session_new(const struct session_ops *ops, void *self, const char *name, const char *schema,
	struct load_dest *to, struct ant_err *e);

/*
 * Run the statement in s->sql, or write it into the plan; *CHANGED, where not NULL, is how many
 * rows it touched.  The second runs TEXT, which s->sql becomes.  Return 0 or -1.
 */
int session_run(struct session *s, int64_t *changed, struct ant_err *e);
int session_run_text(struct session *s, const char *text, struct ant_err *e);

/* session_run() for what several loads share and two must not create at once; and that lock alone. */
int session_run_shared(struct session *s, struct ant_err *e);
int session_lock_shared(struct session *s, struct ant_err *e);

/* What stands around the table's name in messages: SCHEMA.TABLE needs nothing. */
const char *session_quote(const struct session *s);

/* Create TABLE with N columns, and add what the table file says of each of those that the load brings. */
int session_create(struct session *s, const char *table, const struct sql_column *columns, size_t n,
	struct ant_err *e);

/* Add C, with what the table file says of it, to TABLE, which IS this. */
int session_add_column(struct session *s, const char *table, const struct sql_column *c,
	const struct session_shape *is, struct ant_err *e);

/*
 * Column C is of TYPE in the load's table, or where SUFFIX is not "" in the one that is called so with it:
 * 0; -1 where it does not take what comes.
 */
int session_check_type(struct session *s, const char *suffix, const struct sql_column *c,
	const char *type, struct ant_err *e);

/* Refuse that table, made for one organization, with the SQL that makes it one for several.  Return -1. */
int session_refuse_single(struct session *s, const char *suffix, struct ant_err *e);

/* Where NAME is among NAMES, as the database compares those of columns; NAMES->n: it is not. */
size_t session_find(const struct session *s, const struct strlist *names, const char *name);

/*
 * Ask what TABLE is, into IS, all 0 before; its columns, too, where COLUMNS is 1 or they cost
 * nothing.  session_shape_free() it in any case.  Return 0 or -1.
 */
int session_shape(struct session *s, const char *table, int columns, struct session_shape *is,
	struct ant_err *e);
void session_shape_free(struct session_shape *is);

/* INSERT all rows of FROM, which has the load's columns in its order and no others. */
int session_insert(struct session *s, const char *from, int64_t *stored, struct ant_err *e);

/* Make a temporary table by HEAD with the load's columns, of exactly the table's types. */
int session_make_stage(struct session *s, const char *head, struct ant_err *e);

/* Create the index on the key, which a merge into a table that was there looks rows up by. */
int session_index_key(struct session *s, struct ant_err *e);

/* Make the ledger and begin the transaction, where ops->transact does. */
int session_transact(struct session *s, struct ant_err *e);

/* Say before the reason in E that nobody knows whether a COMMIT took place, for its server is gone.  Return -1. */
int session_lost_at_commit(struct ant_err *e);

/* Append the name of the table, or of what stands for it. */
void session_put_table(struct session *s);

/* Append what creates TABLE, where it is missing. */
void session_put_create(
	struct session *s, const char *table, const struct sql_column *columns, size_t n);

/* The number that the question in s->sql is answered with. */
int session_ask_number(struct session *s, int64_t *n, struct ant_err *e);

#endif
