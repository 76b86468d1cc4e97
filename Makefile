# anthill.  Needs GNU make.  Variables set by ?= are yours: make CC=clang PREFIX=/usr
VERSION := $(shell cat VERSION)
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
DESTDIR ?=
# Suites at a time: one more than processors, for they wait for servers a third of the time.
JOBS    ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))
# The sandbox of what reads bytes from the network is Linux's: no elsewhere.
SECCOMP ?= $(if $(filter Linux,$(shell uname -s)),yes,no)
B        = build
PC       = pkg-config
# Who has no MySQL needs no libmariadb: all else is built without.
MYSQL   ?= $(if $(shell $(PC) --exists libmariadb && echo yes),yes,no)
NOT     := $(if $(filter yes,$(MYSQL)),,%/db/mysql.c %/ant-load-mysql.c %/ant-load-mysql.1)

bindir   = $(DESTDIR)$(PREFIX)/bin
partdir  = $(DESTDIR)$(PREFIX)/lib/anthill
datadir  = $(DESTDIR)$(PREFIX)/share/anthill
mandir   = $(DESTDIR)$(PREFIX)/share/man
docdir   = $(DESTDIR)$(PREFIX)/share/doc/anthill
bashdir  = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir   = $(DESTDIR)$(PREFIX)/share/zsh/site-functions

# What the build cannot do without.  CFLAGS, CPPFLAGS and LDFLAGS are never changed.
MYFLAGS  = -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -Ilib -Icmd -DANT_VERSION='"$(VERSION)"' -DANT_PREFIX='"$(PREFIX)"' \
	   -MMD -MP -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	   -Wmissing-prototypes -Wwrite-strings -Wvla

CMDS    := $(patsubst cmd/%.c,%,$(filter-out $(NOT),$(wildcard cmd/ant-*.c)))
SCRIPTS := $(notdir $(wildcard scripts/ant-*))
PARTS   := bruin warehouse
SYNC    := $(notdir $(wildcard scripts/sync/*.bash))
TABLES  := $(wildcard lib/tables/*.table)
MANS    := $(filter-out $(NOT),$(wildcard man/*.[1-8]))
LIBO    := $(patsubst lib/%.c,$B/lib/%.o,$(filter-out $(NOT),$(wildcard lib/*/*.c)))
BINS    := $(CMDS:%=$B/bin/%)
PARTB   := $(PARTS:%=$B/lib/anthill/%)
SYNCB   := $(SYNC:%=$B/lib/anthill/sync/%)
BASHC    = $B/share/bash-completion/completions/anthill
ZSHC     = $B/share/zsh/site-functions/_anthill

all: $(BINS) $(PARTB) $(SYNCB) $(SCRIPTS:%=$B/bin/%) $B/share/anthill/tables $(BASHC) $(ZSHC)
	$(if $(NOT),@echo 'make: without ant-load-mysql: libmariadb is not here; scripts/setup installs it (libmariadb-dev)' >&2)

# Each command links only what it uses: the archive leaves out objects that nobody
# calls, and these are the outside libraries of each.  libjq and libcsv ship no .pc file.
CAGE     = $(if $(filter yes,$(SECCOMP)),$(shell $(PC) --libs libseccomp))
$B/bin/ant-fetch:       LIBS = $(shell $(PC) --libs libcurl) $(CAGE)
$B/bin/ant-flatten:     LIBS = -ljq -lcsv $(shell $(PC) --libs nettle) $(CAGE)
$B/bin/ant-load-csv:    LIBS = -lcsv
$B/bin/ant-load-pg:     LIBS = $(shell $(PC) --libs libpq)
$B/bin/ant-load-mysql:  LIBS = $(shell $(PC) --libs libmariadb)
$B/bin/ant-load-sqlite: LIBS = $(shell $(PC) --libs sqlite3)
$B/bin/ant-load-duckdb: LIBS = -ldl
$B/bin/ant-load-clickhouse: LIBS = $(shell $(PC) --libs libcurl)
$B/bin/ant-load-parquet: LIBS = -lcsv -ldl
$B/bin/ant-report:      LIBS = $(shell $(PC) --libs sqlite3 libpq) -ldl -lcsv -lm $(CAGE)
$B/bin/ant-sim:         LIBS = $(shell $(PC) --libs libmicrohttpd zlib)
$(filter $B/bin/ant-load-%,$(BINS)): $B/cmd/loader.o
$B/bin/ant-state: $B/cmd/receipts.o $B/cmd/agree.o
$(addprefix $B/,bin/ant-fetch bin/ant-flatten bin/ant-report lib/anthill/bruin): $B/cmd/sandbox.o
# Its filters are made here, by libseccomp, and need it no more when they are used.
FILTERS  = $B/gen/base/cage_filters.h
ifeq ($(SECCOMP),yes)
$B/lib/base/cage.o: $(FILTERS)
$B/lib/base/cage.o:     MYFLAGS += -DANT_SECCOMP -I$B/gen
endif
$(FILTERS): cmd/cage_filters.c lib/base/cage.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(filter-out -M%,$(MYFLAGS)) $(CFLAGS) $(LDFLAGS) -o $B/gen/cage_filters $< $(shell $(PC) --cflags --libs libseccomp) $(LDLIBS)
	$B/gen/cage_filters >$@.new && mv $@.new $@
$B/lib/db/pg.o:         MYFLAGS += $(shell $(PC) --cflags libpq)
$B/lib/db/mysql.o:      MYFLAGS += $(shell $(PC) --cflags libmariadb)

$(BINS): $B/bin/%: $B/cmd/%.o $B/cmd/cli.o $B/libant.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $B/libant.a $(LIBS) $(LDLIBS)
$(SCRIPTS:%=$B/bin/%): $B/bin/%: scripts/%
	@mkdir -p $(@D)
	install -m 755 $< $@
# Parts of ant-ingest that are no commands.
$B/lib/anthill/bruin: LIBS = $(shell $(PC) --libs yaml-0.1) $(CAGE)
$B/lib/anthill/bruin: $B/cmd/bruin.o $B/cmd/cli.o $B/libant.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $B/libant.a $(LIBS) $(LDLIBS)
$B/lib/anthill/warehouse: scripts/warehouse
	@mkdir -p $(@D)
	install -m 755 $< $@
# Parts of ant-sync, which it reads when it starts.
$(SYNCB): $B/lib/anthill/sync/%: scripts/sync/%
	@mkdir -p $(@D)
	install -m 644 $< $@
$B/bin/ant-sync: | $(SYNCB)
# The build looks like an installed prefix, so that a command finds its tables in either.
$B/share/anthill/tables:
	@mkdir -p $(@D)
	ln -sfn $(abspath lib/tables) $@
# Completions come from the manual pages.
$(BASHC) $(ZSHC): scripts/completions $(filter %.1,$(MANS))
	@mkdir -p $(@D)
	scripts/completions $(if $(filter %/_anthill,$@),zsh,bash) $(filter %.1,$^) >$@.new && mv $@.new $@
# q, not r: two folders may have a file of the same name, and r would keep the last one alone.
$B/libant.a: $(LIBO)
	rm -f $@ && $(AR) qcs $@ $^
$B/%.o: %.c VERSION Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(MYFLAGS) $(CFLAGS) -c -o $@ $<

# Everything there is to install first: see scripts/setup.
setup:
	@scripts/setup
setup-tests:
	@scripts/setup --tests
setup-release:
	@scripts/setup --tests --release

run: setup
	@$(MAKE) --no-print-directory all
	@scripts/try-out $(B)/bin

check: setup-tests
	@$(MAKE) --no-print-directory test

# SUITES: which suites; ANT_WRAP: a checker before each command.  Files run side by
# side, tests within a file one after another: they share what the file has set up.
# What makes whole systems first is a target of its own, below.
SYSTEMS  = $(addprefix tests/,focus-validator.bats image.bats load-iceberg.bats release.bats)
SUITES  ?= $(filter-out $(SYSTEMS),$(wildcard tests/*.bats))
BATS     = bats --jobs $(JOBS) --no-parallelize-within-files $(BATSFLAGS)
test: all
	ANT_BIN=$(abspath $B)/bin CC='$(CC)' $(BATS) $(SUITES)

# The same suites on other binaries, each kind in a build folder of its own.  A report
# exits 99, since the usual 1 is what many tests expect of a failing command.
SAN      = -fsanitize=address,undefined -fno-sanitize-recover=all
VALGRIND = valgrind -q --vgdb=no --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --suppressions=$(CURDIR)/tests/lib/valgrind.supp
# These build what they test by themselves, or run none of it: here it would be the same run once more.
SELFMADE = $(addprefix tests/,drift.bats fetch-torture.bats fetch-units.bats fuzz.bats package.bats)
# What these find they tell at the end, by calls that no cage leaves: its own suite is for other builds.
CAGED    = tests/sandbox.bats
# Many runs of ant-sync or of all commands, one after the other: what they run is in the suites of the parts.
RUNS     = $(addprefix tests/,agree.bats agree-organizations.bats agree-review.bats docs.bats e2e-sync.bats examples.bats history-sync.bats \
           ingest.bats ingest-run.bats ingest-warehouse.bats kills.bats nekt.bats organizations.bats organizations-many.bats sdk.bats served.bats \
           sync.bats sync-causes.bats sync-crawl.bats try-out.bats walk.bats)
# In these little runs that is ours: shells and awk, databases that read definitions, or the library of a lake, which is not built for it.
OTHERS   = $(addprefix tests/,completions.bats ddl.bats lint.bats load-lake.bats)
# What these ask of the simulator, table by table, tests/pipeline.bats asks here as well.
ASKED    = $(addprefix tests/,sim-analytics.bats sim-compliance.bats sim-endpoints.bats sim-lists.bats)
asan: ASANED = $(if $(findstring command,$(origin SUITES)),$(SUITES),$(filter-out $(SELFMADE) $(CAGED) $(RUNS) $(OTHERS) $(ASKED),$(SUITES)))
asan:
	ASAN_OPTIONS=exitcode=99:detect_leaks=1 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 \
	$(MAKE) SECCOMP=no B=build/asan CFLAGS='-O1 -g -fno-omit-frame-pointer $(SAN)' LDFLAGS='$(SAN)' SUITES='$(ASANED)' test
memcheck: all
	ANT_SANDBOX=off ANT_TEST_SECONDS=3600 ANT_WRAP='$(VALGRIND)' $(MAKE) test
coverage:
	$(MAKE) SECCOMP=no B=build/coverage CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage SUITES='$(filter-out $(CAGED),$(SUITES))' test
	gcovr --root . --filter 'lib/' --filter 'cmd/' --branches --object-directory build/coverage

# What FinOps tools say of ant-report --focus: see scripts/setup-focus, which needs Python 3.12.
test-focus: all
	scripts/setup-focus
	ANT_BIN=$(abspath $B)/bin CC='$(CC)' bats $(BATSFLAGS) tests/focus-validator.bats

# Lakes of Iceberg, with a catalog that needs Java and Maven: see scripts/setup-iceberg.
test-iceberg: all
	scripts/setup-iceberg
	ANT_BIN=$(abspath $B)/bin CC='$(CC)' bats $(BATSFLAGS) tests/load-iceberg.bats

# The examples for schedulers and clusters, as they stand, on real ones: heavy, so one after the other.
ENGINES ?= kubernetes slurm spark airflow
test-engines: all
	scripts/setup --tests $(ENGINES:%=--engine=%)
	ANT_TEST_SECONDS=1800 ANT_BIN=$(abspath $B)/bin CC='$(CC)' bats --timing $(BATSFLAGS) $(ENGINES:%=tests/engines/%.bats)

# All of it on a fresh Debian 13.
debian13:
	tests/debian13 $(patsubst tests/%.bats,%,$(if $(findstring command,$(origin SUITES)),$(SUITES)))
# The OCI image, in a runtime; all of a release.
test-image test-release: setup-release
	$(MAKE) test SUITES=$(@:test-%=tests/%.bats)
# Ten thousand pipelines, of which a stage is killed at a random moment: the suite runs 500.
torture-run: all
	ANT_PIPELINES=10000 ANT_TEST_SECONDS=3600 $(MAKE) test SUITES=tests/run.bats BATSFLAGS='-f "under load" --show-output-of-passing-tests'

# Two thousand steps of the random walk, in all kinds of destinations: the suite makes 200.
WALK = sqlite/file=520 sqlite/destination=280 sqlite/both=280 csv/file=160 csv/destination=120 csv/both=120 \
       pg/file=160 pg/destination=80 pg/both=80 duckdb/file=80 duckdb/destination=60 duckdb/both=60
torture-walk: all
	ANT_WALK='$(WALK)' ANT_TEST_SECONDS=7200 $(MAKE) test SUITES=tests/walk.bats BATSFLAGS=--show-output-of-passing-tests

# All sets, killed at fifty random moments into each kind of destination: the suite kills twelve, into SQLite.
KILLS = sqlite=50 pg=50 duckdb=50 csv=50
torture-kills: all
	ANT_KILLS_INTO='$(KILLS)' ANT_TEST_SECONDS=7200 $(MAKE) test SUITES=tests/kills.bats BATSFLAGS=--show-output-of-passing-tests

# Random snapshots into each kind of database, with a model of the history beside it: the suite loads 714.
HISTORIES = sqlite=10000 pg=10000 duckdb=1000 lake=120
torture-history: all
	ANT_HISTORIES='$(HISTORIES)' ANT_SNAPSHOTS=10000 ANT_SEED=$$(od -An -N3 -tu4 /dev/urandom) ANT_TEST_SECONDS=7200 \
	$(MAKE) test SUITES='tests/history.bats tests/history-csv.bats' BATSFLAGS='-f "random snapshots" --show-output-of-passing-tests'

# Programs that measure; nothing is asserted but the results' equality.
bench: all
	@for b in tests/bench/*.sh; do ANT_BIN=$(abspath $B)/bin bash $$b || exit 1; done

# What the newest official client knows of the API and no table file does, or the other way round; SDK: an unpacked one.
drift:
	@scripts/api-drift $(SDK)

# The rules that are this tree's own: who includes whom, and that what a test asserts can fail.
rules:
	@bad=0; awk -f tests/lint/floors.awk lib/floors lib/*/*.[ch] cmd/*.[ch] || bad=1; \
	awk -f tests/lint/asserts.awk tests/*.bats tests/engines/*.bats tests/lib/*.bash tests/engines/*.bash || bad=1; exit $$bad

# SC2154: bats' run sets output, stderr and lines.  -a: the parts of ant-sync are seen as one with it.
lint: rules
	for m in $(MANS); do mandoc -T lint -W warning $$m || exit 1; done
	shellcheck -a -x -S warning -e SC2154 $(filter-out scripts/sync scripts/api-drift% %.requirements,$(wildcard scripts/*)) \
	    $(wildcard packaging/build-* packaging/release packaging/sources packaging/debian/p* .ci/run tests/*.bats tests/lib/*.bash tests/engines/*.bats tests/engines/*.bash tests/bench/*.sh tests/*/run tests/pg-versions tests/dates tests/debian13)
	cppcheck -q --error-exitcode=1 --inline-suppr --enable=warning,portability \
	    --suppress=missingIncludeSystem -DANT_VERSION='"0"' -DANT_PREFIX='"/usr/local"' \
	    -Ilib -Icmd cmd lib

# One file completes for all commands in bash, which looks for a file of each one's name.
install: all
	install -d $(bindir) $(datadir)/tables $(bashdir) $(zshdir)
	install -m 755 $(BINS) $(SCRIPTS:%=scripts/%) $(bindir)
	install -d $(partdir)/sync
	install -m 755 $(PARTB) $(partdir)
	install -m 644 $(SYNC:%=scripts/sync/%) $(partdir)/sync
	install -m 644 $(TABLES) $(datadir)/tables
	for m in $(MANS); do d=$(mandir)/man$${m##*.}; \
	    install -d $$d && install -m 644 $$m $$d || exit 1; done
	install -m 644 $(BASHC) $(bashdir)/anthill
	for c in $(CMDS) $(SCRIPTS); do ln -sf anthill $(bashdir)/$$c || exit 1; done
	install -m 644 $(ZSHC) $(zshdir)
	install -d $(docdir)
	install -m 644 README.md CHANGELOG.md LICENSE $(docdir)
	cd examples && find . -type f -exec install -D -m 644 {} $(abspath $(docdir))/examples/{} ';'
# What install has made, and the folders that are only ours; shared ones stay.
uninstall:
	rm -f $(addprefix $(bindir)/,$(CMDS) $(SCRIPTS))
	rm -rf $(datadir) $(docdir) $(partdir)/sync
	rm -f $(addprefix $(partdir)/,$(PARTS)) && rmdir $(partdir) 2>/dev/null || :
	for m in $(MANS); do rm -f $(mandir)/man$${m##*.}/$${m##*/}; done
	rm -f $(addprefix $(bashdir)/,anthill $(CMDS) $(SCRIPTS)) $(zshdir)/_anthill

# A Debian package, build/anthill_VERSION_ARCH.deb, of a build of its own.
deb:
	packaging/build-deb $B
# An OCI image with it, build/anthill-VERSION.oci.tar: as root, with mmdebstrap and umoci.
image: deb
	packaging/build-image $B/anthill_$(VERSION)_$(shell dpkg --print-architecture).deb $B/anthill-$(VERSION).oci.tar
# All that a release is, in build/release: source, packages for each Debian, image, bill of materials, checksums.
release:
	packaging/release $B/release

clean:
	rm -rf build

-include $(wildcard $B/lib/*/*.d $B/cmd/*.d)

.PHONY: all setup setup-tests setup-release run check test test-engines test-focus test-iceberg asan memcheck coverage debian13 test-image test-release torture-run torture-walk torture-kills torture-history bench drift rules lint install uninstall deb image release clean
