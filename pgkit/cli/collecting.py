"""Listen for what OpenTelemetry sends."""

import os

import click

from pgkit.addresses import LOOPBACK, show_host
from pgkit.cli.operations import log_line
from pgkit.cli.options import host_option, port_option, require, takes_dsn
from pgkit.database import Failure
from pgkit.output import quoted

TOKEN = "PGKIT_COLLECT_TOKEN"
# What `pgkit[collect]` installs, by the names to import.
NEEDED = ("google.rpc", "h11", "opentelemetry.proto", "uvicorn")
MEGABYTE = 1024 * 1024


@click.command("collect")
@host_option
@port_option(4318)
@click.option(
    "--connections",
    type=click.IntRange(1, 100),
    default=4,
    show_default=True,
    help="Record so many requests at a time, each over a connection of its own.",
)
@click.option(
    "--max-mb",
    type=click.IntRange(1, 1024),
    default=20,
    show_default=True,
    help="Refuse a body that is larger, as sent or unpacked.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Give a request so long to arrive, and as long again to be recorded.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let web pages of this origin send, such as https://app.example.org.",
)
@takes_dsn
def collect_telemetry(
    dsn: str,
    host: str,
    port: int,
    connections: int,
    max_mb: int,
    timeout: float,
    origins: tuple[str, ...],
) -> None:
    """Listen for OpenTelemetry and record model calls.

    Any SDK or collector of OpenTelemetry can send its traces and metrics here, by OTLP over HTTP,
    as protobuf or JSON. Spans that are calls of models are recorded, all others are counted and
    left out. A span that is sent twice counts once.

    \b
    Start it:    pgkit collect
    Send to it:  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
                 OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf

    With PGKIT_COLLECT_TOKEN in its environment it takes only requests that have this token, or one
    of several with spaces between them. Exporters send it by
    OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN.

    Recording needs `grant perf_recorder to LOGIN`. While the database is down, exporters are told
    to send again. GET /health answers 200 if the database does. What was recorded and refused is a
    line on stderr each minute.

    SIGTERM and SIGINT stop it after the requests that are under way.
    """
    require("collect", NEEDED)
    # Only here, because these packages may not be there.
    from pgkit import collect

    tokens = tuple(os.environ.get(TOKEN, "").split())
    if not all(token.isascii() and token.isprintable() for token in tokens):
        raise Failure(f"{TOKEN} must be ASCII")
    for origin in origins:
        if origin != "*" and "://" not in origin:
            raise click.BadParameter(
                f"{quoted(origin)} is not like https://app.example.org", param_hint="--allow-origin"
            )
    if not tokens and host not in LOOPBACK:
        log_line(f"warning: all who reach {host} may record; set {TOKEN} to a secret")
    settings = collect.Settings(
        host=host,
        port=port,
        tokens=tokens,
        connections=connections,
        most_bytes=max_mb * MEGABYTE,
        timeout=timeout,
        origins=origins,
    )

    def tell_ready(taken: int) -> None:
        log_line(f"listening on http://{show_host(host)}:{taken}")

    collect.collect(dsn, settings, log_line, tell_ready)
