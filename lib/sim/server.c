#include "sim/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/json.h"
#include "base/utc.h"
#include "sim/control.h"
#include "sim/damage.h"
#include "sim/gzip.h"
#include "sim/query.h"

#define BODY_MAX ((size_t)1 << 31)
#define LOG_MAX ((size_t)64 << 20)
#define CACHE_MAX ((size_t)512 << 20)

enum { OF_REQUEST = 500, OF_ODD };

struct sim_cached {
	struct sim_cached *next;
	char *key;
	struct sim_body *body;
};

/* ---- bodies and replies ---- */

static struct sim_body *
body_new(void)
{
	struct sim_body *b = calloc(1, sizeof *b);

	if (b == NULL)
		return NULL;
	atomic_init(&b->users, 1);
	buf_init(&b->text, BODY_MAX);
	return b;
}

static struct sim_body *
body_share(struct sim_body *b)
{
	atomic_fetch_add(&b->users, 1);
	return b;
}

void
sim_body_release(struct sim_body *b)
{
	if (b == NULL || atomic_fetch_sub(&b->users, 1) > 1)
		return;
	buf_free(&b->text);
	free(b);
}

void
sim_reply_free(struct sim_reply *r)
{
	sim_body_release(r->body);
	strlist_free(&r->headers);
	r->body = NULL;
}

static void
add_header(struct sim_reply *r, const char *name, const char *value)
{
	char line[512];
	int n = snprintf(line, sizeof line, "%s:%s", name, value);

	if (n > 0 && (size_t)n < sizeof line)
		strlist_add(&r->headers, line, (size_t)n);
}

void
sim_reply_set(struct sim_reply *r, const char *text)
{
	sim_body_release(r->body);
	if ((r->body = body_new()) != NULL)
		buf_puts(&r->body->text, text);
}

/* ---- the cache of pages ---- */

/* FNV-1a from a start of its own, not base/hash: the bytes of the answers depend on it. */
static uint64_t
slot_of(const char *key)
{
	uint64_t h = 1469598103934665603U;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211U;
	return h % SIM_CACHE_SLOTS;
}

static void
cache_clear(struct sim_server *s)
{
	for (size_t i = 0; i < SIM_CACHE_SLOTS; i++)
		while (s->cache[i] != NULL) {
			struct sim_cached *c = s->cache[i];

			s->cache[i] = c->next;
			sim_body_release(c->body);
			free(c->key);
			free(c);
		}
	s->cache_size = 0;
}

void
sim_server_forget(struct sim_server *s)
{
	pthread_mutex_lock(&s->books);
	cache_clear(s);
	pthread_mutex_unlock(&s->books);
}

static struct sim_body *
cache_find(struct sim_server *s, const char *key)
{
	struct sim_body *found = NULL;

	pthread_mutex_lock(&s->books);
	for (struct sim_cached *c = s->cache[slot_of(key)]; c != NULL && found == NULL; c = c->next)
		if (strcmp(c->key, key) == 0)
			found = body_share(c->body);
	pthread_mutex_unlock(&s->books);
	return found;
}

/* A page that does not fit is not kept: no failure. */
static void
cache_keep(struct sim_server *s, const char *key, struct sim_body *b)
{
	struct sim_cached *c = malloc(sizeof *c);
	char *copy = strdup(key);

	pthread_mutex_lock(&s->books);
	if (s->cache_size + b->text.len > CACHE_MAX)
		cache_clear(s);
	if (c == NULL || copy == NULL || b->text.len > CACHE_MAX) {
		free(c);
		free(copy);
	} else {
		c->key = copy;
		c->body = body_share(b);
		c->next = s->cache[slot_of(key)];
		s->cache[slot_of(key)] = c;
		s->cache_size += b->text.len;
	}
	pthread_mutex_unlock(&s->books);
}

/* What a page follows from, besides the model: a moving clock counts by the minute. */
static int
cache_key(struct buf *key, const struct sim_server *s, const struct sim_request *r)
{
	buf_printf(key, "%s?%s %d %s %s %lld", r->path, r->query == NULL ? "" : r->query,
		(int)sim_credential(r), r->version, r->beta == NULL ? "" : r->beta,
		s->sim.config.now != 0 ? 0 : (long long)time(NULL) / 60);
	return buf_str(key) == NULL ? -1 : 0;
}

/* ---- the API's answer ---- */

/* The answer to R without the cache; F may damage its page. */
static void
make_answer(struct sim_server *s, const struct sim_request *r, const struct sim_fault *f,
	struct sim_reply *reply)
{
	uint64_t seed = s->sim.config.seed;
	struct sim_answer a = {0};
	int failed;

	sim_api_answer(&s->sim, r, &a);
	reply->status = a.status;
	if ((reply->body = body_new()) == NULL) {
		sim_answer_free(&a);
		return;
	}
	if (a.status != 200)
		failed = buf_put(&reply->body->text, a.body.data, a.body.len);
	else if (f != NULL && sim_damage_needs_page(f))
		failed = sim_damage_page(&reply->body->text, &a.page, f, seed,
			(unsigned)sim_hash(seed, OF_REQUEST, slot_of(r->id), 0));
	else /* now and then the envelope stands before the data */
		failed = sim_page_render(&reply->body->text, &a.page, NULL,
			sim_hash(seed, OF_ODD, (uint64_t)a.page.position, slot_of(r->path)) % 4 ==
				0);
	if (failed) {
		reply->status = 500;
		sim_reply_set(reply, "");
	}
	sim_answer_free(&a);
}

static void
api_answer(struct sim_server *s, const struct sim_request *r, const struct sim_fault *f,
	struct sim_reply *reply)
{
	int plain = (f == NULL || !sim_damage_needs_page(f)) && sim_credential(r) != 0 &&
		    r->version != NULL && strcmp(r->method, "GET") == 0;
	struct buf key;

	buf_init(&key, 1 << 20);
	pthread_rwlock_rdlock(&s->model);
	if (plain && cache_key(&key, s, r) == 0 &&
		(reply->body = cache_find(s, key.data)) != NULL) {
		reply->status = 200;
	} else {
		make_answer(s, r, f, reply);
		if (plain && reply->status == 200 && !key.failed && key.len > 0)
			cache_keep(s, key.data, reply->body);
	}
	pthread_rwlock_unlock(&s->model);
	buf_free(&key);
}

/* A body of our own, so that damage to it does not reach the cache. */
static int
own_body(struct sim_reply *r)
{
	struct sim_body *b;

	if (atomic_load(&r->body->users) == 1)
		return 0;
	if ((b = body_new()) == NULL)
		return -1;
	buf_put(&b->text, r->body->text.data, r->body->text.len);
	sim_body_release(r->body);
	r->body = b;
	return b->text.failed ? -1 : 0;
}

static void
error_reply(
	struct sim_reply *reply, int status, const char *type, const char *message, const char *id)
{
	reply->status = status;
	sim_reply_set(reply, "");
	if (reply->body != NULL)
		sim_error_body(&reply->body->text, type, message, id);
}

/* What F puts in the place of an answer.  1 where it does. */
static int
fault_instead(const struct sim_request *r, const struct sim_fault *f, struct sim_reply *reply)
{
	if (f->redirect != NULL) {
		reply->status = f->status != 0 ? f->status : 302;
		add_header(reply, "location", f->redirect);
		sim_reply_set(reply, "");
		return 1;
	}
	if (f->body != NULL) {
		reply->status = f->status != 0 ? f->status : 200;
		sim_reply_set(reply, f->body);
		return 1;
	}
	if (f->error != NULL || f->status >= 300) {
		error_reply(reply, f->status != 0 ? f->status : 200,
			f->error != NULL ? f->error : sim_error_type(f->status),
			f->status == 429   ? "Number of requests has exceeded your rate limit."
			: f->status == 529 ? "Overloaded"
					   : "A fault of the simulator's plan.",
			f->no_id ? NULL : r->id);
		return 1;
	}
	return 0;
}

static int
accepts_gzip(const struct sim_request *r)
{
	return r->encoding != NULL && strstr(r->encoding, "gzip") != NULL;
}

static void
fault_answer(struct sim_server *s, struct sim_request *r, const struct sim_fault *f,
	struct sim_reply *reply)
{
	if (f->fewer > 0 && (r->page_size == 0 || f->fewer < r->page_size))
		r->page_size = f->fewer;
	reply->delay += f->delay;
	reply->reset = f->reset;
	reply->framing = f->framing;
	reply->cut = f->cut;
	reply->reset_at = f->reset_at;
	reply->drip_bytes = f->drip_bytes;
	reply->drip_ms = f->drip_ms;
	if (!fault_instead(r, f, reply))
		api_answer(s, r, f, reply);
	if (f->status != 0)
		reply->status = f->status;
	if (reply->body == NULL || own_body(reply) == -1 ||
		sim_damage_body(&reply->body->text, f) == -1)
		return;
	if (f->html)
		snprintf(reply->type, sizeof reply->type, "text/html; charset=utf-8");
	if (f->type != NULL)
		snprintf(reply->type, sizeof reply->type, "%s", f->type);
	for (size_t i = 0; i < f->headers.n; i++)
		strlist_add(&reply->headers, f->headers.v[i], strlen(f->headers.v[i]));
	if (f->gzip && accepts_gzip(r) && sim_gzip(&reply->body->text) == 0)
		add_header(reply, "content-encoding", "gzip");
}

/* ---- the log ---- */

static void
log_request(struct sim_server *s, const struct sim_request *r, const char *query,
	const struct timespec *at, const struct sim_fault *f, const struct sim_reply *reply)
{
	const char *credential = sim_credential_name(r);
	char when[UTC_TEXT];

	utc_format((int64_t)at->tv_sec, when);
	when[19] = '\0';
	pthread_mutex_lock(&s->books);
	if (s->log.len > LOG_MAX - (1 << 21) || s->log.failed) /* what nobody reads is dropped */
		buf_clear(&s->log);
	buf_printf(&s->log, "{\"time\":\"%s.%03ldZ\"", when, at->tv_nsec / 1000000);
	json_put_member(&s->log, "method", r->method);
	json_put_member(&s->log, "path", r->path);
	json_put_member(&s->log, "query", query);
	buf_printf(&s->log, ",\"status\":%d", reply->reset ? 0 : reply->status);
	json_put_member(&s->log, "user_agent", r->agent);
	json_put_member(&s->log, "accept_encoding", r->encoding);
	buf_printf(&s->log, ",\"key\":%s", credential != NULL ? "true" : "false");
	json_put_member(&s->log, "credential", credential);
	json_put_member(&s->log, "version", r->version);
	buf_printf(
		&s->log, ",\"bytes\":%zu", reply->body == NULL ? (size_t)0 : reply->body->text.len);
	json_put_member(&s->log, "request_id", r->id);
	json_put_member(&s->log, "fault", f == NULL ? NULL : f->text);
	buf_puts(&s->log, "}\n");
	pthread_mutex_unlock(&s->books);
}

/* ---- all together ---- */

int
sim_server_open(struct sim_server *s, const struct sim_config *c, struct ant_err *e)
{
	memset(s, 0, sizeof *s);
	buf_init(&s->log, LOG_MAX);
	if (pthread_rwlock_init(&s->model, NULL) != 0 || pthread_mutex_init(&s->books, NULL) != 0)
		return err_set(e, ANT_FAIL, "cannot make a lock");
	return sim_make(&s->sim, c, e);
}

void
sim_server_close(struct sim_server *s)
{
	cache_clear(s);
	sim_faults_clear(&s->faults);
	buf_free(&s->log);
	sim_free(&s->sim);
	pthread_mutex_destroy(&s->books);
	pthread_rwlock_destroy(&s->model);
}

static void
request_id(struct sim_server *s, struct sim_request *r)
{
	static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	uint64_t n, x = 0;

	pthread_mutex_lock(&s->books);
	n = r->number = s->requests++;
	pthread_mutex_unlock(&s->books);
	memcpy(r->id, "req_01", 6);
	for (uint64_t i = 0; i < 22; i++) {
		x = i % 8 == 0 ? sim_hash(s->sim.config.seed, OF_REQUEST, n, i) : x / 58;
		r->id[6 + i] = base58[x % 58];
	}
	r->id[28] = '\0';
}

/* The query as readers of the log and writers of faults see it. */
static void
query_text(struct buf *to, const char *raw)
{
	struct sim_query q;
	struct ant_err e;

	if (sim_query_parse(&q, raw, &e) == 0)
		sim_query_text(to, &q);
	else
		buf_puts(to, raw);
	sim_query_free(&q);
}

void
sim_server_answer(struct sim_server *s, struct sim_request *r, const char *body, size_t len,
	struct sim_reply *reply)
{
	struct sim_fault f;
	struct timespec at;
	struct buf query;
	const char *organization;
	int struck;

	memset(reply, 0, sizeof *reply);
	reply->cut = reply->reset_at = SIM_WHOLE;
	if (strncmp(r->path, "/_sim", 5) == 0) {
		sim_control(s, r, body, len, reply);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &at);
	request_id(s, r);
	r->page_size = s->page_size;
	reply->delay = s->latency;
	snprintf(reply->type, sizeof reply->type, "application/json");
	buf_init(&query, 1 << 20);
	query_text(&query, r->query);
	if (buf_str(&query) == NULL)
		buf_clear(&query);
	pthread_mutex_lock(&s->books);
	struck = sim_faults_match(&s->faults, r->path, query.data == NULL ? "" : query.data, &f);
	pthread_mutex_unlock(&s->books);
	if (struck)
		fault_answer(s, r, &f, reply);
	else
		api_answer(s, r, NULL, reply);
	if (!struck || !f.no_id)
		add_header(reply, "request-id", r->id);
	organization = struck && f.organization != NULL ? f.organization : s->sim.org.id;
	if (*organization != '\0')
		add_header(reply, "anthropic-organization-id", organization);
	log_request(s, r, query.data == NULL ? "" : query.data, &at, struck ? &f : NULL, reply);
	if (struck)
		sim_fault_free(&f);
	buf_free(&query);
}
