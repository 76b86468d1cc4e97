/*
 * sim/fault - what goes wrong, where and how often
 *
 * A plan has one fault a line: the path it is for (a shell pattern, as of
 * fnmatch(3)), which of the requests to it, and what happens.  ant-sim(1), FAULTS,
 * describes the words.
 */
#ifndef ANT_SIM_FAULT_H
#define ANT_SIM_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "sim/page.h"

enum sim_framing { SIM_AS_USUAL, SIM_LENGTH, SIM_CHUNKED, SIM_CLOSE };
enum sim_when { SIM_FIRST, SIM_AT, SIM_FROM, SIM_EVERY, SIM_ALWAYS };

enum { SIM_WHOLE = -1, SIM_HALF = -2 };

struct sim_fault {
	char *text; /* the line */
	char *pattern, *query;
	enum sim_when when;
	long n, seen;
	/* before the answer */
	long delay, fewer;
	int reset; /* at once */
	/* instead of the answer */
	int status, no_id;
	char *body, *redirect, *type;
	char *error;	    /* the type of an error body */
	char *organization; /* that the header names; "": none */
	struct strlist headers;
	/* to the page */
	const struct sim_shape *shape;
	int results_object; /* each bucket's results are {} */
	char *lose;
	int endless, cycle, no_cursor, empty_more, outside, disorder, repeat, skip;
	/* to the body */
	int html, empty, broken, escape, pretty, gzip;
	long huge;
	/* on the wire */
	enum sim_framing framing;
	long cut, reset_at; /* bytes of the body that are sent; SIM_WHOLE, SIM_HALF */
	long drip_bytes, drip_ms;
};

struct sim_faults {
	struct sim_fault *v;
	size_t n;
};

/*
 * Add the faults of a plan of LEN bytes, all of them or none.  NAME and the line
 * stand before the reason of ANT_USAGE.
 */
int sim_faults_add(
	struct sim_faults *f, const char *name, const char *plan, size_t len, struct ant_err *e);
void sim_faults_clear(struct sim_faults *f);

/*
 * Count a request to PATH with QUERY (decoded).  Return 1 with a copy of the fault
 * that strikes it in *TO, for sim_fault_free(), 0 where none does.
 */
int sim_faults_match(
	struct sim_faults *f, const char *path, const char *query, struct sim_fault *to);
void sim_fault_free(struct sim_fault *f);

#endif
