/* stream/rows - read a row stream, anthill-rows(5): every byte is checked before it is handed out */
#ifndef ANT_STREAM_ROWS_H
#define ANT_STREAM_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/lines.h"
#include "stream/buckets.h"
#include "stream/type.h"
#include "stream/value.h"

/* The most columns a stream may have: what PostgreSQL, the narrowest reader, takes. */
enum { ROWS_COLUMNS_MAX = 1600 };

/* The column that tells organizations apart in one table. */
#define ROWS_ORGANIZATION "_organization"

struct row_column {
	char *name; /* UTF-8, not empty; it may hold anything but NUL */
	enum type type;
	int key;      /* 1 where #key names it */
	size_t nulls; /* rows so far that were null here */
};

/*
 * Whether the row that was just read, whose cells are in the reader, is handed out: 1; 0 where it is
 * passed over; -1 with a reason.  LINE is the row of LEN bytes as it came, or NULL where the cells
 * have no escapes any more.
 */
typedef int rows_filter(void *arg, const char *line, size_t len, struct ant_err *e);

struct rows {
	char *table; /* a valid table name */
	enum mode mode;
	char organization[TYPE_ORGANIZATION_MAX + 1]; /* whose rows they are; "": not known */
	int unique;	    /* rows of the same key are one object: the last one counts */
	int window;	    /* 1: mode window: no row lies outside from and to, by... */
	size_t time_column; /* ...this, a timestamptz or date */
	int has_span;	    /* from and to are known: of mode window, and of a merge by time */
	int64_t from, to;   /* seconds since 1970, from inclusive, to exclusive */
	int has_asked;	    /* the window was to start at ASKED; the API serves none so early */
	int64_t asked;
	struct buckets buckets;	    /* of a window: how many rows so far */
	struct row_column *columns; /* in the order of the cells */
	size_t ncolumns;
	size_t *key;   /* columns of the key, in #key's order */
	size_t nkey;   /* 0: no key */
	int64_t count; /* with those that the filter keeps back */
	int complete;  /* 1 after a trailer that agrees with the rows, and nothing after it */
	int has_watermark;
	int64_t watermark; /* seconds since 1970 */

	struct row_cell *cells; /* of the last row that was read */
	rows_filter *filter;	/* NULL: every row is handed out */
	void *filter_arg;

	/* what follows is rows.c's own */
	struct lines in;
	struct buf scratch;
	struct buf own;	       /* rows_by_organization(): the row with its first cell */
	int with_own, nobodys; /* 1: no row may come, since nobody says whose it is */
	int64_t hour;	       /* of the row before: seconds since 1970 */
	int64_t hour_from,
		hour_to; /* what lies in it, and in the window, as the time column counts */
	char *held;	 /* a line that was read but not yet looked at */
	size_t held_len;
};

/*
 * Read the directives of a stream from FD, which stays the caller's; NAME is for
 * messages ("stdin") and not copied.  Return the reader (rows_close() it), or NULL:
 * ANT_INPUT "NAME:LINE: reason" for what is no such stream, ANT_FAIL for a read error.
 */
struct rows *rows_open(int fd, const char *name, struct ant_err *e);
void rows_close(struct rows *r); /* NULL: no effect */

/*
 * Before any row is read: give each row ROWS_ORGANIZATION as its first column, which is the first
 * of the key, too, where there is one.  OWN, which may be NULL, is the organization of a stream that
 * names none, as that of an empty window, for which nobody was asked: its first row is an error.
 * Return 0; -1 with ANT_INPUT where neither names one or there is a column of that name, or ANT_FAIL.
 */
int rows_by_organization(struct rows *r, const char *own, struct ant_err *e);

/*
 * The next row as ncolumns cells, valid until the next call.  Return 1; 0 after a
 * complete stream: `complete`, `count` and the watermark are set; -1 as rows_open().
 * A stream without its trailer, or with anything after it, is damage: 0 is never
 * returned for one.
 */
int rows_next(struct rows *r, const struct row_cell **cells, struct ant_err *e);

/* See `idle` of struct lines; IDLE NULL: nothing is to be done any more. */
void rows_when_idle(struct rows *r, int ms, int (*idle)(void *arg, struct ant_err *e), void *arg);

/* Whether a cell of the time column, checked by value_fits(), lies in the stream's window. */
int rows_in_window(const struct rows *r, const struct row_cell *c);

/* Whether it lies before that. */
int rows_before_window(const struct rows *r, const struct row_cell *c);

/* When such a cell, which is not null, is: seconds since 1970. */
int64_t rows_seconds(const struct rows *r, const struct row_cell *c);

/*
 * The next rows as the bytes of the stream, whole lines with their newlines, checked
 * as rows_next() does: PostgreSQL's COPY text as it is.  Returns as rows_next().
 */
int rows_block(struct rows *r, const char **p, size_t *len, struct ant_err *e);

#endif
