#include "fetch/ids.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "fetch/crawl.h"
#include "fetch/seen.h"

struct ids {
	const char *table; /* whose they are, for messages */
	const char *path;  /* where in a record, such as .id */
	struct strlist *to;
	struct seen seen;
	struct buf text;
};

/* The text at the path in one record, in ids->text; empty where there is none.  0 or -1. */
static int
find(struct ids *ids, const char *line, size_t len)
{
	struct json_value v = {JSON_OBJECT, line, len}, of;
	const char *path = ids->path;
	char name[64];

	while (*path == '.') {
		size_t n = strcspn(++path, ".");

		snprintf(name, sizeof name, "%.*s", (int)n, path);
		of = v;
		if (!json_member(&of, name, &v))
			v.kind = JSON_NULL;
		path += n;
	}
	buf_clear(&ids->text);
	if (v.kind == JSON_STRING &&
		(json_text(&ids->text, &v, NULL) == -1 || buf_str(&ids->text) == NULL))
		return -1;
	return 0;
}

static int
add(struct ids *ids, const char *line, size_t len, struct ant_err *e)
{
	const struct buf *id = &ids->text;
	int known;

	if (find(ids, line, len) == -1)
		return err_sys(e, ANT_FAIL, "%s", ids->table);
	if (id->len == 0 || strcmp(id->data, ".") == 0 || strcmp(id->data, "..") == 0 ||
		memchr(id->data, '\0', id->len) != NULL)
		return err_set(e, ANT_API, "%s: a record has no id at %s", ids->table, ids->path);
	if (id->len > ID_MAX)
		return err_set(e, ANT_API, "%s: a record has an id of %zu bytes at %s", ids->table,
			id->len, ids->path);
	if (ids->to->n >= IDS_MAX)
		return err_set(e, ANT_API, "%s: more than %d records", ids->table, IDS_MAX);
	known = seen_add(&ids->seen, id->data, id->len);
	if (known == -1 || (!known && strlist_add(ids->to, id->data, id->len) == -1))
		return err_sys(e, ANT_FAIL, "%s", ids->table);
	return 0;
}

/* A sink of pages: add the ids in the records of PAGE that are not there yet. */
static int
put_ids(void *to, const struct page *page, struct ant_err *e)
{
	const char *p = page->lines, *end = p + page->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (add(to, p, (size_t)(nl - p), e) == -1)
			return -1;
		p = nl + 1;
	}
	return 0;
}

int
ids_fetch(const struct fetch_plan *plan, int one_page, struct fetch_stats *stats,
	struct strlist *to, struct ant_err *e)
{
	const struct table *parent = plan->parent;
	struct ids ids = {.table = parent->name, .path = plan->table->foreach_path, .to = to};
	struct out nowhere;
	const struct sink sink = {put_ids, &ids, &nowhere};
	struct crawl w = {.plan = plan, .sink = &sink, .stats = stats};
	long limit;
	int rc;

	if (parent->nwidths > 0 || parent->paging == PAGING_DAY || parent->foreach_table != NULL)
		return err_set(e, ANT_USAGE, "%s: foreach goes through plain lists, and %s is none",
			plan->table->file, parent->name);
	if (fetch_limit(parent, NULL, 0, &limit, e) == -1)
		return -1;
	chain_kind_init(&w.kind, parent, &plan->window, limit, plan->jobs == 1);
	w.kind.one_page = one_page;
	out_init(&nowhere, -1, "");
	buf_init(&ids.text, PAGE_MAX);
	rc = crawl_run(&w, e);
	seen_free(&ids.seen);
	buf_free(&ids.text);
	return rc;
}
