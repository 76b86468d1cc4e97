#include "base/csv_file.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/lines.h"

enum { BLOCK = 1 << 16 };

static const char bom[] = "\xef\xbb\xbf";

int
csv_file_check(const struct csv_file_dialect *d, struct ant_err *e)
{
	unsigned char c = (unsigned char)d->delimiter;

	if ((c < 0x20 && c != '\t') || c > 0x7e || strchr("\"+-.:", c) != NULL ||
		(c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return err_set(e, ANT_USAGE,
			"--delimiter: one ASCII character, or \\t, that is no letter, digit, quote "
			"or one of + - . :");
	for (const char *p = d->null; *p != '\0'; p++)
		if (*p == d->delimiter || *p == '"' || *p == '\n' || *p == '\r')
			return err_set(e, ANT_USAGE,
				"--null: '%s' holds the delimiter, a quote or a line break",
				d->null);
	return 0;
}

void
csv_file_init(struct csv_file *f, const struct csv_file_dialect *d)
{
	memset(f, 0, sizeof *f);
	f->dialect = d;
	f->damage = ANT_FAIL;
	f->null_len = strlen(d->null);
	for (const char *p = "=+-@\t\r\n'\xef"; *p != '\0'; p++)
		f->risky[(unsigned char)*p] = 1;
}

/*
 * Copy LEN bytes, unless a delimiter, a quote or a line's end is among them.  Return
 * the end of the copy, or NULL.  Up to 15 bytes after P are read, and as many after the copy written.
 */
static char *
copy_plain(const struct csv_file *f, char *to, const char *p, size_t len)
{
#ifdef __SSE2__
	const __m128i delimiter = _mm_set1_epi8(f->dialect->delimiter), quote = _mm_set1_epi8('"');
	const __m128i cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');

	for (size_t i = 0; i < len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, delimiter), _mm_cmpeq_epi8(v, quote)),
			_mm_or_si128(_mm_cmpeq_epi8(v, cr), _mm_cmpeq_epi8(v, lf)));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		_mm_storeu_si128((__m128i *)(void *)(to + i), v);
		if (len - i < 16)
			mask &= (1U << (len - i)) - 1;
		if (mask != 0)
			return NULL;
	}
#else
	for (size_t i = 0; i < len; i++) {
		if (p[i] == f->dialect->delimiter || p[i] == '"' || p[i] == '\r' || p[i] == '\n')
			return NULL;
		to[i] = p[i];
	}
#endif
	return to + len;
}

/* A text without quotes, where it can stand so; else NULL. */
static char *
bare(const struct csv_file *f, char *to, const char *p, size_t len)
{
	/* libcsv and others trim what is not quoted; psql ends at a \. that is not. */
	if (len == 0 || *p == ' ' || *p == '\t' || *p == '\\' || p[len - 1] == ' ' ||
		p[len - 1] == '\t')
		return NULL;
	if (len == f->null_len && memcmp(p, f->dialect->null, len) == 0)
		return NULL;
	/* At the start of the file it would be no text. */
	if (len >= 3 && memcmp(p, bom, 3) == 0)
		return NULL;
	return copy_plain(f, to, p, len);
}

char *
csv_file_text(const struct csv_file *f, char *to, const char *p, size_t len)
{
	char *end = bare(f, to, p, len);

	return end != NULL ? end : to + csv_write(to, len * 2 + 2, p, len);
}

/* Skip the digits at P, of LEN bytes; *N grows by how many those are. */
static size_t
digits(const char *p, size_t len, size_t *n)
{
	size_t i = 0;

	while (i < len && p[i] >= '0' && p[i] <= '9')
		i++;
	*n += i;
	return i;
}

/* Whether it is a number and no more, "-250.005", "+1", "-.5", "+1e5": then it is no formula. */
static int
is_number(const char *p, size_t len)
{
	size_t i = len > 0 && (*p == '-' || *p == '+'), n = 0, exponent = 0;

	i += digits(p + i, len - i, &n);
	if (i < len && p[i] == '.') {
		i++;
		i += digits(p + i, len - i, &n);
	}
	if (n == 0)
		return 0;
	if (i < len && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		i += i < len && (p[i] == '-' || p[i] == '+');
		i += digits(p + i, len - i, &exponent);
		if (exponent == 0)
			return 0;
	}
	return i == len;
}

int
csv_file_is_risky_at_all(const char *p, size_t len)
{
	static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};

	if (is_number(p, len))
		return 0;
	while (len > 0 && *p == '\'') {
		p++;
		len--;
	}
	if (len == 0)
		return 0;
	for (size_t i = 0; len >= 3 && i < sizeof wide / sizeof *wide; i++)
		if (memcmp(p, wide[i], 3) == 0)
			return 1;
	return memchr("=+-@\t\r\n", *p, 7) != NULL;
}

char *
csv_file_guarded(const struct csv_file *f, char *to, const char *p, size_t len)
{
	const char *null = f->dialect->null;
	char *end = NULL;

	if (!f->dialect->safe || !csv_file_is_risky(f, p, len))
		return csv_file_text(f, to, p, len);
	if (f->null_len != len + 1 || *null != '\'' || memcmp(null + 1, p, len) != 0)
		end = bare(f, to + 1, p, len);
	if (end != NULL) {
		*to = '\'';
		return end;
	}
	/* What csv_write() makes of it, with the ' after its first quote. */
	end = to + 1 + csv_write(to + 1, len * 2 + 2, p, len);
	to[0] = '"';
	to[1] = '\'';
	return end;
}

void
csv_file_put(const struct csv_file *f, struct buf *b, const char *p, size_t len,
	csv_file_writer *write_text)
{
	size_t room = CSV_FILE_ROOM(len);
	char *to = buf_reserve(b, room + len + 16);

	if (to == NULL)
		return;
	memcpy(to + room, p, len);
	memset(to + room + len, 0, 16);
	b->len += (size_t)(write_text(f, to, to + room, len) - to);
}

void
csv_file_put_null(const struct csv_file *f, struct buf *b)
{
	buf_put(b, f->dialect->null, f->null_len);
}

void
csv_file_put_end(const struct csv_file *f, struct buf *b)
{
	buf_put(b, &"\r\n"[!f->dialect->crlf], f -> dialect -> crlf ? 2 : 1);
}

struct reader {
	struct csv_parser parser;
	const struct csv_file *file;
	const char *name;
	csv_file_take *take;
	void *arg;
	struct ant_err *e;
	struct buf text; /* of the fields of this record */
	struct csv_file_field *fields;
	size_t n, columns;    /* fields so far; those of the first record */
	int64_t number, line; /* records so far; where the record starts */
	int64_t breaks;	      /* lines that ended in this record's fields */
	int quoted, last;     /* a quote came in this field; what ended the last record */
	int result;	      /* of take(), or -1 */
};

static void
fail(struct reader *r, const char *why)
{
	r->result = err_set(r->e, r->file->damage,
		"%s: line %lld: %s: is this another file or dialect?", r->name, (long long)r->line,
		why);
}

/* The lines that end in LEN bytes of a quoted field: by LF, by CR and LF, or by CR. */
static int64_t
line_breaks(const char *p, size_t len)
{
	int64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += p[i] == '\n' || (p[i] == '\r' && (i + 1 == len || p[i + 1] != '\n'));
	return n;
}

static void
on_field(void *p, size_t len, void *arg)
{
	struct reader *r = arg;
	const struct csv_file *f = r->file;
	struct csv_file_field *field = &r->fields[r->n];

	if (r->result != 0)
		return;
	if (r->n == CSV_FILE_FIELDS_MAX) {
		fail(r, "too many fields");
		return;
	}
	field->null = !r->quoted && len == f->null_len &&
		      (len == 0 || memcmp(p, f->dialect->null, len) == 0);
	field->len = len;
	field->line = r->line;
	r->breaks += r->quoted ? line_breaks(p, len) : 0;
	r->quoted = 0;
	r->n++;
	r->last = -1;
	if (buf_put(&r->text, p, len) == -1 || buf_putc(&r->text, '\0') == -1)
		fail(r, strerror(errno));
}

/* The end of a record at END: a terminator, the SECOND of CR and LF; or -1 for the end of the file. */
static void
take_record(struct reader *r, int end, int second)
{
	char empty[] = "";
	size_t at = 0;

	r->last = end;
	if (r->n == 0 && !second && end != -1 && r->columns == 1)
		on_field(empty, 0, r);
	if (r->n == 0 || r->result != 0)
		return;
	for (size_t i = 0; i < r->n; at += r->fields[i++].len + 1)
		r->fields[i].p = r->text.data + at;
	if (r->number++ == 0)
		r->columns = r->n;
	r->result = r->take(r->arg, r->fields, r->n, r->number, r->e);
	r->last = end;
	r->n = 0;
	buf_clear(&r->text);
}

static void
on_record(int end, void *arg)
{
	struct reader *r = arg;
	int second = end == '\n' && r->last == '\r' && r->n == 0;

	if (r->result != 0)
		return;
	take_record(r, end, second);
	r->line += r->breaks + (end != -1 && !second);
	r->breaks = 0;
}

/*
 * Give libcsv LEN bytes.  It does not say whether a field was quoted, so each quote
 * is given alone, and the field that ends next is the one that had it.
 */
static int
parse(struct reader *r, const char *p, size_t len)
{
	while (len > 0 && r->result == 0) {
		const char *quote = memchr(p, '"', len);
		size_t n = quote == NULL ? len : quote == p ? 1 : (size_t)(quote - p);

		r->quoted |= quote == p;
		if (csv_parse(&r->parser, p, n, on_field, on_record, r) != n && r->result == 0)
			fail(r, csv_strerror(csv_error(&r->parser)));
		p += n;
		len -= n;
	}
	return r->result;
}

/* libcsv has no limit of its own for a field. */
static void *
bounded_realloc(void *p, size_t size)
{
	if (size <= LINES_MAX)
		return realloc(p, size);
	errno = EMSGSIZE;
	return NULL;
}

static int
no_space(unsigned char c) /* spaces belong to the field */
{
	(void)c;
	return 0;
}

static int
read_all(struct reader *r, int fd)
{
	char *block = malloc(BLOCK), *p = block;
	size_t have = 0;
	ssize_t got = 0;
	int first = 1;

	if (block == NULL)
		return err_sys(r->e, ANT_FAIL, "%s", r->name);
	while (r->result == 0) {
		if ((got = read(fd, block + have, BLOCK - have)) == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			r->result = err_sys(r->e, ANT_FAIL, "%s", r->name);
			break;
		}
		have += (size_t)got;
		p = block;
		if (first && have < sizeof bom - 1 && got > 0)
			continue;
		if (first && have >= sizeof bom - 1 && memcmp(block, bom, sizeof bom - 1) == 0)
			p += sizeof bom - 1;
		first = 0;
		if (parse(r, p, have - (size_t)(p - block)) != 0 || got == 0)
			break;
		have = 0;
	}
	free(block);
	if (r->result == 0 && csv_fini(&r->parser, on_field, on_record, r) != 0)
		fail(r, "a quote without its end");
	return r->result;
}

int
csv_file_read(const struct csv_file *f, int fd, const char *name, csv_file_take *take, void *arg,
	struct ant_err *e)
{
	struct reader r;

	memset(&r, 0, sizeof r);
	r.file = f;
	r.name = name;
	r.take = take;
	r.arg = arg;
	r.e = e;
	r.last = -1;
	r.line = 1;
	r.columns = f->columns;
	buf_init(&r.text, LINES_MAX);
	if ((r.fields = calloc(CSV_FILE_FIELDS_MAX + 1, sizeof *r.fields)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", name);
	csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
	csv_set_delim(&r.parser, (unsigned char)f->dialect->delimiter);
	csv_set_space_func(&r.parser, no_space);
	csv_set_realloc_func(&r.parser, bounded_realloc);
	csv_set_blk_size(&r.parser, 4096);
	read_all(&r, fd);
	csv_free(&r.parser);
	buf_free(&r.text);
	free(r.fields);
	return r.result;
}
