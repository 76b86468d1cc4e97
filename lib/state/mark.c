#include "state/mark.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/utc.h"

#define MAGIC "anthill watermark 1\n"

static void
put_time(struct buf *to, const char *name, int known, int64_t t)
{
	char text[UTC_TEXT];

	utc_format(t, text);
	if (known)
		buf_printf(to, "%s %s\n", name, text);
}

static void
put_name(struct buf *to, const char *name, const char *value)
{
	if (*value != '\0')
		buf_printf(to, "%s %s\n", name, value);
}

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
	put_time(to, "begin", m->begin_known, m->begin);
	put_name(to, "organization", m->organization);
	put_name(to, "destination", m->destination);
	if (*m->load != '\0')
		buf_printf(to, "load %" PRId64 " %s\n", m->line, m->load);
	put_time(to, "byhand", m->by_hand, m->set_at);
	put_time(to, "unserved", m->unserved_known, m->unserved);
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

/* A time that may be missing: 0, or -1 where it is none. */
static int
take_time(char **p, const char *name, int *known, int64_t *t)
{
	const char *v = take(p, name);

	*known = v != NULL;
	return v == NULL ? 0 : utc_parse(v, strlen(v), t);
}

static int
take_name(char **p, const char *name, char to[static MARK_NAME])
{
	const char *v = take(p, name);

	if (v == NULL)
		return 0;
	if (strlen(v) >= MARK_NAME)
		return -1;
	strcpy(to, v);
	return 0;
}

/* "LINE NAME" */
static int
take_load(char **p, struct mark *m)
{
	const char *v = take(p, "load"), *name = v != NULL ? strchr(v, ' ') : NULL;

	if (v == NULL)
		return 0;
	if (name == NULL || strlen(++name) >= MARK_NAME)
		return -1;
	m->line = strtoll(v, NULL, 10);
	strcpy(m->load, name);
	return 0;
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
	if (take_time(&p, "begin", &m->begin_known, &m->begin) == -1 ||
		take_name(&p, "organization", m->organization) == -1 ||
		take_name(&p, "destination", m->destination) == -1 || take_load(&p, m) == -1 ||
		take_time(&p, "byhand", &m->by_hand, &m->set_at) == -1 ||
		take_time(&p, "unserved", &m->unserved_known, &m->unserved) == -1)
		return -1;
	for (; (v = take(&p, "loaded")) != NULL; m->n++)
		if (m->n == MARK_SPANS_MAX || take_span(v, &m->loaded[m->n]) == -1)
			return -1;
	return 0;
}

/* Whether nothing is missing between T and FROM. */
static int
reaches(const struct mark *m, int64_t t, int64_t from)
{
	return from <= t || (m->unserved_known && from <= m->unserved);
}

/* Let the watermark follow over windows that touch it, or what is not served. */
static void
follow(struct mark *m)
{
	size_t gone = 0;

	while (gone < m->n && reaches(m, m->watermark, m->loaded[gone].from)) {
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
mark_is_empty(const struct mark *m)
{
	return !m->known && !m->begin_known && !m->by_hand && m->n == 0 && *m->load == '\0';
}

void
mark_set(struct mark *m, const int64_t *t, int64_t now)
{
	m->known = t != NULL;
	m->watermark = t != NULL ? *t : 0;
	m->n = 0;
	if (t == NULL) { /* it is to be loaded anew, from wherever that is wanted */
		m->begin_known = 0;
		m->begin = 0;
		m->unserved_known = 0;
		m->unserved = 0;
		*m->organization = '\0';
	}
	m->by_hand = 1;
	m->set_at = now;
}

void
mark_void(struct mark *m)
{
	m->known = 0;
	m->watermark = 0;
	m->n = 0;
	m->by_hand = 0;
	m->set_at = 0;
}

void
mark_lose(struct mark *m, const struct mark *theirs)
{
	mark_void(m);
	if (theirs != NULL && theirs->begin_known &&
		(!m->begin_known || theirs->begin < m->begin)) {
		m->begin_known = 1;
		m->begin = theirs->begin;
	}
	*m->organization = *m->destination = *m->load = '\0';
	m->line = 0;
}

void
mark_unname(struct mark *m)
{
	*m->load = '\0';
	m->line = 0;
}

static void
keep(char to[static MARK_NAME], const char *name)
{
	if (*name != '\0' && strlen(name) < MARK_NAME)
		strcpy(to, name);
}

/* Who loaded what, once it counts.  Where nothing was served, nothing was loaded. */
static void
sign(struct mark *m, const struct mark_load *l)
{
	if (l->what != MARK_LOADED || l->watermark_known || !l->asked_known) {
		m->by_hand = l->what != MARK_LOADED;
		m->set_at = m->by_hand ? l->finished : 0;
	}
	keep(m->organization, l->organization);
	keep(m->destination, l->destination);
	if (*l->load != '\0') {
		keep(m->load, l->load);
		m->line = l->line;
	}
}

/* The window of a load, or the gap that it leaves: as mark_take(). */
static int
advance(struct mark *m, const struct mark_load *l, const int64_t *since, int64_t *gap,
	struct ant_err *e)
{
	const int64_t start = l->asked_known ? l->asked : l->from;
	int joins = !l->from_known, first = !m->known;

	/* What was made anew is wanted from where it began before. */
	if (since == NULL && !m->known && m->begin_known)
		since = &m->begin;
	if (!joins && m->known)
		joins = reaches(m, m->watermark, l->from);
	else if (!joins)
		joins = since == NULL || reaches(m, *since, l->from);
	if (!joins && since == NULL) {
		*gap = m->watermark;
		return 1;
	}
	if (!joins)
		return remember(m, (struct span){l->from, l->watermark}, e);
	if (!m->known || l->watermark > m->watermark)
		m->watermark = l->watermark;
	m->known = 1;
	if (l->from_known && (m->begin_known ? start < m->begin : first)) {
		m->begin_known = 1;
		m->begin = start;
	}
	follow(m);
	return 0;
}

/* What lies before the window is not served: windows that wait for nothing else count now. */
static void
narrow(struct mark *m, const struct mark_load *l)
{
	if (!l->asked_known || !l->from_known || (m->unserved_known && l->from <= m->unserved))
		return;
	m->unserved_known = 1;
	m->unserved = l->from;
	if (!m->known && m->n > 0 && m->loaded[0].from <= m->unserved) {
		m->known = 1;
		m->watermark = m->loaded[0].to;
		if (!m->begin_known)
			m->begin = l->asked;
		m->begin_known = 1;
	}
	if (m->known)
		follow(m);
}

int
mark_take(struct mark *m, const struct mark_load *l, const int64_t *since, int64_t *gap,
	struct ant_err *e)
{
	int status = 0;

	if (l->what != MARK_LOADED)
		mark_set(m, l->what == MARK_SET ? &l->watermark : NULL, l->finished);
	else if (l->created)
		mark_void(m);
	if (l->what == MARK_LOADED)
		narrow(m, l);
	if (l->what == MARK_LOADED && l->watermark_known)
		status = advance(m, l, since, gap, e);
	if (status == 0)
		sign(m, l);
	return status;
}
