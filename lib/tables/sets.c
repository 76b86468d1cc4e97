#include "tables/sets.h"

#include <stdio.h>
#include <string.h>

/* Source: the API's pages on keys, and tables-2 of the reference: who reaches what. */
static const struct set {
	const char *name;
	enum sets_credential credential;
	const char *text;
} sets[] = {
	{"console", SETS_KEY,
		"an Admin key (sk-ant-admin..., made by an admin in the Console), not the key of a "
		"workspace"},
	{"enterprise", SETS_KEY,
		"a scoped key of a Claude Enterprise organization (made in claude.ai, organization "
		"settings)"},
	{"legacy", SETS_KEY,
		"a scoped key of a Claude Enterprise organization (made in claude.ai, organization "
		"settings)"},
	{"identity", SETS_TOKEN,
		"an OAuth token with the scope org:admin (ANTHROPIC_AUTH_TOKEN or --token-file)"},
	{"compliance", SETS_KEY, "a Compliance Access Key (sk-ant-api01-..., made in claude.ai)"},
};

static const struct set *
find(const char *name)
{
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	return NULL;
}

const char *
sets_known(size_t i)
{
	return i < sizeof sets / sizeof *sets ? sets[i].name : NULL;
}

/* How the set NAME is opened; one that is not known by a key. */
static enum sets_credential
credential_of(const char *name)
{
	const struct set *s = find(name);

	return s != NULL ? s->credential : SETS_KEY;
}

const char *
sets_takes(const char *name)
{
	const struct set *s = find(name);

	return s != NULL ? s->text : "another key";
}

int
sets_need_token(const struct strlist *of, const struct strlist *also)
{
	for (size_t i = 0; i < of->n; i++)
		if (credential_of(of->v[i]) == SETS_KEY)
			return 0;
	for (size_t i = 0; i < also->n; i++)
		if (credential_of(also->v[i]) == SETS_KEY)
			return 0;
	return of->n + also->n > 0;
}

void
sets_credentials(const struct strlist *of, const struct strlist *also, char *to, size_t size)
{
	size_t used = 0;

	snprintf(to, size, "another key");
	for (size_t i = 0; i < of->n + also->n && used < size; i++) {
		const struct set *s = find(i < of->n ? of->v[i] : also->v[i - of->n]);

		if (s != NULL && (used == 0 || strstr(to, s->text) == NULL))
			used += (size_t)snprintf(
				to + used, size - used, "%s%s", used > 0 ? ", or " : "", s->text);
	}
}
