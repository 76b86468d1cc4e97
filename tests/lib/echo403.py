"""echo403 - a server on a free port of loopback, which it prints: it refuses all, and repeats what it was asked with."""
import http.server
import sys


class Echo(http.server.BaseHTTPRequestHandler):
    def refuse(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = f"<Error><Code>SignatureDoesNotMatch</Code><Message>{self.path} {self.headers}</Message></Error>".encode()
        self.send_response(403, "Forbidden " + " ".join(str(self.headers).split()))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = refuse

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
print(server.server_address[1], flush=True)
server.serve_forever()
