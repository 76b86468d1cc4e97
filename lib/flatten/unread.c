#include "flatten/unread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 200, KEY_MAX = 256 };

void
unread_count(struct unread *u, int node, const char *path, const char *key, size_t len)
{
	struct unread_field *f;
	size_t size;

	for (size_t i = 0; i < u->n; i++) {
		f = &u->fields[i];
		if (f->node == node && f->key_len == len &&
			memcmp(f->path + strlen(f->path) - len, key, len) == 0) {
			f->count++;
			return;
		}
	}
	if (u->n == FIELDS_MAX || len > KEY_MAX) {
		u->more++;
		return;
	}
	if ((f = realloc(u->fields, (u->n + 1) * sizeof *f)) == NULL)
		return;
	u->fields = f;
	f += u->n;
	size = strlen(path) + len + 2;
	if ((f->path = malloc(size)) == NULL)
		return;
	snprintf(f->path, size, "%s%s%.*s", path, path[strlen(path) - 1] == '.' ? "" : ".",
		(int)len, key);
	f->node = node;
	f->key_len = len;
	f->count = 1;
	u->n++;
}

void
unread_free(struct unread *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->fields[i].path);
	free(u->fields);
}
