/* load/csv_value - the columns of a CSV file, and when two of its values are equal */
#ifndef ANT_LOAD_CSV_VALUE_H
#define ANT_LOAD_CSV_VALUE_H

#include "base/buf.h"
#include "base/csv_file.h"
#include "load/load.h"
#include "stream/value.h"

struct csv_column {	  /* of a file */
	const char *name; /* as its header has it */
	long from;	  /* of the stream; -1: the stream has none such */
};

/* The column of L's stream that a file calls NAME, guarded or not; -1: none. */
long csv_value_column(const struct csv_file *csv, const struct load *l, const char *name);

/*
 * Append C, which value_fits() has seen, to TO, so that equal values of TYPE, and only those, append
 * equal bytes, whatever is appended after them.  GUARD: its text is not yet as a file has it, with
 * the option `safe`.  Reports by TO's `failed`.
 */
void csv_value_put(struct buf *to, const struct csv_file *csv, enum type type,
	const struct row_cell *c, int guard);

#endif
