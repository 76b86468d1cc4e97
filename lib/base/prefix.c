#include "base/prefix.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
prefix_find(char *to, size_t size)
{
	char exe[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n > 0) {
		exe[n] = '\0';
		for (int up = 0; up < 2; up++)
			if ((slash = strrchr(exe, '/')) != NULL)
				*slash = '\0';
		if ((size_t)snprintf(to, size, "%s", exe) < size)
			return 0;
	}
	return (size_t)snprintf(to, size, "%s", ANT_PREFIX) < size ? 0 : -1;
}
