# The golden rows, for suites that map them: `load lib/golden`.  rows/EXAMPLE.TABLE.rows is what the answer api/EXAMPLE.json
# gives as rows of TABLE, behind rows/TABLE.head; rows/EXAMPLE.TABLE.asked, where there is one, what it was asked for with.
DATA=$BATS_TEST_DIRNAME/data

# answer EXAMPLE.TABLE - the answer, each record with what it was asked for with, as ant-fetch has it
answer() {
	local api=$DATA/api/${1%.*}.json asked=$DATA/rows/$1.asked
	if [ -e "$asked" ]; then
		jq -c --slurpfile asked "$asked" '.data[] | {"@asked": $asked[0]} + .' "$api"
	else
		cat "$api"
	fi
}

# golden_names [PREFIX] - EXAMPLE.TABLE of each
golden_names() {
	local file
	for file in "$DATA"/rows/"${1-}"*.rows; do
		file=${file##*/}
		echo "${file%.rows}"
	done
}
