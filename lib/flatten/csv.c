#include "flatten/csv.h"

#include <string.h>

#include "base/csv_file.h"
#include "base/lines.h"
#include "base/utf8.h"

struct reader {
	const struct strlist *names;
	size_t name[CSV_FILE_FIELDS_MAX]; /* of each field, by number */
	struct buf record;
	int64_t records; /* the header among them */
	flatten_csv_take *take;
	void *arg;
};

/* The number of the name that the LEN bytes at P are; that of none: how many names there are. */
static size_t
name_number(const struct strlist *names, const char *p, size_t len)
{
	size_t i = 0;

	while (i < names->n && (strlen(names->v[i]) != len || memcmp(names->v[i], p, len) != 0))
		i++;
	return i;
}

/* "kind, id, owner", as the header should be. */
static int
refuse_header(const struct reader *r, int64_t line, struct ant_err *e)
{
	struct buf all;

	buf_init(&all, 1 << 16);
	for (size_t i = 0; i < r->names->n; i++)
		buf_printf(&all, "%s%s", i > 0 ? "," : "", r->names->v[i]);
	err_set(e, ANT_INPUT,
		"stdin:%lld: the first line is no header: it holds the names %s, each once",
		(long long)line, buf_str(&all) != NULL ? all.data : "of the fields");
	buf_free(&all);
	return -1;
}

static int
take_header(struct reader *r, const struct csv_file_field *f, size_t n, struct ant_err *e)
{
	int complete = n == r->names->n;

	for (size_t i = 0; i < n && complete; i++) {
		r->name[i] = name_number(r->names, f[i].p, f[i].len);
		complete = r->name[i] < r->names->n;
		for (size_t k = 0; k < i; k++)
			complete = complete && r->name[k] != r->name[i];
	}
	return complete ? 0 : refuse_header(r, f->line, e);
}

/* A text must be one: 0, or -1. */
static int
check_text(const struct csv_file_field *f, const char *name, struct ant_err *e)
{
	const char *end = f->p + f->len;
	size_t len;

	if (memchr(f->p, '\0', f->len) != NULL)
		return err_set(
			e, ANT_INPUT, "stdin:%lld: %s: a NUL byte", (long long)f->line, name);
	for (const char *p = f->p; p < end; p += len)
		if (utf8_next(p, end, &len) == -1)
			return err_set(
				e, ANT_INPUT, "stdin:%lld: %s: no UTF-8", (long long)f->line, name);
	return 0;
}

static int
take_record(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct reader *r = arg;
	struct json_value record = {.kind = JSON_OBJECT};

	r->records = number;
	if (number == 1)
		return take_header(r, f, n, e);
	if (n != r->names->n)
		return err_set(e, ANT_INPUT, "stdin:%lld: %zu fields, not %zu", (long long)f->line,
			n, r->names->n);
	buf_clear(&r->record);
	for (size_t i = 0; i < n; i++) {
		const char *name = r->names->v[r->name[i]];

		if (check_text(&f[i], name, e) == -1)
			return -1;
		buf_putc(&r->record, i > 0 ? ',' : '{');
		json_put_string(&r->record, name);
		buf_putc(&r->record, ':');
		if (f[i].len == 0)
			buf_puts(&r->record, "null");
		else
			json_put_text(&r->record, f[i].p, f[i].len);
	}
	buf_putc(&r->record, '}');
	if (buf_str(&r->record) == NULL)
		return err_sys(e, ANT_FAIL, "stdin:%lld", (long long)f->line);
	record.p = r->record.data;
	record.len = r->record.len;
	return r->take(r->arg, &record, (size_t)f->line, e);
}

int
flatten_csv(
	int fd, const struct strlist *names, flatten_csv_take *take, void *arg, struct ant_err *e)
{
	static const struct csv_file_dialect dialect = {.delimiter = ',', .null = "", .header = 1};
	struct reader r = {.names = names, .take = take, .arg = arg};
	struct csv_file file;
	int status;

	csv_file_init(&file, &dialect);
	file.damage = ANT_INPUT;
	buf_init(&r.record, LINES_MAX);
	status = csv_file_read(&file, fd, "stdin", take_record, &r, e);
	if (status == 0 && r.records == 0)
		status = refuse_header(&r, 1, e);
	buf_free(&r.record);
	return status;
}
