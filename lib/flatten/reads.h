/* flatten/reads - which fields of a record an expression reads, as far as its text shows it */
#ifndef ANT_FLATTEN_READS_H
#define ANT_FLATTEN_READS_H

#include "flatten/plan.h"

/*
 * Let P know that the expression S reads what it reads, natively or in libjq, so that it is
 * not reported as unread.  Return 0 or more, or -1 where memory ran out.
 */
int reads_note(struct plan *p, const char *s);

#endif
