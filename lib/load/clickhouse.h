/*
 * load/clickhouse - what a load into ClickHouse has beside the session: a lock, and a clone of the table
 *
 * There is no transaction, so: lock; clone the table; edit the clone; see that the table is still what
 * was cloned; exchange the two; write the ledger; remove what is left.  Until the exchange nobody sees
 * anything, and a load that ends before it leaves the table as it was.
 */
#ifndef ANT_LOAD_CLICKHOUSE_H
#define ANT_LOAD_CLICKHOUSE_H

#include "base/buf.h"
#include "base/err.h"
#include "db/clickhouse.h"
#include "load/session.h"

/* What a load works with has names of its own: this, a word, and the table's. */
#define LOAD_CLICKHOUSE_OWN "_anthill_"

enum { LOAD_CLICKHOUSE_IDENTITY = 64 };

/* A table that a load edits in a clone of it. */
struct load_clickhouse_clone {
	const char *of;	 /* the table's name */
	struct buf name; /* the clone's */
	char uuid
		[LOAD_CLICKHOUSE_IDENTITY]; /* of the table when it was cloned; "": there was none */
	char parts[LOAD_CLICKHOUSE_IDENTITY];
	int published; /* the clone is the table, and the ledger has no line of it yet */
};

struct load_clickhouse { /* `self` of the session */
	struct clickhouse *c;
	struct session_ops ops; /* the names of the stages in it are the table's */
	const char *cluster;	/* NULL: none */
	struct load_clickhouse_clone table, history;
	struct buf lock; /* its name */
	struct buf stage, again;
	int locked, locked_ledger;
	char warning[512];
};

/* Append the row's COLUMNS, N of them, as one text, in which null is equal to null and to nothing else. */
void load_clickhouse_put_text(struct session *s, const struct sql_column *columns, size_t n);

/* VERB NAME, and ON CLUSTER where one is named, into s->sql. */
void load_clickhouse_about(struct session *s, const char *verb, const char *name);
void load_clickhouse_put_cluster(struct session *s);

/* clickhouse_table.c: these are of struct session_ops, for a table, its history and the ledger. */
void load_clickhouse_put_create(
	struct session *s, const char *table, const struct sql_column *columns, size_t n);
int load_clickhouse_put_add(
	struct session *s, const char *table, const struct sql_column *c, const char *like);
void load_clickhouse_put_shape(struct session *s, const char *table);
const char *load_clickhouse_wanted(const char *is, enum type t);

/* clickhouse_rights.c: and this. */
int load_clickhouse_lacks(
	struct session *s, const char *table, int mode, struct strlist *missing, struct ant_err *e);

/*
 * clickhouse_lock.c: lock other loads of the table out: ANT_LOCKED where one is at work, or was killed;
 * the reason says what to do then.  And those that would write the ledger for the first time: these wait.
 */
int load_clickhouse_lock(struct session *s, struct ant_err *e);
int load_clickhouse_lock_ledger(struct session *s, struct ant_err *e);
/* Let them in again.  Return 0, or -1 with the first reason. */
int load_clickhouse_unlock(struct session *s, struct ant_err *e);

/*
 * clickhouse_clone.c: see whether the table is there, and what it is now; then make the clone of one that is
 * there, which has its definition, and of its rows those of the partition ID, NULL: all, which costs
 * nothing but links.
 */
int load_clickhouse_learn(struct session *s, struct load_clickhouse_clone *c, struct ant_err *e);
int load_clickhouse_clone(
	struct session *s, struct load_clickhouse_clone *c, const char *id, struct ant_err *e);
/* Fail where the table is not what was cloned any more, with ANT_FAIL. */
int load_clickhouse_unchanged(
	struct session *s, const struct load_clickhouse_clone *c, struct ant_err *e);
/* The clone becomes the table; and the way back. */
int load_clickhouse_publish(struct session *s, struct load_clickhouse_clone *c, struct ant_err *e);
void load_clickhouse_unpublish(struct session *s, struct load_clickhouse_clone *c);
/* Remove all that the load works with, and what one that was killed has left of that. */
int load_clickhouse_remove(struct session *s, struct ant_err *e);

/*
 * clickhouse_history.c: a history has its open versions in a partition of their own.  A load clones the others, by
 * links, and writes the open ones anew; so it costs what they do, however many were closed before.
 */
/* What its name stands for, before anything is done; and a clone of its closed versions. */
int load_clickhouse_history_clone(struct session *s, struct ant_err *e);
/* Append the engine of one that is created. */
void load_clickhouse_history_engine(struct session *s);
/* The `fill_history` of struct session_ops. */
int load_clickhouse_history_fill(struct session *s, const char *time, struct ant_err *e);

#endif
