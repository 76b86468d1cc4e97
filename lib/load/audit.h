/*
 * load/audit - what a destination says of itself: what ant-sync compares its watermarks with
 *
 * Asked, a line a table, fields by tabs and escaped as in a row stream, `-` where one is not known:
 *
 *	INTO ORGANIZATION LINE LOAD FROM TO
 *
 * INTO is the table's name in the destination; LINE and LOAD name the line of its ledger that the
 * asker knows last; FROM and TO are the window whose rows are to be counted.  Answered as JSON, a
 * line each: the table, and which line of the ledger made it; the receipts from that line on, or
 * where the table is gone or the ledger does not have the line, all since the last reset; and the
 * days that hold fewer rows than were loaded.  A table that is empty is counted in full: it is quick.
 *
 *	{"@ant":"table","target":"sqlite","into":"cost_report","there":true,"empty":false,"found":true,"since":1}
 *	{"@ant":"loaded",...}
 *	{"@ant":"differs","into":"cost_report","from":"…","to":"…","rows":40,"held":17}
 */
#ifndef ANT_LOAD_AUDIT_H
#define ANT_LOAD_AUDIT_H

#include <stdint.h>

#include "base/err.h"
#include "base/out.h"
#include "base/random_id.h"
#include "stream/buckets.h"
#include "stream/receipt.h"
#include "stream/type.h"

/* What is asked about one table. */
struct audit {
	const char *into;
	const char *organization; /* its lines and rows alone; NULL: all */
	int64_t line;		  /* 0: none is known */
	char load[RANDOM_ID_TEXT];
	int has_window;
	int64_t from, to;
};

/* What a destination knows of it. */
struct audit_facts {
	int there, empty; /* empty: of the rows that are asked about */
	int found;	  /* the ledger has the line with that load */
	int64_t first;	  /* the line that made the table, the last time; 0: not known */
	int64_t reset;	  /* the last line by hand that forgets all before it; 0: there is none */
	int64_t rows;	  /* of the last line */
	int replaced;	  /* which replaced the whole table */
	char time_column[256]; /* "": it has none */
	enum type time_type;
};

/* Take a line of the ledger, in their order.  0 or -1. */
typedef int audit_take(void *arg, const char *const texts[RECEIPT_FIELDS], struct ant_err *e);

/* How a destination is asked.  Each returns 0, or -1 with a reason. */
struct audit_source {
	void *self;
	const char *target;

	int (*facts)(void *self, const struct audit *a, struct audit_facts *f, struct ant_err *e);
	/* The lines from number LINE on, ascending; WINDOW: of these, such as meet the window. */
	int (*lines)(void *self, const struct audit *a, int64_t line, int window, audit_take *take,
		void *arg, struct ant_err *e);
	/* Count the rows of the window by the hour; or, HOURS being NULL, all rows into *ROWS. */
	int (*count)(void *self, const struct audit *a, const struct audit_facts *f,
		struct buckets *hours, int64_t *rows, struct ant_err *e);
};

/*
 * Answer the questions that FD, called NAME, holds.  Return 0; -1 with ANT_USAGE for a line that
 * is none, or as the destination fails.
 */
int audit_run(const struct audit_source *source, int fd, const char *name, struct out *to,
	struct ant_err *e);

#endif
