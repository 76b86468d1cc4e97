# A machine to spoil: this one's files under a layer in memory, in namespaces of its own.

# scratch - run the bash script on stdin as root of a machine that is a copy of this one; what it writes anywhere
# but in /tmp is gone afterwards, and listed in ./changed.  It has a loopback interface and no other; ./share is /tmp.
# A script may end in `init OPTION...`, which becomes a real systemd.
scratch() {
	local how=(--mount --net)
	[ "$(id -u)" = 0 ] || how+=(--map-root-user)
	mkdir -p share layer
	chmod 1777 share
	cat >share/script
	SHARE=$PWD/share LAYER=$PWD/layer unshare "${how[@]}" bash -euc '
		ip link set lo up
		mount -t tmpfs layer "$LAYER"
		mkdir "$LAYER"/{up,work,root}
		mount -t overlay -o "lowerdir=/,upperdir=$LAYER/up,workdir=$LAYER/work" scratch "$LAYER/root"
		cd "$LAYER/root"
		mount --rbind /dev dev
		mount --rbind /sys sys
		mount -t tmpfs run run
		mkdir -p old
		mount --bind "$SHARE" tmp
		cat >"$LAYER/enter" <<-"END"
			mount --make-rprivate /
			cd "$1"
			mount -t proc proc proc
			pivot_root . old
			umount -l /old
			mount --make-rshared /
			cd /
			export HOME=/root TMPDIR=/tmp PATH=/usr/sbin:/usr/bin:/sbin:/bin
			unset ANTHROPIC_ADMIN_KEY ANTHROPIC_BASE_URL ANT_STATE ANT_TABLES XDG_CONFIG_HOME XDG_STATE_HOME
			init() { container=scratch exec /lib/systemd/systemd "$@"; }
			. /tmp/script
		END
		status=0
		timeout -k 5 120 unshare --mount --pid --ipc --uts --cgroup --fork bash -eu "$LAYER/enter" "$LAYER/root" || status=$?
		# A folder that was there before is in the layer only because something in it changed.
		cd "$LAYER/up" && find . -mindepth 1 \( ! -type d -o -empty \) -printf "%y %p\n" |
			while read -r type path; do [ "$type" = d ] && [ -d "/$path" ] || echo "$path"; done >"$SHARE/changed"
		exit $status
	' 3>&-
}
