/* load/history_file - where the history of a file is: beside it, called as it and _history */
#ifndef ANT_LOAD_HISTORY_FILE_H
#define ANT_LOAD_HISTORY_FILE_H

#include <stdint.h>

#include "base/aside.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "base/utc.h"
#include "load/load.h"

/*
 * Append the path of FILE's history: "users_history.csv" of users.csv, for what stands behind the last
 * dot of a name stays behind it.  Reports by B's `failed`.
 */
void history_file_path(struct buf *b, const char *file);

/*
 * Open it for L, which has FILE's lock, and lock it; in a dry run, only look.  Return 0, or -1 as
 * aside_open().
 */
int history_file_open(struct aside *a, const struct load *l, const char *file, struct ant_err *e);

/* Add to MISSING what would keep a load from writing it, as place_lacks() does.  Return 0 or -1. */
int history_file_lacks(const char *file, struct strlist *missing, struct ant_err *e);

/*
 * When the versions of L begin and end: its start; or, where the clock went back or two loads began in
 * one second, the second after NEWEST, the newest time of the history in microseconds since 1970.
 */
void history_file_time(const struct load *l, int64_t newest, char to[static UTC_TEXT]);

#endif
