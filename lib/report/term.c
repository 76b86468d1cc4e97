#include "report/term.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "report/advice.h"
#include "report/show.h"

/*
 * Columns of a character: 0 for what combines and for what would turn the direction of the
 * line, which is left out; 2 for East Asian ones and pictures (Unicode TR 11, roughly).
 */
static size_t
columns_of(long c)
{
	if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfe0f ||
		c == 0x061c || c == 0xfeff)
		return 0;
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
		(c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
		(c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
		(c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
		(c >= 0x20000 && c <= 0x3fffd))
		return 2;
	return 1;
}

void
term_padded(struct term *t, const char *name, size_t n)
{
	struct buf clean;
	const char *p, *end;
	size_t used = 0, all = 0, len;

	buf_init(&clean, 1 << 16);
	show_name(&clean, name, NAMES_MAX);
	p = clean.data == NULL ? "" : clean.data;
	end = p + clean.len;
	for (const char *s = p; s < end; s += len)
		all += columns_of(utf8_next(s, end, &len));
	for (; p < end; p += len) {
		long c = utf8_next(p, end, &len);
		size_t wide = columns_of(c);

		if (used + wide > (all > n ? n - 2 : n))
			break;
		if (wide == 0 && !(c >= 0x300 && c <= 0x36f))
			continue;
		if (t->ascii && c >= 0x80)
			buf_puts(t->b, wide == 2 ? "??" : wide == 1 ? "?" : "");
		else
			buf_put(t->b, p, len);
		used += wide;
	}
	if (all > n && n >= 2) {
		buf_puts(t->b, "..");
		used += 2;
	}
	for (; used < n; used++)
		buf_putc(t->b, ' ');
	buf_free(&clean);
}

void
term_bar(struct term *t, double value, double most)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	double columns =
		most > 0 && value > 0 ? (value < most ? value / most : 1) * (double)t->bar : 0;
	size_t parts = (size_t)(columns * 8 + 0.5);

	if (t->ascii) {
		for (size_t i = 0; i < (size_t)(columns + 0.5); i++)
			buf_putc(t->b, '#');
		return;
	}
	for (; parts >= 8; parts -= 8)
		buf_puts(t->b, "█");
	buf_puts(t->b, eighths[parts]);
}

void
term_plain(struct term *t, const char *s)
{
	for (; *s != '\0'; s++) {
		if (!t->ascii || (unsigned char)*s < 0x80) {
			buf_putc(t->b, *s);
		} else if ((*s & 0xc0) != 0x80) { /* the first byte of a sign */
			buf_puts(t->b, strncmp(s, "±", 2) == 0 ? "+-" : "-");
		}
	}
}

void
term_none(struct term *t, unsigned table)
{
	int there = (t->r->tables & table) != 0;

	if (!advice_fits(t->r, table))
		return;
	buf_printf(t->b, "  %s %s:%sant-sync %s\n", views_table_name(table),
		there ? "has nothing here" : "is missing", t->width < 64 ? "\n    " : " ",
		views_table_name(table));
}

void
term_list_add(struct term_list *l, const char *name, money cost)
{
	if (l->n < TERM_LIST)
		l->names[l->n] = name;
	l->costs[l->n < TERM_LIST ? l->n : TERM_LIST] += cost;
	l->n++;
}

void
term_list(struct term *t, const char *title, const struct term_list *l)
{
	size_t shown = l->n > TERM_LIST ? TERM_LIST : l->n, rows = shown + (l->n > shown);
	int64_t cents[TERM_LIST + 1], shares[TERM_LIST + 1];
	char others[40], value[MONEY_TEXT], text[SHOW_TEXT];
	money most = 0;

	if (l->n == 0)
		return;
	buf_printf(t->b, "\n%s%s\n", title, t->of);
	/* What comes last, the others or what belongs to no key, can be more than the first. */
	for (size_t i = 0; i < rows; i++)
		most = l->costs[i] > most ? l->costs[i] : most;
	money_round(l->costs, rows, MONEY_CENT, cents);
	money_shares(l->costs, rows, shares);
	snprintf(others, sizeof others, "%zu others", l->n - shown);
	for (size_t i = 0; i < rows; i++) {
		buf_puts(t->b, "  ");
		term_padded(t, i < shown ? l->names[i] : others, t->name);
		buf_printf(t->b, " %14s %6s ", money_text(cents[i], &t->r->currency, value),
			show_thousandths(shares[i], text));
		term_bar(t, show_units(t->r, l->costs[i]), show_units(t->r, most));
		buf_putc(t->b, '\n');
	}
}
