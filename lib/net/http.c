#include "net/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

enum {
	CONNECT_MS = 15000,  /* to reach the server */
	STALL_MS = 30000,    /* over this long ... */
	STALL_RATE = 100,    /* ... at least so many bytes a second, once the body has begun */
	RECEIVE = 256 << 10, /* libcurl's buffer */
	KEY_HEADER = 8192,
	KEY_PART = 8 /* bytes of the key that are worth to be covered */
};

static const char key_name[] = "x-api-key: ";

struct slot { /* one request, or room for one */
	struct http *http;
	CURL *easy;
	struct buf *body;
	void *tag;
	int busy, done, big, nomem, late;
	CURLcode code;
	int64_t started, stall_from, stall_bytes, bytes;
	struct http_answer answer;
	char error[CURL_ERROR_SIZE];
};

struct http {
	char *base, *ca_file, *user_agent;
	struct curl_slist *headers;
	CURLM *multi;
	struct slot *slots;
	size_t nslots, active;
	int loopback, global;
	int64_t timeout_ms;
};

/*
 * libcurl keeps the key in what it sends.  Blocks carry their size in front, so
 * that they can be wiped when they are freed.
 */
union block {
	size_t size;
	max_align_t align;
};

static void
wipe(void *p, size_t n)
{
	volatile unsigned char *v = p;

	while (n-- > 0)
		*v++ = 0;
}

static void *
wiping_malloc(size_t n)
{
	union block *b;

	if (n > SIZE_MAX - sizeof *b || (b = malloc(sizeof *b + n)) == NULL)
		return NULL;
	b->size = n;
	return b + 1;
}

static void
wiping_free(void *p)
{
	union block *b = p;

	if (p == NULL)
		return;
	b--;
	if (b->size <= KEY_HEADER * 2) /* larger ones hold what was received */
		wipe(p, b->size);
	free(b);
}

static void *
wiping_calloc(size_t n, size_t size)
{
	void *p;

	if (size > 0 && n > SIZE_MAX / size)
		return NULL;
	if ((p = wiping_malloc(n * size)) != NULL)
		memset(p, 0, n * size);
	return p;
}

static void *
wiping_realloc(void *old, size_t n)
{
	size_t had = old == NULL ? 0 : ((union block *)old - 1)->size;
	void *p = wiping_malloc(n);

	if (p == NULL)
		return NULL;
	if (old != NULL)
		memcpy(p, old, had < n ? had : n);
	wiping_free(old);
	return p;
}

static char *
wiping_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = wiping_malloc(n);

	return p == NULL ? NULL : memcpy(p, s, n);
}

/* By what libcurl makes of the host: 127.0.0.1. would be a name, which it asks others for. */
static int
is_loopback(const char *host)
{
	struct in_addr four;

	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && inet_pton(AF_INET, host, &four) == 1);
}

/* A part of URL, or NULL where it has none (curl_free() it) or memory is short (*NOMEM). */
static char *
part(CURLU *url, CURLUPart what, int *nomem)
{
	char *s = NULL;
	CURLUcode code = curl_url_get(url, what, &s, 0);

	*nomem |= code == CURLUE_OUT_OF_MEMORY;
	return code == CURLUE_OK ? s : NULL;
}

/* Check the parts of the base URL. */
static int
check_base(struct http *h, const struct http_options *o, CURLU *url, struct ant_err *e)
{
	int nomem = 0;
	char *scheme = part(url, CURLUPART_SCHEME, &nomem);
	char *host = part(url, CURLUPART_HOST, &nomem);
	char *user = part(url, CURLUPART_USER, &nomem);
	char *password = part(url, CURLUPART_PASSWORD, &nomem);
	char *query = part(url, CURLUPART_QUERY, &nomem);
	char *fragment = part(url, CURLUPART_FRAGMENT, &nomem);
	int rc = 0;

	if (nomem)
		rc = err_set(e, ANT_FAIL, "libcurl: out of memory");
	else if (scheme == NULL || host == NULL)
		rc = err_set(e, ANT_USAGE, "the base URL has no host");
	else if (user != NULL || password != NULL)
		rc = err_set(e, ANT_USAGE, "the base URL must not hold a user or a password");
	else if (query != NULL || fragment != NULL)
		rc = err_set(e, ANT_USAGE, "the base URL must not hold a query or a fragment");
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
		rc = err_set(e, ANT_USAGE, "the base URL must start with https://");
	else if (strcmp(scheme, "http") == 0 && !is_loopback(host) && !o->insecure_http)
		rc = err_set(e, ANT_USAGE,
			"http:// to %s would send the key for everyone to read: use https://, or "
			"--insecure-http",
			host);
	else
		h->loopback = is_loopback(host);
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(password);
	curl_free(query);
	curl_free(fragment);
	return rc;
}

static int
set_base(struct http *h, const struct http_options *o, struct ant_err *e)
{
	CURLU *url = curl_url();
	CURLUcode code;
	size_t len;
	int rc;

	if (url == NULL)
		return err_set(e, ANT_FAIL, "libcurl: out of memory");
	code = curl_url_set(url, CURLUPART_URL, o->base_url, 0);
	if (code != CURLUE_OK)
		rc = err_set(e, code == CURLUE_OUT_OF_MEMORY ? ANT_FAIL : ANT_USAGE,
			"'%s' is no base URL: %s",
			strchr(o->base_url, '@') ? "(hidden)" : o->base_url,
			curl_url_strerror(code));
	else
		rc = check_base(h, o, url, e);
	curl_url_cleanup(url);
	if (rc == -1)
		return -1;
	if (strstr(o->base_url, "://") == NULL)
		return err_set(e, ANT_USAGE, "the base URL must start with https://");
	len = strlen(o->base_url);
	while (len > 0 && o->base_url[len - 1] == '/')
		len--;
	if ((h->base = strndup(o->base_url, len)) == NULL)
		return err_sys(e, ANT_FAIL, "base URL");
	return 0;
}

static int
add_header(struct http *h, const char *line)
{
	struct curl_slist *more = curl_slist_append(h->headers, line);

	if (more == NULL)
		return -1;
	h->headers = more;
	return 0;
}

static int
set_headers(struct http *h, const struct http_options *o, struct ant_err *e)
{
	char key[KEY_HEADER];
	int n, rc;

	n = snprintf(key, sizeof key, "%s%s", key_name, o->key);
	if (n < 0 || (size_t)n >= sizeof key)
		rc = err_set(e, ANT_USAGE, "the key is too long");
	else if (add_header(h, key) == -1 || add_header(h, "anthropic-version: 2023-06-01") == -1 ||
		 add_header(h, "accept: application/json") == -1)
		rc = err_set(e, ANT_FAIL, "libcurl: out of memory");
	else
		rc = 0;
	wipe(key, sizeof key);
	return rc;
}

struct http *
http_open(const struct http_options *o, struct ant_err *e)
{
	/* TLS takes time and memory to set up: not for plain http to this machine. */
	int plain = strncasecmp(o->base_url, "http://", 7) == 0 && !o->insecure_http;
	struct http *h = calloc(1, sizeof *h);

	if (h == NULL || (h->slots = calloc(o->jobs, sizeof *h->slots)) == NULL) {
		err_sys(e, ANT_FAIL, "http");
		free(h);
		return NULL;
	}
	h->nslots = o->jobs;
	h->timeout_ms = o->timeout_ms;
	if (curl_global_init_mem(plain ? CURL_GLOBAL_NOTHING : CURL_GLOBAL_ALL, wiping_malloc,
		    wiping_free, wiping_realloc, wiping_strdup, wiping_calloc) != CURLE_OK) {
		err_set(e, ANT_FAIL, "libcurl: cannot start");
		goto error;
	}
	h->global = 1;
	if (set_base(h, o, e) == -1 || set_headers(h, o, e) == -1)
		goto error;
	if ((h->user_agent = strdup(o->user_agent)) == NULL ||
		(o->ca_file != NULL && (h->ca_file = strdup(o->ca_file)) == NULL)) {
		err_sys(e, ANT_FAIL, "http");
		goto error;
	}
	if ((h->multi = curl_multi_init()) == NULL) {
		err_set(e, ANT_FAIL, "libcurl: out of memory");
		goto error;
	}
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)o->jobs);
	curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)o->jobs);
	return h;
error:
	http_free(h);
	return NULL;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	http_cancel(h);
	for (size_t i = 0; i < h->nslots; i++)
		if (h->slots[i].easy != NULL)
			curl_easy_cleanup(h->slots[i].easy);
	if (h->multi != NULL)
		curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->headers);
	if (h->global)
		curl_global_cleanup();
	free(h->slots);
	free(h->base);
	free(h->ca_file);
	free(h->user_agent);
	free(h);
}

const char *
http_base(const struct http *h)
{
	return h->base;
}

void
http_redact(const struct http *h, char *text)
{
	const char *key = h->headers->data + sizeof key_name - 1; /* the first header */
	size_t len = strlen(key);

	if (len < KEY_PART) /* no real key; it would cover letters of our own */
		return;
	for (char *p = text; (p = strstr(p, key)) != NULL; p += len)
		memset(p, '*', len);
	for (len--; len >= KEY_PART; len--) {
		size_t n = strlen(text);

		if (n >= len && memcmp(text + n - len, key, len) == 0) {
			memset(text + n - len, '*', len);
			return;
		}
	}
}

size_t
http_active(const struct http *h)
{
	return h->active;
}

/* The body arrives.  A short return makes libcurl give up. */
static size_t
on_body(char *data, size_t one, size_t n, void *arg)
{
	struct slot *s = arg;
	curl_off_t length = 0;

	(void)one;
	if (s->bytes == 0) {
		s->stall_from = clock_ms();
		s->stall_bytes = 0;
		curl_easy_getinfo(s->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
		if (length > 0 && (uintmax_t)length <= s->body->max)
			buf_reserve(s->body, (size_t)length);
	}
	s->bytes += (int64_t)n;
	if (buf_put(s->body, data, n) == 0)
		return n;
	s->big = errno == EMSGSIZE;
	s->nomem = !s->big;
	return n + 1;
}

/* LINE's field value in FIELD where its name is NAME. */
static void
take(const char *line, size_t len, const char *name, char field[static HTTP_FIELD])
{
	size_t n = strlen(name);

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return;
	line += n + 1;
	len -= n + 1;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && (unsigned char)line[len - 1] <= ' ')
		len--;
	if (len >= HTTP_FIELD)
		len = HTTP_FIELD - 1;
	memcpy(field, line, len);
	field[len] = '\0';
}

static size_t
on_header(char *line, size_t one, size_t n, void *arg)
{
	struct slot *s = arg;
	struct http_answer *a = &s->answer;

	(void)one;
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) /* what came before was a 100 */
		memset(a, 0, sizeof *a);
	take(line, n, "content-type", a->content_type);
	take(line, n, "request-id", a->request_id);
	take(line, n, "date", a->date);
	take(line, n, "x-should-retry", a->should_retry);
	take(line, n, "retry-after", a->retry_after);
	take(line, n, "retry-after-ms", a->retry_after_ms);
	take(line, n, "anthropic-ratelimit-requests-remaining", a->remaining);
	take(line, n, "anthropic-ratelimit-requests-reset", a->reset);
	return n;
}

static CURLcode
set_security(struct http *h, CURL *c)
{
	CURLcode r = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");

	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (r == CURLE_OK && h->ca_file != NULL)
		r = curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_file);
	/* What is allowed to be plain because it stays on this machine must stay on it. */
	if (r == CURLE_OK && h->loopback)
		r = curl_easy_setopt(c, CURLOPT_PROXY, "");
	return r;
}

/*
 * CURLOPT_NOSIGNAL stays off: libcurl then ignores SIGPIPE in its own calls, and
 * a reader of stdout that has gone ends us in ours.
 */
static CURLcode
set_transfer(struct http *h, struct slot *s)
{
	CURL *c = s->easy;
	CURLcode r = curl_easy_setopt(c, CURLOPT_HTTPHEADER, h->headers);

	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_USERAGENT, h->user_agent);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	if (r == CURLE_OK) /* share an HTTP/2 connection rather than open another */
		r = curl_easy_setopt(
			c, CURLOPT_PIPEWAIT, strncasecmp(h->base, "https:", 6) == 0 ? 1L : 0L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)RECEIVE);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_WRITEDATA, s);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_PRIVATE, s);
	return r;
}

static struct slot *
free_slot(struct http *h)
{
	for (size_t i = 0; i < h->nslots; i++)
		if (!h->slots[i].busy && !h->slots[i].done)
			return &h->slots[i];
	return NULL;
}

/* A handle is set up once and then used for every request of its slot. */
static CURLcode
prepare(struct http *h, struct slot *s)
{
	CURLcode r;

	if (s->easy != NULL)
		return CURLE_OK;
	if ((s->easy = curl_easy_init()) == NULL)
		return CURLE_OUT_OF_MEMORY;
	if ((r = set_security(h, s->easy)) == CURLE_OK)
		r = set_transfer(h, s);
	if (r != CURLE_OK) {
		curl_easy_cleanup(s->easy);
		s->easy = NULL;
	}
	return r;
}

/*
 * The URL, and what stands in the request line a second time: libcurl 7.88 drops
 * the query without a word where memory is short.  (A proxy for plain http, which
 * --insecure-http allows, wants the whole URL there: it gets what libcurl makes.)
 */
static CURLcode
set_url(struct http *h, struct slot *s, const char *target)
{
	struct buf url;
	const char *text;
	CURLcode r = CURLE_OUT_OF_MEMORY;

	buf_init(&url, 1 << 20);
	buf_puts(&url, h->base);
	buf_puts(&url, target);
	if ((text = buf_str(&url)) != NULL)
		r = curl_easy_setopt(s->easy, CURLOPT_URL, text);
	if (r == CURLE_OK && (h->loopback || strncasecmp(text, "https:", 6) == 0))
		r = curl_easy_setopt(
			s->easy, CURLOPT_REQUEST_TARGET, strchr(strstr(text, "://") + 3, '/'));
	buf_free(&url);
	return r;
}

int
http_get(struct http *h, const char *target, struct buf *body, void *tag, struct ant_err *e)
{
	struct slot *s = free_slot(h);
	CURLcode r;

	if (s == NULL)
		return err_set(e, ANT_FAIL, "http: more than %zu requests at a time", h->nslots);
	s->http = h;
	s->body = body;
	s->tag = tag;
	s->done = s->big = s->nomem = s->late = 0;
	s->bytes = 0;
	s->error[0] = '\0';
	memset(&s->answer, 0, sizeof s->answer);
	buf_clear(body);
	if ((r = prepare(h, s)) != CURLE_OK || (r = set_url(h, s, target)) != CURLE_OK)
		return err_set(e, ANT_FAIL, "libcurl: %s", curl_easy_strerror(r));
	s->started = clock_ms();
	if (curl_multi_add_handle(h->multi, s->easy) != CURLM_OK)
		return err_set(e, ANT_FAIL, "libcurl: cannot start a request");
	s->busy = 1;
	h->active++;
	return 0;
}

/* A request has ended with CODE. */
static void
finish(struct http *h, struct slot *s, CURLcode code)
{
	curl_off_t bytes = 0;

	curl_easy_getinfo(s->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &s->answer.status);
	s->answer.wire_bytes = bytes;
	s->answer.ms = clock_ms() - s->started;
	s->code = code;
	curl_multi_remove_handle(h->multi, s->easy);
	s->busy = 0;
	s->done = 1;
}

static int64_t
stall_left(const struct slot *s, int64_t now)
{
	return s->bytes == 0 ? INT64_MAX : s->stall_from + STALL_MS - now;
}

/* Milliseconds until a time limit of S runs out. */
static int64_t
time_left(struct slot *s, int64_t now)
{
	int64_t left = s->started + s->http->timeout_ms - now, stall = stall_left(s, now);
	curl_off_t connected = 0;

	curl_easy_getinfo(s->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	if (connected == 0 && s->started + CONNECT_MS - now < left)
		left = s->started + CONNECT_MS - now;
	return stall < left ? stall : left;
}

/* End the requests whose time is over; return how long until the next is, at most MS. */
static int64_t
watch_time(struct http *h, int64_t ms)
{
	int64_t now = clock_ms();

	for (size_t i = 0; i < h->nslots; i++) {
		struct slot *s = &h->slots[i];
		int64_t left;

		if (!s->busy)
			continue;
		if (stall_left(s, now) <= 0 &&
			s->bytes - s->stall_bytes >= (int64_t)STALL_RATE * STALL_MS / 1000) {
			s->stall_from = now;
			s->stall_bytes = s->bytes;
		}
		if ((left = time_left(s, now)) <= 0) {
			s->late = 1;
			finish(h, s, CURLE_OPERATION_TIMEDOUT);
			ms = 0;
		} else if (left < ms) {
			ms = left;
		}
	}
	return ms;
}

/* Let libcurl work and note what it has done.  Return how many ended, or -1. */
static int
perform(struct http *h, struct ant_err *e)
{
	int running, left, ended = 0;
	CURLMsg *m;
	CURLMcode code = curl_multi_perform(h->multi, &running);

	if (code != CURLM_OK)
		return err_set(e, ANT_FAIL, "libcurl: %s", curl_multi_strerror(code));
	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		char *slot = NULL;
		CURLcode r = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &slot);
		finish(h, (struct slot *)(void *)slot, r);
		ended++;
	}
	return ended;
}

int
http_wait(struct http *h, int64_t ms, int watch, struct ant_err *e)
{
	struct curl_waitfd reader = {.fd = watch};
	int ended = perform(h, e);
	CURLMcode code;

	if (ended == -1)
		return -1;
	ms = watch_time(h, ms);
	if (ended > 0 || ms <= 0)
		return 0;
	code = curl_multi_poll(h->multi, &reader, watch >= 0, ms > 60000 ? 60000 : (int)ms, NULL);
	if (code != CURLM_OK)
		return err_set(e, ANT_FAIL, "libcurl: %s", curl_multi_strerror(code));
	return perform(h, e) == -1 ? -1 : 0;
}

static enum http_result
result_of(const struct slot *s)
{
	if (s->big)
		return HTTP_BIG;
	if (s->nomem)
		return HTTP_LOCAL;
	switch (s->code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_WRITE_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
		return HTTP_LOCAL;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return HTTP_FORBIDDEN;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_TLS;
	default:
		return HTTP_NETWORK;
	}
}

static void
explain(const struct slot *s, struct http_answer *a)
{
	const char *text = s->error[0] != '\0' ? s->error : curl_easy_strerror(s->code);

	if (s->late && s->bytes > 0)
		snprintf(a->reason, sizeof a->reason, "too slow: %lld bytes in %lld ms",
			(long long)s->bytes, (long long)a->ms);
	else if (s->late)
		snprintf(a->reason, sizeof a->reason, "no answer within %lld ms", (long long)a->ms);
	else if (s->big)
		snprintf(a->reason, sizeof a->reason, "the page is larger than %zu bytes",
			s->body->max);
	else if (s->nomem)
		snprintf(a->reason, sizeof a->reason, "%s", strerror(ENOMEM));
	else
		snprintf(a->reason, sizeof a->reason, "%s", text);
}

int
http_next(struct http *h, struct http_answer *a, void **tag)
{
	for (size_t i = 0; i < h->nslots; i++) {
		struct slot *s = &h->slots[i];

		if (!s->done)
			continue;
		s->done = 0;
		h->active--;
		*a = s->answer;
		*tag = s->tag;
		a->result = result_of(s);
		if (a->result != HTTP_ANSWERED)
			explain(s, a);
		http_redact(h, a->request_id); /* what messages show of it */
		http_redact(h, a->reason);
		return 1;
	}
	return 0;
}

void
http_cancel(struct http *h)
{
	for (size_t i = 0; i < h->nslots; i++) {
		if (h->slots[i].busy)
			curl_multi_remove_handle(h->multi, h->slots[i].easy);
		h->slots[i].busy = h->slots[i].done = 0;
	}
	h->active = 0;
}

void
http_pardon(struct http *h, int64_t ms)
{
	for (size_t i = 0; i < h->nslots; i++)
		if (h->slots[i].busy) {
			h->slots[i].started += ms;
			h->slots[i].stall_from += ms;
		}
}
