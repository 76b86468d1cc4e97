#include "receipts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/out.h"
#include "base/utc.h"
#include "cli.h"

enum { LINE_BYTES = 1 << 20, FIELDS_BYTES = 1 << 16, WINDOWS_MAX = 1 << 22 };

/* What is done with each: 0, 1 where it failed but the next one counts, -1. */
typedef int each_receipt(
	void *to, const struct receipt *r, const char *line, size_t len, struct ant_err *e);

static int
each(each_receipt *what, void *to)
{
	struct ant_err e = {.status = ANT_OK};
	struct lines in;
	struct receipt r;
	char *line;
	size_t len;
	int more, step, status = ANT_OK;

	lines_init(&in, STDIN_FILENO, "stdin", LINE_BYTES);
	while ((more = lines_next(&in, &line, &len, &e)) == 1) {
		if (in.partial)
			step = err_set(&e, ANT_INPUT, "the receipt is cut off");
		else if ((step = receipt_parse(line, len, &r, &e)) == 0)
			step = what(to, &r, line, len, &e);
		if (step == -1 && e.status == ANT_INPUT)
			err_prefix(&e, "stdin:%zu: ", in.number);
		if (step == -1)
			break;
		if (step == 1)
			status = ANT_FAIL;
	}
	if (more != 0)
		status = cli_fail(&e);
	lines_free(&in);
	return status;
}

void
receipt_to_load(const struct receipt *r, struct mark_load *load)
{
	int is_replace = strcmp(r->mode, "replace") == 0 && r->from_known &&
			 !(r->asked_known && r->from == r->to);

	*load = (struct mark_load){
		.what = strcmp(r->mode, "set") == 0 ? MARK_SET : MARK_LOADED,
		.from_known = r->from_known,
		.from = r->from,
		.asked_known = r->asked_known,
		.asked = r->asked,
		.watermark_known = r->watermark_known,
		.watermark = r->watermark,
		/*
		 * Where a window took the place of the whole table, nothing older is left either;
		 * where nothing was served, all is.
		 */
		.created = r->created || is_replace,
		.organization = r->organization,
		.destination = r->destination,
		.load = r->load,
		.line = r->line,
		.finished = r->finished,
	};
	/* A reset that made something anew is none by hand: see load/csv_ledger.c. */
	if (strcmp(r->mode, "reset") == 0 && !r->created)
		load->what = MARK_RESET;
}

/* Store a watermark: 0, 1 where it leaves a gap, which is said; -1. */
static int
store(const struct state *s, const struct receipt *r, const int64_t *since, struct ant_err *e)
{
	char end[UTC_TEXT], start[UTC_TEXT];
	struct mark_load load;
	int64_t gap;
	int result;

	receipt_to_load(r, &load);
	result = state_take(s, r->table, &load, since, &gap, e);
	if (result == 1) {
		utc_format(gap, end);
		utc_format(r->from, start);
		cli_error("%s: nothing was loaded from %s to %s: the watermark stays "
			  "(`ant-state set` overrides)",
			r->table, end, start);
	}
	if (result == -1 && e->status == ANT_USAGE)
		e->status = ANT_INPUT; /* a wrong table name came with the stream */
	return result;
}

static int
write_fields(struct out *out, const struct receipt *r, struct ant_err *e)
{
	struct buf line;
	int result;

	buf_init(&line, FIELDS_BYTES);
	receipt_put_fields(&line, r);
	result = line.failed ? err_sys(e, ANT_FAIL, "%s", out->name)
			     : out_put(out, line.data, line.len, e);
	buf_free(&line);
	return result;
}

struct commit {
	const struct state *state;
	const int64_t *since;
	struct out out, fields; /* fields.fd -1: not wanted */
};

static int
commit_one(void *to, const struct receipt *r, const char *line, size_t len, struct ant_err *e)
{
	struct commit *c = to;
	struct ant_err second, *other = e;
	int result = 0;

	if (r->watermark_known || r->asked_known || strcmp(r->mode, "reset") == 0)
		result = store(c->state, r, c->since, e);
	/* The rows are in, also where their watermark could not be stored. */
	if (result == -1)
		other = &second;
	if (c->fields.fd != -1 &&
		(write_fields(&c->fields, r, other) == -1 || out_flush(&c->fields, other) == -1))
		return -1;
	if (result == -1)
		return -1;
	if (out_put(&c->out, line, len, e) == -1 || out_put(&c->out, "\n", 1, e) == -1 ||
		out_flush(&c->out, e) == -1)
		return -1;
	return result;
}

int
receipts_commit(const struct state *s, const int64_t *since, const char *fields)
{
	struct commit c = {.state = s, .since = since};
	struct ant_err e;
	int fd = -1, status;

	if (fields != NULL &&
		(fd = open(fields, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) == -1) {
		err_sys(&e, ANT_FAIL, "%s", fields);
		return cli_fail(&e);
	}
	out_init(&c.out, STDOUT_FILENO, "stdout");
	out_init(&c.fields, fd, fields);
	status = each(commit_one, &c);
	out_free(&c.out);
	out_free(&c.fields);
	if (fd != -1 && close(fd) == -1 && status == ANT_OK) {
		err_sys(&e, ANT_FAIL, "%s", fields);
		status = cli_fail(&e);
	}
	return status;
}

struct list {
	char **wanted;
	const char *organization;
	struct out out;
};

static int
list_one(void *to, const struct receipt *r, const char *line, size_t len, struct ant_err *e)
{
	struct list *l = to;
	char **w = l->wanted;

	(void)line;
	(void)len;
	if (l->organization != NULL && strcmp(l->organization, r->organization) != 0)
		return 0;
	while (*w != NULL && !receipt_is_of(r, *w))
		w++;
	return *w != NULL || *l->wanted == NULL ? write_fields(&l->out, r, e) : 0;
}

int
receipts_list(char **wanted, const char *organization)
{
	struct list l = {.wanted = wanted, .organization = organization};
	struct ant_err e;
	int status;

	out_init(&l.out, STDOUT_FILENO, "stdout");
	status = each(list_one, &l);
	if (out_flush(&l.out, &e) == -1)
		status = cli_fail(&e);
	out_free(&l.out);
	return status;
}
