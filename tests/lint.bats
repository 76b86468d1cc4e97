#!/usr/bin/env bats
# What `make lint` holds this tree to, on copies of it that break the rules.
load lib/helper

each_setup() {
	unset MAKEFLAGS MAKELEVEL
	mkdir tests
	cp -r "$ROOT"/{Makefile,VERSION,lib,cmd} .
	cp -r "$ROOT"/tests/{*.bats,engines,lib,lint} tests/
	run -0 make -s rules
	[ "$output" = '' ]
}

# breaks WHERE WHAT - the rules are broken in this one place
breaks() {
	run -2 make -s rules
	[[ ${lines[0]} == "$1: $2"* ]]
	[[ ${lines[1]} == make:* ]]
}

# line FILE - the number of its last line
line() { wc -l <"$1"; }

@test "lint: a file of lib includes what its folder may not, or a file of no folder" {
	local include
	for include in report/page.h cmd/cli.h cli.h; do
		cp "$ROOT/lib/base/buf.c" lib/base/buf.c
		printf '#include "%s"\n' "$include" >>lib/base/buf.c
		breaks "lib/base/buf.c:$(line lib/base/buf.c)" "lib/floors forbids #include \"$include\""
	done
}

@test "lint: a command includes what is of no floor" {
	printf ' # include "attic/old.h"\n' >>cmd/cli.h
	breaks "cmd/cli.h:$(line cmd/cli.h)" 'lib/floors forbids  # include "attic/old.h"'
}

# test_of LINE... - a suite with one test, of these lines and one more
test_of() {
	rm -f tests/*.bats
	printf 'load lib/helper\n%s\n@test "t" {\n' "${FUNCTIONS-}" >tests/t.bats
	printf '\t%s\n' "$@" true >>tests/t.bats
	echo '}' >>tests/t.bats
}

@test "lint: in a test, only the last part of this can fail" {
	local last='only the last part of this can fail'
	test_of '[ a = b ] && [ b = b ]'
	breaks tests/t.bats:4 "$last"
	test_of '[ "$x" = "a || b" ] && grep -q x y # || z'
	breaks tests/t.bats:4 "$last"
	test_of '[[ $x == *a && $y == b ]] && [[ $y ]]'
	breaks tests/t.bats:4 "$last"
	test_of 'for x in 1 2; do [ a = c ] && [ $x = 1 ]; done'
	breaks tests/t.bats:4 "$last"
	test_of '[ a ] &&' '[ b ]'
	breaks tests/t.bats:4 "$last"
	test_of 'case $x in' 'a) cmp x y && cmp x z ;;' 'esac'
	breaks tests/t.bats:5 "$last"
	test_of "scratch <<-'END'" '[ a ] && [ b ]' END
	breaks tests/t.bats:5 "$last"
	test_of '! grep -q a b'
	breaks tests/t.bats:4 'this cannot fail'
}

@test "lint: a function that asserts is called where errexit is off" {
	local FUNCTIONS=$'f() {\n[ a = b ]\necho\n}'
	test_of 'f || return'
	breaks tests/t.bats:7 'f is called where errexit is off; what cannot fail then: tests/t.bats:3'
	test_of 'if f; then echo; fi'
	breaks tests/t.bats:7 'f is called'
	test_of 'run -0 f'
	breaks tests/t.bats:7 'f is called'
	test_of 'until ! f; do :; done'
	breaks tests/t.bats:7 'f is called'
	test_of 'wait_for f'
	breaks tests/t.bats:7 'f is called'
	test_of 'for n in 1 2; do "$call" "$n" || return; done'
	breaks tests/t.bats:7 'what this calls runs where errexit is off'
}

@test "lint: what can fail is let alone" {
	local FUNCTIONS=$'both() { [ a = b ] && [ b = b ]; }\nall() {\n[ a = b ] || return\n[ b = b ]\n}\nf() {\n[ a ]\necho\n}'
	test_of '[ a = b ] && [ b = b ] || { echo why; return 1; }' '[[ a == b && b == b ]]' '[ -z "$x" ] && break' \
		'both' 'run -0 all' 'f' '(cd x && f)' 'if [ a ] && [ b ]; then echo; fi' "bash -c '[ a ] && [ b ]'" \
		'cat <<-END' '[ a ] && [ b ]' END 'x=$(cd y && pwd)' 'status=0' '"$ANT_BIN/x" || status=$?' 'run -1 "$x"'
	run -0 make -s rules
	[ "$output" = '' ]
}
