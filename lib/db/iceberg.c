#include "db/iceberg.h"

#include <stdlib.h>
#include <string.h>

#include "db/sql.h"

#define SECURE "iceberg+https://"
#define PLAIN "iceberg+http://"
#define NAMESPACE "?namespace="

static int
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

int
iceberg_is(const char *where)
{
	return begins(where, SECURE) || begins(where, PLAIN);
}

/* Unencrypted, a token would be seen on the way. */
static int
is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || begins(host, "localhost:") ||
	       begins(host, "localhost/") || begins(host, "[::1]");
}

int
iceberg_read(struct lake *l, const char *uri, struct ant_err *e)
{
	const char *host = strstr(uri, "://") + 3, *end = strstr(uri, NAMESPACE), *slash;
	size_t scheme = strlen("iceberg+");

	l->name = strdup(uri);
	if (l->name == NULL)
		return err_sys(e, ANT_FAIL, "lake");
	if (begins(uri, PLAIN) && !is_loopback(host))
		return err_set(e, ANT_USAGE, PLAIN " is for loopback: use " SECURE);
	slash = end;
	while (slash != NULL && slash > host && *slash != '/')
		slash--;
	if (slash == NULL || slash == host || end[strlen(NAMESPACE)] == '\0')
		return err_set(e, ANT_USAGE,
			"what comes after %.15s is not HOST/CATALOG" NAMESPACE "NAME", uri);
	if (memchr(host, '@', (size_t)(slash - host)) != NULL)
		return err_set(e, ANT_USAGE,
			"a catalog's token belongs into ICEBERG_TOKEN: everybody can see a command "
			"line");
	l->at = strndup(uri + scheme, (size_t)(slash - uri) - scheme);
	l->warehouse = strndup(slash + 1, (size_t)(end - slash) - 1);
	l->space = strdup(end + strlen(NAMESPACE));
	return l->at != NULL && l->warehouse != NULL && l->space != NULL
		       ? 0
		       : err_sys(e, ANT_FAIL, "%s", l->name);
}

void
iceberg_put_attach(
	struct buf *b, const struct lake *l, const char *token, int vended, int read_only)
{
	if (token != NULL) {
		buf_puts(b,
			"CREATE OR REPLACE TEMPORARY SECRET anthill_catalog (TYPE iceberg, TOKEN ");
		sql_literal(b, SQL_DUCKDB, token);
		buf_puts(b, "); ");
	}
	buf_puts(b, "ATTACH ");
	sql_literal(b, SQL_DUCKDB, l->warehouse);
	buf_puts(b, " AS lake (TYPE iceberg, ENDPOINT ");
	sql_literal(b, SQL_DUCKDB, l->at);
	buf_printf(b, ", %s%s%s)",
		token != NULL ? "SECRET anthill_catalog" : "AUTHORIZATION_TYPE 'none'",
		vended ? "" : ", ACCESS_DELEGATION_MODE 'none'", read_only ? ", READ_ONLY" : "");
}
