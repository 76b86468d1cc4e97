/*
 * sim/param - parameters as data, and the refusal of what they may not be
 */
#ifndef ANT_SIM_PARAM_H
#define ANT_SIM_PARAM_H

#include <stddef.h>
#include <stdint.h>

struct sim_call;
struct sim_fields;

enum sim_param_kind {
	SIM_P_TEXT,    /* anything */
	SIM_P_WORD,    /* one of VALUES */
	SIM_P_BOOL,    /* true or false */
	SIM_P_INSTANT, /* RFC 3339 with a zone */
	SIM_P_DAY,     /* YYYY-MM-DD */
	SIM_P_PAIR,    /* DIMENSION:VALUE, the dimension one of VALUES */
	SIM_P_ALSO     /* true or false: objects whose FIELD is not null are shown, too */
};

struct sim_param {
	const char *name; /* as it is written; may stand more than once where it ends in [] */
	enum sim_param_kind kind;
	const char *const *values; /* ended by NULL; NULL: any */
	int most;		   /* values of a name in []; 0: any number */
	const char *
		field; /* shows only objects whose field of that name is one of the values; NULL: no filter */
	int (*compare)(const char *, const char *); /* of the filter; NULL: strcmp() */
	int many;				    /* may repeat, too, without [] */
};

/* What a family of endpoints says in words of its own. */
struct sim_texts {
	const char *prefix; /* of its paths */
	int compliance;	    /* limits and times are refused as the Compliance API does it */
	const char *cursor; /* a page token of other parameters, or of none */
};
const struct sim_texts *sim_param_texts(const char *path);

/* Each parameter of the call must be one of its endpoint's, and be right.  0, or -1: refused. */
int sim_param_check(struct sim_call *c);

/* 1 where the filters among the endpoint's parameters let OBJECT through. */
int sim_param_shows(const struct sim_call *c, const struct sim_fields *of, const void *object);

/* The instant or day NAME in seconds to *T, which stays as it is without one: 1, or 0. */
int sim_param_time(const struct sim_call *c, const char *name, int64_t *t);

/* 1 where NAME is there and true. */
int sim_param_true(const struct sim_call *c, const char *name);

/* Value number I of the parameter NAME; NULL from the last one on. */
const char *sim_param_value(const struct sim_call *c, const char *name, size_t i);

#endif
