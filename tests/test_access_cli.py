"""`pgkit grant-role`, `pgkit revoke-role` and `pgkit access`."""

import hashlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

pytestmark = pytest.mark.once

SUB = "auth0|64b1f0"


def subject_id(subject: str) -> uuid.UUID:
    """Return the id of a text as RFC 9562 makes one of version 8."""
    digits = bytearray(hashlib.sha256(f"sub {subject}".encode()).digest()[:16])
    digits[6] = digits[6] & 0x0F | 0x80
    digits[8] = digits[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(digits))


@pytest.mark.parametrize("subject", [SUB, "user_2NNEqL2nrIRdJ194ndJqAHwEfxC", "ü" * 60, "5", "{}"])
def test_a_text_has_the_id_that_python_computes(connection, subject) -> None:
    found = connection.execute("select perf.get_subject_id(%s)", [subject]).fetchone()
    assert found == (subject_id(subject),)


def test_a_user_with_a_text_as_sub_gets_and_loses_a_role(pgkit, database, connection) -> None:
    assert pgkit("grant-role", SUB, "recorder", dsn=database).stderr == "Granted.\n"
    listed = json.loads(pgkit("access", "users", "--json", dsn=database).stdout)
    assert listed == [{"username": SUB, "sub": SUB, "roles": "recorder"}]
    profile = connection.execute("select p.id, p.username, p.subject from perf.profiles as p")
    assert profile.fetchall() == [(subject_id(SUB), SUB, SUB)]
    assert pgkit("revoke-role", SUB, "recorder", dsn=database).stderr == "Revoked.\n"
    failed = pgkit("grant-role", " ", "recorder", dsn=database)
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: subject must ")


@pytest.mark.parametrize(
    "subject", ["a0000000000040008000000000000000", "{a0000000-0000-4000-8000-000000000000}"]
)
def test_what_only_python_takes_for_a_uuid_is_a_text(pgkit, database, connection, subject) -> None:
    """So that the role is for the user whose token has this sub."""
    assert pgkit("grant-role", subject, "recorder", dsn=database).returncode == (
        # A name in braces is taken for JSON.
        1 if subject.startswith("{") else 0
    )
    users = connection.execute("select u.user_id from perf.user_roles as u").fetchall()
    assert users == ([] if subject.startswith("{") else [(subject_id(subject),)])


def test_a_role_is_taken_by_the_id_that_tables_show(pgkit, database, connection) -> None:
    assert pgkit("grant-role", SUB, "recorder", dsn=database).returncode == 0
    assert pgkit("revoke-role", subject_id(SUB), "recorder", dsn=database).stderr == "Revoked.\n"


def test_access_shows_and_sets(pgkit, database, connection) -> None:
    shown = json.loads(pgkit("access", "show", "--json", dsn=database).stdout)
    assert shown == [{"role_claim": None, "are_own_calls_readable": False}]
    assert pgkit("access", "role-claim", "app_metadata.perf_role", dsn=database).returncode == 0
    assert pgkit("access", "own-calls", "on", dsn=database).returncode == 0
    shown = json.loads(pgkit("access", "show", "--json", dsn=database).stdout)
    assert shown == [{"role_claim": "app_metadata.perf_role", "are_own_calls_readable": True}]
    changes = "select count(*) from perf.audit_log as l where l.table_name = 'access_settings'"
    assert connection.execute(changes).fetchone() == (2,)
    assert pgkit("access", "role-claim", "--none", dsn=database).returncode == 0
    assert pgkit("access", "own-calls", "off", dsn=database).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Give a claim or --none."),
        (("a", "--none"), 2, "Give a claim or --none."),
        (("user_metadata.role",), 1, "Error: claim must not be in what users change themselves"),
        (("a b",), 1, "Error: claim must be names with dots between"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(pgkit, database, arguments, code, said) -> None:
    failed = pgkit("access", "role-claim", *arguments, dsn=database)
    assert failed.returncode == code
    assert said in failed.stderr


def test_two_admins_by_token_alone_approve_each_other(database, connection) -> None:
    """Neither has a profile before, and both come with the login of PostgREST."""
    connection.execute("select perf.set_role_claim('app_metadata.perf_role')")
    connection.execute("select perf.save_model_config('sdxl', 'one', '{}')")
    connection.execute("select perf.set_config_approval('sdxl', true)")

    def act(sub: str, statement: str) -> object:
        claims = json.dumps({"sub": sub, "app_metadata": {"perf_role": "admin"}})
        with connection.transaction():
            connection.execute("set local role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            return connection.execute(statement.encode()).fetchone()

    request = "select perf.request_activation((select c.id from perf.model_config_history as c))"
    act("auth0|ada", request)
    approve = (
        "select perf.approve_activation("
        "(select r.id from perf.model_config_requests as r where r.status = 'open'))"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="somebody else"):
        act("auth0|ada", approve)
    act("auth0|ben", approve)
    names = "select p.username from perf.profiles as p order by 1"
    assert connection.execute(names).fetchall() == [("auth0|ada",), ("auth0|ben",)]


def test_sessions_that_add_the_same_recorder_and_models_do_not_deadlock(database) -> None:
    def record(number: int) -> int:
        with psycopg.connect(database) as session:
            for turn in range(10):
                session.execute("set local role authenticated")
                claims = json.dumps({"sub": f"auth0|{turn}", "roles": "recorder"})
                session.execute("select set_config('request.jwt.claims', %s, true)", [claims])
                session.execute("select perf.record_call(%s, 'chat', 1)", [f"m{turn}"])
                session.execute("select perf.record_call('m', 'chat', 1)")
                session.commit()
        return number

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select perf.set_role_claim('roles')")
        with ThreadPoolExecutor(32) as pool:
            assert list(pool.map(record, range(32))) == list(range(32))
        counts = (
            "select count(*), count(distinct r.recorder_id), count(*) filter (where"
            " r.recorder_id is null) from perf.performance_metrics_raw as r"
        )
        assert connection.execute(counts).fetchone() == (640, 10, 0)
