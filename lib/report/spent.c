#include "report/spent.h"

#include <stdlib.h>
#include <string.h>

#include "report/names.h"

int
spent_add(struct report *r, struct report_item *item, int64_t day, money cost, struct ant_err *e)
{
	if (item->daily == NULL && (item->daily = calloc(r->ndays, sizeof *item->daily)) == NULL)
		return report_ask_no_memory(e);
	item->daily[day - r->scan] += cost;
	if (report_in_period(r, day))
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
			return err_set(e, ANT_FAIL, "%s: too many types of cost",
				views_table_name(r->bill));
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
	struct loading *l = arg;
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
find_use(struct loading *l, const struct db_cell *c, const struct db_cell *model,
	struct share_of *of, struct ant_err *e)
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
share_cost(struct loading *l, const struct db_cell *c, struct share_of *of, money cost,
	struct ant_err *e)
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

int
spent_take(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct loading *l = arg;
	struct report *r = l->q.r;
	int64_t day = report_ask_day(&c[0]);
	const char *type = text_or(&c[3], ""), *token = text_or(&c[4], "");
	struct db_cell model = c[2];
	struct report_item *workspace, *m;
	struct share_of of;
	money cost;

	if (day < r->scan || day > r->last)
		return 0;
	if (currencies_choose(l, &c[8], e) == -1)
		return err_prefix(e, "%s: ", views_table_name(r->bill));
	r = l->amounts;
	if (report_ask_money(&c[7], &cost) == -1)
		return err_set(e, ANT_FAIL, "%s: an amount that is no number, or too large",
			views_table_name(r->bill));
	if (model.kind != DB_TEXT) { /* cost that is not of tokens: its kind stands there */
		model.kind = DB_TEXT;
		model.p = report_type_name(type);
		model.len = strlen(model.p);
	}
	if ((workspace = report_names_item(&r->workspaces, &c[1], e)) == NULL ||
		(m = report_names_item(&r->models, &model, e)) == NULL ||
		spent_add(r, workspace, day, cost, e) == -1 || spent_add(r, m, day, cost, e) == -1)
		return -1;
	r->days[day - r->scan].cost += cost;
	if (!report_in_period(r, day))
		return 0;
	of = (struct share_of){day - r->scan, (size_t)(workspace - r->workspaces.v),
		(size_t)(m - r->models.v), &c[5], &c[6]};
	if (add_kind(r, type, token, cost, e) == -1 ||
		add_by_model(workspace, of.model, cost, e) == -1 ||
		find_use(l, c, &model, &of, e) == -1)
		return -1;
	return share_cost(l, c, &of, cost, e);
}
