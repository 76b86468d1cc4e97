/* flatten/rows - the rows of a row stream, anthill-rows(5), from what a mapper gives */
#ifndef ANT_FLATTEN_ROWS_H
#define ANT_FLATTEN_ROWS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "flatten/fields.h"
#include "flatten/mapper.h"
#include "flatten/options.h"
#include "stream/cell.h"

struct flatten_rows {
	struct mapper *mapper;
	struct fields *fields;
	const struct flatten_options *options; /* for the key of masks */
	struct out out;
	struct buf row;		  /* what was not yet handed to `out`; anything may be appended */
	struct buf scratch, text; /* for a cell that is put together */
	struct cell_count count;
	size_t rows, filtered; /* written; left out by --where */
};

/* For the file descriptor OUTPUT, which stays the caller's, as does all else. */
void flatten_rows_init(struct flatten_rows *w, struct mapper *m, struct fields *f,
	const struct flatten_options *o, int output);
void flatten_rows_free(struct flatten_rows *w);

/* The row that the mapper stands at: what struct mapper calls, with W as ARG.  0 or -1. */
int flatten_rows_row(void *w);

/* Write all there is.  0, or -1 with ANT_FAIL. */
int flatten_rows_flush(struct flatten_rows *w, struct ant_err *e);

#endif
