/*
 * load/csv_history - beside a CSV file, FILE_history.csv: every version that its rows ever had
 *
 * A version is a row with two columns more, valid_from and valid_to; the second is null while the row is
 * still so: the version is open.  The rows of a load are compared with the open versions, never with
 * the file, so that a load which is repeated after a crash between the two renames makes no second
 * version.  Keys and rows are compared by digests, as in csv_keys.h and csv_last.h: some 15 MiB
 * whatever the number of objects, which beyond 65,536 are looked at in turns, and two bits an object.
 */
#ifndef ANT_LOAD_CSV_HISTORY_H
#define ANT_LOAD_CSV_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/aside.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/strlist.h"
#include "base/utc.h"
#include "load/csv_keys.h"
#include "load/csv_last.h"
#include "load/csv_value.h"

struct csv_history_column {
	long of;	  /* column of the file whose value it has; -1: none */
	long from;	  /* column of the stream; -1: none */
	int is_as_it_was; /* the history has it already, so that its name stays as it is */
};

/* A bit for each of so many numbers; those beyond are 0. */
struct csv_history_bits {
	unsigned char *v;
	size_t n;
};

struct csv_history {
	struct aside file;
	const struct csv_file *csv;
	const struct load *load; /* NULL: no history is kept */
	int64_t closed, opened;	 /* set by csv_history_write(): versions that end, and that begin */

	/* what follows is csv_history.c's own */
	size_t width;	      /* columns of the file */
	size_t n, n_old;      /* columns of the history to be and as it is */
	struct strlist names; /* and their names */
	struct csv_history_column *columns;
	long valid_from, valid_to, organization; /* numbers of these; -1: there is none */
	struct csv_file_field *v;	 /* the values of a record, by column of the history */
	struct csv_keys keys;		 /* for its digests alone */
	struct csv_last last;		 /* the rows of this turn, by key */
	struct csv_history_bits judged;	 /* open versions that stay (replace) or that end (merge) */
	struct csv_history_bits unknown; /* rows that no open version has */
	int64_t newest;			 /* microseconds: after that any new time has to be */
	char now[UTC_TEXT + BUF_PAD];	 /* when the versions of this load begin */
	struct buf text, line;
	struct out to;
};

/*
 * Open the history of FILE, whose lock this process has, in the dialect of CSV, and lock it; in a dry
 * run, only look.  Return 0, or -1 as history_file_open(); csv_history_close() it in any case.
 */
int csv_history_open(struct csv_history *h, const struct load *l, const struct csv_file *csv,
	const char *file, struct ant_err *e);

/*
 * Learn the columns of the history as it is; COLUMNS, N of them, are those of the file to be.  Return 0,
 * or -1 with ANT_FAIL, where what has its name is no history of such a file, too.
 */
int csv_history_learn(
	struct csv_history *h, const struct csv_column *columns, size_t n, struct ant_err *e);

/* Whether there is one. */
int csv_history_is_there(const struct csv_history *h);

/* The rows of the load: in a merge those of the stream, else all that the file is to hold. */
struct csv_history_rows {
	int fd;	      /* of a file, in the dialect and with the columns of the file to be */
	off_t start;  /* where they begin in it */
	int header;   /* with a header */
	int64_t most; /* so many they are at most */
};

/*
 * Write the history to be; where nothing has changed, nothing is written.  Return 0, with all of it on
 * the disk, or -1 with ANT_FAIL.
 */
int csv_history_write(
	struct csv_history *h, const struct csv_history_rows *rows, struct ant_err *e);

/* Let it take its place.  Return 0 or -1. */
int csv_history_publish(struct csv_history *h, struct ant_err *e);

/* Drop what was not published, and the lock.  A zeroed struct: no effect. */
void csv_history_close(struct csv_history *h);

#endif
