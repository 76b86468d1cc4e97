/*
 * tables/parser - a table file while it is read, for the files that take its directives
 *
 * tables/parse.c takes the file apart and makes columns of it, tables/ask.c takes the
 * directives that say where the records come from.
 */
#ifndef ANT_TABLES_PARSER_H
#define ANT_TABLES_PARSER_H

#include <stddef.h>

#include "base/err.h"
#include "tables/table.h"

/* The table so far and the place, for messages. */
struct parser {
	struct table *t;
	size_t line;	 /* 0: a column of the command line */
	const char *doc; /* the comment of the line, or NULL */
	unsigned long long seen; /* bits of the directives that were met */
	struct ant_err *e;
};

/* A directive; TAKE gets what stands behind its name, without the comment, and may change it. */
struct directive {
	const char *name;
	int (*take)(struct parser *p, char *rest);
	int once; /* a second one would silently win over the first */
};

/* Those of tables/ask.c; the last one's name is NULL. */
extern const struct directive ask_directives[];

/* What only the whole file can tell of where its records come from. */
int ask_finish(struct parser *p);

/* All return 0, or -1 with ANT_USAGE (ANT_FAIL where memory is short) and a reason. */
int parser_wrong(struct parser *p, const char *what, const char *text);
int parser_no_memory(struct parser *p);
int parser_no_more(struct parser *p, char *rest);
int parser_set(struct parser *p, char **to, const char *directive, const char *text);
int parser_add_words(struct parser *p, struct strlist *to, const char *directive, char *rest);
int parser_number(struct parser *p, const char *text, long *n);

/* Cut the next word off *S; NULL at the end of the line. */
char *parser_word(char **s);
char *parser_trim(char *s);

#endif
