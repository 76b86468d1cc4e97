/*
 * report/term - what the sections of --text are made of: columns of a terminal, bars, lists
 *
 * All functions append to the text's buffer and report by its `failed`.  Text of others goes
 * through term_padded(), all else is the program's own.
 */
#ifndef ANT_REPORT_TERM_H
#define ANT_REPORT_TERM_H

#include "base/buf.h"
#include "report/report.h"

struct term {
	struct buf *b;
	const struct report *r;
	char of[16];		 /* where there are several currencies: ", EUR"; else "" */
	int again;		 /* not the first of them */
	size_t width, name, bar; /* columns of a line, a name, a bar */
	int ascii;
};

/* NAME in exactly N columns: cut with a dot dot, or filled with blanks. */
void term_padded(struct term *t, const char *name, size_t n);

/* A bar of VALUE, of at most t->bar columns where it is MOST. */
void term_bar(struct term *t, double value, double most);

/* Text of the program's own with signs beyond ASCII, as show_change() and the like write it. */
void term_plain(struct term *t, const char *s);

/* What stands where a table is missing, or empty, that a key of the organization opens. */
void term_none(struct term *t, unsigned table);

/* Costs in their order: the first ones by name, all others together. */
enum { TERM_LIST = 10 };
struct term_list {
	const char *names[TERM_LIST];
	money costs[TERM_LIST + 1];
	size_t n;
};
void term_list_add(struct term_list *l, const char *name, money cost);

/* A line each: name, amount, share, bar.  Amounts and shares add up. */
void term_list(struct term *t, const char *title, const struct term_list *l);

#endif
