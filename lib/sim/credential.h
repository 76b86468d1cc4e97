/*
 * sim/credential - who calls: the kinds of credentials, and the refusal of a wrong one
 */
#ifndef ANT_SIM_CREDENTIAL_H
#define ANT_SIM_CREDENTIAL_H

struct sim_call;
struct sim_request;

#define SIM_KEY_TEXT "sk-ant-admin01-simulated"
#define SIM_SCOPED_TEXT "sk-ant-api01-simulated"
#define SIM_TOKEN_TEXT "simulated-oauth-token"

enum sim_keys {
	SIM_ADMIN = 1,	/* an Admin key of the Console */
	SIM_SCOPED = 2, /* a scoped key of the Enterprise organization, a Compliance key */
	SIM_OAUTH = 4	/* an OAuth token with org:admin */
};

/* The kind of R's credential, in x-api-key or Authorization: Bearer; 0: none that is known. */
enum sim_keys sim_credential(const struct sim_request *r);
/* Its name in the log: admin, scoped, oauth, or NULL. */
const char *sim_credential_name(const struct sim_request *r);

/* Refuse a call whose credential nobody knows, as the API does.  0 or -1. */
int sim_credential_check(struct sim_call *c);
/* Refuse a call whose credential is not of a kind that its endpoint takes. */
int sim_credential_opens(struct sim_call *c);

#endif
