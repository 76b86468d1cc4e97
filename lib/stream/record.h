/*
 * stream/record - the control lines of a record stream, anthill-record(5)
 *
 *     {"@ant":"begin","version":1,"table":"usage_report","organization":"…","from":"…","to":"…","width":"1d","group_by":["model"]}
 *     {…a record…}
 *     {"@ant":"end","records":19,"pages":1,"watermark":"…"}
 *
 * A control line is a JSON object whose first key is "@ant", also where that is written with
 * escapes, as any reader of JSON takes it; every other line is a record.
 */
#ifndef ANT_STREAM_RECORD_H
#define ANT_STREAM_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

enum { RECORD_VERSION = 1 };

enum record_kind { RECORD_DATA, RECORD_BEGIN, RECORD_END, RECORD_UNKNOWN };

struct record_begin {
	const char *table;
	const char *organization; /* whose records they are, as the API names it; NULL: not known */
	int has_window; /* from and to are there: [from, to), whole buckets, seconds since 1970 */
	int64_t from, to;
	int has_asked; /* ASKED is there: where the window was to start; the API serves none so early */
	int64_t asked;
	const char *width;	 /* name of the bucket width, or NULL */
	int has_group_by;	 /* the key is there; it may be an empty list */
	struct strlist group_by; /* the dimensions that were asked for, in that order */
};

struct record_end {
	uint64_t records, pages;
	int has_watermark;
	int64_t watermark; /* exclusive end of the last complete bucket of the window */
};

/*
 * What a line of LEN bytes is, by its start alone: RECORD_UNKNOWN is a control
 * line (first key "@ant") that is neither begin nor end.  It may be no JSON at all.
 */
enum record_kind record_kind(const char *line, size_t len);

/*
 * Read a begin line; BUF_PAD bytes after it must be readable.  Unknown members
 * are ignored.  Return 0 (record_begin_free() it later), or -1 with ANT_INPUT
 * and a reason without the line's number; ANT_FAIL where memory is short.
 */
int record_begin_parse(const char *line, size_t len, struct record_begin *b, struct ant_err *e);
void record_begin_free(struct record_begin *b); /* it is empty and usable again */

/* Read an end line, likewise; it owns nothing. */
int record_end_parse(const char *line, size_t len, struct record_end *end, struct ant_err *e);

/* Append the line with its newline.  Return 0 or -1 as buf_put(). */
int record_begin_put(struct buf *to, const struct record_begin *b);
int record_end_put(struct buf *to, const struct record_end *end);

#endif
