/* net/base_url - where a secret may be sent, by the parts of a base URL */
#ifndef ANT_NET_BASE_URL_H
#define ANT_NET_BASE_URL_H

#include "base/err.h"

enum base_url_part {
	BASE_URL_SCHEME,
	BASE_URL_HOST,
	BASE_URL_USER,
	BASE_URL_PASSWORD,
	BASE_URL_QUERY,
	BASE_URL_FRAGMENT,
	BASE_URL_PARTS
};

/* 1 where HOST is this machine by its very name: nobody else is asked for its address. */
int base_url_is_loopback(const char *host);

/*
 * Return 0 where a secret may be sent to the URL of these parts (NULL: it has none): by
 * https, by http to this machine, or by http to any where INSECURE_HTTP.  Else -1 with ANT_USAGE.
 */
int base_url_check(char *const part[BASE_URL_PARTS], int insecure_http, struct ant_err *e);

#endif
