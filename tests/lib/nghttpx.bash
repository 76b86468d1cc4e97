# For suites that put nghttpx, with HTTP/2 and TLS, before ant-sim: `load lib/nghttpx`.
# shellcheck disable=SC2016	# nghttpx expands these, not we

need_nghttpx() {
	command -v nghttpx >/dev/null && return
	echo "no nghttpx here: run scripts/setup --tests" >&2
	return 1
}

# certificate HOST - cert.pem and key.pem for HOST, of a CA that curl and ant-fetch then trust.  In setup_file.
certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=a CA of our own' 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -keyout key.pem -out req.pem -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out cert.pem \
		-extfile <(echo "subjectAltName=DNS:$1") 2>/dev/null
	export CURL_CA_BUNDLE=$PWD/ca.pem
}

# start_proxy OPTION... - before the simulator at SIM_URL, on $port, which stays the same in a test
start_proxy() {
	: "${port:=$((20000 + RANDOM % 12000))}" # below those that the system gives to others
	for _ in 1 2 3 4 5; do
		setsid nghttpx --conf=/dev/null --no-ocsp --frontend="127.0.0.1,$port" \
			--backend="127.0.0.1,${SIM_URL##*:}" \
			--accesslog-file="$PWD/access" --accesslog-format='$remote_port $alpn $status $path' \
			--errorlog-file="$PWD/errors" "$@" "$BATS_FILE_TMPDIR"/{key,cert}.pem >/dev/null 2>&1 3>&- &
		proxy=$! # and its process group
		while kill -0 $proxy 2>/dev/null; do
			! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
			sleep 0.05
		done
		[ "$ANTHROPIC_BASE_URL" != "$SIM_URL" ] || port=$((20000 + RANDOM % 12000))
	done
	cat errors >&2
	return 1
}
stop_proxy() {
	[ -n "${proxy-}" ] || return 0
	kill -KILL -- "-$proxy" 2>/dev/null || :
	wait "$proxy" 2>/dev/null || :
	# Its worker may take a moment longer, and would answer in the place of the next one, which then finds no port.
	while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.02; done
}

