/* tables/describe - a table's file told as text or JSON */
#ifndef ANT_TABLES_DESCRIBE_H
#define ANT_TABLES_DESCRIBE_H

#include "base/buf.h"
#include "tables/table.h"

enum describe_form {
	DESCRIBE_NAME, /* the name */
	DESCRIBE_LINE, /* the name and its text */
	DESCRIBE_TSV,  /* name, mode, time column, paging, default width, earliest, foreach table, sets,
			  look-back, crawl, window */
	DESCRIBE_TEXT, /* everything, for people */
	DESCRIBE_JSON  /* everything, one object on one line */
};

/* Append T in the form; it ends with a newline.  0 or -1 as buf_put(). */
int describe_table(struct buf *to, const struct table *t, enum describe_form form);

#endif
