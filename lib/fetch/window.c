#include "fetch/window.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"

static int64_t
default_from(const struct table *table)
{
	int64_t start = utc_days(2023, 1, 1) * UTC_DAY;

	return table->earliest > start ? table->earliest : start;
}

/* The width of TABLE's buckets that was asked for. */
static int
choose_width(struct window *w, const struct table *table, const char *name, struct ant_err *e)
{
	const struct width *width;
	char names[256] = "";
	size_t used = 0;

	if (table->paging == PAGING_DAY && name == NULL) {
		w->width = UTC_DAY;
		w->width_name = "1d";
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

int
window_make(struct window *w, const struct table *table, const char *width, const char *from,
	const char *to, int64_t now, struct ant_err *e)
{
	int64_t open;

	memset(w, 0, sizeof *w);
	if (table->nwidths == 0 && table->paging != PAGING_DAY) {
		if (from != NULL || to != NULL || width != NULL)
			return err_set(e, ANT_USAGE, "%s: table %s has no window of time",
				from != NULL ? "--from"
				: to != NULL ? "--to"
					     : "--width",
				table->name);
		return 0;
	}
	if (choose_width(w, table, width, e) == -1 || bounds(w, table, from, to, now, e) == -1)
		return -1;
	open = utc_floor(now, w->width);
	if (w->from == w->to) /* an instant, not a bucket: nothing was asked for */
		w->from = w->to = utc_floor(w->from, w->width);
	w->from = utc_floor(w->from, w->width);
	w->to = utc_ceil(w->to, w->width);
	if (!table->open_bucket && w->to > open)
		w->to = open;
	if (w->from > w->to)
		w->to = w->from;
	w->watermark = w->to < open ? w->to : open;
	return 0;
}

size_t
window_slices(const struct window *w, long limit)
{
	int64_t span = w->width * limit;

	return span <= 0 ? 0 : (size_t)((w->to - w->from + span - 1) / span);
}

void
window_slice(const struct window *w, long limit, size_t i, int64_t *from, int64_t *to)
{
	int64_t span = w->width * limit;

	*from = w->from + (int64_t)i * span;
	*to = w->to - *from > span ? *from + span : w->to;
}
