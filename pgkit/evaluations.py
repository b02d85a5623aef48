"""Say in tables what evaluations, drift checks and trainings of models found."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from math import floor, log10
from typing import Any

from pgkit.output import Column, digits, percent, plural
from pgkit.times import span

Row = Mapping[str, Any]

# How features can be compared.
METHODS = ("auto", "kolmogorov_smirnov", "psi", "jensen_shannon", "wasserstein", "chi_square")
# More are hard to read.
MOST_DECIMALS = 8
TREND_COLUMNS = (
    Column("evaluation_date", "evaluated"),
    Column("value", "value"),
    Column("moving_average", "moving mean"),
    Column("trend_value", "trend"),
    Column("model_version", "version", "middle"),
)
LATEST_COLUMNS = (
    Column("model_type", "model type", "middle", is_needed=True),
    Column("machine_id", "machine", "end"),
    Column("evaluation_date", "evaluated"),
    Column("model_version", "version", "end"),
    Column("drift", "drift"),
    Column("r_squared", "R²"),
    Column("rmse", "RMSE"),
    Column("mae", "MAE"),
    Column("mape", "MAPE %"),
    Column("precision", "precision"),
    Column("recall", "recall"),
    Column("f1_score", "F1"),
    Column("metrics", "further metrics", "end"),
    Column("sample_count", "cases"),
    Column("data_completeness", "complete %", show=percent),
)
TRAINING_COLUMNS = (
    Column("requested_at", "requested"),
    Column("model_type", "model type", "middle", is_needed=True),
    Column("training_status", "status"),
    Column("note", "note", "end"),
    Column("machine_id", "machine", "end"),
    Column("model_version", "version", "end"),
    Column("improvement", "better by"),
    Column("trigger_type", "why"),
    Column("training_end", "ended"),
    Column("claimed_by", "trainer", "end"),
    Column("attempts", "attempts"),
)
TEST_COLUMNS = (
    Column("name", "name", "middle", is_needed=True),
    Column("kind", "of"),
    Column("drift", "drift", is_needed=True),
    Column("effect", "effect", show=lambda value: "" if value is None else f"{value:.2f}"),
    Column("adjusted_p_value", "p", show=lambda value: small(value)),
    Column("change", "reference -> now"),
    Column("cases", "n"),
    Column("method", "method"),
    Column("note", "note", "end"),
)
SKIPPED_COLUMNS = (
    Column("name", "name", "middle", is_needed=True),
    Column("kind", "of"),
    Column("reason", "why", "end", is_needed=True),
)


def trend_rows(rows: Sequence[Row]) -> list[Row]:
    """Return points of a trend whose numbers have as many digits as tell them apart."""
    keys = ("value", "moving_average", "trend_value")
    decimals = decimals_of([row["value"] for row in rows])
    return [
        {**row, **{key: fixed(row[key], decimals) for key in keys if row[key] is not None}}
        for row in rows
    ]


def decimals_of(values: Sequence[float]) -> int:
    """Return how many decimals show three digits of how far values are apart, or of their size."""
    spread = max(values) - min(values) if values else 0
    size = spread or max(map(abs, values), default=0)
    return max(0, 2 - floor(log10(size))) if size else 2


def fixed(value: float, decimals: int) -> str:
    """Return a number with so many decimals, or a short one where they are too many to read."""
    return f"{value:,.{decimals}f}" if decimals <= MOST_DECIMALS else digits(value)


def model_name(model_type: str, machine: object) -> str:
    """Return a model as a title names it."""
    return model_type if machine is None else f"{model_type} on {machine}"


def latest_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the latest evaluations with what their drift checks found in a word."""
    return [{**row, "drift": drift_word(row["drift_detected"], row["drift_score"])} for row in rows]


def drift_word(detected: bool | None, score: float | None) -> str:
    if detected is None:
        return ""
    return f"yes, {score or 0:.2f}" if detected else "no"


def training_rows(rows: Sequence[Row]) -> list[Row]:
    """Return trainings with their improvement in percent, and why they failed or were asked for."""
    return [
        {
            **row,
            "improvement": improvement(row["performance_improvement"]),
            "attempts": f"{row['attempt_count']} of {row['max_attempts']}",
            "note": row["error_message"] or row["trigger_reason"],
        }
        for row in rows
    ]


def improvement(share: float | None) -> str:
    """Return how much better a model became: `+12.50 %`."""
    return "" if share is None else f"{100 * share:+.2f} %"


def drift_facts(row: Row, model: str, zone: tzinfo) -> list[tuple[str, str]]:
    """Return what a drift check found, a line each."""
    details = row["drift_details"]
    windows = details["windows"]
    count = len(details["tests"])
    drifted = sum(test["drifted"] for test in details["tests"])
    if row["drift_detected"] is None:
        found = "unknown: nothing could be tested"
    elif row["drift_detected"]:
        found = f"yes, in {drifted} of {plural(count, 'test')}, score {row['drift_score']:.2f}"
    else:
        found = f"no, in {plural(count, 'test')}"
    facts = [
        ("model", model),
        ("drift", found),
        ("checked", window_span(windows["current"], zone)),
        ("reference", window_span(windows["reference"], zone)),
    ]
    if row["training_id"]:
        facts.append(("training", str(row["training_id"])))
    return facts


def window_span(window: Row, zone: tzinfo) -> str:
    """Return the times of one side of a check; a profile has none."""
    if window["start_time"] is None:
        return str(window["kind"])
    first, last = (datetime.fromisoformat(window[end]) for end in ("start_time", "end_time"))
    return span(first, last, zone)


def test_rows(tests: Sequence[Row]) -> list[Row]:
    """Return the tests of a check, their values side by side."""
    return [
        {
            **test,
            "drift": "yes" if test["drifted"] else "no",
            "change": change(test["reference_value"], test["current_value"]),
            "method": test["method"].replace("_", " "),
            "cases": f"{test['n_reference']:,} / {test['n_current']:,}",
        }
        for test in tests
    ]


def change(before: float | None, after: float | None) -> str:
    """Return two means or shares with digits enough to see that they differ."""
    if before is None or after is None:
        return ""
    decimals = decimals_of([before, after])
    return f"{fixed(before, decimals)} -> {fixed(after, decimals)}"


def small(p_value: float | None) -> str:
    """Return a p value; the smallest say no more than that they are small."""
    if p_value is None:
        return ""
    return "<0.0001" if p_value < 0.0001 else f"{p_value:.4f}"
