#include "load/csv_audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/utc.h"
#include "load/csv_ledger.h"
#include "stream/rows.h"

/* What is asked. */
struct csv_folder {
	const struct csv_audit_files *files;
	struct csv_ledger ledger;
};

/* The lines of the ledger that are about one file, of which some are wanted. */
struct csv_lines {
	const struct audit *asked;
	struct audit_facts *facts; /* of the file; NULL: the lines are handed to TAKE */
	int64_t from;		   /* the first line that is wanted */
	int window;
	audit_take *take;
	void *arg;
};

static int
is_text(const char *text)
{
	return text != NULL && *text != '\0';
}

static int64_t
number(const char *text)
{
	return is_text(text) ? strtoll(text, NULL, 10) : 0;
}

/* Whether a line is of the organization that is asked about. */
static int
is_own(const struct audit *a, const char *const texts[RECEIPT_FIELDS])
{
	const char *its = texts[RECEIPT_ORGANIZATION];

	return a->organization == NULL || (is_text(its) && strcmp(a->organization, its) == 0);
}

static void
note_facts(const struct csv_lines *l, const char *const texts[RECEIPT_FIELDS])
{
	struct audit_facts *f = l->facts;
	const char *load = texts[RECEIPT_LOAD], *column = texts[RECEIPT_TIME_COLUMN];
	const char *mode = texts[RECEIPT_MODE];
	int is_replace = strcmp(mode, type_mode_name(MODE_REPLACE)) == 0;
	/* One of an empty window that was narrowed left all as it was. */
	int left = is_text(texts[RECEIPT_ASKED]) &&
		   strcmp(texts[RECEIPT_FROM], texts[RECEIPT_TO]) == 0;

	if (is_text(texts[RECEIPT_CREATED]) ||
		(is_replace && is_text(texts[RECEIPT_FROM]) && !left && is_own(l->asked, texts)))
		f->first = number(texts[RECEIPT_LINE]);
	else if (strcmp(mode, "reset") == 0 && is_own(l->asked, texts))
		f->reset = number(texts[RECEIPT_LINE]);
	if (is_text(load) && strcmp(load, l->asked->load) == 0)
		f->found = 1;
	if (is_text(column) && strlen(column) < sizeof f->time_column)
		strcpy(f->time_column, column);
	if (strcmp(mode, "set") != 0 && strcmp(mode, "reset") != 0 && is_own(l->asked, texts)) {
		f->replaced = is_replace;
		f->rows = number(texts[RECEIPT_ROWS]);
	}
}

static int
meets_window(const struct audit *a, const char *const texts[RECEIPT_FIELDS])
{
	const char *from = texts[RECEIPT_FROM], *to = texts[RECEIPT_TO];
	int64_t start, end;

	return is_text(from) && is_text(to) && utc_parse(from, strlen(from), &start) == 0 &&
	       utc_parse(to, strlen(to), &end) == 0 && end > a->from && start < a->to;
}

static int
take_asked(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	const struct csv_lines *l = arg;

	if (strcmp(texts[RECEIPT_INTO_TABLE], l->asked->into) != 0)
		return 0;
	if (l->facts != NULL) {
		note_facts(l, texts);
		return 0;
	}
	if (number(texts[RECEIPT_LINE]) < l->from || !is_own(l->asked, texts) ||
		(l->window && !meets_window(l->asked, texts)))
		return 0;
	return l->take(l->arg, texts, e);
}

/* A folder without a ledger has no lines. */
static int
ask_lines(struct csv_folder *d, struct csv_lines *l, struct ant_err *e)
{
	return d->ledger.there ? csv_ledger_each(&d->ledger, d->files->folder, take_asked, l, e)
			       : 0;
}

static int
facts(void *self, const struct audit *a, struct audit_facts *f, struct ant_err *e)
{
	struct csv_folder *d = self;
	struct csv_lines wanted = {.asked = a, .facts = f};
	int64_t some = 0;
	int there = d->files->count(d->files->self, a, "", 1, NULL, &some, e);

	if (there == -1)
		return -1;
	f->there = there;
	f->empty = some <= 0;
	return ask_lines(d, &wanted, e);
}

static int
lines(void *self, const struct audit *a, int64_t line, int window, audit_take *take, void *arg,
	struct ant_err *e)
{
	struct csv_lines wanted = {
		.asked = a, .from = line, .window = window, .take = take, .arg = arg};

	return ask_lines(self, &wanted, e);
}

static int
count(void *self, const struct audit *a, const struct audit_facts *f, struct buckets *hours,
	int64_t *rows, struct ant_err *e)
{
	const struct csv_audit_files *files = ((struct csv_folder *)self)->files;
	int64_t n = 0;

	if (files->count(files->self, a, f->time_column, 0, hours, &n, e) == -1)
		return -1;
	if (rows != NULL)
		*rows = n;
	return 0;
}

int
csv_audit_run(const struct csv_audit_files *files, int fd, const char *name, struct out *to,
	struct ant_err *e)
{
	struct csv_folder d = {.files = files};
	const struct audit_source source = {&d, files->target, facts, lines, count};

	if (csv_ledger_learn(&d.ledger, files->folder, "", e) == -1) /* whether there is one */
		return -1;
	return audit_run(&source, fd, name, to, e);
}

/* ---- of CSV files -------------------------------------------------------------------- */

struct csv_dialect_of {
	const struct csv_file *csv; /* how the files are written */
	const char *folder;
};

/* Rows of a file, counted. */
struct csv_count {
	const struct csv_dialect_of *of;
	const struct audit *asked;
	const char *time;		/* the name of the time column */
	long time_column, organization; /* of the file; -1: it has none */
	int some;			/* stop at the first row */
	struct buckets *hours;
	int64_t rows;
};

static void
find_columns(struct csv_count *c, const struct csv_file_field *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(f[i].p, c->time) == 0)
			c->time_column = (long)i;
		if (strcmp(f[i].p, ROWS_ORGANIZATION) == 0)
			c->organization = (long)i;
	}
}

static int
take_counted(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct csv_count *c = arg;
	const struct audit *a = c->asked;
	int64_t t;

	if (number == 1)
		find_columns(c, f, n);
	if (c->some && !c->of->csv->dialect->header)
		c->rows = 1;
	else if (number == 1 ||
		 (a->organization != NULL && c->organization >= 0 && (size_t)c->organization < n &&
			 strcmp(f[c->organization].p, a->organization) != 0))
		return 0;
	else
		c->rows++;
	if (c->some)
		return 1;
	if (c->hours == NULL || c->time_column < 0 || (size_t)c->time_column >= n ||
		utc_parse(f[c->time_column].p, f[c->time_column].len, &t) == -1 || t < a->from ||
		t >= a->to)
		return 0;
	return buckets_add(c->hours, t, 1) == 0 ? 0 : err_sys(e, ANT_FAIL, "%s", c->of->folder);
}

static int
count_rows(void *self, const struct audit *a, const char *time_column, int some,
	struct buckets *hours, int64_t *rows, struct ant_err *e)
{
	const struct csv_dialect_of *of = self;
	struct csv_count c = {.of = of,
		.asked = a,
		.time = time_column,
		.time_column = -1,
		.organization = -1,
		.some = some,
		.hours = hours};
	struct aside file = {.path = NULL};
	struct buf path;
	int status;

	buf_init(&path, LINES_MAX);
	buf_printf(&path, "%s/%s", of->folder, a->into);
	status = buf_str(&path) == NULL ? err_sys(e, ANT_FAIL, "%s", of->folder)
					: aside_look(&file, path.data, e);
	if (status == 0 && file.old != -1)
		status = csv_file_read(of->csv, file.old, path.data, take_counted, &c, e) == -1 ? -1
												: 1;
	aside_close(&file);
	buf_free(&path);
	*rows = c.rows;
	return status;
}

int
csv_audit(const struct csv_file *csv, const char *folder, int fd, const char *name, struct out *to,
	struct ant_err *e)
{
	struct csv_dialect_of of = {csv, folder};
	const struct csv_audit_files files = {&of, "csv", folder, count_rows};

	return csv_audit_run(&files, fd, name, to, e);
}
