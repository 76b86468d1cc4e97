#include "flatten/total.h"

#include <stdlib.h>
#include <string.h>

enum { SUM_MEMBERS_MAX = 256, LIST_MAX = 64 << 20, TOTALS_MAX = 4096 };

int
total_add(struct totals *ts, enum expr_op op, int node, int iteration)
{
	struct total *t =
		ts->n == TOTALS_MAX ? NULL : realloc(ts->v, ((size_t)ts->n + 1) * sizeof *t);

	if (t == NULL)
		return -1;
	ts->v = t;
	t += ts->n;
	memset(t, 0, sizeof *t);
	t->op = op;
	t->node = node;
	t->iteration = iteration;
	buf_init(&t->text, LIST_MAX);
	return ts->n++;
}

void
total_free(struct totals *ts)
{
	for (int i = 0; i < ts->n; i++)
		buf_free(&ts->v[i].text);
	free(ts->v);
}

void
total_clear(struct total *t)
{
	t->present = 0;
	t->values = t->numbers = 0;
	t->integer = 0;
	t->has_decimal = 0;
	t->failed.at = NULL;
	buf_clear(&t->text);
}

void
total_fail(struct total *t, const char *at, const char *reason)
{
	t->failed.at = at;
	t->failed.reason = reason;
}

/* Add the number of LEN bytes at S; AT is its value in the record, for messages. */
static void
add_number(struct total *t, const char *s, size_t len, const char *at)
{
	struct decimal d;
	long long n = 0, sum;
	size_t i = 0;

	for (; i < len && i < 18 && s[i] >= '0' && s[i] <= '9'; i++)
		n = n * 10 + (s[i] - '0');
	if (i == len && i > 0 && !__builtin_add_overflow(t->integer, n, &sum)) {
		t->integer = sum;
		return;
	}
	switch (decimal_parse(s, len, &d)) {
	case DECIMAL_SYNTAX:
		total_fail(t, at, "is a string that holds no number");
		return;
	case DECIMAL_RANGE:
		total_fail(t, at, "is a number beyond 38 digits");
		return;
	default:
		break;
	}
	if (!t->has_decimal)
		t->decimal = (struct decimal){0, 0};
	t->has_decimal = 1;
	if (decimal_add(&t->decimal, &d) != DECIMAL_OK)
		total_fail(t, at, "makes a sum beyond 38 digits");
}

static void
add_string(struct total *t, const struct json_value *v, int *no_memory)
{
	struct buf text;

	if (memchr(v->p, '\\', v->len) == NULL) {
		add_number(t, v->p + 1, v->len - 2, v->p);
		return;
	}
	buf_init(&text, v->len * 3);
	if (json_text(&text, v, NULL) == -1)
		*no_memory = 1;
	else
		add_number(t, text.data, text.len, v->p);
	buf_free(&text);
}

static void add_to_sum(struct total *t, const struct json_value *v, int *no_memory);

/* The values of an object; of a double key the last. */
static void
add_members(struct total *t, const struct json_value *v, int *no_memory)
{
	struct json_value key, other, member, unused;
	const char *at = NULL, *rest;
	int n = 0, last;

	while (json_next(v, &at, &key, &member)) {
		if (++n > SUM_MEMBERS_MAX) {
			total_fail(t, v->p, "has more than 256 members, too many for sum()");
			return;
		}
		for (rest = at, last = 1; last && json_next(v, &rest, &other, &unused);) {
			int same = json_same(&key, &other);

			*no_memory |= same == -1;
			last = same == 0;
		}
		if (last)
			add_to_sum(t, &member, no_memory);
	}
}

/* Add a number, a string that is one, or those in an object. */
static void
add_to_sum(struct total *t, const struct json_value *v, int *no_memory)
{
	switch (v->kind) {
	case JSON_NULL:
		return;
	case JSON_NUMBER:
		add_number(t, v->p, v->len, v->p);
		break;
	case JSON_STRING:
		add_string(t, v, no_memory);
		break;
	case JSON_OBJECT:
		add_members(t, v, no_memory);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_ARRAY:
		total_fail(t, v->p, "is nothing that sum() adds");
		break;
	}
	t->numbers++;
}

static void
add_to_list(struct total *t, const struct json_value *v, int *no_memory)
{
	if (v->kind == JSON_NULL)
		return;
	if (v->kind != JSON_STRING) {
		total_fail(t, v->p, "is no string, which list() joins");
		return;
	}
	/* The texts stay as they are written: the whole is a JSON string again. */
	buf_putc(&t->text, t->numbers == 0 ? '"' : ',');
	if (buf_put(&t->text, v->p + 1, v->len - 2) == -1)
		*no_memory = 1;
	t->numbers++;
}

/* All values are the first, or there is no one value. */
static void
add_to_one(struct total *t, const struct json_value *v, int *no_memory)
{
	int same;

	if (v->kind == JSON_NULL)
		return;
	if (v->kind != JSON_STRING) {
		total_fail(t, v->p, "is no string, which one() takes");
		return;
	}
	if (t->numbers++ == 0) {
		t->first = *v;
		return;
	}
	same = json_same(&t->first, v);
	*no_memory |= same == -1;
	if (same == 0)
		total_fail(t, v->p, "is another value than the first, and one() takes equal ones");
}

static void
add(struct total *t, const struct json_value *v, int *no_memory)
{
	t->values++;
	if ((int)v->kind == TRIE_NO_MEMBERS)
		total_fail(t, v->p, "has no members, but a path leads through it");
	else if (t->op == EXPR_SUM)
		add_to_sum(t, v, no_memory);
	else if (t->op == EXPR_ONE)
		add_to_one(t, v, no_memory);
	else
		add_to_list(t, v, no_memory);
}

void
total_element(struct totals *ts, int iteration, const struct json_value *values, int *no_memory)
{
	for (int i = 0; i < ts->n; i++)
		if (ts->v[i].iteration == iteration)
			add(&ts->v[i], &values[ts->v[i].node], no_memory);
}

int
total_value(struct total *t, const struct json_value *here, struct json_value *v,
	struct json_error *err, int *no_memory)
{
	struct decimal sum;

	if (t->iteration == -1) { /* one value, of this row */
		total_clear(t);
		t->present = 1;
		add(t, here, no_memory);
	}
	if (t->failed.at != NULL) {
		*err = t->failed;
		return PLAN_TYPE;
	}
	*v = trie_null;
	if (!t->present || (t->values > 0 && t->numbers == 0))
		return PLAN_OK;
	if (t->op == EXPR_ONE) {
		*v = t->numbers > 0 ? t->first : trie_null;
		return PLAN_OK;
	}
	if (t->op == EXPR_LIST) {
		if (t->numbers == 0)
			return PLAN_OK;
		if (buf_putc(&t->text, '"') == -1)
			return PLAN_MEMORY;
		*v = (struct json_value){JSON_STRING, t->text.data, t->text.len};
		t->text.len--; /* asked for again, it is put again */
		return PLAN_OK;
	}
	v->kind = JSON_NUMBER;
	v->p = t->number;
	if (!t->has_decimal) {
		v->len = decimal_format_integer(t->integer, t->number);
		return PLAN_OK;
	}
	sum = t->decimal;
	if (decimal_add_integer(&sum, t->integer) != DECIMAL_OK) {
		*err = (struct json_error){.at = here->p, .reason = "makes a sum beyond 38 digits"};
		return PLAN_TYPE;
	}
	v->len = decimal_format(&sum, t->number);
	return PLAN_OK;
}
