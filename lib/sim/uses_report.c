#include "sim/uses_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/endpoint.h"
#include "sim/json.h"
#include "sim/uses_query.h"

/*
 * A page's position: its number, then the bucket and the group where it starts.  Where groups of
 * all buckets are ranked together, there is no bucket.
 */
enum { GROUP_BITS = 24, BUCKET_BITS = 16, NUMBER_SHIFT = GROUP_BITS + BUCKET_BITS };

struct page {
	struct sim_call *c;
	const struct sim_uses_query *q;
	struct sim_tally t;
	int64_t number, bucket;
	size_t group; /* a place in the rank */
	long left;    /* groups that still fit */
};

static const struct sim_form *
find_form(const char *name, int by_path)
{
	for (const struct sim_form *f = sim_uses_forms; f->path != NULL; f++)
		if (strcmp(by_path ? f->path : f->table, name) == 0)
			return f;
	return NULL;
}

static int64_t
buckets(const struct sim_uses_query *q)
{
	return q->width == SIM_NO_WIDTH ? 1 : (q->to - q->from) / q->width;
}

/* Where bucket B starts and ends: counted from the newest, where that comes first. */
static int64_t
bucket_start(const struct sim_uses_query *q, int64_t b)
{
	return q->from + (q->newest_first ? buckets(q) - 1 - b : b) * q->width;
}

static int64_t
bucket_end(const struct sim_uses_query *q, int64_t b)
{
	return q->width == SIM_NO_WIDTH ? q->to : bucket_start(q, b) + q->width;
}

/* ---- pages ---- */

static int
read_place(struct page *p)
{
	int64_t position;

	if (sim_call_token(p->c, 0, &position) == -1)
		return -1;
	p->number = position >> NUMBER_SHIFT;
	p->bucket = position >> GROUP_BITS & ((1 << BUCKET_BITS) - 1);
	p->group = (size_t)position & ((1U << GROUP_BITS) - 1);
	return 0;
}

static void
next_page(struct page *p, int64_t bucket, size_t group)
{
	sim_call_next(
		p->c, (p->number + 1) << NUMBER_SHIFT | bucket << GROUP_BITS | (int64_t)group);
}

/* How many groups this page has: of several pages the second one is empty, some are short. */
static long
ragged(const struct page *p)
{
	return p->number == 1			       ? 0
	       : p->number % 3 == 2 && p->q->limit > 1 ? p->q->limit / 2
						       : p->q->limit;
}

/* The rows of one group, all of them on this page. */
static int
put_group(struct page *p, size_t group, const struct sim_sum *sum, int64_t b)
{
	const struct sim_form *f = p->q->form;
	struct sim_use_row row;

	for (size_t i = 0; i < SIM_TALLY_ROWS; i++) {
		uint64_t h = sim_hash(p->c->s->config.seed, f->of->hash,
			(uint64_t)bucket_start(p->q, b), group * SIM_TALLY_ROWS + i);

		if (!sim_tally_row(
			    &p->t, group, sum, bucket_start(p->q, b), bucket_end(p->q, b), i, &row))
			continue;
		if (p->q->no_deleted && row.actor.deleted == 1)
			continue;
		if (f->persons && p->q->width == SIM_NO_WIDTH)
			row.start[0] = row.end[0] = '\0';
		if (sim_call_put(p->c, f->of, &row, h) == -1)
			return -1;
	}
	return 0;
}

/* Bucket after bucket, each with its largest group first. */
static int
page_by_time(struct page *p)
{
	for (; p->bucket < buckets(p->q); p->bucket++, p->group = 0) {
		if (p->left == 0) {
			next_page(p, p->bucket, p->group);
			return 0;
		}
		sim_tally_range(&p->t, bucket_start(p->q, p->bucket), bucket_end(p->q, p->bucket));
		for (; p->group < p->t.nrank; p->group++) {
			size_t g = p->t.rank[p->group].group;

			if (p->left-- == 0) {
				next_page(p, p->bucket, p->group);
				return 0;
			}
			if (put_group(p, g, &p->t.sums[g], p->bucket) == -1)
				return -1;
		}
	}
	return 0;
}

/* ---- all buckets ranked together ---- */

struct ranked {
	struct sim_rank *v;
	size_t n, cap;
};

/* The groups of all buckets, sorted. */
static int
rank_all(struct page *p, struct ranked *all)
{
	for (int64_t b = 0; b < buckets(p->q); b++) {
		sim_tally_range(&p->t, bucket_start(p->q, b), bucket_end(p->q, b));
		if (all->n + p->t.nrank > all->cap) {
			size_t cap = (all->n + p->t.nrank) * 2;
			struct sim_rank *grown = realloc(all->v, cap * sizeof *grown);

			if (grown == NULL)
				return sim_call_refuse(p->c, 500, "Internal server error");
			all->v = grown;
			all->cap = cap;
		}
		for (size_t i = 0; i < p->t.nrank; i++) {
			all->v[all->n] = p->t.rank[i];
			all->v[all->n++].bucket = b;
		}
	}
	if (all->n > 1)
		qsort(all->v, all->n, sizeof *all->v, sim_tally_compare);
	return 0;
}

/* The N groups from AT on: their sums are taken bucket by bucket, then they are put in order. */
static int
put_ranked(struct page *p, const struct sim_rank *at, size_t n)
{
	struct sim_sum *sums = calloc(n + 1, sizeof *sums);
	int result = 0;

	if (sums == NULL)
		return sim_call_refuse(p->c, 500, "Internal server error");
	for (int64_t b = 0; b < buckets(p->q); b++) {
		int made = 0;

		for (size_t i = 0; i < n; i++) {
			if (at[i].bucket != b)
				continue;
			if (!made)
				sim_tally_range(&p->t, bucket_start(p->q, b), bucket_end(p->q, b));
			made = 1;
			sums[i] = p->t.sums[at[i].group];
		}
	}
	for (size_t i = 0; i < n && result == 0; i++)
		result = put_group(p, at[i].group, &sums[i], at[i].bucket);
	free(sums);
	return result;
}

static int
page_by_metric(struct page *p)
{
	struct ranked all = {NULL, 0, 0};
	int result = rank_all(p, &all);

	if (result == 0 && p->group < all.n) {
		size_t n = all.n - p->group;

		if (n > (size_t)p->left) {
			n = (size_t)p->left;
			next_page(p, 0, p->group + n);
		}
		result = put_ranked(p, all.v + p->group, n);
	}
	free(all.v);
	return result;
}

/* ---- legacy buckets ---- */

/* The largest rows of bucket B, as its results. */
static int
put_bucket(struct page *p, int64_t b)
{
	struct sim_page *to = &p->c->a->page;
	size_t start = to->elements.len, n = 0;
	struct sim_use_row row;
	char from[UTC_TEXT], end[UTC_TEXT];

	utc_format(bucket_start(p->q, b), from);
	utc_format(bucket_end(p->q, b), end);
	buf_printf(&to->elements, "{\"starting_at\":\"%s\",\"ending_at\":\"%s\",\"results\":[",
		from, end);
	sim_tally_range(&p->t, bucket_start(p->q, b), bucket_end(p->q, b));
	for (size_t r = 0; r < p->t.nrank; r++)
		for (size_t i = 0; i < SIM_TALLY_ROWS && n < SIM_LARGEST; i++) {
			size_t g = p->t.rank[r].group;

			if (!sim_tally_row(&p->t, g, &p->t.sums[g], bucket_start(p->q, b),
				    bucket_end(p->q, b), i, &row))
				continue;
			if (n++ > 0)
				buf_putc(&to->elements, ',');
			sim_json_object(&to->elements, p->q->form->of, &row, g * 7 + (uint64_t)b,
				p->c->old);
		}
	buf_puts(&to->elements, "]}");
	return sim_page_add(to, start) == -1 ? sim_call_refuse(p->c, 500, "Internal server error")
					     : 0;
}

static int
page_of_buckets(struct page *p)
{
	for (; p->bucket < buckets(p->q) && p->left > 0; p->bucket++, p->left--)
		if (put_bucket(p, p->bucket) == -1)
			return -1;
	if (p->bucket < buckets(p->q))
		next_page(p, p->bucket, 0);
	return 0;
}

/* ---- answers ---- */

static void
put_extra(struct sim_call *c, const struct sim_form *f)
{
	char fresh[UTC_TEXT];
	struct sim_page *p = &c->a->page;
	int n;

	utc_format(sim_uses_fresh(c->s), fresh);
	n = snprintf(p->extra, sizeof p->extra, "\"data_refreshed_at\":\"%s\"", fresh);
	if (f->legacy && c->old) /* no type of 2026-10-21 has it */
		snprintf(p->extra + n, sizeof p->extra - (size_t)n, ",\"organization_id\":\"%s\"",
			c->s->org.id);
}

static int
answer(struct page *p)
{
	struct ant_err e;
	int result;

	if (read_place(p) == -1)
		return -1;
	put_extra(p->c, p->q->form);
	p->left = p->q->form->buckets ? p->q->limit : ragged(p);
	if (p->left == 0) {
		next_page(p, p->bucket, p->group);
		return 0;
	}
	if (sim_tally_open(&p->t, p->c->s->uses, &p->q->ask, &e) == -1)
		return sim_call_refuse(p->c, 500, "Internal server error");
	result = p->q->form->buckets ? page_of_buckets(p)
		 : p->q->by_time     ? page_by_time(p)
				     : page_by_metric(p);
	sim_tally_close(&p->t);
	return result;
}

int
sim_uses_answer(struct sim_call *c)
{
	const struct sim_form *f = find_form(c->endpoint->path, 1);
	struct sim_uses_query q;
	struct page p = {.c = c, .q = &q};
	int result = sim_uses_query_read(&q, c, f);

	if (result == 0)
		result = answer(&p);
	sim_uses_query_free(&q);
	return result;
}

/* ---- the oracle ---- */

/* What of the dimensions is asked for. */
struct asked {
	const struct sim_form *form;
	unsigned dims;
};

static int
take_group(const char *name, void *arg)
{
	struct asked *a = arg;

	return sim_uses_group(a->form, name, &a->dims);
}

/* The rows of the bucket at START: as many as the report sends. */
static void
put_rows(struct sim_oracle *o, const struct sim_form *f, struct sim_tally *t, int64_t start)
{
	struct sim_use_row row;
	size_t n = 0;

	sim_tally_range(t, start, start + o->width);
	for (size_t r = 0; r < t->nrank; r++)
		for (size_t i = 0; i < SIM_TALLY_ROWS; i++) {
			size_t g = t->rank[r].group;

			if (!sim_tally_row(t, g, &t->sums[g], start, start + o->width, i, &row))
				continue;
			if (f->buckets && n++ >= SIM_LARGEST)
				return;
			sim_expect_row(o, &row);
		}
}

int
sim_uses_rows(struct sim_oracle *o, struct ant_err *e)
{
	struct asked a = {find_form(o->table->name, 0), 0};
	struct sim_ask ask = {.kinds = a.form->kinds,
		.persons = a.form->persons,
		.money = a.form->money,
		.metric = a.form->money ? SIM_AMOUNT : SIM_TOTAL_TOKENS};
	struct sim_tally t;

	if (sim_expect_groups(
		    o->group_by == NULL ? a.form->standard : o->group_by, take_group, &a, e) == -1)
		return -1;
	/* Asked for whatever else is. */
	if (a.form->money && !a.form->legacy && !a.form->whole)
		a.dims |= 1U << SIM_BY_COST_TYPE | 1U << SIM_BY_TOKEN_TYPE;
	ask.dims = a.dims | (a.form->persons ? 1U << SIM_BY_ACTOR : 0);
	if (sim_tally_open(&t, o->s->uses, &ask, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->end; at += o->width)
		put_rows(o, a.form, &t, at);
	sim_tally_close(&t);
	return 0;
}
