#include "db/mysql.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "db/said.h"

/* Names that MySQL and MariaDB have for LOCAL being switched off, where the client's header has none. */
enum { CLIENT_LOCAL_FILES_DISABLED = 3948, LOAD_INFILE_CAPABILITY_DISABLED = 4166 };

enum tls { TLS_AS_CONFIGURED, TLS_REQUIRED, TLS_VERIFIED };

struct db_mysql {
	char *user, *host, *database, *socket, *ca; /* NULL: what the option files say */
	unsigned port;
	enum tls tls;
	MYSQL *conn;
	int takes_local;
	size_t packet;

	struct rows *rows; /* what a LOAD DATA LOCAL is reading; NULL: none may */
	const char *block;
	size_t left;
	int asked, more;
	struct ant_err *why; /* of rows_block() */
};

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "mysql");
}

/* Whether the message of this number repeats a part of a row, which belongs into no log. */
static int
repeats_data(const char *state, unsigned number)
{
	switch (number) {
	case ER_BAD_NULL_ERROR: /* these name a column alone */
	case ER_WARN_DATA_OUT_OF_RANGE:
	case WARN_DATA_TRUNCATED:
	case ER_DATA_TOO_LONG:
		return 0;
	case ER_TRUNCATED_WRONG_VALUE:
	case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
		return 1;
	default:
		return strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 ||
		       strncmp(state, "45", 2) == 0;
	}
}

/* TEXT of a failure on one line. */
static int
say(const char *text, const char *state, unsigned number, struct ant_err *e)
{
	struct buf line;

	buf_init(&line, sizeof e->msg);
	if (repeats_data(state, number))
		said_put_of_value(&line, text);
	else
		buf_puts(&line, text);
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '\n')
			line.data[i] = ' ';
	text = buf_str(&line);
	err_set(e, ANT_FAIL, "mysql: %s", text != NULL ? text : "out of memory");
	buf_free(&line);
	return -1;
}

static int
failed(struct db_mysql *d, struct ant_err *e)
{
	return say(mysql_error(d->conn), mysql_sqlstate(d->conn), mysql_errno(d->conn), e);
}

static int
query(struct db_mysql *d, const char *sql, struct ant_err *e)
{
	if (sql == NULL)
		return no_memory(e);
	return mysql_real_query(d->conn, sql, strlen(sql)) == 0 ? 0 : failed(d, e);
}

/* ---- the URI ------------------------------------------------------------------------ */

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
		c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c + 'a' - 'A' : c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Set *TO to the LEN bytes at P with their %XX undone; to NULL where there are none. */
static int
take_part(char **to, const char *p, size_t len, struct ant_err *e)
{
	char *at;

	if (len == 0 || *to != NULL)
		return 0;
	if ((at = *to = malloc(len + 1)) == NULL)
		return no_memory(e);
	for (size_t i = 0; i < len; i++, at++) {
		int high, low;

		if ((*at = p[i]) != '%')
			continue;
		high = i + 2 < len ? hex(p[i + 1]) : -1;
		low = i + 2 < len ? hex(p[i + 2]) : -1;
		if (high == -1 || low == -1 || high + low == 0)
			return err_set(e, ANT_USAGE,
				"the URI has a %% that no two hexadecimal digits follow: it is "
				"%%25");
		*at = (char)(high * 16 + low);
		i += 2;
	}
	*at = '\0';
	return 0;
}

/* HOST or HOST:PORT or [ADDRESS]:PORT. */
static int
take_host(struct db_mysql *d, const char *p, size_t len, struct ant_err *e)
{
	const char *end = p + len, *port = NULL;
	char *rest;
	long n;

	if (len > 0 && *p == '[' && (port = memchr(p, ']', len)) != NULL) {
		if (take_part(&d->host, p + 1, (size_t)(port - p) - 1, e) == -1)
			return -1;
		port++;
	} else {
		port = memchr(p, ':', len);
		if (take_part(&d->host, p, port != NULL ? (size_t)(port - p) : len, e) == -1)
			return -1;
	}
	if (port == NULL || port == end)
		return 0;
	n = *port == ':' && port[1] >= '0' && port[1] <= '9' ? strtol(port + 1, &rest, 10) : 0;
	if (n <= 0 || n > 65535 || rest != end)
		return err_set(e, ANT_USAGE,
			"the port makes no sense: in a URI, write @ / : # of a name as %%40 %%2F "
			"%%3A "
			"%%23");
	d->port = (unsigned)n;
	return 0;
}

static int
take_mode(struct db_mysql *d, const char *mode, struct ant_err *e)
{
	if (strcasecmp(mode, "required") == 0)
		d->tls = TLS_REQUIRED;
	else if (strcasecmp(mode, "verify_identity") == 0)
		d->tls = TLS_VERIFIED;
	else
		return err_set(e, ANT_USAGE, "ssl-mode: required or verify_identity");
	return 0;
}

/* NAME=VALUE&NAME=VALUE... */
static int
take_parameters(struct db_mysql *d, const char *p, struct ant_err *e)
{
	while (*p != '\0') {
		size_t name = strcspn(p, "=&"), len = strcspn(p, "&");
		const char *value = p + name + (p[name] == '=');
		size_t n = len - (size_t)(value - p);
		char *mode = NULL;
		int status;

		if (name == 6 && strncmp(p, "ssl-ca", name) == 0)
			status = take_part(&d->ca, value, n, e);
		else if (name == 6 && strncmp(p, "socket", name) == 0)
			status = take_part(&d->socket, value, n, e);
		else if (name == 8 && strncmp(p, "ssl-mode", name) == 0) {
			status = take_part(&mode, value, n, e);
			if (status == 0)
				status = take_mode(d, mode != NULL ? mode : "", e);
			free(mode);
		} else
			status = err_set(e, ANT_USAGE,
				"the URI has a parameter that is none of ssl-mode, ssl-ca and "
				"socket");
		if (status == -1)
			return -1;
		p += len + (p[len] == '&');
	}
	return 0;
}

static int
take_uri(struct db_mysql *d, const char *uri, struct ant_err *e)
{
	const char *p = strstr(uri, "://"), *at = NULL, *end;

	if (p == NULL || (strncmp(uri, "mysql:", 6) != 0 && strncmp(uri, "mariadb:", 8) != 0))
		return err_set(e, ANT_USAGE, "the URI is not as mysql://USER@HOST:PORT/DATABASE");
	p += 3;
	end = p + strcspn(p, "/?");
	for (const char *c = p; c < end; c++)
		if (*c == '@')
			at = c;
	if (at != NULL && memchr(p, ':', (size_t)(at - p)) != NULL)
		return err_set(e, ANT_USAGE,
			"a password in a URI can be seen by everybody: use MYSQL_PWD or an option "
			"file");
	if ((at != NULL && take_part(&d->user, p, (size_t)(at - p), e) == -1) ||
		take_host(d, at != NULL ? at + 1 : p, (size_t)(end - (at != NULL ? at + 1 : p)),
			e) == -1)
		return -1;
	p = end + (*end == '/');
	end = p + strcspn(p, "?");
	if (take_part(&d->database, p, (size_t)(end - p), e) == -1)
		return -1;
	if (d->database == NULL || strchr(d->database, '/') != NULL)
		return err_set(e, ANT_USAGE,
			"the URI names no database: it is as mysql://USER@HOST:PORT/DATABASE");
	return take_parameters(d, end + (*end == '?'), e);
}

struct db_mysql *
db_mysql_new(const char *uri, struct ant_err *e)
{
	struct db_mysql *d = calloc(1, sizeof *d);

	if (d == NULL) {
		no_memory(e);
		return NULL;
	}
	if (take_uri(d, uri, e) == 0)
		return d;
	db_mysql_free(d);
	return NULL;
}

void
db_mysql_free(struct db_mysql *d)
{
	if (d == NULL)
		return;
	mysql_close(d->conn);
	free(d->user);
	free(d->host);
	free(d->database);
	free(d->socket);
	free(d->ca);
	free(d);
}

const char *
db_mysql_database(const struct db_mysql *d)
{
	return d->database;
}

/* ---- LOAD DATA LOCAL ---------------------------------------------------------------- */

static int
source_start(void **source, const char *name, void *self)
{
	struct db_mysql *d = self;

	(void)name;
	*source = d;
	d->asked = 1;
	return d->rows == NULL;
}

static int
source_read(void *source, char *to, unsigned size)
{
	struct db_mysql *d = source;
	size_t n;

	if (d->left == 0 && (d->more = rows_block(d->rows, &d->block, &d->left, d->why)) != 1)
		return d->more;
	n = d->left < size ? d->left : size;
	memcpy(to, d->block, n);
	d->block += n;
	d->left -= n;
	return (int)n;
}

static void
source_end(void *source)
{
	(void)source;
}

static int
source_failed(void *source, char *text, unsigned size)
{
	(void)source;
	snprintf(text, size, "the rows broke off");
	return CR_UNKNOWN_ERROR;
}

/* The statement was counted: what the server has to say of it, and be it a note, is a value that changed. */
static int
check_warnings(struct db_mysql *d, struct ant_err *e)
{
	unsigned n = mysql_warning_count(d->conn);
	MYSQL_RES *res;
	MYSQL_ROW row;

	if (n == 0)
		return 0;
	err_set(e, ANT_FAIL, "mysql: the server has %u warnings", n);
	if (query(d, "SHOW WARNINGS LIMIT 1", e) == -1 ||
		(res = mysql_store_result(d->conn)) == NULL)
		return -1;
	if ((row = mysql_fetch_row(res)) != NULL && mysql_num_fields(res) == 3)
		say(row[2], "22000", (unsigned)strtoul(row[1], NULL, 10), e);
	mysql_free_result(res);
	return -1;
}

static int
refuses_local(unsigned number)
{
	return number == ER_NOT_ALLOWED_COMMAND || number == CLIENT_LOCAL_FILES_DISABLED ||
	       number == LOAD_INFILE_CAPABILITY_DISABLED;
}

int
db_mysql_load(
	struct db_mysql *d, const char *sql, struct rows *r, int64_t *stored, struct ant_err *e)
{
	int status;

	d->rows = r;
	d->left = 0;
	d->asked = 0;
	d->more = 1;
	d->why = e;
	if (sql == NULL)
		return no_memory(e);
	status = mysql_real_query(d->conn, sql, strlen(sql));
	d->rows = NULL;
	if (d->more == -1)
		return -1; /* and the reason is that of the rows */
	if (status != 0 && !d->asked && refuses_local(mysql_errno(d->conn))) {
		d->takes_local = 0;
		return 0;
	}
	if (status != 0)
		return failed(d, e);
	*stored = (int64_t)mysql_affected_rows(d->conn);
	return check_warnings(d, e) == -1 ? -1 : 1;
}

/* ---- statements --------------------------------------------------------------------- */

int
db_mysql_run(struct db_mysql *d, const char *sql, int64_t *changed, struct ant_err *e)
{
	if (query(d, sql, e) == -1)
		return sql != NULL && mysql_errno(d->conn) == ER_DUP_KEYNAME ? 0 : -1;
	if (changed == NULL)
		return 0;
	*changed = (int64_t)mysql_affected_rows(d->conn);
	return check_warnings(d, e);
}

/* The rows of the answer come one at a time: it has any length. */
int
db_mysql_each(
	struct db_mysql *d, const char *sql, db_take_texts *take, void *arg, struct ant_err *e)
{
	MYSQL_RES *res;
	MYSQL_ROW row;
	int status = 0;

	if (query(d, sql, e) == -1)
		return -1;
	if ((res = mysql_use_result(d->conn)) == NULL)
		return mysql_field_count(d->conn) > 0 ? failed(d, e) : 0;
	while (status == 0 && (row = mysql_fetch_row(res)) != NULL)
		status = take(arg, (const char *const *)row, e);
	if (status == 0 && mysql_errno(d->conn) != 0)
		status = failed(d, e);
	mysql_free_result(res); /* and what is left of it */
	return status;
}

static int
ignore(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)arg;
	(void)texts;
	(void)e;
	return 0;
}

int
db_mysql_try(struct db_mysql *d, const char *sql, int *denied, struct ant_err *e)
{
	int status = db_mysql_each(d, sql, ignore, NULL, e);
	unsigned number = mysql_errno(d->conn);

	*denied = status == -1 && (number == ER_TABLEACCESS_DENIED_ERROR ||
					  number == ER_COLUMNACCESS_DENIED_ERROR ||
					  number == ER_DBACCESS_DENIED_ERROR);
	return sql == NULL || !db_mysql_is_connected(d) ? status : 0;
}

/* ---- the connection ----------------------------------------------------------------- */

static int
take_facts(void *arg, const char *const *texts, struct ant_err *e)
{
	struct db_mysql *d = arg;

	(void)e;
	d->takes_local = texts[0] != NULL && *texts[0] == '1';
	d->packet = texts[1] != NULL ? strtoull(texts[1], NULL, 10) : 0;
	return 0;
}

static int
set_session(struct db_mysql *d, struct ant_err *e)
{
	/* A connection that came back by itself would have lost its transaction. */
	const my_bool no = 0;

	mysql_options(d->conn, MYSQL_OPT_RECONNECT, &no);
	if (mysql_set_character_set(d->conn, "utf8mb4") != 0)
		return failed(d, e);
	if (d->tls != TLS_AS_CONFIGURED && mysql_get_ssl_cipher(d->conn) == NULL)
		return err_set(e, ANT_FAIL, "mysql: the connection is not encrypted");
	if (query(d, DB_MYSQL_SETTINGS, e) == -1 || query(d, DB_MYSQL_ISOLATION, e) == -1)
		return -1;
	return db_mysql_each(
		d, "SELECT @@GLOBAL.local_infile, @@SESSION.max_allowed_packet", take_facts, d, e);
}

int
db_mysql_connect(struct db_mysql *d, struct ant_err *e)
{
	const unsigned on = 1, tcp = MYSQL_PROTOCOL_TCP;
	const my_bool yes = 1;

	if ((d->conn = mysql_init(NULL)) == NULL)
		return no_memory(e);
	mysql_options(d->conn, MYSQL_READ_DEFAULT_GROUP, "anthill");
	mysql_options(d->conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(d->conn, MYSQL_OPT_LOCAL_INFILE, &on);
	mysql_options4(d->conn, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "anthill");
	if (d->port != 0) /* else localhost would be the socket of some other server */
		mysql_options(d->conn, MYSQL_OPT_PROTOCOL, &tcp);
	if (d->ca != NULL)
		mysql_options(d->conn, MYSQL_OPT_SSL_CA, d->ca);
	if (d->tls != TLS_AS_CONFIGURED)
		mysql_options(d->conn, MYSQL_OPT_SSL_ENFORCE, &yes);
	if (d->tls == TLS_VERIFIED)
		mysql_options(d->conn, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
	/* Before there is a connection: the library's own would read any file that a server names. */
	mysql_set_local_infile_handler(
		d->conn, source_start, source_read, source_end, source_failed, d);
	if (mysql_real_connect(
		    d->conn, d->host, d->user, NULL, d->database, d->port, d->socket, 0) == NULL)
		return failed(d, e);
	return set_session(d, e);
}

int
db_mysql_is_connected(const struct db_mysql *d)
{
	unsigned number = d->conn != NULL ? mysql_errno(d->conn) : CR_SERVER_LOST;

	return number != CR_SERVER_LOST && number != CR_SERVER_GONE_ERROR;
}

int
db_mysql_takes_local(const struct db_mysql *d)
{
	return d->takes_local;
}

size_t
db_mysql_packet(const struct db_mysql *d)
{
	return d->packet;
}

void
db_mysql_unlock(struct db_mysql *d)
{
	static const char unlock[] = "DO RELEASE_ALL_LOCKS()";

	if (db_mysql_is_connected(d))
		mysql_real_query(d->conn, unlock, sizeof unlock - 1);
}

void
db_mysql_abort(struct db_mysql *d)
{
	if (db_mysql_is_connected(d))
		mysql_real_query(d->conn, "ROLLBACK", strlen("ROLLBACK"));
	db_mysql_unlock(d);
	mysql_close(d->conn);
	d->conn = NULL;
}
