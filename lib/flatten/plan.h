/*
 * flatten/plan - all native paths of a table in one trie, and the one pass over a
 * record that fills them
 *
 * Built once: plan_new() with the path of the rows, plan_add() for each native
 * expression, plan_ignore() for each known path.  Then plan_scan() for each
 * record: every byte is looked at once (twice before a row array whose record
 * has wanted members after it), what no path wants is skipped but still
 * checked.  Memory is that of the plan: nothing is kept per row.
 */
#ifndef ANT_FLATTEN_PLAN_H
#define ANT_FLATTEN_PLAN_H

#include <stddef.h>

#include "base/json.h"
#include "flatten/trie.h"
#include "tables/expr.h"

struct plan;

/*
 * A plan whose rows come from the path ROWS: `.` (the record is the row), or
 * keys with one [] at the end.  NULL: with *NATIVE 0 the path is not of that
 * kind, with *NATIVE 1 memory ran out.
 */
struct plan *plan_new(const char *rows, int *native);
void plan_free(struct plan *p); /* NULL: no effect */

/* Give X, which the plan does not own, its places.  1; 0 not native here; -1 memory. */
int plan_add(struct plan *p, struct expr *x);

/* PATH is known and need not be reported as unread.  1; 0 no path; -1 memory. */
int plan_ignore(struct plan *p, const char *path);

/* What X reads, which is not added, is known as well.  1 or -1 memory. */
int plan_ignore_expr(struct plan *p, const struct expr *x);

/*
 * Read the record of LEN bytes at TEXT and call ROW for each of its rows.
 * TEXT[LEN] must be a newline or NUL, and BUF_PAD bytes after it be readable.
 * Return PLAN_OK, or with ERR set: PLAN_SYNTAX, PLAN_TYPE; or PLAN_STOP where
 * ROW returned other than 0; or PLAN_MEMORY.
 */
int plan_scan(struct plan *p, const char *text, size_t len, int (*row)(void *), void *arg,
	struct json_error *err);

/*
 * Inside ROW: the value of X on this row; null where nothing is.  *V points into
 * the record or the plan and is valid until ROW returns.  PLAN_OK, PLAN_TYPE or
 * PLAN_MEMORY.
 */
int plan_eval(struct plan *p, struct expr *x, struct json_value *v, struct json_error *err);

/*
 * Where the value of a plain path stands on each row, once all paths are added;
 * NULL for other expressions.  Its kind is beyond JSON_OBJECT where plan_eval()
 * has to say what is wrong.
 */
const struct json_value *plan_slot(const struct plan *p, const struct expr *x);

/*
 * Inside ROW: where a null stands instead of the row, of which every path would make a
 * null; NULL where none does, or where a path reads the row as a whole.
 */
const char *plan_null_row(const struct plan *p);

/*
 * The caller reads the record itself inside ROW: from now on all of it is
 * checked before the first row, at the price of checking the rows twice.
 */
void plan_be_careful(struct plan *p);

/* Whether some path leads through the member KEY of a record, or takes the record as a whole. */
int plan_knows(const struct plan *p, const char *key);

/* The Nth field that stood in records and that no path reads: its path and how often; 0 beyond the last. */
int plan_unread(const struct plan *p, size_t n, const char **path, size_t *count);

#endif
