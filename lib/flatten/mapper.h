/*
 * flatten/mapper - a record becomes rows: each field natively or in libjq, and both at the same row
 *
 * mapper_plan() settles which engine computes what, mapper_start() starts libjq where it is
 * needed, then mapper_record() calls `row` for each row of a record; that asks for the values.
 */
#ifndef ANT_FLATTEN_MAPPER_H
#define ANT_FLATTEN_MAPPER_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/lines.h"
#include "flatten/fields.h"
#include "flatten/jq.h"
#include "flatten/options.h"
#include "flatten/plan.h"
#include "tables/table.h"

struct mapper {
	int (*row)(void *); /* the caller's: take a row, 0 or -1 with the reason in `e` */
	void *arg;	    /* of it */
	const struct table *table;
	struct fields *fields;
	const struct lines *in; /* that holds the records: for the place of an error */

	struct plan *plan;  /* NULL: libjq computes everything */
	struct plan *watch; /* where it does: only looks for fields that nothing reads; or NULL */
	struct flatten_jq *jq; /* NULL: nobody needs it */
	struct flatten_jq_expr exprs[TABLE_COLUMNS_MAX + 1];
	struct json_value values[TABLE_COLUMNS_MAX + 1]; /* of the row, as libjq gave them */
	size_t n;

	/* While a record is mapped: */
	struct json_value record;
	size_t line;
	struct ant_err *e;
};

/*
 * Settle for each of FIELDS, of table T, where it is computed.  M is all zeros but for what
 * is the caller's.  Return 0; -1 with ANT_USAGE where ENGINE cannot, or ANT_FAIL;
 * mapper_free() it in any case.
 */
int mapper_plan(struct mapper *m, const struct table *t, struct fields *fields, enum engine engine,
	struct ant_err *e);
void mapper_free(struct mapper *m);

/* Start libjq, which is slow to, where something needs it.  0, or -1 with ANT_USAGE or ANT_FAIL. */
int mapper_start(struct mapper *m, struct ant_err *e);

/* Map RECORD, which starts on LINE of the input.  0, or -1 with ANT_INPUT or what `row` said. */
int mapper_record(
	struct mapper *m, const struct json_value *record, size_t line, struct ant_err *e);

/* Inside `row`: the value of FIELD on this row.  0, or -1 with a reason. */
int mapper_value(struct mapper *m, const struct field *field, struct json_value *v);

/*
 * Inside `row`: how many characters of V, the value of FIELD, libjq was given as U+FFFD for
 * what is no text.  (Those that the native engine gives are mended by who writes them.)
 */
size_t mapper_mended(const struct mapper *m, const struct field *field, const struct json_value *v);

/* Inside `row`: 1 where FIELD has a value, 0 where it is null or cannot be computed; -1 with ANT_FAIL. */
int mapper_has(struct mapper *m, const struct field *field);

/* Inside `row`: none of the fields that tell a record of the table has a value.  Return -1 with the reason. */
int mapper_refuse_record(struct mapper *m);

/* Whether the table's columns, or its `ignore`, know a field KEY of a record. */
int mapper_knows(const struct mapper *m, const char *key);

/* Inside `row`: the LEN bytes of a value at AT are wrong for FIELD, and WHY.  Return -1. */
int mapper_refuse(
	struct mapper *m, const struct field *field, const char *at, size_t len, const char *why);

#endif
