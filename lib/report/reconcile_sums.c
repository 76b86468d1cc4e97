#include "report/reconcile_sums.h"

#include <stdlib.h>
#include <string.h>

#include "report/ask.h"

enum { KEY_MAX = 1 << 16 };

/* A sum has room to be taken from another, and ten digits more. */
static const decimal_int sum_max = (decimal_int)1000000000000000000 * 1000000000000000000;

void
reconcile_sums_init(struct reconcile_sums *s)
{
	memset(s, 0, sizeof *s);
	buf_init(&s->key, KEY_MAX);
}

void
reconcile_sums_free(struct reconcile_sums *s)
{
	numbering_free(&s->keys);
	free(s->v);
	buf_free(&s->key);
	s->v = NULL;
	s->room = 0;
}

void
reconcile_sums_begin(struct reconcile_sums *s, int64_t from)
{
	numbering_free(&s->keys);
	if (s->v != NULL)
		memset(s->v, 0, s->room * sizeof *s->v);
	s->from = from;
}

int
reconcile_sums_add(struct reconcile_sums *s, int side, int64_t day, const char *unit,
	enum reconcile_dim dim, const char *value, decimal_int n, struct ant_err *e)
{
	decimal_int *sum;
	long key;

	if (day < s->from || day >= s->from + RECONCILE_CHUNK)
		return 0;
	buf_clear(&s->key);
	buf_printf(&s->key, "%s\t%d%s", unit, (int)dim, value);
	if (buf_str(&s->key) == NULL ||
		(key = numbering_add(&s->keys, s->key.data, s->key.len)) == -1 ||
		numbering_grow(&s->v, &s->room, s->keys.n, sizeof *s->v, 64) == -1)
		return report_ask_no_memory(e);
	sum = &s->v[key][day - s->from].side[side];
	if (n > sum_max - *sum || n < -sum_max - *sum)
		return err_set(e, ANT_FAIL, "a sum is too large to be compared");
	*sum += n;
	return 0;
}
