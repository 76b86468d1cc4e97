#include "sim/times.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"

int64_t
sim_times_read(const char *s)
{
	const char *dot = strchr(s, '.');
	int64_t t, part = 0;

	if (utc_parse(s, strlen(s), &t) == -1)
		return INT64_MIN;
	for (int i = 1; i <= 6 && dot != NULL; i++) {
		int digit = dot[i] >= '0' && dot[i] <= '9';

		part = part * 10 + (digit ? dot[i] - '0' : 0);
		if (!digit) {
			/* The rest of the digits are noughts. */
			for (i++; i <= 6; i++)
				part *= 10;
		}
	}
	return t * SIM_SECOND + part;
}

void
sim_times_write(char to[SIM_TIME], int64_t t)
{
	int64_t seconds = utc_floor(t, SIM_SECOND) / SIM_SECOND;
	unsigned part = (unsigned)(t - seconds * SIM_SECOND);
	char text[UTC_TEXT];

	utc_format(seconds, text);
	if (part == 0)
		snprintf(to, SIM_TIME, "%s", text);
	else
		snprintf(to, SIM_TIME, "%.19s.%06uZ", text, part);
}

static void
put(struct buf *to, const char *text, const char *zone)
{
	size_t len = strlen(text);

	if (len == 0)
		buf_puts(to, "null");
	else
		buf_printf(to, "\"%.*s%s\"", (int)len - 1, text, zone);
}

void
sim_times_zoneless(struct buf *to, const void *text, unsigned escapes)
{
	(void)escapes;
	put(to, text, "");
}

void
sim_times_offset(struct buf *to, const void *text, unsigned escapes)
{
	(void)escapes;
	put(to, text, "+00:00");
}

int
sim_times_gte(const char *asked, const char *text)
{
	return sim_times_read(text) < sim_times_read(asked);
}

int
sim_times_gt(const char *asked, const char *text)
{
	return sim_times_read(text) <= sim_times_read(asked);
}

int
sim_times_lte(const char *asked, const char *text)
{
	return sim_times_read(text) > sim_times_read(asked);
}

int
sim_times_lt(const char *asked, const char *text)
{
	return sim_times_read(text) >= sim_times_read(asked);
}
