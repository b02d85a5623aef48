"""Sample data: the same every time, added once."""

import json
from collections import Counter
from datetime import UTC, datetime

import psycopg
import pytest

from pgkit import seed
from pgkit.database import connect

UNTIL = datetime(2020, 1, 13, 12, 30, tzinfo=UTC)


@pytest.fixture
def add(database):
    def add(**options: object) -> tuple[int, int]:
        with connect(database) as connection:
            seed.add_reference_data(connection)
            arguments = {"calls": 500, "days": 7, "until": UNTIL, **options}
            return seed.add_calls(connection, **arguments)[:2]

    return add


def fingerprint(connection: psycopg.Connection) -> tuple:
    row = connection.execute(
        "select count(*), count(distinct r.id), md5(string_agg("
        " r.id || ' ' || r.response_time_ms || m.name || coalesce(r.error_type, ''), ''"
        " order by r.id)), min(r.call_timestamp), max(r.call_timestamp)"
        " from perf.performance_metrics_raw as r"
        " join perf.model_tool_configs as c on c.id = r.model_tool_config_id"
        " join perf.models as m on m.id = c.model_id"
    ).fetchone()
    assert row is not None
    return row


def test_seed_adds_users_models_tools_and_calls(pgkit, database, connection) -> None:
    arguments = ["seed", "--calls", "300", "--days", "2", "--until", "2020-01-13T12:30"]
    seeded = pgkit(*arguments, dsn=database)
    assert seeded.returncode == 0, seeded.stderr
    assert "Added 300 sample calls, 0 were there already." in seeded.stdout
    roles = connection.execute("select u.role::text, u.user_id from perf.user_roles as u")
    assert dict(roles.fetchall()) == seed.USERS
    assert connection.execute("select count(*) from perf.models").fetchone() == (14,)
    before = fingerprint(connection)
    assert before[:2] == (300, 300)
    again = pgkit(*arguments, dsn=database)
    assert "Added 0 sample calls, 300 were there already." in again.stdout
    assert fingerprint(connection) == before


def test_calls_are_the_same_in_every_database(add, connection) -> None:
    assert add() == (500, 0)
    count, ids, content, first, last = fingerprint(connection)
    assert (count, ids) == (500, 500)
    assert content == "2145a4946712a34f23c1970157c6a994"
    assert first >= datetime(2020, 1, 6, 12, tzinfo=UTC)
    assert last < datetime(2020, 1, 13, 12, tzinfo=UTC)


def test_more_calls_keep_those_already_there(add) -> None:
    add(calls=200)
    assert add(calls=500) == (300, 200)


def test_another_seed_gives_other_calls(add) -> None:
    add()
    assert add(seed=2) == (500, 0)


def test_seeding_again_after_retention_doubles_nothing(add, connection) -> None:
    add()
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("select * from perf.cleanup_old_performance_data('2020-01-20')")
    left = connection.execute("select count(*) from perf.performance_metrics_raw").fetchone()
    assert left is not None and left[0] < 500
    assert add()[0] == 0
    connection.execute("select perf.aggregate_performance_metrics()")
    total = "select sum(call_count) from perf.performance_metrics_daily"
    assert connection.execute(total).fetchone() == (500,)


def test_the_day_has_a_rhythm() -> None:
    calls = Counter[int]()
    for hour, count in seed.spread(10_000, 7, UNTIL):
        calls[hour.hour] += count
    assert calls.total() == 10_000
    assert calls[14] > 5 * calls[2]


def test_an_id_carries_the_time_of_its_call(connection) -> None:
    identifier = seed.make_id(UNTIL, "any")
    row = connection.execute("select perf_internal.get_uuid_time(%s)", [identifier]).fetchone()
    assert row == (UNTIL,)
    assert identifier.version == 7


def test_reference_data_alone_adds_no_calls(pgkit, database) -> None:
    assert "Added 0 sample calls" in pgkit("seed", dsn=database).stdout
    assert json.loads(pgkit("compare", "--json", dsn=database).stdout) == []
