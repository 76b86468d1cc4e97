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

int
query_path(struct buf *to, const char *path, const char *id)
{
	const char *hole = strstr(path, "{}");

	if (hole == NULL || id == NULL)
		return buf_puts(to, path);
	buf_put(to, path, (size_t)(hole - path));
	put_encoded(to, id);
	return buf_puts(to, hole + 2);
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
