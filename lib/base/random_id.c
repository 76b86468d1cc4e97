#include "base/random_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"

enum { HALF = (RANDOM_ID_TEXT - 1) / 2 };

int
random_id(char to[static RANDOM_ID_TEXT], struct ant_err *e)
{
	unsigned char bytes[(RANDOM_ID_TEXT - 1) / 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return err_sys(e, ANT_FAIL, "getrandom");
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* The half of an id that says which one came before it. */
static void
put_previous(char to[static HALF + 1], const char *previous)
{
	snprintf(to, HALF + 1, "%016" PRIx64, hash_bytes(previous, strlen(previous)));
}

int
random_id_after(char to[static RANDOM_ID_TEXT], const char *previous, struct ant_err *e)
{
	if (random_id(to, e) == -1)
		return -1;
	put_previous(to + HALF, previous);
	return 0;
}

int
random_id_is_after(const char *id, const char *previous)
{
	char half[HALF + 1];

	put_previous(half, previous);
	return strlen(id) == RANDOM_ID_TEXT - 1 && strcmp(id + HALF, half) == 0;
}
