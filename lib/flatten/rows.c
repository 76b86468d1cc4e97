#include "flatten/rows.h"

#include <string.h>

#include "flatten/mask.h"
#include "stream/escape.h"

enum { FLUSH_AT = 1 << 16, ROW_MAX = 512 << 20 };

void
flatten_rows_init(struct flatten_rows *w, struct mapper *m, struct fields *f,
	const struct flatten_options *o, int output)
{
	w->mapper = m;
	w->fields = f;
	w->options = o;
	out_init(&w->out, output, "stdout");
	buf_init(&w->row, ROW_MAX);
	buf_init(&w->scratch, ROW_MAX);
	buf_init(&w->text, ROW_MAX);
}

void
flatten_rows_free(struct flatten_rows *w)
{
	out_free(&w->out);
	buf_free(&w->row);
	buf_free(&w->scratch);
	buf_free(&w->text);
}

/* The record as it came, where it is clean text; else mended. */
static int
put_raw(struct flatten_rows *w)
{
	const char *end = w->mapper->record.p + w->mapper->record.len;
	const char *p = json_space(w->mapper->record.p, end);
	size_t mended = 0;

	while (end > p && json_space(end - 1, end) == end) /* such as the CR of a CRLF */
		end--;
	buf_clear(&w->scratch);
	if (json_put_value(&w->scratch, &w->mapper->record, &mended) == -1)
		return err_sys(w->mapper->e, ANT_FAIL, "flatten");
	w->count.mended += mended;
	if (mended == 0 ? escape_put(&w->row, p, (size_t)(end - p)) == -1
			: escape_put(&w->row, w->scratch.data, w->scratch.len) == -1)
		return err_sys(w->mapper->e, ANT_FAIL, "flatten");
	return 0;
}

/* A value that is no string, but that a text column takes. */
static int
is_stray(const struct json_value *v)
{
	return v->kind == JSON_NUMBER || v->kind == JSON_TRUE || v->kind == JSON_FALSE;
}

static int
put_masked(struct flatten_rows *w, struct field *field, const struct json_value *v)
{
	const char *why = NULL;
	int result = 0;

	buf_clear(&w->scratch);
	buf_clear(&w->text);
	if (field->column->type == TYPE_TEXT)
		field->strays += (size_t)is_stray(v);
	/* The column's own type still holds. */
	if (cell_put(&w->scratch, field->column->type, v, &w->count, &why) == -1)
		return why != NULL ? mapper_refuse(w->mapper, field, v->p, v->len, why)
				   : err_sys(w->mapper->e, ANT_FAIL, "flatten");
	if (field->column->type == TYPE_TEXT || field->column->type == TYPE_JSON) {
		buf_clear(&w->scratch); /* the text itself, not as a row encodes it */
		result = field->column->type == TYPE_TEXT && v->kind == JSON_STRING
				 ? json_text(&w->scratch, v, NULL)
				 : json_put_value(&w->scratch, v, NULL);
	}
	if (result == -1 ||
		mask_put(&w->text, field->mask, w->options->mask_key, w->options->mask_key_len,
			w->scratch.data == NULL ? "" : w->scratch.data, w->scratch.len) == -1 ||
		escape_put(&w->row, w->text.data, w->text.len) == -1)
		return err_sys(w->mapper->e, ANT_FAIL, "flatten");
	return 0;
}

static int
put_field(struct flatten_rows *w, struct field *field)
{
	struct json_value v;
	const char *why = NULL;

	if (mapper_value(w->mapper, field, &v) == -1)
		return -1;
	if (field->native == NULL)
		w->count.mended += mapper_mended(w->mapper, field, &v);
	if (v.kind != JSON_NULL && field->mask != MASK_NONE)
		return put_masked(w, field, &v);
	if (field->raw)
		return put_raw(w);
	if (field->type == TYPE_TEXT)
		field->strays += (size_t)is_stray(&v);
	if (field->type == TYPE_TIMESTAMPTZ
			? cell_put_time(&w->row, &v, &field->last, &w->count, &why) == -1
			: cell_put(&w->row, field->type, &v, &w->count, &why) == -1)
		return why != NULL ? mapper_refuse(w->mapper, field, v.p, v.len, why)
				   : err_sys(w->mapper->e, ANT_FAIL, "flatten");
	return 0;
}

/* What --where says of this row: 1 in, 0 out, -1 with a reason. */
static int
is_wanted(struct flatten_rows *w)
{
	struct json_value v;

	if (!w->fields->has_where)
		return 1;
	if (mapper_value(w->mapper, &w->fields->where, &v) == -1)
		return -1;
	return v.kind != JSON_NULL && v.kind != JSON_FALSE;
}

/* Whether the usual value of a key is there, which is known at once. */
static inline int
is_there(const struct json_value *v)
{
	return v != NULL && v->kind > JSON_NULL && v->kind <= JSON_OBJECT;
}

/* A row in which nothing tells what it is of is no row: what came was no record. */
static int
check_key(struct flatten_rows *w)
{
	const struct fields *f = w->fields;
	int found = 0;

	for (size_t i = 0; i < f->nkey && found == 0; i++)
		found = mapper_has(w->mapper, &f->v[f->key[i]]);
	return found == 0 ? mapper_refuse_record(w->mapper) : found;
}

int
flatten_rows_flush(struct flatten_rows *w, struct ant_err *e)
{
	if (out_put(&w->out, w->row.data, w->row.len, e) == -1)
		return -1;
	buf_clear(&w->row);
	return out_flush(&w->out, e);
}

int
flatten_rows_row(void *arg)
{
	struct flatten_rows *w = arg;
	struct field *field = w->fields->v, *end = field + w->fields->n;
	size_t start = w->row.len;
	int wanted;

	if (w->fields->nkey > 0 && !is_there(field[w->fields->key[0]].value) && check_key(w) == -1)
		return -1;
	if ((wanted = is_wanted(w)) == -1)
		return -1;
	if (!wanted) {
		w->filtered++;
		return 0;
	}
	for (; field < end; field++) {
		if ((field->value == NULL ||
			    !cell_put_plain(&w->row, field->type, field->value, &field->last)) &&
			put_field(w, field) == -1)
			return -1;
		if (buf_putc(&w->row, '\t') == -1)
			return err_sys(w->mapper->e, ANT_FAIL, "flatten");
	}
	w->row.data[w->row.len - 1] = '\n';
	if (escape_guard(&w->row, start) == -1)
		return err_sys(w->mapper->e, ANT_FAIL, "flatten");
	w->rows++;
	if (w->row.len < FLUSH_AT)
		return 0;
	if (out_put(&w->out, w->row.data, w->row.len, w->mapper->e) == -1)
		return -1;
	buf_clear(&w->row);
	return 0;
}
