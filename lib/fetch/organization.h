/*
 * fetch/organization - whose records these are
 *
 * Source: the API's page on response headers: every answer, a refusal as well, names the
 * organization of the key in anthropic-organization-id, which is a UUID.
 */
#ifndef ANT_FETCH_ORGANIZATION_H
#define ANT_FETCH_ORGANIZATION_H

#include "base/err.h"
#include "stream/type.h"

struct organization {			    /* all 0 to begin with */
	char id[TYPE_ORGANIZATION_MAX + 1]; /* a UUID in lower case; "": no answer named one */
};

/*
 * An answer has come whose header names HEADER ("": none, which contradicts nothing).
 * Return 0, or -1 with ANT_API and a reason: it is no id at all, or another one than before.
 * Nothing that such answers say can be believed: the id is "" then.
 */
int organization_note(struct organization *o, const char *header, struct ant_err *e);

#endif
