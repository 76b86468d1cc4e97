#include "fetch/log.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/utc.h"

int
fetch_log_text(struct buf *to, const struct fetch_request *r)
{
	buf_printf(to, "GET %s: ", r->url);
	if (r->status != 0)
		buf_printf(to, "%ld, ", r->status);
	buf_printf(to, "%" PRId64 " bytes, %" PRId64 " ms", r->bytes, r->ms);
	if (r->request_id[0] != '\0')
		buf_printf(to, ", request %s", r->request_id);
	if (r->attempt > 1)
		buf_printf(to, ", attempt %u", r->attempt);
	if (r->error != NULL)
		buf_printf(to, ": %s", r->error);
	return to->failed ? -1 : 0;
}

int
fetch_log_json(struct buf *to, const struct fetch_request *r, int64_t now)
{
	char time[UTC_TEXT];

	utc_format(now, time);
	buf_printf(to, "{\"time\":\"%s\",\"method\":\"GET\"", time);
	json_put_member(to, "url", r->url);
	if (r->status != 0)
		buf_printf(to, ",\"status\":%ld", r->status);
	else
		buf_puts(to, ",\"status\":null");
	json_put_member(to, "request_id", r->request_id[0] != '\0' ? r->request_id : NULL);
	buf_printf(to, ",\"bytes\":%" PRId64 ",\"ms\":%" PRId64 ",\"attempt\":%u", r->bytes, r->ms,
		r->attempt);
	json_put_member(to, "error", r->error);
	return buf_putc(to, '}');
}

/* Bytes with a unit. */
static void
put_bytes(struct buf *to, double n)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	size_t i = 0;

	while (n >= 1000 && i < sizeof units / sizeof *units - 1) {
		n /= 1000;
		i++;
	}
	buf_printf(to, i == 0 || n >= 100 ? "%.0f %s" : "%.1f %s", n, units[i]);
}

int
fetch_log_progress(
	struct buf *to, const char *table, const struct fetch_stats *s, int64_t ms, int width)
{
	double seconds = ms > 0 ? (double)ms / 1000 : 0.001;
	size_t start = to->len;

	buf_printf(to, "%s: %" PRIu64 " pages, %" PRIu64 " records, ", table, s->pages, s->records);
	put_bytes(to, (double)s->bytes);
	buf_puts(to, ", ");
	put_bytes(to, (double)s->bytes / seconds);
	buf_puts(to, "/s");
	if (s->retries > 0)
		buf_printf(to, ", %" PRIu64 " retries", s->retries);
	if (s->share >= 0)
		buf_printf(to, ", %.0f %%", s->share * 100);
	if (s->share > 0 && s->share < 1) {
		int64_t left = (int64_t)(seconds * (1 - s->share) / s->share);

		buf_printf(to, ", %" PRId64 ":%02d left", left / 60, (int)(left % 60));
	}
	if (width > 0 && to->len - start > (size_t)width)
		to->len = start + (size_t)width;
	return to->failed ? -1 : 0;
}
