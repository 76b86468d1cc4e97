# The examples of the manual pages: taken out, and run.

# of_page FILE - what stands in .Dl lines behind a dollar, roff's escapes undone
of_page() {
	sed -n 's/^\.Dl \$ //p' "$1" |
		sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(dq/"/g' -e 's/\\&//g' -e 's/\\e\|\\(rs/\\/g' -e "s/\\\\'/'/g"
}

# run_examples FILE - run its lines in one shell, as a reader would type them.  DOCS_SIM is where the simulator is
# that the pages expect on a fixed port, CHDB_URI where ClickHouse is, and MY_URI where MariaDB.
run_examples() {
	# shellcheck disable=SC2016	# the inner shell expands it
	timeout -k 5 300 bash -c '
		set -o pipefail
		trap "jobs -p | xargs -r kill" EXIT
		while IFS= read -r line <&9; do
			echo "# $line" >>ran
			line=${line//http:\/\/127.0.0.1:80[0-9][0-9]/$DOCS_SIM}
			line=${line//mysql:\/\/me@db\/usage/"${MY_URI-}"}
			line=${line//clickhouse:\/\/127.0.0.1/${CHDB_URI-}}
			case $line in
			ant-sim*--port*"&") # a server on a free port, whose address goes to a file
				eval "$line"
				sleep 0.5
				continue
				;;
			ant-sim*--port*) # one on a fixed port: it must say where it is, and stop when told to
				timeout --foreground 1 bash -c "exec ${line//--port 80[0-9]*/--port 0}" >sim.txt || [ $? = 124 ]
				grep -q "^http://127.0.0.1:" sim.txt
				;;
			*) eval "$line" >out.txt 2>err.txt </dev/null ;;
			esac || { echo "example: $line"; tail -n 5 err.txt; exit 1; }
		done' 9<"$1" 3>&-
}

# The options of a command, one a line and sorted: those that it takes, by its source ...
options_taken() { # COMMAND
	local source=$ROOT/cmd/$1.c
	if [ -e "$source" ]; then
		source_of "$1" | cat - "$ROOT/cmd/cli.c" >source
		sed -n 's/^\t{"\([a-z-]*\)", [a-z_]*argument.*/--\1/p; s/^\t{\.name = "\([a-z-]*\)".*/--\1/p' source
		sed -n "s/^\t{\.name = .*\.letter = '\([A-Za-z]\)'.*/-\1/p" source
		printf '%s\n' -h -q -v
	else
		sed -n "s/^readonly \(VALUED\|TAKEN\)='\(.*\)'.*/\2/p; /^\(parse_options\|take\)() {/,/^}/s/^\t*\(-[^)]*\)).*/\1/p" "$ROOT/scripts/$1" |
			tr ' |' '\n\n' | grep -xE -- '-[A-Za-z]|--[a-z][a-z-]+'
	fi | grep . | sort -u
}

# ... those that its page describes; and those of the page's synopsis.
options_of_page() { # PAGE
	awk '/^\.It Fl / { '"$FLAGS_OF_LINE"' }' "$1" | sort -u
}

options_of_synopsis() { # PAGE
	# shellcheck disable=SC2016	# awk expands it
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$1" | awk '/Fl / { '"$FLAGS_OF_LINE"' }' | sort -u
}

# shellcheck disable=SC2016	# awk expands it
FLAGS_OF_LINE='
	macro = ""
	for (i = 1; i <= NF; i++) {
		word = $i
		if (word ~ /^\.?(Fl|Ar|Cm|Ns|No|Oo|Oc|Op|Pa|Li|It|Nm)$/) {
			macro = word
			sub(/^\./, "", macro)
		} else if (word ~ /^[,|]$/ && $(i + 1) ~ /^-/) {
			macro = "Fl"
		} else if (macro == "Fl" && word ~ /^-[a-z][a-z-]+$/) {
			print "-" word
		} else if (macro == "Fl" && word ~ /^[A-Za-z]+$/) {	# -qv is two
			for (k = 1; k <= length(word); k++) print "-" substr(word, k, 1)
		}
	}'

# aliases PAGE OPTION - the options that stand in the same line of the list
aliases() {
	# shellcheck disable=SC2016	# awk expands it
	grep '^\.It Fl ' "$1" | while IFS= read -r line; do
		awk '{ '"$FLAGS_OF_LINE"' }' <<<"$line" | paste -sd ' '
	done | grep -E -- "(^| )$2( |\$)"
}
