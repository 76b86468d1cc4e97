# The destination of ant-sync: its URI, the loader of a table, its scope.
#
# Reads: schema, prefix, mode, parallel, turns, allow_shrink, wait_lock, by_organization, own_organization, whose_of, into_of, mode_of, history_of, known_tables, run.
# Sets: kind, file or conninfo, suffix, days, place, base_scope, load_scope, one_writer, spool; scope and loader, of one table; PGPASSWORD, CLICKHOUSE_PASSWORD, MYSQL_PWD.

# file_uri SCHEME URI - the path in URI: three slashes are relative, four absolute
file_uri() {
	local path=${2#"$1"://}
	if [[ $1 == parquet && $path == *'?days' ]]; then
		days=1
		path=${path%'?days'}
	fi
	[[ $path != *\?* ]] || usage "--dest: $1 takes no such options behind a '?'"
	[[ -z $suffix || $path == /* ]] || path=/$path
	[[ $path == /?* ]] || usage "--dest: '$2' names no file: $1:///FILE is relative, $1:////FILE absolute"
	file=${path#/}
	[[ $file != -* ]] || file=./$file # no option of anything
	# Two files are never one scope, whatever folder the run starts from.
	if [[ $file == /* ]]; then base_scope=$1:///$file; else base_scope=$1:///$PWD/${file#./}; fi
}

# server_uri SCHEME VARIABLE URI - the password goes to the environment: everybody can see argv
server_uri() {
	local rest=${3#*://} user='' mark='?' word tail query=''
	local authority=${rest%%[/?]*}
	local -a words=()
	tail=${rest#"$authority"}
	if [[ $authority == *@* ]]; then
		user=${authority%@*}
		authority=${authority##*@}
		[[ $user != *:* ]] || { decode "${user#*:}" && export "$2=$REPLY"; }
		user=${user%%:*}
	fi
	[[ $tail != *\?* ]] || IFS='&' read -r -a words <<<"${tail#*\?}"
	tail=${tail%%\?*}
	for word in "${words[@]}"; do
		case $word in
		password=*) decode "${word#*=}" && export "$2=$REPLY" ;;
		sslpassword=*) usage '--dest: put sslpassword into a service file (PGSERVICEFILE), not into the URI' ;;
		*) query+=$mark$word mark='&' ;;
		esac
	done
	conninfo=$1://${user:+$user@}$authority$tail$query
	base_scope=$1://$authority$tail
}

# clickhouse_uri URI - the same of ClickHouse, whose password has no other place
clickhouse_uri() {
	local rest=${1#*://} user=''
	local authority=${rest%%[/?]*}
	rest=${rest#"$authority"}
	if [[ $authority == *@* ]]; then
		user=${authority%@*}
		authority=${authority##*@}
		[[ $user != *:* ]] || { decode "${user#*:}" && export CLICKHOUSE_PASSWORD=$REPLY; }
		user=${user%%:*}
	fi
	[[ $rest != *password=* ]] || usage '--dest: the password is in CLICKHOUSE_PASSWORD'
	conninfo=${1%%://*}://${user:+$user@}$authority$rest
	rest=${rest%%\?*}
	base_scope=${1%%://*}://$authority${rest:-/default}
}

# conninfo_words TEXT - NAME=VALUE of libpq, as often as it comes: without the password in conninfo, and without the user
# in base_scope, too
conninfo_words() {
	local rest=$1 name text
	local word=$'^[ \t\n]*([a-z_]+)[ \t\n]*=[ \t\n]*(\'([^\'\\\\]|\\\\.)*\'|([^ \t\n\'\\\\]|\\\\.)*)(.*)$'
	conninfo='' base_scope=''
	while [[ $rest =~ $word ]]; do
		name=${BASH_REMATCH[1]} text=${BASH_REMATCH[2]} rest=${BASH_REMATCH[5]}
		case $name in
		password)
			[[ $text != \'* ]] || text=${text:1:-1}
			PGPASSWORD=''
			while [[ $text =~ ^([^\\]*)\\(.)(.*)$ ]]; do
				PGPASSWORD+=${BASH_REMATCH[1]}${BASH_REMATCH[2]} text=${BASH_REMATCH[3]}
			done
			PGPASSWORD+=$text
			export PGPASSWORD
			continue
			;;
		sslpassword) usage '--dest: put sslpassword into a service file (PGSERVICEFILE), not into the URI' ;;
		esac
		conninfo+=${conninfo:+ }$name=$text
		[[ $name == user ]] || base_scope+=${base_scope:+ }$name=$text
	done
	[[ $rest != *[![:space:]]* ]] || usage '--dest: what comes after ducklake:postgres: is not as libpq takes it'
}

# lake_uri URI - ducklake:CATALOG[?data=PATH]; conninfo is the URI without the catalog's password, which goes to the environment
lake_uri() {
	local catalog=${1#ducklake:} data='' scheme=''
	[[ $catalog != *'?data='* ]] || { data="?data=${catalog#*'?data='}" catalog=${catalog%%'?data='*}; }
	case $catalog in
	postgres:*://*) postgres_uri "${catalog#postgres:}" && scheme=postgres: ;;
	postgres:*) conninfo_words "${catalog#postgres:}" && scheme=postgres: ;;
	*)
		[[ $catalog != sqlite:* ]] || scheme=sqlite:
		file=${catalog#"$scheme"} conninfo=$file
		[[ -n $file ]] || usage "--dest: '$1' names no catalog: ducklake:sqlite:FILE, ducklake:postgres:CONNINFO or ducklake:FILE"
		if [[ $file == /* ]]; then base_scope=$file; else base_scope=$PWD/${file#./}; fi
		;;
	esac
	base_scope=ducklake:$scheme$base_scope
	conninfo=ducklake:$scheme$conninfo$data
}

postgres_uri() { server_uri postgresql PGPASSWORD "$1"; }
mysql_uri() { server_uri mysql MYSQL_PWD "$1"; }
mariadb_uri() { mysql_uri "$1"; }

# warehouse_uri URI - one that ant-ingest has prepared: it names the loader, and secrets are in the environment
warehouse_uri() {
	local rest=${1#*://}
	[[ -n ${ANT_WAREHOUSE-} ]] || usage "--dest: $kind is for ant-ingest, which runs the vendor's own tool"
	conninfo=$1
	rest=${rest%%\?*}
	base_scope=$kind://${rest##*@}
}

# destination URI - sets kind, file or conninfo, base_scope; suffix, where it is a folder with a file for each table
destination() {
	kind=${1%%:*} file='' conninfo='' suffix='' days=0
	[[ $kind != csv && $kind != parquet ]] || suffix=.$kind
	case $1 in
	sqlite://* | duckdb://* | csv://* | parquet://*) file_uri "$kind" "$1" ;;
	postgresql://* | postgres://* | postgresql+*://*)
		kind=postgresql
		postgres_uri "$1"
		;;
	mysql://* | mariadb://*)
		kind=mysql
		mysql_uri "$1"
		[[ $conninfo =~ ^mysql://[^/?]*/[^/?]+ ]] || usage '--dest: not as mysql://USER@HOST:PORT/DATABASE'
		;;
	clickhouse://* | clickhouses://*)
		kind=clickhouse
		clickhouse_uri "$1"
		;;
	ducklake:*) lake_uri "$1" ;;
	iceberg+https://* | iceberg+http://*) kind=iceberg conninfo=$1 base_scope=$1 ;;
	bigquery://* | snowflake://*) warehouse_uri "$1" ;;
	*://*)
		near "$kind" sqlite duckdb ducklake iceberg+https postgresql mysql clickhouse csv parquet
		usage "--dest: no loader for $kind${REPLY:-: use sqlite, duckdb, ducklake, postgresql, mysql, clickhouse, csv or parquet}"
		;;
	*) usage "--dest: not a URI such as sqlite:///anthill.db" ;;
	esac
	[[ -z $schema || $kind == postgresql ]] || usage "--schema: $kind has none; use --prefix"
	place=$base_scope
	base_scope+=${schema:+#schema=$schema}${prefix:+#prefix=$prefix}
	load_scope=$base_scope # whatever organization it is
	((!by_organization)) || [[ ! $kind =~ ^(bigquery|snowflake)$ ]] || usage "--by-organization: $kind has no such tables"
	((!${#history_of[@]})) || [[ ! $kind =~ ^(bigquery|snowflake)$ ]] || usage "history: $kind keeps none"
	((!${#history_of[@]} || !days)) || usage 'history: a folder of days keeps none: use parquet:///FOLDER without ?days'
	# These let one process write at a time: rows are fetched aside, and loaded in turn.  So are those of organizations
	# side by side where they share a file or a table.  Of Iceberg all loads share the ledger: what another machine
	# overtakes is loaded again, from rows that lie aside.
	one_writer=0
	case $kind in
	sqlite | duckdb | iceberg) one_writer=1 ;;
	ducklake) [[ -z $file ]] || one_writer=1 ;;
	esac
	if [[ $kind == iceberg ]]; then spool=1
	elif ((one_writer)); then spool=$((parallel > 1 || turns))
	elif [[ -n $suffix ]]; then spool=$turns # the ledger is one file
	else spool=$((turns && by_organization)); fi
}

# The loader, in turn with others that load there: to the table NAME, or without one to the destination.
in_turn() { # NAME
	local what=_destination where=$place
	[[ -z $1 ]] || what=_load_$1 where=$load_scope${into_of[$1]:+#table=${into_of[$1]}}
	loader=(ant-state --scope "$where" lock --wait "$what" -- "${loader[@]}")
}

# The scope of a table's watermark: the destination without credentials, and its name there.
scope_for() { scope=$base_scope${into_of[$1]:+#table=${into_of[$1]}}; }

# loader_for TABLE - the loader's command line, in the array loader
loader_for() {
	local into=${1:+${into_of[$1]-}} whose
	local -a names=() how=()
	[[ -z $into ]] || names+=(--table "$into")
	[[ -z $prefix ]] || names+=(--prefix "$prefix")
	[[ -z $mode ]] || how+=(--mode "$mode")
	((!allow_shrink)) || how+=(--allow-shrink)
	# For loads of other machines, too, which know nothing of our locks: a day is the most that a loader takes.
	# In Iceberg any load can be overtaken by one of another table, at its commit.
	if ((wait_lock)) && [[ ! $kind =~ ^(bigquery|snowflake)$ ]]; then how+=(--wait 86400)
	elif [[ $kind == iceberg ]]; then how+=(--wait 600); fi
	# Owners are those of all organizations.
	((!by_organization)) || [[ $1 == owners ]] || how+=(--by-organization)
	[[ -z ${history_of[${1:--}]-} ]] || how+=(--history)
	whose=${own_organization:-${whose_of[${1:--}]-}}
	[[ -z $whose || $1 == owners ]] || how+=(--organization "$whose")
	case $kind in
	postgresql)
		loader=(ant-load-pg -d "$conninfo" ${schema:+--schema "$schema"} "${names[@]}" "${how[@]}")
		;;
	mysql) loader=(ant-load-mysql "${names[@]}" "${how[@]}" "$conninfo") ;;
	clickhouse) loader=(ant-load-clickhouse "${names[@]}" "${how[@]}" "$conninfo") ;;
	csv | parquet)
		((!days)) || how+=(--days)
		loader=("ant-load-$kind" -o "$file/$prefix${into:-$1}$suffix" "${how[@]}")
		;;
	bigquery | snowflake) loader=("$ANT_WAREHOUSE" "${names[@]}" "${how[@]}" "$conninfo") ;;
	ducklake | iceberg) loader=(ant-load-duckdb "${names[@]}" "${how[@]}" "$conninfo") ;;
	*) loader=("ant-load-$kind" "${names[@]}" "${how[@]}" "$file") ;;
	esac
	((spool)) || return 0
	if ((one_writer)) || [[ -n $suffix ]]; then in_turn ''
	elif [[ -n $1 ]]; then in_turn "$1"; fi
}

# Print the receipts in the destination's ledger, as fields, that are about the tables of this run: other
# organizations may have theirs there, under other names.
own_ledger() {
	local name
	local -a own=()
	[[ -z $own_organization ]] || own+=(--organization "$own_organization")
	for name in "${known_tables[@]}"; do own+=("$name=$prefix${into_of[$name]:-$name}"); done
	loader_for "${known_tables[0]}"
	"${loader[@]}" --ledger >"$run/ledger" && ant-state receipts "${own[@]}" <"$run/ledger" >"$run/ledger.own"
}
