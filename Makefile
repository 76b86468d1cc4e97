# anthill.  Needs GNU make.  Variables set by ?= are yours: make CC=clang PREFIX=/usr
VERSION := $(shell cat VERSION)
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
DESTDIR ?=
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
B        = build
PC       = pkg-config

bindir   = $(DESTDIR)$(PREFIX)/bin
datadir  = $(DESTDIR)$(PREFIX)/share/anthill
mandir   = $(DESTDIR)$(PREFIX)/share/man

# What the build cannot do without.  CFLAGS, CPPFLAGS and LDFLAGS are never changed.
MYFLAGS  = -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -Ilib -Icmd -DANT_VERSION='"$(VERSION)"' -DANT_PREFIX='"$(PREFIX)"' \
	   -MMD -MP -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	   -Wmissing-prototypes -Wwrite-strings -Wvla

CMDS    := $(patsubst cmd/%.c,%,$(wildcard cmd/ant-*.c))
SCRIPTS := $(notdir $(wildcard scripts/ant-*))
TABLES  := $(wildcard lib/tables/*.table)
MANS    := $(wildcard man/*.[1-8])
LIBO    := $(patsubst lib/%.c,$B/lib/%.o,$(wildcard lib/*.c))
BINS    := $(CMDS:%=$B/bin/%)

all: $(BINS) $(SCRIPTS:%=$B/bin/%) $B/share/anthill/tables

# Each command links only what it uses: the archive leaves out objects that nobody
# calls, and these are the outside libraries of each.  libjq and libcsv ship no .pc file.
$B/bin/ant-fetch:       LIBS = $(shell $(PC) --libs libcurl)
$B/bin/ant-flatten:     LIBS = -ljq $(shell $(PC) --libs nettle)
$B/bin/ant-load-csv:    LIBS = -lcsv
$B/bin/ant-load-pg:     LIBS = $(shell $(PC) --libs libpq)
$B/bin/ant-load-sqlite: LIBS = $(shell $(PC) --libs sqlite3)
$B/bin/ant-load-duckdb: LIBS = -ldl
$B/bin/ant-sim:         LIBS = $(shell $(PC) --libs libmicrohttpd)
$(filter $B/bin/ant-load-%,$(BINS)): $B/cmd/loader.o
$B/lib/load_pg.o:       MYFLAGS += $(shell $(PC) --cflags libpq)

$(BINS): $B/bin/%: $B/cmd/%.o $B/cmd/cli.o $B/libant.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $B/libant.a $(LIBS) $(LDLIBS)
$(SCRIPTS:%=$B/bin/%): $B/bin/%: scripts/%
	@mkdir -p $(@D)
	install -m 755 $< $@
# The build looks like an installed prefix, so that a command finds its tables in either.
$B/share/anthill/tables:
	@mkdir -p $(@D)
	ln -sfn $(abspath lib/tables) $@
$B/libant.a: $(LIBO)
	rm -f $@ && $(AR) rcs $@ $^
$B/%.o: %.c VERSION Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(MYFLAGS) $(CFLAGS) -c -o $@ $<

-include $(wildcard $B/lib/*.d $B/cmd/*.d $B/tests/*.d)

clean:
	rm -rf build

.PHONY: all clean
