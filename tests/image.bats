#!/usr/bin/env bats
# The OCI image: what is in it, and a life of it in a real runtime, as an orchestrator would run it.  `make test-image`: building it
# takes too long for every run of the suites.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load lib/helper

setup_file() {
	local build=$BATS_FILE_TMPDIR/build
	umask 022
	unset MAKEFLAGS MAKELEVEL B
	for tool in crun skopeo umoci jq; do
		command -v $tool >/dev/null || { echo "$tool is missing: scripts/setup --release" >&2; return 1; }
	done
	"$ROOT/packaging/build-deb" "$build" >/dev/null
	"$ROOT/packaging/build-image" "$build"/anthill_*.deb "$build/anthill.oci.tar"
	mkdir "$BATS_FILE_TMPDIR/layout"
	tar -xf "$build/anthill.oci.tar" -C "$BATS_FILE_TMPDIR/layout"
	umoci unpack --image "$BATS_FILE_TMPDIR/layout:$(<"$ROOT/VERSION")" "$BATS_FILE_TMPDIR/bundle" >/dev/null
}

each_setup() {
	IMAGE=$BATS_FILE_TMPDIR/build/anthill.oci.tar
	BUNDLE=$BATS_FILE_TMPDIR/bundle
	IN=$BUNDLE/rootfs
}

# container FILTER WORD... - run the image with WORDs behind its entrypoint: read-only but for ./state and a /tmp, without
# any capability, beside a simulator.  FILTER changes the runtime's settings (jq).
container() {
	local filter=$1
	shift
	mkdir -p state
	chown 10001:10001 state
	[ -e "$BUNDLE/config.first" ] || cp "$BUNDLE/config.json" "$BUNDLE/config.first"
	jq --arg state "$PWD/state" '.process.terminal = false | .root.readonly = true | .process.capabilities = {}
		| .linux.namespaces |= map(select(.type != "network")) | .process.args += $ARGS.positional
		| .process.env += ["ANTHROPIC_BASE_URL=http://127.0.0.1:8086", "ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated"]
		| .mounts |= map(select(.destination != "/state" and .destination != "/sys/fs/cgroup"))
		| .mounts += [{destination: "/state", type: "bind", source: $state, options: ["bind", "rw"]},
			{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=1777", "noexec", "nosuid"]}] | '"$filter" \
		"$BUNDLE/config.first" --args -- "$@" >"$BUNDLE/config.json"
	# The runtime wants the new kind of cgroups, whatever this machine has.
	SIM=$IN/usr/bin/ant-sim NAME=anthill-test-$$-$BATS_TEST_NUMBER timeout 100 unshare --net --mount bash -euc '
		ip link set lo up
		umount -R /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		"$SIM" --port 8086 --days 20 --users 5 >sim.out 2>&1 3>&- &
		until [ -s sim.out ]; do sleep 0.05; done
		status=0
		crun --cgroup-manager=disabled run -b "$1" "$NAME" || status=$?
		kill %1
		exit $status' bash "$BUNDLE"
}

@test "image: the user, entry point, volume, environment and labels are those that are promised" {
	skopeo inspect --config "oci-archive:$IMAGE" >config
	jq -e --arg version "$(<"$ROOT/VERSION")" '.os == "linux" and (.config
		| .User == "10001:10001" and .Entrypoint == ["/usr/bin/ant-sync"] and .Cmd == null and .WorkingDir == "/state"
		and .Volumes == {"/state": {}} and (.Env | index("ANT_STATE=/state"))
		and .Labels["org.opencontainers.image.title"] == "anthill" and .Labels["org.opencontainers.image.version"] == $version
		and .Labels["org.opencontainers.image.licenses"] == "MIT")' config
	skopeo inspect "oci-archive:$IMAGE" >manifest
	jq -e '.Layers | length == 1' manifest
	[ "$(tar -tf "$IMAGE" | grep -c blobs/sha256/.)" = 3 ] # the layer, the config, the manifest
}

@test "image: small; no pages, no package lists, nothing set-uid, nothing of the machine that built it" {
	local path
	[ "$(stat -c %s "$IMAGE")" -lt 60000000 ]
	[ -z "$(find "$IN" -type f -perm /6000)" ]
	for path in etc/apt etc/resolv.conf etc/hostname var/lib/apt usr/bin/apt usr/share/man/man1 usr/share/doc/anthill/README.md; do
		[ ! -e "$IN/$path" ] || { echo "$path"; return 1; }
	done
	for path in dev tmp proc sys var/cache var/log root; do
		[ -z "$(find "$IN/$path" -type f -not -name '.*rc' -not -name .profile)" ] || { echo "$path"; return 1; }
	done
	# Only the volume is the user's.
	[ "$(find "$IN" -user 10001 -printf '%P %U:%G %m')" = 'state 10001:10001 755' ]
	run -1 grep -rlaF -e "$ROOT" -e "$BATS_FILE_TMPDIR" -e /tmp/anthill -e /tmp/mmdebstrap "$IN" "$BATS_FILE_TMPDIR/layout"
	# The licences come along, and what a scanner reads.
	[ -s "$IN/usr/share/doc/anthill/copyright" ]
	[ -s "$IN/usr/share/doc/libcurl4/copyright" ] || [ -s "$IN/usr/share/doc/libcurl4t64/copyright" ]
	[ "$(dpkg-query --admindir="$IN/var/lib/dpkg" -W -f '${db:Status-Status}' anthill)" = installed ]
	for path in $(dpkg-deb -f "$BATS_FILE_TMPDIR"/build/*.deb Recommends | sed -E 's/\([^)]*\)//g; s/,/ /g'); do
		[ "$(dpkg-query --admindir="$IN/var/lib/dpkg" -W -f '${db:Status-Status}' "$path")" = installed ]
	done
}

@test "image: a runtime runs it read-only, without a right, as 10001: all of a key's tables into its volume, and again" {
	local table
	container . --start -5d --rate 0 >receipts 2>err || { cat err; return 1; }
	for table in users cost_report usage_report; do
		[ "$(sqlite3 state/anthill.db "select count(*) > 0 from $table")" = 1 ]
	done
	[ "$(find state -type f -printf '%U:%G\n' | sort -u)" = 10001:10001 ]
	[ "$(jq -s 'map(select(."@ant" == "loaded")) | length' receipts)" -gt 10 ]
	container . --rate 0 --json cost_report users >second 2>err || { cat err; return 1; }
	# It goes on from the watermark in the volume.
	jq -se 'map(select(.table == "cost_report" and .from != null)) | length > 0' second
	run -1 grep -r sk-ant-admin state receipts second err
}

@test "image: the sandbox works in it" {
	mkdir -p state
	cat >state/caged <<-'END'
		mkfifo /tmp/empty /tmp/full
		exec 6<>/tmp/empty 7<>/tmp/full
		head -c 65536 /dev/zero >&7
		for command in 'ant-flatten' 'ant-fetch --rate 0 users'; do # one waits for input, the other for room
			$command <&6 >&7 &
			for i in $(seq 200); do
				grep -q '^Seccomp:[[:space:]]*2$' /proc/$!/status && break
				sleep 0.05
			done
			sed -n "s/^Seccomp:[[:space:]]*/$command /p" /proc/$!/status
			kill $!
		done
		sed -n 's/^Seccomp:[[:space:]]*/outside /p' /proc/self/status
	END
	container '.process.args = ["/bin/bash", "/state/caged"]' >status 2>err || { cat err; return 1; }
	[ "$(<status)" = $'ant-flatten 2\nant-fetch --rate 0 users 2\noutside 0' ] || { cat status err; return 1; }
}

@test "image: the same package gives the same image, byte for byte" {
	"$ROOT/packaging/build-image" "$BATS_FILE_TMPDIR"/build/anthill_*.deb again.oci.tar
	cmp again.oci.tar "$IMAGE"
}
