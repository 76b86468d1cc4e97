# awk -f asserts.awk FILE... - what in a test cannot fail, although it looks as if it could; 1 where anything does
#
# Where errexit is on, a command ends the test that fails, but none of these does:
#   [ a ] && [ b ]    but for the last one, where it is not the last command of its function
#   ! command         where it is not the last command of its function
#   f || x, if f, ! f, f && x, run f, wait_for f    all but the last command of the function f
# A statement is seen without its quotes, comments and here-documents.

# code - the line without what is quoted or a comment; `stack` holds what is open at its end
function code(line,   i, c, two, top, out) {
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		top = substr(stack, length(stack))
		if (top == "'" || top == "$") { # $'...' knows the backslash
			if (c == "\\" && top == "$")
				i++
			else if (c == "'")
				pop()
		} else if (c == "\\") {
			if (stack == "" && i == length(line))
				out = out c
			i++
		} else if (two == "$'" && top != "\"") {
			stack = stack "$"
			i++
		} else if (c == "'" && top != "\"") {
			stack = stack c
			out = out (length(stack) == 1 ? "_" : "")
		} else if (stack == "" && match(substr(line, i), /^"\$([a-z_]+|@)"/)) { # kept: it may be what is called
			out = out substr(line, i + 1, RLENGTH - 2)
			i += RLENGTH - 1
		} else if (c == "\"") {
			if (top == c) {
				pop()
			} else {
				stack = stack c
				out = out (length(stack) == 1 ? "_" : "")
			}
		} else if (two == "$(" || two == "<(" || two == ">(") {
			out = out (stack == "" ? "_" : "")
			stack = stack "("
			i++
		} else if (c == "(" && top == "(") {
			stack = stack c
		} else if (c == ")" && top == "(") {
			pop()
		} else if (c == "#" && top != "\"" && (i == 1 || substr(line, i - 1, 1) ~ /[ \t;]/)) {
			break
		} else if (stack == "") {
			out = out c
		}
	}
	return out
}
function pop() { stack = substr(stack, 1, length(stack) - 1) }

# statement - it is judged when it is known what comes after it
function statement(text, line,   opens, close_at) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	if (text == "")
		return
	judge(text ~ /^[})]/)
	at = FILENAME ":" line
	if (text ~ /^}/)
		depth--
	if (match(text, /^[A-Za-z_][A-Za-z_0-9]* ?\(\) [{]/) || text ~ /^@test /) {
		body[depth + 1] = text ~ /^@test / ? "" : substr(text, 1, index(text, "(") - 1)
		sub(/^[^{]*/, "", text)
	} else {
		body[depth + 1] = body[depth]
	}
	opens = gsub(/(^|[ \t])[{]([ \t]|$)/, "&", text)
	for (; opens > 0; opens--) {
		depth++
		body[depth + 1] = body[depth]
	}
	gsub(/^([ \t]*(do|then|else|[}{(]|[^ ()]*\))[ \t]+)+/, "", text)
	while ((opens = index(text, "[[ ")) && (close_at = index(substr(text, opens), " ]]"))) # one command, whatever is in it
		text = substr(text, 1, opens - 1) "[ _ ]" substr(text, opens + close_at + 2)
	while (sub(/\([^()]*\)/, "_", text)) ;
	pending = text
	name = body[depth]
}
function judge(is_last,   s) {
	s = pending
	pending = ""
	uses(s)
	if (is_last || s ~ /^(if|elif|while|until|local|export) / || s ~ / \|\| /)
		return
	if (s ~ / && / && s !~ / && ((break|continue|return|exit|[a-z_]+=[^ ]*)( [0-9_]*)?|[{].*)$/)
		wrong(at, "only the last part of this can fail: " s)
	if (s ~ /^! /)
		wrong(at, "this cannot fail: " s)
	if (name != "" && s ~ /^(\[|diff|cmp|grep -q|run -[0-9]+) /)
		asserts[FILENAME, name] = at
}
# uses - the names that are called where errexit is off
function uses(s,   n, i, w, part) {
	n = split(s, part, / (\|\||&&) /)
	for (i = 1; i <= n; i++) {
		if (!sub(/^(if|elif|while|until|!|run|wait_for|seconds_of)[ \t]+/, "", part[i]) && i == n)
			continue
		while (sub(/^(!|run|wait_for|seconds_of|-[0-9]+|--separate-stderr)[ \t]+/, "", part[i])) ;
		split(part[i], w, /[ \t;]/)
		if (w[1] ~ /^[A-Za-z_][A-Za-z_0-9]*$/)
			used[at, w[1]] = FILENAME
		else if (w[1] ~ /^\$[a-z_]+$/ && i < n)
			wrong(at, "what this calls runs where errexit is off: " s)
	}
}
function wrong(where, what) {
	print where ": " what
	bad = 1
}

FNR == 1 {
	judge(1)
	stack = heredoc = joined = name = body[0] = ""
	depth = 0
}
heredoc != "" {
	text = $0
	sub(/^\t+/, "", text)
	if (text == heredoc)
		heredoc = ""
	next
}
{
	if (stack == "" && match($0, /<<-?["']?[A-Z]+/) && $0 !~ /<<</ && $1 != "scratch") { # scratch runs a test's own lines
		heredoc = substr($0, RSTART, RLENGTH)
		gsub(/[^A-Z]/, "", heredoc)
	}
	if (joined == "")
		start = FNR
	text = joined code($0)
	if (stack != "" || sub(/\\$/, "", text) || text ~ /(&&|\|\||\|)[ \t]*$/) {
		joined = text " "
		next
	}
	joined = ""
	n = split(text, parts, /;/)
	for (i = 1; i <= n; i++)
		statement(parts[i], start)
}
END {
	judge(1)
	for (u in used) {
		split(u, w, SUBSEP)
		for (a in asserts) {
			split(a, of, SUBSEP)
			if (of[2] == w[2] && (of[1] == used[u] || of[1] ~ /\/lib\//))
				wrong(w[1], w[2] " is called where errexit is off; what cannot fail then: " asserts[a])
		}
	}
	exit bad
}
