#include "sim/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/edit.h"
#include "sim/plant.h"

/* A decimal number with up to three decimals, in thousandths. */
static int
parse_permille(const char *t, unsigned *permille)
{
	unsigned n = 0, scale = 0;
	int point = 0;

	if (*t == '\0' || strlen(t) > 8)
		return -1;
	for (; *t != '\0'; t++) {
		if (*t == '.' && !point) {
			point = 1;
			continue;
		}
		if (*t < '0' || *t > '9' || (point && ++scale > 3))
			return -1;
		n = n * 10 + (unsigned)(*t - '0');
	}
	for (; scale < 3; scale++)
		n *= 10;
	*permille = n;
	return n > 1000000 ? -1 : 0;
}

/* The first N groups that still have use on the day of R: they go. */
static int
drop_groups(struct sim *s, struct sim_revision *r)
{
	uint64_t counts[SIM_COUNTS];

	if (r->drop == 0 || sim_quiet(s, r->day))
		return 0;
	if ((r->dropped = calloc(r->drop, sizeof *r->dropped)) == NULL)
		return -1;
	for (size_t i = 0; i < s->nstreams && r->ndropped < r->drop; i++) {
		int seen = 0;

		sim_day_counts(s, i, r->day, counts);
		for (size_t d = 0; d < r->ndropped; d++)
			seen |= r->dropped[d] == s->streams[i].group;
		for (size_t c = 0; c < SIM_COUNTS && !seen; c++)
			if (counts[c] != 0) {
				r->dropped[r->ndropped++] = s->streams[i].group;
				break;
			}
	}
	return 0;
}

/* The day DATE, and what its amounts are multiplied with: 1 where FACTOR is NULL. */
static int
parse_day(const char *date, const char *factor, int64_t *day, unsigned *permille, struct ant_err *e)
{
	int64_t t;

	if (strlen(date) != 10 || utc_parse(date, 10, &t) == -1)
		return err_set(e, ANT_USAGE, "date: '%s' is not a date YYYY-MM-DD", date);
	*day = t / UTC_DAY;
	*permille = 1000;
	if (factor != NULL && parse_permille(factor, permille) == -1)
		return err_set(e, ANT_USAGE, "factor: '%s' is not a number from 0 to 1000", factor);
	return 0;
}

/* One report alone differs. */
static int
plant(struct sim *s, const char *date, const char *report, const char *group, const char *factor,
	struct ant_err *e)
{
	int64_t day;
	unsigned permille;

	if (group == NULL || factor == NULL)
		return err_set(e, ANT_USAGE, "report: needs group=N and factor=F");
	if (parse_day(date, factor, &day, &permille, e) == -1)
		return -1;
	return sim_plant_add(s, report, day, group, permille, e);
}

static int
revise(struct sim *s, const char *date, const char *factor, const char *drop, struct ant_err *e)
{
	struct sim_revision r = {0, 1000, 0, 0, NULL}, *all;
	char *end = NULL;

	if (parse_day(date, factor, &r.day, &r.permille, e) == -1)
		return -1;
	if (drop != NULL) {
		unsigned long n = strtoul(drop, &end, 10);

		if (drop[0] < '0' || drop[0] > '9' || *end != '\0' || n > 100000)
			return err_set(e, ANT_USAGE, "drop: '%s' is not a number to 100000", drop);
		r.drop = n;
	}
	if (drop_groups(s, &r) == -1 ||
		(all = realloc(s->revisions, (s->nrevisions + 1) * sizeof *all)) == NULL) {
		free(r.dropped);
		return err_set(e, ANT_FAIL, "out of memory for a revision");
	}
	s->revisions = all;
	s->revisions[s->nrevisions++] = r;
	return 0;
}

/* Things that happen now, a millisecond apart. */
static int
happen(struct sim *s, const char *number, struct ant_err *e)
{
	char *end;
	unsigned long n = strtoul(number, &end, 10);
	int64_t *all;

	if (number[0] < '0' || number[0] > '9' || *end != '\0' || n < 1 || n > 1000)
		return err_set(e, ANT_USAGE, "event: '%s' is not a number from 1 to 1000", number);
	if ((all = realloc(s->events, (s->nevents + n) * sizeof *all)) == NULL)
		return err_set(e, ANT_FAIL, "out of memory for an event");
	s->events = all;
	for (unsigned long i = 0; i < n; i++)
		s->events[s->nevents++] = sim_now(s) * 1000000 + (int64_t)i * 1000;
	return 0;
}

static const char *const known[] = {"date", "factor", "drop", "remove", "return", "archive",
	"rename", "name", "role", "status", "to", "enter", "leave", "user", "limit", "cents", "now",
	"event", "report", "group"};
enum {
	DATE,
	FACTOR,
	DROP,
	REMOVE,
	RETURN,
	ARCHIVE,
	RENAME,
	NAME,
	ROLE,
	STATUS,
	TO,
	ENTER,
	LEAVE,
	USER,
	LIMIT,
	CENTS,
	NOW,
	EVENT,
	REPORT,
	GROUP,
	KNOWN
};

/* What is one assignment: 0, or -1 where V has none, or there is no such object. */
static int
set(struct sim *s, const char *const v[KNOWN])
{
	int64_t t;

	if (v[REMOVE] != NULL)
		return sim_org_remove(&s->org, v[REMOVE]);
	if (v[RETURN] != NULL)
		return sim_org_return(&s->org, v[RETURN]);
	if (v[ARCHIVE] != NULL)
		return sim_org_archive(&s->org, v[ARCHIVE], sim_now(s));
	if (v[RENAME] != NULL && v[NAME] != NULL)
		return sim_org_rename(&s->org, v[RENAME], v[NAME]);
	if (v[ROLE] != NULL && v[TO] != NULL)
		return sim_org_set_role(&s->org, v[ROLE], v[TO]);
	if (v[STATUS] != NULL && v[TO] != NULL)
		return sim_org_set_status(&s->org, v[STATUS], v[TO]);
	if (v[NOW] == NULL || utc_parse(v[NOW], strlen(v[NOW]), &t) == -1)
		return -1;
	s->config.now = t;
	return 0;
}

int
sim_change(
	struct sim *s, const struct strlist *names, const struct strlist *values, struct ant_err *e)
{
	const char *v[KNOWN] = {NULL};

	for (size_t i = 0; i < names->n; i++) {
		size_t k = 0;

		while (k < KNOWN && strcmp(known[k], names->v[i]) != 0)
			k++;
		if (k == KNOWN)
			return err_set(e, ANT_USAGE, "unknown parameter '%s'", names->v[i]);
		v[k] = values->v[i];
	}
	if (v[DATE] != NULL && v[REPORT] != NULL)
		return plant(s, v[DATE], v[REPORT], v[GROUP], v[FACTOR], e);
	if (v[DATE] != NULL)
		return revise(s, v[DATE], v[FACTOR], v[DROP], e);
	if (v[EVENT] != NULL)
		return happen(s, v[EVENT], e);
	if (v[ENTER] != NULL && v[USER] != NULL)
		return sim_edit_member(s, v[ENTER], v[USER], 1, e);
	if (v[LEAVE] != NULL && v[USER] != NULL)
		return sim_edit_member(s, v[LEAVE], v[USER], 0, e);
	if (v[LIMIT] != NULL && v[CENTS] != NULL)
		return sim_edit_limit(s, v[LIMIT], v[CENTS], e);
	if (set(s, v) == 0)
		return 0;
	return err_set(e, ANT_USAGE,
		"nothing to change: date=DAY [factor=F] [drop=N], date=DAY report=TABLE group=N "
		"factor=F, remove=ID, return=ID, "
		"archive=WORKSPACE, rename=ID with name=TEXT, role=USER or status=KEY with "
		"to=WORD, "
		"enter=GROUP or leave=GROUP with user=ID, limit=ID with cents=N, now=TIME, or "
		"event=N, of objects that exist");
}
