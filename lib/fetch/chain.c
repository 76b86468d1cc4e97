#include "fetch/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "fetch/query.h"

enum { PROBE = 1 << 16 }; /* bytes of a page that tell it from others */

/* The seconds that a chain asks for: what is one page, or all where nothing runs beside it. */
static int64_t
choose_slice(const struct chain_kind *k, int alone)
{
	const struct table *t = k->table;
	int64_t whole = k->window->to - k->window->from, slice = whole;
	int64_t most = k->width != NULL && k->width->span > 0 ? k->width->span : t->span;

	if (k->buckets && !alone && k->limit > 0)
		slice = k->limit * k->window->width;
	if (most > 0 && slice > most)
		slice = most;
	return slice;
}

void
chain_kind_init(struct chain_kind *k, const struct table *table, const struct window *window,
	long limit, int alone)
{
	memset(k, 0, sizeof *k);
	k->table = table;
	k->window = window;
	if (table->nwidths > 0)
		k->width = table_width(table, window->width_name);
	k->buckets = k->width != NULL && k->width->grain == GRAIN_BUCKET;
	k->limit = limit;
	if (table_has_window(table))
		k->slice = table->day.name != NULL ? UTC_DAY : choose_slice(k, alone);
}

int
chain_has_slices(const struct chain_kind *k)
{
	return table_has_window(k->table);
}

const char *
chain_time(const struct chain_kind *k)
{
	const struct column *c;
	const char *name;

	if (k->buckets)
		return "starting_at";
	if (!chain_has_slices(k) || k->table->day.name != NULL || k->table->mode_column == NULL)
		return NULL;
	if ((c = table_column(k->table, k->table->mode_column)) == NULL || c->expr[0] != '.')
		return NULL;
	name = c->expr + 1;
	return *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789")] == '\0'
		       ? name
		       : NULL;
}

size_t
chain_count(const struct chain_kind *k)
{
	size_t n = 1;

	if (k->ids != NULL)
		n = k->ids->v.n / k->ids->width;
	else if (chain_has_slices(k))
		n = window_slices(k->window, k->slice);
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
	c->ids = k->ids != NULL ? k->ids->v.v + i * k->ids->width : NULL;
	c->empties = 0;
	c->limit = k->limit;
	c->done = 0;
	c->failures = 0;
	c->retry_at = 0;
	c->pages = c->records = c->written = 0;
	c->from = c->to = 0;
	if (chain_has_slices(k))
		window_slice(k->window, k->slice, i, &c->from, &c->to);
	c->next = c->from;
}

/* A bound of the window in the form that its parameter has. */
static void
add_time(struct buf *to, const struct time_param *param, int64_t t)
{
	char text[UTC_TEXT];

	utc_format(t, text);
	if (param->day)
		text[strlen("YYYY-MM-DD")] = '\0';
	query_add(to, param->name, text);
}

static void
add_dimensions(struct buf *to, const struct strlist *dimensions)
{
	for (size_t i = 0; dimensions != NULL && i < dimensions->n; i++)
		query_add(to, "group_by[]", dimensions->v[i]);
}

/* The window and the grouping of a report. */
static void
add_window(const struct chain *c, const struct chain_kind *k, struct buf *to)
{
	const struct table *t = k->table;

	if (t->day.name != NULL) {
		add_time(to, &t->day, c->from);
		return;
	}
	add_time(to, &t->from, c->from);
	add_time(to, &t->to, c->to);
	if (t->width_param != NULL)
		query_add(to, t->width_param, k->window->width_name);
	add_dimensions(to, k->group_by);
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
	query_path(to, t, c->ids);
	if (chain_has_slices(k))
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
move_on(struct chain *c, const struct chain_kind *k, const struct page *page, int known,
	const struct buf *cursor)
{
	buf_clear(&c->cursor);
	if (page->more && (buf_put(&c->cursor, cursor->data, cursor->len) == -1 ||
				  buf_str(&c->cursor) == NULL))
		return PAGE_MEMORY;
	if (k->buckets && page->records > 0)
		c->next = page->last + k->window->width;
	c->empties = page->records > 0 && !known ? 0 : c->empties + 1;
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

/* Rows of reports may be like others, those of actors that are not shown, and so may short pages of them. */
static int
may_repeat(const struct chain_kind *k)
{
	return k->width != NULL && k->width->grain == GRAIN_ROW;
}

enum page_result
chain_follow(struct chain *c, const struct chain_kind *k, const struct page *page,
	const struct buf *cursor, char *reason, size_t size)
{
	int page_known = came_before(c, k, page), cursor_known = 0;

	if (page_known != -1 && page->more)
		cursor_known = seen_add(&c->seen, cursor->data, cursor->len);
	if (page_known == -1 || cursor_known == -1)
		return PAGE_MEMORY;
	if (page_known && !may_repeat(k))
		snprintf(reason, size, "the page came before");
	else if (cursor_known)
		snprintf(reason, size, "the cursor of the next page came before");
	else if (c->pages + 1 >= CHAIN_PAGES_MAX && page->more)
		snprintf(reason, size, "more than %d pages", CHAIN_PAGES_MAX);
	else if (page->more && (page_known || page->records == 0) &&
		 c->empties + 1 >= CHAIN_EMPTIES_MAX)
		snprintf(reason, size, "%d pages without new records, one after the other",
			CHAIN_EMPTIES_MAX);
	else if (c->records + page->records > CHAIN_RECORDS_MAX)
		snprintf(reason, size, "more than %d records", CHAIN_RECORDS_MAX);
	else
		return move_on(c, k, page, page_known, cursor);
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
	c->pages = c->records = c->empties = 0;
}
