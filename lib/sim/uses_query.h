/*
 * sim/uses_query - what a report of usage and cost is asked for, and what it refuses
 *
 * The six reports differ in data alone: a form says which uses a report is about, how they are
 * written, and what its parameters are called.
 */
#ifndef ANT_SIM_USES_QUERY_H
#define ANT_SIM_USES_QUERY_H

#include "sim/call.h"
#include "sim/tally.h"

struct sim_form {
	const char *path, *table; /* path: after /v1/ */
	const struct sim_fields *of;
	const char *width; /* the parameter of the bucket width */
	unsigned kinds;	   /* enum sim_use_kind */
	int persons, money, legacy;
	int buckets;	      /* rows stand in buckets, which are counted, and cut to the largest */
	int whole;	      /* the table does not ask for cost_type and token_type */
	const char *standard; /* group_by of the table */
};

/* The forms; ended by a path NULL. */
extern const struct sim_form sim_uses_forms[];

enum { SIM_NO_WIDTH = 0, SIM_LARGEST = 100 };

struct sim_uses_query {
	const struct sim_form *form;
	struct sim_ask ask; /* its lists are freed by sim_uses_query_free() */
	int64_t from, to;   /* of the window: whole buckets, where there is a width */
	int64_t width;	    /* in seconds; SIM_NO_WIDTH: one row of the whole window */
	int by_time, newest_first, no_deleted;
	long limit; /* rows of a page, or buckets */
};

/* Read what C asks FORM for, or refuse it: 0 or -1.  Free Q either way. */
int sim_uses_query_read(struct sim_uses_query *q, struct sim_call *c, const struct sim_form *form);
void sim_uses_query_free(struct sim_uses_query *q);

/* Set in *DIMS what FORM calls NAME; -1 where it has no such dimension. */
int sim_uses_group(const struct sim_form *form, const char *name, unsigned *dims);

/* The first instant that is served on the clock of S. */
int64_t sim_uses_oldest(const struct sim *s);

#endif
