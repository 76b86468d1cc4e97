/*
 * db/sqlite_file - a SQLite database's file: the lock of loaders on it, and gone if its load fails
 *
 * SQLite's own locks keep two writers apart, but say nothing of a file that is removed again
 * because the load that created it failed: nobody else may load into that one.
 */
#ifndef ANT_DB_SQLITE_FILE_H
#define ANT_DB_SQLITE_FILE_H

#include "base/err.h"

struct sqlite_file {
	const char *name; /* as the user gave it, always a path */
	char *path;	  /* the same as SQLite cannot take it for anything else */
	int fd;		  /* holds the lock; -1: there is none */
	int created;	  /* the lock's owner has made it; set to 0, it stays */
};

/* The file NAME, which is not copied.  Nothing is opened yet.  Return 0, or -1 with ANT_FAIL. */
int sqlite_file_init(struct sqlite_file *f, const char *name, struct ant_err *e);
void sqlite_file_free(struct sqlite_file *f); /* one that is closed */

/* Whether it is there; what cannot be told is for an open to say. */
int sqlite_file_exists(const struct sqlite_file *f);

/*
 * Lock the file without waiting, and create it where it is missing.  Return 0, or -1 with
 * ANT_LOCKED where another load holds it, else ANT_FAIL.
 */
int sqlite_file_lock(struct sqlite_file *f, struct ant_err *e);

/*
 * Remove the file if it was created, and give back the lock.  The database is closed by
 * then: closing a second descriptor of its file drops SQLite's locks on it, which are POSIX's.
 */
void sqlite_file_close(struct sqlite_file *f);

#endif
