#!/usr/bin/env python3
"""connect_proxy.py PORT LOG [STATUS] - an HTTP proxy on loopback for tests; prints its port

Every CONNECT, whatever its host, is answered with 200 and a tunnel to 127.0.0.1:PORT, or with
STATUS.  LOG gets each request's head as it came.
"""
import socket
import sys
import threading


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, port, log, status):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(4096)
        if not data:
            return
        head += data
    with open(log, "ab") as f:
        f.write(head)
    if status != "200" or not head.startswith(b"CONNECT "):
        client.sendall(b"HTTP/1.1 %s No\r\ncontent-length: 0\r\n\r\n" % status.encode())
        client.close()
        return
    server = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main():
    port, log = int(sys.argv[1]), sys.argv[2]
    status = sys.argv[3] if len(sys.argv) > 3 else "200"
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, port, log, status), daemon=True).start()


main()
