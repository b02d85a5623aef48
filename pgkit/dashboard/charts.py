"""Draw rows: trends with intervals and marks, bars, shares, points, tables and cards.

Charts are those of Mantine, which are Recharts. What has an interval shows it, as a band of a trend
or a whisker of a bar. Each chart says in words what it shows, for those who cannot see it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Rows
from pgkit.dashboard.numbers import NOTHING, bucket, moment, number

Node: TypeAlias = "Component | str | list[Any] | None"

COLORS = ("blue.6", "orange.7", "teal.7", "grape.6", "red.6", "cyan.7", "lime.8", "pink.6")
BEFORE = "gray.6"
VERDICTS = {
    "better": ("better", "teal"),
    "worse": ("worse", "red"),
    "higher": ("higher", "blue"),
    "lower": ("lower", "blue"),
    "no_clear_change": ("no clear change", "gray"),
    "no_clear_difference": ("no clear difference", "gray"),
    "insufficient_data": ("insufficient data", "gray"),
}
# Units that an axis has room for; others stand above the chart.
SHORT = ("ms", "share", "ratio", "MB", "%")
STILL = {"isAnimationActive": False}
WIDTHS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}


class Line(NamedTuple):
    """A line of a trend: a column of its rows, and the columns of its interval."""

    name: str
    column: str
    color: str = COLORS[0]
    low: str | None = None
    high: str | None = None
    is_dashed: bool = False


class Mark(NamedTuple):
    """What happened at a time: an activation, an alert, a training."""

    time: datetime
    text: str
    color: str = "violet.6"


class Column(NamedTuple):
    """A column of a table, and how its values are shown."""

    name: str
    title: str
    show: Callable[[Any], Node] = lambda value: NOTHING if value is None else str(value)
    is_number: bool = False


def nothing(text: str, hint: Node = None) -> Component:
    """Say that there is nothing, and what to do about it."""
    return html.Div(
        [html.P(text), *([html.P(hint, className="unsure")] if hint else [])], className="nothing"
    )


def problem(message: str, hint: str | None = None) -> Component:
    """Say what went wrong, and what to do about it."""
    return dmc.Alert(
        [dmc.Text(hint, size="sm")] if hint else [], title=message, color="red", variant="light"
    )


def figure(chart: Component, says: str) -> Component:
    """Give a chart the words that say what it shows."""
    # The words stand for all of it: its parts have roles, and no names.
    hidden = html.Div(chart, **{"aria-hidden": "true"})
    return html.Div(hidden, role="img", className="figure", **{"aria-label": says})


def trend(
    rows: Rows,
    lines: Sequence[Line],
    granularity: str,
    *,
    unit: str | None = None,
    marks: Sequence[Mark] = (),
    before: tuple[Rows, str] | None = None,
    shift: timedelta = timedelta(),
    height: int = 260,
    time: str = "time_bucket",
    is_filled: bool = True,
    is_from_zero: bool = True,
) -> Component:
    """Draw columns of rows over time. A bucket without a row is a gap.

    `before` are rows of the period before with the column that is drawn under it, moved by `shift`.
    """
    if not rows:
        return nothing("No values in this range.")
    times = {row[time]: row for row in rows}
    earlier = {row[time] + shift: row for row in before[0]} if before else {}
    known = [*times, *earlier]
    if is_filled:
        known = [*between(min(times), max(times), granularity)] or known
    data = []
    for at in sorted({*known, *times}):
        row = times.get(at, {})
        point = {"at": bucket(at, granularity), **values_of(row, lines)}
        if before:
            point["period before"] = plain(earlier.get(at, {}).get(before[1]))
        data.append(point)
    # Texts beside the lines would lie over each other, so they are listed below it by number.
    shown: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: mark.time):
        shown.setdefault(bucket(floor(mark.time, granularity, times), granularity), []).append(mark)
    past = [Line("period before", "", BEFORE, is_dashed=True)] if earlier else []
    series = [*bands_of(data, lines), *strokes([*past, *lines])]
    chart = dmc.CompositeChart(
        h=height,
        data=data,
        dataKey="at",
        series=series,
        # A single point, or one between gaps, would be invisible without its dot.
        withDots=len(data) <= 60,
        dotProps={"r": 2},
        withLegend=len(series) > 1,
        connectNulls=False,
        curveType="linear",
        strokeWidth=1.5,
        lineProps=STILL,
        areaProps={**STILL, "dot": False, "strokeOpacity": 0, "fillOpacity": 0.25},
        valueFormatter=formatter(unit),
        xAxisProps={"minTickGap": 40},
        yAxisProps={"width": 64, **({} if is_from_zero else {"domain": ["auto", "auto"]})},
        referenceLines=[
            {"x": at, "label": str(index), "color": found[-1].color}
            for index, (at, found) in enumerate(shown.items(), 1)
        ],
    )
    drawn = figure(chart, words_of(rows[-1], lines, unit, min(times), max(times)))
    return html.Div([drawn, legend(list(shown.values()))]) if shown else drawn


def values_of(row: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """Return what lines have at a point: their values, and their intervals where they have any."""
    point: dict[str, Any] = {}
    for line in lines:
        point[line.name] = plain(row.get(line.column))
        if line.low and line.high and row.get(line.low) is not None:
            point[interval(line)] = [plain(row[line.low]), plain(row.get(line.high))]
    return point


def bands_of(data: Rows, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the areas of the intervals that there are."""
    return [
        {"name": interval(line), "type": "area", "color": line.color, "strokeWidth": 0}
        for line in lines
        if any(interval(line) in point for point in data)
    ]


def strokes(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return lines as a chart wants them."""
    return [
        {
            "name": line.name,
            "type": "line",
            "color": line.color,
            **({"strokeDasharray": "4 4"} if line.is_dashed else {}),
        }
        for line in lines
    ]


def words_of(
    last: Mapping[str, Any],
    lines: Sequence[Line],
    unit: str | None,
    first_at: datetime,
    last_at: datetime,
) -> str:
    """Return what a chart of lines says, for those who cannot see it."""
    said = ", ".join(f"{line.name} {number(last.get(line.column), unit)}" for line in lines)
    return f"Line chart from {moment(first_at)} to {moment(last_at)} UTC. Latest: {said}."


def legend(shown: list[list[Mark]]) -> Component:
    """List what the marks of a chart mean, by their number."""
    return html.Ol(
        [
            html.Li(
                "; ".join(dict.fromkeys(mark.text for mark in found))
                + f" ({moment(found[0].time)})"
            )
            for found in shown
        ],
        className="marks",
    )


def interval(line: Line) -> str:
    """Return the name of the interval of a line."""
    return f"{line.name}, 95 % interval"


def between(first: datetime, last: datetime, granularity: str) -> Sequence[datetime]:
    """Return the buckets from one to another, if there are not too many."""
    width = WIDTHS[granularity]
    count = int((last - first) / width) + 1
    return [first + index * width for index in range(count)] if count <= 2_000 else []


def floor(time: datetime, granularity: str, times: Any) -> datetime:
    """Return the last of the buckets that starts before a time, else the first."""
    before = [at for at in times if at <= time.astimezone(UTC)]
    return max(before) if before else min(times)


def formatter(unit: str | None) -> dict[str, Any]:
    """Return the function of the browser that writes numbers of an axis."""
    return {"function": "pgkitNumber", "options": {"unit": unit if unit in SHORT else ""}}


def plain(value: Any) -> float | None:
    """Return a number as JSON has it."""
    return None if value is None else float(value)


def bars(
    rows: Rows,
    key: str,
    columns: Sequence[tuple[str, str, str]],
    *,
    unit: str | None = None,
    height: int = 240,
    is_stacked: bool = False,
    most: float | None = None,
) -> Component:
    """Draw columns of rows, each (column, name, color), as bars over a text.

    `most` is the end of the scale, so that several charts can have the same.
    """
    if not rows:
        return nothing("No values in this range.")
    data = [
        {"at": str(row[key]), **{name: plain(row.get(column)) for column, name, _ in columns}}
        for row in rows
    ]
    chart = dmc.BarChart(
        h=height,
        data=data,
        dataKey="at",
        series=[{"name": name, "color": color} for _, name, color in columns],
        type="stacked" if is_stacked else "default",
        withLegend=len(columns) > 1,
        valueFormatter=formatter(unit),
        barProps=STILL,
        xAxisProps={"minTickGap": 20},
        yAxisProps={"width": 64, **({} if most is None else {"domain": [0, most]})},
    )
    names = ", ".join(name for _, name, _ in columns)
    return figure(chart, f"Bar chart of {names} over {len(data)} values.")


def shares(parts: Sequence[tuple[str, float, str]], *, unit: str | None = None) -> Component:
    """Draw parts of a whole, each (name, value, color), as a ring with its numbers beside it."""
    total = sum(value for _, value, _ in parts)
    if not total:
        return nothing("No values in this range.")
    data = [
        {"name": name, "value": round(value, 6), "color": color} for name, value, color in parts
    ]
    said = ", ".join(f"{name} {number(value / total, 'share')}" for name, value, _ in parts)
    ring = dmc.DonutChart(
        data=data,
        size=130,
        thickness=22,
        withTooltip=False,
        pieProps={**STILL, "rootTabIndex": -1},
        strokeWidth=1,
    )
    rows = [
        dmc.Group(
            [
                html.Span(
                    className="swatch",
                    style={"background": f"var(--mantine-color-{color.replace('.', '-')})"},
                ),
                dmc.Text(name, size="sm", className="grows"),
                dmc.Text(number(value, unit), size="sm", fw=600),
                dmc.Text(number(value / total, "share"), size="sm", c="dimmed"),
            ],
            gap="xs",
        )
        for name, value, color in parts
    ]
    return dmc.Group(
        [figure(ring, f"Ring chart: {said}."), dmc.Stack(rows, gap=4, className="grows")],
        gap="lg",
        wrap="wrap",
    )


def points(rows: Rows, x: str, y: str, names: tuple[str, str], *, height: int = 280) -> Component:
    """Draw pairs of values as points."""
    data = [{names[0]: plain(row[x]), names[1]: plain(row[y])} for row in rows]
    chart = dmc.ScatterChart(
        h=height,
        data=[{"name": "job", "color": COLORS[0], "data": data}],
        dataKey={"x": names[0], "y": names[1]},
        xAxisLabel=names[0],
        yAxisLabel=names[1],
        scatterProps=STILL,
        xAxisProps={"domain": ["auto", "auto"]},
        yAxisProps={"domain": ["auto", "auto"], "width": 64},
    )
    return figure(chart, f"{len(data)} points of {names[0]} against {names[1]}.")


class Whisker(NamedTuple):
    """A value with its interval, and what there is to say about it."""

    name: Node
    value: float | None
    low: float | None
    high: float | None
    text: str
    values: int | None = None
    verdict: str | None = None


def whiskers(
    rows: Sequence[Whisker], *, unit: str | None = None, reference: float | None = None
) -> Component:
    """Draw values with their intervals as dots and whiskers on one scale.

    `reference` is a value with a line of its own, such as 0 for differences. It is text and boxes,
    so it is read aloud, and fits any width.
    """
    shown = [row for row in rows if row.value is not None]
    if not shown:
        return nothing("No values in this range.")
    ends = [end for row in shown for end in (row.low, row.value, row.high) if end is not None]
    if reference is not None:
        ends.append(reference)
    low, high = min(ends), max(ends)
    room = (high - low or abs(high) or 1) * 0.04
    low, high = low - room, high + room

    def place(value: float) -> str:
        return f"{100 * (value - low) / (high - low):.2f}%"

    lines = []
    for row in rows:
        is_unsure = row.verdict == "insufficient_data" or row.value is None
        drawn: list[Component] = []
        if reference is not None:
            drawn.append(html.Div(className="reference", style={"left": place(reference)}))
        if row.value is not None:
            if row.low is not None and row.high is not None:
                drawn.append(
                    html.Div(
                        className="whisker",
                        style={
                            "left": place(row.low),
                            "width": f"{100 * (row.high - row.low) / (high - low):.2f}%",
                        },
                    )
                )
            drawn.append(html.Div(className="dot", style={"left": place(row.value)}))
        lines.append(
            html.Li(
                [
                    html.Div(row.name, className="name"),
                    html.Div(drawn, className="track", **{"aria-hidden": "true"}),
                    html.Div(
                        [
                            row.text,
                            *([f", n {row.values:,}"] if row.values is not None else []),
                            *([" ", verdict(row.verdict)] if row.verdict else []),
                        ],
                        className="says",
                    ),
                ],
                className="unsure" if is_unsure else "",
            )
        )
    scale = html.Div(
        [html.Span(number(low + room, unit)), html.Span(number(high - room, unit))],
        className="scale",
        **{"aria-hidden": "true"},
    )
    return html.Div([html.Ul(lines, className="whiskers"), scale])


def verdict(name: str | None) -> Component:
    """Return a verdict of a comparison as a badge."""
    text, color = VERDICTS.get(name or "", (str(name).replace("_", " "), "gray"))
    return badge(text, color)


def badge(text: str, color: str = "gray") -> Component:
    """Return a word in a box."""
    return html.Span(text, className=f"badge {color}")


def link(text: Node, href: str) -> Component:
    """Return a link to a page of the dashboard."""
    return html.A(text, href=href, className="link")


def table(
    rows: Rows, columns: Sequence[Column], *, empty: str = "Nothing in this range.", most: int = 200
) -> Component:
    """Draw rows as a table that scrolls sideways on a narrow screen."""
    if not rows:
        return nothing(empty)
    head = html.Tr(
        [
            html.Th(column.title, className="number" if column.is_number else "", scope="col")
            for column in columns
        ]
    )
    body = [
        html.Tr(
            [
                html.Td(
                    column.show(row if column.name == "" else row.get(column.name)),
                    className="number" if column.is_number else "",
                )
                for column in columns
            ]
        )
        for row in rows[:most]
    ]
    parts: list[Component] = [
        html.Div(
            html.Table([html.Thead(head), html.Tbody(body)], className="rows"),
            className="scrolls",
            tabIndex=0,
            role="region",
            **{"aria-label": "Table"},
        )
    ]
    if len(rows) > most:
        parts.append(dmc.Text(f"{most} of {len(rows):,} rows; CSV has all.", size="sm", c="dimmed"))
    return html.Div(parts)


class Card(NamedTuple):
    """A figure, and how it changed."""

    title: str
    value: str
    change: Node = None
    is_unsure: bool = False
    href: str | None = None


def cards(found: Sequence[Card]) -> Component:
    """Draw figures side by side."""
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(link(card.title, card.href) if card.href else card.title),
                    html.Dd(card.value, className="value"),
                    html.Dd(card.change or "", className="change"),
                ],
                className="card unsure" if card.is_unsure else "card",
            )
            for card in found
        ],
        className="cards",
    )


class Level(NamedTuple):
    """A value with a line of its own across a chart, such as zero; the page says what it is."""

    value: float
    text: str
    color: str = BEFORE


def timeline(
    rows: Rows,
    lines: Sequence[Line],
    *,
    time: str,
    unit: str | None = None,
    marks: Sequence[Mark] = (),
    levels: Sequence[Level] = (),
    within: float | None = None,
    height: int = 280,
) -> Component:
    """Draw columns of rows at their own times, which need not be regular, on an axis of time.

    `within` cuts off what is farther from 0 than that.
    """
    if not rows:
        return nothing("No values in this range.")
    data = []
    for row in rows:
        data.append({"at": milliseconds(row[time]), **values_of(row, lines)})
    series = [*bands_of(data, lines), *strokes(lines)]
    written = {"function": "pgkitTime"}
    ticks = (
        scale(data, levels)
        if within is None
        else scale([], [Level(-within, ""), Level(within, "")])
    )
    first, end = data[0]["at"], data[-1]["at"]
    happened = sorted(marks, key=lambda mark: mark.time)
    chart = dmc.CompositeChart(
        h=height,
        data=data,
        dataKey="at",
        series=series,
        withDots=len(data) <= 100,
        dotProps={"r": 2},
        withLegend=len(series) > 1,
        curveType="linear",
        strokeWidth=1.5,
        lineProps=STILL,
        areaProps={**STILL, "strokeOpacity": 0, "fillOpacity": 0.25, "dot": False},
        valueFormatter=formatter(unit),
        xAxisProps={
            "type": "number",
            "scale": "time",
            "domain": ["dataMin", "dataMax"],
            "minTickGap": 40,
            "tickFormatter": written,
        },
        # Without zero where the values are far from it, but with the whole interval and all levels.
        yAxisProps={
            "width": 64,
            "domain": [ticks[0], ticks[-1]],
            "ticks": ticks,
            "allowDataOverflow": within is not None,
        },
        tooltipProps={"labelFormatter": written},
        referenceLines=[
            *({"y": one.value, "color": one.color} for one in levels),
            *(
                {
                    "x": min(max(milliseconds(mark.time), first), end),
                    "label": str(index),
                    "color": mark.color,
                    # Of a line near the right end the number is on its left.
                    "labelPosition": "insideBottomLeft"
                    if milliseconds(mark.time) < (first + end) / 2
                    else "insideBottomRight",
                }
                for index, mark in enumerate(happened, 1)
            ),
        ],
    )
    drawn = figure(
        chart,
        words_of(rows[-1], lines, unit, rows[0][time], rows[-1][time])
        + "".join(f" Line at {number(one.value, unit)}: {one.text}." for one in levels),
    )
    return html.Div([drawn, legend([[mark] for mark in happened])]) if happened else drawn


def milliseconds(time: datetime) -> float:
    """Return a time as browsers count it."""
    return time.timestamp() * 1000


def scale(points: Sequence[dict[str, Any]], levels: Sequence[Level]) -> list[float]:
    """Return round values from below the lowest of all values and levels to above the highest."""
    ends = [level.value for level in levels]
    for point in points:
        for name, value in point.items():
            if name != "at":
                ends += value if isinstance(value, list) else [value]
    ends = [end for end in ends if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    rough = (high - low or abs(high) or 1) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    start, stop = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return [round(index * step, 12) for index in range(start, stop + 1)]


def overlaid(
    rows: Rows, key: str, columns: Sequence[tuple[str, str, str]], *, height: int = 260
) -> Component:
    """Draw shares over the buckets of a scale, each (column, name, color), over each other."""
    data = [
        {"at": row[key], **{name: plain(row.get(column)) for column, name, _ in columns}}
        for row in rows
    ]
    chart = dmc.AreaChart(
        h=height,
        data=data,
        dataKey="at",
        series=[{"name": name, "color": color} for _, name, color in columns],
        curveType="step",
        withLegend=True,
        withDots=False,
        withGradient=False,
        fillOpacity=0.3,
        areaProps=STILL,
        valueFormatter=formatter("share"),
        xAxisProps={"minTickGap": 30},
        yAxisProps={"width": 64},
    )
    highest = "; ".join(
        f"{name} most often at {max(rows, key=lambda row: row[column] or 0)[key]}"
        for column, name, _ in columns
    )
    return figure(chart, f"{len(columns)} distributions over each other: {highest}.")


def callout(title: str, text: str, color: str) -> Component:
    """Draw what to know before all else: in words first, and in a colour."""
    return html.Div(
        [html.Div(title, className="title"), html.Div(text)],
        className="callout",
        style={"borderColor": f"var(--mantine-color-{color}-6)"},
    )
