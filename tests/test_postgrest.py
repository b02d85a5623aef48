"""Requests as PostgREST makes them: to a real one where there is one, and in SQL in any case."""

import json
import re
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import requests_table
from pipeline import wait_for
from postgrest import encode, make_token, serve
from psycopg.types.json import Json, Jsonb
from requests_table import ACTORS, ADMIN, REQUESTS, Request
from test_messages import Function, filled, functions, good_arguments, hostile_forms  # noqa: F401

from pgkit import migrations

Ask = Callable[[Request, str, Any], tuple[int, Any]]


def ask_all(ask: Ask) -> list[str]:
    """Ask for everything of the table; return what came back that is not as it says."""
    kept: dict[str, Any] = {}
    wrong = []
    for request in REQUESTS:
        path = requests_table.fill_in(request.path, kept)
        status, body = ask(request, path, requests_table.fill_in(request.json, kept))
        if request.keep:
            kept[request.keep] = requests_table.keep(body)
        expected = requests_table.fill_in(request.body, kept)
        if status != request.status or not requests_table.is_as(expected, body):
            wrong.append(f"{request}: {status} {body}, not {request.status} {request.body}")
    return wrong


@pytest.fixture
def served(database: str) -> str:
    """The connection string of a database with one admin."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select perf.grant_role(%s, 'admin')", [ADMIN])
    return database


def test_requests_are_answered_as_the_table_says_in_sql(served: str) -> None:
    with psycopg.connect(served, autocommit=True) as connection:
        wrong = ask_all(
            lambda request, path, given: requests_table.ask_in_sql(connection, request, path, given)
        )
    assert wrong == [], "\n".join(wrong)


def test_the_table_has_every_error_that_the_guide_names() -> None:
    guide = Path(__file__).parent.parent / "docs/postgrest.md"
    section = guide.read_text(encoding="utf-8").split("## Errors")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", section, re.M)
    named = {
        (int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)
    }
    asked = {(each.status, each.body["code"]) for each in REQUESTS if is_error(each)}
    assert len(named) >= 6
    # PostgREST judges tokens itself, so only a real one gives these.
    assert named - asked == {(401, "PGRST301"), (401, "PGRST303")}


def is_error(request: Request) -> bool:
    return request.status >= 400 and isinstance(request.body, dict)


@pytest.fixture
def client(served: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a real PostgREST."""
    with serve(served, tmp_path) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def authorize(actor: str) -> dict[str, str]:
    claims = ACTORS[actor]
    return {"Authorization": f"Bearer {make_token(**claims)}"} if claims else {}


def send(client: httpx.Client, request: Request, path: str, given: Any) -> tuple[int, Any]:
    answer = client.request(
        request.method,
        requests_table.encode_path(path),
        json=given if request.method in ("POST", "PATCH") else None,
        headers=authorize(request.actor),
    )
    return answer.status_code, answer.json() if answer.content else None


def test_a_real_postgrest_answers_as_the_table_says(client: httpx.Client) -> None:
    wrong = ask_all(lambda request, path, given: send(client, request, path, given))
    assert wrong == [], "\n".join(wrong)


def as_json(value: Any) -> Any:
    if isinstance(value, Json | Jsonb):
        return value.obj
    if isinstance(value, datetime | uuid.UUID):
        return str(value)
    return [as_json(element) for element in value] if isinstance(value, list) else value


def as_body(function: Function, values: list[Any]) -> Any:
    """Return the JSON with these arguments, or the one argument that has no name."""
    given = [as_json(value) for value in values]
    # Without names, or with those of the columns of the result only.
    if not any(function.arguments[: len(function.types)]):
        return given[0] if given else {}
    return dict(zip(function.arguments, given, strict=False))


TABLES = (
    "select 'perf.' || c.relname from pg_class as c where c.relnamespace = 'perf'::regnamespace"
)


def find_callable(connection: psycopg.Connection) -> list[Function]:
    """Return the functions that are no relationships, whose argument is a row of a table."""
    tables = {name for (name,) in connection.execute(TABLES)}
    return [each for each in functions(connection) if not tables & set(each.types)]


def test_every_function_can_be_called(
    connection: psycopg.Connection,
    filled: dict[str, Any],  # noqa: F811
    database: str,
    tmp_path: Path,
) -> None:
    """PostgREST undoes each call, so that none has to do with another."""
    found = {}
    with (
        serve(database, tmp_path, db_tx_end="rollback") as url,
        httpx.Client(base_url=url, headers=authorize("admin"), timeout=30) as client,
    ):
        for function in find_callable(connection):
            body = as_body(function, good_arguments(function, filled))
            answer = client.post(f"/rpc/{function.name}", json=body)
            said = answer.json() if answer.content else None
            found[function.name] = answer.status_code, said
    failed = {name: said for name, said in found.items() if said[0] >= 300}
    broken = {
        name: said
        for name, said in failed.items()
        if said[0] >= 500 or said[1]["code"] not in requests_table.DOCUMENTED
    }
    assert broken == {}
    assert len(found) - len(failed) > 90, failed


HEADERS = {
    *(b"content-length", b"content-range", b"content-type", b"date", b"server"),
    *(b"connection", b"transfer-encoding", b"proxy-status", b"www-authenticate", b"location"),
}


def exchange(url: str, path: str, token: str, body: Any) -> tuple[bytes, list[bytes], bytes]:
    """Send a request by a socket; return the bytes of its status line, its headers and the rest."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        "Connection: close\r\n\r\n"
    )
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port), timeout=30) as connection:
        connection.sendall(head.encode() + content)
        received = b""
        while part := connection.recv(65536):
            received += part
    start, _, rest = received.partition(b"\r\n\r\n")
    status, *headers = start.split(b"\r\n")
    return status, headers, rest


# The second ends the response and begins another one.
SPLITTING = ["x\r\nSet-Cookie: sid=evil", "x\r\nContent-Length:0\r\n\r\nHTTP/1.1 200 ", "n\nX: 1"]


def is_one_response(status: bytes, headers: list[bytes], rest: bytes) -> bool:
    names = {header.split(b":")[0].lower() for header in headers}
    return (
        re.fullmatch(rb"HTTP/1\.1 \d{3} [ -~\xa0-\xff]*", status) is not None
        and names <= HEADERS
        and b"HTTP/1." not in rest.split(b"\r\n\r\n")[0].split(b"{")[0]
    )


def test_a_splitting_text_would_be_seen() -> None:
    """As PostgREST sent it when a message held the text."""
    status, *headers = b"HTTP/1.1 404 no model x\r\nSet-Cookie: sid=evil\r\nDate: x".split(b"\r\n")
    assert not is_one_response(status, headers, b"{}")
    assert not is_one_response(b"HTTP/1.1 404 n\nX: 1", [], b"{}")
    assert is_one_response(b"HTTP/1.1 404 Not Found", [b"Date: x"], b"{}")


@pytest.mark.parametrize("actor", ["admin", "none"])
def test_no_text_of_a_caller_becomes_a_header(
    connection: psycopg.Connection,
    filled: dict[str, Any],  # noqa: F811
    database: str,
    tmp_path: Path,
    actor: str,
) -> None:
    token = make_token(**(ACTORS[actor] or {}))
    split = []
    statuses = set()
    with serve(database, tmp_path, db_tx_end="rollback") as url:
        for function in find_callable(connection):
            good = good_arguments(function, filled)
            for value in SPLITTING:
                for position, type in enumerate(function.types):
                    for form in hostile_forms(type, value)[:3]:
                        given = [*good[:position], form, *good[position + 1 :]]
                        body = as_body(function, given)
                        got = exchange(url, f"/rpc/{function.name}", token, body)
                        statuses.add(got[0][9:12])
                        if not is_one_response(*got):
                            split.append((function.name, value, got))
    assert split == []
    assert statuses >= ({b"400", b"404"} if actor == "admin" else {b"403"})


def unsigned_token(**claims: Any) -> str:
    header = encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{header.decode()}.{encode(json.dumps(claims).encode()).decode()}."


def test_a_bad_token_is_refused(client: httpx.Client) -> None:
    admin = ACTORS["admin"] or {}
    good = make_token(**admin)
    tokens = {
        "expired": make_token(seconds=-3600, **admin),
        "garbled": good[:-4] + "AAAA",
        "no token": "garbage",
        "another secret": make_token(secret="b" * 43, **admin),
        "alg none": unsigned_token(**admin),
        "not yet valid": make_token(nbf=int(time.time()) + 3600, **admin),
    }
    statuses = {
        name: client.get("/models", headers={"Authorization": f"Bearer {token}"}).status_code
        for name, token in {**tokens, "good": good}.items()
    }
    assert statuses == {**dict.fromkeys(tokens, 401), "good": 200}


@pytest.mark.parametrize("role", ["postgres", "perf_admin", "perf_analyst", "authenticator"])
def test_a_token_cannot_name_a_role_that_is_no_api_role(client: httpx.Client, role: str) -> None:
    token = make_token(role=role, sub=ADMIN)
    answer = client.get("/models", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in (401, 403)


def test_rows_are_counted_and_written_as_csv(client: httpx.Client) -> None:
    client.headers = authorize("admin")
    for name in ("acme/one", "acme/two"):
        client.post("/rpc/register_model", json={"model_name": name}).raise_for_status()
    counted = client.get("/models?limit=1", headers={"Prefer": "count=exact"})
    assert (counted.status_code, counted.headers["content-range"]) == (206, "0-0/2")
    csv = client.get("/models?select=name,provider&order=name", headers={"Accept": "text/csv"})
    assert csv.text.splitlines() == ["name,provider", "acme/one,acme", "acme/two,acme"]
    hidden = client.get("/models", headers={**authorize("none"), "Prefer": "count=exact"})
    assert hidden.headers["content-range"] == "*/0"


def test_only_perf_is_exposed(client: httpx.Client) -> None:
    for schema in ("perf_internal", "public", "pg_catalog"):
        answer = client.get("/models", headers={**authorize("admin"), "Accept-Profile": schema})
        assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")


OPEN = """
select p.proname
from pg_proc as p
where p.pronamespace = 'perf'::regnamespace
    and p.prokind = 'f'
    and has_function_privilege('service_role', p.oid, 'execute')
    -- A relationship is no function to call.
    and not exists (
        select from pg_class as c where c.reltype = any (p.proargtypes)
    )
"""


def test_the_description_says_what_everything_is(
    client: httpx.Client, connection: psycopg.Connection
) -> None:
    described = client.get("/", headers=authorize("service_role")).json()
    calls = {
        path.removeprefix("/rpc/"): verbs["post"]
        for path, verbs in described["paths"].items()
        if path.startswith("/rpc/")
    }
    assert {name for (name,) in connection.execute(OPEN)} - calls.keys() == set()
    assert [name for name, verb in calls.items() if not verb.get("summary")] == []
    tables = described["definitions"]
    assert len(tables) > 40
    assert [name for name, table in tables.items() if not table.get("description")] == []
    # Nothing for anon, who may do nothing.
    assert client.get("/").json().get("definitions", {}) == {}


NEW_FUNCTION = """
create or replace function perf.get_answer()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select 42;
$$;

comment on function perf.get_answer is 'Forty-two.';

revoke execute on function perf.get_answer from public;
grant execute on function perf.get_answer to authenticated, service_role, perf_admin;
"""


def test_a_function_of_an_upgrade_can_be_called_without_a_restart(
    client: httpx.Client, served: str, sql_copy: Path
) -> None:
    client.headers = authorize("admin")
    assert client.post("/rpc/get_answer", json={}).status_code == 404
    (sql_copy / "functions/operations/get_answer.sql").write_text(NEW_FUNCTION)
    migrations.migrate(served, sql=sql_copy)
    wait_for(lambda: client.post("/rpc/get_answer", json={}).status_code == 200)
    assert client.get("/rpc/get_answer").json() == 42


def test_migrate_disturbs_no_request(client: httpx.Client, served: str, sql_copy: Path) -> None:
    """Four clients record and read while versions with other files are migrated to."""
    done = threading.Event()
    call = {"model_name": "acme/one", "tool_name": "chat", "response_time_ms": 5}
    url = str(client.base_url)

    def ask(number: int) -> Counter[str]:
        found: Counter[str] = Counter()
        with httpx.Client(base_url=url, headers=authorize("admin"), timeout=60) as own:
            while not done.is_set():
                for answer in (
                    own.post("/rpc/record_call", json={**call, "tool_name": f"t{number}"}),
                    own.get("/rpc/get_error_breakdown", params=requests_table.DAY),
                    own.get("/models?select=name"),
                ):
                    said = "" if answer.is_success else answer.text
                    found[f"{answer.status_code} {said}".strip()] += 1
        return found

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, number) for number in range(4)]
        try:
            for version in range(3):
                for folder in ("functions/calls", "functions/access", "policies/calls"):
                    for file in sorted((sql_copy / folder).rglob("*.sql")):
                        file.write_text(f"{file.read_text()}\n-- Version {version}.\n")
                assert migrations.migrate(served, sql=sql_copy)
        finally:
            done.set()
        found = sum((each.result() for each in asked), Counter())
    assert found.keys() == {"200"}, found
    assert found["200"] > 50
