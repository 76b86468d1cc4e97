#include "fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "lines.h"
#include "mono.h"
#include "page.h"
#include "query.h"
#include "record.h"
#include "retry.h"
#include "seen.h"
#include "utc.h"

enum {
	WAIT_MS = 1000,		   /* look at the clock at least so often */
	SPARE_BYTES = 32 << 20,	   /* memory of bodies that is kept for the next page */
	RESET_MS = 10 * 60 * 1000, /* a reset of the request budget later than this is no pacing */
	TARGET_MAX = 1 << 18,	   /* bytes of a path and query */
	PROBE = 1 << 16,	   /* bytes of a page that tell it from others */
	EXCERPT = 160,		   /* bytes of a wrong body that a message shows */
	IDS_MAX = 1000000
};

struct piece { /* a page that has arrived */
	struct piece *next;
	struct buf body;
	struct page page;
};

struct chain {
	size_t index;
	const char *id;	  /* of the parent's row, or NULL */
	int64_t from, to; /* the window that is asked for */
	int64_t next;	  /* the first bucket that has not arrived */
	long limit;
	struct buf cursor; /* of the next page; empty: the first */
	struct seen seen, pages_seen;
	struct piece *first, *last; /* arrived, in order, not yet written */
	struct piece *receiving;    /* while a request is under way */
	int done;		    /* the last page has arrived */
	unsigned failures;	    /* of the next page, in a row */
	int64_t retry_at;
	uint64_t pages, records, written;
};

/* One crawl: the chains of one table. */
struct run {
	const struct fetch_plan *plan;
	const struct table *table;
	int buckets;
	const struct strlist *ids; /* one chain for each; NULL: not that way */
	struct out *out;
	struct strlist *collect; /* take the ids out of the records instead of writing them */
	struct seen collected;
	struct chain *ring;		/* chain i is ring[i % size] */
	size_t size, head, tail, total; /* chains [head, tail) are open */
	long limit, slice;
	size_t ahead, ahead_bytes; /* pages that have arrived and were not written */
	struct piece *spare;
	size_t spare_bytes;
	int64_t budget_at; /* something could start then, but for the budget; 0: it is not that */
	int64_t progress_at, open_bucket;
	uint64_t random;
	struct buf target, cursor, line;
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

/* Memory for a page: from one that was written, or new. */
static struct piece *
piece_take(struct run *r)
{
	struct piece *p = r->spare;

	if (p != NULL) {
		r->spare = p->next;
		r->spare_bytes -= p->body.cap;
	} else if ((p = malloc(sizeof *p)) != NULL) {
		buf_init(&p->body, PAGE_MAX);
	}
	if (p != NULL)
		p->next = NULL;
	return p;
}

static void
piece_release(struct run *r, struct piece *p)
{
	if (p == NULL)
		return;
	if (r->spare_bytes + p->body.cap > SPARE_BYTES) {
		buf_free(&p->body);
		free(p);
		return;
	}
	p->next = r->spare;
	r->spare = p;
	r->spare_bytes += p->body.cap;
}

/* Forget the pages of C that wait for their turn. */
static void
drop_pieces(struct run *r, struct chain *c)
{
	while (c->first != NULL) {
		struct piece *p = c->first;

		c->first = p->next;
		r->ahead--;
		r->ahead_bytes -= p->body.len;
		piece_release(r, p);
	}
	c->last = NULL;
}

static void
chain_open(struct run *r, size_t i)
{
	struct chain *c = chain_at(r, i);

	buf_clear(&c->cursor);
	seen_clear(&c->seen);
	seen_clear(&c->pages_seen);
	c->index = i;
	c->id = r->ids != NULL ? r->ids->v[i] : NULL;
	c->limit = r->limit;
	c->done = 0;
	c->failures = 0;
	c->retry_at = 0;
	c->pages = c->records = c->written = 0;
	c->from = c->to = 0;
	if (r->buckets)
		window_slice(&r->plan->window, r->slice, i, &c->from, &c->to);
	else if (r->table->paging == PAGING_DAY)
		c->from = r->plan->window.from + (int64_t)i * UTC_DAY;
	c->next = c->from;
}

/* The window and the grouping of a report. */
static void
add_window(struct run *r, const struct chain *c)
{
	const struct fetch_plan *plan = r->plan;
	char text[UTC_TEXT];

	utc_format(c->from, text);
	if (r->table->paging == PAGING_DAY) {
		text[10] = '\0'; /* the date alone */
		query_add(&r->target, "starting_at", text);
		return;
	}
	query_add(&r->target, "starting_at", text);
	utc_format(c->to, text);
	query_add(&r->target, "ending_at", text);
	query_add(&r->target, "bucket_width", plan->window.width_name);
	for (size_t i = 0; plan->group_by != NULL && i < plan->group_by->n; i++)
		query_add(&r->target, "group_by[]", plan->group_by->v[i]);
}

static int
add_params(struct run *r, const struct strlist *params)
{
	for (size_t i = 0; params != NULL && i < params->n; i++) {
		const char *value = strchr(params->v[i], '=');
		char *name;

		if (value == NULL)
			continue;
		if ((name = strndup(params->v[i], (size_t)(value - params->v[i]))) == NULL)
			return -1;
		query_add(&r->target, name, value + 1);
		free(name);
	}
	return 0;
}

/* Path and query of the next page of C, in r->target as a string. */
static int
build_target(struct run *r, struct chain *c, struct ant_err *e)
{
	const struct table *t = r->table;
	char limit[24];

	buf_clear(&r->target);
	query_path(&r->target, t->path, c->id);
	if (r->buckets || t->paging == PAGING_DAY)
		add_window(r, c);
	if (c->limit > 0 && t->paging != PAGING_NONE) {
		snprintf(limit, sizeof limit, "%ld", c->limit);
		query_add(&r->target, "limit", limit);
	}
	if (add_params(r, &t->params) == -1 ||
		(r->collect == NULL && add_params(r, r->plan->params) == -1))
		return err_sys(e, ANT_FAIL, "%s", t->path);
	if (c->cursor.len > 0)
		query_add(&r->target, t->paging == PAGING_ID ? "after_id" : "page", c->cursor.data);
	if (buf_str(&r->target) == NULL)
		return err_sys(e, ANT_FAIL, "%s", t->path);
	return 0;
}

static int
start_request(struct run *r, struct chain *c, struct ant_err *e)
{
	if (build_target(r, c, e) == -1)
		return -1;
	if ((c->receiving = piece_take(r)) == NULL)
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
	return r->ahead + http_active(r->plan->http) < FETCH_AHEAD * r->plan->jobs &&
	       r->ahead_bytes < FETCH_AHEAD_BYTES;
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
		chain_open(r, r->tail);
		return chain_at(r, r->tail++);
	}
	return NULL;
}

static int
start_requests(struct run *r, struct ant_err *e)
{
	int64_t now = mono_ms(), wait;
	struct chain *c;

	r->budget_at = 0;
	while (http_active(r->plan->http) < r->plan->jobs && (c = startable(r, now)) != NULL) {
		if ((wait = budget_take(r->plan->budget, e)) == -1)
			return -1;
		if (wait > 0) {
			r->budget_at = mono_ms() + wait;
			break;
		}
		if (start_request(r, c, e) == -1)
			return -1;
	}
	return 0;
}

/* The id in one record of the parent's, by a path such as .id. */
static int
collect_id(struct run *r, const char *line, size_t len, struct ant_err *e)
{
	const char *path = r->plan->table->foreach_path;
	struct json_value v = {JSON_OBJECT, line, len}, of;
	char name[64];
	int known;

	while (*path == '.') {
		size_t n = strcspn(++path, ".");

		snprintf(name, sizeof name, "%.*s", (int)n, path);
		of = v;
		if (!json_member(&of, name, &v))
			v.kind = JSON_NULL;
		path += n;
	}
	buf_clear(&r->line);
	if (v.kind == JSON_STRING &&
		(json_text(&r->line, &v, NULL) == -1 || buf_str(&r->line) == NULL))
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	if (r->line.len == 0 || strcmp(r->line.data, ".") == 0 || strcmp(r->line.data, "..") == 0 ||
		memchr(r->line.data, '\0', r->line.len) != NULL)
		return err_set(e, ANT_API, "%s: a record has no id at %s", r->table->name,
			r->plan->table->foreach_path);
	if (r->collect->n >= IDS_MAX)
		return err_set(e, ANT_API, "%s: more than %d records", r->table->name, IDS_MAX);
	known = seen_add(&r->collected, r->line.data, r->line.len);
	if (known == -1 || (!known && strlist_add(r->collect, r->line.data, r->line.len) == -1))
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	return 0;
}

static int
collect_ids(struct run *r, const struct page *page, struct ant_err *e)
{
	const char *p = page->lines, *end = p + page->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (collect_id(r, p, (size_t)(nl - p), e) == -1)
			return -1;
		p = nl + 1;
	}
	return 0;
}

static int
write_piece(struct run *r, struct chain *c, const struct page *page, struct ant_err *e)
{
	c->written++;
	r->closed += page->closed;
	if (r->collect != NULL)
		return collect_ids(r, page, e);
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
	int64_t began = mono_ms(), spent;
	int wrote = 0;

	while (r->head < r->tail) {
		struct chain *c = chain_at(r, r->head);

		while (c->first != NULL) {
			struct piece *p = c->first;

			if (write_piece(r, c, &p->page, e) == -1)
				return -1;
			wrote = 1;
			c->first = p->next;
			r->ahead--;
			r->ahead_bytes -= p->body.len;
			piece_release(r, p);
		}
		c->last = NULL;
		if (!c->done)
			break;
		r->head++;
	}
	if (!wrote)
		return 0;
	if (!r->plan->probe && r->collect == NULL && out_flush(r->out, e) == -1)
		return -1;
	spent = mono_ms() - began;
	http_pardon(r->plan->http, spent);
	r->progress_at += spent;
	return 0;
}

/* The URL of the request of C, for messages. */
static void
describe_url(struct run *r, struct chain *c, char *to, size_t size)
{
	struct ant_err unused;

	if (build_target(r, c, &unused) == -1)
		buf_clear(&r->target);
	snprintf(to, size, "%s%s", http_base(r->plan->http),
		r->target.len > 0 ? r->target.data : r->table->path);
}

/* What the body of an error says: {"error":{"type":…,"message":…,"details":{"error_code":…}}}. */
struct complaint {
	char type[64], message[400];
	int spend_limit;
};

static void
member_text(const struct json_value *of, const char *name, char *to, size_t size)
{
	struct json_value v;
	struct buf text;

	if (!json_member(of, name, &v) || v.kind != JSON_STRING)
		return;
	buf_init(&text, v.len * 3 + 1);
	if (json_text(&text, &v, NULL) == 0 && buf_str(&text) != NULL)
		snprintf(to, size, "%s", text.data);
	buf_free(&text);
}

static void
read_complaint(struct buf *body, struct complaint *c)
{
	struct json_value all, error, details;
	struct json_error why;
	char code[64] = "";

	memset(c, 0, sizeof *c);
	if (buf_reserve(body, 1) == NULL || json_parse(body->data, body->len, &all, &why) == -1 ||
		!json_member(&all, "error", &error) || error.kind != JSON_OBJECT) {
		/* Not the API itself: a proxy, a page.  Show how it starts. */
		if (body->data != NULL && body->len > 0)
			snprintf(c->message, sizeof c->message, "the body starts: %.*s",
				(int)(body->len < EXCERPT ? body->len : EXCERPT), body->data);
		return;
	}
	member_text(&error, "type", c->type, sizeof c->type);
	member_text(&error, "message", c->message, sizeof c->message);
	if (json_member(&error, "details", &details))
		member_text(&details, "error_code", code, sizeof code);
	c->spend_limit = strcmp(code, "enforced_spend_limit_reached") == 0;
}

/* A failed request in words. */
static void
describe(struct run *r, const struct http_answer *a, const struct complaint *c, const char *reason,
	char *to, size_t size)
{
	char request[HTTP_FIELD + 16] = "";

	if (a->request_id[0] != '\0')
		snprintf(request, sizeof request, " (request %s)", a->request_id);
	if (reason != NULL)
		snprintf(to, size, "%s%s%s%s", reason, request, c->message[0] != '\0' ? "; " : "",
			c->message);
	else
		snprintf(to, size, "HTTP %ld%s%s%s%s%s", a->status, c->type[0] != '\0' ? " " : "",
			c->type, c->message[0] != '\0' ? ": " : "", c->message, request);
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
		(int64_t)http_active(r->plan->http), mono_ms() + reset, e);
}

/*
 * Does paging get anywhere?  Cursors can be new for ever and lead to the same page;
 * buckets cannot repeat, and one record alone may be like another.  1, 0, or -1.
 */
static int
came_before(struct run *r, struct chain *c, const struct page *page)
{
	if (r->buckets || page->records == 0 || (c->limit == 1 && r->table->paging != PAGING_ID))
		return 0;
	return seen_add(&c->pages_seen, page->lines, page->len < PROBE ? page->len : PROBE);
}

/* Is the page one that can follow?  0; -1 with a REASON, or without where memory is short. */
static int
check_progress(struct run *r, struct chain *c, const struct page *page, char *reason, size_t size)
{
	int known = came_before(r, c, page);

	if (known == 0 && page->more) {
		if ((known = seen_add(&c->seen, r->cursor.data, r->cursor.len)) == 1)
			snprintf(reason, size, "the cursor of the next page came before");
	} else if (known == 1) {
		snprintf(reason, size, "the page came before");
	}
	if (known != 0)
		return -1;
	if (c->pages + 1 >= FETCH_PAGES_MAX && page->more)
		snprintf(reason, size, "more than %d pages", FETCH_PAGES_MAX);
	else if (c->records + page->records > FETCH_RECORDS_MAX)
		snprintf(reason, size, "more than %d records", FETCH_RECORDS_MAX);
	else
		return 0;
	return -1;
}

/* A whole, valid page of C has arrived.  Return as check_progress(). */
static int
accept_page(struct run *r, struct chain *c, const struct page *page, char *reason, size_t size)
{
	struct piece *p = c->receiving;

	if (check_progress(r, c, page, reason, size) == -1)
		return -1;
	buf_clear(&c->cursor);
	if (page->more && (buf_put(&c->cursor, r->cursor.data, r->cursor.len) == -1 ||
				  buf_str(&c->cursor) == NULL))
		return -1;
	if (r->buckets && page->records > 0)
		c->next = page->last + r->plan->window.width;
	c->pages++;
	c->records += page->records;
	c->failures = 0;
	c->done = !page->more || r->plan->probe;
	p->page = *page;
	p->next = NULL;
	if (c->last != NULL)
		c->last->next = p;
	else
		c->first = p;
	c->last = p;
	c->receiving = NULL;
	r->ahead++;
	r->ahead_bytes += p->body.len;
	r->progress_at = mono_ms();
	return 0;
}

/* Can the next page of C be asked for with a smaller limit? */
static int
can_shrink(const struct run *r, const struct chain *c)
{
	if (c->limit <= 1)
		return 0;
	switch (r->table->paging) {
	case PAGING_ID:
		return 1;
	case PAGING_DAY:
		return c->written == 0;
	case PAGING_PAGE:
		return r->buckets ? c->next < c->to : c->written == 0;
	default:
		return 0;
	}
}

/*
 * Half the limit.  A page token belongs to its parameters, so paging by token
 * starts anew: at the first bucket that has not arrived, or at the first record.
 */
static void
shrink(struct run *r, struct chain *c)
{
	c->limit /= 2;
	if (r->table->paging == PAGING_ID)
		return;
	buf_clear(&c->cursor);
	seen_clear(&c->seen);
	seen_clear(&c->pages_seen);
	if (r->buckets) {
		c->from = c->next;
		return;
	}
	drop_pieces(r, c);
	c->pages = c->records = 0;
}

/* Give up: what happened, for good. */
static int
give_up(struct run *r, struct chain *c, const struct retry_case *failed, enum ant_status status,
	const char *what, const char *why, struct ant_err *e)
{
	char url[1024];

	describe_url(r, c, url, sizeof url);
	if (status == ANT_AUTH)
		return err_set(e, status,
			"%s: the API refused the key: %s: it takes an Admin key (sk-ant-admin..., "
			"made by "
			"an admin in the Console), not the key of a workspace",
			url, what);
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
	int64_t now = mono_ms(), left = r->progress_at + r->plan->deadline_ms - now;
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
		shrink(r, c);
		/* What one page is too large for, the next ones will be, too. */
		if (plan.status == ANT_API) {
			c->failures = 0;
			if (c->limit < r->limit)
				r->limit = c->limit;
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
		read_complaint(&c->receiving->body, &complaint);
	describe(r, a, &complaint, reason, what, sizeof what);
	log_request(r, c, a, what);
	piece_release(r, c->receiving);
	c->receiving = NULL;
	if (c->id != NULL && cause == RETRY_STATUS && a->status == 404 && c->pages == 0) {
		char text[4096], url[1024];

		describe_url(r, c, url, sizeof url);
		snprintf(text, sizeof text, "%s: %s: skipped", url, what);
		warn(r, text);
		c->done = 1;
		r->progress_at = mono_ms();
		return 0;
	}
	failed.failures = ++c->failures;
	failed.should_retry = cause == RETRY_STATUS ? retry_should(a->should_retry) : -1;
	failed.hint_ms = retry_hint(a->retry_after_ms, a->retry_after, server_now);
	failed.reset_ms = retry_reset(a->reset, server_now);
	failed.spend_limit = a->status == 429 && complaint.spend_limit;
	failed.about_size = retry_about_size(complaint.message, strlen(complaint.message));
	failed.can_shrink = can_shrink(r, c);
	return recover(r, c, &failed, what, e);
}

/* An answer that is no page and never will be. */
static int
nonsense(struct run *r, struct chain *c, const struct http_answer *a, const char *reason,
	struct ant_err *e)
{
	const struct retry_case failed = {.failures = c->failures + 1};
	struct complaint complaint = {0};
	struct buf *body = &c->receiving->body;
	char what[1024];

	snprintf(complaint.message, sizeof complaint.message, "the body starts: %.*s",
		(int)(body->len < EXCERPT ? body->len : EXCERPT), body->data);
	describe(r, a, &complaint, reason, what, sizeof what);
	log_request(r, c, a, what);
	return give_up(r, c, &failed, ANT_API, what, "", e);
}

/* 200: is the body a page? */
static int
read_answer(struct run *r, struct chain *c, const struct http_answer *a, int64_t server_now,
	struct ant_err *e)
{
	const struct page_rules rules = {
		r->table->paging, r->buckets, c->next, c->to, r->open_bucket, &r->members};
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
	int64_t now = mono_ms(), wait = WAIT_MS;

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
	int64_t now = mono_ms(), pause = r->plan->budget->rate.pause_until;

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
	if (r->collect != NULL || (r->total <= 1 && !r->buckets))
		r->stats->share = -1;
	else if (r->buckets)
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
	r->progress_at = mono_ms();
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

static size_t
count_chains(const struct run *r)
{
	const struct window *w = &r->plan->window;
	size_t n = 1;

	if (r->ids != NULL)
		n = r->ids->n;
	else if (r->buckets)
		n = window_slices(w, r->slice);
	else if (r->table->paging == PAGING_DAY)
		n = (size_t)((w->to - w->from) / UTC_DAY);
	return r->plan->probe && n > 1 ? 1 : n;
}

static int
run_init(struct run *r, struct ant_err *e)
{
	const struct window *w = &r->plan->window;

	r->buckets = r->table->nwidths > 0;
	r->limit = r->plan->limit;
	if (r->collect != NULL && fetch_limit(r->table, NULL, 0, &r->limit, e) == -1)
		return -1;
	/* One job needs no slices: the API's own paging goes through the whole window. */
	r->slice = r->limit > 0 ? r->limit : 1;
	if (r->buckets && r->plan->jobs == 1 && w->to > w->from)
		r->slice = (long)((w->to - w->from) / w->width);
	r->total = count_chains(r);
	r->size = (FETCH_AHEAD + 1) * r->plan->jobs + 1;
	r->open_bucket = w->width > 0 ? utc_floor((int64_t)time(NULL), w->width) : 0;
	r->random = (uint64_t)mono_ms() * 0x9e3779b97f4a7c15U ^ (uint64_t)getpid() << 32 ^ 1;
	buf_init(&r->target, TARGET_MAX);
	buf_init(&r->cursor, PAGE_CURSOR_MAX * 3 + 1);
	buf_init(&r->line, PAGE_MAX);
	if ((r->ring = calloc(r->size, sizeof *r->ring)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	for (size_t i = 0; i < r->size; i++)
		buf_init(&r->ring[i].cursor, PAGE_CURSOR_MAX * 3 + 1);
	if (r->table->paging == PAGING_NONE && required_members(r) == -1)
		return err_sys(e, ANT_FAIL, "%s", r->table->name);
	return 0;
}

static void
run_free(struct run *r)
{
	for (size_t i = 0; r->ring != NULL && i < r->size; i++) {
		struct chain *c = &r->ring[i];

		drop_pieces(r, c);
		piece_release(r, c->receiving);
		buf_free(&c->cursor);
		seen_free(&c->seen);
		seen_free(&c->pages_seen);
	}
	while (r->spare != NULL) {
		struct piece *p = r->spare;

		r->spare = p->next;
		buf_free(&p->body);
		free(p);
	}
	free(r->ring);
	buf_free(&r->target);
	buf_free(&r->cursor);
	buf_free(&r->line);
	seen_free(&r->collected);
	strlist_free(&r->members);
}

/* The ids of the parent's rows, whatever page they are on. */
static int
fetch_ids(const struct fetch_plan *plan, struct out *out, struct fetch_stats *stats,
	struct strlist *ids, struct ant_err *e)
{
	struct run r = {
		.plan = plan, .table = plan->parent, .out = out, .collect = ids, .stats = stats};
	int rc = -1;

	if (plan->parent->nwidths > 0 || plan->parent->paging == PAGING_DAY ||
		plan->parent->foreach_table != NULL)
		return err_set(e, ANT_USAGE, "%s: foreach goes through plain lists, and %s is none",
			plan->table->file, plan->parent->name);
	if (run_init(&r, e) == 0)
		rc = crawl(&r, e);
	http_cancel(plan->http);
	run_free(&r);
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

static int
put_end(const struct fetch_plan *plan, const struct fetch_stats *stats, struct out *out,
	struct ant_err *e)
{
	const struct record_end end = {
		stats->records, stats->pages, plan->window.width > 0, plan->window.watermark};
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
		r->buckets && w->watermark > w->from ? (w->watermark - w->from) / w->width : 0;
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
	if (plan->parent != NULL) {
		r.ids = &ids;
		if (fetch_ids(plan, out, &stats, &ids, e) == -1)
			goto done;
	}
	if (run_init(&r, e) == -1 || crawl(&r, e) == -1)
		goto done;
	check_gaps(&r);
	rc = plan->probe ? 0 : put_end(plan, &stats, out, e);
done:
	http_cancel(plan->http); /* what is under way writes into our pages */
	run_free(&r);
	strlist_free(&ids);
	return rc;
}
