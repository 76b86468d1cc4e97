/* load/csv - CSV files as a destination of row streams */
#ifndef ANT_LOAD_CSV_H
#define ANT_LOAD_CSV_H

#include "base/err.h"
#include "load/csv_file.h"
#include "load/load.h"

/* The ledger: it lies beside the files that it is about. */
#define LOAD_CSV_LEDGER SQL_LEDGER ".csv"

/*
 * Make TO the file FILE, or stdout where that is NULL; neither it nor DIALECT, which
 * csv_file_check() has seen, is copied.  FILE is written aside and renamed.  What went to stdout
 * cannot be taken back, and there is no receipt for it.  Return 0 (TO->free it), or -1 with
 * ANT_FAIL.
 */
int load_csv(const char *file, const struct csv_file_dialect *dialect, struct load_dest *to,
	struct ant_err *e);

/* Of such: how many texts of the load look like a formula to a spreadsheet and were not guarded. */
size_t load_csv_risky(const struct load_dest *dest);

#endif
