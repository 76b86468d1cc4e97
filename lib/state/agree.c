#include "state/agree.h"

#include <string.h>

#include "base/utc.h"

/* Both sides, while they are compared. */
struct sides {
	const struct mark *mine;
	struct agree_facts facts;
	struct mark theirs;  /* what all the lines amount to */
	struct mark follows; /* MINE with those that are newer than it */
};

/* Whether LINE tells MINE something new. */
static int
is_newer(const struct sides *a, const struct mark_load *line)
{
	const struct mark *m = a->mine;

	if (*m->load != '\0')
		return a->facts.found && line->line > m->line;
	/* The watermark was set by hand before any line had a name. */
	return m->by_hand && line->finished > m->set_at;
}

static int
starts_anew(const struct mark_load *line)
{
	return line->created || line->what == MARK_RESET;
}

/*
 * The earliest start of a window up to where all starts anew; NULL: none is known.  BEFORE, where it
 * is not NULL, is that of a table that is gone: of one that was made in its place all of that is wanted.
 */
static const int64_t *
earliest(const struct mark_load *lines, size_t n, const int64_t *before)
{
	const int64_t *first = before;

	for (size_t i = 0; i < n && (i == 0 || !starts_anew(&lines[i])); i++)
		if (lines[i].from_known && (first == NULL || lines[i].from < *first))
			first = &lines[i].from;
	return first;
}

/* Windows that were loaded by hand come in any order: nothing before the first of them is wanted. */
static int
take_lines(struct sides *a, const struct mark_load *lines, size_t n, struct ant_err *e)
{
	const int64_t *first = NULL, *begin;
	int64_t unused;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || starts_anew(&lines[i]))
			first = earliest(lines + i, n - i,
				a->facts.began_known && lines[i].what != MARK_RESET
					? &a->facts.began
					: NULL);
		if (mark_take(&a->theirs, &lines[i], first, &unused, e) == -1)
			return -1;
		begin = a->follows.begin_known ? &a->follows.begin : first;
		if (is_newer(a, &lines[i]) &&
			mark_take(&a->follows, &lines[i], begin, &unused, e) == -1)
			return -1;
	}
	if (a->facts.began_known && (!a->theirs.begin_known || a->facts.began < a->theirs.begin)) {
		a->theirs.begin_known = 1;
		a->theirs.begin = a->facts.began;
	}
	return 0;
}

static void
put_time(struct buf *to, int known, int64_t t)
{
	char text[UTC_TEXT];

	utc_format(t, text);
	buf_puts(to, known ? text : "none");
}

/* ", loading it from ..." */
static void
put_begin(struct buf *note, const struct mark *m)
{
	buf_puts(note, ": loading it again from ");
	if (m->begin_known)
		put_time(note, 1, m->begin);
	else
		buf_puts(note, "the start");
}

/* The table is gone, or there is nothing in it that anybody knows of. */
static int
lost(const struct sides *a, const struct mark *base, struct mark *to, struct buf *note)
{
	*to = *base;
	if (base->by_hand && !base->begin_known) /* before the first load: whoever set it knows */
		return 0;
	mark_lose(to, &a->theirs);
	if (!base->known && base->n == 0)
		return 0;
	buf_puts(note, a->facts.there ? "the table is empty, and no load of it is known"
				      : "the table is not there any more");
	put_begin(note, to);
	return 0;
}

static int
unknown(const struct sides *a, struct ant_err *e)
{
	char text[UTC_TEXT];

	utc_format(a->mine->watermark, text);
	return err_set(e, ANT_FAIL,
		"the watermark says that it is loaded up to %s, and the table's ledger knows of no "
		"load: nobody can say what is missing",
		text);
}

static int
other_organization(const struct sides *a, struct ant_err *e)
{
	return err_set(e, ANT_FAIL,
		"the watermark is of organization %s, and the table holds rows of %s",
		a->mine->organization, a->theirs.organization);
}

/* The line that the mark names is not in the ledger: an older copy, or another destination. */
static int
exchanged(const struct sides *a, struct mark *to, struct buf *note)
{
	const struct mark *m = a->mine, *t = &a->theirs;

	*to = *t;
	if (!t->begin_known && m->begin_known) {
		to->begin_known = 1;
		to->begin = m->begin;
	}
	if (m->by_hand && (!m->known || !t->known || m->watermark < t->watermark)) {
		to->known = m->known; /* more is wanted again than is missing */
		to->watermark = m->watermark;
		to->n = 0;
	}
	if (strcmp(m->destination, t->destination) == 0)
		buf_puts(note, "the destination is an older copy of itself: its ledger ends at ");
	else
		buf_puts(note, "this is another destination than the one that was loaded: its "
			       "ledger ends at ");
	put_time(note, t->known, t->watermark);
	buf_puts(note, ", the watermark is ");
	put_time(note, m->known, m->watermark);
	buf_puts(note, ": going on from the ledger");
	return 0;
}

/* A mark from before loads had names, and a ledger: what the ledger says counts. */
static int
unnamed(const struct sides *a, struct mark *to, struct buf *note)
{
	const struct mark *m = a->mine, *t = &a->theirs;

	*to = t->known || !m->known ? *t : *m;
	if (m->known && t->known && t->watermark < m->watermark) {
		buf_puts(note, "the watermark is ");
		put_time(note, 1, m->watermark);
		buf_puts(note, ", the ledger of the destination ends at ");
		put_time(note, 1, t->watermark);
		buf_puts(note, ": going on from the ledger");
	}
	return 0;
}

/* A table that is there, and a ledger that has lines about it. */
static int
follow(const struct sides *a, struct mark *to, struct buf *note)
{
	const struct mark *m = a->mine, *t = &a->theirs;

	if (*m->load != '\0' && !a->facts.found)
		return exchanged(a, to, note);
	if (*m->load == '\0' && !m->by_hand)
		return unnamed(a, to, note);
	*to = a->follows;
	if (!a->facts.found && !to->begin_known && t->begin_known && !to->by_hand) {
		to->begin_known = 1;
		to->begin = t->begin;
	}
	return 0;
}

int
agree(const struct mark *mine, const struct agree_facts *facts, const struct mark_load *lines,
	size_t n, struct mark *to, struct buf *note, struct ant_err *e)
{
	struct sides a = {.mine = mine, .facts = *facts, .follows = *mine};
	const struct mark *t = &a.theirs;

	if (take_lines(&a, lines, n, e) == -1)
		return -1;
	if (*mine->organization != '\0' && *t->organization != '\0' &&
		strcmp(mine->organization, t->organization) != 0)
		return other_organization(&a, e);
	*to = mark_is_empty(mine) ? *t : *mine;
	if (!facts->there)
		return lost(&a, mark_is_empty(mine) ? t : mine, to, note);
	if (n > 0)
		return follow(&a, to, note);
	if (!mine->known || mine->by_hand)
		return 0;
	return facts->empty ? lost(&a, mine, to, note) : unknown(&a, e);
}
