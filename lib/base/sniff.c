#include "base/sniff.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"

static const char utf_16[] = "it is UTF-16: make it UTF-8 with iconv -f UTF-16 -t UTF-8",
		  utf_32[] = "it is UTF-32: make it UTF-8 with iconv -f UTF-32 -t UTF-8",
		  page[] = "it is an HTML page, as a proxy, a login or a content network sends: "
			   "look at the address, and at who answered",
		  headers[] = "it begins with the headers of HTTP: call curl without -i";

struct start {
	const char *bytes;
	size_t len;
	const char *what;
};

/* Marks of formats: RFC 1952 (gzip), RFC 8878 (zstd), RFC 3629 and the Unicode standard; file(1) for the others. */
static const struct start binary[] = {
	{"\x1f\x8b", 2,
		"it is compressed by gzip: unpack it with gzip -dc, or call curl with "
		"--compressed"},
	{"(\xb5/\xfd", 4,
		"it is compressed by zstd: unpack it with zstd -dc, or call curl with "
		"--compressed"},
	{"BZh", 3, "it is compressed by bzip2: unpack it with bzip2 -dc"},
	{"\xfd\x37zXZ", 5, "it is compressed by xz: unpack it with xz -dc"},
	{"PK\x03\x04", 4, "it is a zip archive: unpack it with unzip -p"},
	{"\xff\xfe\0\0", 4, utf_32},
	{"\0\0\xfe\xff", 4, utf_32},
	{"\xff\xfe", 2, utf_16},
	{"\xfe\xff", 2, utf_16},
};

static const struct start text[] = {
	{"<!doctype html", 14, page},
	{"<html", 5, page},
	{"<", 1, "it is HTML or XML: look at the address, and at who answered"},
	{"HTTP/", 5, headers},
};

/* UTF-16 or UTF-32 without a mark: the first character of what is read here is of ASCII. */
static const char *
wide(const char *p, size_t len)
{
	size_t zeros = 0;

	for (size_t i = 0; i < 4 && i < len; i++)
		zeros += p[i] == '\0';
	if (len < 2 || (p[0] == '\0') == (p[1] == '\0'))
		return len >= 4 && zeros == 3 && p[3] != '\0' ? utf_32 : NULL;
	return zeros == 3 && len >= 4 ? utf_32 : utf_16;
}

size_t
sniff_mark(const char *p, size_t len)
{
	return len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

const char *
sniff(const char *p, size_t len)
{
	const char *end = p + len, *what;

	for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
		if (len >= binary[i].len && memcmp(p, binary[i].bytes, binary[i].len) == 0)
			return binary[i].what;
	if ((what = wide(p, len)) != NULL)
		return what;
	p = json_space(p + sniff_mark(p, len), end);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		if ((size_t)(end - p) >= text[i].len &&
			strncasecmp(p, text[i].bytes, text[i].len) == 0)
			return text[i].what;
	return NULL;
}
