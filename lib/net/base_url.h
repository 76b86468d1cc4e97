/* net/base_url - where a secret may be sent, by the parts of a base URL */
#ifndef ANT_NET_BASE_URL_H
#define ANT_NET_BASE_URL_H

#include "base/err.h"

struct base_url { /* its parts as they will be used; NULL where it has none */
	const char *scheme, *host, *user, *password, *query, *fragment;
};

/* 1 where HOST is this machine by its very name: nobody else is asked for its address. */
int base_url_is_loopback(const char *host);

/*
 * Return 0 where a secret may go there: by https, by http to this machine, or by http
 * to any where INSECURE_HTTP.  Else -1 with ANT_USAGE.
 */
int base_url_check(const struct base_url *u, int insecure_http, struct ant_err *e);

#endif
