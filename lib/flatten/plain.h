/*
 * flatten/plain - plain JSON, as curl and jq print it: is a text a page, a list, a record, or none of them?
 *
 * An object with an array `data` is a page of the API, and an array the list of its pages or
 * records, unless the table's records may be arrays themselves.  An answer that tells of an
 * error, in whatever dress, is refused here, as far as it can be told from a record.
 */
#ifndef ANT_FLATTEN_PLAIN_H
#define ANT_FLATTEN_PLAIN_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "tables/table.h"

enum plain_kind { PLAIN_RECORD, PLAIN_PAGE, PLAIN_LIST };

struct plain {
	enum plain_kind kind;
	struct json_value list; /* of a page or a list: the array */
	int more;		/* of a page: it says that there are further pages */
};

enum { PLAIN_QUOTE = 200 }; /* of a text that is refused, the most bytes that a message shows */

/*
 * What the checked TEXT is.  LISTS: an array is a list.  KNOWS_ERROR: the table has a field
 * `error`, so that a record may have one.  Return 0, or -1 with ANT_INPUT and a reason that does
 * not name the place.
 */
int plain_look(struct plain *p, const struct json_value *text, int lists, int knows_error,
	struct ant_err *e);

/* Whether the expression of a column is the record, or the row, as a whole. */
int plain_is_whole(const char *expr);

/* Whether records of T may be arrays: its rows are the elements of one, or its first column reads one. */
int plain_takes_arrays(const struct table *t);

/* What LEN bytes that are no JSON are, as sniff(); a row stream, too, of which nothing is left to flatten. */
const char *plain_guess(const char *p, size_t len);

/* How many of LEN bytes at P to show, PLAIN_QUOTE at most and whole characters. */
int plain_quote(const char *p, size_t len);

#endif
