/*
 * sim/sources - the sources that several domains list or hang their lists on
 */
#ifndef ANT_SIM_SOURCES_H
#define ANT_SIM_SOURCES_H

#include "sim/source.h"

extern const struct sim_source sim_source_organization, /* struct sim_org, the one */
	sim_source_users,				/* struct sim_user */
	sim_source_invites,				/* struct sim_invite */
	sim_source_workspaces,	  /* struct sim_workspace; the default one last */
	sim_source_keys,	  /* struct sim_key */
	sim_source_members,	  /* struct sim_member, of a workspace */
	sim_source_external_keys; /* struct sim_external_key */

#endif
