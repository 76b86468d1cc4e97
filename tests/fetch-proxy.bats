#!/usr/bin/env bats
# ant-fetch through a proxy that tunnels, to a server that is reached in no other way: connect_proxy.py
# leads to nghttpx, which is api.anthill.test, before ant-sim.
# shellcheck disable=SC2154	# nghttpx.bash sets port
load lib/helper
load lib/nghttpx

O=/v1/organizations
HOST=api.anthill.test # no name that can be looked up

setup_file() {
	need_nghttpx || return
	start_sim --now 2026-11-21T10:00:00Z --users 30
	export SIM_URL=$ANTHROPIC_BASE_URL
	cd "$BATS_FILE_TMPDIR" || return
	certificate $HOST
	ant fetch --rate 0 users >users
}
teardown_file() { stop_sim; }
each_setup() {
	export ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	curl -sSf -X DELETE "$SIM_URL/_sim/faults" >/dev/null
	curl -sSf -X DELETE "$SIM_URL/_sim/log" >/dev/null
	start_proxy
	export ANTHROPIC_BASE_URL=https://$HOST
}
each_teardown() {
	stop_proxy
	[ -z "${tunnel-}" ] || kill "$tunnel"
}

# start_tunnel [STATUS] - the proxy, at $tunnel_at; what it hears is in ./heard
start_tunnel() {
	: >heard
	: >tunnel.port
	python3 "$BATS_TEST_DIRNAME/lib/connect_proxy.py" "$port" "$PWD/heard" "$@" >tunnel.port 3>&- &
	tunnel=$!
	wait_for [ -s tunnel.port ]
	tunnel_at=127.0.0.1:$(cat tunnel.port)
}
arm() { printf '%s\n' "$@" | curl -sSf --data-binary @- "$SIM_URL/_sim/faults" >/dev/null; }
fetch() {
	status=0
	timeout 60 "$ANT_BIN/ant-fetch" --rate 0 --backoff 0.001 --retries 1 "$@" >out 2>err || status=$?
}

@test "proxy: each of the usual variables leads through it, and nothing else goes there" {
	start_tunnel
	local name
	for name in https_proxy HTTPS_PROXY all_proxy ALL_PROXY; do
		: >heard
		env "$name=http://$tunnel_at" ant-fetch --rate 0 --jobs 4 users >out
		cmp out "$BATS_FILE_TMPDIR/users"
		[ "$(head -n 1 heard)" = $'CONNECT api.anthill.test:443 HTTP/1.1\r' ]
		# The key, the URL and what is asked for are in the tunnel.
		run -1 grep -aci -e simulated -e x-api-key -e anthropic- -e /v1/ heard
	done
	# A token is sent in a field that is a proxy's, too, by its name: this one does not get it.
	: >heard
	ANTHROPIC_ADMIN_KEY='' ANTHROPIC_AUTH_TOKEN=simulated-oauth-token https_proxy=http://$tunnel_at fetch users
	cmp out "$BATS_FILE_TMPDIR/users"
	grep -q ^CONNECT heard
	run -1 grep -aci -e simulated -e authorization heard
	# That of another scheme is none of ours.
	http_proxy=http://$tunnel_at fetch users
	[ "$status" -eq 75 ]
}

@test "proxy: its password goes to it, and not to the server" {
	start_tunnel
	https_proxy=http://me:canary@$tunnel_at fetch -v users
	[ "$status" -eq 0 ]
	cmp out "$BATS_FILE_TMPDIR/users"
	grep -aqi "^proxy-authorization: basic $(printf me:canary | base64)" heard
	curl -sSf "$SIM_URL/_sim/log" >log
	[ -s log ]
	run -1 grep -ci -e canary -e proxy-auth log err
}

@test "proxy: no_proxy goes past it, by name, by domain and for all" {
	start_tunnel
	local list
	for list in api.anthill.test anthill.test .anthill.test 'example.org, api.anthill.test' '*'; do
		https_proxy=http://$tunnel_at no_proxy=$list fetch users
		[ "$status" -eq 75 ] || { echo "$list: $status"; return 1; } # the name leads nowhere
		https_proxy=http://$tunnel_at NO_PROXY=$list fetch users
		[ "$status" -eq 75 ] || { echo "$list: $status"; return 1; }
	done
	[ ! -s heard ]
	https_proxy=http://$tunnel_at no_proxy=pi.anthill.test,anthill.tes fetch users
	[ "$status" -eq 0 ]
	# This machine is asked without a proxy, whatever the variables say.
	: >heard
	https_proxy=http://$tunnel_at http_proxy=http://$tunnel_at all_proxy=http://$tunnel_at \
		fetch --base-url "$SIM_URL" users
	cmp out "$BATS_FILE_TMPDIR/users"
	[ ! -s heard ]
}

@test "proxy: a redirect is not followed through it, either" {
	start_tunnel
	arm "$O/users always redirect=https://elsewhere.example/"
	https_proxy=http://$tunnel_at fetch users
	[ "$status" -eq 4 ]
	grep -q redirect err
	[ "$(grep -ac ^CONNECT heard)" -eq 1 ]
	run -1 grep -ac elsewhere heard
	[ "$(curl -sSf "$SIM_URL/_sim/log" | wc -l)" -eq 1 ]
}

@test "proxy: one that refuses, or is not there, is 75 and says so" {
	start_tunnel 407
	https_proxy=http://$tunnel_at fetch users
	[ "$status" -eq 75 ]
	grep -q 407 err
	[ "$(grep -ac ^CONNECT heard)" -eq 2 ] # and one retry
	run -1 grep -aci -e simulated heard
	https_proxy=http://127.0.0.1:1 fetch users
	[ "$status" -eq 75 ]
	[ "$(curl -sSf "$SIM_URL/_sim/log" | wc -l)" -eq 0 ]
}

@test "proxy: one that answers in the server's place is not trusted" {
	: >heard
	certs=$BATS_FILE_TMPDIR
	mkdir other
	(cd other && certificate $HOST) # of another CA
	stop_proxy
	BATS_FILE_TMPDIR=$PWD/other start_proxy
	start_tunnel
	CURL_CA_BUNDLE=$certs/ca.pem https_proxy=http://$tunnel_at fetch users
	[ "$status" -eq 4 ]
	grep -qi certificate err
	[ "$(curl -sSf "$SIM_URL/_sim/log" | wc -l)" -eq 0 ]
}
