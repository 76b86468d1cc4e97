# ant-tables and the table files: what is listed, and every error by file and line.
load lib/helper

each_setup() { mkdir -p tables; }

# What the contract says of the sets.
CONSOLE='analytics_cost analytics_usage api_keys claude_code_models claude_code_usage cost_report external_keys invites messages_usage organization rate_limits usage_report users workspace_members workspace_rate_limits workspaces'
ENTERPRISE='analytics_artifacts analytics_connectors analytics_cost analytics_plugins analytics_projects analytics_skills analytics_summaries analytics_usage analytics_users invites plugin_marketplaces plugins rbac_group_members rbac_groups rbac_role_permissions rbac_roles spend_limit_increase_requests spend_limits spend_limits_effective users'
LEGACY='analytics_cost_report analytics_usage_report analytics_user_cost_report analytics_user_usage_report'
IDENTITY='federation_issuers federation_rule_workspaces federation_rules service_accounts workspace_service_accounts'
COMPLIANCE='compliance_activities compliance_group_members compliance_groups compliance_organizations compliance_review_cases compliance_role_permissions compliance_roles compliance_users'
APART='analytics_cost_total analytics_usage_total cost_report_total owners usage_by_cost usage_report_total' # in no set
ALL=$(printf '%s\n' $CONSOLE $ENTERPRISE $LEGACY $IDENTITY $COMPLIANCE | LC_ALL=C sort -u | paste -sd ' ')

# every - the names of all tables
every() { printf '%s\n' $ALL $APART | LC_ALL=C sort; }

@test "ant-tables lists all tables by what opens them, each with its text" {
	run -0 ant tables --names
	diff <(every) - <<<"$output"
	run -0 ant tables
	set_of() { awk -v set="@$1:" '/^[^ ]/ { on = $1 == set; next } on && NF { print $1 }' <<<"$output" | paste -sd ' '; }
	[ "$(grep -c '^@' <<<"$output")" = 5 ]
	[ "$(set_of console)" = "$CONSOLE" ]
	[ "$(set_of enterprise)" = "$ENTERPRISE" ]
	[ "$(set_of legacy)" = "$LEGACY" ]
	[ "$(set_of identity)" = "$IDENTITY" ]
	[ "$(set_of compliance)" = "$COMPLIANCE" ]
	[ "$(sed -n '/^In no set/,$s/^  \([^ ]*\) .*/\1/p' <<<"$output" | paste -sd ' ')" = "$APART" ]
	[[ $output == '@console: an Admin key'* ]]
	[[ $output == *'  cost_report '*'Cost per day'* ]]
	# A set of one's own is listed behind them.
	printf '# Mine.\npath /v1/t\nsets mine console\ncolumn a text key = .a\n' >tables/t.table
	run -0 ant tables -T tables
	[[ $output == *$'\n@mine: another key\n  t '*Mine.* ]]
	[ "$(grep -c '^  t ' <<<"$output")" = 2 ]
}

@test "ant-tables @SET: the tables of a set, in every form" {
	[ "$(ant tables --names @legacy | paste -sd ' ')" = "$LEGACY" ]
	[ "$(ant tables --names @all | paste -sd ' ')" = "$ALL" ]
	[ "$(ant tables --names @identity users | paste -sd ' ')" = "$IDENTITY users" ]
	[ "$(ant tables --tsv @compliance | cut -f 1 | paste -sd ' ')" = "$COMPLIANCE" ]
	[ "$(ant tables --ddl sqlite @identity | grep -c '^CREATE TABLE')" = 5 ]
	run -2 --separate-stderr ant tables --names users @nosuch
	[[ -z $output && $stderr == *"no table is of the set 'nosuch'"* ]]
}

@test "every table has a text, and so has every column; no name is over 63 bytes, no file over 140 lines" {
	local t
	for t in $(every); do
		[ "$(wc -l <"$ROOT/lib/tables/$t.table")" -le 140 ]
		[ "$(ant tables --json "$t" | jq -c '[.text != "", all(.columns[]; .text != ""), all(.columns[].name; utf8bytelength < 64)]')" = '[true,true,true]' ] || { echo "$t"; return 1; }
	done
}

@test "no C function knows a table's name" {
	local t
	sed -E -e '/^[ \t]*(\/?\*|\/\/)/d' -e 's/\/\*.*//' "$ROOT"/lib/{base,run,stream,tables,net,fetch,flatten,load,state}/*.[ch] >code
	for t in $(every); do
		case $t in organization | users | invites | workspaces | plugins) continue ;; esac # words of the field, too
		run -1 grep -nE "\"[^\"]*\<$t\>" code
	done
}

# told TABLE... - what is told of them, the lines of a heading as one
told() { ant tables "$@" | sed -e ':a' -e '$!N' -e 's/\n \{14\}/ /' -e 'ta' -e 'P' -e 'D'; }

# tells HEADING TEXT - $output has this text under the heading
tells() { grep -E "^  $1 " <<<"$output" | grep -qF -- "$2" || { echo "$output"; return 1; }; }

@test "ant-tables TABLE tells in words how it is asked for, and columns, types, key and text of each column" {
	run -0 told cost_report
	tells asked 'GET /v1/organizations/cost_report.'
	tells asked 'grouped by workspace_id and description, unless --group-by'
	tells pages 'at most 31 buckets of 1d.'
	tells pages 'next_page, where it has one'
	tells window 'From starting_at, inclusive, to ending_at, exclusive.'
	tells window 'The buckets are 1d wide, as bucket_width says.'
	tells window 'The day that is still open is left out.'
	tells 'read again' 'The usual 3 days'
	tells 'who may' 'an Admin key (sk-ant-admin'
	tells rows "Each element of a record's .results is a row."
	tells key 'Of the dimensions, those that were asked for. Rows with the same key are all kept.'
	tells mode 'window bucket: a load puts its rows in the place of those whose bucket is in its window.'
	[[ $output =~ amount_cents\ +numeric\ +'Cost in cents' ]]
	[[ $output =~ bucket\ +timestamptz\ +key\ +'Start of the day' ]]
	run -0 told workspace_members workspaces
	tells asked 'once for each record of table workspaces: {} in the path is its .id.'
	tells asked 'The query always has include_archived=true and include_default=true.'
	tells pages 'asked for with its last_id as after_id. A page holds at most 1000 records.'
	tells key 'workspace_id, user_id. Of the rows with one key the last one counts.'
	tells mode 'replace: after a load the table holds its rows and no others.'
	run -0 told organization
	tells pages 'There are no pages'
	tells window 'It has none'
	[ "$(ant tables @all | awk '/^  (asked|pages|window|read again|who may|rows|key|mode) / || /^ {14}/' | awk 'length > 80 && NF > 1')" = '' ]
}

@test "ant-tables TABLE tells of days, several levels, spans, sets, budgets and what a refusal means" {
	run -0 told analytics_users
	tells window 'A day of UTC at a time, in the parameter date. The API serves nothing before 2026-01-01'
	tells window 'A refusal that says "not yet available" is no error'
	tells asked 'What it was asked with stands beside each record, as $asked.'
	tells 'read again' '7 days before'
	tells 'who may' 'All tables of the budget analytics share 60 requests a minute.'
	run -0 told compliance_role_permissions
	tells asked '{organization_uuid} in the path is the organization_uuid that the record itself was asked with and {role_id} in the path is its .id.'
	run -0 told workspace_service_accounts
	tells asked 'Records with a .archived_at are passed over.'
	tells 'who may' 'an OAuth token with the scope org:admin'
	run -0 told analytics_cost
	tells asked 'The request has the header anthropic-beta: analytics-usage-cost-2026-08-24.'
	tells asked 'The API takes at most 5 of those.'
	tells asked 'The API takes at most 5 of those. It is always grouped by cost_type and token_type, too.'
	tells pages '1000 rows of buckets of 1d'
	tells window '--width also takes 1h and 1m. One request asks for 31 days at most, 1 day with 1m; longer windows are cut'
	tells window 'nothing before 2026-01-01 and nothing longer than 365 days ago'
	tells 'read again' '30 days before'
	tells 'who may' 'Where a refusal says HIPAA: '
	tells key 'The dimension actor is in the columns actor_type, actor_id, actor_provider and actor_subject.'
	run -0 told analytics_cost_report
	tells pages 'A record with 100 elements in .results may have been cut off, and is an error that names table analytics_cost, unless --allow-cut.'
	run -0 told compliance_activities
	tells window 'What is newer than 1 minute is left for the next run.'
	tells 'who may' 'It is of the set compliance: what opens it is a Compliance Access Key'
	tells 'who may' ', or an Admin key ('
	tells 'read again' '1 hour before'
	run -0 told compliance_review_cases
	tells mode 'merge: '
	run -0 told analytics_summaries
	tells window '(days). One request asks for 366 days at most'
	tells window 'Loaded up to the newest bucket that came'
	tells pages 'data, or summaries;'
}

@test "ant-tables FILE: a table file that is nowhere installed, in every form, by any path" {
	printf '# Mine.\npath /v1/mine\nlookback 0\nfrom a\nto b\nrows .a | .[]\nmode append\ncolumn a text = .a # A.\n' >tables/mine.table
	cd tables
	for file in mine.table ./mine.table "$PWD/mine.table"; do
		run -0 told "$file"
		[[ $output == 'mine - Mine.'* ]]
		tells rows 'what jq makes of it with: .a | .[]'
		tells 'read again' 'Nothing: what was loaded does not change.'
		tells key 'There is none.'
		tells mode 'append: '
	done
	[ "$(ant tables --json ./mine.table | jq -r '.table + " " + .file')" = 'mine ./mine.table' ]
	[ "$(ant tables --tsv mine.table | cut -f 1,2)" = $'mine\tappend' ]
	[[ $(ant tables --ddl sqlite mine.table) == *'CREATE TABLE'*mine* ]]
	run -2 --separate-stderr ant tables nosuch.table
	[[ $stderr == *'nosuch.table: no such file'* ]]
	run -2 --separate-stderr ant tables 'odd name.table'
	[[ $stderr == *"odd name.table: a table file is NAME.table"* ]]
	echo 'colour red' >>mine.table
	run -2 --separate-stderr ant tables mine.table
	[[ -z $output && $stderr == *'mine.table:9: unknown directive'* ]]
}

@test "objects are unique, reports never" {
	local name
	# The feed is of objects, too: its events come at least once.  The lines of a file are as somebody wrote them: two
	# owners at once are for ant-report --check owners to tell, not for a loader to drop.
	for name in $(every | grep -vx owners); do
		[ "$(ant tables --json $name | jq -r '.unique == (.mode != "window" or .table == "compliance_activities")')" = true ] || { echo "$name"; return 1; }
	done
}

@test "ant-tables --tsv: fourteen fields a table, for scripts" {
	run -0 ant tables --tsv
	[ "$(printf '%s\n' "$output" | awk -F '\t' 'NF != 14' | wc -l)" = 0 ]
	[ "$(grep -cP '^(users|compliance_activities)\t.*\tyes$' <<<"$output")" = 2 ]
	[ "$(grep -cP '^(usage_report|cost_report)\t.*\tno$' <<<"$output")" = 2 ]
	fields() { grep "^$1"$'\t' <<<"$output" | cut -f 1-9,11; }
	[ "$(fields usage_report)" = $'usage_report\twindow\tbucket\tpage\t1d\t2023-01-01\t-\tconsole\t-\tyes' ]
	[ "$(fields usage_by_cost)" = $'usage_by_cost\twindow\tbucket\tpage\t1d\t2023-01-01\t-\t-\t-\tyes' ]
	[ "$(fields claude_code_usage)" = $'claude_code_usage\twindow\tdate\tday\t1d\t2025-01-01\t-\tconsole\t-\tyes' ]
	[ "$(fields workspace_members)" = $'workspace_members\treplace\t-\tid\t-\t-\tworkspaces\tconsole\t-\tno' ]
	[ "$(fields organization)" = $'organization\treplace\t-\tnone\t-\t-\t-\tconsole\t-\tno' ]
	[ "$(fields analytics_usage)" = $'analytics_usage\twindow\tstarting_at\tpage\t1d\t2026-01-01\t-\tconsole,enterprise\t30d\tyes' ]
	[ "$(fields compliance_review_cases)" = $'compliance_review_cases\tmerge\t-\tpage\t-\t2023-01-01\t-\tcompliance\t3d\tyes' ]
	[ "$(fields compliance_activities | cut -f 9)" = 1h ]
	[ "$(grep ^analytics_usage$'\t' <<<"$output" | cut -f 12)" = 2026-01-01,-8760h ]
	[ "$(grep ^cost_report$'\t' <<<"$output" | cut -f 12)" = - ]
	[ "$(grep ^analytics_summaries$'\t' <<<"$output" | cut -f 13)" = 366d ]
	[ "$(grep ^cost_report$'\t' <<<"$output" | cut -f 13)" = - ]
}

@test "ant-tables --tsv: tables that the same requests feed have the same crawl, all others one of their own" {
	ant tables --tsv | cut -f 1,10 >crawls
	crawl() { awk -v t="$1" '$1 == t { print $2 }' crawls; }
	[ "$(crawl owners)" = - ] # of a file
	sed -i '/^owners/d' crawls
	run -1 grep -vE '^[a-z_]+\s[0-9a-f]{16}$' crawls
	[ "$(crawl claude_code_usage)" = "$(crawl claude_code_models)" ]
	[ "$(crawl usage_report)" = "$(crawl messages_usage)" ] # whose dimensions stand in another order
	[ "$(cut -f 2 crawls | sort | uniq -d | wc -l)" = 2 ]
	# What is asked for decides, not what is made of it.
	mkdir own
	sed -e 's/^column *amount .*//' "$ROOT/lib/tables/cost_report.table" >own/a.table
	sed -e 's/^group_by .*/group_by description workspace_id/' own/a.table >own/b.table
	sed -e 's/^group_by .*/group_by description/' own/a.table >own/c.table
	sed -e '/^path/a param x=1' own/a.table >own/d.table
	sed -e '/^path/a sets enterprise' own/a.table >own/e.table # by another key, but by a key
	sed -e '/^path/a sets identity' own/a.table >own/f.table
	[ "$(ant tables -T own --tsv e a b c d cost_report f | cut -f 10 | uniq -c | awk '{ print $1 }' | paste -sd ,)" = 3,1,1,1,1 ]
}

@test "ant-tables --json: one object a line, and it says what the rows' head says" {
	local name heads=$BATS_TEST_DIRNAME/data/rows
	run -0 ant tables --json
	[ "${#lines[@]}" = "$(every | wc -l)" ]
	for name in $(every); do
		ant tables --json $name >t.json
		[ "$(jq -r '"#key\t" + ([.columns[] | select(.key).name] | join("\t"))' t.json)" = "$(grep '^#key' "$heads/$name.head")" ]
		[ "$(jq -r '"#type\t" + ([.columns[].type] | join("\t"))' t.json)" = "$(grep '^#type' "$heads/$name.head")" ]
		[ "$(jq -r '"#cols\t" + ([.columns[].name] | join("\t"))' t.json)" = "$(grep '^#cols' "$heads/$name.head")" ]
		[ "$(jq -r '.table' t.json)" = $name ]
		[ "$(jq -r '[.columns[] | select(.text == "")] | length' t.json)" = 0 ]
	done
	[ "$(ant tables --json usage_report | jq -c '[.widths[] | [.name, .limit]]')" = '[["1d",31],["1h",168],["1m",1440]]' ]
	[ "$(ant tables --json usage_report | jq -r '.group_by | length')" = 5 ]
	[ "$(ant tables --json workspaces | jq -c .params)" = '["include_archived=true","include_default=true"]' ]
}

@test "ant-tables --json: all that a file can say" {
	said() { ant tables --json "$1" | jq -c "$2"; }
	[ "$(said analytics_cost '[.sets, .headers, .params, .group_with, .dimensions]')" = '[["console","enterprise"],["anthropic-beta: analytics-usage-cost-2026-08-24"],["order_by=time","order=asc"],["cost_type","token_type"],[{"name":"actor","columns":["actor_type","actor_id","actor_provider","actor_subject"]}]]' ]
	[ "$(said analytics_cost '[.widths[-1], .width_param, .span, .oldest, .oldest_span, .lookback, .budget, .budget_rate, .window]')" = '[{"name":"1m","limit":1000,"limit_of":"rows","span":"1d"},"time_bucket_width","31d","2026-01-01T00:00:00Z","365d","30d","analytics",60,true]' ]
	[ "$(said analytics_cost '.hints[0][0:6]')" = '"HIPAA "' ]
	[ "$(said analytics_cost_report .cut)" = '{"path":".results","most":100,"table":"analytics_cost"}' ]
	[ "$(said analytics_summaries '[.from, .to, .day, .data, .watermark, .not_yet, .open_bucket]')" = '[{"param":"starting_date","form":"day"},{"param":"ending_date","form":"day"},null,"summaries","newest","not yet available",false]' ]
	[ "$(said analytics_users '[.day, .paging, .limit, .from, .oldest_span, .ignore]')" = '[{"param":"date","form":"day"},"day",1000,null,null,[".user.type"]]' ]
	[ "$(said compliance_role_permissions '[.foreach, .values, .unless]')" = '["compliance_roles",[{"name":"organization_uuid","path":"$asked.organization_uuid"},{"name":"role_id","path":".id"}],null]' ]
	[ "$(said workspace_service_accounts .unless)" = '".archived_at"' ]
	[ "$(said compliance_activities '[.lag, .lookback, .from.param, .widths, .earliest]')" = '["1m","1h","created_at.gte",[],"2023-01-01T00:00:00Z"]' ]
	[ "$(said users '[.window, .earliest, .oldest, .limit, .budget, .cut, .lookback, .watermark, .width_param, .from]')" = '[false,null,null,1000,null,null,null,null,null,null]' ]
	[ "$(said users .crawl)" = "\"$(ant tables --tsv users | cut -f 10)\"" ]
}

@test "the paths, pagings and limits are those of the reference" {
	have() { ant tables --json "$1" | jq -r '[.path, .paging, (.foreach // "-")] | join(" ")'; }
	[ "$(have organization)" = '/v1/organizations/me none -' ]
	[ "$(have users)" = '/v1/organizations/users id -' ]
	[ "$(have invites)" = '/v1/organizations/invites id -' ]
	[ "$(have workspaces)" = '/v1/organizations/workspaces id -' ]
	[ "$(have workspace_members)" = '/v1/organizations/workspaces/{}/members id workspaces' ]
	[ "$(have api_keys)" = '/v1/organizations/api_keys id -' ]
	[ "$(have usage_report)" = '/v1/organizations/usage_report/messages page -' ]
	[ "$(have messages_usage)" = '/v1/organizations/usage_report/messages page -' ]
	[ "$(have cost_report)" = '/v1/organizations/cost_report page -' ]
	[ "$(have claude_code_usage)" = '/v1/organizations/usage_report/claude_code day -' ]
	[ "$(have claude_code_models)" = '/v1/organizations/usage_report/claude_code day -' ]
	[ "$(have rate_limits)" = '/v1/organizations/rate_limits page -' ]
	[ "$(have workspace_rate_limits)" = '/v1/organizations/workspaces/{}/rate_limits page workspaces' ]
	[ "$(have analytics_usage)" = '/v1/organizations/analytics/usage page -' ]
	[ "$(have analytics_cost)" = '/v1/organizations/analytics/cost page -' ]
	[ "$(have analytics_users)" = '/v1/organizations/analytics/users day -' ]
	[ "$(have analytics_projects)" = '/v1/organizations/analytics/apps/chat/projects day -' ]
	[ "$(have analytics_summaries)" = '/v1/organizations/analytics/summaries page -' ]
	[ "$(have analytics_user_cost_report)" = '/v1/organizations/analytics/user_cost_report page -' ]
	[ "$(have spend_limits_effective)" = '/v1/organizations/spend_limits/effective page -' ]
	[ "$(have rbac_group_members)" = '/v1/organizations/rbac_groups/{rbac_group_id}/members page rbac_groups' ]
	[ "$(have rbac_role_permissions)" = '/v1/organizations/rbac_roles/{role_id}/permissions page rbac_roles' ]
	[ "$(have workspace_service_accounts)" = '/v1/organizations/workspaces/{workspace_id}/service_accounts page workspaces' ]
	[ "$(have federation_rule_workspaces)" = '/v1/organizations/federation_rules/{federation_rule_id}/workspaces page federation_rules' ]
	[ "$(have compliance_activities)" = '/v1/compliance/activities id -' ]
	[ "$(have compliance_role_permissions)" = '/v1/compliance/organizations/{organization_uuid}/roles/{role_id}/permissions page compliance_roles' ]
	[ "$(have compliance_review_cases)" = '/v1/compliance/review/cases page -' ]
}

@test "a folder of -T that is not there is status 2 in every command; one of ANT_TABLES is passed over" {
	local dir why
	echo >file
	for dir in none file; do
		why='No such file'
		[ $dir = none ] || why='not a folder'
		run -2 --separate-stderr ant tables -T $dir
		[[ -z $output && $stderr == "ant-tables: -T $dir: $why"* ]]
		run -2 --separate-stderr ant flatten -T $dir -t users </dev/null
		[[ -z $output && $stderr == "ant-flatten: -T $dir: $why"* ]]
		ANTHROPIC_ADMIN_KEY=x run -2 --separate-stderr ant fetch --tables $dir users
		[[ -z $output && $stderr == "ant-fetch: -T $dir: $why"* ]]
	done
	ANT_TABLES=none:$PWD/none run -0 ant tables --names users
}

# wrong LINE MESSAGE - the table file on stdin is refused with it, by both commands
wrong() {
	cat >tables/t.table
	run -2 --separate-stderr ant tables -T tables t
	[[ $stderr == *"tables/t.table:$1: "*"$2"* && -z $output ]] || { echo "$stderr"; return 1; }
	run -2 --separate-stderr ant flatten -T tables -t t </dev/null
	[[ $stderr == *"tables/t.table:$1: "*"$2"* ]] || { echo "$stderr"; return 1; }
}

one() { printf 'path /v1/t\ncolumn a text key = .a\n%s\n' "$1"; }

@test "table file: every wrong directive is told by file and line" {
	one 'colour red' | wrong 3 "unknown directive 'colour'"
	one 'path /v1/u' | wrong 3 "given twice: 'path'"
	one 'path' | wrong 3 path
	one 'paging pages' | wrong 3 "paging is one of none, page, id, day; not 'pages'"
	one $'paging id\npaging id' | wrong 4 "given twice: 'paging'"
	one 'paging id x' | wrong 3 "unexpected 'x'"
	one 'limit 0' | wrong 3 "not a whole number from 1 to 1000000: '0'"
	one 'limit 1e3' | wrong 3 "'1e3'"
	one 'limit' | wrong 3 limit
	one $'limit 5\nlimit 5' | wrong 4 "given twice: 'limit'"
	one 'width' | wrong 3 'width needs a name'
	one 'width 7h limit=3' | wrong 3 "a span that divides a day"
	one 'width 1w limit=3' | wrong 3 "'1w'"
	one 'width 1d limit=x' | wrong 3 "'x'"
	one $'paging page\nwidth 1d limit=3\nwidth 1d limit=3' | wrong 5 "given twice: width '1d'"
	one 'width 1d limit=3' | wrong 3 'width goes with paging page only'
	one 'group_by' | wrong 3 "value missing behind 'group_by'"
	one $'group_by a\ngroup_by b' | wrong 4 "given twice: 'group_by'"
	one 'mode upsert' | wrong 3 "not 'upsert'"
	one 'mode window' | wrong 3 "mode window"
	one $'paging day\nmode window a' | wrong 4 "a column of type timestamptz or date; not 'a'"
	one $'paging day\nmode window nosuch' | wrong 4 "nosuch"
	one $'column d date = .d\nmode window d' | wrong 4 'mode window needs a width, from and to, or paging day'
	one $'mode append\nmode append' | wrong 4 "given twice: 'mode'"
	one 'rows' | wrong 3 "value missing behind 'rows'"
	one $'rows .a[]\nrows .b[]' | wrong 4 "given twice: 'rows'"
	one 'foreach workspaces .id' | wrong 3 'foreach and {} in the path need one another'
	one 'foreach workspaces' | wrong 3 "value missing behind 'foreach'"
	one 'foreach ../x .id' | wrong 3 "not a table name: '../x'"
	one 'param x' | wrong 3 "param is NAME=VALUE; not 'x'"
	one 'param =x' | wrong 3 "'=x'"
	one 'earliest soon' | wrong 3 "'soon'"
	one 'earliest 2025-02-29' | wrong 3 "'2025-02-29'"
	one $'earliest 2025-01-01\nearliest 2025-01-01' | wrong 4 "given twice: 'earliest'"
	one 'open_bucket maybe' | wrong 3 "yes or no; not 'maybe'"
	one $'open_bucket no\nopen_bucket no' | wrong 4 "given twice: 'open_bucket'"
	one 'ignore' | wrong 3 "value missing behind 'ignore'"
	one 'ignore .a x' | wrong 3 "not 'x'"
	one 'ignore .a|.b' | wrong 3 ".a|.b"
	one 'unique id' | wrong 3 "unexpected 'id'"
	one $'unique\nunique' | wrong 4 "given twice: 'unique'"
	printf 'path /v1/t\nunique\nmode append\ncolumn a text = .a\n' | wrong 4 'unique needs a column that is of the key'
}

@test "table file: every wrong directive of how it is asked for is told by file and line" {
	one 'sets' | wrong 3 "value missing behind 'sets'"
	one $'sets a\nsets b' | wrong 4 "given twice: 'sets'"
	one 'sets a b-c' | wrong 3 "not the name of a set: 'b-c'"
	one 'sets a all' | wrong 3 "not the name of a set: 'all'"
	one 'sets none a' | wrong 3 "not the name of a set: 'none'"
	one 'opened_by none' | wrong 3 "not the name of a set: 'none'"
	one 'opened_by' | wrong 3 "value missing behind 'opened_by'"
	one $'opened_by a\nopened_by b' | wrong 4 "given twice: 'opened_by'"
	one 'opened_by b-c' | wrong 3 "not the name of a set: 'b-c'"
	one 'header anthropic-beta' | wrong 3 'header is NAME: VALUE'
	one 'header Anthropic-Beta: x' | wrong 3 'in small letters'
	one 'header : x' | wrong 3 'header is NAME: VALUE'
	one $'header a: b\tc' | wrong 3 'a character that no header has'
	one 'header a: é' | wrong 3 'a character that no header has'
	one 'header x-api-key: x' | wrong 3 'ant-fetch sends itself'
	one 'header authorization: x' | wrong 3 'ant-fetch sends itself'
	one 'header anthropic-version: x' | wrong 3 'ant-fetch sends itself'
	one 'data' | wrong 3 "value missing behind 'data'"
	one $'data a\ndata b' | wrong 4 "given twice: 'data'"
	one 'data a b' | wrong 3 "unexpected 'b'"
	one 'budget' | wrong 3 "value missing behind 'budget'"
	one 'budget a-b 6' | wrong 3 "not the name of a budget: 'a-b'"
	one 'budget a' | wrong 3 'budget needs a name and requests a minute'
	one 'budget a 0' | wrong 3 "not a whole number from 1 to 1000000: '0'"
	one 'budget a 6 7' | wrong 3 "unexpected '7'"
	one $'budget a 6\nbudget b 6' | wrong 4 "given twice: 'budget'"
	one 'cut' | wrong 3 "value missing behind 'cut'"
	one 'cut results 100 t' | wrong 3 'cut takes a path such as .results'
	one 'cut .a[].b 100 t' | wrong 3 'cut takes the path of a member'
	one 'cut .a.b 100 t' | wrong 3 'cut takes the path of a member'
	one 'cut .results' | wrong 3 'cut needs a path, a number and the table that has all'
	one 'cut .results x t' | wrong 3 "'x'"
	one 'cut .results 100' | wrong 3 "value missing behind 'cut'"
	one 'hint' | wrong 3 'hint needs a word'
	one 'hint HIPAA' | wrong 3 'hint needs a word'
	one 'foreach u a' | wrong 3 "foreach takes paths such as .id and \$asked.id; not 'a'"
	one 'foreach u a=.b[]' | wrong 3 "not '.b[]'"
	one 'foreach u a=.' | wrong 3 "not '.'"
	one 'foreach u a=.a b=.b c=.c d=.d e=.e' | wrong 3 'more than four values'
	one 'foreach u a=.a unless' | wrong 3 "value missing behind 'unless'"
	one 'foreach u a=.a unless x' | wrong 3 "not 'x'"
	one 'foreach u a=.a unless .b .c' | wrong 3 "unexpected '.c'"
	# Of these the record's own reader knows nothing: all records would be passed over, or none.
	for path in '$record.a' '.["a"]' '."a"' '.a.' '$asked' '$askeda' ".$(printf 'x%.0s' {1..64})"; do
		one "foreach u a=.a unless $path" | wrong 3 "foreach takes paths such as .id and \$asked.id; not '$path'"
		one "foreach u a=$path" | wrong 3 "not '$path'"
	done
	printf 'path /v1/{a\nforeach u a=.id\ncolumn a text = .a\n' | wrong 3 "a { without its } in path '/v1/{a'"
	printf 'path /v1/{a}/{\nforeach u a=.id .id\ncolumn a text = .a\n' | wrong 3 "a { without its } in path '/v1/{a}/{'"
	printf 'path /v1/{a}/{a}/t\nforeach u a=.id b=.id\ncolumn a text = .a\n' | wrong 3 'foreach and {} in the path need one another'
	printf 'path /v1/{a}/t\nforeach u b=.id\ncolumn a text = .a\n' | wrong 3 'foreach and {} in the path need one another'
	printf 'path /v1/{a}/t\nforeach u a=.id b=.id\ncolumn a text = .a\n' | wrong 3 'foreach and {} in the path need one another'
	printf 'path /v1/{a}/t\nforeach u a=.id\npaging page\nfrom f\nto g\ncolumn a text = .a\n' | wrong 6 'foreach goes without a window'
}

@test "table file: every wrong directive of the window is told by file and line" {
	one 'from' | wrong 3 "value missing behind 'from'"
	one 'from a hour' | wrong 3 "or with \`day\` as a day; not 'hour'"
	one 'from a day b' | wrong 3 "unexpected 'b'"
	one $'from a\nfrom b' | wrong 4 "given twice: 'from'"
	one $'paging page\nfrom a' | wrong 4 'from and to need one another'
	one $'paging page\nto a' | wrong 4 'from and to need one another'
	one $'paging page\nfrom a day\nto b' | wrong 5 'from and to need the same form'
	one 'day' | wrong 3 "value missing behind 'day'"
	one 'day a b' | wrong 3 "unexpected 'b'"
	one $'paging id\nday a' | wrong 4 'day goes with paging page only'
	one $'paging day\nday a' | wrong 4 "given twice: 'day'"
	one $'paging page\nday a\nwidth 1d' | wrong 5 'day goes without width, from and to'
	one $'paging page\nday a\nfrom b\nto c' | wrong 6 'day goes without width, from and to'
	one $'paging page\nwidth 1d rows=x' | wrong 4 "'x'"
	one $'paging page\nwidth 1d rows=3 limit=3' | wrong 4 "width takes one limit; not 'limit=3'"
	one $'paging page\nwidth 1d span=soon' | wrong 4 "span= needs a span such as 1d: 'span=soon'"
	one $'paging page\nwidth 1d span=1d span=1d' | wrong 4 'span= needs a span'
	one $'paging page\nwidth 1d page=3' | wrong 4 "width takes limit=N or rows=N, and span=SPAN; not 'page=3'"
	one $'width_param a' | wrong 3 'width_param needs a width'
	one $'width_param a\nwidth_param b' | wrong 4 "given twice: 'width_param'"
	one 'group_with' | wrong 3 "value missing behind 'group_with'"
	one 'group_most' | wrong 3 "value missing behind 'group_most'"
	one 'group_most five' | wrong 3 "'five'"
	one $'group_most 5\ngroup_most 5' | wrong 4 "given twice: 'group_most'"
	one 'dimension' | wrong 3 'dimension needs a name and its columns'
	one 'dimension d' | wrong 3 "value missing behind 'dimension'"
	one $'dimension d a\ndimension d a' | wrong 4 "given twice: dimension 'd'"
	one 'dimension d b' | wrong 3 "dimension: no column 'b'"
	one 'oldest' | wrong 3 "value missing behind 'oldest'"
	one 'oldest soon' | wrong 3 "oldest is a day, YYYY-MM-DD, or a span such as 365d; not 'soon'"
	one 'oldest 2026-01-01 0' | wrong 3 "not '0'"
	one $'oldest 1d\noldest 1d' | wrong 4 "given twice: 'oldest'"
	local span
	for span in span lag lookback; do
		one $span | wrong 3 "value missing behind '$span'"
		one "$span 3" | wrong 3 "not a span of time such as 30d, 1h or 1m: '3'"
		one "$span 3d 4d" | wrong 3 "unexpected '4d'"
		one "$span 3d"$'\n'"$span 3d" | wrong 4 "given twice: '$span'"
	done
	one 'not_yet' | wrong 3 "value missing behind 'not_yet'"
	one $'not_yet a\nnot_yet b' | wrong 4 "given twice: 'not_yet'"
	one 'watermark' | wrong 3 'watermark is newest'
	one 'watermark oldest' | wrong 3 "watermark is newest; not 'oldest'"
	one 'watermark newest x' | wrong 3 "unexpected 'x'"
	one 'span 0d' | wrong 3 'span is longer than nothing'
	for span in 'oldest 2026-01-01' 'oldest 30d' 'span 3d' 'lag 1m' 'lookback 3d' 'open_bucket no' 'not_yet x' 'watermark newest'; do
		one "$span" | wrong 3 "a window (width, from and to, or day) is needed by '${span%% *}'"
	done
	one $'paging page\nwidth 1d limit=3\ngroup_by a b\ngroup_most 1' | wrong 6 'group_by has more than group_most says'
}

@test "the files that the manual and the README show are table files, and every column of them runs" {
	local page n=0
	mkdir shown
	for page in man/anthill-table.5 README.md; do
		awk '/^\.Bd -literal|^```$/ { if (!on) { on = 1; n++; next } } /^\.Ed|^```/ { on = 0 } on { print > sprintf("shown/%s%d.table", name, n) }' \
			name="$(tr -cd a-z <<<"${page##*/}")" "$ROOT/$page"
	done
	for page in $(grep -l '^path ' shown/*.table); do
		run -0 ant tables "$page"
		ANT_TABLES=shown run -0 ant flatten -t "$(basename "$page" .table)" --explain </dev/null
		n=$((n + 1))
	done
	[ "$n" = 5 ]
}

@test "table file: parents in a circle, or too many of them, are told by the command that asks them" {
	local t
	printf 'path /v1/{}/a\nforeach b .id\ncolumn id text key = .id\n' >tables/a.table
	printf 'path /v1/{}/b\nforeach a .id\ncolumn id text key = .id\n' >tables/b.table
	ANTHROPIC_ADMIN_KEY=x run -2 --separate-stderr ant fetch -T tables a
	[[ $stderr == *'in a circle'* ]]
	printf 'path /v1/{}/c\nforeach nosuch .id\ncolumn id text key = .id\n' >tables/c.table
	ANTHROPIC_ADMIN_KEY=x run -2 --separate-stderr ant fetch -T tables c
	[[ $stderr == *"unknown table 'nosuch'"* ]]
}

@test "table file: every wrong column and what only the whole file can tell" {
	one 'column b text .b' | wrong 3 'column needs NAME TYPE = JQ'
	one 'column b = .b' | wrong 3 'column needs NAME TYPE = JQ'
	one 'column b text =' | wrong 3 'column needs NAME TYPE = JQ'
	one 'column b string = .b' | wrong 3 "not 'string'"
	one 'column b text keys = .b' | wrong 3 "unexpected 'keys'"
	one 'column b text key x = .b' | wrong 3 "unexpected 'x'"
	one 'column a text = .b' | wrong 3 "given twice: column 'a'"
	one 'column 1b text = .b' | wrong 3 "not a column name: '1b'"
	one 'column b-c text = .b' | wrong 3 "not a column name: 'b-c'"
	one "column $(printf 'x%.0s' {1..64}) text = .b" | wrong 3 'not a column name'
	one "# $(printf 'x%.0s' {1..8200})" | wrong 3 'line too long'
	: | wrong 1 'no path'
	printf 'column a text = .a\n' | wrong 1 'no path'
	printf 'path /v1/t\n' | wrong 1 'no column'
	printf 'path v1/t\ncolumn a text = .a\n' | wrong 1 "start with /"
	printf 'path /v1/t?x=1\ncolumn a text = .a\n' | wrong 1 "hold no query"
	printf 'path /v1/{}/t\ncolumn a text = .a\n' | wrong 2 'foreach and {} in the path'
	printf 'path /v1/{}/t\nforeach t .id\ncolumn a text = .a\n' | wrong 3 'foreach of the table itself'
	{ echo 'path /v1/t'; for n in {1..501}; do echo "column c$n text = .c"; done; } | wrong 502 'more than 500 columns'
	printf 'path /v1/t\ncolumn a text = \0\n' | wrong 2 'NUL'
}

@test "table file: an expression that is no jq is told by its line, by the command that runs it" {
	printf 'path /v1/t\nmode append\ncolumn a text = .a\ncolumn b text = .b |\n' >tables/t.table
	run -2 --separate-stderr ant flatten -T tables -t t --mode append </dev/null
	[[ $stderr == *'tables/t.table:4: column b: '*syntax* ]]
	printf 'path /v1/t\nrows .a | nosuch\ncolumn a text = .a\n' >tables/t.table
	run -2 --separate-stderr ant flatten -T tables -t t --mode append </dev/null
	[[ $stderr == *'tables/t.table:2: rows: '*nosuch* ]]
}

@test "table file: comments, strings with #, CRLF and a missing last newline" {
	printf '# The first line,\r\n#  the second.\r\n\r\n# no part of it\r\npath /v1/t # x\r\nmode append\r\ncolumn a text = .a // "#\\"#" # A text.\r\ncolumn b text = .b' >tables/t.table
	[ "$(ant tables -T tables --json t | jq -c '[.text, .path, [.columns[] | [.jq, .text]]]')" = '["The first line, the second.","/v1/t",[[".a // \"#\\\"#\"","A text."],[".b",""]]]' ]
	run -0 bash -c 'ant flatten -T tables -t t --mode append <<<"{}" | grep -v "^#" '
	[ "$output" = $'\\#"#\t\\N' ]
}

@test "table file: rows and columns of jq beyond the native grammar give the same kinds of rows" {
	cat >tables/t.table <<-'E'
		path /v1/t
		mode append
		rows .items[] | select(.on)
		column n bigint = .n + 1
		column w text = $record.who | ascii_upcase
		column s numeric = sum(.l[])
		column m text = list(.m[].x)
	E
	printf '{"who":"ada","items":[{"on":true,"n":1,"l":[1,"2.5"],"m":[{"x":"a"},{"x":"b"}]},{"on":false},{"on":1,"n":2}]}' >in
	run -0 bash -c 'ant flatten -T tables -t t --mode append <in | grep -v "^#"'
	[ "$output" = $'2\tADA\t3.5\ta,b\n3\tADA\t\\N\t\\N' ]
	run -2 --separate-stderr ant flatten -T tables -t t --mode append --engine native <in
	[[ $stderr == *'libjq'* ]]
}

@test "the search path: -T before ANT_TABLES before the suite's own; the first that has the file wins" {
	mkdir one two
	for d in one two; do printf '# From %s.\npath /v1/u\ncolumn id text key = .id\n' $d >$d/users.table; done
	[[ $(ant tables users) == *'Members of the organization'* ]]
	[[ $(ANT_TABLES=nosuch:two ant tables users) == *'From two.'* ]]
	[[ $(ANT_TABLES=two ant tables -T one users) == *'From one.'* ]]
	[[ $(ant tables -T two -T one users) == *'From two.'* ]]
	diff <(every) <(ant tables -T one --names)
	: >one/odd-name.table
	: >one/.table
	diff <(every) <(ant tables -T one --names)
}

@test "an unknown table is answered with those there are, and nothing is printed" {
	run -2 --separate-stderr ant tables users nosuch
	[ "$output" = '' ]
	[[ $stderr == *"unknown table 'nosuch'"*api_keys*workspaces* ]]
	run -2 ant tables ../users
	run -2 ant tables ''
	printf 'path\n' >tables/broken.table
	run -2 --separate-stderr ant tables -T tables --json
	[ "$output" = '' ]
	[[ $stderr == *'tables/broken.table:1: '* ]]
}

@test "a table file that cannot be read or is too large is refused" {
	mkdir tables/t.table
	run -2 --separate-stderr ant tables -T tables t
	[[ $stderr == *tables/t.table* ]]
	rmdir tables/t.table
	{ printf 'path /v1/t\ncolumn a text = .a\n'; yes '# filler' | head -c 1100000; } >tables/t.table
	run -2 --separate-stderr ant tables -T tables t
	[[ $stderr == *tables/t.table* ]]
}

@test "options: one form only, a full disk is a failure" {
	run -2 --separate-stderr ant tables --json --tsv
	[[ $stderr == *'only one of'* ]]
	run -2 ant tables --nosuch
	run -0 ant tables --help
	[[ $output == 'usage: ant-tables'* ]]
	run -1 bash -c 'ant tables >/dev/full'
	run -1 bash -c 'ant tables --json >/dev/full'
}

@test "ant-tables --near: the guess of the commands' own messages, for scripts" {
	run -0 ant tables --near usage_reprot
	[ "$output" = usage_report ]
	run -0 ant tables --near zebra
	[ "$output" = '' ]
	run -0 ant tables --near=sorce-uri -- source-uri source-table dest-uri
	[ "$output" = source-uri ]
	run -0 ant tables --near --sorce -- --dest --source # a word may look like an option
	[ "$output" = --source ]
	cp "$BATS_TEST_DIRNAME/../lib/tables/users.table" tables/colleagues.table
	ANT_TABLES=$PWD/tables run -0 ant tables --near coleagues
	[ "$output" = colleagues ]
	run -2 ant tables --near a --names
}
