#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "net/base_url.h"
#include "net/secret.h"

enum {
	CONNECT_MS = 15000, /* to reach the server */
	STALL_MS = 30000,   /* over this long ... */
	STALL_RATE = 100,   /* ... at least so many bytes a second, once the body has begun */
	RECEIVE = 256 << 10, /* libcurl's buffers */
	SEND = 256 << 10
};

struct slot { /* one request, or room for one */
	struct http *http;
	CURL *easy;
	struct buf *body;
	http_source *source; /* of a body to send; NULL: there is none */
	void *source_arg;
	void *tag;
	int busy, done, big, nomem, late, paused;
	CURLcode code;
	int64_t started, stall_from, stall_bytes, bytes;
	struct http_answer answer;
	char error[CURL_ERROR_SIZE];
};

struct http {
	char *base;
	const char *ca_file, *user_agent; /* the caller's */
	struct curl_slist *headers;
	struct {
		struct curl_slist *line; /* memory that is wiped; NULL: there is none */
		const char *text;	 /* in it */
	} secrets[HTTP_SECRETS];
	const char *const *fields;
	CURLM *multi;
	struct slot *slots;
	size_t nslots, active;
	int loopback, global;
	int64_t timeout_ms;
};

/* Check the parts of URL. */
static int
check_parts(struct http *h, CURLU *url, int insecure_http, struct ant_err *e)
{
	static const CURLUPart parts[] = {[BASE_URL_SCHEME] = CURLUPART_SCHEME,
		[BASE_URL_HOST] = CURLUPART_HOST,
		[BASE_URL_USER] = CURLUPART_USER,
		[BASE_URL_PASSWORD] = CURLUPART_PASSWORD,
		[BASE_URL_QUERY] = CURLUPART_QUERY,
		[BASE_URL_FRAGMENT] = CURLUPART_FRAGMENT};
	char *text[BASE_URL_PARTS] = {NULL}; /* stays so where URL has no such part */
	int nomem = 0, rc;

	for (size_t i = 0; i < BASE_URL_PARTS; i++)
		nomem |= curl_url_get(url, parts[i], &text[i], 0) == CURLUE_OUT_OF_MEMORY;
	rc = nomem ? err_set(e, ANT_FAIL, "libcurl: out of memory")
		   : base_url_check(text, insecure_http, e);
	h->loopback = rc == 0 && base_url_is_loopback(text[BASE_URL_HOST]);
	for (size_t i = 0; i < BASE_URL_PARTS; i++)
		curl_free(text[i]);
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
		rc = check_parts(h, url, o->insecure_http, e);
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
add_header(struct curl_slist **to, const char *line, struct ant_err *e)
{
	struct curl_slist *more = curl_slist_append(*to, line);

	if (more == NULL)
		return err_set(e, ANT_FAIL, "libcurl: out of memory");
	*to = more;
	return 0;
}

static int
set_secret(struct http *h, size_t i, const struct http_options *o, struct ant_err *e)
{
	const char *header = o->secrets[i].header, *text = o->secrets[i].text;
	char line[SECRET_MAX];
	int n, rc;

	if (text == NULL)
		return 0;
	n = snprintf(line, sizeof line, "%s%s", header, text);
	rc = n < 0 || (size_t)n >= sizeof line ? err_set(e, ANT_USAGE, "the key is too long")
					       : add_header(&h->secrets[i].line, line, e);
	explicit_bzero(line, sizeof line);
	if (rc == 0)
		h->secrets[i].text = h->secrets[i].line->data + strlen(header);
	return rc;
}

static int
set_secrets(struct http *h, const struct http_options *o, struct ant_err *e)
{
	for (size_t i = 0; i < HTTP_SECRETS; i++)
		if (set_secret(h, i, o, e) == -1)
			return -1;
	return 0;
}

int
http_use(struct http *h, size_t which, const char *const *lines, struct ant_err *e)
{
	struct curl_slist *headers = NULL;
	const struct curl_slist *secret = h->secrets[which].line;
	int rc = secret != NULL ? add_header(&headers, secret->data, e) : 0;

	for (; rc == 0 && *lines != NULL; lines++)
		rc = add_header(&headers, *lines, e);
	if (rc == -1) {
		curl_slist_free_all(headers);
		return -1;
	}
	for (size_t i = 0; i < h->nslots; i++)
		if (h->slots[i].easy != NULL)
			curl_easy_setopt(h->slots[i].easy, CURLOPT_HTTPHEADER, headers);
	curl_slist_free_all(h->headers);
	h->headers = headers;
	return 0;
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
	h->fields = o->fields;
	h->ca_file = o->ca_file;
	h->user_agent = o->user_agent;
	if (curl_global_init_mem(plain ? CURL_GLOBAL_NOTHING : CURL_GLOBAL_ALL, secret_malloc,
		    secret_free, secret_realloc, secret_strdup, secret_calloc) != CURLE_OK) {
		err_set(e, ANT_FAIL, "libcurl: cannot start");
		goto error;
	}
	h->global = 1;
	if (set_base(h, o, e) == -1 || set_secrets(h, o, e) == -1)
		goto error;
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
	for (size_t i = 0; i < HTTP_SECRETS; i++)
		curl_slist_free_all(h->secrets[i].line);
	if (h->global)
		curl_global_cleanup();
	free(h->slots);
	free(h->base);
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
	for (size_t i = 0; i < HTTP_SECRETS; i++)
		if (h->secrets[i].text != NULL)
			secret_cover(text, h->secrets[i].text);
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
	for (size_t i = 0; s->http->fields[i] != NULL; i++)
		take(line, n, s->http->fields[i], a->field[i]);
	return n;
}

/*
 * CURLOPT_NOSIGNAL stays off: libcurl then ignores SIGPIPE in its own calls, and
 * a reader of stdout that has gone ends us in ours.
 */
static CURLcode
set_up(struct http *h, struct slot *s)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {{CURLOPT_FOLLOWLOCATION, 0}, {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE},
		{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2}, {CURLOPT_SSL_VERIFYPEER, 1},
		{CURLOPT_SSL_VERIFYHOST, 2}, {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
		/* Share an HTTP/2 connection rather than open another. */
		{CURLOPT_PIPEWAIT, strncasecmp(h->base, "https:", 6) == 0}, {CURLOPT_PATH_AS_IS, 1},
		{CURLOPT_TCP_KEEPALIVE, 1}, {CURLOPT_BUFFERSIZE, RECEIVE}};
	const struct {
		CURLoption option;
		const void *value;
	} pointers[] = {{CURLOPT_PROTOCOLS_STR, "http,https"}, {CURLOPT_USERAGENT, h->user_agent},
		{CURLOPT_ACCEPT_ENCODING, ""}, {CURLOPT_ERRORBUFFER, s->error},
		{CURLOPT_WRITEDATA, s}, {CURLOPT_HEADERDATA, s}, {CURLOPT_PRIVATE, s}};
	CURL *c = s->easy;
	CURLcode r = curl_easy_setopt(c, CURLOPT_HTTPHEADER, h->headers);

	for (size_t i = 0; r == CURLE_OK && i < sizeof numbers / sizeof *numbers; i++)
		r = curl_easy_setopt(c, numbers[i].option, numbers[i].value);
	for (size_t i = 0; r == CURLE_OK && i < sizeof pointers / sizeof *pointers; i++)
		r = curl_easy_setopt(c, pointers[i].option, pointers[i].value);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	if (r == CURLE_OK && h->ca_file != NULL)
		r = curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_file);
	/* What is allowed to be plain because it stays on this machine must stay on it. */
	if (r == CURLE_OK && h->loopback)
		r = curl_easy_setopt(c, CURLOPT_PROXY, "");
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
	if ((r = set_up(h, s)) != CURLE_OK) {
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

/* Bytes of the body are wanted. */
static size_t
on_source(char *to, size_t one, size_t n, void *arg)
{
	struct slot *s = arg;
	size_t got = s->source(s->source_arg, to, one * n);

	s->paused = got == HTTP_LATER;
	return s->paused ? CURL_READFUNC_PAUSE : got;
}

/* A connection that the server has let go of meanwhile cannot be used: a body is not sent twice. */
static CURLcode
set_source(struct slot *s)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{CURLOPT_POST, 1}, {CURLOPT_MAXAGE_CONN, 2}, {CURLOPT_UPLOAD_BUFFERSIZE, SEND}};
	CURLcode r = curl_easy_setopt(s->easy, CURLOPT_READFUNCTION, on_source);

	if (r == CURLE_OK)
		r = curl_easy_setopt(s->easy, CURLOPT_READDATA, s);
	for (size_t i = 0; r == CURLE_OK && i < sizeof numbers / sizeof *numbers; i++)
		r = curl_easy_setopt(s->easy, numbers[i].option, numbers[i].value);
	return r;
}

static int
start(struct http *h, const char *target, http_source *source, void *arg, struct buf *body,
	void *tag, struct ant_err *e)
{
	struct slot *s = free_slot(h);
	CURLcode r;

	if (s == NULL)
		return err_set(e, ANT_FAIL, "http: more than %zu requests at a time", h->nslots);
	s->http = h;
	s->body = body;
	s->source = source;
	s->source_arg = arg;
	s->tag = tag;
	s->done = s->big = s->nomem = s->late = s->paused = 0;
	s->bytes = 0;
	s->error[0] = '\0';
	memset(&s->answer, 0, sizeof s->answer);
	buf_clear(body);
	if ((r = prepare(h, s)) != CURLE_OK || (r = set_url(h, s, target)) != CURLE_OK ||
		(source != NULL && (r = set_source(s)) != CURLE_OK))
		return err_set(e, ANT_FAIL, "libcurl: %s", curl_easy_strerror(r));
	s->started = clock_ms();
	if (curl_multi_add_handle(h->multi, s->easy) != CURLM_OK)
		return err_set(e, ANT_FAIL, "libcurl: cannot start a request");
	s->busy = 1;
	h->active++;
	return 0;
}

int
http_get(struct http *h, const char *target, struct buf *body, void *tag, struct ant_err *e)
{
	return start(h, target, NULL, NULL, body, tag, e);
}

int
http_post(struct http *h, const char *target, http_source *source, void *arg, struct buf *body,
	void *tag, struct ant_err *e)
{
	return start(h, target, source, arg, body, tag, e);
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

/* Every source that had nothing is asked again. */
static void
resume(struct http *h)
{
	for (size_t i = 0; i < h->nslots; i++)
		if (h->slots[i].busy && h->slots[i].paused) {
			h->slots[i].paused = 0;
			curl_easy_pause(h->slots[i].easy, CURLPAUSE_CONT);
		}
}

static int
all_paused(const struct http *h)
{
	for (size_t i = 0; i < h->nslots; i++)
		if (h->slots[i].busy && !h->slots[i].paused)
			return 0;
	return 1;
}

int
http_push(struct http *h, struct ant_err *e)
{
	int ended;

	resume(h);
	for (;;) {
		int64_t ms;
		CURLMcode code;

		if ((ended = perform(h, e)) == -1)
			return -1;
		ms = watch_time(h, 60000);
		if (ended > 0 || ms <= 0 || all_paused(h))
			return 0;
		code = curl_multi_poll(h->multi, NULL, 0, (int)ms, NULL);
		if (code != CURLM_OK)
			return err_set(e, ANT_FAIL, "libcurl: %s", curl_multi_strerror(code));
	}
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
	const char *text = s->nomem		 ? strerror(ENOMEM)
			   : s->error[0] != '\0' ? s->error
						 : curl_easy_strerror(s->code);

	if (s->late && s->bytes > 0)
		snprintf(a->reason, sizeof a->reason, "too slow: %lld bytes in %lld ms",
			(long long)s->bytes, (long long)a->ms);
	else if (s->late)
		snprintf(a->reason, sizeof a->reason, "no answer within %lld ms", (long long)a->ms);
	else if (s->big)
		snprintf(a->reason, sizeof a->reason, "the page is larger than %zu bytes",
			s->body->max);
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
		for (size_t f = 0; h->fields[f] != NULL; f++)
			http_redact(h, a->field[f]);
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
