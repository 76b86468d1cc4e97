/* Rows by the hour: counted in any order, cut out of a window, written and read again. */
#include <errno.h>

#include "base/utc.h"
#include "stream/buckets.h"
#include "test.h"

enum { HOURS = 200 };

/* Rows in a random order, windows removed in between, beside a plain array. */
static void
test_random(void)
{
	struct buckets b = {NULL, 0, 0, 0};
	const int64_t start = utc_days(1969, 12, 28) * UTC_DAY; /* before and after 1970 */
	int64_t want[HOURS] = {0};
	unsigned long state = 1;

	for (int round = 0; round < 20000; round++) {
		int64_t at, hour;

		state = state * 6364136223846793005ul + 1442695040888963407ul;
		hour = (int64_t)((state >> 33) % HOURS);
		at = start + hour * BUCKET_SECONDS + (int64_t)((state >> 20) % BUCKET_SECONDS);
		if (round % 500 == 499) {
			int64_t last = hour + 30 < HOURS ? hour + 30 : HOURS;

			buckets_remove(
				&b, start + hour * BUCKET_SECONDS, start + last * BUCKET_SECONDS);
			for (int64_t i = hour; i < last; i++)
				want[i] = 0;
			continue;
		}
		CHECK(buckets_add(&b, at, 1 + round % 3) == 0);
		want[hour] += 1 + round % 3;
	}
	for (int64_t i = 0; i < HOURS; i++)
		CHECK(buckets_rows(&b, start + i * BUCKET_SECONDS,
			      start + (i + 1) * BUCKET_SECONDS) == want[i]);
	for (size_t i = 1; i < b.n; i++)
		CHECK(b.v[i - 1].start < b.v[i].start);
	buckets_free(&b);
	CHECK(b.n == 0 && buckets_rows(&b, INT64_MIN, INT64_MAX) == 0);
}

/* Where a window does not begin with an hour, that hour starts before it and stays. */
static void
test_edges(void)
{
	struct buckets b = {NULL, 0, 0, 0};
	const int64_t noon = utc_days(2026, 11, 1) * UTC_DAY + UTC_DAY / 2;

	CHECK(buckets_add(&b, noon - 1, 1) == 0);
	CHECK(buckets_add(&b, noon, 2) == 0);
	CHECK(buckets_add(&b, noon + BUCKET_SECONDS - 1, 3) == 0);
	CHECK(buckets_add(&b, noon + BUCKET_SECONDS, 4) == 0);
	CHECK(b.n == 3);
	CHECK(buckets_rows(&b, noon, noon + BUCKET_SECONDS) == 5);
	CHECK(buckets_rows(&b, noon, noon + 1) == 5);
	CHECK(buckets_rows(&b, noon + 1, noon + BUCKET_SECONDS) == 0);
	CHECK(buckets_rows(&b, noon, noon) == 0);
	buckets_remove(&b, noon + 1, noon + BUCKET_SECONDS);
	buckets_remove(&b, noon, noon);
	buckets_remove(&b, noon + BUCKET_SECONDS, noon);
	CHECK(b.n == 3);
	buckets_remove(&b, noon, noon + BUCKET_SECONDS);
	CHECK(b.n == 2 && buckets_rows(&b, INT64_MIN, INT64_MAX) == 5);
	/* The hour that the row before went to is gone or another one by now. */
	CHECK(buckets_add(&b, noon + BUCKET_SECONDS, 10) == 0);
	CHECK(buckets_rows(&b, noon + BUCKET_SECONDS, noon + BUCKET_SECONDS + 1) == 14);
	buckets_free(&b);
}

static void
same_text(const struct buckets *b, const char *want)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	CHECK(buckets_put(&text, b) == 0);
	SAME(buf_str(&text), want);
	buf_free(&text);
}

static int
parse(struct buckets *b, const char *text)
{
	struct buf padded;
	int result;

	buf_init(&padded, 1 << 20);
	buf_puts(&padded, text);
	errno = 0;
	result = buckets_parse(b, padded.data, padded.len);
	buf_free(&padded);
	return result;
}

static void
test_text(void)
{
	static const char *const wrong[] = {"", "[]", "{", "{} x", "{\"2026-11-01\":1}",
		"{\"2026-11-01T24\":1}", "{\"2026-13-01T00\":1}", "{\"2026-11-01T0\":1}",
		"{\"2026-11-01T00:00\":1}", "{\"2026-11-01T00\":\"1\"}", "{\"2026-11-01T00\":null}",
		"null"};
	struct buckets b = {NULL, 0, 0, 0};

	same_text(&b, "{}");
	CHECK(parse(&b, "{}") == 0 && b.n == 0);
	CHECK(parse(&b, "{\"2026-11-02T23\":4,\"2026-11-01T00\":12}") == 0);
	same_text(&b, "{\"2026-11-01T00\":12,\"2026-11-02T23\":4}");
	CHECK(parse(&b, " { \"2026-11-01T00\" : 1 } ") == 0); /* it adds */
	same_text(&b, "{\"2026-11-01T00\":13,\"2026-11-02T23\":4}");
	buckets_free(&b);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (*wrong[i] != '\0')
			CHECK(parse(&b, wrong[i]) == -1 && errno == EINVAL);
		buckets_free(&b);
	}
}

int
main(void)
{
	test_random();
	test_edges();
	test_text();
	DONE();
}
