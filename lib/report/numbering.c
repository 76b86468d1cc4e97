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
	char *copy;
	uint64_t id;
	size_t n;

	len = strnlen(p, len);
	if ((n = find(s, p, len, &id)) != 0)
		return (long)n - 1;
	if (s->n == NAMES_MAX) {
		errno = ERANGE;
		return -1;
	}
	if (numbering_grow(&s->v, &s->room, s->n + 1, sizeof *s->v, 32) == -1)
		return -1;
	if ((copy = strndup(p, len)) == NULL)
		return -1;
	if (hash_add(&s->ids, id) == 0) {
		free(copy);
		return -1;
	}
	s->v[s->n] = copy;
	return (long)s->n++;
}

int
numbering_grow(void *v, size_t *room, size_t n, size_t size, size_t least)
{
	size_t more = *room > 0 ? *room * 2 : least;
	char *old, *p;

	if (n <= *room)
		return 0;
	memcpy(&old, v, sizeof old);
	if (more > SIZE_MAX / size || (p = realloc(old, more * size)) == NULL)
		return -1;
	memset(p + *room * size, 0, (more - *room) * size);
	memcpy(v, &p, sizeof p);
	*room = more;
	return 0;
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
