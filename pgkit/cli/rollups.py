"""Roll up what was recorded."""

import click

from pgkit import reports
from pgkit.cli.options import json_option, takes_dsn
from pgkit.database import connect
from pgkit.output import print_json


@click.command()
@json_option
@takes_dsn
def aggregate(dsn: str, as_json: bool) -> None:
    """Roll up what is not rolled up yet, and print how many rows that were."""
    with connect(dsn) as connection:
        rows = reports.select(connection, "select perf.aggregate_performance_metrics() as calls")
    if as_json:
        print_json(rows[0])
    else:
        click.echo(rows[0]["calls"])
