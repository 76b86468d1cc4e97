#include "fetch/check.h"

#include <string.h>
#include <time.h>

#include "base/json.h"
#include "fetch/page.h"

static const char ORGANIZATION[] = "organization"; /* the table */

/* One page of the table NAME; its records go to SAMPLE. */
static int
probe(const struct tables *ts, const char *name, const struct fetch_plan *base, struct buf *sample,
	struct ant_err *e)
{
	struct fetch_plan plan = *base;
	struct table *table = tables_load(ts, name, e);
	struct parents parents = {.n = 0};
	int windowed, rc = -1;

	if (table == NULL)
		return -1;
	windowed = table_has_window(table);
	if (parents_load(&parents, ts, table, e) == -1 || budgets_add(plan.budgets, table, e) == -1)
		goto done;
	for (size_t i = 0; i < parents.n; i++)
		if (budgets_add(plan.budgets, parents.v[i], e) == -1)
			goto done;
	plan.table = table;
	plan.parents = (const struct table *const *)parents.v;
	plan.nparents = parents.n;
	plan.parents_file = NULL;
	plan.group_by = table->group_by.n > 0 ? &table->group_by : NULL;
	plan.params = NULL;
	plan.limit = table->nwidths > 0 || table->limit > 0 ? 1 : 0;
	if (window_make(&plan.window, table, NULL, windowed ? "-1d" : NULL,
		    windowed ? "today" : NULL, (int64_t)time(NULL), e) == 0)
		rc = fetch_probe(&plan, sample, e);
done:
	parents_free(&parents);
	table_free(table);
	return rc;
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

/*
 * The first line.  A key that may not read the organization may still read a table.  Return 1
 * where it can be read, 0 with the REASON where that is refused, else -1.
 */
static int
check_organization(const struct tables *ts, const struct fetch_plan *plan, struct out *out,
	struct ant_err *reason, struct ant_err *e)
{
	struct buf sample, line;
	struct json_value v;
	struct json_error why;
	int readable, rc = -1;

	buf_init(&sample, PAGE_MAX);
	buf_init(&line, PAGE_MAX);
	readable = probe(ts, ORGANIZATION, plan, &sample, reason) == 0;
	if (!readable) {
		if (reason->cause != CAUSE_FORBIDDEN) {
			*e = *reason;
			goto done;
		}
		buf_puts(&line, "organization: unknown: ");
		put_clean(&line, reason->msg);
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
	return rc == -1 ? -1 : readable;
}

/* One table's line: READABLE, or for this REASON not.  Return 0 or -1. */
static int
put_table(struct out *out, const char *name, int readable, const struct ant_err *reason,
	struct ant_err *e)
{
	struct buf line;
	int rc;

	buf_init(&line, PAGE_MAX);
	buf_printf(&line, "%s: %s", name,
		readable		     ? "readable"
		: reason->status == ANT_AUTH ? "refused: "
					     : "failed: ");
	if (!readable)
		put_clean(&line, reason->msg);
	buf_putc(&line, '\n');
	rc = put_line(out, &line, e);
	buf_free(&line);
	return rc;
}

int
check_tables(const struct tables *ts, const struct strlist *names, const struct fetch_plan *plan,
	struct out *out, struct ant_err *e)
{
	struct ant_err other = {.status = ANT_OK}, reason, organization;
	int readable = 0, known = check_organization(ts, plan, out, &organization, e);

	if (known == -1)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		int own = strcmp(names->v[i], ORGANIZATION) == 0, can = known;

		if (own) /* it has been asked for */
			reason = organization;
		else
			can = probe(ts, names->v[i], plan, NULL, &reason) == 0;
		if (!can && reason.status == ANT_FAIL) {
			*e = reason;
			return -1;
		}
		if (put_table(out, names->v[i], can, &reason, e) == -1)
			return -1;
		readable += can;
		if (!can && (reason.status != ANT_AUTH || names->n == 1) && other.status == ANT_OK)
			other = reason;
	}
	if (readable > 0)
		return 0;
	if (other.status != ANT_OK) {
		*e = other;
		return -1;
	}
	return err_set(e, ANT_AUTH, "the key may read none of the tables");
}

int
check_whose(
	const struct tables *ts, const struct fetch_plan *plan, struct out *out, struct ant_err *e)
{
	const char *id = plan->organization->id;
	struct buf line;
	int rc = probe(ts, ORGANIZATION, plan, NULL, e);

	/* A key that is not taken, a server that is not there: what it says elsewhere is no help. */
	if (rc == -1 && (id[0] == '\0' || (e->status != ANT_API && e->cause != CAUSE_FORBIDDEN)))
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
