/* The table file parser: a table or a reason with file and line, and never both. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tables/describe.h"
#include "tables/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A table that was taken can be told in every form; JSON is JSON, and fields are fourteen on one line. */
static void
tell(struct table *t)
{
	struct buf b;
	struct json_value v;
	struct json_error err;
	size_t tabs = 0;

	buf_init(&b, 64 << 20);
	if (describe_table(&b, t, DESCRIBE_JSON) == -1 || buf_reserve(&b, BUF_PAD) == NULL ||
		json_parse(b.data, b.len, &v, &err) == -1 || v.kind != JSON_OBJECT)
		abort();
	buf_clear(&b);
	if (describe_table(&b, t, DESCRIBE_TSV) == -1)
		abort();
	for (size_t i = 0; i < b.len; i++)
		tabs += b.data[i] == '\t';
	if (tabs != 13 || memchr(b.data, '\n', b.len) != b.data + b.len - 1)
		abort();
	if (describe_table(&b, t, DESCRIBE_TEXT) == -1 || describe_sets(&b, &t, 1) == -1)
		abort();
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ant_err e = {0};
	char *text = malloc(size + 1);
	struct table *t;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	t = parse_table("t", "t.table", text, size, &e);
	if (t == NULL && (e.status != ANT_USAGE || strncmp(e.msg, "t.table:", 8) != 0))
		abort();
	if (t != NULL && (t->path == NULL || t->ncolumns == 0 || t->rows == NULL))
		abort();
	if (t != NULL && parse_add_column(t, "fuzz_column text = .x", &e) == -1)
		if (t->ncolumns < TABLE_COLUMNS_MAX && table_column(t, "fuzz_column") == NULL)
			abort();
	if (t != NULL)
		tell(t);
	table_free(t);
	free(text);
	return 0;
}
