"""Listen for OTLP/HTTP and record what comes with perf.record_otlp().

A request is answered when its transaction is over: 200 means that it is recorded. What fails for a
reason that may pass (no database, no free connection, too much to do) is answered with 503, after
which an exporter sends it again; calls have ids, so that does not count twice. 429 is not used,
because some exporters give up on it.

Nothing is kept in a session from one transaction to the next, so that a pooler may be in between.
"""

import asyncio
import hmac
import json
import signal
import socket
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any, NamedTuple

import h11
import psycopg
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pgkit import otlp
from pgkit.database import (
    AsyncConnection,
    Failure,
    async_transaction,
    explain,
    explained,
    first_line,
    open_async_connection,
)
from pgkit.otlp import Refused
from pgkit.output import quoted

RECORD = "select perf.record_otlp(%s::json)"
CHECK = "select has_function_privilege('perf.record_otlp(json)', 'execute')"
PATHS = {"/v1/traces": "traces", "/v1/metrics": "metrics"}
MEDIA_TYPES = (otlp.PROTOBUF, otlp.JSON)
# What google.rpc.Status calls our answers.
CODES = {400: 3, 401: 16, 403: 7, 404: 12, 405: 12, 408: 4, 413: 8, 415: 3, 500: 13, 503: 14}
RETRY_SECONDS = 2
SECONDS_PER_REPORT = 60
MOST_PROBLEMS_PER_REPORT = 10
# How long a client that is refused may go on sending, so that it reads the answer.
DRAIN_SECONDS = 1.0
UNAVAILABLE = "the database cannot record now; send it again"
# SQLSTATE classes of faults of the request; all others are faults of the database or of the setup.
BAD_REQUEST = ("22", "23", "54")
# Bytes of bodies that are held at a time, in units of the largest body.
BODIES_HELD = 4

Log = Callable[[str], None]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Settings(NamedTuple):
    """How to listen. Sizes are in bytes and times in seconds; without `tokens` all may write."""

    host: str = "127.0.0.1"
    port: int = 4318
    tokens: tuple[str, ...] = ()
    connections: int = 4
    most_requests: int = 64
    most_bytes: int = 20 * 1024 * 1024
    timeout: float = 10.0
    origins: tuple[str, ...] = ()


class Connections:
    """A few connections, made when they are needed, each used by one request at a time."""

    def __init__(self, dsn: str, most: int) -> None:
        self.dsn = dsn
        self.idle: list[AsyncConnection] = []
        self.free = asyncio.Semaphore(most)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection. One that broke is closed, and so are those that are idle."""
        async with self.free:
            connection = self.idle.pop() if self.idle else await open_async_connection(self.dsn)
            try:
                yield connection
            finally:
                status = connection.info.transaction_status
                if status == psycopg.pq.TransactionStatus.IDLE:
                    self.idle.append(connection)
                else:
                    await connection.close()
                    await self.close()

    async def close(self) -> None:
        while self.idle:
            await self.idle.pop().close()


class Collector:
    """The application that uvicorn runs."""

    def __init__(self, dsn: str, settings: Settings, log: Log) -> None:
        self.settings = settings
        self.log = log
        # One more, so that the health does not wait for what is being recorded.
        self.connections = Connections(dsn, settings.connections + 1)
        self.working = asyncio.Semaphore(settings.connections)
        self.requests = 0
        self.bytes_held = 0
        self.counts: Counter[str] = Counter()
        self.problems: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens."""
        if scope["type"] != "http":
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        extra = self.cross_origin_headers(headers)
        answer_type = media_type if media_type in MEDIA_TYPES else otlp.JSON
        is_sending = "expect" not in headers

        async def receive_part() -> MutableMapping[str, Any]:
            nonlocal is_sending
            message = await receive()
            is_sending = bool(message.get("more_body"))
            return message

        try:
            status, body = await self.answer(scope, headers, media_type, receive_part)
        except Refused as refused:
            status = refused.status
            extra.update(refused.headers)
            body = otlp.write_status(answer_type, CODES[status], refused.message)
            self.counts[f"answered {status}"] += 1
            self.note_problem(f"{status}: {refused.__cause__ or refused.message}")
            if is_sending:
                await drain(receive)
        except ConnectionError:
            self.counts["cut off"] += 1
            return
        except asyncio.CancelledError:
            # A second signal: the client has to send again what was under way.
            stopped = busy("stopped")
            status, extra = stopped.status, {**extra, **stopped.headers}
            body = otlp.write_status(answer_type, CODES[status], stopped.message)
        except Exception:
            # Our own bug: it must show, and the server must go on.
            self.log(traceback.format_exc())
            status = 500
            body = otlp.write_status(answer_type, CODES[status], "internal error")
        if status not in (200, 204):
            # What the client is still sending is not read.
            extra["connection"] = "close"
        await respond(send, status, body, {"content-type": answer_type, **extra})

    async def answer(
        self, scope: Scope, headers: Mapping[str, str], media_type: str, receive: Receive
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer, or raise Refused."""
        path, method = scope["path"].rstrip("/"), scope["method"]
        if path in ("/health", "/healthz"):
            return await self.tell_health(method)
        signal_name = PATHS.get(path)
        if method == "OPTIONS" and self.settings.origins and signal_name:
            return 204, b""
        if signal_name is None:
            raise Refused(404, f"only {' and '.join(PATHS)} are collected, got {cut(path)}")
        if method != "POST":
            raise Refused(405, f"the method must be POST, got {cut(method)}", {"allow": "POST"})
        self.check_token(headers)
        if media_type not in MEDIA_TYPES:
            raise Refused(
                415, f"Content-Type must be {' or '.join(MEDIA_TYPES)}, got {cut(media_type)}"
            )
        if self.requests >= self.settings.most_requests:
            raise busy(f"{self.requests} requests are under way")
        self.requests += 1
        try:
            return await self.take(signal_name, headers, media_type, receive)
        finally:
            self.requests -= 1

    async def take(
        self, signal_name: str, headers: Mapping[str, str], media_type: str, receive: Receive
    ) -> tuple[int, bytes]:
        """Read, unpack and record a request."""
        held = [0]
        try:
            try:
                async with asyncio.timeout(self.settings.timeout):
                    data = await self.read(headers, receive, held)
            except TimeoutError:
                raise Refused(
                    408, f"the body must arrive within {self.settings.timeout:g} s"
                ) from None
            encoding = headers.get("content-encoding", "").strip().lower()
            try:
                async with asyncio.timeout(self.settings.timeout), self.working:
                    body = await asyncio.to_thread(
                        self.decode, signal_name, media_type, encoding, data
                    )
                    del data
                    answer = await self.record(body)
            except TimeoutError:
                raise busy("all connections are busy") from None
        finally:
            self.bytes_held -= held[0]
        return 200, otlp.write_answer(signal_name, media_type, answer)

    def decode(self, signal_name: str, media_type: str, encoding: str, data: bytes) -> otlp.Body:
        unpacked = otlp.unpack(data, encoding, self.settings.most_bytes)
        return otlp.read_body(signal_name, media_type, unpacked)

    async def read(self, headers: Mapping[str, str], receive: Receive, held: list[int]) -> bytes:
        """Return the body as it was sent; `held[0]` gets its size so far."""
        most = self.settings.most_bytes
        size = headers.get("content-length", "")
        if size.isdigit() and int(size) > most:
            raise Refused(413, f"the body must have at most {most} bytes, got {size}")
        parts: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            part = message.get("body", b"")
            parts.append(part)
            held[0] += len(part)
            self.bytes_held += len(part)
            if held[0] > most:
                raise Refused(413, f"the body must have at most {most} bytes")
            if self.bytes_held > BODIES_HELD * most:
                raise busy("too many large requests are under way")
            if not message.get("more_body"):
                return b"".join(parts)

    async def record(self, body: otlp.Body) -> Mapping[str, Any]:
        """Record OTLP/JSON in one transaction and return what the database answered."""
        answer: Mapping[str, Any] = {}
        if body.text:
            milliseconds = max(1, round(1000 * self.settings.timeout))
            try:
                async with self.connections.borrow() as connection, async_transaction(connection):
                    await connection.execute(b"set local statement_timeout = %d" % milliseconds)
                    cursor = await connection.execute(RECORD.encode(), [body.text])
                    row = await cursor.fetchone()
            except psycopg.Error as error:
                raise refuse(error) from describe(error)
            assert row is not None
            answer = row[0] if isinstance(row[0], dict) else json.loads(row[0])
        self.note_answer(answer, body.ignored)
        return answer

    def check_token(self, headers: Mapping[str, str]) -> None:
        """Refuse a request without one of the tokens, if there are any."""
        if not self.settings.tokens:
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip().encode()
        # All are compared, so that the time tells nothing.
        matches = [hmac.compare_digest(given, good.encode()) for good in self.settings.tokens]
        if scheme.lower() != "bearer" or not any(matches):
            raise Refused(
                401, "Authorization must be Bearer and a token", {"www-authenticate": "Bearer"}
            )

    def cross_origin_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return what lets pages of the allowed origins send."""
        origin = headers.get("origin")
        if origin is None or not {origin, "*"} & set(self.settings.origins):
            return {}
        return {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": "authorization, content-encoding, content-type",
            "access-control-max-age": "3600",
            "vary": "Origin",
        }

    async def tell_health(self, method: str) -> tuple[int, bytes]:
        """Say whether the database answers."""
        if method not in ("GET", "HEAD"):
            raise Refused(405, f"the method must be GET, got {cut(method)}", {"allow": "GET, HEAD"})
        try:
            async with (
                asyncio.timeout(self.settings.timeout),
                self.connections.borrow() as connection,
            ):
                await connection.execute("select 1")
        except psycopg.Error as error:
            raise busy(UNAVAILABLE) from describe(error)
        except TimeoutError:
            raise busy("the database does not answer") from None
        return 200, b"" if method == "HEAD" else b'{"status": "ok"}'

    def note_answer(self, answer: Mapping[str, Any], ignored: int) -> None:
        """Count what became of a request, and say what was not recorded."""
        partial = answer.get("partialSuccess") or {}
        rejected = sum(int(partial.get(key) or 0) for key in otlp.REJECTED.values())
        self.counts["requests"] += 1
        self.counts["recorded"] += int(answer.get("recorded") or 0)
        self.counts["recorded before"] += int(answer.get("skipped") or 0)
        self.counts["no model calls"] += int(answer.get("ignored") or 0) + ignored
        self.counts["rejected"] += rejected
        if rejected:
            self.note_problem(f"{rejected} rejected: {partial.get('errorMessage')}")

    def note_problem(self, problem: str) -> None:
        """Log a problem once between two reports, whose counts say how often it was."""
        if problem not in self.problems and len(self.problems) < MOST_PROBLEMS_PER_REPORT:
            self.problems.add(problem)
            self.log(problem)

    async def report(self) -> None:
        """Log once a minute what came in it."""
        while True:
            await asyncio.sleep(SECONDS_PER_REPORT)
            self.log_counts()

    def log_counts(self) -> None:
        counts, self.counts = self.counts, Counter()
        self.problems.clear()
        told = [f"{count} {name}" for name, count in counts.items() if count]
        if told:
            self.log(", ".join(told))


def refuse(error: psycopg.Error) -> Refused:
    """Say what a fault of the database means for a request.

    Only what is wrong with the request itself is told to the client. Rights, a missing function or
    a full disk can be repaired while exporters try again.
    """
    if error.sqlstate and error.sqlstate.startswith(BAD_REQUEST):
        return Refused(400, error.diag.message_primary or first_line(error))
    return busy(UNAVAILABLE)


def describe(error: psycopg.Error) -> Exception:
    """Return the words for the log."""
    failure = explain(error)
    hint = failure.hint if failure else None
    message = error.diag.message_primary or first_line(error)
    return Exception(f"{message}. {hint}" if hint else message)


def cut(text: str) -> str:
    """Return a text of a client as a message may show it."""
    return quoted(text[:100])


async def drain(receive: Receive) -> None:
    """Read what a client is still sending, for a while: it may not listen before it is done."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            message = await receive()
            while message["type"] == "http.request" and message.get("more_body"):
                message = await receive()


def busy(message: str) -> Refused:
    """Return what makes an exporter send the same again."""
    return Refused(503, message, {"retry-after": str(RETRY_SECONDS)})


async def respond(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    listed = {**headers, "content-length": str(len(body))}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in listed.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


class Impatient(H11Protocol):
    """Hang up on a client that takes too long to send the head of a request."""

    patience = 10.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.hanging_up: asyncio.TimerHandle | None = None
        self.watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_watching()
        super().connection_lost(exc)

    def watch(self) -> None:
        """Start the time when a head is due, and stop it when that is there."""
        if self.conn.their_state is not h11.IDLE:
            self.stop_watching()
        elif self.hanging_up is None:
            self.hanging_up = self.loop.call_later(self.patience, self.transport.close)

    def stop_watching(self) -> None:
        if self.hanging_up is not None:
            self.hanging_up.cancel()
            self.hanging_up = None


class Server(uvicorn.Server):
    """uvicorn, which leaves signals to us."""

    def capture_signals(self) -> Any:
        return nullcontext()


def collect(dsn: str, settings: Settings, log: Log, ready: Callable[[int], None]) -> None:
    """Listen until SIGTERM or SIGINT, then finish what is under way; `ready` gets the port.

    The first connection must succeed: a wrong address would otherwise never show.
    """
    listener = listen(settings.host, settings.port)
    with listener:
        asyncio.run(serve(dsn, settings, log, ready, listener))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=256)
    except OSError as error:
        raise Failure(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            "Give another --port, or end the program that listens there.",
        ) from None


async def serve(
    dsn: str,
    settings: Settings,
    log: Log,
    ready: Callable[[int], None],
    listener: socket.socket,
) -> None:
    collector = Collector(dsn, settings, log)
    with explained():
        await check(collector.connections)
    protocol = type("Protocol", (Impatient,), {"patience": settings.timeout})
    config = uvicorn.Config(
        collector,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=max(1, round(3 * settings.timeout)),
    )
    server = Server(config)

    def stop() -> None:
        if not server.should_exit:
            log("stopping after the requests that are under way")
        # A second signal does not wait for them.
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    reporting = asyncio.create_task(collector.report())
    ready(listener.getsockname()[1])
    try:
        await server.serve(sockets=[listener])
    finally:
        reporting.cancel()
        collector.log_counts()
        await collector.connections.close()


async def check(connections: Connections) -> None:
    """Raise what is wrong with the database or the rights of the login."""
    row: tuple[Any, ...] | None = None
    async with connections.borrow() as connection:
        with suppress(psycopg.errors.InsufficientPrivilege):
            cursor = await connection.execute(CHECK)
            row = await cursor.fetchone()
    if row != (True,):
        raise Failure(
            "this login may not record",
            "Run `grant perf_recorder to LOGIN` as the user who ran `pgkit migrate`.",
        )
