/*
 * sim/domains - what the simulator serves: the endpoints and the tables of each domain
 *
 * Each array is in the file of its domain and ends with a path or a name NULL.
 */
#ifndef ANT_SIM_DOMAINS_H
#define ANT_SIM_DOMAINS_H

#include "sim/endpoint.h"
#include "sim/expect.h"

extern const struct sim_endpoint sim_console_endpoints[];
extern const struct sim_table sim_console_tables[];
/* analytics of usage and cost, see sim/uses_query */
extern const struct sim_endpoint sim_uses_endpoints[];
extern const struct sim_table sim_uses_tables[];
/* what people did with each product, see sim/activity */
extern const struct sim_endpoint sim_activity_endpoints[];
extern const struct sim_table sim_activity_tables[];
extern const struct sim_endpoint sim_seats_endpoints[];
extern const struct sim_table sim_seats_tables[];
extern const struct sim_endpoint sim_rbac_endpoints[];
extern const struct sim_table sim_rbac_tables[];
extern const struct sim_endpoint sim_plugins_endpoints[];
extern const struct sim_table sim_plugins_tables[];
extern const struct sim_endpoint sim_identity_endpoints[];
extern const struct sim_table sim_identity_tables[];
extern const struct sim_endpoint sim_directory_endpoints[];
extern const struct sim_table sim_directory_tables[];
extern const struct sim_endpoint sim_feed_endpoints[];
extern const struct sim_table sim_feed_tables[];

/* All of them, with NULL at the end. */
extern const struct sim_endpoint *const sim_endpoints[];
extern const struct sim_table *const sim_tables[];

#endif
