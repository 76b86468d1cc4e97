/* report - the part that adds up: cost, usage and Claude Code, day by day */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/advice.h"
#include "report/ask.h"
#include "report/billed.h"
#include "report/currencies.h"
#include "report/days.h"
#include "report/names.h"
#include "report/reconcile.h"
#include "report/report.h"
#include "report/share.h"
#include "report/spent.h"

enum { CHUNK = 31 }; /* days whose usage is held at once, to share cost out by key */

/* ---- usage -------------------------------------------------------------------------- */

#define USAGE_COLUMNS                                                                              \
	"workspace_id, model, service_tier, context_window, api_key_id, uncached_input_tokens, "   \
	"cache_creation_ephemeral_5m_input_tokens, cache_creation_ephemeral_1h_input_tokens, "     \
	"cache_read_input_tokens, output_tokens, web_search_requests"

static int
take_usage(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct loading *l = arg;
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
	if (!report_in_period(r, day))
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
	"total_estimated_cost_cents, "

/*
 * The user of a row in the report of its currency: what cost that was and what was done for it.
 * Without a cost, and in no other currency, as of a row without a model, it is the first one's.
 */
static struct report_user *
amounts_user(struct loading *l, const struct db_cell *c, struct report_user *u, money cost,
	struct ant_err *e)
{
	if (cost == 0 && c[17].kind != DB_TEXT) {
		l->amounts = l->q.r;
	} else if (currencies_choose(l, &c[17], e) == -1) {
		err_prefix(e, "claude_code_usage: ");
		return NULL;
	}
	return l->amounts == l->q.r ? u : report_names_user(l->amounts, &c[2], e);
}

static int
take_claude(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct loading *l = arg;
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
		of->did[i] += report_in_period(r, day) ? did[i] : 0;
	}
	if (!report_in_period(r, day))
		return 0;
	of->cost += cost;
	for (size_t i = 0; i < TOOLS; i++)
		for (size_t no = 0; no < 2; no++)
			if (c[8 + 2 * i + no].kind != DB_NULL)
				r->tools[i][no] = (r->tools[i][no] == -1 ? 0 : r->tools[i][no]) +
						  db_integer(&c[8 + 2 * i + no]);
	return 0;
}

static int
load_days(struct loading *l, struct ant_err *e)
{
	struct report_ask *q = &l->q;
	struct report *r = q->r;

	for (int64_t from = r->scan; from <= r->last; from += CHUNK) {
		int64_t to = from + CHUNK <= r->last ? from + CHUNK : r->last + 1;

		share_clear(&l->shares);
		if (report_ask_days(q, VIEWS_USAGE, "bucket", USAGE_COLUMNS, "", from, to,
			    take_usage, l, e) == -1 ||
			(r->bill == VIEWS_COST &&
				currencies_ask(l, VIEWS_COST, "bucket", SPENT_COLUMNS, "", from, to,
					spent_take, e) == -1))
			return -1;
	}
	if (billed_load(l, e) == -1)
		return -1;
	return currencies_ask(l, VIEWS_CLAUDE_CODE, "date", CLAUDE_COLUMNS, "", r->scan,
		r->last + 1, take_claude, e);
}

/* What a report of a further currency has of all: names, and the use of its keys. */
static int
complete(struct loading *l, struct ant_err *e)
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
		buf_printf(&sql, "%s SELECT DISTINCT _organization FROM ",
			sql.len > 0 ? " UNION" : "");
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
	struct loading l = {.q = {.r = r, .db = db}};
	int status = -1;

	memset(r, 0, sizeof *r);
	r->o = *o;
	for (size_t i = 0; i < TOOLS; i++)
		r->tools[i][0] = r->tools[i][1] = -1;
	buf_init(&l.q.sql, 1 << 20);
	r->tables = o->there.tables;
	if (report_days_fresh(&l.q, e) == -1 || advice_settle(&l.q, e) == -1 ||
		report_days_settle(&l.q, e) == -1 || currencies_settle(&l, e) == -1 ||
		prices_load(&l.q, e) == -1 || load_days(&l, e) == -1 || complete(&l, e) == -1 ||
		seats_load(&l.q, e) == -1 || engagement_load(&l.q, e) == -1 ||
		limits_load(&l.q, e) == -1 || changes_load(&l.q, e) == -1)
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
		free(s->v[i].tags);
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
	free_items(&r->products);
	free_items(&r->billed_workspaces);
	seats_free(&r->seats);
	engagement_free(&r->engagement);
	limits_free(&r->limits);
	prices_free(&r->prices);
	changes_free(&r->changes);
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
