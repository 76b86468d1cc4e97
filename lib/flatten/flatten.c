#include "flatten/flatten.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/sniff.h"
#include "flatten/csv.h"
#include "flatten/fields.h"
#include "flatten/jsonseq.h"
#include "flatten/mapper.h"
#include "flatten/plain.h"
#include "flatten/rows.h"
#include "stream/directive.h"
#include "stream/record.h"

struct flatten {
	const struct flatten_options *o;
	const struct tables *tables;
	struct lines in;
	struct table *table;
	struct record_begin begin;
	int has_begin;
	struct fields fields;
	struct mapper mapper;	  /* from records to... */
	struct flatten_rows rows; /* ...rows */
	size_t records;
	int more; /* the last page said that there are further pages */
};

struct flatten *
flatten_new(const struct flatten_options *options, const struct tables *tables, int input,
	int output, struct ant_err *e)
{
	struct flatten *f = calloc(1, sizeof *f);

	if (f == NULL) {
		err_sys(e, ANT_FAIL, "flatten");
		return NULL;
	}
	f->o = options;
	f->tables = tables;
	lines_init(&f->in, input, "stdin", LINES_MAX);
	flatten_rows_init(&f->rows, &f->mapper, &f->fields, options, output);
	f->mapper.row = flatten_rows_row;
	f->mapper.arg = &f->rows;
	f->mapper.in = &f->in;
	return f;
}

void
flatten_free(struct flatten *f)
{
	if (f == NULL)
		return;
	fields_free(&f->fields);
	mapper_free(&f->mapper);
	flatten_rows_free(&f->rows);
	table_free(f->table);
	record_begin_free(&f->begin);
	lines_free(&f->in);
	free(f);
}

/* A dimension that no column holds would fold distinct groups into equal rows. */
static int
check_dimensions(struct flatten *f, struct ant_err *e)
{
	for (size_t i = 0; f->begin.has_group_by && i < f->begin.group_by.n; i++) {
		const char *d = f->begin.group_by.v[i];

		if (table_column(f->table, d) == NULL && table_dimension(f->table, d) == NULL)
			return err_set(e, ANT_USAGE,
				"the stream is grouped by '%s', which no column of table %s holds: "
				"add --add '%s text = .%s'",
				d, f->table->name, d, d);
	}
	return 0;
}

static int
is_file(const struct flatten *f)
{
	return f->table->csv.n > 0;
}

/* Settle all columns of the table, which -t or the stream names. */
static int
prepare(struct flatten *f, struct ant_err *e)
{
	if (f->table == NULL && (f->table = tables_load(f->tables, f->begin.table, e)) == NULL)
		return -1;
	if (is_file(f) && f->has_begin)
		return err_set(e, ANT_INPUT,
			"stdin:1: table %s comes from a CSV file, not from a record stream",
			f->table->name);
	if (fields_choose(&f->fields, f->table, f->o, e) == -1 ||
		fields_choose_key(&f->fields, f->table, !f->has_begin, e) == -1 ||
		mapper_plan(&f->mapper, f->table, &f->fields, f->o->engine, e) == -1)
		return -1;
	return check_dimensions(f, e);
}

/* With -t, the stream may hold another table of the same endpoint. */
static int
check_same_endpoint(struct flatten *f, struct ant_err *e)
{
	struct table *other;
	int same;

	if (strcmp(f->begin.table, f->table->name) == 0)
		return 0;
	if ((other = tables_load(f->tables, f->begin.table, e)) == NULL)
		return err_prefix(e, "the stream's ");
	same = other->csv.n == 0 && strcmp(other->path, f->table->path) == 0;
	table_free(other);
	if (!same)
		return err_set(e, ANT_USAGE,
			"-t %s: the stream holds table %s, of another endpoint", f->table->name,
			f->begin.table);
	return 0;
}

/* The begin line, which was read. */
static int
take_begin(struct flatten *f, const char *line, size_t len, struct ant_err *e)
{
	if (record_begin_parse(line, len, &f->begin, e) == -1)
		return err_prefix(e, "stdin:1: ");
	f->has_begin = 1;
	return 0;
}

static int
cut_off(struct flatten *f, const char *what, struct ant_err *e)
{
	return err_set(e, ANT_INPUT,
		"stdin:%zu: %s: the input is incomplete, nothing may be loaded of it", f->in.number,
		what);
}

/* The end line: as many records as were sent must have come, and nothing may follow. */
static int
take_end(struct flatten *f, const char *line, size_t len, struct record_end *end, struct ant_err *e)
{
	char *next;
	size_t next_len;
	int more;

	if (record_end_parse(line, len, end, e) == -1)
		return err_prefix(e, "stdin:%zu: ", f->in.number);
	if (end->records != f->records)
		return err_set(e, ANT_INPUT,
			"stdin:%zu: the end line counts %llu records, %zu arrived", f->in.number,
			(unsigned long long)end->records, f->records);
	if ((more = lines_next(&f->in, &next, &next_len, e)) == 1)
		return err_set(e, ANT_INPUT, "stdin:%zu: text behind the end line", f->in.number);
	return more;
}

static int
finish(struct flatten *f, const struct record_end *end, struct ant_err *e)
{
	const int64_t *watermark = end != NULL && end->has_watermark ? &end->watermark : NULL;

	if (directive_put_end(&f->rows.row, f->rows.rows, watermark) == -1)
		return err_sys(e, ANT_FAIL, "flatten");
	return flatten_rows_flush(&f->rows, e);
}

/* Records between control lines, one a line. */
static int
run_stream(struct flatten *f, struct ant_err *e)
{
	struct json_value record;
	struct record_end end;
	char *line;
	size_t len;
	int more;

	while ((more = lines_next(&f->in, &line, &len, e)) == 1) {
		if (f->in.partial)
			return cut_off(f, "the line is cut off", e);
		switch (record_kind(line, len)) {
		case RECORD_DATA:
			record = (struct json_value){JSON_OBJECT, line, len};
			f->records++;
			if (mapper_record(&f->mapper, &record, f->in.number, e) == -1)
				return -1;
			break;
		case RECORD_END:
			if (take_end(f, line, len, &end, e) == -1)
				return -1;
			return finish(f, &end, e);
		case RECORD_BEGIN:
		case RECORD_UNKNOWN:
			return err_set(
				e, ANT_INPUT, "stdin:%zu: unexpected control line", f->in.number);
		}
	}
	if (more == 0)
		cut_off(f, "no end line", e);
	return -1;
}

static int map_text(struct flatten *f, const struct json_value *text, size_t line, int lists,
	struct ant_err *e);

static int
map_record(struct flatten *f, const struct json_value *record, size_t line, struct ant_err *e)
{
	f->records++;
	return mapper_record(&f->mapper, record, line, e);
}

/* The elements of P's list, in a text that starts on LINE at START. */
static int
map_elements(
	struct flatten *f, const struct plain *p, const char *start, size_t line, struct ant_err *e)
{
	struct json_value element;
	const char *at = NULL;
	int result = 0;

	while (result == 0 && json_next(&p->list, &at, NULL, &element)) {
		line += jsonseq_newlines(start, element.p);
		start = element.p;
		result = p->kind == PLAIN_LIST ? map_text(f, &element, line, 0, e)
					       : map_record(f, &element, line, e);
	}
	return result;
}

/* A text of plain JSON: the records of a page, those of a list and of the pages in it, or a record. */
static int
map_text(
	struct flatten *f, const struct json_value *text, size_t line, int lists, struct ant_err *e)
{
	struct plain p;

	if (plain_look(&p, text, lists, mapper_knows(&f->mapper, "error"), e) == -1)
		return err_prefix(e, "stdin:%zu: ", line);
	if (p.kind == PLAIN_RECORD)
		return map_record(f, text, line, e);
	if (p.kind == PLAIN_PAGE)
		f->more = p.more;
	return map_elements(f, &p, text->p, line, e);
}

/* Nothing is what a failed curl leaves: it is no empty list. */
static int
check_empty(struct flatten *f, size_t texts, struct ant_err *e)
{
	if (texts > 0 || f->o->allow_empty)
		return 0;
	return err_set(e, ANT_INPUT,
		"stdin:%zu:%zu: empty, or nothing but white space: nothing may be loaded of it "
		"(an empty list is [], or say --allow-empty)",
		f->in.number + 1, lines_byte(&f->in, f->in.buf.data + f->in.start));
}

static int
run_plain(struct flatten *f, struct ant_err *e)
{
	int more, lists = !plain_takes_arrays(f->table);
	struct json_value text;
	size_t line, texts = 0;

	for (; (more = jsonseq_next(&f->in, &text, &line, e)) == 1; texts++)
		if (map_text(f, &text, line, lists, e) == -1)
			return -1;
	if (more == -1 || check_empty(f, texts, e) == -1)
		return -1;
	return finish(f, NULL, e);
}

static int
take_csv(void *arg, const struct json_value *record, size_t line, struct ant_err *e)
{
	return map_record(arg, record, line, e);
}

/* A file that was read to its end is whole: who writes it has no other way to say so. */
static int
run_csv(struct flatten *f, struct ant_err *e)
{
	if (flatten_csv(f->in.fd, &f->table->csv, take_csv, f, e) == -1)
		return -1;
	return finish(f, NULL, e);
}

/* A byte order mark at the start of the input says nothing that is not known. */
static void
skip_mark(struct flatten *f)
{
	if (f->in.buf.len > f->in.start)
		f->in.start +=
			sniff_mark(f->in.buf.data + f->in.start, f->in.buf.len - f->in.start);
}

/* 1 where the input is a record stream, by what its first line starts with. */
static int
is_stream(struct flatten *f, struct ant_err *e)
{
	const struct lines *l = &f->in;

	if (lines_peek(&f->in, SNIFF_BYTES, e) == -1)
		return -1;
	skip_mark(f);
	return l->buf.len > l->start &&
	       record_kind(l->buf.data + l->start, l->buf.len - l->start) != RECORD_DATA;
}

/* The begin line, which must be the first. */
static int
read_begin(struct flatten *f, struct ant_err *e)
{
	const char *what;
	size_t len, mark;
	char *line;
	int more = lines_next(&f->in, &line, &len, e);

	if (more != 1)
		return more == -1 ? -1
				  : err_set(e, ANT_INPUT, "stdin: empty, not even a begin line");
	if ((what = plain_guess(line, len)) != NULL)
		return err_set(e, ANT_INPUT, "stdin:1: no begin line: %s", what);
	if (f->in.partial)
		return cut_off(f, "the line is cut off", e);
	mark = sniff_mark(line, len);
	if (record_kind(line + mark, len - mark) != RECORD_BEGIN)
		return err_set(e, ANT_INPUT,
			"stdin:1: no begin line: name the table with -t for plain JSON");
	return take_begin(f, line + mark, len - mark, e);
}

/* Read as far as the table is known. */
static int
open_input(struct flatten *f, int peek, struct ant_err *e)
{
	int stream = 1;

	if (f->o->table != NULL && (f->table = tables_load(f->tables, f->o->table, e)) == NULL)
		return -1;
	if (f->table != NULL && is_file(f))
		return prepare(f, e);
	if (f->table != NULL && (peek == 0 || (stream = is_stream(f, e)) != 1))
		return stream == -1 ? -1 : prepare(f, e);
	if (read_begin(f, e) == -1 || prepare(f, e) == -1)
		return -1;
	return check_same_endpoint(f, e);
}

/*
 * The table, mode, key and columns that the row stream tells of itself.
 */

/* 1 where the column is one of the stream's key. */
static int
is_key(const struct flatten *f, const struct column *c)
{
	if (!f->has_begin || !f->begin.has_group_by)
		return c->key;
	/* The dimensions that were asked for, and the key columns that are no dimensions. */
	return table_groups(f->table, &f->begin.group_by, c->name) ||
	       (c->key && !table_is_dimension(f->table, c->name));
}

static int
choose_mode(const struct flatten *f, enum mode *mode, struct ant_err *e)
{
	const struct table *t = f->table;

	if (f->o->mode != -1)
		*mode = (enum mode)f->o->mode;
	else
		*mode = f->has_begin || is_file(f) ? t->mode : MODE_MERGE;
	if (*mode == MODE_REPLACE && f->begin.has_asked)
		return err_set(e, ANT_USAGE,
			"--mode replace would remove what lies before this window, and the API "
			"does not serve that any more: give the loader --mode replace, which keeps "
			"it");
	if (*mode != MODE_WINDOW)
		return 0;
	if (t->mode_column == NULL)
		return err_set(
			e, ANT_USAGE, "table %s has no time column for mode window", t->name);
	if (!f->has_begin)
		return err_set(e, ANT_USAGE,
			"--mode window needs a record stream, which says what window it covers");
	if (!f->begin.has_window)
		return err_set(e, ANT_INPUT, "stdin:1: the begin line has no window, from and to");
	if (fields_find(&f->fields, t->mode_column, strlen(t->mode_column)) == NULL)
		return err_set(e, ANT_USAGE,
			"column %s, the time column of mode window, is not in the output: "
			"keep it, or use --mode append",
			t->mode_column);
	return 0;
}

/* Whether --mask makes one value of all those of a column of the key: rows that look alike are not one object then. */
static int
is_redacted(const struct flatten *f, const struct directive_head *head)
{
	for (size_t i = 0; i < head->nkey; i++)
		if (fields_find(&f->fields, head->key[i], strlen(head->key[i]))->mask ==
			MASK_REDACT)
			return 1;
	return 0;
}

/* The key, unless one of its columns is not in the output: what is left would be none. */
static int
choose_key(const struct flatten *f, const char **key, struct directive_head *to, struct ant_err *e)
{
	const char *missing = NULL;

	to->key = key;
	for (size_t i = 0; i < f->table->ncolumns; i++) {
		const struct column *c = &f->table->columns[i];

		if (!is_key(f, c))
			continue;
		if (fields_find(&f->fields, c->name, strlen(c->name)) == NULL)
			missing = c->name;
		key[to->nkey++] = c->name;
	}
	if (to->mode == MODE_MERGE && (to->nkey == 0 || missing != NULL))
		return err_set(e, ANT_USAGE,
			"mode merge needs the table's key%s%s%s: use --mode append",
			missing != NULL ? ", and column " : "", missing != NULL ? missing : "",
			missing != NULL ? " is not in the output" : "");
	if (missing != NULL)
		to->nkey = 0;
	to->unique = f->table->unique && !is_redacted(f, to);
	return 0;
}

/* The lines before the rows. */
static int
put_head(struct flatten *f, struct ant_err *e)
{
	const struct table *t = f->table;
	const char *key[TABLE_COLUMNS_MAX], *names[FIELDS_MAX];
	enum type types[FIELDS_MAX];
	struct directive_head head = {.table = t->name,
		.organization = f->begin.organization,
		.names = names,
		.types = types};

	if (choose_mode(f, &head.mode, e) == -1 || choose_key(f, key, &head, e) == -1)
		return -1;
	if (head.mode == MODE_WINDOW) {
		head.time_column = t->mode_column;
	}
	head.has_window =
		f->begin.has_window && (head.mode == MODE_WINDOW || head.mode == MODE_MERGE);
	if (head.has_window) {
		head.from = f->begin.from;
		head.to = f->begin.to;
		head.has_asked = f->begin.has_asked;
		head.asked = f->begin.asked;
	}
	for (; head.ncolumns < f->fields.n; head.ncolumns++) {
		names[head.ncolumns] = f->fields.v[head.ncolumns].column->name;
		types[head.ncolumns] = f->fields.v[head.ncolumns].type;
	}
	return directive_put_head(&f->rows.row, &head) == -1 ? err_sys(e, ANT_FAIL, "flatten") : 0;
}

int
flatten_open(struct flatten *f, int explain, struct ant_err *e)
{
	return open_input(f, !explain, e) == -1 ? -1 : mapper_start(&f->mapper, e);
}

int
flatten_run(struct flatten *f, struct ant_err *e)
{
	if (put_head(f, e) == -1)
		return -1;
	return is_file(f) ? run_csv(f, e) : f->has_begin ? run_stream(f, e) : run_plain(f, e);
}

int
flatten_explain(struct flatten *f, struct ant_err *e)
{
	for (size_t i = 0; i < f->fields.n; i++)
		buf_printf(&f->rows.row, "%s\t%s\t%s\n", f->fields.v[i].column->name,
			f->fields.v[i].native != NULL || f->fields.v[i].raw ? "native" : "jq",
			f->fields.v[i].column->expr);
	if (f->fields.has_where)
		buf_printf(&f->rows.row, "--where\t%s\t%s\n",
			f->fields.where.native != NULL ? "native" : "jq", f->o->where);
	if (f->rows.row.failed)
		return err_sys(e, ANT_FAIL, "flatten");
	return flatten_rows_flush(&f->rows, e);
}

void
flatten_stats(const struct flatten *f, struct flatten_stats *s)
{
	*s = (struct flatten_stats){.records = f->records,
		.rows = f->rows.rows,
		.filtered = f->rows.filtered,
		.mended = f->rows.count.mended,
		.more = f->more};
}

int
flatten_unread(const struct flatten *f, size_t n, const char **path, size_t *count)
{
	const struct mapper *m = &f->mapper;
	const struct plan *p = m->plan != NULL ? m->plan : m->watch;

	return p != NULL && plan_unread(p, n, path, count);
}

int
flatten_strays(const struct flatten *f, size_t n, const char **column, size_t *count)
{
	for (size_t i = 0; i < f->fields.n; i++) {
		const struct field *field = &f->fields.v[i];

		if (field->strays == 0 || n-- > 0)
			continue;
		*column = field->column->name;
		*count = field->strays;
		return 1;
	}
	return 0;
}
