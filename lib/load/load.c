#include "load/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "tables/tables.h"

/* Between two looks at a lock, in milliseconds: soon at first, then as rarely as a server need not notice. */
enum { PAUSE_FIRST = 50, PAUSE_MOST = 1000 };

/* The mode of this load, where the option may overrule the stream. */
static int
choose_mode(struct load *l, const struct load_options *o, struct ant_err *e)
{
	int mode;

	l->mode = l->rows->mode;
	if (o->mode == NULL)
		return 0;
	if ((mode = type_mode_find(o->mode)) == -1)
		return err_set(e, ANT_USAGE,
			"--mode: '%s' is not a mode: window, replace, merge or append", o->mode);
	l->mode = (enum mode)mode;
	if (l->mode == MODE_MERGE && l->rows->nkey == 0)
		return err_set(
			e, ANT_USAGE, "--mode merge: the rows of %s have no key", l->rows->table);
	if (l->mode == MODE_WINDOW && !l->rows->window)
		return err_set(e, ANT_USAGE, "--mode window: the rows of %s come without a window",
			l->rows->table);
	if (l->mode == MODE_REPLACE && l->rows->has_asked && !l->rows->window)
		return err_set(e, ANT_USAGE,
			"--mode replace: what the table %s holds from before this window is not "
			"served any more, and nothing tells it from the rest",
			l->rows->table);
	return 0;
}

/* Versions are of objects: of rows with a key, in a mode that brings each as it is now. */
static int
check_history(const struct load *l, struct ant_err *e)
{
	if (!l->history)
		return 0;
	if (l->mode == MODE_WINDOW || l->mode == MODE_APPEND)
		return err_set(e, ANT_USAGE,
			"--history: the mode of %s is %s, and only replace and merge tell versions",
			l->rows->table, type_mode_name(l->mode));
	if (l->rows->nkey == 0)
		return err_set(
			e, ANT_USAGE, "--history: the rows of %s have no key", l->rows->table);
	if (!l->rows->unique)
		return err_set(e, ANT_USAGE,
			"--history: rows of %s may share a key: its table file does not say unique",
			l->rows->table);
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (strcasecmp(l->columns[i].name, SQL_VALID_FROM) == 0 ||
			strcasecmp(l->columns[i].name, SQL_VALID_TO) == 0)
			return err_set(e, ANT_USAGE,
				"--history: the column '%s' of %s has the name of one of the "
				"history's own",
				l->columns[i].name, l->rows->table);
	return 0;
}

/* The destination's name of TABLE, which is to be freed; or NULL. */
static char *
make_name(const struct load_options *o, const char *table, struct ant_err *e)
{
	const char *prefix = o->prefix != NULL ? o->prefix : "";
	char *name = malloc(strlen(prefix) + strlen(table) + 1);

	if (name == NULL) {
		err_sys(e, ANT_FAIL, "table '%.200s'", table);
		return NULL;
	}
	strcpy(name, prefix);
	strcat(name, table);
	if (*name == '\0')
		err_set(e, ANT_USAGE, "--table: the name is empty");
	else if (strcasecmp(name, SQL_LEDGER) == 0) /* as SQLite and DuckDB compare names */
		err_set(e, ANT_USAGE, "--table: %s is the ledger itself", SQL_LEDGER);
	else
		return name;
	free(name);
	return NULL;
}

/* The table file with the columns' comments, where there is one. */
static struct table *
find_doc(const char *name, const char *path)
{
	struct ant_err ignored;
	struct tables tables;
	struct table *doc;

	if (tables_init(&tables, NULL, 0, path, &ignored) == -1)
		return NULL;
	doc = tables_load(&tables, name, &ignored);
	tables_free(&tables);
	return doc;
}

/* Nobody's rows but those that are wanted; with the option each row says whose it is. */
static int
check_organization(struct rows *r, const struct load_options *o, struct ant_err *e)
{
	if (o->organization != NULL && *r->organization != '\0' &&
		strcmp(o->organization, r->organization) != 0)
		return err_set(e, ANT_FAIL,
			"table '%.200s': these rows are of organization %s, and those of %.100s "
			"are expected: give each organization a prefix, a schema or a file of its "
			"own, or load both with --by-organization",
			r->table, r->organization, o->organization);
	return o->by_organization ? rows_by_organization(r, o->organization, e) : 0;
}

static int
prepare(struct load *l, const struct load_options *o, struct ant_err *e)
{
	const struct rows *r = l->rows;

	if (check_organization(l->rows, o, e) == -1 || choose_mode(l, o, e) == -1 ||
		(l->into = make_name(o, o->table != NULL ? o->table : r->table, e)) == NULL)
		return -1;
	l->columns = calloc(r->ncolumns, sizeof *l->columns);
	l->key = calloc(r->nkey + 1, sizeof *l->key);
	if (l->columns == NULL || l->key == NULL)
		return err_sys(e, ANT_FAIL, "table '%.200s'", l->into);
	for (size_t i = 0; i < r->ncolumns; i++) {
		l->columns[i].name = r->columns[i].name;
		l->columns[i].type = r->columns[i].type;
	}
	for (size_t i = 0; i < r->nkey; i++)
		l->key[i] = l->columns[r->key[i]];
	l->by_organization = o->by_organization;
	l->history = o->history;
	if (check_history(l, e) == -1)
		return -1;
	l->doc = find_doc(r->table, o->table_path);
	l->started = (int64_t)time(NULL);
	l->dry_run = o->dry_run;
	if (r->unique && r->nkey > 0 && !l->dry_run && (l->unique = unique_new(l->rows, e)) == NULL)
		return -1;
	return 0;
}

int
load_keeps_older(const struct load *l)
{
	return l->mode == MODE_REPLACE && l->rows->window && l->rows->has_asked;
}

/* How many rows came, each key once where that is so. */
static int64_t
count_of(const struct load *l)
{
	return l->rows->count - (l->unique != NULL ? l->unique->repeated : 0);
}

/* Rows that vanish in great number are taken for a fault upstream until a human says otherwise. */
static int
guard(const struct load *l, const struct load_options *o, int64_t held, struct ant_err *e)
{
	int64_t left = count_of(l);

	if (o->allow_shrink || held <= LOAD_GUARD || left >= held - held / 2)
		return 0;
	return err_set(e, ANT_FAIL,
		"table '%.200s': the %s holds %" PRId64 " rows and would be left with %" PRId64
		", fewer than half: nothing was changed; --allow-shrink if that is right",
		l->into, l->mode == MODE_WINDOW ? "window" : "table", held, left);
}

static void
describe(const struct load *l, struct receipt_entry *entry)
{
	const struct rows *r = l->rows;

	memset(entry, 0, sizeof *entry);
	entry->organization = r->organization;
	entry->table = r->table;
	entry->into = l->into;
	entry->mode = type_mode_name(l->mode);
	entry->rows = count_of(l);
	if (r->has_span) {
		utc_format(r->from, entry->from);
		utc_format(r->to, entry->to);
	}
	if (r->has_asked)
		utc_format(r->asked, entry->asked);
	if (r->has_watermark)
		utc_format(r->watermark, entry->watermark);
	utc_format(l->started, entry->started);
	utc_format((int64_t)time(NULL), entry->finished);
}

/* Of objects; that a feed gives an event twice is usual. */
static void
note_repeated(const struct load *l, struct buf *note)
{
	int64_t n = l->unique != NULL ? l->unique->repeated : 0;

	if (note != NULL && n > 0 && l->rows->mode != MODE_WINDOW)
		buf_printf(note,
			"table '%s': %" PRId64 " row%s repeated a key; the last one of each counts",
			l->into, n, &"s"[n == 1]);
}

/* How long another load is waited for. */
struct patience {
	int64_t end; /* by clock_ms() */
	long pause;
};

/* Wait a little before the next try.  Return 0, or -1 where the time is over or a signal was caught. */
static int
be_patient(struct patience *p)
{
	int64_t left = p->end - clock_ms();
	long pause = p->pause < left ? p->pause : (long)left;

	if (left <= 0)
		return -1;
	p->pause = p->pause * 2 < PAUSE_MOST ? p->pause * 2 : PAUSE_MOST;
	if (nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000}, NULL) == 0)
		return 0;
	p->end = 0; /* who was told to end does not try again */
	return -1;
}

/* Begin; while another load holds the destination, again, for as long as PATIENCE lasts. */
static int
begin(const struct load_dest *dest, const struct load *l, struct patience *patience, int64_t *held,
	struct ant_err *e)
{
	while (dest->begin(dest->self, l, held, e) == -1) {
		if (e->status != ANT_LOCKED || clock_ms() >= patience->end)
			return -1;
		dest->abort(dest->self, e->msg);
		if (be_patient(patience) == -1)
			return -1;
	}
	return 0;
}

static int
transfer(const struct load_dest *dest, const struct load_options *o, struct load *l,
	struct patience *patience, struct buf *out, struct ant_err *e)
{
	struct receipt_entry entry;
	int64_t held = 0;

	if (begin(dest, l, patience, &held, e) == -1 || dest->rows(dest->self, l->rows, e) == -1)
		return -1;
	if (!l->rows->complete) /* a destination that stopped early must not commit */
		return err_set(e, ANT_FAIL, "%s: rows were left unread",
			dest->target != NULL ? dest->target : l->into);
	if (guard(l, o, held, e) == -1)
		return -1;
	describe(l, &entry);
	if (dest->commit(dest->self, &entry, e) == -1)
		return -1;
	note_repeated(l, o->note);
	if (!l->dry_run && dest->target != NULL)
		receipt_put(out, dest->target, &entry);
	return 0;
}

/* One try. */
static int
load_once(const struct load_dest *dest, const struct load_options *o, int fd, const char *name,
	struct patience *patience, struct buf *out, struct ant_err *e)
{
	struct load l;
	int status = -1;

	memset(&l, 0, sizeof l);
	l.plan = out;
	if ((l.rows = rows_open(fd, name, e)) == NULL)
		return -1;
	if (prepare(&l, o, e) == 0 && (status = transfer(dest, o, &l, patience, out, e)) == -1)
		dest->abort(dest->self, e->msg);
	unique_free(l.unique);
	table_free(l.doc);
	free(l.key);
	free(l.columns);
	free(l.into);
	rows_close(l.rows);
	return status;
}

int
load_run(const struct load_dest *dest, const struct load_options *o, int fd, const char *name,
	struct buf *out, struct ant_err *e)
{
	struct patience patience = {clock_ms() + (int64_t)(o->wait * 1000), PAUSE_FIRST};
	const off_t start = lseek(fd, 0, SEEK_CUR); /* -1: no file, its rows come once */
	int status;

	/* Some destinations tell at the commit alone that another load was there as well. */
	while ((status = load_once(dest, o, fd, name, &patience, out, e)) == -1 &&
		e->status == ANT_LOCKED && start != -1 && be_patient(&patience) == 0)
		if (lseek(fd, start, SEEK_SET) == -1)
			return err_sys(e, ANT_FAIL, "%s", name);
	return status;
}

int
load_note(const struct load_dest *dest, const struct load_options *o, const char *table,
	const int64_t *watermark, struct ant_err *e)
{
	const char *name = o->table != NULL ? o->table : table;
	struct rows none = {.ncolumns = 0};
	struct load l = {.rows = &none,
		.started = (int64_t)time(NULL),
		.by_organization = o->by_organization && o->organization != NULL};
	struct receipt_entry entry = {.table = table,
		.mode = watermark != NULL ? "set" : "reset",
		.organization = o->organization != NULL ? o->organization : "",
		.time_column = "",
		.buckets = ""};
	int status = -1;

	if ((l.into = make_name(o, name, e)) == NULL)
		return -1;
	entry.into = l.into;
	if (watermark != NULL)
		utc_format(*watermark, entry.watermark);
	utc_format(l.started, entry.started);
	utc_format(l.started, entry.finished);
	if (o->organization != NULL) /* a UUID: it fits */
		snprintf(none.organization, sizeof none.organization, "%s", o->organization);
	if ((status = dest->note(dest->self, &l, &entry, e)) == -1)
		dest->abort(dest->self, e->msg);
	free(l.into);
	return status;
}

int
load_check(const struct load_dest *dest, const struct load_options *o, const char *const *tables,
	size_t n, struct strlist *missing, struct ant_err *e)
{
	int mode = o->mode != NULL ? type_mode_find(o->mode) : -1, status = 0;
	char **names = calloc(n + 1, sizeof *names);

	if (names == NULL)
		return err_sys(e, ANT_FAIL, "check");
	for (size_t i = 0; i < n && status == 0; i++)
		if ((names[i] = make_name(o, tables[i], e)) == NULL)
			status = -1;
	if (status == 0)
		status = dest->check(
			dest->self, (const char *const *)names, n, mode, o->history, missing, e);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return status;
}
