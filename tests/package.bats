#!/usr/bin/env bats
# The Debian package: what is in it, and a life of it from install to purge on a copy of this machine.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load lib/helper
load lib/docs
load lib/scratch

setup_file() {
	env -u MAKEFLAGS -u MAKELEVEL -u B "$ROOT/packaging/build-deb" "$BATS_FILE_TMPDIR/build" >"$BATS_FILE_TMPDIR/name" 2>"$BATS_FILE_TMPDIR/log" ||
		{ cat "$BATS_FILE_TMPDIR/log" >&2; return 1; }
}

each_setup() {
	DEB=$(tail -n 1 "$BATS_FILE_TMPDIR/name")
	mkdir -p share
	cp "$DEB" share/anthill.deb
}

field() { dpkg-deb -f "$DEB" "$1"; }

@test "package: named after VERSION; depends on the libraries that are linked, and not on the one that is opened" {
	local library
	[ "${DEB##*/}" = "anthill_$(<"$ROOT/VERSION")_$(dpkg --print-architecture).deb" ]
	[ "$(field Version)" = "$(<"$ROOT/VERSION")" ]
	for library in libc6 libcurl4 libjq1 libcsv3 libpq5 libsqlite3-0 libmicrohttpd libnettle libyaml-0-2 zlib1g; do
		[[ $(field Depends) == *"$library"* ]] || { field Depends; return 1; }
	done
	[[ $(field Depends) != *duckdb* ]]
	# What one kind of destination needs, nobody has to install.
	[[ $(field Depends) != *mariadb* && $(field Recommends) == *libmariadb3* && $(field Recommends) != *libc6* ]]
}

@test "package: the libraries of optional loaders are recommended alone, but for those that others need as well" {
	# The build is there: nothing is compiled again.
	cp -a "$BATS_FILE_TMPDIR/build" build
	DEB=build/${DEB##*/}
	OPTIONAL='ant-load-csv ant-load-mysql ant-load-parquet ant-load-pg' "$ROOT/packaging/build-deb" "$PWD/build" >/dev/null
	[[ $(field Recommends) == *ca-certificates*libmariadb3* ]]
	[[ $(field Depends) != *mariadb* ]]
	[[ $(field Depends) == *libcsv3*libpq5* ]] # ant-report is linked with them, too
	[[ $(field Recommends) != *libcsv3* && $(field Recommends) != *libpq5* ]]
	[[ $(field Recommends) != *libc6* ]]
}

@test "package: every command, page, table, completion and example is in it, and nothing outside /usr and /etc/anthill" {
	local file
	dpkg-deb -x "$DEB" root
	cd root
	run -0 find . -mindepth 1 -not -path './usr*' -not -path ./etc
	[ "$output" = ./etc/anthill ]
	for file in "$ANT_BIN"/ant-*; do
		[ -x "usr/bin/${file##*/}" ]
		[ -e "usr/share/bash-completion/completions/${file##*/}" ]
		grep -q "^#compdef.* ${file##*/}\( \|$\)" usr/share/zsh/vendor-completions/_anthill
	done
	for file in "$ROOT"/man/*.[1-8]; do
		gzip -dc "usr/share/man/man${file##*.}/${file##*/}.gz" | cmp - "$file"
	done
	for file in "$ROOT"/scripts/sync/*; do
		cmp "$file" "usr/lib/anthill/sync/${file##*/}"
		[ "$(stat -c %a "usr/lib/anthill/sync/${file##*/}")" = 644 ]
	done
	for file in "$ROOT"/lib/tables/*.table; do cmp "$file" "usr/share/anthill/tables/${file##*/}"; done
	(cd "$ROOT/examples" && find . -type f) | while read -r file; do
		cmp "$ROOT/examples/$file" "usr/share/doc/anthill/examples/$file"
	done
	[ -e usr/lib/systemd/system/anthill-sync@.service ]
	[ -e usr/lib/systemd/system/anthill-sync@.timer ]
	grep -q 'MIT' usr/share/doc/anthill/copyright
	[ -s usr/share/doc/anthill/changelog.gz ]
	dpkg-deb -e "$DEB" DEBIAN
	md5sum --quiet -c DEBIAN/md5sums
}

@test "package: owned by root, hardened, stripped, without a path of the machine that built it" {
	local file
	[ "$(dpkg-deb -c "$DEB" | awk '{print $2}' | sort -u)" = root/root ]
	dpkg-deb -x "$DEB" root
	run -1 grep -rlaF "$ROOT" root
	for file in root/usr/bin/ant-*; do
		head -c 4 "$file" | grep -q ELF || continue
		readelf -h "$file" | grep -q 'Type: *DYN' # position independent
		readelf -l "$file" | grep -q GNU_RELRO
		readelf -S "$file" >sections
		run -1 grep -E 'debug|symtab' sections
	done
}

@test "package: the same source gives the same package, byte for byte" {
	cp "$DEB" first.deb
	"$ROOT/packaging/build-deb" "$BATS_FILE_TMPDIR/build" >/dev/null 2>&1
	cmp first.deb "$DEB"
}

@test "package: installs with apt; purged with apt it leaves nothing, not even what its units have made" {
	scratch <<-'END'
		export DEBIAN_FRONTEND=noninteractive
		apt-get install -y --no-install-recommends -o APT::Sandbox::User=root /tmp/anthill.deb
		ant-tables usage_report >/tmp/described
		ant-fetch --version >/tmp/version
		ls -ld /etc/anthill | cut -c 1-10 >/tmp/mode
		# An instance, with all that belongs to one.
		echo 'destination sqlite:///anthill.db' >/etc/anthill/acme.conf
		echo sk-ant-admin01-simulated >/etc/anthill/acme.key
		mkdir -p /var/lib/private/anthill/acme/state
		touch /var/lib/private/anthill/acme/anthill.db
		ln -s private/anthill /var/lib/anthill
		SYSTEMD_OFFLINE=1 systemctl enable anthill-sync@acme.timer
		readlink /etc/systemd/system/timers.target.wants/anthill-sync@acme.timer >/tmp/enabled
		# Removed, settings and data stay; purged, nothing does.
		apt-get remove -y anthill
		[ -e /etc/anthill/acme.key ]
		[ -e /var/lib/anthill/acme/anthill.db ]
		[ ! -e /usr/bin/ant-sync ]
		apt-get purge -y anthill
	END
	grep -q uncached_input_tokens share/described
	[ "$(<share/version)" = "ant-fetch $(<"$ROOT/VERSION")" ]
	[ "$(<share/mode)" = drwx------ ]
	grep -q 'anthill-sync@.timer' share/enabled
	# What is left is the package manager's own record, and a folder that is systemd's.
	grep -v -e '^\./var/lib/dpkg' -e '^\./var/log/' -e '^\./var/cache/' -e '^\./var/lib/apt/' -e '^\./old$' -e '^\./var/lib/private$' share/changed >left || :
	cat left
	[ ! -s left ]
}

@test "package: an ordinary user with an empty home does the whole tutorial with it, as it is written" {
	local line
	of_page "$ROOT/man/anthill-tutorial.7" >lines
	[ "$(wc -l <lines)" -gt 25 ]
	{
		echo 'set -o pipefail; export EDITOR=true'
		while IFS= read -r line; do
			printf 'echo %q\n' "\$ $line"
			case $line in
			ant-sim*) # "in a terminal of its own"
				printf '%s >sim.out 2>&1 &\nfor i in $(seq 600); do [ -s sim.out ] && break; sleep 0.1; done\n' "$line"
				;;
			*) printf '{ %s\n} || { echo "status $?"; exit 1; }\n' "$line" ;;
			esac
		done <lines
		# The job, as cron starts it: what it prints is mail.
		echo 'IFS=" " read -r _ _ _ _ _ job <crontab.txt; printf "%s\n" "$job"'
		echo 'mkdir cron && HOME=$PWD/cron && mkdir -p cron/.config && cp -r /home/visitor/.config/anthill cron/.config/'
		echo 'env -i HOME="$HOME" SHELL=/bin/sh PATH=/usr/bin:/bin ANTHROPIC_BASE_URL=http://127.0.0.1:8086 sh -c "cd && ${job/\/home\/visitor/\$HOME}" >mail 2>&1 || exit'
		echo 'cat mail; [ ! -s mail ] && [ -s cron/anthill.db ] && kill %1'
	} >tutorial
	mkdir -p share
	cp tutorial share/
	scratch <<-'END'
		dpkg -i /tmp/anthill.deb
		mkdir -p /home/visitor/folder
		# There need be no cron here: crontab keeps what it is given.
		printf '#!/bin/sh\n[ "$1" != -l ] && cat >>crontab.txt\n' >/usr/bin/crontab
		chmod 755 /usr/bin/crontab
		chown -R nobody /home/visitor 2>/dev/null && user=(setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs) || user=()
		cp /tmp/tutorial /home/visitor
		cd /home/visitor/folder
		umask 022
		"${user[@]}" env -i HOME=/home/visitor PATH=/usr/bin:/bin LANG=C.UTF-8 timeout 100 bash ../tutorial >/run/told 2>&1 || { cat /run/told >&2; exit 1; }
		cp /run/told /tmp/told
		(cd /home/visitor && find . -type f -name '*key' -printf '%m %p\n') >/tmp/keys
	END
	grep -q '^status 5' share/told # what a broken pipe does
	grep -q '^usage_report ' share/told
	[ "$(cut -d ' ' -f 1 share/keys | sort -u)" = 600 ]
}

@test "package: the units are valid, and hardened" {
	scratch <<-'END'
		dpkg -i /tmp/anthill.deb
		systemd-analyze verify anthill-sync@acme.service anthill-sync@acme.timer 2>&1 | grep -v "Command 'man" >/tmp/verified || :
		systemd-analyze security --offline=true --threshold=20 --no-pager /usr/lib/systemd/system/anthill-sync@.service >/tmp/security
	END
	cat share/verified
	run -1 grep anthill share/verified
	grep -q 'Overall exposure level' share/security
}

@test "package: a real systemd runs the service as written: hardened, with the key from its credential, and again" {
	cp "$ROOT/examples/systemd/acme.conf" share/
	scratch <<-'END'
		dpkg -i /tmp/anthill.deb
		rm -f /etc/systemd/system/*.wants/* /lib/systemd/system/*.wants/*
		install -m 600 /tmp/acme.conf /etc/anthill/acme.conf
		echo 'start -10d' >>/etc/anthill/acme.conf
		(umask 077 && echo sk-ant-admin01-simulated >/etc/anthill/acme.key)
		mkdir -p /etc/systemd/system/anthill-sync@acme.service.d
		cat >/etc/systemd/system/anthill-sync@acme.service.d/test.conf <<-'UNIT'
			[Service]
			Environment=ANTHROPIC_BASE_URL=http://127.0.0.1:8086
			StandardOutput=append:/var/acme.out
			StandardError=append:/var/acme.err
			ExecStartPost=/bin/grep -E "^(Seccomp|NoNewPrivs|CapEff):" /proc/self/status
			ExecStartPost=-/bin/touch /usr/here /etc/here /var/lib/here
			ExecStartPost=-/bin/cat /etc/anthill/acme.key
		UNIT
		printf '[Unit]\nDefaultDependencies=no\nRequires=sim.service life.service\n' >/etc/systemd/system/test.target
		printf '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/usr/bin/ant-sim --port 8086 --days 15\n' >/etc/systemd/system/sim.service
		cat >/etc/systemd/system/life.service <<-'UNIT'
			[Unit]
			DefaultDependencies=no
			After=sim.service
			[Service]
			Type=oneshot
			ExecStart=/bin/bash /tmp/life
			ExecStopPost=/bin/systemctl exit
			TimeoutStartSec=90
		UNIT
		cat >/tmp/life <<-'UNIT'
			for i in $(seq 600); do (: >/dev/tcp/127.0.0.1/8086) 2>/dev/null && break; sleep 0.1; done
			start="systemctl start --job-mode=ignore-dependencies"
			$start anthill-sync@acme.service; echo "first $?" >/tmp/statuses
			$start anthill-sync@acme.service; echo "second $?" >>/tmp/statuses
			systemctl show -p Result anthill-sync@acme.service >>/tmp/statuses
			$start anthill-sync@none.service; echo "none $?" >>/tmp/statuses
			$start anthill-sync@acme.timer; echo "timer $?" >>/tmp/statuses
			systemctl list-timers --all --no-pager >/tmp/timers
			cp /var/acme.out /tmp/out; cp /var/acme.err /tmp/err
			cp /var/lib/anthill/acme/anthill.db /tmp/
			stat -c '%a %U' /var/lib/private/anthill/acme >/tmp/folder
			[ ! -e /usr/here ] && [ ! -e /etc/here ] && [ ! -e /var/lib/here ] && echo confined >>/tmp/statuses
		UNIT
		mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || :
		init --unit=test.target --log-target=null --show-status=no
	END
	cat share/statuses share/err
	[ "$(<share/statuses)" = $'first 0\nsecond 0\nResult=success\nnone 1\ntimer 0\nconfined' ]
	grep -q 'anthill-sync@acme.timer' share/timers
	[ "$(sqlite3 share/anthill.db 'select count(*) from users')" -gt 0 ]
	[ "$(sqlite3 share/anthill.db "select count(*) > 1 from _anthill_loads where table_name = 'cost_report'")" = 1 ]
	grep -qx $'Seccomp:\t2' share/out
	grep -qx $'NoNewPrivs:\t1' share/out
	grep -qx $'CapEff:\t0000000000000000' share/out
	run -1 grep -r sk-ant-admin share/out share/err share/anthill.db
}

@test "install: what make install has made, make uninstall takes away, and a second time as well" {
	local make=(make -s -C "$ROOT" B="$(dirname "$ANT_BIN")" DESTDIR="$PWD/root" PREFIX=/opt/anthill)
	unset MAKEFLAGS MAKELEVEL
	"${make[@]}" install
	[ "$(find root -type f -name 'ant-*.1' | wc -l)" -ge 11 ]
	[ -s root/opt/anthill/share/bash-completion/completions/ant-sync ]
	[ -s root/opt/anthill/share/zsh/site-functions/_anthill ]
	[ -z "$(find root -name '*.service' -o -name '*.timer')" ] # the units are the package's
	# An installed command finds its tables where it stands.
	(cd / && env -i "$BATS_TEST_TMPDIR/root/opt/anthill/bin/ant-tables" users) >described
	grep -q email described
	"${make[@]}" uninstall
	run -0 find root ! -type d
	[ -z "$output" ]
	[ ! -e root/opt/anthill/share/anthill ]
	[ ! -e root/opt/anthill/share/doc/anthill ]
	"${make[@]}" uninstall
}
