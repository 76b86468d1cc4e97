#include "report/charge.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/ask.h"
#include "report/show.h"

/* How a dimension is asked for: in the words of db/views_charge.c, of which all but the keys is common. */
struct charge_dimension {
	const char *name;
	const char *columns[2];
	const char *nobody; /* what has no value is called */
	const char *with;   /* the bill, and names that ROWS needs beyond it */
	const char *rows, *id;
	const char *more;   /* what is asked for of each group */
	const char *called; /* the name, of the group t and what is joined */
	const char *join;
	int in_time; /* rows stay in the order of their ids */
};

#define NAMES(table) "(SELECT id, min(name) AS name FROM {t:" table "} t GROUP BY id)"

static const struct charge_dimension dimensions[] = {
	{"owner", {"owner", NULL}, "No owner", "{bill:}{held:}, owned AS ({owned:})", "owned",
		"owner", "", "{null:text}", "", 0},
	{"tag", {"value", NULL}, "No tag", "{whole:}", "labelled", "value", "", "{null:text}", "",
		0},
	{"person", {"person_id", "person"}, "Nobody known", "{whole:}", "bill", "person_id",
		", min(person) AS name", "t.name", "", 0},
	{"key", {"api_key_id", "api_key"}, "No key", "{bill:}", "bill", "api_key_id", "", "n.name",
		NAMES("api_keys"), 0},
	{"service-account", {"service_account_id", "service_account"}, "No service account",
		"{whole:}", "bill", "service_account_id", "", "n.name", NAMES("service_accounts"),
		0},
	{"workspace", {"workspace_id", "workspace"}, "Default workspace", "{whole:}", "bill",
		"workspace_id", "", "n.name", NAMES("workspaces"), 0},
	{"product", {"product", NULL}, "No product", "{whole:}", "bill", "product", "",
		"{null:text}", "", 0},
	{"model", {"model", NULL}, "No model", "{whole:}", "bill", "model", "", "{null:text}", "",
		0},
	{"day", {"day", NULL}, "No day", "{whole:}", "bill", "day", "", "{null:text}", "", 1},
	{"month", {"month", NULL}, "No month", "{whole:}", "bill", "month", "", "{null:text}", "",
		1},
};
enum { DIMENSIONS = sizeof dimensions / sizeof *dimensions };

int
charge_by(const char *text, struct charge_by *by, struct ant_err *e)
{
	size_t len = strcspn(text, ":");

	*by = (struct charge_by){.text = text};
	if (text[len] == ':')
		by->tag = text + len + 1;
	for (size_t i = 0; i < DIMENSIONS; i++)
		if (strlen(dimensions[i].name) == len &&
			strncmp(dimensions[i].name, text, len) == 0)
			by->of = &dimensions[i];
	if (by->of != NULL && (by->of == &dimensions[1]) == (by->tag != NULL && *by->tag != '\0') &&
		(by->tag == NULL) == (by->of != &dimensions[1]))
		return 0;
	return err_set(e, ANT_USAGE,
		"--by: '%.100s' is none of owner, tag:KEY, person, key, service-account, "
		"workspace, "
		"product, model, day and month",
		text);
}

const char *const *
charge_columns(const struct charge_by *by)
{
	return by->of->columns;
}

void
charge_put_nobody(struct buf *to, const struct charge_by *by)
{
	buf_puts(to, by->of->nobody);
	if (by->tag != NULL)
		buf_printf(to, " %s", by->tag);
}

void
charge_free(struct charge *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].id);
		free(c->v[i].name);
		free(c->v[i].organization);
	}
	free(c->v);
	*c = (struct charge){.n = 0};
}

/* ---- rows ----------------------------------------------------------------------------- */

/* All of it that is in 18 decimals: 0, or -1 where it is too large. */
static int
to_money(const struct decimal *d, money *to)
{
	struct decimal cut = *d;
	char text[DECIMAL_TEXT];

	for (; cut.scale > MONEY_SCALE; cut.scale--)
		cut.mantissa /= 10;
	return money_from_text(text, decimal_format(&cut, text), to);
}

/* A copy of a cell that is text; NULL where it is null.  0 or -1. */
static int
copy(char **to, const struct db_cell *c, struct ant_err *e)
{
	if (c->kind != DB_TEXT)
		return 0;
	return (*to = strdup(c->p)) != NULL ? 0 : report_ask_no_memory(e);
}

static int
take_row(void *arg, const struct db_cell *cell, struct ant_err *e)
{
	struct charge *c = arg;
	struct charge_row *row;

	if (c->n == c->room) {
		size_t room = c->room * 2 + 64;

		if ((row = realloc(c->v, room * sizeof *row)) == NULL)
			return report_ask_no_memory(e);
		c->v = row;
		c->room = room;
	}
	row = &c->v[c->n++];
	memset(row, 0, sizeof *row);
	if (copy(&row->id, &cell[0], e) == -1 || copy(&row->name, &cell[1], e) == -1 ||
		copy(&row->organization, &cell[4], e) == -1)
		return -1;
	if (cell[2].kind != DB_TEXT ||
		decimal_parse(cell[2].p, cell[2].len, &row->cents) != DECIMAL_OK ||
		to_money(&row->cents, &row->amount) == -1)
		return err_set(e, ANT_FAIL, "--by %s: an amount that is too large", c->by.text);
	if (cell[3].kind != DB_TEXT || currency_of(cell[3].p, cell[3].len, &row->currency) == -1)
		return err_set(e, ANT_FAIL,
			"--by %s: a currency that is no code of letters, such as USD", c->by.text);
	return 0;
}

static int
compare(const char *a, const char *b)
{
	return a == NULL || b == NULL ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

static int
by_place(const struct charge_row *a, const struct charge_row *b)
{
	int order = compare(a->organization, b->organization);

	if (order == 0)
		order = currency_is_usd(&b->currency) - currency_is_usd(&a->currency);
	return order != 0 ? order : strcmp(a->currency.code, b->currency.code);
}

static int
by_amount(const void *left, const void *right)
{
	const struct charge_row *a = left, *b = right;
	int order = by_place(a, b);

	if (order == 0 && a->amount != b->amount)
		order = a->amount > b->amount ? -1 : 1;
	return order != 0 ? order : compare(a->id, b->id);
}

static int
by_time(const void *left, const void *right)
{
	const struct charge_row *a = left, *b = right;
	int order = by_place(a, b);

	return order != 0 ? order : compare(a->id, b->id);
}

size_t
charge_sum(const struct charge *c, size_t i, struct decimal *sum)
{
	size_t n = 0;

	*sum = (struct decimal){0, 0};
	for (; i + n < c->n && by_place(&c->v[i], &c->v[i + n]) == 0; n++)
		decimal_add(sum, &c->v[i + n].cents); /* charge_load() has seen that it fits */
	return n;
}

/* ---- the question ----------------------------------------------------------------------- */

/* Where the tags of one key are the dimension; it may hold anything, so that it is no template. */
static void
put_labelled(struct buf *b, const struct report_options *o, const char *key)
{
	views_put(b, &o->place, &o->there,
		", {tag_values:}, labelled AS (SELECT b.*, t.value AS value FROM bill b LEFT JOIN "
		"tags "
		"t ON t.workspace_id = b.workspace_id AND t.key = ");
	sql_literal(b, o->place.dialect, key);
	buf_putc(b, ')');
}

static void
put_question(struct buf *b, const struct charge *c, const struct report_options *o)
{
	const struct charge_dimension *d = c->by.of;
	struct views_place place = o->place;
	char from[SHOW_TEXT], to[SHOW_TEXT];
	struct buf text;

	place.from = show_iso(c->from, from);
	place.to = show_iso(c->to, to);
	buf_init(&text, 1 << 16);
	views_put(b, &place, &o->there, d->with);
	if (c->by.tag != NULL)
		put_labelled(b, o, c->by.tag);
	buf_printf(&text,
		", sums AS (SELECT %s AS id, currency{apart:, organization}, {sum:}%s FROM %s "
		"WHERE "
		"true",
		d->id, d->more, d->rows);
	views_put(b, &place, &o->there, buf_str(&text) != NULL ? text.data : "{}");
	if (o->organization != NULL && c->several) {
		buf_puts(b, " AND organization = ");
		sql_literal(b, o->place.dialect, o->organization);
	}
	buf_clear(&text);
	buf_printf(&text,
		" GROUP BY %s, currency{apart:, organization}){shown:} SELECT {text:t.id}, %s, "
		"{text:t.cost_cents}, t.currency, %s FROM shown t",
		d->id, d->called, c->several ? "t.organization" : "{null:text}");
	if (*d->join != '\0')
		buf_printf(&text, " LEFT JOIN %s n ON n.id = t.id", d->join);
	views_put(b, &place, &o->there, buf_str(&text) != NULL ? text.data : "{}");
	buf_free(&text);
}

/* ---- tags that there are ------------------------------------------------------------------ */

struct keys {
	struct buf list;
	const char *wanted;
	int found;
};

static int
take_key(void *arg, const struct db_cell *cell, struct ant_err *e)
{
	struct keys *k = arg;

	(void)e;
	if (cell->kind != DB_TEXT)
		return 0;
	k->found |= strcmp(cell->p, k->wanted) == 0;
	buf_puts(&k->list, k->list.len > 0 ? ", " : "");
	show_name(&k->list, cell->p, 60);
	return 0;
}

/* A tag that no workspace has is most often a slip: all would be nobody's. */
static int
check_tag(const struct db *db, const struct report_options *o, const char *tag, struct ant_err *e)
{
	struct keys k = {.wanted = tag};
	struct buf sql;
	int status;

	buf_init(&sql, 1 << 16);
	buf_init(&k.list, 1 << 20);
	views_put(&sql, &o->place, &o->there,
		"WITH {tag_values:} SELECT DISTINCT key FROM tags ORDER BY 1");
	status = buf_str(&sql) == NULL ? report_ask_no_memory(e)
				       : db->each(db->self, sql.data, 1, take_key, &k, e);
	if (status == 0 && !k.found)
		status = err_set(e, ANT_FAIL,
			"--by tag:%.100s: no workspace has that tag; there %s%.1000s", tag,
			k.list.len > 0 ? "are " : "are none: ant-sync workspaces",
			buf_str(&k.list) != NULL ? k.list.data : "");
	buf_free(&k.list);
	buf_free(&sql);
	return status;
}

/* The sums must fit, too. */
static int
check_sums(const struct charge *c, struct ant_err *e)
{
	struct decimal sum = {0, 0};

	for (size_t i = 0; i < c->n; i++) {
		if (i > 0 && by_place(&c->v[i - 1], &c->v[i]) != 0)
			sum = (struct decimal){0, 0};
		if (decimal_add(&sum, &c->v[i].cents) != DECIMAL_OK)
			return err_set(e, ANT_FAIL, "--by %s: a sum of more than %d digits",
				c->by.text, DECIMAL_DIGITS);
	}
	return 0;
}

int
charge_load(struct charge *c, const struct db *db, const struct report_options *o,
	const struct charge_by *by, struct ant_err *e)
{
	const unsigned bills = VIEWS_ANALYTICS_COST | VIEWS_COST;
	struct buf sql;
	int status;

	*c = (struct charge){.by = *by,
		.from = utc_floor(o->from, UTC_DAY) / UTC_DAY,
		.to = (utc_floor(o->to - 1, UTC_DAY) + UTC_DAY) / UTC_DAY,
		.several = (o->there.organization & bills) != 0};
	if ((o->there.tables & bills) == 0)
		return err_set(e, ANT_FAIL,
			"--by %s: there is no bill, neither analytics_cost nor cost_report: "
			"ant-sync "
			"cost_report",
			by->text);
	if (by->tag != NULL && check_tag(db, o, by->tag, e) == -1)
		return -1;
	buf_init(&sql, 1 << 20);
	put_question(&sql, c, o);
	status = buf_str(&sql) == NULL ? report_ask_no_memory(e)
				       : db->each(db->self, sql.data, 5, take_row, c, e);
	buf_free(&sql);
	if (status == -1)
		return -1;
	if (c->n > 0)
		qsort(c->v, c->n, sizeof *c->v, by->of->in_time ? by_time : by_amount);
	return check_sums(c, e);
}
