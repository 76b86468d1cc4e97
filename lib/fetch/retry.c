#include "fetch/retry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"

enum {
	CEILING = 120,	    /* waits grow to this many times the base: 60 s of 0.5 s */
	PATIENCE = 120,	    /* the first wait after a 429 without a hint */
	PATIENCE_MOST = 600 /* its ceiling: 5 minutes of 0.5 s */
};

static const int64_t HINT_MOST = (int64_t)365 * UTC_DAY * 1000; /* beyond it, a year is as good */

static int64_t
grown(int64_t base, unsigned failures, int64_t ceiling)
{
	while (failures-- > 1 && base < ceiling)
		base *= 2;
	return base < ceiling ? base : ceiling;
}

static int64_t
jitter(double luck, int64_t ms)
{
	return (int64_t)(luck * (double)ms);
}

/* A little after the hint, each job differently, lest they all come at once. */
static int64_t
hinted(int64_t hint, double luck)
{
	return hint + jitter(luck, hint / 10 < 1000 ? hint / 10 : 1000);
}

static int64_t
wait_for(const struct retry_case *c, int64_t base, double luck)
{
	if (c->hint_ms >= 0)
		return hinted(c->hint_ms, luck);
	if (c->cause == RETRY_STATUS && c->status == 429) {
		int64_t most;

		if (c->reset_ms >= 0)
			return hinted(c->reset_ms, luck);
		most = grown(base * PATIENCE, c->failures, base * PATIENCE_MOST);
		return most / 2 + jitter(luck, most / 2);
	}
	return jitter(luck, grown(base, c->failures, base * CEILING)); /* full jitter */
}

/* Statuses that another attempt can mend, where the server does not say otherwise. */
static int
passing(long status)
{
	return status == 408 || status == 409 || status == 429 || (status >= 500 && status <= 599);
}

/* What the causes mean but for RETRY_STATUS; what is ANT_TEMP is worth another attempt. */
static const enum ant_status meanings[] = {[RETRY_NETWORK] = ANT_TEMP,
	[RETRY_TIMEOUT] = ANT_TEMP,
	[RETRY_BROKEN] = ANT_TEMP,
	[RETRY_BIG] = ANT_API,
	[RETRY_TLS] = ANT_API,
	[RETRY_LOCAL] = ANT_FAIL};

static enum ant_status
meaning(const struct retry_case *c, int again)
{
	if (c->cause != RETRY_STATUS)
		return meanings[c->cause];
	if ((c->status == 401 || c->status == 403) && !c->foreign)
		return ANT_AUTH;
	return again ? ANT_TEMP : ANT_API;
}

static int
worth_it(const struct retry_case *c)
{
	if (c->cause != RETRY_STATUS)
		return meanings[c->cause] == ANT_TEMP;
	if (c->spend_limit)
		return 0;
	return c->should_retry >= 0 ? c->should_retry : passing(c->status);
}

/* A page that is too much for the server: at once, or when it failed twice on it. */
static int
too_much(const struct retry_case *c, int again)
{
	if (c->cause == RETRY_BIG)
		return 1;
	if (c->cause == RETRY_TIMEOUT)
		return c->failures % 2 == 0;
	if (c->cause != RETRY_STATUS)
		return 0;
	if (c->status == 413 || (c->status == 400 && c->about_size))
		return 1;
	return again && c->status >= 500 && c->failures % 2 == 0;
}

struct retry_plan
retry_decide(const struct retry_case *c, int64_t base_ms, double luck)
{
	int again = worth_it(c);
	struct retry_plan p = {RETRY_NEVER, meaning(c, again), 0, 0};

	if (again) {
		p.verdict = RETRY_AGAIN;
		p.wait_ms = wait_for(c, base_ms, luck);
		p.everybody = c->cause == RETRY_STATUS && c->status == 429;
	}
	if (c->can_shrink && too_much(c, again))
		p.verdict = RETRY_SMALLER;
	return p;
}

/* Decimal seconds or milliseconds, UNIT of them in one: -1 for what is no such number. */
static int64_t
decimal(const char *s, double unit)
{
	char *end;
	double v;

	if (strspn(s, "0123456789.") != strlen(s) || *s == '\0' || *s == '.')
		return -1;
	v = strtod(s, &end) * unit;
	if (*end != '\0')
		return -1;
	return v > (double)HINT_MOST ? HINT_MOST : (int64_t)v;
}

int
retry_http_date(const char *s, int64_t *t)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[UTC_TEXT];
	size_t month;

	/* 0123456789012345678901234567 8
	 * Sun, 06 Nov 1994 08:49:37 GMT */
	if (strlen(s) != 29 || s[3] != ',' || strcmp(s + 25, " GMT") != 0)
		return -1;
	for (month = 0; month < 12; month++)
		if (memcmp(months + month * 3, s + 8, 3) == 0)
			break;
	if (month == 12 || s[4] != ' ' || s[7] != ' ' || s[11] != ' ' || s[16] != ' ')
		return -1;
	snprintf(iso, sizeof iso, "%.4s-%02zu-%.2sT%.8sZ", s + 12, month + 1, s + 5, s + 17);
	return utc_parse(iso, 20, t);
}

int64_t
retry_hint(const char *after_ms, const char *after, int64_t now)
{
	int64_t ms = decimal(after_ms, 1), at;

	if (ms < 0)
		ms = decimal(after, 1000);
	if (ms < 0 && retry_http_date(after, &at) == 0 && at >= now)
		ms = (at - now) * 1000;
	return ms > HINT_MOST ? HINT_MOST : ms;
}

int64_t
retry_reset(const char *reset, int64_t now)
{
	int64_t at;

	if (utc_parse(reset, strlen(reset), &at) == -1 || at <= now)
		return -1;
	/* The fraction was dropped: wait for the second that follows. */
	return at - now >= HINT_MOST / 1000 ? HINT_MOST : (at - now + 1) * 1000;
}

int
retry_should(const char *header)
{
	if (strcasecmp(header, "true") == 0)
		return 1;
	return strcasecmp(header, "false") == 0 ? 0 : -1;
}

int
retry_about_size(const char *message, size_t len)
{
	/* The API documents no text for this: these words are in those that were reported. */
	static const char *const words[] = {
		"limit", "too many", "too large", "too big", "rows", "maximum number"};

	for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
		size_t n = strlen(words[w]);

		for (size_t i = 0; i + n <= len; i++)
			if (strncasecmp(message + i, words[w], n) == 0)
				return 1;
	}
	return 0;
}
