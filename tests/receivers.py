"""Receivers of messages on loopback, good and bad ones."""

import json
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPMessage, parse_headers
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple


class Request(NamedTuple):
    """A request that arrived, and when: seconds since the epoch."""

    path: str
    headers: HTTPMessage
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def delivery_id(self) -> str:
        return self.headers["Idempotency-Key"]


Behave = Callable[["Receiver", socket.socket, Request], None]


class Receiver:
    """An HTTP server that notes what it is sent and then does what `behave` does."""

    def __init__(self, behave: Behave, tls: ssl.SSLContext | None) -> None:
        self.behave = behave
        self.requests: list[Request] = []
        self.closing = threading.Event()
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    if request := read_request(self.rfile):
                        owner.requests.append(request)
                        owner.behave(owner, self.connection, request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 128

            def get_request(self) -> tuple[socket.socket, Any]:
                connection, address = super().get_request()
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True)
                return connection, address

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://localhost:{self.port}/hooks/s3cret?token=t0ken"


def read_request(stream: BufferedReader) -> Request | None:
    line = stream.readline().decode()
    if not line:
        return None
    headers = parse_headers(stream)
    body = stream.read(int(headers.get("Content-Length", 0)))
    return Request(line.split()[1], headers, body, time.time())


@contextmanager
def receiver(behave: Behave | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Start a receiver; without `behave` one that accepts everything."""
    started = Receiver(behave or answer(200), tls)
    thread = threading.Thread(target=started.server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield started
    finally:
        started.closing.set()
        started.server.shutdown()
        started.server.server_close()


def answer(status: int, body: bytes = b"ok", **headers: str) -> Behave:
    """Answer as a good server does."""

    def behave(receiver: Receiver, connection: socket.socket, request: Request) -> None:
        lines = [f"HTTP/1.1 {status} Some", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)

    return behave


def hang(receiver: Receiver, connection: socket.socket, request: Request) -> None:
    """Never answer."""
    receiver.closing.wait(60)


def drip(start: bytes) -> Behave:
    """Begin an answer like this, then send a byte every 50 ms for ever."""

    def behave(receiver: Receiver, connection: socket.socket, request: Request) -> None:
        connection.sendall(start)
        while not receiver.closing.wait(0.05):
            connection.sendall(b"x")

    return behave


def flood(start: bytes) -> Behave:
    """Begin an answer like this, then send as fast as the other end takes it, for ever."""

    def behave(receiver: Receiver, connection: socket.socket, request: Request) -> None:
        connection.sendall(start)
        while not receiver.closing.is_set():
            connection.sendall(b"x" * 65536)

    return behave


def break_off(start: bytes) -> Behave:
    """Begin an answer like this, and close the connection."""

    def behave(receiver: Receiver, connection: socket.socket, request: Request) -> None:
        connection.sendall(start)

    return behave


def make_certificate(folder: Path, name: str) -> ssl.SSLContext:
    """Make a self-signed certificate in `folder/cert.pem`, and what a server needs to show it."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", certificate, "-days", "2"),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
