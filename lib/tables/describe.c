#include "tables/describe.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"
#include "tables/crawl.h"

static int
is_windowed(const struct table *t)
{
	return t->mode == MODE_WINDOW;
}

/* The default bucket width; paging day has days. */
static const char *
width_of(const struct table *t)
{
	const struct width *w = table_width(t, NULL);

	return w != NULL ? w->name : t->day.name != NULL || t->from.day ? "1d" : "-";
}

/* A chain of pages a day has a name of its own. */
static const char *
paging_of(const struct table *t)
{
	return t->day.name != NULL ? "day" : table_paging_name(t->paging);
}

/* A span in its largest whole unit, as `lookback` of a file has it. */
static void
put_span(struct buf *to, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	buf_printf(to, "%" PRId64 "%c", seconds / units[i].seconds, units[i].unit);
}

/* The starts before which the API serves nothing, as times of a command line. */
static void
put_served(struct buf *to, const struct table *t)
{
	char text[UTC_TEXT];
	int day = t->oldest != INT64_MIN;

	if (day) {
		utc_format(t->oldest, text);
		buf_put(to, text, strlen("YYYY-MM-DD"));
	}
	if (t->oldest_span > 0)
		buf_printf(to, "%s-%" PRId64 "h", day ? "," : "", t->oldest_span / UTC_HOUR);
	else if (!day)
		buf_putc(to, '-');
}

static int
put_tsv(struct buf *to, const struct table *t)
{
	char earliest[UTC_TEXT] = "-";

	if (table_has_window(t)) {
		utc_format(t->earliest, earliest);
		earliest[strlen("YYYY-MM-DD")] = '\0';
	}
	buf_printf(to, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t", t->name, type_mode_name(t->mode),
		is_windowed(t) ? t->mode_column : "-", paging_of(t), width_of(t), earliest,
		t->foreach_table != NULL ? t->foreach_table : "-");
	for (size_t i = 0; i < t->sets.n; i++)
		buf_printf(to, "%s%s", i > 0 ? "," : "", t->sets.v[i]);
	buf_putc(to, '\t');
	if (t->lookback < 0)
		buf_putc(to, '-');
	else
		put_span(to, t->lookback);
	buf_putc(to, '\t');
	crawl_put(to, t);
	buf_printf(to, "\t%s\t", table_has_window(t) ? "yes" : "no");
	put_served(to, t);
	return buf_putc(to, '\n');
}

static void
put_words(struct buf *to, const char *title, const struct strlist *words)
{
	if (words->n == 0)
		return;
	buf_printf(to, "  %-10s", title);
	for (size_t i = 0; i < words->n; i++)
		buf_printf(to, " %s", words->v[i]);
	buf_putc(to, '\n');
}

static int
put_text(struct buf *to, const struct table *t)
{
	int widest = 0;

	buf_printf(to, "%s - %s\n\n", t->name, t->doc);
	buf_printf(to, "  %-10s %s\n  %-10s %s%s%s\n", "path", t->path, "mode", type_mode_name(t->mode),
		t->mode_column != NULL ? " " : "", t->mode_column != NULL ? t->mode_column : "");
	if (t->foreach_table != NULL)
		buf_printf(to, "  %-10s %s\n", "foreach", t->foreach_table);
	for (size_t i = 0; i < t->nwidths; i++)
		buf_printf(to, "  %-10s %s, at most %ld buckets a page\n", "width",
			t->widths[i].name, t->widths[i].limit);
	if (t->unique)
		buf_printf(to, "  %-10s %s\n", "unique",
			"of the rows with one key, the last one counts");
	put_words(to, "group_by", &t->group_by);
	put_words(to, "param", &t->params);
	buf_putc(to, '\n');
	for (size_t i = 0; i < t->ncolumns; i++)
		if ((int)strlen(t->columns[i].name) > widest)
			widest = (int)strlen(t->columns[i].name);
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];

		buf_printf(to, "  %-*s  %-11s  %-3s  %s\n", widest, c->name, type_name(c->type),
			c->key ? "key" : "", c->doc);
	}
	return to->failed ? -1 : 0;
}

static int
put_json(struct buf *to, const struct table *t)
{
	char earliest[UTC_TEXT];

	utc_format(t->earliest, earliest);
	buf_puts(to, "{\"table\":");
	json_put_string(to, t->name);
	json_put_member(to, "text", t->doc);
	json_put_member(to, "file", t->file);
	json_put_member(to, "path", t->path);
	json_put_member(to, "paging", paging_of(t));
	json_put_member(to, "mode", type_mode_name(t->mode));
	json_put_member(to, "time_column", t->mode_column);
	buf_printf(to, ",\"unique\":%s", t->unique ? "true" : "false");
	json_put_member(to, "foreach", t->foreach_table);
	json_put_member(to, "earliest", is_windowed(t) ? earliest : NULL);
	buf_puts(to, ",\"widths\":[");
	for (size_t i = 0; i < t->nwidths; i++) {
		buf_puts(to, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_put_string(to, t->widths[i].name);
		buf_printf(to, ",\"limit\":%ld}", t->widths[i].limit);
	}
	buf_putc(to, ']');
	json_put_list(to, "group_by", &t->group_by);
	json_put_list(to, "params", &t->params);
	json_put_member(to, "rows", t->rows);
	buf_puts(to, ",\"columns\":[");
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];

		buf_puts(to, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_put_string(to, c->name);
		json_put_member(to, "type", type_name(c->type));
		buf_printf(to, ",\"key\":%s", c->key ? "true" : "false");
		json_put_member(to, "text", c->doc);
		json_put_member(to, "jq", c->expr);
		buf_putc(to, '}');
	}
	return buf_puts(to, "]}\n");
}

int
describe_table(struct buf *to, const struct table *t, enum describe_form form)
{
	switch (form) {
	case DESCRIBE_NAME:
		return buf_printf(to, "%s\n", t->name);
	case DESCRIBE_LINE:
		return buf_printf(to, "%-22s %s\n", t->name, t->doc);
	case DESCRIBE_TSV:
		return put_tsv(to, t);
	case DESCRIBE_TEXT:
		return put_text(to, t);
	case DESCRIBE_JSON:
		break;
	}
	return put_json(to, t);
}
