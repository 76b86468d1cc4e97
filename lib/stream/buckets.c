#include "stream/buckets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"

enum { HOUR_TEXT = 13 }; /* of YYYY-MM-DDTHH */

/* The first of B that does not start before T. */
static size_t
find(const struct buckets *b, int64_t t)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->v[middle].start < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
insert(struct buckets *b, size_t at, int64_t start)
{
	if (b->n == b->room) {
		size_t room = b->room > 0 ? 2 * b->room : 64;
		struct bucket *v =
			room > SIZE_MAX / sizeof *v ? NULL : realloc(b->v, room * sizeof *v);

		if (v == NULL) {
			errno = ENOMEM;
			return -1;
		}
		b->v = v;
		b->room = room;
	}
	memmove(b->v + at + 1, b->v + at, (b->n - at) * sizeof *b->v);
	b->v[at] = (struct bucket){start, 0};
	b->n++;
	return 0;
}

/* A + B, or the nearest that there is: a ledger may say anything. */
static int64_t
sum(int64_t a, int64_t b)
{
	if (b > 0 && a > INT64_MAX - b)
		return INT64_MAX;
	return b < 0 && a < INT64_MIN - b ? INT64_MIN : a + b;
}

int
buckets_add(struct buckets *b, int64_t t, int64_t rows)
{
	size_t at = b->last;

	/* Rows come in the order of time, mostly. */
	if (at >= b->n || t < b->v[at].start || t >= b->v[at].start + BUCKET_SECONDS) {
		int64_t start = utc_floor(t, BUCKET_SECONDS);

		at = find(b, start);
		if ((at == b->n || b->v[at].start != start) && insert(b, at, start) == -1)
			return -1;
		b->last = at;
	}
	b->v[at].rows = sum(b->v[at].rows, rows);
	return 0;
}

void
buckets_remove(struct buckets *b, int64_t from, int64_t to)
{
	size_t first = find(b, from), end = find(b, to);

	if (first >= end)
		return;
	memmove(b->v + first, b->v + end, (b->n - end) * sizeof *b->v);
	b->n -= end - first;
}

void
buckets_free(struct buckets *b)
{
	free(b->v);
	memset(b, 0, sizeof *b);
}

int64_t
buckets_rows(const struct buckets *b, int64_t from, int64_t to)
{
	int64_t rows = 0;

	for (size_t i = find(b, from); i < b->n && b->v[i].start < to; i++)
		rows = sum(rows, b->v[i].rows);
	return rows;
}

int
buckets_put(struct buf *to, const struct buckets *b)
{
	char text[UTC_TEXT];

	buf_putc(to, '{');
	for (size_t i = 0; i < b->n; i++) {
		utc_format(b->v[i].start, text);
		buf_printf(
			to, "%s\"%.*s\":%" PRId64, i > 0 ? "," : "", HOUR_TEXT, text, b->v[i].rows);
	}
	return buf_putc(to, '}');
}

/* A name of the object, YYYY-MM-DDTHH. */
static int
hour(const struct json_value *name, int64_t *t)
{
	char text[HOUR_TEXT + sizeof ":00:00Z"];

	if (name->kind != JSON_STRING || name->len != HOUR_TEXT + 2) /* and its quotes */
		return -1;
	memcpy(text, name->p + 1, HOUR_TEXT);
	strcpy(text + HOUR_TEXT, ":00:00Z");
	return utc_parse(text, sizeof text - 1, t);
}

int
buckets_parse(struct buckets *b, const char *text, size_t len)
{
	struct json_value all, name, rows;
	struct json_error ignored;
	const char *at = NULL;
	int64_t t;

	if (json_parse(text, len, &all, &ignored) == -1 || all.kind != JSON_OBJECT)
		goto wrong;
	while (json_next(&all, &at, &name, &rows)) {
		if (hour(&name, &t) == -1 || rows.kind != JSON_NUMBER)
			goto wrong;
		if (buckets_add(b, t, strtoll(rows.p, NULL, 10)) == -1)
			return -1;
	}
	return 0;
wrong:
	errno = EINVAL;
	return -1;
}
