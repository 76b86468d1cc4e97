/* sim/uses_forms - the reports of usage and cost as endpoints and tables */
#ifndef ANT_SIM_USES_FORMS_H
#define ANT_SIM_USES_FORMS_H

#include "sim/endpoint.h"
#include "sim/expect.h"

extern const struct sim_endpoint sim_uses_endpoints[];
extern const struct sim_table sim_uses_tables[];

#endif
