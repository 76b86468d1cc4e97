#!/usr/bin/env bats
# scripts/api-drift: the table files against the types of the official client, as it is and with changes planted in it.
# shellcheck disable=SC2016,SC2154	# what is in single quotes is Python's or jq's; set by run
load lib/helper
load lib/sdk

setup_file() { need_sdk; }

# sdk_copy - a client of the test's own, in ./anthropic
sdk_copy() {
	mkdir anthropic
	(cd "$SDK/anthropic/" && tar -c --exclude=__pycache__ _version.py _constants.py _models.py pagination.py resources types) | tar -x -C anthropic
}
types=anthropic/types/beta/organization

drift() { "$ROOT/scripts/api-drift" "$@" 2>err; }

@test "drift: no endpoint, parameter, dimension or field of the client is unknown to the table files, and none is gone" {
	run -0 drift "$SDK/anthropic"
	[ -z "$output" ]
	grep -q "anthropic $(sed -n 's/^anthropic==\([^ ]*\).*/\1/p' "$ROOT/tests/lib/sdk.requirements")" err
	run -0 make -s -C "$ROOT" drift SDK="$SDK/anthropic"
}

@test "drift: of an older client it says what the tables read and it does not have, and what came between the two" {
	run -1 drift "$SDK/older/anthropic"
	grep -v '^stale' <<<"$output" >found
	cat >wanted <<-'END'
	field	/v1/organizations/analytics/apps/chat/projects	product
	gone	analytics_summaries	claude_tag_daily_active_user_count	.claude_tag_daily_active_user_count
	gone	analytics_summaries	claude_tag_monthly_active_user_count	.claude_tag_monthly_active_user_count
	gone	analytics_summaries	claude_tag_weekly_active_user_count	.claude_tag_weekly_active_user_count
	gone	analytics_users	claude_tag_active_day_count	.claude_tag_metrics.active_day_count
	gone	analytics_users	claude_tag_active_message_count	.claude_tag_metrics.active_message_count
	gone	external_keys	user_profile_id	.user_profile_id
	gone	rbac_roles	source_type	.source.type
	gone	workspaces	ignore	.inference_data_privacy
	gone	workspaces	user_profile_id	.user_profile_id
	missing	analytics_cost	/v1/organizations/analytics/cost
	missing	analytics_cost_total	/v1/organizations/analytics/cost
	missing	analytics_usage	/v1/organizations/analytics/usage
	missing	analytics_usage_total	/v1/organizations/analytics/usage
	missing	compliance_review_cases	/v1/compliance/review/cases
	version	2023-06-01
	END
	LC_ALL=C sort found | diff wanted -
	run -1 drift -o "$SDK/older/anthropic" "$SDK/anthropic"
	grep -qx -- $'+\tendpoint\t/v1/organizations/analytics/usage' <<<"$output"
	grep -qx -- $'-\tfield\t/v1/organizations/rate_limits\tgroup_type' <<<"$output"
	grep -qx -- $'-\tfield\t/v1/organizations/api_keys\tworkspace_id' <<<"$output"
	grep -qx -- $'+\tparameter\t/v1/organizations/workspaces\tids' <<<"$output"
	grep -qx -- $'+\tversion\t2026-10-21' <<<"$output"
}

@test "drift: a new endpoint, version, header, parameter, dimension and field are found, each by its path" {
	sdk_copy
	sed -i 's/^ANTHROPIC_API_VERSION = .*/ANTHROPIC_API_VERSION = "2027-01-01"/' anthropic/_constants.py
	# A list beside that of the keys, of another path.
	sed 's#/v1/organizations/external_keys#/v1/organizations/invoices#' anthropic/resources/beta/organization/external_keys.py \
		>anthropic/resources/beta/organization/invoices.py
	sed -i 's/analytics-usage-cost-2026-08-24/analytics-usage-cost-2027-01-01/' anthropic/resources/beta/organization/analytics/usage.py
	sed -i 's/^\( *\)"group_by": group_by,$/&\n\1"sampled": sampled,/' anthropic/resources/beta/organization/analytics/cost.py
	sed -i 's/"speed",$/& "mood",/' "$types/analytics/beta_analytics_cost_group_by.py"
	# In a record, in an object within it, and around the records.
	printf '\n    shoe_size: Optional[int] = None\n' >>"$types/beta_organization_user.py"
	printf '\n    latency: Optional[int] = None\n' >>"$types/beta_analytics_server_tool_use.py"
	sed -i 's/^class SyncReportPageCursor.*/&\n    estimated: Optional[bool] = None/' anthropic/pagination.py
	run -1 drift anthropic
	echo "$output"
	grep -qx $'version\t2027-01-01' <<<"$output"
	grep -qx $'endpoint\t/v1/organizations/invoices' <<<"$output"
	grep -qx $'header\t/v1/organizations/analytics/usage\tanalytics-usage-cost-2027-01-01' <<<"$output"
	grep -qx $'unsent\tanalytics_usage\tanalytics-usage-cost-2026-08-24' <<<"$output"
	grep -qx $'parameter\t/v1/organizations/analytics/cost\tsampled' <<<"$output"
	grep -qx $'dimension\t/v1/organizations/analytics/cost\tmood' <<<"$output"
	grep -qx $'field\t/v1/organizations/users\tshoe_size' <<<"$output"
	grep -qx $'field\t/v1/organizations/analytics/usage\tusage.server_tool_use.latency' <<<"$output"
	grep -qx $'envelope\t/v1/organizations/analytics/user_cost_report\testimated' <<<"$output"
	# What stands beside the planted changes is taken for none: the two objects are of several endpoints.
	grep -vE 'shoe_size|latency|estimated|sampled|mood|2027-01-01|2026-|invoices' <<<"$output" >others || :
	[ ! -s others ]
}

@test "drift: a field and a parameter that are gone are found with the columns that read them, and what is left out in vain" {
	sdk_copy
	sed -i '/^    email: /d' "$types/beta_organization_user.py" anthropic/types/organization/organization_user.py
	sed -i '/"include_default": include_default,/d' anthropic/resources/beta/organization/workspaces/workspaces.py anthropic/resources/organization/workspaces/workspaces.py
	rm anthropic/resources/beta/organization/webhooks.py
	run -1 drift anthropic
	echo "$output"
	grep -qx $'gone\tusers\temail\t.email' <<<"$output"
	grep -qx $'unsent\tworkspaces\tinclude_default' <<<"$output"
	grep -qE $'^stale\t.*api-drift.left-out:[0-9]+\tendpoint /v1/organizations/webhooks$' <<<"$output"
	[ "$(wc -l <<<"$output")" = 3 ]
}

@test "drift: a table file that reads less is found, one that ignores or reads a whole object is not" {
	mkdir mine
	grep -v '^column *phone' "$ROOT/lib/tables/external_keys.table" | grep -v '^column *geo ' >mine/external_keys.table
	run -1 drift -T mine -T "$ROOT/lib/tables" "$SDK/anthropic"
	[ "$output" = $'field\t/v1/organizations/external_keys\tgeo' ]
	echo 'ignore .geo' >>mine/external_keys.table
	run -0 drift -T mine -T "$ROOT/lib/tables" "$SDK/anthropic"
	# An object that a column has as json is read with all that will ever be in it.
	sdk_copy
	printf '\n    shoe_size: Optional[int] = None\n' >>"$types/beta_external_key_aws_provider_config.py"
	run -0 drift -T mine -T "$ROOT/lib/tables" anthropic
	[ -z "$output" ]
}

@test "drift: what is left out needs a reason, and a kind" {
	echo 'endpoint /v1/organizations/webhooks' >left
	run -2 "$ROOT/scripts/api-drift" -l left "$SDK/anthropic"
	[[ $output == *'left:1: no reason behind #'* ]]
	echo 'endpoints /v1/organizations/webhooks # x' >left
	run -2 "$ROOT/scripts/api-drift" -l left "$SDK/anthropic"
	[[ $output == *'left:1: not '* ]]
	run -2 "$ROOT/scripts/api-drift" "$BATS_TEST_TMPDIR"
	[[ $output == *'not the anthropic package'* ]]
	run -2 "$ROOT/scripts/api-drift" --nonsense
}

@test "drift: without an SDK pip is asked for the newest, and where it has none the one that is there does, and it says so" {
	# A tree of its own: what pip gives is unpacked into its build folder.
	mkdir -p tree/scripts tree/lib tree/build/sdk bin
	cp "$ROOT"/scripts/api-drift* tree/scripts
	ln -s "$ROOT/lib/tables" tree/lib/tables
	# Nothing listens there.
	export PIP_INDEX_URL=http://127.0.0.1:9/ PIP_NO_INDEX='' PIP_FIND_LINKS='' PIP_CONFIG_FILE=/dev/null
	run -2 tree/scripts/api-drift
	[[ $output == *'name the folder of an unpacked one'* ]]
	ln -s "$SDK/anthropic/" tree/build/sdk/anthropic
	run -0 tree/scripts/api-drift
	[[ $output == *'maybe not the newest, has to do'* ]]
	# A wheel is a zip file: here is a newer one.
	sdk_copy
	sed -i 's/^__version__ = .*/__version__ = "99.0.0"/' anthropic/_version.py
	mkdir anthropic-99.0.0.dist-info
	printf 'Metadata-Version: 2.1\nName: anthropic\nVersion: 99.0.0\n' >anthropic-99.0.0.dist-info/METADATA
	printf 'Wheel-Version: 1.0\nGenerator: bats\nRoot-Is-Purelib: true\nTag: py3-none-any\n' >anthropic-99.0.0.dist-info/WHEEL
	: >anthropic-99.0.0.dist-info/RECORD
	mkdir wheels
	python3 -m zipfile -c wheels/anthropic-99.0.0-py3-none-any.whl anthropic anthropic-99.0.0.dist-info
	export PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels
	ln -s "$SDK/venv" tree/build/sdk/venv
	run -0 tree/scripts/api-drift
	[[ $output == 'api-drift: anthropic 99.0.0' ]]
	[ -s tree/build/newest-sdk/anthropic/_version.py ]
}
