#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/utc.h"
#include "db/duckdb_extra.h"
#include "db/s3.h"
#include "load/csv_audit.h"
#include "load/csv_ledger.h"
#include "load/history_file.h"
#include "load/load.h"
#include "load/parquet_days.h"
#include "load/parquet_file.h"
#include "load/parquet_history.h"
#include "load/place.h"
#include "load/sql.h"

enum { APPENDER_CELLS = 3000000 };

#define LOCK ".days" /* what a folder's name becomes, to be that of a lock */

static const char stage[] = "_anthill_rows"; /* where the stream's rows arrive */
static const char old[] = "old";	     /* schema of the file as it is, a view */

struct load_parquet {
	const char *file, *library;
	char *bucket; /* s3://BUCKET/, where the file is an object in it; else NULL */
	struct s3 s3;
	int by_day;		  /* it is a folder of days */
	char *path;		  /* then: where that is, without a link */
	struct parquet_days days; /* and what is in it */
	struct strlist touched;	  /* those of its files whose rows the load may remove */
	const struct load *load;
	struct db_duckdb db;
	struct aside data; /* the file; of a folder, its lock alone */
	struct csv_ledger ledger;
	struct parquet_history history;
	struct sql_column *columns; /* those of the load, in types that the library has */
	int has_old, has_view;	    /* the file is there; and there are rows of it to look at */
	int many;		    /* it tells organizations apart; -1: not known */
	int64_t held, removed;	    /* rows of the file as it is; of these, those that go */
	struct buf sql;
};

static int
no_memory(struct load_parquet *d, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", d->file);
}

/* Run what was put together in d->sql. */
static int
run(struct load_parquet *d, int64_t *changed, struct ant_err *e)
{
	int status = db_duckdb_run(&d->db, buf_str(&d->sql), changed, e);

	buf_clear(&d->sql);
	return status;
}

static int
ask_number(struct load_parquet *d, int64_t *n, struct ant_err *e)
{
	int status = parquet_file_number(&d->db, buf_str(&d->sql), n, e);

	buf_clear(&d->sql);
	return status;
}

static const char *
file_name(const struct load_parquet *d)
{
	const char *path = d->by_day ? d->path : d->data.path, *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Open the file, or the lock of the folder and the folder: for a look, or to replace it. */
static int
open_place(struct load_parquet *d, int look, struct ant_err *e)
{
	struct buf path;
	int status = -1;

	buf_init(&path, LOAD_TEXT_MAX);
	buf_printf(&path, "%s%s", d->by_day ? d->path : d->file, d->by_day ? LOCK : "");
	if (buf_str(&path) == NULL)
		no_memory(d, e);
	else
		status = look ? aside_look(&d->data, path.data, e)
			      : aside_open(&d->data, path.data, 0, e);
	buf_free(&path);
	if (status == 0 && d->by_day)
		status = parquet_days_open(&d->days, d->data.dir, file_name(d), d->file, e);
	d->has_old = status == 0 && (d->by_day ? d->days.old : d->data.old) != -1;
	return status;
}

/* Of a folder: which files hold what the load may remove.  In an append, none does. */
static int
find_touched(struct load_parquet *d, struct ant_err *e)
{
	const struct rows *r = d->load->rows;
	enum mode mode = d->load->mode;

	for (size_t i = 0; i < d->days.names.n && mode != MODE_APPEND; i++) {
		const char *name = d->days.names.v[i];

		if ((mode != MODE_WINDOW || parquet_days_meets(name, r->from, r->to)) &&
			strlist_add(&d->touched, name, strlen(name)) == -1)
			return no_memory(d, e);
	}
	return 0;
}

/*
 * Append the table that the load looks at: the file, or the files of a folder that it touches; where
 * it touches none, the columns of the last one.
 */
static int
put_old_source(struct load_parquet *d, struct buf *to, struct ant_err *e)
{
	struct strlist last = {NULL, 0};
	const char *name;

	if (!d->by_day)
		parquet_file_put_source(to, d->data.old);
	else if (d->touched.n > 0)
		parquet_days_put_source(to, d->days.old, &d->touched);
	else {
		name = d->days.names.v[d->days.names.n - 1];
		if (strlist_add(&last, name, strlen(name)) == -1)
			return no_memory(d, e);
		buf_puts(to, "(SELECT * FROM ");
		parquet_days_put_source(to, d->days.old, &last);
		buf_puts(to, " LIMIT 0)");
		strlist_free(&last);
	}
	return buf_str(to) != NULL ? 0 : no_memory(d, e);
}

/* The columns of the load; JSON is text where the library was built without it. */
static int
choose_columns(struct load_parquet *d, struct ant_err *e)
{
	size_t n = d->load->rows->ncolumns;
	int json = db_duckdb_has_json(&d->db);

	if ((d->columns = calloc(n, sizeof *d->columns)) == NULL)
		return no_memory(d, e);
	for (size_t i = 0; i < n; i++) {
		d->columns[i] = d->load->columns[i];
		if (d->columns[i].type == TYPE_JSON && !json)
			d->columns[i].type = TYPE_TEXT;
	}
	return 0;
}

/* ---- the file as it is --------------------------------------------------------------- */

/* Compare the file's columns with the stream's; those that are missing are null in its view. */
static int
widen(struct load_parquet *d, const struct strlist *names, const struct strlist *types,
	struct ant_err *e)
{
	for (size_t i = 0; i < d->load->rows->ncolumns; i++) {
		const struct sql_column *c = &d->columns[i];
		const char *wanted = sql_type(SQL_DUCKDB, c->type);
		size_t at = 0;

		while (at < names->n && strcasecmp(names->v[at], c->name) != 0)
			at++;
		if (at < names->n && strcmp(types->v[at], wanted) != 0)
			return err_set(e, ANT_FAIL,
				"%s: column '%.200s' is of type %.100s, but the rows need %s",
				d->file, c->name, types->v[at], wanted);
		if (at < names->n)
			continue;
		if (d->load->dry_run)
			buf_printf(d->load->plan, "%s: add column '%s'\n", d->file, c->name);
		buf_printf(&d->sql, ", NULL::%s AS ", wanted);
		sql_ident(&d->sql, SQL_DUCKDB, c->name);
	}
	return 0;
}

/* Make the view of the file as it is, wide enough for the stream. */
static int
view_old(struct load_parquet *d, struct ant_err *e)
{
	struct strlist names = {NULL, 0}, types = {NULL, 0};
	struct buf from;
	int status = -1;

	buf_init(&from, LOAD_TEXT_MAX);
	if (put_old_source(d, &from, e) == 0)
		status = parquet_file_columns(&d->db, from.data, &names, &types, e);
	d->many = strlist_has(&names, ROWS_ORGANIZATION, strlen(ROWS_ORGANIZATION));
	buf_printf(&d->sql, "CREATE SCHEMA %s; CREATE VIEW ", old);
	sql_name(&d->sql, SQL_DUCKDB, old, d->load->into);
	buf_puts(&d->sql, " AS SELECT *");
	if (status == 0)
		status = widen(d, &names, &types, e);
	buf_printf(&d->sql, " FROM %s", status == 0 ? from.data : "");
	if (status == 0)
		status = run(d, NULL, e);
	buf_clear(&d->sql);
	buf_free(&from);
	strlist_free(&names);
	strlist_free(&types);
	return status;
}

/* How many rows the file has, and of these, how many the mode replaces before any row has come. */
static int
count_old(struct load_parquet *d, struct ant_err *e)
{
	enum mode mode = d->load->mode;

	buf_puts(&d->sql, "SELECT count(*) FROM ");
	sql_name(&d->sql, SQL_DUCKDB, old, d->load->into);
	if (ask_number(d, &d->held, e) == -1)
		return -1;
	if (mode != MODE_WINDOW && mode != MODE_REPLACE)
		return 0;
	load_sql_delete(&d->sql, SQL_DUCKDB, old, d->load->into, d->load, "SELECT count(*)");
	return ask_number(d, &d->removed, e);
}

/* Open the database, which sees the folder of the file and no other. */
static int
open_work(struct load_parquet *d, const char *scratch, struct ant_err *e)
{
	return db_duckdb_work(&d->db, d->data.folder, scratch, e) == -1
		       ? -1
		       : db_duckdb_shut(&d->db, d->data.folder, NULL, e);
}

/*
 * Open the database that goes into a bucket: its file is in a folder of temporary files, and loses its
 * name at once, so that a load that is killed leaves nothing of it.
 */
static int
open_bucket(struct load_parquet *d, struct ant_err *e)
{
	const char *folder = getenv("TMPDIR");
	char name[RANDOM_ID_TEXT + sizeof "anthill."] = "anthill.";

	if (folder == NULL || *folder != '/')
		folder = "/tmp";
	if (random_id(name + strlen(name), e) == -1 ||
		db_duckdb_work(&d->db, folder, name, e) == -1)
		return -1;
	if (unlink(d->db.path) == -1)
		return err_sys(e, ANT_FAIL, "%s", d->db.path);
	return duckdb_extra_bucket(&d->db, d->library, &d->s3, d->bucket, e) == -1
		       ? -1
		       : db_duckdb_shut(&d->db, folder, d->bucket, e);
}

static int
open_files(struct load_parquet *d, struct ant_err *e)
{
	int dry = d->load->dry_run;

	if (d->bucket != NULL)
		return open_bucket(d, e);
	if (open_place(d, dry, e) == -1 || (d->by_day && find_touched(d, e) == -1))
		return -1;
	if (d->load->history && parquet_history_open(&d->history, d->load, d->data.path, e) == -1)
		return -1;
	d->has_view = d->has_old && (!d->by_day || d->days.names.n > 0);
	return open_work(d, dry ? NULL : d->data.temp, e);
}

/* The history outlives its file: whoever makes that anew has to be of the same organization. */
static int
open_history(struct load_parquet *d, struct ant_err *e)
{
	if (parquet_history_learn(&d->history, &d->db, d->columns, e) == -1)
		return -1;
	return d->history.file.old != -1 && !d->has_old
		       ? csv_ledger_check_organization(
				 &d->ledger, d->load, d->history.file.path, -1, e)
		       : 0;
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct load_parquet *d = self;

	d->load = l;
	d->ledger.own = l->by_organization ? l->rows->organization : NULL;
	if (d->bucket != NULL && l->mode != MODE_REPLACE)
		return err_set(e, ANT_USAGE,
			"%s: an object is written whole, by --mode replace: what a %s leaves of it "
			"would have to be read and written again, with nobody else at it",
			d->file, type_mode_name(l->mode));
	if (open_files(d, e) == -1 || choose_columns(d, e) == -1 ||
		db_duckdb_run(&d->db, "BEGIN TRANSACTION", NULL, e) == -1 ||
		(d->bucket == NULL &&
			csv_ledger_learn(&d->ledger, d->data.folder, file_name(d), e) == -1))
		return -1;
	d->many = -1;
	if (d->has_view && view_old(d, e) == -1)
		return -1;
	if (d->has_old && csv_ledger_check_organization(&d->ledger, l, d->file, d->many, e) == -1)
		return -1;
	if (d->has_view && count_old(d, e) == -1)
		return -1;
	*held = d->removed;
	if (l->history && open_history(d, e) == -1)
		return -1;
	if (l->dry_run)
		return 0;
	sql_create_table(&d->sql, SQL_DUCKDB, NULL, stage, d->columns, l->rows->ncolumns);
	return run(d, NULL, e);
}

/* ---- the stream's rows --------------------------------------------------------------- */

/* The appender holds 204,800 rows before it hands them on, however wide: it is made to earlier. */
static int
append(struct load_parquet *d, struct rows *r, struct ant_err *e)
{
	const struct row_cell *cells;
	size_t held = 0;
	int more;

	if (db_duckdb_append_start(&d->db, NULL, stage, d->columns, r->ncolumns, e) == -1)
		return -1;
	while ((more = rows_next(r, &cells, e)) == 1) {
		if (db_duckdb_append_row(&d->db, cells, e) == -1)
			return -1;
		if ((held += r->ncolumns) < APPENDER_CELLS)
			continue;
		held = 0;
		if (db_duckdb_append_end(&d->db, e) == -1 ||
			db_duckdb_append_start(&d->db, NULL, stage, d->columns, r->ncolumns, e) ==
				-1)
			return -1;
	}
	return more == -1 ? -1 : db_duckdb_append_end(&d->db, e);
}

/* Behind the others come the rows whose key came before; then all but the last of each key go. */
static int
replace_repeated(struct load_parquet *d, struct ant_err *e)
{
	struct unique *u = d->load->unique;
	struct rows *again = unique_again(u, e);
	int status = again != NULL ? append(d, again, e) : -1;

	rows_close(again);
	for (size_t i = 0; i < d->load->rows->ncolumns; i++)
		if (strcasecmp(d->columns[i].name, "rowid") == 0)
			return err_set(e, ANT_FAIL,
				"%s: the column '%s' hides the row's number, by which the last of "
				"a key is found",
				d->file, d->columns[i].name);
	load_sql_last(&d->sql, SQL_DUCKDB, d->load, stage, "rowid");
	return status == 0 ? run(d, &u->repeated, e) : -1;
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_parquet *d = self;
	const struct unique *u = d->load->unique;
	const struct row_cell *cells;
	int more = 0;

	while (d->load->dry_run && (more = rows_next(r, &cells, e)) == 1)
		;
	if (d->load->dry_run)
		return more;
	if (append(d, r, e) == -1)
		return -1;
	return u != NULL && u->held > 0 ? replace_repeated(d, e) : 0;
}

/* ---- the file as it is to be --------------------------------------------------------- */

/* Append the rows of the file as it is that stay. */
static void
put_kept(struct load_parquet *d, struct buf *to)
{
	const struct load *l = d->load;
	struct buf where;

	buf_puts(to, "SELECT * FROM ");
	sql_name(to, SQL_DUCKDB, old, l->into);
	if (l->mode == MODE_MERGE) {
		buf_printf(to, " t ANTI JOIN %s s ON ", stage);
		for (size_t i = 0; i < l->rows->nkey; i++) {
			buf_puts(to, i == 0 ? "t." : " AND t.");
			sql_ident(to, SQL_DUCKDB, l->key[i].name);
			buf_puts(to, " IS NOT DISTINCT FROM s.");
			sql_ident(to, SQL_DUCKDB, l->key[i].name);
		}
	} else if (l->mode != MODE_APPEND) {
		buf_init(&where, LOAD_TEXT_MAX);
		load_sql_replaced(&where, SQL_DUCKDB, l);
		if (where.len == 0)
			buf_puts(to, " LIMIT 0");
		else /* a null is in no window */
			buf_printf(to, " WHERE NOT coalesce(%s, false)",
				buf_str(&where) != NULL ? where.data + strlen(" WHERE ") : "");
		to->failed |= where.failed;
		buf_free(&where);
	}
}

static int
write_to(struct load_parquet *d, const char *select, int fd, struct ant_err *e)
{
	return parquet_file_write(&d->db, d->file, select, d->load->rows->ncolumns, fd, e);
}

/*
 * Write the object.  It is there when its last part is, and whole then; what was read back of it
 * could not be taken back any more.
 */
static int
write_object(struct load_parquet *d, struct ant_err *e)
{
	int64_t wrote = -1, rows = -1;

	buf_printf(&d->sql, "SELECT count(*) FROM %s", stage);
	if (ask_number(d, &rows, e) == -1)
		return -1;
	buf_printf(&d->sql, "SELECT * FROM %s", stage);
	if (buf_str(&d->sql) != NULL) {
		struct buf select = d->sql;

		buf_init(&d->sql, LOAD_TEXT_MAX);
		parquet_file_put_copy(&d->sql, select.data, d->load->rows->ncolumns, -1, d->file);
		buf_free(&select);
	}
	if (run(d, &wrote, e) == -1)
		return -1;
	return wrote == rows
		       ? 0
		       : err_set(e, ANT_FAIL, "%s: %" PRId64 " rows of %" PRId64 " were written",
				 d->file, wrote, rows);
}

/* Append to a folder's WHERE clause that a row is of DAY. */
static void
put_of_day(struct load_parquet *d, struct buf *to, const char *day)
{
	const struct rows *r = d->load->rows;
	const struct sql_column *c = &d->load->columns[r->time_column];
	int64_t t;

	if (!r->window)
		return;
	if (utc_parse(day, strlen(day), &t) == 0) {
		load_sql_range(to, SQL_DUCKDB, c->name, c->type, t, t + UTC_DAY);
		return;
	}
	buf_puts(to, " WHERE ");
	sql_ident(to, SQL_DUCKDB, c->name);
	buf_puts(to, " IS NULL");
}

static int
take_day(void *arg, const char *const *texts, struct ant_err *e)
{
	struct strlist *days = arg;

	return strlist_add(days, texts[0], strlen(texts[0])) == 0 ? 0
								  : err_sys(e, ANT_FAIL, "days");
}

/* Which days the rows of ALL are of, in their order: names of files, see parquet_days.h. */
static int
find_days(struct load_parquet *d, const char *all, struct strlist *days, struct ant_err *e)
{
	const struct rows *r = d->load->rows;
	const struct sql_column *c = &d->load->columns[r->time_column];
	int status;

	buf_puts(&d->sql, "SELECT DISTINCT ");
	if (!r->window) {
		buf_puts(&d->sql, "'rows'");
	} else {
		buf_puts(&d->sql, c->type == TYPE_DATE
					  ? "coalesce(strftime("
					  : "coalesce(strftime(make_timestamp(epoch_us(");
		sql_ident(&d->sql, SQL_DUCKDB, c->name);
		buf_printf(
			&d->sql, "%s, '%%Y-%%m-%%d'), 'none')", c->type == TYPE_DATE ? "" : "))");
	}
	buf_printf(&d->sql, " FROM (%s) ORDER BY 1", all);
	status = db_duckdb_each(&d->db, buf_str(&d->sql), 1, take_day, days, e);
	buf_clear(&d->sql);
	return status;
}

/* Write the file of DAY with those of the rows of ALL that are of it. */
static int
write_day(struct load_parquet *d, const char *all, const char *day, struct ant_err *e)
{
	struct buf select;
	int status = -1, fd = parquet_days_create(&d->days, day, e);

	if (fd == -1)
		return -1;
	buf_init(&select, LOAD_TEXT_MAX);
	buf_printf(&select, "SELECT * FROM (%s)", all);
	put_of_day(d, &select, day);
	if (buf_str(&select) == NULL)
		no_memory(d, e);
	else
		status = write_to(d, select.data, fd, e);
	buf_free(&select);
	if (status == 0 && fsync(fd) == -1)
		status = err_sys(e, ANT_FAIL, "%s", d->file);
	close(fd);
	return status;
}

/* The new folder: links to the files that stay, and the rows of ALL by day. */
static int
write_days(struct load_parquet *d, const char *all, struct ant_err *e)
{
	struct strlist days = {NULL, 0};
	struct buf beside;
	int status = -1;

	buf_init(&beside, LOAD_TEXT_MAX);
	buf_printf(&beside, "%s.new", d->data.temp);
	if (buf_str(&beside) == NULL)
		no_memory(d, e);
	else
		status = parquet_days_make(&d->days, beside.data, e);
	buf_free(&beside);
	for (size_t i = 0; status == 0 && i < d->days.names.n; i++) {
		const char *name = d->days.names.v[i];

		if (!strlist_has(&d->touched, name, strlen(name)))
			status = parquet_days_keep(&d->days, name, e);
	}
	if (status == 0)
		status = find_days(d, all, &days, e);
	for (size_t i = 0; status == 0 && i < days.n; i++)
		status = write_day(d, all, days.v[i], e);
	strlist_free(&days);
	return status;
}

/* The versions: of a replace those of ALL that is to be. */
static int
write_history(
	struct load_parquet *d, const char *all, struct receipt_entry *entry, struct ant_err *e)
{
	struct buf rows;
	int status;

	buf_init(&rows, LOAD_TEXT_MAX);
	buf_printf(&rows, "SELECT * FROM %s", stage);
	if (buf_str(&rows) == NULL)
		status = no_memory(d, e);
	else
		status = parquet_history_write(
			&d->history, d->load->mode == MODE_MERGE ? rows.data : all, e);
	buf_free(&rows);
	entry->history = 1;
	entry->opened = d->history.opened;
	entry->closed = d->history.closed;
	return status;
}

/* Write what is to be: the rows that stay, then those of the stream. */
static int
write_all(struct load_parquet *d, struct receipt_entry *entry, struct ant_err *e)
{
	struct buf all;
	int status = -1;

	buf_init(&all, LOAD_TEXT_MAX);
	if (d->has_view) {
		buf_putc(&all, '(');
		put_kept(d, &all);
		buf_puts(&all, ") UNION ALL BY NAME ");
	}
	buf_printf(&all, "SELECT * FROM %s", stage);
	if (buf_str(&all) == NULL)
		no_memory(d, e);
	else
		status = d->by_day ? write_days(d, all.data, e)
				   : write_to(d, all.data, d->data.fd, e);
	if (status == 0 && d->load->history)
		status = write_history(d, all.data, entry, e);
	buf_free(&all);
	return status;
}

/* Add to HOURS what the window holds now. */
static int
count_hours(struct load_parquet *d, struct buckets *hours, struct ant_err *e)
{
	const struct load *l = d->load;
	const struct rows *r = l->rows;
	const struct strlist *const lists[] = {&d->days.kept, &d->days.written};
	struct strlist meet = {NULL, 0};
	struct buf from;
	int status = 0;

	buf_init(&from, LOAD_TEXT_MAX);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; status == 0 && i < lists[k]->n; i++)
			if (parquet_days_meets(lists[k]->v[i], r->from, r->to) &&
				strlist_add(&meet, lists[k]->v[i], strlen(lists[k]->v[i])) == -1)
				status = no_memory(d, e);
	if (!d->by_day)
		parquet_file_put_source(&from, d->data.fd);
	else if (meet.n > 0)
		parquet_days_put_source(&from, d->days.fresh, &meet);
	if (status == 0 && from.len > 0)
		status = parquet_file_hours(&d->db, buf_str(&from), l->columns[r->time_column].name,
			r->columns[r->time_column].type, r->from, r->to,
			l->by_organization ? r->organization : NULL, hours, e);
	strlist_free(&meet);
	buf_free(&from);
	return status;
}

/* How many rows each hour of the window holds now. */
static int
put_buckets(struct load_parquet *d, struct buf *to, struct ant_err *e)
{
	const struct load *l = d->load;
	const struct rows *r = l->rows;
	struct buckets hours = {NULL, 0, 0, 0};
	int status = 0;

	if (l->mode == MODE_WINDOW && !r->unique) {
		buckets_put(to, &r->buckets);
	} else {
		status = count_hours(d, &hours, e);
		buckets_put(to, &hours);
	}
	buckets_free(&hours);
	return status == 0 && buf_str(to) == NULL ? no_memory(d, e) : status;
}

static int
write_plan(struct load_parquet *d, const struct receipt_entry *entry, struct ant_err *e)
{
	struct buf *plan = d->load->plan;

	if (d->bucket != NULL) {
		buf_printf(plan, "%s: write %" PRId64 " rows\n", d->file, entry->rows);
		return plan->failed ? no_memory(d, e) : 0;
	}
	buf_printf(plan, "%s: %s", d->file, d->has_old ? "rewrite" : "create");
	if (d->by_day && d->has_old)
		buf_printf(plan, " %zu of %zu files", d->touched.n, d->days.names.n);
	buf_puts(plan, ", ");
	if (d->load->mode == MODE_MERGE && d->has_old)
		buf_printf(plan, "keep those of %" PRId64 " rows whose key does not come", d->held);
	else
		buf_printf(plan, "keep %" PRId64 " rows, remove %" PRId64, d->held - d->removed,
			d->removed);
	buf_printf(plan, ", append %" PRId64 "\n", entry->rows);
	if (d->load->history)
		buf_printf(plan, "%s: %s, end the versions that changed, append new ones\n",
			d->history.file.path, d->history.file.old != -1 ? "rewrite" : "create");
	buf_printf(plan, "%s/%s: append 1 row\n", d->data.folder, LOAD_CSV_LEDGER);
	return plan->failed ? no_memory(d, e) : 0;
}

/*
 * All files are whole and on the disk before one takes its place.  The rows come before the ledger: one
 * that knew of rows that are not there would move a watermark past them.  The history comes before the
 * rows: a version that is there already is not made again, but nobody would miss one.
 */
static int
publish(struct load_parquet *d, struct receipt_entry *entry, struct ant_err *e)
{
	db_duckdb_close(&d->db);
	if (parquet_history_sync(&d->history, e) == -1 ||
		(!d->by_day && aside_sync(&d->data, e) == -1) ||
		(!d->has_old && csv_ledger_forget(&d->ledger, d->data.folder, entry, e) == -1) ||
		csv_ledger_write(&d->ledger, d->data.folder, entry, e) == -1 ||
		parquet_history_publish(&d->history, e) == -1 ||
		(d->by_day ? parquet_days_publish(&d->days, file_name(d), e)
			   : aside_rename(&d->data, e)) == -1)
		return -1;
	if (csv_ledger_publish(&d->ledger, e) == -1)
		return err_prefix(
			e, "the rows are in %s, but the ledger has no line of it: ", d->file);
	return 0;
}

static int
commit(void *self, struct receipt_entry *entry, struct ant_err *e)
{
	struct load_parquet *d = self;
	const struct rows *r = d->load->rows;
	struct buf buckets;
	int status;

	entry->into = d->file;
	if (d->load->dry_run)
		return write_plan(d, entry, e);
	if (d->bucket != NULL)
		return write_object(d, e);
	entry->into = file_name(d);
	entry->created = !d->has_old;
	buf_init(&buckets, LOAD_TEXT_MAX);
	status = write_all(d, entry, e);
	if (status == 0 && r->window) {
		status = put_buckets(d, &buckets, e);
		entry->time_column = r->columns[r->time_column].name;
		entry->buckets = buckets.data;
	}
	if (status == 0)
		status = publish(d, entry, e);
	entry->into = d->file;
	entry->buckets = NULL;
	buf_free(&buckets);
	return status;
}

static void
undo(void *self, const char *reason)
{
	struct load_parquet *d = self;

	(void)reason;
	csv_ledger_close(&d->ledger);
	db_duckdb_close(&d->db);
	parquet_history_close(&d->history);
	parquet_days_close(&d->days);
	aside_close(&d->data);
}

/* ---- questions ----------------------------------------------------------------------- */

/* Whether the keys open the bucket: it is asked for the object's name. */
static int
check_bucket(struct load_parquet *d, struct ant_err *e)
{
	int64_t unused;

	if (open_bucket(d, e) == -1)
		return -1;
	buf_puts(&d->sql, "SELECT count(*) FROM glob(");
	sql_literal(&d->sql, SQL_DUCKDB, d->bucket);
	buf_puts(&d->sql, " || '*')");
	return ask_number(d, &unused, e);
}

/* The file, and the ledger beside it; a file that is there must be of the format. */
static int
check(void *self, const char *const *tables, size_t n, int mode, int history,
	struct strlist *missing, struct ant_err *e)
{
	struct load_parquet *d = self;
	size_t before = missing->n;
	struct buf path;
	int64_t unused;
	int status;

	(void)tables;
	(void)n;
	(void)mode;
	if (d->bucket != NULL)
		return check_bucket(d, e);
	buf_init(&path, LOAD_TEXT_MAX);
	buf_printf(&path, "%s%s", d->by_day ? d->path : d->file, d->by_day ? LOCK : "");
	status = buf_str(&path) != NULL ? place_lacks(path.data, missing, e) : no_memory(d, e);
	buf_free(&path);
	if (status == -1 || missing->n > before)
		return status;
	if (open_place(d, 1, e) == -1 || open_work(d, NULL, e) == -1 ||
		(history && history_file_lacks(d->data.path, missing, e) == -1))
		return -1;
	if (d->has_old && (!d->by_day || d->days.names.n > 0)) {
		buf_puts(&d->sql, "SELECT count(*) FROM ");
		if (put_old_source(d, &d->sql, e) == -1 || ask_number(d, &unused, e) == -1)
			return -1;
	}
	buf_printf(&d->sql, "%s/%s", d->data.folder, LOAD_CSV_LEDGER);
	return buf_str(&d->sql) != NULL ? place_lacks(d->sql.data, missing, e) : no_memory(d, e);
}

static int
take_entry(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	return receipt_print(arg, "parquet", texts, e);
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct load_parquet *d = self;

	if (open_place(d, 1, e) == -1)
		return -1;
	return csv_ledger_each(&d->ledger, d->data.folder, take_entry, to, e);
}

/* Count the rows of the table FROM. */
static int
count_in(struct load_parquet *d, const char *from, const struct audit *a, const char *time_column,
	struct buckets *hours, int64_t *rows, struct ant_err *e)
{
	struct strlist names = {NULL, 0}, types = {NULL, 0};
	const char *organization = NULL;
	int status = from != NULL ? parquet_file_columns(&d->db, from, &names, &types, e)
				  : no_memory(d, e);

	if (a->organization != NULL &&
		strlist_has(&names, ROWS_ORGANIZATION, strlen(ROWS_ORGANIZATION)))
		organization = a->organization;
	for (size_t i = 0; hours != NULL && status == 0 && i < names.n; i++)
		if (strcmp(names.v[i], time_column) == 0)
			status = parquet_file_hours(&d->db, from, time_column,
				strcmp(types.v[i], sql_type(SQL_DUCKDB, TYPE_DATE)) == 0
					? TYPE_DATE
					: TYPE_TIMESTAMPTZ,
				a->from, a->to, organization, hours, e);
	if (status == 0 && hours == NULL) {
		buf_printf(&d->sql, "SELECT count(*) FROM %s", from);
		if (organization != NULL)
			load_sql_organization(&d->sql, SQL_DUCKDB, " WHERE ", organization);
		status = ask_number(d, rows, e);
	}
	strlist_free(&names);
	strlist_free(&types);
	return status == 0 ? 1 : -1;
}

/* The same of the folder A->into: of its files, those that matter to the question. */
static int
count_days(struct load_parquet *d, const struct audit *a, const char *time_column,
	struct buckets *hours, int64_t *rows, struct ant_err *e)
{
	struct parquet_days days;
	struct strlist meet = {NULL, 0};
	struct buf from;
	int status = parquet_days_open(&days, d->data.dir, a->into, a->into, e), there = 0;

	buf_init(&from, LOAD_TEXT_MAX);
	for (size_t i = 0; status == 0 && i < days.names.n; i++) {
		const char *name = days.names.v[i];

		if ((hours == NULL || parquet_days_meets(name, a->from, a->to)) &&
			strlist_add(&meet, name, strlen(name)) == -1)
			status = no_memory(d, e);
	}
	if (status == 0)
		there = days.old != -1;
	if (status == 0 && meet.n > 0) {
		parquet_days_put_source(&from, days.old, &meet);
		status = count_in(d, buf_str(&from), a, time_column, hours, rows, e);
	}
	strlist_free(&meet);
	buf_free(&from);
	parquet_days_close(&days);
	return status == -1 ? -1 : there;
}

static int
count_rows(void *self, const struct audit *a, const char *time_column, int some,
	struct buckets *hours, int64_t *rows, struct ant_err *e)
{
	struct load_parquet *d = self;
	struct aside file = {.path = NULL};
	struct buf text;
	int status;

	(void)some; /* all are in the footers of the files */
	if (d->by_day)
		return count_days(d, a, time_column, hours, rows, e);
	buf_init(&text, LOAD_TEXT_MAX);
	buf_printf(&text, "%s/%s", d->data.folder, a->into);
	status = buf_str(&text) == NULL ? no_memory(d, e) : aside_look(&file, text.data, e);
	if (status == 0 && file.old != -1) {
		buf_clear(&text);
		parquet_file_put_source(&text, file.old);
		status = count_in(d, buf_str(&text), a, time_column, hours, rows, e);
	}
	aside_close(&file);
	buf_free(&text);
	return status;
}

static int
audit(void *self, int fd, const char *name, struct out *to, struct ant_err *e)
{
	struct load_parquet *d = self;
	struct csv_audit_files files = {d, "parquet", NULL, count_rows};

	if (open_place(d, 1, e) == -1 || open_work(d, NULL, e) == -1)
		return -1;
	files.folder = d->data.folder;
	return csv_audit_run(&files, fd, name, to, e);
}

static int
note(void *self, const struct load *l, struct receipt_entry *entry, struct ant_err *e)
{
	struct load_parquet *d = self;

	d->load = l;
	d->ledger.own = l->by_organization ? l->rows->organization : NULL;
	if (open_place(d, 0, e) == -1) /* the lock of its loads */
		return -1;
	entry->into = file_name(d);
	if (csv_ledger_learn(&d->ledger, d->data.folder, entry->into, e) == -1 ||
		csv_ledger_write(&d->ledger, d->data.folder, entry, e) == -1)
		return -1;
	return csv_ledger_publish(&d->ledger, e);
}

static void
free_all(void *self)
{
	struct load_parquet *d = self;

	undo(d, NULL);
	strlist_free(&d->touched);
	free(d->columns);
	free(d->path);
	free(d->bucket);
	buf_free(&d->sql);
	free(d);
}

/* The bucket of s3://BUCKET/KEY. */
static int
find_bucket(struct load_parquet *d, struct ant_err *e)
{
	const char *name = d->file + strlen("s3://"), *slash = strchr(name, '/');

	if (slash == NULL || slash == name || slash[1] == '\0' || slash[strlen(slash) - 1] == '/')
		return err_set(e, ANT_USAGE, "-o: '%.500s' is not s3://BUCKET/KEY", d->file);
	if (strpbrk(d->file, "*?[#") != NULL)
		return err_set(e, ANT_USAGE,
			"-o: '%.500s': DuckDB takes a key with * ? [ or # for something else",
			d->file);
	d->bucket = strndup(d->file, (size_t)(slash + 1 - d->file));
	return d->bucket != NULL ? 0 : no_memory(d, e);
}

/* Where the folder is: a link to it is followed, a slash behind it dropped. */
static char *
find_folder(const char *folder)
{
	char *path = realpath(folder, NULL);
	size_t len;

	if (path == NULL && (path = strdup(folder)) != NULL)
		for (len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
			path[len - 1] = '\0';
	return path;
}

int
load_parquet(
	const char *file, int by_day, const char *library, struct load_dest *to, struct ant_err *e)
{
	struct load_parquet *d = calloc(1, sizeof *d);

	if (d == NULL)
		return err_sys(e, ANT_FAIL, "%s", file);
	d->file = file;
	d->by_day = by_day;
	buf_init(&d->sql, LOAD_TEXT_MAX);
	d->library = library;
	if ((by_day && (d->path = find_folder(file)) == NULL && no_memory(d, e) == -1) ||
		(s3_is(file) && find_bucket(d, e) == -1) ||
		db_duckdb_init(&d->db, file, library, e) == -1) {
		free_all(d);
		return -1;
	}
	*to = (struct load_dest){
		d, "parquet", begin, rows, commit, undo, check, ledger, audit, note, free_all};
	return 0;
}
