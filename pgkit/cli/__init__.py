"""The commands: each parses, calls one function of a sibling module, and prints."""

import io
import logging
import os
import sys

import click

from pgkit import __version__
from pgkit.cli import (
    access,
    alerts,
    calls,
    collecting,
    configs,
    costs,
    dashboard,
    database,
    evaluations,
    experiments,
    jobs,
    loading,
    models,
    operations,
    rollups,
    server,
    trying,
)
from pgkit.cli.headings import HeadedGroup
from pgkit.cli.options import dsn_option

HEADINGS: dict[str, tuple[click.Command, ...]] = {
    "Server": (server.up, server.down, dashboard.show_dashboard),
    "Database": (
        database.migrate,
        database.distribute,
        database.status,
        database.run_doctor,
        database.export_files,
        database.print_reference,
        database.print_types,
        database.uninstall,
    ),
    "Calls": (
        loading.load_files,
        collecting.collect_telemetry,
        calls.seed_database,
        calls.trends,
        calls.compare,
        calls.percentiles,
        calls.errors,
        models.model_commands,
    ),
    "Costs": (costs.show_costs, costs.price_commands, costs.budget_commands),
    "Jobs": (jobs.job_commands,),
    "Evaluations": (evaluations.evaluation_commands,),
    "Experiments": (experiments.experiment_commands,),
    "Rollups": (
        rollups.aggregate,
        rollups.verify,
        rollups.rebuild,
        rollups.partitions,
        rollups.cleanup,
        rollups.retention,
    ),
    "Configurations": (configs.config_commands,),
    "Alerts": (alerts.alert_commands,),
    "Access": (access.grant_role, access.revoke_role, access.access_commands),
    "Schedule": (
        operations.schedule,
        operations.unschedule,
        operations.run_worker,
        operations.health,
    ),
    "Trying": (trying.run_demo, trying.run_tests, trying.completion),
}


@click.group(
    cls=HeadedGroup,
    headings={
        heading: [str(command.name) for command in commands]
        for heading, commands in HEADINGS.items()
    },
    commands=[command for commands in HEADINGS.values() for command in commands],
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@dsn_option
@click.version_option(__version__, message="pgkit %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Track how models perform, inside the PostgreSQL you already run.

    To try it, run pgkit demo. On a database of yours, run pgkit migrate, then pgkit doctor.
    """
    # It warns of a rollback that a Ctrl-C prevents; the server rolls back by itself.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        # Names of models may have letters that a terminal or a file cannot take.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        context.color = False
