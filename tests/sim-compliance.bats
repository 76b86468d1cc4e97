#!/usr/bin/env bats
# The simulator's Compliance API: its feed, with late and doubled events, its directory and its review cases.
# shellcheck disable=SC2016	# jq programs expand these, not we
load lib/helper
load lib/sim

NOW=2026-11-21T10:00:00Z
DIRECTORY='compliance_organizations compliance_users compliance_roles compliance_role_permissions compliance_groups compliance_group_members'
C=compliance

setup_file() {
	start_sim --now "$NOW" --seed 7 --days 40
	export SIM_URL=$ANTHROPIC_BASE_URL
}
teardown_file() { stop_sim; }
each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL
	use_key compliance
	export BETA='' VERSION=2023-06-01
}

# feed [NAME=VALUE]... - one page of it
feed() { get scoped $C/activities "$@"; }

# ---- who may ask, and how ----

@test "compliance: an Admin key opens the feed, and nothing else" {
	get console $C/activities | jq -e '.data | length == 100'
	get identity $C/activities | jq -e .error
	[ "$(<status)" = 403 ]
	for path in organizations groups review/cases; do
		refused 403 "Missing required scopes. Got: ['org:admin'] Needed: ['read:compliance_" console "$C/$path"
		get scoped "$C/$path" | jq -e '.data | length > 0'
	done
	curl -s -H 'x-api-key: sk-ant-api01-unknown' -H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL/v1/$C/groups" |
		jq -e '.error.message == "The API key provided is invalid or has been revoked."'
}

@test "compliance: errors come with and without type and request id" {
	for _ in 1 2 3 4; do feed limit=0 | jq -c 'keys' >>shapes; done
	[ "$(LC_ALL=C sort -u shapes | tr '\n' ' ')" = '["error","request_id","type"] ["error"] ' ]
}

@test "compliance: what the feed does not take is refused in its own words" {
	refused 400 'The limit parameter must be between 1 and 5000, inclusive. Got 5001.' scoped $C/activities limit=5001
	refused 400 'The limit parameter must be between 1 and 5000, inclusive. Got 0.' scoped $C/activities limit=0
	refused 400 'The `created_at.gte` parameter contains an invalid timestamp format.' scoped $C/activities created_at.gte=2026-11-01
	refused 400 'The `created_at.lt` parameter contains an invalid timestamp format.' scoped $C/activities created_at.lt=2026-11-01T00:00:00
	refused 400 'created_at.lt must be strictly after created_at.gte.' scoped $C/activities created_at.gte=2026-11-02T00:00:00Z created_at.lt=2026-11-02T00:00:00Z
	refused 400 'Invalid `after_id`. No activity found for `after_id` "activity_01none"' scoped $C/activities after_id=activity_01none
	first=$(feed limit=1 | jq -r .first_id)
	refused 400 'after_id' scoped $C/activities after_id="$first" before_id="$first"
	refused 400 'activity_types[]' scoped $C/activities 'activity_types[]=a' 'exclude_activity_types[]=b'
	refused 400 'order' scoped $C/activities order=up
	refused 400 'page: Extra inputs' scoped $C/activities page=1
	refused 400 'created_at[gte]: Extra inputs' scoped $C/activities 'created_at[gte]=2026-11-01T00:00:00Z'
}

@test "compliance: what the directory does not take is refused in its own words" {
	refused 400 'The limit parameter must be between 1 and 1000, inclusive. Got 1500.' scoped $C/organizations limit=1500
	refused 400 'limit: Extra inputs' scoped $C/groups limit=10
	refused 400 'The page parameter is not a valid cursor for this request.' scoped $C/groups page=page_none
	refused 400 'status' scoped $C/review/cases status=waiting
	refused 400 'order_by' scoped $C/review/cases order_by=id
	refused 400 'updated_at_gte: Extra inputs' scoped $C/review/cases updated_at_gte=2026-11-01T00:00:00Z
	for path in organizations/none/users organizations/none/roles groups/none/members; do refused 404 'not found' scoped "$C/$path"; done
	uuid=$(get scoped $C/organizations | jq -r '.data[0].uuid')
	refused 404 'Role not found.' scoped "$C/organizations/$uuid/roles/none/permissions"
}

# ---- the feed ----

@test "compliance: the feed is newest first, and the other way round with order=asc" {
	local first
	first=$(feed limit=1 | jq -r '.data[0].id')
	feed | jq -e '.has_more and (.data | length == 100 and .[0].id == $first) and .first_id == $first' --arg first "$first"
	# What stands on the full second has no fraction.
	place='[(.created_at | if contains(".") then . else .[:19] + ".000000Z" end), .id]'
	walk scoped $C/activities limit=5000 created_at.gte=2026-11-10T00:00:00Z | jq -c "$place" >down
	walk scoped $C/activities limit=5000 created_at.gte=2026-11-10T00:00:00Z order=asc | jq -c "$place" >up
	[ "$(wc -l <down)" -gt 200 ]
	LC_ALL=C sort -c up
	tac down | cmp - up
}

@test "compliance: cursors of every page size reach each event, in both directions" {
	walk scoped $C/activities limit=5000 order=asc created_at.gte=2026-11-18T00:00:00Z | jq -r .id | uniq >all
	[ "$(wc -l <all)" -gt 80 ]
	walk scoped $C/activities limit=7 order=asc created_at.gte=2026-11-18T00:00:00Z | jq -r .id | uniq | cmp all -
	walk scoped $C/activities limit=7 created_at.gte=2026-11-18T00:00:00Z | jq -r .id | uniq | tac | cmp all -
	from=$(feed limit=30 | jq -r '.data[-1].created_at')
	walk scoped $C/activities limit=1 order=asc created_at.gte="$from" | jq -r .id >some
	[ "$(sort -u some | wc -l)" -gt 20 ]
	tail -n "$(wc -l <some)" all | cmp - some # each once: a cursor stands behind both of two that are the same
	# A page that ends before an event has what stands in front of it.
	id=$(sed -n 20p all)
	feed order=asc created_at.gte=2026-11-18T00:00:00Z before_id="$id" limit=5 | jq -r '.data[].id' | uniq >got
	sed -n 15,19p all | tail -n "$(wc -l <got)" | cmp - got
	feed created_at.gte=2026-11-18T00:00:00Z before_id="$id" limit=5 | jq -r '.data[].id' | uniq | tac >got
	sed -n 21,25p all | head -n "$(wc -l <got)" | cmp - got
	feed order=asc after_id="$(tail -n 1 all)" | jq -e '.data == [] and .has_more == false and .first_id == null'
}

@test "compliance: bounds are to the microsecond, each with its sense" {
	walk scoped $C/activities limit=5000 order=asc created_at.gte=2026-11-18T00:00:00Z | jq -r .created_at | uniq >stamps
	grep -q '\.[0-9]\{6\}Z$' stamps
	t=$(sed -n 9p stamps)
	feed order=asc created_at.gte="$t" limit=1 | jq -e --arg t "$t" '.data[0].created_at == $t'
	feed order=asc created_at.gt="$t" limit=1 | jq -e --arg t "$(sed -n 10p stamps)" '.data[0].created_at == $t'
	feed created_at.lte="$t" limit=1 | jq -e --arg t "$t" '.data[0].created_at == $t'
	feed created_at.lt="$t" limit=1 | jq -e --arg t "$(sed -n 8p stamps)" '.data[0].created_at == $t'
}

@test "compliance: some events come twice, some at the same time, some without an organization; who acts has many kinds" {
	walk scoped $C/activities limit=5000 order=asc created_at.gte=2026-10-12T00:00:00Z >events
	[ "$(uniq -d events | wc -l)" -gt 10 ]
	uniq events | jq -r .id | sort | uniq -d >apart
	[ ! -s apart ] # those that come twice are neighbours
	uniq events | jq -r .created_at | uniq -d >same
	[ -s same ]
	jq -se 'any(.organization_id == null and .organization_uuid == null) and (map(.organization_uuid | strings) | unique | length == 1)' events
	jq -r .actor.type events | sort -u >actors
	[ "$(tr '\n' ' ' <actors)" = 'admin_api_key_actor anthropic_actor api_actor scim_directory_sync_actor unauthenticated_user_actor user_actor ' ]
	[ "$(jq -r .type events | sort -u | wc -l)" -ge 15 ]
	jq -se 'map(select(.type == "claude_file_uploaded")) | length > 0 and all(.claude_file_id and .filename == "")' events
	jq -se 'map(select(.type == "compliance_api_accessed")) | length > 0 and all(.status_code == 200)' events
	jq -se 'map(select(.type == "claude_chat_created")) | length > 0 and all(has("claude_project_id") and (has("status_code") | not))' events
}

@test "compliance: what an event is about is in the other lists, at its own time" {
	walk scoped $C/activities limit=5000 order=asc 'activity_types[]=api_key_created' 'activity_types[]=workspace_created' 'activity_types[]=org_user_added' >events
	uniq events | jq -r 'select(.type == "api_key_created") | "\(.api_key_id) \(.created_at[:19])"' | sort >got
	walk console organizations/api_keys limit=1000 | jq -r '"\(.id) \(.created_at[:19])"' | sort | cmp - got
	uniq events | jq -r 'select(.type == "workspace_created") | .workspace_id' | sort >got
	walk console organizations/workspaces include_archived=true limit=1000 | jq -r .id | sort | cmp - got
	uniq events | jq -r 'select(.type == "org_user_added") | .user_id' | sort >got
	walk console organizations/users limit=1000 | jq -r .id | sort | cmp - got
	feed 'exclude_activity_types[]=api_key_created' limit=5000 | jq -e '.data | all(.type != "api_key_created")'
	user=$(jq -rs '[.[].actor.user_id | strings][0]' events)
	for p in actor_ids[] user_ids[]; do feed "$p=$user" | jq -e --arg u "$user" '.data | length > 0 and all(.actor.user_id == $u)'; done
	org=$(jq -rs '[.[].organization_id | strings][0]' events)
	feed organization_ids[]="$org" limit=5000 | jq -e --arg o "$org" '.data | all(.organization_id == $o)'
}

@test "compliance: an event is seen within a minute of its time, and not before" {
	start_sim --now "$NOW"
	sim POST 'change?event=200' | jq -e .
	seen() { feed limit=5000 order=asc created_at.gte="$NOW" created_at.lt=2026-11-21T10:00:01Z | jq -r '.data[].id' | sort -u | wc -l; }
	first=$(seen)
	[ "$first" -lt 50 ]
	sim POST 'change?now=2026-11-21T10:00:30Z' >/dev/null
	second=$(seen)
	[ "$second" -gt "$first" ]
	[ "$second" -lt 200 ]
	sim POST 'change?now=2026-11-21T10:01:01Z' >/dev/null
	[ "$(seen)" = 200 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$ANTHROPIC_BASE_URL/_sim/change?event=0")" = 400 ]
}

# into_table FROM TO - the feed's window into the database f.db
into_table() { ant-fetch -q --rate 0 --from "$1" --to "$2" compliance_activities | ant-flatten -q | ant-load-sqlite -q f.db >/dev/null; }
in_table() { sqlite3 f.db 'select id from compliance_activities order by id'; }
# modelled FROM TO - the ids that the simulator has now of what happened between these times
modelled() { sim GET "expect?table=compliance_activities&from=$1&to=$2" | tail -n +2 | cut -f 1 | LC_ALL=C sort; }

@test "compliance: windows that overlap leave each event once" {
	start_sim --now "$NOW" --days 40
	for w in '2026-11-01 2026-11-12' '2026-11-11T12:00:00Z 2026-11-20T17:31:07Z' '2026-11-20T16:31:07Z 2026-11-21T10:00:00Z' '2026-11-05 2026-11-21T10:00:00Z'; do
		# shellcheck disable=SC2086	# two times
		into_table $w
	done
	in_table >got
	modelled 2026-11-01 "$NOW" >want
	[ "$(wc -l <want)" -gt 400 ]
	cmp want got
}

@test "compliance: what was late is found by the next run, which looks back an hour" {
	start_sim --now "$NOW" --days 40
	sim POST 'change?event=100' >/dev/null
	sim POST 'change?now=2026-11-21T10:00:20Z' >/dev/null
	into_table 2026-11-20 2026-11-21T10:00:20Z
	sim POST 'change?now=2026-11-21T10:30:00Z' >/dev/null
	modelled 2026-11-20 2026-11-21T10:00:20Z >want
	# Without looking back, they are missed for good.
	cp f.db plain.db
	into_table 2026-11-21T10:00:20Z 2026-11-21T10:30:00Z
	[ "$(in_table | comm -13 - want | wc -l)" -gt 20 ]
	mv plain.db f.db
	[ "$(ant-tables --tsv compliance_activities | cut -f 9)" = 1h ]
	into_table 2026-11-21T09:00:20Z 2026-11-21T10:30:00Z
	modelled 2026-11-20 2026-11-21T10:30:00Z >want
	in_table >got
	cmp want got
}

# ---- directory and cases ----

@test "compliance: the directory writes times in its own ways, of two organizations" {
	get scoped $C/organizations >answer
	jq -e '(.data | length == 2 and all(.created_at | endswith("+00:00"))) and has("has_more")' answer
	jq -r '.data[].uuid' answer >uuids
	for uuid in $(<uuids); do
		get scoped "$C/organizations/$uuid/roles" | jq -e '.data | any(.created_at == null) and all(.[] | .created_at, .updated_at; . == null or test("[0-9]$"))'
		get scoped "$C/organizations/$uuid/users" >users.$uuid
		jq -e '[.data[].created_at[:19]] == ([.data[].created_at[:19]] | sort)' users.$uuid
	done
	jq -r '.data[].id' "users.$(tail -n 1 uuids)" | sort >child
	jq -r '.data[].id' "users.$(head -n 1 uuids)" | sort >own
	[ -s child ]
	[ "$(comm -23 child own | wc -l)" = 0 ]
	walk console organizations/users limit=1000 | jq -r .id | sort | cmp - own
	[ "$(jq -r '.data[].organization_role' users.* | sort -u | wc -l)" -ge 6 ]
	walk scoped organizations/rbac_groups | jq -r .id >groups
	walk scoped $C/groups | jq -r .id | cmp groups -
	walk scoped $C/groups name_prefix=Data | jq -se 'length == 2 and all(.name == "Data team")'
	for g in $(head -n 3 groups); do
		walk scoped "$C/groups/$g/members" | jq -r .user_id >got
		walk scoped "organizations/rbac_groups/$g/members" | jq -r .user_id | cmp - got
	done
}

@test "compliance: review cases come by either time, with some that changed slightly before the time asked for" {
	for by in created_at updated_at; do
		walk scoped $C/review/cases order_by=$by order=asc | jq -r .$by >up
		walk scoped $C/review/cases order_by=$by limit=3 | jq -r .$by | tac | cmp up -
		[ -s up ]
		LC_ALL=C sort -c up
	done
	walk scoped $C/review/cases | jq -r .created_at >got
	tac got | LC_ALL=C sort -c # newest first
	t=$(sed -n 5p up)
	later=$(date -u -d "$t + 300 seconds" +%Y-%m-%dT%H:%M:%SZ)
	get scoped $C/review/cases order_by=updated_at order=asc updated_at[gte]="$later" | jq -e --arg t "$t" '.data[0].updated_at == $t'
	get scoped $C/review/cases order_by=updated_at order=asc updated_at[gt]="$later" | jq -e --arg t "$t" '.data[0].updated_at > $t'
	get scoped $C/review/cases status=open | jq -e '.data | length > 0 and all(.status == {type: "open"})'
	get scoped $C/review/cases status=closed | jq -e '.data | length > 0 and all(.status.reason.type)'
}

@test "compliance: a case that changes is the same case, in the table as well" {
	start_sim --now "$NOW"
	use_key compliance
	load_cases() { ant-fetch -q --rate 0 --from "$1" --to "$2" compliance_review_cases | ant-flatten -q | ant-load-sqlite -q c.db >/dev/null; }
	cases() { sqlite3 -separator $'\t' c.db 'select id, status_type from compliance_review_cases order by id'; }
	of_model() { sim GET 'expect?table=compliance_review_cases' | tail -n +2 | cut -f 1,5 | LC_ALL=C sort; }
	load_cases 2026-01-01 "$NOW"
	cases >before
	of_model | cmp - before
	sim POST 'change?now=2026-11-30T00:00:00Z' >/dev/null
	load_cases 2026-11-18 2026-11-30
	cases >after
	of_model | cmp - after
	[ "$(wc -l <after)" -gt "$(wc -l <before)" ]                        # new ones,
	comm -23 before after | awk '$2 == "open" { n++ } END { exit !n }' # and some that were open
}

# ---- what arrives ----

# all_tables SIM OPTION... - each column of each table is what the model says
all_tables() {
	local t
	for t in $DIRECTORY; do as_modelled "$t" "$@"; done
	for t in compliance_activities compliance_review_cases; do
		WINDOW="--from 2024-01-01 --to $NOW" as_modelled "$t" "$@"
	done
}

@test "compliance: every column of every table is what the model says" { all_tables --now "$NOW" --seed 7 --days 40; }

@test "compliance: so it is with pages of one and of two" {
	start_sim --now "$NOW" --days 2 --page-size 1
	use_key compliance
	all_tables --now "$NOW" --days 2
	stop_sim
	start_sim --now "$NOW" --days 5 --page-size 2 --seed 3
	use_key compliance
	all_tables --now "$NOW" --days 5 --seed 3
}

@test "compliance: so it is in a larger organization" {
	start_sim --now "$NOW" --days 10 --users 200 --workspaces 12
	use_key compliance
	all_tables --now "$NOW" --days 10 --users 200 --workspaces 12
}
