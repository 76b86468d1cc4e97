#include "slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
slurp(const char *path, struct buf *b, struct ant_err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
	char block[4096];
	ssize_t n;

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd == -1)
		return err_sys(e, ANT_USAGE, "%s", path);
	for (;;) {
		n = read(fd, block, sizeof block);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || buf_put(b, block, (size_t)n) == -1) {
			err_sys(e, ANT_USAGE, "%s", path);
			break;
		}
		if (n == 0) {
			result = 1;
			break;
		}
	}
	close(fd);
	return result;
}
