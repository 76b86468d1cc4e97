/* sim/feed_kinds - the kinds of events as data, and who can have caused them */
#ifndef ANT_SIM_FEED_KINDS_H
#define ANT_SIM_FEED_KINDS_H

#include "sim/feed.h"
#include "sim/people.h"

/* A member of its own: an id that begins with PREFIX, or the JSON as it is. */
struct sim_event_extra {
	const char *name, *prefix, *json;
};

struct sim_event_kind {
	const char *type;
	enum sim_product product; /* whose use brings it; SIM_PRODUCTS: of no product */
	unsigned permille;	  /* of the days of use that have it; above 1000: more than once */
	struct sim_event_extra extra[SIM_EXTRAS];
};

enum {
	SIM_EVENT_SIGNED_IN,
	SIM_EVENT_SIGNED_OUT,
	SIM_EVENT_LOGIN_FAILED,
	SIM_EVENT_API_ACCESSED,
	SIM_EVENT_SETTINGS,
	SIM_EVENT_SCIM,
	SIM_EVENT_SUPPORT,
	SIM_EVENT_KEY,
	SIM_EVENT_WORKSPACE,
	SIM_EVENT_INVITED,
	SIM_EVENT_ACCEPTED,
	SIM_EVENT_JOINED,
	SIM_EVENT_OF_PRODUCTS, /* the first of those that products bring */
	SIM_EVENTS = SIM_EVENT_OF_PRODUCTS + 10
};

extern const struct sim_event_kind sim_feed_kinds[SIM_EVENTS];

/* Who can act; the member that has the id is ID, NULL where there is none. */
enum sim_event_actor {
	SIM_ACTS_USER,
	SIM_ACTS_SERVICE,
	SIM_ACTS_KEY,
	SIM_ACTS_ADMIN_KEY,
	SIM_ACTS_STRANGER,
	SIM_ACTS_ANTHROPIC,
	SIM_ACTS_SCIM,
	SIM_ACTORS
};

extern const struct sim_event_actor_kind {
	const char *type, *id, *prefix; /* prefix: of an id that nothing else has */
	const char *email;		/* the member with the address; NULL: none */
	int known;			/* its id is that of an object of the organization */
} sim_feed_actors[SIM_ACTORS];

#endif
