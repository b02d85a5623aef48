"""Add sample calls, and show how models did."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import click

from pgkit import reports, seed
from pgkit.cli.options import (
    JSON,
    PERCENTILE,
    TIME,
    from_option,
    json_option,
    outcome_option,
    takes_dsn,
    to_option,
    zone_option,
)
from pgkit.database import connect
from pgkit.output import Column, plural, print_rows
from pgkit.times import span


@click.command("seed")
@click.option("--calls", default=0, type=click.IntRange(0), help="How many sample calls.")
@click.option(
    "--days", default=7, type=click.IntRange(1, 3650), help="How many days they are spread over."
)
@click.option("--until", type=TIME, default="now", help="Last hour of these days.")
@click.option("--seed", "number", default=1, help="Each number gives other calls.")
@takes_dsn
def seed_database(dsn: str, calls: int, days: int, until: datetime, number: int) -> None:
    """Add users, models, tools and sample calls for development.

    The calls are drawn from 2,100 real ones (LLMPerf leaderboard, December 2023). There is one user
    for each role. A second run adds nothing.

    Example: pgkit seed --calls 10000 --days 30
    """
    with connect(dsn) as connection:
        seed.add_reference_data(connection)
        added = seed.add_calls(connection, calls=calls, days=days, until=until, seed=number)
    for role, user_id in seed.USERS.items():
        click.echo(f"User {user_id} has role {role}.")
    click.echo(
        f"Added {plural(added.loaded, 'sample call')}, {added.skipped:,} were there already."
    )
    if added.loaded:
        click.echo("Next: pgkit compare", err=True)


@click.command()
@click.argument("model")
@click.argument("tool")
@from_option("24h")
@to_option
@zone_option
@click.option(
    "--granularity",
    type=click.Choice(["hourly", "daily", "weekly"]),
    default="hourly",
    help="Time that a row covers.",
)
@click.option("--parameters", type=JSON, help="Only calls with these parameters.")
@outcome_option
@json_option
@takes_dsn
def trends(
    dsn: str,
    model: str,
    tool: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    granularity: str,
    parameters: str | None,
    outcome: str,
    as_json: bool,
) -> None:
    """Show how a model with a tool did over time.

    Times are in milliseconds. Calls that are not rolled up yet are included.

    Example: pgkit trends openai/gpt-4o chat --from 7d --granularity daily
    """
    start = reports.bucket_start(start, granularity, zone)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_performance_trends("
            "%(model)s, %(tool)s, %(start)s, %(end)s, %(granularity)s, %(parameters)s,"
            " %(outcome)s, max_rows => 100000, time_zone => %(time_zone)s)",
            zone,
            time_zone=str(zone),
            model=model,
            tool=tool,
            start=start,
            end=end,
            granularity=granularity,
            parameters=parameters,
            outcome=outcome,
        )
        reports.tell_removed(connection, "calls", granularity, start, zone)
    p95 = reports.sparkline([row["p95_response_time"] for row in rows[-reports.MOST_BARS :]])
    title = f"{reports.title(outcome, model, tool)}; p95 {p95}"
    if rows:
        last_end = reports.bucket_end(rows[-1]["time_bucket"], granularity, zone)
        title += f"; {span(rows[0]['time_bucket'], last_end, zone)}"
    nothing = reports.nothing(outcome, start, end, zone)
    show(rows, reports.TREND_COLUMNS, as_json, title, nothing)


@click.command()
@from_option("7d")
@to_option
@zone_option
@click.option("--tool", help="Only calls with this tool.")
@outcome_option
@json_option
@takes_dsn
def compare(
    dsn: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    tool: str | None,
    outcome: str,
    as_json: bool,
) -> None:
    """Show models side by side, the fastest median first.

    Times are in milliseconds.

    Example: pgkit compare --from 24h --tool chat
    """
    start = reports.bucket_start(start, zone=zone)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_model_comparison(%(start)s, %(end)s, %(tool)s, %(outcome)s,"
            " max_rows => 100000)",
            zone,
            start=start,
            end=end,
            tool=tool,
            outcome=outcome,
        )
    title = reports.title(outcome, tool)
    if outcome != "all":
        title += "; success % of all calls"
    title += f"; {reports.counted(rows, zone)}"
    nothing = reports.nothing(outcome, start, end, zone)
    show(rows, reports.COMPARISON_COLUMNS, as_json, title, nothing)


@click.command()
@click.argument("fractions", metavar="[PERCENTILE]...", nargs=-1, type=PERCENTILE)
@from_option("7d")
@to_option
@zone_option
@click.option(
    "--by",
    "groups",
    multiple=True,
    type=click.Choice(["model", "tool", "provider", "parameters"]),
    default=["model"],
    help="Group by this. May be given several times.",
)
@click.option("--model", help="Only this model.")
@click.option("--tool", help="Only this tool.")
@outcome_option
@click.option("--first-token", is_flag=True, help="Show times to the first token.")
@click.option("--exact", is_flag=True, help="Read raw calls, which are kept for some days only.")
@json_option
@takes_dsn
def percentiles(
    dsn: str,
    fractions: tuple[float, ...],
    start: datetime,
    end: datetime,
    zone: tzinfo,
    groups: tuple[str, ...],
    model: str | None,
    tool: str | None,
    outcome: str,
    first_token: bool,
    exact: bool,
    as_json: bool,
) -> None:
    """Show any percentiles of the times of any groups of calls.

    A PERCENTILE is a number from 0 to 1. Without one, 0.5, 0.95 and 0.99 are shown. Times are in
    milliseconds.

    Example: pgkit percentiles 0.5 0.999 --by model --by tool
    """
    start = start if exact else reports.bucket_start(start, zone=zone)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_latency_percentiles(%(start)s, %(end)s, %(fractions)s,"
            " %(groups)s, %(model)s, %(tool)s, outcome => %(outcome)s, measure => %(measure)s,"
            " exact => %(exact)s, max_rows => 100000)",
            zone,
            start=start,
            end=end,
            fractions=list(fractions) or [0.5, 0.95, 0.99],
            groups=list(groups),
            model=model,
            tool=tool,
            outcome=outcome,
            measure="first_token" if first_token else "response_time",
            exact=exact,
        )
    columns = [*(reports.GROUP_COLUMNS[group] for group in groups), *reports.PERCENTILE_COLUMNS]
    times = "times to the first token" if first_token else "times"
    title = reports.title(outcome, model, tool, times=times)
    measured = " with a time to the first token" if first_token else ""
    nothing = reports.nothing(outcome, start, end, zone, measured)
    show(rows, columns, as_json, f"{title}; {reports.counted(rows, zone)}", nothing)


@click.command()
@from_option("7d")
@to_option
@zone_option
@click.option("--model", help="Only this model.")
@click.option("--tool", help="Only this tool.")
@json_option
@takes_dsn
def errors(
    dsn: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    model: str | None,
    tool: str | None,
    as_json: bool,
) -> None:
    """Show which calls failed and why, the most frequent first."""
    start = reports.bucket_start(start, zone=zone)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select * from perf.get_error_breakdown(%(start)s, %(end)s, %(model)s, %(tool)s,"
            " max_rows => 100000)",
            zone,
            start=start,
            end=end,
            model=model,
            tool=tool,
        )
    title = "; ".join(part for part in (model, tool, reports.counted(rows, zone)) if part)
    nothing = f"No call failed from {span(start, end, zone)}."
    show(rows, reports.ERROR_COLUMNS, as_json, title, nothing)


def show(
    rows: list[dict[str, Any]],
    columns: Sequence[Column],
    as_json: bool,
    title: str,
    nothing: str,
) -> None:
    """Print the given columns on a terminal, all of them elsewhere."""
    print_rows(rows, columns, as_json=as_json, title=title, nothing=nothing)
