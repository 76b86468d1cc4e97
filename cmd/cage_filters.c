/*
 * cage_filters - a part of the build: writes base/cage_filters.h, the filters of lib/base/cage.c
 *
 * The only file that includes libseccomp, which makes the kernel's programs out of lists of calls.
 * That it is done here costs a command no time when it starts, and no crash where memory has run
 * out, which libseccomp does not survive.  What comes out depends on the machine's architecture
 * and headers, and on nothing else of it.
 */
#define _GNU_SOURCE /* CLONE_THREAD, AT_EMPTY_PATH */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cage.h"

/*
 * Calls that are allowed whatever their arguments, ended by END.  libseccomp knows all names, and
 * passes over those that this machine has no call for.
 */
enum { END = __NR_SCMP_ERROR };

static const int common_calls[] = {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write),
	SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(close), SCMP_SYS(fstat),
	SCMP_SYS(fstat64), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(futex_time64),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	/* qsort() of glibc before 2.37 asks how much memory there is */
	SCMP_SYS(sysinfo), END};

/* To find a file and to read it, as far as open() is not concerned. */
static const int reading_calls[] = {SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(stat),
	SCMP_SYS(stat64), SCMP_SYS(lstat), SCMP_SYS(lstat64), SCMP_SYS(newfstatat),
	SCMP_SYS(fstatat64), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(statfs64),
	SCMP_SYS(fstatfs), SCMP_SYS(fstatfs64), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
	SCMP_SYS(getdents), SCMP_SYS(getdents64), SCMP_SYS(fadvise64), SCMP_SYS(fadvise64_64),
	SCMP_SYS(arm_fadvise64_64), END};

static const int fetching_calls[] = {
	/* the file of --rate-file, which is open */
	SCMP_SYS(pwrite64), SCMP_SYS(ftruncate), SCMP_SYS(ftruncate64), SCMP_SYS(flock),
	/* connections */
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(send), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg), SCMP_SYS(recv), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg), SCMP_SYS(recvmmsg_time64), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(shutdown),
	/* waiting */
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64), SCMP_SYS(select),
	SCMP_SYS(_newselect), SCMP_SYS(pselect6), SCMP_SYS(pselect6_time64), SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_nanosleep_time64),
	SCMP_SYS(alarm), SCMP_SYS(setitimer), SCMP_SYS(getitimer),
	/* descriptors */
	SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(close_range),
	/* threads */
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
	SCMP_SYS(set_thread_area), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_get_priority_max),
	SCMP_SYS(sched_get_priority_min), SCMP_SYS(membarrier), SCMP_SYS(getcpu),
	/* memory for keys */
	SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(mincore),
	/* who and where we are */
	SCMP_SYS(getuid), SCMP_SYS(getuid32), SCMP_SYS(geteuid), SCMP_SYS(geteuid32),
	SCMP_SYS(getgid), SCMP_SYS(getgid32), SCMP_SYS(getegid), SCMP_SYS(getegid32),
	SCMP_SYS(getresuid), SCMP_SYS(getresuid32), SCMP_SYS(getresgid), SCMP_SYS(getresgid32),
	SCMP_SYS(getgroups), SCMP_SYS(getgroups32), SCMP_SYS(getppid), SCMP_SYS(getpgrp),
	SCMP_SYS(getpgid), SCMP_SYS(getsid), SCMP_SYS(getrusage), SCMP_SYS(getrlimit),
	SCMP_SYS(ugetrlimit), SCMP_SYS(getpriority), SCMP_SYS(times), SCMP_SYS(uname), END};

/* A call that is allowed where its argument ARG, in the bits of MASK, is VALUE. */
struct narrow {
	int call;
	unsigned arg;
	scmp_datum_t mask, value;
};

#define WHOLE (~(scmp_datum_t)0)

/* A file is opened for reading where none of these is set: O_TRUNC does harm without O_WRONLY. */
enum { FOR_WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC };

/* The place of clone()'s flags, see clone(2); whether mmap() has its arguments in memory, unseen. */
#ifdef __s390__
enum { CLONE_FLAGS = 1, MMAP_IN_MEMORY = 1 };
#else
enum { CLONE_FLAGS = 0, MMAP_IN_MEMORY = 0 };
#endif

static const struct narrow common_narrow[] = {
	/* fstat() of glibc before 2.39: what it says of a path instead does no harm */
	{SCMP_SYS(newfstatat), 3, WHOLE, AT_EMPTY_PATH},
	{SCMP_SYS(fstatat64), 3, WHOLE, AT_EMPTY_PATH},
	{SCMP_SYS(statx), 2, AT_EMPTY_PATH, AT_EMPTY_PATH},
	{SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
	{END, 0, 0, 0},
};

static const struct narrow reading_narrow[] = {
	{SCMP_SYS(open), 1, FOR_WRITING, 0},
	{SCMP_SYS(openat), 2, FOR_WRITING, 0},
	/* for fdopen() and the like; not F_SETOWN, which has signals sent to others */
	{SCMP_SYS(fcntl), 1, WHOLE, F_GETFD},
	{SCMP_SYS(fcntl), 1, WHOLE, F_SETFD},
	{SCMP_SYS(fcntl), 1, WHOLE, F_GETFL},
	{SCMP_SYS(fcntl), 1, WHOLE, F_SETFL},
	{SCMP_SYS(fcntl), 1, WHOLE, F_DUPFD},
	{SCMP_SYS(fcntl), 1, WHOLE, F_DUPFD_CLOEXEC},
	{SCMP_SYS(fcntl64), 1, WHOLE, F_GETFD},
	{SCMP_SYS(fcntl64), 1, WHOLE, F_SETFD},
	{SCMP_SYS(fcntl64), 1, WHOLE, F_GETFL},
	{SCMP_SYS(fcntl64), 1, WHOLE, F_SETFL},
	{SCMP_SYS(fcntl64), 1, WHOLE, F_DUPFD},
	{SCMP_SYS(fcntl64), 1, WHOLE, F_DUPFD_CLOEXEC},
	{END, 0, 0, 0},
};

/* To go into the next cage. */
static const struct narrow caging_narrow[] = {
	{SCMP_SYS(seccomp), 0, WHOLE, SECCOMP_SET_MODE_FILTER},
	{SCMP_SYS(prctl), 0, WHOLE, PR_SET_SECCOMP},
	{SCMP_SYS(prctl), 0, WHOLE, PR_SET_NO_NEW_PRIVS},
	{END, 0, 0, 0},
};

static const struct narrow fetching_narrow[] = {
	{SCMP_SYS(socket), 0, WHOLE, AF_INET},
	{SCMP_SYS(socket), 0, WHOLE, AF_INET6},
	{SCMP_SYS(socket), 0, WHOLE, AF_UNIX},
	{SCMP_SYS(socket), 0, WHOLE, AF_NETLINK}, /* which addresses this machine has */
	{SCMP_SYS(socketpair), 0, WHOLE, AF_UNIX},
	/* not TIOCSTI, which types on the terminal */
	{SCMP_SYS(ioctl), 1, WHOLE, FIONREAD},
	{SCMP_SYS(ioctl), 1, WHOLE, FIONBIO},
	{SCMP_SYS(ioctl), 1, WHOLE, TCGETS},
	{SCMP_SYS(ioctl), 1, WHOLE, TIOCGWINSZ},
	{SCMP_SYS(ioctl), 1, WHOLE, SIOCGIFINDEX},
	{SCMP_SYS(ioctl), 1, WHOLE, SIOCGIFNAME},
	/* a thread, and no process */
	{SCMP_SYS(clone), CLONE_FLAGS, CLONE_VM | CLONE_THREAD, CLONE_VM | CLONE_THREAD},
	{SCMP_SYS(prctl), 0, WHOLE, PR_SET_NAME},
	/* the limits are read where those to be set are NULL */
	{SCMP_SYS(prlimit64), 2, WHOLE, 0},
	{END, 0, 0, 0},
};

static int
allow(scmp_filter_ctx f, const int *calls)
{
	int rc = 0;

	for (; rc == 0 && *calls != END; calls++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, *calls, 0);
	return rc;
}

static int
allow_narrow(scmp_filter_ctx f, const struct narrow *n)
{
	int rc = 0;

	for (; rc == 0 && n->call != END; n++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, n->call, 1,
			SCMP_CMP(n->arg, SCMP_CMP_MASKED_EQ, n->mask, n->value));
	return rc;
}

/* Memory that is no code; with CODE also what a shared library has for code: never to be written. */
static int
allow_mmap(scmp_filter_ctx f, int code)
{
	/* Where there is an mmap2(), libc calls nothing else. */
	const int call = SCMP_SYS(mmap2) >= 0 ? SCMP_SYS(mmap2) : SCMP_SYS(mmap);
	int rc;

	if (MMAP_IN_MEMORY)
		return seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 0);
	rc = seccomp_rule_add(
		f, SCMP_ACT_ALLOW, call, 1, SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0 && code)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 2,
			SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC),
			SCMP_CMP(3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0));
	return rc;
}

/* abort() and raise(): signals to ourselves. */
static int
allow_own_signals(scmp_filter_ctx f)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_CMP(0, SCMP_CMP_MASKED_EQ, WHOLE, CAGE_OWN_PID));
}

/* libc then calls what was there before, clone() and openat(). */
static int
hide_newer(scmp_filter_ctx f)
{
	int rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	return rc != 0 ? rc : seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
}

static int
add_rules(scmp_filter_ctx f, enum cage which)
{
	int rc;

	if ((rc = allow(f, common_calls)) != 0 || (rc = allow_mmap(f, which == CAGE_FETCH)) != 0 ||
		(rc = allow_own_signals(f)) != 0 || (rc = hide_newer(f)) != 0)
		return rc;
	if (which != CAGE_PARSE && ((rc = allow(f, reading_calls)) != 0 ||
					   (rc = allow_narrow(f, reading_narrow)) != 0))
		return rc;
	if (which == CAGE_READ && (rc = allow_narrow(f, caging_narrow)) != 0)
		return rc;
	if (which == CAGE_FETCH && ((rc = allow(f, fetching_calls)) != 0 ||
					   (rc = allow_narrow(f, fetching_narrow)) != 0))
		return rc;
	return allow_narrow(f, common_narrow);
}

/* NAME's instructions as C, of a filter that was made.  Return 0 or a negated errno. */
static int
print_filter(scmp_filter_ctx f, const char *name)
{
	static struct sock_filter code[CAGE_FILTER_MAX + 1];
	int ends[2], own = 0, rc;
	ssize_t n;

	if (pipe(ends) == -1)
		return -errno;
	if ((rc = seccomp_export_bpf(f, ends[1])) != 0)
		return rc;
	if ((n = read(ends[0], code, sizeof code)) == -1)
		return -errno;
	close(ends[0]);
	close(ends[1]);
	n /= (ssize_t)sizeof *code;
	if (n > CAGE_FILTER_MAX)
		return -EMSGSIZE;
	printf("static const struct sock_filter %s[] = {\n", name);
	for (ssize_t i = 0; i < n; i++) {
		own += code[i].code == (BPF_JMP | BPF_JEQ | BPF_K) && code[i].k == CAGE_OWN_PID;
		printf("\t{0x%02x, %u, %u, 0x%08x},\n", code[i].code, code[i].jt, code[i].jf,
			code[i].k);
	}
	puts("};");
	return own == 1 ? 0 : -ENOTSUP; /* cage.c must find the place of its pid */
}

static int
make_filter(enum cage which, const char *name)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (f == NULL)
		return -ENOMEM;
	rc = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = add_rules(f, which);
	if (rc == 0)
		rc = print_filter(f, name);
	seccomp_release(f);
	return rc;
}

int
main(void)
{
	/* Linux 4.14; what the kernel of this machine knows is no matter. */
	int rc = seccomp_api_set(3);

	if (rc == 0)
		rc = make_filter(CAGE_PARSE, "parse_filter");
	if (rc == 0)
		rc = make_filter(CAGE_READ, "read_filter");
	if (rc == 0)
		rc = make_filter(CAGE_FETCH, "fetch_filter");
	if (rc == 0 && fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "cage_filters: %s\n", strerror(rc != 0 ? -rc : errno));
	return 1;
}
