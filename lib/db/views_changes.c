#include "db/views_changes.h"

#include <stdlib.h>
#include <string.h>

#include "db/views_history.h"
#include "tables/tables.h"

/* The columns of all histories, a name of each three times over. */
struct catalog {
	struct strlist tables, columns, types;
};

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "the view " VIEWS_CHANGES);
}

/* ---- which histories there are ------------------------------------------------------- */

static int
take_column(void *arg, const struct db_cell *row, struct ant_err *e)
{
	struct catalog *c = arg;

	if (strlist_add(&c->tables, row[0].p, row[0].len) == -1 ||
		strlist_add(&c->columns, row[1].p, row[1].len) == -1 ||
		strlist_add(&c->types, row[2].p, row[2].len) == -1)
		return no_memory(e);
	return 0;
}

/* The question for the columns of all tables that are called like a history. */
static void
put_catalog(struct buf *b, const struct views_place *p)
{
	static const char *const before[] = {
		"SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class t "
		"JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped "
		"WHERE t.relkind IN ('r', 'p') AND right(t.relname, 8) = '" SQL_HISTORY "' AND "
		"t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ",
		"SELECT t.name, c.name, c.type FROM sqlite_schema t JOIN pragma_table_info(t.name) "
		"c "
		"WHERE t.type = 'table' AND substr(t.name, -8) = '" SQL_HISTORY
		"' ORDER BY t.name, "
		"c.cid",
		"SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
		"JOIN information_schema.tables t USING (table_catalog, table_schema, table_name) "
		"WHERE t.table_type = 'BASE TABLE' AND c.table_catalog = current_database() AND "
		"c.table_schema = current_schema() AND right(c.table_name, 8) = '" SQL_HISTORY "' "
		"ORDER BY c.table_name, c.ordinal_position"};

	buf_puts(b, before[p->dialect]);
	if (p->dialect == SQL_POSTGRESQL) {
		sql_literal(b, p->dialect, p->schema);
		buf_puts(b, ") ORDER BY t.relname COLLATE \"C\", a.attnum");
	}
}

static int
take_name(void *arg, const struct db_cell *row, struct ant_err *e)
{
	struct buf *name = arg;

	(void)e;
	if (row[0].kind != DB_NULL)
		buf_put(name, row[0].p, row[0].len);
	return 0;
}

/* Append the stream's name of the table INTO, by the ledger; nothing where that knows none. */
static int
ask_own_name(const struct db *db, const struct views_place *p, const char *into, struct buf *own,
	struct ant_err *e)
{
	struct buf sql;
	int status = -1;

	buf_init(&sql, 1 << 16);
	buf_puts(&sql, "SELECT max(table_name) FROM ");
	views_put_table(&sql, p, VIEWS_LEDGER);
	buf_puts(&sql, " WHERE into_table = ");
	sql_literal(&sql, p->dialect, into);
	if (buf_str(&sql) == NULL)
		no_memory(e);
	else
		status = db->each(db->self, sql.data, 1, take_name, own, e);
	buf_free(&sql);
	return status == 0 && buf_str(own) == NULL ? no_memory(e) : status;
}

/*
 * Whether the table INTO, OWN to the stream, is one of P's: of its prefix, and called as P says, or OWN;
 * any other name is one that was chosen for it, unless it ends with OWN: then it has another prefix.
 */
static int
is_of_place(const struct views_place *p, const char *into, const char *own)
{
	const char *prefix = p->prefix != NULL ? p->prefix : "", *rest;
	size_t len = strlen(own);

	if (strncmp(into, prefix, strlen(prefix)) != 0)
		return 0;
	rest = into + strlen(prefix);
	for (size_t i = 0; i < VIEWS_TABLES; i++)
		if (p->names[i] != NULL && strcmp(views_table_name(1u << i), own) == 0)
			return strcmp(rest, p->names[i]) == 0;
	return strcmp(rest, own) == 0 || strlen(rest) < len ||
	       strcmp(rest + strlen(rest) - len, own) != 0;
}

/* Mark the columns of H that tell its rows apart; whether there are any. */
static int
find_key(struct views_history *h, const char *own)
{
	struct ant_err none;
	struct tables tables;
	struct table *t = NULL;
	struct views_history_column *c;
	int found = 0;

	if (tables_init(&tables, NULL, 0, h->p->table_path, &none) == 0) {
		t = tables_load(&tables, own, &none);
		tables_free(&tables);
	}
	for (size_t i = 0; t != NULL && i < t->ncolumns; i++)
		if (t->columns[i].key && (c = views_history_column(h, t->columns[i].name)) != NULL)
			found = c->key = 1;
	if (t == NULL && (c = views_history_column(h, "id")) != NULL)
		found = c->key = 1;
	table_free(t);
	return found;
}

/* ---- all of them --------------------------------------------------------------------- */

/* Append H, which has a name and columns, where it is a history of P.  Return 1, 0 or -1. */
static int
add_history(const struct db *db, struct views_history *h, int organizations, struct buf *to,
	struct ant_err *e)
{
	const struct views_place *p = h->p;
	struct buf into, own;
	int status;

	if (views_history_column(h, SQL_VALID_FROM) == NULL ||
		views_history_column(h, SQL_VALID_TO) == NULL)
		return 0;
	buf_init(&own, 4096);
	buf_init(&into, 4096);
	buf_put(&into, h->table, strlen(h->table) - strlen(SQL_HISTORY));
	status = buf_str(&into) == NULL ? no_memory(e) : ask_own_name(db, p, into.data, &own, e);
	if (status == 0 && own.len > 0 && is_of_place(p, into.data, own.data) &&
		find_key(h, own.data)) {
		if (to->len > 0)
			buf_puts(to, " UNION ALL ");
		views_history_put(to, h, into.data + (p->prefix != NULL ? strlen(p->prefix) : 0),
			organizations);
		status = 1;
	}
	buf_free(&own);
	buf_free(&into);
	return status;
}

/* The same of all that C has. */
static int
add_all(const struct db *db, const struct views_place *p, const struct catalog *c, struct buf *to,
	struct ant_err *e)
{
	struct views_history_column *columns = calloc(c->tables.n + 1, sizeof *columns);
	int organizations =
		    strlist_has(&c->columns, VIEWS_ORGANIZATIONS, strlen(VIEWS_ORGANIZATIONS)),
	    status = 0;
	size_t n;

	if (columns == NULL)
		return no_memory(e);
	for (size_t i = 0; i < c->tables.n && status != -1; i += n) {
		struct views_history h = {.p = p, .table = c->tables.v[i], .columns = columns};

		for (n = 0; i + n < c->tables.n && strcmp(c->tables.v[i + n], h.table) == 0; n++)
			columns[n] = (struct views_history_column){
				c->columns.v[i + n], c->types.v[i + n], 0};
		h.n = n;
		h.organization = views_history_column(&h, VIEWS_ORGANIZATIONS) != NULL;
		status = add_history(db, &h, organizations, to, e);
	}
	free(columns);
	if (status == -1)
		return -1;
	return to->failed ? no_memory(e) : to->len > 0;
}

int
views_changes(const struct db *db, const struct views_place *p, struct buf *to, struct ant_err *e)
{
	struct catalog c = {.tables = {NULL, 0}};
	struct buf sql;
	int status = -1;

	buf_init(&sql, 1 << 16);
	put_catalog(&sql, p);
	if (buf_str(&sql) == NULL)
		no_memory(e);
	else
		status = db->each(db->self, sql.data, 3, take_column, &c, e);
	if (status == 0)
		status = add_all(db, p, &c, to, e);
	buf_free(&sql);
	strlist_free(&c.tables);
	strlist_free(&c.columns);
	strlist_free(&c.types);
	return status;
}
