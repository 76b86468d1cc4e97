/* db/ddl - a table's definition in the SQL of a database */
#ifndef ANT_DB_DDL_H
#define ANT_DB_DDL_H

#include "base/buf.h"
#include "db/sql.h"
#include "tables/table.h"

/*
 * Append the statements that create T, each ended by a semicolon and a newline: the
 * types are those of the loaders where there is one; the comments are the table
 * file's, where the dialect has any; the index or partition is what makes the next
 * load fast.  Times of MySQL are in UTC.  For MySQL, whose LOAD DATA reads neither the Z
 * of a time nor true, the statement that does follows as a comment.  0 or -1 as buf_put().
 */
int ddl_table(struct buf *to, enum sql_dialect d, const struct table *t);

#endif
