"""The commands: each parses, calls one function of a sibling module, and prints."""

import io
import logging
import os
import sys

import click

from pgkit import __version__
from pgkit.cli.headings import Commands, HeadedGroup
from pgkit.cli.options import dsn_option

# The commands by name, and where each is: module:function.
HEADINGS = {
    "Server": {
        "up": "server:up",
        "down": "server:down",
        "dashboard": "dashboard:show_dashboard",
    },
    "Database": {
        "migrate": "database:migrate",
        "distribute": "database:distribute",
        "status": "database:status",
        "doctor": "database:run_doctor",
        "export": "database:export_files",
        "reference": "database:print_reference",
        "types": "database:print_types",
        "uninstall": "database:uninstall",
    },
    "Calls": {
        "load": "loading:load_files",
        "collect": "collecting:collect_telemetry",
        "seed": "calls:seed_database",
        "trends": "calls:trends",
        "compare": "calls:compare",
        "percentiles": "calls:percentiles",
        "errors": "calls:errors",
        "models": "models:model_commands",
    },
    "Costs": {
        "costs": "costs:show_costs",
        "prices": "costs:price_commands",
        "budgets": "costs:budget_commands",
    },
    "Jobs": {
        "jobs": "jobs:job_commands",
    },
    "Evaluations": {
        "evaluations": "evaluations:evaluation_commands",
    },
    "Experiments": {
        "experiments": "experiments:experiment_commands",
    },
    "Rollups": {
        "aggregate": "rollups:aggregate",
        "verify": "rollups:verify",
        "rebuild": "rollups:rebuild",
        "partitions": "rollups:partitions",
        "cleanup": "rollups:cleanup",
        "retention": "rollups:retention",
    },
    "Configurations": {
        "configs": "configs:config_commands",
    },
    "Alerts": {
        "alerts": "alerts:alert_commands",
    },
    "Access": {
        "grant-role": "access:grant_role",
        "revoke-role": "access:revoke_role",
        "access": "access:access_commands",
    },
    "Schedule": {
        "schedule": "operations:schedule",
        "unschedule": "operations:unschedule",
        "worker": "operations:run_worker",
        "health": "operations:health",
    },
    "Trying": {
        "demo": "trying:run_demo",
        "test": "trying:run_tests",
        "completion": "trying:completion",
    },
}


@click.group(
    cls=HeadedGroup,
    headings={heading: list(commands) for heading, commands in HEADINGS.items()},
    commands=Commands(
        __name__, {name: place for found in HEADINGS.values() for name, place in found.items()}
    ),
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
