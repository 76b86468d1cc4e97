#include "flatten.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "expr.h"
#include "jqmap.h"
#include "jsonseq.h"
#include "lines.h"
#include "mask.h"
#include "out.h"
#include "plan.h"
#include "record.h"
#include "utc.h"
#include "vec.h"

enum { FLUSH_AT = 1 << 16, ROW_MAX = 512 << 20, SNIPPET = 60, TIME_MAX = 40 };

/* A column of the output. */
struct field {
	const struct column *column;
	enum type type;	     /* text where it is masked */
	struct expr *native; /* NULL: libjq computes it */
	size_t jq;	     /* its place among libjq's expressions */
	enum mask mask;
	int raw; /* the record itself */
	/* Where a plain path's value stands on each row; NULL where put_field() is needed. */
	const struct json_value *value;
	/* The last time of this column, checked and as it stood: most rows repeat it. */
	char seen[TIME_MAX];
	size_t seen_len;
};

struct flatten {
	const struct flatten_options *o;
	const struct tables *tables;
	struct lines in;
	struct out out;
	struct table *table;
	struct record_begin begin;
	int has_begin;

	struct column raw_column;
	struct field *fields;
	size_t nfields;
	struct field where; /* its column is where_column, of type boolean */
	struct column where_column;
	int has_where;
	struct plan *plan; /* NULL: libjq does everything */
	struct jqmap *jq;  /* NULL: nobody needs it */
	struct jqmap_expr jq_exprs[TABLE_COLUMNS_MAX + 1];
	struct json_value jq_values[TABLE_COLUMNS_MAX + 1]; /* of the row, as libjq gave them */
	size_t njq;

	struct buf row, scratch, text;
	struct cell_count count;
	struct flatten_stats stats;
	/* While a record is mapped: */
	struct json_value record;
	size_t line;
	struct ant_err *e;
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
	out_init(&f->out, output, "stdout");
	buf_init(&f->row, ROW_MAX);
	buf_init(&f->scratch, ROW_MAX);
	buf_init(&f->text, ROW_MAX);
	return f;
}

void
flatten_free(struct flatten *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nfields; i++)
		expr_free(f->fields[i].native);
	free(f->fields);
	expr_free(f->where.native);
	plan_free(f->plan);
	jqmap_free(f->jq);
	table_free(f->table);
	record_begin_free(&f->begin);
	lines_free(&f->in);
	out_free(&f->out);
	buf_free(&f->row);
	buf_free(&f->scratch);
	buf_free(&f->text);
	free(f);
}

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "flatten");
}

/*
 * The columns of the output.
 */

static int
add_field(struct flatten *f, const struct column *c, struct ant_err *e)
{
	struct field *fields = realloc(f->fields, (f->nfields + 1) * sizeof *fields);

	if (fields == NULL)
		return no_memory(e);
	f->fields = fields;
	memset(&fields[f->nfields], 0, sizeof *fields);
	fields[f->nfields].column = c;
	fields[f->nfields].type = c->type;
	f->nfields++;
	return 0;
}

static struct field *
find_field(struct flatten *f, const char *name, size_t len)
{
	for (size_t i = 0; i < f->nfields; i++)
		if (strlen(f->fields[i].column->name) == len &&
			memcmp(f->fields[i].column->name, name, len) == 0)
			return &f->fields[i];
	return NULL;
}

static int
unknown_column(
	struct flatten *f, const char *option, const char *name, size_t len, struct ant_err *e)
{
	struct buf names;

	buf_init(&names, 1 << 16);
	for (size_t i = 0; i < f->table->ncolumns; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", f->table->columns[i].name);
	err_set(e, ANT_USAGE, "%s: table %s has no column '%.*s'; its columns are %s", option,
		f->table->name, (int)len, name, buf_str(&names) != NULL ? names.data : "many");
	buf_free(&names);
	return -1;
}

/* 1 where the comma separated LIST has NAME. */
static int
list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n == len && memcmp(list, name, n) == 0)
			return 1;
		list += n + (list[n] == ',');
	}
	return 0;
}

/* Every name in LIST must be a column. */
static int
check_list(struct flatten *f, const char *option, const char *list, struct ant_err *e)
{
	if (list == NULL)
		return 0;
	if (*list == '\0')
		return err_set(e, ANT_USAGE, "%s: no column named", option);
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		int found = 0;

		for (size_t i = 0; i < f->table->ncolumns; i++)
			found |= strlen(f->table->columns[i].name) == n &&
				 memcmp(f->table->columns[i].name, list, n) == 0;
		if (!found)
			return unknown_column(f, option, list, n, e);
		list += n + (list[n] == ',');
	}
	return 0;
}

static int
add_raw(struct flatten *f, struct ant_err *e)
{
	static char name[] = "raw", expr[] = "$record", doc[] = "The record, verbatim.";

	if (table_column(f->table, name) != NULL)
		return err_set(e, ANT_USAGE, "--raw: table %s has a column 'raw'", f->table->name);
	f->raw_column = (struct column){.name = name, .expr = expr, .doc = doc, .type = TYPE_JSON};
	if (add_field(f, &f->raw_column, e) == -1)
		return -1;
	f->fields[f->nfields - 1].raw = 1;
	return 0;
}

static int
set_masks(struct flatten *f, struct ant_err *e)
{
	for (size_t i = 0; i < f->o->nmasks; i++) {
		const char *text = f->o->masks[i], *equals = strchr(text, '=');
		struct field *field;
		int m;

		if (equals == NULL || (m = mask_find(equals + 1)) == -1)
			return err_set(e, ANT_USAGE,
				"--mask: '%s' is not COLUMN=hash, COLUMN=redact or COLUMN=email",
				text);
		field = find_field(f, text, (size_t)(equals - text));
		if (field == NULL)
			return unknown_column(f, "--mask", text, (size_t)(equals - text), e);
		if (f->table->mode_column != NULL &&
			strcmp(field->column->name, f->table->mode_column) == 0)
			return err_set(e, ANT_USAGE, "--mask: '%s' is the table's time column",
				field->column->name);
		field->mask = (enum mask)m;
		field->type = TYPE_TEXT;
	}
	return 0;
}

static int
choose_fields(struct flatten *f, struct ant_err *e)
{
	const struct flatten_options *o = f->o;
	struct table *t = f->table;

	for (size_t i = 0; i < o->nadds; i++)
		if (table_add_column(t, o->adds[i], e) == -1)
			return err_prefix(e, "--add: ");
	if (check_list(f, "--select", o->select, e) == -1 ||
		check_list(f, "--exclude", o->exclude, e) == -1)
		return -1;
	for (size_t i = 0; i < t->ncolumns; i++) {
		const struct column *c = &t->columns[i];

		if (o->select != NULL && !list_has(o->select, c->name) && c->line != 0)
			continue;
		if (o->exclude != NULL && list_has(o->exclude, c->name))
			continue;
		if (add_field(f, c, e) == -1)
			return -1;
	}
	if (o->raw && add_raw(f, e) == -1)
		return -1;
	if (f->nfields == 0)
		return err_set(e, ANT_USAGE, "no column is left of table %s", t->name);
	return set_masks(f, e);
}

/*
 * Which engine computes what.
 */

/* Leave FIELD to libjq.  What the native grammar knows gives one value, always. */
static int
use_jq(struct flatten *f, struct field *field, struct ant_err *e)
{
	struct expr *known;
	int native;

	if (f->njq == sizeof f->jq_exprs / sizeof *f->jq_exprs)
		return err_set(e, ANT_USAGE, "too many columns");
	known = expr_parse(field->column->expr, &native);
	expr_free(field->native);
	field->native = NULL;
	field->jq = f->njq;
	f->jq_exprs[f->njq++] = (struct jqmap_expr){field->column->expr, known != NULL};
	expr_free(known);
	return 0;
}

static int
plan_field(struct flatten *f, struct field *field, struct ant_err *e)
{
	int native = 0, added = 0;

	if (field->raw)
		return 0;
	if (f->plan != NULL && f->o->engine != ENGINE_JQ) {
		field->native = expr_parse(field->column->expr, &native);
		if (field->native == NULL && native)
			return no_memory(e);
		if (field->native != NULL && (added = plan_add(f->plan, field->native)) == -1)
			return no_memory(e);
	}
	if (added)
		return 0;
	if (f->o->engine == ENGINE_NATIVE)
		return err_set(e, ANT_USAGE, "--engine native: %s needs libjq: %s",
			field->column->name, field->column->expr);
	return use_jq(f, field, e);
}

/* Behind the jq string that starts at S with its quote. */
static size_t
skip_quoted(const char *s)
{
	size_t n = 1;

	while (s[n] != '\0' && s[n] != '"')
		n += s[n] == '\\' && s[n + 1] != '\0' ? 2 : 1;
	return n + (s[n] == '"');
}

static int
is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* How long the path at S is, which starts with a dot or $record: keys, quoted ones too, and []. */
static size_t
path_length(const char *s)
{
	size_t n = *s == '$' ? 7 : 1, quoted;

	if (*s == '.' && (is_word(s[n]) || s[n] == '"')) /* the dot was that of the first key */
		n = 0;
	for (;;) {
		if (s[n] == '.' && is_word(s[n + 1])) {
			for (n++; is_word(s[n]);)
				n++;
		} else if (s[n] == '.' && s[n + 1] == '"') {
			n += 1 + skip_quoted(s + n + 1);
		} else if (s[n] == '[' && s[n + 1] == ']') {
			n += 2;
		} else if (s[n] == '[' && s[n + 1] == '"' &&
			   s[n + 1 + (quoted = skip_quoted(s + n + 1))] == ']') {
			n += quoted + 2;
		} else {
			return n;
		}
	}
}

/*
 * What an expression of libjq reads, as far as its text shows it: the paths in
 * it, and everything where it uses a bare dot.
 */
static int
note_reads(struct plan *p, const char *s)
{
	char path[256];

	while ((s = strpbrk(s, ".$\"")) != NULL) {
		size_t n = *s == '"' ? skip_quoted(s) : 1; /* a path in a string would be a guess */

		if (*s == '.' || strncmp(s, "$record", 7) == 0) {
			n = path_length(s);
			snprintf(path, sizeof path, "%.*s", (int)n, s);
			if (n < sizeof path && plan_ignore(p, path) == -1)
				return -1;
		}
		s += n;
	}
	return 0;
}

/* What the expression S reads need not be reported, whether it is in the output or not. */
static int
note_known(struct plan *p, const char *s)
{
	int native, result;
	struct expr *x = expr_parse(s, &native);

	if (x == NULL)
		return native ? -1 : note_reads(p, s);
	result = plan_ignore_expr(p, x);
	expr_free(x);
	return result;
}

static int
plan_fields(struct flatten *f, struct ant_err *e)
{
	struct table *t = f->table;
	int native;

	if (f->o->engine != ENGINE_JQ && (f->plan = plan_new(t->rows, &native)) == NULL && native)
		return no_memory(e);
	if (f->plan == NULL && f->o->engine == ENGINE_NATIVE)
		return err_set(e, ANT_USAGE, "--engine native: rows of table %s need libjq: %s",
			t->name, t->rows);
	for (size_t i = 0; i < f->nfields; i++)
		if (plan_field(f, &f->fields[i], e) == -1)
			return -1;
	if (f->o->where != NULL) {
		static char name[] = "--where", doc[] = "";

		f->where_column = (struct column){.name = name, .doc = doc, .type = TYPE_BOOLEAN};
		f->where_column.expr = (char *)(size_t)f->o->where; /* read only */
		f->where.column = &f->where_column;
		f->has_where = 1;
		if (plan_field(f, &f->where, e) == -1)
			return -1;
	}
	if (f->plan == NULL)
		return 0;
	/* All columns of the table count as read, whether they are in the output or not. */
	for (size_t i = 0; i < t->ncolumns; i++)
		if (note_known(f->plan, t->columns[i].expr) == -1)
			return no_memory(e);
	if (f->o->where != NULL && note_known(f->plan, f->o->where) == -1)
		return no_memory(e);
	for (size_t i = 0; i < t->ignore.n; i++)
		if (plan_ignore(f->plan, t->ignore.v[i]) == -1)
			return no_memory(e);
	return 0;
}

/* All paths are in the plan: where do the values of the plain ones stand? */
static void
find_values(struct flatten *f)
{
	for (size_t i = 0; i < f->nfields; i++) {
		struct field *field = &f->fields[i];

		if (field->native != NULL && field->mask == MASK_NONE)
			field->value = plan_slot(f->plan, field->native);
	}
	/* These read the whole record, rows and all, while the rows are scanned. */
	if (f->plan != NULL && (f->o->raw || f->njq > 0))
		plan_be_careful(f->plan);
}

/* libjq is slow to start: only where something needs it, and only now. */
static int
start_jq(struct flatten *f, struct ant_err *e)
{
	struct ant_err one;

	if (f->jq != NULL || (f->njq == 0 && f->plan != NULL))
		return 0;
	if ((f->jq = jqmap_new(f->table->rows, f->jq_exprs, f->njq, e)) != NULL)
		return 0;
	/* Which one was it? */
	for (size_t i = 0; i < f->nfields; i++) {
		const struct column *c = f->fields[i].column;

		if (f->fields[i].native != NULL || f->fields[i].raw ||
			jqmap_check(c->expr, &one) == 0)
			continue;
		*e = one;
		if (c->line > 0)
			return err_prefix(
				e, "%s:%zu: column %s: ", f->table->file, c->line, c->name);
		return err_prefix(e, "--add: column %s: ", c->name);
	}
	if (f->has_where && f->where.native == NULL && jqmap_check(f->o->where, &one) == -1) {
		*e = one;
		return err_prefix(e, "--where: ");
	}
	return err_prefix(e, "%s:%zu: rows: ", f->table->file, f->table->rows_line);
}

/*
 * One row.
 */

/* "stdin:12: usage_report.output_tokens (bigint): "abc" is not a number" */
static int
bad_value(struct flatten *f, const struct field *field, const char *at, size_t len, const char *why)
{
	int cut = len > SNIPPET;

	return err_set(f->e, ANT_INPUT, "stdin:%zu: %s.%s (%s): %.*s%s %s", f->line, f->table->name,
		field->column->name, type_name(field->column->type), cut ? SNIPPET : (int)len, at,
		cut ? "..." : "", why);
}

static int
bad_path(struct flatten *f, const struct field *field, const struct json_error *err)
{
	struct json_error unused;
	const char *end = f->record.p + f->record.len;
	const char *stop =
		err->at >= f->record.p && err->at < end ? json_skip(err->at, end, &unused) : NULL;

	return bad_value(f, field, stop == NULL ? "" : err->at,
		stop == NULL ? 0 : (size_t)(stop - err->at), err->reason);
}

/* What libjq made for a column: a value, or an array that should hold one. */
static int
jq_value(struct flatten *f, const struct field *field, struct json_value *v)
{
	const struct json_value *values = &f->jq_values[field->jq];
	const char *at = NULL;
	struct json_value second;

	*v = *values;
	if (f->jq_exprs[field->jq].single)
		return 0;
	if (!json_next(values, &at, NULL, v))
		return err_set(f->e, ANT_INPUT, "stdin:%zu: %s.%s: the expression gives no value",
			f->line, f->table->name, field->column->name);
	if (json_next(values, &at, NULL, &second))
		return err_set(f->e, ANT_INPUT,
			"stdin:%zu: %s.%s: the expression gives several values", f->line,
			f->table->name, field->column->name);
	return 0;
}

static int
field_value(struct flatten *f, const struct field *field, struct json_value *v)
{
	struct json_error err;

	if (field->raw) {
		*v = f->record;
		return 0;
	}
	if (field->native == NULL)
		return jq_value(f, field, v);
	switch (plan_eval(f->plan, field->native, v, &err)) {
	case PLAN_OK:
		return 0;
	case PLAN_TYPE:
		return bad_path(f, field, &err);
	default:
		return no_memory(f->e);
	}
}

/* The record as it came, where it is clean text; else mended. */
static int
put_raw(struct flatten *f)
{
	const char *end = f->record.p + f->record.len;
	const char *p = json_space(f->record.p, end);
	size_t mended = 0;

	while (end > p && json_space(end - 1, end) == end) /* such as the CR of a CRLF */
		end--;
	buf_clear(&f->scratch);
	if (json_put_value(&f->scratch, &f->record, &mended) == -1)
		return no_memory(f->e);
	f->count.mended += mended;
	if (mended == 0 ? cell_put_text(&f->row, p, (size_t)(end - p)) == -1
			: cell_put_text(&f->row, f->scratch.data, f->scratch.len) == -1)
		return no_memory(f->e);
	return 0;
}

static int
put_masked(struct flatten *f, const struct field *field, const struct json_value *v)
{
	const char *why = NULL;

	buf_clear(&f->scratch);
	buf_clear(&f->text);
	/* The column's own type still holds. */
	if (cell_put(&f->scratch, field->column->type, v, &f->count, &why) == -1)
		return why != NULL ? bad_value(f, field, v->p, v->len, why) : no_memory(f->e);
	if (field->column->type == TYPE_TEXT || field->column->type == TYPE_JSON) {
		buf_clear(&f->scratch); /* the text itself, not as a row encodes it */
		if ((field->column->type == TYPE_TEXT ? json_text(&f->scratch, v, NULL)
						      : json_put_value(&f->scratch, v, NULL)) == -1)
			return no_memory(f->e);
	}
	if (mask_put(&f->text, field->mask, f->o->mask_key, f->o->mask_key_len,
		    f->scratch.data == NULL ? "" : f->scratch.data, f->scratch.len) == -1 ||
		cell_put_text(&f->row, f->text.data, f->text.len) == -1)
		return no_memory(f->e);
	return 0;
}

static int
put_field(struct flatten *f, struct field *field)
{
	struct json_value v;
	const char *why = NULL;
	size_t start = f->row.len;

	if (field_value(f, field, &v) == -1)
		return -1;
	if (v.kind != JSON_NULL && field->mask != MASK_NONE)
		return put_masked(f, field, &v);
	if (field->raw)
		return put_raw(f);
	if (field->type == TYPE_TIMESTAMPTZ && v.len == field->seen_len &&
		memcmp(v.p, field->seen, v.len) == 0)
		return buf_put(&f->row, v.p + 1, v.len - 2) == -1 ? no_memory(f->e) : 0;
	if (cell_put(&f->row, field->type, &v, &f->count, &why) == -1)
		return why != NULL ? bad_value(f, field, v.p, v.len, why) : no_memory(f->e);
	if (field->type == TYPE_TIMESTAMPTZ && v.kind == JSON_STRING && v.len <= TIME_MAX &&
		f->row.len - start == v.len - 2 &&
		memcmp(f->row.data + start, v.p + 1, v.len - 2) == 0) {
		memcpy(field->seen, v.p, v.len);
		field->seen_len = v.len;
	}
	return 0;
}

/* Copy LEN bytes; up to 32 may be written, and read, in whole blocks of 16. */
static inline void
copy_cell(char *to, const char *from, size_t len)
{
	memcpy(to, from, 16);
	if (len > 32)
		memcpy(to + 16, from + 16, len - 16);
	else if (len > 16)
		memcpy(to + 16, from + 16, 16);
}

/*
 * The usual cells, whose bytes stand in the record as a row wants them: 1; 0
 * for all others.  There is room behind the row for a tab and a block of 16.
 */
static inline int
put_plain(struct flatten *f, const struct field *field)
{
	const struct json_value *v = field->value;
	const char *text;
	size_t len;

	if (v == NULL || f->row.failed || f->row.cap - f->row.len <= v->len + 2)
		return 0;
	if (v->kind == JSON_NULL) {
		memcpy(f->row.data + f->row.len, "\\N", 2);
		f->row.len += 2;
		return 1;
	}
	text = v->p;
	len = v->len;
	if (v->kind == JSON_NUMBER && field->type == TYPE_BIGINT) {
		/* Sixteen digits and more are looked at more closely. */
		if (len >= 16 || vec_digits(text) != len)
			return 0;
	} else if (v->kind == JSON_STRING && field->type == TYPE_TEXT) {
		text++;
		len -= 2;
		if (vec_ascii(text, text + len) != text + len)
			return 0;
	} else if (v->kind == JSON_STRING && field->type == TYPE_TIMESTAMPTZ) {
		if (len != field->seen_len || memcmp(text, field->seen, len) != 0)
			return 0;
		text++;
		len -= 2;
	} else {
		return 0;
	}
	copy_cell(f->row.data + f->row.len, text, len);
	f->row.len += len;
	return 1;
}

/* What --where says of this row: 1 in, 0 out, -1 with a reason. */
static int
is_wanted(struct flatten *f)
{
	struct json_value v;

	if (!f->has_where)
		return 1;
	if (field_value(f, &f->where, &v) == -1)
		return -1;
	return v.kind != JSON_NULL && v.kind != JSON_FALSE;
}

/* A row that starts with # is no directive. */
static int
guard_start(struct flatten *f, size_t start)
{
	if (f->row.len == start || f->row.data[start] != '#')
		return 0;
	if (buf_putc(&f->row, 0) == -1)
		return no_memory(f->e);
	memmove(f->row.data + start + 1, f->row.data + start, f->row.len - start - 1);
	f->row.data[start] = '\\';
	return 0;
}

static int
flush_rows(struct flatten *f, size_t at_least)
{
	if (f->row.len < at_least)
		return 0;
	if (out_put(&f->out, f->row.data, f->row.len, f->e) == -1)
		return -1;
	buf_clear(&f->row);
	return 0;
}

/* The row that the plan, or libjq, stands at. */
static int
put_row(struct flatten *f)
{
	size_t start = f->row.len;
	int wanted = is_wanted(f);

	if (wanted == -1)
		return -1;
	if (!wanted) {
		f->stats.filtered++;
		return 0;
	}
	for (size_t i = 0; i < f->nfields; i++) {
		if (!put_plain(f, &f->fields[i]) && put_field(f, &f->fields[i]) == -1)
			return -1;
		if (buf_putc(&f->row, '\t') == -1)
			return no_memory(f->e);
	}
	f->row.data[f->row.len - 1] = '\n';
	if (guard_start(f, start) == -1)
		return -1;
	f->stats.rows++;
	return flush_rows(f, FLUSH_AT);
}

/* The next row of libjq in jq_values: 1; 0 behind the last; -1. */
static int
next_jq_row(struct flatten *f)
{
	struct json_value row;
	const char *at = NULL;
	int more = jqmap_next(f->jq, &row, f->e);

	if (more == -1)
		return err_prefix(f->e, "stdin:%zu: %s: ", f->line, f->table->name);
	for (size_t i = 0; more == 1 && i < f->njq; i++)
		if (!json_next(&row, &at, NULL, &f->jq_values[i]))
			return err_set(f->e, ANT_FAIL, "libjq left out a column");
	return more;
}

static int
on_row(void *arg)
{
	struct flatten *f = arg;

	if (f->jq != NULL) {
		int more = next_jq_row(f);

		if (more == -1)
			return -1;
		if (more == 0)
			return err_set(f->e, ANT_INPUT, "stdin:%zu: %s: libjq gives fewer rows",
				f->line, f->table->name);
	}
	return put_row(f);
}

/*
 * One record.
 */

/* What plan_scan() found: the line and the byte in it. */
static int
bad_record(struct flatten *f, int result, const struct json_error *err)
{
	switch (result) {
	case PLAN_MEMORY:
		return no_memory(f->e);
	case PLAN_STOP:
		return -1;
	default:
		break;
	}
	return err_set(f->e, ANT_INPUT, "stdin:%zu:%zu: %s%s%s",
		f->line + jsonseq_newlines(f->record.p, err->at), lines_byte(&f->in, err->at),
		result == PLAN_TYPE ? f->table->name : "", result == PLAN_TYPE ? ": " : "",
		err->reason);
}

static int
map_record(struct flatten *f)
{
	struct json_error err = {f->record.p, ""};
	struct json_value unused;
	int result;

	f->stats.records++;
	if (f->plan == NULL && /* libjq is lenient: check first */
		json_parse(f->record.p, f->record.len, &unused, &err) == -1)
		return bad_record(f, PLAN_SYNTAX, &err);
	if (f->jq != NULL && jqmap_record(f->jq, f->record.p, f->record.len, f->e) == -1) {
		/* Where the text itself is wrong, our own words for it are better. */
		if (f->plan != NULL && json_parse(f->record.p, f->record.len, &unused, &err) == -1)
			return bad_record(f, PLAN_SYNTAX, &err);
		return err_prefix(f->e, "stdin:%zu: ", f->line);
	}
	if (f->plan != NULL) {
		result = plan_scan(f->plan, f->record.p, f->record.len, on_row, f, &err);
		if (result != PLAN_OK)
			return bad_record(f, result, &err);
	}
	while (f->jq != NULL) {
		int more = next_jq_row(f);

		if (more != 1)
			return more;
		if (f->plan != NULL)
			return err_set(f->e, ANT_INPUT, "stdin:%zu: %s: libjq gives more rows",
				f->line, f->table->name);
		if (put_row(f) == -1)
			return -1;
	}
	return 0;
}

/*
 * The head and the tail of the row stream.
 */

/* 1 where the column is one of the stream's key. */
static int
is_key(const struct flatten *f, const struct column *c)
{
	const struct strlist *dims = &f->table->group_by;
	size_t len = strlen(c->name);

	if (!f->has_begin || !f->begin.has_group_by)
		return c->key;
	/* The dimensions that were asked for, and the key columns that are no dimensions. */
	return strlist_has(&f->begin.group_by, c->name, len) ||
	       (c->key && !strlist_has(dims, c->name, len));
}

static int
choose_mode(struct flatten *f, enum mode *mode, struct ant_err *e)
{
	const struct table *t = f->table;
	int windowed = f->has_begin && f->begin.has_window;

	if (f->o->mode != -1)
		*mode = (enum mode)f->o->mode;
	else
		*mode = f->has_begin ? t->mode : MODE_MERGE;
	if (*mode != MODE_WINDOW)
		return 0;
	if (t->mode_column == NULL)
		return err_set(
			e, ANT_USAGE, "table %s has no time column for mode window", t->name);
	if (!f->has_begin)
		return err_set(e, ANT_USAGE,
			"--mode window needs a record stream, which says what window it covers");
	if (!windowed)
		return err_set(e, ANT_INPUT, "stdin:1: the begin line has no window, from and to");
	if (find_field(f, t->mode_column, strlen(t->mode_column)) == NULL)
		return err_set(e, ANT_USAGE,
			"column %s, the time column of mode window, is not in the output: "
			"keep it, or use --mode append",
			t->mode_column);
	return 0;
}

/* The key, unless one of its columns is not in the output: what is left would be none. */
static int
put_key(struct flatten *f, enum mode mode, struct ant_err *e)
{
	size_t start = f->row.len, n = 0;
	const char *missing = NULL;

	buf_puts(&f->row, "#key");
	for (size_t i = 0; i < f->table->ncolumns; i++) {
		const struct column *c = &f->table->columns[i];

		if (!is_key(f, c))
			continue;
		if (find_field(f, c->name, strlen(c->name)) == NULL)
			missing = c->name;
		buf_printf(&f->row, "\t%s", c->name);
		n++;
	}
	buf_putc(&f->row, '\n');
	if (mode == MODE_MERGE && (n == 0 || missing != NULL))
		return err_set(e, ANT_USAGE,
			"mode merge needs the table's key%s%s%s: use --mode append",
			missing != NULL ? ", and column " : "", missing != NULL ? missing : "",
			missing != NULL ? " is not in the output" : "");
	if (n == 0 || missing != NULL)
		f->row.len = start;
	return 0;
}

static int
put_head(struct flatten *f, struct ant_err *e)
{
	enum mode mode;

	if (choose_mode(f, &mode, e) == -1)
		return -1;
	buf_printf(&f->row, "#ant-rows\t1\t%s\n#mode\t%s", f->table->name, mode_name(mode));
	if (mode == MODE_WINDOW) {
		char from[UTC_TEXT], to[UTC_TEXT];

		utc_format(f->begin.from, from);
		utc_format(f->begin.to, to);
		buf_printf(&f->row, "\t%s\t%s\t%s", f->table->mode_column, from, to);
	}
	buf_putc(&f->row, '\n');
	if (put_key(f, mode, e) == -1)
		return -1;
	buf_puts(&f->row, "#type");
	for (size_t i = 0; i < f->nfields; i++)
		buf_printf(&f->row, "\t%s", type_name(f->fields[i].type));
	buf_puts(&f->row, "\n#cols");
	for (size_t i = 0; i < f->nfields; i++)
		buf_printf(&f->row, "\t%s", f->fields[i].column->name);
	return buf_putc(&f->row, '\n') == -1 ? no_memory(e) : 0;
}

static int
put_tail(struct flatten *f, const struct record_end *end, struct ant_err *e)
{
	char watermark[UTC_TEXT] = "\\N";

	if (end != NULL && end->has_watermark)
		utc_format(end->watermark, watermark);
	if (buf_printf(&f->row, "#end\t%zu\t%s\n", f->stats.rows, watermark) == -1)
		return no_memory(e);
	return flush_rows(f, 0) == -1 ? -1 : out_flush(&f->out, e);
}

/*
 * The input.
 */

/* A dimension that no column holds would fold distinct groups into equal rows. */
static int
check_dimensions(struct flatten *f, struct ant_err *e)
{
	for (size_t i = 0; f->begin.has_group_by && i < f->begin.group_by.n; i++) {
		const char *d = f->begin.group_by.v[i];

		if (table_column(f->table, d) == NULL)
			return err_set(e, ANT_USAGE,
				"the stream is grouped by '%s', which no column of table %s holds: "
				"add --add '%s text = .%s'",
				d, f->table->name, d, d);
	}
	return 0;
}

/* Load the table, which -t or the stream names, and settle all columns. */
static int
prepare(struct flatten *f, struct ant_err *e)
{
	const char *name = f->o->table != NULL ? f->o->table : f->begin.table;

	if ((f->table = tables_load(f->tables, name, e)) == NULL)
		return -1;
	if (choose_fields(f, e) == -1 || plan_fields(f, e) == -1 || check_dimensions(f, e) == -1)
		return -1;
	find_values(f);
	return 0;
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
	same = strcmp(other->path, f->table->path) == 0;
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
	if (end->records != f->stats.records)
		return err_set(e, ANT_INPUT,
			"stdin:%zu: the end line counts %llu records, %zu arrived", f->in.number,
			(unsigned long long)end->records, f->stats.records);
	if ((more = lines_next(&f->in, &next, &next_len, e)) == 1)
		return err_set(e, ANT_INPUT, "stdin:%zu: text behind the end line", f->in.number);
	return more;
}

/* Records between control lines, one a line. */
static int
run_stream(struct flatten *f, struct ant_err *e)
{
	struct record_end end;
	char *line;
	size_t len;
	int more;

	while ((more = lines_next(&f->in, &line, &len, e)) == 1) {
		if (f->in.partial)
			return cut_off(f, "the line is cut off", e);
		f->line = f->in.number;
		switch (record_kind(line, len)) {
		case RECORD_DATA:
			f->record = (struct json_value){JSON_OBJECT, line, len};
			if (map_record(f) == -1)
				return -1;
			break;
		case RECORD_END:
			if (take_end(f, line, len, &end, e) == -1)
				return -1;
			return put_tail(f, &end, e);
		case RECORD_BEGIN:
		case RECORD_UNKNOWN:
			return err_set(e, ANT_INPUT, "stdin:%zu: unexpected control line", f->line);
		}
	}
	if (more == 0)
		cut_off(f, "no end line", e);
	return -1;
}

/* A text of plain JSON: a page's records, or a record. */
static int
map_text(struct flatten *f, const struct json_value *text, size_t line, struct ant_err *e)
{
	struct json_value data, member, element;
	const char *at = NULL;

	f->line = line;
	if (record_kind(text->p, text->len) != RECORD_DATA)
		return err_set(e, ANT_INPUT,
			"stdin:%zu: a control line, but the input did not start with a begin line",
			line);
	if (json_member(text, "data", &data) && data.kind != JSON_ARRAY &&
		(json_member(text, "has_more", &member) || json_member(text, "next_page", &member)))
		return err_set(e, ANT_INPUT, "stdin:%zu: a page whose data is not an array", line);
	if (json_member(text, "data", &data) && data.kind == JSON_ARRAY) {
		f->stats.more = json_member(text, "has_more", &member) && member.kind == JSON_TRUE;
		while (json_next(&data, &at, NULL, &element)) {
			f->line = line + jsonseq_newlines(text->p, element.p);
			f->record = element;
			if (map_record(f) == -1)
				return -1;
		}
		return 0;
	}
	if (json_member(text, "type", &member) && json_is(&member, "error") &&
		json_member(text, "error", &member))
		return err_set(e, ANT_INPUT, "stdin:%zu: an error answer of the API: %.*s", line,
			member.len > 200 ? 200 : (int)member.len, member.p);
	f->record = *text;
	return map_record(f);
}

static int
run_plain(struct flatten *f, struct ant_err *e)
{
	struct json_value text;
	size_t line;
	int more;

	while ((more = jsonseq_next(&f->in, &text, &line, e)) == 1)
		if (map_text(f, &text, line, e) == -1)
			return -1;
	return more == -1 ? -1 : put_tail(f, NULL, e);
}

/* 1 where the input is a record stream, by what its first line starts with. */
static int
is_stream(struct flatten *f, struct ant_err *e)
{
	if (lines_more(&f->in, e) == -1)
		return -1;
	while (!f->in.eof && f->in.buf.len < 64)
		if (lines_more(&f->in, e) == -1)
			return -1;
	return f->in.buf.len > 0 && record_kind(f->in.buf.data, f->in.buf.len) != RECORD_DATA;
}

/* Read as far as the table is known. */
static int
open_input(struct flatten *f, int peek, struct ant_err *e)
{
	char *line;
	size_t len;
	int stream = 1, more;

	f->e = e;
	if (f->o->table != NULL && (peek == 0 || (stream = is_stream(f, e)) != 1))
		return stream == -1 ? -1 : prepare(f, e);
	if ((more = lines_next(&f->in, &line, &len, e)) != 1)
		return more == -1 ? -1
				  : err_set(e, ANT_INPUT, "stdin: empty, not even a begin line");
	if (f->in.partial)
		return cut_off(f, "the line is cut off", e);
	if (record_kind(line, len) != RECORD_BEGIN)
		return err_set(e, ANT_INPUT,
			"stdin:1: no begin line: name the table with -t for plain JSON");
	if (take_begin(f, line, len, e) == -1 || prepare(f, e) == -1)
		return -1;
	return check_same_endpoint(f, e);
}

int
flatten_run(struct flatten *f, struct ant_err *e)
{
	if (open_input(f, 1, e) == -1 || start_jq(f, e) == -1 || put_head(f, e) == -1)
		return -1;
	return f->has_begin ? run_stream(f, e) : run_plain(f, e);
}

int
flatten_explain(struct flatten *f, struct ant_err *e)
{
	if (open_input(f, 0, e) == -1 || start_jq(f, e) == -1)
		return -1;
	for (size_t i = 0; i < f->nfields; i++)
		buf_printf(&f->row, "%s\t%s\t%s\n", f->fields[i].column->name,
			f->fields[i].native != NULL || f->fields[i].raw ? "native" : "jq",
			f->fields[i].column->expr);
	if (f->has_where)
		buf_printf(&f->row, "--where\t%s\t%s\n", f->where.native != NULL ? "native" : "jq",
			f->o->where);
	if (f->row.failed)
		return no_memory(e);
	return flush_rows(f, 0) == -1 ? -1 : out_flush(&f->out, e);
}

void
flatten_stats(const struct flatten *f, struct flatten_stats *s)
{
	*s = f->stats;
	s->mended = f->count.mended;
}

int
flatten_unread(const struct flatten *f, size_t n, const char **path, size_t *count)
{
	return f->plan != NULL && plan_unread(f->plan, n, path, count);
}
