/*
 * diff - random tables and records through the native engine and through libjq
 *
 *     diff SEED TABLES RECORDS     compare, in one process; the same seed, the same cases
 *     diff --emit SEED DIR         write DIR/t.table and DIR/t.records, without a mistyped value
 *
 * A table has some columns whose expressions are of the native grammar, over
 * fields whose names say what they usually hold; a record holds that, or null,
 * nothing, or now and then something else.  Both engines must give the same
 * cells, or both must refuse the record.  Numbers are such as a double holds.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flatten/jq.h"
#include "flatten/plan.h"
#include "stream/cell.h"
#include "tables/expr.h"

enum { COLUMNS = 7, ROWS_MAX = 64 };

static uint64_t state;

static unsigned
below(unsigned n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * 0x2545f4914f6cdd1dull >> 33) % n);
}

static int
chance(unsigned percent)
{
	return below(100) < percent;
}

#define PICK(list) list[below(sizeof list / sizeof *list)]

/* Fields; the first letter of each is its kind. */
static const char *const strings[] = {"s", "s_name", "s odd key", "s\xc3\xa9", "s\"q\\",
	"s_a_key_that_is_longer_than_sixteen_bytes"};
static const char *const numbers[] = {"n", "n_tokens", "n-1", "n_uncached_input_tokens"};
static const char *const objects[] = {"o", "o_core", "o.dot"};
static const char *const arrays[] = {"a", "a_models"}; /* of objects */
static const char *const lists[] = {"l", "l x"};       /* of strings or numbers */
static const char *const others[] = {"b", "b_flag", "t_at"};

static void
put_padding(struct buf *to)
{
	while (chance(4))
		buf_putc(to, " \t\r "[below(4)]);
}

/* One character of a string, as JSON or jq (PLAIN) may write it. */
static void
put_char(struct buf *to, int plain)
{
	static const char *const odd[] = {"\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t",
		"\\u00e9", "\\u65e5", "\\ud83d\\ude00", "\xc3\xa9", "\xe6\x97\xa5",
		"\xf0\x9f\x98\x80", "\\u0041", "\x7f", "#", ",", "\\u001f"};
	static const char *const broken[] = {"\\ud800", "\\udc00x", "\\u0000", "\xff", "\xc3",
		"\xe6\x97", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "\\ud800\\ud800"};

	if (chance(80))
		buf_putc(to, (char)('a' + below(26)));
	else if (plain || chance(85))
		buf_puts(to, PICK(odd));
	else
		buf_puts(to, PICK(broken));
}

static void
put_string(struct buf *to, int plain)
{
	unsigned n = chance(5) ? below(80) : below(9);

	buf_putc(to, '"');
	while (n-- > 0)
		put_char(to, plain);
	buf_putc(to, '"');
}

static void
put_number(struct buf *to)
{
	static const char *const fractions[] = {"", "", "", "", ".5", ".25", ".125"};

	if (chance(10)) {
		buf_puts(to, "4398046511103");
		return;
	}
	if (chance(10)) {
		buf_putc(to, '0');
		return;
	}
	buf_printf(to, "%s%u%s", chance(10) ? "-" : "", 1 + below(chance(50) ? 9 : 2000000000),
		chance(30) ? PICK(fractions) : "");
}

static void
put_time(struct buf *to)
{
	static const char *const zones[] = {"Z", "Z", "Z", "+02:00", "-05:30", ".5Z", ".004913Z"};

	buf_printf(to, "\"20%02u-%02u-%02uT%02u:00:00%s\"", below(40), 1 + below(12), 1 + below(28),
		below(24), PICK(zones));
}

/* A key, now and then with escapes. */
static void
put_key(struct buf *to, const char *key)
{
	struct buf quoted;

	buf_init(&quoted, 1000);
	json_put_string(&quoted, key);
	if (chance(10) && quoted.data[1] != '\\') {
		buf_printf(to, "\"\\u%04x", (unsigned char)quoted.data[1]);
		buf_put(to, quoted.data + 2, quoted.len - 2);
	} else {
		buf_put(to, quoted.data, quoted.len);
	}
	buf_free(&quoted);
}

static unsigned mistyped; /* percent */
static int well_typed;	  /* never mistyped */

static void put_value(struct buf *to, char kind, int depth);

static void
put_member(struct buf *to, const char *key, int depth, int *n)
{
	static const char kinds[] = "snoalbt";

	if (chance(12))
		return;
	if ((*n)++ > 0)
		buf_putc(to, ',');
	put_padding(to);
	put_key(to, key);
	put_padding(to);
	buf_putc(to, ':');
	put_padding(to);
	if (chance(8))
		buf_puts(to, "null");
	else
		put_value(to, chance(mistyped) ? kinds[below(7)] : *key, depth + 1);
	put_padding(to);
}

/* The members of one field list, starting anywhere: keys come in any order. */
static void
put_members(struct buf *to, const char *const *list, size_t size, int depth, int *n)
{
	unsigned start = below((unsigned)size);

	for (size_t i = 0; i < size; i++)
		put_member(to, list[(i + start) % size], depth, n);
}

static void
put_object(struct buf *to, int depth)
{
	unsigned start = below(6);
	int n = 0;

	buf_putc(to, '{');
	if (depth == 0 && chance(40)) { /* what the record was asked for with stands first */
		buf_puts(to, "\"@asked\":");
		put_value(to, chance(mistyped) ? 'a' : 'o', 1);
		n++;
	}
	for (unsigned i = 0; i < 6; i++)
		switch ((start + i) % 6) {
		case 0:
			put_members(to, strings, 6, depth, &n);
			break;
		case 1:
			put_members(to, numbers, 4, depth, &n);
			break;
		case 2:
			if (depth < 2)
				put_members(to, objects, 3, depth, &n);
			break;
		case 3:
			if (depth < 2)
				put_members(to, arrays, 2, depth, &n);
			break;
		case 4:
			put_members(to, lists, 2, depth, &n);
			break;
		default:
			put_members(to, others, 3, depth, &n);
			break;
		}
	buf_putc(to, '}');
}

static void
put_value(struct buf *to, char kind, int depth)
{
	unsigned n = below(4);

	switch (kind) {
	case 's':
		put_string(to, 0);
		break;
	case 'n':
		put_number(to);
		break;
	case 'b':
		buf_puts(to, chance(50) ? "true" : "false");
		break;
	case 't':
		put_time(to);
		break;
	case 'o':
		put_object(to, depth);
		break;
	default:
		buf_putc(to, '[');
		for (unsigned i = 0; i < n; i++) {
			if (i > 0)
				buf_putc(to, ',');
			put_padding(to);
			if (kind == 'a' && !chance(mistyped) && depth < 4)
				put_object(to, depth + 1);
			else if (chance(10))
				buf_puts(to, "null");
			else
				put_number(to);
			put_padding(to);
		}
		buf_putc(to, ']');
		break;
	}
}

/*
 * Expressions.
 */

static void
put_step(struct buf *to, const char *key, int first)
{
	size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	struct buf quoted;

	buf_init(&quoted, 1000);
	json_put_string(&quoted, key);
	buf_str(&quoted);
	if (key[n] == '\0' && chance(70))
		buf_printf(to, "%s%s", first ? "" : ".", key);
	else if (chance(50))
		buf_printf(to, "%s%s", first ? "" : ".", quoted.data);
	else
		buf_printf(to, "[%s%s]", quoted.data, chance(20) ? " " : "");
	buf_free(&quoted);
}

/* A path that ends in a field of KIND; over an array where ITERATE. */
static void
put_path(struct buf *to, char kind, int iterate)
{
	int record = chance(25), first = !record;

	buf_puts(to, !record ? "." : chance(60) ? "$record" : "$asked");
	for (unsigned i = below(3); i > 0; i--) {
		put_step(to, PICK(objects), first);
		first = 0;
	}
	if (iterate) {
		put_step(to, kind == 'l' ? PICK(lists) : PICK(arrays), first);
		buf_puts(to, "[]");
		if (kind == 'l')
			return;
		first = 0;
	}
	put_step(to,
		kind == 's'   ? PICK(strings)
		: kind == 'n' ? PICK(numbers)
		: kind == 'b' ? others[below(2)]
		: kind == 't' ? others[2]
			      : PICK(objects),
		first);
}

static char put_expr(struct buf *to, char kind, int depth);

static void
put_test(struct buf *to)
{
	char kind = "sbt"[below(3)];

	if (chance(20)) {
		buf_puts(to, chance(10) ? "has( " : "has(");
		put_key(to, chance(50) ? PICK(strings) : PICK(objects));
		buf_putc(to, ')');
		return;
	}
	put_path(to, kind, 0);
	buf_puts(to, chance(50) ? " == " : " != ");
	if (chance(30))
		buf_puts(to, "null");
	else if (kind == 'b')
		buf_puts(to, chance(50) ? "true" : "false");
	else
		put_string(to, 1);
}

static void
put_literal(struct buf *to, char kind)
{
	if (kind == 's')
		put_string(to, 1);
	else if (kind == 'n')
		buf_printf(to, "%u", below(1000));
	else if (kind == 't')
		buf_puts(to, "\"2026-01-02\"");
	else
		buf_puts(to, kind == 'b' ? "true" : "null");
}

/* An expression whose values are of KIND. */
static char
put_expr(struct buf *to, char kind, int depth)
{
	unsigned what = depth > 2 ? 0 : below(12);

	switch (what) {
	case 8:
		if (chance(30)) {
			buf_putc(to, '(');
			put_expr(to, kind, depth + 1);
			buf_putc(to, ')');
			break;
		}
		put_path(to, kind, 0);
		buf_puts(to, " // ");
		put_expr(to, kind, 3);
		break;
	case 9:
		buf_puts(to, "if ");
		put_test(to);
		buf_puts(to, " then ");
		put_expr(to, kind, depth + 1);
		buf_puts(to, " else ");
		put_expr(to, kind, depth + 1);
		buf_puts(to, " end");
		break;
	case 10:
	case 11:
		if (kind == 'n' || kind == 's') {
			buf_puts(to, kind == 'n' ? "sum(" : chance(4) ? "one(" : "list(");
			put_path(to, kind == 'n' && chance(30) ? 'l' : kind, chance(80));
			buf_putc(to, ')');
			break;
		}
		/* fall through */
	case 7:
		put_path(to, kind, 0);
		buf_puts(to, " // ");
		if (chance(40)) {
			put_path(to, kind, 0);
			buf_puts(to, " // ");
		}
		if (chance(50))
			put_literal(to, kind);
		else
			put_path(to, kind, 0);
		break;
	case 6:
		if (kind == 'b' && depth == 0) {
			put_test(to);
			break;
		}
		/* fall through */
	default:
		put_path(to, kind, 0);
		break;
	}
	return kind;
}

struct sample {
	struct buf rows, exprs[COLUMNS];
	enum type types[COLUMNS];
	char kinds[COLUMNS];
};

static void
make_table(struct sample *t)
{
	static const char *const rows[] = {
		".", ".", ".a[]", ".o.a_models[]", ".[\"o.dot\"].a[]", ".o.o_core.a[]", ".[]"};

	buf_init(&t->rows, 1000);
	buf_puts(&t->rows, PICK(rows));
	for (int i = 0; i < COLUMNS; i++) {
		char kind = "ssnnbto"[below(7)];

		buf_init(&t->exprs[i], 1 << 16);
		put_expr(&t->exprs[i], kind, 0);
		buf_str(&t->exprs[i]);
		t->kinds[i] = kind;
		t->types[i] = chance(15)    ? TYPE_JSON
			      : kind == 's' ? TYPE_TEXT
			      : kind == 'n' ? TYPE_NUMERIC
			      : kind == 'b' ? TYPE_BOOLEAN
			      : kind == 't' ? TYPE_TIMESTAMPTZ
					    : TYPE_JSON;
	}
	buf_str(&t->rows);
}

static void
free_table(struct sample *t)
{
	buf_free(&t->rows);
	for (int i = 0; i < COLUMNS; i++)
		buf_free(&t->exprs[i]);
}

static void
make_record(const struct sample *t, struct buf *to)
{
	mistyped = !well_typed && chance(30) ? 5 : 0;
	buf_clear(to);
	if (strcmp(t->rows.data, ".[]") == 0) {
		buf_putc(to, '[');
		put_object(to, 0);
		buf_putc(to, ']');
	} else {
		put_object(to, 0);
	}
	buf_putc(to, '\n');
	to->len--;
}

/*
 * Both engines on one record: the rows as text, or why not.
 */

struct outcome {
	struct buf rows;
	int failed;
	char why[600];
};

static int
refuse(struct outcome *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->why, sizeof o->why, fmt, ap);
	va_end(ap);
	o->failed = 1;
	return -1;
}

static int
put_cell(struct outcome *o, const struct sample *t, int column, const struct json_value *v)
{
	struct cell_count count = {0};
	const char *why = "memory";

	if (column > 0)
		buf_putc(&o->rows, '\t');
	if (cell_put(&o->rows, t->types[column], v, &count, &why) == -1)
		return refuse(o, "column %d: %s", column + 1, why);
	return 0;
}

struct native {
	const struct sample *t;
	struct plan *plan;
	struct expr *x[COLUMNS];
	struct outcome *o;
};

static int
native_row(void *arg)
{
	struct native *n = arg;

	for (int i = 0; i < COLUMNS; i++) {
		struct json_error err;
		struct json_value v;

		if (plan_eval(n->plan, n->x[i], &v, &err) != PLAN_OK)
			return refuse(n->o, "column %d: %s", i + 1, err.reason);
		if (put_cell(n->o, n->t, i, &v) == -1)
			return -1;
	}
	return buf_putc(&n->o->rows, '\n');
}

static void
run_native(struct native *n, const struct buf *record, struct outcome *o)
{
	struct json_error err = {.reason = ""};

	n->o = o;
	if (plan_scan(n->plan, record->data, record->len, native_row, n, &err) != PLAN_OK &&
		!o->failed)
		refuse(o, "%s", err.reason);
}

static void
run_jq(struct flatten_jq *m, const struct sample *t, const struct buf *record, struct outcome *o)
{
	struct json_value row, values, v;
	struct ant_err e;
	int more = flatten_jq_record(m, record->data, record->len, &e);

	while (more != -1 && (more = flatten_jq_next(m, &row, &e)) == 1) {
		const char *at = NULL;

		for (int i = 0; i < COLUMNS; i++) {
			const char *inside = NULL;

			if (json_next(&row, &at, NULL, &values) != 1)
				abort();
			v = values; /* the odd columns are declared to give one value */
			if (i % 2 == 0 && json_next(&values, &inside, NULL, &v) != 1) {
				refuse(o, "column %d: no value", i + 1);
				return;
			}
			if (put_cell(o, t, i, &v) == -1)
				return;
		}
		buf_putc(&o->rows, '\n');
	}
	if (more == -1)
		refuse(o, "%s", e.msg);
}

static void
tell(const struct sample *t, const struct buf *record, const struct outcome *a,
	const struct outcome *b)
{
	printf("rows %s\n", t->rows.data);
	for (int i = 0; i < COLUMNS; i++)
		printf("column c%d %s = %s\n", i + 1, type_name(t->types[i]), t->exprs[i].data);
	printf("record %.*s\nnative %s\n%.*sjq %s\n%.*s", (int)record->len, record->data,
		a->failed ? a->why : "ok", (int)a->rows.len, a->rows.data ? a->rows.data : "",
		b->failed ? b->why : "ok", (int)b->rows.len, b->rows.data ? b->rows.data : "");
}

struct tally {
	unsigned long tables, jq_only, records, refused, rows, differ;
};

static void
compare(struct native *n, struct flatten_jq *m, struct buf *record, struct tally *c)
{
	struct outcome a = {.failed = 0}, b = {.failed = 0};

	buf_init(&a.rows, 64 << 20);
	buf_init(&b.rows, 64 << 20);
	run_native(n, record, &a);
	run_jq(m, n->t, record, &b);
	c->records++;
	c->refused += (unsigned long)a.failed;
	for (size_t i = 0; i < a.rows.len; i++)
		c->rows += a.rows.data[i] == '\n';
	if (a.failed != b.failed ||
		(!a.failed && (a.rows.len != b.rows.len ||
				      (a.rows.len > 0 && memcmp(a.rows.data, b.rows.data,
								 a.rows.len) != 0)))) {
		c->differ++;
		tell(n->t, record, &a, &b);
	}
	buf_free(&a.rows);
	buf_free(&b.rows);
}

static void
run_table(uint64_t seed, unsigned records, struct tally *c)
{
	struct sample t;
	struct native n = {.t = &t};
	struct flatten_jq_expr exprs[COLUMNS];
	struct flatten_jq *m = NULL;
	struct ant_err e = {0};
	struct buf record;
	int native, ok = 1;

	state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (int i = 0; i < 8; i++)
		below(2);
	make_table(&t);
	buf_init(&record, 1 << 20);
	if ((n.plan = plan_new(t.rows.data, &native)) == NULL)
		abort();
	for (int i = 0; i < COLUMNS; i++) {
		exprs[i] = (struct flatten_jq_expr){t.exprs[i].data, i % 2};
		if ((n.x[i] = expr_parse(t.exprs[i].data, &native)) == NULL) {
			printf("not native: %s\n", t.exprs[i].data);
			c->differ++;
			ok = 0;
		} else if (plan_add(n.plan, n.x[i]) != 1) {
			ok = 0; /* paths that contradict one another are libjq's */
		}
	}
	if (ok && (m = flatten_jq_new(t.rows.data, exprs, COLUMNS, &e)) == NULL) {
		printf("libjq: %s\n", e.msg);
		c->differ++;
	}
	c->tables++;
	c->jq_only += !ok;
	for (unsigned i = 0; m != NULL && i < records; i++) {
		unsigned long before = c->differ;

		make_record(&t, &record);
		compare(&n, m, &record, c);
		if (c->differ > before)
			printf("table %llu, record %u\n\n", (unsigned long long)seed, i + 1);
	}
	flatten_jq_free(m);
	for (int i = 0; i < COLUMNS; i++)
		expr_free(n.x[i]);
	plan_free(n.plan);
	buf_free(&record);
	free_table(&t);
}

static int
emit(uint64_t seed, const char *dir)
{
	char name[4096];
	struct sample t;
	struct buf record;
	FILE *f;

	well_typed = 1;
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (int i = 0; i < 8; i++)
		below(2);
	make_table(&t);
	buf_init(&record, 1 << 20);
	snprintf(name, sizeof name, "%s/t.table", dir);
	if ((f = fopen(name, "w")) == NULL)
		return 1;
	fprintf(f, "path /v1/t\nmode append\nrows %s\n", t.rows.data);
	for (int i = 0; i < COLUMNS; i++)
		fprintf(f, "column c%d %s = %s\n", i + 1, type_name(t.types[i]), t.exprs[i].data);
	fclose(f);
	snprintf(name, sizeof name, "%s/t.records", dir);
	if ((f = fopen(name, "w")) == NULL)
		return 1;
	fputs("{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\"}\n", f);
	for (int i = 0; i < 20; i++) {
		make_record(&t, &record);
		fwrite(record.data, 1, record.len, f);
		fputc('\n', f);
	}
	fputs("{\"@ant\":\"end\",\"records\":20,\"pages\":1}\n", f);
	fclose(f);
	buf_free(&record);
	free_table(&t);
	return 0;
}

int
main(int argc, char **argv)
{
	struct tally c = {0};
	uint64_t seed;

	if (argc == 4 && strcmp(argv[1], "--emit") == 0)
		return emit(strtoull(argv[2], NULL, 10), argv[3]);
	if (argc != 4) {
		fputs("usage: diff SEED TABLES RECORDS | diff --emit SEED DIR\n", stderr);
		return 2;
	}
	seed = strtoull(argv[1], NULL, 10);
	for (uint64_t i = 0; i < strtoull(argv[2], NULL, 10); i++)
		run_table(seed + i, (unsigned)strtoul(argv[3], NULL, 10), &c);
	printf("seed %llu: %lu tables (%lu left to libjq), %lu records, %lu refused by both, %lu "
	       "rows, %lu differ\n",
		(unsigned long long)seed, c.tables, c.jq_only, c.records, c.refused, c.rows,
		c.differ);
	return c.differ != 0;
}
