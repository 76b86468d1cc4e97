/*
 * load/parquet_days - a folder with a Parquet file for each day, replaced whole
 *
 * DAY.ID.parquet holds the rows of a day in UTC, none.ID.parquet those without a time, rows.ID.parquet
 * those of a table that has none.  ID is of the load that wrote it, so that no name ever stands for
 * other rows: who reads the folder while it is replaced finds a file gone, and never a mix.  The new
 * folder is made beside it, with hard links for the days that stay, and both are exchanged at once.
 */
#ifndef ANT_LOAD_PARQUET_DAYS_H
#define ANT_LOAD_PARQUET_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/random_id.h"
#include "base/strlist.h"

struct parquet_days {
	const char *shown;	      /* the folder, for messages */
	int parent;		      /* the folder that it is in: the caller's */
	int old, fresh;		      /* as it is, and as it is to be; -1: there is none */
	struct strlist names;	      /* of the files in it as it is, in the order of their days */
	struct strlist kept, written; /* and as it is to be: linked, and new */
	char id[RANDOM_ID_TEXT];
	char *beside; /* name of the new folder, in the parent */
};

/*
 * Look at the folder NAME in PARENT, called SHOWN; nothing of that is copied.  Return 0, where it is
 * not there, too; -1 with ANT_FAIL, also where there is in it what is no file of this kind.
 */
int parquet_days_open(
	struct parquet_days *d, int parent, const char *name, const char *shown, struct ant_err *e);

/* Drop a new folder that was not published.  A zeroed struct: no effect. */
void parquet_days_close(struct parquet_days *d);

/* Whether rows of the file NAME may lie in [FROM, TO), seconds since 1970. */
int parquet_days_meets(const char *name, int64_t from, int64_t to);

/* Append the SQL that reads NAMES in the folder open as FD as a table.  NAMES is not empty. */
void parquet_days_put_source(struct buf *b, int fd, const struct strlist *names);

/*
 * Make the new folder, called BESIDE in the parent, with nothing in it; what a dead load left there
 * goes.  The other two put a file into it: a link to that of the old one, or an empty one for DAY,
 * whose descriptor is returned, the caller's to sync and close.  -1 with ANT_FAIL.
 */
int parquet_days_make(struct parquet_days *d, const char *beside, struct ant_err *e);
int parquet_days_keep(struct parquet_days *d, const char *name, struct ant_err *e);
int parquet_days_create(struct parquet_days *d, const char *day, struct ant_err *e);

/* Put the new folder in the place of NAME, for good once this returns 0.  On -1 the old one is there. */
int parquet_days_publish(struct parquet_days *d, const char *name, struct ant_err *e);

#endif
