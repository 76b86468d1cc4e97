/* base/utc - instants in UTC: RFC 3339 text, buckets, and the times of the command line */
#ifndef ANT_BASE_UTC_H
#define ANT_BASE_UTC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { UTC_MINUTE = 60, UTC_HOUR = 3600, UTC_DAY = 86400 };
enum { UTC_TEXT = 21 }; /* size of "YYYY-MM-DDTHH:MM:SSZ" and its NUL */

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. */
int64_t utc_days(int64_t year, unsigned month, unsigned day);
void utc_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day);

/*
 * Read LEN bytes as an RFC 3339 date-time (any offset; the fraction is dropped,
 * never rounded) or as a full-date, which means its midnight.  Seconds since
 * 1970 go to *T; those of a leap second are the second's after it.  Return 0, or -1 where the
 * text is no such time (also for a 30th of February, an hour 24, or a second 60 that is not
 * 23:59:60 UTC at the end of a month, RFC 3339, 5.7 and appendix D).  Years 0001 to 9999.
 */
int utc_parse(const char *s, size_t len, int64_t *t);

/* Write T as "YYYY-MM-DDTHH:MM:SSZ" with its NUL to TO. */
void utc_format(int64_t t, char to[static UTC_TEXT]);

/*
 * A time of the command line: YYYY-MM-DD, an RFC 3339 time, `today`, `now`, or
 * `-Nd`, `-Nh`, counted back from NOW.  Return 0, or -1 with ANT_USAGE and a reason.
 */
int utc_argument(const char *s, int64_t now, int64_t *t, struct ant_err *e);

/* A span such as 3d, 12h, 30m, 45s, or 0, in seconds.  Return 0 or -1 with a reason. */
int utc_span(const char *s, int64_t *seconds, struct ant_err *e);

/* Write SPAN, of 0 seconds or more, as utc_span() reads it, in its largest whole unit: 7d, 36h, 0s. */
void utc_format_span(int64_t span, char to[static UTC_TEXT]);

/* The start of the bucket of WIDTH seconds that holds T; the first start at or after T. */
int64_t utc_floor(int64_t t, int64_t width);
int64_t utc_ceil(int64_t t, int64_t width);

#endif
