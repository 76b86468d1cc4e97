#include "flatten/jsonseq.h"

#include <string.h>

#include "base/sniff.h"
#include "flatten/plain.h"

size_t
jsonseq_newlines(const char *p, const char *end)
{
	size_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		n++;
	}
	return n;
}

/* Skip white space; read on until something else stands there.  0 at the end. */
static int
skip_space(struct lines *l, struct ant_err *e)
{
	for (;;) {
		const char *p = l->buf.data + l->start, *end = l->buf.data + l->buf.len;
		const char *stop = l->buf.data == NULL ? p : json_space(p, end);

		l->number += jsonseq_newlines(p, stop);
		l->start += (size_t)(stop - p);
		if (stop < end)
			return 1;
		if (l->eof)
			return 0;
		if (lines_more(l, e) == -1)
			return -1;
	}
}

/* "stdin:12:34: reason", counted from the start of the text at P; and what it is, where it starts wrong. */
static int
wrong(struct lines *l, const char *p, const struct json_error *err, struct ant_err *e)
{
	const char *what = NULL;

	if (err->at <= p + 1)
		what = plain_guess(p, (size_t)(l->buf.data + l->buf.len - p));
	return err_set(e, ANT_INPUT, "%s:%zu:%zu: %s%s%s", l->name,
		l->number + 1 + jsonseq_newlines(p, err->at), lines_byte(l, err->at), err->reason,
		what == NULL ? "" : ": ", what == NULL ? "" : what);
}

/* Read until the buffer holds twice what it did, so that a long text is not checked too often. */
static int
double_up(struct lines *l, struct ant_err *e)
{
	size_t want = (l->buf.len - l->start) * 2;

	do {
		if (lines_more(l, e) == -1)
			return -1;
	} while (!l->eof && l->buf.len - l->start < want);
	return 0;
}

int
jsonseq_next(struct lines *l, struct json_value *v, size_t *line, struct ant_err *e)
{
	int more = skip_space(l, e);

	if (more != 1)
		return more;
	for (;;) {
		const char *p = l->buf.data + l->start, *end = l->buf.data + l->buf.len;
		struct json_error err;
		const char *stop = json_skip(p, end, &err);

		/* What reaches the end of the buffer may go on after it. */
		if ((stop == NULL ? err.at >= end : stop == end) && !l->eof) {
			if (double_up(l, e) == -1)
				return -1;
			continue;
		}
		if (stop == NULL && !l->eof && end - p < SNIFF_BYTES) {
			if (lines_peek(l, SNIFF_BYTES, e) == -1)
				return -1;
			continue; /* once more, to say what it is */
		}
		if (stop == NULL)
			return wrong(l, p, &err, e);
		*v = (struct json_value){*p == '{'   ? JSON_OBJECT
					 : *p == '[' ? JSON_ARRAY
						     : JSON_STRING,
			p, (size_t)(stop - p)};
		if (json_parse(p, v->len, v, &err) == -1)
			return wrong(l, p, &err, e);
		*line = l->number + 1;
		l->number += jsonseq_newlines(p, stop);
		l->start += v->len;
		return 1;
	}
}
