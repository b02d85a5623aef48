"""How fast workers are, how busy, and which of them is best for the same jobs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Asking, Question, Rows, ask
from pgkit.dashboard.charts import (
    Column,
    Node,
    Whisker,
    badge,
    link,
    nothing,
    shares,
    table,
    verdict,
    whiskers,
)
from pgkit.dashboard.frame import Action, Filter, Page, Panel, button, field
from pgkit.dashboard.numbers import moment, number
from pgkit.dashboard.pages.common import empty, label_filter
from pgkit.dashboard.pages.jobs import (
    Row,
    about,
    difference,
    estimated,
    metric_filter,
    notes,
    of_one,
    subject_filter,
    title,
    workers,
)
from pgkit.dashboard.state import State
from pgkit.times import read_time

# More cards than these are in the table of the CSV.
MOST_CARDS = 60


def cards(state: State) -> Asking[Node]:
    """Show a card for each worker: its speed, how busy it is, its memory, and what can be done."""
    rows = yield from workers(state)
    if not rows:
        return (yield from empty(state, "jobs"))
    return html.Div(
        [
            html.Ul(
                [card(row, state) for row in rows[:MOST_CARDS]],
                className="workers",
            ),
            *(
                [html.P(f"{len(rows) - MOST_CARDS} more are in the CSV.", className="help")]
                if len(rows) > MOST_CARDS
                else []
            ),
        ]
    )


def card(row: Row, state: State) -> Component:
    """Return the card of a worker."""
    if row["avg_time_per_frame_ms"] is not None:
        fast, what = estimated(row, "avg_time_per_frame_ms", "ms"), "Time per frame"
    else:
        fast, what = number(row["avg_wall_time_ms"], "ms"), "Wall time of a job"
    memory = number(row["max_vram_peak_mb"], "MB")
    if row["vram_mb"]:
        memory += f" of {number(row['vram_mb'], 'MB')}"
    busy = row["utilization"]
    facts: list[tuple[str, Node]] = [
        (what, fast),
        (
            "Utilization",
            "never offered in this range"
            if busy is None
            else [
                f"{number(busy, 'share')} of {number(row['available_hours'])} h",
                dmc.Progress(
                    value=min(100.0, 100 * busy),
                    mt=4,
                    size="sm",
                    **{"aria-label": f"Utilization of {row['worker']}"},
                ),
            ],
        ),
        ("Most GPU memory", memory),
        (
            "Jobs",
            f"{number(row['job_count'])}"
            + (f", {estimated(row, 'failure_rate', 'share')} failed" if row["job_count"] else ""),
        ),
        (
            "Offered since (UTC)",
            moment(row["available_since"]) if row["available_since"] else "not offered now",
        ),
        ("Last job (UTC)", moment(row["last_job_at"])),
    ]
    is_retired = row["retired_at"] is not None
    return html.Li(
        [
            html.H3(link(row["worker"], f"/{state.page}{state.search(worker=row['worker'])}")),
            html.Div(
                [
                    html.Span(row["hardware"] or "unknown hardware", className="help"),
                    *([" ", badge("retired")] if is_retired else []),
                ]
            ),
            html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts]),
            dmc.Group(
                [
                    *(
                        []
                        if is_retired
                        else [
                            button(
                                "workers",
                                "offer",
                                row["worker"],
                                html.Span(["Availability", hidden(f" of {row['worker']}")]),
                            )
                        ]
                    ),
                    button(
                        "workers",
                        "return" if is_retired else "retire",
                        f"{row['worker_id']} {row['worker']}",
                        html.Span(
                            [
                                "Use again" if is_retired else "Retire",
                                hidden(f" {row['worker']}"),
                            ]
                        ),
                        "blue" if is_retired else "red",
                    ),
                ],
                gap="xs",
            ),
        ]
    )


def hidden(text: str) -> Component:
    """Return text that only screen readers read."""
    return dmc.VisuallyHidden(text)


@of_one("worker")
def utilization(state: State, chosen: Row) -> Asking[Node]:
    """Show how much of its time one worker generates, and with which jobs."""
    rows = yield ask(
        "get_worker_performance",
        worker_id=chosen["worker_id"],
        start_time=state.start,
        end_time=state.end,
        as_of=state.now,
    )
    row = rows[0]
    drawn: list[Node] = [about("worker", row["worker"])]
    if row["available_hours"] is None:
        drawn.append(
            nothing(
                "When the worker was offered for jobs is not recorded, so nothing can be said of"
                f" how busy it was. It generated for {number(row['generating_hours'] or 0)} h.",
                "Mark it as available in its card above, or record past times with"
                " perf.record_worker_availability().",
            )
        )
    else:
        generating, idle = row["generating_hours"] or 0, row["idle_hours"] or 0
        drawn += [
            shares(
                [
                    ("generating", generating, "blue.6"),
                    ("idle", max(0, idle), "gray.5"),
                ],
                unit="h",
            ),
            html.P(
                f"{number(row['utilization'], 'share')} of {number(row['available_hours'])} hours"
                f" in which it was offered. {row['utilization_note'] or ''}",
                className="help",
            ),
        ]
    if row["job_count"]:
        drawn.append(
            dmc.Text(
                f"{number(row['failed_jobs'])} of {number(row['job_count'])} jobs failed:"
                f" {number(row['failure_rate'], 'share')}"
                f" ({number(row['failure_rate_low'], 'share')} to"
                f" {number(row['failure_rate_high'], 'share')}).",
                size="sm",
            )
        )
    drawn.append(
        table(
            row["by_workflow"] or [],
            (
                Column("workflow", "workflow"),
                Column("resolution_tier", "resolution"),
                Column("job_count", "jobs", number, True),
                Column("avg_time_per_frame_ms", "per frame", lambda v: number(v, "ms"), True),
                Column("avg_wall_time_ms", "wall time", lambda v: number(v, "ms"), True),
                Column("gpu_hours", "GPU hours", number, True),
            ),
            empty="It has no jobs in this range.",
        )
    )
    return html.Div(drawn)


def same_jobs(state: State) -> Asking[Node]:
    """Compare workers on the same kind of jobs, and rank them."""
    rows = yield from workers(state)
    names = [row["worker"] for row in rows if row["job_count"]]
    if not names:
        return (yield from empty(state, "jobs"))
    baseline = state.get("worker")
    if baseline in names:
        names.insert(0, names.pop(names.index(baseline)))
    if len(names) < 2:
        return nothing(f"Only {names[0]} has jobs in this range.", "Choose a longer range above.")
    ids = {row["worker"]: row["worker_id"] for row in rows}
    compared = yield ask(
        "compare_workers",
        worker_ids=[ids[name] for name in names[:MOST_CARDS]],
        start_time=state.start,
        end_time=state.end,
        metric=state.get("metric") or None,
        resolution_tier=state.get("resolution_tier") or None,
    )
    return ranked(compared, names[0])


def ranked(rows: Rows, baseline: str) -> Node:
    """Draw how workers differ from the first, and the table of their ranks."""
    metric, unit = rows[0]["compared_metric"], rows[0]["unit"]
    others = [row for row in rows if row["verdict"] != "baseline"]
    return html.Div(
        [
            html.P(
                [
                    f"{title(metric)}, against ",
                    html.Strong(baseline),
                    ", on jobs of the same workflow, resolution and model type: a worker with easy"
                    " jobs does not win.",
                ],
                className="help",
            ),
            whiskers(
                [
                    Whisker(
                        row["worker"],
                        row["difference"],
                        row["difference_low"],
                        row["difference_high"],
                        difference(row),
                        row["compared_jobs"],
                        row["verdict"],
                    )
                    for row in others
                ],
                unit="%" if others[0]["difference_unit"] == "%" else None,
                reference=0,
            ),
            table(
                rows,
                (
                    Column("rank", "rank", number, True),
                    Column("worker", "worker"),
                    Column("hardware", "hardware"),
                    Column("value", "average", lambda v: number(v, unit), True),
                    Column("jobs", "jobs", number, True),
                    Column("", "difference", told, True),
                    Column("compared_share", "same jobs", lambda v: number(v, "share"), True),
                    Column("verdict", "verdict", verdict),
                ),
            ),
            *notes(rows, "worker"),
        ]
    )


def told(row: Row) -> str:
    """Return the difference of a worker, which the first has not."""
    return "-" if row["verdict"] == "baseline" else difference(row)


def offer_fields(key: str) -> Asking[list[Component]]:
    """Ask whether a worker is offered for jobs, and since when."""
    yield from ()
    return [
        dmc.Text(
            f"Utilization of {key} is of the time in which it is offered for jobs.", size="sm"
        ),
        dmc.Select(
            id=field("available"),
            label="Is it offered?",
            data=[
                {"value": "yes", "label": "available"},
                {"value": "no", "label": "not available"},
            ],
            value="yes",
            allowDeselect=False,
        ),
        dmc.TextInput(
            id=field("at"),
            label="Since (UTC)",
            description="Empty means now. An age such as 2h, or a time.",
            placeholder="2h, or 2030-01-31 12:00",
            value="",
        ),
    ]


def offer(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that marks a worker as available, or not."""
    at = str(values.get("at") or "").strip()
    return ask(
        "set_worker_available",
        worker_name=key,
        available=values.get("available") == "yes",
        at=read_time(at, datetime.now(UTC), UTC) if at else None,
    )


def retire_fields(key: str) -> Asking[list[Component]]:
    """Say what it means to retire a worker."""
    yield from ()
    name = key.partition(" ")[2]
    return [
        dmc.Text(
            f"{name} is no longer offered for jobs. Its history stays, and jobs that it ran may"
            " still be recorded.",
            size="sm",
        )
    ]


def return_fields(key: str) -> Asking[list[Component]]:
    """Say what it means to use a worker again."""
    yield from ()
    name = key.partition(" ")[2]
    return [dmc.Text(f"{name} is in use again. Then mark it as available.", size="sm")]


def retire(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that retires a worker."""
    return ask("retire_worker", worker_id=int(key.partition(" ")[0]))


def take_back(key: str, values: Mapping[str, Any]) -> Question:
    """Return the call that takes a retired worker back."""
    return ask("retire_worker", worker_id=int(key.partition(" ")[0]), retired=False)


PAGE = Page(
    "workers",
    "Workers",
    (
        Panel(
            "Workers", cards, "Averages of successful jobs with their 95 % intervals.", height=380
        ),
        Panel(
            "Same jobs", same_jobs, "Which worker is best for the same kind of jobs.", height=240
        ),
        Panel("Utilization", utilization, height=500),
    ),
    (
        subject_filter("worker", "Worker"),
        Filter("metric", "Metric", metric_filter, placeholder="time per frame"),
        label_filter("resolution_tier", "Resolution", "jobs"),
    ),
    {
        "offer": Action(
            "Availability of a worker", offer_fields, offer, "The availability is recorded.", "Save"
        ),
        "retire": Action(
            "Retire a worker", retire_fields, retire, "The worker is retired.", "Retire", True
        ),
        "return": Action(
            "Use a worker again", return_fields, take_back, "The worker is in use.", "Use again"
        ),
    },
)
