"""Serve the dashboard."""

import os
import re

import click

from pgkit.addresses import LOOPBACK
from pgkit.cli.operations import log_line
from pgkit.cli.options import host_option, port_option, require, takes_dsn
from pgkit.database import Failure, connect

SECRET = "PGKIT_JWT_SECRET"
# What `pgkit[dashboard]` installs, by the names to import.
NEEDED = ("dash", "dash_mantine_components", "jwt", "psycopg_pool", "waitress")


def read_prefix(_: click.Context, __: click.Parameter, given: str) -> str:
    """Return a path without the slash at its end."""
    prefix = given.rstrip("/")
    if prefix and not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", prefix):
        raise click.BadParameter(f"must be a path such as /pgkit, got {given!r}")
    return prefix


@click.command("dashboard")
@host_option
@port_option(8050)
@click.option(
    "--auth",
    type=click.Choice(["none", "jwt"]),
    default="none",
    show_default=True,
    help="With jwt every request needs a token, and sees what its role and claims may see.",
)
@click.option("--jwks", metavar="URL", help="Check tokens with the public keys at this address.")
@click.option("--audience", help="Take only tokens for this audience (aud).")
@click.option("--issuer", help="Take only tokens of this issuer (iss).")
@click.option("--role", help="Take tokens that name no role as this one, such as authenticated.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Answer only requests that call the server so, such as dashboard.example.org.",
)
@click.option(
    "--prefix",
    default="",
    metavar="PATH",
    callback=read_prefix,
    help="Serve below a path, such as /pgkit, where a proxy shows other things beside it.",
)
@click.option(
    "--connections",
    type=click.IntRange(1, 100),
    default=8,
    show_default=True,
    help="Ask the database over at most so many connections.",
)
@takes_dsn
def show_dashboard(
    dsn: str,
    host: str,
    port: int,
    auth: str,
    jwks: str | None,
    audience: str | None,
    issuer: str | None,
    role: str | None,
    hosts: tuple[str, ...],
    prefix: str,
    connections: int,
) -> None:
    """Show everything in a browser.

    \b
    Start it:     pgkit dashboard
    Look at it:   http://127.0.0.1:8050

    It listens on this machine only, and sees what the connection may see: `grant perf_analyst to
    LOGIN` to look, `grant perf_admin to LOGIN` to change.

    For others, use --auth jwt: each request needs a token, in the header Authorization or by the
    form at /login. Each query takes the role and the claims of the token, as with PostgREST, so row
    level security decides. The login of pgkit needs `grant authenticated to LOGIN` and the like.
    PGKIT_JWT_SECRET holds the secret of the tokens; or --jwks names the address of public keys.

    SIGTERM and SIGINT stop it.
    """
    require("dashboard", NEEDED)
    if auth == "none" and host not in LOOPBACK:
        raise Failure(
            f"without --auth jwt all who reach {host} would see and change everything",
            "Use --auth jwt, or leave --host out and put a proxy that asks who is there in front.",
        )
    # Only here, because these packages may not be there.
    from pgkit.dashboard import serve, viewer

    tokens = None
    if auth == "jwt":
        secret = os.environ.get(SECRET)
        if (secret is None) == (jwks is None):
            raise Failure(
                f"--auth jwt needs either {SECRET} or --jwks",
                f"Set {SECRET} to the secret of your tokens: for PostgREST it is jwt-secret.",
            )
        if secret is not None and len(secret) < viewer.SHORTEST_SECRET:
            raise Failure(f"{SECRET} must have at least {viewer.SHORTEST_SECRET} characters")
        tokens = viewer.Tokens(secret, jwks, audience, role, issuer)
    # A wrong address would otherwise show only in the browser.
    with connect(dsn) as connection:
        connection.execute("select 1")
    settings = serve.Settings(host, port, connections, hosts, prefix)
    try:
        serve.serve(dsn, viewer.Gate(tokens), settings, lambda url: log_line(f"listening on {url}"))
    except OSError as error:
        raise Failure(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
