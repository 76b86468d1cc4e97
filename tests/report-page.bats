#!/usr/bin/env bats
# The page of ant-report in a real browser: nothing overflows, nothing is complained about, text can be
# read.  Pictures of it are kept in build/report-page, to be looked at.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154	# single quotes are for the browser; subshells; set by run
load lib/helper
load lib/report

setup_file() {
	load_organization sqlite
	local db=$BATS_FILE_TMPDIR/org.db out=$BATS_FILE_TMPDIR table
	"$ANT_BIN/ant-report" --to "$NOW" --budget 40000 "$db" >"$out/page.html"
	cp "$db" "$out/hostile.db"
	sqlite3 "$out/hostile.db" "UPDATE workspaces SET name = printf('%.500c', 'W') WHERE name = 'Production';
		UPDATE users SET name = '<script>document.title=1</script>' || char(8238) || 'evil '||printf('%.300c', 'x');
		UPDATE api_keys SET name = '\"><img src=x onerror=alert(1)> 🤖 مفتاح ' || id;
		UPDATE cost_report SET model = printf('%.120c', 'm') || model WHERE model LIKE '%opus%'"
	"$ANT_BIN/ant-report" --to "$NOW" "$out/hostile.db" >"$out/hostile.html"
	cp "$db" "$out/several.db"
	sqlite3 "$out/several.db" "UPDATE cost_report SET amount_cents = amount_cents * 1000, currency = CASE WHEN model LIKE '%opus%' THEN 'EUR' WHEN model LIKE '%haiku%' THEN 'JPY' ELSE 'USD' END"
	"$ANT_BIN/ant-report" --to "$NOW" --budget 40000 "$out/several.db" >"$out/several.html"
	cp "$db" "$out/organizations.db"
	{ sqlite3 "$db" "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'"; by_organization; } | sqlite3 -bail "$out/organizations.db"
	"$ANT_BIN/ant-report" --to "$NOW" "$out/organizations.db" >"$out/organizations.html"
	# All sections filled: of both kinds of key, with changes; what an Enterprise organization has alone; and empty ones.
	cp "$db" "$out/full.db"
	load_analytics full.db enterprise.db
	sqlite3 "$out/full.db" "UPDATE spend_limits_effective SET actor_name = printf('%.300c', 'N'), period = printf('%.60c', 'p') WHERE actor_id = (SELECT max(actor_id) FROM spend_limits_effective WHERE period_to_date_spend_cents > amount_cents);
		UPDATE workspaces SET tags = '{\"' || printf('%.200c', 'k') || '\":\"' || printf('%.300c', 'v') || '\"}' WHERE name = 'Claude Code';
		UPDATE analytics_cost SET product = printf('%.200c', 'q') WHERE product = 'cowork';
		CREATE VIEW ant_changes AS SELECT '2026-11-10T09:30:00Z' AS changed_at, 'users' AS table_name, id, name, 'changed' AS what, 'role' AS column_name, 'developer' AS from_value, printf('%.200c', 'a') || id AS to_value FROM users"
	"$ANT_BIN/ant-report" --to "$NOW" --budget 40000 "$out/full.db" >"$out/full.html"
	"$ANT_BIN/ant-report" --to "$NOW" "$out/enterprise.db" >"$out/enterprise.html"
	cp "$out/full.db" "$out/hollow.db"
	for table in $REPORT_TABLES $ANALYTICS_TABLES; do echo "DELETE FROM $table;"; done | sqlite3 "$out/hollow.db"
	"$ANT_BIN/ant-report" --to "$NOW" "$out/hollow.db" >"$out/hollow.html"
	sqlite3 "$out/none.db" 'CREATE TABLE x (y)'
	"$ANT_BIN/ant-report" --to "$NOW" "$out/none.db" >"$out/none.html"
	# The page under the strictest policy that it is made for.
	for page in page hostile several organizations full enterprise; do
		sed -i "s/<head>/<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">/" "$out/$page.html"
	done
	command -v chromedriver >/dev/null || { echo 'no chromedriver here: run scripts/setup --tests' >&2; return 1; }
	local port _
	chromedriver --port=0 >"$out/driver.log" 2>&1 3>&- &
	export DRIVER_PID=$!
	for _ in $(seq 600); do
		port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$out/driver.log")
		[ -z "$port" ] || break
		sleep 0.1
	done
	export DRIVER=http://127.0.0.1:$port
	# A home of its own: a sandboxed browser writes below it, wherever its profile is.
	jq -n --arg dir "$out/profile" '{capabilities: {alwaysMatch: {browserName: "chrome", "goog:loggingPrefs": {browser: "ALL"}, "goog:chromeOptions": {args:
		["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-dev-shm-usage", "--user-data-dir=" + $dir]}}}}' >"$out/start.json"
	SESSION=$(curl -sf --max-time 60 -H 'Content-Type: application/json' -d @"$out/start.json" "$DRIVER/session" | jq -r .value.sessionId)
	export SESSION
	[ -n "$SESSION" ] || { cat "$out/driver.log" >&2; return 1; }
	export PICTURES=$ANT_BIN/../report-page
	mkdir -p "$PICTURES"
}

teardown_file() {
	curl -sf --max-time 20 -X DELETE "$DRIVER/session/$SESSION" >/dev/null || :
	end_process "$DRIVER_PID" || :
	stop_sim
}

# call PATH JSON - a command of WebDriver (W3C Recommendation, section 8 on)
call() { curl -sf --max-time 60 -H 'Content-Type: application/json' -d "$2" "$DRIVER/session/$SESSION/$1"; }
# cdp METHOD PARAMETERS - one of Chromium's own
cdp() { call goog/cdp/execute "$(jq -n --arg cmd "$1" --argjson params "$2" '{cmd: $cmd, params: $params}')"; }
# js TEXT - what it returns, as JSON
js() { call execute/sync "$(jq -n --arg script "$1" '{script: $script, args: []}')" | jq .value; }
# show PAGE WIDTH [SCHEME] [MEDIA]
show() {
	cdp Emulation.setDeviceMetricsOverride "{\"width\": $2, \"height\": 900, \"deviceScaleFactor\": 1, \"mobile\": false}" >/dev/null
	cdp Emulation.setEmulatedMedia "{\"media\": \"${4-}\", \"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"${3-light}\"}]}" >/dev/null
	call url "{\"url\": \"file://$BATS_FILE_TMPDIR/$1.html\"}" >/dev/null
}
picture() { cdp Page.captureScreenshot '{"captureBeyondViewport": true}' | jq -r .value.data | base64 -d >"$PICTURES/$1.png"; }

# What sticks out of the page or of its own box; what may be scrolled may be wider inside.
OVERFLOW='const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth, out = [];
	for (const e of document.querySelectorAll("body *")) {
		if (e.closest(".scroll, .skip, caption, svg svg")) continue;
		const r = e.getBoundingClientRect();
		if (r.width > 0 && (r.right > document.documentElement.clientWidth + 1 || r.left < -1)) out.push(e.tagName + "." + (e.className.baseVal ?? e.className) + " " + Math.round(r.left) + "-" + Math.round(r.right));
	}
	return {wide, out};'

# Labels of an axis that run into each other.
COLLISIONS='const hit = [];
	for (const svg of document.querySelectorAll("svg.plot")) {
		for (const kind of [".x", ".y"]) {
			const r = [...svg.querySelectorAll(kind)].filter(t => getComputedStyle(t).display !== "none").map(t => [t.textContent, t.getBoundingClientRect()]);
			for (let i = 0; i < r.length; i++) for (let k = 0; k < i; k++)
				if (r[i][1].left < r[k][1].right + 2 && r[k][1].left < r[i][1].right + 2 && r[i][1].top < r[k][1].bottom - 2 && r[k][1].top < r[i][1].bottom - 2) hit.push(r[i][0] + " / " + r[k][0]);
		}
	}
	return hit;'

# The contrast of each text with what is behind it (WCAG 2.2, 1.4.3); the lowest, and who has it.
CONTRAST='const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
	const lum = c => { const f = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
	let low = 99, who = "";
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.closest("title, .skip, caption")) continue;
		const r = e.getBoundingClientRect();
		if (r.width === 0) continue;
		const s = getComputedStyle(e);
		let back = [255, 255, 255, 1];
		for (let p = e; p; p = p.parentElement) { const b = parse(getComputedStyle(p).backgroundColor); if (b[3] === 1) { back = b; break; } }
		const a = lum(parse(e.closest("svg") ? s.fill : s.color)), b = lum(back);
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < low) { low = ratio; who = e.tagName + " " + e.className + ": " + e.textContent.slice(0, 40); }
	}
	return {low, who};'

no_errors() {
	call se/log '{"type": "browser"}' | jq -c '.value[] | select(.level != "INFO")' >errors
	[ ! -s errors ] || { cat errors; return 1; }
}

@test "page: nothing overflows, at 1280 and at 390 pixels and at 320, in light and dark" {
	local width scheme page
	for page in page hostile several organizations full enterprise hollow none; do
		for width in 1280 390 320; do
			for scheme in light dark; do
				show "$page" "$width" "$scheme"
				js "$OVERFLOW" >got
				jq -e '.wide <= 0 and .out == []' got || { echo "$page $width"; cat got; return 1; }
				[ "$width" = 320 ] || picture "$page-$width-$scheme"
			done
		done
	done
	no_errors
}

@test "page: for print nothing overflows, and it becomes a PDF" {
	local page
	for page in full enterprise page; do
		show $page 760 light print
		js "$OVERFLOW" >got
		jq -e '.wide <= 0 and .out == []' got || { cat got; return 1; }
		# On paper nothing can be scrolled: no table is wider than its place.
		js 'return [...document.querySelectorAll(".scroll")].filter(e => e.getBoundingClientRect().width > 0 && e.scrollWidth > e.clientWidth + 1).map(e => e.getAttribute("aria-label") + " " + e.scrollWidth + " > " + e.clientWidth)' >got
		jq -e '. == []' got || { cat got; return 1; }
		picture $page-print
	done
	cdp Page.printToPDF '{"printBackground": true, "paperWidth": 8.27, "paperHeight": 11.69}' | jq -r .value.data | base64 -d >"$PICTURES/page.pdf"
	head -c 5 "$PICTURES/page.pdf" | grep -q '%PDF-'
	no_errors
}

@test "page: every chart has bars or lines that can be seen, and labels that do not collide" {
	local width page
	for page in page several full; do
		for width in 1280 390; do
			show "$page" "$width"
			js 'return [...document.querySelectorAll("svg.plot")].map(s => [...s.querySelectorAll("svg path")].filter(p => { const r = p.getBoundingClientRect(); return r.height > 1 && r.width > 1; }).length)' >got
			jq -e 'length >= 9 and all(. > 0)' got || { cat got; return 1; }
			js "$COLLISIONS" >got
			jq -e '. == []' got || { cat got; return 1; }
		done
	done
	show none 1280
	[ "$(js 'return document.querySelectorAll("svg.plot").length')" = 0 ]
}

@test "page: the bars are as high as the figures in the table below" {
	show page 1280
	# The top of the stack of each day, as a part of the axis, against the day's total.
	js 'const s = document.querySelector("#models svg.plot"), inner = s.querySelector("svg"), tops = {};
		for (const p of s.querySelectorAll("svg path")) for (const m of p.getAttribute("d").matchAll(/M([\d.]+) [\d.]+h.8V([\d.]+)/g)) { const i = Math.floor(+m[1]); tops[i] = Math.min(tops[i] ?? 1e9, +m[2]); }
		const rows = [...document.querySelectorAll("#models tbody tr")].reverse().map(r => +r.cells[1].textContent.replace(/[$,]/g, ""));
		const labels = [...s.querySelectorAll(".y")].map(t => t.textContent.replace("$", "")), max = Math.max(...labels.map(t => parseFloat(t) * (t.endsWith("k") ? 1000 : t.endsWith("M") ? 1e6 : 1)));
		return rows.map((v, i) => Math.abs((220 - (tops[i] ?? 220)) / 220 * max - v) / max)' >got
	jq -e 'length >= 90 and max < 0.001' got || { cat got; return 1; }
}

@test "page: text can be read: a contrast of 4.5 at least, in light, dark and print" {
	local page scheme
	for page in full enterprise none; do
		for scheme in light dark; do
			show "$page" 1280 "$scheme"
			js 'for (const d of document.querySelectorAll("details")) d.open = true' >/dev/null
			js "$CONTRAST" >got
			jq -e '.low >= 4.5' got || { cat got; return 1; }
		done
	done
	show full 1280 light print
	js "$CONTRAST" >got
	jq -e '.low >= 4.5' got || { cat got; return 1; }
}

@test "page: keyboard and screen reader: names, headings, tables with heads, no trap" {
	show full 1280
	js 'return [...document.querySelectorAll("svg.plot")].filter(s => s.getAttribute("role") !== "img" || !s.getAttribute("aria-label")).length' >got
	[ "$(cat got)" = 0 ]
	[ "$(js 'return [...document.querySelectorAll("table")].filter(t => !t.caption || !t.tHead || ![...t.tBodies[0].rows].every(r => r.cells[0].scope === "row")).length')" = 0 ]
	[ "$(js 'return document.querySelectorAll("h1").length')" = 1 ]
	[ "$(js 'return [...document.querySelectorAll("nav a")].filter(a => !document.querySelector(a.getAttribute("href"))).length')" = 0 ]
	[ "$(js 'const t = document.querySelector("#models summary"); t.focus(); return document.activeElement === t')" = true ]
	[ "$(js 'return [...document.querySelectorAll(".hit title")].filter(t => !t.textContent.trim()).length')" = 0 ]
}

@test "page: what others have named is text, under the strictest policy too" {
	show hostile 1280
	[ "$(js 'return document.querySelectorAll("script, img, iframe, object").length')" = 0 ]
	[ "$(js 'return document.title')" != '"1"' ]
	[ "$(js 'return document.body.textContent.includes("<script>document.title=1</script>")')" = true ]
	# The style is in force under the policy.
	[ "$(js 'return getComputedStyle(document.querySelector("section#models")).borderRadius')" = '"10px"' ]
	no_errors
}
