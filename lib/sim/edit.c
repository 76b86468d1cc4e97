#include "sim/edit.h"

#include <stdlib.h>
#include <string.h>

#include "sim/people.h"
#include "sim/seats.h"

const struct sim_edit *
sim_edit_of_limit(const struct sim *s, const char *id)
{
	for (size_t i = s->nedits; i-- > 0;)
		if (strcmp(s->edits[i].limit, id) == 0)
			return &s->edits[i];
	return NULL;
}

const struct sim_edit *
sim_edit_of_member(const struct sim *s, size_t g, size_t u)
{
	for (size_t i = s->nedits; i-- > 0;)
		if (*s->edits[i].limit == '\0' && s->edits[i].group == g && s->edits[i].user == u)
			return &s->edits[i];
	return NULL;
}

static int
add(struct sim *s, const struct sim_edit *edit, struct ant_err *e)
{
	struct sim_edit *all = realloc(s->edits, (s->nedits + 1) * sizeof *all);

	if (all == NULL)
		return err_set(e, ANT_FAIL, "out of memory for a change");
	s->edits = all;
	s->edits[s->nedits] = *edit;
	s->edits[s->nedits++].at = sim_now(s);
	return 0;
}

int
sim_edit_member(struct sim *s, const char *group, const char *user, int enters, struct ant_err *e)
{
	long u = sim_org_find(&s->org, SIM_USERS, user);
	struct sim_edit edit = {.user = (size_t)u, .enters = enters};
	size_t in[SIM_GROUPS_EACH], n, i = 0;
	char id[SIM_ID] = "";

	for (; edit.group < sim_people_ngroups(s); edit.group++) {
		sim_people_group_id(s, edit.group, id);
		if (strcmp(id, group) == 0)
			break;
	}
	if (u == -1 || edit.group == sim_people_ngroups(s))
		return err_set(e, ANT_USAGE, "there is no %s '%.60s'", u == -1 ? "user" : "group",
			u == -1 ? user : group);
	n = sim_people_groups(s, edit.user, in);
	while (i < n && in[i] != edit.group)
		i++;
	if ((i < n) == enters)
		return err_set(
			e, ANT_USAGE, "the user is %s the group already", enters ? "in" : "out of");
	if (enters && n == SIM_GROUPS_EACH)
		return err_set(e, ANT_USAGE, "the user is in %zu groups: nobody is in more", n);
	return add(s, &edit, e);
}

int
sim_edit_limit(struct sim *s, const char *id, const char *cents, struct ant_err *e)
{
	const struct sim_scope at = {.s = s};
	struct sim_edit edit = {.cents = 0};
	struct sim_spend_limit l;
	char *end;
	int is;

	edit.cents = strtoull(cents, &end, 10);
	if (*cents < '0' || *cents > '9' || *end != '\0' || strlen(cents) > 12)
		return err_set(e, ANT_USAGE, "cents: '%.60s' is not a whole number", cents);
	for (size_t i = 0; (is = sim_seats_limits.get(&at, i, &l)) != -1; i++)
		if (is == 1 && strcmp(l.id, id) == 0) {
			memcpy(edit.limit, l.id, sizeof edit.limit);
			return add(s, &edit, e);
		}
	return err_set(e, ANT_USAGE, "there is no spend limit '%.60s'", id);
}
