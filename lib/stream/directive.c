#include "stream/directive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "stream/escape.h"

/* ---- written ------------------------------------------------------------------------ */

static void
put_field(struct buf *to, const char *text)
{
	buf_putc(to, '\t');
	escape_put(to, text, strlen(text));
}

static void
put_time(struct buf *to, int64_t t)
{
	char text[UTC_TEXT];

	utc_format(t, text);
	put_field(to, text);
}

int
directive_put_head(struct buf *to, const struct directive_head *h)
{
	buf_puts(to, "#ant-rows\t1");
	put_field(to, h->table);
	buf_puts(to, "\n#mode");
	put_field(to, type_mode_name(h->mode));
	if (h->mode == MODE_WINDOW) {
		put_field(to, h->time_column);
		put_time(to, h->from);
		put_time(to, h->to);
	}
	if (h->mode == MODE_MERGE && h->has_window) {
		buf_puts(to, "\n#window");
		put_time(to, h->from);
		put_time(to, h->to);
	}
	if (h->has_asked) {
		buf_puts(to, "\n#asked");
		put_time(to, h->asked);
	}
	if (h->organization != NULL) {
		buf_puts(to, "\n#organization");
		put_field(to, h->organization);
	}
	if (h->nkey > 0)
		buf_puts(to, "\n#key");
	for (size_t i = 0; i < h->nkey; i++)
		put_field(to, h->key[i]);
	if (h->nkey > 0 && h->unique)
		buf_puts(to, "\n#unique");
	buf_puts(to, "\n#type");
	for (size_t i = 0; i < h->ncolumns; i++)
		put_field(to, type_name(h->types[i]));
	buf_puts(to, "\n#cols");
	for (size_t i = 0; i < h->ncolumns; i++)
		put_field(to, h->names[i]);
	return buf_putc(to, '\n');
}

int
directive_put_end(struct buf *to, size_t rows, const int64_t *watermark)
{
	buf_printf(to, "#end\t%zu", rows);
	if (watermark != NULL) {
		put_time(to, *watermark);
	} else {
		buf_putc(to, '\t');
		escape_put_null(to);
	}
	return buf_putc(to, '\n');
}

/* ---- read --------------------------------------------------------------------------- */

enum { QUOTE = 60 }; /* of a value, the most bytes that a message repeats */

struct directive_field {
	char *p;
	size_t len;
	int null;
};

/* Whether a line is the directive NAME. */
static int
is_directive(const char *p, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len >= n && memcmp(p, name, n) == 0 && (len == n || p[n] == '\t');
}

/*
 * Cut the directive NAME at P into the fields after its name, unescaped in place.
 * Return how many there are, MIN to MAX, or -1 with a reason.
 */
static long
cut(char *p, size_t len, const char *name, struct directive_field *f, size_t min, size_t max,
	struct ant_err *e)
{
	char *end = p + len;
	size_t n = 0;

	if (!is_directive(p, len, name))
		return err_set(e, ANT_INPUT, "expected %s, not '%.*s'%s", name,
			len > QUOTE ? QUOTE : (int)len, p,
			len > 0 && (*p == '{' || *p == '[') ? ": is ant-flatten missing in between?"
							    : "");
	for (p += strlen(name); p < end;) {
		char *start = ++p; /* after the tab */

		while (p < end && *p != '\t') {
			size_t step = escape_is_plain(*p) ? 1 : escape_step(p, start, end, end, e);

			if (step == 0)
				return -1;
			p += step;
		}
		if (n == max)
			return err_set(e, ANT_INPUT, "%s has more than %zu fields", name, max);
		f[n].p = start;
		f[n].null = escape_is_null(start, (size_t)(p - start));
		f[n++].len = escape_undo(start, start, (size_t)(p - start));
	}
	if (n < min)
		return err_set(e, ANT_INPUT, "%s has %zu fields, not %zu", name, n, min);
	return (long)n;
}

/* "WHAT 'the field' HOW" */
static int
wrong(const struct directive_field *f, const char *what, const char *how, struct ant_err *e)
{
	return err_set(e, ANT_INPUT, "%s '%.*s' %s", what, f->len > QUOTE ? QUOTE : (int)f->len,
		f->p, how);
}

/* A field as YYYY-MM-DDTHH:MM:SSZ. */
static int
field_time(const struct directive_field *f, int64_t *t)
{
	return f->len == UTC_TEXT - 1 && f->p[10] == 'T' && f->p[19] == 'Z'
		       ? utc_parse(f->p, f->len, t)
		       : -1;
}

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "a directive");
}

static long
find_column(const struct rows *r, const char *name)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (r->columns[i].name != NULL && strcmp(r->columns[i].name, name) == 0)
			return (long)i;
	return -1;
}

/* #ant-rows VERSION TABLE */
static int
take_first(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	struct directive_field *f = d->f;

	(void)n;
	if (f[0].len != 1 || *f[0].p != '1')
		return wrong(&f[0], "version", "of the row stream is not known here, 1 is", e);
	if ((r->table = strndup(f[1].p, f[1].len)) == NULL)
		return no_memory(e);
	if (!type_is_table_name(r->table))
		return err_set(e, ANT_INPUT, "'%.100s' is not a table's name", r->table);
	return 0;
}

/* FROM and TO of the directive NAME. */
static int
take_span(struct rows *r, const struct directive_field f[2], const char *name, struct ant_err *e)
{
	if (field_time(&f[0], &r->from) == 0 && field_time(&f[1], &r->to) == 0 && r->from <= r->to)
		return 0;
	return err_set(e, ANT_INPUT,
		"%s: from and to are YYYY-MM-DDTHH:MM:SSZ, the one not after the other", name);
}

/* #mode MODE, or #mode window COLUMN FROM TO */
static int
take_mode(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	struct directive_field *f = d->f;
	char name[16] = "";
	int mode;

	if (f[0].len < sizeof name)
		memcpy(name, f[0].p, f[0].len);
	if ((mode = type_mode_find(name)) == -1)
		return wrong(&f[0], "#mode:", "is not a mode", e);
	r->mode = (enum mode)mode;
	r->window = r->has_span = r->mode == MODE_WINDOW;
	if (n != (r->window ? 4 : 1))
		return err_set(e, ANT_INPUT, "#mode %s has %ld fields, not %d", name, n,
			r->window ? 4 : 1);
	if (!r->window)
		return 0;
	if (take_span(r, &f[2], "#mode window", e) == -1)
		return -1;
	d->time_column = strndup(f[1].p, f[1].len);
	return d->time_column == NULL ? no_memory(e) : 0;
}

/* #window FROM TO */
static int
take_window(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	(void)n;
	if (r->mode != MODE_MERGE)
		return err_set(e, ANT_INPUT, "#window is of mode merge, not of %s",
			type_mode_name(r->mode));
	r->has_span = 1;
	return take_span(r, d->f, "#window", e);
}

/* #asked TIME */
static int
take_asked(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	(void)n;
	if (!r->has_span)
		return err_set(e, ANT_INPUT, "#asked without a window");
	if (field_time(&d->f[0], &r->asked) == -1 || r->asked > r->from)
		return err_set(e, ANT_INPUT,
			"#asked: it is YYYY-MM-DDTHH:MM:SSZ, not after the start of the window");
	r->has_asked = 1;
	return 0;
}

/* #organization UUID */
static int
take_organization(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	(void)n;
	if (!type_is_organization(d->f[0].p, d->f[0].len))
		return wrong(&d->f[0], "#organization:", "is not the name of one", e);
	memcpy(r->organization, d->f[0].p, d->f[0].len);
	return 0;
}

/* #key NAME... */
static int
take_key(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	if ((r->key = calloc((size_t)n, sizeof *r->key)) == NULL)
		return no_memory(e);
	for (long i = 0; i < n; i++)
		if (strlist_add(&d->key, d->f[i].p, d->f[i].len) == -1)
			return no_memory(e);
	return 0;
}

/* #unique */
static int
take_unique(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	(void)n;
	if (d->key.n == 0)
		return err_set(e, ANT_INPUT, "#unique without a #key");
	r->unique = 1;
	return 0;
}

/* #type TYPE... */
static int
take_types(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	if ((r->columns = calloc((size_t)n, sizeof *r->columns)) == NULL)
		return no_memory(e);
	r->ncolumns = (size_t)n;
	for (long i = 0; i < n; i++) {
		int t = type_find(d->f[i].p, d->f[i].len);

		if (t == -1)
			return wrong(&d->f[i], "#type:", "is not a type", e);
		r->columns[i].type = (enum type)t;
	}
	return 0;
}

/* The columns are known: what #key names. */
static int
resolve_key(struct rows *r, const struct strlist *key, struct ant_err *e)
{
	for (size_t k = 0; k < key->n; k++) {
		long i = find_column(r, key->v[k]);

		if (i == -1)
			return err_set(
				e, ANT_INPUT, "#key: there is no column '%.200s'", key->v[k]);
		if (r->columns[i].key)
			return err_set(e, ANT_INPUT, "#key: '%.200s' is there twice", key->v[k]);
		r->columns[i].key = 1;
		r->key[r->nkey++] = (size_t)i;
	}
	if (r->mode == MODE_MERGE && r->nkey == 0)
		return err_set(e, ANT_INPUT, "#mode merge without a #key");
	return 0;
}

/* Likewise the column of #mode window, NAME. */
static int
resolve_window(struct rows *r, const char *name, struct ant_err *e)
{
	long i = find_column(r, name);

	if (i == -1)
		return err_set(e, ANT_INPUT, "#mode window: there is no column '%.200s'", name);
	r->time_column = (size_t)i;
	if (r->columns[i].type != TYPE_TIMESTAMPTZ && r->columns[i].type != TYPE_DATE)
		return err_set(e, ANT_INPUT, "#mode window: column '%.200s' is %s, not a time",
			name, type_name(r->columns[i].type));
	if (r->columns[i].type == TYPE_DATE && r->to > utc_days(9999, 12, 31) * UTC_DAY)
		return err_set(e, ANT_INPUT,
			"#mode window: no date can be the end of a window into 9999-12-31");
	return 0;
}

/* #cols NAME... */
static int
take_names(struct directive_reader *d, struct rows *r, long n, struct ant_err *e)
{
	for (long i = 0; i < n; i++) {
		char *name = strndup(d->f[i].p, d->f[i].len);

		if (name == NULL)
			return no_memory(e);
		if (*name == '\0' || find_column(r, name) != -1) {
			err_set(e, ANT_INPUT,
				*name == '\0' ? "#cols: column %ld has no name%s"
					      : "#cols: column %ld: '%.200s' is there twice",
				i + 1, name);
			free(name);
			return -1;
		}
		r->columns[i].name = name;
	}
	if (resolve_key(r, &d->key, e) == -1)
		return -1;
	return r->window ? resolve_window(r, d->time_column, e) : 0;
}

int
directive_read_head(
	struct directive_reader *d, struct rows *r, char *p, size_t len, struct ant_err *e)
{
	static const struct {
		const char *name;
		size_t min, max; /* fields */
		int (*take)(struct directive_reader *, struct rows *, long n, struct ant_err *);
		int optional;
	} lines[] = {{"#ant-rows", 2, 2, take_first, 0}, {"#mode", 1, 4, take_mode, 0},
		{"#window", 2, 2, take_window, 1}, {"#asked", 1, 1, take_asked, 1},
		{"#organization", 1, 1, take_organization, 1},
		{"#key", 1, ROWS_COLUMNS_MAX, take_key, 1}, {"#unique", 0, 0, take_unique, 1},
		{"#type", 1, ROWS_COLUMNS_MAX, take_types, 0},
		{"#cols", 1, ROWS_COLUMNS_MAX, take_names, 0}};
	size_t columns = r->ncolumns; /* from #type on: as many names must follow */
	long n;

	if (d->f == NULL && (d->f = calloc(ROWS_COLUMNS_MAX, sizeof *d->f)) == NULL)
		return no_memory(e);
	while (lines[d->line].optional && !is_directive(p, len, lines[d->line].name))
		d->line++;
	n = cut(p, len, lines[d->line].name, d->f, columns > 0 ? columns : lines[d->line].min,
		columns > 0 ? columns : lines[d->line].max, e);
	if (n == -1 || lines[d->line].take(d, r, n, e) == -1)
		return -1;
	return ++d->line < sizeof lines / sizeof *lines;
}

void
directive_reader_free(struct directive_reader *d)
{
	free(d->f);
	free(d->time_column);
	strlist_free(&d->key);
}

/* #end ROWS WATERMARK */
int
directive_read_end(struct rows *r, char *p, size_t len, struct ant_err *e)
{
	struct directive_field f[2];
	struct row_cell count;
	long n;

	if ((n = cut(p, len, "#end", f, 0, 2, e)) == -1)
		return -1;
	if (n == 2)
		count = (struct row_cell){.p = f[0].p, .len = f[0].len};
	if (n != 2 || value_fits(TYPE_BIGINT, &count) == -1)
		return err_set(
			e, ANT_INPUT, "#end: the number of rows and a watermark must follow");
	if (count.i != r->count)
		return err_set(e, ANT_INPUT,
			"#end counts %" PRId64 " rows, but %" PRId64
			" have come: some are lost or doubled",
			count.i, r->count);
	r->has_watermark = !f[1].null;
	if (r->has_watermark && field_time(&f[1], &r->watermark) == -1)
		return err_set(
			e, ANT_INPUT, "#end: the watermark is not YYYY-MM-DDTHH:MM:SSZ or \\N");
	return 0;
}
