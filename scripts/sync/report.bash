# What ant-sync tells at the end: the table of results or their JSON, the metrics, the status.
#
# Reads: results, spent_of, organizations, turns, as_json, quiet, plain, verbose, stopped; the file unread of each
# organization.  Sets nothing that is not local.

# What became of a table, in a word.
outcome() { # STATUS HOW
	case ${2:--}/$1 in
	unbegun/* | not-run/*) REPLY='not run' ;;
	committed/*) REPLY=committed ;;
	*/0) REPLY='done' ;;
	*/6) REPLY=locked ;;
	*/75) REPLY=unavailable ;;
	*/130 | */143) REPLY=stopped ;;
	*) REPLY="failed ($1)" ;;
	esac
}

# A result as JSON; a value `-` is null.
print_json() { # ORGANIZATION TABLE STATUS FROM TO ROWS LOADS PAGES RETRIES MICROSECONDS WATERMARK HOW
	local text="{\"table\":\"$2\",\"status\":$3" value
	[[ $1 == - ]] || text+=",\"organization\":\"$1\""
	outcome "$3" "${12-}"
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

# Print the table of results; WIDE 0: with columns that are always the same, else no line is longer.  The columns'
# widths are as printf's %*s has them: below 0 is to the left.  Where there is room, those of spare go beside the
# others, in this order.
print_results() { # WIDE
	local line
	local -a rows cells column width_of spare
	if ((turns && !verbose)); then
		column=(organization tables rows pages retries seconds status)
		width_of=(-29 12 9 6 7 8 0)
		spare=(tables seconds pages retries)
		sum_sections
	else
		column=(table window rows pages retries seconds watermark status)
		width_of=(-29 -24 9 6 7 8 -20 0)
		spare=(window seconds watermark pages retries)
		rows=()
		for line in "${results[@]}"; do
			read -r -a cells <<<"$line"
			[[ ${cells[11]-} != unbegun ]] || continue # that was said
			row "${cells[@]}"
			rows+=("$REPLY")
		done
	fi
	((!${#rows[@]})) || print_table "$1"
}

# The head and the rows, cells with a tab behind each.
print_table() { # WIDE
	local line text
	local -a cells
	local -A width=()
	local -i i
	for i in "${!column[@]}"; do width[${column[i]}]=${width_of[i]}; done
	printf -v line '%s\t' "${column[@]}"
	rows=("$line" "${rows[@]}")
	(($1 == 0)) || fit "$1" "${rows[@]}"
	for line in "${rows[@]}"; do
		IFS=$'\t' read -r -a cells <<<"$line"
		text=''
		for i in "${!cells[@]}"; do
			line=${width[${column[i]}]-}
			[[ -n $line ]] || continue
			(($1 == 0)) || shorten "${line#-}" "${cells[i]}"
			(($1 != 0)) || REPLY=${cells[i]}
			printf -v text '%s%*s  ' "$text" "$line" "$REPLY"
		done
		text=${text%  }
		(($1 == 0)) || text=${text:0:$1}
		printf '%s\n' "$text" >&2
	done
}

# A row an organization, and one of all, in the array rows.
sum_sections() {
	local -a totals
	local -i number from=0 complete=0 i
	local -a all=(0 0 0 0 0 0)
	rows=()
	for number in "${!upto_of[@]}"; do
		sum_up "${results[@]:from:upto_of[number] - from}"
		from=${upto_of[number]}
		[[ ${totals[0]} != 'done' ]] || complete+=1
		for i in {1..5}; do all[i]=$((all[i] + totals[i])); done
		sum_row "${organizations[number]}" "${spent_of[number]}" "${totals[@]}"
	done
	sum_row total "$((${EPOCHREALTIME/[.,]/} - began))" "$complete of ${#organizations[@]} done" "${all[@]:1}"
}

sum_row() { # NAME MICROSECONDS OUTCOME COMPLETE TABLES ROWS PAGES RETRIES
	local spent
	printf -v spent '%d.%03d' $(($2 / 1000000)) $(($2 / 1000 % 1000))
	printf -v REPLY '%s\t' "$1" "$4 of $5" "$6" "$7" "$8" "$spent" "$3"
	rows+=("$REPLY")
}

# sum_up RESULT... - in the array totals: what became of them in a word, how many are complete, of how many, rows, pages, retries
sum_up() {
	local line
	local -a field
	totals=('done' 0 0 0 0 0)
	for line; do
		read -r -a field <<<"$line"
		if ((field[2] == 0)); then
			totals[1]=$((totals[1] + 1))
		elif [[ ${totals[0]} == 'done' ]]; then
			outcome "${field[2]}" "${field[11]-}"
			totals[0]=$REPLY
		fi
		[[ ${field[1]} == '*' ]] || totals[2]=$((totals[2] + 1))
		totals[3]=$((totals[3] + field[5])) totals[4]=$((totals[4] + field[7])) totals[5]=$((totals[5] + field[8]))
	done
}

# The cells of a result, each with a tab behind.
row() { # as print_json
	local name=$2 span=- spent
	[[ $1 == - ]] || name=$1/$2
	[[ $4 == - ]] || span="${4%T*} to ${5%T*}"
	printf -v spent '%d.%03d' $((${10} / 1000000)) $((${10} / 1000 % 1000))
	outcome "$3" "${12-}"
	printf -v REPLY '%s\t' "$name" "$span" "$6" "$8" "$9" "$spent" "${11}" "$REPLY"
}

# Make each column as wide as its longest cell, and leave out those that COLUMNS has no room for; then cut names.
fit() { # COLUMNS ROW...
	local line name
	local -a cells
	local -i i total length
	local -A longest=()
	for line in "${@:2}"; do
		IFS=$'\t' read -r -a cells <<<"$line"
		for i in "${!cells[@]}"; do
			name=${column[i]} length=${#cells[i]}
			((length <= ${longest[$name]-0})) || longest[$name]=$length
		done
	done
	total=$((${longest[${column[0]}]} + 2 + ${longest[rows]} + 2 + ${longest[status]}))
	for name in "${spare[@]}"; do
		length=${longest[$name]}+2
		if ((total + length <= $1)); then total+=length; else unset "width[$name]"; fi
	done
	length=${longest[${column[0]}]}
	((total <= $1)) || length+=$1-total
	longest[${column[0]}]=$((length > 8 ? length : 8))
	for name in "${!width[@]}"; do
		[[ ${width[$name]} == -* ]] || { width[$name]=${longest[$name]}; continue; }
		width[$name]=-${longest[$name]}
	done
	width[status]=0
}

# Of a text that is too long the end: of a name, that is the table's.  0 is any length.
shorten() { # WIDTH TEXT
	REPLY=$2
	(($1 == 0 || ${#2} <= $1)) || REPLY=..${2:${#2} - $1 + 2}
}

# The one file of the run, in REPLY: that of the last organization that names one.
settle_metrics() {
	local organization='' name
	pick metrics ''
	for name in "${organizations[@]}"; do
		REPLY=${option[metrics]-${conf[$name/metrics]-$REPLY}}
	done
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

# The fields that no column reads, with the count over all chunks and organizations: one line; with -v, one each.
report_unread() {
	local name count field text=''
	local -i most=8
	local -a order=()
	local -A sum=()
	local -a files=("$run/unread" "$run"/*.unread)
	[[ -e ${files[0]} ]] || files=("${files[@]:1}")
	((${#files[@]})) || return 0
	while read -r name count field; do
		field="$name $field"
		[[ -n ${sum[$field]-} ]] || order+=("$field")
		sum[$field]=$((${sum[$field]-0} + count))
	done < <(cat -- "${files[@]}")
	if ((verbose)); then
		for field in "${order[@]}"; do say "$field is read by no column (${sum[$field]} times)"; done
		return
	fi
	for field in "${order[@]:0:most}"; do text+="${text:+, }$field (${sum[$field]} times)"; done
	((${#order[@]} <= most)) || text+=" and $((${#order[@]} - most)) more, which -v names"
	say "fields that no column reads: $text"
}

# Tell how it went; leave the status of the first failure.
report() {
	local line
	local -a field
	local -i first=0 complete=0 wide=0 lines columns
	report_unread
	if [[ -t 2 ]] && ((!plain)); then
		measure
		wide=columns
	fi
	((as_json || quiet)) || print_results "$wide"
	for line in "${results[@]}"; do
		read -r -a field <<<"$line"
		((!as_json)) || print_json "${field[@]}"
		((first)) || first=${field[2]}
		((field[2])) || complete+=1
	done
	if ((stopped)); then
		((complete == 1)) && line='1 table is' || line="$complete tables are"
		say "stopped: $line done, and of the others what was committed stays;" \
			'the same command goes on from there'
		first=$stopped
	fi
	settle_metrics
	if [[ -n $REPLY ]] && ! write_metrics "$REPLY"; then
		say "--metrics: $REPLY was not written"
		((first)) || first=1
	fi
	return "$first"
}
