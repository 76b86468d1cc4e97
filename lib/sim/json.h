/*
 * sim/json - the simulated organization's objects as the API writes them
 *
 * Members stand in one of several orders and text is escaped in one of several
 * ways, as different versions of the real servers do; which one follows from
 * the object.  A few objects have members that no document names.
 */
#ifndef ANT_SIM_JSON_H
#define ANT_SIM_JSON_H

#include "base/buf.h"
#include "sim/field.h"
#include "sim/model.h"

/* Each appends to TO; a failure stays there. */

/* What the order and the escapes of object I of a kind follow from. */
uint64_t sim_json_variant(const struct sim *s, uint64_t kind, uint64_t i);
/* An object as H says.  OLD: with the names that API version 2026-10-21 no longer has. */
void sim_json_object(
	struct buf *to, const struct sim_fields *of, const void *object, uint64_t h, int old);
/*
 * The value of one field of it, without white space.  ESCAPES 0: the fewest.  Members of objects in it
 * stand as they are listed, and their text is escaped the fewest way.
 */
void sim_json_value(
	struct buf *to, const struct sim_field *f, const void *object, unsigned escapes, int old);
/* Text in its quotes. */
void sim_json_text(struct buf *to, const char *s, unsigned escapes);

#endif
