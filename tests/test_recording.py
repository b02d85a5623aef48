"""Recording: retries, first use by many sessions at once, bad input, and roles."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import (
    MONDAY,
    Call,
    aggregate,
    assert_counted_once,
    is_blocked,
    wait_for,
    wait_until_blocked,
)
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from pgkit import runner
from pgkit.calls import make_call_id

PATIENCE = "-c statement_timeout=60s"
STORED = """
select
    (select count(*) from perf.models),
    (select count(*) from perf.tools),
    (select count(*) from perf.model_tool_configs),
    (select count(*) from perf.performance_metrics_raw)
"""
GOOD = {
    "model_name": "acme/large",
    "tool_name": "chat",
    "response_time_ms": 1,
    "call_timestamp": MONDAY.isoformat(),
}


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """As everywhere, but a wait that does not end fails the test."""
    with psycopg.connect(database, autocommit=True, options=PATIENCE) as opened:
        yield opened


@pytest.fixture(scope="module")
def untouched(server_dsn: str, template_dsn: str) -> Iterator[psycopg.Connection]:
    """A database for calls that are refused, which leave it empty."""
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        psycopg.connect(dsn, autocommit=True, options=PATIENCE) as opened,
    ):
        yield opened


@contextmanager
def sessions(dsn: str, number: int) -> Iterator[list[psycopg.Connection]]:
    opened = [psycopg.connect(dsn, autocommit=True, options=PATIENCE) for _ in range(number)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def record_call(connection: psycopg.Connection, **arguments: object) -> bool:
    """Call `record_call` with these arguments, as PostgREST does: by name."""
    names = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in arguments
    )
    values = {k: Jsonb(v) if isinstance(v, dict | list) else v for k, v in arguments.items()}
    statement = sql.SQL("select perf.record_call({})").format(names)
    return connection.execute(statement, values).fetchone()[0]


def record_calls(connection: psycopg.Connection, calls: object) -> int:
    return connection.execute("select perf.record_calls(%s)", [Jsonb(calls)]).fetchone()[0]


def at_once(
    dsn: str, observer: psycopg.Connection, work: list, gate: str = "lock table perf.models"
) -> list:
    """Let each function of `work`, in a session of its own, reach the lock of `gate`, then go."""
    with (
        closing(psycopg.connect(dsn)) as blocker,
        sessions(dsn, len(work)) as opened,
        ThreadPoolExecutor(len(work)) as pool,
    ):
        blocker.execute(f"{gate} in share row exclusive mode".encode())
        running = [pool.submit(do, own) for do, own in zip(work, opened, strict=True)]
        wait_until_blocked(observer, *(own.info.backend_pid for own in opened))
        blocker.rollback()
        return [one.result() for one in running]


def test_a_call_id_is_recorded_once_by_two_sessions_at_the_same_instant(
    database, connection
) -> None:
    call = {**GOOD, "call_id": str(uuid.uuid4())}
    record_call(connection, **GOOD)
    work = [lambda own: record_call(own, **call)] * 4
    work += [lambda own: record_calls(own, [call, GOOD, call]) == 2] * 4
    recorded = at_once(database, connection, work, "lock table perf.performance_metrics_raw")
    assert recorded.count(True) == 1
    aggregate(connection)
    committed = [Call("acme/large", 1)] * 6
    assert_counted_once(connection, committed)


def test_a_retry_waits_for_the_first_attempt_and_records_if_that_was_rolled_back(
    database, connection
) -> None:
    call = {**GOOD, "call_id": str(uuid.uuid4())}
    record_call(connection, **GOOD)
    with (
        closing(psycopg.connect(database)) as first,
        sessions(database, 1) as (second,),
        ThreadPoolExecutor(1) as pool,
    ):
        assert record_call(first, **call)
        retry = pool.submit(record_call, second, **call)
        wait_until_blocked(connection, second.info.backend_pid)
        first.rollback()
        assert retry.result()
    assert not record_call(connection, **call)
    aggregate(connection)
    assert_counted_once(connection, [Call("acme/large", 1)] * 2)


def test_a_version_7_call_id_carries_its_own_time(connection) -> None:
    milliseconds = int(MONDAY.timestamp() * 1000)
    call_id = uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | 5)
    call = {"model_name": "acme/large", "tool_name": "chat", "response_time_ms": 1}
    assert record_call(connection, **call, call_id=call_id)
    assert not record_call(connection, **call, call_id=call_id)
    assert record_calls(connection, [{**call, "call_id": str(call_id)}]) == 0
    assert connection.execute(
        "select call_timestamp from perf.performance_metrics_raw"
    ).fetchall() == [(MONDAY,)]


def test_a_call_id_is_still_known_after_its_call_moved_to_a_partition(connection) -> None:
    connection.execute("update perf.retention set keep = null where level = 'raw'")
    call = {**GOOD, "call_id": str(uuid.uuid4())}
    assert record_call(connection, **call)
    connection.execute("select perf.ensure_partitions()")
    assert not record_call(connection, **call)
    assert record_calls(connection, [call, GOOD]) == 1


def test_sixteen_sessions_meet_a_new_model_at_once(database, connection) -> None:
    call = {**GOOD, "parameters": {"temperature": 0.5}}
    work = [lambda own: record_call(own, **call)] * 8
    work += [lambda own: record_calls(own, [call, call])] * 8
    assert at_once(database, connection, work) == [True] * 8 + [2] * 8
    assert connection.execute(STORED).fetchone() == (1, 1, 1, 24)
    aggregate(connection)
    assert_counted_once(connection, [Call("acme/large", 1)] * 24)


def test_batches_with_new_models_in_different_orders_do_not_wait_for_each_other(
    database, connection
) -> None:
    calls = [
        {
            **GOOD,
            "model_name": f"acme/{m}",
            "tool_name": f"tool {t}",
            "parameters": {"max_tokens": p},
        }
        for m in range(6)
        for t in range(3)
        for p in range(2)
    ]
    orders = [calls[i:] + calls[:i] for i in range(0, 36, 6)]
    orders += [order[::-1] for order in orders]
    work = [lambda own, order=order: record_calls(own, order) for order in orders]
    assert at_once(database, connection, work) == [36] * 12
    assert connection.execute(STORED).fetchone() == (6, 3, 36, 36 * 12)


def test_batches_that_share_only_new_tools_do_not_deadlock(database, connection) -> None:
    """The first stops between its two tools until the second has met one of them."""
    one = [("model 1", "tool 2"), ("model 2", "tool 1")]
    two = [("other 1", "tool 1"), ("other 2", "tool 2")]
    batches = [
        [{**GOOD, "model_name": model, "tool_name": tool} for model, tool in pairs]
        for pairs in (one, two)
    ]
    with (
        closing(psycopg.connect(database)) as blocker,
        sessions(database, 2) as (first, second),
        ThreadPoolExecutor(2) as pool,
    ):
        blocker.execute("select perf.record_call('model 2', 'another tool', 1)")
        waiting = pool.submit(record_calls, first, batches[0])
        wait_until_blocked(connection, first.info.backend_pid)
        other = pool.submit(record_calls, second, batches[1])
        wait_for(lambda: other.done() or is_blocked(connection, second.info.backend_pid))
        blocker.rollback()
        assert (waiting.result(), other.result()) == (2, 2)
    assert connection.execute(STORED).fetchone() == (4, 2, 4, 4)


def test_a_batch_does_not_deadlock_with_a_call_that_names_the_provider(
    database, connection
) -> None:
    """Both need the model and a new tool; the third makes the batch wait between the two."""
    connection.execute("select perf.record_call('m', 'chat', 1)")
    with psycopg.connect(database) as third, sessions(database, 2) as (batch, single):
        third.execute("select perf.record_call('x', 't2', 1)")
        calls = [
            {"model_name": "m", "tool_name": tool, "response_time_ms": 1} for tool in ("t1", "t2")
        ]
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(batch.execute, "select perf.record_calls(%s)", [Jsonb(calls)])
            wait_until_blocked(connection, batch.info.backend_pid)
            second = pool.submit(
                single.execute, "select perf.record_call('m', 't1', 1, provider => 'p')"
            )
            wait_until_blocked(connection, single.info.backend_pid)
            third.commit()
            assert first.result().fetchone() == (2,)
            assert second.result().fetchone() == (True,)
    assert connection.execute("select name, provider from perf.models order by 1").fetchall() == [
        ("m", "p"),
        ("x", "unknown"),
    ]


def test_new_parameters_of_a_known_model_do_not_wait_for_a_long_transaction(
    database, connection
) -> None:
    record_call(connection, **GOOD)
    with closing(psycopg.connect(database)) as long:
        record_call(long, **GOOD, parameters={"temperature": 1})
        assert record_call(connection, **GOOD, parameters={"temperature": 2})
        assert record_calls(connection, [{**GOOD, "parameters": {"temperature": 3}}]) == 1
        long.commit()
    assert connection.execute(STORED).fetchone() == (1, 1, 4, 4)


# Argument, value, and what the message says of it.
BAD = {
    "no model": ("model_name", None, "model_name must"),
    "an empty model": ("model_name", "", 'model_name must have 1 to 200 characters, got ""'),
    "a blank model": ("model_name", " \t\n", "model_name must"),
    "a model of 201 characters": ("model_name", "x" * 201, "(201 characters)"),
    "a model of ten million characters": ("model_name", "x" * 10_000_000, "(10000000 characters)"),
    "no tool": ("tool_name", None, "tool_name must"),
    "an empty tool": ("tool_name", "", "tool_name must"),
    "a tool of 201 characters": ("tool_name", "x" * 201, "tool_name must"),
    "no time": ("response_time_ms", None, "response_time_ms must be between 0 and 1e10, got null"),
    "not a number": ("response_time_ms", "NaN", "response_time_ms must"),
    "infinity": ("response_time_ms", "Infinity", "response_time_ms must"),
    "minus infinity": ("response_time_ms", "-Infinity", "response_time_ms must"),
    "a negative time": ("response_time_ms", -0.001, 'got "-0.001"'),
    "a time of a year": ("response_time_ms", 3.2e10, "response_time_ms must"),
    "an empty provider": ("provider", "", "provider must"),
    "a provider of 201 characters": ("provider", "x" * 201, "provider must"),
    "parameters that are a list": ("parameters", [1], "parameters must be a JSON object"),
    "ten megabytes of parameters": ("parameters", {"p": "x" * 10_000_000}, "at most 64 KB"),
    "negative input tokens": ("input_tokens", -1, "input_tokens must not be negative, got -1"),
    "negative output tokens": ("output_tokens", -1, "output_tokens must"),
    "a model of two lines": ("model_name", "a\r\nb", r'no control characters, got "a\r\nb"'),
    "a provider that is an object": ("provider", '{"name": "acme"}', "provider must be a text"),
    "an error of 201 characters": ("error_type", "x" * 201, "error_type must"),
    "a negative first token": ("first_token_ms", -1, "first_token_ms must"),
    "a first token that is not a number": ("first_token_ms", "NaN", "first_token_ms must"),
    "an infinite first token": ("first_token_ms", "Infinity", "first_token_ms must"),
    "the year 1900": ("call_timestamp", "1900-01-01T00:00:00Z", "call_timestamp must"),
    "the year 9999": ("call_timestamp", "9999-01-01T00:00:00Z", "call_timestamp must"),
    "the end of time": ("call_timestamp", "infinity", "call_timestamp must"),
    "before all time": ("call_timestamp", "-infinity", "call_timestamp must"),
}


@pytest.mark.parametrize(("argument", "value", "said"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_named_and_nothing_is_stored(untouched, argument, value, said) -> None:
    call = {**GOOD, argument: value}
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        record_call(untouched, **call)
    assert said in refused.value.diag.message_primary
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        record_calls(untouched, [GOOD, call, {**call, "tool_name": "other"}])
    message = refused.value.diag.message_primary
    assert message.startswith("calls[1]: ")
    assert said in message
    assert len(message) < 300
    assert untouched.execute(STORED).fetchone() == (0, 0, 0, 0)


@pytest.mark.parametrize("call_id", [str(uuid.UUID(int=4 << 76 | 2 << 62)), str(uuid.UUID(int=0))])
def test_a_call_id_without_a_time_is_refused_where_none_is_given(untouched, call_id) -> None:
    call = {**GOOD, "call_timestamp": None, "call_id": call_id}
    for attempt in (
        lambda: record_call(untouched, **call),
        lambda: record_calls(untouched, [call]),
    ):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="call_timestamp must"):
            attempt()
    assert untouched.execute(STORED).fetchone() == (0, 0, 0, 0)


def test_a_version_7_call_id_from_the_far_future_is_refused(untouched) -> None:
    call_id = str(uuid.UUID(int=(2**48 - 1) << 80 | 7 << 76 | 2 << 62))
    call = {**GOOD, "call_timestamp": None, "call_id": call_id}
    for attempt in (
        lambda: record_call(untouched, **call),
        lambda: record_calls(untouched, [call]),
    ):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="call_id must not"):
            attempt()
    assert untouched.execute(STORED).fetchone() == (0, 0, 0, 0)


WRONG_ELEMENTS = {
    "a number": 5,
    "a string": "call",
    "null": None,
    "a list": [GOOD],
    "an empty object": {},
    "a model that is a number": {**GOOD, "model_name": 5},
    "a model that is an object": {**GOOD, "model_name": {"name": "acme"}},
    "a tool that is true": {**GOOD, "tool_name": True},
    "a time in words": {**GOOD, "response_time_ms": "fast"},
    "a time that is a list": {**GOOD, "response_time_ms": [1]},
    "a time beyond double precision": {**GOOD, "response_time_ms": "1e999"},
    "success in words": {**GOOD, "success": "perhaps"},
    "half a token": {**GOOD, "input_tokens": 1.5},
    "tokens beyond integer": {**GOOD, "output_tokens": 3_000_000_000},
    "a date in words": {**GOOD, "call_timestamp": "some day"},
    "the 30th of February": {**GOOD, "call_timestamp": "2020-02-30"},
    "a year beyond timestamps": {**GOOD, "call_timestamp": "999999-01-01"},
    "an id that is blank": {**GOOD, "call_id": " "},
    "more cached than sent": {**GOOD, "input_tokens": 1, "cached_input_tokens": 2},
    "a key we do not know": {**GOOD, "latency": 5},
    "parameters that are a string": {**GOOD, "parameters": "{}"},
}


@pytest.mark.parametrize("element", WRONG_ELEMENTS.values(), ids=WRONG_ELEMENTS.keys())
def test_a_wrong_element_of_a_batch_is_named_and_nothing_is_stored(untouched, element) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=r"^calls\[2\]: "):
        record_calls(untouched, [GOOD, {**GOOD, "model_name": "new"}, element, GOOD])
    assert untouched.execute(STORED).fetchone() == (0, 0, 0, 0)


@pytest.mark.parametrize("calls", [None, 5, "calls", GOOD, True])
def test_a_batch_that_is_no_list_is_refused(untouched, calls) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="must be a JSON array"):
        record_calls(untouched, calls)


def test_a_batch_that_is_sql_null_is_refused_and_an_empty_one_records_nothing(untouched) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="must be a JSON array"):
        untouched.execute("select perf.record_calls(null)")
    assert record_calls(untouched, []) == 0
    assert untouched.execute(STORED).fetchone() == (0, 0, 0, 0)


def test_a_batch_after_a_refused_one_in_the_same_transaction_is_checked_too(connection) -> None:
    with connection.transaction():
        with pytest.raises(psycopg.errors.InvalidParameterValue), connection.transaction():
            record_calls(connection, [GOOD, {}])
        assert record_calls(connection, [GOOD]) == 1
    assert connection.execute(STORED).fetchone() == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "text", ['{"model_name": "a\\u0000b"}', '{"model_name": "\\ud800"}', "[" * 100_000, "[NaN]"]
)
def test_json_that_postgresql_cannot_hold_is_refused_and_nothing_is_stored(untouched, text) -> None:
    for statement in (
        "select perf.record_calls(%s::jsonb)",
        "select perf.record_call('acme/large', 'chat', 1, parameters => %s::jsonb)",
    ):
        with pytest.raises((psycopg.errors.DataError, psycopg.errors.StatementTooComplex)):
            untouched.execute(statement, [text])
    assert untouched.execute(STORED).fetchone() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "name",
    [
        "x'); drop table perf.models cascade; --",
        '"; select pg_sleep(100); --',
        "%s %I $1 \\'; {}",
        "模型/большой/🦜 é\u0301",
        "🦜" * 200,
        "<script>alert(1)</script>",
    ],
)
def test_sql_and_any_script_in_a_name_is_only_text(connection, name) -> None:
    call = {**GOOD, "tool_name": name, "error_type": name, "parameters": {name: name}}
    call |= {"model_name": name, "provider": name, "response_time_ms": 2}
    assert record_call(connection, **call)
    assert record_calls(connection, [call]) == 1
    aggregate(connection)
    assert_counted_once(connection, [Call(name, 2, name)] * 2)
    assert connection.execute("select name, provider from perf.models").fetchall() == [(name, name)]


def test_ten_megabytes_of_good_calls_are_recorded(connection) -> None:
    calls = [{**GOOD, "parameters": {"note": "n" * 400}}] * 20_000
    assert len(json.dumps(calls)) > 10_000_000
    assert record_calls(connection, calls) == 20_000


def test_numbers_with_very_many_digits_are_recorded(connection) -> None:
    """Written so that JSON text of a few bytes stands for a number of ten thousand digits."""
    statement = "select perf.record_call('acme/large', 'chat', 1, parameters => %s::jsonb)"
    assert connection.execute(statement, ['{"temperature": 1e10000}']).fetchone() == (True,)


USERS = {name: uuid.uuid5(uuid.NAMESPACE_DNS, name) for name in ("admin", "analyst", "recorder")}


@pytest.fixture(scope="module")
def with_users(server_dsn: str, template_dsn: str) -> Iterator[psycopg.Connection]:
    """A database with a call and a user of each role, which every request leaves as it was."""
    with (
        runner.copied_database(server_dsn, template_dsn) as dsn,
        psycopg.connect(dsn, autocommit=True, options=PATIENCE) as opened,
    ):
        record_call(opened, **GOOD)
        aggregate(opened)
        for role, user in USERS.items():
            opened.execute("select perf.grant_role(%s, %s)", [user, role])
        yield opened


@contextmanager
def request(
    connection: psycopg.Connection, role: str, user: object = None
) -> Iterator[psycopg.Connection]:
    """Act as PostgREST does for one request, by role and token, and undo it afterwards."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        claims = json.dumps({"sub": str(user), "role": role}) if user else ""
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        yield connection


WHO_MAY_NOT = {
    "anon": ("anon", None),
    "anon with a recorder's id": ("anon", USERS["recorder"]),
    "authenticated without a token": ("authenticated", None),
    "authenticated without a profile": ("authenticated", uuid.UUID(int=9)),
    "analyst": ("authenticated", USERS["analyst"]),
    "analyst by database role": ("perf_analyst", None),
}
WHO_MAY = {
    "recorder": ("authenticated", USERS["recorder"]),
    "admin": ("authenticated", USERS["admin"]),
    "service role": ("service_role", None),
    "recorder by database role": ("perf_recorder", None),
    "admin by database role": ("perf_admin", None),
}
TABLES = [
    "performance_metrics_raw",
    "performance_metrics_hourly",
    "performance_metrics_daily",
    "performance_metrics_weekly",
    "models",
    "tools",
    "model_tool_configs",
]
# What holds the rows of the views among them, and what the engine knows of itself.
INTERNAL_TABLES = [
    "rollups",
    "rollup_state",
    "database_origin",
    "pipelines",
    "raw_partitions",
    "dropped_ranges",
]
VIEWS = ["performance_metrics_hourly", "performance_metrics_daily", "performance_metrics_weekly"]


def count_visible(connection: psycopg.Connection, table: str) -> int | None:
    """Return how many rows of a table this role sees, nothing if it may not ask."""
    try:
        with connection.transaction():
            statement = sql.SQL("select count(*) from perf.{}").format(sql.Identifier(table))
            return connection.execute(statement).fetchone()[0]
    except psycopg.errors.InsufficientPrivilege:
        return None


@pytest.mark.parametrize("who", WHO_MAY_NOT)
def test_others_may_not_record_or_aggregate(with_users, who) -> None:
    for statement in (
        "select perf.record_call('acme/large', 'chat', 1)",
        "select perf.record_calls('[]')",
        "select perf.aggregate_performance_metrics()",
        "insert into perf.models (name, provider) values ('new', 'new')",
        "insert into perf.performance_metrics_raw values (gen_random_uuid(), now(), 1)",
        "update perf_internal.rollups set count = 5",
        "insert into perf.metrics default values",
        "delete from perf_internal.rollup_state",
    ):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            request(with_users, *WHO_MAY_NOT[who]),
        ):
            with_users.execute(statement.encode())
    assert with_users.execute(STORED).fetchone() == (1, 1, 1, 1)


@pytest.mark.parametrize("who", WHO_MAY)
def test_recorders_and_admins_record(with_users, who) -> None:
    with request(with_users, *WHO_MAY[who]):
        assert record_call(with_users, **GOOD)
        assert record_calls(with_users, [{**GOOD, "model_name": "new/model"}]) == 1
        with_users.execute("reset role")
        assert with_users.execute(STORED).fetchone() == (2, 1, 2, 3)


@pytest.mark.parametrize("who", {**WHO_MAY, **WHO_MAY_NOT})
def test_only_analysts_and_admins_read(with_users, who) -> None:
    reads = "analyst" in who or "admin" in who or "service" in who
    with request(with_users, *{**WHO_MAY, **WHO_MAY_NOT}[who]):
        for table in TABLES:
            seen = count_visible(with_users, table)
            assert seen == 1 if reads else not seen, table


def test_a_recorder_writes_nothing_but_by_recording(with_users) -> None:
    tables = [sql.Identifier("perf", table) for table in ("metrics", *TABLES) if table not in VIEWS]
    tables += [sql.Identifier("perf_internal", table) for table in INTERNAL_TABLES]
    for who in ("recorder", "recorder by database role", "admin", "admin by database role"):
        for table in tables:
            for statement in ("delete from {}", "insert into {} default values"):
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    request(with_users, *WHO_MAY[who]),
                ):
                    with_users.execute(sql.SQL(statement).format(table))
        for view in VIEWS:
            with (
                pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState),
                request(with_users, *WHO_MAY[who]),
            ):
                with_users.execute(sql.SQL("delete from perf.{}").format(sql.Identifier(view)))


def test_logins_with_a_group_role_record_and_read_without_a_token(database, connection) -> None:
    record_call(connection, **GOOD)
    aggregate(connection)
    seen = {}
    for role in ("recorder", "analyst", "admin"):
        login = f"test_{role}_{connection.info.dbname}"
        connection.execute(
            sql.SQL("create role {} login in role {}").format(
                sql.Identifier(login), sql.Identifier(f"perf_{role}")
            )
        )
        try:
            with psycopg.connect(make_conninfo(database, user=login), autocommit=True) as own:
                try:
                    recorded = record_call(own, **GOOD)
                except psycopg.errors.InsufficientPrivilege:
                    recorded = False
                seen[role] = (recorded, count_visible(own, "performance_metrics_hourly"))
        finally:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    assert seen == {"recorder": (True, None), "analyst": (False, 1), "admin": (True, 1)}


@given(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=9)
)
@settings(max_examples=40)
def test_python_makes_the_same_call_id_of_a_text(untouched, texts: list[str]) -> None:
    texts += [
        "req_011CT",
        "{0123456789abcdef0123456789ABCDEF}",
        "0123-4567-89abcdef0123456789abcdef",
    ]
    texts += [" chatcmpl-1\n", "0123456789abcdef0123456789abcdef-", str(uuid.uuid4())]
    made = untouched.execute(
        "select array(select perf.get_call_id(t) from unnest(%s::text[]) as t)", [texts]
    ).fetchone()
    assert made is not None
    assert made[0] == [make_call_id(text) if text.strip(" ") else None for text in texts]
