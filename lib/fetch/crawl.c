#include "fetch/crawl.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utc.h"
#include "fetch/answer.h"

enum { WAIT_MS = 1000 }; /* look at the clock at least so often */

void
crawl_warn(const struct fetch_plan *plan, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	if (plan->events.warn == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	plan->events.warn(plan->events.ctx, text);
}

static struct chain *
chain_at(struct crawl *w, size_t i)
{
	return w->last_open && i == w->last.index ? &w->last : &w->ring[i % w->size];
}

/* The next chain is open from here on; the last one may have been before. */
static struct chain *
open_next(struct crawl *w)
{
	struct chain *c = chain_at(w, w->tail);

	if (c != &w->last)
		chain_open(c, &w->kind, w->tail);
	w->tail++;
	return c;
}

/* The last chain alone says where the window ends: nothing is written before. */
static void
open_last(struct crawl *w)
{
	w->last_open = w->total > 0;
	w->last_known = w->total == 0;
	if (w->last_open)
		chain_open(&w->last, &w->kind, w->total - 1);
}

int
crawl_end_earlier(struct crawl *w, int64_t upto)
{
	int64_t width = w->window.width, end = w->window.to - width;

	if (!w->last_open || w->last.pages > 0)
		return -1;
	if (upto < w->window.to && utc_floor(upto, width) < end)
		end = utc_floor(upto, width);
	window_end(&w->window, end);
	w->total = chain_count(&w->kind);
	open_last(w);
	return 0;
}

static int
no_memory(const struct crawl *w, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", w->kind.table->name);
}

static int
start_request(struct crawl *w, struct chain *c, struct ant_err *e)
{
	if (chain_target(c, &w->kind, &w->target, e) == -1)
		return -1;
	if ((c->receiving = pieces_take(&w->pieces)) == NULL)
		return no_memory(w, e);
	if (http_get(w->plan->http, w->target.data, &c->receiving->body, c, e) == -1)
		return -1;
	w->stats->requests++;
	w->stats->retries += c->failures > 0;
	return 0;
}

/* May a chain that is not the first one ask for a page that will have to wait? */
static int
may_read_ahead(const struct crawl *w)
{
	return w->pieces.ahead + http_active(w->plan->http) < FETCH_AHEAD * w->plan->jobs &&
	       w->pieces.ahead_bytes < FETCH_AHEAD_BYTES;
}

/* The next chain that can use a request now, or NULL. */
static struct chain *
startable(struct crawl *w, int64_t now)
{
	if (!w->last_known)
		return w->last.receiving == NULL && w->last.retry_at <= now ? &w->last : NULL;
	for (size_t i = w->head; i < w->tail; i++) {
		struct chain *c = chain_at(w, i);

		if (c->done || c->receiving != NULL || c->retry_at > now)
			continue;
		if (i == w->head || may_read_ahead(w))
			return c;
	}
	if (w->tail < w->total && w->tail - w->head < w->size &&
		(w->tail == w->head || may_read_ahead(w))) {
		struct chain *c = open_next(w);

		if (!c->done)
			return c;
	}
	return NULL;
}

static int
start_requests(struct crawl *w, struct ant_err *e)
{
	int64_t now = clock_ms(), wait;
	struct chain *c;

	w->budget_at = 0;
	while (http_active(w->plan->http) < w->plan->jobs && (c = startable(w, now)) != NULL) {
		if ((wait = budgets_take(w->plan->budgets, w->kind.table, e)) == -1)
			return -1;
		if (wait > 0) {
			w->budget_at = clock_ms() + wait;
			break;
		}
		if (start_request(w, c, e) == -1)
			return -1;
	}
	return 0;
}

/* Put what is next in order; a slow reader costs the server's time limits nothing. */
static int
put_ready(struct crawl *w, struct ant_err *e)
{
	int64_t began = clock_ms(), spent;
	int put = 0;

	while (w->last_known && w->head < w->tail) {
		struct chain *c = chain_at(w, w->head);

		while (c->queue.first != NULL) {
			c->queue.first->page.chain = c->index;
			c->written++;
			if (w->sink->put(w->sink->to, &c->queue.first->page, e) == -1)
				return -1;
			put = 1;
			pieces_pop(&w->pieces, &c->queue);
		}
		if (!c->done)
			break;
		w->head++;
	}
	if (!put)
		return 0;
	if (out_flush(w->sink->out, e) == -1)
		return -1;
	spent = clock_ms() - began;
	http_pardon(w->plan->http, spent);
	w->progress_at += spent;
	return 0;
}

/* Take the answers that are complete.  Return how many, or -1. */
static int
take_answers(struct crawl *w, struct ant_err *e)
{
	struct http_answer a;
	void *chain;
	int n = 0;

	while (http_next(w->plan->http, &a, &chain)) {
		n++;
		if (answer_take(w, chain, &a, e) == -1)
			return -1;
	}
	return n;
}

/* Milliseconds until there is something to do without an answer. */
static int64_t
idle_ms(struct crawl *w)
{
	int64_t now = clock_ms(), wait = WAIT_MS;

	for (size_t i = w->head; i < w->tail; i++) {
		const struct chain *c = chain_at(w, i);

		if (!c->done && c->receiving == NULL && c->retry_at > now &&
			c->retry_at - now < wait)
			wait = c->retry_at - now;
	}
	if (!w->last_known && w->last.receiving == NULL && w->last.retry_at > now &&
		w->last.retry_at - now < wait)
		wait = w->last.retry_at - now;
	if (w->budget_at > 0 && w->budget_at - now < wait)
		wait = w->budget_at > now ? w->budget_at - now : 0;
	return wait;
}

/* Nobody reads any more: the next write would end us, and that may be long from now. */
static int
check_reader(struct crawl *w, struct ant_err *e)
{
	struct pollfd p = {.fd = w->sink->out->fd}; /* poll() passes over -1 */

	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLERR))
		return 0;
	if (w->plan->events.reader_gone != NULL)
		w->plan->events.reader_gone(w->plan->events.ctx);
	errno = EPIPE;
	return err_sys(e, ANT_FAIL, "%s", w->sink->out->name);
}

static int
check_deadline(struct crawl *w, struct ant_err *e)
{
	const char *base = http_base(w->plan->http), *path = w->kind.table->path;
	int64_t now = clock_ms(), pause = budgets_pause_until(w->plan->budgets, w->kind.table);

	if (w->budget_at > 0 && http_active(w->plan->http) == 0) {
		/* Waiting for our own budget is no lack of progress. */
		if (pause <= now)
			w->progress_at = now;
		else if (pause - w->progress_at > w->plan->deadline_ms) /* of another process */
			return err_set(e, ANT_TEMP,
				"%s%s: the API asked to wait for %.1f s more, past the deadline",
				base, path, (double)(pause - now) / 1000);
	}
	if (now - w->progress_at < w->plan->deadline_ms)
		return 0;
	return err_set(e, ANT_TEMP, "%s%s: no progress for %.0f seconds", base, path,
		(double)w->plan->deadline_ms / 1000);
}

static void
report(struct crawl *w)
{
	const struct window *window = &w->window;
	int64_t done = w->head < w->tail    ? chain_at(w, w->head)->next
		       : w->head < w->total ? window->from + (int64_t)w->head * w->kind.slice
					    : window->to;

	if (w->plan->events.progress == NULL)
		return;
	if (chain_has_slices(&w->kind) && window->to > window->from)
		w->stats->share =
			(double)(done - window->from) / (double)(window->to - window->from);
	else
		w->stats->share = w->total <= 1 ? -1 : (double)w->head / (double)w->total;
	w->plan->events.progress(w->plan->events.ctx, w->stats);
}

/* PAGING_NONE: the answer must hold the keys, or it is not what we asked for. */
static int
required_members(struct crawl *w)
{
	const struct table *t = w->kind.table;

	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];
		const char *name = c->expr + 1;

		if (!c->key || c->expr[0] != '.' || *name == '\0' ||
			name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
					  "0123456789")] != '\0')
			continue;
		if (strlist_add(&w->members, name, strlen(name)) == -1)
			return -1;
	}
	return 0;
}

static int
start(struct crawl *w, struct ant_err *e)
{
	int64_t width = w->window.width;

	w->kind.window = &w->window;
	w->total = chain_count(&w->kind);
	w->size = (FETCH_AHEAD + 1) * w->plan->jobs + 1;
	w->server_now = w->refreshed = INT64_MAX;
	w->open_bucket = width > 0 ? utc_floor((int64_t)time(NULL), width) : 0;
	w->random = (uint64_t)clock_ms() * 0x9e3779b97f4a7c15U ^ (uint64_t)getpid() << 32 ^ 1;
	buf_init(&w->target, CHAIN_TARGET_MAX);
	buf_init(&w->cursor, CHAIN_CURSOR_MAX);
	if (api_use(w->plan->http, w->plan->access, w->kind.table, e) == -1)
		return -1;
	if ((w->ring = calloc(w->size, sizeof *w->ring)) == NULL)
		return no_memory(w, e);
	for (size_t i = 0; i < w->size; i++)
		chain_init(&w->ring[i]);
	chain_init(&w->last);
	w->last_known = 1;
	if (w->kind.table->not_yet != NULL && chain_has_slices(&w->kind) && !w->kind.one_page)
		open_last(w);
	if (w->kind.table->paging == PAGING_NONE && required_members(w) == -1)
		return no_memory(w, e);
	w->progress_at = clock_ms();
	return 0;
}

static void
stop(struct crawl *w)
{
	http_cancel(w->plan->http); /* what is under way writes into our pages */
	for (size_t i = 0; w->ring != NULL && i < w->size; i++)
		chain_free(&w->ring[i], &w->pieces);
	if (w->ring != NULL)
		chain_free(&w->last, &w->pieces);
	pieces_free(&w->pieces);
	free(w->ring);
	buf_free(&w->target);
	buf_free(&w->cursor);
	strlist_free(&w->members);
}

/* One turn.  First send what can be sent: the server works while we write. */
static int
turn(struct crawl *w, struct ant_err *e)
{
	struct http *http = w->plan->http;
	int answers;

	if (start_requests(w, e) == -1 || http_wait(http, 0, -1, e) == -1 || put_ready(w, e) == -1)
		return -1;
	if ((answers = take_answers(w, e)) == -1)
		return -1;
	report(w);
	if (check_deadline(w, e) == -1 || check_reader(w, e) == -1)
		return -1;
	if (answers > 0 || w->head == w->total)
		return 0;
	return http_wait(http, idle_ms(w), w->sink->out->fd, e);
}

/* One list may be gone since its parent was listed.  All of them are not: it is the endpoint that is. */
static int
check_lists(const struct crawl *w, struct ant_err *e)
{
	if (w->kind.ids == NULL || w->total <= 1 || w->readable)
		return 0;
	return err_set(e, ANT_API,
		"%s%s: all of the %zu lists are answered with 404: there is no such endpoint, or the "
		"%s may not read it",
		http_base(w->plan->http), w->kind.table->path, w->total,
		api_uses_token(w->plan->access, w->kind.table) ? "token" : "key");
}

int
crawl_run(struct crawl *w, struct ant_err *e)
{
	int rc = start(w, e);

	while (rc == 0 && w->head < w->total)
		rc = turn(w, e);
	if (rc == 0)
		rc = check_lists(w, e);
	stop(w);
	return rc;
}
