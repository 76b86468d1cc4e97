/* load/csv_ledger - the ledger of a folder of files: _anthill_loads.csv, a line for every load */
#ifndef ANT_LOAD_CSV_LEDGER_H
#define ANT_LOAD_CSV_LEDGER_H

#include <stdint.h>

#include "base/aside.h"
#include "base/err.h"
#include "base/random_id.h"
#include "load/audit.h"
#include "load/load.h"
#include "stream/receipt.h"

#define CSV_LEDGER_FILE "_anthill_loads.csv"

struct csv_ledger {
	struct aside file;
	const char *into; /* the name of the file that a load is about */
	const char *own;  /* the organization whose loads follow each other; NULL: all do */

	/* what the ledger says of it */
	int there;			  /* there is a ledger */
	int64_t line;			  /* of the last load; 0: none has a number */
	char destination[RANDOM_ID_TEXT]; /* "": it has no name yet */
	char load[RANDOM_ID_TEXT];	  /* of the last line of `own`; "": none has one */
	char organization[TYPE_ORGANIZATION_MAX + 1];
};

/*
 * Read what the ledger of FOLDER says of the file INTO, which stays the caller's.  No ledger is
 * one without a line.  Return 0, or -1 with ANT_FAIL.
 */
int csv_ledger_learn(struct csv_ledger *l, const char *folder, const char *into, struct ant_err *e);

/*
 * Whether a file that is there, called FILE in messages, may take the rows of LOAD: it holds those of
 * one organization, that of the stream, or, MANY being 1, has a column that tells them apart; -1: it
 * does not say which.  Return 0, or -1 with ANT_FAIL.
 */
int csv_ledger_check_organization(const struct csv_ledger *l, const struct load *load,
	const char *file, int many, struct ant_err *e);

/*
 * ENTRY is of a load that makes a file anew: where the ledger knows one of its name, which was
 * removed, say that it is void before the new one is there.  Return 0 or -1.
 */
int csv_ledger_forget(struct csv_ledger *l, const char *folder, const struct receipt_entry *entry,
	struct ant_err *e);

/*
 * Write the ledger with one more line aside, of which `destination`, `line` and `load` are added to ENTRY,
 * and wait for others that do.  csv_ledger_publish() lets it take its place; csv_ledger_close()
 * drops what has not.  Return 0 or -1.
 */
int csv_ledger_write(
	struct csv_ledger *l, const char *folder, struct receipt_entry *entry, struct ant_err *e);
int csv_ledger_publish(struct csv_ledger *l, struct ant_err *e);
void csv_ledger_close(struct csv_ledger *l);

/* Hand each line to TAKE, in order.  Return 0; -1 with ANT_FAIL, also where there is no ledger. */
int csv_ledger_each(
	struct csv_ledger *l, const char *folder, audit_take *take, void *arg, struct ant_err *e);

#endif
