#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154,SC2059	# single quotes are for perl and SQL; set by a helper; formats are arguments
# The same stream in all four destinations is the same rows.
load lib/helper
load lib/streams
load lib/duckdb

setup_file() {
	build_duck
	start_pg
	start_sim --days 6 --users 12
}

teardown_file() {
	stop_sim
	stop_pg
}

# head_of STREAM WHAT - the fields of the directive #WHAT, one a line
head_of() { sed -n "s/^#$2\t//p" "$1" | tr '\t' '\n'; }

# select_of STREAM TEXT TIME - the list of a SELECT: TEXT and TIME are how this SQL says them, %s is the column
select_of() {
	paste <(head_of "$1" type) <(head_of "$1" cols) | while IFS=$'\t' read -r type name; do
		case $type in
		text | json) printf "$2" "\"$name\"" ;;
		timestamptz) printf "$3" "\"$name\"" ;;
		*) printf 'coalesce(CAST("%s" AS TEXT), '"'\\\\N'"')' "$name" ;;
		esac
		echo ,
	done | tr -d '\n' | sed 's/,$//'
}

# What the four hold, as rows of a stream.
from_pg() {
	psql -qXAt -v ON_ERROR_STOP=1 -c "COPY (SELECT $(select_of "$1" %s "to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')" |
		sed -E 's/coalesce\(CAST\(("[^"]*") AS TEXT\), [^)]*\)/\1::text/g') FROM $2.t) TO STDOUT"
}

escaped="coalesce(replace(replace(replace(replace(CAST(%s AS TEXT), '\\\\', '\\\\\\\\'), CHR(9), '\\\\t'), CHR(10), '\\\\n'), CHR(13), '\\\\r'), '\\\\N')"

from_sqlite() {
	sqlite3 -batch -separator $'\t' "$2" "SELECT $(select_of "$1" "${escaped//CHR/char}" "coalesce(%s, '\\\\N')") FROM t"
}

from_duckdb() {
	duck "$2" "SELECT concat_ws(chr(9), $(select_of "$1" "${escaped//CHR/chr}" "coalesce(strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ'), '\\\\N')")) FROM t"
}

# A reader of RFC 4180 of its own: null is a field without anything in it.
from_csv() {
	perl -0777 -ne 'while (length) {
		my @row;
		do {
			s/^(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])// or die "no CSV: " . substr($_, 0, 60);
			my ($q, $p) = ($1, $2); $end = $3;
			if (defined $q) { $q =~ s/""/"/g } else { $q = length $p ? $p : undef }
			if (defined $q) { $q =~ s/([\\\t\n\r])/{"\\"=>"\\\\","\t"=>"\\t","\n"=>"\\n","\r"=>"\\r"}->{$1}/ge } else { $q = "\\N" }
			push @row, $q;
		} while ($end eq ",");
		print join("\t", @row), "\n" if $n++;
	}' "$2"
}

# canonical STREAM - rows of it on stdin in one form for one value, sorted
canonical() {
	perl -e '
		use JSON::PP;
		my $json = JSON::PP->new->utf8->canonical->allow_nonref;
		open my $s, "<", $ARGV[0]; my @types;
		while (<$s>) { chomp; @types = split /\t/, $1 if /^#type\t(.*)/ }
		my %form = (
			numeric => sub { my $n = shift; $n =~ /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/ or return "not a number: $n";
				my ($sign, $i, $f, $e) = ($1, $2, $3 // "", $4 // 0);
				($i, $f) = $e >= 0 ? ($i . substr($f . "0" x $e, 0, $e), substr($f . "0" x $e, $e)) : do { my $z = "0" x -$e . $i; (substr($z, 0, length($z) + $e), substr($z, length($z) + $e) . $f) };
				$i =~ s/^0+(?=\d)//; $f =~ s/0+$//; $i = 0 if $i eq "";
				my $t = length $f ? "$i.$f" : $i; $t eq "0" ? 0 : "$sign$t" },
			double => sub { sprintf "%.17g", $_[0] + 0 },
			boolean => sub { { 0 => "false", 1 => "true" }->{$_[0]} // $_[0] },
			timestamptz => sub { my $t = shift; $t =~ s/(\.\d*?)0*Z$/$1Z/; $t =~ s/\.Z$/Z/; $t },
			json => sub { my $t = shift; $t =~ s/\\(.)/{n=>"\n",t=>"\t",r=>"\r"}->{$1} \/\/ $1/ge; $json->encode($json->decode($t)) });
		while (<STDIN>) {
			chomp; s/^\\#/#/;
			my @c = split /\t/, $_, -1;
			for (0 .. $#c) { my $f = $form{$types[$_]}; $c[$_] = $f->($c[$_]) if $f && $c[$_] ne "\\N" }
			print join("\t", @c), "\n";
		}' "$1" | LC_ALL=C sort
}

# load_all STREAM - into the four
load_all() {
	ant load-pg --allow-shrink --schema s --table t <"$1"
	ant load-sqlite --allow-shrink --table t t.db <"$1"
	ant load-duckdb --allow-shrink --table t t.duckdb <"$1"
	ant load-csv -q --allow-shrink -o t.csv <"$1"
}

# same STREAM [ROWS] - all four hold the rows of STREAM, or of the file ROWS
same() {
	canonical "$1" <"${2-$1.rows}" >want
	from_pg "$1" s | canonical "$1" | diff want -
	from_sqlite "$1" t.db | canonical "$1" | diff want -
	from_duckdb "$1" t.duckdb | canonical "$1" | diff want -
	from_csv "$1" t.csv | canonical "$1" | diff want -
}

each_setup() {
	use_duckdb
	psql -qXAt -c 'DROP SCHEMA IF EXISTS s CASCADE' 2>/dev/null
}

@test "all: every type, with nulls and the awkward values of each" {
	unicode >values
	n=$(wc -l <values)
	{
		printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tk\n#type\tbigint\ttext\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson\n#cols\tk\tt\ti\td\tn\tb\tday\tat\tj\n'
		encode <values | sed 's/^\\#/#/' | awk -F '\t' -v OFS='\t' '{ print NR, $0, "\\N", "\\N", "\\N", "\\N", "\\N", "\\N", "\\N" }'
		awk -v OFS='\t' 'BEGIN { srand(4); for (i = 0; i < 3000; i++) print 10000 + i, (i % 5 ? "\\N" : ""), (rand() < .5 ? -1 : 1) * int(rand() * 1e15) , \
			rand() * 10 ^ int(rand() * 20 - 10), (i % 7 ? "" : "-") (i + 1) "." int(rand() * 1e9), i % 2 ? "true" : "false", sprintf("%04d-%02d-%02d", 1900 + i % 200, 1 + i % 12, 1 + i % 28), \
			sprintf("20%02d-02-%02dT%02d:%02d:%02d%sZ", i % 90, 1 + i % 28, i % 24, i % 60, i % 59, i % 3 ? "" : sprintf(".%06d", rand() * 1e6)), \
			sprintf("{\"a\":[%d,null,true],\"b\":{\"c\":\"x\\\\\\\\n%d\"}}", i, i) }'
		printf '20000\t\\N\t9223372036854775807\t-0\t12345678901234567890123456.123456789012\t\\N\t0001-01-01\t0001-01-01T00:00:00Z\t"\\\\u00e9"\n'
		printf '20001\t\\N\t-9223372036854775808\t1e300\t-1.5e-7\t\\N\t9999-12-31\t9999-12-31T23:59:59.999999Z\tnull\n'
		printf '#end\t%d\t\\N\n' "$((n + 3002))"
	} >s
	grep -v '^#' s | sed 's/\t-0\t/\t0\t/' >s.rows
	sed -i 's/\t-0\t/\t0\t/' s
	load_all s
	same s
}

@test "all: every mode, one load after the other" {
	T='#type\ttimestamptz\ttext\tbigint\tnumeric\n#cols\tb\tk\tn\tc'
	hourly() { # SEED N VALUE - rows of random hours
		awk -v seed="$1" -v n="$2" -v v="$3" -v OFS='\t' 'BEGIN { srand(seed); for (i = 0; i < n; i++) print sprintf("2026-11-%02dT%02d:00:00Z", 1 + rand() * 4, rand() * 24), (rand() < .2 ? "\\N" : "k" int(rand() * 6)), v, v + rand() }'
	}
	whole() { # MODE FILE - a stream of the rows in FILE
		printf '#ant-rows\t1\tt\n#mode\t%b\n#key\tb\tk\n%b\n' "$1" "$T"
		cat "$2"
		printf '#end\t%d\t\\N\n' "$(wc -l <"$2")"
	}
	hourly 1 200 1 >one
	whole 'window\tb\t2026-11-01T00:00:00Z\t2026-11-05T00:00:00Z' one >s
	load_all s
	same s one
	hourly 2 300 2 | grep '^2026-11-0[23]' >two
	whole 'window\tb\t2026-11-02T00:00:00Z\t2026-11-04T00:00:00Z' two >s
	load_all s
	{ grep -v '^2026-11-0[23]' one; cat two; } >now
	same s now
	hourly 3 150 3 >three
	whole merge three >s
	load_all s
	awk -F '\t' 'NR == FNR { seen[$1 FS $2] = 1; next } !($1 FS $2 in seen)' three now >left
	[ "$(wc -l <left)" -lt "$(wc -l <now)" ] # some did have the same key
	cat left three >now
	same s now
	whole append one >s
	load_all s
	cat one >>now
	same s now
	whole replace two >s
	load_all s
	same s two
}

@test "all: a new column, and one that is missing" {
	stream append k 'bigint\ttext' 'k\ta' '1\tx\n2\t\\N\n' '2\t\\N' >s
	load_all s
	stream merge k 'numeric\tbigint' 'c\tk' '2.5\t2\n7\t3\n' '2\t\\N' >s
	load_all s
	stream append k 'bigint\ttext\tnumeric' 'k\ta\tc' '' '0\t\\N' >all
	printf '1\tx\t\\N\n2\t\\N\t2.5\n3\t\\N\t7\n' >now
	same all now
}

@test "all: the tables of a simulated organization" {
	[ -x "$ANT_BIN/ant-flatten" ]
	for t in $(ant tables --names); do
		# The token is for what a token alone opens.
		export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated ANTHROPIC_AUTH_TOKEN=simulated-oauth-token
		case ,$(ant tables --tsv "$t" | cut -f 8), in *,console,* | *,identity,* | ,-,) ;; *) ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated ;; esac
		case $(ant tables --tsv "$t" | cut -f 2) in window) window=(--from -4d) ;; *) window=() ;; esac
		if [ "$t" = owners ]; then printf 'kind,id,owner,from,to\nkey,a,"A, or \\",2026-11-01,\nperson,b@c,Ö,,2026-11-02\n' | ant flatten -t owners >s
		else ant fetch --rate 0 "${window[@]}" "$t" | ant flatten -q >s; fi
		grep -v '^#' s >s.rows || :
		rm -f t.db* t.duckdb* t.csv _anthill_loads.csv
		psql -qXAt -c 'DROP SCHEMA IF EXISTS s CASCADE' 2>/dev/null
		load_all s >receipts
		# One receipt, but for the destination and the names of its ledger and of the load.
		[ "$(jq -c 'del(.target, .into, .destination, .load)' receipts | sort -u | wc -l)" = 1 ]
		[ "$(jq -r '.destination, .load' receipts | grep -xE '[0-9a-f]{32}' | sort -u | wc -l)" = 8 ]
		# An event of the feed that comes twice is one row.
		! grep -q '^#unique' s || sort -uo s.rows s.rows
		same s || { echo "table $t"; false; }
	done
}
