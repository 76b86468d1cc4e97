/*
 * sim/page - one page of an answer: its elements, its cursor, its envelope
 *
 * The elements are kept apart from the envelope until the end, so that a fault
 * can take a page to pieces and put it together wrongly.
 */
#ifndef ANT_SIM_PAGE_H
#define ANT_SIM_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum sim_envelope {
	SIM_BARE,   /* the element itself */
	SIM_IDS,    /* data, has_more, first_id, last_id */
	SIM_TOKENS, /* data, has_more, next_page */
	SIM_NEXT    /* data, next_page */
};

enum { SIM_CURSOR = 80, SIM_EXTRA = 160 };

/* How the cursors of faults start that no real page has: they lead to a list's start. */
#define SIM_ENDLESS "endless_"

struct sim_span {
	size_t at, len;
};

struct sim_page {
	enum sim_envelope kind;
	struct buf elements; /* one after the other */
	struct sim_span *items;
	size_t n, cap;
	int has_more;
	char first[SIM_CURSOR], last[SIM_CURSOR]; /* of SIM_IDS; "": null */
	char next[SIM_CURSOR];			  /* "": null */
	char extra[SIM_EXTRA]; /* more members of the envelope: JSON, without a comma at its ends */
	const char *again;     /* the name under which data stands once more; NULL: it does not */
	char own[SIM_CURSOR];  /* the cursor that leads to this same page, for endless ones */
	char asked[SIM_CURSOR]; /* the cursor that the request had; "" where it had none */
	int64_t position;	/* of the page: what OWN holds */
	uint64_t fingerprint;	/* of the parameters, as sim_token_make() takes it */
};

/* A page of at most 1 GiB. */
void sim_page_init(struct sim_page *p, enum sim_envelope kind);
void sim_page_free(struct sim_page *p);

/* The element that was appended to p->elements since AT is whole.  0 or -1. */
int sim_page_add(struct sim_page *p, size_t at);

/* How an envelope is put together wrongly; all 0: rightly. */
struct sim_shape {
	const char *data;     /* instead of the array: JSON text, or "" to leave data out */
	const char *has_more; /* the same for has_more */
	const char *next;     /* the same for next_page or last_id */
	const char *whole;    /* instead of all of it */
};

/* Append the answer's body.  Where ODD, its members stand in another order.  0 or -1. */
int sim_page_render(
	struct buf *to, const struct sim_page *p, const struct sim_shape *shape, int odd);

/*
 * A page token: opaque, tied to the parameters it was made for, ends in '='.
 * Tokens of one place with different SALT differ and work alike.
 */
void sim_token_make(
	char to[SIM_CURSOR], uint64_t seed, uint64_t fingerprint, int64_t position, unsigned salt);
/* The place that the token names: 0, or -1 where it is none of these parameters. */
int sim_token_read(const char *token, uint64_t seed, uint64_t fingerprint, int64_t *position);

#endif
