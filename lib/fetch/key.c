#include "fetch/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Drop the newline at the end and refuse what could not stand in a header field. */
static int
check(struct key *k, size_t len, const char *name, struct ant_err *e)
{
	while (len > 0 && (k->text[len - 1] == '\n' || k->text[len - 1] == '\r'))
		len--;
	k->text[len] = '\0';
	if (len == 0)
		return err_set(e, ANT_USAGE, "%s holds no key", name);
	for (size_t i = 0; i < len; i++)
		if (k->text[i] <= ' ' || k->text[i] > '~')
			return err_set(e, ANT_USAGE,
				"%s: the key has a character that no key has, at byte %zu", name,
				i + 1);
	return 0;
}

static int
from_file(struct key *k, const char *file, struct ant_err *e)
{
	struct stat st;
	size_t len = 0;
	ssize_t n = 0;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return err_sys(e, ANT_USAGE, "--key-file %s", file);
	while (len < sizeof k->text) {
		n = read(fd, k->text + len, sizeof k->text - len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (n == -1) {
		err_sys(e, ANT_USAGE, "--key-file %s", file);
		close(fd);
		return -1;
	}
	k->exposed = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0;
	close(fd);
	if (len > KEY_MAX)
		return err_set(e, ANT_USAGE, "--key-file %s: longer than %d bytes", file, KEY_MAX);
	return check(k, len, file, e);
}

/* Overwrite the variable where it stands, so that no child and no /proc shows it. */
static void
forget(const char *name)
{
	char *value = getenv(name);

	if (value != NULL)
		explicit_bzero(value, strlen(value));
	unsetenv(name);
}

static int
from_environment(struct key *k, struct ant_err *e)
{
	const char *name = "ANTHROPIC_ADMIN_KEY", *value = getenv(name);

	if (value == NULL) {
		name = "ANTHROPIC_ADMIN_API_KEY";
		value = getenv(name);
	}
	if (value == NULL)
		return err_set(e, ANT_USAGE,
			"no key: set ANTHROPIC_ADMIN_KEY to an Admin key (sk-ant-admin..., made by "
			"an admin in the Console), or use --key-file");
	if (strlen(value) > KEY_MAX)
		return err_set(e, ANT_USAGE, "%s is longer than %d bytes", name, KEY_MAX);
	memcpy(k->text, value, strlen(value) + 1);
	return check(k, strlen(value), name, e);
}

int
key_load(struct key *k, const char *file, struct ant_err *e)
{
	int rc;

	memset(k, 0, sizeof *k);
	rc = file != NULL ? from_file(k, file, e) : from_environment(k, e);
	forget("ANTHROPIC_ADMIN_KEY");
	forget("ANTHROPIC_ADMIN_API_KEY");
	return rc;
}
