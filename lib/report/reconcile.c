#include "report/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "report/reconcile_days.h"
#include "report/reconcile_sums.h"
#include "report/reconcile_tables.h"

enum { NOTES_MAX = 16 << 20, DIFFERENCES_MAX = 1 << 20 };

/* The state of one comparison. */
struct comparing {
	struct report_ask *q;
	struct reconcile *to;
	const struct reconcile_comparison *c;
	int side; /* whose rows come */
	unsigned dims;
	struct strlist defaults; /* what the second side calls the default workspace */
	struct reconcile_days days[2];
	struct reconcile_sums sums;
};

/* Begin a note on this comparison. */
static struct buf *
note(struct comparing *x)
{
	struct buf *b = &x->to->notes;

	buf_printf(b, "reconcile: %s with %s", x->c->sides[0]->called, x->c->sides[1]->called);
	return b;
}

/* ---- the sums ------------------------------------------------------------------------ */

static const char *
workspace_of(const struct comparing *x, const struct db_cell *c)
{
	if (c->kind != DB_TEXT || (x->side == 1 && strlist_has(&x->defaults, c->p, c->len)))
		return "";
	return c->p;
}

/* N in the total and in each dimension of a row; KIND is NULL where it has none. */
static int
add(struct comparing *x, const struct db_cell *c, const char *unit, const char *kind, decimal_int n,
	struct ant_err *e)
{
	const struct {
		enum reconcile_dim dim;
		const char *value;
	} of[] = {{RECONCILE_TOTAL, ""}, {RECONCILE_WORKSPACE, workspace_of(x, &c[1])},
		{RECONCILE_MODEL, c[2].kind == DB_TEXT ? c[2].p : NULL}, {RECONCILE_KIND, kind}};
	int64_t day = report_ask_day(&c[0]);

	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (of[i].value != NULL && (x->dims >> of[i].dim & 1) != 0 &&
			reconcile_sums_add(
				&x->sums, x->side, day, unit, of[i].dim, of[i].value, n, e) == -1)
			return -1;
	return 0;
}

static int
take_money(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct comparing *x = arg;
	const char *code = c[4].kind == DB_TEXT ? c[4].p : "USD";
	struct currency currency;
	money cents;

	if (currency_of(code, strlen(code), &currency) == -1)
		return err_set(e, ANT_FAIL, "'%.40s' is no currency", code);
	if (report_ask_money(&c[5], &cents) == -1)
		return err_set(e, ANT_FAIL, "an amount that is no number, or too large");
	return add(x, c, code, c[3].kind == DB_TEXT ? c[3].p : NULL, cents, e);
}

static int
take_tokens(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct comparing *x = arg;

	for (size_t i = 0; i < RECONCILE_TOKENS; i++)
		if (add(x, c, reconcile_tokens[i], NULL, db_integer(&c[3 + i]), e) == -1)
			return -1;
	return 0;
}

/* Both sides of the days from FROM on to TO, exclusive. */
static int
sum_up(struct comparing *x, int64_t from, int64_t to, struct ant_err *e)
{
	db_take *take = x->c->sides[0]->amount != NULL ? take_money : take_tokens;

	reconcile_sums_begin(&x->sums, from);
	for (x->side = 0; x->side < 2; x->side++)
		if (reconcile_tables_ask(x->q, x->c, x->side, from, to, take, x, e) == -1)
			return err_prefix(e, "%s: ", x->c->sides[x->side]->called);
	return 0;
}

/* ---- the differences ----------------------------------------------------------------- */

/* The two of KEY on DAY are not the same. */
static int
keep(struct comparing *x, const char *key, int64_t day, const struct reconcile_pair *pair,
	struct ant_err *e)
{
	struct reconcile *to = x->to;
	struct reconcile_difference *d;
	size_t unit = strcspn(key, "\t");

	if (to->n == DIFFERENCES_MAX)
		return err_set(e, ANT_FAIL, "reconcile: more than %d differences", DIFFERENCES_MAX);
	if (numbering_grow(&to->v, &to->room, to->n + 1, sizeof *to->v, 64) == -1)
		return report_ask_no_memory(e);
	d = &to->v[to->n++];
	*d = (struct reconcile_difference){.of = x->c,
		.day = day,
		.unit = strndup(key, unit),
		.dim = (enum reconcile_dim)(key[unit + 1] - '0'),
		.value = strdup(key + unit + 2),
		.side = {pair->side[0], pair->side[1]},
		.revised = day >= x->days[0].final || day >= x->days[1].final};
	return d->unit != NULL && d->value != NULL ? 0 : report_ask_no_memory(e);
}

static int
compare_days(struct comparing *x, int64_t from, int64_t to, struct ant_err *e)
{
	const struct reconcile_sums *s = &x->sums;

	for (size_t k = 0; k < s->keys.n; k++)
		for (int64_t day = from; day < to; day++) {
			const struct reconcile_pair *pair = &s->v[k][day - from];

			if (pair->side[0] != pair->side[1] &&
				reconcile_days_both(x->days, x->q->r, day) &&
				keep(x, s->keys.v[k], day, pair, e) == -1)
				return -1;
		}
	return 0;
}

static int
compare_all(struct comparing *x, struct ant_err *e)
{
	const struct report *r = x->q->r;

	for (int64_t from = r->first; from <= r->last; from += RECONCILE_CHUNK) {
		int64_t to =
			from + RECONCILE_CHUNK <= r->last ? from + RECONCILE_CHUNK : r->last + 1;
		int64_t day = from;

		while (day < to && !reconcile_days_both(x->days, r, day))
			day++;
		if (day < to &&
			(sum_up(x, from, to, e) == -1 || compare_days(x, from, to, e) == -1))
			return -1;
	}
	return 0;
}

/* ---- what can be compared ------------------------------------------------------------ */

/* 1 where the second table's workspace ID is one of the list under another name than the default's. */
static int
is_another(const struct report *r, const char *id)
{
	long n = numbering_find(&r->workspaces.ids, id, strlen(id));
	const char *name = n != -1 ? r->workspaces.v[n].name : NULL;

	return name != NULL && strcmp(name, id) != 0 && strcmp(name, "Default") != 0;
}

/*
 * Analytics have an id of its own for the default workspace, which the older reports leave null, and
 * nothing says which: it is the one that those never name and that no list calls otherwise.
 */
static int
find_defaults(struct comparing *x, struct ant_err *e)
{
	const struct report *r = x->q->r;
	struct strlist unnamed = {NULL, 0};
	int status = reconcile_tables_unnamed(x->q, x->c, r->first, r->last + 1, &unnamed, e);
	size_t others = 0;

	for (size_t i = 0; i < unnamed.n; i++)
		others += (size_t)is_another(r, unnamed.v[i]);
	for (size_t i = 0; status == 0 && i < unnamed.n; i++)
		if ((others == unnamed.n || !is_another(r, unnamed.v[i])) &&
			strlist_add(&x->defaults, unnamed.v[i], strlen(unnamed.v[i])) == -1)
			status = report_ask_no_memory(e);
	strlist_free(&unnamed);
	return status;
}

/* A dimension that only one table was grouped by is not compared.  Return 0 where nothing can be. */
static int
choose_dims(struct comparing *x, int64_t n[2][RECONCILE_DIMS])
{
	static const char *const names[RECONCILE_DIMS] = {"", "workspace", "model", "kind of cost"};

	if (n[0][RECONCILE_TOTAL] > 0 && n[1][RECONCILE_TOTAL] > 0 &&
		n[1][RECONCILE_WORKSPACE] == 0) {
		buf_printf(note(x),
			": not compared: %s is not grouped by workspace, so what is of seats "
			"cannot be told from what is of the Console\n",
			x->c->sides[1]->called);
		return 0;
	}
	for (int dim = RECONCILE_WORKSPACE; dim < RECONCILE_DIMS; dim++) {
		int without = n[0][dim] == 0 ? 0 : 1;

		if ((x->c->dims >> dim & 1) == 0 || (n[0][dim] == 0) == (n[1][dim] == 0) ||
			n[without][RECONCILE_TOTAL] == 0)
			continue;
		/* All of it may be of the default workspace. */
		if (dim == RECONCILE_WORKSPACE && x->defaults.n == 1)
			continue;
		x->dims &= ~(1u << dim);
		buf_printf(note(x), ": not compared by %s: %s is not grouped by it\n", names[dim],
			x->c->sides[without]->called);
	}
	return 1;
}

/* Return 1, 0 where the tables do not have what it takes, which a note says, or -1. */
static int
can_compare_dims(struct comparing *x, struct ant_err *e)
{
	const struct report *r = x->q->r;
	int64_t n[2][RECONCILE_DIMS];

	if (x->c->dims == 0)
		return 1;
	for (int side = 0; side < 2; side++)
		if (reconcile_tables_count(x->q, x->c, side, r->first, r->last + 1, n[side], e) ==
			-1)
			return -1;
	return find_defaults(x, e) == -1 ? -1 : choose_dims(x, n);
}

/* The same for an estimate. */
static int
can_compare_estimate(struct comparing *x, struct ant_err *e)
{
	int64_t n;

	if (!x->c->estimate)
		return 1;
	if (reconcile_tables_claude(x->q, &n, e) == -1)
		return -1;
	if (n == 0)
		buf_puts(note(x), ": not compared: no workspace is called Claude Code\n");
	return n > 0;
}

/* 1 where all the tables are there. */
static int
are_there(struct comparing *x)
{
	unsigned missing =
		(x->c->needs | x->c->sides[0]->bit | x->c->sides[1]->bit) & ~x->q->r->tables;

	for (unsigned bit = 1; bit < VIEWS_ALL; bit <<= 1) {
		const char *setting = x->c->sides[1]->bit == bit ? x->c->sides[1]->setting : NULL;

		if ((missing & bit) == 0)
			continue;
		buf_printf(note(x), ": not compared: %s is missing; ant-sync %s loads it",
			views_table_name(bit), views_table_name(bit));
		if (setting != NULL)
			buf_printf(&x->to->notes, ", and so does '%s on' in sync.conf", setting);
		buf_putc(&x->to->notes, '\n');
		return 0;
	}
	return 1;
}

/* Append the days that are compared and whose figures may yet change. */
static void
put_revised(struct buf *b, const struct reconcile_days d[2], const struct report *r)
{
	int64_t from = d[0].final < d[1].final ? d[0].final : d[1].final;
	int64_t to = d[0].closed < d[1].closed ? d[0].closed : d[1].closed;

	from = from < r->first ? r->first : from;
	to = to > r->last + 1 ? r->last + 1 : to;
	if (from >= to)
		return;
	buf_puts(b, b->len > 0 ? ", " : "");
	reconcile_days_put_run(b, from, to);
	buf_puts(b, " may still be revised");
}

/* Which days are compared; of the others, and of those that are not final, there is a note. */
static int
settle_days(struct comparing *x, struct ant_err *e)
{
	const struct reconcile_side *const *s = x->c->sides;
	const char *const names[] = {views_table_name(s[0]->bit), views_table_name(s[1]->bit)};
	struct buf days;
	int status = 0;

	for (int side = 0; side < 2; side++)
		if (reconcile_days_ask(x->q, s[side]->bit, s[side]->time, s[side]->reread,
			    &x->days[side], e) == -1)
			return -1;
	buf_init(&days, NOTES_MAX);
	reconcile_days_put_left_out(&days, x->days, names, x->q->r);
	put_revised(&days, x->days, x->q->r);
	if (days.failed)
		status = report_ask_no_memory(e);
	else if (days.len > 0)
		buf_printf(note(x), ": %s\n", buf_str(&days));
	buf_free(&days);
	return status;
}

static int
compare(struct comparing *x, struct ant_err *e)
{
	int can;

	if (!are_there(x))
		return 0;
	if ((can = can_compare_estimate(x, e)) == 1)
		can = can_compare_dims(x, e);
	if (can != 1)
		return can;
	return settle_days(x, e) == -1 ? -1 : compare_all(x, e);
}

/* ---- all of it ----------------------------------------------------------------------- */

static int
by_day(const void *a, const void *b)
{
	const struct reconcile_difference *x = a, *y = b;
	int order;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	if (x->dim != y->dim)
		return x->dim < y->dim ? -1 : 1;
	if ((order = strcmp(x->value, y->value)) != 0)
		return order;
	return strcmp(x->unit, y->unit);
}

int
reconcile_load(struct report_ask *q, struct ant_err *e)
{
	struct reconcile *to = q->r->reconcile = calloc(1, sizeof *to);
	int status = 0;

	if (to == NULL)
		return report_ask_no_memory(e);
	buf_init(&to->notes, NOTES_MAX);
	for (size_t i = 0; i < RECONCILE_COMPARISONS && status == 0; i++) {
		const struct reconcile_comparison *c = &reconcile_comparisons[i];
		struct comparing x = {
			.q = q, .to = to, .c = c, .dims = c->dims | 1u << RECONCILE_TOTAL};

		reconcile_sums_init(&x.sums);
		status = compare(&x, e);
		reconcile_sums_free(&x.sums);
		strlist_free(&x.defaults);
		reconcile_days_free(&x.days[0]);
		reconcile_days_free(&x.days[1]);
	}
	if (status == 0 && to->notes.failed)
		status = report_ask_no_memory(e);
	if (to->n > 1)
		qsort(to->v, to->n, sizeof *to->v, by_day);
	return status;
}

void
reconcile_free(struct reconcile *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].unit);
		free(c->v[i].value);
	}
	free(c->v);
	buf_free(&c->notes);
	free(c);
}
