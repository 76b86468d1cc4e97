/*
 * Plain JSON and lines come in blocks: wherever a block ends, the same texts come out.
 * A pipe in packet mode gives one block a write.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flatten/jsonseq.h"
#include "test.h"

/* A pipe whose reader gets the LEN bytes at S as two blocks, cut at AT; a block of nothing is none. */
static int
two_blocks(const char *s, size_t len, size_t at)
{
	int ends[2];

	if (pipe2(ends, O_DIRECT) == -1)
		exit(1);
	if ((at > 0 && write(ends[1], s, at) != (ssize_t)at) ||
		(at < len && write(ends[1], s + at, len - at) != (ssize_t)(len - at)))
		exit(1);
	close(ends[1]);
	return ends[0];
}

static const char json[] =
	"12 [true , null,false]\n\n{\"a\":\"x\\u00e9\\\"\" , \"b\" : [ -1.5e+3, {} ]}\"s\"{ }\n"
	"true null false 0.25 7\n{\"data\":[{\"id\":1}]}\n123456789 22";

/* All texts of the input, each with its line. */
static void
read_texts(int fd, struct buf *to)
{
	struct lines l;
	struct json_value v;
	struct ant_err e = {0};
	size_t line;
	int more;

	lines_init(&l, fd, "in", LINES_MAX);
	while ((more = jsonseq_next(&l, &v, &line, &e)) == 1) {
		buf_printf(to, "%zu:%d:", line, (int)v.kind);
		buf_put(to, v.p, v.len);
		buf_putc(to, '|');
		/* What follows a number at the end is no digit of an earlier block. */
		CHECK(v.kind != JSON_NUMBER || v.p[v.len] < '0' || v.p[v.len] > '9');
	}
	if (more == -1)
		buf_puts(to, e.msg);
	lines_free(&l);
	close(fd);
}

static void
test_jsonseq(void)
{
	static const char want[] = "1:3:12|1:5:[true , null,false]|3:6:{\"a\":\"x\\u00e9\\\"\" , "
				   "\"b\" : [ -1.5e+3, {} ]}|"
				   "3:4:\"s\"|3:6:{ }|4:2:true|4:0:null|4:1:false|4:3:0.25|4:3:7|"
				   "5:6:{\"data\":[{\"id\":1}]}|6:3:123456789|6:3:22|";
	struct buf have;

	for (size_t at = 0; at <= strlen(json); at++) {
		buf_init(&have, 1 << 16);
		read_texts(two_blocks(json, strlen(json), at), &have);
		SAME(buf_str(&have), want);
		buf_free(&have);
	}
}

static void
test_wrong(void)
{
	static const char *const cases[][2] = {
		{"{\"a\":1}\n[tru]", "1:6:{\"a\":1}|in:2:2: not a JSON value"},
		{"[1,\n 2,,]", "in:2:4: not a JSON value"},
		{"\n\n  {\"a\"", "in:3:7: the text ends in an object"},
		{"{}{} }", "1:6:{}|1:6:{}|in:1:6: not a JSON value"},
		{"nul", "in:1:4: the text ends in a value"},
		{"\"abc", "in:1:5: the text ends in a string"},
		{"", ""},
		{" \n\t\r\n ", ""},
	};
	struct buf have;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t at = 0; at <= strlen(cases[i][0]); at++) {
			buf_init(&have, 1 << 16);
			read_texts(two_blocks(cases[i][0], strlen(cases[i][0]), at), &have);
			SAME(buf_str(&have), cases[i][1]);
			buf_free(&have);
		}
}

/* The limit of a line holds to the byte, wherever the blocks fall. */
static void
test_limit(void)
{
	enum { MAX = 100 };
	char text[300];
	struct ant_err e;

	for (size_t len = MAX - 1; len <= MAX + 1; len++)
		for (int newline = 0; newline < 2; newline++)
			for (size_t at = 0; at <= len; at += 7) {
				struct lines l;
				char *line;
				size_t n;
				int more;

				memset(text, 'x', len);
				text[len] = '\n';
				lines_init(
					&l, two_blocks(text, len + (size_t)newline, at), "in", MAX);
				more = lines_next(&l, &line, &n, &e);
				CHECK(more == (len > MAX ? -1 : 1));
				if (more == 1)
					CHECK(n == len && l.partial == !newline);
				else
					SAME(e.msg, "in:1: line is longer than 100 bytes");
				close(l.fd);
				lines_free(&l);
			}
}

int
main(void)
{
	test_jsonseq();
	test_wrong();
	test_limit();
	DONE();
}
