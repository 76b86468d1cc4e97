#include "report/numbering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The number of the bytes, from 1 on, or 0: then *ID is what they get.  Of two texts with
 * the same hash, the later one has the id after it.
 */
static size_t
find(const struct names *s, const char *p, size_t len, uint64_t *id)
{
	size_t n;

	for (*id = hash_bytes(p, len); (n = hash_find(&s->ids, *id)) != 0; ++*id) {
		const char *name = s->v[n - 1];

		if (strncmp(name, p, len) == 0 && name[len] == '\0')
			break;
	}
	return n;
}

long
numbering_find(const struct names *s, const char *p, size_t len)
{
	uint64_t unused;

	return (long)find(s, p, strnlen(p, len), &unused) - 1; /* a text ends at a NUL */
}

long
numbering_add(struct names *s, const char *p, size_t len)
{
	char *copy, **v;
	uint64_t id;
	size_t n;

	len = strnlen(p, len);
	if ((n = find(s, p, len, &id)) != 0)
		return (long)n - 1;
	if (s->n == NAMES_MAX) {
		errno = ERANGE;
		return -1;
	}
	if (s->n == s->room) {
		size_t room = s->room > 0 ? s->room * 2 : 32;

		if ((v = realloc(s->v, room * sizeof *v)) == NULL)
			return -1;
		s->v = v;
		s->room = room;
	}
	if ((copy = strndup(p, len)) == NULL)
		return -1;
	if (hash_add(&s->ids, id) == 0) {
		free(copy);
		return -1;
	}
	s->v[s->n] = copy;
	return (long)s->n++;
}

void
numbering_free(struct names *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	hash_free(&s->ids);
	memset(s, 0, sizeof *s);
}
