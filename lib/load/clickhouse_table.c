#include <string.h>

#include "load/clickhouse.h"
#include "load/sql.h"

/* The column by whose months rows lie; NULL: there is none. */
static const char *
time_column(const struct session *s)
{
	const struct rows *r = s->load->rows;

	return r->mode == MODE_WINDOW ? s->load->columns[r->time_column].name : NULL;
}

/* That of the load, as ant-tables --ddl writes it, its history, or the ledger. */
void
load_clickhouse_put_create(
	struct session *s, const char *table, const struct sql_column *columns, size_t n)
{
	const struct load_clickhouse *d = s->self;
	int own = s->load->rows->ncolumns > 0 && columns == s->columns;
	int history = table == s->history.work;
	const char *time = history ? SQL_VALID_FROM : own ? time_column(s) : NULL;

	buf_puts(&s->sql, "CREATE TABLE IF NOT EXISTS ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, table);
	load_clickhouse_put_cluster(s);
	buf_puts(&s->sql, " (");
	for (size_t i = 0; i < n; i++) {
		const char *doc = own || history ? load_sql_doc(s->load, columns[i].name) : NULL;

		buf_puts(&s->sql, i > 0 ? ",\n\t" : "\n\t");
		sql_clickhouse_column(&s->sql, &columns[i], time, doc);
	}
	buf_puts(&s->sql, "\n)");
	if (history)
		load_clickhouse_history_engine(s);
	else
		sql_clickhouse_engine(&s->sql, time, d->cluster != NULL,
			own ? load_sql_doc(s->load, NULL) : NULL);
}

int
load_clickhouse_put_add(
	struct session *s, const char *table, const struct sql_column *c, const char *like)
{
	(void)like;
	buf_puts(&s->sql, "ALTER TABLE ");
	sql_name(&s->sql, SQL_CLICKHOUSE, s->schema, table);
	buf_puts(&s->sql, " ADD COLUMN ");
	sql_clickhouse_column(&s->sql, c, NULL, load_sql_doc(s->load, c->name));
	return 1;
}

void
load_clickhouse_put_shape(struct session *s, const char *table)
{
	buf_puts(&s->sql, "SELECT if(t.engine LIKE '%MergeTree', '1', '0'), '1', c.name, c.type "
			  "FROM system.tables t LEFT JOIN system.columns c ON c.database = "
			  "t.database AND c.table = t.name WHERE t.database = currentDatabase() "
			  "AND t.name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, table);
	buf_puts(&s->sql, " ORDER BY c.position");
}

/* Whether IS, which has blanks, is TYPE, which has none. */
static int
is_type(const char *is, const char *type, size_t len)
{
	size_t n = 0;

	for (; *is != '\0' && *is != ')'; is++)
		if (*is != ' ' && (n == len || *is != type[n++]))
			return 0;
	return n == len || type[n] == ')';
}

/* One that holds no null, or few different values, does as well. */
const char *
load_clickhouse_wanted(const char *is, enum type t)
{
	static const char *const wrappers[] = {"LowCardinality(", "Nullable("};
	const char *type = sql_type(SQL_CLICKHOUSE, t), *bare = is;

	for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
		if (strncmp(bare, wrappers[i], strlen(wrappers[i])) == 0)
			bare += strlen(wrappers[i]);
	return is_type(bare, type + strlen("Nullable("), strlen(type) - strlen("Nullable()"))
		       ? is
		       : type;
}
