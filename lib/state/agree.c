#include "state/agree.h"

#include <string.h>

#include "base/utc.h"

/* Both sides, while they are compared. */
struct sides {
	const struct mark *mine;
	struct agree_facts facts;
	const struct mark_load *lines;
	size_t n, loads;     /* lines; those of them that are of a load */
	struct mark theirs;  /* what all the lines amount to */
	struct mark follows; /* MINE with those that are newer than it */
};

/* Whether the table was made anew after the line that MINE names. */
static int
is_anew(const struct sides *a)
{
	return a->facts.found && !a->mine->by_hand && a->facts.since > a->mine->line;
}

/*
 * Whether LINE tells MINE something new.  What came before MINE was set by hand does not; and
 * what was reset is to be loaded from the start, whatever others have loaded since.
 */
static int
is_newer(const struct sides *a, const struct mark_load *line)
{
	const struct mark *m = a->mine;

	if (m->by_hand && !m->known)
		return 0;
	if (*m->load != '\0' && (!a->facts.found || line->line <= m->line))
		return 0;
	if (m->by_hand)
		return line->finished > m->set_at || (line->created && line->finished == m->set_at);
	return *m->load != '\0';
}

static int
starts_anew(const struct mark_load *line)
{
	return line->created || line->what == MARK_RESET;
}

/* The earliest start of a window up to where all starts anew; NULL: none is known. */
static const int64_t *
earliest(const struct mark_load *lines, size_t n)
{
	const int64_t *first = NULL;

	for (size_t i = 0; i < n && (i == 0 || !starts_anew(&lines[i])); i++) {
		const int64_t *start = lines[i].asked_known ? &lines[i].asked : &lines[i].from;

		if (lines[i].from_known && (first == NULL || *start < *first))
			first = start;
	}
	return first;
}

/*
 * Work all lines into TO, or with NEWER such as are newer than MINE.  Windows that were loaded by
 * hand come in any order: nothing before the first of them is wanted, nor before where TO began.
 * What was loaded before the table was made is gone, whoever made it.
 */
static int
take_lines(const struct sides *a, struct mark *to, int newer, struct ant_err *e)
{
	const int64_t *first = NULL, *begin, since = a->facts.since;
	int gone = since == 0 || (newer && !is_anew(a));
	int64_t unused;

	for (size_t i = 0; i < a->n; i++) {
		const struct mark_load *line = &a->lines[i];

		if (i == 0 || starts_anew(line))
			first = earliest(line, a->n - i);
		if (!gone && line->line >= since) {
			mark_lose(to, NULL);
			gone = 1;
		}
		begin = to->begin_known ? &to->begin : first;
		if ((!newer || is_newer(a, line)) && mark_take(to, line, begin, &unused, e) == -1)
			return -1;
	}
	if (!gone)
		mark_lose(to, NULL);
	return 0;
}

/* What the ledger says, where MINE does not count; but if it knows of an earlier begin, that is wanted. */
static int
from_ledger(const struct sides *a, struct mark *to, struct ant_err *e)
{
	const struct mark *m = a->mine, *t = &a->theirs;

	*to = *t;
	if (!m->begin_known || (t->begin_known && t->begin <= m->begin))
		return 0;
	memset(to, 0, sizeof *to);
	to->begin_known = 1;
	to->begin = m->begin;
	return take_lines(a, to, 0, e);
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

/* The table, of which BASE was known, is gone, or there is nothing in it that anybody knows of. */
static void
lose(const struct sides *a, const struct mark *base, struct mark *to, struct buf *note)
{
	*to = *base;
	/* Who forgets it, or sets it before the first load, knows. */
	if (base->by_hand && !base->begin_known && (!base->known || a->loads == 0))
		return;
	mark_lose(to, &a->theirs);
	if (!base->known && base->n == 0)
		return;
	if (!a->facts.there)
		buf_puts(note, "the table is not there any more");
	else
		buf_puts(note, a->loads > 0 ? "the table is empty"
					    : "the table is empty, and no load of it is known");
	put_begin(note, to);
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
exchanged(const struct sides *a, struct mark *to, struct buf *note, struct ant_err *e)
{
	const struct mark *m = a->mine, *t = &a->theirs;
	int same = strcmp(m->destination, t->destination) == 0;

	*to = *t;
	if ((same || !t->begin_known) && from_ledger(a, to, e) == -1)
		return -1;
	/* More may be wanted again than is missing: all, from wherever that is said, or a part. */
	if (m->by_hand && !m->known) {
		mark_set(to, NULL, m->set_at);
	} else if (m->by_hand && (!t->known || m->watermark < t->watermark)) {
		to->known = 1;
		to->watermark = m->watermark;
		to->n = 0;
	}
	buf_puts(note,
		same ? "the destination is an older copy of itself: its ledger ends at "
		     : "this is another destination than the one that was loaded: its ledger ends "
		       "at ");
	put_time(note, t->known, t->watermark);
	buf_puts(note, ", the watermark is ");
	put_time(note, m->known, m->watermark);
	buf_puts(note, ": going on from the ledger");
	return 0;
}

/* Whether the table was made anew, by whomever, after all that the ledger has of it for us. */
static int
is_remade(const struct sides *a)
{
	return a->n > 0 && a->lines[a->n - 1].line < a->facts.since;
}

/* A mark that names no line, and a ledger: what the ledger says counts. */
static int
unnamed(const struct sides *a, struct mark *to, struct buf *note, struct ant_err *e)
{
	const struct mark *m = a->mine, *t = &a->theirs;

	*to = *m;
	if (m->known && !t->known && !t->by_hand && !is_remade(a))
		return 0;
	if (m->known && (!t->known || t->watermark < m->watermark)) {
		buf_puts(note, "the watermark is ");
		put_time(note, 1, m->watermark);
		buf_puts(note, ", the ledger of the destination ends at ");
		put_time(note, t->known, t->watermark);
		buf_puts(note, ": going on from the ledger");
	}
	return from_ledger(a, to, e);
}

/* A table that is there, and a ledger that has lines about it. */
static int
follow(const struct sides *a, struct mark *to, struct buf *note, struct ant_err *e)
{
	const struct mark *m = a->mine, *t = &a->theirs;

	if (*m->load != '\0' && !a->facts.found)
		return exchanged(a, to, note, e);
	if (*m->load == '\0' && !m->by_hand)
		return unnamed(a, to, note, e);
	*to = a->follows;
	if (!a->facts.found && !to->begin_known && t->begin_known && !to->by_hand) {
		to->begin_known = 1;
		to->begin = t->begin;
	}
	if (m->known && !to->known && !to->by_hand) {
		buf_puts(note, "the table was made anew since it was loaded");
		put_begin(note, to);
	}
	return 0;
}

/* All lines have been looked at: TO is of the last one. */
static void
name(const struct sides *a, struct mark *to)
{
	const struct mark *t = &a->theirs;

	memcpy(to->load, t->load, sizeof to->load);
	to->line = t->line;
	if (*t->destination != '\0')
		memcpy(to->destination, t->destination, sizeof to->destination);
}

/* Whether the rows are gone of which somebody had said that they were there: they had been loaded. */
static int
is_void(const struct sides *a)
{
	return a->facts.empty && a->mine->known && a->mine->by_hand && a->mine->begin_known;
}

int
agree(const struct mark *mine, const struct agree_facts *facts, const struct mark_load *lines,
	size_t n, struct mark *to, struct buf *note, struct ant_err *e)
{
	struct sides a = {.mine = mine, .facts = *facts, .lines = lines, .n = n, .follows = *mine};
	const struct mark *t = &a.theirs;

	for (size_t i = 0; i < n; i++)
		a.loads += lines[i].what == MARK_LOADED;
	if (take_lines(&a, &a.theirs, 0, e) == -1 || take_lines(&a, &a.follows, 1, e) == -1)
		return -1;
	if (*mine->organization != '\0' && *t->organization != '\0' &&
		strcmp(mine->organization, t->organization) != 0)
		return other_organization(&a, e);
	*to = *mine;
	if (!facts->there) {
		lose(&a, mark_is_empty(mine) ? t : facts->found ? &a.follows : mine, to, note);
	} else if (n > 0 && !is_void(&a)) {
		if (follow(&a, to, note, e) == -1)
			return -1;
		name(&a, to);
	} else if (!mine->known || (mine->by_hand && !is_void(&a))) {
		if (!facts->found) { /* it starts with this ledger */
			mark_unname(to);
			*to->destination = '\0';
		}
	} else if (facts->empty) {
		lose(&a, mine, to, note);
	} else {
		return unknown(&a, e);
	}
	return 0;
}
