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
base_url_check(char *const part[BASE_URL_PARTS], int insecure_http, struct ant_err *e)
{
	const char *scheme = part[BASE_URL_SCHEME], *host = part[BASE_URL_HOST];

	if (scheme == NULL || host == NULL)
		return err_set(e, ANT_USAGE, "the base URL has no host");
	if (part[BASE_URL_USER] != NULL || part[BASE_URL_PASSWORD] != NULL)
		return err_set(e, ANT_USAGE, "the base URL must not hold a user or a password");
	if (part[BASE_URL_QUERY] != NULL || part[BASE_URL_FRAGMENT] != NULL)
		return err_set(e, ANT_USAGE, "the base URL must not hold a query or a fragment");
	if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		return err_set(e, ANT_USAGE, "the base URL must start with https://");
	if (strcmp(scheme, "http") == 0 && !base_url_is_loopback(host) && !insecure_http)
		return err_set(e, ANT_USAGE,
			"http:// to %s would send the key for everyone to read: use https://, or "
			"--insecure-http",
			host);
	return 0;
}
