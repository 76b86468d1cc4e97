#include "fetch/organization.h"

#include <string.h>

enum { UUID = 36 }; /* characters */

/* 1 where S is a UUID by its form (RFC 9562, 4): the same one in either case. */
static int
is_uuid(const char *s)
{
	for (size_t i = 0; i < UUID; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
				? s[i] != '-'
				: strchr("0123456789abcdefABCDEF", s[i]) == NULL)
			return 0;
	return 1;
}

/* HEADER as we write it. */
static void
spell(char to[TYPE_ORGANIZATION_MAX + 1], const char *header)
{
	size_t len = strlen(header);
	int uuid = len == UUID && is_uuid(header);

	for (size_t i = 0; i <= len; i++)
		to[i] = (char)(uuid && header[i] >= 'A' && header[i] <= 'F' ? header[i] + 'a' - 'A'
									    : header[i]);
}

int
organization_note(struct organization *o, const char *header, struct ant_err *e)
{
	struct organization other;

	if (header[0] == '\0' || strcmp(header, o->id) == 0)
		return 0;
	if (!type_is_organization(header, strlen(header))) {
		o->id[0] = '\0';
		return err_set(e, ANT_API,
			"the answer names an organization that is none: anthropic-organization-id "
			"is '%s'; does a proxy change it?",
			header);
	}
	spell(other.id, header);
	if (o->id[0] == '\0')
		*o = other;
	if (strcmp(o->id, other.id) == 0)
		return 0;
	err_set(e, ANT_API,
		"the answer is of the organization %s, those before were of %s: one stream holds "
		"one "
		"organization",
		other.id, o->id);
	o->id[0] = '\0';
	return -1;
}
