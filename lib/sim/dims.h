/*
 * sim/dims - what the analytics reports group and filter by, as data
 *
 * A use has a number in each dimension, -1 for null; what the API writes for it is in lists that
 * are made once.  The identity of an actor is a number as well: persons first, former members
 * among them, then service accounts, federated identities and keys.
 */
#ifndef ANT_SIM_DIMS_H
#define ANT_SIM_DIMS_H

#include "base/strlist.h"
#include "sim/people.h"

/* In the order in which the API's reference lists group_by[]. */
enum sim_use_dim {
	SIM_BY_ACTOR,
	SIM_BY_ACTOR_TYPE,
	SIM_BY_AGENT,
	SIM_BY_KEY,
	SIM_BY_CATEGORY,
	SIM_BY_SLACK_USER,
	SIM_BY_WINDOW,
	SIM_BY_DEPLOYMENT,
	SIM_BY_ENVIRONMENT,
	SIM_BY_GEO,
	SIM_BY_MODEL,
	SIM_BY_ORGANIZATION,
	SIM_BY_PRODUCT,
	SIM_BY_GROUP,
	SIM_BY_TIER,
	SIM_BY_SESSION,
	SIM_BY_CHANNEL,
	SIM_BY_SPEED,
	SIM_BY_PROFILE,
	SIM_BY_WORKSPACE,
	SIM_USE_DIMS,
	/* Of cost alone; they split a row, they are no part of its key. */
	SIM_BY_COST_TYPE = SIM_USE_DIMS,
	SIM_BY_TOKEN_TYPE,
	SIM_ALL_DIMS
};

/* Numbers in dimensions of few values; those of model, tier, speed and geography are sim/model's. */
enum { SIM_ENGAGED, SIM_PROACTIVE, SIM_SCHEDULED, SIM_MONITORING, SIM_DM, SIM_CATEGORIES };
enum { SIM_USER_ACTOR, SIM_SERVICE_ACTOR, SIM_FEDERATED_ACTOR, SIM_API_ACTOR, SIM_ACTOR_TYPES };
enum { SIM_CHANNELS = 3, SIM_SESSIONS = 3, SIM_UPROFS = 4 };
/* Beside those of sim/people: what no product did. */
enum { SIM_NO_PRODUCT = -1 };

struct sim_dims {
	struct strlist text[SIM_USE_DIMS];
	size_t persons, services, keys; /* how many of each identity; SIM_FEDERATED besides */
};

/* 0, or -1 without memory; free it either way. */
int sim_dims_make(struct sim_dims *d, const struct sim *s);
void sim_dims_free(struct sim_dims *d);

/* The number of a name in group_by[]; -1 where there is none. */
int sim_dims_find(const char *name);

/* The parameters that filter by it, without the brackets: of usage and cost, and of the legacy reports; NULL: none. */
const char *sim_dims_filter(enum sim_use_dim dim, int legacy);
/* 1 where the legacy reports group by it. */
int sim_dims_legacy(enum sim_use_dim dim);

/* What the API writes for the number VALUE; NULL for -1. */
const char *sim_dims_text(const struct sim_dims *d, enum sim_use_dim dim, int value);
/* 1 where the filter's value TEXT means VALUE. */
int sim_dims_means(const struct sim_dims *d, enum sim_use_dim dim, int value, const char *text);

/* Numbers of identities, and who has one. */
int sim_dims_service(const struct sim_dims *d, size_t n);
int sim_dims_federated(const struct sim_dims *d, size_t n);
int sim_dims_key(const struct sim_dims *d, size_t n);
struct sim_someone sim_dims_who(const struct sim_dims *d, int identity);

#endif
