#include "stream/receipt.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utc.h"

/* The text of the string member NAME, as a C string in TO: 1; 0 where it is missing or null. */
static int
string(const struct json_value *of, const char *name, char *to, size_t size, struct ant_err *e)
{
	struct json_value v;
	struct buf text;
	int found = -1;

	if (!json_member(of, name, &v) || v.kind == JSON_NULL)
		return 0;
	if (v.kind != JSON_STRING)
		return err_set(e, ANT_INPUT, "receipt: %s is not a string", name);
	buf_init(&text, size - 1);
	if (json_text(&text, &v, NULL) == -1) {
		err_set(e, ANT_INPUT, "receipt: %s is longer than %zu bytes", name, size - 1);
	} else {
		if (text.len > 0)
			memcpy(to, text.data, text.len);
		to[text.len] = '\0';
		found = 1;
	}
	buf_free(&text);
	return found;
}

static int
time_of(const struct json_value *of, const char *name, int *known, int64_t *t, struct ant_err *e)
{
	char text[64];

	if ((*known = string(of, name, text, sizeof text, e)) == -1)
		return -1;
	if (*known && utc_parse(text, strlen(text), t) == -1)
		return err_set(e, ANT_INPUT, "receipt: %s '%s' is not a time", name, text);
	return 0;
}

int
receipt_parse(const char *p, size_t len, struct receipt *r, struct ant_err *e)
{
	struct json_value v, kind;
	struct json_error why;
	int found;

	memset(r, 0, sizeof *r);
	if (json_parse(p, len, &v, &why) == -1)
		return err_set(e, ANT_INPUT, "not a receipt: not JSON at byte %zu: %s",
			(size_t)(why.at - p) + 1, why.reason);
	if (v.kind != JSON_OBJECT || !json_member(&v, "@ant", &kind) || kind.kind != JSON_STRING ||
		!json_is(&kind, "loaded"))
		return err_set(e, ANT_INPUT,
			"not a receipt: it has no \"@ant\":\"loaded\"; is a loader missing?");
	if ((found = string(&v, "table", r->table, sizeof r->table, e)) != 1)
		return found == 0 ? err_set(e, ANT_INPUT, "receipt: table is missing") : -1;
	if (time_of(&v, "from", &r->from_known, &r->from, e) == -1)
		return -1;
	return time_of(&v, "watermark", &r->watermark_known, &r->watermark, e);
}
