#include "report/names.h"

#include <stdlib.h>
#include <string.h>

/* ---- numbered things ---------------------------------------------------------------- */

/* The number of the thing called C among NAMES, with room for it at *V; -1 with a reason. */
static long
number(struct names *names, const struct db_cell *c, void *v, size_t *room, size_t size,
	struct ant_err *e)
{
	int text = c->kind == DB_TEXT;
	long n = numbering_add(names, text ? c->p : "", text ? c->len : 0);

	if (n == -1 || numbering_grow(v, room, (size_t)n + 1, size, 32) == -1)
		return report_ask_no_memory(e);
	return n;
}

struct report_item *
report_names_item(struct report_items *s, const struct db_cell *id, struct ant_err *e)
{
	long n = number(&s->ids, id, &s->v, &s->room, sizeof *s->v, e);

	if (n == -1)
		return NULL;
	s->v[n].id = s->ids.v[n];
	return &s->v[n];
}

struct report_key *
report_names_key(struct report *r, const struct db_cell *id, struct ant_err *e)
{
	long n = number(&r->key_ids, id, &r->keys, &r->keys_room, sizeof *r->keys, e);

	if (n == -1)
		return NULL;
	r->keys[n].id = r->key_ids.v[n];
	return &r->keys[n];
}

struct report_user *
report_names_user(struct report *r, const struct db_cell *id, struct ant_err *e)
{
	long n = number(&r->user_ids, id, &r->users, &r->users_room, sizeof *r->users, e);
	struct report_user *u;

	if (n == -1)
		return NULL;
	u = &r->users[n];
	u->id = r->user_ids.v[n];
	if (u->days == NULL && (u->days = calloc(r->ndays / 64 + 1, sizeof *u->days)) == NULL) {
		report_ask_no_memory(e);
		return NULL;
	}
	return u;
}

const char *
report_names_product(const char *id)
{
	static const struct {
		const char *id, *name;
	} names[] = {{"", "No known product"}, {"cc_security_autopatch", "Security autopatch"},
		{"chat", "Chat"}, {"chat_cowork_unified", "Chat and Cowork, unified"},
		{"claude_code", "Claude Code"}, {"claude_console", "Console"},
		{"claude_design", "Claude Design"}, {"claude_in_chrome", "Claude in Chrome"},
		{"claude_tag", "Claude Tag"}, {"cowork", "Cowork"},
		{"managed_agents_api", "Managed Agents API"},
		{"message_batches_api", "Message Batches API"}, {"messages_api", "Messages API"},
		{"office_agent", "Claude in Office"}, {"other", "Other products"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(id, names[i].id) == 0)
			return names[i].name;
	return id;
}

/* ---- names -------------------------------------------------------------------------- */

static int
take_workspace(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;
	struct report_item *w =
		c[0].kind == DB_TEXT ? report_names_item(&r->workspaces, &c[0], e) : NULL;

	if (w == NULL)
		return c[0].kind == DB_TEXT ? -1 : 0;
	w->archived = c[2].kind != DB_NULL;
	if (c[3].kind == DB_TEXT && report_ask_text(&w->tags, &c[3], "", e) == -1)
		return -1;
	return c[1].kind == DB_TEXT ? report_ask_text(&w->name, &c[1], "", e) : 0;
}

/* Who has cost and no name in there is called CALLED, where ID is theirs. */
static int
name_person(
	struct report *r, const struct db_cell *id, const struct db_cell *called, struct ant_err *e)
{
	long n = id->kind == DB_TEXT ? numbering_find(&r->people.ids, id->p, id->len) : -1;

	if (n == -1 || r->people.v[n].name != NULL || called->kind != DB_TEXT || called->len == 0)
		return 0;
	return report_ask_text(&r->people.v[n].name, called, "", e);
}

static int
take_key(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;
	struct report_key *k = c[0].kind == DB_TEXT ? report_names_key(r, &c[0], e) : NULL;
	long w;

	if (k == NULL)
		return c[0].kind == DB_TEXT ? -1 : 0;
	k->listed = 1;
	k->created = report_ask_day(&c[3]);
	if (report_ask_text(&k->name, &c[1], k->id, e) == -1 ||
		report_ask_text(&k->status, &c[2], "", e) == -1)
		return -1;
	if (name_person(r, &c[0], &c[1], e) == -1) /* who is known by the key alone */
		return -1;
	free(k->workspace);
	w = c[4].kind == DB_TEXT ? numbering_find(&r->workspaces.ids, c[4].p, c[4].len) : -1;
	k->workspace =
		strdup(c[4].kind != DB_TEXT			     ? "Default workspace"
			: w == -1 || r->workspaces.v[w].name == NULL ? c[4].p
								     : r->workspaces.v[w].name);
	return k->workspace != NULL ? 0 : report_ask_no_memory(e);
}

/* The name of a user, where it is one of Claude Code; addresses are compared without case. */
static int
take_user(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;
	long n = c[0].kind == DB_TEXT ? numbering_find(&r->user_ids, c[0].p, c[0].len) : -1;

	if (name_person(r, &c[2], c[1].kind == DB_TEXT && c[1].len > 0 ? &c[1] : &c[0], e) == -1)
		return -1;
	if (n == -1 || r->users[n].is_key || c[1].kind != DB_TEXT || c[1].len == 0)
		return 0;
	return report_ask_text(&r->users[n].name, &c[1], "", e);
}

static int
take_organization(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;

	return report_ask_text(&r->organization, &c[0], "", e);
}

/* A look-up of names in a whole table. */
static int
look_up(struct report_ask *q, unsigned bit, const char *columns, size_t n, db_take *take,
	struct ant_err *e)
{
	if ((q->r->tables & bit) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_printf(&q->sql, "SELECT %s", columns);
	report_ask_from(q, bit);
	report_ask_ours(q, bit, " WHERE ");
	return report_ask(q, n, take, q->r, e);
}

int
report_names_load(struct report_ask *q, struct ant_err *e)
{
	int duckdb = q->r->o.place.dialect == SQL_DUCKDB;

	if (look_up(q, VIEWS_ORGANIZATION, "name", 1, take_organization, e) == -1 ||
		look_up(q, VIEWS_WORKSPACES,
			duckdb ? "id, name, epoch_us(archived_at), tags"
			       : "id, name, archived_at, tags",
			4, take_workspace, e) == -1 ||
		look_up(q, VIEWS_KEYS,
			duckdb ? "id, name, status, strftime(make_timestamp(epoch_us(created_at)), "
				 "'%Y-%m-%d'), workspace_id"
			       : "id, name, status, created_at, workspace_id",
			5, take_key, e) == -1 ||
		look_up(q, VIEWS_USERS, "email, name, id", 3, take_user, e) == -1)
		return -1;
	return 0;
}
