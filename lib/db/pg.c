#include "db/pg.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "db/said.h"

enum {
	SQL_MAX = 16 << 20,
	NAME_MAX_PG = 63, /* bytes of an identifier: NAMEDATALEN - 1; longer ones are cut */
	/*
	 * The server reads a message whole before it works on it: larger ones make it and us
	 * take turns rather than work side by side.  Of 8, 32, 128 KiB and more, 32 was fastest.
	 */
	COPY_MAX = 32 << 10
};

struct pg {
	const char *conninfo;
	char *password; /* of CONNINFO: what no message may hold */
	PGconn *conn;
	char *schema;
	int copying;
	struct buf sql;
};

/* Put TEXT, which may have several lines, on one, without the password, into E. */
static int
say(struct pg *p, const char *text, struct ant_err *e)
{
	size_t secret = p->password != NULL ? strlen(p->password) : 0;
	struct buf line;

	buf_init(&line, sizeof e->msg);
	while (*text != '\0' && line.len < sizeof e->msg / 2) {
		if (secret > 0 && strncmp(text, p->password, secret) == 0) {
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
	text = buf_str(&line);
	err_set(e, ANT_FAIL, "postgresql: %s", text != NULL ? text : "out of memory");
	buf_free(&line);
	return -1;
}

/*
 * What RES says, on several lines.  Where it is about data (class 22, 23, 44 or P0 of Appendix A of the
 * manual), the detail is the row that failed, and COPY's context ends with it: those stay out.
 */
static void
put_diagnosis(struct buf *b, const PGresult *res, const char *primary)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *detail = PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL);
	const char *hint = PQresultErrorField(res, PG_DIAG_MESSAGE_HINT);
	const char *context = PQresultErrorField(res, PG_DIAG_CONTEXT), *copy;
	int is_value = state != NULL && strncmp(state, "22", 2) == 0;
	int is_data = is_value || (state != NULL && (strncmp(state, "23", 2) == 0 ||
							    strncmp(state, "44", 2) == 0 ||
							    strncmp(state, "P0", 2) == 0));

	if (is_value)
		said_put_of_value(b, primary);
	else if (is_data)
		said_put(b, primary);
	else
		buf_puts(b, primary);
	if (detail != NULL && !is_data)
		buf_printf(b, "\n%s", detail);
	if (hint != NULL)
		buf_printf(b, "\n%s", hint);
	if (context == NULL)
		return;
	buf_putc(b, '\n');
	copy = strncmp(context, "COPY ", 5) == 0 ? context : strstr(context, "\nCOPY ");
	copy = copy != NULL ? strstr(copy, ": \"") : NULL; /* what follows is the line or a cell */
	if (copy == NULL)
		said_put(b, context);
	else
		buf_put(b, context, (size_t)(copy - context));
}

/* What the server said of RES (NULL: of the connection). */
static int
failed(struct pg *p, const PGresult *res, struct ant_err *e)
{
	const char *text = res != NULL ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	struct buf all;

	if (text == NULL || PQstatus(p->conn) != CONNECTION_OK)
		return say(p, PQerrorMessage(p->conn), e);
	buf_init(&all, 1 << 16);
	put_diagnosis(&all, res, text);
	say(p, buf_str(&all) != NULL ? all.data : "out of memory", e);
	buf_free(&all);
	return -1;
}

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "postgresql");
}

/*
 * Send SQL by the simple protocol, which takes more than one statement; the answer must be
 * of the kind WANTED.  Return it (PQclear() it) or NULL with a reason.
 */
static PGresult *
query(struct pg *p, const char *sql, ExecStatusType wanted, struct ant_err *e)
{
	PGresult *res;

	if (sql == NULL) {
		no_memory(e);
		return NULL;
	}
	res = PQexec(p->conn, sql);
	if (res != NULL && PQresultStatus(res) == wanted)
		return res;
	failed(p, res, e);
	PQclear(res);
	return NULL;
}

int
pg_run(struct pg *p, const char *sql, int64_t *changed, struct ant_err *e)
{
	PGresult *res = query(p, sql, PGRES_COMMAND_OK, e);

	if (res == NULL)
		return -1;
	if (changed != NULL)
		*changed = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return 0;
}

/* The rows of the answer come one at a time: it has any length. */
int
pg_each(struct pg *p, const char *sql, const char *const *params, int n, db_take_texts *take,
	void *arg, struct ant_err *e)
{
	const char *texts[DB_COLUMNS_MAX] = {NULL};
	PGresult *res;
	int status = 0;

	if (sql == NULL)
		return no_memory(e);
	if (PQsendQueryParams(p->conn, sql, n, NULL, params, NULL, NULL, 0) != 1 ||
		PQsetSingleRowMode(p->conn) != 1)
		return failed(p, NULL, e);
	while ((res = PQgetResult(p->conn)) != NULL) {
		if (PQresultStatus(res) == PGRES_SINGLE_TUPLE && status == 0) {
			for (int i = 0; i < PQnfields(res) && i < DB_COLUMNS_MAX; i++)
				texts[i] = PQgetisnull(res, 0, i) ? NULL : PQgetvalue(res, 0, i);
			status = take(arg, texts, e);
		} else if (PQresultStatus(res) != PGRES_SINGLE_TUPLE &&
			   PQresultStatus(res) != PGRES_TUPLES_OK && status == 0) {
			status = failed(p, res, e);
		}
		PQclear(res);
	}
	return status;
}

static int
take_yes(void *arg, const char *const *texts, struct ant_err *e)
{
	int *yes = arg;

	(void)e;
	*yes = texts[0] != NULL && *texts[0] == 't';
	return 0;
}

int
pg_ask(struct pg *p, const char *sql, const char *a, const char *b, int *yes, struct ant_err *e)
{
	const char *const params[] = {a, b};

	*yes = 0;
	return pg_each(p, sql, params, b != NULL ? 2 : 1, take_yes, yes, e);
}

int
pg_check_name(const char *what, const char *name, struct ant_err *e)
{
	if (strlen(name) <= NAME_MAX_PG)
		return 0;
	return err_set(e, ANT_FAIL, "%s '%.200s' is longer than the %d bytes of a PostgreSQL name",
		what, name, (int)NAME_MAX_PG);
}

static int
take_text(void *arg, const char *const *texts, struct ant_err *e)
{
	char **text = arg;

	return texts[0] == NULL || (*text = strdup(texts[0])) != NULL ? 0 : no_memory(e);
}

int
pg_choose_schema(struct pg *p, const char *wanted, const char **schema, struct ant_err *e)
{
	if (wanted == NULL) {
		if (pg_each(p, "SELECT current_schema()", NULL, 0, take_text, &p->schema, e) == -1)
			return -1;
	} else if (wanted != p->schema && (p->schema = strdup(wanted)) == NULL) {
		return no_memory(e);
	}
	if (p->schema == NULL)
		return err_set(e, ANT_FAIL,
			"postgresql: no schema of the search path exists: name one with --schema");
	*schema = p->schema;
	return pg_check_name("schema", p->schema, e);
}

static void
ignore_notice(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

int
pg_connect(struct pg *p, struct ant_err *e)
{
	/* The encoding is ours; everything else is CONNINFO's and the environment's. */
	const char *const keys[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
	const char *const values[] = {p->conninfo, "anthill", "UTF8", NULL};

	p->conn = PQconnectdbParams(p->conninfo != NULL ? keys : keys + 1,
		p->conninfo != NULL ? values : values + 1, p->conninfo != NULL);
	if (p->conn == NULL)
		return no_memory(e);
	if (PQstatus(p->conn) != CONNECTION_OK)
		return say(p, PQerrorMessage(p->conn), e);
	PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
	return 0;
}

int
pg_is_connected(const struct pg *p)
{
	return p->conn != NULL && PQstatus(p->conn) == CONNECTION_OK;
}

/* Why the server lets us only read, although we want to write. */
static int
refuse_read_only(const char *standby, const char *role, struct ant_err *e)
{
	if (*standby == 't')
		return err_set(e, ANT_FAIL,
			"postgresql: the server is a standby in recovery, which only reads: load "
			"into its primary");
	return err_set(e, ANT_FAIL,
		"postgresql: role %.200s only reads here: default_transaction_read_only is on, and "
		"is not overruled; take another role, or ALTER ROLE %.200s SET "
		"default_transaction_read_only = off",
		role, role);
}

int
pg_begin(struct pg *p, int read_only, struct ant_err *e)
{
	static const char settings[] =
		"SELECT set_config('synchronous_commit', 'on', true)"
		" WHERE current_setting('synchronous_commit') = 'off';"
		"SET LOCAL standard_conforming_strings = on; SET LOCAL client_min_messages = "
		"warning;"
		"SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';"
		"SELECT current_setting('transaction_read_only'), pg_is_in_recovery(), "
		"quote_ident(current_user)";
	PGresult *res;
	int status = 0;

	buf_clear(&p->sql);
	buf_printf(&p->sql, "BEGIN ISOLATION LEVEL READ COMMITTED%s; %s",
		read_only ? " READ ONLY" : "", settings);
	if ((res = query(p, buf_str(&p->sql), PGRES_TUPLES_OK, e)) == NULL)
		return -1;
	if (!read_only && strcmp(PQgetvalue(res, 0, 0), "off") != 0)
		status = refuse_read_only(PQgetvalue(res, 0, 1), PQgetvalue(res, 0, 2), e);
	PQclear(res);
	return status;
}

int
pg_copy_start(struct pg *p, const char *sql, struct ant_err *e)
{
	PGresult *res = query(p, sql, PGRES_COPY_IN, e);

	if (res == NULL)
		return -1;
	PQclear(res);
	p->copying = 1;
	return 0;
}

int
pg_copy_put(struct pg *p, const char *block, size_t len, struct ant_err *e)
{
	int64_t unused;

	for (size_t n; len > 0; block += n, len -= n) {
		n = len > COPY_MAX ? COPY_MAX : len;
		if (PQputCopyData(p->conn, block, (int)n) != 1)
			return pg_copy_end(p, "connection lost", &unused, e) == -1
				       ? -1
				       : failed(p, NULL, e);
	}
	return 0;
}

int
pg_copy_end(struct pg *p, const char *reason, int64_t *rows, struct ant_err *e)
{
	PGresult *res;
	int status = 0;

	p->copying = 0;
	if (PQputCopyEnd(p->conn, reason) == -1)
		status = failed(p, NULL, e); /* unless the server has left a better reason */
	while ((res = PQgetResult(p->conn)) != NULL && PQresultStatus(res) != PGRES_COPY_IN) {
		if (PQresultStatus(res) == PGRES_COMMAND_OK)
			*rows = strtoll(PQcmdTuples(res), NULL, 10);
		else
			status = failed(p, res, e);
		PQclear(res);
	}
	PQclear(res);
	return status;
}

void
pg_abort(struct pg *p, const char *reason)
{
	struct ant_err ignored;
	int64_t unused;

	if (pg_is_connected(p)) {
		if (p->copying)
			pg_copy_end(p, reason, &unused, &ignored);
		pg_run(p, "ROLLBACK", NULL, &ignored);
	}
	PQfinish(p->conn);
	p->conn = NULL;
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

int
pg_copy_out(void *pg, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e)
{
	struct pg *p = pg;
	struct db_cell row[DB_COLUMNS_MAX];
	PGresult *res;
	char *line = NULL;
	int status = 0, len;

	buf_clear(&p->sql);
	buf_printf(&p->sql, "COPY (%s) TO STDOUT", sql != NULL ? sql : "");
	if (sql == NULL || buf_str(&p->sql) == NULL)
		return no_memory(e);
	if ((res = query(p, p->sql.data, PGRES_COPY_OUT, e)) == NULL)
		return -1;
	PQclear(res);
	while ((len = PQgetCopyData(p->conn, &line, 0)) > 0) {
		if (status == 0 && cut_line(line, row, n) == -1)
			status = err_set(e, ANT_FAIL, "postgresql: an answer of another shape");
		else if (status == 0)
			status = take(arg, row, e);
		PQfreemem(line);
		if (status != 0)
			return status; /* the connection is of no use any more */
	}
	while ((res = PQgetResult(p->conn)) != NULL) {
		if (PQresultStatus(res) != PGRES_COMMAND_OK && status == 0)
			status = failed(p, res, e);
		PQclear(res);
	}
	return status;
}

/*
 * Look at the connection string before libpq's messages can repeat parts of it: a
 * password with a sign that a URI gives a meaning lands in the host or the port.
 */
static int
check_conninfo(struct pg *p, struct ant_err *e)
{
	PQconninfoOption *options = PQconninfoParse(p->conninfo, NULL);
	int status = 0;

	if (options == NULL)
		return err_set(
			e, ANT_USAGE, "-d: this is no connection string or URI of PostgreSQL");
	for (PQconninfoOption *o = options; o->keyword != NULL && status == 0; o++) {
		if (o->val == NULL)
			continue;
		if (strcmp(o->keyword, "password") == 0 && *o->val != '\0' &&
			(p->password = strdup(o->val)) == NULL)
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

struct pg *
pg_new(const char *conninfo, struct ant_err *e)
{
	struct pg *p = calloc(1, sizeof *p);

	if (p == NULL) {
		no_memory(e);
		return NULL;
	}
	p->conninfo = conninfo;
	buf_init(&p->sql, SQL_MAX);
	if (conninfo != NULL && strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL)
		return p; /* the name of a database, as psql takes it */
	if (conninfo == NULL || check_conninfo(p, e) == 0)
		return p;
	pg_free(p);
	return NULL;
}

void
pg_free(struct pg *p)
{
	if (p == NULL)
		return;
	PQfinish(p->conn);
	buf_free(&p->sql);
	free(p->password);
	free(p->schema);
	free(p);
}
