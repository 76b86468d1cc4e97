#include "report/use.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- counts over time ------------------------------------------------------------------------ */

/* A count of a day, by what it is of. */
enum count {
	COUNT_SESSIONS = TOKEN_KINDS,
	COUNT_ADDED,
	COUNT_REMOVED,
	COUNT_COMMITS,
	COUNT_PULLS,
	COUNT_ACCEPTED,
	COUNT_REJECTED,
	COUNTS
};

static int64_t
count_of(const struct report_day *d, int what)
{
	const int64_t more[] = {
		d->sessions, d->added, d->removed, d->commits, d->pulls, d->accepted, d->rejected};

	return what < TOKEN_KINDS ? d->tokens[what] : more[what - TOKEN_KINDS];
}

static int64_t
count_in(const struct page *p, size_t bin, int what)
{
	int64_t sum = 0;

	for (int64_t day = p->bins.from[bin]; day < p->bins.from[bin + 1]; day++)
		sum += count_of(report_day_of(p->r, day), what);
	return sum;
}

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

/* A stacked chart of counts, with its legend and table.  VALUES: exact, n by bin. */
static void
put_counts(struct page *p, const char *label, const char *const *names, const char *const *classes,
	int64_t *const *exact, size_t n, int downwards, int low)
{
	struct svg_series series[TOKEN_KINDS];
	double *v = calloc(p->bins.n * n + 1, sizeof *v);
	const double *values[TOKEN_KINDS];

	if (v == NULL) {
		p->b->failed = 1;
		return;
	}
	if (n > 1 || p->bins.open < p->bins.n) {
		buf_puts(p->b, "<ul class=\"legend\">");
		for (size_t i = 0; i < n && n > 1; i++)
			html_legend(p, classes[i], names[i], 0);
		html_open_legend(p);
		buf_puts(p->b, "</ul>");
	}
	for (size_t i = 0; i < n; i++) {
		double *at = v + i * p->bins.n;

		for (size_t bin = 0; bin < p->bins.n; bin++)
			at[bin] = (double)exact[i][bin] * (downwards && i > 0 ? -1 : 1);
		values[i] = at;
		series[i] = (struct svg_series){SVG_BARS, classes[i], at, NULL};
	}
	html_chart(p, label, series, n, names, values, "", low);
	html_details(p, label);
	buf_printf(p->b, "<thead><tr><th scope=\"col\" class=\"l\">%s</th>", html_bins_head(p));
	for (size_t i = 0; i < n; i++)
		buf_printf(p->b, "<th scope=\"col\">%s</th>", names[i]);
	buf_puts(p->b, "</tr></thead><tbody>");
	for (size_t bin = p->bins.n; bin-- > 0;) {
		html_bin_head(p, bin);
		for (size_t i = 0; i < n; i++) {
			buf_puts(p->b, "<td>");
			html_integer(p->b, exact[i][bin]);
		}
	}
	html_details_end(p);
	free(v);
}

/* The same of some counts of the days. */
static void
put_day_counts(struct page *p, const char *label, const char *const *names,
	const char *const *classes, const int *what, size_t n, int downwards, int low)
{
	int64_t *all = calloc(p->bins.n * n + 1, sizeof *all), *exact[TOKEN_KINDS];

	if (all == NULL) {
		p->b->failed = 1;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		exact[i] = all + i * p->bins.n;
		for (size_t bin = 0; bin < p->bins.n; bin++)
			exact[i][bin] = count_in(p, bin, what[i]);
	}
	put_counts(p, label, names, classes, exact, n, downwards, low);
	free(all);
}

void
report_use_tokens(struct page *p)
{
	static const int what[] = {
		TOKEN_OUTPUT, TOKEN_UNCACHED, TOKEN_WRITE_5M, TOKEN_WRITE_1H, TOKEN_READ};
	static const char *const classes[] = {"t4", "t0", "t1", "t2", "t3"};
	const char *names[TOKEN_KINDS];
	char title[64], label[96];

	snprintf(title, sizeof title, "Tokens per %s", p->bins.each);
	snprintf(label, sizeof label, "Tokens per %s by kind", p->bins.each);
	html_section(p, "tokens", title);
	if (p->r->usage_end <= p->r->first) {
		html_none(p, VIEWS_USAGE, "No tokens here.");
	} else {
		for (size_t i = 0; i < TOKEN_KINDS; i++)
			names[i] = report_token_name((enum report_token)what[i]);
		put_day_counts(p, label, names, classes, what, TOKEN_KINDS, 0, 0);
	}
	html_end(p);
}

/* ---- rates over time --------------------------------------------------------------------------- */

/* A line of PART of WHOLE, in percent, with its table. */
static void
put_rate(struct page *p, const char *label, const char *name, const char *class,
	const int64_t *part, const int64_t *whole)
{
	double *v = calloc(p->bins.n + 1, sizeof *v);
	const double *values[] = {v};
	const struct svg_series series[] = {{SVG_LINE, class, v, ""}};
	char text[SHOW_TEXT];

	if (v == NULL) {
		p->b->failed = 1;
		return;
	}
	for (size_t i = 0; i < p->bins.n; i++)
		v[i] = whole[i] > 0 ? 100.0 * (double)part[i] / (double)whole[i] : NAN;
	html_chart(p, label, series, 1, &name, values, "%", 1);
	free(v);
	html_details(p, label);
	buf_printf(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">%s</th><th scope=\"col\">%s</th>"
		"</tr></thead><tbody>",
		html_bins_head(p), name);
	for (size_t bin = p->bins.n; bin-- > 0;) {
		html_bin_head(p, bin);
		buf_printf(p->b, "<td>%s", show_percent(part[bin], whole[bin], text));
	}
	html_details_end(p);
}

static void
put_cache_models(struct page *p)
{
	const struct report *r = p->r;
	size_t shown = 0;

	buf_puts(p->b, "<h3>By model</h3>");
	html_table(p, "Cache hit rate by model", 0);
	buf_puts(p->b,
		"<thead><tr><th scope=\"col\" class=\"l name\">Model</th><th scope=\"col\">Cache "
		"hit rate</th><th scope=\"col\">Read from cache</th><th scope=\"col\">All "
		"input</th></tr></thead><tbody>");
	for (size_t i = 0; i < r->models.ids.n && shown < PAGE_TOP; i++) {
		const struct report_item *m = &r->models.v[r->models.order[i]];
		int64_t input = 0;
		char text[SHOW_TEXT];

		for (size_t t = 0; t < TOKEN_KINDS; t++)
			input += t == TOKEN_OUTPUT ? 0 : m->tokens[t];
		if (input == 0)
			continue;
		shown++;
		buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
		html_name(p->b, m->name, PAGE_NAME);
		buf_printf(
			p->b, "</th><td>%s<td>", show_percent(m->tokens[TOKEN_READ], input, text));
		html_integer(p->b, m->tokens[TOKEN_READ]);
		buf_puts(p->b, "<td>");
		html_integer(p->b, input);
	}
	buf_puts(p->b, "</tbody></table></div>");
}

void
report_use_cache(struct page *p)
{
	int64_t *v = calloc(p->bins.n * 2 + 1, sizeof *v);
	char label[96];

	html_section(p, "cache", "Cache hit rate");
	if (v == NULL) {
		p->b->failed = 1;
	} else if (p->r->usage_end <= p->r->first) {
		html_none(p, VIEWS_USAGE, "No tokens here.");
	} else {
		for (size_t i = 0; i < p->bins.n; i++)
			for (int t = 0; t < TOKEN_OUTPUT; t++) {
				int64_t n = count_in(p, i, t);

				v[i] += t == TOKEN_READ ? n : 0;
				v[p->bins.n + i] += n;
			}
		buf_puts(p->b, "<p class=\"soft small\">Input tokens that were read from a cache, "
			       "of all input tokens</p>");
		snprintf(label, sizeof label, "Cache hit rate per %s", p->bins.each);
		put_rate(p, label, "Cache hit rate", "c2", v, v + p->bins.n);
		put_cache_models(p);
	}
	html_end(p);
	free(v);
}

/* ---- Claude Code -------------------------------------------------------------------------------------- */

static void
put_user(struct page *p, const struct report_user *u, money most)
{
	char text[SHOW_TEXT];
	double part = show_dollars(u->cost);
	const int slot = 3;

	buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
	html_name(p->b, u->name, PAGE_NAME);
	if (u->is_key)
		buf_puts(p->b, " <span class=\"soft\">(API key)</span>");
	buf_puts(p->b, "</th><td>");
	html_money(p->b, u->cost);
	svg_row(p->b, &part, &slot, 1, show_dollars(most), "c");
	buf_puts(p->b, "<td>");
	html_integer(p->b, u->sessions);
	buf_puts(p->b, "<td>+");
	html_integer(p->b, u->added);
	buf_puts(p->b, " −");
	html_integer(p->b, u->removed);
	buf_puts(p->b, "<td>");
	html_integer(p->b, u->commits);
	buf_puts(p->b, "<td>");
	html_integer(p->b, u->pulls);
	buf_printf(p->b, "<td>%s", show_percent(u->accepted, u->accepted + u->rejected, text));
}

static size_t
users_with_use(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->user_ids.n; i++)
		n += r->users[i].cost != 0 || r->users[i].sessions != 0 || r->users[i].added != 0 ||
		     r->users[i].accepted != 0 || r->users[i].rejected != 0;
	return n;
}

void
report_use_users(struct page *p)
{
	const struct report *r = p->r;
	size_t n = users_with_use(r);
	char text[SHOW_TEXT];

	html_section(p, "users", "Claude Code: who uses it most");
	if (n == 0) {
		html_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code here.");
		html_end(p);
		return;
	}
	buf_printf(p->b,
		"<p class=\"soft small\">%s%s users and keys, by estimated cost; the "
		"estimate is not the bill</p>",
		n > PAGE_TOP ? "The first 20 of " : "", show_integer((int64_t)n, text));
	html_table(p, "Claude Code by user", 0);
	buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l name\">User</th><th "
		       "scope=\"col\">Estimated "
		       "cost</th><th scope=\"col\">Sessions</th><th scope=\"col\">Lines</th><th "
		       "scope=\"col\">Commits</th><th scope=\"col\">Pull requests</th><th "
		       "scope=\"col\">Accepted</th></tr></thead><tbody>");
	for (size_t i = 0; i < n && i < PAGE_TOP; i++)
		put_user(p, &r->users[r->user_order[i]], r->users[r->user_order[0]].cost);
	buf_puts(p->b, "</tbody></table></div>");
	html_end(p);
}

void
report_use_tools(struct page *p)
{
	const struct report *r = p->r;
	int any = 0;

	html_section(p, "tools", "Claude Code: acceptance per tool");
	for (size_t i = 0; i < TOOLS; i++)
		any |= r->tools[i][0] >= 0 || r->tools[i][1] >= 0;
	if (!any) {
		html_none(p, VIEWS_CLAUDE_CODE, "No decisions on tools here.");
		html_end(p);
		return;
	}
	buf_puts(p->b,
		"<p class=\"soft small\">Proposals of a tool that were accepted, of all that "
		"were decided</p>");
	html_table(p, "Acceptance per tool", 0);
	buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l name\">Tool</th><th "
		       "scope=\"col\"></th><th scope=\"col\">Accepted</th><th "
		       "scope=\"col\">Accepted, count</th><th scope=\"col\">Rejected, "
		       "count</th></tr></thead><tbody>");
	for (size_t i = 0; i < TOOLS; i++) {
		int64_t yes = r->tools[i][0] < 0 ? 0 : r->tools[i][0];
		int64_t no = r->tools[i][1] < 0 ? 0 : r->tools[i][1];
		double parts[] = {(double)yes, (double)no};
		const int slots[] = {2, 4};
		char text[SHOW_TEXT];

		buf_printf(p->b,
			"<tr><th scope=\"row\" class=\"name\">%s</th><td class=\"barcell\">",
			report_tool_name((enum report_tool)i));
		svg_row(p->b, parts, slots, 2, parts[0] + parts[1], "c");
		buf_printf(p->b, "<td>%s<td>", show_percent(yes, yes + no, text));
		html_integer(p->b, yes);
		buf_puts(p->b, "<td>");
		html_integer(p->b, no);
	}
	buf_puts(p->b, "</tbody></table></div>");
	html_end(p);
}

void
report_use_code(struct page *p)
{
	static const char *const lines[] = {"Lines added", "Lines removed"};
	static const char *const line_classes[] = {"c2", "c1"};
	static const int line_counts[] = {COUNT_ADDED, COUNT_REMOVED};
	static const char *const commits[] = {"Commits", "Pull requests"};
	static const char *const commit_classes[] = {"c0", "c3"};
	static const int commit_counts[] = {COUNT_COMMITS, COUNT_PULLS};
	char title[96], label[96];

	snprintf(title, sizeof title, "Claude Code: lines, commits and pull requests per %s",
		p->bins.each);
	html_section(p, "code", title);
	if (p->r->claude_end <= p->r->first) {
		html_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code here.");
	} else {
		buf_puts(p->b, "<h3>Lines of code, added and removed</h3>");
		snprintf(label, sizeof label, "Lines of code per %s", p->bins.each);
		put_day_counts(p, label, lines, line_classes, line_counts, 2, 1, 1);
		buf_puts(p->b, "<h3>Commits and pull requests</h3>");
		snprintf(label, sizeof label, "Commits and pull requests per %s", p->bins.each);
		put_day_counts(p, label, commits, commit_classes, commit_counts, 2, 0, 1);
	}
	html_end(p);
}

void
report_use_activity(struct page *p)
{
	static const char *const users[] = {"Active users"};
	static const char *const user_classes[] = {"c3"};
	static const char *const sessions[] = {"Sessions"};
	static const char *const session_classes[] = {"c0"};
	static const int session_counts[] = {COUNT_SESSIONS};
	int64_t *v = calloc(p->bins.n + 1, sizeof *v);
	char title[96], label[96];

	snprintf(
		title, sizeof title, "Claude Code: active users and sessions per %s", p->bins.each);
	html_section(p, "activity", title);
	if (v == NULL) {
		p->b->failed = 1;
	} else if (p->r->claude_end <= p->r->first) {
		html_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code here.");
	} else {
		for (size_t i = 0; i < p->bins.n; i++)
			v[i] = users_in(p, i);
		buf_puts(p->b, "<h3>Active users and keys</h3>");
		snprintf(label, sizeof label, "Active users and keys per %s", p->bins.each);
		put_counts(p, label, users, user_classes, &v, 1, 0, 1);
		buf_puts(p->b, "<h3>Sessions</h3>");
		snprintf(label, sizeof label, "Sessions per %s", p->bins.each);
		put_day_counts(p, label, sessions, session_classes, session_counts, 1, 0, 1);
	}
	html_end(p);
	free(v);
}
