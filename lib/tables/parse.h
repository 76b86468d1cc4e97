/* tables/parse - the text of a table file, anthill-table(5), becomes a table */
#ifndef ANT_TABLES_PARSE_H
#define ANT_TABLES_PARSE_H

#include <stddef.h>

#include "base/err.h"
#include "tables/table.h"

/*
 * Parse the table file FILE, whose table is NAME, from LEN bytes of TEXT.
 * Return the table, or NULL with ANT_USAGE and a reason that starts "FILE:LINE: ".
 */
struct table *parse_table(
	const char *name, const char *file, const char *text, size_t len, struct ant_err *e);

/*
 * Add a column written as in a table file, without the word `column`: NAME TYPE
 * [key] = JQ.  Return 0, or -1 with ANT_USAGE and a reason; the table stays whole.
 */
int parse_add_column(struct table *t, const char *text, struct ant_err *e);

#endif
