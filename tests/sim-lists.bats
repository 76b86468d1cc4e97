#!/usr/bin/env bats
# The simulator's lists of an Enterprise organization and its identities: as strict as the API, and what its model says.
# shellcheck disable=SC2016	# jq programs expand these, not we
load lib/helper
load lib/sim

NOW=2026-11-21T10:00:00Z
TABLES='spend_limits spend_limits_effective spend_limit_increase_requests rbac_groups rbac_group_members rbac_roles
	rbac_role_permissions plugins plugin_marketplaces'
IDENTITY='service_accounts workspace_service_accounts federation_issuers federation_rules federation_rule_workspaces'
PLUGINS=ce-plugins-2026-09-01 SPEND=spend-limit-reads-2026-09-26

setup_file() {
	start_sim --now "$NOW" --seed 7 --days 40
	export SIM_URL=$ANTHROPIC_BASE_URL
}
teardown_file() { stop_sim; }
each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL
	export BETA=$PLUGINS,$SPEND VERSION=2023-06-01
}

# scoped lists and those of an OAuth token, without those of a parent
O=organizations
SCOPED="$O/spend_limits $O/spend_limits/effective $O/spend_limit_increase_requests $O/rbac_groups $O/rbac_roles $O/plugins $O/plugin_marketplaces"
OAUTH="$O/service_accounts $O/federation_issuers $O/federation_rules"

first_id() { get "$@" | jq -r '.data[0].id'; }

# ---- who may ask, and how ----

@test "lists: a key of another kind is refused, and told what it lacks" {
	for path in $SCOPED; do
		refused 403 "Got: ['org:admin'] Needed: ['read:" console "$path"
		get scoped "$path" >answer
		[ "$(<status)" = 200 ]
		jq -e '(.data | length > 0) and has("next_page") and (has("has_more") | not)' answer
	done
	for path in $OAUTH; do
		refused 403 'OAuth token' scoped "$path"
		refused 403 'OAuth token' console "$path"
		get identity "$path" | jq -e '.data | length > 0'
	done
}

@test "lists: a missing beta header is 400, or 404 where the endpoint is not to be seen" {
	BETA='' refused 404 'Not found' scoped $O/plugins
	BETA=$SPEND refused 404 'Not found' scoped $O/plugin_marketplaces
	BETA='' refused 400 $SPEND scoped $O/spend_limits
	BETA="other-2026-01-01, $SPEND" get scoped $O/spend_limits | jq -e .data
	BETA='' get scoped $O/spend_limits/effective | jq -e .data
}

@test "lists: what is no parameter, and what a parameter may not be, is refused" {
	for path in $SCOPED; do
		refused 400 'color: Extra inputs are not permitted' scoped "$path" color=blue
		refused 400 'limit: Input should be a valid integer' scoped "$path" limit=x
		refused 400 'greater than or equal to 1' scoped "$path" limit=0
		refused 400 'single value' scoped "$path" limit=3 limit=4
		refused 400 '' scoped "$path" page=page_none
	done
	for path in $OAUTH; do
		refused 400 'less than or equal to 100' identity "$path" limit=101
		refused 400 'include_archived' identity "$path" include_archived=maybe
	done
	refused 400 'less than or equal to 1000' scoped $O/rbac_groups limit=1001
	refused 400 'less than or equal to 100' scoped $O/plugins limit=101
	refused 400 'period[]' scoped $O/spend_limits/effective 'period[]=yearly'
	refused 400 'status[]' scoped $O/spend_limit_increase_requests 'status[]=open'
	refused 400 'scope_type[]' scoped $O/spend_limits 'scope_type[]=planet'
	refused 400 'does not apply' scoped $O/spend_limits 'scope_type[]=workspace'
	refused 400 'workspace_id' scoped $O/spend_limits workspace_id=wrkspc_1
	refused 400 'owner_type' scoped $O/plugins owner_type=group
	refused 400 'valid datetime with timezone' scoped $O/plugins 'created_at[gte]=2026-01-01T00:00:00'
	users=()
	for n in $(seq 101); do users+=("user_ids[]=user_$n"); done
	refused 400 'At most 100 values' scoped $O/spend_limits/effective "${users[@]}"
	for path in rbac_groups/none/members rbac_roles/none/permissions; do refused 404 'not found' scoped "$O/$path"; done
	for path in service_accounts/none/workspaces workspaces/none/service_accounts federation_rules/none/workspaces; do
		refused 404 'not found' identity "$O/$path"
	done
}

@test "lists: a cursor belongs to the parameters that it was made for" {
	page=$(get scoped $O/spend_limits limit=2 | jq -r .next_page)
	get scoped $O/spend_limits limit=5 page="$page" | jq -e '.data | length == 5'
	refused 400 'cursor does not match current query parameters' scoped $O/spend_limits limit=2 'scope_type[]=user' page="$page"
	refused 400 'cursor does not match current query parameters' scoped $O/spend_limits/effective page="$page"
	page=$(get scoped $O/plugins limit=2 | jq -r .next_page)
	refused 400 'Invalid page token for these parameters' scoped $O/plugins limit=2 owner_type=user page="$page"
}

# ---- pages ----

@test "lists: the pages of one, two and all objects hold the same, and no token is among them" {
	for path in $SCOPED $OAUTH; do
		case " $OAUTH " in *" $path "*) kind=identity ;; *) kind=scoped ;; esac
		walk $kind "$path" limit=100 >all
		for limit in 1 2 3; do
			walk $kind "$path" limit=$limit >some
			cmp all some || { echo "$path $limit"; false; }
		done
		[ "$(sort all | uniq -d | wc -l)" = 0 ]
	done
}

@test "lists: limit counts members where each has several rows, and a page may be short or empty with more behind it" {
	walk scoped $O/spend_limits/effective limit=5 >rows
	[ "$(sort -n sizes | head -n 1)" = 0 ] # an empty page,
	[ "$(tail -n 1 sizes)" != 0 ]          # not the last one
	[ "$(sort -n sizes | tail -n 1)" -gt 5 ]
	# No member's rows are on two pages.
	walk scoped $O/spend_limits/effective limit=1 >single
	cmp rows single
	jq -r '.actor | .user_id // .scoped_api_key_id' single | uniq | sort | uniq -d >torn
	[ ! -s torn ]
	jq -se 'map(.actor.type) | unique == ["scoped_api_key_actor", "user_actor"]' rows
	jq -se 'any(.amount == null) and any(.amount == "0") and all(.spend_limit_id != null) and all(.scope.type == "user")' rows
}

@test "lists: filters show what they say" {
	get scoped $O/spend_limits 'scope_type[]=user' 'scope_type[]=seat_tier' limit=1000 | jq -e '[.data[].scope.type] | unique == ["seat_tier", "user"]'
	get scoped $O/spend_limits limit=1000 | jq -e '[.data[].scope.type] | unique == ["organization", "rbac_group", "seat_tier", "usage_tier", "user"]'
	get scoped $O/spend_limits/effective 'period[]=daily' limit=1000 | jq -e '.data | length > 0 and all(.period == "daily")'
	user=$(get scoped $O/spend_limits/effective | jq -r '.data[0].actor.user_id')
	get scoped $O/spend_limits/effective user_ids[]="$user" | jq -e --arg u "$user" '.data | length > 0 and all(.actor.user_id == $u)'
	get scoped $O/spend_limit_increase_requests 'status[]=denied' | jq -e '.data | length > 0 and all(.status == "denied" and .spend_summary == null and .resolved_by != null)'
	get scoped $O/plugins owner_type=user | jq -e '.data | length > 0 and all(.owner.user_id != null and .organization_installation_preference == null)'
	get scoped $O/plugins 'created_at[gte]=2026-10-29T00:00:00Z' 'created_at[lt]=2026-11-01T00:00:00Z' |
		jq -e '.data | length > 0 and all(.created_at >= "2026-10-29" and .created_at < "2026-11-01")'
	get scoped $O/plugin_marketplaces source=gitlab | jq -e '.data | length == 1'
	issuer=$(first_id identity $O/federation_issuers)
	get identity $O/federation_rules issuer_id="$issuer" | jq -e --arg i "$issuer" '.data | length > 0 and all(.issuer_id == $i)'
}

@test "lists: the workspaces of a federation rule come at once; limit and page are taken, and do nothing" {
	get identity $O/federation_rules limit=100 >rules
	for id in $(jq -r '.data[].id' rules); do
		get identity "$O/federation_rules/$id/workspaces" >whole
		[ "$(jq '.data | length' whole)" -lt 2 ] || found=$id
	done
	get identity "$O/federation_rules/${found:?}/workspaces" limit=1 >part
	jq -e '.next_page == null and (.data | length > 1)' part
	get identity "$O/federation_rules/$found/workspaces" limit=1 page=x | cmp part -
}

@test "lists: what is archived is listed where it is asked for" {
	for path in $OAUTH; do
		get identity "$path" limit=100 | jq -e '.data | all(.archived_at == null)'
		get identity "$path" limit=100 include_archived=true | jq -e '.data | any(.archived_at != null and .archived_by_actor_id != "")'
	done
	get identity $O/federation_rules include_archived=true limit=100 | jq -e '.data | map(select(.archived_at != null)) | all(.workspace_ids == [])'
}

@test "lists: an archived workspace is refused, an archived account is in nothing, and the default workspace comes on top of limit" {
	gone=$(get console $O/workspaces include_archived=true limit=100 | jq -r '.data[] | select(.archived_at != null).id' | head -n 1)
	refused 400 'archived' identity "$O/workspaces/$gone/service_accounts"
	get identity $O/service_accounts include_archived=true limit=100 >accounts
	gone=$(jq -r '[.data[] | select(.archived_at != null)][0].id' accounts)
	get identity "$O/service_accounts/$gone/workspaces" | jq -e '.data == [] and .next_page == null'
	for id in $(jq -r '.data[] | select(.archived_at == null).id' accounts); do
		get identity "$O/service_accounts/$id/workspaces" limit=1 >answer
		jq -e '.data[0].implicit and .data[0].created_by_actor_id == null and (.next_page == null or (.data | length == 2))' answer
		walk identity "$O/service_accounts/$id/workspaces" limit=1 >some
		walk identity "$O/service_accounts/$id/workspaces" limit=100 >all
		cmp all some
	done
	default=$(get console $O/workspaces include_default=true limit=100 | jq -r '.data[-1].id')
	get identity "$O/workspaces/$default/service_accounts" | jq -e '.data == []'
}

@test "lists: version 2026-10-21 leaves out the older name of a role, and keeps the rest" {
	get scoped $O/rbac_roles | jq -S '.data | map(del(.name))' >old
	get scoped $O/rbac_roles | jq -e '.data | all(.name == .display_name)'
	VERSION=2026-10-21 get scoped $O/rbac_roles | jq -S .data >new
	cmp old new
}

# ---- one organization ----

@test "lists: ids are those of the other lists" {
	walk console $O/users limit=1000 | jq -r .id | sort >users
	walk console $O/workspaces include_archived=true include_default=true limit=1000 | jq -r .id | sort >workspaces
	walk scoped $O/rbac_groups | jq -r .id | sort >groups
	walk scoped $O/rbac_roles | jq -r .id | sort >roles
	walk identity $O/service_accounts include_archived=true | jq -r .id | sort >accounts
	# known FILE - each line of the input is one of FILE, and there are some
	known() { sort -u >ids; [ -s ids ] || return; comm -23 ids "$1" >strange; [ ! -s strange ]; }
	for g in $(<groups); do
		walk scoped "$O/rbac_groups/$g/members" >>members
		walk scoped "$O/rbac_groups/$g/members" | jq -r .rbac_group_id | sort -u | comm -13 groups - >>strangers
	done
	[ ! -s strangers ]
	jq -r .user_id members | known users
	jq -r .user_id members | sort | uniq -c | awk '$1 > 1 { n++ } END { exit !n }' # groups overlap
	walk scoped $O/rbac_groups | jq -r 'select(.role_ids != null).role_ids[]' | known roles
	walk scoped $O/rbac_groups | jq -se '(map(.name) | unique | length) < length and any(.role_ids == null) and any(.source_type == "scim")'
	walk scoped $O/spend_limits | jq -r '.scope.rbac_group_id // empty' | known groups
	walk scoped $O/spend_limits | jq -r '.scope.user_id // empty' | known users
	walk scoped $O/spend_limits | jq -r .id | sort >limits
	walk scoped $O/spend_limits/effective | jq -r '.spend_limit_id' | known limits
	walk scoped $O/spend_limit_increase_requests | jq -r '.actor.user_id' | known users # no former members
	walk scoped $O/plugin_marketplaces | jq -r .id | sort >marketplaces
	walk scoped $O/plugins | jq -r .marketplace_id | known marketplaces
	walk identity $O/federation_rules include_archived=true | jq -r '.workspace_ids[], (.workspace_id // empty)' | known workspaces
	walk identity $O/federation_rules include_archived=true | jq -r '.target.service_account_id' | known accounts
	walk console $O/api_keys limit=1000 | jq -r '.principal.service_account_id // empty' | known accounts
}

@test "lists: what a member has spent in the month is what the reports by user say of it" {
	walk scoped $O/spend_limits/effective 'period[]=monthly' limit=1000 |
		jq -r 'select(.actor.user_id != null) | "\(.actor.user_id) \(.period_to_date_spend)"' | sort >spent
	walk scoped $O/analytics/user_cost_report starting_at=2026-11-01T00:00:00Z ending_at=2026-11-21T00:00:00Z limit=1000 >costs
	jq -sr 'map(select(.actor.user_id != null)) | group_by(.actor.user_id)[] |
		"\(.[0].actor.user_id) \([.[] | (.amount | split(".") | (.[0] | tonumber) * 1000 + (((.[1] // "") + "000")[:3] | tonumber))] | add)"' costs >reported
	[ -s reported ]
	while read -r user thousandths; do
		spent=$(awk -v u="$user" '$1 == u { print $2 }' spent)
		[ -n "$spent" ] || continue # a former member
		# Each row's fourth decimal is cut: so many thousandths may be missing.
		awk -v a="$spent" -v b="$thousandths" 'BEGIN { d = a * 1000 - b; exit !(d > -0.5 && d < 100.5) }' || { echo "$user $spent $thousandths"; false; }
	done <reported
	awk '$2 != 0 { n++ } END { exit n < 10 }' spent
}

# ---- what arrives ----

# all_tables SIM OPTION... - each column of each of our tables is what the model says
all_tables() {
	local t
	use_key enterprise
	for t in $TABLES; do as_modelled "$t" "$@"; done
	use_key identity
	for t in $IDENTITY; do as_modelled "$t" "$@"; done
}

@test "lists: every column of every table is what the model says" { all_tables --now "$NOW" --seed 7 --days 40; }

@test "lists: so it is with pages of one object" {
	start_sim --now "$NOW" --page-size 1
	all_tables --now "$NOW"
}

@test "lists: so it is with pages of two objects in a larger organization" {
	start_sim --now "$NOW" --seed 3 --users 80 --workspaces 20 --page-size 2
	all_tables --now "$NOW" --seed 3 --users 80 --workspaces 20
}

@test "lists: so it is in the smallest organization" {
	local size='--users 1 --workspaces 1 --api-keys 1 --days 1'
	# shellcheck disable=SC2086	# options
	start_sim --now "$NOW" $size
	use_key enterprise
	# Nobody is in a group.
	for t in ${TABLES/rbac_group_members/}; do as_modelled "$t" --now "$NOW" $size; done
	use_key identity
	for t in $IDENTITY; do as_modelled "$t" --now "$NOW" $size; done
}

@test "lists: an archived workspace is not asked for its service accounts" {
	start_sim --now "$NOW" --workspaces 20
	use_key identity
	ant-fetch -q --rate 0 workspace_service_accounts >/dev/null
	sim GET log | jq -r 'select(.path | endswith("/service_accounts")) | "\(.status) \(.path | split("/")[4])"' | sort >asked
	get console $O/workspaces include_archived=true include_default=true limit=100 | jq -r '.data[] | select(.archived_at == null) | "200 \(.id)"' | sort >want
	cmp want asked
	get console $O/workspaces include_archived=true limit=100 | jq -e '[.data[] | select(.archived_at != null)] | length == 2'
}

@test "lists: an element has the members of the reference's example, each list its own" {
	# members - the names in the elements, without those of what differs by its type
	members() { jq -c '[.data[] | paths(type != "array") | map(strings) | join(".")
		| select(test("^(jwks|match.claims|scope|source|owner|created_by|resolved_by|resource|content_scan|spend_summary)\\.") | not)] | unique'; }
	# same FILE KIND PATH - but for what only versions of it have: attributes and workspace_id of older rules
	same() {
		members <"$ROOT/tests/data/api/$1" >want
		get "$2" "$3" | members | jq -c '. - ["attributes", "workspace_id"]' >got
		jq -c '. - ["workspace_id"]' want | cmp - got || { echo "$3"; diff want got; }
	}
	for t in spend_limit_increase_requests rbac_groups rbac_roles plugins plugin_marketplaces; do same $t.page1.json scoped $O/$t; done
	same spend_limits.page1.json scoped $O/spend_limits
	same spend_limits_effective.page1.json scoped $O/spend_limits/effective
	same service_accounts.json identity $O/service_accounts
	for t in federation_issuers federation_rules; do same $t.page1.json identity $O/$t; done
}
