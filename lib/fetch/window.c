#include "fetch/window.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"

enum { PATIENCE = 2 * UTC_HOUR }; /* seconds that a fetch may take until its last request */

static int64_t
default_from(const struct table *table)
{
	int64_t start = utc_days(2023, 1, 1) * UTC_DAY;

	return table->earliest > start ? table->earliest : start;
}

/* The API refuses a start before this, also one that is so long ago when the request is sent. */
static int64_t
first_served(const struct table *table, int64_t width, int64_t now)
{
	int64_t oldest = table->oldest;

	if (table->oldest_span > 0 && now + PATIENCE - table->oldest_span > oldest)
		oldest = now + PATIENCE - table->oldest_span;
	return oldest == INT64_MIN ? oldest : utc_ceil(oldest, width);
}

/* The width of TABLE's buckets that was asked for. */
static int
choose_width(struct window *w, const struct table *table, const char *name, struct ant_err *e)
{
	const struct width *width;
	char names[256] = "";
	size_t used = 0;

	if (table->nwidths == 0 && name == NULL) {
		int by_day = table->day.name != NULL || table->from.day;

		w->width = by_day ? UTC_DAY : 1;
		w->width_name = by_day ? "1d" : NULL;
		return 0;
	}
	if (table->nwidths == 0)
		return err_set(
			e, ANT_USAGE, "--width: table %s has no choice of widths", table->name);
	if ((width = table_width(table, name)) != NULL) {
		w->width = width->seconds;
		w->width_name = width->name;
		return 0;
	}
	for (size_t i = 0; i < table->nwidths && used < sizeof names; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
			i > 0 ? ", " : "", table->widths[i].name);
	return err_set(
		e, ANT_USAGE, "--width: '%s' is none of table %s: %s", name, table->name, names);
}

static int
bounds(struct window *w, const struct table *table, const char *from, const char *to, int64_t now,
	struct ant_err *e)
{
	w->from = default_from(table);
	if (w->served > w->from)
		w->from = w->served;
	w->to = now;
	if (from != NULL && utc_argument(from, now, &w->from, e) == -1)
		return err_prefix(e, "--from: ");
	if (to != NULL && utc_argument(to, now, &w->to, e) == -1)
		return err_prefix(e, "--to: ");
	if (w->from > w->to) {
		char a[UTC_TEXT], b[UTC_TEXT];

		if (from == NULL) { /* nothing can be before the first day: an empty window */
			w->from = w->to;
			return 0;
		}
		utc_format(w->from, a);
		utc_format(w->to, b);
		return err_set(e, ANT_USAGE, "--from: %s is later than --to, %s", a, b);
	}
	return 0;
}

static void
narrow(struct window *w)
{
	w->asked = w->from;
	if (w->from >= w->served || w->from == w->to)
		return;
	w->narrowed = 1;
	w->unserved = w->served >= w->to;
	w->from = w->unserved ? w->to : w->served;
}

/* The end of what is complete, and of the window where the API has nothing behind it. */
static void
close_end(struct window *w, const struct table *table, int64_t now)
{
	int64_t open = utc_floor(now - table->lag, w->width);

	if ((!table->open_bucket || table->lag > 0) && w->to > open)
		w->to = open;
	if (w->from > w->to)
		w->to = w->from;
	w->watermark = w->to < open ? w->to : open;
}

int
window_make(struct window *w, const struct table *table, const char *width, const char *from,
	const char *to, int64_t now, struct ant_err *e)
{
	memset(w, 0, sizeof *w);
	if (!table_has_window(table)) {
		if (from != NULL || to != NULL || width != NULL)
			return err_set(e, ANT_USAGE, "%s: table %s has no window of time",
				from != NULL ? "--from"
				: to != NULL ? "--to"
					     : "--width",
				table->name);
		return 0;
	}
	if (choose_width(w, table, width, e) == -1)
		return -1;
	w->served = first_served(table, w->width, now);
	if (bounds(w, table, from, to, now, e) == -1)
		return -1;
	if (w->from == w->to) /* an instant, not a bucket: nothing was asked for */
		w->from = w->to = utc_floor(w->from, w->width);
	w->from = utc_floor(w->from, w->width);
	w->to = utc_ceil(w->to, w->width);
	close_end(w, table, now);
	narrow(w);
	return 0;
}

size_t
window_slices(const struct window *w, int64_t span)
{
	return span <= 0 ? 0 : (size_t)((w->to - w->from + span - 1) / span);
}

void
window_slice(const struct window *w, int64_t span, size_t i, int64_t *from, int64_t *to)
{
	*from = w->from + (int64_t)i * span;
	*to = w->to - *from > span ? *from + span : w->to;
}

void
window_end(struct window *w, int64_t to)
{
	w->to = to > w->from ? to : w->from;
	if (w->watermark >=
		w->to) /* that FROM itself is not there says nothing of what is before */
		w->watermark = to > w->from ? to : w->from - w->width;
}
