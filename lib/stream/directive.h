/*
 * stream/directive - the lines of a row stream that start with #, written and read, anthill-rows(5)
 *
 *     #ant-rows	1	usage_report
 *     #mode	window	bucket	2026-11-01T00:00:00Z	2026-11-20T00:00:00Z
 *     #window	2026-11-01T00:00:00Z	2026-11-20T00:00:00Z   (of mode merge; may be missing, as the next four)
 *     #asked	2025-01-01T00:00:00Z
 *     #organization	b1fc2ac6-…
 *     #key	bucket	model
 *     #unique
 *     #type	timestamptz	text	bigint
 *     #cols	bucket	model	input_tokens
 *     (rows)
 *     #end	1234	2026-11-20T00:00:00Z
 */
#ifndef ANT_STREAM_DIRECTIVE_H
#define ANT_STREAM_DIRECTIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "stream/rows.h"

/* What the lines before the rows say.  Names are UTF-8 without NUL. */
struct directive_head {
	const char *table;
	enum mode mode;
	const char *time_column; /* of mode window */
	int has_window;		 /* mode merge has from and to, as mode window always does */
	int64_t from, to;
	int has_asked; /* of a window: where it was to start; the API serves none so early */
	int64_t asked;
	const char *organization; /* NULL: not known */
	const char *const *key;	  /* names of columns */
	size_t nkey;		  /* 0: no key */
	int unique;		  /* rows of the same key are one object, the last one counts */
	const char *const *names;
	const enum type *types;
	size_t ncolumns;
};

/* Append the lines before the rows.  Return 0 or -1 as buf_put(). */
int directive_put_head(struct buf *to, const struct directive_head *h);

/* Append the line after ROWS rows; WATERMARK is NULL where there is none.  0 or -1 as buf_put(). */
int directive_put_end(struct buf *to, size_t rows, const int64_t *watermark);

/* The lines before the rows, as they are read one by one.  All 0 to begin with. */
struct directive_reader {
	size_t line;		   /* how far it is */
	struct directive_field *f; /* of the line */
	struct strlist key;	   /* names, until the columns are known */
	char *time_column;	   /* likewise */
};

/*
 * Take the next of these lines, the LEN bytes at P, which are changed, into R.  Return 1; 0
 * where it is the last; -1 with ANT_INPUT or ANT_FAIL and a reason that does not name the place.
 */
int directive_read_head(
	struct directive_reader *d, struct rows *r, char *p, size_t len, struct ant_err *e);
void directive_reader_free(struct directive_reader *d);

/*
 * Take the line after the rows into R: its count, which must be that of the rows, and the
 * watermark.  Return 0, or -1 as directive_read_head().
 */
int directive_read_end(struct rows *r, char *p, size_t len, struct ant_err *e);

#endif
