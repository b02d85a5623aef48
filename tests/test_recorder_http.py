"""What answers a pgkit.Recorder over HTTP may be in front of PostgREST, or no PostgREST at all."""

import socket
import struct
from typing import ClassVar

import psycopg
import pytest
from pipeline import wait_for
from test_recorder import COUNT, Rest, serving

import pgkit

pytestmark = pytest.mark.once


class Limited(Rest):
    """Takes no body that is longer than `most`, as a proxy in front of PostgREST."""

    most: ClassVar[int] = 10_000
    hangs_up: ClassVar[bool]
    refused: ClassVar[int]

    def do_POST(self) -> None:
        if int(self.headers["Content-Length"]) <= self.most:
            super().do_POST()
            return
        type(self).refused += 1
        if not self.hangs_up:
            self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(413)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"large")
        if self.hangs_up:
            # With a reset, as the kernel does where a body was not read.
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_batch_that_is_too_long_for_a_proxy_goes_in_parts(
    database: str, connection: psycopg.Connection, hangs_up: bool
) -> None:
    Limited.hangs_up, Limited.refused = hangs_up, 0
    with (
        serving(Limited, database) as address,
        pgkit.Recorder(address, key="secret", batch_size=5000, flush_interval=60) as recorder,
    ):
        for number in range(500):
            if number in (0, 250, 499):
                recorder.record("acme/one", "chat", 5, parameters={"text": "x" * 20_000_000})
            recorder.record("acme/one", "chat", number)
        assert recorder.flush(60)
        # Three calls are too long for themselves.
        assert recorder.stats[:5] == (500, 0, 0, 0, 3)
    assert Limited.refused > 3
    assert connection.execute(COUNT).fetchone() == (500, 500)


def test_too_many_requests_are_sent_again_when_the_server_says(
    database: str, connection: psycopg.Connection
) -> None:
    with serving(Rest, database) as address:
        Rest.troubles = [
            (429, {"Retry-After": "1"}, b""),
            (429, {"Retry-After": "²"}, b""),
            (502, {}, b"<html>Bad gateway</html>"),
            (504, {}, b"[" * 100_000),
        ]
        with pgkit.Recorder(address, key="secret", flush_interval=0.01) as recorder:
            for number in range(100):
                recorder.record("acme/one", "chat", number)
            assert recorder.flush(60)
            assert recorder.stats == (100, 0, 0, 0, 0, 4)
    assert connection.execute(COUNT).fetchone() == (100, 100)


@pytest.mark.parametrize(
    "answer", [b"", b"<html>Sign in</html>", b'{"ok": true}', b"null", b"true", b"\xff"]
)
def test_an_answer_that_is_not_of_postgrest_is_no_success(
    database: str, connection: psycopg.Connection, answer: bytes
) -> None:
    """The page of a proxy that wants a password also has the status 200."""
    with serving(Rest, database) as address:
        Rest.troubles = [(200, {}, answer)]
        with pgkit.Recorder(address, key="secret", flush_interval=0.01) as recorder:
            recorder.record("acme/one", "chat", 5)
            wait_for(lambda: recorder.stats.failures or recorder.stats.recorded)
            assert recorder.stats.recorded == 0
            assert recorder.flush(60)
    assert connection.execute(COUNT).fetchone() == (1, 1)


@pytest.mark.parametrize("key", ["secret\n", "sécret", "\x00"])
def test_a_key_that_no_header_can_have_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="key must be"):
        pgkit.Recorder("https://example.org", key=key)
