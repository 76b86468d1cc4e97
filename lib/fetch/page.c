#include "fetch/page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"

enum { ESCAPE = 6 }; /* bytes of the longest spelling of a character, \u0041 */

struct reader {
	const struct page_rules *rules;
	struct page *page;
	char *base;
	const char *end;
	char *to;   /* where the next line goes */
	int breaks; /* the text has line breaks: a record may hold some */
	int has_data, wrong;
	int data_name; /* which of the two names the elements have */
	struct json_value more, next_page, last_id, refreshed; /* kind as sent; p NULL: absent */
	struct json_value time; /* the same, of the element that is read */
	int64_t at, limit;	/* when that is; what is not earlier is left out */
	struct json_error json;
	char *reason;
	size_t size;
};

/*
 * Note what is not as documented, the first of it, and read on: a text that
 * turns out to be damaged is no judgement on the API.
 */
static enum page_result
wrong(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	if (r->wrong)
		return PAGE_OK;
	r->wrong = 1;
	va_start(ap, fmt);
	vsnprintf(r->reason, r->size, fmt, ap);
	va_end(ap);
	return PAGE_OK;
}

/* The reader of JSON has given up.  Depth is a limit, all else a text that is not whole. */
static enum page_result
broken(struct reader *r)
{
	if (r->json.code == JSON_TOO_DEEP) {
		wrong(r, "%s at byte %td", r->json.reason, r->json.at - r->base + 1);
		return PAGE_WRONG;
	}
	snprintf(r->reason, r->size, "the body is not whole JSON: %s at byte %td", r->json.reason,
		r->json.at - r->base + 1);
	return PAGE_BROKEN;
}

static enum page_result
broken_at(struct reader *r, const char *at, const char *reason)
{
	r->json = (struct json_error){at, reason, JSON_NO_JSON};
	return broken(r);
}

/* Append the record from P to STOP as a line.  There is room: what separated it has been read. */
static void
put_line(struct reader *r, const char *p, const char *stop)
{
	size_t len = (size_t)(stop - p);

	if (!r->breaks) {
		if (r->to != p)
			memmove(r->to, p, len);
		r->to += len;
	} else {
		/* Strings hold no raw line breaks, so all there are stand between tokens. */
		for (; p < stop; p++)
			if (*p != '\n' && *p != '\r')
				*r->to++ = *p;
	}
	*r->to++ = '\n';
	r->page->records++;
}

/* The time that the string V says, in whichever spelling: 0, -1 where it is none, 1 without memory. */
static int
read_time(const struct json_value *v, int64_t *t)
{
	struct buf text;
	int rc;

	if (v->kind != JSON_STRING)
		return -1;
	if (memchr(v->p, '\\', v->len) == NULL)
		return utc_parse(v->p + 1, v->len - 2, t);
	buf_init(&text, v->len);
	rc = json_text(&text, v, NULL) == 0 ? utc_parse(text.data, text.len, t)
	     : errno == EMSGSIZE	    ? -1
					    : 1;
	buf_free(&text);
	return rc;
}

/* The time of an element that is no bucket: several may share one, in any order. */
static enum page_result
check_time(struct reader *r, int64_t t)
{
	char when[UTC_TEXT];

	if (t >= r->rules->from && t < r->rules->to)
		return PAGE_OK;
	utc_format(t, when);
	return wrong(r, "element %zu of data (%s) is outside the window that was asked for",
		r->page->records + 1, when);
}

/* The time of a bucket. */
static enum page_result
check_bucket(struct reader *r, int64_t t)
{
	const struct page_rules *rules = r->rules;
	size_t i = r->page->records;
	char when[UTC_TEXT];

	if (t >= rules->next && t < rules->to && (i == 0 || t > r->page->last)) {
		r->page->last = t;
		r->page->closed += t < rules->open;
		return PAGE_OK;
	}
	utc_format(t, when);
	if (t < rules->from || t >= rules->to)
		return wrong(
			r, "bucket %zu (%s) is outside the window that was asked for", i + 1, when);
	if (i > 0 && t == r->page->last)
		return wrong(r, "bucket %zu (%s) is repeated", i + 1, when);
	return wrong(r, "bucket %zu (%s) is repeated or out of order", i + 1, when);
}

/* When the element is that was read. */
static enum page_result
check_element(struct reader *r)
{
	const char *what = r->rules->buckets ? "bucket" : "element";
	size_t n = r->page->records + 1;
	int64_t t;
	int rc;

	if (r->time.p == NULL)
		return wrong(r, "%s %zu has no %s", what, n, r->rules->time);
	if ((rc = read_time(&r->time, &t)) == 1)
		return PAGE_MEMORY;
	if (rc == -1)
		return wrong(r, "%s of %s %zu is no time", r->rules->time, what, n);
	r->at = t;
	return r->rules->buckets ? check_bucket(r, t) : check_time(r, t);
}

/* What becomes of the member with the key at KEY and its value at P; *STOP: where that ends. */
typedef enum page_result member_reader(
	struct reader *r, const char *key, const char *p, const char **stop);

/* 1 where the checked key at KEY reads as NAME. */
static int
key_is(struct reader *r, const char *key, const char *name)
{
	const struct json_value v = {
		JSON_STRING, key, (size_t)(json_skip_string(key, r->end, &r->json) - key)};

	return json_is(&v, name);
}

/* How many elements the array from P to STOP, which is JSON, has: no more than MOST are counted. */
static long
count_elements(const char *p, const char *stop, long most)
{
	const struct json_value list = {JSON_ARRAY, p, (size_t)(stop - p)};
	struct json_value element;
	const char *at = NULL;
	long n = 0;

	while (n < most && json_next(&list, &at, NULL, &element))
		n++;
	return n;
}

static enum page_result
read_element_member(struct reader *r, const char *key, const char *p, const char **stop)
{
	const struct page_rules *rules = r->rules;

	if ((*stop = json_skip(p, r->end, &r->json)) == NULL)
		return broken(r);
	/* Another spelling starts with the same letter or with an escape. */
	if (rules->time != NULL && (key[1] == rules->time[0] || key[1] == '\\') &&
		key_is(r, key, rules->time))
		r->time = (struct json_value){json_kind_at(p), p, (size_t)(*stop - p)};
	else if (rules->cut != NULL && *p == '[' && key_is(r, key, rules->cut))
		r->page->cut |= count_elements(p, *stop, rules->most) == rules->most;
	return PAGE_OK;
}

/* Walk the object at P by its members, so that what is in them is looked at only once. */
static enum page_result
read_members(struct reader *r, const char *p, const char **stop, member_reader *read)
{
	enum page_result result;

	p = json_space(p + 1, r->end);
	for (int first = 1; p < r->end && *p != '}'; first = 0) {
		const char *value;

		if (!first) {
			if (*p != ',')
				return broken_at(r, p, "no comma behind an object's member");
			p = json_space(p + 1, r->end);
		}
		if ((value = json_skip_key(p, r->end, &r->json)) == NULL)
			return broken(r);
		if ((result = read(r, p, value, stop)) != PAGE_OK)
			return result;
		p = json_space(*stop, r->end);
	}
	if (p >= r->end)
		return broken_at(r, r->end, "the text ends in an object");
	*stop = p + 1;
	return PAGE_OK;
}

static enum page_result
read_element(struct reader *r, const char *p, const char **stop)
{
	if ((r->rules->time != NULL || r->rules->cut != NULL) && p < r->end && *p == '{') {
		enum page_result result;

		r->time.p = NULL;
		result = read_members(r, p, stop, read_element_member);
		return result == PAGE_OK && r->rules->time != NULL ? check_element(r) : result;
	}
	if ((*stop = json_skip(p, r->end, &r->json)) == NULL)
		return broken(r);
	if (*p != '{')
		return wrong(r, "element %zu of data is no object", r->page->records + 1);
	return PAGE_OK;
}

/*
 * A record that a reader of the stream would take for our own begin or end; also with a
 * key in escapes, which a jq on the way takes out.
 */
static void
check_control(struct reader *r, const char *p, const char *stop)
{
	struct json_value key = {JSON_STRING, p, 0};

	if (*p == '{')
		key.p = json_space(p + 1, stop);
	if (*key.p != '"')
		return;
	key.len = (size_t)(json_skip_string(key.p, stop, &r->json) - key.p);
	if (json_is(&key, "@ant"))
		wrong(r, "element %zu of data starts with \"@ant\", as our control lines do",
			r->page->records + 1);
}

/* The array of records. */
static enum page_result
read_data(struct reader *r, const char *p, const char **stop)
{
	enum page_result result;

	if (r->has_data || *p != '[') {
		if ((*stop = json_skip(p, r->end, &r->json)) == NULL)
			return broken(r);
		return wrong(r, r->has_data++ ? "the answer has data twice" : "data is no array");
	}
	r->has_data = 1;
	p = json_space(p + 1, r->end);
	r->to = r->base + (p - r->base);
	r->page->lines = r->to;
	if (p < r->end && *p == ']') {
		*stop = p + 1;
		return PAGE_OK;
	}
	for (;;) {
		const char *element = p;
		char separator;

		if ((result = read_element(r, p, stop)) != PAGE_OK)
			return result;
		p = json_space(*stop, r->end);
		if (p >= r->end)
			return broken_at(r, r->end, "the text ends in an array");
		check_control(r, element, *stop);
		separator = *p;
		if (separator != ',' && separator != ']')
			return broken_at(r, p, "no comma or ] behind an array's element");
		if (r->rules->time == NULL || r->at < r->limit)
			put_line(r, element, *stop); /* may overwrite the separator */
		p++;
		if (separator == ']')
			break;
		p = json_space(p, r->end);
	}
	r->page->len = (size_t)(r->to - r->page->lines);
	*stop = p;
	return PAGE_OK;
}

/* 1 where V, the answer's "error", is one.  null is none, nor is the "" that some gateways send. */
static int
tells_error(const struct json_value *v)
{
	return v->kind == JSON_OBJECT || (v->kind == JSON_STRING && v->len > 2);
}

/*
 * Whether KEY is that of the elements.  An answer may have them under both of their names,
 * and then twice: the first ones count.
 */
static int
is_data(struct reader *r, const struct json_value *key)
{
	int found = json_is(key, "data")				     ? 1
		    : r->rules->data != NULL && json_is(key, r->rules->data) ? 2
									     : 0;

	if (found == 0 || (r->has_data != 0 && r->data_name != found))
		return 0;
	r->data_name = found;
	return 1;
}

/* One member of the answer: data, has_more, a cursor, an error, or something that is passed over. */
static enum page_result
read_member(struct reader *r, const char *name, const char *p, const char **stop)
{
	const struct json_value key = {
		JSON_STRING, name, (size_t)(json_skip_string(name, r->end, &r->json) - name)};
	struct json_value v, *keep = json_is(&key, "has_more")		  ? &r->more
				     : json_is(&key, "next_page")	  ? &r->next_page
				     : json_is(&key, "last_id")		  ? &r->last_id
				     : json_is(&key, "data_refreshed_at") ? &r->refreshed
									  : NULL;

	if (p < r->end && is_data(r, &key))
		return read_data(r, p, stop);
	if ((*stop = json_skip(p, r->end, &r->json)) == NULL)
		return broken(r);
	v = (struct json_value){json_kind_at(p), p, (size_t)(*stop - p)};
	if ((json_is(&key, "error") && tells_error(&v)) ||
		(json_is(&key, "type") && json_is(&v, "error")))
		return wrong(r, "the answer is an error with status 200");
	if (keep == NULL)
		return PAGE_OK;
	if (keep->p != NULL)
		return wrong(r, "the answer has %.*s twice", (int)key.len, key.p);
	*keep = v;
	return PAGE_OK;
}

/* The text of the cursor C, which is as long as it is without its escapes. */
static enum page_result
put_cursor(struct reader *r, const struct json_value *c, const char *name, struct buf *cursor)
{
	int rc = -1;

	errno = EMSGSIZE;
	if (c->len - 2 <= (size_t)PAGE_CURSOR_MAX * ESCAPE &&
		(rc = json_text(cursor, c, NULL)) == 0 && cursor->len <= PAGE_CURSOR_MAX)
		return buf_str(cursor) != NULL ? PAGE_OK : PAGE_MEMORY;
	if (rc == -1 && errno != EMSGSIZE)
		return PAGE_MEMORY;
	return wrong(r, "%s is longer than %d bytes", name, PAGE_CURSOR_MAX);
}

/* Does another page follow, and what is its cursor? */
static enum page_result
read_cursor(struct reader *r, struct buf *cursor)
{
	const char *name = r->rules->paging == PAGING_ID ? "last_id" : "next_page";
	const struct json_value *c = r->rules->paging == PAGING_ID ? &r->last_id : &r->next_page;

	if (!r->has_data)
		return wrong(r, "the answer has no data");
	if (r->more.p != NULL && r->more.kind != JSON_TRUE && r->more.kind != JSON_FALSE)
		return wrong(r, "has_more is no boolean");
	if (c->p != NULL && c->kind != JSON_STRING && c->kind != JSON_NULL)
		return wrong(r, "%s is neither a string nor null", name);
	if (r->more.p != NULL)
		r->page->more = r->more.kind == JSON_TRUE;
	else if (r->rules->paging == PAGING_ID || c->p == NULL)
		return wrong(r, "the answer does not say whether it is the last page");
	else
		r->page->more = c->kind == JSON_STRING && c->len > 2; /* "" is none, as null is */
	if (!r->page->more)
		return PAGE_OK;
	if (c->p == NULL || c->kind != JSON_STRING || c->len == 2)
		return wrong(r, "has_more is true, but there is no %s", name);
	if (r->page->records == 0 && r->rules->paging == PAGING_ID)
		return wrong(r, "has_more is true on a page without records");
	return put_cursor(r, c, name, cursor);
}

/* Up to when the figures are complete; null says nothing. */
static enum page_result
read_refreshed(struct reader *r)
{
	int rc;

	if (r->refreshed.p == NULL || r->refreshed.kind == JSON_NULL)
		return PAGE_OK;
	if ((rc = read_time(&r->refreshed, &r->page->refreshed)) == 1)
		return PAGE_MEMORY;
	return rc == 0 ? PAGE_OK : wrong(r, "data_refreshed_at is no time");
}

static enum page_result
look_member(struct reader *r, const char *name, const char *p, const char **stop)
{
	if ((*stop = json_skip(p, r->end, &r->json)) == NULL)
		return PAGE_BROKEN;
	if (key_is(r, name, "data_refreshed_at"))
		r->refreshed = (struct json_value){json_kind_at(p), p, (size_t)(*stop - p)};
	return PAGE_OK;
}

/*
 * What is not complete stands before what says so: look ahead.  What is wrong with the answer is
 * found when it is read.
 */
static void
find_limit(struct reader *r)
{
	const struct page_rules *rules = r->rules;
	const char *p = json_space(r->base, r->end), *stop;
	int64_t t = INT64_MAX;

	if (p == r->end || *p != '{' || read_members(r, p, &stop, look_member) != PAGE_OK ||
		r->refreshed.p == NULL || read_time(&r->refreshed, &t) != 0)
		t = INT64_MAX;
	if (rules->refreshed < t)
		t = rules->refreshed;
	if (t != INT64_MAX)
		r->limit = utc_floor(t, rules->whole);
	r->refreshed.p = NULL;
}

/* The answer is the record. */
static enum page_result
read_bare(struct reader *r, const char *p)
{
	struct json_value object = {JSON_OBJECT, p, (size_t)(r->end - p)}, v, type;

	if ((json_member(&object, "type", &v) && json_is(&v, "error")) ||
		(json_member(&object, "error", &v) && json_member(&v, "type", &type)))
		return wrong(r, "the answer is an error with status 200");
	if (*json_space(p + 1, r->end) == '}')
		return wrong(r, "the answer is an empty object");
	check_control(r, p, r->end);
	for (size_t i = 0; r->rules->members != NULL && i < r->rules->members->n; i++)
		if (!json_member(&object, r->rules->members->v[i], &v) || v.kind == JSON_NULL)
			return wrong(r, "the answer has no %s", r->rules->members->v[i]);
	r->to = r->base + (p - r->base);
	r->page->lines = r->to;
	put_line(r, p, r->end);
	r->page->len = (size_t)(r->to - r->page->lines);
	return PAGE_OK;
}

/* The whole text: an object, with nothing but white space around it. */
static enum page_result
read_answer(struct reader *r, struct buf *cursor)
{
	const char *p = json_space(r->base, r->end), *stop = p, *rest;
	enum page_result result = PAGE_OK;

	if (p >= r->end)
		return broken_at(r, r->end, "it is empty");
	if (*p != '{' || r->rules->paging == PAGING_NONE) {
		if ((stop = json_skip(p, r->end, &r->json)) == NULL)
			return broken(r);
	} else if ((result = read_members(r, p, &stop, read_member)) != PAGE_OK) {
		return result;
	}
	if ((rest = json_space(stop, r->end)) < r->end)
		return broken_at(r, rest, "text behind the value");
	if (r->rules->paging != PAGING_NONE) {
		result = *p == '{' ? read_refreshed(r) : wrong(r, "the answer is no object");
		return result == PAGE_OK && *p == '{' ? read_cursor(r, cursor) : result;
	}
	r->end = stop;
	return *p == '{' ? read_bare(r, p) : wrong(r, "the answer is no object");
}

enum page_result
page_read(struct buf *body, const struct page_rules *rules, struct page *p, struct buf *cursor,
	char *reason, size_t size)
{
	struct reader r = {
		.rules = rules, .page = p, .limit = INT64_MAX, .reason = reason, .size = size};
	enum page_result result;

	memset(p, 0, sizeof *p);
	p->refreshed = INT64_MAX;
	buf_clear(cursor);
	if (buf_reserve(body, 1) == NULL) /* room for the newline after a bare answer */
		return PAGE_MEMORY;
	r.base = body->data;
	r.end = body->data + body->len;
	r.breaks =
		memchr(r.base, '\n', body->len) != NULL || memchr(r.base, '\r', body->len) != NULL;
	if (rules->whole > 0)
		find_limit(&r);
	result = read_answer(&r, cursor);
	return result == PAGE_OK && r.wrong ? PAGE_WRONG : result;
}
