/* load/csv_audit - what a folder of files with a ledger of csv_ledger.h says of itself: audit.h */
#ifndef ANT_LOAD_CSV_AUDIT_H
#define ANT_LOAD_CSV_AUDIT_H

#include "base/csv_file.h"
#include "load/audit.h"

/* The files of FOLDER that the ledger is about, and how their rows are counted. */
struct csv_audit_files {
	void *self;
	const char *target; /* "csv" */
	const char *folder;

	/*
	 * Count the rows of the file A->into, of A->organization alone where that is not NULL, into
	 * *ROWS; SOME: one is enough; and where HOURS is not NULL, by the hour, those of A's window by
	 * TIME_COLUMN.  Return 1; 0 where there is no such file; -1 with a reason.
	 */
	int (*count)(void *self, const struct audit *a, const char *time_column, int some,
		struct buckets *hours, int64_t *rows, struct ant_err *e);
};

/*
 * Answer the questions of FD, called NAME, about FILES, which are named in them without the folder.
 * Return 0, or -1 as audit_run().
 */
int csv_audit_run(const struct csv_audit_files *files, int fd, const char *name, struct out *to,
	struct ant_err *e);

/*
 * Answer the questions of FD, called NAME, about the files of FOLDER, which are written as CSV is,
 * and named in the questions without the folder.  Return 0, or -1 as audit_run().
 */
int csv_audit(const struct csv_file *csv, const char *folder, int fd, const char *name,
	struct out *to, struct ant_err *e);

#endif
