#include "base/random_id.h"

#include <stdio.h>
#include <sys/random.h>

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
