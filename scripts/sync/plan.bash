# ant-sync --plan: the pipelines of the tables, one command a line, for a shell to run.
#
# Reads: tables, fetch, flags, kind, file, loader, scope, plan_key, mode_of.  Sets nothing that is not local.

plan_organization() { # NAME
	local name
	settle "$1" || return
	for name in "${tables[@]}"; do plan_table "$name"; done
}

# Print the pipelines of one table, a window a line.  Their lock is shared, so that windows of
# one table may be loaded at once and in any order: the watermark follows as they join up.
plan_table() { # TABLE
	local table=$1 from to a b
	local -i at end last
	local -a since=()
	scope_for "$table"
	loader_for "$table"
	if [[ ${mode_of[$table]} != window ]]; then
		plan_line ''
		return
	fi
	set_window || exit
	((${#since[@]})) || since=(--since "$from")
	seconds "$to"
	last=$REPLY
	seconds "$from"
	at=$REPLY
	while ((at < last)); do
		next_end
		utc "$at"
		a=$REPLY
		utc "$end"
		b=$REPLY
		plan_line "--from $a --to $b" --shared
		at=$end
	done
}

plan_line() { # WINDOW [--shared]
	local text
	quote ant-fetch "${fetch[@]}"
	text="$REPLY ${1:+$1 }$table"
	if [[ $kind == csv ]]; then
		quote "$file"
		text="mkdir -p $REPLY && $text"
	fi
	quote ant-flatten "${flags[@]}"
	text+=" | $REPLY"
	quote "${loader[@]}"
	text+=" | $REPLY"
	quote ant-state --scope "$scope" commit "${since[@]}"
	# shellcheck disable=SC2016	# for the shell that runs the plan
	text+=" | $REPLY"'; for s in "${PIPESTATUS[@]}"; do case $s in 0|141) ;; *) exit "$s" ;; esac; done'
	quote ant-state --scope "$scope" lock --wait ${2+"$2"} "$table" -- bash -c
	printf '%s\n' "$plan_key$REPLY '${text//\'/\'\\\'\'}'"
}
