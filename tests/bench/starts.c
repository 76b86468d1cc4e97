/*
 * starts - start two commands in turn, from one process, and the median of each
 *
 *     starts RUNS INPUT COMMAND-A COMMAND-B
 *
 * Each runs RUNS times by /bin/sh's words without /bin/sh: split at spaces, NAME=VALUE before it.
 * INPUT is its stdin; its stdout goes nowhere.  Prints the two medians in microseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 32 };

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
become(const char *command, const char *input)
{
	char *copy = strdup(command), *word[WORDS + 1] = {NULL}, *p;
	int n = 0, in = open(input, O_RDONLY), out = open("/dev/null", O_WRONLY);

	dup2(in, 0);
	dup2(out, 1);
	for (p = strtok(copy, " "); p != NULL && n < WORDS; p = strtok(NULL, " "))
		if (n == 0 && strchr(p, '=') != NULL)
			putenv(p);
		else
			word[n++] = p;
	execvp(word[0], word);
	_exit(127);
}

static double
once(const char *command, const char *input)
{
	double began = now_us();
	int status;
	pid_t child = fork();

	if (child == 0)
		become(command, input);
	if (child == -1 || waitpid(child, &status, 0) == -1 || status != 0) {
		fprintf(stderr, "starts: %s: failed\n", command);
		exit(1);
	}
	return now_us() - began;
}

static int
less(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char *argv[])
{
	int runs = argc == 5 ? atoi(argv[1]) : 0;
	double *took[2];

	if (runs <= 0)
		return 2;
	for (int i = 0; i < 2; i++)
		if ((took[i] = calloc((size_t)runs, sizeof *took[i])) == NULL)
			return 1;
	for (int r = 0; r < runs; r++)
		for (int i = 0; i < 2; i++)
			took[i][r] = once(argv[3 + i], argv[2]);
	for (int i = 0; i < 2; i++) {
		qsort(took[i], (size_t)runs, sizeof *took[i], less);
		printf("%.0f%c", took[i][runs / 2], i == 0 ? ' ' : '\n');
	}
	return 0;
}
