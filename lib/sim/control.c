#include "sim/control.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "sim/change.h"
#include "sim/expect.h"
#include "sim/query.h"

static void
control_error(struct sim_reply *reply, int status, const char *reason)
{
	reply->status = status;
	sim_reply_set(reply, "{\"error\":");
	if (reply->body != NULL) {
		json_put_string(&reply->body->text, reason);
		buf_puts(&reply->body->text, "}\n");
	}
}

static void
control_faults(struct sim_server *s, const struct sim_request *r, const char *body, size_t len,
	struct sim_reply *reply)
{
	struct ant_err e;
	int result = 0;

	pthread_mutex_lock(&s->books);
	if (strcmp(r->method, "POST") == 0)
		result = sim_faults_add(&s->faults, "faults", body, len, &e);
	else if (strcmp(r->method, "DELETE") == 0)
		sim_faults_clear(&s->faults);
	sim_reply_set(reply, "");
	for (size_t i = 0; result == 0 && reply->body != NULL && i < s->faults.n; i++) {
		buf_printf(&reply->body->text, "{\"seen\":%ld", s->faults.v[i].seen);
		json_put_member(&reply->body->text, "fault", s->faults.v[i].text);
		buf_puts(&reply->body->text, "}\n");
	}
	pthread_mutex_unlock(&s->books);
	if (result == -1)
		control_error(reply, 400, e.msg);
}

static void
control_log(struct sim_server *s, const struct sim_request *r, struct sim_reply *reply)
{
	sim_reply_set(reply, "");
	pthread_mutex_lock(&s->books);
	if (strcmp(r->method, "DELETE") == 0)
		buf_clear(&s->log);
	else if (reply->body != NULL && s->log.len > 0)
		buf_put(&reply->body->text, s->log.data, s->log.len);
	pthread_mutex_unlock(&s->books);
}

static void
control_change(struct sim_server *s, const struct sim_request *r, struct sim_reply *reply)
{
	struct sim_query q;
	struct ant_err e;
	int result;

	if (strcmp(r->method, "POST") != 0) {
		control_error(reply, 405, "POST only");
		return;
	}
	result = sim_query_parse(&q, r->query, &e);
	if (result == 0) {
		pthread_rwlock_wrlock(&s->model);
		result = sim_change(&s->sim, &q.names, &q.values, &e);
		sim_server_forget(s);
		pthread_rwlock_unlock(&s->model);
	}
	sim_query_free(&q);
	if (result == -1)
		control_error(reply, 400, e.msg);
	else
		sim_reply_set(reply, "{\"changed\":true}\n");
}

/* The oracle over the model as it is now: table, from, to, width, group_by. */
static void
control_expect(struct sim_server *s, const struct sim_request *r, struct sim_reply *reply)
{
	struct sim_expect x = {NULL, NULL, NULL, NULL, NULL};
	struct sim_query q;
	struct ant_err e;
	int result;

	sim_reply_set(reply, "");
	result = sim_query_parse(&q, r->query, &e);
	x.table = sim_query_value(&q, "table");
	x.from = sim_query_value(&q, "from");
	x.to = sim_query_value(&q, "to");
	x.width = sim_query_value(&q, "width");
	x.group_by = sim_query_value(&q, "group_by");
	if (result == 0 && reply->body != NULL) {
		pthread_rwlock_rdlock(&s->model);
		result = sim_expect(&reply->body->text, &s->sim, &x, &e);
		pthread_rwlock_unlock(&s->model);
	}
	sim_query_free(&q);
	snprintf(reply->type, sizeof reply->type, "text/tab-separated-values; charset=utf-8");
	if (result == -1)
		control_error(reply, 400, e.msg);
}

void
sim_control(struct sim_server *s, const struct sim_request *r, const char *body, size_t len,
	struct sim_reply *reply)
{
	const char *what = r->path + strlen("/_sim");

	reply->status = 200;
	snprintf(reply->type, sizeof reply->type, "application/x-ndjson");
	if (strcmp(what, "/faults") == 0)
		control_faults(s, r, body, len, reply);
	else if (strcmp(what, "/log") == 0)
		control_log(s, r, reply);
	else if (strcmp(what, "/revise") == 0 || strcmp(what, "/change") == 0)
		control_change(s, r, reply);
	else if (strcmp(what, "/expect") == 0)
		control_expect(s, r, reply);
	else
		control_error(reply, 404, "there are /_sim/faults, log, revise, change and expect");
}
