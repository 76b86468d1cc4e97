#include "tables/describe.h"

#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "tables/crawl.h"
#include "tables/describe_forms.h"
#include "tables/sets.h"

const char *
describe_width(const struct table *t)
{
	const struct width *w = table_width(t, NULL);

	return w != NULL ? w->name : t->day.name != NULL || t->from.day ? "1d" : "-";
}

const char *
describe_paging(const struct table *t)
{
	return t->day.name != NULL ? "day" : table_paging_name(t->paging);
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
	char earliest[UTC_TEXT] = "-", lookback[UTC_TEXT] = "-", span[UTC_TEXT] = "-";

	if (table_has_window(t)) {
		utc_format(t->earliest, earliest);
		earliest[strlen("YYYY-MM-DD")] = '\0';
	}
	if (t->lookback >= 0)
		utc_format_span(t->lookback, lookback);
	if (t->span > 0)
		utc_format_span(t->span, span);
	buf_printf(to, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t", t->name, type_mode_name(t->mode),
		t->mode_column != NULL ? t->mode_column : "-", describe_paging(t),
		describe_width(t), earliest, t->foreach_table != NULL ? t->foreach_table : "-");
	for (size_t i = 0; i < t->sets.n; i++)
		buf_printf(to, "%s%s", i > 0 ? "," : "", t->sets.v[i]);
	buf_puts(to, t->sets.n == 0 ? "-" : "");
	buf_printf(to, "\t%s\t", lookback);
	crawl_put(to, t);
	buf_printf(to, "\t%s\t", table_has_window(t) ? "yes" : "no");
	put_served(to, t);
	return buf_printf(to, "\t%s\t%s\n", span, t->unique ? "yes" : "no");
}

int
describe_table(struct buf *to, const struct table *t, enum describe_form form)
{
	switch (form) {
	case DESCRIBE_NAME:
		return buf_printf(to, "%s\n", t->name);
	case DESCRIBE_TSV:
		return put_tsv(to, t);
	case DESCRIBE_TEXT:
		return describe_text(to, t);
	case DESCRIBE_JSON:
		break;
	}
	return describe_json(to, t);
}

/* The first sentence of a text. */
static int
first_sentence(const char *text)
{
	const char *stop = strstr(text, ". ");

	return stop != NULL ? (int)(stop + 1 - text) : (int)strlen(text);
}

static void
put_name(struct buf *to, const struct table *t)
{
	buf_printf(to, "  %-30s %.*s\n", t->name, first_sentence(t->doc), t->doc);
}

/* The tables of one set, where it has any. */
static void
put_set(struct buf *to, const char *set, struct table *const *tables, size_t n)
{
	int met = 0;

	for (size_t i = 0; i < n; i++) {
		if (!table_in_set(tables[i], set))
			continue;
		if (!met++)
			buf_printf(
				to, "%s@%s: %s\n", to->len > 0 ? "\n" : "", set, sets_takes(set));
		put_name(to, tables[i]);
	}
}

/* The tables that are in no set. */
static void
put_apart(struct buf *to, struct table *const *tables, size_t n)
{
	int met = 0;

	for (size_t i = 0; i < n; i++) {
		if (tables[i]->sets.n > 0)
			continue;
		if (!met++)
			buf_printf(to, "%sIn no set, loaded by name:\n", to->len > 0 ? "\n" : "");
		put_name(to, tables[i]);
	}
}

/* 1 where an earlier set of T, or a table before it, has brought the set NAME, or the suite knows it. */
static int
is_told(const char *name, struct table *const *tables, size_t before)
{
	const char *known;

	for (size_t i = 0; (known = sets_known(i)) != NULL; i++)
		if (strcmp(known, name) == 0)
			return 1;
	for (size_t i = 0; i < before; i++)
		if (table_in_set(tables[i], name))
			return 1;
	return 0;
}

int
describe_sets(struct buf *to, struct table *const *tables, size_t n)
{
	const char *known;

	for (size_t i = 0; (known = sets_known(i)) != NULL; i++)
		put_set(to, known, tables, n);
	for (size_t i = 0; i < n; i++)
		for (size_t s = 0; s < tables[i]->sets.n; s++)
			if (!is_told(tables[i]->sets.v[s], tables, i))
				put_set(to, tables[i]->sets.v[s], tables, n);
	put_apart(to, tables, n);
	return to->failed ? -1 : 0;
}
