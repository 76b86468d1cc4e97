# What ant-sync tells at the end: the table of results or their JSON, the metrics, the status.
#
# Reads: results, as_json, quiet, stopped, metrics; $run/unread.  Sets nothing that is not local.

# What became of a table, in a word.
outcome() { # STATUS
	case $1 in
	0) REPLY='done' ;;
	6) REPLY=locked ;;
	75) REPLY=unavailable ;;
	130 | 143) REPLY=stopped ;;
	*) REPLY="failed ($1)" ;;
	esac
}

# A result as JSON; a value `-` is null.
print_json() { # ORGANIZATION TABLE STATUS FROM TO ROWS LOADS PAGES RETRIES MICROSECONDS WATERMARK
	local text="{\"table\":\"$2\",\"status\":$3" value
	[[ $1 == - ]] || text+=",\"organization\":\"$1\""
	outcome "$3"
	text+=",\"outcome\":\"$REPLY\""
	for value in "from $4" "to $5" "watermark ${11}"; do
		if [[ ${value#* } == - ]]; then
			text+=",\"${value% *}\":null"
		else
			text+=",\"${value% *}\":\"${value#* }\""
		fi
	done
	printf '%s,"rows":%d,"loads":%d,"pages":%d,"retries":%d,"seconds":%d.%03d}\n' "$text" \
		"$6" "$7" "$8" "$9" $((${10} / 1000000)) $((${10} / 1000 % 1000))
}

print_head() {
	printf '%-24s  %-24s  %9s  %6s  %7s  %8s  %-20s  %s\n' table window rows pages retries \
		seconds watermark status >&2
}

print_row() { # as print_json
	local name=$2 span=- spent
	[[ $1 == - ]] || name=$1/$2
	[[ $4 == - ]] || span="${4%T*} to ${5%T*}"
	outcome "$3"
	printf -v spent '%d.%03d' $((${10} / 1000000)) $((${10} / 1000 % 1000))
	printf '%-24s  %-24s  %9d  %6d  %7d  %8s  %-20s  %s\n' "$name" "$span" "$6" "$8" "$9" \
		"$spent" "${11}" "$REPLY" >&2
}

# For node_exporter's textfile collector: renamed when whole.
write_metrics() { # FILE
	local fresh
	fresh=$(mktemp -- "$1.XXXXXX") || return
	if print_metrics >"$fresh" && chmod -- 644 "$fresh" && mv -f -- "$fresh" "$1"; then return 0; fi
	rm -f -- "$fresh"
	return 1
}

# One sample a value and table.
print_metrics() {
	local line name value
	local -a field
	for name in 'status exit status of the last run' 'rows rows loaded' 'loads loads committed' \
		'pages pages fetched' 'retries requests repeated' 'seconds time spent' \
		'watermark_seconds end of what was loaded, since 1970' 'finished_seconds end of the run, since 1970'; do
		value=${name%% *}
		printf '# HELP anthill_sync_%s %s\n# TYPE anthill_sync_%s gauge\n' "$value" "${name#* }" "$value" || return
		for line in "${results[@]}"; do
			read -r -a field <<<"$line"
			sample "${name%% *}" || continue
			printf 'anthill_sync_%s{table="%s",organization="%s"} %s\n' "${name%% *}" \
				"${field[1]}" "${field[0]#-}" "$REPLY" || return
		done
	done
}

# The value of the metric NAME in the array field; 1 where it has none.
sample() { # NAME
	case $1 in
	status) REPLY=${field[2]} ;;
	rows) REPLY=${field[5]} ;;
	loads) REPLY=${field[6]} ;;
	pages) REPLY=${field[7]} ;;
	retries) REPLY=${field[8]} ;;
	seconds) printf -v REPLY '%d.%03d' $((field[9] / 1000000)) $((field[9] / 1000 % 1000)) ;;
	finished_seconds) REPLY=$EPOCHSECONDS ;;
	watermark_seconds) [[ ${field[10]} != - ]] && seconds "${field[10]}" ;;
	esac
}

# The fields that no column reads: once a table and name, with the count over all chunks and organizations.
report_unread() {
	local name count field
	local -a order=()
	local -A sum=()
	[[ -e $run/unread ]] || return 0
	while read -r name count field; do
		field="$name: ant-flatten: field $field"
		[[ -n ${sum[$field]-} ]] || order+=("$field")
		sum[$field]=$((${sum[$field]-0} + count))
	done <"$run/unread"
	for field in "${order[@]}"; do say "$field is read by no column (${sum[$field]} times)"; done
}

# Tell how it went; leave the status of the first failure.
report() {
	local line
	local -a field
	local -i first=0 complete=0
	report_unread
	((as_json || quiet || !${#results[@]})) || print_head
	for line in "${results[@]}"; do
		read -r -a field <<<"$line"
		if ((as_json)); then print_json "${field[@]}"; elif ((!quiet)); then print_row "${field[@]}"; fi
		((first)) || first=${field[2]}
		((field[2])) || complete+=1
	done
	if ((stopped)); then
		((complete == 1)) && line='1 table is' || line="$complete tables are"
		say "stopped: $line done, and of the others what was committed stays;" \
			'the same command goes on from there'
		first=$stopped
	fi
	if [[ -n $metrics ]] && ! write_metrics "$metrics"; then
		say "--metrics: $metrics was not written"
		((first)) || first=1
	fi
	return "$first"
}
