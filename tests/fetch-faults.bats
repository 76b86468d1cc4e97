#!/usr/bin/env bats
# Every fault of ant-sim(1), once and for good, at the first, a middle and the last page of each
# way of paging: either the exact records, or the documented status and no end record.
# shellcheck disable=SC2030,SC2031,SC2034,SC2206,SC2317	# arrays are used by name, checks are called by name
load lib/helper

O=/v1/organizations
FROM=2026-09-01
# What is fetched: arguments of ant-fetch, the path, which request of the path is the last page.
ids=(users --page-limit 8) ids_path=$O/users ids_last=4
tokens=(claude_code_usage --from $FROM --to 2026-09-02 --page-limit 12)
tokens_path=$O/usage_report/claude_code tokens_last=3
buckets=(usage_report --jobs 1 --from $FROM --to 2026-10-01 --page-limit 10)
buckets_path=$O/usage_report/messages buckets_last=3

setup_file() {
	start_sim --now 2026-11-21T10:00:00Z --users 30 --days 90
	export SIM_URL=$ANTHROPIC_BASE_URL
	cd "$BATS_FILE_TMPDIR" || return
	local p
	for p in ids tokens buckets; do
		local -n args=$p last=${p}_last
		ant fetch --rate 0 "${args[@]}" >"$p"
		[[ $(tail -n 1 "$p") == *"\"pages\":$last"[,\}]* ]] || { cat "$p"; return 1; }
	done
}
teardown_file() { stop_sim; }
each_setup() { export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated; }

sim() { curl -sSf -X "$1" "$ANTHROPIC_BASE_URL/_sim/$2" "${@:3}"; }
arm() {
	local url=$ANTHROPIC_BASE_URL/_sim/faults
	printf '%s\n' "$@" | curl -sSf -X DELETE "$url" --next -sSf --data-binary @- "$url" >/dev/null
}

# fetch PAGING OPTION... - into ./out and ./err, its status in $status.
fetch() {
	local -n args=$1
	status=0
	timeout 20 "$ANT_BIN/ant-fetch" --rate 0 --backoff 0.001 "${@:2}" "${args[@]}" >out 2>err || status=$?
}

wrong() {
	echo "$1: status $status: $(cat err)"
	sed 's/^\(.\{200\}\).*/\1…/' out | tail -n 3
	return 1
}

# complete WHAT PAGING - the records are exact and the stream has its end.
complete() {
	[ "$status" -eq 0 ] || wrong "$1"
	cmp -s out "$BATS_FILE_TMPDIR/$2" || sed 's/,"pages":[0-9]*//' out |
		cmp -s - <(sed 's/,"pages":[0-9]*//' "$BATS_FILE_TMPDIR/$2") || wrong "$1"
}

# no_end WHAT STATUS - it fails with STATUS, says why on one line that is ours, and writes no end.
no_end() {
	[ "$status" -eq "$2" ] || wrong "$1"
	! grep -q '"@ant":"end"' out || wrong "$1"
	[[ $(tail -n 1 err) == "ant-fetch: http://127.0.0.1:"* ]] || wrong "$1"
}

# each PAGING... -- CALL: for each paging and position, CALL PAGING PATH POSITION
each_page() {
	local p n call=${*: -1}
	for p in "${@:1:$#-1}"; do
		local -n path=${p}_path last=${p}_last
		for n in 1 2 "$last"; do "$call" "$p" "$path" "$n"; done
	done
}

ALL="ids tokens buckets"

# passes FAULT [OPTION...] - gone at the next attempt; for good, status 75.
passes() {
	local fault=$1 options=("${@:2}")
	check() {
		arm "$2 at=$3 $fault"
		fetch "$1" "${options[@]}"
		complete "$1 page $3: $fault" "$1"
		arm "$2 from=$3 $fault"
		fetch "$1" --retries 2 "${options[@]}"
		no_end "$1 from page $3: $fault" 75
	}
	# shellcheck disable=SC2086
	each_page $ALL check
}

# final STATUS FAULT [PAGING...] - one time is enough, and it is not asked again.
final() {
	local want=$1 fault=$2
	check() {
		arm "$2 at=$3 $fault"
		fetch "$1"
		no_end "$1 page $3: $fault" "$want"
	}
	# shellcheck disable=SC2086
	each_page ${3:-$ALL} check
}

# harmless FAULT - the records are exact, always.
harmless() {
	local fault=$1
	check() {
		arm "$2 from=$3 $fault"
		fetch "$1"
		complete "$1 from page $3: $fault" "$1"
	}
	# shellcheck disable=SC2086
	each_page $ALL check
}

@test "statuses that pass are tried again, and exit 75 where they stay" {
	for s in 429 500 529; do passes "status=$s header=retry-after-ms:1"; done
	ALL=ids
	for s in 408 409 502 503 504 520; do passes "status=$s header=retry-after-ms:1"; done
}

@test "a 5xx without a hint is tried again after a backoff" { passes "status=529"; }

@test "connections that break are tried again" {
	passes reset
	passes "reset=100"
	passes "cut framing=length"
	passes "cut framing=chunked"
	passes "cut=0 framing=length"
}

@test "a body cut off without a length to tell is tried again" { passes "cut framing=close"; }

@test "a 200 whose body is not whole JSON is tried again" {
	passes html
	passes empty
	passes broken
	passes "body=\"{}{}\""
	passes "body=\"{\\\"data\\\":[{\\\"a\\\":1}\""
	passes "type=text/html"
}

@test "a server that hangs or drips is given up in time" {
	ALL=ids
	passes hang --timeout 0.3
	passes "drip=1/200" --timeout 0.3
}

@test "the deadline ends a server that drips for ever" {
	arm "$O/users from=2 drip=1/100"
	SECONDS=0
	fetch ids --deadline 1
	no_end drip 75
	[ "$SECONDS" -lt 4 ]
	grep -q 'no progress for 1 seconds' err
}

@test "x-should-retry is obeyed both ways" {
	passes "status=400 header=x-should-retry:true"
	passes "status=422 header=x-should-retry:true"
	final 4 "status=500 header=x-should-retry:false"
	final 4 "status=529 header=x-should-retry:false"
	final 4 "status=429 header=x-should-retry:false"
}

@test "other statuses are final: 4" {
	for s in 201 204 206 301 400 402 404 405 410 422; do final 4 "status=$s"; done
}

@test "a refused key is 3, and the message says which key it takes" {
	for s in 401 403; do
		final 3 "status=$s"
		grep -q 'sk-ant-admin' err
		grep -q "HTTP $s" err
	done
}

# body JSON - the words of a fault that answers it
body() {
	local text=${1//\\/\\\\} # in the plan a backslash takes another
	echo "body=\"${text//\"/\\\"}\""
}

@test "an error with status 200 counts by its type: 3 for the key, 75 for what passes, else 4" {
	for t in overloaded_error api_error timeout_error; do passes "error=$t"; done
	passes 'error=rate_limit_error header=retry-after-ms:1'
	for t in authentication_error permission_error; do
		final 3 "error=$t"
		grep -q "refused the key: HTTP 200 $t: .*(request req_" err
	done
	ALL=ids
	for t in invalid_request_error not_found_error billing_error conflict_error a_new_error; do final 4 "error=$t"; done
	final 4 "$(body '{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}')"
}

@test "an error with status 200 is one in any dress: without its outer type, in escapes, as text/html, beside empty data" {
	ALL="ids tokens"
	passes "$(body '{"error":{"type":"overloaded_error","message":"Overloaded"}}')"
	passes "$(body '{"error":{"message":"Overloaded","type":"overloaded_error"},"request_id":"req_1"}') escape"
	passes 'error=overloaded_error type=text/html'
	passes "$(body '{"data":[],"has_more":false,"error":{"type":"api_error","message":"m"}}')"
	ALL=ids
	final 3 "$(body '{"error":{"type":"authentication_error","message":"m"}}')"
	final 3 "$(body '{"type":"error","error":{"type":"permission_error","message":"m"}}') escape"
	final 4 "$(body '{"data":[],"has_more":false,"error":"partial"}')"
	final 4 "$(body '{"data":[],"has_more":false,"type":"error"}')"
	final 4 "$(body '{"data":[{},{}],"has_more":false,"error":{"type":"api_error","message":"m"}}')"
	final 4 "$(body '{"error":"Unauthorized"}')"
	harmless gzip # and a page that says "error":null is a page
	arm "$O/users at=1 $(body '{"data":[],"has_more":false,"error":null}')"
	fetch ids
	[ "$status" -eq 0 ] || wrong null
}

@test "where the answer is the record, neither an error nor an empty object is one" {
	mkdir own
	printf '%s\n' 'path /v1/organizations/me' 'paging none' 'mode replace' 'column name text = .name # Name.' >own/me.table
	one=(-T own me)
	for b in '{}' '{"error":{"type":"not_found_error"}}' '{"error":{"type":"overload","message":"m"}}' '{"type":"error"}'; do
		arm "$O/me at=1 $(body "$b")"
		fetch one
		no_end "$b" 4
	done
	arm "$O/me at=1 $(body '{"error":{"type":"overloaded_error"}}')"
	fetch one
	[ "$status" -eq 0 ] || wrong overloaded
}

@test "a 401 or 403 that is not the API's is 4, says who seems to have answered, and is no word about the key" {
	local b
	ALL="ids tokens"
	for s in 401 403; do
		final 4 "status=$s html no-id header=server:cloudflare header=cf-ray:8f3a-FRA \"header=via:1.1 proxy.example\""
		[ "$(wc -l <err)" -eq 1 ]
		grep -q "HTTP $s: .*it came from Server: cloudflare, Via: 1.1 proxy.example, CF-Ray: 8f3a-FRA, page \"Just a moment...\": this is no answer of the API" err
		run -1 grep -c sk-ant-admin err
		final 4 "status=$s empty"
		for b in Forbidden '{}' '{"message":"Forbidden"}' '{"error":"no"}' '{"error":{"code":403,"status":"PERMISSION_DENIED"}}' \
			'{"error":{"message":"m","type":"auth_error","code":"401"}}' '{"type":"error"}'; do
			final 4 "status=$s $(body "$b")" ids
			grep -q "HTTP $s.*no answer of the API" err
		done
		# The API's own, as its pages show it.
		for b in '{"type":"error","error":{"type":"permission_error","message":"m"}}' '{"error":{"type":"authentication_error","message":"m"}}' \
			'{"type":"error","error":{"type":"a_new_error","message":"m"}}'; do
			final 3 "status=$s $(body "$b")" ids
			final 3 "status=$s $(body "$b") escape" ids
		done
	done
}

@test "what somebody else's page says gets into a message without control characters, and not without end" {
	local x key=$ANTHROPIC_ADMIN_KEY
	x=$(printf '%*s' 300 '' | tr ' ' x)
	arm "$O/users at=1 status=403 body=\"<html><TITLE lang=de>"$'\e'"[31m ä\\t\\n"$'\a'"b  $key $x</title>\""
	fetch ids
	no_end title 4
	grep -q "page \"\[31m ä b \*\** x*\"" err
	[ "$(wc -c <err)" -lt 1200 ]
	run -1 grep -c "$key" err
	for b in '<title' '<title>' "<title>$(printf '%*s' 100 '' | sed 's/ /é/g')</title>" '</title><title></title>'; do
		arm "$O/users at=1 status=403 $(body "$b")"
		fetch ids
		no_end "$b" 4
		iconv -f UTF-8 -t UTF-8 err >/dev/null
	done
}

@test "a page of a gateway with another status keeps that status's class" {
	ALL=ids
	for s in 429 502 503; do passes "status=$s html header=retry-after-ms:1"; done
	final 4 "status=404 html"
	final 4 "status=400 html"
	grep -q 'page "Just a moment..."' err
	members=(workspace_members)
	arm "$O/workspaces/*/members at=1 status=404 html"
	fetch members
	no_end 'the API alone knows that a list is gone' 4
}

@test "a redirect is an error, and the key does not go along" {
	sim DELETE log
	final 4 "redirect=$SIM_URL/elsewhere"
	run -1 grep -c elsewhere <(sim GET log | grep '"path":"/elsewhere"')
	grep -q redirect err
}

@test "a spend-limit 429 is final at once: 4" {
	final 4 'status=429 body="{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"spend limit\",\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}}"'
}

@test "JSON that is not the documented shape is final: 4" {
	for s in data-missing data-object data-null data-string data-nulls more-string cursor-number \
		cursor-missing array string null number object; do
		final 4 "shape=$s"
	done
	final 4 "shape=more-missing" ids
}

@test "paging that does not end, or goes nowhere, is final: 4" {
	final 4 endless
	final 4 cycle "tokens buckets"
	arm "$O/users from=2 cycle" # the first page was not asked for by a cursor
	fetch ids
	no_end cycle 4
	final 4 no-cursor
	final 4 empty-more ids # where the last record is the cursor
}

@test "a page without records and with more behind it is followed where the cursor is the page's own" {
	check() {
		arm "$2 at=$3 empty-more"
		fetch "$1"
		[ "$status" -eq 0 ] || wrong "$1 page $3"
		comm -3 <(sort "$BATS_FILE_TMPDIR/$1") <(sort out) | grep -v @ant >lost || :
		run -1 grep -P '^\t' lost
		# What the page lacked is lost with it; of the last one the cursor leads to it once more.
		[ "$((!$(wc -l <lost)))" -eq $(($3 == ${1}_last)) ] || wrong "$1 page $3"
		# Buckets are counted: they are missed.
		[ "$1" != buckets ] || [ ! -s lost ] || grep -q "left out $(wc -l <lost) of 30 buckets" err || wrong "$1 page $3"
	}
	each_page tokens buckets check
}

@test "buckets outside the window, out of order, twice, or without a start are final: 4" {
	final 4 outside buckets
	final 4 disorder buckets
	final 4 repeat buckets
	final 4 lose=starting_at buckets
}

@test "a bucket that the API leaves out is a warning that counts it, and the others are all there" {
	check() {
		arm "$2 at=$3 skip"
		fetch "$1"
		[ "$status" -eq 0 ] || wrong "$1 page $3"
		[ "$(cat err)" = "ant-fetch: usage_report: the API left out 1 of 30 buckets" ] || wrong "$1 page $3"
		[ "$(comm -23 <(sort "$BATS_FILE_TMPDIR/$1") <(sort out) | grep -vc @ant)" -eq 1 ]
		[ "$(comm -13 <(sort "$BATS_FILE_TMPDIR/$1") <(sort out))" = '{"@ant":"end","records":29,"pages":3,"watermark":"2026-10-01T00:00:00Z"}' ]
	}
	each_page buckets check
	# Counted where slices run side by side, too, and not where nothing is missing.
	arm "$O/usage_report/messages always skip"
	buckets=(usage_report --jobs 4 --from $FROM --to 2026-10-01 --page-limit 5)
	fetch buckets
	grep -q 'left out 6 of 30 buckets' err || wrong slices
	arm
	fetch buckets
	[ "$status" -eq 0 ] && [ ! -s err ] || wrong slices
	fetch buckets -q
	[ ! -s err ]
	# The open bucket may be missing: it is not over.
	start_sim --users 5 --days 2 # by our clock
	open=(usage_report --jobs 1 --width 1d --from today)
	arm "$O/usage_report/messages always skip"
	fetch open
	[ "$status" -eq 0 ] && [ ! -s err ] || wrong open
}

@test "pretty-printed pages come without their line breaks, one record a line" {
	check() {
		arm "$2 always pretty"
		fetch "$1"
		diff <(jq -cS . out) <(jq -cS . "$BATS_FILE_TMPDIR/$1")
		run -1 grep -c $'\r' out
	}
	# shellcheck disable=SC2086
	each_page $ALL check
}

@test "a page in escapes means what it says: keys, times, cursors and ids" {
	check() {
		arm "$2 from=$3 escape"
		sim DELETE log
		fetch "$1"
		[ "$status" -eq 0 ] || wrong "$1 page $3"
		diff <(jq -cS . out) <(jq -cS . "$BATS_FILE_TMPDIR/$1")
		grep -q '"\\u00' out
	}
	# shellcheck disable=SC2086
	each_page $ALL check
	members=(workspace_members)
	fetch members
	mv out want
	arm "$O/* always escape"
	fetch members
	[ "$status" -eq 0 ] || wrong members
	diff <(jq -cS . out) <(jq -cS . want)
	# A cursor that came before is one in any spelling, and a long one is as long as it reads.
	arm "$O/users at=1 $(body '{"data":[{}],"has_more":true,"last_id":"a/b&c"}')" \
		"$O/users at=2 $(body '{"data":[{"a":1}],"has_more":true,"last_id":"\u0061/b\u0026c"}')"
	fetch ids
	no_end 'cursor again' 4
	grep -q 'cursor of the next page came before' err
	sim GET log | tail -n 1 | jq -e '.query | endswith("after_id=a/b&c")'
	long=$(printf '%*s' 8192 '' | tr ' ' x)
	arm "$O/users at=1 $(body '{"data":[{}],"has_more":true,"last_id":"'"$long"'"}') escape" "$O/users at=2 $(body '{"data":[],"has_more":false}')"
	fetch ids
	[ "$status" -eq 0 ] || wrong long
	arm "$O/users at=1 $(body '{"data":[{}],"has_more":true,"last_id":"'"${long}x"'"}') escape"
	fetch ids
	no_end longer 4
	grep -q 'last_id is longer than 8192 bytes' err
}

@test "a bucket that repeats is said to, on its page and on the next" {
	arm "$O/usage_report/messages at=2 repeat"
	fetch buckets
	grep -q 'bucket 11 (2026-09-11T00:00:00Z) is repeated or out of order' err || wrong repeat
	day() { echo '{"starting_at":"2026-09-0'"$1"'T00:00:00Z","results":[]}'; }
	arm "$O/usage_report/messages at=1 $(body '{"data":['"$(day 1),$(day 2),$(day 2)"'],"has_more":false}')"
	fetch buckets
	grep -q 'bucket 3 (2026-09-02T00:00:00Z) is repeated (request' err || wrong twice
	arm "$O/usage_report/messages at=1 $(body '{"data":['"$(day 1),$(day 2)"'],"has_more":true,"next_page":"x"}')" \
		"$O/usage_report/messages at=2 $(body '{"data":['"$(day 2)"'],"has_more":false}')"
	fetch buckets
	no_end page 4
	grep -q 'bucket 1 (2026-09-02T00:00:00Z) is repeated' err || wrong page
	arm "$O/usage_report/messages at=1 outside"
	fetch buckets
	grep -q 'bucket 1 (2001-09-01T00:00:00Z) is outside the window' err || wrong outside
}

ID=5f0c1a9e-3b77-4d0e-9a54-c2f4d1e86b30

@test "answers of two organizations are no stream: 4, and both are named" {
	local own
	own=$(head -n 1 "$BATS_FILE_TMPDIR/ids" | jq -r .organization)
	check() {
		[ "$3" != 1 ] || return 0
		arm "$2 from=$3 organization=$ID"
		fetch "$1"
		no_end "$1 from page $3" 4
		grep -q "of the organization $ID, those before were of $own" err || wrong "$1 from page $3"
	}
	# shellcheck disable=SC2086
	each_page $ALL check
	# Refusals count, and so do those that another attempt would mend; and the parent of a foreach.
	arm "$O/users at=2 status=529 organization=$ID"
	fetch ids
	no_end 529 4
	members=(workspace_members)
	arm "$O/workspaces at=1 organization=$ID"
	fetch members
	no_end parent 4
	tokens=(claude_code_usage --jobs 4 --from $FROM --to 2026-09-08)
	arm "$O/usage_report/claude_code query=2026-09-07 always organization=$ID"
	fetch tokens
	no_end 'a day of many' 4
}

@test "a UUID is the same in either case, and an answer that names nobody contradicts nobody" {
	local own
	own=$(head -n 1 "$BATS_FILE_TMPDIR/ids" | jq -r .organization)
	arm "$O/users at=2 organization=${own^^}" "$O/users at=3 organization="
	fetch ids
	complete 'upper case' ids
	arm "$O/users always organization=${own^^}"
	fetch ids
	complete 'upper case' ids
	arm "$O/users always organization="
	fetch ids
	[ "$status" -eq 0 ] && [ "$(head -n 1 out)" = '{"@ant":"begin","version":1,"table":"users"}' ] || wrong nobody
	arm "$O/users at=1 status=502 html organization="
	fetch ids
	complete 'a gateway' ids
	# What is no UUID is believed as it is, where it can be an id.
	arm "$O/users always organization=Org_1-A"
	fetch ids
	[ "$(head -n 1 out | jq -r .organization)" = Org_1-A ]
	arm "$O/users from=2 organization=org_1-a" "$O/users always organization=Org_1-A"
	fetch ids
	no_end case 4
	for id in "a b" "a,$own" 'a"b' "$own$own" "$(printf '%065d' 0)" "x$ANTHROPIC_ADMIN_KEY/"; do
		arm "$O/users always \"organization=${id//\"/\\\"}\""
		fetch ids
		no_end "$id" 4
		grep -q 'names an organization that is none' err || wrong "$id"
		run -1 grep -c "$ANTHROPIC_ADMIN_KEY" err
	done
}

@test "a stream whose first page does not come has not begun" {
	for fault in status=422 status=403 error=not_found_error; do
		arm "$O/users always $fault"
		fetch ids
		[ ! -s out ] || wrong "$fault"
	done
	arm "$O/users at=2 status=422"
	fetch ids
	no_end 422 4
	[ "$(head -n 1 out)" = "$(head -n 1 "$BATS_FILE_TMPDIR/ids")" ]
}

@test "fewer items, compressed or slow pages change nothing" {
	harmless fewer=3
	harmless gzip
	harmless no-id
	harmless delay=20
	harmless "framing=chunked"
	harmless "framing=close"
}

@test "a page that is too much is asked for again with half the limit" {
	for fault in status=413 "status=400 body=\"{\\\"type\\\":\\\"error\\\",\\\"error\\\":{\\\"type\\\":\\\"invalid_request_error\\\",\\\"message\\\":\\\"The limit is too large for this query.\\\"}}\"" \
		"huge=67108865"; do
		arm "$O/usage_report/messages query=limit=10 always $fault" "$O/usage_report/messages query=limit=5 always $fault"
		sim DELETE log
		fetch buckets
		complete "$fault" buckets
		sim GET log | grep -q 'limit=2'
	done
	# What stays too much where the limit is 1 is final.
	arm "$O/users always huge=67108865"
	fetch ids
	no_end huge 4
	grep -q 'larger than 67108864 bytes' err
	arm "$O/usage_report/messages from=2 status=413"
	fetch buckets
	no_end 413 4
}

@test "a page that times out or fails twice is asked for again with half the limit" {
	arm "$O/usage_report/messages query=limit=10 from=2 status=504"
	fetch buckets
	complete 504 buckets
	arm "$O/usage_report/messages query=limit=10 from=2 hang"
	fetch buckets --timeout 0.3
	complete hang buckets
	# An id cursor does not belong to its limit, and a day begins anew.
	arm "$O/users query=limit=8 from=2 status=500"
	fetch ids
	complete ids ids
	arm "$O/usage_report/claude_code query=limit=12 status=413"
	fetch tokens
	complete tokens tokens
}

@test "slices and days side by side recover, too" {
	arm "$O/usage_report/messages every=2 status=500" "$O/usage_report/claude_code every=3 reset"
	buckets=(usage_report --jobs 8 --from $FROM --to 2026-10-01 --page-limit 2)
	fetch buckets
	complete slices buckets
	tokens=(claude_code_usage --jobs 8 --from $FROM --to 2026-09-08 --page-limit 3)
	fetch tokens
	[ "$status" -eq 0 ] || wrong days
	mv out got
	arm
	fetch tokens
	cmp out got
}

@test "one day of many that fails for good leaves no end" {
	arm "$O/usage_report/claude_code query=2026-09-05 always status=500"
	tokens=(claude_code_usage --jobs 4 --from $FROM --to 2026-09-30)
	fetch tokens --retries 1
	no_end days 75
}

@test "a workspace whose members answer 404 is skipped with a warning; a later page is not" {
	members=(workspace_members)
	fetch members
	[ "$status" -eq 0 ]
	mv out all
	id=$(sed -n 2p all | jq -r .workspace_id)
	arm "$O/workspaces/$id/members status=404"
	fetch members
	[ "$status" -eq 0 ]
	grep -q "$id/members.*404.*skipped" err
	diff <(grep -v -e "$id" -e '"@ant":"end"' all) <(grep -v '"@ant":"end"' out)
	fetch members -q
	[ ! -s err ]
	# All of them are not gone: a load of none would empty the table.
	arm "$O/workspaces/*/members always status=404"
	fetch members
	no_end 'all 404' 4
	grep -q 'workspaces/{}/members: all of the 7 lists are answered with 404' err
	members=(workspace_members --page-limit 1)
	arm "$O/workspaces/$id/members at=2 status=404"
	fetch members
	no_end 404 4
	arm "$O/workspaces/$id/members status=403"
	fetch members
	no_end 403 3
}

@test "a 429 stops all jobs for as long as it says" {
	# The others are slow, so that few more begin before a busy machine has delivered the 429.
	arm "$O/usage_report/messages at=1 status=429 header=retry-after-ms:700" "$O/usage_report/messages always delay=150"
	sim DELETE log
	buckets=(usage_report --jobs 4 --from $FROM --to 2026-10-01 --page-limit 1)
	fetch buckets
	[ "$status" -eq 0 ] || wrong 429
	sim GET log >requests
	# The first burst, and what had begun when the 429 came, are before the pause, all others after it.
	jq -s -e 'map(.time | (sub("\\..*"; "Z") | fromdate) + (.[20:23] | tonumber) / 1000) | . as $t |
		[range(1; length) | {at: ., gap: ($t[.] - $t[. - 1])}] | max_by(.gap) | .gap >= 0.6 and .at <= 8' requests
}

@test "retry-after in seconds and as a date are obeyed, and nonsense is not" {
	for hint in retry-after:1 date; do
		[ "$hint" = retry-after:1 ] || hint="retry-after:$(date -u -d '+3 seconds' '+%a, %d %b %Y %H:%M:%S GMT')"
		arm "$O/users at=2 status=503 \"header=$hint\""
		SECONDS=0
		fetch ids
		complete "$hint" ids
		[ "$SECONDS" -ge 1 ]
	done
	for hint in retry-after:abc retry-after:-5 retry-after: "retry-after:Sun, 06 Nov 1994 08:49:37 GMT"; do
		arm "$O/users at=2 status=503 \"header=$hint\""
		SECONDS=0
		fetch ids
		complete "$hint" ids
		[ "$SECONDS" -le 1 ]
	done
}

@test "a wait that goes past the deadline is not begun" {
	for fault in "status=429 header=retry-after:3600" "status=503 header=retry-after:1000000000" \
		"status=429 header=anthropic-ratelimit-requests-reset:2099-01-01T00:00:00Z"; do
		arm "$O/users at=2 $fault"
		SECONDS=0
		fetch ids
		no_end "$fault" 75
		grep -q 'past the deadline' err
		[ "$SECONDS" -lt 3 ]
	done
	# Without a hint a 429 waits for the better part of a minute.
	arm "$O/users at=2 status=429"
	status=0
	"$ANT_BIN/ant-fetch" --deadline 20 users --page-limit 8 >out 2>err || status=$?
	no_end 429 75
	grep -Eq 'next attempt would be in [3-6][0-9]\.[0-9] s' err
}

@test "a budget that the server says is spent is waited for" {
	reset=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
	arm "$O/users at=1 header=anthropic-ratelimit-requests-remaining:0 header=anthropic-ratelimit-requests-reset:$reset"
	SECONDS=0
	fetch ids
	complete budget ids
	[ "$SECONDS" -ge 1 ]
}

@test "a message names the URL, the status, the request and what the API said" {
	arm "$O/users at=1 status=422"
	fetch ids
	no_end 422 4
	grep -Eq 'HTTP 422 .*\(request req_[A-Za-z0-9]+\)' err
	arm "$O/users at=1 html"
	fetch ids --retries 0
	grep -q 'HTML.*<!DOCTYPE html>' err
	grep -q "$SIM_URL$O/users?limit=8" err
	# An answer that quotes the key does not get it into a message.
	arm "$O/users at=1 status=400 body=\"key $ANTHROPIC_ADMIN_KEY is no good\""
	fetch ids
	no_end quote 4
	grep -q 'is no good' err
	run -1 grep -c "$ANTHROPIC_ADMIN_KEY" err
}

@test "an answer that quotes the key gets no part of it into a message: cut off, as a request id, as a cursor" {
	local x secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ # behind the start that all keys have
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-$secret
	x=$(printf '%*s' 135 '' | tr ' ' x)
	arm "$O/users always status=500 header=x-should-retry:false body=\"$x$ANTHROPIC_ADMIN_KEY\""
	fetch ids -v
	no_end excerpt 4
	grep -q "body starts: $x" err
	run -1 grep -c "${secret:0:3}" err
	x=$(printf '%*s' 380 '' | tr ' ' x)
	for body in "{'error':{'type':'t','message':'$x$ANTHROPIC_ADMIN_KEY'}}" \
		"{'error':{'type':'${x:0:44}$ANTHROPIC_ADMIN_KEY','message':'m'}}"; do
		arm "$O/users always status=400 body=\"${body//\'/\\\"}\""
		fetch ids -v
		no_end "$body" 4
		run -1 grep -c "${secret:0:3}" err
	done
	for x in "" "${x:0:75}"; do
		arm "$O/users always status=200 no-id header=request-id:$x$ANTHROPIC_ADMIN_KEY body=\"{\\\"data\\\":[],\\\"has_more\\\":false}\""
		fetch ids -v
		[ "$status" -eq 0 ]
		grep -q "request $x\*" err
		run -1 grep -c "${secret:0:3}" err
	done
	arm "$O/users at=1 status=200 body=\"{\\\"data\\\":[{}],\\\"has_more\\\":true,\\\"last_id\\\":\\\"$ANTHROPIC_ADMIN_KEY\\\"}\"" \
		"$O/users at=2 status=400"
	fetch ids -v
	no_end cursor 4
	run -1 grep -c "${secret:0:3}" err
}

@test "a record that looks like a control line is no record: a stream that broke off would seem complete" {
	local element body
	for element in '{"@ant":"end","records":1,"pages":1}' '{"\u0040ant":"end","records":1,"pages":1}' '{ "@ant" : "begin"}' '{"@ant":1}'; do
		body=${element//\\/\\\\} # in the plan, too, a backslash takes another
		arm "$O/users at=1 status=200 body=\"{\\\"data\\\":[{},${body//\"/\\\"}],\\\"has_more\\\":true,\\\"last_id\\\":\\\"x\\\"}\"" \
			"$O/users at=2 status=400"
		fetch ids
		no_end "$element" 4
		grep -q 'element 2 of data' err
	done
	org=(organization)
	arm "$O/me at=1 status=200 body=\"{\\\"@ant\\\":\\\"end\\\",\\\"records\\\":0,\\\"pages\\\":1,\\\"id\\\":\\\"x\\\"}\""
	fetch org
	no_end organization 4
}

@test "an id that another table goes through is there, leads nowhere else, and is no longer than an id" {
	local id
	members=(workspace_members)
	for id in "" . .. "$(printf '%0257d' 0)"; do
		arm "$O/workspaces at=1 status=200 body=\"{\\\"data\\\":[{\\\"id\\\":\\\"$id\\\"}],\\\"has_more\\\":false}\""
		fetch members
		[ "$status" -eq 4 ] || wrong "$id"
		grep -Eq 'workspaces: a record has (no id|an id of 257 bytes) at .id' err
		run -1 grep -c '"@ant":"end"' out
	done
}

@test "a clock that is ahead of the server's does not move the watermark past what can be complete" {
	arm "$O/usage_report/messages at=1 header=\"date:Sun, 20 Sep 2026 10:00:00 GMT\""
	fetch buckets
	[ "$status" -eq 0 ] || wrong clock
	[ "$(tail -n 1 out | jq -r .watermark)" = 2026-09-20T00:00:00Z ]
	grep -q "this machine's clock" err
	arm "$O/usage_report/messages always header=\"date:Thu, 01 Oct 2026 00:00:00 GMT\""
	fetch buckets
	complete clock buckets
	run -1 grep -c "this machine's clock" err
}

@test "the organization must have an id" {
	org=(organization)
	arm "$O/me shape=object"
	fetch org
	no_end organization 4
	arm "$O/me at=1 broken"
	fetch org
	[ "$status" -eq 0 ]
}
