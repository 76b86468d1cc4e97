/*
 * base/hash - a hash of bytes, and ids numbered in the order in which they come
 *
 * The table knows ids of 64 bits alone.  Who has longer keys makes an id of each, and where
 * the key with that number is another one, goes on with the next id.
 */
#ifndef ANT_BASE_HASH_H
#define ANT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits.  It stands in files and in databases: it is never another one. */
uint64_t hash_bytes(const void *p, size_t len);

struct hash_slot {
	uint64_t id;
	uint32_t number; /* 0: the slot is free */
};

/* All 0 to begin with. */
struct hash {
	struct hash_slot *slots; /* open addressing */
	size_t n, size;		 /* ids; slots: a power of two, or 0 */
};

/* Make room for N ids in all.  Return 0, or -1 with errno. */
int hash_reserve(struct hash *h, size_t n);

/* The number of ID, from 1 on; 0 where it is not there. */
size_t hash_find(const struct hash *h, uint64_t id);

/* The number of ID; the next one where it is new.  0 with errno where there is no room. */
size_t hash_add(struct hash *h, uint64_t id);

void hash_clear(struct hash *h); /* forget all, keep the memory */
void hash_free(struct hash *h);	 /* empty and usable again */

#endif
