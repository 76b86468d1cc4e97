/*
 * state/mark - a watermark, as it stands in its file, and how it moves
 *
 *	anthill watermark 1
 *	scope sqlite:///anthill.db
 *	table usage_report
 *	watermark 2026-11-20T00:00:00Z
 *	begin 2026-09-01T00:00:00Z
 *	organization b1fc2ac6-…
 *	destination 020196ad0271d37e8c991d65dc296b4d
 *	load 12 e062ad11da78121e756c4d75220e9968
 *	byhand 2026-11-20T08:15:00Z
 *	unserved 2026-01-01T00:00:00Z
 *	loaded 2026-12-01T00:00:00Z 2026-12-05T00:00:00Z
 *	check 5cb3f21a90e4d7b6
 *
 * `watermark -` is none yet; `begin` is where the table's first load began;
 * `destination` and `load` name the ledger and its line that were loaded last; without `load` the
 * watermark is not vouched for by a line, and what the ledger says counts;
 * `byhand` is when the watermark was set or reset after that; before `unserved` the API served
 * nothing any more when that was asked for, so that nothing is missing there.  `loaded` are
 * windows beyond it that do not join up with it; what is not known has no
 * line, but for the watermark.  `check` is the FNV-1a hash (64 bits) of what stands above.  A
 * file is valid where writing what was read gives the same bytes: so a file
 * that was cut off, edited or hit by a flipped bit is an error, and never a
 * fresh start.
 */
#ifndef ANT_STATE_MARK_H
#define ANT_STATE_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { MARK_SPANS_MAX = 1000 };

struct span {
	int64_t from, to; /* inclusive, exclusive */
};

enum { MARK_NAME = 65 }; /* size of an organization's, a destination's or a load's name */

struct mark {
	int known; /* there is a watermark */
	int64_t watermark;
	int begin_known;
	int64_t begin;
	char organization[MARK_NAME]; /* "": not known, as the next two */
	char destination[MARK_NAME], load[MARK_NAME];
	int64_t line; /* of the load in its ledger; 0: not known */
	int by_hand;  /* set or reset, at the time SET_AT, and nothing was loaded since */
	int64_t set_at;
	int unserved_known;
	int64_t unserved;		    /* the API serves nothing before this */
	struct span loaded[MARK_SPANS_MAX]; /* beyond it; ascending, apart from each other */
	size_t n;
};

/* Append the contents of a file.  A scope's white space and control bytes are written %XX.  0 or -1. */
int mark_render(const char *scope, const char *table, const struct mark *m, struct buf *to);

/*
 * Read TEXT, cutting it up; *SCOPE and *TABLE point into it.  Lines are read
 * loosely: only rendering them again tells whether they were right.  0 or -1.
 */
int mark_parse(char *text, char **scope, char **table, struct mark *m);

/* A load that ended, or a watermark that a ledger was told by hand. */
struct mark_load {
	enum { MARK_LOADED, MARK_SET, MARK_RESET } what;
	int from_known, watermark_known, asked_known;
	int64_t from, watermark;
	int64_t asked; /* where the window was to start: the API serves nothing before FROM */
	int created;   /* it made the table: what was loaded before is gone */
	const char *organization; /* "": not known, as the next two */
	const char *destination, *load;
	int64_t line; /* 0: not known */
	int64_t finished;
};

/* Whether nothing at all is known. */
int mark_is_empty(const struct mark *m);

/* Set the watermark to T by hand, at the time NOW, or forget it where T is NULL. */
void mark_set(struct mark *m, const int64_t *t, int64_t now);

/* Nothing is loaded any more: the table was made anew.  Where it was loaded from is still known. */
void mark_void(struct mark *m);

/*
 * The table is gone: nothing is loaded any more, nor is it anybody's.  What is missing begins where
 * the first load did, as M or THEIRS, which may be NULL, knows: the earlier of the two.
 */
void mark_lose(struct mark *m, const struct mark *theirs);

/* Forget which line of the ledger M is of. */
void mark_unname(struct mark *m);

/*
 * Work a load that ended into M.  SINCE, where it is not NULL, says that windows arrive in any
 * order and that nothing before it is wanted: a window that leaves a gap is
 * remembered, and the watermark follows once the gap is closed.  A window that was narrowed leaves
 * none: what lies before it cannot be loaded any more; where it was to start is where M begins.
 * Return 0; 1 where the window leaves a gap after *GAP, the end of what was
 * loaded, and nothing was changed; -1.
 */
int mark_take(struct mark *m, const struct mark_load *load, const int64_t *since, int64_t *gap,
	struct ant_err *e);

#endif
