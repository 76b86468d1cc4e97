# A worker of ant-sync: the tables that one crawl feeds, most often one, their locks held; their windows, their
# pipelines, their results.
#
# Reads: what the parent has written into $run/settings, see sync_organization().
# Sets: what work() declares; from and to, the whole window, at_from and at_to, the step of it; windows; since.
# In the folder $run, of each table: .windows; .loaded, the receipts as fields; .said, which command failed and what was
# said then, for the parent; .rows, between the halves of a pipeline; parents.TABLE, the record stream of a table that
# others go through; and .told of the first, what ant-run tells of a pipeline.  done.TABLE is the result, and unread has
# the fields that no column reads.

# ---- one pipeline, watched --------------------------------------------------------------

# run_pipeline OPTION... COMMAND... - run it, in the background: a signal must stop it at once.  Its branches are those
# of the tables in `running`, in their order.
run_pipeline() {
	local code
	piped=1
	ant-run --prefix "ant-sync: $section${running[0]}: " --results "$run/$label.told" --last-words "$@" <&0 &
	wait "$!"
	code=$?
	piped=0
	take_results "$code"
	pass_on
}

# Count what was fetched and loaded; keep what the commands said, which of them failed, and the status of each branch.
# The fields that no column reads are counted over all chunks: see result().
take_results() { # STATUS of ant-run
	local what a b c d name
	local -i i
	local -a where=() branch=()
	common=() lines=() culprit=() kept_status=$1
	for name in "${running[@]}"; do code_of[$name]=$1; done
	while IFS=$'\t' read -r what a b c d; do
		case $what in
		fetched) pages_fetched+=$a repeated+=$b http=$c ;;
		stage)
			# The leftmost cause of each branch, the source's of all: 141 only where there is no other.
			case $d/${where[a]-} in
			0/* | 141/?*) ;;
			141/) where[a]=141:$c@$a/$b ;;
			*/ | */141:*) where[a]=$c@$a/$b ;;
			esac
			;;
		branch) branch[a]=$b ;;
		message) take_message "$a" "$c${d:+$'\t'$d}" ;;
		esac
	done <"$run/$label.told"
	for i in "${!running[@]}"; do
		name=${running[i]}
		[[ -z ${branch[i + 1]-} ]] || code_of[$name]=${branch[i + 1]}
		((${code_of[$name]} == 0)) || find_culprit "$name" "${where[0]-}" "${where[i + 1]-}"
		take_receipts "$name"
	done
	[[ -z ${branch[i + 2]-} ]] || kept_status=${branch[i + 2]}
	: >"$run/$label.told"
}

# What a command of BRANCH said; of the source it is for all tables.
take_message() { # BRANCH TEXT
	local name=${running[0]} unread='^ant-flatten: field (.*) is read by no column \(([0-9]+) times\)$'
	(($1 == 0)) || name=${running[$1 - 1]-$name}
	if [[ $2 =~ $unread ]]; then
		name+=" ${BASH_REMATCH[1]}"
		unread_fields[$name]=$((${unread_fields[$name]-0} + BASH_REMATCH[2]))
	elif (($1 == 0)); then
		common+=("$2")
	else
		lines[$name]+=${lines[$name]+$'\n'}$2
	fi
}

# Which part of the pipeline failed, by the place of the command that did.  A loader may be under a lock, but is never the last.
find_culprit() { # TABLE CAUSE-OF-SOURCE CAUSE-OF-BRANCH
	local cause=$2
	[[ -n $cause && $cause != 141:* ]] || cause=${3:-$2}
	case ${cause#141:} in
	'') ;; # ant-run itself, which has said it
	ant-fetch@*) culprit[$1]=fetch ;;
	ant-flatten@*) culprit[$1]=flatten ;;
	ant-state@*/"$commit_at") culprit[$1]=commit ;;
	*) culprit[$1]=load ;;
	esac
}

take_receipts() { # TABLE
	local rows mark
	[[ -s $run/$1.loaded ]] || return 0
	while IFS=$'\t' read -r _ _ _ _ _ rows mark _; do
		loads_of[$1]=$((${loads_of[$1]-0} + 1))
		[[ $rows == - ]] || rows_of[$1]=$((${rows_of[$1]-0} + rows))
		[[ $mark == - || ${culprit[$1]-} == commit ]] || mark_of[$1]=$mark
	done <"$run/$1.loaded"
	: >"$run/$1.loaded"
}

# What was said is said; of a failure by the parent, who knows whether another table has said it.
pass_on() {
	local name line told=0
	for name in "${running[@]}"; do
		if [[ ${culprit[$name]-} == commit ]]; then
			became[$name]=committed
			lines[$name]+=${lines[$name]+$'\n'}'the rows are in, but where the table is up to was not kept: the next run loads them again'
		fi
		if ((${code_of[$name]})) && [[ -n ${culprit[$name]-} ]]; then
			printf '%s %d\n' "${culprit[$name]}" "$http" >"$run/$name.said"
			# Of the source's words those alone are of this failure that are of its own.
			if ((${#running[@]} == 1)) || [[ ${culprit[$name]} == fetch ]]; then
				told=1
				((!${#common[@]})) || printf '%s\n' "${common[@]}" >>"$run/$name.said"
			fi
			[[ -z ${lines[$name]+set} ]] || printf '%s\n' "${lines[$name]}" >>"$run/$name.said"
		elif [[ -n ${lines[$name]+set} ]]; then
			while IFS= read -r line; do say "$name: $line"; done <<<"${lines[$name]}"
		fi
	done
	((told)) || for line in "${common[@]}"; do say "${running[0]}: $line"; done
}

# ---- one window -------------------------------------------------------------------------

tell_step() {
	local name
	for name in "${running[@]}"; do tell "$name" "$1" "$at_from" "$at_to" "$step" "$steps" "${rows_of[$name]-0}"; done
}

# The end of the pipeline of TABLE, in the array sink.
set_sink() { # TABLE
	scope_for "$1"
	loader_for "$1"
	sink=("${loader[@]}" --finish ant-state --scope "$scope" commit --tsv "$run/$1.loaded" "${since[@]}")
	((receipts)) || sink+=(--out /dev/null)
}

# What comes after ant-fetch, in the array rest: a branch a table where there are several, and one that keeps the records.
set_rest() { # WHERE: load or aside
	local name
	local -i several=$((${#running[@]} > 1 || ${#kept}))
	rest=()
	for name in "${running[@]}"; do
		if ((several)); then rest+=(--branch); else rest+=(--pipe); fi
		rest+=(ant-flatten)
		[[ $name == "$first" ]] || rest+=(-t "$name")
		rest+=("${flags[@]}")
		if [[ $1 == load ]]; then
			set_sink "$name"
			rest+=(--pipe "${sink[@]}")
		else
			rest+=(--out "$run/$name.rows")
		fi
	done
	[[ -z $kept ]] || rest+=(--branch cat --out "$run/$kept.parents")
}

# How a table is fetched whose rows are appended, in the array whole: what is there in part would come again with the rest.
set_whole() { # TABLE
	whole=()
	[[ ${mode:-${mode_of[$1]}} != append || -z ${windowed[$1]-} ]] || whole=(--complete)
}

# The table that comes from a file and not from the API.
load_owners() {
	local -a sink
	tell_step loading
	if [[ ! -r $owners || -d $owners ]]; then
		say "owners: $owners: cannot be read"
		code_of[owners]=1
		return
	fi
	set_sink owners
	commit_at=2 run_pipeline ant-flatten -t owners "${flags[@]}" --pipe "${sink[@]}" <"$owners"
}

# load FETCH-OPTION... - one window through the pipeline, for the tables in `running`; their statuses go to code_of.
load() {
	local name
	local -a how=(--fetch-log) whole source rest sink all=("${running[@]}")
	# One budget of requests for all tables and all their windows.
	if [[ $first == owners ]]; then
		load_owners
		return
	fi
	set_whole "$first"
	source=(ant-fetch --log-format json "${fetch[@]}" "${whole[@]}" --rate "$rate" --rate-file "$rate_file" "${parents[@]}" "$@" "$first")
	((!verbose)) || how+=(-v)
	[[ $gate == - ]] || how+=(--page-file "$gate")
	gate=-
	tell_step fetching
	if ((!spool)); then
		# With a pipe after it, what is fetched is loaded at once.
		((!drawn)) || how+=(--on-page "$(tell_step loading 2>&1)")
		# One table's loader may wait for another's.
		((${#running[@]} == 1)) || how+=(--aside)
		set_rest load
		run_pipeline "${how[@]}" "${source[@]}" "${rest[@]}"
		keep_parents
		return
	fi
	set_rest aside
	run_pipeline "${how[@]}" "${source[@]}" "${rest[@]}"
	keep_parents
	for name in "${all[@]}"; do
		((${code_of[$name]} == 0)) || continue
		running=("$name")
		tell_step loading
		set_sink "$name"
		commit_at=1 run_pipeline "${sink[@]}" <"$run/$name.rows"
	done
	running=("${all[@]}")
}

# The records that others go through count when they are all there, whatever became of the rows.
keep_parents() {
	[[ -n $kept ]] || return 0
	((kept_status)) || mv -f -- "$run/$kept.parents" "$run/parents.$kept"
}

# A table that failed is left out from here on; 1 where none is left.
drop_failed() {
	local name
	local -a good=()
	for name in "${running[@]}"; do
		((${code_of[$name]})) || good+=("$name")
	done
	running=("${good[@]}")
	((${#running[@]}))
}

# Load the windows one after the other.
load_windows() {
	local window name
	for window in "${windows[@]}"; do
		step+=1
		at_from=${window#--from } at_to=${window##* }
		at_from=${at_from%% *}
		load --from "$at_from" --to "$at_to"
		drop_failed || return
		((!plain || quiet)) || for name in "${running[@]}"; do
			say "$name: ${at_from%T*} to ${at_to%T*}, $step of $steps: ${rows_of[$name]-0} rows so far"
		done
	done
}

# Stop at once: without its trailer a stream changes nothing.  A receipt that is on its way
# is still stored.
stop_work() {
	local name
	trap '' INT TERM HUP
	if ((piped)); then
		kill "${!-}" 2>/dev/null
		wait "${!-}" 2>/dev/null
		take_results 143
		for name in "${running[@]}"; do code_of[$name]=0; done # nobody wants to know what ended
		pass_on
	fi
	for name in "${tables[@]}"; do
		result "$name" $((${code_of[$name]-0} ? ${code_of[$name]-0} : 143))
	done
	exit 143
}

# The result of a table, one line, at its end "committed" where it failed with its rows in; and the fields that no
# column of it reads.  The pages of a crawl are counted with its first table.
result() { # TABLE STATUS
	local field
	local -i pages=0 twice=0
	[[ $1 != "$label" ]] || pages=$pages_fetched twice=$repeated
	for field in "${!unread_fields[@]}"; do
		[[ $field != "$1 "* ]] || printf '%s %s %s\n' "$1" "${unread_fields[$field]}" "${field#* }" >>"$run/unread"
	done
	printf '%d %s %s %d %d %d %d %d %s %s\n' "$2" "$from" "$to" "${rows_of[$1]-0}" "${loads_of[$1]-0}" \
		"$pages" "$twice" $((${EPOCHREALTIME/[.,]/} - began)) "${mark_of[$1]:--}" "${became[$1]:--}" >"$run/done.$1"
}

# ---- what to load -----------------------------------------------------------------------

# The windows that OPTIONs of ant-state make for a table, by the watermarks in a folder ("": the user's): in the array
# windows; from, where they begin.
ask_windows() { # TABLE FOLDER OPTION...
	scope_for "$1"
	ANT_STATE=$2 ant-state --scope "$scope" window "${@:3}" "$1" >"$run/$1.windows" || return
	mapfile -t windows <"$run/$1.windows"
	from=${windows[0]#--from }
	from=${from%% *}
}

# The windows that a table needs now, chunk by chunk, as options of ant-fetch: in the array windows; from and
# to, all of it.
set_windows() { # TABLE
	local marks=${ANT_STATE-}
	local -a args=(--lookback "${lookback_of[$1]}" --start "${start:-${earliest_of[$1]}}" --chunk "${chunk_of[$1]}")
	[[ -z ${served_of[$1]-} ]] || args+=(--served "${served_of[$1]}")
	if [[ -n $given_from ]]; then
		args+=(--from "$given_from" --to "${given_to:-$now}")
		# Windows that were asked for come in any order: the watermark says up to where all is there.
		since=(--since "${start:-${earliest_of[$1]}}")
	else
		if [[ -n $given_to ]]; then args+=(--to "$given_to")
		elif [[ $mode == append ]]; then args+=(--to "${now%%T*}T00:00:00Z"); fi # no day that goes on: it would come again
		[[ ${mode:-${mode_of[$1]}} != append ]] || args+=(--append)
	fi
	if ((full_refresh)) || [[ " $in_full " == *" $1 "* ]]; then
		marks=$run # holds no watermark
		((${#since[@]})) || since=(--since "${start:-${earliest_of[$1]}}")
	fi
	ask_windows "$1" "$marks" "${args[@]}" || return
	# Rows that are gone, where that is not read again anyway.
	# shellcheck disable=SC2071	# times as text
	if [[ -z $given_from && -n ${from_of[$1]-} && ${from_of[$1]} < $from ]]; then
		ask_windows "$1" "$marks" "${args[@]}" --from "${from_of[$1]}" || return
	fi
	to=${windows[-1]##* }
	steps=${#windows[@]}
}

# Those of several tables: what one of them has already is loaded once more.  A table that has no windows fails alone.
set_all_windows() { # TABLE...
	local name earliest='' begins code
	local -a chosen=()
	for name; do
		set_windows "$name"
		code=$?
		code_of[$name]=$code
		begins=$from
		((code == 0)) || continue
		# shellcheck disable=SC2071	# times as text
		if [[ -z $earliest || $begins < $earliest ]]; then
			earliest=$begins
			chosen=("${windows[@]}")
		fi
	done
	from=- to=- steps=${#chosen[@]}
	windows=("${chosen[@]}")
	((!steps)) || { from=$earliest to=${windows[-1]##* }; }
}

# Which tables are loaded: those whose lock is ours.  Of the others it has been said.
take_locked() { # TABLE...
	local name
	local -A left=()
	if [[ -e $run/$1.left ]]; then
		while IFS= read -r name; do left[$name]=1; done <"$run/$1.left"
		rm -f -- "$run/$1.left"
	fi
	for name; do
		if [[ -n ${left[$name]-} ]]; then code_of[$name]=6; else running+=("$name"); fi
	done
}

# What is fetched, and for whom: first, the table whose name ant-fetch gets; kept, the one whose records others go
# through; parents, how ant-fetch gets those that this one goes through, where they were kept.
choose_crawl() {
	local name parent
	first=${running[0]} kept='' parents=()
	for name in "${running[@]}"; do
		[[ " $keep " != *" $name "* ]] || first=$name kept=$name
	done
	parent=${parent_of[$first]-}
	[[ -z $parent || ! -e $run/parents.$parent ]] || parents=(--parents "$run/parents.$parent")
	if [[ -n $kept ]]; then # names and addresses are in there
		rm -f -- "$run/parents.$kept"
		(umask 077 && : >"$run/$kept.parents")
	fi
	# One writer at a time: two of our own would wait for each other.
	((${#running[@]} == 1 || !one_writer)) || spool=1
}

# work RUN GATE TABLE... - a worker's life; the parent wrote its settings into the folder RUN, and wants to know of the
# first page by the pipe GATE, unless that is -
work() {
	declare -gi began=${EPOCHREALTIME/[.,]/} pages_fetched=0 repeated=0 http=0 piped=0 step=0 steps=0 commit_at=3 kept_status=0
	declare -ga loader windows=() common=() running=() parents=()
	declare -gA unread_fields=() lines=() culprit=() code_of=() rows_of=() loads_of=() mark_of=() became=()
	local name code=0
	run=$1 gate=$2 from=- to=- at_from=- at_to=- first='' kept=''
	shift 2
	# shellcheck disable=SC1091
	. "$run/settings"
	tables=("$@")
	trap stop_work INT TERM HUP
	take_locked "$@"
	label=${running[0]-$1}
	if ((${#running[@]})); then
		: >"$run/$label.told" # where a signal comes before ant-run has it
		choose_crawl
		if [[ -z ${windowed[$first]-} ]]; then
			load
		else
			set_all_windows "${running[@]}"
			! drop_failed || load_windows
		fi
	fi
	for name; do
		result "$name" "${code_of[$name]}"
		((code)) || code=${code_of[$name]}
	done
	exit "$code"
}
