/* loader - what the commands that load do alike: the shared options, the run, the receipt */
#ifndef ANT_LOADER_H
#define ANT_LOADER_H

#include "cli.h"
#include "load/load.h"

/* getopt_long() values of the options that all loaders share. */
enum {
	LOADER_TABLE = 0x100,
	LOADER_PREFIX,
	LOADER_MODE,
	LOADER_ALLOW_SHRINK,
	LOADER_LEDGER,
	LOADER_DRY_RUN,
	LOADER_VIEWS,
	LOADER_TABLE_NAME,
	LOADER_OWN /* a command's own options start here */
};

/* Take the shared option CH.  Return ANT_OK, or ANT_USAGE after a message. */
int loader_option(struct load_options *o, int ch, const char *value);

/*
 * Do what O asks for: load stdin into DEST and print the receipt, print the plan, or
 * print the ledger.  Return the exit status after a message where it is not ANT_OK.
 */
int loader_run(const struct cli *c, const struct load_dest *dest, struct load_options *o);

/*
 * Make the views of views.h in DB, which is closed then: those over the tables there are.
 * STATUS is -1 where DB could not be opened, for the reason in E.  Return the exit status.
 */
int loader_views(const struct cli *c, int status, struct db *db, const struct views_place *p,
	struct ant_err *e);

#endif
