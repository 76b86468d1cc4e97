# Small things for all parts of ant-sync, and for ant-ingest: names, quoting, times, statuses.  Answers are left in REPLY.
#
# Reads: mode_of and known_tables, of known() alone.  Sets: REPLY.

# near WORD NAME... - "; did you mean NAME?" where one of NAMEs is near to the mistyped WORD
near() {
	REPLY=$(ant-tables --near="$1" -- "${@:2}" 2>/dev/null) || REPLY=''
	REPLY=${REPLY:+; did you mean $REPLY?}
}

# 1, with what is wrong, where no table has the name
known() { # NAME
	[[ -z ${mode_of[$1]-} ]] || return 0
	near "$1" "${known_tables[@]}"
	REPLY="unknown table '$1'${REPLY:-;}  The tables are: ${known_tables[*]}"
	return 1
}

# decode TEXT - undo %XX
decode() {
	local LC_ALL=C rest=$1 byte
	REPLY=
	while [[ $rest =~ ^([^%]*)%([0-9A-Fa-f]{2})(.*)$ ]]; do
		printf -v byte '%b' "\\x${BASH_REMATCH[2]}"
		REPLY+=${BASH_REMATCH[1]}$byte
		rest=${BASH_REMATCH[3]}
	done
	REPLY+=$rest
}

# quote WORD... - as a shell wants them
quote() {
	local word text=
	for word; do
		[[ $word =~ ^[A-Za-z0-9_./:=@,+-]+$ ]] || printf -v word %q "$word"
		text+=" $word"
	done
	REPLY=${text# }
}

# seconds YYYY-MM-DDTHH:MM:SSZ - since 1970, by days of the civil calendar counted from March
seconds() {
	local -i y=10#${1:0:4} m=10#${1:5:2} d=10#${1:8:2}
	((m > 2)) || ((y -= 1, m += 12))
	REPLY=$(((365 * y + y / 4 - y / 100 + y / 400 + (153 * (m - 3) + 2) / 5 + d - 719469) * 86400 +
		10#${1:11:2} * 3600 + 10#${1:14:2} * 60 + 10#${1:17:2}))
}

# utc SECONDS - the time as text
utc() { TZ=UTC0 printf -v REPLY '%(%Y-%m-%dT%H:%M:%SZ)T' "$1"; }

# cause STATUS... - return the leftmost status that is a cause: not 0, and not SIGPIPE's 141,
# which only says that a command further right went away.
cause() {
	local s seen=0
	for s; do
		case $s in
		0) ;;
		141) seen=141 ;;
		*) return "$s" ;;
		esac
	done
	return "$seen"
}

# ended PID... - wait for one of these children: it is in REPLY, its status in the caller's code; 1 where a signal came
ended() {
	local pid=''
	wait -n -p pid "$@" 2>/dev/null
	code=$?
	if [[ -z ${pid-} ]]; then
		((code == 127)) || return 1
		# bash 5.2 loses sight of one that ended, once in some 10,000, more often under signals: all
		# that are left have been lost then, but not their statuses.
		pid=$1
		wait "$pid" 2>/dev/null
		code=$?
		! kill -0 "$pid" 2>/dev/null || return 1 # another signal
	fi
	REPLY=$pid
}
