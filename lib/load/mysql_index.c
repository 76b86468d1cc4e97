#include "load/mysql_index.h"

/* The columns of the index that serves this load, into COLUMNS, which has room for two; its name. */
static const char *
choose_index(const struct load *l, struct sql_column *two, const struct sql_column **c, size_t *n)
{
	if (l->mode == MODE_MERGE) {
		*c = l->key;
		*n = l->rows->nkey;
		return SQL_MYSQL_KEY;
	}
	*c = two;
	*n = 0;
	if (l->by_organization)
		two[(*n)++] = l->columns[0];
	if (l->rows->window)
		two[(*n)++] = l->columns[l->rows->time_column];
	return SQL_MYSQL_WINDOW;
}

static int
take_flag(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = texts[0] != NULL && *texts[0] == '1';
	return 0;
}

/* No IF NOT EXISTS: MySQL knows none for an index. */
static int
has_index(struct session *s, const char *table, const char *name, int *yes, struct ant_err *e)
{
	*yes = 0;
	if (!s->there)
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT count(*) > 0 FROM information_schema.statistics WHERE "
			  "table_schema = ");
	sql_literal(&s->sql, SQL_MYSQL, s->schema);
	buf_puts(&s->sql, " AND table_name = ");
	sql_literal(&s->sql, SQL_MYSQL, table);
	buf_printf(&s->sql, " AND index_name = '%s'", name);
	return s->ops->each(s, buf_str(&s->sql), 1, take_flag, yes, e);
}

int
mysql_index(struct session *s, const char *table, const char *name,
	const struct sql_column *columns, size_t n, struct ant_err *e)
{
	int there;

	if (has_index(s, table, name, &there, e) == -1 || there)
		return there ? 0 : -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "CREATE INDEX %s ON ", name);
	sql_name(&s->sql, SQL_MYSQL, s->schema, table);
	return sql_mysql_index(&s->sql, columns, n) ? session_run(s, NULL, e) : 0;
}

int
mysql_index_load(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;
	struct sql_column two[2];
	const struct sql_column *columns;
	size_t n;
	const char *name = choose_index(l, two, &columns, &n);

	if ((!s->new_table && l->mode != MODE_MERGE) || n == 0)
		return 0;
	return mysql_index(s, s->work, name, columns, n, e);
}
