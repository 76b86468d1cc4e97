# For the suites that use the official client: `load lib/sdk`, need_sdk in setup_file.
SDK=$ROOT/build/sdk

# need_sdk - a suite without the client fails, it is not skipped
need_sdk() {
	[ -e "$SDK/installed" ] || { echo "no official client in $SDK: run scripts/setup-sdk" >&2; return 1; }
}
