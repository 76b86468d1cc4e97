#!/usr/bin/env bats
# Every command line in the README and the manual pages runs, as written, beside a simulated
# organization and a real PostgreSQL.
load lib/helper

# shellcheck disable=SC2154	# set by run
load lib/docs
load lib/duckdb
load lib/clickhouse
load lib/mariadb

setup_file() {
	start_sim --days 20
	start_pg
	start_chdb
	create_database anthill
	start_mariadb
	export MY_URI="mysql://root@localhost/anthill?socket=$MY_DIR/s"
	createdb warehouse
	export DOCS_SIM=$ANTHROPIC_BASE_URL
	# What a page takes for granted: a file that curl has written, streams from somewhere else, and a table file of one's own.
	mkdir -p "$BATS_FILE_TMPDIR/given"
	cd "$BATS_FILE_TMPDIR/given" || return
	curl -s "$DOCS_SIM/v1/organizations/users" -H "x-api-key: $ANTHROPIC_ADMIN_KEY" -H 'anthropic-version: 2023-06-01' >users.json
	ant-fetch --rate 0 --from -3d usage_report >usage.ndjson
	ant-flatten <usage.ndjson >stream.rows
	printf '%s\n' 'path /v1/organizations/users' 'paging id' 'column id text key = .id' 'column domain text = .email | split("@") | last' >domains.table
	ANT_STATE=$PWD/state ant-sync --rate 0 --start -20d -q >/dev/null # anthill.db
	rm -r state
}

teardown_file() {
	stop_sim
	stop_chdb
	stop_mariadb
	stop_pg
}

each_setup() {
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated KEY=sk-ant-admin01-simulated EDITOR=true
	use_duckdb
	unset XDG_CONFIG_HOME XDG_STATE_HOME
	# The examples keep the default rate for the real API; the simulator has none.
	stub ant-fetch "exec $ANT_BIN/ant-fetch --rate 0 \"\$@\""
	stub ant-sync "exec $ANT_BIN/ant-sync --rate 0 \"\$@\""
	# A page may name the real API and a real warehouse: here they are the simulator and the test's server.
	stub curl 'for a; do shift; set -- "$@" "$(printf %s "$a" | sed "s#https://api.anthropic.com#$DOCS_SIM#")"; done; exec /usr/bin/curl "$@"'
	stub crontab 'case $1 in -l) echo "no crontab" >&2; exit 1 ;; esac; cat >>crontab.txt'
}

# Those of the README: the indented lines that start with one of the commands, or a variable or curl before one.
of_readme() {
	sed -n '/^    \(ant-\|curl\)/{:more; /|$/{N; s/\n */ /; b more}; s/^    //p}' "$ROOT/README.md"
}

@test "docs: the commands of the README run" {
	cp "$BATS_FILE_TMPDIR/given/anthill.db" . # as `make run` of its first lines makes it
	of_readme | sed 's/^ant-sync.*db.example.com.*/ant-sync --start -3d --dest postgresql:\/\/\/postgres/' >lines
	[ "$(wc -l <lines)" -ge 6 ]
	run_examples lines
}

@test "docs: what the README links to is there, and it has as many tables as it says" {
	local target
	grep -oE '\]\([^)]+\)' "$ROOT/README.md" | tr -d '()]' | sort -u >targets
	[ "$(wc -l <targets)" -ge 10 ]
	while read -r target; do
		case $target in
		\#*) grep -qix "## $(tr - ' ' <<<"${target#?}")" "$ROOT/README.md" ;;
		*) [ -e "$ROOT/$target" ] ;;
		esac || { echo "$target"; return 1; }
	done <targets
	grep -q "^| tables of this API | $(ant-tables --names | grep -cvx owners) |" "$ROOT/README.md" # that one is a file
	grep -q "^| | anthill $(<"$ROOT/VERSION") |" "$ROOT/README.md"
}

@test "docs: every page has examples, and each of them runs, in a folder and a home of the page's own" {
	local page
	for page in "$ROOT"/man/ant*.[157]; do
		mkdir -p "${page##*/}/home"
		cp -r "$BATS_FILE_TMPDIR"/given/* "${page##*/}"
		of_page "$page" >"${page##*/}/lines"
		case $page in *.1) [ -s "${page##*/}/lines" ] || { echo "no examples in ${page##*/}"; return 1; } ;; esac
		psql -qc 'drop schema public cascade; create schema public' >/dev/null 2>&1
		(cd "${page##*/}" && HOME=$PWD/home && run_examples lines) || { echo "in ${page##*/}"; return 1; }
	done
}

@test "docs: what a reader sees is what is run: no quote is lost in formatting" {
	local page line
	for page in "$ROOT"/man/ant*.[157]; do
		mandoc -T ascii -O width=400 "$page" | col -b >shown
		while IFS= read -r line; do
			grep -qF -- "$line" shown || { echo "${page##*/}: $line"; return 1; }
		done < <(of_page "$page")
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

# same WHAT ONE OTHER - two sorted lists of options are equal
same() {
	diff "$2" "$3" >differ || { echo "$1:"; cat differ; return 1; }
}

@test "docs: an option that a command takes is in its page, its synopsis and both completions; and none else is" {
	local cmd page option other
	bash "$ROOT/scripts/completions" bash "$ROOT"/man/ant-*.1 >in.bash
	bash "$ROOT/scripts/completions" zsh "$ROOT"/man/ant-*.1 >in.zsh
	for cmd in "$ANT_BIN"/ant-*; do
		cmd=${cmd##*/}
		page=$ROOT/man/$cmd.1
		options_taken "$cmd" >taken
		options_of_page "$page" >listed
		options_of_synopsis "$page" >shown
		[ "$(wc -l <taken)" -ge 7 ]
		same "$cmd takes, its page lists" taken listed
		bash "$ROOT/tests/lib/complete.bash" in.bash "$cmd -" | sort -u >offered
		same "$cmd takes, bash offers" taken offered
		sed -n "/^\t$cmd)/,/;;/s/^\t\t\t'\*\(-[A-Za-z-]*\).*/\1/p" in.zsh | sort -u >offered
		same "$cmd takes, zsh offers" taken offered
		[ -z "$(comm -23 shown taken)" ] || { echo "$cmd: in the synopsis only: $(comm -23 shown taken)"; return 1; }
		! sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$page" | grep -q '^\.Op Ar option' || continue # others below
		while read -r option; do
			case $option in -h | --help | --version | -q | --quiet | -v | --verbose) continue ;; esac
			for other in $(aliases "$page" "$option"); do ! grep -qx -- "$other" shown || continue 2; done
			echo "$cmd: $option is not in the synopsis"
			return 1
		done <listed
	done
}

@test "docs: a page that another one names is there" {
	local name section
	grep -ohE '^\.Xr (ant-|anthill)[a-z-]* [0-9]' "$ROOT"/man/* "$ROOT"/packaging/systemd/* | sort -u >named
	[ "$(wc -l <named)" -ge 15 ]
	while read -r _ name section; do
		[ -e "$ROOT/man/$name.$section" ] || { echo "$name($section)"; return 1; }
	done <named
	# And each page is to be found from the front one.
	for name in "$ROOT"/man/*; do
		name=${name##*/}
		[ "$name" = anthill.7 ] || grep -q "^\.\(It \)\?Xr ${name%.*} ${name##*.}" "$ROOT/man/anthill.7" || { echo "anthill(7) does not name $name"; return 1; }
	done
}

@test "docs: every option that --help names is one" {
	local cmd
	for cmd in "$ANT_BIN"/ant-*; do
		cmd=${cmd##*/}
		options_of_page "$ROOT/man/$cmd.1" >listed
		# In an example, what stands left of the last pipe belongs to others.
		"$cmd" --help | sed '/usage:/!s/.*| *ant-/ant-/' | grep -oE -- '(^|[][ |])--[a-z][a-z-]*' | tr -d '][ |' | sort -u >named
		[ "$(wc -l <named)" -ge 2 ]
		comm -23 named listed >missing
		[ ! -s missing ] || { echo "$cmd:"; cat missing; return 1; }
	done
}

@test "docs: --help fits a screen, exits 0 on stdout alone; a wrong option exits 2 on stderr alone" {
	local cmd
	for cmd in "$ANT_BIN"/ant-*; do
		run -0 --separate-stderr "$cmd" --help
		[ -z "$stderr" ] && [ "${#lines[@]}" -le 50 ] || { echo "$cmd --help: ${#lines[@]} lines"; return 1; }
		[[ $output == *usage:* ]]
		run -2 --separate-stderr "$cmd" --no-such-option
		[ -z "$output" ]
		[ -n "$stderr" ]
		run -0 --separate-stderr "$cmd" --version
		[[ $output == "${cmd##*/} $(<"$ROOT/VERSION")" ]]
	done
}
