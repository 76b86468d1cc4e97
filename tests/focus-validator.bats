#!/usr/bin/env bats
# What ant-report --focus writes, judged by the validator of the FinOps Foundation, and its 1.4 by a converter of 1.2:
# make test-focus, which installs both.
# shellcheck disable=SC2154	# set by run
load lib/helper
load lib/golden

FOCUS_TABLES='cost_report organization workspaces api_keys analytics_cost usage_report usage_by_cost'
# What a tool may claim of a dataset that this one has.
CRITERIA=ACCOUNT_NAMING_SUPPORTED,USAGE_MEASUREMENT_SUPPORTED,SUB_ACCOUNT_SUPPORTED,UNIT_PRICING_SUPPORTED,REGION_SUPPORTED,TAGGING_SUPPORTED
# It states this and its opposite, and has no condition for either: their parent, an OR of both, passes.
USUAL='InvoiceId-C-005-C'
# The validator takes ASCII alone for a name; FOCUS says valid Unicode.
NAMING='BillingAccountName-C-000-M BillingAccountName-C-002-M InvoiceId-C-005-C SubAccountName-C-000-C SubAccountName-C-002-M'

setup_file() {
	local t window
	start_sim --now 2026-11-20T15:30:00Z --days 12
	for t in $FOCUS_TABLES; do
		window=''
		[[ $t != *cost* && $t != *usage* ]] || window='--from 2026-11-10 --to 2026-11-20'
		# shellcheck disable=SC2086
		"$ANT_BIN/ant-fetch" -q --rate 0 $window "$t" | "$ANT_BIN/ant-flatten" -q | "$ANT_BIN/ant-load-sqlite" "$BATS_FILE_TMPDIR/o.db" >/dev/null
	done
	stop_sim
}
teardown_file() { stop_sim; }

FOCUS=$ROOT/build/focus/venv

# failing CSV - the rules that fail, sorted.  The validator's exit status says nothing, and it finds its list of
# currencies in its own folder alone.
failing() {
	local file
	file=$(realpath "$1")
	(cd "$FOCUS"/lib/python3.12/site-packages && "$FOCUS/bin/focus-validator" --data-file "$file" --validate-version 1.2 --block-download \
		--show-violations --applicability-criteria $CRITERIA) >said 2>&1 || { cat said; return 1; }
	# It looked at all of it, and as many failed as it says.
	grep -q '^Total: 578 | Pass: [12][0-9][0-9] | Fail: [0-9]* | Skipped: ' said || { tail -n 20 said; return 1; }
	sed -n 's/^❌ \([^:]*\):.*/\1/p' said | sort >rules
	[ "$(sed -n 's/^Total: .* | Fail: \([0-9]*\) | .*/\1/p' said)" = "$(wc -l <rules)" ] || { tail -n 20 said; return 1; }
	paste -sd ' ' rules
}

@test "validator: a simulated organization, with names that are not ASCII: no rule fails but those that cannot be met" {
	ant report --focus -o f.csv "$BATS_FILE_TMPDIR/o.db"
	[ "$(failing f.csv | tee out)" = "$NAMING" ] || { cat out; false; }
	# And it does look: a row that breaks a rule is found.
	sed '2s/,USD,/,dollars,/' f.csv >broken.csv
	[[ $(failing broken.csv) == *BillingCurrency* ]]
}

@test "validator: the same with names in ASCII, and without usage_by_cost" {
	cp "$BATS_FILE_TMPDIR/o.db" o.db
	sqlite3 o.db "UPDATE organization SET name = 'Example'; UPDATE workspaces SET name = 'Workspace ' || rowid; DROP TABLE usage_by_cost"
	ant report --focus -o f.csv o.db 2>err
	grep -q usage_by_cost err
	[ "$(failing f.csv | tee out)" = "$USUAL" ] || { cat out; false; }
}

@test "validator: the documented examples of the API's answers" {
	local name t
	for name in cost_report.page1.cost_report usage_report_messages.page1.usage_by_cost organization.organization workspaces.page1.workspaces; do
		t=${name##*.}
		answer "$name" | ant flatten -q -t "$t" --mode append | ant load-sqlite o.db >/dev/null
	done
	ant report --focus -o f.csv o.db
	[ "$(wc -l <f.csv)" -gt 3 ]
	out=$(failing f.csv)
	[ "$out" = "$USUAL" ] || [ "$out" = "$NAMING" ] || { echo "$out"; false; }
}

@test "converter: what it makes of 1.2 is what --focus-version 1.4 writes, and that passes its lint" {
	ant report --focus -o f.csv "$BATS_FILE_TMPDIR/o.db"
	ant report --focus --focus-version 1.4 -o ours.csv "$BATS_FILE_TMPDIR/o.db"
	"$FOCUS/bin/focus-toolkit" convert --cost-and-usage f.csv --source-version 1.2 --source-dataset cost-and-usage --out theirs --exit-policy pipeline
	# Columns of our own are none of FOCUS's.
	"$FOCUS/bin/python" - <<-'END'
		import csv
		ours = list(csv.reader(open("ours.csv", newline="")))
		theirs = list(csv.reader(open("theirs/focus_1_4_cost_and_usage.csv", newline="")))
		n = len(theirs[0])
		assert len(ours) > 100 and all(name.startswith("x_") for name in ours[0][n:]), ours[0][n:]
		assert [row[:n] for row in ours] == theirs
	END
	run -0 "$FOCUS/bin/focus-toolkit" validate ours.csv
	[[ $output == *'lint OK'* ]]
}
