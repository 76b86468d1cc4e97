/* tables/table - a table file: where a table's records come from and how they become rows */
#ifndef ANT_TABLES_TABLE_H
#define ANT_TABLES_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "stream/type.h"

enum paging { PAGING_NONE, PAGING_PAGE, PAGING_ID };

enum { TABLE_COLUMNS_MAX = 500, TABLE_LIST_MAX = 64, TABLE_HOLES_MAX = 4 };
enum { TABLE_STEP_MAX = 63 }; /* bytes of a name in a hole's path */

struct column {
	char *name, *expr, *doc; /* doc: "" where the file has none */
	enum type type;
	int key;
	size_t line; /* in the file; 0 for a column of the command line */
};

/* How many records of a bucket there are: one, which is the bucket, or some, its rows. */
enum grain { GRAIN_BUCKET, GRAIN_ROW };

struct width { /* a bucket width that the API knows */
	char *name;
	int64_t seconds;
	enum grain grain;
	long limit;   /* buckets or rows a page, at most; 0: no limit is sent */
	int64_t span; /* seconds that one request may ask for; 0: as the table says */
};

/* A parameter of the window: its name, and how a time is written in it. */
struct time_param {
	char *name; /* NULL: none */
	int day;    /* YYYY-MM-DD; else RFC 3339 */
};

/* {NAME} in the path, and where in a record of the parent table its value is: .a.b or $asked.a */
struct hole {
	char *name, *path;
};

struct dimension { /* one that several columns hold */
	char *name;
	struct strlist columns;
	size_t line; /* in the file */
};

/* A budget of requests that tables share. */
struct table_budget {
	char *name; /* NULL: none but that of all requests */
	long rate;  /* requests a minute */
};

/* An array of a record that the API may have cut off at so many elements. */
struct cut {
	char *path; /* NULL: none */
	long most;
	char *table; /* that has all */
};

struct table {
	char *name, *file, *doc; /* doc: the comment at the head of the file */
	struct strlist sets;	 /* none: it is loaded by name alone */
	struct strlist opened_by; /* sets whose key or token opens it, too */
	/* Where the records come from: a CSV file with these names in its header, or where there are none the API. */
	struct strlist csv;
	char *path; /* with {NAME} where the hole's value goes; {} is a hole without a name */
	enum paging paging;
	char *data;		/* what else the answer's `data` may be called, or NULL */
	struct strlist headers; /* NAME: VALUE */
	struct strlist params;	/* NAME=VALUE, always sent */
	long limit;		/* records a page where there are no widths; 0: none is sent */
	struct table_budget budget;
	struct cut cut;
	struct strlist hints; /* WORD TEXT: what to add to a refusal that holds WORD */
	char *foreach_table;
	struct hole holes[TABLE_HOLES_MAX];
	size_t nholes;
	char *foreach_unless; /* a path in a record of the parent, or NULL */
	/* The window. */
	struct time_param from, to; /* of a window with widths or seconds */
	struct time_param day;	    /* one chain of pages for each day */
	struct width *widths; /* the first is the default; none: days or seconds, or no window */
	size_t nwidths;
	char *width_param;	   /* NULL: none is sent */
	struct strlist group_by;   /* default dimensions */
	struct strlist group_with; /* dimensions that are always asked for */
	long group_most;	   /* so many others the API takes; 0: any number */
	struct dimension *dimensions;
	size_t ndimensions;
	int64_t earliest;    /* first instant that can hold data */
	int64_t oldest;	     /* the API refuses a start before this; INT64_MIN: it does not */
	int64_t oldest_span; /* and one that is longer ago; 0: it does not */
	int64_t span;	     /* seconds that one request may ask for; 0: any */
	int64_t lag;	     /* what is newer than so many seconds is left out */
	int64_t lookback;    /* what is read again before a watermark; -1: the usual */
	int open_bucket;     /* 0: the API refuses a window in the bucket that is still open */
	char *not_yet;	     /* in the message of a 400: the day is not available yet; or NULL */
	int newest;	     /* the watermark is the end of the newest bucket that came */
	/* How they become rows. */
	enum mode mode;
	char *mode_column;     /* the time column of mode window, else NULL */
	int unique;	       /* rows with the same key are one object, the last one counts */
	char *rows;	       /* jq path from the record to its rows */
	size_t rows_line;      /* in the file; 0 where it says nothing of rows */
	struct strlist ignore; /* paths that are known and that no column reads */
	struct column *columns;
	size_t ncolumns;
};

const char *table_paging_name(enum paging p);
int table_paging_find(const char *s); /* -1 where there is none */

void table_free(struct table *t); /* NULL: no effect */

/* The column NAME, or NULL. */
const struct column *table_column(const struct table *t, const char *name);

/* The width NAME (NULL: the default), or NULL where there is none. */
const struct width *table_width(const struct table *t, const char *name);

/* The dimension NAME that has columns of its own, or NULL. */
const struct dimension *table_dimension(const struct table *t, const char *name);

/* 1 where the column NAME holds one of the dimensions BY: it has its name, or is one of its columns. */
int table_groups(const struct table *t, const struct strlist *by, const char *name);

/* 1 where the column NAME holds a dimension that T knows, whether it is asked for or not. */
int table_is_dimension(const struct table *t, const char *name);

/* 1 where T is asked for by time. */
int table_has_window(const struct table *t);

/* 1 where T belongs to the set NAME. */
int table_in_set(const struct table *t, const char *name);

/*
 * 1 where a record must say what it was asked for with: a column of T, or its rows, read $asked.
 * What other tables go through T for is theirs to know.
 */
int table_reads_asked(const struct table *t);

#endif
