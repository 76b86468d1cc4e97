/* tables/describe - a table's file told as words, fields or JSON */
#ifndef ANT_TABLES_DESCRIBE_H
#define ANT_TABLES_DESCRIBE_H

#include "base/buf.h"
#include "tables/table.h"

enum describe_form {
	DESCRIBE_NAME, /* the name */
	DESCRIBE_TSV, /* name, mode, time column, paging, default width, earliest, foreach table, sets (-: none),
			  look-back, crawl, window, the starts that are served */
	DESCRIBE_TEXT, /* everything, in sentences */
	DESCRIBE_JSON  /* everything, one object on one line */
};

/* Append T in the form; it ends with a newline.  0 or -1 as buf_put(). */
int describe_table(struct buf *to, const struct table *t, enum describe_form form);

/*
 * Append the names of N tables and the first sentence of their texts, set by set with what opens each: those that the suite
 * knows, in its order, then others as they come, then those in no set.  A table of two sets stands in
 * both.  Return as describe_table().
 */
int describe_sets(struct buf *to, struct table *const *tables, size_t n);

#endif
