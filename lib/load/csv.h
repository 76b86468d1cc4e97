/* load/csv - CSV files as a destination of row streams */
#ifndef ANT_LOAD_CSV_H
#define ANT_LOAD_CSV_H

#include "base/err.h"
#include "load/csv_file.h"
#include "load/load.h"

/* The ledger: it lies beside the files that it is about. */
#define LOAD_CSV_LEDGER SQL_LEDGER ".csv"

struct load_csv;

/*
 * A destination for FILE, or for stdout where that is NULL; neither it nor DIALECT,
 * which csv_file_check() has seen, is copied.  FILE is written aside and renamed.  What
 * went to stdout cannot be taken back, and there is no receipt for it.  NULL with ANT_FAIL.
 */
struct load_csv *load_csv_new(
	const char *file, const struct csv_file_dialect *dialect, struct ant_err *e);
void load_csv_free(struct load_csv *d); /* NULL: no effect */

struct load_dest load_csv_dest(struct load_csv *d);

/* How many texts of the load look like a formula to a spreadsheet and were not guarded. */
size_t load_csv_risky(const struct load_csv *d);

#endif
