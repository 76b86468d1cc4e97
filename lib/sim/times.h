/*
 * sim/times - instants to the microsecond: read, written in the API's several forms, compared
 */
#ifndef ANT_SIM_TIMES_H
#define ANT_SIM_TIMES_H

#include <stdint.h>

#include "base/buf.h"
#include "sim/org.h"

enum { SIM_SECOND = 1000000 };

/* Microseconds since 1970 of an RFC 3339 time, whose further digits are dropped; INT64_MIN: it is none. */
int64_t sim_times_read(const char *s);
/* T, in microseconds, as "...SS.ffffffZ", or without a fraction that is 0. */
void sim_times_write(char to[SIM_TIME], int64_t t);

/* Append the JSON of such a text without its Z, or with +00:00 for it; "": null.  struct sim_field's make(). */
void sim_times_zoneless(struct buf *to, const void *text, unsigned escapes);
void sim_times_offset(struct buf *to, const void *text, unsigned escapes);

/* Filters, as struct sim_param's compare(): 0 where TEXT is at or after, after, ... the time ASKED. */
int sim_times_gte(const char *asked, const char *text);
int sim_times_gt(const char *asked, const char *text);
int sim_times_lte(const char *asked, const char *text);
int sim_times_lt(const char *asked, const char *text);

#endif
