/*
 * tables/expr - the part of jq that runs natively
 *
 *   expr    = alt
 *   alt     = term *( "//" term )
 *   term    = path | literal | call | cond | "(" expr ")"
 *   path    = ( "." | "$record" | "$asked" ) of keys:  .a.b  .["odd key"]  ."odd key"  $record.a
 *   call    = ( "sum" | "list" | "one" ) "(" path ")"      where the path may hold one []
 *   literal = a JSON string, number, true, false, null
 *   cond    = "if" test "then" expr "else" expr "end"
 *   test    = term ( "==" | "!=" ) ( string | true | false | null ) | "has" "(" string ")"
 *
 * where $asked is $record["@asked"], what the record was asked for with; and, at the
 * top only, a test as a boolean.  What is not of this grammar is
 * left to libjq: expr_parse() says so, it is no error.
 */
#ifndef ANT_TABLES_EXPR_H
#define ANT_TABLES_EXPR_H

#include <stddef.h>

#include "base/json.h"

/* The member of a record that says what it was asked for with. */
#define EXPR_ASKED "@asked"

enum { EXPR_STEPS_MAX = 16, EXPR_TERMS_MAX = 64 };

/* A path: KEYS from its root, with a [] before the key ITERATE (after the last where it equals NKEYS). */
struct path {
	int record;		    /* from $record, not from the row's value */
	char *keys[EXPR_STEPS_MAX]; /* as text, without escapes; no key holds a NUL */
	size_t nkeys;
	int iterate; /* -1: no [] */
};

enum expr_op {
	EXPR_PATH,
	EXPR_LITERAL,
	EXPR_SUM,
	EXPR_LIST,
	EXPR_ONE,
	EXPR_ALT,
	EXPR_IF,
	EXPR_EQ,
	EXPR_NE,
	EXPR_HAS
};

struct expr {
	enum expr_op op;
	struct path path;	   /* PATH, SUM, LIST, ONE; HAS: of the member */
	struct json_value literal; /* LITERAL: in the text of the root */
	struct expr *a, *b,
		*c; /* ALT: a // b.  IF: a then b else c.  EQ, NE: a and the literal b */
	int slot;   /* where the plan keeps what the path leads to */
	char *text; /* of the root: its source, padded for json */
};

/*
 * Parse SOURCE, which is copied.  Return the tree, or NULL: with *NATIVE 0 the
 * source is none of the native grammar, with *NATIVE 1 memory ran out.
 */
struct expr *expr_parse(const char *source, int *native);
void expr_free(struct expr *x);		/* NULL: no effect */
int expr_is_call(const struct expr *x); /* SUM, LIST, ONE */

/* Parse SOURCE as a path alone, such as those of `rows`, `ignore` and `foreach`.  1, 0 not one, -1 memory. */
int expr_path_parse(const char *source, struct path *p);
void expr_path_free(struct path *p);

#endif
