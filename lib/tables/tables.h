/* tables/tables - find table files: folders searched in order, the first that has NAME.table wins */
#ifndef ANT_TABLES_TABLES_H
#define ANT_TABLES_TABLES_H

#include "base/err.h"
#include "tables/table.h"

struct tables {
	struct strlist folders;
};

/*
 * The search path: the N folders FIRST (option -T), then those of LIST
 * ($ANT_TABLES: colon separated, may be NULL), then share/anthill/tables beside
 * the bin folder that holds the running program, then that of the build's PREFIX.
 * Return 0, or -1: ANT_USAGE where one of FIRST is no folder, or ANT_FAIL.
 */
int tables_init(
	struct tables *ts, const char *const *first, size_t n, const char *list, struct ant_err *e);
void tables_free(struct tables *ts);

/*
 * Load the table NAME.  Return it (table_free() it), or NULL: ANT_USAGE for a
 * name that no folder has, with the list of those there are, and for a wrong file;
 * ANT_FAIL where memory or the disk failed.
 */
struct table *tables_load(const struct tables *ts, const char *name, struct ant_err *e);

/*
 * Load the table of FILE, NAME.table in any folder.  Return as tables_load(); ANT_USAGE also where
 * the file is not there, or has no name that a table may have.
 */
struct table *tables_load_file(const char *file, struct ant_err *e);

/* 1 where TEXT names a file rather than a table. */
int tables_is_file(const char *text);

/* The tables whose records another one goes through: its parent, the parent's, ... */
struct parents {
	struct table *v[TABLE_HOLES_MAX];
	size_t n;
};

/*
 * Load those of T.  Return 0, or -1 as tables_load(), or with ANT_USAGE: they go round in a circle,
 * or are too many, or T or one of them comes from a file.  parents_free() them in any case.
 */
int parents_load(
	struct parents *p, const struct tables *ts, const struct table *t, struct ant_err *e);
void parents_free(struct parents *p);

/*
 * Append the names of the tables of SET, `all` for those of every set, to NAMES, sorted.  Return 0,
 * or -1 as tables_load(), or with ANT_USAGE where no table is of that set.
 */
int tables_of_set(
	const struct tables *ts, const char *set, struct strlist *names, struct ant_err *e);

/* The names of all tables there are, sorted; strlist_free() them.  Return 0 or -1. */
int tables_names(const struct tables *ts, struct strlist *names, struct ant_err *e);

#endif
