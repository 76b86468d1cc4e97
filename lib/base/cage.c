#include "base/cage.h"

#ifndef ANT_SECCOMP /* make SECCOMP=no */

int
cage_is_built(void)
{
	return 0;
}

int
cage_enter(enum cage which, struct ant_err *e)
{
	(void)which;
	err_set(e, ANT_FAIL, "made without libseccomp");
	return 0;
}

#else

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cage_filters.h" /* made by cmd/cage_filters.c */

#define PROGRAM(filter)                                                                            \
	{                                                                                          \
		sizeof filter / sizeof *filter, (struct sock_filter *)(filter)                     \
	}

static const struct sock_fprog programs[] = {
	[CAGE_PARSE] = PROGRAM(parse_filter),
	[CAGE_READ] = PROGRAM(read_filter),
	[CAGE_FETCH] = PROGRAM(fetch_filter),
};

/* It has no flag, or is forbidden: another way to the same may be there. */
static int
not_this_way(void)
{
	return errno == EINVAL || errno == ENOSYS || errno == EPERM;
}

/*
 * Give the kernel a filter.  Before Linux 5.16 that also makes the processor slower, against code
 * of strangers that runs within the process by design, unless SPEC_ALLOW says that there is none.
 * Return 0 or -1.
 */
static int
install(const struct sock_fprog *program)
{
	static const unsigned flags[] = {
		SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		SECCOMP_FILTER_FLAG_TSYNC, /* before Linux 4.17 */
	};
	long rc;

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags[i], program);
		if (rc > 0) { /* the thread that could not follow */
			errno = ESRCH;
			rc = -1;
		}
		if (rc == 0 || !not_this_way())
			return (int)rc;
	}
	/* A service that systemd filters may do this alone. */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0);
}

int
cage_is_built(void)
{
	return 1;
}

int
cage_enter(enum cage which, struct ant_err *e)
{
	struct sock_filter code[CAGE_FILTER_MAX];
	const struct sock_fprog program = {programs[which].len, code};
	int there_is_none;

	memcpy(code, programs[which].filter, program.len * sizeof *code);
	for (size_t i = 0; i < program.len; i++)
		if (code[i].code == (BPF_JMP | BPF_JEQ | BPF_K) && code[i].k == CAGE_OWN_PID)
			code[i].k = (unsigned)getpid();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install(&program) == 0)
		return 1;
	there_is_none = not_this_way();
	err_sys(e, ANT_FAIL, "the kernel gives no seccomp filter");
	return there_is_none ? 0 : -1;
}

#endif
