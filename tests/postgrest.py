"""A real PostgREST for the tests, where there is one, and tokens for it."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pipeline import wait_for

from pgkit.database import parse_dsn

SECRET = "at least 32 characters that nobody else knows"
OLDEST = 13


def find_postgrest() -> str:
    """Return the program, or skip the test and say why."""
    named = os.environ.get("PGKIT_POSTGREST")
    program = named or shutil.which("postgrest")
    if not program:
        pytest.skip("no PostgREST on the PATH, and PGKIT_POSTGREST names none")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+", said)
    if not version or int(version[0]) < OLDEST:
        pytest.skip(f"PostgREST is older than {OLDEST}: {said.strip()}")
    return program


@contextmanager
def serve(dsn: str, folder: Path, **settings: str) -> Iterator[str]:
    """Run PostgREST on a migrated database, as docs/postgrest.md says; yield its address."""
    find_postgrest()
    make_login(dsn)
    parts = {**parse_dsn(dsn), "user": "authenticator"}
    parts.pop("fallback_application_name", None)
    uri = " ".join(f"{name}='{value}'" for name, value in parts.items() if value is not None)
    lines = {
        "db-uri": uri,
        "db-schemas": "perf",
        "db-anon-role": "anon",
        "jwt-secret": SECRET,
        "db-pool": "10",
        **{name.replace("_", "-"): value for name, value in settings.items()},
    }
    with run("".join(f'{name} = "{value}"\n' for name, value in lines.items()), folder) as url:
        yield url


@contextmanager
def run(settings: str, folder: Path) -> Iterator[str]:
    """Run PostgREST with the text of a configuration file, on ports of its own."""
    program = find_postgrest()
    port, admin_port = free_port(), free_port()
    ports = f'server-host = "127.0.0.1"\nserver-port = {port}\nadmin-server-port = {admin_port}\n'
    configuration = folder / f"postgrest-{port}.conf"
    configuration.write_text(settings + ports, encoding="utf-8")
    log = folder / f"postgrest-{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen([program, configuration], stdout=output, stderr=output)
        try:
            wait_for(lambda: is_ready(process, admin_port, log))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def is_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def make_login(dsn: str) -> None:
    """Make the login of PostgREST, which belongs to the whole server."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")
        if not connection.execute("select to_regrole('authenticator')").fetchone()[0]:
            connection.execute("create role authenticator login noinherit")
        connection.execute("set client_min_messages = warning")
        connection.execute("grant anon, authenticated, service_role to authenticator")


def make_token(seconds: int = 3600, secret: str = SECRET, **claims: Any) -> str:
    """Sign claims that end in some seconds."""
    parts = {"alg": "HS256", "typ": "JWT"}, {**claims, "exp": int(time.time()) + seconds}
    text = b".".join(encode(json.dumps(part).encode()) for part in parts)
    return (text + b"." + encode(hmac.digest(secret.encode(), text, hashlib.sha256))).decode()


def encode(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")
