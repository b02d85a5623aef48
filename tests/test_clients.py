"""supabase-js and postgrest-js against a real PostgREST; skipped where there is none."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import npm
import psycopg
import pytest
import requests_table
from postgrest import find_postgrest, make_token, serve
from requests_table import ACTORS

from pgkit import runner

CLIENTS = pytest.mark.parametrize("client", ["supabase", "postgrest"])
ROLES = (
    (requests_table.ADMIN, "admin", "ada"),
    (requests_table.SECOND_ADMIN, "admin", "grace"),
    (requests_table.ANALYST, "analyst", "ann"),
    (requests_table.RECORDER, "recorder", "rex"),
)


@pytest.fixture(scope="module")
def found(server_dsn: str, template_dsn: str, tmp_path_factory) -> dict[str, Any]:
    """What the clients returned to tests/clients/ask.mjs, by the name it gives each request."""
    find_postgrest()
    if not npm.find_npm():
        pytest.skip("npm is not installed, so supabase-js and postgrest-js are not tried")
    folder: Path = npm.install_clients()
    with runner.copied_database(server_dsn, template_dsn) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            for role in ROLES:
                connection.execute("select perf.grant_role(%s, %s, %s)", role)
        with serve(dsn, tmp_path_factory.mktemp("postgrest")) as url:
            tokens = {actor: make_token(**claims) for actor, claims in ACTORS.items() if claims}
            done = subprocess.run(
                ["node", "ask.mjs", url],
                cwd=folder,
                env={**os.environ, "PGKIT_TOKENS": json.dumps(tokens)},
                capture_output=True,
                text=True,
                check=False,
            )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@CLIENTS
@pytest.mark.parametrize(
    ("name", "status", "data"),
    [
        ("record", 200, True),
        ("batch", 200, 2),
        ("report", 200, [{"error_type": "timeout", "error_count": 1}]),
        ("get", 200, [{"error_type": "timeout", "error_count": 1}]),
        ("array", 200, [{"model": "acme/one", "percentile": 0.5}]),
        ("one", 200, {"name": "acme/one", "provider": "acme"}),
        ("embedded", 200, [{"parameters": {"temperature": 0.5}, "models": {"name": "acme/one"}}]),
        ("rollups", 200, []),
        ("none", 200, []),
    ],
)
def test_what_is_asked_for_comes_back(
    found: dict[str, Any], client: str, name: str, status: int, data: Any
) -> None:
    answer = found[f"{client} {name}"]
    assert (answer["status"], answer["error"]) == (status, None)
    assert requests_table.is_as(data, answer["data"]), answer["data"]


@CLIENTS
@pytest.mark.parametrize(
    ("name", "status", "code", "message"),
    [
        ("refused", 403, "42501", "this needs the role recorder"),
        ("bad", 400, "22023", "model_name must have 1 to 200 characters"),
        ("misspelt", 404, "PGRST202", "Could not find the function"),
        ("insert", 403, "42501", "permission denied for table models"),
        ("missing", 404, "PT404", 'no configuration "x@1"'),
    ],
)
def test_an_error_says_what_is_wrong(
    found: dict[str, Any], client: str, name: str, status: int, code: str, message: str
) -> None:
    answer = found[f"{client} {name}"]
    assert (answer["status"], answer["error"]["code"]) == (status, code)
    assert answer["error"]["message"].startswith(message)
    assert answer["data"] is None


@CLIENTS
def test_rows_are_counted(found: dict[str, Any], client: str) -> None:
    assert found[f"{client} embedded"]["count"] == 1


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("rule", 200, None),
        ("alone", 409, "PT409"),
        ("ask", 200, None),
        ("own", 403, "42501"),
        ("approve", 200, None),
        ("again", 409, "PT409"),
        ("ask by key", 200, None),
        ("approve by person", 200, None),
        ("ask by person", 200, None),
        # The key may be in the same hands.
        ("approve by key", 403, "42501"),
    ],
)
def test_two_decide_about_a_configuration(
    found: dict[str, Any], name: str, status: int, code: str | None
) -> None:
    answer = found[name]
    assert (answer["status"], (answer["error"] or {}).get("code")) == (status, code)


def test_the_history_names_what_was_activated_and_by_whom(found: dict[str, Any]) -> None:
    assert [
        (row["model_config_history"]["config_name"], (row["profiles"] or {}).get("username"))
        for row in found["history"]["data"]
    ] == [("width 512", "grace"), ("width 768", "ada")]
