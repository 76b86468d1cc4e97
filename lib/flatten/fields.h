/* flatten/fields - what is computed for a row: the columns of the output, and what --where asks */
#ifndef ANT_FLATTEN_FIELDS_H
#define ANT_FLATTEN_FIELDS_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "flatten/mask.h"
#include "flatten/options.h"
#include "stream/cell.h"
#include "tables/expr.h"
#include "tables/table.h"

enum { FIELDS_MAX = TABLE_COLUMNS_MAX + 1 }; /* the record may be one */

/* A column of the output. */
struct field {
	const struct column *column;
	enum type type;	     /* text where it is masked */
	struct expr *native; /* NULL: libjq computes it */
	size_t jq;	     /* its place among libjq's expressions */
	enum mask mask;
	int raw; /* the record itself */
	/* Where a plain path's value stands on each row; NULL where it is to be asked for. */
	const struct json_value *value;
	struct cell_last last;
	char *tried; /* of a column that is not in the output, for libjq: null where it cannot be computed */
	size_t strays; /* values of a text column that were no strings, but have a text: 5, true */
};

struct fields {
	struct field *v;
	size_t n;   /* columns of the output */
	size_t all; /* and behind them those of the key that are not in it */
	/* Places in V: a row in which none of these has a value is no row of the table. */
	size_t key[TABLE_COLUMNS_MAX], nkey;
	struct field where; /* its column is where_column, of type boolean */
	int has_where;
	struct column raw_column, where_column;
};

/*
 * The fields that O asks for, of table T, which gets the columns of --add.  F is all zeros,
 * and keeps pointing into itself, T and O.  Return 0; -1 with ANT_USAGE for options that do
 * not fit T, or ANT_FAIL; fields_free() it in any case.
 */
int fields_choose(
	struct fields *f, struct table *t, const struct flatten_options *o, struct ant_err *e);

/*
 * Then the columns by which a record of T is known as one: its key; of a table without a key and
 * with FIRST, its first column, unless that may be null as it reads the record as a whole.
 * Return as fields_choose().
 */
int fields_choose_key(struct fields *f, const struct table *t, int first, struct ant_err *e);
void fields_free(struct fields *f);

/* The column of LEN bytes at NAME in the output, or NULL. */
struct field *fields_find(const struct fields *f, const char *name, size_t len);

#endif
