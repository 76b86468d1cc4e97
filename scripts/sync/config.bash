# A file of settings, sync.conf: its lines, its sections, and those that come from other files or a command.
#
# Reads: SETTINGS, check() and choice(); run.
# Sets: conf, as ORGANIZATION/NAME; organizations, the sections in their order; section_at, where each begins.
# Writes $run/included, what a command has printed.

readonly INCLUDED_MAX=16777216 # bytes of a command's output; a thousand organizations are some 100,000

declare -A section_at=()
declare -i includes=0

# expand TEXT - replace ${VARIABLE}; if one is not set, its name is left in REPLY
expand() {
	local rest=$1 text='' name
	while [[ $rest =~ ^([^$]*)\$\{([A-Za-z_][A-Za-z0-9_]*)\}(.*)$ ]]; do
		name=${BASH_REMATCH[2]}
		text+=${BASH_REMATCH[1]}
		rest=${BASH_REMATCH[3]}
		[[ -n ${!name+set} ]] || { REPLY=$name; return 1; }
		text+=${!name}
	done
	REPLY=$text$rest
}

# read_config FILE [AS] - lines of a name and a value; `organization NAME` starts a section.  With AS, which is what
# messages call it, FILE is included: it has sections alone.
read_config() {
	local line name value organization='' at
	local -i number=0
	[[ -r $1 && ! -d $1 ]] || usage "$1: cannot be read"
	while IFS= read -r line || [[ -n $line ]]; do
		number+=1
		at=${2-$1}:$number
		line=${line%$'\r'}
		read -r name value <<<"$line"
		[[ -n $name && $name != \#* ]] || continue
		[[ $line != *sk-ant-* ]] || usage "$at: a key stands in this line: put it into a file or a variable, for key-file or key-env"
		# A message shows the line as it is written: a variable may hold a secret.
		expand "$value" || usage "$at: $name: the variable $REPLY is not set"
		value=$REPLY
		case $name in
		organization)
			begin_section "$value"
			continue
			;;
		include*)
			[[ $name == include || $name == include-command ]] || unknown_setting
			[[ -z ${2+set} ]] || usage "$at: $name: what is included cannot include more"
			[[ -z $organization ]] || usage "$at: $name: it stands above the first organization"
			[[ -n $value ]] || usage "$at: $name: no value"
			includes=1
			if [[ $name == include ]]; then include_files "$1"; else include_output; fi
			continue
			;;
		esac
		[[ $SETTINGS == *" $name "* ]] || unknown_setting
		[[ -z ${2+set} || -n $organization ]] || usage "$at: $name: what is included begins with 'organization NAME'"
		[[ $name != organizations-at-once || -z $organization ]] || usage "$at: $name: it stands above the first organization"
		take_setting
	done <"$1"
	# Without one the key in the environment would be asked, whosever it is.
	((!includes || ${#organizations[@]})) || [[ -n ${2+set} ]] || usage "$1: nothing that it includes has an organization"
}

# The functions below are parts of read_config(), and share its variables.

begin_section() { # NAME
	[[ $1 =~ ^[A-Za-z0-9_.-]{1,200}$ ]] || usage "$at: organization: a name of letters, digits, '_', '.' and '-'"
	[[ -z ${section_at[$1]-} ]] || usage "$at: organization $1: there already, at ${section_at[$1]}"
	organization=$1
	organizations+=("$1")
	section_at[$1]=$at
}

# What looks like no name of anything is not shown: it may be a secret out of its place.
unknown_setting() {
	[[ $name =~ ^[A-Za-z_-]{1,40}$ ]] || usage "$at: this is no setting"
	# shellcheck disable=SC2086	# words
	near "$name" organization include include-command $SETTINGS
	usage "$at: unknown setting '$name'${REPLY:-;}  The settings are: organization include include-command$SETTINGS"
}

take_setting() {
	local word
	local -a words=()
	case $name in
	tables | full-refresh) read -r -a words <<<"$value" ;;
	table-name | look-back)
		if [[ $name == table-name || $value == *[[:space:]]* ]]; then
			read -r word value <<<"$value"
			words=("$word")
			name+=/$word
		fi
		;;
	esac
	check "$name" "$value" || usage "$at: $REPLY"
	for word in "${words[@]}"; do
		if [[ $name == tables ]]; then choice "$word"; else known "$word"; fi || usage "$at: ${name%%/*}: $REPLY"
	done
	[[ -z ${conf[$organization/$name]+set} ]] || usage "$at: $name: set before"
	conf[$organization/$name]=$value
}

# The files that a pattern matches, in the order of their names; a path is relative to the file that includes it.
include_files() { # INCLUDED-BY
	local folder='' file
	local -a files
	[[ $1 != */* || $value == /* ]] || folder=${1%/*}/
	match_files "$folder" "$value"
	# A folder that is not mounted is no reason to do nothing, and say that it is done.
	((${#files[@]})) || usage "$at: include: no file matches $folder$value"
	for file in "${files[@]}"; do read_config "$file" "$file"; done
}

match_files() { # FOLDER PATTERN
	local IFS='' LC_ALL=C
	# shellcheck disable=SC2206	# a pattern; what stands before it is none
	files=("$1"$2)
}

# The sections that a command prints.
include_output() {
	local -a code
	bash -c "$value" </dev/null | head -c $((INCLUDED_MAX + 1)) >"$run/included"
	code=("${PIPESTATUS[@]}")
	[[ $(wc -c <"$run/included") -le INCLUDED_MAX ]] || usage "$at: include-command: it prints more than $INCLUDED_MAX bytes"
	if ((code[0] || code[1])); then
		say "$at: include-command: it ended with status ${code[0]}"
		exit 1
	fi
	read_config "$run/included" "$at: include-command"
	rm -f -- "$run/included"
}
