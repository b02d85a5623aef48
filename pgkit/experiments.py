"""Find A/B tests as people name them, and say how they stand."""

from collections.abc import Sequence
from math import floor, log10
from typing import Any
from uuid import UUID

from pgkit.database import Connection, Failure
from pgkit.output import Column, digits, percent, plural, quoted
from pgkit.reports import select


def three_digits(value: float | None) -> str:
    """Return a difference, of which an interval tells that more digits mean nothing."""
    if value is None:
        return ""
    return digits(value) if abs(value) >= 99.95 else f"{value:.3g}"


MOST_DECIMALS = 6
# What a terminal shows, the most important column first.
LIST_COLUMNS = (
    Column("test_name", "name", "middle", is_needed=True),
    Column("test_status", "status"),
    Column("model_a_version", "A", "end"),
    Column("model_b_version", "B", "end"),
    Column("primary_metric", "primary metric", "middle"),
    Column("winner_model", "winner"),
    Column("test_start", "start"),
    Column("test_end", "end"),
    Column("model_type", "model type", "middle"),
    Column("planned_units", "planned units"),
    Column("created_by", "started by", "end"),
)
RESULT_COLUMNS = (
    Column("metric", "metric", "middle", is_needed=True),
    Column("mean_a", "A"),
    Column("mean_b", "B"),
    Column("difference", "B - A", show=three_digits),
    Column("interval", "95 % interval"),
    Column("verdict", "verdict", "end", is_needed=True),
    Column("role", "role"),
    Column("p_value", "p"),
    Column("always_valid_p_value", "p at any look"),
    Column("chance_to_win", "chance of B %", show=percent),
    Column("minimum_effect", "least effect"),
    Column("p95_a", "A p95"),
    Column("p95_b", "B p95"),
)


def nothing_listed(status: str | None, model_type: str | None) -> str:
    """Say that there is no A/B test, or none of a status or a model type that were asked for."""
    if status is None and model_type is None:
        return "There is no A/B test. `pgkit experiments start` starts one."
    of_type = f" of model type {quoted(model_type)}" if model_type is not None else ""
    kind = f"{status} A/B test" if status else "A/B test"
    return f"There is no {kind}{of_type}. `pgkit experiments list` lists all."


def find(connection: Connection, reference: str) -> dict[str, Any]:
    """Return the A/B test of this name or id."""
    rows = select(
        connection,
        "select * from perf.get_ab_tests(max_rows => 100000) as t"
        " where t.test_name = %(reference)s or t.id::text = lower(%(reference)s)"
        " order by t.test_name = %(reference)s desc",
        reference=reference.strip(),
    )
    if not rows:
        raise Failure(
            f"there is no A/B test {quoted(reference)}", "`pgkit experiments list` shows them."
        )
    return rows[0]


def find_id(connection: Connection, reference: str) -> UUID:
    """Return the id of an A/B test; one that is given is taken, for recorders read no names."""
    try:
        return UUID(reference)
    except ValueError:
        found: UUID = find(connection, reference)["id"]
        return found


def result_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results as a terminal shows them: an interval in one column, means that differ."""
    return [
        {
            **row,
            "mean_a": mean(row["mean_a"], row["difference"]),
            "mean_b": mean(row["mean_b"], row["difference"]),
            "interval": interval(row["always_valid_low"], row["always_valid_high"]),
        }
        for row in rows
    ]


def mean(value: float | None, difference: float | None) -> str:
    """Return a mean with enough digits to tell it from one at this difference."""
    if value is None:
        return ""
    usual = digits(value)
    needed = min(-floor(log10(abs(difference))), MOST_DECIMALS) if difference else 0
    return usual if needed <= len(usual.partition(".")[2]) else f"{value:,.{needed}f}"


def interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{three_digits(low)} to {three_digits(high)}"


def result_title(test: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str:
    """Say which test it is, what A and B are, and how many units each has."""
    units = {arm: max((row[f"units_{arm}"] or 0 for row in rows), default=0) for arm in "ab"}
    return "; ".join(
        [
            str(test["test_name"]),
            *(
                f"{arm.upper()} {test[f'model_{arm}_version']}, {plural(units[arm], 'unit')}"
                for arm in "ab"
            ),
            "intervals are valid at every look",
        ]
    )


def decision(rows: Sequence[dict[str, Any]]) -> str:
    """Return the recommendation and its reason, which the row of the primary metric has."""
    for row in rows:
        if row["recommendation"]:
            return f"{row['recommendation'].replace('_', ' ')}: {row['reason']}"
    return ""


def winner(test: dict[str, Any]) -> str:
    """Say which model a completed test chose."""
    arm = test["winner_model"]
    if arm == "none":
        return "neither is better"
    return f"winner {arm.upper()}, {test[f'model_{arm}_version']}"


def size_facts(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a test of this size needs or can show, as lines for people."""
    facts = [
        ("units of A", f"{row['units_a']:,}"),
        ("units of B", f"{row['units_b']:,}"),
        ("both", f"{row['total_units']:,}"),
    ]
    if row["always_valid_units"] is not None:
        facts.append(("both, looking at any time", f"{row['always_valid_units']:,}"))
    facts.append(("difference", three_digits(row["detectable_effect"])))
    if row["always_valid_effect"] is not None:
        facts.append(("difference, looking at any time", three_digits(row["always_valid_effect"])))
    return facts
