#include "sim/usage.h"

#include <stdlib.h>
#include <string.h>

#include "sim/plant.h"

/* All streams' counts of DAY to TO: SIM_COUNTS for each stream. */
static void
all_counts(const struct sim *s, int64_t day, uint64_t *to)
{
	if (sim_quiet(s, day) || day < s->first_day) {
		memset(to, 0, s->nstreams * SIM_COUNTS * sizeof *to);
		return;
	}
	for (size_t i = 0; i < s->nstreams; i++)
		sim_day_counts(s, i, day, to + i * SIM_COUNTS);
}

static int
passes(const struct sim *s, const struct sim_stream *st, const struct strlist wanted[SIM_DIMS])
{
	for (int d = 0; d < SIM_DIMS; d++) {
		const char *t = sim_dim_text(s, (enum sim_dim)d, st->dim[d]);

		if (wanted[d].n > 0 && (t == NULL || !strlist_has(&wanted[d], t, strlen(t))))
			return 0;
	}
	return 1;
}

int
sim_usage_open(struct sim_usage *u, const struct sim *s, unsigned asked,
	const struct strlist wanted[SIM_DIMS], struct ant_err *e)
{
	memset(u, 0, sizeof *u);
	u->s = s;
	u->asked = asked;
	u->day = INT64_MIN;
	u->group = calloc(s->nstreams, sizeof *u->group);
	u->sum = calloc(s->nstreams * SIM_COUNTS, sizeof *u->sum);
	u->values = calloc(s->nstreams * SIM_COUNTS, sizeof *u->values);
	if (sim_groups_init(&u->groups, s->nstreams, SIM_DIMS) == -1 || u->group == NULL ||
		u->sum == NULL || u->values == NULL) {
		sim_usage_close(u);
		return err_set(e, ANT_FAIL, "out of memory for a report");
	}
	for (size_t i = 0; i < s->nstreams; i++) {
		int key[SIM_DIMS];

		for (int d = 0; d < SIM_DIMS; d++)
			key[d] = asked >> d & 1 ? s->streams[i].dim[d] : -1;
		u->group[i] = passes(s, &s->streams[i], wanted)
				      ? (int)sim_groups_number(&u->groups, key)
				      : -1;
	}
	return 0;
}

void
sim_usage_close(struct sim_usage *u)
{
	sim_groups_free(&u->groups);
	free(u->group);
	free(u->sum);
	free(u->values);
	memset(u, 0, sizeof *u);
}

/* What this report alone tells of the day. */
static void
plant(struct sim_usage *u)
{
	enum sim_report report = u->asked != 0 ? SIM_USAGE_REPORT : SIM_USAGE_TOTAL;
	struct sim_usage_row row;
	size_t n = 0;

	for (size_t g = 0; g < u->groups.ids.n && u->s->nplants > 0; g++) {
		uint64_t permille;

		if (!sim_usage_row(u, g, &row))
			continue;
		permille = sim_planted(u->s, report, u->day, ++n);
		for (size_t c = 0; c < SIM_COUNTS; c++)
			u->sum[g * SIM_COUNTS + c] = row.n[c] * permille / 1000;
	}
}

void
sim_usage_bucket(struct sim_usage *u, int64_t start, int64_t width)
{
	int64_t day = utc_floor(start, UTC_DAY) / UTC_DAY, from = (start - day * UTC_DAY) / 60;
	uint64_t low[SIM_PROFILES], high[SIM_PROFILES], all[SIM_PROFILES];

	if (u->day != day)
		all_counts(u->s, day, u->values);
	u->day = day;
	utc_format(start, u->start);
	utc_format(start + width, u->end);
	for (int p = 0; p < SIM_PROFILES; p++) {
		low[p] = sim_model_share(p, from);
		high[p] = sim_model_share(p, from + width / 60);
		all[p] = sim_model_share(p, SIM_DAY_MINUTES);
	}
	memset(u->sum, 0, u->groups.ids.n * SIM_COUNTS * sizeof *u->sum);
	for (size_t i = 0; i < u->s->nstreams; i++) {
		const uint64_t *v = u->values + i * SIM_COUNTS;
		int p = u->s->streams[i].profile;
		uint64_t *sum = u->sum + (size_t)(u->group[i] < 0 ? 0 : u->group[i]) * SIM_COUNTS;

		if (u->group[i] < 0 || low[p] == high[p])
			continue;
		for (size_t c = 0; c < SIM_COUNTS; c++)
			sum[c] += v[c] * high[p] / all[p] - v[c] * low[p] / all[p];
	}
	if (width == UTC_DAY)
		plant(u);
}

int
sim_usage_row(const struct sim_usage *u, size_t g, struct sim_usage_row *row)
{
	uint64_t any = 0;

	memcpy(row->n, u->sum + g * SIM_COUNTS, sizeof row->n);
	memcpy(row->start, u->start, sizeof row->start);
	memcpy(row->end, u->end, sizeof row->end);
	for (size_t c = 0; c < SIM_COUNTS; c++)
		any |= row->n[c];
	for (int d = 0; d < SIM_DIMS && any != 0; d++)
		row->dim[d] = sim_dim_text(u->s, (enum sim_dim)d, sim_groups_key(&u->groups, g)[d]);
	return any != 0;
}
