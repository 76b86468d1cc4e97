#include "flatten/mask.h"

#include <stdint.h>
#include <string.h>

#include <nettle/hmac.h>
#include <nettle/sha2.h>

enum { EMAIL_DIGITS = 12 };

int
mask_find(const char *name)
{
	if (strcmp(name, "hash") == 0)
		return MASK_HASH;
	if (strcmp(name, "redact") == 0)
		return MASK_REDACT;
	return strcmp(name, "email") == 0 ? MASK_EMAIL : -1;
}

static void
digest(const char *key, size_t key_len, const char *s, size_t len, uint8_t to[SHA256_DIGEST_SIZE])
{
	struct hmac_sha256_ctx hmac;
	struct sha256_ctx sha;

	if (key != NULL) {
		hmac_sha256_set_key(&hmac, key_len, (const uint8_t *)key);
		hmac_sha256_update(&hmac, len, (const uint8_t *)s);
		hmac_sha256_digest(&hmac, SHA256_DIGEST_SIZE, to);
		return;
	}
	sha256_init(&sha);
	sha256_update(&sha, len, (const uint8_t *)s);
	sha256_digest(&sha, SHA256_DIGEST_SIZE, to);
}

static int
put_hash(struct buf *to, const char *key, size_t key_len, const char *s, size_t len, size_t ndigits)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t sum[SHA256_DIGEST_SIZE];
	char text[2 * SHA256_DIGEST_SIZE];

	digest(key, key_len, s, len, sum);
	for (size_t i = 0; i < sizeof sum; i++) {
		text[2 * i] = hex[sum[i] >> 4];
		text[2 * i + 1] = hex[sum[i] & 15];
	}
	return buf_put(to, text, ndigits);
}

int
mask_put(struct buf *to, enum mask m, const char *key, size_t key_len, const char *s, size_t len)
{
	size_t local = len;

	switch (m) {
	case MASK_NONE:
		return buf_put(to, s, len);
	case MASK_REDACT:
		return buf_puts(to, "***");
	case MASK_HASH:
		return put_hash(to, key, key_len, s, len, 2 * SHA256_DIGEST_SIZE);
	case MASK_EMAIL:
		break;
	}
	for (size_t i = 0; i < len; i++)
		if (s[i] == '@')
			local = i;
	if (put_hash(to, key, key_len, s, local, EMAIL_DIGITS) == -1)
		return -1;
	return buf_put(to, s + local, len - local);
}
