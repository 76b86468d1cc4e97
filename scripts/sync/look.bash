# Looking without loading: ant-sync --check, --status and --gaps.
#
# Reads: what is settled for the organization; the destination's ledger.  Sets nothing that is not local.

# Ask the API what the key may read, and the destination what may be written there.
check_organization() { # NAME
	local code=0 name
	local -a asked=()
	settle "$1" || return
	[[ -z $1 ]] || echo "organization $1"
	for name in "${tables[@]}"; do [[ $name == owners ]] || asked+=("$name"); done
	((!${#asked[@]})) || ant-fetch --check "${fetch[@]}" -- "${asked[@]}" || code=$?
	[[ " ${tables[*]} " != *' owners '* ]] || check_owners || code=$?
	if check_destination; then
		echo "destination $base_scope: ready"
	else
		say "destination $base_scope: not ready"
		((code)) || code=1
	fi
	return "$code"
}

# Whether the file of owners could be loaded; what is wrong with it says its line.
check_owners() {
	local -i code=0
	if [[ ! -r $owners || -d $owners ]]; then
		say "owners: $owners: cannot be read"
		return 1
	fi
	ant-flatten -q -t owners <"$owners" >/dev/null || code=$?
	((code)) || echo "owners $owners: ready"
	return "$code"
}

# What stands in the way of a load of the tables, as their loader says it; 1 where anything does.
check_destination() {
	local name folder=${file%/*} spool=$turns # nothing is written: as of start_trial()
	local -i code=0
	local -a only=()
	if [[ -n $suffix && ! -d $file ]]; then # it will be made
		[[ $file == */* ]] || folder=.
		[[ -n $folder ]] || folder=/
		[[ -d $folder && -w $folder && ! -e $file ]] || { say "$folder: not a folder that can be written to"; return 1; }
		return 0
	fi
	for name in "${tables[@]}"; do
		if [[ -n $suffix ]]; then # a file each
			loader_for "$name"
			"${loader[@]}" --check || code=1
		fi
		only+=(--table "${into_of[$name]:-$name}")
	done
	[[ -z $suffix ]] || return "$code"
	loader_for ''
	"${loader[@]}" --check "${only[@]}" || code=1
	((${#history_of[@]})) || return "$code"
	only=()
	for name in "${!history_of[@]}"; do only+=(--table "${into_of[$name]:-$name}"); done
	"${loader[@]}" --history --check "${only[@]}" || code=1
	return "$code"
}

# The ledger; and where nobody has named tables, what it says was loaded is looked at beside those of the set console.
read_ledger() {
	local name
	local -A loaded=()
	own_ledger || return
	((unnamed)) || return 0
	while IFS=$'\t' read -r name _; do loaded[$name]=1; done <"$run/ledger.own"
	for name in "${known_tables[@]}"; do
		[[ -z ${loaded[$name]-} || " ${tables[*]} " == *" $name "* ]] || tables+=("$name")
	done
}

# How fresh each table is, and what the last load did.
status_organization() { # NAME
	local name how rows finished mark age
	local -A last=() fresh=()
	settle "$1" || return
	read_ledger || return 1
	while IFS=$'\t' read -r name _ how _ _ rows mark finished _; do
		last[$name]="$how $rows $finished"
		[[ $mark == - || (-n ${fresh[$name]-} && ! $mark > ${fresh[$name]}) ]] || fresh[$name]=$mark
	done <"$run/ledger.own"
	((quiet)) || printf '%-29s  %-20s  %-10s  %-20s  %-8s  %s\n' table watermark behind 'last load' mode "rows${history_of[*]:+     history}"
	for name in "${tables[@]}"; do
		read -r how rows finished <<<"${last[$name]-- - -}"
		mark=${fresh[$name]--}
		age=$finished
		[[ -z ${windowed[$name]-} ]] || age=$mark
		[[ $age == - ]] || { seconds "$age"; ago $((EPOCHSECONDS - REPLY)); age=$REPLY; }
		((!${#history_of[@]})) || printf -v rows '%-7s  %s' "$rows" "${history_of[$name]:+kept}"
		printf '%-29s  %-20s  %-10s  %-20s  %-8s  %s\n' "${1:+$1/}$name" "$mark" "$age" "$finished" "$how" "${rows%"${rows##*[![:space:]]}"}"
	done
}

# What a destination lacks of what it held: the table itself, or rows of it.
missing_rows() { # NAME
	local what name from to rows held found=0
	[[ $kind != bigquery && $kind != snowflake ]] || return 0
	list_wanted "${tables[@]}" && audit --all --look || return
	while IFS=$'\t' read -r what name from to rows held; do
		case $what in
		note | failed) say "${1:+$1/}$name: $from" ;;
		missing)
			printf '%s\t%s\t%s\t%d of %d rows are gone\n' "${1:+$1/}$name" "$from" "$to" $((rows - held)) "$rows"
			;;
		*) continue ;;
		esac
		found=1
	done <"$run/agreed"
	return "$found"
}

# Note a watermark in the ledger of the destination: for ant-state --dest.
note_organization() { # NAME
	local name=${note_of%%=*}
	settle "$1" || return
	known "$name" || usage "--set-watermark: $REPLY"
	[[ -z $suffix || -d $file ]] || mkdir -p -- "$file" || return # as a load would
	loader_for "$name"
	"${loader[@]}" --set-watermark "$note_of" </dev/null
}

# ago SECONDS - as a person says it
ago() {
	if (($1 < 7200)); then REPLY="$(($1 / 60)) min"
	elif (($1 < 172800)); then REPLY="$(($1 / 3600)) h"
	else REPLY="$(($1 / 86400)) days"; fi
}

# The days between the first load, or --start, and the last that no load covered, and those that hold fewer rows
# than were loaded; 1 if there are any.  What the API did not serve any more when it was asked for is no gap: nobody
# can fill it.
gaps_organization() { # NAME
	local name from to known='' until='' asked found=0
	local -A first=() served=()
	settle "$1" || return
	read_ledger || return 1
	missing_rows "$1" || found=1
	while IFS=$'\t' read -r name _ _ from _ _ _ _ asked; do
		[[ $asked == - ]] || {
			[[ ${served[$name]-} > $from ]] || served[$name]=$from
			[[ -n ${first[$name]-} && ! $asked < ${first[$name]} ]] || first[$name]=$asked
		}
	done <"$run/ledger.own"
	sort -t $'\t' -k 1,1 -k 4 "$run/ledger.own" >"$run/sorted"
	while IFS=$'\t' read -r name _ _ from to _; do
		[[ $from != - && " ${tables[*]} " == *" $name "* ]] || continue
		if [[ $name != "$known" ]]; then
			known=$name until=${start:-$from}
			[[ -n $start || -z ${first[$name]-} || ! ${first[$name]} < $until ]] || until=${first[$name]}
		fi
		gap "${1:+$1/}$name" "$until" "$from" "${served[$name]-}" || found=1
		[[ $to > $until ]] && until=$to
	done <"$run/sorted"
	return "$found"
}

# gap TABLE FROM TO SERVED - print what lies there, if anything; 1 where some of it could be loaded
gap() {
	local end=$3
	[[ $3 > $2 ]] || return 0
	if [[ $4 > $2 ]]; then
		[[ ! $4 < $end ]] || end=$4
		printf '%s\t%s\t%s\tnot served\n' "$1" "$2" "$end"
		[[ $3 > $end ]] || return 0
		set -- "$1" "$end" "$3"
	fi
	printf '%s\t%s\t%s\n' "$1" "$2" "$3"
	return 1
}
