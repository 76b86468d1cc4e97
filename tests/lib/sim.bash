# Talking to ant-sim as a client: `load lib/sim`.  For suites whose server is $SIM_URL.

# ask KIND PATH [NAME=VALUE]... - an answer to the credential of KIND (console, scoped, identity), to the files
# body and status.  $BETA: the header anthropic-beta; $VERSION: anthropic-version.
ask() {
	local kind=$1 path=$2 args=() header
	shift 2
	case $kind in
	console) header='x-api-key: sk-ant-admin01-simulated' ;;
	scoped) header='x-api-key: sk-ant-api01-simulated' ;;
	identity) header='authorization: Bearer simulated-oauth-token' ;;
	esac
	for p; do args+=(--data-urlencode "$p"); done
	# Of name[]=value curl encodes the value alone, and brackets may stand as they are.
	curl -sS -g -G -o body -w '%{http_code}' -H "$header" -H "anthropic-version: ${VERSION-2023-06-01}" \
		${BETA:+-H "anthropic-beta: $BETA"} "${args[@]}" "$ANTHROPIC_BASE_URL/v1/$path" >status
}
get() { ask "$@" && cat body; }

# refused STATUS TEXT KIND PATH [NAME=VALUE]... - it is refused so, and the message has TEXT in it
refused() {
	local want=$1 text=$2
	shift 2
	ask "$@"
	jq -r .error.message body >message
	[ "$(<status)" = "$want" ] && grep -qF -- "$text" message || {
		echo "$*: $(<status) $(<message), wanted $want $text" >&2
		return 1
	}
}

# walk KIND PATH [NAME=VALUE]... - the elements of all pages, one a line; their numbers go to the file sizes
walk() {
	local cursor='' size
	: >sizes
	while :; do
		ask "$@" ${cursor:+"$cursor"} || return
		[ "$(<status)" = 200 ] || { cat body >&2; return 1; }
		# The reports, the feed and the directory say has_more as well; the other lists the cursor alone.
		jq -r '[.data[] | tojson] as $all | ($all | length),
			(if has("last_id") then (if .has_more then "after_id=" + .last_id else "" end)
			elif .next_page != null then "page=" + .next_page else "" end), $all[]' body >page
		{
			read -r size
			read -r cursor
			cat
		} <page
		echo "$size" >>sizes
		[ -n "$cursor" ] || break
	done
}

sim() { curl -sS -X "$1" "$ANTHROPIC_BASE_URL/_sim/$2" "${@:3}"; }

# as_modelled TABLE [SIM OPTION...] - what ant-fetch and ant-flatten make of it is what the model of that simulator
# says; $WINDOW is the table's.  An event of the feed that comes twice is one row.
as_modelled() {
	local table=$1
	shift
	# shellcheck disable=SC2086	# two options and their times
	ant-fetch -q --rate 0 ${WINDOW-} "$table" <&- | ant-flatten -q >stream || return
	grep -v '^#' stream | if [ "$table" = compliance_activities ]; then uniq; else cat; fi >got
	# shellcheck disable=SC2086
	ant-sim "$@" --expect "$table" ${WINDOW-} | tail -n +2 >want
	[ -s want ] || { echo "$table: the model has no rows"; return 1; }
	cmp -s want got || { echo "$table differs"; diff want got | head -n 6 | cut -c 1-400; return 1; }
}
