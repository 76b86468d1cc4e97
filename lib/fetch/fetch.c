#include "fetch/fetch.h"

#include <inttypes.h>
#include <string.h>

#include "base/lines.h"
#include "base/near.h"
#include "base/utc.h"
#include "fetch/crawl.h"
#include "fetch/ids.h"
#include "stream/record.h"

int
fetch_param_valid(const char *param, struct ant_err *e)
{
	static const char *const own[] = {"starting_at", "ending_at", "bucket_width", "page",
		"limit", "after_id", "before_id", "group_by[]", "group_by"};
	const char *value = strchr(param, '=');
	int known;

	if (value == NULL || value == param)
		return err_set(e, ANT_USAGE, "--param: '%s' is not NAME=VALUE", param);
	known = near_find(own, (int)(sizeof own / sizeof *own), param, (size_t)(value - param));
	if (known == -1)
		return 0;
	return err_set(e, ANT_USAGE, "--param: %s is sent by ant-fetch itself", own[known]);
}

int
fetch_limit(
	const struct table *table, const char *width, long asked, long *limit, struct ant_err *e)
{
	const struct width *w = table_width(table, width);

	*limit = w != NULL ? w->limit : table->limit;
	if (asked == 0)
		return 0;
	if (*limit == 0)
		return err_set(
			e, ANT_USAGE, "--page-limit: table %s has no limit to choose", table->name);
	if (asked > *limit)
		return err_set(e, ANT_USAGE,
			"--page-limit: %ld is more than %ld, the API's most for %s", asked, *limit,
			table->name);
	*limit = asked;
	return 0;
}

/* Put the control line in LINE to OUT, unless making it FAILED. */
static int
put_control(struct out *out, struct buf *line, const char *what, struct ant_err *e)
{
	int rc = line->failed ? err_sys(e, ANT_FAIL, "%s record", what)
			      : out_put(out, line->data, line->len, e);

	buf_free(line);
	return rc;
}

/* The sink of fetch_run(): records become lines of the stream. */
struct records {
	const struct fetch_plan *plan;
	struct out *out;
	struct fetch_stats *stats;
	size_t closed; /* complete buckets among them */
	int begun;
};

/* The begin line, once.  Not before the first answer, which says whose records these are. */
static int
put_begin(struct records *r, struct ant_err *e)
{
	const struct fetch_plan *plan = r->plan;
	const char *id = plan->organization->id;
	struct record_begin b = {.table = plan->table->name, /* borrowed, all of it */
		.organization = id[0] != '\0' ? id : NULL,
		.has_window = plan->window.width > 0,
		.from = plan->window.from,
		.to = plan->window.to,
		.width = plan->window.width_name,
		.has_group_by = plan->group_by != NULL};
	struct buf line;

	if (r->begun)
		return 0;
	r->begun = 1;
	if (plan->group_by != NULL)
		b.group_by = *plan->group_by;
	buf_init(&line, LINES_MAX);
	record_begin_put(&line, &b);
	return put_control(r->out, &line, "begin", e);
}

static int
put_records(void *to, const struct page *page, struct ant_err *e)
{
	struct records *r = to;

	if (put_begin(r, e) == -1)
		return -1;
	r->closed += page->closed;
	r->stats->pages++;
	r->stats->records += page->records;
	return out_put(r->out, page->lines, page->len, e);
}

/* The sink of fetch_probe(): that there is a page is enough. */
struct probe {
	const char *table;
	struct buf *sample; /* or NULL */
	struct fetch_stats *stats;
};

static int
put_probe(void *to, const struct page *page, struct ant_err *e)
{
	struct probe *p = to;

	p->stats->pages++;
	p->stats->records += page->records;
	if (p->sample != NULL && buf_put(p->sample, page->lines, page->len) == -1)
		return err_sys(e, ANT_FAIL, "%s", p->table);
	return 0;
}

/* The pages of the plan's table for SINK, ONE_PAGE alone or all; *SERVER_NOW as in a crawl. */
static int
fetch_pages(const struct fetch_plan *plan, const struct sink *sink, int one_page,
	struct fetch_stats *stats, int64_t *server_now, struct ant_err *e)
{
	struct crawl w = {.plan = plan, .sink = sink, .stats = stats};
	struct strlist ids = {NULL, 0};
	int rc = 0;

	chain_kind_init(&w.kind, plan->table, &plan->window, plan->limit, plan->jobs == 1);
	w.kind.one_page = one_page;
	w.kind.group_by = plan->group_by;
	w.kind.params = plan->params;
	if (plan->parent != NULL) {
		w.kind.ids = &ids;
		rc = ids_fetch(plan, one_page, stats, &ids, e);
	}
	if (rc == 0)
		rc = crawl_run(&w, e);
	strlist_free(&ids);
	*server_now = w.server_now;
	return rc;
}

int
fetch_probe(const struct fetch_plan *plan, struct buf *sample, struct ant_err *e)
{
	struct fetch_stats stats = {.share = -1};
	struct probe probe = {plan->table->name, sample, &stats};
	struct out nowhere;
	const struct sink sink = {put_probe, &probe, &nowhere};
	int64_t unused;

	out_init(&nowhere, -1, "");
	return fetch_pages(plan, &sink, 1, &stats, &unused, e);
}

/*
 * The end of what is complete by this machine's clock and by the server's: where ours is
 * ahead, or an answer comes out of a cache, later runs would pass over what was not there yet.
 */
static int64_t
watermark(const struct fetch_plan *plan, int64_t server_now)
{
	const struct window *w = &plan->window;
	char server[UTC_TEXT], mark[UTC_TEXT];
	int64_t complete;

	if (w->width == 0 || server_now >= w->watermark)
		return w->watermark;
	complete = utc_floor(server_now, w->width);
	utc_format(server_now, server);
	utc_format(complete, mark);
	crawl_warn(plan,
		"%s: the API's answer is of %s, behind this machine's clock: the watermark is %s",
		plan->table->name, server, mark);
	return complete;
}

static int
put_end(const struct fetch_plan *plan, const struct records *r, int64_t server_now,
	struct ant_err *e)
{
	const struct record_end end = {r->stats->records, r->stats->pages, plan->window.width > 0,
		watermark(plan, server_now)};
	struct buf line;

	buf_init(&line, LINES_MAX);
	record_end_put(&line, &end);
	return put_control(r->out, &line, "end", e) == -1 ? -1 : out_flush(r->out, e);
}

/* The API documents a bucket for every interval.  One that is missing is worth a word. */
static void
check_gaps(const struct fetch_plan *plan, size_t closed)
{
	const struct window *w = &plan->window;
	int64_t want = plan->table->nwidths > 0 && w->watermark > w->from
			       ? (w->watermark - w->from) / w->width
			       : 0;

	if ((int64_t)closed < want)
		crawl_warn(plan, "%s: the API left out %" PRId64 " of %" PRId64 " buckets",
			plan->table->name, want - (int64_t)closed, want);
}

int
fetch_run(const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct fetch_stats stats = {.share = -1};
	struct records records = {plan, out, &stats, 0, 0};
	const struct sink sink = {put_records, &records, out};
	int64_t server_now;

	if (fetch_pages(plan, &sink, 0, &stats, &server_now, e) == -1 ||
		put_begin(&records, e) == -1)
		return -1;
	check_gaps(plan, records.closed);
	return put_end(plan, &records, server_now, e);
}
