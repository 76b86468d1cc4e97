#include "fetch/complaint.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "fetch/api.h"

enum { EXCERPT = 160 }; /* bytes of a wrong body that a message shows */

static void
member_text(const struct json_value *of, const char *name, char *to, size_t size)
{
	struct json_value v;
	struct buf text;

	if (!json_member(of, name, &v) || v.kind != JSON_STRING)
		return;
	buf_init(&text, v.len * 3 + 1);
	if (json_text(&text, &v, NULL) == 0 && buf_str(&text) != NULL)
		snprintf(to, size, "%s", text.data);
	buf_free(&text);
}

void
complaint_quote(struct complaint *c, const struct buf *body)
{
	memset(c, 0, sizeof *c);
	if (body->data != NULL && body->len > 0)
		snprintf(c->message, sizeof c->message, "the body starts: %.*s",
			(int)(body->len < EXCERPT ? body->len : EXCERPT), body->data);
}

void
complaint_read(struct complaint *c, struct buf *body)
{
	struct json_value all, error, details;
	struct json_error why;
	char code[64] = "";

	memset(c, 0, sizeof *c);
	if (buf_reserve(body, 1) == NULL || json_parse(body->data, body->len, &all, &why) == -1 ||
		!json_member(&all, "error", &error) || error.kind != JSON_OBJECT) {
		complaint_quote(c, body); /* not the API itself: a proxy, a page */
		return;
	}
	member_text(&error, "type", c->type, sizeof c->type);
	member_text(&error, "message", c->message, sizeof c->message);
	if (json_member(&error, "details", &details))
		member_text(&details, "error_code", code, sizeof code);
	c->spend_limit = strcmp(code, "enforced_spend_limit_reached") == 0;
}

void
complaint_describe(const struct complaint *c, const struct http_answer *a, const char *reason,
	char *to, size_t size)
{
	char request[HTTP_FIELD + 16] = "";

	if (a->field[API_REQUEST_ID][0] != '\0')
		snprintf(request, sizeof request, " (request %s)", a->field[API_REQUEST_ID]);
	if (reason != NULL)
		snprintf(to, size, "%s%s%s%s", reason, request, c->message[0] != '\0' ? "; " : "",
			c->message);
	else
		snprintf(to, size, "HTTP %ld%s%s%s%s%s", a->status, c->type[0] != '\0' ? " " : "",
			c->type, c->message[0] != '\0' ? ": " : "", c->message, request);
}
