# ant-flatten: golden rows, streams, plain JSON, options, types and limits.
load lib/helper
load lib/golden

each_setup() {
	mkdir -p tables
	export ANT_TABLES=$PWD/tables
}

# own NAME LINE... - a table file of these lines, with a path
own() {
	local name=$1
	shift
	{ echo "path /v1/$name"; printf '%s\n' "$@"; } >"tables/$name.table"
}

# stream TABLE [MEMBERS] - a complete record stream of the lines on stdin
stream() {
	local line n=0
	printf '{"@ant":"begin","version":1,"table":"%s"%s}\n' "$1" "${2:+,$2}"
	while IFS= read -r line; do
		printf '%s\n' "$line"
		n=$((n + 1))
	done
	printf '{"@ant":"end","records":%d,"pages":1}\n' "$n"
}

# cells ARG... - the rows alone; fails as ant-flatten does
cells() (
	set -o pipefail
	ant flatten "$@" | { grep -v '^#' || :; }
)

# value TYPE JSON - what becomes of one value
value() {
	own value 'mode append' "column v $1 = .v"
	printf '{"v":%s}\n' "$2" | stream value | cells
}

is_row() { # ROW - the value that $output must be
	[ "$status" = 0 ] && [ "$output" = "$1" ] || { echo "status $status, <$output>, not <$1>"; return 1; }
}

in_window='"from":"2026-08-01T00:00:00Z","to":"2026-08-12T00:00:00Z","width":"1d"'

# ---- golden rows ------------------------------------------------------------------------

# golden NAME COUNT - for each file of rows/NAME*: the answer gives exactly these rows, with both engines, and no field is unread
golden() {
	local name table seen=0 engine
	for name in $(golden_names "$1"); do
		table=${name##*.}
		answer "$name" >in
		for engine in auto native jq; do
			# libjq rounds no number here: all are small, or money kept as text
			ant flatten -t "$table" --engine $engine <in >have 2>said
			[[ $name == *.UN* ]] || [ "$(grep -c 'read by no column' said)" = 0 ] || { cat said; return 1; }
			cat "$DATA/rows/$table.head" "$DATA/rows/$name.rows" >want
			[ $engine != jq ] || sed -i -E 's/([0-9])[.]0\b/\1/g' want have # a double's text is jq's own
			diff -u want have || return 1
		done
		seen=$((seen + 1))
	done
	[ "$seen" = "$2" ]
}

@test "golden rows: organization, users, invites" { golden organization. 1; golden users. 3; golden invites. 3; }

@test "golden rows: workspaces, their members, API keys" {
	golden workspaces. 3
	golden workspace_members. 3
	golden api_keys. 5
}

@test "golden rows: usage_report, messages_usage, usage_by_cost and usage_report_total" { golden usage_report_messages. 19; }

@test "golden rows: claude_code_usage and claude_code_models" { golden claude_code. 10; }

@test "golden rows: cost_report and cost_report_total, rate limits" {
	golden cost_report. 4
	golden rate_limits. 2
	golden workspace_rate_limits. 3
}

@test "golden rows: analytics of usage and cost, all rows of null actors, and the legacy reports" {
	golden analytics_usage. 4
	golden analytics_cost. 4
	[ "$(grep -v '^#' "$DATA/rows/analytics_usage.page2-last.analytics_usage.rows" | cut -f 1-27 | sort | uniq -d | wc -l)" = 1 ]
	golden analytics_usage_report. 1
	golden analytics_cost_report. 2
	golden analytics_user_usage_report. 1
	golden analytics_user_cost_report. 2
}

@test "golden rows: activity, with the day that was asked for" {
	golden analytics_users. 2
	golden analytics_skills. 1
	golden analytics_connectors. 1
	golden analytics_plugins. 1
	golden analytics_projects. 1
	golden analytics_artifacts. 1
	golden analytics_summaries. 1
}

@test "golden rows: spend limits, groups and roles, plugins, external keys" {
	golden spend_ 4
	golden rbac_ 4
	golden plugin 2
	golden external_keys. 1
}

@test "golden rows: service accounts and federation" {
	golden service_account 2
	golden workspace_service_accounts. 1
	golden federation_ 3
}

@test "golden rows: the Compliance API, with the ids of the path, times without a zone as UTC" {
	golden compliance_ 8
	grep -q $'T[0-9:]*Z\t' "$DATA/rows/compliance_groups.page1.compliance_groups.rows"
	[ "$(grep -c 'T[0-9:]*"' "$DATA/api/compliance_groups.page1.json")" -gt 0 ]
}

@test "golden rows: every table has some" {
	local t
	for t in $(ant tables --names); do
		[ -e "$DATA/rows/$t.head" ] || { echo "$t"; false; }
		[ "$t" = owners ] || golden_names | grep -q "[.]$t\$" || { echo "$t"; false; } # whose rows are in charge.bats
	done
}

@test "golden rows: as a record stream, minified, the same rows" {
	local name table
	for name in claude_code.2026-08-10.page1.claude_code_usage usage_report_messages.page1.usage_report cost_report.page1.cost_report; do
		table=${name##*.}
		jq -c '.data[]' "$DATA/api/${name%.*}.json" | stream "$table" "$in_window" | ant flatten >have
		diff -u <(grep -v '^#' "$DATA/rows/$name.rows") <(grep -v '^#' have)
	done
}

@test "an error answer of the API is refused and told, and gives no row" {
	local file n=0
	for file in "$DATA"/api/error.*.json; do
		run -5 --separate-stderr ant flatten -t users <"$file"
		[[ $stderr == *'stdin:1: an error answer of the API'*"$(jq -r .error.type "$file")"* ]]
		[[ $output != *'#end'* ]]
		n=$((n + 1))
	done
	[ "$n" = 15 ]
}

@test "money is exact: the decimal texts of a grouped report sum up to those of the ungrouped" {
	# In ten-millionths of a cent, so that awk's integers do; bc would be one more tool.
	total() { cells -q -t cost_report --select amount_cents --mode append <"$1" | awk '{ split($1 ".", p, "."); f = substr(p[2] "0000000", 1, 7); s += p[1] * 10000000 + f } END { printf "%.0f\n", s }'; }
	[ "$(total "$DATA/api/cost_report.page1.json")" = 415204511325 ]
	[ "$(total "$DATA/api/cost_report.page2-last.json")" = 2585000000 ]
	[ "$(total "$DATA/api/cost_report.ungrouped.json")" = 417789511325 ]
}

# ---- streams ----------------------------------------------------------------------------

@test "stream: window, key, watermark and count travel to the rows" {
	{
		echo '{"@ant":"begin","version":1,"table":"claude_code_usage","from":"2026-08-10T00:00:00Z","to":"2026-08-11T00:00:00Z","width":"1d"}'
		jq -c '.data[]' "$DATA/api/claude_code.2026-08-10.page1.json"
		echo '{"@ant":"end","records":3,"pages":1,"watermark":"2026-08-11T00:00:00Z"}'
	} >in
	ant flatten <in >out
	[ "$(sed -n 1p out)" = $'#ant-rows\t1\tclaude_code_usage' ]
	[ "$(sed -n 2p out)" = $'#mode\twindow\tdate\t2026-08-10T00:00:00Z\t2026-08-11T00:00:00Z' ]
	[ "$(sed -n 3p out)" = "$(sed -n 3p "$DATA/rows/claude_code_usage.head")" ]
	[ "$(tail -n 1 out)" = $'#end\t3\t2026-08-11T00:00:00Z' ]
	jq -c . in | ant flatten >out2
	cmp out out2
	sed 's/^{"@ant":/{ "@ant" : /; s/$/\r/' in | ant flatten >out3
	cmp out out3
	jq . in >pretty
	run -5 ant flatten <pretty
}

@test "stream: an object table is replaced, and none of its records is a complete stream" {
	run -0 ant flatten <<-E
		{"@ant":"begin","version":1,"table":"users"}
		{"@ant":"end","records":0,"pages":1}
	E
	[ "${lines[1]}" = $'#mode\treplace' ]
	[ "${lines[2]}" = $'#key\tid' ]
	[ "${lines[-1]}" = $'#end\t0\t\\N' ]
}

# broken MESSAGE - stdin is refused with it, and no trailer comes out
broken() {
	run -5 --separate-stderr ant flatten
	[[ $stderr == *"$1"* ]] || { echo "$stderr"; return 1; }
	[[ $output != *'#end'* ]]
}

begin='{"@ant":"begin","version":1,"table":"users"}'
user='{"id":"user_1","email":"a@b.c"}'
end1='{"@ant":"end","records":1,"pages":1}'

@test "stream: what is not whole is refused: no end, wrong count, text behind it, a cut line" {
	printf '%s\n' "$begin" "$user" | broken 'stdin:2: no end line'
	printf '%s\n' "$begin" | broken 'stdin:1: no end line'
	printf '%s\n' "$begin" "$user" "$user" "$end1" | broken 'stdin:4: the end line counts 1 records, 2 arrived'
	printf '%s\n' "$begin" "$end1" | broken 'counts 1 records, 0 arrived'
	printf '%s\n' "$begin" "$user" "$end1" "$end1" | broken 'stdin:4: text behind the end line'
	printf '%s\n' "$begin" "$user" "$end1" '' | broken 'stdin:4: text behind the end line'
	printf '%s\n%s\n%s' "$begin" "$user" "$end1" | broken 'stdin:3: the line is cut off'
	printf '%s\n%s' "$begin" '{"id":"user_1"' | broken 'stdin:2: the line is cut off'
	printf '%s' "$begin" | broken 'stdin:1: the line is cut off'
	printf '%s\n' "$begin" "$begin" "$user" "$end1" | broken 'stdin:2: unexpected control line'
	printf '%s\n' "$begin" '{"@ant":"pause"}' "$user" "$end1" | broken 'stdin:2: unexpected control line'
	printf '%s\n' "$begin" '' "$end1" | broken 'stdin:2:1: the text ends where a value should stand'
	printf '%s\n' "$begin" "$user$user" "$end1" | broken 'stdin:2:32: text behind the value'
	printf '%s\n' "$begin" "$user" '{"@ant":"end","records":1}' | broken 'stdin:3: '
	printf '%s\n' "$begin" "$user" '{"@ant":"end","records":-1,"pages":1}' | broken 'stdin:3: '
	printf '%s\n' "$begin" "$user" '{"@ant":"end","records":1,"pages":1' | broken 'stdin:3: '
	printf '%s\n' "$user" "$end1" | broken 'stdin:1: no begin line'
	: | broken 'stdin: empty'
	printf 'x' | broken 'stdin:1: '
}

@test "stream: cut at any byte, it is refused" {
	printf '%s\n' "$begin" "$user" "$end1" >in
	local at size # not i, which run uses
	size=$(wc -c <in)
	for ((at = 0; at < size; at += 7)); do
		run -5 ant flatten < <(head -c "$at" in)
		[[ $output != *'#end'* ]]
	done
	run -5 ant flatten < <(head -c "$((size - 1))" in)
	run -0 ant flatten <in
}

@test "stream: an unknown version or table is refused, and the tables are listed" {
	printf '%s\n' '{"@ant":"begin","version":2,"table":"users"}' "$end1" | broken 'version 2'
	printf '%s\n' '{"@ant":"begin","table":"users"}' "$end1" | broken 'stdin:1: '
	printf '%s\n' '{"@ant":"begin","version":1}' "$end1" | broken 'stdin:1: '
	printf '%s\n' '{"@ant":"begin","version":1,"table":"usage_report","from":"2026-08-01T00:00:00Z"}' "$end1" | broken 'window'
	printf '%s\n' '{"@ant":"begin","version":1,"table":"usage_report"}' "$end1" | broken 'no window'
	run -2 --separate-stderr ant flatten <<<'{"@ant":"begin","version":1,"table":"usage"}'
	[[ $stderr == *"unknown table 'usage'"*usage_report*users* ]]
	run -2 ant flatten <<<'{"@ant":"begin","version":1,"table":"../users"}'
	run -2 ant flatten -t nosuch </dev/null
}

@test "stream: -t takes another table of the same endpoint, no other one" {
	jq -c '.data[]' "$DATA/api/usage_report_messages.page1.json" |
		stream usage_report "$in_window" >in
	ant flatten -t messages_usage <in >out
	diff <(grep -v '^#' out) <(grep -v '^#' "$DATA/rows/usage_report_messages.page1.messages_usage.rows")
	[ "$(sed -n 2p out)" = $'#mode\twindow\tstarting_at\t2026-08-01T00:00:00Z\t2026-08-12T00:00:00Z' ]
	run -2 --separate-stderr ant flatten -t cost_report <in
	[[ $stderr == *usage_report*'another endpoint'* ]]
}

@test "key: the time column and the dimensions that were asked for" {
	key() { stream "$1" "$in_window${2:+,\"group_by\":$2}" </dev/null | ant flatten | grep '^#key'; }
	[ "$(key usage_report)" = $'#key\tbucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window' ]
	[ "$(key usage_report '[]')" = $'#key\tbucket' ]
	[ "$(key usage_report '["model"]')" = $'#key\tbucket\tmodel' ]
	[ "$(key usage_report '["inference_geo","account_id"]')" = $'#key\tbucket\tinference_geo\taccount_id' ]
	[ "$(key claude_code_models)" = "$(sed -n 3p "$DATA/rows/claude_code_models.head")" ]
	stream usage_report "$in_window,\"group_by\":[\"speed\"]" </dev/null >in
	run -2 --separate-stderr ant flatten <in
	[[ $stderr == *"grouped by 'speed'"*--add* ]]
	run -0 ant flatten --add 'speed text = .speed' <in
	[[ $output == *$'#key\tbucket\tspeed'* ]]
}

@test "key: a dimension that several columns hold, alone, beside one of its columns, and those always asked for" {
	key() { stream "$1" "$in_window${2:+,\"group_by\":$2}" </dev/null | ant flatten | grep '^#key'; }
	local actor=$'\tactor_type\tactor_id\tactor_provider\tactor_subject'
	[ "$(key analytics_usage)" = $'#key\tstarting_at'"$actor"$'\tapi_key_id\tmodel\tproduct\tworkspace_id' ]
	[ "$(key analytics_usage '["actor","model"]')" = $'#key\tstarting_at'"$actor"$'\tmodel' ]
	[ "$(key analytics_usage '["actor_type","model"]')" = $'#key\tstarting_at\tactor_type\tmodel' ]
	[ "$(key analytics_usage '["actor_type","actor"]')" = $'#key\tstarting_at'"$actor" ]
	[ "$(key analytics_usage '["session_id"]')" = $'#key\tstarting_at\tsession_id' ]
	[ "$(key analytics_usage '[]')" = $'#key\tstarting_at' ]
	[ "$(key analytics_cost '["product","cost_type","token_type"]')" = $'#key\tstarting_at\tproduct\tcost_type\ttoken_type' ]
	[ "$(key analytics_user_cost_report '["model"]')" = $'#key\tactor_id\tstarting_at\tmodel' ]
	stream analytics_usage "$in_window,\"group_by\":[\"actor\",\"mood\"]" </dev/null >in
	run -2 --separate-stderr ant flatten <in
	[[ $stderr == *"grouped by 'mood'"*--add* ]]
	# A dimension has columns alone: --add can say what it leads to, and its own name is a column, too.
	own d 'width 1d' 'paging page' 'group_by who' 'dimension who name' 'mode window day' 'column day timestamptz key = .day' 'column name text key = .who.name' 'column n bigint = .n'
	[ "$(key d '["who"]')" = $'#key\tday\tname' ]
	[ "$(key d '[]')" = $'#key\tday' ]
	own d 'width 1d' 'paging page' 'group_by who' 'dimension who name mail' 'column day timestamptz key = .day' 'column name text key = .who.name'
	run -2 --separate-stderr ant flatten -t d <<<'{"day":"2026-08-10"}'
	[[ $stderr == *"d.table:5: dimension: no column 'mail'"* ]]
}

@test "asked: what a record was asked for with is read as \$asked, in both engines, and is no unread field" {
	local engine
	own t 'paging page' 'day date' 'mode window date' 'column date date key = $asked.date' 'column id text key = .id' 'column n bigint = $asked.n'
	printf '%s\n' '{"@asked":{"date":"2026-08-10"},"id":"a","odd":1}' '{"id":"b","@asked":{"date":"2026-08-11","n":5}}' '{"@asked":null,"id":"c"}' '{"id":"d"}' | stream t "$in_window" >in
	for engine in auto native jq; do
		run -0 --separate-stderr ant flatten --engine $engine <in
		[ "$(grep -v '^#' <<<"$output")" = $'2026-08-10\ta\t\\N\n2026-08-11\tb\t5\n\\N\tc\t\\N\n\\N\td\t\\N' ]
		[[ $stderr == *odd* ]]
		[[ $stderr != *asked* ]]
		# In options, too, and where no column reads it.
		run -0 --separate-stderr ant flatten --engine $engine --mode append --select id --where '$asked.date == "2026-08-11"' <in
		[ "$(grep -v '^#' <<<"$output")" = b ]
		run -0 --separate-stderr ant flatten --engine $engine --mode append --select id --add 'day text = $asked.date' <in
		[ "$(grep -v '^#' <<<"$output" | head -n 2)" = $'a\t2026-08-10\nb\t2026-08-11' ]
	done
	run -0 --separate-stderr ant flatten --engine auto --where '$asked | has("n")?' <in
	[ "$(grep -v '^#' <<<"$output")" = $'2026-08-11\tb\t5' ]
	# --raw is the record as it came: what it gives is input again, and gives the same rows.
	ant flatten -q <in | grep -v '^#' >want
	ant flatten -q --raw <in | grep -v '^#' | cut -f 4 >raw
	[ "$(head -n 1 raw)" = '{"@asked":{"date":"2026-08-10"},"id":"a","odd":1}' ]
	cmp want <(ant flatten -q -t t <raw | grep -v '^#')
	run -5 ant flatten -q < <(echo '{"@asked":5,"id":"a"}' | stream t "$in_window")
}

@test "has: a member that is there and null is told from one that is not, natively" {
	local engine
	own t 'column n bigint key = .n' 'column id text = if has("id") then .id else .old.id end' 'column there boolean = has("old")'
	printf '%s\n' '{"n":1,"id":"a","old":null}' '{"n":2,"id":null,"old":{"id":"b"}}' '{"n":3,"old":{"id":"c"}}' '{"n":4,"id":"d"}' >in
	[ "$(ant flatten -t t --explain </dev/null | cut -f 2 | sort -u)" = native ]
	for engine in auto jq; do
		run -0 cells -q -t t --engine $engine --mode append <in
		[ "$output" = $'1\ta\ttrue\n2\t\\N\ttrue\n3\tc\ttrue\n4\td\tfalse' ]
	done
}

@test "every column of every table runs natively" {
	local t
	# But those of the table that comes from a file, which say what is wrong with it.
	for t in $(ant tables --names | grep -vx owners); do
		run -0 ant flatten -t "$t" --explain </dev/null
		[ "$(cut -f 2 <<<"$output" | sort -u)" = native ] || { echo "$t: $output"; false; }
	done
}

@test "#unique: of the tables of objects, where their key is whole in the output and not made one by a mask" {
	head_of() { ant flatten -q "$@" <"$DATA/api/workspace_members.prod.page1.json" | sed -n '/^#key/,/^#cols/p' | cut -f1 | tr '\n' ' '; }
	[ "$(head_of -t workspace_members)" = '#key #unique #type #cols ' ]
	[ "$(head_of -t workspace_members --mode append)" = '#key #unique #type #cols ' ]
	[ "$(head_of -t workspace_members --mode append --exclude user_id)" = '' ]
	[ "$(head_of -t workspace_members --mode append --mask workspace_id=hash)" = '#key #unique #type #cols ' ]
	[ "$(head_of -t workspace_members --mode append --mask user_id=redact)" = '#key #type #cols ' ]
	[ "$(stream users <<<"$user" | ant flatten | grep -c '^#unique$')" = 1 ]
	[ "$(stream usage_report "$in_window" </dev/null | ant flatten | grep -c '^#unique$')" = 0 ]
	own t 'unique' 'column id text key = .id'
	[ "$(ant flatten -t t <<<'{"id":"x"}' | grep -c '^#unique$')" = 1 ]
}

# ---- plain JSON -------------------------------------------------------------------------

@test "-t: several pages, bare elements, an empty list" {
	cat "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json "$DATA"/api/users.empty.json |
		cells -q -t users >have
	cat "$DATA"/rows/users.page1.users.rows "$DATA"/rows/users.page2-last.users.rows | grep -v '^#' >want
	diff want have
	jq '.data[]' "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json | cells -t users >have
	diff want have
	jq -c '.data[]' "$DATA"/api/users.page[12]*.json | tr -d '\n' | cells -t users >have
	diff want have
	run -0 ant flatten -t users <<<'[]'
	[ "${lines[-1]}" = $'#end\t0\t\\N' ]
	[ "${lines[1]}" = $'#mode\tmerge' ]
	run -0 ant flatten -t users <<<$' \n\n\t {"data" : [ ]}'
	[ "${lines[-1]}" = $'#end\t0\t\\N' ]
	run -0 ant flatten -t organization <"$DATA/api/organization.json"
}

@test "-t: nothing, white space and a closed stdin are no empty list, unless --allow-empty says so" {
	local engine page text
	for engine in auto jq; do
		for text in '' ' ' $'\n\n\t \r\n' $'\xef\xbb\xbf' $'\xef\xbb\xbf\n'; do
			printf '%s' "$text" >in
			run -5 --separate-stderr ant flatten -t users --mode replace --engine $engine <in
			[[ $output != *'#end'* && $stderr =~ ^'ant-flatten: stdin:'[0-9]+:[0-9]+': empty, or nothing but white space: nothing may be loaded'.*--allow-empty ]]
			run -0 --separate-stderr ant flatten -t users --mode replace --allow-empty --engine $engine <in
			[ "${lines[-1]}" = $'#end\t0\t\\N' ]
			[ "$stderr" = '' ]
		done
		run -5 bash -c "ant flatten -t users --mode replace --engine $engine <&-"
		[[ $output != *'#end'* ]]
		for text in '[]' ' [ ] ' '{"data":[]}' '{"data":[],"has_more":false,"first_id":null,"last_id":null}' '[{"data":[]}]'; do
			run -0 ant flatten -t users --mode replace --engine $engine <<<"$text"
			[ "${lines[-1]}" = $'#end\t0\t\\N' ]
		done
	done
	# A record stream says itself that it is empty; nothing at all is none.
	run -5 --separate-stderr ant flatten --allow-empty </dev/null
	[[ $stderr == *'stdin: empty, not even a begin line' ]]
}

@test "-t: an answer that is no record is refused and shown, whatever it is dressed in, and is no row" {
	local engine page table
	cat >answers <<-'E'
		{}
		{"error":{"type":"authentication_error","message":"invalid x-api-key"}}
		{"error":{"type":"authentication_error","message":"invalid x-api-key"},"id":"req_1","workspace_id":"w"}
		{"error":"unauthorized","error_description":"The token has expired"}
		{"error":true,"id":"req_1"}
		{"data":[],"error":{"type":"overloaded_error","message":"Overloaded"}}
		{"data":[{"id":"user_1","type":"user"}],"has_more":false,"error":{"type":"api_error","message":"Internal server error"}}
		{"type":"error","error":null,"request_id":"req_1"}
		{"type":"error","message":"Not Found"}
		{"message":"Forbidden"}
		{"message":null,"requestId":"x"}
		{"status":502,"detail":"Bad gateway"}
		{"data":null}
		{"data":{"id":"user_1"}}
		{"id":null,"error_code":"E1"}
		[{"error":{"type":"api_error","message":"x"}}]
		[{}]
		[[]]
		[null]
		{"data":[{}]}
		{"data":[{"message":"Forbidden"}]}
		"Service Unavailable"
		503
		false
	E
	while IFS= read -r page; do
		for engine in auto jq; do
			for table in users organization api_keys claude_code_usage usage_report workspace_rate_limits; do
				run -5 --separate-stderr ant flatten -q -t $table --mode append --engine $engine <<<"$page"
				[[ $output == '' && ${#stderr_lines[@]} = 1 ]] || { echo "$table $engine: $page: $output"; false; }
			done
			# No column of the key needs to be in the output, no row to be wanted.
			run -5 ant flatten -q -t users --select email --where '.email' --mode append --engine $engine <<<"$page"
		done
	done <answers
	run -5 --separate-stderr ant flatten -t users <<<'{"message":"Forbidden"}'
	[ "$stderr" = 'ant-flatten: stdin:1: users: this is no record of the table, it has no id: {"message":"Forbidden"}' ]
	run -5 --separate-stderr ant flatten -t claude_code_usage --select num_sessions --mode append <<<'{"message":"Forbidden"}'
	[ "$stderr" = 'ant-flatten: stdin:1: claude_code_usage: this is no record of the table, it has no date, nor anything else of the key: {"message":"Forbidden"}' ]
	run -5 --separate-stderr ant flatten -t usage_report --engine jq <<<'{"message":"Forbidden"}'
	[ "$stderr" = 'ant-flatten: stdin:1:24: usage_report: the record has no array of rows: {"message":"Forbidden"}' ]
	run -5 --separate-stderr ant flatten -t users <<<'{"error":"unauthorized"}'
	[ "$stderr" = 'ant-flatten: stdin:1: an error answer of the API, or of what stands before it: "unauthorized"' ]
	run -5 --separate-stderr ant flatten -t users <<<"{\"x\":\"$(printf 'é%.0s' {1..300})\"}"
	[ "${#stderr}" -lt 200 ]
	[[ $stderr == *é ]]
}

@test "a record none of whose key columns has a value is refused, in streams as well; one of them is enough" {
	local engine
	own two 'rows .rows[]' 'column a text key = .a' 'column b json key = $record.b.c' 'column v text = .v'
	for engine in auto native jq; do
		run -0 cells --engine $engine < <(printf '%s\n' '{"b":{"c":1},"rows":[{},{"v":"x"}]}' '{"rows":[{"a":""}]}' '{"rows":[]}' | stream two)
		[ "$output" = $'\\N\t1\t\\N\n\\N\t1\tx\n\t\\N\t\\N' ]
		run -5 --separate-stderr ant flatten --engine $engine < <(printf '%s\n' '{"rows":[{"a":"x"},{"v":"x"}]}' | stream two)
		[ "$stderr" = 'ant-flatten: stdin:2: two: this is no record of the table, it has no a, nor anything else of the key: {"rows":[{"a":"x"},{"v":"x"}]}' ]
		# What is left out, masked or filtered is looked at all the same.
		run -5 ant flatten --engine $engine --mask a=redact < <(echo '{"rows":[{"v":"x"}]}' | stream two)
		run -5 ant flatten --engine $engine --select v < <(echo '{"rows":[{"v":"x"}]}' | stream two)
		run -5 ant flatten --engine $engine --exclude b --where false < <(echo '{"rows":[{"v":"x"}]}' | stream two)
		run -0 ant flatten -q --engine $engine --select v < <(echo '{"b":{"c":1},"rows":[{"v":"x"}]}' | stream two)
		# A column that is not wanted does not stop what is.
		run -0 cells --engine $engine --select a,v < <(echo '{"b":5,"rows":[{"a":"x"}]}' | stream two)
		[ "$output" = $'x\t\\N' ]
		run -5 --separate-stderr ant flatten --engine $engine --select v < <(echo '{"b":5,"rows":[{"v":"x"}]}' | stream two)
		[[ $stderr == *'no record of the table'* ]]
		# Without a key, plain JSON is known by the first column.
		own none 'mode append' 'column a text = .a' 'column b text = .b'
		run -5 --separate-stderr ant flatten -q -t none --mode append --engine $engine <<<'{"b":"x"}'
		[ "$stderr" = 'ant-flatten: stdin:1: none: this is no record of the table, it has no a: {"b":"x"}' ]
		run -0 cells --engine $engine < <(echo '{"b":"x"}' | stream none)
		[ "$output" = $'\\N\tx' ]
	done
	# The dimensions that were not asked for are no part of it: the bucket is enough.
	run -0 ant flatten -q < <(echo '{"starting_at":"2026-08-08T00:00:00Z","ending_at":"2026-08-09T00:00:00Z","results":[{}]}' | stream usage_report "$in_window,\"group_by\":[]")
	# One that libjq computes.
	own j 'column id text key = .id | ascii_upcase' 'column v text = .v'
	run -0 cells -t j --select v --mode append <<<'{"id":"x","v":"y"}'
	[ "$output" = y ]
	run -5 --separate-stderr ant flatten -t j --select v --mode append <<<'{"v":"y"}'
	[[ $stderr == *'it has no id'* ]]
	own j 'column id text key = nosuch' 'column v text = .v'
	run -2 --separate-stderr ant flatten -t j --select v --mode append <<<'{"v":"y"}'
	[[ $stderr == *'tables/j.table:2: column id: '*nosuch* ]]
}

@test "-t: a field error that a table reads is a record's own" {
	own e 'column id text key = .id' 'column why text = .error.message'
	run -0 cells -t e <<<'{"id":"1","error":{"message":"x"}}'
	[ "$output" = $'1\tx' ]
	own e 'column id text key = .id' 'ignore .error'
	run -0 cells -t e <<<'{"id":"1","error":"x"}'
	own e 'column id text key = .id'
	run -5 ant flatten -t e <<<'{"id":"1","error":"x"}'
	run -0 ant flatten -q -t e <<<'[{"id":"1","error":null},{"id":"2","error":false},{"id":"3","error":""},{"id":"4","error":0}]'
	run -5 ant flatten -t e <<<'{"data":[{"id":"1"}],"error":"x"}'
	# Elements of a page were looked at by whoever sent the page.
	run -0 --separate-stderr ant flatten -t e <<<'{"data":[{"id":"1","error":"x"}]}'
	[[ $stderr == *'field .error is read by no column'* ]]
}

@test "-t: an array is the list of its records or pages" {
	local engine
	cells -q -t users <"$DATA/api/users.page1.json" >one
	cat "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json | cells -q -t users >want
	for engine in auto jq; do
		jq .data "$DATA/api/users.page1.json" | cells -q -t users --engine $engine | diff one -
		jq -c .data "$DATA/api/users.page1.json" | cells -q -t users --engine $engine | diff one -
		jq -s . "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json | cells -q -t users --engine $engine | diff want -
		jq .data "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json | cells -q -t users --engine $engine | diff want -
		jq -s 'map(.data[])' "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json | cells -q -t users --engine $engine | diff want -
		jq .data "$DATA/api/usage_report_messages.page1.json" | cells -q -t usage_report --mode append --engine $engine >have
		diff <(cells -q -t usage_report --mode append <"$DATA/api/usage_report_messages.page1.json") have
		printf '[\n{"id":"a"},\n\n {"id":[5]}]' >in
		run -5 --separate-stderr ant flatten -t users --engine $engine <in
		[[ $stderr == *'stdin:4: users.id (text): [5] is not a string' ]]
		run -5 --separate-stderr ant flatten -t users --engine $engine <<<$'[{"id":"a"},\n[{"id":"b"}]]'
		[[ $output != *'#end'* ]]
	done
	run -0 --separate-stderr ant flatten -t users <<<'[{"data":[{"id":"a"}],"has_more":true},{"data":[{"id":"b"}],"has_more":false}]'
	[ "$stderr" = '' ]
	run -0 --separate-stderr ant flatten -t users <<<'[{"data":[{"id":"a"}],"has_more":false},{"data":[{"id":"b"}],"has_more":true}]'
	[[ $stderr == *'further pages'* ]]
	stream users <<<"$user" | jq -s . >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:2: a control line'* ]]
	# A table whose records are arrays, or anything at all, takes them as they are.
	own a 'mode append' 'column a text = .[0]' 'column b bigint = .[1]'
	[ "$(cells -t a --mode append <<<'["x",1] ["y",2]')" = $'x\t1\ny\t2' ]
	own a 'mode append' 'rows .[]' 'column a text = .a'
	[ "$(cells -t a --mode append <<<'[{"a":"x"},{"a":"y"}]')" = $'x\ny' ]
	own a 'mode append' 'column v json = .'
	[ "$(cells -t a --mode append <<<'[1,2] []')" = $'[1,2]\n[]' ]
}

@test "a byte order mark at the start is passed over: of plain JSON, of an array, of a stream" {
	local engine mark=$'\xef\xbb\xbf' text
	for engine in auto jq; do
		for text in '{"id":"user_1","email":"a@example.com"}' '[{"id":"user_1","email":"a@example.com"}]' $'\r\n {"data":[{"id":"user_1","email":"a@example.com"}]}'; do
			printf '%s%s\n' "$mark" "$text" >in
			[ "$(cells -t users --select id,email --engine $engine <in)" = $'user_1\ta@example.com' ]
		done
		stream users <<<"$user" >in
		{ printf %s "$mark"; cat in; } >in2
		ant flatten --engine $engine <in2 | diff <(ant flatten <in) -
		ant flatten -t users --engine $engine <in2 | diff <(ant flatten <in) -
	done
	# The place of an error counts its bytes; elsewhere it is no JSON.
	printf '%s{"id":tru}' "$mark" >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:1:10: not a JSON value' ]]
	printf '%s\n%s%s\n' "$user" "$mark" "$user" >in
	run -5 ant flatten -t users <in
	# In pieces, too.
	{ printf '\xef'; sleep 0.1; printf '\xbb\xbf{"id":'; sleep 0.1; printf '"x"}'; } | cells -t users --select id >have
	[ "$(cat have)" = x ]
}

@test "input that is no JSON says what it is and what to do" {
	says() { # WORDS - of the file `in`, with -t and without, whole and byte by byte
		run -5 --separate-stderr ant flatten -t users <in
		[[ $stderr == *"$1"* && $output != *'#end'* && ${#stderr_lines[@]} = 1 ]] || { echo "$stderr"; return 1; }
		run -5 --separate-stderr ant flatten <in
		[[ $stderr == *"no begin line: $1"* ]] || { echo "$stderr"; return 1; }
		run -5 --separate-stderr ant flatten -t users < <(perl -e '$| = 1; while (read STDIN, $_, 1) { print; select undef, undef, undef, $. ++ < 12 ? 0.01 : 0 }' <in)
		[[ $stderr == *"$1"* ]] || { echo "$stderr"; return 1; }
	}
	printf '{"data":[%s]}\n' "$user" >json
	gzip -c json >in
	says 'it is compressed by gzip: unpack it with gzip -dc'
	# What the others write first; the rest of it nobody looks at.
	packed() { { printf "$1"; gzip -c json; } >in; }
	packed '\x28\xb5\x2f\xfd'
	says 'it is compressed by zstd: unpack it with zstd -dc'
	packed 'BZh91AY&SY'
	says 'it is compressed by bzip2: unpack it with bzip2 -dc'
	packed '\xfd7zXZ\0'
	says 'it is compressed by xz: unpack it with xz -dc'
	packed 'PK\x03\x04\x14\0'
	says 'it is a zip archive: unpack it with unzip -p'
	for text in UTF-16 UTF-16LE UTF-16BE UTF-32 UTF-32LE UTF-32BE; do
		iconv -f UTF-8 -t $text json >in
		says "it is ${text%[LB]E}: make it UTF-8 with iconv -f ${text%[LB]E} -t UTF-8"
	done
	printf '\n<!DOCTYPE html><html><body>502 Bad Gateway</body></html>\n' >html
	says_html() { run -5 --separate-stderr ant flatten -t users; [[ $stderr == *'it is an HTML page'* && $output != *'#end'* ]]; }
	says_html <html
	tr -d '\n' <html >in
	says 'it is an HTML page'
	printf '\xef\xbb\xbf  <HTML>' | says_html
	printf '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>' >in
	says 'it is HTML or XML'
	{ printf 'HTTP/2 200\r\ncontent-type: application/json\r\n\r\n'; cat json; } >in
	says 'it begins with the headers of HTTP: call curl without -i'
	ant flatten -t users <json >in
	says 'it is a row stream, what ant-flatten writes: give it to a loader'
	# Behind what was right, too: curl was called twice.
	cat json html >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:3:1: not a JSON value: it is an HTML page'* ]]
	{ cat json; gzip -c json; } >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:2:1: not a JSON value: it is compressed by gzip'* ]]
}

@test "-t: a page whose data is no array is refused, not taken for a record" {
	run -5 --separate-stderr ant flatten -t users <<<'{"data":{"id":"x"},"has_more":false,"last_id":null}'
	[[ $stderr == *"stdin:1: "*"data is not an array"* ]]
	[[ $output != *'#end'* ]]
}

@test "-t: a page that says has_more, or has a cursor alone, is told; the last page is not" {
	run -0 --separate-stderr ant flatten -t users <"$DATA/api/users.page1.json"
	[[ $stderr == *'there are further pages'* ]]
	run -0 --separate-stderr ant flatten -t rbac_groups <<<'{"data":[{"id":"g"}],"next_page":"page_2"}'
	[[ $stderr == *'there are further pages'* ]]
	run -0 --separate-stderr ant flatten -t rbac_groups <<<'{"data":[{"id":"g"}],"next_page":null}'
	[ "$stderr" = '' ]
	run -0 --separate-stderr ant flatten -t rbac_groups <<<'{"data":[{"id":"g"}],"next_page":"x","has_more":false}'
	[ "$stderr" = '' ]
	cat "$DATA"/api/users.page1.json "$DATA"/api/users.page2-last.json >both
	run -0 --separate-stderr ant flatten -t users <both
	[ "$stderr" = '' ]
}

@test "-t: a stream that lost its begin line is no JSON of the API" {
	printf '%s\n' "$user" "$end1" >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:2: a control line'* && $output != *'#end'* ]]
}

@test "-t: what is wrong is told by line and byte" {
	printf '{"data":[\n  {"id":"a"},\n  {"id":tru}\n]}' >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:3:9: not a JSON value' ]]
	printf '{"data":[{"id":"a"},{"id":"b"}' >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:1:31: the text ends in an array' ]]
	printf '{"data":[{"starting_at":"2026-08-08T00:00:00Z","results":5}]}' >in
	run -5 --separate-stderr ant flatten -t usage_report <in
	[[ $stderr == *'stdin:1:58: usage_report: the record has no array of rows' ]]
	printf '{"data":[\n{"id":"a"},\n\n{"id":[5]}\n]}' >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:4: users.id (text): [5] is not a string' ]]
	printf 'curl: (6) Could not resolve host\n' >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:1:1: not a JSON value' ]]
	printf '<html>' >in
	run -5 ant flatten -t users <in
}

@test "-t: blocks that end inside a word or a number change nothing" {
	own v 'mode append' 'column v json = .'
	pad=$(printf '%80s' '' | tr ' ' x)
	{ printf '["%s",nu' "$pad"; sleep 0.1; printf 'll]'; sleep 0.1; printf ' 12'; sleep 0.1; printf '34 56'; } |
		cells -t v --mode append >have
	[ "$(cat have)" = "[\"$pad\",null]"$'\n1234\n56' ]
}

@test "modes: --mode says how, and what needs a window or a key says so" {
	run -0 ant flatten -t users --mode append --allow-empty </dev/null
	[ "${lines[1]}" = $'#mode\tappend' ]
	run -0 ant flatten -t users --mode replace --allow-empty </dev/null
	[ "${lines[1]}" = $'#mode\treplace' ]
	run -2 --separate-stderr ant flatten -t usage_report --mode window </dev/null
	[[ $stderr == *'record stream'* ]]
	run -2 ant flatten -t users --mode window </dev/null
	run -2 --separate-stderr ant flatten -t users --mode upsert </dev/null
	[[ $stderr == *"'upsert' is not window, replace, merge or append"* ]]
	run -2 --separate-stderr ant flatten -t users --exclude id </dev/null
	[[ $stderr == *'column id is not in the output'* ]]
	run -0 ant flatten -t users --exclude id --mode append --allow-empty </dev/null
	[[ $output != *'#key'* ]]
	stream usage_report "$in_window" </dev/null >in
	run -2 --separate-stderr ant flatten --exclude bucket <in
	[[ $stderr == *'column bucket, the time column'* ]]
	run -0 ant flatten --mode merge <in
	[ "${lines[1]}" = $'#mode\tmerge' ]
	own nokey 'column v text = .v'
	run -2 ant flatten -t nokey </dev/null
	run -0 ant flatten -t nokey --mode append --allow-empty </dev/null
	[[ $output != *'#key'* ]]
}

# ---- options ----------------------------------------------------------------------------

@test "--select and --exclude: columns stand in the table's order, unknown ones are named" {
	run -0 ant flatten -q -t users --select email,id <"$DATA/api/users.page2-last.json"
	[ "${lines[4]}" = $'#type\ttext\ttext' ]
	[ "${lines[5]}" = $'#cols\tid\temail' ]
	[ "${lines[6]}" = $'user_015vzSFyWKLMprsaLR93KyjM\tyamada@example.co.jp' ]
	run -0 ant flatten -q -t users --exclude created_at,last_login_at,type <"$DATA/api/users.page2-last.json"
	[ "${lines[5]}" = $'#cols\tid\temail\tname\trole\tadded_at' ]
	run -2 --separate-stderr ant flatten -t users --select id,mail </dev/null
	[[ $stderr == *"no column 'mail'"*email* ]]
	run -2 ant flatten -t users --exclude '' </dev/null
	run -2 ant flatten -t users --select id --exclude id --mode append </dev/null
}

@test "--where keeps the rows for which it is true; . and \$record mean what they mean in a column" {
	page="$DATA/api/usage_report_messages.page1.json"
	[ "$(cells -q -t usage_report --select model --where '.model == "claude-opus-4-6"' --mode append <"$page")" = claude-opus-4-6 ]
	[ "$(cells -q -t usage_report --select model --where '.output_tokens > 1000 and .workspace_id != null' --mode append <"$page")" = claude-sonnet-4-5-20250929 ]
	[ "$(cells -q -t usage_report --select model --where '$record.starting_at == "2026-08-09T00:00:00Z"' --mode append <"$page")" = '' ]
	[ "$(cells -q -t usage_report --select model --where '$record.starting_at' --mode append <"$page" | wc -l)" = 3 ]
	[ "$(cells -q -t usage_report --select model --where .workspace_id --mode append <"$page" | wc -l)" = 1 ]
	run -0 --separate-stderr ant flatten -qv -t usage_report --where null <"$page"
	[[ $stderr == *'2 records, 0 rows, 3 left out by --where'* && ${lines[-1]} == $'#end\t0\t\\N' ]]
	run -5 --separate-stderr ant flatten -q -t usage_report --where .model.x <"$page"
	[[ $stderr == *stdin:* ]]
	run -2 --separate-stderr ant flatten -q -t usage_report --where '.model ==' <"$page"
	[[ $stderr == *--where:*syntax* ]]
	run -2 --separate-stderr ant flatten -q -t usage_report --where 'nosuch(.model)' <"$page"
	[[ $stderr == *--where:*nosuch* ]]
}

@test "--add: one more column, native or of libjq, behind the table's" {
	page="$DATA/api/usage_report_messages.page1.json"
	ant flatten -q -t usage_report --select bucket --mode append --add 'total bigint = .uncached_input_tokens + .output_tokens' \
		--add 'tier text = .service_tier' --add 'day text = $record.starting_at[0:10]' <"$page" >out
	[ "$(grep '^#cols' out)" = $'#cols\tbucket\ttotal\ttier\tday' ]
	[ "$(grep '^#type' out)" = $'#type\ttimestamptz\tbigint\ttext\ttext' ]
	[ "$(grep -v '^#' out | head -n 1)" = $'2026-08-08T00:00:00Z\t10069687222\tbatch\t2026-08-08' ]
	run -2 --separate-stderr ant flatten -t users --add 'id text = .id' </dev/null
	[[ $stderr == *--add:*id* ]]
	run -2 --separate-stderr ant flatten -t users --add 'x string = .id' </dev/null
	[[ $stderr == *"'string'"* ]]
	run -2 --separate-stderr ant flatten -t users --add 'x text .id' </dev/null
	run -2 --separate-stderr ant flatten -t users --add 'x text = .id |' </dev/null
	[[ $stderr == *'column x'*syntax* ]]
	run -5 --separate-stderr ant flatten -t users --add 'x text = empty' <"$DATA/api/users.page1.json"
	[[ $stderr == *'users.x: the expression gives no value'* ]]
	run -5 --separate-stderr ant flatten -t users --add 'x text = .id, .name' <"$DATA/api/users.page1.json"
	[[ $stderr == *'users.x: the expression gives several values'* ]]
	run -5 --separate-stderr ant flatten -t users --add 'x text = error("no luck")' <"$DATA/api/users.page1.json"
	[[ $stderr == *'no luck'* ]]
	run -5 ant flatten -t users --add 'x text = error(null)' <"$DATA/api/users.page1.json"
	run -5 ant flatten -t users --engine jq --where 'error(null)' <"$DATA/api/users.page1.json"
	for x in halt '"bye" | halt_error'; do
		run -5 --separate-stderr ant flatten -t users --add "x text = $x" <"$DATA/api/users.page1.json"
		[[ $stderr == *'stdin:3: users: jq: halted' && $output != *'#end'* ]]
	done
}

@test "--mask: the digests are those of other tools, null stays null, the type becomes text" {
	page="$DATA/api/users.page2-last.json"
	hash=$(printf %s zoe.mueller@example.de | sha256sum | cut -d' ' -f1)
	name=$(printf %s 'Zoë Müller' | sha256sum | cut -d' ' -f1)
	local_part=$(printf %s zoe.mueller | sha256sum | cut -c1-12)
	cells -q -t users --select id,email,name,last_login_at --mask email=hash --mask name=hash --mask last_login_at=hash <"$page" >out
	[ "$(sed -n 2p out)" = $'user_01NbXPXkDXy834riRFthkLxj\t'"$hash"$'\t'"$name"$'\t\\N' ]
	[ "$(cells -q -t users --select id,email --mask email=email <"$page" | sed -n 2p)" = $'user_01NbXPXkDXy834riRFthkLxj\t'"$local_part@example.de" ]
	[ "$(cells -q -t users --select id,email --mask email=redact <"$page" | sed -n 2p)" = $'user_01NbXPXkDXy834riRFthkLxj\t***' ]
	[ "$(ant flatten -q -t users --select id,added_at --mask added_at=redact <"$page" | grep '^#type')" = $'#type\ttext\ttext' ]
	printf 'pepper\n' >key
	hmac=$(printf %s zoe.mueller@example.de | openssl dgst -sha256 -hmac pepper | sed 's/.* //')
	[ "$(cells -q -t users --select id,email --mask email=hash --mask-key-file key <"$page" | sed -n 2p)" = $'user_01NbXPXkDXy834riRFthkLxj\t'"$hmac" ]
	hmac=$(printf %s zoe.mueller | openssl dgst -sha256 -hmac pepper | sed 's/.* //' | cut -c1-12)
	[ "$(cells -q -t users --select id,email --mask email=email --mask-key-file key <"$page" | sed -n 2p)" = $'user_01NbXPXkDXy834riRFthkLxj\t'"$hmac@example.de" ]
}

@test "--mask: the text that is hashed is the value's own, not as a row encodes it" {
	own m 'column id text key = .id' 'column n bigint = .n' 'column j json = .j' 'column t text = .t'
	echo '{"id":"x","n":12,"j":{"a":"\\"},"t":"a\tb\\c"}' |
		cells -t m --mask n=hash --mask j=hash --mask t=hash >out
	sha() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
	[ "$(cat out)" = $'x\t'"$(sha 12)"$'\t'"$(sha '{"a":"\\"}')"$'\t'"$(sha $'a\tb\\c')" ]
	run -5 ant flatten -t m --mask n=hash <<<'{"id":"x","n":"12"}'
	run -2 --separate-stderr ant flatten -t m --mask n </dev/null
	run -2 --separate-stderr ant flatten -t m --mask n=md5 </dev/null
	run -2 --separate-stderr ant flatten -t m --mask q=hash </dev/null
	[[ $stderr == *"no column 'q'"* ]]
	run -2 ant flatten -t usage_report --mask bucket=hash </dev/null
	run -2 --separate-stderr ant flatten -t m --mask n=hash --mask-key-file nokey </dev/null
	[[ $stderr == *nokey* || $stderr == *'no such file'* ]]
	: >empty
	run -2 ant flatten -t m --mask n=hash --mask-key-file empty </dev/null
}

@test "--raw: the record verbatim, as the last column" {
	own w 'mode append' 'column a text = .a'
	printf '{"a" : "x\\u00e9","n":1.50 }\r\n' | stream w >in
	ant flatten -q --raw <in >out
	[ "$(grep '^#cols' out)" = $'#cols\ta\traw' ]
	[ "$(grep '^#type' out)" = $'#type\ttext\tjson' ]
	[ "$(grep -v '^#' out)" = $'xé\t{"a" : "x\\\\u00e9","n":1.50 }' ]
	jq -c '.data[]' "$DATA/api/usage_report_messages.page1.json" | stream usage_report "$in_window" >in
	cells -q --raw --select bucket --mode append <in | cut -f2 | sort | uniq -c >out
	[ "$(wc -l <out)" = 1 ]
	[[ $(cat out) == *' 3 {'* ]]
	own q 'mode append' 'column raw text = .a'
	run -2 ant flatten --raw -t q </dev/null
	printf '{"a":"\xff"}\n' | stream w >in
	run -0 --separate-stderr ant flatten --raw <in
	[[ $stderr == *'became U+FFFD'* ]]
	printf '%s\n' "$output" | iconv -f UTF-8 -t UTF-8 >/dev/null
}

@test "--explain tells where each column runs; the great tables run natively" {
	local table
	for table in claude_code_usage claude_code_models usage_report messages_usage cost_report; do
		run -0 ant flatten -t $table --explain
		[ "${#lines[@]}" = "$(awk '/^#cols/ { print NF - 1 }' "$DATA/rows/$table.head")" ]
		[ "$(printf '%s\n' "$output" | cut -f2 | sort -u)" = native ]
		run -0 ant flatten -t $table --engine jq --explain
		[ "$(printf '%s\n' "$output" | cut -f2 | sort -u)" = jq ]
	done
	run -0 ant flatten -t users --explain --select id --add 'x text = .id + "!"' --where '.id == "a"'
	[ "${lines[0]}" = $'id\tnative\t.id' ]
	[ "${lines[1]}" = $'x\tjq\t.id + "!"' ]
	[ "${lines[2]}" = $'--where\tnative\t.id == "a"' ]
	run -0 ant flatten --explain <<<"$begin"
	[ "${lines[0]}" = $'id\tnative\t.id' ]
	run -2 --separate-stderr ant flatten -t users --engine native --add 'x text = .id + "!"' </dev/null
	[[ $stderr == *'x needs libjq'* ]]
	run -2 ant flatten -t users --engine fast </dev/null
}

@test "fields that no column reads are reported once a name, with their count" {
	run -0 --separate-stderr ant flatten -t usage_report <"$DATA/api/usage_report_messages.speed-beta.UNCERTAIN.json"
	[[ $stderr == *speed*'2 times'* ]]
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	run -0 --separate-stderr ant flatten -t claude_code_usage <"$DATA/api/claude_code.openapi-variant.UNOFFICIAL.json"
	[[ $stderr == *.actor.user_id*'1 times'* ]]
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	run -0 --separate-stderr ant flatten -q -t usage_report <"$DATA/api/usage_report_messages.speed-beta.UNCERTAIN.json"
	[ "$stderr" = '' ]
	# A column that is left out still reads its fields, whatever it is written like.
	own k 'column id text key = .id' 'column a text = .a."odd key"' 'column b text = [.b.c] | .[0]' 'ignore .known.x $record.z'
	run -0 --separate-stderr ant flatten -t k --exclude a,b <<<'{"id":"1","a":{"odd key":"x"},"b":{"c":"y"},"known":{"x":{"y":1}},"z":1}'
	[ "$stderr" = '' ]
	# What a column holds as a whole is read, beside parts of it, too.
	own w 'column id text key = .id' 'column a text = .a.b' 'column record json = .'
	run -0 --separate-stderr ant flatten -t w <<<'{"id":"1","a":{"b":"x","c":{"d":1}},"z":{"y":1}}'
	[ "$stderr" = '' ]
	own w 'column id text key = .id' 'column b text = .a.b.c' 'column a json = .a'
	run -0 --separate-stderr ant flatten -t w <<<'{"id":"1","a":{"b":{"c":"x","d":1},"e":2},"z":{"y":1}}'
	[ "$(grep -c . <<<"$stderr")" = 1 ]
	[[ $stderr == *'field .z is read by no column'* ]]
	# Not the sequences of a terminal.
	own e 'column id text key = .id'
	run -0 --separate-stderr ant flatten -t e <<<'{"id":"1","\u001b[31m":1}'
	[[ $stderr == *'\u001b[31m'* ]]
	# All files of the API hold known fields only, but for the two above and what is not of a table.
	local file name
	for file in "$DATA"/rows/*.rows; do
		name=${file##*/} name=${name%.rows}
		case $name in *UNCERTAIN* | *UNOFFICIAL*) continue ;; esac
		run -0 --separate-stderr ant flatten -t "${name##*.}" <"$DATA/api/${name%.*}.json"
		[[ $stderr != *'read by no column'* ]]
	done
}

@test "fields that no column reads are reported alike, whichever engine computes the columns" {
	local file name table engine
	own k 'column id text key = .id' 'column b text = [.b.c][0]' 'column s bigint = sum(.l[].n)' 'ignore .known'
	printf '%s\n' '{"id":"1","b":{"c":"x","d":1},"l":[{"n":1,"m":2},{"n":2,"m":3}],"known":{"x":1},"new":1}' '{"id":"2","new":null,"other":[]}' | stream k >in
	for engine in auto jq; do
		run -0 --separate-stderr ant flatten --engine $engine <in
		printf '%s\n' "$stderr" >"said.$engine"
		run -0 --separate-stderr ant flatten --engine $engine --exclude b,s <in
		diff "said.$engine" <(printf '%s\n' "$stderr")
	done
	diff said.auto said.jq
	[ "$(sed 's/.*field //; s/ is.*(/ /; s/ times.*//' said.jq)" = $'.b.d 1\n.l[].m 2\n.new 2\n.other 1' ]
	for name in usage_report_messages.speed-beta.UNCERTAIN.usage_report claude_code.openapi-variant.UNOFFICIAL.claude_code_usage; do
		table=${name##*.} file=$DATA/api/${name%.*}.json
		run -0 --separate-stderr ant flatten -t "$table" <"$file"
		printf '%s\n' "$stderr" >want
		[ -s want ]
		run -0 --separate-stderr ant flatten -t "$table" --engine jq <"$file"
		diff want <(printf '%s\n' "$stderr")
	done
	# Rows that are more than a path: what they read is not known.
	own r 'mode append' 'rows .results[] | select(.id)' 'column id text = .id'
	run -0 --separate-stderr ant flatten -t r --mode append <<<'{"results":[{"id":"1","new":2}]}'
	[ "$stderr" = '' ]
}

# ---- types and exactness ----------------------------------------------------------------

@test "bigint: 64 bits and whole numbers, in whatever form; nothing is rounded" {
	for v in 0 9223372036854775807 -9223372036854775808 9007199254740993 5000000000; do
		run value bigint "$v"; is_row "$v"
	done
	run value bigint 1e3; is_row 1000
	run value bigint 1.0; is_row 1
	run value bigint -0; is_row 0
	run value bigint null; is_row '\N'
	for v in 9223372036854775808 -9223372036854775809 1.5 1e19 '"1"' true '[]' '{}'; do
		run -5 value bigint "$v"
		[[ $output == *"stdin:2: value.v (bigint): ${v//\"/\"} is not a"* ]]
	done
}

@test "numeric: the text stays as it was, of a number or a string; numbers have limits" {
	for v in 123.78912 41280.000000 0.0000125 1e-7 -0.10 123456789012345678901234567890.12; do
		run value numeric "$v"; is_row "$v"
		run value numeric "\"$v\""; is_row "$v"
	done
	for v in '"abc"' '""' '"1 "' '" 1"' '"+1"' '"0x10"' '"NaN"' '"1,5"' true '{}' 1e1001; do
		run -5 value numeric "$v"
		[[ $output == *'value.v (numeric): '* ]]
	done
}

@test "one: the string that all are, in any spelling; null over nothing; two that differ are an error, in both engines" {
	local engine
	own o 'mode append' 'column v text = one(.l[].s)'
	for engine in native jq; do
		one() { printf '{"l":%s}\n' "$1" | stream o | ant flatten -q ${engine:+--engine $engine}; }
		[ "$(one '[{"s":"EUR"},{"s":null},{},{"s":"EU\u0052"}]' | sed -n '/^[^#]/p')" = EUR ]
		[ "$(one '[]' | sed -n '/^[^#]/p')" = '\N' ]
		[ "$(one null | sed -n '/^[^#]/p')" = '\N' ]
		run -5 one '[{"s":"EUR"},{"s":"USD"}]'
		run -5 one '[{"s":1}]'
	done
	run -5 one '[{"s":"EUR"},{"s":"USD"}]'
	run -5 ant flatten -q -t claude_code_usage <<<'{"data":[{"date":"2026-08-10T00:00:00Z","actor":{"type":"user_actor","email_address":"a@b"},"model_breakdown":[{"model":"m","estimated_cost":{"amount":1,"currency":"USD"}},{"model":"n","estimated_cost":{"amount":1,"currency":"EUR"}}]}],"has_more":false}'
	[[ $output == *claude_code_usage*currency*'is another value than the first'* ]]
}

@test "sums: exact, of numbers, strings and objects; 38 digits and no more; nulls are skipped" {
	sum() { own s 'mode append' 'column v numeric = sum(.a[].v)'; printf '{"a":%s}\n' "$1" | stream s | cells; }
	run sum '[{"v":0.1},{"v":0.2}]'; is_row 0.3
	run sum '[{"v":"123.78912"},{"v":41280.000000},{"v":"1e-7"}]'; is_row 41403.7891201
	run sum '[{"v":9007199254740993},{"v":1}]'; is_row 9007199254740994
	run sum '[{"v":{"a":1,"b":"2.5","c":null}},{"v":-3}]'; is_row 0.5
	run sum '[{"v":null},{"v":2},{}]'; is_row 2
	run sum '[]'; is_row 0
	run sum '[{},{"v":null}]'; is_row '\N'
	run sum null; is_row '\N'
	run sum '[{"v":99999999999999999999999999999999999998},{"v":1}]'; is_row 99999999999999999999999999999999999999
	for v in '[{"v":99999999999999999999999999999999999999},{"v":1}]' '[{"v":1e38}]' '[{"v":1e37},{"v":0.01}]' \
		'[{"v":true}]' '[{"v":[1]}]' '[{"v":"x"}]' '[{"v":""}]' '[5]' '5' '"x"'; do
		run -5 sum "$v"
		[[ $output == *'s.v (numeric): '* ]]
	done
	run -5 sum '[{"v":1},{"v":"12 cents"}]'
	[[ $output == *'stdin:2: s.v (numeric): "12 cents" is a string that holds no number'* ]]
	own s 'mode append' 'column v bigint = sum(.v)'
	run cells < <(echo '{"v":{"a":1,"b":2,"a":5}}' | stream s); is_row 7
}

@test "list: strings joined by commas, null over nothing" {
	own l 'mode append' 'column v text = list(.a[].m)'
	run cells < <(printf '%s\n' '{"a":[{"m":"x"},{"m":"y\u00e9"},{},{"m":"x"}]}' '{"a":[]}' '{}' '{"a":[{"m":null}]}' '{"a":[{"m":""}]}' | stream l)
	[ "$output" = $'x,yé,x\n\\N\n\\N\n\\N' ]
	run -5 cells < <(echo '{"a":[{"m":5}]}' | stream l)
}

@test "timestamptz and date: UTC, the fraction kept, the calendar kept" {
	run value timestamptz '"2026-08-01T09:15:22.004913Z"'; is_row 2026-08-01T09:15:22.004913Z
	run value timestamptz '"2026-08-10"'; is_row 2026-08-10T00:00:00Z
	run value timestamptz '"2024-02-29T23:30:00.500-01:00"'; is_row 2024-03-01T00:30:00.500Z
	run value timestamptz '"2026-08-10T00:00:00\u002B02:00"'; is_row 2026-08-09T22:00:00Z
	run value date '"2024-02-29"'; is_row 2024-02-29
	run value timestamptz '"2026-08-10T09:15:22"'; is_row 2026-08-10T09:15:22Z # the API's without a zone are UTC
	run value timestamptz '"2026-08-10T09:15:22.5"'; is_row 2026-08-10T09:15:22.5Z
	for v in '"2026-02-29T00:00:00Z"' '"2026-08-10T24:00:00Z"' '"2026-08-10T24:00:00"' '"2026-08-10T00:00"' '"2026-08-10 00:00:00"' '"yesterday"' '""' 1754784000 false; do
		run -5 value timestamptz "$v"
		[[ $output == *"value.v (timestamptz): $v is not a time of RFC 3339"* ]]
	done
	run -5 value date '"2026-08-10T00:00:00Z"'
}

@test "timestamptz: a leap second is the second after, its fraction kept, where there can be one" {
	local engine v
	run value timestamptz '"2016-12-31T23:59:60Z"'; is_row 2017-01-01T00:00:00Z
	run value timestamptz '"2016-12-31T23:59:60.250Z"'; is_row 2017-01-01T00:00:00.250Z
	run value timestamptz '"1990-12-31T15:59:60-08:00"'; is_row 1991-01-01T00:00:00Z
	run value timestamptz '"2015-06-30T23:59:6\u0030Z"'; is_row 2015-07-01T00:00:00Z
	for v in 2016-12-31T23:59:61Z 2016-12-31T23:58:60Z 2016-12-30T23:59:60Z 2016-12-31T23:59:60+01:00; do
		run -5 value timestamptz "\"$v\""
		[[ $output == *'is not a time of RFC 3339'* ]]
	done
	own t 'mode append' 'column v timestamptz = .v'
	for engine in auto jq; do
		for v in 2016-12-31T23:59:60Z 2016-12-31T23:59:60Z 2017-01-01T00:00:00Z 2016-12-31T23:59:60Z; do printf '{"v":"%s"}\n' $v; done |
			stream t | cells --engine $engine | uniq -c >out
		[ "$(sed 's/^ *//' out)" = '4 2017-01-01T00:00:00Z' ]
	done
}

@test "a time is remembered as it stands in the row: with escapes, an offset or none" {
	own t 'mode append' 'column v timestamptz = .v'
	for v in '2026-08-08T00:00\u003a00Z' 2026-08-08T01:00:00+01:00 2026-08-08 2026-08-08T00:00:00Z; do printf '{"v":"%s"}\n%s\n' "$v" "{\"v\":\"$v\"}"; done |
		stream t | cells | sort -u >out
	[ "$(cat out)" = 2026-08-08T00:00:00Z ]
}

@test "boolean, double and text take what they are and name what they are not" {
	run value boolean true; is_row true
	run value boolean false; is_row false
	run value double 1.5e300; is_row 1.5e300
	run value double -0.25; is_row -0.25
	run value text '""'
	[ "$status" = 0 ]
	[ "$output" = '' ]
	for v in 'boolean 1' 'boolean "true"' 'double "1.5"' 'double 1e999' 'double 1e-999' 'text {"a":1}' 'text ["a"]'; do
		run -5 value "${v%% *}" "${v#* }"
		[[ $output == *"value.v (${v%% *}): ${v#* } is "* ]]
	done
	run -5 value text "[\"$(printf '%200s' x)\"]"
	[[ $output == *'...'* && ${#output} -lt 200 ]]
}

@test "text: a number or a boolean is its own text, the same in both engines, and noted once a column" {
	local engine sum
	own n 'column id text key = .id' 'column a text = .a' 'column b text = .b' 'column c text = .a | .'
	printf '%s\n' '{"id":7,"a":12.5,"b":true}' '{"id":"x","a":-3,"b":"y"}' '{"id":"z","a":null,"b":false}' | stream n >in
	for engine in auto native jq; do
		[ $engine != native ] || sed -i 's/^column c .*/column c text = .a/' tables/n.table
		run -0 --separate-stderr ant flatten --engine $engine <in
		[ "$(printf '%s\n' "${lines[@]}" | grep -v '^#')" = $'7\t12.5\ttrue\t12.5\nx\t-3\ty\t-3\nz\t\\N\tfalse\t\\N' ] || { echo "$engine: $output"; false; }
		[ "$stderr" = $'ant-flatten: column id is text: 1 numbers or booleans became their own text\nant-flatten: column a is text: 2 numbers or booleans became their own text\nant-flatten: column b is text: 2 numbers or booleans became their own text\nant-flatten: column c is text: 2 numbers or booleans became their own text' ]
		run -0 --separate-stderr ant flatten -q --engine $engine <in
		[ "$stderr" = '' ]
		# What --where compares is the value, what --mask hides the text.
		[ $engine = native ] || [ "$(cells -q --engine $engine --select id --where '.a == 12.5' <in)" = 7 ]
		[ "$(cells -q --engine $engine --select id --where '.a == "12.5"' <in)" = '' ]
		[ "$(cells -q --engine $engine --select id --where '.b == true' <in)" = 7 ]
		sum=$(printf 12.5 | sha256sum | cut -d' ' -f1)
		[ "$(cells -q --engine $engine --select id,a --mask a=hash --mask id=redact <in | head -n 1)" = $'***\t'"$sum" ]
		[ "$(cells -q --engine $engine --select b --mode append --mask b=email <in | head -n 1)" = "$(printf true | sha256sum | cut -c1-12)" ]
	done
	# The whole number as it was, also where no double holds it.
	own value 'mode append' 'column v text = .v'
	[ "$(stream value <<<'{"v":12345678901234567890.10}' | cells -q)" = 12345678901234567890.10 ]
	jq -c '.data[]' "$DATA/api/cost_report.page1.json" | sed -E 's/"amount": ?"([0-9.]+)"/"amount":\1/' | stream cost_report "$in_window" | cells -q >have
	jq -c '.data[]' "$DATA/api/cost_report.page1.json" | stream cost_report "$in_window" | cells -q >want
	diff want have
}

@test "json: any value, without white space, numbers as they were" {
	run value json '{ "b" : [ 1.50 , 12345678901234567890 , "\u00e9\/" ] , "a" : null }'
	is_row '{"b":[1.50,12345678901234567890,"é/"],"a":null}'
	run value json '"x"'; is_row '"x"'
	run value json null; is_row '\N'
	run value json '["a\tb\\"]'; is_row '["a\\tb\\\\"]'
}

@test "text: rows are encoded as COPY reads them; a row that starts with # is no directive" {
	run value text '"a\tb\nc\rd\\e"'; is_row 'a\tb\nc\rd\\e'
	run value text '"\\N"'; is_row '\\N'
	own h 'mode append' 'column a text = .a' 'column b text = .b'
	printf '%s\n' '{"a":"#end\t1","b":"#"}' '{"a":"","b":"#x"}' '{"a":"\\","b":""}' | stream h | ant flatten >out
	[ "$(sed -n 5,8p out)" = $'\\#end\\t1\t#\n\t#x\n\\\\\t\n#end\t3\t\\N' ]
}

@test "text that is none becomes U+FFFD and is counted: NUL, lone surrogates, invalid UTF-8, also in keys" {
	own u 'mode append' 'column a text = .a' 'column j json = .j'
	printf '{"a":"x\\u0000y\\ud800z\xff","j":{"k\\udc00":"\xc3"}}\n' | stream u >in
	run -0 --separate-stderr ant flatten <in
	[ "${lines[4]}" = $'x\xef\xbf\xbdy\xef\xbf\xbdz\xef\xbf\xbd\t{"k\xef\xbf\xbd":"\xef\xbf\xbd"}' ]
	[[ $stderr == *'5 characters'*'U+FFFD'* ]]
	run -0 --separate-stderr ant flatten --engine jq <in
	[ "${lines[4]}" = $'x\xef\xbf\xbdy\xef\xbf\xbdz\xef\xbf\xbd\t{"k\xef\xbf\xbd":"\xef\xbf\xbd"}' ]
	[[ $stderr == *'5 characters'*'U+FFFD'* ]]
	printf '{"a":"\\ud83d\\ude80 \xf0\x9f\x9a\x80"}\n' | stream u >in
	run -0 --separate-stderr ant flatten <in
	[ "${lines[4]}" = $'🚀 🚀\t\\N' ]
	[ "$stderr" = '' ]
}

@test "text that is none is counted alike by whatever computes a column, masked ones too, once a cell" {
	local engine bad
	own u 'mode append' 'column a text = .a' 'column b text = .a | .' 'column n bigint = .n'
	for bad in '\\u0000' '\\ud800' '\\uDC00' '\xff' '\xed\xa0\x80'; do
		printf '{"a":"x%b y%b","n":1,"unread":"%b"}\n{"a":"\xef\xbf\xbd \\ufffd","n":2}\n' "$bad" "$bad" "$bad" | stream u >in
		for engine in auto jq; do
			run -0 --separate-stderr ant flatten --engine $engine --select a,n <in
			[[ $stderr == *'2 characters were no text'* ]] || { echo "$bad $engine: $stderr"; false; }
			run -0 --separate-stderr ant flatten --engine $engine <in
			[[ $stderr == *'4 characters were no text'* ]]
			[ "${lines[4]}" = $'x\xef\xbf\xbd y\xef\xbf\xbd\tx\xef\xbf\xbd y\xef\xbf\xbd\t1' ]
			[ "${lines[5]}" = $'\xef\xbf\xbd \xef\xbf\xbd\t\xef\xbf\xbd \xef\xbf\xbd\t2' ]
			run -0 --separate-stderr ant flatten --engine $engine --mask b=hash --where '.a != "x"' <in
			[[ $stderr == *'4 characters were no text'* ]]
			run -0 --separate-stderr ant flatten --engine $engine --select n <in
			[[ $stderr != *'no text'* ]]
		done
	done
	# What libjq compares is text already.
	printf '{"a":"\\ud800","n":1}\n' | stream u >in
	for engine in auto jq; do
		[ "$(cells -q --engine $engine --where '.a == "\ufffd"' <in | wc -l)" = 1 ]
		[ "$(cells -q --engine $engine --where '(.a | length) == 1' <in | wc -l)" = 1 ]
	done
}

@test "a record or a row that is null is no row of nulls, unless a column reads it as a whole" {
	local engine
	for engine in auto jq; do
		run -5 --separate-stderr ant flatten -t users --engine $engine <<<'{"data":[{"id":"a"},null],"has_more":false}'
		[[ $stderr == *'stdin:1:21: users: a row that is null' && $output != *'#end'* ]] || { echo "$engine: $stderr"; false; }
		printf 'null\n' | stream users >in
		run -5 --separate-stderr ant flatten --engine $engine <in
		[[ $stderr == *'stdin:2:1: users: a row that is null' ]]
		run -5 --separate-stderr ant flatten --engine $engine -t usage_report <<<'{"starting_at":"2026-08-08T00:00:00Z","results":[{},
			null]}'
		[[ $stderr == *'stdin:2:4: usage_report: a row that is null' ]]
		own v 'mode append' 'column v json = .' 'column w text = .w'
		run -0 cells --engine $engine -t v --mode append <<<null
		[ "$output" = $'\\N\t\\N' ]
	done
	run -5 --separate-stderr ant flatten -t users --add 'x text = .id | tostring' <<<null
	[[ $stderr == *'a row that is null' ]]
}

@test "a path through what has no members is an error, not null; // does not hide it" {
	own p 'mode append' 'column v text = .a.b // "none"'
	run -0 cells < <(printf '%s\n' '{"a":{"b":"x"}}' '{"a":{}}' '{"a":null}' '{}' | stream p)
	[ "$output" = $'x\nnone\nnone\nnone' ]
	for v in 5 '"s"' '[1]' true; do
		run -5 cells < <(printf '{"a":%s}\n' "$v" | stream p)
		[[ $output == *"stdin:2: p.v (text): $v has no members"* ]]
		run -5 cells --engine jq < <(printf '{"a":%s}\n' "$v" | stream p)
	done
}

@test "rows that are missing, null or no array are an error, an empty array is none" {
	for v in '{}' '{"results":null}' '{"results":5}' '{"results":"x"}' 'null' '[[]]'; do
		run -5 --separate-stderr ant flatten -t usage_report <<<"$v"
		[[ $output != *'#end'* ]]
	done
	run -0 ant flatten -t usage_report <<<'{"results":[]}'
}

# ---- keys -------------------------------------------------------------------------------

@test "keys come in any order: starting_at before, behind and between" {
	local r='"results":[{"model":"m","output_tokens":7}]' s='"starting_at":"2026-08-08T00:00:00Z"' e='"ending_at":"2026-08-09T00:00:00Z"' v
	for v in "$s,$e,$r" "$r,$s,$e" "$s,$r,$e" "$e,$r,$s" "$r,$e,\"results2\":[],$s"; do
		run -0 cells -q --select bucket,ending_at,model,output_tokens --mode append < <(echo "{$v}" | stream usage_report "$in_window")
		[ "$output" = $'2026-08-08T00:00:00Z\t2026-08-09T00:00:00Z\tm\t7' ] || [ "$output" = $'2026-08-08T00:00:00Z\tm\t7\t2026-08-09T00:00:00Z' ]
	done
}

@test "keys: escaped ones are the same keys" {
	run -0 cells -q -t claude_code_usage --select date,actor_id --mode append <<<'{"\u0064ate":"2026-08-10T00:00:00Z","act\u006fr":{"email\u005faddress":"a@b.c"}}'
	[ "$output" = $'2026-08-10T00:00:00Z\ta@b.c' ]
}

# escaped - each letter of the names on stdin, and of their texts, as \u00XX
escaped() {
	perl -pe 's{("(?:[^"\\]|\\.)*")}{ my $t = $1; $t =~ s{(\\u....|\\.)|([a-zA-Z])}{ $1 // sprintf("\\u%04x", ord $2) }ge; $t }ge'
}

@test "what is written with escapes is what it reads as: names at every level, times, pages, types" {
	local file table engine
	for file in usage_report_messages.page1 claude_code.2026-08-10.page1 cost_report.page1 api_keys.page1 rate_limits; do
		escaped <"$DATA/api/$file.json" >in.json
		[ "$(grep -c '"[a-z]' in.json)" = 0 ]
		for table in "$DATA/rows/$file".*.rows; do
			table=${table%.rows} table=${table##*.}
			ant flatten -t $table <"$DATA/api/$file.json" >want 2>want.err
			for engine in auto jq; do
				ant flatten -t $table --engine $engine <in.json >have 2>have.err
				diff want have
				diff want.err have.err
			done
		done
	done
	for file in "$DATA"/api/error.*.json; do
		run -5 --separate-stderr ant flatten -t users < <(escaped <"$file")
		[[ $stderr == *'stdin:1: an error answer of the API'* ]]
	done
	run -5 --separate-stderr ant flatten -t users < <(escaped <<<'{"data":{"id":"x"},"has_more":false}')
	[[ $stderr == *'data is not an array'* ]]
}

@test "control lines are what they read as, too: no record becomes one on its way, and none is hidden" {
	# As jq or a sender that escapes all would write them: the same stream.
	printf '%s\n' "$begin" "$user" "$end1" >in
	ant flatten <in >want
	sed 's/"@ant"/"\\u0040\\u0061nt"/; s/"begin"/"beg\\u0069n"/; s/"end"/"\\u0065\\u006E\\u0064"/' in >in2
	ant flatten <in2 | diff want -
	ant flatten -t users <in2 | diff want -
	printf '%s\n' "$begin" '{"\u0040ant":"end","records":0,"pages":1}' "$user" "$end1" | broken 'stdin:3: text behind the end line'
	printf '%s\n' "$begin" '{"\u0040ant":"x"}' "$user" "$end1" | broken 'stdin:2: unexpected control line'
	printf '%s\n' "$user" '{"@\u0061nt":"end","records":1,"pages":1}' >in
	run -5 --separate-stderr ant flatten -t users <in
	[[ $stderr == *'stdin:2: a control line, but the input did not start with a begin line'* ]]
	# Others are none.
	own k 'column id text key = .id' 'ignore .["@antx"] .["@an"] .["@ant"]'
	printf '%s\n' '{"@antx":1,"id":"1"}' '{"@an":1,"id":"2"}' '{"\u0041ant":1,"id":"3"}' '{"\u0140ant":1,"id":"4"}' '{"id":"5","@ant":"end"}' | stream k >in
	[ "$(cells -q <in | tr '\n' ' ')" = '1 2 3 4 5 ' ]
}

@test "keys that stand twice: the last one counts, at every level, in both engines" {
	own d 'mode append' 'rows .x.rows[]' 'column a text = .a' 'column b text = .o.b' 'column c text = .o.c' 'column s bigint = sum(.l[].n)' 'column r text = $record.r'
	cat >in.json <<-'E'
		{"r":"1","x":{"rows":[{"a":"no"}]},"r":"2","x":{"rows":[{"a":"x","a":"y","o":{"b":"1","c":"2"},"o":{"b":"3"},"l":[{"n":1,"n":2}],"l":[{"n":5,"n":7}]}]}}
		{"x":{"rows":[],"rows":[{"o":5,"o":{"c":"z"},"l":3,"l":[{"n":1}]}]}}
	E
	for engine in native jq; do
		run -0 cells --engine $engine < <(stream d <in.json)
		[ "$output" = $'y\t3\t\\N\t7\t2\n\\N\t\\N\tz\t1\t\\N' ]
	done
	for v in '{"x":{"rows":[{}]},"x":{}}' '{"x":{"rows":[{}]},"x":5}' '{"x":{"rows":[{}],"rows":null}}' '{"x":{"rows":[{}]},"x":null}'; do
		for engine in native jq; do
			run -5 cells --engine $engine < <(echo "$v" | stream d)
		done
	done
}

# ---- limits -----------------------------------------------------------------------------

@test "nesting of 512 is read and 513 refused, wanted or not" {
	own v 'mode append' 'column v json = .v' 'column w json = .w.x'
	deep() { printf '%s' "$1"; printf '[%.0s' $(seq "$2"); printf ']%.0s' $(seq "$2"); printf '%s\n' "$3"; }
	for k in v z; do
		deep "{\"$k\":" 511 '}' | stream v >in
		run -0 ant flatten -q <in
		deep "{\"$k\":" 512 '}' | stream v >in
		run -5 --separate-stderr ant flatten -q <in
		[[ $stderr == *'stdin:2:'*'nested deeper than 512 levels'* ]]
	done
	deep '{"w":{"x":' 510 '}}' | stream v >in
	run -0 ant flatten -q <in
	deep '{"w":{"x":' 511 '}}' | stream v >in
	run -5 ant flatten -q <in
}

@test "a record of 64 MiB is read, one byte more is refused" {
	own v 'mode append' 'column a text = .a'
	big() { printf '{"@ant":"begin","version":1,"table":"v"}\n{"a":"x","b":"'; head -c "$1" /dev/zero | tr '\0' y; printf '"}\n{"@ant":"end","records":1,"pages":1}\n'; }
	size=$((64 * 1024 * 1024 - 16))
	run -0 --separate-stderr ant flatten -q < <(big $size)
	[ "${lines[4]}" = x ]
	run -5 --separate-stderr ant flatten -q < <(big $((size + 1)))
	[[ $stderr == *'stdin:2: line is longer than 67108864 bytes'* ]]
}

# ---- the process ------------------------------------------------------------------------

@test "a full disk is a failure, a reader that went away ends it" {
	stream users <<<"$user" >in
	run -1 --separate-stderr bash -c 'ant flatten <in >/dev/full'
	[[ $stderr == *'No space left'* ]]
	run -1 bash -c 'ant flatten -t users --explain >/dev/full'
	run -1 bash -c 'ant flatten --help >/dev/full'
	own v 'mode append' 'column v text = .v'
	run -141 bash -c 'set -o pipefail; yes "{\"v\":\"0123456789012345678901234567890123456789\"}" | head -n 200000 | ant flatten -t v --mode append 2>err | head -n 1 >/dev/null'
	[ ! -s err ]
}

@test "the key of the API is in no expression's environment" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-secret ANTHROPIC_ADMIN_API_KEY=sk-ant-admin01-secret
	run -0 ant flatten -t users --select id --add 'e json = env' --add 'k json = $ENV' --mode append <<<'{"id":"1"}'
	[[ $output == *PATH* ]]
	[[ $output != *secret* ]]
}

@test "options: help, version, operands and unknown ones" {
	run -0 ant flatten --help
	[[ $output == 'usage: ant-flatten'* ]]
	[ "${#lines[@]}" -lt 24 ]
	run -0 ant flatten --version
	[[ $output == 'ant-flatten '* ]]
	run -2 ant flatten -t users operand </dev/null
	run -2 ant flatten --nosuch </dev/null
	run -2 ant flatten -t </dev/null
	run -5 bash -c 'ant flatten <&-'
	run -1 bash -c 'ant flatten -t users </'
}
