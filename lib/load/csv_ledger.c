#include "load/csv_ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/csv_file.h"
#include "base/lines.h"
#include "base/out.h"
#include "stream/value.h"

/* How long the ledger, which several tables share, may be another load's. */
enum { WAIT_MS = 10000 };

static const struct csv_file_dialect dialect = {.delimiter = ',', .null = "", .header = 1};

/* One record of the file as the texts of its columns: those that an old file lacks are null. */
struct reader {
	const char *name; /* of the file */
	size_t n;	  /* columns of its header */
	audit_take *take;
	void *arg;
};

static int
look(struct csv_ledger *l, const char *folder, struct ant_err *e)
{
	struct buf path;
	int status;

	buf_init(&path, LINES_MAX);
	buf_printf(&path, "%s/%s", folder, CSV_LEDGER_FILE);
	status = buf_str(&path) == NULL ? err_sys(e, ANT_FAIL, "%s", folder)
					: aside_look(&l->file, path.data, e);
	buf_free(&path);
	return status;
}

static int
take_header(struct reader *r, const struct csv_file_field *f, size_t n, struct ant_err *e)
{
	int ours = n == RECEIPT_FIELDS || n == RECEIPT_FIELDS_BEFORE || n == RECEIPT_FIELDS_OLD;

	for (size_t i = 0; ours && i < n; i++)
		ours = strcmp(f[i].p, receipt_columns[i].name) == 0;
	r->n = n;
	return ours ? 0 : err_set(e, ANT_FAIL, "%s: this is no ledger of anthill's", r->name);
}

static int
take_record(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct reader *r = arg;
	const char *texts[RECEIPT_FIELDS] = {NULL};
	struct row_cell rows = {0};

	if (number == 1)
		return take_header(r, f, n, e);
	if (n != r->n)
		return err_set(e, ANT_FAIL, "%s: record %" PRId64 " has %zu fields, not %zu",
			r->name, number, n, r->n);
	rows.p = f[RECEIPT_ROWS].p;
	rows.len = f[RECEIPT_ROWS].len;
	if (value_fits(TYPE_BIGINT, &rows) == -1)
		return err_set(e, ANT_FAIL, "%s: record %" PRId64 ": '%.60s' is no number of rows",
			r->name, number, rows.p);
	for (size_t i = 0; i < n; i++)
		texts[i] = f[i].p;
	return r->take(r->arg, texts, e);
}

/* Read the ledger that is open from its start. */
static int
each(struct csv_ledger *l, audit_take *take, void *arg, struct ant_err *e)
{
	struct reader r = {l->file.path, 0, take, arg};
	struct csv_file f;

	csv_file_init(&f, &dialect);
	return csv_file_read(&f, l->file.old, r.name, take_record, &r, e) == -1 ? -1 : 0;
}

static int
is_text(const char *text)
{
	return text != NULL && *text != '\0';
}

static void
keep(char *to, size_t size, const char *text)
{
	if (is_text(text) && strlen(text) < size)
		strcpy(to, text);
}

static int
take_line(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	struct csv_ledger *l = arg;

	(void)e;
	keep(l->destination, sizeof l->destination, texts[RECEIPT_DESTINATION]);
	if (strcmp(texts[RECEIPT_INTO_TABLE], l->into) != 0)
		return 0;
	if (is_text(texts[RECEIPT_LINE]))
		l->line = strtoll(texts[RECEIPT_LINE], NULL, 10);
	if (l->own == NULL || (is_text(texts[RECEIPT_ORGANIZATION]) &&
				      strcmp(texts[RECEIPT_ORGANIZATION], l->own) == 0))
		keep(l->load, sizeof l->load, texts[RECEIPT_LOAD]);
	keep(l->organization, sizeof l->organization, texts[RECEIPT_ORGANIZATION]);
	return 0;
}

int
csv_ledger_learn(struct csv_ledger *l, const char *folder, const char *into, struct ant_err *e)
{
	int status;

	l->into = into;
	if (look(l, folder, e) == -1)
		return -1;
	l->there = l->file.old != -1;
	status = l->there ? each(l, take_line, l, e) : 0;
	aside_close(&l->file);
	return status;
}

int
csv_ledger_each(
	struct csv_ledger *l, const char *folder, audit_take *take, void *arg, struct ant_err *e)
{
	int status;

	if (look(l, folder, e) == -1)
		return -1;
	if (l->file.old == -1)
		status = err_set(e, ANT_FAIL, "%s: there is no such file", l->file.path);
	else
		status = each(l, take, arg, e);
	aside_close(&l->file);
	return status;
}

int
csv_ledger_check_organization(const struct csv_ledger *l, const struct load *load, const char *file,
	int many, struct ant_err *e)
{
	const char *own = load->rows->organization, *its = l->organization;

	if (many == 1 && !load->by_organization)
		return err_set(e, ANT_FAIL,
			"%s: it holds several organizations: load it with --by-organization", file);
	if (many == 0 && load->by_organization)
		return err_set(e, ANT_FAIL,
			"%s: it was made without --by-organization, and a column %s that says "
			"%s in every row would have to be added",
			file, ROWS_ORGANIZATION, *its != '\0' ? its : "whose it is");
	if (load->by_organization || *own == '\0' || *its == '\0' || strcmp(own, its) == 0)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: it holds rows of organization %s, and these are of %s: give each a folder "
		"of its own, or load both with --by-organization",
		file, its, own);
}

/* ---- written ------------------------------------------------------------------------ */

struct writer {
	struct csv_ledger *l;
	struct csv_file csv;
	struct buf line;
	struct out to;
};

static int
put_line(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	struct writer *w = arg;
	const char *const *v = texts;

	buf_clear(&w->line);
	for (size_t i = 0; i < RECEIPT_FIELDS; i++) {
		if (i > 0)
			buf_putc(&w->line, ',');
		if (is_text(v[i]))
			csv_file_put(&w->csv, &w->line, v[i], strlen(v[i]), csv_file_text);
		else
			csv_file_put_null(&w->csv, &w->line);
	}
	csv_file_put_end(&w->csv, &w->line);
	if (w->line.failed)
		return err_sys(e, ANT_FAIL, "%s", w->l->file.path);
	return out_put(&w->to, w->line.data, w->line.len, e);
}

/* The header, the lines that there are, and ENTRY. */
static int
put_all(struct writer *w, struct receipt_entry *entry, struct ant_err *e)
{
	struct csv_ledger *l = w->l;
	const char *header[RECEIPT_FIELDS];
	struct receipt_texts texts = {.v = {NULL}};

	for (size_t i = 0; i < RECEIPT_FIELDS; i++)
		header[i] = receipt_columns[i].name;
	if (put_line(w, header, e) == -1 || (l->file.old != -1 && each(l, put_line, w, e) == -1))
		return -1;
	receipt_texts(entry, &texts);
	return put_line(w, texts.v, e) == -1 ? -1 : out_flush(&w->to, e);
}

/* With the ledger locked: whose it is. */
static int
identify(struct csv_ledger *l, struct receipt_entry *entry, struct ant_err *e)
{
	if (l->file.old != -1 && each(l, take_line, l, e) == -1)
		return -1;
	if (l->file.old != -1 && lseek(l->file.old, 0, SEEK_SET) == -1)
		return err_sys(e, ANT_FAIL, "%s", l->file.path);
	if (*l->destination == '\0' && random_id(l->destination, e) == -1)
		return -1;
	if (l->line == INT64_MAX)
		return err_set(e, ANT_FAIL,
			"%s: it has a line of number %" PRId64 ": there is none after it",
			l->file.path, l->line);
	strcpy(entry->destination, l->destination);
	entry->line = l->line + 1;
	return random_id_after(entry->load, l->load, e);
}

int
csv_ledger_write(
	struct csv_ledger *l, const char *folder, struct receipt_entry *entry, struct ant_err *e)
{
	struct writer w = {.l = l};
	int status = -1;

	buf_init(&w.line, LINES_MAX);
	buf_printf(&w.line, "%s/%s", folder, CSV_LEDGER_FILE);
	csv_file_init(&w.csv, &dialect);
	if (buf_str(&w.line) == NULL)
		err_sys(e, ANT_FAIL, "%s", folder);
	else
		status = aside_open(&l->file, w.line.data, WAIT_MS, e);
	if (status == 0 && (status = identify(l, entry, e)) == 0) {
		out_init(&w.to, l->file.fd, l->file.path);
		status = put_all(&w, entry, e);
		out_free(&w.to);
	}
	buf_free(&w.line);
	return status == 0 ? aside_sync(&l->file, e) : -1;
}

/* As the line is no reset by hand, where it all began is not forgotten. */
int
csv_ledger_forget(struct csv_ledger *l, const char *folder, const struct receipt_entry *entry,
	struct ant_err *e)
{
	struct receipt_entry reset = {.table = entry->table,
		.into = entry->into,
		.mode = "reset",
		.created = 1,
		.organization = entry->organization,
		.time_column = "",
		.buckets = ""};

	if (l->line == 0)
		return 0;
	strcpy(reset.started, entry->started);
	strcpy(reset.finished, entry->started);
	if (csv_ledger_write(l, folder, &reset, e) == -1 || csv_ledger_publish(l, e) == -1)
		return -1;
	csv_ledger_close(l);
	return 0;
}

int
csv_ledger_publish(struct csv_ledger *l, struct ant_err *e)
{
	return aside_rename(&l->file, e);
}

void
csv_ledger_close(struct csv_ledger *l)
{
	aside_close(&l->file);
}
