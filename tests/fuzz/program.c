/* A plan of the input's first lines, over the record on its last: expressions, rows, ignored paths. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flatten/plan.h"

enum { XS_MAX = 16 };

struct state {
	struct plan *plan;
	struct expr *xs[XS_MAX];
	int n;
};

static int
on_row(void *arg)
{
	struct state *s = arg;

	for (int i = 0; i < s->n; i++) {
		struct json_value v;
		struct json_error err;
		volatile char sink = 0;

		if (plan_eval(s->plan, s->xs[i], &v, &err) == PLAN_OK)
			for (size_t j = 0; j < v.len; j++)
				sink = (char)(sink + v.p[j]);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = {.n = 0};
	struct json_error err = {.reason = ""};
	char *all = malloc(size + 1), *line, *next, *record;
	const char *path;
	size_t count;
	int native;

	if (all == NULL)
		return 0;
	memcpy(all, data, size);
	all[size] = '\0';
	line = all;
	if ((next = strchr(line, '\n')) == NULL)
		goto done;
	*next++ = '\0';
	if ((s.plan = plan_new(line, &native)) == NULL)
		goto done;
	for (line = next; (next = strchr(line, '\n')) != NULL; line = next) {
		struct expr *x;

		*next++ = '\0';
		if (*line == '-') {
			plan_ignore(s.plan, line + 1);
			continue;
		}
		if (s.n == XS_MAX || (x = expr_parse(line, &native)) == NULL)
			continue;
		if (plan_add(s.plan, x) == 1) {
			s.xs[s.n++] = x;
		} else {
			plan_ignore_expr(s.plan, x);
			expr_free(x);
		}
	}
	if ((record = calloc(1, strlen(line) + BUF_PAD)) != NULL) {
		memcpy(record, line, strlen(line));
		/* Twice: what the first scan learnt must not mislead the second. */
		plan_scan(s.plan, record, strlen(line), on_row, &s, &err);
		plan_scan(s.plan, record, strlen(line), on_row, &s, &err);
		for (size_t i = 0; plan_unread(s.plan, i, &path, &count); i++)
			if (count == 0)
				abort();
		free(record);
	}
done:
	for (int i = 0; i < s.n; i++)
		expr_free(s.xs[i]);
	plan_free(s.plan);
	free(all);
	return 0;
}
