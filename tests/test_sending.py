"""One attempt to send a message, to good and to bad receivers."""

import asyncio
import json
import re
import ssl
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from receivers import (
    answer,
    break_off,
    drip,
    flood,
    free_port,
    hang,
    make_certificate,
    receiver,
)

from pgkit import sending
from pgkit.sending import Delivery, NotSent

pytestmark = pytest.mark.once

ID = uuid.UUID("7d9f1c5e-1111-4222-8333-444455556666")
ALERT = {
    "alert_id": 7,
    "alert_type": "threshold",
    "status": "firing",
    "severity": "critical",
    "message": "error_rate is 0.4, above 0.2",
    "labels": {"alert_type": "threshold", "severity": "critical", "model": "acme/large"},
    "details": {"value": 0.4},
    "starts_at": "2030-01-01T00:00:00+00:00",
    "ends_at": None,
    "last_seen_at": "2030-01-01T00:05:00+00:00",
    "description": None,
    "runbook_url": None,
    "acknowledged_by": None,
    "auto_action_taken": None,
    "events": ["opened"],
    "is_repeat": False,
}
PAYLOAD = {
    "version": 1,
    "delivery_id": str(ID),
    "receiver": "ops",
    "status": "firing",
    "is_test": False,
    "group_labels": {"alert_type": "threshold"},
    "alert_count": 1,
    "alerts": [ALERT],
}
# What must never be in a reason: parts of addresses and headers in these tests.
SECRETS = ("hooks", "s3cret", "t0ken", "hunter2", "Bearer", "watch@", "elsewhere")


def make_delivery(address: str, kind: str = "webhook", **changed: Any) -> Delivery:
    values: dict[str, Any] = {
        "delivery_id": ID,
        "receiver_name": "ops",
        "kind": kind,
        "address": address,
        "headers": {},
        "timeout": timedelta(seconds=10),
        "attempt_count": 3,
        "payload": PAYLOAD,
    }
    return Delivery(**{**values, **changed})


def attempt(
    delivery: Delivery, environment: dict[str, str] | None = None, trust: Path | None = None
) -> NotSent | str | None:
    """Send a message; return what was said, or why it was not accepted."""
    tls = ssl.create_default_context(cafile=trust)

    async def send() -> NotSent | str | None:
        async with sending.open_http(tls) as http:
            try:
                return await sending.send(delivery, http, tls, environment or {})
            except NotSent as error:
                return error

    said = asyncio.run(send())
    assert not any(secret in str(said) for secret in SECRETS), said
    assert len(str(said)) < 200
    return said


def refuse(*arguments: Any, **named: Any) -> NotSent:
    """Send a message that is not accepted."""
    said = attempt(*arguments, **named)
    assert isinstance(said, NotSent), said
    return said


def test_a_message_has_its_id_the_attempt_and_the_headers_of_its_receiver() -> None:
    with receiver() as ops:
        headers = {
            "Authorization": "Bearer hunter2",
            "X-Key": "env:PGKIT_RECEIVER_OPS__KEY",
            "idempotency-key": "a",
        }
        delivery = make_delivery("env:PGKIT_RECEIVER_OPS", headers=headers)
        environment = {
            "PGKIT_RECEIVER_OPS": ops.url,
            "PGKIT_RECEIVER_OPS__KEY": "from the environment\n",
        }
        assert attempt(delivery, environment) is None
        (request,) = ops.requests
    assert request.path == "/hooks/s3cret?token=t0ken"
    assert request.json == PAYLOAD
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["User-Agent"].startswith("pgkit/")
    assert request.headers.get_all("Idempotency-Key") == [str(ID)]
    assert request.headers["X-Pgkit-Delivery"] == str(ID)
    assert request.headers["X-Pgkit-Attempt"] == "3"
    assert request.headers["Authorization"] == "Bearer hunter2"
    assert request.headers["X-Key"] == "from the environment"


def test_an_address_can_be_in_the_environment_of_the_worker() -> None:
    with receiver() as ops:
        assert (
            attempt(make_delivery("env:PGKIT_RECEIVER_OPS"), {"PGKIT_RECEIVER_OPS": ops.url})
            is None
        )
        assert len(ops.requests) == 1
    reason = refuse(make_delivery("env:PGKIT_RECEIVER_OPS")).reason
    assert "variable PGKIT_RECEIVER_OPS, which is not set where pgkit worker runs" in reason
    for name in ("PGPASSWORD", "pgkit_receiver_ops", "PGKIT_RECEIVER_", "PGKIT_RECEIVER_OPS__KEY"):
        reason = refuse(make_delivery(f"env:{name}"), {name: "http://localhost:1/"}).reason
        assert reason == (
            "the address names no variable env:PGKIT_RECEIVER_NAME without __ in NAME"
        )
    headers = {"Authorization": "env:PGKIT_RECEIVER_OPS__TOKEN"}
    delivery = make_delivery("env:PGKIT_RECEIVER_OPS", headers=headers)
    reason = refuse(delivery, {"PGKIT_RECEIVER_OPS": "http://localhost:1/"}).reason
    assert "header Authorization is in variable PGKIT_RECEIVER_OPS__TOKEN" in reason


def test_a_header_of_the_environment_goes_to_no_address_of_the_database() -> None:
    """An admin could send what another receiver keeps there to an address of theirs."""
    with receiver() as other:
        headers = {"X-Leak": "env:PGKIT_RECEIVER_OPS"}
        said = refuse(
            make_delivery(other.url, headers=headers), {"PGKIT_RECEIVER_OPS": "https://ops"}
        )
        assert other.requests == []
    assert said.reason == "header X-Leak is in the environment, but the address is not"


@pytest.mark.parametrize(
    "name",
    [
        "PGKIT_RECEIVER_OPS__KEY",
        "PGKIT_RECEIVER_MINE",
        "PGKIT_RECEIVER_MINE_KEY",
        "PGKIT_RECEIVER_MINE_2__KEY",
        "PGKIT_RECEIVER_MINE__",
        "PGKIT_RECEIVER_MIN__KEY",
        "PGKIT_RECEIVER_MINE__key",
        "PGPASSWORD",
    ],
)
def test_a_header_of_the_environment_goes_to_its_own_address_only(name: str) -> None:
    """The database refuses such a receiver, but may have it from before it did."""
    with receiver() as mine:
        delivery = make_delivery("env:PGKIT_RECEIVER_MINE", headers={"X-Leak": f"env:{name}"})
        said = refuse(delivery, {name: "hunter2", "PGKIT_RECEIVER_MINE": mine.url})
        assert mine.requests == []
    assert said.reason == "header X-Leak is in a variable that does not belong to the address"


def test_a_redirect_to_a_user_is_not_followed() -> None:
    """The client would send that user instead of the header Authorization of the receiver."""

    def behave(ops: Any, connection: Any, request: Any) -> None:
        answer(307, Location=f"http://eve:pw@localhost:{ops.port}/")(ops, connection, request)

    with receiver(behave) as ops:
        reason = refuse(make_delivery(ops.url)).reason
        assert len(ops.requests) == 1
    assert reason == "localhost redirects to an address with a user, which is not followed"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_success(status: int) -> None:
    with receiver(answer(status, b"")) as ops:
        assert attempt(make_delivery(ops.url)) is None


@pytest.mark.parametrize("status", [301, 302, 303, 304, 400, 401, 404, 410, 429, 500, 503])
def test_every_other_status_is_a_failure(status: int) -> None:
    with receiver(answer(status, b"Cannot POST /hooks/s3cret?token=t0ken")) as ops:
        assert refuse(make_delivery(ops.url)).reason == f"localhost answered {status}"


def test_a_code_in_the_answer_is_shown_unless_it_may_be_a_secret() -> None:
    with receiver(answer(404, b"no_service")) as ops:
        assert refuse(make_delivery(ops.url)).reason == "localhost answered 404 no_service"
        delivery = make_delivery(ops.url, headers={"Authorization": "my_no_service_key"})
        assert refuse(delivery).reason == "localhost answered 404"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", None), ("-5", None), ("99999", 3600), ("soon", None), ("1e9", None)],
)
def test_retry_after_in_seconds_is_honoured_up_to_an_hour(value: str, seconds: int | None) -> None:
    with receiver(answer(429, Retry_After=value)) as ops:
        assert refuse(make_delivery(ops.url)).retry_after == seconds


def test_retry_after_as_a_date_is_honoured() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    with receiver(answer(503, Retry_After=until)) as ops:
        assert 90 < (refuse(make_delivery(ops.url)).retry_after or 0) <= 100
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    with receiver(answer(503, Retry_After=past)) as ops:
        assert refuse(make_delivery(ops.url)).retry_after is None


@pytest.mark.parametrize(
    "behave",
    [hang, drip(b"HTTP/1.1 2"), drip(b"HTTP/1.1 200 OK\r\nX-Long: "), drip(b"HTTP/1.1 100 C\r\n")],
    ids=["hangs", "drips a status", "drips a header", "never says more than continue"],
)
def test_an_attempt_ends_at_its_timeout(behave: Any) -> None:
    with receiver(behave) as ops:
        started = time.monotonic()
        said = refuse(make_delivery(ops.url, timeout=timedelta(seconds=1)))
        assert 0.9 < time.monotonic() - started < 3
    assert said.reason == "localhost: no answer within 1 s"


@pytest.mark.parametrize(
    "behave",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        flood(b"HTTP/1.1 200 OK\r\n\r\n"),
        break_off(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n"),
    ],
    ids=["drips", "is endless", "breaks off", "drips chunks"],
)
def test_the_status_decides_whatever_the_answer_does_after_it(behave: Any) -> None:
    with receiver(behave) as ops:
        started = time.monotonic()
        assert attempt(make_delivery(ops.url, timeout=timedelta(seconds=1))) is None
        assert time.monotonic() - started < 3


def test_a_huge_refusal_is_not_read_to_its_end() -> None:
    with receiver(flood(b"HTTP/1.1 500 No\r\n\r\n")) as ops:
        started = time.monotonic()
        assert refuse(make_delivery(ops.url)).reason == "localhost answered 500"
        assert time.monotonic() - started < 3


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\nContent-"])
def test_a_connection_that_ends_before_the_status_is_a_failure(start: bytes) -> None:
    with receiver(break_off(start)) as ops:
        reason = refuse(make_delivery(ops.url)).reason
    assert reason == "localhost: the connection ended before there was an answer"


@pytest.mark.parametrize(
    "start", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000]
)
def test_what_is_not_http_is_a_failure(start: bytes) -> None:
    with receiver(break_off(start)) as ops:
        assert "connection ended" in refuse(make_delivery(ops.url)).reason


def test_nobody_there_is_a_failure() -> None:
    with receiver() as ops:
        url = ops.url
    assert refuse(make_delivery(url)).reason == "localhost: connection refused"
    reason = refuse(make_delivery("https://receiver.invalid/hooks/s3cret")).reason
    assert reason == "receiver.invalid: its name cannot be resolved"


@pytest.mark.parametrize(
    "address",
    ["ftp://localhost/hooks", "localhost/hooks", "http:///hooks", "", "http://[::1/hooks", "hooks"],
)
def test_what_is_no_address_is_a_failure(address: str) -> None:
    assert "no URL that begins with https:// or http://" in refuse(make_delivery(address)).reason
    reason = refuse(make_delivery(address, kind="email")).reason
    assert "no URL that begins with smtp:// or smtps://" in reason


@pytest.mark.parametrize(
    "headers",
    [{"X-Key": "hunter2\r\nX-Other: 1"}, {"X Key": "hunter2"}, {"X-Key": "hunter2 é\u2603"}],
)
def test_a_header_that_http_does_not_allow_is_a_failure_that_does_not_show_it(
    headers: dict[str, str],
) -> None:
    with receiver() as ops:
        reason = refuse(make_delivery(ops.url, headers=headers)).reason
        assert reason == "localhost: an address or header that HTTP does not allow"
        assert ops.requests == []


# Redirects


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_the_same_host_is_followed(status: int) -> None:
    def behave(ops: Any, connection: Any, request: Any) -> None:
        is_first = request.path.startswith("/hooks")
        answer(*((status, b"") if is_first else (200, b"ok")), Location="/new?a=b")(
            ops, connection, request
        )

    with receiver(behave) as ops:
        headers = {"Authorization": "Bearer hunter2"}
        assert attempt(make_delivery(ops.url, headers=headers)) is None
    first, second = ops.requests
    assert second.path == "/new?a=b"
    assert second.body == first.body
    assert second.headers["Authorization"] == "Bearer hunter2"
    assert second.delivery_id == str(ID)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_other_redirects_are_failures_with_a_hint(status: int) -> None:
    with receiver(answer(status, Location="/new")) as ops:
        reason = refuse(make_delivery(ops.url)).reason
        assert len(ops.requests) == 1
    assert reason == (
        f"localhost answered {status}, a redirect that is not followed; only 307 and 308 are, to"
        " the same host"
    )


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/elsewhere",
        "http://localhost:{other}/elsewhere",
        "http://localhost/elsewhere",
        "//127.0.0.1:{port}/elsewhere",
        "https://localhost:{port}/elsewhere",
        "http://localhost:{port}@127.0.0.1:{other}/elsewhere",
        "file:///elsewhere",
        "\\\\127.0.0.1:{other}\\elsewhere",
    ],
)
def test_a_redirect_to_another_host_port_or_scheme_is_never_followed(location: str) -> None:
    with receiver() as other:

        def behave(ops: Any, connection: Any, request: Any) -> None:
            target = location.format(port=ops.port, other=other.port)
            behave = answer(308, Location=target) if len(ops.requests) == 1 else answer(404)
            behave(ops, connection, request)

        with receiver(behave) as ops:
            reason = refuse(make_delivery(ops.url)).reason
        assert other.requests == []
    if location.startswith("\\"):
        # A path for a client, a host for some browsers.
        assert reason == "localhost answered 404"
    else:
        assert reason.startswith("localhost redirects to another host, port or scheme")
        assert len(ops.requests) == 1


def test_a_loop_of_redirects_ends() -> None:
    with receiver(answer(307, Location="/again")) as ops:
        assert refuse(make_delivery(ops.url)).reason == "localhost: more than 3 redirects"
        assert len(ops.requests) == 4


# What the environment must not change


def test_proxies_logins_and_cookies_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login ada password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    tls = ssl.create_default_context()

    async def send_twice(url: str) -> None:
        async with sending.open_http(tls) as http:
            for _ in range(2):
                await sending.send(make_delivery(url), http, tls, {})

    with receiver(answer(200, Set_Cookie="a=b; Path=/")) as ops:
        asyncio.run(send_twice(ops.url))
        assert len(ops.requests) == 2
        for request in ops.requests:
            assert request.headers["Cookie"] is None
            assert request.headers["Authorization"] is None


# TLS


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with receiver(tls=make_certificate(tmp_path, "localhost")) as ops:
        assert refuse(make_delivery(ops.url)).reason == "localhost: TLS: self-signed certificate"
        assert attempt(make_delivery(ops.url), trust=tmp_path / "cert.pem") is None
        assert len(ops.requests) == 1


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    with receiver(tls=make_certificate(tmp_path, "other.example.org")) as ops:
        reason = refuse(make_delivery(ops.url), trust=tmp_path / "cert.pem").reason
        assert reason.startswith("localhost: TLS: Hostname mismatch")
        assert ops.requests == []


def test_https_to_a_server_without_it_is_a_failure() -> None:
    with receiver() as ops:
        url = ops.url.replace("http:", "https:")
        assert re.match(
            "localhost: (TLS: |the connection ended)", refuse(make_delivery(url)).reason
        )


# E-mail


class Mailbox:
    """Handler of aiosmtpd that keeps what it gets, and can be bad at each command."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.answers: dict[str, str] = {}
        self.hangs_at = ""

    async def say(self, command: str, good: str = "250 OK") -> str:
        if self.hangs_at == command:
            await asyncio.sleep(60)
        return self.answers.get(command, good)

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        envelope.mail_from = address
        return await self.say("MAIL")

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        said = await self.say(f"RCPT {address}", await self.say("RCPT"))
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server, session, envelope) -> str:
        said = await self.say("DATA")
        if said.startswith("250"):
            self.mails.append(envelope)
        return said

    async def handle_QUIT(self, server, session, envelope) -> str:
        return await self.say("QUIT", "221 Bye")


@pytest.fixture
def post_office() -> Iterator[Any]:
    """Start mail servers: `post_office(...)` with the arguments of aiosmtpd."""
    started: list[Controller] = []

    def start(**settings: Any) -> Any:
        mailbox = Mailbox()
        port = free_port()
        controller = Controller(mailbox, hostname="127.0.0.1", port=port, **settings)
        controller.start()
        started.append(controller)
        return SimpleNamespace(
            mailbox=mailbox,
            port=port,
            url=f"smtp://localhost:{port}/?from=pgkit%20%3Calerts@example.org%3E"
            "&to=watch@example.org,Ops%20Team%20%3Cops+db@example.org%3E",
        )

    yield start
    for controller in started:
        controller.stop()


def test_an_email_arrives(post_office) -> None:
    office = post_office()
    assert attempt(make_delivery(office.url, kind="email")) is None
    (envelope,) = office.mailbox.mails
    assert envelope.mail_from == "alerts@example.org"
    assert envelope.rcpt_tos == ["watch@example.org", "ops+db@example.org"]
    mail = message_from_bytes(envelope.content, policy=default)
    assert mail["Subject"] == "Critical: error_rate is 0.4, above 0.2"
    assert mail["Message-ID"] == f"<{ID}@example.org>"
    assert mail["To"] == "watch@example.org, Ops Team <ops+db@example.org>"
    assert "acme/large" in mail.get_body(["plain"]).get_content()
    assert "acme/large" in mail.get_body(["html"]).get_content()


@pytest.mark.parametrize(
    ("command", "said", "reason"),
    [
        ("MAIL", "451 4.3.0 hunter2", "localhost: it refuses the message (451 4.3.0)"),
        ("RCPT", "550 5.1.1 watch@", "localhost: it refuses all recipients (550 5.1.1)"),
        ("DATA", "554 no, hunter2", "localhost: it refuses the message (554)"),
    ],
)
def test_a_mail_server_that_refuses_is_a_failure(post_office, command, said, reason) -> None:
    office = post_office()
    office.mailbox.answers[command] = said
    assert refuse(make_delivery(office.url, kind="email")).reason == reason
    assert office.mailbox.mails == []


def test_a_mail_that_some_recipients_get_is_delivered_and_says_so(post_office) -> None:
    office = post_office()
    office.mailbox.answers["RCPT watch@example.org"] = "550 5.1.1 unknown"
    said = attempt(make_delivery(office.url, kind="email"))
    assert said == "localhost refused 1 of 2 recipients"
    assert office.mailbox.mails[0].rcpt_tos == ["ops+db@example.org"]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_mail_server_that_hangs_is_left_at_the_timeout(post_office, command) -> None:
    office = post_office()
    office.mailbox.hangs_at = command
    started = time.monotonic()
    said = refuse(make_delivery(office.url, kind="email", timeout=timedelta(seconds=1)))
    assert said.reason == "localhost: no answer within 1 s"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("behave", [hang, drip(b"220"), drip(b"220-hello\r\n220-")])
def test_a_mail_server_that_never_greets_is_left_at_the_timeout(behave: Any) -> None:
    # The server waits for a request first, which a mail client does not send.
    with receiver(behave) as silent:
        url = f"smtp://localhost:{silent.port}/?from=a@example.org&to=b@example.org"
        started = time.monotonic()
        said = refuse(make_delivery(url, kind="email", timeout=timedelta(seconds=1)))
    assert said.reason == "localhost: no answer within 1 s"
    assert time.monotonic() - started < 3


def test_a_mail_that_was_accepted_is_delivered_however_the_server_says_goodbye(
    post_office,
) -> None:
    office = post_office()
    office.mailbox.hangs_at = "QUIT"
    started = time.monotonic()
    timeout = timedelta(seconds=1)
    assert attempt(make_delivery(office.url, kind="email", timeout=timeout)) is None
    assert time.monotonic() - started < 3
    assert len(office.mailbox.mails) == 1


def check_login(server, session, envelope, mechanism, data):
    from aiosmtpd.smtp import AuthResult

    is_right = (data.login, data.password) == (b"ada", b"hunter2/@")
    return AuthResult(success=is_right, handled=is_right)


def test_a_password_is_sent_through_tls_only(post_office, tmp_path: Path) -> None:
    open_office = post_office(authenticator=check_login, auth_require_tls=False)
    url = open_office.url.replace("localhost:", "ada:hunter2%2F%40@localhost:")
    reason = refuse(make_delivery(url, kind="email")).reason
    assert "a password is only sent through TLS" in reason
    reason = refuse(make_delivery(f"{url}&tls=off", kind="email")).reason
    assert "a password is only sent through TLS" in reason

    tls = make_certificate(tmp_path, "localhost")
    office = post_office(authenticator=check_login, tls_context=tls)
    url = office.url.replace("localhost:", "ada:hunter2%2F%40@localhost:")
    trust = tmp_path / "cert.pem"
    assert attempt(make_delivery(url, kind="email"), trust=trust) is None
    assert refuse(make_delivery(url, kind="email")).reason.startswith("localhost: TLS: self-signed")
    wrong = url.replace("%40@", "@")
    reason = refuse(make_delivery(wrong, kind="email"), trust=trust).reason
    assert reason.startswith("localhost: it refuses user and password (535")
    assert len(office.mailbox.mails) == 1
    assert open_office.mailbox.mails == []


def test_a_server_without_users_is_upgraded_where_it_can_and_not_with_tls_off(
    post_office, tmp_path: Path
) -> None:
    office = post_office(tls_context=make_certificate(tmp_path, "localhost"))
    trust = tmp_path / "cert.pem"
    assert attempt(make_delivery(office.url, kind="email"), trust=trust) is None
    assert refuse(make_delivery(office.url, kind="email")).reason.startswith("localhost: TLS: ")
    assert attempt(make_delivery(f"{office.url}&tls=off", kind="email")) is None
    assert len(office.mailbox.mails) == 2


def test_smtps_is_tls_from_the_first_byte(post_office, tmp_path: Path) -> None:
    office = post_office(ssl_context=make_certificate(tmp_path, "localhost"))
    url = office.url.replace("smtp:", "smtps:")
    assert attempt(make_delivery(url, kind="email"), trust=tmp_path / "cert.pem") is None
    assert refuse(make_delivery(url, kind="email")).reason.startswith("localhost: TLS: ")


@pytest.mark.parametrize(
    ("query", "called"),
    [
        ("to=b@example.org", "from"),
        ("from=a@example.org", "to"),
        ("from=a@example.org&to=hooks", "to"),
        ("from=a@example.org&to=b@example.org%0d%0aBcc:c@example.org", "to"),
        ("from=a@example.org&to=é@example.org", "to"),
    ],
)
def test_an_address_without_good_mailboxes_is_a_failure(query: str, called: str) -> None:
    reason = refuse(make_delivery(f"smtp://localhost:1/?{query}", kind="email")).reason
    assert reason == f"the address needs {called}=NAME@DOMAIN after a question mark"


def test_an_error_of_ours_is_a_failure_without_its_text() -> None:
    payload = json.loads(json.dumps(PAYLOAD))
    del payload["alerts"]
    delivery = make_delivery("http://localhost:1/", kind="slack", payload=payload)
    assert refuse(delivery).reason == "localhost: it cannot be sent (KeyError)"
