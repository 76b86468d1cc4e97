/* report - the part that adds up: cost, usage and Claude Code, day by day */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/ask.h"
#include "report/days.h"
#include "report/names.h"
#include "report/reconcile.h"
#include "report/report.h"
#include "report/share.h"

enum { CHUNK = 31 }; /* days whose usage is held at once, to share cost out by key */

struct load {
	struct report_ask q; /* its report has all that is no amount */
	struct shares shares;
	struct report *amounts; /* the report of the row's currency */
};

/* ---- currencies --------------------------------------------------------------------- */

/* One more, of the days of R. */
static struct report *
add_currency(const struct report *r, struct ant_err *e)
{
	struct report *x = calloc(1, sizeof *x);

	if (x == NULL || (x->days = calloc(r->ndays, sizeof *x->days)) == NULL) {
		free(x);
		report_ask_no_memory(e);
		return NULL;
	}
	x->o = r->o;
	x->tables = r->tables;
	x->billed = r->billed;
	x->first = r->first;
	x->last = r->last;
	x->open = r->open;
	x->scan = r->scan;
	x->ndays = r->ndays;
	x->as_of = r->as_of;
	x->month = r->month;
	x->next_month = r->next_month;
	x->last_month = r->last_month;
	for (size_t i = 0; i < TOOLS; i++)
		x->tools[i][0] = x->tools[i][1] = -1;
	return x;
}

static int
set_currency(struct report *r, const struct db_cell *c, struct ant_err *e)
{
	const char *code = c->kind == DB_TEXT ? c->p : "USD";

	if (currency_of(code, strlen(code), &r->currency) == -1)
		return err_set(e, ANT_FAIL,
			"'%.40s' is no currency: that is a code of letters, such as USD", code);
	return 0;
}

static int
take_first_currency(void *arg, const struct db_cell *c, struct ant_err *e)
{
	return c->kind == DB_TEXT && set_currency(arg, c, e) == -1 ? err_prefix(e, "cost_report: ")
								   : 0;
}

static int
take_dollars(void *arg, const struct db_cell *c, struct ant_err *e)
{
	(void)c;
	(void)e;
	*(int *)arg = 1;
	return 0;
}

/* Ask for WHAT of the cost that is read. */
static void
put_cost(struct report_ask *q, const char *what)
{
	buf_clear(&q->sql);
	buf_printf(&q->sql, "SELECT %s", what);
	report_ask_from(q, VIEWS_COST);
	buf_puts(&q->sql, " WHERE ");
	report_ask_compare(q, "bucket", ">=", q->r->scan);
	buf_puts(&q->sql, " AND ");
	report_ask_compare(q, "bucket", "<", q->r->last + 1);
	report_ask_ours(q, VIEWS_COST, " AND ");
}

/*
 * The currency of the first report: US dollars where there is cost in them, or none, else the
 * first of the others by its code.
 */
static int
settle_currency(struct load *l, struct ant_err *e)
{
	struct report_ask *q = &l->q;
	int dollars = 0;

	currency_of("USD", 3, &q->r->currency);
	if ((q->r->o.there.currency & VIEWS_COST) == 0)
		return 0;
	put_cost(q, "1");
	buf_puts(&q->sql, " AND ");
	views_put_currency(&q->sql, &q->r->o.place, &q->r->o.there, VIEWS_COST);
	buf_puts(&q->sql, " = 'USD' LIMIT 1"); /* so the first row is enough, as a rule */
	if (report_ask(q, 1, take_dollars, &dollars, e) == -1)
		return -1;
	if (dollars)
		return 0;
	put_cost(q, "min(currency)");
	return report_ask(q, 1, take_first_currency, q->r, e);
}

/* Choose the report of the currency in C, a new one where there is none; null is US dollars. */
static int
choose_currency(struct load *l, const struct db_cell *c, struct ant_err *e)
{
	const char *code = c->kind == DB_TEXT ? c->p : "USD";
	struct report **to;
	size_t n = 0;

	if (l->amounts != NULL && strcmp(l->amounts->currency.code, code) == 0)
		return 0;
	for (to = &l->q.r; *to != NULL; to = &(*to)->next, n++)
		if (strcmp((*to)->currency.code, code) == 0)
			break;
	if (n == REPORT_CURRENCIES_MAX)
		return err_set(e, ANT_FAIL, "too many different currencies");
	if (*to == NULL &&
		((*to = add_currency(l->q.r, e)) == NULL || set_currency(*to, c, e) == -1))
		return -1;
	l->amounts = *to;
	return 0;
}

static int
in_period(const struct report *r, int64_t day)
{
	return day >= r->first && day <= r->last;
}

/* ---- cost --------------------------------------------------------------------------- */

#define COST_COLUMNS                                                                               \
	"workspace_id, model, cost_type, token_type, service_tier, context_window, amount_cents, "

static int
add_daily(struct report *r, struct report_item *item, int64_t day, money cost, struct ant_err *e)
{
	if (item->daily == NULL && (item->daily = calloc(r->ndays, sizeof *item->daily)) == NULL)
		return report_ask_no_memory(e);
	item->daily[day - r->scan] += cost;
	if (in_period(r, day))
		item->total += cost;
	return 0;
}

static int
add_by_model(struct report_item *workspace, size_t model, money cost, struct ant_err *e)
{
	if (model >= workspace->nby_model) {
		size_t n = model + 8;
		money *v = realloc(workspace->by_model, n * sizeof *v);

		if (v == NULL)
			return report_ask_no_memory(e);
		memset(v + workspace->nby_model, 0, (n - workspace->nby_model) * sizeof *v);
		workspace->by_model = v;
		workspace->nby_model = n;
	}
	workspace->by_model[model] += cost;
	return 0;
}

static int
add_kind(struct report *r, const char *type, const char *token, money cost, struct ant_err *e)
{
	struct report_kind k = {"", "", 0}, *v;
	size_t i;

	strncat(k.cost_type, type, sizeof k.cost_type - 1);
	strncat(k.token_type, token, sizeof k.token_type - 1);
	for (i = 0; i < r->nkinds; i++)
		if (strcmp(r->kinds[i].cost_type, k.cost_type) == 0 &&
			strcmp(r->kinds[i].token_type, k.token_type) == 0)
			break;
	if (i == r->nkinds) {
		if (i == REPORT_KINDS_MAX)
			return err_set(e, ANT_FAIL, "cost_report: too many types of cost");
		if ((v = realloc(r->kinds, (i + 1) * sizeof *v)) == NULL)
			return report_ask_no_memory(e);
		r->kinds = v;
		r->kinds[r->nkinds++] = k;
	}
	r->kinds[i].total += cost;
	return 0;
}

/* By whose use a cost is shared out; -1: by none. */
static int
shared_by(const char *token, const char *type)
{
	int kind = report_type(token);

	if (kind >= 0 && kind < TOKEN_KINDS)
		return kind;
	return report_type(type) == REPORT_SEARCHES ? SHARE_SEARCHES : -1;
}

/* A part of the key of that number in the first report. */
static int
take_part(void *arg, size_t key, money part, struct ant_err *e)
{
	struct load *l = arg;
	const struct report *r = l->q.r;
	const char *id = r->keys[key].id;
	const struct db_cell cell = {.kind = DB_TEXT, .p = id, .len = strlen(id)};
	struct report_key *k = &r->keys[key];

	if (l->amounts != r && (k = report_names_key(l->amounts, &cell, e)) == NULL)
		return -1;
	k->cost += part;
	return 0;
}

static const char *
text_or(const struct db_cell *c, const char *otherwise)
{
	return c->kind == DB_TEXT ? c->p : otherwise;
}

/* The keys that used what a row of cost is for: those of the first report, by its numbers. */
static int
find_use(struct load *l, const struct db_cell *c, const struct db_cell *model, struct share_of *of,
	struct ant_err *e)
{
	struct report *r = l->q.r;
	const struct report_item *w, *m;

	if (l->amounts == r)
		return 0;
	if ((w = report_names_item(&r->workspaces, &c[1], e)) == NULL ||
		(m = report_names_item(&r->models, model, e)) == NULL)
		return -1;
	of->workspace = (size_t)(w - r->workspaces.v);
	of->model = (size_t)(m - r->models.v);
	return 0;
}

/* Hand the COST of a row to them. */
static int
share_cost(
	struct load *l, const struct db_cell *c, struct share_of *of, money cost, struct ant_err *e)
{
	int kind = shared_by(text_or(&c[4], ""), text_or(&c[3], "")), shared;

	if (l->q.r->billed) /* the API says by whom */
		return 0;
	if (kind == SHARE_SEARCHES) {
		of->model = SHARE_NO_MODEL;
		of->tier = of->context = NULL;
	}
	if ((shared = share_out(&l->shares, of, kind, cost, take_part, l, e)) == -1)
		return -1;
	if (!shared)
		l->amounts->not_by_key += cost;
	return 0;
}

static int
take_cost(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct load *l = arg;
	struct report *r = l->q.r;
	int64_t day = report_ask_day(&c[0]);
	const char *type = text_or(&c[3], ""), *token = text_or(&c[4], "");
	struct db_cell model = c[2];
	struct report_item *workspace, *m;
	struct share_of of;
	money cost;

	if (day < r->scan || day > r->last)
		return 0;
	if (choose_currency(l, &c[8], e) == -1)
		return err_prefix(e, "cost_report: ");
	r = l->amounts;
	if (report_ask_money(&c[7], &cost) == -1)
		return err_set(
			e, ANT_FAIL, "cost_report: an amount that is no number, or too large");
	if (model.kind != DB_TEXT) { /* cost that is not of tokens: its kind stands there */
		model.kind = DB_TEXT;
		model.p = report_type_name(type);
		model.len = strlen(model.p);
	}
	if ((workspace = report_names_item(&r->workspaces, &c[1], e)) == NULL ||
		(m = report_names_item(&r->models, &model, e)) == NULL ||
		add_daily(r, workspace, day, cost, e) == -1 || add_daily(r, m, day, cost, e) == -1)
		return -1;
	r->days[day - r->scan].cost += cost;
	if (!in_period(r, day))
		return 0;
	of = (struct share_of){day - r->scan, (size_t)(workspace - r->workspaces.v),
		(size_t)(m - r->models.v), &c[5], &c[6]};
	if (add_kind(r, type, token, cost, e) == -1 ||
		add_by_model(workspace, of.model, cost, e) == -1 ||
		find_use(l, c, &model, &of, e) == -1)
		return -1;
	return share_cost(l, c, &of, cost, e);
}

/* ---- usage -------------------------------------------------------------------------- */

#define USAGE_COLUMNS                                                                              \
	"workspace_id, model, service_tier, context_window, api_key_id, uncached_input_tokens, "   \
	"cache_creation_ephemeral_5m_input_tokens, cache_creation_ephemeral_1h_input_tokens, "     \
	"cache_read_input_tokens, output_tokens, web_search_requests"

static int
take_usage(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct load *l = arg;
	struct report *r = l->q.r;
	int64_t day = report_ask_day(&c[0]), tokens[SHARE_KINDS] = {0}, searches[SHARE_KINDS] = {0},
		all = 0;
	struct db_cell model = c[2];
	struct report_item *workspace, *m;
	struct report_key *key;
	struct report_day *d;
	struct share_of of;
	size_t k;

	if (day < r->scan || day > r->last)
		return 0;
	if (model.kind != DB_TEXT)
		model = (struct db_cell){DB_TEXT, 0, 0, "Other", 5};
	d = &r->days[day - r->scan];
	for (size_t i = 0; i < TOKEN_KINDS; i++) {
		tokens[i] = db_integer(&c[6 + i]);
		d->tokens[i] += tokens[i];
		all += tokens[i];
	}
	searches[SHARE_SEARCHES] = db_integer(&c[11]);
	if (!in_period(r, day))
		return 0;
	if ((workspace = report_names_item(&r->workspaces, &c[1], e)) == NULL ||
		(m = report_names_item(&r->models, &model, e)) == NULL ||
		(key = report_names_key(r, &c[5], e)) == NULL)
		return -1;
	for (size_t i = 0; i < TOKEN_KINDS; i++)
		m->tokens[i] += tokens[i];
	key->tokens += all;
	if (all > 0 && day > key->last_day)
		key->last_day = day;
	k = (size_t)(key - r->keys);
	of = (struct share_of){day - r->scan, (size_t)(workspace - r->workspaces.v),
		(size_t)(m - r->models.v), &c[3], &c[4]};
	if (share_use(&l->shares, &of, k, tokens, e) == -1)
		return -1;
	if (searches[SHARE_SEARCHES] <= 0)
		return 0;
	of.model = SHARE_NO_MODEL;
	of.tier = of.context = NULL;
	return share_use(&l->shares, &of, k, searches, e);
}

/* ---- who spent it ------------------------------------------------------------------- */

#define BILLED_COLUMNS                                                                             \
	"api_key_id, product, actor_id, actor_subject, actor_name, actor_email, amount_cents, "

/* Somebody by the row's own words: name, else address; where it has neither, by what else is known. */
static int
add_person(struct report *r, const struct db_cell *c, int64_t day, money cost, struct ant_err *e)
{
	const struct db_cell *id = c[3].kind == DB_TEXT ? &c[3] : &c[4];
	const struct db_cell *called = c[5].kind == DB_TEXT && c[5].len > 0 ? &c[5] : &c[6];
	struct report_item *person = report_names_item(&r->people, id, e);

	if (person == NULL)
		return -1;
	if (called->kind == DB_TEXT && called->len > 0 &&
		report_ask_text(&person->name, called, "", e) == -1)
		return -1;
	return add_daily(r, person, day, cost, e);
}

static int
take_billed(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct load *l = arg;
	int64_t day = report_ask_day(&c[0]);
	int console = c[2].kind == DB_TEXT && strcmp(c[2].p, "claude_console") == 0;
	struct report_key *key;
	money cost;

	if (!in_period(l->q.r, day))
		return 0;
	if (choose_currency(l, &c[8], e) == -1)
		return err_prefix(e, "analytics_cost: ");
	if (report_ask_money(&c[7], &cost) == -1)
		return err_set(
			e, ANT_FAIL, "analytics_cost: an amount that is no number, or too large");
	if (c[1].kind != DB_TEXT && !console) {
		l->amounts->not_by_key += cost;
	} else {
		if ((key = report_names_key(l->amounts, &c[1], e)) == NULL)
			return -1;
		key->cost += cost;
	}
	return add_person(l->amounts, c, day, cost, e);
}

/* ---- Claude Code -------------------------------------------------------------------- */

#define CLAUDE_COLUMNS                                                                             \
	"actor_type, actor_id, num_sessions, lines_added, lines_removed, commits_by_claude_code, " \
	"pull_requests_by_claude_code, edit_tool_accepted, edit_tool_rejected, "                   \
	"multi_edit_tool_accepted, multi_edit_tool_rejected, write_tool_accepted, "                \
	"write_tool_rejected, notebook_edit_tool_accepted, notebook_edit_tool_rejected, "          \
	"total_estimated_cost_cents, "

/*
 * The user of a row in the report of its currency: what cost that was and what was done for it.
 * Without a cost, and in no other currency, as of a row without a model, it is the first one's.
 */
static struct report_user *
amounts_user(struct load *l, const struct db_cell *c, struct report_user *u, money cost,
	struct ant_err *e)
{
	if (cost == 0 && c[17].kind != DB_TEXT) {
		l->amounts = l->q.r;
	} else if (choose_currency(l, &c[17], e) == -1) {
		err_prefix(e, "claude_code_usage: ");
		return NULL;
	}
	return l->amounts == l->q.r ? u : report_names_user(l->amounts, &c[2], e);
}

static int
take_claude(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct load *l = arg;
	struct report *r = l->q.r;
	int64_t day = report_ask_day(&c[0]), did[DID_KINDS] = {0};
	struct report_user *u, *of;
	money cost;

	if (day < r->scan || day > r->last)
		return 0;
	if (report_ask_money(&c[16], &cost) == -1)
		return err_set(e, ANT_FAIL,
			"claude_code_usage: an amount that is no number, or too large");
	if ((u = report_names_user(r, &c[2], e)) == NULL ||
		(of = amounts_user(l, c, u, cost, e)) == NULL)
		return -1;
	for (size_t i = 0; i < DID_ACCEPTED; i++)
		did[i] = db_integer(&c[3 + i]);
	for (size_t i = 0; i < TOOLS; i++) {
		did[DID_ACCEPTED] += db_integer(&c[8 + 2 * i]);
		did[DID_REJECTED] += db_integer(&c[9 + 2 * i]);
	}
	u->days[(day - r->scan) / 64] |= 1ull << (day - r->scan) % 64;
	u->is_key = of->is_key = c[1].kind == DB_TEXT && strcmp(c[1].p, "api_actor") == 0;
	for (size_t i = 0; i < DID_KINDS; i++) {
		r->days[day - r->scan].did[i] += did[i];
		of->did[i] += in_period(r, day) ? did[i] : 0;
	}
	if (!in_period(r, day))
		return 0;
	of->cost += cost;
	for (size_t i = 0; i < TOOLS; i++)
		for (size_t no = 0; no < 2; no++)
			if (c[8 + 2 * i + no].kind != DB_NULL)
				r->tools[i][no] = (r->tools[i][no] == -1 ? 0 : r->tools[i][no]) +
						  db_integer(&c[8 + 2 * i + no]);
	return 0;
}

/*
 * The days of FROM on to TO, exclusive, of a table with amounts: COLUMNS and the currency, which is
 * null for US dollars, as a cell of text takes its time.
 */
static int
load_amounts(struct load *l, unsigned bit, const char *time, const char *columns, int64_t from,
	int64_t to, db_take *take, struct ant_err *e)
{
	char all[1024];

	snprintf(all, sizeof all, "%s%s", columns,
		(l->q.r->o.there.currency & bit) != 0
			? "CASE WHEN currency <> 'USD' THEN currency END"
			: "NULL");
	return report_ask_days(&l->q, bit, time, all, from, to, take, l, e);
}

static int
load_days(struct load *l, struct ant_err *e)
{
	struct report_ask *q = &l->q;
	struct report *r = q->r;

	for (int64_t from = r->scan; from <= r->last; from += CHUNK) {
		int64_t to = from + CHUNK <= r->last ? from + CHUNK : r->last + 1;

		share_clear(&l->shares);
		if (report_ask_days(q, VIEWS_USAGE, "bucket", USAGE_COLUMNS, from, to, take_usage,
			    l, e) == -1 ||
			load_amounts(l, VIEWS_COST, "bucket", COST_COLUMNS, from, to, take_cost,
				e) == -1)
			return -1;
	}
	if (load_amounts(l, VIEWS_ANALYTICS_COST, "starting_at", BILLED_COLUMNS, r->first,
		    r->last + 1, take_billed, e) == -1)
		return -1;
	return load_amounts(
		l, VIEWS_CLAUDE_CODE, "date", CLAUDE_COLUMNS, r->scan, r->last + 1, take_claude, e);
}

/* What a report of a further currency has of all: names, and the use of its keys. */
static int
complete(struct load *l, struct ant_err *e)
{
	struct report *r = l->q.r;
	int status = report_names_load(&l->q, e);

	for (struct report *x = r->next; status == 0 && x != NULL; x = x->next) {
		l->q.r = x;
		status = report_names_load(&l->q, e);
		for (size_t i = 0; status == 0 && i < x->key_ids.n; i++) {
			struct report_key *to = &x->keys[i];
			long n = to->cost == 0
					 ? -1
					 : numbering_find(&r->key_ids, to->id, strlen(to->id));

			to->tokens = n != -1 ? r->keys[n].tokens : 0;
			to->last_day = n != -1 ? r->keys[n].last_day : 0;
		}
	}
	for (struct report *x = r; status == 0 && r->next != NULL && x != NULL; x = x->next) {
		l->q.r = x;
		status = report_days_first(&l->q, e);
	}
	l->q.r = r;
	for (struct report *x = r; status == 0 && x != NULL; x = x->next)
		status = report_derive(x, e);
	return status;
}

static int
take_organization(void *arg, const struct db_cell *c, struct ant_err *e)
{
	if (c->kind != DB_TEXT)
		return err_set(e, ANT_FAIL, "_organization: a row is of no organization");
	return strlist_add(arg, c->p, c->len) == -1 ? report_ask_no_memory(e) : 0;
}

int
report_look(const struct db *db, struct report_options *o, struct strlist *organizations,
	struct ant_err *e)
{
	struct buf sql;
	int status = views_look(db, &o->place, &o->there, e);

	if (status == -1 || !views_by_organization(&o->there))
		return status;
	buf_init(&sql, 1 << 16);
	for (unsigned bit = 1; bit < VIEWS_ALL; bit <<= 1) {
		if (bit == VIEWS_LEDGER || (o->there.organization & bit) == 0)
			continue;
		buf_printf(&sql, "%s SELECT _organization FROM ", sql.len > 0 ? " UNION" : "");
		views_put_table(&sql, &o->place, bit);
	}
	status = buf_str(&sql) == NULL
			 ? report_ask_no_memory(e)
			 : db->each(db->self, sql.data, 1, take_organization, organizations, e);
	strlist_sort(organizations);
	buf_free(&sql);
	return status;
}

int
report_load(
	struct report *r, const struct db *db, const struct report_options *o, struct ant_err *e)
{
	struct load l = {.q = {.r = r, .db = db}};
	int status = -1;

	memset(r, 0, sizeof *r);
	r->o = *o;
	for (size_t i = 0; i < TOOLS; i++)
		r->tools[i][0] = r->tools[i][1] = -1;
	buf_init(&l.q.sql, 1 << 20);
	r->tables = o->there.tables;
	r->billed = (r->tables & VIEWS_ANALYTICS_COST) != 0;
	if (report_days_settle(&l.q, e) == -1 || settle_currency(&l, e) == -1 ||
		load_days(&l, e) == -1 || report_days_fresh(&l.q, e) == -1 || complete(&l, e) == -1)
		goto done;
	if (o->reconcile && reconcile_load(&l.q, e) == -1)
		goto done;
	status = 0;
done:
	buf_free(&l.q.sql);
	share_free(&l.shares);
	return status;
}

static void
free_items(struct report_items *s)
{
	for (size_t i = 0; i < s->ids.n && i < s->room; i++) {
		free(s->v[i].name);
		free(s->v[i].daily);
		free(s->v[i].by_model);
	}
	free(s->v);
	free(s->order);
	numbering_free(&s->ids);
}

static void
free_one(struct report *r)
{
	for (size_t i = 0; i < r->key_ids.n && i < r->keys_room; i++) {
		free(r->keys[i].name);
		free(r->keys[i].status);
		free(r->keys[i].workspace);
	}
	for (size_t i = 0; i < r->user_ids.n && i < r->users_room; i++) {
		free(r->users[i].name);
		free(r->users[i].days);
	}
	for (size_t i = 0; i < r->nfresh; i++)
		free(r->fresh[i].table);
	free_items(&r->models);
	free_items(&r->workspaces);
	free_items(&r->people);
	numbering_free(&r->key_ids);
	numbering_free(&r->user_ids);
	free(r->keys);
	free(r->users);
	free(r->key_order);
	free(r->user_order);
	free(r->days);
	free(r->kinds);
	free(r->odd);
	free(r->fresh);
	free(r->organization);
	reconcile_free(r->reconcile);
}

void
report_free(struct report *r)
{
	struct report *x = r->next, *next;

	free_one(r);
	for (; x != NULL; x = next) {
		next = x->next;
		free_one(x);
		free(x);
	}
	memset(r, 0, sizeof *r);
}
