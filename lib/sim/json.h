/*
 * sim/json - the simulated organization's objects as the API writes them
 *
 * Members stand in one of several orders and text is escaped in one of several
 * ways, as different versions of the real servers do; which one follows from
 * the object.  A few objects have members that no document names.
 */
#ifndef ANT_SIM_JSON_H
#define ANT_SIM_JSON_H

#include "base/buf.h"
#include "sim/code.h"
#include "sim/cost.h"
#include "sim/model.h"

/* Each appends one object; a failure stays in TO. */
void sim_json_organization(struct buf *to, const struct sim *s);
void sim_json_user(struct buf *to, const struct sim *s, size_t i);
void sim_json_invite(struct buf *to, const struct sim *s, size_t i);
void sim_json_workspace(struct buf *to, const struct sim *s, size_t i);
void sim_json_default_workspace(struct buf *to, const struct sim *s);
void sim_json_key(struct buf *to, const struct sim *s, size_t i);
void sim_json_member(
	struct buf *to, const struct sim *s, size_t workspace, size_t user, const char *role);
void sim_json_limit(struct buf *to, const struct sim_limit_group *g);
void sim_json_override(
	struct buf *to, const struct sim *s, size_t workspace, const struct sim_override *o);
/* A bucket of usage: the sums that U holds.  SPEED: the member speed is there. */
void sim_json_usage(
	struct buf *to, const struct sim_usage *u, int64_t start, int64_t width, int speed);
void sim_json_cost(struct buf *to, const struct sim_cost *c);
void sim_json_code(struct buf *to, const struct sim *s, const struct sim_code *r);

/* The values of json columns, without white space, with the fewest escapes. */
void sim_json_tags(struct buf *to, const struct sim_workspace *w, unsigned escapes);
void sim_json_residency(struct buf *to, const struct sim_workspace *w);
void sim_json_models(struct buf *to, const struct sim_limit_group *g);

#endif
