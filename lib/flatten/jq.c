#include "flatten/jq.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jq.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "tables/expr.h"

enum { PROGRAM_MAX = 4 << 20, ROW_MAX = 256 << 20 };

/* What sum(), list() and one() mean, in jq: the native engine does the same, exactly. */
static const char prelude[] =
	/* The values of f; null where f iterates over null: the array is missing. */
	"def _anthill_values(f): try [f] catch"
	" (if type == \"string\" and startswith(\"Cannot iterate over null\") then null else "
	"error(.) end);"
	"def _anthill_number: if type == \"number\" then . elif type == \"string\" then"
	/* tonumber takes more than JSON's numbers, and makes nothing at all of an empty string */
	" if test(\"\\\\A-?(0|[1-9][0-9]*)(\\\\.[0-9]+)?([eE][-+]?[0-9]+)?\\\\z\") then tonumber"
	" else error(\"sum(): \\(tojson) is a string that holds no number\") end"
	" elif type == \"object\" then reduce (.[] | select(. != null) | _anthill_number) as $x "
	"(0; . + $x)"
	" else error(\"\\(type) is nothing that sum() adds\") end;"
	"def _anthill_sum(f): _anthill_values(f) | map(select(. != null)) |"
	" reduce (.[] | _anthill_number) as $x (0; . + $x);"
	/* An empty array has the sum 0; one of nulls, or none, has none. */
	"def _anthill_none(f): _anthill_values(f) | if . == [] then 0 else null end;"
	/* null + x is x in jq, and a number comes out only where all are numbers or null. */
	"def sum(f): . as $in | (try ([f] | add) catch"
	" (if type == \"string\" and startswith(\"Cannot iterate over null\") then null else \"\" "
	"end))"
	" | if type == \"number\" then . elif . == null then $in | _anthill_none(f)"
	" else $in | _anthill_sum(f) end;"
	/* A string and anything else but null cannot be added. */
	"def list(f): try ([f] | reduce .[] as $x (null; if $x == null then ."
	" elif . == null then \"\" + $x else . + \",\" + $x end)) catch"
	" (if type == \"string\" and startswith(\"Cannot iterate over null\") then null else "
	"error(.) end);"
	"def one(f): _anthill_values(f) | if . == null then null else map(select(. != null)) |"
	" if any(.[]; type != \"string\") then error(\"one() takes strings\")"
	" elif any(.[1:][] != .[0]; .) then error(\"one() takes equal values, not \\(unique)\")"
	" else .[0] end end;";

struct flatten_jq {
	jq_state *jq;
	jv_parser *parser;
	struct buf row, clean;
	size_t mended;	   /* characters of the record */
	char message[512]; /* what libjq said last while compiling */
};

static void
keep_message(void *arg, jv msg)
{
	struct flatten_jq *m = arg;
	jv text = jq_format_error(msg);

	if (m->message[0] == '\0' && jv_get_kind(text) == JV_KIND_STRING)
		snprintf(m->message, sizeof m->message, "%s", jv_string_value(text));
	jv_free(text);
}

static struct flatten_jq *
compile(const char *program, struct ant_err *e)
{
	struct flatten_jq *m = calloc(1, sizeof *m);

	if (m == NULL || (m->jq = jq_init()) == NULL || (m->parser = jv_parser_new(0)) == NULL) {
		err_sys(e, ANT_FAIL, "libjq");
		goto err;
	}
	buf_init(&m->row, ROW_MAX);
	buf_init(&m->clean, ROW_MAX);
	jq_set_error_cb(m->jq, keep_message, m);
	if (!jq_compile(m->jq, program)) {
		char *s = m->message;

		if (strncmp(s, "jq: ", 4) == 0)
			s += 4;
		err_set(e, ANT_USAGE, "%.*s", (int)strcspn(s, "\n"), s);
		goto err;
	}
	return m;
err:
	flatten_jq_free(m);
	return NULL;
}

/* Binding a VARIABLE costs every record something. */
static int
needs(const char *variable, const char *rows, const struct flatten_jq_expr *exprs, size_t n)
{
	int needed = strstr(rows, variable) != NULL;

	for (size_t i = 0; i < n; i++)
		needed |= strstr(exprs[i].text, variable) != NULL;
	return needed;
}

/* An array has no members: what leads through $asked fails then, and only then. */
static const char asked[] = " (try .[\"" EXPR_ASKED "\"] catch false) as $asked |";

struct flatten_jq *
flatten_jq_new(const char *rows, const struct flatten_jq_expr *exprs, size_t n, struct ant_err *e)
{
	struct flatten_jq *m = NULL;
	struct buf program;

	buf_init(&program, PROGRAM_MAX);
	/* A newline after each part: it may end in a comment. */
	buf_printf(&program, "%s%s%s ((%s\n) | [", prelude,
		needs("$record", rows, exprs, n) ? " . as $record |" : "",
		needs("$asked", rows, exprs, n) ? asked : "", rows);
	for (size_t i = 0; i < n; i++)
		buf_printf(&program, exprs[i].single ? "%s(%s\n)" : "%s[%s\n]", i > 0 ? "," : "",
			exprs[i].text);
	/* A null ends the rows: error(null) would pass for their end. */
	buf_puts(&program, "]), null");
	if (buf_str(&program) == NULL)
		err_sys(e, ANT_FAIL, "jq program");
	else
		m = compile(program.data, e);
	buf_free(&program);
	return m;
}

int
flatten_jq_check(const char *expr, struct ant_err *e)
{
	const struct flatten_jq_expr one = {expr, 0};
	struct flatten_jq *m = flatten_jq_new(".", &one, 1, e);

	flatten_jq_free(m);
	return m == NULL ? -1 : 0;
}

void
flatten_jq_free(struct flatten_jq *m)
{
	if (m == NULL)
		return;
	if (m->parser != NULL)
		jv_parser_free(m->parser);
	if (m->jq != NULL)
		jq_teardown(&m->jq);
	buf_free(&m->row);
	buf_free(&m->clean);
	free(m);
}

/*
 * 1 where the text holds, perhaps, what is none (invalid UTF-8, an escaped surrogate or
 * U+0000): libjq refuses some of it, and mends some without a word.
 */
static int
is_suspect(const char *p, const char *end)
{
	while ((p = vec_cell(p, end)) < end) {
		size_t n = 1;

		if (*p == '\\') {
			n = 2;
			if (end - p > 3 && p[1] == 'u' &&
				(p[2] == 'd' || p[2] == 'D' || memcmp(p + 2, "00", 2) == 0))
				return 1;
		} else if ((unsigned char)*p >= 0x80 && utf8_next(p, end, &n) < 0) {
			return 1;
		}
		if ((size_t)(end - p) <= n)
			break;
		p += n;
	}
	return 0;
}

/*
 * One parser for all records is faster than jv_parse_sized(), which makes one
 * each time; but only of an object or an array does it know the end by itself.
 */
static jv
parse(struct flatten_jq *m, const char *text, int len)
{
	jv record;

	/* The parser insists that nothing of a text is left over. */
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	if (*text != '{' && *text != '[')
		return jv_parse_sized(text, len);
	jv_parser_set_buf(m->parser, text, len, 1);
	record = jv_parser_next(m->parser);
	if (jv_is_valid(record))
		return record;
	jv_free(record);
	return jv_parse_sized(text, len); /* for its words on what is wrong: the run ends here */
}

int
flatten_jq_record(struct flatten_jq *m, const char *text, size_t len, struct ant_err *e)
{
	struct json_value v;
	struct json_error err;
	jv record;

	m->mended = 0;
	if (is_suspect(text, text + len) && json_parse(text, len, &v, &err) == 0) {
		buf_clear(&m->clean);
		if (json_put_value(&m->clean, &v, &m->mended) == -1)
			return err_sys(e, ANT_FAIL, "libjq");
		text = m->clean.data;
		len = m->clean.len;
	}
	if (len > INT_MAX)
		return err_set(e, ANT_INPUT, "libjq: record of %zu bytes", len);
	record = parse(m, text, (int)len);
	if (!jv_is_valid(record)) {
		jv msg = jv_invalid_get_msg(record);

		err_set(e, ANT_INPUT, "libjq: %s",
			jv_get_kind(msg) == JV_KIND_STRING ? jv_string_value(msg) : "not JSON");
		jv_free(msg);
		return -1;
	}
	jq_start(m->jq, record, 0);
	return 0;
}

int
flatten_jq_mended(const struct flatten_jq *m)
{
	return m->mended > 0;
}

/* Neither a row nor the null after the last: why. */
static int
failed_row(struct flatten_jq *m, jv result, struct ant_err *e)
{
	jv msg;

	if (jq_halted(m->jq)) {
		jv_free(result);
		return err_set(e, ANT_INPUT, "jq: halted");
	}
	msg = jv_invalid_get_msg(result);
	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	err_set(e, ANT_INPUT, "jq: %s", jv_string_value(msg));
	jv_free(msg);
	return -1;
}

int
flatten_jq_next(struct flatten_jq *m, struct json_value *row, struct ant_err *e)
{
	jv result = jq_next(m->jq), text;
	int failed;

	if (!jv_is_valid(result))
		return failed_row(m, result, e);
	if (jv_get_kind(result) == JV_KIND_NULL) {
		jv_free(result);
		return 0;
	}
	text = jv_dump_string(result, 0);
	buf_clear(&m->row);
	failed = buf_put(
		&m->row, jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));
	jv_free(text);
	if (failed == -1)
		return err_sys(e, ANT_FAIL, "libjq");
	*row = (struct json_value){JSON_ARRAY, m->row.data, m->row.len};
	return 1;
}
