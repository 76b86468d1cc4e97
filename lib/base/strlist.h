/* base/strlist - a list of owned strings */
#ifndef ANT_BASE_STRLIST_H
#define ANT_BASE_STRLIST_H

#include <stddef.h>

struct strlist {
	char **v;
	size_t n;
};

/* Append a copy of the LEN bytes at P.  Return 0, or -1 with errno; the list stays as it was. */
int strlist_add(struct strlist *s, const char *p, size_t len);

/* 1 where one of the strings equals the LEN bytes at P. */
int strlist_has(const struct strlist *s, const char *p, size_t len);

void strlist_cut(struct strlist *s, size_t n); /* only the first N stay */
void strlist_sort(struct strlist *s); /* by bytes */
void strlist_free(struct strlist *s); /* the list is empty and usable again */

#endif
