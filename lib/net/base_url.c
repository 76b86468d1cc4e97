#include "net/base_url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

int
base_url_is_loopback(const char *host)
{
	struct in_addr four;

	/* 127.0.0.1. with a dot at its end would be a name, which others are asked for. */
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && inet_pton(AF_INET, host, &four) == 1);
}

int
base_url_check(const struct base_url *u, int insecure_http, struct ant_err *e)
{
	if (u->scheme == NULL || u->host == NULL)
		return err_set(e, ANT_USAGE, "the base URL has no host");
	if (u->user != NULL || u->password != NULL)
		return err_set(e, ANT_USAGE, "the base URL must not hold a user or a password");
	if (u->query != NULL || u->fragment != NULL)
		return err_set(e, ANT_USAGE, "the base URL must not hold a query or a fragment");
	if (strcmp(u->scheme, "http") != 0 && strcmp(u->scheme, "https") != 0)
		return err_set(e, ANT_USAGE, "the base URL must start with https://");
	if (strcmp(u->scheme, "http") == 0 && !base_url_is_loopback(u->host) && !insecure_http)
		return err_set(e, ANT_USAGE,
			"http:// to %s would send the key for everyone to read: use https://, or "
			"--insecure-http",
			u->host);
	return 0;
}
