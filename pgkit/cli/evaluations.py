"""Ask how good trained models are, and whether they drift."""

import sys
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

import click

from pgkit import evaluations, reports
from pgkit.cli.headings import HeadedGroup
from pgkit.cli.options import TIME, dsn_option, json_option, takes_dsn, zone_option
from pgkit.database import connect
from pgkit.output import is_for_people, plural, print_json, print_list, print_rows, tell
from pgkit.times import span

machine_option = click.option(
    "--machine", type=click.UUID, help="The machine that the model is for.  [default: none]"
)
# Not those of reports: evaluations have their own times, and no part of a range is rounded.
start_option = click.option(
    "--from",
    "start",
    type=TIME,
    default="90d",
    help="Start: an age (30m, 24h, 7d, 2w) or a time of --zone (2026-01-31T12:00).",
)
end_option = click.option("--to", "end", type=TIME, default="now", help="End, not included.")


@click.group(
    "evaluations",
    cls=HeadedGroup,
    headings={"See": ["latest", "trend", "trainings"], "Check": ["drift"]},
)
@dsn_option
def evaluation_commands() -> None:
    """Ask how good trained models are, and whether they drift.

    A trained model is a model type, such as energy, on a machine or on none, in whatever version.
    """


@evaluation_commands.command("latest")
@click.argument("model_type", required=False)
@zone_option
@json_option
@takes_dsn
def list_latest(dsn: str, model_type: str | None, zone: tzinfo, as_json: bool) -> None:
    """Show the latest evaluation of each model.

    "drift" is what the last drift check of that evaluation found, and its score from 0 to 1.

    Example: pgkit evaluations latest energy
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.v_latest_model_performance as v where v.model_type ="
            " coalesce(%(model_type)s, v.model_type) order by v.model_type, v.machine_id",
            zone,
            model_type=model_type,
        )
    shown = evaluations.latest_rows(rows) if is_for_people() and not as_json else rows
    print_rows(
        shown,
        evaluations.LATEST_COLUMNS,
        as_json=as_json,
        title=f"latest evaluations; times in {zone}",
        nothing=f"There is no evaluation{f' of {model_type}' if model_type else ''}.",
    )


@evaluation_commands.command("trend")
@click.argument("model_type")
@click.argument("metric")
@machine_option
@start_option
@end_option
@zone_option
@click.option(
    "--window",
    default=7,
    type=click.IntRange(1, 1000),
    help="Evaluations that the moving mean is of.",
)
@click.option(
    "--confidence",
    default=0.95,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Of the interval and the verdict.",
)
@json_option
@takes_dsn
def show_trend(
    dsn: str,
    model_type: str,
    metric: str,
    machine: UUID | None,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    window: int,
    confidence: float,
    as_json: bool,
) -> None:
    """Show how a metric of a model changed, and whether it gets better.

    METRIC is r_squared, rmse, mae, mape, precision, recall, f1_score, data_completeness,
    sample_count, or a further one such as auc. "trend" is the line of the Theil-Sen slope. The
    verdict is of a Mann-Kendall test.

    Example: pgkit evaluations trend energy rmse --from 12w
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_model_metric_trend(%(model_type)s, %(machine)s, %(metric)s,"
            " %(start)s, %(end)s, %(window)s, %(confidence)s, max_rows => 100000)",
            zone,
            model_type=model_type,
            machine=machine,
            metric=metric,
            start=start,
            end=end,
            window=window,
            confidence=confidence,
        )
    name = evaluations.model_name(model_type, machine)
    if rows and is_for_people() and not as_json:
        verdict = rows[0]["verdict"].replace("_", " ")
        tell(f"{verdict.capitalize()}. {rows[0]['reason']}", err=False)
    shown = evaluations.trend_rows(rows) if is_for_people() and not as_json else rows
    print_rows(
        shown,
        evaluations.TREND_COLUMNS,
        as_json=as_json,
        title=f"{name}; {metric}; {plural(len(rows), 'evaluation')}; times in {zone}",
        nothing=f"No evaluations of {name} with {metric} from {span(start, end, zone)}.",
    )


@evaluation_commands.command("trainings")
@click.argument("model_type", required=False)
@click.option("--machine", type=click.UUID, help="Only those of this machine.")
@click.option("--limit", default=20, type=click.IntRange(1, 10000), help="How many trainings.")
@zone_option
@json_option
@takes_dsn
def list_trainings(
    dsn: str,
    model_type: str | None,
    machine: UUID | None,
    limit: int,
    zone: tzinfo,
    as_json: bool,
) -> None:
    """List trainings of one model type or of all, newest first.

    "better by" compares a training with the last completed one of the model. "note" is why it
    failed, else why it was asked for.

    Example: pgkit evaluations trainings energy
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_trainings(%(model_type)s, %(machine)s, %(limit)s)",
            zone,
            model_type=model_type,
            machine=machine,
            limit=limit,
        )
    shown = evaluations.training_rows(rows) if is_for_people() and not as_json else rows
    print_rows(
        shown,
        evaluations.TRAINING_COLUMNS,
        as_json=as_json,
        title=f"trainings; times in {zone}",
        nothing=f"There is no training{f' of {model_type}' if model_type else ''}.",
    )


@evaluation_commands.command("drift")
@click.argument("model_type")
@machine_option
@click.option(
    "--from",
    "start",
    type=TIME,
    default="1d",
    help="Start of what is checked: an age (24h, 7d, 2w) or a time of --zone (2026-01-31T12:00).",
)
@end_option
@zone_option
@click.option(
    "--method",
    type=click.Choice(evaluations.METHODS),
    default="auto",
    help="How features are compared. auto takes what suits each.",
)
@click.option(
    "--alpha",
    default=0.05,
    type=click.FloatRange(1e-9, 0.2),
    help="Most checks without drift, as a share, that may find some.",
)
@click.option(
    "--min-sample",
    default=100,
    type=click.IntRange(10),
    help="Fewest values on each side for a test.",
)
@click.option(
    "--correction",
    type=click.Choice(["holm", "benjamini_hochberg", "none"]),
    default="holm",
    help="How p values are corrected for how many tests there are.",
)
@click.option("--retrain", is_flag=True, help="Ask for a training if it drifts.")
@click.option(
    "--fail-on-drift", is_flag=True, help="End with 1 if it drifts, or if nothing was tested."
)
@json_option
@takes_dsn
def check_drift(
    dsn: str,
    model_type: str,
    machine: UUID | None,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    method: str,
    alpha: float,
    min_sample: int,
    correction: str,
    retrain: bool,
    fail_on_drift: bool,
    as_json: bool,
) -> None:
    """Check whether a model drifts, and keep the answer.

    It compares features, evaluations, and calls and jobs of the model type with those of the
    reference, which perf.set_drift_reference() or perf.save_feature_profile() sets. Only admins
    may. "effect" is from 0 (no difference) to 1. A pipe gets the tests.

    It ends with 0 whatever it finds, unless --fail-on-drift is given.

    Example: pgkit evaluations drift energy --from 7d
    """
    with connect(dsn) as connection:
        (row,) = reports.select(
            connection,
            "select * from perf.check_model_drift(%(model_type)s, %(machine)s, %(start)s, %(end)s,"
            " %(method)s, %(alpha)s, %(min_sample)s, %(correction)s, %(retrain)s)",
            zone,
            model_type=model_type,
            machine=machine,
            start=start,
            end=end,
            method=method,
            alpha=alpha,
            min_sample=min_sample,
            correction=correction,
            retrain=retrain,
        )
    if as_json:
        print_json(row)
    elif is_for_people():
        print_drift(row, evaluations.model_name(model_type, machine), zone)
    else:
        facts = evaluations.drift_facts(row, evaluations.model_name(model_type, machine), zone)
        tell("; ".join(f"{name}: {found}" for name, found in facts))
        print_rows(row["drift_details"]["tests"])
    if fail_on_drift and row["drift_detected"] is not False:
        sys.exit(1)


def print_drift(row: dict[str, Any], model: str, zone: tzinfo) -> None:
    """Print what a check found: first in words, then each test, then what was not tested."""
    details = row["drift_details"]
    print_list(evaluations.drift_facts(row, model, zone))
    if details["tests"]:
        click.echo()
        print_rows(evaluations.test_rows(details["tests"]), evaluations.TEST_COLUMNS, title="tests")
    if details["skipped"]:
        click.echo()
        print_rows(details["skipped"], evaluations.SKIPPED_COLUMNS, title="not tested")
