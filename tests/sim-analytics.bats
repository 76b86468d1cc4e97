#!/usr/bin/env bats
# The simulator's analytics: as strict as the reference says, as awkward as the API is, and what arrives is what the model says.
# shellcheck disable=SC2016,SC2154	# jq programs expand these, not we; set by run
load lib/helper

A=/v1/organizations/analytics
BETA=analytics-usage-cost-2026-08-24

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true # one server, whose clock is moved
	# ant-fetch refuses what is older than a year: so the clock is today's.
	NOW=$(date -u +%F)T15:30:00Z
	# The busiest of the last days, one that is still revised.
	BUSY=$(ant-sim --now "$NOW" --days 75 --expect analytics_usage --from -20d --to -4d | sed 1d | cut -f 1 | sort | uniq -c |
		sort -rn | awk 'NR == 1 { print substr($2, 1, 10) }')
	export NOW BUSY
	start_sim --now "$NOW" --days 75
	export SIM_URL=$ANTHROPIC_BASE_URL
}
teardown_file() { stop_sim; }

each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated VERSION=2023-06-01
	curl -sS -X DELETE "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null
}

# day N - the date N days before today; next TIME [SPAN] - a time and a day or SPAN later
day() { date -u -d "$NOW -$1 days" +%F; }
next() { date -u -d "$1 +${2:-1 day}" +%FT%TZ; }

# get PATH [NAME=VALUE]... - one answer, asked with the beta header
get() {
	local path=$1 args=() p
	shift
	for p; do args+=(--data-urlencode "$p"); done
	curl -sS -g -G -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H "anthropic-version: $VERSION" -H "anthropic-beta: $BETA" \
		"${args[@]}" "$ANTHROPIC_BASE_URL$A/$path"
}
status() { get "$@" | jq -r 'if .type == "error" then .error.type + ": " + .error.message else "ok" end'; }

# refused PATH PATTERN [NAME=VALUE]... - as an invalid request, with a message like PATTERN
refused() {
	local said
	said=$(status "$1" "${@:3}") || return
	# shellcheck disable=SC2053	# a pattern
	[[ $said == invalid_request_error:\ $2 ]] || { echo "$1 ${*:3}: $said"; return 1; }
}

# walk PATH [NAME=VALUE]... - the rows of all pages, one a line; the number of each page's rows to the file pages
walk() {
	local cursor=''
	: >pages
	while :; do
		get "$@" ${cursor:+"page=$cursor"} >walk.page || return
		jq -e .data walk.page >/dev/null || { cat walk.page >&2; return 1; }
		jq '.data | length' walk.page >>pages
		jq -c '.data[]' walk.page
		cursor=$(jq -r 'if .has_more == false then "" else .next_page // "" end' walk.page)
		[ -n "$cursor" ] || break
	done
}

# same TABLE ARG... - the rows that ant-fetch and ant-flatten make are the oracle's
same() {
	ant-fetch -q --rate 0 "${@:2}" "$1" >records || return
	ant-flatten -q <records >stream || return
	sed -n 's/^#cols\t//p' stream >got
	[[ ${*: -1} != --jobs=* ]] || set -- "${@:1:$#-1}"
	ant-sim --now "$NOW" --days 75 --expect "$@" >want || return
	grep -v '^#' stream | LC_ALL=C sort >>got
	{ head -n 1 want; sed 1d want | LC_ALL=C sort; } >sorted
	[ "$(wc -l <want)" -gt 1 ] || { echo "$*: the model has no rows"; return 1; }
	cmp sorted got && return 0
	echo "$*: want, and got:"
	diff sorted got | cut -c 1-300 | head -n 10
	return 1
}

# sum FILTER - of decimal numbers that FILTER finds in records on stdin, in units of 10^-10
sum() {
	jq -r "$1" | awk '{ n = index($0, "."); whole = n ? substr($0, 1, n - 1) : $0; part = n ? substr($0, n + 1) : ""
		printf "%s%s\n", whole, substr(part "0000000000", 1, 10) }' | paste -sd+ | bc
}

# ---- what is refused ----

@test "sim analytics: usage and cost refuse what the reference says" {
	local p week
	week=$(day 7)
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	for p in usage cost; do
		[ "$(status "$p" "starting_at=${week}T00:00:00Z")" = ok ]
		refused "$p" 'starting_at: Field required'
		refused "$p" '*datetime*' starting_at=x
		refused "$p" '*timezone*' "starting_at=${week}T00:00:00"
		refused "$p" '*2026-01-01*' starting_at=2025-12-31T00:00:00Z
		refused "$p" '*31 days*' "starting_at=$(day 40)T00:00:00Z" "ending_at=$(day 8)T00:00:00Z"
		[ "$(status "$p" "starting_at=$(day 39)T00:00:00Z" "ending_at=$(day 8)T00:00:00Z")" = ok ]
		refused "$p" '*24 hours*' "starting_at=${week}T00:00:00Z" "ending_at=$(day 5)T00:00:00Z" time_bucket_width=1m
		refused "$p" 'ending_at*' "starting_at=${week}T00:00:00Z" time_bucket_width=1d
		refused "$p" 'ending date*' "starting_at=${week}T00:00:00Z" "ending_at=${week}T00:00:00Z"
		refused "$p" 'time_bucket_width*' "starting_at=${week}T00:00:00Z" time_bucket_width=2d
		refused "$p" '*Extra inputs*' "starting_at=${week}T00:00:00Z" bucket_width=1d
		refused "$p" 'group_by*' "starting_at=${week}T00:00:00Z" 'group_by[]=description'
		refused "$p" '*more than 5*' "starting_at=${week}T00:00:00Z" 'group_by[]='{actor,model,product,speed,session_id,agent_id}
		refused "$p" '*claude_tag_user_id*' "starting_at=${week}T00:00:00Z" 'group_by[]='{claude_tag_user_id,rbac_group_id}
		refused "$p" '*claude_tag_user_id*' "starting_at=${week}T00:00:00Z" 'group_by[]=claude_tag_user_id' 'rbac_group_ids[]=x'
		refused "$p" '*group_by*actor*' "starting_at=${week}T00:00:00Z" exclude_deleted_users=true
		refused "$p" 'products*' "starting_at=${week}T00:00:00Z" 'products[]=claude-tag'
		refused "$p" 'actor_types*' "starting_at=${week}T00:00:00Z" 'actor_types[]=user'
		refused "$p" 'order_by*' "starting_at=${week}T00:00:00Z" order_by=model
		refused "$p" 'limit*' "starting_at=${week}T00:00:00Z" limit=1001
	done
	refused usage 'group_by*' "starting_at=${week}T00:00:00Z" 'group_by[]=cost_type'
	# Those two are not counted among the five.
	[ "$(status cost "starting_at=${week}T00:00:00Z" 'group_by[]='{actor,model,product,speed,session_id,cost_type,token_type})" = ok ]
	if [[ $(day 366) > 2025-12-31 ]]; then
		refused cost '*365 days*' "starting_at=$(day 366)T00:00:00Z"
	fi
}

@test "sim analytics: without the beta header, with another kind of key or version, nothing is told" {
	local week
	week=$(day 7)T00:00:00Z
	BETA=other refused usage '*analytics-usage-cost-2026-08-24*' "starting_at=$week"
	BETA=other,analytics-usage-cost-2026-08-24
	[ "$(status cost "starting_at=$week")" = ok ]
	BETA=none
	for p in usage_report cost_report user_usage_report user_cost_report; do
		[ "$(status "$p" "starting_at=$week")" = ok ]
	done
	[ "$(status users "date=$(day 7)")" = ok ]
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	for p in usage_report cost_report user_usage_report user_cost_report users skills connectors plugins artifacts summaries apps/chat/projects; do
		[[ $(status "$p") == "permission_error: Missing required scopes. "*read:analytics* ]]
	done
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-unknown
	[[ $(status users "date=$(day 7)") == authentication_error:* ]]
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated VERSION=2026-10-21
	[ "$(status users "date=$(day 7)")" = ok ]
	VERSION=2026-10-22 refused users '*version*' "date=$(day 7)"
}

@test "sim analytics: the legacy reports refuse what the reference says" {
	local p week
	week=$(day 7)T00:00:00Z
	for p in usage_report cost_report user_usage_report user_cost_report; do
		refused "$p" 'starting_at: Field required'
		refused "$p" '*timezone*' "starting_at=$(day 7)T00:00:00"
		refused "$p" '*31 days*' "starting_at=$(day 40)T00:00:00Z" "ending_at=$(day 8)T00:00:00Z"
		refused "$p" '*2026-01-01*' starting_at=2025-12-31T00:00:00Z
		refused "$p" 'group_by*' "starting_at=$week" 'group_by[]=workspace_id'
		refused "$p" 'group_by*' "starting_at=$week" 'group_by[]=actor'
		refused "$p" 'products*' "starting_at=$week" 'products[]=claude_tag'
		refused "$p" '*Extra inputs*' "starting_at=$week" 'workspace_ids[]=x'
		[ "$(status "$p" "starting_at=$week" 'products[]=claude-tag' 'user_ids[]=x' 'speeds[]=fast')" = ok ]
	done
	refused usage_report 'limit*' "starting_at=$week" limit=32
	refused usage_report 'limit*' "starting_at=$week" bucket_width=1h limit=169
	refused usage_report 'limit*' "starting_at=$week" bucket_width=1m limit=257
	refused cost_report '*Extra inputs*' "starting_at=$week" order_by=amount
	refused user_cost_report 'ending_at*' "starting_at=$week" bucket_width=1d
	refused user_cost_report '*24 hours*' "starting_at=$week" "ending_at=$(day 5)T00:00:00Z" bucket_width=1m
	refused user_cost_report 'order_by*' "starting_at=$week" order_by=time
	refused user_usage_report 'order_by*' "starting_at=$week" order_by=amount
	[ "$(status user_cost_report "starting_at=$week" exclude_deleted_users=true)" = ok ]
}

@test "sim analytics: the activity endpoints refuse what the reference says" {
	local p newest='' many=()
	for p in {1..101}; do many+=("filter[]=user_id:user_$p"); done
	# A day is there ten hours after its end: of half past three, yesterday is.
	newest=$(day 1)
	for p in users skills connectors plugins apps/chat/projects; do
		[ "$(status "$p" "date=$newest")" = ok ]
		refused "$p" 'Exactly one of*'
		refused "$p" 'Exactly one of*' "date=$newest" "starting_date=$newest"
		[ "$(status "$p" "date=$(day 0)")" = "invalid_request_error: Requested date $(day 0) is not yet available. The most recent date with available analytics data is $newest." ]
		refused "$p" '*2026-01-01*' date=2025-12-31
		refused "$p" '*YYYY-MM-DD*' "date=${newest}T00:00:00Z"
		refused "$p" '*ending_date*' "date=$newest" "ending_date=$(day 0)"
		refused "$p" '*ending_date*' "starting_date=$newest" "ending_date=$newest"
		refused "$p" '*ending_date*' "starting_date=$newest" "ending_date=$(date -u -d "$NOW +1 day" +%F)"
		refused "$p" 'limit*' "date=$newest" limit=0
		refused "$p" 'limit*' "date=$newest" limit=1001
		refused "$p" 'filter*' "date=$newest" 'filter[]=user_1'
		refused "$p" 'filter*not supported*' "date=$newest" 'filter[]=model:x'
		refused "$p" '*100*' "date=$newest" "${many[@]}"
		refused "$p" 'group_by*' "date=$newest" 'group_by[]=model'
		refused "$p" 'order_by*' "date=$newest" order_by=color
		refused "$p" 'order*' "date=$newest" order=up
		refused "$p" 'page*' "date=$newest" page=page_x
	done
	refused users 'group_by*' "date=$newest" 'group_by[]=user_id'
	refused users '*project_id*' "date=$newest" 'filter[]=project_id:x' 'group_by[]=rbac_group_id'
	refused users '*project_id*' "date=$newest" 'filter[]='{project_id:x,rbac_group_id:y}
	refused apps/chat/projects 'group_by*' "date=$newest" 'group_by[]=product'
	refused skills 'filter*' "date=$newest" 'filter[]=connector_name:x'
	refused artifacts '*Extra inputs*' "starting_date=$newest"
	refused artifacts 'Exactly one of*'
	refused summaries 'starting_date*'
	refused summaries 'filter*' "starting_date=$newest" 'filter[]=user_id:x'
	refused summaries '*Extra inputs*' "starting_date=$newest" 'group_by[]=rbac_group_id'
	refused summaries '*not yet available*' "starting_date=$(day 0)"
	refused summaries '*2026-01-01*' starting_date=2025-12-31
	get users "date=$BUSY" limit=3 | jq -r .next_page >cursor
	[ "$(status users "date=$BUSY" limit=3 "page=$(cat cursor)")" = ok ]
	refused users 'page*' "date=$newest" limit=3 "page=$(cat cursor)"
}

# ---- what adds up ----

@test "sim analytics: what has a workspace adds up to the cost report, to the last decimal, and to the usage report" {
	local d
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	ant-fetch -q --rate 0 --from "$(day 40)" --to "$(day 2)" analytics_cost >cost
	ant-fetch -q --rate 0 --from "$(day 40)" --to "$(day 2)" cost_report >report
	for d in 40 30 29 12 9 8 4; do
		d=$(day "$d")
		sum "select(.starting_at == \"${d}T00:00:00Z\" and .group.workspace_id != null) | .cost.amount" <cost >one
		sum "select(.starting_at == \"${d}T00:00:00Z\") | .results[].amount" <report >two
		cmp one two
	done
	sum 'select(.group.workspace_id != null) | .cost.amount' <cost >one
	sum '.results? // [] | .[].amount' <report >two
	[ "$(wc -c <one)" -gt 12 ]
	cmp one two
	# Priority Tier is at list price alone.
	[ "$(sum 'select(.group.workspace_id != null) | .cost.list_amount' <cost)" != "$(cat one)" ]
	ant-fetch -q --rate 0 --from "$(day 40)" --to "$(day 2)" analytics_usage |
		jq -s '[.[] | select(.group.workspace_id != null) | .usage] | [map(.output_tokens), map(.cache_read_input_tokens), map(.server_tool_use.web_search_requests)] | map(add)' >one
	ant-fetch -q --rate 0 --from "$(day 40)" --to "$(day 2)" usage_report |
		jq -s '[.[] | .results? // [] | .[]] | [map(.output_tokens), map(.cache_read_input_tokens), map(.server_tool_use.web_search_requests)] | map(add)' >two
	cmp one two
}

@test "sim analytics: the legacy reports are the seats of the new ones; grouped or not, by hour or day, it is the same" {
	local from to days
	from=$(day 20)T00:00:00Z to=$(day 3)T00:00:00Z
	seats='.group.product as $p | select(["chat", "claude_code", "cowork", "office_agent", "claude_in_chrome", "claude_design", "claude_tag"] | index($p))'
	walk cost "starting_at=$from" "ending_at=$to" limit=1000 'group_by[]='{product,actor,workspace_id} >rows
	sum "select(.group.workspace_id == null) | $seats | .cost.amount" <rows >one
	walk cost_report "starting_at=$from" "ending_at=$to" limit=31 | sum '.results[].amount' >two
	cmp one two
	sum "select(.group.workspace_id == null and .group.product != \"claude_tag\") | $seats | .cost.amount" <rows >one
	walk user_cost_report "starting_at=$from" "ending_at=$to" limit=1000 'group_by[]=product' | sum 'select(.product != "claude_tag") | .amount' >two
	cmp one two
	walk cost "starting_at=$from" "ending_at=$to" | sum '.cost.amount' >one
	for days in 1d 1h; do
		walk cost "starting_at=$from" "ending_at=$to" limit=1000 time_bucket_width=$days 'group_by[]=actor' order_by=time | sum '.cost.amount' >two
		cmp one two
	done
	# Groups of members overlap: they add up to more.
	[ "$(walk cost "starting_at=$from" "ending_at=$to" limit=1000 'group_by[]=rbac_group_id' | sum '.cost.amount')" -gt "$(cat one)" ]
}

@test "sim analytics: who used a product on a day is active in users and in summaries" {
	local d
	for d in 12 9 5 2; do
		d=$(day "$d")
		walk users "date=$d" limit=1000 | wc -l >one
		get summaries "starting_date=$d" | jq '.data[0].daily_active_user_count' >two
		cmp one two
		walk users "date=$d" limit=1000 | jq -r .user.id | sort >active
		walk user_usage_report "starting_at=${d}T00:00:00Z" "ending_at=$(next "$d")" limit=1000 | jq -r .actor.user_id | sort >use
		[ -z "$(comm -13 active use)" ]
	done
}

# ---- what is awkward ----

@test "sim analytics: equal rows of actors that are not shown all arrive, and actors of all four kinds" {
	walk usage "starting_at=$(day 20)T00:00:00Z" "ending_at=$(day 10)T00:00:00Z" limit=1000 time_bucket_width=1d order_by=time order=asc \
		'group_by[]='{actor,api_key_id,model,product,workspace_id} >rows
	jq -r '.group.actor.type // "none"' rows | sort -u >types
	diff types - <<<$'api_actor\nfederated_actor\nnone\nservice_account_actor\nuser_actor'
	jq -c 'select(.group.actor == null) | [.starting_at, .group]' rows | sort | uniq -d >equal
	[ -s equal ]
	jq -r 'select(.group.actor.deleted) | .group.actor.email_address // "null"' rows | sort -u >deleted
	[ -s deleted ]
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	ant-fetch -q --rate 0 --from "$(day 20)" --to "$(day 10)" analytics_usage | grep -v '"@ant"' | jq -c 'select(.group.actor == null) | [.starting_at, .group]' | sort | uniq -d >fetched
	cmp equal fetched
	same analytics_usage --from "$(day 20)" --to "$(day 10)"
	# A window that is loaded again has each of them once more, and none of them twice.
	for _ in 1 2; do ant-load-sqlite -q a.db <stream >/dev/null; done
	sqlite3 a.db 'SELECT count(*) FROM analytics_usage' >count
	sed 1d want | wc -l | cmp - count
	sqlite3 a.db 'SELECT count(*) > 0 FROM (SELECT 1 FROM analytics_usage WHERE actor_type IS NULL
		GROUP BY starting_at, model, product, workspace_id, api_key_id HAVING count(*) > 1)' | grep -qx 1
}

@test "sim analytics: pages are longer and shorter than limit, and empty with more behind them; each row comes once" {
	local args
	args=("starting_at=${BUSY}T00:00:00Z" "ending_at=$(next "$BUSY")" time_bucket_width=1h order_by=time order=asc
		'group_by[]='{actor,model,product,cost_type,token_type})
	walk cost "${args[@]}" limit=1000 >large
	walk cost "${args[@]}" limit=5 >small
	cmp large small
	sed 1d pages | sort -n >sorted
	[ "$(head -n 1 sorted)" = 0 ]
	[ "$(tail -n 1 sorted)" -gt 5 ]
	grep -qx '[1-4]' pages
	walk cost "${args[@]:0:3}" limit=1000 order_by=time 'group_by[]=product' | jq -r .starting_at >newest
	sort -rc newest
	refused cost 'page*' "${args[@]}" limit=5 exclude_deleted_users=true "page=$(get cost "${args[@]}" limit=5 | jq -r .next_page)"
}

@test "sim analytics: by a metric the rows of all buckets are ranked together" {
	local args metric
	args=("starting_at=$(day 9)T00:00:00Z" "ending_at=$(day 2)T00:00:00Z" time_bucket_width=1d 'group_by[]='{product,model})
	for metric in total_tokens output_tokens uncached_input_tokens requests; do
		walk usage "${args[@]}" limit=7 order_by=$metric >rows
		jq ".usage | .$metric // empty" rows >figures
		[ "$metric" = requests ] || sort -rnc figures
		walk usage "${args[@]}" limit=1000 order_by=$metric order=asc | jq -c . | sort >ascending
		sort rows | cmp - ascending
	done
	# Without a bucket width there is no time to order by.
	get usage "${args[@]:0:2}" 'group_by[]=product' order_by=time | jq -c .data >by.time
	get usage "${args[@]:0:2}" 'group_by[]=product' | jq -c .data | cmp - by.time
}

@test "sim analytics: without bucket and grouping there is one row, of whole hours, with every dimension null" {
	get cost "starting_at=$(day 5)T01:20:00Z" "ending_at=$(day 3)T22:59:00Z" >answer
	jq -e --arg from "$(day 5)T01:00:00Z" --arg to "$(day 3)T22:00:00Z" '.data | length == 1 and .[0].starting_at == $from and .[0].ending_at == $to
		and ([.[0].group[]] | length == 22 and all(. == null))' answer
	jq -e --arg fresh "$(day 0)T12:00:00Z" '.data_refreshed_at == $fresh and .has_more == false and .next_page == null' answer
	# What is not refreshed is not there yet.
	get cost "starting_at=$(day 0)T12:00:00Z" | jq -e '.data == []'
	jq -e '.organization_id == null' answer
	get user_cost_report "starting_at=$(day 5)T00:00:00Z" >answer
	jq -e '.organization_id != null and (.data | all(.starting_at == null and .ending_at == null and .actor.user_id != null))' answer
	VERSION=2026-10-21
	get user_cost_report "starting_at=$(day 5)T00:00:00Z" | jq -e '.organization_id == null'
}

@test "sim analytics: deleted users are left out where that is asked for, and nobody else" {
	local args
	args=("starting_at=$(day 20)T00:00:00Z" "ending_at=$(day 10)T00:00:00Z" limit=9 'group_by[]='{actor,product})
	walk usage "${args[@]}" | jq -c 'select(.group.actor.deleted != true)' >left
	walk usage "${args[@]}" exclude_deleted_users=true >shown
	cmp left shown
	walk user_usage_report "${args[@]:0:3}" | jq -c 'select(.actor.deleted | not)' >left
	walk user_usage_report "${args[@]:0:3}" exclude_deleted_users=true | cmp left -
}

@test "sim analytics: every filter shows the rows that it means" {
	local args d value name
	args=("starting_at=$(day 20)T00:00:00Z" "ending_at=$(day 3)T00:00:00Z" limit=1000)
	while read -r d name; do
		walk usage "${args[@]}" "group_by[]=$d" >rows
		value=$(jq -r "[.group.$d | select(. != null)][0] // empty" rows | head -n 1)
		[ -n "$value" ] || continue
		jq -Sc "select(.group.$d == \"$value\")" rows >want
		walk usage "${args[@]}" "group_by[]=$d" "${name}[]=$value" | jq -Sc . >got
		[ "$d" != rbac_group_id ] || sed -i 1q want got
		diff want got
	done <<-'END'
	actor_type actor_types
	agent_id agent_ids
	api_key_id api_key_ids
	claude_tag_category claude_tag_categories
	claude_tag_user_id claude_tag_user_ids
	context_window context_windows
	deployment_id deployment_ids
	environment_id environment_ids
	inference_geo inference_geos
	model models
	product products
	rbac_group_id rbac_group_ids
	service_tier service_tiers
	session_id session_ids
	slack_channel_id slack_channel_ids
	speed speeds
	user_profile_id user_profile_ids
	workspace_id workspace_ids
	END
	# Two filters have a word for null.
	walk usage "${args[@]}" 'group_by[]=api_key_id' 'api_key_ids[]=' | jq -e '.group.api_key_id == null'
	walk usage "${args[@]}" 'group_by[]=inference_geo' 'inference_geos[]=not_available' | jq -e '.group.inference_geo == null'
	# A key stands for what it did itself, not for what a person did with it.
	value=$(walk usage "${args[@]}" 'group_by[]='{actor,api_key_id} | jq -r 'select(.group.actor.type == "user_actor") | .group.api_key_id // empty' | head -n 1)
	[ -n "$value" ]
	get usage "${args[@]}" "actor_ids[]=$value" | jq -e '.data == []'
	get usage "${args[@]}" "api_key_ids[]=$value" | jq -e '.data | length == 1'
}

@test "sim analytics: a bucket of a legacy report has the 100 largest groups and no remainder" {
	local url=$ANTHROPIC_BASE_URL from to
	from=$BUSY to=$(date -u -d "$BUSY +1 day" +%F)
	start_sim --now "$NOW" --days 40 --users 400
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	get cost_report "starting_at=${from}T00:00:00Z" "ending_at=${to}T00:00:00Z" 'group_by[]='{rbac_group_id,model,product} >answer
	jq -e '.data[0].results | length == 100 and ([.[].amount | tonumber] | . == (sort | reverse))' answer
	run -4 --separate-stderr ant-fetch -q --rate 0 --group-by rbac_group_id,model,product --from "$from" --to "$to" analytics_cost_report
	[[ $stderr == *analytics_cost* ]]
	ant-fetch -q --rate 0 --allow-cut --group-by rbac_group_id,model,product --from "$from" --to "$to" analytics_cost_report | ant-flatten -q | grep -v '^#' >got
	ant-sim --now "$NOW" --days 40 --users 400 --expect analytics_cost_report --group-by rbac_group_id,model,product --from "$from" --to "$to" | sed 1d >want
	stop_sim
	cmp want got
	export ANTHROPIC_BASE_URL=$url
}

@test "sim analytics: figures of seats grow for thirty days, those of activity for three; the oracle knows" {
	local url=$ANTHROPIC_BASE_URL d=$BUSY later
	start_sim --now "$(date -u -d "$BUSY +2 days" +%F)T15:30:00Z" --days 75
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	get usage_report "starting_at=${d}T00:00:00Z" "ending_at=$(next "$d")" | jq '.data[0].results[0].output_tokens' >early
	get users "date=$d" limit=1000 | jq '[.data[].chat_metrics.message_count] | add' >early.messages
	later=$(date -u -d "$BUSY +31 days" +%FT%TZ)
	curl -sSf -X POST "$ANTHROPIC_BASE_URL/_sim/revise?now=$later" >/dev/null
	get usage_report "starting_at=${d}T00:00:00Z" "ending_at=$(next "$d")" | jq '.data[0].results[0].output_tokens' >late
	get users "date=$d" limit=1000 | jq '[.data[].chat_metrics.message_count] | add' >late.messages
	stop_sim
	export ANTHROPIC_BASE_URL=$url
	[ "$(cat late)" -gt "$(cat early)" ]
	[ "$(cat late.messages)" -gt "$(cat early.messages)" ]
	# A revision that was asked for is seen in all of it.
	ant-sim --now "$NOW" --days 75 --revise "date=$d&factor=0.5" --expect analytics_users --from "$d" --to "$(date -u -d "$d +1 day" +%F)" >half
	ant-sim --now "$NOW" --days 75 --expect analytics_users --from "$d" --to "$(date -u -d "$d +1 day" +%F)" >whole
	[ "$(wc -l <half)" = "$(wc -l <whole)" ]
	run -1 cmp -s half whole
}

# ---- tables ----

@test "sim analytics: every column of usage and cost is what the model says, by day, hour and minute" {
	local t
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	for t in analytics_usage analytics_cost; do
		same "$t" --from "$(day 70)" --to "$(day 1)"
		same "$t" --from "$(day 70)" --to "$(day 1)" --jobs=7
		same "$t" --from "$BUSY" --to "$(date -u -d "$BUSY +2 days" +%F)" --width 1h
		same "$t" --from "${BUSY}T08:00:00Z" --to "${BUSY}T10:30:00Z" --width 1m
		# The open bucket holds what is refreshed.
		same "$t" --from "$(day 3)"
	done
}

@test "sim analytics: every dimension of usage and cost is a column of what the model says" {
	local t dims
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	for dims in actor,rbac_group_id,speed actor_type,agent_id,session_id,environment_id,deployment_id \
		user_profile_id,service_tier,context_window,inference_geo,organization_id \
		claude_tag_category,claude_tag_user_id,slack_channel_id,actor,actor_type ''; do
		for t in analytics_usage analytics_cost; do
			same "$t" --from "$(day 30)" --to "$(day 3)" --group-by "$dims"
		done
	done
}

@test "sim analytics: every column of the legacy reports is what the model says" {
	local t
	for t in analytics_usage_report analytics_cost_report analytics_user_usage_report analytics_user_cost_report; do
		same "$t" --from "$(day 70)" --to "$(day 1)"
		same "$t" --from "$(day 70)" --to "$(day 1)" --jobs=5
		same "$t" --from "$BUSY" --to "$(date -u -d "$BUSY +2 days" +%F)" --width 1h
		same "$t" --from "${BUSY}T08:00:00Z" --to "${BUSY}T09:30:00Z" --width 1m
		same "$t" --from "$(day 20)" --to "$(day 3)" --group-by rbac_group_id,claude_tag_category,slack_channel_id
	done
}

@test "sim analytics: every column of activity and summaries is what the model says" {
	local t
	for t in users skills connectors plugins projects artifacts summaries; do
		same "analytics_$t" --from "$(day 60)" --to "$(day 1)"
		same "analytics_$t" --from "$(day 20)" --to "$(day 1)" --jobs=6
		# From where there is anything, and as far.
		same "analytics_$t" --from "$(day 80)" --to "$(day 70)"
		same "analytics_$t" --from "$(day 5)"
		grep -q "\"watermark\":\"$(day 0)T00:00:00Z\"" records
	done
}

@test "sim analytics: every column is the same of small pages" {
	local url=$ANTHROPIC_BASE_URL t
	start_sim --now "$NOW" --days 75 --page-size 7
	for t in users skills connectors plugins projects artifacts summaries usage_report cost_report user_usage_report user_cost_report usage cost; do
		ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
		same "analytics_$t" --from "$(day 9)" --to "$(day 4)"
	done
	stop_sim
	export ANTHROPIC_BASE_URL=$url
}

# ---- activity, as the table files do not ask for it ----

@test "sim analytics: a range is rolled up: counts are sums of its days, distinct counts null" {
	local from to
	from=$(day 12) to=$(day 4)
	get users "starting_date=$from" "ending_date=$to" limit=1000 >range
	for ((d = 12; d > 4; d--)); do get users "date=$(day "$d")" limit=1000; done | jq -s '[.[].data[]] | group_by(.user.id) | map({id: .[0].user.id,
		messages: map(.chat_metrics.message_count) | add, lines: map(.claude_code_metrics.core_metrics.lines_of_code.added_count) | add})' >days
	jq '[.data[] | {id: .user.id, messages: .chat_metrics.message_count, lines: .claude_code_metrics.core_metrics.lines_of_code.added_count}] | sort_by(.id)' range >sums
	jq 'sort_by(.id)' days | cmp - sums
	jq -e '.data | all(.chat_metrics.distinct_skills_used_count == null)' range
	jq -e --arg from "$from" --arg to "$to" '.data | all(.last_activity_date == null or (.last_activity_date >= $from and .last_activity_date < $to))' range
	get skills "starting_date=$from" "ending_date=$to" | jq -e '.data | length > 3'
	# The end is today where there is none, as far as there are data.
	get skills "starting_date=$from" | jq -c .data >open
	get skills "starting_date=$from" "ending_date=$(day 0)" | jq -c .data | cmp - open
}

@test "sim analytics: activity by product, group of members and user, and filtered by them" {
	local d=$BUSY user
	get connectors "date=$d" 'group_by[]=product' >by
	jq -e '.data | length > 3 and all(has("product") and (has("user_id") | not) and (has("rbac_group_id") | not))' by
	get connectors "date=$d" >all
	jq -c '[.data[] | select(.read_call_count != null)] | group_by(.connector_name) | map([.[0].connector_name, (map(.read_call_count) | add)])' by >one
	jq -c '[.data[] | select(.read_call_count != null)] | map([.connector_name, .read_call_count])' all | cmp one -
	get skills "date=$d" 'group_by[]='{user_id,rbac_group_id} limit=1000 >by
	jq -e '.data | length > 3 and all(.user_id != null and .rbac_group_id != null and has("rbac_group_name") and .distinct_user_count == 1 and .enable_count == null)' by
	user=$(jq -r '.data[0].user_id' by)
	get skills "date=$d" "filter[]=user_id:$user" | jq -e '.data | length > 0 and all(.distinct_user_count == 1 and .enable_count == null)'
	get skills "date=$d" 'filter[]=skill_name:XLSX' 'filter[]=skill_name:pdf' | jq -e '.data | all(.skill_name == "xlsx" or .skill_name == "pdf")'
	get skills "date=$d" 'filter[]=share_status:public' | jq -e '.data | all(.share_status == "public")'
	get artifacts "date=$d" 'filter[]=is_shared:true' | jq -e '.data | length > 0 and all(.is_shared)'
	get artifacts "date=$d" limit=1 | jq -e '.next_page == null and (.data | length > 1)'
	get artifacts "date=$d" limit=1 'group_by[]=product' | jq -e '.next_page != null and (.data | length == 1)'
	get users "date=$d" 'group_by[]=rbac_group_id' | jq -e '.data | length > 0 and all(.user == null and .distinct_user_count > 0 and .rbac_group_id != null)'
	get users "date=$d" | jq -e '.data | all(.user != null and .distinct_user_count == null and (has("rbac_group_id") | not))'
	get users "date=$d" "filter[]=project_id:$(get apps/chat/projects "date=$d" | jq -r '.data[0].project_id')" |
		jq -e '.data | length > 0 and all(.claude_code_metrics.core_metrics.lines_of_code.added_count == 0)'
	get connectors "date=$d" order_by=distinct_user_count | jq -e '[.data[].distinct_user_count] | . == (sort | reverse)'
	get connectors "date=$d" order=desc | jq -c '[.data[].connector_name] | reverse' >one
	jq -c '[.data[].connector_name]' all | cmp - one
}

@test "sim analytics: blocks may be absent, names opaque, counts null" {
	walk users "starting_date=$(day 30)" >rows
	for block in chat_cowork_unified_metrics claude_tag_metrics last_activity_date; do
		[ "$(jq -c "has(\"$block\")" rows | sort -u | wc -l)" = 2 ]
	done
	walk connectors "starting_date=$(day 30)" >rows
	jq -se 'any(.connector_name | startswith("mcpsrv_")) and any(.connector_display_name == null) and any(.read_call_count == null)' rows
	walk skills "starting_date=$(day 30)" >rows
	jq -se 'any(.skill_name == "unknown") and any(.share_status == null) and any(.attributed_list_price == null) and any(.currency == "USD")' rows
	walk plugins "starting_date=$(day 30)" >rows
	jq -se 'any(.plugin_name == "third-party" and .plugin_id == null)' rows
	walk apps/chat/projects "starting_date=$(day 30)" >rows
	jq -se 'any(.project_name == "") and any(.created_by == null and .created_at == null)
		and any(.created_by == null and .created_at != null) and all(.created_by == null or .created_by.email_address != null)' rows
}

@test "sim analytics: summaries stand under two names until version 2026-10-21, and know no seats of a group" {
	local group
	get summaries "starting_date=$(day 12)" "ending_date=$(day 5)" limit=2 >answer
	jq -e '.data == .summaries and (.data | length == 7) and .next_page == null and .data[0].assigned_seat_count > 0' answer
	jq -e '.data | all(.daily_active_user_count <= .weekly_active_user_count and .weekly_active_user_count <= .monthly_active_user_count)' answer
	VERSION=2026-10-21
	get summaries "starting_date=$(day 12)" "ending_date=$(day 5)" | jq -e 'has("summaries") | not'
	group=$(walk users "date=$BUSY" 'group_by[]=rbac_group_id' | jq -r .rbac_group_id | head -n 1)
	get summaries "starting_date=$BUSY" "ending_date=$(date -u -d "$BUSY +1 day" +%F)" "filter[]=rbac_group_id:$group" |
		jq -e '.data[0] | .assigned_seat_count == null and .pending_invite_count == null and .daily_adoption_rate == null and .daily_active_user_count > 0'
}
