/* report/cost - the rows behind the sections about cost */
#include "report/cost.h"

/* What an item cost on each day, of the days with any. */
static void
put_days(struct sheet_rows *rows, const struct report_items *items, int with_id)
{
	const struct report *r = rows->r;

	for (int64_t day = r->first; day <= r->last; day++)
		for (size_t i = 0; i < items->ids.n; i++) {
			const struct report_item *v = &items->v[items->order[i]];

			if (v->daily == NULL || v->daily[day - r->scan] == 0)
				continue;
			sheet_day(rows, day);
			if (with_id)
				data_text(&rows->to, *v->id != '\0' ? v->id : NULL);
			data_text(&rows->to, v->name);
			sheet_amount(rows, v->daily[day - r->scan]);
			sheet_row_end(rows);
		}
}

static void
put_models(struct sheet_rows *rows)
{
	put_days(rows, &rows->r->models, 0);
}

static void
put_workspaces(struct sheet_rows *rows)
{
	put_days(rows, &rows->r->workspaces, 1);
}

static void
put_products(struct sheet_rows *rows)
{
	put_days(rows, &rows->r->products, 1);
}

/* Both months of the section, as far as their cost is complete. */
static void
put_month(struct sheet_rows *rows)
{
	const struct report *r = rows->r;
	money sum = 0;

	if (r->first_cost == 0)
		return;
	for (int64_t day = r->last_month; day < r->as_of && day < r->next_month; day++) {
		const struct report_day *d = report_day_of(r, day);
		money cost = d != NULL ? d->cost : 0;

		sum = day == r->month ? cost : sum + cost;
		sheet_day(rows, day);
		data_money(&rows->to, cost, &r->currency);
		sheet_amount(rows, sum);
		sheet_row_end(rows);
	}
}

static void
put_matrix(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (size_t i = 0; i < r->workspaces.ids.n; i++) {
		const struct report_item *w = &r->workspaces.v[r->workspaces.order[i]];

		for (size_t k = 0; k < r->models.ids.n; k++) {
			size_t m = r->models.order[k];

			if (m >= w->nby_model || w->by_model[m] == 0)
				continue;
			data_text(&rows->to, *w->id != '\0' ? w->id : NULL);
			data_text(&rows->to, w->name);
			data_text(&rows->to, r->models.v[m].name);
			sheet_amount(rows, w->by_model[m]);
			sheet_row_end(rows);
		}
	}
}

static void
put_kinds(struct sheet_rows *rows)
{
	for (size_t i = 0; i < rows->r->nkinds; i++) {
		const struct report_kind *k = &rows->r->kinds[i];

		data_text(&rows->to, *k->cost_type != '\0' ? k->cost_type : NULL);
		data_text(&rows->to, *k->token_type != '\0' ? k->token_type : NULL);
		sheet_amount(rows, k->total);
		sheet_row_end(rows);
	}
}

static const char *const models[] = {"day", "model", "amount", "currency"};
static const char *const workspaces[] = {"day", "workspace_id", "workspace", "amount", "currency"};
static const char *const products[] = {"day", "product_id", "product", "amount", "currency"};
static const char *const month[] = {"day", "amount", "month_to_date", "currency"};
static const char *const matrix[] = {"workspace_id", "workspace", "model", "amount", "currency"};
static const char *const kinds[] = {"cost_type", "token_type", "amount", "currency"};

const struct sheet cost_models_sheet = {
	"models", "cost by day and model", models, 4, 1, put_models};
const struct sheet cost_workspaces_sheet = {
	"workspaces", "cost by day and workspace", workspaces, 5, 1, put_workspaces};
const struct sheet cost_products_sheet = {
	"products", "cost by day and product", products, 5, 1, put_products};
const struct sheet cost_month_sheet = {
	"month", "cost of this month and the last, added up", month, 4, 1, put_month};
const struct sheet cost_matrix_sheet = {
	"matrix", "cost by workspace and model", matrix, 5, 1, put_matrix};
const struct sheet cost_kinds_sheet = {"kinds", "cost by token type", kinds, 4, 1, put_kinds};
