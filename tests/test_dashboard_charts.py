"""What charts and tables are told to draw, without a browser."""

from datetime import UTC, datetime, timedelta

import dash_mantine_components as dmc
import pytest
from dash import html

from pgkit.dashboard.app import labels_of
from pgkit.dashboard.ask import follow
from pgkit.dashboard.charts import (
    FEW,
    Column,
    Level,
    Line,
    Mark,
    bars,
    scale,
    table,
    time_axis,
    trend,
)
from pgkit.dashboard.frame import field, name_tables
from pgkit.dashboard.numbers import percent
from pgkit.dashboard.pages.common import about, of_all
from pgkit.dashboard.pages.models import comparison
from pgkit.dashboard.state import read_state

START = datetime(2020, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(count: int) -> list[dict[str, object]]:
    """Rows of so many hours with an interval."""
    return [
        {"time_bucket": START + at * HOUR, "value": at, "low": at - 1, "high": at + 1}
        for at in range(count)
    ]


def text(component: object) -> str:
    """Return all that a drawing says."""
    return str(component)


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([0, 0], "share", [0, 1]),
        ([0], None, [0, 1]),
        ([], "ms", [0, 1]),
        ([0.87], "share", [0, 0.25, 0.5, 0.75, 1]),
        ([3], None, [0, 1, 2, 3]),
        ([2], "ms", [0, 0.5, 1, 1.5, 2]),
        ([59, 60], None, [0, 20, 40, 60]),
        ([100_000], "ms", [0, 30_000, 60_000, 90_000, 120_000]),
        ([14_000], "MB", [0, 5 * 1024, 10 * 1024, 15 * 1024]),
        ([1e-9], None, [0, 2.5e-10, 5e-10, 7.5e-10, 1e-9]),
    ],
)
def test_axes_have_round_numbers(values, unit, expected) -> None:
    points = [{"at": "a", "value": value} for value in values]
    assert scale(points, [], unit, is_from_zero=True) == expected


def test_an_axis_has_room_for_intervals_and_limits() -> None:
    points = [{"at": "a", "value": 5, "interval": [-3, 7]}]
    assert scale(points, [Level(18, "critical")], None) == [-10, 0, 10, 20]


def test_axes_of_time_name_whole_days_and_hours() -> None:
    week = [f"Mar {1 + at // 24:02} {at % 24:02}:00" for at in range(168)]
    assert time_axis(week)["ticks"] == [f"Mar {day:02} 00:00" for day in range(1, 8)]
    assert time_axis(week[:24])["ticks"] == [f"Mar 01 {at:02}:00" for at in range(0, 24, 3)]
    assert time_axis(week[:6])["ticks"] == week[:6]
    month = [f"2020-06-{day:02}" for day in range(1, 31)]
    assert time_axis(month)["ticks"] == [f"2020-06-{day:02}" for day in (1, 8, 15, 22, 29)]
    assert time_axis(month[::7])["ticks"] == month[::7]
    assert "ticks" not in time_axis(["before", "after"])


def test_a_legend_names_the_interval_once() -> None:
    lines = [
        Line("p95", "value", low="low", high="high"),
        Line("p50", "value", low="low", high="high"),
    ]
    legend = trend(hours(4), lines, "hourly").children[0]
    assert [item.children[1] for item in legend.children] == ["p95", "p50", "95 % interval"]


def test_a_chart_of_one_thing_needs_no_legend() -> None:
    assert trend(hours(4), [Line("calls", "value")], "hourly").children[0] is None
    assert bars([{"at": "a", "x": 0}], "at", [("x", "calls", "blue.6")]).children[0] is None


def test_a_trend_of_few_points_says_why() -> None:
    lines = [Line("calls", "value")]
    said = "Values are of a whole hour (UTC): this range has 1."
    assert said in text(trend(hours(1), lines, "hourly"))
    assert "Values are of a whole" not in text(trend(hours(FEW + 1), lines, "hourly"))


def test_marks_that_are_close_share_a_number() -> None:
    marks = [
        Mark(START + HOUR, "assistant@2"),
        Mark(START + 2 * HOUR, "critical: slow"),
        Mark(START + 50 * HOUR, "warning: slow"),
    ]
    drawn = trend(hours(100), [Line("calls", "value")], "hourly", marks=marks)
    listed = drawn.children[-1].children
    assert [item.children[1] for item in listed] == [
        " assistant@2; and 1 more",
        " warning: slow",
    ]
    assert "critical: slow" in listed[0].title


def test_a_chart_lists_three_marks_and_leads_to_the_others() -> None:
    marks = [
        Mark(START + 20 * at * HOUR, f"warning: {at}", page="Alerts", href="/alerts")
        for at in range(5)
    ]
    drawn = trend(hours(100), [Line("calls", "value")], "hourly", marks=marks)
    listed, more = drawn.children[-1].children
    assert [item.children[1] for item in listed.children] == [f" warning: {at}" for at in range(3)]
    assert more.children[0] == "and 2 more"
    assert (more.children[2].children, more.children[2].href) == ("Alerts", "/alerts")


def test_marks_concern_the_metric_that_is_drawn() -> None:
    def alert(metric: str, statistic: str = "p95") -> dict[str, object]:
        return {"labels": {"metric": metric, "statistic": statistic}}

    times, counts = about("response_time_ms"), about("response_time_ms", is_count=True)
    assert times(alert("response_time_ms"))
    assert times(alert("successful_response_time_ms"))
    assert not times(alert("error_rate"))
    assert not times({"labels": {}})
    assert not times(alert("response_time_ms", "count"))
    assert counts(alert("response_time_ms", "count"))
    assert not counts(alert("response_time_ms"))


def test_tables_are_named_after_their_panel() -> None:
    one = table([{"a": "x"}], (Column("a", "a"),))
    content = html.Div([one, table([{"a": "y"}], (Column("a", "a"),))])
    name_tables(content, "models.error-types")
    found = [part for part in content._traverse() if getattr(part, "role", "") == "group"]
    assert [getattr(part, "aria-labelledby") for part in found] == [
        "title-models-error-types table-models-error-types-1",
        "title-models-error-types table-models-error-types-2",
    ]
    assert [getattr(part, "aria-label") for part in found] == ["table 1", "table 2"]


def test_changes_have_no_more_digits_than_anybody_can_tell() -> None:
    given = [-0.0583, 1.42, 12.345, -0.001, None]
    assert [percent(one) for one in given] == ["-0.06 %", "+1.42 %", "+12.3 %", "0 %", "-"]


def test_a_single_bucket_says_its_interval() -> None:
    lines = [Line("p50", "value", low="low", high="high"), Line("p99", "value")]
    drawn = text(trend(hours(1), lines, "hourly", unit="ms"))
    assert "95 % intervals: p50 0 ms (-1 ms to 1 ms)." in drawn


def test_a_panel_says_which_filter_it_ignores() -> None:
    state = read_state("/overview", "?model=acme%2Fone", START)
    (said,) = of_all(state, "jobs", "model", "tool")
    assert said.children == "Of all jobs: the filter by model does not apply here."
    assert of_all(state, "jobs", "tool") == []


def test_a_comparison_of_models_keeps_to_the_filters() -> None:
    numbers = ("call_count", "success_rate", "p50_response_time", "p95_response_time")
    rows = [
        {"model": name, "provider": provider, **dict.fromkeys(numbers, 1)}
        for name, provider in (("acme/one", "acme"), ("other/two", "other"))
    ]
    for search in ("?model=acme%2Fone", "?provider=acme"):
        drawn, _ = follow(comparison(read_state("/models", search, START)), lambda _: rows)
        assert "acme/one" in text(drawn)
        assert "other/two" not in text(drawn)


def test_columns_of_buttons_have_a_heading_that_is_read_aloud() -> None:
    drawn = text(table([{"a": "x"}], (Column("a", "a"), Column("", "", lambda row: ""))))
    assert "Span(children='Actions', className='unseen')" in drawn


def test_fields_of_a_form_are_known_by_their_labels() -> None:
    found = dmc.TextInput(id=field("time_window"), label="Over the last")
    assert labels_of([html.P("words"), dmc.Group([found])]) == {"time_window": "Over the last"}
