#include "fetch/fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lines.h"
#include "base/utc.h"
#include "fetch/chain.h"
#include "fetch/complaint.h"
#include "fetch/ids.h"
#include "fetch/page.h"
#include "fetch/pieces.h"
#include "fetch/retry.h"
#include "stream/record.h"

enum {
	WAIT_MS = 1000,		  /* look at the clock at least so often */
	RESET_MS = 10 * 60 * 1000 /* a reset of the request budget later than this is no pacing */
};

/* One crawl: the chains of one table. */
struct run {
	const struct fetch_plan *plan;
	const struct table *table;
	struct chain_kind kind;
	struct out *out;
	struct ids *collect; /* takes the ids out of the records; NULL: they are written */
	struct chain *ring;  /* chain i is ring[i % size] */
	size_t size, head, tail, total; /* chains [head, tail) are open */
	struct pieces pieces;
	int64_t budget_at; /* something could start then, but for the budget; 0: it is not that */
	int64_t progress_at, open_bucket;
	int64_t server_now; /* the earliest that the server said it was; INT64_MAX: it did not */
	uint64_t random;
	struct buf target, cursor;
	struct strlist members;
	size_t closed; /* complete buckets seen */
	struct fetch_stats *stats;
};

int
fetch_param_valid(const char *param, struct ant_err *e)
{
	static const char *const own[] = {"starting_at", "ending_at", "bucket_width", "page",
		"limit", "after_id", "before_id", "group_by[]", "group_by"};
	const char *value = strchr(param, '=');
	size_t len;

	if (value == NULL || value == param)
		return err_set(e, ANT_USAGE, "--param: '%s' is not NAME=VALUE", param);
	len = (size_t)(value - param);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strlen(own[i]) == len && memcmp(own[i], param, len) == 0)
			return err_set(
				e, ANT_USAGE, "--param: %s is sent by ant-fetch itself", own[i]);
	return 0;
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

/* From 0 up to 1: xorshift64*, good enough to spread waits. */
static double
luck(struct run *r)
{
	r->random ^= r->random >> 12;
	r->random ^= r->random << 25;
	r->random ^= r->random >> 27;
	return (double)((r->random * 0x2545f4914f6cdd1dU) >> 11) / 9007199254740992.0;
}

static struct chain *
chain_at(struct run *r, size_t i)
{
	return &r->ring[i % r->size];
}

static void
warn(struct run *r, const char *text)
{
	if (r->plan->events.warn != NULL)
		r->plan->events.warn(r->plan->events.ctx, text);
}

static int
start_request(struct run *r, struct chain *c, struct ant_err *e)
{
	if (chain_target(c, &r->kind, &r->target, e) == -1)
		return -1;
	if ((c->receiving = pieces_take(&r->pieces)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	if (http_get(r->plan->http, r->target.data, &c->receiving->body, c, e) == -1)
		return -1;
	r->stats->requests++;
	r->stats->retries += c->failures > 0;
	return 0;
}

/* May a chain that is not the first one ask for a page that will have to wait? */
static int
may_read_ahead(const struct run *r)
{
	return r->pieces.ahead + http_active(r->plan->http) < FETCH_AHEAD * r->plan->jobs &&
	       r->pieces.ahead_bytes < FETCH_AHEAD_BYTES;
}

/* The next chain that can use a request now, or NULL. */
static struct chain *
startable(struct run *r, int64_t now)
{
	for (size_t i = r->head; i < r->tail; i++) {
		struct chain *c = chain_at(r, i);

		if (c->done || c->receiving != NULL || c->retry_at > now)
			continue;
		if (i == r->head || may_read_ahead(r))
			return c;
	}
	if (r->tail < r->total && r->tail - r->head < r->size &&
		(r->tail == r->head || may_read_ahead(r))) {
		chain_open(chain_at(r, r->tail), &r->kind, r->tail);
		return chain_at(r, r->tail++);
	}
	return NULL;
}

static int
start_requests(struct run *r, struct ant_err *e)
{
	int64_t now = clock_ms(), wait;
	struct chain *c;

	r->budget_at = 0;
	while (http_active(r->plan->http) < r->plan->jobs && (c = startable(r, now)) != NULL) {
		if ((wait = budget_take(r->plan->budget, e)) == -1)
			return -1;
		if (wait > 0) {
			r->budget_at = clock_ms() + wait;
			break;
		}
		if (start_request(r, c, e) == -1)
			return -1;
	}
	return 0;
}

static int
write_piece(struct run *r, struct chain *c, const struct page *page, struct ant_err *e)
{
	c->written++;
	r->closed += page->closed;
	if (r->collect != NULL)
		return ids_add(r->collect, page, e);
	r->stats->pages++;
	r->stats->records += page->records;
	if (r->plan->sample != NULL && buf_put(r->plan->sample, page->lines, page->len) == -1)
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	if (r->plan->probe)
		return 0;
	return out_put(r->out, page->lines, page->len, e);
}

/* Write what is next in order; a slow reader costs the server's time limits nothing. */
static int
write_ready(struct run *r, struct ant_err *e)
{
	int64_t began = clock_ms(), spent;
	int wrote = 0;

	while (r->head < r->tail) {
		struct chain *c = chain_at(r, r->head);

		while (c->queue.first != NULL) {
			if (write_piece(r, c, &c->queue.first->page, e) == -1)
				return -1;
			wrote = 1;
			pieces_pop(&r->pieces, &c->queue);
		}
		if (!c->done)
			break;
		r->head++;
	}
	if (!wrote)
		return 0;
	if (!r->plan->probe && r->collect == NULL && out_flush(r->out, e) == -1)
		return -1;
	spent = clock_ms() - began;
	http_pardon(r->plan->http, spent);
	r->progress_at += spent;
	return 0;
}

/* The URL of the request of C, for messages. */
static void
describe_url(struct run *r, struct chain *c, char *to, size_t size)
{
	struct ant_err unused;

	if (chain_target(c, &r->kind, &r->target, &unused) == -1)
		buf_clear(&r->target);
	snprintf(to, size, "%s%s", http_base(r->plan->http),
		r->target.len > 0 ? r->target.data : r->table->path);
	http_redact(r->plan->http, to); /* a cursor is what the server says it is */
}

/* A failed answer in words, without the key that it may quote, whole or cut off. */
static void
describe_failure(struct run *r, struct complaint *said, const struct http_answer *a,
	const char *reason, char *to, size_t size)
{
	http_redact(r->plan->http, said->type);
	http_redact(r->plan->http, said->message);
	complaint_describe(said, a, reason, to, size);
	http_redact(r->plan->http, to);
}

static void
log_request(struct run *r, struct chain *c, const struct http_answer *a, const char *error)
{
	char url[4096];
	struct fetch_request request = {
		url, a->request_id, a->status, a->wire_bytes, a->ms, c->failures + 1, error};

	if (r->plan->events.request == NULL)
		return;
	describe_url(r, c, url, sizeof url);
	r->plan->events.request(r->plan->events.ctx, &request);
}

/* What the server says about its budget of requests. */
static int
note_budget(struct run *r, const struct http_answer *a, int64_t server_now, struct ant_err *e)
{
	int64_t reset = retry_reset(a->reset, server_now);
	size_t digits = strspn(a->remaining, "0123456789");

	if (reset < 0 || reset > RESET_MS || digits == 0 || digits > 9 ||
		a->remaining[digits] != '\0')
		return 0;
	return budget_left(r->plan->budget, strtol(a->remaining, NULL, 10),
		(int64_t)http_active(r->plan->http), clock_ms() + reset, e);
}

/* A whole, valid page of C has arrived.  Return as chain_follow(). */
static int
accept_page(struct run *r, struct chain *c, const struct page *page, char *reason, size_t size)
{
	struct piece *p = c->receiving;

	if (chain_follow(c, &r->kind, page, &r->cursor, reason, size) == -1)
		return -1;
	c->done |= r->plan->probe;
	p->page = *page;
	pieces_push(&r->pieces, &c->queue, p);
	c->receiving = NULL;
	r->progress_at = clock_ms();
	return 0;
}

/* Give up: what happened, for good. */
static int
give_up(struct run *r, struct chain *c, const struct retry_case *failed, enum ant_status status,
	const char *what, const char *why, struct ant_err *e)
{
	char url[1024];

	describe_url(r, c, url, sizeof url);
	if (status == ANT_AUTH) {
		err_set(e, status,
			"%s: the API refused the key: %s: it takes an Admin key (sk-ant-admin..., "
			"made by an admin in the Console), not the key of a workspace",
			url, what);
		e->cause = failed->status == 403 ? CAUSE_FORBIDDEN : CAUSE_ANY;
		return -1;
	}
	if (failed->failures > 1)
		return err_set(
			e, status, "%s: %s%s, after %u attempts", url, what, why, failed->failures);
	return err_set(e, status, "%s: %s%s", url, what, why);
}

/* The request of C failed: again, smaller, or never. */
static int
recover(struct run *r, struct chain *c, struct retry_case *failed, const char *what,
	struct ant_err *e)
{
	struct retry_plan plan = retry_decide(failed, r->plan->backoff_ms, luck(r));
	int64_t now = clock_ms(), left = r->progress_at + r->plan->deadline_ms - now;
	char text[4096], url[1024], why[128];

	if (plan.verdict == RETRY_NEVER)
		return give_up(r, c, failed, plan.status, what, "", e);
	/* Even where we give up: others may share the budget. */
	if (plan.everybody && budget_pause(r->plan->budget, now + plan.wait_ms, e) == -1)
		return -1;
	if (failed->failures > r->plan->retries &&
		!(plan.verdict == RETRY_SMALLER && plan.status == ANT_API))
		return give_up(r, c, failed, plan.status, what, "", e);
	if (plan.wait_ms > left) {
		snprintf(why, sizeof why,
			"; the next attempt would be in %.1f s, past the deadline",
			(double)plan.wait_ms / 1000);
		return give_up(r, c, failed, plan.status, what, why, e);
	}
	describe_url(r, c, url, sizeof url);
	if (plan.verdict == RETRY_SMALLER) {
		chain_shrink(c, &r->kind, &r->pieces);
		/* What one page is too large for, the next ones will be, too. */
		if (plan.status == ANT_API) {
			c->failures = 0;
			if (c->limit < r->kind.limit)
				r->kind.limit = c->limit;
		}
		snprintf(text, sizeof text, "%s: %s: asking for pages of %ld", url, what, c->limit);
	} else {
		snprintf(text, sizeof text, "%s: %s: trying again in %.1f s (%u of %u)", url, what,
			(double)plan.wait_ms / 1000, failed->failures, r->plan->retries);
	}
	warn(r, text);
	c->retry_at = now + plan.wait_ms;
	return 0;
}

static enum retry_cause
cause_of(enum http_result result)
{
	switch (result) {
	case HTTP_ANSWERED:
		return RETRY_STATUS;
	case HTTP_NETWORK:
		return RETRY_NETWORK;
	case HTTP_TIMEOUT:
		return RETRY_TIMEOUT;
	case HTTP_BIG:
		return RETRY_BIG;
	case HTTP_TLS:
		return RETRY_TLS;
	default:
		return RETRY_LOCAL;
	}
}

/* A request of C brought no page.  REASON is NULL where the status says it. */
static int
failed_request(struct run *r, struct chain *c, const struct http_answer *a, enum retry_cause cause,
	const char *reason, int64_t server_now, struct ant_err *e)
{
	struct retry_case failed = {.cause = cause, .status = a->status};
	struct complaint complaint = {0};
	char what[1024];

	if (a->result == HTTP_ANSWERED)
		complaint_read(&complaint, &c->receiving->body);
	describe_failure(r, &complaint, a, reason, what, sizeof what);
	log_request(r, c, a, what);
	pieces_release(&r->pieces, c->receiving);
	c->receiving = NULL;
	if (c->id != NULL && cause == RETRY_STATUS && a->status == 404 && c->pages == 0) {
		char text[4096], url[1024];

		describe_url(r, c, url, sizeof url);
		snprintf(text, sizeof text, "%s: %s: skipped", url, what);
		warn(r, text);
		c->done = 1;
		r->progress_at = clock_ms();
		return 0;
	}
	failed.failures = ++c->failures;
	failed.should_retry = cause == RETRY_STATUS ? retry_should(a->should_retry) : -1;
	failed.hint_ms = retry_hint(a->retry_after_ms, a->retry_after, server_now);
	failed.reset_ms = retry_reset(a->reset, server_now);
	failed.spend_limit = a->status == 429 && complaint.spend_limit;
	failed.about_size = retry_about_size(complaint.message, strlen(complaint.message));
	failed.can_shrink = chain_can_shrink(c, &r->kind);
	return recover(r, c, &failed, what, e);
}

/* An answer that is no page and never will be. */
static int
nonsense(struct run *r, struct chain *c, const struct http_answer *a, const char *reason,
	struct ant_err *e)
{
	const struct retry_case failed = {.failures = c->failures + 1};
	struct complaint complaint;
	char what[1024];

	complaint_quote(&complaint, &c->receiving->body);
	describe_failure(r, &complaint, a, reason, what, sizeof what);
	log_request(r, c, a, what);
	return give_up(r, c, &failed, ANT_API, what, "", e);
}

/* 200: is the body a page? */
static int
read_answer(struct run *r, struct chain *c, const struct http_answer *a, int64_t server_now,
	struct ant_err *e)
{
	const struct page_rules rules = {
		r->table->paging, r->kind.buckets, c->next, c->to, r->open_bucket, &r->members};
	struct page page;
	char reason[512] = "";

	if (strstr(a->content_type, "html") != NULL)
		return failed_request(r, c, a, RETRY_BROKEN, "the answer is HTML", server_now, e);
	switch (page_read(&c->receiving->body, &rules, &page, &r->cursor, reason, sizeof reason)) {
	case PAGE_BROKEN:
		return failed_request(r, c, a, RETRY_BROKEN, reason, server_now, e);
	case PAGE_WRONG:
		return nonsense(r, c, a, reason, e);
	case PAGE_MEMORY:
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	default:
		break;
	}
	log_request(r, c, a, NULL); /* before the cursor moves on */
	if (accept_page(r, c, &page, reason, sizeof reason) == 0)
		return 0;
	if (reason[0] != '\0')
		return nonsense(r, c, a, reason, e);
	return err_sys(e, ANT_FAIL, "%s", r->table->name);
}

static int
handle(struct run *r, struct chain *c, const struct http_answer *a, struct ant_err *e)
{
	int64_t server_now;

	if (retry_http_date(a->date, &server_now) == -1)
		server_now = (int64_t)time(NULL);
	else if (a->status == 200 && server_now < r->server_now)
		r->server_now = server_now;
	r->stats->bytes += (uint64_t)a->wire_bytes;
	if (note_budget(r, a, server_now, e) == -1)
		return -1;
	if (a->result != HTTP_ANSWERED)
		return failed_request(r, c, a, cause_of(a->result), a->reason, server_now, e);
	if (a->status == 200)
		return read_answer(r, c, a, server_now, e);
	if (a->status >= 300 && a->status < 400) {
		char reason[96];

		snprintf(reason, sizeof reason,
			"HTTP %ld: a redirect, which is not followed: the key would go along",
			a->status);
		return nonsense(r, c, a, reason, e);
	}
	return failed_request(r, c, a, RETRY_STATUS, NULL, server_now, e);
}

/* Milliseconds until there is something to do without an answer. */
static int64_t
idle_ms(struct run *r)
{
	int64_t now = clock_ms(), wait = WAIT_MS;

	for (size_t i = r->head; i < r->tail; i++) {
		const struct chain *c = chain_at(r, i);

		if (!c->done && c->receiving == NULL && c->retry_at > now &&
			c->retry_at - now < wait)
			wait = c->retry_at - now;
	}
	if (r->budget_at > 0 && r->budget_at - now < wait)
		wait = r->budget_at > now ? r->budget_at - now : 0;
	return wait;
}

/* Nobody reads any more: the next write would end us, and that may be long from now. */
static int
check_reader(struct run *r, struct ant_err *e)
{
	struct pollfd p = {.fd = r->out->fd};

	if (r->collect != NULL || r->plan->probe || poll(&p, 1, 0) != 1 || !(p.revents & POLLERR))
		return 0;
	if (r->plan->events.reader_gone != NULL)
		r->plan->events.reader_gone(r->plan->events.ctx);
	errno = EPIPE;
	return err_sys(e, ANT_FAIL, "%s", r->out->name);
}

static int
check_deadline(struct run *r, struct ant_err *e)
{
	int64_t now = clock_ms(), pause = r->plan->budget->rate.pause_until;

	if (r->budget_at > 0 && http_active(r->plan->http) == 0) {
		/* Waiting for our own budget is no lack of progress. */
		if (pause <= now)
			r->progress_at = now;
		else if (pause - r->progress_at > r->plan->deadline_ms) /* of another process */
			return err_set(e, ANT_TEMP,
				"%s%s: the API asked to wait for %.1f s more, past the deadline",
				http_base(r->plan->http), r->table->path,
				(double)(pause - now) / 1000);
	}
	if (now - r->progress_at < r->plan->deadline_ms)
		return 0;
	return err_set(e, ANT_TEMP, "%s%s: no progress for %.0f seconds", http_base(r->plan->http),
		r->table->path, (double)r->plan->deadline_ms / 1000);
}

static void
report(struct run *r)
{
	const struct window *w = &r->plan->window;
	int64_t done = r->head < r->tail ? chain_at(r, r->head)->next : w->to;

	if (r->plan->events.progress == NULL)
		return;
	if (r->collect != NULL || (r->total <= 1 && !r->kind.buckets))
		r->stats->share = -1;
	else if (r->kind.buckets)
		r->stats->share = (double)(done - w->from) / (double)(w->to - w->from);
	else
		r->stats->share = (double)r->head / (double)r->total;
	r->plan->events.progress(r->plan->events.ctx, r->stats);
}

/* Take the answers that are complete.  Return how many, or -1. */
static int
take_answers(struct run *r, struct ant_err *e)
{
	struct http_answer a;
	void *chain;
	int n = 0;

	while (http_next(r->plan->http, &a, &chain)) {
		n++;
		if (handle(r, chain, &a, e) == -1)
			return -1;
	}
	return n;
}

static int
crawl(struct run *r, struct ant_err *e)
{
	r->progress_at = clock_ms();
	while (r->head < r->total) {
		int answers;

		/* First send what can be sent: the server works while we write. */
		if (start_requests(r, e) == -1 || http_wait(r->plan->http, 0, -1, e) == -1 ||
			write_ready(r, e) == -1)
			return -1;
		if ((answers = take_answers(r, e)) == -1)
			return -1;
		report(r);
		if (check_deadline(r, e) == -1 || check_reader(r, e) == -1)
			return -1;
		if (answers == 0 && r->head < r->total &&
			http_wait(r->plan->http, idle_ms(r),
				r->collect == NULL && !r->plan->probe ? r->out->fd : -1, e) == -1)
			return -1;
	}
	return 0;
}

/* PAGING_NONE: the answer must hold the keys, or it is not what we asked for. */
static int
required_members(struct run *r)
{
	for (size_t i = 0; i < r->table->ncolumns; i++) {
		const struct column *c = &r->table->columns[i];
		const char *name = c->expr + 1;

		if (!c->key || c->expr[0] != '.' || *name == '\0' ||
			name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
					  "0123456789")] != '\0')
			continue;
		if (strlist_add(&r->members, name, strlen(name)) == -1)
			return -1;
	}
	return 0;
}

static int
run_init(struct run *r, const struct strlist *ids, struct ant_err *e)
{
	const struct window *w = &r->plan->window;
	long limit = r->plan->limit;

	if (r->collect != NULL && fetch_limit(r->table, NULL, 0, &limit, e) == -1)
		return -1;
	chain_kind_init(&r->kind, r->table, w, limit, r->plan->jobs == 1);
	r->kind.ids = ids;
	r->kind.group_by = r->plan->group_by;
	r->kind.params = r->collect == NULL ? r->plan->params : NULL;
	r->total = chain_count(&r->kind);
	if (r->plan->probe && r->total > 1)
		r->total = 1;
	r->size = (FETCH_AHEAD + 1) * r->plan->jobs + 1;
	r->server_now = INT64_MAX;
	r->open_bucket = w->width > 0 ? utc_floor((int64_t)time(NULL), w->width) : 0;
	r->random = (uint64_t)clock_ms() * 0x9e3779b97f4a7c15U ^ (uint64_t)getpid() << 32 ^ 1;
	buf_init(&r->target, CHAIN_TARGET_MAX);
	buf_init(&r->cursor, CHAIN_CURSOR_MAX);
	if ((r->ring = calloc(r->size, sizeof *r->ring)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	for (size_t i = 0; i < r->size; i++)
		chain_init(&r->ring[i]);
	if (r->table->paging == PAGING_NONE && required_members(r) == -1)
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	return 0;
}

static void
run_free(struct run *r)
{
	for (size_t i = 0; r->ring != NULL && i < r->size; i++)
		chain_free(&r->ring[i], &r->pieces);
	pieces_free(&r->pieces);
	free(r->ring);
	buf_free(&r->target);
	buf_free(&r->cursor);
	strlist_free(&r->members);
}

/* The ids of the parent's rows, whatever page they are on. */
static int
fetch_ids(const struct fetch_plan *plan, struct out *out, struct fetch_stats *stats,
	struct strlist *ids, struct ant_err *e)
{
	struct ids collect;
	struct run r = {.plan = plan,
		.table = plan->parent,
		.out = out,
		.collect = &collect,
		.stats = stats};
	int rc = -1;

	if (plan->parent->nwidths > 0 || plan->parent->paging == PAGING_DAY ||
		plan->parent->foreach_table != NULL)
		return err_set(e, ANT_USAGE, "%s: foreach goes through plain lists, and %s is none",
			plan->table->file, plan->parent->name);
	ids_init(&collect, plan->parent->name, plan->table->foreach_path, ids);
	if (run_init(&r, NULL, e) == 0)
		rc = crawl(&r, e);
	http_cancel(plan->http);
	run_free(&r);
	ids_free(&collect);
	return rc;
}

static int
put_begin(const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct record_begin b = {.table = plan->table->name,
		.has_window = plan->window.width > 0,
		.from = plan->window.from,
		.to = plan->window.to,
		.has_group_by = plan->group_by != NULL};
	struct buf line;
	int rc;

	/* Borrowed, not freed: the plan owns them. */
	memcpy(&b.width, &plan->window.width_name, sizeof b.width);
	if (plan->group_by != NULL)
		b.group_by = *plan->group_by;
	buf_init(&line, LINES_MAX);
	if (record_begin_put(&line, &b) == -1)
		rc = err_sys(e, ANT_FAIL, "begin record");
	else
		rc = out_put(out, line.data, line.len, e);
	buf_free(&line);
	return rc;
}

/*
 * The end of what is complete by this machine's clock and by the server's: where ours is
 * ahead, or an answer comes out of a cache, later runs would pass over what was not there yet.
 */
static int64_t
watermark(struct run *r)
{
	const struct window *w = &r->plan->window;
	char text[256], server[UTC_TEXT], mark[UTC_TEXT];
	int64_t complete;

	if (w->width == 0 || r->server_now >= w->watermark)
		return w->watermark;
	complete = utc_floor(r->server_now, w->width);
	utc_format(r->server_now, server);
	utc_format(complete, mark);
	snprintf(text, sizeof text,
		"%s: the API's answer is of %s, behind this machine's clock: the watermark is %s",
		r->table->name, server, mark);
	warn(r, text);
	return complete;
}

static int
put_end(struct run *r, struct out *out, struct ant_err *e)
{
	const struct record_end end = {
		r->stats->records, r->stats->pages, r->plan->window.width > 0, watermark(r)};
	struct buf line;
	int rc;

	buf_init(&line, LINES_MAX);
	if (record_end_put(&line, &end) == -1)
		rc = err_sys(e, ANT_FAIL, "end record");
	else
		rc = out_put(out, line.data, line.len, e);
	buf_free(&line);
	return rc == 0 ? out_flush(out, e) : rc;
}

/* The API documents a bucket for every interval.  One that is missing is worth a word. */
static void
check_gaps(struct run *r)
{
	const struct window *w = &r->plan->window;
	int64_t want =
		r->kind.buckets && w->watermark > w->from ? (w->watermark - w->from) / w->width : 0;
	char text[256];

	if (r->plan->probe || (int64_t)r->closed >= want)
		return;
	snprintf(text, sizeof text, "%s: the API left out %" PRId64 " of %" PRId64 " buckets",
		r->table->name, want - (int64_t)r->closed, want);
	warn(r, text);
}

int
fetch_run(const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct fetch_stats stats = {.share = -1};
	struct strlist ids = {NULL, 0};
	struct run r = {.plan = plan, .table = plan->table, .out = out, .stats = &stats};
	int rc = -1;

	if (!plan->probe && put_begin(plan, out, e) == -1)
		return -1;
	if (plan->parent != NULL && fetch_ids(plan, out, &stats, &ids, e) == -1)
		goto done;
	if (run_init(&r, plan->parent != NULL ? &ids : NULL, e) == -1 || crawl(&r, e) == -1)
		goto done;
	check_gaps(&r);
	rc = plan->probe ? 0 : put_end(&r, out, e);
done:
	http_cancel(plan->http); /* what is under way writes into our pages */
	run_free(&r);
	strlist_free(&ids);
	return rc;
}
