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
	local table=$1 from to window
	local -i steps
	local -a since=() windows
	scope_for "$table"
	loader_for "$table"
	if [[ -z ${windowed[$table]-} ]]; then
		plan_line ''
		return
	fi
	set_windows || exit
	((${#since[@]})) || since=(--since "$from")
	[[ $from < $to ]] || return 0
	for window in "${windows[@]}"; do plan_line "$window" --shared; done
}

plan_line() { # WINDOW [--shared]
	local text=$plan_key
	if [[ $kind == csv ]]; then
		quote "$file"
		text="mkdir -p $REPLY && $text"
	fi
	# shellcheck disable=SC2086	# the words of a window
	quote ant-state --scope "$scope" lock --wait ${2+"$2"} "$table" -- \
		ant-run ant-fetch "${fetch[@]}" $1 "$table" --pipe ant-flatten "${flags[@]}" \
		--pipe "${loader[@]}" --finish ant-state --scope "$scope" commit "${since[@]}"
	printf '%s\n' "$text$REPLY"
}
