"""Costs: numbers against a computation of our own, over raw calls with the price in force.

Calls, prices and their changes are generated and committed. The computation knows no rollups: it
looks at every call by itself, with fractions that lose nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pgkit import runner

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# A Wednesday in the middle of a month, so that weeks and months are cut at both ends.
START = datetime(2020, 1, 22, tzinfo=UTC)
DAYS = 40
MILLION = Decimal(1_000_000)


class Call(NamedTuple):
    model: str
    tool: str
    provider: str
    at: datetime
    success: bool
    input: int | None
    cached: int | None
    written: int | None
    output: int | None
    reasoning: int | None
    cost: float | None


class Price(NamedTuple):
    model: str
    provider: str | None
    valid_from: datetime
    input: float
    cached: float | None
    written: float | None
    output: float
    currency: str = "USD"


MODELS = {
    "acme/writer": ("acme",),
    "acme/reader": ("acme", "Other"),
    "plain": ("host", "acme"),
    "gold/euro": ("gold",),
    "nobody/knows": ("nobody",),
    "late/comer": ("late",),
    "lonely": ("unknown",),
    "shared": ("unknown", "two"),
}


def make_calls(random: Random, count: int) -> list[Call]:
    calls = []
    for _ in range(count):
        model = random.choice(list(MODELS))
        known = random.random() < 0.9
        tokens = random.randrange(0, 5000) if known else None
        cached = random.randrange(0, tokens + 1) if tokens and random.random() < 0.5 else None
        written = (
            random.randrange(0, tokens - cached + 1)
            if tokens and cached is not None and random.random() < 0.5
            else None
        )
        output = random.randrange(0, 2000) if random.random() < 0.9 else None
        reasoning = random.randrange(0, output + 1) if output and random.random() < 0.3 else None
        calls.append(
            Call(
                model,
                random.choice(["chat", "search"]),
                random.choice(MODELS[model]),
                START + random.randrange(0, DAYS * 24 * 60) * timedelta(minutes=1),
                random.random() < 0.9,
                tokens,
                cached,
                written,
                output,
                reasoning,
                round(random.random(), 4) if random.random() < 0.3 else None,
            )
        )
    return calls


def make_prices(random: Random) -> list[Price]:
    def amount() -> float:
        return random.randrange(1, 10000) / 1000

    def some() -> float | None:
        return amount() if random.random() < 0.5 else None

    def price(model: str, provider: str | None, at: datetime, currency: str = "USD") -> Price:
        return Price(model, provider, at, amount(), some(), some(), amount(), currency)

    def hours() -> Iterator[datetime]:
        while True:
            yield START + random.randrange(-100, DAYS * 24) * HOUR

    at = hours()
    first = START - 100 * DAY
    keys: list[tuple[str, str | None, str]] = [
        ("acme/writer", None, "USD"),
        ("acme/reader", None, "USD"),
        # In another spelling than that of the calls.
        ("acme/reader", "other", "USD"),
        # acme/plain for plain served by acme, and plain served by host.
        ("acme/plain", None, "USD"),
        ("plain", "host", "USD"),
        # The name without its provider.
        ("euro", "gold", "EUR"),
        # The provider of the calls is unknown; one provider has a price, or two.
        ("lonely", "one", "USD"),
        ("shared", "one", "USD"),
        ("shared", "Two", "USD"),
    ]
    prices = [price(model, provider, first, currency) for model, provider, currency in keys]
    for _ in range(6):
        model, provider, currency = random.choice(keys)
        prices.append(price(model, provider, next(at), currency))
    # From another currency to the first, a price for the provider that begins later, and one that
    # begins in the middle.
    prices.append(price("euro", "gold", START + 300 * HOUR, "USD"))
    prices.append(price("acme/writer", "acme", START + 500 * HOUR))
    prices.append(price("late/comer", None, START + 411 * HOUR))
    return list({(p.model, p.provider, p.valid_from): p for p in prices}.values())


def find_price(
    prices: Sequence[Price], model: str, provider: str | None, at: datetime
) -> Price | None:
    """Return the price in force, as docs/costs.md says it is found."""
    before, slash, after = model.partition("/")
    places: list[tuple[str, str | None]] = [(model, None)]
    if provider:
        places = [(model, provider), (f"{provider}/{model}", None), *places]
    if slash:
        places.append((after, before))
    if provider in (None, "unknown"):
        served = {
            price.provider.lower() for price in prices if price.model == model and price.provider
        }
        places += [(model, only) for only in served if len(served) == 1]
    for name, served_by in places:
        found = [
            price
            for price in prices
            if price.model == name
            and (price.provider or "").lower() == (served_by or "").lower()
            and price.valid_from <= at
        ]
        if found:
            return max(found, key=lambda price: price.valid_from)
    return None


def get_cost(call: Call, price: Price) -> Decimal | None:
    """Return what a call costs by a price; None where it knows no tokens."""
    if call.input is None and call.output is None:
        return None

    def of(tokens: int | None, each: float | None) -> Decimal:
        return (tokens or 0) * Decimal(str(price.input if each is None else each))

    uncached = (call.input or 0) - (call.cached or 0) - (call.written or 0)
    total = (
        of(uncached, price.input)
        + of(call.cached, price.cached)
        + of(call.written, price.written)
        + (call.output or 0) * Decimal(str(price.output))
    )
    return total / MILLION


def record(connection: psycopg.Connection, calls: Sequence[Call]) -> None:
    connection.execute(
        "select perf.record_calls(%s)",
        [
            Jsonb(
                [
                    {
                        "model_name": call.model,
                        "tool_name": call.tool,
                        "provider": call.provider,
                        "response_time_ms": 1,
                        "success": call.success,
                        "call_timestamp": call.at.isoformat(),
                        "input_tokens": call.input,
                        "cached_input_tokens": call.cached,
                        "cache_write_tokens": call.written,
                        "output_tokens": call.output,
                        "reasoning_tokens": call.reasoning,
                        "cost": call.cost,
                    }
                    for call in calls
                ]
            )
        ],
    )


def set_prices(
    connection: psycopg.Connection, prices: Sequence[Price], book: str = "standard"
) -> None:
    connection.execute(
        "select perf.set_model_prices(%s, %s)",
        [
            Jsonb(
                [
                    {
                        "model_name": price.model,
                        "provider": price.provider,
                        "valid_from": price.valid_from.isoformat(),
                        "input_price": price.input,
                        "cached_input_price": price.cached,
                        "cache_write_price": price.written,
                        "output_price": price.output,
                        "currency": price.currency,
                    }
                    for price in sorted(prices, key=lambda price: price.valid_from)
                ]
            ),
            book,
        ],
    )


Key = tuple[tuple[str, ...], datetime | None, str | None]


def expect(
    calls: Sequence[Call],
    prices: Sequence[Price],
    group_by: Sequence[str],
    get_bucket: Callable[[datetime], datetime | None],
    as_model: str | None = None,
) -> dict[Key, dict[str, Any]]:
    """Return what perf.get_costs() must say, by group, bucket and currency."""
    rows: dict[Key, dict[str, Any]] = defaultdict(
        lambda: {
            "list_cost": None,
            "billed_cost": None,
            "call_count": 0,
            "input_tokens": 0,
            "cached_input_tokens": 0,
            "cache_write_tokens": 0,
            "output_tokens": 0,
            "reasoning_tokens": 0,
            "billed_calls": 0,
            "calls_without_input_tokens": 0,
            "unpriced_models": set(),
        }
    )
    for call in calls:
        price = (
            find_price(prices, as_model, None, call.at)
            if as_model
            else find_price(prices, call.model, call.provider, call.at)
        )
        group = tuple(getattr(call, name) for name in group_by)
        row = rows[group, get_bucket(call.at), price.currency if price else None]
        row["call_count"] += 1
        for name, value in (
            ("input_tokens", call.input),
            ("cached_input_tokens", call.cached),
            ("cache_write_tokens", call.written),
            ("output_tokens", call.output),
            ("reasoning_tokens", call.reasoning),
        ):
            row[name] += value or 0
        row["calls_without_input_tokens"] += call.input is None
        if call.cost is not None:
            row["billed_calls"] += 1
            row["billed_cost"] = (row["billed_cost"] or 0) + call.cost
        if price is None:
            row["unpriced_models"].add(as_model or call.model)
        elif (cost := get_cost(call, price)) is not None:
            row["list_cost"] = (row["list_cost"] or 0) + cost
    return rows


def read(
    connection: psycopg.Connection, start: datetime, end: datetime, **arguments: object
) -> dict[Key, dict[str, Any]]:
    group_by = list(arguments.get("group_by", ["model"]))  # type: ignore[call-overload]
    named = "".join(f", {name} => %({name})s" for name in arguments)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            f"select * from perf.get_costs(%(start)s, %(end)s{named}, max_rows => 100000)".encode(),
            {"start": start, "end": end} | arguments,
        ).fetchall()
    return {
        (
            tuple(row["group_labels"][name] for name in group_by),
            row["time_bucket"],
            row["currency"],
        ): row
        for row in rows
    }


def assert_same(found: dict[Key, dict[str, Any]], expected: dict[Key, dict[str, Any]]) -> None:
    assert set(found) == set(expected)
    for key, wanted in expected.items():
        row = found[key]
        for name, value in wanted.items():
            if name == "unpriced_models":
                assert set(row[name]) == value, key
            elif name == "list_cost":
                cost = None if value is None else pytest.approx(float(value), rel=1e-12)
                assert row[name] == cost, key
            elif name == "billed_cost":
                # It is rounded, and has no error beyond that.
                assert row[name] == (value and float(f"{value:.12g}")), key
            else:
                assert (row[name] or 0) == value, (key, name)


def floor(granularity: str, zone: ZoneInfo) -> Callable[[datetime], datetime]:
    """Return what gives the bucket of a call: the first whole hour of UTC in it."""

    def get_bucket(at: datetime) -> datetime:
        hour = at.replace(minute=0)
        if granularity == "hourly":
            return hour
        day = hour.astimezone(zone).date()
        if granularity == "weekly":
            day -= timedelta(days=day.weekday())
        elif granularity == "monthly":
            day = day.replace(day=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        return midnight if midnight.minute == 0 else midnight.replace(minute=0) + HOUR

    return get_bucket


class World(NamedTuple):
    dsn: str
    calls: list[Call]
    prices: list[Price]


@pytest.fixture(scope="module", params=[1, 2])
def world(server_dsn: str, template_dsn: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """Calls of 40 days: most rolled up in two runs, and the last not yet."""
    random = Random(request.param)
    calls, prices = make_calls(random, 3000), make_prices(random)
    with runner.copied_database(server_dsn, template_dsn) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            for part in (calls[:1500], calls[1500:2700], calls[2700:]):
                record(connection, part)
                if part[-1] is not calls[-1]:
                    connection.execute("select perf.aggregate_performance_metrics()")
            set_prices(connection, prices)
        yield World(dsn, calls, prices)


@pytest.fixture
def filled(server_dsn: str, world: World) -> Iterator[psycopg.Connection]:
    """A connection to a copy of the world."""
    with (
        runner.copied_database(server_dsn, world.dsn) as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        yield connection


@pytest.mark.parametrize(
    "group_by",
    [["model"], [], ["provider", "model"], ["tool"]],
    ids=lambda names: "+".join(names) or "all",
)
def test_costs_are_the_sum_over_calls_with_the_price_in_force(
    filled: psycopg.Connection, world: World, group_by: list[str]
) -> None:
    _, calls, prices = world
    start, end = START + 55 * HOUR, START + 900 * HOUR
    inside = [call for call in calls if start <= call.at < end]
    assert_same(
        read(filled, start, end, group_by=group_by),
        expect(inside, prices, group_by, lambda at: None),
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize("granularity", ["hourly", "daily", "weekly", "monthly"])
def test_buckets_are_cut_where_a_price_changes(
    filled: psycopg.Connection, world: World, granularity: str, zone: str
) -> None:
    _, calls, prices = world
    get_bucket = floor(granularity, ZoneInfo(zone))
    start, end = START + 30 * HOUR, START + 800 * HOUR
    inside = [call for call in calls if start <= get_bucket(call.at) < end]
    found = read(filled, start, end, granularity=granularity, time_zone=zone)
    assert_same(found, expect(inside, prices, ["model"], get_bucket))
    for (_, bucket, _), row in found.items():
        assert row["range_start"] == bucket
        assert get_bucket(row["range_end"]) == row["range_end"] > bucket


def test_another_model_and_another_book_price_the_same_tokens(
    filled: psycopg.Connection, world: World
) -> None:
    _, calls, prices = world
    end = START + DAYS * DAY
    assert_same(
        read(filled, START, end, as_model="late/comer"),
        expect(calls, prices, ["model"], lambda at: None, as_model="late/comer"),
    )
    other = [Price("plain", None, START, 1, None, None, 2, "JPY")]
    set_prices(filled, other, "other")
    assert_same(
        read(filled, START, end, book="other", labels=Jsonb({"tool": "chat"})),
        expect([call for call in calls if call.tool == "chat"], other, ["model"], lambda at: None),
    )


def test_removed_hours_and_days_count_once(filled: psycopg.Connection, world: World) -> None:
    """Where retention has removed hours, prices change with a day, and without days with a week.

    Every call is counted once, whatever is left, and the parts of a range are the whole.
    """
    _, calls, prices = world
    filled.execute("select perf.aggregate_performance_metrics()")
    end = START + DAYS * DAY
    for level, cutoff in (("hourly", START + 409 * HOUR), ("daily", START + 305 * HOUR)):
        filled.execute(
            "delete from perf_internal.rollups where granularity = %s and time_bucket < %s",
            [level, cutoff],
        )
        filled.execute(
            "insert into perf.retention (pipeline, level, deleted_before) values ('calls', %s, %s)"
            " on conflict (pipeline, level) do update set deleted_before = excluded.deleted_before",
            [level, cutoff],
        )
        monday = START - 2 * DAY
        for granularity in (None, "monthly", "weekly"):
            found = read(filled, monday - 28 * DAY, end, group_by=[], granularity=granularity)
            assert sum(row["call_count"] for row in found.values()) == len(calls), granularity
        # After the cut all is exact.
        start = START + 19 * DAY
        inside = [call for call in calls if call.at >= start]
        assert_same(
            read(filled, start, end),
            expect(inside, prices, ["model"], lambda at: None),
        )


def test_billed_and_list_costs_are_compared_only_where_all_calls_have_both(
    connection: psycopg.Connection,
) -> None:
    connection.execute("select perf.set_model_price('m', 1, 2)")
    for tool, cost in (("chat", 5), ("search", 7), ("search", None)):
        connection.execute(
            "select perf.record_call('m', %s, 1, input_tokens => 1000000, output_tokens => 1000000,"
            " cost => %s, provider => %s, call_timestamp => %s)",
            [tool, cost, tool, START],
        )
    # A failed call without tokens and cost is on both sides.
    connection.execute(
        "select perf.record_call('m', 'chat', 1, success => false, provider => 'chat',"
        " call_timestamp => %s)",
        [START],
    )
    ((_, row),) = read(connection, START, START + HOUR).items()
    assert (row["list_cost"], row["billed_cost"], row["billed_calls"]) == (9, 12, 2)
    assert (row["compared_calls"], row["billed_difference"]) == (1, 2)
    assert row["calls_without_input_tokens"] == row["calls_without_output_tokens"] == 1
