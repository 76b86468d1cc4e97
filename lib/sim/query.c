#include "sim/query.h"

#include <string.h>

static int
hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static int
decode(struct buf *to, const char *s, size_t len, struct ant_err *e)
{
	buf_clear(to);
	for (size_t i = 0; i < len; i++) {
		int high, low;

		if (s[i] != '%') {
			buf_putc(to, s[i] == '+' ? ' ' : s[i]);
			continue;
		}
		if (i + 2 >= len || (high = hex(s[i + 1])) < 0 || (low = hex(s[i + 2])) < 0 ||
			high + low == 0)
			return err_set(e, ANT_USAGE, "the query has a broken percent-encoding");
		buf_putc(to, (char)(high * 16 + low));
		i += 2;
	}
	return to->failed ? err_set(e, ANT_USAGE, "the query is too long") : 0;
}

static int
parse_pair(struct sim_query *q, struct buf *text, const char *s, size_t len, struct ant_err *e)
{
	const char *eq = memchr(s, '=', len);
	size_t name = eq == NULL ? len : (size_t)(eq - s);
	const char *value = eq == NULL ? s + len : eq + 1;
	size_t rest = (size_t)(s + len - value);

	if (memchr(value, '=', rest) != NULL)
		return err_set(e, ANT_USAGE, "the query has a '=' that is not percent-encoded");
	if (decode(text, s, name, e) == -1)
		return -1;
	if (strlist_add(&q->names, text->len > 0 ? text->data : "", text->len) == -1)
		return err_sys(e, ANT_FAIL, "query");
	if (decode(text, value, rest, e) == -1)
		return -1;
	if (strlist_add(&q->values, text->len > 0 ? text->data : "", text->len) == -1)
		return err_sys(e, ANT_FAIL, "query");
	return 0;
}

int
sim_query_parse(struct sim_query *q, const char *raw, struct ant_err *e)
{
	struct buf text;
	int result = 0;

	memset(q, 0, sizeof *q);
	buf_init(&text, 1 << 20);
	while (raw != NULL && *raw != '\0' && result == 0) {
		size_t len = strcspn(raw, "&");

		if (len > 0)
			result = parse_pair(q, &text, raw, len, e);
		raw += len + (raw[len] == '&');
	}
	buf_free(&text);
	return result;
}

void
sim_query_free(struct sim_query *q)
{
	strlist_free(&q->names);
	strlist_free(&q->values);
}

const char *
sim_query_value(const struct sim_query *q, const char *name)
{
	for (size_t i = q->values.n; i-- > 0;)
		if (strcmp(q->names.v[i], name) == 0)
			return q->values.v[i];
	return NULL;
}

int
sim_query_text(struct buf *to, const struct sim_query *q)
{
	for (size_t i = 0; i < q->values.n; i++)
		buf_printf(to, "%s%s=%s", i == 0 ? "" : "&", q->names.v[i], q->values.v[i]);
	return to->failed ? -1 : 0;
}
