/*
 * Any bytes as a record of a fixed plan: what the scan accepts is JSON, what it
 * refuses is none or does not fit, and every value lies inside the record.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flatten/plan.h"
#include "stream/cell.h"

static const char *const sources[] = {".a", ".a // .b.c", "sum(.l[].n)", "list(.l[].s)",
	"$record.z", "if .b.c == \"x\" then .a else sum(.o) end", ".[\"k \\\"q\"]", "list(.t)",
	"one(.l[].s)", "if has(\"a\") then .b.c else $asked.d end"};

enum { N = sizeof sources / sizeof *sources };

struct state {
	struct plan *plan;
	struct expr *xs[N];
	struct buf row;
};

static int
on_row(void *arg)
{
	struct state *s = arg;

	buf_clear(&s->row);
	for (int i = 0; i < N; i++) {
		struct cell_count count = {0};
		struct json_error err;
		struct json_value v;
		const char *why = NULL;

		if (plan_eval(s->plan, s->xs[i], &v, &err) != PLAN_OK)
			continue;
		for (int t = 0; t < TYPE_COUNT; t++)
			if (cell_put(&s->row, (enum type)t, &v, &count, &why) == -1 && why == NULL)
				abort();
	}
	/* No cell breaks the row it is in. */
	if (s->row.len > 0 && (memchr(s->row.data, '\n', s->row.len) != NULL ||
				      memchr(s->row.data, '\t', s->row.len) != NULL ||
				      memchr(s->row.data, '\0', s->row.len) != NULL))
		abort();
	return 0;
}

static struct state *
make(const char *rows)
{
	struct state *s = calloc(1, sizeof *s);
	int native;

	buf_init(&s->row, 1 << 24);
	s->plan = plan_new(rows, &native);
	for (int i = 0; i < N; i++) {
		s->xs[i] = expr_parse(sources[i], &native);
		if (plan_add(s->plan, s->xs[i]) != 1)
			abort();
	}
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct state *states[3]; /* kept: only the scan is of interest */
	static const char *const rows[] = {".", ".rows[]", ".x.rows[]"};
	struct json_value v;
	struct json_error err = {.reason = ""};
	struct state *s;
	char *text;
	int json, result;

	if (size < 1)
		return 0;
	if ((s = states[data[0] % 3]) == NULL)
		s = states[data[0] % 3] = make(rows[data[0] % 3]);
	data++;
	size--;
	if (memchr(data, '\n', size) != NULL || (text = malloc(size + BUF_PAD)) == NULL)
		return 0;
	memcpy(text, data, size);
	memset(text + size, 0, BUF_PAD);
	json = json_parse(text, size, &v, &err) == 0;
	result = plan_scan(s->plan, text, size, on_row, s, &err);
	/* The scan and the strict reader agree on what is JSON; a mismatch of types may come first. */
	if (json ? result == PLAN_SYNTAX : result == PLAN_OK)
		abort();
	if ((result == PLAN_SYNTAX || result == PLAN_TYPE) &&
		(err.at < text || err.at > text + size || err.reason == NULL))
		abort();
	free(text);
	return 0;
}
