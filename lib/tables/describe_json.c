#include "base/json.h"
#include "base/utc.h"
#include "tables/crawl.h"
#include "tables/describe_forms.h"

/* ,"NAME":N, or null where there is none, which is 0. */
static void
put_number(struct buf *to, const char *name, long n)
{
	if (n > 0)
		buf_printf(to, ",\"%s\":%ld", name, n);
	else
		buf_printf(to, ",\"%s\":null", name);
}

static void
put_flag(struct buf *to, const char *name, int on)
{
	buf_printf(to, ",\"%s\":%s", name, on ? "true" : "false");
}

/* A span as the file has it, or null where it is less than LEAST. */
static void
put_span(struct buf *to, const char *name, int64_t span, int64_t least)
{
	char text[UTC_TEXT];

	if (span >= least)
		utc_format_span(span, text);
	json_put_member(to, name, span >= least ? text : NULL);
}

static void
put_time(struct buf *to, const char *name, int64_t t, int there)
{
	char text[UTC_TEXT];

	if (there)
		utc_format(t, text);
	json_put_member(to, name, there ? text : NULL);
}

static void
put_param(struct buf *to, const char *name, const struct time_param *p)
{
	if (p->name == NULL) {
		json_put_member(to, name, NULL);
		return;
	}
	buf_printf(to, ",\"%s\":{\"param\":", name);
	json_put_string(to, p->name);
	json_put_member(to, "form", p->day ? "day" : "time");
	buf_putc(to, '}');
}

static void
put_request(struct buf *to, const struct table *t)
{
	json_put_member(to, "path", t->path);
	json_put_list(to, "csv", &t->csv);
	json_put_member(to, "paging", describe_paging(t));
	json_put_member(to, "data", t->data);
	json_put_list(to, "headers", &t->headers);
	json_put_list(to, "params", &t->params);
	put_number(to, "limit", t->limit);
	json_put_member(to, "budget", t->budget.name);
	put_number(to, "budget_rate", t->budget.rate);
	json_put_list(to, "hints", &t->hints);
	buf_puts(to, ",\"cut\":");
	if (t->cut.path == NULL) {
		buf_puts(to, "null");
	} else {
		buf_puts(to, "{\"path\":");
		json_put_string(to, t->cut.path);
		put_number(to, "most", t->cut.most);
		json_put_member(to, "table", t->cut.table);
		buf_putc(to, '}');
	}
}

static void
put_foreach(struct buf *to, const struct table *t)
{
	json_put_member(to, "foreach", t->foreach_table);
	buf_puts(to, ",\"values\":[");
	for (size_t i = 0; i < t->nholes; i++) {
		buf_puts(to, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_put_string(to, t->holes[i].name);
		json_put_member(to, "path", t->holes[i].path);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
	json_put_member(to, "unless", t->foreach_unless);
}

static void
put_groups(struct buf *to, const struct table *t)
{
	json_put_list(to, "group_by", &t->group_by);
	json_put_list(to, "group_with", &t->group_with);
	put_number(to, "group_most", t->group_most);
	buf_puts(to, ",\"dimensions\":[");
	for (size_t i = 0; i < t->ndimensions; i++) {
		buf_puts(to, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_put_string(to, t->dimensions[i].name);
		json_put_list(to, "columns", &t->dimensions[i].columns);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
}

static void
put_widths(struct buf *to, const struct table *t)
{
	buf_puts(to, ",\"widths\":[");
	for (size_t i = 0; i < t->nwidths; i++) {
		const struct width *w = &t->widths[i];

		buf_puts(to, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_put_string(to, w->name);
		put_number(to, "limit", w->limit);
		json_put_member(to, "limit_of", w->grain == GRAIN_ROW ? "rows" : "buckets");
		put_span(to, "span", w->span, 1);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
	json_put_member(to, "width_param", t->width_param);
}

static void
put_window(struct buf *to, const struct table *t)
{
	int has = table_has_window(t);

	put_flag(to, "window", has);
	put_param(to, "from", &t->from);
	put_param(to, "to", &t->to);
	put_param(to, "day", &t->day);
	put_widths(to, t);
	put_time(to, "earliest", t->earliest, has);
	put_time(to, "oldest", t->oldest, t->oldest != INT64_MIN);
	put_span(to, "oldest_span", t->oldest_span, 1);
	put_span(to, "span", t->span, 1);
	put_span(to, "lag", t->lag, 1);
	put_span(to, "lookback", t->lookback, 0);
	put_flag(to, "open_bucket", t->open_bucket);
	json_put_member(to, "not_yet", t->not_yet);
	json_put_member(to, "watermark", t->newest ? "newest" : NULL);
}

static void
put_columns(struct buf *to, const struct table *t)
{
	buf_puts(to, ",\"columns\":[");
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];

		buf_puts(to, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_put_string(to, c->name);
		json_put_member(to, "type", type_name(c->type));
		put_flag(to, "key", c->key);
		json_put_member(to, "text", c->doc);
		json_put_member(to, "jq", c->expr);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
}

int
describe_json(struct buf *to, const struct table *t)
{
	buf_puts(to, "{\"table\":");
	json_put_string(to, t->name);
	json_put_member(to, "text", t->doc);
	json_put_member(to, "file", t->file);
	json_put_list(to, "sets", &t->sets);
	json_put_list(to, "opened_by", &t->opened_by);
	put_request(to, t);
	put_foreach(to, t);
	put_groups(to, t);
	put_window(to, t);
	buf_puts(to, ",\"crawl\":\"");
	crawl_put(to, t);
	buf_putc(to, '"');
	json_put_member(to, "mode", type_mode_name(t->mode));
	json_put_member(to, "time_column", t->mode_column);
	put_flag(to, "unique", t->unique);
	json_put_member(to, "rows", t->rows);
	json_put_list(to, "ignore", &t->ignore);
	put_columns(to, t);
	return buf_puts(to, "}\n");
}
