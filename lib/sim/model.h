/*
 * sim/model - what the simulated organization did: its token usage
 *
 * The usage is a set of streams: each is what one caller (a key, the Console, a
 * user's or a service account) sends to one model in one way.  What a stream did
 * on a day follows from the seed and the day alone, and a day's amounts are cut
 * at minutes by a profile, so that buckets of every width and rows of every
 * grouping add up to the same.  Days without use: holidays, an outage now and then, and all
 * before the organization's first day.
 */
#ifndef ANT_SIM_MODEL_H
#define ANT_SIM_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/utc.h"
#include "sim/org.h"

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

/* What the API has as text; the numbers are those of a stream's dimensions. */
enum {
	SIM_STANDARD,
	SIM_BATCHED,
	SIM_PRIORITY,
	SIM_ON_DEMAND,
	SIM_FLEX,
	SIM_FLEX_DISCOUNT,
	SIM_TIERS
};
enum { SIM_NARROW, SIM_WIDE, SIM_WINDOWS };
enum { SIM_GLOBAL, SIM_US, SIM_UNKNOWN, SIM_GEOS };
enum { SIM_NORMAL, SIM_FAST, SIM_SPEEDS };
enum {
	SIM_OPUS,
	SIM_SONNET,
	SIM_HAIKU,
	SIM_SONNET_4,
	SIM_OPUS_4,
	SIM_LEGACY,
	SIM_PREVIEW,
	SIM_MODELS
};

struct sim_model {
	const char *id, *label;
	uint64_t input, output; /* price: units of 10^-10 cents a token, 10^6 are 1 $ a million */
	int geo, wide, window;	/* its geography is known; takes 1M tokens; has a context window */
};

extern const struct sim_model sim_models[SIM_MODELS];

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

struct sim_uses;
struct sim_edit;
struct sim_plant;

struct sim {
	struct sim_config config;
	struct sim_org org;
	struct sim_stream *streams;
	size_t nstreams, streams_cap;
	struct sim_stream spare; /* where the next one goes after FAILED: memory ran out */
	int failed;
	struct sim_revision *revisions;
	size_t nrevisions;
	struct sim_plant *plants; /* see sim/plant */
	size_t nplants;
	int64_t first_day;     /* days since 1970 */
	struct sim_uses *uses; /* of analytics, see sim/uses */
	int64_t *events;       /* that changes have brought (sim/feed): microseconds since 1970 */
	size_t nevents;
	struct sim_edit *edits; /* in their order, see sim/edit */
	size_t nedits;
};

int sim_make(struct sim *s, const struct sim_config *c, struct ant_err *e);
void sim_free(struct sim *s);

/* 1 where nobody worked on DAY: public holidays, and one day in each twenty an outage. */
int sim_quiet(const struct sim *s, int64_t day);
/* The first revision of DAY, or the next one after AFTER; NULL where there is none. */
const struct sim_revision *sim_revised(
	const struct sim *s, int64_t day, const struct sim_revision *after);
/* What stream I did on DAY, which is not quiet, revisions included. */
void sim_day_counts(const struct sim *s, size_t i, int64_t day, uint64_t to[SIM_COUNTS]);

/* How much of a day of PROFILE lies before MINUTE, of sim_model_share(PROFILE, SIM_DAY_MINUTES). */
enum { SIM_PROFILES = 4, SIM_DAY_MINUTES = 1440 };
uint64_t sim_model_share(int profile, int64_t minute);

/* The clock: seconds since 1970. */
int64_t sim_now(const struct sim *s);

/* The name of dimension D in group_by[], or its number (-1: there is none). */
const char *sim_dim_name(enum sim_dim d);
int sim_dim_find(const char *name);
/* The text of VALUE in dimension D, NULL for -1. */
const char *sim_dim_text(const struct sim *s, enum sim_dim d, int value);
/* 1 where TEXT is one of the values of the dimensions that the API enumerates. */
int sim_dim_valid(enum sim_dim d, const char *text);
/* 1 where a model of this id has use. */
int sim_model_known(const char *model);

#endif
