#include "flatten/mapper.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "flatten/jsonseq.h"
#include "flatten/plain.h"
#include "tables/expr.h"

enum { SNIPPET = 60, PATH_TEXT_MAX = 256 }; /* a record is shown by plain_quote() */

void
mapper_free(struct mapper *m)
{
	plan_free(m->plan);
	plan_free(m->watch);
	flatten_jq_free(m->jq);
}

/*
 * What is read, so that the rest can be reported.
 */

/* How long the jq string at S is, with its quotes. */
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

/* How long the variable at S is, if it is one that paths start with; else 0. */
static size_t
variable_length(const char *s)
{
	static const char *const names[] = {"$record", "$asked"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(s, names[i], strlen(names[i])) == 0)
			return strlen(names[i]);
	return 0;
}

/* How long the path at S is, which starts with a dot or a variable: keys, quoted ones too, and []. */
static size_t
path_length(const char *s)
{
	size_t n = *s == '$' ? variable_length(s) : 1, quoted;

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
note_jq(struct plan *p, const char *s)
{
	char path[PATH_TEXT_MAX];

	while ((s = strpbrk(s, ".$\"")) != NULL) {
		size_t n = *s == '"' ? skip_quoted(s) : 1; /* a path in a string would be a guess */

		if (*s == '.' || variable_length(s) > 0) {
			n = path_length(s);
			snprintf(path, sizeof path, "%.*s", (int)n, s);
			if (n < sizeof path && plan_ignore(p, path) == -1)
				return -1;
		}
		s += n;
	}
	return 0;
}

/*
 * Let P know that the expression S reads what it reads, natively or in libjq, so that it is
 * not reported as unread.  Return 0 or more, or -1 where memory ran out.
 */
static int
note_expr(struct plan *p, const char *s)
{
	int native, result;
	struct expr *x = expr_parse(s, &native);

	if (x == NULL)
		return native ? -1 : note_jq(p, s);
	result = plan_ignore_expr(p, x);
	expr_free(x);
	return result;
}

/* The same of all columns of the table, whether they are in the output or not, and of --where. */
static int
note_all(const struct mapper *m, struct plan *p)
{
	const struct table *t = m->table;

	for (size_t i = 0; i < t->ncolumns; i++)
		if (note_expr(p, t->columns[i].expr) == -1)
			return -1;
	if (m->fields->has_where && note_expr(p, m->fields->where_column.expr) == -1)
		return -1;
	for (size_t i = 0; i < t->ignore.n; i++)
		if (plan_ignore(p, t->ignore.v[i]) == -1)
			return -1;
	return 0;
}

/*
 * Which engine computes what.
 */

/* Leave FIELD to libjq.  What the native grammar knows gives one value, always. */
static int
use_jq(struct mapper *m, struct field *field, struct ant_err *e)
{
	struct expr *known;
	int native;

	if (m->n == sizeof m->exprs / sizeof *m->exprs)
		return err_set(e, ANT_USAGE, "too many columns");
	known = expr_parse(field->column->expr, &native);
	expr_free(field->native);
	field->native = NULL;
	field->jq = m->n;
	m->exprs[m->n++] = (struct flatten_jq_expr){
		field->tried != NULL ? field->tried : field->column->expr, known != NULL};
	expr_free(known);
	return 0;
}

static int
plan_field(struct mapper *m, struct field *field, enum engine engine, struct ant_err *e)
{
	int native = 0, added = 0;

	if (field->raw)
		return 0;
	if (m->plan != NULL) {
		field->native = expr_parse(field->column->expr, &native);
		if (field->native == NULL && native)
			return err_sys(e, ANT_FAIL, "flatten");
		if (field->native != NULL && (added = plan_add(m->plan, field->native)) == -1)
			return err_sys(e, ANT_FAIL, "flatten");
	}
	if (added)
		return 0;
	if (engine == ENGINE_NATIVE)
		return err_set(e, ANT_USAGE, "--engine native: %s needs libjq: %s",
			field->column->name, field->column->expr);
	return use_jq(m, field, e);
}

/* All paths are in the plan: where do the values of the plain ones stand? */
static void
find_values(struct mapper *m)
{
	int whole = m->n > 0;

	for (size_t i = 0; i < m->fields->all; i++) {
		struct field *field = &m->fields->v[i];

		whole |= field->raw;
		if (field->native != NULL && field->mask == MASK_NONE)
			field->value = plan_slot(m->plan, field->native);
	}
	if (whole) /* these read the whole record, rows and all, while the rows are scanned */
		plan_be_careful(m->plan);
}

int
mapper_plan(struct mapper *m, const struct table *t, struct fields *fields, enum engine engine,
	struct ant_err *e)
{
	int native;
	struct plan *p = plan_new(t->rows, &native);

	m->table = t;
	m->fields = fields;
	if (p == NULL && native)
		return err_sys(e, ANT_FAIL, "flatten");
	if (engine == ENGINE_JQ)
		m->watch = p;
	else
		m->plan = p;
	if (p == NULL && engine == ENGINE_NATIVE)
		return err_set(e, ANT_USAGE, "--engine native: rows of table %s need libjq: %s",
			t->name, t->rows);
	for (size_t i = 0; i < fields->all; i++)
		if (plan_field(m, &fields->v[i], engine, e) == -1)
			return -1;
	if (fields->has_where && plan_field(m, &fields->where, engine, e) == -1)
		return -1;
	if (p != NULL && note_all(m, p) == -1)
		return err_sys(e, ANT_FAIL, "flatten");
	if (m->plan != NULL)
		find_values(m);
	return 0;
}

int
mapper_start(struct mapper *m, struct ant_err *e)
{
	struct ant_err one;

	if (m->jq != NULL || (m->n == 0 && m->plan != NULL))
		return 0;
	if ((m->jq = flatten_jq_new(m->table->rows, m->exprs, m->n, e)) != NULL)
		return 0;
	/* Which one was it? */
	for (size_t i = 0; i < m->fields->all; i++) {
		const struct column *c = m->fields->v[i].column;

		if (m->fields->v[i].native != NULL || m->fields->v[i].raw ||
			flatten_jq_check(c->expr, &one) == 0)
			continue;
		*e = one;
		if (c->line > 0)
			return err_prefix(
				e, "%s:%zu: column %s: ", m->table->file, c->line, c->name);
		return err_prefix(e, "--add: column %s: ", c->name);
	}
	if (m->fields->has_where && m->fields->where.native == NULL &&
		flatten_jq_check(m->fields->where_column.expr, &one) == -1) {
		*e = one;
		return err_prefix(e, "--where: ");
	}
	return err_prefix(e, "%s:%zu: rows: ", m->table->file, m->table->rows_line);
}

/*
 * The values of a row.
 */

/* stdin:12: usage_report.output_tokens (bigint): "abc" is not a number */
int
mapper_refuse(
	struct mapper *m, const struct field *field, const char *at, size_t len, const char *why)
{
	int cut = len > SNIPPET;

	return err_set(m->e, ANT_INPUT, "stdin:%zu: %s.%s (%s): %.*s%s %s", m->line, m->table->name,
		field->column->name, type_name(field->column->type), cut ? SNIPPET : (int)len, at,
		cut ? "..." : "", why);
}

static int
bad_path(struct mapper *m, const struct field *field, const struct json_error *err)
{
	struct json_error unused;
	const char *end = m->record.p + m->record.len;
	const char *stop =
		err->at >= m->record.p && err->at < end ? json_skip(err->at, end, &unused) : NULL;

	return mapper_refuse(m, field, stop == NULL ? "" : err->at,
		stop == NULL ? 0 : (size_t)(stop - err->at), err->reason);
}

/* What libjq made for a column: a value, or an array that should hold one. */
static int
jq_value(struct mapper *m, const struct field *field, struct json_value *v)
{
	const struct json_value *values = &m->values[field->jq];
	const char *at = NULL;
	struct json_value second;

	*v = *values;
	if (m->exprs[field->jq].single)
		return 0;
	if (!json_next(values, &at, NULL, v))
		return err_set(m->e, ANT_INPUT, "stdin:%zu: %s.%s: the expression gives no value",
			m->line, m->table->name, field->column->name);
	if (json_next(values, &at, NULL, &second))
		return err_set(m->e, ANT_INPUT,
			"stdin:%zu: %s.%s: the expression gives several values", m->line,
			m->table->name, field->column->name);
	return 0;
}

int
mapper_value(struct mapper *m, const struct field *field, struct json_value *v)
{
	struct json_error err;

	if (field->raw) {
		*v = m->record;
		return 0;
	}
	if (field->native == NULL)
		return jq_value(m, field, v);
	switch (plan_eval(m->plan, field->native, v, &err)) {
	case PLAN_OK:
		return 0;
	case PLAN_TYPE:
		return bad_path(m, field, &err);
	default:
		return err_sys(m->e, ANT_FAIL, "flatten");
	}
}

int
mapper_has(struct mapper *m, const struct field *field)
{
	struct ant_err *e = m->e, wrong;
	struct json_value v;
	int result;

	wrong.status = ANT_OK;
	m->e = &wrong;
	result = mapper_value(m, field, &v);
	m->e = e;
	if (result == 0)
		return v.kind != JSON_NULL;
	if (wrong.status != ANT_FAIL)
		return 0;
	*e = wrong;
	return -1;
}

int
mapper_refuse_record(struct mapper *m)
{
	const struct fields *f = m->fields;

	return err_set(m->e, ANT_INPUT,
		"stdin:%zu: %s: this is no record of the table, it has no %s%s: %.*s", m->line,
		m->table->name, f->v[f->key[0]].column->name,
		f->nkey > 1 ? ", nor anything else of the key" : "",
		plain_quote(m->record.p, m->record.len), m->record.p);
}

size_t
mapper_mended(const struct mapper *m, const struct field *field, const struct json_value *v)
{
	const char *p = v->p, *end = v->p + v->len;
	size_t n = 0;

	if (field->native != NULL || field->raw || !flatten_jq_mended(m->jq))
		return 0;
	for (; (p = memchr(p, (unsigned char)UTF8_REPLACEMENT[0], (size_t)(end - p))) != NULL; p++)
		n += end - p >= 3 && memcmp(p, UTF8_REPLACEMENT, 3) == 0;
	return n;
}

/*
 * The rows of a record.
 */

/* The next row of libjq in `values`: 1; 0 after the last; -1. */
static int
next_jq_row(struct mapper *m)
{
	struct json_value row;
	const char *at = NULL;
	int more = flatten_jq_next(m->jq, &row, m->e);

	if (more == -1)
		return err_prefix(m->e, "stdin:%zu: %s: ", m->line, m->table->name);
	for (size_t i = 0; more == 1 && i < m->n; i++)
		if (!json_next(&row, &at, NULL, &m->values[i]))
			return err_set(m->e, ANT_FAIL, "libjq left out a column");
	return more;
}

int
mapper_knows(const struct mapper *m, const char *key)
{
	const struct plan *p = m->plan != NULL ? m->plan : m->watch;

	return p != NULL && plan_knows(p, key);
}

/* What plan_scan() found: the line and the byte in it. */
static int
bad_record(struct mapper *m, int result, const struct json_error *err)
{
	const char *end = m->record.p + m->record.len;
	int quote = 0;

	if (result == PLAN_MEMORY)
		return err_sys(m->e, ANT_FAIL, "flatten");
	if (result == PLAN_STOP)
		return -1;
	/* Of what is missing in the record, there is only the record to show. */
	if (result == PLAN_TYPE && err->at == end)
		quote = plain_quote(m->record.p, m->record.len);
	return err_set(m->e, ANT_INPUT, "stdin:%zu:%zu: %s%s%s%s%.*s",
		m->line + jsonseq_newlines(m->record.p, err->at), lines_byte(m->in, err->at),
		result == PLAN_TYPE ? m->table->name : "", result == PLAN_TYPE ? ": " : "",
		err->reason, quote > 0 ? ": " : "", quote, m->record.p);
}

/* A row that is null would be a row of nulls: 0, or -1 where P, at a row, stands at such a one. */
static int
check_row(struct mapper *m, const struct plan *p)
{
	struct json_error err = {.reason = "a row that is null"};

	if ((err.at = plan_null_row(p)) == NULL)
		return 0;
	return bad_record(m, PLAN_TYPE, &err);
}

static int
on_row(void *arg)
{
	struct mapper *m = arg;

	if (check_row(m, m->plan) == -1)
		return -1;
	if (m->jq != NULL) {
		int more = next_jq_row(m);

		if (more == -1)
			return -1;
		if (more == 0)
			return err_set(m->e, ANT_INPUT, "stdin:%zu: %s: libjq gives fewer rows",
				m->line, m->table->name);
	}
	return m->row(m->arg);
}

/* A row beside which libjq makes the real one. */
static int
on_watched_row(void *arg)
{
	struct mapper *m = arg;

	return check_row(m, m->watch);
}

/* libjq is lenient: check a record that it alone reads. */
static int
check_record(struct mapper *m)
{
	struct json_error err = {.at = m->record.p, .reason = ""};
	struct json_value unused;
	int result = PLAN_OK;

	if (m->watch != NULL)
		result = plan_scan(m->watch, m->record.p, m->record.len, on_watched_row, m, &err);
	else if (json_parse(m->record.p, m->record.len, &unused, &err) == -1)
		result = PLAN_SYNTAX;
	return result == PLAN_OK ? 0 : bad_record(m, result, &err);
}

int
mapper_record(struct mapper *m, const struct json_value *record, size_t line, struct ant_err *e)
{
	struct json_error err = {.at = record->p, .reason = ""};
	struct json_value unused;
	int more = 0;

	m->record = *record;
	m->line = line;
	m->e = e;
	if (m->plan == NULL && check_record(m) == -1)
		return -1;
	if (m->jq != NULL && flatten_jq_record(m->jq, record->p, record->len, e) == -1) {
		/* Where the text itself is wrong, our own words for it are better. */
		if (m->plan != NULL && json_parse(record->p, record->len, &unused, &err) == -1)
			return bad_record(m, PLAN_SYNTAX, &err);
		return err_prefix(e, "stdin:%zu: ", line);
	}
	if (m->plan != NULL) {
		int result = plan_scan(m->plan, record->p, record->len, on_row, m, &err);

		if (result != PLAN_OK)
			return bad_record(m, result, &err);
	}
	while (m->jq != NULL && (more = next_jq_row(m)) == 1) {
		if (m->plan != NULL)
			return err_set(e, ANT_INPUT, "stdin:%zu: %s: libjq gives more rows", line,
				m->table->name);
		if (m->row(m->arg) == -1)
			return -1;
	}
	return more;
}
