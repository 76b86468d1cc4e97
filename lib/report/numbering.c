#include "report/numbering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t
hash(const char *p, size_t len)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 1099511628211ull;
	return (size_t)(h ^ h >> 32);
}

/* The slot of the bytes, or the free one where they would be. */
static size_t
slot(const struct names *s, const char *p, size_t len)
{
	size_t at = hash(p, len) & (s->nslots - 1);

	while (s->slots[at] != 0) {
		const char *name = s->v[s->slots[at] - 1];

		if (strncmp(name, p, len) == 0 && name[len] == '\0')
			break;
		at = (at + 1) & (s->nslots - 1);
	}
	return at;
}

static int
grow(struct names *s)
{
	size_t room = s->room > 0 ? s->room * 2 : 32;
	char **v = realloc(s->v, room * sizeof *v);
	uint32_t *slots;

	if (v == NULL)
		return -1;
	s->v = v;
	if ((slots = calloc(room * 2, sizeof *slots)) == NULL)
		return -1;
	free(s->slots);
	s->slots = slots;
	s->nslots = room * 2;
	s->room = room;
	for (size_t i = 0; i < s->n; i++)
		s->slots[slot(s, s->v[i], strlen(s->v[i]))] = (uint32_t)i + 1;
	return 0;
}

long
numbering_find(const struct names *s, const char *p, size_t len)
{
	size_t at;

	len = strnlen(p, len); /* a text ends at a NUL */
	if (s->nslots == 0)
		return -1;
	at = slot(s, p, len);
	return s->slots[at] == 0 ? -1 : (long)s->slots[at] - 1;
}

long
numbering_add(struct names *s, const char *p, size_t len)
{
	char *copy;
	size_t at;

	len = strnlen(p, len);
	if (s->nslots > 0 && s->slots[at = slot(s, p, len)] != 0)
		return (long)s->slots[at] - 1;
	if (s->n == NAMES_MAX) {
		errno = ERANGE;
		return -1;
	}
	if (s->n == s->room && grow(s) == -1)
		return -1;
	if ((copy = malloc(len + 1)) == NULL)
		return -1;
	memcpy(copy, p, len);
	copy[len] = '\0';
	s->slots[slot(s, copy, len)] = (uint32_t)s->n + 1;
	s->v[s->n] = copy;
	return (long)s->n++;
}

void
numbering_free(struct names *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	free(s->slots);
	memset(s, 0, sizeof *s);
}
