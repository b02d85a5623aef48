"""Bring a batch to the database: over libpq, or over PostgREST.

A transport either returns, because the batch is recorded, or raises Refused or Unreachable. After
Unreachable the batch may be recorded or not; the ids of its calls make another attempt harmless.
"""

import http.client
import json
import os
import re
import select
import ssl
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg
from psycopg import pq

from pgkit.dsn import KEEPALIVE, read_dsn

CONNECT_SECONDS = 10
POSITION = re.compile(r"calls\[(\d+)\]")
# Errors that another attempt cannot mend, by the beginning of SQLSTATE: data, constraints, too
# complex, P0001 of somebody's trigger, and ours for a test that does not exist.
HOPELESS = ("22", "23", "54", "P0001", "PT404", "PT409")


class Refused(Exception):
    """The database does not take the batch, now or later; `position` is of the first bad call."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = POSITION.match(message)
        self.position = int(found[1]) if found else None


class Unreachable(Exception):
    """Nothing is known to be recorded; another attempt may succeed, not before `wait` seconds."""

    def __init__(self, message: str, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


class NoAnswer(Unreachable):
    """The database takes too long."""


class Transport(Protocol):
    def send(self, lines: Sequence[str]) -> None: ...

    def close(self) -> None: ...

    def forget(self) -> None: ...


def make_transport(target: str | None, key: str | None, timeout: float) -> Transport:
    """Return the transport for a connection string, or for the address of a PostgREST."""
    target = os.environ.get("DATABASE_URL", "") if target is None else target
    if target.startswith(("http://", "https://")):
        return PostgrestTransport(target, key, timeout)
    if key is not None:
        raise ValueError("key is for http:// and https:// addresses; a DSN has its own password")
    return PostgresTransport(target, timeout)


def write_body(lines: Sequence[str]) -> str:
    # In an object, because PostgREST wants the same keys in all elements of a bare array.
    return '{"calls":[' + ",".join(lines) + "]}"


class PostgresTransport:
    """A connection that is opened when there is something to send.

    All of a batch is one message of the simple protocol: one round trip, one transaction, nothing
    that a pooler in transaction mode would lose. libpq is used directly, because psycopg waits for
    an answer without end.
    """

    def __init__(self, dsn: str, timeout: float) -> None:
        given = {"connect_timeout": str(CONNECT_SECONDS), **KEEPALIVE}
        self.parameters = {**given, **read_dsn(dsn)}
        self.timeout = timeout
        self.connection: psycopg.Connection[Any] | None = None
        self.forgotten: psycopg.Connection[Any] | None = None
        ms = int(timeout * 1000)
        # The setting of a login or a database must not make the batch read-only or serializable.
        self.settings = (
            "set transaction isolation level read committed, read write;"
            f" set local statement_timeout = {ms}; set local lock_timeout = {ms // 2};"
            " set local client_min_messages = error; "
        ).encode()

    def send(self, lines: Sequence[str]) -> None:
        body = write_body(lines).encode()
        if self.connection is not None:
            try:
                return self.execute(self.connection, body)
            except NoAnswer:
                raise
            except Unreachable:
                if self.connection is not None:
                    raise
                # The server may have been restarted since the last batch; then a new one will do.
        try:
            self.connection = psycopg.connect(
                autocommit=True, prepare_threshold=None, **self.parameters
            )
            self.connection.pgconn.nonblocking = 1
        except psycopg.Error as error:
            raise Unreachable(first_line(str(error))) from None
        self.execute(self.connection, body)

    def execute(self, connection: psycopg.Connection[Any], body: bytes) -> None:
        """Send a batch and wait for the answer, for as long as the timeout and a little."""
        pgconn = connection.pgconn
        try:
            literal = pq.Escaping(pgconn).escape_literal(body)
            pgconn.send_query(self.settings + b"select perf.record_calls(" + bytes(literal) + b")")
            results = self.await_results(pgconn, monotonic() + self.timeout + 5)
        except psycopg.Error as error:
            self.close()
            raise Unreachable(first_line(str(error))) from None
        except Unreachable:
            self.close()
            raise
        for result in results:
            if result.status not in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE):
                continue
            code = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
            message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode(
                errors="replace"
            ) or first_line(result.get_error_message())
            if code.startswith(HOPELESS):
                raise Refused(message)
            if pgconn.status != pq.ConnStatus.OK:
                self.close()
            raise Unreachable(f"{message} (SQLSTATE {code})")

    def await_results(self, pgconn: Any, deadline: float) -> list[Any]:
        # poll, not select, which knows no descriptors above 1023.
        poller = select.poll()
        results: list[Any] = []
        while True:
            unsent = pgconn.flush()
            while unsent or pgconn.is_busy():
                poller.register(pgconn.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
                left = deadline - monotonic()
                if left <= 0 or not poller.poll(left * 1000):
                    raise NoAnswer(f"no answer within {self.timeout:.0f} s")
                pgconn.consume_input()
                unsent = pgconn.flush()
            result = pgconn.get_result()
            if result is None:
                return results
            results.append(result)

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def forget(self) -> None:
        """Let go of the connection in a forked child, without a word to the server.

        It belongs to the parent. Only our copy of the socket is closed, so that the server notices
        when the parent has gone. The object is kept, because psycopg warns when one is deleted.
        """
        connection, self.connection = self.connection, None
        if connection is not None:
            self.forgotten = connection
            with suppress(psycopg.Error, OSError):
                os.close(connection.pgconn.socket)


class PostgrestTransport:
    """Posts to /rpc/record_calls and keeps the connection. It needs nothing but the library."""

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("the address must be like https://PROJECT.supabase.co")
        if key and not (key.isascii() and key.isprintable()):
            raise ValueError("key must be printable ASCII; does it end with a line break?")
        self.parts = parts
        folder = parts.path.rstrip("/")
        if not folder and parts.hostname.endswith((".supabase.co", ".supabase.in")):
            folder = "/rest/v1"
        self.path = f"{folder}/rpc/record_calls"
        self.timeout = timeout
        self.headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Content-Profile": "perf",
            "User-Agent": "pgkit",
        }
        if key:
            self.headers |= {"apikey": key, "Authorization": f"Bearer {key}"}
        self.tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.connection: http.client.HTTPConnection | None = None

    def send(self, lines: Sequence[str]) -> None:
        body = write_body(lines).encode()
        try:
            status, headers, answer = self.post(body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            said = first_line(str(error)) or type(error).__name__
            raise Unreachable(said) from None
        if status == 200:
            # Something else may answer at this address, as a page that asks for a password.
            if not answer.isdigit():
                raise Unreachable("the answer is not that of PostgREST")
            return
        code, message = read_error(answer)
        if status == 413 or code.startswith(HOPELESS):
            raise Refused(message or f"HTTP status {status}")
        wait = headers.get("Retry-After", "")
        raise Unreachable(
            f"HTTP status {status}" + (f": {message}" if message else ""),
            min(float(wait), 300) if wait.isascii() and wait.isdigit() else 0,
        )

    def post(self, body: bytes) -> tuple[int, Any, bytes]:
        if self.connection is not None:
            # The server may have closed what was idle; then a new one will do.
            with suppress(ConnectionError, http.client.RemoteDisconnected):
                return self.request(self.connection, body)
            self.close()
        host, port = self.parts.hostname or "", self.parts.port
        if self.tls is not None:
            self.connection = http.client.HTTPSConnection(
                host, port, timeout=self.timeout, context=self.tls
            )
        else:
            self.connection = http.client.HTTPConnection(host, port, timeout=self.timeout)
        return self.request(self.connection, body)

    def request(
        self, connection: http.client.HTTPConnection, body: bytes
    ) -> tuple[int, Any, bytes]:
        # A server that does not want all of a long body may answer and hang up before it is sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", self.path, body, self.headers)
        with connection.getresponse() as response:
            answer = response.read(1 << 16)
            if not response.isclosed():
                # Longer than any answer of PostgREST: the rest of it would be the next answer.
                self.close()
            return response.status, response.headers, answer

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def forget(self) -> None:
        """Close the socket in a forked child. That says nothing to the server, also with TLS."""
        self.close()


def read_error(answer: bytes) -> tuple[str, str]:
    """Return the code and the message of PostgREST, as far as there are any."""
    with suppress(ValueError, RecursionError):
        said = json.loads(answer)
        if isinstance(said, dict):
            return str(said.get("code") or ""), first_line(str(said.get("message") or ""))
    return "", ""


def first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:500]
