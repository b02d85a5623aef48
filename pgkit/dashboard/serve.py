"""Serve the dashboard, until a signal ends it."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

import waitress

from pgkit.addresses import LOOPBACK, show_host
from pgkit.dashboard.app import Dashboard
from pgkit.dashboard.ask import Database
from pgkit.dashboard.viewer import Gate

# A browser keeps six connections open, also while it asks nothing.
MOST_BROWSER_CONNECTIONS = 600


class Settings(NamedTuple):
    """How to listen. Without tokens only names of loopback are answered."""

    host: str = "127.0.0.1"
    port: int = 8050
    connections: int = 8
    # Names under which browsers reach the server; empty for any.
    hosts: tuple[str, ...] = ()
    # What addresses begin with where a proxy shows other things too, such as "/pgkit".
    prefix: str = ""


def listen(dashboard: Dashboard, settings: Settings) -> Any:
    """Open the port. What comes there is answered when the listener runs."""
    return waitress.create_server(
        dashboard.server,
        host=settings.host,
        port=settings.port,
        threads=2 * settings.connections,
        ident="pgkit",
        url_prefix=dashboard.prefix,
        channel_timeout=120,
        connection_limit=MOST_BROWSER_CONNECTIONS,
        # Unlike select, it takes any number of them.
        asyncore_use_poll=True,
        max_request_body_size=1024 * 1024,
    )


def serve(dsn: str, gate: Gate, settings: Settings, tell_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; a request that is under way is still answered."""
    database = Database(dsn, settings.connections)
    hosts = tuple(map(str.lower, settings.hosts)) or (LOOPBACK if gate.tokens is None else ())
    dashboard = Dashboard(database, gate, hosts, prefix=settings.prefix)
    listener = listen(dashboard, settings)

    def stop(number: int, at: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    host = show_host(settings.host)
    tell_ready(f"http://{host}:{listener.effective_port}{settings.prefix}")
    try:
        listener.run()
    finally:
        listener.close()
        dashboard.ahead.shutdown(wait=False, cancel_futures=True)
        database.pool.close()
