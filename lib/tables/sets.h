/* tables/sets - the sets of tables that the suite knows, by what opens them */
#ifndef ANT_TABLES_SETS_H
#define ANT_TABLES_SETS_H

#include <stddef.h>

#include "base/strlist.h"

/* What the request is opened with. */
enum sets_credential { SETS_KEY, SETS_TOKEN };

/* The I-th set that is known, from 0; NULL: there are no more. */
const char *sets_known(size_t i);

/* "an Admin key (...)": what opens the set NAME, in words; "another key" where it is not known. */
const char *sets_takes(const char *name);

/* 1 where only a token opens a table of these SETS, which what opens the sets ALSO opens, too. */
int sets_need_token(const struct strlist *sets, const struct strlist *also);

/* "an Admin key (...), or a token (...)": what opens such a table, in words, to TO. */
void sets_credentials(
	const struct strlist *sets, const struct strlist *also, char *to, size_t size);

#endif
