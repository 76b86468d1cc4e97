#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
format(struct ant_err *e, enum ant_status status, const char *fmt, va_list ap)
{
	e->status = status;
	e->cause = CAUSE_ANY;
	if (vsnprintf(e->msg, sizeof e->msg, fmt, ap) < 0)
		snprintf(e->msg, sizeof e->msg, "%s", fmt);
}

int
err_set(struct ant_err *e, enum ant_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(e, status, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct ant_err *e, enum ant_status status, const char *fmt, ...)
{
	int saved = errno;
	size_t used;
	va_list ap;

	va_start(ap, fmt);
	format(e, status, fmt, ap);
	va_end(ap);
	used = strlen(e->msg);
	snprintf(e->msg + used, sizeof e->msg - used, ": %s", strerror(saved));
	return -1;
}

int
err_prefix(struct ant_err *e, const char *fmt, ...)
{
	char old[sizeof e->msg];
	size_t used;
	va_list ap;

	memcpy(old, e->msg, sizeof old);
	va_start(ap, fmt);
	if (vsnprintf(e->msg, sizeof e->msg, fmt, ap) < 0)
		e->msg[0] = '\0';
	va_end(ap);
	used = strlen(e->msg);
	snprintf(e->msg + used, sizeof e->msg - used, "%s", old);
	return -1;
}
