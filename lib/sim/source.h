/*
 * sim/source - where the objects of a list come from: an iterator over the model
 *
 * A source numbers its objects from 0 and gives any of them by its number.  Lists page over it
 * (sim/lists), the oracle walks all of it (sim/expect); neither knows of the other.
 */
#ifndef ANT_SIM_SOURCE_H
#define ANT_SIM_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/model.h"

enum { SIM_PARENTS = 2 }; /* ids that a path has at most */

/* What a source is asked about. */
struct sim_scope {
	const struct sim *s;
	size_t parent
		[SIM_PARENTS]; /* numbers of the objects that the path names, outermost first */
	int64_t day;	       /* of what happened on a day; days since 1970 */
	const void *report;    /* what an endpoint's check() or a table has made for its source */
};

struct sim_source {
	size_t size; /* of the object that GET fills */
	/*
	 * Object I to OBJECT: 1; 0 where lists do not show it (it is gone, or of somebody else),
	 * though a cursor may stand on it; -1 from the end on, with OBJECT as it was.
	 */
	int (*get)(const struct sim_scope *at, size_t i, void *object);
	const char *(*id)(const void *object); /* what cursors and paths call it; NULL: nothing */
	const struct sim_source *parent;       /* of the id before this list's path; NULL: none */
	/* Why the list of this parent is refused (400), "" where it is only empty; NULL: it is not. */
	const char *(*refuses)(const struct sim_scope *at);
};

/* Room for one object, or NULL.  free() it. */
void *sim_source_object(const struct sim_source *of);

/* The number of the object called ID, which is in OBJECT then, and in *SHOWN what get() returned; -1: none. */
long sim_source_find(const struct sim_source *of, const struct sim_scope *at, const char *id,
	void *object, int *shown);

/* How many parents a source has. */
size_t sim_source_depth(const struct sim_source *of);

/*
 * Call EACH for the parents of the source OF, all of them in order: AT has their numbers, and
 * lists of these are neither hidden nor refused.  Once where the source has none.  0, or the
 * first result of EACH that is not, or -1 without memory.
 */
int sim_source_parents(const struct sim_source *of, struct sim_scope *at,
	int (*each)(const struct sim_scope *at, void *arg), void *arg);

#endif
