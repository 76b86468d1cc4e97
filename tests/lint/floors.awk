# awk -f floors.awk lib/floors FILE... - what includes against the floors of lib; 1 where anything does
FILENAME == ARGV[1] {
	for (i = 1; i <= NF && !/^#/; i++)
		floor[$1] = may[$1, $i] = 1
	next
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split(FILENAME, from, "/") # lib/FOLDER/..., or cmd/...
	to = substr($0, index($0, "\"") + 1)
	folder = to ~ /\// ? substr(to, 1, index(to, "/") - 1) : ""
	if (from[1] == "cmd" ? folder != "" && !floor[folder] : !may[from[2], folder]) {
		print FILENAME ":" FNR ": lib/floors forbids " $0
		bad = 1
	}
}
END { exit bad }
