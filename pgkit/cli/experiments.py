"""Test one version of a model against another."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from pgkit import experiments, reports
from pgkit.cli.headings import HeadedGroup
from pgkit.cli.options import JSON, TIME, dsn_option, json_option, takes_dsn
from pgkit.database import connect, named_as
from pgkit.output import is_for_people, print_json, print_list, print_rows, tell

# Arguments of functions, and what the commands call them.
OPTIONS = {
    "test_name": "NAME",
    "model_type": "MODEL_TYPE",
    "model_a_version": "VERSION_A",
    "model_b_version": "VERSION_B",
    "metrics": "--metrics",
    "traffic_split": "--split",
    "planned_units": "--units",
    "test_start": "--at",
    "reason": "--reason",
    "minimum_effect": "--effect",
    "deviation": "--deviation",
    "rate": "--rate",
    "power": "--power",
    "confidence": "--confidence",
    "units": "--units",
}
RATE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.group(
    "experiments",
    cls=HeadedGroup,
    headings={
        "See": ["list", "results"],
        "Change": ["start", "stop"],
        "Ask": ["assign", "sample-size"],
    },
)
@dsn_option
def experiment_commands() -> None:
    """Test one version of a model against another.

    Model A is in use, model B may replace it. Each unit, such as a user, gets one of them. TEST is
    the name or the id of a test.
    """


@experiment_commands.command("list")
@click.option(
    "--status",
    type=click.Choice(["running", "completed", "all"]),
    default="all",
    help="Which tests.",
)
@click.option("--type", "model_type", help="Only tests of this model type.")
@click.option("--limit", default=20, type=click.IntRange(1, 100000), help="How many tests.")
@json_option
@takes_dsn
def list_tests(dsn: str, status: str, model_type: str | None, limit: int, as_json: bool) -> None:
    """List A/B tests: those that run, then the others."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_ab_tests("
            "%(is_running)s, %(model_type)s, max_rows => %(limit)s)",
            is_running={"running": True, "completed": False}.get(status),
            model_type=model_type,
            limit=limit,
        )
    print_rows(
        rows,
        experiments.LIST_COLUMNS,
        as_json=as_json,
        title="times in UTC",
        nothing=experiments.nothing_listed(None if status == "all" else status, model_type),
    )


@experiment_commands.command("start")
@click.argument("name")
@click.argument("model_type")
@click.argument("version_a")
@click.argument("version_b")
@click.option(
    "--metrics",
    type=JSON,
    metavar="JSON",
    required=True,
    help='What is measured, such as [{"metric": "success", "role": "primary", "better": "higher",'
    ' "minimum_effect": 0.01}].',
)
@click.option("--split", default=0.5, type=RATE, help="Share of the units that get B.")
@click.option("--units", type=click.IntRange(1), help="How many units you plan for, both together.")
@click.option("--machine", type=click.UUID, help="The machine that the models are for.")
@click.option("--model-a-id", type=click.UUID, help="Your key of model A.")
@click.option("--model-b-id", type=click.UUID, help="Your key of model B.")
@click.option("--at", type=TIME, default="now", help="Since when units are assigned.")
@json_option
@takes_dsn
def start_test(
    dsn: str,
    name: str,
    model_type: str,
    version_a: str,
    version_b: str,
    metrics: str,
    split: float,
    units: int | None,
    machine: UUID | None,
    model_a_id: UUID | None,
    model_b_id: UUID | None,
    at: datetime,
    as_json: bool,
) -> None:
    """Start a test of VERSION_B against VERSION_A.

    A metric has the role primary, guardrail or other; better is higher or lower; minimum_effect is
    the smallest difference that matters. With "source_metric" and "above" it is the share of
    outcomes above a limit. Split, models and metrics stay as they are.

    Example: pgkit experiments start tone llm v1 v2 --metrics "$(<tone.json)"
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        [row] = reports.select(
            connection,
            "select perf.start_ab_test(%(name)s, %(model_type)s, %(version_a)s, %(version_b)s,"
            " %(metrics)s::jsonb, %(split)s, %(machine)s, %(model_a_id)s, %(model_b_id)s,"
            " %(units)s, %(at)s) as id",
            name=name,
            model_type=model_type,
            version_a=version_a,
            version_b=version_b,
            metrics=metrics,
            split=split,
            machine=machine,
            model_a_id=model_a_id,
            model_b_id=model_b_id,
            units=units,
            at=at,
        )
    if as_json:
        print_json(row)
    else:
        click.echo(row["id"])


@experiment_commands.command("results")
@click.argument("test")
@json_option
@takes_dsn
def show_results(dsn: str, test: str, as_json: bool) -> None:
    """Show how a test stands and what to do.

    The interval of a difference is valid however often you look.
    """
    with connect(dsn) as connection:
        found = experiments.find(connection, test)
        rows = reports.select(
            connection, "select * from perf.get_ab_test_results(%(id)s)", id=found["id"]
        )
    is_table = is_for_people() and not as_json
    print_rows(
        experiments.result_rows(rows) if is_table else rows,
        experiments.RESULT_COLUMNS,
        as_json=as_json,
        title=experiments.result_title(found, rows),
    )
    if is_table:
        tell(experiments.decision(rows), err=False)
        if found["winner_model"]:
            tell(f"Completed: {experiments.winner(found)}.", err=False)


@experiment_commands.command("stop")
@click.argument("test")
@click.option(
    "--winner",
    type=click.Choice(["a", "b", "none"]),
    help="Choose a model.  [default: what the results recommend]",
)
@click.option("--reason", help="Why.  [default: the reason of the recommendation]")
@json_option
@takes_dsn
def stop_test(dsn: str, test: str, winner: str | None, reason: str | None, as_json: bool) -> None:
    """End a test; its results stay as they are then.

    Example: pgkit experiments stop tone --winner b --reason "fewer complaints"
    """
    with named_as(OPTIONS), connect(dsn) as connection:
        found = experiments.find(connection, test)
        [row] = reports.select(
            connection,
            "select * from perf.stop_ab_test(%(id)s, %(reason)s, %(winner)s)",
            id=found["id"],
            reason=reason,
            winner=winner,
        )
    if as_json:
        print_json(row)
    else:
        tell(f"{row['test_name']} is completed: {experiments.winner(row)}.", err=False)
        if row["stop_reason"]:
            tell(row["stop_reason"], err=False)


@experiment_commands.command("assign")
@click.argument("test")
@click.argument("unit")
@json_option
@takes_dsn
def assign_unit(dsn: str, test: str, unit: str, as_json: bool) -> None:
    """Say which model a unit gets; always the same.

    Example: pgkit experiments assign tone user-42
    """
    with connect(dsn) as connection:
        rows: list[dict[str, Any]] = reports.select(
            connection,
            "select * from perf.assign_ab_variant(%(id)s, %(unit)s)",
            id=experiments.find_id(connection, test),
            unit=unit,
        )
    if as_json:
        print_json(rows[0])
    elif is_for_people():
        click.echo(f"{rows[0]['variant'].upper()}: {rows[0]['model_version']}")
    else:
        print_rows(rows)


@experiment_commands.command("sample-size")
@click.option("--effect", type=float, help="The smallest difference of the means that matters.")
@click.option("--rate", type=RATE, help="Of a metric of yes and no: its share with model A.")
@click.option("--deviation", type=float, help="Of another metric: its standard deviation.")
@click.option("--units", type=click.IntRange(1), help="Ask what so many units can show instead.")
@click.option("--power", default=0.8, type=RATE, help="Chance to find a difference of that size.")
@click.option("--confidence", default=0.95, type=RATE, help="1 less the share of false alarms.")
@click.option("--split", default=0.5, type=RATE, help="Share of the units that get B.")
@json_option
@takes_dsn
def show_sample_size(
    dsn: str,
    effect: float | None,
    rate: float | None,
    deviation: float | None,
    units: int | None,
    power: float,
    confidence: float,
    split: float,
    as_json: bool,
) -> None:
    """Say how many units a test needs.

    Example: pgkit experiments sample-size --rate 0.9 --effect 0.01
    """
    if (rate is None) == (deviation is None):
        raise click.UsageError("Give either --rate or --deviation.")
    if (effect is None) == (units is None):
        raise click.UsageError("Give either --effect or --units.")
    with named_as(OPTIONS), connect(dsn) as connection:
        [row] = reports.select(
            connection,
            "select * from perf.get_ab_sample_size(minimum_effect => %(effect)s,"
            " deviation => %(deviation)s, rate => %(rate)s, power => %(power)s,"
            " confidence => %(confidence)s, traffic_split => %(split)s, units => %(units)s)",
            effect=effect,
            deviation=deviation,
            rate=rate,
            power=power,
            confidence=confidence,
            split=split,
            units=units,
        )
    if as_json:
        print_json(row)
    elif is_for_people():
        print_list(experiments.size_facts(row))
    else:
        print_rows([row])
