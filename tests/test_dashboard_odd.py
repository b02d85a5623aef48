"""Pages over data that is odd: names like keys, two currencies, hours without calls, no errors."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from dash.development.base_component import Component

from pgkit.dashboard.ask import Database, Viewer, follow
from pgkit.dashboard.charts import Line, trend
from pgkit.dashboard.pages import PAGES
from pgkit.dashboard.state import read_state

pytestmark = pytest.mark.once

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
START = END - timedelta(hours=6)
SEARCH = f"?from={START:%Y-%m-%dT%H:%M}&to={END:%Y-%m-%dT%H:%M}"


@pytest.fixture
def asked(database: str) -> Iterator[Database]:
    made = Database(database)
    yield made
    made.pool.close()


def drawn(asked: Database, page: str, panel: str, search: str = SEARCH) -> Any:
    """Return what a panel draws."""
    state = read_state(f"/{page}", search, END)
    panels = next(one.panels for one in PAGES if one.name == page)
    found = next(one for one in panels if one.key == panel)
    return follow(found.draw(state), lambda question: asked.answer(Viewer(), question))[0]


def parts(node: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the properties of each component of a type, in order."""
    if isinstance(node, list | tuple):
        for one in node:
            yield from parts(one, kind)
    elif isinstance(node, Component):
        written = node.to_plotly_json()
        if written["type"] == kind:
            yield written["props"]
        yield from parts(written["props"].get("children"), kind)


def text(node: Any) -> str:
    """Return all texts of a drawing."""
    if isinstance(node, list | tuple):
        return "".join(map(text, node))
    if isinstance(node, Component):
        return text(node.to_plotly_json()["props"].get("children"))
    return "" if node is None else str(node)


def record(
    connection: psycopg.Connection, model: str, hours: float, count: int = 1, **given: Any
) -> None:
    """Record calls so many hours before the end, of a million tokens each."""
    for _ in range(count):
        connection.execute(
            "select perf.record_call(%s, 'chat', 100, success => %s, input_tokens => 1000000,"
            " output_tokens => 0, call_timestamp => %s)",
            [model, given.get("success", True), END - timedelta(hours=hours)],
        )


def price(connection: psycopg.Connection, model: str, amount: float, currency: str) -> None:
    connection.execute(
        "select perf.set_model_price(%s, %s, %s, currency => %s)", [model, amount, amount, currency]
    )


def test_costs_of_two_currencies_are_never_added(asked, connection) -> None:
    price(connection, "acme/one", 2, "USD")
    price(connection, "acme/two", 3, "EUR")
    for hours in (5, 2):
        record(connection, "acme/one", hours)
        record(connection, "acme/two", hours)
    # Twice as many in the period before.
    record(connection, "acme/one", 8, 4)
    record(connection, "acme/two", 8, 4)
    charts = [chart["data"] for chart in parts(drawn(asked, "costs", "over-time"), "BarChart")]
    sums = [
        sum(value or 0 for point in data for name, value in point.items() if name != "at")
        for data in charts
    ]
    assert sums == [6, 4]
    # Each chart has one currency, and the hours without calls.
    assert [len(data) for data in charts] == [4, 4]
    shown = text(drawn(asked, "overview", "summary"))
    assert "6 EUR + 4 USD" in shown
    assert "-50 % and -50 %" in shown


def test_a_model_may_be_called_like_a_part_of_a_chart(asked, connection) -> None:
    names = ["at", "others", *(f"acme/{number}" for number in range(8))]
    for number, name in enumerate(names):
        price(connection, name, 20 - number, "USD")
        record(connection, name, 1)
    (chart,) = parts(drawn(asked, "costs", "over-time"), "BarChart")
    (point,) = chart["data"]
    assert point["at"].endswith(f"{END - timedelta(hours=1):%H:%M}")
    found = {one["name"]: point[one["name"]] for one in chart["series"]}
    assert found == {
        "at ": 20,
        "others": 19,
        **{f"acme/{number}": 18 - number for number in range(5)},
        "others ": 13 + 12 + 11,
    }


def test_an_hour_without_tokens_shows_as_empty(asked, connection) -> None:
    record(connection, "acme/one", 5)
    record(connection, "acme/one", 1)
    (chart,) = parts(drawn(asked, "models", "tokens"), "BarChart")
    assert [point.get("input") for point in chart["data"]] == [1e6, None, None, None, 1e6]


def test_errors_that_were_none_before_have_something_to_compare_with(asked, connection) -> None:
    record(connection, "acme/one", 8, 40)
    record(connection, "acme/one", 2, 20)
    record(connection, "acme/one", 2, 20, success=False)
    shown = text(drawn(asked, "overview", "summary"))
    assert "Errors50 %0 % before worse" in shown
    assert "nothing to compare with before" not in shown.partition("GPU hours")[0]


def test_shares_of_error_types_say_of_what(asked, connection) -> None:
    record(connection, "acme/one", 1, success=False)
    record(connection, "acme/two", 1, success=False)
    shown = text(drawn(asked, "models", "error-types"))
    # Each is all errors of its model, and half of all.
    assert shown.count("100 %100 %") == 2
    assert "of all errors" not in shown


def test_the_period_before_is_drawn_also_where_there_is_nothing_now() -> None:
    rows = [{"time_bucket": START + timedelta(hours=hour), "count": 1} for hour in (2, 4)]
    earlier = [{"time_bucket": START - timedelta(hours=hour), "count": 7} for hour in range(1, 7)]
    chart = trend(
        rows,
        [Line("calls", "count")],
        "hourly",
        before=(earlier, "count"),
        shift=timedelta(hours=6),
    )
    (found,) = parts(chart, "CompositeChart")
    assert [point["period before"] for point in found["data"]] == [7] * 6
    assert [point["calls"] for point in found["data"]] == [None, None, 1, None, 1, None]
