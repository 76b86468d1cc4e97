#include <stdio.h>
#include <string.h>

#include "load/clickhouse.h"

static int
take_flag(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = texts[0] != NULL && *texts[0] == '1';
	return 0;
}

/* RIGHT ON what, or a line in MISSING. */
static int
check_right(struct session *s, const char *right, const char *on, struct strlist *missing,
	struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	char line[2048];
	int has = 1;

	buf_clear(&s->sql);
	buf_printf(&s->sql, "CHECK GRANT %s ON %s", right, on);
	if (clickhouse_each(d->c, buf_str(&s->sql), 1, take_flag, &has, e) == -1)
		return -1;
	snprintf(line, sizeof line, "%s: the right %s ON %.1000s is missing", s->name, right, on);
	if (has || strlist_has(missing, line, strlen(line)))
		return 0;
	return strlist_add(missing, line, strlen(line)) == -1 ? err_sys(e, ANT_FAIL, "clickhouse")
							      : 0;
}

/* On the whole database: what a load works with has names of its own. */
int
load_clickhouse_lacks(
	struct session *s, const char *table, int mode, struct strlist *missing, struct ant_err *e)
{
	static const char *const rights[] = {"SHOW TABLES", "SHOW COLUMNS", "CREATE TABLE",
		"DROP TABLE", "SELECT", "INSERT", "TRUNCATE", "ALTER DELETE", "ALTER ADD COLUMN"};
	const struct load_clickhouse *d = s->self;
	struct buf database;
	int status = 0;

	(void)table;
	(void)mode;
	buf_init(&database, LOAD_TEXT_MAX);
	sql_ident(&database, SQL_CLICKHOUSE, clickhouse_database(d->c));
	buf_puts(&database, ".*");
	if (buf_str(&database) == NULL)
		status = err_sys(e, ANT_FAIL, "clickhouse");
	for (size_t i = 0; i < sizeof rights / sizeof *rights && status == 0; i++)
		status = check_right(s, rights[i], database.data, missing, e);
	buf_free(&database);
	return status == 0 ? check_right(s, "SELECT", "system.parts", missing, e) : -1;
}
