"""Give and take roles, and say what tokens and recorders may do."""

import re
from uuid import UUID

import click

from pgkit import reports
from pgkit.cli.options import dsn_option, json_option, takes_dsn
from pgkit.database import connect, query
from pgkit.output import Column, print_rows

ROLE = click.Choice(["admin", "analyst", "recorder"])
ID = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
USER_COLUMNS = (
    Column("username", "username", "middle"),
    Column("sub", "sub of the token", "middle"),
    Column("roles", "roles", "middle"),
)
SETTING_COLUMNS = (
    Column("role_claim", "claim that gives roles", "middle"),
    Column("are_own_calls_readable", "recorders read back their calls"),
)


@click.command("grant-role")
@click.argument("user")
@click.argument("role", type=ROLE)
@click.option("--username", help="Name of the user, also a new one.")
@takes_dsn
def grant_role(dsn: str, user: str, role: str, username: str | None) -> None:
    """Give a user a role.

    USER is the claim sub of the user's token, a UUID or any other text, or the id that
    perf.profiles shows. A user without a profile gets one.

    Example: pgkit grant-role 7d9f1c5e-1111-4222-8333-444455556666 recorder
    """
    user_id, subject = read_user(user)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.grant_role(%(user_id)s, %(role)s, %(username)s, %(subject)s) as is_new",
            user_id=user_id,
            role=role,
            username=username,
            subject=subject,
        )
    click.echo("Granted." if rows[0]["is_new"] else "The user had this role already.", err=True)


@click.command("revoke-role")
@click.argument("user")
@click.argument("role", type=ROLE)
@takes_dsn
def revoke_role(dsn: str, user: str, role: str) -> None:
    """Take a role from a user.

    USER is the claim sub of the user's token, or the id that perf.user_roles shows. Roles that
    the token itself gives stay.
    """
    user_id, subject = read_user(user)
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select perf.revoke_role(%(user_id)s, %(role)s, %(subject)s) as had_it",
            user_id=user_id,
            role=role,
            subject=subject,
        )
    click.echo("Revoked." if rows[0]["had_it"] else "The user did not have this role.", err=True)


@click.group("access")
@dsn_option
def access_commands() -> None:
    """Say what gives roles, and what recorders read.

    A claim of the token may give roles beside `pgkit grant-role`.
    """


@access_commands.command("show")
@json_option
@takes_dsn
def show_access(dsn: str, as_json: bool) -> None:
    """Show what is set."""
    with connect(dsn) as connection:
        rows = reports.select(
            connection,
            "select s.role_claim, s.are_own_calls_readable from perf.access_settings as s",
        )
    print_rows(rows, SETTING_COLUMNS, as_json=as_json, nothing="You may not read the settings.")


@access_commands.command("users")
@json_option
@takes_dsn
def list_users(dsn: str, as_json: bool) -> None:
    """List the users of tokens, with their roles.

    Roles that tokens give are not listed.
    """
    with connect(dsn) as connection:
        rows = reports.select(connection, query("access_users").decode())
    print_rows(rows, USER_COLUMNS, as_json=as_json, nothing="No user has a role.")


@access_commands.command("role-claim")
@click.argument("claim", required=False)
@click.option("--none", "is_none", is_flag=True, help="No claim gives roles.")
@takes_dsn
def set_role_claim(dsn: str, claim: str | None, is_none: bool) -> None:
    """Name the claim of tokens that gives roles.

    Its value is a role, or an array of roles. Names are parted by dots; a name with other
    characters stands in double quotes. Roles of `pgkit grant-role` count too.

    Example: pgkit access role-claim app_metadata.perf_role
    """
    if is_none == (claim is not None):
        raise click.UsageError("Give a claim or --none.")
    with connect(dsn) as connection:
        reports.select(connection, "select perf.set_role_claim(%(claim)s)", claim=claim)
    click.echo("Saved.", err=True)


@access_commands.command("own-calls")
@click.argument("is_readable", type=click.Choice(["on", "off"]))
@takes_dsn
def set_own_calls(dsn: str, is_readable: str) -> None:
    """Let recorders read back the calls that they recorded, or not.

    They ask perf.get_own_calls(). It is off unless you turn it on.
    """
    with connect(dsn) as connection:
        reports.select(
            connection,
            "select perf.set_own_calls_readable(%(is_readable)s)",
            is_readable=is_readable == "on",
        )
    click.echo("Saved.", err=True)


def read_user(user: str) -> tuple[UUID | None, str | None]:
    """Return a user as its id or, where the text is no UUID, as the sub of its token.

    Only a text with dashes is an id, as in perf.get_subject_id(): UUID() takes more than that.
    """
    if re.fullmatch(ID, user):
        return UUID(user), None
    return None, user
