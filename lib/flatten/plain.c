#include "flatten/plain.h"

#include <string.h>

#include "base/sniff.h"
#include "stream/record.h"

/* The members that tell what an object is. */
enum { DATA, HAS_MORE, NEXT_PAGE, TYPE, ERROR, MEMBERS };

static const char *const names[MEMBERS] = {"data", "has_more", "next_page", "type", "error"};

/* The members of OBJECT; P is NULL of one that is not there. */
static void
find_members(const struct json_value *object, struct json_value members[MEMBERS])
{
	struct json_value key, v;
	const char *at = NULL;

	memset(members, 0, MEMBERS * sizeof *members);
	while (object->kind == JSON_OBJECT && json_next(object, &at, &key, &v))
		for (int i = 0; i < MEMBERS; i++)
			if (json_is(&key, names[i]))
				members[i] = v; /* of a double key the last */
}

int
plain_quote(const char *p, size_t len)
{
	size_t n = len > PLAIN_QUOTE ? PLAIN_QUOTE : len;

	while (n < len && n > 0 && ((unsigned char)p[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

/* Whether a member `error` tells of one: null, false, 0 and "" are how some say that there was none. */
static int
is_telling(const struct json_value *error)
{
	return error->p != NULL && (error->kind == JSON_OBJECT || error->kind == JSON_TRUE ||
					   (error->kind == JSON_STRING && error->len > 2));
}

/*
 * The API's own {"type":"error","error":{...}}, and what gateways make of it or send in its
 * place: a page with an error, an error alone.
 */
static int
check_error(const struct json_value m[MEMBERS], int page, int knows_error, struct ant_err *e)
{
	const struct json_value *error = &m[ERROR];
	int own = error->p != NULL && m[TYPE].p != NULL && json_is(&m[TYPE], "error");

	if (!own && (!is_telling(error) || (!page && knows_error)))
		return 0;
	return err_set(e, ANT_INPUT, "an error answer of the API%s: %.*s",
		own ? "" : ", or of what stands before it", plain_quote(error->p, error->len),
		error->p);
}

/* Some lists have no has_more: there, only the cursor tells. */
static int
says_more(const struct json_value m[MEMBERS])
{
	if (m[HAS_MORE].p != NULL)
		return m[HAS_MORE].kind == JSON_TRUE;
	return m[NEXT_PAGE].p != NULL && m[NEXT_PAGE].kind == JSON_STRING && m[NEXT_PAGE].len > 2;
}

int
plain_look(struct plain *p, const struct json_value *text, int lists, int knows_error,
	struct ant_err *e)
{
	struct json_value m[MEMBERS];
	int page;

	*p = (struct plain){.kind = PLAIN_RECORD};
	if (record_kind(text->p, text->len) != RECORD_DATA)
		return err_set(e, ANT_INPUT,
			"a control line, but the input did not start with a begin line");
	if (text->kind == JSON_ARRAY && lists) {
		p->kind = PLAIN_LIST;
		p->list = *text;
		return 0;
	}
	find_members(text, m);
	page = m[DATA].p != NULL && m[DATA].kind == JSON_ARRAY;
	if (check_error(m, page, knows_error, e) == -1)
		return -1;
	if (page) {
		p->kind = PLAIN_PAGE;
		p->list = m[DATA];
		p->more = says_more(m);
	} else if (m[DATA].p != NULL && (m[HAS_MORE].p != NULL || m[NEXT_PAGE].p != NULL)) {
		return err_set(e, ANT_INPUT, "a page whose data is not an array");
	}
	return 0;
}

/* A path that starts with the elements of an array, `.[]` or `.[0]`: of an object it would be `.["key"]`. */
static int
is_of_array(const char *expr)
{
	return strncmp(expr, ".[", 2) == 0 && expr[2] != '"';
}

int
plain_is_whole(const char *expr)
{
	return strcmp(expr, ".") == 0 || strcmp(expr, "$record") == 0;
}

int
plain_takes_arrays(const struct table *t)
{
	const char *first = t->columns[0].expr;

	return is_of_array(t->rows) || is_of_array(first) || plain_is_whole(first);
}

const char *
plain_guess(const char *p, size_t len)
{
	static const char rows[] = "#ant-rows";

	if (len >= sizeof rows - 1 && memcmp(p, rows, sizeof rows - 1) == 0)
		return "it is a row stream, what ant-flatten writes: give it to a loader";
	return sniff(p, len);
}
