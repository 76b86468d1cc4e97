/*
 * sim/activity - what people did with each product: the activity endpoints, day by day
 *
 * An activity is a kind of things that people use: themselves, skills, connectors, plugins,
 * projects, artifacts.  Who used a product on a day follows from sim/people; which things, and
 * how often, from the hash of all of it.  Rows are sums over those uses, for one day or a range,
 * of all, or by product, group of members or user.  The last days' counts still grow.
 */
#ifndef ANT_SIM_ACTIVITY_H
#define ANT_SIM_ACTIVITY_H

#include "base/strlist.h"
#include "sim/cost.h"
#include "sim/field.h"
#include "sim/people.h"

enum { SIM_ACTIVITY_COUNTS = 112, SIM_DATE = 11 };

struct sim_activity_row {
	char date[SIM_DATE], last[SIM_DATE]; /* asked for; of the last activity, "": absent */
	char id[SIM_ID];		     /* the thing's; "": it has a name */
	const char *name, *display, *status, *plugin; /* the thing's; NULL: null */
	const char *user_id, *email;		      /* whom the row is about */
	int is_user;				      /* 0: it is about no user */
	int shared, unified, tagged;		      /* a block is there */
	int64_t users;				      /* distinct ones */
	int64_t n[SIM_ACTIVITY_COUNTS];		      /* below 0: null */
	char created[SIM_TIME];			      /* of a project; "": null */
	const char *creator_id, *creator_email;
	int has_creator;
	char price[SIM_MONEY], overage[SIM_MONEY]; /* "": null */
	const char *currency;
	const char *product, *group_id, *by_user; /* where grouped so; NULL: absent */
	char group_name[SIM_ID];
	/* what it is the sum of */
	size_t thing;
	int key[3]; /* product, group, user; -1: not grouped by it */
	size_t last_user;
	int64_t last_day;
};

/* One count of a thing. */
struct sim_activity_count {
	int product;	      /* whose users it counts; -1: all */
	unsigned least, most; /* of one user on one day */
	unsigned null_of;     /* null for one of so many things; 0: never */
	int of;		      /* never above the count with this number; -1 */
	int mode;      /* SIM_PLAIN, SIM_UNIFIED: of users without and with the unified product */
	int distinct;  /* null in a range */
	int whole;     /* null where it is filtered or grouped */
	int64_t since; /* days since 1970: before it null or 0 */
};
enum { SIM_ANYWAY, SIM_PLAIN, SIM_UNIFIED };

struct sim_activity {
	const char *path, *table; /* path: after /v1/ */
	const struct sim_fields *of;
	const struct sim_activity_count *counts;
	size_t ncounts;
	unsigned products; /* bits of those in which things are used */
	unsigned each; /* of the things, what a user uses at most on a day; 0: users themselves */
	size_t (*things)(const struct sim *s);
	void (*describe)(const struct sim *s, size_t thing, struct sim_activity_row *row);
	const char *order; /* the column of the usual order */
	int cube;	   /* all of it at once, unless it is grouped */
};

enum sim_activity_filter {
	SIM_F_NAME, /* of the thing, whatever it is called */
	SIM_F_STATUS,
	SIM_F_SHARED,
	SIM_F_PRODUCT,
	SIM_F_GROUP,
	SIM_F_USER,
	SIM_F_PROJECT, /* of users: what they did in it */
	SIM_FILTERS
};
enum { SIM_G_PRODUCT = 1, SIM_G_GROUP = 2, SIM_G_USER = 4 };

struct sim_activity_query {
	const struct sim_activity *of;
	int64_t from, to; /* days since 1970 */
	int range;	  /* a roll-up */
	unsigned groups;  /* SIM_G_... */
	struct strlist wanted[SIM_FILTERS];
	const char *order_by; /* NULL: the usual one */
	int descending;
};

/* The newest day that is complete, and the first that there is: days since 1970. */
int64_t sim_activity_newest(const struct sim *s);
enum { SIM_ACTIVITY_YEAR = 2026 }; /* data start with it */

/* The rows of Q in order: *N of them in *ROWS, which the caller frees.  0, or -1 without memory. */
int sim_activity_rows(const struct sim *s, const struct sim_activity_query *q,
	struct sim_activity_row **rows, size_t *n);

/* 1 where person U has the unified product of chat and Cowork. */
int sim_activity_unified(const struct sim *s, size_t u);

/* The number of the filter that an endpoint calls NAME; -1: none. */
int sim_activity_filter(const char *name);

/* The activities; ended by a path NULL. */
enum {
	SIM_A_USERS,
	SIM_A_SKILLS,
	SIM_A_CONNECTORS,
	SIM_A_PLUGINS,
	SIM_A_PROJECTS,
	SIM_A_ARTIFACTS,
	SIM_ACTIVITIES
};
extern const struct sim_activity sim_activities[SIM_ACTIVITIES + 1];

/* A struct sim_activity_row as each of them writes it. */
extern const struct sim_fields sim_fields_user_activity, sim_fields_skill_activity,
	sim_fields_connector_activity, sim_fields_plugin_activity, sim_fields_project_activity,
	sim_fields_artifact_activity;

#endif
