#include "db/clickhouse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/http.h"

enum {
	NAME_MAX_BYTES = 1024, /* of a part of the URI */
	ANSWER_MAX = 256 << 20,
	TARGET_MAX = 1 << 20,
	/* LTS; ATTACH PARTITION ALL FROM came a little earlier in that year. */
	OLDEST_MAJOR = 24,
	OLDEST_MINOR = 8
};

/* A statement may take as long as it does: a server that is gone is found by TCP's keep-alive. */
static const int64_t no_limit = (int64_t)1 << 40;

struct clickhouse {
	char base[NAME_MAX_BYTES + 64]; /* http://HOST:PORT */
	char user[NAME_MAX_BYTES], database[NAME_MAX_BYTES], cluster[NAME_MAX_BYTES];
	int insecure;
	struct http *http;
	struct buf path; /* with what each request has */
	struct buf target, answer;
	const char *settings;
	int code;

	/* the body that is sent */
	const char *p;
	size_t len;
	int ended;	    /* after these there are no more */
	const char *insert; /* the INSERT that rows are for; NULL: none */
	int sending;	    /* its request is under way */
};

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "clickhouse");
}

/* ---- the URI ------------------------------------------------------------------------ */

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Take the LEN bytes at P, without their %XX and without control characters, into TO. */
static int
take_part(char to[static NAME_MAX_BYTES], const char *p, size_t len, struct ant_err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = p[i];

		if (c == '%' && i + 2 < len && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0) {
			c = (char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
			i += 2;
		}
		if (n + 1 == NAME_MAX_BYTES || (unsigned char)c < ' ' || c == 0x7f)
			return err_set(e, ANT_USAGE, "clickhouse: a part of the URI is no name");
		to[n++] = c;
	}
	to[n] = '\0';
	return 0;
}

/* ?cluster=NAME&insecure-http */
static int
take_parameters(struct clickhouse *c, const char *p, struct ant_err *e)
{
	while (*p != '\0') {
		size_t len = strcspn(p, "&");

		if (len == strlen("insecure-http") && strncmp(p, "insecure-http", len) == 0) {
			c->insecure = 1;
		} else if (strncmp(p, "cluster=", 8) == 0) {
			if (take_part(c->cluster, p + 8, len - 8, e) == -1)
				return -1;
		} else if (len > 0) {
			return err_set(e, ANT_USAGE,
				"clickhouse: the URI takes ?cluster=NAME and insecure-http, not "
				"'%.*s'",
				(int)strcspn(p, "=&"), p);
		}
		p += len + (p[len] == '&');
	}
	return 0;
}

static int
take_user(struct clickhouse *c, const char *p, size_t len, struct ant_err *e)
{
	if (memchr(p, ':', len) != NULL)
		return err_set(e, ANT_USAGE,
			"clickhouse: the password does not belong into the URI, which everybody "
			"can see: put it into CLICKHOUSE_PASSWORD");
	return take_part(c->user, p, len, e);
}

static int
take_host(struct clickhouse *c, const char *p, size_t len, int tls, struct ant_err *e)
{
	const char *colon = memchr(p, ':', len);
	char host[NAME_MAX_BYTES], port[16];

	if (len > 0 && *p == '[' && (colon = memchr(p, ']', len)) != NULL)
		colon = colon + 1 < p + len && colon[1] == ':' ? colon + 1 : NULL;
	snprintf(port, sizeof port, "%.*s", colon != NULL ? (int)(p + len - colon) - 1 : 0,
		colon != NULL ? colon + 1 : "");
	if (colon != NULL)
		len = (size_t)(colon - p);
	if (len == 0 || len >= sizeof host || strspn(port, "0123456789") != strlen(port))
		return err_set(e, ANT_USAGE,
			"clickhouse: not a URI such as "
			"clickhouse://USER@HOST:8123/DB");
	snprintf(host, sizeof host, "%.*s", (int)len, p);
	snprintf(c->base, sizeof c->base, "http%s://%s:%s", &"s"[!tls], host,
		*port != '\0' ? port
		: tls	      ? "8443"
			      : "8123");
	return 0;
}

static int
take_uri(struct clickhouse *c, const char *uri, struct ant_err *e)
{
	int tls = strncmp(uri, "clickhouses://", 14) == 0;
	const char *p = strstr(uri, "://"), *end, *at = NULL, *slash;

	if (!tls && strncmp(uri, "clickhouse://", 13) != 0)
		return err_set(e, ANT_USAGE,
			"clickhouse: the URI must start with clickhouse:// or "
			"clickhouses://");
	p += 3;
	end = p + strcspn(p, "?");
	slash = p + strcspn(p, "/?");
	for (const char *q = p; q < slash; q++)
		if (*q == '@')
			at = q;
	if (at != NULL && take_user(c, p, (size_t)(at - p), e) == -1)
		return -1;
	p = at != NULL ? at + 1 : p;
	if (take_host(c, p, (size_t)(slash - p), tls, e) == -1)
		return -1;
	slash += slash < end;
	if (take_part(c->database, slash, (size_t)(end - slash), e) == -1)
		return -1;
	if (*c->database == '\0')
		strcpy(c->database, "default");
	return *end == '?' ? take_parameters(c, end + 1, e) : 0;
}

/* TEXT as a part of a query string. */
static void
put_encoded(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		if ((*text >= '0' && *text <= '9') ||
			((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z') || *text == '_')
			buf_putc(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
}

static int
open_http(struct clickhouse *c, const char *password, const char *ca_file, struct ant_err *e)
{
	static const char *const fields[] = {"X-ClickHouse-Exception-Code", NULL};
	const struct http_options o = {.base_url = c->base,
		/* What goes without a password is no secret of this program's. */
		.insecure_http = c->insecure || password == NULL,
		.secrets = {{"X-ClickHouse-Key: ", password}},
		.fields = fields,
		.user_agent = "anthill/" ANT_VERSION,
		.ca_file = ca_file,
		.jobs = 1,
		.timeout_ms = no_limit};
	char user[NAME_MAX_BYTES + 32];
	/* No server is asked whether it would take a body, which takes a second where it cannot tell. */
	const char *lines[] = {
		"Transfer-Encoding: chunked", "Content-Type: text/plain", "Expect:", NULL, NULL};

	if (*c->user != '\0') {
		snprintf(user, sizeof user, "X-ClickHouse-User: %s", c->user);
		lines[3] = user;
	}
	if ((c->http = http_open(&o, e)) == NULL)
		return e->status == ANT_USAGE && strstr(e->msg, "--insecure-http") != NULL
			       ? err_set(e, ANT_USAGE,
					 "clickhouse: a password would go to another machine for "
					 "everyone to read: use clickhouses://, or ?insecure-http")
			       : err_prefix(e, "clickhouse: ");
	return http_use(c->http, 0, lines, e);
}

struct clickhouse *
clickhouse_new(const char *uri, const char *password, const char *ca_file, const char *settings,
	struct ant_err *e)
{
	struct clickhouse *c = calloc(1, sizeof *c);

	if (c == NULL) {
		no_memory(e);
		return NULL;
	}
	c->settings = settings;
	buf_init(&c->path, TARGET_MAX);
	buf_init(&c->target, TARGET_MAX);
	buf_init(&c->answer, ANSWER_MAX);
	if (take_uri(c, uri, e) == -1 || open_http(c, password, ca_file, e) == -1)
		goto error;
	/* Errors come before the first byte of an answer, and not in its midst. */
	buf_puts(&c->path, "/?wait_end_of_query=1&database=");
	put_encoded(&c->path, c->database);
	if (buf_str(&c->path) != NULL)
		return c;
	no_memory(e);
error:
	clickhouse_free(c);
	return NULL;
}

void
clickhouse_free(struct clickhouse *c)
{
	if (c == NULL)
		return;
	http_free(c->http);
	buf_free(&c->path);
	buf_free(&c->target);
	buf_free(&c->answer);
	free(c);
}

const char *
clickhouse_database(const struct clickhouse *c)
{
	return c->database;
}

const char *
clickhouse_cluster(const struct clickhouse *c)
{
	return *c->cluster != '\0' ? c->cluster : NULL;
}

int
clickhouse_code(const struct clickhouse *c)
{
	return c->code;
}

/* ---- a request ---------------------------------------------------------------------- */

static size_t
hand_out(void *arg, char *to, size_t n)
{
	struct clickhouse *c = arg;

	if (c->len == 0)
		return c->ended ? 0 : HTTP_LATER;
	if (n > c->len)
		n = c->len;
	memcpy(to, c->p, n);
	c->p += n;
	c->len -= n;
	return n;
}

/* What the server says in its answer, without what stands around it in every message. */
static int
refused(struct clickhouse *c, const struct http_answer *a, struct ant_err *e)
{
	const char *text = buf_str(&c->answer), *from, *to;

	if (text == NULL)
		return no_memory(e);
	http_redact(c->http, c->answer.data);
	c->code = atoi(a->field[0]);
	if (strncmp(text, "Code: ", 6) == 0)
		c->code = atoi(text + 6);
	if ((from = strstr(text, "DB::Exception: ")) == NULL)
		return err_set(e, ANT_FAIL, "clickhouse: HTTP status %ld: %.*s", a->status,
			(int)strcspn(text, "\r\n"), text);
	text = from + strlen("DB::Exception: ");
	to = text + strcspn(text, "\r\n");
	for (const char *end = text; (end = strpbrk(end, " ,")) != NULL && end < to; end++)
		if (strncmp(end, " (version ", 10) == 0 || strncmp(end, ", e.what() = ", 13) == 0)
			to = end;
	return err_set(e, ANT_FAIL, "clickhouse: %.*s", (int)(to - text), text);
}

/* Send what is to be sent; with the end, until the answer has come, which is taken. */
static int
pump(struct clickhouse *c, struct ant_err *e)
{
	struct http_answer a;
	void *tag;

	if (http_push(c->http, e) == -1)
		return err_prefix(e, "clickhouse: ");
	if (!http_next(c->http, &a, &tag))
		return 0;
	c->sending = 0;
	if (a.result != HTTP_ANSWERED) {
		c->code = CLICKHOUSE_LOST;
		return err_set(e, ANT_FAIL, "clickhouse: %s: %s", http_base(c->http), a.reason);
	}
	if (a.status != 200 || *a.field[0] != '\0')
		return refused(c, &a, e);
	/* An answer to half of a body is none. */
	return c->ended && c->len == 0
		       ? 0
		       : err_set(e, ANT_FAIL, "clickhouse: an answer before the rows' end");
}

/* Begin a request, whose body follows; QUERY, where not NULL, goes into the URL. */
static int
begin(struct clickhouse *c, int settings, const char *query, struct ant_err *e)
{
	const char *target;

	c->code = 0;
	c->ended = 0;
	c->len = 0;
	buf_clear(&c->target);
	buf_puts(&c->target, c->path.data);
	if (settings) {
		buf_puts(&c->target, "&default_format=TabSeparated");
		buf_puts(&c->target, c->settings);
	}
	if (query != NULL) {
		buf_puts(&c->target, "&query=");
		put_encoded(&c->target, query);
	}
	if ((target = buf_str(&c->target)) == NULL)
		return no_memory(e);
	return http_post(c->http, target, hand_out, c, &c->answer, NULL, e);
}

static int
ask(struct clickhouse *c, int settings, const char *sql, struct ant_err *e)
{
	if (sql == NULL)
		return no_memory(e);
	if (begin(c, settings, NULL, e) == -1)
		return -1;
	c->p = sql;
	c->len = strlen(sql);
	c->ended = 1;
	return pump(c, e);
}

int
clickhouse_run(struct clickhouse *c, const char *sql, struct ant_err *e)
{
	return ask(c, 1, sql, e);
}

int
clickhouse_connect(struct clickhouse *c, struct ant_err *e)
{
	const char *version;
	char *rest;
	long major, minor;

	if (ask(c, 0, "SELECT version()", e) == -1)
		return -1;
	if ((version = buf_str(&c->answer)) == NULL)
		return no_memory(e);
	major = strtol(version, &rest, 10);
	minor = *rest == '.' ? strtol(rest + 1, NULL, 10) : 0;
	if (major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR))
		return 0;
	return err_set(e, ANT_FAIL,
		"clickhouse: the server is version %.*s, and ClickHouse %d.%d or newer is needed",
		(int)strcspn(version, "\r\n"), version, OLDEST_MAJOR, OLDEST_MINOR);
}

/* ---- an answer ---------------------------------------------------------------------- */

static int
is_null(const char *p, size_t len)
{
	return len == 2 && p[0] == '\\' && p[1] == 'N';
}

/* Take the escapes of TabSeparated out of the LEN bytes at P, which gets a NUL. */
static void
undo_escapes(char *p, size_t len)
{
	static const char escaped[] = "bfrnt0", plain[] = "\b\f\r\n\t";
	char *to = p;

	for (const char *end = p + len; p < end; p++) {
		const char *at;

		if (*p == '\\' && p + 1 < end) {
			p++;
			at = strchr(escaped, *p);
			*to++ = at != NULL ? plain[at - escaped] : *p;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

/* Make the line at P, of N fields, into texts in its place.  Return 0, or -1: it is none. */
static int
split(char *p, char *end, size_t n, const char **texts)
{
	*end = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t len = strcspn(p, "\t");
		char *next = p + len;

		if ((*next == '\t') != (i + 1 < n))
			return -1;
		texts[i] = is_null(p, len) ? NULL : p;
		undo_escapes(p, len);
		p = next + 1;
	}
	return 0;
}

int
clickhouse_each(struct clickhouse *c, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	const char *texts[DB_COLUMNS_MAX];
	char *p, *end;

	if (clickhouse_run(c, sql, e) == -1)
		return -1;
	if (buf_str(&c->answer) == NULL)
		return no_memory(e);
	for (p = c->answer.data; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		if (n > DB_COLUMNS_MAX || split(p, end, n, texts) == -1)
			return err_set(e, ANT_FAIL, "clickhouse: an answer that is not understood");
		if (take(arg, texts, e) == -1)
			return -1;
	}
	return 0;
}

/* ---- rows --------------------------------------------------------------------------- */

int
clickhouse_insert_start(struct clickhouse *c, const char *sql, struct ant_err *e)
{
	if (sql == NULL)
		return no_memory(e);
	c->insert = sql;
	return 0;
}

int
clickhouse_insert_put(struct clickhouse *c, const char *block, size_t len, struct ant_err *e)
{
	if (!c->sending && begin(c, 1, c->insert, e) == -1)
		return -1;
	c->sending = 1;
	c->p = block;
	c->len = len;
	return pump(c, e);
}

int
clickhouse_insert_pause(struct clickhouse *c, struct ant_err *e)
{
	if (!c->sending)
		return 0;
	c->ended = 1;
	return pump(c, e);
}

int
clickhouse_insert_end(struct clickhouse *c, struct ant_err *e)
{
	int status = clickhouse_insert_pause(c, e);

	c->insert = NULL;
	return status;
}

void
clickhouse_drop(struct clickhouse *c)
{
	http_cancel(c->http);
	c->sending = 0;
}
