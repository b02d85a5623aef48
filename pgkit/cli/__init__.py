"""The commands: each parses, calls one function of a sibling module, and prints."""

import click

from pgkit import __version__
from pgkit.cli import access, calls, configs, database, operations, rollups, server, trying
from pgkit.cli.options import dsn_option


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@dsn_option
@click.version_option(__version__, message="pgkit %(version)s")
def cli() -> None:
    """Track how models perform, inside the PostgreSQL you already run."""


for command in (
    server.up,
    server.down,
    database.migrate,
    database.status,
    database.run_doctor,
    database.uninstall,
    calls.load_calls,
    calls.seed_database,
    rollups.aggregate,
    calls.trends,
    calls.compare,
    calls.percentiles,
    calls.errors,
    configs.config_commands,
    access.grant_role,
    access.revoke_role,
    operations.schedule,
    operations.unschedule,
    operations.run_worker,
    operations.health,
    trying.run_demo,
    trying.run_tests,
    trying.completion,
):
    cli.add_command(command)
