/*
 * sim/kinds - what hashes and ids of the organization's newer objects are made for
 *
 * The second number of sim_hash(), and the kind of sim_org_id(): no two uses meet.  What is made
 * for one module alone, from 200 on, stands there.
 */
#ifndef ANT_SIM_KINDS_H
#define ANT_SIM_KINDS_H

/* Those of sim/org. */
enum {
	SIM_ORG_ID = 1,
	SIM_ORG_TIME,
	SIM_ORG_PERSON,
	SIM_ORG_ROLE,
	SIM_ORG_MEMBER,
	SIM_ORG_KEY,
	SIM_ORG_WORKSPACE,
	SIM_ORG_LIMIT
};
enum {
	SIM_KIND_USER = 1,
	SIM_KIND_INVITE,
	SIM_KIND_WORKSPACE,
	SIM_KIND_KEY,
	SIM_KIND_SERVICE,
	SIM_KIND_EXTERNAL,
	SIM_KIND_LIMIT,
	SIM_KIND_PROFILE
};
/* Instead of the number of the default workspace, which depends on how many there are. */
enum { SIM_KIND_DEFAULT = 1 << 20 };

enum sim_of {
	SIM_OF_FORMER = 500,
	SIM_OF_GROUP,
	SIM_OF_USE,
	SIM_OF_USE_DAY,
	SIM_OF_ROLE,
	SIM_OF_CONNECTOR,
	SIM_OF_SPEND_LIMIT,
	SIM_OF_REQUEST,
	SIM_OF_SCOPED_KEY,
	SIM_OF_PLUGIN,
	SIM_OF_PLUGIN_VERSION,
	SIM_OF_MARKETPLACE,
	SIM_OF_SERVICE,
	SIM_OF_ISSUER,
	SIM_OF_RULE,
	SIM_OF_EVENT,
	SIM_OF_EVENT_FIELD,
	SIM_OF_ORGANIZATION,
	SIM_OF_CHILD,
	SIM_OF_CASE,
	SIM_OF_PROJECT,
	SIM_OF_MEMBER
};

#endif
