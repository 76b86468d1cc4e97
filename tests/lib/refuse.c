/*
 * refuse - run a command on a kernel without seccomp filters, or where they are forbidden
 *
 *     refuse ERRNO COMMAND...     both ways to them fail, by EINVAL (22) as without the feature
 *     refuse call COMMAND...      seccomp() alone fails, by EPERM, as in a service that systemd filters
 *
 * It is a filter itself, so that the command's first is its second.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int both = argc > 2 && strcmp(argv[1], "call") != 0;
	unsigned act = SCMP_ACT_ERRNO((unsigned)(both ? atoi(argv[1]) : EPERM));

	if (argc < 3 || f == NULL || seccomp_rule_add(f, act, SCMP_SYS(seccomp), 0) != 0)
		return 99;
	if (both && seccomp_rule_add(
			    f, act, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) != 0)
		return 99;
	if (seccomp_load(f) != 0)
		return 99;
	execvp(argv[2], argv + 2);
	return 98;
}
