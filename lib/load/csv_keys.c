#include "load/csv_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SLOTS = CSV_KEYS_TURN * 2 };

static uint64_t
rotate(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static void
round_of(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 with 128 bits of output, Aumasson and Bernstein, https://github.com/veorq/SipHash */
static struct csv_keys_digest
digest(const struct csv_keys *k, const unsigned char *p, size_t len)
{
	uint64_t v[4] = {0x736f6d6570736575U ^ k->secret[0],
		0x646f72616e646f6dU ^ k->secret[1] ^ 0xee, 0x6c7967656e657261U ^ k->secret[0],
		0x7465646279746573U ^ k->secret[1]};
	uint64_t last = (uint64_t)len << 56, word;
	struct csv_keys_digest d;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		v[3] ^= word;
		round_of(v);
		round_of(v);
		v[0] ^= word;
	}
	for (size_t i = 0; i < len; i++)
		last |= (uint64_t)p[i] << (8 * i);
	v[3] ^= last;
	round_of(v);
	round_of(v);
	v[0] ^= last;
	v[2] ^= 0xee;
	for (int i = 0; i < 4; i++)
		round_of(v);
	d.a = v[0] ^ v[1] ^ v[2] ^ v[3];
	v[1] ^= 0xdd;
	for (int i = 0; i < 4; i++)
		round_of(v);
	d.b = v[0] ^ v[1] ^ v[2] ^ v[3];
	d.b |= d.a == 0 && d.b == 0; /* not an empty slot */
	return d;
}

struct csv_keys_digest
csv_keys_digest_of(const struct csv_keys *k, const void *p, size_t len)
{
	return digest(k, p, len);
}

/* The slot that holds D, or the empty one where it belongs. */
static struct csv_keys_digest *
find(const struct csv_keys *k, struct csv_keys_digest d)
{
	size_t i = (size_t)d.a & (SLOTS - 1);

	while ((k->slots[i].a != 0 || k->slots[i].b != 0) &&
		(k->slots[i].a != d.a || k->slots[i].b != d.b))
		i = (i + 1) & (SLOTS - 1);
	return &k->slots[i];
}

static int
is_empty(const struct csv_keys_digest *slot)
{
	return slot->a == 0 && slot->b == 0;
}

int
csv_keys_init(struct csv_keys *k, struct ant_err *e)
{
	memset(k, 0, sizeof *k);
	k->fd = -1;
	if (getrandom(k->secret, sizeof k->secret, 0) != (ssize_t)sizeof k->secret)
		return err_sys(e, ANT_FAIL, "getrandom");
	k->slots = calloc(SLOTS, sizeof *k->slots);
	return k->slots != NULL ? 0 : err_sys(e, ANT_FAIL, "a set of keys");
}

void
csv_keys_free(struct csv_keys *k)
{
	if (k->out.name != NULL)
		out_free(&k->out);
	free(k->slots);
	memset(k, 0, sizeof *k);
}

int
csv_keys_full(const struct csv_keys *k)
{
	return k->n == CSV_KEYS_TURN;
}

int
csv_keys_add(struct csv_keys *k, const void *p, size_t len, struct ant_err *e)
{
	struct csv_keys_digest d = digest(k, p, len), *slot = find(k, d);

	if (!is_empty(slot))
		return 0;
	if (!csv_keys_full(k)) {
		*slot = d;
		k->n++;
		return 0;
	}
	if (k->out.name == NULL)
		out_init(&k->out, k->fd, "the keys' file");
	k->later++;
	return out_put(&k->out, &d, sizeof d, e);
}

int
csv_keys_has(const struct csv_keys *k, const void *p, size_t len)
{
	return !is_empty(find(k, digest(k, p, len)));
}

int
csv_keys_turn(struct csv_keys *k, struct ant_err *e)
{
	struct csv_keys_digest d[256];

	if (k->later == 0)
		return 0;
	if (!k->reading) {
		if (out_flush(&k->out, e) == -1)
			return -1;
		if (lseek(k->fd, 0, SEEK_SET) == -1)
			return err_sys(e, ANT_FAIL, "the keys' file");
		k->reading = 1;
	}
	memset(k->slots, 0, SLOTS * sizeof *k->slots);
	k->n = 0;
	while (k->later > 0 && k->n + 256 <= CSV_KEYS_TURN) {
		size_t n = k->later < 256 ? k->later : 256;
		ssize_t got = read(k->fd, d, n * sizeof *d);

		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0 || (size_t)got % sizeof *d != 0)
			return err_sys(e, ANT_FAIL, "the keys' file");
		for (size_t i = 0; i < (size_t)got / sizeof *d; i++) {
			struct csv_keys_digest *slot = find(k, d[i]);

			k->n += (size_t)is_empty(slot);
			*slot = d[i];
		}
		k->later -= (size_t)got / sizeof *d;
	}
	return 1;
}
