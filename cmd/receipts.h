/* receipts - the commands of ant-state that read receipts of loaders from stdin */
#ifndef ANT_RECEIPTS_H
#define ANT_RECEIPTS_H

#include <stdint.h>

#include "state/state.h"
#include "stream/receipt.h"

/* What the watermark needs of a receipt: the texts of LOAD are R's. */
void receipt_to_load(const struct receipt *r, struct mark_load *load);

/*
 * Store their watermarks, and pass each line on, unchanged, after its own; FIELDS, where it is not
 * NULL, is a file that gets them as fields.  SINCE as of mark_take().  Return the exit status,
 * as the others.
 */
int receipts_commit(const struct state *s, const int64_t *since, const char *fields);

/*
 * Print as fields all, or those about the tables WANTED; NULL ends them.  Where ORGANIZATION is not
 * NULL, those of its rows alone.
 */
int receipts_list(char **wanted, const char *organization);

#endif
