# ant-tables and the table files: what is listed, and every error by file and line.
load lib/helper

each_setup() { mkdir -p tables; }

ALL='api_keys claude_code_models claude_code_usage cost_report invites messages_usage organization rate_limits usage_report users workspace_members workspace_rate_limits workspaces'

@test "ant-tables lists all thirteen tables, each with its text" {
	run -0 ant tables --names
	[ "$(echo $output)" = "$ALL" ]
	run -0 ant tables
	[ "${#lines[@]}" = 13 ]
	[[ $output == *'cost_report'*'Cost per day'* ]]
}

@test "ant-tables TABLE tells columns, types, key and text of each column" {
	run -0 ant tables cost_report
	[[ $output == *'/v1/organizations/cost_report'* ]]
	[[ $output == *'window bucket'* ]]
	[[ $output == *'1d, at most 31 buckets a page'* ]]
	[[ $output == *'workspace_id description'* ]]
	[[ $output =~ amount_cents\ +numeric\ +'Cost in cents' ]]
	[[ $output =~ bucket\ +timestamptz\ +key\ +'Start of the day' ]]
	run -0 ant tables workspace_members workspaces
	[[ $output == *'foreach    workspaces .id'* ]]
	[[ $output == *'include_archived=true'* ]]
}

@test "objects are unique, reports never" {
	local name
	for name in $ALL; do
		[ "$(ant tables --json $name | jq -r '.unique == (.mode == "replace")')" = true ] || { echo "$name"; return 1; }
	done
	[[ $(ant tables users) == *$'\n  unique '* ]]
	[[ $(ant tables usage_report) != *'unique '* ]]
}

@test "ant-tables --tsv: twelve fields a table, for scripts" {
	run -0 ant tables --tsv
	[ "$(printf '%s\n' "$output" | awk -F '\t' 'NF != 12' | wc -l)" = 0 ]
	fields() { grep "^$1"$'\t' <<<"$output" | cut -f 1-9,11; }
	[ "$(fields usage_report)" = $'usage_report\twindow\tbucket\tpage\t1d\t2023-01-01\t-\tconsole\t-\tyes' ]
	[ "$(fields claude_code_usage)" = $'claude_code_usage\twindow\tdate\tday\t1d\t2025-01-01\t-\tconsole\t-\tyes' ]
	[ "$(fields workspace_members)" = $'workspace_members\treplace\t-\tid\t-\t-\tworkspaces\tconsole\t-\tno' ]
	[ "$(fields organization)" = $'organization\treplace\t-\tnone\t-\t-\t-\tconsole\t-\tno' ]
	[ "$(fields analytics_usage)" = $'analytics_usage\twindow\tstarting_at\tpage\t1d\t2026-01-01\t-\tconsole,enterprise\t30d\tyes' ]
	[ "$(fields compliance_review_cases)" = $'compliance_review_cases\tmerge\t-\tpage\t-\t2023-01-01\t-\tcompliance\t3d\tyes' ]
	[ "$(fields compliance_activities | cut -f 9)" = 1h ]
	[ "$(grep ^analytics_usage$'\t' <<<"$output" | cut -f 12)" = 2026-01-01,-8760h ]
	[ "$(grep ^cost_report$'\t' <<<"$output" | cut -f 12)" = - ]
}

@test "ant-tables --tsv: tables that the same requests feed have the same crawl, all others one of their own" {
	ant tables --tsv | cut -f 1,10 >crawls
	crawl() { awk -v t="$1" '$1 == t { print $2 }' crawls; }
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
	[ "$(ant tables -T own --tsv a b c d cost_report | cut -f 10 | uniq -c | awk '{ print $1 }' | paste -sd ,)" = 2,1,1,1 ]
}

@test "ant-tables --json: one object a line, and it says what the rows' head says" {
	local name heads=$BATS_TEST_DIRNAME/data/rows
	run -0 ant tables --json
	[ "${#lines[@]}" = 13 ]
	for name in $ALL; do
		ant tables --json $name >t.json
		[ "$(jq -r '"#key\t" + ([.columns[] | select(.key).name] | join("\t"))' t.json)" = "$(grep '^#key' "$heads/$name.head")" ]
		[ "$(jq -r '"#type\t" + ([.columns[].type] | join("\t"))' t.json)" = "$(grep '^#type' "$heads/$name.head")" ]
		[ "$(jq -r '"#cols\t" + ([.columns[].name] | join("\t"))' t.json)" = "$(grep '^#cols' "$heads/$name.head")" ]
		[ "$(jq -r '.table' t.json)" = $name ]
		[ "$(jq -r '[.columns[] | select(.text == "")] | length' t.json)" = 0 ]
	done
	[ "$(ant tables --json usage_report | jq -c '[.widths[] | [.name, .limit]]')" = '[["1d",31],["1h",168],["1m",1440]]' ]
	[ "$(ant tables --json usage_report | jq -r '.group_by | length')" = 5 ]
	[ "$(ant tables --json workspaces | jq -c .params)" = '["include_archived=true"]' ]
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
	one 'width 1d' | wrong 3 'width needs a name and limit=N'
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
	one $'column d date = .d\nmode window d' | wrong 4 'mode window needs a width, or paging day'
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
	[ "$(ant tables -T one --names | wc -l)" = 13 ]
	: >one/odd-name.table
	: >one/.table
	[ "$(ant tables -T one --names | wc -l)" = 13 ]
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
