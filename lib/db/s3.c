#include "db/s3.h"

#include <stdlib.h>
#include <string.h>

#include "db/sql.h"

/* A shorter one is no key, and its letters would be anywhere. */
enum { KEY_MIN = 8 };

int
s3_is(const char *path)
{
	return strncmp(path, "s3://", 5) == 0;
}

/* The first of two variables that says something. */
static const char *
variable(const char *name, const char *other)
{
	const char *value = getenv(name);

	if ((value == NULL || *value == '\0') && other != NULL)
		value = getenv(other);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* http[s]://HOST[:PORT], with a slash behind it or none. */
static int
read_endpoint(struct s3 *s, struct ant_err *e)
{
	const char *url = variable("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");

	if (url == NULL)
		return 0;
	s->plain = strncmp(url, "http://", 7) == 0;
	if (s->plain || strncmp(url, "https://", 8) == 0) {
		s->host = url + (s->plain ? 7 : 8);
		s->host_len = strcspn(s->host, "/?#@");
		if (s->host_len > 0 &&
			strspn(s->host + s->host_len, "/") == strlen(s->host + s->host_len))
			return 0;
	}
	return err_set(e, ANT_USAGE,
		"AWS_ENDPOINT_URL: what it says is not https://HOST[:PORT] or http://HOST[:PORT]");
}

int
s3_read(struct s3 *s, struct ant_err *e)
{
	memset(s, 0, sizeof *s);
	s->key_id = variable("AWS_ACCESS_KEY_ID", NULL);
	s->secret = variable("AWS_SECRET_ACCESS_KEY", NULL);
	s->token = variable("AWS_SESSION_TOKEN", NULL);
	s->region = variable("AWS_REGION", "AWS_DEFAULT_REGION");
	if (s->region == NULL)
		s->region = "us-east-1";
	if (s->key_id == NULL || s->secret == NULL)
		return err_set(e, ANT_USAGE,
			"S3 wants a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
	return read_endpoint(s, e);
}

static void
put_parameter(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(b, ", %s ", name);
	sql_literal(b, SQL_DUCKDB, value);
}

/* The endpoint is a part of a text, so its quotes are doubled here. */
static void
put_endpoint(struct buf *b, const struct s3 *s)
{
	buf_puts(b, ", ENDPOINT '");
	for (size_t i = 0; i < s->host_len; i++) {
		if (s->host[i] == '\'')
			buf_putc(b, '\'');
		buf_putc(b, s->host[i]);
	}
	buf_printf(b, "', URL_STYLE 'path', USE_SSL %s", s->plain ? "false" : "true");
}

void
s3_put_secret(struct buf *b, const struct s3 *s, const char *scope)
{
	buf_puts(b, "CREATE OR REPLACE TEMPORARY SECRET anthill_s3 (TYPE s3");
	put_parameter(b, "SCOPE", scope);
	put_parameter(b, "KEY_ID", s->key_id);
	put_parameter(b, "SECRET", s->secret);
	put_parameter(b, "SESSION_TOKEN", s->token);
	put_parameter(b, "REGION", s->region);
	if (s->host != NULL)
		put_endpoint(b, s);
	buf_putc(b, ')');
}

void
s3_hide(const struct s3 *s, char *text)
{
	const char *const keys[] = {s != NULL ? s->key_id : NULL, s != NULL ? s->secret : NULL,
		s != NULL ? s->token : NULL};
	char *at;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t len = keys[i] != NULL ? strlen(keys[i]) : 0;

		if (len < KEY_MIN)
			continue;
		for (at = text; (at = strstr(at, keys[i])) != NULL; at += len)
			memset(at, '*', len);
	}
}
