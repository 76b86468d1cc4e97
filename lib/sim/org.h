/*
 * sim/org - the objects of the simulated organization: users, workspaces, keys, invites, limits
 *
 * Everything follows from the seed and the sizes, invites and their states also
 * from the day of the clock.  Among the objects are the awkward ones that a real
 * organization has: names with tabs, newlines, quotes, backslashes, emoji and
 * right-to-left text, an empty one and a very long one, null creators.
 */
#ifndef ANT_SIM_ORG_H
#define ANT_SIM_ORG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SIM_ID = 48, SIM_TIME = 40, SIM_LIMITS = 5, SIM_MODEL_GROUP = 4 };

struct sim_config {
	uint64_t seed;
	long users, workspaces, api_keys, days;
	int64_t now; /* the fixed clock; 0: the real one */
};

struct sim_user {
	char id[SIM_ID], added_at[SIM_TIME];
	char *email, *name;
	const char *role;
	int gone; /* removed by a change: no list has it any more */
};

struct sim_invite {
	char id[SIM_ID], invited_at[SIM_TIME], expires_at[SIM_TIME], accepted_at[SIM_TIME];
	char *email; /* accepted_at: "" for null */
	const char *role, *status;
	int gone;
};

struct sim_tag {
	const char *name, *value;
};

struct sim_workspace {
	char id[SIM_ID], created_at[SIM_TIME], archived_at[SIM_TIME]; /* archived_at: "" for null */
	char compartment[SIM_ID], external_key[SIM_ID], color[8]; /* external_key: "" for null */
	char *name;
	const char *geos[3]; /* allowed; the first NULL: "unrestricted" */
	const char *default_geo;
	struct sim_tag tags[3];
	size_t ntags;
	int gone;
};

struct sim_key {
	char id[SIM_ID], created_at[SIM_TIME], expires_at[SIM_TIME], hint[SIM_ID]; /* "": null */
	char principal[SIM_ID], creator[SIM_ID];				   /* "": null */
	const char *principal_type, *creator_type;
	char *name;
	const char *status;
	int workspace; /* -1: the default workspace */
	int64_t created;
	int gone;
};

struct sim_limit {
	const char *type;
	int64_t value;
};

struct sim_limit_group { /* of the organization */
	const char *id, *type;
	const char *models[SIM_MODEL_GROUP]; /* the first NULL: null */
	struct sim_limit limits[SIM_LIMITS]; /* ended by a type NULL */
};

struct sim_override { /* of a workspace */
	const struct sim_limit_group *group;
	struct sim_limit limits[SIM_LIMITS];
	int64_t org[SIM_LIMITS]; /* -1: null */
};

struct sim_org {
	uint64_t seed;
	char id[SIM_ID], default_workspace[SIM_ID];
	char *name;
	struct sim_user *users;		  /* newest first */
	struct sim_invite *invites;	  /* newest first */
	struct sim_workspace *workspaces; /* oldest first, archived ones among them */
	struct sim_key *keys;		  /* oldest first */
	char (*services)[SIM_ID];	  /* ids of service accounts */
	size_t nusers, ninvites, nworkspaces, nkeys, nservices;
};

/* Make the organization of C as it is on the day of NOW.  0, or -1 with ANT_FAIL; free it either way. */
int sim_org_make(struct sim_org *o, const struct sim_config *c, int64_t now, struct ant_err *e);
void sim_org_free(struct sim_org *o);

/* The role of user U in workspace W, or NULL where U is no member. */
const char *sim_org_member(const struct sim_org *o, size_t w, size_t u);

/* The groups of limits, *N of them. */
const struct sim_limit_group *sim_org_limits(size_t *n);
/* What workspace W overrides of group G.  1, or 0 where it overrides nothing. */
int sim_org_override(const struct sim_org *o, size_t w, const struct sim_limit_group *g,
	struct sim_override *ov);

/* Changes.  0, or -1 where there is no object of that id (of those kinds) or memory ran out. */
int sim_org_remove(struct sim_org *o, const char *id);
int sim_org_archive(struct sim_org *o, const char *workspace, int64_t now);
int sim_org_rename(struct sim_org *o, const char *id, const char *name);

/* A number that follows from the seed and A, B, C alone, well mixed. */
uint64_t sim_hash(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);

#endif
