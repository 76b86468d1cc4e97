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

/* 1 where only a token opens a table of these SETS. */
int sets_need_token(const struct strlist *sets);

/* "an Admin key (...) or a token (...)": what opens a table of these SETS, in words, to TO. */
void sets_credentials(const struct strlist *sets, char *to, size_t size);

#endif
