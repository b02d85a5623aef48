"""pgkit.Recorder writes what an application calls."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import ClassVar

import psycopg
import pytest
from pipeline import wait_for
from test_crash import data_directory, kill_server, start_server

import pgkit
from pgkit.recording.measuring import Call

pytestmark = pytest.mark.once

COUNT = "select count(*), count(distinct id) from perf.performance_metrics_raw"


def test_it_imports_neither_click_nor_rich_nor_yoyo() -> None:
    script = (
        "import sys, pgkit; assert 'psycopg' not in sys.modules; pgkit.Recorder;"
        " print(*{'click', 'rich', 'yoyo'} & {name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_calls_are_recorded_and_bad_ones_counted(
    database: str, connection: psycopg.Connection
) -> None:
    with pgkit.Recorder(database) as recorder:
        with recorder.call("openai/gpt-4o", "chat", parameters={"temperature": 0.2}) as call:
            call.first_token()
            call.input_tokens = 5
        with pytest.raises(TimeoutError), recorder.call("openai/gpt-4o", "chat"):
            raise TimeoutError
        recorder.record("openai/gpt-4o", "chat", -1)
        assert recorder.flush(30)
        assert recorder.stats[:5] == (2, 0, 0, 0, 1)
    assert connection.execute(COUNT).fetchone() == (2, 2)
    errors = "select error_type from perf.performance_metrics_raw where not success"
    assert connection.execute(errors).fetchall() == [("TimeoutError",)]


def test_each_call_that_is_refused_is_told_or_counted(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pgkit.Recorder(database) as recorder:
        recorder.record("m", "t", 5, call_timestamp="2026-11-20")  # type: ignore[arg-type]
        recorder.record("m", "t", -1)
        recorder.record("m", "t", -2)
        assert recorder.flush(30)
    first, last = caplog.messages
    asked = "call_timestamp must be a datetime or seconds since 1970, got '2026-11-20'"
    assert first == f"a call is not recorded: TypeError: {asked}"
    assert last.endswith('got "-2" (the last of 2 that were not logged)') or last.endswith(
        "got -2 (the last of 2 that were not logged)"
    )


def recorded(connection: psycopg.Connection) -> list[tuple]:
    return connection.execute(
        """select s.labels ->> 'tool', r.success, r.error_type, r.first_token_ms is not null,
               r.output_tokens
           from perf.performance_metrics_raw as r
           join perf_internal.call_series as s on s.series_id = r.model_tool_config_id
           order by 1, 5"""
    ).fetchall()


def test_functions_coroutines_and_streams_are_wrapped(
    database: str, connection: psycopg.Connection
) -> None:
    def read(call: Call, item: object) -> None:
        call.output_tokens = (call.output_tokens or 0) + len(str(item))

    with pgkit.Recorder(database) as recorder:

        @recorder.wrap("acme/one", "a function", read=read)
        def answer(text: str) -> str:
            return text

        @recorder.wrap("acme/one", "b failing")
        def fail() -> None:
            raise ValueError

        @recorder.wrap("acme/one", "c coroutine", read=read)
        async def wait() -> str:
            await asyncio.sleep(0)
            return "four"

        @recorder.wrap("acme/one", "d stream", read=read)
        def stream() -> Iterator[str]:
            yield from ("one", "two")

        @recorder.wrap("acme/one", "e closed stream", read=read)
        def endless() -> Iterator[str]:
            while True:
                yield "x"

        @recorder.wrap("acme/one", "f asynchronous stream", read=read)
        async def flow() -> AsyncIterator[str]:
            for item in ("one", "two"):
                yield item

        @recorder.wrap("acme/one", "g cancelled")
        async def forever() -> None:
            await asyncio.Event().wait()

        async def run() -> None:
            assert await wait() == "four"
            assert [item async for item in flow()] == ["one", "two"]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(forever(), 0.01)
            async with recorder.call("acme/one", "h block") as call:
                call.fail("refused")

        assert answer("five!") == "five!"
        with pytest.raises(ValueError):
            fail()
        assert list(stream()) == ["one", "two"]
        opened = endless()
        assert next(opened) == "x"
        opened.close()
        asyncio.run(run())
    assert recorded(connection) == [
        ("a function", True, None, False, 5),
        ("b failing", False, "ValueError", False, None),
        ("c coroutine", True, None, False, 4),
        ("d stream", True, None, True, 6),
        ("e closed stream", False, "cancelled", True, 1),
        ("f asynchronous stream", True, None, True, 6),
        ("g cancelled", False, "cancelled", False, None),
        ("h block", False, "refused", False, None),
    ]


def test_a_server_killed_and_started_again_loses_and_doubles_nothing(
    crashing_database: str,
) -> None:
    data = data_directory(crashing_database)
    calls = 20_000
    with pgkit.Recorder(crashing_database, flush_interval=0.02, batch_size=100) as recorder:
        for number in range(calls):
            recorder.record("acme/one", "chat", 5)
            if number in (4000, 9000):
                wait_for(lambda: recorder.stats.recorded)
                kill_server(data)
                failures = recorder.stats.failures
                recorder.record("acme/one", "chat", 5)
                wait_for(lambda: recorder.stats.failures > failures)  # noqa: B023
                start_server(data)
        assert recorder.flush(60)
        stats = recorder.stats
    assert (stats.pending, stats.dropped, stats.refused) == (0, 0, 0)
    with psycopg.connect(crashing_database) as connection:
        assert connection.execute(COUNT).fetchone() == (calls + 2, calls + 2)


def test_what_an_application_spooled_before_it_was_killed_is_recorded_by_the_next(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    spool = tmp_path / "calls.spool"
    script = (
        "import sys, time, pgkit\n"
        "recorder = pgkit.Recorder('host=/nowhere dbname=x', spool=sys.argv[1])\n"
        "for n in range(1000): recorder.record('acme/one', 'chat', n)\n"
        "while recorder.stats.spooled < 1000: time.sleep(0.01)\n"
        "print('spooled', flush=True)\n"
        "time.sleep(60)\n"
    )
    application = subprocess.Popen(
        [sys.executable, "-c", script, spool], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert application.stdout is not None
    assert application.stdout.readline() == b"spooled\n"
    application.kill()
    application.communicate()
    with spool.open("a") as file:
        file.write('{"half a')
    with pgkit.Recorder(database, spool=spool) as recorder:
        recorder.record("acme/one", "chat", 1)
        wait_for(lambda: recorder.stats.recorded == 1001)
        wait_for(lambda: not recorder.spool.has_lines())
    assert connection.execute(COUNT).fetchone() == (1001, 1001)


def test_the_end_of_an_application_writes_what_waits(
    database: str, connection: psycopg.Connection
) -> None:
    script = (
        "import sys, os, pgkit\n"
        "recorder = pgkit.Recorder(sys.argv[1], flush_interval=60)\n"
        "recorder.record('acme/one', 'parent', 1)\n"
        "if os.fork() == 0:\n"
        "    recorder.record('acme/one', 'child', 1)\n"
        "    sys.exit()\n"
        "os.wait()\n"
        "recorder.record('acme/one', 'parent', 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, database], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert [row[0] for row in recorded(connection)] == ["child", "parent", "parent"]


def test_a_full_queue_drops_the_newest_and_says_how_many() -> None:
    with pgkit.Recorder("host=/nowhere dbname=x", max_pending=500, exit_timeout=0.2) as recorder:
        started = monotonic()
        for number in range(2000):
            recorder.record("acme/one", "chat", number)
        assert monotonic() - started < 1
        wait_for(lambda: recorder.stats.failures)
        stats = recorder.stats
        assert stats.dropped >= 500
        assert stats.dropped + stats.pending == 2000


def test_many_threads_record_through_a_pooler(
    database: str, pooled: Callable[[str, int], str], connection: psycopg.Connection
) -> None:
    with pgkit.Recorder(pooled(database, 2), flush_interval=0.01) as recorder:

        def work(_: int) -> None:
            for _ in range(500):
                with recorder.call("acme/one", "chat", parameters={"temperature": 1}):
                    pass

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert recorder.flush(30)
    assert connection.execute(COUNT).fetchone() == (4000, 4000)


class Rest(BaseHTTPRequestHandler):
    """Does what PostgREST does with a request: a transaction with the role and claims of a token.

    Before that it gives the answers in `troubles`, one a request.
    """

    protocol_version = "HTTP/1.1"
    database: ClassVar[str]
    troubles: ClassVar[list[tuple[int, dict[str, str], bytes]]]
    paths: ClassVar[set[str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.paths.add(f"{self.headers['Content-Profile']} {self.path}")
        status, headers, answer = self.troubles.pop(0) if self.troubles else self.record(body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def record(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        assert self.headers["Authorization"] == "Bearer secret" and self.headers["apikey"]
        with psycopg.connect(self.database) as connection:
            connection.execute("set local role service_role")
            try:
                row = connection.execute("select perf.record_calls(%s)", [body.decode()]).fetchone()
            except psycopg.Error as error:
                said = {"code": error.sqlstate, "message": error.diag.message_primary}
                return 400, {}, json.dumps(said).encode()
        assert row is not None
        return 200, {}, str(row[0]).encode()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def test_calls_go_through_postgrest_after_every_kind_of_trouble(
    database: str, connection: psycopg.Connection
) -> None:
    Rest.database = database
    Rest.paths = set()
    Rest.troubles = [
        (503, {"Retry-After": "0"}, b""),
        (401, {}, b'{"code": "PGRST301", "message": "JWT expired"}'),
        (500, {}, b'{"code": "57P01", "message": "terminating connection"}'),
    ]
    rest = ThreadingHTTPServer(("127.0.0.1", 0), Rest)
    Thread(target=rest.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{rest.server_port}"
        with pgkit.Recorder(address, key="secret", flush_interval=0.01) as recorder:
            for number in (1, -1, 3, 1e12, 5):
                recorder.record("acme/one", "chat", number, call_id=f"req_{number}")
            assert recorder.flush(60)
            assert recorder.stats[:6] == (3, 0, 0, 0, 2, 3)
    finally:
        rest.shutdown()
        rest.server_close()
    assert Rest.paths == {"perf /rpc/record_calls"}
    assert connection.execute(COUNT).fetchone() == (3, 3)


def test_the_guide_works_as_written(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    guide = (Path(__file__).parent.parent / "docs/recorder.md").read_text(encoding="utf-8")
    script, over_http = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DATABASE_URL": database},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("3\n", "")
    assert recorded(connection) == [
        ("chat", True, None, True, 1),
        ("chat", True, None, True, 3),
        ("search", True, None, False, None),
    ]
    exec(over_http, {"pgkit": pgkit})


class Switched(Rest):
    """Cannot reach its database while `is_down`."""

    is_down: ClassVar[bool]

    def record(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        return (503, {}, b"") if self.is_down else super().record(body)


@contextmanager
def serving(handler: type[Rest], database: str) -> Iterator[str]:
    """Yield the address of a server."""
    handler.database, handler.paths, handler.troubles = database, set(), []
    rest = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=rest.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{rest.server_port}"
    finally:
        rest.shutdown()
        rest.server_close()


@pytest.mark.parametrize("trouble", ["the limit is reached", "the file cannot be emptied"])
def test_a_spool_that_is_full_does_not_keep_calls_from_a_database_that_is_back(
    database: str, connection: psycopg.Connection, tmp_path: Path, trouble: str
) -> None:
    spool = tmp_path / "calls.spool"
    Switched.is_down = True
    with (
        serving(Switched, database) as address,
        pgkit.Recorder(
            address,
            key="secret",
            spool=spool,
            spool_limit=30_000,
            batch_size=50,
            flush_interval=0.05,
        ) as recorder,
    ):
        # More than fit into a file that is full and one that is being drained.
        for _ in range(800):
            recorder.record("acme/one", "chat", 5)
        wait_for(lambda: recorder.stats.spooled >= 150 and recorder.stats.failures > 1)
        assert recorder.stats.spooled < 800
        if trouble == "the file cannot be emptied":
            spool.with_name("calls.spool.lock").unlink(missing_ok=True)
            spool.with_name("calls.spool.lock").mkdir()
        Switched.is_down = False
        assert recorder.flush(60)
        if trouble == "the limit is reached":
            wait_for(lambda: recorder.stats.recorded == 800)
        stats = recorder.stats
        assert (stats.pending, stats.dropped, stats.refused) == (0, 0, 0)
    in_file = 800 - stats.recorded
    assert in_file < 800 - 100
    assert connection.execute(COUNT).fetchone() == (stats.recorded, stats.recorded)


def test_a_batch_that_is_drained_twice_is_counted_once(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    spool = tmp_path / "calls.spool"
    Switched.is_down = True
    with (
        serving(Switched, database) as address,
        pgkit.Recorder(address, key="secret", spool=spool, flush_interval=0.05) as recorder,
    ):
        for number in (*range(9), -1):
            recorder.record("acme/one", "chat", number)
        wait_for(lambda: recorder.stats.spooled == 10)
        refused = {"code": "22023", "message": "calls[9]: response_time_ms must be between"}
        Switched.troubles = [(400, {}, json.dumps(refused).encode()), (503, {}, b"")]
        Switched.is_down = False
        wait_for(lambda: recorder.stats.recorded >= 9 and not spool.exists())
        wait_for(lambda: not recorder.spool.has_lines())
        assert (recorder.stats.recorded, recorder.stats.refused) == (9, 1)
    assert connection.execute(COUNT).fetchone() == (9, 9)


def test_parameters_that_are_no_json_are_refused_by_that_reason(database: str, caplog) -> None:
    with pgkit.Recorder(database) as recorder:
        loop: list[object] = []
        loop.append(loop)
        recorder.record("acme/one", "chat", 5, parameters={"loop": loop})
        assert recorder.flush(30)
        assert recorder.stats.refused == 1
    assert "parameters are no JSON" in caplog.text


def test_a_text_that_says_whether_a_call_succeeded_is_read(
    database: str, connection: psycopg.Connection
) -> None:
    with pgkit.Recorder(database) as recorder:
        for success in ("false", "true", "perhaps"):
            recorder.record("acme/one", success, 5, success=success)  # type: ignore[arg-type]
        assert recorder.flush(30)
        assert recorder.stats[:5] == (2, 0, 0, 0, 1)
    assert [row[:2] for row in recorded(connection)] == [("false", False), ("true", True)]
