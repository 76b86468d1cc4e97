/* report - the part that adds up: cost, usage and Claude Code, day by day */
#include <stdlib.h>
#include <string.h>

#include "report/ask.h"
#include "report/days.h"
#include "report/names.h"
#include "report/report.h"
#include "report/share.h"

enum { CHUNK = 31 }; /* days whose usage is held at once, to share cost out by key */

struct load {
	struct report_ask q;
	struct shares shares;
};

static int
in_period(const struct report *r, int64_t day)
{
	return day >= r->first && day <= r->last;
}

/* ---- cost --------------------------------------------------------------------------- */

#define COST_COLUMNS                                                                               \
	"workspace_id, model, cost_type, token_type, service_tier, context_window, amount_cents"

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

static void
take_part(void *arg, size_t key, money part)
{
	struct report *r = arg;

	r->keys[key].cost += part;
}

static const char *
text_or(const struct db_cell *c, const char *otherwise)
{
	return c->kind == DB_TEXT ? c->p : otherwise;
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
	int kind = shared_by(token, type), shared;

	if (day < r->scan || day > r->last)
		return 0;
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
		kind == SHARE_SEARCHES ? SHARE_NO_MODEL : (size_t)(m - r->models.v),
		kind == SHARE_SEARCHES ? NULL : &c[5], kind == SHARE_SEARCHES ? NULL : &c[6]};
	if (add_kind(r, type, token, cost, e) == -1 ||
		add_by_model(workspace, (size_t)(m - r->models.v), cost, e) == -1 ||
		(shared = share_out(&l->shares, &of, kind, cost, take_part, r, e)) == -1)
		return -1;
	if (!shared)
		r->not_by_key += cost;
	return 0;
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

/* ---- Claude Code -------------------------------------------------------------------- */

#define CLAUDE_COLUMNS                                                                             \
	"actor_type, actor_id, num_sessions, lines_added, lines_removed, commits_by_claude_code, " \
	"pull_requests_by_claude_code, edit_tool_accepted, edit_tool_rejected, "                   \
	"multi_edit_tool_accepted, multi_edit_tool_rejected, write_tool_accepted, "                \
	"write_tool_rejected, notebook_edit_tool_accepted, notebook_edit_tool_rejected, "          \
	"total_estimated_cost_cents"

static int
take_claude(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct load *l = arg;
	struct report *r = l->q.r;
	int64_t day = report_ask_day(&c[0]), did[DID_KINDS] = {0};
	struct report_user *u;
	money cost;

	if (day < r->scan || day > r->last)
		return 0;
	if (report_ask_money(&c[16], &cost) == -1)
		return err_set(e, ANT_FAIL,
			"claude_code_usage: an amount that is no number, or too large");
	if ((u = report_names_user(r, &c[2], e)) == NULL)
		return -1;
	for (size_t i = 0; i < DID_ACCEPTED; i++)
		did[i] = db_integer(&c[3 + i]);
	for (size_t i = 0; i < TOOLS; i++) {
		did[DID_ACCEPTED] += db_integer(&c[8 + 2 * i]);
		did[DID_REJECTED] += db_integer(&c[9 + 2 * i]);
	}
	u->days[(day - r->scan) / 64] |= 1ull << (day - r->scan) % 64;
	u->is_key = c[1].kind == DB_TEXT && strcmp(c[1].p, "api_actor") == 0;
	for (size_t i = 0; i < DID_KINDS; i++) {
		r->days[day - r->scan].did[i] += did[i];
		u->did[i] += in_period(r, day) ? did[i] : 0;
	}
	if (!in_period(r, day))
		return 0;
	u->cost += cost;
	for (size_t i = 0; i < TOOLS; i++)
		for (size_t no = 0; no < 2; no++)
			if (c[8 + 2 * i + no].kind != DB_NULL)
				r->tools[i][no] = (r->tools[i][no] == -1 ? 0 : r->tools[i][no]) +
						  db_integer(&c[8 + 2 * i + no]);
	return 0;
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
			report_ask_days(q, VIEWS_COST, "bucket", COST_COLUMNS, from, to, take_cost,
				l, e) == -1)
			return -1;
	}
	return report_ask_days(q, VIEWS_CLAUDE_CODE, "date", CLAUDE_COLUMNS, r->scan, r->last + 1,
		take_claude, l, e);
}

int
report_load(
	struct report *r, const struct db *db, const struct report_options *o, struct ant_err *e)
{
	struct load l = {.q = {.r = r, .db = db}};
	struct views_there there;
	int status = -1;

	memset(r, 0, sizeof *r);
	r->o = *o;
	for (size_t i = 0; i < TOOLS; i++)
		r->tools[i][0] = r->tools[i][1] = -1;
	buf_init(&l.q.sql, 1 << 20);
	if (views_look(db, &o->place, &there, e) == -1)
		goto done;
	r->tables = there.tables;
	if (report_days_settle(&l.q, e) == -1 || load_days(&l, e) == -1 ||
		report_names_load(&l.q, e) == -1 || report_days_fresh(&l.q, e) == -1 ||
		report_derive(r, e) == -1)
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

void
report_free(struct report *r)
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
	memset(r, 0, sizeof *r);
}
