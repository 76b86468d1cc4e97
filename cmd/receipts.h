/* receipts - the commands of ant-state that read receipts of loaders from stdin */
#ifndef ANT_RECEIPTS_H
#define ANT_RECEIPTS_H

#include <stdint.h>

#include "state/state.h"

/*
 * Store their watermarks, and pass each line on, unchanged, after its own; FIELDS, where it is not
 * NULL, is a file that gets them as fields.  SINCE as of mark_advance().  Return the exit status,
 * as the others.
 */
int receipts_commit(const struct state *s, const int64_t *since, const char *fields);

/* Take over the watermark of a table from those about it: WANTED as of receipt_is_of(). */
int receipts_adopt(const struct state *s, const char *wanted);

/* Print as fields all, or those about the tables WANTED; NULL ends them. */
int receipts_list(char **wanted);

#endif
