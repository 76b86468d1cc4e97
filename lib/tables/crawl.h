/* tables/crawl - which tables one fetch can feed */
#ifndef ANT_TABLES_CRAWL_H
#define ANT_TABLES_CRAWL_H

#include "base/buf.h"
#include "tables/table.h"

/*
 * Append a short name of what is fetched for T, in hex: tables with the same name are asked for
 * with the same requests, so that the records of one are those of the others.  Dimensions count
 * in any order, and so do headers and parameters.  0 or -1 as buf_put().
 */
int crawl_put(struct buf *to, const struct table *t);

#endif
