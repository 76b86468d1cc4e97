#include "fetch/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What it is, for messages, and where it comes from. */
static const struct source {
	const char *what, *option;
	const char *names[2]; /* of variables; the second may be NULL */
} sources[] = {{"key", "--key-file", {"ANTHROPIC_ADMIN_KEY", "ANTHROPIC_ADMIN_API_KEY"}},
	{"token", "--token-file", {"ANTHROPIC_AUTH_TOKEN", NULL}}};

/* Drop the newline at the end and refuse what could not stand in a header field. */
static int
check(struct key *k, const struct source *s, size_t len, const char *name, struct ant_err *e)
{
	while (len > 0 && (k->text[len - 1] == '\n' || k->text[len - 1] == '\r'))
		len--;
	k->text[len] = '\0';
	if (len == 0)
		return err_set(e, ANT_USAGE, "%s holds no %s", name, s->what);
	for (size_t i = 0; i < len; i++)
		if (k->text[i] <= ' ' || k->text[i] > '~')
			return err_set(e, ANT_USAGE,
				"%s: the %s has a character that no %s has, at byte %zu", name,
				s->what, s->what, i + 1);
	return 0;
}

static int
from_file(struct key *k, const struct source *s, const char *file, struct ant_err *e)
{
	struct stat st;
	size_t len = 0;
	ssize_t n = 0;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return err_sys(e, ANT_USAGE, "%s %s", s->option, file);
	while (len < sizeof k->text) {
		n = read(fd, k->text + len, sizeof k->text - len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (n == -1) {
		err_sys(e, ANT_USAGE, "%s %s", s->option, file);
		close(fd);
		return -1;
	}
	k->exposed = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0;
	close(fd);
	if (len > KEY_MAX)
		return err_set(
			e, ANT_USAGE, "%s %s: longer than %d bytes", s->option, file, KEY_MAX);
	return check(k, s, len, file, e);
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

/* 1, 0 where no variable is set, or -1. */
static int
from_environment(struct key *k, const struct source *s, struct ant_err *e)
{
	const char *name = s->names[0], *value = getenv(name);

	if (value == NULL && s->names[1] != NULL) {
		name = s->names[1];
		value = getenv(name);
	}
	if (value == NULL || *value == '\0')
		return 0;
	if (strlen(value) > KEY_MAX)
		return err_set(e, ANT_USAGE, "%s is longer than %d bytes", name, KEY_MAX);
	memcpy(k->text, value, strlen(value) + 1);
	return check(k, s, strlen(value), name, e) == -1 ? -1 : 1;
}

/* One of the two: 1, 0 where there is none, or -1. */
static int
load(struct key *k, const struct source *s, const char *file, struct ant_err *e)
{
	int rc = file == NULL ? from_environment(k, s, e) : from_file(k, s, file, e) == -1 ? -1 : 1;

	forget(s->names[0]);
	if (s->names[1] != NULL)
		forget(s->names[1]);
	return rc;
}

int
credentials_load(struct credentials *c, const char *key_file, const char *token_file,
	const char *takes, struct ant_err *e)
{
	struct ant_err second;
	int key, token;

	memset(c, 0, sizeof *c);
	key = load(&c->key, &sources[0], key_file, e);
	token = load(&c->token, &sources[1], token_file, key == -1 ? &second : e);
	if (key == -1 || token == -1)
		return -1;
	c->has_key = key;
	c->has_token = token;
	if (key || token)
		return 0;
	return err_set(e, ANT_USAGE,
		"no key: this takes %s: set ANTHROPIC_ADMIN_KEY, or use --key-file; for a token "
		"ANTHROPIC_AUTH_TOKEN or --token-file",
		takes);
}
