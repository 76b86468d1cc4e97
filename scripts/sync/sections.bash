# Several organizations: a process for each section of the file, so many side by side as the file says.
#
# A section has a folder of its own in the run's, and all that it settles, keys among it, ends with its process.
# Reads: organizations, at_once, task; stopped, see stop().
# Sets: section_of, the number of the section of each pid; results, in the order of the sections, and by the section's
# number upto_of, where its results end, and spent_of, the microseconds it took; failed, where there are none: the
# status of the first section that failed.
# In $run, by the section's number: N.results, its time and its results; N.unread; N.out and N.err, what a look printed.

# run_sections - all of them; one that fails stops nobody
run_sections() {
	local -i next=0 printed=0
	local -a ended_of=()
	turns=$((at_once > 1 && ${#organizations[@]} > 1))
	if ((turns)) && [[ $task == sync ]] && may_draw; then start_drawing "${organizations[@]}"; fi
	while ((next < ${#organizations[@]} && !stopped)); do
		if ((${#section_of[@]} < at_once)); then
			start_section "$next"
			next+=1
		else
			reap_section
		fi
	done
	while ((${#section_of[@]})); do reap_section; done
	if [[ $task != sync ]]; then
		((failed)) || failed=stopped
		return
	fi
	stop_drawing
	for next in "${!ended_of[@]}"; do take_section "$next"; done
}

start_section() { # NUMBER
	if ((turns)) && [[ $task != sync ]]; then
		section_work "$1" <&0 >"$run/$1.out" 2>"$run/$1.err" &
	else
		section_work "$1" <&0 &
	fi
	section_of[$!]=$1
	((!stopped)) || kill "$!" 2>/dev/null # the signal came before anybody could know of it
}

# One has ended.  What looks have printed comes out in the order of the sections.
reap_section() {
	local -i code number
	ended "${!section_of[@]}" || return 0
	number=${section_of[$REPLY]}
	unset "section_of[$REPLY]"
	ended_of[number]=$code
	if [[ $task == sync ]]; then
		((!drawn)) || tell_section "$number"
		return
	fi
	while [[ -n ${ended_of[printed]-} ]]; do
		((failed)) || failed=${ended_of[printed]}
		if ((turns)); then
			cat -- "$run/$printed.err" >&2
			cat -- "$run/$printed.out"
			rm -f -- "$run/$printed.err" "$run/$printed.out"
		fi
		printed+=1
	done
}

# The results of a section; where it left none, or not all, that is the result.
take_section() { # NUMBER
	local spent=''
	local -a told=()
	if [[ -e $run/$1.results ]]; then
		{ read -r spent; mapfile -t told; } <"$run/$1.results"
	fi
	spent_of[$1]=${spent:-0}
	if ((!${#told[@]})) || [[ ${told[-1]} != end ]]; then
		told=("${organizations[$1]} * $((ended_of[$1] ? ended_of[$1] : 1)) - - 0 0 0 0 0 - -" end)
	fi
	unset 'told[-1]'
	results+=("${told[@]}")
	upto_of[$1]=${#results[@]}
}

tell_section() { # NUMBER
	local -a totals results=() upto_of=() spent_of=()
	take_section "$1"
	sum_up "${results[@]}"
	[[ ${totals[0]} =~ ^(done|locked|stopped|committed)$ ]] || totals[0]=failed
	tell "${organizations[$1]}" "${totals[0]}" - - 0 0 "${totals[3]}"
}

# The life of a section's process.
section_work() { # NUMBER
	local -i code=0
	began=${EPOCHREALTIME/[.,]/}
	organization=${organizations[$1]} section="organization $organization: "
	worker_of=() section_of=() results=() side_drawn=$((turns && drawn))
	((!turns)) || drawn=0
	trap 'stop 130' INT
	trap 'stop 143' TERM HUP
	run+=/$1
	trap 'rm -rf -- "$run"' EXIT
	mkdir -- "$run" || exit 1
	((!side_drawn)) || drawn=1 tell "$organization" loading - - 0 0 0
	"${task}_organization" "$organization" || code=$?
	[[ $task == sync ]] || exit "$code"
	[[ ! -e $run/unread ]] || cat <"$run/unread" >"$run.unread"
	printf '%s\n' $((${EPOCHREALTIME/[.,]/} - began)) "${results[@]}" end >"$run.results"
	exit
}

# The news of a section where a line each is drawn: how many of its tables have ended, and the rows of those.
tell_ended() { # TABLE...
	local name rows
	local -i drawn=1
	local -a all=("$run"/done.*)
	for name; do
		[[ ! -e $run/done.$name ]] || read -r _ _ _ rows _ <"$run/done.$name"
		ended_rows+=${rows:-0}
	done
	tell "$organization" loading - - "${#all[@]}" "${#due[@]}" "$ended_rows"
}
