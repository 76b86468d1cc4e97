# The examples of the manual pages: taken out, and run.

# of_page FILE - what stands in .Dl lines behind a dollar, roff's escapes undone
of_page() {
	sed -n 's/^\.Dl \$ //p' "$1" |
		sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(dq/"/g' -e 's/\\&//g' -e 's/\\e\|\\(rs/\\/g' -e "s/\\\\'/'/g"
}

# run_examples FILE - run its lines in one shell, as a reader would type them.  DOCS_SIM is where the simulator is
# that the pages expect on a fixed port.
run_examples() {
	# shellcheck disable=SC2016	# the inner shell expands it
	timeout -k 5 300 bash -c '
		set -o pipefail
		trap "jobs -p | xargs -r kill" EXIT
		while IFS= read -r line <&9; do
			echo "# $line" >>ran
			line=${line//http:\/\/127.0.0.1:80[0-9][0-9]/$DOCS_SIM}
			case $line in
			ant-sim*--port*"&") # a server on a free port, whose address goes to a file
				eval "$line"
				sleep 0.5
				continue
				;;
			ant-sim*--port*) # one on a fixed port: it must say where it is, and stop when told to
				timeout 1 bash -c "exec ${line//--port 80[0-9]*/--port 0}" >sim.txt || [ $? = 124 ]
				grep -q "^http://127.0.0.1:" sim.txt
				;;
			*) eval "$line" >out.txt 2>err.txt </dev/null ;;
			esac || { echo "example: $line"; tail -n 5 err.txt; exit 1; }
		done' 9<"$1" 3>&-
}
