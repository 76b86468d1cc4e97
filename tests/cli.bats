#!/usr/bin/env bats
# shellcheck disable=SC2154	# set by run
# What the commands' command lines do alike.
load lib/helper

@test "cli: a mistyped option is answered with the one it may have been meant to be" {
	run -2 --separate-stderr ant fetch --form -7d users
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "ant-fetch: unrecognized option '--form'" ]
	[ "${stderr_lines[1]}" = "ant-fetch: did you mean --from?" ]
	[[ ${stderr_lines[2]} == "usage: ant-fetch "* ]]
	run -2 --separate-stderr ant sim --latncy=3
	[ "${stderr_lines[1]}" = "ant-sim: did you mean --latency?" ]
	run -2 --separate-stderr ant load-pg --shcema x
	[ "${stderr_lines[1]}" = "ant-load-pg: did you mean --schema?" ]
	run -2 --separate-stderr ant state list --jsno
	[ "${stderr_lines[1]}" = "ant-state: did you mean --json?" ]
	run -2 --separate-stderr ant load-csv --hlep
	[ "${stderr_lines[1]}" = "ant-load-csv: did you mean --help?" ]
}

@test "cli: foreign text in a message moves no cursor and forges no line" {
	run -2 --separate-stderr ant state get $'a\r\nb\e[2Jc\x7fd\u009b2Je\u0085f\u00a0é'
	[ "$stderr" = $'ant-state: \'a\\x0d\\x0ab\\x1b[2Jc\\x7fd\\x9b2Je\\x85f\u00a0é\' is not a table name' ]
}

@test "cli: what is near to nothing, short for several, or no long option is answered with the usage alone" {
	local wrong
	for wrong in --zzzz --t --= -Z --check=1 --from "--$(printf '%0200d' 0)"; do
		run -2 --separate-stderr ant fetch "$wrong"
		[ -z "$output" ]
		[[ $stderr != *"did you mean"* ]] || { echo "$wrong: $stderr"; return 1; }
		[[ ${stderr_lines[0]} == "ant-fetch: "* && ${stderr_lines[1]} == "usage: "* ]]
	done
}

@test "cli: a mistyped table is answered with the nearest one, and all there are" {
	local pair
	for pair in usage_reprot:usage_report usage:usage_report user:users workspace:workspaces \
		cost_reports:cost_report apikeys:api_keys claude_code:claude_code_usage; do
		run -2 --separate-stderr ant fetch "${pair%:*}"
		[[ $stderr == "ant-fetch: unknown table '${pair%:*}'; did you mean ${pair#*:}?  The tables are: analytics_artifacts, "*", workspaces" ]] ||
			{ echo "$stderr"; return 1; }
	done
	run -2 --separate-stderr ant tables worksapces
	[[ $stderr == *"did you mean workspaces?"* ]]
	run -2 --separate-stderr ant flatten -t uzers </dev/null
	[[ $stderr == *"did you mean users?"* ]]
	for pair in zzz "" u ../etc; do
		run -2 --separate-stderr ant fetch "$pair"
		[[ $stderr == *"unknown table '$pair'; the tables are: "* ]] || { echo "$stderr"; return 1; }
	done
}

@test "cli: a table of the user's own is suggested as well, and where there are none it says so" {
	mkdir own
	cp "$ROOT/lib/tables/users.table" own/colleagues.table
	run -2 --separate-stderr ant tables -T own colleages
	[[ $stderr == *"did you mean colleagues?"* ]]
}

@test "cli: a mistyped command of ant-state is answered with the nearest one" {
	run -2 --separate-stderr ant state windwo users
	[ "${stderr_lines[0]}" = "ant-state: unknown command 'windwo'; did you mean window?" ]
	run -2 --separate-stderr ant state frobnicate
	[ "${stderr_lines[0]}" = "ant-state: unknown command 'frobnicate'" ]
}

@test "cli: --help fits a screen of 24 lines and 80 columns, and shows the two most common uses" {
	local cmd
	for cmd in "$ROOT"/cmd/ant-*.c; do
		cmd=$(basename "$cmd" .c)
		run -0 "$ANT_BIN/$cmd" --help
		[ "${#lines[@]}" -le 24 ]
		"$ANT_BIN/$cmd" --help | awk -v cmd="$cmd" 'length > 80 { print cmd ": " $0; wide = 1 } END { exit wide || NR > 24 }'
		# Uses stand below the usage, each with the command in it.
		[ "$(sed -n '/^$/,$p' <<<"$("$ANT_BIN/$cmd" --help)" | grep -cE "^ .*(\b|\| )$cmd\b")" -ge 2 ] || { echo "$cmd: no two uses"; return 1; }
	done
}
