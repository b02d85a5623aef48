"""Budgets: what is spent and expected, and the life of their alerts, by the parameter as_of."""

import math
import statistics
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg
import pytest
from pipeline import wait_until_blocked
from psycopg.rows import dict_row

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEBRUARY = datetime(2020, 2, 1, tzinfo=UTC)
# The 0.95 quantile of Student's t with 27 degrees of freedom, from a table.
T_27 = 1.703288


def spend(connection: psycopg.Connection, at: datetime, amount: float, model: str = "m") -> None:
    """Record a call that costs so many dollars: a dollar is a million tokens."""
    connection.execute(
        "select perf.record_call(%s, 'chat', 1, input_tokens => %s, output_tokens => 0,"
        " call_timestamp => %s)",
        [model, round(amount * 1_000_000), at],
    )


@pytest.fixture
def priced(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute("select perf.set_model_price('m', 1, 1)")
    return connection


def status(connection: psycopg.Connection, as_of: datetime, name: str | None = None) -> dict:
    with connection.cursor(row_factory=dict_row) as cursor:
        (row,) = cursor.execute("select * from perf.get_budget_status(%s, %s)", [name, as_of])
        return row


def alerts(connection: psycopg.Connection) -> list[tuple]:
    return connection.execute(
        "select a.labels ->> 'period', a.severity, a.is_resolved, a.resolution_note"
        " from perf.model_alerts as a where a.alert_type = 'budget' order by a.id"
    ).fetchall()


def check(connection: psycopg.Connection, as_of: datetime) -> list[tuple]:
    return connection.execute(
        "select c.state, c.severity, c.value from perf.check_alert_thresholds(%s) as c"
        " where c.alert_type = 'budget'",
        [as_of],
    ).fetchall()


def test_what_is_spent_and_expected(priced: psycopg.Connection) -> None:
    random = Random(1)
    days = [random.randrange(100, 500) / 100 for _ in range(40)]
    for number, amount in enumerate(days):
        spend(priced, FEBRUARY - 30 * DAY + number * DAY + 5 * HOUR, amount)
    priced.execute("select perf.aggregate_performance_metrics()")
    # On 11 February at 12:00, which has its call at 5:00.
    spend(priced, FEBRUARY + 10 * DAY + 5 * HOUR, 2.5)
    spend(priced, FEBRUARY + 3 * DAY, 1, "unpriced")
    priced.execute("select perf.set_budget('all', 100)")
    row = status(priced, FEBRUARY + 10 * DAY + 12 * HOUR)
    spent = sum(days[30:]) + 2.5
    last = days[12:]
    remaining = 29 - 10.5
    mean, deviation = statistics.mean(last), statistics.stdev(last)
    margin = T_27 * deviation * math.sqrt(remaining + remaining**2 / 28)
    assert row["spent"] == pytest.approx(spent)
    assert row["share"] == pytest.approx(spent / 100)
    assert row["history_days"] == 28
    assert row["projected"] == pytest.approx(spent + remaining * mean)
    assert row["projected_low"] == pytest.approx(spent + remaining * mean - margin, rel=1e-6)
    assert row["projected_high"] == pytest.approx(spent + remaining * mean + margin, rel=1e-6)
    assert (row["unpriced_calls"], row["call_count"]) == (1, 11)
    assert (row["period_start"], row["period_end"]) == (FEBRUARY, FEBRUARY + 29 * DAY)


def test_nine_of_ten_intervals_hold_what_is_spent(connection: psycopg.Connection) -> None:
    """Of costs that are as the method supposes; 2,000 samples err by 0.7 percentage points."""
    random = Random(2)
    rows = []
    for _ in range(2000):
        past = [random.gauss(50, 10) for _ in range(28)]
        rows.append((past, sum(random.gauss(50, 10) for _ in range(12)), 12))
    with connection.cursor() as cursor:
        cursor.executemany(
            "select j.low, j.high from perf_internal.get_spending_projection(%s, %s, 0) as j",
            [(past, days) for past, _, days in rows],
            returning=True,
        )
        held = 0
        for _, future, _ in rows:
            low, high = cursor.fetchone()
            held += low <= future <= high
            cursor.nextset()
    assert held / len(rows) == pytest.approx(0.9, abs=0.025)


def test_an_alert_opens_escalates_and_ends_with_the_period(priced: psycopg.Connection) -> None:
    priced.execute("select perf.set_budget('all', 10, warn_at => 0.8)")
    spend(priced, FEBRUARY + HOUR, 7.99)
    assert check(priced, FEBRUARY + 2 * HOUR) == []
    spend(priced, FEBRUARY + 3 * HOUR, 0.01)
    assert check(priced, FEBRUARY + 4 * HOUR) == [("firing", "warning", 8)]
    spend(priced, FEBRUARY + 5 * HOUR, 2)
    assert check(priced, FEBRUARY + 6 * HOUR) == [("firing", "critical", 10)]
    (message,) = priced.execute("select a.alert_message from perf.model_alerts as a").fetchone()
    assert message == "all: 10 of 10 USD of 2020-02 are spent."
    # The last hour of February, and the first of March.
    assert check(priced, FEBRUARY + 29 * DAY - HOUR) == []
    assert check(priced, FEBRUARY + 29 * DAY) == [("ok", None, None)]
    assert alerts(priced) == [("2020-02", "critical", True, "The period is over.")]
    spend(priced, FEBRUARY + 30 * DAY, 9)
    assert check(priced, FEBRUARY + 30 * DAY + HOUR) == [("firing", "warning", 9)]
    priced.execute("select perf.delete_budget('all')")
    assert check(priced, FEBRUARY + 30 * DAY + 2 * HOUR) == [("ok", None, None)]
    assert alerts(priced)[1] == ("2020-03", "warning", True, "The budget is disabled or deleted.")


def test_a_projection_warns_before_the_money_is_gone(priced: psycopg.Connection) -> None:
    for number in range(-28, 10):
        spend(priced, FEBRUARY + number * DAY, 4 if number < 0 else 4.5)
    priced.execute("select perf.set_budget('all', 125)")
    # 45 are spent, and 19 days at more than 4 are to come.
    assert check(priced, FEBRUARY + 10 * DAY) == []
    priced.execute("select perf.set_budget('all', 110)")
    assert check(priced, FEBRUARY + 10 * DAY + HOUR) == [("firing", "warning", 45)]
    (message,) = priced.execute("select a.alert_message from perf.model_alerts as a").fetchone()
    assert message.startswith("all: 45 of 110 USD of 2020-02 are spent, 12")
    # Nothing more is spent. The alert stays while more than the amount is still expected.
    row = status(priced, FEBRUARY + 12 * DAY)
    assert row["projected_low"] < 110 < row["projected"]
    assert check(priced, FEBRUARY + 12 * DAY) == []
    row = status(priced, FEBRUARY + 13 * DAY)
    assert row["projected"] < 110
    assert check(priced, FEBRUARY + 13 * DAY) == [("ok", None, 45)]
    assert alerts(priced)[0][3] == "What is spent and what is expected are within the budget."


@pytest.mark.parametrize(
    ("period", "zone", "as_of", "start", "end", "name"),
    [
        (
            "daily",
            "UTC",
            "2020-02-05 10:00+00",
            "2020-02-05 00:00+00",
            "2020-02-06 00:00+00",
            "02-05",
        ),
        (
            "weekly",
            "UTC",
            "2020-02-05 10:00+00",
            "2020-02-03 00:00+00",
            "2020-02-10 00:00+00",
            "02-03",
        ),
        (
            "monthly",
            "Asia/Kolkata",
            "2020-02-05",
            "2020-01-31 19:00+00",
            "2020-02-29 19:00+00",
            "02",
        ),
        # Clocks change on 8 March and 1 November.
        (
            "daily",
            "America/New_York",
            "2020-03-08 12:00+00",
            "2020-03-08 05:00+00",
            "2020-03-09 04:00+00",
            "03-08",
        ),
        (
            "weekly",
            "America/New_York",
            "2020-11-01 12:00+00",
            "2020-10-26 04:00+00",
            "2020-11-02 05:00+00",
            "10-26",
        ),
    ],
)
def test_periods_are_those_of_the_time_zone(
    priced: psycopg.Connection, period: str, zone: str, as_of: str, start: str, end: str, name: str
) -> None:
    priced.execute("select perf.set_budget('b', 1, period => %s, time_zone => %s)", [period, zone])
    spend(priced, datetime.fromisoformat(start) - HOUR, 10)
    spend(priced, datetime.fromisoformat(start), 2)
    row = status(priced, datetime.fromisoformat(as_of).replace(tzinfo=UTC))
    assert row["period_start"] == datetime.fromisoformat(start)
    assert row["period_end"] == datetime.fromisoformat(end)
    assert row["spent"] == 2
    (label,) = priced.execute(
        "select s.labels ->> 'period' from perf_internal.read_budget_samples(%s) as s",
        [datetime.fromisoformat(as_of).replace(tzinfo=UTC)],
    ).fetchone()
    assert label == f"{start[:4]}-{name}"


def test_labels_currency_and_book_say_which_calls_count(priced: psycopg.Connection) -> None:
    priced.execute("select perf.set_model_price('e', 1, 1, currency => 'EUR')")
    priced.execute("select perf.set_model_price('m', 3, 1, book => 'negotiated')")
    for model, amount in (("m", 1), ("e", 2), ("x", 4)):
        spend(priced, FEBRUARY, amount, model)
    for name, arguments, expected in (
        ("all", "", (1, 1, 1, 1)),
        ("euros", ", 'EUR'", (2, 1, 1, 1)),
        ("one", ', labels => \'{"model": "m"}\'', (1, 1, 0, 0)),
        ("book", ", book => 'negotiated'", (3, 1, 2, 0)),
    ):
        priced.execute(f"select perf.set_budget('{name}', 100{arguments})".encode())
        row = status(priced, FEBRUARY + HOUR, name)
        assert (
            row["spent"],
            row["call_count"],
            row["unpriced_calls"],
            row["other_currency_calls"],
        ) == expected, name


def test_of_two_prices_at_once_the_second_waits_and_has_the_last_word(database: str) -> None:
    with (
        psycopg.connect(database) as first,
        psycopg.connect(database) as second,
        psycopg.connect(database, autocommit=True) as observer,
        ThreadPoolExecutor() as pool,
    ):
        first.execute("select perf.set_model_price('m', 1, 1)")
        waiting = pool.submit(second.execute, "select perf.set_model_price('m', 2, 2)")
        wait_until_blocked(observer, second.info.backend_pid)
        first.commit()
        waiting.result(timeout=30)
        second.commit()
        prices = observer.execute("select p.input_price from perf.model_prices as p").fetchall()
        assert prices == [(2,)]
        # Batches in opposite orders do not lock each other out.
        batch = '[{"model_name": "%s", "input_price": 1, "output_price": %s}]'
        both = [
            f"{batch[:-1] % (a, n)}, {batch[1:] % (b, n)}"
            for a, b, n in (("a", "b", 1), ("b", "a", 2))
        ]
        first.execute("select * from perf.set_model_prices(%s::jsonb)", [both[0]])
        waiting = pool.submit(
            second.execute, "select * from perf.set_model_prices(%s::jsonb)", [both[1]]
        )
        wait_until_blocked(observer, second.info.backend_pid)
        first.commit()
        waiting.result(timeout=30)
        second.commit()
        prices = observer.execute(
            "select p.model_name, p.output_price from perf.model_prices as p"
            " where p.model_name in ('a', 'b') order by 1"
        ).fetchall()
        assert prices == [("a", 2), ("b", 2)]


def test_a_price_that_is_deleted_and_set_at_once_is_one_or_none(database: str) -> None:
    with (
        psycopg.connect(database) as first,
        psycopg.connect(database) as second,
        psycopg.connect(database, autocommit=True) as observer,
        ThreadPoolExecutor() as pool,
    ):
        observer.execute("select perf.set_model_price('m', 1, 1)")
        assert first.execute("select perf.delete_model_price('m')").fetchone() == (1,)
        waiting = pool.submit(second.execute, "select perf.delete_model_price('m')")
        wait_until_blocked(observer, second.info.backend_pid)
        first.commit()
        assert waiting.result(timeout=30).fetchone() == (0,)
        second.commit()
        first.execute("select perf.set_budget('b', 1)")
        waiting = pool.submit(second.execute, "select perf.delete_budget('b')")
        assert waiting.result(timeout=30).fetchone() == (False,)
        second.commit()
        first.commit()
        assert observer.execute("select perf.delete_budget('b')").fetchone() == (True,)
