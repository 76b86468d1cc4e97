# The fuzz targets, from their committed corpora, for a short fixed time each.  For longer: tests/fuzz/run SECONDS
load lib/helper

fuzz() {
	cd "$ROOT" || return
	run -0 tests/fuzz/run 2 "$@"
	[ "$(grep -c 'runs without a finding' <<<"$output")" = $# ]
	[ ! -e fuzz-found ]
}

@test "fuzz: scanner, expressions, text, table files and rows survive what is thrown at them" {
	fuzz plan program text table rows
}

@test "fuzz: assets of Bruin and their connections survive it as well" {
	fuzz bruin
}
