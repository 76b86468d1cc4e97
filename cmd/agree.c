#include "agree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/lines.h"
#include "base/utc.h"
#include "cli.h"
#include "receipts.h"
#include "state/agree.h"
#include "state/state.h"
#include "stream/escape.h"
#include "stream/receipt.h"

enum { LINE_BYTES = 1 << 20, FIELDS = 5, LINES_LIMIT = 10000000 };

#define EVER "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"

/* A table that is wanted. */
struct wanted {
	char *table, *scope, *into, *lookback, *organization;
};

/* ---- the file ----------------------------------------------------------------------- */

struct list {
	const char *name;
	int fd;
	struct lines in;
};

static int
open_list(struct list *l, const char *name, struct ant_err *e)
{
	l->name = name;
	if ((l->fd = open(name, O_RDONLY | O_CLOEXEC)) == -1)
		return err_sys(e, ANT_FAIL, "%s", name);
	lines_init(&l->in, l->fd, name, LINE_BYTES);
	return 0;
}

static void
close_list(struct list *l)
{
	lines_free(&l->in);
	close(l->fd);
}

/* The next table: 1, 0 or -1. */
static int
next_wanted(struct list *l, struct wanted *w, struct ant_err *e)
{
	char **field[FIELDS] = {&w->table, &w->scope, &w->into, &w->lookback, &w->organization};
	char *line;
	size_t len;
	int more = lines_next(&l->in, &line, &len, e);

	if (more != 1)
		return more;
	line[len] = '\0';
	for (int i = 0; i < FIELDS; i++) {
		char *start = line;

		if (line != NULL && (line = strchr(line, '\t')) != NULL)
			*line++ = '\0';
		if (start != NULL)
			start[escape_undo(start, start, strlen(start))] = '\0';
		*field[i] = start;
	}
	if (w->organization == NULL)
		return err_set(e, ANT_USAGE, "%s:%zu: fewer than %d fields", l->name, l->in.number,
			(int)FIELDS);
	return 1;
}

static int
read_mark(const char *folder, const struct wanted *w, struct state *s, struct mark *m,
	struct ant_err *e)
{
	const char *scope = strcmp(w->scope, "-") != 0 ? w->scope : NULL;

	if (state_open(s, folder, scope, e) == -1)
		return -1;
	return state_read(s, w->table, m, e);
}

/* ---- questions ---------------------------------------------------------------------- */

/* The rows to be counted: all, or those of the look-back, which are loaded again anyway. */
static int
print_window(const struct wanted *w, const struct mark *m, int all, struct ant_err *e)
{
	char from[UTC_TEXT], to[UTC_TEXT];
	int64_t before;

	if (all) {
		printf("\t%s\t%s\n", EVER);
		return 0;
	}
	if (!m->known || strcmp(w->lookback, "-") == 0) {
		puts("\t-\t-");
		return 0;
	}
	if (utc_span(w->lookback, &before, e) == -1)
		return -1;
	if (before > m->watermark - utc_days(1, 1, 1) * UTC_DAY)
		before = m->watermark - utc_days(1, 1, 1) * UTC_DAY;
	utc_format(m->watermark - before, from);
	utc_format(m->watermark, to);
	printf("\t%s\t%s\n", from, to);
	return 0;
}

static void
put_field(const char *text)
{
	struct buf b;

	buf_init(&b, 2 * LINE_BYTES);
	if (escape_put(&b, text, strlen(text)) == 0 && b.len > 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_free(&b);
}

static int
print_question(const char *folder, const struct wanted *w, int all, struct ant_err *e)
{
	struct state s;
	struct mark m;
	struct ant_err ignored;
	int status;

	/* A damaged one is told of when the answers are there. */
	if (read_mark(folder, w, &s, &m, &ignored) == -1)
		memset(&m, 0, sizeof m);
	put_field(w->into);
	printf("\t%s\t", w->organization);
	if (*m.load != '\0' && m.line > 0)
		printf("%" PRId64 "\t%s", m.line, m.load);
	else
		fputs("-\t-", stdout);
	status = print_window(w, &m, all, e);
	state_close(&s);
	return status;
}

int
agree_ask(const char *folder, const char *wanted, int all)
{
	struct list l;
	struct wanted w;
	struct ant_err e;
	int more;

	if (open_list(&l, wanted, &e) == -1)
		return cli_fail(&e);
	while ((more = next_wanted(&l, &w, &e)) == 1)
		if (print_question(folder, &w, all, &e) == -1) {
			more = -1;
			break;
		}
	close_list(&l);
	return more == 0 ? ANT_OK : cli_fail(&e);
}

/* ---- answers ------------------------------------------------------------------------ */

/* A line of the ledger, with its texts. */
struct entry {
	struct mark_load load;
	char organization[MARK_NAME], destination[MARK_NAME], id[MARK_NAME];
};

/* What has been answered about one table. */
struct answer {
	struct agree_facts facts;
	struct entry *lines;
	size_t n, room;
	char finished[UTC_TEXT]; /* of the last load; "": not known */
	struct buf missing;	 /* lines of output */
};

struct answers {
	struct lines in;
	char *held; /* the first line of the next table */
	size_t held_len;
};

static int
bad_answer(const struct answers *a, struct ant_err *e)
{
	return err_set(
		e, ANT_INPUT, "stdin:%zu: not an answer of a loader's --audit", a->in.number);
}

static int
is_true(const struct json_value *object, const char *name)
{
	struct json_value v;

	return json_member(object, name, &v) && v.kind == JSON_TRUE;
}

static int
is_kind(const struct json_value *v, const char *name)
{
	struct json_value kind;

	return v->kind == JSON_OBJECT && json_member(v, "@ant", &kind) &&
	       kind.kind == JSON_STRING && json_is(&kind, name);
}

static int
add_line(struct answer *a, const char *table, const struct receipt *r, struct ant_err *e)
{
	struct entry *entry;

	if (a->n == a->room) {
		size_t room = a->room > 0 ? 2 * a->room : 64;
		struct entry *lines =
			room > LINES_LIMIT ? NULL : realloc(a->lines, room * sizeof *lines);

		if (lines == NULL) {
			errno = ENOMEM;
			return err_sys(e, ANT_FAIL, "stdin");
		}
		a->lines = lines;
		a->room = room;
	}
	entry = &a->lines[a->n++];
	memset(entry, 0, sizeof *entry);
	strcpy(entry->organization, r->organization);
	strcpy(entry->destination, r->destination);
	strcpy(entry->id, r->load);
	receipt_to_load(r, &entry->load);
	if (strcmp(r->table, table) != 0) /* rows of another stream say nothing about ours */
		entry->load.watermark_known = entry->load.asked_known = 0;
	if (entry->load.what == MARK_LOADED && r->finished_known)
		utc_format(r->finished, a->finished);
	return 0;
}

/* A member that is a text of at most SIZE bytes, or "-". */
static void
text_of(const struct json_value *object, const char *name, char *to, size_t size)
{
	struct json_value v;
	struct buf text;

	strcpy(to, "-");
	if (!json_member(object, name, &v) || v.kind != JSON_STRING)
		return;
	buf_init(&text, size - 1);
	if (json_text(&text, &v, NULL) == 0 && text.len > 0) {
		memcpy(to, text.data, text.len);
		to[text.len] = '\0';
	}
	buf_free(&text);
}

static int
add_missing(struct answer *a, const char *table, const struct json_value *v, struct ant_err *e)
{
	char from[UTC_TEXT], to[UTC_TEXT];
	struct json_value rows = {.p = "0"}, held = {.p = "0"};

	text_of(v, "from", from, sizeof from);
	text_of(v, "to", to, sizeof to);
	json_member(v, "rows", &rows);
	json_member(v, "held", &held);
	if (buf_printf(&a->missing, "missing\t%s\t%s\t%s\t%lld\t%lld\n", table, from, to,
		    strtoll(rows.p, NULL, 10), strtoll(held.p, NULL, 10)) == -1)
		return err_sys(e, ANT_FAIL, "stdin");
	return 0;
}

/* The next line of the answers: 1, 0 or -1. */
static int
next_line(struct answers *a, char **line, size_t *len, struct ant_err *e)
{
	int more;

	if (a->held != NULL) {
		*line = a->held;
		*len = a->held_len;
		a->held = NULL;
		return 1;
	}
	more = lines_next(&a->in, line, len, e);
	return more == 1 && a->in.partial ? bad_answer(a, e) : more;
}

static int
take_table(struct answers *a, struct answer *to, struct ant_err *e)
{
	struct json_error why;
	struct json_value v, since;
	char *line;
	size_t len;
	int more = next_line(a, &line, &len, e);

	if (more == -1)
		return -1;
	if (more == 0)
		return err_set(e, ANT_INPUT, "stdin: the answers of the destination break off");
	if (json_parse(line, len, &v, &why) == -1 || !is_kind(&v, "table"))
		return bad_answer(a, e);
	to->facts.there = is_true(&v, "there");
	to->facts.empty = is_true(&v, "empty");
	to->facts.found = is_true(&v, "found");
	if (json_member(&v, "since", &since) && since.kind == JSON_NUMBER)
		to->facts.since = strtoll(since.p, NULL, 10);
	return 0;
}

/* All that was answered about TABLE. */
static int
take_answer(struct answers *a, const char *table, struct answer *to, struct ant_err *e)
{
	struct json_error why;
	struct json_value v;
	struct receipt r;
	char *line;
	size_t len;
	int more;

	if (take_table(a, to, e) == -1)
		return -1;
	while ((more = next_line(a, &line, &len, e)) == 1) {
		if (json_parse(line, len, &v, &why) == -1)
			return bad_answer(a, e);
		if (is_kind(&v, "table")) {
			a->held = line;
			a->held_len = len;
			return 0;
		}
		if (is_kind(&v, "differs") ? add_missing(to, table, &v, e) == -1
					   : receipt_parse(line, len, &r, e) == -1 ||
						     add_line(to, table, &r, e) == -1)
			return err_prefix(e, "%s: the ledger: ", table);
	}
	return more;
}

static void
print_text(const char *what, const char *table, const char *text)
{
	printf("%s\t%s\t%s\n", what, table, text);
}

/* A word for a shell: in '...', or where it has control characters in bash's $'...', on one line. */
static void
put_word(struct buf *to, const char *word)
{
	int control = 0;

	for (const char *p = word; *p != '\0'; p++)
		control |= (unsigned char)*p < ' ' || *p == 0x7f;
	buf_puts(to, control ? "$'" : "'");
	for (const char *p = word; *p != '\0'; p++)
		if (control && ((unsigned char)*p < ' ' || *p == 0x7f))
			buf_printf(to, "\\%03o", (unsigned char)*p);
		else if (*p == '\'')
			buf_puts(to, control ? "\\'" : "'\\''");
		else if (control && *p == '\\')
			buf_puts(to, "\\\\");
		else
			buf_putc(to, *p);
	buf_putc(to, '\'');
}

/* `ant-state --scope 'SCOPE' VERB TABLE TIME` */
static void
put_command(struct buf *to, const struct wanted *w, const char *verb, const char *time_text)
{
	buf_puts(to, "`ant-state ");
	if (strcmp(w->scope, "-") != 0) {
		buf_puts(to, "--scope ");
		put_word(to, w->scope);
		buf_putc(to, ' ');
	}
	buf_printf(to, "%s %s%s%s`", verb, w->table, *time_text != '\0' ? " " : "", time_text);
}

/* WHY nobody can know what is missing, and the commands that mend it. */
static void
put_remedy(struct buf *to, const struct wanted *w, const struct mark *mine, const struct answer *a,
	const char *why)
{
	char text[UTC_TEXT];

	utc_format(mine->watermark, text);
	buf_clear(to);
	buf_printf(to, "%s: ", why);
	put_command(to, w, "reset", "");
	buf_puts(to, a->n > 0 ? " forgets the watermark" : " has it loaded from the start, ");
	if (a->n > 0)
		return;
	put_command(to, w, "set", text);
	buf_puts(to, " says that it is complete");
}

/* Whether M, which MINE should be, has to be kept: a table that has no watermark needs no file. */
static int
is_news(const struct mark *mine, const struct mark *m)
{
	int known = m->known || m->n > 0 || m->begin_known || m->by_hand;

	return memcmp(mine, m, sizeof *m) != 0 && (known || !mark_is_empty(mine));
}

/* What was settled for the table, or why it was not. */
static void
print_settled(const struct wanted *w, const struct answer *a, const struct mark *m,
	const char *moved, struct buf *note)
{
	char text[UTC_TEXT];

	utc_format(m->watermark, text);
	printf("table\t%s\t%s\t%s\t%d\t%s\n", w->table, m->known ? text : "-",
		*a->finished != '\0' ? a->finished : "-", a->facts.there,
		*m->organization != '\0' ? m->organization : "-");
	if (moved != NULL)
		print_text(moved, w->table, text);
	if (note->len > 0 && buf_str(note) != NULL)
		print_text("note", w->table, note->data);
	if (a->missing.len > 0)
		fwrite(a->missing.data, 1, a->missing.len, stdout);
}

/* Which word says how the watermark came to M from MINE; NULL: not at all. */
static const char *
how_moved(const struct mark *mine, const struct mark *m)
{
	if (!m->known || (mine->known && mine->watermark == m->watermark))
		return NULL;
	return mark_is_empty(mine) ? "adopted" : "moved";
}

/* The lines that were answered, as agree() takes them; NULL where there is no memory. */
static struct mark_load *
loads_of(const struct answer *a)
{
	struct mark_load *loads = calloc(a->n + 1, sizeof *loads);

	for (size_t i = 0; loads != NULL && i < a->n; i++) {
		loads[i] = a->lines[i].load;
		loads[i].organization = a->lines[i].organization;
		loads[i].destination = a->lines[i].destination;
		loads[i].load = a->lines[i].id;
	}
	return loads;
}

/* Compare, correct, and print.  Return the status for this table. */
static int
settle(const char *folder, const struct wanted *w, const struct answer *a, int look)
{
	struct mark_load *loads = loads_of(a);
	struct state s = {NULL, NULL};
	struct mark mine, m = {.known = 0};
	struct ant_err e;
	struct buf note;
	int status = ANT_FAIL;

	buf_init(&note, LINE_BYTES);
	if (loads == NULL) {
		err_sys(&e, ANT_FAIL, "%s", w->table);
	} else if (read_mark(folder, w, &s, &mine, &e) != -1) {
		if (agree(&mine, &a->facts, loads, a->n, &m, &note, &e) == -1)
			put_remedy(&note, w, &mine, a, e.msg);
		else if (look || !is_news(&mine, &m) || state_write(&s, w->table, &m, &e) != -1)
			status = ANT_OK;
		else
			buf_clear(&note);
	}
	if (status == ANT_OK)
		print_settled(w, a, &m, how_moved(&mine, &m), &note);
	else
		print_text("failed", w->table,
			note.len > 0 && buf_str(&note) != NULL ? note.data : e.msg);
	buf_free(&note);
	free(loads);
	state_close(&s);
	return status;
}

int
agree_answers(const char *folder, const char *wanted, int look)
{
	struct answers in = {.held = NULL};
	struct wanted w;
	struct list l;
	struct ant_err e;
	int more, status = ANT_OK;

	if (open_list(&l, wanted, &e) == -1)
		return cli_fail(&e);
	lines_init(&in.in, STDIN_FILENO, "stdin", LINE_BYTES * 16);
	while ((more = next_wanted(&l, &w, &e)) == 1) {
		struct answer a = {.n = 0};

		buf_init(&a.missing, LINE_BYTES);
		more = take_answer(&in, w.table, &a, &e);
		if (more != -1 && settle(folder, &w, &a, look) != ANT_OK)
			status = ANT_FAIL;
		free(a.lines);
		buf_free(&a.missing);
		if (more == -1)
			break;
	}
	lines_free(&in.in);
	close_list(&l);
	return more == 0 ? status : cli_fail(&e);
}
