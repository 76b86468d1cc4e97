#include "load/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/lines.h"
#include "base/utc.h"
#include "stream/escape.h"

enum { QUESTION_MAX = 1 << 16, ANSWER_MAX = 16 << 20, FIELDS = 6 };

struct answer {
	const struct audit_source *source;
	const struct audit *asked;
	struct out *to;
	/* how many rows each hour of the window should hold, and of which hours that is not known */
	struct buckets expected, unknown;
	/* of merges, which say nothing of hours: the most rows that one brought, and their windows */
	int64_t rows, start, end;
};

/* ---- the question ------------------------------------------------------------------- */

static int
cut(char *line, char *field[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		field[i] = line;
		if ((line = strchr(line, '\t')) != NULL)
			*line++ = '\0';
		field[i][escape_undo(field[i], field[i], strlen(field[i]))] = '\0';
		if (line == NULL)
			return i == FIELDS - 1 ? 0 : -1;
	}
	return -1;
}

static int
is_known(const char *field)
{
	return strcmp(field, "-") != 0;
}

/* Both FROM and TO, or neither. */
static int
take_window(struct audit *a, const char *from, const char *to)
{
	a->has_window = is_known(from) && is_known(to);
	if (!a->has_window)
		return is_known(from) || is_known(to) ? -1 : 0;
	if (utc_parse(from, strlen(from), &a->from) == -1 ||
		utc_parse(to, strlen(to), &a->to) == -1)
		return -1;
	return a->from <= a->to ? 0 : -1;
}

static int
question(char *line, struct audit *a, struct ant_err *e)
{
	char *field[FIELDS];

	memset(a, 0, sizeof *a);
	if (cut(line, field) == -1 || *field[0] == '\0')
		goto wrong;
	a->into = field[0];
	a->organization = is_known(field[1]) ? field[1] : NULL;
	if (is_known(field[2]) && is_known(field[3])) {
		a->line = strtoll(field[2], NULL, 10);
		if (a->line <= 0 || strlen(field[3]) >= sizeof a->load)
			goto wrong;
		strcpy(a->load, field[3]);
	}
	if (take_window(a, field[4], field[5]) == 0)
		return 0;
wrong:
	return err_set(e, ANT_USAGE,
		"not a question: INTO, ORGANIZATION, LINE, LOAD, FROM and TO by tabs are needed");
}

/* ---- the answer --------------------------------------------------------------------- */

static int
put_line(struct answer *a, struct buf *line, struct ant_err *e)
{
	int result;

	buf_puts(line, "}\n");
	result = line->failed ? err_sys(e, ANT_FAIL, "%s", a->source->target)
			      : out_put(a->to, line->data, line->len, e);
	buf_free(line);
	return result;
}

static int
put_table(struct answer *a, const struct audit_facts *f, struct ant_err *e)
{
	struct buf line;

	buf_init(&line, ANSWER_MAX);
	buf_puts(&line, "{\"@ant\":\"table\"");
	json_put_member(&line, "target", a->source->target);
	json_put_member(&line, "into", a->asked->into);
	buf_printf(&line, ",\"there\":%s,\"empty\":%s,\"found\":%s", f->there ? "true" : "false",
		f->empty ? "true" : "false", f->found ? "true" : "false");
	if (f->first > 0)
		buf_printf(&line, ",\"since\":%" PRId64, f->first);
	return put_line(a, &line, e);
}

static int
put_receipt(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	struct answer *a = arg;

	return receipt_print(a->to, a->source->target, texts, e);
}

/* Fewer rows than expected: from FROM to TO, or where both are 0 in the whole table. */
static int
put_difference(
	struct answer *a, int64_t from, int64_t to, int64_t rows, int64_t held, struct ant_err *e)
{
	char text[UTC_TEXT];
	struct buf line;

	buf_init(&line, ANSWER_MAX);
	buf_puts(&line, "{\"@ant\":\"differs\"");
	json_put_member(&line, "into", a->asked->into);
	if (from < to) {
		utc_format(from, text);
		json_put_member(&line, "from", text);
		utc_format(to, text);
		json_put_member(&line, "to", text);
	}
	buf_printf(&line, ",\"rows\":%" PRId64 ",\"held\":%" PRId64, rows, held);
	return put_line(a, &line, e);
}

/* ---- rows by the hour --------------------------------------------------------------- */

/*
 * An hour that a window covers in part: what it holds is the sum of several loads, which none of
 * them counted, unless there was nothing before.
 */
static int
edge(struct answer *a, int64_t t)
{
	int64_t start = utc_floor(t, BUCKET_SECONDS), end = start + BUCKET_SECONDS;

	if (t == start || (buckets_rows(&a->expected, start, end) == 0 &&
				  buckets_rows(&a->unknown, start, end) == 0))
		return 0;
	return buckets_add(&a->unknown, start, 1);
}

static int
is_text(const char *text)
{
	return text != NULL && *text != '\0';
}

/* Both ends of a line's window: 0, or -1 where it has none. */
static int
window_of(const char *const texts[RECEIPT_FIELDS], int64_t *from, int64_t *to)
{
	const char *from_text = texts[RECEIPT_FROM], *to_text = texts[RECEIPT_TO];

	if (!is_text(from_text) || !is_text(to_text) ||
		utc_parse(from_text, strlen(from_text), from) == -1)
		return -1;
	return utc_parse(to_text, strlen(to_text), to);
}

/*
 * A later load of a window replaces what the ones before it expected there.  A merge whose rows
 * no column puts in order of time leaves what was there, or brings it again.
 */
static int
expect(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	struct answer *a = arg;
	const char *buckets = texts[RECEIPT_BUCKETS], *mode = texts[RECEIPT_MODE];
	int64_t from, to;
	struct buf copy;
	int status;

	if (window_of(texts, &from, &to) == -1 ||
		(!is_text(buckets) && is_text(mode) && strcmp(mode, "merge") == 0))
		return 0;
	buckets_remove(&a->unknown, utc_ceil(from, BUCKET_SECONDS), utc_floor(to, BUCKET_SECONDS));
	status = edge(a, from) == -1 || edge(a, to) == -1 ? -1 : 0;
	buckets_remove(&a->expected, utc_floor(from, BUCKET_SECONDS), utc_ceil(to, BUCKET_SECONDS));
	buf_init(&copy, ANSWER_MAX); /* the reader looks beyond the end */
	if (status == 0 && is_text(buckets)) {
		buf_puts(&copy, buckets);
		status = copy.failed ? -1 : buckets_parse(&a->expected, copy.data, copy.len);
	}
	buf_free(&copy);
	return status == 0 ? 0
			   : err_sys(e, ANT_FAIL, "%s: the ledger: rows by the hour of '%.200s'",
				     a->source->target, a->asked->into);
}

/* Leave the hours that lie in the window wholly. */
static void
clip(const struct audit *asked, struct buckets *b)
{
	buckets_remove(b, INT64_MIN, utc_ceil(asked->from, BUCKET_SECONDS));
	buckets_remove(b, utc_floor(asked->to, BUCKET_SECONDS), INT64_MAX);
}

/* Whether hour H of the window is known to hold fewer rows than expected. */
static int
lacks(const struct answer *a, const struct buckets *held, const struct bucket *h)
{
	const int64_t end = h->start + BUCKET_SECONDS;

	return buckets_rows(&a->unknown, h->start, end) == 0 &&
	       buckets_rows(held, h->start, end) < h->rows;
}

/* Say which days lack rows, days that follow each other as one. */
static int
compare(struct answer *a, const struct buckets *held, struct ant_err *e)
{
	int64_t from = 0, to = 0;

	for (size_t i = 0; i < a->expected.n; i++) {
		const struct bucket *h = &a->expected.v[i];
		int64_t day = utc_floor(h->start, UTC_DAY);

		if (!lacks(a, held, h) || (from < to && day < to))
			continue;
		if (from < to && day > to) {
			if (put_difference(a, from, to, buckets_rows(&a->expected, from, to),
				    buckets_rows(held, from, to), e) == -1)
				return -1;
			from = to = 0;
		}
		if (from == to)
			from = day;
		to = day + UTC_DAY;
	}
	return from < to ? put_difference(a, from, to, buckets_rows(&a->expected, from, to),
				   buckets_rows(held, from, to), e)
			 : 0;
}

static int
count_window(struct answer *a, const struct audit_facts *f, struct ant_err *e)
{
	const struct audit_source *s = a->source;
	struct buckets held = {NULL, 0, 0, 0};
	int status;

	status = s->lines(s->self, a->asked, f->first, 1, expect, a, e);
	clip(a->asked, &a->expected);
	if (status == 0 && a->expected.n > 0)
		status = s->count(s->self, a->asked, f, &held, NULL, e);
	clip(a->asked, &held);
	if (status == 0)
		status = compare(a, &held, e);
	buckets_free(&held);
	return status;
}

static int
count_table(struct answer *a, const struct audit_facts *f, struct ant_err *e)
{
	const struct audit_source *s = a->source;
	int64_t held = 0;

	if (s->count(s->self, a->asked, f, NULL, &held, e) == -1)
		return -1;
	return held < f->rows ? put_difference(a, 0, 0, f->rows, held, e) : 0;
}

static int
take_merge(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e)
{
	struct answer *a = arg;
	const char *text = texts[RECEIPT_ROWS];
	int64_t from, to, rows = is_text(text) ? strtoll(text, NULL, 10) : 0;

	(void)e;
	if (rows <= 0 || window_of(texts, &from, &to) == -1)
		return 0;
	if (a->rows == 0 || from < a->start)
		a->start = from;
	if (a->rows == 0 || to > a->end)
		a->end = to;
	if (rows > a->rows)
		a->rows = rows;
	return 0;
}

/* A merge takes no row away: a table without any has lost them all. */
static int
count_merged(struct answer *a, const struct audit_facts *f, struct ant_err *e)
{
	const struct audit_source *s = a->source;

	if (s->lines(s->self, a->asked, f->first, 1, take_merge, a, e) == -1)
		return -1;
	return a->rows > 0 ? put_difference(a, a->start, a->end, a->rows, 0, e) : 0;
}

static int
answer(const struct audit_source *s, struct audit *asked, struct out *to, struct ant_err *e)
{
	struct answer a = {.source = s, .asked = asked, .to = to};
	struct audit_facts f = {.there = 0};
	int status;

	if (s->facts(s->self, asked, &f, e) == -1 || put_table(&a, &f, e) == -1)
		return -1;
	status = s->lines(
		s->self, asked, f.found && f.there ? asked->line : f.reset, 0, put_receipt, &a, e);
	if (f.empty && asked->has_window) {
		asked->from = utc_days(1, 1, 1) * UTC_DAY;
		asked->to = utc_days(9999, 12, 31) * UTC_DAY;
	}
	if (status == 0 && f.there && asked->has_window && *f.time_column != '\0')
		status = count_window(&a, &f, e);
	else if (status == 0 && f.there && asked->has_window && f.replaced)
		status = count_table(&a, &f, e);
	else if (status == 0 && f.there && asked->has_window && f.empty)
		status = count_merged(&a, &f, e);
	buckets_free(&a.expected);
	buckets_free(&a.unknown);
	return status;
}

int
audit_run(const struct audit_source *source, int fd, const char *name, struct out *to,
	struct ant_err *e)
{
	struct audit asked;
	struct lines in;
	char *line;
	size_t len;
	int more, status = 0;

	lines_init(&in, fd, name, QUESTION_MAX);
	while (status == 0 && (more = lines_next(&in, &line, &len, e)) == 1) {
		line[len] = '\0'; /* where the newline stood */
		if (in.partial || strlen(line) != len)
			status = err_set(e, ANT_INPUT, "the line is cut off, or no text");
		else
			status = question(line, &asked, e);
		if (status == -1)
			err_prefix(e, "%s:%zu: ", name, in.number);
		else
			status = answer(source, &asked, to, e);
	}
	if (status == 0 && more == -1)
		status = -1;
	lines_free(&in);
	return status;
}
