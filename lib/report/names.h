/*
 * report/names - what has an id in a report: models, workspaces, keys, users; and their names
 *
 * Rows of cost and use number them as they come; the tables of the organization say later
 * what they are called.
 */
#ifndef ANT_REPORT_NAMES_H
#define ANT_REPORT_NAMES_H

#include "base/err.h"
#include "db/db.h"
#include "report/ask.h"
#include "report/report.h"

/*
 * The item, key or user of an ID, new where it was not there yet: valid until the next one
 * of its kind is new.  A cell that is no text is the id "".  NULL with a reason where memory
 * is short.
 */
struct report_item *report_names_item(
	struct report_items *s, const struct db_cell *id, struct ant_err *e);
struct report_key *report_names_key(struct report *r, const struct db_cell *id, struct ant_err *e);
struct report_user *report_names_user(
	struct report *r, const struct db_cell *id, struct ant_err *e);

/*
 * What people call a product by its id in analytics_cost, "" where it has none; a new one's ID
 * itself.
 */
const char *report_names_product(const char *id);

/*
 * Ask for the names of the organization, of all its workspaces and keys, and of the users
 * that are there.  What is not named is left without.  Return 0, or -1 with a reason.
 */
int report_names_load(struct report_ask *q, struct ant_err *e);

#endif
