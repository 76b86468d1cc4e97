#include "stream/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { RECEIPT_MAX = 16 << 20 };

static void
member(struct buf *b, const char *name, const char *value)
{
	json_put_member(b, name, value != NULL && *value != '\0' ? value : NULL);
}

const struct receipt_column receipt_columns[RECEIPT_FIELDS] = {
	{"table_name", TYPE_TEXT},
	{"into_table", TYPE_TEXT},
	{"mode", TYPE_TEXT},
	{"window_from", TYPE_TIMESTAMPTZ},
	{"window_to", TYPE_TIMESTAMPTZ},
	{"rows", TYPE_BIGINT},
	{"watermark", TYPE_TIMESTAMPTZ},
	{"started", TYPE_TIMESTAMPTZ},
	{"finished", TYPE_TIMESTAMPTZ},
	{"organization", TYPE_TEXT},
	{"destination_id", TYPE_TEXT},
	{"line", TYPE_BIGINT},
	{"load_id", TYPE_TEXT},
	{"created", TYPE_BOOLEAN},
	{"time_column", TYPE_TEXT},
	{"buckets", TYPE_TEXT},
	{"asked", TYPE_TIMESTAMPTZ},
};

void
receipt_texts(const struct receipt_entry *entry, struct receipt_texts *to)
{
	const char **v = to->v;

	snprintf(to->numbers[0], sizeof to->numbers[0], "%" PRId64, entry->rows);
	snprintf(to->numbers[1], sizeof to->numbers[1], "%" PRId64, entry->line);
	v[RECEIPT_TABLE] = entry->table;
	v[RECEIPT_INTO_TABLE] = entry->into;
	v[RECEIPT_MODE] = entry->mode;
	v[RECEIPT_FROM] = entry->from;
	v[RECEIPT_TO] = entry->to;
	v[RECEIPT_ROWS] = to->numbers[0];
	v[RECEIPT_WATERMARK] = entry->watermark;
	v[RECEIPT_STARTED] = entry->started;
	v[RECEIPT_FINISHED] = entry->finished;
	v[RECEIPT_ORGANIZATION] = entry->organization;
	v[RECEIPT_DESTINATION] = entry->destination;
	v[RECEIPT_LINE] = entry->line > 0 ? to->numbers[1] : ""; /* 0: there is no ledger */
	v[RECEIPT_LOAD] = entry->load;
	v[RECEIPT_CREATED] = entry->created ? "true" : "";
	v[RECEIPT_TIME_COLUMN] = entry->time_column;
	v[RECEIPT_BUCKETS] = entry->buckets;
	v[RECEIPT_ASKED] = entry->asked;
}

static int64_t
number(const char *text)
{
	return text != NULL ? strtoll(text, NULL, 10) : 0;
}

/* A member that older receipts do not have: nothing where it is not known. */
static void
known_member(struct buf *b, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		member(b, name, value);
}

/* A receipt without its end. */
static void
put(struct buf *b, const char *target, const char *const texts[RECEIPT_FIELDS])
{
	const char *line = texts[RECEIPT_LINE], *created = texts[RECEIPT_CREATED];

	buf_puts(b, "{\"@ant\":\"loaded\"");
	member(b, "table", texts[RECEIPT_TABLE]);
	member(b, "target", target);
	member(b, "into", texts[RECEIPT_INTO_TABLE]);
	member(b, "mode", texts[RECEIPT_MODE]);
	member(b, "from", texts[RECEIPT_FROM]);
	member(b, "to", texts[RECEIPT_TO]);
	known_member(b, "asked", texts[RECEIPT_ASKED]);
	buf_printf(b, ",\"rows\":%" PRId64, number(texts[RECEIPT_ROWS]));
	member(b, "watermark", texts[RECEIPT_WATERMARK]);
	known_member(b, "organization", texts[RECEIPT_ORGANIZATION]);
	known_member(b, "destination", texts[RECEIPT_DESTINATION]);
	if (line != NULL && *line != '\0')
		buf_printf(b, ",\"line\":%" PRId64, number(line));
	known_member(b, "load", texts[RECEIPT_LOAD]);
	if (created != NULL && (*created == 't' || *created == '1'))
		buf_puts(b, ",\"created\":true");
}

void
receipt_put(struct buf *b, const char *target, const struct receipt_entry *entry)
{
	struct receipt_texts texts = {.v = {NULL}};

	receipt_texts(entry, &texts);
	put(b, target, texts.v);
	if (entry->history)
		buf_printf(b, ",\"history\":{\"opened\":%" PRId64 ",\"closed\":%" PRId64 "}",
			entry->opened, entry->closed);
	buf_puts(b, "}\n");
}

int
receipt_print(struct out *to, const char *target, const char *const texts[RECEIPT_FIELDS],
	struct ant_err *e)
{
	struct buf line;
	int result;

	buf_init(&line, RECEIPT_MAX);
	put(&line, target, texts);
	member(&line, "finished", texts[RECEIPT_FINISHED]);
	buf_puts(&line, "}\n");
	result = line.failed ? err_sys(e, ANT_FAIL, "%s: the ledger", target)
			     : out_put(to, line.data, line.len, e);
	buf_free(&line);
	return result;
}

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
	r->rows = -1;
	if (json_member(&v, "rows", &kind) && kind.kind == JSON_NUMBER)
		r->rows = strtoll(kind.p, NULL, 10);
	if (json_member(&v, "line", &kind) && kind.kind == JSON_NUMBER)
		r->line = strtoll(kind.p, NULL, 10);
	r->created = json_member(&v, "created", &kind) && kind.kind == JSON_TRUE;
	if (string(&v, "target", r->target, sizeof r->target, e) == -1 ||
		string(&v, "into", r->into, sizeof r->into, e) == -1 ||
		string(&v, "mode", r->mode, sizeof r->mode, e) == -1 ||
		string(&v, "organization", r->organization, sizeof r->organization, e) == -1 ||
		string(&v, "destination", r->destination, sizeof r->destination, e) == -1 ||
		string(&v, "load", r->load, sizeof r->load, e) == -1 ||
		time_of(&v, "from", &r->from_known, &r->from, e) == -1 ||
		time_of(&v, "to", &r->to_known, &r->to, e) == -1 ||
		time_of(&v, "asked", &r->asked_known, &r->asked, e) == -1 ||
		time_of(&v, "finished", &r->finished_known, &r->finished, e) == -1)
		return -1;
	return time_of(&v, "watermark", &r->watermark_known, &r->watermark, e);
}

/* How long the name INTO of a file is without SUFFIX. */
static size_t
without(const char *into, const char *suffix)
{
	size_t len = strlen(into), n = strlen(suffix);

	return len >= n && strcmp(into + len - n, suffix) == 0 ? len - n : len;
}

int
receipt_is_of(const struct receipt *r, const char *wanted)
{
	const char *into = r->into, *name = strchr(wanted, '='), *cut = NULL;
	const size_t table = strcspn(wanted, "=");
	size_t len = strlen(into);

	name = name != NULL ? name + 1 : wanted;
	if (strcmp(r->target, "csv") == 0 || strcmp(r->target, "parquet") == 0) {
		cut = strrchr(into, '/');
		len = without(into, *r->target == 'c' ? ".csv" : ".parquet");
	} else if (strcmp(r->target, "sqlite") != 0 && strcmp(r->target, "duckdb") != 0 &&
		   strcmp(r->target, "clickhouse") != 0) {
		cut = strrchr(into, '.');
	}
	if (cut != NULL) {
		len -= (size_t)(cut + 1 - into);
		into = cut + 1;
	}
	return strlen(r->table) == table && memcmp(r->table, wanted, table) == 0 &&
	       strlen(name) == len && memcmp(into, name, len) == 0;
}

static void
put_field(struct buf *b, const char *text)
{
	if (b->len > 0 && b->data[b->len - 1] != '\n')
		buf_putc(b, '\t');
	if (*text == '\0')
		buf_putc(b, '-');
	for (; *text != '\0'; text++)
		buf_putc(b, (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void
put_time(struct buf *b, int known, int64_t t)
{
	char text[UTC_TEXT] = "";

	if (known)
		utc_format(t, text);
	put_field(b, text);
}

void
receipt_put_fields(struct buf *b, const struct receipt *r)
{
	char rows[24] = "";

	put_field(b, r->table);
	put_field(b, r->into);
	put_field(b, r->mode);
	put_time(b, r->from_known, r->from);
	put_time(b, r->to_known, r->to);
	if (r->rows >= 0)
		snprintf(rows, sizeof rows, "%" PRId64, r->rows);
	put_field(b, rows);
	put_time(b, r->watermark_known, r->watermark);
	put_time(b, r->finished_known, r->finished);
	put_time(b, r->asked_known, r->asked);
	buf_putc(b, '\n');
}
