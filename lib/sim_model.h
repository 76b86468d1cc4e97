/*
 * sim_model - what the simulated organization did: token usage, cost, Claude Code
 *
 * The usage is a set of streams: each is what one caller (a key, the Console, a
 * user's or a service account) sends to one model in one way.  What a stream did
 * on a day follows from the seed and the day alone, and a day's amounts are cut
 * at minutes by a profile, so that buckets of every width and rows of every
 * grouping add up to the same.  Cost is tokens times price, in units of 10^-10
 * cents: exact.  Days without use: holidays, an outage now and then, and all
 * before the organization's first day.
 */
#ifndef ANT_SIM_MODEL_H
#define ANT_SIM_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "sim_org.h"
#include "strlist.h"

/* In the order in which the API's reference lists group_by[]. */
enum sim_dim {
	SIM_ACCOUNT,
	SIM_KEY,
	SIM_WINDOW,
	SIM_GEO,
	SIM_MODEL,
	SIM_SERVICE,
	SIM_TIER,
	SIM_SPEED,
	SIM_WORKSPACE,
	SIM_DIMS
};

enum sim_count {
	SIM_UNCACHED,
	SIM_READ,
	SIM_CREATE_5M,
	SIM_CREATE_1H,
	SIM_OUTPUT,
	SIM_SEARCH,
	SIM_COUNTS
};

enum { SIM_MONEY = 64, SIM_MODELS_A_DAY = 3, SIM_TOOLS = 5, SIM_DESCRIPTION = 80 };

/* The four documented tools stand first; the last is one that no document knows. */
extern const char *const sim_tools[SIM_TOOLS];

struct sim_stream {
	int dim[SIM_DIMS];  /* -1: null */
	int profile, group; /* group: of the five usual dimensions, for a revision's drop */
	int64_t start;	    /* its first day */
	uint64_t base[SIM_COUNTS];
};

struct sim_revision {
	int64_t day;
	unsigned permille; /* what the day's amounts are multiplied with */
	size_t drop, ndropped;
	int *dropped; /* groups of streams that the day no longer has */
};

struct sim {
	struct sim_config config;
	struct sim_org org;
	struct sim_stream *streams;
	size_t nstreams, streams_cap;
	struct sim_revision *revisions;
	size_t nrevisions;
	int64_t first_day; /* days since 1970 */
};

int sim_make(struct sim *s, const struct sim_config *c, struct ant_err *e);
void sim_free(struct sim *s);

/* The clock: seconds since 1970. */
int64_t sim_now(const struct sim *s);

/*
 * One change, written as a query string that is decoded into N names and values:
 *   date=YYYY-MM-DD factor=F drop=N   multiply the day's amounts (F has up to three
 *                                     decimals), drop the first N rows of its reports
 *   remove=ID  archive=ID  rename=ID name=TEXT
 *   now=TIME                          move the clock
 * Return 0, or -1 with ANT_USAGE and a reason.
 */
int sim_change(struct sim *s, const struct strlist *names, const struct strlist *values,
	struct ant_err *e);

/* The name of dimension D in group_by[], or its number (-1: there is none). */
const char *sim_dim_name(enum sim_dim d);
int sim_dim_find(const char *name);
/* The text of VALUE in dimension D, NULL for -1. */
const char *sim_dim_text(const struct sim *s, enum sim_dim d, int value);
/* 1 where TEXT is one of the values of the dimensions that the API enumerates. */
int sim_dim_valid(enum sim_dim d, const char *text);
/* 1 where a model of this id has use. */
int sim_model_known(const char *model);

/* Usage in buckets: rows are groups of streams, in a fixed order. */
struct sim_usage {
	const struct sim *s;
	unsigned dims; /* bits 1 << SIM_... */
	int *group;    /* of each stream; -1: filtered away */
	int *sample;   /* a stream of each group, for its dimensions */
	size_t ngroups;
	uint64_t *sum; /* SIM_COUNTS for each group: the bucket */
	uint64_t *values;
	int64_t day; /* that VALUES holds */
};

/* WANTED[d] lists the values that dimension D may have; an empty list: all. */
int sim_usage_open(struct sim_usage *u, const struct sim *s, unsigned dims,
	const struct strlist wanted[SIM_DIMS], struct ant_err *e);
void sim_usage_close(struct sim_usage *u);
/* Sum the bucket; a group whose SIM_COUNTS sums are all 0 has no row. */
void sim_usage_bucket(struct sim_usage *u, int64_t start, int64_t width);
/* The counts of group G, or NULL where it has no row; *OF is a stream of it. */
const uint64_t *sim_usage_row(const struct sim_usage *u, size_t g, const struct sim_stream **of);

__extension__ typedef unsigned __int128 sim_units;

enum sim_cost_kind { SIM_COST_TOKENS, SIM_COST_SEARCH, SIM_COST_CODE, SIM_COST_SESSION };

struct sim_cost_row { /* texts: NULL for null */
	const char *cost_type, *model, *token_type, *tier, *window, *geo, *workspace;
	char description[SIM_DESCRIPTION]; /* "": null */
	char amount[SIM_MONEY];
};

struct sim_cost {
	const struct sim *s;
	int by_workspace, by_description;
	struct sim_cost_entry *entries;
	size_t nentries, cap;
	int (*keys)[7];
	size_t ngroups;
	sim_units *sum;
	int64_t day;
};

int sim_cost_open(struct sim_cost *c, const struct sim *s, int by_workspace, int by_description,
	struct ant_err *e);
void sim_cost_close(struct sim_cost *c);
void sim_cost_day(struct sim_cost *c, int64_t day);
/* Row G of the day: 1, or 0 where it has no cost. */
int sim_cost_row(const struct sim_cost *c, size_t g, struct sim_cost_row *row);

struct sim_code_model {
	const char *model;
	uint64_t input, output, read, create;
	char cost[SIM_MONEY]; /* cents */
};

struct sim_code {	 /* one record of the Claude Code report */
	int64_t ordinal; /* of its day: a place to page on from */
	int64_t day;
	const char *actor; /* e-mail address or key name */
	int is_key;
	const char *terminal;		     /* NULL: null */
	const char *customer, *subscription; /* subscription NULL: null */
	int remote;			     /* -1: absent, as is the subscription then */
	unsigned sessions, commits, requests, added, removed;
	struct {
		int present;
		unsigned accepted, rejected;
	} tools[SIM_TOOLS];
	struct sim_code_model models[SIM_MODELS_A_DAY];
	size_t nmodels;
};

/* The records of DAY: *N of them in *ROWS, which the caller frees.  0, or -1 without memory. */
int sim_code_day(const struct sim *s, int64_t day, struct sim_code **rows, size_t *n);

/* Write UNITS of 10^-10 cents with at least DECIMALS decimals. */
void sim_money(char to[SIM_MONEY], sim_units units, int decimals);

#endif
