#include "tables/crawl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tables/sets.h"

enum { TEXT_MAX = 1 << 20 };

static void
put_text(struct buf *b, const char *text)
{
	buf_printf(b, "%s\n", text != NULL ? text : "-");
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Words of both lists, sorted; a file's lists are short. */
static void
put_sorted(struct buf *b, const struct strlist *first, const struct strlist *second)
{
	const char *all[2 * TABLE_LIST_MAX];
	size_t n = 0;

	for (size_t i = 0; i < first->n && n < TABLE_LIST_MAX; i++)
		all[n++] = first->v[i];
	for (size_t i = 0; second != NULL && i < second->n && n < 2 * TABLE_LIST_MAX; i++)
		all[n++] = second->v[i];
	qsort(all, n, sizeof *all, by_text);
	for (size_t i = 0; i < n; i++)
		put_text(b, all[i]);
	put_text(b, "");
}

static void
put_time(struct buf *b, const struct time_param *p)
{
	put_text(b, p->name);
	put_text(b, p->day ? "day" : "time");
}

static void
put_widths(struct buf *b, const struct table *t)
{
	put_text(b, t->width_param);
	for (size_t i = 0; i < t->nwidths; i++) {
		const struct width *w = &t->widths[i];

		buf_printf(b, "%s %d %ld %" PRId64 "\n", w->name, (int)w->grain, w->limit, w->span);
	}
	put_text(b, "");
}

static void
put_parents(struct buf *b, const struct table *t)
{
	put_text(b, t->foreach_table);
	for (size_t i = 0; i < t->nholes; i++) {
		put_text(b, t->holes[i].name);
		put_text(b, t->holes[i].path);
	}
	put_text(b, t->foreach_unless);
}

int
crawl_put(struct buf *to, const struct table *t)
{
	struct buf b;
	int rc;

	if (t->csv.n > 0)
		return buf_putc(to, '-');
	buf_init(&b, TEXT_MAX);
	put_text(&b, t->path);
	put_text(&b, table_paging_name(t->paging));
	put_text(&b, t->data);
	put_sorted(&b, &t->params, NULL);
	put_sorted(&b, &t->headers, NULL);
	put_text(&b, sets_need_token(&t->sets, &t->opened_by) ? "token" : "key");
	put_widths(&b, t);
	put_sorted(&b, &t->group_by, &t->group_with);
	put_time(&b, &t->day);
	put_time(&b, &t->from);
	put_time(&b, &t->to);
	buf_printf(&b, "%ld %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n",
		t->limit, t->span, t->earliest, t->oldest, t->oldest_span, t->lag, t->open_bucket);
	put_text(&b, t->not_yet);
	put_text(&b, t->newest ? "newest" : "-");
	put_text(&b, t->cut.path);
	put_parents(&b, t);
	/* Records are other ones where they must say what they were asked for with. */
	put_text(&b, table_reads_asked(t) ? "asked" : "-");
	rc = b.failed ? -1 : buf_printf(to, "%016" PRIx64, hash_bytes(b.data, b.len));
	buf_free(&b);
	return rc;
}
