#include "fetch/query.h"

#include <string.h>

static int
put_encoded(struct buf *to, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || strchr("-._~", *p) != NULL) {
			buf_putc(to, (char)*p);
		} else {
			char code[3] = {'%', hex[*p >> 4], hex[*p & 15]};

			buf_put(to, code, sizeof code);
		}
	}
	return to->failed ? -1 : 0;
}

/* The value for the hole whose NAME is LEN bytes long. */
static const char *
value_of(const struct table *t, char *const *ids, const char *name, size_t len)
{
	for (size_t i = 0; i < t->nholes; i++)
		if (strlen(t->holes[i].name) == len && memcmp(t->holes[i].name, name, len) == 0)
			return ids[i];
	return "";
}

int
query_path(struct buf *to, const struct table *t, char *const *ids)
{
	const char *p = t->path, *hole;

	for (; ids != NULL && (hole = strchr(p, '{')) != NULL; p = hole) {
		size_t len = strcspn(hole + 1, "}");

		buf_put(to, p, (size_t)(hole - p));
		put_encoded(to, value_of(t, ids, hole + 1, len));
		hole += len + 2;
	}
	return buf_puts(to, p);
}

int
query_add(struct buf *to, const char *name, const char *value)
{
	int first = to->len == 0 || memchr(to->data, '?', to->len) == NULL;

	buf_putc(to, first ? '?' : '&');
	put_encoded(to, name);
	buf_putc(to, '=');
	return put_encoded(to, value);
}
