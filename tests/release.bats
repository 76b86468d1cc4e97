#!/usr/bin/env bats
# A release: what is in it, what it is made of, that it is this tree, and that it is not made of another.  `make test-release`: it
# makes whole systems, and takes minutes.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load lib/helper

setup_file() {
	local tree=$BATS_FILE_TMPDIR/tree
	umask 022
	unset MAKEFLAGS MAKELEVEL B
	# What is in the tree now, as a commit: of a tree that is not clean there is no release.
	mkdir "$tree"
	git -C "$ROOT" ls-files -z --cached --others --exclude-standard | tar -C "$ROOT" --null --ignore-failed-read -cf - -T - | tar -xf - -C "$tree"
	as_commit "$tree"
	"$tree/packaging/release" >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log" >&2; return 1; }
	/usr/bin/python3 -m venv "$BATS_FILE_TMPDIR/venv"
	"$BATS_FILE_TMPDIR/venv/bin/pip" -q --disable-pip-version-check install --require-hashes --no-deps --only-binary :all: \
		-r "$ROOT/tests/lib/spdx.requirements"
}

# as_commit FOLDER - it becomes a git tree with all that is in it committed, always at the same second
as_commit() {
	git -C "$1" init -q
	git -C "$1" add -A
	GIT_COMMITTER_DATE='2026-11-20T12:00:00Z' git -C "$1" -c user.name=anthill -c user.email=anthill@packages.invalid commit -q -m release
}

each_setup() {
	unset MAKEFLAGS MAKELEVEL B
	TREE=$BATS_FILE_TMPDIR/tree
	VERSION=$(<"$ROOT/VERSION")
	RELEASE=$TREE/build/release
	ARCH=$(dpkg --print-architecture)
}

@test "release: the source, a package for each Debian, the image, the bill of materials, and their sums" {
	cd "$RELEASE"
	[ "$(echo *)" = "SHA256SUMS anthill-$VERSION.oci.tar anthill-$VERSION.spdx.json anthill-$VERSION.tar.gz anthill_$VERSION+deb12_$ARCH.deb anthill_$VERSION+deb13_$ARCH.deb" ]
	[ "$(sha256sum --strict -c SHA256SUMS | grep -c ': OK$')" = 5 ]
	[ "$(find . -not -perm -444)" = '' ]
	# Nothing else is left, and the tree is as it was.
	[ "$(ls "$TREE/build")" = release ]
	[ -z "$(git -C "$TREE" status --porcelain)" ]
}

@test "release: the source is what is committed, the same every time, and builds in a folder of its own" {
	tar -xzf "$RELEASE/anthill-$VERSION.tar.gz"
	git -C "$TREE" ls-files | sort >committed
	(cd "anthill-$VERSION" && find . ! -type d -printf '%P\n') | sort | cmp - committed
	git -C "$TREE" archive --format=tar --prefix="anthill-$VERSION/" HEAD | gzip -9n | cmp - "$RELEASE/anthill-$VERSION.tar.gz"
	make -s -j2 -C "anthill-$VERSION"
	[ "$("anthill-$VERSION/build/bin/ant-fetch" --version)" = "ant-fetch $VERSION" ]
	"anthill-$VERSION/build/bin/ant-tables" --names | grep -qx usage_report
}

@test "release: each package is for its Debian, and newer than that for the one before" {
	local number
	for number in 12 13; do
		DEB=$RELEASE/anthill_$VERSION+deb${number}_$ARCH.deb
		[ "$(dpkg-deb -f "$DEB" Version)" = "$VERSION+deb$number" ]
		dpkg-deb -x "$DEB" root$number
		run -1 grep -rlaF -e /usr/src -e "$BATS_FILE_TMPDIR" root$number
		dpkg-deb -f "$DEB" Depends >depends$number
	done
	dpkg --compare-versions "$VERSION+deb12" lt "$VERSION+deb13"
	dpkg --compare-versions "$VERSION" lt "$VERSION+deb12"
	grep -q 'libcurl4 ' depends12
	grep -q 'libcurl4t64 ' depends13
	diff <(cd root12 && find . ! -type d | sort) <(cd root13 && find . ! -type d | sort)
}

@test "release: the bill of materials is valid SPDX, and names what is there" {
	local sbom=$RELEASE/anthill-$VERSION.spdx.json number
	"$BATS_FILE_TMPDIR/venv/bin/pyspdxtools" -i "$sbom"
	# The sums are those of the files.
	jq -r '.packages[] | select(.checksums) | "\(.checksums[0].checksumValue)  \(.packageFileName)"' "$sbom" >sums
	[ "$(wc -l <sums)" = 4 ]
	(cd "$RELEASE" && sha256sum --strict --quiet -c "$BATS_TEST_TMPDIR/sums")
	# What a package depends on is in it, each with the licence that it says it is under.
	for number in 12 13; do
		dpkg-deb -f "$RELEASE/anthill_$VERSION+deb${number}_$ARCH.deb" Depends | tr ',' '\n' | awk '{print $1}' | sort >depends
		jq -r --arg id "SPDXRef-anthill-$VERSION-deb${number}-$ARCH.deb" '(.packages | map({(.SPDXID): .}) | add) as $package | .relationships[]
			| select(.relationshipType == "DEPENDS_ON" and .spdxElementId == $id) | $package[.relatedSpdxElement]
			| select(.licenseDeclared != "NOASSERTION" and (.externalRefs[0].referenceLocator | startswith("pkg:deb/debian/"))) | .name' "$sbom" | sort >named
		diff depends named
		[ "$(wc -l <named)" -ge 10 ]
	done
	# What the image holds is in it, with its version.
	mkdir layout dpkg
	tar -xf "$RELEASE/anthill-$VERSION.oci.tar" -C layout
	umoci unpack --image "layout:$VERSION" bundle >/dev/null
	dpkg-query --admindir=bundle/rootfs/var/lib/dpkg -W -f '${Package} ${Version}\n' | grep -v '^anthill ' | sort >inside
	jq -r --arg id "SPDXRef-anthill-$VERSION.oci.tar" '(.packages | map({(.SPDXID): .}) | add) as $package | .relationships[]
		| select(.relationshipType == "CONTAINS" and .spdxElementId == $id) | $package[.relatedSpdxElement] | select(.name != "anthill")
		| "\(.name) \(.versionInfo)"' "$sbom" | sort | diff inside -
	[ "$(bundle/rootfs/usr/bin/ant-fetch --version)" = "ant-fetch $VERSION" ]
}

@test "release: of a tree with changes there is none, and a folder that is no release is left alone" {
	cp -r "$TREE" tree
	echo >>tree/README.md
	run -1 tree/packaging/release "$PWD/out"
	[[ $output == *'changes that are not committed'* ]]
	git -C tree checkout -q README.md
	touch tree/new
	run -1 tree/packaging/release "$PWD/out"
	[[ $output == *'changes that are not committed'* ]]
	[ ! -e out ]
	rm tree/new
	mkdir mine
	touch mine/file
	run -1 tree/packaging/release "$PWD/mine"
	[[ $output == *'is there and is no release'* ]]
	[ "$(ls)" = $'home\nmine\ntree' ]
	[ -e mine/file ]
}
