#include "stream/type.h"

#include <string.h>

#include "base/near.h"

static const char *const type_names[TYPE_COUNT] = {
	"text", "bigint", "double", "numeric", "boolean", "date", "timestamptz", "json"};
static const char *const mode_names[MODE_COUNT] = {"window", "replace", "merge", "append"};

const char *
type_name(enum type t)
{
	return type_names[t];
}

int
type_find(const char *s, size_t len)
{
	return near_find(type_names, TYPE_COUNT, s, len);
}

const char *
type_mode_name(enum mode m)
{
	return mode_names[m];
}

int
type_mode_find(const char *s)
{
	return near_find(mode_names, MODE_COUNT, s, strlen(s));
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

int
type_is_table_name(const char *s)
{
	size_t n = strspn(s, LETTERS);

	return n > 0 && n <= TYPE_TABLE_NAME_MAX && s[n] == '\0' && (*s < '0' || *s > '9');
}

int
type_is_organization(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == '\0' || strchr(LETTERS "-", s[i]) == NULL)
			return 0;
	return len > 0 && len <= TYPE_ORGANIZATION_MAX;
}
