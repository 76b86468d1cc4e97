#include "stream/escape.h"

#include "base/utf8.h"

int
escape_put_null(struct buf *row)
{
	return buf_put(row, "\\N", 2);
}

int
escape_put(struct buf *row, const char *s, size_t len)
{
	const char *p = s, *end = s + len;

	while (p < end) {
		const char *stop = p;
		char pair[2] = {'\\', 0};

		while (stop < end && *stop != '\\' && *stop != '\t' && *stop != '\n' &&
			*stop != '\r')
			stop++;
		if (buf_put(row, p, (size_t)(stop - p)) == -1)
			return -1;
		if ((p = stop) == end)
			break;
		pair[1] = *p == '\\' ? '\\' : *p == '\t' ? 't' : *p == '\n' ? 'n' : 'r';
		if (buf_put(row, pair, 2) == -1)
			return -1;
		p++;
	}
	return 0;
}

int
escape_guard_hash(struct buf *row, size_t start)
{
	if (buf_putc(row, 0) == -1)
		return -1;
	memmove(row->data + start + 1, row->data + start, row->len - start - 1);
	row->data[start] = '\\';
	return 0;
}

size_t
escape_undo(char *to, const char *from, size_t len)
{
	const char *end = from + len;
	char *p = to;

	while (from < end) {
		if (*from == '\\') {
			from++;
			*p++ = *from == 't'   ? '\t'
			       : *from == 'n' ? '\n'
			       : *from == 'r' ? '\r'
					      : *from;
			from++;
		} else {
			*p++ = *from++;
		}
	}
	return (size_t)(p - to);
}

size_t
escape_step(const char *p, const char *start, const char *line, const char *end, struct ant_err *e)
{
	size_t n;

	if (*p == '\\') {
		char c = p[1];

		if (c == '\\' || c == 't' || c == 'n' || c == 'r' || (c == '#' && p == line))
			return 2;
		if (c == 'N' && p == start && (p + 2 == end || p[2] == '\t'))
			return 2;
		err_set(e, ANT_INPUT, "wrong escape \\%.*s: \\\\, \\t, \\n, \\r, or \\N alone",
			p + 1 < end && escape_is_plain(c) ? 1 : 0, p + 1);
		return 0;
	}
	if (*p == '\0' || *p == '\r') {
		err_set(e, ANT_INPUT, *p == '\0' ? "a NUL byte" : "a carriage return, not \\r");
		return 0;
	}
	if (utf8_next(p, end, &n) == -1) {
		err_set(e, ANT_INPUT, "byte 0x%02x is not UTF-8", (unsigned)*p & 0xff);
		return 0;
	}
	return n;
}
