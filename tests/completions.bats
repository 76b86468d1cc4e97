#!/usr/bin/env bats
# What a Tab offers, in bash and in zsh.  Both files come from the manual pages.
# shellcheck disable=SC2016,SC2154
load lib/helper

setup_file() {
	bash "$ROOT/scripts/completions" bash "$ROOT"/man/ant-*.1 >"$BATS_FILE_TMPDIR/anthill"
	mkdir "$BATS_FILE_TMPDIR/zsh"
	bash "$ROOT/scripts/completions" zsh "$ROOT"/man/ant-*.1 >"$BATS_FILE_TMPDIR/zsh/_anthill"
}

in_bash() { bash "$ROOT/tests/lib/complete.bash" "$BATS_FILE_TMPDIR/anthill" "$1" | sort | paste -sd ' '; }
in_zsh() { zsh -f "$ROOT/tests/lib/complete.zsh" "$BATS_FILE_TMPDIR/zsh" "$1" | sort | paste -sd ' '; }

# offers LINE WORDS - both shells offer exactly these
offers() {
	local shell got
	for shell in bash zsh; do
		got=$("in_$shell" "$1")
		[ "$got" = "$2" ] || { echo "$shell, '$1': '$got'"; return 1; }
	done
}

@test "completions: options" {
	offers 'ant-fetch --wi' '--width'
	offers 'ant-ingest --source-t' '--source-table'
	offers 'ant-load-pg --dry' '--dry-run'
	offers 'ant-sync --full-refresh --pl' '--plain --plan'
	[ -z "$(in_bash 'ant-fetch --zzz')" ]
}

@test "completions: the names of tables, those of the user's own as well" {
	offers 'ant-fetch us' 'usage_by_cost usage_report usage_report_total users'
	offers 'ant-tables --json workspace_' 'workspace_members workspace_rate_limits workspace_service_accounts'
	offers 'ant-sync --plan cost' 'cost_report cost_report_total'
	offers 'ant-flatten -t inv' 'invites'
	offers 'ant-ingest --source-table us' 'usage_by_cost usage_report usage_report_total users'
	offers 'ant-ingest --source-table=us' 'usage_by_cost usage_report usage_report_total users'
	offers 'ant-tables --names @en' '@enterprise'
	offers 'ant-sync @' '@all @compliance @console @enterprise @identity @legacy'
	mkdir own
	cp "$ROOT/lib/tables/users.table" own/usurers.table
	export ANT_TABLES=$PWD/own
	offers 'ant-fetch us' 'usage_by_cost usage_report usage_report_total users usurers'
	cp own/usurers.table odd.table
	offers 'ant-tables od' 'odd.table'
}

@test "completions: the values that an option can have" {
	offers 'ant-fetch --width ' '1d 1h 1m'
	offers 'ant-fetch --width=1' '1d 1h 1m'
	offers 'ant-fetch --log-format j' 'json'
	offers 'ant-load-sqlite --mode ' 'append merge replace window'
	offers 'ant-flatten --engine ' 'auto jq native'
	offers 'ant-tables --ddl s' 'snowflake sqlite'
	offers 'ant-ingest --incremental-strategy=d' 'delete+insert'
	offers 'ant-fetch --from to' 'today'
	[ -z "$(in_bash 'ant-fetch --jobs ')" ]
}

@test "completions: commands of ant-state, and then tables" {
	offers 'ant-state ' 'agree ask commit get list lock receipts reset set window'
	offers 'ant-state window us' 'usage_by_cost usage_report usage_report_total users'
}

@test "completions: destinations, of which readline replaces only what stands behind the colon" {
	offers 'ant-sync --dest sq' 'sqlite:///'
	[ "$(in_bash 'ant-sync --dest sqlite:')" = /// ]
	[ "$(in_bash 'ant-sync --dest=sqlite:/')" = /// ]
	[ "$(in_zsh 'ant-sync --dest=po')" = 'postgresql://' ]
	[ "$(in_bash 'ant-ingest --source-uri an')" = 'anthropic://' ]
	offers 'ant-ingest --dest-uri b' 'bigquery://'
}

@test "completions: files and folders" {
	mkdir folder
	touch file
	offers 'ant-load-sqlite fi' 'file'
	offers 'ant-fetch --key-file fi' 'file'
	offers 'ant-load-csv -o fi' 'file'
	[ "$(in_bash 'ant-tables -T f')" = folder ]
}

@test "completions: every option that a command takes is offered, by both shells" {
	local cmd option
	for cmd in "$ROOT"/man/ant-*.1; do # docs.bats tells where a command has no page
		cmd=$(basename "$cmd" .1)
		if [ -e "$ROOT/cmd/$cmd.c" ]; then
			source_of "$cmd" | cat - "$ROOT/cmd/cli.c" |
				sed -n 's/^\t{"\([a-z-]*\)", [a-z_]*argument.*/--\1/p; s/^\t{\.name = "\([a-z-]*\)".*/--\1/p'
		elif [ "$cmd" = ant-sync ]; then
			sed -n "s/^readonly VALUED='\(.*\)'/\1/p; /^parse_options/,/^}/s/^\t\t\(-[^)]*\)) .*/\1/p" "$ROOT/scripts/$cmd" |
				tr ' |' '\n\n' | grep -E '^--?[a-z]'
		else # what ingestr has and what changes nothing need not be offered
			"$cmd" --help | grep -oE -- '--[a-z][a-z-]+'
		fi | sort -u >taken
		[ "$(wc -l <taken)" -ge 6 ] || { echo "$cmd"; cat taken; return 1; }
		in_bash "$cmd -" | tr ' ' '\n' | sort >in_bash
		sed -n "/^\t$cmd)/,/;;/s/^\t\t\t'\*\(-[a-z-]*\).*/\1/p; /^\t$cmd)/,/;;/s/^\t\t\t'\*\(-T\)\[.*/\1/p" "$BATS_FILE_TMPDIR/zsh/_anthill" | sort >in_zsh
		for shell in bash zsh; do
			comm -23 taken "in_$shell" >missing
			[ ! -s missing ] || { echo "$cmd, $shell:"; cat missing; return 1; }
		done
	done
}

@test "completions: no option is offered that its command refuses" {
	local cmd option status
	for cmd in "$ROOT"/man/ant-*.1; do # docs.bats tells where a command has no page
		cmd=$(basename "$cmd" .1)
		for option in $(in_bash "$cmd -"); do
			case $option in --version | --help | -h) continue ;; esac
			# A server would start.  In the background timeout sends SIGCONT, too, which undoes the stop that
			# LeakSanitizer waits for at an exit at that moment.
			status=0
			timeout --foreground -k 60 1 "$cmd" "$option" --help </dev/null >out 2>&1 || status=$?
			[ "$status" != 137 ] || { echo "$cmd $option does not end"; return 1; }
			if grep -qE "^$cmd: (unrecognized|invalid|unknown) option" out; then
				echo "$cmd $option"
				head -n 3 out
				return 1
			fi
		done
	done
}

@test "completions: bash completes at a real prompt, for a command that is found by its path as well" {
	cat >drive.py <<-'END'
	import os, pty, select, sys
	pid, terminal = pty.fork()
	if pid == 0:
	    os.execvp("bash", ["bash", "--norc", "-i"])
	def talk(text, until):
	    os.write(terminal, text)
	    seen = b""
	    while until not in seen and select.select([terminal], [], [], 5)[0]:
	        seen += os.read(terminal, 4096)
	    return seen
	talk(b"PS1=ready; source " + sys.argv[1].encode() + b"\n", b"hready")
	print(talk(b"ant-fetch --log-format=js\t", b"json").decode())
	print(talk(b"\x15ant-tables @enterp\t", b"prise").decode())
	os.kill(pid, 9)
	END
	run -0 python3 drive.py "$BATS_FILE_TMPDIR/anthill"
	[[ $output == *"ant-fetch --log-format=json"* && $output == *"ant-tables @enterprise"* ]]
	[ "$(in_bash "$ANT_BIN/ant-fetch us")" = 'usage_by_cost usage_report usage_report_total users' ]
}

@test "completions: a page without options, or no page, is an error and not an empty file" {
	run -2 bash "$ROOT/scripts/completions" fish "$ROOT/man/ant-fetch.1"
	run -2 bash "$ROOT/scripts/completions" bash
	run -1 bash "$ROOT/scripts/completions" bash "$ROOT/man/anthill.7"
}
