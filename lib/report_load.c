/* report - the part that asks the database and adds up */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "report.h"
#include "report_share.h"
#include "utc.h"

enum { CHUNK = 31 }; /* days whose usage is held at once, to share cost out by key */

struct question {
	struct report *r;
	const struct db *db;
	struct buf sql;
	struct shares shares;
};

static int
no_memory(struct ant_err *e)
{
	return err_set(e, ANT_FAIL, "%s",
		errno == ERANGE ? "too many different workspaces, models, keys or users"
				: "out of memory");
}

static int
in_period(const struct report *r, int64_t day)
{
	return day >= r->first && day <= r->last;
}

/* The day of a time or date as the databases write them: its first ten characters. */
static int64_t
day_of(const struct db_cell *c)
{
	int64_t t;

	return c->kind == DB_TEXT && c->len >= 10 && utc_parse(c->p, 10, &t) == 0 ? t / UTC_DAY : 0;
}

/* Replace *TO by a copy of the text of C. */
static int
copy_text(char **to, const struct db_cell *c, const char *otherwise, struct ant_err *e)
{
	free(*to);
	*to = strdup(c->kind == DB_TEXT ? c->p : otherwise);
	return *to != NULL ? 0 : no_memory(e);
}

/* A time as text, whose first ten characters are the day. */
static void
put_time(struct question *q, const char *time)
{
	if (q->r->o.place.dialect == SQL_DUCKDB) /* its own text needs an extension */
		buf_printf(&q->sql,
			"strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%dT%%H:%%M:%%SZ')", time);
	else
		buf_puts(&q->sql, time);
}

/* "SELECT TIME, COLUMNS FROM table" of the days FROM to TO, exclusive. */
static void
put_select(struct question *q, unsigned bit, const char *time, const char *columns, int64_t from,
	int64_t to)
{
	char a[UTC_TEXT], b[UTC_TEXT];

	utc_format(from * UTC_DAY, a);
	utc_format(to * UTC_DAY, b);
	a[10] = b[10] = '\0';
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT ");
	put_time(q, time);
	buf_printf(&q->sql, ", %s FROM ", columns);
	views_put_table(&q->sql, &q->r->o.place, bit);
	if (q->r->o.place.dialect == SQL_DUCKDB)
		buf_printf(&q->sql,
			" WHERE epoch_us(%s) >= %" PRId64 "000000 AND epoch_us(%s) < %" PRId64
			"000000",
			time, from * UTC_DAY, time, to * UTC_DAY);
	else
		buf_printf(&q->sql, " WHERE %s >= '%s' AND %s < '%s'", time, a, time, b);
}

static int
ask(struct question *q, size_t columns, db_take *take, struct ant_err *e)
{
	if (buf_str(&q->sql) == NULL)
		return no_memory(e);
	return q->db->each(q->db->self, q->sql.data, columns, take, q, e);
}

/* ---- numbered things ---------------------------------------------------------------- */

/* Make room for one more element of SIZE behind N; what is new is zero. */
static int
grow(void **v, size_t *room, size_t n, size_t size, struct ant_err *e)
{
	size_t more = *room > 0 ? *room * 2 : 32;
	char *p;

	if (n < *room)
		return 0;
	if ((p = realloc(*v, more * size)) == NULL)
		return no_memory(e);
	memset(p + *room * size, 0, (more - *room) * size);
	*v = p;
	*room = more;
	return 0;
}

static long
number(struct names *names, const struct db_cell *c, struct ant_err *e)
{
	int text = c->kind == DB_TEXT;
	long n = names_add(names, text ? c->p : "", text ? c->len : 0);

	if (n == -1)
		no_memory(e);
	return n;
}

static struct report_item *
item_of(struct report_items *s, const struct db_cell *id, struct ant_err *e)
{
	long n = number(&s->ids, id, e);

	if (n == -1 || grow((void **)&s->v, &s->room, (size_t)n, sizeof *s->v, e) == -1)
		return NULL;
	s->v[n].id = s->ids.v[n];
	return &s->v[n];
}

static struct report_key *
key_of(struct report *r, const struct db_cell *id, struct ant_err *e)
{
	long n = number(&r->key_ids, id, e);

	if (n == -1 || grow((void **)&r->keys, &r->keys_room, (size_t)n, sizeof *r->keys, e) == -1)
		return NULL;
	r->keys[n].id = r->key_ids.v[n];
	return &r->keys[n];
}

static struct report_user *
user_of(struct report *r, const struct db_cell *id, struct ant_err *e)
{
	long n = number(&r->user_ids, id, e);
	struct report_user *u;

	if (n == -1 ||
		grow((void **)&r->users, &r->users_room, (size_t)n, sizeof *r->users, e) == -1)
		return NULL;
	u = &r->users[n];
	u->id = r->user_ids.v[n];
	if (u->days == NULL && (u->days = calloc(r->ndays / 64 + 1, sizeof *u->days)) == NULL) {
		no_memory(e);
		return NULL;
	}
	return u;
}

/* ---- cost --------------------------------------------------------------------------- */

#define COST_COLUMNS                                                                               \
	"workspace_id, model, cost_type, token_type, service_tier, context_window, amount_cents"
enum { COST_N = 8 };

static const char *
kind_of_cost(const char *type)
{
	return strcmp(type, "web_search") == 0	     ? "Web search"
	       : strcmp(type, "code_execution") == 0 ? "Code execution"
	       : strcmp(type, "session_usage") == 0  ? "Agent sessions"
	       : *type != '\0'			     ? type
						     : "Other";
}

static int
add_daily(struct report *r, struct report_item *item, int64_t day, money cost, struct ant_err *e)
{
	if (item->daily == NULL && (item->daily = calloc(r->ndays, sizeof *item->daily)) == NULL)
		return no_memory(e);
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
			return no_memory(e);
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
		if (i == 256)
			return err_set(e, ANT_FAIL, "cost_report: too many types of cost");
		if ((v = realloc(r->kinds, (i + 1) * sizeof *v)) == NULL)
			return no_memory(e);
		r->kinds = v;
		r->kinds[r->nkinds++] = k;
	}
	r->kinds[i].total += cost;
	return 0;
}

static int
token_kind(const char *token, const char *type)
{
	static const char *const names[] = {"uncached_input_tokens",
		"cache_creation.ephemeral_5m_input_tokens",
		"cache_creation.ephemeral_1h_input_tokens", "cache_read_input_tokens",
		"output_tokens"};

	for (int i = 0; i < TOKEN_KINDS; i++)
		if (strcmp(token, names[i]) == 0)
			return i;
	return strcmp(type, "web_search") == 0 ? SHARE_SEARCHES : -1;
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
	struct question *q = arg;
	struct report *r = q->r;
	int64_t day = day_of(&c[0]);
	const char *type = text_or(&c[3], ""), *token = text_or(&c[4], "");
	struct db_cell model = c[2];
	struct report_item *workspace, *m;
	struct share_of of;
	money cost;
	int kind = token_kind(token, type), shared;

	if (day < r->scan || day > r->last)
		return 0;
	if (money_read(&c[7], &cost) == -1)
		return err_set(
			e, ANT_FAIL, "cost_report: an amount that is no number, or too large");
	if (model.kind != DB_TEXT) { /* cost that is not of tokens: its kind stands there */
		model.kind = DB_TEXT;
		model.p = kind_of_cost(type);
		model.len = strlen(model.p);
	}
	if ((workspace = item_of(&r->workspaces, &c[1], e)) == NULL ||
		(m = item_of(&r->models, &model, e)) == NULL ||
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
		(shared = share_out(&q->shares, &of, kind, cost, take_part, r, e)) == -1)
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
enum { USAGE_N = 12 };

static int
take_usage(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct question *q = arg;
	struct report *r = q->r;
	int64_t day = day_of(&c[0]), tokens[SHARE_KINDS] = {0}, searches[SHARE_KINDS] = {0},
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
	d->searches += searches[SHARE_SEARCHES];
	if (!in_period(r, day))
		return 0;
	if ((workspace = item_of(&r->workspaces, &c[1], e)) == NULL ||
		(m = item_of(&r->models, &model, e)) == NULL || (key = key_of(r, &c[5], e)) == NULL)
		return -1;
	for (size_t i = 0; i < TOKEN_KINDS; i++)
		m->tokens[i] += tokens[i];
	key->tokens += all;
	if (all > 0 && day > key->last_day)
		key->last_day = day;
	k = (size_t)(key - r->keys);
	of = (struct share_of){day - r->scan, (size_t)(workspace - r->workspaces.v),
		(size_t)(m - r->models.v), &c[3], &c[4]};
	if (share_use(&q->shares, &of, k, tokens, e) == -1)
		return -1;
	if (searches[SHARE_SEARCHES] <= 0)
		return 0;
	of.model = SHARE_NO_MODEL;
	of.tier = of.context = NULL;
	return share_use(&q->shares, &of, k, searches, e);
}

/* ---- Claude Code -------------------------------------------------------------------- */

#define CLAUDE_COLUMNS                                                                             \
	"actor_type, actor_id, num_sessions, lines_added, lines_removed, commits_by_claude_code, " \
	"pull_requests_by_claude_code, edit_tool_accepted, edit_tool_rejected, "                   \
	"multi_edit_tool_accepted, multi_edit_tool_rejected, write_tool_accepted, "                \
	"write_tool_rejected, notebook_edit_tool_accepted, notebook_edit_tool_rejected, "          \
	"total_estimated_cost_cents"
enum { CLAUDE_N = 17 };

static int
take_claude(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct question *q = arg;
	struct report *r = q->r;
	int64_t day = day_of(&c[0]), accepted = 0, rejected = 0;
	struct report_user *u;
	struct report_day *d;
	money cost;

	if (day < r->scan || day > r->last)
		return 0;
	if (money_read(&c[16], &cost) == -1)
		return err_set(e, ANT_FAIL,
			"claude_code_usage: an amount that is no number, or too large");
	if ((u = user_of(r, &c[2], e)) == NULL)
		return -1;
	for (size_t i = 0; i < TOOLS; i++) {
		accepted += db_integer(&c[8 + 2 * i]);
		rejected += db_integer(&c[9 + 2 * i]);
	}
	d = &r->days[day - r->scan];
	d->sessions += db_integer(&c[3]);
	d->added += db_integer(&c[4]);
	d->removed += db_integer(&c[5]);
	d->commits += db_integer(&c[6]);
	d->pulls += db_integer(&c[7]);
	d->accepted += accepted;
	d->rejected += rejected;
	d->estimate += cost;
	u->days[(day - r->scan) / 64] |= 1ull << (day - r->scan) % 64;
	u->is_key = c[1].kind == DB_TEXT && strcmp(c[1].p, "api_actor") == 0;
	if (!in_period(r, day))
		return 0;
	u->sessions += db_integer(&c[3]);
	u->added += db_integer(&c[4]);
	u->removed += db_integer(&c[5]);
	u->commits += db_integer(&c[6]);
	u->pulls += db_integer(&c[7]);
	u->accepted += accepted;
	u->rejected += rejected;
	u->cost += cost;
	for (size_t i = 0; i < TOOLS; i++)
		for (size_t no = 0; no < 2; no++)
			if (c[8 + 2 * i + no].kind != DB_NULL)
				r->tools[i][no] = (r->tools[i][no] == -1 ? 0 : r->tools[i][no]) +
						  db_integer(&c[8 + 2 * i + no]);
	return 0;
}

/* ---- names -------------------------------------------------------------------------- */

static int
take_workspace(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = ((struct question *)arg)->r;
	struct report_item *w = c[0].kind == DB_TEXT ? item_of(&r->workspaces, &c[0], e) : NULL;

	if (w == NULL)
		return c[0].kind == DB_TEXT ? -1 : 0;
	w->archived = c[2].kind != DB_NULL;
	return c[1].kind == DB_TEXT ? copy_text(&w->name, &c[1], "", e) : 0;
}

static int
take_key(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = ((struct question *)arg)->r;
	struct report_key *k = c[0].kind == DB_TEXT ? key_of(r, &c[0], e) : NULL;
	long w;

	if (k == NULL)
		return c[0].kind == DB_TEXT ? -1 : 0;
	k->listed = 1;
	k->created = day_of(&c[3]);
	if (copy_text(&k->name, &c[1], k->id, e) == -1 ||
		copy_text(&k->status, &c[2], "", e) == -1 ||
		copy_text(&k->hint, &c[5], "", e) == -1)
		return -1;
	free(k->workspace);
	w = c[4].kind == DB_TEXT ? names_find(&r->workspaces.ids, c[4].p, c[4].len) : -1;
	k->workspace =
		strdup(c[4].kind != DB_TEXT			     ? "Default workspace"
			: w == -1 || r->workspaces.v[w].name == NULL ? c[4].p
								     : r->workspaces.v[w].name);
	return k->workspace != NULL ? 0 : no_memory(e);
}

/* The name of a user, where it is one of Claude Code; addresses are compared without case. */
static int
take_user(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = ((struct question *)arg)->r;
	long n = c[0].kind == DB_TEXT ? names_find(&r->user_ids, c[0].p, c[0].len) : -1;

	if (n == -1 || r->users[n].is_key || c[1].kind != DB_TEXT || c[1].len == 0)
		return 0;
	return copy_text(&r->users[n].name, &c[1], "", e);
}

static int
take_organization(void *arg, const struct db_cell *c, struct ant_err *e)
{
	return copy_text(&((struct question *)arg)->r->organization, &c[0], "", e);
}

static void
copy_time(char to[24], const struct db_cell *c)
{
	int64_t t;

	to[0] = '\0';
	if (c->kind != DB_TEXT)
		return;
	/* PostgreSQL writes a blank for the T and +00 for the Z. */
	if (c->len >= 19) {
		char text[24];

		memcpy(text, c->p, 19);
		text[10] = 'T';
		strcpy(text + 19, "Z");
		if (utc_parse(text, 20, &t) == 0)
			strcpy(to, text);
	}
}

static int
take_fresh(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = ((struct question *)arg)->r;
	struct report_fresh *v = realloc(r->fresh, (r->nfresh + 1) * sizeof *v), *f;
	int64_t t = 0;

	if (v == NULL)
		return no_memory(e);
	r->fresh = v;
	f = &v[r->nfresh++];
	memset(f, 0, sizeof *f);
	copy_time(f->finished, &c[1]);
	copy_time(f->watermark, &c[2]);
	f->loads = db_integer(&c[3]);
	f->rows = db_integer(&c[4]);
	utc_parse(*f->watermark != '\0' ? f->watermark : f->finished, 20, &t);
	f->age = r->o.to - t;
	return copy_text(&f->table, &c[0], "", e);
}

/* A look-up of names in a whole table. */
static int
look_up(struct question *q, unsigned bit, const char *columns, size_t n, db_take *take,
	struct ant_err *e)
{
	if ((q->r->tables & bit) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_printf(&q->sql, "SELECT %s FROM ", columns);
	views_put_table(&q->sql, &q->r->o.place, bit);
	return ask(q, n, take, e);
}

/* Which loads are of these tables: others of the same database may be of another organization. */
static void
put_ours(struct question *q)
{
	const struct views_place *p = &q->r->o.place;
	const char *prefix = p->prefix != NULL ? p->prefix : "";

	buf_puts(&q->sql, " WHERE CASE table_name");
	for (unsigned bit = 1; bit < VIEWS_ALL; bit <<= 1) {
		if ((q->r->tables & bit) == 0)
			continue;
		buf_printf(&q->sql, " WHEN '%s' THEN into_table = ", views_table_name(bit));
		views_put_into(&q->sql, p, bit);
	}
	buf_puts(&q->sql, " ELSE substr(into_table, 1, length(");
	sql_literal(&q->sql, p->dialect, prefix);
	buf_puts(&q->sql, ")) = ");
	sql_literal(&q->sql, p->dialect, prefix);
	buf_puts(&q->sql, " END");
}

static int
load_names(struct question *q, struct ant_err *e)
{
	int duckdb = q->r->o.place.dialect == SQL_DUCKDB;

	if (look_up(q, VIEWS_ORGANIZATION, "name", 1, take_organization, e) == -1 ||
		look_up(q, VIEWS_WORKSPACES,
			duckdb ? "id, name, epoch_us(archived_at)" : "id, name, archived_at", 3,
			take_workspace, e) == -1 ||
		look_up(q, VIEWS_KEYS,
			duckdb ? "id, name, status, strftime(make_timestamp(epoch_us(created_at)), "
				 "'%Y-%m-%d'), workspace_id, partial_key_hint"
			       : "id, name, status, created_at, workspace_id, partial_key_hint",
			6, take_key, e) == -1 ||
		look_up(q, VIEWS_USERS, "email, name", 2, take_user, e) == -1)
		return -1;
	if ((q->r->tables & VIEWS_LEDGER) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT table_name, ");
	put_time(q, "max(finished)");
	buf_puts(&q->sql, ", ");
	put_time(q, "max(watermark)");
	buf_puts(&q->sql, ", count(*), sum(rows) FROM ");
	views_put_table(&q->sql, &q->r->o.place, VIEWS_LEDGER);
	put_ours(q);
	buf_puts(&q->sql, " GROUP BY table_name ORDER BY table_name");
	return ask(q, 5, take_fresh, e);
}

/* ---- the days ----------------------------------------------------------------------- */

struct ends {
	int64_t first, last;
};

static int
take_ends(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct ends *to = arg;

	(void)e;
	to->first = day_of(&c[0]);
	to->last = day_of(&c[1]);
	return 0;
}

/* The first and the last day with rows, up to the report's end; 0 where there are none. */
static int
ask_ends(struct question *q, unsigned bit, const char *time, struct ends *to, struct ant_err *e)
{
	char text[UTC_TEXT];

	to->first = to->last = 0;
	if ((q->r->tables & bit) == 0)
		return 0;
	buf_clear(&q->sql);
	for (int last = 0; last < 2; last++) { /* two questions: each is one step in an index */
		char call[40];

		snprintf(call, sizeof call, "%s(%s)", last ? "max" : "min", time);
		buf_puts(&q->sql, last ? ", (SELECT " : "SELECT (SELECT ");
		put_time(q, call);
		buf_puts(&q->sql, " FROM ");
		views_put_table(&q->sql, &q->r->o.place, bit);
		utc_format((q->r->last + 1) * UTC_DAY, text);
		text[10] = '\0';
		if (q->r->o.place.dialect == SQL_DUCKDB)
			buf_printf(&q->sql, " WHERE epoch_us(%s) < %" PRId64 "000000)", time,
				(q->r->last + 1) * UTC_DAY);
		else
			buf_printf(&q->sql, " WHERE %s < '%s')", time, text);
	}
	if (buf_str(&q->sql) == NULL)
		return no_memory(e);
	return q->db->each(q->db->self, q->sql.data, 2, take_ends, to, e);
}

/* The end of complete cost: behind the last day with cost, or where the loads have come to. */
static int
ask_as_of(struct question *q, const struct ends *cost, struct ant_err *e)
{
	struct report *r = q->r;
	struct ends mark = {0, 0};

	r->as_of = cost->last > 0 ? cost->last + 1 : r->open;
	if (cost->last > 0 && (r->tables & VIEWS_LEDGER) != 0) {
		buf_clear(&q->sql);
		for (int i = 0; i < 2; i++) {
			buf_puts(&q->sql, i == 0 ? "SELECT " : ", ");
			put_time(q, "max(watermark)");
		}
		buf_puts(&q->sql, " FROM ");
		views_put_table(&q->sql, &q->r->o.place, VIEWS_LEDGER);
		buf_puts(&q->sql, " WHERE table_name = 'cost_report' AND into_table = ");
		views_put_into(&q->sql, &q->r->o.place, VIEWS_COST);
		if (buf_str(&q->sql) == NULL)
			return no_memory(e);
		if (q->db->each(q->db->self, q->sql.data, 2, take_ends, &mark, e) == -1)
			return -1;
		if (mark.last > r->as_of)
			r->as_of = mark.last;
	}
	if (r->as_of > r->open)
		r->as_of = r->open;
	return 0;
}

static int64_t
month_of(int64_t day, int months)
{
	int64_t year;
	unsigned month, d;

	utc_civil(day, &year, &month, &d);
	for (; months < 0; months++) {
		year -= month == 1;
		month = month == 1 ? 12 : month - 1;
	}
	for (; months > 0; months--) {
		year += month == 12;
		month = month == 12 ? 1 : month + 1;
	}
	return utc_days(year, month, 1);
}

/* Which days are read: those of the period, and what the comparisons need before it. */
static int
settle_days(struct question *q, struct ant_err *e)
{
	struct report *r = q->r;
	struct ends cost, usage, claude;

	r->first = utc_floor(r->o.from, UTC_DAY) / UTC_DAY;
	r->open = utc_floor(r->o.to, UTC_DAY) / UTC_DAY;
	r->last = utc_floor(r->o.to - 1, UTC_DAY) / UTC_DAY;
	if (r->o.from >= r->o.to)
		return err_set(e, ANT_USAGE, "the period is empty: --from is not before --to");
	if (ask_ends(q, VIEWS_COST, "bucket", &cost, e) == -1 ||
		ask_ends(q, VIEWS_USAGE, "bucket", &usage, e) == -1 ||
		ask_ends(q, VIEWS_CLAUDE_CODE, "date", &claude, e) == -1 ||
		ask_as_of(q, &cost, e) == -1)
		return -1;
	r->first_cost = cost.first;
	r->usage_end = usage.last > 0 ? usage.last + 1 : 0;
	r->claude_end = claude.last > 0 ? claude.last + 1 : 0;
	r->month = month_of(r->last, 0);
	r->next_month = month_of(r->last, 1);
	r->last_month = month_of(r->last, -1);
	r->scan = r->first - 28;
	if (r->last_month < r->scan)
		r->scan = r->last_month;
	if (r->last - 62 < r->scan)
		r->scan = r->last - 62;
	/* Data that ends long ago is compared at its own end, as long as that is near. */
	if (r->as_of - 60 < r->scan && r->as_of > r->last - 365)
		r->scan = r->as_of - 60;
	r->ndays = (size_t)(r->last - r->scan + 1);
	if (r->last - r->first >= REPORT_DAYS_MAX)
		return err_set(e, ANT_USAGE, "the period is longer than ten years");
	if ((r->days = calloc(r->ndays, sizeof *r->days)) == NULL)
		return no_memory(e);
	return 0;
}

static int
load_days(struct question *q, struct ant_err *e)
{
	struct report *r = q->r;

	for (int64_t from = r->scan; from <= r->last; from += CHUNK) {
		int64_t to = from + CHUNK <= r->last ? from + CHUNK : r->last + 1;

		share_clear(&q->shares);
		if ((r->tables & VIEWS_USAGE) != 0) {
			put_select(q, VIEWS_USAGE, "bucket", USAGE_COLUMNS, from, to);
			if (ask(q, USAGE_N, take_usage, e) == -1)
				return -1;
		}
		if ((r->tables & VIEWS_COST) != 0) {
			put_select(q, VIEWS_COST, "bucket", COST_COLUMNS, from, to);
			if (ask(q, COST_N, take_cost, e) == -1)
				return -1;
		}
	}
	if ((r->tables & VIEWS_CLAUDE_CODE) == 0)
		return 0;
	put_select(q, VIEWS_CLAUDE_CODE, "date", CLAUDE_COLUMNS, r->scan, r->last + 1);
	return ask(q, CLAUDE_N, take_claude, e);
}

int
report_load(
	struct report *r, const struct db *db, const struct report_options *o, struct ant_err *e)
{
	struct question q = {.r = r, .db = db};
	int have, status = -1;

	memset(r, 0, sizeof *r);
	r->o = *o;
	for (size_t i = 0; i < TOOLS; i++)
		r->tools[i][0] = r->tools[i][1] = -1;
	buf_init(&q.sql, 1 << 20);
	if ((have = views_tables(db, &o->place, e)) == -1)
		goto done;
	r->tables = (unsigned)have;
	if (settle_days(&q, e) == -1 || load_days(&q, e) == -1 || load_names(&q, e) == -1 ||
		report_derive(r, e) == -1)
		goto done;
	status = 0;
done:
	buf_free(&q.sql);
	share_free(&q.shares);
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
	names_free(&s->ids);
}

void
report_free(struct report *r)
{
	for (size_t i = 0; i < r->key_ids.n && i < r->keys_room; i++) {
		free(r->keys[i].name);
		free(r->keys[i].status);
		free(r->keys[i].workspace);
		free(r->keys[i].hint);
	}
	for (size_t i = 0; i < r->user_ids.n && i < r->users_room; i++) {
		free(r->users[i].name);
		free(r->users[i].days);
	}
	for (size_t i = 0; i < r->nfresh; i++)
		free(r->fresh[i].table);
	free_items(&r->models);
	free_items(&r->workspaces);
	names_free(&r->key_ids);
	names_free(&r->user_ids);
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
