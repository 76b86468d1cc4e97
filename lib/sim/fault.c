#include "sim/fault.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

enum { PLAN_MAX = 10000 };

/* ---- reading a plan ---- */

void
sim_fault_free(struct sim_fault *f)
{
	free(f->text);
	free(f->pattern);
	free(f->query);
	free(f->body);
	free(f->redirect);
	free(f->type);
	free(f->error);
	free(f->organization);
	free(f->lose);
	strlist_free(&f->headers);
}

/*
 * The next word of LINE to WORD: blanks end it, quotes keep them, a backslash in
 * quotes takes the next byte as it is (\n and \t too).  1, 0 at the end, -1.
 */
static int
next_word(const char **line, struct buf *word)
{
	const char *p = *line + strspn(*line, " \t");
	int quoted = 0;

	buf_clear(word);
	if (*p == '\0')
		return 0;
	for (; *p != '\0' && (quoted || (*p != ' ' && *p != '\t')); p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (quoted && *p == '\\' && p[1] != '\0') {
			p++;
			buf_putc(word, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p);
		} else {
			buf_putc(word, *p);
		}
	}
	*line = p;
	return quoted || buf_str(word) == NULL ? -1 : 1;
}

static int
set_text(char **to, const char *v, struct ant_err *e)
{
	free(*to);
	*to = strdup(v);
	return *to == NULL ? err_sys(e, ANT_FAIL, "fault") : 0;
}

static int
number(const char *v, long max, long *n)
{
	char *end;

	errno = 0;
	*n = strtol(v, &end, 10);
	return *v < '0' || *v > '9' || *end != '\0' || errno != 0 || *n > max ? -1 : 0;
}

/* drip=BYTES/MS */
static int
drip(struct sim_fault *f, const char *v)
{
	char bytes[16];
	size_t len = strcspn(v, "/");

	if (len == 0 || len >= sizeof bytes || v[len] != '/')
		return -1;
	snprintf(bytes, sizeof bytes, "%.*s", (int)len, v);
	return number(bytes, 1 << 30, &f->drip_bytes) == -1 || f->drip_bytes == 0 ||
			       number(v + len + 1, 3600000, &f->drip_ms) == -1
		       ? -1
		       : 0;
}

/* Words that stand alone. */
static int
set_flag(struct sim_fault *f, const char *w)
{
	const struct {
		const char *word;
		int *flag;
	} flags[] = {{"reset", &f->reset}, {"no-id", &f->no_id}, {"endless", &f->endless},
		{"cycle", &f->cycle}, {"no-cursor", &f->no_cursor}, {"empty-more", &f->empty_more},
		{"outside", &f->outside}, {"disorder", &f->disorder}, {"repeat", &f->repeat},
		{"skip", &f->skip}, {"html", &f->html}, {"empty", &f->empty},
		{"broken", &f->broken}, {"escape", &f->escape}, {"pretty", &f->pretty},
		{"gzip", &f->gzip}};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(flags[i].word, w) == 0)
			return *flags[i].flag = 1, 0;
	if (strcmp(w, "always") == 0)
		f->when = SIM_ALWAYS;
	else if (strcmp(w, "cut") == 0)
		f->cut = SIM_HALF;
	else if (strcmp(w, "hang") == 0)
		f->delay = 3600000;
	else
		return -1;
	return 0;
}

static int
set_number(struct sim_fault *f, const char *name, const char *v)
{
	const struct {
		const char *name;
		long max, *to;
		enum sim_when when;
	} numbers[] = {{"first", 1 << 30, &f->n, SIM_FIRST}, {"at", 1 << 30, &f->n, SIM_AT},
		{"from", 1 << 30, &f->n, SIM_FROM}, {"every", 1 << 30, &f->n, SIM_EVERY},
		{"delay", 3600000, &f->delay, SIM_ALWAYS}, {"fewer", 100000, &f->fewer, SIM_ALWAYS},
		{"huge", 1 << 30, &f->huge, SIM_ALWAYS}, {"cut", 1 << 30, &f->cut, SIM_ALWAYS},
		{"reset", 1 << 30, &f->reset_at, SIM_ALWAYS}};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (strcmp(numbers[i].name, name) != 0)
			continue;
		if (numbers[i].when != SIM_ALWAYS)
			f->when = numbers[i].when;
		if (number(v, numbers[i].max, numbers[i].to) == -1)
			return -1;
		return numbers[i].to == &f->n && f->n == 0 ? -1 : 0;
	}
	return 1;
}

/* What an envelope can be, see sim/page. */
static const struct {
	const char *name;
	struct sim_shape shape;
} shapes[] = {
	{"data-missing", {"", NULL, NULL, NULL}},
	{"data-object", {"{}", NULL, NULL, NULL}},
	{"data-null", {"null", NULL, NULL, NULL}},
	{"data-string", {"\"\"", NULL, NULL, NULL}},
	{"data-nulls", {"[null]", NULL, NULL, NULL}},
	{"more-missing", {NULL, "", NULL, NULL}},
	{"more-string", {NULL, "\"yes\"", NULL, NULL}},
	{"cursor-number", {NULL, "true", "17", NULL}},
	{"cursor-missing", {NULL, "true", "", NULL}},
	{"array", {NULL, NULL, NULL, "[]"}},
	{"string", {NULL, NULL, NULL, "\"data\""}},
	{"null", {NULL, NULL, NULL, "null"}},
	{"number", {NULL, NULL, NULL, "42"}},
	{"object", {NULL, NULL, NULL, "{}"}},
	{"error", {NULL, NULL, NULL,
			  "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":"
			  "\"Internal server error\"}}"}},
};

/* The shape of that name, or NULL. */
static const struct sim_shape *
find_shape(const char *name)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i].shape;
	return NULL;
}

static int
set_named(struct sim_fault *f, const char *name, const char *v, struct ant_err *e)
{
	long n;
	int done = set_number(f, name, v);

	if (done <= 0)
		return done == 0 ? 0 : err_set(e, ANT_USAGE, "%s: '%s' is out of range", name, v);
	if (strcmp(name, "query") == 0)
		return set_text(&f->query, v, e);
	if (strcmp(name, "body") == 0)
		return set_text(&f->body, v, e);
	if (strcmp(name, "type") == 0)
		return set_text(&f->type, v, e);
	if (strcmp(name, "error") == 0)
		return set_text(&f->error, v, e);
	if (strcmp(name, "organization") == 0)
		return set_text(&f->organization, v, e);
	if (strcmp(name, "redirect") == 0)
		return set_text(&f->redirect, v, e);
	if (strcmp(name, "lose") == 0)
		return set_text(&f->lose, v, e);
	if (strcmp(name, "header") == 0)
		return strlist_add(&f->headers, v, strlen(v)) == -1 || strchr(v, ':') == NULL
			       ? err_set(e, ANT_USAGE, "header: '%s' is not NAME:VALUE", v)
			       : 0;
	if (strcmp(name, "shape") == 0 && strcmp(v, "results-object") == 0)
		return f->results_object = 1, 0;
	if (strcmp(name, "shape") == 0 && (f->shape = find_shape(v)) != NULL)
		return 0;
	if (strcmp(name, "status") == 0 && number(v, 999, &n) == 0 && n >= 200) {
		f->status = (int)n;
		return 0;
	}
	if (strcmp(name, "framing") == 0) {
		f->framing = strcmp(v, "length") == 0	 ? SIM_LENGTH
			     : strcmp(v, "chunked") == 0 ? SIM_CHUNKED
			     : strcmp(v, "close") == 0	 ? SIM_CLOSE
							 : SIM_AS_USUAL;
		if (f->framing != SIM_AS_USUAL)
			return 0;
	}
	if (strcmp(name, "drip") == 0 && drip(f, v) == 0)
		return 0;
	return err_set(e, ANT_USAGE, "'%s=%s' is no word of a fault", name, v);
}

static int
set_word(struct sim_fault *f, char *w, struct ant_err *e)
{
	char *eq = strchr(w, '=');

	if (f->pattern == NULL)
		return set_text(&f->pattern, w, e);
	if (eq == NULL)
		return set_flag(f, w) == 0 ? 0
					   : err_set(e, ANT_USAGE, "'%s' is no word of a fault", w);
	*eq = '\0';
	return set_named(f, w, eq + 1, e);
}

/* One line to F; F is empty for a comment or a blank line. */
static int
read_line(struct sim_fault *f, const char *line, struct ant_err *e)
{
	struct buf word;
	int more, words = 0;

	memset(f, 0, sizeof *f);
	f->cut = f->reset_at = SIM_WHOLE;
	f->n = 1;
	buf_init(&word, 1 << 20);
	while ((more = next_word(&line, &word)) == 1) {
		if (words == 0 && word.data[0] == '#')
			break;
		words++;
		if (set_word(f, word.data, e) == -1)
			goto err;
	}
	if (more == -1) {
		err_set(e, ANT_USAGE, "a quote is not closed");
		goto err;
	}
	if (words == 1) {
		err_set(e, ANT_USAGE, "a path, but nothing that happens to it");
		goto err;
	}
	buf_free(&word);
	return 0;
err:
	buf_free(&word);
	sim_fault_free(f);
	return -1;
}

static int
add_fault(struct sim_faults *f, const char *line, struct ant_err *e)
{
	struct sim_fault one, *v;

	if (read_line(&one, line, e) == -1)
		return -1;
	if (one.pattern == NULL)
		return 0;
	one.text = strdup(line);
	v = f->n >= PLAN_MAX ? NULL : realloc(f->v, (f->n + 1) * sizeof *v);
	if (v != NULL)
		f->v = v;
	if (v == NULL || one.text == NULL) {
		sim_fault_free(&one);
		return err_set(e, ANT_USAGE, "more than %d faults", PLAN_MAX);
	}
	f->v[f->n++] = one;
	return 0;
}

int
sim_faults_add(
	struct sim_faults *f, const char *name, const char *plan, size_t len, struct ant_err *e)
{
	size_t before = f->n, number_of_line = 0;
	struct buf line;
	int result = 0;

	buf_init(&line, 1 << 20);
	while (len > 0 && result == 0) {
		const char *newline = memchr(plan, '\n', len);
		size_t n = newline == NULL ? len : (size_t)(newline - plan);

		number_of_line++;
		buf_clear(&line);
		buf_put(&line, plan, n);
		if (buf_str(&line) == NULL)
			result = err_set(e, ANT_USAGE, "the line is too long");
		else
			result = add_fault(f, line.data, e);
		plan += n + (newline != NULL);
		len -= n + (newline != NULL);
	}
	buf_free(&line);
	if (result == -1) {
		err_prefix(e, "%s:%zu: ", name, number_of_line);
		while (f->n > before)
			sim_fault_free(&f->v[--f->n]);
	}
	return result;
}

void
sim_faults_clear(struct sim_faults *f)
{
	while (f->n > 0)
		sim_fault_free(&f->v[--f->n]);
	free(f->v);
	f->v = NULL;
}

static int
strikes(const struct sim_fault *f)
{
	switch (f->when) {
	case SIM_FIRST:
		return f->seen <= f->n;
	case SIM_AT:
		return f->seen == f->n;
	case SIM_FROM:
		return f->seen >= f->n;
	case SIM_EVERY:
		return f->seen % f->n == 0;
	case SIM_ALWAYS:
	default:
		return 1;
	}
}

int
sim_faults_match(struct sim_faults *f, const char *path, const char *query, struct sim_fault *to)
{
	const char *found = NULL;
	struct ant_err e;

	for (size_t i = 0; i < f->n; i++) {
		struct sim_fault *one = &f->v[i];

		if (fnmatch(one->pattern, path, 0) != 0 ||
			(one->query != NULL && strstr(query, one->query) == NULL))
			continue;
		one->seen++;
		if (found == NULL && strikes(one))
			found = one->text;
	}
	if (found == NULL || read_line(to, found, &e) == -1)
		return 0;
	to->text = strdup(found);
	return 1;
}
