"""The commands: each parses, calls one function of a sibling module, and prints."""

import click

from pgkit import __version__
from pgkit.cli import access, calls, configs, database, operations, rollups, server, trying
from pgkit.cli.options import dsn_option

HEADINGS: dict[str, tuple[click.Command, ...]] = {
    "Server": (server.up, server.down),
    "Database": (database.migrate, database.status, database.run_doctor, database.uninstall),
    "Calls": (
        calls.load_calls,
        calls.seed_database,
        rollups.aggregate,
        calls.trends,
        calls.compare,
        calls.percentiles,
        calls.errors,
    ),
    "Configurations": (configs.config_commands,),
    "Access": (access.grant_role, access.revoke_role),
    "Schedule": (
        operations.schedule,
        operations.unschedule,
        operations.run_worker,
        operations.health,
    ),
    "Trying": (trying.run_demo, trying.run_tests, trying.completion),
}


class HeadedGroup(click.Group):
    """The root of the commands, whose help lists them under headings."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each heading with its commands, all names equally wide."""
        width = max(len(name) for name in self.commands)
        for heading, commands in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (
                            f"{command.name:{width}}",
                            command.get_short_help_str(formatter.width - width - 6),
                        )
                        for command in commands
                    ]
                )


@click.group(
    cls=HeadedGroup,
    commands=[command for commands in HEADINGS.values() for command in commands],
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@dsn_option
@click.version_option(__version__, message="pgkit %(version)s")
def cli() -> None:
    """Track how models perform, inside the PostgreSQL you already run."""
