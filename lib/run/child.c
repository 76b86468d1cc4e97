#include "run/child.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const size_t endings = sizeof ending / sizeof *ending;

void
child_ending(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < endings; i++)
		sigaddset(set, ending[i]);
}

/* Whether a folder of PATH has a file NAME. */
static int
in_path(const char *name)
{
	const char *folder = getenv("PATH");
	char path[PATH_MAX];
	struct stat st;
	int n, len;

	if (folder == NULL)
		return 1; /* execvp() has a default, and an errno that fits */
	for (;; folder += len + 1) {
		len = (int)strcspn(folder, ":");
		n = snprintf(path, sizeof path, "%.*s%s%s", len, folder, len > 0 ? "/" : "", name);
		if (n >= 0 && n < (int)sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			return 1;
		if (folder[len] == '\0')
			return 0;
	}
}

/* FD becomes AT, which is left open on exec. */
static int
become(int fd, int at)
{
	return fd == -1 ? 0 : dup2(fd, at);
}

_Noreturn static void
run(char *const argv[], const struct child_how *how)
{
	struct child_report r = {getpid(), 0};

	if (become(how->in, 0) != -1 && become(how->out, 1) != -1 && become(how->err, 2) != -1) {
		sigprocmask(SIG_SETMASK, how->mask, NULL);
		execvp(argv[0], argv);
		/* It tells of a folder in PATH that may not be searched; a shell says: not found. */
		if (strchr(argv[0], '/') == NULL && !in_path(argv[0]))
			errno = ENOENT;
	}
	r.error = errno;
	if (write(how->report, &r, sizeof r) == -1)
		_exit(126);
	_exit(r.error == ENOENT ? 127 : 126);
}

pid_t
child_start(char *const argv[], const struct child_how *how)
{
	const pid_t self = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (size_t i = 0; how->deaf && i < endings; i++)
		signal(ending[i], SIG_IGN);
	if (!how->deaf && (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 || getppid() != self))
		_exit(126);
	run(argv, how);
}
