"""List models, and say whose they are and of which type."""

import click

from pgkit import reports
from pgkit.cli.options import dsn_option, json_option, takes_dsn
from pgkit.database import connect, query
from pgkit.output import Column, print_rows

MODEL_COLUMNS = (
    Column("name", "model", "middle"),
    Column("provider", "provider", "middle"),
    Column("model_type", "model type", "middle"),
    Column("created_at", "added"),
)


@click.group("models")
@dsn_option
def model_commands() -> None:
    """List the models, or set the provider and type of one.

    A model is added when its first call is recorded. Models of a model type share its
    configurations.
    """


@model_commands.command("list")
@json_option
@takes_dsn
def list_models(dsn: str, as_json: bool) -> None:
    """List the models by name."""
    with connect(dsn) as connection:
        rows = reports.select(connection, query("models").decode())
    print_rows(rows, MODEL_COLUMNS, as_json=as_json, nothing="There is no model.")


@model_commands.command("set")
@click.argument("name")
@click.option("--provider", help="Who runs the model.")
@click.option("--type", "model_type", help="Model type whose configurations it uses.")
@takes_dsn
def set_model(dsn: str, name: str, provider: str | None, model_type: str | None) -> None:
    """Set provider and type of a model, and add it if it is new.

    What is not given stays as it is.

    Example: pgkit models set openai/gpt-4o --type assistant
    """
    with connect(dsn) as connection:
        reports.select(
            connection,
            "select perf.register_model(%(name)s, %(provider)s, %(model_type)s)",
            name=name,
            provider=provider,
            model_type=model_type,
        )
    click.echo("Saved.", err=True)
