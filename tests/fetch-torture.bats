#!/usr/bin/env bats
# Every call that can fail, failing in turn: lib/fail_preload.c runs main() once for each and judges it.
load lib/helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	# A sanitizer has its own malloc: torture a plain build of the same sources instead.
	export FETCH=$ANT_BIN/ant-fetch
	if grep -q -e __asan_init -e __gcov_init "$FETCH"; then
		make -s -C "$ROOT" B="$PWD/plain" CFLAGS=-O1 LDFLAGS= "$PWD/plain/bin/ant-fetch" "$PWD/plain/share/anthill/tables" || return
		FETCH=$PWD/plain/bin/ant-fetch
	fi
	"${CC:-cc}" -O1 -shared -fPIC -o fail.so "$ROOT/tests/lib/fail_preload.c" -ldl || return
	start_sim --now 2026-11-21T10:00:00Z --users 30
}
teardown_file() { stop_sim; }

# torture KIND TABLE-ARGUMENTS... - in two shares, side by side; how many calls there were in $calls.  OpenSSL 3.5 does
# not survive each of its own allocations failing: one of fifty may be lost to it, see lib/fail_preload.c.
torture() {
	local kind=$1 i
	shift
	"$FETCH" --jobs 1 --rate 0 "$@" >want
	for i in 1 2; do
		env LD_PRELOAD="$BATS_FILE_TMPDIR/fail.so" FAIL_KIND="$kind" FAIL_WANT="$PWD/want" FAIL_SHARE=$i/2 \
			"$FETCH" --jobs 1 --rate 0 --backoff 0.001 "$@" >"share.$i" &
	done
	wait
	calls=$(awk '/^calls/ { if ($2 > n) n = $2; seen++ } END { print seen == 2 ? n : 0 }' share.1 share.2)
	lost=$(awk '/^calls/ { n += $4 } END { print n + 0 }' share.1 share.2)
	! grep -h -v ' wrong 0$' share.1 share.2 || return 1
	[ $((lost * 50)) -le "$calls" ] || { cat share.1 share.2; return 1; }
}

three_days=(--from 2026-11-01 --to 2026-11-04 claude_code_usage)

@test "each allocation failing, alone: no crash, no end record without every record" {
	torture malloc "${three_days[@]}"
	[ "$calls" -gt 500 ]
}

@test "each allocation failing, alone, on a list whose cursor must not get lost" {
	torture malloc users --page-limit 12
	[ "$calls" -gt 500 ]
}

@test "each allocation failing, alone, on a list in escapes, whose members must not get lost" {
	local faults=$ANTHROPIC_BASE_URL/_sim/faults
	echo '* always escape' | curl -sSf --data-binary @- "$faults" >/dev/null
	torture malloc users --page-limit 12
	curl -sSf -X DELETE "$faults" >/dev/null
	[ "$calls" -gt 500 ]
}

@test "each allocation and all that follow failing" {
	export FAIL_ALL=1
	torture malloc "${three_days[@]}"
	[ "$calls" -gt 500 ]
}

@test "each socket call failing, alone and with all that follow" {
	for reason in 104 4 110; do # ECONNRESET, EINTR, ETIMEDOUT
		FAIL_ERRNO=$reason torture socket "${three_days[@]}"
		[ "$calls" -gt 10 ]
	done
	FAIL_ALL=1 torture socket users --page-limit 10 --retries 2
	[ "$calls" -gt 10 ]
}

@test "the socket calls of members of workspaces failing" {
	torture socket workspace_members
	[ "$calls" -gt 20 ]
}

@test "each allocation failing, alone, on days of which the last are not available yet, with a key and a token" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated ANTHROPIC_AUTH_TOKEN=simulated-oauth-token
	torture malloc --from 2026-11-19 --to 2026-11-23 analytics_users
	[ "$calls" -gt 300 ]
}

@test "the socket calls of what goes through two tables failing" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	torture socket compliance_role_permissions
	[ "$calls" -gt 10 ]
}

# peak ARG... - the largest resident memory of a fetch, in KiB
peak() { env time -f %M "$FETCH" --jobs 1 --rate 0 "$@" 2>&1 >out | tail -n 1; }

@test "memory does not grow with the number of pages, and stays under 3 times a large page" {
	local year=(--from 2026-08-25 --to 2026-11-20 claude_code_usage) few many
	few=$(peak "${year[@]}")
	many=$(peak --page-limit 1 "${year[@]}")
	[ "$(tail -n 1 out | jq .pages)" -gt 1000 ]
	[ "$many" -lt $((few + 1024)) ]
	printf '/v1/organizations/users always huge=20000000\n' |
		curl -sSf --data-binary @- "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
	[ "$(peak users --page-limit 12)" -lt $((3 * 20000000 / 1024)) ]
	curl -sSf -X DELETE "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
}
