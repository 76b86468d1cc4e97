#include "fetch/fetch.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/lines.h"
#include "base/near.h"
#include "base/utc.h"
#include "fetch/crawl.h"
#include "fetch/ids.h"
#include "stream/record.h"
#include "tables/expr.h"

/* The LEN bytes at NAME are what TABLE's window is asked for with. */
static int
is_of_window(const struct table *table, const char *name, size_t len)
{
	const char *const own[] = {
		table->from.name, table->to.name, table->day.name, table->width_param};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (own[i] != NULL && near_find(&own[i], 1, name, len) == 0)
			return 1;
	return 0;
}

/* So is one that the file always sends, unless a list grows by it. */
static int
is_of_file(const struct table *table, const char *name, size_t len)
{
	if (len > 2 && memcmp(name + len - 2, "[]", 2) == 0)
		return 0;
	for (size_t i = 0; i < table->params.n; i++)
		if (strncmp(table->params.v[i], name, len) == 0 && table->params.v[i][len] == '=')
			return 1;
	return 0;
}

int
fetch_param_valid(const struct table *table, const char *param, struct ant_err *e)
{
	static const char *const own[] = {
		"page", "limit", "after_id", "before_id", "group_by[]", "group_by"};
	const char *value = strchr(param, '=');
	size_t len = value == NULL ? 0 : (size_t)(value - param);

	if (len == 0)
		return err_set(e, ANT_USAGE, "--param: '%s' is not NAME=VALUE", param);
	if (near_find(own, (int)(sizeof own / sizeof *own), param, len) == -1 &&
		!is_of_window(table, param, len) && !is_of_file(table, param, len))
		return 0;
	return err_set(e, ANT_USAGE, "--param: %.*s is sent by ant-fetch itself for table %s",
		(int)len, param, table->name);
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
	const struct window *window; /* as it is when the first page is there */
	const struct id_list *ids;   /* what the chains were asked for with, or NULL */
	int64_t slice;		     /* seconds of a chain */
	int says_asked;		     /* records say what they were asked for with ... */
	struct buf asked;	     /* ... which begins each of them, without a comma behind it */
	size_t of;		     /* the chain that ASKED is of */
	size_t closed;		     /* complete buckets among them */
	int64_t newest;		     /* start of the last bucket; INT64_MIN: there was none */
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
		.has_window = r->window->width > 0,
		.from = r->window->from,
		.to = r->window->to,
		.has_asked = r->window->narrowed,
		.asked = r->window->asked,
		.width = r->window->width_name,
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

/* What chain I was asked for with, as the first member of a record: {"@asked":{"date":"..."} */
static int
make_asked(struct records *r, size_t i, struct ant_err *e)
{
	const struct table *t = r->plan->table;
	struct buf *b = &r->asked;
	char day[UTC_TEXT];

	if (b->len > 0 && r->of == i)
		return 0;
	r->of = i;
	buf_clear(b);
	buf_puts(b, "{\"" EXPR_ASKED "\":{");
	for (size_t h = 0; r->ids != NULL && h < t->nholes; h++) {
		if (h > 0)
			buf_putc(b, ',');
		json_put_string(b, t->holes[h].name);
		buf_putc(b, ':');
		json_put_string(b, r->ids->v.v[i * r->ids->width + h]);
	}
	if (t->day.name != NULL) {
		utc_format(r->window->from + (int64_t)i * r->slice, day);
		day[strlen("YYYY-MM-DD")] = '\0';
		json_put_string(b, t->day.name);
		buf_putc(b, ':');
		json_put_string(b, day);
	}
	buf_putc(b, '}');
	return b->failed ? err_sys(e, ANT_FAIL, "%s", t->name) : 0;
}

/* The records of PAGE, each with what it was asked for with. */
static int
put_asked(struct records *r, const struct page *page, struct ant_err *e)
{
	const char *p = page->lines, *end = p + page->len;

	if (make_asked(r, page->chain, e) == -1)
		return -1;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *member = json_space(p + 1, nl); /* a record is an object */

		if (out_put(r->out, r->asked.data, r->asked.len, e) == -1 ||
			(*member != '}' && out_put(r->out, ",", 1, e) == -1) ||
			out_put(r->out, member, (size_t)(nl + 1 - member), e) == -1)
			return -1;
		p = nl + 1;
	}
	return 0;
}

static int
put_records(void *to, const struct page *page, struct ant_err *e)
{
	struct records *r = to;

	if (put_begin(r, e) == -1)
		return -1;
	r->closed += page->closed;
	if (page->records > 0 && page->last > r->newest)
		r->newest = page->last;
	r->stats->pages++;
	r->stats->records += page->records;
	if (!r->says_asked)
		return out_put(r->out, page->lines, page->len, e);
	return put_asked(r, page, e);
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

/* W for the pages of its plan's table; what that goes through is fetched first, to IDS. */
static int
open_crawl(struct crawl *w, int one_page, struct id_list *ids, struct ant_err *e)
{
	const struct fetch_plan *plan = w->plan;

	w->window = plan->window;
	chain_kind_init(&w->kind, plan->table, &w->window, plan->limit, plan->jobs == 1);
	w->kind.one_page = one_page;
	w->kind.group_by = plan->group_by;
	w->kind.params = plan->params;
	if (plan->table->foreach_table == NULL)
		return 0;
	w->kind.ids = ids;
	return ids_fetch(plan, plan->table, one_page, w->stats, ids, e);
}

int
fetch_probe(const struct fetch_plan *plan, struct buf *sample, struct ant_err *e)
{
	struct fetch_stats stats = {.share = -1};
	struct probe probe = {plan->table->name, sample, &stats};
	struct out nowhere;
	const struct sink sink = {put_probe, &probe, &nowhere};
	struct crawl w = {.plan = plan, .sink = &sink, .stats = &stats};
	struct id_list ids = {.width = 0};
	int rc;

	out_init(&nowhere, -1, "");
	rc = open_crawl(&w, 1, &ids, e) == -1 ? -1 : crawl_run(&w, e);
	strlist_free(&ids.v);
	return rc;
}

/*
 * The end of what is complete by this machine's clock and by the server's: where ours is
 * ahead, or an answer comes out of a cache, later runs would pass over what was not there yet.
 * Where it is about seconds, no two clocks agree: less than a minute is not worth a word.
 */
static int64_t
by_the_server(const struct crawl *c, int64_t mark)
{
	const struct table *t = c->plan->table;
	char server[UTC_TEXT], text[UTC_TEXT];
	int64_t complete;

	if (c->server_now == INT64_MAX || c->server_now - t->lag >= mark)
		return mark;
	complete = utc_floor(c->server_now - t->lag, c->window.width);
	if (c->window.width == 1 && mark - complete < UTC_MINUTE)
		return complete;
	utc_format(c->server_now, server);
	utc_format(complete, text);
	crawl_warn(c->plan,
		"%s: the API's answer is of %s, behind this machine's clock: the watermark is %s",
		t->name, server, text);
	return complete;
}

/*
 * What the answers say of it, too: what was there last, and up to when it is complete.  Return 1,
 * or 0 where not even the first bucket is: that says nothing of the time before, which is not ours.
 */
static int
watermark(const struct crawl *c, const struct records *r, int64_t *mark)
{
	const struct window *w = &c->window;

	*mark = by_the_server(c, w->watermark);
	if (c->refreshed < *mark)
		*mark = utc_floor(c->refreshed, w->width);
	if (c->plan->table->newest && r->newest == INT64_MIN && w->to > w->from)
		return 0;
	if (c->plan->table->newest && r->newest + w->width < *mark && w->to > w->from)
		*mark = r->newest + w->width;
	return *mark >= w->from;
}

static int
put_end(const struct crawl *c, const struct records *r, struct ant_err *e)
{
	struct record_end end = {.records = r->stats->records, .pages = r->stats->pages};
	struct buf line;

	end.has_watermark =
		c->window.width > 0 && !c->window.unserved && watermark(c, r, &end.watermark);
	buf_init(&line, LINES_MAX);
	record_end_put(&line, &end);
	return put_control(r->out, &line, "end", e) == -1 ? -1 : out_flush(r->out, e);
}

/* The API documents a bucket for every interval.  One that is missing is worth a word. */
static void
check_gaps(const struct crawl *c, size_t closed)
{
	const struct window *w = &c->window;
	int64_t want =
		c->kind.buckets && w->watermark > w->from ? (w->watermark - w->from) / w->width : 0;

	if ((int64_t)closed < want && !c->plan->table->newest)
		crawl_warn(c->plan, "%s: the API left out %" PRId64 " of %" PRId64 " buckets",
			c->plan->table->name, want - (int64_t)closed, want);
}

int
fetch_run(const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct fetch_stats stats = {.share = -1};
	struct records records = {.plan = plan, .out = out, .stats = &stats, .newest = INT64_MIN};
	const struct sink sink = {put_records, &records, out};
	struct crawl w = {.plan = plan, .sink = &sink, .stats = &stats};
	struct id_list ids = {.width = 0};
	int rc;

	buf_init(&records.asked, LINES_MAX);
	records.says_asked = table_reads_asked(plan->table);
	records.window = &w.window;
	rc = open_crawl(&w, 0, &ids, e);
	records.ids = w.kind.ids;
	records.slice = w.kind.slice;
	if (rc == 0 && (rc = crawl_run(&w, e)) == 0 && (rc = put_begin(&records, e)) == 0) {
		check_gaps(&w, records.closed);
		rc = put_end(&w, &records, e);
	}
	strlist_free(&ids.v);
	buf_free(&records.asked);
	return rc;
}
