#include "sim/domains.h"

const struct sim_endpoint *const sim_endpoints[] = {
	sim_console_endpoints,
	sim_uses_endpoints,
	sim_activity_endpoints,
	sim_seats_endpoints,
	sim_rbac_endpoints,
	sim_plugins_endpoints,
	sim_identity_endpoints,
	sim_directory_endpoints,
	sim_feed_endpoints,
	NULL,
};

const struct sim_table *const sim_tables[] = {
	sim_console_tables,
	sim_uses_tables,
	sim_activity_tables,
	sim_seats_tables,
	sim_rbac_tables,
	sim_plugins_tables,
	sim_identity_tables,
	sim_directory_tables,
	sim_feed_tables,
	NULL,
};
