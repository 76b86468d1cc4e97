#include "stream/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"
#include "stream/type.h"

enum { NUMBER_MAX = 20 }; /* characters of a 64-bit number and its NUL */

/* The place after the character C at P, or NULL where something else stands there. */
static const char *
after(const char *p, const char *end, char c)
{
	p = json_space(p, end);
	return p < end && *p == c ? p + 1 : NULL;
}

/* The character C of ASCII at P, as it is or as \u00XX: how many bytes it takes; 0 where it is another. */
static size_t
character(const char *p, const char *end, char c)
{
	static const char digits[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	unsigned high = (unsigned)c >> 4, low = (unsigned)c & 15;

	if (p < end && *p == c)
		return 1;
	if (end - p < 6 || memcmp(p, "\\u00", 4) != 0)
		return 0;
	return (p[4] == digits[high] || p[4] == upper[high]) &&
			       (p[5] == digits[low] || p[5] == upper[low])
		       ? 6
		       : 0;
}

/*
 * The place after the string S at P, however its characters are written: whoever passes the
 * stream on may take the escapes out, and a record must not become a control line by that.
 */
static const char *
after_string(const char *p, const char *end, const char *s)
{
	if ((p = after(p, end, '"')) == NULL)
		return NULL;
	for (; *s != '\0'; s++) {
		size_t n = character(p, end, *s);

		if (n == 0)
			return NULL;
		p += n;
	}
	return p < end && *p == '"' ? p + 1 : NULL;
}

enum record_kind
record_kind(const char *line, size_t len)
{
	const char *end = line + len, *p = after(line, end, '{');

	if (p == NULL || (p = after_string(p, end, "@ant")) == NULL ||
		(p = after(p, end, ':')) == NULL)
		return RECORD_DATA;
	if (after_string(p, end, "begin") != NULL)
		return RECORD_BEGIN;
	return after_string(p, end, "end") != NULL ? RECORD_END : RECORD_UNKNOWN;
}

/* Parse a control line that must be of KIND. */
static int
control(const char *line, size_t len, enum record_kind kind, struct json_value *v,
	struct ant_err *e)
{
	const char *name = kind == RECORD_BEGIN ? "begin" : "end";
	struct json_error why;

	if (record_kind(line, len) != kind)
		return err_set(e, ANT_INPUT, "no %s record", name);
	if (json_parse(line, len, v, &why) == -1)
		return err_set(e, ANT_INPUT, "the %s record is no JSON: %s at byte %td", name,
			why.reason, why.at - line + 1);
	return 0;
}

/* The text of member NAME: 1, 0 where it is absent or null, -1 where it is something else. */
static int
text(const struct json_value *of, const char *name, struct buf *to, struct ant_err *e)
{
	struct json_value v;

	buf_clear(to);
	if (!json_member(of, name, &v) || v.kind == JSON_NULL)
		return 0;
	if (v.kind != JSON_STRING)
		return err_set(e, ANT_INPUT, "\"%s\" of the control record is no string", name);
	if (json_text(to, &v, NULL) == -1 || buf_str(to) == NULL)
		return err_sys(e, ANT_FAIL, "\"%s\" of the control record", name);
	return 1;
}

/* A time, likewise. */
static int
instant(const struct json_value *of, const char *name, struct buf *tmp, int64_t *t,
	struct ant_err *e)
{
	int there = text(of, name, tmp, e);

	if (there != 1)
		return there;
	if (utc_parse(tmp->data, tmp->len, t) == -1)
		return err_set(e, ANT_INPUT, "\"%s\" of the control record is no time", name);
	return 1;
}

/* A whole number of at most 64 bits, required. */
static int
number(const struct json_value *of, const char *name, uint64_t *n, struct ant_err *e)
{
	char digits[NUMBER_MAX + 1];
	struct json_value v;

	if (!json_member(of, name, &v) || v.kind != JSON_NUMBER || v.len > NUMBER_MAX || v.len == 0)
		goto wrong;
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			goto wrong;
	memcpy(digits, v.p, v.len);
	digits[v.len] = '\0';
	errno = 0;
	*n = strtoull(digits, NULL, 10);
	if (errno == 0)
		return 0;
wrong:
	return err_set(e, ANT_INPUT, "\"%s\" of the control record is no count", name);
}

/* group_by: an array of strings. */
static int
dimensions(const struct json_value *of, struct record_begin *b, struct buf *tmp, struct ant_err *e)
{
	struct json_value list, v;
	const char *at = NULL;

	if (!json_member(of, "group_by", &list) || list.kind == JSON_NULL)
		return 0;
	if (list.kind != JSON_ARRAY)
		return err_set(e, ANT_INPUT, "\"group_by\" of the begin record is no array");
	b->has_group_by = 1;
	while (json_next(&list, &at, NULL, &v)) {
		buf_clear(tmp);
		if (v.kind != JSON_STRING)
			return err_set(e, ANT_INPUT, "a dimension in \"group_by\" is no string");
		if (json_text(tmp, &v, NULL) == -1 || buf_str(tmp) == NULL ||
			strlist_add(&b->group_by, tmp->data, tmp->len) == -1)
			return err_sys(e, ANT_FAIL, "begin record");
	}
	return 0;
}

/* The version comes first: nothing else of an unknown one can be believed. */
static int
version(const struct json_value *of, struct ant_err *e)
{
	uint64_t n;

	if (number(of, "version", &n, e) == -1)
		return -1;
	if (n != RECORD_VERSION)
		return err_set(e, ANT_INPUT,
			"the record stream is of version %" PRIu64
			", this program reads version %d",
			n, RECORD_VERSION);
	return 0;
}

static int
window(const struct json_value *of, struct record_begin *b, struct buf *tmp, struct ant_err *e)
{
	int from = instant(of, "from", tmp, &b->from, e);
	int to = from == -1 ? -1 : instant(of, "to", tmp, &b->to, e);

	if (from == -1 || to == -1)
		return -1;
	if (from != to)
		return err_set(e, ANT_INPUT, "the begin record has half a window");
	if (from == 1 && b->from > b->to)
		return err_set(
			e, ANT_INPUT, "the window of the begin record ends before it starts");
	b->has_window = from;
	if ((b->has_asked = instant(of, "asked", tmp, &b->asked, e)) == -1)
		return -1;
	if (b->has_asked && (!b->has_window || b->asked > b->from))
		return err_set(e, ANT_INPUT,
			"\"asked\" of the begin record is not before its window");
	return 0;
}

static int
begin_members(
	const struct json_value *v, struct record_begin *b, struct buf *tmp, struct ant_err *e)
{
	int there;

	if (version(v, e) == -1 || (there = text(v, "table", tmp, e)) == -1)
		return -1;
	if (there == 0 || tmp->len == 0)
		return err_set(e, ANT_INPUT, "the begin record names no table");
	if ((b->table = strndup(tmp->data, tmp->len)) == NULL)
		return err_sys(e, ANT_FAIL, "begin record");
	if ((there = text(v, "organization", tmp, e)) == -1)
		return -1;
	if (there == 1 && !type_is_organization(tmp->data, tmp->len))
		return err_set(e, ANT_INPUT, "\"organization\" of the begin record names none");
	if (there == 1 && (b->organization = strndup(tmp->data, tmp->len)) == NULL)
		return err_sys(e, ANT_FAIL, "begin record");
	if (window(v, b, tmp, e) == -1 || (there = text(v, "width", tmp, e)) == -1)
		return -1;
	if (there == 1 && (b->width = strndup(tmp->data, tmp->len)) == NULL)
		return err_sys(e, ANT_FAIL, "begin record");
	return dimensions(v, b, tmp, e);
}

int
record_begin_parse(const char *line, size_t len, struct record_begin *b, struct ant_err *e)
{
	struct json_value v;
	struct buf tmp;
	int rc;

	memset(b, 0, sizeof *b);
	if (control(line, len, RECORD_BEGIN, &v, e) == -1)
		return -1;
	buf_init(&tmp, len * 3 + 64); /* a mended byte takes three */
	rc = begin_members(&v, b, &tmp, e);
	if (rc == -1)
		record_begin_free(b);
	buf_free(&tmp);
	return rc;
}

void
record_begin_free(struct record_begin *b)
{
	free((void *)b->table);
	free((void *)b->organization);
	free((void *)b->width);
	strlist_free(&b->group_by);
	memset(b, 0, sizeof *b);
}

int
record_end_parse(const char *line, size_t len, struct record_end *end, struct ant_err *e)
{
	struct json_value v;
	struct buf tmp;
	int rc;

	memset(end, 0, sizeof *end);
	if (control(line, len, RECORD_END, &v, e) == -1 ||
		number(&v, "records", &end->records, e) == -1 ||
		number(&v, "pages", &end->pages, e) == -1)
		return -1;
	buf_init(&tmp, len * 3 + 64);
	rc = instant(&v, "watermark", &tmp, &end->watermark, e);
	end->has_watermark = rc == 1;
	buf_free(&tmp);
	return rc == -1 ? -1 : 0;
}

static void
put_instant(struct buf *to, const char *key, int64_t t)
{
	char text_of[UTC_TEXT];

	utc_format(t, text_of);
	buf_printf(to, ",\"%s\":\"%s\"", key, text_of);
}

int
record_begin_put(struct buf *to, const struct record_begin *b)
{
	buf_printf(to, "{\"@ant\":\"begin\",\"version\":%d", RECORD_VERSION);
	json_put_member(to, "table", b->table);
	if (b->organization != NULL)
		json_put_member(to, "organization", b->organization);
	if (b->has_window) {
		put_instant(to, "from", b->from);
		put_instant(to, "to", b->to);
	}
	if (b->has_asked)
		put_instant(to, "asked", b->asked);
	if (b->width != NULL)
		json_put_member(to, "width", b->width);
	if (b->has_group_by)
		json_put_list(to, "group_by", &b->group_by);
	return buf_puts(to, "}\n");
}

int
record_end_put(struct buf *to, const struct record_end *end)
{
	buf_printf(to, "{\"@ant\":\"end\",\"records\":%" PRIu64 ",\"pages\":%" PRIu64, end->records,
		end->pages);
	if (end->has_watermark)
		put_instant(to, "watermark", end->watermark);
	return buf_puts(to, "}\n");
}
