#include "load_pg.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "load_sql.h"

enum { NAME_MAX_PG = 63 }; /* bytes of an identifier: NAMEDATALEN - 1; longer ones are cut */

static const char stage[] = "pg_temp._anthill_rows"; /* where the rows of a merge arrive */

struct load_pg {
	const char *conninfo, *schema_option;
	char *schema, *into; /* of the target; INTO is SCHEMA.TABLE for the receipt */
	char *password;	     /* of CONNINFO: what no message may hold */
	PGconn *conn;
	int copying, new_table;
	struct buf sql;
	const struct load *load;
};

/* Put TEXT, which may have several lines, on one, without the password, into E. */
static int
say(struct load_pg *d, const char *prefix, const char *text, struct ant_err *e)
{
	size_t secret = d->password != NULL ? strlen(d->password) : 0;
	struct buf line;

	buf_init(&line, sizeof e->msg);
	while (*text != '\0' && line.len < sizeof e->msg / 2) {
		if (secret > 0 && strncmp(text, d->password, secret) == 0) {
			buf_puts(&line, "***");
			text += secret;
		} else if (*text == '\n') {
			text += strspn(text, "\n\t ");
			if (*text != '\0')
				buf_puts(&line, "; ");
		} else {
			buf_putc(&line, *text++);
		}
	}
	if (buf_str(&line) == NULL)
		err_set(e, ANT_FAIL, "%s: out of memory", prefix);
	else
		err_set(e, ANT_FAIL, "%s: %s", prefix, buf_str(&line));
	buf_free(&line);
	return -1;
}

/* What the server said of RES (NULL: of the connection). */
static int
failed(struct load_pg *d, const PGresult *res, struct ant_err *e)
{
	static const int fields[] = {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_MESSAGE_HINT, PG_DIAG_CONTEXT};
	const char *text = res != NULL ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	struct buf all;

	if (text == NULL || PQstatus(d->conn) != CONNECTION_OK)
		return say(d, "postgresql", PQerrorMessage(d->conn), e);
	buf_init(&all, 1 << 16);
	buf_puts(&all, text);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if ((text = PQresultErrorField(res, fields[i])) != NULL)
			buf_printf(&all, "\n%s", text);
	say(d, "postgresql", buf_str(&all) != NULL ? all.data : "out of memory", e);
	buf_free(&all);
	return -1;
}

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "postgresql");
}

/*
 * Send SQL with N text PARAMS; the answer must be of the kind WANTED.  Return it
 * (PQclear() it) or NULL with a reason.
 */
static PGresult *
query(struct load_pg *d, const char *sql, const char *const *params, int n, ExecStatusType wanted,
	struct ant_err *e)
{
	PGresult *res;

	if (sql == NULL) {
		no_memory(e);
		return NULL;
	}
	/* Without parameters by the simple protocol: it takes more than one statement. */
	res = n == 0 ? PQexec(d->conn, sql)
		     : PQexecParams(d->conn, sql, n, NULL, params, NULL, NULL, 0);
	if (res != NULL && PQresultStatus(res) == wanted)
		return res;
	failed(d, res, e);
	PQclear(res);
	return NULL;
}

static int
execute(struct load_pg *d, const char *sql, struct ant_err *e)
{
	PGresult *res = query(d, sql, NULL, 0, PGRES_COMMAND_OK, e);

	PQclear(res);
	return res != NULL ? 0 : -1;
}

/* Run the statement in d->sql, or write it into the plan; *ROWS is how many it touched. */
static int
run(struct load_pg *d, int64_t *rows, struct ant_err *e)
{
	const char *sql = buf_str(&d->sql);
	PGresult *res;

	if (sql == NULL)
		return no_memory(e);
	if (d->load->dry_run) {
		buf_printf(d->load->plan, "%s;\n", sql);
		return d->load->plan->failed ? no_memory(e) : 0;
	}
	if ((res = query(d, sql, NULL, 0, PGRES_COMMAND_OK, e)) == NULL)
		return -1;
	if (rows != NULL)
		*rows = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return 0;
}

static int
run_text(struct load_pg *d, const char *sql, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_puts(&d->sql, sql);
	return run(d, NULL, e);
}

/* Append the target's qualified name. */
static void
put_target(struct load_pg *d)
{
	sql_name(&d->sql, SQL_POSTGRESQL, d->schema, d->load->into);
}

static int
check_name(const char *what, const char *name, struct ant_err *e)
{
	if (strlen(name) <= NAME_MAX_PG)
		return 0;
	return err_set(e, ANT_FAIL, "%s '%.200s' is longer than the %d bytes of a PostgreSQL name",
		what, name, (int)NAME_MAX_PG);
}

static int
check_names(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;

	if (check_name("table", l->into, e) == -1)
		return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (check_name("column", l->columns[i].name, e) == -1)
			return -1;
	return 0;
}

static void
ignore_notice(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

static int
connect_to(struct load_pg *d, struct ant_err *e)
{
	/* The encoding is ours; everything else is CONNINFO's and the environment's. */
	const char *const keys[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
	const char *const values[] = {d->conninfo, "anthill", "UTF8", NULL};

	d->conn = PQconnectdbParams(d->conninfo != NULL ? keys : keys + 1,
		d->conninfo != NULL ? values : values + 1, d->conninfo != NULL);
	if (d->conn == NULL)
		return no_memory(e);
	if (PQstatus(d->conn) != CONNECTION_OK)
		return say(d, "postgresql", PQerrorMessage(d->conn), e);
	PQsetNoticeReceiver(d->conn, ignore_notice, NULL);
	return 0;
}

/*
 * Begin a transaction.  Settings last as long as it does, for behind a pooler the
 * session belongs to others, too.  What a literal or a time means must not depend on
 * the user's settings, and no server may commit before the rows are on its disk: the
 * receipt is a promise.
 */
static int
start_transaction(struct load_pg *d, int read_only, struct ant_err *e)
{
	static const char settings[] =
		"SELECT set_config('synchronous_commit', 'on', true)"
		" WHERE current_setting('synchronous_commit') = 'off';"
		"SET LOCAL standard_conforming_strings = on; SET LOCAL client_min_messages = "
		"warning;"
		"SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'";

	buf_clear(&d->sql);
	buf_printf(&d->sql, "BEGIN ISOLATION LEVEL READ COMMITTED READ %s; %s",
		read_only ? "ONLY" : "WRITE", settings);
	return execute(d, buf_str(&d->sql), e);
}

/* The schema of the target: that of the option, or where CREATE TABLE would put it. */
static int
choose_schema(struct load_pg *d, struct ant_err *e)
{
	const char *name = d->schema_option;
	PGresult *res = NULL;
	int status = -1;

	if (name == NULL) {
		if ((res = query(d, "SELECT current_schema()", NULL, 0, PGRES_TUPLES_OK, e)) ==
			NULL)
			return -1;
		if (!PQgetisnull(res, 0, 0))
			name = PQgetvalue(res, 0, 0);
	}
	if (name == NULL)
		err_set(e, ANT_FAIL,
			"postgresql: no schema of the search path exists: name one with --schema");
	else if (check_name("schema", name, e) == 0 && (d->schema = strdup(name)) == NULL)
		no_memory(e);
	else if (d->schema != NULL)
		status = 0;
	PQclear(res);
	return status;
}

/* A boolean that SQL answers with for the two parameters. */
static int
ask(struct load_pg *d, const char *sql, const char *a, const char *b, int *yes, struct ant_err *e)
{
	const char *const params[] = {a, b};
	PGresult *res = query(d, sql, params, b != NULL ? 2 : 1, PGRES_TUPLES_OK, e);

	if (res == NULL)
		return -1;
	*yes = *PQgetvalue(res, 0, 0) == 't';
	PQclear(res);
	return 0;
}

/* One load of a table at a time: the lock goes with the transaction, however that ends. */
static int
lock_target(struct load_pg *d, struct ant_err *e)
{
	int locked = 0;

	if (ask(d,
		    "SELECT pg_try_advisory_xact_lock(hashtextextended("
		    "'anthill:' || quote_ident($1) || '.' || quote_ident($2), 0))",
		    d->schema, d->load->into, &locked, e) == -1)
		return -1;
	if (locked)
		return 0;
	return err_set(e, ANT_LOCKED, "postgresql: another load of %s.%s is at work", d->schema,
		d->load->into);
}

/*
 * Create what several loads share (the schema, the ledger).  Two that do so at once
 * would collide in the catalog, IF NOT EXISTS or not: the second waits for the first.
 */
static int
create_shared(struct load_pg *d, struct ant_err *e)
{
	const char *const params[] = {d->schema};
	PGresult *res;

	if (d->load->dry_run)
		return run(d, NULL, e);
	res = query(d,
		"SELECT pg_advisory_xact_lock(hashtextextended('anthill:' || quote_ident($1), 0))",
		params, 1, PGRES_TUPLES_OK, e);
	if (res == NULL)
		return -1;
	PQclear(res);
	return run(d, NULL, e);
}

static int
make_schema(struct load_pg *d, struct ant_err *e)
{
	int there = 0;

	if (ask(d, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", d->schema, NULL,
		    &there, e) == -1)
		return -1;
	if (there)
		return 0;
	buf_clear(&d->sql);
	buf_puts(&d->sql, "CREATE SCHEMA IF NOT EXISTS ");
	sql_ident(&d->sql, SQL_POSTGRESQL, d->schema);
	return create_shared(d, e);
}

/* The comment of the table file on COLUMN, or on the table where it is NULL. */
static int
comment(struct load_pg *d, const char *column, struct ant_err *e)
{
	const struct table *doc = d->load->doc;
	const struct column *c;
	const char *text;

	if (doc == NULL)
		return 0;
	c = column != NULL ? table_column(doc, column) : NULL;
	text = column == NULL ? doc->doc : c != NULL ? c->doc : "";
	if (text == NULL || *text == '\0')
		return 0;
	buf_clear(&d->sql);
	buf_puts(&d->sql, column != NULL ? "COMMENT ON COLUMN " : "COMMENT ON TABLE ");
	put_target(d);
	if (column != NULL) {
		buf_putc(&d->sql, '.');
		sql_ident(&d->sql, SQL_POSTGRESQL, column);
	}
	buf_puts(&d->sql, " IS ");
	sql_literal(&d->sql, SQL_POSTGRESQL, text);
	return run(d, NULL, e);
}

static int
create_table(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;

	d->new_table = 1;
	if (make_schema(d, e) == -1)
		return -1;
	buf_clear(&d->sql);
	sql_create_table(
		&d->sql, SQL_POSTGRESQL, d->schema, l->into, l->columns, l->rows->ncolumns);
	if (run(d, NULL, e) == -1 || comment(d, NULL, e) == -1)
		return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (comment(d, l->columns[i].name, e) == -1)
			return -1;
	return 0;
}

/* Compare the columns of the table, RES, with the stream's; add those that are missing. */
static int
widen(struct load_pg *d, const PGresult *res, struct ant_err *e)
{
	const struct load *l = d->load;

	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		const struct sql_column *c = &l->columns[i];
		const char *wanted = sql_type(SQL_POSTGRESQL, c->type);
		int row = 0;

		while (row < PQntuples(res) && strcmp(PQgetvalue(res, row, 1), c->name) != 0)
			row++;
		if (row == PQntuples(res)) {
			buf_clear(&d->sql);
			sql_add_column(&d->sql, SQL_POSTGRESQL, d->schema, l->into, c);
			if (run(d, NULL, e) == -1 || comment(d, c->name, e) == -1)
				return -1;
		} else if (strcmp(PQgetvalue(res, row, 2), wanted) != 0) {
			return load_type_differs(
				e, d->into, c->name, PQgetvalue(res, row, 2), wanted);
		}
	}
	return 0;
}

static int
make_table(struct load_pg *d, struct ant_err *e)
{
	const char *const params[] = {d->schema, d->load->into};
	PGresult *res;
	int status;

	res = query(d,
		"SELECT c.relkind, a.attname, format_type(a.atttypid, a.atttypmod)"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
		"a.attisdropped"
		" WHERE n.nspname = $1 AND c.relname = $2",
		params, 2, PGRES_TUPLES_OK, e);
	if (res == NULL)
		return -1;
	if (PQntuples(res) == 0)
		status = create_table(d, e);
	else if (strchr("rp", *PQgetvalue(res, 0, 0)) == NULL)
		status = err_set(
			e, ANT_FAIL, "postgresql: %s is a view or an index, not a table", d->into);
	else
		status = widen(d, res, e);
	PQclear(res);
	return status;
}

/* Remove what the mode replaces; *HELD is how many rows that was, or would be. */
static int
remove_old(struct load_pg *d, int64_t *held, struct ant_err *e)
{
	const struct load *l = d->load;

	if (d->new_table || (l->mode != MODE_WINDOW && l->mode != MODE_REPLACE))
		return 0;
	if (l->dry_run) {
		PGresult *res;

		buf_clear(&d->sql);
		load_sql_delete(&d->sql, SQL_POSTGRESQL, d->schema, l, "SELECT count(*)");
		if ((res = query(d, buf_str(&d->sql), NULL, 0, PGRES_TUPLES_OK, e)) == NULL)
			return -1;
		*held = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
		PQclear(res);
	}
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_POSTGRESQL, d->schema, l, "DELETE");
	return run(d, held, e);
}

/* A table for the rows of a merge, of exactly the target's types. */
static int
make_stage(struct load_pg *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_printf(&d->sql, "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS\n\tSELECT ",
		strchr(stage, '.') + 1);
	sql_idents(&d->sql, SQL_POSTGRESQL, d->load->columns, d->load->rows->ncolumns);
	buf_puts(&d->sql, " FROM ");
	put_target(d);
	buf_puts(&d->sql, " WITH NO DATA");
	return run(d, NULL, e);
}

static int
start_copy(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;
	PGresult *res;

	buf_clear(&d->sql);
	buf_puts(&d->sql, "COPY ");
	if (l->mode == MODE_MERGE)
		buf_puts(&d->sql, stage);
	else
		put_target(d);
	buf_puts(&d->sql, " (");
	sql_idents(&d->sql, SQL_POSTGRESQL, l->columns, l->rows->ncolumns);
	buf_puts(&d->sql, ") FROM STDIN");
	if (l->dry_run)
		return run(d, NULL, e);
	if ((res = query(d, buf_str(&d->sql), NULL, 0, PGRES_COPY_IN, e)) == NULL)
		return -1;
	PQclear(res);
	d->copying = 1;
	return 0;
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct load_pg *d = self;
	struct buf into;

	d->load = l;
	if (l->dry_run)
		buf_puts(l->plan, "BEGIN;\n");
	if (check_names(d, e) == -1 || connect_to(d, e) == -1 ||
		start_transaction(d, l->dry_run, e) == -1 || choose_schema(d, e) == -1)
		return -1;
	buf_init(&into, LOAD_TEXT_MAX);
	buf_printf(&into, "%s.%s", d->schema, l->into);
	if (buf_str(&into) == NULL)
		return no_memory(e);
	d->into = into.data; /* its owner now */
	if ((!l->dry_run && lock_target(d, e) == -1) || make_table(d, e) == -1 ||
		remove_old(d, held, e) == -1)
		return -1;
	if (l->mode == MODE_MERGE && make_stage(d, e) == -1)
		return -1;
	return start_copy(d, e);
}

/* End the COPY, as a failure where REASON is not NULL, and hear what came of it. */
static int
end_copy(struct load_pg *d, const char *reason, int64_t *rows, struct ant_err *e)
{
	PGresult *res;
	int status = 0;

	d->copying = 0;
	if (PQputCopyEnd(d->conn, reason) == -1)
		status = failed(d, NULL, e); /* unless the server has left a better reason */
	while ((res = PQgetResult(d->conn)) != NULL && PQresultStatus(res) != PGRES_COPY_IN) {
		if (PQresultStatus(res) == PGRES_COMMAND_OK)
			*rows = strtoll(PQcmdTuples(res), NULL, 10);
		else
			status = failed(d, res, e);
		PQclear(res);
	}
	PQclear(res);
	return status;
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_pg *d = self;
	const char *block;
	int64_t stored = 0;
	size_t len;
	int more;

	while ((more = rows_block(r, &block, &len, e)) == 1) {
		if (d->load->dry_run)
			continue;
		for (size_t n; len > 0; block += n, len -= n) {
			n = len > 1 << 20 ? 1 << 20 : len; /* libpq's length is an int */
			if (PQputCopyData(d->conn, block, (int)n) != 1)
				return end_copy(d, "connection lost", &stored, e) == -1
					       ? -1
					       : failed(d, NULL, e);
		}
	}
	if (more == -1 || d->load->dry_run)
		return more;
	if (end_copy(d, NULL, &stored, e) == -1)
		return -1;
	if (stored != r->count)
		return err_set(e, ANT_FAIL,
			"postgresql: %s took %" PRId64 " rows of %" PRId64
			": a trigger or rule drops some",
			d->into, stored, r->count);
	return 0;
}

/* "t"."key" = s."key", where NULL equals NULL, in a way that PostgreSQL can hash. */
static void
put_same_key(struct load_pg *d, const struct sql_column *c, int nulls)
{
	/* Any value will do, for the plain comparison behind it decides. */
	static const char *const any[TYPE_COUNT] = {
		"''", "0", "0", "0", "false", "'-infinity'", "'-infinity'", "'null'"};
	struct buf *b = &d->sql;

	if (nulls) {
		buf_puts(b, "coalesce(t.");
		sql_ident(b, SQL_POSTGRESQL, c->name);
		buf_printf(b, ", %s) = coalesce(s.", any[c->type]);
		sql_ident(b, SQL_POSTGRESQL, c->name);
		buf_printf(b, ", %s) AND ", any[c->type]);
	}
	buf_puts(b, "t.");
	sql_ident(b, SQL_POSTGRESQL, c->name);
	buf_puts(b, nulls ? " IS NOT DISTINCT FROM s." : " = s.");
	sql_ident(b, SQL_POSTGRESQL, c->name);
}

/* Replace the rows of the same key by those in the stage. */
static int
merge(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;

	buf_clear(&d->sql);
	buf_printf(&d->sql, "ANALYZE %s (", stage); /* or the planner guesses */
	sql_idents(&d->sql, SQL_POSTGRESQL, l->key, l->rows->nkey);
	buf_putc(&d->sql, ')');
	if (run(d, NULL, e) == -1)
		return -1;
	buf_clear(&d->sql);
	buf_puts(&d->sql, "DELETE FROM ");
	put_target(d);
	buf_printf(&d->sql, " t USING %s s\n\tWHERE ", stage);
	for (size_t i = 0; i < l->rows->nkey; i++) {
		if (i > 0)
			buf_puts(&d->sql, "\n\tAND ");
		/* A key part that is never null in the stream only meets what is not null. */
		put_same_key(d, &l->key[i], l->rows->columns[l->rows->key[i]].nulls > 0);
	}
	if (run(d, NULL, e) == -1)
		return -1;
	buf_clear(&d->sql);
	load_sql_insert(&d->sql, SQL_POSTGRESQL, d->schema, l, stage);
	return run(d, NULL, e);
}

static int
create_index(struct load_pg *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	return load_sql_index(&d->sql, SQL_POSTGRESQL, d->schema, d->load) ? run(d, NULL, e) : 0;
}

static int
write_ledger(struct load_pg *d, const struct load_entry *entry, struct ant_err *e)
{
	int there = 0;

	if (ask(d, "SELECT to_regclass(quote_ident($1) || '." SQL_LEDGER "') IS NOT NULL",
		    d->schema, NULL, &there, e) == -1)
		return -1;
	if (!there) {
		buf_clear(&d->sql);
		sql_create_ledger(&d->sql, SQL_POSTGRESQL, d->schema);
		if (create_shared(d, e) == -1)
			return -1;
	}
	buf_clear(&d->sql);
	load_sql_ledger(&d->sql, SQL_POSTGRESQL, d->schema, entry);
	return run(d, NULL, e);
}

static int
commit(void *self, const struct load_entry *entry, const char **into, struct ant_err *e)
{
	struct load_pg *d = self;

	*into = d->into;
	if (d->load->mode == MODE_MERGE && merge(d, e) == -1)
		return -1;
	if (d->new_table && create_index(d, e) == -1)
		return -1;
	if (write_ledger(d, entry, e) == -1)
		return -1;
	if (run_text(d, "COMMIT", e) == 0)
		return 0;
	if (PQstatus(d->conn) != CONNECTION_OK)
		err_prefix(e,
			"the connection was lost at COMMIT, so whether the rows are in is not "
			"known; loading them again is safe unless the mode is append: ");
	return -1;
}

/* Wait for the rollback: the next load must not find the lock of this one. */
static void
undo(void *self, const char *reason)
{
	struct load_pg *d = self;
	struct ant_err ignored;
	int64_t rows;

	if (d->conn != NULL && PQstatus(d->conn) == CONNECTION_OK) {
		if (d->copying)
			end_copy(d, reason, &rows, &ignored);
		execute(d, "ROLLBACK", &ignored);
	}
	PQfinish(d->conn);
	d->conn = NULL;
}

static void
copy_time(char to[static UTC_TEXT], const char *from)
{
	to[0] = '\0';
	strncat(to, from, UTC_TEXT - 1);
}

/* Print the lines that the server sends, one at a time: a ledger has any length. */
static int
print_entries(struct load_pg *d, struct out *to, struct ant_err *e)
{
	struct load_entry entry;
	PGresult *res;
	int status = 0;

	while ((res = PQgetResult(d->conn)) != NULL) {
		if (PQresultStatus(res) == PGRES_SINGLE_TUPLE && status == 0) {
			memset(&entry, 0, sizeof entry);
			entry.table = PQgetvalue(res, 0, 0);
			entry.into = PQgetvalue(res, 0, 1);
			entry.mode = PQgetvalue(res, 0, 2);
			copy_time(entry.from, PQgetvalue(res, 0, 3));
			copy_time(entry.to, PQgetvalue(res, 0, 4));
			entry.rows = strtoll(PQgetvalue(res, 0, 5), NULL, 10);
			copy_time(entry.watermark, PQgetvalue(res, 0, 6));
			copy_time(entry.finished, PQgetvalue(res, 0, 7));
			buf_clear(&d->sql);
			load_ledger_receipt(&d->sql, "postgresql", &entry);
			status = d->sql.failed ? no_memory(e)
					       : out_put(to, d->sql.data, d->sql.len, e);
		} else if (PQresultStatus(res) != PGRES_TUPLES_OK && status == 0) {
			status = failed(d, res, e);
		}
		PQclear(res);
	}
	return status;
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct load_pg *d = self;
	int there = 0;

	if (connect_to(d, e) == -1 || start_transaction(d, 1, e) == -1 ||
		choose_schema(d, e) == -1 ||
		ask(d, "SELECT to_regclass(quote_ident($1) || '." SQL_LEDGER "') IS NOT NULL",
			d->schema, NULL, &there, e) == -1)
		return -1;
	if (!there)
		return 0;
	buf_clear(&d->sql);
	buf_puts(&d->sql, "SELECT table_name, ");
	sql_literal(&d->sql, SQL_POSTGRESQL, d->schema);
	buf_puts(&d->sql, " || '.' || into_table, mode");
	buf_puts(&d->sql, ", to_char(window_from, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
	buf_puts(&d->sql, ", to_char(window_to, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), rows");
	buf_puts(&d->sql, ", to_char(watermark, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
	buf_puts(&d->sql, ", to_char(finished, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM ");
	sql_name(&d->sql, SQL_POSTGRESQL, d->schema, SQL_LEDGER);
	buf_puts(&d->sql, " ORDER BY finished");
	if (buf_str(&d->sql) == NULL)
		return no_memory(e);
	if (PQsendQuery(d->conn, d->sql.data) != 1 || PQsetSingleRowMode(d->conn) != 1)
		return failed(d, NULL, e);
	return print_entries(d, to, e);
}

/*
 * Look at the connection string before libpq's messages can repeat parts of it: a
 * password with a sign that a URI gives a meaning lands in the host or the port.
 */
static int
check_conninfo(struct load_pg *d, struct ant_err *e)
{
	PQconninfoOption *options = PQconninfoParse(d->conninfo, NULL);
	int status = 0;

	if (options == NULL)
		return err_set(
			e, ANT_USAGE, "-d: this is no connection string or URI of PostgreSQL");
	for (PQconninfoOption *o = options; o->keyword != NULL && status == 0; o++) {
		if (o->val == NULL)
			continue;
		if (strcmp(o->keyword, "password") == 0 && *o->val != '\0' &&
			(d->password = strdup(o->val)) == NULL)
			status = no_memory(e);
		if ((strcmp(o->keyword, "host") == 0 && strchr(o->val, '@') != NULL) ||
			(strcmp(o->keyword, "port") == 0 &&
				strspn(o->val, "0123456789,") != strlen(o->val)))
			status = err_set(e, ANT_USAGE,
				"-d: the %s makes no sense: in a URI, write @ / : # of a password "
				"as %%40 %%2F %%3A %%23",
				o->keyword);
	}
	PQconninfoFree(options);
	return status;
}

struct load_pg *
load_pg_new(const char *conninfo, const char *schema, struct ant_err *e)
{
	struct load_pg *d = calloc(1, sizeof *d);

	if (d == NULL) {
		no_memory(e);
		return NULL;
	}
	d->conninfo = conninfo;
	d->schema_option = schema;
	buf_init(&d->sql, LOAD_TEXT_MAX);
	if (conninfo != NULL && strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL)
		return d; /* the name of a database, as psql takes it */
	if (conninfo == NULL || check_conninfo(d, e) == 0)
		return d;
	load_pg_free(d);
	return NULL;
}

void
load_pg_free(struct load_pg *d)
{
	if (d == NULL)
		return;
	PQfinish(d->conn);
	buf_free(&d->sql);
	free(d->password);
	free(d->schema);
	free(d->into);
	free(d);
}

struct load_dest
load_pg_dest(struct load_pg *d)
{
	const struct load_dest dest = {d, "postgresql", begin, rows, commit, undo, ledger};

	return dest;
}

/*
 * Cut a line of COPY's text format (PostgreSQL manual, COPY) into N cells, in place: no
 * text gets longer.  Return 0, or -1 where it has another number of columns.
 */
static int
cut_line(char *p, struct db_cell *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *to = p;

		row[i].p = p;
		row[i].kind = p[0] == '\\' && p[1] == 'N' ? DB_NULL : DB_TEXT;
		for (; *p != '\t' && *p != '\n' && *p != '\0'; p++) {
			static const char letters[] = "bfnrtv", controls[] = "\b\f\n\r\t\v";
			const char *found;

			if (*p == '\\' && p[1] != '\0') {
				found = strchr(letters, *++p);
				*to++ = found != NULL ? controls[found - letters] : *p;
			} else {
				*to++ = *p;
			}
		}
		if (*p != (i + 1 < n ? '\t' : '\n'))
			return -1;
		p++;
		*to = '\0';
		row[i].len = (size_t)(to - row[i].p);
	}
	return 0;
}

/* COPY is the fastest way out of the server, and needs no memory for the answer. */
static int
asked_each(void *self, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e)
{
	struct load_pg *d = self;
	struct db_cell row[DB_COLUMNS_MAX];
	PGresult *res;
	char *line = NULL;
	int status = 0, len;

	buf_clear(&d->sql);
	buf_printf(&d->sql, "COPY (%s) TO STDOUT", sql != NULL ? sql : "");
	if (sql == NULL || buf_str(&d->sql) == NULL)
		return no_memory(e);
	if ((res = query(d, d->sql.data, NULL, 0, PGRES_COPY_OUT, e)) == NULL)
		return -1;
	PQclear(res);
	while ((len = PQgetCopyData(d->conn, &line, 0)) > 0) {
		if (status == 0 && cut_line(line, row, n) == -1)
			status = err_set(e, ANT_FAIL, "postgresql: an answer of another shape");
		else if (status == 0)
			status = take(arg, row, e);
		PQfreemem(line);
		if (status != 0)
			return status; /* the connection is of no use any more */
	}
	while ((res = PQgetResult(d->conn)) != NULL) {
		if (PQresultStatus(res) != PGRES_COMMAND_OK && status == 0)
			status = failed(d, res, e);
		PQclear(res);
	}
	return status;
}

static int
asked_run(void *self, const char *sql, struct ant_err *e)
{
	struct load_pg *d = self;
	/* Two that define the same at once would collide in the catalog: one waits. */
	const char *const steps[] = {
		"DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended('anthill:views', 0)); "
		"END $$",
		sql, "COMMIT"};

	if (start_transaction(d, 0, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (execute(d, steps[i], e) == -1)
			return -1;
	return 0;
}

static void
asked_close(void *self)
{
	load_pg_free(self);
}

int
load_pg_db(const char *conninfo, const char *schema, int write, struct db *to, const char **chosen,
	struct ant_err *e)
{
	static const char snapshot[] =
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TimeZone = 'UTC'; "
		"SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL standard_conforming_strings = on; "
		"SET LOCAL work_mem = '64MB'";
	const struct db asked = {NULL, SQL_POSTGRESQL, asked_each, asked_run, asked_close};
	struct load_pg *d = load_pg_new(conninfo, schema, e);

	if (d == NULL)
		return -1;
	if (connect_to(d, e) == -1 || (!write && execute(d, snapshot, e) == -1) ||
		choose_schema(d, e) == -1) {
		load_pg_free(d);
		return -1;
	}
	*to = asked;
	to->self = d;
	*chosen = d->schema;
	return 0;
}
