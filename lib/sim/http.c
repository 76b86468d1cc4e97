#define _GNU_SOURCE /* POLLRDHUP: a client that has gone ends its delay */
#include "sim/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/clock.h"

enum { UPLOAD_MAX = 1 << 20, SLICE_MS = 50, STALL_MS = 30000, CONNECTIONS = 2000 };

struct sim_http {
	struct MHD_Daemon *daemon;
	struct sim_server *server;
	atomic_int stopping;
	unsigned port;
};

/* One request, from its first line on. */
struct exchange {
	char *uri; /* as it came */
	struct buf upload;
	int started;
};

/* Wait.  0, or -1 where the client has gone or the server stops. */
static int
pause_ms(struct sim_http *h, int fd, long ms)
{
	int64_t end = clock_ms() + ms;

	for (int64_t rest = ms; rest > 0; rest = end - clock_ms()) {
		struct pollfd p = {fd, POLLRDHUP, 0};

		if (atomic_load(&h->stopping) ||
			poll(&p, 1, (int)(rest < SLICE_MS ? rest : SLICE_MS)) > 0)
			return -1;
	}
	return 0;
}

/* ---- answers on the bare socket ---- */

static int
send_all(struct sim_http *h, int fd, const char *p, size_t n)
{
	int64_t end = clock_ms() + STALL_MS;

	while (n > 0) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
		struct pollfd out = {fd, POLLOUT, 0};

		if (w > 0) {
			p += w;
			n -= (size_t)w;
			continue;
		}
		if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			return -1;
		if (atomic_load(&h->stopping) || clock_ms() > end || poll(&out, 1, SLICE_MS) == -1)
			return -1;
	}
	return 0;
}

static void
put_head(struct buf *to, const struct sim_reply *r)
{
	buf_printf(to, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: %s\r\n", r->status,
		r->status == 200 ? "OK" : "Fault", r->type);
	for (size_t i = 0; i < r->headers.n; i++) {
		const char *colon = strchr(r->headers.v[i], ':');

		buf_printf(to, "%.*s: %s\r\n", (int)(colon - r->headers.v[i]), r->headers.v[i],
			colon + 1 + strspn(colon + 1, " "));
	}
	if (r->framing == SIM_CHUNKED)
		buf_puts(to, "Transfer-Encoding: chunked\r\n");
	else if (r->framing != SIM_CLOSE)
		buf_printf(to, "Content-Length: %zu\r\n", r->body->text.len);
	buf_puts(to, "\r\n");
}

/* How many bytes of a body of LEN a cut leaves. */
static size_t
cut_at(long cut, size_t len)
{
	return cut == SIM_WHOLE		      ? len
	       : cut == SIM_HALF	      ? len / 2
	       : cut > 0 && (size_t)cut > len ? len
					      : (size_t)cut;
}

/* N bytes of the body in pieces, each a chunk where the framing is chunked. */
static int
send_body(struct sim_http *h, int fd, const struct sim_reply *r, size_t n)
{
	size_t piece = r->drip_bytes > 0 ? (size_t)r->drip_bytes : 16384, done = 0;
	const char *data = r->body->text.data;
	char head[32];

	while (done < n) {
		size_t now = n - done < piece ? n - done : piece;
		/* A chunk announces what it would have had: its end is missing after a cut. */
		size_t said = r->body->text.len - done < piece ? r->body->text.len - done : piece;

		if (r->drip_bytes > 0 && pause_ms(h, fd, r->drip_ms) == -1)
			return -1;
		snprintf(head, sizeof head, "%zx\r\n", said);
		if (r->framing == SIM_CHUNKED && send_all(h, fd, head, strlen(head)) == -1)
			return -1;
		if (send_all(h, fd, data + done, now) == -1)
			return -1;
		if (r->framing == SIM_CHUNKED && now == said && send_all(h, fd, "\r\n", 2) == -1)
			return -1;
		done += now;
	}
	return 0;
}

/* A reset instead of the usual close: TCP's RST. */
static void
reset(int fd)
{
	const struct sockaddr none = {.sa_family = AF_UNSPEC};

	connect(fd, &none, sizeof none); /* Linux: aborts the connection at once */
}

static void
send_raw(struct sim_http *h, int fd, const struct sim_reply *r)
{
	size_t len = r->body->text.len;
	size_t n = r->reset_at != SIM_WHOLE ? cut_at(r->reset_at, len) : cut_at(r->cut, len);
	struct buf head;

	buf_init(&head, 1 << 16);
	put_head(&head, r);
	if (!head.failed && send_all(h, fd, head.data, head.len) == 0 &&
		send_body(h, fd, r, n) == 0 && n == len && r->cut == SIM_WHOLE &&
		r->framing == SIM_CHUNKED)
		send_all(h, fd, "0\r\n\r\n", 5);
	buf_free(&head);
	if (r->reset_at != SIM_WHOLE) {
		pause_ms(h, fd, 20); /* what was sent must arrive before the reset discards it */
		reset(fd);
	}
}

static int
is_raw(const struct sim_reply *r)
{
	return r->framing != SIM_AS_USUAL || r->cut != SIM_WHOLE || r->reset_at != SIM_WHOLE ||
	       r->drip_bytes > 0;
}

/* ---- answers through the library ---- */

static void
release(void *body)
{
	sim_body_release(body);
}

static enum MHD_Result
send_usual(struct MHD_Connection *connection, struct sim_reply *r)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer_with_free_callback_cls(
		r->body->text.len, r->body->text.data, release, r->body);
	if (response == NULL)
		return MHD_NO;
	r->body = NULL; /* the response's now */
	if (r->type[0] != '\0')
		MHD_add_response_header(response, "Content-Type", r->type);
	for (size_t i = 0; i < r->headers.n; i++) {
		char *name = r->headers.v[i], *colon = strchr(name, ':');

		*colon = '\0';
		MHD_add_response_header(response, name, colon + 1 + strspn(colon + 1, " "));
	}
	result = MHD_queue_response(connection, (unsigned)r->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Closing the connection is what MHD does on MHD_NO. */
static enum MHD_Result
send_reply(struct sim_http *h, struct MHD_Connection *connection, struct sim_reply *r)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	int fd = info == NULL ? -1 : info->connect_fd;

	if (r->body == NULL || r->body->text.failed)
		return MHD_NO;
	if (r->delay > 0 && pause_ms(h, fd, r->delay) == -1)
		return MHD_NO;
	if (r->reset) {
		reset(fd);
		return MHD_NO;
	}
	if (!is_raw(r))
		return send_usual(connection, r);
	send_raw(h, fd, r);
	return MHD_NO;
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result
answer(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *data, size_t *size, void **state)
{
	struct sim_http *h = cls;
	struct exchange *x = *state;
	struct sim_request r = {0};
	struct sim_reply reply;
	enum MHD_Result result;
	char *mark;

	(void)version;
	if (x == NULL)
		return MHD_NO;
	if (!x->started) {
		x->started = 1;
		return MHD_YES; /* the body is still to come */
	}
	if (*size > 0) {
		buf_put(&x->upload, data, *size); /* too much of it is seen below */
		*size = 0;
		return MHD_YES;
	}
	if (x->upload.failed)
		return MHD_NO;
	mark = strchr(x->uri, '?');
	r.method = method;
	r.path = url;
	r.query = mark == NULL ? NULL : mark + 1;
	r.key = header(connection, "x-api-key");
	r.authorization = header(connection, "Authorization");
	r.version = header(connection, "anthropic-version");
	r.beta = header(connection, "anthropic-beta");
	r.agent = header(connection, "User-Agent");
	r.encoding = header(connection, "Accept-Encoding");
	sim_server_answer(
		h->server, &r, x->upload.data == NULL ? "" : x->upload.data, x->upload.len, &reply);
	result = send_reply(h, connection, &reply);
	sim_reply_free(&reply);
	return result;
}

static void *
begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *x = calloc(1, sizeof *x);

	(void)cls;
	(void)connection;
	if (x == NULL || (x->uri = strdup(uri)) == NULL) {
		free(x);
		return NULL;
	}
	buf_init(&x->upload, UPLOAD_MAX);
	return x;
}

static void
finish(void *cls, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)cls;
	(void)connection;
	(void)why;
	if (x == NULL)
		return;
	buf_free(&x->upload);
	free(x->uri);
	free(x);
	*state = NULL;
}

struct sim_http *
sim_http_start(struct sim_server *s, unsigned port, struct ant_err *e)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	const union MHD_DaemonInfo *info;
	struct sim_http *h = calloc(1, sizeof *h);

	if (h == NULL) {
		err_sys(e, ANT_FAIL, "server");
		return NULL;
	}
	h->server = s;
	atomic_init(&h->stopping, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	h->daemon = MHD_start_daemon(
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL,
		(uint16_t)port, NULL, NULL, answer, h, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED, finish, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, begin, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)1 << 17,
		MHD_OPTION_END);
	if (h->daemon == NULL) {
		err_sys(e, ANT_FAIL, "cannot listen on 127.0.0.1 port %u", port);
		free(h);
		return NULL;
	}
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
	h->port = info == NULL || info->port == 0 ? port : info->port;
	return h;
}

unsigned
sim_http_port(const struct sim_http *h)
{
	return h->port;
}

void
sim_http_stop(struct sim_http *h)
{
	if (h == NULL)
		return;
	atomic_store(&h->stopping, 1);
	MHD_stop_daemon(h->daemon);
	free(h);
}
