"""Configurations at scale, and through dump and restore."""

import json
import subprocess
import time

import psycopg
import pytest

from pgkit import binaries, runner
from pgkit.database import parse_dsn

VERSIONS = 40_000
ADMIN = "00000000-0000-0000-0000-000000000001"

# Without triggers, which would log every row: what is measured is reading.
FILL = """
    set session_replication_role = replica;
    insert into perf.model_config_types (model_type) values ('sdxl');
    insert into perf.model_config_history
        (model_type, config_name, config_data, is_active, created_at, version)
    select
        'sdxl',
        'test',
        jsonb_build_object('n', g, 'prompt', repeat('x', 500)),
        g = {versions},
        '2020-01-06 00:00+00'::timestamptz + g * interval '1 minute',
        g
    from generate_series(1, {versions}) as g;
    insert into perf.model_config_activations
        (model_type, config_id, active_from, active_until, kind, activated_by_role,
            activated_by_login)
    select
        'sdxl',
        c.id,
        c.created_at,
        lead(c.created_at) over (order by c.version),
        'activate',
        'nobody',
        'nobody'
    from perf.model_config_history as c;
    set session_replication_role = origin;
    analyze perf.model_config_history, perf.model_config_activations, perf.model_config_types
"""

LOOKUPS = {
    "at": "select version from perf.get_config_at('sdxl', '2020-02-01 12:34:56+00')",
    "now": "select version from perf.get_config_at('sdxl')",
    "active": "select version from perf.get_active_configs('sdxl')",
    "active by the seed's query": """
        select version from perf.model_config_history
        where model_type = 'sdxl' and is_active = true order by created_at desc limit 1
    """,
}


@pytest.fixture(scope="module")
def filled(server_dsn, template_dsn):
    """A database of many versions, which every test leaves as it was."""
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        connection.execute(FILL.format(versions=VERSIONS).encode())
        connection.execute("select perf.grant_role(%s, 'admin')", [ADMIN])
        yield connection


@pytest.fixture
def many_versions(filled):
    with filled.transaction(force_rollback=True):
        yield filled


def test_lookups_read_a_handful_of_pages_at_any_number_of_versions(many_versions) -> None:
    connection = many_versions
    for role in ("none", "authenticated"):
        connection.execute(f"set local role {role}".encode())
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)", [json.dumps({"sub": ADMIN})]
        )
        for name, statement in LOOKUPS.items():
            expected = 38194 if name == "at" else VERSIONS
            assert connection.execute(statement.encode()).fetchone() == (expected,), name
            plan = connection.execute(
                f"explain (analyze, buffers, format json) {statement}".encode()
            ).fetchone()[0][0]["Plan"]
            pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            assert pages < 60, (role, name, pages)
            started_at = time.perf_counter()
            for _ in range(100):
                connection.execute(statement.encode())
            print(f"{role} {name}: {(time.perf_counter() - started_at) * 10:.2f} ms")


def test_saving_and_activating_stay_quick_at_any_number_of_versions(many_versions) -> None:
    connection = many_versions
    started_at = time.perf_counter()
    version, is_new = connection.execute(
        "select version, is_new from perf.save_model_config('sdxl', 'test', %s, activate => true)",
        [json.dumps({"n": 0})],
    ).fetchone()
    assert (version, is_new) == (VERSIONS + 1, True)
    again = connection.execute(
        "select version, is_new from perf.save_model_config('sdxl', 'test', %s)",
        [json.dumps({"prompt": "x" * 500, "n": 77.0})],
    ).fetchone()
    assert again == (77, False)
    rolled_back = connection.execute(
        f"select config_id = perf.find_model_config('sdxl@{VERSIONS}')"
        " from perf.rollback_model_config('sdxl')"
    ).fetchone()
    assert rolled_back == (True,)
    print(f"save, save again, roll back: {(time.perf_counter() - started_at) * 1000:.1f} ms")


def test_dump_and_restore_keep_history_and_audit_log(database, empty_database) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for n in range(3):
            connection.execute(
                "select perf.save_model_config('sdxl', 'test', %s, activate => true)",
                [json.dumps({"n": n, "when": "now"})],
            )
        connection.execute("set timezone = 'Asia/Tokyo'")
        connection.execute("select perf.rollback_model_config('sdxl')")
        dump = subprocess.run(
            [binaries.find_program("pg_dump"), "--inserts", database],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    # pg_dump may be newer than the server, and writes lines for psql.
    statements = [
        line
        for line in dump.splitlines()
        if "restrict " not in line and "transaction_timeout" not in line
    ]
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("\n".join(statements).encode())
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("set timezone = 'America/Lima'")
        assert connection.execute("select * from perf.verify_audit_log()").fetchall() == []
        connection.execute("select perf.rollback_model_config('sdxl')")
        row = connection.execute("select version from perf.get_active_configs()").fetchone()
        assert row == (1,)
        assert connection.execute("select * from perf.verify_audit_log()").fetchall() == []


def test_a_token_is_recorded_as_the_person_and_the_login_as_the_login(database) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select perf.grant_role(%s, 'admin', 'ada')", [ADMIN])
        connection.execute("set role authenticated")
        connection.execute(
            "select set_config('request.jwt.claims', %s, false)", [json.dumps({"sub": ADMIN})]
        )
        connection.execute("select perf.save_model_config('sdxl', 'test', '{}', activate => true)")
        connection.execute("reset role")
        entries = connection.execute(
            "select distinct caller::text, caller_role, caller_login from perf.audit_log"
            " where table_name like 'model_config%'"
        ).fetchall()
        assert entries == [(ADMIN, "authenticated", parse_dsn(database)["user"])]
        row = connection.execute(
            "select creator_name, activator_name from perf.get_active_configs()"
        ).fetchone()
        assert row == ("ada", "ada")
