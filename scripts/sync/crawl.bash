# Which tables of ant-sync are fetched at once, and which others they wait for.
#
# Reads: known_tables, crawl_of, parent_of, windowed, lookback_of, in_full, mode, mode_of.
# Sets: crawls, the tables of each with spaces between them, in the order of the first of them; locks.

# What has to be the same, in REPLY: the requests, and what the user says of the window.  A table whose rows are
# appended is alone: what another one lacks must not be appended to it once more.
same_crawl() { # TABLE
	REPLY=${crawl_of[$1]:--}
	[[ $REPLY != - && ${mode:-${mode_of[$1]}} != append ]] || REPLY+=/$1
	[[ -z ${windowed[$1]-} ]] || REPLY+=/${lookback_of[$1]}
	[[ " $in_full " != *" $1 "* ]] || REPLY+=/full
}

# choose_crawls TABLE... - set crawls
choose_crawls() {
	local name
	local -a order=()
	local -A fed=()
	for name; do
		same_crawl "$name"
		[[ -n ${fed[$REPLY]-} ]] || order+=("$REPLY")
		fed[$REPLY]+=${fed[$REPLY]+ }$name
	done
	crawls=()
	for name in "${order[@]}"; do crawls+=("${fed[$name]}"); done
}

# Those of TABLEs that others of them go through: their records are kept.  In REPLY, with a space on each side.
choose_kept() { # TABLE...
	local name parent
	REPLY=' '
	for name; do
		parent=${parent_of[$name]-}
		[[ -z $parent || " $* " != *" $parent "* || -n ${windowed[$parent]-} || $REPLY == *" $parent "* ]] || REPLY+="$parent "
	done
}

# The locks of TABLEs as a command line, in the array locks: in one order in all runs, so that two do not wait for each other.
set_locks() { # OPTION... -- TABLE...
	local name wanted
	local -a how=()
	while [[ $1 != -- ]]; do how+=("$1"); shift; done
	shift
	wanted=" $* "
	locks=()
	for name in "${known_tables[@]}"; do
		[[ $wanted == *" $name "* ]] || continue
		scope_for "$name"
		locks+=(ant-state --scope "$scope" lock "${how[@]}" "$name" --)
	done
}
