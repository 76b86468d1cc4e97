# ant-sync --plan: the pipelines of the tables, one command a line, for a shell to run.
#
# Reads: tables, fetch, flags, suffix, file, loader, plan_key, windowed.  Sets nothing that is not local.

plan_organization() { # NAME
	local crawl
	local -a crawls
	settle "$1" || return
	choose_crawls "${tables[@]}"
	# shellcheck disable=SC2086	# the tables of a crawl
	for crawl in "${crawls[@]}"; do plan_crawl $crawl; done
}

# Print the pipelines of tables that are fetched at once, a window a line.  Their locks are shared, so that windows of
# one table may be loaded at once and in any order: the watermark follows as they join up.
plan_crawl() { # TABLE...
	local from='' to='' window spool=$spool
	local -i steps
	local -a since=() windows running=("$@")
	local -A code_of=()
	# One table's loader waits for another's, which must not hold it up: ant-run --aside.
	(($# == 1 || !one_writer)) || spool=1
	if [[ -z ${windowed[$1]-} ]]; then
		plan_line ''
		return
	fi
	set_all_windows "$@"
	[[ -n $from && $from != - ]] || exit
	((${#since[@]})) || since=(--since "$from")
	[[ $from < $to ]] || return 0
	for window in "${windows[@]}"; do plan_line "$window" --shared; done
}

plan_line() { # WINDOW [--shared]
	local name text=$plan_key
	local -a locks whole how=()
	if [[ -n $suffix ]]; then
		quote "$file"
		text="mkdir -p $REPLY && $text"
	fi
	set_locks --wait ${2+"$2"} -- "${running[@]}"
	((${#running[@]} == 1)) || how=(--aside)
	if [[ ${running[0]} == owners ]]; then
		plan_owners "$text"
		return
	fi
	set_whole "${running[0]}"
	# shellcheck disable=SC2206	# the words of a window
	how+=(ant-fetch "${fetch[@]}" "${whole[@]}" $1 "${running[0]}")
	for name in "${running[@]}"; do
		scope_for "$name"
		loader_for "$name"
		# Loads of one table are one after the other; these loaders have no --wait.
		[[ -z ${2-} || ! $kind =~ ^(bigquery|snowflake)$ ]] || loader=(ant-state --scope "$scope" lock --wait "_load_$name" -- "${loader[@]}")
		if ((${#running[@]} > 1)); then how+=(--branch); else how+=(--pipe); fi
		how+=(ant-flatten)
		[[ $name == "${running[0]}" ]] || how+=(-t "$name")
		how+=("${flags[@]}" --pipe "${loader[@]}" --finish ant-state --scope "$scope" commit "${since[@]}")
	done
	quote "${locks[@]}" ant-run "${how[@]}"
	printf '%s\n' "$text$REPLY"
}

plan_owners() { # TEXT-BEFORE
	local text=$1
	scope_for owners
	loader_for owners
	quote "${locks[@]}" ant-run ant-flatten -t owners "${flags[@]}" --pipe "${loader[@]}" --finish ant-state --scope "$scope" commit
	text+=$REPLY
	quote "$owners"
	printf '%s <%s\n' "$text" "$REPLY"
}
