/* report/reconcile - the differences, held against a tolerance */
#include <string.h>

#include "report/reconcile.h"
#include "report/reconcile_tables.h"
#include "report/show.h"

enum { NAME_MAX_SHOWN = 60 };

/* Parts of a hundred million: a percentage has six decimals. */
enum { WHOLE = 100000000, DECIMALS = 6, DIGITS = 9 };

struct tolerance {
	decimal_int of_all, of_estimate; /* in parts of WHOLE */
};

/* N%, or 0, of the LEN bytes at TEXT.  Return 0 or -1. */
static int
parse_percent(const char *text, size_t len, decimal_int *parts)
{
	if (len == 1 && *text == '0') {
		*parts = 0;
		return 0;
	}
	if (len < 2 || text[len - 1] != '%' ||
		decimal_fixed(text, len - 1, DIGITS, DECIMALS, parts) == -1)
		return -1;
	return *parts < 0 || *parts > WHOLE ? -1 : 0;
}

static int
parse_tolerance(const char *value, struct tolerance *t, struct ant_err *e)
{
	static const char estimate[] = ",estimate=";
	const char *comma = value != NULL ? strstr(value, estimate) : NULL;
	size_t len = comma != NULL ? (size_t)(comma - value) : value != NULL ? strlen(value) : 0;

	t->of_all = t->of_estimate = 0;
	if (value == NULL)
		return 0;
	if (parse_percent(value, len, &t->of_all) == -1)
		goto wrong;
	t->of_estimate = t->of_all;
	if (comma != NULL) {
		comma += sizeof estimate - 1;
		if (parse_percent(comma, strlen(comma), &t->of_estimate) == -1)
			goto wrong;
	}
	return 0;
wrong:
	return err_set(e, ANT_USAGE,
		"--check: reconcile: '%.100s' is no percentage up to 100%%, such as 0.5%%, and "
		"perhaps ,estimate=5%% behind it",
		value);
}

static decimal_int
size_of(decimal_int n)
{
	return n < 0 ? -n : n;
}

static decimal_int
larger(const struct reconcile_difference *d)
{
	decimal_int a = size_of(d->side[0]), b = size_of(d->side[1]);

	return a > b ? a : b;
}

/* 1 where the difference is more than PARTS of WHOLE of the larger figure, to the last digit. */
static int
exceeds(const struct reconcile_difference *d, decimal_int parts)
{
	decimal_int most = larger(d);

	/* The product has too many digits: so by the whole, then by what is left. */
	return size_of(d->side[1] - d->side[0]) >
	       most / WHOLE * parts + most % WHOLE * parts / WHOLE;
}

static void
put_figure(struct buf *b, const struct reconcile_difference *d, decimal_int n)
{
	const struct reconcile_side *s = d->of->sides[0];
	struct currency currency;
	char text[DECIMAL_TEXT];

	if (s->amount != NULL && currency_of(d->unit, strlen(d->unit), &currency) == 0)
		money_exact(n, &currency, text);
	else
		decimal_format(&(struct decimal){n, 0}, text);
	buf_printf(b, "%s %s", text, d->unit);
}

/* Of the larger, in hundredths of a percent: all digits are in the figures. */
static void
put_percent(struct buf *b, const struct reconcile_difference *d)
{
	decimal_int most = larger(d), part = size_of(d->side[1] - d->side[0]);
	long hundredths;

	for (; part > (decimal_int)WHOLE * WHOLE; part /= 10)
		most /= 10; /* room for the ten thousandths */
	hundredths = (long)((part * 20000 + most) / (most * 2));
	if (hundredths == 0)
		buf_puts(b, "less than 0.01%");
	else
		buf_printf(b, "%ld.%02ld%%", hundredths / 100, hundredths % 100);
}

static void
put_value(struct buf *b, const struct report *r, const struct reconcile_difference *d)
{
	static const char *const dims[RECONCILE_DIMS] = {"", "workspace ", "model ", ""};
	long n;

	if (d->dim == RECONCILE_TOTAL)
		return;
	buf_printf(b, ", %s", dims[d->dim]);
	n = d->dim == RECONCILE_WORKSPACE
		    ? numbering_find(&r->workspaces.ids, d->value, strlen(d->value))
		    : -1;
	if (d->dim == RECONCILE_WORKSPACE && *d->value == '\0') {
		buf_puts(b, "Default workspace");
	} else if (n != -1 && strcmp(r->workspaces.v[n].name, d->value) != 0) {
		show_name(b, r->workspaces.v[n].name, NAME_MAX_SHOWN);
		buf_puts(b, " (");
		show_name(b, d->value, NAME_MAX_SHOWN);
		buf_putc(b, ')');
	} else {
		show_name(b, d->value, NAME_MAX_SHOWN);
	}
}

static void
put_difference(struct buf *b, const struct report *r, const struct reconcile_difference *d)
{
	char day[SHOW_TEXT];

	buf_printf(b, "reconcile: %s", show_iso(d->day, day));
	put_value(b, r, d);
	buf_printf(b, ": %s has ", d->of->sides[0]->called);
	put_figure(b, d, d->side[0]);
	buf_printf(b, ", %s ", d->of->sides[1]->called);
	put_figure(b, d, d->side[1]);
	buf_puts(b, ": ");
	put_figure(b, d, d->side[1] - d->side[0]);
	buf_puts(b, ", ");
	put_percent(b, d);
	buf_puts(b, d->revised ? "; may still be revised\n" : "\n");
}

int
reconcile_check(struct buf *to, struct buf *notes, const struct report *r, const char *value,
	struct ant_err *e)
{
	struct tolerance t;
	int over = 0;

	if (parse_tolerance(value, &t, e) == -1)
		return -1;
	if (r == NULL || r->reconcile == NULL)
		return 0;
	if (r->reconcile->notes.len > 0)
		buf_put(notes, r->reconcile->notes.data, r->reconcile->notes.len);
	for (size_t i = 0; i < r->reconcile->n; i++) {
		const struct reconcile_difference *d = &r->reconcile->v[i];

		if (!exceeds(d, d->of->estimate ? t.of_estimate : t.of_all))
			continue;
		put_difference(d->revised ? notes : to, r, d);
		over += !d->revised;
	}
	return over;
}
