/* tables/describe_forms - the long forms of tables/describe, one a file, and what they share */
#ifndef ANT_TABLES_DESCRIBE_FORMS_H
#define ANT_TABLES_DESCRIBE_FORMS_H

#include "base/buf.h"
#include "tables/table.h"

/* All of T's file in sentences, then its columns; 0 or -1 as buf_put(), as are those below. */
int describe_text(struct buf *to, const struct table *t);

/* All of T's file as one JSON object on one line. */
int describe_json(struct buf *to, const struct table *t);

/* How pages are told apart in the forms: a chain of pages a day has a name of its own, `day`. */
const char *describe_paging(const struct table *t);

/* The default bucket width, of days also where it is not called a width; "-" for none. */
const char *describe_width(const struct table *t);

#endif
