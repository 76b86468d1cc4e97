/*
 * sim/damage - what a fault does to a page and to the text of an answer
 */
#ifndef ANT_SIM_DAMAGE_H
#define ANT_SIM_DAMAGE_H

#include "sim/fault.h"
#include "sim/page.h"

/* 1 where F needs the page itself, not only its text. */
int sim_damage_needs_page(const struct sim_fault *f);

/* Damage the page P of a 200 and append what becomes of it to TO.  SALT: differs each time. */
int sim_damage_page(struct buf *to, struct sim_page *p, const struct sim_fault *f, uint64_t seed,
	unsigned salt);

/* Damage the body in B in place.  0, or -1 where memory ran out. */
int sim_damage_body(struct buf *b, const struct sim_fault *f);

#endif
