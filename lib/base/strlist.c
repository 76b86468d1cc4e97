#include "base/strlist.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
strlist_add(struct strlist *s, const char *p, size_t len)
{
	char **v, *copy;

	if (s->n >= SIZE_MAX / sizeof *v - 1)
		return -1;
	if ((copy = strndup(p, len)) == NULL)
		return -1;
	if ((v = realloc(s->v, (s->n + 1) * sizeof *v)) == NULL) {
		free(copy);
		return -1;
	}
	s->v = v;
	s->v[s->n++] = copy;
	return 0;
}

int
strlist_has(const struct strlist *s, const char *p, size_t len)
{
	for (size_t i = 0; i < s->n; i++)
		if (strlen(s->v[i]) == len && memcmp(s->v[i], p, len) == 0)
			return 1;
	return 0;
}

void
strlist_cut(struct strlist *s, size_t n)
{
	while (s->n > n)
		free(s->v[--s->n]);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
strlist_sort(struct strlist *s)
{
	if (s->n > 1)
		qsort(s->v, s->n, sizeof *s->v, compare);
}

void
strlist_free(struct strlist *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	s->v = NULL;
	s->n = 0;
}
