/*
 * sim/people - who acts in the organization beside its lists: former members, groups, products in use
 *
 * Read from the organization and the seed alone.  A person's number is that of the users' list;
 * from org.nusers on, that of a former member, whom no list has any more.
 */
#ifndef ANT_SIM_PEOPLE_H
#define ANT_SIM_PEOPLE_H

#include "sim/field.h"
#include "sim/model.h"

enum { SIM_GROUPS_EACH = 3, SIM_FEDERATED = 4 };

enum sim_actor_kind {
	SIM_IS_NOBODY,
	SIM_IS_USER,
	SIM_IS_SERVICE,
	SIM_IS_KEY,
	SIM_IS_SCOPED_KEY, /* of Claude Enterprise */
	SIM_IS_FEDERATED   /* one of SIM_FEDERATED outside identities, each of another provider */
};

struct sim_someone {
	enum sim_actor_kind is;
	size_t number; /* of the user, service account, key, identity */
};

/* Who that is as the API tells of them.  The texts are the organization's. */
struct sim_who sim_people_who(const struct sim *s, struct sim_someone someone);

/* All persons, former members last; 1 where user U is a former one or was removed. */
size_t sim_people_count(const struct sim *s);
int sim_people_gone(const struct sim *s, size_t u);

/* Groups of members (rbac_group_...): how many there are; in how many user U is, whose numbers go to TO. */
size_t sim_people_ngroups(const struct sim *s);
void sim_people_group_id(const struct sim *s, size_t g, char to[SIM_ID]);
size_t sim_people_groups(const struct sim *s, size_t u, size_t to[SIM_GROUPS_EACH]);

/* Products: those of seats first, which persons use; what keys and the Console send is of the others. */
enum sim_product {
	SIM_CHAT,
	SIM_CLAUDE_CODE,
	SIM_COWORK,
	SIM_OFFICE,
	SIM_CHROME,
	SIM_DESIGN,
	SIM_TAG,
	SIM_SEAT_PRODUCTS,
	SIM_CONSOLE = SIM_SEAT_PRODUCTS,
	SIM_AGENTS,
	SIM_BATCHES,
	SIM_MESSAGES,
	SIM_OTHER,
	SIM_PRODUCTS
};
/* Its name in the API. */
const char *sim_people_product(enum sim_product p);
/* 1 where user U has product P of seats at all. */
int sim_people_has(const struct sim *s, size_t u, enum sim_product p);
/* How much user U used product P of seats on DAY, in thousandths of a usual day; 0: not at all. */
unsigned sim_people_use(const struct sim *s, size_t u, enum sim_product p, int64_t day);

#endif
