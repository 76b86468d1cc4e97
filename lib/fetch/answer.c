#include "fetch/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/utc.h"
#include "fetch/api.h"
#include "fetch/complaint.h"
#include "fetch/retry.h"
#include "tables/sets.h"

#define ANALYTICS "/v1/organizations/analytics/"

enum {
	URL_MAX = 1024,		  /* bytes of a URL in a message */
	LOG_URL_MAX = 4096,	  /* in the log of requests */
	RESET_MS = 10 * 60 * 1000 /* a reset of the request budget later than this is no pacing */
};

struct answer {
	struct crawl *crawl;
	struct chain *chain;
	const struct http_answer *http;
	int64_t server_now;    /* seconds since 1970 */
	struct complaint said; /* where it is no page: by whom, and why ... */
	long status;	 /* ... that of HTTP, or of an error that came with 200; 0: none ... */
	char what[1024]; /* ... and what happened, in words */
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

/* The path and query of the request behind BASE, for messages. */
static void
put_request(struct answer *a, const char *base, char *to, size_t size)
{
	struct crawl *w = a->crawl;
	struct ant_err unused;

	if (chain_target(a->chain, &w->kind, &w->target, &unused) == -1)
		buf_clear(&w->target);
	snprintf(to, size, "%s%s", base, w->target.len > 0 ? w->target.data : w->kind.table->path);
	http_redact(w->plan->http, to); /* a cursor is what the server says it is */
}

static void
put_url(struct answer *a, char *to, size_t size)
{
	put_request(a, http_base(a->crawl->plan->http), to, size);
}

/* The same, or the path alone where the caller wants to be brief. */
static void
put_place(struct answer *a, char *to, size_t size)
{
	if (!a->crawl->plan->brief) {
		put_url(a, to, size);
		return;
	}
	put_request(a, "", to, size);
	to[strcspn(to, "?")] = '\0';
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
describe(struct answer *a, const char *reason)
{
	const struct http *http = a->crawl->plan->http;

	http_redact(http, a->said.type);
	http_redact(http, a->said.message);
	http_redact(http, a->said.title);
	complaint_describe(&a->said, a->http, reason, a->what, sizeof a->what);
	http_redact(http, a->what);
	log_request(a, a->what);
}

static int
no_memory(const struct answer *a)
{
	return err_sys(a->e, ANT_FAIL, "%s", a->crawl->kind.table->name);
}

/* What the body says that is no page. */
static int
read_complaint(struct answer *a)
{
	return complaint_read(&a->said, &a->chain->receiving->body) == 0 ? 0 : no_memory(a);
}

/* A 401 or 403 of somebody else says nothing about the key. */
static int
is_foreign(const struct answer *a)
{
	return (a->status == 401 || a->status == 403) && !a->said.from_api;
}

/* What the table file adds to a refusal with such a word in it; "" for nothing. */
static const char *
find_hint(const struct answer *a)
{
	const struct strlist *hints = &a->crawl->kind.table->hints;

	for (size_t i = 0; i < hints->n; i++) {
		const char *text = strchr(hints->v[i], ' ');
		size_t len = (size_t)(text - hints->v[i]);

		for (const char *p = a->said.message; *p != '\0'; p++)
			if (strncasecmp(p, hints->v[i], len) == 0)
				return text + 1;
	}
	return "";
}

/* The key or token is of another kind, or of none. */
static int
refuse(struct answer *a)
{
	const struct fetch_plan *plan = a->crawl->plan;
	const struct table *t = a->crawl->kind.table;
	char kinds[512], url[URL_MAX];

	put_place(a, url, sizeof url);
	sets_credentials(&t->sets, &t->opened_by, kinds, sizeof kinds);
	if (plan->brief)
		err_set(a->e, ANT_AUTH, "%s: %s", url, a->what);
	else
		err_set(a->e, ANT_AUTH, "%s: the API refused the %s: %s: it takes %s", url,
			api_uses_token(plan->access, t) ? "token" : "key", a->what, kinds);
	a->e->cause = a->status == 403 ? CAUSE_FORBIDDEN : CAUSE_ANY;
	return -1;
}

/* Give up for good.  WHY is added to what happened. */
static int
give_up(struct answer *a, enum ant_status status, const char *why)
{
	const char *hint = status == ANT_API ? find_hint(a) : "";
	char url[URL_MAX];

	if (status == ANT_AUTH)
		return refuse(a);
	put_url(a, url, sizeof url);
	if (is_foreign(a))
		return err_set(a->e, status,
			"%s: %s%s: this is no answer of the API: is the base URL right, and does a "
			"proxy or a firewall stand before it?",
			url, a->what, why);
	if (a->chain->failures > 1)
		return err_set(a->e, status, "%s: %s%s, after %u attempts%s%s", url, a->what, why,
			a->chain->failures, *hint != '\0' ? ": " : "", hint);
	return err_set(
		a->e, status, "%s: %s%s%s%s", url, a->what, why, *hint != '\0' ? ": " : "", hint);
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
	if (plan.everybody && budget_pause(budgets_of(of->budgets, a->crawl->kind.table),
				      now + plan.wait_ms, a->e) == -1)
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

	put_place(a, url, sizeof url);
	/* Of a probe it is the only one, and says nothing of what the credential opens. */
	if (a->crawl->kind.one_page)
		return err_set(a->e, ANT_API,
			"%s: %s: it may be gone since its parent was listed; whether the others "
			"can be read is not known",
			url, a->what);
	crawl_warn(a->crawl->plan, "%s: %s: skipped", url, a->what);
	a->chain->done = 1;
	a->crawl->progress_at = clock_ms();
	return 0;
}

/* The last day, written YYYY-MM-DD, that TEXT names; INT64_MIN where it names none. */
static int64_t
last_day(const char *text)
{
	int64_t t, day = INT64_MIN;
	const size_t len = strlen("YYYY-MM-DD");

	for (; strlen(text) >= len; text++)
		if (utc_parse(text, len, &t) == 0)
			day = t;
	return day;
}

/*
 * A day that the API does not have yet is the end of what is complete.  Its message may name the
 * newest day that it has.  1 where this was it, and the window ends earlier now.
 */
static int
is_not_yet(struct answer *a)
{
	struct crawl *w = a->crawl;
	const char *text = w->kind.table->not_yet;
	int64_t newest;

	if (text == NULL || a->status != 400 || !a->said.from_api ||
		strstr(a->said.message, text) == NULL)
		return 0;
	if (w->kind.one_page) { /* nobody asks for data: the credential opens the table */
		a->chain->done = 1;
		return 1;
	}
	if (a->chain != &w->last)
		return 0;
	newest = last_day(a->said.message);
	if (crawl_end_earlier(w, newest == INT64_MIN ? INT64_MAX : newest + UTC_DAY) == -1)
		return 0;
	w->progress_at = clock_ms();
	return 1;
}

/* Under analytics/ the API says by a 404 that the key may not read it, where no page came before. */
static int
is_hidden(const struct answer *a)
{
	return a->status == 404 && a->said.from_api && !a->crawl->readable &&
	       strncmp(a->crawl->kind.table->path, ANALYTICS, strlen(ANALYTICS)) == 0;
}

/* The request brought no page.  REASON is NULL where the status says it. */
static int
no_page(struct answer *a, enum retry_cause cause, const char *reason)
{
	const struct http_answer *h = a->http;
	struct chain *c = a->chain;
	struct retry_case failed = {.cause = cause, .status = a->status, .foreign = is_foreign(a)};

	describe(a, reason);
	pieces_release(&a->crawl->pieces, c->receiving);
	c->receiving = NULL;
	if (cause == RETRY_STATUS && is_not_yet(a))
		return 0;
	if (cause == RETRY_STATUS && is_hidden(a)) {
		a->status = 403;
		c->failures++;
		return give_up(a, ANT_AUTH, "");
	}
	/* Only the API itself knows that a list is gone. */
	if (c->ids != NULL && cause == RETRY_STATUS && h->status == 404 && a->said.from_api &&
		c->pages == 0)
		return skip(a);
	failed.failures = ++c->failures;
	failed.should_retry = cause == RETRY_STATUS ? retry_should(h->field[API_SHOULD_RETRY]) : -1;
	failed.hint_ms =
		retry_hint(h->field[API_RETRY_AFTER_MS], h->field[API_RETRY_AFTER], a->server_now);
	failed.reset_ms = retry_reset(h->field[API_RESET], a->server_now);
	failed.spend_limit = a->status == 429 && a->said.spend_limit;
	failed.about_size = retry_about_size(a->said.message, strlen(a->said.message));
	failed.can_shrink = chain_can_shrink(c, &a->crawl->kind);
	return recover(a, &failed);
}

/* An answer that is no page and never will be. */
static int
nonsense(struct answer *a, const char *reason)
{
	complaint_quote(&a->said, &a->chain->receiving->body);
	describe(a, reason);
	a->chain->failures++;
	return give_up(a, ANT_API, "");
}

/*
 * A 200 that is no page, because of REASON: an error of the API counts by its type, whatever
 * status it came with.  CAUSE is what all else is; RETRY_STATUS: nonsense, for good.
 */
static int
wrong_body(struct answer *a, enum retry_cause cause, const char *reason)
{
	if (read_complaint(a) == -1)
		return -1;
	if (a->said.from_api) {
		a->status = complaint_status(&a->said);
		return no_page(a, RETRY_STATUS, NULL);
	}
	return cause == RETRY_STATUS ? nonsense(a, reason) : no_page(a, cause, reason);
}

/* The API gives so many groups of a bucket and says nothing of the others. */
static int
cut_off(struct answer *a)
{
	const struct cut *cut = &a->crawl->kind.table->cut;
	char url[URL_MAX];

	put_url(a, url, sizeof url);
	return err_set(a->e, ANT_API,
		"%s: a record has %ld %s, as many as the API gives: others may be missing; table "
		"%s "
		"has them all, and --allow-cut takes what there is",
		url, cut->most, cut->path + 1, cut->table);
}

/* 200: is the body a page, and one that can follow? */
static int
read_body(struct answer *a)
{
	struct crawl *w = a->crawl;
	struct chain *c = a->chain;
	const struct table *t = w->kind.table;
	const struct page_rules rules = {.paging = t->paging,
		.time = chain_time(&w->kind),
		.from = c->from,
		.to = c->to,
		.buckets = w->kind.buckets,
		.open = w->open_bucket,
		.members = &w->members,
		.next = c->next,
		.data = t->data,
		.whole = w->plan->complete ? w->plan->window.width : 0,
		.refreshed = w->refreshed,
		.cut = t->cut.path != NULL && !w->plan->allow_cut ? t->cut.path + 1 : NULL,
		.most = t->cut.most};
	struct page *page = &c->receiving->page;
	enum page_result result;
	char reason[512] = "";

	if (strstr(a->http->field[API_CONTENT_TYPE], "html") != NULL)
		return wrong_body(a, RETRY_BROKEN, "the answer is HTML");
	result = page_read(&c->receiving->body, &rules, page, &w->cursor, reason, sizeof reason);
	if (result == PAGE_OK) {
		log_request(a, NULL); /* before the cursor moves on */
		result = chain_follow(c, &w->kind, page, &w->cursor, reason, sizeof reason);
	}
	if (result == PAGE_OK && page->cut)
		return cut_off(a);
	switch (result) {
	case PAGE_OK:
		w->last_known |= c == &w->last;
		w->readable = 1;
		if (page->refreshed < w->refreshed)
			w->refreshed = page->refreshed;
		pieces_push(&w->pieces, &c->queue, c->receiving);
		c->receiving = NULL;
		w->progress_at = clock_ms();
		return 0;
	case PAGE_BROKEN:
		return wrong_body(a, RETRY_BROKEN, reason);
	case PAGE_WRONG:
		return wrong_body(a, RETRY_STATUS, reason);
	default:
		return no_memory(a);
	}
}

/* Whose answer this is, be it a page or a refusal. */
static int
note_organization(struct answer *a)
{
	char url[URL_MAX];

	if (organization_note(
		    a->crawl->plan->organization, a->http->field[API_ORGANIZATION], a->e) == 0)
		return 0;
	log_request(a, a->e->msg);
	put_url(a, url, sizeof url);
	return err_prefix(a->e, "%s: ", url);
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
	return budget_left(budgets_of(a->crawl->plan->budgets, a->crawl->kind.table),
		strtol(h->field[API_REMAINING], NULL, 10),
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
	a.status = h->status;
	if (note_organization(&a) == -1)
		return -1;
	if (h->status == 200)
		return read_body(&a);
	if (h->status < 300 || h->status >= 400)
		return read_complaint(&a) == -1 ? -1 : no_page(&a, RETRY_STATUS, NULL);
	snprintf(reason, sizeof reason,
		"HTTP %ld: a redirect, which is not followed: the key would go along", h->status);
	return nonsense(&a, reason);
}
