#include "report/owners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/ask.h"
#include "report/show.h"

/*
 * The questions, in the words of db/views_charge.c: of {held:}, given are the owners with the ids as
 * they are compared, charged what the bill has by day, kind and id, labels the ids of tags.
 */

static const char unknown[] =
	"{bill:}{held:}, known AS (SELECT {text:'key'} AS kind, id FROM {t:api_keys} t UNION "
	"SELECT {text:'person'}, id FROM {t:users} t UNION SELECT {text:'person'}, lower(email) "
	"FROM {t:users} t UNION SELECT {text:'service account'}, id FROM {t:service_accounts} t "
	"UNION SELECT {text:'workspace'}, id FROM {t:workspaces} t UNION SELECT "
	"{text:'workspace'}, {text:'default'} UNION SELECT {text:'tag'}, id FROM labels UNION "
	"SELECT kind, id FROM charged) SELECT DISTINCT g.kind, {bytes:g.id}, {bytes:g.owner}, "
	"{null:text}, {null:text} FROM given g LEFT JOIN known k ON k.kind = g.kind AND k.id = "
	"g.id WHERE k.id IS NULL ORDER BY 1, 2, 3";

/* Of the first day of the period and the day after its last one. */
static const char unused[] =
	"{bill:}{held:}, lasts AS (SELECT kind, id, max(day) AS last FROM charged GROUP BY kind, "
	"id) "
	"SELECT DISTINCT g.kind, {bytes:g.id}, {bytes:g.owner}, {text:u.last}, {null:text} FROM "
	"given g JOIN lasts u ON u.kind = g.kind AND u.id = g.id WHERE u.last < '%s' AND (g.to_day "
	"IS NULL OR g.to_day >= '%s') ORDER BY 1, 2, 3";

#define AT_ONCE                                                                                    \
	"(a.to_day IS NULL OR b.from_day IS NULL OR b.from_day < a.to_day) AND (b.to_day IS NULL " \
	"OR a.from_day IS NULL OR a.from_day < b.to_day)"

static const char overlaps[] =
	"{bill:}{held:}, numbered AS (SELECT kind, id, owner, from_day, to_day, row_number() OVER "
	"(PARTITION BY kind, id ORDER BY from_day NULLS FIRST, {bytes:owner}) AS n FROM given) "
	"SELECT a.kind, {bytes:a.id}, {bytes:a.owner}, {text:b.from_day}, {bytes:b.owner} FROM "
	"numbered a JOIN numbered b ON b.kind = a.kind AND b.id = a.id AND b.n > a.n AND " AT_ONCE
	" ORDER BY 1, 2, 4, 3, 5";

static const char ties[] =
	"{bill:}{held:} SELECT DISTINCT {bytes:k.workspace_id}, {bytes:a.id}, {bytes:a.owner}, "
	"{bytes:b.id}, {bytes:b.owner} FROM labels k JOIN labels l ON l.workspace_id = "
	"k.workspace_id AND l.loose = k.loose AND {bytes:k.id} < {bytes:l.id} JOIN given a ON "
	"a.kind = 'tag' AND a.id = k.id JOIN given b ON b.kind = 'tag' AND b.id = l.id AND "
	"b.owner <> a.owner AND " AT_ONCE " ORDER BY 1, 2, 4, 3, 5";

static const char *const questions[OWNERS_KINDS] = {[OWNERS_UNKNOWN] = unknown,
	[OWNERS_OVERLAP] = overlaps,
	[OWNERS_TIE] = ties,
	[OWNERS_UNUSED] = unused};

void
owners_free(struct owners *w)
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < OWNERS_CELLS; k++)
			free(w->v[i].cells[k]);
	free(w->v);
	*w = (struct owners){.n = 0};
}

struct taker {
	struct owners *to;
	enum owners_kind kind;
};

static int
take(void *arg, const struct db_cell *cell, struct ant_err *e)
{
	const struct taker *t = arg;
	struct owners *w = t->to;
	struct owners_finding *f;

	if (w->n == w->room) {
		size_t room = w->room * 2 + 16;

		if ((f = realloc(w->v, room * sizeof *f)) == NULL)
			return report_ask_no_memory(e);
		w->v = f;
		w->room = room;
	}
	f = &w->v[w->n++];
	*f = (struct owners_finding){.kind = t->kind};
	for (size_t i = 0; i < OWNERS_CELLS; i++)
		if (cell[i].kind == DB_TEXT && (f->cells[i] = strdup(cell[i].p)) == NULL)
			return report_ask_no_memory(e);
	return 0;
}

/* The template of a question, in which there may be two days, those of the period. */
static int
ask(struct owners *w, const struct db *db, const struct report_options *o, enum owners_kind kind,
	struct ant_err *e)
{
	struct taker t = {w, kind};
	char template[4096], from[SHOW_TEXT], last[SHOW_TEXT];
	struct buf sql;
	int status;

	show_iso(utc_floor(o->from, UTC_DAY) / UTC_DAY, from);
	show_iso(utc_floor(o->to - 1, UTC_DAY) / UTC_DAY, last);
	if (kind == OWNERS_UNUSED)
		snprintf(template, sizeof template, unused, from, last);
	buf_init(&sql, 1 << 20);
	views_put(&sql, &o->place, &o->there, kind == OWNERS_UNUSED ? template : questions[kind]);
	status = buf_str(&sql) == NULL ? report_ask_no_memory(e)
				       : db->each(db->self, sql.data, OWNERS_CELLS, take, &t, e);
	buf_free(&sql);
	return status;
}

static const unsigned lists[] = {VIEWS_KEYS, VIEWS_USERS, VIEWS_SERVICE_ACCOUNTS, VIEWS_WORKSPACES};

int
owners_load(
	struct owners *w, const struct db *db, const struct report_options *o, struct ant_err *e)
{
	*w = (struct owners){.n = 0};
	if ((o->there.tables & VIEWS_OWNERS) == 0)
		return err_set(e, ANT_FAIL,
			"--check owners: the table owners is missing: ant-sync loads it where its "
			"settings name the file");
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		w->missing |= lists[i] & ~o->there.tables;
	for (int kind = 0; kind < OWNERS_KINDS; kind++)
		if (ask(w, db, o, (enum owners_kind)kind, e) == -1)
			return -1;
	return 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* WORDS with the cells in the places of their numbers, 0 to 4. */
static void
put_line(struct buf *to, const char *words, const struct owners_finding *f)
{
	buf_puts(to, "owners: ");
	for (; *words != '\0'; words++)
		if (*words < '0' || *words >= '0' + OWNERS_CELLS)
			buf_putc(to, *words);
		else if (f->cells[*words - '0'] != NULL)
			show_name(to, f->cells[*words - '0'], 200);
	buf_putc(to, '\n');
}

void
owners_put(struct buf *to, struct buf *notes, const struct owners *w)
{
	static const char *const words[OWNERS_KINDS] = {
		[OWNERS_UNKNOWN] = "0 1 (2): there is none such",
		[OWNERS_OVERLAP] = "0 1 (2): it is of 4 as well, from 3 on",
		[OWNERS_TIE] = "workspace 0: the tag 1 says 2, which counts, and 3 says 4",
		[OWNERS_UNUSED] = "0 1 (2): nothing was charged to it after 3"};

	for (size_t i = 0; i < w->n; i++)
		put_line(to,
			w->v[i].kind == OWNERS_OVERLAP && w->v[i].cells[3] == NULL
				? "0 1 (2): it is of 4 as well"
				: words[w->v[i].kind],
			&w->v[i]);
	/* Where a list is missing, what is in it looks unknown. */
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if ((w->missing & lists[i]) != 0)
			buf_printf(notes,
				"owners: %s is missing: only what was charged is known of it\n",
				views_table_name(lists[i]));
}
