/* report/numbering - strings numbered in the order in which they come */
#ifndef ANT_REPORT_NUMBERING_H
#define ANT_REPORT_NUMBERING_H

#include <stddef.h>

#include "base/hash.h"

struct names {
	char **v; /* by number */
	size_t n, room;
	struct hash ids;
};

/*
 * The number of the LEN bytes at P, a new one where they are new.  -1 with errno where
 * memory is short, or ERANGE where there would be more than NAMES_MAX.
 */
enum { NAMES_MAX = 65000 };
long numbering_add(struct names *s, const char *p, size_t len);

/* The number, or -1 where it is not there. */
long numbering_find(const struct names *s, const char *p, size_t len);

/*
 * Make room for N elements of SIZE where the pointer at V points, which has *ROOM: twice as many
 * as there were, LEAST at first; what is new is zero.  Return 0, or -1 with errno.
 */
int numbering_grow(void *v, size_t *room, size_t n, size_t size, size_t least);

void numbering_free(struct names *s); /* empty and usable again */

#endif
