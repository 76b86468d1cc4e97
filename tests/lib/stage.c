/*
 * stage WORDS NAME STATUS [LINES] - a stage of a pipeline that says what it does
 *
 * With LINES it is a source: so many lines, and a last one, "end".  Else it copies stdin to stdout, and
 * where it did not end with that line, its status is 5.  To the descriptor WORDS goes "NAME pid PID" when
 * it starts and "NAME exit STATUS" right before it exits.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
put(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(1, p, n);

		if (w <= 0)
			_exit(99);
		p += w;
		n -= (size_t)w;
	}
}

int
main(int argc, char **argv)
{
	char block[1 << 13], tail[4] = "";
	int words = atoi(argv[1]), status = atoi(argv[3]);
	ssize_t n;

	dprintf(words, "%s pid %d\n", argv[2], (int)getpid());
	if (argc > 4) {
		for (int i = atoi(argv[4]); i > 0; i--)
			put("a line of the source\n", 21);
		put("end\n", 4);
	} else {
		while ((n = read(0, block, sizeof block)) > 0) {
			put(block, (size_t)n);
			for (ssize_t i = n > 4 ? n - 4 : 0; i < n; i++) {
				memmove(tail, tail + 1, 3);
				tail[3] = block[i];
			}
		}
		if (memcmp(tail, "end\n", 4) != 0)
			status = 5;
	}
	dprintf(words, "%s exit %d\n", argv[2], status);
	_exit(status);
}
