#include "report/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEIGHT = 220, LOW = 130, STEPS = 4, TICKS = 7 };

struct axis {
	double min, max, step;
	int height;
};

/* A step of 1, 2, 2.5 or 5 times a power of ten that makes at most STEPS of SPAN. */
static double
nice_step(double span)
{
	static const double nice[] = {1, 2, 2.5, 5, 10};
	double power;

	if (!(span > 0))
		return 1;
	power = pow(10, floor(log10(span / (double)STEPS)));
	for (size_t i = 0; i < sizeof nice / sizeof *nice; i++)
		if (power * nice[i] * (double)STEPS >= span * 0.999999)
			return power * nice[i];
	return power * 10;
}

/* What the axis must span: stacks of bars and lines, and zero. */
static struct axis
axis_of(const struct svg_chart *c)
{
	struct axis a = {0, c->least_max, 1, c->low ? LOW : HEIGHT};

	for (size_t i = 0; i < c->n; i++) {
		double up = 0, down = 0;

		for (size_t s = 0; s < c->nseries; s++) {
			double v = c->series[s].v[i];

			if (isnan(v))
				continue;
			if (c->series[s].form == SVG_LINE) {
				a.max = v > a.max ? v : a.max;
				a.min = v < a.min ? v : a.min;
			} else {
				up += v > 0 ? v : 0;
				down += v < 0 ? v : 0;
			}
		}
		a.max = up > a.max ? up : a.max;
		a.min = down < a.min ? down : a.min;
	}
	a.step = nice_step(a.max - a.min);
	if (*c->unit == '\0' && a.step < 1)
		a.step = 1; /* there is no half a commit */
	a.max = ceil(a.max / a.step - 1e-9) * a.step;
	a.min = floor(a.min / a.step + 1e-9) * a.step;
	if (a.max <= a.min)
		a.max = a.min + a.step;
	return a;
}

static double
y_of(const struct axis *a, double v)
{
	return a->height * (a->max - v) / (a->max - a->min);
}

/* A coordinate with as few digits as do. */
static void
put(struct buf *b, double v)
{
	char text[32];
	size_t n = (size_t)snprintf(text, sizeof text, "%.2f", v);

	while (n > 0 && text[n - 1] == '0')
		n--;
	n -= n > 0 && text[n - 1] == '.';
	buf_put(b, text, n);
	if (n == 0)
		buf_putc(b, '0');
}

static void
put_bars(struct buf *b, const struct svg_chart *c, const struct axis *a, size_t s, int open)
{
	const struct svg_series *is = &c->series[s];
	size_t start = 0;

	for (size_t i = 0; i < c->n; i++) {
		double under = 0, v = is->v[i], top, bottom;

		if (isnan(v) || v == 0 || (i == c->open) != open)
			continue;
		for (size_t k = 0; k < s; k++)
			if (c->series[k].form == SVG_BARS && !isnan(c->series[k].v[i]) &&
				c->series[k].v[i] * v > 0)
				under += c->series[k].v[i];
		top = y_of(a, under + v);
		bottom = y_of(a, under);
		if (start++ == 0)
			buf_printf(b, "<path class=\"%s%s\" d=\"", is->class, open ? " o" : "");
		buf_putc(b, 'M');
		put(b, (double)i + 0.1);
		buf_putc(b, ' ');
		put(b, bottom);
		buf_puts(b, "h.8V");
		put(b, top);
		buf_puts(b, "h-.8z");
	}
	if (start > 0)
		buf_puts(b, "\"/>");
}

static void
put_line(struct buf *b, const struct svg_chart *c, const struct axis *a, size_t s)
{
	const struct svg_series *is = &c->series[s];
	int pen = 0;

	buf_printf(
		b, "<path class=\"line %s %s\" d=\"", is->class, is->more != NULL ? is->more : "");
	for (size_t i = 0; i < c->n; i++) {
		int last;

		if (isnan(is->v[i])) {
			pen = 0;
			continue;
		}
		last = i + 1 == c->n || isnan(is->v[i + 1]);
		buf_putc(b, pen ? 'L' : 'M');
		put(b, (double)i + 0.5);
		buf_putc(b, ' ');
		put(b, y_of(a, is->v[i]));
		if (!pen && last) /* a point alone would not be seen */
			buf_puts(b, "h.01");
		pen = 1;
	}
	buf_puts(b, "\"/>");
}

static void
put_grid(struct buf *b, const struct svg_chart *c, const struct axis *a)
{
	char text[SHOW_TEXT];

	for (double v = a->min; v <= a->max + a->step / 2; v += a->step) {
		double at = fabs(v) < a->step / 2 ? 0 : v, y = y_of(a, at);

		buf_printf(b, "<line class=\"%s\" x2=\"100%%\" y1=\"", at == 0 ? "zero" : "grid");
		put(b, y);
		buf_puts(b, "\" y2=\"");
		put(b, y);
		buf_puts(b, "\"/><text class=\"y\" x=\"-8\" y=\"");
		put(b, y + 4);
		if (strcmp(c->unit, "%") == 0)
			snprintf(text, sizeof text, "%.0f%%", at);
		else
			show_short(fabs(at), c->unit, text);
		buf_printf(b, "\">%s</text>", text);
	}
}

/*
 * Some of the bins have their name below, so many that they do not collide on a wide
 * page; every second one of these is hidden on a narrow one.
 */
static void
put_ticks(struct buf *b, const struct svg_chart *c, const struct axis *a)
{
	size_t step = (c->n + TICKS - 1) / TICKS, before = c->n, k = 0;
	char text[SHOW_TEXT];

	if (c->week > 0 && step > 2)
		step = (step + c->week - 1) / c->week * c->week;
	for (size_t i = (c->n - 1) % step; i < c->n; i += step, k++) {
		double at = 100 * ((double)i + 0.5) / (double)c->n;
		size_t from_end = (c->n - 1 - i) / step;

		c->tick(c->arg, i, before, text);
		before = i;
		buf_printf(b, "<text class=\"x%s%s\" x=\"", from_end % 2 == 1 ? " wide" : "",
			at > 95	 ? " last"
			: at < 5 ? " first"
				 : "");
		put(b, at > 95 ? 100 : at < 5 ? 0 : at);
		buf_printf(b, "%%\" y=\"%d\">%s</text>", a->height + 18, text);
	}
}

void
svg_chart(struct buf *b, const struct svg_chart *c)
{
	struct axis a = axis_of(c);

	if (c->n == 0)
		return;
	buf_printf(b, "<svg class=\"plot%s\" role=\"img\" aria-label=\"%s\" height=\"%d\">",
		c->low ? " low" : "", c->label, a.height + 26);
	put_grid(b, c, &a);
	buf_printf(b,
		"<svg y=\"0\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %zu %d\" "
		"preserveAspectRatio=\"none\">",
		a.height, c->n, a.height);
	if (c->open < c->n)
		buf_printf(b, "<rect class=\"open\" x=\"%zu\" width=\"1\" height=\"%d\"/>", c->open,
			a.height);
	for (size_t s = 0; s < c->nseries; s++) {
		if (c->series[s].form == SVG_LINE) {
			put_line(b, c, &a, s);
			continue;
		}
		put_bars(b, c, &a, s, 0);
		if (c->open < c->n)
			put_bars(b, c, &a, s, 1);
	}
	for (size_t i = 0; i < c->n; i++) {
		buf_printf(b, "<rect class=\"hit\" x=\"%zu\" width=\"1\" height=\"%d\"><title>", i,
			a.height);
		c->title(c->arg, b, i);
		buf_puts(b, "</title></rect>");
	}
	buf_puts(b, "</svg>");
	put_ticks(b, c, &a);
	buf_puts(b, "</svg>");
}

void
svg_row(struct buf *b, const double *parts, const int *slots, size_t n, double whole,
	const char *prefix)
{
	double x = 0;

	buf_puts(b, "<svg class=\"row\" aria-hidden=\"true\" viewBox=\"0 0 100 1\" "
		    "preserveAspectRatio=\"none\">");
	for (size_t i = 0; i < n && whole > 0; i++) {
		double width = parts[i] > 0 ? 100 * parts[i] / whole : 0;

		if (width < 0.005)
			continue;
		buf_printf(b, "<rect class=\"%s%d\" x=\"", prefix, slots[i]);
		put(b, x);
		buf_puts(b, "\" width=\"");
		put(b, width);
		buf_puts(b, "\" height=\"1\"/>");
		x += width;
	}
	buf_puts(b, "</svg>");
}
