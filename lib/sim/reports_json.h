/*
 * sim/reports_json - the records of the Console's reports as the API writes them
 */
#ifndef ANT_SIM_REPORTS_JSON_H
#define ANT_SIM_REPORTS_JSON_H

#include "base/buf.h"
#include "sim/code.h"
#include "sim/cost.h"
#include "sim/model.h"
#include "sim/usage.h"

/* A bucket of usage: the sums that U holds.  SPEED: the member speed is there. */
void sim_reports_json_usage(
	struct buf *to, const struct sim_usage *u, int64_t start, int64_t width, int speed);
void sim_reports_json_cost(struct buf *to, const struct sim_cost *c);
void sim_reports_json_code(struct buf *to, const struct sim *s, const struct sim_code *r);

#endif
