#include "load/mysql_history.h"

#include <stdlib.h>
#include <string.h>

#include "load/mysql_index.h"
#include "load/mysql_key.h"
#include "load/sql.h"

/* Indexes of a history: an open version by its key, and the times of the newest ones. */
#define OPEN "_anthill_open"
#define NEWEST_FROM "_anthill_from"
#define NEWEST_TO "_anthill_to"

enum { NAME_CHARACTERS = 64 }; /* of a table, at most */

int
mysql_check_history(const char *name, struct ant_err *e)
{
	size_t n = 0;

	for (const char *p = name; *p != '\0'; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	if (n <= NAME_CHARACTERS)
		return 0;
	return err_set(e, ANT_FAIL,
		"--history: the name '%.300s' has %zu characters, and a table's has %d at most",
		name, n, NAME_CHARACTERS);
}

/* ---- indexes ------------------------------------------------------------------------ */

/* No index of the server's leaves out rows, but those without an end lie side by side in it. */
static int
index_open(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;
	struct sql_column *columns = calloc(l->rows->nkey + 1, sizeof *columns);
	int status;

	if (columns == NULL)
		return err_sys(e, ANT_FAIL, "mysql");
	columns[0] = (struct sql_column){SQL_VALID_TO, TYPE_TIMESTAMPTZ};
	memcpy(columns + 1, l->key, l->rows->nkey * sizeof *columns);
	status = mysql_index(s, s->history.name.data, OPEN, columns, l->rows->nkey + 1, e);
	free(columns);
	return status;
}

static int
index_time(struct session *s, const char *name, const char *column, struct ant_err *e)
{
	const struct sql_column columns[] = {
		{ROWS_ORGANIZATION, TYPE_TEXT}, {column, TYPE_TIMESTAMPTZ}};
	const size_t first = s->load->by_organization ? 0 : 1;

	return mysql_index(s, s->history.name.data, name, columns + first, 2 - first, e);
}

int
mysql_index_history(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;

	if (mysql_index(s, s->work, SQL_MYSQL_KEY, l->key, l->rows->nkey, e) == -1 ||
		index_open(s, e) == -1 || index_time(s, NEWEST_FROM, SQL_VALID_FROM, e) == -1)
		return -1;
	/* Of a single organization the first of them has the end of the newest. */
	return l->by_organization ? index_time(s, NEWEST_TO, SQL_VALID_TO, e) : 0;
}

/* ---- parts of the statements --------------------------------------------------------- */

static void
put_history(struct session *s)
{
	sql_name(&s->sql, SQL_MYSQL, s->schema, s->history.name.data);
	buf_puts(&s->sql, " h FORCE INDEX (" OPEN ")");
}

static void
put_table(struct session *s)
{
	session_put_table(s);
	buf_puts(&s->sql, " t");
	if (mysql_has_key_index(s->load))
		buf_puts(&s->sql, " FORCE INDEX (" SQL_MYSQL_KEY ")");
}

/* AND the row ALIAS is the organization's, where the load is about the rows of one. */
static void
put_own(struct session *s, const char *alias)
{
	if (!s->load->by_organization)
		return;
	buf_printf(&s->sql, "\n\tAND %s.", alias);
	sql_ident(&s->sql, SQL_MYSQL, ROWS_ORGANIZATION);
	buf_puts(&s->sql, " = ");
	sql_literal(&s->sql, SQL_MYSQL, s->load->rows->organization);
}

static void
put_same(struct session *s, const char *column, int bytes)
{
	buf_puts(&s->sql, "\n\tAND ");
	mysql_put_column(s, "t", column, bytes);
	buf_puts(&s->sql, " <=> ");
	mysql_put_column(s, "h", column, bytes);
}

/* A row of the table, t, has the key of the version h, and all of its values. */
static void
put_same_row(struct session *s)
{
	const struct rows *r = s->load->rows;

	mysql_put_same_key(s, "t", "h");
	for (size_t i = 0; i < r->ncolumns; i++)
		if (!r->columns[i].key)
			put_same(s, s->columns[i].name,
				s->columns[i].type == TYPE_TEXT || s->columns[i].type == TYPE_JSON);
	/* Of any type: equal numbers can have one text, and equal texts of a collation different bytes. */
	for (size_t i = 0; i < s->history.other.n; i++) {
		put_same(s, s->history.other.v[i], 0);
		put_same(s, s->history.other.v[i], 1);
	}
}

static void
put_all_columns(struct session *s, const char *alias)
{
	for (size_t i = 0; i < s->load->rows->ncolumns; i++) {
		mysql_put_column(s, alias, s->columns[i].name, 0);
		buf_puts(&s->sql, ", ");
	}
	for (size_t i = 0; i < s->history.other.n; i++) {
		mysql_put_column(s, alias, s->history.other.v[i], 0);
		buf_puts(&s->sql, ", ");
	}
}

/* ---- the statements ----------------------------------------------------------------- */

/* The order of the joins is ours: the server takes a stage that was just filled for an empty table. */
void
mysql_put_close(struct session *s, int counts, const char *stage, const char *time)
{
	buf_puts(&s->sql, counts ? "SELECT count(*) FROM " : "UPDATE ");
	if (stage != NULL)
		buf_printf(&s->sql, "%s s STRAIGHT_JOIN ", stage);
	put_history(s);
	if (!counts) {
		buf_puts(&s->sql, " SET h." SQL_VALID_TO " = ");
		load_sql_time(&s->sql, SQL_MYSQL, time);
	}
	buf_puts(&s->sql, "\n\tWHERE h." SQL_VALID_TO " IS NULL");
	put_own(s, "h");
	if (stage != NULL) {
		buf_puts(&s->sql, "\n\tAND ");
		mysql_put_same_key(s, "h", "s");
	}
	buf_puts(&s->sql, "\n\tAND NOT EXISTS (SELECT 1 FROM ");
	put_table(s);
	buf_puts(&s->sql, "\n\tWHERE ");
	put_same_row(s);
	buf_putc(&s->sql, ')');
}

void
mysql_put_open(struct session *s, int counts, const char *stage, const char *time)
{
	if (counts) {
		buf_puts(&s->sql, "SELECT count(*)");
	} else {
		buf_puts(&s->sql, "INSERT INTO ");
		sql_name(&s->sql, SQL_MYSQL, s->schema, s->history.name.data);
		buf_puts(&s->sql, " (");
		put_all_columns(s, NULL);
		buf_puts(&s->sql, SQL_VALID_FROM ")\n\tSELECT ");
		put_all_columns(s, "t");
		load_sql_time(&s->sql, SQL_MYSQL, time);
	}
	buf_puts(&s->sql, " FROM ");
	if (stage != NULL)
		buf_printf(&s->sql, "%s s STRAIGHT_JOIN ", stage);
	put_table(s);
	buf_puts(&s->sql, "\n\tWHERE NOT EXISTS (SELECT 1 FROM ");
	put_history(s);
	buf_puts(&s->sql, "\n\tWHERE h." SQL_VALID_TO " IS NULL\n\tAND ");
	mysql_put_same_key(s, "h", "t");
	buf_putc(&s->sql, ')');
	put_own(s, "t");
	if (stage != NULL) {
		buf_puts(&s->sql, "\n\tAND ");
		mysql_put_same_key(s, "t", "s");
	}
}
