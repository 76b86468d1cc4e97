/* sim/edit - changes of what follows from the seed: who is in which group, how much a spend limit is */
#ifndef ANT_SIM_EDIT_H
#define ANT_SIM_EDIT_H

#include "base/err.h"
#include "sim/model.h"

struct sim_edit {
	int64_t at;	    /* when it was made: seconds since 1970 */
	char limit[SIM_ID]; /* of a limit: its id; "": of a member */
	uint64_t cents;
	size_t user, group; /* of a member */
	int enters;	    /* the group; 0: leaves it */
};

/*
 * Let the user of an id enter or leave a group; set the spend limit of an id to CENTS, a whole number.
 * Return 0; -1 with ANT_USAGE where there is no such thing, or it is so already, or ANT_FAIL.
 */
int sim_edit_member(
	struct sim *s, const char *group, const char *user, int enters, struct ant_err *e);
int sim_edit_limit(struct sim *s, const char *id, const char *cents, struct ant_err *e);

/* The last edit of the limit ID; of user U in group G.  NULL: there is none. */
const struct sim_edit *sim_edit_of_limit(const struct sim *s, const char *id);
const struct sim_edit *sim_edit_of_member(const struct sim *s, size_t g, size_t u);

#endif
