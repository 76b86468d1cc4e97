/*
 * gen KIND COUNT [RESULTS] - a record stream for the benchmarks, the same every time
 *
 * KIND: claude_code_usage (COUNT records), claude_code_escapes (a third of the
 * strings with escapes), usage_report (COUNT buckets of RESULTS results), analytics_cost and
 * analytics_usage (COUNT rows by day, person and key, of 2,000 people).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

/* xorshift64: good enough to vary numbers, and the same everywhere. */
static unsigned
below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

static void
begin(const char *table, const char *more)
{
	printf("{\"@ant\":\"begin\",\"version\":1,\"table\":\"%s\",\"from\":\"2026-01-01T00:00:00Z\","
	       "\"to\":\"2027-01-01T00:00:00Z\",\"width\":\"1d\"%s}\n",
		table, more);
}

static void
claude_model(const char *model)
{
	printf("{\"model\":\"%s\",\"tokens\":{\"input\":%u,\"output\":%u,\"cache_read\":%u,"
	       "\"cache_creation\":%u},\"estimated_cost\":{\"currency\":\"USD\",\"amount\":%u}}",
		model, below(1000000), below(100000), below(10000000), below(100000), below(5000));
}

static void
claude_record(unsigned i, unsigned n, int escapes)
{
	static const char *const tools[] = {
		"edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool"};
	static const char *const plain[] = {"vscode", "iTerm.app", "tmux"};
	static const char *const escaped[] = {"vs\\u0063ode", "iTerm\\t\\\"app\\\"", "tm\\u00fcx \\\\"};

	printf("{\"date\":\"2026-%02u-%02uT00:00:00Z\",\"actor\":{\"type\":\"user_actor\","
	       "\"email_address\":\"%s%u@example.com\"},",
		1 + i * 12ull / n > 12 ? 12u : (unsigned)(1 + i * 12ull / n), 1 + below(28),
		escapes && i % 3 == 0 ? "us\\u00e9r." : "user.", below(2000));
	printf("\"organization_id\":\"5f0c1a9e-3b77-4d0e-9a54-c2f4d1e86b30\",\"customer_type\":\"api\","
	       "\"subscription_type\":null,\"is_remote\":%s,\"terminal_type\":\"%s\",",
		below(4) ? "false" : "true", escapes && i % 3 == 1 ? escaped[below(3)] : plain[below(3)]);
	printf("\"core_metrics\":{\"num_sessions\":%u,\"lines_of_code\":{\"added\":%u,\"removed\":%u},"
	       "\"commits_by_claude_code\":%u,\"pull_requests_by_claude_code\":%u},\"tool_actions\":{",
		below(9), below(2000), below(900), below(20), below(3));
	for (int t = 0; t < 4; t++)
		printf("%s\"%s\":{\"accepted\":%u,\"rejected\":%u}", t > 0 ? "," : "", tools[t],
			below(50), below(9));
	fputs("},\"model_breakdown\":[", stdout);
	claude_model(escapes && i % 3 == 2 ? "claude-opus\\u002d4-6" : "claude-opus-4-6");
	if (below(2)) {
		putchar(',');
		claude_model("claude-haiku-4-5-20251001");
	}
	puts("]}");
}

static void
usage_bucket(unsigned i, unsigned n, unsigned results)
{
	unsigned month = (unsigned)(1 + i * 12ull / n), day = 1 + i % 27;

	printf("{\"starting_at\":\"2026-%02u-%02uT00:00:00Z\",\"ending_at\":\"2026-%02u-%02uT00:00:00Z\","
	       "\"results\":[",
		month, day, month, day + 1);
	for (unsigned r = 0; r < results; r++)
		printf("%s{\"uncached_input_tokens\":%u,\"cache_creation\":{\"ephemeral_1h_input_tokens\":%u,"
		       "\"ephemeral_5m_input_tokens\":%u},\"cache_read_input_tokens\":%u,\"output_tokens\":%u,"
		       "\"server_tool_use\":{\"web_search_requests\":%u},\"account_id\":null,"
		       "\"service_account_id\":null,\"api_key_id\":\"apikey_01WvYRkt9LAKmfPYoVQ%06u\","
		       "\"workspace_id\":\"wrkspc_01DXNos1XCd8erb7tiL%05u\",\"model\":"
		       "\"claude-sonnet-4-5-20250929\",\"service_tier\":\"standard\",\"context_window\":"
		       "\"0-200k\",\"inference_geo\":null}",
			r > 0 ? "," : "", below(100000000), below(100000), below(100000), below(10000000),
			below(1000000), below(9), below(500), below(99));
	puts("]}");
}

/* Who, by which key, for what: all dimensions are there, most of them not asked for. */
static void
analytics_group(int cost)
{
	static const char *const products[] = {"claude_code", "messages_api", "chat"};
	static const char *const tokens[] = {"uncached_input_tokens", "output_tokens",
		"cache_read_input_tokens", "cache_creation.ephemeral_5m_input_tokens"};
	unsigned person = below(2000);

	printf("\"group\":{\"actor\":{\"type\":\"user_actor\",\"user_id\":\"user_01WvYRkt9LAKmfPYoVQ%06u\","
	       "\"email_address\":\"user.%u@example.com\",\"name\":\"User %u\",\"deleted\":false},"
	       "\"actor_type\":null,\"agent_id\":null,\"api_key_id\":",
		person, person, person);
	if (below(2))
		printf("\"apikey_01WvYRkt9LAKmfPYoVQ%06u\"", below(500));
	else
		fputs("null", stdout);
	fputs(",\"claude_tag_category\":null,\"claude_tag_user_id\":null,\"context_window\":null,", stdout);
	if (cost)
		fputs("\"cost_type\":\"tokens\",", stdout);
	printf("\"deployment_id\":null,\"environment_id\":null,\"inference_geo\":null,\"model\":\"%s\","
	       "\"organization_id\":null,\"product\":\"%s\",\"rbac_group_id\":null,\"service_tier\":null,"
	       "\"session_id\":null,\"slack_channel_id\":null,\"speed\":null,",
		below(3) ? "claude-opus-4-8" : "claude-haiku-4-5-20251001", products[below(3)]);
	if (cost)
		printf("\"token_type\":\"%s\",", tokens[below(4)]);
	printf("\"user_profile_id\":null,\"workspace_id\":\"wrkspc_01DXNos1XCd8erb7tiL%05u\"}", below(20));
}

static void
analytics_row(unsigned i, unsigned n, int cost)
{
	unsigned month = (unsigned)(1 + i * 12ull / n), day = (unsigned)(1 + i * 324ull / n % 27);

	printf("{\"starting_at\":\"2026-%02u-%02uT00:00:00Z\",\"ending_at\":\"2026-%02u-%02uT00:00:00Z\",",
		month, day, month, day + 1);
	analytics_group(cost);
	if (cost) {
		unsigned whole = below(10000), part = below(10000000);

		printf(",\"cost\":{\"amount\":\"%u.%07u\",\"list_amount\":\"%u.%07u\",\"currency\":\"USD\","
		       "\"requests\":null}}\n",
			whole, part, whole + 1, part);
		return;
	}
	printf(",\"usage\":{\"uncached_input_tokens\":%u,\"cache_read_input_tokens\":%u,\"output_tokens\":%u,"
	       "\"total_tokens\":%u,\"cache_creation\":{\"ephemeral_5m_input_tokens\":%u,"
	       "\"ephemeral_1h_input_tokens\":%u},\"server_tool_use\":{\"web_search_requests\":%u},"
	       "\"requests\":%u}}\n",
		below(10000000), below(10000000), below(100000), below(100000000), below(100000), below(100000),
		below(9), below(500));
}

int
main(int argc, char *argv[])
{
	unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	unsigned results = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;

	if (n == 0) {
		fputs("usage: gen KIND COUNT [RESULTS]\n", stderr);
		return 2;
	}
	if (strcmp(argv[1], "usage_report") == 0) {
		begin(argv[1],
			",\"group_by\":[\"api_key_id\",\"workspace_id\",\"model\",\"service_tier\",\"context_window\"]");
		for (unsigned i = 0; i < n; i++)
			usage_bucket(i, n, results);
	} else if (strncmp(argv[1], "analytics_", 10) == 0) {
		int cost = strcmp(argv[1], "analytics_cost") == 0;

		begin(argv[1], cost ? ",\"group_by\":[\"actor\",\"api_key_id\",\"model\",\"product\","
				      "\"workspace_id\",\"cost_type\",\"token_type\"]"
				    : ",\"group_by\":[\"actor\",\"api_key_id\",\"model\",\"product\","
				      "\"workspace_id\"]");
		for (unsigned i = 0; i < n; i++)
			analytics_row(i, n, cost);
	} else {
		begin("claude_code_usage", "");
		for (unsigned i = 0; i < n; i++)
			claude_record(i, n, strcmp(argv[1], "claude_code_escapes") == 0);
	}
	printf("{\"@ant\":\"end\",\"records\":%u,\"pages\":1,\"watermark\":\"2027-01-01T00:00:00Z\"}\n", n);
	return fflush(stdout) == 0 ? 0 : 1;
}
