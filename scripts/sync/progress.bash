# The progress display of ant-sync: a line a table, or of organizations side by side a line each, drawn anew, where
# stderr is a terminal.
#
# Parent and workers tell() the news; draw() is a process of its own, the drawer.
# Reads: run, quiet, plain; TERM, NO_COLOR.  Sets: drawn, and the parent's drawer, screen and stdout; all else
# is local to draw(), and the functions it calls share it.

# All that would go to the terminal goes to the drawer instead: lines that start with \1 are news of
# a table (tell), all others are messages, which stay above the display.  So one process writes to
# the terminal, and since it changes no mode of it, there is nothing to restore, whatever happens.

# tell TABLE STATE FROM TO STEP STEPS ROWS - the drawer the news; STEPS 0: as before
tell() { ((!drawn)) || printf '\1%s %s %s %s %d %d %d\n' "$@" >&2; }

may_draw() { [[ -t 2 && -n ${TERM-} && $TERM != dumb ]] && ((!quiet && !plain)); }

start_drawing() { # TABLE...
	[[ -p $run/news ]] || mkfifo "$run/news" || return
	# No child of ours: bash 5.2 can miss that a child ended just before wait -n, and waits then until another
	# one does, which this one never would.  Its end of the pipe tells that it is done.
	exec {drawer}< <(draw "$@" <"$run/news" &)
	exec {screen}>&2 {stdout}>&1 2<>"$run/news"
	[[ ! -t 1 ]] || exec >&2
	drawn=1
}

stop_drawing() {
	((drawn)) || return 0
	printf '\1\n' >&2
	exec 2>&"$screen" 1>&"$stdout" {screen}>&- {stdout}>&-
	drawn=0
	read -r -u "$drawer" _ # until it has ended
	exec {drawer}<&-
}

# draw TABLE... - the drawer: read news and messages until there are no more, and clear up
draw() {
	local line='' above='' rest
	local -i height=0 lines columns width=5 last=0
	local -a head=(table window chunk) # of organizations: how many of their tables have ended
	((!turns)) || head=(organization '' tables)
	local -A what=() start_of=() spent=()
	trap '' INT TERM HUP
	trap measure WINCH
	measure
	((${#head[0]} <= width)) || width=${#head[0]}
	for rest; do
		what[$rest]='waiting - - 0 0 0'
		((${#rest} <= width)) || width=${#rest}
	done
	redraw "$@"
	while :; do
		if IFS= read -r -t 0.2 rest; then
			line+=$rest
			[[ $line != $'\1' ]] || break
			if [[ $line == $'\1'* ]]; then
				take_news "${line#?}"
			else
				above+=$line$'\n'
			fi
			line=''
			((${EPOCHREALTIME/[.,]/} - last > 100000)) || ! read -r -t 0 || continue
		else
			(($? > 128)) || break # nobody is left who could tell any
			line+=$rest
		fi
		redraw "$@"
	done
	((!height)) || printf '\r\e[%dA\e[J' "$height" >&2
	printf %s "$above" >&2
}

# How large the terminal is: bash looks after a command.
measure() {
	shopt -s checkwinsize
	(:)
	lines=${LINES:-24} columns=${COLUMNS:-80}
	((lines > 3)) || lines=24
	((columns > 0)) || columns=80
}

take_news() { # TABLE STATE FROM TO STEP STEPS ROWS
	local name state from to
	local -a old
	local -i step steps count
	read -r name state from to step steps count <<<"$1"
	[[ -n ${what[$name]-} ]] || return 0
	read -r -a old <<<"${what[$name]}"
	((steps)) || step=${old[3]} steps=${old[4]}
	what[$name]="$state $from $to $step $steps $count"
	case $state in
	waiting) ;;
	fetching | loading) start_of[$name]=${start_of[$name]-${EPOCHREALTIME/[.,]/}} ;;
	*) spent[$name]=$((${EPOCHREALTIME/[.,]/} - ${start_of[$name]-${EPOCHREALTIME/[.,]/}})) ;;
	esac
}

# Which tables there is room for, as keys of the array shown: those at work before the others.
make_room() { # TABLE...
	local name wanted
	local -i room=$((lines - 2)) # the head, and the line of the cursor
	(($# <= room)) || ((room -= 1)) # what is left out is said
	for wanted in 'fetching|loading' 'failed|locked|stopped|committed' waiting 'done'; do
		for name; do
			[[ ${what[$name]%% *} =~ ^($wanted)$ ]] && ((room-- > 0)) && shown[$name]=1
		done
	done
}

# In one write, so that nothing flickers.
redraw() { # TABLE...
	local name text
	local -A shown=()
	last=${EPOCHREALTIME/[.,]/}
	make_room "$@"
	printf -v text '%-*s %-8s %-24s %8s %7s %6s' "$width" "${head[0]}" state "${head[1]}" "${head[2]}" rows time
	text=${text:0:columns - 1}$'\e[K\n'
	[[ -z $above ]] || text=$'\e[J'$above$text
	((!height)) || text=$'\r\e['${height}A$text
	above=''
	for name; do
		[[ -n ${shown[$name]-} ]] || continue
		draw_line "$name"
		text+=$REPLY$'\e[K\n'
	done
	height=$((${#shown[@]} + 1))
	if ((${#shown[@]} < $#)); then
		text+="... and $(($# - ${#shown[@]})) more"$'\e[K\n'
		height+=1
	fi
	printf '%s\e[J' "$text" >&2
}

# The line of a table, as wide as the terminal at most, with the state in colour.
draw_line() { # TABLE
	local state from to chunk='' time='' span=- colour='' text
	local -i step steps count
	read -r state from to step steps count <<<"${what[$1]}"
	[[ -n ${head[1]} ]] || span=''
	[[ $from == - ]] || span="${from%T*} to ${to%T*}"
	((!steps)) || chunk="$step of $steps"
	if [[ -n ${spent[$1]-} ]]; then
		time="$((${spent[$1]} / 1000000)) s"
	elif [[ -n ${start_of[$1]-} ]]; then
		time="$(((${EPOCHREALTIME/[.,]/} - ${start_of[$1]}) / 1000000)) s"
	fi
	printf -v text '%-*s %-8s %-24s %8s %7d %6s' "$width" "$1" "$state" "$span" "$chunk" "$count" "$time"
	text=${text:0:columns - 1}
	case $state in
	fetching | loading) colour=$'\e[36m' ;;
	'done') colour=$'\e[32m' ;;
	failed | locked | stopped | commit*) colour=$'\e[31m' ;;
	esac
	[[ -n $colour && -z ${NO_COLOR-} ]] && ((columns > width + 9)) &&
		text=${text:0:width + 1}$colour${text:width + 1:8}$'\e[m'${text:width + 9}
	REPLY=$text
}
