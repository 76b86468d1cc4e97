#!/usr/bin/env bats
# What all endpoints of the simulator have in common: each is asked as ant-fetch asks it for its table, and then wrongly.
# shellcheck disable=SC2154	# set by read
load lib/helper

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true # one server, whose faults are set test by test
	# ant-fetch refuses what is older than a year: so the clock is today's.
	NOW=$(date -u +%F)T15:30:00Z
	export NOW
	start_sim --now "$NOW" --days 30 --seed 3
	asked >"$BATS_FILE_TMPDIR/asked"
	export SIM_URL=$ANTHROPIC_BASE_URL
}

teardown_file() { stop_sim; }

each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL
	sim DELETE faults >/dev/null
}

sim() { curl -sS -X "$1" "$ANTHROPIC_BASE_URL/_sim/$2" "${@:3}"; }
arm() { sim DELETE faults >/dev/null; printf '%s\n' "$@" | curl -sSf --data-binary @- "$ANTHROPIC_BASE_URL/_sim/faults" >/dev/null; }

# day N - the date N days before today
day() { date -u -d "$NOW -$1 days" +%F; }

# asked - what each table's endpoint is asked, of lists under ids the longest one: table, set, beta header (or -), path and query
asked() {
	local set table windowed window header
	for set in console enterprise legacy identity compliance; do
		use_key "$set"
		tables_of "$set" >"$BATS_FILE_TMPDIR/tables"
		while read -r table windowed; do
			window=()
			[ "$windowed" = no ] || window=(--from "$(day 3)" --to "$(day 1)")
			header=$(sed -n 's/^header *anthropic-beta: *//p' "$ROOT/lib/tables/$table.table")
			sim DELETE log >/dev/null
			ant-fetch -q --rate 0 "${window[@]}" "$table" >"$BATS_FILE_TMPDIR/records" <&-
			sim GET log | jq -rn --arg table "$table" --arg set "$set" --arg header "${header:--}" '
				def form: .path / "/" | [length, .[-1]];
				[inputs | select(.query | contains("page=") or contains("after_id=") | not)]
				| (.[-1] | form) as $last | map(select(form == $last)) | max_by(.bytes) | [$table, $set, $header, .path, .query] | @tsv'
		done <"$BATS_FILE_TMPDIR/tables"
	done | awk -F '\t' '!seen[$2 $4 $5]++'
}

# key_of SET - the header with the credential of the set
key_of() {
	case $1 in
	console) echo 'x-api-key: sk-ant-admin01-simulated' ;;
	identity) echo 'authorization: Bearer simulated-oauth-token' ;;
	*) echo 'x-api-key: sk-ant-api01-simulated' ;;
	esac
}

# ask PATH QUERY [ARG...] - one answer to the file b, its headers to h; prints its status.  $BETA and $KEY are headers.
ask() {
	local args=() pair
	while IFS= read -r pair; do
		[ -z "$pair" ] || args+=(--data-urlencode "$pair")
	done < <(tr '&' '\n' <<<"$2")
	[ "$BETA" = - ] || args+=(-H "anthropic-beta: $BETA")
	curl -sS -g -G -D h -o b -w '%{http_code}\n' -H "${KEY:-x: x}" -H "anthropic-version: ${VERSION:-2023-06-01}" "${args[@]}" \
		"${@:3}" "$ANTHROPIC_BASE_URL$1"
}

# each COMMAND... - for each endpoint, with $table, $set, $path, $query, $BETA and $KEY of it; says where one failed
each() {
	local table set path query BETA KEY
	while IFS=$'\t' read -r table set BETA path query <&7; do
		KEY=$(key_of "$set")
		"$@" || { echo "$table ($set): $path?$query"; cat b; return 1; }
	done 7<"$BATS_FILE_TMPDIR/asked"
}

# refused STATUS TYPE ARG... - what ask ARG... gives is an error of that type, which names the organization
refused() {
	local status
	status=$(ask "${@:3}") || return
	[ "$status" = "$1" ] || { echo "status $status, not $1"; return 1; }
	[ "$(jq -r .error.type b)" = "$2" ] || return
	grep -qi '^anthropic-organization-id: [0-9a-f-]\{36\}' h
}

@test "sim: every table's endpoint answers as it is asked, and names the organization" {
	[ "$(wc -l <"$BATS_FILE_TMPDIR/asked")" -gt 40 ]
	answers() {
		[ "$(ask "$path" "$query")" = 200 ] || return
		grep -qi '^anthropic-organization-id: [0-9a-f-]\{36\}' h || return
		[ "$(ask "$path" "$query${query:+&}beta=true")" = 200 ] || return
		VERSION=2026-10-21
		[ "$(ask "$path" "$query")" = 200 ] || return
		unset VERSION
	}
	each answers
}

@test "sim: no endpoint answers a wrong credential, version or parameter, or without its beta header" {
	wrong() {
		local other beta=$BETA
		KEY='' refused 401 authentication_error "$path" "$query" || return
		for other in admin01-wrong api01-wrong; do
			KEY="x-api-key: sk-ant-$other" refused 401 authentication_error "$path" "$query" || return
		done
		KEY='x-api-key: sk-ant-api03-x' refused 403 permission_error "$path" "$query" || return
		case $set:$path in
		console:*/users | console:*/invites | console:*/analytics/*) ;;
		console:*) KEY='x-api-key: sk-ant-api01-simulated' refused 403 permission_error "$path" "$query" || return ;;
		enterprise:*/users | enterprise:*/invites | enterprise:*/analytics/usage | enterprise:*/analytics/cost) ;;
		compliance:*/activities) ;;
		*) KEY='x-api-key: sk-ant-admin01-simulated' refused 403 permission_error "$path" "$query" || return ;;
		esac
		VERSION=2026-01-01 refused 400 invalid_request_error "$path" "$query" || return
		refused 400 invalid_request_error "$path" "$query${query:+&}colour=red" || return
		case $beta:$path in
		-:*) ;;
		*/plugins | */plugin_marketplaces) BETA=- refused 404 not_found_error "$path" "$query" || return ;;
		*) BETA=- refused 400 invalid_request_error "$path" "$query" || return ;;
		esac
		[ "$(ask "$path" "$query" -X POST)" = 405 ]
	}
	each wrong
}

# cursor - how the list in the file b goes on: a parameter, or nothing
cursor() { jq -r 'if has("last_id") then (if .has_more then "after_id=" + .last_id else empty end) elif .next_page then "page=" + .next_page else empty end' b; }

# all PATH QUERY - the elements of all pages, one a line
all() {
	local more='' pages=0
	while [ "$(ask "$1" "$2${2:+&}$more")" = 200 ] && jq -c '.data[]' b; do
		more=$(cursor)
		[ -n "$more" ] || return 0
		[ $((++pages)) -lt 3000 ] || break
	done
	return 1
}


@test "sim: whatever the pages are like, together they are the same list, and a limit out of range is refused" {
	pages() {
		local plain status
		plain=$(sed -E 's/(^|&)limit=[0-9]+//; s/^&//' <<<"$query")
		status=$(ask "$path" "$plain${plain:+&}limit=0") || return
		# It heeds no limit, or has none.
		[ "$status" = 400 ] || return 0
		[[ $(jq -r .error.message b) != *'Extra inputs'* ]] || return 0
		refused 400 invalid_request_error "$path" "$plain${plain:+&}limit=1000000" || return
		refused 400 invalid_request_error "$path" "$plain${plain:+&}limit=x" || return
		all "$path" "$query" >whole || return
		[ -s whole ] || return
		all "$path" "$plain${plain:+&}limit=$(($(wc -l <whole) / 8 + 1))" >parts || return
		# An event that comes twice does not where a page ends between the two.
		cmp <(uniq whole) <(uniq parts)
	}
	each pages
}

@test "sim: a cursor that is none, or of another list, is refused in the words of its family" {
	for p in organizations/service_accounts organizations/federation_rules; do
		KEY=$(key_of identity) BETA=- ask /v1/$p limit=1 >/dev/null
		other=$(jq -r '.next_page // empty' b)
	done
	[ -n "$other" ]
	strange() {
		local word text
		case $path in
		*/compliance/activities) word=after_id text='Invalid `after_id`. No activity found for `after_id` "page_x"' ;;
		*/compliance/*) word=page text='The page parameter is not a valid cursor for this request.' ;;
		*/spend_limit*) word=page text='cursor does not match current query parameters' ;;
		*/organizations/workspaces | */organizations/users | */invites | */api_keys | */workspaces/*/members)
			word=after_id text='after_id: Invalid cursor'
			;;
		*/me | */analytics/artifacts | */analytics/summaries | */federation_rules/*/workspaces) return 0 ;; # one page
		*) word=page text='page: Invalid page token for these parameters' ;;
		esac
		refused 400 invalid_request_error "$path" "$query${query:+&}$word=page_x" || return
		[[ $(jq -r .error.message b) == *"$text"* ]] || return
		[ "$word" = after_id ] || [ "$path" = /v1/organizations/federation_rules ] ||
			refused 400 invalid_request_error "$path" "$query${query:+&}page=$other"
	}
	each strange
}

@test "sim: faults strike every endpoint: status, a cursor without end or in a circle, pages that promise more" {
	struck() {
		local t1 t2
		arm "$path status=503 first=1" "$path reset first=1"
		refused 503 api_error "$path" "$query" || return
		arm "$path organization=another always"
		[ "$(ask "$path" "$query")" = 200 ] && grep -qi '^anthropic-organization-id: another' h || return
		[ "$path" != /v1/organizations/me ] || return 0
		arm "$path shape=data-missing always"
		[ "$(ask "$path" "$query")" = 200 ] && jq -e 'has("data") | not' b >/dev/null || return
		arm "$path empty-more always"
		ask "$path" "$query" >/dev/null && jq -e '.data == []' b >/dev/null || return
		case $path in */analytics/artifacts | */analytics/summaries) return 0 ;; esac # without a cursor of their own
		arm "$path endless always"
		ask "$path" "$query" >/dev/null && jq -c .data b >first && t1=$(cursor) || return
		[ -n "$t1" ] && [ "$(ask "$path" "$query${query:+&}$t1")" = 200 ] && jq -c .data b | cmp - first || return
		t2=$(cursor)
		[ -n "$t2" ] && [ "$t1" != "$t2" ] || return
		arm "$path cycle always"
		ask "$path" "$query" >/dev/null && t1=$(cursor) || return
		[ -n "$t1" ] && [ "$(ask "$path" "$query${query:+&}$t1")" = 200 ] && [ "$(cursor)" = "$t1" ]
	}
	each struck
}
