"""Draw rows: trends with intervals and marks, bars, shares, points, tables and cards.

Charts are those of Mantine, which are Recharts. What has an interval shows it, as a band of a trend
or a whisker of a bar. Each chart says in words what it shows, for those who cannot see it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Rows
from pgkit.dashboard.numbers import NOTHING, bucket, moment, number, within

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
# Units that an axis has room for, as it has for a currency; others stand above the chart.
SHORT = ("ms", "share", "ratio", "MB", "%")
STILL = {"isAnimationActive": False}
# Room for the upper half of the highest number, and for the numbers of marks.
MARGIN = {"top": 22, "right": 14}
AXIS = {"width": 58}
# Parts of the width of a chart: marks that are closer share a number, which is else unreadable.
MOST_APART = 14
# Marks that a list names; the others are where it leads to.
MOST_LISTED = 3
# With more points a line has dots only where it would be invisible.
MOST_DOTS = 60
LONE, DOTTED = ", without neighbours", "1 0"
# With so few points a trend says why.
FEW = 2
# Texts of fewer characters are not broken into lines.
LONG = 36
WORD = 16
WIDTH_NAMES = {"hourly": "hour", "daily": "day", "weekly": "week"}
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
    # The page that has more of them, and its address.
    page: str = ""
    href: str = ""


class Level(NamedTuple):
    """A value with a line of its own across a chart, such as a limit or zero."""

    value: float
    text: str
    color: str = BEFORE


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
    levels: Sequence[Level] = (),
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
        # The period before may begin earlier, or last longer, than there are values of this one.
        known = [*known, *every(known, granularity)]
    data = []
    for at in sorted(set(known)):
        row = times.get(at, {})
        point = {"at": bucket(at, granularity), **values_of(row, lines)}
        if before:
            point["period before"] = plain(earlier.get(at, {}).get(before[1]))
        data.append(point)
    past = [Line("period before", "", BEFORE, is_dashed=True)] if earlier else []
    bands = bands_of(data, lines)
    labels = [point["at"] for point in data]
    # Texts beside the lines would lie over each other, so they are listed below it by number.
    shown: dict[str, list[Mark]] = {}
    last = -len(labels)
    for mark in sorted(marks, key=lambda mark: mark.time):
        place = labels.index(bucket(floor(mark.time, granularity, times), granularity))
        if place - last > len(labels) / MOST_APART:
            last = place
        shown.setdefault(labels[last], []).append(mark)
    ticks = scale(data, levels, unit, is_from_zero=is_from_zero)
    is_sparse = len(data) <= MOST_DOTS
    lone = [] if is_sparse else separated(data, lines)
    chart = dmc.CompositeChart(
        h=height,
        data=data,
        dataKey="at",
        series=[*bands, *strokes([*past, *lines]), *lone],
        withDots=is_sparse,
        dotProps={"r": 2 if len(data) > FEW else 4},
        withLegend=False,
        connectNulls=False,
        curveType="linear",
        strokeWidth=1.5,
        lineProps=STILL,
        areaProps={**STILL, "dot": False, "strokeOpacity": 0, "fillOpacity": 0.25},
        valueFormatter=formatter(unit),
        xAxisProps=time_axis(labels),
        yAxisProps={**AXIS, "domain": [ticks[0], ticks[-1]], "ticks": ticks, "interval": 0},
        composedChartProps={"margin": MARGIN},
        tooltipProps=tooltip(unit),
        referenceLines=[
            *across(levels),
            *(
                {"x": at, "label": str(index), "color": found[0].color, "labelPosition": "top"}
                for index, (at, found) in enumerate(shown.items(), 1)
            ),
        ],
    )
    said = words_of(rows[-1], lines, unit, min(times), max(times)) + levels_of(levels, unit)
    few = f"Values are of a whole {WIDTH_NAMES[granularity]} (UTC): this range has {len(data)}."
    if len(data) == 1 and bands:
        # A band needs two points.
        few += f" 95 % intervals: {intervals_of(rows[0], lines, unit)}."
    return html.Div(
        [
            keys([*past, *lines], levels, has_bands=bool(bands)),
            figure(chart, said),
            *([html.P(few, className="help")] if len(data) <= FEW else []),
            *([legend(list(shown.values()))] if shown else []),
        ]
    )


def across(levels: Sequence[Level]) -> list[dict[str, Any]]:
    """Return levels as a chart wants them."""
    return [
        {"y": one.value, "color": one.color, "strokeDasharray": "6 3" if one.text else "0"}
        for one in levels
    ]


def levels_of(levels: Sequence[Level], unit: str | None) -> str:
    """Return what lines across a chart say, for those who cannot see them."""
    return "".join(f" Line at {number(one.value, unit)}: {one.text}." for one in levels)


def keys(
    lines: Sequence[Line],
    levels: Sequence[Level] = (),
    *,
    has_bands: bool = False,
    kind: str = "line",
) -> Component | None:
    """Say which colour is which, above a chart that has more than one."""
    found = [(line.name, line.color, "dashed" if line.is_dashed else kind) for line in lines]
    found += dict.fromkeys((one.text, one.color, "dashed") for one in levels if one.text)
    if has_bands:
        band = lines[-1].color if len(lines) == 1 else BEFORE
        found.append(("95 % interval", band, "band"))
    if len(found) < 2:
        return None
    return html.Ul(
        [
            html.Li([html.Span(className=f"key {how}", style={"color": css(color)}), name])
            for name, color, how in found
        ],
        className="keys",
    )


def css(color: str) -> str:
    """Return a colour of Mantine as CSS has it."""
    return f"var(--mantine-color-{color.replace('.', '-')})"


def time_axis(labels: Sequence[str]) -> dict[str, Any]:
    """Return the settings of an axis of buckets: whole days, weeks or months where there are many.

    Other texts, such as names, are taken as they are.
    """
    ticks: list[str] = []
    is_time = True
    if all(len(one) == len("Nov 27 13:00") and one.endswith(":00") for one in labels):
        every = 24 if len(labels) > 48 else 3 if len(labels) > 12 else 1
        ticks = [one for one in labels if int(one[-5:-3]) % every == 0]
    elif all(len(one) == len("2026-11-27") and one[4] == one[7] == "-" for one in labels):
        days = [date.fromisoformat(one) for one in labels]
        is_fine = len(days) <= 14 or days[-1] - days[0] > timedelta(days=7 * len(days) - 14)
        ticks = [
            day.isoformat()
            for day in days
            if is_fine or (day.weekday() == 0 if len(days) <= 100 else day.day == 1)
        ]
    else:
        is_time = False
    settings: dict[str, Any] = {"minTickGap": 14, "interval": "equidistantPreserveStart"}
    if is_time:
        settings["tickFormatter"] = {"function": "pgkitBucket"}
    if len(ticks) > 1:
        settings["ticks"] = ticks
    return settings


def values_of(row: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """Return what lines have at a point: their values, and their intervals where they have any."""
    point: dict[str, Any] = {}
    for line in lines:
        point[line.name] = plain(row.get(line.column))
        if line.low and line.high and None not in (row.get(line.low), row.get(line.high)):
            point[interval(line)] = [plain(row[line.low]), plain(row[line.high])]
    return point


def separated(data: Rows, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Give points between gaps, which no line reaches, a series that pgkit.css draws as dots."""
    found = []
    for line in lines:
        values = [None, *(point.get(line.name) for point in data), None]
        is_there = False
        for index, point in enumerate(data):
            before, value, after = values[index : index + 3]
            if value is not None and before is None and after is None:
                point[f"{line.name}{LONE}"] = value
                is_there = True
        if is_there:
            one = {"name": f"{line.name}{LONE}", "type": "line", "color": line.color}
            found.append({**one, "strokeDasharray": DOTTED})
    return found


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


def intervals_of(row: Mapping[str, Any], lines: Sequence[Line], unit: str | None) -> str:
    """Return the values of a point with their intervals, in words."""
    return ", ".join(
        f"{line.name} {within(row.get(line.column), row[line.low], row[line.high], unit)}"
        for line in lines
        if line.low and line.high and None not in (row.get(line.low), row.get(line.high))
    )


def legend(shown: list[list[Mark]]) -> Component:
    """List what the first marks of a chart mean, by their number, and say where others are."""
    listed = html.Ol(
        [
            html.Li(
                [html.Span(moment(found[0].time), className="unbroken"), f" {told(found)}"],
                title="; ".join(mark.text for mark in found),
            )
            for found in shown[:MOST_LISTED]
        ],
        className="marks",
        **{"aria-label": "Marks, times in UTC"},
    )
    others = [mark for found in shown[MOST_LISTED:] for mark in found]
    if not others:
        return listed
    links: list[Any] = []
    for page, href in {mark.page: mark.href for mark in others if mark.href}.items():
        links += [" and " if links else ": ", link(page, href)]
    return html.Div([listed, html.P([f"and {len(others)} more", *links], className="help")])


def told(found: list[Mark]) -> str:
    """Return what marks of one number mean, each text once."""
    first, *others = dict.fromkeys(mark.text for mark in found)
    return first + (f"; and {len(others)} more" if others else "")


def interval(line: Line) -> str:
    """Return the name of the interval of a line."""
    return f"{line.name}, 95 % interval"


def between(first: datetime, last: datetime, granularity: str) -> Sequence[datetime]:
    """Return the buckets from one to another, if there are not too many."""
    width = WIDTHS[granularity]
    count = int((last - first) / width) + 1
    return [first + index * width for index in range(count)] if count <= 2_000 else []


def every(found: Iterable[datetime], granularity: str) -> Sequence[datetime]:
    """Return all buckets from the first to the last of some, so that empty ones show as such."""
    known = sorted(found)
    return between(known[0], known[-1], granularity) or known


def floor(time: datetime, granularity: str, times: Any) -> datetime:
    """Return the last of the buckets that starts before a time, else the first."""
    before = [at for at in times if at <= time.astimezone(UTC)]
    return max(before) if before else min(times)


def formatter(unit: str | None) -> dict[str, Any]:
    """Return the function of the browser that writes numbers of an axis."""
    is_short = unit in SHORT or (unit is not None and len(unit) == 3 and unit.isupper())
    return {"function": "pgkitNumber", "options": {"unit": unit if is_short else ""}}


def tooltip(unit: str | None) -> dict[str, Any]:
    """Return the function of the browser that says what a point of a chart is."""
    return {"content": {**formatter(unit), "function": "pgkitTooltip"}}


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
    # A model may be called like the key of the axis; no name ends with a space.
    columns = [(name, "at " if shown == "at" else shown, color) for name, shown, color in columns]
    data = [
        {"at": str(row[key]), **{name: plain(row.get(column)) for column, name, _ in columns}}
        for row in rows
    ]
    ticks = scale(stacked(data) if is_stacked else data, [], unit, is_from_zero=True, most=most)
    chart = dmc.BarChart(
        h=height,
        data=data,
        dataKey="at",
        series=[{"name": name, "color": color} for _, name, color in columns],
        type="stacked" if is_stacked else "default",
        withLegend=False,
        valueFormatter=formatter(unit),
        barProps=STILL,
        xAxisProps=time_axis([str(point["at"]) for point in data]),
        yAxisProps={**AXIS, "domain": [ticks[0], ticks[-1]], "ticks": ticks, "interval": 0},
        barChartProps={"margin": MARGIN},
        tooltipProps=tooltip(unit),
    )
    names = ", ".join(name for _, name, _ in columns)
    lines = [Line(name, column, color) for column, name, color in columns]
    return html.Div(
        [
            keys(lines, kind="box"),
            figure(chart, f"Bar chart of {names} over {len(data)} values."),
        ]
    )


def stacked(data: Rows) -> Rows:
    """Return the heights of bars that stand on each other."""
    return [
        {"sum": sum(value for name, value in point.items() if name != "at" and value is not None)}
        for point in data
    ]


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
                html.Span(className="swatch", style={"background": css(color)}),
                dmc.Text(name, size="sm", className="grows"),
                dmc.Text(number(value, unit), size="sm", fw=600),
                dmc.Text(number(value / total, "share"), size="sm", c="dimmed"),
            ],
            gap="xs",
        )
        for name, value, color in parts
    ]
    return dmc.Group(
        [figure(ring, f"Ring chart: {said}."), dmc.Stack(rows, gap=4, className="grows parts")],
        gap="lg",
        mb="sm",
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
        valueFormatter={"x": formatter(None), "y": formatter(None)},
        xAxisProps={"domain": ["auto", "auto"]},
        yAxisProps={**AXIS, "domain": ["auto", "auto"]},
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
                            *unbroken(row.text, row.values),
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
    return html.Div([html.Ul(lines, className="whiskers"), scale], className="ranges")


def unbroken(text: str, values: int | None) -> list[Component | str]:
    """Return a value with its interval and their number, which are not broken into lines."""
    value, bracket, rest = text.partition(" (")
    inside, end, more = rest.partition(")")
    parts = [value, *([f"({inside}{end}"] if bracket else [])]
    found: list[Component | str] = []
    for one in parts:
        found += [" ", html.Span(one, className="unbroken")] if len(one) < LONG else [f" {one}"]
    found.append(more)
    if values is not None:
        found += [", ", html.Span(f"n {values:,}", className="unbroken")]
    return found


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
            html.Th(
                # Whoever cannot see buttons is told what the column has.
                column.title or html.Span("Actions", className="unseen"),
                className="number" if column.is_number else "",
                scope="col",
            )
            for column in columns
        ]
    )
    body = []
    for row in rows[:most]:
        cells = []
        for column in columns:
            shown = column.show(row if column.name == "" else row.get(column.name))
            kind = "number" if column.is_number else kind_of(shown)
            cells.append(html.Td(shown, className=kind))
        body.append(html.Tr(cells))
    parts: list[Component] = [
        html.Div(
            html.Table([html.Thead(head), html.Tbody(body)], className="rows"),
            className="scrolls",
            tabIndex=0,
            role="group",
            # The frame puts the title of the panel before it.
            **{"aria-label": "table"},
        )
    ]
    if len(rows) > most:
        parts.append(dmc.Text(f"{most} of {len(rows):,} rows; CSV has all.", size="sm", c="dimmed"))
    return html.Div(parts)


def kind_of(shown: Node) -> str:
    """Return how a cell breaks into lines: a word or a time not at all, a sentence at leisure."""
    text = getattr(shown, "children", shown)
    if not isinstance(text, str):
        return ""
    return "word" if len(text) <= WORD else "short" if len(text) < LONG else "long"


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
    bands = bands_of(data, lines)
    written = {"function": "pgkitTime"}
    ticks = (
        scale(data, levels, unit)
        if within is None
        else scale([], [Level(-within, ""), Level(within, "")])
    )
    first, end = data[0]["at"], data[-1]["at"]
    shown: dict[float, list[Mark]] = {}
    last = -math.inf
    for mark in sorted(marks, key=lambda mark: mark.time):
        place = min(max(milliseconds(mark.time), first), end)
        if place - last > (end - first) / MOST_APART:
            last = place
        shown.setdefault(last, []).append(mark)
    chart = dmc.CompositeChart(
        h=height,
        data=data,
        dataKey="at",
        series=[*bands, *strokes(lines)],
        withDots=len(data) <= 100,
        dotProps={"r": 2},
        withLegend=False,
        curveType="linear",
        strokeWidth=1.5,
        lineProps=STILL,
        areaProps={**STILL, "strokeOpacity": 0, "fillOpacity": 0.25, "dot": False},
        valueFormatter=formatter(unit),
        xAxisProps={
            "type": "number",
            "scale": "time",
            "domain": ["dataMin", "dataMax"],
            "minTickGap": 24,
            "tickFormatter": written,
        },
        # Without zero where the values are far from it, but with the whole interval and all levels.
        yAxisProps={
            **AXIS,
            "domain": [ticks[0], ticks[-1]],
            "ticks": ticks,
            "interval": 0,
            "allowDataOverflow": within is not None,
        },
        referenceLines=[
            *across(levels),
            *(
                {"x": place, "label": str(index), "color": found[0].color, "labelPosition": "top"}
                for index, (place, found) in enumerate(shown.items(), 1)
            ),
        ],
        composedChartProps={"margin": MARGIN},
        tooltipProps=tooltip(unit),
    )
    said = words_of(rows[-1], lines, unit, rows[0][time], rows[-1][time]) + levels_of(levels, unit)
    return html.Div(
        [
            keys(lines, levels, has_bands=bool(bands)),
            figure(chart, said),
            *([legend(list(shown.values()))] if shown else []),
        ]
    )


def milliseconds(time: datetime) -> float:
    """Return a time as browsers count it."""
    return time.timestamp() * 1000


# Round lengths of time in milliseconds, from 10 s to 30 d.
STEPS = [
    1000.0 * one
    for one in (
        *(10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800),
        *(3600 * hours for hours in (1, 2, 3, 6, 12, 24, 48, 96, 168, 240, 480, 720)),
    )
]


def scale(
    points: Sequence[dict[str, Any]],
    levels: Sequence[Level],
    unit: str | None = None,
    *,
    is_from_zero: bool = False,
    most: float | None = None,
) -> list[float]:
    """Return round values from below the lowest of all values and levels to above the highest.

    Where all of them are zero it is to 1, of shares to 100 %. `most` is the least highest value.
    """
    ends = [level.value for level in levels]
    for point in points:
        for name, value in point.items():
            if name != "at":
                ends += value if isinstance(value, list) else [value]
    ends = [end for end in (*ends, most) if end is not None]
    if is_from_zero:
        ends.append(0.0)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if low == high == 0:
        return [0.0, 1.0]
    rough = (high - low or abs(high)) / 4
    is_whole = unit in (None, "count", "tokens", "frames") and all(end == int(end) for end in ends)
    step = round_step(max(rough, 1.0) if is_whole else rough, unit, is_whole=is_whole)
    start, stop = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return [round(index * step, 12) for index in range(start, stop + 1)]


def round_step(rough: float, unit: str | None, *, is_whole: bool) -> float:
    """Return a round distance of numbers on an axis, at least as large as a rough one."""
    if unit == "ms" and rough > STEPS[0] / 2:
        found = next((step for step in STEPS if step >= rough), None)
        if found is not None:
            return found
    # An axis of gigabytes has round gigabytes.
    of_one = 1024.0 if unit == "MB" and rough > 256 else 1.0
    power = 10.0 ** math.floor(math.log10(rough / of_one))
    factors = (1, 2, 5, 10) if is_whole and power < 10 else (1, 2, 2.5, 5, 10)
    return next(factor * power * of_one for factor in factors if factor * power * of_one >= rough)


def overlaid(
    rows: Rows, key: str, columns: Sequence[tuple[str, str, str]], *, height: int = 260
) -> Component:
    """Draw shares over the buckets of a scale, each (column, name, color), over each other."""
    data = [
        {"at": row[key], **{name: plain(row.get(column)) for column, name, _ in columns}}
        for row in rows
    ]
    ticks = scale(data, [], "share", is_from_zero=True)
    chart = dmc.AreaChart(
        h=height,
        data=data,
        dataKey="at",
        series=[{"name": name, "color": color} for _, name, color in columns],
        curveType="step",
        withLegend=False,
        withDots=False,
        withGradient=False,
        fillOpacity=0.3,
        areaProps=STILL,
        valueFormatter=formatter("share"),
        xAxisProps=time_axis([str(point["at"]) for point in data]),
        yAxisProps={**AXIS, "domain": [ticks[0], ticks[-1]], "ticks": ticks, "interval": 0},
        areaChartProps={"margin": MARGIN},
        tooltipProps=tooltip("share"),
    )
    highest = "; ".join(
        f"{name} most often at {max(rows, key=lambda row: row[column] or 0)[key]}"
        for column, name, _ in columns
    )
    lines = [Line(name, column, color) for column, name, color in columns]
    return html.Div(
        [
            keys(lines, kind="box"),
            figure(chart, f"{len(columns)} distributions over each other: {highest}."),
        ]
    )


def callout(title: str, text: str, color: str) -> Component:
    """Draw what to know before all else: in words first, and in a colour."""
    return html.Div(
        [html.Div(title, className="title"), html.Div(text)],
        className="callout",
        style={"borderColor": f"var(--mantine-color-{color}-6)"},
    )
