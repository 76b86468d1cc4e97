# For suites that compile: `load lib/cbuild`.  They link the archive that the commands under test
# were made of, so that a build with sanitizers is tested with sanitizers.

CBUILD_LIB=$(cd "$ANT_BIN/.." && pwd)/libant.a
[ -e "$CBUILD_LIB" ] || CBUILD_LIB=$ROOT/build/libant.a

# cbuild OUT SOURCE-OR-OPTION... - compile and link; libraries behind the archive come in $CBUILD_LIBS
cbuild() {
	local out=$1 sanitize=()
	shift
	if nm "$CBUILD_LIB" 2>/dev/null | grep -q __asan_init; then
		sanitize=('-fsanitize=address,undefined' -fno-sanitize-recover=undefined)
	fi
	# shellcheck disable=SC2086
	"${CC:-cc}" -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -I"$ROOT/lib" -I"$ROOT/cmd" \
		-DANT_VERSION='"test"' -DANT_PREFIX='"/nowhere"' -Wall -Wextra -Wshadow -Wconversion -Werror \
		-O1 -g "${sanitize[@]}" -o "$out" "$@" "$CBUILD_LIB" ${CBUILD_LIBS-} -lm
}
