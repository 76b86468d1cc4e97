#include "fetch/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "fetch/query.h"

enum { PROBE = 1 << 16 }; /* bytes of a page that tell it from others */

void
chain_kind_init(struct chain_kind *k, const struct table *table, const struct window *window,
	long limit, int alone)
{
	memset(k, 0, sizeof *k);
	k->table = table;
	k->window = window;
	k->buckets = table->nwidths > 0;
	k->limit = limit;
	k->slice = limit > 0 ? limit : 1;
	if (k->buckets && alone && window->to > window->from)
		k->slice = (long)((window->to - window->from) / window->width);
}

size_t
chain_count(const struct chain_kind *k)
{
	size_t n = 1;

	if (k->ids != NULL)
		n = k->ids->n;
	else if (k->buckets)
		n = window_slices(k->window, k->slice);
	else if (k->table->paging == PAGING_DAY)
		n = (size_t)((k->window->to - k->window->from) / UTC_DAY);
	return k->one_page && n > 1 ? 1 : n;
}

void
chain_init(struct chain *c)
{
	memset(c, 0, sizeof *c);
	buf_init(&c->cursor, CHAIN_CURSOR_MAX);
}

void
chain_free(struct chain *c, struct pieces *pieces)
{
	pieces_clear(pieces, &c->queue);
	pieces_release(pieces, c->receiving);
	c->receiving = NULL;
	buf_free(&c->cursor);
	seen_free(&c->seen);
	seen_free(&c->pages_seen);
}

void
chain_open(struct chain *c, const struct chain_kind *k, size_t i)
{
	buf_clear(&c->cursor);
	seen_clear(&c->seen);
	seen_clear(&c->pages_seen);
	c->index = i;
	c->id = k->ids != NULL ? k->ids->v[i] : NULL;
	c->limit = k->limit;
	c->done = 0;
	c->failures = 0;
	c->retry_at = 0;
	c->pages = c->records = c->written = 0;
	c->from = c->to = 0;
	if (k->buckets)
		window_slice(k->window, k->slice, i, &c->from, &c->to);
	else if (k->table->paging == PAGING_DAY)
		c->from = k->window->from + (int64_t)i * UTC_DAY;
	c->next = c->from;
}

/* The window and the grouping of a report. */
static void
add_window(const struct chain *c, const struct chain_kind *k, struct buf *to)
{
	char text[UTC_TEXT];

	utc_format(c->from, text);
	if (k->table->paging == PAGING_DAY) {
		text[10] = '\0'; /* the date alone */
		query_add(to, "starting_at", text);
		return;
	}
	query_add(to, "starting_at", text);
	utc_format(c->to, text);
	query_add(to, "ending_at", text);
	query_add(to, "bucket_width", k->window->width_name);
	for (size_t i = 0; k->group_by != NULL && i < k->group_by->n; i++)
		query_add(to, "group_by[]", k->group_by->v[i]);
}

static int
add_params(struct buf *to, const struct strlist *params)
{
	for (size_t i = 0; params != NULL && i < params->n; i++) {
		const char *value = strchr(params->v[i], '=');
		char *name;

		if (value == NULL)
			continue;
		if ((name = strndup(params->v[i], (size_t)(value - params->v[i]))) == NULL)
			return -1;
		query_add(to, name, value + 1);
		free(name);
	}
	return 0;
}

int
chain_target(const struct chain *c, const struct chain_kind *k, struct buf *to, struct ant_err *e)
{
	const struct table *t = k->table;
	char limit[24];

	buf_clear(to);
	query_path(to, t->path, c->id);
	if (k->buckets || t->paging == PAGING_DAY)
		add_window(c, k, to);
	if (c->limit > 0 && t->paging != PAGING_NONE) {
		snprintf(limit, sizeof limit, "%ld", c->limit);
		query_add(to, "limit", limit);
	}
	if (add_params(to, &t->params) == -1 || add_params(to, k->params) == -1)
		return err_sys(e, ANT_FAIL, "%s", t->path);
	if (c->cursor.len > 0)
		query_add(to, t->paging == PAGING_ID ? "after_id" : "page", c->cursor.data);
	return buf_str(to) != NULL ? 0 : err_sys(e, ANT_FAIL, "%s", t->path);
}

/* PAGE is good: CURSOR tells the next one. */
static enum page_result
move_on(struct chain *c, const struct chain_kind *k, const struct page *page,
	const struct buf *cursor)
{
	buf_clear(&c->cursor);
	if (page->more && (buf_put(&c->cursor, cursor->data, cursor->len) == -1 ||
				  buf_str(&c->cursor) == NULL))
		return PAGE_MEMORY;
	if (k->buckets && page->records > 0)
		c->next = page->last + k->window->width;
	c->pages++;
	c->records += page->records;
	c->failures = 0;
	c->done = !page->more || k->one_page;
	return PAGE_OK;
}

/*
 * Does paging get anywhere?  Cursors can be new for ever and lead to the same page;
 * buckets cannot repeat, and one record alone may be like another.  1, 0, or -1.
 */
static int
came_before(struct chain *c, const struct chain_kind *k, const struct page *page)
{
	if (k->buckets || page->records == 0 || (c->limit == 1 && k->table->paging != PAGING_ID))
		return 0;
	return seen_add(&c->pages_seen, page->lines, page->len < PROBE ? page->len : PROBE);
}

enum page_result
chain_follow(struct chain *c, const struct chain_kind *k, const struct page *page,
	const struct buf *cursor, char *reason, size_t size)
{
	int page_known = came_before(c, k, page), cursor_known = 0;

	if (page_known == 0 && page->more)
		cursor_known = seen_add(&c->seen, cursor->data, cursor->len);
	if (page_known == -1 || cursor_known == -1)
		return PAGE_MEMORY;
	if (page_known)
		snprintf(reason, size, "the page came before");
	else if (cursor_known)
		snprintf(reason, size, "the cursor of the next page came before");
	else if (c->pages + 1 >= CHAIN_PAGES_MAX && page->more)
		snprintf(reason, size, "more than %d pages", CHAIN_PAGES_MAX);
	else if (c->records + page->records > CHAIN_RECORDS_MAX)
		snprintf(reason, size, "more than %d records", CHAIN_RECORDS_MAX);
	else
		return move_on(c, k, page, cursor);
	return PAGE_WRONG;
}

int
chain_can_shrink(const struct chain *c, const struct chain_kind *k)
{
	if (c->limit <= 1)
		return 0;
	switch (k->table->paging) {
	case PAGING_ID:
		return 1;
	case PAGING_DAY:
		return c->written == 0;
	case PAGING_PAGE:
		return k->buckets ? c->next < c->to : c->written == 0;
	default:
		return 0;
	}
}

void
chain_shrink(struct chain *c, const struct chain_kind *k, struct pieces *pieces)
{
	c->limit /= 2;
	if (k->table->paging == PAGING_ID)
		return;
	buf_clear(&c->cursor);
	seen_clear(&c->seen);
	seen_clear(&c->pages_seen);
	if (k->buckets) {
		c->from = c->next;
		return;
	}
	pieces_clear(pieces, &c->queue);
	c->pages = c->records = 0;
}
