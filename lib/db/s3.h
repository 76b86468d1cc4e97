/*
 * db/s3 - DuckDB's way into a bucket, with the keys of the environment
 *
 * The statement holds the keys: it is run and never shown, and what DuckDB says is shown without
 * them.  Its parameters are those of https://duckdb.org/docs/stable/core_extensions/httpfs/s3api.
 */
#ifndef ANT_DB_S3_H
#define ANT_DB_S3_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* What the environment says: its own texts, NULL where it says nothing. */
struct s3 {
	const char *key_id; /* AWS_ACCESS_KEY_ID */
	const char *secret; /* AWS_SECRET_ACCESS_KEY */
	const char *token;  /* AWS_SESSION_TOKEN */
	const char *region; /* AWS_REGION, AWS_DEFAULT_REGION; else us-east-1 */
	const char
		*host; /* HOST[:PORT] of AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, HOST_LEN bytes */
	size_t host_len;
	int plain; /* http://: unencrypted */
};

/* Whether PATH is in a bucket: s3://BUCKET/... */
int s3_is(const char *path);

/*
 * Read the environment.  Return 0; -1 with ANT_USAGE where there is no key, or no https:// or http://
 * HOST[:PORT] in the endpoint's variable.
 */
int s3_read(struct s3 *s, struct ant_err *e);

/*
 * Append the statement that lets DuckDB into SCOPE, s3://BUCKET/ or what begins so, and nowhere else.
 * Where an endpoint is named the bucket stands in the path, not in the host's name.
 */
void s3_put_secret(struct buf *b, const struct s3 *s, const char *scope);

/* Put * over each key that TEXT holds; S may be NULL or all zeros. */
void s3_hide(const struct s3 *s, char *text);

#endif
