#include "fetch/check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "fetch/page.h"
#include "tables/sets.h"

static const char ORGANIZATION[] = "organization"; /* the table */

/* Load what a probe of S needs; a table file that is wrong is one more reason. */
static int
load(struct subject *s, const struct tables *ts, struct budgets *budgets, struct ant_err *e)
{
	if ((s->table = tables_load(ts, s->name, &s->reason)) == NULL ||
		parents_load(&s->parents, ts, s->table, &s->reason) == -1) {
		table_free(s->table);
		s->table = NULL;
		if (s->reason.status != ANT_FAIL)
			return 0;
		*e = s->reason;
		return -1;
	}
	if (budgets_add(budgets, s->table, e) == -1)
		return -1;
	for (size_t i = 0; i < s->parents.n; i++)
		if (budgets_add(budgets, s->parents.v[i], e) == -1)
			return -1;
	return 0;
}

int
check_load(struct check *c, const struct tables *ts, const struct strlist *names,
	struct budgets *budgets, struct ant_err *e)
{
	*c = (struct check){.v = calloc(names->n + 1, sizeof *c->v), .asked = names->n};
	if (c->v == NULL)
		return err_sys(e, ANT_FAIL, "--check");
	c->v[0].name = ORGANIZATION; /* asked first in any case */
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], ORGANIZATION) == 0)
			c->v[0].asked_for = 1;
		else
			c->v[++c->n] = (struct subject){.name = names->v[i], .asked_for = 1};
	c->v[0].shown = !c->v[0].asked_for;
	c->n++;
	for (size_t i = 0; i < c->n; i++)
		if (load(&c->v[i], ts, budgets, e) == -1)
			return -1;
	return 0;
}

void
check_free(struct check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		parents_free(&c->v[i].parents);
		table_free(c->v[i].table);
	}
	free(c->v);
	*c = (struct check){.n = 0};
}

/* One page of the table of S; its records go to SAMPLE. */
static void
probe(struct subject *s, const struct fetch_plan *base, struct buf *sample)
{
	struct fetch_plan plan = *base;
	const struct table *table = s->table;
	int windowed;

	s->probed = 1;
	if (table == NULL)
		return;
	windowed = table_has_window(table);
	plan.table = table;
	plan.parents = (const struct table *const *)s->parents.v;
	plan.nparents = s->parents.n;
	plan.parents_file = NULL;
	plan.group_by = table->group_by.n > 0 ? &table->group_by : NULL;
	plan.params = NULL;
	s->readable = window_make(&plan.window, table, NULL, windowed ? "-1d" : NULL,
			      windowed ? "today" : NULL, (int64_t)time(NULL), &s->reason) == 0 &&
		      fetch_limit(table, NULL, 0, &plan.limit, &s->reason) == 0;
	if (!s->readable)
		return;
	if (plan.limit > 0)
		plan.limit = 1;
	s->readable = fetch_probe(&plan, sample, &s->reason) == 0;
}

/* Control characters of the other side must not reach a terminal. */
static void
put_clean(struct buf *to, const char *s)
{
	for (; *s != '\0'; s++) {
		int wide = (unsigned char)*s == 0xc2 && (s[1] & 0xe0) == 0x80; /* to U+009F */

		s += wide;
		buf_putc(to, wide || (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s);
	}
}

static int
put_line(struct out *out, const struct buf *line, struct ant_err *e)
{
	if (line->failed)
		return err_sys(e, ANT_FAIL, "--check");
	return out_put(out, line->data, line->len, e) == -1 ? -1 : out_flush(out, e);
}

/* A member of the organization's record as clean text. */
static void
put_member(struct buf *line, const struct json_value *of, const char *name)
{
	struct json_value v;
	struct buf text;

	buf_init(&text, PAGE_MAX);
	if (json_member(of, name, &v) && v.kind == JSON_STRING && json_text(&text, &v, NULL) == 0 &&
		buf_str(&text) != NULL)
		put_clean(line, text.data);
	else
		buf_puts(line, "?");
	buf_free(&text);
}

/* Append what the answers name, unless the record V (NULL: there is none) has it, too. */
static void
put_named(struct buf *line, const struct json_value *v, const struct organization *named)
{
	struct json_value id;

	if (named->id[0] == '\0')
		return;
	if (v == NULL || !json_member(v, "id", &id) || !json_is(&id, named->id))
		buf_printf(line, " (its answers name %s)", named->id);
}

/* What opens the table of S, where that is not what its set's line says. */
static void
put_takes(struct buf *line, const struct subject *s)
{
	char kinds[512];

	sets_credentials(&s->table->sets, &s->table->opened_by, kinds, sizeof kinds);
	buf_printf(line, ": it takes %s", kinds);
}

/*
 * The first line.  A key that may not read the organization may still read a table.  Return 0
 * or -1.
 */
static int
check_organization(
	struct subject *s, const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct buf sample, line;
	struct json_value v;
	struct json_error why;
	int rc = -1;

	buf_init(&sample, PAGE_MAX);
	buf_init(&line, PAGE_MAX);
	probe(s, plan, &sample);
	if (!s->readable) {
		if (s->reason.cause != CAUSE_FORBIDDEN) {
			*e = s->reason;
			goto done;
		}
		buf_puts(&line, "organization: unknown: ");
		put_clean(&line, s->reason.msg);
		if (plan->brief)
			put_takes(&line, s);
		put_named(&line, NULL, plan->organization);
	} else if (buf_reserve(&sample, 1) != NULL &&
		   json_parse(sample.data, sample.len, &v, &why) == 0) {
		buf_puts(&line, "organization: ");
		put_member(&line, &v, "name");
		buf_puts(&line, " (");
		put_member(&line, &v, "id");
		buf_puts(&line, ")");
		put_named(&line, &v, plan->organization);
	}
	buf_putc(&line, '\n');
	rc = put_line(out, &line, e);
done:
	buf_free(&sample);
	buf_free(&line);
	return rc;
}

/* The line of one table, indented below its set's. */
static void
put_table(struct buf *line, struct subject *s, const char *indent)
{
	s->shown = 1;
	buf_printf(line, "%s%s: %s", indent, s->name,
		s->readable		       ? "readable"
		: s->reason.status == ANT_AUTH ? "refused: "
					       : "failed: ");
	if (!s->readable)
		put_clean(line, s->reason.msg);
	if (*indent != '\0' && s->reason.status == ANT_AUTH && s->table->opened_by.n > 0)
		put_takes(line, s);
	buf_putc(line, '\n');
}

/* What the key or the token reads of the set NAME, and what opens the others; 0: it has no tables. */
static int
put_set(struct buf *line, const struct check *c, const struct fetch_plan *plan, const char *name)
{
	size_t n = 0, readable = 0, refused = 0;
	int token = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct subject *s = &c->v[i];

		if (s->table == NULL || !s->asked_for || !table_in_set(s->table, name))
			continue;
		n++;
		readable += s->readable != 0;
		refused += !s->readable && s->reason.status == ANT_AUTH;
		token |= api_uses_token(plan->access, s->table);
	}
	if (n == 0)
		return 0;
	buf_printf(line, "%s: the %s opens %zu of %zu tables", name, token ? "token" : "key",
		readable, n);
	if (refused > 0)
		buf_printf(line, "; %s take %s", readable > 0 ? "the others" : "they",
			sets_takes(name));
	if (readable + refused < n)
		buf_printf(line, "; %zu failed", n - readable - refused);
	buf_putc(line, '\n');
	return 1;
}

/* Ask for the tables of SET, and say what came out: one of several sets stands under the first. */
static int
check_set(struct check *c, const char *set, const struct fetch_plan *plan, struct out *out,
	struct ant_err *e)
{
	struct buf line;
	int rc = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct subject *s = &c->v[i];

		if (s->table == NULL || !table_in_set(s->table, set) || s->probed)
			continue;
		probe(s, plan, NULL);
		if (!s->readable && s->reason.status == ANT_FAIL) {
			*e = s->reason;
			return -1;
		}
	}
	buf_init(&line, PAGE_MAX);
	if (put_set(&line, c, plan, set)) {
		for (size_t i = 0; i < c->n; i++)
			if (c->v[i].table != NULL && table_in_set(c->v[i].table, set) &&
				!c->v[i].shown)
				put_table(&line, &c->v[i], "  ");
		rc = put_line(out, &line, e);
	}
	buf_free(&line);
	return rc;
}

/* The sets of the tables: those that are known, then those of users' own files. */
static int
find_sets(const struct check *c, struct strlist *to)
{
	for (size_t i = 0; sets_known(i) != NULL; i++)
		if (strlist_add(to, sets_known(i), strlen(sets_known(i))) == -1)
			return -1;
	for (size_t i = 0; i < c->n; i++) {
		const struct table *t = c->v[i].table;

		for (size_t k = 0; t != NULL && k < t->sets.n; k++) {
			const char *set = t->sets.v[k];

			if (!strlist_has(to, set, strlen(set)) &&
				strlist_add(to, set, strlen(set)) == -1)
				return -1;
		}
	}
	return 0;
}

static int
check_sets(struct check *c, const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct strlist sets = {NULL, 0};
	int rc = find_sets(c, &sets) == 0 ? 0 : err_sys(e, ANT_FAIL, "--check");

	for (size_t i = 0; i < sets.n && rc == 0; i++)
		rc = check_set(c, sets.v[i], plan, out, e);
	strlist_free(&sets);
	return rc;
}

/* One table alone, or a file that is wrong. */
static int
check_rest(struct check *c, const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	struct buf line;
	int rc = 0;

	for (size_t i = 0; i < c->n && rc == 0; i++) {
		struct subject *s = &c->v[i];

		if (s->shown)
			continue;
		if (!s->probed)
			probe(s, plan, NULL);
		if (!s->readable && s->reason.status == ANT_FAIL) {
			*e = s->reason;
			return -1;
		}
		buf_init(&line, PAGE_MAX);
		put_table(&line, s, "");
		rc = put_line(out, &line, e);
		buf_free(&line);
	}
	return rc;
}

/* 0 where at least one table can be read, else the most telling of the reasons. */
static int
judge(const struct check *c, struct ant_err *e)
{
	const struct ant_err *other = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct subject *s = &c->v[i];

		if (!s->asked_for)
			continue;
		if (s->readable)
			return 0;
		if (other == NULL && (s->reason.status != ANT_AUTH || c->asked == 1))
			other = &s->reason;
	}
	if (other == NULL)
		return err_set(e, ANT_AUTH, "the key may read none of the tables");
	*e = *other;
	return -1;
}

int
check_run(struct check *c, const struct fetch_plan *base, struct out *out, struct ant_err *e)
{
	struct fetch_plan plan = *base;

	plan.brief = c->asked > 1; /* the lines of the sets say what the tables take */
	if (check_organization(&c->v[0], &plan, out, e) == -1)
		return -1;
	if (c->asked > 1 && check_sets(c, &plan, out, e) == -1)
		return -1;
	return check_rest(c, &plan, out, e) == -1 ? -1 : judge(c, e);
}

int
check_whose(struct check *c, const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	const char *id = plan->organization->id;
	struct subject *s = &c->v[0];
	struct buf line;
	int rc;

	probe(s, plan, NULL);
	if (!s->readable)
		*e = s->reason;
	/* A key that is not taken, a server that is not there: what it says elsewhere is no help. */
	if (!s->readable &&
		(id[0] == '\0' || (e->status != ANT_API && e->cause != CAUSE_FORBIDDEN)))
		return -1;
	if (id[0] == '\0')
		return err_set(e, ANT_API,
			"%s: the answer names no organization in anthropic-organization-id; does a "
			"proxy take that away?",
			http_base(plan->http));
	buf_init(&line, PAGE_MAX);
	buf_printf(&line, "%s\n", id);
	rc = put_line(out, &line, e);
	buf_free(&line);
	return rc;
}
