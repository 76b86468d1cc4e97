/* JSON values, numbers and times: what was read is written such that it is read again as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/utc.h"

static void
check_json(const char *text, size_t size)
{
	struct json_value v, again;
	struct json_error err;
	struct buf a, b;
	size_t mended = 0;

	if (json_parse(text, size, &v, &err) == -1) {
		if (err.at < text || err.at > text + size)
			abort();
		return;
	}
	buf_init(&a, 1 << 24);
	buf_init(&b, 1 << 24);
	if (json_put_value(&a, &v, &mended) == -1 || json_parse(a.data, a.len, &again, &err) == -1)
		abort();
	mended = 0;
	if (json_put_value(&b, &again, &mended) == -1 || mended != 0 || a.len != b.len ||
		memcmp(a.data, b.data, a.len) != 0)
		abort();
	buf_free(&a);
	buf_free(&b);
}

static void
check_decimal(const char *text, size_t size)
{
	struct decimal d, again;
	char out[DECIMAL_TEXT], out2[DECIMAL_TEXT];

	if (decimal_parse(text, size, &d) != DECIMAL_OK)
		return;
	if (decimal_format(&d, out) >= DECIMAL_TEXT ||
		decimal_parse(out, strlen(out), &again) != DECIMAL_OK)
		abort();
	decimal_format(&again, out2);
	if (strcmp(out, out2) != 0)
		abort();
	if (decimal_add(&again, &d) == DECIMAL_OK && d.mantissa != 0 && again.mantissa == 0)
		abort();
}

static void
check_utc(const char *text, size_t size)
{
	char out[UTC_TEXT];
	int64_t t, again;

	if (utc_parse(text, size, &t) == -1)
		return;
	utc_format(t, out);
	if (utc_parse(out, strlen(out), &again) == -1 || again != t)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + BUF_PAD);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	check_json(text, size);
	check_decimal(text, size);
	check_utc(text, size);
	free(text);
	return 0;
}
