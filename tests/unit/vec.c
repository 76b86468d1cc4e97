/* The vector loops find what the plain ones find, at every alignment, length and byte. */
#include "base/vec.h"
#include "test.h"

enum { SIZE = 80, PAD = 64 };

static void
compare(const char *p, const char *end)
{
	CHECK(vec_string(p, end) == vec_find_plain(p, end, 1, 0));
	CHECK(vec_ascii(p, end) == vec_find_plain(p, end, 1, 1));
	CHECK(vec_cell(p, end) == vec_find_plain(p, end, 0, 1));
}

static void
test_digits(char *block)
{
	for (int c = 0; c < 256; c++)
		for (size_t start = 0; start < 16; start++)
			for (size_t n = 0; n <= 16; n++) {
				memset(block, c, 64);
				memset(block + start, '0' + (int)(n % 10), n);
				CHECK(vec_digits(block + start) == vec_digits_plain(block + start));
			}
}

/* Random arrays of brackets, strings and escapes, at each alignment; then cut off anywhere. */
static void
test_array_end(char *block, size_t size)
{
	static const char *const parts[] = {"[", "]", "[", "]", "{}", "1,", "\"\"", "\"[\"",
		"\"]]\"", "\"\\\"\"", "\"\\\\\"", "\"\\\\\\\"]\"", "\"a\\nb\"", "     ",
		"\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\""};
	unsigned long state = 1;

	for (int round = 0; round < 20000; round++) {
		size_t start = (size_t)round % 64, at = start + 1, cut;

		memset(block, ']', size);
		block[start] = '[';
		while (at < size - 64 - 40) {
			const char *part;

			state = state * 6364136223846793005ul + 1442695040888963407ul;
			part = parts[(state >> 33) % (sizeof parts / sizeof *parts)];
			memcpy(block + at, part, strlen(part));
			at += strlen(part);
			if ((state >> 50) % 60 == 0)
				break;
		}
		cut = at - (state >> 40) % (at - start);
		CHECK(vec_array_end(block + start, block + at) ==
			vec_array_end_plain(block + start, block + at));
		CHECK(vec_array_end(block + start, block + cut) ==
			vec_array_end_plain(block + start, block + cut));
	}
}

int
main(void)
{
	/* Behind the end stands what would stop the loops, were it looked at. */
	static const char behind[] = {'a', '"', '\\', 1, (char)0x80};
	/* In one block, so that a checker sees what is read beyond the padding. */
	char *block = malloc(16 + SIZE + PAD);

	if (block == NULL)
		return 1;
	for (size_t b = 0; b < sizeof behind; b++)
		for (size_t start = 0; start < 16; start++)
			for (size_t len = 0; len <= SIZE; len++) {
				memset(block, behind[b], 16 + SIZE + PAD);
				memset(block + start, 'a', len);
				compare(block + start, block + start + len);
			}
	/* Each byte there is, at each place. */
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 40; at++) {
			memset(block, ' ', 16 + SIZE + PAD);
			block[at] = (char)c;
			compare(block, block + 40);
			CHECK((vec_string(block, block + 40) == block + at) ==
				(c == '"' || c == '\\' || c < 0x20));
			CHECK((vec_ascii(block, block + 40) == block + at) ==
				(c == '"' || c == '\\' || c < 0x20 || c >= 0x80));
		}
	/* Two stops: the first counts. */
	for (size_t a = 0; a < 40; a++)
		for (size_t b = 0; b < 40; b++) {
			memset(block, 'x', 16 + SIZE + PAD);
			block[a] = '"';
			block[b] = '\\';
			CHECK(vec_string(block, block + 40) == block + (a < b ? a : b));
			compare(block, block + 40);
		}
	test_digits(block);
	free(block);
	if ((block = malloc(1024)) == NULL)
		return 1;
	test_array_end(block, 1024);
	free(block);
	DONE();
}
