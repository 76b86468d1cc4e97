/* load/ledger - the table of all loads in a database that speaks SQL: read, written, and asked */
#ifndef ANT_LOAD_LEDGER_H
#define ANT_LOAD_LEDGER_H

#include <stdint.h>

#include "base/err.h"
#include "base/out.h"
#include "load/load.h"
#include "load/session.h"

/*
 * What the ledger says of the table that is about to be loaded, into S->ledger.  Nothing is
 * created.  Return 0 or -1.
 */
int ledger_learn(struct session *s, struct ant_err *e);

/* The ledger as it is today: created, or with the columns that it lacks.  Return 0 or -1. */
int ledger_make(struct session *s, struct ant_err *e);

/*
 * Write the line of the load, in whose transaction it is.  What only the ledger knows is added to
 * ENTRY: destination, line and load.  Return 0 or -1.
 */
int ledger_write(struct session *s, struct receipt_entry *entry, struct ant_err *e);

/*
 * Count the rows of TABLE whose COLUMN, of TYPE, lies in [FROM, TO), by the hour into HOURS; where
 * it is not NULL, those of ORGANIZATION alone.  Return 0 or -1.
 */
int ledger_hours(struct session *s, const char *table, const char *column, enum type type,
	int64_t from, int64_t to, const char *organization, struct buckets *hours,
	struct ant_err *e);

/* These three are of struct load_dest, SELF being a session that nothing was done with yet. */
int ledger_print(void *self, struct out *to, struct ant_err *e);
int ledger_audit(void *self, int fd, const char *name, struct out *to, struct ant_err *e);
int ledger_note(void *self, const struct load *l, struct receipt_entry *entry, struct ant_err *e);

#endif
