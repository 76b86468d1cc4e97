#!/usr/bin/env bats
# Every command line in the README and the manual pages runs, as written, beside a simulated
# organization and a real PostgreSQL.
load helper

setup_file() {
	start_sim --days 20
	start_pg
	export DOCS_SIM=$ANTHROPIC_BASE_URL
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() {
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated KEY=sk-ant-admin01-simulated ANT_STATE=$PWD/state
	# The examples keep the default rate for the real API; the simulator has none.
	stub ant-fetch "exec $ANT_BIN/ant-fetch --rate 0 \"\$@\""
	# A page may name the real API and a real warehouse: here they are the simulator and the test's server.
	stub curl 'for a; do shift; set -- "$@" "$(printf %s "$a" | sed "s#https://api.anthropic.com#$DOCS_SIM#")"; done; exec /usr/bin/curl "$@"'
}

# The examples of one page: what stands in .Dl lines behind a dollar, roff's escapes undone.
of_page() {
	sed -n 's/^\.Dl \$ //p' "$1" | sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(dq/"/g' -e 's/\\&//g' -e 's/\\e/\\/g'
}

# Those of the README: the indented lines that start with one of the commands, or a variable or curl before one.
of_readme() {
	sed -n '/^    \(ant-\|curl\)/{:more; /|$/{N; s/\n */ /; b more}; s/^    //p}' "$ROOT/README.md"
}

# Run one example, with what it needs in place.
example() {
	local line=$1
	echo "# $line" >>ran
	case $line in
	ant-sim*--port*) # a server: it must say where it is, and stop when told to
		timeout -s TERM 2 bash -c "exec ${line//--port 80[0-9]*/--port 0}" >sim.txt || [ $? = 124 ]
		grep -q '^http://127.0.0.1:' sim.txt
		;;
	*)
		timeout 120 bash -c "set -o pipefail; $line" >out.txt 2>err.txt || {
			echo "example: $line"
			tail -n 5 err.txt
			return 1
		}
		;;
	esac
}

@test "docs: the commands of the README run" {
	local line
	while IFS= read -r line; do
		case $line in *db.example.com*) line="ant-sync --start -3d --dest postgresql:///postgres" ;; esac
		example "$line"
	done < <(of_readme)
	[ "$(wc -l <ran)" -ge 6 ]
}

@test "docs: every page has examples, and each of them runs" {
	local page line n
	for page in "$ROOT"/man/ant*.[157]; do
		n=0
		while IFS= read -r line; do
			n=$((n + 1))
			example "$line" || { echo "in ${page##*/}"; return 1; }
		done < <(of_page "$page")
		case $page in *.1) [ "$n" -gt 0 ] || { echo "no examples in ${page##*/}"; return 1; } ;; esac
	done
}

@test "docs: every command has a page with the sections people look for, and the front page names it" {
	local cmd page
	for cmd in "$ANT_BIN"/ant-*; do
		cmd=${cmd##*/}
		page=$ROOT/man/$cmd.1
		for section in NAME SYNOPSIS DESCRIPTION ENVIRONMENT 'EXIT STATUS' EXAMPLES; do
			grep -q "^\.Sh $section" "$page" || { echo "$cmd: no $section"; return 1; }
		done
		grep -q "^\.It Xr $cmd 1" "$ROOT/man/anthill.7"
		grep -q "$cmd" "$ROOT/README.md"
	done
}

@test "docs: every long option of --help is in the page, and the other way round" {
	local cmd
	for cmd in "$ANT_BIN"/ant-*; do
		cmd=${cmd##*/}
		"$cmd" --help | grep -oE -- '--[a-z][a-z-]+' | sort -u >help.txt
		grep -oE -- '(Fl|--) ?-[a-z][a-z-]+|--[a-z][a-z-]+' "$ROOT/man/$cmd.1" | sed -E 's/^(Fl|--) ?-/--/; s/^---/--/' | sort -u >page.txt
		comm -23 help.txt page.txt >missing.txt
		[ ! -s missing.txt ] || { echo "$cmd: not in the page:"; cat missing.txt; return 1; }
	done
}

@test "docs: --help fits a screen, exits 0 on stdout alone; a wrong option exits 2 on stderr alone" {
	local cmd
	for cmd in "$ANT_BIN"/ant-*; do
		run -0 --separate-stderr "$cmd" --help
		[ -z "$stderr" ] && [ "${#lines[@]}" -le 50 ] || { echo "$cmd --help: ${#lines[@]} lines"; return 1; }
		[[ $output == *usage:* ]]
		run -2 --separate-stderr "$cmd" --no-such-option
		[ -z "$output" ] && [ -n "$stderr" ]
		run -0 --separate-stderr "$cmd" --version
		[[ $output == "${cmd##*/} $(<"$ROOT/VERSION")" ]]
	done
}
