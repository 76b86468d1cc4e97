#include "fetch/ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "fetch/crawl.h"
#include "fetch/seen.h"
#include "stream/record.h"
#include "tables/expr.h"

struct ids {
	const struct table *table, *parent; /* whose holes, filled from whose records */
	const struct id_list *asked;	    /* what the parent was asked for with, or NULL */
	struct id_list *to;
	struct seen seen;
	struct buf text, key; /* a value; all of a record's, to see whether they came before */
};

static int
no_memory(const struct ids *ids, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", ids->parent->name);
}

/* What PATH leads to in a record: .id, .a.b or $asked.id; null where there is none. */
static struct json_value
find(const char *path, const char *line, size_t len)
{
	static const char asked[] = "$asked";
	const struct json_value null = {JSON_NULL, "null", 4};
	struct json_value v = {JSON_OBJECT, line, len}, of;
	char name[TABLE_STEP_MAX + 1];

	if (strncmp(path, asked, sizeof asked - 1) == 0) {
		path += sizeof asked - 1;
		of = v;
		if (!json_member(&of, EXPR_ASKED, &v))
			return null;
	}
	while (*path == '.') {
		size_t n = strcspn(++path, ".");

		snprintf(name, sizeof name, "%.*s", (int)n, path);
		of = v;
		if (of.kind != JSON_OBJECT || !json_member(&of, name, &v))
			return null;
		path += n;
	}
	return v;
}

/* The value that the parent's own path had at NAME in chain I, or NULL. */
static const char *
asked_with(const struct ids *ids, const char *name, size_t i)
{
	if (ids->asked == NULL)
		return NULL;
	for (size_t h = 0; h < ids->parent->nholes; h++)
		if (strcmp(ids->parent->holes[h].name, name) == 0)
			return ids->asked->v.v[i * ids->asked->width + h];
	return NULL;
}

/* The value for hole H from a record of the parent's chain I, in ids->text, as a string. */
static int
read_value(struct ids *ids, size_t h, const char *line, size_t len, size_t i, struct ant_err *e)
{
	static const char asked[] = "$asked.";
	const char *path = ids->table->holes[h].path, *known = NULL;
	struct json_value v;

	buf_clear(&ids->text);
	if (strncmp(path, asked, sizeof asked - 1) == 0)
		known = asked_with(ids, path + sizeof asked - 1, i);
	if (known != NULL) {
		buf_puts(&ids->text, known);
	} else if ((v = find(path, line, len)).kind == JSON_STRING &&
		   json_text(&ids->text, &v, NULL) == -1) {
		return no_memory(ids, e);
	}
	if (buf_str(&ids->text) == NULL)
		return no_memory(ids, e);
	if (ids->text.len == 0 || strcmp(ids->text.data, ".") == 0 ||
		strcmp(ids->text.data, "..") == 0 ||
		memchr(ids->text.data, '\0', ids->text.len) != NULL)
		return err_set(e, ANT_API, "%s: a record has no id at %s", ids->parent->name, path);
	if (ids->text.len > ID_MAX)
		return err_set(e, ANT_API, "%s: a record has an id of %zu bytes at %s",
			ids->parent->name, ids->text.len, path);
	return 0;
}

/* 1 where the table is not asked for what this record names. */
static int
is_left_out(const struct ids *ids, const char *line, size_t len)
{
	const char *unless = ids->table->foreach_unless;
	struct json_value v;

	if (unless == NULL)
		return 0;
	v = find(unless, line, len);
	return v.kind != JSON_NULL && v.kind != JSON_FALSE;
}

/* Add the values in one record of the parent's chain I, unless they are there. */
static int
add(struct ids *ids, const char *line, size_t len, size_t i, struct ant_err *e)
{
	size_t before = ids->to->v.n;
	int known;

	if (is_left_out(ids, line, len))
		return 0;
	if (before / ids->to->width >= IDS_MAX)
		return err_set(e, ANT_API, "%s: more than %d records", ids->parent->name, IDS_MAX);
	buf_clear(&ids->key);
	for (size_t h = 0; h < ids->table->nholes; h++) {
		if (read_value(ids, h, line, len, i, e) == -1)
			return -1;
		buf_put(&ids->key, ids->text.data, ids->text.len + 1);
		if (strlist_add(&ids->to->v, ids->text.data, ids->text.len) == -1)
			return no_memory(ids, e);
	}
	if (ids->key.failed || (known = seen_add(&ids->seen, ids->key.data, ids->key.len)) == -1)
		return no_memory(ids, e);
	if (known)
		strlist_cut(&ids->to->v, before);
	return 0;
}

/* A sink of pages: add the values in the records of PAGE that are not there yet. */
static int
put_ids(void *to, const struct page *page, struct ant_err *e)
{
	const char *p = page->lines, *end = p + page->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (add(to, p, (size_t)(nl - p), page->chain, e) == -1)
			return -1;
		p = nl + 1;
	}
	return 0;
}

/* The parent's records from the API; what that goes through itself is in ids->asked. */
static int
from_api(struct ids *ids, const struct fetch_plan *plan, int one_page, struct fetch_stats *stats,
	struct ant_err *e)
{
	struct out nowhere;
	const struct sink sink = {put_ids, ids, &nowhere};
	struct crawl w = {.plan = plan, .sink = &sink, .stats = stats};
	long limit;

	if (fetch_limit(ids->parent, NULL, 0, &limit, e) == -1)
		return -1;
	chain_kind_init(&w.kind, ids->parent, &w.window, limit, plan->jobs == 1);
	w.kind.one_page = one_page;
	w.kind.ids = ids->asked;
	out_init(&nowhere, -1, "");
	return crawl_run(&w, e);
}

/* The end line of the parents file must count the N records before it, and be the last one. */
static int
take_end(const struct fetch_plan *plan, char *line, size_t len, size_t n, struct ant_err *e)
{
	struct lines *in = plan->parents_file;
	struct record_end end;
	int more;

	if (record_end_parse(line, len, &end, e) == -1)
		return err_prefix(e, "--parents %s: ", in->name);
	if (end.records != n)
		return err_set(e, ANT_INPUT,
			"--parents %s: the end line counts %" PRIu64 " records, there are %zu",
			in->name, end.records, n);
	if ((more = lines_next(in, &line, &len, e)) == 1)
		err_set(e, ANT_INPUT, "--parents %s: text behind the end line", in->name);
	return more == 0 ? 0 : -1;
}

static int
take_begin(const struct fetch_plan *plan, const struct ids *ids, const char *line, size_t len,
	struct ant_err *e)
{
	struct record_begin b = {.table = NULL};
	int rc = 0;

	if (record_begin_parse(line, len, &b, e) == -1)
		return err_prefix(e, "--parents %s: ", plan->parents_file->name);
	if (strcmp(b.table, ids->parent->name) != 0)
		rc = err_set(e, ANT_USAGE, "--parents %s: it holds %s, and %s goes through %s",
			plan->parents_file->name, b.table, ids->table->name, ids->parent->name);
	else if (b.organization != NULL && /* one with the answers' */
		 (rc = organization_note(plan->organization, b.organization, e)) == -1)
		err_prefix(e, "--parents %s: ", plan->parents_file->name);
	record_begin_free(&b);
	return rc;
}

static int
take_record(struct ids *ids, const struct fetch_plan *plan, enum record_kind kind, const char *line,
	size_t len, struct ant_err *e)
{
	const struct lines *in = plan->parents_file;
	struct json_value v;
	struct json_error why;

	if (kind != RECORD_DATA)
		return err_set(e, ANT_INPUT, "--parents %s:%zu: unexpected control line", in->name,
			in->number);
	if (json_parse(line, len, &v, &why) == -1)
		return err_set(
			e, ANT_INPUT, "--parents %s:%zu: %s", in->name, in->number, why.reason);
	if (v.kind != JSON_OBJECT)
		return err_set(e, ANT_INPUT, "--parents %s:%zu: a record is an object", in->name,
			in->number);
	return add(ids, v.p, v.len, 0, e);
}

/* The parent's records from a record stream that somebody has fetched. */
static int
from_file(struct ids *ids, const struct fetch_plan *plan, struct ant_err *e)
{
	struct lines *in = plan->parents_file;
	size_t len;
	char *line;
	int more;

	while ((more = lines_next(in, &line, &len, e)) == 1 && !in->partial) {
		enum record_kind kind = record_kind(line, len);

		if (in->number == 1) {
			if (take_begin(plan, ids, line, len, e) == -1)
				return -1;
		} else if (kind == RECORD_END) {
			return take_end(plan, line, len, in->number - 2, e);
		} else if (take_record(ids, plan, kind, line, len, e) == -1) {
			return -1;
		}
	}
	return more == -1 ? -1
			  : err_set(e, ANT_INPUT, "--parents %s: no end line: it is incomplete",
				    in->name);
}

/* The parent of TABLE among the plan's, which stand in the order of who goes through whom. */
static const struct table *
parent_of(const struct fetch_plan *plan, const struct table *table)
{
	for (size_t i = 0; i < plan->nparents; i++)
		if (strcmp(plan->parents[i]->name, table->foreach_table) == 0)
			return plan->parents[i];
	return NULL;
}

int
ids_fetch(const struct fetch_plan *plan, const struct table *table, int one_page,
	struct fetch_stats *stats, struct id_list *to, struct ant_err *e)
{
	struct id_list asked = {.width = 0};
	struct ids ids = {.table = table, .parent = parent_of(plan, table), .to = to};
	int file = plan->parents_file != NULL && table == plan->table, rc = 0;

	if (ids.parent == NULL || table_has_window(ids.parent))
		return err_set(e, ANT_USAGE, "%s: foreach goes through plain lists, and %s is none",
			table->file, table->foreach_table);
	to->width = table->nholes;
	buf_init(&ids.text, PAGE_MAX);
	buf_init(&ids.key, PAGE_MAX);
	if (!file && ids.parent->foreach_table != NULL) {
		rc = ids_fetch(plan, ids.parent, one_page, stats, &asked, e);
		ids.asked = &asked;
	}
	if (rc == 0)
		rc = file ? from_file(&ids, plan, e) : from_api(&ids, plan, one_page, stats, e);
	seen_free(&ids.seen);
	buf_free(&ids.text);
	buf_free(&ids.key);
	strlist_free(&asked.v);
	return rc;
}
