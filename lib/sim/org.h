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

enum { SIM_ID = 48, SIM_TIME = 40, SIM_LIMITS = 5, SIM_MODEL_GROUP = 4, SIM_SCOPED_KEYS = 2 };

struct sim_config {
	uint64_t seed;
	long users, workspaces, api_keys, days;
	int64_t now; /* the fixed clock; 0: the real one */
};

/* What each object of the lists starts with. */
struct sim_head {
	char id[SIM_ID];
	char *name; /* NULL: it has none */
	int gone;   /* removed by a change: no list has it any more */
};

struct sim_user {
	struct sim_head head;
	char added_at[SIM_TIME];
	char *email;
	const char *role, *seat; /* seat: JSON of a member that no document names, or NULL */
};

struct sim_invite {
	struct sim_head head;
	char invited_at[SIM_TIME], expires_at[SIM_TIME], accepted_at[SIM_TIME]; /* "": null */
	char *email;
	const char *role, *status, *rbac_groups; /* rbac_groups: JSON */
};

struct sim_tag {
	const char *name, *value;
};

struct sim_workspace {
	struct sim_head head;
	char created_at[SIM_TIME], archived_at[SIM_TIME];	  /* "": null */
	char compartment[SIM_ID], external_key[SIM_ID], color[8]; /* the same */
	char profile[SIM_ID];					  /* the same: a user profile */
	const char *is_default; /* not NULL in the default workspace */
	const char *geos[3];	/* allowed; the first NULL: "unrestricted" */
	const char *default_geo;
	struct sim_tag tags[3];
	size_t ntags;
};

struct sim_actor {
	char id[SIM_ID]; /* "": nobody */
	const char *type;
};

struct sim_key {
	struct sim_head head;
	char created_at[SIM_TIME], expires_at[SIM_TIME], hint[SIM_ID]; /* "": null */
	struct sim_actor principal, creator;
	const char *user; /* the creator's id, where that is a user; else NULL */
	const char *status;
	const char *workspace_id; /* NULL: the default workspace */
	int workspace;		  /* its number; -1: the default workspace */
	/* What it reaches: its workspace, by its own id the default one too; NULL: all of the organization. */
	const char *scope_type, *scope_workspace;
	int64_t created;
};

struct sim_member {
	const char *workspace_id, *user_id, *role;
};

struct sim_limit {
	const char *type;
	int64_t value;
};

struct sim_limit_group {			    /* of the organization */
	const char *group_id, *type, *display_name; /* display_name NULL: none */
	const char *models[SIM_MODEL_GROUP];	    /* the first NULL: null */
	struct sim_limit limits[SIM_LIMITS];	    /* ended by a type NULL */
	char id[SIM_ID];			    /* of its entry in this organization */
};

struct sim_override { /* of a workspace */
	const char *workspace_id;
	struct sim_limit_group group; /* with the workspace's limits */
	int64_t org[SIM_LIMITS];      /* the organization's; -1: null */
	int inherited[SIM_LIMITS];    /* the limit is the organization's */
};

/* A key of the organization's own that encrypts what workspaces store. */
struct sim_external_key {
	char id[SIM_ID], created_at[SIM_TIME], updated_at[SIM_TIME];
	char profile[SIM_ID]; /* "": null */
	const char *name;     /* NULL: null */
	const char *provider; /* JSON */
	const char *attachment;
};

/* One who is no member any more, and in no list: some have lost all but the id. */
struct sim_former {
	char id[SIM_ID];
	char *email, *name;
};

/* The lists.  Members are listed as users are: the one with a user's number is that user. */
enum sim_list {
	SIM_USERS,
	SIM_INVITES,
	SIM_WORKSPACES,
	SIM_KEYS,
	SIM_LISTS,
	SIM_MEMBERS = SIM_LISTS
};

struct sim_org {
	uint64_t seed;
	char id[SIM_ID];
	char *name;
	struct sim_workspace standard;	  /* the default workspace: the one behind the others */
	struct sim_user *users;		  /* newest first */
	struct sim_invite *invites;	  /* newest first */
	struct sim_workspace *workspaces; /* oldest first, archived ones among them */
	struct sim_key *keys;		  /* oldest first */
	char (*services)[SIM_ID];	  /* ids of service accounts */
	struct sim_former *former;
	char scoped_keys[SIM_SCOPED_KEYS][SIM_ID]; /* ids of keys of Claude Enterprise */
	size_t nusers, ninvites, nworkspaces, nkeys, nservices, nformer;
};

/* Make the organization of C as it is on the day of NOW.  0, or -1 with ANT_FAIL; free it either way. */
int sim_org_make(struct sim_org *o, const struct sim_config *c, int64_t now, struct ant_err *e);
void sim_org_free(struct sim_org *o);

/* Object I of a list, also one that is gone; NULL from the list's end on. */
struct sim_head *sim_org_object(const struct sim_org *o, enum sim_list l, size_t i);
/* The number of the object with that ID, also of one that is gone; -1 where there is none. */
long sim_org_find(const struct sim_org *o, enum sim_list l, const char *id);

/* Workspace W; the default one from the end of the list on. */
const struct sim_workspace *sim_org_workspace(const struct sim_org *o, size_t w);

/* The number of Claude Code's own workspace; the first one where the organization has too few for that. */
int sim_org_claude(const struct sim_org *o);

/* User U as a member of workspace W: 1, or 0 where U is none. */
int sim_org_member(const struct sim_org *o, size_t w, size_t u, struct sim_member *m);

/* Group G of limits: 1, or 0 from the last one on. */
int sim_org_limits(const struct sim_org *o, size_t g, struct sim_limit_group *to);
/*
 * What workspace W overrides of group G: 1, 0 where it overrides nothing, -1 where there is no such
 * group.  INHERITED: with what it has from the organization, too.
 */
int sim_org_override(
	const struct sim_org *o, size_t w, size_t g, int inherited, struct sim_override *ov);

/* External key I: 1, 0 where it is one of a workspace without, -1 from the last one on. */
int sim_org_external_key(const struct sim_org *o, size_t i, struct sim_external_key *to);

/* Changes.  0, or -1 where there is no object of that id (of those kinds) or memory ran out. */
int sim_org_remove(struct sim_org *o, const char *id);
int sim_org_return(struct sim_org *o, const char *id); /* of what was removed */
int sim_org_archive(struct sim_org *o, const char *workspace, int64_t now);
int sim_org_rename(struct sim_org *o, const char *id, const char *name);

/* Set the role of a user, or the status of a key.  0, or -1 where there is no such or no such value. */
int sim_org_set_role(struct sim_org *o, const char *user, const char *role);
int sim_org_set_status(struct sim_org *o, const char *key, const char *status);

/*
 * Ids and times as the API writes them: PREFIX, "01" and 22 characters of base 58, or a UUID,
 * other ones for each KIND and INDEX; T with no fraction or one of up to six digits, by HASH.
 */
void sim_org_id(char to[SIM_ID], const char *prefix, uint64_t seed, uint64_t kind, uint64_t index);
void sim_org_uuid(char to[SIM_ID], uint64_t seed, uint64_t kind, uint64_t index);
void sim_org_time(char to[SIM_TIME], int64_t t, uint64_t hash);

/* A number that follows from the seed and A, B, C alone, well mixed. */
uint64_t sim_hash(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);

#endif
