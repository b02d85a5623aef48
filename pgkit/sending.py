"""Send one message to one receiver, once, and say in short why it did not work.

Reasons are stored where analysts read them, and logged. So they name the host and nothing else of
an address, no header, and nothing of an answer but a code.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.utils import getaddresses, parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from os import strerror
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from uuid import UUID

import aiosmtplib
import httpx

from pgkit import notifications

MOST_REDIRECTS = 3
LONGEST_ANSWER = 65536
LONGEST_RETRY_AFTER = 3600
# Once a message is accepted, this many seconds are left to part in good order.
TIME_TO_PART = 1.0
# What Slack answers, for example no_service or channel_is_archived.
ERROR_WORD = re.compile(rb"[a-z]+(_[a-z]+)+")

# A variable with "__" belongs to the address whose name is before it, and to no other. The database
# refuses the same (perf_internal.get_receiver_problem), but may hold rows from before it did.
ADDRESS_VARIABLE = re.compile(r"env:PGKIT_RECEIVER(_[A-Z0-9]+)+")


class Delivery(NamedTuple):
    """A message that was claimed: a row of perf.claim_alert_deliveries."""

    delivery_id: UUID
    receiver_name: str
    kind: str
    address: str
    headers: Mapping[str, Any] | None
    timeout: timedelta
    attempt_count: int
    payload: dict[str, Any]


class NotSent(Exception):
    """A message was not accepted; the reason has no secrets. `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


def open_http(tls: ssl.SSLContext) -> httpx.AsyncClient:
    """Return a client that shares nothing between receivers.

    Without proxies and logins of the environment, cookies, redirects, and without connections that
    are kept: one that the receiver has closed meanwhile would cost an attempt.
    """
    return httpx.AsyncClient(
        verify=tls,
        trust_env=False,
        follow_redirects=False,
        timeout=None,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"Accept": "*/*", "Accept-Encoding": "identity"},
    )


async def send(
    delivery: Delivery, http: httpx.AsyncClient, tls: ssl.SSLContext, environment: Mapping[str, str]
) -> str | None:
    """Send a message within its timeout. Returns what is to be said of it, mostly nothing.

    Raises NotSent.
    """
    seconds = delivery.timeout.total_seconds()
    host = "the receiver"
    try:
        address = read_address(delivery, environment)
        parts = split_address(address, delivery.kind)
        host = str(parts.hostname)
        async with asyncio.timeout(seconds) as limit:
            if delivery.kind == "email":
                return await send_email(delivery, parts, tls, limit)
            await post(delivery, address, read_headers(delivery, environment), http, limit)
            return None
    except NotSent as error:
        reason = error.reason.replace("{host}", host)
        raise NotSent(reason, error.retry_after) from None
    except TimeoutError:
        raise NotSent(f"{host}: no answer within {seconds:g} s") from None
    except Exception as error:
        # A message that cannot be sent must not end the worker. The text of the error may have
        # secrets, for example a header that is not allowed.
        raise NotSent(f"{host}: {explain(error)}") from None


def read_address(delivery: Delivery, environment: Mapping[str, str]) -> str:
    """Return the address, which may be in the environment."""
    address = delivery.address
    if address.startswith("env:") and not ADDRESS_VARIABLE.fullmatch(address):
        raise NotSent("the address names no variable env:PGKIT_RECEIVER_NAME without __ in NAME")
    return read_secret(address, environment, "the address")


def read_headers(delivery: Delivery, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a receiver. Those in the environment are variables of its address.

    Otherwise an admin could send what another receiver keeps there to an address of theirs.
    """
    headers = {name: str(value) for name, value in (delivery.headers or {}).items()}
    is_in_environment = ADDRESS_VARIABLE.fullmatch(delivery.address)
    for name, value in headers.items():
        if value.startswith("env:"):
            if not is_in_environment:
                raise NotSent(f"header {name} is in the environment, but the address is not")
            key = value.removeprefix(f"{delivery.address}__")
            if not re.fullmatch("[A-Z0-9_]+", key):
                raise NotSent(f"header {name} is in a variable that does not belong to the address")
    return {
        name: read_secret(value, environment, f"header {name}") for name, value in headers.items()
    }


def read_secret(value: str, environment: Mapping[str, str], called: str) -> str:
    """Return a value, or the variable of the environment that `env:` and a name means."""
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if not environment.get(name):
        raise NotSent(f"{called} is in variable {name}, which is not set where pgkit worker runs")
    return environment[name].strip()


def split_address(address: str, kind: str) -> SplitResult:
    schemes = ("smtp", "smtps") if kind == "email" else ("https", "http")
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise NotSent(f"the address is no URL that begins with {schemes[0]}:// or {schemes[1]}://")
    return parts


# Webhooks


async def post(
    delivery: Delivery,
    address: str,
    headers: Mapping[str, str],
    http: httpx.AsyncClient,
    limit: asyncio.Timeout,
) -> None:
    """Post a message. The status of the answer decides: 2xx is success, whatever comes after it."""
    body = notifications.make_body(delivery.kind, delivery.payload)
    ours = notifications.make_headers(str(delivery.delivery_id), delivery.attempt_count)
    names = {name.lower() for name in headers}
    fixed = {"idempotency-key", "x-pgkit-delivery", "x-pgkit-attempt"}
    sent = [(name, value) for name, value in headers.items() if name.lower() not in fixed]
    sent += [
        (name, value)
        for name, value in ours.items()
        if name.lower() in fixed or name.lower() not in names
    ]
    url = httpx.URL(address)
    for _ in range(1 + MOST_REDIRECTS):
        async with http.stream("POST", url, content=body, headers=sent) as answer:
            if answer.is_success:
                part_soon(limit)
            beginning = await read_beginning(answer)
        status = answer.status_code
        if answer.is_success:
            return
        if status not in (307, 308) or "Location" not in answer.headers:
            break
        url = follow(url, answer.headers["Location"])
    else:
        raise NotSent(f"{{host}}: more than {MOST_REDIRECTS} redirects")
    reason = f"{{host}} answered {status}"
    if answer.has_redirect_location:
        reason += ", a redirect that is not followed; only 307 and 308 are, to the same host"
    elif (
        ERROR_WORD.fullmatch(word := beginning.strip())
        and len(word) <= 40
        and word.decode() not in " ".join([address, *headers.values()])
    ):
        reason += f" {word.decode()}"
    raise NotSent(reason, read_retry_after(answer.headers.get("Retry-After"), datetime.now(UTC)))


def part_soon(limit: asyncio.Timeout) -> None:
    """Let what comes after success take its own little time, so that it is no failure."""
    limit.reschedule(asyncio.get_running_loop().time() + 2 * TIME_TO_PART)


async def read_beginning(answer: httpx.Response) -> bytes:
    """Read an answer up to its end, a limit, or a second; nobody waits for what drips."""
    beginning = b""
    with suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(TIME_TO_PART):
            async for part in answer.aiter_raw():
                beginning += part
                if len(beginning) >= LONGEST_ANSWER:
                    break
    return beginning[:LONGEST_ANSWER]


def follow(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads; NotSent unless that is the same scheme, host and port."""
    try:
        target = url.join(location)
    except (httpx.InvalidURL, ValueError):
        raise NotSent("{host} redirects to what is no URL") from None
    origins = [
        (each.scheme, each.host, each.port or {"http": 80, "https": 443}.get(each.scheme))
        for each in (url, target)
    ]
    if origins[0] != origins[1]:
        raise NotSent(
            "{host} redirects to another host, port or scheme; that is never followed. Set the"
            " address that is meant."
        )
    if target.userinfo:
        raise NotSent("{host} redirects to an address with a user, which is not followed")
    return target


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a receiver asks for, as a number or as a date; at most an hour."""
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        seconds = float(value)
    else:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    return min(seconds, LONGEST_RETRY_AFTER) if seconds > 0 else None


# E-mail


async def send_email(
    delivery: Delivery, parts: SplitResult, tls: ssl.SSLContext, limit: asyncio.Timeout
) -> str | None:
    """Hand a message to a mail server; a password only ever goes through TLS.

    `smtps://` is TLS from the first byte. With `smtp://` the connection is upgraded where the
    server offers it, and must be where there is a user. `tls=off` never upgrades.
    """
    # A plus is a plus, as in ops+alerts@example.org.
    options = parse_qs(parts.query.replace("+", "%2B"))
    user = unquote(parts.username) if parts.username else None
    sender = read_mailboxes(options.get("from", [user or ""])[0], "from")[0]
    recipients = read_mailboxes(",".join(options.get("to", [])), "to")
    is_off = options.get("tls") == ["off"]
    if user and is_off:
        raise NotSent("the address has a user and tls=off; a password is only sent through TLS")
    is_smtps = parts.scheme == "smtps"
    mail = notifications.to_email(delivery.payload, sender, recipients, datetime.now(UTC))
    client = aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if is_smtps else 587 if user else 25),
        username=user,
        password=unquote(parts.password or "") if user else None,
        use_tls=is_smtps,
        start_tls=False if is_smtps or is_off else True if user else None,
        tls_context=tls,
        # Otherwise the resolver is asked, and may not answer.
        local_hostname=socket.gethostname(),
        timeout=delivery.timeout.total_seconds(),
    )
    try:
        await client.connect()
        refused, _ = await client.sendmail(
            sender.addr_spec, [each.addr_spec for each in recipients], mail.as_bytes()
        )
        # The message is accepted. How the server says goodbye makes no difference.
        part_soon(limit)
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(TIME_TO_PART):
                await client.quit()
    finally:
        client.close()
    if refused:
        return f"{parts.hostname} refused {len(refused)} of {len(recipients)} recipients"
    return None


def read_mailboxes(text: str, called: str) -> list[Address]:
    """Return the addresses in a text: `a@example.org, Team <b@example.org>`."""
    found = []
    for name, mailbox in getaddresses([text] if text.isprintable() else []):
        try:
            address = Address(name, addr_spec=mailbox)
            is_good = bool(address.username and address.domain) and mailbox.isascii()
        except (ValueError, IndexError):
            is_good = False
        if not is_good:
            break
        found.append(address)
    else:
        if found:
            return found
    raise NotSent(f"the address needs {called}=NAME@DOMAIN after a question mark")


# Reasons


def explain(error: BaseException) -> str:
    """Say what went wrong in words that cannot hold a secret."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {(cause.reason or 'failed').replace('_', ' ').lower()}"
        if isinstance(cause, socket.gaierror):
            return "its name cannot be resolved"
        if isinstance(cause, aiosmtplib.SMTPRecipientsRefused):
            return f"it refuses all recipients ({name_code(cause.recipients[0])})"
        if isinstance(cause, aiosmtplib.SMTPAuthenticationError):
            return f"it refuses user and password ({name_code(cause)})"
        if isinstance(cause, aiosmtplib.SMTPResponseException):
            return f"it refuses the message ({name_code(cause)})"
        if type(cause) in (aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported):
            return "it offers no STARTTLS, or no login; a password is only sent through TLS"
        if isinstance(cause, OSError) and cause.errno:
            return strerror(cause.errno).lower()
    if isinstance(error, httpx.InvalidURL):
        return "the address is no URL"
    if isinstance(error, httpx.LocalProtocolError | UnicodeError):
        return "an address or header that HTTP does not allow"
    if isinstance(error, httpx.TransportError | aiosmtplib.SMTPServerDisconnected):
        return "the connection ended before there was an answer"
    return f"it cannot be sent ({type(error).__name__})"


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and what led to it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        else:
            cause = cause.__cause__ or cause.__context__


def name_code(error: aiosmtplib.SMTPResponseException) -> str:
    """Return the codes of a mail server's answer; its text may name users and recipients."""
    extended = re.match(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b", error.message)
    return f"{error.code} {extended[0]}" if extended else str(error.code)
