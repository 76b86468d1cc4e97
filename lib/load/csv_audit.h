/* load/csv_audit - what a folder of CSV files says of itself: audit.h */
#ifndef ANT_LOAD_CSV_AUDIT_H
#define ANT_LOAD_CSV_AUDIT_H

#include "load/audit.h"
#include "load/csv_file.h"

/*
 * Answer the questions of FD, called NAME, about the files of FOLDER, which are written as CSV is,
 * and named in the questions without the folder.  Return 0, or -1 as audit_run().
 */
int csv_audit(const struct csv_file *csv, const char *folder, int fd, const char *name,
	struct out *to, struct ant_err *e);

#endif
