"""What several rooms ask for on the command line."""

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from importlib.util import find_spec
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from pgkit import reports
from pgkit.database import Failure
from pgkit.times import read_time, read_zone

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


# Where a command keeps the zone for the times that are read after it.
ZONE = f"{__name__}.zone"


class Time(click.ParamType[datetime]):
    """A time as people type it: 24h ago, or ISO, in the zone of --zone where it has no offset."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            zone = ctx.meta.get(ZONE, UTC) if ctx else UTC
            return read_time(value, datetime.now(UTC), zone)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Json(click.ParamType[str]):
    """JSON, passed on as it was typed, so that numbers keep all their digits."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            repeated = find_repeated_key(json.loads(value, object_pairs_hook=Members))
        except ValueError as error:
            self.fail(f"not JSON: {error}", param, ctx)
        except RecursionError:
            self.fail("nested too deeply", param, ctx)
        if repeated is not None:
            self.fail(f"the key {repeated} is there twice", param, ctx)
        return str(value)


class Members(list[tuple[str, Any]]):
    """The members of a JSON object, with those whose key was there before."""


def find_repeated_key(value: Any, path: str = "$") -> str | None:
    """Return the path of a key that an object has twice; PostgreSQL would keep the last one."""
    below: list[tuple[str, Any]] = []
    if isinstance(value, Members):
        keys = set()
        for key, member in value:
            step = (
                f".{key}"
                if key.isascii() and key.isidentifier()
                else f".{json.dumps(key, ensure_ascii=False)}"
            )
            if key in keys:
                return path + step
            keys.add(key)
            below.append((path + step, member))
    elif isinstance(value, list):
        below = [(f"{path}[{index}]", element) for index, element in enumerate(value)]
    found = (find_repeated_key(member, step) for step, member in below)
    return next((key for key in found if key is not None), None)


class Percentile(click.FloatRange):
    """A percentile as a share of the values, 0 to 1."""

    name = "percentile"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return float(super().convert(value, param, ctx))
        except click.BadParameter as error:
            self.fail(f"{error.message} The 95th percentile is 0.95.", param, ctx)


PERCENTILE = Percentile(0, 1)
TIME = Time()
JSON = Json()


outcome_option = click.option(
    "--outcome",
    type=click.Choice(list(reports.CALLS)),
    default="all",
    help="Calls whose times are shown.",
)


def keep_zone(context: click.Context, option: click.Parameter, name: str) -> tzinfo:
    """Make this the zone in which the command reads times."""
    try:
        zone = read_zone(name)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None
    context.meta[ZONE] = zone
    return zone


zone_option = click.option(
    "--zone",
    default="UTC",
    metavar="AREA/CITY",
    is_eager=True,
    callback=keep_zone,
    help="Time zone of days and weeks, and of times that you type and see. Hours are those of UTC.",
)
to_option = click.option(
    "--to",
    "end",
    type=TIME,
    default="now",
    help="End. An hour, day or week that starts before it is shown whole.",
)


def from_option(default: str) -> Callable[[F], F]:
    return click.option(
        "--from",
        "start",
        type=TIME,
        default=default,
        help="Start: an age (30m, 24h, 7d, 2w) or a time of --zone (2026-01-31T12:00). Reports are"
        " of whole hours, and say of which.",
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def keep_dsn(context: click.Context, option: click.Parameter, dsn: str | None) -> None:
    """Make `dsn` the connection string of this command and of the commands below it."""
    if dsn is not None:
        context.obj = dsn
    elif context.obj is None:
        context.obj = os.environ.get("DATABASE_URL", "")


# Without click's envvar, which every level would read again, over what was typed before it.
dsn_option = click.option(
    "--dsn",
    expose_value=False,
    callback=keep_dsn,
    help="Connection string: a URI or key=value pairs. Without one, the variable DATABASE_URL"
    " applies, else PGHOST and the other variables of PostgreSQL.",
)


def takes_dsn(command: Callable[Concatenate[str, P], T]) -> Callable[P, T]:
    """Give a command the option --dsn, and the connection string as its first argument."""
    return dsn_option(click.pass_obj(command))


host_option = click.option(
    "--host", default="127.0.0.1", show_default=True, help="Listen on this address."
)


def port_option(default: int) -> Callable[[F], F]:
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="Listen on this port; 0 takes any that is free.",
    )


def require(command: str, packages: Sequence[str]) -> None:
    """Fail where what `pgkit[command]` installs, by the names to import, is not all there."""
    if missing := [name for name in packages if not is_importable(name)]:
        raise Failure(
            f"pgkit {command} needs packages that are not installed: {', '.join(missing)}",
            f"Run `pip install 'pgkit[{command}]'`.",
        )


def is_importable(name: str) -> bool:
    """Whether there is a module, also where not even the package that it is in is there."""
    try:
        return find_spec(name) is not None
    except ImportError:
        return False
