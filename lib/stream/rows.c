#include "stream/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strlist.h"
#include "base/utc.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "stream/cell.h"

enum { QUOTE = 60 }; /* of a value, the most bytes that a message repeats */

struct field { /* of a directive */
	char *p;
	size_t len;
	int null;
};

static int
at_line(const struct rows *r, struct ant_err *e)
{
	return err_prefix(e, "%s:%zu: ", r->in.name, r->in.number);
}

/* Whether a byte is nothing special in a cell. */
static inline int
plain(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x20 ? u < 0x80 && u != '\\' : u != '\t' && u != '\n' && u != '\r' && u != 0;
}

/*
 * Step over the special byte at P, which is no tab and no newline.  START is where
 * the cell starts, LINE where the row does (END in a directive).  Return how many
 * bytes it takes, or 0 with a reason.
 */
static size_t
special(const char *p, const char *start, const char *line, const char *end, struct ant_err *e)
{
	size_t n;

	if (*p == '\\') {
		char c = p[1];

		if (c == '\\' || c == 't' || c == 'n' || c == 'r' || (c == '#' && p == line))
			return 2;
		if (c == 'N' && p == start && (p + 2 == end || p[2] == '\t'))
			return 2;
		err_set(e, ANT_INPUT, "wrong escape \\%.*s: \\\\, \\t, \\n, \\r, or \\N alone",
			p + 1 < end && plain(c) ? 1 : 0, p + 1);
		return 0;
	}
	if (*p == '\0' || *p == '\r') {
		err_set(e, ANT_INPUT, *p == '\0' ? "a NUL byte" : "a carriage return, not \\r");
		return 0;
	}
	if (utf8_next(p, end, &n) == -1) {
		err_set(e, ANT_INPUT, "byte 0x%02x is not UTF-8", (unsigned)*p & 0xff);
		return 0;
	}
	return n;
}

/* Take the escapes out of LEN checked bytes at FROM; TO may be FROM.  Return the new length. */
static size_t
unescape(char *to, const char *from, size_t len)
{
	const char *end = from + len;
	char *p = to;

	while (from < end) {
		if (*from == '\\') {
			from++;
			*p++ = *from == 't'   ? '\t'
			       : *from == 'n' ? '\n'
			       : *from == 'r' ? '\r'
					      : *from;
			from++;
		} else {
			*p++ = *from++;
		}
	}
	return (size_t)(p - to);
}

static int
bigint(const char *p, size_t len, int64_t *v)
{
	const uint64_t limit = (uint64_t)INT64_MAX + (len > 0 && *p == '-');
	size_t i = len > 0 && *p == '-';
	uint64_t n = 0;

	if (i == len || len > 20 || (p[i] == '0' && len > i + 1))
		return -1;
	for (; i < len; i++) {
		unsigned d = (unsigned)p[i] - '0';

		if (d > 9 || (i >= 18 && n > (limit - d) / 10))
			return -1;
		n = n * 10 + d;
	}
	*v = *p == '-' ? (int64_t)(0 - n) : (int64_t)n;
	return 0;
}

/* JSON's grammar of numbers, within what ant-flatten writes. */
static int
number(const char *p, size_t len)
{
	const char *end = p + len, *start;
	long exponent = 0;

	if (len > CELL_NUMBER_MAX)
		return -1;
	if (p < end && *p == '-')
		p++;
	for (start = p; p < end && *p >= '0' && *p <= '9'; p++)
		;
	if (p == start || (*start == '0' && p > start + 1))
		return -1;
	if (p < end && *p == '.') {
		for (start = ++p; p < end && *p >= '0' && *p <= '9'; p++)
			;
		if (p == start)
			return -1;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		if (++p < end && (*p == '+' || *p == '-'))
			p++;
		for (start = p; p < end && *p >= '0' && *p <= '9'; p++)
			if (exponent <= CELL_NUMBER_MAX)
				exponent = exponent * 10 + (*p - '0');
		if (p == start || exponent > CELL_NUMBER_MAX)
			return -1;
	}
	return p == end ? 0 : -1;
}

/* A number that a double holds: neither beyond its range nor, not being 0, so small that it is lost. */
static int
real(const char *p, size_t len)
{
	double v;

	if (number(p, len) == -1)
		return -1;
	if (len < 300 && memchr(p, 'e', len) == NULL && memchr(p, 'E', len) == NULL)
		return 0;
	v = strtod(p, NULL);
	if (isinf(v))
		return -1;
	if (v != 0)
		return 0;
	for (size_t i = 0; i < len && p[i] != 'e' && p[i] != 'E'; i++)
		if (p[i] >= '1' && p[i] <= '9')
			return -1;
	return 0;
}

/* YYYY-MM-DDTHH:MM:SS[.fraction]Z in microseconds; the seventh digit rounds, within year 9999. */
static int
instant(const char *p, size_t len, int64_t *v)
{
	int64_t seconds, micros = 0, unit = 100000;

	if (len < 20 || p[10] != 'T' || p[len - 1] != 'Z' || utc_parse(p, len, &seconds) == -1)
		return -1;
	if (len > 20) {
		for (size_t i = 20; i < len - 1 && unit > 0; i++, unit /= 10)
			micros += (p[i] - '0') * unit;
		if (len > 27 && p[26] >= '5')
			micros++;
		if (micros == 1000000 && seconds == utc_days(10000, 1, 1) * UTC_DAY - 1)
			micros--; /* not into a year of five digits */
	}
	*v = seconds * 1000000 + micros;
	return 0;
}

/* A \u0000 or half of a surrogate pair in checked JSON: no database stores it. */
static int
json_storable(const char *p, size_t len)
{
	const char *end = p + len;
	long high = 0;

	for (; p < end; p++) {
		long u = -1;

		if (*p == '\\' && *++p == 'u') {
			char hex[5] = {p[1], p[2], p[3], p[4], '\0'};

			u = strtol(hex, NULL, 16);
			p += 4;
		}
		if (u == 0 || (high && (u < 0xdc00 || u > 0xdfff)) ||
			(!high && u >= 0xdc00 && u <= 0xdfff))
			return -1;
		high = u >= 0xd800 && u <= 0xdbff;
	}
	return 0;
}

int
rows_fits(enum type t, struct row_cell *c)
{
	struct json_value v;
	struct json_error why;

	switch (t) {
	case TYPE_BIGINT:
		return bigint(c->p, c->len, &c->i);
	case TYPE_DOUBLE:
		return real(c->p, c->len);
	case TYPE_NUMERIC:
		return number(c->p, c->len);
	case TYPE_BOOLEAN:
		c->i = c->len == 4;
		return (c->len == 4 && memcmp(c->p, "true", 4) == 0) ||
				       (c->len == 5 && memcmp(c->p, "false", 5) == 0)
			       ? 0
			       : -1;
	case TYPE_DATE:
		if (c->len != 10 || utc_parse(c->p, 10, &c->i) == -1)
			return -1;
		c->i /= UTC_DAY; /* midnight: exact before 1970 too */
		return 0;
	case TYPE_TIMESTAMPTZ:
		return instant(c->p, c->len, &c->i);
	case TYPE_JSON:
		if (json_parse(c->p, c->len, &v, &why) == -1)
			return -1;
		return memchr(c->p, '\\', c->len) == NULL ? 0 : json_storable(c->p, c->len);
	default:
		return 0;
	}
}

/* "column 'bucket': 'yesterday' is not a timestamptz" */
static int
misfit(const struct row_column *col, const struct row_cell *c, struct ant_err *e)
{
	int cut = c->len > QUOTE, n = cut ? QUOTE : (int)c->len;

	while (cut && n > 0 && ((unsigned char)c->p[n] & 0xc0) == 0x80)
		n--; /* not inside a character */
	return err_set(e, ANT_INPUT, "column '%.200s': '%.*s'%s is not of type %s", col->name, n,
		c->p, cut ? "…" : "", type_name(col->type));
}

/*
 * Check the text of C, a cell of COLUMN with escapes, and take them out: in place
 * where the caller wants cells, else aside, so that the stream's bytes stay.
 */
static int
escaped_value(struct rows *r, const struct row_column *column, struct row_cell *c, int in_place,
	struct ant_err *e)
{
	struct row_cell seen = *c;
	char *to = r->in.buf.data + (c->p - r->in.buf.data);

	if (!in_place) {
		if (column->type == TYPE_TEXT)
			return 0;
		buf_clear(&r->scratch);
		if ((to = buf_reserve(&r->scratch, c->len)) == NULL)
			return err_sys(e, ANT_FAIL, "a value of %zu bytes", c->len);
	}
	seen.len = unescape(to, c->p, c->len);
	seen.p = to;
	if (rows_fits(column->type, &seen) == -1)
		return misfit(column, &seen, e);
	if (in_place)
		*c = seen;
	return 0;
}

static int
in_window(const struct rows *r, struct ant_err *e)
{
	const struct row_cell *c = &r->cells[r->time_column];
	int date = r->columns[r->time_column].type == TYPE_DATE;
	int64_t unit = date ? 1 : 1000000, seconds = date ? UTC_DAY : 1;
	char from[UTC_TEXT], to[UTC_TEXT];

	if (!c->null && c->i * seconds >= r->from * unit && c->i * seconds < r->to * unit)
		return 0;
	utc_format(r->from, from);
	utc_format(r->to, to);
	return err_set(e, ANT_INPUT, "column '%.200s': '%.*s' is outside the window %s to %s",
		r->columns[r->time_column].name, c->null ? 4 : (int)c->len, c->null ? "null" : c->p,
		from, to);
}

/* Split and check the row of LEN bytes at P; a newline stands behind it. */
static int
split(struct rows *r, char *p, size_t len, int in_place, struct ant_err *e)
{
	char *line = p, *end = p + len;

	for (size_t i = 0; i < r->ncolumns; i++) {
		struct row_cell *c = &r->cells[i];
		char *start = p;
		int escaped = 0;

		for (;;) {
			size_t n;

			p += vec_cell(p, end) - p;
			if (*p == '\t' || p == end)
				break;
			escaped |= *p == '\\';
			if ((n = special(p, start, line, end, e)) == 0)
				return err_prefix(e, "column '%.200s': ", r->columns[i].name);
			p += n;
		}
		if ((p == end) != (i + 1 == r->ncolumns))
			return err_set(e, ANT_INPUT, "%s than the %zu cells of #cols",
				p == end ? "fewer" : "more", r->ncolumns);
		c->p = start;
		c->len = (size_t)(p - start);
		c->null = escaped && c->len == 2 && start[1] == 'N';
		if (c->null)
			r->columns[i].nulls++;
		else if (escaped ? escaped_value(r, &r->columns[i], c, in_place, e) == -1
				 : rows_fits(r->columns[i].type, c) == -1 &&
					   misfit(&r->columns[i], c, e))
			return -1;
		p++;
	}
	return r->window ? in_window(r, e) : 0;
}

/* Whether a line is the directive NAME. */
static int
is_directive(const char *p, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len >= n && memcmp(p, name, n) == 0 && (len == n || p[n] == '\t');
}

/*
 * Cut the directive NAME at P into the fields behind its name, unescaped in place.
 * Return how many there are, at most MAX, or -1 with a reason.
 */
static long
directive(char *p, size_t len, const char *name, struct field *f, size_t max, struct ant_err *e)
{
	char *end = p + len;
	size_t n = 0;

	if (!is_directive(p, len, name))
		return err_set(e, ANT_INPUT, "expected %s, not '%.*s'%s", name,
			len > QUOTE ? QUOTE : (int)len, p,
			len > 0 && *p == '{' ? ": is ant-flatten missing in between?" : "");
	for (p += strlen(name); p < end;) {
		char *start = ++p; /* behind the tab */

		while (p < end && *p != '\t') {
			size_t step = plain(*p) ? 1 : special(p, start, end, end, e);

			if (step == 0)
				return -1;
			p += step;
		}
		if (n == max)
			return err_set(e, ANT_INPUT, "%s has more than %zu fields", name, max);
		f[n].p = start;
		f[n].null = p - start == 2 && memcmp(start, "\\N", 2) == 0;
		f[n++].len = unescape(start, start, (size_t)(p - start));
	}
	return (long)n;
}

static int
field_is(const struct field *f, const char *s)
{
	return f->len == strlen(s) && memcmp(f->p, s, f->len) == 0;
}

/* A field as YYYY-MM-DDTHH:MM:SSZ. */
static int
field_time(const struct field *f, int64_t *t)
{
	return f->len == UTC_TEXT - 1 && f->p[10] == 'T' && f->p[19] == 'Z'
		       ? utc_parse(f->p, f->len, t)
		       : -1;
}

/*
 * The next line: the one that is held, or a new one; in the midst of a stream there
 * must be one, and it must be whole.
 */
static int
line(struct rows *r, char **p, size_t *len, struct ant_err *e)
{
	int more;

	if (r->held != NULL) {
		*p = r->held;
		*len = r->held_len;
		r->held = NULL;
		return 0;
	}
	if ((more = lines_next(&r->in, p, len, e)) == -1)
		return -1;
	if (more == 1 && !r->in.partial)
		return 0;
	return err_set(e, ANT_INPUT,
		"%s:%zu: the stream breaks off%s: it has no #end, so its sender did not finish",
		r->in.name, r->in.number + (more == 0), more == 1 ? " inside a line" : "");
}

static void
hold(struct rows *r, char *p, size_t len)
{
	r->held = p;
	r->held_len = len;
}

/* Read the directive NAME with MIN to MAX fields into F. */
static long
expect(struct rows *r, const char *name, struct field *f, size_t min, size_t max, struct ant_err *e)
{
	char *p;
	size_t len;
	long n;

	if (line(r, &p, &len, e) == -1)
		return -1;
	if ((n = directive(p, len, name, f, max, e)) == -1)
		return at_line(r, e);
	if ((size_t)n < min) {
		err_set(e, ANT_INPUT, "%s has %ld fields, not %zu", name, n, min);
		return at_line(r, e);
	}
	return n;
}

static char *
copy(const struct field *f)
{
	char *s = malloc(f->len + 1);

	if (s == NULL)
		return NULL;
	memcpy(s, f->p, f->len);
	s[f->len] = '\0';
	return s;
}

static int
no_memory(struct rows *r, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s:%zu", r->in.name, r->in.number);
}

/* #ant-rows VERSION TABLE */
static int
read_first(struct rows *r, struct field *f, struct ant_err *e)
{
	if (expect(r, "#ant-rows", f, 2, 2, e) == -1)
		return -1;
	if (!field_is(&f[0], "1")) {
		err_set(e, ANT_INPUT, "version '%.*s' of the row stream is not known here, 1 is",
			f[0].len > QUOTE ? QUOTE : (int)f[0].len, f[0].p);
		return at_line(r, e);
	}
	if ((r->table = copy(&f[1])) == NULL)
		return no_memory(r, e);
	if (!type_is_table_name(r->table)) {
		err_set(e, ANT_INPUT, "'%.100s' is not a table's name", r->table);
		return at_line(r, e);
	}
	return 0;
}

/* #mode MODE, or #mode window COLUMN FROM TO; the column's name goes to *COLUMN. */
static int
read_mode(struct rows *r, struct field *f, char **column, struct ant_err *e)
{
	char name[16] = "";
	long n = expect(r, "#mode", f, 1, 4, e);
	int mode;

	if (n == -1)
		return -1;
	if (f[0].len < sizeof name)
		memcpy(name, f[0].p, f[0].len);
	if ((mode = type_mode_find(name)) == -1) {
		err_set(e, ANT_INPUT, "#mode: '%.*s' is not a mode",
			f[0].len > QUOTE ? QUOTE : (int)f[0].len, f[0].p);
		return at_line(r, e);
	}
	r->mode = (enum mode)mode;
	r->window = r->mode == MODE_WINDOW;
	if (n != (r->window ? 4 : 1)) {
		err_set(e, ANT_INPUT, "#mode %s has %ld fields, not %d", name, n,
			r->window ? 4 : 1);
		return at_line(r, e);
	}
	if (!r->window)
		return 0;
	if (field_time(&f[2], &r->from) == -1 || field_time(&f[3], &r->to) == -1 ||
		r->from > r->to) {
		err_set(e, ANT_INPUT,
			"#mode window: from and to are YYYY-MM-DDTHH:MM:SSZ, the one not after the "
			"other");
		return at_line(r, e);
	}
	if ((*column = copy(&f[1])) == NULL)
		return no_memory(r, e);
	return 0;
}

static long
find_column(const struct rows *r, const char *name)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (r->columns[i].name != NULL && strcmp(r->columns[i].name, name) == 0)
			return (long)i;
	return -1;
}

/* #type TYPE... and #cols NAME... */
static int
read_columns(struct rows *r, struct field *f, struct ant_err *e)
{
	long n;

	if ((n = expect(r, "#type", f, 1, ROWS_COLUMNS_MAX, e)) == -1)
		return -1;
	r->columns = calloc((size_t)n, sizeof *r->columns);
	r->cells = calloc((size_t)n, sizeof *r->cells);
	if (r->columns == NULL || r->cells == NULL)
		return no_memory(r, e);
	r->ncolumns = (size_t)n;
	for (long i = 0; i < n; i++) {
		int t = type_find(f[i].p, f[i].len);

		if (t == -1) {
			err_set(e, ANT_INPUT, "#type: '%.*s' is not a type",
				f[i].len > QUOTE ? QUOTE : (int)f[i].len, f[i].p);
			return at_line(r, e);
		}
		r->columns[i].type = (enum type)t;
	}
	if ((n = expect(r, "#cols", f, r->ncolumns, r->ncolumns, e)) == -1)
		return -1;
	for (long i = 0; i < n; i++) {
		char *name = copy(&f[i]);

		if (name == NULL)
			return no_memory(r, e);
		if (*name == '\0' || find_column(r, name) != -1) {
			err_set(e, ANT_INPUT,
				*name == '\0' ? "#cols: column %ld has no name%s"
					      : "#cols: column %ld: '%.200s' is there twice",
				i + 1, name);
			free(name);
			return at_line(r, e);
		}
		r->columns[i].name = name;
	}
	return 0;
}

/* Look up the names of #key and of #mode window, now that the columns are known. */
static int
resolve(struct rows *r, const struct strlist *keys, const char *time_column, struct ant_err *e)
{
	long i;

	for (size_t k = 0; k < keys->n; k++) {
		if ((i = find_column(r, keys->v[k])) == -1)
			return err_set(
				e, ANT_INPUT, "#key: there is no column '%.200s'", keys->v[k]);
		if (r->columns[i].key)
			return err_set(e, ANT_INPUT, "#key: '%.200s' is there twice", keys->v[k]);
		r->columns[i].key = 1;
		r->key[r->nkey++] = (size_t)i;
	}
	if (r->mode == MODE_MERGE && r->nkey == 0)
		return err_set(e, ANT_INPUT, "#mode merge without a #key");
	if (!r->window)
		return 0;
	if ((i = find_column(r, time_column)) == -1)
		return err_set(
			e, ANT_INPUT, "#mode window: there is no column '%.200s'", time_column);
	r->time_column = (size_t)i;
	if (r->columns[i].type != TYPE_TIMESTAMPTZ && r->columns[i].type != TYPE_DATE)
		return err_set(e, ANT_INPUT, "#mode window: column '%.200s' is %s, not a time",
			time_column, type_name(r->columns[i].type));
	if (r->columns[i].type == TYPE_DATE && r->to > utc_days(9999, 12, 31) * UTC_DAY)
		return err_set(e, ANT_INPUT,
			"#mode window: no date can be the end of a window into 9999-12-31");
	return 0;
}

/* #key NAME..., which may be missing: its names go to KEYS. */
static int
read_key(struct rows *r, struct field *f, struct strlist *keys, struct ant_err *e)
{
	char *p;
	size_t len;
	long n;

	if (line(r, &p, &len, e) == -1)
		return -1;
	hold(r, p, len);
	if (!is_directive(p, len, "#key"))
		return 0;
	if ((n = expect(r, "#key", f, 1, ROWS_COLUMNS_MAX, e)) == -1)
		return -1;
	if ((r->key = calloc((size_t)n, sizeof *r->key)) == NULL)
		return no_memory(r, e);
	for (long i = 0; i < n; i++)
		if (strlist_add(keys, f[i].p, f[i].len) == -1)
			return no_memory(r, e);
	return 0;
}

static int
read_head(struct rows *r, struct ant_err *e)
{
	struct field *f = calloc(ROWS_COLUMNS_MAX, sizeof *f);
	struct strlist keys = {NULL, 0};
	char *time_column = NULL;
	int status = -1;

	if (f == NULL) {
		no_memory(r, e);
	} else if (read_first(r, f, e) == 0 && read_mode(r, f, &time_column, e) == 0 &&
		   read_key(r, f, &keys, e) == 0 && read_columns(r, f, e) == 0) {
		if ((status = resolve(r, &keys, time_column, e)) == -1)
			at_line(r, e);
	}
	free(time_column);
	strlist_free(&keys);
	free(f);
	return status;
}

struct rows *
rows_open(int fd, const char *name, struct ant_err *e)
{
	struct rows *r = calloc(1, sizeof *r);

	if (r == NULL) {
		err_sys(e, ANT_FAIL, "%s", name);
		return NULL;
	}
	lines_init(&r->in, fd, name, LINES_MAX);
	buf_init(&r->scratch, LINES_MAX);
	if (read_head(r, e) == 0)
		return r;
	rows_close(r);
	return NULL;
}

void
rows_close(struct rows *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->ncolumns; i++)
		free(r->columns[i].name);
	free(r->columns);
	free(r->cells);
	free(r->key);
	free(r->table);
	buf_free(&r->scratch);
	lines_free(&r->in);
	free(r);
}

/* #end ROWS WATERMARK, and the end of the input behind it. */
static int
trailer(struct rows *r, char *p, size_t len, struct ant_err *e)
{
	struct field f[2];
	int64_t count;
	int more;
	long n;

	if ((n = directive(p, len, "#end", f, 2, e)) == -1)
		return at_line(r, e);
	if (n != 2 || bigint(f[0].p, f[0].len, &count) == -1) {
		err_set(e, ANT_INPUT, "#end: the number of rows and a watermark must follow");
		return at_line(r, e);
	}
	if (count != r->count) {
		err_set(e, ANT_INPUT,
			"#end counts %" PRId64 " rows, but %" PRId64
			" have come: some are lost or doubled",
			count, r->count);
		return at_line(r, e);
	}
	r->has_watermark = !f[1].null;
	if (r->has_watermark && field_time(&f[1], &r->watermark) == -1) {
		err_set(e, ANT_INPUT, "#end: the watermark is not YYYY-MM-DDTHH:MM:SSZ or \\N");
		return at_line(r, e);
	}
	if ((more = lines_next(&r->in, &p, &len, e)) == -1)
		return -1;
	if (more == 1) {
		err_set(e, ANT_INPUT, "there is more behind #end");
		return at_line(r, e);
	}
	r->complete = 1;
	return 0;
}

/*
 * Read and check one row; its bytes go to *P and *LEN.  1; 0 where the line was a
 * directive instead: it is held; -1.
 */
static int
next(struct rows *r, char **p, size_t *len, int in_place, struct ant_err *e)
{
	if (line(r, p, len, e) == -1)
		return -1;
	if (*len > 0 && **p == '#') {
		hold(r, *p, *len);
		return 0;
	}
	if (split(r, *p, *len, in_place, e) == -1)
		return at_line(r, e);
	r->count++;
	return 1;
}

/* The end of the rows: the held line must be the trailer. */
static int
finish(struct rows *r, struct ant_err *e)
{
	char *p = r->held;

	r->held = NULL;
	return trailer(r, p, r->held_len, e);
}

int
rows_next(struct rows *r, const struct row_cell **cells, struct ant_err *e)
{
	char *p;
	size_t len;
	int more;

	if (r->complete)
		return 0;
	if ((more = next(r, &p, &len, 1, e)) == 0)
		return finish(r, e);
	*cells = r->cells;
	return more;
}

int
rows_block(struct rows *r, const char **block, size_t *len, struct ant_err *e)
{
	char *p;
	size_t n;
	int more;

	if (r->complete)
		return 0;
	if ((more = next(r, &p, &n, 0, e)) == 0)
		return finish(r, e);
	*block = p;
	while (more == 1) {
		*len = (size_t)(p - *block) + n + 1;
		if (!lines_ready(&r->in))
			break;
		more = next(r, &p, &n, 0, e);
	}
	return more == -1 ? -1 : 1;
}
