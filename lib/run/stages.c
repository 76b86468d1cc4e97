#include "run/stages.h"

#include <stdlib.h>
#include <string.h>

enum { SIGPIPED = 141, ENDED_EARLY = 5 };

static int
is_word(const char *s)
{
	return strcmp(s, "--pipe") == 0 || strcmp(s, "--finish") == 0 ||
	       strcmp(s, "--branch") == 0 || strcmp(s, "--out") == 0;
}

/* The first stage of the list is the source; WORD, which stands before each other, gives its place. */
static void
place(struct stage *s, const struct stage *before, const char *word)
{
	memset(s, 0, sizeof *s);
	buf_init(&s->said, STAGE_SAID_MAX);
	if (before == NULL)
		return;
	if (before->branch == 0 || strcmp(word, "--branch") == 0) {
		s->branch = before->branch + 1;
		s->position = 1;
	} else {
		s->branch = before->branch;
		s->position = before->position + 1;
	}
	s->deaf = strcmp(word, "--finish") == 0;
}

/* The file after --out at AT; only another branch may follow.  Return what comes after it. */
static char **
take_out(char **at, struct stage *s, struct ant_err *e)
{
	if (at[1] == NULL || is_word(at[1])) {
		err_set(e, ANT_USAGE, "--out: no file follows");
		return NULL;
	}
	if (at[2] != NULL && (s->branch == 0 || strcmp(at[2], "--branch") != 0)) {
		err_set(e, ANT_USAGE, "--out %s: %s", at[1],
			s->branch == 0 ? "the output of the first command is what the others read"
				       : "nothing but --branch can follow");
		return NULL;
	}
	at[0] = NULL;
	s->out = at[1];
	return at + 2;
}

int
stages_parse(char **argv, struct stage **stages, size_t *n, struct ant_err *e)
{
	const char *word = NULL;
	size_t most = 1;

	*n = 0;
	for (char **p = argv; *p != NULL; p++)
		most += (size_t)is_word(*p);
	if ((*stages = calloc(most, sizeof **stages)) == NULL)
		return err_sys(e, ANT_FAIL, "the stages");
	do {
		struct stage *s = *stages + *n;

		if (*argv == NULL || is_word(*argv)) {
			err_set(e, ANT_USAGE, "%s: no command follows",
				word != NULL ? word : "the start");
			goto fail;
		}
		place(s, *n > 0 ? s - 1 : NULL, word);
		++*n;
		s->argv = argv;
		while (*argv != NULL && !is_word(*argv))
			argv++;
		if (*argv != NULL && strcmp(*argv, "--out") == 0 &&
			(argv = take_out(argv, s, e)) == NULL)
			goto fail;
		if ((word = *argv) != NULL)
			*argv++ = NULL;
	} while (word != NULL);
	return 0;
fail:
	stages_free(*stages, *n);
	*stages = NULL;
	return -1;
}

void
stages_free(struct stage *stages, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_free(&stages[i].said);
	free(stages);
}

const struct stage *
stages_cause(const struct stage *stages, size_t n, int branch)
{
	const struct stage *piped = NULL;

	for (const struct stage *s = stages; s < stages + n; s++) {
		if (s->status == 0 || (branch != 0 && s->branch != 0 && s->branch != branch))
			continue;
		if (s->status != SIGPIPED)
			return s;
		if (piped == NULL)
			piped = s;
	}
	return piped;
}

int
stages_no_news(const struct stage *stages, size_t which)
{
	const struct stage *cause;

	if (stages[which].status != ENDED_EARLY)
		return 0;
	cause = stages_cause(stages, which, stages[which].branch);
	return cause != NULL && cause->status != SIGPIPED;
}

void
stages_lines(struct stage *s, int all, stages_line *line, void *to)
{
	const char *p = s->said.data, *end = p + s->said.len, *newline;

	while (p < end && (newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		line(to, s, p, (size_t)(newline - p));
		p = newline + 1;
	}
	if (p < end && (all || end - p == STAGE_SAID_MAX)) {
		line(to, s, p, (size_t)(end - p));
		p = end;
	}
	s->said.len = (size_t)(end - p);
	if (s->said.len > 0)
		memmove(s->said.data, p, s->said.len);
}
