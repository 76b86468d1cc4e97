/* The pure half of a pipeline: the stages of a command line, causes, lines. */
#include "run/stages.h"
#include "test.h"

enum { WORDS = 16, STAGES = 8 };

struct cut {
	char *argv[WORDS];
	struct stage *stages;
	size_t n;
	struct ant_err e;
	int result;
	char copy[512];
};

static void
cut(struct cut *c, const char *line)
{
	size_t n = 0;

	memset(c, 0, sizeof *c);
	snprintf(c->copy, sizeof c->copy, "%s", line);
	for (char *w = strtok(c->copy, " "); w != NULL && n < WORDS - 1; w = strtok(NULL, " "))
		c->argv[n++] = w;
	c->result = stages_parse(c->argv, &c->stages, &c->n, &c->e);
}

static void
check_places(void)
{
	struct cut c;

	cut(&c, "a x --pipe b --finish c --out f --branch d --pipe e y z");
	CHECK(c.result == 0 && c.n == 5);
	CHECK(c.stages[0].branch == 0 && c.stages[0].position == 0 && !c.stages[0].deaf);
	CHECK(c.stages[1].branch == 1 && c.stages[1].position == 1 && !c.stages[1].deaf);
	CHECK(c.stages[2].branch == 1 && c.stages[2].position == 2 && c.stages[2].deaf);
	CHECK(c.stages[3].branch == 2 && c.stages[3].position == 1 && c.stages[3].out == NULL);
	CHECK(c.stages[4].branch == 2 && c.stages[4].position == 2);
	SAME(c.stages[2].out, "f");
	SAME(c.stages[0].argv[1], "x");
	CHECK(c.stages[0].argv[2] == NULL && c.stages[2].argv[1] == NULL);
	SAME(c.stages[4].argv[2], "z");
	CHECK(c.stages[4].argv[3] == NULL);
	stages_free(c.stages, c.n);
	cut(&c, "a --branch b --finish c");
	CHECK(c.result == 0 && c.n == 3 && c.stages[1].branch == 1 && c.stages[2].position == 2);
	stages_free(c.stages, c.n);
}

static void
check_wrong(void)
{
	static const char *const wrong[] = {"--pipe a", "a --pipe", "a --pipe --pipe b", "a --out",
		"a --out --branch b", "a --out f --branch b", "a --pipe b --out f --pipe c",
		"a --pipe b --out f g", "a --branch"};
	struct cut c;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		cut(&c, wrong[i]);
		if (c.result != -1 || c.e.status != ANT_USAGE)
			printf("taken: %s\n", wrong[i]);
		CHECK(c.result == -1);
		if (c.result == 0)
			stages_free(c.stages, c.n);
	}
}

static void
check_causes(void)
{
	struct cut c;

	cut(&c, "a --pipe b --pipe c --branch d");
	CHECK(c.result == 0);
	CHECK(stages_cause(c.stages, c.n, 0) == NULL);
	c.stages[0].status = 141;
	CHECK(stages_cause(c.stages, c.n, 0) == &c.stages[0]);
	c.stages[2].status = 5;
	c.stages[3].status = 5;
	CHECK(stages_cause(c.stages, c.n, 0) == &c.stages[2]);
	CHECK(stages_cause(c.stages, c.n, 2) == &c.stages[3]);
	CHECK(!stages_no_news(c.stages, 2) && !stages_no_news(c.stages, 3));
	c.stages[1].status = 1;
	CHECK(stages_no_news(c.stages, 2) && !stages_no_news(c.stages, 3));
	CHECK(stages_cause(c.stages, c.n, 1) == &c.stages[1]);
	c.stages[0].status = 75;
	CHECK(stages_no_news(c.stages, 3) && !stages_no_news(c.stages, 0));
	CHECK(stages_cause(c.stages, c.n, 2) == &c.stages[0]);
	stages_free(c.stages, c.n);
}

static void
note(void *to, const struct stage *s, const char *line, size_t len)
{
	(void)s;
	strncat(to, line, len);
	strcat(to, "|");
}

static void
check_lines(void)
{
	struct cut c;
	char heard[64] = "";

	cut(&c, "a");
	buf_puts(&c.stages[0].said, "one\n\ntw");
	stages_lines(c.stages, 0, note, heard);
	SAME(heard, "one||");
	buf_puts(&c.stages[0].said, "o\nthree");
	stages_lines(c.stages, 1, note, heard);
	SAME(heard, "one||two|three|");
	stages_lines(c.stages, 1, note, heard);
	SAME(heard, "one||two|three|");
	stages_free(c.stages, c.n);
}

int
main(void)
{
	check_places();
	check_wrong();
	check_causes();
	check_lines();
	DONE();
}
