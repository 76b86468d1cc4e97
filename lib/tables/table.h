/* tables/table - a table file: where a table's records come from and how they become rows */
#ifndef ANT_TABLES_TABLE_H
#define ANT_TABLES_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "stream/type.h"

enum paging { PAGING_NONE, PAGING_PAGE, PAGING_ID, PAGING_DAY };

enum { TABLE_COLUMNS_MAX = 500, TABLE_LIST_MAX = 64 };

struct column {
	char *name, *expr, *doc; /* doc: "" where the file has none */
	enum type type;
	int key;
	size_t line; /* in the file; 0 for a column of the command line */
};

struct width { /* a bucket width that the API knows */
	char *name;
	int64_t seconds;
	long limit; /* buckets a page, at most */
};

struct table {
	char *name, *file, *doc; /* doc: the comment at the head of the file */
	char *path;		 /* with {} where foreach puts the id */
	enum paging paging;
	struct width *widths; /* the first is the default; none: no window */
	size_t nwidths;
	long limit;		 /* records a page for the pagings id and day */
	struct strlist group_by; /* default dimensions */
	enum mode mode;
	char *mode_column; /* the time column of mode window, else NULL */
	int unique;	   /* rows with the same key are one object, the last one counts */
	char *rows;	   /* jq path from the record to its rows */
	size_t rows_line;  /* in the file; 0 where it says nothing of rows */
	char *foreach_table, *foreach_path;
	struct strlist params; /* NAME=VALUE, always sent */
	int64_t earliest;      /* first instant that can hold data */
	int open_bucket;       /* 0: the API refuses a window in the bucket that is still open */
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

#endif
