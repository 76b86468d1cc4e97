#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/csv_file.h"
#include "base/strlist.h"
#include "load/csv_audit.h"
#include "load/csv_history.h"
#include "load/csv_keys.h"
#include "load/csv_last.h"
#include "load/csv_ledger.h"
#include "load/csv_value.h"
#include "load/history_file.h"
#include "load/load.h"
#include "load/place.h"

_Static_assert((int)CSV_FILE_FIELDS_MAX >= (int)ROWS_COLUMNS_MAX, "a file holds every stream");

struct load_csv {
	const char *file; /* NULL: stdout */
	const struct csv_file_dialect *dialect;
	const struct load *load;
	struct csv_file csv;
	struct aside data;
	struct csv_ledger ledger;
	struct csv_history history;
	struct strlist names; /* of the columns */
	struct csv_column *columns;
	size_t n, n_old;	/* columns of the file to be and as it is */
	size_t n_named;		/* of these, the first ones have their names from the file */
	int has_old;		/* the file as it is has a record at least */
	struct row_cell *cells; /* of an old record, by column of the stream */
	struct buf line, key;
	struct out to, spool; /* the new file; rows that wait: of a merge, or for stdout */
	struct csv_keys keys;
	off_t start;	      /* where the stream's rows begin in what has them */
	struct csv_last last; /* of the keys that are repeated */
	struct out rest;      /* rows whose key is not among them */
	int64_t kept, removed;
	struct buckets held; /* of the records that were kept, those in the stream's window */
	size_t risky;
};

static int
no_memory(struct load_csv *d, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", d->file != NULL ? d->file : "stdout");
}

/* Write the line that was put together to TO, and start the next one. */
static int
put_line(struct load_csv *d, struct out *to, struct ant_err *e)
{
	csv_file_put_end(&d->csv, &d->line);
	if (d->line.failed)
		return no_memory(d, e);
	if (!d->load->dry_run && out_put(to, d->line.data, d->line.len, e) == -1)
		return -1;
	buf_clear(&d->line);
	return 0;
}

static int
put_header(struct load_csv *d, struct out *to, struct ant_err *e)
{
	if (d->dialect->bom)
		buf_puts(&d->line, "\ufeff");
	if (!d->dialect->header) {
		int mark = d->line.len > 0 && !d->load->dry_run;

		buf_clear(&d->line);
		return mark ? out_put(to, "\ufeff", 3, e) : 0;
	}
	for (size_t i = 0; i < d->n; i++) {
		const struct csv_column *c = &d->columns[i];

		if (i > 0)
			buf_putc(&d->line, d->dialect->delimiter);
		/* A name that the file has stays as it is, guarded or not. */
		csv_file_put(&d->csv, &d->line, c->name, strlen(c->name),
			i < d->n_named ? csv_file_text : csv_file_guarded);
	}
	return put_line(d, to, e);
}

/* Copy LEN bytes; up to 15 after those at P are read, and as many after the copy written. */
static inline char *
copy(char *to, const char *p, size_t len)
{
	memcpy(to, p, len <= 16 ? 16 : len);
	return to + len;
}

/* Write a cell of the stream to TO and return its end. */
static char *
put_cell(struct load_csv *d, char *to, enum type type, const struct row_cell *c)
{
	if (type == TYPE_TEXT) {
		if (!d->dialect->safe)
			d->risky += (size_t)csv_file_is_risky(&d->csv, c->p, c->len);
		return csv_file_guarded(&d->csv, to, c->p, c->len);
	}
	/* Nothing in a number or a time needs quotes, unless it could be taken for null. */
	if (type == TYPE_JSON || d->csv.null_len > 0)
		return csv_file_text(&d->csv, to, c->p, c->len);
	return copy(to, c->p, c->len);
}

/* How many bytes a row may need: its cells are in the stream's order in memory. */
static size_t
room_for(const struct load_csv *d, const struct row_cell *cells)
{
	const struct row_cell *last = &cells[d->load->rows->ncolumns - 1];

	return 2 * (size_t)(last->p + last->len - cells[0].p) +
	       d->n * (CSV_FILE_ROOM(0) + 1 + d->csv.null_len);
}

/* Append a row of the stream as a line. */
static int
put_row(struct load_csv *d, const struct row_cell *cells, struct out *out, struct ant_err *e)
{
	char *start = buf_reserve(&d->line, room_for(d, cells)), *to = start;

	if (start == NULL)
		return no_memory(d, e);
	for (size_t i = 0; i < d->n; i++) {
		long from = d->columns[i].from;

		if (i > 0)
			*to++ = d->dialect->delimiter;
		if (from == -1 || cells[from].null) {
			memcpy(to, d->dialect->null, d->csv.null_len);
			to += d->csv.null_len;
		} else {
			to = put_cell(d, to, d->load->columns[from].type, &cells[from]);
		}
	}
	d->line.len += (size_t)(to - start);
	return put_line(d, out, e);
}

static int
add_column(struct load_csv *d, const char *name, long from, struct ant_err *e)
{
	if (strlist_add(&d->names, name, strlen(name)) == -1)
		return no_memory(d, e);
	d->columns[d->n] = (struct csv_column){d->names.v[d->n], from};
	d->n++;
	return 0;
}

/* Take the first record of the file as it is: its columns. */
static int
take_header(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct load_csv *d = arg;
	size_t shared = 0;

	(void)number;
	d->has_old = 1;
	d->n_old = d->n_named = n;
	if (!d->dialect->header) {
		if (n != d->load->rows->ncolumns)
			return err_set(e, ANT_FAIL,
				"%s: its rows have %zu fields, and the stream's have %zu: without "
				"a header both must be the same",
				d->file, n, d->load->rows->ncolumns);
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		const char *name = f[i].p;
		long from = csv_value_column(&d->csv, d->load, name);

		if (*name == '\0' || strlen(name) != f[i].len)
			return err_set(
				e, ANT_FAIL, "%s: header: column %zu has no name", d->file, i + 1);
		for (size_t j = 0; j < i; j++)
			if (strcmp(d->columns[j].name, name) == 0 ||
				(from != -1 && d->columns[j].from == from))
				return err_set(e, ANT_FAIL, "%s: header: '%.200s' is there twice",
					d->file, name);
		shared += from != -1;
		if (add_column(d, name, from, e) == -1)
			return -1;
	}
	if (shared == 0)
		return err_set(e, ANT_FAIL,
			"%s: its header has no column of the rows: another table's, or another "
			"--delimiter?",
			d->file);
	return 1;
}

/* The columns of the file to be: those it has, then those that are new in the stream. */
static int
learn_columns(struct load_csv *d, struct ant_err *e)
{
	const struct rows *r = d->load->rows;

	d->columns = calloc(r->ncolumns + ROWS_COLUMNS_MAX, sizeof *d->columns);
	d->cells = calloc(r->ncolumns, sizeof *d->cells);
	if (d->columns == NULL || d->cells == NULL)
		return no_memory(d, e);
	if (d->data.path != NULL && d->data.old != -1 &&
		csv_file_read(&d->csv, d->data.old, d->file, take_header, d, e) == -1)
		return -1;
	for (size_t i = 0; i < r->ncolumns; i++) {
		size_t j = 0;

		while (j < d->n && d->columns[j].from != (long)i)
			j++;
		if (j < d->n)
			continue;
		if (d->has_old && d->dialect->header &&
			(d->load->mode == MODE_WINDOW || load_keeps_older(d->load)) &&
			i == r->time_column)
			return err_set(e, ANT_FAIL,
				"%s: its header lacks '%.200s', which says what "
				"lies in the window",
				d->file, d->load->columns[i].name);
		if (d->has_old && d->dialect->header && d->load->dry_run)
			buf_printf(d->load->plan, "%s: add column '%s'\n", d->file,
				d->load->columns[i].name);
		if (add_column(d, d->load->columns[i].name, (long)i, e) == -1)
			return -1;
	}
	return 0;
}

/*
 * The cells of an old record by the stream's columns: those that it lacks are null,
 * those that it has must be of the stream's types.
 */
static int
old_cells(struct load_csv *d, const struct csv_file_field *f, int64_t number, struct ant_err *e)
{
	const struct load *l = d->load;
	char shown[VALUE_SHOWN];

	for (size_t i = 0; i < l->rows->ncolumns; i++)
		d->cells[i].null = 1;
	for (size_t i = 0; i < d->n_old; i++) {
		struct row_cell *c;

		if (d->columns[i].from == -1)
			continue;
		c = &d->cells[d->columns[i].from];
		*c = (struct row_cell){f[i].p, f[i].len, 0, f[i].null};
		if (!c->null && value_fits(l->columns[d->columns[i].from].type, c) == -1)
			return err_set(e, ANT_FAIL,
				"%s: record %" PRId64 ", column '%.200s': %s is not of type %s, "
				"which the rows need",
				d->file, number, d->columns[i].name, value_shown(c, shown),
				type_name(l->columns[d->columns[i].from].type));
	}
	return 0;
}

/* Put the key of a row into d->key; GUARD: its texts are not yet as the file has them. */
static int
make_key(struct load_csv *d, const struct row_cell *cells, int guard, struct ant_err *e)
{
	const struct rows *r = d->load->rows;

	buf_clear(&d->key);
	for (size_t i = 0; i < r->nkey; i++)
		csv_value_put(
			&d->key, &d->csv, r->columns[r->key[i]].type, &cells[r->key[i]], guard);
	return d->key.failed ? no_memory(d, e) : 0;
}

/* Whether the old record whose cells are d->cells is one of those that the load is about. */
static int
is_ours(const struct load_csv *d)
{
	const char *own = d->load->rows->organization;
	const struct row_cell *its = &d->cells[0];

	return !d->load->by_organization ||
	       (!its->null && its->len == strlen(own) && memcmp(its->p, own, its->len) == 0);
}

/* Whether the load removes the old record whose cells are d->cells: 1, 0 or -1. */
static int
is_replaced(struct load_csv *d, struct ant_err *e)
{
	const struct rows *r = d->load->rows;

	switch (d->load->mode) {
	case MODE_REPLACE:
		if (load_keeps_older(d->load) &&
			(r->from == r->to || rows_before_window(r, &d->cells[r->time_column])))
			return 0;
		return is_ours(d);
	case MODE_WINDOW:
		return is_ours(d) && rows_in_window(r, &d->cells[r->time_column]);
	case MODE_MERGE:
		if (d->keys.slots == NULL) /* a dry run */
			return 0;
		if (make_key(d, d->cells, 0, e) == -1)
			return -1;
		return csv_keys_has(&d->keys, d->key.data, d->key.len);
	default:
		return 0;
	}
}

/* A record that stays is part of what its hour holds after the load. */
static int
count_kept(struct load_csv *d, struct ant_err *e)
{
	const struct rows *r = d->load->rows;
	const struct row_cell *c = &d->cells[r->time_column];

	if (!r->window || !is_ours(d) || !rows_in_window(r, c))
		return 0;
	return buckets_add(&d->held, rows_seconds(r, c), 1) == 0 ? 0 : no_memory(d, e);
}

/* Write a record as it is, with nulls for the columns that are new. */
static int
put_old(struct load_csv *d, const struct csv_file_field *f, struct out *out, struct ant_err *e)
{
	char *to;

	for (size_t i = 0; i < d->n; i++) {
		if (i > 0)
			buf_putc(&d->line, d->dialect->delimiter);
		if (i >= d->n_old || f[i].null)
			csv_file_put_null(&d->csv, &d->line);
		else if ((to = buf_reserve(&d->line, CSV_FILE_ROOM(f[i].len))) != NULL)
			d->line.len += (size_t)(csv_file_text(&d->csv, to, f[i].p, f[i].len) - to);
	}
	return put_line(d, out, e);
}

static int
take_old(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct load_csv *d = arg;
	int replaced;

	if (number == 1 && d->dialect->header)
		return 0;
	if (n != d->n_old)
		return err_set(e, ANT_FAIL, "%s: record %" PRId64 " has %zu fields, not %zu",
			d->file, number, n, d->n_old);
	if (old_cells(d, f, number, e) == -1 || (replaced = is_replaced(d, e)) == -1)
		return -1;
	d->removed += replaced;
	d->kept += !replaced;
	if (replaced)
		return 0;
	if (count_kept(d, e) == -1)
		return -1;
	return put_old(d, f, &d->to, e);
}

/* Write the header and those records of the file IN that the load leaves to d->to. */
static int
filter(struct load_csv *d, int in, struct ant_err *e)
{
	d->kept = d->removed = 0;
	buckets_free(&d->held);
	if (put_header(d, &d->to, e) == -1)
		return -1;
	if (!d->has_old)
		return 0;
	if (lseek(in, 0, SEEK_SET) == -1)
		return err_sys(e, ANT_FAIL, "%s", d->file);
	return csv_file_read(&d->csv, in, d->file, take_old, d, e);
}

static int
start_merge(struct load_csv *d, struct ant_err *e)
{
	int fd;

	if (csv_keys_init(&d->keys, e) == -1 || (fd = aside_scratch(&d->data, e)) == -1)
		return -1;
	out_init(&d->spool, fd, d->file);
	return 0;
}

static const char *
file_name(const struct load_csv *d)
{
	const char *slash = strrchr(d->data.path, '/');

	return slash != NULL ? slash + 1 : d->data.path;
}

/* Whether the file has a column that tells organizations apart; -1: it has no names of columns. */
static int
has_many(const struct load_csv *d)
{
	for (size_t i = 0; i < d->n_named && d->dialect->header; i++)
		if (strcmp(d->columns[i].name, ROWS_ORGANIZATION) == 0)
			return 1;
	return d->dialect->header ? 0 : -1;
}

/* The history outlives its file: whoever makes that anew has to be of the same organization. */
static int
learn_history(struct load_csv *d, struct ant_err *e)
{
	if (csv_history_learn(&d->history, d->columns, d->n, e) == -1)
		return -1;
	return csv_history_is_there(&d->history) && !d->has_old
		       ? csv_ledger_check_organization(
				 &d->ledger, d->load, d->history.file.path, -1, e)
		       : 0;
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct load_csv *d = self;
	int dry = l->dry_run;

	d->load = l;
	d->ledger.own = l->by_organization ? l->rows->organization : NULL;
	if (d->file == NULL) {
		out_init(&d->to, STDOUT_FILENO, "stdout");
		return learn_columns(d, e) == 0 ? put_header(d, &d->to, e) : -1;
	}
	if ((dry ? aside_look(&d->data, d->file, e) : aside_open(&d->data, d->file, 0, e)) == -1)
		return -1;
	out_init(&d->to, d->data.fd, d->file);
	if (l->history && csv_history_open(&d->history, l, &d->csv, d->data.path, e) == -1)
		return -1;
	if (learn_columns(d, e) == -1 ||
		csv_ledger_learn(&d->ledger, d->data.folder, file_name(d), e) == -1 ||
		(d->has_old && csv_ledger_check_organization(
				       &d->ledger, l, d->file, has_many(d), e) == -1) ||
		(l->history && learn_history(d, e) == -1))
		return -1;
	if (l->mode == MODE_MERGE && !dry)
		return start_merge(d, e);
	if (filter(d, d->data.old, e) == -1)
		return -1;
	if (l->mode == MODE_WINDOW || l->mode == MODE_REPLACE)
		*held = d->removed;
	return 0;
}

static int
note_key(struct load_csv *d, const struct row_cell *cells, struct ant_err *e)
{
	if (make_key(d, cells, 1, e) == -1)
		return -1;
	if (csv_keys_full(&d->keys) && d->keys.fd == -1 &&
		(d->keys.fd = aside_scratch(&d->data, e)) == -1)
		return -1;
	return csv_keys_add(&d->keys, d->key.data, d->key.len, e);
}

/* Copy what is left of the file FD, called NAME, to TO; *LAST becomes its last byte. */
static int
copy_rest(int fd, const char *name, struct out *to, char *last, struct ant_err *e)
{
	char block[1 << 14];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(e, ANT_FAIL, "%s", name);
		*last = block[n - 1];
		if (out_put(to, block, (size_t)n, e) == -1)
			return -1;
	}
	return 0;
}

/* ---- rows whose key came before in the stream ---------------------------------------- */

/* A row of the stream that is not in the file after all. */
static int
uncount(struct load_csv *d, const struct row_cell *cells, struct ant_err *e)
{
	struct rows *r = d->load->rows;

	d->load->unique->repeated++;
	if (!r->window)
		return 0;
	return buckets_add(&r->buckets, rows_seconds(r, &cells[r->time_column]), -1) == 0
		       ? 0
		       : no_memory(d, e);
}

static int
take_new(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct load_csv *d = arg;

	if (n != d->n)
		return err_set(e, ANT_FAIL, "%s: a row of %zu fields came back with %zu",
			d->file != NULL ? d->file : "stdout", d->n, n);
	if (old_cells(d, f, number, e) == -1 || make_key(d, d->cells, 0, e) == -1)
		return -1;
	return csv_last_row(&d->last, d->key.data, d->key.len) == -1 ? put_old(d, f, &d->rest, e)
								     : uncount(d, d->cells, e);
}

/* Leave out of the stream's rows in TO, from d->start on, those whose key is in d->last. */
static int
drop_replaced(struct load_csv *d, struct out *to, struct ant_err *e)
{
	int fd = d->file != NULL ? aside_scratch(&d->data, e) : unique_scratch(e), status = -1;
	size_t n_old = d->n_old;
	char unused;

	if (fd == -1)
		return -1;
	out_init(&d->rest, fd, to->name);
	d->n_old = d->csv.columns = d->n;
	if (out_flush(to, e) == 0 && lseek(to->fd, d->start, SEEK_SET) == -1)
		err_sys(e, ANT_FAIL, "%s", to->name);
	else if (csv_file_read(&d->csv, to->fd, to->name, take_new, d, e) == 0 &&
		 out_flush(&d->rest, e) == 0)
		status = 0;
	d->n_old = n_old;
	d->csv.columns = 0;
	if (status == 0 &&
		(ftruncate(to->fd, d->start) == -1 || lseek(to->fd, d->start, SEEK_SET) == -1 ||
			lseek(fd, 0, SEEK_SET) == -1))
		status = err_sys(e, ANT_FAIL, "%s", to->name);
	if (status == 0)
		status = copy_rest(fd, to->name, to, &unused, e);
	out_free(&d->rest);
	close(fd);
	return status;
}

/*
 * Look at the rows that were put aside: where TO is NULL, to know the last one of each key of this
 * turn; else to append that one to TO.
 */
static int
go_through(struct load_csv *d, struct out *to, struct ant_err *e)
{
	struct rows *again = unique_again(d->load->unique, e);
	const struct row_cell *cells;
	int more = -1;

	while (again != NULL && (more = rows_next(again, &cells, e)) == 1) {
		int64_t last;

		if (make_key(d, cells, 1, e) == -1)
			more = -1;
		else if (to == NULL)
			more = csv_last_note(&d->last, d->key.data, d->key.len, again->count, e);
		else if ((last = csv_last_row(&d->last, d->key.data, d->key.len)) == again->count)
			more = put_row(d, cells, to, e);
		else if (last != -1)
			more = uncount(d, cells, e);
		if (more == -1)
			break;
	}
	rows_close(again);
	return more;
}

/* In a merge, a row that was put aside for nothing has a key that is new. */
static int
note_keys(struct load_csv *d, struct ant_err *e)
{
	struct rows *again = unique_again(d->load->unique, e);
	const struct row_cell *cells;
	int more = -1;

	while (again != NULL && (more = rows_next(again, &cells, e)) == 1)
		if ((more = note_key(d, cells, e)) == -1)
			break;
	rows_close(again);
	return more;
}

/* The last row of each key that is repeated, instead of the first. */
static int
replace_repeated(struct load_csv *d, struct out *to, struct ant_err *e)
{
	int merge = d->keys.slots != NULL, status = 0;

	if (merge ? note_keys(d, e) == -1 : csv_keys_init(&d->keys, e) == -1)
		return -1;
	if (csv_last_init(&d->last, &d->keys, d->load->unique->held, e) == -1)
		status = -1;
	for (uint64_t turn = 0; status == 0 && turn < d->last.turns; turn++) {
		csv_last_turn(&d->last, turn);
		if (go_through(d, NULL, e) == -1 || drop_replaced(d, to, e) == -1 ||
			go_through(d, to, e) == -1)
			status = -1;
	}
	csv_last_free(&d->last);
	if (!merge)
		csv_keys_free(&d->keys);
	return status;
}

/* Remember where the stream's rows begin; those for stdout, which takes none back, wait. */
static int
start_unique(struct load_csv *d, struct ant_err *e)
{
	int fd;

	if (d->spool.name != NULL)
		return 0;
	if (d->file == NULL) {
		if ((fd = unique_scratch(e)) == -1)
			return -1;
		out_init(&d->spool, fd, "stdout");
		return 0;
	}
	if (out_flush(&d->to, e) == -1)
		return -1;
	d->start = lseek(d->to.fd, 0, SEEK_CUR);
	return d->start != -1 ? 0 : err_sys(e, ANT_FAIL, "%s", d->file);
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_csv *d = self;
	int merge = d->keys.slots != NULL, more;
	const struct unique *u = d->load->unique;
	const struct row_cell *cells;
	struct out *to;

	if (u != NULL && start_unique(d, e) == -1)
		return -1;
	to = d->spool.name != NULL ? &d->spool : &d->to;
	while ((more = rows_next(r, &cells, e)) == 1) {
		if (d->load->dry_run)
			continue;
		if ((merge && note_key(d, cells, e) == -1) || put_row(d, cells, to, e) == -1)
			return -1;
	}
	return more == 0 && u != NULL && u->held > 0 ? replace_repeated(d, to, e) : more;
}

/* Append what the spool holds to the new file. */
static int
append_spool(struct load_csv *d, struct ant_err *e)
{
	char unused;

	if (out_flush(&d->spool, e) == -1)
		return -1;
	if (lseek(d->spool.fd, 0, SEEK_SET) == -1)
		return err_sys(e, ANT_FAIL, "%s", d->spool.name);
	return copy_rest(d->spool.fd, d->spool.name, &d->to, &unused, e);
}

/*
 * The old records without those of the stream's keys, then the stream's rows.  With
 * more keys than the set holds at a time, the file goes through scratch files, each
 * without the keys of one more turn.
 */
static int
merge(struct load_csv *d, struct ant_err *e)
{
	int in = d->data.old, scratch = -1, status = 0;

	while (status == 0) {
		int last = d->keys.later == 0;

		scratch = last ? -1 : aside_scratch(&d->data, e);
		if (!last && scratch == -1)
			status = -1;
		d->to.fd = last ? d->data.fd : scratch;
		if (status == 0 && (filter(d, in, e) == -1 || out_flush(&d->to, e) == -1))
			status = -1;
		if (in != d->data.old)
			close(in);
		if (last || status == -1)
			break;
		in = scratch;
		d->n_old = d->n;
		status = csv_keys_turn(&d->keys, e) == 1 ? 0 : -1;
	}
	if (status == -1 && scratch != -1)
		close(scratch);
	return status == 0 ? append_spool(d, e) : -1;
}

static int
write_plan(struct load_csv *d, const struct receipt_entry *entry, struct ant_err *e)
{
	struct buf *plan = d->load->plan;

	buf_printf(plan, "%s: %s, keep %" PRId64 " rows, remove ", d->file,
		d->has_old ? "rewrite" : "create", d->kept);
	if (d->load->mode == MODE_MERGE)
		buf_puts(plan, "those of the same key");
	else
		buf_printf(plan, "%" PRId64, d->removed);
	buf_printf(plan, ", append %" PRId64 "\n", entry->rows);
	if (d->load->history)
		buf_printf(plan, "%s: %s, end the versions that changed, append new ones\n",
			d->history.file.path,
			csv_history_is_there(&d->history) ? "rewrite" : "create");
	buf_printf(plan, "%s/%s: append 1 row\n", d->data.folder, LOAD_CSV_LEDGER);
	return plan->failed ? no_memory(d, e) : 0;
}

/* With the rows in their file: the versions, of a replace those of all that is in it. */
static int
write_history(struct load_csv *d, struct receipt_entry *entry, struct ant_err *e)
{
	int merge = d->load->mode == MODE_MERGE;
	const struct csv_history_rows rows = {merge ? d->spool.fd : d->data.fd, 0,
		!merge && d->dialect->header, d->kept + d->load->rows->count};

	if (csv_history_write(&d->history, &rows, e) == -1)
		return -1;
	entry->history = 1;
	entry->opened = d->history.opened;
	entry->closed = d->history.closed;
	return 0;
}

/*
 * All files are whole and on the disk before one takes its place.  The rows come before the ledger:
 * one that knew of rows that are not there would move a watermark past them.  The history comes before
 * the rows: a version that is there already is not made again, but nobody would miss one.
 */
static int
publish(struct load_csv *d, struct receipt_entry *entry, struct ant_err *e)
{
	if (out_flush(&d->to, e) == -1 || (d->load->history && write_history(d, entry, e) == -1) ||
		aside_sync(&d->data, e) == -1 ||
		(!d->has_old && csv_ledger_forget(&d->ledger, d->data.folder, entry, e) == -1) ||
		csv_ledger_write(&d->ledger, d->data.folder, entry, e) == -1 ||
		csv_history_publish(&d->history, e) == -1 || aside_rename(&d->data, e) == -1)
		return -1;
	if (csv_ledger_publish(&d->ledger, e) == -1)
		return err_prefix(
			e, "the rows are in %s, but the ledger has no line of it: ", d->file);
	return 0;
}

/* How many rows each hour of the window holds now. */
static int
put_buckets(struct load_csv *d, struct buf *to, struct ant_err *e)
{
	const struct buckets *came = &d->load->rows->buckets;

	for (size_t i = 0; i < came->n; i++)
		if (came->v[i].rows > 0 && /* all of an hour's may have been replaced */
			buckets_add(&d->held, came->v[i].start, came->v[i].rows) == -1)
			return no_memory(d, e);
	buckets_put(to, &d->held);
	return buf_str(to) == NULL ? no_memory(d, e) : 0;
}

static int
commit(void *self, struct receipt_entry *entry, struct ant_err *e)
{
	struct load_csv *d = self;
	const struct rows *r = d->load->rows;
	struct buf buckets;
	int status = 0;

	if (d->file == NULL && d->spool.name != NULL && append_spool(d, e) == -1)
		return -1;
	if (d->file == NULL)
		return out_flush(&d->to, e);
	if (d->load->dry_run) {
		entry->into = d->file;
		return write_plan(d, entry, e);
	}
	if (d->load->mode == MODE_MERGE && merge(d, e) == -1)
		return -1;
	entry->into = file_name(d);
	entry->created = !d->has_old;
	buf_init(&buckets, LOAD_TEXT_MAX);
	if (r->window) {
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
	struct load_csv *d = self;

	(void)reason;
	csv_ledger_close(&d->ledger);
	csv_history_close(&d->history);
	aside_close(&d->data);
}

static int
take_nothing(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	(void)arg;
	(void)f;
	(void)n;
	(void)number;
	(void)e;
	return 1;
}

/* The file, and the ledger beside it; a file that is there must begin as CSV does. */
static int
check(void *self, const char *const *tables, size_t n, int mode, int history,
	struct strlist *missing, struct ant_err *e)
{
	struct load_csv *d = self;
	size_t before = missing->n;

	(void)tables;
	(void)n;
	(void)mode;
	if (place_lacks(d->file, missing, e) == -1)
		return -1;
	if (missing->n > before)
		return 0;
	if (aside_look(&d->data, d->file, e) == -1 ||
		(d->data.old != -1 &&
			csv_file_read(&d->csv, d->data.old, d->file, take_nothing, d, e) == -1) ||
		(history && history_file_lacks(d->data.path, missing, e) == -1))
		return -1;
	buf_printf(&d->line, "%s/%s", d->data.folder, LOAD_CSV_LEDGER);
	return buf_str(&d->line) != NULL ? place_lacks(d->line.data, missing, e) : no_memory(d, e);
}

static int
take_entry(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	struct out *to = arg;

	return receipt_print(to, "csv", texts, e);
}

/* The folder of the file, which need not be there. */
static int
look(struct load_csv *d, struct ant_err *e)
{
	return aside_look(&d->data, d->file, e);
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct load_csv *d = self;

	if (look(d, e) == -1)
		return -1;
	return csv_ledger_each(&d->ledger, d->data.folder, take_entry, to, e);
}

static int
audit(void *self, int fd, const char *name, struct out *to, struct ant_err *e)
{
	struct load_csv *d = self;

	return look(d, e) == -1 ? -1 : csv_audit(&d->csv, d->data.folder, fd, name, to, e);
}

static int
note(void *self, const struct load *l, struct receipt_entry *entry, struct ant_err *e)
{
	struct load_csv *d = self;

	d->load = l;
	d->ledger.own = l->by_organization ? l->rows->organization : NULL;
	if (aside_open(&d->data, d->file, 0, e) == -1) /* the lock of its loads */
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
	struct load_csv *d = self;

	undo(d, NULL);
	out_free(&d->to);
	out_free(&d->spool);
	if (d->spool.name != NULL)
		close(d->spool.fd);
	if (d->keys.slots != NULL && d->keys.fd != -1)
		close(d->keys.fd);
	csv_keys_free(&d->keys);
	strlist_free(&d->names);
	buckets_free(&d->held);
	free(d->columns);
	free(d->cells);
	buf_free(&d->line);
	buf_free(&d->key);
	free(d);
}

int
load_csv(const char *file, const struct csv_file_dialect *dialect, struct load_dest *to,
	struct ant_err *e)
{
	struct load_csv *d = calloc(1, sizeof *d);

	if (d == NULL)
		return err_sys(e, ANT_FAIL, "%s", file != NULL ? file : "stdout");
	d->file = file;
	d->dialect = dialect;
	csv_file_init(&d->csv, dialect);
	buf_init(&d->line, 3 * LINES_MAX);
	buf_init(&d->key, 2 * LINES_MAX);
	*to = (struct load_dest){d, file != NULL ? "csv" : NULL, begin, rows, commit, undo, check,
		ledger, audit, note, free_all};
	return 0;
}

size_t
load_csv_risky(const struct load_dest *dest)
{
	return ((const struct load_csv *)dest->self)->risky;
}
