"""ClickHouse's HTTP interface before chdb, its engine as a library: chdb_server.py FOLDER [USER PASSWORD]

Listens on a free port of 127.0.0.1 and writes it to FOLDER/port.  Knows of the interface what a loader uses: the query in
the URL or the body, database and settings in the URL, bodies in chunks, user and key in header lines, a code in the header
of an answer that is an exception.  What needs chdb is done one after the other: it is one session.

FOLDER/fault, where it is there, has a line WORD TEXT: the next request whose query starts with TEXT is not done and its
connection closed (WORD lost), done and its connection closed (unanswered), refused (refused), done after a program
(SQL in FOLDER/fault.sql) has come in between (before) or done and not answered as long as there is a file FOLDER/held, which is made
then (held).
"""

import os
import re
import resource
import socketserver
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler

from chdb import session

FOLDER = sys.argv[1]
USERS = {"default": "", **dict([sys.argv[2:4]] if len(sys.argv) > 3 else [])}
STATUS = {57: 500, 60: 404, 62: 400, 81: 404, 115: 404, 516: 403}
NOT_SETTINGS = {"query", "database", "default_format", "wait_end_of_query", "user", "password"}


class Refused(Exception):
    def __init__(self, code, text):
        super().__init__(f"Code: {code}. DB::Exception: {text}")


class Engine:
    """The session, and what is set in it."""

    def __init__(self):
        self.session = session.Session(os.path.join(FOLDER, "data"))
        self.lock = threading.Lock()
        self.database = None
        self.settings = {}
        self.version = self.run("SELECT version()").decode().strip()

    def run(self, sql):
        return self.session.query(sql, "TabSeparated").bytes() or b""

    def use(self, database):
        if database == self.database:
            return
        names = self.run("SELECT name FROM system.databases").decode().splitlines()
        if database not in names:
            raise Refused(81, f"Database {database} does not exist. (UNKNOWN_DATABASE)")
        self.run("USE `" + database.replace("`", "``") + "`")
        self.database = database

    def set(self, settings):
        for name, value in settings.items():
            if self.settings.get(name) != value:
                self.run(f"SET {name} = '{value}'" if re.fullmatch(r"\w+", name) else "SET ?")
                self.settings[name] = value

    def insert(self, sql, body):
        """INSERT ... FORMAT TabSeparated with its rows behind it."""
        name = os.path.join(FOLDER, f"body.{threading.get_ident()}")
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)  # a test's, which is for the engine
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit[1], limit[1]))
        with open(name, "wb") as file:
            file.write(body)
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        head = re.sub(r"\s+FORMAT\s+TabSeparated\s*$", "", sql)
        try:
            return self.run(f"{head} FROM INFILE '{name}' FORMAT TabSeparated")
        finally:
            os.remove(name)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A small answer must not wait for the acknowledgement of its header.
    wbufsize = -1

    def log_message(self, *_):
        pass

    def body(self):
        """The body and whether it is whole."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            length = int(self.headers.get("Content-Length", 0))
            data = self.rfile.read(length)
            return data, len(data) == length
        parts = []
        while True:
            size = self.rfile.readline().strip()
            if not size:
                return b"".join(parts), False
            size = int(size, 16)
            data = self.rfile.read(size)
            parts.append(data)
            if len(data) < size or not self.rfile.readline():
                return b"".join(parts), False
            if size == 0:
                return b"".join(parts), True

    def fault(self, query):
        try:
            with open(os.path.join(FOLDER, "fault"), encoding="utf-8") as file:
                word, text = file.read().rstrip("\n").split(" ", 1)
        except FileNotFoundError:
            return ""
        if not query.startswith(text):
            return ""
        os.remove(os.path.join(FOLDER, "fault"))
        return word

    def answer(self, status, data, fields=()):
        self.send_response(status)
        self.send_header("Content-Type", "text/tab-separated-values; charset=UTF-8")
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def refuse(self, text):
        text = text.split("\n")[0]
        code = int(re.match(r"Code: (\d+)", text).group(1)) if text.startswith("Code: ") else 1002
        text = f"{text} (version {engine.version} (official build))\n"
        self.answer(STATUS.get(code, 500), text.encode(), [("X-ClickHouse-Exception-Code", str(code))])

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        query, (data, whole) = asked.get("query", ""), self.body()
        if not query:
            query, data = data.decode(), b""
        if not whole:
            # An INSERT that is cut leaves what it had: the worst that a server does.
            self.close_connection = True
            if data.rfind(b"\n") == -1 or not asked.get("query"):
                return
            data = data[: data.rfind(b"\n") + 1]
        user = self.headers.get("X-ClickHouse-User", "default")
        if USERS.get(user) != self.headers.get("X-ClickHouse-Key", ""):
            self.refuse(
                f"Code: 516. DB::Exception: {user}: Authentication failed: password is incorrect, "
                "or there is no user with such name. (AUTHENTICATION_FAILED)"
            )
            return
        with engine.lock:
            result = self.run(query, data, asked)
        while os.path.exists(os.path.join(FOLDER, "held")):
            time.sleep(0.01)
        if not whole or result is None:
            self.close_connection = True
        elif isinstance(result, Exception):
            self.refuse(str(result))
        else:
            self.answer(200, result)

    def run(self, query, data, asked):
        fault = self.fault(query)
        try:
            if fault == "lost":
                return None
            if fault == "refused":
                raise Refused(241, "a fault of the test's (MEMORY_LIMIT_EXCEEDED)")
            engine.use(asked.get("database", "default"))
            if fault == "before":
                with open(os.path.join(FOLDER, "fault.sql"), encoding="utf-8") as file:
                    engine.run(file.read())
            engine.set({k: v for k, v in asked.items() if k not in NOT_SETTINGS})
            result = engine.insert(query, data) if asked.get("query") else engine.run(query)
            if fault == "held":
                with open(os.path.join(FOLDER, "held"), "x", encoding="utf-8"):
                    pass
        except Exception as e:  # of chdb, which has no other
            return e
        return None if fault == "unanswered" else result

    do_GET = do_POST


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


engine = Engine()
with Server(("127.0.0.1", 0), Handler) as server:
    with open(os.path.join(FOLDER, "port.new"), "w", encoding="utf-8") as f:
        f.write(str(server.server_address[1]))
    os.rename(os.path.join(FOLDER, "port.new"), os.path.join(FOLDER, "port"))
    server.serve_forever()
