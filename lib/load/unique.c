#include "load/unique.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/directive.h"
#include "stream/escape.h"

enum { LINE = 16 }; /* slots: 64 bytes */

static const char spool_name[] = "rows put aside";

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15U;
	return h ^ h >> 29;
}

static uint64_t
mix_text(uint64_t h, const char *p, size_t len)
{
	uint64_t word;

	h = mix(h, len);
	for (; len >= sizeof word; p += sizeof word, len -= sizeof word) {
		memcpy(&word, p, sizeof word);
		h = mix(h, word);
	}
	if (len == 0)
		return h;
	memcpy(&word, p, sizeof word); /* BUF_PAD bytes more can be read */
	return mix(h, word & UINT64_MAX >> 8 * (sizeof word - len));
}

/*
 * Equal keys have equal digests.  What has several texts for one value, and no number here, is left
 * out: it makes digests equal more often, which costs time alone.
 */
static uint64_t
digest(const struct rows *r)
{
	uint64_t h = 0;

	for (size_t i = 0; i < r->nkey; i++) {
		const struct row_cell *c = &r->cells[r->key[i]];

		switch (r->columns[r->key[i]].type) {
		case TYPE_TEXT:
			h = c->null ? mix(h, UINT64_MAX) : mix_text(h, c->p, c->len);
			break;
		case TYPE_BIGINT:
		case TYPE_BOOLEAN:
		case TYPE_DATE:
		case TYPE_TIMESTAMPTZ:
			h = mix(h, c->null ? UINT64_MAX : (uint64_t)c->i);
			break;
		default:
			h = mix(h, (uint64_t)c->null);
		}
	}
	return mix(h, h >> 32);
}

/* The line of slots where the search for a digest begins. */
static size_t
line_of(uint64_t h)
{
	return (size_t)h & (UNIQUE_SLOTS / LINE - 1);
}

/*
 * Whether the digest is in a slot; from now on it is.  A line of the cache is looked at as a whole:
 * to branch on one slot after the other, of which half are taken, costs more.
 */
static int
find_or_add(struct unique *u, uint64_t h)
{
	uint32_t tag = (uint32_t)(h >> 32);

	tag += tag == 0;
	for (size_t at = line_of(h);; at = (at + 1) & (UNIQUE_SLOTS / LINE - 1)) {
		uint32_t *slot = u->seen + at * LINE, same = 0, taken = 0;

		for (size_t i = 0; i < LINE; i++) {
			same += slot[i] == tag;
			taken += slot[i] != 0;
		}
		if (same > 0)
			return 1;
		if (taken == LINE)
			continue;
		if (u->n == UNIQUE_KEYS)
			return 1;
		slot[taken] = tag;
		u->n++;
		return 0;
	}
}

/* Give all digests that wait their slots: the misses of so many overlap. */
static void
add_waiting(struct unique *u)
{
	for (size_t i = 0; i < u->nwaiting; i++)
		__builtin_prefetch(u->seen + line_of(u->waiting[i]) * LINE, 1);
	for (size_t i = 0; i < u->nwaiting; i++)
		find_or_add(u, u->waiting[i]);
	u->nwaiting = 0;
}

/*
 * Whether the digest came before, as far as can be told; from now on it has.  The slots are far from
 * the processor, and most digests are new: four bits of a word that is near say so, the one or other
 * time wrongly no.
 */
static int
came_before(struct unique *u, uint64_t h)
{
	uint64_t *word = &u->near[h >> 15 & (UNIQUE_NEAR - 1)];
	uint64_t bits = (uint64_t)1 << (h >> 32 & 63) | (uint64_t)1 << (h >> 38 & 63) |
			(uint64_t)1 << (h >> 44 & 63) | (uint64_t)1 << (h >> 50 & 63);
	int known = (*word & bits) == bits;

	*word |= bits;
	if (known) {
		for (size_t i = 0; i < u->nwaiting; i++)
			if (u->waiting[i] == h)
				return 1;
		return find_or_add(u, h);
	}
	if (u->n + u->nwaiting >= UNIQUE_KEYS)
		return 1;
	u->waiting[u->nwaiting++] = h;
	if (u->nwaiting == sizeof u->waiting / sizeof *u->waiting)
		add_waiting(u);
	return 0;
}

int
unique_scratch(struct ant_err *e)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (folder == NULL || *folder != '/')
		folder = "/tmp";
	if ((size_t)snprintf(path, sizeof path, "%s/anthill.XXXXXX", folder) >= sizeof path)
		return err_set(e, ANT_FAIL, "TMPDIR: the path is too long");
	if ((fd = mkstemp(path)) == -1)
		return err_sys(e, ANT_FAIL, "%s: a temporary file", folder);
	unlink(path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* The lines before the rows: the same columns and key, and no window. */
static int
put_head(struct unique *u, struct ant_err *e)
{
	const struct rows *r = u->rows;
	struct directive_head head = {
		.table = r->table, .mode = MODE_APPEND, .nkey = r->nkey, .ncolumns = r->ncolumns};
	const char **names = calloc(r->ncolumns + r->nkey, sizeof *names);
	enum type *types = calloc(r->ncolumns, sizeof *types);
	int status = -1;

	for (size_t i = 0; names != NULL && types != NULL && i < r->ncolumns; i++) {
		names[i] = r->columns[i].name;
		types[i] = r->columns[i].type;
	}
	for (size_t i = 0; names != NULL && i < r->nkey; i++)
		names[r->ncolumns + i] = r->columns[r->key[i]].name;
	head.names = names;
	head.types = types;
	head.key = names != NULL ? names + r->ncolumns : NULL;
	buf_clear(&u->line);
	if (names == NULL || types == NULL || directive_put_head(&u->line, &head) == -1)
		err_sys(e, ANT_FAIL, "%s", spool_name);
	else
		status = out_put(&u->spool, u->line.data, u->line.len, e);
	free(names);
	free(types);
	return status;
}

static int
start_spool(struct unique *u, struct ant_err *e)
{
	if ((u->fd = unique_scratch(e)) == -1)
		return -1;
	out_init(&u->spool, u->fd, spool_name);
	return put_head(u, e);
}

/* The row again from its cells, which have no escapes any more. */
static void
put_cells(struct unique *u)
{
	const struct rows *r = u->rows;

	for (size_t i = 0; i < r->ncolumns; i++) {
		if (i > 0)
			buf_putc(&u->line, '\t');
		if (r->cells[i].null)
			escape_put_null(&u->line);
		else
			escape_put(&u->line, r->cells[i].p, r->cells[i].len);
	}
	escape_guard(&u->line, 0);
}

/* The rows_filter of R: 1 where the row is handed out. */
static int
filter(void *arg, const char *line, size_t len, struct ant_err *e)
{
	struct unique *u = arg;

	if (!came_before(u, digest(u->rows)))
		return 1;
	if (u->fd == -1 && start_spool(u, e) == -1)
		return -1;
	buf_clear(&u->line);
	if (line != NULL)
		buf_put(&u->line, line, len);
	else
		put_cells(u);
	if (buf_putc(&u->line, '\n') == -1)
		return err_sys(e, ANT_FAIL, "%s", spool_name);
	u->held++;
	return out_put(&u->spool, u->line.data, u->line.len, e);
}

struct unique *
unique_new(struct rows *r, struct ant_err *e)
{
	struct unique *u = calloc(1, sizeof *u);

	if (u == NULL || (u->seen = calloc(UNIQUE_SLOTS, sizeof *u->seen)) == NULL ||
		(u->near = calloc(UNIQUE_NEAR, sizeof *u->near)) == NULL) {
		err_sys(e, ANT_FAIL, "a set of keys");
		if (u != NULL)
			free(u->seen);
		free(u);
		return NULL;
	}
	u->rows = r;
	u->fd = -1;
	buf_init(&u->line, 3 * LINES_MAX);
	r->filter = filter;
	r->filter_arg = u;
	return u;
}

void
unique_free(struct unique *u)
{
	if (u == NULL)
		return;
	if (u->fd != -1) {
		out_free(&u->spool);
		close(u->fd);
	}
	buf_free(&u->line);
	free(u->seen);
	free(u->near);
	free(u);
}

/* Nothing is put aside any more. */
static int
end_spool(struct unique *u, struct ant_err *e)
{
	free(u->seen);
	free(u->near);
	u->seen = NULL;
	u->near = NULL;
	buf_clear(&u->line);
	if (directive_put_end(&u->line, (size_t)u->held, NULL) == -1)
		return err_sys(e, ANT_FAIL, "%s", spool_name);
	return out_put(&u->spool, u->line.data, u->line.len, e) == 0 ? out_flush(&u->spool, e) : -1;
}

struct rows *
unique_again(struct unique *u, struct ant_err *e)
{
	if (u->seen != NULL && end_spool(u, e) == -1)
		return NULL;
	if (lseek(u->fd, 0, SEEK_SET) == -1) {
		err_sys(e, ANT_FAIL, "%s", spool_name);
		return NULL;
	}
	return rows_open(u->fd, spool_name, e);
}
