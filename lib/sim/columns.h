/*
 * sim/columns - the columns of a table as they follow from the tree of its fields
 *
 * A column is named by the path of its field joined with _.  The containers group, usage, cost,
 * core_metrics, tool_actions and server_tool_use are left out, so is the ending _metrics of a
 * segment, and chat_cowork_unified_metrics is unified.  Constants and old names give none,
 * hidden fields do (the day, ids of the path): they stand where the column stands.  Money gives
 * two, an actor as many as its parts say: actor_type, actor_id, ...
 */
#ifndef ANT_SIM_COLUMNS_H
#define ANT_SIM_COLUMNS_H

#include "base/err.h"
#include "sim/field.h"

enum { SIM_COLUMNS = 160, SIM_COLUMN_NAME = 64, SIM_DEPTH = 6 };

struct sim_column {
	char name[SIM_COLUMN_NAME];
	const struct sim_field *path[SIM_DEPTH]; /* from the top to the field */
	size_t depth;				 /* 0: always null */
	const char *part;			 /* of an actor; NULL: all of the field */
	int standard; /* one that the tree gives, not only one to be named */
};

struct sim_columns {
	struct sim_column v[SIM_COLUMNS];
	size_t n;
};

/*
 * The columns of the tree OF.  LIST, separated by spaces, chooses and orders them: a name alone is
 * that column, NAME=OTHER another one's values, NAME= always null; here constants and old names
 * have a column, too.  LIST NULL: those of the tree.  0, or -1 with ANT_FAIL.
 */
int sim_columns_make(
	struct sim_columns *c, const struct sim_fields *of, const char *list, struct ant_err *e);

/* Append the value of column C in OBJECT, unescaped.  1, or 0 for null. */
int sim_column_put(struct buf *to, const struct sim_column *c, const void *object);

#endif
