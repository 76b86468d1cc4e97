/*
 * report/report - the figures of a report: what an organization spends and does
 *
 * report_load() asks the database; the pages (report_page.h, report_text.h) and the checks
 * (report_check.h) only read the struct that it fills.  Days are numbered from 1970-01-01,
 * UTC.  Amounts are exact, see money.h; what is rounded is rounded where it is shown.
 */
#ifndef ANT_REPORT_REPORT_H
#define ANT_REPORT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "db/db.h"
#include "db/views.h"
#include "report/changes.h"
#include "report/engagement.h"
#include "report/limits.h"
#include "report/money.h"
#include "report/numbering.h"
#include "report/prices.h"
#include "report/seats.h"

enum {
	REPORT_DAYS_MAX = 3700, /* about ten years */
	REPORT_KINDS_MAX = 256, /* kinds of cost */
	REPORT_CURRENCIES_MAX = 16
};

enum report_token { /* in the order in which they are drawn */
	TOKEN_UNCACHED,
	TOKEN_WRITE_5M,
	TOKEN_WRITE_1H,
	TOKEN_READ,
	TOKEN_OUTPUT,
	TOKEN_KINDS
};

/* What is counted of Claude Code: of a day, of a user. */
enum report_did {
	DID_SESSIONS,
	DID_ADDED, /* lines */
	DID_REMOVED,
	DID_COMMITS,
	DID_PULLS,
	DID_ACCEPTED,
	DID_REJECTED,
	DID_KINDS
};

enum report_tool { TOOL_EDIT, TOOL_MULTI_EDIT, TOOL_WRITE, TOOL_NOTEBOOK_EDIT, TOOLS };

struct report_options {
	int64_t from, to;  /* seconds: the period, to exclusive; the report sees nothing later */
	const char *title; /* NULL: of the organization */
	/* Of tables of several organizations, the one whose rows are read; NULL: tables of one */
	const char *organization;
	money budget;  /* of a month, in US dollars; -1: none */
	int reconcile; /* 1: tables are held against each other, see report/reconcile */
	struct views_place place;
	struct views_there there; /* by report_look() */
};

/* A model, a workspace or another thing that costs. */
struct report_item {
	const char *id;	 /* "": the default workspace, or the Console */
	char *name;	 /* as it is shown */
	int64_t named;	 /* of a person: the day whose name it is; 0: none */
	int archived;	 /* a workspace that is */
	char *tags;	 /* of a workspace: a JSON object as it was loaded, not checked yet */
	money total;	 /* of the period */
	money *daily;	 /* by day of the scan; NULL: nothing */
	money *by_model; /* of a workspace, in the period, by number of the model */
	size_t nby_model;
	int64_t tokens[TOKEN_KINDS]; /* of a model, in the period */
};

struct report_items {
	struct names ids;
	struct report_item *v; /* by number; ids.n of them */
	size_t room;
	size_t *order; /* numbers by total, the largest first */
};

struct report_kind { /* of cost */
	char cost_type[40], token_type[48];
	money total;
};

struct report_key {
	const char *id;
	char *name, *status, *workspace;
	int listed;	  /* in api_keys */
	int64_t created;  /* day; 0: not known */
	int64_t last_day; /* of use in the period; 0: none */
	int64_t tokens;
	money cost;
};

struct report_user { /* of Claude Code */
	const char *id;
	char *name;
	int is_key; /* not a person */
	int64_t did[DID_KINDS];
	money cost;
	uint64_t *days; /* bits: active, by day of the scan */
};

struct report_day { /* of the scan */
	money cost;
	int64_t tokens[TOKEN_KINDS];
	int64_t did[DID_KINDS], users;
};

struct report_odd { /* a day that stands out */
	int64_t day;
	int what; /* 0: all cost, 1: a model, 2: a workspace */
	const char *name;
	money cost, usual;
};

struct report_fresh {
	char *table;
	char finished[24], watermark[24]; /* YYYY-MM-DDTHH:MM:SSZ; "" */
	int64_t loads, rows;
	int64_t age; /* seconds behind the report's end: of the watermark, else of the load */
};

struct report {
	struct report_options o;
	unsigned tables; /* that there are: enum views_table */
	char *organization;

	int64_t first, last; /* days of the period, both in it */
	int64_t open;	     /* the day that is not over; last + 1 where there is none */
	int64_t scan;	     /* the first day that was read */
	size_t ndays;	     /* from scan to last */
	struct report_day *days;

	struct report_items models, workspaces;
	unsigned bill; /* the table that cost is read from: cost_report, or analytics_cost alone */
	unsigned
		opened_by; /* the kinds of key that the tables came with, see report/advice.h; 0: not known */
	int billed;		   /* the cost of keys is the API's own, not shared out by tokens */
	struct report_kind *kinds; /* the largest first */
	size_t nkinds;
	struct names key_ids, user_ids;
	struct report_key *keys; /* by number; "" is the Console */
	struct report_user *users;
	size_t keys_room, users_room;
	size_t *key_order, *user_order; /* by cost, the largest first */
	int64_t tools[TOOLS][2];	/* accepted, rejected, in the period; -1: not reported */
	money not_by_key;
	struct report_items people; /* who caused cost, where the API says it; in the period */
	struct report_items products, billed_workspaces; /* the same of what, and where */
	struct report_odd *odd;
	size_t nodd;
	struct report_fresh *fresh;
	size_t nfresh;
	struct seats seats;
	struct engagement engagement;
	struct limits limits;
	struct prices prices;
	struct changes changes;

	/* Of cost: complete up to as_of, exclusive.  Months are first days. */
	int64_t as_of, month, next_month, last_month, first_cost;
	money spent, spent_last_month, forecast, last30, prior30, period;
	int64_t tokens30, tokens_prior30, input30, read30, input_prior30, read_prior30;
	int64_t usage_end, claude_end; /* the days after the last ones with data; 0: no data */
	int64_t users30, users_prior30;
	struct reconcile *reconcile; /* NULL: not asked for */

	/*
	 * All amounts are in this one: US dollars, where there is cost in them.  Those in others are
	 * in the reports after it, which have nothing else: what is no amount is in the first.
	 */
	struct currency currency;
	struct report *next;
};

/* The reports of the currencies as they are shown: R, the others by code.  Return how many, at least one. */
size_t report_currencies(const struct report *r, const struct report *to[REPORT_CURRENCIES_MAX]);

/* The budget where R is in US dollars; -1: there is none. */
money report_budget(const struct report *r);

/*
 * Look which tables there are, for report_load(), and which organizations they have rows of, in the
 * order of their ids, to ORGANIZATIONS, which the caller frees: none where the tables are of one and
 * do not say of which.  Return 0 or -1.
 */
int report_look(const struct db *db, struct report_options *o, struct strlist *organizations,
	struct ant_err *e);

/*
 * Ask DB for all of it.  Return 0; -1 with ANT_FAIL for a database that cannot be asked or
 * holds what is no amount, ANT_USAGE for a period that is empty or too long.  What is
 * missing is missing: see tables, and the ends of data.
 */
int report_load(
	struct report *r, const struct db *db, const struct report_options *o, struct ant_err *e);
void report_free(struct report *r);

/* The time column of the table that cost is read from. */
const char *report_bill_time(const struct report *r);

int report_in_period(const struct report *r, int64_t day);

/* The figures that follow from the others: forecast, comparisons, orders, odd days. */
int report_derive(struct report *r, struct ant_err *e);

/* A day's struct; NULL where it was not read. */
const struct report_day *report_day_of(const struct report *r, int64_t day);

/*
 * The usual cost of a day: the median of its kind of day, working day or weekend, over the
 * four weeks before.  Return 0 where fewer than three such days are known.
 */
int report_usual(const struct report *r, int64_t day, money *usual);

/*
 * The number of a type of tokens or of cost as the API calls it: enum report_token, then
 * REPORT_SEARCHES and others; -1: of another.
 */
enum { REPORT_SEARCHES = TOKEN_KINDS };
int report_type(const char *id);

/* Its name for people; ID itself, or "Other", where it is another. */
const char *report_type_name(const char *id);
const char *report_token_name(enum report_token t);

#endif
