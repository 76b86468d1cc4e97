#include "base/near.h"

#include <string.h>

int
near_find(const char *const *names, int n, const char *s, size_t len)
{
	for (int i = 0; i < n; i++)
		if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0)
			return i;
	return -1;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of the table at a time. */
size_t
near_distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2], *spare;
	const size_t m = strlen(a), n = strlen(b);

	if (m > NEAR_MAX || n > NEAR_MAX)
		return NEAR_MAX;
	for (size_t j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			row[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]),
				least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[n];
}

/* As near_distance(), but what WORD is the beginning of is one edit away. */
static size_t
distance(const char *word, const char *candidate)
{
	const size_t n = strlen(word), d = near_distance(word, candidate);

	return n >= 3 && d > 1 && strncmp(word, candidate, n) == 0 ? 1 : d;
}

const char *
near_better(const char *word, const char *best, const char *candidate)
{
	const size_t n = strlen(word), d = distance(word, candidate);
	size_t so_far;

	/* Nothing of a word that was replaced altogether is left to be near to. */
	if (d >= n || d > 1 + (n - 1) / 3)
		return best;
	if (best == NULL)
		return candidate;
	if ((so_far = distance(word, best)) != d)
		return so_far < d ? best : candidate;
	return near_distance(word, best) <= near_distance(word, candidate) ? best : candidate;
}
