#include "state/mark.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/utc.h"

#define MAGIC "anthill watermark 1\n"

int
mark_render(const char *scope, const char *table, const struct mark *m, struct buf *to)
{
	char from[UTC_TEXT], till[UTC_TEXT];

	buf_puts(to, MAGIC "scope ");
	for (const char *p = scope; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '%' || *p == 0x7f)
			buf_printf(to, "%%%02X", (unsigned char)*p);
		else
			buf_putc(to, *p);
	utc_format(m->watermark, till);
	buf_printf(to, "\ntable %s\nwatermark %s\n", table, m->known ? till : "-");
	for (size_t i = 0; i < m->n; i++) {
		utc_format(m->loaded[i].from, from);
		utc_format(m->loaded[i].to, till);
		buf_printf(to, "loaded %s %s\n", from, till);
	}
	if (to->failed)
		return -1;
	return buf_printf(to, "check %016llx\n", (unsigned long long)hash_bytes(to->data, to->len));
}

/* Step over "NAME ", take what stands up to the newline; NULL where the line is another. */
static char *
take(char **p, const char *name)
{
	char *value, *end;
	size_t n = strlen(name);

	if (strncmp(*p, name, n) != 0 || (*p)[n] != ' ')
		return NULL;
	value = *p + n + 1;
	if ((end = strchr(value, '\n')) == NULL)
		return NULL;
	*end = '\0';
	*p = end + 1;
	return value;
}

static int
take_span(const char *text, struct span *to)
{
	size_t n = strcspn(text, " ");

	if (text[n] == '\0' || utc_parse(text, n, &to->from) == -1)
		return -1;
	return utc_parse(text + n + 1, strlen(text + n + 1), &to->to);
}

/* Undo mark_render()'s %XX in place.  What is wrong shows when the file is rendered again. */
static void
unescape(char *s)
{
	char *to = s;
	char hex[3] = "";

	for (; *s != '\0'; s++)
		if (*s == '%' && s[1] != '\0' && s[2] != '\0') {
			memcpy(hex, s + 1, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			s += 2;
		} else {
			*to++ = *s;
		}
	*to = '\0';
}

int
mark_parse(char *text, char **scope, char **table, struct mark *m)
{
	char *p = text + sizeof MAGIC - 1;
	const char *v;

	memset(m, 0, sizeof *m);
	if (strncmp(text, MAGIC, sizeof MAGIC - 1) != 0)
		return -1;
	if ((*scope = take(&p, "scope")) == NULL || (*table = take(&p, "table")) == NULL ||
		(v = take(&p, "watermark")) == NULL)
		return -1;
	unescape(*scope);
	m->known = strcmp(v, "-") != 0;
	if (m->known && utc_parse(v, strlen(v), &m->watermark) == -1)
		return -1;
	for (; (v = take(&p, "loaded")) != NULL; m->n++)
		if (m->n == MARK_SPANS_MAX || take_span(v, &m->loaded[m->n]) == -1)
			return -1;
	return 0;
}

/* Let the watermark follow over windows that touch it. */
static void
follow(struct mark *m)
{
	size_t gone = 0;

	while (gone < m->n && m->loaded[gone].from <= m->watermark) {
		if (m->loaded[gone].to > m->watermark)
			m->watermark = m->loaded[gone].to;
		gone++;
	}
	memmove(m->loaded, m->loaded + gone, (m->n - gone) * sizeof *m->loaded);
	m->n -= gone;
}

/* Add a window beyond the watermark, joined with those it touches. */
static int
remember(struct mark *m, struct span w, struct ant_err *e)
{
	size_t first = 0, last;

	while (first < m->n && m->loaded[first].to < w.from)
		first++;
	for (last = first; last < m->n && m->loaded[last].from <= w.to; last++) {
		if (m->loaded[last].from < w.from)
			w.from = m->loaded[last].from;
		if (m->loaded[last].to > w.to)
			w.to = m->loaded[last].to;
	}
	if (last == first && m->n == MARK_SPANS_MAX)
		return err_set(e, ANT_FAIL, "over %d windows wait for the ones between them",
			MARK_SPANS_MAX);
	memmove(m->loaded + first + 1, m->loaded + last, (m->n - last) * sizeof *m->loaded);
	m->n = m->n - (last - first) + 1;
	m->loaded[first] = w;
	return 0;
}

int
mark_advance(struct mark *m, const int64_t *from, int64_t watermark, const int64_t *since,
	int64_t *gap, struct ant_err *e)
{
	int joins = from == NULL;

	if (!joins && m->known)
		joins = *from <= m->watermark;
	else if (!joins)
		joins = since == NULL || *from <= *since;
	if (!joins && since == NULL) {
		*gap = m->watermark;
		return 1;
	}
	if (!joins)
		return remember(m, (struct span){*from, watermark}, e);
	if (!m->known || watermark > m->watermark)
		m->watermark = watermark;
	m->known = 1;
	follow(m);
	return 0;
}
