#!/usr/bin/env bash
# flatten.sh - how fast ant-flatten is beside jq, Miller, DuckDB, and simdjson that only parses
#
# RUNS (default 5) alternating runs each; RECORDS (default 100000) is the size of the Claude Code data.
# Before any time counts, the rows of the other tool are compared with ours.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"

records=${RECORDS:-100000}
${CC:-cc} -O2 "$ROOT/tests/bench/gen.c" -o gen
${CC:-cc} -O2 "$ROOT/tests/bench/sql.c" -o sql -ldl
${CXX:-c++} -O2 "$ROOT/tests/bench/parse.cpp" -o parse -lsimdjson
./gen claude_code_usage "$records" >claude
./gen claude_code_escapes "$((records / 4))" >escapes
./gen usage_report "$((records / 50))" 50 >small
./gen usage_report "$((records / 2000))" 2000 >large
./gen analytics_cost "$((records * 2))" >cost
./gen analytics_usage "$((records * 2))" >tokens

# What people write for the same rows; \N is then an empty cell.
cat >claude.jq <<'J'
select(has("@ant") | not)
| [.date, .actor.type, (.actor.email_address // .actor.api_key_name), .organization_id, .customer_type, .terminal_type,
   .core_metrics.num_sessions, .core_metrics.lines_of_code.added, .core_metrics.lines_of_code.removed,
   .core_metrics.commits_by_claude_code, .core_metrics.pull_requests_by_claude_code,
   .tool_actions.edit_tool.accepted, .tool_actions.edit_tool.rejected,
   .tool_actions.multi_edit_tool.accepted, .tool_actions.multi_edit_tool.rejected,
   .tool_actions.write_tool.accepted, .tool_actions.write_tool.rejected,
   .tool_actions.notebook_edit_tool.accepted, .tool_actions.notebook_edit_tool.rejected,
   ([.model_breakdown[].tokens.input] | add), ([.model_breakdown[].tokens.output] | add),
   ([.model_breakdown[].tokens.cache_read] | add), ([.model_breakdown[].tokens.cache_creation] | add),
   ([.model_breakdown[].estimated_cost.amount] | add), ([.model_breakdown[].model] | join(",")),
   .subscription_type, .is_remote, .model_breakdown[0].estimated_cost.currency]
| @tsv
J
cat >usage.jq <<'J'
select(has("@ant") | not) | . as $record | .results[]
| [$record.starting_at, .api_key_id, .workspace_id, .model, .service_tier, .uncached_input_tokens, .output_tokens,
   .cache_read_input_tokens, .api_first_response_latency_ms_p50, .api_first_response_latency_ms_p95,
   .api_first_response_latency_ms_p99, .api_total_latency_ms_p50, .api_total_latency_ms_p95, .api_total_latency_ms_p99,
   .api_request_count, .server_tool_use.web_search_requests, .server_tool_result_count, $record.ending_at,
   .context_window, .inference_geo, .account_id, .service_account_id, .uncached_input_tokens, .cache_read_input_tokens,
   .cache_creation.ephemeral_5m_input_tokens, .cache_creation.ephemeral_1h_input_tokens,
   .server_tool_use.web_search_requests]
| @tsv
J
cat >claude.mlr <<'M'
if (is_present($date)) {
	i = 0; o = 0; r = 0; w = 0; c = 0; m = "";
	for (b in $model_breakdown) {
		i += b["tokens"]["input"]; o += b["tokens"]["output"]; r += b["tokens"]["cache_read"];
		w += b["tokens"]["cache_creation"]; c += b["estimated_cost"]["amount"];
		m = m == "" ? b["model"] : m . "," . b["model"];
	}
	print joinv([$date, $actor["type"], $actor["email_address"], $organization_id, $customer_type, $terminal_type,
		$core_metrics["num_sessions"], $core_metrics["lines_of_code"]["added"], $core_metrics["lines_of_code"]["removed"],
		$core_metrics["commits_by_claude_code"], $core_metrics["pull_requests_by_claude_code"],
		$tool_actions["edit_tool"]["accepted"], $tool_actions["edit_tool"]["rejected"],
		$tool_actions["multi_edit_tool"]["accepted"], $tool_actions["multi_edit_tool"]["rejected"],
		$tool_actions["write_tool"]["accepted"], $tool_actions["write_tool"]["rejected"],
		$tool_actions["notebook_edit_tool"]["accepted"], $tool_actions["notebook_edit_tool"]["rejected"],
		i, o, r, w, c, m, is_not_null($subscription_type) ? $subscription_type : "", $is_remote, $model_breakdown[1]["estimated_cost"]["currency"]], "\t");
}
M
duckdb_query() {
	cat <<-S
	copy (select strftime(date::timestamp, '%Y-%m-%dT%H:%M:%SZ'), actor.type, actor.email_address, organization_id, customer_type, terminal_type,
		core_metrics.num_sessions, core_metrics.lines_of_code.added, core_metrics.lines_of_code.removed,
		core_metrics.commits_by_claude_code, core_metrics.pull_requests_by_claude_code,
		tool_actions.edit_tool.accepted, tool_actions.edit_tool.rejected,
		tool_actions.multi_edit_tool.accepted, tool_actions.multi_edit_tool.rejected,
		tool_actions.write_tool.accepted, tool_actions.write_tool.rejected,
		tool_actions.notebook_edit_tool.accepted, tool_actions.notebook_edit_tool.rejected,
		list_sum(list_transform(model_breakdown, b -> b.tokens.input)),
		list_sum(list_transform(model_breakdown, b -> b.tokens.output)),
		list_sum(list_transform(model_breakdown, b -> b.tokens.cache_read)),
		list_sum(list_transform(model_breakdown, b -> b.tokens.cache_creation)),
		list_sum(list_transform(model_breakdown, b -> b.estimated_cost.amount)),
		list_aggregate(list_transform(model_breakdown, b -> b.model), 'string_agg', ','), subscription_type, is_remote,
		model_breakdown[1].estimated_cost.currency
	from read_ndjson('$dir/claude') where date is not null)
	to '$dir/duckdb.tsv' (format csv, delimiter '\t', header false, quote '')
	S
}
duckdb_query >duckdb.sql
: "${ANT_LIBDUCKDB:=$ROOT/build/lib/anthill/libduckdb.so}"
duckdb="./sql '$ANT_LIBDUCKDB' 'set threads=2' 'set preserve_insertion_order=true' \"\$(cat duckdb.sql)\""
miller="mlr --ijson --onidx put -q -f claude.mlr claude"

# The rows without head and tail, null as an empty cell: the others' way.
plain() { sed -e '/^#/d' -e 's/\\N//g'; }

# same NAME COMMAND - COMMAND must print the rows that are in ./ours
same() {
	bash -c "$2" >theirs
	if ! cmp -s ours theirs; then
		echo "flatten.sh: $1 gives other rows:" >&2
		diff ours theirs | head -n 4 >&2
		exit 1
	fi
}

ant-flatten <claude | plain >ours
same jq 'jq -rf claude.jq claude'
same Miller "$miller"
same DuckDB "$duckdb && cat duckdb.tsv"
same 'ant-flatten --engine jq' "ant-flatten --engine jq <claude | sed -e '/^#/d' -e 's/\\\\N//g'"
printf '%s rows, checksum %s: equal in ant-flatten, jq, Miller and DuckDB\n' "$(wc -l <ours)" "$(sha256sum <ours | cut -c1-16)"
ant-flatten <escapes | plain >ours
same jq 'jq -rf claude.jq escapes'
for f in small large; do
	ant-flatten <$f | plain >ours
	same jq "jq -rf usage.jq $f"
done

# Of rows of 35 columns, 20 of them dimensions, the other engine's are those to compare with.
for f in cost tokens; do
	{ sed -n '1,5001p' $f; echo '{"@ant":"end","records":5000,"pages":1}'; } >some
	ant-flatten <some | plain >ours
	same 'ant-flatten --engine jq' "ant-flatten --engine jq <some | sed -e '/^#/d' -e 's/\\\\N//g'"
done

heading "ant-flatten: $records Claude Code records, $(($(stat -c %s claude) / 1000000)) MB; one core; $(uname -m), $runs runs, $(date -u +%F)"
faster 'Claude Code, against jq' '40' 'ant-flatten <claude' 'jq -rf claude.jq claude'
faster 'Claude Code, against Miller' '-' 'ant-flatten <claude' "$miller"
faster 'Claude Code, against DuckDB with 2 threads' '4' 'ant-flatten <claude' "$duckdb"
within 'Claude Code, against simdjson only parsing' '1.3' 'ant-flatten <claude' './parse claude'
faster 'Claude Code, a third with escapes, against jq' '25' 'ant-flatten <escapes' 'jq -rf claude.jq escapes'
faster 'usage, buckets of 50 results, against jq' '40' 'ant-flatten <small' 'jq -rf usage.jq small'
faster 'usage, buckets of 2,000 results, against jq' '40' 'ant-flatten <large' 'jq -rf usage.jq large'
within 'analytics_cost by person and key, against simdjson only parsing' '1.3' 'ant-flatten <cost' './parse cost'
within 'analytics_usage by person and key, against simdjson only parsing' '1.3' 'ant-flatten <tokens' './parse tokens'
within 'Claude Code in libjq (--engine jq), against jq' '1.0' 'ant-flatten --engine jq <claude' 'jq -rf claude.jq claude'
empty='{"@ant":"begin","version":1,"table":"usage_report","from":"2026-11-01T00:00:00Z","to":"2026-11-01T00:00:00Z","width":"1d"}\n{"@ant":"end","records":0,"pages":0}\n'
# shellcheck disable=SC2059
printf "$empty" >none
within '200 starts on an empty stream, against /bin/true' '+1 s' 'for i in {1..200}; do ant-flatten <none; done' 'for i in {1..200}; do /bin/true <none; done'
./gen analytics_cost "$((records * 20))" >year
printf '\npeak memory: %s KiB at %s rows of analytics_cost, %s KiB at %s\n' "$(peak bash -c 'exec ant-flatten <cost')" "$((records * 2))" \
	"$(peak bash -c 'exec ant-flatten <year')" "$((records * 20))"
rm year
./gen claude_code_usage "$((records * 10))" >many
printf '\npeak memory: %s KiB at %s records, %s KiB at %s\n' "$(peak bash -c 'exec ant-flatten <claude')" "$records" \
	"$(peak bash -c 'exec ant-flatten <many')" "$((records * 10))"
