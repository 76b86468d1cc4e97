/*
 * sim/http - HTTP/1.1 on the loopback interface, with libmicrohttpd
 *
 * One thread a connection, so that an answer that is late holds up no other.
 * Answers of usual framing go through the library; those that a fault damages on
 * the wire are written to the socket as they are.
 */
#ifndef ANT_SIM_HTTP_H
#define ANT_SIM_HTTP_H

#include "base/err.h"
#include "sim/server.h"

struct sim_http;

/*
 * Listen on 127.0.0.1 and PORT (0: a free one) and answer from S, which stays the
 * caller's.  Return NULL with ANT_FAIL where that cannot be.
 */
struct sim_http *sim_http_start(struct sim_server *s, unsigned port, struct ant_err *e);
unsigned sim_http_port(const struct sim_http *h);
/* Stop: answers that wait are dropped.  NULL: no effect. */
void sim_http_stop(struct sim_http *h);

#endif
