#!/usr/bin/env bats
# shellcheck disable=SC2086	# a path and its parameters in one variable are split on purpose
# shellcheck disable=SC2013,SC2016,SC2094	# jq programs and "bash -c" expand these, not we
load lib/helper

NOW=2026-11-21T10:00:00Z
O=/v1/organizations

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true # one server, whose faults are set test by test
	start_sim --now "$NOW" --seed 7
	export SIM_URL=$ANTHROPIC_BASE_URL
}
teardown_file() { stop_sim; }

# get PATH [NAME=VALUE]... - one answer of the API; parameters are percent-encoded.
get() {
	local path=$1 args=()
	shift
	for p; do args+=(--data-urlencode "$p"); done
	# group_by[]=x: curl encodes the value alone, and brackets may stand as they are.
	curl -sS -g -G -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' \
		"${args[@]}" "$ANTHROPIC_BASE_URL$path"
}

# status PATH [NAME=VALUE]... - its HTTP status and its message.
status() { get "$@" | jq -r 'if .type == "error" then .error.type + ": " + .error.message else "ok" end'; }

sim() { curl -sS -X "$1" "$ANTHROPIC_BASE_URL/_sim/$2" "${@:3}"; }

# arm LINE... - a new plan of faults, and nothing else.
arm() {
	sim DELETE faults >/dev/null
	printf '%s\n' "$@" | curl -sSf --data-binary @- "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
}

each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	sim DELETE faults >/dev/null
}

# walk PATH [NAME=VALUE]... - the elements of all pages, one a line.
walk() {
	local cursor=''
	while :; do
		get "$@" ${cursor:+"$cursor"} | jq -r '(.data[] | tojson), if .has_more | not then "" elif has("last_id")
			then "after_id=" + .last_id else "page=" + .next_page end' >walk.page || return
		sed '$d' walk.page
		cursor=$(tail -n 1 walk.page)
		[ -n "$cursor" ] || break
	done
}

# scaled - the sum of decimal numbers, one a line, in units of 10^-10.
scaled() {
	local n whole part sum=0
	while read -r n; do
		whole=${n%%.*} part=
		[[ $n != *.* ]] || part=${n#*.}
		part=${part}0000000000
		sum=$((sum + whole * 10000000000 + 10#${part:0:10}))
	done
	echo "$sum"
}

# ---- starting and stopping ----

@test "sim: the base URL stands alone on the first line, and SIGTERM and SIGINT end it with 0" {
	for signal in TERM INT; do
		rm -f out # of the signal before: its URL is not that of the next server
		# A shell starts its background jobs with SIGINT ignored.
		env --default-signal=INT "$ANT_BIN/ant-sim" --port 0 >out 2>err 3>&- &
		pid=$!
		wait_for [ -s out ]
		[[ $(<out) =~ ^http://127\.0\.0\.1:[0-9]+$ ]]
		kill -$signal $pid
		wait $pid
	done
}

@test "sim: a port that is taken is a failure that names it" {
	run -1 ant sim --port "${ANTHROPIC_BASE_URL##*:}"
	[[ $output == *"port ${ANTHROPIC_BASE_URL##*:}"* ]]
}

@test "sim: wrong options are usage errors" {
	run -2 ant sim --port 70000
	run -2 ant sim --users 0
	run -2 ant sim --now yesterday
	run -2 ant sim --expect nothing
	[[ $output == *nothing* ]]
	run -2 ant sim --expect usage_report --width 1w
	run -2 ant sim --expect usage_report --group-by colour
	run -2 ant sim --revise 'date=2026-13-01' --expect users
	run -2 ant sim operand
	run -1 bash -c 'ant sim --expect users >/dev/full'
}

@test "sim: --help names the key, and every option of it stands in the manual" {
	run -0 ant sim --help
	[[ $output == *sk-ant-admin01-simulated*sk-ant-api01-simulated*simulated-oauth-token* ]]
	for o in $(grep -o -- '--[a-z-]*' <<<"$output" | sort -u); do
		grep -q -- "Fl -${o#--}" "$ROOT/man/ant-sim.1" || { echo "$o is not in the manual"; false; }
	done
}

@test "sim: the examples of the manual do what the text says" {
	dollar() { sed -n 's/^\.Dl \$ //p' "$ROOT/man/ant-sim.1"; }
	run -0 bash -c "$(dollar | grep -- --expect)"
	[[ ${lines[0]} == bucket$'\t'workspace_id$'\t'* ]]
	[[ ${lines[-1]} == 2026-11-20T00:00:00Z$'\t'* ]]
	eval "$(dollar | grep faults)" >out
	[ "$(jq -r .fault out)" = $'*/users at=1 status=529\n*/users at=2 status=429 header=retry-after:1' ]
}

# ---- keys and headers ----

@test "sim: a key that is missing, wrong or ordinary is refused, and so is a request without a version" {
	url=$ANTHROPIC_BASE_URL$O/me
	v='anthropic-version: 2023-06-01'
	[ "$(curl -s -o b -w '%{http_code}' -H "$v" "$url")" = 401 ]
	[ "$(jq -r .error.type b)" = authentication_error ]
	[ "$(curl -s -o b -w '%{http_code}' -H "$v" -H 'x-api-key: sk-ant-admin01-wrong' "$url")" = 401 ]
	[ "$(jq -r .error.message b)" = 'invalid x-api-key' ]
	[ "$(curl -s -o b -w '%{http_code}' -H "$v" -H 'x-api-key: sk-ant-api03-abc' "$url")" = 403 ]
	[ "$(jq -r .error.type b)" = permission_error ]
	[ "$(curl -s -o b -w '%{http_code}' -H "$v" -H 'authorization: Bearer x' "$url")" = 401 ]
	[ "$(curl -s -o b -w '%{http_code}' -H "x-api-key: $ANTHROPIC_ADMIN_KEY" "$url")" = 400 ]
	[[ $(jq -r .error.message b) == anthropic-version* ]]
}

# as HEADER PATH [ARG...] - the status of an answer to that credential, which goes to the file b
as() { curl -s -D h -o b -w '%{http_code}\n' -H "$1" -H "anthropic-version: ${VERSION-2023-06-01}" "${@:3}" "$ANTHROPIC_BASE_URL$2"; }

@test "sim: three credentials, as a key or a bearer, and each opens what is its own" {
	local admin=sk-ant-admin01-simulated scoped=sk-ant-api01-simulated token=simulated-oauth-token
	for p in me workspaces api_keys rate_limits external_keys; do
		[ "$(as "x-api-key: $admin" $O/$p)" = 200 ]
		[ "$(as "authorization: Bearer $admin" $O/$p)" = 200 ]
		[ "$(as "authorization: bearer $token" $O/$p)" = 200 ]
		[ "$(as "x-api-key: $scoped" $O/$p)" = 403 ]
		[[ $(jq -r .error.message b) == "Missing required scopes. Got: ['read:analytics', "*"Needed: ['org:admin']" ]]
	done
	for p in users invites; do
		for h in "x-api-key: $admin" "x-api-key: $scoped" "authorization: Bearer $scoped" "authorization: Bearer $token"; do
			[ "$(as "$h" $O/$p)" = 200 ]
		done
	done
	# A token is no key, and of two that differ none counts.
	[ "$(as "x-api-key: $token" $O/me)" = 401 ]
	[ "$(as "x-api-key: $admin" $O/me -H "authorization: Bearer $admin")" = 200 ]
	[ "$(as "x-api-key: $admin" $O/me -H "authorization: Bearer $token")" = 401 ]
	[ "$(as 'x-api-key: sk-ant-api01-other' $O/users)" = 401 ]
	[ "$(as 'authorization: Bearer other' $O/users)" = 401 ]
	[ "$(jq -r .error.message b)" = 'Invalid bearer token' ]
	[ "$(as 'x-api-key: other' /v1/compliance/groups)" = 401 ]
	[ "$(jq -r .error.message b)" = 'The API key provided is invalid or has been revoked.' ]
	grep -qi '^anthropic-organization-id: [0-9a-f-]\{36\}' h
	as "authorization: Bearer $token" $O/me
	sim GET log | tail -n 1 | jq -e '.credential == "oauth" and .key and .version == "2023-06-01"'
	as 'x-api-key: other' $O/me
	sim GET log | tail -n 1 | jq -e '.credential == null and (.key | not)'
}

@test "sim: under version 2026-10-21 old names are not sent, and an unknown version is refused" {
	w=$(get $O/workspaces | jq -r '.data[0].id')
	for p in rate_limits=group_type "workspaces/$w/rate_limits=group_type" api_keys=workspace_id; do
		for v in 2023-06-01=true 2026-10-21=false; do
			[ "$(VERSION=${v%=*} as "x-api-key: $ANTHROPIC_ADMIN_KEY" $O/${p%=*})" = 200 ]
			jq -e --arg f "${p#*=}" --argjson sent "${v#*=}" '.data | length > 0 and all(has($f) == $sent)' b
		done
	done
	[ "$(VERSION=2026-10-22 as "x-api-key: $ANTHROPIC_ADMIN_KEY" $O/me)" = 400 ]
	# What the official client adds to methods under beta.
	[ "$(as "x-api-key: $ANTHROPIC_ADMIN_KEY" "$O/users?beta=true")" = 200 ]
}

@test "sim: the default workspace is listed where it is asked for, and has members but no limits of its own" {
	[ "$(get $O/workspaces limit=1000 | jq '.data | length')" = 5 ]
	[ "$(get $O/workspaces include_default=true | jq '.data | length')" = 6 ]
	[ "$(get $O/workspaces include_default=true include_archived=true | jq '.data | length')" = 7 ]
	d=$(get $O/workspaces include_default=true | jq -r '.data[-1].id')
	[ "$(get $O/workspaces include_default=true "ids[]=$d" ids[]=wrkspc_none | jq -r '.data[].id')" = "$d" ]
	[ "$(get $O/workspaces "ids[]=$d" | jq '.data | length')" = 0 ]
	[ "$(get $O/workspaces/$d | jq -r .id)" = "$d" ]
	[ "$(get $O/workspaces/$d/members | jq --arg d "$d" '.data | length > 3 and all(.workspace_id == $d)')" = true ]
	[ "$(get $O/workspaces/$d/rate_limits | jq -c .data)" = '[]' ]
	get $O/api_keys limit=1000 | jq -e --arg d "$d" '.data | any(.workspace_id == null and .scope.workspace_id == $d)'
	# With what is inherited: each limit of the organization.
	get $O/rate_limits | jq -c '[.data[].limits[] | [.type, .value]]' >want
	get $O/workspaces/$d/rate_limits include_inherited=true |
		jq -ce '[.data[].limits[] | select(.source.type == "organization" and .org_limit == .value) | [.type, .value]]' | cmp - want
	w=$(get $O/workspaces | jq -r '.data[0].id')
	get $O/workspaces/$w/rate_limits include_inherited=true | jq -e '[.data[].limits[].source.type] | unique == ["organization", "workspace"]'
	get $O/workspaces/$w/rate_limits | jq -e '.data | length > 0 and ([.[].limits[].source.type] | unique == ["workspace"])'
}

@test "sim: limits come on one page unless a limit cuts it, and external keys join their workspaces" {
	get $O/rate_limits | jq -c '.data[]' >whole
	[ "$(get $O/rate_limits | jq -r .next_page)" = null ]
	cursor=
	for i in 1 2 3 4; do
		get $O/rate_limits limit=2 ${cursor:+"page=$cursor"} >page
		jq -c '.data[]' page >>parts
		cursor=$(jq -r '.next_page // ""' page)
		[ "$i" = 4 ] || [ -n "$cursor" ]
	done
	[ -z "$cursor" ]
	cmp whole parts
	get $O/external_keys | jq -r '.data[] | select(.attachment.type == "attached").id' | sort >attached
	get $O/workspaces include_archived=true | jq -r '.data[].external_key_id // empty' | sort | cmp - attached
	[ "$(get $O/external_keys | jq -c '[.data[].attachment.type] | unique')" = '["attached","unattached"]' ]
}

@test "sim: each answer has a request id of its own, which an error's body repeats" {
	curl -s -D h -o b "$ANTHROPIC_BASE_URL$O/me"
	id=$(sed -n 's/^request-id: \(req_[0-9A-Za-z]*\)\r$/\1/p' h)
	[ -n "$id" ]
	[ "$(jq -r .request_id b)" = "$id" ]
	[ "$(jq -r .type b)" = error ]
	grep -qi '^anthropic-organization-id: [0-9a-f-]\{36\}' h
	get $O/me >b2
	curl -s -D h2 -o b "$ANTHROPIC_BASE_URL$O/me"
	run -1 grep -q "$id" h2
}

# ---- strictness ----

@test "sim: unknown parameters and limits out of range are refused by every endpoint" {
	w=$(get $O/workspaces | jq -r '.data[0].id')
	for p in users invites workspaces api_keys "workspaces/$w/members"; do
		[ "$(status $O/$p limit=1000)" = ok ]
		for bad in limit=0 limit=1001 limit=x limit=-1 colour=red page=page_x; do
			[[ $(status $O/$p "$bad") == "invalid_request_error: ${bad%%=*}: "* ]]
		done
	done
	u="$O/usage_report/messages starting_at=2026-11-01T00:00:00Z"
	for max in 1d=31 1h=168 1m=1440; do
		[ "$(status $u bucket_width=${max%=*} limit=${max#*=})" = ok ]
		[[ $(status $u bucket_width=${max%=*} limit=$((${max#*=} + 1))) == invalid_request_error* ]]
	done
	[[ $(status $u bucket_width=1w) == invalid_request_error* ]]
	[[ $(status $u 'group_by=model') == *"group_by: Extra"* ]]
	[[ $(status $O/cost_report starting_at=2026-11-01T00:00:00Z limit=32) == invalid_request_error* ]]
	[[ $(status $O/cost_report starting_at=2026-11-01T00:00:00Z 'models[]=x') == invalid_request_error* ]]
	[[ $(status $O/usage_report/claude_code starting_at=2026-11-01 limit=1001) == invalid_request_error* ]]
	[[ $(status $O/me x=1) == invalid_request_error* ]]
	for p in rate_limits external_keys "workspaces/$w/rate_limits"; do
		[ "$(status $O/$p limit=5)" = ok ]
		for bad in limit=0 limit=1001 limit=x colour=red page=page_x; do
			[[ $(status $O/$p "$bad") == "invalid_request_error: ${bad%%=*}: "* ]]
		done
	done
	ids=$(printf ' ids[]=wrkspc_%s' {1..101})
	[[ $(status $O/workspaces $ids) == 'invalid_request_error: ids[]: At most 100'* ]]
}

@test "sim: the standard limits are 20 for lists, and 7, 24 and 60 buckets" {
	[ "$(get $O/users | jq '.data | length')" = 20 ]
	for n in 1d=7 1h=24 1m=60; do
		got=$(get $O/usage_report/messages starting_at=2026-11-01T00:00:00Z bucket_width=${n%=*} | jq '.data | length')
		[ "$got" = "${n#*=}" ]
	done
	[ "$(get $O/cost_report starting_at=2026-11-01T00:00:00Z | jq '.data | length')" = 7 ]
	[ "$(get $O/usage_report/claude_code starting_at=2026-11-18 | jq '.data | length')" = 20 ]
}

@test "sim: a sixth dimension, an unknown one, and speed without its header are refused" {
	u="$O/usage_report/messages starting_at=2026-11-20T00:00:00Z"
	five='group_by[]=model group_by[]=workspace_id group_by[]=api_key_id group_by[]=service_tier group_by[]=context_window'
	[ "$(status $u $five)" = ok ]
	[ "$(status $u $five 'group_by[]=inference_geo')" = 'invalid_request_error: Cannot specify more than 5 group_by[] dimensions.' ]
	[[ $(status $u 'group_by[]=colour') == invalid_request_error* ]]
	[[ $(status $u 'group_by[]=speed') == *fast-mode-2026-02-01* ]]
	run -0 curl -s -g -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' \
		-H 'anthropic-beta: fast-mode-2026-02-01' \
		"$ANTHROPIC_BASE_URL$O/usage_report/messages?starting_at=2026-11-16T00:00:00Z&group_by[]=speed"
	[ "$(jq -c '[.data[].results[].speed] | unique' <<<"$output")" = '["fast","standard"]' ]
	[[ $(status $O/cost_report starting_at=2026-11-01T00:00:00Z 'group_by[]=model') == invalid_request_error* ]]
}

@test "sim: windows: starting_at is required, cost ends before today, Claude Code takes one day" {
	order='invalid_request_error: ending date must be after starting date'
	for r in usage_report/messages cost_report usage_report/claude_code; do
		[ "$(status $O/$r)" = 'invalid_request_error: starting_at: Field required' ]
	done
	[ "$(status $O/cost_report starting_at=2026-11-21T00:00:00Z)" = "$order" ]
	[ "$(status $O/cost_report starting_at=2026-11-21T00:00:00Z ending_at=2026-11-22T00:00:00Z)" = "$order" ]
	[ "$(status $O/usage_report/messages starting_at=2026-11-02T00:00:00Z ending_at=2026-11-01T00:00:00Z)" = "$order" ]
	[[ $(status $O/usage_report/messages starting_at=2026-11-02) == *starting_at* ]]
	# The open day is in the usage and not in the cost.
	[ "$(get $O/usage_report/messages starting_at=2026-11-20T00:00:00Z | jq -r '.data[-1].starting_at')" = 2026-11-21T00:00:00Z ]
	[ "$(get $O/cost_report starting_at=2026-11-20T00:00:00Z | jq -r '.data[-1].starting_at')" = 2026-11-20T00:00:00Z ]
	c=$O/usage_report/claude_code
	[[ $(status $c starting_at=2026-11-20T00:00:00Z) == invalid_request_error* ]]
	[[ $(status $c starting_at=2026-11-31) == invalid_request_error* ]]
	[[ $(status $c starting_at=2026-11-20 ending_at=2026-11-21) == *"ending_at: Extra"* ]]
}

@test "sim: page tokens end in =, must be percent-encoded, and belong to their parameters" {
	u="$O/usage_report/messages starting_at=2026-10-01T00:00:00Z"
	t=$(get $u | jq -r .next_page)
	[[ $t == page_*= ]]
	[ "$(status $u "page=$t")" = ok ]
	[ "$(status $u "page=$t" limit=3)" = ok ]
	[[ $(status $u "page=$t" bucket_width=1h) == *"page: Invalid"* ]]
	[[ $(status $u "page=$t" 'models[]=x') == *"page: Invalid"* ]]
	[[ $(status $O/cost_report starting_at=2026-10-01T00:00:00Z "page=$t") == *"page: Invalid"* ]]
	[[ $(status $u "page=${t/%=/x}") == *"page: Invalid"* ]]
	raw="$ANTHROPIC_BASE_URL$O/usage_report/messages?starting_at=2026-10-01T00:00:00Z&page=$t"
	run -0 curl -s -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' "$raw"
	[[ $output == *"not percent-encoded"* ]]
}

@test "sim: id cursors: an unknown one and both at once are refused, and before_id walks back" {
	[[ $(status $O/users after_id=user_none) == invalid_request_error* ]]
	mapfile -t ids < <(get $O/users limit=9 | jq -r '.data[].id')
	[[ $(status $O/users "after_id=${ids[0]}" "before_id=${ids[5]}") == invalid_request_error* ]]
	run -0 get $O/users limit=3 "before_id=${ids[8]}"
	[ "$(jq -r '.data[].id' <<<"$output")" = "$(printf '%s\n' "${ids[@]:5:3}")" ]
	[ "$(jq .has_more <<<"$output")" = true ]
	run -0 get $O/users limit=3 "before_id=${ids[2]}"
	[ "$(jq -c '[.has_more, (.data | length)]' <<<"$output")" = '[false,2]' ]
	run -0 get $O/users email=nobody@example.com
	[ "$(jq -c '[.data, .first_id, .has_more, .last_id]' <<<"$output")" = '[[],null,false,null]' ]
}

@test "sim: what does not exist is 404, what is not GET is 405" {
	[[ $(status $O/nothing) == not_found_error* ]]
	[[ $(status /v2/x) == not_found_error* ]]
	[[ $(status $O/workspaces/wrkspc_none/members) == not_found_error* ]]
	[[ $(status $O/workspaces/wrkspc_none/rate_limits) == not_found_error* ]]
	[[ $(status $O/rate_limits model=claude-none) == not_found_error* ]]
	[[ $(status $O/service_accounts) == permission_error* ]]
	for m in POST DELETE PUT; do
		[ "$(curl -s -o b -w '%{http_code}' -X $m -H "x-api-key: $ANTHROPIC_ADMIN_KEY" \
			-H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL$O/users")" = 405 ]
	done
}

@test "sim: filters choose, and one object can be asked for by its id" {
	[ "$(get $O/users email=ZOE.Mueller@example.com | jq -r '.data[].email')" = zoe.mueller@example.com ]
	[ "$(get $O/users email=pat.obrien+claude@example.com | jq '.data | length')" = 1 ]
	[ "$(get $O/users 'roles[]=admin' 'roles[]=billing' limit=100 | jq -c '[.data[].role] | unique')" = '["admin","billing"]' ]
	[ "$(get $O/invites 'statuses[]=accepted' | jq -c '[.data[].status] | unique')" = '["accepted"]' ]
	[[ $(status $O/invites 'statuses[]=open') == invalid_request_error* ]]
	[ "$(get $O/api_keys status=archived | jq -c '[.data[].status] | unique')" = '["archived"]' ]
	w=$(get $O/workspaces | jq -r '.data[0].id')
	[ "$(get $O/api_keys "workspace_id=$w" | jq -c '[.data[].workspace_id] | unique')" = "[\"$w\"]" ]
	[ "$(get $O/workspaces/"$w" | jq -r .id)" = "$w" ]
	[ "$(get $O/workspaces | jq '[.data[] | select(.archived_at)] | length')" = 0 ]
	[ "$(get $O/workspaces include_archived=true | jq '[.data[] | select(.archived_at)] | length')" = 1 ]
	u="$O/usage_report/messages starting_at=2026-11-20T00:00:00Z group_by[]=model group_by[]=service_tier"
	[ "$(get $u 'models[]=claude-haiku-4-5-20251001' | jq -c '[.data[].results[].model] | unique')" = '["claude-haiku-4-5-20251001"]' ]
	[ "$(get $u 'service_tiers[]=batch' | jq -c '[.data[].results[].service_tier] | unique')" = '["batch"]' ]
	[[ $(status $u 'service_tiers[]=gold') == invalid_request_error* ]]
	[ "$(get $O/rate_limits group_type=batch | jq -c '[(.data | length), has("has_more")]')" = '[1,false]' ]
}

# ---- paging ----

@test "sim: the pages of every list and report are together what one big page is" {
	w=$(get $O/workspaces | jq -r '.data[0].id')
	for p in users invites workspaces api_keys "workspaces/$w/members"; do
		walk $O/$p limit=4 >small
		get $O/$p limit=1000 | jq -c '.data[]' >big
		[ -s big ]
		cmp small big
	done
	u="$O/usage_report/messages starting_at=2026-10-25T00:00:00Z group_by[]=model group_by[]=api_key_id"
	walk $u limit=5 >small
	get $u limit=31 | jq -c '.data[]' >big
	[ "$(wc -l <big)" = 28 ]
	cmp small big
	c="$O/cost_report starting_at=2026-10-25T00:00:00Z group_by[]=description"
	walk $c limit=10 >small
	get $c limit=31 | jq -c '.data[]' >big
	[ "$(wc -l <big)" = 27 ]
	cmp small big
	walk $O/usage_report/claude_code starting_at=2026-11-18 limit=2 >small
	get $O/usage_report/claude_code starting_at=2026-11-18 limit=1000 | jq -c '.data[]' >big
	[ "$(wc -l <big)" -gt 20 ]
	cmp small big
}

@test "sim: --page-size cuts every page whatever the limit, and has_more says so" {
	walk $O/usage_report/claude_code starting_at=2026-11-18 limit=1000 >big
	(
		start_sim --now "$NOW" --seed 7 --page-size 2
		trap stop_sim EXIT
		[ "$(get $O/users limit=1000 | jq -c '[(.data | length), .has_more]')" = '[2,true]' ]
		[ "$(get $O/cost_report starting_at=2026-11-01T00:00:00Z limit=31 | jq -c '[(.data | length), .has_more]')" = '[2,true]' ]
		walk $O/usage_report/claude_code starting_at=2026-11-18 limit=1000 >small
		cmp small big
	)
}

# ---- the data ----

@test "sim: a date's data depends on the seed and the date, not on the clock or the history" {
	for t in usage_report cost_report claude_code_usage claude_code_models; do
		ant sim --expect $t --seed 3 --now 2026-11-21 --from 2026-11-10 --to 2026-11-13 >a
		ant sim --expect $t --seed 3 --now 2027-03-05 --days 300 --from 2026-11-10 --to 2026-11-13 >b
		ant sim --expect $t --seed 4 --now 2026-11-21 --from 2026-11-10 --to 2026-11-13 >c
		[ "$(wc -l <a)" -gt 10 ]
		cmp a b
		run -1 cmp -s a c
	done
	ant sim --expect users --seed 3 --now 2026-11-21 >a
	ant sim --expect users --seed 3 --now 2027-11-21 >b
	cmp a b
}

@test "sim: tokens add up between all groupings and all widths" {
	sums='[.data[].results[]] | map([.uncached_input_tokens, .cache_read_input_tokens, .output_tokens,
		.cache_creation.ephemeral_5m_input_tokens, .cache_creation.ephemeral_1h_input_tokens,
		.server_tool_use.web_search_requests]) | transpose | map(add)'
	u="$O/usage_report/messages starting_at=2026-11-19T00:00:00Z ending_at=2026-11-20T00:00:00Z"
	want=$(get $u | jq -c "$sums")
	[[ $want == \[*,*\] ]]
	for g in account_id api_key_id context_window inference_geo model service_account_id service_tier workspace_id; do
		get $u "group_by[]=$g" >b
		[ "$(jq -c "$sums" b)" = "$want" ]
		[ "$(jq '.data[0].results | length' b)" -gt 1 ]
		[ "$(jq -c "[.data[].results[] | del(.$g) | .account_id, .api_key_id, .context_window, .inference_geo, .model,
			.service_account_id, .service_tier, .workspace_id] | unique" b)" = '[null]' ]
	done
	[ "$(get $u bucket_width=1h limit=24 'group_by[]=model' | jq -c "$sums")" = "$want" ]
	[ "$(get $u bucket_width=1m limit=1440 'group_by[]=api_key_id' | jq -c "$sums")" = "$want" ]
}

@test "sim: cost adds up between groupings, and is tokens times price to the last digit" {
	c="$O/cost_report starting_at=2026-11-09T00:00:00Z"
	want=$(get $c limit=31 | jq -r '.data[].results[].amount' | scaled)
	[ "$(get $c limit=31 | jq '[.data[].results | length] | max')" = 1 ]
	for g in 'group_by[]=workspace_id' 'group_by[]=description' 'group_by[]=workspace_id group_by[]=description'; do
		[ "$(get $c limit=31 $g | jq -r '.data[].results[].amount' | scaled)" = "$want" ]
	done
	# The tokens of a day, priced here: in units of 10^-10 cents, 10^6 of them are 1 $ a million.
	declare -A input=([claude-opus-4-6]=5000000 [claude-sonnet-4-5-20250929]=3000000 [claude-haiku-4-5-20251001]=1000000
		[claude-sonnet-4-20250514]=3000000 [claude-opus-4-1-20250805]=15000000 [claude-3-5-haiku-20241022]=800000 [claude-next-preview]=3750000)
	curl -s -g -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' -H 'anthropic-beta: fast-mode-2026-02-01' \
		"$ANTHROPIC_BASE_URL$O/usage_report/messages?starting_at=2026-11-19T00:00:00Z&ending_at=2026-11-20T00:00:00Z&group_by[]=model&group_by[]=service_tier&group_by[]=context_window&group_by[]=inference_geo&group_by[]=speed" |
		jq -r '.data[].results[] | [.model, .service_tier, .context_window // "-", .inference_geo, .speed, .uncached_input_tokens,
			.cache_read_input_tokens, .cache_creation.ephemeral_5m_input_tokens, .cache_creation.ephemeral_1h_input_tokens, .output_tokens] | @tsv' >tokens
	n=0
	while read -r model tier window geo speed uncached read c5 c1 output; do
		i=${input[$model]} o=$((input[$model] * 5))
		[ "$tier" != priority ] || continue # paid by commitment
		[ "$window" != 200k-1M ] || { i=$((i * 2)) o=$((o * 3 / 2)); }
		case $tier in batch | flex*) i=$((i / 2)) o=$((o / 2)) ;; esac
		[ "$speed" = standard ] || { i=$((i * 6)) o=$((o * 6)); }
		[ "$geo" != us ] || { i=$((i * 11 / 10)) o=$((o * 11 / 10)); }
		n=$((n + uncached * i + read * i / 10 + c5 * i * 5 / 4 + c1 * i * 2 + output * o))
	done <tokens
	got=$(get $c limit=31 'group_by[]=description' | jq -r '.data[] | select(.starting_at | startswith("2026-11-19")) | .results[] |
		select(.cost_type == "tokens") | .amount' | scaled)
	for has in batch priority fast us$'\t'; do grep -q "$has" tokens; done
	[ "$n" -gt 0 ]
	[ "$got" = "$n" ]
	# Amounts are text with as many decimals as they like.
	get $c limit=31 'group_by[]=description' | jq -r '.data[].results[].amount' | sed 's/^[^.]*//' | awk '{print length}' | sort -u >lengths
	[ "$(wc -l <lengths)" -ge 5 ]
}

@test "sim: buckets of an interval come oldest first, one each, empty ones too" {
	get $O/usage_report/messages starting_at=2026-08-15T00:00:00Z limit=31 >b
	[ "$(jq -r '.data[].starting_at' b)" = "$(for i in $(seq 0 30); do date -u -d "2026-08-15 + $i days" +%FT00:00:00Z; done)" ]
	[ "$(jq -c '.data[0].results' b)" = '[]' ] # before the first day
	[ "$(jq -c '[.data[] | select(.starting_at | startswith("2026-09-07")) | .results]' b)" = '[[]]' ] # Labor Day
	[ "$(jq '[.data[1:] | .[] | select(.results != [])] | length' b)" -gt 15 ]
}

@test "sim: the awkward truths are there" {
	u="$O/usage_report/messages starting_at=2026-10-25T00:00:00Z limit=31"
	get $u 'group_by[]=workspace_id' 'group_by[]=api_key_id' 'group_by[]=context_window' >b
	jq -e '[.data[].results[]] | any(.workspace_id == null) and any(.api_key_id == null) and any(.context_window == null)
		and any(.cache_read_input_tokens > 4294967296)' b
	a=$(get $O/workspaces include_archived=true | jq -r '.data[] | select(.archived_at).id')
	jq -e --arg a "$a" '[.data[].results[]] | any(.workspace_id == $a)' b
	get $O/users limit=1000 >b
	jq -e '[.data[].name] | any(test("\t")) and any(test("\n")) and any(test("\"")) and any(test("\\\\"))
		and any(test("🚀")) and any(test("[א-ת]")) and any(. == "") and any(length > 200)' b
	jq -e '[.data[].email] | any(test("\\+"))' b
	jq -e '[.data[] | keys_unsorted[0]] | unique | length > 1' b
	jq -e '[.data[] | has("seat")] | any' b
	get $O/users limit=1000 >b
	grep -q '\\u00' b
	grep -q 'ø\|ü\|Ż\|י' b
	get $O/api_keys limit=1000 | jq -e '[.data[]] | any(.created_by == null) and any(.workspace_id == null)
		and any(.principal == null) and any(.partial_key_hint == null)
		and any(.principal.type == "user_actor" and .principal.user_id) and any(.principal.type == "service_account_actor" and .principal.service_account_id)
		and any(.scope.type == "organization") and any(.workspace_id == null and .scope.workspace_id) and all(.workspace_id == null or .workspace_id == .scope.workspace_id)'
	for d in 16 17 18 19 20; do get $O/usage_report/claude_code starting_at=2026-11-$d limit=1000; done | jq -s '[.[].data[]]' >b
	jq -e 'any(.is_remote) and any(.is_remote == false) and any(.subscription_type == null) and any(.subscription_type != null)
		and any(.tool_actions.edit_tool == null) and any(.tool_actions.web_fetch_tool) and any(.model_breakdown == [])
		and any(.client_version) and any(.actor.type == "api_actor")
		and any(.[].model_breakdown[].estimated_cost.amount; . != floor)
		and any(.[].model_breakdown[].tokens.cache_read; . > 4294967296)' b
	jq -e '[.[] | .date + .actor.email_address] | length > (unique | length)' b
	jq -e '[.[] | keys_unsorted[0]] | unique | length > 1' b
	(
		start_sim --now 2026-08-20T00:00:00Z --days 60 --seed 7
		trap stop_sim EXIT
		get $O/usage_report/claude_code starting_at=2026-07-15 | jq -e '.data | length > 0 and all(has("is_remote") | not)'
	)
}

# ---- the oracle ----

# rows - a jq array a line as a row of a row stream.
rows() { jq -r 'map(if . == null then "\u0001" elif type == "object" or type == "array" then tojson else . end) | @tsv' | sed 's/\x01/\\N/g'; }

@test "sim: the oracle's rows are what the API says" {
	expect() { ant sim --now "$NOW" --seed 7 --expect "$@" | tail -n +2; }
	walk $O/users | jq -c '[.id, .email, .name, .role, .added_at, null, .type, .added_at]' | rows >got
	expect users | cmp - got
	walk $O/workspaces include_archived=true include_default=true | jq -c '[.id, .name, .type, .created_at, .archived_at,
		.display_color, .compartment_id, .external_key_id, .data_residency, .tags, .user_profile_id]' | rows >got
	expect workspaces | cmp - got
	walk $O/invites | jq -c '[.id, .email, .role, .expires_at, null, .invited_at, null, .type, .status, .invited_at, .accepted_at, .rbac_group_ids]' | rows >got
	expect invites | cmp - got
	walk $O/api_keys | jq -c '[.id, .name, .status, .created_at, .workspace_id, (if .created_by.type == "user" then .created_by.id else null end),
		null, .type, .expires_at, .partial_key_hint, .created_by.id, .created_by.type, (.principal.user_id // .principal.service_account_id),
		.principal.type, .scope.type, .scope.workspace_id]' | rows >got
	expect api_keys | cmp - got
	workspaces=$(walk $O/workspaces include_archived=true include_default=true | jq -r .id)
	for w in $workspaces; do walk $O/workspaces/"$w"/members; done |
		jq -c '[.workspace_id, .user_id, .workspace_role, null, .type, .workspace_role]' | rows >got
	expect workspace_members | cmp - got
	get $O/rate_limits | jq -c '.data[] as $r | $r.limits[] | [$r.group_type, $r.models, .type, .value, $r.group.id,
		$r.group.display_name]' | rows >got
	expect rate_limits | cmp - got
	for w in $workspaces; do get $O/workspaces/"$w"/rate_limits; done | jq -c '.data[] as $r | $r.limits[] | [$r.workspace_id,
		$r.group_type, $r.models, .type, .value, .org_limit, $r.group.id, $r.group.display_name, .source]' | rows >got
	expect workspace_rate_limits | cmp - got
	get $O/external_keys | jq -c '.data[] | [.id, .display_name, .geo, .attachment.type, .provider_config, .user_profile_id,
		.created_at, .updated_at]' | rows >got
	expect external_keys | cmp - got
	walk $O/usage_report/messages starting_at=2026-11-11T00:00:00Z 'group_by[]=model' 'group_by[]=workspace_id' 'group_by[]=api_key_id' \
		'group_by[]=service_tier' 'group_by[]=context_window' | jq -c '. as $b | .results[] | [$b.starting_at, $b.ending_at, .model,
		.workspace_id, .api_key_id, .service_tier, .context_window, .uncached_input_tokens, .cache_read_input_tokens,
		.cache_creation.ephemeral_5m_input_tokens, .cache_creation.ephemeral_1h_input_tokens, .output_tokens,
		.server_tool_use.web_search_requests]' | rows >got
	expect messages_usage --from 2026-11-11 | cmp - got
	walk $O/cost_report starting_at=2026-11-11T00:00:00Z 'group_by[]=workspace_id' 'group_by[]=description' | jq -c '. as $b | .results[] |
		[$b.starting_at, .workspace_id, .description, .amount, $b.starting_at, $b.ending_at, .amount, .currency, .cost_type, .model,
		.token_type, .service_tier, .context_window, .inference_geo]' | rows >got
	expect cost_report --from 2026-11-11 | cmp - got
	walk $O/usage_report/claude_code starting_at=2026-11-18 | jq -c '. as $r | .model_breakdown[] | [$r.date, $r.actor.type,
		($r.actor.email_address // $r.actor.api_key_name), $r.terminal_type, $r.customer_type, $r.subscription_type, $r.is_remote, .model,
		.tokens.input, .tokens.output, .tokens.cache_read, .tokens.cache_creation, .estimated_cost.amount, .estimated_cost.currency]' | rows >got
	expect claude_code_models --from 2026-11-18 --to 2026-11-19 | cmp - got
	sim GET 'expect?table=users' | tail -n +2 >got
	expect users | cmp - got
}

@test "sim: the oracle's columns are those of the table files" {
	for f in "$ROOT"/lib/tables/*.table; do
		t=$(basename "$f" .table)
		[ "$t" != owners ] || continue # of a file
		want=$(awk '$1 == "column" {print $2}' "$f" | paste -s)
		[ "$(ant sim --expect "$t" | head -n 1)" = "$want" ] || { echo "$t"; false; }
	done
}

# ---- latency and connections ----

@test "sim: --latency delays each answer and blocks no other" {
	(
		start_sim --now "$NOW" --latency 300
		trap stop_sim EXIT
		before=$(date +%s%3N)
		pids=()
		for i in $(seq 12); do get $O/me >m.$i & pids+=($!); done
		wait "${pids[@]}"
		took=$(($(date +%s%3N) - before))
		[ "$took" -ge 300 ]
		[ "$took" -lt 2000 ]
		[ "$(cat m.* | jq -s length)" = 12 ]
	)
}

@test "sim: a connection stays open for the next request" {
	url=$ANTHROPIC_BASE_URL$O/me
	run -0 curl -s -o /dev/null -o /dev/null -w '%{num_connects}\n' -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' "$url" "$url"
	[ "$output" = $'1\n0' ]
}

# ---- faults ----

@test "sim: faults on the wire: reset, cut in three framings, drip-feed, delay" {
	whole=$(get $O/users limit=5)
	arm '*/users reset'
	run -56 get $O/users
	[ "$(get $O/users limit=5)" = "$whole" ] # it was for the first request alone
	arm '*/users reset=100'
	run -56 --separate-stderr get $O/users limit=5
	[ "${#output}" -ge 90 ]
	[ "${#output}" -le 100 ]
	arm '*/users cut'
	run -18 --separate-stderr get $O/users limit=5
	[ "${whole:0:50}" = "${output:0:50}" ]
	[ "${#output}" -lt "${#whole}" ]
	arm '*/users cut=70 framing=chunked'
	run -18 --separate-stderr get $O/users limit=5
	[ "$output" = "${whole:0:70}" ]
	arm '*/users cut=70 framing=close'
	run -0 --separate-stderr get $O/users limit=5
	[ "$output" = "${whole:0:70}" ]
	for f in length chunked close; do
		arm "*/users framing=$f"
		run -0 get $O/users limit=5
		[ "$output" = "$whole" ]
	done
	arm '*/users drip=200/20'
	before=$(date +%s%3N)
	run -0 get $O/users limit=5
	[ "$output" = "$whole" ]
	[ $(($(date +%s%3N) - before)) -ge 80 ]
	arm '*/users delay=300'
	before=$(date +%s%3N)
	run -0 get $O/users limit=5
	[ "$output" = "$whole" ]
	[ $(($(date +%s%3N) - before)) -ge 300 ]
	arm '*/users hang'
	run -28 curl -s -m 0.5 -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL$O/users"
}

@test "sim: faults in the status: any of them, with headers, a body, a redirect, another organization" {
	head() { curl -s -D - -o body -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL$O/users" | tr -d '\r'; }
	arm '*/users status=429 header=retry-after:7 header="x-should-retry: false"'
	run -0 head
	[[ $output == *' 429 '*$'\nretry-after: 7\nx-should-retry: false'* ]]
	[ "$(jq -r .error.type body)" = rate_limit_error ]
	arm '*/users status=529'
	run -0 head
	[[ $output == *' 529 '* ]]
	[ "$(jq -r .error.type body)" = overloaded_error ]
	arm '*/users status=503 type=text/plain body="no \"luck\"\n"'
	run -0 head
	[[ $output == *' 503 '* ]]
	[ "$(<body)" = 'no "luck"' ]
	arm '*/users redirect=http://127.0.0.1:9/elsewhere status=307'
	run -0 head
	[[ $output == *' 307 '*'location: http://127.0.0.1:9/elsewhere'* ]]
	arm '*/users status=500 no-id'
	run -0 head
	[[ $output != *request-id* ]]
	[ "$(jq -r .request_id body)" = null ]
	arm '*/users error=overloaded_error at=1' '*/users error=a_new_error status=403 at=2'
	run -0 head
	[[ $output == *' 200 '* ]]
	[ "$(jq -r '.type, .error.type' body | paste -sd' ')" = 'error overloaded_error' ]
	run -0 head
	[[ $output == *' 403 '* ]]
	[ "$(jq -r .error.type body)" = a_new_error ]
	arm '*/users organization=another at=1' '*/users organization= at=2'
	run -0 head
	[ "$(grep organization <<<"$output")" = 'anthropic-organization-id: another' ]
	run -0 head
	[[ $output == *' 200 '* && $output != *organization* ]]
}

@test "sim: faults in the body: HTML, nothing, no JSON, huge, escape, pretty, gzip" {
	whole=$(get $O/users limit=5)
	arm '*/users html'
	run -0 get $O/users
	[[ $output == '<!DOCTYPE html>'* ]]
	arm '*/users empty'
	run -0 get $O/users
	[ -z "$output" ]
	arm '*/users broken'
	get $O/users limit=5 >b
	[ "$(wc -c <b)" -gt 500 ]
	run jq . b
	[[ $output == *"parse error"* ]]
	arm '*/users huge=3000000'
	get $O/users limit=5 >b
	[ "$(wc -c <b)" -gt 3000000 ]
	[ "$(jq -c 'del(.padding)' b)" = "$(jq -c . <<<"$whole")" ]
	arm '*/users pretty'
	get $O/users limit=5 >b
	[ "$(wc -l <b)" -gt 40 ]
	[ "$(jq -c . b)" = "$(jq -c . <<<"$whole")" ]
	arm '*/users escape'
	get $O/users limit=5 >b
	grep -qF '"\u0064\u0061\u0074\u0061":[{"\u0069\u0064":"\u0075' b
	run -1 grep -c '"[a-z]' b
	[ "$(jq -c . b)" = "$(jq -c . <<<"$whole")" ]
	arm '*/users gzip first=2'
	run -0 curl -s -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' --compressed -D h "$ANTHROPIC_BASE_URL$O/users?limit=5"
	[ "$output" = "$whole" ]
	grep -q 'content-encoding: gzip' h
	run -0 get $O/users limit=5 # this one did not ask for it
	[ "$output" = "$whole" ]
}

@test "sim: faults in the shape: each makes another answer of the page" {
	u="$O/usage_report/messages starting_at=2026-11-01T00:00:00Z limit=3"
	while IFS='|' read -r fault filter; do
		arm "*/messages $fault"
		[ "$(get $u | jq -c "$filter")" = true ] || { echo "$fault"; false; }
	done <<-'END'
	shape=data-missing|has("data") | not
	shape=data-object|.data == {}
	shape=data-null|has("data") and .data == null
	shape=data-string|.data == ""
	shape=data-nulls|.data == [null]
	shape=more-missing|has("has_more") | not
	shape=more-string|.has_more == "yes"
	shape=cursor-number|.has_more and .next_page == 17
	shape=cursor-missing|.has_more and (has("next_page") | not)
	shape=array|. == []
	shape=string|type == "string"
	shape=null|. == null
	shape=number|. == 42
	shape=object|. == {}
	shape=error|.type == "error"
	shape=results-object|.data | all(.results | type == "object")
	lose=results|.data | all(has("results") | not)
	lose=starting_at|.data | all(has("starting_at") | not)
	no-cursor|.has_more and .next_page == null
	empty-more|.has_more and .data == [] and .next_page != null
	outside|.data[0].starting_at == "2001-11-01T00:00:00Z"
	disorder|.data[0].starting_at > .data[1].starting_at
	repeat|(.data | length) == 4 and .data[0] == .data[3]
	skip|.has_more and (.data | map(.starting_at[8:10])) == ["01", "03"]
	fewer=1|.has_more and (.data | length) == 1
	END
}

@test "sim: a cursor can be endless or go round in a circle" {
	u="$O/usage_report/messages starting_at=2026-11-01T00:00:00Z limit=3"
	first=$(get $u | jq -c .data)
	arm '*/messages endless always'
	t1=$(get $u | jq -r .next_page)
	t2=$(get $u "page=$t1" | jq -r .next_page)
	[ "$t1" != "$t2" ]
	[ "$(get $u "page=$t2" | jq -c .data)" = "$first" ]
	arm '*/messages cycle always'
	t1=$(get $u | jq -r .next_page)
	[ "$(get $u "page=$t1" | jq -r .next_page)" = "$t1" ]
	arm '*/users endless always'
	t1=$(get $O/users limit=3 | jq -r .last_id)
	t2=$(get $O/users limit=3 "after_id=$t1" | jq -r .last_id)
	[ "$t1" != "$t2" ]
	arm '*/users cycle from=2'
	t1=$(get $O/users limit=3 | jq -r .last_id)
	[ "$(get $O/users limit=3 "after_id=$t1" | jq -r .last_id)" = "$t1" ]
}

@test "sim: faults are counted: the first N, the k-th, every k-th, from the k-th on, for good" {
	codes() { for i in 1 2 3 4 5; do get $O/me | jq -r 'if .type == "error" then "x" else "." end'; done | paste -sd ''; }
	arm '*/me status=500'
	[ "$(codes)" = x.... ]
	arm '*/me status=500 first=3'
	[ "$(codes)" = xxx.. ]
	arm '*/me status=500 at=4'
	[ "$(codes)" = ...x. ]
	arm '*/me status=500 every=2'
	[ "$(codes)" = .x.x. ]
	arm '*/me status=500 from=3'
	[ "$(codes)" = ..xxx ]
	arm '*/me status=500 always'
	[ "$(codes)" = xxxxx ]
	sim DELETE faults >/dev/null
	[ "$(codes)" = ..... ]
	arm '* query=limit=7 status=500 always'
	[ "$(status $O/users limit=7)" != ok ]
	[ "$(status $O/users limit=8)" = ok ]
	sim GET faults | jq -e '.seen == 1 and (.fault | startswith("* query=limit=7"))'
}

@test "sim: a plan with an error is refused whole, and names the line" {
	printf '# a plan\n\n*/me status=500\n*/me status=bad\n' >plan
	run -2 ant sim --faults plan
	[[ $output == *"plan:4: "* ]]
	for bad in '*/me' '*/me explode' '*/me status=99' '*/me drip=5' '*/me header=x' '*/me body="x' '*/me first=0' '*/me framing=odd' '*/me shape=odd'; do
		[ "$(curl -s -o b -w '%{http_code}' --data-binary "$bad" "$ANTHROPIC_BASE_URL/_sim/faults")" = 400 ]
		jq -e '.error | startswith("faults:1: ")' b
	done
	[ -z "$(sim GET faults)" ]
	run -2 ant sim --faults missing
	printf '*/me status=418\n' >plan
	(
		start_sim --now "$NOW" --faults plan
		trap stop_sim EXIT
		[ "$(status $O/me)" != ok ]
		[ "$(status $O/me)" = ok ]
	)
}

# ---- changes and the log ----

@test "sim: a revision changes a day's amounts and lets rows vanish, for the oracle too" {
	(
		start_sim --now "$NOW" --seed 7
		trap stop_sim EXIT
		day() { get $O/usage_report/messages starting_at=2026-11-18T00:00:00Z ending_at=2026-11-19T00:00:00Z 'group_by[]=model' \
			'group_by[]=workspace_id' 'group_by[]=api_key_id' 'group_by[]=service_tier' 'group_by[]=context_window' | jq -c '.data[0].results'; }
		day >before
		sim GET 'expect?table=usage_report' >rows.before
		cost() { get $O/cost_report starting_at=2026-11-18T00:00:00Z limit=1 | jq -r '.data[0].results[].amount'; }
		c=$(cost | scaled)
		sim POST 'revise?date=2026-11-18&factor=2&drop=2' | grep -q true
		day >after
		[ "$(jq length after)" = $(($(jq length before) - 2)) ]
		[ "$(jq '[.[].output_tokens] | add' after)" = "$(jq '[.[2:][].output_tokens * 2] | add' before)" ]
		[ "$(cost | scaled)" -gt "$c" ]
		sim GET 'expect?table=usage_report' >rows.after
		[ "$(diff rows.before rows.after | grep '^<' | cut -c3-12 | sort -u)" = 2026-11-18 ]
		ant sim --now "$NOW" --seed 7 --revise 'date=2026-11-18&factor=2&drop=2' --expect usage_report | cmp - rows.after
		[ "$(get $O/usage_report/claude_code starting_at=2026-11-18 limit=1000 | jq '.data | length')" = \
			$(($(ant sim --now "$NOW" --seed 7 --expect claude_code_usage --from 2026-11-18 --to 2026-11-19 | tail -n +2 | wc -l) - 2)) ]
		run -0 sim POST 'revise?date=2026-11-18&factor=x'
		[[ $output == *factor* ]]
	)
}

@test "sim: objects can be removed, archived and renamed, and the clock moved" {
	(
		start_sim --now "$NOW" --seed 7
		trap stop_sim EXIT
		u=$(get $O/users limit=2 | jq -r '.data[1].id')
		k=$(get $O/api_keys | jq -r '.data[2].id')
		w=$(get $O/workspaces | jq -r '.data[1].id')
		sim POST "change?remove=$u" >/dev/null
		sim POST "change?rename=$k&name=new%20name" >/dev/null
		sim POST "change?archive=$w" >/dev/null
		[ "$(get $O/users limit=100 | jq --arg u "$u" '[.data[].id] | index($u)')" = null ]
		[ "$(status $O/users/"$u")" != ok ]
		[ "$(get $O/api_keys/"$k" | jq -r .name)" = 'new name' ]
		[ "$(get $O/workspaces/"$w" | jq -r .archived_at)" = 2026-11-21T10:00:00Z ]
		sim POST 'change?now=2026-11-25T00:00:00Z' >/dev/null
		[ "$(get $O/cost_report starting_at=2026-11-24T00:00:00Z | jq '.data | length')" = 1 ]
		[ "$(curl -s -o b -w '%{http_code}' -X POST "$ANTHROPIC_BASE_URL/_sim/change?remove=nobody")" = 400 ]
		[ "$(curl -s -o b -w '%{http_code}' "$ANTHROPIC_BASE_URL/_sim/change?remove=$k")" = 405 ]
	)
}

@test "sim: members leave and return, change role, group and limit, and keys their status" {
	(
		start_sim --now "$NOW" --seed 7
		trap stop_sim EXIT
		scoped() { curl -sf -H 'x-api-key: sk-ant-api01-simulated' -H 'anthropic-version: 2023-06-01' \
			-H 'anthropic-beta: spend-limit-reads-2026-09-26' "$ANTHROPIC_BASE_URL$O/$1?limit=1000"; }
		change() { sim POST "change?$1" >/dev/null; }
		u=$(get $O/users limit=2 | jq -r '.data[1].id')
		k=$(get $O/api_keys | jq -r '.data[2].id')
		all=$(get $O/users limit=100)
		change "remove=$u"
		[ "$(get $O/users limit=100)" != "$all" ]
		change "return=$u"
		[ "$(get $O/users limit=100)" = "$all" ]
		change "role=$u&to=billing"
		[ "$(get $O/users/"$u" | jq -r .role)" = billing ]
		[ "$(get $O/users limit=100 | jq --arg u "$u" '.data |= map(if .id == $u then .role = "x" else . end)')" = \
			"$(jq --arg u "$u" '.data |= map(if .id == $u then .role = "x" else . end)' <<<"$all")" ]
		change "status=$k&to=inactive"
		[ "$(get $O/api_keys/"$k" | jq -r .status)" = inactive ]
		g=$(scoped rbac_groups | jq -r '.data[2].id')
		inside() { scoped "rbac_groups/$g/members" | jq -r '.data[].user_id' | sort; }
		inside >before
		u=$(get $O/users limit=100 | jq -r '.data[].id' | sort | comm -13 before - | while read -r id; do
			! curl -sf -o /dev/null -X POST "$ANTHROPIC_BASE_URL/_sim/change?enter=$g&user=$id" || { echo "$id"; break; }
		done)
		inside | diff <(sort before - <<<"$u") -
		[ "$(scoped "rbac_groups/$g/members" | jq -r --arg u "$u" '.data[] | select(.user_id == $u) | .created_at[:19]')" = 2026-11-21T10:00:00 ]
		change "leave=$g&user=$u"
		inside | diff before -
		l=$(scoped spend_limits | jq -r '.data[1].id')
		change "limit=$l&cents=12345"
		[ "$(scoped spend_limits | jq -c --arg l "$l" '.data[] | select(.id == $l) | [.amount, .updated_at]')" = '["12345","2026-11-21T10:00:00Z"]' ]
		scoped spend_limits/effective | jq -e --arg l "$l" 'any(.data[]; .spend_limit_id == $l) and all(.data[]; .spend_limit_id != $l or .amount == "12345")'
		for bad in "return=$u" "role=$u&to=king" "status=$u&to=active" "enter=$g&user=nobody" "leave=$g&user=$u" "enter=none&user=$u" "limit=$l&cents=-1" 'limit=x&cents=1'; do
			[ "$(curl -s -o b -w '%{http_code}' -X POST "$ANTHROPIC_BASE_URL/_sim/change?$bad")" = 400 ]
		done
	)
}

@test "sim: the log has every request, its query decoded, and never the key" {
	sim DELETE log
	get $O/users email=pat.obrien+claude@example.com >/dev/null
	get $O/nothing >/dev/null
	curl -s -A 'tester/1.0' -H 'x-api-key: sk-ant-secret' "$ANTHROPIC_BASE_URL$O/me" >/dev/null
	sim GET log >log
	[ "$(jq -c '[.method, .path, .query, .status, .key]' log)" = '["GET","/v1/organizations/users","email=pat.obrien+claude@example.com",200,true]
["GET","/v1/organizations/nothing","",404,true]
["GET","/v1/organizations/me","",401,false]' ]
	[ "$(jq -r '.user_agent' log | tail -n 1)" = tester/1.0 ]
	jq -e '.time | test("^20[0-9-]*T[0-9:]*\\.[0-9]{3}Z$")' log
	run -1 grep -q 'sk-ant' log
	sim DELETE log
	[ -z "$(sim GET log)" ]
}
