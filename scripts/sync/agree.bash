# Watermarks and the destination, which must agree before anything is loaded; where the state is; whose rows.
#
# Reads: what is settled for the organization.
# Sets: ANT_STATE, the folder of the watermarks; own_organization, the UUID; last_of, when a table was loaded last;
# whose_of, of which organization its rows are; from_of, where what is missing of it begins; failed_of, what nobody
# can know about it.

# The folder of the watermarks: the user's, or where the destination alone has them one of this run.
settle_state() {
	# A lake is there for many machines: it has them itself.
	if [[ $kind == ducklake ]]; then pick state destination; else pick state file; fi
	if [[ $REPLY == destination ]]; then
		[[ $kind != bigquery && $kind != snowflake ]] || usage "--state: $kind keeps no watermarks: use file"
		export ANT_STATE=$whole/state # of all organizations: locks are there, too
		[[ -d $ANT_STATE ]] || mkdir -p -- "$ANT_STATE"
	fi
}

# With --by-organization, and only then, the API is asked once whose key this is.
settle_organization() {
	own_organization=''
	((by_organization)) || return 0
	own_organization=$(ant-run --prefix "ant-sync: $section" ant-fetch --whose "${fetch[@]}") || return
	base_scope+=#organization=$own_organization
}

# escaped TEXT - as a field of a line by tabs, in REPLY
escaped() {
	REPLY=${1//\\/\\\\}
	REPLY=${REPLY//$'\n'/\\n}
	REPLY=${REPLY//$'\t'/\\t}
	REPLY=${REPLY//$'\r'/\\r}
}

# list_wanted TABLE... - write for ant-state ask and agree which tables these are
list_wanted() {
	local name into
	for name; do
		scope_for "$name"
		into=$prefix${into_of[$name]:-$name}
		escaped "$into$suffix"
		into=$REPLY
		escaped "$scope"
		if [[ -n ${windowed[$name]-} ]]; then into+=$'\t'${lookback_of[$name]}
		else into+=$'\t'-; fi
		printf '%s\t%s\t%s\t%s\n' "$name" "$REPLY" "$into" "${own_organization:--}"
	done >"$run/wanted"
}

# audit [--all] [--look] - ask the destination about the tables wanted, and take what comes of it
audit() {
	local word code=0
	local -i settled=0
	local -a all=() look=() wanted
	for word; do
		[[ $word != --all ]] || all=(--all)
		[[ $word != --look ]] || look=(--look)
	done
	own_loader
	ant-run --prefix "ant-sync: $section" ant-state ask "${all[@]}" "$run/wanted" --pipe "${loader[@]}" --audit \
		--pipe ant-state agree "${look[@]}" "$run/wanted" >"$run/agreed" || code=$?
	# A table that fails is said, and fails alone; where one is not spoken of, nothing can be trusted.
	mapfile -t wanted <"$run/wanted"
	while IFS=$'\t' read -r word _; do
		[[ $word != table && $word != failed ]] || settled+=1
	done <"$run/agreed"
	((code <= 1 && settled == ${#wanted[@]})) || return "$((code ? code : 1))"
}

# The loader without what is about one table.
own_loader() {
	if [[ -n $suffix ]]; then
		loader=("ant-load-$kind" -o "$file/x$suffix")
		((!days)) || loader+=(--days)
	else
		loader_for ''
	fi
}

# Compare the watermarks of the tables with the destination, before they are loaded.
agree() {
	local what name a b c d
	local -a adopted=() moved=() again=()
	last_of=() whose_of=() from_of=() failed_of=()
	[[ $kind != bigquery && $kind != snowflake ]] || return 0
	list_wanted "${tables[@]}" && audit || return
	while IFS=$'\t' read -r what name a b c d; do
		case $what in
		table)
			[[ $b == - || $c == 0 ]] || last_of[$name]=$b
			[[ $d == - ]] || whose_of[$name]=$d
			;;
		missing) again+=("$name") ;;
		adopted) adopted+=("$name") moved+=("$name") ;;
		moved) moved+=("$name") ;;
		note) note "$name: $a" ;;
		failed) failed_of[$name]=$a ;;
		esac
	done <"$run/agreed"
	if ((${#adopted[@]})); then
		[[ ${ANT_STATE-} == "$whole/state" ]] || note 'taking over the watermarks in the ledger of the destination'
	fi
	if ((${#moved[@]})); then
		# Only now is it known which window is loaded again.
		list_wanted "${moved[@]}" && audit --look || return
		while IFS=$'\t' read -r what name _; do
			[[ $what != missing ]] || again+=("$name")
		done <"$run/agreed"
	fi
	((!${#again[@]})) || find_missing "${again[@]}"
}

# Rows are gone from the window that is loaded again anyway: there may be more.
find_missing() { # TABLE...
	local what name from to rows held
	list_wanted "$@" && audit --all --look || return
	while IFS=$'\t' read -r what name from to rows held; do
		[[ $what == missing && $from != - ]] || continue
		note "$name: $((rows - held)) of $rows rows from ${from%%T*} to ${to%%T*} are gone: loading them again"
		[[ -n ${from_of[$name]-} && ! $from < ${from_of[$name]} ]] || from_of[$name]=$from
	done <"$run/agreed"
}
