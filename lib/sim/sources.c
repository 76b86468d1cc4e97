#include "sim/sources.h"

#include <string.h>

/* What get() returns for an object that starts with HEAD. */
static int
copy(void *to, const struct sim_head *head, size_t size)
{
	memcpy(to, head, size);
	return !head->gone;
}

static const char *
head_id(const void *object)
{
	return ((const struct sim_head *)object)->id;
}

static int
get_organization(const struct sim_scope *at, size_t i, void *object)
{
	if (i > 0)
		return -1;
	memcpy(object, &at->s->org, sizeof at->s->org);
	return 1;
}

static int
get_user(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim_org *o = &at->s->org;

	return i < o->nusers ? copy(object, &o->users[i].head, sizeof *o->users) : -1;
}

static int
get_invite(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim_org *o = &at->s->org;

	return i < o->ninvites ? copy(object, &o->invites[i].head, sizeof *o->invites) : -1;
}

static int
get_workspace(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim_org *o = &at->s->org;

	return i <= o->nworkspaces
		       ? copy(object, &sim_org_workspace(o, i)->head, sizeof *o->workspaces)
		       : -1;
}

static int
get_key(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim_org *o = &at->s->org;

	return i < o->nkeys ? copy(object, &o->keys[i].head, sizeof *o->keys) : -1;
}

static int
get_member(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim_org *o = &at->s->org;

	return i < o->nusers ? sim_org_member(o, at->parent[0], i, object) : -1;
}

/* Members have no id of their own: cursors are those of users. */
static const char *
member_id(const void *object)
{
	return ((const struct sim_member *)object)->user_id;
}

static int
get_external_key(const struct sim_scope *at, size_t i, void *object)
{
	return sim_org_external_key(&at->s->org, i, object);
}

static const char *
external_key_id(const void *object)
{
	return ((const struct sim_external_key *)object)->id;
}

const struct sim_source sim_source_organization = {
	sizeof(struct sim_org), get_organization, NULL, NULL, NULL};
const struct sim_source sim_source_users = {sizeof(struct sim_user), get_user, head_id, NULL, NULL};
const struct sim_source sim_source_invites = {
	sizeof(struct sim_invite), get_invite, head_id, NULL, NULL};
const struct sim_source sim_source_workspaces = {
	sizeof(struct sim_workspace), get_workspace, head_id, NULL, NULL};
const struct sim_source sim_source_keys = {sizeof(struct sim_key), get_key, head_id, NULL, NULL};
const struct sim_source sim_source_members = {
	sizeof(struct sim_member), get_member, member_id, &sim_source_workspaces, NULL};
const struct sim_source sim_source_external_keys = {
	sizeof(struct sim_external_key), get_external_key, external_key_id, NULL, NULL};
