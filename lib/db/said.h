/*
 * db/said - what a database says of a failure, without the data that it repeats
 *
 * A message goes into logs and mails; the rows that failed, with people's addresses in them, do not.
 */
#ifndef ANT_DB_SAID_H
#define ANT_DB_SAID_H

#include "base/buf.h"

/* Append TEXT with each e-mail address in it replaced by ***.  Reports by B's `failed`. */
void said_put(struct buf *b, const char *text);

/*
 * The same for a message that is about a value: all from the first to the last quote of a kind,
 * ' or ", is replaced as well.
 */
void said_put_of_value(struct buf *b, const char *text);

#endif
