"""What several rooms ask for on the command line."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from pgkit.times import read_time


class Time(click.ParamType[datetime]):
    """A time as people type it: 24h ago, or ISO."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return read_time(value, datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Json(click.ParamType[str]):
    """JSON, passed on as it was typed, so that numbers keep all their digits."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            json.loads(value)
        except ValueError as error:
            self.fail(f"not JSON: {error}", param, ctx)
        return str(value)


TIME = Time()
JSON = Json()


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
