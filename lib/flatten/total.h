/* flatten/total - sum(path), list(path), one(path) while a record is scanned: exact, and no memory for a value */
#ifndef ANT_FLATTEN_TOTAL_H
#define ANT_FLATTEN_TOTAL_H

#include "base/buf.h"
#include "base/decimal.h"
#include "base/json.h"
#include "flatten/trie.h"
#include "tables/expr.h"

/* The running result of one of them. */
struct total {
	enum expr_op op;
	int node; /* whose value is added */
	int iteration;
	int present;		/* the array was there */
	size_t values, numbers; /* seen; seen and not null */
	long long integer;	/* what fitted so far, beside... */
	struct decimal decimal; /* ...what did not */
	int has_decimal;
	struct json_value first;  /* of one(): in the record */
	struct buf text;	  /* of a list: a JSON string without its last quote */
	struct json_error failed; /* at NULL: all well */
	char number[DECIMAL_TEXT];
};

struct totals {
	struct total *v;
	int n;
};

/* A new one: OP over the values of NODE, once an element of ITERATION (-1: it has one value).  Its index, or -1. */
int total_add(struct totals *ts, enum expr_op op, int node, int iteration);
void total_free(struct totals *ts);

/* Start anew, as over an empty array. */
void total_clear(struct total *t);

/* What is wrong, and at which value: total_value() says so later. */
void total_fail(struct total *t, const char *at, const char *reason);

/* One more element of ITERATION: its values by node.  *NO_MEMORY is set where memory ran out. */
void total_element(
	struct totals *ts, int iteration, const struct json_value *values, int *no_memory);

/*
 * The result, valid until the next call for T; HERE is the value of its node.  PLAN_OK,
 * PLAN_TYPE with ERR set, or PLAN_MEMORY.
 */
int total_value(struct total *t, const struct json_value *here, struct json_value *v,
	struct json_error *err, int *no_memory);

#endif
