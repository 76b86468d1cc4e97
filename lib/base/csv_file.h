/* base/csv_file - cells of RFC 4180 files, written and read (the only file that includes csv.h, of libcsv) */
#ifndef ANT_BASE_CSV_FILE_H
#define ANT_BASE_CSV_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The most fields a record may have. */
enum { CSV_FILE_FIELDS_MAX = 1600 };

/* How a file is written, and how it must have been written to be read. */
struct csv_file_dialect {
	char delimiter;	  /* an ASCII character that no number or time is made of, not '"' */
	const char *null; /* what null is written as, without quotes; often "" */
	int header;	  /* the first line holds the columns' names */
	int bom;	  /* start with U+FEFF */
	int safe;	  /* guard text that a spreadsheet would run as a formula */
	int crlf;	  /* end lines with CR and LF, not with LF alone */
};

/* Return 0, or -1 with ANT_USAGE where D is no dialect that could be read again. */
int csv_file_check(const struct csv_file_dialect *d, struct ant_err *e);

struct csv_file {
	const struct csv_file_dialect *dialect;
	size_t null_len;
	unsigned char risky[256]; /* what a risky text may start with */
	size_t columns; /* 0, or how many fields a record has, where no header comes first */
	enum ant_status damage; /* what csv_file_read() fails with for what is no CSV */
};

void csv_file_init(struct csv_file *f, const struct csv_file_dialect *d);

/*
 * Write a text to TO, which has room for CSV_FILE_ROOM(LEN) bytes, and return its end.
 * BUF_PAD readable bytes stand after P.  It is quoted where it must be: it is empty, holds a
 * delimiter, a quote or a line's end, starts or ends with a space, or could be taken
 * for null.
 */
char *csv_file_text(const struct csv_file *f, char *to, const char *p, size_t len);
#define CSV_FILE_ROOM(len) ((len)*2 + 3 + 16)

/*
 * The same for a text that comes from a stream: with the option `safe`, a ' stands
 * before one that starts with a character of a formula (=, +, -, @, their full-width
 * forms, tab, CR, LF), and before one that starts with such a ', so that taking one
 * ' away always gives the text back.  A text that is a number and no more is no formula.
 */
char *csv_file_guarded(const struct csv_file *f, char *to, const char *p, size_t len);

/*
 * Append to B a text by one of the two, after which nothing need be readable; null; a line's
 * end.  All report by B's `failed`.
 */
typedef char *csv_file_writer(const struct csv_file *f, char *to, const char *p, size_t len);
void csv_file_put(const struct csv_file *f, struct buf *b, const char *p, size_t len,
	csv_file_writer *write_text);
void csv_file_put_null(const struct csv_file *f, struct buf *b);
void csv_file_put_end(const struct csv_file *f, struct buf *b);

/* Whether csv_file_guarded() would put a ' before the text. */
int csv_file_is_risky_at_all(const char *p, size_t len);

static inline int
csv_file_is_risky(const struct csv_file *f, const char *p, size_t len)
{
	return len > 0 && f->risky[(unsigned char)*p] && csv_file_is_risky_at_all(p, len);
}

struct csv_file_field {
	const char *p; /* a NUL and BUF_PAD readable bytes stand after it */
	size_t len;
	int null;
	int64_t line; /* where its record starts in the file, from 1 */
};

/*
 * Take one record, the header among them, of N fields; NUMBER counts from 1.  Return 0
 * for the next one, 1 to stop, -1 with a reason.
 */
typedef int csv_file_take(void *arg, const struct csv_file_field *fields, size_t n, int64_t number,
	struct ant_err *e);

/*
 * Read the file FD, called NAME, from where it stands, and hand each record to TAKE;
 * a U+FEFF before the first is skipped, and so is a line without anything on it, which
 * is a null where the first record has one field.  Lines end with LF, CR and LF, or CR.
 * Return 0 at the end of the file, 1 where TAKE stopped, -1 with a reason: ANT_FAIL where it cannot
 * be read, `damage`, which csv_file_init() sets to ANT_FAIL, and "NAME: line N: reason" for what is no
 * CSV of this dialect (quotes inside a field or without an end, more
 * than CSV_FILE_FIELDS_MAX fields, a record over LINES_MAX bytes).
 */
int csv_file_read(const struct csv_file *f, int fd, const char *name, csv_file_take *take,
	void *arg, struct ant_err *e);

#endif
