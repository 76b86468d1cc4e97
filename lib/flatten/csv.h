/* flatten/csv - the records of a table that comes from a CSV file (RFC 4180), as JSON objects */
#ifndef ANT_FLATTEN_CSV_H
#define ANT_FLATTEN_CSV_H

#include "base/err.h"
#include "base/json.h"
#include "base/strlist.h"

/* Take a record that starts on LINE of the file; it lives until this returns.  0, or -1 with a reason. */
typedef int flatten_csv_take(
	void *arg, const struct json_value *record, size_t line, struct ant_err *e);

/*
 * Read the file FD, whose header has each of NAMES once and nothing else, in any order, and hand each
 * record to TAKE: an object of texts, in which an empty field is null.  Return 0 at the end of the
 * file; -1 with ANT_INPUT and "stdin:LINE: reason" for what is no such file or no UTF-8 or holds a
 * NUL, ANT_FAIL where it cannot be read, or what TAKE said.
 */
int flatten_csv(
	int fd, const struct strlist *names, flatten_csv_take *take, void *arg, struct ant_err *e);

#endif
