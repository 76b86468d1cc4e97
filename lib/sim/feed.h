/*
 * sim/feed - what happened in the organization, event by event: the Compliance API's activities
 *
 * Keys, workspaces, invites and users have theirs at the time that they say themselves; the
 * others follow from who used what on a day (sim/people).  An event is seen up to a minute after
 * its time.  Events are never written in another order of members: the table keeps all of each.
 */
#ifndef ANT_SIM_FEED_H
#define ANT_SIM_FEED_H

#include "base/buf.h"
#include "sim/model.h"

enum { SIM_EXTRAS = 3 };

struct sim_event_kind; /* see feed_kinds.c */

struct sim_event {
	int64_t at, seen; /* microseconds since 1970: its time, and from when on it is listed */
	char id[SIM_ID], created_at[SIM_TIME];
	const struct sim_event_kind *kind;
	int doubled; /* it is delivered twice */
	const char *organization_uuid;
	char organization_id[SIM_ID];
	const char *actor_type, *email, *agent; /* the last two NULL: null */
	char actor_id[SIM_ID], address[SIM_ID]; /* "": null */
	char extra[SIM_EXTRAS][SIM_ID];		/* ids of what it is about, as its kind says */
};

/* The first day that has events. */
int64_t sim_feed_first_day(const struct sim *s);

/* The events of DAY, by time and id: *N of them in *ROWS, which the caller frees.  0, or -1 without memory. */
int sim_feed_day(const struct sim *s, int64_t day, struct sim_event **rows, size_t *n);

/* The day of the event called ID: 1, or 0 where no event is called so. */
int sim_feed_day_of(const struct sim *s, const char *id, int64_t *day);

/* Append the JSON of a struct sim_event, as struct sim_field's make(). */
void sim_feed_json(struct buf *to, const void *event, unsigned escapes);

/* Its type, such as api_key_created. */
const char *sim_feed_type(const struct sim_event *e);
/* 1 where the id of its actor is that of a user, a key or a service account. */
int sim_feed_known_actor(const void *event);

#endif
