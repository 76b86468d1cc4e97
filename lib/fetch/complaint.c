#include "fetch/complaint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "fetch/api.h"

enum {
	EXCERPT = 160,	   /* bytes of a wrong body that a message shows */
	TITLE_IN = 1 << 16 /* so early a page of HTML has its title */
};

/* The types that the API documents, and the status that an error counts as which came with 200. */
static const struct {
	const char *type;
	long status;
} types[] = {{"invalid_request_error", 400}, {"authentication_error", 401}, {"billing_error", 402},
	{"permission_error", 403}, {"not_found_error", 404},
	{"conflict_error", 400}, /* a GET has nothing that could conflict: for good */
	{"request_too_large", 413}, {"rate_limit_error", 429}, {"api_error", 500},
	{"timeout_error", 504}, {"overloaded_error", 529}};

/* The status of TYPE; 0: it is not documented. */
static long
status_of(const char *type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].status;
	return 0;
}

long
complaint_status(const struct complaint *c)
{
	long status = status_of(c->type);

	return status != 0 ? status : 400;
}

static int
member_text(const struct json_value *of, const char *name, char *to, size_t size)
{
	struct json_value v;
	struct buf text;
	int rc = -1;

	to[0] = '\0';
	if (!json_member(of, name, &v) || v.kind != JSON_STRING)
		return 0;
	buf_init(&text, v.len * 3 + 1);
	if (json_text(&text, &v, NULL) == 0 && buf_str(&text) != NULL) {
		snprintf(to, size, "%s", text.data);
		rc = 0;
	}
	buf_free(&text);
	return rc;
}

/* 1 where P is no start of a character: a text must not be cut there. */
static int
inside(const char *p)
{
	return ((unsigned char)*p & 0xc0) == 0x80;
}

void
complaint_quote(struct complaint *c, const struct buf *body)
{
	size_t n = body->len < EXCERPT ? body->len : EXCERPT;

	memset(c, 0, sizeof *c);
	while (n > 0 && n < body->len && inside(body->data + n))
		n--;
	if (n > 0)
		snprintf(
			c->message, sizeof c->message, "the body starts: %.*s", (int)n, body->data);
}

/* Where WORD, in whichever case, ends in the text from P to END; NULL: it is not there. */
static const char *
behind(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	for (; (size_t)(end - p) >= len; p++)
		if (strncasecmp(p, word, len) == 0)
			return p + len;
	return NULL;
}

/* What stands in <title>, one blank for white space and control characters. */
static void
read_title(struct complaint *c, const struct buf *body)
{
	const char *p = body->data, *end = p + (body->len < TITLE_IN ? body->len : TITLE_IN);
	size_t n = 0;

	if ((p = behind(p, end, "<title")) == NULL ||
		(p = memchr(p, '>', (size_t)(end - p))) == NULL)
		return;
	for (p++; p < end && *p != '<' && n < sizeof c->title - 1; p++) {
		int blank = (unsigned char)*p <= ' ' || *p == 0x7f;

		if (!blank)
			c->title[n++] = *p;
		else if (n > 0 && c->title[n - 1] != ' ')
			c->title[n++] = ' ';
	}
	if (p < end && inside(p)) { /* the room ended within a character */
		while (n > 0 && inside(&c->title[n - 1]))
			n--;
		n -= n > 0;
	}
	while (n > 0 && c->title[n - 1] == ' ')
		n--;
	c->title[n] = '\0';
}

/* No error of the API: a proxy, a page, something cut off. */
static void
read_foreign(struct complaint *c, const struct buf *body)
{
	complaint_quote(c, body);
	if (body->len > 0)
		read_title(c, body);
}

int
complaint_read(struct complaint *c, struct buf *body)
{
	struct json_value all, error, details = {JSON_NULL, NULL, 0}, outer;
	struct json_error why;
	char code[64];

	memset(c, 0, sizeof *c);
	if (buf_reserve(body, 1) == NULL)
		return -1;
	if (json_parse(body->data, body->len, &all, &why) == -1 ||
		!json_member(&all, "error", &error) || error.kind != JSON_OBJECT) {
		read_foreign(c, body);
		return 0;
	}
	json_member(&error, "details", &details);
	if (member_text(&error, "type", c->type, sizeof c->type) == -1 ||
		member_text(&error, "message", c->message, sizeof c->message) == -1 ||
		member_text(&details, "error_code", code, sizeof code) == -1)
		return -1;
	c->spend_limit = strcmp(code, "enforced_spend_limit_reached") == 0;
	/* A new type is the API's where the outer one is there; others have objects named error, too. */
	c->from_api = c->type[0] != '\0' &&
		      ((json_member(&all, "type", &outer) && json_is(&outer, "error")) ||
			      status_of(c->type) != 0);
	if (!c->from_api && c->message[0] == '\0')
		complaint_quote(c, body);
	return 0;
}

/* Append NAME and VALUE, where there is one, with a comma before all but the first. */
static void
put_trace(char *to, size_t size, const char *name, const char *value, const char *quote)
{
	size_t n = strlen(to);

	if (value[0] != '\0')
		snprintf(to + n, size - n, "%s%s%s%s%s", n > 0 ? ", " : "", name, quote, value,
			quote);
}

/* Who sent an answer that is not the API's, as far as it says so. */
static void
put_sender(const struct complaint *c, const struct http_answer *a, char *to, size_t size)
{
	to[0] = '\0';
	put_trace(to, size, "Server: ", a->field[API_SERVER], "");
	put_trace(to, size, "Via: ", a->field[API_VIA], "");
	put_trace(to, size, "CF-Ray: ", a->field[API_CF_RAY], "");
	put_trace(to, size, "page ", c->title, "\"");
}

void
complaint_describe(const struct complaint *c, const struct http_answer *a, const char *reason,
	char *to, size_t size)
{
	char request[HTTP_FIELD + 16] = "", sender[4 * HTTP_FIELD + 64] = "";
	if (a->field[API_REQUEST_ID][0] != '\0')
		snprintf(request, sizeof request, " (request %s)", a->field[API_REQUEST_ID]);
	/* All that passes through its network has these fields: they tell something of other pages alone. */
	if (!c->from_api && a->result == HTTP_ANSWERED && (reason == NULL || c->title[0] != '\0'))
		put_sender(c, a, sender, sizeof sender);
	if (reason != NULL)
		snprintf(to, size, "%s%s%s%s%s%s", reason, request,
			sender[0] != '\0' ? "; it came from " : "", sender,
			c->message[0] != '\0' ? "; " : "", c->message);
	else
		snprintf(to, size, "HTTP %ld%s%s%s%s%s%s%s", a->status,
			c->type[0] != '\0' ? " " : "", c->type, c->message[0] != '\0' ? ": " : "",
			c->message, request, sender[0] != '\0' ? "; it came from " : "", sender);
}
