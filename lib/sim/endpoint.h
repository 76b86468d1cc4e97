/*
 * sim/endpoint - the endpoints of the API as data
 *
 * An endpoint is a row: its path, who may call it, its parameters, how it pages and what it
 * lists.  A domain (sim/domains) brings an array of them; the few that are no list over a
 * source answer by a function.
 */
#ifndef ANT_SIM_ENDPOINT_H
#define ANT_SIM_ENDPOINT_H

#include "sim/call.h"
#include "sim/field.h"
#include "sim/param.h"
#include "sim/source.h"

enum sim_paging {
	SIM_ONE_PAGE, /* all at once; a cursor null where the envelope has one */
	SIM_ONE, /* the single object that the last id of the path names; without a path's id the first one */
	SIM_BY_ID,   /* after_id, before_id */
	SIM_BY_TOKEN /* page */
};

enum {
	SIM_RAGGED = 1,	     /* of several pages some are short, and the second one is empty */
	SIM_BARE_ERRORS = 2, /* every other refusal is {"error":{...}} alone */
	SIM_LONGER = 4,	     /* the first page has one object more than limit says */
	SIM_LIMITLESS = 8    /* without the parameter limit there is one page */
};

struct sim_endpoint {
	const char *path;  /* after /v1/; {} stands for an id */
	unsigned keys;	   /* enum sim_keys, joined by | */
	const char *scope; /* that a scoped key needs for it; NULL: none opens it */
	const char *beta;  /* of the header anthropic-beta; NULL: none needed */
	int beta_status;   /* of the refusal without it */
	/* Besides limit, after_id, before_id and page, which PAGING and MOST give; ended by a name NULL. */
	const struct sim_param *params;
	enum sim_paging paging;
	long limit,
		most; /* items of a page: without the parameter limit, and at most; MOST 0: no such one */
	enum sim_envelope envelope;
	unsigned flags;
	const struct sim_fields *of;
	const struct sim_source *source;
	int (*answer)(struct sim_call *c); /* instead of paging over SOURCE; NULL: page */
	/*
	 * Rules between parameters, once each of them is right; what SOURCE needs goes to c->scope
	 * (free its report by END).  0, or -1 after sim_call_refuse().  NULL: no rules.
	 */
	int (*check)(struct sim_call *c);
	void (*end)(struct sim_call *c);
	const char *not_found[SIM_PARENTS]; /* the texts of the 404, for each id of the path */
	/* 1 where OBJECT goes on the page of the one BEFORE it and is not counted; NULL: each counts. */
	int (*together)(const void *before, const void *object);
};

/* The endpoint of PATH among LISTS (each ended by a path NULL, NULL at the end); its ids to IDS. */
const struct sim_endpoint *sim_endpoint_find(
	const struct sim_endpoint *const *lists, const char *path, char ids[SIM_PARENTS][SIM_ID]);

/* Answer the call as its endpoint says. */
int sim_endpoint_answer(struct sim_call *c);

#endif
