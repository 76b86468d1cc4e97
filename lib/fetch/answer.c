#include "fetch/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "fetch/api.h"
#include "fetch/complaint.h"
#include "fetch/retry.h"

enum {
	URL_MAX = 1024,		  /* bytes of a URL in a message */
	LOG_URL_MAX = 4096,	  /* in the log of requests */
	RESET_MS = 10 * 60 * 1000 /* a reset of the request budget later than this is no pacing */
};

struct answer {
	struct crawl *crawl;
	struct chain *chain;
	const struct http_answer *http;
	int64_t server_now; /* seconds since 1970 */
	char what[1024];    /* where it is no page: what happened */
	struct ant_err *e;
};

/* From 0 up to 1: xorshift64*, good enough to spread waits. */
static double
luck(struct crawl *w)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (double)((w->random * 0x2545f4914f6cdd1dU) >> 11) / 9007199254740992.0;
}

/* The URL of the request, for messages. */
static void
put_url(struct answer *a, char *to, size_t size)
{
	struct crawl *w = a->crawl;
	struct ant_err unused;

	if (chain_target(a->chain, &w->kind, &w->target, &unused) == -1)
		buf_clear(&w->target);
	snprintf(to, size, "%s%s", http_base(w->plan->http),
		w->target.len > 0 ? w->target.data : w->kind.table->path);
	http_redact(w->plan->http, to); /* a cursor is what the server says it is */
}

/* Tell the log of the request; ERROR is NULL where it brought a page. */
static void
log_request(struct answer *a, const char *error)
{
	const struct fetch_events *events = &a->crawl->plan->events;
	const struct http_answer *h = a->http;
	char url[LOG_URL_MAX];
	struct fetch_request request = {url, h->field[API_REQUEST_ID], h->status, h->wire_bytes,
		h->ms, a->chain->failures + 1, error};

	if (events->request == NULL)
		return;
	put_url(a, url, sizeof url);
	events->request(events->ctx, &request);
}

/* Put a failed answer in words, without the key that it may quote, whole or cut off, and log it. */
static void
describe(struct answer *a, struct complaint *said, const char *reason)
{
	const struct http *http = a->crawl->plan->http;

	http_redact(http, said->type);
	http_redact(http, said->message);
	complaint_describe(said, a->http, reason, a->what, sizeof a->what);
	http_redact(http, a->what);
	log_request(a, a->what);
}

/* Give up for good.  WHY is added to what happened. */
static int
give_up(struct answer *a, enum ant_status status, const char *why)
{
	char url[URL_MAX];

	put_url(a, url, sizeof url);
	if (status == ANT_AUTH) {
		err_set(a->e, status,
			"%s: the API refused the key: %s: it takes an Admin key (sk-ant-admin..., "
			"made by an admin in the Console), not the key of a workspace",
			url, a->what);
		a->e->cause = a->http->status == 403 ? CAUSE_FORBIDDEN : CAUSE_ANY;
		return -1;
	}
	if (a->chain->failures > 1)
		return err_set(a->e, status, "%s: %s%s, after %u attempts", url, a->what, why,
			a->chain->failures);
	return err_set(a->e, status, "%s: %s%s", url, a->what, why);
}

/* The next page will be asked for again as PLAN says. */
static void
go_on(struct answer *a, const struct retry_plan *plan)
{
	struct crawl *w = a->crawl;
	struct chain *c = a->chain;
	char url[URL_MAX];

	put_url(a, url, sizeof url);
	if (plan->verdict == RETRY_AGAIN) {
		crawl_warn(w->plan, "%s: %s: trying again in %.1f s (%u of %u)", url, a->what,
			(double)plan->wait_ms / 1000, c->failures, w->plan->retries);
		return;
	}
	chain_shrink(c, &w->kind, &w->pieces);
	/* What one page is too large for, the next ones will be, too. */
	if (plan->status == ANT_API) {
		c->failures = 0;
		if (c->limit < w->kind.limit)
			w->kind.limit = c->limit;
	}
	crawl_warn(w->plan, "%s: %s: asking for pages of %ld", url, a->what, c->limit);
}

/* The request failed: again, smaller, or never. */
static int
recover(struct answer *a, const struct retry_case *failed)
{
	const struct fetch_plan *of = a->crawl->plan;
	struct retry_plan plan = retry_decide(failed, of->backoff_ms, luck(a->crawl));
	int64_t now = clock_ms(), left = a->crawl->progress_at + of->deadline_ms - now;
	char why[128];

	if (plan.verdict == RETRY_NEVER)
		return give_up(a, plan.status, "");
	/* Even where we give up: others may share the budget. */
	if (plan.everybody && budget_pause(of->budget, now + plan.wait_ms, a->e) == -1)
		return -1;
	if (failed->failures > of->retries &&
		!(plan.verdict == RETRY_SMALLER && plan.status == ANT_API))
		return give_up(a, plan.status, "");
	if (plan.wait_ms > left) {
		snprintf(why, sizeof why,
			"; the next attempt would be in %.1f s, past the deadline",
			(double)plan.wait_ms / 1000);
		return give_up(a, plan.status, why);
	}
	go_on(a, &plan);
	a->chain->retry_at = now + plan.wait_ms;
	return 0;
}

/* A member list that is gone since its parent was listed is no failure. */
static int
skip(struct answer *a)
{
	char url[URL_MAX];

	put_url(a, url, sizeof url);
	crawl_warn(a->crawl->plan, "%s: %s: skipped", url, a->what);
	a->chain->done = 1;
	a->crawl->progress_at = clock_ms();
	return 0;
}

/* The request brought no page.  REASON is NULL where the status says it. */
static int
no_page(struct answer *a, enum retry_cause cause, const char *reason)
{
	const struct http_answer *h = a->http;
	struct chain *c = a->chain;
	struct complaint said = {0};
	struct retry_case failed = {.cause = cause, .status = h->status};

	if (h->result == HTTP_ANSWERED)
		complaint_read(&said, &c->receiving->body);
	describe(a, &said, reason);
	pieces_release(&a->crawl->pieces, c->receiving);
	c->receiving = NULL;
	if (c->id != NULL && cause == RETRY_STATUS && h->status == 404 && c->pages == 0)
		return skip(a);
	failed.failures = ++c->failures;
	failed.should_retry = cause == RETRY_STATUS ? retry_should(h->field[API_SHOULD_RETRY]) : -1;
	failed.hint_ms =
		retry_hint(h->field[API_RETRY_AFTER_MS], h->field[API_RETRY_AFTER], a->server_now);
	failed.reset_ms = retry_reset(h->field[API_RESET], a->server_now);
	failed.spend_limit = h->status == 429 && said.spend_limit;
	failed.about_size = retry_about_size(said.message, strlen(said.message));
	failed.can_shrink = chain_can_shrink(c, &a->crawl->kind);
	return recover(a, &failed);
}

/* An answer that is no page and never will be. */
static int
nonsense(struct answer *a, const char *reason)
{
	struct complaint said;

	complaint_quote(&said, &a->chain->receiving->body);
	describe(a, &said, reason);
	a->chain->failures++;
	return give_up(a, ANT_API, "");
}

/* 200: is the body a page, and one that can follow? */
static int
read_body(struct answer *a)
{
	struct crawl *w = a->crawl;
	struct chain *c = a->chain;
	const struct page_rules rules = {w->kind.table->paging, w->kind.buckets, c->next, c->to,
		w->open_bucket, &w->members};
	struct page *page = &c->receiving->page;
	enum page_result result;
	char reason[512] = "";

	if (strstr(a->http->field[API_CONTENT_TYPE], "html") != NULL)
		return no_page(a, RETRY_BROKEN, "the answer is HTML");
	result = page_read(&c->receiving->body, &rules, page, &w->cursor, reason, sizeof reason);
	if (result == PAGE_OK) {
		log_request(a, NULL); /* before the cursor moves on */
		result = chain_follow(c, &w->kind, page, &w->cursor, reason, sizeof reason);
	}
	switch (result) {
	case PAGE_OK:
		pieces_push(&w->pieces, &c->queue, c->receiving);
		c->receiving = NULL;
		w->progress_at = clock_ms();
		return 0;
	case PAGE_BROKEN:
		return no_page(a, RETRY_BROKEN, reason);
	case PAGE_WRONG:
		return nonsense(a, reason);
	default:
		return err_sys(a->e, ANT_FAIL, "%s", w->kind.table->name);
	}
}

/* What the server says about its budget of requests. */
static int
note_budget(struct answer *a)
{
	const struct http_answer *h = a->http;
	int64_t reset = retry_reset(h->field[API_RESET], a->server_now);
	size_t digits = strspn(h->field[API_REMAINING], "0123456789");

	if (reset < 0 || reset > RESET_MS || digits == 0 || digits > 9 ||
		h->field[API_REMAINING][digits] != '\0')
		return 0;
	return budget_left(a->crawl->plan->budget, strtol(h->field[API_REMAINING], NULL, 10),
		(int64_t)http_active(a->crawl->plan->http), clock_ms() + reset, a->e);
}

int
answer_take(struct crawl *w, struct chain *c, const struct http_answer *h, struct ant_err *e)
{
	static const enum retry_cause causes[] = {[HTTP_ANSWERED] = RETRY_STATUS,
		[HTTP_NETWORK] = RETRY_NETWORK,
		[HTTP_TIMEOUT] = RETRY_TIMEOUT,
		[HTTP_BIG] = RETRY_BIG,
		[HTTP_TLS] = RETRY_TLS,
		[HTTP_LOCAL] = RETRY_LOCAL,
		[HTTP_FORBIDDEN] = RETRY_LOCAL};
	struct answer a = {.crawl = w, .chain = c, .http = h, .e = e};
	char reason[96];

	if (retry_http_date(h->field[API_DATE], &a.server_now) == -1)
		a.server_now = (int64_t)time(NULL);
	else if (h->status == 200 && a.server_now < w->server_now)
		w->server_now = a.server_now;
	w->stats->bytes += (uint64_t)h->wire_bytes;
	if (note_budget(&a) == -1)
		return -1;
	if (h->result != HTTP_ANSWERED)
		return no_page(&a, causes[h->result], h->reason);
	if (h->status == 200)
		return read_body(&a);
	if (h->status < 300 || h->status >= 400)
		return no_page(&a, RETRY_STATUS, NULL);
	snprintf(reason, sizeof reason,
		"HTTP %ld: a redirect, which is not followed: the key would go along", h->status);
	return nonsense(&a, reason);
}
