#include "load/csv_last.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 18, MEANT = SLOTS / 4, MOST = SLOTS / 4 * 3 };

int
csv_last_init(struct csv_last *l, const struct csv_keys *keys, int64_t rows, struct ant_err *e)
{
	memset(l, 0, sizeof *l);
	l->keys = keys;
	l->turns = (uint64_t)rows / MEANT + 1;
	l->slots = calloc(SLOTS, sizeof *l->slots);
	return l->slots != NULL ? 0 : err_sys(e, ANT_FAIL, "a set of keys");
}

void
csv_last_free(struct csv_last *l)
{
	free(l->slots);
	memset(l, 0, sizeof *l);
}

void
csv_last_turn(struct csv_last *l, uint64_t turn)
{
	if (l->n > 0)
		memset(l->slots, 0, SLOTS * sizeof *l->slots);
	l->n = 0;
	l->turn = turn;
}

/* The slot of the key, or the empty one where it belongs; NULL in another turn. */
static struct csv_last_slot *
find(const struct csv_last *l, const void *p, size_t len, struct csv_keys_digest *d)
{
	struct csv_last_slot *slot;
	size_t i;

	*d = csv_keys_digest_of(l->keys, p, len);
	if (d->b % l->turns != l->turn)
		return NULL;
	for (i = (size_t)d->a & (SLOTS - 1);; i = (i + 1) & (SLOTS - 1)) {
		slot = &l->slots[i];
		if ((slot->key.a == 0 && slot->key.b == 0) ||
			(slot->key.a == d->a && slot->key.b == d->b))
			return slot;
	}
}

int
csv_last_note(struct csv_last *l, const void *p, size_t len, int64_t row, struct ant_err *e)
{
	struct csv_keys_digest d;
	struct csv_last_slot *slot = find(l, p, len, &d);

	if (slot == NULL)
		return 0;
	if (slot->key.a == 0 && slot->key.b == 0 && l->n++ == MOST)
		return err_set(e, ANT_FAIL, "a set of keys: it is full");
	slot->key = d;
	slot->row = row;
	return 0;
}

struct csv_last_slot *
csv_last_slot(const struct csv_last *l, const void *p, size_t len)
{
	struct csv_keys_digest d;
	struct csv_last_slot *slot = find(l, p, len, &d);

	return slot == NULL || (slot->key.a == 0 && slot->key.b == 0) ? NULL : slot;
}

int64_t
csv_last_row(const struct csv_last *l, const void *p, size_t len)
{
	const struct csv_last_slot *slot = csv_last_slot(l, p, len);

	return slot != NULL ? slot->row : -1;
}
