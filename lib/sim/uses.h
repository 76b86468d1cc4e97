/*
 * sim/uses - who used what: the analytics of usage and cost
 *
 * A use is what one actor does in one product with one model in one way.  The Console's uses are
 * the streams of sim/model and the ticks of sim/cost, so that they add up to the older reports to
 * the last decimal; all of these have a workspace.  Those of seats follow from sim/people, and
 * are revised for 30 days.  What is younger than sim_uses_fresh() is not there yet.
 */
#ifndef ANT_SIM_USES_H
#define ANT_SIM_USES_H

#include "sim/cost.h"
#include "sim/dims.h"

/* What a use is counted in, after the counts of sim/model. */
enum { SIM_TICKS = SIM_COUNTS, SIM_REQUESTS, SIM_USE_COUNTS };

/* Where a use comes from, as bits. */
enum sim_use_kind {
	SIM_USE_STREAM = 1,
	SIM_USE_TICKS = 2,
	SIM_USE_SEAT = 4,
	SIM_USE_OTHER = 8, /* nobody's, or of no product: in no other report */
	SIM_USE_ALL = 15
};

struct sim_use {
	enum sim_use_kind kind;
	int dim[SIM_USE_DIMS]; /* -1: null; SIM_BY_GROUP: always, see sim_people_groups() */
	size_t of;	       /* the stream, or the workspace of ticks */
	enum sim_cost_kind ticks;
	uint64_t part, parts; /* of the ticks: PART of PARTS */
	int profile;
	uint64_t base[SIM_COUNTS];
	uint64_t list[SIM_USE_COUNTS], paid[SIM_USE_COUNTS]; /* prices: units a token, tick */
};

struct sim_uses {
	const struct sim *s;
	struct sim_dims dims;
	struct sim_use *v;
	size_t n, cap;
	int failed;
};

/* All that S has; 0, or -1 with ANT_FAIL.  Free it either way. */
int sim_uses_make(struct sim_uses *u, const struct sim *s, struct ant_err *e);
void sim_uses_free(struct sim_uses *u);

/* Until when the uses are known: data_refreshed_at. */
int64_t sim_uses_fresh(const struct sim *s);

/* What use I counts of DAY. */
void sim_uses_day(const struct sim_uses *u, size_t i, int64_t day, uint64_t to[SIM_USE_COUNTS]);

/* 1 where the API does not show this identity in the data of DAY. */
int sim_uses_hidden(const struct sim_uses *u, int identity, int64_t day);

/* What the seat of person P cost from the start of day FROM to that of day TO. */
sim_units sim_uses_spent(const struct sim_uses *u, size_t p, int64_t from, int64_t to);

#endif
