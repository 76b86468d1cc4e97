#include "report/use.h"

#include <math.h>
#include <stdio.h>

/* ---- counts over time ------------------------------------------------------------------------ */

/* What is counted of a day: its tokens by kind, then what Claude Code did, then its users. */
enum { CLAUDE = TOKEN_KINDS, USERS = CLAUDE + DID_KINDS };

/* A chart of counts over the bins, the first one at the bottom. */
struct counts {
	const char *title, *by; /* "Tokens", " by kind": Tokens per day by kind */
	int low, downwards;	/* a flat chart; all but the first go down from zero */
	size_t n;
	struct {
		const char *name, *class;
		int what;
	} series[TOKEN_KINDS];
};

/* Users that were active in a bin: on one of its days. */
static int64_t
users_in(const struct page *p, size_t bin)
{
	int64_t from = p->bins.from[bin] - p->r->scan, to = p->bins.from[bin + 1] - p->r->scan,
		n = 0;

	if (to - from == 1)
		return p->r->days[from].users;
	for (size_t u = 0; u < p->r->user_ids.n; u++)
		for (int64_t day = from; day < to; day++)
			if ((p->r->users[u].days[day / 64] >> day % 64 & 1) != 0) {
				n++;
				break;
			}
	return n;
}

static int64_t
count_in(const struct page *p, size_t bin, int what)
{
	int64_t sum = 0;

	if (what == USERS)
		return users_in(p, bin);
	for (int64_t day = p->bins.from[bin]; day < p->bins.from[bin + 1]; day++) {
		const struct report_day *d = report_day_of(p->r, day);

		sum += what < CLAUDE ? d->tokens[what] : d->did[what - CLAUDE];
	}
	return sum;
}

/* The chart, with its legend above and its table below. */
static void
put_counts(struct page *p, const struct counts *c)
{
	struct svg_series series[TOKEN_KINDS];
	struct html_column columns[TOKEN_KINDS + 1] = {{html_bins_head(p), HTML_LEFT}};
	double *v = html_room(p, p->bins.n * c->n, sizeof *v);
	char label[96];

	if (v == NULL)
		return;
	snprintf(label, sizeof label, "%s per %s%s", c->title, p->bins.each, c->by);
	if (c->n > 1 || p->bins.open < p->bins.n) {
		buf_puts(p->b, "<ul class=\"legend\">");
		for (size_t i = 0; i < c->n && c->n > 1; i++)
			html_legend(p, c->series[i].class, c->series[i].name, 0);
		html_open_legend(p);
		buf_puts(p->b, "</ul>");
	}
	for (size_t i = 0; i < c->n; i++) {
		double *at = v + i * p->bins.n;

		for (size_t bin = 0; bin < p->bins.n; bin++)
			at[bin] = (double)count_in(p, bin, c->series[i].what) *
				  (c->downwards && i > 0 ? -1 : 1);
		series[i] = (struct svg_series){
			SVG_BARS, c->series[i].class, at, NULL, c->series[i].name};
		columns[i + 1] = (struct html_column){c->series[i].name, HTML_NUMBER};
	}
	html_chart(p, label, series, c->n, "", c->low, html_values);
	html_details(p, label, columns, c->n + 1);
	for (size_t bin = p->bins.n; bin-- > 0;) {
		html_bin_head(p, bin);
		for (size_t i = 0; i < c->n; i++)
			html_count(p, count_in(p, bin, c->series[i].what));
	}
	html_details_end(p);
}

int
report_use_tokens(struct page *p)
{
	struct counts c = {"Tokens", " by kind", 0, 0, TOKEN_KINDS,
		{{"", "t4", TOKEN_OUTPUT}, {"", "t0", TOKEN_UNCACHED}, {"", "t1", TOKEN_WRITE_5M},
			{"", "t2", TOKEN_WRITE_1H}, {"", "t3", TOKEN_READ}}};

	if (p->r->usage_end <= p->r->first)
		return 0;
	for (size_t i = 0; i < c.n; i++)
		c.series[i].name = report_token_name((enum report_token)c.series[i].what);
	put_counts(p, &c);
	return 1;
}

/* ---- the cache --------------------------------------------------------------------------- */

/* A line of PART of WHOLE by bin, in percent, with its table. */
static void
put_rate(struct page *p, const char *name, const int64_t *part, const int64_t *whole)
{
	double *v = html_room(p, p->bins.n, sizeof *v);
	const struct svg_series series[] = {{SVG_LINE, "c2", v, "", name}};
	const struct html_column columns[] = {{html_bins_head(p), HTML_LEFT}, {name, HTML_NUMBER}};
	char text[SHOW_TEXT], label[96];

	if (v == NULL)
		return;
	snprintf(label, sizeof label, "%s per %s", name, p->bins.each);
	for (size_t i = 0; i < p->bins.n; i++)
		v[i] = whole[i] > 0 ? 100.0 * (double)part[i] / (double)whole[i] : NAN;
	html_chart(p, label, series, 1, "%", 1, html_values);
	html_details(p, label, columns, 2);
	for (size_t bin = p->bins.n; bin-- > 0;) {
		html_bin_head(p, bin);
		buf_printf(p->b, "<td>%s", show_percent(part[bin], whole[bin], text));
	}
	html_details_end(p);
}

static void
put_cache_models(struct page *p)
{
	static const struct html_column columns[] = {{"Model", HTML_NAME},
		{"Cache hit rate", HTML_NUMBER}, {"Read from cache", HTML_NUMBER},
		{"All input", HTML_NUMBER}};
	const struct report *r = p->r;
	size_t shown = 0;

	buf_puts(p->b, "<h3>By model</h3>");
	html_table(p, "Cache hit rate by model", 0, columns, 4);
	for (size_t i = 0; i < r->models.ids.n && shown < PAGE_TOP; i++) {
		const struct report_item *m = &r->models.v[r->models.order[i]];
		int64_t input = 0;
		char text[SHOW_TEXT];

		for (size_t t = 0; t < TOKEN_KINDS; t++)
			input += t == TOKEN_OUTPUT ? 0 : m->tokens[t];
		if (input == 0)
			continue;
		shown++;
		html_row(p, m->name, NULL);
		buf_printf(p->b, "<td>%s", show_percent(m->tokens[TOKEN_READ], input, text));
		html_count(p, m->tokens[TOKEN_READ]);
		html_count(p, input);
	}
	html_table_end(p);
}

int
report_use_cache(struct page *p)
{
	int64_t *part = html_room(p, p->bins.n, sizeof *part);
	int64_t *whole = html_room(p, p->bins.n, sizeof *whole);

	if (p->r->usage_end <= p->r->first || part == NULL || whole == NULL)
		return 0;
	for (size_t i = 0; i < p->bins.n; i++) {
		part[i] = count_in(p, i, TOKEN_READ);
		for (int t = 0; t < TOKEN_OUTPUT; t++)
			whole[i] += count_in(p, i, t);
	}
	html_note(p, "Input tokens that were read from a cache, of all input tokens");
	put_rate(p, "Cache hit rate", part, whole);
	put_cache_models(p);
	return 1;
}

/* ---- Claude Code -------------------------------------------------------------------------------------- */

static void
put_user(struct page *p, const struct report_user *u, money most)
{
	char text[SHOW_TEXT];
	double part = show_units(p->r, u->cost);
	const int slot = 3;

	html_row(p, u->name, u->is_key ? "API key" : NULL);
	buf_puts(p->b, "<td>");
	html_money(p, u->cost);
	svg_row(p->b, &part, &slot, 1, show_units(p->r, most), "c");
	html_count(p, u->did[DID_SESSIONS]);
	buf_puts(p->b, "<td>+");
	html_integer(p->b, u->did[DID_ADDED]);
	buf_puts(p->b, " −");
	html_integer(p->b, u->did[DID_REMOVED]);
	html_count(p, u->did[DID_COMMITS]);
	html_count(p, u->did[DID_PULLS]);
	buf_printf(p->b, "<td>%s",
		show_percent(
			u->did[DID_ACCEPTED], u->did[DID_ACCEPTED] + u->did[DID_REJECTED], text));
}

int
report_use_any(const struct report_user *u)
{
	return u->cost != 0 || u->did[DID_SESSIONS] != 0 || u->did[DID_ADDED] != 0 ||
	       u->did[DID_ACCEPTED] != 0 || u->did[DID_REJECTED] != 0;
}

static size_t
users_with_use(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->user_ids.n; i++)
		n += (size_t)report_use_any(&r->users[i]);
	return n;
}

int
report_use_users(struct page *p)
{
	static const struct html_column columns[] = {{"User", HTML_NAME},
		{"Estimated cost", HTML_NUMBER}, {"Sessions", HTML_NUMBER}, {"Lines", HTML_NUMBER},
		{"Commits", HTML_NUMBER}, {"Pull requests", HTML_NUMBER},
		{"Accepted", HTML_NUMBER}};
	const struct report *r = p->r;
	size_t n = users_with_use(r);
	char text[SHOW_TEXT];

	if (n == 0)
		return 0;
	buf_printf(p->b,
		"<p class=\"soft small\">%s%s users and keys, by estimated cost; the "
		"estimate is not the bill</p>",
		n > PAGE_TOP ? "The first 20 of " : "", show_integer((int64_t)n, text));
	html_table(p, "Claude Code by user", 0, columns, 7);
	for (size_t i = 0; i < n && i < PAGE_TOP; i++)
		put_user(p, &r->users[r->user_order[i]], r->users[r->user_order[0]].cost);
	html_table_end(p);
	return 1;
}

const char *
report_use_tool_name(enum report_tool tool)
{
	static const char *const names[TOOLS] = {"Edit", "MultiEdit", "Write", "NotebookEdit"};

	return names[tool];
}

int
report_use_tools(struct page *p)
{
	static const struct html_column columns[] = {{"Tool", HTML_NAME}, {"", HTML_NUMBER},
		{"Accepted", HTML_NUMBER}, {"Accepted, count", HTML_NUMBER},
		{"Rejected, count", HTML_NUMBER}};
	const int64_t(*tools)[2] = p->r->tools;
	int any = 0;

	for (size_t i = 0; i < TOOLS; i++)
		any |= tools[i][0] >= 0 || tools[i][1] >= 0;
	if (!any)
		return 0;
	html_note(p, "Proposals of a tool that were accepted, of all that were decided");
	html_table(p, "Acceptance per tool", 0, columns, 5);
	for (size_t i = 0; i < TOOLS; i++) {
		int64_t yes = tools[i][0] < 0 ? 0 : tools[i][0];
		int64_t no = tools[i][1] < 0 ? 0 : tools[i][1];
		double parts[] = {(double)yes, (double)no};
		const int slots[] = {2, 4};
		char text[SHOW_TEXT];

		buf_printf(p->b,
			"<tr><th scope=\"row\" class=\"name\">%s</th><td class=\"barcell\">",
			report_use_tool_name((enum report_tool)i));
		svg_row(p->b, parts, slots, 2, parts[0] + parts[1], "c");
		buf_printf(p->b, "<td>%s", show_percent(yes, yes + no, text));
		html_count(p, yes);
		html_count(p, no);
	}
	html_table_end(p);
	return 1;
}

int
report_use_code(struct page *p)
{
	static const struct counts lines = {"Lines of code", "", 1, 1, 2,
		{{"Lines added", "c2", CLAUDE + DID_ADDED},
			{"Lines removed", "c1", CLAUDE + DID_REMOVED}}};
	static const struct counts commits = {"Commits and pull requests", "", 1, 0, 2,
		{{"Commits", "c0", CLAUDE + DID_COMMITS},
			{"Pull requests", "c3", CLAUDE + DID_PULLS}}};

	if (p->r->claude_end <= p->r->first)
		return 0;
	buf_puts(p->b, "<h3>Lines of code, added and removed</h3>");
	put_counts(p, &lines);
	buf_puts(p->b, "<h3>Commits and pull requests</h3>");
	put_counts(p, &commits);
	return 1;
}

int
report_use_activity(struct page *p)
{
	static const struct counts users = {
		"Active users and keys", "", 1, 0, 1, {{"Active users", "c3", USERS}}};
	static const struct counts sessions = {
		"Sessions", "", 1, 0, 1, {{"Sessions", "c0", CLAUDE + DID_SESSIONS}}};

	if (p->r->claude_end <= p->r->first)
		return 0;
	buf_puts(p->b, "<h3>Active users and keys</h3>");
	put_counts(p, &users);
	buf_puts(p->b, "<h3>Sessions</h3>");
	put_counts(p, &sessions);
	return 1;
}
