#include "sim/domains.h"

const struct sim_endpoint *const sim_endpoints[] = {
	sim_console_endpoints,
	sim_uses_endpoints,
	NULL,
};

const struct sim_table *const sim_tables[] = {
	sim_console_tables,
	sim_uses_tables,
	NULL,
};
