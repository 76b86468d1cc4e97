// parse FILE - only parse a file of JSON lines with simdjson, reading included; print how many
#include <cstdio>
#include <simdjson.h>

int
main(int argc, char *argv[])
{
	simdjson::dom::parser parser;
	simdjson::padded_string text;
	simdjson::dom::document_stream documents;
	size_t n = 0;

	if (argc != 2 || simdjson::padded_string::load(argv[1]).get(text) ||
	    parser.parse_many(text, 4 << 20).get(documents))
		return 1;
	for (auto document : documents) {
		if (document.error())
			return 1;
		n++;
	}
	printf("%zu\n", n);
	return 0;
}
