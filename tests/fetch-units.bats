#!/usr/bin/env bats
# The pure parts of ant-fetch, under both sanitizers: unit/fetch.c.
load lib/helper

setup_file() {
	cd "$ROOT/lib" || return
	"${CC:-cc}" -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -I. -O1 -g -fsanitize=address,undefined \
		-fno-sanitize-recover=all -o "$BATS_FILE_TMPDIR/units" ../tests/unit/fetch.c \
		fetch/budget.c fetch/complaint.c fetch/organization.c fetch/page.c fetch/query.c fetch/rate.c fetch/retry.c fetch/seen.c fetch/window.c tables/table.c \
		stream/record.c stream/type.c base/hash.c base/utc.c base/json.c base/buf.c base/err.c base/near.c base/strlist.c base/utf8.c
}

units() { "$BATS_FILE_TMPDIR/units" "$1"; }

@test "hints of the server are read, and nonsense is not" { units hints; }
@test "each status and cause has its verdict, its wait and its exit status" { units decisions; }
@test "a budget holds over any 60 seconds, and what the server says beside it" { units budget; }
@test "a budget in a file is one for all that share it, for as long as it holds" { units shared; }
@test "a process that is killed while it takes a request holds up nobody" { units killed; }
@test "eight processes never take more than one budget, nor does one that is killed" { units crowd; }
@test "a rate file that is another's, a link or damaged is refused or harmless" { units hostile; }
@test "windows snap outward, and slices cover them" { units windows; }
@test "windows of days and seconds, what is left out at their end" { units spans; }
@test "a window starts where the API serves it, and says from where it was asked" { units served; }
@test "rows of buckets, data by its other name, what is complete, what is cut off" { units rules; }
@test "a page of each documented shape is read, any other is not" { units pages; }
@test "512 levels are read, 513 are refused" { units depth; }
@test "an error of the API is told from what others send, in any spelling" { units complaints; }
@test "who the answers name is one, in either case, or nobody" { units organizations; }
@test "no prefix of a page is a page" { units prefixes; }
@test "control lines are read back as they were written, others refused" { units records; }
@test "paths and parameters are percent-encoded" { units queries; }
@test "what came before is known" { units sets; }
@test "what a server chose to make a set slow is spread like anything else" { units chosen; }
