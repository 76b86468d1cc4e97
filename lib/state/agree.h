/*
 * state/agree - a watermark and what the destination says of itself, brought into agreement
 *
 * A watermark that its destination does not bear out would leave a hole that nothing ever fills:
 * a table was dropped, a database put back from an older copy, a file exchanged.
 */
#ifndef ANT_STATE_AGREE_H
#define ANT_STATE_AGREE_H

#include "base/buf.h"
#include "base/err.h"
#include "state/mark.h"

/* What a destination says of one table. */
struct agree_facts {
	int there, empty; /* the table */
	int found;	  /* the ledger has the line that the mark names */
	int64_t since;	  /* the line that made the table, maybe somebody else's; 0: not known */
};

/*
 * The mark that is right into TO: MINE, corrected by the N lines of the ledger about the table, in
 * their order: all since the last reset, or where the table is there and MINE's own line was found,
 * that one and those after it.  What people need to know of it is appended to NOTE: nothing where both agree.
 * Return 0; -1 with ANT_FAIL where it cannot be known, naming both sides, but no command that mends it.
 */
int agree(const struct mark *mine, const struct agree_facts *facts, const struct mark_load *lines,
	size_t n, struct mark *to, struct buf *note, struct ant_err *e);

#endif
