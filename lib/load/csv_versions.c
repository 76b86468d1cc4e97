#include "load/csv_versions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
no_memory(const struct csv_history *h, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", h->file.path);
}

static int
has_bit(const struct csv_history_bits *b, int64_t i)
{
	return (size_t)(i / 8) < b->n && (b->v[i / 8] >> (i % 8) & 1) != 0;
}

static int
set_bit(struct csv_history_bits *b, int64_t i, int on)
{
	size_t at = (size_t)(i / 8), more = at + 1 + at / 2;
	unsigned char *v;

	if (at >= b->n) {
		if ((v = realloc(b->v, more)) == NULL)
			return -1;
		memset(v + b->n, 0, more - b->n);
		b->v = v;
		b->n = more;
	}
	b->v[at] = (unsigned char)((b->v[at] & ~(1U << (i % 8))) | (unsigned)(on != 0) << (i % 8));
	return 0;
}

int
csv_versions_ends(const struct csv_history *h, int64_t number)
{
	return has_bit(&h->judged, number) != (h->load->mode == MODE_REPLACE);
}

int
csv_versions_is_new(const struct csv_history *h, int64_t number)
{
	return has_bit(&h->unknown, number);
}

/* A pass over records. */
struct pass {
	struct csv_history *h;
	const char *name;
	int header;	/* the first record is none */
	size_t width;	/* fields of a record */
	int of_file;	/* those of the file's columns, else of the history's */
	int64_t number; /* of rows, or open versions, that the load is about; from 0 */

	csv_versions_take *take;
};

/* Whether the record in h->v is of the organization whose rows came. */
static int
is_ours(const struct csv_history *h)
{
	const char *own = h->load->rows->organization;
	const struct csv_file_field *its = &h->v[h->organization == -1 ? 0 : h->organization];

	return !h->load->by_organization ||
	       (!its->null && its->len == strlen(own) && memcmp(its->p, own, its->len) == 0);
}

/* Read the time in column I of h->v, into *T, as microseconds. */
static int
read_time(const struct csv_history *h, long i, int64_t number, int64_t *t, struct ant_err *e)
{
	const struct csv_file_field *f = &h->v[i];
	struct row_cell c = {f->p, f->len, 0, f->null};
	char shown[VALUE_SHOWN];

	if (!f->null && value_fits(TYPE_TIMESTAMPTZ, &c) == 0) {
		*t = c.i;
		return 0;
	}
	return err_set(e, ANT_FAIL,
		"%s: record %" PRId64 ", column '%s': %s is no time: is this no history, or one "
		"written with another --null?",
		h->file.path, number, h->names.v[i], f->null ? "null" : value_shown(&c, shown));
}

static int
take_record(void *arg, const struct csv_file_field *f, size_t n, int64_t number, struct ant_err *e)
{
	struct pass *p = arg;
	struct csv_history *h = p->h;
	static const struct csv_file_field nothing = {.p = "", .null = 1};
	int64_t from, to = INT64_MIN;
	int open;

	if (number == 1 && p->header)
		return 0;
	if (n != p->width)
		return err_set(e, ANT_FAIL, "%s: record %" PRId64 " has %zu fields, not %zu",
			p->name, number, n, p->width);
	for (size_t i = 0; i < h->n; i++) {
		long at = p->of_file ? h->columns[i].of : i < n ? (long)i : -1;

		h->v[i] = at != -1 ? f[at] : nothing;
	}
	open = is_ours(h);
	if (p->of_file)
		return open ? p->take(h, 1, p->number++, e) : 0;
	if (read_time(h, h->valid_from, number, &from, e) == -1 ||
		(!h->v[h->valid_to].null && read_time(h, h->valid_to, number, &to, e) == -1))
		return -1;
	if (open && h->newest < (from > to ? from : to))
		h->newest = from > to ? from : to;
	open = open && h->v[h->valid_to].null;
	if (p->take(h, open, p->number, e) == -1)
		return -1;
	p->number += open;
	return 0;
}

int
csv_versions_each(struct csv_history *h, csv_versions_take *take, struct ant_err *e)
{
	struct pass p = {h, h->file.path, h->csv->dialect->header, h->n_old, 0, 0, take};

	if (h->file.old == -1)
		return 0;
	if (lseek(h->file.old, 0, SEEK_SET) == -1)
		return err_sys(e, ANT_FAIL, "%s", h->file.path);
	return csv_file_read(h->csv, h->file.old, h->file.path, take_record, &p, e);
}

int
csv_versions_each_row(struct csv_history *h, const struct csv_history_rows *s,
	csv_versions_take *take, struct ant_err *e)
{
	struct pass p = {h, "the rows", s->header, h->width, 1, 0, take};
	struct csv_file csv = *h->csv;

	csv.columns = h->width;
	if (lseek(s->fd, s->start, SEEK_SET) == -1)
		return err_sys(e, ANT_FAIL, "%s", h->file.path);
	return csv_file_read(&csv, s->fd, p.name, take_record, &p, e);
}

/* Append the value in column I of h->v to h->text; one that is not of the stream's type is a text. */
static void
put_value(struct csv_history *h, size_t i)
{
	const struct csv_file_field *f = &h->v[i];
	struct row_cell c = {f->p, f->len, 0, f->null};
	long from = h->columns[i].from;
	enum type type = from != -1 ? h->load->columns[from].type : TYPE_TEXT;

	if (!f->null && value_fits(type, &c) == -1)
		type = TYPE_TEXT;
	buf_putc(&h->text, (char)type);
	csv_value_put(&h->text, h->csv, type, &c, 0);
}

/* Put the key of h->v into h->text. */
static int
make_key(struct csv_history *h, struct ant_err *e)
{
	const struct rows *r = h->load->rows;

	buf_clear(&h->text);
	for (size_t i = 0; i < r->nkey; i++)
		for (size_t k = 0; k < h->n; k++)
			if (h->columns[k].from == (long)r->key[i])
				put_value(h, k);
	return h->text.failed ? no_memory(h, e) : 0;
}

/* The digest of all values of h->v; one that is null and one that is not there are the same. */
static int
digest_row(struct csv_history *h, struct csv_keys_digest *d, struct ant_err *e)
{
	buf_clear(&h->text);
	for (size_t i = 0; i < h->n; i++) {
		if ((long)i == h->valid_from || (long)i == h->valid_to || h->v[i].null)
			continue;
		buf_put(&h->text, &i, sizeof i);
		put_value(h, i);
	}
	if (h->text.failed)
		return no_memory(h, e);
	*d = csv_keys_digest_of(&h->keys, h->text.data, h->text.len);
	return 0;
}

/* A row, of which no version is known so far; of rows of one key the last one counts. */
static int
note_row(struct csv_history *h, int open, int64_t number, struct ant_err *e)
{
	struct csv_last_slot *slot;
	int64_t before;

	(void)open;
	if (make_key(h, e) == -1)
		return -1;
	before = csv_last_row(&h->last, h->text.data, h->text.len);
	if (csv_last_note(&h->last, h->text.data, h->text.len, number, e) == -1)
		return -1;
	if ((slot = csv_last_slot(&h->last, h->text.data, h->text.len)) == NULL)
		return 0; /* another turn's */
	if ((before != -1 && set_bit(&h->unknown, before, 0) == -1) ||
		set_bit(&h->unknown, number, 1) == -1)
		return no_memory(h, e);
	return digest_row(h, &slot->content, e);
}

/* What becomes of an open version. */
static int
judge(struct csv_history *h, int open, int64_t number, struct ant_err *e)
{
	struct csv_keys_digest own;
	struct csv_last_slot *slot;
	int same;

	if (!open)
		return 0;
	if (make_key(h, e) == -1)
		return -1;
	if ((slot = csv_last_slot(&h->last, h->text.data, h->text.len)) == NULL)
		return 0; /* it has gone, or is another turn's */
	if (digest_row(h, &own, e) == -1)
		return -1;
	/* One is enough: where somebody has put a second one there, that ends. */
	same = own.a == slot->content.a && own.b == slot->content.b &&
	       has_bit(&h->unknown, slot->row);
	if (same && set_bit(&h->unknown, slot->row, 0) == -1)
		return no_memory(h, e);
	if (same == (h->load->mode == MODE_REPLACE) && set_bit(&h->judged, number, 1) == -1)
		return no_memory(h, e);
	return 0;
}

static int
count_version(struct csv_history *h, int open, int64_t number, struct ant_err *e)
{
	(void)e;
	h->closed += open && csv_versions_ends(h, number);
	return 0;
}

int
csv_versions_judge(struct csv_history *h, const struct csv_history_rows *s, struct ant_err *e)
{
	int status = 0;

	if (csv_keys_init(&h->keys, e) == -1 || csv_last_init(&h->last, &h->keys, s->most, e) == -1)
		return -1;
	for (uint64_t turn = 0; status == 0 && turn < h->last.turns; turn++) {
		csv_last_turn(&h->last, turn);
		if (csv_versions_each_row(h, s, note_row, e) == -1 ||
			csv_versions_each(h, judge, e) == -1)
			status = -1;
	}
	if (status == 0 && csv_versions_each(h, count_version, e) == -1)
		status = -1;
	for (size_t i = 0; i < h->unknown.n * 8; i++)
		h->opened += has_bit(&h->unknown, (int64_t)i);
	return status;
}
