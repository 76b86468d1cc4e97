/* A table's file in sentences, for who has never seen one. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "tables/describe_forms.h"
#include "tables/sets.h"

enum { MARGIN = 14, WIDTH = 80, SAY_MAX = 9000, TEXT_MAX = 1 << 20, USUAL_LOOKBACK = 3 };

/* The sentences of one heading, until they are set. */
struct telling {
	struct buf *to, text;
};

/* Say some words more, behind a space. */
static void __attribute__((format(printf, 2, 3))) say(struct telling *w, const char *fmt, ...)
{
	char words[SAY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	buf_printf(&w->text, "%s%s", w->text.len > 0 ? " " : "", words);
}

/* Set what was said as lines under HEADING, and begin anew; nothing where nothing was said. */
static void
end(struct telling *w, const char *heading)
{
	const char *p = buf_str(&w->text);
	size_t column = WIDTH;

	if (p == NULL || *p == '\0')
		return;
	buf_printf(w->to, "  %-*s", MARGIN - 2, heading);
	column = MARGIN;
	for (size_t n; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (column > MARGIN && column + 1 + n > WIDTH) {
			buf_printf(w->to, "\n%*s", MARGIN, "");
			column = MARGIN;
		}
		buf_printf(w->to, "%s%.*s", column > MARGIN ? " " : "", (int)n, p);
		column += n + (column > MARGIN);
	}
	buf_putc(w->to, '\n');
	buf_clear(&w->text);
}

/* "a, b and c", without a space before it. */
static void
put_list(struct buf *to, const struct strlist *words)
{
	for (size_t i = 0; i < words->n; i++)
		buf_printf(to, "%s%s",
			i == 0		   ? ""
			: i + 1 < words->n ? ", "
					   : " and ",
			words->v[i]);
}

static void
say_list(struct telling *w, const char *before, const struct strlist *words, const char *after)
{
	if (words->n == 0)
		return;
	say(w, "%s ", before);
	put_list(&w->text, words);
	buf_puts(&w->text, after);
}

/* 30d as "30 days". */
static const char *
span_words(int64_t span, char to[static UTC_TEXT + 8])
{
	static const struct {
		char letter;
		const char *word;
	} units[] = {{'d', "day"}, {'h', "hour"}, {'m', "minute"}, {'s', "second"}};
	char text[UTC_TEXT];
	size_t n, i = 0;

	utc_format_span(span, text);
	n = strlen(text) - 1;
	while (units[i].letter != text[n])
		i++;
	snprintf(to, UTC_TEXT + 8, "%.*s %s%s", (int)n, text, units[i].word,
		n == 1 && text[0] == '1' ? "" : "s");
	return to;
}

static const char *
day_words(int64_t t, char to[static UTC_TEXT])
{
	utc_format(t, to);
	to[strlen("YYYY-MM-DD")] = '\0';
	return to;
}

/* Where the values of the path come from. */
static void
say_foreach(struct telling *w, const struct table *t)
{
	static const char asked[] = "$asked.";

	if (t->foreach_table == NULL)
		return;
	say(w, "It is asked once for each record of table %s:", t->foreach_table);
	for (size_t i = 0; i < t->nholes; i++) {
		const struct hole *h = &t->holes[i];
		int inherited = strncmp(h->path, asked, strlen(asked)) == 0;

		say(w, "%s{%s} in the path is %s%s%s", i > 0 ? "and " : "", h->name,
			inherited ? "the " : "its ", inherited ? h->path + strlen(asked) : h->path,
			inherited ? " that the record itself was asked with" : "");
	}
	buf_putc(&w->text, '.');
	if (t->foreach_unless != NULL)
		say(w, "Records with a %s are passed over.", t->foreach_unless);
}

static void
tell_asked(struct telling *w, const struct table *t)
{
	say(w, "GET %s.", t->path);
	say_foreach(w, t);
	say_list(w, "The query always has", &t->params, ".");
	say_list(w, "The request has the header", &t->headers, ".");
	say_list(
		w, "The report is grouped by", &t->group_by, ", unless --group-by says otherwise.");
	if (t->group_most > 0)
		say(w, "The API takes at most %ld of those.", t->group_most);
	say_list(w, "It is always grouped by", &t->group_with, ", too.");
	if (table_reads_asked(t))
		say(w, "What it was asked with stands beside each record, as $asked.");
	end(w, "asked");
}

/* How much a page holds, by width: those of one kind in one sentence. */
static void
say_page_sizes(struct telling *w, const struct table *t, enum grain grain)
{
	int met = 0;

	for (size_t i = 0; i < t->nwidths; i++) {
		const struct width *width = &t->widths[i];

		if (width->limit == 0 || width->grain != grain)
			continue;
		if (!met++)
			say(w, "A page holds at most");
		else
			buf_putc(&w->text, ',');
		say(w, "%ld %s of %s", width->limit,
			grain == GRAIN_ROW ? "rows of buckets" : "buckets", width->name);
	}
	if (met)
		buf_putc(&w->text, '.');
}

static void
tell_pages(struct telling *w, const struct table *t)
{
	switch (t->paging) {
	case PAGING_NONE:
		say(w, "There are no pages: the answer is the one record.");
		break;
	case PAGING_PAGE:
		say(w,
			"The records of a page are the elements of its data%s%s; next_page, where "
			"it has "
			"one, names the page after it.",
			t->data != NULL ? ", or " : "", t->data != NULL ? t->data : "");
		break;
	case PAGING_ID:
		say(w,
			"The records of a page are the elements of its data%s%s; where it "
			"has_more, the "
			"page after it is asked for with its last_id as after_id.",
			t->data != NULL ? ", or " : "", t->data != NULL ? t->data : "");
		break;
	}
	if (t->limit > 0)
		say(w, "A page holds at most %ld records.", t->limit);
	say_page_sizes(w, t, GRAIN_BUCKET);
	say_page_sizes(w, t, GRAIN_ROW);
	if (t->cut.path != NULL)
		say(w,
			"A record with %ld elements in %s may have been cut off, and is an error "
			"that names "
			"table %s, unless --allow-cut.",
			t->cut.most, t->cut.path, t->cut.table);
	end(w, "pages");
}

/* The parameters of the window, and the widths. */
static void
say_form(struct telling *w, const struct table *t)
{
	const char *form = t->from.day ? " (days)" : "";

	if (t->day.name != NULL) {
		say(w, "A day of UTC at a time, in the parameter %s.", t->day.name);
		return;
	}
	say(w, "From %s, inclusive, to %s, exclusive%s.", t->from.name, t->to.name, form);
	if (t->width_param == NULL)
		return;
	say(w, "The buckets are %s wide, as %s says", t->widths[0].name, t->width_param);
	for (size_t i = 1; i < t->nwidths; i++)
		buf_printf(&w->text, "%s%s", i == 1 ? "; --width also takes " : " and ",
			t->widths[i].name);
	buf_putc(&w->text, '.');
}

static void
say_spans(struct telling *w, const struct table *t)
{
	char span[UTC_TEXT + 8];
	int met = 0;

	if (t->span > 0 && ++met)
		say(w, "One request asks for %s at most", span_words(t->span, span));
	for (size_t i = 0; i < t->nwidths; i++) {
		if (t->widths[i].span == 0)
			continue;
		if (met++)
			buf_putc(&w->text, ',');
		else
			say(w, "One request asks for");
		say(w, "%s with %s", span_words(t->widths[i].span, span), t->widths[i].name);
	}
	if (met)
		buf_puts(&w->text,
			"; longer windows are cut, and the parts fetched beside one another.");
}

/* Where the window can begin. */
static void
say_start(struct telling *w, const struct table *t)
{
	char day[UTC_TEXT], span[UTC_TEXT + 8];
	int days = t->oldest != INT64_MIN;

	if (!days && t->oldest_span == 0) {
		say(w, "There is nothing before %s.", day_words(t->earliest, day));
		return;
	}
	say(w, "The API serves nothing");
	if (days)
		say(w, "before %s", day_words(t->oldest, day));
	if (t->oldest_span > 0)
		say(w, "%slonger than %s ago", days ? "and nothing " : "",
			span_words(t->oldest_span, span));
	buf_puts(&w->text,
		": a window that starts earlier is narrowed, and what was loaded before stays.");
}

/* Where it ends, and what is complete then. */
static void
say_end(struct telling *w, const struct table *t)
{
	char span[UTC_TEXT + 8];

	if (!t->open_bucket)
		say(w, "The %s that is still open is left out.",
			strcmp(describe_width(t), "1d") == 0 ? "day" : "bucket");
	if (t->lag > 0)
		say(w, "What is newer than %s is left for the next run.", span_words(t->lag, span));
	if (t->not_yet != NULL)
		say(w, "A refusal that says \"%s\" is no error, but the end of what there is.",
			t->not_yet);
	if (t->newest)
		say(w, "Loaded up to the newest bucket that came, the next run goes on behind it.");
}

static void
tell_window(struct telling *w, const struct table *t)
{
	char span[UTC_TEXT + 8];

	if (!table_has_window(t)) {
		say(w, "It has none: each run asks for all there is.");
		end(w, "window");
		return;
	}
	say_form(w, t);
	say_spans(w, t);
	say_start(w, t);
	say_end(w, t);
	end(w, "window");
	if (t->lookback < 0)
		say(w, "The usual %d days before the watermark.", USUAL_LOOKBACK);
	else if (t->lookback > 0)
		say(w, "%s before the watermark.", span_words(t->lookback, span));
	else
		say(w, "Nothing: what was loaded does not change.");
	end(w, "read again");
}

/* What opens it, what it draws on, and what the refusals mean. */
static void
tell_who(struct telling *w, const struct table *t)
{
	char takes[1024];

	sets_credentials(&t->sets, &t->opened_by, takes, sizeof takes);
	if (t->sets.n == 0)
		say(w, "It is in no set, and loaded by its name:");
	say_list(w, t->sets.n > 1 ? "It is of the sets" : "It is of the set", &t->sets, ":");
	say(w, "what opens it is %s.", takes);
	if (t->budget.name != NULL)
		say(w, "All tables of the budget %s share %ld requests a minute.", t->budget.name,
			t->budget.rate);
	for (size_t i = 0; i < t->hints.n; i++) {
		size_t word = strcspn(t->hints.v[i], " ");

		say(w, "Where a refusal says %.*s: %s.", (int)word, t->hints.v[i],
			t->hints.v[i] + word + 1);
	}
	end(w, "who may");
}

/* Nobody is asked for what comes from a file. */
static void
tell_file(struct telling *w, const struct table *t)
{
	say_list(w, "A CSV file, whose first line has the names", &t->csv, ", in any order.");
	say(w, "It is in no set: ant-flatten -t %s reads the file.", t->name);
	end(w, "file");
}

static void
tell_rows(struct telling *w, const struct table *t)
{
	size_t len = strlen(t->rows);

	if (strcmp(t->rows, ".") == 0)
		say(w, "Each record is a row.");
	else if (strchr(t->rows, ' ') == NULL && len > 2 && strcmp(t->rows + len - 2, "[]") == 0)
		say(w, "Each element of a record's %.*s is a row.", (int)len - 2, t->rows);
	else
		say(w, "The rows of a record are what jq makes of it with: %s", t->rows);
	say_list(w, "Known, and in no column:", &t->ignore, ".");
	end(w, "rows");
}

static void
say_key(struct telling *w, const struct table *t)
{
	int met = 0;

	for (size_t i = 0; i < t->ncolumns; i++) {
		if (!t->columns[i].key)
			continue;
		if (met++)
			buf_putc(&w->text, ',');
		say(w, "%s", t->columns[i].name);
	}
	buf_puts(&w->text, met ? "." : "There is none.");
	if (t->group_by.n > 0)
		say(w, "Of the dimensions, those that were asked for.");
	for (size_t i = 0; i < t->ndimensions; i++) {
		say(w, "The dimension %s is in", t->dimensions[i].name);
		say_list(w, "the columns", &t->dimensions[i].columns, ".");
	}
	if (met)
		say(w, "%s",
			t->unique ? "Of the rows with one key the last one counts."
				  : "Rows with the same key are all kept.");
}

static void
tell_loading(struct telling *w, const struct table *t)
{
	say_key(w, t);
	end(w, "key");
	say(w, "%s%s%s:", type_mode_name(t->mode), t->mode_column != NULL ? " " : "",
		t->mode_column != NULL ? t->mode_column : "");
	switch (t->mode) {
	case MODE_WINDOW:
		say(w, "a load puts its rows in the place of those whose %s is in its window.",
			t->mode_column);
		break;
	case MODE_REPLACE:
		say(w, "after a load the table holds its rows and no others.");
		break;
	case MODE_MERGE:
		say(w, "a load replaces the rows that have its keys, and keeps all others.");
		break;
	default:
		say(w, "a load adds its rows to those that are there.");
	}
	end(w, "mode");
}

static void
put_columns(struct buf *to, const struct table *t)
{
	int widest = 0;

	for (size_t i = 0; i < t->ncolumns; i++)
		if ((int)strlen(t->columns[i].name) > widest)
			widest = (int)strlen(t->columns[i].name);
	buf_putc(to, '\n');
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];

		buf_printf(to, "  %-*s  %-11s  %-3s  %s\n", widest, c->name, type_name(c->type),
			c->key ? "key" : "", c->doc);
	}
}

int
describe_text(struct buf *to, const struct table *t)
{
	struct telling w = {.to = to};

	buf_init(&w.text, TEXT_MAX);
	buf_printf(to, "%s - %s\n\n", t->name, t->doc);
	if (t->csv.n > 0) {
		tell_file(&w, t);
	} else {
		tell_asked(&w, t);
		tell_pages(&w, t);
		tell_window(&w, t);
		tell_who(&w, t);
	}
	tell_rows(&w, t);
	tell_loading(&w, t);
	put_columns(to, t);
	to->failed |= w.text.failed;
	buf_free(&w.text);
	return to->failed ? -1 : 0;
}
