"""Give and take roles."""

from uuid import UUID

import click

from pgkit import reports
from pgkit.cli.options import takes_dsn
from pgkit.database import connect

ROLE = click.Choice(["admin", "analyst", "recorder"])


@click.command("grant-role")
@click.argument("user_id", type=click.UUID)
@click.argument("role", type=ROLE)
@click.option("--username", help="Name of the user, also a new one.")
@takes_dsn
def grant_role(dsn: str, user_id: UUID, role: str, username: str | None) -> None:
    """Give a user a role.

    USER_ID is the claim sub of the user's token. A user without a profile gets one.

    Example: pgkit grant-role 7d9f1c5e-1111-4222-8333-444455556666 recorder
    """
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.grant_role(%(user_id)s, %(role)s, %(username)s) as is_new",
            user_id=user_id,
            role=role,
            username=username,
        )
    click.echo("Granted." if rows[0]["is_new"] else "The user had this role already.", err=True)


@click.command("revoke-role")
@click.argument("user_id", type=click.UUID)
@click.argument("role", type=ROLE)
@takes_dsn
def revoke_role(dsn: str, user_id: UUID, role: str) -> None:
    """Take a role from a user."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.revoke_role(%(user_id)s, %(role)s) as had_it",
            user_id=user_id,
            role=role,
        )
    click.echo("Revoked." if rows[0]["had_it"] else "The user did not have this role.", err=True)
