/* The native grammar: what is of it, what is libjq's, and what the trees say. */
#include "tables/expr.h"
#include "test.h"

static void
show_path(struct buf *to, const struct path *p)
{
	buf_puts(to, p->record ? "$record" : ".");
	for (size_t i = 0; i <= p->nkeys; i++) {
		if (p->iterate == (int)i)
			buf_puts(to, "[]");
		if (i < p->nkeys)
			buf_printf(to, "<%s>", p->keys[i]);
	}
}

static void
show(struct buf *to, const struct expr *x)
{
	static const char *const names[] = {
		"", "", "sum", "list", "one", "alt", "if", "eq", "ne", "has"};

	switch (x->op) {
	case EXPR_PATH:
		show_path(to, &x->path);
		return;
	case EXPR_LITERAL:
		buf_put(to, x->literal.p, x->literal.len);
		return;
	default:
		break;
	}
	buf_printf(to, "%s(", names[x->op]);
	if (expr_is_call(x) || x->op == EXPR_HAS)
		show_path(to, &x->path);
	else
		show(to, x->a);
	if (x->b != NULL) {
		buf_putc(to, ' ');
		show(to, x->b);
	}
	if (x->c != NULL) {
		buf_putc(to, ' ');
		show(to, x->c);
	}
	buf_putc(to, ')');
}

static const char *
tree(const char *source)
{
	static char result[1000];
	int native;
	struct expr *x = expr_parse(source, &native);
	struct buf b;

	if (x == NULL)
		return native ? "memory" : "jq";
	buf_init(&b, 4096);
	show(&b, x);
	snprintf(result, sizeof result, "%s", buf_str(&b));
	buf_free(&b);
	expr_free(x);
	return result;
}

static void
test_paths(void)
{
	static const char *const jq[] = {"", ".a.", "..", ".a[0]", ".a?", ".a[]", ".a[]?",
		".a[1:2]", ". a", ".a .b", "$recordx", "$other", "$record.a[]", ".[\"a\"",
		".[\"a\" \"b\"]", ".[\"\\u0000\"]", ".[\"\\ud800\"]", ".[\"\\(1)\"]", ".1",
		".a.[\"b\"]", ".[a]", ".a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", "a", "foo(.a)",
		"."
		"\"a"};

	SAME(tree("."), ".");
	SAME(tree(" .a "), ".<a>");
	SAME(tree(".a_B9.c"), ".<a_B9><c>");
	SAME(tree(".\"odd key\".b"), ".<odd key><b>");
	SAME(tree(".[\"odd key\"][\"b\"]"), ".<odd key><b>");
	SAME(tree(".a[ \"b\" ].c"), ".<a><b><c>");
	SAME(tree(".a.\"b\""), ".<a><b>");
	SAME(tree("$record"), "$record");
	SAME(tree("$record.a[\"b\"]"), "$record<a><b>");
	SAME(tree("$record[\"a\"]"), "$record<a>");
	SAME(tree(".[\"\\u00e9\\n\"]"), ".<\xc3\xa9\n>");
	SAME(tree(".a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p"),
		".<a><b><c><d><e><f><g><h><i><j><k><l><m><n><o><p>");
	for (size_t i = 0; i < sizeof jq / sizeof *jq; i++)
		SAME(tree(jq[i]), "jq");
}

static void
test_terms(void)
{
	static const char *const jq[] = {"sum(.a", "sum .a", "sum(.a, .b)", "sum(1)",
		"sum(.a[].b[])", "summ(.a)", "list()", "(.a", ".a)", "(.a).b", ".a // ", "// .a",
		".a | .b", ".a == 1", ".a == .b", ".a == \"x\" // 1", ".a // .b == \"x\"",
		".a == \"x\" == true", "if .a then 1 else 2 end", "if .a == 1 then 1 else 2 end",
		"if .a == \"x\" then 1 end", "if .a == \"x\" then 1 else 2",
		"if .a == \"x\" then 1 elif .b == \"x\" then 2 else 3 end", "ifx", "not", "truex",
		"[1]", "{}", ".a + 1", "-.a", "- 1", "\"a\\(.b)\"", "\"a\tb\"", "nullx", "1.e",
		".a # b", "has(.a)", "has(1)", "has(\"a\\(.b)\")", "has(\"a\") == true",
		".a | has(\"b\")", "has(\"a\" \"b\")", "has", "has(\"a\") // 1", "$askedx",
		"$asked.", "if has(\"a\") then 1 end"};

	SAME(tree("sum(.a)"), "sum(.<a>)");
	SAME(tree("sum( .a[].b )"), "sum(.<a>[]<b>)");
	SAME(tree("sum(.[])"), "sum(.[])");
	SAME(tree("list($record.a[])"), "list($record<a>[])");
	SAME(tree("one(.a[].b)"), "one(.<a>[]<b>)");
	SAME(tree("sum(.)"), "sum(.)");
	SAME(tree(".a // .b // \"c\""), "alt(.<a> alt(.<b> \"c\"))");
	SAME(tree("(.a // .b) // sum(.c)"), "alt(alt(.<a> .<b>) sum(.<c>))");
	SAME(tree("((.a))"), ".<a>");
	SAME(tree("-1.5e3"), "-1.5e3");
	SAME(tree("null"), "null");
	SAME(tree("\"a\\u00e9\""), "\"a\\u00e9\"");
	SAME(tree("if .a == \"x\" then .b else null end"), "if(eq(.<a> \"x\") .<b> null)");
	SAME(tree("if .a!=null then if .b==true then 1 else 2 end else .c//.d end"),
		"if(ne(.<a> null) if(eq(.<b> true) 1 2) alt(.<c> .<d>))");
	SAME(tree(".a == \"x\""), "eq(.<a> \"x\")");
	SAME(tree("(.a // .b) != false"), "ne(alt(.<a> .<b>) false)");
	SAME(tree("sum(.a[]) == null"), "eq(sum(.<a>[]) null)");
	SAME(tree("has(\"a\")"), "has(.<a>)");
	SAME(tree("if has( \"odd key\" ) then .a else $record.b end"),
		"if(has(.<odd key>) .<a> $record<b>)");
	SAME(tree(".has"), ".<has>");
	SAME(tree("$asked"), "$record<@asked>");
	SAME(tree("$asked.date // .date"), "alt($record<@asked><date> .<date>)");
	SAME(tree("list($asked.a[].b)"), "list($record<@asked><a>[]<b>)");
	for (size_t i = 0; i < sizeof jq / sizeof *jq; i++)
		SAME(tree(jq[i]), "jq");
}

/* What is nested or long without end is libjq's to refuse. */
static void
test_limits(void)
{
	size_t n = 1 << 20;
	char *text = malloc(n + 1);

	if (text == NULL)
		exit(1);
	memset(text, '(', n);
	text[n] = '\0';
	SAME(tree(text), "jq");
	for (size_t i = 0; i < 100; i++)
		memcpy(text + 4 * i, "1//1", 4), text[4 * i + 4] = '\0';
	SAME(tree(text), "jq");
	for (size_t i = 0; i < 100; i++)
		memcpy(text + 5 * i, ".a //", 5);
	memcpy(text + 500, ".a", 3);
	SAME(tree(text), "jq");
	free(text);
}

static void
test_path_parse(void)
{
	struct path p;

	CHECK(expr_path_parse(".a.b", &p) == 1 && p.nkeys == 2 && p.iterate == -1 && !p.record);
	expr_path_free(&p);
	CHECK(expr_path_parse(" $record.results[] ", &p) == 1 && p.record && p.iterate == 1);
	expr_path_free(&p);
	CHECK(expr_path_parse(".a[].b", &p) == 1 && p.iterate == 1 && p.nkeys == 2);
	expr_path_free(&p);
	CHECK(expr_path_parse(".a | .b", &p) == 0);
	CHECK(expr_path_parse("a", &p) == 0);
	CHECK(expr_path_parse("", &p) == 0);
	CHECK(expr_path_parse(".a // .b", &p) == 0);
}

int
main(void)
{
	test_paths();
	test_terms();
	test_limits();
	test_path_parse();
	expr_free(NULL);
	DONE();
}
