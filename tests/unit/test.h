/* test - what the unit tests share: each checks on, and ends with 1 where one check failed */
#ifndef ANT_TEST_H
#define ANT_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #what);                  \
			failures++;                                                                \
		}                                                                                  \
	} while (0)

/* Two texts are equal. */
#define SAME(have, want)                                                                           \
	do {                                                                                       \
		const char *have_ = (have), *want_ = (want);                                       \
		if (strcmp(have_, want_) != 0) {                                                   \
			printf("%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #have,     \
				have_, want_);                                                     \
			failures++;                                                                \
		}                                                                                  \
	} while (0)

#define DONE() return failures != 0

#endif
