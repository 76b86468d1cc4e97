/*
 * clickhouse_stage URI TABLE - the rows of the stream on stdin into TABLE, as a load brings them into its stage
 *
 * For Debian's server, which is too old for what a load does with them then.  CLICKHOUSE_PASSWORD as ever.
 * With a row's number before it where NUMBERED is in the environment.  Exits as a command would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/clickhouse_rows.h"

int
main(int argc, char **argv)
{
	struct clickhouse *c = NULL;
	struct rows *r = NULL;
	struct ant_err e;
	char sql[512];
	int status = -1;

	if (argc != 3)
		return 2;
	snprintf(sql, sizeof sql, "INSERT INTO %s FORMAT TabSeparated", argv[2]);
	if ((r = rows_open(0, "stdin", &e)) != NULL &&
		(c = clickhouse_new(argv[1], getenv("CLICKHOUSE_PASSWORD"), NULL,
			 "&date_time_input_format=best_effort", &e)) != NULL)
		status = clickhouse_rows(c, sql, r, getenv("NUMBERED") != NULL, &e);
	if (status == -1)
		fprintf(stderr, "%s\n", e.msg);
	clickhouse_free(c);
	rows_close(r);
	return status == -1 ? (int)e.status : 0;
}
