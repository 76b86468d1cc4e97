#!/usr/bin/env bats
# shellcheck disable=SC2016	# "bash -c" and jq expand these, not we
load lib/helper

O=/v1/organizations

setup_file() {
	start_sim --now 2026-11-21T10:00:00Z --days 90 --users 45
	export SIM_URL=$ANTHROPIC_BASE_URL
	whose=$(curl -s -D - -o /dev/null "$SIM_URL$O/me" | tr -d '\r' | sed -n 's/^anthropic-organization-id: *//Ip')
	export whose
}
teardown_file() { stop_sim; }
each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	sim DELETE faults >/dev/null
	sim DELETE log >/dev/null
}

sim() { curl -sSf -X "$1" "$ANTHROPIC_BASE_URL/_sim/$2" "${@:3}"; }
arm() { printf '%s\n' "$@" | curl -sSf --data-binary @- "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null; }
queries() { sim GET log | jq -r .query; }
# A simulator whose clock is ours, for what begins or ends by it: that of the others stands still.
live_sim() { start_sim --days 90 --users 45; }
# So many days from now: what is served for a year only must be asked for by the clock.
day() { date -u -d "$1 days" +%Y-%m-%d; }
asked() { [ "$(sim GET log | wc -l)" -ge "$1" ]; }
# The begin record, which names the simulator's organization: $whose stands in its place.
begin() { head -n 1 out | sed "s/\"organization\":\"$whose\"/\"organization\":\"WHOSE\"/"; }
end() { tail -n 1 out; }

# usage_error REASON ARG... - status 2, nothing on stdout, and the reason
usage_error() {
	local reason=$1
	shift
	run -2 bash -c '"$ANT_BIN/ant-fetch" "$@" 2>err' - "$@"
	[ -z "$output" ]
	grep -q -e "$reason" err || { cat err; return 1; }
}

@test "an organization is its whole answer, in a stream that has its end" {
	ant fetch organization >out
	[ "$(begin)" = '{"@ant":"begin","version":1,"table":"organization","organization":"WHOSE"}' ]
	[ "$(end)" = '{"@ant":"end","records":1,"pages":1}' ]
	curl -s -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' "$SIM_URL$O/me" >me
	echo | cat me - | diff - <(sed -n 2p out)
}

@test "a report has its window, its width and its dimensions in the begin record" {
	ant fetch --from 2026-11-01 --to 2026-11-20 usage_report >out
	[ "$(begin)" = '{"@ant":"begin","version":1,"table":"usage_report","organization":"WHOSE","from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z","width":"1d","group_by":["api_key_id","workspace_id","model","service_tier","context_window"]}' ]
	[ "$(end)" = '{"@ant":"end","records":19,"pages":1,"watermark":"2026-11-20T00:00:00Z"}' ]
	sed '1d;$d' out | jq -r .starting_at | sort -c
	ant fetch --from 2026-11-01 --to 2026-11-02 claude_code_usage >out
	[ "$(begin)" = '{"@ant":"begin","version":1,"table":"claude_code_usage","organization":"WHOSE","from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z","width":"1d"}' ]
}

@test "requests are exactly those of the API's reference" {
	ant fetch --from 2026-11-01 --to 2026-11-20 usage_report >/dev/null
	ant fetch --from 2026-11-01T05:30:00Z --to 2026-11-01T06:30:00Z --width 1h --group-by model usage_report >/dev/null
	ant fetch --from 2026-11-01 --to 2026-11-02 claude_code_usage >/dev/null
	ant fetch workspaces >/dev/null
	ant fetch --param email=a+b@example.com users >/dev/null
	ant fetch rate_limits >/dev/null
	diff - <(queries) <<'Q'
starting_at=2026-11-01T00:00:00Z&ending_at=2026-11-20T00:00:00Z&bucket_width=1d&group_by[]=api_key_id&group_by[]=workspace_id&group_by[]=model&group_by[]=service_tier&group_by[]=context_window&limit=31
starting_at=2026-11-01T05:00:00Z&ending_at=2026-11-01T07:00:00Z&bucket_width=1h&group_by[]=model&limit=168
starting_at=2026-11-01&limit=1000
limit=1000&include_archived=true&include_default=true
limit=1000&email=a+b@example.com

Q
	sim GET log | jq -e -s 'all(.user_agent | startswith("ant-fetch/"))'
	sim GET log | jq -e -s 'all(.accept_encoding | contains("gzip"))'
}

@test "requests of the reports since August are exactly those of the API's reference" {
	local from to last
	live_sim
	from=$(day -12) to=$(day -10) last=$(day -11)
	scoped() { ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated ant fetch --rate 0 --from "$from" --to "$to" "$@" >/dev/null; }
	ant fetch --from "$from" --to "$to" analytics_usage >/dev/null
	ant fetch --from "$from" --to "${from}T01:59:00Z" --width 1h --group-by '' analytics_cost >/dev/null
	ant fetch --from "${from}T08:00:00Z" --to "${from}T09:00:07Z" --page-limit 4000 compliance_activities >/dev/null
	scoped --jobs 1 analytics_users
	scoped analytics_summaries
	scoped --group-by model analytics_user_cost_report
	scoped compliance_review_cases
	queries | sed "s/$from/FROM/g; s/$to/TO/g; s/$last/LAST/g" | diff - <(cat <<'Q'
starting_at=FROMT00:00:00Z&ending_at=TOT00:00:00Z&time_bucket_width=1d&group_by[]=actor&group_by[]=api_key_id&group_by[]=model&group_by[]=product&group_by[]=workspace_id&limit=1000&order_by=time&order=asc
starting_at=FROMT00:00:00Z&ending_at=FROMT02:00:00Z&time_bucket_width=1h&group_by[]=cost_type&group_by[]=token_type&limit=1000&order_by=time&order=asc
created_at.gte=FROMT08:00:00Z&created_at.lt=FROMT09:00:07Z&limit=4000&order=asc
date=LAST&limit=1000
date=FROM&limit=1000
starting_date=FROM&ending_date=TO
starting_at=FROMT00:00:00Z&ending_at=TOT00:00:00Z&bucket_width=1d&group_by[]=model&limit=1000
updated_at[gte]=FROMT00:00:00Z&updated_at[lt]=TOT00:00:00Z&limit=100&order_by=updated_at&order=asc
Q
	)
	ant fetch -v compliance_activities --from 2026-11-20 --to 2026-11-20T00:00:01Z 2>&1 >/dev/null | grep -q 'created_at.gte=2026-11-20T00%3A00%3A00Z&created_at.lt=2026-11-20T00%3A00%3A01Z&'
}

@test "a window that the API serves a part of is narrowed, in the stream as well, and that is said" {
	local first
	live_sim
	first=$(date -u -d '-365 days +1 day +2 hours' +%Y-%m-%dT00:00:00Z) # the first whole day, with some hours to spare
	[[ $first > 2026-01-01T00:00:00Z ]] || first=2026-01-01T00:00:00Z
	run -0 --separate-stderr ant fetch --rate 0 --from 2025-12-01 --to -1d analytics_usage
	[[ ${lines[0]} == *'"from":"'"$first"'",'*',"asked":"2025-12-01T00:00:00Z","width"'* ]]
	[ "$stderr" = "ant-fetch: analytics_usage: the API serves nothing before $first: the window starts there, not at 2025-12-01T00:00:00Z" ]
	[[ ${lines[-1]} == *'"watermark":'* ]]
	sim GET log | jq -e -s 'length > 10 and all(.status == 200)'
	sim DELETE log >/dev/null
	run -0 --separate-stderr ant fetch --from 2025-12-01 --to 2025-12-20 analytics_usage
	[[ ${lines[0]} == *'"from":"2025-12-20T00:00:00Z","to":"2025-12-20T00:00:00Z","asked":"2025-12-01T00:00:00Z"'* ]]
	[ "${lines[1]}" = '{"@ant":"end","records":0,"pages":0}' ]
	[[ $stderr == *'nothing is fetched' ]]
	# Without a start there is nothing that was asked for and is not served.
	run -0 --separate-stderr ant fetch --to 2025-12-20 analytics_usage
	[[ ${lines[0]} != *asked* && -z $stderr && -z $(queries) ]]
}

@test "a day that is not available yet is the end; a report's watermark is what the API calls complete" {
	local day
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	ant fetch --rate 0 --from 2026-11-15 --to 2026-11-25 analytics_users >out # the simulator's clock stands in the morning of the 21st
	[ "$(begin | jq -r '.to')" = 2026-11-21T00:00:00Z ]
	[ "$(end | jq -r '.watermark')" = 2026-11-21T00:00:00Z ]
	[ "$(sed '1d;$d' out | jq -r '."@asked".date' | uniq | paste -sd' ')" = "2026-11-15 2026-11-16 2026-11-17 2026-11-18 2026-11-19 2026-11-20" ]
	# As many again, and one that is refused.
	[ "$(sim GET log | jq -r 'select(.status == 400).query' | wc -l)" -le 1 ]
	for day in 2026-11-21 2026-11-22; do # nothing of the window
		ant fetch --rate 0 --from $day --to 2026-11-24 analytics_users >out
		[ "$(begin | jq -r '.from, .to' | paste -sd' ')" = "${day}T00:00:00Z ${day}T00:00:00Z" ]
		[ "$(end)" = '{"@ant":"end","records":0,"pages":0}' ]
	done
	ant fetch --rate 0 --from 2026-11-10 --to 2026-11-21 analytics_summaries >out
	[ "$(end | jq -r .watermark)" = "$(sed '1d;$d' out | jq -r .ending_at | tail -n 1)" ]
	# Complete up to some hours ago, in whole hours.
	live_sim
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	ant fetch --rate 0 --from -2d --width 1h analytics_usage_report >out
	(($(end | jq -r '.watermark | fromdate') < $(date -u +%s) - 7200))
	(($(end | jq -r '.watermark | fromdate') > $(date -u +%s) - 5 * 3600))
}

@test "a bucket that may be cut off is status 4, names the table that has all, and is taken with --allow-cut" {
	local by cut
	live_sim
	by=product,model,context_window,speed,inference_geo,cost_type,token_type,rbac_group_id,slack_channel_id
	cut=(--rate 0 --from "$(day -12)" --to "$(day -9)" --group-by "$by" analytics_cost_report)
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	run -4 ant fetch "${cut[@]}"
	[[ $output == *'a record has 100 results'*'table analytics_cost has them all, and --allow-cut'* && $output != *'"end"'* ]]
	ant fetch --allow-cut "${cut[@]}" | grep -q '"@ant":"end","records":3'
	ant fetch --rate 0 --from "$(day -12)" --to "$(day -9)" analytics_cost_report | grep -q '"@ant":"end","records":3'
}

@test "a key of another kind is 3 and told what it takes; under analytics/ a 404 is, too, before any page" {
	run -3 ant fetch rbac_groups
	[[ $output == *'it takes a scoped key of a Claude Enterprise organization'* ]]
	run -3 ant fetch compliance_users
	[[ $output == *'it takes a Compliance Access Key'* && $output != *'Admin key'* ]]
	arm '/v1/compliance/activities always status=403'
	run -3 ant fetch --from -3d compliance_activities # two kinds of key open it
	[[ $output == *'it takes a Compliance Access Key'*', or an Admin key'* ]]
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	run -3 ant fetch api_keys
	[[ $output == *'it takes an Admin key'* ]]
	arm "$O/analytics/* always status=404" "$O/rbac_groups always status=404"
	run -3 ant fetch --from 2026-11-10 --to 2026-11-12 analytics_users
	[[ $output == *'the API refused the key: HTTP 404'*'it takes a scoped key'* ]]
	run -4 ant fetch rbac_groups
	[[ $output != *'it takes'* ]]
	sim DELETE faults >/dev/null
	arm "$O/analytics/users at=2 status=404"
	run -4 ant fetch --jobs 1 --from 2026-11-10 --to 2026-11-12 analytics_users
	arm "$O/analytics/cost always status=400 body=\"{\\\"type\\\":\\\"error\\\",\\\"error\\\":{\\\"type\\\":\\\"invalid_request_error\\\",\\\"message\\\":\\\"HIPAA readiness\\\"}}\""
	run -4 ant fetch --from -3d --to -2d analytics_cost
	[[ $output == *'-analytics_usage -analytics_cost' ]]
}

@test "brackets and reserved characters are percent-encoded" {
	ant fetch -v --from 2026-11-01 --to 2026-11-02 --param 'models[]=a&b=c d' usage_report >/dev/null 2>err
	grep -q 'starting_at=2026-11-01T00%3A00%3A00Z&' err
	grep -q 'group_by%5B%5D=model&' err
	grep -q 'models%5B%5D=a%26b%3Dc%20d' err
}

@test "jobs and page limits change nothing in the output" {
	local t o
	for t in "usage_report --from 2026-09-10 --to 2026-11-20" "claude_code_usage --from 2026-10-20 --to 2026-11-10" \
		users workspace_members workspace_rate_limits "usage_report --width 1h --from 2026-11-01 --to 2026-11-15"; do
		# shellcheck disable=SC2086
		ant fetch --rate 0 --jobs 1 $t | sed '$d' >want
		[ "$(wc -l <want)" -gt 10 ]
		for o in "--jobs 2" "--jobs 64" "--jobs 3 --page-limit 7"; do
			[[ "$t $o" != *rate_limits*page-limit* ]] || continue
			# shellcheck disable=SC2086
			ant fetch --rate 0 $o $t | sed '$d' | cmp - want
		done
	done
}

@test "a window is snapped outward, and the open bucket is no part of the watermark" {
	live_sim
	before=$(date -u +%s)
	ant fetch --from -1h --to now --width 1h usage_report >out
	after=$(date -u +%s)
	from=$(begin | jq -r '.from | fromdate') to=$(begin | jq -r '.to | fromdate') mark=$(end | jq -r '.watermark | fromdate')
	[ $((from % 3600 + to % 3600 + mark % 3600)) -eq 0 ]
	[ "$to" -ge "$before" ]
	[ "$mark" -le "$after" ]
	[ $((to - mark)) -le 3600 ]
	ant fetch --from 2026-11-01T12:00:00+02:00 --to 2026-11-02T01:00:00+02:00 --width 1d usage_report >out
	[ "$(begin | jq -r '.from, .to' | paste -sd' ')" = "2026-11-01T00:00:00Z 2026-11-02T00:00:00Z" ]
}

@test "cost ends with the last complete day, and an empty window is a complete stream" {
	live_sim
	today=$(date -u +%Y-%m-%dT00:00:00Z)
	ant fetch --from -2d --to now cost_report >out
	[ "$(begin | jq -r .to)" = "$today" ]
	ant fetch --from -2d --to 2099-01-01 cost_report >out
	[ "$(begin | jq -r .to)" = "$today" ]
	sim DELETE log
	ant fetch --from today cost_report >out
	[ "$(wc -l <out)" -eq 2 ]
	[ "$(begin | jq -c 'has("organization")')" = false ] # nobody was asked
	[ "$(end)" = '{"@ant":"end","records":0,"pages":0,"watermark":"'"$today"'"}' ]
	ant fetch --from 2026-11-03 --to 2026-11-03 claude_code_usage >out
	[ "$(end)" = '{"@ant":"end","records":0,"pages":0,"watermark":"2026-11-03T00:00:00Z"}' ]
	[ -z "$(queries)" ]
}

@test "without --from a window starts in 2023, or where the table's data can start" {
	ant fetch --to 2023-01-02 --rate 0 usage_report >out
	[ "$(begin | jq -r .from)" = 2023-01-01T00:00:00Z ]
	ant fetch --to 2025-01-02 --rate 0 claude_code_usage >out
	[ "$(begin | jq -r .from)" = 2025-01-01T00:00:00Z ]
	[ "$(queries | tail -n 1)" = 'starting_at=2025-01-01&limit=1000' ]
}

@test "--group-by is what is asked for and what the stream says" {
	ant fetch --from 2026-11-01 --to 2026-11-02 --group-by model,workspace_id usage_report >out
	[ "$(begin | jq -c .group_by)" = '["model","workspace_id"]' ]
	ant fetch --from 2026-11-01 --to 2026-11-02 --group-by '' usage_report >out
	[ "$(begin | jq -c .group_by)" = '[]' ]
	run -1 grep -c group_by <(queries | tail -n 1)
	usage_error 'at most 5' --group-by a,b,c,d,e,f usage_report
	usage_error 'at most 5' --group-by a,cost_type,b,c,d,e,f analytics_cost
	usage_error 'twice' --group-by model,model usage_report
	usage_error 'empty name' --group-by model, usage_report
	usage_error 'not grouped' --group-by model users
}

@test "a wrong command line is status 2, says why, and asks the API nothing" {
	usage_error 'which table' --from today
	usage_error 'one table' users invites
	usage_error 'usage_report' no_such_table
	usage_error 'is not a time' --from yesterday usage_report
	usage_error 'is not a time' --from 2026-02-30 usage_report
	usage_error 'is later than --to' --from 2026-11-02 --to 2026-11-01 usage_report
	usage_error 'no window' --from today users
	usage_error 'none of table' --width 1w usage_report
	usage_error 'no choice of widths' --width 1d claude_code_usage
	usage_error 'no window' --width 1d users
	usage_error '1 to 64' --jobs 0 users
	usage_error '1 to 64' --jobs 65 users
	usage_error 'whole number' --rate -1 users
	usage_error 'whole number' --retries many users
	usage_error 'number of seconds' --timeout 0 users
	usage_error 'number of seconds' --deadline 1h users
	usage_error 'more than 31' --page-limit 32 usage_report
	usage_error 'no limit to choose' --page-limit 5 organization
	usage_error 'NAME=VALUE' --param limit users
	usage_error 'neither text nor json' --log-format xml users
	for p in page limit after_id before_id 'group_by[]'; do
		usage_error 'ant-fetch itself' --param "$p=1" users
	done
	for p in starting_at ending_at bucket_width; do
		usage_error 'ant-fetch itself' --param "$p=1" usage_report
	done
	usage_error 'ant-fetch itself' --param time_bucket_width=1d analytics_usage
	usage_error 'ant-fetch itself' --param order_by=amount analytics_cost
	usage_error 'ant-fetch itself' --param date=2026-11-01 analytics_users
	usage_error 'ant-fetch itself' --param include_archived=false workspaces
	usage_error 'goes through no other' --parents /dev/null users
	usage_error 'a table that is fetched' --parents /dev/null --check workspace_members
	usage_error 'No such file' --parents none workspace_members
	usage_error 'not a version' --api-version latest users
	usage_error 'not a version' --api-version 2026-10-21T00:00:00Z users
	[ -z "$(queries)" ]
}

@test "the base URL is https, or http to this machine" {
	usage_error 'use https' --base-url http://example.com users
	usage_error 'use https' --base-url http://127.0.0.1. users # a name, which is asked for
	usage_error 'use https' --base-url http://127.0.0.1.example.com users
	run -75 ant fetch --retries 0 --base-url http://127.1:1 users
	usage_error 'user or a password' --base-url https://me:secret@example.com users
	usage_error 'query' --base-url 'https://example.com/?a=b' users
	usage_error 'https://' --base-url ftp://example.com users
	usage_error 'base URL' --base-url 'https://' users
	run -0 ant fetch --base-url "$SIM_URL/" -q organization
	# A path stays in front.
	run -4 ant fetch --base-url "$SIM_URL/proxy" organization
	[ "$(sim GET log | jq -r .path | tail -n 1)" = "/proxy$O/me" ]
	# --insecure-http allows it: the name then just does not resolve.
	run -75 ant fetch --insecure-http --retries 0 --base-url http://nowhere.invalid organization
}

@test "no key, an empty one or one with strange bytes is status 2" {
	unset ANTHROPIC_ADMIN_KEY
	usage_error 'ANTHROPIC_ADMIN_KEY' users
	usage_error 'ANTHROPIC_ADMIN_KEY' --check
	ANTHROPIC_ADMIN_KEY='' usage_error 'no key: this takes an Admin key' users
	ANTHROPIC_ADMIN_KEY='' usage_error 'no key: this takes an Admin key' --check
	ANTHROPIC_ADMIN_KEY='' usage_error 'no key: this takes an OAuth token with the scope org:admin' service_accounts
	ANTHROPIC_ADMIN_KEY='' usage_error 'no key: this takes a Compliance Access Key (sk-ant-api01-..., made in claude.ai), or an Admin key' compliance_activities
	ANTHROPIC_ADMIN_KEY=$'sk\r\nx-evil: 1' usage_error 'character' users
	ANTHROPIC_ADMIN_KEY='sk ant' usage_error 'character' users
	ANTHROPIC_ADMIN_KEY=$(printf 'k%.0s' {1..4097}) usage_error '4096' users
	usage_error 'No such file' --key-file none users
	: >empty
	usage_error 'no key' --key-file empty users
	head -c 5000 /dev/zero | tr '\0' k >long
	usage_error '4096' --key-file long users
	[ -z "$(queries)" ]
}

@test "the key comes from a file, or from either variable" {
	echo "$ANTHROPIC_ADMIN_KEY" >key
	chmod 600 key
	ANTHROPIC_ADMIN_API_KEY=$ANTHROPIC_ADMIN_KEY
	unset ANTHROPIC_ADMIN_KEY
	ant fetch --key-file key organization 2>err | grep -q '"@ant":"end"'
	[ ! -s err ]
	chmod 644 key
	ant fetch --key-file key organization 2>err >/dev/null
	grep -q 'others can read it' err
	export ANTHROPIC_ADMIN_API_KEY
	ant fetch organization | grep -q '"@ant":"end"'
	# The first variable counts where both are set.
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-wrong run -3 ant fetch organization
}

# keeps_secret VARIABLE - the process that has it there shows it nowhere
keeps_secret() {
	arm "$O/users always delay=1500"
	"$ANT_BIN/ant-fetch" -v users >out 2>err &
	pid=$!
	sleep 0.7
	run -1 grep -c simulated "/proc/$pid/cmdline"
	if [ "$(id -u)" = 0 ]; then
		run -1 grep -c simulated "/proc/$pid/environ"
	else # a process that leaves no core shows its environment to root alone
		run -2 grep -c simulated "/proc/$pid/environ"
		[[ $output == *'Permission denied' ]]
	fi
	wait "$pid"
	run -1 grep -c simulated out err
	grep -q '"@ant":"end"' out
}

@test "the key is in no argument, no environment of the process, and no message" { keeps_secret; }

@test "the token is in no argument, no environment of the process, and no message, and in no answer's quote" {
	local token=simulated-oauth-token
	unset ANTHROPIC_ADMIN_KEY
	export ANTHROPIC_AUTH_TOKEN=$token
	keeps_secret
	sim DELETE faults >/dev/null
	arm "$O/users always redirect=$SIM_URL/elsewhere"
	run -4 ant fetch -v users
	[[ $output == *'redirect, which is not followed'* && $output != *simulated* ]]
	run -1 grep -c '"path":"/elsewhere"' <(sim GET log)
	sim DELETE faults >/dev/null
	arm "$O/users always status=400 body=\"the token $token is no good\""
	run -4 ant fetch -v users
	[[ $output == *'is no good'* && $output != *simulated* ]]
}

@test "a token goes where only a token does, or where there is nothing else; it comes from a file, too" {
	local token=simulated-oauth-token
	printf '%s\n' "$token" >token
	chmod 644 token
	ANTHROPIC_ADMIN_KEY='' run -0 --separate-stderr ant fetch --token-file token users
	[[ $stderr == *'--token-file token: others can read it; chmod 600 keeps it yours' ]]
	chmod 600 token
	ANTHROPIC_ADMIN_KEY='' ANTHROPIC_AUTH_TOKEN=wrong run -0 --separate-stderr ant fetch --token-file token users
	[ -z "$stderr" ]
	ANTHROPIC_AUTH_TOKEN=wrong run -0 ant fetch users # the key opens it
	ANTHROPIC_AUTH_TOKEN=wrong run -3 ant fetch service_accounts
	[[ $output == *'the API refused the token: HTTP 401'*'it takes an OAuth token with the scope org:admin'* ]]
	run -3 ant fetch service_accounts
	[[ $output == *'the API refused the key: HTTP 403'*'it takes an OAuth token with the scope org:admin'* ]]
	ANTHROPIC_AUTH_TOKEN=$token run -0 ant fetch service_accounts
	ANTHROPIC_ADMIN_KEY=wrong ANTHROPIC_AUTH_TOKEN=$token run -0 ant fetch service_accounts
}

@test "--api-version is what is sent, and the same records come" {
	ant fetch users >want
	sim DELETE log >/dev/null
	ant fetch --api-version 2026-10-21 users | cmp - want
	run -4 ant fetch --api-version 2026-10-22 users
	[[ $output == *'HTTP 400'* ]]
}

@test "--parents takes the ids from a stream that is there, and asks for its members alone" {
	ant fetch --rate 0 workspaces >workspaces
	ant fetch --rate 0 workspace_members >want
	sim DELETE log >/dev/null
	ant fetch --rate 0 --parents workspaces workspace_members >have
	cmp have want
	run -1 grep -c "\"path\":\"$O/workspaces\"" <(sim GET log)
	ant fetch --rate 0 --parents <(cat workspaces) workspace_members | cmp - want
	sed '$d' workspaces >short
	run -5 ant fetch --parents short workspace_members
	[[ $output == *'--parents short: no end line: it is incomplete' ]]
	sed 3d workspaces >lacks
	run -5 ant fetch --parents lacks workspace_members
	ant fetch users >users
	run -2 ant fetch --parents users workspace_members
	[[ $output == *'it holds users, and workspace_members goes through workspaces' ]]
	sed '1s/"organization":"./"organization":"x/' workspaces >other
	run -4 ant fetch --parents other workspace_members
}

@test "a refused key is status 3 and says what it takes, without saying the key" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-api03-canary-canary
	run -3 ant fetch users
	[[ $output == *"HTTP 40"[13]*"sk-ant-admin"* ]]
	[[ $output != *canary* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "the key goes to no proxy, and this machine is asked without one" {
	http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 run -0 ant fetch -q organization
	sim DELETE log >/dev/null
	https_proxy=$SIM_URL run -75 ant fetch --retries 0 --base-url https://api.example.org organization
	[ "$(sim GET log | jq -r '"\(.method) \(.path) \(.key)"')" = 'CONNECT api.example.org:443 false' ]
}

@test "a server whose certificate is not trusted is status 4, at once" {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost 2>/dev/null
	port=$((20000 + RANDOM % 12000)) # below those that the system gives to others
	openssl s_server -quiet -accept "$port" -key key.pem -cert cert.pem -WWW >/dev/null 2>&1 3>&- &
	pid=$!
	wait_for eval '(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null'
	run -4 ant fetch --base-url "https://localhost:$port" organization
	untrusted=$output
	# Trusted, it is only a server that knows nothing of this API.
	CURL_CA_BUNDLE=cert.pem run ant fetch --retries 0 --base-url "https://localhost:$port" organization
	kill "$pid"
	wait "$pid" || :
	[[ $untrusted == *certificate* ]]
	[[ $output != *certificate* ]]
}

@test "an unreachable server is status 75 after its retries" {
	run -75 ant fetch --retries 2 --backoff 0.01 --base-url http://127.0.0.1:1 users
	[[ ${lines[0]} == *"trying again in"*"(1 of 2)" ]]
	[[ ${lines[2]} == *"after 3 attempts" ]]
}

@test "a full disk is status 1" {
	run -1 bash -c '"$ANT_BIN/ant-fetch" users 2>&1 >/dev/full'
	[[ $output == *"stdout"*"No space left"* ]]
}

@test "a stdout that is closed is status 1, and no socket takes its place" {
	run -1 bash -c '"$ANT_BIN/ant-fetch" users 2>&1 >&-'
	[[ $output == *"stdout: Bad file descriptor" ]]
	run -0 bash -c '"$ANT_BIN/ant-fetch" organization <&- 2>&- | tail -n 1'
	[[ $output == *'"@ant":"end"'* ]]
}

@test "a slow reader costs no request its time limit" {
	local report=(--rate 0 --jobs 2 --width 1h --from 2026-09-01 --to 2026-09-15 usage_report)
	ant fetch "${report[@]}" >want
	[ "$(sed -n '1,168p' want | wc -c)" -gt 100000 ] # more than a pipe holds
	# The second page is under way while the first one cannot be written, and more than sockets hold.
	arm "$O/usage_report/messages query=starting_at=2026-09-08 delay=1000 huge=60000000"
	run -0 bash -c 'set -o pipefail; "$ANT_BIN/ant-fetch" --timeout 4 --retries 0 "$@" | { sleep 6; cat; } >out' - "${report[@]}"
	cmp out want
}

@test "a reader that goes ends it at once and quietly" {
	arm "$O/usage_report/claude_code query=starting_at=2026-11-03 always delay=30000"
	SECONDS=0
	run -0 bash -c '"$ANT_BIN/ant-fetch" --from 2026-11-01 --to 2026-11-10 claude_code_usage 2>err | head -n 1; [ "${PIPESTATUS[0]}" -eq 141 ]'
	[[ $output == *'"@ant":"begin"'* ]]
	[ ! -s err ]
	[ "$SECONDS" -lt 5 ]
	# Where SIGPIPE is ignored, as services start us, it is no other.
	run -0 bash -c 'trap "" PIPE; "$ANT_BIN/ant-fetch" --from 2026-09-01 --to 2026-10-01 claude_code_usage 2>err | head -n 1; [ "${PIPESTATUS[0]}" -eq 141 ]'
}

@test "--check names the organization and what the key may read" {
	live_sim
	ant fetch --check >out
	[[ $(head -n 1 out) == "organization: Exämple Analytics, Inc. ("*")" ]]
	grep -qx 'console: the key opens 16 of 16 tables' out
	grep -q '^enterprise: the key opens 4 of 20 tables; the others take a scoped key' out
	grep -q '^legacy: the key opens 0 of 4 tables; they take a scoped key' out
	grep -q '^identity: the key opens 0 of 5 tables; they take an OAuth token' out
	grep -q '^compliance: the key opens 1 of 8 tables; the others take a Compliance Access Key' out
	# Each table that is fetched once, whatever sets it is of.
	sed -n 's/^  \([a-z_]*\): .*/\1/p; s/^\([a-z_]*\): readable$/\1/p' out | sort >have # those in no set stand for themselves
	find "$ROOT/lib/tables" -name '*.table' -printf '%f\n' | sed 's/[.]table$//' | grep -vx owners | sort | diff - have
	[ "$(sim GET log | jq -r '.path + "?" + .query' | grep -c "$O/users")" -eq 1 ]
	[ "$(ant fetch --check users | tail -n 1)" = 'users: readable' ]
	# One page each, as small as can be.
	run -1 grep -c 'limit=[2-9]' <(queries)
	arm "$O/users always status=403" "$O/cost_report always status=500"
	ant fetch --check --retries 0 >out
	grep -q '^  users: refused: .*403' out
	grep -q '^  cost_report: failed: .*500' out
	grep -q '^console: the key opens 14 of 16 tables; the others take an Admin key.*; 1 failed$' out
	sim DELETE faults >/dev/null
	arm "* always status=403"
	run -3 ant fetch --check
	[[ ${lines[0]} == "organization: unknown: "* ]]
	[[ ${lines[-1]} == *"none of the tables" ]]
	sim DELETE faults >/dev/null
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-wrong run -3 ant fetch --check
	[ "${#lines[@]}" -eq 1 ]
	run -75 ant fetch --check --retries 0 --base-url http://127.0.0.1:1
	run -2 ant fetch --check no_such_table
}

@test "--check takes sets among the tables, each table once" {
	live_sim
	readable() { ant fetch --check "$@" | sed -n 's/^  \(.*\): readable$/\1/p' | sort | paste -sd ' '; }
	[ "$(readable @identity users @identity)" = users ] # of service accounts and federation a token alone can read
	[ "$(ant fetch --check @identity service_accounts | grep -c '^  .*: refused')" = 5 ]
	[ "$(readable @console)" = "$(ant tables --names @console | sort | paste -sd ' ')" ]
	[ "$(readable @console @enterprise)" = "$(readable @console)" ]
	run -2 ant fetch --check @nosuch
	[[ $output == *"no table is of the set 'nosuch'"* ]]
	run -2 ant fetch @console
	[[ $output == *"unknown table '@console'"* ]]
}

@test "--check says once a set what it takes, and of a refused table the path and the reason" {
	live_sim
	ant fetch --check >out
	grep -qE '^  rbac_groups: refused: /v1/organizations/rbac_groups: HTTP 403 permission_error: .* [(]request [^ ]*[)]$' out
	grep -q '^  analytics_user_cost_report: refused: /v1/organizations/analytics/user_cost_report: HTTP 403 ' out
	run -1 grep -e "$ANTHROPIC_BASE_URL" -e 'the API refused' out
	run -1 grep -e ' it takes ' out
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated ant fetch --check organization users >out
	[[ $(sed -n 1p out) == 'organization: unknown: /v1/organizations/me: HTTP 403 '*': it takes an Admin key'*"(its answers name "* ]]
	grep -q '^  organization: refused: /v1/organizations/me: HTTP 403 .*)$' out
	# What another set's key opens, too, says so itself.
	arm '/v1/compliance/activities always status=403'
	ant fetch --check users compliance_activities >out
	grep -q '^compliance: the key opens 0 of 1 tables; they take a Compliance Access Key (.*)$' out
	grep -q '^  compliance_activities: refused: /v1/compliance/activities: HTTP 403 .*: it takes a Compliance Access Key .*, or an Admin key' out
}

@test "--check of a table that goes through another one: a list that is gone says nothing of what the key opens" {
	live_sim
	arm "*/members always status=404"
	run -0 --separate-stderr ant fetch --check workspaces workspace_members
	[ -z "$stderr" ]
	[ "${lines[1]}" = 'console: the key opens 1 of 2 tables; 1 failed' ]
	[[ ${lines[3]} == "  workspace_members: failed: $O/workspaces/wrkspc_"*'/members: HTTP 404 not_found_error: '*': it may be gone since its parent was listed; whether the others can be read is not known' ]]
	run -4 --separate-stderr ant fetch --check workspace_members
	[[ ${lines[1]} == 'workspace_members: failed: '*'is not known' ]]
	[[ $stderr == 'ant-fetch: '*'HTTP 404'*'is not known' ]]
	# On several levels, the one in the middle as well.
	export ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated
	arm "*/roles always status=404"
	run -4 --separate-stderr ant fetch --check compliance_role_permissions
	[[ $stderr == *'/roles'*'HTTP 404'*'is not known' ]]
}

@test "--check asks for nothing twice, and where one table is asked for, the message is its own" {
	ant fetch --check organization >out
	[ "$(cat out)" = "organization: Exämple Analytics, Inc. ($whose)
organization: readable" ]
	[ "$(sim GET log | wc -l)" -eq 1 ]
	sim DELETE log >/dev/null
	arm "$O/me always status=403"
	run -3 --separate-stderr ant fetch --check organization
	[[ ${lines[0]} == "organization: unknown: "*" (its answers name $whose)" && ${lines[1]} == "organization: refused: "*403* ]]
	[[ ${stderr_lines[0]} == *"the API refused the key: HTTP 403"*"it takes an Admin key"* && ${#stderr_lines[@]} -eq 1 ]]
	[ "$(sim GET log | wc -l)" -eq 1 ]
	sim DELETE faults >/dev/null
	arm "$O/me always organization=another"
	[[ $(ant fetch --check organization) == "organization: Exämple Analytics, Inc. ($whose) (its answers name another)"* ]]
	# Its answers are of one organization, whichever table they are of.
	arm "$O/users always organization=a_third"
	run -4 ant fetch --check users
	[[ ${lines[-1]} == *"$O/users"*"the organization a_third, those before were of another"* ]]
}

@test "--whose prints the organization's id and nothing else, after one request" {
	run -0 --separate-stderr ant fetch --whose
	[ "$output" = "$whose" ]
	[ -z "$stderr" ]
	[ "$(sim GET log | jq -r .path)" = "$O/me" ]
	# A refusal names it, too; not where the key is none.
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated run -0 --separate-stderr ant fetch --whose
	[ "$output" = "$whose" ]
	[ -z "$stderr" ]
	sim DELETE log >/dev/null
	ANTHROPIC_ADMIN_KEY=sk-ant-admin01-wrong run -3 --separate-stderr ant fetch --whose
	[[ -z $output && ${#stderr_lines[@]} -eq 1 && $stderr == *"refused the key: HTTP 401"*"it takes an Admin key"* ]]
	[ "$(sim GET log | wc -l)" -eq 1 ]
	arm "$O/me at=1 status=404" "$O/me at=2 status=400" "$O/me at=3 organization=" "$O/me at=4 status=403 organization=" \
		"$O/me at=5 status=403 html organization=" "$O/me at=6 organization=a,b" "$O/me at=7 organization=Org_2"
	for _ in 1 2; do [ "$(ant fetch --whose)" = "$whose" ]; done
	run -4 ant fetch --whose
	[[ $output == *"names no organization in anthropic-organization-id"* ]]
	run -3 ant fetch --whose
	run -4 ant fetch --whose
	[[ $output == *"no answer of the API"* ]]
	run -4 ant fetch --whose
	[[ $output == *"organization that is none"* ]]
	[ "$(ant fetch --whose)" = Org_2 ]
	arm "$O/me always status=529"
	run -75 ant fetch -q --whose --retries 1 --backoff 0.001
	run -75 ant fetch -q --whose --retries 0 --base-url http://127.0.0.1:1
	sim DELETE faults >/dev/null
	run -1 bash -c '"$ANT_BIN/ant-fetch" --whose >/dev/full'
	usage_error 'asks for no table' --whose users
	usage_error 'one of them' --whose --check
}

@test "-v logs each request, and --log-format json the same as NDJSON" {
	ant fetch -v organization 2>err >/dev/null
	grep -Eq "^ant-fetch: GET $SIM_URL$O/me: 200, [0-9]+ bytes, [0-9]+ ms, request req_[A-Za-z0-9]+$" err
	arm "$O/me at=1 status=529"
	ant fetch -q --log-format json --backoff 0.001 organization 2>err >/dev/null
	jq -e -s --arg url "$SIM_URL$O/me" 'length == 2 and (.[0] | .method == "GET" and .url == $url and .status == 529
		and .attempt == 1 and (.error | test("529"))) and (.[1] | .status == 200 and .attempt == 2 and .error == null
		and (.request_id | startswith("req_")) and (.bytes > 0) and (.ms >= 0))' err
}

@test "progress is drawn on a terminal, and only there" {
	ant fetch --from 2026-11-01 --to 2026-11-10 claude_code_usage 2>err >/dev/null
	[ ! -s err ]
	arm "$O/usage_report/claude_code always delay=60"
	script -qec "$ANT_BIN/ant-fetch --jobs 1 --from 2026-11-01 --to 2026-11-10 claude_code_usage 2>&1 >out" typescript >/dev/null
	grep -q 'claude_code_usage: [0-9]* pages, [0-9]* records, .* %, 0:0[0-9] left' typescript
	grep -q '"@ant":"end"' out
	script -qec "$ANT_BIN/ant-fetch -q --from 2026-11-01 --to 2026-11-10 claude_code_usage 2>&1 >out" typescript >/dev/null
	run -1 grep -c pages, typescript
}

@test "--rate holds over 60 seconds, and bursts are free within it" {
	SECONDS=0
	ant fetch --rate 10 --from 2026-11-01 --to 2026-11-11 claude_code_usage >/dev/null
	[ "$SECONDS" -lt 5 ]
	run -124 timeout 2 "$ANT_BIN/ant-fetch" --rate 10 --from 2026-11-01 --to 2026-11-12 claude_code_usage
	[ "$(sim GET log | wc -l)" -eq 20 ]
}

@test "processes that share a --rate-file start no more requests together than --rate allows" {
	local i pids=()
	for i in 1 2 3 4; do
		"$ANT_BIN/ant-fetch" --rate 20 --rate-file budget --jobs 3 --from "2026-10-0$i" --to 2026-11-20 claude_code_usage >"out.$i" 3>&- &
		pids+=($!)
	done
	wait_for asked 20
	[ "$(stat -c %a budget)" = 600 ]
	kill -9 "${pids[@]}"
	wait "${pids[@]}" || :
	# A minute that a killed process used up is used up for the next one, too.
	run -124 timeout 2 "$ANT_BIN/ant-fetch" --rate 20 --rate-file budget --from 2026-11-01 --to 2026-11-20 claude_code_usage
	sim GET log >log
	jq -s -e 'map(.time[:19] + "Z" | fromdate) | .[-1] - .[0] >= 60 or length == 20' log
	run -0 cat out.*
	[[ $output != *'"@ant":"end"'* ]]
	usage_error 'others share it at 20 requests a minute, not 5' --rate 5 --rate-file budget users
}

@test "a 429 makes every process that shares the --rate-file wait" {
	ant fetch --rate-file budget organization >/dev/null
	arm "$O/users at=1 status=429 header=retry-after:2"
	SECONDS=0
	ant fetch --rate-file budget users >/dev/null 2>err 3>&- &
	wait_for grep -q 'trying again' err
	ant fetch --rate-file budget organization >/dev/null
	[ "$SECONDS" -ge 1 ]
	wait $!
	[ "$(sim GET log | jq -r .status | paste -sd' ')" = '200 429 200 200' ]
	arm "$O/users at=1 status=429 header=retry-after:3600"
	run -75 ant fetch --rate-file budget users
	sim DELETE log >/dev/null
	run -75 timeout 10 "$ANT_BIN/ant-fetch" --rate-file budget organization
	[[ $output == *'asked to wait for 3'*'past the deadline'* ]]
	[ "$(sim GET log | wc -l)" -eq 0 ]
	# Without the file nobody knows of it.
	ant fetch organization | grep -q '"@ant":"end"'
}

@test "a --rate-file that is no such file is status 2 and stays as it was" {
	echo 'it was a dark and stormy night' >thesis
	ln -s thesis link
	usage_error 'not a file of ant-fetch' --rate-file thesis users
	usage_error 'symbolic links' --rate-file link users
	usage_error 'not a plain file' --rate-file /dev/null users
	usage_error 'No such file' --rate-file none/budget users
	[ "$(cat thesis)" = 'it was a dark and stormy night' ]
	: >open
	chmod 666 open
	usage_error 'others can write' --rate-file open users
}

@test "a table file of one's own is fetched without new C" {
	mkdir own
	cat >own/people.table <<-'T'
		# People.
		path      /v1/organizations/users
		paging    id
		limit     10
		param     roles[]=developer
		mode      replace
		column    id  text  key = .id  # Id.
	T
	ant fetch -T own people >out
	[ "$(sed '1d;$d' out | jq -r .role | sort -u)" = developer ]
	ANT_TABLES=$PWD/own ant fetch people | cmp - out
	sed -i 's/^path.*/path users/' own/people.table
	usage_error 'people.table:2: ' -T own people
}

@test "a foreach goes through every page of the other table, once per id" {
	arm "$O/workspaces always fewer=2"
	ant fetch workspace_members >out
	ant fetch workspaces | jq -r 'select(has("@ant") | not).id' >ids
	[ "$(begin | jq -r .organization)" = WHOSE ]
	diff <(jq -r 'select(.workspace_id).workspace_id' out | uniq) <(grep -Ff <(jq -r 'select(.workspace_id).workspace_id' out) ids)
	[ "$(sim GET log | jq -r .path | grep -c members)" -eq "$(wc -l <ids)" ]
}

@test "the examples of the manual run" {
	live_sim
	ant fetch --check >/dev/null
	ant fetch --from -7d usage_report | grep -q '"@ant":"end"'
	ant fetch --from -2d --width 1h --group-by model -v usage_report >usage.ndjson 2>/dev/null
	grep -q '"@ant":"end"' usage.ndjson
	ant fetch --rate 0 --from -365d --jobs 8 claude_code_usage | gzip >claude_code.gz
	zcat claude_code.gz | tail -n 1 | grep -q '"@ant":"end"'
}

@test "help is the synopsis and two common uses, and shorter than a screen" {
	run -0 ant fetch --help
	[ "${#lines[@]}" -le 24 ]
	[[ $output == *"ant-fetch usage_report | ant-flatten"* ]]
	while read -r o; do
		grep -q -e "Fl ${o#-}" "$ROOT/man/ant-fetch.1" || { echo "$o is not in the manual"; return 1; }
	done < <(grep -o '\-\-[a-z-]*' <<<"$output" | sort -u)
}
