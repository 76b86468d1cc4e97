/* sim/uses_fields - a struct sim_use_row as each report of usage and cost writes it */
#ifndef ANT_SIM_USES_FIELDS_H
#define ANT_SIM_USES_FIELDS_H

#include "sim/field.h"

extern const struct sim_fields sim_fields_usage_item,
	sim_fields_cost_item,				 /* analytics/usage, cost */
	sim_fields_usage_result, sim_fields_cost_result, /* in legacy buckets */
	sim_fields_user_usage, sim_fields_user_cost;	 /* legacy, by user */

#endif
