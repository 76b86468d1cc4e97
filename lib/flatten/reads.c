#include "flatten/reads.h"

#include <stdio.h>
#include <string.h>

#include "tables/expr.h"

enum { PATH_TEXT_MAX = 256 };

/* How long the jq string at S is, with its quotes. */
static size_t
skip_quoted(const char *s)
{
	size_t n = 1;

	while (s[n] != '\0' && s[n] != '"')
		n += s[n] == '\\' && s[n + 1] != '\0' ? 2 : 1;
	return n + (s[n] == '"');
}

static int
is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* How long the path at S is, which starts with a dot or $record: keys, quoted ones too, and []. */
static size_t
path_length(const char *s)
{
	size_t n = *s == '$' ? 7 : 1, quoted;

	if (*s == '.' && (is_word(s[n]) || s[n] == '"')) /* the dot was that of the first key */
		n = 0;
	for (;;) {
		if (s[n] == '.' && is_word(s[n + 1])) {
			for (n++; is_word(s[n]);)
				n++;
		} else if (s[n] == '.' && s[n + 1] == '"') {
			n += 1 + skip_quoted(s + n + 1);
		} else if (s[n] == '[' && s[n + 1] == ']') {
			n += 2;
		} else if (s[n] == '[' && s[n + 1] == '"' &&
			   s[n + 1 + (quoted = skip_quoted(s + n + 1))] == ']') {
			n += quoted + 2;
		} else {
			return n;
		}
	}
}

/*
 * What an expression of libjq reads, as far as its text shows it: the paths in
 * it, and everything where it uses a bare dot.
 */
static int
note_reads(struct plan *p, const char *s)
{
	char path[PATH_TEXT_MAX];

	while ((s = strpbrk(s, ".$\"")) != NULL) {
		size_t n = *s == '"' ? skip_quoted(s) : 1; /* a path in a string would be a guess */

		if (*s == '.' || strncmp(s, "$record", 7) == 0) {
			n = path_length(s);
			snprintf(path, sizeof path, "%.*s", (int)n, s);
			if (n < sizeof path && plan_ignore(p, path) == -1)
				return -1;
		}
		s += n;
	}
	return 0;
}

int
reads_note(struct plan *p, const char *s)
{
	int native, result;
	struct expr *x = expr_parse(s, &native);

	if (x == NULL)
		return native ? -1 : note_reads(p, s);
	result = plan_ignore_expr(p, x);
	expr_free(x);
	return result;
}
